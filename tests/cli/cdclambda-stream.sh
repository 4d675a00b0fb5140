#!/bin/sh
# cdclambda: events of Kinesis and DynamoDB, whose rows go to a Firehose or to S3.
. "$(dirname "$0")/lib.sh"
. "$root/tests/fault/lib.sh"
. "$root/tests/lambda/lib.sh"

is() { # is NAME GOT WANTED
    if [ "$2" = "$3" ]; then pass "$1"; else fail "$1" "got:    $2" "wanted: $3"; fi
}
# kinesis N [BAD]: an event of N changes; record number BAD holds none
kinesis() {
    bfgen -n "$1" -o cdc --seed 1 2>/dev/null | head -n "$1" | jq -R -c -s --argjson bad "${2:-0}" '{Records: (split("\n")[:-1] | to_entries | map({
        kinesis: {kinesisSchemaVersion: "1.0", partitionKey: "k", sequenceNumber: "4954\(.key + 1)", approximateArrivalTimestamp: 1795759200.5,
            data: ((if .key + 1 == $bad then "no change" else .value end) | @base64)},
        eventSource: "aws:kinesis", eventID: "shardId-000000000000:4954\(.key + 1)", eventSourceARN: "arn:aws:kinesis:us-east-1:1:stream/orders"}))}'
}
accepted() {
    wc -l <"$FAULT_DIR/accepted" | tr -d ' '
}
none='{"batchItemFailures":[]}'
kinesis 5 >"$T/five"
kinesis 5 3 >"$T/third"
kinesis 1200 >"$T/many"
fault_start </dev/null

# to a Firehose
BF_TO=firehose:rows
export BF_TO
lambda_late often "$T/many" <<'END'
PutRecordBatch 1x fake
PutRecordBatch partial 1 ServiceUnavailableException
END
lambda_late once "$T/five" <<'END'
PutRecordBatch 1x partial 1 ServiceUnavailableException
PutRecordBatch hang
END
lambda_begin
cp "$T/five" "$L/events/1"
echo '{"Records":[]}' >"$L/events/2"
cp "$T/many" "$L/events/3"
lambda_run
is "all is in" "$(cat "$L/answers/1" "$L/answers/2" "$L/answers/3")" "$none$none$none"
is "every row is a record" "$(accepted)" 1205
ok "as cdcxform makes them, in order" sh -c 'cat "$1" "$2" | cdcxform | cmp - "$3"' - "$T/five" "$T/many" "$FAULT_DIR/accepted"
is "500 a request" "$(fault_count PutRecordBatch)" 4
is "and nothing is said" "$(cat "$L/stderr")" ''

# The order is that of the record of the stream, which is outside of the data.
lambda_begin
cp "$T/five" "$L/events/1"
BF_FIELDS=order_id BF_META=seq lambda_run
is "_seq is the record's place in the stream" "$(tail -n 1 "$FAULT_DIR/accepted" | jq -r '._seq | sub(".*-0+"; "")')" 49545

fault_rules <<'END'
PutRecordBatch 2x partial 2 ServiceUnavailableException
END
lambda_begin
cp "$T/five" "$L/events/1"
lambda_run
is "entries that fail go again, alone" "$(cat "$L/answers/1") $(accepted) $(fault_count PutRecordBatch)" "$none 5 3"

fault_rules <<'END'
PutRecordBatch error 400 ResourceNotFoundException no such stream
END
lambda_begin
cp "$T/five" "$L/events/1"
lambda_run
is "no such Firehose: the first record is reported" "$(cat "$L/answers/1")" '{"batchItemFailures":[{"itemIdentifier":"49541"}]}'
lambda_begin
cp "$T/five" "$L/events/1"
BF_FAIL_BATCH=true lambda_run
is "or the batch fails" "$(head -n 1 "$L/errors/1")" Runtime.Undelivered
fault_rules <<'END'
PutRecordBatch 1x ok {"FailedPutCount":0,"RequestResponses":[]}
END
lambda_begin
cp "$T/five" "$L/events/1"
lambda_run
is "an answer that lies delivers nothing" "$(cat "$L/answers/1")" '{"batchItemFailures":[{"itemIdentifier":"49541"}]}'

fault_rules </dev/null
lambda_begin
cp "$T/third" "$L/events/1"
lambda_run
is "a record that cannot be read is reported" "$(cat "$L/answers/1")" '{"batchItemFailures":[{"itemIdentifier":"49543"}]}'
is "those in front of it are in" "$(accepted)" 2
ok "and why" grep -q '^cdclambda: 1: record 3: ' "$L/stderr"
fault_rules </dev/null
lambda_begin
cp "$T/five" "$L/events/1"
BF_OPS=remove lambda_run
is "what the filters drop needs no request" "$(cat "$L/answers/1") $(fault_count)" "$none 0"

# aggregates of the Kinesis Producer Library: each part is a record; a malformed one fails its neighbours too
aggregate() { # aggregate BAD <LINES: an event of one plain record and one aggregate of the rest
    python3 -c '
import base64, hashlib, json, sys
lines = [l.rstrip("\n").encode() for l in sys.stdin]
if int(sys.argv[1]): lines[int(sys.argv[1])] = b"no change"
def varint(n):
    out = b""
    while n > 127: out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])
def field(n, b): return bytes([n << 3 | 2]) + varint(len(b)) + b
message = field(1, b"key") + b"".join(field(3, b"\x08\x00" + field(3, l)) for l in lines[1:])
packed = b"\xf3\x89\x9a\xc2" + message + hashlib.md5(message).digest()
print(json.dumps({"Records": [{"kinesis": {"sequenceNumber": str(4954 + i), "data": base64.b64encode(d).decode()}, "eventSource": "aws:kinesis",
    "eventID": "shardId-0:%d" % (4954 + i), "eventSourceARN": "arn:aws:kinesis:us-east-1:1:stream/orders"} for i, d in enumerate([lines[0], packed])]}))' "$1"
}
bfgen -q -n 4 -o cdc --seed 1 | head -n 4 >"$T/lines"
aggregate 0 <"$T/lines" >"$T/packed"
aggregate 2 <"$T/lines" >"$T/packed.bad"
cdcxform "$T/lines" >"$T/rows"
check "cdcxform unpacks an aggregate" -O "$T/rows" -- cdcxform "$T/packed"
fault_rules </dev/null
lambda_begin
cp "$T/packed" "$L/events/1"
lambda_run
is "so does the function" "$(cat "$L/answers/1" "$L/stderr")" "$none"
ok "with its rows" cmp "$T/rows" "$FAULT_DIR/accepted"
fault_rules </dev/null
lambda_begin
cp "$T/packed.bad" "$L/events/1"
lambda_run
is "an aggregate with a wrong part is reported" "$(cat "$L/answers/1")" '{"batchItemFailures":[{"itemIdentifier":"4955"}]}'
is "and nothing of it is delivered" "$(accepted)" 1

# to S3: an object a batch, named after its first record
objects() {
    (cd "$FAULT_DIR/objects" 2>/dev/null && find . -type f | sort | tr '\n' ' ')
}
fault_rules </dev/null
lambda_begin
cp "$T/five" "$L/events/1"
cp "$T/five" "$L/events/2"
BF_TO='s3://lake/rows/!{timestamp:yyyy/MM}/' lambda_run
is "a batch that comes again replaces its object" "$(objects)" './lake/rows/2026/11/orders-shardId-000000000000-49541.ndjson '
ok "with its rows" sh -c 'cdcxform "$1" | cmp - "$2"' - "$T/five" "$FAULT_DIR/objects/lake/rows/2026/11/orders-shardId-000000000000-49541.ndjson"
fault_rules </dev/null
lambda_begin
cp "$T/five" "$L/events/1"
BF_TO='s3://lake/x-!{timestamp:yyyy}-' BF_COMPRESS=gzip lambda_run
is "compressed" "$(objects)" './lake/x-2026-orders-shardId-000000000000-49541.ndjson.gz '
ok "with the same rows" sh -c 'cdcxform "$1" >"$1.rows" && gzip -dc "$2" | cmp - "$1.rows"' - "$T/five" "$FAULT_DIR/objects/lake/x-2026-orders-shardId-000000000000-49541.ndjson.gz"
fault_rules <<'END'
PutObject error 403 AccessDenied no
END
lambda_begin
cp "$T/five" "$L/events/1"
BF_TO='s3://lake/' lambda_run
is "an object that is refused" "$(cat "$L/answers/1")" '{"batchItemFailures":[{"itemIdentifier":"49541"}]}'
ok "and why" grep -q '^cdclambda: 1: s3://lake: .*AccessDenied' "$L/stderr"
lambda_begin
BF_TO='s3://lake/!{partitionKeyFromLambda:x}/' lambda_run
ok "a prefix of partition keys makes no sense" grep -q 'its prefix can only tell the time' "$L/init"

v=$SHARED/vectors/lambda
if [ -d "$v" ]; then
    fault_rules </dev/null
    lambda_begin
    cp "$v/dynamodb-event.json" "$L/events/1"
    cp "$v/dynamodb-time-window-event.json" "$L/events/2"
    cp "$v/dynamodb-event-malformed.2.json" "$L/events/3"
    cp "$v/kinesis-event.json" "$L/events/4"
    cp "$v/kinesis-time-window-event.json" "$L/events/5"
    lambda_run
    is "DynamoDB" "$(cat "$L/answers/1")" "$none"
    is "in a window" "$(cat "$L/answers/2")" "$none"
    is "malformed" "$(tail -n 1 "$L/errors/3" | jq -r .errorMessage)" "the event: byte 2969: ',' or ']' was expected"
    is "Kinesis, without changes" "$(cat "$L/answers/4")" '{"batchItemFailures":[{"itemIdentifier":"49568167373333333333333333333333333333333333333333333333"}]}'
    is "in a window" "$(cat "$L/answers/5")" '{"batchItemFailures":[{"itemIdentifier":"49590338271490256608559692538361571095921575989136588898"}]}'
    ok "the rows" sh -c 'cat "$1/dynamodb-event.json" "$1/dynamodb-time-window-event.json" | cdcxform | cmp - "$2"' - "$v" "$FAULT_DIR/accepted"
else
    skip "events of AWS" "no $v"
fi

# the deadlines of the first invocations have passed
lambda_late_end often
is "those that do not get in before the deadline are reported" "$(cat "$late/lambda/answers/1.late")" '{"batchItemFailures":[{"itemIdentifier":"4954501"}]}'
ok "and why" grep -q '^cdclambda: 1.late: PutRecordBatch: ServiceUnavailableException: made to fail$' "$late/lambda/stderr"
lambda_late_end once
is "nor is a request waited for past it" "$(cat "$late/lambda/answers/1.late")" '{"batchItemFailures":[{"itemIdentifier":"49541"}]}'
ok "and what the service said before is told" grep -q '^cdclambda: 1.late: PutRecordBatch: ServiceUnavailableException: made to fail$' "$late/lambda/stderr"
plan
