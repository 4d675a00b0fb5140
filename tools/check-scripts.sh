#!/bin/sh
# check-scripts.sh [FOLDER]: shellcheck over every script. Tests share variables with tests/*/lib.sh, so
# what is assigned or used only on one side is no finding.
cd "${1:-.}" || exit 2
find tools tests examples deploy .ci -name node_modules -prune -o -type f \( -name '*.sh' -o -path '.ci/run' \) -print 2>/dev/null |
    LC_ALL=C sort | xargs shellcheck -s sh -S warning -e SC2034,SC2154 || exit 1
