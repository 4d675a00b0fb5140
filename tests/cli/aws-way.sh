#!/bin/sh
# Connections to a service: through proxies, to an account's own endpoint, slower if it throttles, and after a suspend.
. "$(dirname "$0")/lib.sh"
. "$root/tests/fault/lib.sh"

bfgen -n 3 >"$T/lines" || exit 1
python=python3
[ -x /usr/bin/python3 ] && python=/usr/bin/python3
PROXY_PIDS=
FAULT_TLS=1 fault_start </dev/null
trap 'kill $PROXY_PIDS 2>/dev/null; fault_stop; rm -rf "$T"' EXIT
AWS_CA_BUNDLE=$FAULT_DIR/ca.pem
export AWS_CA_BUNDLE

# proxy_start FOLDER [USER:PASSWORD]: sets PROXY.
proxy_start() {
    mkdir -p "$1"
    "$python" "$root/tests/fault/proxy.py" "$@" </dev/null 2>"$1/stderr" &
    PROXY_PIDS="$PROXY_PIDS $!"
    soon test -s "$1/proxy-port"
    PROXY=127.0.0.1:$(cat "$1/proxy-port")
}

# Proxies.
proxy_start "$T/open"
check 'through a tunnel' -i "$T/lines" -- env https_proxy="http://$PROXY" ddbput sales
ok '  it was one' grep -q "^CONNECT ${FAULT_URL#https://} HTTP/1.1 -$" "$T/open/proxy-log"
ok '  and all has arrived' test "$(wc -l <"$FAULT_DIR/accepted")" = 3
: >"$T/open/proxy-log"
for none in 127.0.0.1 '*' 'example.com,127.0.0.1'; do
    check "NO_PROXY=$none" -i "$T/lines" -- env https_proxy="http://$PROXY" NO_PROXY="$none" ddbput sales
done
check 'HTTPS_PROXY for another host' -i "$T/lines" -- env HTTPS_PROXY="http://$PROXY" NO_PROXY=example.com ddbput sales
ok '  one tunnel, for the last alone' test "$(wc -l <"$T/open/proxy-log")" = 1
proxy_start "$T/closed" me:pass-word
check 'a proxy that wants to know who' -i "$T/lines" -E '3 written' -- env https_proxy="http://me:pass-word@$PROXY" ddbput -vv sales
ok '  is told, and nobody else is' sh -c "grep -q ' me:pass-word$' '$T/closed/proxy-log' && ! grep -q pass-word '$T/err'"
check '  a wrong password' -i "$T/lines" -s 1 -E 'the proxy opens no tunnel to 127\.0\.0\.1:[0-9]+: HTTP 407, it needs a user and a password in its URL$' -- \
    env https_proxy="http://me:wrong@$PROXY" ddbput sales
ok '  and the password is not repeated' sh -c "! grep -q wrong '$T/err'"

# Endpoints of an account, as the proxy is asked for them; nobody listens there.
unset AWS_ENDPOINT_URL
asked_for() { # asked_for HOST COMMAND...
    want=$1
    shift
    : >"$T/open/proxy-log"
    PROXY=127.0.0.1:$(cat "$T/open/proxy-port")
    https_proxy="http://$PROXY" timeout 20 "$@" --max-attempts 1 <"$T/lines" >"$T/out" 2>"$T/err"
    if [ "$(sed -n '1s/^CONNECT \(.*\):443 .*/\1/p' "$T/open/proxy-log")" = "$want" ]; then
        pass "$want: $*"
    else
        fail "$want: $*" "asked for: $(cat "$T/open/proxy-log")" "$(cat "$T/err")"
    fi
}
table=arn:aws:dynamodb:us-east-1:111122223333:table/sales stream=arn:aws:kinesis:us-east-1:111122223333:stream/orders
asked_for dynamodb.us-east-1.amazonaws.com ddbput sales
asked_for 123456789012.ddb.us-east-1.amazonaws.com env AWS_ACCOUNT_ID=123456789012 ddbput sales
asked_for 111122223333.ddb.us-east-1.amazonaws.com env AWS_ACCOUNT_ID=123456789012 ddbput $table
asked_for dynamodb.us-east-1.amazonaws.com env AWS_ACCOUNT_ID=123456789012 AWS_ACCOUNT_ID_ENDPOINT_MODE=disabled ddbput $table
asked_for dynamodb-fips.us-east-1.amazonaws.com env AWS_ACCOUNT_ID=123456789012 AWS_USE_FIPS_ENDPOINT=true ddbput sales
asked_for 123456789012.ddb.us-east-1.api.aws env AWS_ACCOUNT_ID=123456789012 AWS_USE_DUALSTACK_ENDPOINT=true ddbput sales
asked_for dynamodb.cn-north-1.amazonaws.com.cn env AWS_ACCOUNT_ID=123456789012 AWS_REGION=cn-north-1 ddbput sales
asked_for kinesis.us-east-1.amazonaws.com env AWS_ACCOUNT_ID=123456789012 kinput --retry-for 0s orders
asked_for 111122223333.data-kinesis.us-east-1.amazonaws.com kinput --retry-for 0s $stream
asked_for 111122223333.data-kinesis-fips.us-east-1.amazonaws.com env AWS_USE_FIPS_ENDPOINT=true kinput --retry-for 0s $stream
asked_for 111122223333.control-kinesis.us-east-1.amazonaws.com kinread -e $stream
asked_for streams.dynamodb.us-east-1.amazonaws.com env AWS_ACCOUNT_ID=123456789012 kinread -e $table/stream/2026-11-28T07:00:00.000

# Settings of S3 in the profile, and of STS.
printf '%s\n' '[default]' 's3 =' '  use_accelerate_endpoint = true' >"$T/fast"
printf '%s\n' '[default]' 's3 =' '  use_dualstack_endpoint = true' >"$T/dual"
printf '%s\n' '[default]' 'role_arn = arn:aws:iam::123456789012:role/r' 'credential_source = Environment' >"$T/role"
chmod 600 "$T/fast" "$T/dual" "$T/role"
asked_for lake.s3-accelerate.amazonaws.com env AWS_CONFIG_FILE="$T/fast" s3put --one s3://lake/k
asked_for lake.s3-accelerate.dualstack.amazonaws.com env AWS_CONFIG_FILE="$T/fast" AWS_USE_DUALSTACK_ENDPOINT=true s3put --one s3://lake/k
asked_for lake.s3.dualstack.us-east-1.amazonaws.com env AWS_CONFIG_FILE="$T/dual" s3put --one s3://lake/k
asked_for s3.dualstack.us-east-1.amazonaws.com env AWS_CONFIG_FILE="$T/dual" s3put --one s3://my.lake/k
asked_for sts.us-east-1.amazonaws.com env AWS_CONFIG_FILE="$T/role" ddbput --profile default sales
asked_for sts.amazonaws.com env AWS_CONFIG_FILE="$T/role" AWS_STS_REGIONAL_ENDPOINTS=legacy ddbput --profile default sales
check 'accelerated, with dots in the name' -s 2 -i "$T/lines" \
    -E "s3: use_accelerate_endpoint: the name of bucket 'my.lake' is not a host label$" -- env AWS_CONFIG_FILE="$T/fast" s3put --one s3://my.lake/k
check 'accelerated, at an endpoint' -s 2 -i "$T/lines" -E 's3: use_accelerate_endpoint cannot be combined with a configured endpoint$' -- \
    env AWS_CONFIG_FILE="$T/fast" s3put --endpoint-url "$FAULT_URL" --one s3://lake/k

check 'required, and not known' -s 2 \
    -e 'ddbput: sales: account_id_endpoint_mode is required, and the credentials name no account: set AWS_ACCOUNT_ID or aws_account_id' -- \
    env AWS_ACCOUNT_ID_ENDPOINT_MODE=required ddbput sales
check 'no such mode' -s 2 -e "ddbput: AWS_ACCOUNT_ID_ENDPOINT_MODE: 'always' is not preferred, disabled or required" -- \
    env AWS_ACCOUNT_ID_ENDPOINT_MODE=always ddbput sales

# What a client says of itself, a body that is signed over TLS, and an object without a checksum.
AWS_ENDPOINT_URL=$FAULT_URL
export AWS_ENDPOINT_URL
printf '%s\n' '[default]' 's3 =' '  payload_signing_enabled = true' >"$T/signed"
chmod 600 "$T/signed"
puts() { # puts NAME COMMAND...: one object
    fault_rules </dev/null
    puts_name=$1
    shift
    check "$puts_name" -i "$T/lines" -m '^\{"bucket":"lake","key":"k",' -- "$@" --one s3://lake/k
}
sent() { grep PutObject "$FAULT_DIR/log" | grep -q "$1"; }
puts 'an application that has a name' env AWS_SDK_UA_APP_ID='night shift' s3put
ok '  says it' sent '"user-agent": *"bfpipe/[^ ]* app/night-shift"'
ok '  and sends a checksum' sent x-amz-checksum-crc32
puts 'checksums only where they are required' env AWS_REQUEST_CHECKSUM_CALCULATION=when_required s3put
ok '  none is sent' sh -c "! grep -q x-amz-checksum '$FAULT_DIR/log'"
puts '  unless an option asks for it' env AWS_REQUEST_CHECKSUM_CALCULATION=when_required s3put --checksum crc32c
ok '  it is sent' sent x-amz-checksum-crc32c
puts 'over TLS a body is not signed' s3put
ok '  but only protected' sent UNSIGNED-PAYLOAD
puts 'payload_signing_enabled' env AWS_CONFIG_FILE="$T/signed" s3put
ok '  it is signed' sent '"x-amz-content-sha256": *"[0-9a-f]\{64\}"'

# Adaptive: a service that throttles is asked more slowly, and everything arrives.
bfgen -n 200 --mix insert=100,update=0,delete=0 >"$T/many"
printf 'BatchWriteItem 2x throttle\n' | fault_rules
check 'adaptive mode' -i "$T/many" -- env AWS_RETRY_MODE=adaptive ddbput sales
ok '  everything has arrived' test "$(wc -l <"$FAULT_DIR/accepted")" = 200
check 'no such mode of retries' -s 2 -i "$T/lines" -e "ddbput: AWS_RETRY_MODE: 'eager' is not standard, legacy or adaptive" -- \
    env AWS_RETRY_MODE=eager ddbput sales

# The computer was suspended for an hour: the expected answer will never arrive.
if [ "${BUILD##*/}" != release ] || [ -n "${BF_VALGRIND:-}" ]; then
    skip 'a sleep of an hour' 'a clock of the test goes before no sanitizer'
elif cc -shared -fPIC -o "$T/slept.so" "$root/tests/fault/slept.c" 2>"$T/cc.log"; then
    printf 'BatchWriteItem 1x hang\n' | fault_rules
    begun=$(date +%s)
    LD_PRELOAD=$T/slept.so SLEPT=$T/slept ddbput -v sales <"$T/lines" >"$T/out" 2>"$T/err" &
    pid=$!
    soon fault_got BatchWriteItem
    : >"$T/slept"
    wait $pid
    ok 'after a sleep it is sent anew' test $? = 0 -a "$(wc -l <"$FAULT_DIR/accepted")" = 3
    ok '  before any time-out' test $(($(date +%s) - begun)) -lt 45
    ok '  which is told with -v' grep -q '^ddbput: this computer has slept for 3600 s: connecting anew$' "$T/err"

    # A clock that is ahead by more than the keys of a role last: they have not expired, whatever it says.
    mkdir "$T/identity"
    "$python" "$root/tests/fault/identity.py" "$T/identity" </dev/null 2>"$T/identity/stderr" &
    PROXY_PIDS="$PROXY_PIDS $!"
    soon test -s "$T/identity/port"
    for ahead in 7200 -7200; do
        printf '* clock 0\n' | fault_rules
        check "a role, and a clock that is off by $ahead s" -i "$T/lines" -- \
            env LD_PRELOAD="$T/slept.so" AHEAD=$ahead AWS_CONFIG_FILE="$T/role" \
            AWS_ENDPOINT_URL_STS="http://127.0.0.1:$(cat "$T/identity/port")" ddbput --profile default sales
        ok '  everything has arrived' test "$(wc -l <"$FAULT_DIR/accepted")" = 3
    done
    ok '  with one question each' test "$(grep -c AssumeRole "$T/identity/log")" = 2
else
    skip 'a sleep of an hour' 'there is no compiler'
fi
plan
