#!/bin/sh
# s3put and answers of S3 that are malformed, ask to retry, or refuse one object permanently.
. "$(dirname "$0")/lib.sh"
. "$root/tests/fault/lib.sh"
fault_start </dev/null
export TMPDIR="$T"
objects=$FAULT_DIR/objects
seq -f '{"id":%g,"c":"x"}' 1 300 >"$T/rows"
seq -f '{"id":%g,"pad":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}' 1 250000 >"$T/large"
large() { s3put --size 64MiB --rejects "$T/rejects" s3://lake/big/; }

# A success that is not told in S3's words is none: tried again, never a receipt.
# none NAME RULE INPUT COMMAND...
none() {
    none_name=$1 none_rule=$2 none_in=$3
    shift 3
    printf '%s\n' "$none_rule" | fault_rules
    check "no receipt: $none_name" -s 75 -i "$none_in" -E 'does not answer as s3 does; is the endpoint right|does not answer as S3 does; is the endpoint right' -- "$@"
    ok '  and nothing lost' cmp "$T/rejects" "$none_in"
    printf '%s\n' "$none_rule" | sed 's/^\([A-Za-z]*\) /\1 1x /' | fault_rules
    check "  tried again: $none_name" -i "$none_in" -m '"etag":"[^"]' -- "$@"
}
small() { s3put --rejects "$T/rejects" s3://lake/p/; }
none 'PutObject, HTML with an ETag' 'PutObject header ETag "abc" plain 200 <html>hello</html>' "$T/rows" small
none 'PutObject, HTML' 'PutObject plain 200 <html>hello</html>' "$T/rows" small
none 'PutObject, 204' 'PutObject header ETag "abc" plain 204' "$T/rows" small
none 'PutObject, an empty ETag' 'PutObject header ETag "" plain 200' "$T/rows" small
none 'PutObject, a body' 'PutObject header ETag "abc" ok {"ok":true}' "$T/rows" small
none 'UploadPart, 204' 'UploadPart header ETag "abc" plain 204' "$T/large" large
none 'UploadPart, an empty ETag' 'UploadPart header ETag "" plain 200' "$T/large" large
none 'CreateMultipartUpload, no id' 'CreateMultipartUpload ok <InitiateMultipartUploadResult><UploadId></UploadId></InitiateMultipartUploadResult>' "$T/large" large
none 'CreateMultipartUpload, cut off' 'CreateMultipartUpload ok <InitiateMultipartUploadResult><UploadId>u</UploadId>' "$T/large" large
head='CompleteMultipartUpload ok <CompleteMultipartUploadResult><Location>x</Location>'
none 'CompleteMultipartUpload, cut off' "$head<ETag>\"abc-3\"</ETag>" "$T/large" large
none 'CompleteMultipartUpload, no ETag' "$head</CompleteMultipartUploadResult>" "$T/large" large
none 'CompleteMultipartUpload, an empty ETag' "$head<ETag>&quot;&quot;</ETag></CompleteMultipartUploadResult>" "$T/large" large
printf 'PutObject header ETag "" plain 200\n' | fault_rules
check 'no receipt with --one either' -s 75 -i "$T/rows" -E 'does not answer as' -- s3put --one s3://lake/k

# 409: S3 says try again
for code in ConditionalRequestConflict OperationAborted; do
    printf 'PutObject 2x error 409 %s busy\n' $code | fault_rules
    check "409 $code is tried again" -i "$T/rows" -m '"records":300' -- s3put --if-none-match s3://lake/p/
    ok '  three requests' test "$(fault_count PutObject)" = 3
    printf 'PutObject error 409 %s busy\n' $code | fault_rules
    check "409 $code for ever is a temporary failure" -s 75 -i "$T/rows" -E "PutObject: $code: busy \(HTTP 409" -- \
        s3put --if-none-match --rejects "$T/rejects" s3://lake/p/
    printf 'CompleteMultipartUpload 2x error 409 %s busy\n' $code | fault_rules
    check "409 $code at the end of an upload" -i "$T/large" -m '"records":250000' -- large
    ok '  the parts went up once' test "$(fault_count UploadPart)" = 3
done
printf 'CompleteMultipartUpload 3x error 409 ConditionalRequestConflict busy\n' | fault_rules
check 'a conflict that wants the parts again' -i "$T/large" -m '"records":250000' -- large
ok '  gets them' test "$(fault_count CreateMultipartUpload) $(fault_count UploadPart)" = '2 6'
printf 'UploadPart 1x error 404 NoSuchUpload swept up\n' | fault_rules
check 'an upload that was swept up is begun again' -i "$T/large" -m '"records":250000' -- large

# 400 for good: that object is set aside, the others arrive.
cat >"$T/three" <<'END'
{"n":1,"c":"a"}
{"n":2,"c":"b"}
{"n":3,"c":"c"}
END
printf 'PutObject 1x error 400 InvalidURI Could not parse the specified URI\n' | fault_rules
check 'an object that S3 refuses' -s 1 -i "$T/three" -m '"c":"c"' \
    -E '^s3put: s3://lake/c=a/.*: PutObject: InvalidURI: Could not parse the specified URI \(HTTP 400' -- \
    s3put --window 1 --partitions 1 --hive c --rejects "$T/rejects" s3://lake/
ok '  does not stop the others' test "$(wc -l <"$T/out")" = 2
ok '  and is kept' same "$T/rejects" '{"n":1,"c":"a"}'
printf 'PutObject error 400 InvalidStorageClass no\n' | fault_rules
seq -f '{"c":"k%g"}' 1 40 >"$T/forty"
check 'when all are refused the options are wrong' -s 1 -i "$T/forty" -E '^s3put: s3://lake refused 10 objects in a row; are the options right' -- \
    s3put --window 1 --partitions 1 --hive c --rejects "$T/rejects" s3://lake/
printf 'PutObject error 400 ExpiredToken no\n' | fault_rules
check 'what is wrong with the credentials stops the run' -s 1 -i "$T/forty" -E 'PutObject: ExpiredToken' -- \
    s3put --window 1 --partitions 1 --hive c --rejects "$T/rejects" s3://lake/
ok '  and is no fault of an object' sh -c '! grep -q "in a row" "$1"' - "$T/err"

# With --state: kept in the spool and in the state, told once, not tried again.
D=$T/state
mark() { printf '{"bfpipe.mark":{"stream":"s","shard":"0","sequence":"%s"%s}}\n' "$1" "${2:-}"; }
printf 'PutObject 1x error 400 InvalidURI Could not parse the specified URI\n' | fault_rules
{ mark "" ',"start":true'; cat "$T/three"; mark 3; } >"$T/marked"
check 'refused, with --state' -s 1 -a -i "$T/marked" -E ': 1 row set aside, kept in .*/state/spool/.* and not tried again$' -- \
    s3put --state "$D" --window 1 --hive c s3://lake/
ok '  the others are there' test "$(find "$objects" -type f | wc -l)" = 2
ok '  the state names it and why' jq -e '.sealed | length == 1 and (.[0].refused | test("InvalidURI"))' "$D/state.json"
kept=$(jq -r '.sealed[0].file' "$D/state.json")
ok '  its rows are in the spool' test "$(wc -l <"$D/spool/$kept")" = 1
{ mark 3 ',"start":true'; echo '{"n":4,"c":"d"}'; mark 4; } >"$T/next"
before=$(fault_count PutObject)
check '  the next run has nothing to say of it' -a -i "$T/next" -- s3put --state "$D" --window 1 --hive c s3://lake/
ok '  and does not try it' test "$(fault_count PutObject)" = $((before + 1))
ok '  it is kept' test -s "$D/spool/$kept"
jq -c 'del(.sealed[].refused)' "$D/state.json" >"$D/new" && mv "$D/new" "$D/state.json"
mark 4 ',"start":true' >"$T/next"
check '  without that member it is tried again' -a -i "$T/next" -- s3put --state "$D" --window 1 --hive c s3://lake/
ok '  and arrives' test ! -e "$D/spool/$kept"

# Rejected rows are before the committed positions: with --state they are always saved.
rm -rf "$D"
{ mark "" ',"start":true'; echo '{"n":'; echo '{"n":1}'; mark 2; } >"$T/bad"
check 'rejected rows are kept with --state' -s 1 -a -i "$T/bad" -E "1 line rejected \($D/rejects\)" -- s3put --state "$D" s3://lake/p/
ok '  unchanged' same "$D/rejects" '{"n":'
mark 2 ',"start":true' >"$T/next"
check '  a start later' -a -i "$T/next" -- s3put --state "$D" s3://lake/p/
ok '  keeps them' same "$D/rejects" '{"n":'
printf 'ListObjects fake\n' | fault_rules
rm -rf "$D"
{ mark "" ',"start":true'; printf '{"n":%d,"c":"%s"}\n' 1 .. 2 a; mark 2; } >"$T/climb"
check 'a key that S3 refuses does not block the pipeline' -s 1 -a -i "$T/climb" -E "line 2: '..' in the object's key leads out of the bucket" -- \
    s3put --state "$D" 's3://lake/!{partitionKeyFromQuery:c}/'
ok '  the position goes on' jq -e '.streams.s["0"].sequence == "2" and .sealed == []' "$D/state.json"
plan
