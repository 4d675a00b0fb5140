#!/bin/sh
# examples/recipes.sh: each recipe on a file of change lines, with its output.
. "$(dirname "$0")/lib.sh"
bfgen -q -n 24 -o cdc --seed 3 >"$T/changes.ndjson"
recipe() { (cd "$T" && sh "$root/examples/recipes.sh" "$@"); }

check 'which keys changed twice' -o '{"order_id":"o-1","changes":3}
{"order_id":"o-11","changes":2}
{"order_id":"o-12","changes":2}
{"order_id":"o-4","changes":2}
{"order_id":"o-5","changes":2}
{"order_id":"o-6","changes":2}' -- recipe twice
check 'what an order went through' -o '{"_ts":"2026-11-27T07:03:17.310Z","_op":"INSERT","was":null,"is_now":"PLACED","total":143.89}
{"_ts":"2026-11-27T10:50:07.787Z","_op":"MODIFY","was":"PLACED","is_now":"CANCELLED","total":143.89}' -- recipe order
check 'another order' -m '"_op":"INSERT".*"is_now":"PLACED"' -- recipe order changes.ndjson o-1
check 'an order with a quote in its name is not there' -- recipe order changes.ndjson "o'1"
check 'why a record was dropped' -o 'cdcxform: line 1: no match: --match: eventName is "INSERT"; dynamodb.NewImage.status.S is "PLACED"
cdcxform: line 2: no match: --match: dynamodb.NewImage.status.S is "CANCELLED"' -- recipe dropped
check 'why another was not' -m '^cdcxform: line [0-9]*: match: --match: all fields$' -- recipe dropped changes.ndjson o-5
check 'which columns, of which types' -o 'column	type	records
cart_id	S	19
category	S	22
coupon	NULL	6
coupon	S	16
customer_id	S	22
discount	N	22
order_id	S	24
ordered_at	S	22
payment	M	22
product_id	S	22
product_name	S	22
quantity	N	22
status	S	22
tags	L	22
total	N	22
unit_price	N	22' -- recipe columns
check 'the last state of each order, without removed ones' -o '{"order_id":"o-1","status":"PAID","total":5.38,"_ts":"2026-11-27T22:24:59.123Z"}
{"order_id":"o-2","status":"PLACED","total":138.02,"_ts":"2026-11-27T01:18:04.068Z"}
{"order_id":"o-3","status":"PLACED","total":287.37,"_ts":"2026-11-27T06:08:10.011Z"}
{"order_id":"o-4","status":"CANCELLED","total":143.89,"_ts":"2026-11-27T10:50:07.787Z"}
{"order_id":"o-5","status":"PAID","total":154.24,"_ts":"2026-11-27T18:58:31.028Z"}
{"order_id":"o-7","status":"PLACED","total":77.34,"_ts":"2026-11-27T10:21:15.266Z"}
{"order_id":"o-8","status":"PLACED","total":1139.1,"_ts":"2026-11-27T11:42:36.667Z"}
{"order_id":"o-9","status":"PLACED","total":163.46,"_ts":"2026-11-27T12:15:49.617Z"}
{"order_id":"o-10","status":"PLACED","total":73.12,"_ts":"2026-11-27T13:21:30.827Z"}
{"order_id":"o-12","status":"PLACED","total":57.82,"_ts":"2026-11-27T22:58:45.193Z"}
{"order_id":"o-13","status":"PLACED","total":964.68,"_ts":"2026-11-27T16:29:12.510Z"}
{"order_id":"o-14","status":"PLACED","total":8.04,"_ts":"2026-11-27T17:49:10.689Z"}
{"order_id":"o-15","status":"PLACED","total":33.9,"_ts":"2026-11-27T19:45:44.600Z"}
{"order_id":"o-16","status":"PLACED","total":81.16,"_ts":"2026-11-27T20:05:41.767Z"}
{"order_id":"o-17","status":"PLACED","total":270.39,"_ts":"2026-11-27T20:30:14.748Z"}' -- recipe last
# By hand from the list above: the sum without o-4, which was cancelled, is 3454.02.
check 'revenue by category' -o 'category	orders	revenue
books	2	441.61
clothing	1	81.16
electronics	5	2437.37
games	1	138.02
home	2	240.8
kitchen	2	41.94
toys	1	73.12' -- recipe revenue
cp "$T/out" "$T/revenue"
sum() { awk 'NR > 1 { cents += $3 * 100 } END { printf "%.0f\n", cents }'; }
check 'and its sum is that of the last states' -i "$T/revenue" -o 345402 -- sum
check 'the large orders that match a rule' -o '{"order_id":"o-8","category":"electronics","total":1139.1,"_op":"INSERT","_ts":"2026-11-27T11:42:36.667Z"}
{"order_id":"o-13","category":"electronics","total":964.68,"_op":"INSERT","_ts":"2026-11-27T16:29:12.510Z"}' -- recipe rule
put_events() { bflocal sh -c 'cd "$1" && sh "$2" events && curl -sS "$AWS_ENDPOINT_URL/_bflocal/events"' - "$T" "$root/examples/recipes.sh" | jq -c '.bus, [.event | .source, .["detail-type"], .time, .detail.order_id]'; }
check 'large orders as events' -o '"default"
["shop.orders","order.INSERT","2026-11-27T11:42:36Z","o-8"]
"default"
["shop.orders","order.INSERT","2026-11-27T16:29:12Z","o-13"]' -- put_events
for r in twice order dropped columns last revenue events rule; do
    check "$r: a file that is not there" -s 1 -e 'recipes.sh: no such: cannot be read; bfgen -o cdc makes such a file' -- recipe $r 'no such'
done
echo '{"eventName":' >"$T/bad lines"
for r in twice last revenue; do
    check "$r: a broken file" -s 1 -a -E '^cdcxform: line 1: ' -- recipe $r 'bad lines'
done
failed() { ! recipe "$@" >/dev/null 2>&1; }
check 'columns: a broken file' -- failed columns 'bad lines'
check 'a recipe that is not there' -s 2 -E '^ *twice ' -- recipe thrice
plan
