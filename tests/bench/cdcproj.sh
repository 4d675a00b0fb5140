#!/bin/sh
# cdcproj on bfgen's sales: changes into SQLite, alone and with the sale's roll-ups, beside a Python script that does the same
# with json and sqlite3 in batches, and beside DuckDB, which reads the file once and keeps the last change of each key; then
# how long a change takes to be visible.
# tests/bench/cdcproj.sh [COUNT]
. "$(dirname "$0")/lib.sh"
changes "${1:-300000}"
cat >"$T/sale.sql" <<'END'
CREATE VIEW minutes AS SELECT substr(ordered_at, 1, 16) AS minute, category, count(*) AS orders, sum(total) AS revenue FROM sales WHERE status <> 'CANCELLED' GROUP BY 1, 2;
CREATE VIEW funnel AS SELECT status, count(*) AS orders, sum(total) AS revenue FROM sales GROUP BY status;
END
cat >"$T/peer.py" <<'END'
import json, sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL")
columns = ["order_id", "customer_id", "product_id", "product_name", "category", "quantity", "unit_price", "discount", "total", "status",
           "payment", "tags", "coupon", "ordered_at", "cart_id"]
db.execute("CREATE TABLE sales(%s, PRIMARY KEY(order_id)) WITHOUT ROWID" % ",".join(columns))
put = "INSERT INTO sales VALUES(%s) ON CONFLICT DO UPDATE SET %s" % (",".join("?" * len(columns)), ",".join("%s=excluded.%s" % (c, c) for c in columns[1:]))
def plain(v):
    if v is None:
        return None
    t, x = next(iter(v.items()))
    return None if t == "NULL" else json.dumps(x) if t in "ML" else x
with open(sys.argv[2], "rb") as f:
    for n, line in enumerate(f):
        if n % 10000 == 0:
            if n:
                db.execute("COMMIT")
            db.execute("BEGIN")
        r = json.loads(line)
        d = r["dynamodb"]
        if r["eventName"] == "REMOVE":
            db.execute("DELETE FROM sales WHERE order_id=?", (d["Keys"]["order_id"]["S"],))
        else:
            item = d["NewImage"]
            db.execute(put, [plain(item.get(c)) for c in columns])
db.execute("COMMIT")
END
duck=$root/tests/services/node_modules/@duckdb/node-api
cat >"$T/duck.mjs" <<END
import { createRequire } from "node:module";
const { DuckDBInstance } = createRequire("$duck/")("@duckdb/node-api");
const [file, changes] = process.argv.slice(2);
const c = await (await DuckDBInstance.create(file, { threads: "1" })).connect();
await c.run("CREATE TABLE sales AS SELECT k AS order_id, i FROM (SELECT dynamodb.Keys.order_id.S AS k, eventName AS op, dynamodb.NewImage AS i, " +
    "row_number() OVER (PARTITION BY dynamodb.Keys.order_id.S ORDER BY dynamodb.ApproximateCreationDateTime DESC) AS n FROM read_json('" + changes +
    "', format='newline_delimited')) WHERE n = 1 AND op <> 'REMOVE'");
END
fresh="rm -f $T/p.db*; cdcproj $T/p.db $T/all"
title "cdcproj: $n changes of $((bytes / n)) bytes into SQLite"
pair -n 3 -r "$n" -b "$bytes" cdcproj "$fresh" "python3, sqlite3" "rm -f $T/q.db*; python3 $T/peer.py $T/q.db $T/all"
need node "runs DuckDB" && [ -d "$duck" ] &&
    pair -n 3 -r "$n" -b "$bytes" cdcproj "$fresh" "DuckDB, once" "rm -f $T/d.db*; node $T/duck.mjs $T/d.db $T/all"
title "with the sale's roll-ups, and with every version"
pair -n 3 -r "$n" -b "$bytes" "cdcproj --view" "rm -f $T/v.db*; cdcproj --view $T/sale.sql $T/v.db $T/all"
pair -n 3 -r "$n" -b "$bytes" "cdcproj --history" "rm -f $T/h.db*; cdcproj --history $T/h.db $T/all"

title "from put to visible, a change every 10 ms through bflocal, kinread and cdcproj"
for lag in lag 'lag --poll 10ms' dynamodb:lag 'dynamodb:lag --poll 10ms'; do
    rm -f "$T/lag.db"*
    # shellcheck disable=SC2086 # a source and its options
    bflocal -q --stream lag:1 python3 "$here/lag.py" "$T/lag.db" $lag
done
