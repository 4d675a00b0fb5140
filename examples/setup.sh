#!/bin/sh
# Creates, with the AWS CLI, what the examples use, unless it exists: the stream and the bucket of examples/pipeline.sh. With
# ALL=1 the whole pipeline of deploy/template.yaml as far as bflocal has the services: a table whose changes go to the
# stream, a function that makes rows of them and sends them to Firehose, which writes them to the bucket; the unchanged
# records beside them; the catalog and a workgroup for Athena; and a rule that starts a function with changes from an event bus.
#
#     ALL=1 bflocal sh examples/setup.sh
#
# On AWS `make deploy` creates it, with roles and alarms; here ROLE is the role of everything, and PACKAGE a zip of `make lambda.zip`.
set -eu
: "${STREAM:=orders}" "${BUCKET:=lake}" "${AWS_REGION:=us-east-1}" "${ALL:=}" "${TABLE:=sales}" "${SECONDS_BUFFERED:=60}" "${PACKAGE:=}"
: "${ROLE:=arn:aws:iam::000000000000:role/pipeline}" "${AWS:=aws}"

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
    is_there s3api head-bucket --bucket "$BUCKET" || at s3 mb "s3://$BUCKET" >/dev/null
}

table() {
    make_it "dynamodb describe-table --table-name $TABLE" dynamodb create-table --table-name "$TABLE" \
        --attribute-definitions AttributeName=order_id,AttributeType=S --key-schema AttributeName=order_id,KeyType=HASH \
        --billing-mode PAY_PER_REQUEST --stream-specification StreamEnabled=true,StreamViewType=NEW_AND_OLD_IMAGES
    at dynamodb wait table-exists --table-name "$TABLE"
    make_it "dynamodb describe-kinesis-streaming-destination --table-name $TABLE" \
        dynamodb enable-kinesis-streaming-destination --table-name "$TABLE" --stream-arn "$stream_arn"
}

# delivery NAME JSON: a Firehose stream; the JSON says what differs.
delivery() {
    make_it "firehose describe-delivery-stream --delivery-stream-name $1" \
        firehose create-delivery-stream --delivery-stream-name "$1" --cli-input-json "$2"
}
destination() { # destination PREFIX COMPRESSION
    printf '"ExtendedS3DestinationConfiguration":{"RoleARN":"%s","BucketARN":"arn:aws:s3:::%s","Prefix":"%s","CompressionFormat":"%s",' "$ROLE" "$BUCKET" "$1" "$2"
    printf '"ErrorOutputPrefix":"failed/!{firehose:error-output-type}/","BufferingHints":{"SizeInMBs":5,"IntervalInSeconds":%s}}' "$SECONDS_BUFFERED"
}
deliveries() {
    delivery "$TABLE-rows" "{\"DeliveryStreamType\":\"DirectPut\",$(destination 'sales/!{timestamp:yyyy/MM/dd}/' UNCOMPRESSED)}"
    delivery "$TABLE-raw" "{\"DeliveryStreamType\":\"KinesisStreamAsSource\",\"KinesisStreamSourceConfiguration\":{\"KinesisStreamARN\":\"$stream_arn\",\"RoleARN\":\"$ROLE\"},$(destination 'raw/!{timestamp:yyyy/MM/dd}/' GZIP)}"
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
    function_of "$TABLE-transform" "{\"Variables\":{\"BF_META\":\"op,ts,seq\",\"BF_VERBOSE\":\"1\",\"BF_TO\":\"firehose:$TABLE-rows\"}}"
    function_of "$TABLE-on-event" "{\"Variables\":{\"BF_META\":\"op,ts,seq\",\"BF_FAIL_BATCH\":\"1\",\"BF_TO\":\"s3://$BUCKET/live/!{timestamp:yyyy/MM/dd}/\"}}"
    [ "$(at lambda list-event-source-mappings --function-name "$TABLE-transform" --query 'length(EventSourceMappings)')" != 0 ] ||
        at lambda create-event-source-mapping --function-name "$TABLE-transform" --event-source-arn "$stream_arn" \
            --starting-position TRIM_HORIZON --batch-size 1000 --function-response-types ReportBatchItemFailures \
            --bisect-batch-on-function-error --maximum-retry-attempts 10 >/dev/null
}

# The columns are derived from mock rows.
catalog() {
    make_it "glue get-database --name $TABLE" glue create-database --database-input "Name=$TABLE"
    input=$(bfgen -q -n 3000 -o cdc | cdcxform -q --meta op,ts,seq 2>/dev/null |
        athddl -q --for glue-json --location "s3://$BUCKET/sales/!{timestamp:yyyy/MM/dd}/" "$TABLE.sales")
    make_it "glue get-table --database-name $TABLE --name sales" glue create-table --cli-input-json "$input"
    make_it "athena get-work-group --work-group $TABLE" athena create-work-group --name "$TABLE" --configuration \
        "ResultConfiguration={OutputLocation=s3://$BUCKET/answers/},BytesScannedCutoffPerQuery=10000000000"
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
    deliveries
    functions
    catalog
    events || echo 'setup.sh: there is no rule for the event bus: this endpoint has none' >&2
fi
