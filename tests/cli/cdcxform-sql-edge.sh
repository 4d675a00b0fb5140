#!/bin/sh
# cdcxform with SQL: lists, names that are not SQL names, text that is not allowed in an expression, unusual lookups.
. "$(dirname "$0")/lib.sh"
unordered="cdcxform: _seq is NULL: a record has neither a SequenceNumber nor a kinesis.sequenceNumber with a time, which give the order of changes"
# change ATTRIBUTES: an insert.
change() {
    printf '{"eventName":"INSERT","tableName":"sales","dynamodb":{"Keys":{"id":{"S":"o-1"}},"NewImage":{"id":{"S":"o-1"}%s}}}\n' "$1"
}
x="cdcxform --no-meta"
change ',"p":{"S":"101"},"n":{"N":"7"},"l":{"L":[{"M":{"sku":{"S":"a"},"qty":{"N":"2"}}},{"M":{"sku":{"S":"b"},"qty":{"N":"3"}}}]}' >"$T/in"

# names
change ',"order":{"S":"kw"},"a-b":{"S":"dash"},"a.b":{"S":"dot"},"größe":{"S":"ü"},"with space":{"S":"sp"},"q\"uote":{"S":"qq"},"1st":{"S":"digit"},"$d":{"S":"dollar"},"m":{"M":{"b.c":{"S":"x"},"d":{"N":"1"}}}' >"$T/names"
check "names that are no SQL names" -i "$T/names" -o '{"order":"kw","a-b":"dash","a.b":"dot","g":"ü","with space":"sp","q\"uote":"qq","1st":"digit","$d":"dollar","m.d":1}' \
    -- $x --select '"order","a-b",a.b, größe AS g,"with space","q""uote","1st","$d",m.d'
check "a word of a query as a name" -s 2 -e 'cdcxform: --where: order belongs to a whole query, see --sql; a column of that name is written in double quotes' -- $x --where 'order = 1'
check "an expression that ends too soon" -s 2 -e 'cdcxform: --where: something is missing at its end' -- $x --where 'total ='
check "a list that ends too soon" -s 2 -e 'cdcxform: --select: something is missing at its end' -- $x --select 'status,'
check "another word of SQL" -s 2 -e 'cdcxform: --where: near "index": syntax error; an attribute that is called like a word of SQL is written in double quotes' -- $x --where 'index = 1'

# a query that waits for the end keeps the types of whole rows and of columns
change ',"b":{"B":"AAE="},"ss":{"SS":["x","y"]},"ns":{"NS":["1","2.50"]},"big":{"N":"12345678901234567890123"},"m":{"M":{"b":{"B":"AAE="}}},"nil":{"NULL":true},"t":{"BOOL":true}' >"$T/kinds"
typed='"b":{"B":"AAE="},"ss":{"SS":["x","y"]},"ns":{"NS":["1","2.50"]},"big":{"N":"12345678901234567890123"},"m":{"M":{"b":{"B":"AAE="}}},"nil":{"NULL":true},"t":{"BOOL":true}'
for end in "FROM cdc" "FROM cdc ORDER BY id" "FROM cdc a JOIN cdc b USING (id)"; do
    star='*'
    case $end in *JOIN*) star='a.*' ;; esac
    check "whole items: $star $end" -i "$T/kinds" -o "{\"Item\":{\"id\":{\"S\":\"o-1\"},$typed,\"_op\":{\"S\":\"INSERT\"},\"_seq\":{\"NULL\":true}}}" -e "$unordered" \
        -- cdcxform --meta op,seq -o ddb-json --sql "SELECT $star $end"
    check "whole rows as CSV: $star $end" -i "$T/kinds" -o 'id,b,ss,ns,big,m,nil,t
o-1,AAE=,"[""x"",""y""]","[1,2.50]",12345678901234567890123,"{""b"":""AAE=""}",,true' -- $x -o csv --sql "SELECT $star $end"
    check "whole rows with another column: $star $end" -i "$T/kinds" -o '{"id":"o-1","b":"AAE=","ss":["x","y"],"ns":[1,2.50],"big":12345678901234567890123,"m":{"b":"AAE="},"nil":null,"t":true,"k":["x","y"]}' \
        -- $x --sql "SELECT $star, ${star%\*}ss AS k $end"
done
check "columns as items, at the end" -i "$T/kinds" -o '{"Item":{"b":{"B":"AAE="},"ss":{"SS":["x","y"]},"ns":{"NS":["1","2.50"]},"big":{"N":"12345678901234567890123"}}}' \
    -- $x -o ddb-json --sql "SELECT b, ss, ns, big FROM cdc ORDER BY id"

# decimals: a function accepts the result of another, exactly or not at all
change ',"big":{"N":"12345678901234567890123456789012345678"},"huge":{"N":"1E125"},"tiny":{"N":"1E-130"}' >"$T/dec"
check "a decimal of a decimal" -i "$T/dec" -o '{"x":152415787532388367504953518230452651811918912592440176580368847}' -- $x --select "dec_add(dec_mul(big, 12345678901234567890123456), big, 1) AS x" -q
check "and sums of them" -i "$T/dec" -o '{"x":152415787532388367504953505884773750577351022468983387568023168,"y":1}' \
    -- $x --sql "SELECT dec_sum(dec_mul(big, 12345678901234567890123456)) AS x, dec_max(dec_cmp(dec_mul(big, big), big)) AS y FROM cdc"
check "a decimal of 400 digits" -i "$T/dec" -m '^\{"x":10{375}\}$' -- $x --select "dec_mul(huge, huge, huge) AS x"
check "a larger one is refused, and not cut" -s 1 -i "$T/dec" -E '^cdcxform: line 1: --select: dec_mul: a number above 1E.400 or below 1E-400$' -- $x --select "dec_mul(huge, huge, huge, huge) AS x"
check "and so is a smaller one" -s 1 -i "$T/dec" -E '^cdcxform: line 1: --select: dec_mul: a number above 1E.400 or below 1E-400$' -- $x --select "dec_mul(tiny, tiny, tiny, tiny) AS x"

# lists, sets: one row an element, sums over elements
check "json_each with an alias" -i "$T/in" -o '{"p":"101","sku":"b","key":1}' \
    -- $x --sql "SELECT c.p, j.value->>'sku' AS sku, j.key FROM cdc c, json_each(c.l) AS j WHERE j.value->>'qty' > 2"
check "json_each without one" -i "$T/in" -o '{"v":{"sku":"a","qty":2}}
{"v":{"sku":"b","qty":3}}' -- $x --sql "SELECT json_each.value AS v FROM cdc, json_each(l)"
check "a sum over the elements of one record" -i "$T/in" -o '{"p":"101","q":5}' -- $x --select "p, (SELECT sum(j.value->>'qty') FROM json_each(l) j) AS q"
mkfifo "$T/fifo"
cdcxform --sql "SELECT (SELECT count(*) FROM json_each(c.l)) AS n FROM cdc c WHERE p IS DISTINCT FROM 'x'" <"$T/fifo" >"$T/live" 2>"$T/live.err" &
pid=$!
exec 9>"$T/fifo"
cat "$T/in" >&9
soon test -s "$T/live"
check "does not wait for the end" -o '{"n":2}' -- cat "$T/live"
exec 9>&-
wait $pid

# numbers of any length: SQLite's own hold 18 digits, or 15 with a point
for n in 5 9007199254740993 9007199254740994.5 12345678901234567890123456789 -12345678901234567890123456789 0.30000000000000004; do change ",\"n\":{\"N\":\"$n\"}"; done >"$T/n"
where() { # where EXPR NUMBERS...: for these it is true
    expr=$1
    shift
    check "--where $expr" -i "$T/n" -o "$(printf '{"n":%s}\n' "$@")" -- $x --fields n --where "$expr"
}
where 'n > 9007199254740993' 9007199254740994.5 12345678901234567890123456789
where 'n<=9007199254740993' 5 9007199254740993 -12345678901234567890123456789 0.30000000000000004
where '1 > n' -12345678901234567890123456789 0.30000000000000004
where 'NOT n < 9007199254740994.5' 9007199254740994.5 12345678901234567890123456789
where 'n > 12345678901234567890123456788' 12345678901234567890123456789
where 'n = 12345678901234567890123456789' 12345678901234567890123456789
where 'n = 1.2345678901234567890123456789e28' 12345678901234567890123456789
where 'n <> 1e2 AND n = 123456789012345678901234567890e-1' 12345678901234567890123456789
where 'n >= 0.30000000000000004 AND n < 6' 5 0.30000000000000004
where 'n BETWEEN 0 AND 10' 5 0.30000000000000004
where 'n NOT BETWEEN 0 AND 9007199254740994.25' 9007199254740994.5 12345678901234567890123456789 -12345678901234567890123456789
where 'CASE WHEN n < 1 THEN 1 ELSE 0 END = 1' -12345678901234567890123456789 0.30000000000000004
where "n+0 < 5" -12345678901234567890123456789 0.30000000000000004
check "NULL in comparisons" -i "$T/in" -o '{"a":null,"b":null,"c":0,"d":1}' -e 'cdcxform: no record has an attribute nope' -- $x --select 'nope > 1 AS a, nope BETWEEN 1 AND 2 AS b, n BETWEEN nope AND 6 AS c, n BETWEEN 6 AND 8 AS d'
check "texts sort after numbers" -i "$T/in" -o '{"a":1,"b":1,"c":0}' -- $x --select 'p > 5 AS a, n < p AS b, p < n AS c'
check "results keep their text as their name" -i "$T/in" -o '{"n > 5":1,"n BETWEEN 1 AND 2":0,"l":1,"12345678901234567890":12345678901234567890}' -- $x --select 'n > 5, n BETWEEN 1 AND 2, n<8 l, 12345678901234567890'
check "ORDER BY" -i "$T/n" -o '{"n":12345678901234567890123456789}
{"n":9007199254740994.5}
{"n":9007199254740993}
{"n":5}
{"n":0.30000000000000004}
{"n":-12345678901234567890123456789}' -- $x --sql 'SELECT n FROM cdc ORDER BY n DESC'
check "the largest, the smallest" -i "$T/n" -o '{"n":4,"max":1.2345678901234568e+28,"dec_max":12345678901234567890123456789,"dec_min":5}' -- $x --sql 'SELECT count(*) AS n, max(n) AS max, dec_max(n) AS dec_max, dec_min(n) AS dec_min FROM cdc WHERE n >= 5'
check "a result of more digits than DynamoDB holds" -i "$T/n" -o '{"s":18014398509481992.80000000000000004}' -- $x --sql 'SELECT dec_sum(n) AS s FROM cdc'

# queries that need all changes
{ change ',"n":{"N":"1"}'; change ',"n":{"N":"2"}'; } >"$T/two"
check "DISTINCT" -i "$T/two" -o '{"id":"o-1"}' -- $x --sql 'SELECT DISTINCT id FROM cdc'
check "LIMIT" -i "$T/two" -o '{"n":1}' -- $x --sql 'SELECT n FROM cdc LIMIT 1'
check "no column at all" -i "$T/two" -o '{"count(*)":2}' -- $x --sql 'SELECT count(*) FROM cdc'
check "types after a sorter" -i "$T/in" -o '{"l":[{"sku":"a","qty":2},{"sku":"b","qty":3}],"n":7}' -- $x --sql 'SELECT l, n FROM cdc GROUP BY id ORDER BY n'
check "decimals after a sorter stay numbers" -i "$T/n" -o '{"id":"o-1","b":-12345678901234567890123456788.5}' -- $x --sql 'SELECT id, dec_add(n,0.5) AS b FROM cdc ORDER BY n LIMIT 1'
check "out of a subquery, too" -i "$T/n" -o '{"s":18014398509481992.80000000000000004,"t":18014398509481993.80000000000000004}' -- $x --sql 'WITH z(id, total) AS (SELECT id, dec_sum(n) AS total FROM cdc GROUP BY id) SELECT z.total AS s, dec_add(total, 1) AS t FROM z ORDER BY 1'
check "but texts stay texts" -i "$T/in" -o '{"s":"12345678901234567890123"}' -- $x --sql "SELECT '12345678901234567890123' AS s FROM cdc ORDER BY 1"
check "an expression that fails ends the query, no line" -s 1 -i "$T/in" -e "cdcxform: --sql: dec_sum: 'o-1' is not a number" -- $x --sql 'SELECT dec_sum(id) FROM cdc'
check "cdc inside of another table" -i "$T/two" -o '{"a":1,"n":1}
{"a":1,"n":2}' -- $x --sql 'SELECT p.a, c.n FROM (SELECT 1 AS a) p LEFT JOIN cdc c ON c.n < 5 ORDER BY 2'
check "cdc in a subquery" -i "$T/two" -o '{"n":2}' -- $x --sql 'SELECT n FROM cdc WHERE n = (SELECT max(n) FROM cdc)'
bfgen -q -n 3000 -o cdc --seed 5 >"$T/gen"
check "many batches: groups" -i "$T/gen" -o "$(jq -r 'select(.dynamodb.NewImage.order_id) | .eventName' "$T/gen" | LC_ALL=C sort | uniq -c | awk '{ printf "%s{\"_op\":\"%s\",\"n\":%d}", (NR > 1 ? "\n" : ""), $2, $1 }')" -- $x --sql "SELECT _op, count(*) AS n FROM cdc WHERE status IS NOT NULL GROUP BY _op"
check "many batches: DISTINCT, in input order" -i "$T/gen" -o "$(jq -r '.dynamodb.NewImage.order_id.S // empty' "$T/gen" | awk '!seen[$0]++ { printf "%s{\"order_id\":\"%s\"}", (NR > 1 ? "\n" : ""), $0 }')" -- $x --sql "SELECT DISTINCT order_id FROM cdc WHERE order_id IS NOT NULL AND _op <> 'REMOVE'"

# text that is not allowed in an expression
check "an aggregate in --where" -s 2 -e 'cdcxform: --where: max looks at more than one change, which needs --sql' -- $x --where "max(p) = 'a'"
check "max of two is none" -i "$T/in" -o '{"p":"101"}' -- $x --where "max(p, 'a') = 'a'" --select p
check "in --select" -s 2 -e 'cdcxform: --select: count looks at more than one change, which needs --sql' -- $x --select "count(*) AS n"
check "in --set" -s 2 -e 'cdcxform: --set: s: sum looks at more than one change, which needs --sql' -- $x --set "s=sum(n)"
check "a window function" -s 2 -e 'cdcxform: --select: OVER looks at more than one change, which needs --sql' -- $x --select "row_number() OVER () AS r"
check "LIMIT" -s 2 -E '^cdcxform: --select: limit belongs to a whole query, see --sql' -- $x --select "id limit 1"
check "FROM" -s 2 -E '^cdcxform: --where: FROM belongs to a whole query, see --sql' -- $x --where "id FROM cdc"
check "parentheses that break out" -s 2 -e 'cdcxform: --where: a ) that was not opened' -- $x --where '1) OR (1'
check "also of --set" -s 2 -e 'cdcxform: --set: a: a ) that was not opened' -- $x --set 'a=1) AS x, (2'
check "a ( that is not closed" -s 2 -e 'cdcxform: --where: a ( that is not closed' -- $x --where '(id'

# lookups
look() { printf '%b' "$1" >"$T/t.csv"; }
look "$(printf '\357\273\277p,"we""ird","multi')\n"'line"\r\n"x101","Ac\r\nme",\r\n'
check "CSV: BOM, CRLF, quotes, newlines" -i "$T/in" -o '{"p":"x101","we\"ird":"Ac\r\nme","multi\nline":null}' -- $x --lookup t="$T/t.csv" --sql "SELECT t.* FROM cdc c JOIN t ON t.p = 'x' || c.p"
look 'p,z\n101,1.50\n102,2\n'
check "CSV: an id that is a text there and a number here" -i "$T/in" -o '{"p":"101","z":1.5}' -- $x --lookup t="$T/t.csv" --enrich 't on p: z' --fields p,z
look 'p,z\r101,1.50\r102,2\r'
check "CSV: CR alone ends lines" -i "$T/in" -o '{"p":"101","z":1.5}' -- $x --lookup t="$T/t.csv" --enrich 't on p: z' --fields p,z
look '"";"p";"z"\n1;"101";1.50\n2;"102";2\n'
check "CSV: semicolons, and a row number without a name" -i "$T/in" -o '{"p":"101","z":1.5}' -- \
    $x --lookup t="$T/t.csv" --enrich 't on p: z' --fields p,z
look 'p,z\n101,732823e0\n'
check "CSV: a code is no number" -i "$T/in" -o '{"p":"101","z":"732823e0"}' -- $x --lookup t="$T/t.csv" --enrich 't on p: z' --fields p,z
look 'p,z\n101,1.50\n102,2\n'
check "in a join, too" -i "$T/in" -o '{"p":"101","z":1.5}' -- $x --lookup t="$T/t.csv" --sql "SELECT c.p, t.z FROM cdc c LEFT JOIN t USING (p)"
look 'p,z\n101,12345678901234567890.25\n102,2\n'
check "CSV: numbers of any length" -i "$T/in" -o '{"z":12345678901234567890.25}' -- $x --lookup t="$T/t.csv" --sql "SELECT t.z FROM cdc c JOIN t ON t.p = c.p"
look 'p,z\n101,007\n102,2\n'
check "CSV: a value that is not a JSON number makes a column of texts" -i "$T/in" -o '{"z":"007"}' -- $x --lookup t="$T/t.csv" --sql "SELECT t.z FROM cdc c JOIN t ON t.p = c.p"
printf 'p,z\n101,a\377b\n' >"$T/t.csv"
check "CSV: not UTF-8" -s 1 -e "cdcxform: --lookup: $T/t.csv: line 2: byte 6: not UTF-8" -- $x --lookup t="$T/t.csv"
look 'p,z\n101,"a\n'
check "CSV: a quote that never closes" -s 1 -e "cdcxform: --lookup: $T/t.csv: line 2: field 2: its quote is never closed" -- $x --lookup t="$T/t.csv"
look 'p,P\n101,a\n'
check "CSV: a column twice" -s 1 -e "cdcxform: --lookup: $T/t.csv: line 1: column P appears twice" -- $x --lookup t="$T/t.csv"
: >"$T/t.csv"
check "CSV: empty" -s 1 -e "cdcxform: --lookup: $T/t.csv: is empty; the first line names the columns" -- $x --lookup t="$T/t.csv"
printf '\357\273\277{"n":7,"z":12345678901234567890123456789,"b":true,"o":{"a":[1.0]},"s":"\\u00e9\\n","e":null}\n{"n":8,"b":false}\n' >"$T/t.ndjson"
check "NDJSON: values stay what they are" -i "$T/in" -o '{"z":12345678901234567890123456789,"b":true,"o":{"a":[1.0]},"s":"é\n","e":null}' \
    -- $x --lookup t="$T/t.ndjson" --sql "SELECT z, b, o, s, t.e FROM cdc c JOIN t USING (n)"
printf '{"n":7}\n{"n":8,"n":9}\n' >"$T/t.ndjson"
check "NDJSON: a member twice" -s 1 -e "cdcxform: --lookup: $T/t.ndjson: line 2: n appears twice" -- $x --lookup t="$T/t.ndjson"
printf '{"n":1e400}\n' >"$T/t.ndjson"
check "NDJSON: a number that DynamoDB has not" -s 1 -E "t.ndjson: line 1: n: a number above" -- $x --lookup t="$T/t.ndjson"
echo '{"n":7}' >"$T/t.ndjson"
check "two of one name" -s 2 -e 'cdcxform: --lookup: two tables are called T' -- $x --lookup t="$T/t.ndjson" --lookup T="$T/t.ndjson"
check "a folder" -s 1 -e "cdcxform: --lookup: $T: Is a directory" -- $x --lookup t="$T"
check "a name of SQLite's" -s 2 -e "cdcxform: --lookup: names that begin with sqlite_ are SQLite's own" -- $x --lookup sqlite_x="$T/t.ndjson"
look 'k^z\n1^2\n'
check "a column that a join names and a lookup lacks" -s 2 -e 'cdcxform: --sql: a table that is joined has no column k' -- $x --lookup t="$T/t.csv" --sql "SELECT c.id FROM cdc c JOIN t USING (k)"
plan
