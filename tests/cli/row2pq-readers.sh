#!/bin/sh
# DuckDB and hyparquet read row2pq's files correctly: a corpus of types, NULLs, sizes and codecs (parquet_corpus.mjs),
# skipped pages (parquet_skip.mjs), and a million rows. BF_PARQUET_SEEDS="FROM COUNT" generates other files.
. "$(dirname "$0")/lib.sh"
services=$root/tests/services
if ! [ -d "$services/node_modules/hyparquet" ] || ! [ -d "$services/node_modules/@duckdb" ]; then
    skip 'readers of Parquet' 'tests/services/node_modules is not complete: make deps'
    plan
    exit
fi

# lines NAME FILE: the lines of TAP in FILE as tests of this file.
lines() {
    while IFS= read -r line; do
        case $line in
        'ok '*) pass "$1: ${line#ok * - }" ;;
        'not ok '*) fail "$1: ${line#not ok * - }" "$(grep -F "${line#not ok * - }" "$T/why")" ;;
        esac
    done <"$2"
    ok "$1: all of them" grep -q '^1\.\.[1-9]' "$2"
}
mkdir "$T/corpus" "$T/skip"
node "$services/parquet_corpus.mjs" "$T/corpus" >"$T/tap" 2>"$T/why"
lines corpus "$T/tap"
# shellcheck disable=SC2086 # two numbers
node "$services/parquet_corpus.mjs" "$T/corpus" ${BF_PARQUET_SEEDS:-1 30} >"$T/tap" 2>"$T/why"
lines drawn "$T/tap"
node "$services/parquet_skip.mjs" "$T/skip" >"$T/tap" 2>"$T/why"
lines skipped "$T/tap"

# A million rows, which DuckDB also reads as they were.
query() { (cd "$T" && node "$services/query.mjs" tsv "$1" | sed 1d); }
awk 'BEGIN { for (i = 0; i < 1000000; i++) printf "{\"i\":%d,\"s\":\"k%d\",\"d\":%d.%02d,\"n\":%s,\"t\":\"2026-11-%02dT%02d:30:00Z\"}\n",
    i, (i * 7919) % 1000003, i % 5000, i % 100, i % 3 ? i % 11 : "null", 1 + i % 30, i % 24 }' >"$T/million.ndjson"
printf 'i bigint not null\ns string\nd decimal(9,2)\nn int\nt timestamp\n' >"$T/schema"
row2pq --schema "$T/schema" --to "$T/million.parquet" "$T/million.ndjson"
both="FROM read_json('million.ndjson', format='newline_delimited', columns={i:'BIGINT', s:'VARCHAR', d:'DECIMAL(9,2)', n:'INTEGER', t:'TIMESTAMP'})"
check 'a million rows' -o 1000000 -- query "SELECT count(*) FROM 'million.parquet'"
check 'all of them the same' -o 0 -- query "SELECT count(*) FROM (SELECT * FROM 'million.parquet' EXCEPT ALL SELECT * $both)"
ok 'and the file is what it says' python3 "$here/parquet_look.py" "$T/million.parquet" 3
plan
