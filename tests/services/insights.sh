#!/bin/sh
# examples/insights: athddl's table of the delivered rows, and each query on it with athq. The expected figures are
# computed from the sent records.
. "$(dirname "$0")/lib.sh"
need_tools bfgen ddbput kinread cdcxform s3put athddl athq
has_streams || { skip 'insights' 'the back end has no DynamoDB Streams'; plan; exit; }
bucket=lake-$run
export AWS_ENDPOINT_URL_ATHENA="${AWS_ENDPOINT_URL_ATHENA:-${AWS_ENDPOINT_URL:-}}"
ask() { athq -q --output-location "s3://$bucket/answers/" -o csv "$@"; }
cli s3api create-bucket --bucket "$bucket" >/dev/null
[ -n "$AWS_ENDPOINT_URL_ATHENA" ] && ask 'SELECT 1' >/dev/null 2>"$T/err" ||
    { skip 'insights' "no Athena: $(head -n 1 "$T/err" 2>/dev/null)"; plan; exit; }

mkdir "$T/work"
bfgen -n 3000 --seed 5 >"$T/work/sent.ndjson"
check 'sales' -i "$T/work/sent.ndjson" -- ddbput --create order_id:S "sales-$run"
check 'land' -a -- sh -c 'kinread -e "dynamodb:$1" | cdcxform --meta op,ts,seq | tee "$2/rows" | s3put --size 200kB "s3://$3/sales/!{timestamp:yyyy/MM/dd/HH}/"' \
    sh "sales-$run" "$T" "$bucket"
check 'a table' -i "$T/rows" -m '^CREATE EXTERNAL TABLE' -- athddl --location "s3://$bucket/sales/!{timestamp:yyyy/MM/dd/HH}/" sales
cp "$T/out" "$T/table.sql"
check 'is made' -i "$T/table.sql" -- ask
check 'and has every change' -o 'n
3000' -- ask 'SELECT count(*) AS n FROM sales'
check 'the orders as they are' -- ask --file "$root/examples/insights/orders.sql"

# The expected figures, computed differently: the last state of each order, from the write lines.
state="with lines as (select *, row_number() over () as line from read_json('sent.ndjson',
        columns={put:'JSON', \"update\":'JSON', \"set\":'JSON', \"delete\":'JSON'})),
    changes as (select line, put, coalesce(put->>'order_id', \"update\"->>'order_id', \"delete\"->>'order_id') as id,
        case when \"delete\" is not null then 'DELETED' else coalesce(put->>'status', \"set\"->>'status') end as status,
        coalesce(put->>'total', \"set\"->>'total')::decimal(18,2) as total,
        coalesce(put->>'quantity', \"set\"->>'quantity')::bigint as quantity from lines),
    orders as (select id, max_by(status, line) filter (status is not null) as status,
        max_by(total, line) filter (total is not null) as total,
        max(put->>'category') as category, max(put->>'product_name') as product, max(put->>'customer_id') as customer
        from changes group by id)"
sent() { query "$T/work" "$state $1" | tail -n +2 | tr '\t' ','; }
questions() { ask --no-header --file "$root/examples/insights/$1.sql"; }
sent "select category, count(*), sum(total) from orders where status not in ('CANCELLED', 'DELETED') group by 1 order by 3 desc" >"$T/want"
check 'revenue by category' -O "$T/want" -- sh -c "athq -q --output-location 's3://$bucket/answers/' -o csv --no-header --file '$root/examples/insights/revenue-by-category.sql' | cut -d, -f 1-3"
want=$(sent "select count(*), sum(total) from orders where status not in ('CANCELLED', 'DELETED')")
check 'revenue by hour adds up' -o "$want" -- sh -c "athq -q --output-location 's3://$bucket/answers/' -o csv --no-header --file '$root/examples/insights/revenue-by-hour.sql' |
    awk -F, '{ n += \$2; cents += int(\$3 * 100 + 0.5) } END { printf \"%d,%.2f\\n\", n, cents / 100 }'"
sent "select product, sum(total) from orders where status not in ('CANCELLED', 'DELETED') group by 1 order by 2 desc, 1 limit 10" >"$T/want"
check 'top products' -O "$T/want" -- sh -c "athq -q --output-location 's3://$bucket/answers/' -o csv --no-header --file '$root/examples/insights/top-products.sql' | cut -d, -f 1,3"
want=$(sent "select count(distinct id) from changes where put is not null")
check 'the funnel begins with all orders' -m "^PLACED,$want,100.0\$" -- questions funnel
check 'and narrows' -m '^SHIPPED,' -- questions funnel
want=$(sent "select count(*), sum(total) from orders where status = 'CANCELLED'")
check 'what was cancelled adds up' -o "$want" -- sh -c "athq -q --output-location 's3://$bucket/answers/' -o csv --no-header --file '$root/examples/insights/refunds.sql' |
    awk -F, '{ n += \$2; cents += int(\$4 * 100 + 0.5) } END { printf \"%d,%.2f\\n\", n, cents / 100 }'"
want=$(sent "select count(distinct customer), sum(total) from orders where status not in ('CANCELLED', 'DELETED')")
check 'customers add up' -o "$want" -- sh -c "athq -q --output-location 's3://$bucket/answers/' -o csv --no-header --file '$root/examples/insights/customers.sql' |
    awk -F, '{ n += \$2; cents += int(\$3 * 100 + 0.5) } END { printf \"%d,%.2f\\n\", n, cents / 100 }'"
check 'top movers' -a -- questions top-movers
ok 'are ten at most' test "$(wc -l <"$T/out")" -le 10
# The other kinds of partitions.
check 'by receipts' -- sh -c 'athddl --location "s3://$1/other/" --partition dt:date other <"$2/rows" | athq -q --output-location "s3://$1/answers/" &&
    s3put --time-field _ts --hive dt "s3://$1/other/" <"$2/rows" | athddl --partitions --location "s3://$1/other/" --partition dt:date other |
    athq -q --output-location "s3://$1/answers/"' sh "$bucket" "$T"
check 'has every change too' -o 'n
3000' -- ask 'SELECT count(*) AS n FROM other WHERE dt IS NOT NULL'
if ask --unload "s3://$bucket/out/" 'SELECT order_id, total FROM orders' >"$T/written" 2>"$T/err"; then
    ok 'UNLOAD writes objects' grep -q '^{"bucket":"lake-.*","key":"out/' "$T/written"
    ask --unload "s3://$bucket/out2/" --rows -o ndjson 'SELECT order_id, ARRAY[total, NULL] AS totals FROM orders' | jq -c '[.order_id, .totals[0]]' | sort >"$T/read"
    ask --no-header 'SELECT order_id, total FROM orders' | jq -Rc 'split(",") | [.[0], (.[1] | if . == "" then null else tonumber end)]' | sort >"$T/want"
    ok 'and its rows are read back' cmp "$T/read" "$T/want"
else # an Athena that has none says so
    ok 'UNLOAD, or the reason' grep -q 'UNLOAD' "$T/err"
fi
plan
