#!/bin/sh
# cdcxform: messages for bad input, bad options and bad outputs; the other lines are still written.
. "$(dirname "$0")/lib.sh"

# line ATTRIBUTES: a change line whose new image has these.
line() {
    printf '{"eventName":"INSERT","dynamodb":{"Keys":{"id":{"N":"1"}},"NewImage":{%s}}}\n' "$1"
}
good=$(line '"id":{"N":"1"}')

check "empty input" -i /dev/null -- cdcxform
check "empty input, CSV: the header alone" -i /dev/null -o 'a,_op,_ts' -- cdcxform -o csv --fields a
printf '%s' "$good" >"$T/partial"
check "no final newline" -i "$T/partial" -o '{"id":1}' -- cdcxform --no-meta
printf '\n  \n\r\n%s\r\n\n' "$good" >"$T/blank"
check "blank lines and CRLF" -i "$T/blank" -o '{"id":1}' -- cdcxform --no-meta

check "blank lines are counted everywhere" -i "$T/blank" -o '{"id":1}' -e 'cdcxform: 5 lines, 1 change, 1 row, 0 left out by filters, 0 marks' -- cdcxform --no-meta -v

printf '\357\273\277%s\n%s\n' "$good" "$good" >"$T/mark"
check "a byte order mark in front" -i "$T/mark" -o '{"id":1}
{"id":1}' -- cdcxform --no-meta
check "and on two threads" -i "$T/mark" -o '{"id":1}
{"id":1}' -- cdcxform --no-meta -j 2
printf '\357\273\277{\n%s\n' "${good#?}" >"$T/mark"
check "and of a document" -i "$T/mark" -o '{"id":1}' -- cdcxform --no-meta

# refused NAME REASON LINE: the line is refused for this reason, and the lines around it arrive.
refused() {
    { echo "$good"; printf '%b\n' "$3"; echo "$good"; } >"$T/in"
    printf '%b\n' "$3" >"$T/bad.want"
    rm -f "$T/rejects"
    check "$1" -s 1 -i "$T/in" -o '{"id":1}
{"id":1}' -e "cdcxform: line 2: $2
cdcxform: 1 line rejected ($T/rejects)" -- cdcxform --no-meta --rejects "$T/rejects"
    cmp -s "$T/bad.want" "$T/rejects" || fail "$1: the reject is not the line"
}
at='byte 75: attribute a:'
refused "broken JSON" "byte 1: a change record is an object" 'hello'
refused "an array" "byte 1: a change record is an object; it is an array, jq -c '.[]' makes lines of it" '[{"eventName":"INSERT"}]'
refused "gzip" "byte 1: a change record is an object; it is gzip, zcat unpacks it" "$(printf '\037\213\010x')"
refused "a write line" "not a change record: no member dynamodb; it is a write line, which ddbput takes" '{"put":{"id":1}}'
refused "an item of an export" "not a change record: no member dynamodb; it is an item, which ddbput takes" '{"Item":{"id":{"S":"a"}}}'
refused "a typed item" "not a change record: no member dynamodb; it is an item, which ddbput takes" '{"id":{"S":"a"},"n":{"N":"1"}}'
refused "an incremental export" "not a change record: no member dynamodb; it is a line of an incremental export, which ddbput and cdcproj take" \
    '{"Metadata":{"WriteTimestampMicros":{"N":"1"}},"Keys":{"id":{"S":"a"}},"NewImage":{"id":{"S":"a"}}}'
refused "a scan's answer" "not a change record: no member dynamodb; it is what a scan answers: jq -c '.Items[]' makes items of it for ddbput" \
    '{"Items":[{"id":{"S":"a"}}],"Count":1}'
refused "broken off" "byte 13: unexpected end" '{"eventName"'
refused "a string without its end" 'byte 14: unterminated string' '{"eventName":"INS'
refused "text after the document" 'byte 88: more text after the document' "$(echo "$good" | sed 's/$/x/')"
refused "broken UTF-8" "byte 82: attribute a: invalid UTF-8" "$(line '"a":{"S":"x\0377"}')"
refused "an overlong form" "byte 81: attribute a: invalid UTF-8" "$(line '"a":{"S":"\0300\0200"}')"
refused "half a surrogate pair" "byte 81: attribute a: half of a surrogate pair" "$(line '"a":{"S":"\\ud83d"}')"
refused "a control character" "byte 82: attribute a: control character in a string" "$(line '"a":{"S":"x\0001"}')"
refused "39 digits" "byte 81: attribute a: a number of 39 significant digits, DynamoDB holds 38" "$(line '"a":{"N":"123456789012345678901234567890123456789"}')"
refused "1E126" "byte 81: attribute a: a number above 9.99E+125, DynamoDB's largest" "$(line '"a":{"N":"1E126"}')"
refused "no number" "byte 81: attribute a: 'x' is not a number" "$(line '"a":{"N":"x"}')"
refused "a number without quotes" "byte 80: attribute a: a string was expected" "$(line '"a":{"N":1}')"
refused "an unknown type" "byte 76: attribute a: unknown type of attribute value" "$(line '"a":{"FOO":"bar"}')"
refused "no type" "byte 76: attribute a: an attribute value without a type" "$(line '"a":{}')"
refused "two types" "byte 83: attribute a: an attribute value has one type" "$(line '"a":{"S":"x","N":"1"}')"
refused "a plain value" "$at an attribute value such as {\"S\":\"text\"} was expected" "$(line '"a":1')"
refused "a set with a wrong element" "byte 85: attribute a: a set of strings holds something else" "$(line '"a":{"SS":["b",1]}' | sed 's/"b",1/"",1/')"
refused "a set of numbers with a text" "byte 83: attribute a: 'b' is not a number" "$(line '"a":{"NS":["b"]}')"
refused "no base64" "byte 81: attribute a: not base64" "$(line '"a":{"B":"x"}')"
refused "BOOL that is no bool" "byte 83: attribute a: BOOL must be true or false" "$(line '"a":{"BOOL":1}')"
refused "NULL that is false" "byte 83: attribute a: NULL must be true" "$(line '"a":{"NULL":false}')"
refused "wrong deep inside" "byte 92: attribute a: unknown type of attribute value" "$(line '"a":{"M":{"b":{"L":[{"x":1}]}}}')" 
refused "an attribute twice" "byte 85: attribute a: appears twice" "$(line '"a":{"N":"1"},"a":{"N":"2"}')"
refused "a member of a map twice" "byte 95: attribute a: a member of the map appears twice" "$(line '"a":{"M":{"b":{"N":"1"},"b":{"N":"2"}}}')"
refused "a wrong old image, though it is not shown" 'byte 90: attribute a: unknown type of attribute value' \
    '{"eventName":"INSERT","dynamodb":{"NewImage":{"id":{"N":"1"}},"Keys":{},"OldImage":{"a":{"X":1}}}}'
refused "another document" "not a change record: no member dynamodb" '{"order_id":"o-1"}'
refused "no eventName" "not a change record: no member eventName" '{"dynamodb":{}}'
refused "an unknown eventName" "eventName is TRUNCATE, not INSERT, MODIFY or REMOVE" '{"eventName":"TRUNCATE","dynamodb":{}}'
refused "no image" "INSERT without NewImage: does the stream carry it? --image keys does without" '{"eventName":"INSERT","dynamodb":{"Keys":{"id":{"N":"1"}}}}'
refused "a broken mark" "mark: stream or shard is missing" '{"bfpipe.mark":{}}'

deep='{"S":"x"}'
i=0
while [ $i -lt 32 ]; do deep="{\"L\":[$deep]}" i=$((i + 1)); done
line "\"a\":$deep" >"$T/deep"
check "32 levels" -i "$T/deep" -m '^\{"a":\[+"x"\]+\}$' -- cdcxform --no-meta
line "\"a\":{\"M\":{\"b\":$deep}}" >"$T/deep"
check "33 levels" -s 1 -i "$T/deep" -E "line 1: byte [0-9]+: attribute a: nested deeper than DynamoDB's 32" -- cdcxform
{ printf '{"x":'; head -c 300 /dev/zero | tr '\0' '['; echo; echo "$good"; } >"$T/deep"
check "300 brackets" -s 1 -i "$T/deep" -o '{"id":1}' -E 'line 1: byte 261: nested deeper than 256' -- cdcxform --no-meta

line '"_op":{"S":"x"}' >"$T/clash"
check "an attribute called like a column" -s 1 -i "$T/clash" -E 'line 1: attribute _op is called like a metadata column; see --meta-prefix' -- cdcxform
check "another prefix" -i "$T/clash" -o '{"_op":"x","cdc_op":"INSERT"}' -- cdcxform --meta op --meta-prefix cdc_
line '"_\u006fp":{"S":"x"}' >"$T/clash"
check "also when it is written with escapes" -s 1 -i "$T/clash" -E 'line 1: attribute _op is called' -- cdcxform
line '"a":{"S":"x"},"\u0061":{"S":"x"}' >"$T/clash"
check "twice, once with escapes" -s 1 -i "$T/clash" -E 'appears twice' -- cdcxform
{
    printf '{"eventName":"INSERT","dynamodb":{"NewImage":{'
    i=0; while [ $i -lt 300 ]; do printf '"n%d":{"N":"%d"},' $i $i; i=$((i + 1)); done
    printf '"n77":{"N":"0"}}}}\n'
} >"$T/many"
check "twice among 300" -s 1 -i "$T/many" -E 'attribute n77: appears twice' -- cdcxform
sed 's/"n77":{"N":"0"}}/"n\\u0061":{"N":"0"}}/' "$T/many" >"$T/many2"
check "300 different ones" -i "$T/many2" -m '"n299":299,"n\\u0061":0}$' -- cdcxform --no-meta

# a line of 100 MB
rm -f "$T/rejects"
{ echo "$good"; printf '{"a":"'; head -c 104857600 /dev/zero | tr '\0' a; printf '"}\n'; echo "$good"; } >"$T/long"
check "a line of 100 MB" -s 1 -i "$T/long" -o '{"id":1}
{"id":1}' -e "cdcxform: line 2: 104857608 bytes, longer than the maximum of 16777216
cdcxform: 1 line rejected ($T/rejects)" -- cdcxform --no-meta --rejects "$T/rejects"
check "is in the rejects, whole" -o 104857609 -- sh -c 'wc -c <"$1"' - "$T/rejects"
check "with --max-line it is read" -s 1 -i "$T/long" -o '{"id":1}
{"id":1}' -e 'cdcxform: line 2: not a change record: no member dynamodb
cdcxform: 1 line rejected' -- cdcxform --no-meta --max-line 200MB
rm -f "$T/long" "$T/rejects"

{ echo "$good"; echo x; echo y; echo "$good"; } >"$T/two"
check "--strict stops at the first" -s 1 -i "$T/two" -o '{"id":1}' -e 'cdcxform: line 2: byte 1: a change record is an object' -- cdcxform --no-meta --strict
awk 'BEGIN { for (i = 0; i < 12; i++) print "x" }' >"$T/twelve"
check "ten are told, all are counted" -s 1 -i "$T/twelve" -E '^cdcxform: 12 lines rejected$' -- cdcxform
cp "$T/err" "$T/told"
check "the rest is announced" -o 12 -- sh -c 'wc -l <"$1"' - "$T/told"

# options
check "an unknown field's name" -s 2 -e "cdcxform: --fields: field 'a' appears twice" -- cdcxform --fields a,a
check "an empty field" -s 2 -e 'cdcxform: --fields: an empty name of a field' -- cdcxform --fields a,,b
check "a field that is metadata" -s 2 -e "cdcxform: --fields: field '_op' is metadata; see --meta and --meta-prefix" -- cdcxform --fields a,_op
check "an unknown operation" -s 2 -E "option '--ops': 'upsert' is not INSERT, MODIFY or REMOVE" -- cdcxform --ops upsert
check "unknown metadata" -s 2 -E "option '--meta': 'x' is not op, ts, table, event-id, seq or changed" -- cdcxform --meta op,x
check "an unknown format" -s 2 -E "option '--output': 'xml' is not ndjson, csv, tsv, ddb-json, writes, opencsv, table, diff or firehose" -- cdcxform -o xml
check "an unknown image" -s 2 -E "option '--image': 'x' is not new, newest, old, both or keys" -- cdcxform --image x
check "both images in a table" -s 2 -e 'cdcxform: both images in this format want named fields' -- cdcxform -o csv --image both
check "no threads" -s 2 -E '0 is not from 1 to 256' -- cdcxform -j 0
check "a file that is not there" -s 1 -e 'cdcxform: /nonexistent: No such file or directory' -- cdcxform /nonexistent
check "a folder for the rejects that is not there" -s 1 -e 'cdcxform: /nonexistent/r: No such file or directory' -- cdcxform --rejects /nonexistent/r

# outputs
check "/dev/full" -s 1 -i "$T/partial" -e 'cdcxform: standard output: No space left on device' -- sh -c 'cdcxform >/dev/full'
check "rejects to /dev/full" -s 1 -i "$T/two" -a -e 'cdcxform: /dev/full: No space left on device' -- cdcxform --rejects /dev/full
check "a reader that goes away" -o 1 -- sh -c "{ yes '$good' | cdcxform; echo \$? >'$T/status'; } | head -n 1 >/dev/null; cat '$T/status'"

# signals: the rows of all input are written
mkfifo "$T/pipe"
cdcxform --no-meta <"$T/pipe" >"$T/live" 2>"$T/live.err" &
pid=$!
exec 3>"$T/pipe"
echo "$good" >&3
soon test -s "$T/live"
check "a pipe is live: a row is written while the input is open" -o '{"id":1}' -- cat "$T/live"
kill -TERM "$pid"
wait "$pid"
status=$?
exec 3>&-
check "SIGTERM while waiting: quiet, 0" -o "0 0" -- sh -c "echo $status \$(wc -c <'$T/live.err')"

# captures: --strict keeps the rows in front of the bad record, and rejects that record once
data() { printf '%s' "$1" | base64 | tr -d '\n'; }
printf '{"Records":[{"SequenceNumber":"1","Data":"%s"},{"SequenceNumber":"2","Data":"%s"},{"SequenceNumber":"3","Data":"%s"}]}\n' "$(data "$good")" "$(data nonsense)" "$(data "$good")" >"$T/cap"
jq . "$T/cap" >"$T/cap.json"
for jobs in 1 3; do
    for cap in cap cap.json; do
        rm -f "$T/rejects"
        check "--strict in $cap, $jobs threads" -s 1 -o '{"id":1}' -e 'cdcxform: line 1: record 2: byte 1: a change record is an object' -- cdcxform --no-meta --strict -j $jobs --rejects "$T/rejects" "$T/$cap"
        check "its reject is the record" -o "{\"SequenceNumber\":\"2\",\"Data\":\"$(data nonsense)\"}" -- cat "$T/rejects"
    done
done

# documents that are too long go to the rejects unchanged, and the others are written
long=$(printf '%2000s' '' | tr ' ' x)
wide=$(i=0; while [ $i -lt 100 ]; do printf '"a%d":{"S":"x"},' $i; i=$((i + 1)); done)
for attributes in "\"long\":{\"S\":\"$long\"}," "$wide"; do
    line "$attributes\"id\":{\"N\":\"2\"}" | jq . >"$T/long.json"
    { line '"id":{"N":"1"}' | jq .; cat "$T/long.json"; line '"id":{"N":"3"}' | jq .; } >"$T/in"
    rm -f "$T/rejects"
    check "a document that is too long" -s 1 -i "$T/in" -o '{"id":1}
{"id":3}' -E 'line [0-9]+: .* longer than the maximum of 1024' -- cdcxform --no-meta --fields id --max-line 1k --rejects "$T/rejects"
    ok "goes to the rejects whole" cmp "$T/long.json" "$T/rejects"
    check "and can be fed in again" -i "$T/rejects" -o '{"id":2}' -- cdcxform --no-meta --fields id
done

# rejects of earlier runs are kept: nobody reads those records again
printf 'an earlier reject\nthe rest of one that was cut off' >"$T/kept"
for jobs in 1 2; do
    echo nonsense | cdcxform -q -j $jobs --rejects "$T/kept" 2>/dev/null
done
check "rejects are appended, a torn line ended first" -o 'an earlier reject
the rest of one that was cut off
nonsense
nonsense' -- cat "$T/kept"
plan
