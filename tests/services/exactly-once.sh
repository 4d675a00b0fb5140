#!/bin/sh
# The delivery promise: kinread --state | cdcxform | s3put --state delivers each change record to exactly one
# object, even if processes are killed. Shards are split and merged while the three are killed repeatedly, one
# or all of them, and restarted as by a supervisor. BF_SEED chooses other moments.
. "$(dirname "$0")/lib.sh"
# kinesis-mock accepts 300 records a second, and is still the faster of the two.
[ -z "${BF_KINESALITE_URL-}" ] || export AWS_ENDPOINT_URL_KINESIS="$BF_KINESALITE_URL"
. "$services/supervise.sh"

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

# From the latest record: records after the start count, whichever process is killed before the first commit.
s=$run-b D=$T/b
known() {
    [ "$(jq '.streams | map(length) | add' "$D/state.json" 2>/dev/null)" = 3 ]
}
ok 'another stream' make "$s"
: >"$T/receipts"
ok 'with records of an earlier time' put 1 5
sleep 2 # the service tells its clock in whole seconds
kinesis=$(endpoint kinesis)
export AWS_ENDPOINT_URL_KINESIS=http://127.0.0.1:1 # nobody there: no mark comes, however late the kill
begin
kill -9 $r $x $w
clear_away
# It may have stopped by itself before it was killed: then the state exists and is empty.
nothing_known() {
    [ ! -s "$D/state.json" ] || jq -e '.streams == {} and .sealed == [] and .open == []' "$D/state.json"
}
ok 'killed before its first mark: knows nothing' nothing_known
AWS_ENDPOINT_URL_KINESIS=$kinesis
begin
ok 'a start at the latest record is kept at once' soon known
kill -9 $r $x $w
clear_away
ok 'written while nobody reads' put 6 30
ok 'started again until the end, from the start that was kept' to_end
ok 'what was written since is there once, what was there before is not' once 6 30

# Filters keep marks in their place, so nothing is read twice and nothing is left out.
for filters in '--match {"dynamodb":{"NewImage":{"n":{"N":[{"numeric":[">",10]}]}}}} -j 2' '--dedupe --where n>10'; do
    rm -rf "$T/c"
    s=$run-b D=$T/c
    cli s3 rm --quiet --recursive "s3://$run/$s"
    : >"$T/receipts"
    kill_some 2
    ok "$filters: to the end" to_end
    ok "$filters: each once" once 11 30
done
# --fold holds rows and marks until the end: then there is the last row of each key, and the whole stream is read.
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
plan
