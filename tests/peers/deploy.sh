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

check 'deploy again changes the shards' -a -E '^Successfully created' -- env PARAMS='Shards=3' sh "$root/deploy/deploy.sh" up
shards() { cli kinesis describe-stream-summary --stream-name "$stream" | jq .StreamDescriptionSummary.OpenShardCount; }
check '  to three' -o 3 -- shards
(cd "$T" && rm lambda.zip && zip -q lambda.zip bootstrap)
check 'a package without destinations' -a -E 'the stack has no functions that write to S3' -- env STACK=small sh "$root/deploy/deploy.sh" up
functions() { cli cloudformation describe-stack-resources --stack-name small | jq -c '[.StackResources[] | select(.ResourceType == "AWS::Lambda::Function") | .LogicalResourceId]'; }
check '  has only the function for Firehose' -o '["Transform"]' -- functions

check 'destroy with another sentence' -s 1 -e "deploy: nothing was deleted: to delete the data too, say make destroy STACK=sales DELETE='delete the data of sales'" -- env DELETE=yes sh "$root/deploy/deploy.sh" down
check 'destroy' -E '^deploy: the stack sales is deleted' -- deploy down
check '  once more' -s 1 -e 'deploy: there is no stack sales in us-east-1' -- deploy down
plan
