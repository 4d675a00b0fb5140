#!/bin/sh
# kinread on a DynamoDB stream, and the bridge to Kinesis: each change exactly as published, the changes of an item
# in order.
. "$(dirname "$0")/lib.sh"
if ! has_streams; then
    echo '1..0 # skipped: this back end has no DynamoDB Streams; bflocal has'
    exit 0
fi
need_tools bfgen ddbput kinread kinput

bfgen -n 1200 --seed 7 >"$T/writes"
check 'a table' -i "$T/writes" -- ddbput --create order_id:S "$run"
kinread -e "dynamodb:$run" >"$T/changes" 2>"$T/told"
check 'no word' -o '' -- cat "$T/told"
# A write without a change has no record; bfgen's mix has no such writes.
check 'a change for each write' -o "$(wc -l <"$T/writes")" -- sh -c 'wc -l <"$1"' - "$T/changes"
kinds() {
    jq -r .eventName "$1" | sort | uniq -c | awk '{ print $2, $1 }'
}
check 'of its kind' -o "INSERT $(grep -c '^{"put"' "$T/writes")
MODIFY $(grep -c '^{"update"' "$T/writes")
REMOVE $(grep -c '^{"delete"' "$T/writes")" -- kinds "$T/changes"

# The answer to curl for the same shard contains each line byte for byte.
raw() {
    url=$(endpoint dynamodbstreams)
    arn=$(cli dynamodbstreams list-streams --table-name "$run" | jq -r '.Streams[0].StreamArn')
    shard=$(cli dynamodbstreams describe-stream --stream-arn "$arn" | jq -r '.StreamDescription.Shards[0].ShardId')
    iterator=$(cli dynamodbstreams get-shard-iterator --stream-arn "$arn" --shard-id "$shard" \
        --shard-iterator-type TRIM_HORIZON | jq -r .ShardIterator)
    curl -s --fail --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" --aws-sigv4 "aws:amz:$AWS_REGION:dynamodb" \
        -H 'x-amz-target: DynamoDBStreams_20120810.GetRecords' -H 'content-type: application/x-amz-json-1.0' \
        -d "{\"ShardIterator\":\"$iterator\",\"Limit\":50}" "$url/" >"$T/raw" || return 1
    kinread -e -n 1200 --shard "$shard" "dynamodb:$run" | head -n 50 >"$T/lines"
    [ -s "$T/lines" ] && python3 - "$T/raw" "$T/lines" <<'END'
import sys
raw, lines = open(sys.argv[1], "rb").read(), open(sys.argv[2], "rb").read().splitlines()
sys.exit(not lines or any(raw.count(line) != 1 for line in lines))
END
}
ok 'a line is the record as it was published' raw
check 'the shards' -m '^shardId-[0-9a-f-]*	open	' -- kinread --list "dynamodb:$run"
check 'by ARN of the table' -o 1 -- sh -c 'kinread -e -n 1 "$1" | wc -l' - \
    "$(cli dynamodb describe-table --table-name "$run" | jq -r .Table.TableArn)"
check 'by ARN of the stream' -o 1 -- sh -c 'kinread -e -n 1 "$1" | wc -l' - \
    "$(cli dynamodb describe-table --table-name "$run" | jq -r .Table.LatestStreamArn)"
check 'an unknown table' -s 1 -E "^kinread: dynamodb:$run-none: DescribeTable: ResourceNotFoundException: " -- kinread "dynamodb:$run-none"
check 'until long ago' -- kinread -e --until 2001-01-01 "dynamodb:$run"

# item FILE: no item goes back to an earlier state
in_order() {
    jq -r '"\(.dynamodb.Keys.order_id.S) \(.dynamodb.SequenceNumber)"' "$1" |
        awk '("x" $2) <= last[$1] { print; exit 1 } { last[$1] = "x" $2 }'
}
ok 'each item in its order' in_order "$T/changes"
check 'a stream' -- cli kinesis create-stream --stream-name "$run" --shard-count 3
ok 'is there' cli kinesis wait stream-exists --stream-name "$run"
check 'the bridge' -- sh -c 'kinread -e "dynamodb:$1" | kinput "$1"' - "$run"
kinread -e "$run" >"$T/bridged"
same() {
    sort "$T/changes" >"$T/a" && sort "$T/bridged" >"$T/b" && cmp "$T/a" "$T/b"
}
ok 'every change once, byte for byte' same
ok 'each item is in order after it' in_order "$T/bridged"
check 'on all three shards' -o 3 -- sh -c 'kinread -e -f "%S%n" "$1" | sort -u | wc -l' - "$run"

fifty() { [ "$(grep -c live- "$T/live")" -ge 50 ]; }
# With --follow: the changes arrive while the table is written.
live() {
    : >"$T/live"
    kinread --state "$T/none" "dynamodb:$run" >"$T/live" 2>"$T/told" &
    reader=$!
    soon test -s "$T/live" # the mark of its start: what is written from now on, it reads
    bfgen -n 50 --seed 8 --mix insert=1 | sed 's/"order_id":"/&live-/' | ddbput "$run" || return 1
    soon fifty
    kill -TERM $reader
    wait $reader && [ "$(grep -c live- "$T/live")" = 50 ] && [ ! -s "$T/told" ]
}
ok 'changes come as they happen' live
plan
