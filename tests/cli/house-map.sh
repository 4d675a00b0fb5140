#!/bin/sh
# tests/README.md, the map of the tests: it lists no missing suite, and each suite has a comment at its head. HACKING.md: its
# answers name files that exist and functions in them.
. "$(dirname "$0")/lib.sh"
cd "$root" || exit 1
python3 tools/tests-map.py --missing >"$T/map"
grep '^missing ' "$T/map" | while read -r _ suite; do
    printf 'skipped: %s is not in tests/README.md yet; tools/tests-map.py adds it\n' "$suite" >&2
done
check 'no suite of the map is gone' -s 1 -- grep '^gone ' "$T/map"
check 'each suite in the map says what it shows' -s 1 -- grep -E '^\| `tests/[^`]*` \| +\|' tests/README.md
check 'the map has all kinds' -o '5' -- grep -c '^## .*: `make ' tests/README.md

# HACKING.md, "Where is": each file exists, and each name beside it is in one of the files of its answer.
answers() {
    sed -n '/^## Where is/,/^## How to add/s/^| [^|]* | \(.*\) |$/\1/p' "$root/HACKING.md" | grep -E '(lib|cmd|tests)/' | while read -r answer; do
        files=$(echo "$answer" | grep -oE '(lib|cmd|tests)/[A-Za-z0-9_/.]+[a-z]' | grep -v SERVICE)
        for file in $files; do [ -f "$root/$file" ] || echo "$file: not there"; done
        for name in $(echo "$answer" | grep -oE '`[a-z_0-9]+`' | tr -d '`'); do
            (cd "$root" && grep -qw "$name" $files) || echo "$name: not in $files"
        done
    done
}
check "HACKING.md: what is asked for is where the answer says" -- answers
check 'it has twenty answers or more' -m '^([2-9][0-9])$' -- sh -c 'sed -n "/^## Where is/,/^## How to add/p" "$1" | grep -cE "(lib|cmd|tests)/"' - "$root/HACKING.md"
check 'it is one page: at most 1300 words' -m '^([0-9]{1,3}|1[0-2][0-9][0-9])$' -- sh -c 'wc -w <"$1" | tr -d " "' - "$root/HACKING.md"
plan
