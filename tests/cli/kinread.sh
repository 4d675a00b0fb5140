#!/bin/sh
# kinread with a scripted service: its output, and its handling of errors.
. "$(dirname "$0")/lib.sh"
. "$root/tests/fault/lib.sh"

check 'no source' -s 2 -e "kinread: usage: kinread [options] STREAM | ARN | dynamodb:TABLE
kinread: try 'kinread --help'" -- kinread
check 'an empty source' -s 2 -e "kinread: '' is not a stream name, stream ARN or dynamodb:TABLE" -- kinread ''
check 'a bad name' -s 2 -e "kinread: 'a b' is not a stream name, stream ARN or dynamodb:TABLE" -- kinread 'a b'
check 'an ARN of something else' -s 2 -E "arn:aws:s3:::b' is not a stream name" -- kinread arn:aws:s3:::b
check 'a bad time' -s 2 -E "^kinread: --from: 'soon' is not oldest, latest, a time such as .*, a duration ago such as -15m, or a sequence number$" -- kinread --from soon o
check 'the future' -s 2 -e "kinread: --from: '9999-01-01' is in the future" -- kinread --from 9999-01-01 o
check 'a bad end' -s 2 -E "^kinread: --until: 'x' is not a time" -- kinread --until x o
check 'format and envelope' -s 2 -e 'kinread: --format and --json exclude each other' -- kinread -J -f %d o
for other in -J '-f %d'; do
    # shellcheck disable=SC2086 # words
    check "split and $other" -s 2 -E '^kinread: --split is for plain lines: it cannot be combined with --(json|format)$' -- kinread --split $other o
done
for other in -e '-n 1' '--from oldest' '--shard 1' '--state d' '--split' '--rejects f'; do
    # shellcheck disable=SC2086
    check "list and $other" -s 2 -e 'kinread: --list reads no records: it can only be combined with --json' -- kinread --list $other o
done
check 'format and marks' -s 2 -E '^kinread: --state writes marks' -- kinread --state d -f %d o
check 'shard and marks' -s 2 -E '^kinread: --state has the positions of all shards' -- kinread --state d --shard 1 o
check 'no records' -s 2 -E "'--count': 0 is less than 1$" -- kinread -n 0 o
check 'no poll' -s 2 -E "option '--poll': 0 is not from 1ms to 1d$" -- kinread --poll 0 o
check 'no window' -s 2 -E "option '--window': 0 is not from 1 to 256$" -- kinread --window 0 o

fault_start <<'END'
END
rows() {
    printf '%s\n' "$@" >"$FAULT_DIR/records"
}
data() {
    printf '%b' "$1" | base64 -w 0
}
seq0=49590338271490256608559692538361571095921575989136588
# bodies OPERATION: the requests
bodies() {
    jq -r --arg op "$1" 'select(.op == $op).body' "$FAULT_DIR/log"
}
# answer NEXT BASE64...: a GetRecords answer with these records
answer() {
    next=$1 n=0
    shift
    printf '{"MillisBehindLatest":0,"NextShardIterator":%s,"Records":[' "$next"
    for d in "$@"; do
        [ $n = 0 ] || printf ,
        printf '{"Data":"%s","PartitionKey":"k","SequenceNumber":"%s%d","ApproximateArrivalTimestamp":1764309600.%d}' \
            "$d" $seq0 $((898 + n)) $n
        n=$((n + 1))
    done
    printf ']}\n'
}

check 'a bad format' -s 2 -e "kinread: --format: unknown '%q'" -- kinread -e -f %q orders
check 'an empty stream' -- kinread -e orders
rows '{"a":1}' two 'drei "3"'
check 'data and newline' -o '{"a":1}
two
drei "3"' -- kinread -e orders
check 'as many as asked' -o '{"a":1}
two' -- kinread -e -n 2 orders
check 'the last one there is ends it too' -o '{"a":1}
two
drei "3"' -- timeout 120 kinread --from oldest -n 3 orders
check 'not one more is asked for' -m '"Limit":3}$' -- bodies GetRecords
check 'a format' -o "p ${seq0}898 shardId-000000000000 2025-11-28T06:00:00Z 1764309600000 7 0 orders 100%|" -- \
    kinread -e -n 1 -f '%k %s %S %t %T %z %i %o 100%%|\n' orders
check 'envelopes' -m '^{"stream":"orders","shard":"shardId-000000000000","sequence":"'$seq0'898","key":"p","time":"2025-11-28T06:00:00Z","data":"{\\"a\\":1}"}$' -- \
    kinread -e -J orders
check 'until' -o '{"a":1}' -- kinread -e --until 2025-11-28T06:00:01Z orders
fault_rules <<END
GetRecords 1x ok $(answer null "$(data a)" "$(data b)" | sed 's/1764309600/4102444800/g')
END
check 'a time in the future is a wrong clock, and ends nothing' -o 'a
b' -- kinread -e orders
fault_rules </dev/null
check 'by ARN' -m two -- kinread -e arn:aws:kinesis:us-east-1:000000000000:stream/orders
check 'the ARN is told to the service' -m '^{"StreamName":"orders","StreamARN":"arn:aws:kinesis:us-east-1:000000000000:stream/orders"' -- bodies GetShardIterator
check 'one shard' -m two -- kinread -e --shard 0 orders
check 'a shard that is not there' -s 1 -e "kinread: orders: no shard '7'; --list prints the shards" -- kinread -e --shard 7 orders
check 'the shards' -o "SHARD	STATE	PARENTS	HASH_FROM	HASH_TO	SEQUENCE_FROM	SEQUENCE_TO
shardId-000000000000	open	-	0	340282366920938463463374607431768211455	${seq0}898	-" -- kinread --list orders
check 'the shards in JSON' -m '^{"stream":"orders","shard":"shardId-000000000000","state":"open","hash_from":"0"' -- \
    kinread --list -J orders
check 'from a sequence number' -o 'two
drei "3"' -- kinread -e --from ${seq0}899 orders

# Data that is no line.
fault_rules <<END
GetRecords 1x ok $(answer null "$(data '{"a":\n 1,\n"b":"x"}\n')" "$(data 'tail\n')" "$(data '')" "$(data 'l1\nl2')" "$(data 'end')")
END
check 'newlines' -s 1 -o '{"a":  1, "b":"x"}
tail

end' -e "kinread: orders: shardId-000000000000: record ${seq0}901: its data contains newlines and is not one JSON document
kinread: 1 line rejected ($T/rejects)" -- kinread -e --rejects "$T/rejects" orders
check 'the rejected record' -o "{\"stream\":\"orders\",\"shard\":\"shardId-000000000000\",\"sequence\":\"${seq0}901\",\"key\":\"k\",\"time\":\"2025-11-28T06:00:00.300Z\",\"data\":\"l1\\nl2\"}" -- cat "$T/rejects"
fault_rules <<END
GetRecords 1x ok $(answer null "$(data 'l1\nl2')" "$(data 'end')")
END
check 'as several lines' -o 'l1
l2
end' -- kinread -e --split orders
fault_rules <<END
GetRecords 1x ok $(answer null "$(data 'l1\nl2')" "$(data 'end')")
END
check 'the first ends it' -s 1 -E "^kinread: orders: shardId-000000000000: record ${seq0}898: its data contains newlines" -- kinread -e --strict orders
fault_rules <<END
GetRecords 1x ok $(answer null "$(data '\0377\0000')" "$(data 'a\nb')")
END
check 'bytes that are no text' -m '"data_base64":"/wA="}$' -- kinread -e -J orders
fault_rules <<END
GetRecords 1x ok $(answer null "$(data '\0377\0001')")
END
check 'go out as they are' -m "$(printf '\377\001')" -- kinread -e orders

# A KPL aggregate: magic, message, MD5.
aggregate=$(python3 -c '
import base64, hashlib
m = b"\x0a\x02k1\x0a\x02k2\x1a\x07\x08\x00\x1a\x03one\x1a\x07\x08\x01\x1a\x03two"
print(base64.b64encode(b"\xf3\x89\x9a\xc2" + m + hashlib.md5(m).digest()).decode())')
fault_rules <<END
GetRecords ok $(answer null "$aggregate" "$(data plain)")
END
check 'an aggregate' -o 'one
two
plain' -- kinread -e orders
check 'its keys' -o 'k1 0 one
k2 1 two
k 0 plain' -- kinread -e -f '%k %i %d%n' orders
check 'a part of it' -o one -- kinread -e -n 1 orders
wrong=$(printf %s "$aggregate" | sed 's/^84mawgoC/84mawgoD/')
fault_rules <<END
GetRecords 1x ok $(answer null "$wrong")
END
check 'a wrong checksum: an ordinary record' -m '^46$' -- kinread -e -f '%z%n' orders

# How often an idle shard is asked: three readers, told apart by their regions.
fault_rules <<END
END
: >"$FAULT_DIR/records"
reads() {
    grep '^{"op":"GetRecords"' "$FAULT_DIR/log" | grep -c "/$1/kinesis/"
}
kinread --from oldest --poll 5ms --region eu-west-1 orders >"$T/fast" &
fast=$!
kinread --from oldest --region us-west-2 orders >"$T/plain" &
plain=$!
kinread --from oldest --poll 1h --region eu-north-1 orders >"$T/slow" &
slow=$!
has_read() { [ "$(reads "$1")" -ge "$2" ]; }
ok '--poll: every five milliseconds' soon has_read eu-west-1 60
ok '  without it' soon has_read us-west-2 1
ok '  once an hour' soon has_read eu-north-1 1
ok '  without it: five times a second at most' test "$(reads us-west-2)" -lt 30
rows new
ok '  the record arrives' soon grep -qx new "$T/fast"
ok '  not when the next request is an hour away' test ! -s "$T/slow"
ok '    of which there was one' test "$(reads eu-north-1)" = 1
kill "$fast" "$plain" "$slow"
ok '  a signal ends them all' wait "$fast" "$plain" "$slow"

# Trouble that passes.
rows 1 2 3 4
fault_rules <<END
GetRecords 1x ok $(answer '"it-2"' "$(data 1)" "$(data 2)" | sed 's/"MillisBehindLatest":0/"MillisBehindLatest":9/')
GetRecords 1x error 400 ExpiredIteratorException Iterator expired
END
check 'an expired iterator' -o '1
2
3
4' -- kinread -e orders
check 'asked for anew where it was' -m "\"AT_SEQUENCE_NUMBER\",\"StartingSequenceNumber\":\"${seq0}899\"}" -- bodies GetShardIterator
fault_rules <<END
ListShards 1x throttle
GetRecords 1x throttle
END
check 'throttling' -o '1
2
3
4' -- kinread -e orders
for trouble in 'cut 60' 'length -7' 'length +20' close reset 'plain 503 busy' 'error 500 InternalFailure' 'ok {"Records":[' 'ok {}x'; do
    fault_rules <<END
GetRecords 1x $trouble
END
    check "an answer that goes wrong: $trouble" -o '1
2
3
4' -- kinread -e orders
done
fault_rules <<END
GetRecords 1x ok {"MillisBehindLatest":0,"NextShardIterator":"it-9","Records":[{"Data":"MQ==","PartitionKey":"p","SequenceNumber":"${seq0}898"},{"Data":"!!","PartitionKey":"p","SequenceNumber":"${seq0}899"}]}
END
check 'half an answer is read once' -o '1
2
3
4' -- kinread -e orders

# A record that cannot be read is asked for until patience ends: a new iterator is no progress.
fault_rules <<END
GetRecords ok {"MillisBehindLatest":0,"NextShardIterator":"it-9","Records":[{"Data":"!!","PartitionKey":"p","SequenceNumber":"${seq0}899"}]}
END
check 'an answer that stays broken' -s 75 -E '^kinread: orders: shardId-000000000000: GetRecords: answer: ' -- \
    kinread -e --retry-for 600ms orders
ok '  every time with a new iterator' test "$(fault_count GetShardIterator)" -gt 1

# Iterators that are never any good: tried again, but not for ever.
fault_rules <<'END'
GetRecords error 400 ExpiredIteratorException too old
END
check 'iterators that always expire' -s 75 -E '^kinread: orders: shardId-000000000000: GetRecords: ExpiredIteratorException: too old' -- \
    timeout 120 kinread --from oldest --retry-for 600ms orders
fault_rules <<'END'
GetRecords error 400 TrimmedDataAccessException gone
END
check 'records that are always trimmed' -s 75 -E '^kinread: orders: shardId-000000000000: GetRecords: TrimmedDataAccessException: gone' -- \
    timeout 120 kinread --from oldest --retry-for 600ms orders
ok '  the gap is told once' test "$(grep -c ': gap: records were trimmed' "$T/err")" = 1

# Lists of shards in pages.
fault_rules <<'END'
ListShards 1x ok {"Shards":[{"ShardId":"shardId-000000000000","SequenceNumberRange":{"StartingSequenceNumber":"1"}}],"NextToken":"a\"b"}
ListShards ok {"Shards":[{"ShardId":"shardId-000000000001","SequenceNumberRange":{"StartingSequenceNumber":"2"}}]}
DescribeStream 1x ok {"StreamDescription":{"Shards":[{"ShardId":"shardId-0"}],"LastEvaluatedShardId":"shardId-0"}}
DescribeStream ok {"StreamDescription":{"Shards":[{"ShardId":"shardId-1"}]}}
END
shards() { kinread --list --json "$1" | jq -r .shard; }
check 'two pages of shards' -o 'shardId-000000000000
shardId-000000000001' -- shards orders
bodies() { jq -r "select(.op == \"$1\") | .body" "$FAULT_DIR/log"; }
check '  the second by its token' -o '{"StreamName":"orders"}
{"NextToken":"a\"b"}' -- bodies ListShards
check 'two pages of a table' -o 'shardId-0
shardId-1' -- shards dynamodb:sales
ok '  the second after the first' sh -c 'tail -n 1 | grep -q "\"ExclusiveStartShardId\":\"shardId-0\"}$"' <<END
$(bodies DescribeStream)
END
fault_rules <<'END'
ListShards ok {"Shards":[],"NextToken":"again"}
DescribeStream ok {"StreamDescription":{"Shards":[],"LastEvaluatedShardId":"shardId-0"}}
END
check 'pages without an end' -s 1 -e 'kinread: orders: ListShards: the next page is the same one again' -- \
    timeout 120 kinread orders
check '  of a table' -s 1 -e 'kinread: dynamodb:sales: DescribeStream: the next page is the same one again' -- \
    timeout 120 kinread dynamodb:sales

# Trouble that does not.
fault_rules <<'END'
* error 400 ResourceNotFoundException Stream orders not found
END
check 'an unknown stream' -s 1 -E '^kinread: orders: ListShards: ResourceNotFoundException: Stream orders not found \(HTTP 400, request' -- kinread orders
check 'an unknown table' -s 1 -E '^kinread: dynamodb:t: DescribeTable: ResourceNotFoundException' -- kinread dynamodb:t
fault_rules <<'END'
* error 400 UnrecognizedClientException The security token included in the request is invalid.
END
check 'wrong credentials' -s 1 -E '^kinread: orders: ListShards: UnrecognizedClientException: The security token' -- kinread orders
check 'a service that is down' -s 75 -E '^kinread: orders: ListShards: cannot connect to 127.0.0.1:1: ' -- \
    kinread --endpoint-url http://127.0.0.1:1 orders
fault_rules <<'END'
DescribeTable ok {"Table":{"TableName":"t"}}
END
check 'a table without a stream' -s 1 -e 'kinread: dynamodb:t: DescribeTable: the table has no stream' -- kinread dynamodb:t
fault_rules <<'END'
GetRecords error 500 InternalFailure
END
check 'an end of patience' -s 75 -E '^kinread: orders: shardId-000000000000: GetRecords: InternalFailure' -- \
    kinread -e --retry-for 0 --max-attempts 1 orders
# Large records: the next request asks for as many as fit.
large=$(head -c 1200000 /dev/zero | tr '\0' A)
answer '"it-2"' "$large" "$large" | sed 's/"MillisBehindLatest":0/"MillisBehindLatest":9/' >"$T/large"
fault_rules <<END
GetRecords 1x ok @$T/large
GetRecords ok $(answer null "$(data end)")
END
check 'large records' -a -- kinread -e --from oldest orders
ok 'arrive' test "$(wc -c <"$T/out")" = 1800006
check 'and fewer of them are asked for' -m '"Limit":27}$' -- bodies GetRecords
fault_rules <<'END'
GetRecords error 400 AccessDeniedException not you
END
check 'no access' -s 1 -E '^kinread: orders: shardId-000000000000: GetRecords: AccessDeniedException: not you' -- kinread -e orders

# Gaps.
change='{"eventID":"1","dynamodb":{"Keys":{"id":{"S":"1"}},"SequenceNumber":"'${seq0}898'"}}'
rows "$change"
fault_rules <<'END'
GetRecords 1x error 400 TrimmedDataAccessException trimmed
END
check 'trimmed data is told' -s 1 -o "$change" \
    -e 'kinread: dynamodb:t: shardId-000000000000: gap: records were trimmed before they were read; reading on at the oldest record' -- \
    kinread -e dynamodb:t
fault_rules <<'END'
GetRecords 1x error 400 TrimmedDataAccessException trimmed
END
check 'or ends it' -s 1 -E 'shardId-000000000000: gap: records were trimmed' -- kinread -e --strict dynamodb:t
fault_rules <<'END'
END
check 'a change line unchanged' -o "$change" -- kinread -e dynamodb:t
check 'its key and its place in a format' -o "{\"id\":{\"S\":\"1\"}} ${seq0}898" -- kinread -e -f '%k %s%n' dynamodb:t
check 'its envelope' -m '"key":{"id":{"S":"1"}},"data":{"eventID":"1"' -- kinread -e -J dynamodb:t

# Where it goes.
rows 1 2 3
check '-v tells how much there was' -a -E '^kinread: orders: 3 records, 0 rejected, 0 gaps$' -- kinread -e -v orders
check 'a full disk' -s 1 -e 'kinread: standard output: No space left on device' -- sh -c 'kinread -e orders >/dev/full'
check 'a reader that goes away' -o 1 -- sh -c '{ kinread --from oldest orders; echo $? >"$1"; } | head -n 1' - "$T/rc"
check 'ends it quietly' -o 1 -- cat "$T/rc"
check 'even without records' -- sh -c '{ kinread orders; echo $? >"$1"; } | true' - "$T/rc"
check 'with status 1' -o 1 -- cat "$T/rc"

term() {
    : >"$T/got"
    kinread --from oldest orders >"$T/got" 2>"$T/told" &
    pid=$!
    soon has_lines "$T/got" 3
    kill -TERM $pid
    wait $pid && [ "$(cat "$T/got")" = "$(printf '1\n2\n3')" ] && [ ! -s "$T/told" ]
}
ok 'SIGTERM ends the following with status 0' term

# Marks and the state.
mark() {
    printf '{"bfpipe.mark":{"stream":"orders","shard":"shardId-000000000000","sequence":"%s"%s}}' "$1" "$2"
}
# timeless ARGS...: kinread's output, without the times and the run in its marks
timeless() {
    kinread "$@" >"$T/timed" || return
    sed '/^{"bfpipe.mark"/{s/,"since":[0-9]*//;s/,"run":"[0-9a-f]\{16\}"//;}' "$T/timed"
}
check 'marks' -o "$(mark '' ',"start":true')
1
2
3
$(mark ${seq0}900 ',"after":""')" -- timeless -e --state "$T/none" orders
[ ! -e "$T/none" ] && pass 'kinread commits nothing' || fail 'kinread commits nothing' "$T/none exists"
mkdir "$T/state"
printf '{"version":1,"streams":{"orders":{"shardId-000000000000":{"sequence":"%s","ended":false}}}}' ${seq0}899 >"$T/state/state.json"
check 'begins where the state says' -o "$(mark ${seq0}899 ',"start":true')
3
$(mark ${seq0}900 ",\"after\":\"${seq0}899\"")" -- timeless -e --state "$T/state" orders
printf '{"version":1,"streams":{"orders":{"shardId-000000000005":{"sequence":"7","ended":false}}}}' >"$T/state/state.json"
check 'a shard that has expired is a gap' -s 1 -m '^3$' \
    -e 'kinread: orders: shardId-000000000005: gap: the shard expired before it was read to its end' -- \
    kinread -e --state "$T/state" orders
printf '{"version":1,"streams":{"orders":{"shardId-000000000005":{"sequence":"7","ended":true}}}}' >"$T/state/state.json"
check 'one that was read to its end may be forgotten' \
    -m '^{"bfpipe.mark":{"stream":"orders","shard":"shardId-000000000005","sequence":"7","run":"[0-9a-f]{16}","gone":true}}$' -- \
    kinread -e --state "$T/state" orders
printf '{"version":1,"streams":{"orders":{"shardId-000000000000":{"sequence":"%s","ended":false}}}}' ${seq0}899 >"$T/state/state.json"
fault_rules <<END
GetRecords 1x ok $(answer null "$(data new)" | sed "s/\"SequenceNumber\":\"[0-9]*\"/\"SequenceNumber\":\"${seq0}999\"/")
END
check 'so is a last record that has expired' -s 1 -m '^new$' \
    -e 'kinread: orders: shardId-000000000000: gap: the last record that was read has expired; records after it may have been lost' -- \
    kinread -e --state "$T/state" orders
fault_rules <<END
GetRecords ok $(answer null "$aggregate" "$(data plain)")
END
check 'between marks an aggregate is whole' -o "$(mark '' ',"start":true')
one
two
$(mark ${seq0}898 ',"after":""')" -- timeless -e -n 1 --state "$T/none" orders
check 'a start at the latest record has a position' -m '"sequence":"@[0-9]{13}/it-[0-9]+","run":"[0-9a-f]{16}","since":[0-9]{13},"start":true' -- \
    kinread -e --from latest --state "$T/none" orders
fault_rules <<END
GetRecords 1x error 500 InternalFailure Oops
END
check 'an outage passes' -m 3 -- kinread -e --state "$T/none" --max-attempts 1 orders
fault_rules <<END
GetRecords error 500 InternalFailure Oops
END
check 'or is temporary' -s 75 -a -E 'InternalFailure' -- kinread -e --state "$T/none" --max-attempts 1 --retry-for 1ms orders
printf 'x' >"$T/state/state.json"
check 'a broken state' -s 1 -E "^kinread: $T/state/state.json: " -- kinread -e --state "$T/state" orders
plan
