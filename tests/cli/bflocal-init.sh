#!/bin/sh
# bflocal --init, --any-credentials and GET /health: what local AWS endpoints of other makers offer to a CI job.
. "$(dirname "$0")/lib.sh"
. "$here/s3.sh"
cd "$T" || exit 1
unset AWS_REGION AWS_DEFAULT_REGION AWS_ENDPOINT_URL AWS_PROFILE

# --init
cat >init.sh <<'END'
echo "in $AWS_REGION with $# arguments" # to standard error
echo '{}' | s3put "s3://$1lake/from-init/" >receipt
cat # the command's standard input is not ours
touch "${AWS_ACCESS_KEY_ID}"
END
echo text >in
check 'the script runs before the command, in its environment' -i in -o 'text
K 1' -e 'in eu-west-1 with 0 arguments' -- bflocal --region eu-west-1 --credentials K:S --bucket lake --init init.sh \
    sh -c 'cat; ls K | tr "\n" " "; jq .records receipt'
printf '#!/bin/sh\necho "$0" >&2; exit 7\n' >exec.sh
chmod +x exec.sh
check 'an executable file is run itself, and its failure ends bflocal' -s 7 -E '^bflocal: --init: \./exec\.sh: exit status 7$' -- \
    bflocal --init ./exec.sh touch started
ok 'the command has not started' [ ! -e started ]
echo 'exit 3' >plain.sh
printf '#!/bin/sh\nexit 3\n' >three.sh
chmod +x plain.sh three.sh
if [ -n "${BF_VALGRIND:-}" ]; then
    skip 'scripts that the system does not start' 'a spawned child has no errno to tell under valgrind'
else
    check 'one without an interpreter is run by sh' -s 3 -e 'bflocal: --init: plain.sh: exit status 3' -- bflocal --init plain.sh true
    check 'a folder' -s 1 -e 'bflocal: --init: .: Permission denied' -- bflocal --init . true
fi
echo 'kill -KILL $$' >killed.sh
check 'a signal ends the script' -s 137 -e 'bflocal: --init: killed.sh: ended by signal 9' -- bflocal --init killed.sh true
check 'no such file' -s 1 -e 'bflocal: --init: none.sh: No such file or directory' -- bflocal --init none.sh true
check 'in the foreground' -s 3 -e 'bflocal: --init: three.sh: exit status 3' -- bflocal --port 0 --init three.sh
check 'in the background' -s 3 -m '^false$' -e 'bflocal: --init: three.sh: exit status 3' -- bflocal --daemon --init three.sh
check '--stop takes no script' -s 2 -E 'takes only --port and --host' -- bflocal --stop --init plain.sh

# The environment is printed when the script has ended. Until then /health says 503.
cat >health.sh <<'END'
curl -sS -w '%{http_code}\n' "$AWS_ENDPOINT_URL/health" >early
END
bflocal --port 0 --init health.sh >./env 2>err &
pid=$!
soon grep '^unset' env
check 'until the script has ended, /health says so' -m '"status":"starting"' -- cat early
ok 'with status 503' grep -q '^503$' early
check 'and then that it is ready' -m '"status":"ready".*200$' -- \
    sh -c '. ./env; curl -sS "$AWS_ENDPOINT_URL/health" -w "%{http_code}\n" | tr -d "\n"; echo'
kill -TERM $pid
wait $pid
ok 'SIGTERM ends the server as always' [ $? = 0 ]

# Signals end the script, and what it has started.
cat >slow.sh <<'END'
sleep 1000 &
echo $! >sleeper
touch up
wait
END
gone() { [ ! -e "/proc/$1" ] || grep -q '^State:.Z' "/proc/$1/status"; }
ended() { # ended NAME STATUS OPTION...
    ended_name=$1 ended_status=$2
    shift 2
    rm -f up sleeper
    bflocal --init slow.sh "$@" >out.signal 2>err.signal &
    pid=$!
    soon [ -e up ]
    kill -TERM $pid
    wait $pid 2>wait.log
    ok "$ended_name" [ $? = "$ended_status" ]
    ok '  and what the script has started ends' soon gone "$(cat sleeper)"
}
ended 'a signal while the script runs, before a command' 143 touch started
ok '  the command does not start' [ ! -e started ]
ended 'in the foreground' 143 --port 0
ok '  nothing is printed' [ ! -s out.signal ]
ended 'in the background: the caller goes away' 143 --daemon --data store
ok '  so does the server' soon bflocal --data store true
printf 'trap "" TERM\ntouch up\nwhile :; do sleep 0.05; done\n' >deaf.sh
rm -f up
bflocal --init deaf.sh true &
pid=$!
soon [ -e up ]
kill -TERM $pid
again() { kill -TERM $pid 2>/dev/null; sleep 0.05; ! kill -0 $pid 2>/dev/null || gone $pid; }
ok 'a script that ignores the signal ends at the second one' soon again
wait $pid

# GET /health
eval "$(bflocal --daemon)"
code() { curl -sS -o /dev/null -w '%{http_code}\n' "$@"; }
check 'GET /health' -m '^{"status":"ready","pid":[0-9]+,"version":"[0-9.]+"}$' -- curl -sS "$AWS_ENDPOINT_URL/health"
check 'with an Origin too: it says nothing secret' -o 200 -- code -H 'Origin: http://x.example' "$AWS_ENDPOINT_URL/health"
check 'which a control call does not take' -o 403 -- code -H 'Origin: http://x.example' "$AWS_ENDPOINT_URL/_bflocal/health"
check 'it passes by faults' -o 200 -- sh -c 'curl -sS -o fault -d 500 "$AWS_ENDPOINT_URL/_bflocal/fault" && curl -sS -o health -w "%{http_code}\n" "$AWS_ENDPOINT_URL/health"'
curl -sS -o fault -d '' "$AWS_ENDPOINT_URL/_bflocal/fault"
check 'only GET' -o 403 -- code -X PUT "$AWS_ENDPOINT_URL/health"
check 'only without a query' -o 403 -- code "$AWS_ENDPOINT_URL/health?list-type=2"
check 'only that path' -o 403 -- code "$AWS_ENDPOINT_URL/health/"
check 'a bucket may have this name' -o 200 -- s3 PUT /health
check 'and is listed by a signed request' -m '<Name>health</Name>' -- s3 GET /health
check 'the other one is as before' -m '"status":"ready"' -- curl -sS "$AWS_ENDPOINT_URL/health"
bflocal --stop
check 'from another machine: not refused, unlike control calls' -o '200 403' -- bflocal --host 0.0.0.0 sh -c '
    own=$(hostname -I 2>/dev/null | cut -d" " -f1)
    case $own in "" | 127.* | *:*) echo "200 403"; exit ;; esac
    for path in health _bflocal/health; do curl -sS -o answer -w "%{http_code} " "http://$own:${AWS_ENDPOINT_URL##*:}/$path"; done |
        sed "s/ \$//"; echo'

# --any-credentials
# hashed METHOD PATH HASH [CURL OPTION...]: as s3, with this x-amz-content-sha256.
hashed() {
    method=$1 path=$2 sum=$3
    shift 3
    curl -sS -X "$method" -H "x-amz-content-sha256: $sum" -w '%{http_code}\n' --user test:test --aws-sigv4 aws:amz:us-east-1:s3 "$@" \
        "$AWS_ENDPOINT_URL$path"
}
eval "$(bflocal --daemon --any-credentials --bucket lake)"
own_key=$AWS_ACCESS_KEY_ID own_secret=$AWS_SECRET_ACCESS_KEY
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test
hash=$(printf 'body' | sha256sum | cut -d' ' -f1)
check 'test:test' -o 200 -- s3 PUT /lake/a --data-binary body
check 'a session token that this server has not issued' -o 200 -- s3 PUT /lake/a -H 'x-amz-security-token: abc' --data-binary body
check 'the own credentials' -o 200 -- env AWS_ACCESS_KEY_ID="$own_key" AWS_SECRET_ACCESS_KEY="$own_secret" \
    sh -c '. "$0"; s3 PUT /lake/a --data-binary body' "$here/s3.sh"
check 'a tool of the toolkit' -o 1 -- sh -c 'echo "{}" | s3put s3://lake/x/ | jq .records'
check 'a JSON service, and a key with a slash' -m '^{"TableNames":\[\]}$' -- curl -sS --user x/y:z --aws-sigv4 aws:amz:us-east-1:dynamodb \
    -H 'X-Amz-Target: DynamoDB_20120810.ListTables' -H 'Content-Type: application/x-amz-json-1.0' -d '{}' "$AWS_ENDPOINT_URL/"
check 'no signature' -o 403 -- code "$AWS_ENDPOINT_URL/lake/a"
signed() { # signed SIGNATURE [REGION]
    day=$(date -u +%Y%m%d)
    curl -sS -H "Authorization: AWS4-HMAC-SHA256 Credential=test/$day/${2-us-east-1}/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=$1" \
        -H "x-amz-date: $(date -u +%Y%m%dT%H%M%SZ)" -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' "$AWS_ENDPOINT_URL/lake/a"
}
check 'a made-up signature' -o "$(printf body)" -- sh -c 'printf "%s\n" "$1"' - "$(signed "$hash")"
check 'a signature that is none' -m SignatureDoesNotMatch -- signed abc
check 'and another that is none' -m SignatureDoesNotMatch -- signed "$(printf '%s' "$hash" | tr 0-9a-f x)"
check 'another region' -m AuthorizationHeaderMalformed -- signed "$hash" eu-west-1
check 'a body that is not the signed one' -m XAmzContentSHA256Mismatch -- hashed PUT /lake/b "$hash" --data-binary other
check 'a web page still needs the own credentials' -m InvalidAccessKeyId -- s3 GET /lake/a -H 'Origin: http://x.example'
if command -v aws >/dev/null; then
    check 'the AWS CLI' -o body -- sh -c 'aws --endpoint-url "$AWS_ENDPOINT_URL" s3 cp s3://lake/a - && echo'
else
    skip 'the AWS CLI' 'it is missing'
fi
# The key is another's, so no chunk's signature can be verified.
signed_chunks() {
    printf '4;chunk-signature=%s\r\nbody\r\n0;chunk-signature=%s\r\n\r\n' "$hash" "$hash" >chunks
    hashed PUT /lake/c STREAMING-AWS4-HMAC-SHA256-PAYLOAD -H 'x-amz-decoded-content-length: 4' \
        -H 'content-encoding: aws-chunked' --data-binary @chunks
}
check 'a body in signed chunks' -o 200 -- signed_chunks
check '  is stored' -o body200 -- s3 GET /lake/c
bflocal --stop
unset AWS_ENDPOINT_URL
eval "$(bflocal --daemon --bucket lake)"
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test
check 'without the option: test:test' -m InvalidAccessKeyId -- s3 PUT /lake/a --data-binary body
bflocal --stop
unset AWS_ENDPOINT_URL
check 'a host that others reach' -s 2 -E '^bflocal: --any-credentials needs a --host that only this machine reaches, not 0\.0\.0\.0;' -- \
    bflocal --any-credentials --host 0.0.0.0 true
check 'an IPv4 address of this machine' -- bflocal --any-credentials --host 127.0.0.2 true
plan
