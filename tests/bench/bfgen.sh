#!/bin/sh
# How fast bfgen makes records, beside `seq` printing as many short lines. Ratios and figures, no verdict.
# BF_BUILD=build/release tests/bench/bfgen.sh [COUNT]
set -eu
LC_ALL=C
export LC_ALL
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${BF_BUILD:-$root/build/release}
case $build in /*) ;; *) build=$root/$build ;; esac
n=${1:-1000000}
T=$(mktemp -d "${TMPDIR:-/tmp}/bfpipe-bench.XXXXXX")
trap 'rm -rf "$T"' EXIT

now_ms() {
    date +%s%N | cut -c 1-13
}

# measure NAME COMMAND...: the best of three; output goes to /dev/null, bytes are counted in a run of their own.
measure() {
    name=$1
    shift
    bytes=$("$@" | wc -c)
    best=
    for i in 1 2 3; do
        begin=$(now_ms)
        "$@" >/dev/null
        ms=$(($(now_ms) - begin))
        if [ -z "$best" ] || [ "$ms" -lt "$best" ]; then best=$ms; fi
    done
    awk -v name="$name" -v n="$n" -v ms="$best" -v bytes="$bytes" 'BEGIN {
        if (ms < 1) ms = 1
        printf "%-28s %9.0f records/s %8.1f MB/s %6.0f bytes a record\n", name, n / ms * 1000, bytes / ms / 1000, bytes / n }'
}

measure "seq (the peer)" seq "$n"
for format in writes items cdc csv; do
    measure "bfgen -o $format" "$build/bin/bfgen" -n "$n" -o $format
done
measure "bfgen --schema order -o cdc" "$build/bin/bfgen" -n "$n" --schema order -o cdc
"$build/bin/bfgen" -n "$n" -o csv >"$T/in.csv"
measure "bfgen --csv CSV -o cdc" "$build/bin/bfgen" --csv "$T/in.csv" -n "$n" -o cdc

if [ -x /usr/bin/time ]; then
    /usr/bin/time -f "peak memory %M KiB for $n records" "$build/bin/bfgen" -n "$n" -o cdc >/dev/null
fi
begin=$(now_ms)
for i in 1 2 3 4 5 6 7 8 9 10; do
    "$build/bin/bfgen" -n 1 >/dev/null
done
awk -v ms="$(($(now_ms) - begin))" 'BEGIN { printf "start to end with one record: %.1f ms\n", ms / 10 }'
