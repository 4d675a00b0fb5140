#!/bin/sh
# cdclambda: the runtime API, Firehose events, and how errors are reported.
. "$(dirname "$0")/lib.sh"
. "$root/tests/lambda/lib.sh"

is() { # is NAME GOT WANTED
    if [ "$2" = "$3" ]; then pass "$1"; else fail "$1" "got:    $2" "wanted: $3"; fi
}
# event N: a transform event of N changes
event() {
    bfgen -n "$1" -o cdc --seed 1 2>/dev/null | head -n "$1" | jq -R -c -s '{invocationId: "i", deliveryStreamArn: "arn:aws:firehose:us-east-1:1:deliverystream/s", region: "us-east-1",
        records: (split("\n")[:-1] | to_entries | map({recordId: "r\(.key)", approximateArrivalTimestamp: 1, data: (.value + "\n" | @base64)}))}'
}
event 3 >"$T/three"
cdcxform -o firehose "$T/three" | tr -d '\n' >"$T/three.want"

lambda_begin
cp "$T/three" "$L/events/1"
cp "$T/three" "$L/events/2.chunked"
cp "$T/three" "$L/events/3.drip"
cp "$T/three" "$L/events/4.last"
cp "$T/three" "$L/events/5.gone"
cp "$T/three" "$L/events/6"
lambda_run
is "SIGTERM while it waits: exit 0" "$lambda_status" 0
ok "nothing is said" test ! -s "$L/stderr"
for n in 1 2.chunked 3.drip 4.last 5.gone 6; do
    ok "event $n has the answer of cdcxform" cmp "$T/three.want" "$L/answers/$n"
done
is "one connection until it was closed" "$(awk '$1 == "GET" { print $3 }' "$L/log" | tr '\n' ' ')" '1 1 1 1 2 3 3 '
is "the paths of the API" "$(head -n 2 "$L/log")" 'GET /2018-06-01/runtime/invocation/next 1
POST /2018-06-01/runtime/invocation/1/response 1'

# unreadable events: each is reported with its kind, and the next event is handled
lambda_begin
printf '' >"$L/events/1"
printf '{"records":[{"recordId":"1","data":"' >"$L/events/2"
echo '{"hello":"world"}' >"$L/events/3"
echo '[1]' >"$L/events/4"
echo '{"records":[{"data":""}]}' >"$L/events/5"
echo '{"records":[]}' >"$L/events/6"
echo '{"Records":[{"kinesis":{"data":"","sequenceNumber":"1"}}]}' >"$L/events/7"
cp "$T/three" "$L/events/8.refuse"
cp "$T/three" "$L/events/9"
lambda_run
is "served all" "$(cd "$L" && echo answers/* errors/*)" 'answers/6 answers/9 errors/1 errors/2 errors/3 errors/4 errors/5 errors/7 errors/8.refuse'
is "an empty event" "$(cat "$L/errors/1")" 'Runtime.BadEvent
{"errorMessage":"the event: byte 1: unexpected end, a value was expected","errorType":"Runtime.BadEvent","stackTrace":[]}'
is "half of one" "$(tail -n 1 "$L/errors/2" | jq -r .errorMessage)" 'byte 36: unterminated string'
is "another one" "$(tail -n 1 "$L/errors/3" | jq -r .errorMessage)" 'an event of neither Firehose, Kinesis nor DynamoDB'
is "an array" "$(tail -n 1 "$L/errors/4" | jq -r .errorMessage)" 'an event of neither Firehose, Kinesis nor DynamoDB'
is "no recordId" "$(tail -n 1 "$L/errors/5" | jq -r .errorMessage)" 'record 1: has no recordId'
is "no destination" "$(head -n 1 "$L/errors/7")" Runtime.NoDestination
is "an answer that is refused" "$(head -n 1 "$L/errors/8.refuse")" Runtime.AnswerRefused
is "no records" "$(cat "$L/answers/6")" '{"records":[]}'
ok "standard error names the request" grep -q '^cdclambda: 5: record 1: has no recordId$' "$L/stderr"

# events of other sources have records too
lambda_begin
echo '{"Records":[{"eventSource":"aws:s3","s3":{"object":{"key":"x"}}}]}' >"$L/events/1"
echo '{"Records":[{"eventSource":"aws:sqs","body":"{}"}]}' >"$L/events/2"
echo '{"Records":[]}' >"$L/events/3"
BF_TO=s3://lake/ lambda_run
for n in 1 2; do
    is "of another source" "$(head -n 1 "$L/errors/$n") $(tail -n 1 "$L/errors/$n" | jq -r .errorMessage)" 'Runtime.BadEvent an event of neither Firehose, Kinesis nor DynamoDB'
done
is "without records: done" "$(cat "$L/answers/3")" '{"batchItemFailures":[]}'

# failed records are told, in the log
lambda_begin
echo '{"records":[{"recordId":"x","data":"e30="}]}' >"$L/events/1"
lambda_run
is "ProcessingFailed with the data as it came" "$(cat "$L/answers/1")" '{"records":[{"recordId":"x","result":"ProcessingFailed","data":"e30="}]}'
ok "and why" grep -q '^cdclambda: 1: record 1 (x): ' "$L/stderr"
jq -n -c '{records: [range(12) | {recordId: "r\(.)", data: ""}]}' >"$T/twelve"
lambda_begin
cp "$T/twelve" "$L/events/1"
cp "$T/twelve" "$L/events/2"
lambda_run
is "the first ten of an event, then how many" "$(grep -c '^cdclambda: 2: record ' "$L/stderr") $(tail -n 1 "$L/stderr")" '10 cdclambda: 2: 12 records failed'
lambda_begin
cp "$T/twelve" "$L/events/1"
BF_VERBOSE=1 lambda_run
is "--verbose: all of them" "$(grep -c '^cdclambda: 1: record ' "$L/stderr")" 12
is "  and how many there were, of the event and of all" "$(tail -n 2 "$L/stderr")" 'cdclambda: 1: 12 records, 0 dropped, 12 failed
cdclambda: 1 event, 12 records, 12 failed'
lambda_begin
cp "$T/twelve" "$L/events/1"
BF_QUIET=1 lambda_run
is "--quiet: none" "$(cat "$L/stderr")" ''

# large: 6 MB in, under 6 MiB out
event 4200 | head -c 100000000 >"$T/large"
lambda_begin
cp "$T/large" "$L/events/1"
cp "$T/large" "$L/events/2.chunked"
BF_IMAGE=both lambda_run
ok "an event of $(wc -c <"$T/large") bytes" test "$(wc -c <"$T/large")" -gt 4000000
is "every recordId once" "$(jq -r '.records[].recordId' "$L/answers/1" | sort -u | wc -l)" 4200
ok "chunked alike" cmp "$L/answers/1" "$L/answers/2.chunked"
lambda_begin
cp "$T/large" "$L/events/1"
BF_MAX_ANSWER=$(wc -c <"$T/large") BF_META_PREFIX=$(printf %0150d 7) BF_IMAGE=both BF_META=op,ts,table,event-id,seq lambda_run
ok "an answer is not larger than it may be" test "$(wc -c <"$L/answers/1")" -le "$(wc -c <"$T/large")"
is "every recordId once" "$(jq -r '.records[].recordId' "$L/answers/1" | sort -u | wc -l)" 4200
is "what had no room failed, at the end" "$(jq -r '.records[].result' "$L/answers/1" | uniq | tr '\n' ' ')" 'Ok ProcessingFailed '

lambda_begin
cp "$T/three" "$L/events/1"
BF_MAX_ANSWER=300 lambda_run
is "an answer that cannot be made small enough" "$(head -n 1 "$L/errors/1") $(tail -n 1 "$L/errors/1" | jq -r .errorMessage | sed 's/[0-9]* bytes/N bytes/')" \
    "Runtime.AnswerTooLarge an answer of N bytes, more than Lambda takes (300)"

# an event that arrives slowly is answered although SIGTERM arrived meanwhile
lambda_begin
cp "$T/large" "$L/events/1.hold"
cp "$T/three" "$L/events/2"
lambda_api
cdclambda 2>"$L/stderr" &
LAMBDA_PID=$!
lambda_wait "$L/held" "$LAMBDA_PID"
kill -TERM "$LAMBDA_PID"
: >"$L/go"
wait "$LAMBDA_PID"
is "SIGTERM in an event: exit 0" "$?" 0
LAMBDA_PID=''
lambda_stop
is "after its answer, and no other" "$(jq '.records | length' "$L/answers/1.hold") $(ls "$L/answers")" '4200 1.hold'

# the API fails
# fails HOW MESSAGE
fails() {
    lambda_begin
    cp "$T/three" "$L/events/1.$1"
    lambda_run
    is "$1: it exits with 1" "$lambda_status $(cat "$L/stderr")" "1 cdclambda: runtime API: $2"
}
fails cut 'the connection broke'
fails noid 'next: an event without request id'
fails broken 'response: HTTP 500'
fails next500 'next: HTTP 500'
fails nolength 'next: an event of unknown length'
fails badlength 'a Content-Length that is not a number'
fails badchunk 'a chunk without its size'
check "no API to speak to" -s 1 -E '^cdclambda: runtime API: 127.0.0.1:1: Connection refused' -- env AWS_LAMBDA_RUNTIME_API=127.0.0.1:1 cdclambda
check "not in Lambda" -s 2 -E 'AWS_LAMBDA_RUNTIME_API is not set' -- env -u AWS_LAMBDA_RUNTIME_API cdclambda
check "no address" -s 2 -E "'nonsense:123456789' is not address:port" -- env AWS_LAMBDA_RUNTIME_API=nonsense:123456789 cdclambda

# configuration: file, then environment; a mistake is an error of initialisation
lambda_begin
cp "$T/three" "$L/events/1"
mkdir "$T/task"
printf '# rows\nops = insert\n\n--fields order_id,\n  total\nno-meta\n' >"$T/task/transform.conf"
LAMBDA_TASK_ROOT=$T/task BF_FIELDS=order_id BF_NO_META=1 lambda_run
is "transform.conf, and BF_FIELDS over it" "$(jq -r '.records[0].data | @base64d' "$L/answers/1")" '{"order_id":"o-1"}'
cdcxform --options "$T/task/transform.conf" -o firehose "$T/three" | tr -d '\n' >"$T/three.conf"
lambda_begin
cp "$T/three" "$L/events/1"
LAMBDA_TASK_ROOT=$T/task lambda_run
ok "cdcxform --options reads it alike" cmp "$T/three.conf" "$L/answers/1"
printf 'ops = insert\nfeilds = a\n' >"$T/task/transform.conf"
lambda_begin
LAMBDA_TASK_ROOT=$T/task lambda_run
is "a wrong word: exit 2" "$lambda_status" 2
is "is told to the API" "$(head -n 1 "$L/init"; tail -n 1 "$L/init" | jq -r .errorMessage)" "Runtime.BadConfiguration
$T/task/transform.conf: line 2: unknown option 'feilds'"
lambda_begin
BF_OPS=upsert lambda_run
is "a wrong value" "$(tail -n 1 "$L/init" | jq -r .errorMessage)" "BF_OPS: option 'ops': 'upsert' is not INSERT, MODIFY or REMOVE"
lambda_begin
BF_TO=ftp://x lambda_run
is "a wrong destination" "$(tail -n 1 "$L/init" | jq -r .errorMessage)" "--to: 'ftp://x' is not firehose:STREAM or s3://BUCKET/PREFIX"
lambda_begin
cp "$T/three" "$L/events/1"
BF_WHERE="order_id <> 'o-2'" lambda_run
is "SQL filters" "$(jq -c '[.records[].result]' "$L/answers/1")" '["Ok","Dropped","Ok"]'
lambda_begin
BF_SQL='SELECT count(*) FROM cdc' lambda_run
ok "a query that waits for the end" grep -q 'over more than one change ha.* no end in Firehose' "$L/init"
lambda_begin
BF_DEDUPE=100 lambda_run
is "what would drop an event that comes again" "$(tail -n 1 "$L/init" | jq -r .errorMessage)" '--dedupe: an event that is sent again after a failure would be dropped'
lambda_begin
cp "$T/three" "$L/events/1"
BF_MATCH='{"dynamodb":{"NewImage":{"order_id":{"S":["o-3"]}}}}' BF_EXPLAIN=1 BF_RENAME=order_id=id BF_NO_META=1 BF_FIELDS=id lambda_run
is "event patterns and another shape" "$(jq -c '.records[] | [.result, (.data | @base64d)]' "$L/answers/1")" '["Dropped",""]
["Dropped",""]
["Ok","{\"id\":\"o-3\"}\n"]'
lambda_begin
BF_FEILDS=order_id lambda_run
is "a variable that is mistyped" "$lambda_status $(tail -n 1 "$L/init" | jq -r .errorMessage)" '2 BF_FEILDS: there is no such option'
lambda_begin
BF_TO='firehose:a b' lambda_run
is "no name of a Firehose" "$(tail -n 1 "$L/init" | jq -r .errorMessage)" "--to: 'a b' is not the name of a Firehose stream"
lambda_begin
cp "$T/three" "$L/events/1"
BF_FIELDS='' BF_NO_META=0 BF_COMPRESS=none BF_EXPLAIN=1 BF_PROGRESS=1 lambda_run
ok "an empty one is as none, and 0 and false change nothing" cmp "$T/three.want" "$L/answers/1"
is "nor do those that mean nothing here say anything" "$(cat "$L/stdout" "$L/stderr")" ''
lambda_begin
BF_FOLD=order_id lambda_run
ok "--fold is refused" grep -q 'fold.* have no end in Firehose' "$L/init"
lambda_begin
BF_NO_META=yes lambda_run
is "a flag is 1 or true" "$(tail -n 1 "$L/init" | jq -r .errorMessage)" "BF_NO_META: 'yes' is not 1, true, 0 or false"

# the manual: its transform.conf, and its trial with cdcxform
sed -n '/^\$ cat transform.conf/,/^\$ make/p' "$root/man/cdclambda.1" | sed '1d;$d' >"$T/task/transform.conf"
lambda_begin
cp "$T/three" "$L/events/1"
LAMBDA_TASK_ROOT=$T/task lambda_run
cp "$T/three" "$T/event.json"
sed -n 's/^\.Dl \$ //p' "$root/man/cdclambda.1" >"$T/trial"
is "manual: one trial" "$(wc -l <"$T/trial")" 1
(cd "$T" && sh ./trial | tr -d '\n') >"$T/trial.out"
ok "manual: the trial and the function agree" cmp "$T/trial.out" "$L/answers/1"
is "manual: partition keys" "$(jq -c '.records[1].metadata' "$L/answers/1")" '{"partitionKeys":{"category":"games"}}'

# The AWS CLI accepts the manual's commands.
sed -n '/^\$ aws /,/[^e]$/p' "$root/man/cdclambda.1" | sed 's/^\$ aws \(.*\)/aws --region us-east-1 \1/; s/\\e$/\\/; /[^\\]$/s/$/ --generate-cli-skeleton input/' >"$T/aws"
is "manual: commands of the AWS CLI" "$(grep -c '^aws ' "$T/aws") $(grep -c 'skeleton input$' "$T/aws")" '3 3'
if command -v aws >/dev/null; then
    mkdir -p "$T/build"
    printf 'PK\005\006\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000' >"$T/build/lambda-x86_64.zip"
    ok "it accepts them" sh -c 'cd "$1" && stream=arn:s queue=arn:q role=arn:r sh -e ./aws >aws.out 2>&1 || { cat aws.out; false; }' - "$T"
else
    skip "it takes them" "no aws"
fi

v=$SHARED/vectors/lambda/kinesis-firehose-event.json
if [ -f "$v" ]; then
    lambda_begin
    cp "$v" "$L/events/1"
    lambda_run
    is "Firehose's event of AWS" "$(cat "$L/answers/1")" '{"records":[{"recordId":"record1","result":"ProcessingFailed","data":"SGVsbG8gV29ybGQ="},{"recordId":"record2","result":"ProcessingFailed","data":"SGVsbG8gV29ybGQ="}]}'
else
    skip "Firehose's event of AWS" "no $v"
fi
plan
