#!/bin/sh
# bflocal's faults and errors as a client sees them: each kind on the wire.
. "$(dirname "$0")/lib.sh"
cd "$T" || exit 1
unset AWS_REGION AWS_DEFAULT_REGION
eval "$(bflocal --daemon)"
trap 'bflocal --stop; rm -rf "$T"' EXIT
url=$AWS_ENDPOINT_URL
user=$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY

fault() {
    curl -sS --data-binary "$1" "$url/_bflocal/fault"
}

# json TARGET BODY [CURL OPTION...]: a signed call of a JSON protocol
json() {
    target=$1 body=$2
    case $target in Kinesis*) service=kinesis ;; *) service=dynamodb ;; esac
    shift 2
    curl -sS --user "$user" --aws-sigv4 "aws:amz:us-east-1:$service" -H "X-Amz-Target: $target" \
        -H 'Content-Type: application/x-amz-json-1.0' --data-binary "$body" "$@" "$url/"
}
ddb() {
    op=$1
    shift
    json "DynamoDB_20120810.$op" "$@"
}
s3() {
    method=$1 path=$2
    shift 2
    curl -sS -X "$method" -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' \
        --user "$user" --aws-sigv4 aws:amz:us-east-1:s3 "$@" "$url$path"
}

coral='"__type":"com.amazon.coral.service#'
check 'an operation that is none' -m "${coral}UnknownOperationException\",\"message\":\"bflocal has no FooBar: it has the operations" -- ddb FooBar '{}'
check 'a service that is none' -m 'UnknownOperationException"' -- json Foo_1.Bar '{}'
check 'no signature' -m "${coral}MissingAuthenticationTokenException\",\"message\":\"Request is missing Authentication Token\"" -- \
    curl -sS -H 'X-Amz-Target: DynamoDB_20120810.ListTables' -d '{}' "$url/"
check 'an unknown key' -m "${coral}UnrecognizedClientException\",\"message\":\"The security token included in the request is invalid.\"" -- \
    ddb ListTables '{}' --user nobody:x
check 'a wrong secret' -m "${coral}InvalidSignatureException\",\"message\":\"The request signature we calculated does not match" -- \
    ddb ListTables '{}' --user "$AWS_ACCESS_KEY_ID:x"
check 'a wrong region' -m "scoped to a valid region, not 'eu-west-1'" -- ddb ListTables '{}' --aws-sigv4 aws:amz:eu-west-1:dynamodb
check 'a wrong service' -m "scoped to correct service: 'kinesis'" -- \
    json Kinesis_20131202.ListStreams '{}' --aws-sigv4 aws:amz:us-east-1:dynamodb
check 'Kinesis says it without a namespace' -m '"__type":"UnrecognizedClientException"' -- \
    json Kinesis_20131202.ListStreams '{}' --user nobody:x
check 'S3: no signature' -m '<Code>AccessDenied</Code><Message>Access Denied</Message>' -- curl -sS "$url/"
check 'S3: an unknown key' -m '<Code>InvalidAccessKeyId</Code>' -- s3 GET / --user nobody:x
check 'S3: a wrong secret' -m '<Code>SignatureDoesNotMatch</Code>.*' -- s3 GET / --user "$AWS_ACCESS_KEY_ID:x"
check 'S3: a wrong region' -m "<Code>AuthorizationHeaderMalformed</Code>.*the region .eu-west-1. is wrong; expecting .us-east-1..*<Region>us-east-1</Region>" -- \
    s3 GET / --aws-sigv4 aws:amz:eu-west-1:s3
check 'S3: a changed body' -m '<Code>XAmzContentSHA256Mismatch</Code>' -- sh -c \
    "curl -sS -X PUT -H 'x-amz-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' --user '$user' \
     --aws-sigv4 aws:amz:us-east-1:s3 $url/bucket --data-binary '<CreateBucketConfiguration/>'"
check 'S3: a sub-resource that bflocal has not' -m '<Code>NotImplemented</Code>' -- s3 GET '/bucket?acl='
check 'a JSON body past its limit' -m 'RequestEntityTooLarge' -- sh -c \
    "head -c 18000000 /dev/zero | curl -sS -H 'Expect:' -H 'X-Amz-Target: DynamoDB_20120810.PutItem' --data-binary @- $url/ 2>/dev/null ||
     echo RequestEntityTooLarge"
check 'a client clock that is off' -m 'Signature expired: .* is now earlier than .* - 15 min' -- sh -c \
    "curl -sS --data-binary clock:by=1h $url/_bflocal/fault >/dev/null
     curl -sS --user '$user' --aws-sigv4 aws:amz:us-east-1:dynamodb -H 'X-Amz-Target: DynamoDB_20120810.ListTables' -d '{}' $url/"
check 'S3 tells both times' -m '<Code>RequestTimeTooSkewed</Code>.*<RequestTime>.*<ServerTime>' -- s3 GET /
check 'the Date header is off as well' -- sh -c \
    "d=\$(curl -sSI $url/_bflocal/health | sed -n 's/^Date: //p' | tr -d '\r'); a=\$(date -d \"\$d\" +%s); b=\$(date +%s); [ \$((a - b)) -gt 1800 ]"

check 'a new specification replaces the old' -m '"kind":"throttle"' -- fault 'throttle:service=kinesis,n=1'
check 'throttled' -m '"__type":"ProvisionedThroughputExceededException"' -- json Kinesis_20131202.ListStreams '{}'
check 'once' -m '"StreamNames"' -- json Kinesis_20131202.ListStreams '{}'
check 'it is counted' -m '"seen":2,"struck":1' -- curl -sS "$url/_bflocal/fault"
check 'a wrong specification changes nothing' -m "unknown fault 'nope'" -- fault nope
check 'the old one is still there' -m '"kind":"throttle"' -- curl -sS "$url/_bflocal/fault"

fault '500:service=s3,n=1 503:service=s3,n=2' >fault.out
check 'S3 500' -m '<Code>InternalError</Code>' -- s3 GET /
check 'S3 503' -m '<Code>ServiceUnavailable</Code>' -- s3 GET /
fault throttle:service=s3,n=1 >fault.out
check 'S3 SlowDown' -o 503 -- s3 GET / -o body -w '%{http_code}\n'
check 'its text' -m '<Code>SlowDown</Code><Message>Please reduce your request rate.</Message>' -- cat body

check 'an answer cut off in the middle' -s 18 -a -E 'curl: \(18\)' -- sh -c "curl -sS --data-binary cut:n=1 $url/_bflocal/fault >/dev/null
    curl -sS --user '$user' --aws-sigv4 aws:amz:us-east-1:dynamodb -H 'X-Amz-Target: DynamoDB_20120810.ListTables' -d '{}' $url/"

crc_of() { # gzip's trailer has the CRC32 of a file
    gzip -c "$1" | tail -c 8 | od -An -tu4 -N4 | tr -d ' '
}
ddb ListTables '{}' -D head >body
check 'x-amz-crc32 is right' -o "$(crc_of body)" -- sh -c "sed -n 's/^x-amz-crc32: //p' head | tr -d '\r'"
fault crc:n=1 >fault.out
ddb ListTables '{}' -D head >body
ok 'a wrong one on demand' sh -c "[ \"\$(sed -n 's/^x-amz-crc32: //p' head | tr -d '\r')\" != $(crc_of body) ]"

fault '' >fault.out
check 'no faults any more' -o '{"rules":[]}' -- curl -sS "$url/_bflocal/fault"
check 'S3 works' -o 200 -- s3 PUT /bucket -w '%{http_code}\n'
fault conflict:n=1 >fault.out
check 'a conflict on demand' -m '<Code>ConditionalRequestConflict</Code>' -- s3 PUT /bucket/key --data-binary x
check 'If-None-Match: a new key' -o 200 -- s3 PUT /bucket/key -H 'If-None-Match: *' --data-binary x -w '%{http_code}\n'
check 'If-None-Match: an old one' -m '<Code>PreconditionFailed</Code>.*<Condition>If-None-Match</Condition>' -- \
    s3 PUT /bucket/key -H 'If-None-Match: *' --data-binary y
check 'If-Match: another ETag' -m '<Code>PreconditionFailed</Code>' -- s3 PUT /bucket/key -H 'If-Match: "0"' --data-binary y
check 'nothing was written' -o x200 -- s3 GET /bucket/key -w '%{http_code}\n'
fault disk:max=1000 >fault.out
head -c 5000 /dev/zero >big
check 'a full disk' -m '<Code>InternalError</Code>' -- s3 PUT /bucket/big --data-binary @big
check 'keeps what was there' -o x200 -- s3 GET /bucket/key -w '%{http_code}\n'
fault '' >fault.out
check 'and accepts more when there is room again' -o 200 -- s3 PUT /bucket/big --data-binary @big -w '%{http_code}\n'
fault 'crc:op=GetObject,n=1' >fault.out
s3 GET /bucket/big -H 'x-amz-checksum-mode: ENABLED' -D wrong -o body
s3 GET /bucket/big -H 'x-amz-checksum-mode: ENABLED' -D right -o body
ok 'a wrong checksum of an object on demand' sh -c "grep -q '^x-amz-checksum-crc64nvme: ' wrong && grep '^x-amz-checksum' wrong >a; grep '^x-amz-checksum' right >b; ! cmp -s a b"

# The same seed, the same calls: reproducible over two servers.
hits() {
    bflocal --credentials K:S --fault 'seed=5 throttle:p=30%' sh -c 'for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
        curl -sS -o /dev/null -w "%{http_code} " --user K:S --aws-sigv4 aws:amz:us-east-1:s3 \
            -H "x-amz-content-sha256: UNSIGNED-PAYLOAD" $AWS_ENDPOINT_URL/
    done'
}
hits >one
hits >two
check 'reproducible' -O one -- cat two
ok 'and neither all nor none' sh -c 'grep -q 200 one && grep -q 503 one'
plan
