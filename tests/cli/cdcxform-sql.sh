#!/bin/sh
# cdcxform with SQL: --where, --select, --sql, columns, numbers, lookups, errors.
. "$(dirname "$0")/lib.sh"
unordered="cdcxform: _seq is NULL: a record has neither a SequenceNumber nor a kinesis.sequenceNumber with a time, which give the order of changes"

# change OP NEW OLD: as in cdcxform.sh
change() {
    printf '{"eventID":"e-1","eventName":"%s","tableName":"sales","dynamodb":{"ApproximateCreationDateTime":1795759200000,"Keys":{"id":{"S":"o-1"}}' "$1"
    [ -z "$2" ] || printf ',"NewImage":{"id":{"S":"o-1"}%s}' "$2"
    [ -z "$3" ] || printf ',"OldImage":{"id":{"S":"o-1"}%s}' "$3"
    printf '}}\n'
}
rest=',"total":{"N":"92.10"},"pay":{"M":{"method":{"S":"card"},"ok":{"BOOL":true}}},"p":{"S":"p-1"}'
{
    change INSERT ",\"status\":{\"S\":\"PLACED\"}$rest" ''
    change MODIFY ",\"status\":{\"S\":\"PAID\"}$rest" ",\"status\":{\"S\":\"PLACED\"}$rest"
    change MODIFY ",\"status\":{\"S\":\"PAID\"}$rest" ",\"status\":{\"S\":\"PAID\"}$rest"
    change REMOVE '' ",\"status\":{\"S\":\"PAID\"}$rest"
} >"$T/in"
x="cdcxform --no-meta"

check "--where: the row as it is, old image" -i "$T/in" -o '{"id":"o-1","status":"PAID","total":92.10,"pay":{"method":"card","ok":true},"p":"p-1"}' \
    -- $x --where "_op='MODIFY' AND status<>old.status"
check "--where: paths, numbers, --fields" -i "$T/in" -o '{"total":92.10}
{"total":92.10}
{"total":92.10}' -- $x --fields total --where "pay.method='card' and total > 92 and pay.ok"
check "--select: unchanged columns, expressions, NULL, nested values" -i "$T/in" \
    -o '{"id":"o-1","total":92.10,"t2":184.2,"pay":{"method":"card","ok":true},"pay.ok":true,"old.status":"PLACED","none":null,"j":{"a":[1,"x"]},"b":1}' \
    -- cdcxform --where "status<>old.status" --select "id, total, total*2 AS t2, pay, pay.ok, old.status, NULL AS none, json_object('a',json_array(1,'x')) AS j, pay.ok+0 AS b"
check "--select *: a result replaces a column" -i "$T/in" -o '{"id":"o-1","total":92.10,"pay":{"method":"card","ok":true},"p":"p-1","_op":"INSERT","_ts":"2026-11-27T06:00:00.000Z","status":"placed","n":1}' \
    -- cdcxform --where "_op='INSERT'" --select "*, lower(status) AS status, 1 AS n"
check "metadata" -i "$T/in" -o '{"_op":"REMOVE","_ts":"2026-11-27T06:00:00.000Z","_table":"sales","_event_id":"e-1","_seq":null}' -e "$unordered" \
    -- cdcxform --where "_op='REMOVE'" --select "_op,_ts,_table,_event_id,_seq"
check "CSV, TSV and items of what was selected" -i "$T/in" -o 'id,n,none
o-1,2,' -- cdcxform --where "_op='INSERT'" -o csv --select "id, 1+1 AS n, NULL AS none"
check "items" -i "$T/in" -o '{"Item":{"id":{"S":"o-1"},"n":{"N":"2"},"t":{"S":"a\"b"},"none":{"NULL":true}}}' \
    -- cdcxform --where "_op='INSERT'" -o ddb-json --select "id, 1+1 AS n, 'a\"b' AS t, NULL AS none"

check "--sql: alias, whole rows, paths after it" -i "$T/in" -o '{"id":"o-1","status":"PLACED","total":92.10,"pay":{"method":"card","ok":true},"p":"p-1","m":"card"}' \
    -- $x --sql "SELECT c.*, c.pay.method AS m FROM cdc c WHERE c._op='INSERT'"
check "--sql: GROUP BY at the end" -i "$T/in" -o '{"_op":"MODIFY","n":2,"sum":184.2}
{"_op":"INSERT","n":1,"sum":92.1}
{"_op":"REMOVE","n":1,"sum":null}' -- $x --sql "SELECT _op, count(*) AS n, dec_sum(total) AS sum FROM cdc GROUP BY _op ORDER BY n DESC, _op"
check "--sql: whole rows in an order, LIMIT" -i "$T/in" -o '{"id":"o-1"}' -- $x --sql "SELECT * FROM cdc ORDER BY _op DESC LIMIT 1"
check "--sql: cdc twice" -i "$T/in" -o '{"n":2}' -- cdcxform --sql "SELECT count(*) AS n FROM cdc a JOIN cdc b ON a._op='INSERT' AND b.status = 'PAID' AND b._op='MODIFY'"
check "--sql: nested values and numbers out of what was kept" -i "$T/in" -o '{"pay":{"method":"card","ok":true},"total":92.1}' \
    -- cdcxform --sql "SELECT DISTINCT pay, total FROM cdc WHERE pay IS NOT NULL"
check "--sql: constants in IN are no reason to wait" -i "$T/in" -o '{"status":"PLACED"}' -- cdcxform --sql "SELECT status FROM cdc WHERE status IN ('A','B','PLACED','C')"
mark='{"bfpipe.mark":{"stream":"s","shard":"shardId-0","sequence":"49"}}'
{ cat "$T/in"; echo "$mark"; } >"$T/marked"
check "marks wait with the rows" -i "$T/marked" -o "{\"n\":4}
$mark" -- cdcxform --sql "SELECT count(*) AS n FROM cdc"
check "empty input, an aggregate" -o '{"n":0}' -- cdcxform --sql "SELECT count(*) AS n FROM cdc"
check "-j 2 keeps order and finds what is missing" -i "$T/in" -o '{"id":"o-1","nope":null}' -e 'cdcxform: no record has an attribute nope' \
    -- cdcxform -j 2 --where "_op='INSERT'" --select "id, nope"

# rows are written while changes are read
mkfifo "$T/fifo"
cdcxform --sql "SELECT id FROM cdc" <"$T/fifo" >"$T/live" 2>"$T/live.err" &
pid=$!
exec 9>"$T/fifo"
head -n 1 "$T/in" >&9
soon test -s "$T/live"
check "a row is out while the input is open" -o '{"id":"o-1"}' -- cat "$T/live"
exec 9>&-
wait $pid

# numbers
change INSERT ',"big":{"N":"12345678901234567890123456789"},"long":{"N":"0.12345678901234567"},"int":{"N":"900719925474099312"},"e":{"N":"1.5E+20"},"money":{"N":"0.1"},"esc":{"S":"a\"\\\n\u00e9"}' '' >"$T/n"
check "numbers go out digit for digit" -i "$T/n" -o '{"big":12345678901234567890123456789,"long":0.12345678901234567,"int":900719925474099312,"e":1.5E+20,"esc":"a\"\\\n\u00e9"}' \
    -- cdcxform --select "big, long, int, e, esc"
check "and are what they are to SQL" -i "$T/n" -o '{"a":"text","b":"text","c":"integer","d":"real","i":900719925474099313,"s":12345678901234567890123456789.1,"x":0.3,"y":-1,"l":5}' \
    -- cdcxform --select "typeof(big) AS a, typeof(long) AS b, typeof(int) AS c, typeof(money) AS d, int+1 AS i, dec_add(big, money) AS s, dec_add(money, money, money) AS x, dec_cmp(money, '0.2') AS y, length(esc) AS l"
check "a sum of them" -i "$T/n" -o '{"s":12345678901234567890123456789}' -- cdcxform --sql "SELECT dec_sum(big) AS s FROM cdc"
check "a failing expression refuses the change" -s 1 -i "$T/in" -o '{"x":null}' -e "cdcxform: line 1: --select: dec_add: 'PLACED' is not a number
cdcxform: line 2: --select: dec_add: 'PAID' is not a number
cdcxform: line 3: --select: dec_add: 'PAID' is not a number
cdcxform: 3 lines rejected" -- cdcxform --select "dec_add(status, 1) AS x"

# a typo must not become silence
check "an attribute that no record has" -i "$T/in" -e 'cdcxform: no record has an attribute statsu; did you mean status?' -- cdcxform --where "statsu='PAID'"
check "a text in double quotes is a name" -i "$T/in" -e "cdcxform: no record has an attribute PAID; a text is written in single quotes: 'PAID'" -- cdcxform --where 'status="PAID"'
check "bad SQL" -s 2 -e 'cdcxform: --where: near "AND": syntax error' -- cdcxform --where "status='x' AND AND 1"
check "no function of that name" -s 2 -e 'cdcxform: --select: no such function: uper' -- cdcxform --select "uper(status)"
check "two names that are equal in SQL" -s 2 -e 'cdcxform: --where: Status and status are the same column to SQL' -- cdcxform --where "Status='x' OR status='y'"
check "attributes of one name" -s 2 -e 'cdcxform: --set: two results are called a' -- cdcxform --set a=1 --set a=2
check "results of one name" -s 2 -e 'cdcxform: --select: two results are called a; use AS' -- cdcxform --select "a, 1 AS a"
check "not a SELECT" -s 2 -E '^cdcxform: --sql: ' -- cdcxform --sql "DELETE FROM cdc"
check "two queries" -s 2 -e "cdcxform: --sql: one query, without ';'" -- cdcxform --sql "SELECT 1 FROM cdc; SELECT 2"
check "no FROM cdc" -s 2 -e "cdcxform: --sql: does not read FROM cdc" -- cdcxform --sql "SELECT 1"
check "--sql beside --where" -s 2 -E '^cdcxform: --sql is the whole query' -- cdcxform --sql "SELECT 1 FROM cdc" --where 1
check "--select beside --fields" -s 2 -E 'no --fields with them$' -- cdcxform --select a --fields b
check "NATURAL JOIN" -s 2 -E 'name the columns with USING$' -- cdcxform --sql "SELECT 1 FROM cdc NATURAL JOIN x"

# lookups
printf 'p,brand,weight\np-1,"Acme, Inc.",1.50\np-2,,2\n' >"$T/products.csv"
printf '{"p":"p-1","brand":"Acme","n":7,"tags":["a"]}\n{"p":"p-2"}\n' >"$T/products.ndjson"
check "--lookup: a join" -i "$T/in" -o '{"id":"o-1","brand":"Acme, Inc.","weight":1.5}
{"id":"o-1","brand":"Acme, Inc.","weight":1.5}
{"id":"o-1","brand":"Acme, Inc.","weight":1.5}
{"id":"o-1","brand":null,"weight":null}' -- cdcxform --lookup products="$T/products.csv" --sql "SELECT c.id, p.brand, p.weight FROM cdc c LEFT JOIN products p USING (p)"
check "--lookup: NDJSON, an inner join, c.*" -i "$T/in" -o '{"id":"o-1","status":"PLACED","total":92.10,"pay":{"method":"card","ok":true},"p":"p-1","n":7}' \
    -- $x --lookup products="$T/products.ndjson" --sql "SELECT c.*, q.n FROM products q JOIN cdc c ON c.p = q.p WHERE c._op = 'INSERT'"
check "--enrich, seen by --where" -i "$T/in" -o '{"id":"o-1","brand":"Acme, Inc.","weight":1.5}' \
    -- $x --lookup products="$T/products.csv" --enrich 'products on p: brand, weight' --where "brand LIKE 'Acme%' AND _op='INSERT'" --fields id,brand,weight
check "--set: new, changed, removed" -i "$T/in" -o '{"id":"o-1","status":"placed","p":"p-1","gross":109.599}' \
    -- $x --where "_op='INSERT'" --set "status=lower(status)" --set 'total=NULL' --set 'pay=NULL' --set 'gross=dec_mul(total,1.19)'
printf 'p,brand\np-1,a\np-2,b\np-1,c\n' >"$T/twice.csv"
check "--enrich: a key twice" -s 1 -e "cdcxform: --enrich: $T/twice.csv: line 4: the same p as line 2" -- cdcxform --lookup t="$T/twice.csv" --enrich 't on p: brand'
printf 'p,brand\np-1,a\n,b\n' >"$T/none.csv"
check "--enrich: a line without key" -s 1 -e "cdcxform: --enrich: $T/none.csv: line 3: no p" -- cdcxform --lookup t="$T/none.csv" --enrich 't on p: brand'
printf 'p,brand\np-1\n' >"$T/short.csv"
check "a line with too few fields" -s 1 -e "cdcxform: --lookup: $T/short.csv: line 2: 1 field, the header has 2" -- cdcxform --lookup t="$T/short.csv"
printf '{"p":"p-1"}\n{"p":"p-2","x":1}\n' >"$T/more.ndjson"
check "NDJSON: a member that the first line has not" -s 1 -e "cdcxform: --lookup: $T/more.ndjson: line 2: x is not a member of the first line's object" -- cdcxform --lookup t="$T/more.ndjson"
printf '{"p":"p-1"}\n{"p":\n' >"$T/bad.ndjson"
check "NDJSON: broken" -s 1 -E "bad.ndjson: line 2: byte 6: " -- cdcxform --lookup t="$T/bad.ndjson"
check "a lookup that is not there" -s 1 -E '^cdcxform: --lookup: .*none.such.csv' -- cdcxform --lookup t="$T/none.such.csv"
check "no lookup of that name" -s 2 -e 'cdcxform: --enrich: no --lookup is called t' -- cdcxform --enrich 't on p: brand'
check "a column that the lookup has not" -s 2 -E "^cdcxform: --enrich: .*brnd" -- cdcxform --lookup t="$T/products.csv" --enrich 't on p: brnd'
check "--enrich in other words" -s 2 -e "cdcxform: --enrich: wants 'TABLE on COLUMN: COLUMN, COLUMN...'" -- cdcxform --lookup t="$T/products.csv" --enrich 't p brand'
# a name that no record had
head -n 1 "$T/n" >"$T/one"
printf '{"eventName":"REMOVE","dynamodb":{"Keys":{"id":{"N":"1"}}}}\n' >"$T/removed"
check "a misspelled name is told" -i "$T/one" -e 'cdcxform: no record has an attribute bigg; did you mean big?' -- cdcxform --where 'bigg > 1'
check "--strict: and fails" -i "$T/one" -s 1 -e 'cdcxform: no record has an attribute bigg; did you mean big?' -- cdcxform --strict --where 'bigg > 1'
check "and says so in any case" -i "$T/one" -s 1 -e 'cdcxform: no record has an attribute bigg; did you mean big?' -- cdcxform -q --strict --where 'bigg > 1'
check "the rows are out" -i "$T/one" -s 1 -o '{"int":900719925474099312,"x":null}' -E 'no record has an attribute bigg; did you mean big.$' -- cdcxform --strict --select 'int, bigg AS x'
check "on two threads too" -i "$T/one" -s 1 -E 'no record has an attribute bigg; did you mean big.$' -- cdcxform -j 2 --strict --where 'bigg > 1'
check "no record is no mistake" -- cdcxform --strict --where 'bigg > 1'
check "so does one of --fields, not of --drop" -s 1 -i "$T/one" -o '{}' -e 'cdcxform: no record has an attribute gone
cdcxform: no record has an attribute nope' -- cdcxform --strict --no-meta --fields nope --drop gone
check "keys alone have little" -i "$T/removed" -o '{"id":1}' -- cdcxform --no-meta --fields id,status
# as Athena does it, or not at all
brackets="brackets are no subscript here; an element is written tags->>0, counted from 0, a member m.k or m->>'k'"
echo '{"eventName":"INSERT","dynamodb":{"Keys":{},"NewImage":{"tags":{"L":[{"S":"x"}]},"m":{"M":{"k":{"S":"y"}}},"id":{"S":"PAID"}}}}' >"$T/sub"
for at in 'tags[1]' "m['k']" 'm["k"]' 'm[k]'; do
    check "no subscripts: $at" -s 2 -i "$T/sub" -e "cdcxform: --select: $at: $brackets" -- cdcxform --select "$at"
done
check "nor with a blank" -s 2 -i "$T/sub" -E 'brackets are no subscript' -- cdcxform --sql 'SELECT tags [ 1 ] FROM cdc'
check "what is written instead" -i "$T/sub" -o '{"a":"x","b":"y","c":"y"}' -- cdcxform --select "tags->>0 AS a, m.k AS b, m->>'k' AS c"
check "brackets around a name" -i "$T/sub" -o '{"id":"PAID","1":"PAID","x y":"PAID"}' -- cdcxform --select '[id], id AS [1], cdc.[id] [x y]'
check "LIKE knows upper from lower case" -i "$T/sub" -o '{"a":0,"b":1,"c":1}' -- cdcxform --select "id LIKE 'p%' AS a, id LIKE 'P_I%' AS b, lower(id) LIKE 'p%' AS c"
check "ID is not id, and says so" -i "$T/sub" -o '{"ID":null}' -e 'cdcxform: no record has an attribute ID; did you mean id?' -- cdcxform -q --select ID
check "a filter that drops all for a name says so with -q" -i "$T/sub" -e 'cdcxform: no record has an attribute tgas; did you mean tags?' -- cdcxform -q --where 'tgas IS NOT NULL'

plan
