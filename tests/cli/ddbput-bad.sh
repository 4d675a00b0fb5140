#!/bin/sh
# ddbput and bad input: each with its message and exit status; the lines around it still arrive, and
# the rejects hold it verbatim.
. "$(dirname "$0")/lib.sh"
. "$root/tests/fault/lib.sh"
fault_start </dev/null

# The writes that arrived, as words: put o-1, ...
arrived() {
    jq -r 'to_entries[0] | "\(.key) \(.value.order_id.S)"' "$FAULT_DIR/accepted" | sort | paste -sd ,
}

# bad NAME MESSAGE FILE: line 2 of three, from FILE; the others arrive.
bad() {
    fault_rules </dev/null
    rm -f "$T/rejects"
    { echo '{"order_id":"o-1","n":1}'; cat "$3"; echo '{"order_id":"o-3","n":3}'; } >"$T/in"
    check "$1" -s 1 -i "$T/in" -e "ddbput: line 2: $2
ddbput: 1 line rejected ($T/rejects)" -- ddbput --rejects "$T/rejects" sales
    check "$1: rejected verbatim" -O "$3" -- cat "$T/rejects"
    check "$1: the others arrive" -o 'put o-1,put o-3' -- arrived
}

bad_line() {
    printf '%s\n' "$3" >"$T/line"
    bad "$1" "$2" "$T/line"
}

check 'empty input' -- ddbput sales
check 'nothing sent for it' -s 1 -o 0 -- fault_count BatchWriteItem
printf '{"order_id":"o-1"}' >"$T/in"
check 'no final newline' -i "$T/in" -- ddbput sales
check 'it arrives' -o 'put o-1' -- arrived
fault_rules </dev/null
printf '\n{"order_id":"o-1"}\n  \r\n' >"$T/in"
check 'blank lines are passed over' -i "$T/in" -- ddbput sales

bad_line 'broken JSON' "byte 17: ',' or '}' was expected" '{"order_id":"a" "x":1}'
bad_line 'no JSON at all' 'byte 1: an object was expected' 'garbage'
bad_line 'an array' "byte 1: an object was expected; it is an array, jq -c '.[]' makes lines of it" '[{"order_id":"a"}]'
bad_line 'text after the object' 'byte 18: more text after the document' '{"order_id":"a"} {"order_id":"b"}'
printf '{"order_id":"a","x":"\377"}\n' >"$T/line"
bad 'broken UTF-8' 'byte 22: invalid UTF-8' "$T/line"
bad_line 'a number of 39 digits' \
    "attribute 'n': a number of 39 significant digits, DynamoDB holds 38" \
    '{"order_id":"a","n":123456789012345678901234567890123456789}'
bad_line 'a number too large' "attribute 'n': a number above 9.99E+125, DynamoDB's largest" \
    '{"order_id":"a","n":[{"m":1e126}]}'
bad_line 'an empty key' "key 'order_id' is empty" '{"order_id":"","n":1}'
bad_line 'no key' "key 'order_id' is missing" '{"n":1}'
bad_line 'a key of the wrong type' "attribute 'order_id': a number, the table's key must be a string (S)" '{"order_id":1}'
bad_line 'a key given twice' "attribute 'order_id': the key is given twice" '{"order_id":"a","order_id":"b"}'
printf '{"order_id":"%02049d"}\n' 0 >"$T/line"
bad 'a key of 2049 bytes' "key 'order_id' is longer than 2048 bytes" "$T/line"
printf '{"order_id":"a","x":"%0409600d"}\n' 0 >"$T/line"
bad 'an item over 400 KB' 'an item of 409610 bytes, DynamoDB takes 409600' "$T/line"
{ printf '{"order_id":"a","x":'; printf '%033d' 0 | tr 0 '['; printf '%033d' 0 | tr 0 ']'; echo '}'; } >"$T/line"
bad 'nesting of 33' "attribute 'x': nested deeper than 32 levels" "$T/line"
bad_line 'an attribute without a name' 'an attribute without a name' '{"order_id":"a","":1}'
bad_line 'a type that is none' "attribute 'x': 'Q' is not a type of DynamoDB (S N B BOOL NULL L M SS NS BS)" \
    '{"Item":{"order_id":{"S":"a"},"x":{"Q":"1"}}}'
bad_line 'an empty set' "attribute 'x': an empty set" '{"Item":{"order_id":{"S":"a"},"x":{"SS":[]}}}'
bad_line 'an export line whose key is another type' "attribute 'order_id': of another type, the table's key must be a string (S)" \
    '{"Item":{"order_id":{"N":"1"}}}'
bad_line 'a word that does not belong' "'st' does not belong into a write line" '{"update":{"order_id":"a"},"st":{"x":1}}'
bad_line 'set without update' 'set and remove belong to an update' '{"put":{"order_id":"a"},"set":{"x":1}}'
bad_line 'two verbs' 'more than one of put, update, delete and Item' '{"put":{"order_id":"a"},"delete":{"order_id":"a"}}'
bad_line 'the update has nothing' 'an update needs set or remove' '{"update":{"order_id":"a"},"set":{}}'
bad_line 'the update has the key' "attribute 'order_id' is part of the key and cannot change" \
    '{"update":{"order_id":"a"},"set":{"order_id":"b"}}'
bad_line 'a delete with more than the key' "the key holds more than the table's key attributes" \
    '{"delete":{"order_id":"a","x":1}}'

# A line that is not a write is named, with a remedy.
bad_line 'a change line' 'a change line; cdcxform -o writes converts it to a write line' \
    '{"eventName":"REMOVE","tableName":"sales","dynamodb":{"Keys":{"order_id":{"S":"a"}},"OldImage":{"order_id":{"S":"a"}}}}'
bad_line "a scan's answer" "the answer of a scan; jq -c '.Items[]' prints its items as lines" \
    '{"Items":[{"order_id":{"S":"a"}}],"Count":1,"ScannedCount":1,"ConsumedCapacity":null}'
bad_line 'the first line of several' "byte 2: a key in quotes was expected; it begins a document of several lines, jq -c . makes one of it" '{'
bad_line 'types, but no key' "key 'order_id' is missing" '{"x":{"S":"a"}}'
bad_line 'a typed key of another type' "attribute 'order_id': of another type, the table's key must be a string (S)" '{"order_id":{"N":"1"}}'
bad_line 'a typed item with a plain value' "attribute 'n': byte 34: an object was expected" '{"put":{"order_id":{"S":"a"},"n":1}}'
bad_line 'a typed delete of more than the key' "the key holds more than the table's key attributes" \
    '{"delete":{"order_id":{"S":"a"},"n":{"N":"1"}}}'
bad_line 'a typed update' "attribute 'order_id': a map, the table's key must be a string (S)" \
    '{"update":{"order_id":{"S":"a"}},"set":{"n":{"N":"1"}}}'

# Items with their types, and lines of exports, full and incremental.
fault_rules </dev/null
printf '\357\273\277' >"$T/in"
cat >>"$T/in" <<'END'
{"order_id":{"S":"a"},"set":{"NS":["1","2"]}}
{"put":{"tags":{"SS":["x"]},"order_id":{"S":"b"}}}
{"delete":{"order_id":{"S":"c"}}}
{"Metadata":{"WriteTimestampMicros":{"N":"1732744800000000"}},"Keys":{"order_id":{"S":"d"}},"NewImage":{"order_id":{"S":"d"},"n":{"N":"1"}}}
{"Metadata":{"WriteTimestampMicros":{"N":"1732744800000001"}},"Keys":{"order_id":{"S":"e"}},"OldImage":{"order_id":{"S":"e"},"n":{"N":"1"}}}
{"Keys":{"order_id":{"S":"f"}}}
{"put":{"order_id":"g","Keys":{"order_id":"x"}}}
END
check 'typed items and export lines, after a byte order mark' -i "$T/in" -- ddbput sales
check 'are written' -o '{"delete":{"order_id":{"S":"c"}}}
{"delete":{"order_id":{"S":"e"}}}
{"delete":{"order_id":{"S":"f"}}}
{"put":{"order_id":{"S":"a"},"set":{"NS":["1","2"]}}}
{"put":{"order_id":{"S":"d"},"n":{"N":"1"}}}
{"put":{"order_id":{"S":"g"},"Keys":{"M":{"order_id":{"S":"x"}}}}}
{"put":{"tags":{"SS":["x"]},"order_id":{"S":"b"}}}' -- sort "$FAULT_DIR/accepted"
fault_rules </dev/null
cat >"$T/in" <<'END'
{"bfpipe.mark":{"stream":"s","shard":"shardId-000000000000","sequence":"","start":true}}
{"order_id":"o-1"}
{"bfpipe.mark":{"stream":"s","shard":"shardId-000000000000","sequence":"1"}}
END
check 'marks are no items' -i "$T/in" -e 'ddbput: line 1: marks are skipped: no tool after ddbput commits them' -- ddbput sales
check 'the item is' -o 'put o-1' -- arrived

fault_rules </dev/null
cat >"$T/in" <<'END'
{"order_id":"a","_op":"INSERT","_ts":"2026-11-27T06:00:00Z"}
{"order_id":"b","_op":"REMOVE","_ts":"2026-11-27T06:00:00Z"}
{"order_id":"c","_op":"REMOVE","_ts":"2026-11-27T06:00:00Z"}
END
check 'rows about items that were removed are told, once' -i "$T/in" \
    -e 'ddbput: line 2: the row of a removed item is put as an item; cdcxform -o writes makes it a delete' -- ddbput sales
check 'and put, as rows are' -o 'put a,put b,put c' -- arrived

# A line of 100 MB costs no memory.
fault_rules </dev/null
long() {
    echo '{"order_id":"o-1"}'
    printf '{"order_id":"a","x":"'
    head -c 104857600 /dev/zero | tr '\0' x
    printf '"}\n{"order_id":"o-3"}\n'
}
long >"$T/in"
check 'a line of 100 MB' -s 1 -i "$T/in" \
    -e 'ddbput: line 2: 104857623 bytes, longer than the maximum of 4194304
ddbput: 1 line rejected' -- ddbput sales
check 'the others arrive' -o 'put o-1,put o-3' -- arrived
case $BUILD in *asan* | *tsan* | *valgrind*) measurable=false ;; *) measurable=true ;; esac
if ! $measurable; then
    skip 'in less than 32 MiB' 'a sanitizer or valgrind needs memory of its own'
elif [ -x /usr/bin/time ]; then
    small() { [ "$(/usr/bin/time -f %M ddbput -q sales 2>&1 <"$T/in" | tail -n 1)" -lt 32768 ]; }
    ok 'in less than 32 MiB' small
else
    skip 'in less than 32 MiB' '/usr/bin/time is not there'
fi
rm "$T/in"

# --strict
fault_rules </dev/null
rm -f "$T/rejects"
printf '{"order_id":"o-1"}\nbad\n{"order_id":"o-3"}\n' >"$T/in"
check 'strict stops at the first' -s 1 -i "$T/in" -e 'ddbput: line 2: byte 1: an object was expected' -- \
    ddbput --strict --rejects "$T/rejects" sales
check 'strict: earlier lines are written' -o 'put o-1' -- arrived
check 'strict: the line is in the rejects' -o bad -- cat "$T/rejects"
check 'rejects on a full disk' -s 1 -i "$T/in" -E '/dev/full: No space left on device' -- ddbput --rejects /dev/full sales

# CSV
fault_rules </dev/null
rm -f "$T/rejects"
cat >"$T/in" <<'END'
order_id,total,code,paid,note
o-1,12.50,00042,true,"a ""b"", c
two lines"
o-2,1
,3,x,true,y
o-4,4,x,maybe,y
o-5,5,x,"y",z"
o-6,,12E3,0,
END
check 'CSV with bad records' -s 1 -i "$T/in" -e "ddbput: line 4: 2 fields, the CSV header has 5
ddbput: line 5: key 'order_id' is missing
ddbput: line 6: column 'paid': neither true nor false
ddbput: line 7: field 5: a quote inside a field without quotes
ddbput: 4 lines rejected ($T/rejects)" -- ddbput --types paid:BOOL --rejects "$T/rejects" sales
jq -cS .put "$FAULT_DIR/accepted" >"$T/got"
cat >"$T/want" <<'END'
{"code":{"S":"00042"},"note":{"S":"a \"b\", c\ntwo lines"},"order_id":{"S":"o-1"},"paid":{"BOOL":true},"total":{"N":"12.50"}}
{"code":{"S":"12E3"},"order_id":{"S":"o-6"},"paid":{"BOOL":false}}
END
check 'CSV: the types of columns' -O "$T/want" -- cat "$T/got"
cat >"$T/want" <<'END'
order_id,total,code,paid,note
o-2,1
,3,x,true,y
o-4,4,x,maybe,y
o-5,5,x,"y",z"
END
check 'CSV: rejects begin with the header' -O "$T/want" -- cat "$T/rejects"
fault_rules </dev/null
printf 'order_id,doc,bin,num\no-1,"{""a"":[1]}",AAE=,007\n' >"$T/in"
check 'CSV: JSON, B and N' -i "$T/in" -- ddbput -i csv -t doc:JSON,bin:B,num:N sales
check 'CSV: as said' -o '{"put":{"order_id":{"S":"o-1"},"doc":{"M":{"a":{"L":[{"N":"1"}]}}},"bin":{"B":"AAE="},"num":{"N":"007"}}}' -- \
    cat "$FAULT_DIR/accepted"
printf 'a,b\n1,2\n' >"$T/in"
check 'CSV without the key' -s 1 -i "$T/in" \
    -e "ddbput: line 1: the CSV header has no column 'order_id', a key of the table" -- ddbput -i csv sales
printf '\n\na,b\n1,2\n' >"$T/low"
check 'a header below blank lines' -s 1 -i "$T/low" \
    -e "ddbput: line 3: the CSV header has no column 'order_id', a key of the table" -- ddbput -i csv sales
check 'a rate that is none' -s 2 -i /dev/null -E "^ddbput: option '--rate': '9000000000000000' is not a rate " -- \
    ddbput --rate 9000000000000000 sales
check 'the highest' -i /dev/null -- ddbput --rate 1000000000 sales
check 'CSV without the key, not asked for' -s 1 -i "$T/in" -E '^ddbput: line 1: byte 1: an object was expected' -- ddbput sales
printf 'order_id,b\n1,2\n' >"$T/in"
check 'CSV: a type for no column' -s 2 -i "$T/in" \
    -e "ddbput: --types: the CSV header has no column 'c'" -- ddbput -t c:S sales
check 'CSV: a type that is none' -s 2 -i "$T/in" \
    -e "ddbput: --types: 'b:X' is not NAME:TYPE with TYPE one of S, N, B, BOOL, JSON" -- ddbput -t b:X sales
printf 'order_id,b\n1,\377\n2,b\n' >"$T/in"
check 'CSV: broken UTF-8' -s 1 -i "$T/in" -E "^ddbput: line 2: column 'b': invalid UTF-8 at byte 1\$" -- ddbput sales
plan
