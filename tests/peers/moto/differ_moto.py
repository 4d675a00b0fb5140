#!/usr/bin/env python3
"""differ_moto.py BFLOCAL MOTO_SERVER [--seeds LIST] [--calls N] [--service NAME…] [--messages]: the same calls, drawn by a seed, to
bflocal and to moto's server, both started here; their answers compared, and bflocal's held against botocore's output shapes.

The exit status is 1 if a difference is not in known.py, if none of the calls shows one that is (only with the default's seeds and calls, or more), if an
answer is not in its shape, or if an operation of bflocal has no answer that was."""
import argparse
import importlib
import os
import sys
import time

sys.dont_write_bytecode = True
here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, here)

import cover  # noqa: E402
import world  # noqa: E402, I001: it adds the folder of differ.py
import differ  # noqa: E402
import known  # noqa: E402
import suite  # noqa: E402

SERVICES = ["sts", "kinesis", "dynamodb", "s3", "glue", "athena", "events", "firehose", "lambda"]
SEEDS, CALLS = "1-3", 60


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=differ.seeds_of, default=differ.seeds_of(os.environ.get("BF_MOTO_SEEDS", SEEDS)))
    parser.add_argument("--calls", type=int, default=CALLS, help="of each seed")
    parser.add_argument("--service", nargs="*", choices=SERVICES, default=SERVICES)
    parser.add_argument("--messages", action="store_true", help="also show where only the messages differ")
    parser.add_argument("bflocal")
    parser.add_argument("moto")
    return parser.parse_args()


def run(args, both):
    """All seeds of all services; returns the number of failures."""
    failed, used = 0, set()
    for service in args.service:
        module, tally, start = importlib.import_module(f"differ_{service}"), suite.Tally(args.messages), time.time()
        one = suite.Suite(both, tally, module)
        one.pinned()
        for seed in args.seeds:
            one.run(seed, args.calls)
        failed += tally.different
        used |= set(tally.used)
        print(f"{service}: {tally.calls} calls ({tally.errors} refused by both), {tally.excused} with known differences ({len(tally.used)} entries), "
              f"{tally.different} different, {time.time() - start:.0f} s", flush=True)
    if set(differ.seeds_of(SEEDS)) <= set(args.seeds) and args.calls >= CALLS:
        for entry, service in known.services().items():
            if service in args.service and entry not in used:
                failed += 1
                print(f"no longer a difference: {entry}")
    return failed


def without(both):
    """The operations of doc/bflocal.md that have no answer in their shape."""
    return [f"{service} {name}" for service, name in cover.operations() if not both.seen.get((service, name))]


def main():
    args = options()
    both = world.World(args.bflocal, args.moto)
    try:
        failed = run(args, both)
        if args.service == SERVICES:
            cover.rest(both)
    finally:
        both.stop()
    for text, times in sorted(both.wrong.items()):
        print(f"not in its shape ({times} times): {text}")
    print(f"{both.calls} calls in all, {sum(both.wrong.values())} answers not in their shape")
    if args.service == SERVICES:
        left = [o for o in without(both) if o not in cover.NEVER]
        print(f"{len(left)} of {len(cover.operations())} operations without an answer in its shape, {len(cover.NEVER)} that bflocal always refuses")
        print("".join(f"without: {o}\n" for o in left), end="")
        failed += len(left)
    sys.exit(failed + len(both.wrong) > 0)


main()
