#!/bin/sh
# bftop: what it counts of a projection, to the cent; panels of a file and what is wrong with them; databases that are none.
. "$(dirname "$0")/lib.sh"
. "$here/changes.sh"
cd "$T" || exit 1
LC_ALL=C.UTF-8
export LC_ALL
unset COLUMNS NO_COLOR

bfgen -n 3000 -o cdc >sale
cdcproj s.db sale
check 'one frame' -a -- bftop --once --width 200 s.db
cp "$T/out" frame
cat >count.py <<'END'
import collections, json, re, sys
from decimal import Decimal
items = {}
for line in open("sale"):
    r = json.loads(line)["dynamodb"]
    key = r["Keys"]["order_id"]["S"]
    items.pop(key, None)
    if "NewImage" in r:
        items[key] = {k: next(iter(v.values())) for k, v in r["NewImage"].items()}
page = open("frame", encoding="utf-8").read()
sold = [i for i in items.values() if i["status"] != "CANCELLED"]
money = lambda rows: f"{sum(Decimal(i['total']) for i in rows):,.2f}"
want = [money(sold), f"{len(sold):,}", money(i for i in items.values() if i["status"] == "CANCELLED"), "3,000"]
for category in {i["category"] for i in sold}:
    want.append(money(i for i in sold if i["category"] == category))
for n in (["PLACED", "PAID", "SHIPPED"], ["PAID", "SHIPPED"], ["SHIPPED"]):
    want.append(f"{sum(i['status'] in n for i in items.values()):,}")
want.append(str(max(Decimal(i["total"]) for i in sold)))
sys.exit([w for w in want if not re.search(r"(?<![\d,.])" + re.escape(w) + r"0*(?![\d,])", page)] or 0)
END
ok 'revenue, orders, categories, steps and the biggest order are those of the changes' python3 count.py
check 'narrow' -a -- bftop --once --width 40 s.db
cp out narrow
ok '  fits' python3 -c 'import sys; sys.exit(any(len(l.rstrip("\n")) > 40 for l in open("narrow", encoding="utf-8")))'
check 'plain ASCII where the locale is' -a -- env LC_ALL=C bftop --once s.db
cp out ascii
check '  nothing else' -s 1 -- grep -nP '[^\x20-\x7e]' ascii
check 'COLUMNS is the width' -m '^─ Revenue ──' -- env COLUMNS=120 bftop --once s.db
check 'no colour without a terminal' -s 1 -- grep "$(printf '\033')" frame
check 'colour on a terminal' -m "$(printf '\033')\[0;1mRevenue" -- env TERM=xterm python3 "$here/terminal.py" 1 bftop --once s.db
check '  not with NO_COLOR' -s 1 -- sh -c 'NO_COLOR=1 TERM=xterm python3 "$1" 1 bftop --once s.db | grep "$2"' - "$here/terminal.py" "$(printf '\033')\[0;1m"

# Panels of a file.
cat >p.conf <<'END'
# what the shop looks at
[Sum]
kind = number
sql = SELECT sum(total) FROM sales

[By status]
kind bars
refresh = 2s
sql =
  SELECT status, count(*) AS orders

  FROM sales
  GROUP BY 1 ORDER BY 2 DESC
[{window} in steps of {step}]
kind = table
sql = SELECT :window AS window, :step AS step, :now > 1700000000000 AS now
END
check 'panels of a file' -m '^PLACED .*█ +[0-9,]+$' -- bftop --once -p p.conf s.db
check '  times in a title' -m '^─ 2h in steps of 2m ─' -- bftop --once -p p.conf --window 2h s.db
check '  parameters' -m '^ *7200  *120  *1$' -- bftop --once -p p.conf --window 2h s.db
check 'the default panels as such a file' -m '^\[Revenue\]$' -- bftop --print-panels s.db
cp "$T/out" default.conf
bftop --once -p default.conf --width 200 s.db >again 2>&1
check '  show the same' -O frame -- cat again
check 'money is exact' -m '^0.3$' -- sh -c 'printf "[x]\nkind = number\nsql = SELECT sum(v) FROM (SELECT '\''0.1'\'' AS v UNION ALL SELECT '\''0.2'\'')\n" >m && bftop --once -p m s.db'
check '  beyond 15 digits' -m '^12,345,678,901,234,567,890.12$' -- sh -c 'printf "[x]\nkind = number\nsql = SELECT sum(v) FROM (SELECT '\''12345678901234567890.11'\'' AS v UNION ALL SELECT '\''0.01'\'')\n" >m && bftop --once -p m s.db'
check '  over a window' -m '^ *c +0\.6$' -- sh -c 'printf "[x]\nsql = SELECT k, sum(v) OVER (ORDER BY k ROWS 1 PRECEDING) AS s FROM (SELECT '\''a'\'' AS k,'\''9'\'' AS v UNION ALL SELECT '\''b'\'','\''0.4'\'' UNION ALL SELECT '\''c'\'','\''0.2'\'')\n" >m && bftop --once -p m s.db'
check 'sums sort as numbers' -m '^10 ' -- sh -c 'printf "[x]\nsql = SELECT sum(v) AS s, k FROM (SELECT 1 AS k,'\''9.5'\'' AS v UNION ALL SELECT 2,'\''10'\'') GROUP BY k ORDER BY 1 DESC LIMIT 1\n" >m && bftop --once -p m s.db | sed "s/^ *//"'

# What is wrong with a panel is in it, with its line, and the others are shown.
cat >bad.conf <<'END'
[Good]
kind = number
sql = SELECT 42

[Bad]
sql = SELECT order_id,
  nonsense
  FROM sales
END
check 'an error is in its panel' -s 1 -m '^bad.conf: line 7: no such column: nonsense' \
    -e "bftop: the panel 'Bad': bad.conf: line 7: no such column: nonsense" -- bftop --once -p bad.conf s.db
cp out both
check '  the other panel is there' -m '^42$' -- cat both
panel() { printf '[x]\n%s\n' "$1" >one.conf; }
for sql in 'DELETE FROM sales' "ATTACH 'x.db' AS x" 'PRAGMA journal_mode=DELETE; SELECT 1' 'SELECT 1; SELECT 2' 'CREATE TABLE x(a)'; do
    panel "sql = $sql"
    check "not a SELECT: $sql" -s 1 -m 'one.conf: line 2: (a panel is one SELECT|attempt to write|.*not authorized)' -E 'panel' -- bftop --once -p one.conf s.db
done
check 'nothing was changed' -o "$(sql s.db 'SELECT count(*) FROM sales')" -- sql s.db 'SELECT count(*) FROM sales'
panel 'kind = pie'
check 'a kind that is none' -s 2 -E "^bftop: one.conf: line 2: kind: 'pie' is not number, line, bars, table, funnel or rate" -- bftop --once -p one.conf s.db
panel 'sqk = SELECT 1'
check 'a name that is none' -s 1 -E "^bftop: one.conf: line 2: 'sqk' is not kind, refresh or sql" -- bftop --once -p one.conf s.db
panel 'kind = bars'
check 'no statement' -s 1 -e "bftop: one.conf: the panel 'x' has no sql" -- bftop --once -p one.conf s.db
printf 'sql = SELECT 1\n' >one.conf
check 'no title' -s 1 -E 'line 1: a panel begins with its title' -- bftop --once -p one.conf s.db
: >one.conf
check 'an empty file' -s 1 -E 'no panel is in it' -- bftop --once -p one.conf s.db
check 'no file' -s 1 -E 'none.conf: No such file' -- bftop --once -p none.conf s.db

# What comes from the table cannot reach the terminal.
printf '{"id":"1","t":"\\u001b[31mred\\u0007\\u202egnp","u":"日本語 é"}\n' | cdcproj -k id --table t ctl.db
check 'control characters are visible' -m '\\u001b\[31mred\\u0007�gnp  日本語 é' -- bftop --once --width 100 ctl.db
cp out rows
check 'rows without an amount' -m 'Newest rows' -- cat rows

# Databases.
check 'missing' -s 1 -e 'bftop: none.db: No such file or directory' -- bftop --once none.db
check '  nothing is made' -s 1 -- test -e none.db
check 'a folder' -s 1 -E 'this is no file' -- bftop --once .
echo 'no database, but a text that is longer than a hundred bytes, so that SQLite reads its head, and finds that it is none' >text
check 'no database' -s 1 -E '^bftop: text: this is no SQLite database' -- bftop --once text
sql other.db 'CREATE TABLE t(a)'
check 'of somebody else' -s 1 -E '^bftop: other.db: cdcproj does not keep this database; with --panels' -- bftop --once other.db
check '  with panels' -a -- sh -c 'printf "[x]\nsql = SELECT * FROM t\n" >m && bftop --once -p m other.db'
cp s.db new.db
sql new.db 'UPDATE _bfpipe SET version=99'
check 'of a later version' -s 1 -E '^bftop: new.db: a later version of bfpipe made this database' -- bftop --once new.db
check 'of a server that is not there' -s 75 -E '^bftop: postgresql:///d: .*; is the server running\?' -- bftop --once "postgresql://u:s3cret@/d?host=$T&password=s3cret"
check 'a full disk' -s 1 -E 'No space left' -- sh -c 'bftop --once s.db >/dev/full'

# A writer that holds the file for itself, and one that writes while bftop reads.
cat >lock.py <<'END'
import sqlite3, subprocess, sys
db = sqlite3.connect("other.db", isolation_level=None)
db.execute("BEGIN EXCLUSIVE")
open("m", "w").write("[x]\nsql = SELECT * FROM t\n")
done = subprocess.run(["bftop", "--once", "-p", "m", "other.db"], capture_output=True, text=True)
print(done.returncode, done.stderr.strip())
db.execute("COMMIT")
db = sqlite3.connect("s.db", isolation_level=None)
db.execute("BEGIN IMMEDIATE")
db.execute("UPDATE sales SET total='1'")
done = subprocess.run(["bftop", "--once", "--width", "200", "s.db"], capture_output=True, text=True)
print(done.returncode, done.stdout == open("frame", encoding="utf-8").read())
db.execute("ROLLBACK")
END
check 'a locked database is temporary, a commit under way is not seen' -o '75 bftop: other.db: another program holds the database locked; end it and start again
0 True' -- python3 lock.py

# Times with a zone, and with a space.
for zone in -05:00 +09:00 ''; do
    between=T
    [ -n "$zone" ] || between=' '
    for i in 1 2 3 4 5 6 7 8; do
        printf '{"id":%d,"total":10,"created_at":"2026-11-27%s01:0%d:00%s"}\n' $i "$between" $i "$zone"
    done | cdcproj -k id --table t "zone$zone.db"
    bftop --print-panels "zone$zone.db" | sed -n '/^\[Revenue each/,/^$/s/^sql = //p' >zone.sql
    printf '[sum]\nkind = number\nsql = SELECT sum(revenue) FROM (%s)\n' "$(cat zone.sql)" >zone.conf
    check "revenue over time, of times such as 01:01${zone:- and a space}" -m '^80$' -- bftop --once -p zone.conf "zone$zone.db"
done
printf '[huge]\nsql = SELECT hex(zeroblob(400000000))\n' >huge.conf
check 'a value that takes the memory' -s 1 -a -E 'huge.conf: line 2: string or blob too big' -- bftop --once -p huge.conf s.db

# History, removals that are kept, roll-ups.
{ put a 1 '"total":{"N":"5"},"status":{"S":"PLACED"}'; modify a 2 '"total":{"N":"7.50"},"status":{"S":"PAID"}'; put b 3 '"total":{"N":"1"}'; remove b 4; } >in
cdcproj --history h.db in
cdcproj --soft-delete soft.db in
for db in h.db soft.db; do
    check "only rows that are there: $db" -m '^7.5 +1 +0$' -- bftop --once --width 100 $db
done
echo 'CREATE VIEW spent AS SELECT status, count(*) AS orders, sum(total) AS total FROM sales GROUP BY status' >v.sql
cdcproj --view v.sql v.db in
check 'a roll-up is a panel' -m '^PAID +1 +7.50?$' -- bftop --once v.db
cp out view
check '  its REAL column is not' -s 1 -- grep total_real view
plan
