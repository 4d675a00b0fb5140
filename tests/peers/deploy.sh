#!/bin/sh
# deploy/template.yaml: cfn-lint finds nothing, and moto's CloudFormation creates, updates and deletes the stack by deploy.sh.
# moto skips what its CloudFormation does not know, without a word; the suite names it.
# $MOTO and $CFN_LINT are the programs, $BF_AWS is the AWS CLI.
. "$(dirname "$0")/../cli/lib.sh"
template=$root/deploy/template.yaml
check 'cfn-lint finds nothing' -- "$CFN_LINT" "$template"
sed 's/ReportBatchItemFailures/ReportBatchItemFailure/' "$template" >"$T/wrong.yaml"
check '  which does look' -s 2 -m 'ReportBatchItemFailure. is not one of' -- "$CFN_LINT" "$T/wrong.yaml"
check 'it has the size that CloudFormation accepts without a bucket' -- test "$(wc -c <"$template")" -le 51200

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$MOTO" -H 127.0.0.1 -p "$port" >"$T/moto.log" 2>&1 </dev/null &
moto=$!
trap 'kill $moto 2>/dev/null; wait $moto 2>/dev/null; rm -rf "$T"' EXIT
export AWS_ENDPOINT_URL="http://127.0.0.1:$port" AWS_ACCESS_KEY_ID=moto AWS_SECRET_ACCESS_KEY=moto AWS_REGION=us-east-1 \
    AWS_DEFAULT_REGION=us-east-1 AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_EC2_METADATA_DISABLED=true \
    AWS="$BF_AWS" ARCH=x86_64 ZIP="$T/lambda.zip"
unset AWS_PROFILE AWS_SESSION_TOKEN
soon curl -s --noproxy '*' -o /dev/null "$AWS_ENDPOINT_URL/moto-api/" || { echo 'Bail out! moto does not start'; exit 1; }
cli() { AWS_PAGER='' "$BF_AWS" --endpoint-url "$AWS_ENDPOINT_URL" --output json "$@"; }
deploy() { sh "$root/deploy/deploy.sh" "$@"; }

# A package in miniature: moto does not run it.
mkdir "$T/lib" && echo 'not a program' | tee "$T/bootstrap" >"$T/lib/ld.so"
(cd "$T" && zip -q lambda.zip bootstrap lib/ld.so)
check 'deploy creates the stack' -a -E '^Successfully created' -- deploy up
check '  with the package' -m '^lambda/[0-9a-f]{32}-x86_64.zip$' -- sh -c 'AWS_PAGER="" "$1" --endpoint-url "$2" s3api list-objects-v2 --bucket bfpipe-code-123456789012-us-east-1 | jq -r ".Contents[].Key"' - "$BF_AWS" "$AWS_ENDPOINT_URL"
cli cloudformation describe-stack-resources --stack-name sales >"$T/resources"
made() { jq -r --arg id "$1" '.StackResources[] | select(.LogicalResourceId == $id) | .PhysicalResourceId' "$T/resources"; }
"$BF_PYTHON" - "$template" "$T/resources" >"$T/skipped" <<'PY'
import json, sys
from cfnlint.decode.cfn_yaml import load
made = {r.get("LogicalResourceId"): r for r in json.load(open(sys.argv[2]))["StackResources"]}
skipped = {}
for name, resource in load(sys.argv[1])["Resources"].items():
    if name not in made and resource.get("Condition") != "HasEmail":
        skipped.setdefault(resource["Type"], []).append(name)
for kind in sorted(skipped):
    print(kind, " ".join(sorted(skipped[kind])))
PY
sed 's/^/# moto skipped: /' "$T/skipped" >&2
echo '# so this shows the order of resources, parameters, conditions, names and policies, and of the skipped ones only what cfn-lint checks' >&2
check 'moto skips what it does not know' -o 'AWS::Athena::NamedQuery
AWS::Athena::WorkGroup
AWS::CloudWatch::Alarm
AWS::Glue::Database
AWS::Glue::Table
AWS::KinesisFirehose::DeliveryStream
AWS::Lambda::EventInvokeConfig
AWS::Logs::LogStream
AWS::S3::BucketPolicy
AWS::SNS::TopicPolicy
AWS::SQS::QueuePolicy
AWS::Scheduler::Schedule' -- cut -d ' ' -f 1 "$T/skipped"

table=$(made Table) stream=$(made Stream) lake=$(made Lake) live=$(made Live)
bfgen -q -n 50 >"$T/writes"
check 'the table is written to' -i "$T/writes" -- ddbput -q "$table"
check 'and has a stream with each change' -o 50 -- sh -c 'kinread -q -e "dynamodb:$1" | wc -l | tr -d " "' - "$table"
mapping() { cli lambda list-event-source-mappings --function-name "$live" | jq -c '.EventSourceMappings[0] | [.BatchSize, .BisectBatchOnFunctionError, .FunctionResponseTypes, .MaximumRetryAttempts, (.DestinationConfig.OnFailure.Destination | split(":")[2])]'; }
check 'the function reads the stream' -o '[1000,true,["ReportBatchItemFailures"],10,"sqs"]' -- mapping
encrypted() { cli s3api get-bucket-encryption --bucket "$lake" | jq -r '.ServerSideEncryptionConfiguration.Rules[].ApplyServerSideEncryptionByDefault.SSEAlgorithm'; }
check 'it is encrypted' -o AES256 -- encrypted

# A second time: other parameters, and another package.
check 'deploy again with parameters, of which one has a space' -a -E '^Successfully created' -- \
    env PARAMS='Shards=3 Schedule=rate(2 hours)' sh "$root/deploy/deploy.sh" up
shards() { cli kinesis describe-stream-summary --stream-name "$stream" | jq .StreamDescriptionSummary.OpenShardCount; }
check '  has three shards' -o 3 -- shards
code() { cli lambda get-function-configuration --function-name "$live" | jq -r .CodeSha256; }
sum() { openssl dgst -sha256 -binary "$T/lambda.zip" | base64; }
check 'the function has the package' -o "$(sum)" -- code
echo 'another program' >"$T/bootstrap"
(cd "$T" && zip -q lambda.zip bootstrap lib/ld.so)
check 'another package' -a -E '^deploy: uploading' -- deploy up
check '  is the code of the function then' -o "$(sum)" -- code
(cd "$T" && rm lambda.zip && zip -q lambda.zip bootstrap)
mkdir "$T/a folder" && cp -R "$root/deploy" "$T/a folder/deploy"
check 'a package without destinations, from a folder with a space' -a -E 'the stack has no functions that write to S3' -- env STACK=small sh "$T/a folder/deploy/deploy.sh" up
functions() { cli cloudformation describe-stack-resources --stack-name small | jq -c '[.StackResources[] | select(.ResourceType == "AWS::Lambda::Function") | .LogicalResourceId]'; }
check '  has only the function for Firehose' -o '["Transform"]' -- functions

check 'destroy with another sentence' -s 1 -e "deploy: nothing was deleted: to delete the data too, say make destroy STACK=sales DELETE='delete the data of sales'" -- env DELETE=yes sh "$root/deploy/deploy.sh" down
check 'destroy' -E '^deploy: the stack small is deleted' -- env STACK=small sh "$root/deploy/deploy.sh" down
check '  once more' -s 1 -e 'deploy: there is no stack small in us-east-1' -- env STACK=small sh "$root/deploy/deploy.sh" down

# With the data: a bucket whose objects have versions and delete markers, more than one call lists. In moto a stack of a change set has
# no outputs, so these are stacks of a small template made by one call.
check 'destroy the whole' -E '^deploy: the stack sales is deleted' -- deploy down
cat >"$T/short.yaml" <<'YAML'
Parameters:
  CodeBucket: {Type: String}
Resources:
  Lake: {Type: 'AWS::S3::Bucket', DeletionPolicy: Retain}
  Table:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
Outputs:
  LakeName: {Value: !Ref Lake}
  TableName: {Value: !Ref Table}
YAML
for stack in sales shop; do
    cli cloudformation create-stack --stack-name $stack --template-body "file://$T/short.yaml" \
        --parameters ParameterKey=CodeBucket,ParameterValue=bfpipe-code-123456789012-us-east-1 >"$T/created"
done
lake=$(cli cloudformation describe-stacks --stack-name sales | jq -r '.Stacks[0].Outputs[] | select(.OutputKey == "LakeName").OutputValue')
cli s3api put-bucket-versioning --bucket "$lake" --versioning-configuration Status=Enabled
"$BF_PYTHON" - "$lake" <<'PY'
import os, sys, boto3
s3 = boto3.client("s3", endpoint_url=os.environ["AWS_ENDPOINT_URL"], region_name="us-east-1")
for i in range(560):
    s3.put_object(Bucket=sys.argv[1], Key="sales/%d" % (i % 280), Body=b"x")
for i in range(280):
    s3.delete_object(Bucket=sys.argv[1], Key="sales/%d" % i)
for i in range(300):
    s3.put_object(Bucket=sys.argv[1], Key="raw/ä %d" % i, Body=b"x")
PY
check 'destroy with the data' -E "^deploy: the bucket $lake is deleted$" -- env DELETE='delete the data of sales' sh "$root/deploy/deploy.sh" down
cp "$T/err" "$T/destroyed"
check '  the bucket of the packages stays' -m '^deploy: the bucket bfpipe-code-123456789012-us-east-1 stays for other stacks: shop$' -- cat "$T/destroyed"
bucket() { cli s3api head-bucket --bucket "$1" 2>&1 | grep -o 404; }
check '  and that of the data, with all versions, is gone' -o 404 -- bucket "$lake"
check 'destroy the last one, whose data stay' -E '^deploy: the data stay, and cost something: the table [^ ]+, the bucket ' -- env STACK=shop sh "$root/deploy/deploy.sh" down
buckets() { cli s3api list-buckets | jq -r '.Buckets[].Name' | sed 's/-[a-z0-9]*$//' | sort -u; }
check '  those buckets are there' -m '^shop-lake$' -- buckets
plan
