#!/bin/sh
# SIGTERM while a service does not answer: kinread, which only reads, ends at once; the others wait --grace for the requests
# in flight, then save and report the undelivered lines. The services here never answer, so that no assertion depends on
# durations.
. "$(dirname "$0")/lib.sh"
. "$root/tests/fault/lib.sh"

fault_start </dev/null
mkfifo "$T/in"
bfgen -n 3 >"$T/lines" || exit 1

# stopped OPERATION INPUT COMMAND...: starts it with its input open, sends the signal once the operation, which is left
# without an answer, has been asked for. $status is its exit status, $T/out and $T/err what it wrote.
stopped() {
    op=$1 input=$2
    shift 2
    printf '%s hang\n' "$op" | fault_rules
    "$@" <"$T/in" >"$T/out" 2>"$T/err" &
    pid=$!
    exec 8>"$T/in"
    cat "$input" >&8
    soon fault_got "$op"
    kill -TERM $pid
    wait $pid
    status=$?
    exec 8>&-
}
said() { grep -Eq -e "$1" "$T/err"; }
gives_up="interrupted, and 127\.0\.0\.1:[0-9]+ does not answer"

stopped BatchWriteItem "$T/lines" ddbput --grace 0 --rejects "$T/rejects" sales
ok 'ddbput: 75' test $status = 75
ok '  says why' said "^ddbput: BatchWriteItem: $gives_up$"
ok '  and puts the lines aside' cmp "$T/rejects" "$T/lines"
stopped DescribeTable "$T/lines" ddbput sales
ok 'ddbput, before it has read a line: 1' test $status = 1
ok '  says so' said '^ddbput: sales: DescribeTable: interrupted$'
ok '  and nothing else' test "$(wc -l <"$T/err")" = 1

stopped PutRecords "$T/lines" kinput --grace 0 --linger 0 --rejects "$T/rejects" orders
ok 'kinput: 75' test $status = 75
ok '  says why' said "^kinput: orders: PutRecords: $gives_up$"
ok '  and puts the lines aside' cmp "$T/rejects" "$T/lines"
ok '  which is reported' said '^kinput: 3 lines taken in and not delivered: see .*, the first is line 1$'
# The same limit applies to a throttled stream. The signal arrives during the seconds that the service asked the tool to wait.
printf 'PutRecords 1x fake\nPutRecords retry-after 60000 throttle\n' | fault_rules
kinput -v --grace 1ms --linger 0 --window 1 --rejects "$T/rejects" orders <"$T/in" 2>"$T/err" &
pid=$!
exec 8>"$T/in"
echo one >&8
soon fault_got PutRecords
echo two >&8
soon said '^kinput: PutRecords: ProvisionedThroughputExceededException: .*; attempt 2 of 3 in [0-9]+ ms$'
kill -TERM $pid
wait $pid
status=$?
exec 8>&-
ok 'kinput, throttled: 75' test $status = 75
ok '  with the reason' said '^kinput: orders: PutRecords: ProvisionedThroughputExceededException: '
ok '  and the line put aside' test "$(cat "$T/rejects")" = two

# Who waits is told what for.
stopped PutRecords "$T/lines" kinput --grace 1100ms --linger 0 --rejects "$T/rejects" orders
ok 'what is waited for is told' said '^kinput: interrupted: finishing 1 request under way; a second signal ends at once$'
stopped PutRecords "$T/lines" kinput -q --grace 1100ms --linger 0 --rejects "$T/rejects" orders
ok '  not with --quiet' sh -c '! grep -q finishing "$1"' - "$T/err"

# s3put: objects that are not there are put aside, or stay in the spool; an object of --one is not begun.
stopped PutObject "$T/lines" s3put --grace 0 --size 1 --window 1 --rejects "$T/rejects" s3://lake/p/
ok 's3put: 75' test $status = 75
ok '  says why' said "^s3put: s3://lake/p/.*: PutObject: $gives_up$"
behind=$(sed -n 's/^s3put: reading stopped after line \([0-9]*\); .*/\1/p' "$T/err")
ok '  and after which line' test "${behind:-0}" -gt 0
everything() { { cat "$T/rejects"; tail -n "+$((behind + 1))" "$T/lines"; } | cmp - "$T/lines"; }
ok '  the rows before it are put aside' everything
ok '  one upload was enough to know' test "$(fault_count PutObject)" = 1
{ cat "$T/lines"; printf '{"bfpipe.mark":{"stream":"s","shard":"a","sequence":"1"}}\n'; } >"$T/marked"
stopped PutObject "$T/marked" s3put --grace 0 --size 1 --state "$T/state" s3://lake/p/
ok 's3put --state: 75' test $status = 75
fault_rules </dev/null
check '  the next start delivers' -m '"records":3' -- s3put --state "$T/state" s3://lake/p/
ok '  every row, once' sh -c 'cat "$1"/objects/lake/p/*/*/*/*/* | cmp - "$2"' - "$FAULT_DIR" "$T/lines"
head -c 6000000 /dev/zero >"$T/zeros"
stopped CreateMultipartUpload "$T/zeros" s3put --one --grace 0 s3://lake/k
ok 's3put --one: 1' test $status = 1
ok '  nothing was written' said '^s3put: s3://lake/k: interrupted, nothing was written$'
stopped UploadPart "$T/zeros" s3put --one --grace 2m s3://lake/k
ok '  its upload is aborted' test "$(fault_count AbortMultipartUpload)" = 1
ok '  nothing is written then' said '^s3put: s3://lake/k: interrupted, nothing was written$'
# The input has ended, and the tool only waits for the service.
one() {
    s3put --one --grace 0 s3://lake/k <"$T/lines" 2>"$T/err" &
    pid=$!
    soon fault_got PutObject
    kill -TERM $pid
    wait $pid
    status=$?
}
printf 'PutObject hang\n' | fault_rules
one
ok 's3put --one, at its end: 75' test $status = 75
ok '  says why' said "^s3put: s3://lake/k: PutObject: $gives_up$"

# cut COMMAND...: the signal arrives after $T/input has been read; the input stays open.
cut() {
    fault_rules </dev/null
    "$@" <"$T/in" >"$T/out" 2>"$T/err" &
    pid=$!
    exec 8>"$T/in"
    cat "$T/input" >&8
    drained 8
    kill -TERM $pid
    wait $pid
    status=$?
    exec 8>&-
}
head -c 100 "$T/zeros" >"$T/input"
cut s3put --one --dry-run s3://lake/k
ok 's3put --one --dry-run: 1' test $status = 1
ok '  says so' said '^s3put: interrupted$'

# A line that the signal cuts off, long or not, is reported, and its beginning is saved.
put_aside() { [ "$(cat "$T/rejects")" = "$(tail -n 1 "$T/input")" ] && [ "$(tail -c 1 "$T/rejects" | wc -l)" = 1 ]; }
for n in 20 17000000; do
    { head -n 1 "$T/lines"; head -c $n /dev/zero | tr '\0' x; } >"$T/input"
    cut kinput --grace 2m --rejects "$T/rejects" orders
    ok "kinput, a line of $n bytes is cut off: 1" test $status = 1
    ok '  told' said '^kinput: line 2: interrupted in the middle of the line$'
    ok '  put aside' put_aside
    ok '  the one before it arrives' test "$(cat "$FAULT_DIR/accepted")" = "$(head -n 1 "$T/lines")"
    cut s3put --grace 2m --rejects "$T/rejects" s3://lake/p/
    ok "s3put, a line of $n bytes is cut off: 1" test $status = 1
    ok '  told' said '^s3put: line 2: interrupted in the middle of the line$'
    ok '  put aside' put_aside
    ok '  the one before it arrives' grep -q '"records":1,' "$T/out"
done
cut ddbput --grace 2m --rejects "$T/rejects" sales
ok 'ddbput, a long line is cut off: 1' test $status = 1
ok '  told' said '^ddbput: line 2: interrupted in the middle of the line$'
ok '  put aside' put_aside
ok '  the one before it arrives' test "$(wc -l <"$FAULT_DIR/accepted")" = 1

# kinread has nothing to finish.
for op in ListShards GetShardIterator GetRecords; do
    stopped $op /dev/null kinread --from oldest orders
    ok "kinread, $op: 0" test $status = 0
    ok '  and no word' test ! -s "$T/err"
done
stopped DescribeTable /dev/null kinread dynamodb:sales
ok 'kinread, DescribeTable: 0' test $status = 0
ok '  and no word' test ! -s "$T/err"
stopped ListShards /dev/null kinread --list orders
ok 'kinread --list: 1, it has no list' test $status = 1
ok '  and says so' said '^kinread: orders: ListShards: interrupted$'
# athq cancels its query, or says that it may go on.
echo 'SELECT 1;' >"$T/sql"
printf '%s\n' '[["n","integer"]]' '["1"]' >"$FAULT_DIR/rows"
id=11111111-1111-1111-1111-111111111111
stopped StartQueryExecution "$T/sql" athq --grace 0
ok 'athq: 75' test $status = 75
ok '  says why' said "^athq: StartQueryExecution: $gives_up$"
ok '  and that there may be a query' said '^athq: the query may have been started: its answer was not waited for$'
stopped GetQueryExecution "$T/sql" athq --grace 0
ok 'athq, GetQueryExecution: 75' test $status = 75
ok '  says why' said "^athq: query [0-9-]*: GetQueryExecution: "
ok '  and has cancelled the query' test "$(fault_count StopQueryExecution)" = 1
stopped GetQueryExecution /dev/null athq --grace 0 --status $id
ok 'athq --status: 75' test $status = 75
ok '  says why' said "^athq: GetQueryExecution: $gives_up$"
stopped StopQueryExecution /dev/null athq --grace 0 --cancel $id
ok 'athq --cancel: 75' test $status = 75
check '--grace is a duration' -s 2 -E "option '--grace': 'x' is not a duration" -- kinput --grace x orders
plan
