#!/bin/sh
# cdcxform --sql over all changes: cdc is read more than once; numbers longer than SQLite's own types stay numbers after
# sorters, subqueries and windows, or there is a message.
. "$(dirname "$0")/lib.sh"

change() { # change ORDER STATUS N [MORE]: a change with its number as sequence
    n=$((${n:-0} + 1))
    printf '{"eventName":"INSERT","eventID":"e%s","dynamodb":{"ApproximateCreationDateTime":1795759200,"SequenceNumber":"%s","NewImage":{"order_id":{"S":"%s"},"status":{"S":"%s"},"n":{"N":"%s"}%s}}}\n' $n $n "$1" "$2" "$3" "${4:-}"
}
x="cdcxform --no-meta"
big=12345678901234567890
z=000000000000000000000000000000000000000 # _seq has 40 digits
{
    change o-1 PLACED 1.1 ',"ok":{"BOOL":true},"lines":{"L":[{"N":"1.0"}]}'
    change o-1 SHIPPED $big.5 ',"late":{"S":"yes"},"ok":{"BOOL":false}'
    change o-2 PLACED 9
    change o-2 PLACED ${big%0}1
    change o-3 SHIPPED -$big
} >"$T/in"

# cdc more than once
sql() { # sql NAME QUERY ROW...
    name=$1 query=$2
    shift 2
    check "$name" -i "$T/in" -o "$(for row in "$@"; do printf '%s\n' "$row"; done)" -- $x --sql "$query"
}
sql "a join with itself" "SELECT a.order_id FROM cdc a JOIN cdc b USING (order_id) WHERE a.status='PLACED' AND b.status='SHIPPED'" '{"order_id":"o-1"}'
sql "columns that came later, and their types" "SELECT a.order_id, b.late, b.ok, a.lines FROM cdc a JOIN cdc b ON a.order_id = b.order_id AND a._seq < b._seq" \
    '{"order_id":"o-1","late":"yes","ok":false,"lines":[1.0]}' '{"order_id":"o-2","late":null,"ok":null,"lines":null}'
sql "whole rows" "SELECT a.*, b.late AS more FROM cdc a JOIN cdc b ON b.order_id = a.order_id AND b.late = 'yes' WHERE a.status = 'PLACED'" \
    '{"order_id":"o-1","status":"PLACED","n":1.1,"ok":true,"lines":[1.0],"more":"yes"}'
sql "long numbers in a join" "SELECT a._seq AS a, b._seq AS b FROM cdc a JOIN cdc b ON a.n < b.n WHERE a.n > 5" "{\"a\":\"${z}2\",\"b\":\"${z}4\"}" "{\"a\":\"${z}3\",\"b\":\"${z}2\"}" "{\"a\":\"${z}3\",\"b\":\"${z}4\"}"
sql "and below zero" "SELECT DISTINCT a._seq AS a FROM cdc a JOIN cdc b ON a.n < b.n WHERE a.n < -3" "{\"a\":\"${z}5\"}"
sql "a correlated subquery" "SELECT n FROM cdc c WHERE NOT EXISTS (SELECT 1 FROM cdc d WHERE d.n > c.n)" "{\"n\":${big%0}1}"
sql "WITH, read twice" "WITH t AS (SELECT order_id, n FROM cdc WHERE n < 100) SELECT a.n AS a, b.n AS b FROM t a JOIN t b ON a.n < b.n ORDER BY a.n, b.n" \
    "{\"a\":-$big,\"b\":1.1}" "{\"a\":-$big,\"b\":9}" '{"a":1.1,"b":9}'
sql "WITH, kept" "WITH t AS MATERIALIZED (SELECT n FROM cdc) SELECT n FROM t WHERE n < 5" '{"n":1.1}' "{\"n\":-$big}"
sql "UNION" "SELECT status FROM cdc UNION SELECT order_id FROM cdc ORDER BY 1 LIMIT 2" '{"status":"PLACED"}' '{"status":"SHIPPED"}'
check "UNION orders no long numbers, and says so" -i "$T/in" -s 1 -E '^cdcxform: --sql: the ORDER BY of a UNION, INTERSECT or EXCEPT cannot order numbers of more than 15 digits; SELECT its columns FROM' -- \
    $x --sql "SELECT n FROM cdc UNION SELECT 10 FROM cdc ORDER BY n"
sql "around it they are" "SELECT u.s FROM (SELECT n, status AS s FROM cdc UNION SELECT 10 AS n, 'ten' AS s FROM cdc) u ORDER BY u.n LIMIT 4" \
    '{"s":"SHIPPED"}' '{"s":"PLACED"}' '{"s":"PLACED"}' '{"s":"ten"}'

# a * in a subquery: the columns that the query names
sql "the last change of each order" "WITH l AS (SELECT *, row_number() OVER (PARTITION BY order_id ORDER BY _seq DESC) AS rn FROM cdc) SELECT order_id, l.n, _op FROM l WHERE rn = 1 AND order_id > 'o-1'" \
    "{\"order_id\":\"o-2\",\"n\":${big%0}1,\"_op\":\"INSERT\"}" "{\"order_id\":\"o-3\",\"n\":-$big,\"_op\":\"INSERT\"}"
check "with a path" -i "$T/in" -o '{"lines":[1.0],"old.n":null}' -e "cdcxform: no record has an attribute old.n" -- $x --sql "SELECT x.lines, x.old.n FROM (SELECT c.* FROM cdc c LIMIT 1) x"
sql "the same name inside and outside" "SELECT c.status FROM (SELECT c.* FROM cdc c WHERE c.n > 5 LIMIT 1) c" '{"status":"SHIPPED"}'
sql "counted" "SELECT count(*) AS n FROM (SELECT * FROM cdc)" '{"n":5}'
no="cdcxform: --sql: \* in a subquery means the columns that the query names; with"
check "DISTINCT *" -s 2 -E "^$no DISTINCT name them there$" -- cdcxform --sql "SELECT count(*) FROM (SELECT DISTINCT * FROM cdc)"
check "UNION of *" -s 2 -E "^$no UNION, INTERSECT, EXCEPT name them there$" -- cdcxform --sql "SELECT count(*) FROM (SELECT * FROM cdc UNION SELECT * FROM cdc)"
check "a column that is not there" -s 2 -e "cdcxform: --sql: t has no column status" -- cdcxform --sql "WITH t AS (SELECT order_id FROM cdc) SELECT t.status FROM t"
for option in --where --select --set=a; do
    check "$option cannot read all of cdc" -s 2 -e "cdcxform: ${option%=a}: $(test $option = --set=a && echo 'a: ')a subquery that reads cdc sees all changes, which needs --sql" -- cdcxform $option="n > (SELECT avg(n) FROM cdc)"
done

# results of sorters and windows
sql "HAVING" "SELECT order_id, n FROM cdc GROUP BY order_id HAVING n < 5" '{"order_id":"o-1","n":1.1}' "{\"order_id\":\"o-3\",\"n\":-$big}"
sql "the smallest" "SELECT order_id, min(n) AS m, dec_min(n) AS d FROM cdc GROUP BY order_id HAVING m < 5" '{"order_id":"o-1","m":1.1,"d":1.1}' "{\"order_id\":\"o-3\",\"m\":-1.2345678901234567e+19,\"d\":-$big}"
sql "below a LIMIT" "SELECT n FROM (SELECT n FROM cdc ORDER BY _seq LIMIT 4) WHERE n < $big.75" '{"n":1.1}' "{\"n\":$big.5}" '{"n":9}'
sql "a window" "SELECT n, lag(n) OVER (ORDER BY _seq) < n AS up FROM cdc" '{"n":1.1,"up":null}' "{\"n\":$big.5,\"up\":1}" '{"n":9,"up":0}' "{\"n\":${big%0}1,\"up\":1}" "{\"n\":-$big,\"up\":0}"
sql "a window with a filter and a name" "SELECT _seq AS s, count(*) FILTER (WHERE n > 5) OVER w > 1 AS two FROM cdc WINDOW w AS (ORDER BY _seq) LIMIT 3" "{\"s\":\"${z}1\",\"two\":0}" "{\"s\":\"${z}2\",\"two\":0}" "{\"s\":\"${z}3\",\"two\":1}"
sql "ORDER BY the name of a result" "SELECT order_id, dec_add(n,1) AS x FROM cdc ORDER BY x LIMIT 2" "{\"order_id\":\"o-3\",\"x\":-${big%90}89}" '{"order_id":"o-1","x":2.1}'
sql "ORDER BY the number of a result" "SELECT n AS a, order_id AS b FROM cdc ORDER BY 2 DESC, 1" "{\"a\":-$big,\"b\":\"o-3\"}" '{"a":9,"b":"o-2"}' "{\"a\":${big%0}1,\"b\":\"o-2\"}" '{"a":1.1,"b":"o-1"}' "{\"a\":$big.5,\"b\":\"o-1\"}"
sql "in a subquery too" "SELECT y FROM (SELECT n x, order_id y FROM cdc ORDER BY x LIMIT 1)" '{"y":"o-3"}'
sql "the name of a result goes before a column" "SELECT order_id AS n FROM cdc ORDER BY n DESC LIMIT 1" '{"n":"o-3"}'
sql "max and min of several" "SELECT max(n, 5), min(n, 5) AS m FROM cdc WHERE order_id = 'o-3' OR _seq = '${z}2'" "{\"max(n, 5)\":$big.5,\"m\":5}" "{\"max(n, 5)\":5,\"m\":-$big}"
sql "of nothing" "SELECT max(n, NULL) AS m FROM cdc WHERE _seq = '${z}1'" '{"m":null}'

sql "a long number that was computed stays a number" "SELECT order_id AS o, coalesce(n, 0) AS x FROM cdc ORDER BY x DESC LIMIT 1" "{\"o\":\"o-1\",\"x\":$big.5}"
sql "a negative number as it is written" "SELECT _seq AS s FROM cdc WHERE n = -$big OR n < -${big}1" "{\"s\":\"${z}5\"}"

# a text that looks like such a number
n=0
{
    change 00012345678901234567890 x 5
    change 2345678901234567890 y $big.5
} >"$T/in"
sql "is a text where it is read" "SELECT order_id AS o FROM cdc WHERE n < 6 AND order_id > n ORDER BY order_id" '{"o":"00012345678901234567890"}'
check "where nobody can tell any more, it is said" -i "$T/in" -s 1 -e 'cdcxform: --sql: is a value of many digits a number or a text here? CAST(x AS REAL) and dec_cmp(x, y) say number, x COLLATE BINARY says text' -- \
    $x --sql "SELECT a.order_id AS o FROM cdc a JOIN cdc b ON a.n < b.n"
sql "and one says it" "SELECT a.order_id AS o FROM cdc a JOIN cdc b ON dec_cmp(a.n, b.n) < 0" '{"o":"00012345678901234567890"}'
sql "or this" "SELECT a.order_id AS o FROM cdc a JOIN cdc b ON a.order_id COLLATE BINARY < b.order_id" '{"o":"00012345678901234567890"}'
sql "texts alone are texts" "SELECT a.order_id AS o FROM cdc a JOIN cdc b ON a.order_id < b.order_id" '{"o":"00012345678901234567890"}'

# a lookup's
printf 'k,z\n1,%s.25\n2,7\n' $big >"$T/z.csv"
check "a long number of a lookup" -i "$T/in" -o '{"k":1}' -- $x --lookup z="$T/z.csv" --sql "SELECT z.k FROM cdc c JOIN z ON z.z < c.n AND z.z > 8"
plan
