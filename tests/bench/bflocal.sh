#!/bin/sh
# bflocal beside the services that it replaces: items and records per second through DynamoDB Local and
# kinesalite, MB a second into s3rver, each driven by the same tool with the same input. The ratio of wall
# times is how many times faster bflocal is; CPU time and memory are those of the tool that drives it.
# tests/bench/bflocal.sh [ITEMS [RECORDS [MB]]]
. "$(dirname "$0")/lib.sh"
if [ -z "${BF_KINESALITE_URL:-}" ]; then
    exec sh "$root/tests/services/serve.sh" -s dynamodb,kinesalite,s3 sh "$0" "$@"
fi
items=${1:-5000}
records=${2:-20000}
mb=${3:-64}

# One set of credentials for all of them.
bflocal -q -p 0 --credentials "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" >"$T/env" &
server=$!
trap 'kill $server 2>/dev/null; rm -rf "$T"' EXIT
tries=0
until grep -qs AWS_ENDPOINT_URL= "$T/env" || [ $tries -gt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
# shellcheck disable=SC1091 # what bflocal prints
ours=$(. "$T/env"; echo "$AWS_ENDPOINT_URL")
[ -n "$ours" ] || { echo 'bench: bflocal does not start'; exit 1; }
dynamodb=$AWS_ENDPOINT_URL_DYNAMODB kinesis=$BF_KINESALITE_URL s3=$AWS_ENDPOINT_URL_S3

# A stream and a bucket, which no tool creates.
signed() {
    service=$1
    shift
    curl -sS --fail --noproxy '*' --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \
        --aws-sigv4 "aws:amz:$AWS_REGION:$service" "$@" >/dev/null || exit 1
}
empty=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
for url in "$ours" "$dynamodb"; do
    ddbput -q --endpoint-url "$url" --create order_id:S bench </dev/null || exit 1
done
for url in "$ours" "$kinesis"; do
    signed kinesis "$url" -H 'Content-Type: application/x-amz-json-1.1' \
        -H 'X-Amz-Target: Kinesis_20131202.CreateStream' -d '{"StreamName":"bench","ShardCount":2}'
done
for url in "$ours" "$s3"; do
    signed s3 "$url/bench" -X PUT -H "x-amz-content-sha256: $empty"
done
sleep 0.2 # kinesalite creates for 50 ms

many=$((items * 20))
bfgen -n $many --mix insert=1 >"$T/many"
head -n "$items" "$T/many" >"$T/items"
title "BatchWriteItem through ddbput: $items items"
put='ddbput -q --endpoint-url'
pair -n 1 -r "$items" -b "$(wc -c <"$T/items")" bflocal "$put $ours bench <$T/items" 'DynamoDB Local' "$put $dynamodb bench <$T/items"
pair -n 1 -r $many -b "$(wc -c <"$T/many")" "bflocal, $many" "$put $ours bench <$T/many"
rm "$T/many"

bfgen -n "$records" -o cdc >"$T/records"
bytes=$(wc -c <"$T/records")
title "PutRecords through kinput: $records change lines of $((bytes / records)) bytes"
put='kinput -q --key-random --endpoint-url'
pair -n 1 -r "$records" -b "$bytes" bflocal "$put $ours bench <$T/records" kinesalite "$put $kinesis bench <$T/records"

# pair put everything twice: once to warm up
title "GetRecords through kinread: $((2 * records)) of them"
for side in "ours $ours" "theirs $kinesis"; do
    kinread -q -e --endpoint-url "${side#* }" bench | sort | cksum >"$T/${side% *}"
done
cmp -s "$T/ours" "$T/theirs" || { echo 'bench: they answer with different records'; exit 1; }
get='kinread -q -e --endpoint-url'
pair -n 1 -r $((2 * records)) -b $((2 * bytes)) bflocal "$get $ours bench >/dev/null" kinesalite "$get $kinesis bench >/dev/null"

title "S3 through s3put --one: $mb MB into one object"
bfgen -n $((mb * 5000)) -o items | head -c $((mb * 1000000)) >"$T/object"
[ "$(wc -c <"$T/object")" -eq $((mb * 1000000)) ] || { echo 'bench: bfgen wrote less than was asked for'; exit 1; }
put='s3put -q --one --endpoint-url'
pair -n 3 -b $((mb * 1000000)) bflocal "$put $ours s3://bench/one <$T/object >/dev/null" s3rver "$put $s3 s3://bench/one <$T/object >/dev/null"
