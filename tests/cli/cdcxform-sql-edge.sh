#!/bin/sh
# cdcxform with SQL: lists, names that are no SQL names, what does not belong into an expression, odd lookups.
. "$(dirname "$0")/lib.sh"
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
check "a word of a query as a name" -s 2 -e 'cdcxform: --where: order belongs to a whole query, see --sql; a column of that name stands in double quotes' -- $x --where 'order = 1'
check "another word of SQL" -s 2 -e 'cdcxform: --where: near "index": syntax error; an attribute that is called like a word of SQL stands in double quotes' -- $x --where 'index = 1'

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
i=0
while [ $i -lt 100 ] && [ ! -s "$T/live" ]; do sleep 0.05; i=$((i + 1)); done
check "does not wait for the end" -o '{"n":2}' -- cat "$T/live"
exec 9>&-
wait $pid

# what does not belong into an expression
check "an aggregate in --where" -s 2 -e 'cdcxform: --where: max looks at more than one change, which takes --sql' -- $x --where "max(p) = 'a'"
check "max of two is none" -i "$T/in" -o '{"p":"101"}' -- $x --where "max(p, 'a') = 'a'" --select p
check "in --select" -s 2 -e 'cdcxform: --select: count looks at more than one change, which takes --sql' -- $x --select "count(*) AS n"
check "in --set" -s 2 -e 'cdcxform: --set: s: sum looks at more than one change, which takes --sql' -- $x --set "s=sum(n)"
check "a window function" -s 2 -e 'cdcxform: --select: OVER looks at more than one change, which takes --sql' -- $x --select "row_number() OVER () AS r"
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
check "in a join, too" -i "$T/in" -o '{"p":"101","z":1.5}' -- $x --lookup t="$T/t.csv" --sql "SELECT c.p, t.z FROM cdc c LEFT JOIN t USING (p)"
look 'p,z\n101,12345678901234567890.25\n102,2\n'
check "CSV: numbers of any length" -i "$T/in" -o '{"z":12345678901234567890.25}' -- $x --lookup t="$T/t.csv" --sql "SELECT t.z FROM cdc c JOIN t ON t.p = c.p"
look 'p,z\n101,007\n102,2\n'
check "CSV: what is no JSON number makes a column of texts" -i "$T/in" -o '{"z":"007"}' -- $x --lookup t="$T/t.csv" --sql "SELECT t.z FROM cdc c JOIN t ON t.p = c.p"
printf 'p,z\n101,a\377b\n' >"$T/t.csv"
check "CSV: not UTF-8" -s 1 -e "cdcxform: --lookup: $T/t.csv: line 2: byte 6: not UTF-8" -- $x --lookup t="$T/t.csv"
look 'p,z\n101,"a\n'
check "CSV: a quote that never closes" -s 1 -e "cdcxform: --lookup: $T/t.csv: line 2: field 2: its quote is never closed" -- $x --lookup t="$T/t.csv"
look 'p,P\n101,a\n'
check "CSV: a column twice" -s 1 -e "cdcxform: --lookup: $T/t.csv: line 1: column P stands twice" -- $x --lookup t="$T/t.csv"
: >"$T/t.csv"
check "CSV: empty" -s 1 -e "cdcxform: --lookup: $T/t.csv: is empty; the first line names the columns" -- $x --lookup t="$T/t.csv"
printf '\357\273\277{"n":7,"z":12345678901234567890123456789,"b":true,"o":{"a":[1.0]},"s":"\\u00e9\\n","e":null}\n{"n":8,"b":false}\n' >"$T/t.ndjson"
check "NDJSON: values stay what they are" -i "$T/in" -o '{"z":12345678901234567890123456789,"b":true,"o":{"a":[1.0]},"s":"é\n","e":null}' \
    -- $x --lookup t="$T/t.ndjson" --sql "SELECT z, b, o, s, t.e FROM cdc c JOIN t USING (n)"
printf '{"n":7}\n{"n":8,"n":9}\n' >"$T/t.ndjson"
check "NDJSON: a member twice" -s 1 -e "cdcxform: --lookup: $T/t.ndjson: line 2: n stands twice" -- $x --lookup t="$T/t.ndjson"
printf '{"n":1e400}\n' >"$T/t.ndjson"
check "NDJSON: a number that DynamoDB has not" -s 1 -E "t.ndjson: line 1: n: a number above" -- $x --lookup t="$T/t.ndjson"
echo '{"n":7}' >"$T/t.ndjson"
check "two of one name" -s 2 -e 'cdcxform: --lookup: two tables are called T' -- $x --lookup t="$T/t.ndjson" --lookup T="$T/t.ndjson"
check "a folder" -s 1 -e "cdcxform: --lookup: $T: Is a directory" -- $x --lookup t="$T"
check "a name of SQLite's" -s 2 -e "cdcxform: --lookup: names that begin with sqlite_ are SQLite's own" -- $x --lookup sqlite_x="$T/t.ndjson"
plan
