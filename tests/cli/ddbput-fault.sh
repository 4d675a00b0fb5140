#!/bin/sh
# ddbput with a service that throttles, fails partially, disconnects, refuses or hangs.
. "$(dirname "$0")/lib.sh"
. "$root/tests/fault/lib.sh"
fault_start </dev/null

seq 1 100 | sed 's/.*/{"order_id":"o-&","n":&}/' >"$T/100"
seq 1 100 | sed 's/.*/put o-&/' | sort >"$T/100.want"
arrived() {
    jq -r 'to_entries[0] | "\(.key) \(.value.order_id.S)"' "$FAULT_DIR/accepted" | sort
}
# all NAME: the hundred are there, each once.
all() {
    check "$1" -O "$T/100.want" -- arrived
}

# The requests themselves.
check 'a hundred items' -i "$T/100" -- ddbput sales
all 'each arrives once'
check 'in four full batches' -o 4 -- fault_count BatchWriteItem
ok 'signed for DynamoDB' grep -q '"authorization": *"AWS4-HMAC-SHA256 Credential=test/[0-9]*/us-east-1/dynamodb/' "$FAULT_DIR/log"

fault_rules </dev/null
cat >"$T/in" <<'END'
{"put":{"order_id":"a","n":1.50,"s":"\u00e9\"","l":[1,"x",null,true,{"m":{}}]}}
{"Item":{"order_id":{"S":"b"},"set":{"NS":["1","2.0"]},"bin":{"B":"AAE="}}}
{"update":{"order_id":"c"},"set":{"status":"PAID","n":0.10},"remove":["cart id","x.y"]}
{"remove":["z"],"update":{"order_id":"d"}}
{"delete":{"order_id":"e"}}
{"put":7,"order_id":"f"}
END
check 'every kind of line' -i "$T/in" -- ddbput sales
sort "$FAULT_DIR/accepted" >"$T/got"
cat >"$T/want" <<'END'
{"delete":{"order_id":{"S":"e"}}}
{"put":{"order_id":{"S":"a"},"n":{"N":"1.50"},"s":{"S":"é\""},"l":{"L":[{"N":"1"},{"S":"x"},{"NULL":true},{"BOOL":true},{"M":{"m":{"M":{}}}}]}}}
{"put":{"order_id":{"S":"b"},"set":{"NS":["1","2.0"]},"bin":{"B":"AAE="}}}
{"put":{"put":{"N":"7"},"order_id":{"S":"f"}}}
{"update":{"order_id":{"S":"c"}}}
{"update":{"order_id":{"S":"d"}}}
END
check 'as attribute values' -O "$T/want" -- cat "$T/got"
update_body() {
    jq -c 'select(.op == "UpdateItem") | .body | fromjson' "$FAULT_DIR/log" | sort
}
check 'updates with names and values' -o '{"TableName":"sales","Key":{"order_id":{"S":"c"}},"UpdateExpression":"SET #n0=:v0,#n1=:v1 REMOVE #n2,#n3","ExpressionAttributeNames":{"#n0":"status","#n1":"n","#n2":"cart id","#n3":"x.y"},"ExpressionAttributeValues":{":v0":{"S":"PAID"},":v1":{"N":"0.10"}}}
{"TableName":"sales","Key":{"order_id":{"S":"d"}},"UpdateExpression":"REMOVE #n0","ExpressionAttributeNames":{"#n0":"z"}}' -- update_body

# Partial failures, throttling, broken connections: in the end all items are written, without a message. The answers come when all four
# batches are out, and all lines are read.
fault_rules <<'END'
BatchWriteItem 3x gather 4 partial 7
BatchWriteItem 1x gather 4 partial 25
END
check 'UnprocessedItems for part of a batch' -i "$T/100" -- ddbput sales
all 'unprocessed items are sent again'
resent() {
    test "$(jq -r 'select(.op == "BatchWriteItem") | .body | fromjson | .RequestItems.sales | length' "$FAULT_DIR/log" | sort -n | paste -sd ,)" = "$1"
}
ok 'and only they' resent 7,7,7,25,25,25,25,25
fault_rules <<'END'
BatchWriteItem 6x throttle
END
check 'throttled for a while' -i "$T/100" -- ddbput --window 1 --max-attempts 2 sales
all 'throttled items arrive'
for fault in 'cut 10' 'close' 'reset' 'error 500 InternalServerError' 'plain 503 busy' 'ok {"UnprocessedItems":{"sales":[{"PutRequest":{"Item":{"order_id":{"S":"nobody"}}}}]}}' 'ok nonsense' 'ok {}'; do
    fault_rules <<END
BatchWriteItem 6x $fault
UpdateItem 1x $fault
END
    check "$fault" -i "$T/100" -- ddbput --window 2 --max-attempts 2 sales
    arrived_at_all() { [ "$(arrived | uniq | wc -l)" = 100 ]; }
    ok "$fault: all arrive" arrived_at_all
done

# Out of time.
fault_rules <<'END'
BatchWriteItem 4x gather 4 throttle
BatchWriteItem throttle
END
check 'throttled for ever' -s 75 -i "$T/100" \
    -E '^ddbput: BatchWriteItem: ProvisionedThroughputExceededException: ' -- \
    ddbput --max-attempts 1 --retry-for 300ms --rejects "$T/rejects" sales
ok 'lines are counted' grep -q "^ddbput: 100 lines rejected ($T/rejects)$" "$T/err"
sort -o "$T/rejects" "$T/rejects"
sort "$T/100" >"$T/100.sorted"
check 'all lines are in the rejects' -O "$T/100.sorted" -- cat "$T/rejects"
fault_rules <<'END'
BatchWriteItem 4x gather 4 partial 1
BatchWriteItem partial 1
END
check 'a few never get through' -s 75 -i "$T/100" -E 'BatchWriteItem: still unprocessed by the service' -- \
    ddbput --retry-for 300ms --rejects "$T/rejects" sales
sum_up() { { arrived | sed 's/put //'; jq -r .order_id "$T/rejects"; } | sort; }
sed 's/put //' "$T/100.want" >"$T/ids"
check 'each line is in the table or in the rejects' -O "$T/ids" -- sum_up

# Refused: the bad one is found by halving (25, 13, 7, 4, 2, 1), the others arrive.
fault_rules <<'END'
BatchWriteItem 6x error 400 ValidationException One of them is bad
END
check 'a refused batch is split' -s 1 -i "$T/100" -E '^ddbput: line 1: BatchWriteItem: ValidationException: One of them is bad \(HTTP 400' -- \
    ddbput --window 1 --rejects "$T/rejects" sales
check 'only the bad item is rejected' -o '{"order_id":"o-1","n":1}' -- cat "$T/rejects"
check 'ninety-nine arrive' -o 99 -- sh -c "wc -l <'$FAULT_DIR/accepted'"
fault_rules <<'END'
UpdateItem 1x error 400 ValidationException An operand is bad
END
printf '{"update":{"order_id":"a"},"set":{"x":1}}\n{"update":{"order_id":"b"},"set":{"x":2}}\n' >"$T/in"
check 'a refused update' -s 1 -i "$T/in" -E '^ddbput: line 1: UpdateItem: ValidationException: An operand is bad' -- \
    ddbput --window 1 sales
check 'the other arrives' -o '{"update":{"order_id":{"S":"b"}}}' -- cat "$FAULT_DIR/accepted"

# Errors that end the run.
fault_rules <<'END'
DescribeTable error 400 ResourceNotFoundException Requested resource not found: Table: nosuch not found
END
check 'an unknown table' -s 1 -i "$T/100" \
    -e 'ddbput: nosuch: no such table in us-east-1; --create KEY:TYPE creates it' -- ddbput nosuch
fault_rules <<'END'
DescribeTable error 400 UnrecognizedClientException The security token included in the request is invalid.
END
check 'wrong credentials' -s 1 -i "$T/100" \
    -E '^ddbput: sales: DescribeTable: UnrecognizedClientException: The security token included in the request is invalid\. \(HTTP 400' -- ddbput sales
fault_rules <<'END'
BatchWriteItem 2x fake
BatchWriteItem error 400 ExpiredTokenException The security token included in the request is expired
END
check 'credentials that expire' -s 1 -i "$T/100" -E '^ddbput: BatchWriteItem: ExpiredTokenException' -- \
    ddbput --window 1 --rejects "$T/rejects" sales
# unread FILE: the lines after the one at which the last run reports that it stopped
unread() {
    stopped=$(sed -n 's/.*: reading stopped after line \([0-9]*\);.*/\1/p' "$T/err")
    [ -z "$stopped" ] || tail -n "+$((stopped + 1))" "$1"
}
unread "$T/100" >"$T/behind"
cat "$T/behind" >>"$T/rejects"
check 'unwritten items are in the rejects, or after the line at which it stopped' -O "$T/ids" -- sum_up
fault_rules <<'END'
BatchWriteItem 2x fake
BatchWriteItem error 400 ExpiredTokenException no
END
bfgen -n 5000 --mix insert=1 -o items >"$T/5000"
check 'a long input is not read to its end then' -s 1 -i "$T/5000" \
    -E '^ddbput: reading stopped after line [0-9]+; the lines after it have to be fed in again as well$' -- \
    ddbput --window 1 --rejects "$T/rejects" sales
unread "$T/5000" >"$T/behind"
ok 'much is left' test -s "$T/behind"
cat "$T/behind" >>"$T/rejects"
jq -r .order_id "$T/5000" | sort >"$T/ids5000"
check 'every line is somewhere, once' -O "$T/ids5000" -- sum_up
fault_rules <<'END'
BatchWriteItem 1x fake
BatchWriteItem error 400 ResourceNotFoundException Requested resource not found
END
check 'a table that goes away' -s 1 -i "$T/100" -E '^ddbput: BatchWriteItem: ResourceNotFoundException' -- \
    ddbput --window 1 sales

# --rate: 100 units at 100 a second cannot be done in half a second; full batches go out only where there
# are units for them, and the first has one.
fault_rules </dev/null
now() { python3 -c 'import time; print(int(time.monotonic() * 1000))'; }
begin=$(now)
check 'write units are paced' -i "$T/100" -- ddbput --rate 100/s sales
paced() { [ $(($(now) - begin)) -ge 500 ] && [ "$(fault_count BatchWriteItem)" -gt 4 ]; }
ok 'no faster than the input' paced
all 'and all arrive'
fault_rules </dev/null
printf '{"order_id":"a","x":"%010240d"}\n' 0 >"$T/in"
check 'an item above the rate goes alone' -i "$T/in" -- ddbput --rate 5/s sales

# --if-not-exists
fault_rules <<'END'
PutItem 2x error 400 ConditionalCheckFailedException The conditional request failed
END
printf '{"order_id":"a"}\n{"put":{"order_id":"b"}}\n{"Item":{"order_id":{"S":"c"}}}\n' >"$T/in"
check 'what exists is left alone' -i "$T/in" -e 'ddbput: 2 existing items left unchanged' -- \
    ddbput --window 1 --if-not-exists sales
check 'the others are put' -o '{"put":{"order_id":{"S":"c"}}}' -- cat "$FAULT_DIR/accepted"
condition() { jq -r 'select(.op == "PutItem") | .body | fromjson | .ConditionExpression + " " + .ExpressionAttributeNames["#k"]' "$FAULT_DIR/log" | uniq; }
check 'by a condition on the key' -o 'attribute_not_exists(#k) order_id' -- condition

# Order: a key is never twice in a batch, never twice in the air.
fault_rules <<'END'
BatchWriteItem 10x partial 2
BatchWriteItem after 5 fake
END
seq 1 300 | awk '{ printf "{\"order_id\":\"k-%d\",\"n\":%d}\n", $1 % 7, $1 }' >"$T/in"
check 'many puts on few keys' -i "$T/in" -- ddbput sales
in_order() {
    jq -r '"\(.put.order_id.S) \(.put.n.N)"' "$FAULT_DIR/accepted" >"$T/order"
    [ "$(wc -l <"$T/order")" = 300 ] && sort -s -k1,1 "$T/order" | awk '$1 == k && $2 <= n { exit 1 } { k = $1; n = $2 }'
}
ok 'each key in its order' in_order
fault_rules </dev/null
printf '{"order_id":"\\u0061","n":1}\n{"order_id":"a","n":2}\n{"delete":{"order_id":"a"}}\n{"update":{"order_id":"a"},"set":{"n":3}}\n' >"$T/in"
check 'the same key in another spelling' -i "$T/in" -- ddbput sales
check 'one after the other' -o '{"put":{"order_id":{"S":"a"},"n":{"N":"1"}}}
{"put":{"order_id":{"S":"a"},"n":{"N":"2"}}}
{"delete":{"order_id":{"S":"a"}}}
{"update":{"order_id":{"S":"a"}}}' -- cat "$FAULT_DIR/accepted"

# --create and --stream-to
fault_rules <<'END'
DescribeTable 1x error 400 ResourceNotFoundException not there
DescribeTable 1x ok {"Table":{"TableStatus":"CREATING","KeySchema":[{"AttributeName":"order_id","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"order_id","AttributeType":"S"}]}}
END
check 'a table is made and waited for' -i "$T/100" -- ddbput --create order_id:S sales
create_body() { jq -r 'select(.op == "CreateTable") | .body' "$FAULT_DIR/log"; }
check 'on demand, with its stream' -o '{"TableName":"sales","BillingMode":"PAY_PER_REQUEST","StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_AND_OLD_IMAGES"},"AttributeDefinitions":[{"AttributeName":"order_id","AttributeType":"S"}],"KeySchema":[{"AttributeName":"order_id","KeyType":"HASH"}]}' -- create_body
all 'and written to'
fault_rules </dev/null
check 'a table with another key' -s 2 -i "$T/100" \
    -e 'ddbput: sales: the table exists with the key order_id:S, other than in --create' -- ddbput --create id:N sales
fault_rules <<'END'
DescribeTable ok {"Table":{"TableStatus":"CREATING","KeySchema":[{"AttributeName":"order_id","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"order_id","AttributeType":"S"}]}}
END
check 'a table that never gets ready' -s 75 -i "$T/100" -e 'ddbput: sales: still CREATING' -- ddbput --wait 200ms sales
stream=arn:aws:kinesis:us-east-1:000000000000:stream/orders
fault_rules <<END
DescribeKinesisStreamingDestination 1x ok {"KinesisDataStreamDestinations":[]}
DescribeKinesisStreamingDestination 1x ok {"KinesisDataStreamDestinations":[{"StreamArn":"$stream","DestinationStatus":"ENABLING"}]}
DescribeKinesisStreamingDestination ok {"KinesisDataStreamDestinations":[{"StreamArn":"$stream","DestinationStatus":"ACTIVE"}]}
EnableKinesisStreamingDestination ok {"DestinationStatus":"ENABLING"}
END
check 'changes go to a stream' -i "$T/100" -- ddbput --stream-to orders sales
enable_body() { jq -r 'select(.op == "EnableKinesisStreamingDestination") | .body' "$FAULT_DIR/log"; }
check 'enabled once, by its ARN' -o "{\"TableName\":\"sales\",\"StreamArn\":\"$stream\"}" -- enable_body
fault_rules <<END
DescribeKinesisStreamingDestination ok {"KinesisDataStreamDestinations":[{"StreamArn":"$stream","DestinationStatus":"ENABLE_FAILED"}]}
EnableKinesisStreamingDestination ok {"DestinationStatus":"ENABLING"}
END
check 'a stream that cannot be had' -s 1 -e "ddbput: sales: --stream-to $stream: the streaming destination is ENABLE_FAILED" -- \
    ddbput --stream-to "$stream" sales

# A signal: items already read are written. The writer of the pipe stays alive.
fault_rules <<'END'
BatchWriteItem after 300 fake
END
mkfifo "$T/fifo"
ddbput -q --grace 2m sales <"$T/fifo" >"$T/said" 2>&1 &
pid=$!
exec 9>"$T/fifo"
cat "$T/100" >&9
soon fault_got BatchWriteItem 4 # all lines are taken in
kill -TERM $pid
wait $pid
ended=$?
exec 9>&-
check 'SIGTERM ends it with 1' -o 1 -- echo $ended
check 'SIGTERM is told with the line' -o 'ddbput: interrupted after line 100' -- cat "$T/said"
all 'what was read is written'

fault_rules <<'END'
BatchWriteItem hang
END
ddbput --grace 2m sales <"$T/100" >"$T/said" 2>&1 &
pid=$!
soon fault_got BatchWriteItem
check 'a second SIGTERM ends it at once' -s 143 -- kill_twice $pid
plan
