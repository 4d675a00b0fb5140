#!/bin/sh
# cdcproj after kinread with a service: a Kinesis stream and the stream of a table become tables of a database, SQLite's or
# PostgreSQL's, live, and continue where they were.
. "$(dirname "$0")/lib.sh"
case $BF_IN_BACKEND in real) [ -z "${BF_KINESALITE_URL-}" ] || export AWS_ENDPOINT_URL_KINESIS="$BF_KINESALITE_URL" ;; esac
. "$root/tests/cli/postgres.sh"
need_tools bfgen kinput kinread cdcproj ddbput
cd "$T" || exit 1
sql() { python3 "$root/tests/cli/sqlite_look.py" "$@"; }
s=$run-s
bfgen -n 400 --seed 4 -o cdc >changes
head -n 250 changes >first
tail -n +251 changes >second
check 'a stream' -a -- cli kinesis create-stream --stream-name "$s" --shard-count 2
is_active() { cli kinesis describe-stream-summary --stream-name "$s" | grep -q ACTIVE; }
ok 'is there' soon is_active
# shellcheck disable=SC2016 # for the inner shells
check 'changes into it' -- sh -c 'kinput -q "$1" <"$2"' - "$s" first
project() { kinread -q -e --from oldest --state p.db "$s" | cdcproj p.db; }
check 'the first part' -- project
check 'the rest' -- sh -c 'kinput -q "$1" <"$2"' - "$s" second
check 'goes on from the positions' -- project
check 'with nothing new' -- project
# The expected rows, computed from the changes.
cat >want.py <<'END'
import json, sqlite3, sys
want = {}
for line in open("changes"):
    r = json.loads(line)
    d = r["dynamodb"]
    key = d["Keys"]["order_id"]["S"]
    want.pop(key, None)
    if r["eventName"] != "REMOVE":
        want[key] = (d["NewImage"]["status"]["S"], d["NewImage"]["total"]["N"])
if sys.argv[1] == "rows":
    rows = [line.rstrip("\n").split("|") for line in open("rows")]
else:
    rows = sqlite3.connect(sys.argv[1]).execute("SELECT order_id,status,total FROM sales")
have = {k: (s, t) for k, s, t in rows}
sys.exit(0 if have == want else f"{len(have)} rows, {len(want)} wanted, {sum(have.get(k) != v for k, v in want.items())} differ")
END
check 'the mirror equals the table' -- python3 want.py p.db
check 'each change once' -o 400 -- sql p.db 'SELECT changes FROM _bfpipe'
check 'two shards have a position' -o 2 -- sql p.db 'SELECT count(*) FROM _bfpipe_positions'
cat >half.py <<'END'
import os, signal, sqlite3
db = sqlite3.connect("p.db", isolation_level=None)
db.executescript("PRAGMA journal_mode=DELETE; PRAGMA cache_size=1; BEGIN; UPDATE sales SET customer_id='x' || customer_id")
os.kill(os.getpid(), signal.SIGKILL)
END
(python3 half.py) 2>killed
ok 'a journal of a writer that was killed' test -s p.db-journal
check 'is undone by kinread' -a -- kinread -q -e --state p.db "$s"
check 'the mirror equals the table' -- python3 want.py p.db
check 'not a database' -s 1 -E '^kinread: changes: this is no SQLite database; name another file' -- kinread -e --state changes "$s"
check 'no server' -s 75 -E '^kinread: postgresql://127.0.0.1:1/x: .*; is the server running' -- kinread -e --state postgresql://127.0.0.1:1/x "$s"
if why=$(pg_missing); then
    skip 'PostgreSQL' "$why"
else
    ok 'a server of PostgreSQL' pg_start
    to_pg() { kinread -q -e --from oldest --state "$pg" "$@" "$s" | cdcproj "$pg"; }
    check 'a part into it' -- to_pg -c 100
    check 'the rest' -- to_pg
    check 'with nothing new, there' -- to_pg
    pgsql 'SELECT order_id,status,total FROM sales' >rows
    check 'the mirror equals the table, there' -- python3 want.py rows
    check 'each change once, there' -o '400|2' -- pgsql 'SELECT changes,(SELECT count(*) FROM _bfpipe_positions) FROM _bfpipe'
fi

# Live: a change is visible while the pipeline runs.
mkfifo pipe
kinread -q --state p.db "$s" >pipe 2>err.r &
reader=$!
cdcproj p.db <pipe 2>err.w &
writer=$!
printf '{"awsRegion":"us-east-1","eventID":"live","eventName":"MODIFY","userIdentity":null,"recordFormat":"application/json","tableName":"sales","dynamodb":{"ApproximateCreationDateTime":4102444800000,"Keys":{"order_id":{"S":"live"}},"NewImage":{"order_id":{"S":"live"},"status":{"S":"NOW"}}},"eventSource":"aws:dynamodb"}\n' >live
check 'a change' -- sh -c 'kinput -q "$1" <"$2"' - "$s" live
seen() { [ "$(sql p.db "SELECT count(*) FROM sales WHERE order_id='live'")" = 1 ]; }
ok 'is visible while the pipeline runs' soon seen
kill "$reader"
wait "$reader"
ok 'the writer ends after its reader' wait $writer
check 'says nothing' -- cat err.r err.w

if has_streams; then
    check 'a table' -a -- cli dynamodb create-table --table-name "$run-t" --attribute-definitions AttributeName=id,AttributeType=S \
        --key-schema AttributeName=id,KeyType=HASH --billing-mode PAY_PER_REQUEST --stream-specification StreamEnabled=true,StreamViewType=NEW_AND_OLD_IMAGES
    printf '{"put":{"id":"a","v":1.10}}\n{"put":{"id":"b","v":2}}\n{"delete":{"id":"b"}}\n' >writes
    check 'written to' -- sh -c 'ddbput -q "$1" <writes' - "$run-t"
    table() { kinread -q -e --from oldest --state t.db "dynamodb:$run-t" | cdcproj t.db; }
    check 'its stream' -- table
    check 'is a table of its name' -o 'a|1.1' -- sql t.db "SELECT id,v FROM \"$run-t\""
    check 'again' -- table
    # A first fill by a scan, while the table is written to; then the stream from before it.
    seq -f '{"put":{"id":"s%.0f","v":1}}' 300 >writes
    check 'a table in use' -- sh -c 'ddbput -q "$1" <writes' - "$run-t"
    { seq -f '{"put":{"id":"s%.0f","v":2}}' 1 2 300; seq -f '{"delete":{"id":"s%.0f"}}' 2 4 300; } >writes
    ddbput -q "$run-t" <writes &
    writer=$!
    fill() { cli dynamodb scan --table-name "$run-t" --consistent-read | jq -c '.Items[]|{Item:.}' | cdcproj --key id --table "$run-t" f.db; }
    check 'is scanned into a database' -- fill
    wait "$writer"
    stream() { kinread -q -e --from oldest --state f.db "dynamodb:$run-t" | cdcproj f.db; }
    check 'then the stream' -- stream
    check 'gives the table' -o '1|75
2|150' -- sql f.db "SELECT v,count(*) FROM \"$run-t\" WHERE id LIKE 's%' GROUP BY v ORDER BY 1"
fi
plan
