#!/bin/sh
# A disk that is really full (a small tmpfs): writes are refused, deletes work, and then writes work again.
. "$(dirname "$0")/lib.sh"
cd "$T" || exit 1
unset AWS_REGION AWS_DEFAULT_REGION
mkdir disk
unshare -rm mount -t tmpfs -o size=8m tmpfs disk 2>unshare.err || {
    skip 'deletes on a full disk' 'no name space with a file system of its own'
    plan
    exit
}
cat >table <<'END'
{"TableName":"tab","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],"BillingMode":"PAY_PER_REQUEST",
 "AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_AND_OLD_IMAGES"}}
END
cat >fill <<'END'
# Each call prints its status.
s3() {
    method=$1 path=$2
    shift 2
    curl -sS -o body -X "$method" -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' -w "$method %{http_code}\n" \
        --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" --aws-sigv4 aws:amz:us-east-1:s3 "$@" "$AWS_ENDPOINT_URL$path"
}
ddb() {
    curl -sS -o body --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" --aws-sigv4 aws:amz:us-east-1:dynamodb -w "$1 %{http_code}\n" \
        -H "X-Amz-Target: DynamoDB_20120810.$1" -H 'Content-Type: application/x-amz-json-1.0' --data-binary "$2" "$AWS_ENDPOINT_URL/"
}
full() { # COMMAND...: again until it fails; four megabytes of anything fit into none of it
    i=0
    while [ $i -lt 300 ] && "$@" >status && grep -q 200 status; do i=$((i + 1)); done
}
s3 PUT /lake
s3 PUT /lake/a --data-binary a
ddb CreateTable @table
ddb PutItem '{"TableName":"tab","Item":{"id":{"S":"a"}}}'
ddb PutItem '{"TableName":"tab","Item":{"id":{"S":"b"}}}'
i=0
while [ $i -lt 100 ]; do
    ddb PutItem "{\"TableName\":\"tab\",\"Item\":{\"id\":{\"S\":\"$i\"}}}" >status
    i=$((i + 1))
done
head -c 300000 /dev/zero >zeros
number=0
object() { number=$((number + 1)) && s3 PUT "/lake/$number" --data-binary "@$1"; }
full object zeros
echo x >x
full object x
object zeros
s3 DELETE /lake/a
ddb DeleteItem '{"TableName":"tab","Key":{"id":{"S":"a"}}}'
i=0
while [ $i -lt 100 ] && ddb DeleteItem "{\"TableName\":\"tab\",\"Key\":{\"id\":{\"S\":\"$i\"}}}" >status && grep -q 200 status; do i=$((i + 1)); done
echo "items deleted $i"
ddb BatchWriteItem '{"RequestItems":{"tab":[{"DeleteRequest":{"Key":{"id":{"S":"b"}}}}]}}'
s3 POST '/lake?delete=' -H "content-md5: $(cat md5)" --data-binary @delete
s3 PUT /lake/again --data-binary @zeros
ddb DeleteTable '{"TableName":"tab"}'
END
{
    echo '<Delete>'
    i=1
    while [ $i -lt 300 ]; do
        echo "<Object><Key>$i</Key></Object>"
        i=$((i + 1))
    done
    echo '</Delete>'
} >delete
openssl md5 -binary <delete | base64 >md5
cat >want <<'END'
PUT 200
PUT 200
CreateTable 200
PutItem 200
PutItem 200
PUT 500
DELETE 204
DeleteItem 200
items deleted 100
BatchWriteItem 200
POST 200
PUT 200
DeleteTable 200
END
check 'deletes work on a full disk' -O want -E 'No space left on device|disk is full' -- \
    unshare -rm sh -c 'mount -t tmpfs -o size=8m tmpfs disk && exec bflocal --data disk/store sh ./fill'
plan
