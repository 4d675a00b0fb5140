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
check '--explain' -o 'by_c	kept
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
END
{ put a 1 '"c":{"S":"x"},"v":{"N":"4"},"at":{"S":"2026-11-27T06:00:00Z"},"m":{"M":{"k":{"N":"3"}}}'; put b 2 '"c":{"S":"x"},"v":{"N":"2"},"at":{"S":"2026-11-27T06:30:00Z"}'; put o 3 '"v":{"N":"1"}' | sed 's/"sales"/"other"/'; } >in
pgsql "CREATE TABLE theirs(a int);CREATE FUNCTION random_of(a int)RETURNS int STABLE LANGUAGE sql AS 'SELECT count(*)::int FROM theirs'"
reasons='v k	kept
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
vl	kept
vm	kept
vn	kept'
check 'all kinds of views' -i in -- cdcproj --view many.sql "$pg"
check '--explain says which is which and why' -o "$reasons" -- cdcproj --explain "$pg"
printf '%s\n' "$reasons" >reasons
ok 'and of a file' sh -c 'cdcproj --explain --view many.sql "$1" | sort | diff - reasons' - "$pg"
check 'a plain view of a view has its values' -o '6' -- pgsql 'SELECT * FROM vd'
{ put a 4 '"c":{"S":"y"},"v":{"N":"5"},"at":{"S":"2026-11-27T07:00:00Z"},"m":{"M":{"k":{"N":"4"}}}'; remove b 5; } >in
check 'all go on' -i in -- cdcproj "$pg"
check 'and are right' -o 'y-|1|1|5|5.5|4|5' -- pgsql 'SELECT k.*,vm.v,k,vd.sum FROM "v k" k,vl,vm,vd'
check '--check agrees' -- cdcproj --check "$pg"
put z 6 '"c":{"S":"y"},"v":{"N":"5"},"at":{"S":"no time"}' >in
check 'an expression that fails makes its view a plain one, which is told' -i in -E '^cdcproj: view vl is a plain view from now on: invalid input syntax for type timestamp with time zone: "no time"$' -- cdcproj "$pg"
check 'the rows and the others go on' -o '2|2|vl' -- pgsql "SELECT count(*),(SELECT sum(n) FROM \"v k\"),(SELECT string_agg(name,' ') FROM _bfpipe_views WHERE why ~ '^invalid input') FROM sales"
check 'a file that is not there' -s 1 -E '^cdcproj: --view nobody' -- cdcproj --view nobody "$pg"
echo 'CREATE VIEW x AS SELECT sum(nofun(v)) FROM sales' >x.sql
check 'no SQL' -s 1 -i in -E 'view x: .*function nofun\(numeric\) does not exist' -- cdcproj --view x.sql "$pg"

# Random changes in many batches: numbers, texts, NULLs, groups that come and go; counted by another program from what was sent.
pg_fresh
cat >rand.sql <<'END'
CREATE VIEW g AS SELECT c, d, count(*) AS n, sum(v) AS s, count(v) AS k, min(v) AS lo, max(v) AS hi, min(t) AS tlo, max(t) AS thi FROM r GROUP BY c, d;
CREATE VIEW one AS SELECT count(*) AS n, sum(v) AS s, min(v) AS lo, max(v) AS hi FROM r WHERE c <> 'a' OR c IS NULL;
CREATE VIEW whole AS SELECT v AS v, count(*) AS n FROM r GROUP BY v;
END
cat >rand.py <<'END'
import json, random, subprocess, sys
from decimal import Decimal
rng, pg, rows, seq = random.Random(int(sys.argv[2])), sys.argv[1], {}, 0
def value(x): return {"N": str(x)} if isinstance(x, Decimal) else {"S": x}
def batch(n):
    global seq
    out = []
    for _ in range(n):
        seq += 1
        key = f"k{rng.randrange(25)}"
        old = rng.random() < 0.15
        item = None if rng.random() < 0.3 else {"id": key, **{a: x for a, x in (
            ("c", rng.choice("ab")), ("d", Decimal(rng.choice(("1", "1.0", "2")))), ("v", rng.choice(("0.10", "-3", "7", "7.00", "1E2", "12345678901234567890.5"))),
            ("t", rng.choice(("x", "X", "é", "")))) if rng.random() < 0.8}}
        if item and "v" in item: item["v"] = Decimal(item["v"])
        d = {"SequenceNumber": str(seq if not old else 0), "Keys": {"id": {"S": key}}}
        if item: d["NewImage"] = {a: value(x) for a, x in item.items()}
        out.append(json.dumps({"eventName": "MODIFY" if item else "REMOVE", "tableName": "r", "dynamodb": d}))
        if not old:
            rows.pop(key, None)
            if item: rows[key] = item
        elif item and key not in rows and key not in removed: rows[key] = item
        if not old and not item: removed.add(key)
        if not old and item: removed.discard(key)
    return "\n".join(out) + "\n"
removed = set()
def fold(rs):
    v = [r["v"] for r in rs if "v" in r]; t = [r["t"].encode() for r in rs if "t" in r]
    f = lambda x: None if x is None else x.decode()
    return len(rs), sum(v) if v else None, len(v), min(v, default=None), max(v, default=None), f(min(t, default=None)), f(max(t, default=None))
def query(sql):
    p = subprocess.run(["psql", "-qXAt", "-d", pg, "-c", f"SELECT coalesce(json_agg(row_to_json(x)),'[]') FROM ({sql}) x"], capture_output=True, check=True)
    return [tuple(r.values()) for r in json.loads(p.stdout, parse_float=Decimal, parse_int=Decimal)]
for n in range(40):
    feed = batch(rng.choice((1, 3, 30)))
    if n == 0:
        feed = '{"eventName":"INSERT","tableName":"r","dynamodb":{"SequenceNumber":"0","Keys":{"id":{"S":"k0"}},"NewImage":{"id":{"S":"k0"},"c":{"S":"b"},"d":{"N":"1"},"v":{"N":"1"},"t":{"S":"t"}}}}\n'
        rows.clear(); removed.clear(); rows["k0"] = {"id": "k0", "c": "b", "d": Decimal(1), "v": Decimal(1), "t": "t"}
    subprocess.run(["cdcproj", *(["--view", "rand.sql"] if n == 0 else []), pg], input=feed.encode(), check=True)
    groups, values = {}, {}
    for r in rows.values():
        groups.setdefault((r.get("c"), r.get("d")), []).append(r)
        values[r.get("v")] = values.get(r.get("v"), 0) + 1
    have, want = {r[:2]: r[2:] for r in query("SELECT c,d,n,s,k,lo,hi,tlo,thi FROM g")}, {g: fold(rs) for g, rs in groups.items()}
    f = fold([r for r in rows.values() if r.get("c") != "a"])
    if have != want: sys.exit(f"batch {n}: g {have}, not {want}")
    if query("SELECT n,s,lo,hi FROM one") != [(f[0], f[1], f[3], f[4])]: sys.exit(f"batch {n}: one, not {f}")
    if dict(query("SELECT v,n FROM whole")) != values: sys.exit(f"batch {n}: whole, not {values}")
END
sed -i 's/^removed = set()$//; s/^rng, pg, rows, seq = /removed = set()\nrng, pg, rows, seq = /' rand.py
check 'random changes' -- python3 rand.py "$pg" 1
check 'all are kept' -o '3' -- pgsql 'SELECT sum(kept) FROM _bfpipe_views'
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
plan
