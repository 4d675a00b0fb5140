#!/bin/sh
# The examples of ddbput(1), as printed in the page, with the fault server.
. "$(dirname "$0")/lib.sh"
. "$root/tests/fault/lib.sh"
fault_start </dev/null
cd "$T" || exit 1

example() {
    sed -n 's/^\.Dl //p' "$root/man/ddbput.1" | sed -n "$1p"
}
accepted() { wc -l <"$FAULT_DIR/accepted"; }

check 'four examples' -o 4 -- grep -c '^\.Dl ' "$root/man/ddbput.1"
check 'mock sales' -- sh -c "$(example 1)"
check 'a thousand writes' -o 1000 -- accepted

fault_rules </dev/null
printf 'order_id,zip,total\nc-1,01234,1.5\nc-2,99999,2\n,3,3\n' >customers.csv
check 'a CSV file' -s 1 -E '^ddbput: 1 line rejected \(again\.csv\)$' -- sh -c "$(example 2)"
check 'zip codes are strings' -o '"01234" "99999"' -- \
    sh -c "jq -c .put.zip.S '$FAULT_DIR/accepted' | paste -sd ' '"
check 'what is kept aside can be fed in again' -o 'order_id,zip,total
,3,3' -- cat again.csv

fault_rules </dev/null
printf '{"Item":{"order_id":{"S":"e-1"}}}\n{"Item":{"order_id":{"S":"e-2"}}}\n' | gzip >export.json.gz
check 'an export' -- sh -c "$(example 4)"
check 'is put' -o 2 -- accepted

# The example of a copy: the changes of both tables are the same.
cat >copy.sh <<'END'
bfgen -n 200 | ddbput --create order_id:S sales
sh -c "$1"
for table in sales copy; do
    kinread -e --from oldest dynamodb:$table | jq -cS '.dynamodb | [.Keys, .NewImage, .OldImage]' | sort >$table
done
[ "$(wc -l <copy)" = 200 ] && cmp sales copy
END
ok 'a copy of a table' env -u AWS_ENDPOINT_URL bflocal sh copy.sh "$(example 3)"

# The eight lines of "JSON lines".
fault_rules </dev/null
sed -n '/^\.Bd -literal/,/^\.Ed/p' "$root/man/ddbput.1" | grep '^{' >lines
check 'each kind of line' -i lines -- ddbput sales
check 'is accepted' -o 8 -- accepted
plan
