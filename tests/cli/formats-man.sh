#!/bin/sh
# bfpipe-formats(5): the tools write and accept the examples of the page. Option files: cdcxform-file.sh.
. "$(dirname "$0")/lib.sh"
page=$root/man/bfpipe-formats.5

# display SECTION N: the N-th literal display of a section.
display() {
    awk -v section="$1" -v n="$2" '/^\.S[hs] / { on = $0 ~ ("^\\.S[hs] " section "$") } /^\.Ed/ { shown = 0 }
        shown { print } on && /^\.Bd -literal/ { shown = ++seen == n }' "$page"
}
# members FILE...: the paths of all members of each line, as the page and the tools have them in common.
members() { jq -c '[paths | map(if type == "number" then 0 else . end)] | unique' "$@"; }

# Write lines.
display 'WRITE LINES' 1 >"$T/writes"
sed -n 's/^\.Ql \({"order_id".*}\) ,$/\1/p; s/^\.Ql \({"Item".*}\) ,$/\1/p' "$page" >"$T/items"
check 'two items' -o 2 -- grep -c '"order_id"' "$T/items"
cat >"$T/write.sh" <<'END'
ddbput --create order_id:S --if-not-exists sales </dev/null
head -n 2 "$T/writes" | ddbput sales
kinread -e dynamodb:sales >"$T/stream"
ddbput sales <"$T/writes"
kinread -e dynamodb:sales | tail -n 1 | jq -r .eventName
head -n 1 "$T/items" | ddbput sales
sed -n 2p "$T/items" | ddbput sales
printf '%s\n' '{"order_id":"t","put":{"s":"x","n":1.50,"b":true,"z":null,"l":[1]}}' '{"put":"p","order_id":"q"}' \
    '{"set":{"a":1},"update":{"order_id":"r"}}' | ddbput sales
kinread -e dynamodb:sales | tail -n 5 | cdcxform --meta op | sort
kinread -e dynamodb:sales | sed -n '/"S":"t"/p' | jq -c .dynamodb.NewImage
END
export T
check 'write lines, items and export lines do what the page says' -o 'REMOVE
{"order_id":"o-1","_op":"MODIFY"}
{"order_id":"o-1","total":92.01,"_op":"INSERT"}
{"order_id":"r","a":1,"_op":"INSERT"}
{"order_id":"t","put":{"s":"x","n":1.5,"b":true,"z":null,"l":[1]},"_op":"INSERT"}
{"put":"p","order_id":"q","_op":"INSERT"}
{"order_id":{"S":"t"},"put":{"M":{"s":{"S":"x"},"n":{"N":"1.5"},"b":{"BOOL":true},"z":{"NULL":true},"l":{"L":[{"N":"1"}]}}}}' \
    -- bflocal sh "$T/write.sh"
check 'an update sets and removes' -o '{"order_id":"o-1","total":92.01,"status":"PAID","_op":"MODIFY"}' -- \
    sh -c 'tail -n 1 "$T/stream" | cdcxform --meta op'
check 'a change in a stream: its additional members' -o '["1.1",null,true,"NEW_AND_OLD_IMAGES",10]' -- sh -c \
    'head -n 1 "$T/stream" | jq -c "[.eventVersion, .tableName, (.dynamodb.SequenceNumber | type == \"string\"),
        .dynamodb.StreamViewType, (.dynamodb.ApproximateCreationDateTime | tostring | length)]"'

display 'With types' 1 >"$T/typed"
cat >"$T/typed.sh" <<'END'
ddbput --create order_id:S sales <"$T/typed"
kinread -e dynamodb:sales | cdcxform -o writes
END
check 'cdcxform prints write lines with types, and ddbput accepts them' -O "$T/typed" -- bflocal sh "$T/typed.sh"

# Change lines: the example is one, on one line; its size and its time are right.
display 'CHANGE LINES' 1 | jq -c . >"$T/change"
row='{"order_id":"o-1","total":92.01,"_op":"MODIFY"}'
check 'the change line' -i "$T/change" -o "$row" -- cdcxform --meta op
jq -c '{zz: {a: [1]}, eventSource, dynamodb: (.dynamodb | to_entries | reverse | from_entries), tableName, eventName, eventID}' \
    "$T/change" >"$T/turned"
check 'members in another order, one unknown' -i "$T/turned" -o "$row" -- cdcxform --meta op
for n in '1795773229007 49.007Z' '1795773229007123 49.007123Z' '1795773229 49Z'; do
    jq -c ".dynamodb.ApproximateCreationDateTime = ${n% *}" "$T/change" >"$T/timed"
    check "a time of ${n% *}" -i "$T/timed" -o "{\"_ts\":\"2026-11-27T09:53:${n#* }\"}" -- cdcxform --drop order_id,total --meta ts
done
jq -c '.dynamodb | {put: (.NewImage | map_values(.S // (.N | tonumber)))}, {update: {order_id: "o-1"}, set: {total: 46}},
    {update: {order_id: "o-1"}, set: {total: 92.01}}' "$T/change" >"$T/again"
check 'its SizeBytes is what DynamoDB counts' -o "$(jq .dynamodb.SizeBytes "$T/change")" -- bflocal sh -c \
    'ddbput --create order_id:S sales <"$T/again"; kinread -e dynamodb:sales | tail -n 1 | jq .dynamodb.SizeBytes'

# Captures: the four forms, with a change line for the data, on one line and on many.
display Captures 1 | grep -v "^{\"stream\"" | sed "s,eyJ\.\.\.,$(base64 <"$T/change" | tr -d '\n'),; s/4959\.\.\./4959/" >"$T/forms"
check 'four forms of a capture' -o 4 -- sh -c 'jq -c . "$T/forms" | wc -l'
jq -c '{Records: [.]}' "$T/forms" >"$T/captures"
jq '{records: [.]}' "$T/forms" >"$T/captures.many"
unordered='cdcxform: _seq is NULL: a record has neither a SequenceNumber nor a kinesis.sequenceNumber with a time, which give the order of changes'
order=$(printf '1795773229007000-%056d' 4959)
for f in captures captures.many; do
    check "$f" -i "$T/$f" -e "$unordered" -o '{"order_id":"o-1","total":92.01,"_op":"MODIFY","_seq":"'"$order"'"}
{"order_id":"o-1","total":92.01,"_op":"MODIFY","_seq":"'"$order"'"}
{"order_id":"o-1","total":92.01,"_op":"MODIFY","_seq":null}
{"order_id":"o-1","_op":"INSERT","_seq":null}' -- cdcxform --meta op,seq
done

# Rows.
cat >"$T/types" <<'END'
{"eventName":"INSERT","dynamodb":{"ApproximateCreationDateTime":1795759200123,"Keys":{"order_id":{"S":"o-1"}},"NewImage":{"order_id":{"S":"o-1"},"total":{"N":"92.01"},"tags":{"SS":["gift"]}}}}
END
display ROWS 1 >"$T/row"
check 'the row' -i "$T/types" -O "$T/row" -- cdcxform
check 'what a record does not tell is null, and said' -i "$T/types" -e "$unordered
cdcxform: _table is NULL: no record tells it
cdcxform: _event_id is NULL: no record tells it" -o '{"_table":null,"_event_id":null,"_seq":null}' -- \
    cdcxform --drop order_id,total,tags --meta table,event-id,seq
cat >"$T/types" <<'END'
{"eventName":"INSERT","dynamodb":{"Keys":{"s":{"S":"\t"}},"NewImage":{"s":{"S":"\t\n\r\\"},"n":{"N":"1.50"},"b":{"B":"AQI="},"t":{"BOOL":true},"z":{"NULL":true},"m":{"M":{"k":{"N":"1"}}},"l":{"L":[{"S":"x"}]},"ss":{"SS":["a"]},"ns":{"NS":["1.0"]},"bs":{"BS":["AQI="]},"e":{"S":""}}}}
END
check 'every type' -i "$T/types" \
    -o '{"s":"\t\n\r\\","n":1.50,"b":"AQI=","t":true,"z":null,"m":{"k":1},"l":["x"],"ss":["a"],"ns":[1.0],"bs":["AQI="],"e":""}' \
    -- cdcxform --no-meta
check 'CSV: nothing is NULL, two quotes are the empty string' -i "$T/types" -o 'n,z,e
1.50,,""' -- cdcxform --no-meta -o csv --fields n,z,e
check 'TSV: NULL, and what is escaped' -i "$T/types" -o 's	z	e
\	\n\r\\	\N	' -- cdcxform --no-meta -o tsv --fields s,z,e

# Marks, receipts, state.
display MARKS 1 >"$T/mark"
display RECEIPTS 1 | tr -d '\n' >"$T/receipt"
display STATE 1 | sed 's/,\.\.\.}/}/g' | tr -d '\n' >"$T/state"
cat >"$T/deliver.sh" <<'END'
set -e
curl -sS --fail --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" --aws-sigv4 "aws:amz:$AWS_REGION:kinesis" "$AWS_ENDPOINT_URL" \
    -H 'Content-Type: application/x-amz-json-1.1' -H 'X-Amz-Target: Kinesis_20131202.CreateStream' -d '{"StreamName":"orders","ShardCount":2}'
curl -sS --fail --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" --aws-sigv4 "aws:amz:$AWS_REGION:s3" "$AWS_ENDPOINT_URL/lake" -X PUT \
    -H 'x-amz-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
bfgen -n 40 -o cdc --mix insert=1 | kinput orders
kinread -e --state "$T/dir" orders >"$T/read"
cdcxform <"$T/read" >"$T/rows"
s3put --state "$T/dir" --hive category s3://lake/sales/ <"$T/rows" >"$T/receipts"
s3put --one s3://lake/k <"$T/row" >"$T/one"
s3put --one --dry-run s3://lake/k <"$T/row" >"$T/one.dry"
s3put --dry-run s3://lake/k/ <"$T/row" >"$T/dry"
END
check 'marks, rows and objects are made' -- bflocal sh "$T/deliver.sh"
check 'a mark has the members of the page' -o "$(members "$T/mark")" -- sh -c \
    'grep "^{\"bfpipe.mark\":" "$T/read" | grep -v "\"start\":true" | jq -c "[paths] | unique" | sort -u'
check 'start marks are empty at first' -o '"" true' -- sh -c \
    'jq -r "select(.\"bfpipe.mark\".start).\"bfpipe.mark\" | \"\\(.sequence | tojson) \\(.start)\"" "$T/read" | sort -u'
check 'a filter passes marks on, byte for byte' -o same -- sh -c \
    'grep "^{\"bfpipe.mark\":" "$T/read" >"$T/m"; grep "^{\"bfpipe.mark\":" "$T/rows" | cmp - "$T/m" && echo same'
check 'with --fold they are after the rows, together' -o true -- sh -c \
    'cdcxform --fold order_id <"$T/read" | tail -n 2 | head -n 1 | jq ".\"bfpipe.mark\".more == true"'
check 'a receipt has the members of the page' -o "$(members "$T/receipt")" -- sh -c 'jq -c "[paths] | unique" "$T/receipts" | sort -u'
check 'one for each object, and bytes are those of the object' -o "$(sed '/^{"bfpipe/d' "$T/rows" | wc -c) 40" -- sh -c \
    'jq -s -r "\"\\(map(.bytes) | add) \\(map(.records) | add)\"" "$T/receipts"'
check 'with --one, with --dry-run, with both' -o 'bucket,bytes,checksum,etag,key,partition
bucket,bytes,checksum,dry_run,key,partition,records
bucket,bytes,dry_run,key,partition' -- jq -r 'keys | join(",")' "$T/one" "$T/dry" "$T/one.dry"
check 'the state file' -o '["open","sealed","streams","version"] ["ended","sequence","since"] 2' -- jq -r \
    '"\(keys | tojson) \([.streams.orders[] | keys[]] | unique | tojson) \(.streams.orders | length)"' "$T/dir/state.json"
check 'and the page agree' -o '["open","sealed","streams","version"] ["ended","sequence","since"]' -- jq -r \
    '"\(keys | tojson) \([.streams.orders[] | keys[]] | unique | tojson)"' "$T/state"
plan
