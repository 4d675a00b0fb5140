#!/bin/sh
# Creates the stream and the bucket that examples/pipeline.sh uses, unless they
# exist, with the AWS CLI.
set -eu
: "${STREAM:=orders}" "${BUCKET:=lake}" "${AWS_REGION:=us-east-1}"

# An AWS CLI before 2.13 does not read AWS_ENDPOINT_URL by itself.
kinesis=${AWS_ENDPOINT_URL_KINESIS-${AWS_ENDPOINT_URL-}}
s3=${AWS_ENDPOINT_URL_S3-${AWS_ENDPOINT_URL-}}

aws ${kinesis:+--endpoint-url "$kinesis"} kinesis describe-stream-summary --stream-name "$STREAM" >/dev/null 2>&1 || {
    aws ${kinesis:+--endpoint-url "$kinesis"} kinesis create-stream --stream-name "$STREAM" --shard-count 2
    aws ${kinesis:+--endpoint-url "$kinesis"} kinesis wait stream-exists --stream-name "$STREAM"
}
aws ${s3:+--endpoint-url "$s3"} s3api head-bucket --bucket "$BUCKET" 2>/dev/null ||
    aws ${s3:+--endpoint-url "$s3"} s3 mb "s3://$BUCKET" --region "$AWS_REGION" >/dev/null
