"""For snapshot.sh: makes random writes of a table, and compares a mirror of cdcproj with the table, row by row. The table is read
by the torture's own client, the mirror by SQLite's module or psql.

    snapshot.py fill N SEED             puts of N items
    snapshot.py writes N SEED           N puts, updates and deletes of random keys
    snapshot.py compare DATABASE TABLE  exit status 1 if a row differs"""
import json
import os
import random
import sys

here = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(here, "..", "torture"), os.path.join(here, "..", "cli")]
import aws  # noqa: E402
import sqlite_look  # noqa: E402

PARTITIONS, SORTS, PAD = 400, 8, 8000


def put(rng, v, p=None, n=None):
    p, n = p or f"p{rng.randrange(PARTITIONS)}", n or rng.randrange(SORTS) + 1
    return {"put": {"p": p, "n": n, "v": v, "tags": {"a": [v, True, None]}, "pad": "x" * rng.randrange(PAD // 2, PAD)}}


def fill(count, rng):
    for i in range(count):
        yield put(rng, i, f"p{i // SORTS}", i % SORTS + 1)


def writes(count, rng):
    for i in range(count):
        one = put(rng, 1000000 + i)
        key = {k: one["put"][k] for k in ("p", "n")}
        kind = rng.random()
        if kind < 0.4:
            yield one
        elif kind < 0.7:
            yield {"update": key, "set": {"v": 1000000 + i, "seen": True}}
        else:
            yield {"delete": key}


def table_rows(name):
    endpoint = os.environ["AWS_ENDPOINT_URL"]
    client = aws.Client({"dynamodb": endpoint}, os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"], os.environ.get("AWS_REGION", "us-east-1"))
    rows, start = {}, {}
    while True:
        answer = client.call("dynamodb", "Scan", TableName=name, ConsistentRead=True, **start)
        for item in answer["Items"]:
            text = item.get("pad", {}).get("S")
            tags = item.get("tags", {}).get("M")
            rows[item["p"]["S"], item["n"]["N"]] = (item["v"]["N"], len(text) if text else None, tags and tags["a"]["L"][0]["N"])
        if "LastEvaluatedKey" not in answer:
            return rows
        start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}


def mirror_rows(database, table):
    text = "CAST({} AS TEXT)"
    sql = f'SELECT p,{text.format("n")},{text.format("v")},length(pad),{text.format("tags")} FROM "{table}"'
    return {(p, n): (v, pad, str(json.loads(tags)["a"][0]) if tags else None) for p, n, v, pad, tags in sqlite_look.rows(database, sql)}


def compare(database, table):
    want, have = table_rows(table), mirror_rows(database, table)
    wrong = [k for k in {*want, *have} if want.get(k) != have.get(k)]
    for k in wrong[:5]:
        print(f"{k}: {have.get(k)} in the mirror, {want.get(k)} in the table")
    if wrong or not want:
        sys.exit(f"{len(have)} rows, {len(want)} items, {len(wrong)} differ")


def main():
    what, first, second = sys.argv[1:]
    if what == "compare":
        compare(first, second)
        return
    for line in {"fill": fill, "writes": writes}[what](int(first), random.Random(int(second))):
        print(json.dumps(line, separators=(",", ":")))


if __name__ == "__main__":
    main()
