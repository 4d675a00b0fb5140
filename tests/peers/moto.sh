#!/bin/sh
# The pipeline on moto's server, an independent DynamoDB with streams, Kinesis and S3.
# $MOTO is the program.
. "$(dirname "$0")/../cli/lib.sh"
for tool in bfgen ddbput kinread kinput cdcxform s3put; do
    [ -x "$BUILD/bin/$tool" ] || { echo "Bail out! $tool is not built"; exit 1; }
done

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$MOTO" -H 127.0.0.1 -p "$port" >"$T/moto.log" 2>&1 </dev/null &
moto=$!
trap 'kill $moto 2>/dev/null; wait $moto 2>/dev/null; rm -rf "$T"' EXIT
export AWS_ENDPOINT_URL="http://127.0.0.1:$port" AWS_ACCESS_KEY_ID=moto AWS_SECRET_ACCESS_KEY=moto AWS_REGION=us-east-1 \
    AWS_DEFAULT_REGION=us-east-1 AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_EC2_METADATA_DISABLED=true
unset AWS_PROFILE AWS_SESSION_TOKEN
soon curl -s --noproxy '*' -o /dev/null "$AWS_ENDPOINT_URL/moto-api/" || { echo 'Bail out! moto does not start'; exit 1; }
cli() { AWS_PAGER='' "$BF_AWS" --endpoint-url "$AWS_ENDPOINT_URL" --output json "$@"; }

bfgen -n 400 --seed 5 >"$T/writes"
check 'ddbput makes the table and writes' -i "$T/writes" -- ddbput --create order_id:S sales
count() { cli dynamodb scan --table-name sales --select COUNT | jq .Count; }
check 'the items are there' -o "$(($(grep -c '^{"put"' "$T/writes") - $(grep -c '^{"delete"' "$T/writes")))" -- count
check 'kinread reads the stream of the table' -a -- kinread -e dynamodb:sales
cp "$T/out" "$T/changes"
check 'a change for each write' -o 400 -- sh -c 'wc -l <"$1" | tr -d " "' - "$T/changes"
ok 'a stream' cli kinesis create-stream --stream-name orders --shard-count 2
ok 'a bucket' cli s3api create-bucket --bucket lake
check 'kinput puts the changes' -i "$T/changes" -- kinput orders
pipeline() {
    kinread -e --state "$T/state" --from oldest orders | cdcxform | s3put --state "$T/state" 's3://lake/sales/' >"$T/receipts"
}
ok 'the pipeline delivers' pipeline
check 'every change' -o 400 -- jq -s 'map(.records) | add' "$T/receipts"
ok 'once more: nothing new' pipeline
check 'and nothing twice' -o 0 -- sh -c 'wc -c <"$1" | tr -d " "' - "$T/receipts"
landed() { mkdir -p "$T/lake" && cli s3 cp --quiet --recursive s3://lake/sales "$T/lake" && find "$T/lake" -type f -exec cat {} +; }
landed >"$T/rows"
check 'the rows are in the objects' -o 400 -- sh -c 'sort "$1" | uniq | wc -l | tr -d " "' - "$T/rows"
plan
