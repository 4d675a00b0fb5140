#!/bin/sh
# cdclambda: deliveries, duplicates, and reports if the Firehose or S3 fails. The test acts as Lambda: it sends an event
# again from the reported record on.
. "$(dirname "$0")/lib.sh"
. "$root/tests/fault/lib.sh"
. "$root/tests/lambda/lib.sh"

is() { # is NAME GOT WANTED
    if [ "$2" = "$3" ]; then pass "$1"; else fail "$1" "got:    $2" "wanted: $3"; fi
}
changes() { # changes N
    bfgen -q -n "$1" -o cdc --seed 1 | head -n "$1"
}
kinesis() { # kinesis <LINES: an event of a change a record
    jq -R -c -s '{Records: (split("\n")[:-1] | to_entries | map({kinesis: {sequenceNumber: "4954\(.key + 1)", approximateArrivalTimestamp: 1795759200.5, data: (.value | @base64)},
        eventSource: "aws:kinesis", eventID: "shardId-0:4954\(.key + 1)", eventSourceARN: "arn:aws:kinesis:us-east-1:1:stream/orders"}))}'
}
dynamodb() { # dynamodb <LINES
    jq -c -s '{Records: (to_entries | map(.value * {eventSource: "aws:dynamodb", dynamodb: {SequenceNumber: "10\(.key + 1)"}, eventSourceARN: "arn:aws:dynamodb:us-east-1:1:table/sales/stream/2026-11-01T00:00:00.000"}))}'
}
# aggregates <LINES: an event of Kinesis with three changes a record, as the Kinesis Producer Library packs them
aggregates() {
    python3 -c '
import base64, hashlib, json, sys
lines = [l.rstrip("\n").encode() for l in sys.stdin]
def varint(n):
    out = b""
    while n > 127: out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])
def field(n, b): return bytes([n << 3 | 2]) + varint(len(b)) + b
def packed(some):
    message = field(1, b"key") + b"".join(field(3, b"\x08\x00" + field(3, l)) for l in some)
    return b"\xf3\x89\x9a\xc2" + message + hashlib.md5(message).digest()
print(json.dumps({"Records": [{"kinesis": {"sequenceNumber": str(4954 + i), "data": base64.b64encode(packed(lines[i:i + 3])).decode()}, "eventSource": "aws:kinesis",
    "eventID": "shardId-0:%d" % (4954 + i), "eventSourceARN": "arn:aws:kinesis:us-east-1:1:stream/orders"} for i in range(0, len(lines), 3)]}))'
}
# again EVENT ANSWER: the event that Lambda sends next, from the reported record on
again() {
    jq -c --slurpfile a "$2" '$a[0].batchItemFailures[0].itemIdentifier as $from |
        .Records |= .[(map((.kinesis.sequenceNumber // .dynamodb.SequenceNumber) == $from) | index(true)):]' "$1"
}
# run EVENT: one invocation; its answer in $answer
run() {
    lambda_begin
    cp "$1" "$L/events/1"
    lambda_run
    answer=$L/answers/1
}
# twice [FAULT_DIR]: the rows that arrived more than once, and how many arrived
twice() {
    sort "${1:-$FAULT_DIR}/accepted" | uniq -c | awk '$1 > 1 { more++ } END { print NR " rows, " more + 0 " more than once" }'
}
none='{"batchItemFailures":[]}'
failed() {
    printf '{"batchItemFailures":[{"itemIdentifier":"%s"}]}' "$1"
}
changes 9 >"$T/lines"
kinesis <"$T/lines" >"$T/kinesis"
dynamodb <"$T/lines" >"$T/dynamodb"
aggregates <"$T/lines" >"$T/packed"
cdcxform "$T/lines" >"$T/rows"
fault_start </dev/null

BF_TO=firehose:rows
export BF_TO
# one attempt of the client, so that a rule meets one request
AWS_MAX_ATTEMPTS=1
export AWS_MAX_ATTEMPTS

# invocations that reach their deadline: begun here, checked at the end
for event in kinesis dynamodb packed; do
    lambda_late "partial-$event" "$T/$event" <<'RULES'
PutRecordBatch partial 1 ServiceUnavailableException
RULES
done
changes 1200 >"$T/many.lines"
kinesis <"$T/many.lines" >"$T/many"
lambda_late whole "$T/many" <<'RULES'
PutRecordBatch 1x fake
PutRecordBatch partial 500 ServiceUnavailableException
RULES
for event in kinesis dynamodb; do
    lambda_late "hang-$event" "$T/$event" <<'RULES'
PutRecordBatch hang
RULES
done
BF_TO='s3://lake/!{timestamp:yyyy}/' lambda_late hang-s3 "$T/kinesis" <<'RULES'
PutObject hang
RULES

# rows of one record go out as one record of the Firehose
for event in kinesis dynamodb packed; do
    fault_rules </dev/null
    run "$T/$event"
    is "$event: all is in" "$(cat "$answer")" "$none"
    ok "$event: with its rows, in order" cmp "$T/rows" "$FAULT_DIR/accepted"
done
is "three rows an aggregate in one record of the Firehose" "$(jq -r '.body | fromjson.Records[].Data' "$FAULT_DIR/log" | while read -r data; do echo "$data" | base64 -d | wc -l; done | tr -d ' ' | tr '\n' ' ')" '3 3 3 '

# entries that fail, and are retried within the invocation
fault_rules <<'RULES'
PutRecordBatch 3x partial 1 ServiceUnavailableException
RULES
run "$T/packed"
is "an aggregate that fails three times" "$(cat "$answer") $(twice) $(fault_count PutRecordBatch)" "$none 9 rows, 0 more than once 4"

# requests that fail
for rule in 'error 500 InternalFailure' 'error 503 ServiceUnavailableException' throttle 'error 400 ThrottlingException' 'error 400 ResourceNotFoundException' close reset 'plain 502 bad'; do
    fault_rules <<RULES
PutRecordBatch 1x $rule
RULES
    run "$T/dynamodb"
    is "$rule: the first record is reported" "$(cat "$answer") $(wc -l <"$FAULT_DIR/accepted" | tr -d ' ')" "$(failed 101) 0"
    is "and why, in one line" "$(grep -c '^cdclambda: 1: PutRecordBatch: ' "$L/stderr") $(wc -l <"$L/stderr" | tr -d ' ')" '1 1'
done
fault_rules <<'RULES'
PutRecordBatch 1x cut 10
RULES
run "$T/kinesis"
is "taken in, and the answer lost: reported" "$(cat "$answer")" "$(failed 49541)"
again "$T/kinesis" "$answer" >"$T/next"
is "from the first record on" "$(jq '.Records | length' "$T/next")" 9
cp "$FAULT_DIR/accepted" "$T/accepted"
fault_rules </dev/null
run "$T/next"
cat "$T/accepted" >>"$FAULT_DIR/accepted"
is "all come twice" "$(twice)" '9 rows, 9 more than once'
unset AWS_MAX_ATTEMPTS
for rule in 'error 500 InternalFailure' 'error 503 ServiceUnavailableException' close; do
    fault_rules <<RULES
PutRecordBatch 2x $rule
RULES
    run "$T/kinesis"
    is "$rule, twice: asked a third time" "$(cat "$answer") $(twice) $(fault_count PutRecordBatch)" "$none 9 rows, 0 more than once 3"
done

# rows that no record of the Firehose holds: nothing of their record goes out
python3 -c '
import json, sys
for i, n in enumerate([10, 10, 1100000, 10]):
    print(json.dumps({"eventName": "INSERT", "dynamodb": {"Keys": {"id": {"S": str(i)}}, "NewImage": {"id": {"S": str(i)}, "text": {"S": "x" * n}}}}))' >"$T/wide"
kinesis <"$T/wide" >"$T/wide.event"
fault_rules </dev/null
run "$T/wide.event"
is "a row that is too large is reported" "$(cat "$answer") $(cut -c 1-9 "$FAULT_DIR/accepted" | tr '\n' ' ')" "$(failed 49543) "'{"id":"0" {"id":"1" '
ok "and why" grep -q '^cdclambda: 1: record 3: a row of 11[0-9]* bytes, more than a Firehose record holds' "$L/stderr"
aggregates <"$T/wide" >"$T/wide.event"
fault_rules </dev/null
run "$T/wide.event"
is "an aggregate with one: nothing of it goes out" "$(cat "$answer") $(wc -l <"$FAULT_DIR/accepted" | tr -d ' ')" "$(failed 4954) 0"

# to S3: an object replaces the earlier one
BF_TO='s3://lake/!{timestamp:yyyy}/'
objects() {
    (cd "$FAULT_DIR/objects/lake" 2>/dev/null && find . -type f | sort | tr '\n' ' ')
}
AWS_MAX_ATTEMPTS=1
export AWS_MAX_ATTEMPTS
for rule in 'error 503 SlowDown' 'error 500 InternalError' throttle close 'error 403 AccessDenied' 'hidden InternalError'; do
    fault_rules <<RULES
PutObject 1x $rule
RULES
    run "$T/dynamodb"
    is "S3, $rule: the first record is reported" "$(cat "$answer") $(objects)" "$(failed 101) "
    again "$T/dynamodb" "$answer" >"$T/next"
    run "$T/next"
    is "and sent again: one object" "$(cat "$answer") $(objects)" "$none ./2026/sales-101.ndjson "
done
ok "with every row once" cmp "$T/rows" "$FAULT_DIR/objects/lake/2026/sales-101.ndjson"
fault_rules <<'RULES'
PutObject 1x length +5
RULES
run "$T/kinesis"
is "stored, and the answer lost" "$(cat "$answer") $(objects)" "$(failed 49541) ./2026/orders-shardId-0-49541.ndjson "
run "$T/kinesis"
is "sent again, it takes its place" "$(cat "$answer") $(objects)" "$none ./2026/orders-shardId-0-49541.ndjson "
jq -c '.Records |= .[:4]' "$T/kinesis" >"$T/left"
jq -c '.Records |= .[4:]' "$T/kinesis" >"$T/right"
run "$T/left"
run "$T/right"
is "sent again in halves: two objects" "$(objects)" './2026/orders-shardId-0-49541.ndjson ./2026/orders-shardId-0-49545.ndjson '
cat "$FAULT_DIR"/objects/lake/2026/* >"$T/halves"
ok "that have every row once" cmp "$T/halves" "$T/rows"
unset AWS_MAX_ATTEMPTS
fault_rules <<'RULES'
PutObject 2x throttle
RULES
run "$T/kinesis"
is "SlowDown, twice: asked a third time" "$(cat "$answer") $(fault_count PutObject)" "$none 3"

# an unreadable record stops the delivery before it, whatever the destination does
sed 's/"eventName":"INSERT"/"eventName":"UPSERT"/;3!s/UPSERT/INSERT/' "$T/lines" | kinesis >"$T/third"
fault_rules <<'RULES'
PutObject 1x error 503 SlowDown
RULES
AWS_MAX_ATTEMPTS=1 run "$T/third"
is "the earlier of two failures is reported" "$(cat "$answer")" "$(failed 49541)"
BF_FAIL_BATCH=1 run "$T/third"
is "or the batch fails" "$(head -n 1 "$L/errors/1")" Runtime.Undelivered

# The deadlines have passed. Some entries failed: the accepted ones of the same request are sent twice, aggregates as a
# whole.
BF_TO=firehose:rows
# again_behind EVENT: the rest of the event of $late, sent again, after its accepted records
again_behind() {
    again "$1" "$late/lambda/answers/1.late" >"$T/next"
    fault_rules </dev/null
    run "$T/next"
    cat "$late/fault/accepted" >>"$FAULT_DIR/accepted"
}
for event in kinesis dynamodb packed; do
    case $event in
    kinesis) from=49541 behind=8 ;;
    dynamodb) from=101 behind=8 ;;
    packed) from=4954 behind=6 ;;
    esac
    lambda_late_end "partial-$event"
    is "$event: the record is reported" "$(cat "$late/lambda/answers/1.late")" "$(failed "$from")"
    is "$event: the later ones of the request are delivered" "$(twice "$late/fault")" "$behind rows, 0 more than once"
    again_behind "$T/$event"
    is "$event: sent again, they are delivered twice" "$(cat "$answer") $(twice)" "$none 9 rows, $behind more than once"
done
lambda_late_end whole
is "a request that failed as a whole" "$(cat "$late/lambda/answers/1.late") $(twice "$late/fault")" "$(failed 4954501) 500 rows, 0 more than once"
again_behind "$T/many"
is "and sent again: nothing comes twice" "$(cat "$answer") $(twice)" "$none 1200 rows, 0 more than once"
for event in kinesis dynamodb; do
    lambda_late_end "hang-$event"
    is "$event: a Firehose that says nothing is given up before the deadline" "$(jq '.batchItemFailures | length' "$late/lambda/answers/1.late")" 1
    ok "and why" grep -q "^cdclambda: 1.late: PutRecordBatch: not done before the function's deadline" "$late/lambda/stderr"
done
lambda_late_end hang-s3
is "S3 that says nothing is given up before the deadline" "$(cat "$late/lambda/answers/1.late")" "$(failed 49541)"
ok "and why" grep -q "^cdclambda: 1.late: s3://lake: not done before the function's deadline" "$late/lambda/stderr"
plan
