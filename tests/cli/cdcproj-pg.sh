#!/bin/sh
# cdcproj and PostgreSQL, on a server of its own: what becomes of changes, what is refused and what is said of it, positions with the rows, a server that
# restarts, connections that are cut.
. "$(dirname "$0")/lib.sh"
. "$here/changes.sh"
. "$here/postgres.sh"
pg_suite

# What is stored.
{
    put a 1 '"total":{"N":"92.10"},"ok":{"BOOL":true},"no":{"NULL":true},"l":{"L":[{"N":"1.0"},{"S":"x"}]},"ss":{"SS":["b","a"]},"b":{"B":"AAH/"}'
    put b 2 '"total":{"N":"12345678901234567890123456789012345678"},"t":{"S":"a\"b\\\u00e9\n\tc"}'
} >in
check 'a mirror' -i in -- cdcproj "$pg"
check 'exact numbers, JSON, bytes' -o 'a|92.10|t|[1.0, "x"]|["b", "a"]|\x0001ff|None
b|12345678901234567890123456789012345678|None|None|None|None|a"b\é
	c' -- pgsql 'SELECT id,total,ok,l,ss,b,t FROM sales ORDER BY id'
{ modify a 3 '"total":{"N":"0.1"}'; remove b 4; put b 5 '"n":{"N":"1E2"}'; } >in
check 'changes' -i in -- cdcproj "$pg"
check 'each in its column' -o 'a|0.1|None|None
b|None|None|100' -- pgsql 'SELECT id,total,ok,n FROM sales ORDER BY id'
check 'the same again' -i in -- cdcproj "$pg"
check 'changes nothing' -o '8|3|1|2' -- pgsql 'SELECT changes,commits,version,(SELECT count(*) FROM sales) FROM _bfpipe'
check 'types' -o 'id text
total numeric
ok boolean
l jsonb
ss jsonb
b bytea
t text
n numeric' -- pgsql "SELECT attname||' '||format_type(atttypid,-1) FROM pg_attribute WHERE attrelid='sales'::regclass AND attnum>0 AND attname<>'_seq' ORDER BY attnum"
mkfifo fifo
cdcproj "$pg" <fifo 2>err1 &
first=$!
exec 7>fifo
echo >&7
drained 7 # it reads, so it has the lock
check 'nobody else can write the schema' -s 75 -i in -E 'cdcproj: postgresql:///bfpipe: another cdcproj writes the schema public' -- cdcproj "$pg"
check 'another schema is another one' -i in -- sh -c 'psql -qX -d "$1" -c "CREATE SCHEMA other" && cdcproj "$1&options=-csearch_path%3Dother"' - "$pg"
exec 7>&-
ok 'the first one ends well' wait $first

# Never backwards; across commits and within one.
backwards() {
    pg_fresh
    { put a 10 '"v":{"N":"1"}'; modify a 12 '"v":{"N":"3"}'; modify a 11 '"v":{"N":"2"}'; put b 20 '"v":{"N":"1"}'; remove b 22; modify b 21 '"v":{"N":"9"}'; remove a 9; put c 9 '"v":{"N":"7"}'; put d 4 '"v":{"N":"7"}'; remove d 5; put d 6 '"v":{"N":"8"}'; } >in
    if [ "$1" = each ]; then
        while IFS= read -r change; do printf '%s\n' "$change" | cdcproj "$pg" || return 1; done <in
    else
        cdcproj "$pg" in
    fi
    check "an older change changes nothing, $1" -o 'a|3
c|7
d|8' -- pgsql 'SELECT id,v FROM sales ORDER BY id'
    check "and is counted, $1" -o '11|3' -- pgsql 'SELECT changes,older FROM _bfpipe'
}
backwards together
backwards each
put b 23 '"v":{"N":"4"}' | cdcproj "$pg"
check 'a newer one brings a removed row back' -o '4|0' -- pgsql "SELECT v,(SELECT count(*) FROM _bfpipe_deleted WHERE key LIKE 'b%') FROM sales WHERE id='b'"
printf '{"eventName":"INSERT","tableName":"sales","dynamodb":{"ApproximateCreationDateTime":1795759200000,"Keys":{"id":{"S":"z"}},"NewImage":{"id":{"S":"z"}}}}\n' >timed
check 'orders of two kinds are not compared' -s 1 -i timed -E 'line 1: the mirror sales is ordered by stream sequence number, this change by time: .* another schema' -- cdcproj "$pg"

# --soft-delete and --history, at once and change by change.
modes() {
    { put a 1 '"v":{"N":"1"}'; modify a 2 '"v":{"N":"2"}'; remove a 3; put b 4 '"v":{"N":"5"}'; modify b 5 '"v":{"N":"6"}'; modify a 2 '"v":{"N":"9"}'; } >in
    each=$1
    feed() { if [ "$each" = each ]; then while IFS= read -r change; do printf '%s\n' "$change" | cdcproj "$@" || return 1; done <in; else cdcproj "$@" in; fi; }
    pg_fresh
    check "soft, $1" -- feed --soft-delete "$pg"
    check "a removed row is kept, $1" -o 'a|2|2026-11-27 06:00:00
b|6|None' -- pgsql "SELECT id,v,_deleted AT TIME ZONE 'UTC' FROM sales ORDER BY id"
    pg_fresh
    check "history, $1" -- feed --history "$pg"
    feed --history "$pg"
    check "every version, once, $1" -o 'a|1|1|2026-11-27 06:00:00|2
a|2|2|2026-11-27 06:00:00|3
b|1|5|2026-11-27 06:00:00|5
b|2|6|None|None' -- pgsql "SELECT id,_version,v,_valid_to AT TIME ZONE 'UTC',ltrim(_end_seq,'0') FROM sales ORDER BY id,_version"
    check "and what was old, $1" -o '7' -- pgsql 'SELECT older FROM _bfpipe'
}
modes together
modes each
check 'the mode is the schema'"'"'s' -s 2 -i in -E 'the mirror sales is of the kind history, not plain: give the same options, or another schema' -- cdcproj "$pg"

# Names, types, NUL.
pg_fresh
long=$(printf 'x%.0s' $(seq 80))
put a 1 '"Total":{"N":"1"},"total":{"N":"2"},"select":{"S":"s"},"a\"b":{"S":"q"},"_seq":{"S":"own"},"ctid":{"S":"sys"},"'"$long"'1":{"S":"l1"},"'"$long"'2":{"S":"l2"}' >in
check 'names: words, quotes, capitals, long ones' -i in -- cdcproj "$pg"
check 'each has a column' -o '1|2|s|q|own|sys' -- pgsql 'SELECT "Total",total_2,"select","a""b",_seq_2,ctid_2 FROM sales'
check 'long ones are cut to 63 bytes' -o '2|63' -- pgsql "SELECT count(*),max(length(name)) FROM _bfpipe_columns WHERE name LIKE 'xxx%'"
check 'the same again' -i in -- cdcproj "$pg"
check 'finds them' -o '9' -- pgsql 'SELECT count(*) FROM _bfpipe_columns'
put a 2 '"t":{"S":"a\u0000b\\u0000"},"m":{"M":{"k":{"S":"c\u0000d\\u0000"}}},"nul\u0000x":{"S":"n"}' >in
check 'NUL in texts is told' -i in -E '^cdcproj: sales: NUL characters, which PostgreSQL.s texts cannot hold, are stored as U\+2400$' -- cdcproj "$pg"
check 'and stored as its picture' -o 'a␀b\u0000|c␀d\u0000|{"nul␀x": {"S": "n"}}' -- pgsql "SELECT t,m->>'k',_rest FROM sales"
put 'a\u0000' 3 '"t":{"S":"x"}' >in
check 'in a key it is rejected' -s 1 -i in -E 'line 1: a NUL character in a key' -- cdcproj "$pg"
{ put a 4 '"v":{"N":"1"}'; put b 5 '"v":{"S":"two"}'; put c 6 '"v":{"BOOL":false}'; } >in
check 'a type that changes is told' -i in -E 'v has values of more than one type' -- cdcproj "$pg"
check 'and nothing is lost' -o 'a|1|None|None
b|None|two|None
c|None|None|f' -- pgsql 'SELECT id,v,v_string,v_boolean FROM sales ORDER BY id'
pg_fresh
check '--types json holds all' -i in -- cdcproj --types v:json,later:number "$pg"
check 'as JSON' -o '1|"two"|false' -- pgsql "SELECT string_agg(v::text,'|' ORDER BY id) FROM sales"
pg_fresh
python3 -c 'print("{\"eventName\":\"INSERT\",\"tableName\":\"wide\",\"dynamodb\":{\"SequenceNumber\":\"1\",\"Keys\":{\"id\":{\"S\":\"a\"}},\"NewImage\":{\"id\":{\"S\":\"a\"},"+",".join("\"a%d\":{\"S\":\"%s\"}"%(i,"a text of thirty bytes or so"+str(i)) for i in range(500))+"}}}")' >wide
cut -d, -f 1-404 wide | sed 's/"wide"/"w400"/; s/$/}}}/' >w400
check 'an item with 400 attributes' -i w400 -- cdcproj "$pg"
check 'has 400 columns' -o '400|t' -- pgsql "SELECT count(*),(SELECT a398 IS NOT NULL FROM w400) FROM _bfpipe_columns"
pg_fresh
check 'an item with 500 attributes has a rest' -i wide -E 'more than 400 attributes: the others go into the column _rest' -- cdcproj "$pg"
check 'that holds the others' -o '400|101' -- pgsql 'SELECT (SELECT count(*) FROM _bfpipe_columns),(SELECT count(*) FROM jsonb_object_keys(_rest)) FROM wide'

# Tables, keys, plain rows.
pg_fresh
{ put a 1 '"v":{"N":"1"}'; put a 2 '"v":{"N":"2"}' | sed 's/"sales"/"other"/'; } >in
check 'two tables, two mirrors' -i in -- cdcproj "$pg"
check 'each with its row' -o '1|2' -- pgsql 'SELECT s.v,o.v FROM sales s,other o'
pg_fresh
check '--table applies changes of one table' -i in -- cdcproj --table other "$pg"
check 'only' -o 'other' -- pgsql 'SELECT name FROM _bfpipe_tables'
check '--table that nobody has' -i in -E 'all lines are of other tables than --table nobody' -- cdcproj --table nobody "$pg"
check 'two tables again' -i in -- cdcproj "$pg"
put a 3 '"v":{"N":"1"}' | sed 's/"Keys":{"id"/"Keys":{"no"/' >in
check 'a key schema that changes' -s 1 -i in -E 'the keys are not those of the mirror sales: id \(string\); was the table created again\? Project it into another schema' -- cdcproj --rejects r "$pg"
pgsql 'CREATE TABLE mine(a int)'
sed 's/"sales"/"mine"/' in >mine
check 'a table that is not cdcproj'"'"'s' -s 2 -i mine -E 'the schema public has a table mine already, which cdcproj has not made: use another schema' -- cdcproj "$pg"
printf '%s\n' '{"id":7,"v":1.50}' '{"id":7.0,"v":2}' '{"id":"x"}' '{"id":8,"v":{"a":[1.10]}}' >in
check 'rows with --key' -s 1 -i in -E 'line 3: the keys are not' -- cdcproj -k id --table t "$pg"
check 'numbers as keys are one however they are written' -o '7|2|None
8|None|{"a": [1.10]}' -- pgsql 'SELECT trim_scale(id),v,v_json FROM t ORDER BY id'
printf '%s\n' '{"id":7,"_op":"REMOVE"}' '{"id":8,"_op":"MODIFY","v":3}' >in
check '_op says what a row is' -i in -- cdcproj -k id --table t "$pg"
check 'and is no column' -o '8|3' -- pgsql 'SELECT id,v FROM t'

# A first fill.
pg_fresh
{ put a 10 '"v":{"N":"1"}'; put b 11 '"v":{"N":"1"}'; remove b 12; } | cdcproj "$pg"
printf '%s\n' '{"Item":{"id":{"S":"a"},"v":{"N":"0"}}}' '{"Item":{"id":{"S":"b"},"v":{"N":"0"}}}' '{"Item":{"id":{"S":"old"},"v":{"N":"7.50"}}}' >export.ndjson
check 'an export' -i export.ndjson -- cdcproj --key id --table sales "$pg"
check 'fills what no change has touched' -o 'a|1
old|7.50' -- pgsql 'SELECT id,v FROM sales ORDER BY id'

# With --history an item fills a key once, however often it is read, and only one without versions.
pg_fresh
cat export.ndjson export.ndjson >twice
check 'an export twice' -i twice -- cdcproj --history --key id --table sales "$pg"
check 'and again' -i export.ndjson -- cdcproj --history --key id --table sales "$pg"
{ put a 10 '"v":{"N":"1"}'; remove b 12; put c 13 '"v":{"N":"3"}'; remove c 14; } >in
check 'then changes' -i in -- cdcproj --history "$pg"
printf '%s\n' '{"Item":{"id":{"S":"c"},"v":{"N":"0"}}}' >>export.ndjson
check 'then the export, with an item that was removed' -i export.ndjson -- cdcproj --history --key id --table sales "$pg"
sed -i '$d' export.ndjson
check 'each state is one version' -o 'a|1|0|0
a|2|1|1
b|1|0|0
c|1|3|0
old|1|7.50|1' -- pgsql "SELECT id,_version,v,CASE WHEN _valid_to IS NULL THEN 1 ELSE 0 END FROM sales ORDER BY id,_version"

# Incremental exports: the last state of each item that changed, with the time of its last write; after a full export.
pg_fresh
incremental >in
check 'a full export, then incremental ones' -- sh -c 'cat export.ndjson in | cdcproj --key id --table sales "$1"' - "$pg"
check 'the newest write of each item counts, whichever line is first' -o 'a|3
d|4.50' -- pgsql 'SELECT id,v FROM sales ORDER BY id'
check 'the same again, without --key' -i in -- cdcproj --table sales "$pg"
check 'changes nothing' -o 'a|3
d|4.50' -- pgsql 'SELECT id,v FROM sales ORDER BY id'
check 'two were older in each' -o '4|time' -- pgsql 'SELECT older,ordered FROM _bfpipe,_bfpipe_tables'
put z 9 '"v":{"N":"1"}' >in
check 'a stream has another order' -s 1 -i in -E 'line 1: the mirror sales is ordered by time, this change by stream sequence number' -- cdcproj "$pg"

# Marks: rows and positions together.
mark() { printf '{"bfpipe.mark":{"stream":"orders","shard":"shard-0","sequence":"%s"%s}}\n' "$1" "${2:-}"; }
pg_fresh
{ mark '' ',"start":true'; put a 1 '"v":{"N":"1"}'; mark 1; put b 2 '"v":{"N":"1"}'; } >in
check 'rows that no mark covers' -i in -- cdcproj "$pg"
check 'wait for the next run, with those after the last commit' -o '0' -- pgsql "SELECT count(*) FROM _bfpipe_positions WHERE sequence='2'"
{ cat in; mark 2 ',"after":"1"'; } >all
pg_fresh
check 'rows that are covered' -i all -- cdcproj "$pg"
check 'are there with the position' -o '2|2' -- pgsql 'SELECT (SELECT count(*) FROM sales),sequence FROM _bfpipe_positions'
check 'a reader from an older state' -s 75 -i all -E 'the reader started from an older state; start both again' -- cdcproj "$pg"
{ mark 2 ',"start":true'; put c 3 '"v":{"N":"1"}'; mark 3 ',"after":"2"'; mark 3 ',"end":true'; } | cdcproj "$pg"
check 'the next run goes on' -o '3|3|1' -- pgsql 'SELECT (SELECT count(*) FROM sales),sequence,ended FROM _bfpipe_positions'

# Trouble with the database.
put z 9 '"v":{"N":"1"}' >in
check 'no server' -s 75 -i in -E '^cdcproj: postgresql:///x: .*; is the server running\?$' -- cdcproj "postgresql:///x?host=$T&user=me"
check 'no password is shown' -s 75 -i in -E '^cdcproj: postgresql://127.0.0.1:1/x: ' -- cdcproj "postgresql://me:secret@127.0.0.1:1/x"
ok 'nowhere' sh -c '! grep -q secret "$1"' - err
check 'no such database' -s 1 -i in -E '^cdcproj: postgresql:///nobody: .*"nobody" does not exist; check that the database and the role are there \(createdb, createuser\)' -- cdcproj "postgresql:///nobody?host=$pg_dir&user=bfpipe"
check 'no such role' -s 1 -i in -E '"nobody" does not exist; check that' -- cdcproj "postgresql:///bfpipe?host=$pg_dir&user=nobody"
pgsql "CREATE ROLE poor LOGIN; GRANT USAGE ON SCHEMA public TO poor"
poor="postgresql:///bfpipe?host=$pg_dir&user=poor"
check 'a role without rights' -s 1 -i in -E 'permission denied .*SQLSTATE 42501.*; grant the role what it lacks' -- cdcproj "$poor"
printf '[mine]\nhost=%s\ndbname=bfpipe\nuser=bfpipe\n' "$pg_dir" >service.conf
check 'a service file' -i in -- env PGSERVICEFILE="$T/service.conf" cdcproj 'postgresql://?service=mine'
pgsql 'UPDATE _bfpipe SET version=2'
check 'one of a later version' -s 1 -i in -E 'a later version of bfpipe made this database \(layout 2, this one knows 1\); use that one, or another schema' -- cdcproj "$pg"
pgsql 'UPDATE _bfpipe SET version=1'
for made in 'CREATE TABLE _bfpipe(a int)' 'CREATE TABLE _bfpipe(version int); INSERT INTO _bfpipe VALUES(1)' 'CREATE TABLE _bfpipe(version int)'; do
    pg_fresh
    pgsql "$made"
    check "somebody else's: $made" -s 1 -i in -E 'its table _bfpipe is not one that cdcproj made \(.+\); name another schema, or rename that table$' -- cdcproj "$pg"
done

# A rebuild.
pg_fresh
put old 1 '"v":{"N":"1"}' | cdcproj "$pg"
pgsql 'CREATE TABLE theirs(a int)'
{ put new 1 '"v":{"N":"1"}'; put new 1 '"v":{"N":"1"}' | sed 's/"sales"/"other"/'; } >in
check 'a rebuild' -i in -- cdcproj --rebuild "$pg"
check 'takes the place of the old tables' -o 'new' -- pgsql 'SELECT id FROM sales'
check 'and leaves nothing else' -o '_bfpipe _bfpipe_columns _bfpipe_deleted _bfpipe_positions _bfpipe_tables _bfpipe_views other sales theirs|0' -- pgsql "SELECT string_agg(relname,' ' ORDER BY relname),(SELECT count(*) FROM pg_namespace WHERE nspname='public_new') FROM pg_class WHERE relkind='r' AND relnamespace='public'::regnamespace"
put newer 2 '"v":{"N":"1"}' >in
check 'goes on' -i in -- cdcproj "$pg"
cdcproj "$pg" <fifo &
first=$!
exec 7>fifo
echo >&7
drained 7
check 'a writer of the old one' -s 75 -i in -E 'another cdcproj writes the schema public; end it and start again, the new one is complete' -- cdcproj --rebuild "$pg"
exec 7>&-
wait $first
: >empty
check 'again' -i empty -- cdcproj --rebuild "$pg"
check 'from where it was' -o 'newer' -- pgsql 'SELECT id FROM sales'

# The server restarts, and connections are cut, while changes come.
pg_fresh
python3 - >many <<'END'
mark = '{"bfpipe.mark":{"stream":"s","shard":"0","sequence":"%s"%s}}'
print(mark % ("", ',"start":true'))
for n in range(1, 3001):
    print('{"eventName":"INSERT","tableName":"t","dynamodb":{"SequenceNumber":"%d","Keys":{"id":{"S":"k%d"}},"NewImage":{"id":{"S":"k%d"},"v":{"N":"1"},"c%d":{"N":"1"}}}}' % (n, n % 997, n % 997, n // 300))
    if n % 10 == 0:
        print(mark % (n, ""))
END
cat >slow.py <<'END'
import os, subprocess, sys, time
# Feeds a cdcproj, and strikes while it works: each word is a command of the shell.
p = subprocess.Popen(["cdcproj", "--commit-every", "0ms", sys.argv[1]], stdin=subprocess.PIPE)
lines = open("many", "rb").read().split(b"\n")[:-1]
strikes = sys.argv[2:]
started = ["psql", "-qXAt", "-d", sys.argv[1], "-c", "SELECT commits FROM _bfpipe WHERE commits>0"]
for i in range(0, len(lines), 50):
    p.stdin.write(b"\n".join(lines[i:i + 50]) + b"\n")
    p.stdin.flush()
    while i == 0 and not subprocess.run(started, capture_output=True).stdout:
        time.sleep(0.05)
    if i and i % 600 == 0 and strikes:
        subprocess.run(strikes.pop(0), shell=True, check=True, stdout=subprocess.DEVNULL)
p.stdin.close()
sys.exit(p.wait())
END
cut="psql -qXAt -d '$pg' -c \"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name='cdcproj'\""
check 'connections that are cut' -E 'connecting again' -- python3 slow.py "$pg" "$cut" "$cut" "$cut" "$cut"
check 'cost nothing' -o '997|3000|3000|3000|0' -- pgsql 'SELECT (SELECT count(*) FROM t),changes,upserts,sequence,older FROM _bfpipe,_bfpipe_positions'
pg_fresh
restart="$(command -v setpriv >/dev/null && [ "$(id -u)" = 0 ] && echo 'cd / && setpriv --reuid=postgres --regid=postgres --clear-groups') $pg_bin/pg_ctl -D $pg_dir/data -l $pg_dir/log -w"
check 'a server that restarts, in order and not' -E 'connecting again' -- python3 slow.py "$pg" "$restart -m fast restart" "$restart -m immediate restart"
check 'costs nothing' -o '997|3000|3000|3000|0' -- pgsql 'SELECT (SELECT count(*) FROM t),changes,upserts,sequence,older FROM _bfpipe,_bfpipe_positions'
plan
