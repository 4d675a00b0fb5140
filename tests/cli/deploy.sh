#!/bin/sh
# deploy/template.yaml: its policies allow what the tools call and nothing else; its functions are those of lambda.zip; its tables
# have the columns of the rows; its queries are examples/insights. And deploy.sh says what is missing.
. "$(dirname "$0")/lib.sh"
for need in jq zip unzip; do
    command -v $need >/dev/null || { skip deploy "$need is missing"; plan; exit; }
done
python3 -c 'import yaml' 2>/dev/null || { skip deploy "Python's yaml is missing"; plan; exit; }
template=$root/deploy/template.yaml
unset AWS_ENDPOINT_URL AWS_PROFILE AWS_REGION AWS_DEFAULT_REGION STACK ARCH PARAMS DELETE AWS ZIP CODE_BUCKET O
python3 -B "$here/deploy_template.py" "$template" >"$T/template.json" || { echo 'Bail out! the template cannot be read'; exit 1; }
t() { jq -r "$@" "$T/template.json"; }

# Wildcards: each has its reason beside it, in the line or in that above the list.
unexplained() {
    awk '/^ *- !Sub/ && list { if (/\*/ && !/#/ && !told) print FILENAME ":" FNR ": " $0; next }
        { list = 0 }
        /Resource: *(#.*)?$/ { list = 1; told = /#/; next }
        /(Action|Resource|Principal):.*\*/ && !/#/ { print FILENAME ":" FNR ": " $0 }' "$1"
}
check 'no wildcard without its reason' -- unexplained "$template"
sed 's/ # the objects are named after.*//' "$template" >"$T/wild.yaml"
check '  which is seen' -m 'answers/\*' -- unexplained "$T/wild.yaml"

# The policies of the roles against examples/iam, and against what the service calls in a role's name.
of_role() { t --arg role "$1" '[.Resources[$role].Properties.Policies[].PolicyDocument.Statement[].Action] | flatten | unique | .[]'; }
of_sid() { t --arg sid "$1" '[.Resources.Tools.Properties.PolicyDocument.Statement[] | select(.Sid == $sid) | .Action] | flatten | unique | .[]'; }
of_tool() { jq -r '.Statement[].Action[]' "$root/examples/iam/$1.json" | sort -u; }
log='logs:CreateLogStream logs:PutLogEvents'
mapped='kinesis:DescribeStream kinesis:DescribeStreamSummary kinesis:GetRecords kinesis:GetShardIterator kinesis:ListShards sqs:SendMessage'
check 'the transform may only write its log' -o "$(echo $log | tr ' ' '\n')" -- of_role TransformRole
check 'the function of the stream: also its rows, and what its mapping calls' -o "$(echo $mapped $log s3:PutObject | tr ' ' '\n' | sort)" -- of_role LiveRole
check 'the function of the bus' -o "$(echo $log s3:PutObject sqs:SendMessage | tr ' ' '\n' | sort)" -- of_role OnEventRole
of_tool cdclambda | grep -v firehose: >"$T/cdclambda"
delivery='glue:GetTable glue:GetTableVersion glue:GetTableVersions kinesis:DescribeStream kinesis:GetRecords kinesis:GetShardIterator kinesis:ListShards
    lambda:GetFunctionConfiguration lambda:InvokeFunction logs:PutLogEvents s3:AbortMultipartUpload s3:GetBucketLocation s3:GetObject s3:ListBucket
    s3:ListBucketMultipartUploads s3:PutObject'
check 'Firehose: what its guide names for a stream, a function, a table and a bucket' -o "$(echo $delivery | tr ' ' '\n')" -- of_role DeliveryRole
scheduled='athena:StartQueryExecution glue:GetDatabase glue:GetTable s3:AbortMultipartUpload s3:GetBucketLocation s3:GetObject s3:ListBucket s3:PutObject sqs:SendMessage'
check 'the schedule: a query, and what Athena calls in its name' -o "$(echo $scheduled | tr ' ' '\n')" -- of_role ScheduleRole
check 'there are no other roles' -o 'DeliveryRole LiveRole OnEventRole ScheduleRole TransformRole' -- \
    jq -r '[.Resources | to_entries[] | select(.value.Type == "AWS::IAM::Role").key] | sort | join(" ")' "$T/template.json"
check '  as examples/iam has it for a bucket' -O "$T/cdclambda" -- sh -c 'echo "$1" | grep -v sqs:' - "$(of_role OnEventRole)"
for tool in ddbput kinread evput; do
    of_tool $tool >"$T/policy"
    check "$tool: the policy of examples/iam" -O "$T/policy" -- of_sid "$(echo $tool | sed 's/^./\U&/')"
done

# What the commands of the outputs call, counted by rules of bflocal, which takes 32.
command_of() { t --arg out "$1" '.Outputs[$out].Value' | sed -e 's/\${\(Table\|Stream\|Bus\|Lake\|WorkGroup\)}/sales/g' -e 's/\${GlueDatabase}/sales/g'; }
calls='dynamodb:BatchWriteItem dynamodb:CreateTable dynamodb:DescribeTable dynamodb:GetItem dynamodb:PutItem dynamodb:Query dynamodb:Scan dynamodb:UpdateItem
    kinesis:DescribeStream kinesis:DescribeStreamSummary kinesis:GetRecords kinesis:GetShardIterator kinesis:ListShards kinesis:ListStreams kinesis:PutRecords
    events:DescribeEventBus events:ListEventBuses events:PutEvents athena:StartQueryExecution athena:GetQueryExecution athena:GetQueryResults
    athena:StopQueryExecution athena:GetWorkGroup athena:GetDatabase athena:GetTableMetadata s3:GetObject s3:HeadObject s3:PutObject s3:ListObjectsV2 s3:HeadBucket'
rules=
for call in $calls; do rules="$rules latency:ms=0,op=${call#*:},service=${call%:*}"; done
cat >"$T/commands.sh" <<END
set -e
cd '$root'
printf '' | ddbput -q --create order_id:S --stream-to sales sales
curl -sS --fail -d '$rules' "\$AWS_ENDPOINT_URL/_bflocal/fault" >/dev/null
$(command_of Write)
echo '{"put":{"order_id":"x"}}' | ddbput -q --if-not-exists sales
echo '{"update":{"order_id":"x"},"set":{"status":"PAID"}}' | ddbput -q sales
$(command_of Follow) >/dev/null
kinread -e --state '$T/state' sales >/dev/null
$(command_of Event)
athq -w sales -d sales "SHOW TABLES"
curl -sS "\$AWS_ENDPOINT_URL/_bflocal/fault" | jq -r '.rules[] | select(.seen > 0) | .service + ":" + .op' >'$T/used'
END
events_for() { # a bus is made by what bflocal has: its API
    curl -sS --fail --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" --aws-sigv4 "aws:amz:$AWS_REGION:$1" "$AWS_ENDPOINT_URL" \
        -H 'Content-Type: application/x-amz-json-1.1' -H "X-Amz-Target: $2" -d "$3"
}
cat >"$T/run.sh" <<END
$(sed -n '/^events_for()/,/^}/p' "$0")
set -e
events_for events AWSEvents.CreateEventBus '{"Name":"sales"}' >/dev/null
events_for athena AmazonAthena.CreateWorkGroup '{"Name":"sales","Configuration":{"ResultConfiguration":{"OutputLocation":"s3://lake/answers/"}}}' >/dev/null
events_for glue AWSGlue.CreateDatabase '{"DatabaseInput":{"Name":"sales"}}' >/dev/null
sh '$T/commands.sh'
END
ok "the outputs' commands run" bflocal --stream sales --bucket lake sh "$T/run.sh"
of_all() { t '[.Resources.Tools.Properties.PolicyDocument.Statement[].Action] | flatten | unique | .[]'; }
of_all >"$T/allowed"
grep -vxFf "$T/allowed" "$T/used" | sed 's/HeadObject/GetObject/; s/ListObjectsV2\|HeadBucket/ListBucket/' | grep -vxFf "$T/allowed" >"$T/beyond"
check 'and call nothing that the policy does not allow' -- cat "$T/beyond"
# In the caller's name Athena reads the catalog and the rows, and writes the answer; kinread asks for a stream's creation only if
# its state is a day old; a query is stopped by a signal.
grep -vE '^(glue:|s3:|sqs:|athena:StopQueryExecution$|kinesis:DescribeStreamSummary$)' "$T/allowed" | grep -vxFf "$T/used" >"$T/unused"
check 'and leave nothing of it unused' -- cat "$T/unused"

check 'the bucket refuses every call without TLS' -o '["Deny","*","s3:*",{"Bool":{"aws:SecureTransport":"false"}}]' -- \
    jq -c '.Resources.LakePolicy.Properties.PolicyDocument.Statement[] | [.Effect, .Principal, .Action, .Condition]' "$T/template.json"

# Outputs with the AWS CLI: each action stands in the policy.
by_cli() { t '.Outputs[].Value | strings | select(startswith("aws ")) | split(" ")[1:3] | join(" ")' |
    sed -e 's/^s3 ls$/s3:ListBucket/' -e 's/^sqs receive-message$/sqs:ReceiveMessage/' | sort -u; }
check "the outputs' commands of the AWS CLI are allowed too" -o '' -- sh -c 'echo "$1" | grep -vxFf "$2" || :' - "$(by_cli)" "$T/allowed"
by_cli | grep ^sqs >"$T/sqs"
check '  and nothing else at the queue' -O "$T/sqs" -- grep ^sqs: "$T/allowed"

# The dashboard is JSON, with the functions and without them.
dashboard() {
    python3 - "$template" "$1" <<'PY'
import json, re, sys
text = open(sys.argv[1]).read()
block = text[text.index("  Dashboard:"):]
body = re.search(r"- >-\n(.*?)\n        - LiveAge", block, re.S).group(1)
for name, value in re.findall(r"(LiveAge|LiveErrors): !If\n *- HasDestinations\n *- !Sub '(.*)'\n *- ''", block):
    body = body.replace("${%s}" % name, value if sys.argv[2] == "yes" else "")
body = json.loads(re.sub(r"\$\{[A-Za-z:.]+\}", "x", body))
seen = [m for w in body["widgets"] for m in w["properties"]["metrics"]]
assert all(len([p for p in m if isinstance(p, str)]) == 4 for m in seen), seen
print(len(body["widgets"]), len(seen))
PY
}
check 'the dashboard' -o '4 11' -- dashboard yes
check '  without the functions that write' -o '4 8' -- dashboard no
check 'each alarm goes to the topic' -o true -- jq '[.Resources[] | select(.Type == "AWS::CloudWatch::Alarm").Properties.AlarmActions == [{Ref: "Alarms"}]] | all' "$T/template.json"
check 'EventBridge may publish without a condition, which it would not meet' -o '[["cloudwatch.amazonaws.com",true],["events.amazonaws.com",false]]' -- \
    jq -c '[.Resources.AlarmsPolicy.Properties.PolicyDocument.Statement[] | [.Principal.Service, has("Condition")]]' "$T/template.json"

# The sum of doc/deploy.md, and README's figure.
sum() { sed -n '/^## What a day costs/,/^## What the tests/p' "$root/doc/deploy.md" | awk -F '|' '$4 + 0 { n += $4 } END { printf "%.2f", n }'; }
check 'the costs of a day add up' -m "^\\| \\*\\*sum\\*\\* \\| \\| \\*\\*$(sum)\\*\\* \\|$" -- cat "$root/doc/deploy.md"
check '  to what README says' -m "^A day costs about $(sum) USD" -- cat "$root/README.md"

# The functions and the package.
check 'each function is for the runtime of the package' -o '["bootstrap","provided.al2023",["Architecture"]]' -- \
    jq -c '[.Resources[] | select(.Type == "AWS::Lambda::Function").Properties | [.Handler, .Runtime, [.Architectures[].Ref]]] | unique[]' "$T/template.json"
check 'for the architectures that lambda-zip.sh builds' -o "$(grep -oE 'arch=(x86_64|arm64)' "$root/tools/lambda-zip.sh" | sed 's/arch=//' | sort | paste -sd ' ' -)" -- \
    jq -r '.Parameters.Architecture.AllowedValues | sort | join(" ")' "$T/template.json"
options() { # the environment of a function as cdclambda's own options
    t --arg f "$1" '.Resources[$f].Properties.Environment.Variables | to_entries[] | .key + "=" + (.value | gsub("\\$\\{Lake}"; "lake"))'
}
# shellcheck disable=SC2046 # NAME=VALUE words
for f in Transform Live OnEvent; do
    check "$f has options that cdclambda knows" -s 2 -e 'cdclambda: AWS_LAMBDA_RUNTIME_API is not set: this program runs in Lambda' -- env -i PATH="$PATH" $(options $f) cdclambda
done
check '  which refuses others' -s 2 -E BF_METAS -- env -i PATH="$PATH" BF_METAS=op cdclambda
zip=$root/build/lambda-$(uname -m).zip
if [ -f "$zip" ]; then
    check 'the package has the program, and what destinations need' -o 'bootstrap
lib/ld.so' -- sh -c 'unzip -Z1 "$1" | grep -xE "bootstrap|lib/ld.so"' - "$zip"
else
    skip 'the package' 'make lambda.zip has not built it'
fi

# The tables and the rows.
meta=$(options Transform | sed -n 's/^BF_META=//p')
bfgen -q -n 3000 -o cdc | jq -c '.kinesis = {sequenceNumber: "49"}' | cdcxform --meta "$meta" >"$T/rows"
athddl --for glue-json --location 's3://lake/sales/!{timestamp:yyyy/MM/dd}/' sales <"$T/rows" >"$T/openx.json"
athddl --for glue-json --location 's3://lake/sales/!{timestamp:yyyy/MM/dd}/' --serde parquet sales <"$T/rows" >"$T/parquet.json"
jq -S '.TableInput.StorageDescriptor.Columns' "$T/openx.json" >"$T/columns"
check 'the columns are those that athddl derives from the rows' -O "$T/columns" -- jq -S '.Resources.GlueTable.Properties.TableInput.StorageDescriptor.Columns' "$T/template.json"
check '  also of the live ones' -O "$T/columns" -- jq -S '.Resources.LiveTable.Properties.TableInput.StorageDescriptor.Columns' "$T/template.json"
of_table() { jq -S "$1"' | [.Parameters, .PartitionKeys, (.StorageDescriptor | .InputFormat, .OutputFormat, .SerdeInfo.SerializationLibrary, .Location)]' "$2" | sed 's/\${Lake}/lake/; s/\${!dt}/${dt}/'; }
of_table .TableInput "$T/parquet.json" >"$T/want"
check 'the partitions are those of the prefix, in Parquet' -O "$T/want" -- of_table .Resources.GlueTable.Properties.TableInput "$T/template.json"
check '  which is that of Firehose' -o 'sales/!{timestamp:yyyy/MM/dd}/' -- jq -r .Resources.Delivery.Properties.ExtendedS3DestinationConfiguration.Prefix "$T/template.json"
sed 's|lake/sales/|lake/live/|g; s|NOW-3YEARS|NOW-1MONTHS|' "$T/openx.json" | of_table .TableInput - >"$T/want"
check '  and that of the live rows' -O "$T/want" -- of_table .Resources.LiveTable.Properties.TableInput "$T/template.json"

# The queries.
for file in "$root"/examples/insights/*.sql; do
    name=${file##*/} name=${name%.sql}
    [ "$name" != orders ] || continue
    check "the query $name" -O "$file" -- jq -j --arg name "$name" '.Resources[] | select(.Type == "AWS::Athena::NamedQuery" and .Properties.Name == $name) | .Properties.QueryString' "$T/template.json"
done
check 'and no others' -o "$(find "$root/examples/insights" -name '*.sql' ! -name orders.sql | wc -l | tr -d ' ')" -- jq '[.Resources[] | select(.Type == "AWS::Athena::NamedQuery")] | length' "$T/template.json"
t '.Resources.OrdersView.Properties.TableInput.ViewOriginalText' | sed 's/\${Database}/sales/' >"$T/view"
words() { tr '\n' ' ' | sed 's/  */ /g; s/ ;/;/; s/; *$//; s/ *$//'; }
sed -e '/^--/d' -e '/^CREATE OR REPLACE VIEW/d' "$root/examples/insights/orders.sql" | words >"$T/want"
check 'the view is orders.sql' -O "$T/want" -- sh -c 'jq -j .originalSql "$1"' - "$T/view"
hive() { jq -c '[.[] | [(.Name // .name), ((.Type // .type) | sub("^varchar$"; "string") | sub("\\(3\\)"; ""))]]'; }
t '.Resources.OrdersView.Properties.TableInput.StorageDescriptor.Columns' | hive >"$T/want"
check '  with the same columns for Glue and for Athena' -O "$T/want" -- sh -c 'jq .columns "$1" | jq -c '"'"'[.[] | [(.Name // .name), ((.Type // .type) | sub("^varchar$"; "string") | sub("\\(3\\)"; ""))]]'"'" - "$T/view"

# Before anything is changed, deploy.sh says what is missing.
deploy() { env -u PYENV_VERSION HOME="$T" AWS_CONFIG_FILE="$T/none" AWS_SHARED_CREDENTIALS_FILE="$T/none" "$@" sh "$root/deploy/deploy.sh" up; }
check 'without the AWS CLI' -s 1 -e 'deploy: the AWS CLI is missing; make deps installs it' -- deploy AWS=no-such-aws
if command -v aws >/dev/null; then
    check 'without a region' -s 1 -e 'deploy: no region: set AWS_REGION, or run aws configure' -- deploy
    check 'without credentials' -s 1 -E '^deploy: no valid credentials: .*[Cc]redentials' -- deploy AWS_REGION=us-east-1
else
    skip 'the messages of deploy.sh' 'the AWS CLI is missing'
fi
# An AWS CLI in miniature: $T/status is the state of the stack ("": there is none), $T/owner the owner of each bucket; calls are logged.
cat >"$T/fake" <<'END'
#!/bin/sh
[ "$1" != --endpoint-url ] || shift 2
here=${0%/*}
printf '%s ' "$@" >>"$here/calls"; echo >>"$here/calls"
error() { echo "An error occurred ($1) when calling the operation: $2" >&2; exit 254; }
case "$1 $2" in
'sts get-caller-identity') echo 111111111111 ;;
'cloudformation describe-stacks')
    case $* in
    *StackStatus*) [ ! -f "$here/denied" ] || error AccessDenied 'is not authorized'
        [ -s "$here/status" ] || error ValidationError 'Stack with id sales does not exist'; cat "$here/status" ;;
    *OutputKey*) echo None ;;
    *) echo 'Writes	bfgen' ;;
    esac ;;
'cloudformation delete-stack') : >"$here/status" ;;
's3api head-bucket') case " $* " in *" --expected-bucket-owner $(cat "$here/owner") "*) ;; *) error 403 Forbidden ;; esac ;;
's3 mb') error BucketAlreadyExists 'The requested bucket name is not available' ;;
esac
END
chmod +x "$T/fake"
mkdir "$T/zip" && touch "$T/zip/bootstrap" && (cd "$T/zip" && zip -q ../good.zip bootstrap && zip -q ../other.zip ../good.zip)
echo 111111111111 >"$T/owner"
fake() { # fake STATUS up|down NAME=VALUE...
    : >"$T/calls"
    printf '%s\n' "$1" | sed '/^$/d' >"$T/status"
    what=$2
    shift 2
    env AWS="$T/fake" AWS_REGION=eu-central-1 ZIP="$T/good.zip" ARCH=x86_64 "$@" sh "$root/deploy/deploy.sh" "$what"
}
refuses() { # refuses NAME MESSAGE STATUS up|down NAME=VALUE...: and nothing is changed
    refused_name=$1 refused=$2
    shift 2
    check "$refused_name" -s 1 -e "deploy: $refused" -- fake "$@"
    ok '  nothing is changed' sh -c '! grep -E "^(s3 |s3api put|cloudformation de(ploy|lete))" "$1"' - "$T/calls"
}
check 'a first deployment' -E '^deploy: sales in eu-central-1, account 111111111111; ' -m '^# Writes$' -- fake '' up
check '  names the package, and what it has' -m '^cloudformation deploy .*CodeBucket=bfpipe-code-111111111111-eu-central-1 CodeKey=lambda/[0-9a-f]{32}-x86_64.zip Architecture=x86_64 Destinations=no $' -- cat "$T/calls"
check 'parameters with spaces, braces and stars' -a -E '^deploy: sales in' -- fake CREATE_COMPLETE up \
    PARAMS=' Schedule=cron(0 6 * * ? *)  LiveFilter={"data": {"x": ["A"]}} Shards=4 '
check '  are those that were given' -m 'Destinations=no Schedule=cron\(0 6 \* \* \? \*\) LiveFilter=\{"data": \{"x": \["A"\]\}\} Shards=4 $' -- cat "$T/calls"
refuses 'a parameter that the template does not have' 'PARAMS: the template has no parameter Shard' CREATE_COMPLETE up PARAMS='Shard=4'
refuses 'a parameter that deploy.sh sets' 'PARAMS: Architecture is not to be set here; doc/deploy.md has CODE_BUCKET and ARCH' '' up PARAMS='Shards=1 Architecture=arm64'
refuses 'no parameter' 'PARAMS: not NAME=VALUE: Shards 4' '' up PARAMS='Shards 4'
refuses 'a bad name' 'STACK=my stack: a name of letters, digits and hyphens, the first a letter' '' up STACK='my stack'
refuses 'a stack that is changed now' 'sales is UPDATE_IN_PROGRESS: wait until that has ended' UPDATE_IN_PROGRESS up
refuses 'a deletion that failed' 'sales is DELETE_FAILED: first run make destroy STACK=sales' DELETE_FAILED up
refuses 'an update that could not be undone' 'sales is UPDATE_ROLLBACK_FAILED: first run aws cloudformation continue-update-rollback --stack-name sales' UPDATE_ROLLBACK_FAILED up
refuses 'without the package' "$T/none.zip is missing: make lambda.zip builds the package for this machine, and for arm64 if there is a cross compiler" '' up ZIP="$T/none.zip"
refuses 'a package without its program' "$T/other.zip has no bootstrap" '' up ZIP="$T/other.zip"
check 'after a first deployment that failed' -a -E 'the first deployment of sales failed; deleting what is left of it' -- fake ROLLBACK_COMPLETE up
check '  the rest is deleted, and the stack created' -o 'cloudformation delete-stack
cloudformation wait
cloudformation deploy' -- sh -c 'grep -E "^cloudformation (de[lp]|wait)" "$1" | cut -d" " -f1,2' - "$T/calls"
check 'destroy after it' -e 'deploy: the stack sales is deleted' -- fake ROLLBACK_COMPLETE down
touch "$T/denied"
refuses 'a stack that may not be looked up is not a missing one' \
    'the stack sales cannot be looked up: An error occurred (AccessDenied) when calling the operation: is not authorized' '' down
rm "$T/denied"
refuses 'destroy without a stack' 'there is no stack sales in eu-central-1' '' down
echo 222222222222 >"$T/owner"
check 'a bucket of the name that belongs to someone else' -s 1 -E 'BucketAlreadyExists.*name is not available
deploy: the bucket bfpipe-code-111111111111-eu-central-1 could not be created; CODE_BUCKET=NAME uses another one' -- fake '' up
ok '  nothing is sent to it' sh -c '! grep -E "^(s3 cp|s3api put|cloudformation deploy)" "$1"' - "$T/calls"
check 'its commands' -s 2 -e 'usage: deploy.sh up|down' -- sh "$root/deploy/deploy.sh"
plan
