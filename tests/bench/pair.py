#!/usr/bin/env python3
"""pair.py [-n RUNS] [-r RECORDS] [-b BYTES] NAME COMMAND [NAME COMMAND]

Runs one shell command, or two in turn (A B A B ...), after one unmeasured round, and prints for each the
median wall time, CPU time and peak memory of its largest process, with records and bytes a second, then
the ratio of the medians. The result is a ratio inside one run, because a clock alone says little on a shared
machine. A command that fails ends the bench."""
import os
import statistics
import subprocess
import sys


def measure(command):
    report = os.path.join(os.environ["T"], "usage")
    status = subprocess.run([os.environ["BF_USAGE"], report, command], stdin=subprocess.DEVNULL, check=False).returncode
    if status != 0:
        sys.exit(f"bench: failed with {status}: {command}")
    with open(report, encoding="ascii") as f:
        wall, cpu, rss = map(float, f.read().split())
    return wall, cpu, rss / 1024


def line(name, runs, records, size):
    wall, cpu, rss = (statistics.median(r[i] for r in runs) for i in range(3))
    text = f"  {name:<28} {wall:8.3f} s  cpu {cpu:8.3f} s  {rss:7.1f} MiB"
    if records:
        text += f"  {records / wall:12,.0f} records/s  {cpu / records * 1e6:8.3f} us/record"
    if size:
        text += f"  {size / wall / 1e6:9.1f} MB/s"
    print(text, flush=True)
    return wall, cpu


def main(args):
    runs, records, size = 5, 0, 0
    while args and args[0] in ("-n", "-r", "-b"):
        value = int(args[1])
        runs, records, size = {"-n": (value, records, size), "-r": (runs, value, size),
                               "-b": (runs, records, value)}[args[0]]
        args = args[2:]
    if len(args) not in (2, 4):
        sys.exit(__doc__)
    pairs = list(zip(args[::2], args[1::2]))
    times = {name: [] for name, _ in pairs}
    for number in range(runs + 1):
        for name, command in pairs:
            took = measure(command)
            if number:
                times[name].append(took)
    medians = [line(name, times[name], records, size) for name, _ in pairs]
    if len(medians) == 2:
        (wall_a, cpu_a), (wall_b, cpu_b) = medians
        print(f"  ratio {wall_b / wall_a:.2f} in wall time, {cpu_b / max(cpu_a, 1e-9):.2f} in CPU time", flush=True)


main(sys.argv[1:])
