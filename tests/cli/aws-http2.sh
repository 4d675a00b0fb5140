#!/bin/sh
# HTTP/2 is spoken where the server offers it over TLS, and many requests share its connections.
. "$(dirname "$0")/lib.sh"
. "$root/tests/fault/lib.sh"

bfgen -n 2000 --mix insert=100,update=0,delete=0 >"$T/lines" || exit 1
FAULT_TLS=1 fault_start node "$root/tests/fault/http2.mjs" </dev/null
AWS_CA_BUNDLE=$FAULT_DIR/ca.pem
export AWS_CA_BUNDLE
check 'two thousand items over HTTP/2' -i "$T/lines" -- ddbput sales
ok '  eighty batches and a description' test "$(grep -c . "$FAULT_DIR/log")" = 81
ok '  all of them over HTTP/2' test "$(grep -vc '^2.0 ' "$FAULT_DIR/log")" = 0
fault_stop
plan
