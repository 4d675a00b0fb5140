#!/bin/sh
# The whole pipeline of AWS on bflocal, from nothing to an answer of Athena: `make demo ALL=1`. The AWS CLI creates it
# (examples/setup.sh), sales are written, and each leg is named with the time at which all changes had passed it.
# shellcheck disable=SC3040 # pipefail is tested before it is used
(set -o pipefail) 2>/dev/null || exec bash "$0" "$@" # this sh does not have it
set -eu -o pipefail
: "${COUNT:=20000}" "${AWS:=aws}"
here=$(cd "$(dirname "$0")" && pwd)
for need in "$AWS" jq zip; do
    command -v "$need" >/dev/null || { echo "demo-all.sh: $need is missing; make deps deploy installs it" >&2; exit 1; }
done
work=$(mktemp -d) && trap 'bflocal -q --stop >/dev/null 2>&1 || :; rm -rf "$work"' EXIT
eval "$(bflocal --daemon --data "$work/data")"
# An AWS CLI before 2.15 knows no buffer of Firehose below 60 seconds.
printf '[default]\nparameter_validation = false\n' >"$work/config"
export AWS_CONFIG_FILE="$work/config"

now() { date +%s%N; }
start=$(now)
since=$start
# leg NAME [FROM]: the time since FROM, or since the sales began.
leg() { printf '%-46s %7s s\n' "$1" "$(awk -v a="${2:-$since}" -v b="$(now)" 'BEGIN {printf "%.2f", (b - a) / 1e9}')"; }
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

# The function reports the records of each batch; the rows of a batch are in Firehose when it ends.
passed() { [ "$(sed -n 's/.*: \([0-9]*\) records*, [0-9]* rows*$/\1/p' "$work"/data/lambda/sales-transform.log 2>/dev/null | awk '{ n += $1 } END { print n + 0 }')" -ge "$COUNT" ]; }
landed() {
    s3 sync --quiet "s3://lake/$1/" "$work/$1" && [ "$(find "$work/$1" -type f -exec "$2" {} + 2>/dev/null | wc -l)" -ge "$3" ]
}
# Raw records follow each other without a line end.
raw() { s3 sync --quiet s3://lake/raw/ "$work/raw" && [ "$(find "$work/raw" -type f -exec zcat {} + 2>/dev/null | jq -c . | wc -l)" -ge "$COUNT" ]; }

ALL=1 SECONDS_BUFFERED=1 sh "$here/setup.sh" 2>"$work/said" || { cat "$work/said" >&2; exit 1; }
leg 'the AWS CLI creates everything' "$start"
since=$(now)
bfgen -q -n "$COUNT" | ddbput -q sales
leg 'bfgen | ddbput: in the table'
kinread -q --from oldest -n "$COUNT" orders >"$work/changes"
leg 'table -> Kinesis: all changes in the stream'
until_done passed
leg 'Kinesis -> Lambda -> Firehose: all taken'
until_done landed sales cat "$COUNT"
leg 'Firehose -> S3: all rows in objects'
until_done raw
leg 'Kinesis -> Firehose -> S3: all unchanged ones'

asked=$(now)
if ask 'SELECT 1' >/dev/null 2>"$work/why"; then
    found=$(ask --no-header -o csv 'SELECT count(*) FROM sales')
    leg "S3 -> Athena: $found changes counted" "$asked"
    ask --file "$here/insights/orders.sql"
    printf '\n%s\n' "$(sed -n '1s/^-- //p' "$here/insights/revenue-by-category.sql")"
    ask -o table --file "$here/insights/revenue-by-category.sql"
    [ "$found" = "$COUNT" ] || { echo "demo-all.sh: $found changes of $COUNT" >&2; exit 1; }
else
    sed 's/^/S3 -> Athena: left out: /' "$work/why"
fi

since=$(now)
if grep -q 'no rule' "$work/said"; then
    echo 'event bus -> rule -> Lambda: left out: this bflocal has no rules'
else
    head -n 1 "$work/changes" | evput -q -b sales -s sales.changes -t '{eventName}'
    until_done landed live cat 1
    leg 'evput -> rule -> Lambda -> S3: the event'
fi
leg 'in all' "$start"
