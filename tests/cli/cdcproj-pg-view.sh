#!/bin/sh
# cdcproj --view in PostgreSQL: roll-ups are kept with the rows, exactly, also if rows change or are removed, batch by batch; queries that
# are not kept, and the reasons; --check; --rebuild. Values are computed from the input by another program, not from the database.
. "$(dirname "$0")/lib.sh"
. "$here/changes.sh"
. "$here/postgres.sh"
pg_suite

# Exact, and right when rows change and go.
cat >v.sql <<'END'
-- a comment; with a semicolon
CREATE VIEW by_c AS SELECT c, count(*) AS n, sum(v) AS total, count(v) AS with_v, min(v) AS least, max(v) "most" FROM sales GROUP BY c;
CREATE VIEW Whole AS SELECT count(*) AS N, sum(s.v) AS total, sum(CASE WHEN s.c = 'x' THEN s.v END) x FROM Sales AS s WHERE s.v > -100;
END
{
    put a 1 '"c":{"S":"x"},"v":{"N":"0.1"}'
    put b 2 '"c":{"S":"x"},"v":{"N":"0.2"}'
    put d 3 '"c":{"S":"y"},"v":{"N":"12345678901234567890123456789012345.678"}'
    put f 4 '"c":{"S":"y"},"v":{"N":"-7"}'
    put g 5 '"v":{"N":"100"}'
} >in
by_c='SELECT c,n,total,with_v,least,most FROM by_c ORDER BY c'
check 'roll-ups' -i in -- cdcproj --view v.sql "$pg"
check 'sums are exact, NULL is a group' -o 'x|2|0.3|2|0.1|0.2
y|2|12345678901234567890123456789012338.678|2|-7|12345678901234567890123456789012345.678
None|1|100|1|100|100' -- pgsql "$by_c"
check 'WHERE, CASE, an alias, names in capital letters' -o '5|12345678901234567890123456789012438.978|0.3' -- pgsql 'SELECT n,total,x FROM whole'
check 'they are tables' -o '2|2' -- pgsql "SELECT count(*),(SELECT count(*) FROM pg_class WHERE relkind='r' AND relname ~ '^_bfpipe_view_') FROM _bfpipe_views WHERE kept=1"
{ remove d 6; put f 7 '"c":{"S":"x"},"v":{"N":"-7"}'; put a 8 '"c":{"S":"x"},"v":{"N":"0.15"}'; put b 1 '"c":{"S":"z"},"v":{"N":"9"}'; remove g 2; } >next
check 'changes, without --view' -i next -- cdcproj "$pg"
check 'a group without rows goes, older changes count for nothing' -o 'x|3|-6.65|3|-7|0.2
None|1|100|1|100|100' -- pgsql "$by_c"
{ remove f 9; remove b 10; } | cdcproj "$pg"
check 'the least and the greatest after removals' -o 'x|1|0.15|1|0.15|0.15' -- pgsql "SELECT c,n,total,with_v,least,most FROM by_c WHERE c='x'"
{ remove a 11; remove g 12; } | cdcproj "$pg"
check 'without any rows' -o '0|None|None|0' -- pgsql 'SELECT *,(SELECT count(*) FROM by_c) FROM (SELECT n,total,x FROM whole) y'
{ put a 21 '"c":{"S":"x"},"v":{"N":"1"}'; put b 22 '"c":{"S":"x"}'; put d 23 '"v":{"N":"2"}'; } | cdcproj "$pg"
check 'and again' -o 'x|2|1|1|1|1
None|1|2|1|2|2' -- pgsql "$by_c"
check '--explain' -o 'by_c	kept	min and max by an index of sales
whole	kept' -- cdcproj --explain "$pg"
check '--check finds nothing' -- cdcproj --check "$pg"
pgsql "UPDATE _bfpipe_view_by_c SET a1=77 WHERE g0='x'"
check '--check finds what is wrong' -s 1 -E '^cdcproj: view by_c: there is \(x,2,77,1,1,1,1,1,1\)' -- cdcproj --check "$pg"
check 'and says how much' -s 1 -E '^cdcproj: postgresql:///bfpipe: 2 groups are not what the rows give; rebuild it' -- cdcproj --check "$pg"

# A file that changed between runs.
cat >v2.sql <<'END'
CREATE VIEW by_c AS SELECT c, count(*) AS n FROM sales GROUP BY c;
DROP VIEW whole
END
check 'another text replaces a view, which is filled from the rows' -- cdcproj --view v2.sql "$pg" /dev/null
check 'DROP VIEW drops one, with its table' -o 'x|2|_bfpipe_view_by_c
None|1|_bfpipe_view_by_c' -- pgsql "SELECT c,n,(SELECT string_agg(relname,' ') FROM pg_class WHERE relname ~ '^_bfpipe_view_' AND relkind='r') FROM by_c ORDER BY c"
check 'and is right' -- cdcproj --check "$pg"
pgsql 'CREATE VIEW theirs AS SELECT 1'
echo 'CREATE VIEW theirs AS SELECT count(*) FROM sales' >v3.sql
check 'a view of somebody else stays' -s 1 -E 'view theirs: .*already exists' -- cdcproj --view v3.sql "$pg" /dev/null

# A column that comes later; soft deletion.
pg_fresh
echo "CREATE VIEW late AS SELECT w, sum(u) AS u, count(*) AS n FROM sales WHERE _deleted IS NULL GROUP BY w" >late.sql
put a 1 '"v":{"N":"1"}' >in
check 'a view whose columns do not exist' -i in -e 'cdcproj: view late is not there yet: column "w" does not exist' -- cdcproj --soft-delete --view late.sql "$pg"
check 'is not there' -o '0' -- pgsql "SELECT count(*) FROM _bfpipe_views"
{ put b 2 '"w":{"S":"k"},"u":{"N":"5"}'; put c 3 '"w":{"S":"k"},"u":{"N":"6.5"}'; } >in
check 'until they are' -i in -- cdcproj --soft-delete --view late.sql "$pg"
{ put d 4 '"w":{"S":"k"},"u":{"N":"2"}'; remove d 5; remove c 6; } >in
check 'and it counts from then on' -i in -- cdcproj --soft-delete "$pg"
check 'what is not removed' -o 'k|5.0|1
None|None|1' -- pgsql 'SELECT w,u,n FROM late ORDER BY w'
check 'as the rows say' -- cdcproj --check "$pg"
check '--explain of a table with soft deletion' -o 'late	kept' -- cdcproj --explain "$pg"
check '  and of a file for it' -o 'late	kept' -- cdcproj --explain --view late.sql "$pg"

# What words after an expression mean: a name, or a part of it.
pg_fresh
cat >words.sql <<'END'
CREATE VIEW w1 AS SELECT c ISNULL, count(*) FROM sales GROUP BY 1;
CREATE VIEW w2 AS SELECT NOT b, count(*) AS n FROM sales GROUP BY 1;
CREATE VIEW w3 AS SELECT "s"."c" cat, count(*) n, sum(ALL s.v) v FROM sales AS s GROUP BY CAT;
CREATE VIEW w4 AS SELECT c || 'k' k, count(*) AS n FROM sales GROUP BY "k";
CREATE VIEW w5 AS SELECT date '2026-11-27' + interval '1' day, count(*) AS n FROM sales GROUP BY 1;
CREATE VIEW w6 AS SELECT c::timestamp with time zone, count(*) AS n FROM sales WHERE c <> 'x' GROUP BY 1;
END
{ put a 1 '"c":{"S":"x"},"v":{"N":"2"},"b":{"BOOL":true}'; put b 2 '"v":{"N":"3"}'; } >in
check 'names and words' -i in -- cdcproj --view words.sql "$pg"
check '  of results' -o 'f|1
t|1' -- pgsql 'SELECT * FROM w1 ORDER BY 1'
check '  without AS, in quotes, ALL' -o 'x|1|2
None|1|3' -- pgsql 'SELECT cat,n,v FROM w3 ORDER BY 1'
check '  a name that the server does not give' -o 'w1	kept
w2	kept
w3	kept
w4	kept
w5	plain	a result'"'"'s name is not understood here: write AS before it
w6	kept' -- cdcproj --explain "$pg"

# What is kept and what is not.
pg_fresh
cat >many.sql <<'END'
CREATE VIEW v1 AS SELECT id FROM sales;
CREATE VIEW v2 AS SELECT count(DISTINCT c) FROM sales;
CREATE VIEW v3 AS SELECT avg(v) FROM sales;
CREATE VIEW v4 AS SELECT sum(v)/count(*) AS mean FROM sales;
CREATE VIEW v5 AS SELECT c, sum(v) FROM sales GROUP BY c HAVING sum(v) > 1;
CREATE VIEW v6 AS SELECT s.c, count(*) FROM sales s JOIN other o ON s.id = o.id GROUP BY 1;
CREATE VIEW v7 AS SELECT c, sum(v) OVER (ORDER BY id) FROM sales;
CREATE VIEW v8 AS SELECT count(*) FROM sales WHERE at::timestamptz > now() - interval '1 hour';
CREATE VIEW v9 AS SELECT id, v, count(*) FROM sales GROUP BY id;
CREATE VIEW va AS SELECT count(*) FROM sales WHERE v > (SELECT max(v) FROM other);
CREATE VIEW vb AS SELECT sum(v::float8) AS f FROM sales;
CREATE VIEW vc AS SELECT string_agg(c, ',') FROM sales;
CREATE VIEW vd AS SELECT sum(v) FROM "v k";
CREATE VIEW ve AS SELECT jsonb_object_keys(m) AS k, count(*) FROM sales GROUP BY 1;
CREATE VIEW vf AS SELECT count(*) FROM sales WHERE v > random_of(1);
CREATE VIEW vg AS SELECT count(*) FROM sales WHERE md5(id) > clock_timestamp()::text;
CREATE VIEW vh AS SELECT substr(c, 1, 1) AS c, count(*) FROM sales GROUP BY c;
CREATE VIEW vi AS SELECT count(*) FROM theirs;
CREATE VIEW vj AS SELECT count(to_jsonb(sales)) AS n FROM sales;
CREATE VIEW vn AS SELECT s.c, sum(v) AS s, count(*) FROM sales s GROUP BY c;
CREATE VIEW "v k" AS SELECT c || '-' AS "k""ey", count(*) AS n, max(length(c)), sum(v) AS v FROM sales GROUP BY c || '-';
CREATE VIEW vl AS SELECT date_trunc('hour', at::timestamptz) AS hour, sum(v * 1.1) AS v, min(at) FROM sales GROUP BY 1;
CREATE VIEW vm AS SELECT sum(v * 1.1) AS v, sum((m->>'k')::int) AS k, coalesce(m->>'k', '-') FROM sales GROUP BY 3;
CREATE VIEW vo AS SELECT ALL c, sum(ALL v) FILTER (WHERE v > 2) AS big, count(*) FILTER (WHERE v > 2) FROM sales GROUP BY c;
CREATE VIEW vp AS SELECT avg(v) FILTER (WHERE v > 2) FROM sales;
CREATE VIEW vq AS SELECT count(*) FROM sales WHERE c = E'a\tb';
CREATE VIEW vr AS SELECT count(*) AS n FROM sales WHERE c = 'x\' OR c = 'x';
CREATE VIEW vs AS SELECT count(*) FROM sales WHERE c = $$x$$;
CREATE VIEW vt AS SELECT m['k'] k, count(*) AS n, sum((ARRAY[v, 2 * v])[2]) FILTER (WHERE c = ANY (ARRAY['x', 'y'])) AS s FROM sales GROUP BY m['k'];
END
{ put a 1 '"c":{"S":"x"},"v":{"N":"4"},"at":{"S":"2026-11-27T06:00:00Z"},"m":{"M":{"k":{"N":"3"}}}'; put b 2 '"c":{"S":"x"},"v":{"N":"2"},"at":{"S":"2026-11-27T06:30:00Z"}'; put o 3 '"v":{"N":"1"}' | sed 's/"sales"/"other"/'; } >in
pgsql "CREATE TABLE theirs(a int);CREATE FUNCTION random_of(a int)RETURNS int STABLE LANGUAGE sql AS 'SELECT count(*)::int FROM theirs'"
reasons='v k	kept	min and max by an index of sales
v1	plain	id is neither an aggregate nor in GROUP BY
v2	plain	DISTINCT needs all values
v3	plain	avg: keep sum and count, and divide when you read them
v4	plain	mean is computed from aggregates: keep them, and compute it when you read them
v5	plain	HAVING: filter when you read it
v6	plain	a JOIN: rows of another table may change
v7	plain	a window function looks at other rows
v8	plain	its result changes with the clock
v9	plain	v is neither an aggregate nor in GROUP BY
va	plain	a query inside of it looks at other rows
vb	plain	f is double precision, which is not exact: cast it to numeric
vc	plain	string_agg needs all values of a group
vd	plain	FROM is another view
ve	plain	jsonb_object_keys() gives several rows
vf	plain	random_of() may look at more than the row
vg	plain	clock_timestamp() differs each time
vh	plain	c in GROUP BY is the column, not the result of that name
vi	plain	theirs is not a table of cdcproj
vj	plain	it uses whole rows
vl	kept	min and max scan sales: functions in index expression must be marked IMMUTABLE
vm	kept
vn	kept
vo	kept
vp	plain	avg: keep sum and count, and divide when you read them
vq	plain	a backslash in E'\''...'\'' is not understood here
vr	kept
vs	plain	a string in $$ is not understood here
vt	kept'
check 'all kinds of views' -i in -- cdcproj --view many.sql "$pg"
check '--explain says which is which and why' -o "$reasons" -- cdcproj --explain "$pg"
printf '%s\n' "$reasons" >reasons
ok 'and of a file' sh -c 'cdcproj --explain --view many.sql "$1" | sort | diff - reasons' - "$pg"
check 'a plain view of a view has its values' -o '6' -- pgsql 'SELECT * FROM vd'
{ put a 4 '"c":{"S":"y"},"v":{"N":"5"},"at":{"S":"2026-11-27T07:00:00Z"},"m":{"M":{"k":{"N":"4"}}}'; remove b 5; } >in
check 'all go on' -i in -- cdcproj "$pg"
check 'and are right' -o 'y-|1|1|5|5.5|4|5' -- pgsql 'SELECT k.*,vm.v,k,vd.sum FROM "v k" k,vl,vm,vd'
check 'FILTER, ALL' -o 'y|5|1|0' -- pgsql 'SELECT vo.*,vr.n FROM vo,vr'
check 'brackets' -o '4|1|10' -- pgsql 'SELECT * FROM vt'
check '--check agrees' -- cdcproj --check "$pg"
put z 6 '"c":{"S":"y"},"v":{"N":"5"},"at":{"S":"no time"}' >in
check 'an expression that fails makes its view a plain one, which is told' -i in -E '^cdcproj: view vl is a plain view from now on: invalid input syntax for type timestamp with time zone: "no time"$' -- cdcproj "$pg"
check 'the rows and the others go on' -o '2|2|vl' -- pgsql "SELECT count(*),(SELECT sum(n) FROM \"v k\"),(SELECT string_agg(name,' ') FROM _bfpipe_views WHERE why ~ '^invalid input') FROM sales"
check 'a file that is not there' -s 1 -E '^cdcproj: --view nobody' -- cdcproj --view nobody "$pg"
echo 'CREATE VIEW x AS SELECT sum(nofun(v)) FROM sales' >x.sql
check 'no SQL' -s 1 -i in -E 'view x: .*function nofun\(numeric\) does not exist' -- cdcproj --view x.sql "$pg"

# Minima and maxima have indexes, so that the next value of a group is read from one entry of an index.
pg_fresh
echo "CREATE VIEW ends AS SELECT s.c, min(v) AS lo, max(v) FILTER (WHERE k = 'p') AS hi, min(k) AS k FROM sales AS s WHERE v <> 5 GROUP BY s.c" >ends.sql
python3 - >in <<'END'
for n in range(1, 3001):
    print('{"eventName":"INSERT","tableName":"sales","dynamodb":{"SequenceNumber":"%d","Keys":{"id":{"S":"k%d"}},"NewImage":{"id":{"S":"k%d"},"c":{"S":"%s"},"k":{"S":"%s"},"v":{"N":"%d.5"}}}}' % (n, n, n, "xy"[n % 2], "pq"[n % 3 > 0], n))
END
check 'minima and maxima' -i in -- cdcproj --view ends.sql "$pg"
check 'by indexes' -o '_bfpipe_m0_ends
_bfpipe_m1_ends
_bfpipe_m2_ends' -- pgsql "SELECT relname FROM pg_class WHERE relkind='i' AND relname ~ '^_bfpipe_m[0-9]' ORDER BY 1"
pgsql "SELECT pg_stat_reset(); ANALYZE sales" >/dev/null
{ remove k2 3001; remove k3 3002; remove k3000 3003; remove k2999 3004; } >in
check 'the ends are taken away' -i in -- env PGOPTIONS='-c enable_seqscan=off' cdcproj "$pg"
check 'the next ones' -o 'x|4.5|2994.5|p
y|1.5|2997.5|p' -- pgsql 'SELECT * FROM ends ORDER BY c'
check 'are found in the indexes' -o 't' -- sh -c 'for i in 1 2 3 4 5 6 7 8 9 10; do n=$(psql -qXAt -d "$1" -c "SELECT bool_and(idx_scan>0) FROM pg_stat_user_indexes WHERE indexrelname ~ '"'^_bfpipe_m[0-9]'"'"); [ "$n" = t ] && break; sleep 0.2; done; echo $n' - "$pg"
check '--check agrees' -- cdcproj --check "$pg"
pgsql "UPDATE _bfpipe_views SET why=NULL; DROP INDEX _bfpipe_m0_ends,_bfpipe_m1_ends,_bfpipe_m2_ends"
check 'a database of a version without indexes' -i /dev/null -- cdcproj "$pg"
check 'gets them' -o 'ends	kept	min and max by an index of sales' -- cdcproj --explain "$pg"
{ put long 4000 '"c":{"S":"x"},"v":{"N":"1"},"k":{"S":"'"$(head -c 60000 /dev/urandom | base64 -w0)"'"}'; put k4 4001 '"c":{"S":"x"},"v":{"N":"7"},"k":{"S":"a"}'; } >in
check 'a value that is too long for an index' -i in -E '^cdcproj: view ends: min and max scan sales: index row ' -- cdcproj "$pg"
check 'costs the indexes, not the rows' -o 't|0' -- pgsql "SELECT (SELECT length(k)>60000 FROM sales WHERE id='long'),(SELECT count(*) FROM pg_class WHERE relkind='i' AND relname ~ '^_bfpipe_m[0-9]')"
check 'is remembered' -m '^ends	kept	min and max scan sales: index row ' -- cdcproj --explain "$pg"
remove k4 4002 >in
check 'and the roll-up is kept all the same' -i in -- cdcproj "$pg"
check 'as the rows give it' -- cdcproj --check "$pg"
echo 'CREATE VIEW part AS SELECT c, max(1 / (v - 8)) AS m, count(*) AS n FROM sales GROUP BY c' >part.sql
check 'an expression that' -i /dev/null -- cdcproj --view part.sql "$pg"
put k9 4003 '"c":{"S":"x"},"v":{"N":"8"}' >in
check 'fails later' -i in -E 'view part is a plain view from now on: division by zero' -- cdcproj "$pg"
check 'costs neither rows' -o '8|0' -- pgsql "SELECT v,(SELECT count(*) FROM pg_class WHERE relname ~ '^_bfpipe_m.*part') FROM sales WHERE id='k9'"
check 'nor the others' -o 'ends|1
part|0' -- pgsql 'SELECT name,kept FROM _bfpipe_views ORDER BY 1'
check '--check agrees' -- cdcproj --check "$pg"
echo 'DROP VIEW ends' >drop.sql
cdcproj --view ends.sql "$pg" /dev/null
check 'DROP VIEW' -- cdcproj --view drop.sql "$pg" /dev/null
check 'drops the indexes too' -o 0 -- pgsql "SELECT count(*) FROM pg_class WHERE relname ~ '^_bfpipe_m[0-9]'"

# Random changes in many batches, counted by another program from what was sent.
for seed in 1 2 3; do
    pg_fresh
    check "random changes, $seed" -- python3 "$root/tests/cli/random_rollups.py" "$pg" $seed
done
check 'all are kept' -o '4' -- pgsql 'SELECT sum(kept) FROM _bfpipe_views'
check '--check agrees' -- cdcproj --check "$pg"

# A whole sale, counted by another program.
pg_fresh
cat >sale.sql <<'END'
CREATE VIEW minutes AS SELECT substr(ordered_at, 1, 16) AS minute, category, count(*) AS orders, sum(total) AS revenue FROM sales WHERE status <> 'CANCELLED' GROUP BY 1, 2;
CREATE VIEW funnel AS SELECT status, count(*) AS orders, min(total) AS least, max(total) AS most, sum(quantity * unit_price) AS gross FROM sales GROUP BY status;
END
bfgen -n 20000 --seed 5 -o cdc >sale
check 'a sale' -i sale -- cdcproj --commit-every 50ms --view sale.sql "$pg"
check 'to the cent' -- python3 "$root/tests/cli/sale_rollups.py" "$pg" sale
check '--check agrees' -- cdcproj --check "$pg"
pgsql "UPDATE _bfpipe_view_funnel SET n=n+1"
check 'a rebuild' -i sale -- cdcproj --rebuild --view sale.sql "$pg"
check 'to the cent' -- python3 "$root/tests/cli/sale_rollups.py" "$pg" sale
check 'which goes on' -i /dev/null -- cdcproj "$pg"
check '--check agrees' -- cdcproj --check "$pg"

# A rebuild takes over the roll-ups of the schema that it replaces.
pg_fresh
echo 'CREATE VIEW kept AS SELECT c, count(*) AS n FROM sales GROUP BY c; CREATE VIEW gone AS SELECT count(*) AS n FROM sales' >old.sql
{ put a 1 '"c":{"S":"x"},"v":{"N":"1"}'; put b 2 '"c":{"S":"y"},"v":{"N":"3"}'; } >in
check 'a database with roll-ups' -i in -- cdcproj --view old.sql "$pg"
put d 3 '"c":{"S":"y"},"v":{"N":"5"}' >added
echo 'DROP VIEW gone' >gone.sql
check 'is rebuilt' -- sh -c 'cat in added | cdcproj --view gone.sql --rebuild "$1"' - "$pg"
check '  with them' -o 'x|1
y|2' -- pgsql 'SELECT c,n FROM kept ORDER BY c'
check '  but for the one that is dropped' -o 'kept	kept' -- cdcproj --explain "$pg"
plan
