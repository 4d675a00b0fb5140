#!/bin/sh
# A query from its start to its last row: athq beside the AWS CLI's start-query-execution, get-query-execution until it
# has ended, get-query-results. First on a scripted Athena (tests/fault), whose answers cost both the same; then on
# bflocal, where it has an Athena.
. "$(dirname "$0")/lib.sh"
rows=${1:-20000}
need aws 'the AWS CLI' || exit 0

cat >"$T/aws.sh" <<'END'
set -e
athena() { aws --endpoint-url "$AWS_ENDPOINT_URL" athena "$@"; }
id=$(athena start-query-execution --query-string "$1" --query QueryExecutionId --output text \
    --result-configuration OutputLocation=s3://results/q/)
until [ "$(athena get-query-execution --query-execution-id "$id" --query QueryExecution.Status.State --output text)" = SUCCEEDED ]; do
    sleep 0.1
done
athena get-query-results --query-execution-id "$id" --query 'ResultSet.Rows[].Data[].VarCharValue' --output text
END

T_bench=$T
. "$root/tests/fault/lib.sh"
fault_start </dev/null
one() { printf '%s\n' '[["n","integer"]]' '["1"]' >"$FAULT_DIR/rows"; }
one
title 'SELECT 1 on a scripted Athena'
pair athq "athq -q 'SELECT 1' >$T_bench/ours" 'aws athena' "sh $T_bench/aws.sh 'SELECT 1' >$T_bench/theirs"
awk -v n="$rows" 'BEGIN { print "[[\"n\",\"integer\"],[\"name\",\"varchar\"]]"; for (i = 0; i < n; i++) printf "[\"%d\",\"customer %d\"]\n", i, i }' \
    >"$FAULT_DIR/rows"
title "$rows rows on a scripted Athena"
pair -n 2 -r "$rows" athq "athq -q -o tsv 'SELECT 1' >$T_bench/ours" 'aws athena' "sh $T_bench/aws.sh 'SELECT 1' >$T_bench/theirs"
fault_stop

unset AWS_ENDPOINT_URL
cat >"$T/bflocal.sh" <<'END'
curl -sS --fail --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" --aws-sigv4 "aws:amz:$AWS_REGION:s3" "$AWS_ENDPOINT_URL/results" \
    -X PUT -H 'x-amz-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
athq -q --output-location s3://results/q/ 'SELECT 1'
END
title 'SELECT 1 on bflocal'
bflocal sh "$T/bflocal.sh" >/dev/null 2>"$T/err" || { echo "  left out: $(tail -n 1 "$T/err")"; exit 0; }
# shellcheck disable=SC2016 # the inner shell's
bflocal sh -c 'sh "$T/bflocal.sh" >/dev/null && python3 "$1" athq "athq -q --output-location s3://results/q/ '\''SELECT 1'\'' >$T/ours" \
    "aws athena" "sh $T/aws.sh '\''SELECT 1'\'' >$T/theirs"' sh "$here/pair.py"
title 'bflocal from its start, a bucket made by curl, SELECT 1'
pair 'bflocal and athq' "bflocal sh $T/bflocal.sh >$T/ours"
