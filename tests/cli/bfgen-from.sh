#!/bin/sh
# bfgen --csv: rows of a CSV file, good and bad.
. "$(dirname "$0")/lib.sh"
only="--mix insert=1"

from() { # NAME STATUS OUTPUT ERROR CSV...: the write lines of a small file
    name=$1 status=$2 out=$3 err=$4
    shift 4
    printf "$@" >"$T/in.csv"
    rm -f "$T/rejects"
    check "$name" -s "$status" -o "$out" -e "$err" -- bfgen --csv "$T/in.csv" $only --rejects "$T/rejects"
}
rejected() { # NAME TEXT: the lines that the last run rejected
    { sed -n 1p "$T/in.csv"; printf "$2"; } >"$T/want"
    check "$1: verbatim in --rejects" -O "$T/want" -- cat "$T/rejects"
}

from "values that are numbers, and those that are not" 0 \
    '{"put":{"id":1,"a":99.90,"b":"007","c":-0.5,"d":"+5","e":"1e5","f":".5","g":"1.","h":"0x1F","i":"NaN"}}' '' \
    'id,a,b,c,d,e,f,g,h,i\n1,99.90,007,-0.5,+5,1e5,.5,1.,0x1F,NaN\n'
from "38 digits are a number, 39 are not" 0 \
    '{"put":{"id":12345678901234567890123456789012345678,"a":"123456789012345678901234567890123456789","b":1234567890123456789012345678901234567800}}' '' \
    'id,a,b\n12345678901234567890123456789012345678,123456789012345678901234567890123456789,1234567890123456789012345678901234567800\n'
from "magnitudes" 0 '{"put":{"id":9.9e+125,"a":"1e+126","b":1E-130,"c":"1e-131","d":0e+999,"e":"1e99999999999999999999"}}' '' \
    'id,a,b,c,d,e\n9.9e+125,1e+126,1E-130,1e-131,0e+999,1e99999999999999999999\n'
from "empty values are left out" 0 '{"put":{"id":1,"c":2}}' '' 'id,a,b,c\n1,,"",2\n'
from "quoted fields: commas, quotes, newlines" 0 '{"put":{"id":1,"a":"x,y","b":"say \"hi\"","c":"two\nlines\r\nor three"}}' '' \
    'id,a,b,c\n1,"x,y","say ""hi""","two\nlines\r\nor three"\n'
from "CRLF" 0 '{"put":{"id":1,"a":"x"}}' '' 'id,a\r\n1,x\r\n'
from "a byte order mark" 0 '{"put":{"id":1}}' '' '\357\273\277id\n1\n'
from "no final newline" 0 '{"put":{"id":1,"a":2}}' '' 'id,a\n1,2'
from "empty lines are passed over" 0 '{"put":{"id":1,"a":2}}' '' 'id,a\n\n\r\n1,2\n\n'
from "control characters and backslashes are escaped" 0 '{"put":{"id":1,"a":"\u0001\t\\"}}' '' 'id,a\n1,\001\t\\\n'
from "names are escaped too" 0 '{"put":{"i\"d":1,"a\\b":2}}' '' '"i""d",a\\b\n1,2\n'
from "only a header" 0 '' '' 'id,a\n'

from "an empty file" 1 '' "bfgen: $T/in.csv: empty, a header line with the names was expected" ''
from "a header without a name" 1 '' "bfgen: $T/in.csv: line 1: column 2 of the CSV header has no name" 'id,,b\n'
from "a header with a name twice" 1 '' "bfgen: $T/in.csv: line 1: columns 1 and 3 of the CSV header have the same name" 'id,a,id\n'
from "a header that is not UTF-8" 1 '' "bfgen: $T/in.csv: line 1: byte 4: invalid UTF-8" 'id,\377\n'
from "UTF-16, as some programs export it" 1 '' "bfgen: $T/in.csv: line 1: byte 1: invalid UTF-8; it is UTF-16, iconv -f UTF-16 -t UTF-8 turns it" \
    '\377\376i\000d\000,\000a\000\r\000\n\0001\000,\0002\000'
from "a header with an open quote" 1 '' "bfgen: $T/in.csv: line 1: field 2: its quote is never closed" 'id,"a\n1,2\n'

printf 'bfpipe.mark,a\n1,2\n' >"$T/in.csv"
check "data never become a mark" -s 1 -e "bfgen: $T/in.csv: a column 'bfpipe.mark' would make items look like marks" -- \
    bfgen --csv "$T/in.csv" -o items
check "nor does a key" -s 2 -e "bfgen: option '--key': it would make items look like marks" -- bfgen -k bfpipe.mark -o items
check "inside of a write line they are none" -o '{"put":{"bfpipe.mark":1,"a":2}}' -- bfgen --csv "$T/in.csv"

two='{"put":{"id":1,"a":2}}
{"put":{"id":5,"a":6}}'
bad() { # NAME WHY ROW: a bad row between two good ones
    from "$1" 1 "$two" "bfgen: line 3: $2
bfgen: 1 line rejected ($T/rejects)" "id,a\n1,2\n$3\n5,6\n"
    rejected "$1" "$3\n"
}
bad "too few fields" '1 field, the header has 2' '3'
bad "too many fields" '3 fields, the header has 2' '3,4,5'
bad "broken UTF-8" 'byte 6: invalid UTF-8' '3,caf\351'
bad "an empty key" "column 1: the key 'id' is empty" ',4'
bad "a quote inside a field" 'field 2: a quote inside a field without quotes' '3,a"b'
bad "text after a closing quote" 'field 2: text after the closing quote' '3,"a"b'
bad "an open quote costs its own line only" 'field 2: its quote is never closed' '3,"a'

from "an open quote that a later one seems to close" 1 '{"put":{"id":2,"a":"x"}}
{"put":{"id":3,"a":"y\nz"}}' "bfgen: line 2: field 2: text after the closing quote
bfgen: 1 line rejected ($T/rejects)" 'id,a\n1,"open\n2,"x"\n3,"y\nz"\n'
rejected "that" '1,"open\n'
# the last quote of the file is open: everything after it is read again
awk 'BEGIN { print "id,a"; print "0,\"open"; for (i = 1; i <= 20000; i++) printf "%d,%s\n", i, "some text of forty characters or about it" }' >"$T/open.csv"
check "a million bytes after an open quote" -s 1 -o 20000 -E 'line 2: field 2: its quote is never closed' -- \
    sh -c 'bfgen --csv "$1" --mix insert=1 >"$1.out"; s=$?; wc -l <"$1.out" | tr -d " "; exit $s' - "$T/open.csv"

# A line of 100 MB, in bounded memory (sanitizers want more address space than a limit leaves them).
{ printf 'id,a\n1,2\n3,'; head -c 100000000 /dev/zero | tr '\0' x; printf '\n5,6\n'; } >"$T/long.csv"
sed -n '1p;3p' "$T/long.csv" >"$T/long.line"
case $BUILD in *release*) limit='ulimit -v 100000' ;; *) limit=: ;; esac
rm "$T/rejects"
check "a line of 100 MB" -s 1 -o "$two" -e "bfgen: line 3: 100000002 bytes, longer than the maximum of 1048576
bfgen: 1 line rejected ($T/rejects)" -- \
    sh -c "$limit; exec bfgen --csv \"\$1\" --mix insert=1 --rejects \"\$2\"" - "$T/long.csv" "$T/rejects"
check "a line of 100 MB: verbatim in --rejects" -- cmp "$T/long.line" "$T/rejects"
head -c 3000000 "$T/long.csv" | tr -d '\n' >"$T/header.csv"
check "a header of 3 MB" -s 1 -e "bfgen: $T/header.csv: line 1: longer than the maximum of 1048576 bytes" -- \
    bfgen --csv "$T/header.csv"
rm -f "$T"/long.* "$T/header.csv"

printf 'id,a\n1,2\nx\ny\n5,6\n' >"$T/in.csv"
check "--strict stops at the first" -s 1 -o '{"put":{"id":1,"a":2}}' -e 'bfgen: line 3: 1 field, the header has 2' -- \
    bfgen --csv "$T/in.csv" $only --strict
check "standard input" -s 1 -i "$T/in.csv" -o "$two" -E '2 lines rejected$' -- bfgen --csv - $only
check "--rejects that cannot be written" -s 1 -E '/nowhere/r: No such file or directory' -- \
    bfgen --csv "$T/in.csv" --rejects "$T/nowhere/r"
check "a file that is not there" -s 1 -e "bfgen: $T/none.csv: No such file or directory" -- bfgen --csv "$T/none.csv"
check "--key names a column" -s 2 -e "bfgen: $T/in.csv: option '--key': no column is named 'b'" -- \
    bfgen --csv "$T/in.csv" --key b
printf 'status,a\nnew,1\n' >"$T/status.csv"
check "a key called status cannot change" -s 2 -e "bfgen: $T/status.csv: option '--key': 'status' changes, a key cannot" -- \
    bfgen --csv "$T/status.csv"
check "but can be, where nothing changes" -o '{"status":"new","a":1}' -- bfgen --csv "$T/status.csv" -o items
check "--rejects can be fed in again" -o '{"put":{"id":7,"a":8}}' -- sh -c \
    '{ echo id,a; echo 7 8; } >"$1/r.csv"; bfgen --csv "$1/r.csv" --rejects "$1/r" 2>/dev/null
     tr " " , <"$1/r" | bfgen --csv - --mix insert=1' - "$T"

# Formats, mix, clock.
awk 'BEGIN { print "id,name,status,price"; for (i = 1; i <= 3000; i++) printf "k%d,\"n, %d\",new,%d.50\n", i, i, i }' >"$T/rows.csv"
check "csv of csv is the same file" -O "$T/rows.csv" -- bfgen --csv "$T/rows.csv" -o csv
check "every row once, in order" -o same -- sh -c \
    'bfgen --csv "$1" -o cdc | jq -r "select(.eventName == \"INSERT\").dynamodb.Keys.id.S" >"$1.got"
     sed "1d; s/,.*//" "$1" | cmp - "$1.got" && echo same' - "$T/rows.csv"
check "numbers keep their digits in images" -o 1.50 -- sh -c \
    'bfgen --csv "$1" -o cdc -n 1 | jq -r .dynamodb.NewImage.price.N' - "$T/rows.csv"
check "-n counts changes" -o 10 -- sh -c 'bfgen --csv "$1" -n 10 | wc -l' - "$T/rows.csv"
check "a column called status is overwritten" -o 'CANCELLED PAID SHIPPED new' -- sh -c \
    'bfgen --csv "$1" -o cdc | jq -r ".dynamodb.NewImage.status.S // empty" | sort -u | paste -sd " " -' - "$T/rows.csv"
check "and is in an image once" -o 0 -- sh -c \
    'bfgen --csv "$1" -o cdc | grep -c "NewImage[^}]*}[^I]*status[^I]*status" || true' - "$T/rows.csv"
check "updates in csv get a column of their own" -o 'Order,x,status' -- sh -c \
    'printf "Order,x\n1,2\n" | bfgen --csv - -o csv --mix insert=1,update=1 | head -n 1'
cat >"$T/replay.jq" <<'EOF'
reduce inputs as $l ({state: {}, wrong: 0}; $l.dynamodb as $d | $d.Keys.id.S as $k |
    if .state[$k] == $d.OldImage and $d.OldImage != $d.NewImage then . else .wrong += 1 end |
    if $d.NewImage then .state[$k] = $d.NewImage else del(.state[$k]) end) | .wrong
EOF
check "old images are the images before" -o 0 -- sh -c 'bfgen --csv "$1" -o cdc | jq -n -f "$2"' - "$T/rows.csv" "$T/replay.jq"

real=$SHARED/data/blackfriday-40k.csv
if [ -r "$real" ]; then
    check "40,000 real purchases: each once" -o 40000 -- sh -c \
        'bfgen --csv "$1" | grep -o "^{\"put\":{\"Order_ID\":[0-9]*" | sort -u | wc -l' - "$real"
    check "40,000 real purchases: the sum" -o "$(awk -F, 'NR > 1 { s += $10 } END { printf "%d", s }' "$real")" -- sh -c \
        "bfgen --csv \"\$1\" | sed -n 's/^{\"put.*\"Purchase\":\\([0-9]*\\).*/\\1/p' | awk '{ s += \$1 } END { printf \"%d\\n\", s }'" - "$real"
    check "40,000 real purchases: csv of csv" -O "$real" -- bfgen --csv "$real" -o csv
else
    skip "40,000 real purchases" "$real is not there"
fi
plan
