#!/bin/sh
# bflocal --data on a disk that is full: what frees space works. The disk is a tmpfs in a mount namespace of its own.
. "$(dirname "$0")/lib.sh"
cd "$T" || exit 1
unset AWS_REGION AWS_DEFAULT_REGION
mkdir mnt
if [ -z "${BF_FULL_INSIDE:-}" ] && ! unshare -m sh -c 'mount -t tmpfs -o size=5m tmpfs mnt' 2>unshare.err; then
    skip 'deletes on a full disk' 'no mount namespaces here'
    plan
    exit
fi
s3() { # METHOD PATH [CURL OPTION...]
    method=$1 path=$2
    shift 2
    curl -sS -X "$method" -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' -o body -w '%{http_code}\n' \
        --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" --aws-sigv4 aws:amz:us-east-1:s3 "$@" "$AWS_ENDPOINT_URL$path"
}
ddb() { # OPERATION BODY
    curl -sS -o body -w '%{http_code}\n' --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" --aws-sigv4 aws:amz:us-east-1:dynamodb \
        -H "X-Amz-Target: DynamoDB_20120810.$1" -H 'Content-Type: application/x-amz-json-1.0' --data-binary "$2" "$AWS_ENDPOINT_URL/"
}
# Runs in the namespace: one line "name|status" per call.
inside() {
    mount -t tmpfs -o size=5m tmpfs mnt || return
    eval "$(bflocal --daemon --data mnt/store)"
    s3 PUT /bucket >status
    ddb CreateTable '{"TableName":"full","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],"BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}]}' >status
    big=$(head -c 50000 /dev/zero | tr '\0' x)
    i=0
    while [ $i -lt 200 ] && [ "$(s3 PUT /bucket/$i --data-binary "$big")" = 200 ]; do
        ddb PutItem "{\"TableName\":\"full\",\"Item\":{\"id\":{\"S\":\"$i\"},\"x\":{\"S\":\"$big\"}}}" >status
        i=$((i + 1))
    done
    cat /dev/zero >mnt/fill 2>full.err
    echo "PutObject|$(s3 PUT /bucket/more --data-binary "$big")"
    echo "DeleteObject|$(s3 DELETE /bucket/1)"
    echo "DeleteItem|$(ddb DeleteItem '{"TableName":"full","Key":{"id":{"S":"1"}}}')"
    echo "DeleteTable|$(ddb DeleteTable '{"TableName":"full"}')"
    bflocal --stop
}
if [ -n "${BF_FULL_INSIDE:-}" ]; then
    inside >"$BF_FULL_INSIDE"
    exit
fi
BF_FULL_INSIDE=$T/statuses unshare -m sh "$root/tests/cli/bflocal-full.sh" >inside.out 2>&1
check 'what needs space fails, what frees some works' -o 'PutObject|500
DeleteObject|204
DeleteItem|200
DeleteTable|200' -- cat statuses
plan
