#!/bin/sh
# The catalog and the named queries of deploy/template.yaml on bflocal: over Parquet as Firehose would write it, with the view as it is
# in the template, each query answers.
if [ "${BF_IN_BACKEND:-}" = real ]; then
    echo '1..0 # skipped: a bflocal of its own, once is enough'
    exit 0
fi
. "$(dirname "$0")/lib.sh"
need_tools bflocal bfgen cdcxform s3put athddl athq
python3 -c 'import yaml' 2>/dev/null || { skip 'the catalog' "Python's yaml is missing"; plan; exit; }
python3 -B "$here/../cli/deploy_template.py" "$root/deploy/template.yaml" | sed 's/\${Lake}/lake/g; s/\${!dt}/${dt}/g; s/\${Database}/sales/g' >"$T/template.json"
eval "$(bflocal --daemon --bucket lake)"
trap 'bflocal -q --stop; rm -rf "$T"' EXIT
glue() {
    curl -sS --fail-with-body --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" --aws-sigv4 "aws:amz:$AWS_REGION:glue" "$AWS_ENDPOINT_URL" \
        -H 'Content-Type: application/x-amz-json-1.1' -H "X-Amz-Target: AWSGlue.$1" -d "$2"
}
ask() { athq -q -d sales --output-location s3://lake/answers/ -o csv --no-header "$@"; }
if ! athq -q --output-location s3://lake/answers/ 'SELECT 1' >/dev/null 2>"$T/why"; then
    skip 'the catalog' "no Athena: $(head -n 1 "$T/why")"
    plan
    exit
fi
ok 'the database' glue CreateDatabase '{"DatabaseInput":{"Name":"sales"}}'
for table in GlueTable LiveTable OrdersView; do
    input=$(jq -c --arg t $table '.Resources[$t].Properties.TableInput
        | if .TableType == "VIRTUAL_VIEW" then .ViewOriginalText |= "/* Presto View: " + @base64 + " */" else . end
        | {DatabaseName: "sales", TableInput: .}' "$T/template.json")
    ok "$table" glue CreateTable "$input"
done
bfgen -q -n 3000 -o cdc --seed 5 | awk '{ sub(/}$/, ""); printf "%s,\"kinesis\":{\"sequenceNumber\":\"%d\"}}\n", $0, NR }' >"$T/changes"
cdcxform --meta op,ts,seq <"$T/changes" >"$T/rows"
athddl --for schema sales <"$T/rows" | sed 's/ timestamp.*/ string/' >"$T/schema"
check 'rows as Firehose writes them' -i "$T/rows" -a -- s3put --format parquet --schema "$T/schema" "s3://lake/sales/!{timestamp:yyyy/MM/dd}/"
check 'rows as the function writes them' -i "$T/rows" -a -- s3put "s3://lake/live/!{timestamp:yyyy/MM/dd}/"
check 'sales has every change' -o 3000 -- ask 'SELECT count(*) FROM sales'
check 'and live' -o 3000 -- ask 'SELECT count(*) FROM live'
check 'with the same values' -o 0 -- ask 'SELECT count(*) FROM (SELECT order_id, total, payment.method, _seq FROM sales EXCEPT SELECT order_id, total, payment.method, _seq FROM live)'
want=$(jq -s '[group_by(.order_id)[] | max_by(._seq) | select(._op != "REMOVE")] | length' "$T/rows")
check 'the view has the orders as they are' -o "$want" -- ask 'SELECT count(*) FROM orders'
jq -r '.Resources[] | select(.Type == "AWS::Athena::NamedQuery").Properties.Name' "$T/template.json" >"$T/names"
while IFS= read -r name <&3; do
    jq -r --arg name "$name" '.Resources[] | select(.Type == "AWS::Athena::NamedQuery" and .Properties.Name == $name).Properties.QueryString' "$T/template.json" >"$T/$name.sql"
    check "the query $name answers" -m . -- ask --file "$T/$name.sql"
done 3<"$T/names"
jq -r '.Resources.RevenueSchedule.Properties.Target.Input' "$T/template.json" | jq -r .QueryString >"$T/schedule.sql"
check 'the query of the schedule answers' -m '^electronics,' -- ask --file "$T/schedule.sql"
plan
