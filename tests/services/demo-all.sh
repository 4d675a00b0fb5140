#!/bin/sh
# The demo of the whole pipeline in a smaller form: the AWS CLI creates it, twice; each leg passes on every change.
if [ "${BF_IN_BACKEND:-}" = real ]; then
    echo '1..0 # skipped: a bflocal of its own, once is enough'
    exit 0
fi
. "$(dirname "$0")/lib.sh"
need_tools bflocal bfgen ddbput kinread cdcxform athddl athq evput cdclambda
. "$here/aws.sh"
command -v "$aws" >/dev/null || { skip 'the whole pipeline' 'the AWS CLI is missing'; plan; exit; }
unset AWS_ENDPOINT_URL AWS_ENDPOINT_URL_DYNAMODB AWS_ENDPOINT_URL_DYNAMODB_STREAMS AWS_ENDPOINT_URL_KINESIS AWS_ENDPOINT_URL_S3 AWS_ENDPOINT_URL_ATHENA
export AWS="$aws" BF_DUCKDB="${BF_DUCKDB:-}"
[ -n "$BF_DUCKDB" ] || unset BF_DUCKDB
check 'the demo runs through' -a -- env COUNT=500 sh "$root/examples/demo-all.sh"
cp "$T/out" "$T/demo"
for leg in 'the AWS CLI creates everything' 'bfgen | ddbput: in the table' 'table -> Kinesis: all changes in the stream' \
    'Kinesis -> Lambda -> Firehose: all taken' 'Firehose -> S3: all rows in objects' 'Kinesis -> Firehose -> S3: all unchanged ones' \
    'evput -> rule -> Lambda -> S3: the event' 'in all'; do
    check "  $leg" -m "^$(echo "$leg" | tr '|' .) +[0-9.]+ s\$" -- cat "$T/demo"
done
if grep -q '^S3 -> Athena: left out' "$T/demo"; then
    skip 'Athena' "$(grep '^S3 -> Athena: left out' "$T/demo")"
else
    check '  Athena finds all' -m '^S3 -> Athena: 500 changes counted' -- cat "$T/demo"
    check '  and answers' -m '^electronics +[0-9]+ ' -- cat "$T/demo"
fi
eval "$(bflocal --daemon)"
ok 'what exists is left as it is' sh -c 'ALL=1 sh "$1" && ALL=1 sh "$1"' - "$root/examples/setup.sh"
bflocal -q --stop
plan
