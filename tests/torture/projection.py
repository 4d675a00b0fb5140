"""The rows that cdcproj has made of the changes, and their differences from the input. The database is read by SQLite's own module, or by psql."""
import collections
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
import sqlite_look  # noqa: E402

REMOVE_EVERY = 5  # each such change of a key takes it away


def is_removed(row):
    return row["n"] % REMOVE_EVERY == 0


def last_rows(rows):
    """The row that each key has in the end, unless it was removed."""
    want = {}
    for row in rows:
        want.pop(row["id"], None)
        if not is_removed(row):
            want[row["id"]] = row
    return want


def check_plain(rows, path, count, table="sales", where=""):
    want = last_rows(rows)
    have = dict(sqlite_look.rows(path, f'SELECT id,CAST(i AS INTEGER) FROM "{table}" {where}'))
    for key, row in want.items():
        if have.get(key) != row["i"]:
            count.add("lost", f"{key} is i={have.get(key)}, not i={row['i']} n={row['n']}")
    for key in have:
        if key not in want:
            count.add("strayed", f"{key} is i={have[key]}, and was removed")


def check_soft(rows, path, count):
    """A row that was removed is there with its last values, and marked."""
    check_plain(rows, path, count, where="WHERE _deleted IS NULL")
    want = {row["id"]: row for row in rows if not is_removed(row)}  # of each key the last put
    have = dict(sqlite_look.rows(path, "SELECT id,CAST(i AS INTEGER) FROM sales"))
    for key, row in want.items():
        if have.get(key) != row["i"]:
            count.add("lost", f"{key} has i={have.get(key)}, not the last i={row['i']}")


def check_views(rows, path, count, history):
    """The roll-ups of VIEWS against what was put; with --history they are plain views of all versions."""
    groups = collections.defaultdict(list)
    for row in [row for row in rows if not is_removed(row)] if history else last_rows(rows).values():
        groups[row["c"]].append(row)
    have = {c: (n, *(x if x is None else int(x) for x in rest)) for c, n, *rest in sqlite_look.rows(path, "SELECT c,n,s,l,m,f FROM by_c")}
    for c in {*groups, *have}:
        i, late = [row["i"] for row in groups.get(c, [])], [row["i"] for row in groups.get(c, []) if row["n"] > 2]
        if have.get(c) != (len(i), sum(i), min(i, default=0), max(i, default=0), sum(late) if late else None):
            count.add("doubled", f"the roll-up of {c} is {have.get(c)}, of i={i}, late {late}")


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


def check_filled_history(rows, path, count, table):
    """A history that began with a scan beside the stream: of each key the item that was read, at most once and first, then each change
    that the stream had, from one on to the last."""
    put = collections.defaultdict(list)
    for row in rows:
        put[row["id"]].append(row)
    kept, current = collections.defaultdict(list), {}
    for key, i, fill, is_open in sqlite_look.rows(path, f"""SELECT id,CAST(i AS INTEGER),CASE WHEN _seq='' THEN 1 ELSE 0 END AS fill,CASE WHEN _valid_to IS NULL THEN 1 ELSE 0 END AS open
            FROM "{table}" ORDER BY id,_version"""):
        if fill and key in kept:
            count.add("strayed", f"the item i={i} of {key} is a version after others")
        if fill and i not in [row["i"] for row in put[key]]:
            count.add("strayed", f"the item i={i} of {key} was never put")
        kept[key] += [] if fill else [i]
        current.pop(key, None)
        if is_open:
            current[key] = i
    for key in {*put, *kept}:
        states = [row["i"] for row in put[key] if not is_removed(row)]
        have = kept[key]
        if have != states[len(states) - len(have):]:
            count.add("lost" if set(have) <= set(states) else "strayed", f"{key} has the versions {have}, not the last of {states}")
    want = {key: row["i"] for key, row in last_rows(rows).items()}
    for key in {*want, *current}:
        if want.get(key) != current.get(key):
            count.add("lost" if key in want else "strayed", f"{key} is i={current.get(key)}, not {want.get(key)}")


def check(config, rows, path, count, table="sales"):
    """rows: what was put, in the order of the stream."""
    history, soft, filled = "--history" in config.writer, "--soft-delete" in config.writer, "--snapshot" in config.reader
    if history and filled:
        check_filled_history(rows, path, count, table)
    elif history:
        check_history(rows, path, count)
    elif soft and not filled:
        check_soft(rows, path, count)
    else:
        check_plain(rows, path, count, table, "WHERE _deleted IS NULL" if soft else "")
    if "--view" in config.writer:
        check_views(rows, path, count, history)
    if config.sink == "sqlite" and sqlite_look.rows(path, "PRAGMA integrity_check") not in ([], [("ok",)]):
        count.add("torn", f"{path} is damaged")
