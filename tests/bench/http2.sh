#!/bin/sh
# ddbput over HTTP/2 and over HTTP/1.1, against the same server over TLS, which offers one or the other: first as fast as it
# answers, then with 20 ms for each answer, as a service has.
. "$(dirname "$0")/lib.sh"
need node 'the server' || exit 0
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=bench -addext subjectAltName=IP:127.0.0.1 \
    -keyout "$T/key.pem" -out "$T/ca.pem" 2>"$T/log" || exit 1
AWS_CA_BUNDLE=$T/ca.pem AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=bench AWS_SECRET_ACCESS_KEY=bench AWS_CONFIG_FILE=/dev/null
export AWS_CA_BUNDLE AWS_REGION AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_CONFIG_FILE
pids=
trap 'kill $pids 2>/dev/null; rm -rf "$T"' EXIT

# serve NAME ENVIRONMENT...: URL is where it listens.
serve() {
    mkdir "$T/$1"
    cat "$T/key.pem" "$T/ca.pem" >"$T/$1/tls.pem"
    folder=$T/$1
    shift
    env "$@" node "$root/tests/fault/http2.mjs" "$folder" </dev/null &
    pids="$pids $!"
    tries=0
    while [ ! -s "$folder/port" ] && [ $tries -lt 400 ]; do
        sleep 0.05
        tries=$((tries + 1))
    done
    URL=https://127.0.0.1:$(cat "$folder/port")
}
n=${1:-50000}
bfgen -n "$n" --mix insert=1 >"$T/in"
head -n $((n / 5)) "$T/in" >"$T/few"
for delay in 0 20; do
    serve "two-$delay" DELAY=$delay
    two=$URL
    serve "one-$delay" DELAY=$delay HTTP1=1
    one=$URL
    lines=$T/in k=$n
    [ $delay = 0 ] || lines=$T/few k=$((n / 5))
    title "ddbput, $k puts over TLS, $delay ms an answer"
    pair -n 3 -r "$k" HTTP/2 "ddbput --endpoint-url $two sales <$lines" HTTP/1.1 "ddbput --endpoint-url $one sales <$lines"
done
