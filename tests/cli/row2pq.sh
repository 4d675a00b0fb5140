#!/bin/sh
# row2pq: given and inferred schemas, rejected rows, options, and the contents of the file without a reader
# (parquet_look.py). row2pq-readers.sh has readers.
. "$(dirname "$0")/lib.sh"
look() { python3 "$here/parquet_look.py" "$@"; }
cd "$T" || exit 1

# Derived schemas.
cat >in <<'END'
{"s":"x","i":1,"big":1,"d":1.5,"e":1,"day":"2026-11-27","at":"2026-11-27","b":true,"mix":1,"l":[],"no":null,"long":1,"t9":"2026-11-27T00:00:00.1234567Z"}
{"s":"2026-11-27","i":-9223372036854775808,"big":9223372036854775808,"d":-12.25,"e":1e3,"day":"2024-02-29","at":"2026-11-27T06:30:00.123456+01:00","b":false,"mix":"x","l":1,"long":0.12345678901234567890123456789012345678901}
{"day":null,"\u0064":3,"i":9223372036854775807,"Late r":1}
END
check "a schema that is found" -i in -o 's string
i bigint
big decimal(38,0)
d decimal(18,2)
e decimal(18,0)
day date
at string
b boolean
mix string
l string
no json
long double
t9 string
`Late r` bigint' -- row2pq --show-schema
check "in one row" -i in -m '^big bigint$' -- row2pq --show-schema --infer 1
printf 'i int\n' >int.schema
printf '{"a`b":"q"}\n' >tick
check "a backtick in a name is doubled" -o '`a``b` string' -i tick -- row2pq --infer 1 --show-schema
cp "$T/out" tick.schema
check "  and read back" -i tick -- row2pq -s tick.schema --strict --to tick.parquet
check "a schema is given or found" -i in -s 2 -e "row2pq: --infer and --schema exclude each other" -- row2pq -s int.schema --infer 3
printf '{"i":1}\n' >rows
cp rows kept
check "the output is no input" -s 2 -e "row2pq: --to: rows is the input" -- row2pq --to rows rows
check "nor standard input" -i rows -s 2 -e "row2pq: --to: rows is the input" -- row2pq --to rows
check "nor the schema" -i rows -s 2 -e "row2pq: --to: int.schema is the schema" -- row2pq -s int.schema --to int.schema
ok "and nothing is lost" cmp rows kept
printf 't timestamptz(3)\n' >time.schema
printf '{"t":-1}\n{"t":"1969-12-31T23:59:59.999Z"}\n' >before
check "a time before 1970 is a text" -i before -s 1 -e "row2pq: line 1: t: '-1' is no timestamptz(3)
row2pq: 1 line rejected" -- row2pq -s time.schema --to before.parquet
printf '%s\n' '{"t":"2026-11-27T06:30:00.123456Z","u":"2026-11-27 06:30:00","o":{"a":[{"b":1.5}],"c":null}}' '{"t":"2026-11-27T06:30:00Z","u":null,"o":{"a":[]}}' >nested
check "nested, and times" -i nested -o 't timestamptz
u timestamp
o struct<a:array<struct<b:decimal(18,1)>>,c:string>' -- row2pq --show-schema
printf '{"a":1}\n{"A":1}\n' >case
check "names that differ in case alone" -s 1 -i case -E '^row2pq: --infer: a and A differ in case alone' -- row2pq --show-schema
row2pq --show-schema <in >found
row2pq --to one.parquet in
row2pq --schema found --to two.parquet in
ok "a schema that was shown does the same" cmp one.parquet two.parquet
row2pq <in >three.parquet
ok "standard input and output" cmp one.parquet three.parquet
row2pq --to twice.parquet in in
check "two files" -o 6 -- look twice.parquet 3
ok "the file is what it says" look one.parquet
check "nothing to find columns in" -s 1 -e 'row2pq: no rows to derive the columns from' -- row2pq --to x
printf '\n{"a":1}\n{"bfpipe.mark":{"stream":"s","shard":"0","sequence":"1"}}\n\n{"a":2}' >marks
check "blank lines, marks, no final newline" -i marks -e 'row2pq: 1 mark skipped: a Parquet file has no positions' -- row2pq --to m.parquet
check "leave two rows" -o 2 -- look m.parquet 3
printf '\357\273\277{"bfpipe.mark":{"stream":"s","shard":"0","sequence":"1"}}\n{"a":1}\n{"bfpipe.mark":{"stream":"s"}}\n{"bfpipe.mark":1,"a":2}\n' >marks
check "what begins as a mark and is none" -s 1 -i marks -E 'line 4: mark: byte 16: an object was expected' -- row2pq --rejects half --to m.parquet
ok "is kept" cmp half - <<END
$(sed 2d marks)
END

# Rows that a schema rejects.
cat >schema <<'END'
id string not null
n tinyint
d decimal(5,2)
t timestamp(3)
u timestamptz
day date
x double
f float
b boolean
bin binary
a array<int>
m map<string,int>
st struct<p:int,q:array<string>>
j json
END
# refuses ROW WHY
refuses() {
    printf '%s\n' "$1" >row
    check "refused: $1" -s 1 -i row -e "row2pq: line 1: $2
row2pq: 1 line rejected (rej)" -- row2pq --schema schema --rejects rej --to r.parquet
    ok "and kept" cmp row rej
    check "the file is one without rows" -o 0 -- look r.parquet 3
    rm rej
}
refuses '{}' "id: is missing or NULL, which 'not null' refuses"
refuses '{"id":null}' "id: is missing or NULL, which 'not null' refuses"
refuses '{"id":"1","n":128}' "n: '128' is no tinyint"
refuses '{"id":"1","n":1.5}' "n: '1.5' is no tinyint"
refuses '{"id":"1","n":"x"}' "n: 'x' is no tinyint"
refuses '{"id":"1","n":[1]}' "n: '[1]' is no tinyint"
refuses '{"id":"1","n":true}' "n: 'true' is no tinyint"
refuses '{"id":"1","d":1000}' "d: '1000' is no decimal(5,2)"
refuses '{"id":"1","d":0.001}' "d: '0.001' is no decimal(5,2)"
refuses '{"id":"1","d":1e3}' "d: '1e3' is no decimal(5,2)"
refuses '{"id":"1","t":"2026-11-27T06:30:00.1234Z"}' "t: '2026-11-27T06:30:00.1234Z' is no timestamp(3)"
refuses '{"id":"1","u":"2026-11-27T06:30:00.1234567Z"}' "u: '2026-11-27T06:30:00.1234567Z' is no timestamptz"
refuses '{"id":"1","day":"2026-02-29"}' "day: '2026-02-29' is no date"
refuses '{"id":"1","x":1e999}' "x: '1e999' is no double"
refuses '{"id":"1","f":1e39}' "f: '1e39' is no float"
refuses '{"id":"1","b":"yes"}' "b: 'yes' is no boolean"
refuses '{"id":"1","bin":"AQI"}' "bin: 'AQI' is no binary"
refuses '{"id":"1","a":1}' "a: a list was expected"
refuses '{"id":"1","a":[1,"x"]}' "a: 'x' is no int"
refuses '{"id":"1","m":{"k":1,"\u006b":2}}' "m: a key of the map appears twice"
refuses '{"id":"1","m":[]}' "m: an object was expected"
refuses '{"id":"1","st":{"p":1,"p":2}}' "st: p: appears twice"
refuses '{"id":"1","st":{"z":1}}' "st: the schema has no column 'z'"
refuses '{"id":"1","id":"2"}' "id: appears twice"
refuses '{"id":"1","ID":"2"}' "id: appears twice"
refuses '{"id":"1","more":1}' "the schema has no column 'more'"
refuses '{"id":"1"} x' "byte 12: there is more text after the object"
refuses '[]' "byte 1: an object was expected; it is an array, jq -c '.[]' makes lines of it"
refuses '{"id":"1","n":01}' "byte 16: ',' or '}' was expected"
refuses '{"id":"1","j":{"a":}}' "byte 20: a value was expected"
deep=$(printf '%300s' '' | tr ' ' '[')$(printf '%300s' '' | tr ' ' ']')
printf '{"id":"1","j":%s}\n{"id":"2"}\n' "$deep" >row
check "nested too deep" -s 1 -i row -E '^row2pq: line 1: byte [0-9]*: nested deeper than 256$' -- row2pq --schema schema --to r.parquet
check "the row after it is there" -o 1 -- look r.parquet 3
check "the same while the columns are found" -s 1 -i row -E '^row2pq: line 1: byte [0-9]*: nested deeper than 256' -- row2pq --to r.parquet
check "the row after it is there, too" -o 1 -- look r.parquet 3
printf '{"id":"\377"}\n' >row
check "broken UTF-8" -s 1 -i row -E "^row2pq: line 1: byte 8: invalid UTF-8" -- row2pq --schema schema --to r.parquet
i=0
while [ $i -lt 40 ]; do printf '%s"k%d":%d' "$([ $i = 0 ] || echo ,)" $i $i; i=$((i + 1)); done >keys
printf '{"id":"1","m":{%s}}\n{"id":"2","m":{%s,"k7":1}}\n' "$(cat keys)" "$(cat keys)" >row
check "a map of many keys" -s 1 -i row -E '^row2pq: line 2: m: a key of the map appears twice$' -- row2pq --schema schema --to r.parquet
check "nothing of the rejected row is there" -o 40 -- sh -c "python3 '$here/parquet_look.py' r.parquet 4.0.1.11.3.5"
printf '{"id":"1","n":"7","d":"1.50","b":1,"ID2":0}\n' >row
check "--only" -i row -- row2pq --schema schema --only --to r.parquet
check "--strict" -s 1 -i in -e "row2pq: line 1: the schema has no column 's'" -- row2pq --strict --schema schema --to r.parquet
printf '{"a":"%0100d"}\n{"a":"1"}\n' 0 >long
check "a row that is too long" -s 1 -i long -E '^row2pq: line 1: .*longer than the maximum' -- row2pq --max-line 50 --to r.parquet
check "the others are there" -o 1 -- look r.parquet 3

# Options.
check "a terminal or a file that is full" -s 1 -i in -E 'No space left' -- sh -c 'row2pq >/dev/full'
check "no schema" -s 1 -E '^row2pq: --schema: none: ' -- row2pq --schema none --to x
printf 'a whatever\n' >bad
check "a bad schema" -s 1 -E "^row2pq: --schema: bad: line 1: 'whatever' is not string" -- row2pq --schema bad --to x
check "a codec" -s 2 -E "'lz4' is not zstd, snappy, gzip or none" -- row2pq --compress lz4 --to x
check "a level for none" -s 2 -i in -e 'row2pq: none has no levels' -- row2pq --compress none --level 3 --to x
check "a column to sort by" -s 2 -i in -e "row2pq: --sort-by: 'nope' is not a column of single values" -- row2pq --sort-by nope --to x
check "a column inside a list" -s 2 -E "'a' is not a column of single values" -- row2pq --schema schema --sort-by a --to x
check "a column for a bloom filter" -s 2 -E "'b' is not a column that can have a bloom filter" -- row2pq --schema schema --bloom b --to x
check "--show-schema of a schema" -s 2 -E '--show-schema and --schema exclude each other$' -- row2pq --schema schema --show-schema
for kind in zstd snappy gzip none; do
    row2pq --compress $kind --to $kind.parquet in
    ok "pages of $kind" look $kind.parquet
done

# Row groups, and sorting in each.
python3 - <<'END'
import random
random.seed(1)
with open('many', 'w') as f:
    for i in range(90000):
        f.write('{"i":%d,"s":"%s","n":%s,"l":[%s],"k":"%s"}\n' % (i, random.choice('abcdef') * 70, random.choice(['null', '%d.25' % (i % 1000)]),
            ','.join(str(random.randrange(1000)) for _ in range(i % 4)), random.getrandbits(64)))
END
check "row groups by rows" -o 3 -- sh -c "row2pq --row-group-rows 40000 --to g.parquet many && python3 '$here/parquet_look.py' g.parquet 4 | jq length"
check "by size" -o true -- sh -c "row2pq --row-group-size 300k --to g.parquet many && python3 '$here/parquet_look.py' g.parquet 4 | jq 'length > 2'"
row2pq --sort-by -n,i --bloom k,n --to sorted.parquet many
check "sorted, falling" -o '[{"1":2,"2":true,"3":false},{"1":0,"2":false,"3":false}]' -- look sorted.parquet 4.0.4
check "a bloom filter" -o true -- sh -c "python3 '$here/parquet_look.py' sorted.parquet 4.0.1.4.3 | jq 'has(\"14\")'"
row2pq --to a.parquet many
row2pq --to b.parquet many
ok "the same rows, the same bytes" cmp a.parquet b.parquet
check "long texts are cut in statistics" -o "[\"$(printf '%64s' '' | tr ' ' a)\",\"$(printf '%63s' '' | tr ' ' f)g\",false,false]" -- \
    sh -c "python3 '$here/parquet_look.py' a.parquet 4.0.1.1.3.12 | jq -c '[.[\"6\"],.[\"5\"],.[\"7\"],.[\"8\"]]'"

# The manual's examples.
echo '{"eventName":"INSERT","dynamodb":{"ApproximateCreationDateTime":1795759200,"Keys":{"order_id":{"S":"o-1"}},"NewImage":{"order_id":{"S":"o-1"},"status":{"S":"PLACED"},"total":{"N":"92.01"},"payment":{"M":{"method":{"S":"card"}}}}}}' >changes.ndjson
awk -v dir="$T" '
    /^\.Bd -literal/ { on = 1; next }
    /^\.Ed/ { on = shown = 0 }
    on { gsub(/\\e/, "\\") }
    on && /^\$ / { n++; shown = 1; printf "" > (dir "/" n ".want"); print substr($0, 3) > (dir "/" n ".sh"); next }
    on && shown { print > (dir "/" n ".want") }
' "$root/man/row2pq.1"
n=1
while [ -r "$T/$n.sh" ]; do
    check "example: $(cat "$T/$n.sh")" -O "$T/$n.want" -- sh "$T/$n.sh"
    n=$((n + 1))
done
check "there are four such examples" -o 5 -- echo "$n"
plan
