#!/bin/sh
# cdcproj on bfgen's sales into PostgreSQL, beside a Python script that copies the same changes with psycopg's COPY into a
# temporary table and merges them; then with the sale's roll-ups, and with every version. The server is the suite's own, with fsync.
# tests/bench/cdcproj-pg.sh [COUNT]
. "$(dirname "$0")/lib.sh"
. "$root/tests/cli/postgres.sh"
if why=$(pg_missing); then
    echo "skipped: cdcproj into PostgreSQL: $why"
    exit
fi
changes "${1:-100000}"
pg_fsync=on
pg_start || exit 1
cat >"$T/peer.py" <<'END'
import csv, io, json, sys
import psycopg2
db = psycopg2.connect(sys.argv[1])
c = db.cursor()
columns = ["order_id", "customer_id", "product_id", "product_name", "category", "quantity", "unit_price", "discount", "total", "status",
           "payment", "tags", "coupon", "ordered_at", "cart_id"]
numbers = {"quantity", "unit_price", "discount", "total"}
kinds = ",".join(f"{n} {'numeric' if n in numbers else 'jsonb' if n in ('payment', 'tags') else 'text'}" for n in columns)
c.execute(f"DROP TABLE IF EXISTS peer; CREATE TABLE peer({kinds},PRIMARY KEY(order_id)); CREATE TEMP TABLE stage({kinds},gone bool) ON COMMIT DELETE ROWS")
db.commit()
names = ",".join(columns)
merge = (f"INSERT INTO peer SELECT {names} FROM stage WHERE NOT gone ON CONFLICT(order_id) DO UPDATE SET " +
         ",".join(f"{n}=excluded.{n}" for n in columns[1:]) + "; DELETE FROM peer USING stage WHERE gone AND peer.order_id=stage.order_id")
def plain(v):
    if v is None:
        return None
    t, x = next(iter(v.items()))
    return None if t == "NULL" else json.dumps(x) if t in ("M", "L", "SS") else x
def flush(batch):
    out = io.StringIO()
    csv.writer(out).writerows(batch.values())
    out.seek(0)
    c.copy_expert("COPY stage FROM STDIN (FORMAT csv)", out)
    c.execute(merge)
    db.commit()
batch = {}
with open(sys.argv[2], "rb") as f:
    for n, line in enumerate(f, 1):
        r = json.loads(line)
        d = r["dynamodb"]
        key, gone = d["Keys"]["order_id"]["S"], r["eventName"] == "REMOVE"
        item = d["Keys"] if gone else d["NewImage"]
        batch[key] = [plain(item.get(k)) for k in columns] + [gone]
        if n % 100000 == 0:
            flush(batch)
            batch = {}
flush(batch)
END
empty="psql -qX -d '$pg' -c 'SET client_min_messages=error; DROP SCHEMA public CASCADE; CREATE SCHEMA public'"
cat >"$T/sale.sql" <<'END'
CREATE VIEW minutes AS SELECT substr(ordered_at, 1, 16) AS minute, category, count(*) AS orders, sum(total) AS revenue FROM sales WHERE status <> 'CANCELLED' GROUP BY 1, 2;
CREATE VIEW funnel AS SELECT status, count(*) AS orders, sum(total) AS revenue FROM sales GROUP BY status;
END
# CPU of the server's processes that have ended: those of the sessions.
server() { awk -v hz="$(getconf CLK_TCK)" '{ print ($16 + $17) / hz }' "/proc/$(head -n 1 "$pg_dir/data/postmaster.pid")/stat" 2>/dev/null; }
before=$(server)
spent() { [ -z "$before" ] || echo "$before $(server)" | awk -v n="$1" -v what="$2" '{ printf "  of the server, %s: cpu %.3f s a run\n", what, ($2 - $1) / n }'; before=$(server); }
title "cdcproj: $n changes of $((bytes / n)) bytes into PostgreSQL"
if /usr/bin/python3 -c 'import psycopg2' 2>/dev/null; then
    pair -n 3 -r "$n" -b "$bytes" cdcproj "$empty; cdcproj '$pg' $T/all" "python3, psycopg COPY" "$empty; /usr/bin/python3 $T/peer.py '$pg' $T/all"
else
    echo 'skipped: psycopg: python3-psycopg2 is not installed'
    pair -n 3 -r "$n" -b "$bytes" cdcproj "$empty; cdcproj '$pg' $T/all" "cdcproj --history" "$empty; cdcproj --history '$pg' $T/all"
fi
spent 8 both
title "with the sale's roll-ups, and with every version"
pair -n 3 -r "$n" -b "$bytes" "cdcproj --view" "$empty; cdcproj --view $T/sale.sql '$pg' $T/all"
spent 4 --view
pair -n 3 -r "$n" -b "$bytes" "cdcproj --history" "$empty; cdcproj --history '$pg' $T/all"
spent 4 --history
