#!/bin/sh
# The common behaviour of the network tools, tested with ddbput and the fault server: credentials, endpoints, TLS,
# retries, and the messages and exit statuses of bfpipe-aws(7).
. "$(dirname "$0")/lib.sh"
. "$root/tests/fault/lib.sh"

bfgen -n 3 >"$T/lines" || exit 1
fault_start </dev/null

# Retries that lead somewhere: nothing on standard error, everything there once.
for trouble in 'error 500 InternalServerError' 'error 503 ServiceUnavailable' 'close' 'reset' 'cut 1' \
    'crc' 'plain 502 <html>' 'error 400 RequestTimeoutException' 'drip 2' 'length +3' 'clock 900'; do
    printf 'BatchWriteItem 1x %s\n' "$trouble" | fault_rules
    check "sat out: $trouble" -i "$T/lines" -- ddbput sales
    case $trouble in
    drip*) want=1 ;;
    *) want=2 ;;
    esac
    ok "  by $want request(s)" test "$(fault_count BatchWriteItem)" = "$want"
done

# Trouble that stays: 75 where another start may find it gone, 1 where it will not.
stays() { # stays STATUS RULE ERE [OPTION...]
    status=$1 rule=$2 ere=$3
    shift 3
    printf '* %s\n' "$rule" | fault_rules
    check "stays: $rule" -s "$status" -i "$T/lines" -E "$ere" -- ddbput "$@" sales
    ok '  one line is said' test "$(wc -l <"$T/err")" = 1
}
stays 1 'error 400 UnrecognizedClientException The token is invalid.' \
    '^ddbput: sales: DescribeTable: UnrecognizedClientException: The token is invalid\. \(HTTP 400, request FAULT-[0-9]+\)$'
ok '  and not tried twice' test "$(fault_count)" = 1
stays 1 'error 400 AccessDeniedException no' '^ddbput: sales: DescribeTable: AccessDeniedException: no \(HTTP 400, request FAULT-[0-9]+\)$'
stays 75 'error 500 InternalServerError' \
    '^ddbput: sales: DescribeTable: InternalServerError \(HTTP 500, request FAULT-[0-9]+, 4 attempts\)$'
ok '  after four requests' test "$(fault_count DescribeTable)" = 4
stays 75 'plain 502 <html>' 'DescribeTable: BadGateway \(HTTP 502, request FAULT-[0-9]+, 2 attempts\)$' --max-attempts 2
ok '  after two' test "$(fault_count DescribeTable)" = 2
stays 75 'close' '^ddbput: sales: DescribeTable: 127\.0\.0\.1:[0-9]+ closed the connection without an answer \(4 attempts\)$'
stays 75 'cut 5' '^ddbput: sales: DescribeTable: the answer of 127\.0\.0\.1:[0-9]+ was cut off \(4 attempts\)$'
stays 75 'crc' '^ddbput: sales: DescribeTable: CRC32CheckFailed: the answer arrived damaged \(HTTP 200, request FAULT-[0-9]+, 4 attempts\)$'
stays 1 'huge 40000000' '^ddbput: sales: DescribeTable: the answer of 127\.0\.0\.1:[0-9]+ is larger than 33554432 bytes$'
stays 1 'redirect 307 - http://127.0.0.1:1/' '^ddbput: sales: DescribeTable: TemporaryRedirect: .* \(HTTP 307, request FAULT-[0-9]+\)$'
ok '  the redirect is not followed' test "$(fault_count)" = 1
# Malformed answers with a status of success do not count as a delivery.
for rule in 'ok <html>Welcome to the hotel</html>' 'ok {"a":' 'plain 200 hello'; do
    stays 75 "$rule" \
        '^ddbput: sales: DescribeTable: 127\.0\.0\.1:[0-9]+ does not answer as DynamoDB does; is the endpoint right\? \(HTTP 200, .*2 attempts\)$' \
        --max-attempts 2
done
stays 1 'plain 404 no' 'DescribeTable: 127\.0\.0\.1:[0-9]+ does not answer as DynamoDB does; is the endpoint right\? \(HTTP 404, '
printf 'PutObject ok <html>hello</html>\n' | fault_rules
not_s3='does not answer as S3 does; is the endpoint right\? \(HTTP 200, .*2 attempts\)$'
check 'an object without an ETag is not there' -s 75 -i "$T/lines" -E "PutObject: 127.*$not_s3" -- \
    env TMPDIR="$T" s3put --max-attempts 2 s3://lake/p/
check '  nor is one in one piece' -s 75 -i "$T/lines" -E "PutObject: 127.*$not_s3" -- s3put --one --max-attempts 2 s3://lake/k
printf 'CompleteMultipartUpload ok <html>hello</html>\n' | fault_rules
head -c 20000000 /dev/zero >"$T/zeros"
check '  nor one in parts' -s 75 -i "$T/zeros" -E "CompleteMultipartUpload: 127.*$not_s3" -- s3put --one --max-attempts 2 s3://lake/k

printf '* close\n' | fault_rules
check 'AWS_MAX_ATTEMPTS' -s 75 -i "$T/lines" -E 'closed the connection without an answer$' -- \
    env AWS_MAX_ATTEMPTS=1 ddbput sales
ok '  one request' test "$(fault_count)" = 1
check 'nobody listens' -s 75 -i "$T/lines" \
    -e 'ddbput: sales: DescribeTable: cannot connect to 127.0.0.1:1: Connection refused (4 attempts)' -- \
    ddbput --endpoint-url http://127.0.0.1:1 sales
# A name that cannot be one: no name server is asked, and none can be slow.
check 'no such host' -s 75 -i "$T/lines" \
    -e 'ddbput: sales: DescribeTable: cannot resolve no..such.host (4 attempts)' -- \
    ddbput -q --endpoint-url http://no..such.host sales

# A proxy is told from the endpoint.
fault_rules </dev/null
check 'a proxy' -i "$T/lines" -e 'ddbput: http://no-such-host.invalid: data sent there can be read on the way; https:// protects it' -- env http_proxy="$FAULT_URL" ddbput --endpoint-url http://no-such-host.invalid sales
check 'a proxy that is not there' -s 75 -i "$T/lines" \
    -e 'ddbput: sales: DescribeTable: cannot connect to the proxy 127.0.0.1:1: Connection refused (4 attempts)' -- \
    env http_proxy=http://user:secret@127.0.0.1:1 ddbput sales
check 'a proxy that has no address' -s 75 -i "$T/lines" -E "cannot resolve the proxy's name: see https_proxy, http_proxy \(4 attempts\)$" -- \
    env http_proxy=http://no..such.host:1 ddbput sales
check 'one that is passed by' -i "$T/lines" -- env http_proxy=http://127.0.0.1:1 no_proxy=127.0.0.1 ddbput sales
printf '* plain 407 who?\n' | fault_rules
check 'one that asks who is there' -s 1 -i "$T/lines" \
    -E 'ProxyAuthenticationRequired: the proxy needs a user and a password in its URL \(HTTP 407, ' -- \
    env http_proxy="$FAULT_URL" ddbput sales
check 'one that opens no tunnel' -s 1 -i "$T/lines" \
    -e 'ddbput: sales: DescribeTable: the proxy opens no tunnel to 127.0.0.1:1: HTTP 407, it needs a user and a password in its URL' -- \
    env https_proxy="$FAULT_URL" ddbput --endpoint-url https://127.0.0.1:1 sales
check 'IPv6' -s 75 -i "$T/lines" -e 'ddbput: sales: DescribeTable: cannot connect to [::1]:1: Connection refused (4 attempts)' -- \
    ddbput --endpoint-url 'http://[::1]:1' sales

# --verbose shows the retries, and no secret.
for rule in 'error 403 SignatureDoesNotMatch no' 'error 500 InternalServerError' 'ok no' 'redirect 301 eu-west-1' 'clock 900'; do
    printf '* %s\n' "$rule" | fault_rules
    for run in 'ddbput sales' 'kinput orders' 'evput -s s -t t' 'kinread -e --retry-for 1s orders' 's3put --one s3://lake/p'; do
        # shellcheck disable=SC2086 # a command
        AWS_SECRET_ACCESS_KEY=SeCrEt AWS_SESSION_TOKEN=ToKeN $run -v <"$T/lines" >>"$T/said" 2>&1
    done
done
ok 'no secret in what is said' test "$(grep -c -e SeCrEt -e ToKeN "$T/said")" = 0
ok '  and something is said' grep -q 'SignatureDoesNotMatch' "$T/said"

printf 'BatchWriteItem 1x error 500 InternalServerError\n' | fault_rules
check 'verbose' -i "$T/lines" -E 'BatchWriteItem: InternalServerError \(HTTP 500, request FAULT-[0-9]+\); attempt 2 of 4 in [0-9]+ ms$' -- ddbput -v sales

# Configuration.
fault_rules </dev/null
check 'no region' -s 2 -i "$T/lines" \
    -e "ddbput: no region: give --region, set AWS_REGION, or put 'region' into profile 'default'" -- \
    env -u AWS_REGION ddbput sales
check 'not a region' -s 2 -i "$T/lines" -e "ddbput: 'us east' is not a region such as eu-central-1" -- ddbput --region 'us east' sales
check 'no credentials' -s 1 -i "$T/lines" -E "^ddbput: sales: no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY" -- \
    env -u AWS_ACCESS_KEY_ID -u AWS_SECRET_ACCESS_KEY ddbput sales
check 'half of the credentials' -s 1 -i "$T/lines" -E 'AWS_ACCESS_KEY_ID is set, AWS_SECRET_ACCESS_KEY is not$' -- \
    env -u AWS_SECRET_ACCESS_KEY ddbput sales
check 'no such profile' -s 1 -i "$T/lines" \
    -e "ddbput: profile 'nobody' is in neither the config nor the credentials file" -- ddbput --profile nobody sales
check 'no such CA bundle' -s 1 -i "$T/lines" -e "ddbput: CA bundle $T/none: No such file or directory" -- \
    ddbput --ca-bundle "$T/none" sales
check 'no URL' -s 2 -i "$T/lines" -E "endpoint URL 'localhost:8000' does not begin with http:// or https://$" -- \
    ddbput --endpoint-url localhost:8000 sales
check 'no port' -s 2 -i "$T/lines" -e "ddbput: sales: endpoint URL 'http://127.0.0.1:99999' has no port from 1 to 65535" -- \
    ddbput --endpoint-url http://127.0.0.1:99999 sales
check 'a password in the URL is not repeated' -s 2 -i "$T/lines" \
    -e 'ddbput: sales: the endpoint URL holds a user, which AWS has no use for: keys sign' -- \
    ddbput --endpoint-url http://me:secret@127.0.0.1:8000 sales
check 'no attempt at all' -s 2 -i "$T/lines" -E "'--max-attempts': 0 is less than 1$" -- \
    ddbput --max-attempts 0 sales
ok 'none of these sent a request' test "$(fault_count)" = 0
ok 'the version names the libraries' sh -c 'ddbput --version | grep -q "^libcurl/.* OpenSSL/.* zlib/"'

# The region of an ARN counts before the environment's, and after --region.
region_of() { # region_of SERVICE REGION COMMAND...
    fault_rules </dev/null
    service=$1 want=$2
    shift 2
    "$@" <"$T/lines" >"$T/out" 2>"$T/err" && grep -q "Credential=test/[0-9]*/$want/$service/" "$FAULT_DIR/log" &&
        [ "$(grep -c "Credential=test/[0-9]*/$want/$service/" "$FAULT_DIR/log")" = "$(fault_count)" ]
}
stream=arn:aws:kinesis:eu-west-3:000000000000:stream/orders table=arn:aws:dynamodb:eu-west-3:000000000000:table/sales
for run in "kinesis kinput" "kinesis kinread -e" "dynamodb ddbput"; do
    name=$stream
    [ "${run%% *}" = kinesis ] || name=$table
    # shellcheck disable=SC2086 # words
    ok "${run#* }: the ARN's region" region_of ${run%% *} eu-west-3 ${run#* } "$name"
    # shellcheck disable=SC2086
    ok '  --region counts more' region_of ${run%% *} eu-west-1 ${run#* } --region eu-west-1 "$name"
    # shellcheck disable=SC2086
    ok '  and without any other' region_of ${run%% *} eu-west-3 env -u AWS_REGION ${run#* } "$name"
done
fault_rules </dev/null

# The examples of bfpipe-aws(7), with the port of this server.
printf '%s\n' '[profile local]' 'region = eu-central-1' "endpoint_url = $FAULT_URL" 'aws_access_key_id = AKIDPROFILE' \
    'aws_secret_access_key = s' >"$T/config"
chmod 600 "$T/config"
example() { sed -n "s/^\\$ \\(.*$1.*\\)/\\1/p" "$root/man/bfpipe-aws.7" | sed "s,http://127.0.0.1:[0-9]*,$FAULT_URL,g"; }
{ example 'export AWS_ENDPOINT_URL='; example 'export AWS_ACCESS'; example 'ddbput sales'; } >"$T/example"
ok 'the example has three lines' test "$(wc -l <"$T/example")" = 3
check 'example: a service here' -- env -u AWS_ENDPOINT_URL -u AWS_REGION sh -e "$T/example"
ok '  a hundred items' test "$(wc -l <"$FAULT_DIR/accepted")" = 100
fault_rules </dev/null
check 'example: a profile' -- env -u AWS_ENDPOINT_URL -u AWS_REGION AWS_CONFIG_FILE="$T/config" sh -e -c "$(example 'profile local')"
ok '  its keys and region, not those of the environment' grep -q 'Credential=AKIDPROFILE/[0-9]*/eu-central-1/dynamodb' "$FAULT_DIR/log"

# A signal: requests in flight are finished.
printf 'BatchWriteItem after 700 fake\n' | fault_rules
mkfifo "$T/in"
ddbput --grace 2m sales <"$T/in" 2>"$T/err" &
pid=$!
exec 3>"$T/in"
cat "$T/lines" >&3
soon fault_got BatchWriteItem
kill -TERM "$pid"
wait "$pid"
exec 3>&-
ok 'SIGTERM: requests in flight arrive' test "$(wc -l <"$FAULT_DIR/accepted")" = 3

# TLS.
check 'https where there is none' -s 75 -i "$T/lines" \
    -e "ddbput: sales: DescribeTable: ${FAULT_URL#http://} does not speak TLS; is it http:// instead of https://? (4 attempts)" -- \
    ddbput --endpoint-url "https://${FAULT_URL#http://}" sales
fault_stop
FAULT_TLS=1 fault_start </dev/null
check 'a certificate that is trusted' -i "$T/lines" -- ddbput --ca-bundle "$FAULT_DIR/ca.pem" sales
check 'the same by environment' -i "$T/lines" -- env AWS_CA_BUNDLE="$FAULT_DIR/ca.pem" ddbput sales
ok '  three items each' test "$(wc -l <"$FAULT_DIR/accepted")" = 6
check 'one that is not' -s 1 -i "$T/lines" -E '^ddbput: sales: DescribeTable: the certificate of 127\.0\.0\.1:[0-9]+ is self-signed \(see --ca-bundle\)$' -- ddbput sales
check 'a bundle that is none' -s 1 -i "$T/lines" -E "error setting certificate file: $T/lines$" -- ddbput --ca-bundle "$T/lines" sales
fault_stop
plan
