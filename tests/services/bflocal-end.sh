#!/bin/sh
# bflocal's end while functions run: it does not wait for their time limits; processes that are deaf to SIGTERM, have left
# their group or have lost their supervisor end too; batches, buffers and asynchronous invocations are not lost.
. "$(dirname "$0")/own.sh"
export SEEN="$T/seen"
: >seen

start() {
    eval "$(bflocal --daemon --data "$T/data" --lambda "f=$services/lambda_function.py" --lambda "t=$services/firehose_function.py" "$@")"
}
act() { "$python" "$services/bflocal_end.py" "$@"; }
gone() { ! pgrep -f "^sleep $1\$" >/dev/null; }
# Succeeds within a minute, also on a slow machine; a function's time limit is ten.
timely() { timeout 60 "$@"; }
# A number of seconds that no other process sleeps names the function's child.
seconds=$((200000 + $$ % 100000))

# Calls that wait for a function.
start --stream s --bucket lake --bucket empty
act slow f 600
check 'a function runs' -- act begin f '{"seen":"runs","sleep":500}'
ok '  --stop does not wait for its time limit' timely bflocal --stop
start
act slow f 600
check 'one that is deaf to SIGTERM' -- act begin f '{"deaf":1,"seen":"deaf","sleep":500}'
ok '  --stop' timely bflocal --stop
start
act slow f 600
check 'one that leaves its group' -- act begin f "{\"leave\":\"$seconds\",\"seen\":\"left\",\"sleep\":500}"
ok '  there is its child' pgrep -f "^sleep $seconds\$"
ok '  --stop' timely bflocal --stop
ok '  the child has ended too' soon gone $seconds
start
act slow f 600
check 'the same, and bflocal is killed' -- act begin f "{\"leave\":\"$seconds\",\"seen\":\"left2\",\"sleep\":500}"
kill -KILL "$BFLOCAL_PID"
ok '  the child ends' soon gone $seconds
start
act slow f 600
check 'the supervisor of a function is killed' -- act begin f "{\"pid\":1,\"sleep\":500}"
function=$(cat pid)
kill -KILL "$(awk '{ print $4 }' "/proc/$function/stat")"
ok '  the function ends' soon sh -c '! kill -0 "$1" 2>/dev/null' - "$function"
bflocal --stop

# A mapping: the batch that was cut off comes again.
start
act slow f 600
check 'a mapping whose function runs' -- act map f s
echo '{"i":1,"wait":"once"}' | kinput -q s
ok '  it runs' soon grep -q '^waits$' seen
ok '  --stop' timely bflocal --stop
start
ok '  the batch comes again' soon grep -q '^\[1\]$' seen
# Calls that stop a mapping.
echo '{"i":2,"wait":"twice"}' | kinput -q s
ok 'it runs again' soon sh -c '[ "$(grep -c ^waits "$1")" = 2 ]' - seen
check '  it is switched off without waiting' -o Disabled -- timely "$python" "$services/bflocal_end.py" switch f off
check '  and on' -o Enabled -- act switch f on
ok '  the batch is there' soon grep -q '^\[2\]$' seen
echo '{"i":3,"wait":"thrice"}' | kinput -q s
ok '  runs' soon sh -c '[ "$(grep -c ^waits "$1")" = 3 ]' - seen
check '  is deleted without waiting' -o Deleting -- timely "$python" "$services/bflocal_end.py" unmap f
act begin f '{"seen":"deletes","sleep":500}'
check 'a function that runs is deleted without waiting' -o 204 -- timely "$python" "$services/bflocal_end.py" remove f
bflocal --stop

# An asynchronous invocation.
start
act slow f 600
check 'an asynchronous invocation' -- act later f '{"seen":"later","wait":"later"}'
ok '  runs' soon grep -q '^later$' seen
ok '  --stop' timely bflocal --stop
start
ok '  comes again after the start' soon sh -c '[ "$(grep -c "^later" "$1")" = 2 ]' - seen
bflocal --stop

# Firehose: what waits is delivered after the start, with the function.
start
act slow t 600
check 'a delivery whose function runs' -- act deliver t lake
ok '  it runs' soon grep -q '^1 ' seen
ok '  --stop' timely bflocal --stop
start
ok '  the record is delivered after the start' soon act landed lake
check '  not below the error prefix' -o 'data/' -- act prefix lake
act deliver2 t empty
ok '  another runs' soon sh -c '[ "$(grep -c "^1 " "$1")" -ge 3 ]' - seen
check 'its stream is deleted without waiting' -o 200 -- timely "$python" "$services/bflocal_end.py" drop
bflocal --stop

# An event of a rule, whose target may not be tried again.
start
act slow f 600
check 'a rule whose function runs' -- act rule f '{"seen":"rule","wait":"rule"}'
ok '  runs' soon grep -q '^rule$' seen
ok '  --stop' timely bflocal --stop
start
ok '  comes again after the start' soon sh -c '[ "$(grep -c "^rule" "$1")" = 2 ]' - seen
check '  and did not fail' -- curl -s "$AWS_ENDPOINT_URL/_bflocal/events/failed"
bflocal --stop
plan
