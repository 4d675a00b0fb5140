#!/bin/sh
# The tools use HTTP/1.1 even if the server prefers HTTP/2; doc/network.md has the reason.
. "$(dirname "$0")/lib.sh"
. "$root/tests/fault/lib.sh"

bfgen -n 2000 --mix insert=100,update=0,delete=0 >"$T/lines" || exit 1
FAULT_TLS=1 fault_start node "$root/tests/fault/http2.mjs" </dev/null
AWS_CA_BUNDLE=$FAULT_DIR/ca.pem
export AWS_CA_BUNDLE
check 'two thousand items' -i "$T/lines" -- ddbput sales
ok '  eighty batches and a description' test "$(grep -c . "$FAULT_DIR/log")" = 81
ok '  all of them over HTTP/1.1' test "$(grep -vc '^1.1 ' "$FAULT_DIR/log")" = 0
ok '  which alone is offered (ALPN)' test "$(sort -u "$FAULT_DIR/offered")" = 'http/1.1'
ok '  several requests to a connection' test "$(grep -c . "$FAULT_DIR/offered")" -lt 81
fault_stop
plan
