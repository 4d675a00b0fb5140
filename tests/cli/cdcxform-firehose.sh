#!/bin/sh
# cdcxform -o firehose: transform events in, answers out, one a line.
. "$(dirname "$0")/lib.sh"

change() { # change OP ID ATTRIBUTES: a change line
    printf '{"eventName":"%s","dynamodb":{"ApproximateCreationDateTime":1795759200,"Keys":{"id":{"S":"%s"}},"NewImage":{"id":{"S":"%s"}%s}}}' "$1" "$2" "$2" "$3"
}
record() { # record ID <DATA: a record of an event
    printf '{"recordId":"%s","approximateArrivalTimestamp":1,"data":"%s"}' "$1" "$(base64 -w 0)"
}
event() { # event RECORD...
    printf '{"invocationId":"i","deliveryStreamArn":"arn:aws:firehose:us-east-1:1:deliverystream/s","region":"us-east-1","records":['
    first=
    for r; do printf '%s%s' "$first" "$r"; first=,; done
    printf ']}\n'
}
plain() { # the answers with their data decoded
    jq -c '.records[] | [.recordId, .result, (.data | @base64d), (.metadata.partitionKeys // {})]' "$T/out"
}

a=$(change INSERT a ',"kind":{"S":"toy"},"n":{"N":"1.50"}' | record 1)
b=$(change REMOVE b '' | record 2)
c=$(printf 'no change' | record 3)
event "$a" "$b" "$c" >"$T/one"
check "Ok, Dropped and ProcessingFailed" -s 1 -i "$T/one" -a -e 'cdcxform: line 1: record 3 (3): byte 1: a change record is an object
cdcxform: 1 line rejected (/dev/null)' -- cdcxform -i firehose -o firehose --no-meta --ops insert --rejects /dev/null
ok "every recordId once, data with a newline or unchanged" sh -c 'test "$1" = "$2"' - "$(plain)" '["1","Ok","{\"id\":\"a\",\"kind\":\"toy\",\"n\":1.50}\n",{}]
["2","Dropped","",{}]
["3","ProcessingFailed","no change",{}]'
ok "one line" test "$(wc -l <"$T/out")" = 1
check "rejects are the records" -s 1 -i "$T/one" -a -E . -- cdcxform -o firehose --rejects "$T/rejects"
ok "unchanged" sh -c 'test "$(cat "$1")" = "$2"' - "$T/rejects" "$c"

# Behind a Kinesis stream each record says which one it was there: that is its order.
from() { # from ID METADATA <DATA
    printf '{"recordId":"%s","approximateArrivalTimestamp":1,"data":"%s","kinesisRecordMetadata":%s}' "$1" "$(base64 -w 0)" "$2"
}
orders() { jq -r '.records[] | .data | @base64d | fromjson | ._seq // "none" | sub("-0+"; "-")' "$T/out"; }
x=$(change INSERT x '')
event "$(printf %s "$x" | from 1 '{"sequenceNumber":"4954","subsequenceNumber":"","shardId":"s"}')" \
    "$(printf %s "$x" | from 2 '{"sequenceNumber":"4955","subsequenceNumber":3}')" "$(printf %s "$x" | record 3)" \
    "$(printf %s "$x" | from 4 '{ "subsequenceNumber" : 0, "sequenceNumber" : "4956" }')" >"$T/origin"
check "_seq" -i "$T/origin" -a -E '_seq is NULL' -- cdcxform -o firehose --fields id --meta seq
ok "is the record's place in the stream" sh -c 'test "$1" = "$2"' - "$(orders)" '1795759200000000-4954
1795759200000000-4955-0000000003
none
1795759200000000-4956'
event "$a" >"$T/a"
check "partition keys: a column, a name, a path, a metadata column" -i "$T/a" -a \
    -- cdcxform -o firehose --partition-keys kind,amount=n,_op
ok "as strings" sh -c 'test "$1" = "$2"' - "$(jq -c '.records[0].metadata' "$T/out")" '{"partitionKeys":{"kind":"toy","amount":"1.50","_op":"INSERT"}}'
m=$(change INSERT m ',"p":{"M":{"q":{"M":{"r":{"S":"deep"}}}}}' | record 1)
event "$m" >"$T/m"
check "a path" -i "$T/m" -a -- cdcxform -o firehose --partition-keys r=p.q.r
ok "goes down" sh -c 'test "$1" = "$2"' - "$(jq -r '.records[0].metadata.partitionKeys.r' "$T/out")" deep
check "no such column" -s 1 -i "$T/a" -m ProcessingFailed -E 'line 1: record 1 \(1\): partition key nope: no such column, or no value' -- cdcxform -o firehose --partition-keys nope

{ change INSERT a ''; echo; change INSERT b ''; echo; } | record 1 >"$T/r"
event "$(cat "$T/r")" >"$T/two"
check "two lines in a record" -i "$T/two" -a -- cdcxform -o firehose --no-meta
ok "give two rows" sh -c 'test "$1" = "$2"' - "$(plain)" '["1","Ok","{\"id\":\"a\"}\n{\"id\":\"b\"}\n",{}]'
check "with different partition keys they fail" -s 1 -i "$T/two" -m ProcessingFailed -E 'its rows differ in their partition keys' -- cdcxform -o firehose --partition-keys id
{ change INSERT a ''; echo; echo '{'; } | record 1 >"$T/r"
event "$(cat "$T/r")" >"$T/half"
check "one wrong line fails its record" -s 1 -i "$T/half" -m '^{"records":\[{"recordId":"1","result":"ProcessingFailed","data":"[A-Za-z0-9+/]+=*"}\]}$' -E 'record 1 \(1\): line 2: byte 2' -- cdcxform -o firehose
printf '{"bfpipe.mark":{"stream":"s","shard":"x","sequence":"1"}}\n' | cat - "$T/none" 2>/dev/null | record 1 >"$T/r"
event "$(cat "$T/r")" >"$T/mark"
check "a mark is no row" -s 1 -i "$T/mark" -m ProcessingFailed -E 'not a change record: no member dynamodb' -- cdcxform -o firehose

event >"$T/empty"
check "no records" -i "$T/empty" -o '{"records":[]}' -- cdcxform -o firehose
check "no input" -o '' -- cdcxform -o firehose
event '{"recordId":"1"}' '{"recordId":"2","data":""}' '{"recordId":"3","data":"?"}' >"$T/odd"
check "no data, empty data, no base64" -s 1 -i "$T/odd" -o '{"records":[{"recordId":"1","result":"ProcessingFailed","data":""},{"recordId":"2","result":"ProcessingFailed","data":""},{"recordId":"3","result":"ProcessingFailed","data":"?"}]}' -e 'cdcxform: line 1: record 1 (1): has no data
cdcxform: line 1: record 2 (2): no change record in it
cdcxform: line 1: record 3 (3): data is not base64
cdcxform: 3 lines rejected' -- cdcxform -o firehose
event '{"data":""}' >"$T/noid"
check "without recordId there is no answer" -s 1 -i "$T/noid" -e 'cdcxform: line 1: record 1: has no recordId
cdcxform: 1 line rejected' -- cdcxform -o firehose
printf '{"records":[' >"$T/cut"
check "a broken event has none either; the next one has" -s 1 -i "$T/cut" -e 'cdcxform: line 1: byte 13: an object was expected
cdcxform: 1 line rejected' -- cdcxform -o firehose
echo '{"Records":[]}' >"$T/other"
check "no transform event" -s 1 -i "$T/other" -E 'line 1: not a transform event: it has no records' -- cdcxform -o firehose

check "an answer that is too large: records from the end fail, with their data" -s 1 -i "$T/one" -a -E 'record 1 \(1\): no room for it in an answer of 700 bytes' \
    -- cdcxform -o firehose --max-answer 700 --fields id,id2,n,kind,x --image both --meta op,ts,table,event-id,seq --meta-prefix a_very_long_prefix_that_makes_the_row_longer_than_the_change_itself_was_and_longer_still_so_that_it_does_not_fit_any_more_
ok "and keep it" sh -c 'test "$1" = "$2"' - "$(jq -r '.records[0].data' "$T/out")" "$(echo "$a" | jq -r .data)"
ok "the answer is not longer" test "$(wc -c <"$T/out")" -le 701
check "one that can not be made small enough is refused" -s 1 -i "$T/one" -E 'line 1: an answer of [0-9]+ bytes, more than Lambda takes \(100\)' -- cdcxform -o firehose --max-answer 100

check "CSV in answers" -i "$T/a" -a -- cdcxform -o firehose -o csv --fields id,n --no-meta
ok "has no header" sh -c 'test "$1" = "$2"' - "$(plain)" '["1","Ok","a,1.50\n",{}]'
check "CSV wants --fields" -s 2 -e 'cdcxform: CSV and TSV for Firehose want --fields, --select or --sql' -- cdcxform -o firehose -o csv
for shape in '--select=*' '--sql=SELECT id, c.* FROM cdc c' '--flatten --select=id,n'; do
    # shellcheck disable=SC2086
    case $shape in *flatten*) set -- $shape ;; *) set -- "$shape" ;; esac
    check "CSV: columns cannot depend on the first record: $shape" -s 2 -e 'cdcxform: CSV and TSV for Firehose want columns with names: no * in --select and --sql, and no --flatten with them' -- cdcxform -o firehose -o csv --check "$@"
done
check "but those of a query are" -i "$T/a" -a -- cdcxform -o firehose -o csv --select id,n --rename id=key
ok "in its order" sh -c 'test "$1" = "$2"' - "$(plain)" '["1","Ok","a,1.50\n",{}]'
check "partition keys want rows as ndjson" -s 2 -e 'cdcxform: partition keys want rows as ndjson' -- cdcxform -o firehose -o csv --fields id --partition-keys id
check "and -o firehose" -s 2 -e 'cdcxform: --partition-keys requires -o firehose' -- cdcxform --partition-keys id
check '--max-answer, too' -s 2 -e 'cdcxform: --max-answer requires -o firehose' -- cdcxform --max-answer 1MiB
check "a key twice" -s 2 -e 'cdcxform: partition key id appears twice' -- cdcxform -o firehose --partition-keys id,id

v=$SHARED/vectors/lambda/kinesis-firehose-event.json
if [ -f "$v" ]; then
    check "an event that spans lines" -s 1 -i "$v" -o '{"records":[{"recordId":"record1","result":"ProcessingFailed","data":"SGVsbG8gV29ybGQ="},{"recordId":"record2","result":"ProcessingFailed","data":"SGVsbG8gV29ybGQ="}]}' -E 'record 2 \(record2\)' -- cdcxform -i firehose -o firehose
else
    skip "an event that spans lines" "no $v"
fi
plan
