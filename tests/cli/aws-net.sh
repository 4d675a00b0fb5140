#!/bin/sh
# What every network tool shares, shown with ddbput against the fault server: credentials, endpoints, TLS,
# retries, and the messages and exit statuses that bfpipe-aws(7) promises.
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
printf '* close\n' | fault_rules
check 'AWS_MAX_ATTEMPTS' -s 75 -i "$T/lines" -E 'closed the connection without an answer$' -- \
    env AWS_MAX_ATTEMPTS=1 ddbput sales
ok '  one request' test "$(fault_count)" = 1
check 'nobody listens' -s 75 -i "$T/lines" \
    -e 'ddbput: sales: DescribeTable: cannot connect to 127.0.0.1:1: Connection refused (4 attempts)' -- \
    ddbput --endpoint-url http://127.0.0.1:1 sales
check 'no such host' -s 75 -i "$T/lines" \
    -e 'ddbput: sales: DescribeTable: cannot resolve no-such-host.invalid (4 attempts)' -- \
    ddbput --endpoint-url http://no-such-host.invalid sales

# --verbose shows the retries.
printf 'BatchWriteItem 1x error 500 InternalServerError\n' | fault_rules
check 'verbose' -i "$T/lines" -E 'BatchWriteItem: InternalServerError \(HTTP 500, request FAULT-[0-9]+\); attempt 2 of 4 in [0-9]+ ms$' -- ddbput -v sales

# Configuration.
fault_rules </dev/null
check 'no region' -s 2 -i "$T/lines" \
    -e "ddbput: no region: give --region, set AWS_REGION, or put 'region' into profile 'default'" -- \
    env -u AWS_REGION ddbput sales
check 'not a region' -s 2 -i "$T/lines" -e "ddbput: 'us east' is not a region" -- ddbput --region 'us east' sales
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
ok 'none of these sent a request' test "$(fault_count)" = 0
ok 'the version names the libraries' sh -c 'ddbput --version | grep -q "^libcurl/.* OpenSSL/.* zlib/"'

# The examples of bfpipe-aws(7), with the port of this server.
printf '%s\n' '[profile local]' 'region = eu-central-1' "endpoint_url = $FAULT_URL" 'aws_access_key_id = AKIDPROFILE' \
    'aws_secret_access_key = s' >"$T/config"
example() { sed -n "s/^\\$ \\(.*$1.*\\)/\\1/p" "$root/man/bfpipe-aws.7" | sed "s,http://127.0.0.1:[0-9]*,$FAULT_URL,g"; }
{ example 'export AWS_ENDPOINT_URL='; example 'export AWS_ACCESS'; example 'ddbput sales'; } >"$T/example"
ok 'the example has three lines' test "$(wc -l <"$T/example")" = 3
check 'example: a service here' -- env -u AWS_ENDPOINT_URL -u AWS_REGION sh -e "$T/example"
ok '  a hundred items' test "$(wc -l <"$FAULT_DIR/accepted")" = 100
fault_rules </dev/null
check 'example: a profile' -- env -u AWS_ENDPOINT_URL -u AWS_REGION AWS_CONFIG_FILE="$T/config" sh -e -c "$(example 'profile local')"
ok '  its keys and region, not those of the environment' grep -q 'Credential=AKIDPROFILE/[0-9]*/eu-central-1/dynamodb' "$FAULT_DIR/log"

# A signal: what is in flight is finished.
printf 'BatchWriteItem after 700 fake\n' | fault_rules
mkfifo "$T/in"
ddbput sales <"$T/in" 2>"$T/err" &
pid=$!
exec 3>"$T/in"
cat "$T/lines" >&3
tries=0
while [ "$(fault_count BatchWriteItem)" = 0 ] && [ "$tries" -lt 100 ]; do
    tries=$((tries + 1))
    sleep 0.05
done
kill -TERM "$pid"
wait "$pid"
exec 3>&-
ok 'SIGTERM: what is in flight arrives' test "$(wc -l <"$FAULT_DIR/accepted")" = 3

# TLS.
fault_stop
FAULT_TLS=1 fault_start </dev/null
check 'a certificate that is trusted' -i "$T/lines" -- ddbput --ca-bundle "$FAULT_DIR/ca.pem" sales
check 'the same by environment' -i "$T/lines" -- env AWS_CA_BUNDLE="$FAULT_DIR/ca.pem" ddbput sales
ok '  three items each' test "$(wc -l <"$FAULT_DIR/accepted")" = 6
check 'one that is not' -s 1 -i "$T/lines" -E '^ddbput: sales: DescribeTable: 127\.0\.0\.1:[0-9]+: SSL certificate problem: self.signed certificate$' -- ddbput sales
fault_stop
plan
