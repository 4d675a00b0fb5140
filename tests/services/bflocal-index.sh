#!/bin/sh
# boto3 drives bflocal's secondary indexes, and finds them again after a restart.
if [ "${BF_IN_BACKEND:-}" = real ]; then
    echo '1..0 # skipped: a bflocal of its own, once is enough'
    exit 0
fi
. "$(dirname "$0")/../cli/lib.sh"
cd "$T" || exit 1
services=$root/tests/services
unset AWS_REGION AWS_DEFAULT_REGION AWS_ENDPOINT_URL_S3 AWS_ENDPOINT_URL_KINESIS AWS_ENDPOINT_URL_DYNAMODB AWS_ENDPOINT_URL_DYNAMODB_STREAMS
python=${BF_PYTHON:-/usr/bin/python3}
[ -x "$python" ] || python=python3
PYTHONDONTWRITEBYTECODE=1 bflocal "$python" "$services/bflocal_index.py" >cases || echo 'Bail out! bflocal_index.py'
ok 'the cases of boto3 ran' grep -q '^end$' cases
while IFS='|' read -r name got want; do
    [ "$name" = end ] || check "$name" -o "$want" -- echo "$got"
done <cases
plan
