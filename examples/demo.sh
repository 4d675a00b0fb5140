#!/bin/sh
# A Black Friday in a few seconds: `make demo` runs this under bflocal. Sales are
# written to a table, whose changes DynamoDB sends to Kinesis. At the same
# time the changes are read, transformed and delivered to S3, and applied to a copy of the table in SQLite.
# Then the delivered objects are queried for the figures of the shop, and the copy has to give the same.
# shellcheck disable=SC3040 # pipefail is tested before it is used
(set -o pipefail) 2>/dev/null || exec bash "$0" "$@" # this sh does not have it
set -eu -o pipefail
: "${COUNT:=100000}"
for need in curl jq sqlite3; do
    command -v $need >/dev/null || { echo "demo.sh: $need is missing; make deps demo installs it" >&2; exit 1; }
done
[ -n "${AWS_ENDPOINT_URL-}" ] || { echo "demo.sh: bflocal sh examples/demo.sh runs it: it makes a table, a stream and a bucket" >&2; exit 1; }
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT

# Create the stream and the bucket, which no tool of the toolkit does.
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
kinread --from oldest -n "$COUNT" orders | cdcxform --meta op,ts,seq | tee "$work/rows" |
    s3put --name orders --size 128MiB "s3://lake/sales/!{timestamp:yyyy/MM/dd/HH}/" >"$work/receipts" &
reader=$!
kinread --from oldest -n "$COUNT" --state "$work/copy.db" orders | cdcproj -q "$work/copy.db" &
projection=$!
wait $writer
written=$(now)
wait $reader
delivered=$(now)
wait $projection
projected=$(now)

# Run the queries of examples/insights over the objects in S3, whose table athddl defines.
insights() {
    here=$(cd "$(dirname "$0")" && pwd)
    head -n 1000 "$work/rows" | athddl --location 's3://lake/sales/!{timestamp:yyyy/MM/dd/HH}/' sales | ask
    ask --file "$here/insights/orders.sql"
    for question in revenue-by-category revenue-by-hour top-products funnel refunds customers top-movers; do
        printf '\n%s\n' "$(sed -n '1s/^-- //p' "$here/insights/$question.sql")"
        ask -o table --file "$here/insights/$question.sql"
    done
}
ask() { athq -q --output-location s3://lake/answers/ "$@"; }

# The same figures from SQLite, for a bflocal without DuckDB. The separator is a control character, which no JSON text
# contains, so that each line is imported as one value.
without_athena() {
# The last row of an order is its current state. Money is counted in cents, never as a floating-point number.
sqlite3 -batch "$work/sales.db" <<END | sed 's/ *$//'
.mode ascii
.separator "\001" "\n"
CREATE TABLE changes (row);
.import '$work/rows' changes
CREATE TABLE orders AS SELECT
    row ->> 'order_id' AS order_id, row ->> 'category' AS category, row ->> 'product_name' AS product,
    row ->> 'quantity' AS quantity, CAST(round((row ->> 'total') * 100) AS INTEGER) AS cents,
    row ->> 'status' AS status, substr(row ->> 'ordered_at', 12, 2) || ':00' AS hour, row ->> '_op' AS op,
    max(rowid) FROM changes GROUP BY row ->> 'order_id';
DELETE FROM orders WHERE op = 'REMOVE';
.mode column
.headers on
.print
.print Revenue by category
SELECT category, count(*) AS orders, printf('%.2f', sum(cents) / 100.0) AS revenue FROM orders
    WHERE status <> 'CANCELLED' GROUP BY category ORDER BY sum(cents) DESC;
.print
.print Revenue by hour
SELECT hour, count(*) AS orders, printf('%.2f', sum(cents) / 100.0) AS revenue,
    printf('%.*c', CAST(round(sum(cents) * 40.0 / max(sum(cents)) OVER ()) AS INTEGER), '#') AS curve
    FROM orders WHERE status <> 'CANCELLED' GROUP BY hour ORDER BY hour;
.print
.print Orders by status
SELECT status, count(*) AS orders FROM orders GROUP BY status ORDER BY count(*) DESC;
.print
.print Top products
SELECT product, sum(quantity) AS sold, printf('%.2f', sum(cents) / 100.0) AS revenue FROM orders
    WHERE status <> 'CANCELLED' GROUP BY product ORDER BY sum(cents) DESC LIMIT 10;
END
}
# Money that was paid, from the delivered objects and from the copy.
revenue_delivered() {
    ask -o tsv "SELECT CAST(sum(CAST(total AS decimal(18,2))) AS varchar) FROM orders WHERE status <> 'CANCELLED'" | tail -n 1
}
revenue_imported() {
    sqlite3 "$work/sales.db" "SELECT printf('%.2f', sum(cents) / 100.0) FROM orders WHERE status <> 'CANCELLED'"
}
revenue_copied() {
    sqlite3 "$work/copy.db" "SELECT printf('%.2f', sum(CAST(round(total_real * 100) AS INTEGER)) / 100.0) FROM sales WHERE status <> 'CANCELLED'"
}
if ask 'SELECT 1' >/dev/null 2>&1; then
    insights
    revenue=$(revenue_delivered)
else
    without_athena
    revenue=$(revenue_imported)
fi
asked=$(now)
copied=$(revenue_copied)
printf '\nThe copy of the table, as bftop shows it\n'
bftop --once --width 80 "$work/copy.db"
if [ "$revenue" != "$copied" ]; then
    echo "demo.sh: the objects give a revenue of $revenue, the copy of the table $copied" >&2
    exit 1
fi
printf '\nrevenue %s from the objects, %s from the copy\n' "$revenue" "$copied"

printf 'changes %s, objects %s\n' "$(jq -s 'map(.records) | add' "$work/receipts")" "$(wc -l <"$work/receipts" | tr -d ' ')"
took 'bfgen | ddbput' "$start" "$written"
took 'kinread | cdcxform | s3put, beside it' "$start" "$delivered"
took 'kinread | cdcproj, beside both' "$start" "$projected"
took 'queries' "$projected" "$asked"
