#!/bin/sh
# kinread and time: records that expire before they are read, shards that disappear, streams that are created again, and
# an interrupted start at the latest record. The test sets bflocal's clock, so this suite starts its own bflocal.
. "$(dirname "$0")/lib.sh"
case $BF_IN_BACKEND in
own) ;;
bflocal) BF_IN_BACKEND=own exec bflocal sh "$0" ;;
*)
    echo '1..0 # skipped: only bflocal has a clock to set, this is the back end real'
    exit 0
    ;;
esac
need_tools kinread kinput s3put ddbput cdcxform

faults() {
    curl -sf --noproxy '*' -o "$T/faults" -d "$1" "$AWS_ENDPOINT_URL/_bflocal/fault"
}
# later HOURS: sets the clock to so many hours after the start of the suite
later() {
    faults "clock:by=$1h"
}
# begin NAME SHARDS: creates a stream, and a state for it
begin() {
    s=$run-$1 D=$T/$1
    faults '' && cli kinesis create-stream --stream-name "$s" --shard-count "${2:-1}" && cli kinesis wait stream-exists --stream-name "$s"
}
put() {
    printf '{"n":%s}\n' "$@" | kinput --key n "${to:-$s}"
}
# deliver [ARGS...]: reads to the end; keeps the status, the messages and the rows
deliver() {
    { kinread -e --state "$D" "$@" "${from:-$s}" 2>"$T/told" 3>&-; echo $? >"$T/status"; } |
        tee "$T/marked" | s3put -q --state "$D" "s3://$run/" >"$T/receipts" 2>"$T/put" || return
    grep -v '^{"bfpipe.mark"' "$T/marked" | jq -c '.n // .eventName' | sort | tr '\n' ' ' >"$T/rows"
}
# delivers NAME STATUS ROWS [GAP]: runs deliver and checks these, and for one line about a gap or none
delivers() {
    ok "$1" deliver
    check "  status $2" -o "$2" -- cat "$T/status"
    ok "  rows: $3" test "$(cat "$T/rows")" = "${3:+$3 }"
    if [ -n "${4:-}" ]; then
        ok '  one gap' test "$(grep -c ': gap: ' "$T/told")" = 1
        check "  $4" -m "$4" -- cat "$T/told"
    else
        check '  no word' -o '' -- cat "$T/told"
    fi
}
split() {
    cli kinesis split-shard --stream-name "$s" --shard-to-split shardId-000000000000 --new-starting-hash-key "$1"
}

check 'a bucket' -a -- cli s3api create-bucket --bucket "$run"

ok 'closed: a stream' begin closed
ok '  two' put 1 2
delivers 'closed: delivered' 0 '1 2'
ok '  two more' put 3 4
ok '  a split' split 170141183460469231731687303715884105728
later 50
delivers 'a closed shard whose unread records have expired' 1 '' 'gap: the last record that was read has expired; records after it may have been lost$'
delivers '  is told once' 0 ''

ok 'idle: a stream' begin idle
ok '  two' put 1 2
delivers 'idle: delivered' 0 '1 2'
later 20
delivers 'idle: nothing new' 0 ''
later 40
ok '  one more' put 3
delivers 'an idle shard whose last record has expired' 0 3
later 60
delivers '  idle again' 0 ''
later 80
delivers '  and again' 0 ''

ok 'outage: a stream' begin outage
ok '  two' put 1 2
delivers 'outage: delivered' 0 '1 2'
ok '  two more' put 3 4
later 50
ok '  one more' put 5
delivers 'an outage longer than retention' 1 5 'gap: the last record that was read has expired'
delivers '  is told once' 0 ''
later 60
ok '  and goes on' put 6
delivers '  without a word' 0 6

ok 'kept: a stream' begin kept
ok '  kept for a week' cli kinesis increase-stream-retention-period --stream-name "$s" --retention-period-hours 168
ok '  two' put 1 2
delivers 'kept: delivered' 0 '1 2'
later 50
ok '  one more' put 3
delivers 'an outage that the retention covers' 0 3
later 260
ok '  one more' put 4
delivers 'an idle shard that nothing was read of for longer' 1 4 'gap: the last record'

ok 'child: a stream' begin child
ok '  two' put 1 2
ok '  a split' split 170141183460469231731687303715884105728
delivers 'child: delivered' 0 '1 2'
check '  the state knows the children' -o 3 -- jq ".streams[\"$s\"] | length" "$D/state.json"
ok '  four more' put 3 4 5 6
later 50
ok 'children that were never read' deliver
check '  status 1' -o 1 -- cat "$T/status"
ok '  two gaps' test "$(grep -c 'gap: nothing was read of it for longer than the stream keeps its records' "$T/told")" = 2
delivers '  told once' 0 ''

ok 'anew: a stream' begin anew
ok '  two' put 1 2
delivers 'anew: delivered' 0 '1 2'
ok '  two more' put 3 4
ok '  it goes' cli kinesis delete-stream --stream-name "$s"
ok '  and comes' cli kinesis create-stream --stream-name "$s" --shard-count 1
delivers 'a stream made anew' 1 '' 'gap: it begins after the position of --state: the stream was made anew'
delivers '  told once' 0 ''
ok '  one' put 5
delivers '  and goes on' 0 5

ok 'read to its end: a stream' begin ended
ok '  two' put 1 2
ok '  a split' split 170141183460469231731687303715884105728
delivers 'ended: delivered' 0 '1 2'
ok '  it goes' cli kinesis delete-stream --stream-name "$s"
ok '  and comes' cli kinesis create-stream --stream-name "$s" --shard-count 1
ok '  two more' put 3 4
ok 'a shard of the same name' deliver
ok '  is read' test "$(cat "$T/rows")" = '3 4 '
check '  it is told' -m 'shardId-000000000000: the stream was made anew: reading from its beginning$' -- cat "$T/told"
ok '  one more' put 5
delivers '  goes on' 0 5

ok 'ended and empty: a stream' begin empty
ok '  a split' split 170141183460469231731687303715884105728
delivers 'empty: delivered' 0 ''
ok '  it goes' cli kinesis delete-stream --stream-name "$s"
ok '  and comes' cli kinesis create-stream --stream-name "$s" --shard-count 1
ok '  two' put 1 2
ok 'a shard of that name' deliver
ok '  is read' test "$(cat "$T/rows")" = '1 2 '

# DynamoDB: a stream that is disabled and enabled, a table that is created again.
table=$run-t D=$T/table from=dynamodb:$table
faults ''
item() {
    printf '{"id":"%s"}\n' "$@" | ddbput -q --create id:S "$table"
}
ok 'a table' item a b
delivers 'table: delivered' 0 '"INSERT" "INSERT"'
later 30
delivers 'an idle table' 0 ''
faults ''
ok '  off' cli dynamodb update-table --table-name "$table" --stream-specification StreamEnabled=false
ok '  on' cli dynamodb update-table --table-name "$table" --stream-specification StreamEnabled=true,StreamViewType=NEW_AND_OLD_IMAGES
ok '  one more' item c
delivers 'a stream switched off and on' 1 '"INSERT"' 'gap: the shard has expired'
delivers '  told once' 0 ''
ok '  the table goes' cli dynamodb delete-table --table-name "$table"
ok '  and comes' item d
delivers 'a table made anew' 1 '"INSERT"' 'gap: the shard has expired'
delivers '  told once' 0 ''
from=''

# A start at the latest record that is killed before the first record.
start() {
    : >"$T/marks"
    kinread --from latest --state "$D" "$1" >"$T/marks" 2>"$T/told" &
    reader=$!
    soon grep -q '"start":true' "$T/marks"
    kill -KILL $reader
    wait $reader 2>/dev/null
    s3put -q --state "$D" "s3://$run/" <"$T/marks" >"$T/receipts"
}
ok 'latest: a stream' begin latest 2
ok '  one before' put 0
ok 'latest: started and killed' start "$s"
check '  at iterators' -o '2' -- sh -c 'jq -r ".streams[][].sequence" "$1" | grep -c "^@[0-9]*/."' - "$D/state.json"
ok '  four' put 1 2 3 4
delivers 'the four' 0 '1 2 3 4'
ok 'expired: a stream' begin expired 2
ok '  one long before' put 0
faults 'clock:by=5m'
ok 'expired: started and killed' start "$s"
ok '  four' put 1 2 3 4
faults 'clock:by=30m'
ok 'the four, with an iterator that has expired' deliver
ok '  all' test "$(cat "$T/rows")" = '1 2 3 4 '
D=$T/tlatest table=$run-l
faults ''
ok 'latest of a table' item x
ok '  started and killed' start "dynamodb:$table"
ok '  two' item y z
from=dynamodb:$table
delivers 'the two' 0 '"INSERT" "INSERT"'
D=$T/texpired
ok 'latest of a table' start "dynamodb:$table"
ok '  one' item w
faults 'clock:by=30m'
ok 'with an iterator that has expired' deliver
check '  all that is there' -o 4 -- sh -c 'wc -w <"$1"' - "$T/rows"
check '  it says so' -m 'the iterator of its start has expired: reading from the oldest record on' -- cat "$T/told"
from=''

# Another account has a table and a stream with the same names.
faults ''
arn=$(cli dynamodb describe-table --table-name "$table" | jq -r .Table.LatestStreamArn)
other=$(printf %s "$arn" | sed 's/:000000000000:/:111122223333:/')
ok 'one'"'"'s own stream' sh -c 'kinread -e "$1" | grep -q INSERT' - "$arn"
check 'that of another account' -s 1 -E 'ResourceNotFoundException' -- kinread -e "$other"
check 'the table of another account' -s 1 -E 'DescribeTable: AccessDeniedException' -- kinread -e "${other%/stream*}"
check 'its Kinesis stream' -s 1 -E 'ListShards: AccessDeniedException' -- kinread -e "arn:aws:kinesis:${AWS_REGION:-us-east-1}:111122223333:stream/$s"
ok 'one'"'"'s own' kinread -e "arn:aws:kinesis:${AWS_REGION:-us-east-1}:000000000000:stream/$s"

# "Latest" is the same instant for all shards.
faults ''
s=$run-many
ok 'sixty shards' cli kinesis create-stream --stream-name "$s" --shard-count 60
ok '  are there' cli kinesis wait stream-exists --stream-name "$s"
faults latency:ms=40
cat >"$T/busy.py" <<'END'
"""Puts a numbered record every 2 ms while kinread starts at the latest; all records after its first line must arrive."""
import subprocess, sys, threading, time
stream = sys.argv[1]
reader = subprocess.Popen(["kinread", "--from", "latest", stream], stdout=subprocess.PIPE)
writer = subprocess.Popen(["kinput", "--key", "n", "--linger", "0", stream], stdin=subprocess.PIPE, text=True)
got, sent, first, end = set(), 0, None, time.time() + 1.5
def read():
    global first
    for line in reader.stdout:
        first = sent if first is None else first
        got.add(int(line.split(b'"')[3]))
threading.Thread(target=read, daemon=True).start()
while time.time() < end or first is None or sent < first + 100:
    writer.stdin.write('{"n":"%d"}\n' % sent)
    writer.stdin.flush()
    sent += 1
    time.sleep(0.002)
writer.stdin.close()
writer.wait()
for _ in range(200):
    if got.issuperset(range(first, sent)):
        break
    time.sleep(0.1)
reader.kill()
print(sorted(set(range(first, sent)) - got))
END
check 'no record is missing after the first line' -o '[]' -- python3 "$T/busy.py" "$s"
s=$run-two
ok 'two shards' cli kinesis create-stream --stream-name "$s" --shard-count 2
ok '  are there' cli kinesis wait stream-exists --stream-name "$s"
throttled() {
    faults 'throttle:op=GetShardIterator,after=1,n=4'
    : >"$T/lines"
    kinread --from latest "$s" >"$T/lines" 2>"$T/told" &
    reader=$!
    soon iterators 2
    put 1 2 3 4 5 6 7 8 9 10
    soon has_lines "$T/lines" 10
    kill -TERM $reader
    wait $reader
}
# iterators N: waits for N requests for iterators
iterators() {
    [ "$(curl -s --noproxy '*' "$AWS_ENDPOINT_URL/_bflocal/fault" | jq '[.. | .seen? // empty] | max')" -ge "$1" ]
}
ok 'what is put while the second is throttled' throttled
# A table with as many shards: no mark is written before all shards have started.
s=dynamodb:$table D=$T/tthrottled
faults 'throttle:op=GetShardIterator,n=3'
live() {
    : >"$T/live"
    kinread --from latest --state "$D" "$s" >"$T/live" 2>"$T/told" &
    reader=$!
    soon grep -q '"start":true' "$T/live"
    item 1 2 3 4 5 6 7 8 9 10 && soon inserted 10
    status=$?
    kill -TERM $reader
    wait $reader
    return $status
}
inserted() {
    [ "$(grep -c INSERT "$T/live")" = "$1" ]
}
ok 'what is written after the first mark' live
plan
