#!/bin/sh
# examples/iam: the least IAM policy of each tool. Its actions are those of the man page, and the tool uses each of them
# and no other: bflocal counts the calls of whole runs.
. "$(dirname "$0")/lib.sh"
command -v jq >/dev/null || { skip iam 'jq is missing'; plan; exit; }
iam=$root/examples/iam
unset AWS_ENDPOINT_URL AWS_PROFILE AWS_REGION AWS_DEFAULT_REGION

actions() { jq -r '.Statement[].Action[]' "$@" | LC_ALL=C sort -u; }
in_page() { sed -n '/^\.Sh PERMISSIONS/,/^\.Sh EXIT/p' "$1" | grep -oE '(dynamodb|kinesis|s3|firehose|events|logs|iam|athena|glue):[A-Za-z]+' | sort -u; }
for page in "$root"/man/*.1; do
    tool=${page##*/}
    tool=${tool%.1}
    if ! grep -q '^\.Sh PERMISSIONS' "$page"; then
        if "$tool" --help | grep -q -e --endpoint-url; then skip "$tool" 'has no policy yet'; fi
        continue
    fi
    actions "$iam/$tool".json "$iam/$tool"-*.json 2>/dev/null >"$T/policy"
    # Actions that only an option needs are only in the page.
    in_page "$page" | grep -vE 's3:PutObject(Tagging|Acl)' >"$T/page"
    check "$tool(1) names the actions of its policy" -O "$T/policy" -- cat "$T/page"
done
for policy in "$iam"/*.json; do
    check "${policy##*/} is a policy of one account's resources" -o true -- \
        jq '.Version == "2012-10-17" and ([.Statement[] | .Effect == "Allow" and (.Resource | test("ACCOUNT|BUCKET"))] | all)' "$policy"
done

# used POLICIES SERVICES COMMAND EXCEPT [FAULTS]: the calls that COMMAND makes at these services against the actions of the policy.
# Calls that a service makes in its caller's name are not calls of the tool.
used() {
    services=$2
    rules=
    for service in $services; do
        case $service in
        dynamodb) ops='BatchGetItem BatchWriteItem CreateTable DeleteItem DescribeKinesisStreamingDestination DescribeTable
            EnableKinesisStreamingDestination GetItem ListTables PutItem Query Scan TransactWriteItems UpdateItem UpdateTable' ;;
        streams) ops='DescribeStream GetRecords GetShardIterator ListStreams' ;;
        kinesis) ops='CreateStream DescribeStream DescribeStreamSummary GetRecords GetShardIterator ListShards ListStreams PutRecord PutRecords' ;;
        athena) ops='BatchGetQueryExecution GetDataCatalog GetQueryExecution GetQueryResults GetWorkGroup ListQueryExecutions StartQueryExecution StopQueryExecution' ;;
        events) ops='DescribeEventBus ListEventBuses PutEvents TestEventPattern' ;;
        s3) ops='ListBuckets CreateBucket HeadBucket GetBucketLocation ListMultipartUploads ListObjects ListObjectsV2 UploadPart PutObject
            CreateMultipartUpload CompleteMultipartUpload AbortMultipartUpload DeleteObject GetObject HeadObject' ;;
        esac
        for op in $ops; do rules="$rules latency:ms=0,op=$op,service=$service"; done
    done
    # In S3 several calls are one permission.
    # shellcheck disable=SC2086 # the command's words
    bflocal --stream orders --bucket lake --fault "${5:-} $rules" sh -c "{ $3"'; } >/dev/null || exit; curl -sS "$AWS_ENDPOINT_URL/_bflocal/fault"' |
        jq -r '.rules[] | select(.kind == "latency" and .seen > 0) | .service + ":" + .op' |
        sed -e 's/^streams:/dynamodb:/' -e 's/:ListObjects.*/:ListBucket/' -e 's/:HeadBucket/:ListBucket/' -e 's/:HeadObject/:GetObject/' \
            -e 's/:UploadPart/:PutObject/' -e 's/:C[a-z]*MultipartUpload/:PutObject/' | LC_ALL=C sort -u >"$T/used"
    # shellcheck disable=SC2086
    actions $1 | grep -vE 'iam:|kinesis:DescribeStream$|kinesis:PutRecord$' | if [ -n "$4" ]; then grep -vE "$4"; else cat; fi | diff - "$T/used"
}
write='bfgen -q -n 300 | ddbput -q sales && echo "{\"order_id\":\"x\"}" | ddbput -q --if-not-exists sales'
make='printf "" | ddbput -q --create order_id:S --stream-to orders sales'
check 'ddbput uses all of its policy, and no more' -- used "$iam/ddbput.json $iam/ddbput-create.json" 'dynamodb kinesis' \
    "$make && $write" kinesis:PutRecords
check 'kinput' -- used "$iam/kinput.json" 'dynamodb kinesis' 'echo a | kinput -q orders' ''
check 'evput' -- used "$iam/evput.json" events 'echo "{}" | evput -q -s shop -t sale' ''
actions "$iam/ddbput-create.json" | jq -R . | jq -s '{Statement: [{Action: .}]}' >"$T/made"
cat >"$T/read" <<'END'
{"Statement":[{"Action":["kinesis:PutRecords"]}]}
END
check 'kinread' -- used "$iam/kinread.json $T/read" 'dynamodb kinesis' "echo a | kinput -q orders && kinread -qe orders && kinread --list orders" kinesis:DescribeStreamSummary # of a state that is a day old
check 'kinread of a table' -- used "$iam/kinread-dynamodb.json" 'streams kinesis' \
    'printf "" | ddbput -q --create order_id:S sales && bfgen -q -n 10 | ddbput -q sales && kinread -qe dynamodb:sales' dynamodb:DescribeTable
check 'kinread with a snapshot' -- used "$iam/kinread-snapshot.json $iam/kinread.json $T/made" 'dynamodb kinesis' \
    "$make && kinread -qe --state none --snapshot dynamodb:sales orders" kinesis:PutRecords
# The first multipart upload fails and is aborted; the answer to a conditional write is lost.
check 's3put' -- used "$iam/s3put.json" s3 \
    'head -c 20000000 /dev/zero | s3put -q --max-attempts 1 --one s3://lake/a 2>&1; head -c 20000000 /dev/zero | s3put -q --one s3://lake/a &&
     echo {} | s3put -q s3://lake/b/ && echo {} | s3put -q --if-none-match --one s3://lake/c' '' \
    '500:op=UploadPart,n=1 cut:op=PutObject,after=1,n=1'
# The rest of its policy is for what Athena does in its name: the catalog, the objects of the rows, the writing of results.
# More than 1,000 rows are read from the object of the result.
if bflocal --bucket lake athq -q --output-location s3://lake/results/ 'SELECT 1' >/dev/null 2>"$T/err"; then
    check 'athq' -- used "$iam/athq.json" 'athena s3' \
        'export AWS_REGION=us-east-1; athq -q --output-location s3://lake/results/ "SELECT n FROM UNNEST(sequence(1, 3000)) AS t(n)" &&
         id=$(athq -q --output-location s3://lake/results/ --no-wait "SELECT 1") && athq -q --cancel "$id"' 's3:(Abort|List|Put|GetBucket)|glue:'
else
    skip 'athq: its calls' "bflocal has no engine for queries: $(head -n 1 "$T/err")"
fi
plan
