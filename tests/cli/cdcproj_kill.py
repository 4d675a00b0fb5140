#!/usr/bin/env python3
"""Kills cdcproj at its k-th call, for every k in turn, and compares what the database holds in the end.

    cdcproj_kill.py SCRATCH PRELOAD EVERY [OPTION...]

EVERY is the stride: 1 kills at each call. The reader is played from the positions in the database, with SQLite's own
module or psql, so that the database is also read by somebody else. What must come out is counted from the changes, not from the
stream. It prints one line of numbers and fails when one of the last is not 0."""
import collections
import glob
import os
import subprocess
import sys

import sqlite_look
from kill_feed import feed, mark

scratch, preload, every = sys.argv[1], sys.argv[2], int(sys.argv[3])
options = sys.argv[4:]
path = os.environ.get("KILL_DB") or os.path.join(scratch, "killed.db")  # or the URL of a PostgreSQL server
PG = path.startswith("postgresql:")
CHANGES, BLOCK, KEYS = 24, 4, 5  # of each of two shards
HISTORY, SOFT, VIEWS = "--history" in options, "--soft-delete" in options, "--view" in options


def changes(shard):
    """(sequence, op, id, value): inserts, updates and removals of a few keys."""
    out, alive = [], set()
    for n in range(1, CHANGES + 1):
        key = f"{shard}-{n * 7 % KEYS}"
        op = "REMOVE" if key in alive and n % 5 == 0 else "MODIFY" if key in alive else "INSERT"
        alive.discard(key) if op == "REMOVE" else alive.add(key)
        out.append((shard * 1000 + n, op, key, n))
    return out


ALL = [changes(0), changes(1)]


def line(change):
    sequence, op, key, n = change
    image = "" if op == "REMOVE" else f',"NewImage":{{"id":{{"S":"{key}"}},"v":{{"N":"{n}"}},"c{n % 9}":{{"S":"x"}}}}'
    return (f'{{"eventName":"{op}","tableName":"t","dynamodb":{{"ApproximateCreationDateTime":1795759200000,"SequenceNumber":"{sequence}",'
            f'"Keys":{{"id":{{"S":"{key}"}}}}{image}}}}}\n')


def ask(sql):
    return sqlite_look.rows(path, sql)


def positions():
    at = dict(ask("SELECT shard,sequence FROM _bfpipe_positions"))
    return [int(at.get(f"shard-{s}") or 0) for s in (0, 1)]


def reader(to):
    """The output of kinread --state from the positions in the database, up to change `to` of each shard."""
    at = positions()
    done = [at[s] and at[s] - s * 1000 for s in (0, 1)]
    out = [mark(s, at[s], ',"start":true') for s in (0, 1)]
    while min(done) < to:
        for s in (0, 1):
            part = ALL[s][done[s]:min(done[s] + BLOCK, to)]
            out += [line(c) for c in part]
            done[s] += len(part)
            if part:
                out.append(mark(s, part[-1][0]))
    return "".join(out).encode()


def put(to, kill_at=None):
    env = dict(os.environ, LD_PRELOAD=preload)
    if kill_at:
        env["KILL_AT"] = str(kill_at)
    p = subprocess.Popen(["cdcproj", *options, path], stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=env, bufsize=0)
    feed(p, reader(to))
    p.told = p.stderr.read().decode()
    p.wait()
    return p


def wanted():
    rows, versions = {}, collections.Counter()
    for shard in ALL:
        for _, op, key, n in shard:
            if op != "REMOVE":
                rows[key] = n
                versions[key, str(n)] += 1
            elif not SOFT:
                rows.pop(key, None)
    return versions if HISTORY else {k: str(v) for k, v in rows.items()}


def found():
    if HISTORY:
        return collections.Counter((k, v) for k, v in ask("SELECT id,CAST(v AS TEXT) AS v FROM t"))
    return dict(ask("SELECT id,CAST(v AS TEXT) AS v FROM t"))


def views_wrong():
    want = wanted()
    each = [(k, n, str(s), str(m)) for k, n, s, m in ask("SELECT id,n,s,m FROM w ORDER BY id")]
    whole = [(n, str(s)) for n, s in ask("SELECT n,s FROM whole")]
    return each != [(k, 1, v, v) for k, v in sorted(want.items())] or whole != [(len(want), str(sum(map(int, want.values()))))]


def point(k):
    """One killed run and those after it. Returns whether it was killed, and (wrong rows, positions, unsettled)."""
    if PG:
        subprocess.run(["psql", "-qX", "-d", path, "-c", "SET client_min_messages=error; DROP SCHEMA public CASCADE; CREATE SCHEMA public"], check=True)
    for name in [] if PG else glob.glob(path + "*"):
        os.remove(name)
    killed = put(CHANGES // 2, k).returncode == -9
    put(0)  # nothing new
    put(CHANGES // 2)
    last, again = put(CHANGES), put(CHANGES)
    rows, at = found() != wanted(), positions() != [CHANGES, 1000 + CHANGES]
    if VIEWS:
        rows = rows or views_wrong()
    whole = not PG and ask("PRAGMA integrity_check") != [("ok",)]
    broken = last.returncode != 0 or again.returncode != 0 or whole
    if rows or at or broken:
        print(f"call {k}: {found()} not {wanted()} {positions()} {last.told} {again.told}", file=sys.stderr)
    return killed, (rows, at, broken)


def main():
    total, points, k = [0, 0, 0], 0, 1
    while True:
        killed, wrong = point(k)
        total = [a + b for a, b in zip(total, wrong)]
        if not killed:  # beyond its last call
            break
        points += 1
        k += every
    enough = points > 60 // every
    print(f"{'enough' if enough else points} points; wrong rows at {total[0]}, wrong positions at {total[1]}, unsettled at {total[2]}")
    print(f"{points} points up to call {k}", file=sys.stderr)
    return 0 if not any(total) and enough else 1


sys.exit(main())
