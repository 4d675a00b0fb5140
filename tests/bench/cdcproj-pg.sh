#!/bin/sh
# cdcproj on bfgen's sales into PostgreSQL, beside a Python script that copies the same changes with psycopg's COPY into a
# temporary table and merges them; the server is the suite's own, with fsync.
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
title "cdcproj: $n changes of $((bytes / n)) bytes into PostgreSQL"
if /usr/bin/python3 -c 'import psycopg2' 2>/dev/null; then
    pair -n 3 -r "$n" -b "$bytes" cdcproj "$empty; cdcproj '$pg' $T/all" "python3, psycopg COPY" "$empty; /usr/bin/python3 $T/peer.py '$pg' $T/all"
else
    echo 'skipped: psycopg: python3-psycopg2 is not installed'
    pair -n 3 -r "$n" -b "$bytes" cdcproj "$empty; cdcproj '$pg' $T/all" "cdcproj --history" "$empty; cdcproj --history '$pg' $T/all"
fi
