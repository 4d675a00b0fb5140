#!/usr/bin/env python3
"""Runs a command on a machine that is having a bad day.

    stall.py [-s SEED] [-m SECONDS] [-k N] COMMAND...

The processes that come from it (found by a mark in their environment, so daemons too) are stopped at random
for up to SECONDS each, N of them at a time, and go on. A test that fails here and nowhere else counts on time.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import time

TICK = 0.05


def marked(mark):
    """Process ids, the older first."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit() and int(name) != os.getpid():
            try:
                with open(f"/proc/{name}/environ", "rb") as f:
                    if mark in f.read().split(b"\0"):
                        found.append(int(name))
            except OSError:
                pass  # it has ended, or is another user's
    return sorted(found)


def send(pid, sig):
    try:
        os.kill(pid, sig)
    except ProcessLookupError:
        pass


def stall(child, mark, rng, most_s, at_once):
    until = {}  # when which process goes on
    while child.poll() is None:
        for pid in [p for p, t in until.items() if t <= time.monotonic()]:
            send(pid, signal.SIGCONT)
            del until[pid]
        free = [p for p in marked(mark) if p not in until] if len(until) < at_once else []
        if free and rng.random() < 0.25:
            # rather a young one, a tool or its server, than a shell that waits for them
            pid = free[int(len(free) * rng.random() ** 0.5)]
            send(pid, signal.SIGSTOP)
            until[pid] = time.monotonic() + most_s * rng.random() ** 2
        time.sleep(TICK)


def main():
    options = argparse.ArgumentParser(usage=__doc__)
    options.add_argument("-s", type=int, default=time.time_ns() % 1000)
    options.add_argument("-m", type=float, default=4)
    options.add_argument("-k", type=int, default=3)
    options.add_argument("command", nargs=argparse.REMAINDER)
    o = options.parse_args()
    print(f"stall.py: -s {o.s} -m {o.m:g} -k {o.k}", file=sys.stderr)
    mark = f"STALLED_BY={os.getpid()}"
    child = subprocess.Popen(["env", mark, *o.command])
    try:
        stall(child, mark.encode(), random.Random(o.s), o.m, o.k)
    finally:
        for pid in marked(mark.encode()):
            send(pid, signal.SIGCONT)
    sys.exit(child.returncode if child.returncode >= 0 else 128 - child.returncode)


if __name__ == "__main__":
    main()
