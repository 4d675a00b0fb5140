#!/bin/sh
# s3put without a network: routing, names, limits, bad rows, options. --dry-run prints the objects that it would write.
. "$(dirname "$0")/lib.sh"
unset AWS_PROFILE AWS_ENDPOINT_URL AWS_ENDPOINT_URL_S3
export AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=secret
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null

dry() {
    s3put --dry-run "$@"
}

# summary: key without its name, records, partition
summary() {
    dry "$@" >"$T/receipts" 2>"$T/diag"
    status=$?
    jq -r '"\(.key | sub("[^/]*$"; "")) \(.records) \(.partition | tojson)"' "$T/receipts" | sort
    cat "$T/diag" >&2
    return $status
}

cat >"$T/rows" <<'END'
{"id":1,"category":"Toys","at":"2026-11-27T06:30:00Z","n":{"deep":"x"}}
{"id":2,"category":"Home & Garden","at":"2026-11-27T07:30:00Z","n":{"deep":"y"}}
{"id":3,"category":"Toys","at":"2026-11-28T06:30:00Z","n":{"deep":"x"}}
END

# The hour may end meanwhile, also between two rows.
hour=$(date -u +%Y/%m/%d/%H)
check 'without an expression the hour of arrival is appended' -i "$T/rows" -a -- summary s3://lake/sales/
arrived() {
    awk -v a="sales/$hour/" -v b="sales/$(date -u +%Y/%m/%d/%H)/" '
        $1 != a && $1 != b || $3 != "{}" { exit 1 }
        { n += $2 }
        END { exit n != 3 }' "$T/out"
}
ok '  which is now' arrived
check 'an expression is literal' -i "$T/rows" -o 'fixed/2026/ 3 {}' -- \
    summary --time-field at 's3://lake/fixed/!{timestamp:yyyy}/'
check 'partition keys in the prefix' -i "$T/rows" -o 'c=Home & Garden/ 1 {"category":"Home & Garden"}
c=Toys/ 2 {"category":"Toys"}' -- summary 's3://lake/c=!{partitionKeyFromQuery:category}/'
check 'a key of another name' -i "$T/rows" -o 'Home & Garden/ 1 {"cat":"Home & Garden"}
Toys/ 2 {"cat":"Toys"}' -- summary --partition cat=category 's3://lake/!{partitionKeyFromQuery:cat}/'
check 'a nested field' -i "$T/rows" -o 'x/ 2 {"d":"x"}
y/ 1 {"d":"y"}' -- summary --partition d=.n.deep 's3://lake/!{partitionKeyFromQuery:d}/'
check 'Hive style, the day from a field' -i "$T/rows" -o 'sales/dt=2026-11-27/category=Home & Garden/ 1 {"category":"Home & Garden"}
sales/dt=2026-11-27/category=Toys/ 1 {"category":"Toys"}
sales/dt=2026-11-28/category=Toys/ 1 {"category":"Toys"}' -- summary --hive dt,category --time-field at s3://lake/sales
check 'another zone' -i "$T/rows" -o '2026-11-27 23/ 1 {}
2026-11-28 00/ 1 {}
2026-11-28 23/ 1 {}' -- summary --time-field at --zone +17:00 's3://lake/!{timestamp:yyyy-MM-dd HH}/'
printf '%s\n' '{"c":"a/b=c%"}' >"$T/odd"
check 'Hive escapes what would break the path' -i "$T/odd" -o 'c=a%2Fb%3Dc%25/ 1 {"c":"a/b=c%"}' -- summary --hive c s3://lake/
for time in 1795761000 1795761000.25 1.795761e9 1.795761000123e12 17957610001230E-1 1795761000123.0 1795761000123 1795761000123456 '"@1795761000"' '"2026-11-27T07:30:00+01:00"'; do
    printf '{"at":%s}\n' "$time" >"$T/time"
    check "a time written as $time" -i "$T/time" -o '2026-11-27T06/ 1 {}' -- \
        summary --time-field at "s3://lake/!{timestamp:yyyy-MM-dd'T'HH}/"
done

name='bfpipe-1-20[0-9][0-9](-[0-9][0-9]){5}-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}'
check 'names are as Firehose makes them' -i "$T/rows" -m "\"key\":\"x$name\"" -- dry "s3://lake/!{timestamp:'x'}"
check 'with a name of its own' -i "$T/rows" -m '"key":"xorders-7-20.*\.json"' -- \
    dry --name orders --name-version 7 --extension .json "s3://lake/!{timestamp:'x'}"
check 'gzip names its objects' -i "$T/rows" -m '\.gz","records":3' -- dry --compress gzip s3://lake/
check 'zstd too' -i "$T/rows" -m '\.zst","records":3' -- dry --compress zstd s3://lake/

# Rotation
seq -f '{"id":%g}' 1 1000 >"$T/many"
rotated() {
    dry --size 1000 "$@" s3://lake/ <"$T/many" >"$T/receipts" &&
        jq -es --argjson all "$(wc -c <"$T/many")" '(map(.records) | add) == 1000 and (map(.bytes) | add) == $all and
            (.[:-1] | all(.bytes >= 1000 and .bytes < 1020))' "$T/receipts"
}
ok 'objects rotate at --size' rotated
ok 'also when memory is short' sh -c 's3put --dry-run --memory 2000 --size 5MiB s3://lake/ <"$1" | jq -es "length >= 4 and (map(.records) | add) == 1000"' - "$T/many"
seq -f '{"p":"k%g"}' 1 40 >"$T/parts"
ok 'partitions beyond the limit close the oldest' sh -c 's3put --dry-run --partitions 10 --hive p s3://lake/ <"$1" | jq -es "length == 40"' - "$T/parts"
# The interval passes with nothing coming in; the object is there before the input ends.
{ head -n 1 "$T/rows"; soon test -s "$T/early" && echo open >"$T/input"; } |
    { s3put --dry-run --interval 100ms s3://lake/ >"$T/early"; }
ok 'a row waits no longer than --interval' grep -q '"records":1' "$T/early"
ok 'the input was open then' same "$T/input" open
check 'receipts have checksums' -i "$T/rows" -m '"checksum":"sha256:[A-Za-z0-9+/]{43}="' -- dry --checksum sha256 s3://lake/

# Input of every shape
check 'empty input writes nothing' -- dry s3://lake/
printf '{"a":1}\n{"a":2}' >"$T/partial"
check 'the last line without a newline gets one' -i "$T/partial" -m '"records":2,"bytes":16' -- dry s3://lake/
printf '{"a":1}\n{"a":\n[1]\n"x"\n\n{"a":"\377"}\n{"a":2}\n' >"$T/broken"
check 'broken rows are named, the others arrive' -s 1 -i "$T/broken" -m '"records":2,"bytes":16' \
    -e 's3put: line 2: byte 6: unexpected end, a value was expected
s3put: line 3: byte 1: an object was expected
s3put: line 4: byte 1: an object was expected
s3put: line 6: byte 7: invalid UTF-8
s3put: 4 lines rejected ('"$T/rejects)" -- dry --rejects "$T/rejects" s3://lake/
sed -n '2,4p;6p' "$T/broken" >"$T/want"
ok 'the rejects are the unchanged rows' cmp "$T/rejects" "$T/want"
check '--strict stops at the first' -s 1 -i "$T/broken" -m '"records":1,' -e 's3put: line 2: byte 6: unexpected end, a value was expected' -- dry --strict s3://lake/
printf '%s\n' '{"c":"x"}' '{"d":1}' '{"c":null}' '{"c":""}' '{"c":[1]}' '{"c":1.50}' '{"c":true}' >"$T/fields"
check 'a row without its partition field is rejected' -s 1 -i "$T/fields" -o '1.5/ 1 {"c":"1.5"}
true/ 1 {"c":"true"}
x/ 1 {"c":"x"}' -e "s3put: line 2: field 'c' is missing
s3put: line 3: field 'c' is null
s3put: line 4: field 'c' is empty
s3put: line 5: field 'c' is not a single value
s3put: 4 lines rejected" -- summary 's3://lake/!{partitionKeyFromQuery:c}/'
check 'Hive has a partition for what has no value' -s 1 -i "$T/fields" -o 'c=1.5/ 1 {"c":"1.5"}
c=__HIVE_DEFAULT_PARTITION__/ 3 {"c":"__HIVE_DEFAULT_PARTITION__"}
c=true/ 1 {"c":"true"}
c=x/ 1 {"c":"x"}' -e "s3put: line 5: field 'c' is not a single value
s3put: 1 line rejected" -- summary --hive c s3://lake/
for how in '--hive c s3://lake' 's3://lake/c=!{partitionKeyFromQuery:c}/'; do
    # shellcheck disable=SC2086 # options
    check "--partition-default, $how" -s 1 -i "$T/fields" -o 'c=1.5/ 1 {"c":"1.5"}
c=none/ 3 {"c":"none"}
c=true/ 1 {"c":"true"}
c=x/ 1 {"c":"x"}' -E "line 5: field 'c' is not a single value" -- summary --partition-default none $how
done
check 'a field that no row has is named, also with -q' -i "$T/fields" -a \
    -e "s3put: no row had a value for the partition field 'd.x'; is the name correct?" -- dry -q --hive d.x s3://lake/
printf '{"c":%s}\n' 1 1.0 1e0 100E-2 10 1e1 -0 0.0 1.5 12345678901234567890123456789 '"1.0"' >"$T/numbers"
check 'a number is one partition however it is written' -i "$T/numbers" -o 'c=0/ 2 {"c":"0"}
c=1.0/ 1 {"c":"1.0"}
c=1.5/ 1 {"c":"1.5"}
c=1/ 4 {"c":"1"}
c=10/ 2 {"c":"10"}
c=12345678901234567890123456789/ 1 {"c":"12345678901234567890123456789"}' -- summary --hive c s3://lake/
# Keys that S3 answers 400 to
printf '{"c":"%s"}\n' .. a '../..' b/.. 'x/../..' '\u0000' . x//../.. >"$T/climbing"
check 'a value that leads out of the bucket is rejected' -s 1 -i "$T/climbing" -o './ 1 {"c":"."}
a/ 1 {"c":"a"}
b/../ 1 {"c":"b/.."}' -e "s3put: line 1: '..' in the object's key leads out of the bucket
s3put: line 3: '..' in the object's key leads out of the bucket
s3put: line 5: '..' in the object's key leads out of the bucket
s3put: line 6: the object's key would hold a NUL character
s3put: line 8: '..' in the object's key leads out of the bucket
s3put: 5 lines rejected" -- summary 's3://lake/!{partitionKeyFromQuery:c}/'
check 'one level down it stays inside' -o 'p/../ 1 {"c":".."}' -- \
    sh -c 'printf "{\"c\":\"..\"}\n" | s3put --dry-run "s3://lake/p/!{partitionKeyFromQuery:c}/" | jq -r "\"\(.key | sub(\"[^/]*$\"; \"\")) \(.records) \(.partition | tojson)\""'
check 'in Hive it is a name' -i "$T/climbing" -a -- dry --hive c s3://lake/
printf '%s\n' '{"at":"yesterday"}' '{"at":-5}' '{}' >"$T/times"
check 'a row without a time is rejected' -s 1 -i "$T/times" -e "s3put: line 1: field 'at' is not a time such as 2026-11-27T06:30:00Z
s3put: line 2: field 'at' is not a time
s3put: line 3: field 'at' is missing
s3put: 3 lines rejected" -- dry --time-field at s3://lake/
{ printf '{"c":"'; head -c 600 /dev/zero | tr '\0' x; printf '"}\n{"c":"y"}\n'; } >"$T/wide"
check 'a key that is too long is rejected' -s 1 -i "$T/wide" -o 'c=y/ 1 {"c":"y"}' -e 's3put: line 1: the evaluated prefix has more than 512 characters
s3put: 1 line rejected' -- summary --hive c s3://lake/
{ echo '{"a":1}'; printf '{"a":"'; head -c 100000000 /dev/zero | tr '\0' x; printf '"}\n{"a":2}\n'; } >"$T/huge"
rm -f "$T/rejects"
check 'a line of 100 MB is rejected whole' -s 1 -i "$T/huge" -m '"records":2,"bytes":16' \
    -e "s3put: line 2: 100000008 bytes, longer than the maximum of 16777216
s3put: 1 line rejected ($T/rejects)" -- dry --rejects "$T/rejects" s3://lake/
ok 'and kept' test "$(wc -c <"$T/rejects")" = 100000009
rm -f "$T/huge" "$T/rejects"
{ printf '{"a":"'; head -c 12000000 /dev/zero | tr '\0' x; printf '"}\n{"a":2}\n'; } >"$T/long"
check 'a row longer than an object is an object' -i "$T/long" -m '"records":1,"bytes":12000009' -- dry s3://lake/
check 'also compressed' -i "$T/long" -m '"records":1,"bytes":[0-9]+' -- dry --compress gzip s3://lake/
rm -f "$T/long"
check 'text rows are accepted unchanged' -i "$T/broken" -m '"records":7,"bytes":41' -- dry -f text s3://lake/
# A record of CSV is what RFC 4180 says: with its newlines. The header too.
# csv OPTIONS...: the contents of each object; receipts only count, so the number of bytes shows it.
printf 'a,b\n1,"x\ny"\n2,z\n3,"p\nq"\n' >"$T/quoted"
check 'CSV: no object ends inside a quoted field' -i "$T/quoted" -m . -- dry -f csv --size 8 s3://lake/c/
ok '  records are counted, not lines' jq -es 'map([.records, .bytes]) == [[1,12],[2,16]]' "$T/out"
printf '"a\nz",b\r\n1,"x ""q""\r\ny"\r\n\r\n2,z\r\n' >"$T/headed"
check 'CSV: a header with a newline, CR LF, a blank line' -i "$T/headed" -m . -- dry -f csv --size 1 s3://lake/c/
ok '  the header is whole' jq -es 'map([.records, .bytes]) == [[1,25],[1,14]]' "$T/out"
printf '\357\273\277a,b\n1,2\n' >"$T/bom.csv"
check 'CSV: a byte order mark is not repeated' -i "$T/bom.csv" -m '"records":1,"bytes":8' -- dry -f csv s3://lake/c/
printf 'a\n\n1\n' >"$T/single"
check 'CSV of one column: a blank line is a row' -i "$T/single" -m '"records":2,"bytes":5' -- dry -f csv s3://lake/c/
printf 'a,b\n1,"x\n2,y\n' >"$T/open"
check 'CSV: a quote that never closes costs its line' -s 1 -i "$T/open" -m '"records":1,"bytes":8' -E 'line 2: field 2: its quote is never closed' -- \
    dry -f csv --rejects "$T/rejects" s3://lake/c/
ok '  which is kept after the header' same "$T/rejects" 'a,b
1,"x'
# The interval ends between the lines of a record, and the record stays whole.
{ printf 'a,b\n1,2\n3,"p\n'; soon test -s "$T/first"; printf 'q"\n'; } |
    s3put --dry-run -f csv --interval 100ms s3://lake/c/ >"$T/first"
ok 'CSV: --interval does not cut a record' jq -es 'map([.records, .bytes]) == [[1,8],[1,12]]' "$T/first"
printf '\357\273\277{"a":1}\n\n  \t\n{"a":2}\n' >"$T/bom"
check 'a byte order mark and blank lines are passed over' -i "$T/bom" -m '"records":2,"bytes":16' -- dry s3://lake/
check 'text keeps them' -i "$T/bom" -m '"records":4,' -- dry -f text s3://lake/
# Text that only looks like an expression
doubt() {
    check "a doubt: $1" -i "$T/rows" -a -E "$2" -- dry "$1"
}
doubt 's3://lake/%Y/%m/' "^s3put: '%Y' in the prefix is literal text; a time is written !.timestamp:yyyy/MM/dd.$"
doubt 's3://lake/dt=%d/' "^s3put: '%d' in the prefix is literal text"
doubt 's3://lake/${category}/' "^s3put: '\\$\\{' in the prefix is literal text; expressions"
doubt 's3://lake/{{category}}/' "^s3put: '\\{\\{' in the prefix is literal text"
doubt 's3://lake/YYYY/' "^s3put: 'YYYY' in the prefix is literal text"
doubt 's3://lake/!{timestamp:YYYY/MM}/' "^s3put: 'Y' in !.timestamp:.* is the year that the week belongs to"
doubt 's3://lake/!{timestamp:yyyy/MM/DD}/' "^s3put: 'D' in !.timestamp:.* is the day of the year"
doubt s3://lake/sales "^s3put: the objects' names begin with 'salesYYYY/MM/\.\.\.': the prefix of a folder ends in '/'"
check 'no doubt' -i "$T/rows" -a -- dry "s3://lake/a%2Fb/!{timestamp:DDD'YYYY'}/"
printf 'a,b\n1,2\n3,4\n' >"$T/csv"
check 'CSV: the header is in every object' -i "$T/csv" -m '"records":1,"bytes":8' -- dry -f csv --size 1 s3://lake/
printf '%s\n' '{"bfpipe.mark":{"stream":"s","shard":"0","sequence":"5"}}' '{"a":1}' >"$T/marked"
check 'marks are consumed' -i "$T/marked" -m '"records":1,"bytes":8' -- dry s3://lake/
check '--one counts bytes' -i "$T/rows" -o '{"bucket":"lake","key":"k","bytes":'"$(wc -c <"$T/rows")"',"partition":{},"dry_run":true}' -- dry --one s3://lake/k

# Output
if [ -e /dev/full ]; then
    check '/dev/full' -s 1 -i "$T/rows" -e 's3put: standard output: No space left on device' -- sh -c 's3put --dry-run s3://lake/ >/dev/full'
else
    skip '/dev/full' 'there is none here'
fi
ok 'a reader that goes away ends it quietly' sh -c '{ s3put --dry-run --size 1 s3://lake/ <"$1"; echo $? >"$2"; } 2>"$3" | head -n 1 && test "$(cat "$2")" -le 1 && test ! -s "$3"' - "$T/many" "$T/status" "$T/err"

# Mistakes on the command line
usage() {
    want=$1
    shift
    check "usage: $want" -s 2 -E "^s3put: .*$want" -- s3put "$@"
}
usage 'usage: s3put' --dry-run
usage "'lake' is not of the form s3://BUCKET/PREFIX" lake
usage 'has 3 to 63 characters' s3://x/
usage 'is the ARN of an access point: give the bucket' s3://arn:aws:s3:eu-west-1:123456789012:accesspoint/x/
usage 'is the ARN of a multi-region access point: give the bucket' s3://arn:aws:s3::123456789012:accesspoint/x.mrap/
usage 'is the ARN of an S3 Express directory bucket: give the bucket' s3://arn:aws:s3express:eu-west-1:123456789012:bucket/x--euw1-az1--x-s3/
usage 'is the ARN of S3 on Outposts: give the bucket' s3://arn:aws:s3-outposts:eu-west-1:123456789012:outpost/o/accesspoint/x/
usage 'is the ARN of an Object Lambda access point: give the bucket' s3://arn:aws:s3-object-lambda:eu-west-1:123456789012:accesspoint/x/
usage 'names an S3 Express directory bucket' s3://sales--use1-az5--x-s3/p/
usage 'names an access point of S3 on Outposts' s3://ap-o0123--op-s3/p/
usage 'names an Object Lambda access point' s3://ap-0123--ol-s3/p/
usage 'names a multi-region access point' s3://m1234.mrap/p/
usage 'has letters, digits' 's3://my lake/p/'
usage 'leads out of the bucket' 's3://lake/a/../../!{timestamp:yyyy}/'
usage 'leads out of the bucket' --one s3://lake/../k
usage '--partition-default needs a text' --partition-default '' s3://lake/
usage "'!\{' without its '}'" 's3://lake/!{timestamp'
usage 'unknown expression !\{time:HH}' 's3://lake/!{time:HH}'
usage 'unknown pattern letter: J' 's3://lake/!{timestamp:J}'
usage "does not use partition key 'c'" --partition c s3://lake/
usage "'gz' is not gzip, zstd, none or snappy" --compress gz s3://lake/
usage 'gzip has levels up to 9, not 12' --compress gzip --level 12 s3://lake/
usage 'not crc32, crc32c' --checksum md5 s3://lake/
usage 'not ndjson, parquet, csv or text' -f xml s3://lake/
usage 'need JSON rows' -f csv --hive c s3://lake/
usage '--one reads bytes, not rows' --one --hive c s3://lake/k
usage '--one needs s3://BUCKET/KEY' --one s3://lake/
usage "'a' is not KEY=VALUE" --tag a s3://lake/
usage 'requires --sse aws:kms' --sse-kms-key-id k s3://lake/
usage "'--window': 0 is not from 1 to 64" --window 0 s3://lake/
usage 'not an offset such as' --zone CET s3://lake/
usage 'cannot be combined with --spool' --state "$T/s" --spool "$T/p" s3://lake/
usage 'cannot be combined with --state' --state "$T/s" --dry-run s3://lake/
# Words that AWS does not know, at its own endpoint: nothing is sent, there is nobody to send it to.
own() {
    env -u AWS_ENDPOINT_URL -u AWS_ENDPOINT_URL_S3 AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null \
        AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=k AWS_SECRET_ACCESS_KEY=s s3put "$@"
}
for how in '' '--one'; do
    # shellcheck disable=SC2086 # no option, or one
    check "a storage class that AWS has not $how" -s 2 -i /dev/null \
        -E "^s3put: option '--storage-class': 'standard-ia' is not one of STANDARD, STANDARD_IA, .*\(for AWS; --endpoint-url allows any word\)$" -- \
        own $how --storage-class standard-ia s3://lake/k/
    # shellcheck disable=SC2086
    check "an encryption that AWS has not $how" -s 2 -i /dev/null \
        -e "s3put: option '--sse': 'AES-256' is not one of AES256, aws:kms, aws:kms:dsse, aws:fsx (for AWS; --endpoint-url allows any word)" -- \
        own $how --sse AES-256 s3://lake/k/
done
check 'words that it has' -s 75 -i /dev/null -E 'cannot connect to the proxy 127.0.0.1:9' -- env https_proxy=http://127.0.0.1:9 no_proxy='' NO_PROXY='' \
    AWS_MAX_ATTEMPTS=1 s3put --storage-class GLACIER_IR --sse aws:kms:dsse --sse-kms-key-id k s3://lake/k/
check 'no region' -s 2 -E 'region' -- env -u AWS_REGION -u AWS_DEFAULT_REGION s3put s3://lake/
check 'a spool that cannot be made' -s 1 -E '/dev/null/x: Not a directory|/dev/null: ' -- s3put --spool /dev/null/x s3://lake/
check 'rejects that cannot be written' -s 1 -E '/nowhere/x: No such file or directory' -- dry --rejects /nowhere/x s3://lake/
check 'version' -m '^s3put \(bfpipe\) .*' -- s3put --version
plan
