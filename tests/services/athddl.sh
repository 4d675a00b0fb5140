#!/bin/sh
# athddl's statements on Athena: rows as each SerDe reads them, tables inferred from rows, and the same
# values through athq. Names, types, NULLs, all kinds of partitions.
. "$(dirname "$0")/lib.sh"
need_tools athddl athq s3put cdcxform
bucket=ddl-$run
export AWS_ENDPOINT_URL_ATHENA="${AWS_ENDPOINT_URL_ATHENA:-${AWS_ENDPOINT_URL:-}}"
ask() { athq -q --output-location "s3://$bucket/answers/" "$@"; }
cli s3api create-bucket --bucket "$bucket" >/dev/null
[ -n "$AWS_ENDPOINT_URL_ATHENA" ] && ask 'SELECT 1' >/dev/null 2>"$T/err" ||
    { skip 'athddl' "no Athena: $(head -n 1 "$T/err" 2>/dev/null)"; plan; exit; }

# table NAME ROWS OPTIONS...: the rows become objects and a table. deliver is s3put with its options.
table() {
    name=$1 file=$2
    shift 2
    check "$name: a table" -i "$file" -a -- athddl --location "s3://$bucket/$name/" "$@" "$name"
    cp "$T/out" "$T/$name.sql"
    check "$name: Athena takes it" -i "$T/$name.sql" -- ask
}
deliver() {
    name=$1 file=$2
    shift 2
    check "$name: delivered" -i "$file" -a -- s3put "$@" "s3://$bucket/$name/"
}

printf '%s\n' '{"orderId":"o-1","n":7,"total":92.10,"paid":true,"at":"2026-11-27 06:30:00.5","on":"2026-11-27","tags":["a, b","c"],"pay":{"method":"card","Last4":"0042"},"x.y":"dot","a-b":"dash","select":1,"_z":"bar","note":null}' \
    '{"orderId":"o-2","n":-9223372036854775808,"total":1192.5,"paid":false,"at":"2026-11-28 00:00:00","on":"2026-11-28","tags":[],"pay":{"method":"it'"'"'s \"x\""},"x.y":"é","a-b":"","select":2,"_z":null,"note":"n"}' >"$T/rows"
deliver openx "$T/rows"
table openx "$T/rows"
check 'openx: values' -o '{"orderid":"o-1","n":7,"total":92.10,"paid":true,"at":"2026-11-27 06:30:00.500","on":"2026-11-27","tags":["a, b","c"],"last4":"0042","x_y":"dot","a_b":"dash","select":1,"_z":"bar","note":null}
{"orderid":"o-2","n":-9223372036854775808,"total":1192.50,"paid":false,"at":"2026-11-28 00:00:00.000","on":"2026-11-28","tags":[],"last4":null,"x_y":"é","a_b":"","select":2,"_z":null,"note":"n"}' -- \
    ask 'SELECT orderid, n, total, paid, at, "on", CAST(tags AS JSON) AS tags, pay.last4 AS last4, x_y, a_b, "select", "_z", note FROM openx ORDER BY orderid'

printf '%s\n' '{"userId":1,"UserID":2,"userid":3}' '{"userId":4,"UserID":5,"userid":6}' >"$T/rows"
deliver capitals "$T/rows"
table capitals "$T/rows"
check 'capitals: each name is its own column' -o '1,2,3
4,5,6' -- ask -o csv --no-header 'SELECT * FROM capitals ORDER BY 1'

printf '%s\n' '{"ключ":1,"tab\tname":2,"new\nline":3,"quote\"q":4,"back`tick":5,"it'"'"'s":6,"":7}' >"$T/rows"
deliver strange "$T/rows"
table strange "$T/rows"
check 'strange: names of any characters' -o '1,2,3,4,5,6,7' -- ask -o csv --no-header 'SELECT * FROM strange'

printf '%s\n' '{"id":1,"n":1e400,"a":[{"x":1},{"y":"q"},{"x":null,"z":[1,2.5]}],"m":true}' '{"id":2,"n":5,"a":null,"m":{"k":1}}' >"$T/rows"
deliver unlike "$T/rows"
table unlike "$T/rows"
check 'unlike: rows that have little in common' -o '{"id":1,"n":"1e400","a":[{"x":1,"y":null,"z":null},{"x":null,"y":"q","z":null},{"x":null,"y":null,"z":[1.0,2.5]}],"m":"true"}
{"id":2,"n":"5","a":null,"m":"{\"k\":1}"}' -- ask 'SELECT id, n, CAST(a AS JSON) AS a, m FROM unlike ORDER BY id'

printf '%s\n' '{"id":1,"at":"2026-11-27T06:30:00Z"}' '{"id":2,"at":"2026-11-27T06:30:00.123Z"}' >"$T/rows"
deliver hive "$T/rows"
table hive "$T/rows" --serde hive
check 'hive: ISO times are timestamps' -o '1,2026-11-27 06:30:00.000
2,2026-11-27 06:30:00.123' -- ask -o csv --no-header 'SELECT id, at FROM hive ORDER BY id'

printf 'id,name,n,dt\n1,"a, ""b""",7,x\n2,,,y\n' >"$T/rows"
deliver csv "$T/rows" -f csv
table csv "$T/rows" -i csv
check 'csv: no header among the rows, a missing number is an empty text' -o '{"id":1,"name":"a, \"b\"","n":"7","dt":"x"}
{"id":2,"name":"","n":"","dt":"y"}' -- ask 'SELECT * FROM csv ORDER BY id'

printf 'id\tname\tn\n1\ta, b\\\\c\t7\n2\t\t\\N\n3\t\\\\N\t8\n4\t\\\td\\ne\t9\n' >"$T/rows"
sed 1d "$T/rows" >"$T/body"
deliver tsv "$T/body" -f text
table tsv "$T/rows" -i tsv --no-header
check 'DESCRIBE: a value for each of its columns' -m '^{"col_name":"id","data_type":"bigint","comment":""}$' -- ask 'DESCRIBE tsv'
check 'tsv: a backslash, an empty text, NULL, a text like NULL, a tab and a line end' -o '{"id":1,"name":"a, b\\c","n":7}
{"id":2,"name":"","n":null}
{"id":3,"name":"\\N","n":8}
{"id":4,"name":"\td\ne","n":9}' -- ask 'SELECT * FROM tsv ORDER BY id'
printf '%s\n' '{"eventName":"INSERT","dynamodb":{"Keys":{"id":{"N":"1"}},"NewImage":{"id":{"N":"1"},"name":{"S":"\\N"},"note":{"S":"a\tb\\c\nd\re"},"gone":{"NULL":true}}}}' >"$T/changes"
cdcxform --no-meta -o tsv "$T/changes" >"$T/rows"
sed 1d "$T/rows" >"$T/body"
deliver values "$T/body" -f text
table values "$T/rows" -i tsv --no-header
check 'what cdcxform -o tsv writes is what is read' -o '{"id":1,"name":"\\N","note":"a\tb\\c\nd\re","gone":null}' -- ask 'SELECT * FROM "values"'


if [ -x "$BUILD/bin/row2pq" ]; then
    printf '%s\n' '{"id":1,"total":92.10,"at":"2026-11-27T06:30:00.123Z","tags":["a"]}' '{"id":2,"total":-0.01,"at":null,"tags":null}' >"$T/rows"
    check 'parquet: its schema' -i "$T/rows" -a -- athddl --for schema parquet
    cp "$T/out" "$T/schema"
    check 'parquet: delivered' -i "$T/rows" -a -- sh -c 'row2pq --schema "$1" | s3put --one "s3://$2/parquet/x.parquet"' sh "$T/schema" "$bucket"
    table parquet "$T/rows" --serde parquet
    check 'parquet: values' -o '{"id":1,"total":92.10,"at":"2026-11-27 06:30:00.123","tags":["a"]}
{"id":2,"total":-0.01,"at":null,"tags":null}' -- ask 'SELECT id, total, at, CAST(tags AS JSON) AS tags FROM parquet ORDER BY id'
fi

# Partitions: by a prefix, by --hive, by receipts. A day outside of the range is not read.
for day in 27 28; do
    for h in 05 06; do printf '{"id":"%s-%s","at":"2026-11-%sT%s:30:00Z","cat":"Home & Garden"}\n' $day $h $day $h; done
done >"$T/rows"
check 'prefix: delivered' -i "$T/rows" -a -- s3put --time-field at "s3://$bucket/prefix/!{timestamp:yyyy/MM/dd/HH}/"
check 'prefix: a table' -i "$T/rows" -a -- athddl --location "s3://$bucket/prefix/!{timestamp:yyyy/MM/dd/HH}/" --range datehour=2026-11-27T06:00,2026-11-28T05:00 prefix
check 'prefix: Athena takes it' -i "$T/out" -a -- cat
check 'prefix: is made' -- sh -c "athddl --location 's3://$bucket/prefix/!{timestamp:yyyy/MM/dd/HH}/' --range datehour=2026-11-27T06:00,2026-11-28T05:00 prefix <'$T/rows' | athq -q --output-location 's3://$bucket/answers/'"
check 'prefix: what is in the range' -o '27-06,2026/11/27/06
28-05,2026/11/28/05' -- ask -o csv --no-header 'SELECT id, datehour FROM prefix ORDER BY id'
check 'prefix: one hour' -o '28-05' -- ask -o csv --no-header "SELECT id FROM prefix WHERE datehour = '2026/11/28/05'"
check 'hive: delivered' -i "$T/rows" -a -- s3put --time-field at --hive dt,hour,cat "s3://$bucket/byhive/"
check 'hive: made' -- sh -c "athddl --location 's3://$bucket/byhive/' --hive dt,hour,cat --values 'cat=Home & Garden' byhive <'$T/rows' 2>'$T/left' |
    athq -q --output-location 's3://$bucket/answers/'"
ok 'hive: the field of the partition is left out' grep -q "'cat' is left out" "$T/left"
check 'hive: values of partitions' -o '{"id":"27-06","dt":"2026-11-27","hour":6,"cat":"Home & Garden"}' -- \
    ask "SELECT id, dt, hour, cat FROM byhive WHERE dt = DATE '2026-11-27' AND hour = 6"
check 'receipts: made' -- sh -c "athddl --location 's3://$bucket/receipts/' --partition dt:date --partition cat receipts <'$T/rows' 2>/dev/null |
    athq -q --output-location 's3://$bucket/answers/'"
check 'receipts: added' -- sh -c "s3put --time-field at --hive dt,cat 's3://$bucket/receipts/' <'$T/rows' | athddl --partitions receipts | athq -q --output-location 's3://$bucket/answers/'"
check 'receipts: values of partitions' -o '2026-11-27,Home & Garden,2
2026-11-28,Home & Garden,2' -- ask -o csv --no-header 'SELECT dt, cat, count(*) FROM receipts GROUP BY 1, 2 ORDER BY 1'
# Glue's JSON gives the same table.
if cli glue get-databases >/dev/null 2>&1; then
    check 'Glue takes the JSON' -a -- sh -c "athddl --for glue-json --location 's3://$bucket/openx/' glued <'$T/rows' >'$T/glue.json' &&
        '$aws' --endpoint-url '$AWS_ENDPOINT_URL_ATHENA' glue create-table --cli-input-json 'file://$T/glue.json'"
    check 'and Athena sees it' -m '"glued"' -- ask 'SHOW TABLES'
fi
plan
