#!/bin/sh
# The whole pipeline of AWS on bflocal, from nothing to an answer of Athena: `make demo ALL=1`. The AWS CLI creates it
# (examples/setup.sh), sales are written, and each leg is named with the time at which all changes had passed it.
# shellcheck disable=SC3040 # pipefail is tested before it is used
(set -o pipefail) 2>/dev/null || exec bash "$0" "$@" # this sh does not have it
set -eu -o pipefail
: "${COUNT:=20000}" "${AWS:=aws}"
here=$(cd "$(dirname "$0")" && pwd)
for need in bflocal "$AWS" jq zip; do
    command -v "$need" >/dev/null || { echo "demo-all.sh: $need is missing; make deps demo ALL=1 builds and installs what it needs" >&2; exit 1; }
done
work=$(mktemp -d) && trap 'bflocal -q --stop >/dev/null 2>&1 || :; rm -rf "$work"' EXIT
started=$(bflocal --daemon --data "$work/data") # its failure ends the demo: without it the AWS CLI would create all on AWS
eval "$started"
# An AWS CLI before 2.15 knows no buffer of Firehose below 60 seconds.
printf '[default]\nparameter_validation = false\n' >"$work/config"
export AWS_CONFIG_FILE="$work/config"

now() { date +%s%N; }
start=$(now)
since=$start
# leg NAME [FROM]: the time since FROM, or since the sales began.
leg() { printf '%-50s %7s s\n' "$1" "$(awk -v a="${2:-$since}" -v b="$(now)" 'BEGIN {printf "%.2f", (b - a) / 1e9}')"; }
# until_done COMMAND...: it succeeds, or the demo fails after two minutes.
until_done() {
    tries=0
    until "$@"; do
        tries=$((tries + 1))
        [ $tries -lt 600 ] || { echo "demo-all.sh: after two minutes there is still a change missing: $*" >&2; exit 1; }
        sleep 0.2
    done
}
s3() { AWS_PAGER='' command "$AWS" --endpoint-url "$AWS_ENDPOINT_URL" s3 "$@"; }
ask() { athq -q -w sales -d sales "$@"; }

# The function reports the records of each call of Firehose.
transformed() { [ "$(sed -n 's/.*: \([0-9]*\) records*, [0-9]* dropped, .*/\1/p' "$work"/data/lambda/sales-transform.log 2>/dev/null | awk '{ n += $1 } END { print n + 0 }')" -ge "$COUNT" ]; }
# Raw records follow each other without a line end.
raw() { s3 sync --quiet s3://lake/raw/ "$work/raw" && [ "$(find "$work/raw" -type f -exec zcat {} + 2>/dev/null | jq -c . | wc -l)" -ge "$COUNT" ]; }
live() { s3 sync --quiet s3://lake/live/ "$work/live" && [ "$(find "$work/live" -type f -exec cat {} + 2>/dev/null | wc -l)" -ge "$1" ]; }
counted() { found=$(ask --no-header -o csv 'SELECT count(*) FROM sales') && [ "$found" -ge "$COUNT" ]; }

# What bfgen wrote, without any part of the pipeline: category, orders, revenue in cents of the orders that are not cancelled.
by_hand() {
    jq -rn 'reduce inputs as $w ({}; if $w.put then .[$w.put.order_id] = ($w.put | {category, status, total})
            elif $w.update then .[$w.update.order_id] += ($w.set | with_entries(select(.key | IN("category", "status", "total"))))
            else del(.[$w.delete.order_id]) end)
        | [.[] | select(.status != "CANCELLED")] | group_by(.category)[]
        | [.[0].category, length, (map(.total * 100 | round) | add)] | @csv' "$1" | tr -d '"' | sort
}

ALL=1 SECONDS_BUFFERED=1 sh "$here/setup.sh" 2>"$work/said" || { cat "$work/said" >&2; exit 1; }
leg 'the AWS CLI creates everything' "$start"
since=$(now)
bfgen -q -n "$COUNT" | tee "$work/writes" | ddbput -q sales
leg 'bfgen | ddbput: in the table'
kinread -q --from oldest -n "$COUNT" orders >"$work/changes"
leg 'table -> Kinesis: all changes in the stream'
fast=$(jq -c 'select(.dynamodb.NewImage.status.S | IN("PAID", "CANCELLED"))' "$work/changes" | wc -l)
until_done live "$fast"
leg "Kinesis -> Lambda -> S3: all $((fast)) selected changes"
until_done transformed
leg 'Kinesis -> Firehose -> Lambda: all transformed'
until_done raw
leg 'Firehose -> S3: all unchanged ones'

if ask 'SELECT 1' >/dev/null 2>"$work/why"; then
    until_done counted
    leg "Firehose -> S3 -> Athena: $found rows in Parquet"
    asked=$(now)
    ask --file "$here/insights/orders.sql"
    printf '\n%s\n' "$(sed -n '1s/^-- //p' "$here/insights/revenue-by-category.sql")"
    ask -o table --file "$here/insights/revenue-by-category.sql"
    leg 'the answer of Athena' "$asked"
    by_hand "$work/writes" >"$work/want"
    ask --no-header -o csv --file "$here/insights/revenue-by-category.sql" |
        awk -F , '{ printf "%s,%s,%.0f\n", $1, $2, $3 * 100 }' | sort >"$work/answer"
    [ "$found" = "$COUNT" ] || { echo "demo-all.sh: $found rows of $COUNT changes" >&2; exit 1; }
    cmp "$work/answer" "$work/want" || { echo "demo-all.sh: Athena's answer is not what bfgen wrote" >&2; diff "$work/answer" "$work/want" >&2; exit 1; }
    awk -F , '{ orders += $2; cents += $3 } END { printf "which is what bfgen wrote: %d orders, revenue %.2f\n", orders, cents / 100 }' "$work/want"
else
    sed 's/^/Firehose -> S3 -> Athena: left out: /' "$work/why"
fi

since=$(now)
head -n 1 "$work/changes" | evput -q -b sales -s sales.changes -t '{eventName}'
until_done live $((fast + 1))
leg 'evput -> rule -> Lambda -> S3: the event'
leg 'in all' "$start"
