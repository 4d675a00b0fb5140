#!/bin/sh
# bftop at a terminal: values follow the database, keys and sizes, and the terminal is put back on every way out.
. "$(dirname "$0")/lib.sh"
cd "$T" || exit 1
unset NO_COLOR COLUMNS
case $BUILD in *asan*) BF_ASAN=1 ASAN_OPTIONS="${ASAN_OPTIONS:-}:handle_segv=0:handle_abort=0" ;; esac
export BF_ASAN="${BF_ASAN:-}"
bfgen -n 600 -o cdc | cdcproj s.db
for test in values size keys signals suspend gone plain rebuilt empty; do
    check "at a terminal: $test" -- timeout 300 python3 "$here/bftop_live.py" $test
done
check 'no terminal' -s 2 -E '^bftop: this is no terminal; --once prints one frame' -- bftop s.db
plan
