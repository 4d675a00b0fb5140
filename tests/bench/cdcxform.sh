#!/bin/sh
# cdcxform on change lines of bfgen (all images, 14 to 16 attributes), beside jq, Python's json, Node and
# DuckDB doing the same flatten; then its other formats, and two threads.
# tests/bench/cdcxform.sh [COUNT]
. "$(dirname "$0")/lib.sh"
changes "${1:-300000}"

cat >"$T/flatten.mjs" <<'END'
import readline from "node:readline";
const plain = (av) => {
    for (const kind in av) {
        const v = av[kind];
        if (kind === "N") return Number(v);
        if (kind === "M") return map(v);
        if (kind === "L") return v.map(plain);
        if (kind === "NS") return v.map(Number);
        return kind === "NULL" ? null : v;
    }
};
const map = (m) => { const o = {}; for (const k in m) o[k] = plain(m[k]); return o; };
let out = [];
for await (const line of readline.createInterface({ input: process.stdin })) {
    const r = JSON.parse(line), d = r.dynamodb;
    const row = map(r.eventName === "REMOVE" ? d.Keys : d.NewImage);
    row._op = r.eventName;
    row._ts = new Date(d.ApproximateCreationDateTime).toISOString();
    if (out.push(JSON.stringify(row)) === 1000) { process.stdout.write(out.join("\n") + "\n"); out = []; }
}
process.stdout.write(out.map((s) => s + "\n").join(""));
END

title "cdcxform: $n change lines of $((bytes / n)) bytes"
pair -r "$n" -b "$bytes" cat "cat <$T/all >/dev/null" cdcxform "cdcxform <$T/all >/dev/null"
pair -r "$n" -b "$bytes" "cdcxform -j 2" "cdcxform -j 2 <$T/all >/dev/null"
pair -r "$n" -b "$bytes" "cdcxform --fields, 5 of them" "cdcxform --fields order_id,status,total,category,payment.method <$T/all >/dev/null"
pair -r "$n" -b "$bytes" "cdcxform -o csv" "cdcxform -o csv --fields order_id,status,total,category,tags <$T/all >/dev/null"
pair -r "$n" -b "$bytes" "cdcxform --image both" "cdcxform --image both <$T/all >/dev/null"
title "filters: a pattern that nothing matches, so that no row is made; the rows of 50 patterns"
match() { printf -- "--match '{\"dynamodb\":{\"NewImage\":{\"customer_id\":{\"S\":[\"c-%s\"]},\"status\":{\"S\":[\"PAID\"]}}}}' " "$1"; }
one=$(match none)
fifty=$(i=0; while [ "$i" -lt 50 ]; do match "$i"; i=$((i + 1)); done)
pair -r "$n" -b "$bytes" "no filter" "cdcxform <$T/all >/dev/null" "--match, 1" "cdcxform $one <$T/all >/dev/null"
pair -r "$n" -b "$bytes" "--match, 1" "cdcxform $one <$T/all >/dev/null" "--match, 50" "cdcxform $fifty <$T/all >/dev/null"
pair -r "$n" -b "$bytes" "--dedupe" "cdcxform --dedupe <$T/all >/dev/null" "--changed-only" "cdcxform --changed-only <$T/all >/dev/null"
pair -r "$n" -b "$bytes" "--fold order_id" "cdcxform --fold order_id <$T/all >/dev/null"
title "beside others, the first $small lines of it"
need jq "a peer" && pair -n 1 -r "$small" -b "$some" cdcxform "cdcxform <$T/some >/dev/null" jq "jq -c -f $here/flatten.jq <$T/some >/dev/null"
need python3 "a peer" && pair -n 3 -r "$small" -b "$some" cdcxform "cdcxform <$T/some >/dev/null" "Python json" "python3 $here/flatten.py <$T/some >/dev/null"
title "beside others, all of it"
need node "a peer" && pair -n 1 -r "$n" -b "$bytes" cdcxform "cdcxform <$T/all >/dev/null" Node "node $T/flatten.mjs <$T/all >/dev/null"
duck=$root/tests/services/node_modules/@duckdb/node-api
if need node "runs DuckDB" && [ -d "$duck" ]; then
    cat >"$T/duck.mjs" <<END
import { createRequire } from "node:module";
const { DuckDBInstance } = createRequire("$root/tests/services/")("@duckdb/node-api");
const c = await (await DuckDBInstance.create()).connect();
await c.run("SET threads = 1");
await c.run(\`COPY (SELECT n.order_id.S AS order_id, n.customer_id.S AS customer_id, n.product_id.S AS product_id,
    n.product_name.S AS product_name, n.category.S AS category, n.quantity.N AS quantity, n.unit_price.N AS unit_price,
    n.discount.N AS discount, n.total.N AS total, n.status.S AS status, n.payment.M.method.S AS payment, n.ordered_at.S AS ordered_at,
    eventName AS _op, make_timestamp(dynamodb.ApproximateCreationDateTime * 1000) AS _ts
    FROM (SELECT *, dynamodb.NewImage AS n FROM read_json('$T/all', format = 'newline_delimited'))) TO '/dev/null' (FORMAT json)\`);
END
    pair -n 1 -r "$n" -b "$bytes" cdcxform "cdcxform <$T/all >/dev/null" "DuckDB, one thread" "node $T/duck.mjs"
else
    echo "  left out: DuckDB (tests/services/node_modules is not installed)"
fi
