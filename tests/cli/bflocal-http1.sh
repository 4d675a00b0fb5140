#!/bin/sh
# bflocal over HTTP/1.1: requests that are not well formed are refused as the RFCs have it, and many idle connections keep nobody out.
. "$(dirname "$0")/lib.sh"
cd "$T" || exit 1
unset AWS_REGION AWS_DEFAULT_REGION
ulimit -n "$(ulimit -Hn)"
eval "$(bflocal --daemon)"
trap 'bflocal --stop; rm -rf "$T"' EXIT
python3 "$root/tests/cli/http_abuse.py" "${AWS_ENDPOINT_URL##*:}"
