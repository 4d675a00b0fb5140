#!/bin/sh
# kinput and kinread on every Kinesis of the back end: a round trip, positions, and shards that are split and
# merged while they are read.
. "$(dirname "$0")/lib.sh"
need_tools kinput kinread

# kinesis ARGS...: the AWS CLI on the Kinesis of this round
kinesis() {
    AWS_PAGER='' "$aws" --endpoint-url "$AWS_ENDPOINT_URL_KINESIS" --output json kinesis "$@"
}
# settled STREAM: waits until the stream takes and gives records
settled() {
    kinesis wait stream-exists --stream-name "$1"
}
# lines FROM TO: so many lines for each of 16 keys
lines() {
    awk -v from="$1" -v to="$2" 'BEGIN {
        for (n = from; n <= to; n++)
            for (k = 97; k < 113; k++) printf "{\"id\":\"%c\",\"n\":%d}\n", k, n
    }'
}
# ordered FILE: no key goes backwards
ordered() {
    jq -r '"\(.id) \(.n)"' "$1" | awk '$2 <= last[$1] { print; exit 1 } { last[$1] = $2 }'
}
# same_lines FILE FILE: in any order
same_lines() {
    sort "$1" >"$T/sorted1" && sort "$2" >"$T/sorted2" && cmp "$T/sorted1" "$T/sorted2"
}

round_trip() {
    s=$run-a
    check "$at: a stream" -- kinesis create-stream --stream-name "$s" --shard-count 2
    ok "$at: is there" settled "$s"
    check "$at: an empty one" -- kinread -e "$s"
    lines 1 25 >"$T/in"
    check "$at: 400 lines" -i "$T/in" -- kinput --key id "$s"
    kinread -e "$s" >"$T/out" 2>"$T/told"
    ok "$at: all come back once" same_lines "$T/in" "$T/out"
    ok "$at: each key in its order" ordered "$T/out"
    check "$at: no word about it" -o '' -- cat "$T/told"
    check "$at: both shards" -m '^shardId-000000000001	open	-	1701411834604692317316873037158841057' -- kinread --list "$s"
    check "$at: three records" -o 3 -- sh -c 'kinread -e -n 3 "$1" | wc -l' - "$s"
    check "$at: nothing is newer" -- kinread -e --from latest "$s"
    # kinesalite never answers for a time behind a shard's last record; here each shard has one
    check "$at: a quarter of an hour" -o 400 -- sh -c 'kinread -e --from -15m "$1" | wc -l' - "$s"
    check "$at: before the beginning of time" -- kinread -e --until 2001-01-01 "$s"
    kinread -e --shard 1 -f '%s %d%n' "$s" >"$T/shard"
    middle=$(sed -n '5s/ .*//p' "$T/shard")
    sed '1,4d; s/^[0-9]* //' "$T/shard" >"$T/want"
    check "$at: from a sequence number" -O "$T/want" -- kinread -e --shard 1 --from "$middle" "$s"
    check "$at: it belongs to a shard" -s 2 -E 'belongs to one shard of 2: name it with --shard' -- kinread -e --from "$middle" "$s"
    last=$(sed -n '$s/ .*//p' "$T/shard")
    mkdir -p "$T/state"
    now=$(date +%s)000
    printf '{"version":1,"streams":{"%s":{"shardId-000000000000":{"sequence":"TRIM_HORIZON","ended":true},"shardId-000000000001":{"sequence":"%s","ended":false,"since":%s}}}}' \
        "$s" "$last" "$now" >"$T/state/state.json"
    mark='{"bfpipe.mark":{"stream":"'$s'","shard":"shardId-000000000001","sequence":"'$last'","run":"[0-9a-f]{16}","since":'$now',"start":true}}'
    check "$at: nothing after the last record" -m "^$mark\$" -- kinread -e --state "$T/state" "$s"
    check "$at: an unknown stream" -s 1 -E "^kinread: $run-none: ListShards: ResourceNotFoundException: " -- kinread "$run-none"
    check "$at: nor can it be written" -s 1 -i "$T/in" -E "^kinput: $run-none: PutRecords: ResourceNotFoundException: " -- kinput "$run-none"
    printf '\303\050\000\377 a "b"\n' >"$T/bytes"
    check "$at: any bytes" -i "$T/bytes" -- kinput "$s"
    check "$at: unharmed" -O "$T/bytes" -- sh -c 'kinread -e "$1" | grep -av "^{"' - "$s"
}

# The reader follows; between the writes shards are split and merged.
reshard() {
    s=$run-b
    kinesis create-stream --stream-name "$s" --shard-count 2 && settled "$s" || return 1
    : >"$T/follow"
    kinread --from oldest "$s" >"$T/follow" 2>"$T/told" &
    reader=$!
    lines 1 5 | kinput --key id "$s" &&
        kinesis split-shard --stream-name "$s" --shard-to-split shardId-000000000000 --new-starting-hash-key 85070591730234615865843651857942052863 &&
        settled "$s" && lines 6 10 | kinput --key id "$s" &&
        kinesis split-shard --stream-name "$s" --shard-to-split shardId-000000000001 --new-starting-hash-key 255211775190703847597530955573826158591 &&
        settled "$s" && lines 11 15 | kinput --key id "$s" &&
        kinesis merge-shards --stream-name "$s" --shard-to-merge shardId-000000000002 --adjacent-shard-to-merge shardId-000000000003 &&
        settled "$s" && lines 16 20 | kinput --key id "$s" &&
        kinesis merge-shards --stream-name "$s" --shard-to-merge shardId-000000000004 --adjacent-shard-to-merge shardId-000000000005 &&
        settled "$s" && lines 21 25 | kinput --key id "$s" || return 1
    soon has_lines "$T/follow" 400
    sleep 0.5 # what came twice would come now
    kill -TERM $reader
    wait $reader
}

for url in $kinesis_urls; do
    export AWS_ENDPOINT_URL_KINESIS="$url"
    at=${url##*/}
    round_trip
    ok "$at: split twice and merged twice while it is read" reshard
    lines 1 25 >"$T/in"
    ok "$at: every record once" same_lines "$T/in" "$T/follow"
    ok "$at: each key in its order through parents and children" ordered "$T/follow"
    check "$at: no gap, no word" -o '' -- cat "$T/told"
    kinread -e "$run-b" >"$T/out"
    ok "$at: and once more from the beginning" same_lines "$T/in" "$T/out"
    ok "$at: in order" ordered "$T/out"
    kinread -e --from -15m "$run-b" >"$T/out"
    ok "$at: and by time" same_lines "$T/in" "$T/out"
    kinread -e --state "$T/none" "$run-b" | tee "$T/marked" | grep -v '^{"bfpipe.mark"' >"$T/out"
    ok "$at: and with marks" same_lines "$T/in" "$T/out"
    check "$at: of which six say that a shard is read to its end" -o 6 -- grep -c '"end":true' "$T/marked"
    # a state in the middle: one parent read to its end, the other halfway
    half=$(kinread -e --shard 3 -f '%s %d%n' "$run-b" | sed -n '1s/ .*//p')
    mkdir -p "$T/half"
    printf '{"version":1,"streams":{"%s":{"shardId-000000000001":{"sequence":"TRIM_HORIZON","ended":true},"shardId-000000000002":{"sequence":"TRIM_HORIZON","ended":true},"shardId-000000000003":{"sequence":"%s","ended":false}}}}' \
        "$run-b" "$half" >"$T/half/state.json"
    kinread -e --state "$T/half" "$run-b" | grep -v '^{"bfpipe.mark"' >"$T/out"
    for i in 3 4 5 6 7; do kinread -e --shard $i "$run-b"; done >"$T/all"
    kinread -e --shard 3 -n 1 "$run-b" >"$T/first"
    sort "$T/all" | grep -vxF -f "$T/first" >"$T/want"
    ok "$at: a state in the middle of the lineage" same_lines "$T/want" "$T/out"
    ok "$at: goes on in order" ordered "$T/out"
done
plan
