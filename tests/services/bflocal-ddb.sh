#!/bin/sh
# boto3 uses bflocal's DynamoDB: secondary indexes compared with a model, legacy parameters.
# BF_PYTHON is a Python with a boto3 other than Debian's.
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
for script in bflocal_index bflocal_legacy; do
    PYTHONDONTWRITEBYTECODE=1 bflocal "$python" "$services/$script.py" >cases || echo "Bail out! $script.py"
    ok "the cases of $script.py ran" grep -q '^end$' cases
    while IFS='|' read -r name got want; do
        [ "$name" = end ] || check "$name" -o "$want" -- echo "$got"
    done <cases
done
plan
