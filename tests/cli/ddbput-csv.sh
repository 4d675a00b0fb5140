#!/bin/sh
# CSV files as users have them, for ddbput and bfgen --csv, which share a reader: line ends, delimiters, columns
# without a name, and the types of columns.
. "$(dirname "$0")/lib.sh"
. "$root/tests/fault/lib.sh"
fault_start </dev/null

# The items of a file, by ddbput as they arrive and by bfgen as it prints them.
put() {
    fault_rules </dev/null
    ddbput "$@" sales <"$T/in.csv" && jq -c .put "$FAULT_DIR/accepted"
}
plain() { bfgen --csv "$T/in.csv" -o items "$@"; }
# both NAME TYPED PLAIN CSV...
both() {
    both=$1 typed=$2 items=$3
    shift 3
    printf "$@" >"$T/in.csv"
    check "$both (ddbput)" -o "$typed" -- put
    check "$both (bfgen)" -o "$items" -- plain
}
# refused NAME LINE WHY CSV...: by both, in the same words
refused() {
    name=$1 line=$2 why=$3
    shift 3
    printf "$@" >"$T/in.csv"
    check "$name (ddbput)" -s 1 -E "^ddbput: line $line: $why" -- put
    check "$name (bfgen)" -s 1 -a -E "^bfgen: (.*: )?line $line: $why" -- plain
}

a='{"order_id":{"S":"a"},"n":{"N":"1"},"s":{"S":"x"}}
{"order_id":{"S":"b"},"n":{"N":"2"},"s":{"S":"y"}}'
b='{"order_id":"a","n":1,"s":"x"}
{"order_id":"b","n":2,"s":"y"}'

# Line ends.
both 'LF' "$a" "$b" 'order_id,n,s\na,1,x\nb,2,y\n'
both 'CR LF' "$a" "$b" 'order_id,n,s\r\na,1,x\r\nb,2,y\r\n'
both 'CR alone' "$a" "$b" 'order_id,n,s\ra,1,x\rb,2,y\r'
both 'CR alone, none at the end' "$a" "$b" 'order_id,n,s\ra,1,x\rb,2,y'
both 'CR alone, with blank lines and a newline at the end' "$a" "$b" 'order_id,n,s\r\ra,1,x\r\rb,2,y\r\n'
both 'CR CR LF' "$a" "$b" 'order_id,n,s\r\r\na,1,x\r\r\nb,2,y\r\r\n'
both 'a byte order mark' "$a" "$b" '\357\273\277order_id,n,s\na,1,x\nb,2,y\n'
both 'a byte order mark and CR' "$a" "$b" '\357\273\277order_id,n,s\ra,1,x\rb,2,y\r'
both 'CR alone, newlines in quotes' '{"order_id":{"S":"a"},"s":{"S":"x\ny"}}
{"order_id":{"S":"b"},"s":{"S":"x\ry,\"z\""}}' '{"order_id":"a","s":"x\ny"}
{"order_id":"b","s":"x\ry,\"z\""}' 'order_id,s\ra,"x\ny"\rb,"x\ry,""z"""\r'
both 'CR in quotes of a header is none that ends lines' '{"order_id":{"S":"a"},"s\rt":{"S":"x"}}' '{"order_id":"a","s\rt":"x"}' \
    'order_id,"s\rt"\na,x\n'
refused 'a stray CR' 2 'field 2: a carriage return or newline inside a field without quotes' 'order_id,s\na,v\rx\nb,y\n'
refused 'a newline where CR ends lines' 2 'field 2: a carriage return or newline inside a field without quotes' 'order_id,s\ra,v\nx\rb,y\r'
refused 'CR alone: a bad line' 3 '3 fields, the' 'order_id,n\ra,1\rb,2,3\rc,4\r'
printf 'order_id,n\ra,1\rb,2,3\rc,"4\r"\r' >"$T/in.csv"
rm -f "$T/bad.csv"
check 'CR alone: rejects can be fed in again' -s 1 -a -E '1 line rejected' -- put --rejects "$T/bad.csv"
check 'and end in newlines' -o 'order_id,n
b,2,3' -- cat "$T/bad.csv"
{ printf 'order_id,n\r'; i=0; while [ $i -lt 200000 ]; do printf 'o-%d,%d\r' $i $i; i=$((i + 1)); done; } >"$T/in.csv"
check 'two megabytes of one line, in CR' -o 200000 -- sh -c 'bfgen --csv "$1" -o items | wc -l' - "$T/in.csv"
check 'through a pipe' -o 200000 -- sh -c 'cat "$1" | bfgen --csv - -o items | wc -l' - "$T/in.csv"

# Delimiters.
both 'semicolons' "$a" "$b" 'order_id;n;s\na;1;x\nb;2;y\n'
both 'tabs' "$a" "$b" 'order_id\tn\ts\na\t1\tx\nb\t2\ty\n'
both 'vertical bars' "$a" "$b" 'order_id|n|s\na|1|x\nb|2|y\n'
both 'commas in quotes do not count' '{"order_id":{"S":"a"},"price, EUR, net":{"S":"1,5"}}' '{"order_id":"a","price, EUR, net":"1,5"}' \
    'order_id;"price, EUR, net"\na;1,5\n'
both 'a comma wins a draw' '{"order_id":{"S":"a"},"x;y":{"S":"1;5"}}' '{"order_id":"a","x;y":"1;5"}' 'order_id,x;y\na,1;5\n'
both 'one column' '{"order_id":{"S":"a;b"}}' '{"order_id":"a;b"}' 'order_id\na;b\n'
printf 'order_id,x;n\na,1;2\n' >"$T/in.csv"
check 'a delimiter that is given (bfgen)' -o '{"order_id,x":"a,1","n":2}' -- plain --delimiter ';'
printf 'order_id^n\na^2\n' >"$T/in.csv"
check 'any one (ddbput)' -o '{"order_id":{"S":"a"},"n":{"N":"2"}}' -- put --delimiter '^'
printf 'order_id\tx,y,z\na\t2\n' >"$T/in.csv"
check 'a tab by its name' -o '{"order_id":{"S":"a"},"x,y,z":{"N":"2"}}' -- put --delimiter tab
for tool in 'bfgen --csv x' 'ddbput sales'; do
    for bad in '' ';;' '"'; do
        # shellcheck disable=SC2086 # a command
        check "${tool%% *}: '$bad' is none" -s 2 -E "option '--delimiter': '$bad' is not one character such as ';', nor 'tab'" -- $tool --delimiter "$bad"
    done
done
check 'a delimiter is for CSV' -s 2 -e 'ddbput: --delimiter is for CSV and cannot be combined with --input json' -- ddbput -i json --delimiter ';' sales

# A first column without a name, as R (write.csv) and pandas (to_csv) write it.
printf '"","order_id","n"\n"1","a",1\n"2","b",2\n' >"$T/in.csv"
index='the first column of the CSV has no name (a row number, as R and pandas write it): left out'
check 'R' -o '{"order_id":{"S":"a"},"n":{"N":"1"}}
{"order_id":{"S":"b"},"n":{"N":"2"}}' -e "ddbput: $index" -- put
printf ',order_id,n\n0,a,1\n1,b,2\n' >"$T/in.csv"
check 'pandas' -o '{"order_id":"a","n":1}
{"order_id":"b","n":2}' -e "bfgen: $index" -- plain
check 'as change lines' -o '{"order_id":{"S":"a"}}' -E 'left out' -- sh -c 'bfgen --csv "$1" -o cdc -n 1 | jq -c .dynamodb.Keys' - "$T/in.csv"
check 'as CSV' -o 'order_id,n
a,1
b,2' -E 'left out' -- bfgen --csv "$T/in.csv" -o csv
refused 'no other column can be without one' 1 'column 3 of the CSV header has no name' 'order_id,n,\na,1,\n'

# Types: one for a column.
both 'numbers' '{"order_id":{"S":"a"},"i":{"N":"0"},"d":{"N":"-12.50"},"e":{"N":"1e-05"},"x":{"N":"12345678901234567890123456789012345678"}}' \
    '{"order_id":"a","i":0,"d":-12.50,"e":1e-05,"x":12345678901234567890123456789012345678}' \
    'order_id,i,d,e,x\na,0,-12.50,1e-05,12345678901234567890123456789012345678\n'
both 'texts' '{"order_id":{"S":"a"},"z":{"S":"007"},"p":{"S":"+1"},"h":{"S":"732823e0"},"l":{"S":"123456789012345678901234567890123456789"},"t":{"S":"true"}}' \
    '{"order_id":"a","z":"007","p":"+1","h":"732823e0","l":"123456789012345678901234567890123456789","t":"true"}' \
    'order_id,z,p,h,l,t\na,007,+1,732823e0,123456789012345678901234567890123456789,true\n'
both 'one text makes a column texts, empty fields do not' '{"order_id":{"S":"a"},"zip":{"S":"99999"},"n":{"N":"1"}}
{"order_id":{"S":"b"},"zip":{"S":"01234"}}
{"order_id":{"S":"c"},"n":{"N":"2"}}' '{"order_id":"a","zip":"99999","n":1}
{"order_id":"b","zip":"01234"}
{"order_id":"c","n":2}' 'order_id,zip,n\na,99999,1\nb,01234,\nc,,2\n'
many() { # ZIP: a zip of another form in row 1,100
    echo order_id,zip
    seq 1 1099 | sed 's/.*/o-&,&/'
    echo "o-1100,$1"
    echo o-1101,5
}
many 01234 >"$T/in.csv"
rm -f "$T/bad.csv"
fault_rules </dev/null
check 'a text after a thousand numbers is refused (ddbput)' -s 1 -i "$T/in.csv" -e "ddbput: line 1101: column 2, 'zip', has held numbers so far and this is not one; --types zip:S makes all of them strings
ddbput: 1 line rejected ($T/bad.csv)" -- ddbput --rejects "$T/bad.csv" sales
check 'a text after a thousand numbers is refused (bfgen)' -s 1 -a \
    -E "^bfgen: line 1101: column 2, 'zip', has held numbers so far and this is not one; --types zip:S makes all of them strings" -- plain
kinds() { jq -r '.put.zip | keys[0]' "$FAULT_DIR/accepted" | sort | uniq -c | tr -s ' '; }
check 'no column is of two types' -o ' 1100 N' -- kinds
fault_rules </dev/null
check 'a given type is used (ddbput)' -i "$T/in.csv" -- ddbput -t zip:S sales
check 'for all' -o ' 1101 S' -- kinds
check 'a given type is used (bfgen)' -o '1101 string' -- \
    sh -c 'bfgen --csv "$1" -o items -t zip:S | jq -r ".zip | type" | sort | uniq -c | sed "s/^ *//"' - "$T/in.csv"
{ echo order_id,late; seq 1 1000 | sed 's/.*/o-&,/'; echo o-1001,7; echo o-1002,x; } >"$T/in.csv"
check 'a column that begins late is decided then' -s 1 -a -E "^bfgen: line 1003: column 2, 'late', has held numbers" -- plain
printf 'order_id,n\na,007\nb,x\n' >"$T/in.csv"
check 'a number that JSON writes otherwise' -s 1 -o '{"order_id":"a","n":7}' -E "^bfgen: line 3: column 'n': 'x' is not a number" -- plain -t n:N
check 'types of no CSV' -s 2 -e "bfgen: option '--types' is for --csv" -- bfgen --types a:S
check 'a type that plain JSON has not' -s 2 -e "bfgen: --types: 'a:B' is not NAME:TYPE with TYPE one of S, N" -- plain -t a:B
check 'a type for no column' -s 2 -E "--types: the CSV header has no column 'zip'" -- plain -t zip:S
seq 1 400 | sed 's/.*/o-&/' >"$T/rows"
# problems in rows that are read ahead are not lost: a bad row, a line that is too long, an open quote
{ echo order_id,n; echo 'a,1'; echo 'b,2,3'; echo 'c,"open'; echo 'd,4'; printf 'e,'; head -c 5000000 /dev/zero | tr '\0' 1; echo; echo 'f,6'; } >"$T/in.csv"
check 'bad rows among the first' -s 1 -o '{"order_id":"a","n":1}
{"order_id":"d","n":4}
{"order_id":"f","n":6}' -e "bfgen: line 3: 3 fields, the header has 2
bfgen: line 4: field 2: its quote is never closed
bfgen: line 6: 5000002 bytes, longer than the maximum of 1048576
bfgen: 3 lines rejected" -- plain

# Rows that were read ahead are not lost when the run ends early.
fault_rules <<'RULES'
BatchWriteItem error 400 AccessDeniedException no
RULES
{ echo order_id,n; seq 1 900 | sed 's/.*/o-&,&/'; } >"$T/in.csv"
rm -f "$T/bad.csv"
check 'a run that ends early' -s 1 -i "$T/in.csv" -E '^ddbput: reading stopped after line [0-9]+; the lines after it' -- \
    ddbput --window 1 --rejects "$T/bad.csv" sales
stopped=$(sed -n 's/.*reading stopped after line \([0-9]*\);.*/\1/p' "$T/err")
ok 'all rows are in the rejects or after the reported line' sh -c \
    '{ cat "$1"; tail -n "+$((1 + ${3:-0}))" "$2"; } | sort | cmp - "$4"' - "$T/bad.csv" "$T/in.csv" "$stopped" "$(sort "$T/in.csv" >"$T/sorted"; echo "$T/sorted")"
fault_rules </dev/null
mkfifo "$T/fifo"
ddbput -i csv sales <"$T/fifo" >"$T/said" 2>&1 &
pid=$!
exec 9>"$T/fifo"
head -n 6 "$T/in.csv" >&9
drained 9
kill -TERM $pid
wait $pid
ended=$?
exec 9>&-
check 'a signal while rows are read ahead' -o 1 -- echo $ended
check 'is told with the line' -o 'ddbput: interrupted after line 6' -- cat "$T/said"
check 'and what was read is written' -o 5 -- sh -c 'wc -l <"$1"' - "$FAULT_DIR/accepted"

# Keys of the table, and of its indexes, have the types that the table gives them.
table() { # ATTRIBUTES: AttributeDefinitions
    fault_rules <<RULES
DescribeTable ok {"Table":{"TableName":"sales","TableStatus":"ACTIVE","KeySchema":[{"AttributeName":"order_id","KeyType":"HASH"}],"AttributeDefinitions":[$1]}}
RULES
}
id='{"AttributeName":"order_id","AttributeType":"S"}'
printf 'order_id,zip,n\n1,99999,5\n2,99998,6\n' >"$T/in.csv"
table "$id,{\"AttributeName\":\"zip\",\"AttributeType\":\"S\"}"
check 'the key of an index' -i "$T/in.csv" -- ddbput sales
check 'is of its type' -o '{"order_id":{"S":"1"},"zip":{"S":"99999"},"n":{"N":"5"}}
{"order_id":{"S":"2"},"zip":{"S":"99998"},"n":{"N":"6"}}' -- jq -c .put "$FAULT_DIR/accepted"
check 'another for it' -s 2 -i "$T/in.csv" -e "ddbput: --types: 'zip' is a key of the table or of an index, of type S" -- ddbput -t zip:N sales
check 'another for the key' -s 2 -i "$T/in.csv" -e "ddbput: --types: 'order_id' is a key of the table or of an index, of type S" -- ddbput -t order_id:N sales
check 'the same for the key' -i "$T/in.csv" -- ddbput -t order_id:S sales

# bfgen's CSV is read back unchanged, also if only a part of it is read: its ids are not numbers.
for n in 1 100 20000; do
    bfgen -n $n -o csv >"$T/in.csv"
    bfgen -n $n -o items | jq -c 'del(.coupon | nulls) | .payment |= tojson | .tags |= tojson' >"$T/want"
    check "$n of bfgen's own" -O "$T/want" -- plain
done
check 'each column is of one type' -o '15' -- sh -c \
    'bfgen -n 20000 -o csv | bfgen --csv - -o items | jq -r "to_entries[] | \"\(.key) \(.value | type)\"" | sort -u | wc -l'
check 'no id of bfgen is ever a number' -o 0 -- sh -c 'bfgen -n 300000 -o csv --seed 9 | sed 1d | grep -c ",[0-9][^,]*$" || true'
plan
