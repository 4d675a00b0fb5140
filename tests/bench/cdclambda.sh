#!/bin/sh
# cdclambda beside a Python handler that does the same (base64, json, DynamoDB's types to plain values), both on
# the same runtime API (lambda_api.c, which checks their answers) and the same Firehose events; then the start of
# the process up to its first question.
# tests/bench/cdclambda.sh [EVENTS]
. "$(dirname "$0")/lib.sh"
events=${1:-40}

# event N SCHEMA: a transform event of N changes
event() {
    bfgen -n "$1" -o cdc --schema "$2" --seed 1 2>/dev/null | head -n "$1" | jq -R -c -s '{invocationId: "i", deliveryStreamArn: "a", region: "us-east-1",
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
# The benchmarks' own BF_... variables would be options of the function.
plain() {
    env -u BF_BUILD -u BF_SHARED -u BF_USAGE "$@"
}
api=$BUILD/bench/lambda_api

# seen NAME RECORDS: the median and the best of its runs, by the wall clock and a CPU second of the function
seen() {
    awk -v n="$2" -v name="$1" '{ wall[NR] = $1; cpu[NR] = $2 }
        function sort(a, i, k, t) { for (i = 2; i <= NR; i++) { t = a[i]; for (k = i - 1; k > 0 && a[k] > t; k--) a[k + 1] = a[k]; a[k + 1] = t } }
        END { sort(wall); sort(cpu); m = int((NR + 1) / 2)
            printf "  %-20s %9.0f records/s by the wall clock (best %9.0f), %9.0f a CPU second of the function (best %9.0f)\n", name, n / wall[m], n / wall[1], n / cpu[m], n / cpu[1] }' "$T/$1"
}
for schema in order sales; do
    n=4000
    event $n $schema >"$T/event" || exit 1
    size=$(wc -c <"$T/event")
    title "cdclambda beside a Python handler: $events Firehose events of $n records, $((size / n)) bytes a record in the event; in turn, 5 times"
    rm -f "$T/cdclambda" "$T/python3"
    for _ in 1 2 3 4 5; do
        plain "$api" "$T/event" "$events" cdclambda >>"$T/cdclambda" || exit 1
        plain "$api" "$T/event" $((events / 10)) /usr/bin/python3 "$T/handler.py" >>"$T/python3" || exit 1
    done
    seen cdclambda $((n * events))
    seen python3 $((n * (events / 10)))
    i=0
    while [ $i -lt "$events" ]; do cat "$T/event"; i=$((i + 1)); done >"$T/all"
    title "the transform of the same events alone"
    pair -n 5 -r $((n * events)) -b $((size * events)) "cdcxform -o firehose" "cdcxform -o firehose --max-line 64MiB <$T/all >/dev/null"
    rm "$T/all"
done

title "cold start: process start to its first question, ms (median and worst of 50)"
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
plain /usr/bin/python3 "$T/cold.py" cdclambda
zip=$root/build/lambda-$(uname -m).zip
if [ -f "$zip" ]; then
    unzip -q "$zip" -d "$T/task"
    plain /usr/bin/python3 "$T/cold.py" "$T/task/bootstrap"
    BF_TO=s3://lake/ LAMBDA_TASK_ROOT=$T/task plain /usr/bin/python3 "$T/cold.py" "$T/task/bootstrap"
fi
plain /usr/bin/python3 "$T/cold.py" /usr/bin/python3 "$T/handler.py"
