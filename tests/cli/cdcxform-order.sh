#!/bin/sh
# _seq: a text that sorts the changes of one key in their order, by either path; a message if records have no order.
. "$(dirname "$0")/lib.sh"
unordered="cdcxform: _seq is NULL: a record has neither a SequenceNumber nor a kinesis.sequenceNumber with a time, which give the order of changes"

# change N TIME [KINESIS [SEQUENCE]]: change number N of an order. KINESIS is the rest of the line, SEQUENCE DynamoDB's.
change() {
    printf '{"eventID":"e%s","eventName":"MODIFY","tableName":"sales","dynamodb":{"ApproximateCreationDateTime":%s,"Keys":{"id":{"S":"o"}},"NewImage":{"id":{"S":"o"},"n":{"N":"%s"}}%s},"eventSource":"aws:dynamodb"%s}\n' \
        "$1" "$2" "$1" "${4:+,\"SequenceNumber\":\"$4\"}" "${3:-}"
}
kin() { printf ',"kinesis":{"shardId":"shardId-000000000000","sequenceNumber":"%s"}' "$1"; }
zeros() { printf "%0$1d" "$2"; }

# by way of Kinesis: the time first, out of order and doubled; then Kinesis's number, of any length
{
    change 3 1795759200000003 "$(kin 490)"
    change 1 1795759200000001 "$(kin 500)"
    change 4 1795759200000003 "$(kin 1000)"
    change 2 1795759200000002 "$(kin 480)"
    change 1 1795759200000001 "$(kin 510)"
    change 5 1795759200001 "$(kin 1)"
} >"$T/kin"
check "Kinesis: microseconds and the record's number" -i "$T/kin" -o "{\"n\":3,\"_seq\":\"1795759200000003-$(zeros 56 490)\"}
{\"n\":1,\"_seq\":\"1795759200000001-$(zeros 56 500)\"}
{\"n\":4,\"_seq\":\"1795759200000003-$(zeros 56 1000)\"}
{\"n\":2,\"_seq\":\"1795759200000002-$(zeros 56 480)\"}
{\"n\":1,\"_seq\":\"1795759200000001-$(zeros 56 510)\"}
{\"n\":5,\"_seq\":\"1795759200001000-$(zeros 56 1)\"}" -- cdcxform --fields n --meta seq
cp "$T/out" "$T/kin.out"
order() { jq -r '[._seq,.n]|@tsv' "$1" | sort | cut -f 2 | uniq | paste -sd ' ' -; }
check "sorted they are as they were made" -o '1 2 3 4 5' -- order "$T/kin.out"
check "threads" -i "$T/kin" -O "$T/kin.out" -- cdcxform -j 2 --fields n --meta seq
# shellcheck disable=SC2089
check "SQL" -i "$T/kin" -o '{"n":5}' -- cdcxform --sql 'SELECT n FROM cdc ORDER BY _seq DESC LIMIT 1'
check "CSV, TSV, items" -o "_seq
$(zeros 40 7)
\\N
{\"Item\":{\"_seq\":{\"S\":\"$(zeros 40 7)\"}}}" -- sh -c '
    printf "%s\n" "$1" | cdcxform -q -o csv --fields none --meta seq 2>/dev/null | sed s/^,//\;s/^none,//
    printf "%s\n" "$2" | cdcxform -q -o tsv --no-header --fields none --meta seq 2>/dev/null | cut -f 2
    printf "%s\n" "$1" | cdcxform -q -o ddb-json --fields none --meta seq 2>/dev/null' - "$(change 1 1 '' 7)" "$(change 1 1)"

# DynamoDB's own number goes first, at 40 digits
{
    change 1 1 '' 999
    change 2 1 "$(kin 5)" 4421584500000000017450439091
    change 3 1 '' "$(printf '%040d' 0 | tr 0 9)"
} >"$T/ddb"
check "DynamoDB Streams" -i "$T/ddb" -o "{\"n\":1,\"_seq\":\"$(zeros 37 0)999\"}
{\"n\":2,\"_seq\":\"$(zeros 12 0)4421584500000000017450439091\"}
{\"n\":3,\"_seq\":\"$(zeros 40 0 | tr 0 9)\"}" -- cdcxform --fields n --meta seq

# the member may be anywhere, and at another place in each line
{
    change 1 2 "$(kin 7)"
    change 2 2 "$(kin 8)"
    change 3 2
    change 4 2 ',"kinesis":null'
    change 5 2 ',"kinesis":{"sequenceNumber":"9","shardId":"s","more":[{"sequenceNumber":"no"}]}'
    change 6 2 ',"kinesis":{ "sequence\u004eumber" : "10" }'
    change 7 2 ',"kinesis":{"sequenceNumber":"1"},"kinesis":{"sequenceNumber":"11"}'
    change 8 2 "$(kin 12)" | sed 's/^{\(.*\)\(,"kinesis":{.*}\)}$/{\2,\1}/; s/^{,/{/'
    change 9 2 "$(kin 13)"
    change 10 2 "$(kin 14x)"
    change 11 2 "$(kin '')"
    change 12 2 "$(kin '14\"')"
    change 13 2 "$(kin "$(zeros 57 1)")"
    change 14 2 "$(kin 15)"
} >"$T/odd"
for jobs in 1 3; do
    check "at any place ($jobs)" -i "$T/odd" -o '1 7
2 8
3 null
4 null
5 9
6 10
7 11
8 12
9 13
10 null
11 null
12 null
13 null
14 15' -e "$unordered" -- sh -c 'cdcxform -j "$1" --fields n --meta seq | jq -r "[(.n|tostring), (._seq|if . then sub(\"^0+2000000-0*\";\"\") else \"null\" end)]|join(\" \")"' - $jobs
done

# parts of a record that the Kinesis Producer Library packed
for n in 10 9; do change $n 3 ',"kinesis":{"shardId":"s","sequenceNumber":"5","subSequenceNumber":'$n'}'; done >"$T/parts"
change 1 3 "$(kin 5)" >>"$T/parts"
check "parts of a record" -i "$T/parts" -o "{\"_seq\":\"0000000003000000-$(zeros 56 5)-0000000010\"}
{\"_seq\":\"0000000003000000-$(zeros 56 5)-0000000009\"}
{\"_seq\":\"0000000003000000-$(zeros 56 5)\"}" -- cdcxform --select _seq

for n in 1 2 1; do change $n 3 ',"kinesis":{"shardId":"s","sequenceNumber":"5","subSequenceNumber":'$n'}' | sed 's/"eventID":"[^"]*",//'; done >"$T/parts"
check "--dedupe tells them apart" -i "$T/parts" -o '{"n":1}
{"n":2}' -- cdcxform --dedupe --fields n --no-meta

# captures
line=$(change 1 1795759200000001)
b64=$(printf '%s' "$line" | base64 -w 0)
want="{\"n\":1,\"_seq\":\"1795759200000001-$(zeros 56 77)\"}"
quoted=$(printf '%s' "$line" | jq -R .)
for form in "{\"Records\":[{\"SequenceNumber\":\"77\",\"Data\":\"$b64\"}]}" \
    "{\"Records\":[{\"kinesis\":{\"sequenceNumber\":\"77\",\"data\":\"$b64\"}}]}" \
    "{\"stream\":\"s\",\"shard\":\"shardId-0\",\"sequence\":\"77\",\"key\":\"k\",\"data\":$quoted}" \
    "{\"stream\":\"s\",\"shard\":\"shardId-0\",\"sequence\":\"77\",\"key\":\"k\",\"data_base64\":\"$b64\"}"; do
    printf '%s\n' "$form" >"$T/form"
    check "a capture: $(printf '%.60s' "$form")" -i "$T/form" -o "$want" -- cdcxform --fields n --meta seq
done
printf '{"stream":"s","shard":"shardId-0","sequence":"88","data":%s}\n' "$(change 1 1 '' 88)" >"$T/form"
check "kinread -J of a DynamoDB stream" -i "$T/form" -o "{\"n\":1,\"_seq\":\"$(zeros 38 0)88\"}" -- cdcxform --fields n --meta seq
echo '{"stream":"s","shard":"shardId-0","sequence":"88","data":"hello"}' >"$T/form"
check "kinread -J of something else" -s 1 -i "$T/form" -e 'cdcxform: line 1: byte 1: a change record is an object
cdcxform: 1 line rejected' -- cdcxform

# a message if records have no order, only if _seq is requested
change 1 1 >"$T/none"
check "no order: told with -q" -i "$T/none" -o '{"n":1,"_seq":null}' -e "$unordered" -- cdcxform -q --fields n --meta seq
check "no order: --strict" -s 1 -i "$T/none" -o '{"n":1,"_seq":null}' -e "$unordered" -- cdcxform --strict --fields n --meta seq
check "no order: --strict, threads" -s 1 -i "$T/none" -o '{"n":1,"_seq":null}' -e "$unordered" -- cdcxform -j 2 --strict --fields n --meta seq
check "no order: SQL" -s 1 -i "$T/none" -o '{"n":1}' -e "$unordered" -- cdcxform --strict --sql 'SELECT n FROM cdc ORDER BY _seq'
check "no order: not asked for" -i "$T/none" -o '{"n":1}' -- cdcxform --strict --fields n --no-meta
mkfifo "$T/live"
exec 7<>"$T/live"
cdcxform --fields n --meta seq <"$T/live" >"$T/live.out" 2>"$T/live.err" 7>&- &
change 1 1 >&7
ok "no order: said while the stream goes on" soon grep -q '_seq is NULL' "$T/live.err"
exec 7>&-
wait
check "metadata that no record has" -s 1 -i "$T/none" -o '{"n":1,"t":null,"e":"e1"}' -e 'cdcxform: _table is NULL: no record tells it' -- \
    sh -c 'sed s/tableName/other/ | cdcxform -q --strict --select "n, _table AS t, _event_id AS e"'

# a time that cannot be read is no time that is missing
for time in '"yesterday"' 17957592000000011 -5 '"2026-13-01"' 1e99; do
    change 1 "$time" >"$T/time"
    check "a time that is none: $time" -s 1 -i "$T/time" -E '^cdcxform: line 1: byte [0-9]+: ApproximateCreationDateTime is not a time$' -- cdcxform --no-meta
done
plan
