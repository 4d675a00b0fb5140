#!/bin/sh
# tests/README.md, the map of the tests: it lists no missing suite, and each suite has a comment at its head.
. "$(dirname "$0")/lib.sh"
cd "$root" || exit 1
python3 tools/tests-map.py --missing >"$T/map"
grep '^missing ' "$T/map" | while read -r _ suite; do
    printf 'skipped: %s is not in tests/README.md yet; tools/tests-map.py adds it\n' "$suite" >&2
done
check 'no suite of the map is gone' -s 1 -- grep '^gone ' "$T/map"
check 'each suite in the map says what it shows' -s 1 -- grep -E '^\| `tests/[^`]*` \| +\|' tests/README.md
check 'the map has all kinds' -o '5' -- grep -c '^## .*: `make ' tests/README.md
plan
