#!/bin/sh
# s3put --state: each record is in exactly one object, despite kills, errors and full disks. The reader replaces
# kinread --state: two shards, a mark after each block of rows, starting from the positions in state.json.
. "$(dirname "$0")/lib.sh"
. "$root/tests/fault/lib.sh"
fault_start </dev/null
D=$T/state
TOTAL=400 # rows of each shard

# reader [FROM...]: all of both shards from the positions of state.json (or those given)
reader() {
    zero=0 one=0
    if [ -s "$D/state.json" ]; then
        zero=$(jq -r '.streams.orders["shard-0"].sequence // "" | if . == "" then 0 else tonumber end' "$D/state.json")
        one=$(jq -r '.streams.orders["shard-1"].sequence // "" | if . == "" then 0 else tonumber end' "$D/state.json")
    fi
    awk -v at0="${1:-$zero}" -v at1="${2:-$one}" -v total=${3:-$TOTAL} -v slow="${SLOW:-0}" '
        function mark(shard, seq, more) {
            printf "{\"bfpipe.mark\":{\"stream\":\"orders\",\"shard\":\"shard-%d\",\"sequence\":\"%s\"%s}}\n",
                shard, seq == 0 && more ~ /start/ ? "" : seq, more
        }
        BEGIN {
            at[0] = at0; at[1] = at1
            mark(0, at0, ",\"start\":true"); mark(1, at1, ",\"start\":true")
            while (at[0] < total || at[1] < total) {
                for (s = 0; s < 2; s++) {
                    if (at[s] >= total) continue
                    for (k = 0; k < 7 && at[s] < total; k++) {
                        at[s]++
                        printf "{\"id\":\"%d-%d\",\"c\":\"%s\",\"pad\":\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}\n",
                            s, at[s], (at[s] % 3 ? "a" : "b")
                    }
                    mark(s, at[s], "")
                    if (slow) { fflush(); system("sleep 0.02") }
                }
            }
        }'
}

# shellcheck disable=SC2120 # check calls it with arguments
put() {
    s3put --state "$D" --size 2000 "$@" 's3://lake/!{partitionKeyFromQuery:c}/'
}

# each_once TOTAL: every id of both shards in exactly one object, and the state says so
each_once() {
    find "$FAULT_DIR/objects" -type f -exec cat {} + 2>/dev/null >"$T/all"
    jq -r .id "$T/all" | sort >"$T/ids"
    { seq -f '0-%g' 1 "$1"; seq -f '1-%g' 1 "$1"; } | sort >"$T/want"
    cmp "$T/ids" "$T/want" || { diff "$T/want" "$T/ids" | head -n 5; return 1; }
}

settled() {
    jq -e '.version == 1 and .sealed == [] and .open == []' "$D/state.json" && [ -z "$(ls "$D/spool")" ]
}

reset() {
    rm -rf "$D"
    fault_rules </dev/null
}

reader >"$T/input"
check 'a whole run' -a -i "$T/input" -- put
cp "$T/out" "$T/receipts"
ok 'each record once' each_once $TOTAL
ok 'nothing is left in the spool' settled
ok 'the state has the last positions' jq -e \
    '.streams == {"orders":{"shard-0":{"sequence":"400","ended":false},"shard-1":{"sequence":"400","ended":false}}}' "$D/state.json"
ok 'a receipt for each object' test "$(find "$FAULT_DIR/objects" -type f | wc -l)" = "$(wc -l <"$T/receipts")"
ok 'no mark in an object' test "$(grep -c bfpipe.mark "$T/all")" = 0
ok 'objects of both partitions, of the size asked for' jq -es \
    'map(.partition.c) | unique == ["a","b"]' "$T/receipts"

check 'a reader that began earlier than the state is sent back' -s 75 -i "$T/input" \
    -e 's3put: orders: shard-0: the reader started from an older state; start both again' -- put
check 'one that began later too' -s 1 -E 'orders: shard-0: the reader started ahead of this state; do both use the same --state\?' -- \
    sh -c 'printf "%s\n" "{\"bfpipe.mark\":{\"stream\":\"orders\",\"shard\":\"shard-0\",\"sequence\":\"401\",\"start\":true}}" | s3put --state "$1" s3://lake/' - "$D"

# A block between two marks may be much larger than an object, and than the memory
reset
{ sed -n 1,2p "$T/input"; grep -v bfpipe.mark "$T/input" | sed 's/xxxxx/&'"$(head -c 500 /dev/zero | tr '\0' x)"'/'
  tail -n 8 "$T/input" | grep bfpipe.mark; sed -n 's/shard-1","sequence":"400/shard-0","sequence":"400/p' "$T/input" | tail -n 1; } >"$T/block"
check 'a block larger than an object and than the memory' -a -i "$T/block" -- put --memory 5000
ok 'each record once, in a large block' each_once $TOTAL

# Goes on where it stopped
reset
reader 0 0 100 >"$T/first"
check 'first half' -a -i "$T/first" -- put
reader "" "" $TOTAL >"$T/second"
check 'second half' -a -i "$T/second" -- put
ok 'each record once over two runs' each_once $TOTAL

# Rows after the last mark: the reader died
reset
head -n 100 "$T/input" >"$T/cut"
n=$(awk '/bfpipe.mark/ { n = NR } END { print NR - n }' "$T/cut")
check 'rows after the last mark are left to the next run' -s 75 -a -i "$T/cut" \
    -E "$n rows after the last mark are not delivered; the next start reads them again" -- put
reader >"$T/again"
check 'which accepts them' -a -i "$T/again" -- put
ok 'each record once after a reader that died' each_once $TOTAL

reset
{ head -n 100 "$T/input"; printf '{"id":"0-'; } >"$T/cut"
check 'half a line is left to the next run, and rejected by none' -s 75 -a -i "$T/cut" \
    -E "$((n + 1)) rows after the last mark are not delivered; the next start reads them again" -- put --rejects "$T/torn"
ok 'nothing was rejected' test ! -s "$T/torn"
reset
printf '{"bfpipe.mark":{"stream":"orders","shard":"shard-%d","sequence":"@1795759200000","start":true}}\n' 0 1 >"$T/starts"
check 'only starts' -i "$T/starts" -- put
ok 'they are kept' jq -e '.streams.orders | map(.sequence) == ["@1795759200000","@1795759200000"]' "$D/state.json"
check 'a reader that began at another time meanwhile is sent back' -s 75 -E 'start both again' -- \
    sh -c 'sed s/9200000/9999999/ "$1" | s3put --state "$2" s3://lake/' - "$T/starts" "$D"

# One writer at a time
reset
mkfifo "$T/pipe"
put <"$T/pipe" >/dev/null &
writer=$!
exec 9>"$T/pipe"
head -n 1 "$T/starts" >&9
drained 9 # who reads has the lock
check 'a second writer waits for its turn' -s 75 -E 'state/lock: in use by another process' -- put
exec 9>&-
wait $writer

# S3 in trouble: the spool keeps what is sealed, a later run delivers it under the same key
reset
fault_rules <<'END'
HeadBucket fake
* error 503 ServiceUnavailable Oops
END
check 'S3 is out' -s 75 -a -i "$T/input" -E 'ServiceUnavailable' -- put --max-attempts 2
reset
fault_rules <<'END'
HeadBucket fake
* throttle
END
check 'S3 throttles for ever' -s 75 -a -i "$T/input" -E 'SlowDown' -- put --max-attempts 2
ok 'nothing has arrived' test ! -e "$FAULT_DIR/objects"
ok 'sealed objects wait in the state' jq -e '.sealed | length > 0' "$D/state.json"
jq -r '.sealed[].key' "$D/state.json" | sort >"$T/keys"
fault_rules </dev/null
reader >"$T/again"
check 'and go up when it has recovered' -a -i "$T/again" -- put
ok 'each record once after trouble' each_once $TOTAL
(cd "$FAULT_DIR/objects/lake" && find . -type f | sed 's|^\./||' | sort) >"$T/there"
ok 'under the keys that were fixed' test -z "$(comm -23 "$T/keys" "$T/there")"

# Killed at any point, again and again
reset
SLOW=1
runs=0
killed=0
status=1
while [ $status -ne 0 ] && [ $runs -lt 60 ]; do
    runs=$((runs + 1))
    rm -f "$T/pipe"
    mkfifo "$T/pipe"
    reader >"$T/pipe" 2>/dev/null &
    reading=$!
    s3put --state "$D" --size 2000 's3://lake/!{partitionKeyFromQuery:c}/' <"$T/pipe" >/dev/null 2>"$T/err" &
    pid=$! # its own, not that of a shell around it
    if [ $runs -lt 12 ]; then
        sleep "$(od -An -N1 -tu1 /dev/urandom | awk '{ printf "0.%03d", $1 + 20 }')"
        kill -9 $pid 2>/dev/null && killed=$((killed + 1))
    fi
    wait $pid 2>/dev/null
    status=$?
    kill $reading 2>/dev/null # killed before it opened the pipe, nobody reads it
    wait $reading 2>/dev/null
done
ok "delivered after $runs starts, $killed of them killed" test "$status" = 0 -a "$killed" -gt 2
ok 'each record once, whatever was killed' each_once $TOTAL
ok 'and no file is left' settled
SLOW=0

# A full disk: a temporary failure, nothing lost, nothing twice
if mkdir "$T/small" && mount -t tmpfs -o size=256k tmpfs "$T/small" 2>/dev/null; then
    D=$T/small/state
    fault_rules </dev/null
    reader 0 0 $TOTAL >"$T/big"
    dd if=/dev/zero of="$T/small/filler" bs=1k count=236 2>/dev/null
    s3put --state "$D" --size 30000 's3://lake/!{partitionKeyFromQuery:c}/' <"$T/big" >/dev/null 2>"$T/err"
    ok 'a full disk is a temporary failure' test $? = 75
    ok 'and says so' grep -q 'No space left on device' "$T/err"
    rm "$T/small/filler"
    reader >"$T/again"
    check 'with room again it goes on' -a -i "$T/again" -- s3put --state "$D" --size 30000 's3://lake/!{partitionKeyFromQuery:c}/'
    ok 'each record once after a full disk' each_once $TOTAL
    umount "$T/small"
    D=$T/state
else
    skip 'a full disk' 'no file system can be mounted here'
fi

# A state that cannot be understood stops everything
reset
mkdir -p "$D"
echo '{"version":9}' >"$D/state.json"
check 'a state of another version is left alone' -s 1 -i "$T/input" -E 'state.json: version 9 of the state is not known here' -- put
echo 'garbage' >"$D/state.json"
check 'a damaged state too' -s 1 -i "$T/input" -E 'state.json: byte [0-9]*: this is not JSON' -- put

# Rejected rows of an earlier run stay
reset
{ head -n 3 "$T/input"; echo '{broken'; sed -n 4,10p "$T/input"; } >"$T/bad"
check 'a bad row' -s 1 -a -i "$T/bad" -E 'line 4: ' -- put --rejects "$T/rejects"
check 'and a run after it' -a -- put --rejects "$T/rejects"
ok 'keep it in the rejects' test "$(cat "$T/rejects")" = '{broken'

check 'compressed, with a state' -a -i "$T/input" -- sh -c 'rm -rf "$1"; s3put --state "$1" --compress gzip --size 3000 s3://lake/z/' - "$D"
find "$FAULT_DIR/objects/lake/z" -type f -exec gzip -dc {} + | jq -r .id | sort >"$T/ids"
ok 'each record once, compressed' cmp "$T/ids" "$T/want"
# Marks that count together: rows of both shards, folded, then the mark of each. Cut off between them, nothing is
# delivered, and all is sent again; with the last, both positions and all rows are.
reset
for s in 0 1; do printf '{"bfpipe.mark":{"stream":"orders","shard":"shard-%d","sequence":"","start":true}}\n' $s; done >"$T/starts"
{ cat "$T/starts"; printf '{"id":"%s","c":"a"}\n' 0-1 1-1 0-2 1-2; } >"$T/folded"
m='{"bfpipe.mark":{"stream":"orders","shard":"shard-0","sequence":"2","more":true}}'
{ cat "$T/folded"; echo "$m"; } >"$T/torn"
check 'marks that count together, cut off in between' -s 75 -a -i "$T/torn" -E '4 rows after the last mark are not delivered' -- put --size 10
ok 'no row is delivered' test -z "$(find "$FAULT_DIR/objects" -type f 2>/dev/null)"
ok 'and no position is kept' jq -e '[.streams.orders[].sequence] | all(. == "")' "$D/state.json"
{ cat "$T/torn"; echo '{"bfpipe.mark":{"stream":"orders","shard":"shard-1","sequence":"2"}}'; } >"$T/whole"
check 'again, with both' -a -i "$T/whole" -- put --size 10
ok 'each row once' each_once 2
ok 'both positions' jq -e '[.streams.orders[].sequence] == ["2", "2"]' "$D/state.json"

# A file that may not grow (ulimit -f) is a full disk, not a signal that ends the tool without a word.
rm -rf "$D"
fault_rules </dev/null
reader 0 0 40 >"$T/in"
check 'a limit of the size of files' -s 75 -a -i "$T/in" -E 'File too large' -- sh -c 'ulimit -f 1; exec "$@"' - s3put --state "$D" --size 1KiB s3://lake/o/
check 'again, without it' -a -i "$T/in" -- put --size 1KiB
ok 'each row once' each_once 40
check 'of rows that are written' -s 1 -E '^bfgen: standard output: File too large' -- sh -c 'ulimit -f 1; bfgen -n 1000 >"$1"' - "$T/limited"

plan
