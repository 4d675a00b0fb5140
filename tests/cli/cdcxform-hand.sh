#!/bin/sh
# cdcxform for a person who debugs: rows as input, records out of logs, events of EventBridge and Firehose's error
# records; which fields changed; tables and diffs for a terminal.
. "$(dirname "$0")/lib.sh"
command -v jq >/dev/null || { skip hand 'jq is missing'; plan; exit; }
cat >"$T/in" <<'END'
{"eventName":"MODIFY","dynamodb":{"ApproximateCreationDateTime":1795759200123,"Keys":{"id":{"S":"o-1"}},"NewImage":{"id":{"S":"o-1"},"status":{"S":"PAID"},"total":{"N":"1.0"},"pay":{"M":{"m":{"S":"card"},"ok":{"BOOL":true}}},"n\u0065w":{"S":"a\nb"}},"OldImage":{"id":{"S":"o-1"},"status":{"S":"PLACED"},"total":{"N":"1"},"pay":{"M":{"m":{"S":"card"},"ok":{"BOOL":false}}},"cart":{"S":"x"}}}}
{"eventName":"INSERT","dynamodb":{"Keys":{"id":{"S":"o-2"}},"NewImage":{"id":{"S":"o-2"},"status":{"S":"PLACED"},"total":{"N":"20"}}}}
{"eventName":"MODIFY","dynamodb":{"Keys":{"id":{"S":"o-2"}},"NewImage":{"status":{"S":"PLACED"},"id":{"S":"o-2"}},"OldImage":{"id":{"S":"o-2"},"status":{"S":"PLACED"}}}}
{"eventName":"REMOVE","dynamodb":{"Keys":{"id":{"S":"o-2"}},"OldImage":{"id":{"S":"o-2"},"status":{"S":"PLACED"}}}}
END
head -n 1 "$T/in" >"$T/one"
printf '{"eventName":"MODIFY","dynamodb":{"Keys":{"id":{"S":"o-3"}},"NewImage":{"id":{"S":"o-3"},"s":{"S":"PAID"}}}}\n' >"$T/new-only"

# which fields changed
check '--meta changed' -i "$T/in" -o '{"id":"o-1","_changed":"status,pay,n\u0065w,cart"}
{"id":"o-2","_changed":null}
{"id":"o-2","_changed":""}
{"id":"o-2","_changed":null}' -- cdcxform --fields id --meta changed
check '--meta changed: CSV has the names without escapes' -i "$T/in" -o 'id,_changed
o-1,"status,pay,new,cart"
o-2,
o-2,""
o-2,' -- cdcxform -o csv --fields id --meta changed
check '--meta changed: SQL' -i "$T/in" -o '{"id":"o-1"}' -- cdcxform --select id --where "_changed LIKE '%status%'"
check '--meta changed: SELECT *, and an item' -i "$T/one" -m '"_changed":\{"S":"status,pay,n.u0065w,cart"\}' -- cdcxform -o ddb-json --select '*' --meta changed
check '--meta changed: without old images' -i "$T/new-only" -o '{"id":"o-3","_changed":null}' -E '_changed is NULL: no record tells it' -- cdcxform --fields id --meta changed
check '--meta changed: names after --rename' -i "$T/one" -m '"_changed":"state,pay,n' -- cdcxform --rename status=state --meta changed
check '--meta changed: on two threads' -i "$T/in" -m '"_changed":"status,pay' -- cdcxform -j 2 --fields id --meta changed
check '--meta knows it' -s 2 -E 'is not op, ts, table, event-id, seq or changed' -- cdcxform --meta changes

# diff
cat >"$T/want" <<'END'
MODIFY id="o-1"  2026-11-27T06:00:00.123Z
  ~ status: "PLACED" -> "PAID"
  ~ pay: {"m":"card","ok":false} -> {"m":"card","ok":true}
  + n\u0065w: "a\nb"
  - cart: "x"
INSERT id="o-2"
  + status: "PLACED"
  + total: 20
MODIFY id="o-2"
  (nothing changed)
REMOVE id="o-2"
  - status: "PLACED"
END
check '-o diff' -i "$T/in" -O "$T/want" -- cdcxform -o diff
check '-o diff --fields, with paths' -i "$T/one" -o 'MODIFY id="o-1"
  ~ pay.ok: false -> true' -- cdcxform -o diff --fields pay.ok,total --no-meta
check '-o diff: other metadata are named' -i "$T/one" -o 'MODIFY id="o-1"  _changed=status,pay,n\u0065w,cart
  ~ status: "PLACED" -> "PAID"' -- cdcxform -o diff --fields status --meta changed
check '-o diff: no old image' -i "$T/new-only" -o 'MODIFY id="o-3"
  (the record carries no old image; the new one:)
    id: "o-3"
    s: "PAID"' -- cdcxform -o diff
check '-o diff: filters hold' -i "$T/in" -o 'INSERT id="o-2"
  + status: "PLACED"
  + total: 20' -- cdcxform -o diff --where 'total > 5'
check '-o diff: hashed in both images' -i "$T/one" -m '~ status: "[0-9a-f]{64}" -> "[0-9a-f]{64}"' -- sh -c 'echo 0123456789abcdef >"$1"; cdcxform -o diff --fields status --hash status --hash-key "$1"' - "$T/key"
check '-o diff --color always' -i "$T/one" -o "$(printf '\033[1mMODIFY id="o-1"\033[0m\n  \033[33m~ status: \033[31m"PLACED"\033[0m -> \033[32m"PAID"\033[0m')" \
    -- cdcxform -o diff --fields status --no-meta --color always
for option in '--select id' '--sql SELECT' '--fold id' '--image both'; do
    # shellcheck disable=SC2086
    check "-o diff with $option" -s 2 -E 'cdcxform: -o diff' -- cdcxform -o diff $option
done
printf '{"eventName":"INSERT","dynamodb":{"Keys":{},"NewImage":{"a":{"S":"x\302\233y\177"}}}}\n' >"$T/control"
check '-o diff, table: no control character reaches the terminal' -o 'INSERT
  + a: "x\u009by\u007f"
a
--------------
x\u009by\u007f' -- sh -c 'cdcxform -o diff "$1"; cdcxform --no-meta -o table "$1"' - "$T/control"

# tables
check '-o table' -i "$T/in" -o 'id   status  total  _op
---  ------  -----  ------
o-1  PAID      1.0  MODIFY
o-2  PLACED     20  INSERT
o-2  PLACED         MODIFY
o-2                 REMOVE' -- cdcxform -o table --fields id,status,total --meta op
check '-o table: no header' -i "$T/one" -o 'o-1  PAID' -- cdcxform -o table --no-header --no-meta --fields id,status
check '-o table: nothing of nothing' -- cdcxform -o table
printf '{"a":"%060d","b":"\346\227\245\346\234\254","c":"e\314\201"}\n{"a":"1","b":"xx","c":"f"}\n' 7 >"$T/wide"
check '-o table: a long value is cut; wide and combining characters line up' -i "$T/wide" -o "$(printf '%s\n' \
    'a                                         b     c' \
    '----------------------------------------  ----  -' \
    "$(printf '%039d\342\200\246  \346\227\245\346\234\254  e\314\201' 0)" \
    '1                                         xx    f')" -- cdcxform -i rows -o table
# Rows are shown before the tool waits; a new column begins a new table.
mkfifo "$T/slow"
cdcxform -i rows -o table <"$T/slow" >"$T/live" &
pid=$!
exec 3>"$T/slow"
printf '{"a":1}\n' >&3
ok 'a row is shown while the input is open' soon has_lines "$T/live" 3
printf '{"a":22,"b":"x"}\n' >&3
exec 3>&-
wait $pid
check 'a later column begins a new table' -o 'a
-
1

 a  b
--  -
22  x' -- cat "$T/live"
case ${BUILD##*/} in
release | debug) check '-o table is bounded: a million rows in 200 MB of address space' -o 1000002 -- \
    sh -c 'ulimit -v 200000; yes "{\"a\":12345,\"b\":\"some text\"}" | head -n 1000000 | cdcxform -i rows -o table | wc -l' ;;
*) skip 'memory' 'a sanitizer wants more of it' ;;
esac
check '-o table and another format' -s 2 -e 'cdcxform: -o table cannot be combined with another -o' -- cdcxform -o csv -o table
check '-o table of SQL' -i "$T/in" -o '_op     n
------  -
INSERT  1
MODIFY  2
REMOVE  1' -- cdcxform -o table --sql 'SELECT _op, count(*) AS n FROM cdc GROUP BY 1'

# colours: a terminal, NO_COLOR, TERM
terminal() { python3 -c 'import os, pty, sys
pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
out = b""
try:
    while True:
        out += os.read(fd, 65536)
except OSError:
    pass
print("colours" if b"\033[" in out else "none")' "$@"; }
unset NO_COLOR
TERM=xterm
export TERM
check 'a terminal gets colours' -o colours -- terminal cdcxform -o diff "$T/one"
check 'not with --color never' -o none -- terminal cdcxform -o diff --color never "$T/one"
NO_COLOR=1
export NO_COLOR
check 'not with NO_COLOR' -o none -- terminal cdcxform -o table "$T/one"
check 'but with --color always' -o colours -- terminal cdcxform -o table --color always "$T/one"
NO_COLOR=''
TERM=dumb
check 'not on a dumb terminal; an empty NO_COLOR says nothing' -o none -- terminal cdcxform -o diff "$T/one"
unset NO_COLOR
check 'a pipe gets none' -m '^MODIFY id' -- cdcxform -o diff --fields status "$T/one"
check '--color wants a word' -s 2 -E "'red' is not auto, always or never" -- cdcxform --color red

# rows as input
bfgen -q -n 300 -o cdc --seed 5 >"$T/sales"
cdcxform "$T/sales" >"$T/rows"
check '-i rows: rows are unchanged' -O "$T/rows" -- cdcxform -i rows "$T/rows"
check '-i rows: on two threads too' -O "$T/rows" -- cdcxform -j 2 -i rows "$T/rows"
cdcxform -o csv --fields order_id,total,payment.method,_op --no-meta -i rows "$T/rows" >"$T/csv"
cdcxform -o csv --fields order_id,total,payment.method --meta op "$T/sales" >"$T/want"
check '-i rows: the same CSV as of the changes' -O "$T/want" -- cat "$T/csv"
sql='SELECT _op, status, count(*) AS n, dec_sum(total) AS sum FROM cdc GROUP BY 1, 2 ORDER BY 1, 2'
cdcxform --sql "$sql" "$T/sales" >"$T/want"
check '-i rows: the same SQL, metadata as columns' -O "$T/want" -- cdcxform -i rows --sql "$sql" "$T/rows"
check '-i rows: any JSON objects' -o '{"a":[1,{"b":null}],"c":true,"d":"\u00e9","e":-1.50E2,"f":{}}' -- sh -c 'printf "%s\n" "{ \"a\": [1, {\"b\": null}], \"c\":true, \"d\":\"\\u00e9\",\"e\":-1.50E2,\"f\":{ }}" | cdcxform -i rows'
check '-i rows: --fold, --rename, --flatten' -o '{"id":1,"x_y":3}' -- sh -c 'printf "{\"k\":1,\"x\":{\"y\":%d}}\n" 2 3 | cdcxform -i rows --fold k --rename k=id --flatten'
check '-i rows: an event pattern' -o '{"total":9}' -- sh -c 'printf "{\"total\":%d}\n" 3 9 | cdcxform -i rows --match "{\"dynamodb\":{\"NewImage\":{\"total\":{\"N\":[{\"numeric\":[\">\",5]}]}}}}"'
check '-i rows: marks pass' -o '{"bfpipe.mark":{"stream":"s","shard":"h","sequence":"1"}}' -- sh -c 'echo "{\"bfpipe.mark\":{\"stream\":\"s\",\"shard\":\"h\",\"sequence\":\"1\"}}" | cdcxform -i rows'
refused() { # refused LINE WHY
    printf '%s\n' "$1" >"$T/bad"
    rm -f "$T/rejects"
    check "-i rows refuses $1" -s 1 -i "$T/bad" -E "^cdcxform: line 1: $2" -- cdcxform -i rows --rejects "$T/rejects"
    ok 'and keeps it' cmp "$T/bad" "$T/rejects"
}
refused '{"a":1} x' 'byte 9: more text'
refused '[1]' 'byte 1: an object'
refused '{"a":1,"a":2}' 'attribute a: appears twice'
refused '{"a":1e400}' 'attribute a: a number above'
refused '{"a":' 'byte 6'
for option in '--meta op' '--image old' '--ops insert' '--changed-only' '--dedupe' '-o diff'; do
    # shellcheck disable=SC2086
    check "-i rows with $option" -s 2 -E "is about changes; -i rows has none" -- cdcxform -i rows $option
done

# logs
{ sed 's/^/2026-11-27T06:00:00Z [{x}] INFO got: /' "$T/in"; echo 'END RequestId'; echo; } >"$T/log"
check '-i log' -i "$T/log" -o '{"id":"o-1"}
{"id":"o-2"}
{"id":"o-2"}
{"id":"o-2"}' -e 'cdcxform: 1 line without a record skipped' -- cdcxform -i log --fields id --no-meta
check '-i log on two threads' -i "$T/log" -m o-1 -e 'cdcxform: 1 line without a record skipped' -- cdcxform -j 2 -i log --fields id --no-meta
check '-i log: a text that is not a record is refused' -s 1 -E 'line 1: not a change record' -- sh -c 'echo "INFO {\"a\":1}" | cdcxform -i log'
check '-i log: a text that is not JSON is refused' -s 1 -E 'line 1: byte' -- sh -c 'echo "INFO {a}" | cdcxform -i log'
check 'without it, a text in front is refused' -s 1 -i "$T/log" -E '^cdcxform: line 1: byte 1' -- cdcxform

# wrappers
jq -c '{version: "0", id: "x", "detail-type": "change", source: "pipe", resources: [], detail: .}' "$T/in" >"$T/bridge"
jq -c . "$T/in" | cdcxform >"$T/want"
check 'events of EventBridge' -i "$T/bridge" -O "$T/want" -- cdcxform
check 'in another order, pretty-printed' -O "$T/want" -- sh -c 'jq --indent 2 "{detail, \"detail-type\"}" "$1" | cdcxform' - "$T/bridge"
while IFS= read -r line; do
    jq -cn --arg data "$(printf '%s' "$line" | base64 -w 0)" '{attemptsMade: 4, arrivalTimestamp: 1795759200000, errorCode: "Lambda.FunctionError",
        errorMessage: "no", attemptEndingTimestamp: 1795759260000, rawData: $data, lambdaArn: "arn:x"}'
done <"$T/in" >"$T/failed"
cdcxform "$T/in" >"$T/want"
check "Firehose's error records" -i "$T/failed" -O "$T/want" -- cdcxform
tr -d '\n' <"$T/failed" >"$T/failed-1"
check 'as Firehose writes them, }{' -i "$T/failed-1" -O "$T/want" -- cdcxform
check 'a detail that is no record' -s 1 -E 'line 1: neither a change record nor data' -- sh -c 'echo "{\"detail-type\":\"x\",\"detail\":{\"a\":1}}" | cdcxform'
check 'rawData that is no base64' -s 1 -E 'line 1: data is not base64' -- sh -c 'echo "{\"errorCode\":\"x\",\"rawData\":\"%%\"}" | cdcxform'
plan
