#!/bin/sh
# s3put --state in cases in which the promise was once broken: open batches of an earlier run, a restarted reader, changed
# options, receipts that cannot be written, interrupted multipart uploads, positions without rows.
. "$(dirname "$0")/lib.sh"
. "$root/tests/fault/lib.sh"
fault_start <<'END'
HeadBucket fake
END
D=$T/state

# mark SHARD SEQUENCE [MEMBERS]
mark() {
    printf '{"bfpipe.mark":{"stream":"orders","shard":"shard-%d","sequence":"%s"%s}}\n' "$1" "$2" "${3:-}"
}
start() { mark "$1" "$2" ',"start":true'; }
# rows FROM TO C: so many rows of partition C
rows() { seq "$1" "$2" | sed 's/.*/{"id":&,"c":"'"$3"'"}/'; }
reset() {
    rm -rf "$D"
    fault_rules </dev/null
}
landed() { find "$FAULT_DIR/objects" -type f -exec cat {} + 2>/dev/null | jq -r .id | sort -n | tr '\n' ' '; }
under() { (cd "$FAULT_DIR/objects/lake" && find . -type f | sed 's|^\./||; s|/bfpipe-.*-\([^-.]*\)||' | sort | tr '\n' ' '); }
position() { jq -r ".streams.orders[\"shard-$1\"].sequence" "$D/state.json"; }

# killed PUT...: runs s3put on $T/in until it has read all of it and the state has a commit, then kills it
killed() {
    rm -f "$T/pipe"
    mkfifo "$T/pipe"
    s3put --state "$D" "$@" <"$T/pipe" >"$T/receipts.killed" 2>"$T/err.killed" &
    pid=$!
    exec 8>"$T/pipe"
    cat "$T/in" >&8
    soon jq -e '.open != []' "$D/state.json" >/dev/null
    kill -9 $pid
    wait $pid 2>/dev/null
    exec 8>&-
}

# 1. A batch that an earlier run left open, and nothing new.
reset
{ start 0 ''; rows 1 1 b; rows 2 5 a; mark 0 5; } >"$T/in"
killed --size 40 --hive c s3://lake/k
ok 'one batch is left open' jq -e '.open | length == 1 and .[0].records == 1' "$D/state.json"
start 0 5 >"$T/again"
check 'nothing new' -a -i "$T/again" -- s3put --state "$D" --size 40 --hive c s3://lake/k
ok '  its row is delivered' test "$(landed)" = '1 2 3 4 5 '
# 2. Only the reader is started again.
reset
{ start 0 ''; rows 1 3 a; mark 0 3; start 0 ''; rows 1 3 a; mark 0 3; } >"$T/in"
check 'a reader restarted from a position that was accepted but not committed' -s 75 -a -i "$T/in" \
    -e 's3put: orders: shard-0: the reader started from an older state; start both again' -- s3put --state "$D" s3://lake/r/
ok '  each row once' test "$(landed)" = '1 2 3 '
ok '  and the position is theirs' test "$(position 0)" = 3
# If a reader is killed in the middle of a line, the start mark of the next one is lost with that line.
by() { printf ',"run":"%s"' "$1"; }
for filter in cat 'cdcxform -q -i rows' 'cdcxform -q -i rows --sql "SELECT id, c FROM cdc ORDER BY id"'; do
    reset
    {
        mark 0 '' ",\"start\":true$(by r1)"
        rows 1 3 a
        mark 0 3 ",\"after\":\"\"$(by r1)"
        rows 4 6 a
        printf '{"id":7,"c":"'
        mark 0 3 ",\"start\":true$(by r2)"
        rows 4 9 a
        mark 0 9 ",\"after\":\"3\"$(by r2)"
    } >"$T/torn"
    sh -c "$filter" <"$T/torn" >"$T/in" 2>/dev/null
    check "a start mark that is lost in half a line, after $filter" -s 75 -a -i "$T/in" \
        -E 'orders: shard-0: the reader was started again in the middle of its rows; start both again' -- s3put --state "$D" s3://lake/r/
    case $filter in *sql*) want='' ;; *) want='1 2 3 ' ;; esac
    ok '  none of the rows of both is delivered' test "$(landed)" = "$want"
done
reset
{ start 0 ''; rows 1 3 a; mark 0 3; start 0 3; rows 4 5 a; mark 0 5; } >"$T/in"
check 'one that begins where s3put is goes on' -a -i "$T/in" -- s3put --state "$D" s3://lake/r/
ok '  each row once there' test "$(landed)" = '1 2 3 4 5 '
reset
{ start 0 ''; rows 1 3 a; mark 0 3; rows 4 5 a; start 0 3; rows 4 6 a; mark 0 6; } >"$T/in"
check 'one that was killed in the middle of its rows' -s 75 -a -i "$T/in" \
    -E 'orders: shard-0: the reader was started again in the middle of its rows; start both again' -- s3put --state "$D" s3://lake/r/
ok '  what no mark covers is left to the next run' test "$(landed) $(position 0)" = '1 2 3  3'
reset
{ start 0 ''; rows 1 3 a; mark 0 3 ',"after":""'; printf '{"id":4,'; start 0 3
  rows 4 6 a; mark 0 6 ',"after":"3"'; } >"$T/in"
check 'whose last line was cut off, the start in it' -s 1 -a -i "$T/in" -E 'line 6: ' -- s3put --state "$D" s3://lake/r/
ok '  each row once, as it began at the position' test "$(landed) $(position 0)" = '1 2 3 4 5 6  6'
reset
{ start 0 ''; rows 1 3 a; mark 0 3 ',"after":""'; printf '{"id":4,'; start 0 ''
  rows 1 6 a; mark 0 6 ',"after":""'; } >"$T/in"
check 'the same, from an older position' -s 75 -a -i "$T/in" \
    -E 'orders: shard-0: the reader was started again from an older state; start both again' -- s3put --state "$D" s3://lake/r/
ok '  each row once, and the others are left' test "$(landed) $(position 0)" = '1 2 3  3'
# If a filter is killed, the rows and marks that it had read are lost; another filter continues after them.
for from in 3 ''; do
    reset
    { start 0 "$from"; [ -z "$from" ] || { rows 4 4 a; mark 0 4 ',"after":"3"'; }; rows 9 9 a; mark 0 9 ',"after":"8"'; } >"$T/in"
    check "a filter that was started again after position ${from:-0}" -s 75 -a -i "$T/in" \
        -E 'orders: shard-0: rows before this mark are missing, a filter has lost them; start all again' -- s3put --state "$D" s3://lake/r/
    ok '  its position is where they begin' test "$(landed) $(position 0)" = "${from:+4 } ${from:+4}"
done
reset
{ rows 9 9 a; mark 0 9 ',"after":"8"'; } >"$T/in"
check 'the start mark lost with them' -s 75 -a -i "$T/in" -E 'rows before this mark are missing' -- s3put --state "$D" s3://lake/r/
reset
{ printf '\357\273\277'; mark 0 9 ',"end":true'; rows 1 1 a; } >"$T/in"
check 'a mark after a byte order mark is data' -s 75 -a -i "$T/in" -E 'line 1: byte 1: an object was expected' -- s3put --state "$D" s3://lake/r/
ok '  no position is there' test "$(position 0)" = null
reset
{ start 0 ''; rows 1 3 a; mark 0 3; rows 1 2 a; mark 0 2; } >"$T/in"
check 'a mark that goes back' -s 75 -a -i "$T/in" -E 'started again from an older state' -- s3put --state "$D" s3://lake/r/
ok '  is not accepted, nor are its rows' test "$(landed) $(position 0)" = '1 2 3  3'
reset
{ start 0 ''; start 1 ''; rows 1 3 a; mark 1 3; rows 4 6 a; mark 0 6 ',"more":true'; mark 1 2; } >"$T/in"
check 'of marks that count together one goes back' -s 75 -a -i "$T/in" -E 'shard-1: the reader was started again' -- \
    s3put --state "$D" s3://lake/r/
ok '  none of them is accepted' test "$(landed) $(position 0) $(position 1)" = '1 2 3   3'

# A filter that holds rows back counts some of them twice then: none of it counts.
reset
bfgen -n 5 -o cdc >"$T/changes"
{ start 0 ''; cat "$T/changes"; mark 0 5 ',"after":""'; start 0 ''; cat "$T/changes"; mark 0 5 ',"after":""'; } >"$T/in"
for hold in '--fold order_id' '--sql SELECT COUNT(*) AS n FROM cdc'; do
    reset
    cdcxform "${hold%% *}" "${hold#* }" <"$T/in" >"$T/rows" 2>"$T/err.x"
    check "a reader started again before cdcxform $hold" -s 75 -a -i "$T/rows" -E 'the reader was started again in the middle of its rows' -- \
        s3put --state "$D" s3://lake/r/
    ok '  nothing is delivered' test ! -e "$FAULT_DIR/objects"
    ok '  and no position is accepted' test "$(position 0)" = ''
done

# 4. Other options at the next start: open batches are finished with the old ones. other NAME KEYS OPTION...
other() {
    other_name=$1 other_keys=$2
    shift 2
    reset
    { start 0 ''; rows 1 1 b; rows 2 3 d; rows 4 9 a; mark 0 9; } >"$T/in"
    killed --size 60 --hive c s3://lake/o
    { start 0 9; rows 10 11 b; mark 0 11; } >"$T/again"
    check "$other_name" -a -i "$T/again" -E '2 batches of other options are delivered as they were opened' -- \
        s3put --state "$D" "$@"
    cp "$T/out" "$T/receipts"
    find "$FAULT_DIR/objects" -type f ! -name '*.gz' -exec cat {} + >"$T/plain"
    find "$FAULT_DIR/objects" -type f -name '*.gz' -exec gzip -dc {} + >>"$T/plain"
    ok '  each row once' test "$(jq -r .id "$T/plain" | sort -n | tr '\n' ' ')" = '1 2 3 4 5 6 7 8 9 10 11 '
    ok "  under the old keys and the new" test "$(under)" = "$other_keys"
    ok '  each object holds its partition only' sh -c 'cd "$1" && for f in o/c=*/*; do c=${f#o/c=}; c=${c%%/*}
        case $f in *.gz) gzip -dc "$f";; *) cat "$f";; esac | jq -e --arg c "$c" "select(.c != \$c)" && exit 1; done; exit 0' - "$FAULT_DIR/objects/lake"
    ok '  and the state is empty' jq -e '.open == [] and .sealed == []' "$D/state.json"
}
other 'fewer partition fields' 'new/x o/c=a o/c=b o/c=d ' 's3://lake/new/!{timestamp:'"'"'x'"'"'}/'
other 'other partition fields' 'n/id=10 n/id=11 o/c=a o/c=b o/c=d ' --hive id s3://lake/n
other 'compressed now' 'o/c=a o/c=b o/c=b.gz o/c=d ' --hive c --compress gzip s3://lake/o
other 'a time of the rows now' 'o/c=a o/c=b o/c=b o/c=d ' --hive c --zone +01:00 s3://lake/o
other 'text now' 'o/c=a o/c=b o/c=d t/x ' -f text 's3://lake/t/!{timestamp:'"'"'x'"'"'}/'
reset
{ start 0 ''; rows 1 1 b; rows 2 9 a; mark 0 9; } >"$T/in"
killed --size 60 --hive c s3://lake/o
check 'another bucket is refused' -s 2 -i /dev/null \
    -E "the state has rows for s3://lake that are not delivered; deliver them first: s3put --state $D s3://lake/ </dev/null" -- \
    s3put --state "$D" --hive c s3://other/o
check '  and that is a way out' -a -E '1 batch of other options is delivered as it was opened' -- sh -c 's3put --state "$1" s3://lake/ </dev/null' - "$D"
ok '  each row once' test "$(landed)" = '1 2 3 4 5 6 7 8 9 '
check '  then the other will do' -a -- s3put --state "$D" --hive c s3://other/o
# A state that names a partition has two open batches, as an earlier version could leave it.
reset
{ start 0 ''; rows 1 1 b; rows 2 9 a; mark 0 9; } >"$T/in"
killed --size 60 --hive c s3://lake/o
jq -c '.open += [.open[0] | .file = "00000000-0000-0000-0000-000000000000.rows" | .key = "o/c=b/second"]' "$D/state.json" >"$T/two"
cp "$D/spool/$(jq -r '.open[0].file' "$T/two")" "$D/spool/00000000-0000-0000-0000-000000000000.rows"
cp "$T/two" "$D/state.json"
check 'a partition has two open batches are two objects' -a -E 'delivered as it was opened' -- s3put --state "$D" --size 60 --hive c s3://lake/o
ok '  and the state is empty then' jq -e '.open == [] and .sealed == []' "$D/state.json"

# 5. Receipts that cannot be written: the objects stay in the state, go up again, and have their receipt then.
reset
{ start 0 ''; rows 1 9 a; mark 0 9; } >"$T/in"
check 'receipts on a full disk' -s 75 -a -i "$T/in" -E '^s3put: standard output: No space left on device$' -- \
    sh -c 's3put --state "$1" --size 20 --hive c s3://lake/f >/dev/full' - "$D"
ok '  the object is known still' jq -e '.sealed | length == 1' "$D/state.json"
check '  and has its receipt at the next start' -m '"records":9' -- s3put --state "$D" --size 20 --hive c s3://lake/f
ok '  each row once' test "$(landed)" = '1 2 3 4 5 6 7 8 9 '
reset
s3put --state "$D" --size 20 --hive c s3://lake/f <"$T/in" 2>"$T/err" | true
check 'a reader of the receipts that is gone' -m '"records":9' -- s3put --state "$D" --hive c s3://lake/f

# 10. With no row at all, positions are committed while the reader lives.
reset
rm -f "$T/pipe"
mkfifo "$T/pipe"
s3put --state "$D" --interval 200ms s3://lake/e/ <"$T/pipe" >"$T/out" 2>"$T/err" &
pid=$!
exec 8>"$T/pipe"
{ start 0 ''; mark 0 7; } >&8
at() { [ "$(position 0)" = "$1" ]; }
ok 'without rows the position is committed after a while' soon at 7
mark 0 8 >&8
ok '  and again' soon at 8
exec 8>&-
wait $pid
ok '  s3put ends well' test $? = 0

# Shards that the service has forgotten are forgotten when they were read to their end, the last of a stream excepted.
reset
{ start 0 ''; start 1 ''; mark 0 5 ',"end":true'; mark 1 6; } >"$T/in"
check 'a shard that has ended' -a -i "$T/in" -- s3put --state "$D" s3://lake/e/
{ start 1 6; mark 0 5 ',"gone":true'; mark 1 6 ',"gone":true'; } >"$T/in"
check 'and is gone' -a -i "$T/in" -- s3put --state "$D" s3://lake/e/
ok '  is forgotten; one that was not read to its end is not' jq -e '.streams.orders | keys == ["shard-1"]' "$D/state.json"
{ start 1 6; mark 1 7 ',"end":true'; } >"$T/in"
check 'the last one' -a -i "$T/in" -- s3put --state "$D" s3://lake/e/
mark 1 7 ',"gone":true' >"$T/in"
check 'of a stream' -a -i "$T/in" -- s3put --state "$D" s3://lake/e/
ok '  stays' jq -e '.streams.orders | keys == ["shard-1"]' "$D/state.json"

# SIGTERM while S3 is out: one line says it, not one for each object.
reset
fault_rules <<'END'
HeadBucket fake
ListObjects fake
* hang
END
{ start 0 ''; for i in $(seq 1 50); do rows "$i" "$i" "p$i"; done; mark 0 50; } >"$T/in"
rm -f "$T/pipe"
mkfifo "$T/pipe"
s3put --state "$D" --size 1 --grace 100ms --hive c s3://lake/t <"$T/pipe" >"$T/out" 2>"$T/err" &
pid=$!
exec 8>"$T/pipe"
cat "$T/in" >&8
soon fault_got PutObject 1
kill -TERM $pid
wait $pid
ok 'SIGTERM while S3 is out is temporary' test $? = 75
exec 8>&-
ok '  one line says how much is kept' grep -q "^s3put: s3://lake: 50 objects, 50 rows not delivered, kept in $D/spool$" "$T/err"
ok '  and none is for each object' test "$(wc -l <"$T/err")" -lt 5
fault_rules </dev/null
check '  the next start delivers them' -a -- s3put --state "$D" --hive c s3://lake/t
ok '  each once' test "$(landed)" = "$(seq 1 50 | tr '\n' ' ')"

# An upload in parts that was cut off is aborted by the next start.
reset
fault_rules <<'END'
UploadPart hang
END
{ start 0 ''; awk 'BEGIN { x = sprintf("%1000s", ""); for (i = 1; i <= 20000; i++) printf "{\"id\":%d,\"pad\":\"%s\"}\n", i, x }'; mark 0 20000; } >"$T/in"
rm -f "$T/pipe"
mkfifo "$T/pipe"
s3put --state "$D" --size 20MB s3://lake/m/ <"$T/pipe" >"$T/out" 2>"$T/err" &
pid=$!
exec 8>"$T/pipe"
cat "$T/in" >&8
known() { jq -er '.sealed[0].upload // empty' "$D/state.json"; }
ok 'the id of an upload in parts is kept' soon known
upload=$(known)
kill -9 $pid
wait $pid 2>/dev/null
exec 8>&-
fault_rules </dev/null
check '  the next start delivers the object' -m '"records":20000' -- s3put --state "$D" --size 20MB s3://lake/m/
ok '  and aborts the old upload first' jq -es --arg u "$upload" \
    'map(select(.op == "AbortMultipartUpload" or .op == "CreateMultipartUpload")) | .[0].op == "AbortMultipartUpload" and (.[0].query | tostring | contains($u))' "$FAULT_DIR/log"
ok '  the state is empty' jq -e '.sealed == []' "$D/state.json"
plan
