#!/bin/sh
# bftop's panels of the pipeline itself: records a second, what s3put holds for S3, shards and first fills.
. "$(dirname "$0")/lib.sh"
. "$here/changes.sh"
. "$root/tests/fault/lib.sh"
fault_start <<'END'
HeadBucket fake
END
cd "$T" || exit 1
D=$T/state
bfgen -n 300 -o cdc | cdcproj s.db
# shellcheck disable=SC2120 # check calls it with arguments
top() { bftop --once --width 160 --state "$D" "$@" s.db; }
mark() { printf '{"bfpipe.mark":{"stream":"s","shard":"0","sequence":"%s"%s}}\n' "$1" "${2:-}"; }
put() { s3put --state "$D" --max-attempts 1 --hive c "$@" s3://lake/; }
# row WHAT: objects, rows and bytes of this row of the panel
row() { top | sed -n "s/.*$1  *\([0-9]*\)  *\([0-9]*\)  *\([0-9]*\).*/\1 \2 \3/p"; }

printf '[One]\nsql = SELECT 1\n' >one.conf
check 'no state yet' -s 1 -m "$D/state.json: No such file or directory" -E 'Delivery by s3put' -- top -p one.conf
check '  with the panels of the database' -s 1 -m 'Changes applied' -E 'Delivery by s3put' -- top
mkfifo fifo
put --interval 1h <fifo >receipts 2>err2 &
writer=$!
exec 7>fifo
{ mark "" ',"start":true'; printf '{"n":%d,"c":"a"}\n' 1 2 3; echo '{"n":4,"c":"b"}'; mark 4; } >&7
soon jq -e '.open | length == 2' "$D/state.json"
check 'open batches, as the state has them' -o "2 4 $(jq '[.open[].bytes] | add' "$D/state.json")" -- row 'in open batches'
check '  since their first row came' -m "in open batches.*$(date -u +%Y)-[0-9][0-9]-[0-9][0-9]T" -- top
check '  when it was committed' -m "last commit  *- .*$(date -u -d "@$(stat -c %Y "$D/state.json")" +%Y-%m-%dT%H:%M:%SZ)" -- top
printf 'PutObject error 500 InternalError no\n' | fault_rules
exec 7>&-
wait $writer
check 'objects that could not be delivered wait' -o "2 4 $(jq '[.sealed[].bytes] | add' "$D/state.json")" -- row 'waiting for upload'
check '  and are in no open batch' -o '0 0 0' -- row 'in open batches'
printf 'PutObject 1x error 400 InvalidURI no\n' | fault_rules
mark 4 ',"start":true' >next
put --window 1 <next >receipts 2>&1
check 'one that S3 refuses' -m '^1 [13] [0-9]+$' -- row 'refused by S3'
check '  the other has gone' -o '0 0 0' -- row 'waiting for upload'
{ mark 4 ',"start":true'; echo 'no JSON'; mark 5; } >next
put <next >receipts 2>&1
check 'rejected lines, in bytes' -m 'rejected lines .* 8 ' -- top
echo '{' >"$D/state.json"
check 'a state that is damaged' -s 1 -m 'state.json' -E 'state.json' -- top
check 'a page has it too' -s 1 -m 'Delivery by s3put' -E 'state.json' -- bftop --html - --state "$D" s.db
check 'it is no panel of a file' -s 1 -- sh -c 'bftop --print-panels --state "$1" s.db | grep Delivery' - "$D"

# The live page follows the state and the rate.
rm -rf "$D"
put <next >receipts 2>&1 || :
cat >live.py <<'END'
import os, subprocess, sys, time
sys.path.insert(0, os.environ["HERE"])
from bftop_live import *
open("rate.conf", "w").write("[Rate]\nkind = rate\nrefresh = 100ms\nsql = SELECT n FROM t\n")
db = sqlite3.connect("t.db", isolation_level=None)
db.execute("CREATE TABLE t(n)")
db.execute("INSERT INTO t VALUES(1000)")
t = Terminal("-p", "rate.conf", "--state", os.environ["D"], "t.db")
t.until("after a second look")
t.until(lambda s: re.search("\n0.0\n", "\n" + s) and "in the last 10 s" in s)  # nothing has come
begin, n = time.monotonic(), 1000
rates = []
while time.monotonic() - begin < 15:
    n += 50
    db.execute("UPDATE t SET n=?", (n,))
    t.read(0.1)
    if seen := re.search(r"^([0-9.,]+)$", t.screen(), re.M):
        rates.append(float(seen[1].replace(",", "")))
real = (n - 1000) / (time.monotonic() - begin)
assert real * 0.6 < rates[-1] < real * 1.5, (real, rates[-5:])
t.until(lambda s: re.search("\n0.0\n", "\n" + s), 60)  # it has stopped
db.execute("UPDATE t SET n=5")  # another database of this name: no negative rate
t.read(2)
assert "-" not in re.search("(?m)^([-0-9.,]+)$", t.screen())[1], t.screen()
assert "in open batches" in t.screen()
with open(os.environ["D"] + "/state.json") as f: text = f.read()
with open(os.environ["D"] + "/new", "w") as f: f.write(text.replace('"sealed":[]', '"sealed":[{"file":"x","bucket":"lake","key":"k","records":77,"bytes":9}]'))
os.rename(os.environ["D"] + "/new", os.environ["D"] + "/state.json")
t.until(lambda s: re.search(r"waiting for upload\s+1\s+77\s+9", s))
t.key("q")
t.ended(0)
END
check 'live: a rate, and what s3put holds' -- env HERE="$here" D="$D" timeout 200 python3 live.py
check 'one look: the average of all changes' -m 'on average so far' -- bftop --once s.db
check '  is that of the database' -o ok -- python3 -c '
import re, sqlite3, subprocess
changes, ms = sqlite3.connect("s.db").execute("SELECT changes,last_commit_ms-made_ms FROM _bfpipe").fetchone()
open("r.conf", "w").write(re.search(r"(?s)\[Records a second\].*?\n\n", subprocess.run(["bftop", "--print-panels", "s.db"], capture_output=True, text=True).stdout)[0])
shown = float(subprocess.run(["bftop", "--once", "-p", "r.conf", "s.db"], capture_output=True, text=True).stdout.split("\n")[1].replace(",", ""))
print("ok" if abs(shown - changes * 1000 / ms) <= 1 else (shown, changes, ms))'

# Shards; the segments of a first fill are one row a table.
sql s.db "INSERT INTO _bfpipe_positions VALUES('orders','shardId-000000000000','4965',0,0,5000,3800),('orders','shardId-000000000001','4966',1,0,5000,NULL),
('orders','snapshot:sales/0-of-3','#7/eyJhIjoxfQ==',0,0,5000,NULL),('orders','snapshot:sales/1-of-3','#9/',1,0,5000,NULL),('orders','snapshot:sales/2-of-3','#9/',1,0,5000,NULL),
('orders','snapshot:old-off-10/0-of-12','#1/',1,0,5000,NULL)"
bftop --once --width 100 s.db >frame
check 'a shard: position and lag' -m '^orders +shardId-000000000000 +4965 +1\.2 s$' -- cat frame
check '  one that is read to its end' -m '^orders +shardId-000000000001 +at its end +-$' -- cat frame
check 'a first fill: its segments together' -m '^orders +first fill of sales +2 of 3 segments read +-$' -- cat frame
check '  a table whose name ends like a segment' -m '^orders +first fill of old-off-10 +complete +-$' -- cat frame
check '  no page, no key' -s 1 -- grep -E '#[0-9]|eyJ|snapshot:' frame
plan
