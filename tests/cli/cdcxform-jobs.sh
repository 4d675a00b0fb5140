#!/bin/sh
# cdcxform -j: the same rows, reports and rejects in the same order as one thread; live; and it ends.
. "$(dirname "$0")/lib.sh"
mark='{"bfpipe.mark":{"stream":"s","shard":"0","sequence":"1"}}'
bfgen -n 4000 -o cdc --seed 5 2>/dev/null |
    awk -v mark="$mark" 'NR % 700 == 0 { print "broken line " NR } NR % 500 == 0 { print mark } NR % 900 == 0 { print "" } { print }' >"$T/in"

for options in "" "-o csv --fields order_id,total" "--meta op,ts,seq --ops insert" "-o tsv --fields status --no-header"; do
    # shellcheck disable=SC2086
    cdcxform $options --rejects "$T/rej" "$T/in" >"$T/one" 2>"$T/one.err"
    mv "$T/rej" "$T/rej1"
    # shellcheck disable=SC2086
    check "four threads: $options" -s 1 -O "$T/one" -E '^cdcxform: 5 lines rejected' -- cdcxform -j 4 $options --rejects "$T/rej" "$T/in"
    cp "$T/err" "$T/four.err"
    ok "the same reports" cmp "$T/one.err" "$T/four.err"
    ok "the same rejects" cmp "$T/rej1" "$T/rej"
    rm "$T/rej"
done
check "CSV without --fields: the first row's columns" -s 1 -m '^order_id,customer_id' -E 'rejected' -- cdcxform -j 4 -o csv "$T/in"
cdcxform -o csv --select 'order_id, status AS s' --rename order_id=id "$T/in" "$T/in" >"$T/one" 2>"$T/one.err"
check "CSV whose columns a query names" -s 1 -O "$T/one" -e "$(cat "$T/one.err")" -- cdcxform -j 4 -o csv --select 'order_id, status AS s' --rename order_id=id "$T/in" "$T/in"
check "empty input, CSV whose columns a query names" -o 'id,s' -- cdcxform -j 4 -o csv --select 'order_id, status AS s' --rename order_id=id
check "and of a query that waits" -o 'status,n' -- cdcxform -o csv --sql 'SELECT status, count(*) AS n FROM cdc GROUP BY status'
check "empty input, CSV" -o 'a,_op,_ts' -- cdcxform -j 4 -o csv --fields a
cdcxform --strict "$T/in" >"$T/one" 2>"$T/one.err"
check "--strict: the rows in front of the bad line" -s 1 -O "$T/one" -e "$(cat "$T/one.err")" -- cdcxform -j 4 --strict "$T/in"
{ head -n 3 "$T/in"; head -c 200000 /dev/zero | tr '\0' x; echo; sed -n 4,6p "$T/in"; } >"$T/long"
head -n 6 "$T/in" | cdcxform >"$T/one"
check "a long line in between" -s 1 -O "$T/one" -E 'line 4: 200000 bytes, longer than the maximum of 102400' -- cdcxform -j 3 --max-line 100k "$T/long"
{ head -n 700 "$T/in"; head -c 400000 /dev/zero | tr '\0' x; echo; head -n 700 "$T/in"; printf '{"last":' ; } >"$T/longer"
cdcxform --max-line 300k "$T/longer" >"$T/one" 2>"$T/one.err"
check "a long line among whole buffers: places and numbers are those of one thread" -s 1 -O "$T/one" -e "$(cat "$T/one.err")" -- cdcxform -j 3 --max-line 300k "$T/longer"
check "blank lines in front are counted" -i /dev/stdin -s 1 -E 'line 3: ' -- cdcxform -j 2 <<'END'


nothing
END
check "/dev/full" -s 1 -E 'standard output: No space left on device' -- sh -c "cdcxform -j 3 '$T/in' >/dev/full"
check "a reader that goes away" -a -- sh -c "cdcxform -j 3 '$T/in' '$T/in' '$T/in' 2>/dev/null | head -n 1"
mkfifo "$T/pipe"
cdcxform -j 2 --no-meta --fields order_id <"$T/pipe" >"$T/live" 2>"$T/live.err" &
pid=$!
exec 3>"$T/pipe"
head -n 1 "$T/in" >&3
soon test -s "$T/live"
check "a pipe is live" -m '^\{"order_id":"o-' -- cat "$T/live"
kill -TERM "$pid"
wait "$pid"
status=$?
exec 3>&-
check "SIGTERM while waiting: quiet, 0" -o "0 0" -- sh -c "echo $status \$(wc -c <'$T/live.err')"
plan
