#!/bin/sh
# A request for a service that bflocal does not have: the error is in the protocol of that service's clients.
. "$(dirname "$0")/lib.sh"
cd "$T" || exit 1
unset AWS_REGION AWS_DEFAULT_REGION
trap 'bflocal --stop; rm -rf "$T"' EXIT
eval "$(bflocal --daemon)"
url=$AWS_ENDPOINT_URL

call() { # SERVICE PATH [CURL OPTION...]: prints the body, then the status
    service=$1 path=$2
    shift 2
    curl -sS -D head -w '%{http_code}\n' --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" --aws-sigv4 "aws:amz:us-east-1:$service" "$@" "$url$path"
}
check 'query protocol: SNS' -m '<Type>Sender</Type><Code>UnknownOperationException</Code><Message>bflocal has no SNS, Publish: it is .*</ErrorResponse>400$' -- \
    call sns / -d 'Action=Publish&Version=2010-03-31'
check 'its content type' -m '^Content-Type: text/xml' -- cat head
check 'an operation that STS has and bflocal has not' -m "<Message>bflocal's STS has no GetSessionToken</Message>.*400\$" -- \
    call sts / -d 'Action=GetSessionToken&Version=2011-06-15'
check 'the services that are here' -m ': it is DynamoDB, DynamoDB Streams, Kinesis, S3, Glue, Athena, Lambda, EventBridge, Firehose and STS"' -- call scheduler /schedules/x
check 'JSON: Step Functions' -m '^\{"__type":"UnknownOperationException","message":"bflocal has no Step Functions, StartExecution: it is .*\}400$' -- \
    call states / -H 'X-Amz-Target: AWSStepFunctions.StartExecution' -H 'Content-Type: application/x-amz-json-1.1' -d '{}'
check 'JSON: SQS' -m '"message":"bflocal has no SQS, SendMessage:' -- \
    call sqs / -H 'X-Amz-Target: AmazonSQS.SendMessage' -H 'Content-Type: application/x-amz-json-1.0' -d '{}'
check 'REST: EventBridge Scheduler' -m '"message":"bflocal has no EventBridge Scheduler: .*\}400$' -- call scheduler /schedules/x
check 'with the error in a header' -m '^x-amzn-ErrorType: UnknownOperationException' -- cat head
check 'a path that could be a bucket' -m '"message":"bflocal has no EventBridge Scheduler: ' -- call scheduler /lake/key -X PUT -H 'Content-Type: application/json' -d x
check 'a service that nobody knows' -m '"message":"bflocal has no such service, Bar: ' -- call foo / -H 'X-Amz-Target: Foo_1.Bar' -d '{}'
head -c 1000000 /dev/zero | tr '\0' x >large
check 'a large body is heard out' -m '"message":"bflocal has no Step Functions, StartExecution' -- \
    call states / -H 'X-Amz-Target: AWSStepFunctions.StartExecution' -H 'Content-Type: application/x-amz-json-1.1' --data-binary @large

check 'a presigned URL of version 2' -m '<Code>InvalidRequest</Code><Message>The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256. bflocal takes no Signature Version 2' -- \
    curl -sS "$url/lake/key?AWSAccessKeyId=$AWS_ACCESS_KEY_ID&Signature=abc%3D&Expires=1795840000"
check 'a header of version 2' -m '<Code>InvalidRequest</Code><Message>The authorization mechanism you have provided is not supported.' -- \
    curl -sS -H "Authorization: AWS $AWS_ACCESS_KEY_ID:abc=" "$url/lake/key"
plan
