#!/bin/sh
# row2pq on rows of bfgen's sales, beside DuckDB's COPY from the same NDJSON on one thread, and pyarrow's; the files' sizes,
# and what memory is on a longer input. pyarrow is that of BF_PYTHON, or of build/peers.
# tests/bench/row2pq.sh [COUNT]
. "$(dirname "$0")/lib.sh"
n=${1:-300000}
bfgen -q -n "$n" -f cdc --seed 1 | cdcxform -q >"$T/rows"
bytes=$(wc -c <"$T/rows")
sizes() {
    for file; do
        printf '  %-28s %8.2f MB\n' "${file##*/}" "$(wc -c <"$file" | awk '{ print $1 / 1e6 }')"
    done
}

cat >"$T/arrow.py" <<'END'
import sys
import pyarrow.json, pyarrow.parquet
options = pyarrow.json.ReadOptions(use_threads=False)
pyarrow.parquet.write_table(pyarrow.json.read_json(sys.argv[1], read_options=options), sys.argv[2], compression=sys.argv[3])
END
duck=$root/tests/services/node_modules/@duckdb/node-api
cat >"$T/duck.mjs" <<END
import { createRequire } from "node:module";
const { DuckDBInstance } = createRequire("$duck/")("@duckdb/node-api");
const [rows, file, codec] = process.argv.slice(2);
const c = await (await DuckDBInstance.create(":memory:", { threads: "1" })).connect();
await c.run("COPY (SELECT * FROM read_json('" + rows + "', format='newline_delimited')) TO '" + file + "' (FORMAT parquet, COMPRESSION " + codec + ")");
END
python=${BF_PYTHON:-$root/build/peers/venv/bin/python3}
has_duck=false has_arrow=false
need node "runs DuckDB" && [ -d "$duck" ] && has_duck=true
"$python" -c 'import pyarrow' 2>/dev/null && has_arrow=true
$has_duck || echo "  left out: DuckDB is not there (make deps)"
$has_arrow || echo "  left out: pyarrow is not there (make check-peers installs it)"

for codec in zstd snappy; do
    title "row2pq, $codec: $n rows of $((bytes / n)) bytes"
    us="row2pq --compress $codec --to $T/row2pq.$codec.parquet $T/rows"
    if $has_duck; then
        pair -n 5 -r "$n" -b "$bytes" row2pq "$us" DuckDB "node $T/duck.mjs $T/rows $T/duckdb.$codec.parquet $codec"
    else
        pair -n 5 -r "$n" -b "$bytes" row2pq "$us"
    fi
    $has_arrow && pair -n 3 -r "$n" -b "$bytes" row2pq "$us" pyarrow "$python $T/arrow.py $T/rows $T/pyarrow.$codec.parquet $codec"
    sizes "$T"/*."$codec.parquet"
done
title "other ways"
pair -n 3 -r "$n" -b "$bytes" "row2pq --compress none" "row2pq --compress none --to $T/x $T/rows"
pair -n 3 -r "$n" -b "$bytes" "row2pq --level 3" "row2pq --level 3 --to $T/x $T/rows"
sizes "$T/x"
pair -n 3 -r "$n" -b "$bytes" "--sort-by, --bloom" "row2pq --sort-by customer_id --bloom order_id --to $T/x $T/rows"
sizes "$T/x"
title "twenty times the rows, through a pipe"
i=0
while [ $i -lt 20 ]; do
    echo "$T/rows"
    i=$((i + 1))
done >"$T/list"
pair -n 1 -r $((n * 20)) -b $((bytes * 20)) "row2pq, 20 x" "xargs cat <$T/list | row2pq >$T/x"
