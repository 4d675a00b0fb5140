#!/bin/sh
# bflocal's Query, Scan and transactions. tests/services/differ.sh compares the errors with those of another DynamoDB.
. "$(dirname "$0")/lib.sh"
cd "$T" || exit 1

cat >lib <<'END'
# db OPERATION JSON: the answer; an error's name and message.
db() {
    curl -sS --aws-sigv4 "aws:amz:$AWS_REGION:dynamodb" --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \
        -H 'Content-Type: application/x-amz-json-1.0' -H "X-Amz-Target: DynamoDB_20120810.$1" --data-binary "$2" "$AWS_ENDPOINT_URL" |
        jq -c 'if .__type then "\(.__type | sub(".*#"; "")): \(.message)" else . end'
}
ns() { jq -c '[.Items[].n.N | tonumber]'; }
# ask CONDITION VALUES [MEMBERS]
ask() { db Query "{\"TableName\":\"tab\",\"KeyConditionExpression\":\"$1\",\"ExpressionAttributeValues\":$2${3:+,$3}}"; }
A='{":a":{"S":"a"}}'
END
cat >fill <<'END'
. ./lib
db CreateTable '{"TableName":"tab","BillingMode":"PAY_PER_REQUEST",
    "AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"},{"AttributeName":"n","AttributeType":"N"}],
    "KeySchema":[{"AttributeName":"id","KeyType":"HASH"},{"AttributeName":"n","KeyType":"RANGE"}]}' >made
requests=
for key in a,-10 a,-9.5 a,-1 a,0 a,0.1 a,9 a,10 a,11 a,100 b,1 b,2 b,3; do
    requests="$requests,{\"PutRequest\":{\"Item\":{\"id\":{\"S\":\"${key%,*}\"},\"n\":{\"N\":\"${key#*,}\"},\"m\":{\"M\":{\"x\":{\"N\":\"${key#*,}\"}}}}}}"
done
db BatchWriteItem "{\"RequestItems\":{\"tab\":[${requests#,}]}}" >made
END

cat >order.sh <<'END'
. ./fill
ask 'id = :a' '{":a":{"S":"a"}}' | ns
ask 'id = :a AND n < :n' '{":a":{"S":"a"},":n":{"N":"0"}}' | ns
ask 'id = :a AND n <= :n' '{":a":{"S":"a"},":n":{"N":"0"}}' | ns
ask 'id = :a AND n > :n' '{":a":{"S":"a"},":n":{"N":"9"}}' | ns
ask 'n >= :n AND id = :a' '{":a":{"S":"a"},":n":{"N":"9"}}' | ns
ask 'id = :a AND n = :n' '{":a":{"S":"a"},":n":{"N":"1e1"}}' | ns
ask 'id = :a AND n BETWEEN :n AND :m' '{":a":{"S":"a"},":n":{"N":"-9.5"},":m":{"N":"0.1"}}' | ns
ask 'id = :a' '{":a":{"S":"nobody"}}' | jq -c '[.Count, .Items]'
ask 'id = :a' '{":a":{"S":"b"}}' '"ScanIndexForward":false' | ns
END
check 'every condition on a sort key, numbers in their order' -o '[-10,-9.5,-1,0,0.1,9,10,11,100]
[-10,-9.5,-1]
[-10,-9.5,-1,0]
[10,11,100]
[9,10,11,100]
[10]
[-9.5,-1,0,0.1]
[0,[]]
[3,2,1]' -- bflocal -q sh order.sh

cat >pages.sh <<'END'
. ./fill
# follow OPERATION MEMBERS: all pages, one line each
follow() {
    start=
    while :; do
        db "$1" "{\"TableName\":\"tab\",$2${start:+,\"ExclusiveStartKey\":$start}}" >page
        ns <page
        start=$(jq -c '.LastEvaluatedKey // empty' page)
        [ -n "$start" ] || break
    done
}
query='"KeyConditionExpression":"id = :a","ExpressionAttributeValues":{":a":{"S":"a"}}'
follow Query "$query,\"Limit\":4"
follow Query "$query,\"Limit\":4,\"ScanIndexForward\":false"
follow Scan '"Limit":5'
db Query "{\"TableName\":\"tab\",$query,\"ExclusiveStartKey\":{\"id\":{\"S\":\"b\"},\"n\":{\"N\":\"1\"}}}"
db Scan '{"TableName":"tab","ExclusiveStartKey":{"id":{"S":"b"}}}'
END
check 'pages in both directions' -o '[-10,-9.5,-1,0]
[0.1,9,10,11]
[100]
[100,11,10,9]
[0.1,0,-1,-9.5]
[-10]
[-10,-9.5,-1,0,0.1]
[9,10,11,100,1]
[2,3]
"ValidationException: The provided starting key is outside query boundaries based on provided conditions"
"ValidationException: The provided starting key is invalid: The provided key element does not match the schema"' -- bflocal -q sh pages.sh

cat >filter.sh <<'END'
. ./fill
ask 'id = :a' '{":a":{"S":"a"},":x":{"N":"10"}}' '"FilterExpression":"m.x > :x","ProjectionExpression":"n,m.x"' | jq -cS .
ask 'id = :a' "$A" '"Select":"COUNT"'
ask 'id = :a' "$A" '"Select":"COUNT","ReturnConsumedCapacity":"TOTAL","ConsistentRead":true' | jq -c '.ConsumedCapacity | .CapacityUnits |= floor'
db Scan '{"TableName":"tab","FilterExpression":"id = :b","ExpressionAttributeValues":{":b":{"S":"b"}}}' | jq -c '[.Count, .ScannedCount]'
for s in 0 1 2; do db Scan "{\"TableName\":\"tab\",\"Segment\":$s,\"TotalSegments\":3}" | jq -c '.Items[]'; done | sort | uniq -c | awk '{ print $1 }' | sort | uniq -c | xargs
ask 'id = :a' "$A" '"AttributesToGet":["n"]'
ask 'id = :a' "$A" '"IndexName":"byday"'
ask 'id = :a' "$A" '"FilterExpression":"n = :a"'
END
check 'filters, projections, counts, segments; refused requests' -o '{"Count":2,"Items":[{"m":{"M":{"x":{"N":"11"}}},"n":{"N":"11"}},{"m":{"M":{"x":{"N":"100"}}},"n":{"N":"100"}}],"ScannedCount":9}
{"Count":9,"ScannedCount":9}
{"TableName":"tab","CapacityUnits":1}
[3,12]
12 1
"ValidationException: Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {AttributesToGet} Expression parameters: {KeyConditionExpression}"
"ValidationException: The table does not have the specified index: byday"
"ValidationException: Filter Expression can only contain non-primary key attributes: Primary key attribute: n"' -- bflocal -q sh filter.sh

cat >mega.sh <<'END'
. ./lib
db CreateTable '{"TableName":"tab","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],
    "KeySchema":[{"AttributeName":"id","KeyType":"HASH"}]}' >made
for i in 1 2 3 4; do
    printf '{"TableName":"tab","Item":{"id":{"S":"%s"},"v":{"S":"%0350000d"}}}' $i 0 >item
    db PutItem @item >made
done
db Scan '{"TableName":"tab"}' >page
jq -c '[.Count, .LastEvaluatedKey]' page
db Scan "{\"TableName\":\"tab\",\"ExclusiveStartKey\":$(jq -c .LastEvaluatedKey page)}" | jq -c '[.Count, .LastEvaluatedKey]'
END
check 'a page ends at 1 MB' -o '[3,{"id":{"S":"3"}}]
[1,null]' -- bflocal -q sh mega.sh

cat >transact.sh <<'END'
. ./fill
t() { db TransactWriteItems "{\"TransactItems\":$1${2:+,$2}}"; }
put='{"Put":{"TableName":"tab","Item":{"id":{"S":"t"},"n":{"N":"1"}}}}'
bad='{"ConditionCheck":{"TableName":"tab","Key":{"id":{"S":"a"},"n":{"N":"0"}},"ConditionExpression":"attribute_not_exists(id)"}}'
t "[$put,$bad]"
ask 'id = :a' '{":a":{"S":"t"}}' | jq .Count
t "[$put,$put]"
t "[$put,{\"Update\":{\"TableName\":\"tab\",\"Key\":{\"id\":{\"S\":\"a\"},\"n\":{\"N\":\"0\"}},\"UpdateExpression\":\"SET m.x = :v\",\"ExpressionAttributeValues\":{\":v\":{\"N\":\"7\"}}}},
    {\"Delete\":{\"TableName\":\"tab\",\"Key\":{\"id\":{\"S\":\"b\"},\"n\":{\"N\":\"1\"}}}}]"
db TransactGetItems '{"TransactItems":[{"Get":{"TableName":"tab","Key":{"id":{"S":"t"},"n":{"N":"1"}}}},{"Get":{"TableName":"tab","Key":{"id":{"S":"b"},"n":{"N":"1"}}}},
    {"Get":{"TableName":"tab","Key":{"id":{"S":"a"},"n":{"N":"0"}},"ProjectionExpression":"m"}}]}'
add='{"Update":{"TableName":"tab","Key":{"id":{"S":"c"},"n":{"N":"0"}},"UpdateExpression":"ADD cnt :one","ExpressionAttributeValues":{":one":{"N":"1"}}}}'
t "[$add]" '"ClientRequestToken":"same"'
t "[$add]" '"ClientRequestToken":"same"'
t "[$add]" '"ClientRequestToken":"other"'
t "[$put]" '"ClientRequestToken":"same"'
ask 'id = :a' '{":a":{"S":"c"}}' | jq -r '.Items[].cnt.N'
actions=
for i in $(seq 101); do actions="$actions,{\"Delete\":{\"TableName\":\"tab\",\"Key\":{\"id\":{\"S\":\"d\"},\"n\":{\"N\":\"$i\"}}}}"; done
t "[${actions#,}]"
t "[${actions#*"}}}},"}]"
END
check 'transactions: all or nothing, once for a token' -o '"TransactionCanceledException: Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed]"
0
"ValidationException: Transaction request cannot include multiple operations on one item"
{}
{"Responses":[{"Item":{"id":{"S":"t"},"n":{"N":"1"}}},{},{"Item":{"m":{"M":{"x":{"N":"7"}}}}}]}
{}
{}
{}
"IdempotentParameterMismatchException: The request uses the same client token as a previous, but non-identical request. Do not reuse a client token with different requests, unless the requests are identical"
2
"ValidationException: 1 validation error detected: Value '"'[...]' at 'transactItems'"' failed to satisfy constraint: Member must have length less than or equal to 100"
{}' -- bflocal -q sh transact.sh
cat >large.sh <<'END'
. ./fill
# eleven items of that many bytes each, and a little
large() {
    jq -nc --argjson n "$1" '{TransactItems:[range(11)|{Put:{TableName:"tab",Item:{id:{S:"large"},n:{N:tostring},v:{S:("x"*$n)}}}}]}' >body
    db TransactWriteItems @body
    ask 'id = :a' '{":a":{"S":"large"}}' '"Select":"COUNT","Limit":20' | jq .Count
}
large 382000
large 1000
large 381000
END
check 'a transaction has 4 MB at most' -o '"ValidationException: Transaction size exceeded: the items of a transaction have at most 4 MB"
0
{}
11
{}
3' -- bflocal -q sh large.sh
plan
