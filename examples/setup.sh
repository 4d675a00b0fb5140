#!/bin/sh
# Creates, with the AWS CLI, what the examples use, unless it exists: the stream and the bucket of examples/pipeline.sh. With
# ALL=1 the whole pipeline of deploy/template.yaml, as far as bflocal has the services: a table whose changes go to the
# stream; Firehose, which reads the stream, calls a function that makes rows of the changes, and writes them to the bucket as Parquet, with
# the unchanged records beside them; a function that gets selected changes within seconds; the catalog and a workgroup for Athena; and
# a rule that starts a function with changes from an event bus.
#
#     ALL=1 bflocal sh examples/setup.sh
#
# On AWS `make deploy` creates it, with roles, a queue of failures, a schedule and alarms; here ROLE is the role of everything, and PACKAGE a
# zip of `make lambda.zip`.
set -eu
: "${STREAM:=orders}" "${BUCKET:=lake}" "${AWS_REGION:=us-east-1}" "${ALL:=}" "${TABLE:=sales}" "${SECONDS_BUFFERED:=60}" "${PACKAGE:=}"
: "${ROLE:=arn:aws:iam::000000000000:role/pipeline}" "${AWS:=aws}"
[ -n "${LIVE:-}" ] || LIVE='{"data":{"dynamodb":{"NewImage":{"status":{"S":["PAID","CANCELLED"]}}}}}'

# at SERVICE ARGUMENT...: an AWS CLI before 2.13 does not read AWS_ENDPOINT_URL by itself.
at() {
    name=$(echo "${1%api}" | tr 'a-z' 'A-Z')
    eval "url=\${AWS_ENDPOINT_URL_$name-\${AWS_ENDPOINT_URL-}}"
    AWS_PAGER='' command "$AWS" ${url:+--endpoint-url "$url"} --region "$AWS_REGION" --output text "$@"
}

is_there() { at "$@" >/dev/null 2>&1; }

# make_it FIND CREATE...: creates a thing; if that fails, the call FIND has to find it.
make_it() {
    find=$1
    shift
    # shellcheck disable=SC2086 # the words of the call
    said=$(at "$@" 2>&1 >/dev/null) || is_there $find || { echo "$said" >&2; return 1; }
}

stream_and_bucket() {
    make_it "kinesis describe-stream-summary --stream-name $STREAM" kinesis create-stream --stream-name "$STREAM" --shard-count 2
    at kinesis wait stream-exists --stream-name "$STREAM"
    is_there s3api head-bucket --bucket "$BUCKET" || { at s3 mb "s3://$BUCKET" >/dev/null; [ -z "$ALL" ] || bucket_rules; }
}

# Only of a bucket that is new.
bucket_rules() {
    at s3api put-public-access-block --bucket "$BUCKET" --public-access-block-configuration \
        BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true
    at s3api put-bucket-lifecycle-configuration --bucket "$BUCKET" --lifecycle-configuration '{"Rules": [
        {"ID": "unfinished-uploads", "Status": "Enabled", "Filter": {"Prefix": ""}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}},
        {"ID": "raw", "Status": "Enabled", "Filter": {"Prefix": "raw/"}, "Expiration": {"Days": 30}},
        {"ID": "live", "Status": "Enabled", "Filter": {"Prefix": "live/"}, "Expiration": {"Days": 7}},
        {"ID": "answers", "Status": "Enabled", "Filter": {"Prefix": "answers/"}, "Expiration": {"Days": 7}}]}'
}

table() {
    make_it "dynamodb describe-table --table-name $TABLE" dynamodb create-table --table-name "$TABLE" \
        --attribute-definitions AttributeName=order_id,AttributeType=S --key-schema AttributeName=order_id,KeyType=HASH \
        --billing-mode PAY_PER_REQUEST --stream-specification StreamEnabled=true,StreamViewType=NEW_AND_OLD_IMAGES
    at dynamodb wait table-exists --table-name "$TABLE"
    make_it "dynamodb describe-kinesis-streaming-destination --table-name $TABLE" \
        dynamodb enable-kinesis-streaming-destination --table-name "$TABLE" --stream-arn "$stream_arn"
}

# Without PACKAGE, one that starts the cdclambda of this machine, for bflocal.
package() {
    [ -z "$PACKAGE" ] || return 0
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    printf '#!/bin/sh\nexec "%s"\n' "$(command -v cdclambda)" >"$folder/bootstrap"
    chmod 755 "$folder/bootstrap"
    (cd "$folder" && zip -q package.zip bootstrap)
    PACKAGE=$folder/package.zip
}

# function_of NAME VARIABLES: cdclambda with these options.
function_of() {
    case $(uname -m) in aarch64 | arm64) arch=arm64 ;; *) arch=x86_64 ;; esac
    make_it "lambda get-function --function-name $1" lambda create-function --function-name "$1" --runtime provided.al2023 \
        --handler bootstrap --architectures $arch --timeout 60 --memory-size 512 --role "$ROLE" \
        --zip-file "fileb://$PACKAGE" --environment "$2"
}
functions() {
    package
    to='s3://'$BUCKET'/live/!{timestamp:yyyy/MM/dd}/'
    function_of "$TABLE-transform" '{"Variables":{"BF_META":"op,ts,seq","BF_VERBOSE":"1"}}'
    function_of "$TABLE-live" "{\"Variables\":{\"BF_META\":\"op,ts,seq\",\"BF_TO\":\"$to\"}}"
    function_of "$TABLE-on-event" "{\"Variables\":{\"BF_META\":\"op,ts,seq\",\"BF_FAIL_BATCH\":\"1\",\"BF_TO\":\"$to\"}}"
    [ "$(at lambda list-event-source-mappings --function-name "$TABLE-live" --query 'length(EventSourceMappings)')" != 0 ] ||
        at lambda create-event-source-mapping --function-name "$TABLE-live" --event-source-arn "$stream_arn" \
            --starting-position TRIM_HORIZON --batch-size 1000 --maximum-batching-window-in-seconds "$((SECONDS_BUFFERED < 5 ? SECONDS_BUFFERED : 5))" \
            --filter-criteria "Filters=[{Pattern='$LIVE'}]" --function-response-types ReportBatchItemFailures \
            --bisect-batch-on-function-error --maximum-retry-attempts 10 --maximum-record-age-in-seconds 86400 >/dev/null
}

# The columns are derived from mock rows; texts with times stay texts, as in the template.
catalog() {
    make_it "glue get-database --name $TABLE" glue create-database --database-input "Name=$TABLE"
    columns=$(bfgen -q -n 3000 -o cdc | cdcxform -q --meta op,ts,seq 2>/dev/null | athddl -q --for schema "$TABLE" | sed 's/ timestamp.*/ string/')
    table_of sales --serde parquet
    table_of live
    make_it "athena get-work-group --work-group $TABLE" athena create-work-group --name "$TABLE" --configuration \
        "ResultConfiguration={OutputLocation=s3://$BUCKET/answers/},BytesScannedCutoffPerQuery=10000000000"
}
# table_of NAME OPTION...: of the rows below NAME/.
table_of() {
    of=$1
    shift
    input=$(echo "$columns" | athddl -q --schema /dev/stdin --for glue-json --location "s3://$BUCKET/$of/!{timestamp:yyyy/MM/dd}/" "$@" "$TABLE.$of")
    make_it "glue get-table --database-name $TABLE --name $of" glue create-table --cli-input-json "$input"
}

# Firehose reads the stream; the function makes a row of each change; the columns of the table make Parquet of the rows.
delivery() {
    function=$(at lambda get-function --function-name "$TABLE-transform" --query Configuration.FunctionArn)
    make_it "firehose describe-delivery-stream --delivery-stream-name $TABLE" firehose create-delivery-stream --cli-input-json '{
        "DeliveryStreamName": "'"$TABLE"'", "DeliveryStreamType": "KinesisStreamAsSource",
        "KinesisStreamSourceConfiguration": {"KinesisStreamARN": "'"$stream_arn"'", "RoleARN": "'"$ROLE"'"},
        "ExtendedS3DestinationConfiguration": {
            "RoleARN": "'"$ROLE"'", "BucketARN": "arn:aws:s3:::'"$BUCKET"'", "Prefix": "sales/!{timestamp:yyyy/MM/dd}/",
            "ErrorOutputPrefix": "failed/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd}/",
            "BufferingHints": {"SizeInMBs": 64, "IntervalInSeconds": '"$SECONDS_BUFFERED"'}, "CompressionFormat": "UNCOMPRESSED",
            "ProcessingConfiguration": {"Enabled": true, "Processors": [{"Type": "Lambda", "Parameters": [
                {"ParameterName": "LambdaArn", "ParameterValue": "'"$function"':$LATEST"},
                {"ParameterName": "RoleArn", "ParameterValue": "'"$ROLE"'"},
                {"ParameterName": "BufferSizeInMBs", "ParameterValue": "1"},
                {"ParameterName": "BufferIntervalInSeconds", "ParameterValue": "60"},
                {"ParameterName": "NumberOfRetries", "ParameterValue": "3"}]}]},
            "DataFormatConversionConfiguration": {"Enabled": true,
                "InputFormatConfiguration": {"Deserializer": {"OpenXJsonSerDe": {"CaseInsensitive": true}}},
                "OutputFormatConfiguration": {"Serializer": {"ParquetSerDe": {"Compression": "SNAPPY"}}},
                "SchemaConfiguration": {"RoleARN": "'"$ROLE"'", "Region": "'"$AWS_REGION"'", "DatabaseName": "'"$TABLE"'", "TableName": "sales", "VersionId": "LATEST"}},
            "S3BackupMode": "Enabled",
            "S3BackupConfiguration": {"RoleARN": "'"$ROLE"'", "BucketARN": "arn:aws:s3:::'"$BUCKET"'", "Prefix": "raw/!{timestamp:yyyy/MM/dd}/",
                "ErrorOutputPrefix": "failed/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd}/", "CompressionFormat": "GZIP",
                "BufferingHints": {"SizeInMBs": 64, "IntervalInSeconds": '"$SECONDS_BUFFERED"'}}}}'
}

# The event of a change becomes an event of DynamoDB Streams with one record, whose id names the object.
events() {
    make_it "events describe-event-bus --name $TABLE" events create-event-bus --name "$TABLE"
    at events put-rule --name changes --event-bus-name "$TABLE" --event-pattern '{"detail":{"eventName":["INSERT","MODIFY","REMOVE"]}}' >/dev/null || return 1
    function=$(at lambda get-function --function-name "$TABLE-on-event" --query Configuration.FunctionArn)
    is_there lambda add-permission --function-name "$TABLE-on-event" --statement-id changes --action lambda:InvokeFunction \
        --principal events.amazonaws.com || :
    template='{\"Records\":[{\"eventID\":<id>,\"eventName\":<op>,\"eventSource\":\"aws:dynamodb\",\"eventSourceARN\":\"bus/'$TABLE'\",\"kinesis\":{\"sequenceNumber\":<id>},\"dynamodb\":<change>}]}'
    at events put-targets --rule changes --event-bus-name "$TABLE" --targets "[{\"Id\":\"on-event\",\"Arn\":\"$function\",\"InputTransformer\":{
        \"InputPathsMap\":{\"id\":\"\$.id\",\"op\":\"\$.detail.eventName\",\"change\":\"\$.detail.dynamodb\"},\"InputTemplate\":\"$template\"}}]" >/dev/null
}

stream_and_bucket
if [ -n "$ALL" ]; then
    stream_arn=$(at kinesis describe-stream-summary --stream-name "$STREAM" --query StreamDescriptionSummary.StreamARN)
    table
    functions
    catalog
    delivery
    events || echo 'setup.sh: there is no rule for the event bus: this endpoint has none' >&2
fi
