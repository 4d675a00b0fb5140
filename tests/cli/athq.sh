#!/bin/sh
# athq with a scripted Athena: statements, rows in each format, states and failures.
. "$(dirname "$0")/lib.sh"
. "$root/tests/fault/lib.sh"

check 'no such form' -s 2 -e "athq: option '--output': 'xml' is not table, csv, tsv or ndjson
athq: try 'athq --help'" -- athq -o xml 'SELECT 1'
check 'two kinds of work' -s 2 -e 'athq: SQL, --file, --status, --results and --cancel exclude each other' -- athq --status a 'SELECT 1'
check 'no id' -s 2 -e "athq: option '--cancel': 'a b' is not the id of a query" -- athq --cancel 'a b'
check 'no location' -s 2 -E "^athq: option '--output-location': " -- athq --output-location /tmp 'SELECT 1'
check 'too old a result' -s 2 -e 'athq: --reuse: Athena keeps results for 7 days at most' -- athq --reuse 8d 'SELECT 1'
check 'no price' -s 2 -E "'free' is not a price such as 5 or 6.25" -- athq --price free 'SELECT 1'

fault_start </dev/null
# shellcheck disable=SC2153 # fault_start sets it
dir=$FAULT_DIR
rows() { printf '%s\n' "$@" >"$dir/rows"; }
bodies() { jq -r --arg op "$1" 'select(.op == $op).body' "$dir/log"; }
one() { rows '[["n","integer"]]' '["1"]'; }
fresh() { fault_rules </dev/null; }

# Forms.
rows '[["id","varchar"],["n","integer"],["total","decimal"],["ok","boolean"],["j","json"],["d","double"]]' \
    '["o-1","7","92.10","true","{\"a\":[1]}","1.0E7"]' '["x,\"y\"\nz",null,"-0.05","false",null,"NaN"]' '["",null,null,null,null,null]'
check 'a table' -o 'id           n  total  ok     j              d
--------  ----  -----  -----  ---------  -----
o-1          7  92.10  true   {"a":[1]}  1.0E7
x,"y"\nz  NULL  -0.05  false  NULL         NaN
          NULL   NULL  NULL   NULL        NULL' -- athq -q -o table 'SELECT 1'
check 'CSV' -o 'id,n,total,ok,j,d
o-1,7,92.10,true,"{""a"":[1]}",1.0E7
"x,""y""
z",,-0.05,false,,NaN
"",,,,,' -- athq -q -o csv 'SELECT 1'
check 'TSV without names' -o 'o-1	7	92.10	true	{"a":[1]}	1.0E7
x,"y"\nz	\N	-0.05	false	\N	NaN
	\N	\N	\N	\N	\N' -- athq -q -o tsv --no-header 'SELECT 1'
check 'NDJSON, with scan and cost' -o '{"id":"o-1","n":7,"total":92.10,"ok":true,"j":{"a":[1]},"d":1.0E7}
{"id":"x,\"y\"\nz","n":null,"total":-0.05,"ok":false,"j":null,"d":"NaN"}
{"id":"","n":null,"total":null,"ok":null,"j":null,"d":null}' -E '^athq: query [0-9-]*: 12.58 MB scanned, 0.840 s, 0.000057 USD$' -- athq 'SELECT 1'
check 'another price' -a -E ' 0.000072 USD$' -- athq --price 6.25 'SELECT 1'
rows '[["tags","array"],["r","row"],["a","varchar"],["a","varchar"]]' '["[x, y]","{b=1}","p","q"]'
check 'what is not JSON stays text' -o '{"tags":"[x, y]","r":"{b=1}","a":"p","a_2":"q"}' \
    -E "^athq: Athena returns column 'tags' as a text that is not JSON: CAST\(tags AS JSON\) gives JSON, and so do --unload and --rows\$" -- athq 'SELECT 1'
ok 'two columns of one name are told' grep -q "^athq: two columns have the name 'a': one is renamed to 'a_2'" "$T/err"
rows '[["bfpipe.mark","json"]]' '["{}"]'
check 'no row becomes a mark' -s 1 -E 'would read this row as a mark' -- athq -q -o ndjson 'SELECT 1'
rows '[["n","varchar"]]' '["n"]' '["n"]'
check 'the names of the columns, as data' -o 'n
n
n' -- athq -q -o csv 'SELECT 1'
check 'SHOW has no header' -o '{"n":"n"}
{"n":"n"}' -- athq -q 'SHOW TABLES'
rows '[["é","varchar"],["n","bigint"]]' '["Köln\u001b[31m","1"]'
check 'width is in characters, and no control character goes to a terminal' -o 'é                n
------------  ---
Köln\x1b[31m    1' -- sh -c 'athq -q -o table "SELECT 1" | sed "s/^é    /é     /; s/  -$/  ---/; s/  1$/    1/; s/  n$/    n/"'
rows '[["a","varchar"],["b","varchar"]]' '["1"]'
check 'a row that is too short' -s 1 -E 'number of values in a row: 1, but number of columns: 2$' -- athq -q 'SELECT 1'
rows '[["a","varchar"]]'
check 'no rows' -o a -- athq -q -o csv 'SELECT 1'
check 'no rows, a table' -o 'a
-' -- athq -q -o table 'SELECT 1'

# Statements.
one
fresh
printf "SELECT 1; -- x;\n/* ; */ SELECT ';', \"a;b\" -- why?\n, 'it''s;' ;;\n ; SELECT 3" >"$T/in"
check 'several statements' -i "$T/in" -o '{"n":1}
{"n":1}
{"n":1}' -- athq -q
check 'each by itself' -o "SELECT 1
SELECT ';', \"a;b\" -- why?
, 'it''s;'
SELECT 3" -- sh -c 'jq -r "select(.op == \"StartQueryExecution\").body | fromjson.QueryString" "$1"' - "$dir/log"
check 'from a file' -o '{"n":1}
{"n":1}
{"n":1}' -- athq -q --file "$T/in"
check 'no file' -s 1 -E 'nowhere' -- athq -q --file "$T/nowhere"
check 'nothing' -- athq -q
check 'comments alone' -- athq -q -- '-- nothing
/* at all; */ ;'
check 'tables have a line between them' -o 'n
-
1

n
-
1' -- athq -q -o table 'SELECT 1; SELECT 2'
fresh
check 'parameters' -o '{"n":1}
{"n":1}' -- athq -q "SELECT ?, '?'; SELECT ?, ? -- ?" -p "it's" --param-sql 7 --param-sql "DATE '2026-11-27'"
check 'in their order' -o "[\"'it''s'\"]
[\"7\",\"DATE '2026-11-27'\"]" -- sh -c 'jq -c "select(.op == \"StartQueryExecution\").body | fromjson.ExecutionParameters" "$1"' - "$dir/log"
check 'too few' -s 2 -e 'athq: a statement with 2 question marks: 1 of --param and --param-sql is left' -- athq -q 'SELECT ?, ?' -p a
check 'too many' -s 2 -o '{"n":1}' -e 'athq: 2 of --param and --param-sql, but 1 question marks in the SQL' -- athq -q 'SELECT ?' -p a -p b
fresh
check 'where it runs' -a -- athq -q -d shop --catalog AwsDataCatalog -w sales --output-location s3://results/mine/ --reuse 90s 'SELECT 1'
check 'is said' -o '{"WorkGroup":"sales","QueryExecutionContext":{"Database":"shop","Catalog":"AwsDataCatalog"},"ResultConfiguration":{"OutputLocation":"s3://results/mine/"},"ResultReuseConfiguration":{"ResultReuseByAgeConfiguration":{"Enabled":true,"MaxAgeInMinutes":2}}}' \
    -- sh -c 'jq -c "select(.op == \"StartQueryExecution\").body | fromjson | del(.QueryString, .ClientRequestToken)" "$1"' - "$dir/log"
head -c 262145 /dev/zero | tr '\0' x >"$T/in"
check 'too long' -s 1 -e 'athq: the statement has 262145 bytes; Athena accepts 262144' -i "$T/in" -- athq
# A pipe is live: each statement runs after its semicolon.
mkfifo "$T/fifo"
athq -q <"$T/fifo" >"$T/live" &
pid=$!
exec 3>"$T/fifo"
echo 'SELECT 1;' >&3
ok 'a pipe is live' soon grep -q '{"n":1}' "$T/live"
exec 3>&-
wait $pid

if /usr/bin/python3 -c 'import botocore' 2>/dev/null; then
    athq -q --unload s3://lake/out/ -d shop --catalog c -w sales --output-location s3://results/mine/ --reuse 90s 'SELECT ?' -p a >/dev/null
    athq -q --pages 'SELECT 1; SHOW TABLES' >/dev/null
    athq --cancel 00000000-0000-0000-0000-000000000001
    check 'AWS has these requests in its model' -m '^[1-9][0-9]+$' -- sh -c 'jq -r "select(.headers[\"x-amz-target\"] != null) | .op + \" \" + .body" "$1" |
        /usr/bin/python3 "$2" athena' - "$dir/log" "$here/athena_model.py"
else
    skip 'AWS has these requests in its model' 'no botocore'
fi

# Many rows.
python3 -c 'print("""[["n","integer"],["t","varchar"]]""")
for i in range(2500): print("""["%d",%s]""" % (i, ["null", "\"\"", "\"a,\\\"b\\\"\\n%d\"" % i][i % 3]))' >"$dir/rows"
sed 1d "$dir/rows" | jq -c '{n: (.[0] | tonumber), t: .[1]}' >"$T/want"
fresh
check '2,500 rows' -O "$T/want" -- athq -q 'SELECT 1'
ok 'are read from the object' test "$(fault_count GetQueryResults) $(fault_count GetObject)" = '1 1'
fresh
check 'or page by page' -O "$T/want" -- athq -q --pages 'SELECT 1'
ok 'which is three calls' test "$(fault_count GetQueryResults) $(fault_count GetObject)" = '3 0'
fault_rules <<'END'
GetObject error 403 AccessDenied no
END
check 'or where the object is not to be had' -O "$T/want" -E "^athq: the result's object cannot be read; reading 1,000 rows at a time: " -- athq 'SELECT 1'
fault_rules <<'END'
GetObject 1x cut 20000
GetObject 1x error 503 SlowDown
END
check 'an answer that breaks off is asked for again' -O "$T/want" -- athq -q 'SELECT 1'
fault_rules <<'END'
GetObject ok "n","t"
END
check 'an object that is too short' -s 1 -a -E "the result's object does not have the rows of the first page" -- athq -q 'SELECT 1'
fault_rules <<'END'
GetQueryResults 1x ok {"ResultSet":{"Rows":[],"ResultSetMetadata":{"ColumnInfo":[{"Name":"n","Type":"integer"},{"Name":"t","Type":"varchar"}]}},"NextToken":"0"}
END
check 'an empty page is not the last' -O "$T/want" -- athq -q --pages 'SELECT 1'
if [ -z "${BF_VALGRIND:-}" ]; then
    python3 -c 'print("""[["n","integer"],["t","varchar"]]""")
for i in range(1800): print("""["%d","%s"]""" % (i, "%d," % i * 3000))' >"$dir/rows"
    sed 1d "$dir/rows" | jq -c '{n: (.[0] | tonumber), t: .[1]}' >"$T/want"
    fault_rules <<'END'
GetObject 1x fake
GetObject 1x after 500 fake
END
    check 'a large object' -O "$T/want" -- athq -q 'SELECT 1'
    ok 'is read in ranges' test "$(fault_count GetObject)" -ge 3
    fault_rules <<'END'
GetObject 1x fake
GetObject error 412 PreconditionFailed
END
    check 'that changes meanwhile' -s 1 -a -E 'PreconditionFailed' -- athq -q 'SELECT 1'
fi

# On a terminal.
one
fresh
check 'a table is for a terminal' -o 'n
-
1' -- sh -c 'python3 "$1/tests/cli/terminal.py" 1 athq -q "SELECT 1" | tr -d "\r"' - "$root"
fault_rules <<'END'
StartQueryExecution 1x error 400 InvalidRequestException no
END
cat >"$T/person.py" <<'END'
import os, pty, subprocess, sys
ours, theirs = pty.openpty()
child = subprocess.Popen(["athq", "-q"], stdin=theirs, stdout=subprocess.PIPE, stderr=theirs)
os.close(theirs)
os.write(ours, b"SELEC;\nSELECT\n1;\n\x04")
print(child.stdout.read().decode(), end="")
status, shown = child.wait(), b""
try:
    while piece := os.read(ours, 65536):
        shown += piece
except OSError:  # the terminal's end
    pass
shown = shown.decode()
print(shown.count("athq> "), shown.count("  ... "), "InvalidRequest" in shown, status)
END
check 'a person has a prompt, and goes on after a failure' -o '{"n":1}
3 1 True 0' -- python3 "$T/person.py"
fault_rules <<'END'
GetQueryResults 2x huge 40000000
END
check 'a page that is too large is asked for in smaller ones' -o '{"n":1}' -- athq -q 'SELECT 1'
check 'of half the rows' -o '1000
500
250' -- sh -c 'jq -r "select(.op == \"GetQueryResults\").body | fromjson.MaxResults" "$1"' - "$dir/log"

# States. STATE FIELDS...: what GetQueryExecution says.
one
state() {
    printf '{"QueryExecution":{"QueryExecutionId":"q","Query":"SELECT 1","StatementType":"DML","Status":{"State":"%s"%s},"Statistics":{"DataScannedInBytes":%s}}}' "$1" "${2:-}" "${3:-0}"
}
fault_rules <<END
GetQueryExecution 1x ok $(state QUEUED)
GetQueryExecution 1x ok $(state RUNNING)
GetQueryExecution 1x ok $(state QUEUED)
END
check 'queued, running, queued again' -o '{"n":1}' -- athq -q 'SELECT 1'
ok 'is asked about until it ends' test "$(fault_count GetQueryExecution)" = 4
fault_rules <<END
GetQueryExecution ok $(state FAILED ',"StateChangeReason":"line 1:8: Column x cannot be resolved","AthenaError":{"ErrorCategory":2,"ErrorType":1,"Retryable":false}')
END
check 'failed by its text' -s 1 -E '^athq: query [0-9-]* failed: user: line 1:8: Column x cannot be resolved$' -- athq 'SELECT x; SELECT 2'
ok 'what follows does not run' test "$(fault_count StartQueryExecution)" = 1
fault_rules <<END
GetQueryExecution ok $(state FAILED ',"AthenaError":{"ErrorCategory":1,"Retryable":true,"ErrorMessage":"no resources"}')
END
check 'failed by the service, for now' -s 75 -E '^athq: query [0-9-]* failed: system: no resources$' -- athq 'SELECT 1'
fault_rules <<END
GetQueryExecution ok $(state CANCELLED ',"StateChangeReason":"Query cancelled by user"')
END
check 'cancelled by another' -s 1 -E '^athq: query [0-9-]* was cancelled: Query cancelled by user$' -- athq 'SELECT 1'
fault_rules <<END
GetQueryExecution 1x ok $(state RUNNING '' 1000)
GetQueryExecution ok $(state RUNNING '' 5000000)
END
check 'scans too much' -s 1 -E '^athq: query [0-9-]* was cancelled: it had scanned 5000000 bytes, more than --max-scan$' -- athq --max-scan 4MB 'SELECT 1'
ok 'and is stopped on the service' test "$(fault_count StopQueryExecution)" = 1
fresh
check 'has scanned it before that' -o '{"n":1}' -E 'scanned more than --max-scan before it could be cancelled' -- athq --max-scan 1MB 'SELECT 1'
# A signal.
fault_rules <<END
GetQueryExecution ok $(state RUNNING)
END
athq -q 'SELECT 1' >"$T/out" 2>"$T/err" &
pid=$!
soon fault_got GetQueryExecution 2
kill -TERM $pid
wait $pid
ended=$?
ok 'a signal cancels it' test "$(fault_count StopQueryExecution)" = 1
ok 'and says so' grep -Eq '^athq: interrupted: query [0-9-]* was cancelled$' "$T/err"
ok 'with a failure' test $ended -ne 0
fault_rules <<END
GetQueryExecution ok $(state RUNNING)
StopQueryExecution error 400 InvalidRequestException no
END
athq -q 'SELECT 1' >"$T/out" 2>"$T/err" &
pid=$!
soon fault_got GetQueryExecution 2
kill -TERM $pid
wait $pid
ok 'what cannot be cancelled is told' grep -Eq '^athq: query [0-9-]* may go on: ' "$T/err"
fault_rules <<END
GetQueryExecution ok $(state RUNNING)
END
mkfifo "$T/gone"
athq -q 'SELECT 1' >"$T/gone" 2>"$T/err" &
pid=$!
exec 3<"$T/gone"
soon fault_got GetQueryExecution 2
exec 3<&-
wait $pid
ok 'a reader that goes away cancels it too' test "$(fault_count StopQueryExecution)" = 1

# Trouble.
fault_rules <<'END'
StartQueryExecution 2x error 400 TooManyRequestsException You have exceeded the limit
END
check 'throttling is sat out' -o '{"n":1}' -- athq -q 'SELECT 1'
fault_rules <<'END'
StartQueryExecution 1x cut 0
END
check 'a lost answer' -o '{"n":1}' -- athq -q 'SELECT 1'
ok 'starts nothing twice' test "$(bodies StartQueryExecution | jq -r .ClientRequestToken | sort -u | wc -l)" = 1
fault_rules <<'END'
StartQueryExecution error 400 InvalidRequestException line 1:1: mismatched input 'SELEC'
END
check 'refused' -s 1 -E "^athq: StartQueryExecution: InvalidRequestException: line 1:1: mismatched input 'SELEC'" -- athq 'SELEC 1'
fault_rules <<'END'
StartQueryExecution ok {}
END
check 'no id' -s 1 -e 'athq: an answer that does not fit StartQueryExecution' -- athq 'SELECT 1'
fault_rules <<'END'
GetQueryExecution ok {"QueryExecution":{"Status":{"State":"DREAMING"}}}
END
check 'a state that is none' -s 1 -E '^athq: query [0-9-]*: an answer that does not fit GetQueryExecution$' -- athq 'SELECT 1'
for body in '{}' '{"ResultSet":{"Rows":[{"Data":[1]}],"ResultSetMetadata":{"ColumnInfo":[{"Name":"n","Type":"integer"}]}}}' '{"ResultSet":{"ResultSetMetadata":{"ColumnInfo":[7]}}}'; do
    fault_rules <<END
GetQueryResults ok $body
END
    check "a page that is none: $body" -s 1 -E '^athq: query [0-9-]*: an answer that does not fit GetQueryResults$' -- athq -q 'SELECT 1'
done
fresh
ok 'a full disk' sh -c 'athq -q "SELECT 1" >/dev/full 2>"$1"; [ $? = 1 ]' - "$T/err"

# A query by its id.
fresh
check 'started only' -m '^[0-9-]{36}$' -- athq --no-wait 'SELECT 1'
id=$(cat "$T/out")
check '--status' -m "^\{\"id\":\"$id\",\"state\":\"SUCCEEDED\",\"type\":\"DML\",\"subtype\":\"SELECT\",.*\"scanned_bytes\":12582912,.*\"query\":\"SELECT 1\"\}$" -- athq --status "$id"
check '--results' -o '{"n":1}' -- athq -q --results "$id"
check '--cancel' -- athq --cancel "$id"
check 'the results of a cancelled one' -s 1 -E 'was cancelled$' -- athq -q --results "$id"

# UNLOAD and DDL.
fresh
check 'UNLOAD' -o '{"bucket":"lake","key":"out/a.parquet"}
{"bucket":"lake","key":"out/c=x, \"y\"/b.parquet"}' -- athq -q --unload s3://lake/out/ --unload-format json 'SELECT 1 -- all'
check 'in its own words' -o "UNLOAD (SELECT 1 -- all
) TO 's3://lake/out/' WITH (format = 'JSON')" -- sh -c 'jq -r "select(.op == \"StartQueryExecution\").body | fromjson.QueryString" "$1"' - "$dir/log"
# --rows: the rows of the written objects.
mkdir "$dir/unloaded"
printf '%s\n' '{"tags":["x, y",null],"r":{"b":1,"a":{}},"total":12345678901234567890.10,"s":"a\nb","n":null}' \
    '{"tags":[],"r":null,"total":-0E-10,"s":"","n":null}' >"$T/rows"
gzip -c "$T/rows" >"$dir/unloaded/1.gz"
printf '%s\n' '{"tags":null,"r":null,"total":"NaN","s":"caf\u00e9","n":{"k":1}}' | gzip -c >"$T/member"
{ printf '{"total":0,"tags":["\\\\"],' | gzip -c; printf '"n":1,"s":"\\t","r":[2]}' | gzip -c; } >"$dir/unloaded/3.gz"
head -c 20 "$T/member" >"$dir/unloaded/2.gz"
tail -c +21 "$T/member" >>"$dir/unloaded/2.gz"
{ cat "$T/rows"; gzip -dc "$dir/unloaded/2.gz" "$dir/unloaded/3.gz"; echo; } >"$T/want"
fresh
check 'rows that were unloaded, as they were written' -O "$T/want" -- athq -q --unload s3://lake/out/ --rows 'SELECT 1'
check '  as JSON' -o "UNLOAD (SELECT 1
) TO 's3://lake/out/' WITH (format = 'JSON')" -- sh -c 'jq -r "select(.op == \"StartQueryExecution\").body | fromjson.QueryString" "$1"' - "$dir/log"
check '  in CSV' -o 'tags,r,total,s,n
"[""x, y"",null]","{""b"":1,""a"":{}}",12345678901234567890.10,"a
b",
[],,-0E-10,"",
,,NaN,café,"{""k"":1}"
"[""\\""]",[2],0,	,1' -- athq -q -o csv --unload s3://lake/out/ --rows 'SELECT 1'
check '  in TSV' -o '["x, y",null]	{"b":1,"a":{}}	12345678901234567890.10	a\nb	\N
[]	\N	-0E-10		\N
\N	\N	NaN	café	{"k":1}
["\\\\"]	[2]	0	\		1' -- athq -q -o tsv --no-header --unload s3://lake/out/ --rows 'SELECT 1'
check '  in a table' -o 'tags                             total  n
-------------  -----------------------  ----
["x, y",null]  12345678901234567890.10  NULL' -- sh -c 'rm "$1"/[123].gz; echo "{\"tags\":[\"x, y\",null],\"total\":12345678901234567890.10,\"n\":null}" >"$1/plain"
    athq -q -o table --unload s3://lake/out/ --rows "SELECT 1"' - "$dir/unloaded"
athq -q --no-wait "UNLOAD (SELECT 1) TO 's3://lake/out/' WITH (format = 'JSON')" >"$T/id"
check '  of an UNLOAD by its id' -o '{"tags":["x, y",null],"total":12345678901234567890.10,"n":null}' -- athq -q --results "$(cat "$T/id")" --rows
gzip -c "$T/rows" | head -c 60 >"$dir/unloaded/plain"
check '  cut off' -s 1 -a -E '^athq: query [0-9-]*: s3://lake/out/plain: gzip: damaged data$' -- athq -q --unload s3://lake/out/ --rows 'SELECT 1'
printf '{"a":1}\n{"a":1,"b":2}\n' >"$dir/unloaded/plain"
check '  a column too many' -s 1 -o 'a
1' -E "^athq: query [0-9-]*: s3://lake/out/plain: row 2: column 'b' is not in the first row\$" -- athq -q -o csv --unload s3://lake/out/ --rows 'SELECT 1'
printf 'PAR1' >"$dir/unloaded/plain"
check '  not JSON' -s 1 -E 's3://lake/out/plain: row 1: byte 1: ' -- athq -q --unload s3://lake/out/ --rows 'SELECT 1'
printf '{"bfpipe.mark":{}}\n' >"$dir/unloaded/plain"
check '  no row becomes a mark' -s 1 -E 'would read this row as a mark' -- athq -q -o ndjson --unload s3://lake/out/ --rows 'SELECT 1'
: >"$dir/unloaded/plain"
check '  none' -- athq -q -o csv --unload s3://lake/out/ --rows 'SELECT 1'
check '  by no UNLOAD' -s 2 -E 'query [0-9-]*: --rows reads what UNLOAD wrote, and this is no UNLOAD$' -- sh -c 'athq -q --results "$(athq -q --no-wait "SELECT 1")" --rows'
check '  without a location' -s 2 -e 'athq: --rows needs --unload or --results' -- athq --rows 'SELECT 1'
check '  of Parquet' -s 2 -e 'athq: --rows reads only --unload-format json' -- athq --rows --unload s3://l/o/ --unload-format orc 'SELECT 1'
rm -r "$dir/unloaded"
check 'DDL is free' -E '^athq: query [0-9-]*: 0.840 s, 0.000000 USD$' -- athq "CREATE EXTERNAL TABLE t (a int) LOCATION 's3://l/'"
fresh
printf '{"bucket":"lake","key":"t/dt=2026-11-%s/x"}\n' 27 28 | athddl --partitions t >"$T/in"
check 'what athddl prints' -i "$T/in" -- athq -q
ok 'is one statement' test "$(bodies StartQueryExecution | jq -r .QueryString | grep -c PARTITION)" = 2

# The examples of the manual.
one
sed -n 's/^\.Dl \$ //p' "$root/man/athq.1" | sed 's/\\e/\\/g; s/\\(dq/"/g' >"$T/examples"
ok 'the manual has six examples' test "$(wc -l <"$T/examples")" = 6
cd "$T" || exit 1
echo 'SELECT 1' >trends.sql
echo '{"bucket":"lake","key":"sales/dt=2026-11-27/x"}' >receipts
mkdir "$dir/unloaded"
echo '{"order_id":"o-1","items":[]}' >"$dir/unloaded/a"
while IFS= read -r line; do
    check "$line" -a -E '.*' -- sh -c "$line"
done <"$T/examples"
plan
