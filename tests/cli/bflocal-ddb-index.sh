#!/bin/sh
# bflocal's secondary indexes: they are updated, created and deleted with their table. tests/services/bflocal_index.py tests
# their answers.
. "$(dirname "$0")/lib.sh"
cd "$T" || exit 1
unset AWS_REGION AWS_DEFAULT_REGION
start() {
    rm -f env
    bflocal --port 0 --data store --credentials K:S >./env &
    pid=$!
    soon grep '^unset' env
    . ./env
}
ddb() { # OPERATION BODY
    curl -sS --user K:S --aws-sigv4 aws:amz:us-east-1:dynamodb -w '%{http_code}\n' -H "X-Amz-Target: DynamoDB_20120810.$1" \
        -H 'Content-Type: application/x-amz-json-1.0' --data-binary "$2" "$AWS_ENDPOINT_URL/"
}
table='"TableName":"tab","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"},{"AttributeName":"city","AttributeType":"S"}]'
byCity='"IndexName":"by-city","KeySchema":[{"AttributeName":"city","KeyType":"HASH"}],"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["k"]}'
query() {
    ddb Query '{"TableName":"tab","IndexName":"by-city","KeyConditionExpression":"city = :c","ExpressionAttributeValues":{":c":{"S":"Bern"}}'"${1:-}}"
}
start
check 'throughput of an index of a provisioned table must be said' -m 'ProvisionedThroughput must be specified for index: by-city' -- \
    ddb CreateTable "{$table,\"ProvisionedThroughput\":{\"ReadCapacityUnits\":1,\"WriteCapacityUnits\":1},\"GlobalSecondaryIndexes\":[{$byCity}]}"
check 'a table with an index' -m '"GlobalSecondaryIndexes":\[\{"IndexName":"by-city",.*"Projection":\{"ProjectionType":"INCLUDE","NonKeyAttributes":\["k"\]\},"IndexStatus":"ACTIVE".*"ReadCapacityUnits":3,.*\}200$' -- \
    ddb CreateTable "{$table,\"ProvisionedThroughput\":{\"ReadCapacityUnits\":1,\"WriteCapacityUnits\":1},\"GlobalSecondaryIndexes\":[{$byCity,\"ProvisionedThroughput\":{\"ReadCapacityUnits\":3,\"WriteCapacityUnits\":1}}]}"
for i in 1 2 3; do
    ddb PutItem '{"TableName":"tab","Item":{"id":{"S":"'$i'"},"city":{"S":"Bern"},"k":{"S":"v"},"more":{"S":"x"}}}' >status
done
ddb PutItem '{"TableName":"tab","Item":{"id":{"S":"0"},"k":{"S":"v"}}}' >status
item() { printf '{"id":{"S":"%s"},"city":{"S":"Bern"},"k":{"S":"v"}}' "$1"; }
all="{\"Items\":[$(item 1),$(item 2),$(item 3)],\"Count\":3,\"ScannedCount\":3}200"
check 'what the index projects' -o "$all" -- query
check 'a page ends with the keys of both' -m '"LastEvaluatedKey":\{"id":\{"S":"2"\},"city":\{"S":"Bern"\}\}\}200$' -- query ',"Limit":2'
check 'more throughput' -m '"ReadCapacityUnits":9' -- ddb UpdateTable \
    '{"TableName":"tab","GlobalSecondaryIndexUpdates":[{"Update":{"IndexName":"by-city","ProvisionedThroughput":{"ReadCapacityUnits":9,"WriteCapacityUnits":1}}}]}'
kill -KILL $pid
wait $pid 2>/dev/null
start
check 'after kill -9 it is there' -o "$all" -- query
check 'with what was changed' -m '"ReadCapacityUnits":9' -- ddb DescribeTable '{"TableName":"tab"}'
ddb DeleteItem '{"TableName":"tab","Key":{"id":{"S":"2"}}}' >status
check 'the entry of a deleted item is deleted' -o "{\"Items\":[$(item 1),$(item 3)],\"Count\":2,\"ScannedCount\":2}200" -- query
put() { ddb TransactWriteItems '{"TransactItems":[{"Put":{"TableName":"tab","Item":{'"$1"'}}}]}'; }
check 'what does not fit a key is the reason of one action' -m 'TransactionCanceledException.*"Code":"ValidationError","Message":"One or more .*Type mismatch' -- put '"id":{"N":"2"}'
check 'and of an index' -m 'TransactionCanceledException.*"Code":"ValidationError","Message":"One or more .*Type mismatch for Index Key' -- \
    put '"id":{"S":"2"},"city":{"N":"1"}'
check 'an empty key is wrong as a whole' -m '#ValidationException","message":"One or more parameter values are not valid' -- put '"id":{"S":""}'
check 'and of an index' -m '#ValidationException","message":"One or more parameter values are not valid.*IndexKey: city' -- put '"id":{"S":"2"},"city":{"S":""}'
check 'an update that makes it so' -m '#ValidationException","message":"One or more parameter values are not valid.*IndexKey: city' -- ddb TransactWriteItems \
    '{"TransactItems":[{"Update":{"TableName":"tab","Key":{"id":{"S":"1"}},"UpdateExpression":"SET city = :e","ExpressionAttributeValues":{":e":{"S":""}}}}]}'
check 'a transaction writes entries, too' -o '{}200' -- ddb TransactWriteItems \
    '{"TransactItems":[{"Put":{"TableName":"tab","Item":{"id":{"S":"2"},"city":{"S":"Bern"},"k":{"S":"v"}}}},{"Delete":{"TableName":"tab","Key":{"id":{"S":"3"}}}}]}'
check 'both' -o "{\"Items\":[$(item 1),$(item 2)],\"Count\":2,\"ScannedCount\":2}200" -- query
ddb DeleteTable '{"TableName":"tab"}' >status
check 'the table is created again without an index' -m '"TableStatus":"CREATING"' -- ddb CreateTable \
    '{"TableName":"tab","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}]}'
check 'and has none' -m 'The table does not have the specified index: by-city' -- query
kill $pid
wait $pid
plan
