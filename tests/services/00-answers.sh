#!/bin/sh
# The back end itself, without the tools of bfpipe: every service stores its data, S3 refuses
# an unknown client, DuckDB reads the objects.
. "$(dirname "$0")/lib.sh"

check 'DynamoDB makes a table with its stream' -m '"TableName": "'"$run"'"' -- \
    cli dynamodb create-table --table-name "$run" --billing-mode PAY_PER_REQUEST \
    --attribute-definitions AttributeName=id,AttributeType=S \
    --key-schema AttributeName=id,KeyType=HASH \
    --stream-specification StreamEnabled=true,StreamViewType=NEW_AND_OLD_IMAGES
ok 'and has it ready' cli dynamodb wait table-exists --table-name "$run"
check 'DynamoDB takes an item' -- \
    cli dynamodb put-item --table-name "$run" --item '{"id":{"S":"a"},"n":{"N":"1.50"}}'
check 'DynamoDB gives it back' -m '"N": "1.5"' -- \
    cli dynamodb get-item --table-name "$run" --key '{"id":{"S":"a"}}'

streams() {
    arn=$(cli dynamodbstreams list-streams --table-name "$run" | jq -r '.Streams[0].StreamArn') &&
        shard=$(cli dynamodbstreams describe-stream --stream-arn "$arn" |
            jq -r '.StreamDescription.Shards[0].ShardId') &&
        iterator=$(cli dynamodbstreams get-shard-iterator --stream-arn "$arn" --shard-id "$shard" \
            --shard-iterator-type TRIM_HORIZON | jq -r .ShardIterator) &&
        cli dynamodbstreams get-records --shard-iterator "$iterator" | jq -e '.Records | length == 1'
}
if has_streams; then
    ok 'DynamoDB Streams has its change' streams
else
    skip 'DynamoDB Streams has its change' 'dynalite has no streams; bflocal has'
fi

for url in $kinesis_urls; do
    check "Kinesis at ${url##*/} makes a stream" -- \
        "$aws" --endpoint-url "$url" kinesis create-stream --stream-name "$run" --shard-count 2
    check "Kinesis at ${url##*/} has it ready" -- \
        "$aws" --endpoint-url "$url" kinesis wait stream-exists --stream-name "$run"
    check "Kinesis at ${url##*/} takes a record" -m '"ShardId": "shardId-' -- \
        "$aws" --endpoint-url "$url" kinesis put-record --stream-name "$run" --partition-key k --data aGk=
done

check 'S3 makes a bucket' -m Location -- cli s3api create-bucket --bucket "$run"
printf '{"a":1,"b":"x"}\n{"a":2.25,"b":null}\n' >"$T/rows.ndjson"
check 'S3 takes an object' -- cli s3 cp --quiet "$T/rows.ndjson" "s3://$run/p/rows.ndjson"
empty=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
check 'S3 takes a request signed by curl' -m '<Key>p/rows.ndjson</Key>' -- \
    curl -s --fail -H "x-amz-content-sha256: $empty" --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" --aws-sigv4 "aws:amz:$AWS_REGION:s3" \
    "$(endpoint s3)/$run?list-type=2"
# s3rver accepts every well-formed version 4 signature. Signing is tested with vectors, not here.
check 'S3 refuses an unknown access key' -m 'InvalidAccessKeyId' -- \
    curl -s -H "x-amz-content-sha256: $empty" --user "NOBODY:$AWS_SECRET_ACCESS_KEY" \
    --aws-sigv4 "aws:amz:$AWS_REGION:s3" "$(endpoint s3)/$run?list-type=2"
check 'objects come back as files' -- fetch "s3://$run/p" "$T/got"
check 'DuckDB reads them' -o 'n	total	missing
2	3.25	1' -- query "$T/got" \
    "select count(*) n, sum(a::decimal(9,2)) total, count(*) filter (b is null) missing from 'rows.ndjson'"
check 'DuckDB prints JSON' -o '{"b":"x"}' -- query -j "$T/got" "select b from 'rows.ndjson' where a = 1"
check 'a query that makes no sense fails' -s 1 -E '^query.mjs: ' -- query "$T/got" 'select nonsense'

# The harness: a failed start is a failure, the command's status is passed on, and no process stays.
if [ "$BF_IN_BACKEND" = real ]; then
    check 'an unknown service fails' -s 2 -e "serve.sh: unknown service 'sqs'" -- sh "$services/serve.sh" -s sqs true
    check 'the status of the command comes through' -s 7 -- sh "$services/serve.sh" -s s3 sh -c 'exit 7'
    echo here >"$T/in"
    check 'and its standard input' -i "$T/in" -o here -- sh "$services/serve.sh" -s s3 cat
    gone() { # children of serve.sh: the service and this shell; nobody else takes their numbers so soon
        # shellcheck disable=SC2016 # the inner shell's
        pids=$(sh "$services/serve.sh" -s s3 sh -c 'ps -o pid= --ppid "$(ps -o ppid= -p $$ | tr -d " ")"') || return 1
        [ "$(echo "$pids" | wc -l)" -ge 2 ] || return 1
        for pid in $pids; do ! kill -0 "$pid" || return 1; done
    }
    ok 'the services are gone afterwards' gone
fi
plan
