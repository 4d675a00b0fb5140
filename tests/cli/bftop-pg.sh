#!/bin/sh
# bftop and PostgreSQL, on a server of its own: the default panels show what they show of SQLite, line by line; what a panel may be; rights, passwords, locks; a
# server that goes and comes back; cdcproj is never held up.
. "$(dirname "$0")/lib.sh"
. "$here/changes.sh"
. "$here/postgres.sh"
unset COLUMNS NO_COLOR http_proxy https_proxy
LC_ALL=C.UTF-8
export LC_ALL
pg_suite

# The same numbers. The speed differs, and how many rows were written: PostgreSQL gets each key once a commit.
frame() { bftop --once "$@" | awk '/Records a second/ { print; getline; sub(/ *[0-9.,]+$/, "") } 1' | sed 's/^\(last commit  *\).*/\1/; s/^\(rows written\|rows removed\)  *.*/\1/'; }
twin() {
    name=$1 db=$2
    shift 2
    frame "$@" "$db" >lite
    frame "$@" "$pg" >server
    ok "$name: not empty" grep -q '^─ Pipeline' server
    check "$name: as SQLite" -O lite -- cat server
}
bfgen -n 3000 -o cdc >sale
cdcproj s.db sale
cdcproj "$pg" sale
twin 'a sale' s.db --width 200
twin 'a day of it' s.db --width 100 --window 1d
twin 'ten seconds of it' s.db --width 77 --window 10s
bftop --once --width 200 s.db | sed '/^─ Pipeline/,$d' >lite
bftop --once --width 200 "$pg" >server
check 'revenue is there' -m '^325,025\.91 ' -- cat server
check 'colour on a terminal' -m "$(printf '\033')\[0;1mRevenue" -- env TERM=xterm python3 "$here/terminal.py" 1 bftop --once "$pg"
check 'a page' -- bftop --html page.html "$pg"
check '  its title' -m '<title>[^<]*bfpipe' -- cat page.html
check '  revenue in it' -m '325,025\.91' -- cat page.html
check '  nothing of the URL' -s 1 -- grep -F "$pg_dir" page.html
check 'the default panels as a file' -m '^\[Revenue\]$' -- bftop --print-panels "$pg"
cp "$T/out" default.conf
bftop --once -p default.conf --width 200 "$pg" >again 2>&1
check '  show the same' -O server -- cat again
for mode in --history --soft-delete; do
    pg_fresh
    rm -f mode.db
    cdcproj $mode mode.db sale
    cdcproj $mode "$pg" sale
    twin "with $mode" mode.db --width 120
done
# Times that are none, with another offset, of a day that is not there; amounts that are missing, with digits beyond doubles; text that needs quotes.
pg_fresh
rm -f odd.db
{
    at() { n=$((n + 1)); put "k$n" $n "\"ordered_at\":{\"S\":\"$1\"},\"total\":{\"N\":\"$2\"},\"status\":{\"S\":\"PAID\"},\"product_name\":{\"S\":\"it's \\\\\\\"$n\\\\\\\" {desc} :step\"},\"category\":{\"S\":\"c$n\"}"; }
    n=0
    at 2026-11-27T10:00:00Z 12345678901234567890.11
    at 2026-11-27T09:30:00Z 0.01
    at 2026-11-27T10:01 7
    at 2026-11-27T09:20:30.5Z 3.50
    at 2026-02-31T10:00:00Z 1
    at 2025-13-01T10:00:00Z 1
    at 2026-11-27T09:99:00Z 1
    at 2026-11-27T12:02:00+02:00 8
    at tomorrow 1
    at 0000-00-00T00:00:00Z 1
    put x 90 '"status":{"S":"PLACED"}'
    put y 91 '"total":{"N":"-5"},"status":{"S":"CANCELLED"}'
    put z 92 '"total":{"NULL":true},"status":{"S":"REFUNDED"},"category":{"S":"c1"}'
} | sed 's/tomorrow/1999-01-01/' >odd
cdcproj odd.db odd
cdcproj "$pg" odd
twin 'odd values' odd.db --width 120
check '  the last time is one, so that there are lines' -m '^ *12346P ' -- cat server
check '  sums are exact' -m '^12,345,678,901,234,567,913\.62 ' -- cat server
# Roll-ups, and rows without an amount.
pg_fresh
cdcproj "$pg" sale
frame --width 200 "$pg" >rows
bftop --print-views "$pg" >made.sql
check 'roll-ups for the panels' -m '^CREATE VIEW bftop_status AS ' -- cat made.sql
pg_fresh
check '  are taken' -- cdcproj --view made.sql "$pg" sale
check '  and kept, all' -o 'bftop_category|1
bftop_product|1
bftop_status|1' -- pgsql 'SELECT name,kept FROM _bfpipe_views ORDER BY 1'
frame --width 200 "$pg" | sed '/^─ Changes/,$d' >kept
sed '/^─ Changes/,$d' rows >lite
check '  and show the same' -O lite -- cat kept
check '  panels read them' -m 'FROM bftop_status ' -- bftop --print-panels "$pg"
pg_fresh
echo 'CREATE VIEW spent AS SELECT status, count(*) AS orders, sum(total) AS total FROM sales GROUP BY status' >v.sql
cdcproj --view v.sql v.db sale
cdcproj --view v.sql "$pg" sale
twin 'a roll-up' v.db
ok '  it is a panel' grep -q '^─ spent' server
pg_fresh
rm -f rows.db
printf '{"id":"%s","t":"\\u001b[31mred","n":%s}\n' a 1 b 2 c 30 | tee rows | cdcproj -k id --table t rows.db
cdcproj -k id --table t "$pg" rows
twin 'rows without an amount' rows.db
check '  control characters are visible' -m '\\u001b\[31mred' -- cat server

# Panels of a file.
pg_fresh
cdcproj "$pg" sale
cat >p.conf <<'CONF'
[By status]
kind = bars
sql =
  SELECT status, count(*) AS orders

  FROM sales
  GROUP BY 1 ORDER BY 2 DESC
[Times]
sql = SELECT :window AS window, :step AS step, :now > 1700000000000 AS now, ':now'||E'\':now'||$a$:now$a$ AS text, 5::int AS ":step" /* :now /* ; */ ' */ -- ;
  , '12:34'::time AS time ; -- the end
[Kinds]
sql = SELECT NULL AS n, 1.50 AS a, 0.1::float8+0.2 AS f, '\x00ff'::bytea AS b, '{"a": 1}'::jsonb AS j, ARRAY[1,2] AS l, 'NaN'::numeric AS nan
[None]
sql = VALUES (1, 'x') LIMIT 0
CONF
check 'panels of a file' -m '^PLACED .*█ +[0-9,]+$' -- bftop --once -p p.conf "$pg"
check '  parameters, and what is none' -m "^ *7200 +120 +true +:now':now:now +5 +12:34:00$" -- bftop --once --width 100 -p p.conf --window 2h "$pg"
cp "$T/out" kinds
check '  kinds of values' -m '^- +1\.50 +0\.3 +\\x00ff +\{"a": 1\} +\{1,2\} +NaN$' -- cat kinds
check '  no rows' -m '^no rows$' -- cat kinds
panel() { printf '[x]\n%s\n' "$1" >one.conf; }
cat >bad.conf <<'CONF'
[Good]
kind = number
sql = SELECT 42

[Bad]
sql = SELECT order_id, 'é',
  :step, nonsense
  FROM sales
CONF
check 'an error is in its panel, with its line' -s 1 -m '^bad.conf: line 7: column "nonsense" does not exist' \
    -e "bftop: the panel 'Bad': bad.conf: line 7: column \"nonsense\" does not exist" -- bftop --once -p bad.conf "$pg"
cp out both
check '  the other panel is there' -m '^42$' -- cat both
check '  after a division by zero too' -s 1 -m ' 42$' -E 'line 3: division by zero' -- sh -c 'printf "[x]\nkind = number\nsql = SELECT 1/0\n[y]\nkind = number\nsql = SELECT 42\n" >m && bftop --once -p m "$1"' - "$pg"
while IFS= read -r sql; do
    panel "sql = $sql"
    check "not a SELECT: $sql" -s 1 -m 'one.conf: line 2: (a panel is one SELECT|cannot execute .* in a read-only transaction|DECLARE CURSOR must not|transaction read-write mode must be set|SELECT ... INTO is not|syntax error)' -E 'panel' -- bftop --once -p one.conf "$pg"
done <<'SQL'
DELETE FROM sales
UPDATE sales SET total=0
SELECT 1; DELETE FROM sales
COMMIT
COMMIT; DELETE FROM sales
COPY sales TO '/tmp/x'
SET default_transaction_read_only=off
WITH gone AS (DELETE FROM sales RETURNING 1) SELECT * FROM gone
SELECT * INTO other FROM sales
SELECT order_id FROM sales FOR UPDATE
SELECT order_id FROM sales FOR KEY SHARE
SELECT set_config('transaction_read_only','off',false)
/* x */ DROP TABLE sales
SQL
pgsql 'CREATE SEQUENCE numbers'
panel "sql = SELECT nextval('numbers')"
check 'not a SELECT: a sequence' -s 1 -m 'cannot execute nextval' -E 'panel' -- bftop --once -p one.conf "$pg"
check 'nothing was changed' -o '1928' -- pgsql 'SELECT count(*) FROM sales'
printf '[a]\nsql = SELECT set_config(%s,%s,false)\n[b]\nsql = SELECT current_setting(%s) AS r, current_setting(%s) AS t, current_setting(%s) AS l, current_setting(%s) AS n, pg_is_in_recovery() AS x\n' \
    "'default_transaction_read_only'" "'off'" "'default_transaction_read_only'" "'statement_timeout'" "'lock_timeout'" "'application_name'" >set.conf
check 'the session: what a panel sets ends with it' -m '^on +10s +2s +bftop +false$' -- bftop --once --width 100 -p set.conf "$pg"
printf '[x]\nsql = SELECT repeat(%s,1000000) AS t FROM generate_series(1,2000)\n[y]\nsql = SELECT g FROM generate_series(1,100000) g\n' "'x'" >large.conf
case $BUILD in *release*) limit='ulimit -v 400000' ;; *) limit=: ;; esac # sanitizers want an address space of their own
check 'many rows, large values' -a -- sh -c "$limit"' && bftop --once -p large.conf "$1"' - "$pg"
panel 'sql = SELECT pg_sleep(60)'
check 'a statement that takes long' -s 1 -m 'line 2: the statement took longer than 10 s' -E panel -- timeout 100 bftop --once -p one.conf "$pg"
check 'a signal ends it' -s 1 -a -E panel -- sh -c 'timeout -s INT 2 bftop --once -p one.conf "$1"; test $? = 124 && exit 1' - "$pg"
soon_none() { [ "$(pgsql "SELECT count(*) FROM pg_stat_activity WHERE application_name='bftop'")" = 0 ]; }
check '  and leaves no session' -- soon soon_none

# Rights.
pgsql 'CREATE ROLE reader LOGIN; REVOKE ALL ON SCHEMA public FROM PUBLIC'
reader="postgresql://reader:s3cret@/bfpipe?host=$pg_dir"
check 'no right on the schema' -s 1 -E '^bftop: postgresql:///bfpipe: the role may not use the schema of cdcproj; the owner has to GRANT USAGE ON SCHEMA "public" TO "reader"; GRANT SELECT ON ALL TABLES IN SCHEMA "public" TO "reader"$' -- bftop --once "$reader"
sed 's/.*has to //' err >grants
pgsql 'GRANT USAGE ON SCHEMA public TO reader'
check 'none on the tables' -s 1 -E '^bftop: postgresql:///bfpipe: permission denied for table _bfpipe; the owner has to GRANT USAGE' -- bftop --once "$reader"
ok 'what it says' pgsql "$(cat grants)"
check '  is enough' -m '^─ Top products' -- bftop --once "$reader"
pgsql 'REVOKE SELECT ON sales FROM reader'
check 'none on one table' -s 1 -m 'permission denied for table sales' -E 'permission denied for table sales; the owner has to GRANT' -- bftop --once -p default.conf --width 300 "$reader"
check 'no such role' -s 1 -E '^bftop: postgresql:///bfpipe: .*role "none" does not exist; check that the database and the role are there' -- bftop --once "postgresql://none@/bfpipe?host=$pg_dir"
pgsql 'CREATE SCHEMA empty'
check 'another schema' -s 1 -E 'cdcproj keeps another schema of this database: add \?options=-csearch_path%3Dpublic to the URL' -- bftop --once "$pg&options=-csearch_path%3Dempty"
panel 'sql = SELECT 42'
check '  with panels' -m '^ *42$' -- bftop --once -p one.conf "$pg&options=-csearch_path%3Dempty"
psql -qX -d "$pg" -c 'CREATE DATABASE other'
check 'a database of somebody else' -s 1 -E 'bftop: postgresql:///other: cdcproj does not keep this database; with --panels' -- bftop --once "postgresql:///other?host=$pg_dir&user=bfpipe"
pgsql 'UPDATE _bfpipe SET version=2'
check 'of a later version' -s 1 -E '^bftop: postgresql:///bfpipe: a later version of bfpipe made this database' -- bftop --once "$pg"
pgsql 'UPDATE _bfpipe SET version=1; GRANT SELECT ON sales TO reader'

# A password is nowhere, in a URL that is right or wrong.
for url in "$reader" "postgresql://reader@/bfpipe?host=$pg_dir&password=s3cret" "postgresql://u:s3cret@/none?host=$pg_dir" "postgresql://u:s3cret@127.0.0.1:1/x" 'postgresql://u:a@s3cret@h/d' \
    'postgresql://u:a/s3cret@h/d' 'postgresql://u:s3cret?x@127.0.0.1:1/d' 'postgresql://u:%zzs3cret@h/d' 'postgresql://u:s3cret@[::1/d' 'postgresql://u:s3cret@h/d?pass=x' 'postgresql://u:s3cret@h:x/d' \
    'postgresql://u:1/2s3cret@127.0.0.1/d' 'postgresql://u:s3cret'; do
    bftop --once "$url" >shown 2>&1
    bftop --html - "$url" >>shown 2>&1
    bftop --print-panels "$url" >>shown 2>&1
    ok "no password: $url" test -s shown
    check '  nowhere' -s 1 -- grep s3cret shown
done
check 'a wrong URL says what to write' -s 2 -E '^bftop: .* write %40 for @, %2F for /' -- bftop --once 'postgresql://u:a@b@h/d'

# Live. A server that goes, comes back, is rebuilt; locks; a torrent.
for test in values keys lost cut empty rebuilt locked gives_way torrent role http; do
    check "live: $test" -- timeout 300 python3 "$here/bftop_pg.py" "$test" "$pg" "$pg_bin" "$pg_dir"
done
plan
