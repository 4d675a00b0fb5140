#!/bin/sh
# Input whose documents are not lines: }{ without a newline between them, as in Firehose's source records; documents of
# several lines inside a record of Firehose; documents after other text, as in Lambda's logs.
. "$(dirname "$0")/lib.sh"
doc() { printf '{"eventName":"INSERT","dynamodb":{"Keys":{"id":{"N":"%s"}},"NewImage":{"id":{"N":"%s"},"s":{"S":"}{ \\" {"}}}}' "$1" "$1"; }
rows() { for n in "$@"; do printf '{"id":%s}\n' "$n"; done; }

{ doc 1; doc 2; printf '  '; doc 3; echo; doc 4; } >"$T/in"
for jobs in 1 3; do
    check "}{ in a line ($jobs)" -i "$T/in" -o "$(rows 1 2 3 4)" -- cdcxform -j $jobs --no-meta --fields id
done
{ doc 1; printf '{"x":1}'; printf '{"eventName":"INSERT" "dynamodb":1}'; doc 2; printf '{"cut":'; echo; doc 3; } >"$T/bad"
for jobs in 1 3; do
    rm -f "$T/rej"
    check "a bad one among them is refused alone ($jobs)" -s 1 -i "$T/bad" -o "$(rows 1 2 3)" -e "cdcxform: line 1: record 2: not a change record: no member dynamodb
cdcxform: line 1: record 3: byte 23: ',' or '}' was expected
cdcxform: line 1: record 5: byte 8: unexpected end
cdcxform: 3 lines rejected ($T/rej)" -- cdcxform -j $jobs --no-meta --fields id --rejects "$T/rej"
    check "and kept unchanged ($jobs)" -o '{"x":1}
{"eventName":"INSERT" "dynamodb":1}
{"cut":' -- cat "$T/rej"
done
check "--strict stops there" -s 1 -i "$T/bad" -o "$(rows 1)" -e 'cdcxform: line 1: record 2: not a change record: no member dynamodb' -- cdcxform --strict --no-meta --fields id
{ doc 1 | jq .; doc 2 | jq .; doc 3 | jq .; } | sed -e ':a' -e 'N;$!ba' -e 's/}\n{/}{/g' >"$T/pretty"
check "}{ between documents that span lines" -i "$T/pretty" -o "$(rows 1 2 3)" -- cdcxform --no-meta --fields id
mkfifo "$T/live"
exec 7<>"$T/live"
cdcxform --no-meta --fields id <"$T/live" >"$T/live.out" 2>&1 7>&- &
printf '{\n%s\n}{\n' "$(doc 1 | sed 's/^{//; s/}$//')" >&7
ok "live: the first is out when the second begins" soon grep -q 1 "$T/live.out"
printf '%s\n}\n' "$(doc 2 | sed 's/^{//; s/}$//')" >&7
exec 7>&-
wait
check "and the second" -o "$(rows 1 2)" -- cat "$T/live.out"

# an object of Firehose without any newline, longer than the longest line
i=0
while [ $i -lt 3000 ]; do doc $i; i=$((i + 1)); done >"$T/long"
rows $(seq 0 2999) >"$T/want"
for jobs in 1 3; do
    check "an object without newlines ($jobs)" -i "$T/long" -O "$T/want" -- cdcxform -j $jobs --max-line 5000 --no-meta --fields id
done
{ cat "$T/long"; printf '\n'; doc 7 | sed 's/7/x/'; printf '\n'; } >"$T/number"
check "lines are numbered on" -s 1 -i "$T/number" -a -E 'line 2: byte' -- cdcxform --max-line 5000 --no-meta --fields id

# captures and Firehose
b64() { base64 -w 0; }
printf '{"Records":[{"SequenceNumber":"1","Data":"%s"}]}\n' "$({ doc 1; doc 2; echo; doc 3 | jq .; } | b64)" >"$T/cap"
check "in a capture" -i "$T/cap" -o "$(rows 1 2 3)" -- cdcxform --no-meta --fields id
answer() { jq -r '.records[]|[.recordId,.result,(.data|@base64d)]|@tsv' "$1"; }
printf '{"invocationId":"i","records":[{"recordId":"a","data":"%s"},{"recordId":"b","data":"%s"},{"recordId":"c","data":"%s"},{"recordId":"d","data":"%s"}]}\n' \
    "$(doc 1 | jq . | b64)" "$({ doc 1; doc 2; } | b64)" "$({ doc 3 | jq .; doc 4 | jq -c .; doc 5 | jq . | tr -d '\n'; doc 6; } | b64)" "$({ doc 1 | jq .; echo '{'; } | b64)" >"$T/event"
check "-o firehose: documents that span lines, }{" -s 1 -i "$T/event" -a -E 'record 4 \(d\): line 2: ' -- cdcxform -o firehose --no-meta --fields id
cp "$T/out" "$T/answer"
check "their answers" -m '^a	Ok	\{"id":1\}\\n$' -- answer "$T/answer"
# shellcheck disable=SC2016
check "rows of each" -o 'a Ok 1
b Ok 2
c Ok 4
d ProcessingFailed 0' -- jq -r '.records[]|"\(.recordId) \(.result) \(if .result=="Ok" then .data|@base64d|[match("id";"g")]|length else 0 end)"' "$T/answer"

# something in front
{ printf '2026-11-27T06:00:00.000Z\t8d3c-12\tINFO\t'; doc 1; echo; } >"$T/log"
check "what a log puts in front: the way out" -s 1 -i "$T/log" -e "cdcxform: line 1: byte 1: a change record is an object; an object begins at byte 39, sed 's/^[^{]*//' removes the text before it
cdcxform: 1 line rejected" -- cdcxform
check "works" -i "$T/log" -o "$(rows 1)" -- sh -c "sed 's/^[^{]*//' | cdcxform --no-meta --fields id"
echo 'no {object}' >"$T/none"
check "not of anything" -s 1 -i "$T/none" -e 'cdcxform: line 1: byte 1: a change record is an object
cdcxform: 1 line rejected' -- cdcxform
plan
