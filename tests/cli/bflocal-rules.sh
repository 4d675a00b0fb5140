#!/bin/sh
# Rules of bflocal's EventBridge while many clients put events and change rules: every event that was accepted reaches each of
# its targets once, through a bus too; a bound of the queue; the end while deliveries wait.
. "$(dirname "$0")/lib.sh"
command -v jq >/dev/null || { skip rules 'jq is missing'; plan; exit; }
cd "$T" || exit 1
unset AWS_REGION AWS_DEFAULT_REGION
eval "$(bflocal --daemon --data "$T/data" --credentials K:S --stream s)"
call() { # OPERATION BODY: prints the answer, then the status
    curl -sS --user K:S --aws-sigv4 "aws:amz:$AWS_REGION:events" -w '%{http_code}\n' -H "X-Amz-Target: AWSEvents.$1" \
        -H 'Content-Type: application/x-amz-json-1.1' --data-binary "$2" "$AWS_ENDPOINT_URL/"
}
targets() { # RULE BUS TARGET...
    rule=$1 of=$2 list='' id=0
    shift 2
    for target in "$@"; do
        id=$((id + 1))
        list="$list${list:+,}{\"Id\":\"$id\",\"Arn\":\"$target\"}"
    done
    call PutTargets "{\"Rule\":\"$rule\",\"EventBusName\":\"$of\",\"Targets\":[$list]}"
}
stream=arn:aws:kinesis:us-east-1:000000000000:stream/s
group=arn:aws:logs:us-east-1:000000000000:log-group:/aws/events
bus=arn:aws:events:us-east-1:000000000000:event-bus
call CreateEventBus '{"Name":"next"}' >made
check 'a rule' -o '{"RuleArn":"arn:aws:events:us-east-1:000000000000:rule/all"}200' -- \
    call PutRule '{"Name":"all","EventPattern":"{\"source\":[\"shop\"]}"}'
check '  its targets' -o '{"FailedEntries":[],"FailedEntryCount":0}200' -- targets all default $stream $group/all $bus/next
call PutRule '{"Name":"next","EventBusName":"next","EventPattern":"{\"source\":[\"shop\"]}"}' >made
check '  and those of the other bus' -o '{"FailedEntries":[],"FailedEntryCount":0}200' -- targets next next $group/next $bus/default

# Four clients put, a fifth changes other rules.
for client in 1 2 3 4; do
    seq 1 250 | sed "s/.*/{\"i\":$client&}/" | evput -q --source shop --detail-type sale &
    puts="${puts:-} $!"
done
for i in 1 2 3 4 5 6 7 8 9 10; do
    call PutRule "{\"Name\":\"x$i\",\"EventPattern\":\"{\\\"source\\\":[\\\"other\\\"]}\"}" >made
    call DisableRule "{\"Name\":\"x$((i / 2 + 1))\"}" >made
    call DeleteRule "{\"Name\":\"x$((i / 3 + 1))\"}" >made
done
ok 'four clients' wait $puts
lines() { [ "$(wc -l <"$1")" -ge 1000 ]; }
for name in all next; do
    ok "the log group $name gets them" soon lines "data/events/$name.log"
    check '  each once' -o '[1000,1000]' -- jq -cs '[length, (map(.id) | unique | length)]' "data/events/$name.log"
done
records() { kinread -q -e --from oldest s | jq -cs '[length, (map(.id) | unique | length)]'; }
ok 'the stream gets them' soon sh -c '[ "$(kinread -q -e --from oldest s | wc -l)" -ge 1000 ]'
check '  each once' -o '[1000,1000]' -- records
hops() { curl -sS "$AWS_ENDPOINT_URL/_bflocal/events/failed" | jq -cs 'map(.ERROR_CODE) | [length, unique]'; }
all_failed() { [ "$(curl -sS "$AWS_ENDPOINT_URL/_bflocal/events/failed" | wc -l)" -ge 1000 ]; }
ok 'the way back to the first bus fails each time' soon all_failed
check '  and ends there' -o '[1000,["THIRD_ACCOUNT_HOP_DETECTED"]]' -- hops

# A fault of Kinesis leaves deliveries in the queue; bflocal ends while they wait.
curl -sS -o faults -d 'throttle:service=kinesis,op=PutRecord' "$AWS_ENDPOINT_URL/_bflocal/fault"
echo '{"i":5000}' | evput -q --source shop --detail-type sale
ok 'it ends while a delivery waits' bflocal --stop
eval "$(bflocal --daemon --data "$T/data" --credentials K:S)"
ok 'which is made after the start' soon sh -c '[ "$(kinread -q -e --from oldest s | wc -l)" -ge 1001 ]'
bflocal --stop
plan
