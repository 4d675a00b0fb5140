#!/bin/sh
# Edge cases of bflocal's DynamoDB: unusual tables, unprocessed items of a batch, limits of transactions.
. "$(dirname "$0")/lib.sh"
cd "$T" || exit 1
unset AWS_REGION AWS_DEFAULT_REGION
eval "$(bflocal --daemon)"
trap 'bflocal --stop; rm -rf "$T"' EXIT
url=$AWS_ENDPOINT_URL

# ddb OPERATION BODY: a signed call; @FILE for BODY is a file.
ddb() {
    curl -sS --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" --aws-sigv4 aws:amz:us-east-1:dynamodb \
        -H "X-Amz-Target: DynamoDB_20120810.$1" -H 'Content-Type: application/x-amz-json-1.0' --data-binary "$2" "$url/"
}
fault() {
    curl -sS --data-binary "$1" "$url/_bflocal/fault" >fault.out
}
# create TABLE KEY[|KEY] [MEMBERS]
create() {
    ddb CreateTable "$(python3 -c 'import json, sys
table, keys, more = sys.argv[1], sys.argv[2].split("|"), json.loads(sys.argv[3])
call = {"TableName": table, "AttributeDefinitions": [{"AttributeName": k, "AttributeType": "S"} for k in keys],
        "KeySchema": [{"AttributeName": k, "KeyType": t} for k, t in zip(keys, ("HASH", "RANGE"))]}
call.update(more or {"BillingMode": "PAY_PER_REQUEST"})
print(json.dumps(call))' "$1" "$2" "${3:-null}")"
}
create quoted 'a"b|c\d' >answer
check 'names of keys are any text' -i answer -o '["a\"b","c\\d","a\"b","c\\d"]' -- jq -c '.TableDescription | [.AttributeDefinitions[].AttributeName, .KeySchema[].AttributeName]'
ddb DescribeTable '{"TableName":"quoted"}' >answer
check 'in descriptions as well' -i answer -o '["a\"b","c\\d","a\"b","c\\d"]' -- jq -c '.Table | [.AttributeDefinitions[].AttributeName, .KeySchema[].AttributeName]'
check 'one definition twice' -m 'ValidationException","message":"One or more parameter values were invalid: Duplicate AttributeName in AttributeDefinitions: a"' -- \
    create twice 'a|a'
check 'one name for both keys' -m 'ValidationException","message":"Invalid KeySchema: Some index key attribute have no definition' -- ddb CreateTable \
    '{"TableName":"twice","AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"}],"KeySchema":[{"AttributeName":"a","KeyType":"HASH"},{"AttributeName":"a","KeyType":"RANGE"}],"BillingMode":"PAY_PER_REQUEST"}'
check 'a billing mode that is none' -m "Value 'FREE' at 'billingMode' failed .* enum value set: \[PROVISIONED, PAY_PER_REQUEST\]" -- \
    create free a '{"BillingMode":"FREE"}'
for member in '"SSESpecification":{"Enabled":true}' '"TableClass":"STANDARD_INFREQUENT_ACCESS"'; do
    check "a table with what is not kept is refused: $member" -m 'ValidationException","message":"bflocal has no ' -- \
        create kept id "{\"BillingMode\":\"PAY_PER_REQUEST\",$member}"
done
check 'the default table class is said by many' -m '"TableStatus"' -- create class id '{"BillingMode":"PAY_PER_REQUEST","TableClass":"STANDARD"}'
create orders id >answer
for call in 'DescribeTable {"TableName":"none"}' 'DescribeKinesisStreamingDestination {"TableName":"none"}'; do
    check "a table that is not there, by name: ${call%% *}" -m '#ResourceNotFoundException","message":"Requested resource not found: Table: none not found"' -- \
        ddb "${call%% *}" "${call#* }"
done
check 'an item of it' -m '#ResourceNotFoundException","message":"Requested resource not found"' -- ddb GetItem '{"TableName":"none","Key":{"id":{"S":"1"}}}'
check 'an update that says nothing' -m 'ValidationException","message":"At least one of ProvisionedThroughput' -- ddb UpdateTable '{"TableName":"orders"}'
check 'an update of what is not there is refused by name' -m 'bflocal has no TableClass' -- \
    ddb UpdateTable '{"TableName":"orders","TableClass":"STANDARD"}'
units='"ProvisionedThroughput":{"ReadCapacityUnits":2,"WriteCapacityUnits":1}'
check 'another mode' -m '"ReadCapacityUnits":2,"WriteCapacityUnits":1' -- ddb UpdateTable "{\"TableName\":\"orders\",\"BillingMode\":\"PROVISIONED\",$units}"
check 'throughput that stays as it is' -m 'ValidationException","message":"The provisioned throughput for the table will not change' -- \
    ddb UpdateTable "{\"TableName\":\"orders\",$units}"

for i in 1 2 3; do ddb PutItem "{\"TableName\":\"orders\",\"Item\":{\"id\":{\"S\":\"$i\"},\"a\":{\"S\":\"a$i\"},\"b\":{\"S\":\"b\"}}}"; done >answer
get='{"RequestItems":{"orders":{"Keys":[{"id":{"S":"1"}},{"id":{"S":"2"}},{"id":{"S":"3"}}],"ProjectionExpression":"#x","ExpressionAttributeNames":{"#x":"a"},"ConsistentRead":true}},"ReturnConsumedCapacity":"TOTAL"}'
fault partial:part=100%
ddb BatchGetItem "$get" >answer
check 'a batch never is left over as a whole' -i answer -o '1 2' -- jq -r '"\(.Responses.orders | length) \(.UnprocessedKeys.orders.Keys | length)"'
check 'and only what was read counts' -i answer -o '[{"TableName":"orders","CapacityUnits":1}]' -- jq -c '.ConsumedCapacity | map(.CapacityUnits |= floor)'
cp answer first
jq -c '{RequestItems: .UnprocessedKeys}' first >again
fault ''
ddb BatchGetItem @again >second
check 'what is left over is a request again, its projection with it' -o 'a1 a2 a3 3' -- sh -c \
    "jq -rs 'map(.Responses.orders[]) | \"\(map(.a.S) | sort | join(\" \")) \(map(keys) | add | length)\"' first second"
arn=$(ddb DescribeTable '{"TableName":"orders"}' | jq -r .Table.TableArn)
check 'a table by its ARN in a batch' -m '"Responses":\{"arn:aws:.*table/orders":\[\{"a":' -- \
    ddb BatchGetItem "$(echo "$get" | sed "s|\"orders\"|\"$arn\"|")"

# An error in one key or table makes the whole answer: one document, with nothing before or after it.
for keys in '[{"id":{"N":"1"}}]' '[{"id":{"S":"1"}},{"id":{"S":"1"}}]' '[{"id":{"S":"1"}},{"no":{"S":"1"}}]' '[]' '[{"id":{"S":"1"},"x":{"S":"1"}}]'; do
    ddb BatchGetItem "{\"RequestItems\":{\"quoted\":{\"Keys\":[{\"a\\\"b\":{\"S\":\"1\"},\"c\\\\d\":{\"S\":\"1\"}}]},\"orders\":{\"Keys\":$keys}},\"ReturnConsumedCapacity\":\"TOTAL\"}" >answer
    check "a batch with keys $keys" -i answer -o 'com.amazon.coral.validate#ValidationException string' -- jq -r '"\(.__type) \(.message | type)"'
done
for name in '' ab 'a b' "$(printf '%0256d' 0)"; do
    for call in 'GetItem|"Key":{"id":{"S":"1"}}' 'PutItem|"Item":{"id":{"S":"1"}}' 'Scan|"Limit":1' 'DescribeTable|"x":1' 'DeleteTable|"x":1'; do
        check "no table can have the name '${name%000*}': ${call%%|*}" -m "ValidationException.*at 'tableName' failed to satisfy constraint: Member must" -- \
            ddb "${call%%|*}" "{\"TableName\":\"$name\",${call#*|}}"
    done
    check 'nor in a batch of reads' -m "ValidationException.*at 'tableName' failed" -- ddb BatchGetItem "{\"RequestItems\":{\"$name\":{\"Keys\":[{\"id\":{\"S\":\"1\"}}]}}}"
    check 'nor of writes' -m "ValidationException.*at 'tableName' failed" -- \
        ddb BatchWriteItem "{\"RequestItems\":{\"$name\":[{\"DeleteRequest\":{\"Key\":{\"id\":{\"S\":\"1\"}}}}]}}"
done
check 'one that it can have is looked for' -m 'ResourceNotFoundException' -- ddb GetItem '{"TableName":"a.b","Key":{"id":{"S":"1"}}}'

ddb PutItem '{"TableName":"orders","Item":{"id":{"S":"nested"},"l":{"L":[{"S":"x"},{"L":[{"S":"p"},{"S":"q"}]}]}}}' >answer
check 'elements of a list in a list' -m '"Attributes":\{"l":\{"L":\[\{"L":\[\{"S":"q"\}\]\}\]\}\}' -- ddb UpdateItem \
    '{"TableName":"orders","Key":{"id":{"S":"nested"}},"UpdateExpression":"REMOVE l[0], l[1][0]","ReturnValues":"UPDATED_NEW"}'

# updates N BYTES: a transaction of that many updates
updates() {
    python3 -c 'import json, sys
n, size = int(sys.argv[1]), int(sys.argv[2])
print(json.dumps({"TransactItems": [{"Update": {"TableName": "orders", "Key": {"id": {"S": "t%d" % i}}, "UpdateExpression": "SET x = :x",
    "ExpressionAttributeValues": {":x": {"S": "x" * size}}}} for i in range(n)]}))' "$1" "$2" >updates
    ddb TransactWriteItems @updates
}
check 'updates of just 4 MB in one transaction' -m '^\{\}$' -- updates 10 409590
check 'of more' -m 'ValidationException","message":"Transaction size exceeded' -- updates 11 399000
check 'items that are there count with all of their attributes' -m 'Transaction size exceeded' -- \
    ddb TransactWriteItems "$(python3 -c 'import json
print(json.dumps({"TransactItems": [{"Update": {"TableName": "orders", "Key": {"id": {"S": "t%d" % i}}, "UpdateExpression": "SET y = :y",
    "ExpressionAttributeValues": {":y": {"S": "y" * (1 if i < 10 else 100000)}}}} for i in range(11)]}))')"
check 'none of it happened' -m '^\{\}$' -- ddb GetItem '{"TableName":"orders","Key":{"id":{"S":"t10"}}}'
plan
