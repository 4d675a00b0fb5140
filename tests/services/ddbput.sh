#!/bin/sh
# ddbput on a real DynamoDB: the table has the items that were sent.
. "$(dirname "$0")/lib.sh"
need_tools bfgen ddbput

items() { cli dynamodb scan --table-name "$1" --consistent-read | jq -cS '.Items[]' | sort; }
count() { cli dynamodb scan --table-name "$1" --consistent-read --select COUNT | jq .Count; }

# The table is created with its stream; every kind of line.
cat >"$T/in" <<'END'
{"put":{"order_id":"a","n":1.50,"s":"\u00e9\"","l":[1,"x",null,true,{"m":{}}],"big":12345678901234567890123456789012345678}}
{"Item":{"order_id":{"S":"b"},"set":{"NS":["1","2.5"]},"bin":{"B":"AAE="}}}
{"order_id":"c","cart":"x","total":1}
{"update":{"order_id":"c"},"set":{"status":"PAID","total":92.01},"remove":["cart"]}
{"put":{"order_id":"d"}}
{"delete":{"order_id":"d"}}
{"update":{"order_id":"e"},"set":{"dotted.name":"made by an update"}}
END
check 'every kind of line, into a table that is made' -i "$T/in" -- ddbput --create order_id:S "$run"
cat >"$T/want" <<'END'
{"big":{"N":"12345678901234567890123456789012345678"},"l":{"L":[{"N":"1"},{"S":"x"},{"NULL":true},{"BOOL":true},{"M":{"m":{"M":{}}}}]},"n":{"N":"1.5"},"order_id":{"S":"a"},"s":{"S":"é\""}}
{"bin":{"B":"AAE="},"order_id":{"S":"b"},"set":{"NS":["1","2.5"]}}
{"dotted.name":{"S":"made by an update"},"order_id":{"S":"e"}}
{"order_id":{"S":"c"},"status":{"S":"PAID"},"total":{"N":"92.01"}}
END
items "$run" >"$T/got"
check 'the table holds what was said' -O "$T/want" -- jq -cS '.set.NS |= (if . then sort else empty end)' "$T/got"
table() { cli dynamodb describe-table --table-name "$run" | jq -r '.Table | "\(.StreamSpecification.StreamViewType) \(.BillingModeSummary.BillingMode)"'; }
if has_streams; then stream=NEW_AND_OLD_IMAGES; else stream=null; fi # dynalite keeps nothing of it
check 'its stream has both images, it is billed on demand' -o "$stream PAY_PER_REQUEST" -- table
check 'making it again leaves it alone' -- ddbput --create order_id:S "$run"
check 'another key is an error' -s 2 -e "ddbput: $run: the table is there with the key order_id:S, not as --create wants it" -- \
    ddbput --create order_id:S,n:N "$run"
check 'an unknown table' -s 1 -e "ddbput: $run-no: no such table in us-east-1; --create KEY:TYPE makes it" -- ddbput "$run-no"
check 'what exists is left alone' -i "$T/in" -e 'ddbput: 1 item existed already, left alone' -- \
    sh -c 'printf "%s\n" "{\"order_id\":\"a\",\"n\":2}" "{\"order_id\":\"new\"}" | ddbput --if-not-exists "$1"' - "$run"
get() { cli dynamodb get-item --table-name "$1" --key "$2" | jq -cS .Item; }
check 'it still is what it was' -m '"n":{"N":"1.5"}' -- get "$run" '{"order_id":{"S":"a"}}'
check 'the other is there' -o '{"order_id":{"S":"new"}}' -- get "$run" '{"order_id":{"S":"new"}}'

# A partition key and a sort key, a number and binary, from CSV.
printf 'customer,at,zip,total\nAAE=,1,00042,1.10\nAAE=,2.0,4711,\nAAE=,2,4712,\n' >"$T/in"
check 'CSV, two keys' -i "$T/in" -- ddbput --create customer:B,at:N --types zip:S "$run-2"
check 'as typed' -o '{"at":{"N":"1"},"customer":{"B":"AAE="},"total":{"N":"1.1"},"zip":{"S":"00042"}}
{"at":{"N":"2"},"customer":{"B":"AAE="},"zip":{"S":"4712"}}' -- items "$run-2"

# Errors that only the service finds are found in their batch; the other items are written.
{
    seq 1 40 | sed 's/.*/{"order_id":"r-&"}/'
    echo '{"Item":{"order_id":{"S":"bad"},"set":{"SS":["a","a"]}}}'
    seq 41 60 | sed 's/.*/{"order_id":"r-&"}/'
} >"$T/in"
check 'an item that the service refuses' -s 1 -i "$T/in" -E '^ddbput: line 41: BatchWriteItem: ValidationException: ' -- \
    ddbput --create order_id:S --rejects "$T/rejects" "$run-3"
check 'it alone is rejected' -o '{"Item":{"order_id":{"S":"bad"},"set":{"SS":["a","a"]}}}' -- cat "$T/rejects"
check 'sixty arrive' -o 60 -- count "$run-3"

# The limits are DynamoDB's: the maximum is accepted. (DynamoDB Local counts one level of nesting
# more than the service's documentation, and this version of it refuses empty strings.)
{
    printf '{"order_id":"size","x":"%0409587d"}\n' 0
    printf '{"order_id":"nest","x":'
    printf '%031d' 0 | tr 0 '['
    printf '%031d' 0 | tr 0 ']'
    echo '}'
    printf '{"order_id":"%02048d"}\n' 0
    echo '{"order_id":"n1","n":[9.9999999999999999999999999999999999999E+125,1E-130,-1e-130,0e999]}'
    echo '{"order_id":"n2","list":[],"map":{}}'
} >"$T/in"
check 'at the limits' -i "$T/in" -- ddbput --create order_id:S "$run-4"
check 'all are taken' -o 5 -- count "$run-4"

# Order: after many changes of few keys each has the value of its last change.
bfgen -n 4000 --seed 3 --mix insert=2,update=90,delete=8 >"$T/in"
check 'many changes of few orders' -i "$T/in" -- ddbput --create order_id:S "$run-5"
cat >"$T/replay.jq" <<'END'
reduce inputs as $l ({};
    if $l.put then .[$l.put.order_id] = $l.put
    elif $l.delete then del(.[$l.delete.order_id])
    else .[$l.update.order_id] |= ((. // $l.update) + $l.set | delpaths([($l.remove // [])[] | [.]])) end)
| .[]
END
cat >"$T/plain.jq" <<'END'
def plain: to_entries[0] | .key as $t | .value |
    if $t == "N" then tonumber elif $t == "L" then map(plain) elif $t == "M" then map_values(plain)
    elif $t == "NULL" then null else . end;
.Items[] | map_values(plain)
END
jq -ncS -f "$T/replay.jq" "$T/in" | sort >"$T/want"
cli dynamodb scan --table-name "$run-5" --consistent-read | jq -cS -f "$T/plain.jq" | sort >"$T/got"
ok 'there is something to compare' test -s "$T/want"
check 'each order is as its last change left it' -O "$T/want" -- cat "$T/got"
plan
