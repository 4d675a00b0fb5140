#!/bin/sh
# The demo in a smaller form. It runs on bflocal for every back end, and its figures are computed from
# the output of bfgen.
. "$(dirname "$0")/lib.sh"
need_tools bflocal bfgen ddbput kinread cdcxform s3put cdcproj bftop

export AWS_ENDPOINT_URL=''
unset AWS_ENDPOINT_URL_DYNAMODB AWS_ENDPOINT_URL_DYNAMODB_STREAMS AWS_ENDPOINT_URL_KINESIS \
    AWS_ENDPOINT_URL_S3
check 'the demo runs through' -m '^Revenue by category' -- env COUNT=2000 bflocal sh "$root/examples/demo.sh"
cp "$T/out" "$T/demo"
check 'every change was delivered' -o 2000 -- sed -n 's/^changes \([0-9]*\), .*/\1/p' "$T/demo"

# The same shop from the writes: the last state of each order.
mkdir "$T/work"
bfgen -n 2000 >"$T/work/sent.ndjson"
expected=$(query "$T/work" "with lines as (select *, row_number() over () as line from read_json('sent.ndjson',
        columns={put:'JSON', \"update\":'JSON', \"set\":'JSON', \"delete\":'JSON'})),
    changes as (select line, coalesce(put->>'order_id', \"update\"->>'order_id', \"delete\"->>'order_id') as id,
        case when \"delete\" is not null then 'DELETED' else coalesce(put->>'status', \"set\"->>'status') end as status,
        coalesce(put->>'total', \"set\"->>'total')::decimal(18,2) as total from lines),
    orders as (select id, max_by(status, line) filter (status is not null) as status,
        max_by(total, line) filter (total is not null) as total from changes group by id)
    select count(*) || ' ' || sum(total) from orders where status not in ('CANCELLED', 'DELETED')" | tail -n 1)
check 'orders and revenue by category add up to what was sent' -o "$expected" -- \
    awk '/^Revenue by category/ {on = 1; next} /^$/ {on = 0}
         on && $1 != "category" {n += $2; cents += int($3 * 100 + 0.5)} END {printf "%d %.2f\n", n, cents / 100}' "$T/demo"
revenue=${expected#* }
check 'so does the projection' -o "revenue $revenue from the objects, $revenue from the copy" -- grep '^revenue ' "$T/demo"
check 'bftop shows it' -m '^─* *Revenue|^-* *Revenue' -- cat "$T/demo"
plan
