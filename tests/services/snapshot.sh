#!/bin/sh
# kinread --snapshot: a table in use becomes a mirror of cdcproj without a gap, from its stream in Kinesis and from its own, in SQLite
# and in PostgreSQL: under writes, killed at many moments, throttled, and where something is wrong. The suite sets faults and
# the clock, so it starts its own bflocal.
. "$(dirname "$0")/lib.sh"
case $BF_IN_BACKEND in
own) ;;
bflocal) BF_IN_BACKEND=own exec bflocal -q sh "$0" ;;
*)
    echo '1..0 # skipped: its faults are those of bflocal, this is the back end real'
    exit 0
    ;;
esac
. "$root/tests/cli/postgres.sh"
need_tools ddbput kinread cdcproj
cd "$T" || exit 1
sql() { python3 "$root/tests/cli/sqlite_look.py" "$@"; }
data() { python3 -B "$services/snapshot.py" "$@"; }
faults() { curl -sf --noproxy '*' -o "$T/faults" -d "$1" "$AWS_ENDPOINT_URL/_bflocal/fault"; }
equal() { check "$1: the mirror equals the table" -- data compare "$2" "$t"; }
# A table of 18 MB: the segments have several pages.
data fill 3000 1 >items
data writes 3000 2 >writes
data writes 300 3 >few
# table_of NAME: makes the table, its stream of that name in Kinesis, and writes the items
table_of() {
    t=$run-$1
    cli kinesis create-stream --stream-name "$t" --shard-count 2 >made && cli kinesis wait stream-exists --stream-name "$t" &&
        ddbput -q --create p:S,n:N --stream-to "$t" "$t" <items
}
# run_into DATABASE SOURCE [OPTIONS...]: fills and follows up to the end
run_into() {
    run_db=$1 run_source=$2
    shift 2
    kinread -q -e "$@" --state "$run_db" "$run_source" 2>err.r | cdcproj -q "$run_db" 2>err.w
}
fill_into() {
    fill_db=$1 fill_source=$2
    shift 2
    run_into "$fill_db" "$fill_source" --from latest --snapshot "dynamodb:$t" "$@"
}

# under_writes NAME DATABASE SOURCE: the table is written to while it is scanned
under_writes() {
    faults 'latency:ms=60,op=Scan'
    ddbput -q "$t" <writes 2>err.p &
    writer=$!
    check "$1: filled while the table is written to" -- fill_into "$2" "$3"
    wait "$writer"
    faults ''
    check "$1: then the rest of the stream" -- run_into "$2" "$3"
    check "$1: without a word" -- cat err.p err.r err.w
    equal "$1" "$2"
}
ok 'a table of 18 MB' table_of a
under_writes 'from Kinesis' a.db "$t"
ok '  segments had several pages' test "$(sql a.db "SELECT max(CAST(substr(sequence,2) AS INTEGER)) FROM _bfpipe_positions WHERE shard LIKE 'snapshot:%'")" -ge 2
check '  all are read' -o '8|8' -- sql a.db "SELECT count(*),sum(ended) FROM _bfpipe_positions WHERE shard LIKE 'snapshot:%'"
under_writes 'from the stream of the table' b.db "dynamodb:$t"
changes=$(sql b.db 'SELECT changes FROM _bfpipe')
check 'a scan that is complete is not made again' -- fill_into b.db "dynamodb:$t"
ok '  no row was written' test "$(sql b.db 'SELECT changes FROM _bfpipe')" = "$changes"
equal '  and' b.db

# killed_into NAME DATABASE SOURCE: started again until the scan is complete, and killed each time but the last
killed_into() {
    faults 'latency:ms=15,op=Scan; throttle:p=20%,op=Scan'
    kills=0
    for ms in 40 60 80 100 120 140 160 60 90 130 170 50; do
        ddbput -q "$t" <few 2>err.p &
        writer=$!
        mkfifo "pipe$kills"
        kinread -q --from latest --snapshot "dynamodb:$t" --state "$2" "$3" >"pipe$kills" 2>>err.k &
        reader=$!
        cdcproj -q --commit-every 0ms "$2" <"pipe$kills" 2>>err.k &
        mirror=$!
        sleep "0.$(printf %03d "$ms")"
        if [ $((kills % 3)) = 0 ]; then kill -9 "$mirror"; else kill -9 "$reader"; fi 2>/dev/null
        [ $((kills % 3)) != 1 ] || kill -9 "$mirror" 2>/dev/null
        wait "$reader" "$mirror" "$writer"
        rm -f "pipe$kills"
        kills=$((kills + 1))
    done 2>/dev/null
    pages=$(python3 -B -c 'import sys; sys.path.insert(0, sys.argv[1]); import sqlite_look
print(sum(e for _, e in sqlite_look.rows(sys.argv[2], "SELECT shard,ended+0 FROM _bfpipe_positions WHERE shard LIKE '"'snapshot:%'"'")))' "$root/tests/cli" "$2")
    echo "# $1: $kills kills, then $pages of 8 segments were read"
    faults ''
    check "$1: the rest" -- fill_into "$2" "$3"
    check "$1: once more" -- run_into "$2" "$3"
    check "$1: no segment is left" -o '[]' -- python3 -B -c 'import sys; sys.path.insert(0, sys.argv[1]); import sqlite_look
print(sqlite_look.rows(sys.argv[2], "SELECT shard FROM _bfpipe_positions WHERE shard LIKE '"'snapshot:%'"' AND NOT CAST(ended AS BOOLEAN)"))' "$root/tests/cli" "$2"
    equal "$1" "$2"
}
killed_into 'killed' c.db "$t"
killed_into 'killed, the stream of the table' d.db "dynamodb:$t"

# A mirror that has data already: only what no change has touched is filled.
check 'a mirror of the changes alone' -- run_into e.db "$t" --from latest
check '  some changes' -- sh -c 'ddbput -q "$1" <few' - "$t"
check '  in it' -- run_into e.db "$t"
ok '  not the table yet' test "$(data compare e.db "$t" >differs 2>&1; echo $?)" = 1
check '  is filled later' -- fill_into e.db "$t"
equal '  and' e.db

# A rebuild with another scan takes the place of a mirror that has a row too many.
sql e.db "INSERT INTO \"$t\"(p,n,_seq) VALUES('ghost',1,'')"
rebuild() { kinread -q -e --from latest --snapshot "dynamodb:$t" --state e.db-new "$t" | cdcproj -q --rebuild e.db; }
check 'a rebuild' -- rebuild
equal '  and' e.db

# What is wrong is told.
check 'a table that is not there' -s 1 -E "^kinread: dynamodb:none: DescribeTable: .*ResourceNotFound" -- kinread -e --snapshot dynamodb:none --state n.db "$t"
check 'no table' -s 2 -E "^kinread: --snapshot: 'sales' is not dynamodb:TABLE" -- kinread -e --snapshot sales --state n.db "$t"
check 'no state' -s 2 -E '^kinread: --snapshot needs --state' -- kinread -e --snapshot dynamodb:sales "$t"
check 'a start that is too young' -s 2 -E '^kinread: --snapshot: --from is oldest, latest or a time at least a minute ago' -- kinread --from now --snapshot dynamodb:sales --state n.db "$t"
check 'a count' -s 2 -E '^kinread: --snapshot cannot be combined with --count' -- kinread -n 1 --snapshot dynamodb:sales --state n.db "$t"
faults 'throttle:op=Scan'
check 'throttled for longer than --retry-for' -s 75 -a -E "^kinread: dynamodb:$t: Scan: .*Throughput" -- \
    kinread --max-attempts 2 --retry-for 1s --from latest --snapshot "dynamodb:$t" --state f.db "$t"
faults '500:op=Scan,after=4'
check 'a scan that fails in the middle' -- sh -c 'kinread -q -e --max-attempts 1 --retry-for 100ms --from latest --snapshot "dynamodb:$1" --state f.db "$1" 2>err.f | cdcproj -q f.db' - "$t"
check '  says so' -m 'Scan: .*InternalServerError' -- cat err.f
faults ''
check '  without the option it is not forgotten' -s 2 -a -E "the scan of $t is not complete in this state: give --snapshot dynamodb:$t until it is" -- kinread -e --state f.db "$t"
check '  nor with another table' -s 1 -E 'DescribeTable' -- kinread -e --snapshot dynamodb:other --state f.db "$t"
check '  with it the rest is read' -- fill_into f.db "$t"
equal '  and' f.db
# The reader was away for longer than the stream keeps records, in the middle of the scan.
faults '500:op=Scan,after=4'
check 'another one' -- sh -c 'kinread -q -e --max-attempts 1 --retry-for 100ms --from latest --snapshot "dynamodb:$1" --state g.db "$1" 2>err.f | cdcproj -q g.db' - "$t"
faults 'clock:by=50h'
check '  an outage longer than retention' -- fill_into g.db "$t"
check '  is a gap' -m ': gap: nothing was read from it for longer than the retention period' -- cat err.r
faults ''

if why=$(pg_missing); then
    skip 'PostgreSQL' "$why"
else
    ok 'a server of PostgreSQL' pg_start
    ok 'a table for it' table_of p
    under_writes 'PostgreSQL' "$pg" "$t"
    pg_fresh
    killed_into 'PostgreSQL, killed' "$pg" "dynamodb:$t"
fi
plan
