#!/bin/sh
# The pipeline from end to end, leg by leg, and what landed reconciled with what was
# sent: every insert, update and delete there once, sums exact to the cent.
. "$(dirname "$0")/lib.sh"
# kinesis-mock takes 300 records a second; of two Kinesis this one is the faster.
[ -z "${BF_KINESALITE_URL-}" ] || export AWS_ENDPOINT_URL_KINESIS="$BF_KINESALITE_URL"
need_tools bfgen ddbput kinread kinput cdcxform s3put

# make_stream NAME SHARDS, make_bucket NAME: what no tool of the toolkit makes.
make_stream() {
    cli kinesis create-stream --stream-name "$1" --shard-count "$2" && cli kinesis wait stream-exists --stream-name "$1"
}
make_bucket() {
    cli s3api create-bucket --bucket "$1" >/dev/null
}

# reconcile NAME DIR KEY SUM: DIR/sent.ndjson are the write lines, DIR/lake the objects.
# Both become one table of (key, operation, amount) and are compared as bags.
reconcile() {
    check "$1: every change landed once" -o 'missing	extra	sent	landed
0	0	'"$5	$5" -- query "$2" "
        with sent as (
            select coalesce(put->>'$3', \"update\"->>'$3', \"delete\"->>'$3') as key,
                   case when put is not null then 'INSERT' when \"update\" is not null then 'MODIFY' else 'REMOVE' end as op
            from read_json('sent.ndjson', columns={put:'JSON', \"update\":'JSON', \"delete\":'JSON'})),
        landed as (select \"$3\"::varchar as key, _op as op
            from read_json('lake/**/*', format='newline_delimited', columns={\"$3\":'VARCHAR', _op:'VARCHAR'}))
        select (select count(*) from (select * from sent except all select * from landed)) as missing,
               (select count(*) from (select * from landed except all select * from sent)) as extra,
               (select count(*) from sent) as sent, (select count(*) from landed) as landed"
    sum=$(query "$2" "select sum((put->>'$4')::decimal(18,2)) as total
        from read_json('sent.ndjson', columns={put:'JSON'}) where put is not null" | tail -n 1)
    check "$1: the sum is exact to the cent" -o "total
$sum" -- query "$2" "select sum(\"$4\"::decimal(18,2)) as total from read_json('lake/**/*', format='newline_delimited',
        columns={\"$4\":'VARCHAR', _op:'VARCHAR'}) where _op = 'INSERT'"
    check "$1: the sum is one" -m '^[0-9]+\.[0-9][0-9]$' -- echo "$sum"
}

# legs NAME TABLE KEY: the three legs over $T/NAME/sent.ndjson, objects in $T/NAME/lake.
legs() {
    check "$1: written to the table" -i "$T/$1/sent.ndjson" -- ddbput --create "$3:S" "$2"
    ok "$1: stream" make_stream "$2" 2
    ok "$1: bucket" make_bucket "$2"
    if has_streams; then
        check "$1: the table's changes" -a -- kinread -e "dynamodb:$2"
        cp "$T/out" "$T/$1/cdc"
    fi # else what bfgen says that DynamoDB would publish
    check "$1: bridged to Kinesis" -i "$T/$1/cdc" -- kinput "$2"
    check "$1: rows" -- sh -c 'kinread -e "$1" >"$2/records" && cdcxform <"$2/records" >"$2/rows"' sh "$2" "$T/$1"
    check "$1: delivered" -a -i "$T/$1/rows" -- s3put --time-field _ts "s3://$2/sales/!{timestamp:yyyy/MM/dd/HH}/"
    cp "$T/out" "$T/$1/receipts"
    check "$1: receipts count the rows" -o "$(wc -l <"$T/$1/rows" | tr -d ' ')" -- jq -s 'map(.records) | add' "$T/$1/receipts"
    ok "$1: objects come back" fetch "s3://$2/sales" "$T/$1/lake"
}

mkdir "$T/sales" "$T/real"
bfgen -n 2500 --seed 11 >"$T/sales/sent.ndjson"
bfgen -n 2500 --seed 11 -o cdc >"$T/sales/cdc"
legs sales "sales-$run" order_id
reconcile sales "$T/sales" order_id total 2500

# In order within each key: the stream of one order's statuses is the one that was sent.
check 'sales: the statuses of each order came in order' -o 'wrong
0' -- query "$T/sales" "
    with rows as (select order_id, status, _op, row_number() over (partition by order_id order by line) as n from (
            select *, row_number() over () as line from read_json('rows', format='newline_delimited',
                columns={order_id:'VARCHAR', status:'VARCHAR', _op:'VARCHAR'}))),
    sent as (select key, status, op, row_number() over (partition by key order by line) as n from (
            select coalesce(put->>'order_id', \"update\"->>'order_id', \"delete\"->>'order_id') as key,
                   coalesce(put->>'status', \"set\"->>'status') as status,
                   case when put is not null then 'INSERT' when \"update\" is not null then 'MODIFY' else 'REMOVE' end as op,
                   row_number() over () as line
            from read_json('sent.ndjson', columns={put:'JSON', \"update\":'JSON', \"set\":'JSON', \"delete\":'JSON'})))
    select count(*) as wrong from sent left join rows on rows.order_id = sent.key and rows.n = sent.n
    where rows._op is distinct from sent.op or (sent.status is not null and rows.status is distinct from sent.status)"

if [ -r "$SHARED/data/blackfriday-40k.csv" ]; then
    bfgen --csv "$SHARED/data/blackfriday-40k.csv" --mix insert=100 | jq -c '.put.Order_ID |= tostring' >"$T/real/sent.ndjson"
    bfgen --csv "$SHARED/data/blackfriday-40k.csv" --mix insert=100 -o cdc >"$T/real/cdc"
    legs real "real-$run" Order_ID
    reconcile real "$T/real" Order_ID Purchase 40000
else
    skip 'the 40,000 real purchases' "no $SHARED/data/blackfriday-40k.csv"
fi

# As a user would write it, in one script with real pipes.
if ! has_streams; then
    skip 'examples/pipeline.sh' 'this back end has no DynamoDB Streams; bflocal has'
    plan
    exit
fi
ok 'example: stream' make_stream "orders-$run" 2
ok 'example: bucket' make_bucket "lake-$run"
check 'examples/pipeline.sh runs through' -m '^[0-9]+	[0-9]+	sales/20[0-9][0-9]/' -- \
    env TABLE="example-$run" STREAM="orders-$run" BUCKET="lake-$run" COUNT=500 sh "$root/examples/pipeline.sh"
cp "$T/out" "$T/delivered"
check 'examples/pipeline.sh delivered all' -o 500 -- awk '{n += $1} END {print n}' "$T/delivered"
plan
