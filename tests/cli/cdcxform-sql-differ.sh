#!/bin/sh
# cdcxform's SQL beside SQLite's own over a plain table, query by query: sql_differ.py. BF_SQL_SEEDS="7 8 9" draws others.
. "$(dirname "$0")/lib.sh"
if ! python3 -c 'import sqlite3, sys; sys.exit(sqlite3.sqlite_version_info < (3, 39))' 2>"$T/why"; then
    skip "queries drawn from a seed" "no Python with SQLite 3.39 or newer: $(cat "$T/why")"
else
    for seed in ${BF_SQL_SEEDS:-1 2}; do
        ok "200 queries of seed $seed" python3 "$here/sql_differ.py" "$seed" 200 "$T"
    done
fi
plan
