#!/bin/sh
# The footprint of each tool: the time from its start to its end without work, and its peak memory
# (VmHWM) on few and on ten times as many records, which is to be the same where memory is bounded.
# BF_FOOTPRINT=200000 BF_FOOTPRINT_NET=20000 tests/bench/footprint.sh: records for the pure filters, and for
# the tools that talk to a bflocal (defaults 1000000 and 200000).
. "$(dirname "$0")/lib.sh"
n=${BF_FOOTPRINT:-1000000}
net=${BF_FOOTPRINT_NET:-200000}
starts=100

# start COMMAND: sets ms to the milliseconds of one of its starts, the best of three rounds.
start() {
    : >"$T/rounds"
    for round in 1 2 3; do
        "$BF_USAGE" "$T/usage" "i=0; while [ \$i -lt $starts ]; do $1 >/dev/null; i=\$((i + 1)); done" </dev/null || exit 1
        cat "$T/usage" >>"$T/rounds"
    done
    ms=$(awk -v n=$starts 'NR == 1 || $1 < best { best = $1 } END { printf "%.3f", best / n * 1000 }' "$T/rounds")
}

title "from start to end: $starts times each, less /bin/true"
start /bin/true
true=$ms
printf '  %-28s %10s %12s\n' tool --version 'peak memory'
for tool in "$BUILD"/bin/*; do
    start "$tool --version"
    "$BF_USAGE" "$T/usage" "exec $tool --version >/dev/null" || exit 1
    awk -v tool="${tool##*/}" -v ms="$ms" -v true="$true" \
        '{ printf "  %-28s %7.2f ms %8.1f MiB\n", tool, ms - true, $3 / 1024 }' "$T/usage"
done

# peak NAME RECORDS MAKE COMMAND: runs COMMAND on what MAKE writes for a tenth of the records and for all, a
# line of the table. {} is the count in both. What MAKE needs is not in the figures.
peak() {
    for count in $(($2 / 10)) "$2"; do
        make=$(echo "$3" | sed "s/{}/$count/g") command=$(echo "$4" | sed "s/{}/$count/g")
        { sh -c "$make" || : >"$T/broken"; } | "$BF_USAGE" "$T/$count" "exec $command" >/dev/null || : >"$T/broken"
        [ ! -e "$T/broken" ] || { echo "bench: failed: $make | $command"; exit 1; }
    done
    cat "$T/$(($2 / 10))" "$T/$2" | awk -v name="$1" -v n="$2" '{ wall = $1; kib[NR] = $3 } END {
        printf "  %-28s %8.1f MiB %8.1f MiB  %10d records %12.0f records/s\n", name, kib[1] / 1024, kib[2] / 1024, n, n / wall }'
}

title "peak memory: on a tenth of the records, on all of them"
peak 'bfgen -o cdc' "$n" : 'bfgen -n {} -o cdc'
peak 'bfgen -o writes' "$n" : 'bfgen -n {}'
peak 'cdcxform' "$n" 'bfgen -n {} -o cdc' cdcxform
peak 'cdcxform --where --select' "$n" 'bfgen -n {} -o cdc' "cdcxform --where \"_op = 'MODIFY'\" --select order_id,total"

bflocal -q -p 0 >"$T/env" &
server=$!
trap 'kill $server 2>/dev/null; rm -rf "$T"' EXIT
tries=0
until grep -qs AWS_ENDPOINT_URL= "$T/env" || [ $tries -gt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
# shellcheck disable=SC1091 # what bflocal prints
. "$T/env"
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null NO_PROXY=127.0.0.1 no_proxy=127.0.0.1
signed() {
    service=$1
    shift
    curl -sS --fail --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \
        --aws-sigv4 "aws:amz:$AWS_REGION:$service" "$@" >/dev/null || { echo 'bench: bflocal refuses'; exit 1; }
}
for count in $((net / 10)) "$net"; do
    signed kinesis "$AWS_ENDPOINT_URL" -H 'Content-Type: application/x-amz-json-1.1' \
        -H 'X-Amz-Target: Kinesis_20131202.CreateStream' -d "{\"StreamName\":\"s$count\",\"ShardCount\":2}"
done
signed s3 "$AWS_ENDPOINT_URL/lake" -X PUT \
    -H 'x-amz-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
peak ddbput "$net" 'bfgen -n {} --mix insert=1' 'ddbput -q --create order_id:S sales'
peak kinput "$net" 'bfgen -n {} -o cdc' 'kinput -q --key-random s{}'
peak kinread "$net" : 'kinread -q -e s{}'
peak s3put "$net" 'bfgen -n {} -o items' 's3put -q s3://lake/rows/'
peak 's3put --compress gzip' "$net" 'bfgen -n {} -o items' 's3put -q --compress gzip s3://lake/rows/'
peak 's3put --one' "$net" 'bfgen -n {} -o items' 's3put -q --one s3://lake/one/{}'
awk '/^VmHWM/ { printf "  %-28s %25.1f MiB  all of the above, kept in memory\n", "bflocal", $2 / 1024 }' "/proc/$server/status"
