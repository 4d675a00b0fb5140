#!/usr/bin/env python3
"""limited.py COMMAND...: runs a test suite (or its wrapper) in a session of its own, and ends it when it hangs.

A suite that has not ended after BF_SUITE_LIMIT seconds (1200), or has ended and left a process that still holds its
output, fails by its name: the processes that are left are listed on standard error, and killed. Without this, one
process that hangs stops the whole run without a word about who it was.
"""
import os
import pathlib
import select
import signal
import subprocess
import sys
import time

LIMIT = float(os.environ.get("BF_SUITE_LIMIT", "1200"))
GRACE = 20  # seconds in which processes that a suite leaves may close its output


def session(leader):
    """(pid, state, command) of each living process of the session, from /proc/PID/stat and cmdline (proc(5))."""
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
            words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if int(fields[3]) == leader and fields[0] not in "ZX":
            yield int(folder.name), fields[0], words.strip()


def end(leader, name, why):
    """Tells what is left of the session and kills it."""
    print(f"\n# {name}: {why}", file=sys.stderr)
    for sent in (signal.SIGTERM, signal.SIGKILL):
        for pid, state, words in session(leader):
            if sent == signal.SIGTERM:
                print(f"#   {pid} {state} {words[:300]}", file=sys.stderr)
            try:
                os.kill(pid, sent)
            except ProcessLookupError:
                pass
        time.sleep(3)
    sys.stderr.flush()


def forward(source, suite):
    """Copies the suite's output until its end: '' or the reason why it had to be cut off."""
    give_up = time.monotonic() + LIMIT
    ended = None
    while True:
        if select.select([source], [], [], 0.5)[0]:
            data = os.read(source, 1 << 16)
            if not data:
                return ""
            os.write(1, data)
            continue
        now = time.monotonic()
        if now > give_up:
            return f"not ended after {LIMIT:.0f} s"
        if suite.poll() is not None:
            ended = ended or now
            if now > ended + GRACE:
                return "ended, but processes that it started hold its output"


def main():
    name = sys.argv[-1]
    suite = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, start_new_session=True)
    try:
        why = forward(suite.stdout.fileno(), suite)
    except KeyboardInterrupt:
        why = "interrupted"
    if why:
        end(suite.pid, name, why)
        sys.exit(1)
    status = suite.wait()
    sys.exit(status if status >= 0 else 128 - status)


if __name__ == "__main__":
    main()
