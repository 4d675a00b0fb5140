# Shared by the tests of the delivery promise: change lines, the pipeline kinread --state | cdcxform | s3put --state
# started, killed, cleaned up and restarted as by a supervisor, and checks of the delivered objects. The suite sets $s, the
# stream, and $D, the folder of the state; BF_SEED chooses other moments.
need_tools kinread kinput cdcxform s3put
seed=${BF_SEED:-1127}
filters=''
pids=''
writer=''
trap 'kill -9 $pids $writer 2>/dev/null; rm -rf "$T"' EXIT

# changes FROM TO: change lines with these numbers for each of 20 keys
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
# within TENTHS COMMAND...: waits until the command succeeds
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
# A supervisor: the remaining processes get half a second, then SIGTERM, then SIGKILL.
clear_away() {
    within 3 gone || { kill $pids 2>/dev/null; within 30 gone; } || kill -9 $pids 2>/dev/null
    wait $r 2>/dev/null
    wait $x 2>/dev/null
    wait $w 2>/dev/null
    pids=''
}
# kill_some N: N starts, each killed at a random moment; the other processes get time to end, or none
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
# to_end: reads to the end of the stream, and restarts only after status 75; waits at least two minutes for a writer that
# still has the folder
to_end() {
    starts=0
    status=75
    while [ $status = 75 ] && [ $starts -lt 600 ]; do
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
# once FROM TO: each change is in exactly one object, and the changes of each key are in order: an object has them
# without a gap, so no other object has one in between
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
