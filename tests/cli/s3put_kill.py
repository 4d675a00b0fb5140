#!/usr/bin/env python3
"""Kills s3put at its k-th call, for every k in turn, and counts what landed.

    s3put_kill.py SCRATCH PRELOAD OBJECTS EVERY [OPTION...]

PRELOAD is kill_at.so, OBJECTS the folder of the fault server. EVERY is the stride: 1 kills at each call. The OPTIONs
are those of s3put, the last of them the URL. Each point: a fresh state, one run that is killed, one with nothing
new, then the rest. It prints one line of numbers and fails when one of the last is not 0.
"""

import collections
import gzip
import json
import os
import shutil
import subprocess
import sys

import parquet_look
from kill_feed import feed, mark

scratch, preload, objects, every = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
options = sys.argv[5:]
state = os.path.join(scratch, "killed")
ROWS, BLOCK = 30, 3  # of each of two shards


def positions():
    try:
        with open(os.path.join(state, "state.json")) as f:
            shards = json.load(f)["streams"].get("orders", {})
    except FileNotFoundError:
        shards = {}
    return [int(shards.get(f"shard-{s}", {}).get("sequence") or 0) for s in (0, 1)]


def reader(to):
    """The output of kinread --state from the positions in state.json, up to record `to` of each shard."""
    at = positions()
    out = [mark(s, at[s], ',"start":true') for s in (0, 1)]
    while min(at) < to:
        for s in (0, 1):
            for _ in range(min(BLOCK, to - at[s])):
                at[s] += 1
                out.append(json.dumps({"id": f"{s}-{at[s]}", "c": "aaaabbc"[at[s] % 7], "pad": "x" * 40}) + "\n")
            out.append(mark(s, at[s]))
    return "".join(out).encode()


def put(to, receipts, kill_at=None, log=None):
    env = dict(os.environ, LD_PRELOAD=preload)
    if kill_at:
        env["KILL_AT"] = str(kill_at)
    if log:
        env["KILL_LOG"] = log
    with open(receipts, "ab") as out:
        p = subprocess.Popen(["s3put", "--state", state, *options], stdin=subprocess.PIPE, stdout=out,
                             stderr=subprocess.PIPE, env=env, bufsize=0)
        feed(p, reader(to))
        p.told = p.stderr.read().decode()
        p.wait()
    return p


def text(path):
    body = path
    if not isinstance(body, bytes):
        with open(path, "rb") as f:
            body = f.read()
    if body[:2] == b"\x1f\x8b":
        return gzip.decompress(body)
    if body[:4] == b"\x28\xb5\x2f\xfd":
        return subprocess.run(["zstd", "-dc"], input=body, stdout=subprocess.PIPE, check=True).stdout
    return body


def landed():
    ids, keys = collections.Counter(), set()
    for folder, _, files in os.walk(objects):
        for name in files:
            path = os.path.join(folder, name)
            keys.add(os.path.relpath(path, objects))
            if name.endswith(".parquet"):
                parquet_look.look(path)
                with open(path, "rb") as f:
                    ids.update(row["id"] for row in parquet_look.rows(f.read(), text))
                continue
            ids.update(json.loads(line)["id"] for line in text(path).splitlines())
    return ids, keys


def receipts_of(path):
    with open(path) as f:
        return {"{bucket}/{key}".format(**json.loads(line)) for line in f}


def point(k, receipts):
    """One killed run and those after it. Returns whether it was killed, and (lost, doubled, without receipt, unsettled)."""
    shutil.rmtree(state, ignore_errors=True)
    shutil.rmtree(objects, ignore_errors=True)
    if os.path.exists(receipts):
        os.remove(receipts)
    killed = put(ROWS // 2, receipts, k).returncode == -9
    put(0, receipts)  # nothing new: only what the state covers
    put(ROWS // 2, receipts)
    last = put(ROWS, receipts)
    again = put(ROWS, receipts)
    ids, keys = landed()
    want = [f"{s}-{i}" for s in (0, 1) for i in range(1, ROWS + 1)]
    lost = [i for i in want if i not in ids]
    doubled = [i for i in want if ids[i] > 1]
    missing = keys - receipts_of(receipts)
    broken = last.returncode != 0 or again.returncode != 0 or os.listdir(os.path.join(state, "spool")) != []
    if lost or doubled or missing or broken:
        print(f"call {k}: lost {lost} doubled {doubled} without receipt {sorted(missing)} {last.told}",
              file=sys.stderr)
    return killed, (len(lost) > 0, len(doubled) > 0, len(missing) > 0, broken)


def main():
    receipts = os.path.join(scratch, "receipts")
    total, points, k = [0, 0, 0, 0], 0, 1
    while True:
        killed, found = point(k, receipts)
        total = [a + b for a, b in zip(total, found)]
        if not killed:  # beyond its last call
            break
        points += 1
        k += every
    enough = points > 100 // every
    print(f"{'enough' if enough else points} points; lost at {total[0]}, doubled at {total[1]}, "
          f"receipts missing at {total[2]}, unsettled at {total[3]}")
    print(f"{points} points up to call {k}", file=sys.stderr)
    return 0 if not any(total) and enough else 1


sys.exit(main())
