#!/bin/sh
# cdcxform: images, fields, metadata, formats, both kinds of change lines, captures, marks, and the manual's examples.
. "$(dirname "$0")/lib.sh"
unordered="cdcxform: _seq is NULL: a record has neither a SequenceNumber nor a kinesis.sequenceNumber with a time, which give the order of changes"

# change OP NEW OLD: a change line of DynamoDB to Kinesis; empty NEW or OLD leaves the image out.
change() {
    printf '{"awsRegion":"us-east-1","eventID":"e-1","eventName":"%s","userIdentity":null,"recordFormat":"application/json","tableName":"sales","dynamodb":{"ApproximateCreationDateTime":%s,"Keys":{"order_id":{"S":"o-1"}}' "$1" "${time:-1795759200000}"
    [ -z "$2" ] || printf ',"NewImage":{"order_id":{"S":"o-1"}%s}' "$2"
    [ -z "$3" ] || printf ',"OldImage":{"order_id":{"S":"o-1"}%s}' "$3"
    printf ',"SizeBytes":40},"eventSource":"aws:dynamodb"}\n'
}
rest=',"total":{"N":"92.01"},"payment":{"M":{"method":{"S":"card"}}}'
{
    time=1795759200000 change INSERT ",\"status\":{\"S\":\"PLACED\"}$rest" ''
    time=1795759207500 change MODIFY ",\"status\":{\"S\":\"PAID\"}$rest" ",\"status\":{\"S\":\"PLACED\"}$rest"
    time=1795759209000 change REMOVE '' ",\"status\":{\"S\":\"PAID\"}$rest"
} >"$T/changes.ndjson"
echo '{"eventName":"INSERT","dynamodb":{"Keys":{"order_id":{"S":"o-1"}},"NewImage":{"order_id":{"S":"o-1"},"lines":{"L":[{"M":{"sku":{"S":"tv"}}},{"M":{"sku":{"S":"cable"}}}]}}}}' >"$T/lines.ndjson"

check "rows: new image, or the keys of REMOVE" -i "$T/changes.ndjson" \
    -o '{"order_id":"o-1","status":"PLACED","total":92.01,"payment":{"method":"card"},"_op":"INSERT","_ts":"2026-11-27T06:00:00.000Z"}
{"order_id":"o-1","status":"PAID","total":92.01,"payment":{"method":"card"},"_op":"MODIFY","_ts":"2026-11-27T06:00:07.500Z"}
{"order_id":"o-1","_op":"REMOVE","_ts":"2026-11-27T06:00:09.000Z"}' -- cdcxform
check "--image old" -i "$T/changes.ndjson" -o '{"order_id":"o-1","_op":"INSERT"}
{"order_id":"o-1","status":"PLACED","total":92.01,"payment":{"method":"card"},"_op":"MODIFY"}
{"order_id":"o-1","status":"PAID","total":92.01,"payment":{"method":"card"},"_op":"REMOVE"}' -- cdcxform --image old --meta op
check "--image newest" -i "$T/changes.ndjson" -o '{"order_id":"o-1","status":"PLACED","total":92.01,"payment":{"method":"card"},"_op":"INSERT"}
{"order_id":"o-1","status":"PAID","total":92.01,"payment":{"method":"card"},"_op":"MODIFY"}
{"order_id":"o-1","status":"PAID","total":92.01,"payment":{"method":"card"},"_op":"REMOVE"}' -- cdcxform --image newest --meta op
check "--image newest, named fields and SQL" -i "$T/changes.ndjson" -o '{"status":"PLACED"}
{"status":"PAID"}
{"status":"PAID"}' -- cdcxform --image newest --no-meta --fields status --where "status IS NOT NULL"
echo '{"eventName":"REMOVE","dynamodb":{"Keys":{"id":{"S":"1"}}}}' >"$T/keys-only.ndjson"
check "--image newest of a stream without old images" -i "$T/keys-only.ndjson" -o '{"id":"1"}' -- cdcxform --image newest --no-meta
check "a row for each REMOVE has its partition" -i "$T/changes.ndjson" -o PAID -- sh -c 'cdcxform --image newest --ops REMOVE |
    s3put --dry-run --hive status s3://lake/ | jq -r .partition.status'
check "--image keys, --no-meta" -i "$T/changes.ndjson" -o '{"order_id":"o-1"}
{"order_id":"o-1"}
{"order_id":"o-1"}' -- cdcxform --image keys --no-meta
check "--image both" -i "$T/changes.ndjson" -o '{"order_id":"o-1","status":"PAID","total":92.01,"payment":{"method":"card"},"old.order_id":"o-1","old.status":"PLACED","old.total":92.01,"old.payment":{"method":"card"},"_op":"MODIFY"}
{"order_id":"o-1","old.order_id":"o-1","old.status":"PAID","old.total":92.01,"old.payment":{"method":"card"},"_op":"REMOVE"}' \
    -- cdcxform --image both --meta op --ops modify,REMOVE
check "--fields: order, paths, old image, absent ones" -i "$T/changes.ndjson" -o '{"payment.method":"card","status":"PLACED"}
{"payment.method":"card","status":"PAID","old.status":"PLACED"}
{"old.status":"PAID"}' -e 'cdcxform: no record has an attribute nope' -- cdcxform --no-meta --fields payment.method,nope,status,old.status
check "all metadata, in the order asked for" -i "$T/changes.ndjson" -o '{"order_id":"o-1","@seq":null,"@event_id":"e-1","@table":"sales","@op":"REMOVE"}' -e "$unordered" \
    -- cdcxform --ops remove --meta seq,event-id,table,op --meta-prefix @

# every type, numbers digit for digit
change INSERT ',"s":{"S":"a \"b\" \u00e9 é 😀 \ud83d\ude00"},"empty":{"S":""},"n":{"N":"12345678901234567890123456789012345678"},"neg":{"N":"-0.10"},"exp":{"N":"1.5E+20"},"odd":{"N":"007"},"half":{"N":".5"},"b":{"B":"AAEqQQ=="},"yes":{"BOOL":true},"no":{"BOOL":false},"nil":{"NULL":true},"m":{"M":{"k":{"N":"1.0"},"deep":{"M":{"x":{"L":[]}}},"none":{"M":{}}}},"l":{"L":[{"S":"x"},{"N":"1"},{"NULL":true},{"L":[{"BOOL":false}]}]},"ss":{"SS":["a","b"]},"ns":{"NS":["1","2.50"]},"bs":{"BS":["AA=="]}' '' >"$T/types.ndjson"
check "every type" -i "$T/types.ndjson" -o '{"order_id":"o-1","s":"a \"b\" \u00e9 é 😀 \ud83d\ude00","empty":"","n":12345678901234567890123456789012345678,"neg":-0.10,"exp":1.5E+20,"odd":7,"half":0.5,"b":"AAEqQQ==","yes":true,"no":false,"nil":null,"m":{"k":1.0,"deep":{"x":[]},"none":{}},"l":["x",1,null,[false]],"ss":["a","b"],"ns":[1,2.50],"bs":["AA=="]}' \
    -- cdcxform --no-meta
ok "jq reads it" jq -e . "$T/out"
sed 's/:/ : /g; s/,/ ,\t/g; s/[{}]/ & /g' "$T/types.ndjson" >"$T/spaced.ndjson"
cp "$T/out" "$T/types.want"
check "white space changes nothing" -i "$T/spaced.ndjson" -O "$T/types.want" -- cdcxform --no-meta

# times by their magnitude
time=1480642020 change INSERT ',"a":{"S":""}' '' >"$T/t.ndjson"
time=1480642020123 change INSERT ',"a":{"S":""}' '' >>"$T/t.ndjson"
time=1480642020123456 change INSERT ',"a":{"S":""}' '' >>"$T/t.ndjson"
time=1480642020.0 change INSERT ',"a":{"S":""}' '' >>"$T/t.ndjson"
time=1.48064202E9 change INSERT ',"a":{"S":""}' '' >>"$T/t.ndjson"
time='"2016-12-02T01:27:00+00:00"' change INSERT ',"a":{"S":""}' '' >>"$T/t.ndjson"
time=null change INSERT ',"a":{"S":""}' '' >>"$T/t.ndjson"
check "seconds, milliseconds, microseconds, fractions, text" -i "$T/t.ndjson" -o '{"_ts":"2016-12-02T01:27:00Z"}
{"_ts":"2016-12-02T01:27:00.123Z"}
{"_ts":"2016-12-02T01:27:00.123456Z"}
{"_ts":"2016-12-02T01:27:00Z"}
{"_ts":"2016-12-02T01:27:00Z"}
{"_ts":"2016-12-02T01:27:00Z"}
{"_ts":null}' -e 'cdcxform: no record has an attribute none' -- cdcxform -q --fields none --meta ts

# formats
change INSERT ',"note":{"S":"say \"hi\", you"},"lines":{"S":"a\nb\tc\\"},"empty":{"S":""},"nil":{"NULL":true},"n":{"N":"1.50"},"l":{"L":[{"S":"x"}]}' '' >"$T/f.ndjson"
check "CSV: NULL and the empty string differ" -i "$T/f.ndjson" -o 'order_id,note,lines,empty,nil,n,l,gone,_op
o-1,"say ""hi"", you","a
b	c\","",,1.50,"[""x""]",,INSERT' -e 'cdcxform: no record has an attribute gone' -- cdcxform -q -o csv --fields order_id,note,lines,empty,nil,n,l,gone --meta op
check "TSV" -i "$T/f.ndjson" -o 'note	lines	empty	nil	gone
say "hi", you	a\nb\	c\\		\N	\N' -e 'cdcxform: no record has an attribute gone' -- cdcxform -q -o tsv --fields note,lines,empty,nil,gone --no-meta
check "no header" -i "$T/changes.ndjson" -o 'o-1
o-1
o-1' -- cdcxform -o csv --fields order_id --no-meta --no-header
check "CSV without --fields: the first row's columns" -i "$T/changes.ndjson" -o 'order_id,status,total,payment,_op
o-1,PLACED,92.01,"{""method"":""card""}",INSERT
o-1,PAID,92.01,"{""method"":""card""}",MODIFY
o-1,,,,REMOVE' -- cdcxform -o csv --meta op
sh -c 'tail -n 1 "$1"; head -n 1 "$1"' - "$T/changes.ndjson" >"$T/later.ndjson"
check "CSV: a later attribute is not dropped silently" -s 1 -i "$T/later.ndjson" -o 'order_id,_op
o-1,REMOVE' -e 'cdcxform: line 2: attribute status is not a column of the first row; see --fields
cdcxform: 1 line rejected' -- cdcxform -o csv --meta op
for new in '"a.b":{"N":"1"},"a":{"M":{"b":{"N":"2"}}}' '"a":{"M":{"b":{"N":"2"}}},"x":{"S":"lost"}'; do
    printf '{"eventName":"INSERT","dynamodb":{"NewImage":{%s}}}\n' "$new"
done >"$T/dots.ndjson"
check "CSV: a column with a dot is no path, which would hide a later attribute" -s 1 -i "$T/dots.ndjson" -o 'a.b,a
1,"{""b"":2}"' -e 'cdcxform: line 2: attribute x is not a column of the first row; see --fields
cdcxform: 1 line rejected' -- cdcxform -o csv --no-meta
wide=$(i=0; while [ $i -lt 100 ]; do printf '"attribute_of_a_long_name_%d":{"N":"1"},' $i; i=$((i + 1)); done)
i=0
while [ $i -lt 900 ]; do printf '{"eventName":"INSERT","dynamodb":{"NewImage":{%s"_op":{"S":"x"}}}}\n' "$wide"; i=$((i + 1)); done >"$T/wide.ndjson"
cat "$T/changes.ndjson" >>"$T/wide.ndjson"
check "CSV: rejected first rows leave nothing" -s 1 -i "$T/wide.ndjson" -o 'order_id,status,total,payment,_op
o-1,PLACED,92.01,"{""method"":""card""}",INSERT
o-1,PAID,92.01,"{""method"":""card""}",MODIFY
o-1,,,,REMOVE' -E '^cdcxform: 900 lines rejected$' -- cdcxform -o csv --meta op
printf '{"eventName":"INSERT","dynamodb":{"NewImage":{"o\\"k":{"N":"1"}}}}\n{"eventName":"INSERT","dynamodb":{"NewImage":{"\\u006fld\\u002ek":{"N":"1"}}}}\n' >"$T/old.ndjson"
check "both images: a name with an escape begins with old., or does not" -s 1 -i "$T/old.ndjson" -o '{"o\"k":1}' -E "^cdcxform: line 2: attribute .u006fld.u002ek begins with old., as the old image's do$" -- cdcxform --image both --no-meta
printf '{"eventName":"INSERT","dynamodb":{"ApproximateCreationDateTime":1,"NewImage":{"id":{"S":"1"}}},"dynamodb":{"Keys":{"id":{"S":"2"}}}}\n' >"$T/again.ndjson"
check "what appears twice in the envelope: the last one counts, and nothing of the first" -i "$T/again.ndjson" -o '{"id":"2","_op":"INSERT","_ts":null}' -- cdcxform --image keys
check "ddb-json" -i "$T/spaced.ndjson" -m '"ns":\{"NS":\["1","2\.50"\]\}' -- cdcxform -o ddb-json

# DynamoDB Streams, captures
stream='{"eventID":"s-1","eventName":"INSERT","eventVersion":"1.1","eventSource":"aws:dynamodb","awsRegion":"us-east-1","dynamodb":{"ApproximateCreationDateTime":1480642020,"Keys":{"id":{"N":"7"}},"NewImage":{"id":{"N":"7"}},"SequenceNumber":"111","SizeBytes":3,"StreamViewType":"NEW_AND_OLD_IMAGES"}}'
printf '%s\n' "$stream" >"$T/stream.ndjson"
check "a record of DynamoDB Streams" -i "$T/stream.ndjson" -o '{"id":7,"_op":"INSERT","_ts":"2016-12-02T01:27:00Z","_seq":"0000000000000000000000000000000000000111","_table":null}' -e 'cdcxform: _table is NULL: no record tells it' \
    -- cdcxform --meta op,ts,seq,table
printf '{"Records":[%s,%s],"NextShardIterator":"x"}\n' "$stream" "$stream" >"$T/get.json"
check "dynamodbstreams get-records, on one line" -i "$T/get.json" -o '{"id":7}
{"id":7}' -- cdcxform --no-meta
jq . "$T/get.json" >"$T/pretty.json"
cat "$T/pretty.json" "$T/pretty.json" >"$T/two.json"
check "pretty-printed, two in a row" -i "$T/two.json" -o '{"id":7}
{"id":7}
{"id":7}
{"id":7}' -- cdcxform --no-meta
data=$(base64 -w 0 <"$T/stream.ndjson")
printf '{\n "Records": [{"SequenceNumber":"49","Data":"%s","PartitionKey":"p"}], "MillisBehindLatest": 0\n}\n' \
    "$(head -n 1 "$T/changes.ndjson" | base64 -w 0)" >"$T/kinesis.json"
check "kinesis get-records; the record's sequence number" -i "$T/kinesis.json" -o '{"order_id":"o-1","_seq":"1795759200000000-00000000000000000000000000000000000000000000000000000049"}' -- cdcxform --fields order_id --meta seq
printf '{"Records":[{"kinesis":{"sequenceNumber":"50","data":"%s"},"eventSource":"aws:kinesis","eventID":"shardId-0:50","eventName":"aws:kinesis:record"}]}' "$data" >"$T/lambda.json"
check "Lambda's Kinesis event; the inner sequence number goes first" -i "$T/lambda.json" -o '{"id":7,"_seq":"0000000000000000000000000000000000000111","_event_id":"s-1"}' -- cdcxform --meta seq,event-id
printf '{"invocationId":"i","records":[{"recordId":"1","data":"%s"},{"recordId":"2","data":"SGVsbG8gV29ybGQ="},{"recordId":"3","data":"%s"}]}\n' "$data" "$data" >"$T/firehose.json"
check "Firehose's event; a bad record is refused alone" -s 1 -i "$T/firehose.json" -o '{"id":7}
{"id":7}' -e "cdcxform: line 1: record 2: byte 1: a change record is an object
cdcxform: 1 line rejected ($T/rej)" -- cdcxform --no-meta --rejects "$T/rej"
check "and can be fed in again" -s 1 -i "$T/rej" -e 'cdcxform: line 1: byte 1: a change record is an object
cdcxform: 1 line rejected' -- cdcxform
check "the reject is the record" -o '{"recordId":"2","data":"SGVsbG8gV29ybGQ="}' -- cat "$T/rej"
tr -d '\n' <"$T/pretty.json" | sed 's/}}]/}}\n]/' >"$T/odd.json"
check "-i capture accepts any layout" -i "$T/odd.json" -o '{"id":7}
{"id":7}' -- cdcxform -i capture --no-meta
head -n 9 "$T/pretty.json" | cat - "$T/pretty.json" >"$T/cut.json"
check "a document that was cut off" -s 1 -i "$T/cut.json" -o '{"id":7}
{"id":7}' -E 'line 1: byte [0-9]+: unexpected end' -- cdcxform --no-meta
if [ -d "$SHARED/vectors/lambda" ]; then
    check "AWS's sample: Lambda's DynamoDB event" -m '^\{"val":"data","asdf1":"AAEqQQ==","asdf2":\["AAEqQQ==","QSoBAA=="\],"key":"binary","_table":"Example-Table"\}$' \
        -- cdcxform --meta table "$SHARED/vectors/lambda/dynamodb-event.json"
    check "AWS's sample: with a time window" -o '{"Id":101,"Message":"New item!"}
{"Id":101,"Message":"This item has changed"}
{"Id":101}' -- cdcxform --fields Id,Message --no-meta "$SHARED/vectors/lambda/dynamodb-time-window-event.json"
else
    skip "AWS's sample events" "$SHARED/vectors/lambda is not there"
fi

# marks
mark='{"bfpipe.mark":{"stream":"orders","shard":"shardId-000000000000","sequence":"49"}}'
{ echo "$mark"; head -n 1 "$T/changes.ndjson"; echo; echo "$mark"; } >"$T/marks.ndjson"
check "marks stay where they are" -i "$T/marks.ndjson" -o "$mark
{\"order_id\":\"o-1\"}
$mark" -- cdcxform --fields order_id --no-meta

# the manual
printf '{"eventName":"MODIFY","dynamodb":{"ApproximateCreationDateTime":%s,"Keys":{},"NewImage":{"n":{"N":"%s"}}},"kinesis":{"shardId":"s","sequenceNumber":"%s"}}\n' \
    1795759200000002 2 47 1795759200000001 1 48 >"$T/kinesis.ndjson"
awk -v dir="$T" '
    /^\.Bd -literal/ { on = 1; next }
    /^\.Ed/ { on = 0 }
    on && /^\$ / { n++; print substr($0, 3) > (dir "/" n ".sh"); next }
    on && n { print > (dir "/" n ".want") }
' "$root/man/cdcxform.1"
cd "$T" || exit 1
n=1
while [ -r "$n.sh" ]; do
    check "manual: $(cat "$n.sh")" -O "$n.want" -- sh "$n.sh"
    n=$((n + 1))
done
check "the manual has twenty-four such examples" -o 24 -- echo "$n"
plan
