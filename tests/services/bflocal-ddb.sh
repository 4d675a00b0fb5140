#!/bin/sh
# boto3 uses bflocal's DynamoDB: secondary indexes compared with a model, legacy parameters, details that suites of others found.
# BF_PYTHON is a Python with a boto3 other than Debian's.
. "$(dirname "$0")/own.sh"
for script in bflocal_index bflocal_legacy bflocal_details; do
    bflocal "$python" "$services/$script.py" >cases || echo "Bail out! $script.py"
    ok "the cases of $script.py ran" grep -q '^end$' cases
    while IFS='|' read -r name got want; do
        [ "$name" = end ] || check "$name" -o "$want" -- echo "$got"
    done <cases
done
plan
