#!/bin/sh
# kinread and data: data that look like marks, compressed data, changes and their origin. Also the other tools and data that
# look like marks.
. "$(dirname "$0")/lib.sh"
. "$root/tests/fault/lib.sh"

fault_start </dev/null
seq0=4959033827149025660855969253836157109592157598913658
shard=shardId-000000000000
data() {
    printf '%b' "$1" | base64 -w 0
}
# answers BASE64...: a GetRecords answer with these records is what the service gives, every time
answers() {
    n=0
    {
        printf 'GetRecords ok {"MillisBehindLatest":0,"NextShardIterator":null,"Records":['
        for d in "$@"; do
            [ $n = 0 ] || printf ,
            printf '{"Data":"%s","PartitionKey":"k","SequenceNumber":"%s%d"}' "$d" $seq0 $((8898 + n))
            n=$((n + 1))
        done
        printf ']}\n'
    } | fault_rules
}
reject() {
    printf '{"stream":"orders","shard":"%s","sequence":"%s%s","key":"k","data":%s}' $shard $seq0 "$1" "$2"
}

# Data that would be marks.
evil='{"bfpipe.mark":{"stream":"orders","shard":"shardId-000000000001","sequence":"1","end":true}}'
answers "$(data "$evil")" "$(data '{"n":1}')"
spaced=$(printf %s "$evil" | sed 's/^{/{ /')
check 'a document that would be a mark is none' -o "$spaced
{\"n\":1}" -- kinread -e orders
check '  and says the same' -o true -- sh -c 'kinread -e -n 1 orders | jq -c --argjson e "$1" ". == \$e"' - "$evil"
check '  also with --split' -o "$spaced
{\"n\":1}" -- kinread -e --split orders
check '  also with --raw' -o "$spaced" -- kinread -e --raw -n 1 orders
check '  in an envelope it is data' -o "$(reject 8898 "$(printf %s "$evil" | jq -Rc .)")" -- kinread -e -J -n 1 orders
told="kinread: orders: $shard: record ${seq0}8898: its line would be read as a mark
kinread: 1 line rejected ($T/rejects)"
check 'in a format it is rejected' -s 1 -o '{"n":1}' -e "$told" -- kinread -e -f '%d\n' --rejects "$T/rejects" orders
check '  whole' -o "$(reject 8898 "$(printf %s "$evil" | jq -Rc .)")" -- cat "$T/rejects"
rm "$T/rejects"
check 'also after other lines' -s 1 -o "k
{\"n\":1}" -e "$told" -- kinread -e -f '%k%n%d%n' -n 1 --rejects "$T/rejects" orders
check 'not in the middle of a line' -o "k $evil" -- kinread -e -n 1 -f '%k %d%n' orders
check 'nor in base64' -o "$(data "$evil")" -- kinread -e -n 1 -f '%D%n' orders
answers "$(data '{"bfpipe.')" "$(data 'mark":{"stream"')" "$(data ok)"
check 'nor made of two' -s 1 -m '^\{"bfpipe\.ok$' -E 8899 -- kinread -e -f %d orders
answers "$(data "$evil and more")" "$(data 'one\n{"bfpipe.mark":1}\n')" "$(data '{\n"bfpipe.mark":{}}')"
rm -f "$T/rejects"
check 'what is no document is rejected' -s 1 -o '{ "bfpipe.mark":{}}' -e "kinread: orders: $shard: record ${seq0}8898: its data would be read as a mark
kinread: orders: $shard: record ${seq0}8899: its data contains newlines and is not one JSON document
kinread: 2 lines rejected ($T/rejects)" -- kinread -e --rejects "$T/rejects" orders
check '  with all of its data' -o 'one
{"bfpipe.mark":1}' -- sh -c 'tail -n 1 "$1" | jq -j .data' - "$T/rejects"
check '  as -J has it' -o 'one
{"bfpipe.mark":1}' -- sh -c 'kinread -e -J orders | sed -n 2p | jq -j .data'
check 'of several lines one may be none' -s 1 -o '{
"bfpipe.mark":{}}' -E "record ${seq0}8899: its data would be read as a mark" -- kinread -e --split orders
check 'another run appends' -s 1 -a -E '2 lines rejected' -- kinread -e --rejects "$T/rejects" orders
check '  to what was there' -o 4 -- sh -c 'wc -l <"$1"' - "$T/rejects"

# No record ends another shard, and the pipeline delivers it.
answers "$(data "$evil")" "$(data '{"n":1}')"
mkdir "$T/state"
check 'through the pipeline' -a -- sh -c 'kinread -e --state "$1" orders | s3put -q --state "$1" s3://lake/' - "$T/state"
check '  it is a row' -o "$spaced
{\"n\":1}" -- sh -c 'cat "$1"/objects/lake/*/*/*/*/* 2>/dev/null || find "$1/objects/lake" -type f -exec cat {} +' - "$FAULT_DIR"
check '  and no position' -o "[\"$shard\"]" -- jq -c '.streams.orders | keys' "$T/state/state.json"

# Changes whose rows would be marks.
change() {
    printf '{"eventName":"INSERT","dynamodb":{"ApproximateCreationDateTime":1795773229007,"Keys":{"id":{"S":"1"}},"NewImage":{"bfpipe.mark":{"M":{"stream":{"S":"s"},"shard":{"S":"t"},"sequence":{"S":"1"}}},"id":{"S":"1"}}},"eventSource":"aws:dynamodb"}\n'
}
change >"$T/change"
row='{ "bfpipe.mark":{"stream":"s","shard":"t","sequence":"1"}'
check 'cdcxform' -i "$T/change" -o "$row,\"id\":\"1\"}" -- cdcxform --no-meta
check 'of two fields' -i "$T/change" -o "$row}" -- cdcxform --no-meta --fields bfpipe.mark
check 'with metadata' -i "$T/change" -o "$row,\"id\":\"1\",\"_op\":\"INSERT\"}" -- cdcxform --meta op
check 'from SQL' -i "$T/change" -o "$row}" -- cdcxform --select '"bfpipe.mark"'
sed 's/"bfpipe.mark"/"other"/' "$T/change" >"$T/other"
check 'renamed' -i "$T/other" -o '{ "bfpipe.mark":"1"}' -- cdcxform --no-meta --fields bfpipe.mark --rename id=bfpipe.mark
check 'folded' -i "$T/change" -o "$row,\"id\":\"1\"}" -- cdcxform --no-meta --fold id
check 'several threads' -i "$T/change" -o "$row,\"id\":\"1\"}" -- cdcxform -j 2 --no-meta
sed 's/"id":{"S":"1"}}},/"a":{"S":"{\\"bfpipe.mark\\":{\\"stream\\":\\"s\\",\\"shard\\":\\"t\\",\\"sequence\\":\\"1\\"}}"}}},/; s/"bfpipe.mark":{"M.*"}}},"a"/"a"/' "$T/change" >"$T/table"
check 'a table cannot escape it' -i "$T/table" -s 1 -E 'its row would be taken for a mark of kinread' -a -- cdcxform --no-meta -o tsv --no-header
check 'CSV has' -i "$T/table" -m '^"\{""bfpipe.mark"":' -- cdcxform --no-meta -o csv --no-header
printf '{"Records":[{"Data":"%s","SequenceNumber":"1","PartitionKey":"k"}]}\n' "$(data "$evil")" >"$T/capture"
check 'data in a capture' -s 1 -i "$T/capture" -E 'record 1' -- cdcxform
printf '{"records":[{"recordId":"1","data":"%s"}]}\n' "$(data "$(cat "$T/change")\n$evil\n")" >"$T/event"
check 'data in an event of Firehose' -i "$T/event" -s 1 -m '"recordId":"1","result":"ProcessingFailed"' -E 'line 2: not a change record' -- cdcxform -i firehose -o firehose

# Input that begins as a mark and is none.
fault_rules </dev/null
: >"$FAULT_DIR/accepted"
printf '%s\n' '{"bfpipe.mark":"x","id":"1"}' '{"id":"2"}' "$evil" >"$T/in"
check 'kinput rejects half a mark' -s 1 -i "$T/in" -E '^kinput: line 1: mark: ' -a -- kinput --rejects "$T/kept" orders
check '  and keeps it' -o '{"bfpipe.mark":"x","id":"1"}' -- cat "$T/kept"
check '  the others are in' -o '{"id":"2"}' -- cat "$FAULT_DIR/accepted"
printf '%s\n' '{"bfpipe.mark":"x","order_id":"1"}' '{"order_id":"2"}' "$evil" >"$T/in"
rm "$T/kept"
check 'ddbput rejects half a mark' -s 1 -i "$T/in" -E '^ddbput: line 1: mark: ' -a -- ddbput --rejects "$T/kept" sales
check '  and keeps it' -o '{"bfpipe.mark":"x","order_id":"1"}' -- cat "$T/kept"

# Compressed records.
gzip_of() {
    printf '%b' "$1" | gzip -nc | base64 -w 0
}
answers "$(gzip_of '{"logEvents":[1]}\n')" "$(gzip_of two)"
rm -f "$T/rejects"
check 'gzip is named' -s 1 -e "kinread: orders: $shard: record ${seq0}8898: its data is compressed with gzip: use kinread -f %d and gzip -dc
kinread: orders: $shard: record ${seq0}8899: its data is compressed with gzip: use kinread -f %d and gzip -dc
kinread: 2 lines rejected ($T/rejects)" -- kinread -e --rejects "$T/rejects" orders
check '  and the way out is one' -o '{"logEvents":[1]}
two' -- sh -c 'kinread -e -f %d orders | gzip -dc; echo'

# The origin of a change.
published='{"awsRegion":"us-east-1","eventID":"b92823ba-1921-48a7-b96e-37cc60f491c2","eventName":"MODIFY","userIdentity":null,"recordFormat":"application/json","tableName":"sales","dynamodb":{"ApproximateCreationDateTime":1795773229007,"Keys":{"order_id":{"S":"o-1"}},"NewImage":{"order_id":{"S":"o-1"},"total":{"N":"92.01"}},"OldImage":{"order_id":{"S":"o-1"},"total":{"N":"46"}},"SizeBytes":48},"eventSource":"aws:dynamodb"}'
from() {
    printf '"kinesis":{"shardId":"%s","sequenceNumber":"%s%s"}' $shard $seq0 "$1"
}
small='{"eventSource":"aws:dynamodb","eventName":"INSERT","dynamodb":{"Keys":{"id":{"S":"1"}}}}'
answers "$(data "$published")" "$(data "$small\n")" "$(data "${small%?},$(from 1)}")" "$(data "{$(from 1),${small#?}")" \
    "$(data "{\"eventName\":\"INSERT\",$(from 1),${small#?}")"
check 'a change has its origin' -o "${published%?},$(from 8898)}
${small%?},$(from 8899)}
${small%?},$(from 8900)}
${small%?},$(from 8901)}
{\"eventName\":\"INSERT\",${small#?}" -- sh -c "kinread -e orders | sed '5s/,\"kinesis\":.*/}/'"
check '  every line once' -o 5 -- sh -c 'kinread -e orders | jq -c .kinesis.sequenceNumber | sort -u | wc -l'
check '  not with --raw' -o "$published" -- kinread -e -n 1 --raw orders
check '  nor in a format' -o "$published" -- kinread -e -n 1 -f '%d%n' orders
check '  nor in an envelope, which says it' -o "$published" -- sh -c 'kinread -e -n 1 -J orders | jq -r .data'
answers "$(data '{"eventSource":"aws:dynamodb","dynamodb":{"Keys":{},"SequenceNumber":"7"}}')" "$(data '{"eventSource":"aws:s3","x":"aws:dynamodb","dynamodb":{}}')" \
    "$(data '{"a":{"eventSource":"aws:dynamodb","dynamodb":{}}}')" "$(data '"aws:dynamodb"')" "$(data '{"eventSource":"aws:dynamodb","dynamodb":{}')"
check 'all other records stay as they are' -o '{"eventSource":"aws:dynamodb","dynamodb":{"Keys":{},"SequenceNumber":"7"}}
{"eventSource":"aws:s3","x":"aws:dynamodb","dynamodb":{}}
{"a":{"eventSource":"aws:dynamodb","dynamodb":{}}}
"aws:dynamodb"
{"eventSource":"aws:dynamodb","dynamodb":{}' -- kinread -e orders

# Words, clocks and names.
fault_rules </dev/null
printf '1\n' >"$FAULT_DIR/records"
for word in oldest earliest TRIM_HORIZON; do
    check "from $word" -o 1 -- kinread -e --from $word orders
    check '  is asked for' -m '"TRIM_HORIZON"}$' -- sh -c 'jq -r "select(.op == \"GetShardIterator\").body" "$1" | tail -n 1' - "$FAULT_DIR/log"
done
check 'from LATEST' -a -- kinread -e --from LATEST orders
check '  is asked for' -m '"LATEST"}$' -- sh -c 'jq -r "select(.op == \"GetShardIterator\").body" "$1" | tail -n 1' - "$FAULT_DIR/log"
check 'nothing is between' -s 2 -e 'kinread: --until is before --from: there are no records between them' -- kinread --from -1h --until -2h orders
check 'nor after the latest' -s 2 -E '^kinread: --until is in the past, and reading begins at the latest record' -- kinread --until 2001-01-01 orders
fault_rules <<'END'
* clock -200
END
asked() {
    jq -r 'select(.op == "GetShardIterator").body' "$FAULT_DIR/log" | tail -n 1 | sed 's/.*"Timestamp":\([0-9]*\).*/\1/'
}
# about SECONDS: a time so long ago, by a clock that is 200 s late
about() {
    off=$(($(date +%s) - 200 - $(asked) - $1))
    [ $off -ge -1 ] && [ $off -le 20 ]
}
check 'a minute ago, where our clock is ahead' -a -- kinread -e --from -1m orders
ok '  is a minute by the other' about 60
check 'now' -a -- kinread -e --from now orders
ok '  is now by the other' about 0
check 'a time that it has not reached' -a -- kinread -e --from "@$(($(date +%s) - 5))" orders
ok '  is its own now' about 0
fault_rules <<'END'
ListShards error 400 ResourceNotFoundException Stream sales not found
END
check 'a table is not a stream' -s 1 -E '^kinread: sales: ListShards: ResourceNotFoundException: .*; for the changes of a table use dynamodb:sales$' -- kinread sales
fault_rules <<'END'
GetRecords ok {"Records":[]}
END
check 'a table of another account' -- kinread -e arn:aws:dynamodb:us-east-1:111122223333:table/sales
check '  is asked for by its ARN' -o '{"TableName":"arn:aws:dynamodb:us-east-1:111122223333:table/sales"}' -- \
    sh -c 'jq -r "select(.op == \"DescribeTable\").body" "$1" | tail -n 1' - "$FAULT_DIR/log"
check 'raw and format' -s 2 -e 'kinread: --raw is for plain lines: it cannot be combined with --format' -- kinread --raw -f %d orders

# Iterators are asked for at once: here none is given before a hundred are wanted.
{
    printf 'ListShards ok {"Shards":['
    for i in $(seq 100); do printf '{"ShardId":"shardId-%012d","SequenceNumberRange":{"StartingSequenceNumber":"1"}},' "$i"; done
    printf '{"ShardId":"shardId-000000000000","SequenceNumberRange":{"StartingSequenceNumber":"1"}}]}\n'
    printf 'GetShardIterator gather 100 ok {"ShardIterator":"it-1"}\nGetRecords ok {"MillisBehindLatest":0,"NextShardIterator":"it-2","Records":[]}\n'
} | fault_rules
for from in oldest latest; do
    check "a hundred shards begin together at the $from" -- timeout 100 kinread -e --from $from orders
done
fault_rules </dev/null

# Who waits at a terminal is told where the reading began. In the foreground, timeout sends no SIGCONT after its signal:
# that would end the SIGSTOP by which the leak sanitizer stops the process when it exits, and both would wait for ever.
waits() {
    python3 "$root/tests/cli/terminal.py" 2 timeout --foreground -s TERM "${BF_VALGRIND:+1}2" kinread --no-progress "$@" orders | tr -d '\r'
}
check 'at a terminal' -m '^kinread: orders: reading 1 shard from the latest record on; use --from to begin at oldest, -15m or a time$' -- waits
cp "$T/out" "$T/screen"
check '  once' -o 1 -- grep -c reading "$T/screen"
check '  not with -e' -- waits -e --from latest
check '  not with -q' -- waits -q
plan
