#!/bin/sh
# The whole pipeline, as one would write it: sales are written to a table, its
# changes go through a Kinesis stream, become rows, and land in S3.
#
#     sh examples/pipeline.sh              against whatever the AWS environment names
#     bflocal sh examples/pipeline.sh      against a local one that lasts as long as the script
#
# TABLE, STREAM and BUCKET name what is used (stream and bucket must be there;
# examples/setup.sh makes them), COUNT and SEED say which sales.
# shellcheck disable=SC3040 # pipefail is asked for before it is used
(set -o pipefail) 2>/dev/null || exec bash "$0" "$@" # this sh does not know it
set -eu -o pipefail

: "${TABLE:=sales}" "${STREAM:=orders}" "${BUCKET:=lake}" "${COUNT:=10000}" "${SEED:=1}"
case ${AWS_ENDPOINT_URL-} in http://127.0.0.1:*) sh "$(dirname "$0")/setup.sh" ;; esac

# Write: the table is made, with its stream, if it is missing.
bfgen -n "$COUNT" --seed "$SEED" | ddbput --create order_id:S "$TABLE"

# Bridge: every change so far, in order, from the table's stream to Kinesis.
kinread -e "dynamodb:$TABLE" | kinput "$STREAM"

# Read, transform, deliver: an object for each hour of the sale.
kinread -e "$STREAM" | cdcxform |
    s3put --time-field _ts "s3://$BUCKET/sales/!{timestamp:yyyy/MM/dd/HH}/" |
    jq -r '[.records, .bytes, .key] | @tsv'
