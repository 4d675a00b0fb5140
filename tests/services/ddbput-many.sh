#!/bin/sh
# 100,000 items through ddbput in one run, counted in the table.
. "$(dirname "$0")/lib.sh"
need_tools ddbput
n=100000
cli dynamodb create-table --table-name "$run" --billing-mode PAY_PER_REQUEST \
    --attribute-definitions AttributeName=order_id,AttributeType=N \
    --key-schema AttributeName=order_id,KeyType=HASH >"$T/table" || exit 1
seq 1 $n | sed 's/.*/{"order_id":&,"total":&.25}/' >"$T/in"
check "$n items in one run" -i "$T/in" -- ddbput --window 4 "$run"
count() { cli dynamodb scan --table-name "$run" --consistent-read --select COUNT | jq .Count; }
check 'counted in the table' -o $n -- count
plan
