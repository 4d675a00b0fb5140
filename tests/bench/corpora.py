#!/usr/bin/env python3
"""corpora.py FILE RUNS NAME COMMAND [NAME COMMAND]...

Prints one line of the table of tests/bench/corpora.sh: for each command the median of MB/s in CPU time, {} in it being the
file, and how many times faster the first command is. The commands run in turn, RUNS times. A command that begins with
"N:" runs once, over the first N bytes of the file, to whole lines: for peers that need minutes."""
import os
import statistics
import subprocess
import sys


def measure(command, path):
    report = os.path.join(os.environ["T"], "usage")
    status = subprocess.run([os.environ["BF_USAGE"], report, command.replace("{}", path)], stdin=subprocess.DEVNULL,
                            stderr=subprocess.PIPE, check=False).returncode
    if status != 0:
        return None
    with open(report, encoding="ascii") as f:
        return float(f.read().split()[1])


def head(path, size):
    """A file of the first lines of that file: at least one."""
    short = os.path.join(os.environ["T"], f"head-{size}")
    with open(path, "rb") as f, open(short, "wb") as out:
        for line in f:
            out.write(line)
            if out.tell() >= size:
                break
    return short


def main(path, runs, *rest):
    peers = []
    for name, command in zip(rest[::2], rest[1::2]):
        size, short, rounds = command.split(":", 1)[0], path, int(runs)
        if size.isdigit():
            short, rounds, command = head(path, int(size)), 1, command.split(":", 1)[1]
        peers.append([name, command, short, rounds, []])
    for number in range(int(runs) + 1):  # the first round warms up
        for _, command, short, rounds, times in peers:
            if number <= rounds and (rounds > 1 or number):
                times.append(measure(command, short))
    speeds = [os.path.getsize(short) / 1e6 / max(statistics.median(times[-rounds:]), 1e-4) if None not in times else None
              for _, _, short, rounds, times in peers]
    if not speeds[0]:
        sys.exit(f"bench: failed: {peers[0][1]}")
    cells = [f"{speeds[0]:6.0f} MB/s"]
    cells += [f"{s:6.0f} {speeds[0] / s:7.2f}x" if s else "  failed      -" for s in speeds[1:]]
    print(f"  {os.path.basename(path):<14}" + "  ".join(cells), flush=True)


main(*sys.argv[1:])
