#!/bin/sh
# -o opencsv: Athena's OpenCSVSerDe (opencsv.py is its model) reads it correctly; differences from -o csv.
. "$(dirname "$0")/lib.sh"
read_back() { python3 "$here/opencsv.py"; }

python3 - >"$T/in" <<'END'
import itertools, json, random
random.seed(5)
values = ["", " ", "a", "a,b", 'say "hi"', '"', '""', "\\", "\\\\", 'a\\"b', "\\N", "c:\\new", " lead", "trail ", '" x', "é,\\"]
values += ["".join(random.choice('ab,"\\ \t') for _ in range(random.randrange(9))) for _ in range(400)]
for a, b, c in zip(values, values[1:] + values[:1], values[2:] + values[:2]):
    image = {"a": {"S": a}, "b": {"S": b}, "c": {"S": c}}
    print(json.dumps({"eventName": "INSERT", "dynamodb": {"Keys": {}, "NewImage": image}}))
END
jq -c '[.dynamodb.NewImage|.a.S,.b.S,.c.S]' "$T/in" >"$T/want"
cdcxform -o opencsv --no-header --fields a,b,c --no-meta "$T/in" >"$T/rows"
read_back <"$T/rows" | jq -c . >"$T/got"
ok "every text is read correctly" cmp "$T/want" "$T/got"
cdcxform -o csv --no-header --fields a,b,c --no-meta "$T/in" | read_back | jq -c . >"$T/csv"
ok "not so out of RFC 4180, where a backslash is one" sh -c '! cmp -s "$1" "$2"' - "$T/want" "$T/csv"

line() { printf '{"eventName":"INSERT","dynamodb":{"ApproximateCreationDateTime":1795759200123456,"Keys":{},"NewImage":{%s}}}\n' "$1"; }
line '"s":{"S":""},"z":{"NULL":true},"n":{"N":"1.50"},"l":{"L":[{"S":"a\"b"}]},"t":{"S":"2026-11-27T06:30:00.5Z"},"d":{"S":"2026-11-27"},"b":{"BOOL":true}' >"$T/types"
check "quotes always, NULL and the empty string are one" -i "$T/types" -o '"s","z","gone","n","l","b","_op","_ts"
"","","","1.50","[\"a\\\"b\"]","true","INSERT","2026-11-27T06:00:00.123456Z"' -E 'gone' -- cdcxform -o opencsv --fields s,z,gone,n,l,b
cp "$T/out" "$T/typed"
check "read back" -i "$T/typed" -m '^\["", "", "", "1.50", "\[\\"a\\\\\\"b\\"\]", "true", "INSERT", "2026-11-27T06:00:00.123456Z"\]$' -- read_back
printf 't timestamp\nd date\n_ts timestamp\n' >"$T/ty"
check "times of typed columns are numbers" -i "$T/types" -o '"t","d","_ts"
"1795761000500","20784","1795759200123"' -- cdcxform -o opencsv --fields t,d --types "$T/ty" --meta ts
line '"t":{"N":"1795759200.1234"}' >"$T/micro"
check "what milliseconds do not hold is refused" -s 1 -i "$T/micro" -E "attribute t: N value '1795759200.1234' is no timestamp" -a -- cdcxform -q -o opencsv --fields t --types "$T/ty"
printf 'd date\n' >"$T/day"
line '"d":{"S":"1969-12-31"}' >"$T/old"
check "a date before 1970" -i "$T/old" -o '"-1"' -- cdcxform -o opencsv --no-header --no-meta --fields d --types "$T/day"
line '"s":{"S":"a\nb"}' >"$T/break"
check "a line break cannot be read: refused" -s 1 -i "$T/break" -e 'cdcxform: line 1: a value holds a line break, which OpenCSVSerDe cannot read; -o csv, tsv and ndjson hold it
cdcxform: 1 line rejected' -o '"s"' -- cdcxform -o opencsv --no-meta --fields s
plan
