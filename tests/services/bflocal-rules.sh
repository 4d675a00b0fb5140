#!/bin/sh
# The rules of bflocal's EventBridge: boto3 and the AWS CLI drive rules, targets and schedules; events reach Lambda, Kinesis,
# buses and log groups; what cannot be delivered is told; nothing is lost when bflocal is killed.
. "$(dirname "$0")/own.sh"
export SEEN="$T/seen" DATA="$T/data"
. "$services/aws.sh"
AWS_PAGER=''
export AWS_PAGER

cases() {
    ok "$1: the cases ran" grep -q '^end$' "$2"
    while IFS='|' read -r name got want; do
        [ "$name" = end ] || check "$name" -o "$want" -- echo "$got"
    done <"$2"
}

bflocal --data "$DATA" --lambda "f=$services/lambda_function.py" \
    --lambda "q=$services/lambda_query.py" "$python" "$services/bflocal_rules.py" >rules 2>rules.err || echo 'Bail out! boto3 and rules'
cases 'rules and targets' rules
ok 'each failure is told' grep -q 'bflocal: EventBridge: rule back: target 1: an event is dropped: THIRD_ACCOUNT_HOP_DETECTED: ' rules.err

# Events that were accepted are delivered after bflocal was killed.
eval "$(bflocal --daemon --data "$T/kill" --stream k)"
arn=arn:aws:kinesis:us-east-1:000000000000:stream/k
events() { "$aws" --endpoint-url "$AWS_ENDPOINT_URL" --output json events "$@"; }
check 'the AWS CLI puts a rule' -m 'rule/sales' -- events put-rule --name sales --event-pattern '{"source":["shop"]}'
check '  and a target' -m '"FailedEntryCount": 0' -- events put-targets --rule sales --targets "Id=1,Arn=$arn"
curl -s -d 'throttle:service=kinesis,op=PutRecord' "$AWS_ENDPOINT_URL/_bflocal/fault" >/dev/null
seq 1 20 | sed 's/.*/{"i":&}/' | evput --source shop --detail-type sale
kill -KILL "$BFLOCAL_PID"
ok '  killed' soon sh -c '! kill -0 "$1" 2>/dev/null' - "$BFLOCAL_PID"
eval "$(bflocal --daemon --data "$T/kill")"
got() { kinread -e --from oldest k 2>/dev/null | jq -cs 'map(.detail.i) | [length, min, max, (unique | length)]'; }
ok '  what was accepted is delivered after the start' soon sh -c 'kinread -e --from oldest k 2>/dev/null | [ "$(wc -l)" -ge 20 ]'
check '  each once' -o '[20,1,20,20]' -- got
events put-rule --name hourly --schedule-expression 'rate(1 hour)' >/dev/null
check '  a schedule' -m '"FailedEntryCount": 0' -- events put-targets --rule hourly --targets "Id=1,Arn=arn:aws:logs:us-east-1:000000000000:log-group:/aws/events/hourly"
check '  the rule is there' -m '"sales"' -- events list-rule-names-by-target --target-arn "$arn"
bflocal --stop
eval "$(bflocal --daemon --data "$T/kill")"
curl -s -d 'clock:by=61m' "$AWS_ENDPOINT_URL/_bflocal/fault" >/dev/null
ok 'a schedule goes on after a restart' soon grep -q 'Scheduled Event' "$T/kill/events/hourly.log"
bflocal --stop
plan
