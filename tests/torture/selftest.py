"""Shows that the check can fail: each kind of damage to the result of a good run is counted as its kind.

selftest.py: one TAP line for each."""
import copy
import gzip
import json
import os
import sqlite3
import subprocess
import sys
import tempfile

import configs
import lake
import projection

done = []


def ok(name, true, *said):
    done.append(true)
    print(f"{'ok' if true else 'not ok'} {len(done)} - {name}")
    if not true:
        print(f"selftest.py: {name}:", *said, file=sys.stderr)


def landed(objects, compress=lambda data: data):
    return [lake.Landed(key, compress("".join(json.dumps(r) + "\n" for r in rows).encode()), "ndjson") for key, rows in objects.items()]


def counted(objects, expected, receipts=None, notes=(), rejects="", config="hive", torn=""):
    config, count = configs.BY_NAME[config], lake.Count()
    there = landed(objects)
    if torn:
        there.append(lake.Landed("p/c=a/torn", torn.encode(), "ndjson"))
        count.n["torn"] += there[-1].torn
    if receipts is None:
        receipts = {o.key: {"key": o.key, "bytes": o.size, "records": len(o.rows)} for o in there}
    lake.check_rows(config, expected, there, notes, count)
    lake.check_order(config, expected, there, count)
    lake.check_places(config, there, count)
    lake.check_receipts(there, "".join(json.dumps(r) + "\n" for r in receipts.values()), count)
    lake.check_rejects(notes, rejects, there, count)
    return {k: n for k, n in count.n.items() if n}


def row(i, key, n, c, shard="s0"):
    return {"i": i, "id": key, "n": n, "c": c, "shard": shard, "t": "2026-11-27T12:00:00Z"}


ROWS = [row(1, "k1", 1, "a"), row(2, "k1", 2, "a"), row(3, "k2", 1, "b", "s1"), row(4, "k1", 3, "a"), row(5, "k1", 4, "a")]
EXPECTED = {r["i"]: r for r in ROWS}
GOOD = {"p/c=a/o1": [ROWS[0], ROWS[1]], "p/c=b/o2": [ROWS[2]], "p/c=a/o3": [ROWS[3], ROWS[4]]}


def spoil(how):
    objects = copy.deepcopy(GOOD)
    how(objects)
    return objects


def swap(objects):
    objects["p/c=a/o1"].reverse()


def interleave(objects):
    objects["p/c=a/o1"][1], objects["p/c=a/o3"][0] = objects["p/c=a/o3"][0], objects["p/c=a/o1"][1]


ok("a good run", counted(GOOD, EXPECTED) == {}, counted(GOOD, EXPECTED))
for name, objects, want in (
        ("lost", spoil(lambda o: o["p/c=a/o3"].pop()), {"lost": 1}),
        ("doubled in another object", spoil(lambda o: o.update({"p/c=a/o4": o["p/c=a/o3"][1:]})), {"doubled": 1}),
        ("strayed", spoil(lambda o: o["p/c=b/o2"].append(row(77, "k9", 1, "b"))), {"strayed": 1}),
        ("misplaced", spoil(lambda o: o["p/c=b/o2"].append(o["p/c=a/o3"].pop())), {"misplaced": 1})):
    got = counted(objects, EXPECTED)
    ok(name, got == want, got)
for name, objects in (("reordered in an object", spoil(swap)), ("reordered over two objects", spoil(interleave))):
    got = counted(objects, EXPECTED)
    ok(name, set(got) == {"reordered"}, got)
for name, text, n in (("a row that is cut off", '{"i":1', 1), ("a row glued to another", '{"i":1}{"i":2}\n', 1), ("no newline at the end", '{"i":1}\n{"i":2}', 1)):
    got = counted({}, {}, {}, torn=text).get("torn")
    ok(name, got == n, got)
keys = list(GOOD)
receipts = {o.key: {"key": o.key, "bytes": o.size, "records": len(o.rows)} for o in landed(GOOD)}
ok("a receipt missing", counted(GOOD, EXPECTED, {k: receipts[k] for k in keys[1:]}) == {"receipts": 1})
ok("a receipt of nothing", counted(GOOD, EXPECTED, {**receipts, "x": {"key": "x", "bytes": 1, "records": 1}}) == {"receipts": 1})
ok("a receipt that is wrong", counted(GOOD, EXPECTED, {**receipts, keys[0]: {**receipts[keys[0]], "records": 9}}) == {"receipts": 1})
ok("a reject that is nowhere", counted(GOOD, EXPECTED, None, ("bad-6-",), "bad-60-") == {"rejects": 1})
ok("a reject that is there", counted(GOOD, EXPECTED, None, ("bad-6-",), "x bad-6- y") == {})
fold = {"p/o1": [ROWS[2]], "p/o2": [ROWS[4]]}
ok("--fold: the last of each key", counted(fold, EXPECTED, config="fold") == {}, counted(fold, EXPECTED, config="fold"))
ok("--fold: lost", counted({"p/o2": [ROWS[4]]}, EXPECTED, config="fold") == {"lost": 1})
data = b'{"i":1}\n' * 5000
ok("gzip, of two members", lake.unpack(gzip.compress(data) + gzip.compress(data)) == data * 2)
zstd = subprocess.run(["zstd", "-q", "-c"], input=data * 20, stdout=subprocess.PIPE, check=False).stdout
ok("zstd", lake.unpack(zstd) == data * 20)
for name, cut in (("gzip", gzip.compress(data)[:-9]), ("zstd", zstd[:-3])):
    try:
        lake.unpack(cut)
        ok(f"{name} that is cut off", False)
    except ValueError:
        ok(f"{name} that is cut off", True)


def projected(config, rows):
    """The faults of a database with these rows (id, version, i), after four changes of k1 and one of k2, of which one removed k1."""
    put = [row(i, "k1", i, "a") for i in range(1, 7)] + [row(7, "k2", 1, "a")]
    count = lake.Count()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "p.db")
        db = sqlite3.connect(path)
        db.execute("CREATE TABLE sales(id,_version,i)")
        db.executemany("INSERT INTO sales VALUES(?,?,?)", rows)
        db.commit()
        db.close()
        projection.check(configs.BY_NAME[config], put, path, count)
    return {k: n for k, n in count.n.items() if n}


ALL = [("k1", 1, 1), ("k1", 2, 2), ("k1", 3, 3), ("k1", 4, 4), ("k1", 5, 6), ("k2", 1, 7)]
for name, config, rows, want in (
        ("a projection", "project", [("k1", 1, "6"), ("k2", 1, "7")], {}),
        ("a projection that went back", "project", [("k1", 1, "4"), ("k2", 1, "7")], {"lost": 1}),
        ("a row too many", "project", [("k1", 1, "6"), ("k2", 1, "7"), ("k3", 1, "8")], {"strayed": 1}),
        ("a history", "projecthistory", ALL, {}),
        ("a change that was applied twice", "projecthistory", [*ALL, ("k2", 2, 7)], {"doubled": 1}),
        ("one that was not", "projecthistory", ALL[1:], {"lost": 1}),
        ("two in the wrong order", "projecthistory", [("k1", 1, 2), ("k1", 2, 1), *ALL[2:]], {"reordered": 1})):
    ok(name, projected(config, rows) == want, projected(config, rows))


def filled(rows, soft=False):
    """The faults of a history that a scan has begun, or with soft of marked rows: (id, version, i, order, end)."""
    put = [row(i, "k1", i, "a") for i in range(1, 7)] + [row(7, "k2", 1, "a")]
    count = lake.Count()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "p.db")
        db = sqlite3.connect(path)
        db.execute(f"CREATE TABLE sales(id,_version,i,_seq,{'_deleted' if soft else '_valid_to'})")
        db.executemany("INSERT INTO sales VALUES(?,?,?,?,?)", rows)
        db.execute("CREATE VIEW by_c AS SELECT 'a' AS c,2 AS n,13 AS s,6 AS l,7 AS m,6 AS f")
        db.commit()
        db.close()
        projection.check(configs.BY_NAME["projectsoft" if soft else "projectsnapshothistory"], put, path, count)
    return {k: n for k, n in count.n.items() if n}


LAST = [("k1", 9, 6, "6", None), ("k2", 1, 7, "", None)]
for name, rows, want in (
        ("a filled history", [("k1", 1, 3, "", "x"), ("k1", 2, 3, "3", "x"), ("k1", 3, 4, "4", "x"), *LAST], {}),
        ("an item that is two versions", [("k1", 1, 3, "", "x"), ("k1", 2, 3, "", "x"), ("k1", 3, 4, "4", "x"), *LAST], {"strayed": 1}),
        ("an item after a change", [("k1", 1, 4, "4", "x"), ("k1", 2, 3, "", "x"), *LAST], {"strayed": 1}),
        ("a change that is missing", [("k1", 1, 3, "", "x"), ("k1", 2, 3, "3", "x"), *LAST], {"lost": 1}),
        ("a change that is there twice", [("k1", 1, 4, "4", "x"), ("k1", 2, 4, "4", "x"), *LAST], {"lost": 1}),
        ("a key that went back", [("k1", 1, 4, "4", None), LAST[1]], {"lost": 2})):
    ok(name, filled(rows) == want, filled(rows))
ok("marked rows", filled([("k1", 0, 6, "", None), ("k2", 0, 7, "", None)], True) == {}, filled([("k1", 0, 6, "", None), ("k2", 0, 7, "", None)], True))
ok("one that is not there", filled([("k1", 0, 6, "", None)], True) == {"lost": 2}, filled([("k1", 0, 6, "", None)], True))
print(f"1..{len(done)}")
sys.exit(not all(done))
