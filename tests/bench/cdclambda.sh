#!/bin/sh
# cdclambda beside a Python handler that does the same (base64, json, DynamoDB's types to plain values), both on
# the same runtime API and the same Firehose events; then the start of the process up to its first question.
# tests/bench/cdclambda.sh [EVENTS]
. "$(dirname "$0")/lib.sh"
events=${1:-40}
. "$root/tests/lambda/lib.sh"

# event N SCHEMA: a transform event of N changes
event() {
    bfgen -n "$1" -f cdc --schema "$2" --seed 1 2>/dev/null | head -n "$1" | jq -R -c -s '{invocationId: "i", deliveryStreamArn: "a", region: "us-east-1",
        records: (split("\n")[:-1] | to_entries | map({recordId: "4954667413500008633709212\(.key)", approximateArrivalTimestamp: 1795759200000, data: (.value | @base64)}))}'
}
cp "$here/flatten.py" "$T" # beside the handler, where Python keeps what it has compiled
cat >"$T/handler.py" <<'END'
import base64, http.client, json, os
from flatten import row
def one(r):
    data = row(base64.b64decode(r["data"]))
    return {"recordId": r["recordId"], "result": "Ok", "data": base64.b64encode(data.encode()).decode()}
api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
base = "/2018-06-01/runtime/invocation/"
while True:
    api.request("GET", base + "next")
    answer = api.getresponse()
    event = json.loads(answer.read())
    api.request("POST", base + answer.headers["Lambda-Runtime-Aws-Request-Id"] + "/response",
                json.dumps({"records": [one(r) for r in event["records"]]}))
    api.getresponse().read()
END
# One run: the server, the function until it has had all events, then the end of both. Into seen.COMMAND: seconds
# from the first event to the last answer, CPU seconds of the function.
cat >"$T/serve" <<'END'
#!/bin/sh
# serve FOLDER REPEAT COMMAND...
L=$1 repeat=$2
shift 2
rm -f "$L/port" "$L/idle"
/usr/bin/python3 "$RUNTIME" "$L" "$repeat" &
api=$!
while [ ! -s "$L/port" ]; do sleep 0.01; done
AWS_LAMBDA_RUNTIME_API=127.0.0.1:$(cat "$L/port") "$BF_USAGE" "$L/cpu" "exec $*" 2>"$L/late" &
function=$!
while [ ! -e "$L/idle" ] && kill -0 $function 2>/dev/null; do sleep 0.002; done
kill $api
wait $api 2>/dev/null
wait $function
[ -e "$L/idle" ] || { cat "$L/late" >&2; exit 1; }
echo "$(cat "$L/idle") $(cut -d ' ' -f 2 "$L/cpu")" >>"$T/seen.$1"
END
RUNTIME=$root/tests/lambda/runtime.py
export RUNTIME

# seen NAME RECORDS: medians
seen() {
    awk -v n="$2" -v name="$1" '{ wall[NR] = $1; cpu[NR] = $2 }
        function median(a, i, k, t) { for (i = 2; i <= NR; i++) { t = a[i]; for (k = i - 1; k > 0 && a[k] > t; k--) a[k + 1] = a[k]; a[k + 1] = t } return a[int((NR + 1) / 2)] }
        END { printf "  %-28s %12.0f records/s from the first event to the last answer, %12.0f a CPU second of the function\n", name, n / median(wall), n / median(cpu) }' "$T/seen.$1"
    rm "$T/seen.$1"
}
for schema in order sales; do
    n=4000
    lambda_begin
    event $n $schema >"$L/events/1" || exit 1
    size=$(wc -c <"$L/events/1")
    records=$((n * events))
    title "cdclambda: $events Firehose events of $n records, $((size / n)) bytes a record in the event; the runtime API's own time included"
    pair -n 3 -r $records -b $((size * events)) cdclambda "sh $T/serve $L $events cdclambda" "Python handler" "sh $T/serve $L $events python3 $T/handler.py"
    seen cdclambda $records
    seen python3 $records
    i=0
    while [ $i -lt "$events" ]; do cat "$L/events/1"; i=$((i + 1)); done >"$T/all"
    title "the transform of the same events alone"
    pair -n 5 -r $records -b $((size * events)) "cdcxform -o firehose" "cdcxform -o firehose --max-line 64MiB <$T/all >/dev/null"
    rm "$T/all"
done

title "cold start: process start to its first question, ms (median and worst of 50)"
lambda_begin
cat >"$T/cold.py" <<'END'
import os, socket, statistics, subprocess, sys, time
listener = socket.create_server(("127.0.0.1", 0))
env = dict(os.environ, AWS_LAMBDA_RUNTIME_API="127.0.0.1:%d" % listener.getsockname()[1])
times = []
for i in range(51):
    at = time.perf_counter()
    p = subprocess.Popen(sys.argv[1:], env=env)
    s, _ = listener.accept()
    got = s.recv(4096)
    times.append((time.perf_counter() - at) * 1000)
    assert got.startswith(b"GET /2018-06-01/runtime/invocation/next "), got
    p.kill()
    p.wait()
    s.close()
times = times[1:]
print("  %-28s %8.2f  %8.2f" % (os.path.basename(sys.argv[-1]), statistics.median(times), max(times)))
END
/usr/bin/python3 "$T/cold.py" cdclambda
zip=$root/build/lambda-$(uname -m).zip
if [ -f "$zip" ]; then
    unzip -q "$zip" -d "$T/task"
    /usr/bin/python3 "$T/cold.py" "$T/task/bootstrap"
    LAMBDA_TASK_ROOT=$T/task BF_TO=s3://lake/ /usr/bin/python3 "$T/cold.py" "$T/task/bootstrap"
fi
/usr/bin/python3 "$T/cold.py" /usr/bin/python3 "$T/handler.py"
