#!/bin/sh
# kinput with a scripted service: its requests, and its handling of errors.
. "$(dirname "$0")/lib.sh"
. "$root/tests/fault/lib.sh"

check 'no stream' -s 2 -e "kinput: usage: kinput [options] STREAM | ARN
kinput: try 'kinput --help'" -- kinput
check 'two keys' -s 2 -e 'kinput: --key, --key-hash and --key-random exclude each other' -- kinput --key a --key-hash s
check 'no window' -s 2 -E "'--window': 0 is not from 1 to 64$" -- kinput --window 0 s
check 'no name of a key' -s 2 -e 'kinput: --key: a name is missing, such as customer_id' -- kinput --key '' s
check 'a table is no stream' -s 2 -e "kinput: 'dynamodb:sales' is no stream name: A-Z a-z 0-9 - _ . only" -- kinput dynamodb:sales
check 'too large' -s 2 -E "'--max-record': 11MiB is not from 1 to 10MiB$" -- kinput --max-record 11MiB s

fault_start <<'END'
END
check 'an ARN of something else' -s 2 -e "kinput: 'arn:aws:s3:::b' is no ARN of a Kinesis stream" -- kinput arn:aws:s3:::b

accepted() {
    cat "$FAULT_DIR/accepted"
}
bodies() {
    jq -r --arg op PutRecords 'select(.op == $op).body' "$FAULT_DIR/log"
}
# fresh: forget what was sent; the rules from standard input
fresh() {
    fault_rules
}

check 'empty input' -- kinput s
ok 'sends nothing' test ! -s "$FAULT_DIR/log"
printf 'a\n\n{"b":1}\nlast' >"$T/in"
check 'each line is a record' -i "$T/in" -- kinput --window 1 s
check 'blank ones and the last too' -o 'a

{"b":1}
last' -- accepted
printf '\377\376 broken\n{"a":\n' >"$T/in"
fresh </dev/null
check 'any bytes will do' -i "$T/in" -- kinput s
check 'and arrive as they are' -O "$T/in" -- accepted
fresh </dev/null
check 'by ARN' -i "$T/in" -- kinput arn:aws:kinesis:us-east-1:000000000000:stream/s
check 'name and ARN are told' -m '^{"StreamName":"s","StreamARN":"arn:aws:kinesis:us-east-1:000000000000:stream/s","Records":\[' -- bodies

# Partition keys.
keys() {
    bodies | jq -r '.Records[].PartitionKey'
}
printf '%s\n' '{"id":"o-1","n":7}' '{"id":"\u00fc\"","n":12345678901234567890123456789012345678901}' '{"a":{"id":{"S":"x"}},"id":true}' >"$T/in"
fresh </dev/null
check 'a member' -i "$T/in" -- kinput --key id --window 1 s
check 'is the key' -o 'o-1
ü"
true' -- keys
fresh </dev/null
check 'a number' -i "$T/in" -s 1 -e "kinput: line 3: no member 'n'
kinput: 1 line rejected" -- kinput --key n --window 1 s
check 'digit for digit' -o '7
12345678901234567890123456789012345678901' -- keys
fresh </dev/null
check 'a path' -i "$T/in" -s 1 -E "^kinput: line 1: no member 'a.id.S'" -- kinput --key a.id.S s
check 'goes down' -o x -- keys
fresh </dev/null
check 'a hash' -i "$T/in" -E '^kinput: s: [0-9]+ records put, 0 rejected$' -- kinput -v --key-hash --window 1 s
check 'of the line' -o "$(while IFS= read -r l; do printf %s "$l" | md5sum | cut -c 1-32 | tr a-f A-F; done <"$T/in")" -- keys
long=$(printf %0257d 0)
printf '%s\n' '{"id":"a"}' 'no json' '{"id":null}' '{"x":1}' '' '{"id":""}' "{\"id\":\"$long\"}" '{"id":"\ud800"}' '{"id":"z"}' >"$T/in"
fresh </dev/null
check 'lines without a key' -i "$T/in" -s 1 -e "kinput: line 2: byte 1: an object was expected
kinput: line 3: member 'id' is null
kinput: line 4: no member 'id'
kinput: line 5: an empty line has no member 'id'
kinput: line 6: member 'id' is empty: a partition key is not
kinput: line 7: member 'id': a partition key of 257 characters, longer than 256
kinput: line 8: byte 8: half of a surrogate pair
kinput: 7 lines rejected ($T/rejects)" -- kinput --key id --rejects "$T/rejects" s
check 'the others arrive' -o '{"id":"a"}
{"id":"z"}' -- accepted
sed '1d;$d' "$T/in" >"$T/want"
check 'rejects are verbatim' -O "$T/want" -- cat "$T/rejects"
fresh </dev/null
check 'the first ends it' -i "$T/in" -s 1 -e 'kinput: line 2: byte 1: an object was expected' -- kinput --key id --strict s
check 'after the lines read before' -o '{"id":"a"}' -- accepted
cat >"$T/in" <<'END'
{"eventName":"INSERT","dynamodb":{"Keys":{"id":{"S":"1"},"sk":{"N":"2"}},"SequenceNumber":"1"}}
{"eventName":"MODIFY","dynamodb":{"SequenceNumber":"2","Keys":{"sk":{"N":"2"},"id":{"S":"1"}}}}
{"eventName":"MODIFY","dynamodb":{"Keys":{"id":{"S":"2"},"sk":{"N":"2"}}}}
END
fresh </dev/null
check 'change lines' -i "$T/in" -- kinput s
sameitem() {
    keys | sort | uniq -c | awk '{ print $1, length($2) }' | sort
}
check 'the item is the key' -o '1 32
2 32' -- sameitem
fresh </dev/null
check 'unless told otherwise' -i "$T/in" -- kinput --key-random s
check 'random' -o '1 16
1 16
1 16' -- sameitem

# Limits.
seq 1 1201 >"$T/in"
fresh </dev/null
check 'many lines' -i "$T/in" -- kinput --linger 10s s
counts() {
    bodies | wc -l # the log keeps the beginning of a request
    sort -n "$FAULT_DIR/accepted" | cmp - "$T/in" && echo all
}
check 'go in requests of 500' -o '3
all' -- counts
head -c 1000000 /dev/zero | tr '\0' x >"$T/big"
for i in 1 2 3 4 5 6; do
    cat "$T/big"
    echo
done >"$T/in"
fresh </dev/null
check 'large lines' -i "$T/in" -- kinput --linger 10s s
check 'go in requests of 5 MiB' -o 2 -- fault_count PutRecords
{ echo a; head -c 1048560 /dev/zero | tr '\0' x; echo; head -c 1048561 /dev/zero | tr '\0' y; echo; echo b; } >"$T/in"
fresh </dev/null
check 'a line over 1 MiB with its key' -i "$T/in" -s 1 \
    -e 'kinput: line 3: 1048577 bytes with its partition key, longer than a record may be (1048576)
kinput: 1 line rejected' -- kinput s
check 'the others are in' -o '1
1
1048560' -- sh -c 'awk "{ print length }" "$1" | sort -n' - "$FAULT_DIR/accepted"
{ echo a; head -c 100000000 /dev/zero | tr '\0' x; echo; echo b; } >"$T/in"
fresh </dev/null
check 'a line of 100 MB' -i "$T/in" -s 1 -e "kinput: line 2: 100000000 bytes, longer than the maximum of 10485760
kinput: 1 line rejected ($T/rejects)" -- kinput --window 1 --rejects "$T/rejects" s
check 'does not stop the next' -o 'a
b' -- accepted
ok 'and is kept' test "$(wc -c <"$T/rejects")" = 100000001
rm -f "$T/rejects" "$T/in"

# Entries that fail.
lines_of_keys >"$T/in"
fresh <<'END'
PutRecords 1x partial 3
PutRecords 1x partial 2 InternalFailure
PutRecords 1x fake
PutRecords 2x partial 4
END
check 'entries that fail' -i "$T/in" -- kinput --key k s
ok 'arrive once, each key in its order' accepted_in_order "$T/in"
printf 'a\nb\nc\n' >"$T/in"
fresh <<'END'
PutRecords 1x partial 2
END
check 'they go again' -i "$T/in" -- kinput --key-hash --window 1 s
check 'alone' -o '3
2' -- sh -c "jq -r 'select(.op == \"PutRecords\").body | fromjson | .Records | length' \"\$1\"" - "$FAULT_DIR/log"
fresh <<'END'
PutRecords 1x partial 1 AccessDeniedException
END
check 'an entry that is refused' -i "$T/in" -s 1 -e "kinput: line 1: PutRecords: AccessDeniedException: made to fail
kinput: 1 line rejected ($T/rejects)" -- kinput --rejects "$T/rejects" s
check 'is rejected' -o a -- cat "$T/rejects"
check 'alone as well' -o 'b
c' -- accepted
fresh <<'END'
PutRecords partial 2
END
check 'an end of patience' -i "$T/in" -s 75 -E '^kinput: line 1: PutRecords: ProvisionedThroughputExceededException: made to fail' -- \
    kinput --retry-for 300ms --rejects "$T/rejects" s
check 'rejects what is left' -o 'a
b' -- cat "$T/rejects"
check 'and only that' -o c -- accepted

# Requests that fail.
for trouble in throttle 'plain 503 busy' 'error 500 InternalFailure' close reset; do
    fresh <<END
PutRecords 1x $trouble
END
    check "a request that fails: $trouble" -i "$T/in" -- kinput --window 1 s
    check 'goes again' -o 'a
b
c' -- accepted
done
fresh <<END
PutRecords 4x throttle
END
check 'a stream that throttles from the start' -i "$T/in" -- kinput --window 1 --max-attempts 2 s
check 'gets all in the end' -o 'a
b
c' -- accepted
x_first() { # a request of its own, before the others come
    { echo x; soon fault_got PutRecords; cat "$T/in"; } | kinput --window 1 --linger 0 s
}
for trouble in 'cut 40' 'ok {"FailedRecordCount":0,"Records":[]}' 'ok {"Rec'; do
    fresh <<END
PutRecords 1x fake
PutRecords 1x $trouble
END
    check "an answer that goes wrong: $trouble" -- x_first
    check 'at least once' -o 'a
b
c
x' -- sort -u "$FAULT_DIR/accepted"
done
fresh <<'END'
* error 400 ResourceNotFoundException Stream s under account 0 not found.
END
check 'an unknown stream' -i "$T/in" -s 1 \
    -E '^kinput: s: PutRecords: ResourceNotFoundException: Stream s under account 0 not found. \(HTTP 400, request ' -- kinput --rejects "$T/rejects" s
cp "$T/err" "$T/told"
check 'nothing is lost' -O "$T/in" -- cat "$T/rejects"
check 'and it is reported' -m '^kinput: 3 lines taken in and not delivered: see .*/rejects, the first is line 1$' -- cat "$T/told"
fresh <<'END'
* error 400 UnrecognizedClientException The security token included in the request is invalid.
END
check 'wrong credentials' -i "$T/in" -s 1 -E '^kinput: s: PutRecords: UnrecognizedClientException: The security' -- kinput s
check 'a service that is down' -i "$T/in" -s 75 -E '^kinput: s: PutRecords: cannot connect to 127.0.0.1:1: ' -- \
    kinput --endpoint-url http://127.0.0.1:1 s
# The second request goes when the first is answered, and is not: its line is kept, too.
fresh <<'END'
PutRecords 1x fake
PutRecords hang
END
mkfifo "$T/fifo"
gone() {
    kinput --window 1 --linger 0 --retry-for 500ms --max-attempts 1 --rejects "$T/rejects" s <"$T/fifo" 2>"$T/err" &
    pid=$!
    exec 4>"$T/fifo"
    echo x >&4
    soon fault_got PutRecords
    head -n 1 "$T/in" >&4
    soon fault_got PutRecords 2
    fault_stop
    tail -n +2 "$T/in" >&4
    exec 4>&-
    wait $pid
    [ $? = 75 ] && cmp "$T/in" "$T/rejects" && grep -q 'PutRecords: cannot connect' "$T/err"
}
ok 'a service that goes down: tried again, then all is kept' gone

fault_start </dev/null
check 'rejects that cannot be written' -s 1 -e 'kinput: /dev/full: No space left on device' -- \
    sh -c 'echo x | kinput --key id --rejects /dev/full s'
check 'rejects that cannot be made' -s 1 -e "kinput: $T/none/r: No such file or directory" -- kinput --rejects "$T/none/r" s
printf 'a\n{"bfpipe.mark":{"stream":"s","shard":"x","sequence":"1"}}\n{"bfpipe.mark":{"stream":"s","shard":"x","sequence":"2"}}\nb\n' >"$T/in"
fresh </dev/null
fresh </dev/null
printf '\357\273\277{"id":"a"}\n\357\273\277{"id":"b"}\n' >"$T/bom"
check 'a byte order mark' -s 1 -i "$T/bom" -E '^kinput: line 2: ' -- kinput --key id s
check 'is no part of the first line' -o '{"id":"a"}' -- accepted
fresh </dev/null
check 'marks are no records' -i "$T/in" -e 'kinput: line 2: marks are skipped: no tool after kinput commits them' -- kinput --window 1 s
check 'the lines around them are' -o 'a
b' -- accepted

term() {
    mkfifo "$T/fifo"
    kinput -q --grace 2m --linger 0 s <"$T/fifo" 2>"$T/err" &
    pid=$!
    exec 8>"$T/fifo"
    echo one >&8
    soon test -s "$FAULT_DIR/accepted"
    kill -TERM $pid
    wait $pid
    status=$?
    exec 8>&-
    [ $status = 0 ] && [ "$(cat "$FAULT_DIR/accepted")" = one ] && [ ! -s "$T/err" ]
}
fresh </dev/null
ok 'lines go out while the input is open; SIGTERM ends it with status 0' term
linger() {
    { seq 1 20; sleep 0.1; seq 21 40; } | kinput --linger 10m s # the end of the input ends it
    [ "$(fault_count PutRecords)" = 1 ]
}
fresh </dev/null
ok 'lines are gathered' linger
plan
