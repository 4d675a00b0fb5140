#!/bin/sh
# bfgen: options, formats, the shared behaviour of every tool.
. "$(dirname "$0")/lib.sh"

sum() {
    "$@" | sha256sum | cut -c 1-64
}

# The same seed gives the same bytes on every machine: a change of these lines changes all users' data.
golden() {
    want=$1
    shift
    check "golden: $*" -o "$want" -- sum "$@"
}
golden bca37a55c32f5f47a2255c58ada8cdd2f1b906040a7b650f48d9580d8b8a04a8 bfgen -n 20000
golden f4d9c6c0bf7690604b6b93114b1f66a563348cebf4100286e9136ff06556ea12 bfgen -n 20000 -o items
golden 14fa709f85dd45e867e016c0e3e39a13486476153b13f93af00fa7a3131f032e bfgen -n 20000 -o cdc
golden 91e716bb47e5ab1bbc0e834c94ac3b1e428c9299e5bac5674594663ba026edd9 bfgen -n 20000 -o csv
golden eca5ee12f22f86a59b6757ae545782caae8ca2c40cc77fb069055f52be124784 bfgen -n 20000 --seed 18446744073709551615 -o cdc
golden 2dcc40e32571f2b14a46c838c9d3bd8cc2c05dd796cb33581d497ff6eef6f480 bfgen -n 20000 --schema order
golden ae8628e1f55de897b4bac1d79a187481b429969b06312b12ce31720f8ead2a8d bfgen -n 20000 --schema order -o cdc --seed 7
golden a50a1eeab9dc87e84c4467c0e02266d7c15fa7a9096d536b0c6435ffc3daf5b4 bfgen -n 20000 -o items --mix insert=3,update=2 --start 2024-11-29T05:30:00Z --duration 3h

bfgen --seed 1 >"$T/a"
bfgen --seed 2 >"$T/b"
check "seeds 1 and 2 differ" -s 1 -a -- cmp -s "$T/a" "$T/b"
check "1 is the default seed" -O "$T/a" -- bfgen
check "1000 changes unless told otherwise" -o 1000 -- sh -c 'bfgen | wc -l'

# Each format parses.
check "write lines" -o '["delete"] ["put"] ["remove","set","update"] ["set","update"]' -- \
    sh -c "bfgen -n 5000 | jq -c keys | sort -u | paste -sd ' ' -"
check "items have 15 attributes" -o 15 -- sh -c 'bfgen -n 500 -o items | jq length | sort -u'
check "items: updates repeat the whole item" -o 'o-1 PLACED' -- \
    sh -c "bfgen -n 500 -o items --mix insert=1,update=1 | jq -r '\"\\(.order_id) \\(.status)\"' | head -n 1"
cat >"$T/shape" <<'EOF'
{"INSERT":["ApproximateCreationDateTime","Keys","NewImage","SizeBytes"]}
{"MODIFY":["ApproximateCreationDateTime","Keys","NewImage","OldImage","SizeBytes"]}
{"REMOVE":["ApproximateCreationDateTime","Keys","OldImage","SizeBytes"]}
EOF
check "change lines have their images" -O "$T/shape" -- \
    sh -c "bfgen -n 3000 -o cdc | jq -c '{(.eventName): .dynamodb | keys_unsorted}' | sort -u"
check "change lines have DynamoDB's envelope" \
    -o '["awsRegion","eventID","eventName","userIdentity","recordFormat","tableName","dynamodb","eventSource"]' -- \
    sh -c "bfgen -n 3000 -o cdc | jq -c keys_unsorted | sort -u"
check "event ids are version 4 UUIDs" -o 3000 -- sh -c "bfgen -n 3000 -o cdc | jq -r .eventID |
    grep -Ec '^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\$'"
check "and none appears twice" -o 3000 -- sh -c "bfgen -n 3000 -o cdc | jq -r .eventID | sort -u | wc -l"
check "csv: a header line and as many fields in each row" -o 15 -- \
    sh -c "bfgen -n 300 -o csv | sed 's/\"[^,]*\\(\"\"[^\"]*\"\"[^\"]*\\)*\"/q/g; s/\"\\[.*\\]\"/q/; s/\"{.*}\"/q/' | awk -F, '{ print NF }' | sort -u"
check "csv: the map is the JSON of the item" -o same -- sh -c \
    'bfgen -n 50 -o csv | sed -n "2,\$s/.*\"\\({.*}\\)\",\"\\[.*/\\1/p" | sed "s/\"\"/\"/g" >"$1/p1"
     bfgen -n 50 -o items | jq -c .payment | cmp - "$1/p1" && echo same' - "$T"
check "order: exactly the four attributes" -o '["orderid","product_name","quantity","price"]' -- \
    sh -c 'bfgen --schema order -o items | jq -c keys_unsorted | sort -u'
check "order: their types" -o '["S","S","N","N"]' -- \
    sh -c "bfgen --schema order -o cdc | jq -c '.dynamodb.NewImage // empty | [.[] | keys[0]]' | sort -u"

# Options.
check "--key renames the key" -o '["pk"]' -- \
    sh -c 'bfgen -k pk | jq -c "(.update // .delete // empty) | keys" | sort -u'
check "--table" -o t1 -- sh -c 'bfgen --table t1 -o cdc | jq -r .tableName | sort -u'
check "the order schema's own table" -o OrderTable -- sh -c 'bfgen --schema order -o cdc | jq -r .tableName | sort -u'
check "--start" -o '["2024-11-29T08:00:00Z","2024-11-29T08:59:59Z"]' -- sh -c \
    "bfgen --start 2024-11-29T10:00+02:00 --duration 1h -n 100000 -o items | jq -r .ordered_at | sed -n '1p;\$p' | jq -Rcn '[inputs]'"
check "--duration and --rate give the count" -o 500 -- sh -c 'bfgen --duration 5s --rate 100000/s -n 500 | wc -l'
check "--duration and a rate a minute" -o 1000 -- sh -c 'bfgen --duration 1s --rate 60000/m | wc -l'
check "a rate an hour is exact" -o 1 -- sh -c 'bfgen --duration 1h --rate 1/h | wc -l'
check "the largest count" -o 2 -- sh -c 'timeout 120 bfgen -n 9223372036854775807 | head -n 2 | wc -l'
check "--duration alone: one a second" -o 3600 -- sh -c 'bfgen --duration 1h | wc -l'
check "only inserts" -o '["put"]' -- sh -c 'bfgen --mix insert=1 | jq -c keys | sort -u'
check "no live order left: an insert" -o '["put"] ["delete"] ["put"] ["delete"]' -- \
    sh -c 'bfgen -n 4 --mix delete=1 | jq -c keys | paste -sd " " -'
check "--help names every format" -m 'writes, items, cdc or csv' -- bfgen --help
check "--version" -m '^bfgen \(bfpipe\)' -- bfgen --version

usage() {
    name=$1 text=$2
    shift 2
    check "$name" -s 2 -E "^bfgen: $text" -- bfgen "$@"
}
usage "unknown format" "option '--output': 'xml' is not writes, items, cdc or csv" -o xml
usage "unknown schema" "option '--schema': 'x' is not sales or order" --schema x
usage "unknown kind in the mix" "option '--mix': 'upsert' is not insert, update or delete; did you mean 'insert'\?" --mix upsert=1
usage "a share that is no number" "option '--mix': update needs a weight from 0 to 1000000, as in update=25" --mix update=x
usage "no shares" "option '--mix': all weights are 0" --mix insert=0
usage "deletes as CSV" "option '--mix': items and CSV have no form for a deletion" -o csv --mix insert=1,delete=1
usage "a count that is none" "option '--count': 'ten' is not a whole number" -n ten
usage "a time that is none" "option '--start': 'noon' is not a time such as" --start noon
usage "a rate that is none" "option '--rate': '0/s' is not a rate such as" --rate 0/s
usage "before 1970" "option '--start': before 1970" --start 1969-12-31
usage "past 9999" "the changes would pass the year 9999" --start 9999-12-31
usage "too short a duration" "option '--duration': shorter than one change at this rate" --duration 10ms
usage "no duration" "option '--duration': 0s is less than 1ms" --duration 0s
usage "a duration without end" "option '--duration': a count of 0 has no end" --duration 1h -n 0
usage "a rate and a duration beyond all counts" "the rate and the duration together are too large" --duration 60000000h --rate 1000M/s
usage "a count beyond all counts" "option '--count': 18446744073709551615 is not from 0 to 9223372036854775807" -n 18446744073709551615
usage "a table's name that is none" "option '--table': 1 to 255 of A-Z a-z 0-9 - _ . only" -o cdc --table 'a b'
usage "no table's name" "option '--table': 1 to 255 of A-Z" -o cdc --table ''
usage "--table where no line names it" "option '--table' is for -o cdc" --table sales
usage "--schema with rows of one's own" "option '--schema' is not for --csv" --schema order --csv rows.csv
usage "a key that is taken" "option '--key': 'total' is another attribute" --key total
usage "a key with a quote" "option '--key': not a plain name of 1 to 255 bytes" --key 'a"b'
usage "--rejects without --csv" "option '--rejects' is for --csv" --rejects "$T/r"
usage "an operand" "unexpected argument 'sales'" sales
usage "a near miss" "unknown option '--sed'; did you mean '--seed'\?" --sed 4

# Output.
if [ -w /dev/full ]; then
    check "/dev/full" -s 1 -e "bfgen: standard output: No space left on device" -- sh -c 'bfgen >/dev/full'
else
    skip "/dev/full" "this system has no /dev/full"
fi
check "a reader that goes away" -o 1 -- sh -c 'timeout 120 bfgen -n 0 | head -n 1 | wc -l'
check "ends quietly with 1 then" -o 1 -- sh -c '{ timeout 120 bfgen -n 0; echo $? >"$1/status"; } | head -n 1 >/dev/null; cat "$1/status"' - "$T"

# --rate: the first line is there long before the second is due; a signal ends the wait.
mkfifo "$T/fifo"
bfgen --rate 1/m -n 2 >"$T/fifo" &
pid=$!
exec 8<"$T/fifo"
read -r first <&8
kill -TERM "$pid"
check "--rate: a pipe is live" -o put -- sh -c 'echo "$1" | jq -r "keys[0]"' - "$first"
check "SIGTERM ends the wait for the next one" -- wait "$pid"
exec 8<&-
check "--rate: as many as without" -O "$T/a" -- bfgen --rate 50000/s -n 1000

# A reader of the header line can be stopped, too.
mkfifo "$T/rows"
bfgen --csv "$T/rows" >"$T/none" 2>"$T/said" &
pid=$!
exec 9>"$T/rows"
kill -TERM "$pid"
check "SIGTERM before the header line" -- wait "$pid"
exec 9>&-
check "  in silence" -- cat "$T/none" "$T/said"

# SIGTERM: to the end of the line, exit status 0. The run has no end of its own.
bfgen -n 0 --rate 1000/s >"$T/live" &
pid=$!
soon test -s "$T/live"
kill -TERM "$pid"
check "SIGTERM: exit status 0" -- wait "$pid"
check "SIGTERM: ends at the end of a line" -o 1 -- sh -c 'tail -c 1 "$1" | wc -l' - "$T/live"
check "SIGTERM: every line is whole" -o "$(wc -l <"$T/live")" -- sh -c 'jq -c . "$1" | wc -l' - "$T/live"
plan
