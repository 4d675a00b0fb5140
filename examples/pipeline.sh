#!/bin/sh
# The whole pipeline: writes sales to a table, forwards its changes to a Kinesis
# stream, makes rows of them and delivers the rows to S3.
#
#     sh examples/pipeline.sh              uses the endpoint in the AWS environment
#     bflocal sh examples/pipeline.sh      uses a local one, which ends with the script
#
# TABLE, STREAM and BUCKET are the resources (stream and bucket must exist;
# examples/setup.sh creates them), COUNT and SEED the sales.
# shellcheck disable=SC3040 # pipefail is tested before it is used
(set -o pipefail) 2>/dev/null || exec bash "$0" "$@" # this sh does not have it
set -eu -o pipefail

: "${TABLE:=sales}" "${STREAM:=orders}" "${BUCKET:=lake}" "${COUNT:=10000}" "${SEED:=1}"
case ${AWS_ENDPOINT_URL-} in http://127.0.0.1:*) sh "$(dirname "$0")/setup.sh" ;; esac

# Write the sales, and create the table with its stream if it does not exist.
bfgen -n "$COUNT" --seed "$SEED" | ddbput --create order_id:S "$TABLE"

# Forward every change so far, in order, from the table's stream to Kinesis.
kinread -e "dynamodb:$TABLE" | kinput "$STREAM"

# Read, transform and deliver: one object for each hour of the sale.
kinread -e "$STREAM" | cdcxform |
    s3put --time-field _ts "s3://$BUCKET/sales/!{timestamp:yyyy/MM/dd/HH}/" |
    jq -r '[.records, .bytes, .key] | @tsv'
