"""random_rollups.py DATABASE SEED: random changes in many batches through cdcproj, an SQLite file or the URL of a PostgreSQL server: numbers,
texts, NULLs, older changes, removals, groups that come and go. After each batch the roll-ups are compared with what this program computes from
the changes that it has sent."""
import json
import random
import sqlite3
import subprocess
import sys
from decimal import Decimal

VIEWS = """
CREATE VIEW g AS SELECT c, d, count(*) AS n, sum(v) AS s, count(v) AS k, min(v) AS lo, max(v) AS hi, min(t) AS tlo, max(t) AS thi FROM r GROUP BY c, d;
CREATE VIEW one AS SELECT count(*) AS n, sum(v) AS s, min(v) AS lo, max(v) AS hi FROM r WHERE c <> 'a' OR c IS NULL;
CREATE VIEW whole AS SELECT v AS v, count(*) AS n FROM r GROUP BY v;
CREATE VIEW f AS SELECT x.d AS d, sum(ALL v) FILTER (WHERE x.c = 'a') AS s, count(*) FILTER (WHERE t IS NULL OR t <> '') AS n, count(x.t) FILTER (WHERE v > 0) k,
    min(v) FILTER (WHERE c IS NULL) AS lo, max("x".v) FILTER (WHERE "x".c = 'b') AS hi, max(t) filter (where c = 'a') AS thi FROM r AS x WHERE v IS NULL OR v < 100 GROUP BY d;
"""
COLUMNS = {"g": "c,d,n,s,k,lo,hi,tlo,thi", "one": "n,s,lo,hi", "whole": "v,n", "f": "d,s,n,k,lo,hi,thi"}
TEXTS = {"c", "tlo", "thi"}


class Sent:
    """The changes, and the rows that they leave."""

    def __init__(self, seed):
        self.rng, self.rows, self.last, self.sequence = random.Random(seed), {}, {}, 0

    def item(self, key):
        rng = self.rng
        drawn = {"c": rng.choice("ab"), "d": Decimal(rng.choice(("1", "1.0", "2"))),
                 "v": Decimal(rng.choice(("0.10", "-3", "7", "7.00", "1E2", "12345678901234567890.5"))), "t": rng.choice(("x", "X", "é", ""))}
        return {"id": key, **{a: x for a, x in drawn.items() if rng.random() < 0.8}}

    def change(self, key, item, sequence):
        record = {"SequenceNumber": str(sequence), "Keys": {"id": {"S": key}}}
        if item:
            record["NewImage"] = {a: {"N": str(x)} if isinstance(x, Decimal) else {"S": x} for a, x in item.items()}
        return json.dumps({"eventName": "MODIFY" if item else "REMOVE", "tableName": "r", "dynamodb": record})

    def first(self):
        """All attributes, so that all columns are there."""
        self.rows["k0"] = {"id": "k0", "c": "b", "d": Decimal(1), "v": Decimal(1), "t": "t"}
        return self.change("k0", self.rows["k0"], 0) + "\n"

    def batch(self, n):
        out = []
        for _ in range(n):
            self.sequence += 1
            key, old, gone = f"k{self.rng.randrange(25)}", self.rng.random() < 0.15, self.rng.random() < 0.3
            item = None if gone else self.item(key)
            out.append(self.change(key, item, 0 if old else self.sequence))
            if old and self.last.get(key, 0):
                continue
            self.last[key] = 0 if old else self.sequence
            self.rows.pop(key, None)
            if item:
                self.rows[key] = item
        return "\n".join(out) + "\n"


def least(values):
    return min(values, default=None, key=lambda x: x.encode() if isinstance(x, str) else x)


def most(values):
    return max(values, default=None, key=lambda x: x.encode() if isinstance(x, str) else x)


def total(values):
    return sum(values) if values else None


def of(rows, name, where=lambda r: True):
    return [r[name] for r in rows if name in r and where(r)]


def grouped(rows, *names):
    groups = {}
    for r in rows:
        groups.setdefault(tuple(r.get(n) for n in names), []).append(r)
    return groups.items()


def expected(rows):
    """The rows of each view."""
    rows = list(rows)
    some, low = [r for r in rows if r.get("c") != "a"], [r for r in rows if "v" not in r or r["v"] < 100]
    def fold(rs):
        v, t = of(rs, "v"), of(rs, "t")
        return len(rs), total(v), len(v), least(v), most(v), least(t), most(t)
    one = fold(some)
    return {
        "g": {(*k, *fold(rs)) for k, rs in grouped(rows, "c", "d")},
        "one": {(one[0], one[1], one[3], one[4])},
        "whole": {(*k, len(rs)) for k, rs in grouped(rows, "v")},
        "f": {(*k, total(of(rs, "v", lambda r: r.get("c") == "a")), sum(r.get("t") != "" for r in rs), len(of(rs, "t", lambda r: r.get("v", 0) > 0)),
               least(of(rs, "v", lambda r: "c" not in r)), most(of(rs, "v", lambda r: r.get("c") == "b")), most(of(rs, "t", lambda r: r.get("c") == "a")))
              for k, rs in grouped(low, "d")},
    }


def stored(database, view):
    sql = f"SELECT {COLUMNS[view]} FROM {view}"
    if database.startswith("postgresql:"):
        p = subprocess.run(["psql", "-qXAt", "-d", database, "-c", f"SELECT coalesce(json_agg(row_to_json(x)),'[]') FROM ({sql}) x"], capture_output=True, check=True)
        rows = [tuple(r.values()) for r in json.loads(p.stdout, parse_float=Decimal, parse_int=Decimal)]
    else:
        rows = sqlite3.connect(database).execute(sql).fetchall()
    texts = [name in TEXTS for name in COLUMNS[view].split(",")]
    found = [tuple(x if x is None or text else Decimal(str(x)) for x, text in zip(row, texts)) for row in rows]
    if len(set(found)) != len(found):
        sys.exit(f"{view}: a group is there twice: {found}")
    return set(found)


def main():
    database, sent = sys.argv[1], Sent(int(sys.argv[2]))
    for n in range(40):
        feed = sent.batch(sent.rng.choice((1, 3, 30))) if n else sent.first()
        if n == 0:
            with open("random.sql", "w", encoding="utf-8") as f:
                f.write(VIEWS)
        subprocess.run(["cdcproj", *([] if n else ["--view", "random.sql"]), database], input=feed.encode(), check=True)
        for view, want in expected(sent.rows.values()).items():
            have = stored(database, view)
            if have != want:
                sys.exit(f"batch {n}, {view}: too many {have - want}, missing {want - have}")


main()
