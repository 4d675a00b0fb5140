#!/bin/sh
# A table copied by the stream of another: kinread -e dynamodb:A | cdcxform -o writes | ddbput B.
. "$(dirname "$0")/lib.sh"
if ! has_streams; then
    echo '1..0 # skipped: this back end has no DynamoDB Streams; bflocal has'
    exit 0
fi
need_tools bfgen ddbput kinread cdcxform

# Every item with its types; the members of sets have no order.
items() {
    cli dynamodb scan --table-name "$1" --consistent-read |
        jq -cS '.Items[] | walk(if type == "object" then (.SS, .NS, .BS) |= (if type == "array" then sort else empty end) else . end)' | sort
}
replay() { kinread -e --from oldest "dynamodb:$1" | cdcxform -o writes | ddbput --create "$2" "$3"; }
same_items() { items "$1" >"$T/a" && items "$2" >"$T/b" && [ -s "$T/a" ] && cmp "$T/a" "$T/b"; }

bfgen -n 3000 --seed 11 --mix insert=40,update=50,delete=10 >"$T/sales"
check 'sales: inserts, updates and deletes' -i "$T/sales" -- ddbput --create order_id:S "$run-a"
check 'are replayed' -- replay "$run-a" order_id:S "$run-b"
ok 'the tables are the same' same_items "$run-a" "$run-b"
ok 'and smaller than what was inserted' test "$(wc -l <"$T/a")" -lt "$(grep -c '^{"put"' "$T/sales")"

# Types that plain JSON does not have, keys of all types, values that resemble others.
{
    for i in 1 2 3 4 5 6 7 8 9; do
        printf '%s\n' '{"put":{"id":{"B":"AAE'$i'"},"at":{"N":"'$i'.5"},"ss":{"SS":["b","a"]},"ns":{"NS":["1","-2.5","12345678901234567890123456789012345678"]},"bs":{"BS":["AAE=","AAI="]},"bin":{"B":"/+8="},"n":{"N":"12345678901234567890123456789012345678"},"tiny":{"N":"1E-130"},"digits":{"S":"5"},"bool":{"BOOL":true},"null":{"NULL":true},"map":{"M":{"SS":{"SS":["x"]},"l":{"L":[{"B":"AA=="},{"S":"é\"\\\n"}]}}},"gone":{"S":"x"},"a b.c":{"S":"name"}}}'
    done
    echo '{"update":{"id":"AAE2","at":2.5},"set":{"n":-98765432109876543210987654321098765432,"digits":5},"remove":["gone","ss"]}'
    echo '{"delete":{"id":{"B":"AAE3"},"at":{"N":"3.5"}}}'
    echo '{"delete":{"id":"AAE4","at":4.50}}'
    echo '{"put":{"id":"AAE4","at":4.5,"again":1}}'
    echo '{"update":{"id":"AAEA","at":0},"set":{"made":"by an update"}}'
    echo '{"delete":{"id":"AAE5","at":5.5}}'
} >"$T/types"
check 'all types' -i "$T/types" -- ddbput --create id:B,at:N "$run-c"
check 'are replayed, too' -- replay "$run-c" id:B,at:N "$run-d"
ok 'the tables are the same, type by type' same_items "$run-c" "$run-d"
check 'eight items are left' -o 8 -- sh -c 'wc -l <"$1" | tr -d " "' - "$T/a"
ok 'with sets, binaries and 38 digits' sh -c 'grep -c "\"BS\":\[\"AAE=\",\"AAI=\"\]" "$1" && grep "12345678901234567890123456789012345678" "$1"' - "$T/b"

# More changes, and the whole stream again: writing existing items again has no effect.
check 'more changes' -- sh -c 'printf "%s\n" "{\"delete\":{\"id\":\"AAE6\",\"at\":6.5}}" "{\"put\":{\"id\":\"AAE3\",\"at\":3.5,\"new\":[]}}" | ddbput "$1"' - "$run-c"
check 'the whole stream again' -- replay "$run-c" id:B,at:N "$run-d"
ok 'the tables are the same again' same_items "$run-c" "$run-d"
plan
