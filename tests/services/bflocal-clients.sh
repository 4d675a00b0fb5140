#!/bin/sh
# The AWS CLI, boto3 and the SDK for JavaScript use bflocal: a table, a query, reading streams, objects; resources,
# waiters, paginators and transfers; checksums in trailers. S3 with cp and sync is in bflocal-s3.sh.
. "$(dirname "$0")/own.sh"
trap 'bflocal --stop; rm -rf "$T"' EXIT
eval "$(bflocal --daemon)"

. "$services/aws.sh"
cli() {
    AWS_PAGER='' "$aws" --endpoint-url "$AWS_ENDPOINT_URL" --output json "$@"
}

check 'create a table' -m '"TableStatus": ' -- cli dynamodb create-table --table-name sales --billing-mode PAY_PER_REQUEST \
    --attribute-definitions AttributeName=id,AttributeType=S AttributeName=n,AttributeType=N \
    --key-schema AttributeName=id,KeyType=HASH AttributeName=n,KeyType=RANGE \
    --stream-specification StreamEnabled=true,StreamViewType=NEW_AND_OLD_IMAGES
check 'wait for it' -- cli dynamodb wait table-exists --table-name sales
for n in 1 2 3; do
    check "put $n" -- cli dynamodb put-item --table-name sales --item '{"id":{"S":"a"},"n":{"N":"'$n'"},"total":{"N":"9.50"}}'
done
check 'query' -o '["2","3"]' -- sh -c "AWS_PAGER= '$aws' --endpoint-url '$AWS_ENDPOINT_URL' dynamodb query --table-name sales \
    --key-condition-expression 'id = :i AND n > :n' --expression-attribute-values '{\":i\":{\"S\":\"a\"},\":n\":{\"N\":\"1\"}}' --output json | jq -c '[.Items[].n.N]'"

arn=$(cli dynamodbstreams list-streams --table-name sales --query 'Streams[0].StreamArn' --output text)
shard=$(cli dynamodbstreams describe-stream --stream-arn "$arn" --query 'StreamDescription.Shards[0].ShardId' --output text)
iterator=$(cli dynamodbstreams get-shard-iterator --stream-arn "$arn" --shard-id "$shard" --shard-iterator-type TRIM_HORIZON --output text)
cli dynamodbstreams get-records --shard-iterator "$iterator" >changes
check 'the table'"'"'s stream' -o '["INSERT 1","INSERT 2","INSERT 3"]' -- jq -c '[.Records[] | "\(.eventName) \(.dynamodb.NewImage.n.N)"]' changes
check 'one more put' -- cli dynamodb put-item --table-name sales --item '{"id":{"S":"a"},"n":{"N":"3"},"total":{"N":"1"}}'
iterator=$(jq -r .NextShardIterator changes)
cli dynamodbstreams get-records --shard-iterator "$iterator" >changes
check 'tailed from where the last call ended' -o '["MODIFY 9.5 1"]' -- \
    jq -c '[.Records[] | "\(.eventName) \(.dynamodb.OldImage.total.N) \(.dynamodb.NewImage.total.N)"]' changes

check 'create a stream' -- cli kinesis create-stream --stream-name clicks --shard-count 1
check 'wait for it' -- cli kinesis wait stream-exists --stream-name clicks
# Version 1 uses --data as it is, version 2 expects base64; a file of bytes works with both.
printf hi >hi
iterator=$(cli kinesis get-shard-iterator --stream-name clicks --shard-id shardId-000000000000 --shard-iterator-type LATEST --output text)
check 'put a record' -m '"ShardId": "shardId-000000000000"' -- cli kinesis put-record --stream-name clicks --partition-key k --data fileb://hi
cli kinesis get-records --shard-iterator "$iterator" >records
check 'tail it' -o '["aGk="]' -- jq -c '[.Records[].Data]' records
iterator=$(jq -r .NextShardIterator records)
cli kinesis get-records --shard-iterator "$iterator" >records
check 'nothing more' -o '[0,0]' -- jq -c '[(.Records | length), .MillisBehindLatest]' records

check 'a bucket' -m '"Location": "/lake"' -- cli s3api create-bucket --bucket lake
echo row >row
check 'put an object' -m ETag -- cli s3api put-object --bucket lake --key 2026/row --body row
check 'list objects' -o '2026/row 4' -- sh -c "AWS_PAGER= '$aws' --endpoint-url '$AWS_ENDPOINT_URL' s3api list-objects-v2 --bucket lake --output json | \
    jq -r '.Contents[] | \"\(.Key) \(.Size)\"'"
check 'and take them away' -a -- cli s3 rb --force s3://lake
check 'delete the table' -m '"TableName": "sales"' -- cli dynamodb delete-table --table-name sales

# cases NAME COMMAND...: a client program that prints lines "name|got|wanted", and "end" last.
cases() {
    name=$1
    shift
    "$@" >"$T/cases" || echo "Bail out! $name"
    ok "the cases of $name ran" grep -q "^end\$" "$T/cases"
    while IFS='|' read -r name got want; do
        [ "$name" = end ] || check "$name" -o "$want" -- echo "$got"
    done <"$T/cases"
}
export PYTHONDONTWRITEBYTECODE=1
cases boto3 "$python" "$services/bflocal_boto.py"
cases 'boto3 and STS' bflocal -q "$python" "$services/bflocal_sts.py"
cases 'boto3 and Glue' bflocal -q "$python" "$services/bflocal_glue.py"
cases 'boto3 and EventBridge' bflocal -q "$python" "$services/bflocal_events.py"
# The version of the default set works with Node 18; check-peers uses the current one, which needs a newer Node.
sdk=${BF_SDK:-$services/sdk.mjs}
cd "${sdk%/*}" || exit 1
cases 'the SDK for JavaScript' node --no-warnings "$sdk"
plan
