#!/bin/sh
# bflocal --stream and --bucket: streams and buckets exist before the first request.
. "$(dirname "$0")/lib.sh"
cd "$T" || exit 1
unset AWS_REGION AWS_DEFAULT_REGION AWS_ENDPOINT_URL AWS_PROFILE

check 'a stream with two shards' -o 2 -- bflocal --stream orders:2 --stream clicks sh -c 'kinread -J --list orders | wc -l | tr -d " "'
check 'a stream with one' -o 1 -- bflocal --stream orders:2 --stream clicks sh -c 'kinread -J --list clicks | wc -l | tr -d " "'
check 'a bucket' -o '["lake",1]' -- bflocal --bucket other --bucket lake sh -c 'echo "{}" | s3put s3://lake/x/ | jq -c "[.bucket,.records]"'
again() { bflocal -d data --stream orders:2 --bucket lake "$@"; }
check 'in another region' -a -- bflocal --region eu-central-1 --bucket lake sh -c 'echo "{}" | s3put s3://lake/x/'
check 'with --data' -- again sh -c 'echo a | kinput -q orders'
check 'a stream that was kept stays as it is' -o a -- again kinread -qe orders
check 'a name that Kinesis refuses' -s 2 -E '^bflocal: --stream: a b: .*failed to satisfy constraint' -- bflocal --stream 'a b' true
check 'a name that S3 refuses' -s 2 -e 'bflocal: --bucket: A: The specified bucket is not valid.' -- bflocal --bucket A true
check 'no shards' -s 2 -e 'bflocal: --stream: want NAME or NAME:SHARDS' -- bflocal --stream a:0 true
check 'more shards than a stream has' -s 2 -E '^bflocal: --stream: a: [^{]*$' -- bflocal --stream a:100000 true
check 'a broken number' -s 2 -e 'bflocal: --stream: want NAME or NAME:SHARDS' -- bflocal --stream a:x true
plan
