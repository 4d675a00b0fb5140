#!/bin/sh
# s3put beside the AWS CLI, against the same local S3: a stream of 127 MB into one object, and the same as
# rows in objects of 5 MiB. The S3 is a minimal sink, so that the clients are measured and not the server.
. "$(dirname "$0")/lib.sh"
aws=/usr/bin/aws
[ -x $aws ] || aws=aws
"$BUILD/bin/bfgen" -n 350000 --seed 1 -o items | head -c 127000000 >"$T/cut"
sed '$d' "$T/cut" >"$T/rows"
rm "$T/cut"
bytes=$(wc -c <"$T/rows") rows=$(wc -l <"$T/rows")

python3 "$root/tests/bench/s3sink.py" "$T/port" 2>"$T/sink.log" &
sink=$!
trap 'kill $sink 2>/dev/null; rm -rf "$T"' EXIT
tries=0
until [ -s "$T/port" ] || [ $tries -gt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
AWS_ENDPOINT_URL=http://127.0.0.1:$(cat "$T/port") AWS_REGION=us-east-1
export AWS_ENDPOINT_URL AWS_REGION
export AWS_ACCESS_KEY_ID=bench AWS_SECRET_ACCESS_KEY=bench AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null
export AWS_EC2_METADATA_DISABLED=true

title "s3put: a stream of $((bytes / 1000000)) MB into one object"
if need "$aws" 'the peer of s3put'; then
    pair -n 3 -b "$bytes" 's3put --one' "cat $T/rows | s3put --one s3://lake/one >/dev/null" \
        'aws s3 cp -' "cat $T/rows | $aws --endpoint-url $AWS_ENDPOINT_URL s3 cp - s3://lake/one"
fi
title "s3put: $rows rows into objects of 5 MiB"
pair -n 3 -r "$rows" -b "$bytes" 's3put' "cat $T/rows | s3put s3://lake/rows/ >/dev/null"
pair -n 3 -r "$rows" -b "$bytes" 's3put --hive category' "cat $T/rows | s3put --hive category s3://lake/rows/ >/dev/null"
title "s3put: the same, compressed, beside programs that compress and upload nothing"
gzip="cat $T/rows | s3put --compress gzip s3://lake/rows/ >/dev/null"
zstd="cat $T/rows | s3put --compress zstd s3://lake/rows/ >/dev/null"
pair -n 3 -r "$rows" -b "$bytes" 's3put --compress gzip' "$gzip" 'gzip -6' "gzip -6 <$T/rows >/dev/null"
if need pigz 'a peer of --compress gzip'; then
    pair -n 3 -r "$rows" -b "$bytes" 's3put --compress gzip' "$gzip" 'pigz' "pigz <$T/rows >/dev/null"
fi
if need zstd 'a peer of --compress zstd'; then
    pair -n 3 -r "$rows" -b "$bytes" 's3put --compress zstd' "$zstd" 'zstd' "zstd -q <$T/rows >/dev/null"
    pair -n 3 -r "$rows" -b "$bytes" 's3put --compress zstd --level 1' "cat $T/rows | s3put --compress zstd --level 1 s3://lake/rows/ >/dev/null" \
        'zstd -1' "zstd -q -1 <$T/rows >/dev/null"
fi
