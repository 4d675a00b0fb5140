#!/bin/sh
# The cost of exactly-once delivery: kinread | cdcxform | s3put from bflocal's Kinesis to a minimal S3, with and without
# --state. Each run with --state has a new directory and reads the whole stream. s3put waits for the disk at every commit.
# tests/bench/state.sh [RECORDS]
. "$(dirname "$0")/lib.sh"
n=${1:-200000}
AWS_ACCESS_KEY_ID=bench AWS_SECRET_ACCESS_KEY=bench AWS_REGION=us-east-1 AWS_EC2_METADATA_DISABLED=true
AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null
export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_REGION AWS_EC2_METADATA_DISABLED AWS_CONFIG_FILE AWS_SHARED_CREDENTIALS_FILE
bflocal -q -p 0 --credentials bench:bench >"$T/env" &
server=$!
python3 "$here/s3sink.py" "$T/port" 2>"$T/sink.log" &
sink=$!
trap 'kill $server $sink 2>/dev/null; rm -rf "$T"' EXIT
tries=0
until { grep -qs AWS_ENDPOINT_URL= "$T/env" && [ -s "$T/port" ]; } || [ $tries -gt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
# shellcheck disable=SC1091 # what bflocal prints
kinesis=$(. "$T/env"; echo "$AWS_ENDPOINT_URL")
s3=http://127.0.0.1:$(cat "$T/port")
curl -sS --fail --noproxy '*' --user bench:bench --aws-sigv4 aws:amz:us-east-1:kinesis "$kinesis" \
    -H 'Content-Type: application/x-amz-json-1.1' -H 'X-Amz-Target: Kinesis_20131202.CreateStream' \
    -d '{"StreamName":"orders","ShardCount":4}' >/dev/null || exit 1
bfgen -n "$n" -f cdc --seed 1 >"$T/all" 2>/dev/null
bytes=$(wc -c <"$T/all")
kinput -q --key-random --endpoint-url "$kinesis" orders <"$T/all" || exit 1

read="kinread -q -e --from oldest --endpoint-url $kinesis"
put="s3put -q --endpoint-url $s3"
title "kinread | cdcxform | s3put: $n change lines of $((bytes / n)) bytes, out of 4 shards; the ratio is the cost of --state"
pair -n 5 -r "$n" -b "$bytes" 'without --state' "$read orders | cdcxform | $put s3://lake/rows/ >/dev/null" \
    'with --state' "D=\$(mktemp -d $T/state.XXXXXX); $read --state \$D orders | cdcxform | $put --state \$D s3://lake/rows/ >/dev/null"
