#!/bin/sh
# A service that is well, at the other end of a connection that is not as usual: answers in every form that HTTP/1.1 allows
# are understood, and what is cut off in any of them counts as no answer.
. "$(dirname "$0")/lib.sh"
. "$root/tests/fault/lib.sh"

bfgen -n 3 >"$T/lines" || exit 1
fault_start </dev/null

# odd NAME WHAT-FOLLOWS REQUESTS FORMAT...: the first BatchWriteItem is answered with what printf makes of FORMAT. If that is
# an answer, it is one request; else two, the second of which is answered as usual.
odd() {
    odd_name=$1 follows=$2 want=$3
    shift 3
    # shellcheck disable=SC2059 # a format
    printf "$@" >"$T/bytes"
    printf 'BatchWriteItem 1x raw %s %s\n' "$T/bytes" "$follows" | fault_rules
    check "$odd_name" -i "$T/lines" -- ddbput sales
    ok "  by $want request(s)" test "$(fault_count BatchWriteItem)" = "$want"
}
# final NAME ERE FORMAT...: every request is answered so; the first ends the tool, with one line.
final() {
    final_name=$1 ere=$2
    shift 2
    # shellcheck disable=SC2059 # a format
    printf "$@" >"$T/bytes"
    printf '* raw %s\n' "$T/bytes" | fault_rules
    check "$final_name" -i "$T/lines" -s 1 -E "^ddbput: sales: DescribeTable: $ere" -- ddbput sales
    ok '  by 1 request' test "$(fault_count)" = 1
}
good='{"UnprocessedItems":{}}'
length="Content-Length: ${#good}"

odd '100 Continue that nobody asked for' '' 1 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n%s\r\n\r\n%s' "$length" "$good"
odd 'early hints' '' 1 'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\n%s\r\n\r\n%s' "$length" "$good"
odd '100 Continue, then the end' close 2 'HTTP/1.1 100 Continue\r\n\r\n'
odd 'chunks with an extension and a trailer' '' 1 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\n{"Unp\r\n12\r\nrocessedItems":{}}\r\n0\r\nX-Amz-Trailer: a\r\n\r\n'
odd 'a wrong checksum, in a trailer' '' 2 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: x-amz-crc32\r\n\r\n17\r\n%s\r\n0\r\nx-amz-crc32: 1\r\n\r\n' "$good"
odd 'chunks without their end' close 2 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n17\r\n%s\r\n' "$good"
odd '  and half of the connection' half 2 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n17\r\n%s\r\n' "$good"
odd 'a chunk whose size is none' close 2 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n%s\r\n0\r\n\r\n' "$good"
odd 'chunks and a length' '' 1 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n%s\r\n\r\n17\r\n%s\r\n0\r\n\r\n' "$length" "$good"
odd 'no length: until the end' close 1 'HTTP/1.1 200 OK\r\n\r\n%s' "$good"
odd '  or until half of the end' half 1 'HTTP/1.1 200 OK\r\n\r\n%s' "$good"
odd '  cut off' close 2 'HTTP/1.1 200 OK\r\n\r\n{"UnprocessedItems":{'
odd 'HTTP/1.0' close 1 'HTTP/1.0 200 OK\r\n%s\r\n\r\n%s' "$length" "$good"
odd 'lines without CR' '' 1 'HTTP/1.1 200 OK\n%s\n\n%s' "$length" "$good"
odd 'no reason' '' 1 'HTTP/1.1 200\r\n%s\r\n\r\n%s' "$length" "$good"
odd 'a length that is too short' close 2 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n%s' "$good"
odd 'one that is too long' close 2 'HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n%s' "$good"
odd '  and half of the connection' half 2 'HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n%s' "$good"
odd 'the same length twice' '' 1 'HTTP/1.1 200 OK\r\nContent-Length: %s\r\n%s\r\n\r\n%s' "${#good}" "$length" "$good"
odd 'an empty answer' '' 2 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'
odd 'no content' '' 2 'HTTP/1.1 204 No Content\r\n\r\n'
odd 'a coding that is none' '' 1 'HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\n%s\r\n\r\n%s' "$length" "$good"
odd 'nothing, and half of the connection' half 2 ''
odd 'a status line that ends' close 2 'HTTP/1.1 20'

# Errors without a service's form: a load balancer's, a proxy's.
html='<html><head><title>503</title></head></html>'
odd '503 as HTML' '' 2 'HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/html\r\nRetry-After: 0\r\nContent-Length: %s\r\n\r\n%s' "${#html}" "$html"
odd '500 without a body' '' 2 'HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n'
odd '429 without a body' '' 2 'HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n'
odd '408 of a server that waited' close 2 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'
odd '504 until the end' close 2 'HTTP/1.1 504 Gateway Timeout\r\n\r\n'
final '403 as HTML' '.*HTTP 403' 'HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\nContent-Length: %s\r\n\r\n%s' "${#html}" "$html"
final '400 without a body' '.*HTTP 400' 'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n'
for status in 301 302 303 307 308; do
    final "$status to another host" ".*HTTP $status" 'HTTP/1.1 %s Elsewhere\r\nLocation: http://127.0.0.1:1/taken\r\nContent-Length: 0\r\n\r\n' $status
done

# Connections that are closed behind each answer, which the next request finds out.
printf '* stale\n' | fault_rules
bfgen -n 200 --mix insert=100,update=0,delete=0 >"$T/many"
check 'each connection lives for one answer' -i "$T/many" -- ddbput sales
ok '  everything has arrived, once' test "$(sort "$FAULT_DIR/accepted" | uniq -c | awk '$1 == 1' | wc -l)" = 200

# An answer while the body is still on its way: the connection breaks under it, and the request is sent again.
head -c 8000000 /dev/zero >"$T/zeros"
printf 'PutObject 1x early 503\n' | fault_rules
check 'an answer before the body has come' -i "$T/zeros" -m '"bytes":8000000' -- s3put --one s3://lake/k
printf 'UploadPart 2x early 503\n' | fault_rules
head -c 20000000 /dev/zero >"$T/zeros"
check '  in parts' -i "$T/zeros" -m '"bytes":20000000' -- s3put --one s3://lake/k

# The same answers where keys come from.
printf '[default]\nrole_arn = arn:aws:iam::123456789012:role/r\ncredential_source = Environment\n' >"$T/config"
chmod 600 "$T/config"
role() { # role NAME STATUS ERE FORMAT...: STS answers so
    role_name=$1 status=$2 ere=$3
    shift 3
    # shellcheck disable=SC2059 # a format
    printf "$@" >"$T/bytes"
    printf '* raw %s close\n' "$T/bytes" | fault_rules
    check "STS: $role_name" -i "$T/lines" -s "$status" -E "^ddbput: sales: .*STS: $ere" -- \
        env AWS_CONFIG_FILE="$T/config" AWS_ENDPOINT_URL_STS="$FAULT_URL" ddbput --profile default sales
}
role 'HTML' 1 'the answer holds no credentials; is the endpoint right' 'HTTP/1.1 200 OK\r\n\r\n%s' "$html"
role '503 as HTML' 75 'ServiceUnavailable .HTTP 503.$' 'HTTP/1.1 503 No\r\n\r\n%s' "$html"
role '429 without a body' 75 'TooManyRequests .HTTP 429.$' 'HTTP/1.1 429 No\r\nContent-Length: 0\r\n\r\n'
role 'a redirect' 1 'Redirect .HTTP 307.$' 'HTTP/1.1 307 No\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n'
role 'cut off' 75 'the answer of .* was cut off$' 'HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n<AssumeRoleResponse>'
plan
