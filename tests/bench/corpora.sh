#!/bin/sh
# cdcxform over every corpus of corpora.c and bfgen's own records, on one thread, with full validation, output to
# /dev/null. Beside it: simdjson's DOM parse of the same file (which writes no rows), DuckDB (which takes the image out, with its
# types), and Python's json and jq doing the same flatten.
# tests/bench/corpora.sh [BYTES [CORPUS...]]
. "$(dirname "$0")/lib.sh"
size=${1:-64000000}
[ $# -eq 0 ] || shift
# shellcheck disable=SC2046 # a list of words
[ $# -gt 0 ] || set -- bfgen $("$BUILD/bench/corpora")

duck() {
    cat >"$T/duck.mjs" <<END
import { createRequire } from "node:module";
const { DuckDBInstance } = createRequire("$root/tests/services/")("@duckdb/node-api");
const c = await (await DuckDBInstance.create()).connect();
await c.run("SET threads = 1");
await c.run(\`COPY (SELECT eventName AS _op, make_timestamp((dynamodb->>'\$.ApproximateCreationDateTime')::BIGINT * 1000) AS _ts,
    to_json(dynamodb->'\$.NewImage') AS item FROM read_json('\${process.argv[2]}', format = 'newline_delimited',
    columns = {eventName: 'VARCHAR', dynamodb: 'JSON'})) TO '/dev/null' (FORMAT json)\`);
END
}

run() { # run FILE: one line of the table
    file=$1
    set -- cdcxform 'cdcxform <{} >/dev/null'
    [ ! -x "$BUILD/bench/simdjson" ] || set -- "$@" simdjson "$BUILD/bench/simdjson {}"
    [ ! -s "$T/duck.mjs" ] || set -- "$@" DuckDB "64000000:node $T/duck.mjs {}"
    set -- "$@" Python "8000000:python3 $here/flatten.py <{} >/dev/null" jq "2000000:jq -c -f $here/flatten.jq <{} >/dev/null"
    python3 "$here/corpora.py" "$file" 9 "$@" || exit 1
}

title "cdcxform over $# corpora of $((size / 1000000)) MB; beside it MB/s in CPU time, and how many times faster cdcxform is"
[ -x "$BUILD/bench/simdjson" ] || echo "  left out: simdjson (g++ or libsimdjson-dev is not installed)"
peers='' line='  corpus             cdcxform'
[ ! -x "$BUILD/bench/simdjson" ] || peers=simdjson
if need node "runs DuckDB" && [ -d "$root/tests/services/node_modules/@duckdb/node-api" ]; then
    duck
    peers="$peers DuckDB"
fi
for p in $peers Python jq; do line="$line$(printf '%17s' "$p")"; done
echo "$line"
for name in "$@"; do
    if [ "$name" = bfgen ]; then
        bfgen -n "$((size / 900))" -f cdc --seed 1 >"$T/$name" 2>/dev/null
    else
        "$BUILD/bench/corpora" "$name" "$size" >"$T/$name"
    fi || exit 1
    run "$T/$name"
    rm "$T/$name"
done
