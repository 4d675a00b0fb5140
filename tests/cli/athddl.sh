#!/bin/sh
# athddl: tables from rows, schema files and receipts. tests/cli/athddl/NAME.want is the output of NAME; other engines read
# the statements for them.
. "$(dirname "$0")/lib.sh"
golden=$here/athddl

lines() { printf '%s\n' "$@" >"$T/in"; }
sales() {
    lines '{"order_id":"o-1","quantity":2,"total":92.01,"paid":true,"ordered_at":"2026-11-27T06:30:00Z","on":"2026-11-27","at":"2026-11-27 06:30:00.5","tags":["a","b"],"payment":{"method":"card","Last4":"4242"},"coupon":null}' \
        '{"order_id":"o-2","quantity":10,"total":1192.5,"paid":false,"ordered_at":"2026-11-27T06:31:00.123Z","on":"2026-11-28","at":"2026-11-27 06:30:00","tags":[],"payment":{"method":"wallet"},"coupon":null}'
}

check 'no table' -s 2 -e "athddl: usage: athddl [options] [DATABASE.]TABLE
athddl: try 'athddl --help'" -- athddl
check 'no location' -s 2 -e 'athddl: --location is missing: the location of the objects' -- athddl t
check 'no such format' -s 2 -e "athddl: option '--input': 'xml' is not ndjson, csv or tsv
athddl: try 'athddl --help'" -- athddl -i xml t
check 'no such table' -s 2 -e "athddl: 'a b' cannot be the name of a table: letters, digits and _ only" -- athddl --explain 'a b'
check 'no location in S3' -s 2 -e "athddl: option '--location': 'lake/x' is not s3://BUCKET/PREFIX" -- athddl --location lake/x t
check 'both kinds of partitions' -s 2 -e 'athddl: --hive (projected) and --partition (in the catalog) exclude each other' -- \
    athddl --location s3://l/ --hive dt --partition a t
check 'a range of nothing' -s 2 -e 'athddl: --range and --values are for projected partitions: see --hive' -- \
    athddl --location s3://l/ --range dt=NOW,NOW t
check 'no rows' -s 1 -e 'athddl: no rows to derive the columns from' -- athddl --location s3://l/ t

# Golden statements.
sales
check 'the OpenX SerDe, a prefix' -i "$T/in" -O "$golden/openx.want" -- athddl --location 's3://lake/sales/!{timestamp:yyyy/MM/dd/HH}/' \
    --range datehour=2026-11-01,NOW+1DAYS shop.sales
check 'the Hive SerDe, --hive' -i "$T/in" -O "$golden/hive.want" -- athddl --location s3://lake/sales/ --hive dt,hour,country=c.country,channel \
    --values channel=web,app --serde hive sales
check 'Parquet, partitions in the catalog' -i "$T/in" -O "$golden/parquet.want" -- athddl --location s3://lake/sales --partition dt:date --partition n:int \
    --serde parquet sales
check 'a schema file' -i "$T/in" -O "$golden/schema.want" -- athddl --for schema sales
cp "$T/out" "$T/schema"
check 'gives the same table' -O "$golden/parquet.want" -- athddl --schema "$T/schema" --location s3://lake/sales --partition dt:date --partition n:int \
    --serde parquet sales
check 'Glue' -i "$T/in" -O "$golden/glue.want" -- athddl --for glue-json --location s3://lake/sales/ --hive dt sales
check 'its JSON is JSON' -o sales -i "$golden/glue.want" -- jq -r .TableInput.Name

# Types, and why.
check 'why' -i "$T/in" -o "order_id	string	row 1 has text
quantity	bigint	all values are whole numbers, the longest of 2 digits (row 2)
total	decimal(18,2)	numbers, at most 4 digits before the point (row 2) and 2 after it (row 1)
paid	boolean	all values are booleans
ordered_at	string	ISO 8601 times with T and Z; from_iso8601_timestamp() reads them in a query
on	date	all values are dates
at	timestamp	all values are timestamps
tags	array<string>	arrays; their elements: row 1 has text
payment	struct<method:string,last4:string>	objects
coupon	string	no row has a value" -- athddl --explain t
lines '{"a":1,"b":1,"c":9223372036854775807,"d":9223372036854775808,"e":1e3,"f":1,"g":"2026-02-28","h":"2026-11-27 06:30:00","i":[1,"x"],"j":{"a":1},"k":""}' \
    '{"a":"x","b":1.25,"c":-9223372036854775808,"d":1,"e":1,"f":1e300,"g":"2026-02-29","h":"2026-11-27","i":[],"j":{"A":1},"k":"2026-11-27"}'
check 'what does not fit' -i "$T/in" -o "a	string	row 1 has a number, row 2 has text
b	decimal(18,2)	numbers, at most 1 digit before the point (row 1) and 2 after it (row 2)
c	bigint	all values are whole numbers, the longest of 19 digits (row 1)
d	decimal(38,0)	numbers, at most 19 digits before the point (row 1) and 0 after it (row 1)
e	decimal(18,0)	numbers, at most 4 digits before the point (row 1) and 0 after it (row 1)
f	double	row 2 has a number of more than 38 digits
g	string	row 2 has text
h	string	the rows have dates and times in different forms
i	array<string>	arrays; their elements: row 1 has a number, row 1 has text
j	map<string,bigint>	objects as maps: row 2 has a name that differs from another only in case
k	string	row 1 has an empty text" -- athddl --explain t
lines '{"a":12345678901234567890123456789012345678}' '{"a":0.5}'
printf '%s\n' '{"a":1e400,"b":1e-330,"c":1e300,"d":1}' '{"a":1,"b":1,"c":1,"d":2e309}' >"$T/beyond"
check 'beyond a double' -i "$T/beyond" -o 'a	string	row 1 has a number that is beyond a double
b	string	row 1 has a number that is beyond a double
c	double	row 1 has a number of more than 38 digits
d	string	row 2 has a number that is beyond a double' -- athddl --explain t
printf '%s\n' '{"a":{"k":1},"t":"2026-11-27 10:00:00.123"}' '{"a":[{"k":1},{"k":2,"j":3}],"t":"2026-11-27 10:00:00"}' >"$T/once"
check 'a name in two objects is no name twice' -i "$T/once" -a -e '' -- athddl --location s3://l/t/ t
printf '%s\n' '{"a":[{"k":1},{"k":2,"j":3,"k":4}],"t":"2026-11-27 10:00:00.123"}' '{"t":"2026-11-27 10:00:00.1234"}' >"$T/twice"
check 'a name twice, and a time too fine for Athena' -i "$T/twice" -a -e 'athddl: row 1: a name occurs twice, and the OpenX SerDe cannot read such a row
athddl: row 2: a timestamp has more than milliseconds, and Athena reads milliseconds' -- athddl --location s3://l/t/ t
check '  not for another engine' -i "$T/twice" -a -e '' -- athddl --for duckdb t
check '39 digits' -i "$T/in" -m 'a	double	38 digits before the point \(row 1\) and 1 after it \(row 2\) are more than 38' -- athddl --explain t
lines '{"a":1.10,"b":-0.000001,"c":0.30000000000000004,"d":100e-2,"e":{"x y":1,"z":2.5},"f":{}}'
check 'digits as they are written' -i "$T/in" -o "a decimal(18,2)
b decimal(18,6)
c decimal(18,17)
d decimal(18,2)
e json
f map<string,string>" -- athddl --for schema t

# Names.
lines '{"a-b":1,"userId":1,"UserID":2,"x.y":"s","select":1,"_z":true,"dt":1,"o":{"Kk":1},"A_B":3}'
check 'names that Athena has not' -i "$T/in" -O "$golden/names.want" -e "athddl: column 'dt' is left out: a partition has this name" -- \
    athddl --location s3://l/t --partition dt t
check 'which only OpenX reads' -i "$T/in" -s 1 -e "athddl: column 'a-b': Athena has no such name, and only the SerDe openx reads it under another; rename it in the rows" -- \
    athddl --location s3://l/t --serde hive t
lines '{"@type":"a","order id":1}'
check 'in lower case no more than a mapping is wanted' -i "$T/in" -m "^  'mapping._type' = '@type',$" -- athddl --location s3://l/t t
ok 'and names stay insensitive to case' sh -c '! grep -q case.insensitive "$1"' - "$T/out"

# CSV and TSV.
printf 'a,b,c,d,dt\r\n1,2.5,x,,true\r\n2,3,"y, z",7,false\r\n' >"$T/in"
check 'CSV' -i "$T/in" -O "$golden/csv.want" -- athddl -i csv --location s3://l/t --partition dt t
check 'why a number is a string' -i "$T/in" -m '^d	string	OpenCSVSerDe reads an empty field as text' -- athddl -i csv --explain t
printf 'a;b\n1;2\n' >"$T/in"
check 'a semicolon' -i "$T/in" -m "^  'separatorChar' = ';',$" -- athddl -i csv --location s3://l/t t
printf 'a,b\n1,c:\\d\n"x\ny",2\n' >"$T/in"
check 'what OpenCSVSerDe reads otherwise is told' -i "$T/in" -a -e "athddl: line 2: a backslash, which OpenCSVSerDe reads as an escape: cdcxform -o opencsv escapes it
athddl: line 3: a line break inside a field ends the row for OpenCSVSerDe" -- athddl -i csv --location s3://l/t t
check 'and only where it reads' -i "$T/in" -a -- athddl -i csv --for sqlite --serde lazy t
printf 'a\tb\tc\n1\t\\N\tx\\ty\n' >"$T/in"
check 'TSV' -i "$T/in" -O "$golden/tsv.want" -- athddl -i tsv --no-header --location s3://l/t t
printf 'a,b\n1\n1,2\n' >"$T/in"
check 'a field is missing' -i "$T/in" -s 1 -m '^b	bigint' -e "athddl: line 2: 1 field, but the first line has 2
athddl: 1 line rejected" -- athddl -i csv --explain t
printf 'a,a\n' >"$T/in"
check 'a name twice' -i "$T/in" -s 1 -e "athddl: line 1: the name 'a' occurs twice" -- athddl -i csv --explain t

# Prefixes.
lines '{"a":1}'
location() { check "$1" -i "$T/in" -m "$3" -- athddl --location "$2" t; }
location 'a month' 's3://l/!{timestamp:yyyy-MM}/' "^  'projection.yearmonth.interval.unit' = 'MONTHS',"
location 'parts' 's3://l/year=!{timestamp:yyyy}/m=!{timestamp:MM}/' "^  'storage.location.template' = 's3://l/year=.\{year\}/m=.\{m\}/'"
location 'a key' 's3://l/!{partitionKeyFromQuery:cat}/!{timestamp:HH}/' "^  'projection.cat.type' = 'injected',"
location 'a random one ends it' 's3://l/!{timestamp:yyyy}/x-!{firehose:random-string}/' "^  'storage.location.template' = 's3://l/.\{year\}/'"
location 'the folder above' 's3://l/a/b-!{timestamp:yyyy}/' "^LOCATION 's3://l/a/'"
check 'no year' -s 2 -e "athddl: option '--location': 'MM/dd' has no year: Athena cannot project it" -- athddl --location 's3://l/!{timestamp:MM/dd}/' t
check 'a week' -s 2 -e "athddl: option '--location': 'yyyy-ww': Athena projects years, months, days, hours, minutes and seconds, not 'w'" -- \
    athddl --location 's3://l/!{timestamp:yyyy-ww}/' t
check 'a range of a number' -i "$T/in" -m "^  'projection.year.range' = '2025,2026'," -- athddl --location s3://l/ --hive year --range year=2025,2026 t
check 'no time' -s 2 -E "^athddl: option '--range': dt: neither NOW, as in NOW-3YEARS, nor a time" -- athddl --location s3://l/ --hive dt --range dt=soon,NOW t

# Receipts.
lines '{"bucket":"lake","key":"sales/dt=2026-11-27/c=a%2Fb/x.gz","records":1,"partition":{"c":"a/b"}}' \
    '{"bucket":"lake","key":"sales/dt=2026-11-27/c=a%2Fb/y.gz"}' '{"bucket":"lake","key":"sales/dt=2026-11-28/c=it%27s/x.gz"}'
check 'partitions' -i "$T/in" -o "ALTER TABLE shop.sales ADD IF NOT EXISTS
  PARTITION (dt = '2026-11-27', c = 'a/b') LOCATION 's3://lake/sales/dt=2026-11-27/c=a%2Fb/'
  PARTITION (dt = '2026-11-28', c = \"it's\") LOCATION 's3://lake/sales/dt=2026-11-28/c=it%27s/';" -- athddl --partitions shop.sales
check 'in the order of the table' -i "$T/in" -m "^  PARTITION \(c = 'a/b', dt = '2026-11-27'\)" -- \
    athddl --partitions --location s3://lake/sales/ --partition c --partition dt:date sales
lines '{"bucket":"lake","key":"sales/Toys/2026/11/27/x","partition":{"category":"Toys"}}' '{"bucket":"lake","key":"other/x","partition":{"category":"Toys"}}' \
    '{"bucket":"lake","key":"sales/x"}' 'no' '{}' '{"bucket":"lake","key":"sales/a=__HIVE_DEFAULT_PARTITION__/x"}' '{"bucket":"lake","key":"sales/a=1/x"}'
check 'and what is none' -i "$T/in" -s 1 -o "ALTER TABLE sales ADD IF NOT EXISTS
  PARTITION (category = 'Toys') LOCATION 's3://lake/sales/Toys/';" -e "athddl: line 2: a partition has one location: it is in s3://lake/sales/Toys/ already, not in 's3://lake/other/'
athddl: line 3: 'sales/x' is in no partition
athddl: line 4: byte 1: an object was expected
athddl: line 5: no receipt of s3put: it has no 'bucket'
athddl: line 6: the partition of NULL can only be added by MSCK REPAIR TABLE
athddl: line 7: 'sales/a=1/x' has other partition columns than the first receipt
athddl: 6 lines rejected ($T/rejects)" -- athddl --partitions --rejects "$T/rejects" sales
sed 1d "$T/in" >"$T/want"
check 'rejects are verbatim' -O "$T/want" -- cat "$T/rejects"
check 'not below the location' -i "$T/in" -s 1 -E "^athddl: line 1: 'sales/Toys/2026/11/27/x' is not below s3://lake/else/" -- \
    athddl --partitions --location s3://lake/else/ sales
seq 1 250 | sed 's|.*|{"bucket":"l","key":"t/n=&/x"}|' >"$T/in"
check '250 partitions' -i "$T/in" -a -- athddl --partitions t
ok 'are three statements' test "$(grep -c '^ALTER' "$T/out")" = 3
ok 'of 100 at most' test "$(sed '/^ALTER/d' "$T/out" | wc -l)" = 250
check 'Glue wants the columns' -s 2 -e 'athddl: --partitions --for glue-json needs --schema: each partition has the columns' -- athddl --partitions --for glue-json t
check 'and has them' -i "$T/in" -a -- athddl --partitions --for glue-json --serde parquet --schema "$T/schema" t
ok 'in each partition' test "$(jq -s '[.[].PartitionInputList[].StorageDescriptor.Columns | length] | unique | tostring' "$T/out")" = '"[10]"'
if /usr/bin/python3 -c 'import botocore' 2>/dev/null; then
    sed 's/^/BatchCreatePartition /' "$T/out" >"$T/requests"
    sed 's/^/CreateTable /' "$golden/glue.want" >>"$T/requests"
    check 'AWS has these requests in its model' -o 4 -i "$T/requests" -- /usr/bin/python3 "$here/athena_model.py" glue
else
    skip 'AWS has these requests in its model' 'no botocore'
fi
# The partition of a receipt is printed at once, before the next receipt arrives.
mkfifo "$T/fifo"
athddl --partitions t <"$T/fifo" >"$T/live" &
pid=$!
exec 3>"$T/fifo"
echo '{"bucket":"l","key":"t/n=1/x"}' >&3
ok 'a pipe is live' soon grep -q "n = '1'" "$T/live"
exec 3>&-
wait $pid

# Bad input.
printf '{"a":1}\n[1]\n{"a":\377}\n{"a":2' >"$T/in"
check 'bad rows' -s 1 -i "$T/in" -o 'a bigint' -E '^athddl: 3 lines rejected' -- athddl --for schema t
check '--strict' -s 1 -i "$T/in" -E '^athddl: line 2: ' -- athddl --strict --for schema t
printf '\357\273\277{"a":1}\n\n{"bfpipe.mark":{"stream":"s","shard":"x","sequence":"1"}}\n{"a":2}' >"$T/in"
check 'a byte order mark, blank lines, marks, no last newline' -i "$T/in" -o 'a bigint' -- athddl --for schema t
{ printf '{"a":"'; head -c 3000 /dev/zero | tr '\0' x; printf '"}\n{"a":1}\n'; } >"$T/in"
check 'a long row' -s 1 -i "$T/in" -o 'a bigint' -E '^athddl: line 1: ' -- athddl --max-line 2k --for schema t
lines '{"a":1}'
ok 'a full disk' sh -c 'athddl --for schema t <"$1" >/dev/full 2>"$2"; [ $? = 1 ]' - "$T/in" "$T/err"
if [ -z "${BF_VALGRIND:-}" ]; then
    awk 'BEGIN { for (i = 0; i < 1200; i++) printf "%s\"c%d\":1", i ? "," : "{", i; print "}" }' >"$T/in"
    check '1,200 columns' -s 1 -i "$T/in" -e 'athddl: more than 1000 columns, or more than the memory for them holds' -- athddl --for schema t
fi

# The other engines read what is for them.
sales
athddl --for sqlite sales <"$T/in" >"$T/sqlite.sql"
check 'SQLite' -o 'total TEXT' -- sh -c '{ cat "$1"; echo "SELECT name, type FROM pragma_table_info('\''sales'\'') WHERE name = '\''total'\'';"; } |
    sqlite3 -batch -separator " " :memory:' - "$T/sqlite.sql"
lake=$T/lake/dt=2026-11-27
mkdir -p "$lake"
cp "$T/in" "$lake/x.json"
query() { (cd "$root/tests/services" && node query.mjs "$@"); }
if [ -d "$root/tests/services/node_modules/@duckdb/node-api" ] && [ -z "${BF_VALGRIND:-}" ]; then
    athddl --for duckdb --location s3://lake/ --partition dt:date sales <"$T/in" | sed "s|s3://lake|$T/lake|" >"$T/duckdb.sql"
    check 'DuckDB reads the objects' -o '1284.51	4242	2026-11-27' -- sh -c 'cd "$1" && node query.mjs tsv "$2" "SELECT sum(total), max(payment.last4), max(dt) FROM sales" | tail -n 1' - \
        "$root/tests/services" "$(cat "$T/duckdb.sql")"
    athddl --for duckdb sales <"$T/in" >"$T/duckdb.sql"
    check 'or a table' -a -- query tsv "$(cat "$T/duckdb.sql")"
else
    skip 'DuckDB reads the objects' 'no DuckDB'
fi
initdb=$(command -v initdb || find /usr/lib/postgresql -name initdb 2>/dev/null | head -n 1)
if [ -n "$initdb" ] && id postgres >/dev/null 2>&1 && [ "$(id -u)" = 0 ] && [ -z "${BF_VALGRIND:-}" ]; then
    athddl --for postgres --partition dt:date sales <"$T/in" | tr '\n' ' ' >"$T/postgres.sql"
    echo >>"$T/postgres.sql"
    chmod 755 "$T"
    mkdir "$T/pg" && chown postgres "$T/pg"
    # shellcheck disable=SC2016 # the inner shell's
    check 'PostgreSQL' -m 'numeric' -- setpriv --reuid=postgres --regid=postgres --clear-groups sh -c '
        cd / && "$1" -D "$2/pg/d" >/dev/null 2>&1 &&
        { cat "$2/postgres.sql"; echo "SELECT data_type FROM information_schema.columns WHERE column_name = '\''total'\''"; } |
        "${1%/initdb}/postgres" --single -D "$2/pg/d" postgres 2>&1' - "$initdb" "$T"
else
    skip 'PostgreSQL' 'no initdb, or no user for it'
fi

# The examples of the manual.
awk -v dir="$T" '
    /^\.Bd -literal/ { n++; next }
    /^\.Ed/ { if (n) close(dir "/" n ".ex"); next }
    /^\$ / && n { gsub(/\\e/, "\\"); print substr($0, 3) > (dir "/" n ".ex"); next }
    /^> / && n { print substr($0, 3) > (dir "/" n ".ex"); next }
    n { print > (dir "/" n ".exwant") }
' "$root/man/athddl.1"
for n in 1 2 3 4; do
    awk '/^\./ { exit } { print }' "$T/$n.exwant" >"$T/want"
    check "the manual's example $n" -O "$T/want" -- sh "$T/$n.ex"
done
plan
