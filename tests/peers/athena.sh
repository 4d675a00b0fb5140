#!/bin/sh
# PyAthena and awswrangler on bflocal's Athena and Glue (athena.py has the cases).
. "$(dirname "$0")/../cli/lib.sh"
unset AWS_REGION AWS_DEFAULT_REGION
library=${BF_DUCKDB:-$root/tests/services/node_modules/@duckdb/node-bindings-linux-x64/libduckdb.so}
if [ ! -e "$library" ]; then
    echo '1..0 # skipped: no libduckdb.so'
    exit 0
fi
export BF_DUCKDB="$library" PYTHONDONTWRITEBYTECODE=1
bflocal -q "$BF_PYTHON" "$root/tests/peers/athena.py" >"$T/cases" || echo 'Bail out! athena.py'
ok 'the cases ran' grep -q '^end$' "$T/cases"
while IFS='|' read -r name got want; do
    [ "$name" = end ] || check "$name" -o "$want" -- echo "$got"
done <"$T/cases"
plan
