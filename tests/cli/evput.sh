#!/bin/sh
# evput with a scripted service: its requests, its handling of errors, and the output of --dry-run and --test.
. "$(dirname "$0")/lib.sh"
. "$root/tests/fault/lib.sh"

fault_start </dev/null
fresh() { fault_rules; }
accepted() { sort "$FAULT_DIR/accepted"; }
bodies() { jq -c 'select(.op == "PutEvents").body | fromjson' "$FAULT_DIR/log"; }
counts() { bodies | jq '.Entries | length'; }
put() { evput -s shop -t sale "$@"; }
mark='{"bfpipe.mark":{"stream":"s","shard":"x","sequence":"1"}}'

check 'no source' -s 2 -e "evput: --source is missing, such as shop.orders" -- evput -t x
check 'no detail type' -s 2 -e "evput: --detail-type is missing, such as 'sale.{_op}'" -- evput -s x
check 'AWS has its own sources' -s 2 -e "evput: source 'aws.x': those that begin with aws. are AWS's own" -- evput -s aws.x -t t
check 'an empty source' -s 2 -e "evput: the event's source is empty" -- evput -s '' -t t
check 'a brace alone' -s 2 -e "evput: --detail-type 'a{b': a single '{'; write {{ for a brace" -- evput -s x -t 'a{b'
check 'a closing one' -s 2 -e "evput: --source 'a}b': a single '}'; write }} for a brace" -- evput -s 'a}b' -t x
check 'no name in them' -s 2 -e "evput: --resource 'a{}': {} names no member" -- evput -s x -t x --resource 'a{}'
check 'no bus' -s 2 -e "evput: 'a b' is no event bus: A-Z a-z 0-9 / . - _ only" -- put -b 'a b'
check 'an ARN of something else' -s 2 -e "evput: 'arn:aws:s3:::b' is no ARN of an event bus" -- put -b arn:aws:s3:::b
check 'two ways to look' -s 2 -e 'evput: --dry-run and --test exclude each other' -- put --dry-run --test '{}'
check 'nothing to explain' -s 2 -e 'evput: --explain wants --test' -- put --explain
check 'too large' -s 2 -E "'--max-request': 2MiB is not from 1KiB to 1MiB$" -- put --max-request 2MiB

# Requests.
check 'empty input' -- put
ok 'the bus was asked for' test "$(fault_count DescribeEventBus)" = 1
ok 'nothing was put' test "$(fault_count PutEvents)" = 0
printf '{"op":"a\\u00e9","n":1.50,"at":"2026-11-27T06:30:00.9Z","o":{"id":"x\\"y"}}\n{"op":"\303\251","n":2,"at":1795761000123,"o":{"id":""}}' >"$T/in"
check 'events, the last without a newline' -i "$T/in" -- \
    evput -s 'shop.{o.id}' -t 'sale.{op}-{n}{{}}' --time at --resource 'arn:{n}' --resource plain -b sales --key o.id --window 1
check 'as they were asked for' -o '{"Detail":"{\"op\":\"a\\u00e9\",\"n\":1.50,\"at\":\"2026-11-27T06:30:00.9Z\",\"o\":{\"id\":\"x\\\"y\"}}","Source":"shop.x\"y","DetailType":"sale.aé-1.50{}","Time":1795761000,"Resources":["arn:1.50","plain"],"EventBusName":"sales"}
{"Detail":"{\"op\":\"é\",\"n\":2,\"at\":1795761000123,\"o\":{\"id\":\"\"}}","Source":"shop.","DetailType":"sale.é-2{}","Time":1795761000,"Resources":["arn:2","plain"],"EventBusName":"sales"}' -- \
    sh -c 'jq -c "select(.op == \"PutEvents\").body | fromjson | .Entries[]" "$1"' - "$FAULT_DIR/log"
check 'the dry run prints the same' -i "$T/in" -m '^\{"Detail":"\{.*"EventBusName":"sales"\}$' -- \
    evput --dry-run -s 'shop.{o.id}' -t 'sale.{op}-{n}{{}}' --time at --resource 'arn:{n}' --resource plain -b sales
ok '  to the byte' sh -c 'jq -c "select(.op == \"PutEvents\").body | fromjson | .Entries[]" "$1" >"$3" && jq -c . "$2" | cmp - "$3"' - "$FAULT_DIR/log" "$T/out" "$T/entries"
fresh </dev/null
seq 1 25 | sed 's/.*/{"n":&}/' >"$T/in"
check 'many lines' -i "$T/in" -- put --linger 10s
check 'ten a request' -o '5
10
10' -- sh -c 'jq "select(.op == \"PutEvents\").body | fromjson | .Entries | length" "$1" | sort -n' - "$FAULT_DIR/log"
ok 'each once' sh -c 'sort "$1" >"$3" && sort "$2" | cmp - "$3"' - "$FAULT_DIR/accepted" "$T/in" "$T/got"

# The size of a request, as the service counts it: source, detail type, detail, resources, 14 for the time. "shop" and
# "sale" are 8.
line() { printf '{"n":"%*s"}\n' $(($1 - 8 - 8)) ''; } # a line that counts so many bytes
fresh </dev/null
{ line 524288; line 524288; } >"$T/in"
check 'a full request' -i "$T/in" -- put --linger 10s
check 'is one' -o 1 -- fault_count PutEvents
fresh </dev/null
{ line 524288; line 524289; } >"$T/in"
check 'a byte more' -i "$T/in" -- put --linger 10s
check 'is two' -o 2 -- fault_count PutEvents
fresh </dev/null
line 1000 | sed 's/{/{"t":1795761000,/' >"$T/in" # 15 bytes more
check 'time and resources count' -i "$T/in" -- put --time t --resource 1234567890 --max-request $((1015 + 14 + 10))
check 'to the byte' -s 1 -i "$T/in" -e 'evput: line 1: 1039 bytes as the service counts them, more than a request may have (1038)
evput: 1 line rejected' -- put --time t --resource 1234567890 --max-request 1038
fresh </dev/null
line 1048577 >"$T/in"
echo '{"n":1}' >>"$T/in"
check 'an event that is too large' -s 1 -i "$T/in" -e "evput: line 1: 1048577 bytes as the service counts them, more than a request may have (1048576)
evput: 1 line rejected ($T/rejects)" -- put --rejects "$T/rejects"
check 'does not stop the next' -o '{"n":1}' -- accepted
ok 'and is kept' sh -c 'head -n 1 "$1" | cmp - "$2"' - "$T/in" "$T/rejects"
rm -f "$T/rejects"
head -c 100000000 /dev/zero | tr '\0' x >"$T/in"
check 'a line of 100 MB' -s 1 -i "$T/in" -e 'evput: line 1: 100000000 bytes, longer than the maximum of 1048576
evput: 1 line rejected' -- put

# A region with a limit of 256 KiB: learned from the error.
{ line 200000; line 200000; line 100000; line 300000; line 262144; line 1000; } | sed 's/ /x/g' >"$T/in"
fresh <<'END'
PutEvents 1x error 400 ValidationException Total size of the entries in the request is over the limit.
END
check 'the older limit' -s 1 -i "$T/in" -e "evput: line 4: 300000 bytes as the service counts them, more than a request may have (262144)
evput: 1 line rejected ($T/rejects)" -- put --window 1 --linger 10s --rejects "$T/rejects"
ok 'all others arrive once' sh -c 'sed 4d "$2" | sort >"$3" && sort "$1" | cmp - "$3"' - "$FAULT_DIR/accepted" "$T/in" "$T/got"
ok 'the one is kept' sh -c 'sed -n 4p "$1" | cmp - "$2"' - "$T/in" "$T/rejects"
fresh <<'END'
PutEvents error 400 ValidationException no
END
line 1000 >"$T/in"
check 'a small request that is refused' -s 1 -i "$T/in" -E '^evput: default: PutEvents: ValidationException: no \(HTTP 400' -- put --rejects "$T/rejects"
ok 'is kept' cmp "$T/in" "$T/rejects"
rm -f "$T/rejects"

# Lines that make no event.
fresh </dev/null
printf '{"op":"x"}\nno\n[{"op":"x"}]\n\n{"op":null}\n{}\n{"op":{"a":1}}\n{"op":[]}\n{"op":""}\n{"op":"x"}}\n{"op":"\377"}\n{"op":true}\n{"op":"%0129d"}\n' 0 >"$T/in"
evput_quietly() { # without what --verbose says besides
    evput -v -s shop -t '{op}' --rejects "$T/rejects" 2>"$T/said"
    status=$?
    grep -E ': (line|11 lines)' "$T/said" >&2
    return $status
}
check 'lines that make none' -s 1 -i "$T/in" -e "evput: line 2: byte 1: an object was expected: the event's detail
evput: line 3: byte 1: an object was expected: the event's detail; it is an array, jq -c '.[]' makes lines of it
evput: line 4: byte 1: an object was expected: the event's detail
evput: line 5: --detail-type: member 'op' is null
evput: line 6: --detail-type: no member 'op'
evput: line 7: --detail-type: member 'op' is an object
evput: line 8: --detail-type: member 'op' is an array
evput: line 9: the event's detail type is empty
evput: line 10: byte 11: more text after the document
evput: line 11: byte 8: invalid UTF-8
evput: line 13: a detail type of 129 characters, longer than 128
evput: 11 lines rejected ($T/rejects)" -- evput_quietly
check 'the others go on' -o '{"op":"x"}
{"op":true}' -- accepted
ok 'they are kept' sh -c 'sed -e 1d -e 12d "$1" | cmp - "$2"' - "$T/in" "$T/rejects"
rm -f "$T/rejects"
printf '{"s":"aws.ec2","t":"x","k":1}\n{"s":"a","t":"next friday","k":1}\n{"s":"a","t":1.5e3,"k":1}\n{"s":"a","t":1795761000}\n{"s":"a","t":1795761000,"k":1}\n' >"$T/in"
check 'other lines that make none' -s 1 -i "$T/in" -e "evput: line 1: --time: member 't' is \"x\": want 2026-11-27T06:30:00Z or a time since 1970 in s, ms or us
evput: line 2: --time: member 't' is \"next friday\": want 2026-11-27T06:30:00Z or a time since 1970 in s, ms or us
evput: line 3: --time: member 't' is 1.5e3: want 2026-11-27T06:30:00Z or a time since 1970 in s, ms or us
evput: line 4: no member 'k'
evput: 4 lines rejected" -- evput -s '{s}' -t y --time t --key k
check "AWS's own source in a line" -s 1 -i "$T/in" -E "^evput: line 1: source 'aws.ec2': those that begin with aws. are AWS's own" -- evput -s '{s}' -t y
check 'the first ends it' -s 1 -i "$T/in" -E "^evput: line 1: source " -- evput -s '{s}' -t y --strict

# Marks, and half of one.
fresh </dev/null
printf '\357\273\277{"n":1}\n%s\n%s\n{"bfpipe.mark":{"stream":1}}\n{"n":2}\n' "$mark" "$mark" >"$T/in"
check 'marks are no events' -s 1 -i "$T/in" -E '^evput: line 2: marks are skipped: no tool after evput commits them$' -- put --rejects "$T/rejects"
check 'the lines around them are' -o '{"n":1}
{"n":2}' -- accepted
check 'half a mark is rejected' -o '{"bfpipe.mark":{"stream":1}}' -- cat "$T/rejects"
printf '\357\273\277%s\n' "$mark" >"$T/bom"
for way in --dry-run --test='{"source":["shop"]}'; do
    check "a byte order mark makes a mark data: ${way%%=*}" -s 1 -i "$T/bom" -E '^evput: line 1: ' -- put "$way"
done
check 'marks of a real reader' -i "$T/in" -s 1 -a -E '^evput: line 2: marks are skipped' -- put --dry-run
rm -f "$T/rejects"

# Entries that fail.
lines_of_keys >"$T/in"
fresh <<'END'
PutEvents 1x partial 3
PutEvents 1x partial 2 InternalFailure
PutEvents 1x fake
PutEvents 2x partial 4 InternalException
END
check 'entries that fail' -i "$T/in" -- put --key k
ok 'arrive once, each key in its order' accepted_in_order "$T/in"
for n in 1 2 1; do printf '{"dynamodb":{"Keys":{"id":{"N":"%s"}}}}\n' $n; done >"$T/in"
fresh </dev/null
check 'changes of an item' -i "$T/in" -- put --linger 10s
check 'keep their order without --key' -o '2
1' -- counts
fresh </dev/null
check 'unless told otherwise' -i "$T/in" -- put --linger 10s --unordered
check 'and go together then' -o 3 -- counts
printf '{"n":1}\n{"n":2}\n{"n":3}\n' >"$T/in"
fresh <<'END'
PutEvents 1x partial 2
END
check 'they go again' -i "$T/in" -- put --window 1
check 'alone' -o '3
2' -- counts
for code in MalformedDetail InvalidArgument NotAuthorizedForSourceException AccessDeniedException; do
    fresh <<END
PutEvents 1x partial 1 $code
END
    check "an entry that is refused: $code" -i "$T/in" -s 1 -e "evput: line 1: PutEvents: $code: made to fail
evput: 1 line rejected ($T/rejects)" -- put --rejects "$T/rejects"
    check 'is rejected' -o '{"n":1}' -- cat "$T/rejects"
    check 'and not tried again' -o 1 -- fault_count PutEvents
    rm -f "$T/rejects"
done
fresh <<'END'
PutEvents partial 2
END
check 'an end of patience' -i "$T/in" -s 75 -E '^evput: line 1: PutEvents: ThrottlingException: made to fail' -- put --retry-for 300ms --rejects "$T/rejects"
check 'rejects what is left' -o '{"n":1}
{"n":2}' -- cat "$T/rejects"
check 'and only that' -o '{"n":3}' -- accepted
rm -f "$T/rejects"

# Requests that fail.
for trouble in throttle 'error 400 ThrottlingException' 'plain 503 busy' 'error 500 InternalFailure' close reset; do
    fresh <<END
PutEvents 1x $trouble
END
    check "a request that fails: $trouble" -i "$T/in" -- put --window 1
    check 'goes again' -O "$T/in" -- accepted
done
for trouble in 'cut 40' 'ok {"FailedEntryCount":0,"Entries":[]}' 'ok {"Ent'; do
    fresh <<END
PutEvents 1x fake
PutEvents 1x $trouble
END
    x_first() { { echo '{"n":0}'; soon fault_got PutEvents; cat "$T/in"; } | put --window 1 --linger 0; }
    check "an answer that goes wrong: $trouble" -- x_first
    check 'at least once' -o '{"n":0}
{"n":1}
{"n":2}
{"n":3}' -- sort -u "$FAULT_DIR/accepted"
done
fresh <<'END'
DescribeEventBus error 400 ResourceNotFoundException Event bus none does not exist.
END
check 'an unknown bus' -i "$T/in" -s 1 -E '^evput: none: DescribeEventBus: ResourceNotFoundException: Event bus none does not exist. \(HTTP 400' -- put -b none
ok 'gets nothing' test "$(fault_count PutEvents)" = 0
fresh <<'END'
DescribeEventBus error 400 AccessDeniedException no
END
check 'may not ask for it' -i "$T/in" -e 'evput: sales: DescribeEventBus is not allowed, so nobody knows whether the bus is there; EventBridge drops what is put on a bus that is not' -- put -b sales
check 'goes on' -O "$T/in" -- accepted
fresh <<'END'
* error 400 UnrecognizedClientException The security token included in the request is invalid.
END
check 'wrong credentials' -i "$T/in" -s 1 -E '^evput: default: DescribeEventBus: UnrecognizedClientException: The security' -- put
check 'a service that is down' -i "$T/in" -s 75 -E '^evput: default: DescribeEventBus: cannot connect to 127.0.0.1:1: ' -- put --endpoint-url http://127.0.0.1:1
fresh </dev/null
check 'by ARN' -i "$T/in" -- put -b arn:aws:events:eu-west-3:000000000000:event-bus/sales
ok 'signed for its region' grep -q 'Credential=test/[0-9]*/eu-west-3/events/' "$FAULT_DIR/log"

# Killed, or the service gone: every line is accepted or kept.
fresh <<'END'
PutEvents 1x fake
PutEvents hang
END
mkfifo "$T/fifo"
gone() {
    put --window 1 --linger 0 --retry-for 500ms --max-attempts 1 --rejects "$T/rejects" <"$T/fifo" 2>"$T/err" &
    pid=$!
    exec 4>"$T/fifo"
    echo '{"n":0}' >&4
    soon fault_got PutEvents
    head -n 1 "$T/in" >&4
    soon fault_got PutEvents 2
    fault_stop
    tail -n +2 "$T/in" >&4
    exec 4>&-
    wait $pid
    [ $? = 75 ] && cmp "$T/in" "$T/rejects" && grep -q 'PutEvents: cannot connect' "$T/err"
}
ok 'a service that goes down: tried again, then all is kept' gone
rm -f "$T/fifo" "$T/rejects"
fault_start </dev/null
term() {
    mkfifo "$T/fifo"
    evput -s shop -t sale -q --grace 2m --linger 0 <"$T/fifo" 2>"$T/err" &
    pid=$!
    exec 8>"$T/fifo"
    echo '{"n":1}' >&8
    soon test -s "$FAULT_DIR/accepted"
    kill -TERM $pid
    wait $pid
    status=$?
    exec 8>&-
    [ $status = 0 ] && [ "$(cat "$FAULT_DIR/accepted")" = '{"n":1}' ] && [ ! -s "$T/err" ]
}
ok 'lines go out while the input is open; SIGTERM ends it with status 0' term
check 'rejects that cannot be written' -s 1 -e 'evput: /dev/full: No space left on device' -- sh -c 'echo x | evput -s a -t b --rejects /dev/full'

# --test: the lines that match a rule.
printf '{"op":"INSERT","total":5}\n%s\n{"op":"MODIFY","total":50}\n{"op":"INSERT","total":70}\n' "$mark" >"$T/in"
look() { evput -s shop -t 'sale.{op}' --region eu-west-1 "$@"; }
check 'a rule' -i "$T/in" -o '{"op":"INSERT","total":70}' -E 'marks are skipped' -- \
    look --test '{"source":["shop"],"detail-type":["sale.INSERT"],"region":["eu-west-1"],"detail":{"total":[{"numeric":[">",10]}]}}'
check 'is explained' -i "$T/in" -o '{"op":"MODIFY","total":50}' -e 'evput: line 1: detail-type is "sale.INSERT"
evput: line 2: marks are skipped: no tool after evput commits them
evput: line 3: all fields
evput: line 4: detail-type is "sale.INSERT"' -- look --explain --test '{"detail-type":["sale.MODIFY"]}'
sed 2d "$T/in" >"$T/plain"
check 'a name that no line has' -i "$T/plain" -e "evput: --test takes no line, and none has a value at 'detail.totl'" -- look --test '{"detail":{"totl":[1]}}'
echo '{"detail":{"op":["MODIFY"]}}' >"$T/pattern"
check 'out of a file' -i "$T/plain" -o '{"op":"MODIFY","total":50}' -- look --test "$T/pattern"
check 'a broken pattern' -s 2 -E '^evput: --test: line 1, column [0-9]+: Event pattern is not valid. Reason: ' -- look --test '{"detail":5}'
check 'no file of it' -s 1 -e 'evput: --test: none.json: No such file or directory' -- look --test none.json
check 'resources and time' -i "$T/plain" -o '{"op":"INSERT","total":5}' -- look --resource 'arn:{total}' --test '{"resources":["arn:5"],"account":["000000000000"]}'
check 'how many' -i "$T/plain" -a -e 'evput: 1 of 3 lines would be taken' -- look -v --test "$T/pattern"
check 'bad lines are told' -s 1 -e 'evput: line 1: --detail-type: no member '"'op'"'
evput: 1 line rejected' -- sh -c 'echo "{}" | evput -s a -t "{op}" --test "{\"source\":[\"a\"]}"'
# shellcheck disable=SC2089 # split at the spaces, with its quotes
for way in --dry-run '--test {"source":["shop"]}'; do
    # shellcheck disable=SC2086,SC2090 # options
    check "a full disk: $way" -s 1 -e 'evput: standard output: No space left on device' -- sh -c 'look_in=$1; shift; evput -s shop -t t "$@" <"$look_in" >/dev/full' - "$T/plain" $way
    # shellcheck disable=SC2086,SC2090
    check "no network: $way" -i "$T/plain" -a -- env -u AWS_REGION -u AWS_ACCESS_KEY_ID AWS_ENDPOINT_URL=http://127.0.0.1:1 evput -s shop -t t $way
done
ok 'a reader that goes away' sh -c 'yes "{\"n\":1}" | head -n 200000 | { evput -s shop -t t --dry-run; echo $? >"$1/status"; } | head -n 1 >/dev/null; test "$(cat "$1/status")" -le 1' - "$T"

# The examples of the man page.
fresh </dev/null
printf '{"eventID":"1","eventName":"INSERT","dynamodb":{"ApproximateCreationDateTime":1764309600,"Keys":{"order_id":{"S":"o-1"}},"NewImage":{"order_id":{"S":"o-1"}},"SequenceNumber":"49590338271490256608559692538361571095921575989136588898"}}\n' >"$FAULT_DIR/records"
sed -n 's/^\.Dl \$ //p' "$root/man/evput.1" | sed 's/\\e/\\/g' >"$T/examples"
ok 'four examples' test "$(wc -l <"$T/examples")" = 4
while IFS= read -r example; do
    : >"$FAULT_DIR/accepted"
    check "$example" -a -- sh -c "$example"
    case $example in
    *' -n '*arn* | *--test*) ok 'prints' test -s "$T/out" ;;
    *) ok 'puts' test -s "$FAULT_DIR/accepted" ;;
    esac
done <"$T/examples"
plan
