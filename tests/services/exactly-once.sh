#!/bin/sh
# The delivery promise: kinread --state | cdcxform | s3put --state brings each change record into exactly one
# object, whatever is killed. Shards are split and merged while the three are killed again and again, one
# alone or all at once, and started again as a supervisor would. BF_SEED chooses other moments.
. "$(dirname "$0")/lib.sh"
# kinesis-mock takes 300 records a second; of two Kinesis this one is the faster.
[ -z "${BF_KINESALITE_URL-}" ] || export AWS_ENDPOINT_URL_KINESIS="$BF_KINESALITE_URL"
need_tools kinread kinput cdcxform s3put
seed=${BF_SEED:-1127}
pids=''
writer=''
trap 'kill -9 $pids $writer 2>/dev/null; rm -rf "$T"' EXIT

# changes FROM TO: so many change lines for each of 20 keys
changes() {
    awk -v from="$1" -v to="$2" 'BEGIN {
        for (n = from; n <= to; n++)
            for (k = 1; k <= 20; k++)
                printf "{\"awsRegion\":\"us-east-1\",\"eventID\":\"%d-%d\",\"eventName\":\"INSERT\",\"userIdentity\":null,"\
                    "\"recordFormat\":\"application/json\",\"tableName\":\"sales\",\"dynamodb\":{\"ApproximateCreationDateTime\":"\
                    "1795759200000,\"Keys\":{\"id\":{\"S\":\"k%d\"}},\"NewImage\":{\"id\":{\"S\":\"k%d\"},\"n\":{\"N\":\"%d\"}},"\
                    "\"SizeBytes\":20},\"eventSource\":\"aws:dynamodb\"}\n", k, n, k, k, n }'
}
settled() {
    cli kinesis wait stream-exists --stream-name "$1"
}
make() {
    cli kinesis create-stream --stream-name "$1" --shard-count 3 && settled "$1"
}
put() { # put FROM TO
    changes "$1" "$2" | kinput --key dynamodb.Keys.id.S "$s"
}

# begin ARGUMENTS OF KINREAD...: starts the pipeline; its pids are r, x, w
begin() {
    rm -f "$T/lines" "$T/rows"
    mkfifo "$T/lines" "$T/rows"
    kinread --state "$D" "$@" "$s" >"$T/lines" 2>"$T/err.r" &
    r=$!
    # shellcheck disable=SC2086 # several options
    cdcxform --meta op,event-id $filters <"$T/lines" >"$T/rows" 2>"$T/err.x" &
    x=$!
    s3put --state "$D" --size 8KiB --interval 1s --max-attempts 3 "s3://$run/$s/" <"$T/rows" >>"$T/receipts" 2>"$T/err.w" &
    w=$!
    pids="$r $x $w"
}
# within TENTHS COMMAND...: waits until it is true
within() {
    tries=$1
    shift
    until "$@"; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || return 1
        sleep 0.1
    done
}
gone() {
    for pid in $pids; do
        case $(ps -o stat= -p "$pid") in '' | Z*) ;; *) return 1 ;; esac
    done
}
# A supervisor: what is left of the pipeline gets half a second, is told to end, and ended.
clear_away() {
    within 3 gone || { kill $pids 2>/dev/null; within 30 gone; } || kill -9 $pids 2>/dev/null
    wait $r 2>/dev/null
    wait $x 2>/dev/null
    wait $w 2>/dev/null
    pids=''
}
# kill_some N: N starts, each killed at a moment of the seed; whoever is left has its time, or has none
kill_some() {
    awk -v n="$1" -v seed="$seed" 'BEGIN {
        srand(seed)
        split("r x w all r x w all r x w all", who)
        for (i = 0; i < n; i++) printf "%s %.2f %d\n", who[i % 12 + 1], 0.1 + rand() * 0.6, rand() * 3 }' >"$T/moments"
    kills=0
    while read -r who moment hurry; do
        begin --from oldest
        sleep "$moment"
        case $who in
        r) kill -9 $r 2>/dev/null ;;
        x) kill -9 $x 2>/dev/null ;;
        w) kill -9 $w 2>/dev/null ;;
        all) kill -9 $r $x $w 2>/dev/null ;;
        esac && kills=$((kills + 1))
        if [ "$hurry" = 0 ]; then # the next reader starts before this writer has ended
            begin --from oldest
            sleep 0.2
        fi
        clear_away
    done <"$T/moments"
}
# to_end: to the tip of the stream, again after 75 only; a writer that still has the folder is waited for
to_end() {
    starts=0
    status=75
    while [ $status = 75 ] && [ $starts -lt 20 ]; do
        begin -e --from oldest
        wait $w
        status=$?
        wait $r
        reader=$?
        wait $x
        starts=$((starts + 1))
        [ $status != 75 ] || sleep 0.2
    done
    pids=''
    [ $status = 0 ] && [ $reader = 0 ] && return
    echo "status of s3put $status, of kinread $reader, after $starts starts"
    cat "$T/err.r" "$T/err.x" "$T/err.w"
    return 1
}
# once FROM TO: each change in exactly one object, each key's changes in order: they stand in one object
# without a gap, so no other object holds what is between them
once() {
    rm -rf "$T/lake"
    fetch "s3://$run/$s" "$T/lake" || return 1
    find "$T/lake" -type f -exec cat {} + | jq -r ._event_id | sort >"$T/landed"
    changes "$1" "$2" | jq -r .eventID | sort >"$T/sent"
    cmp "$T/sent" "$T/landed" || {
        echo "missing: $(comm -23 "$T/sent" "$T/landed" | wc -l), extra: $(comm -13 "$T/sent" "$T/landed" | wc -l)"
        return 1
    }
    find "$T/lake" -type f -exec jq -r '"\(input_filename) \(.id) \(.n)"' {} + |
        awk '{ at = $1 " " $2 } at in last && $3 != last[at] + 1 { print; bad = 1 } { last[at] = $3 } END { exit bad }'
}
left_over() {
    jq -e '.sealed == [] and .open == []' "$D/state.json" && [ -z "$(ls "$D/spool")" ]
}
receipts_agree() {
    jq -r .key "$T/receipts" | sort -u >"$T/keys"
    (cd "$T/lake" && find . -type f | sed "s|^\./|$s/|" | sort) | cmp - "$T/keys"
}

filters=''
check 'a bucket' -a -- cli s3api create-bucket --bucket "$run"

# The writer splits a shard and merges two others while the pipeline is killed.
s=$run-a D=$T/a
ok 'a stream of three shards' make "$s"
: >"$T/receipts"
write() {
    put 1 30 && put 31 50 &&
        cli kinesis split-shard --stream-name "$s" --shard-to-split shardId-000000000000 --new-starting-hash-key 56713727820156410577229101238628035242 &&
        settled "$s" && put 51 80 && put 81 100 &&
        cli kinesis merge-shards --stream-name "$s" --shard-to-merge shardId-000000000001 --adjacent-shard-to-merge shardId-000000000002 &&
        settled "$s" && put 101 130 && put 131 150
}
write >"$T/writer" 2>&1 &
writer=$!
kill_some 12
ok 'the writer had no trouble' wait $writer
writer=''
check "killed" -m '^([6-9]|1[0-2])$' -- echo "$kills"
ok 'started again until the end' to_end
ok '3000 changes in exactly one object each, in order' once 1 150
ok 'nothing is left in the spool' left_over
ok 'each object has its receipt' receipts_agree

# From the latest record: what is written after the start counts, whoever is killed before the first commit.
s=$run-b D=$T/b
known() {
    [ "$(jq '.streams | map(length) | add' "$D/state.json" 2>/dev/null)" = 3 ]
}
ok 'another stream' make "$s"
: >"$T/receipts"
ok 'with records of an earlier time' put 1 5
sleep 2 # the service tells its clock in whole seconds
begin
kill -9 $r $x $w
clear_away
ok 'killed before its first mark: knows nothing' test ! -s "$D/state.json"
begin
ok 'a start at the latest record is kept at once' within 100 known
kill -9 $r $x $w
clear_away
ok 'written while nobody reads' put 6 30
ok 'started again until the end, from the start that was kept' to_end
ok 'what was written since is there once, what was there before is not' once 6 30

# Filters: marks pass in place, so nothing is read twice and nothing is left out.
for filters in '--match {"dynamodb":{"NewImage":{"n":{"N":[{"numeric":[">",10]}]}}}} -j 2' '--dedupe --where n>10'; do
    rm -rf "$T/c"
    s=$run-b D=$T/c
    cli s3 rm --quiet --recursive "s3://$run/$s"
    : >"$T/receipts"
    kill_some 2
    ok "$filters: to the end" to_end
    ok "$filters: each once" once 11 30
done
# --fold holds rows and marks back until the end: the last row of each key, and all of the stream is read then.
rm -rf "$T/c"
filters='--fold id'
cli s3 rm --quiet --recursive "s3://$run/$s"
ok '--fold: to the end' to_end
fetch "s3://$run/$s" "$T/fold"
check '--fold: the last row of each key' -o '20 20 30' -- sh -c \
    'find "$1" -type f -exec cat {} + | jq -rs "\"\(length) \(map(.id) | unique | length) \(map(.n) | min)\""' - "$T/fold"
ok '--fold: and nothing more' to_end
fetch "s3://$run/$s" "$T/fold"
check '--fold: the second time' -o 20 -- sh -c 'find "$1" -type f -exec cat {} + | wc -l' - "$T/fold"

# What the services may do wrong, while the three are killed.
if [ "$BF_IN_BACKEND" = bflocal ]; then
    faults() {
        curl -sf --noproxy '*' -o "$T/faults" -d "$1" "$AWS_ENDPOINT_URL/_bflocal/fault"
    }
    filters=''
    s=$run-d D=$T/d
    ok 'a stream for bad days' make "$s"
    : >"$T/receipts"
    ok 'faults begin' faults "seed=$seed; 503:p=10%,op=GetRecords; cut:p=5%,op=GetRecords; throttle:p=10%,op=GetRecords;
        iterator:p=5%; 500:p=10%,op=GetShardIterator; 503:p=10%,service=s3; throttle:p=10%,service=s3;
        cut:p=10%,service=s3; latency:ms=20,p=20%"
    put 1 60 >"$T/writer" 2>&1 &
    writer=$!
    kill_some 3
    ok 'faults: the writer had no trouble' wait $writer
    writer=''
    ok 'faults: more to deliver' put 61 70
    ok 'faults: the store is full' faults 'disk:max=1'
    begin -e --from oldest
    wait $w
    status=$?
    wait $r $x
    pids=''
    ok 'faults: a full store is a temporary failure' test $status = 75
    ok 'faults end' faults ''
    ok 'faults: started again until the end' to_end
    ok 'faults: 1400 changes in exactly one object each' once 1 70
    ok 'faults: nothing is left in the spool' left_over
else
    skip 'faults' 'only bflocal makes them'
fi
plan
