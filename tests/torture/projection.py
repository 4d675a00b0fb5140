"""The rows that cdcproj has made of the changes, and their differences from the input. The database is read by SQLite's own module, or by psql."""
import collections
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
import sqlite_look  # noqa: E402

REMOVE_EVERY = 5  # each such change of a key takes it away


def is_removed(row):
    return row["n"] % REMOVE_EVERY == 0


def check_plain(rows, path, count, table="sales"):
    want = {}
    for row in rows:
        want.pop(row["id"], None)
        if not is_removed(row):
            want[row["id"]] = row
    have = dict(sqlite_look.rows(path, f'SELECT id,CAST(i AS INTEGER) FROM "{table}"'))
    for key, row in want.items():
        if have.get(key) != row["i"]:
            count.add("lost", f"{key} is i={have.get(key)}, not i={row['i']} n={row['n']}")
    for key in have:
        if key not in want:
            count.add("strayed", f"{key} is i={have[key]}, and was removed")


def check_views(rows, path, count):
    """The roll-ups of VIEWS against what was put."""
    want, groups = {}, collections.defaultdict(list)
    for row in rows:
        want.pop(row["id"], None)
        if not is_removed(row):
            want[row["id"]] = row
    for row in want.values():
        groups[row["c"]].append(row["i"])
    have = {c: (n, int(s), int(l), int(m)) for c, n, s, l, m in sqlite_look.rows(path, "SELECT c,n,s,l,m FROM by_c")}
    for c in {*groups, *have}:
        i = groups.get(c, [])
        if have.get(c) != (len(i), sum(i), min(i, default=0), max(i, default=0)):
            count.add("doubled", f"the roll-up of {c} is {have.get(c)}, of i={i}")


def check_history(rows, path, count):
    order = {row["i"]: at for at, row in enumerate(rows)}
    seen, latest = collections.Counter(), {}
    for key, i in sqlite_look.rows(path, "SELECT id,CAST(i AS INTEGER) FROM sales ORDER BY id,_version"):
        seen[i] += 1
        if i not in order:
            count.add("strayed", f"i={i} of {key}")
        elif latest.get(key, -1) > order[i]:
            count.add("reordered", f"i={i} of {key}")
        latest[key] = order.get(i, -1)
    for row in rows:
        n = seen[row["i"]]
        if n != (not is_removed(row)):
            count.add("doubled" if n else "lost", f"i={row['i']} {row['id']} n={row['n']} is there {n} times")


def check(config, rows, path, count, table="sales"):
    """rows: what was put, in the order of the stream."""
    if "--history" in config.writer:
        check_history(rows, path, count)
    else:
        check_plain(rows, path, count, table)
    if "--view" in config.writer:
        check_views(rows, path, count)
    if config.sink == "sqlite" and sqlite_look.rows(path, "PRAGMA integrity_check") not in ([], [("ok",)]):
        count.add("torn", f"{path} is damaged")
