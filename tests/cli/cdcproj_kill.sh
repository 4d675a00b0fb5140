#!/bin/sh
# cdcproj is killed at each of its system calls in turn: no change is lost, none is applied twice or out of order, and its
# roll-ups are equal to a separate computation. KILL_EVERY=1 kills at every call; by default only at some.
. "$(dirname "$0")/lib.sh"
. "$here/postgres.sh"
every=${KILL_EVERY:-7}
case $BUILD in
*asan* | *tsan* | *valgrind*)
    skip 'killed at each call' 'the preloaded library does not go with this build'
    plan
    exit ;;
esac
cc -shared -fPIC -O1 -o "$T/kill_at.so" "$root/tests/cli/kill_at.c" -ldl 2>"$T/cc.log"
ok 'the library that kills' test -s "$T/kill_at.so"

# killed NAME OPTIONS...
killed() {
    killed_name=$1
    shift
    python3 "$root/tests/cli/cdcproj_kill.py" "$T" "$T/kill_at.so" "$every" "$@" >"$T/points" 2>"$T/told"
    ok "$killed_name: $(cat "$T/points")" grep -qx 'enough points; wrong rows at 0, wrong positions at 0, unsettled at 0' "$T/points"
    [ -z "${KILL_EVERY:-}" ] || tail -n 3 "$T/told" >&2
}

killed 'plain' --commit-every 0ms
killed 'in few commits'
killed 'history' --history --commit-every 0ms
echo 'CREATE VIEW w AS SELECT id, count(*) AS n, sum(v) AS s, max(v) AS m FROM t GROUP BY id; CREATE VIEW whole AS SELECT count(*) AS n, sum(v) AS s FROM t' >"$T/v.sql"
killed 'with roll-ups' --view "$T/v.sql" --commit-every 0ms
killed 'soft' --soft-delete --commit-every 0ms
if why=$(pg_missing); then
    skip 'PostgreSQL' "$why"
else
    ok 'a server of PostgreSQL' pg_start
    export KILL_DB="$pg"
    every=${KILL_EVERY:-23}
    killed 'into PostgreSQL' --commit-every 0ms
    killed 'into PostgreSQL, history' --history --commit-every 0ms
    killed 'into PostgreSQL, with roll-ups' --view "$T/v.sql" --commit-every 0ms
fi
plan
