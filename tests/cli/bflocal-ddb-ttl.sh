#!/bin/sh
# bflocal's time to live, tags and backups of tables.
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
call() { # SERVICE PREFIX.OPERATION BODY
    curl -sS --user K:S --aws-sigv4 "aws:amz:us-east-1:$1" -w '%{http_code}\n' -H "X-Amz-Target: $2" \
        -H 'Content-Type: application/x-amz-json-1.0' --data-binary "$3" "$AWS_ENDPOINT_URL/"
}
ddb() { call dynamodb "DynamoDB_20120810.$1" "$2"; }
ttl() { ddb UpdateTimeToLive "{\"TableName\":\"tab\",\"TimeToLiveSpecification\":{\"AttributeName\":\"$1\",\"Enabled\":$2}}"; }
expire() { curl -sS -X POST "$AWS_ENDPOINT_URL/_bflocal/ttl$1"; }
start
call kinesis Kinesis_20131202.CreateStream '{"StreamName":"out","ShardCount":1}' >status
tags='"Tags":[{"Key":"team","Value":"sales"},{"Key":"a","Value":""}]'
check 'a table with tags' -m '"TableStatus":"CREATING".*200$' -- ddb CreateTable '{"TableName":"tab","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
    "AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"},{"AttributeName":"at","AttributeType":"N"}],"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_AND_OLD_IMAGES"},
    "GlobalSecondaryIndexes":[{"IndexName":"by-at","KeySchema":[{"AttributeName":"at","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}],'"$tags}"
ddb EnableKinesisStreamingDestination '{"TableName":"tab","StreamArn":"arn:aws:kinesis:us-east-1:000000000000:stream/out"}' >status
check 'no time to live at first' -o '{"TimeToLiveDescription":{"TimeToLiveStatus":"DISABLED"}}200' -- ddb DescribeTimeToLive '{"TableName":"tab"}'
check 'it cannot be switched off then' -m 'ValidationException","message":"TimeToLive is already disabled' -- ttl at false
check 'but on' -o '{"TimeToLiveSpecification":{"Enabled":true,"AttributeName":"at"}}200' -- ttl at true
check 'once' -m 'TimeToLive is already enabled' -- ttl at true
check 'by the attribute that it has' -m 'TimeToLive is active on a different AttributeName: current AttributeName is at' -- ttl other false
check 'an attribute without a name' -m 'timeToLiveSpecification.attributeName' -- ttl '' true
check 'of a table that is not there' -m 'ResourceNotFoundException' -- ddb DescribeTimeToLive '{"TableName":"none"}'

now=$(date +%s)
item() { ddb PutItem "{\"TableName\":\"tab\",\"Item\":{\"id\":{\"S\":\"$1\"}$2}}" >status; }
item past ",\"at\":{\"N\":\"$((now - 10))\"}"
item future ",\"at\":{\"N\":\"$((now + 100000))\"}"
item ancient ',"at":{"N":"12"}'
item without ''
kill -KILL $pid
wait $pid 2>/dev/null
start
check 'it is kept' -o '{"TimeToLiveDescription":{"TimeToLiveStatus":"ENABLED","AttributeName":"at"}}200' -- ddb DescribeTimeToLive '{"TableName":"tab"}'
check 'what has expired goes when it is told to' -o '{"expired":1}' -- expire ''
check 'once' -o '{"expired":0}' -- expire '?table=tab'
check 'from the table' -m '"Count":3,' -- ddb Scan '{"TableName":"tab"}'
check 'and from its index' -m '"Count":2,' -- ddb Scan '{"TableName":"tab","IndexName":"by-at"}'
check 'of a table that is not there' -o '{"message":"no table none"}' -- expire '?table=none'
arn=$(ddb DescribeTable '{"TableName":"tab"}' | sed 's/.*"LatestStreamArn":"\([^"]*\)".*/\1/')
shard=$(call dynamodb DynamoDBStreams_20120810.DescribeStream "{\"StreamArn\":\"$arn\"}" | sed 's/.*"ShardId":"\([^"]*\)".*/\1/')
iterator=$(call dynamodb DynamoDBStreams_20120810.GetShardIterator "{\"StreamArn\":\"$arn\",\"ShardId\":\"$shard\",\"ShardIteratorType\":\"TRIM_HORIZON\"}" | sed 's/.*"ShardIterator":"\([^"]*\)".*/\1/')
call dynamodb DynamoDBStreams_20120810.GetRecords "{\"ShardIterator\":\"$iterator\"}" | sed 's/200$//' >records
check 'the record says that the service did it' -o '["REMOVE",{"PrincipalId":"dynamodb.amazonaws.com","Type":"Service"},"past"]' -- \
    jq -c '.Records[4] | [.eventName, .userIdentity, .dynamodb.OldImage.id.S]' records
check 'the others say nothing' -o '0' -- jq '[.Records[:4][] | select(.userIdentity)] | length' records
iterator=$(call kinesis Kinesis_20131202.GetShardIterator '{"StreamName":"out","ShardId":"shardId-000000000000","ShardIteratorType":"TRIM_HORIZON"}' | sed 's/.*"ShardIterator":"\([^"]*\)".*/\1/')
call kinesis Kinesis_20131202.GetRecords "{\"ShardIterator\":\"$iterator\"}" | sed 's/200$//' >records
check 'nor does the one in Kinesis keep it back' -o '["REMOVE",{"principalId":"dynamodb.amazonaws.com","type":"Service"}]' -- \
    jq -c '.Records[4].Data | @base64d | fromjson | [.eventName, .userIdentity]' records
check 'off' -m '"Enabled":false' -- ttl at false

table=arn:aws:dynamodb:us-east-1:000000000000:table/tab
list() { ddb ListTagsOfResource "{\"ResourceArn\":\"$table\"}"; }
check 'tags' -o '{"Tags":[{"Key":"a","Value":""},{"Key":"team","Value":"sales"}]}200' -- list
check 'a key with a quote is refused' -m 'a tag has letters, digits.*400' -- ddb TagResource "{\"ResourceArn\":\"$table\",\"Tags\":[{\"Key\":\"a\\\"\",\"Value\":\"v\"}]}"
check 'another' -o 200 -- ddb TagResource "{\"ResourceArn\":\"$table\",\"Tags\":[{\"Key\":\"é\",\"Value\":\"v\"},{\"Key\":\"a\",\"Value\":\"b\"}]}"
check 'less' -o 200 -- ddb UntagResource "{\"ResourceArn\":\"$table\",\"TagKeys\":[\"team\",\"none\"]}"
check 'are there' -o '{"Tags":[{"Key":"a","Value":"b"},{"Key":"é","Value":"v"}]}200' -- list
check 'a tag that is reserved' -m 'ValidationException' -- ddb TagResource "{\"ResourceArn\":\"$table\",\"Tags\":[{\"Key\":\"aws:x\",\"Value\":\"v\"}]}"
many=$(i=0; while [ $i -lt 51 ]; do printf '%s{"Key":"k%d","Value":"v"}' "$([ $i = 0 ] || echo ,)" $i; i=$((i + 1)); done)
check 'more than fifty' -m 'Too many tags' -- ddb TagResource "{\"ResourceArn\":\"$table\",\"Tags\":[$many]}"
check 'change nothing' -o '{"Tags":[{"Key":"a","Value":"b"},{"Key":"é","Value":"v"}]}200' -- list
check 'tags of a table that is not there' -m 'ResourceNotFoundException","message":"Requested resource not found: ResourcArn: arn:[^ ]*/none not found' -- \
    ddb ListTagsOfResource "{\"ResourceArn\":\"${table%tab}none\"}"
check 'of another account' -m 'ResourceNotFoundException' -- ddb ListTagsOfResource '{"ResourceArn":"arn:aws:dynamodb:us-east-1:111122223333:table/tab"}'
check 'backups: none' -m '"PointInTimeRecoveryStatus":"DISABLED".*200$' -- ddb DescribeContinuousBackups '{"TableName":"tab"}'
check 'of a table that is not there' -m 'TableNotFoundException","message":"Table not found: none' -- ddb DescribeContinuousBackups '{"TableName":"none"}'
ddb DeleteTable '{"TableName":"tab"}' >status
ddb CreateTable '{"TableName":"tab","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}]}' >status
check 'a new table has no old tags' -o '{"Tags":[]}200' -- list
kill $pid
wait $pid
plan
