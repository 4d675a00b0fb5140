#!/usr/bin/env python3
"""tests-map.py [TIMER-LOG...]: writes the tables of tests/README.md: each suite, what it shows (the comment at its head),
and how many seconds it took. The seconds come from what `prove --timer` printed, and are kept in tests/times.tsv.
tests-map.py --missing: the suites that the tables do not have, and those that they have and that are gone."""
import glob
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MAP, TIMES = f"{ROOT}/tests/README.md", f"{ROOT}/tests/times.tsv"
HELPERS = {"lib.sh", "own.sh", "s3.sh", "changes.sh", "postgres.sh", "aws.sh", "serve.sh", "served.sh", "supervise.sh"}
KINDS = [("Unit tests", "check-unit", "tests/unit/test_*.c"), ("Command-line tests", "check-cli", "tests/cli/*.sh"),
         ("Tests on services", "check-services", "tests/services/*.sh"), ("Benchmarks", "bench", "tests/bench/*.sh"),
         ("Fuzzers", "fuzz", "tests/fuzz/*.c")]
BEGIN = "<!-- below: tools/tests-map.py -->\n"


def suites(pattern):
    return [os.path.relpath(p, ROOT) for p in sorted(glob.glob(f"{ROOT}/{pattern}")) if os.path.basename(p) not in HELPERS]


def subject(path):
    """The first sentence of the comment at the head of a suite."""
    with open(f"{ROOT}/{path}", encoding="utf-8") as f:
        text = f.read(4000)
    if path.endswith(".c"):
        found = re.match(r"\s*/\*(.*?)\*/", text, re.S)
        text = re.sub(r"\n\s*\*?", " ", found.group(1)) if found else ""
    else:
        lines = text.splitlines()
        at = 1 if lines[0].startswith("#!") else 0
        end = at
        while end < len(lines) and lines[end].startswith("#"):
            end += 1
        text = " ".join(line[1:].strip() for line in lines[at:end])
    text = re.sub(r"\s+", " ", text).strip().replace("|", "\\|")
    return re.split(r"(?<=[a-z0-9)`])\. (?=[A-Z])", text)[0].rstrip(".")


def times():
    if not os.path.exists(TIMES):
        return {}
    with open(TIMES, encoding="utf-8") as f:
        return dict(line.rstrip("\n").split("\t") for line in f if "\t" in line)


def renew(logs):
    known = times()
    for log in logs:
        with open(log, encoding="utf-8", errors="replace") as f:
            for path, ms in re.findall(r"(\S+) \.* *ok +(\d+) ms", f.read()):
                known[re.sub(r".*/tests/(test_\w+)$", r"tests/unit/\1.c", path)] = str(max(1, round(int(ms) / 1000)))
    with open(TIMES, "w", encoding="utf-8") as f:
        f.writelines(f"{path}\t{seconds}\n" for path, seconds in sorted(known.items()) if os.path.exists(f"{ROOT}/{path}"))


def main():
    if sys.argv[1:] == ["--missing"]:
        with open(MAP, encoding="utf-8") as f:
            listed = set(re.findall(r"^\| `(tests/[^`]+)`", f.read(), re.M))
        here = {path for _, _, pattern in KINDS for path in suites(pattern)}
        for path in sorted(here - listed):
            print(f"missing {path}")
        for path in sorted(listed - here):
            print(f"gone {path}")
        return 0
    if sys.argv[1:]:
        renew(sys.argv[1:])
    took = times()
    with open(MAP, encoding="utf-8") as f:
        text = f.read().split(BEGIN)[0] + BEGIN
    for title, goal, pattern in KINDS:
        timed = goal not in ("bench", "fuzz")
        text += f"\n## {title}: `make {goal}`\n\n| suite | shows |{' s |' if timed else ''}\n| --- | --- |{' --- |' if timed else ''}\n"
        for path in suites(pattern):
            text += f"| `{path}` | {subject(path)} |" + (f" {took.get(path, '')} |" if timed else "") + "\n"
    with open(MAP, "w", encoding="utf-8") as f:
        f.write(text)
    return 0


sys.exit(main())
