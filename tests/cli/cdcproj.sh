#!/bin/sh
# cdcproj: the rows of changes, refused lines, and the tables that describe the database.
. "$(dirname "$0")/lib.sh"
. "$here/changes.sh"
cd "$T" || exit 1
fresh() { rm -f s.db s.db-*; }

# Stored values.
{
    put a 1 '"total":{"N":"92.10"},"ok":{"BOOL":true},"no":{"NULL":true},"l":{"L":[{"N":"1.0"},{"S":"x"}]},"ss":{"SS":["b","a"]},"b":{"B":"AAH/"}'
    put b 2 '"total":{"N":"12345678901234567890123456789012345678"},"t":{"S":"a\"b\u00e9\n"}'
    modify a 3 '"total":{"N":"0.1"}'
    remove b 4
    put b 5 '"n":{"N":"1E2"}'
} >in
check 'a mirror' -i in -- cdcproj s.db
check 'exact values, each in its column' -o 'a|0.1|0.1|None|None|None|None|None|None
b|None|None|None|None|None|None|1E2|100.0' -- sql s.db 'SELECT id,total,total_real,ok,l,ss,b,n,n_real FROM sales ORDER BY id'
check 'types, before they were changed' -a -- cdcproj u.db in
head -n 2 in >two
rm -f u.db*
cdcproj u.db two
check 'numbers are their text, sets and lists JSON, binary bytes' -o "a|92.10|92.1|1|[1.0,\"x\"]|[\"b\",\"a\"]|b'\\x00\\x01\\xff'|None
b|12345678901234567890123456789012345678|1.2345678901234568e+37|None|None|None|None|a\"bé
" -- sql u.db 'SELECT id,total,total_real,ok,l,ss,b,t FROM sales ORDER BY id'
check 'the same again changes nothing' -i in -- cdcproj s.db
check 'as the rows say' -o '2' -- sql s.db 'SELECT count(*) FROM sales'
check 'what the database says of itself' -o '10|2|1' -- sql s.db 'SELECT changes,commits,version FROM _bfpipe'
mkfifo fifo
cdcproj s.db <fifo 2>err1 &
first=$!
exec 7>fifo
echo >&7
drained 7 # it reads, so it has the lock
check 'nobody else can write it' -s 75 -i in -e 'cdcproj: s.db: another cdcproj writes it' -- cdcproj s.db
exec 7>&-
ok 'the first one ends well' wait $first

# Never backwards.
fresh
{ put a 10 '"v":{"N":"1"}'; modify a 12 '"v":{"N":"3"}'; modify a 11 '"v":{"N":"2"}'; put b 20 '"v":{"N":"1"}'; remove b 22; modify b 21 '"v":{"N":"9"}'; remove a 9; put c 9 '"v":{"N":"7"}'; } | cdcproj s.db
check 'an older change changes nothing' -o 'a|3
c|7' -- sql s.db 'SELECT id,v FROM sales ORDER BY id'
check 'and is counted' -o 3 -- sql s.db 'SELECT older FROM _bfpipe'
put b 23 '"v":{"N":"4"}' | cdcproj s.db
check 'a newer one brings a removed row back' -o '4|0' -- sql s.db 'SELECT v,(SELECT count(*) FROM _bfpipe_deleted) FROM sales WHERE id='"'b'"
fresh
{ for k in 1 2 3 4 5; do put k$k 1$k '"v":{"N":"1"}'; remove k$k 2$k; modify k$k 12 '"v":{"N":"2"}'; done; put new 30 '"v":{"N":"1"}'; } | cdcproj s.db
check 'nor does one that comes after a removal in the same run, for each removal' -o 'new|5|5' -- sql s.db 'SELECT sales.id,older,(SELECT count(*) FROM _bfpipe_deleted) FROM sales,_bfpipe'
printf '{"eventName":"INSERT","tableName":"sales","dynamodb":{"ApproximateCreationDateTime":1795759200000,"Keys":{"id":{"S":"z"}},"NewImage":{"id":{"S":"z"}}}}\n' >timed
check 'orders of two kinds are not compared' -s 1 -i timed -E 'line 1: the mirror sales is ordered by stream sequence number, this change by time: .* another file' -- cdcproj s.db

# --soft-delete and --history.
{ put a 1 '"v":{"N":"1"}'; modify a 2 '"v":{"N":"2"}'; remove a 3; put b 4 '"v":{"N":"5"}'; } >in
check 'soft' -i in -- cdcproj --soft-delete soft.db
check 'a removed row is kept' -o 'a|2|2026-11-27T06:00:00Z
b|5|None' -- sql soft.db 'SELECT id,v,_deleted FROM sales ORDER BY id'
check 'history' -i in -- cdcproj --history h.db
cdcproj --history h.db <in
check 'every version, once' -o 'a|1|1|2026-11-27T06:00:00Z
a|2|2|2026-11-27T06:00:00Z
b|1|5|None' -- sql h.db 'SELECT id,_version,v,_valid_to FROM sales ORDER BY id,_version'
check 'the mode is the database'"'"'s' -s 2 -i in -E 'the mirror sales is of the kind history, not plain' -- cdcproj h.db
check 'both' -s 2 -E 'exclude each other' -- cdcproj --history --soft-delete x.db

# Names and types.
fresh
{ put a 1 '"Total":{"N":"1"},"total":{"N":"2"},"select":{"S":"s"},"a\"b":{"S":"q"},"nul\u0000x":{"S":"n"},"_seq":{"S":"own"},"total_real":{"S":"r"},"n\u0061me":{"S":"e"}'; } >in
check 'names that are equal in SQL, words, quotes, NUL' -i in -- cdcproj s.db
check 'each has a column' -o 'Total|Total|number|Total_real
total_2|total|number|total_2_real
select|select|string|None
a"b|a"b|string|None
_seq_2|_seq|string|None
total_real_2|total_real|string|None
name|name|string|None' -- sql s.db "SELECT name,attribute,kind,real_name FROM _bfpipe_columns WHERE position>0 AND name NOT LIKE 'nul%' ORDER BY position"
check 'and its value' -o '1|2|s|q|n|own|r|e' -- sql s.db 'SELECT "Total",total_2,"select","a""b",nul_x,_seq_2,total_real_2,name FROM sales'
fresh
{ put a 1 '"v":{"N":"1"}'; put b 2 '"v":{"S":"two"}'; put c 3 '"v":{"BOOL":false}'; } >in
check 'a type that changes is told' -i in -E '^cdcproj: sales: v has values of more than one type: a string goes into the column of its own; --types v:json' -- cdcproj s.db
check 'and nothing is lost' -o 'a|1|None|None
b|None|two|None
c|None|None|0' -- sql s.db 'SELECT id,v,v_string,v_boolean FROM sales ORDER BY id'
check '--types json holds all' -i in -- cdcproj --types v:json t.db
check 'as JSON' -o '1|"two"|false' -- sql t.db "SELECT group_concat(v,'|') FROM (SELECT v FROM sales ORDER BY id)"
check '--types makes columns' -i in -a -E . -- cdcproj -t later:number,x:string t2.db
check 'that are there' -o 'later|later_real' -- sql t2.db "SELECT name,real_name FROM _bfpipe_columns WHERE attribute='later'"
check '--types that are none' -s 2 -E "'v:money': NAME:TYPE with string, number" -- cdcproj -t v:money t.db
fresh
python3 -c 'print("{\"eventName\":\"INSERT\",\"tableName\":\"wide\",\"dynamodb\":{\"SequenceNumber\":\"1\",\"Keys\":{\"id\":{\"S\":\"a\"}},\"NewImage\":{\"id\":{\"S\":\"a\"},"+",".join("\"a%d\":{\"N\":\"%d\"}"%(i,i) for i in range(400))+"}}}")' >wide
check 'an item with 400 attributes' -i wide -- cdcproj s.db
check 'has 400 columns' -o '401|399' -- sql s.db 'SELECT (SELECT count(*) FROM _bfpipe_columns),a399 FROM wide'
sed 's/"NewImage":{"id":{"S":"a"},/&'"$(seq 500 | sed 's/.*/"b&":{"N":"&"}/' | paste -sd ,)"',/; s/"1","Keys"/"2","Keys"/' wide >wider
check 'one with 900 has a rest' -i wider -E 'more than 800 attributes: the others go into the column _rest' -- cdcproj s.db
check 'that holds the others' -o '800|101' -- sql s.db 'SELECT (SELECT count(*) FROM _bfpipe_columns),(SELECT count(*) FROM json_each(_rest)) FROM wide'

# Tables and keys.
fresh
{ put a 1 '"v":{"N":"1"}'; put a 2 '"v":{"N":"2"}' | sed 's/"sales"/"other"/'; } >in
check 'two tables, two mirrors' -i in -- cdcproj s.db
check 'each with its row' -o '1|2' -- sql s.db 'SELECT s.v,o.v FROM sales s,other o'
check '--table applies changes of one table' -i in -- cdcproj --table other o.db
check 'only' -o 'other' -- sql o.db 'SELECT name FROM _bfpipe_tables'
check '--table that nobody has' -i in -E 'all lines are of other tables than --table nobody' -- cdcproj --table nobody n.db
put a 3 '"v":{"N":"1"}' | sed 's/"Keys":{"id"/"Keys":{"no"/' >in
check 'a key schema that changes' -s 1 -i in -E 'line 1: the keys are not those of the mirror sales: id \(string\); was the table created again' -- cdcproj --rejects r s.db
check 'the line is kept' -o 1 -- grep -c '"no"' r
check 'and counted' -o 1 -- sql s.db 'SELECT rejects FROM _bfpipe'

printf '\357\273\277{"bfpipe.mark":{"stream":"s","shard":"0","sequence":"9","end":true}}\n' >in
check 'a byte order mark makes a mark data' -s 1 -i in -E '^cdcproj: line 1: ' -- cdcproj bom.db
check 'no position is written' -o 0 -- sql bom.db 'SELECT count(*) FROM _bfpipe_positions'

check 'no database' -s 1 -e 'cdcproj: none.db: No such file or directory' -- cdcproj --check none.db

# Plain rows.
printf '%s\n' '{"id":7,"v":1.50}' '{"id":7.0,"v":2}' '{"id":"x"}' '{"v":1}' '{"id":8,"v":{"a":[1.10]}}' >in
check 'rows with --key' -s 1 -i in -E 'line 4: the key id is missing' -- cdcproj -k id --table t k.db
check 'numbers as keys are one however they are written' -o '7|2|None
8|None|{"a":[1.10]}' -- sql k.db 'SELECT id,v,v_json FROM t ORDER BY id'
printf '%s\n' '{"id":7,"_op":"REMOVE"}' '{"id":8,"_op":"MODIFY","v":3}' >in
check '_op says what a row is' -i in -- cdcproj -k id --table t k.db
check 'and is no column' -o '8|3' -- sql k.db 'SELECT id,v FROM t'
check 'three keys' -s 2 -E 'two keys at most' -- cdcproj -k a -k b -k c k.db

# A first fill: an export, then the stream from before it was made.
fresh
{ put a 10 '"v":{"N":"1"}'; put b 11 '"v":{"N":"1"}'; remove b 12; } | cdcproj s.db
printf '%s\n' '{"Item":{"id":{"S":"a"},"v":{"N":"0"}}}' '{"Item":{"id":{"S":"b"},"v":{"N":"0"}}}' '{"Item":{"id":{"S":"old"},"v":{"N":"7.50"},"s":{"NS":["1"]}}}' >export.ndjson
check 'an export' -i export.ndjson -- cdcproj --key id --table sales s.db
check 'fills what no change has touched' -o 'a|1|None
old|7.50|[1]' -- sql s.db 'SELECT id,v,s FROM sales ORDER BY id'
fresh
check 'an export first' -i export.ndjson -- cdcproj --key id --table sales s.db
{ put a 10 '"v":{"N":"1"}'; put b 11 '"v":{"N":"1"}'; remove b 12; } | cdcproj s.db
check 'then the stream: the same' -o 'a|1|None
old|7.50|[1]' -- sql s.db 'SELECT id,v,s FROM sales ORDER BY id'
# With --history an item fills a key once, however often it is read, and only one without versions.
rm -f hx.db*
cat export.ndjson export.ndjson >twice
check 'an export twice' -i twice -- cdcproj --history --key id --table sales hx.db
check 'and again' -i export.ndjson -- cdcproj --history --key id --table sales hx.db
{ put a 10 '"v":{"N":"1"}'; remove b 12; put c 13 '"v":{"N":"3"}'; remove c 14; } >in
check 'then changes' -i in -- cdcproj --history hx.db
printf '%s\n' '{"Item":{"id":{"S":"c"},"v":{"N":"0"}}}' >>export.ndjson
check 'then the export, with an item that was removed' -i export.ndjson -- cdcproj --history --key id --table sales hx.db
sed -i '$d' export.ndjson
check 'each state is one version' -o 'a|1|0|0
a|2|1|1
b|1|0|0
c|1|3|0
old|1|7.50|1' -- sql hx.db "SELECT id,_version,v,CASE WHEN _valid_to IS NULL THEN 1 ELSE 0 END FROM sales ORDER BY id,_version"

# Incremental exports: the last state of each item that changed, with the time of its last write; after a full export.
fresh
incremental >in
check 'a full export, then incremental ones' -- sh -c 'cat export.ndjson in | cdcproj --key id --table sales "$1"' - s.db
check 'the newest write of each item counts, whichever line is first' -o 'a|3
d|4.50' -- sql s.db 'SELECT id,v FROM sales ORDER BY id'
check 'the same again, without --key' -i in -- cdcproj --table sales s.db
check 'changes nothing' -o 'a|3
d|4.50' -- sql s.db 'SELECT id,v FROM sales ORDER BY id'
check 'two were older in each' -o '4|time' -- sql s.db 'SELECT older,ordered FROM _bfpipe,_bfpipe_tables'
put z 9 '"v":{"N":"1"}' >in
check 'a stream has another order' -s 1 -i in -E 'line 1: the mirror sales is ordered by time, this change by stream sequence number' -- cdcproj s.db
printf '%s\n' '{"Metadata":{},"Keys":{"id":{"S":"a"}}}' '{"Metadata":{"WriteTimestampMicros":{"N":"soon"}},"Keys":{"id":{"S":"a"}}}' \
    '{"Metadata":{"WriteTimestampMicros":{"N":"1"}},"Keys":{"id":{"S":"a"}},"NewImage":{"v":{"N":"1"}}}' '{"Metadata":{"WriteTimestampMicros":{"N":"1"}},"Keys":{}}' \
    '{"Metadata":{"WriteTimestampMicros":{"N":"1"}},"Keys":{"a":{"S":"a"},"b":{"S":"a"},"c":{"S":"a"}}}' >in
check 'lines of an export that lack something' -s 1 -i in -a -E 'line 1: ' -- cdcproj --rejects inc s.db
sed -n "s/^cdcproj: //; s/ 'Metadata.*//; /^line/p" err >said
check 'each says what' -o 'line 1: no member
line 2: WriteTimestampMicros: microseconds were expected
line 3: the key id is missing
line 4: a change without the keys of its item
line 5: more than 2 keys' -- cat said
check 'and is kept' -O in -- cat inc

# Items of kinread --snapshot name their keys and their table.
fresh
{ put a 10 '"v":{"N":"1"}'; put b 11 '"v":{"N":"1"}'; remove b 12; } | cdcproj s.db
sed 's/}$/,"keys":["id"],"tableName":"sales"}/' export.ndjson >items.ndjson
check 'items of a scan' -i items.ndjson -- cdcproj s.db
check 'fill the same rows' -o 'a|1|None
old|7.50|[1]' -- sql s.db 'SELECT id,v,s FROM sales ORDER BY id'
fresh
cat >odd.ndjson <<'END'
{"Item":{"a\"b":{"S":"x"},"n":{"N":"1.0"},"v":{"BOOL":true}},"keys":["a\"b","\u006e"],"tableName":"odd"}
{"Item":{"a\"b":{"S":"x"},"n":{"N":"1"},"v":{"BOOL":false}},"keys":["a\"b","n"],"tableName":"odd"}
END
check 'names of keys with escapes' -i odd.ndjson -- cdcproj s.db
check 'are one row' -o 'x|1|0' -- sql s.db 'SELECT "a""b",n,v FROM odd'
# The pages of a scan have positions, which are checked as those of shards are.
fresh
segment() { printf '{"bfpipe.mark":{"stream":"orders","shard":"snapshot:sales/0-of-8","sequence":"%s"%s}}\n' "$1" "${2:-}"; }
item() { printf '{"Item":{"id":{"S":"%s"}},"keys":["id"],"tableName":"sales"}\n' "$1"; }
{ segment '' ',"start":true'; item a; segment '#9/YQ==' ',"after":""'; item b; segment '#10/YWE=' ',"after":"#9/YQ=="'; } >pages
check 'pages of a scan' -i pages -- cdcproj s.db
check 'are committed with their positions' -o '2|#10/YWE=' -- sql s.db 'SELECT count(*),(SELECT sequence FROM _bfpipe_positions) FROM sales'
check 'a scan from an older page' -s 75 -i pages -E 'snapshot:sales/0-of-8: the reader started from an older state; start both again' -- cdcproj s.db
{ segment '#10/YWE=' ',"start":true'; item d; segment '#12/' ',"after":"#11/YQ==","end":true'; } >pages
check 'a page that a filter has lost' -s 75 -i pages -E 'rows before this mark are missing' -- cdcproj s.db
{ segment '#10/YWE=' ',"start":true'; item d; segment '#11/' ',"after":"#10/YWE=","end":true'; } >pages
check 'the last page' -i pages -- cdcproj s.db
check 'is the end' -o '3|#11/|1' -- sql s.db 'SELECT count(*),sequence,ended FROM sales,_bfpipe_positions'
check 'an item without the names of its keys' -i export.ndjson -s 1 -E '^cdcproj: line 1: an item without the names of its keys; use --key' -- cdcproj s.db
printf '{"Item":{"id":{"S":"a"}},"keys":["id","sk"],"tableName":"sales"}\n{"Item":{"id":{"S":"a"}},"keys":["a","b","c"],"tableName":"sales"}\n{"Item":{"id":{"S":"a"}},"keys":{"id":1},"tableName":"sales"}\n' >bad.ndjson
check 'an item without its key' -i bad.ndjson -s 1 -E '^cdcproj: line 1: the key sk is missing' -- cdcproj s.db
check 'three keys of an item' -i bad.ndjson -s 1 -E '^cdcproj: line 2: more than 2 keys' -- cdcproj s.db
check 'keys that are no names' -i bad.ndjson -s 1 -E '^cdcproj: line 3: ' -- cdcproj s.db

# Input.
: >empty
check 'empty input' -i empty -- cdcproj e.db
printf '\n \n' >blank
check 'blank lines' -i blank -- cdcproj e.db
put a 1 '"v":{"N":"1"}' | tr -d '\n' >in
check 'no final newline' -i in -- cdcproj e.db
check 'is a line' -o 1 -- sql e.db 'SELECT count(*) FROM sales'
printf '{"eventName":"INSERT"}\n{"a":1\n{"put":{}}\n\377\n' >in
check 'what is no change' -s 1 -i in -E 'line 3: .*ddbput' -- cdcproj --rejects bad e.db
check 'is kept as it was' -O in -- cat bad
check '--strict stops' -s 1 -i in -E 'line 1: ' -- cdcproj --strict e.db
put a 5 '"v":{"N":"1"}' >in
check 'an oversize line' -s 1 -i in -E 'line 1: .*longer' -- cdcproj --max-line 20 e.db
sed 's/,"NewImage.*/}}/' in >keys
check 'no image' -s 1 -i keys -E 'no NewImage: give the table.s stream the view type NEW_IMAGE' -- cdcproj e.db
check 'a file that is not there' -s 1 -E 'nobody' -- cdcproj e.db nobody
check 'files' -- cdcproj e.db in in

# The database file.
echo 'no database' >not.db
check 'no SQLite file' -s 1 -i in -E '^cdcproj: not.db: this is no SQLite database; name another file' -- cdcproj not.db
fresh
cdcproj s.db <in
sql s.db 'UPDATE _bfpipe SET version=2'
check 'one of a later version' -s 1 -i in -E '^cdcproj: s.db: a later version of bfpipe made this database \(layout 2, this one knows 1\)' -- cdcproj s.db
sql s.db 'UPDATE _bfpipe SET version=1'
foreign='its table _bfpipe is not one that cdcproj made'
remedy='name another file, or rename that table'
i=0
for made in 'CREATE TABLE _bfpipe(a)' 'CREATE TABLE _bfpipe(version)' 'CREATE TABLE _bfpipe(version); INSERT INTO _bfpipe VALUES(1)' 'CREATE VIEW _bfpipe AS SELECT 1 AS version' \
    'CREATE TABLE _BFPIPE(version); INSERT INTO _BFPIPE VALUES('"'x'"')' 'CREATE TABLE _bfpipe(version); INSERT INTO _bfpipe VALUES(1),(1)'; do
    i=$((i + 1))
    python3 -c 'import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(sys.argv[2])' f$i.db "$made"
    for tool in cdcproj 'cdcproj --check' 'bftop --once'; do
        # shellcheck disable=SC2086 # the words of a command
        check "$tool: $made" -s 1 -i in -E "^${tool%% *}: f$i.db: $foreign \\(.+\\); $remedy\$" -- $tool f$i.db
    done
done
cp f1.db f1.copy
cdcproj f1.db <in 2>said
check '  it is named what is missing' -o "cdcproj: f1.db: $foreign (no such column: version); $remedy" -- cat said
check '  the table is as it was' -o a -- sql f1.db "SELECT group_concat(name) FROM pragma_table_info('_bfpipe')"
sql mine.db 'CREATE TABLE sales(a)'
check 'a table that is not cdcproj'"'"'s' -s 2 -i in -E 'the database has a table sales already, which cdcproj has not made' -- cdcproj mine.db
check 'a folder that is not there' -s 1 -i in -E 'no/where.db' -- cdcproj no/where.db
if [ "$(id -u)" != 0 ]; then
    chmod 400 s.db
    check 'a file that cannot be written' -s 1 -i in -E 'have to be writable' -- cdcproj s.db
    chmod 600 s.db
fi

# Marks: rows and positions together.
mark() { printf '{"bfpipe.mark":{"stream":"orders","shard":"shard-0","sequence":"%s"%s}}\n' "$1" "${2:-}"; }
fresh
{ mark '' ',"start":true'; put a 1 '"v":{"N":"1"}'; mark 1; put b 2 '"v":{"N":"1"}'; } >in
check 'rows that no mark covers' -i in -- cdcproj s.db
check 'wait for the next run, with those after the last commit' -o '0' -- sql s.db "SELECT count(*) FROM _bfpipe_positions WHERE sequence='2'"
{ cat in; mark 2 ',"after":"1"'; } >all
fresh
check 'rows that are covered' -i all -- cdcproj s.db
check 'are there with the position' -o '2|2' -- sql s.db 'SELECT (SELECT count(*) FROM sales),sequence FROM _bfpipe_positions'
check 'a reader from an older state' -s 75 -i all -E 'the reader started from an older state; start both again' -- cdcproj s.db
{ mark 2 ',"start":true'; put c 3 '"v":{"N":"1"}'; mark 3 ',"after":"2"'; mark 3 ',"end":true'; } | cdcproj s.db
check 'the next run goes on' -o '3|3|1' -- sql s.db 'SELECT (SELECT count(*) FROM sales),sequence,ended FROM _bfpipe_positions'
sql s.db 'UPDATE _bfpipe SET commits=commits' # nothing
{ mark 3 ',"start":true'; put d 4 '"v":{"N":"1"}' | sed 's/,"tableName":"sales"//'; mark 4; } | sed 's/"stream":"orders"/"stream":"dynamodb:shop"/' >in
check 'records of a table'"'"'s stream are its rows' -i in -- cdcproj d.db
check 'by the name of the stream' -o shop -- sql d.db 'SELECT name FROM _bfpipe_tables'

# A rebuild.
fresh
put old 1 '"v":{"N":"1"}' | cdcproj s.db
put new 1 '"v":{"N":"1"}' >in
check 'a rebuild' -i in -- cdcproj --rebuild s.db
check 'replaces the old file' -o new -- sql s.db 'SELECT id FROM sales'
check 'and leaves nothing else' -o 's.db s.db-lock' -- sh -c 'echo s.db*'
put newer 1 '"v":{"N":"1"}' >in
check 'a reader holds the old one' -o ok -- python3 -c 'import sqlite3,subprocess
d=sqlite3.connect("s.db"); d.execute("SELECT * FROM sales").fetchall()
p=subprocess.run(["cdcproj","--rebuild","s.db"],stdin=open("in"),stderr=subprocess.PIPE,text=True)
print("ok" if p.returncode==75 and "a program has it open" in p.stderr else p)'
check 'once more' -i empty -- cdcproj --rebuild s.db
check 'goes on with the new one' -o newer -- sql s.db 'SELECT id FROM sales'

# A number as _seq orders as numbers do, not as their texts.
printf '{"id":"a","v":1,"_seq":9}\n{"id":"a","v":2,"_seq":10}\n{"id":"a","v":3,"_seq":1e1}\n{"id":"a","v":4,"_seq":2}\n{"id":"a","_seq":-1}\n' >in
check 'a number as _seq' -s 1 -i in -E 'line 5: _seq: a text, or a whole number of up to 38 digits, was expected' -- cdcproj -k id --table t seq.db
check '  grows from 9 to 10' -o 3 -- sql seq.db 'SELECT v FROM t'
plan
