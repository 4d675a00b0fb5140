#!/bin/sh
# bftop at a terminal: values follow the database, keys and sizes, and the terminal is put back on every way out.
. "$(dirname "$0")/lib.sh"
cd "$T" || exit 1
unset NO_COLOR COLUMNS
bfgen -n 600 -o cdc | cdcproj s.db
for test in values size keys walk colours resize signals suspend gone plain rebuilt empty; do
    check "at a terminal: $test" -- timeout 300 python3 "$here/bftop_live.py" $test
done
check 'no terminal' -s 2 -E '^bftop: this is no terminal; --once prints one frame' -- bftop s.db
plan
