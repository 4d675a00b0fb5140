#!/bin/sh
# s3put --format parquet: given, inferred and stored schemas, rejected rows, undelivered rows, batches of other options.
# s3put_kill.sh kills it at each call.
. "$(dirname "$0")/lib.sh"
. "$root/tests/fault/lib.sh"
fault_start </dev/null
cd "$T" || exit 1
# rows PATTERN: the rows of the objects whose key matches, as JSON
rows() {
    find "$FAULT_DIR/objects" -type f -path "*$1*" | sort | xargs python3 "$here/parquet_look.py" --rows
}
put() { s3put -q -f parquet --compress gzip "$@"; }
cat >in <<'END'
{"id":"a","n":1,"d":1.25,"on":"2026-11-27"}
{"id":"b","n":null,"on":"2026-11-28"}
{"id":"c","d":3,"on":"2026-11-27","t":"2026-11-27T06:30:00.5Z"}
END
printf 'id string not null\nn int\nd decimal(9,2)\n' >schema

check 'a schema that is found, without what the key tells' -i in -a -- put --hive on s3://lake/found
check 'its columns' -o '{"id":"a","n":1,"d":125,"t":null}
{"id":"c","n":null,"d":300,"t":1795761000500}' -- rows found/on=2026-11-27
check 'what S3 is told' -o '"application/vnd.apache.parquet"' -- sh -c \
    "jq -c 'select(.op == \"PutObject\") | .headers[\"content-type\"]' '$FAULT_DIR/log' | sort -u"
check 'nothing of a Content-Encoding' -o 0 -- sh -c "jq -c 'select(.op == \"PutObject\") | .headers | keys[]' '$FAULT_DIR/log' | grep -c content-encoding || true"
check 'a schema that is given' -s 1 -i in -E "line 3: the schema has no column 't'" -a -- s3put -f parquet --schema schema --rejects rej --hive on s3://lake/given
check 'what was refused is kept' -o '{"id":"c","d":3,"on":"2026-11-27","t":"2026-11-27T06:30:00.5Z"}' -- cat rej
check '--only' -i in -a -- put --schema schema --only --sort-by -id --bloom id s3://lake/only/
check 'sorted' -o '{"id":"c","n":null,"d":300}
{"id":"b","n":null,"d":null}
{"id":"a","n":1,"d":125}' -- rows only/
printf '{"id":"a","n":1}\n{"id":"b","n":1.5}\n{"n":2}\n' >bad
check 'refused where the types have been found' -s 1 -i bad -E "^s3put: line 2: n: '1.5' is no bigint" -a -- s3put -f parquet --infer 1 s3://lake/late/
check 'no rows make no object' -- put s3://lake/none/
printf '[]\n{"id":1}\n' >list
check 'a line that is no row' -s 1 -i list -E '^s3put: line 1: byte 1: an object was expected' -a -- s3put -f parquet s3://lake/list/
printf '{"a":1}\n{"A":2}\n' >alike
check 'columns that no schema can hold' -s 1 -i alike -E '^s3put: --infer: a and A differ in case alone' -- s3put -f parquet --rejects back0 s3://lake/alike/
check 'their rows are in --rejects' -O alike -- cat back0

# Options.
usage() { # usage ERE OPTION...
    usage_err=$1
    shift
    check "$usage_err" -s 2 -i in -E "$usage_err" -- s3put "$@"
}
usage 'require --format parquet' --schema schema s3://lake/
usage 'use row2pq for Parquet' --one -f parquet s3://lake/x
usage "'lz4' is not gzip, zstd, none or snappy" -f parquet --compress lz4 s3://lake/
usage 'option .--infer.: 0 is not from 1 to' -f parquet --infer 0 s3://lake/
check 'a schema that is not there' -s 1 -i in -E '--schema: none' -- s3put -f parquet --schema none s3://lake/
check 'a column that is not there' -s 2 -i in -E "'x' is not a column" -- s3put -f parquet --schema schema --sort-by x s3://lake/

# Undelivered rows are returned unchanged.
fault_rules <<'END'
PutObject error 403 AccessDenied Access Denied
END
check 'not delivered' -s 1 -i in -a -E 'AccessDenied' -- s3put -f parquet --rejects back s3://lake/no/
check 'all rows are in --rejects' -O in -- cat back
check 'out of the spool' -s 1 -i in -a -E 'AccessDenied' -- s3put -f parquet --rejects back2 --memory 10 --spool spool s3://lake/no/
check 'they are, too' -O in -- cat back2
check 'and the spool is empty' -- ls spool
fault_rules </dev/null

# --state: a schema that was found stays; marks wait with the rows in front of them.
mark() { printf '{"bfpipe.mark":{"stream":"orders","shard":"s","sequence":"%s"%s}}\n' "$1" "$2"; }
{ mark '' ',"start":true'; head -n 1 in; mark 1 ''; sed -n 2,3p in; mark 3 ''; } >one
check 'with --state' -i one -m '"records":2' -- put --state D --hive on s3://lake/state
check 'the schema that was found' -o 'id string
n bigint
d decimal(18,2)
t timestamptz(3)' -- cat D/schema
{ mark 3 ',"start":true'; printf '{"id":"d","n":2.5,"on":"x"}\n{"id":"e","n":5,"on":"x"}\n'; mark 5 ''; } >two
check 'holds for the next run' -s 1 -i two -E "line 2: n: '2.5' is no bigint" -a -- s3put -f parquet --compress gzip --state D --hive on s3://lake/state
check 'whose other rows have arrived' -o '{"id":"e","n":5,"d":null,"t":null}' -- rows state/on=x
ok 'nothing is left' sh -c 'jq -e ".sealed == [] and .open == []" D/state.json && [ -z "$(ls D/spool)" ]'

# Batches that are open when the options change are finished as they were opened. left PREFIX: rows of a and b are open in
# a state of this schema, and a batch of c has been sealed.
left() {
    rm -rf E pipe
    { mark '' ',"start":true'; printf '{"id":"1","n":1,"c":"a"}\n{"id":"2","c":"b"}\n'
        seq 3 9 | sed 's/.*/{"id":"&","n":&,"c":"c"}/'; mark 9 ''; } >open
    mkfifo pipe
    s3put -q -f parquet --compress gzip --schema schema --state E --size 60 --hive c "s3://lake/$1" <pipe >/dev/null 2>&1 &
    left_writer=$!
    exec 9>pipe
    cat open >&9
    soon sh -c 'jq -e "(.open | length == 2) and .sealed == []" E/state.json' >/dev/null 2>&1
    kill -9 $left_writer
    wait $left_writer 2>/dev/null
    exec 9>&-
}
{ mark 9 ',"start":true'; printf '{"id":"10","n":10,"c":"a"}\n'; mark 10 ''; } >later
printf 'id string\nn bigint\nx json\n' >wider
# finished NAME KEYS PREFIX OPTION...: a later run with other options
finished() {
    finished_name=$1 finished_keys=$2 finished_prefix=$3
    shift 3
    left "$finished_prefix"
    check "$finished_name" -a -i later -E '2 batches of other options are delivered as they were opened' -- s3put --state E --hive c "$@" "s3://lake/$finished_prefix"
    check '  its objects' -o "$finished_keys" -- sh -c "cd '$FAULT_DIR/objects/lake' && find $finished_prefix -type f | sed 's|bfpipe-.*-[^-.]*||' | sort | paste -sd' ' -"
    check '  the old ones have the old columns' -o '{"id":"1","n":1,"d":null}
{"id":"2","n":null,"d":null}' -- sh -c "grep -rl 'bfpipe version' '$FAULT_DIR/objects/lake/$finished_prefix' | sort | xargs python3 '$here/parquet_look.py' --rows | grep -e '\"1\"' -e '\"2\"'"
    ok '  and nothing is left' sh -c 'jq -e ".sealed == [] and .open == []" E/state.json && [ -z "$(ls E/spool)" ]'
}
finished 'lines now' 'o1/c=a/ o1/c=a/.parquet o1/c=b/.parquet o1/c=c/.parquet' o1
finished 'another schema' 'o2/c=a/.parquet o2/c=a/.parquet o2/c=b/.parquet o2/c=c/.parquet' o2 -f parquet --compress gzip --schema wider
finished 'one that is found' 'o3/c=a/.parquet o3/c=a/.parquet o3/c=b/.parquet o3/c=c/.parquet' o3 -f parquet --compress gzip
left o4
check 'the same options: a row joins its batch' -i later -m '"records":2' -- s3put -q -f parquet --compress gzip --schema schema --state E --size 60 --hive c s3://lake/o4
check '  in one object' -o '{"id":"1","n":1,"d":null}
{"id":"10","n":10,"d":null}' -- rows o4/c=a
plan
