#!/bin/sh
# bflocal's Athena: boto3 uses its operations, DDL, partitions and projection; the error without DuckDB; DuckDB is
# loaded only by the first query.
. "$(dirname "$0")/own.sh"

# cases NAME COMMAND...: a client program that prints lines "name|got|wanted", and "end" last.
cases() {
    name=$1
    shift
    "$@" >"$T/cases" || echo "Bail out! $name"
    ok "the cases of $name ran" grep -q "^end\$" "$T/cases"
    while IFS='|' read -r name got want; do
        [ "$name" = end ] || check "$name" -o "$want" -- echo "$got"
    done <"$T/cases"
}

cat >none.py <<'PY'
import sys
sys.path.insert(0, sys.argv[1])
from athena import execution, rows, s3
s3.create_bucket(Bucket="lake")
print(rows("CREATE DATABASE shop"), rows("SHOW DATABASES"))
print(execution("SELECT 1")["Status"]["StateChangeReason"])
PY
check 'without DuckDB there is DDL, and a query says what it needs' -m \
    '^bflocal runs queries with DuckDB, and finds no libduckdb.so at /nowhere: npm install @duckdb/node-bindings-linux-x64 has it; name the file with BF_DUCKDB$' -- \
    env BF_DUCKDB=/nowhere bflocal -q "$python" none.py "$services"
cp "$T/out" said
check '  the DDL' -o "[] ['default', 'shop']" -- head -n 1 said

library=${BF_DUCKDB:-$services/node_modules/@duckdb/node-bindings-linux-x64/libduckdb.so}
if [ ! -e "$library" ]; then
    skip 'queries' 'no libduckdb.so'
    plan
    exit
fi
export BF_DUCKDB="$library"
trap 'bflocal --stop; rm -rf "$T"' EXIT
eval "$(bflocal --daemon)"
ok 'it is not loaded at the start' sh -c '! grep -q libduckdb "/proc/$BFLOCAL_PID/maps"'
cases 'boto3 and Athena' "$python" "$services/bflocal_athena.py"
cases 'functions' bflocal -q "$python" "$services/bflocal_trino.py"
. "$services/aws.sh"
cli() {
    AWS_PAGER='' "$aws" --endpoint-url "$AWS_ENDPOINT_URL" --output json athena "$@"
}
id=$(cli start-query-execution --query-string 'SELECT 7 AS x' --result-configuration OutputLocation=s3://lake/cli/ --query QueryExecutionId --output text)
ok 'the AWS CLI: a query ends' soon sh -c "AWS_PAGER= '$aws' --endpoint-url '$AWS_ENDPOINT_URL' athena get-query-execution --query-execution-id '$id' --query QueryExecution.Status.State --output text | grep -q SUCCEEDED"
check 'the AWS CLI: its result' -o '["x","7"]' -- sh -c "AWS_PAGER= '$aws' --endpoint-url '$AWS_ENDPOINT_URL' athena get-query-results --query-execution-id '$id' --output json | jq -c '[.ResultSet.Rows[].Data[0].VarCharValue]'"
ok 'but by a query' grep -q libduckdb "/proc/$BFLOCAL_PID/maps"
plan
