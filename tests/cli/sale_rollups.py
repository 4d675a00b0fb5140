"""sale_rollups.py DATABASE CHANGES: are the views `minutes` and `funnel` of the projection, an SQLite file or the URL of a PostgreSQL
server, what the file of changes gives? The sums are computed from the changes, exactly."""
import collections
import json
import sqlite3
import subprocess
import sys
from decimal import Decimal


def items(path):
    found = {}
    with open(path, encoding="utf-8") as f:
        for line in f:
            r = json.loads(line)
            key = r["dynamodb"]["Keys"]["order_id"]["S"]
            found.pop(key, None)
            if r["eventName"] != "REMOVE":
                found[key] = {k: next(iter(v.values())) for k, v in r["dynamodb"]["NewImage"].items()}
    return found.values()


def rows(database, sql):
    if not database.startswith("postgresql:"):
        return sqlite3.connect(database).execute(sql)
    p = subprocess.run(["psql", "-qXAt", "-F", "\t", "-d", database, "-c", sql], capture_output=True, text=True, check=True)
    return [line.split("\t") for line in p.stdout.splitlines()]


database, changes = sys.argv[1:]
minutes, funnel = collections.defaultdict(list), collections.defaultdict(list)
for i in items(changes):
    total = Decimal(i["total"])
    if i["status"] != "CANCELLED":
        minutes[i["ordered_at"][:16], i["category"]].append(total)
    funnel[i["status"]].append((total, int(i["quantity"]) * Decimal(i["unit_price"])))
have = {(m, c): (int(n), Decimal(r)) for m, c, n, r in rows(database, "SELECT minute,category,orders,revenue FROM minutes")}
want = {k: (len(v), sum(v)) for k, v in minutes.items()}
have2 = {s: (int(n), Decimal(a), Decimal(b), Decimal(g)) for s, n, a, b, g in rows(database, "SELECT status,orders,least,most,gross FROM funnel")}
want2 = {k: (len(v), min(v)[0], max(v)[0], sum(g for _, g in v)) for k, v in funnel.items()}
sys.exit(0 if have == want and have2 == want2 else f"{have2} {want2} {len(have)} {len(want)}")
