#!/usr/bin/env python3
"""licences.py: the licences of the npm packages that the tests install, by their lock files, as a table for
doc/licences.md. Ends with 1 and names the package where a licence is not known, or is not an open one.
licences.py --debian: the packages that tools/deps.sh asks apt for, one a line."""
import collections
import json
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LOCKS = {"default": "tests/services/package-lock.json", "check-peers": "tests/peers/package-lock.json"}
OPEN = {"MIT", "Apache-2.0", "ISC", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "BlueOak-1.0.0", "CC0-1.0", "Unlicense", "Python-2.0"}
# What old packages say in another place than the member `license` of their package.json, which lock files copy.
STATED = {"busboy": "MIT", "dicer": "MIT", "streamsearch": "MIT",  # its older member `licenses`, and a LICENSE file
          "humanize-number": "MIT", "only": "MIT"}                  # the last section of Readme.md


def debian():
    text = open(f"{ROOT}/tools/deps.sh", encoding="utf-8").read()
    things = re.search(r"things='\n(.*?)'\n", text, re.S).group(1)
    names = {name for line in things.splitlines() for name in line.split()[3].split(",")}
    return sorted(names - {"-"})


def main():
    if sys.argv[1:] == ["--debian"]:
        print("\n".join(debian()))
        return 0
    bad = []
    print("| set | licence | packages |")
    print("| --- | --- | --- |")
    for name, path in LOCKS.items():
        by = collections.defaultdict(set)
        with open(f"{ROOT}/{path}", encoding="utf-8") as f:
            packages = json.load(f)["packages"]
        for key, value in packages.items():
            if not key:
                continue
            package = key.rsplit("node_modules/", 1)[-1]
            licence = value.get("license") or STATED.get(package, "unknown")
            by[licence].add(package)
            if licence not in OPEN:
                bad.append(f"{path}: {package}: {licence}")
        for licence, names in sorted(by.items(), key=lambda one: (-len(one[1]), one[0])):
            groups = collections.Counter(n.split("/")[0] + "/*" if "/" in n else n for n in names)
            shown = ", ".join(f"{g} ({n})" if g.endswith("/*") else g for g, n in sorted(groups.items()))
            print(f"| {name} | {licence} | {shown} |")
    for line in bad:
        print(f"licences.py: {line}: not known as an open licence", file=sys.stderr)
    return 1 if bad else 0


sys.exit(main())
