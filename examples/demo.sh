#!/bin/sh
# A Black Friday in a few seconds: `make demo` runs this under bflocal. Sales are
# written to a table whose changes DynamoDB itself sends on to Kinesis; at the same
# time they are read, transformed and delivered to S3. Then the objects that landed
# are asked what a shop would want to know.
# shellcheck disable=SC3040 # pipefail is asked for before it is used
(set -o pipefail) 2>/dev/null || exec bash "$0" "$@" # this sh does not know it
set -eu -o pipefail
: "${COUNT:=100000}"
here=$(cd "$(dirname "$0")" && pwd)
[ -d "$here/../tests/services/node_modules" ] || {
    echo "demo.sh: asks with DuckDB out of tests/services of the source tree, after make deps: make demo runs it" >&2
    exit 1
}
[ -n "${AWS_ENDPOINT_URL-}" ] || { echo "demo.sh: bflocal sh examples/demo.sh runs it: it makes a table, a stream and a bucket" >&2; exit 1; }
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT

# What no tool of the toolkit makes: a stream and a bucket.
signed() {
    service=$1
    shift
    curl -sS --fail --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" --aws-sigv4 "aws:amz:$AWS_REGION:$service" "$@"
}
signed kinesis "$AWS_ENDPOINT_URL" -H 'Content-Type: application/x-amz-json-1.1' \
    -H 'X-Amz-Target: Kinesis_20131202.CreateStream' -d '{"StreamName":"orders","ShardCount":2}'
signed s3 "$AWS_ENDPOINT_URL/lake" -X PUT \
    -H 'x-amz-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

now() { date +%s%N; }
took() { printf '%-40s %8s s\n' "$1" "$(awk -v a="$2" -v b="$3" 'BEGIN {printf "%.2f", (b - a) / 1e9}')"; }

start=$(now)
bfgen -n "$COUNT" | ddbput --create order_id:S --stream-to orders sales &
writer=$!
kinread --from oldest -c "$COUNT" orders | cdcxform |
    s3put --name orders --size 128MiB "s3://lake/sales/!{timestamp:yyyy/MM/dd/HH}/" >"$work/receipts" &
reader=$!
wait $writer
written=$(now)
wait $reader
delivered=$(now)

# Fetch the objects, and ask.
jq -r .key "$work/receipts" | while read -r key; do
    signed s3 "$AWS_ENDPOINT_URL/lake/$key" -o "$work/${key##*/}.ndjson" \
        -H 'x-amz-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
done
# The last row of an order is what it is now. Money is decimal, never a float.
(cd "$work" && node "$here/../tests/services/query.mjs" tsv "
    create table orders as with changes as (select *, row_number() over () as line
        from read_json('*.ndjson', format='newline_delimited', columns={order_id:'VARCHAR', category:'VARCHAR',
            product_name:'VARCHAR', quantity:'INTEGER', total:'DECIMAL(18,2)', status:'VARCHAR',
            ordered_at:'TIMESTAMP', _op:'VARCHAR'}))
        select * from changes qualify row_number() over (partition by order_id order by line desc) = 1;
    delete from orders where _op = 'REMOVE';
    select category, count(*) as orders, sum(total) as revenue from orders
        where status <> 'CANCELLED' group by category order by revenue desc" "
    select strftime(date_trunc('hour', ordered_at), '%H:00') as hour, count(*) as orders, sum(total) as revenue,
        repeat('#', (sum(total) / max(sum(total)) over () * 40)::int) as curve
        from orders where status <> 'CANCELLED' group by 1 order by 1" "
    select status, count(*) as orders from orders group by status order by orders desc" "
    select product_name as product, sum(quantity) as sold, sum(total) as revenue from orders
        where status <> 'CANCELLED' group by product_name order by revenue desc limit 10") >"$work/answers"
for question in 'Revenue by category' 'Revenue by hour' 'Orders by status' 'Top products'; do
    printf '\n%s\n' "$question"
    block=$((${block-0} + 1))
    awk -v RS= -v n=$block 'NR == n' "$work/answers" | column -t -s "$(printf '\t')" | sed 's/^/  /'
done
asked=$(now)

printf '\nchanges %s, objects %s\n' "$(jq -s 'map(.records) | add' "$work/receipts")" "$(wc -l <"$work/receipts" | tr -d ' ')"
took 'bfgen | ddbput' "$start" "$written"
took 'kinread | cdcxform | s3put, beside it' "$start" "$delivered"
took 'queries' "$delivered" "$asked"
