#!/bin/sh
# check-size.sh [FOLDER]: no source file is over 600 lines, no function over 90. A function is what
# stands between a "{" and a "}" in column one, which is how clang-format leaves them.
cd "${1:-.}" || exit 2
find lib cmd tests tools examples -name node_modules -prune -o \
    \( -name '*.[ch]' -o -name '*.sh' -o -name '*.py' -o -name '*.mjs' \) -print 2>/dev/null |
    LC_ALL=C sort | xargs awk '
function file_done() {
    if (lines > 600) { printf "%s: has %d lines, more than 600\n", file, lines; failed = 1 }
}
FNR == 1 { file_done(); file = FILENAME; start = 0 }
{ lines = FNR }
FILENAME ~ /\.[ch]$/ && /^[a-zA-Z].*\(/ { head = $0; sub(/\(.*/, "", head); sub(/.*[ *]/, "", head) }
FILENAME ~ /\.[ch]$/ && /^\{/ { start = FNR }
/^\}/ {
    if (start && FNR - start - 1 > 90) {
        printf "%s:%d: %s has %d lines, more than 90\n", FILENAME, start, head, FNR - start - 1
        failed = 1
    }
    start = 0
}
END { file_done(); exit failed }' || exit 1
