#!/bin/sh
# check-scripts.sh [FOLDER]: shellcheck over every script. Tests share variables with tests/*/lib.sh, so
# what is assigned or used only on one side is no finding. And `check` reads the file of -i: a here-document would go unread, and a
# program in it would pass without having run.
cd "${1:-.}" || exit 2
unread=$(find tests -name node_modules -prune -o -name '*.sh' -exec grep -nE '^ *check .*<<' {} + 2>/dev/null | grep -v -- '-i /dev/stdin')
if [ -n "$unread" ]; then
    printf '%s\n' "$unread" | sed 's/$/: check does not read a here-document without -i \/dev\/stdin/'
    exit 1
fi
find tools tests examples deploy .ci -name node_modules -prune -o -type f \( -name '*.sh' -o -path '.ci/run' \) -print 2>/dev/null |
    LC_ALL=C sort | xargs shellcheck -s sh -S warning -e SC2034,SC2154 || exit 1
