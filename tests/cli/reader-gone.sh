#!/bin/sh
# A filter on a quiet stream ends when the reader of its output ends: it does not wait for the next record.
. "$(dirname "$0")/lib.sh"

ended() { ! kill -0 "$1" 2>/dev/null; }

# gone NAME COMMAND...: it reads from a pipe that stays open and empty; its output's reader starts and ends. $first, if any,
# is a line that it gets, and is read, before that.
gone() {
    name=$1
    shift
    rm -f "$T/in" "$T/to"
    mkfifo "$T/in" "$T/to"
    exec 7<>"$T/in"
    [ -z "${first:-}" ] || printf '%s\n' "$first" >&7
    "$@" <"$T/in" >"$T/to" 2>"$T/err" 7>&- &
    tool=$!
    if [ -n "${first:-}" ]; then head -n 1 "$T/to" >"$T/out"; else : <"$T/to"; fi
    if soon ended $tool; then
        wait $tool
        got=$?
        if [ $got = 1 ] && [ ! -s "$T/err" ]; then pass "$name"; else fail "$name" "exit status $got" "$(cat "$T/err")"; fi
    else
        kill -9 $tool
        fail "$name" "still waiting for input"
    fi
    exec 7>&-
}

change='{"eventName":"INSERT","dynamodb":{"Keys":{"id":{"S":"a"}},"NewImage":{"id":{"S":"a"},"n":{"N":"1"}}}}'
first=
gone "cdcxform, before its first line" cdcxform
first=$change
gone "cdcxform, after a row" cdcxform
gone "cdcxform -j" cdcxform -j 2
gone "cdcxform --where" cdcxform --where 'n = 1'
first=
gone "cdcxform --sql over all changes" cdcxform --sql 'SELECT count(*) AS n FROM cdc'
gone "cdcxform --fold" cdcxform --fold id
gone "cdcxform -i capture" cdcxform -i capture
gone "cdcxform -o firehose" cdcxform -o firehose
gone "s3put waits for rows, nobody for its receipts" s3put --dry-run s3://lake/p/
gone "bfgen at a slow rate" bfgen --rate 0.001/s -n 10
mkfifo "$T/csv"
exec 8<>"$T/csv"
gone "bfgen --csv waits for rows" bfgen --csv "$T/csv"
exec 8>&-

# A file has no reader that could go, a closed descriptor neither: there it is the write that tells.
printf '%s\n' "$change" | cdcxform >"$T/file"
ok "output to a file" grep -q '"id":"a"' "$T/file"
printf '%s\n' "$change" >"$T/change"
check "output closed" -s 1 -i "$T/change" -E 'Bad file descriptor' -- sh -c 'cdcxform >&-'
plan
