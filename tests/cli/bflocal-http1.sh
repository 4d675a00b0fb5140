#!/bin/sh
# bflocal over HTTP/1.1: requests that are not well formed are refused as the RFCs have it, and many idle connections keep nobody out.
. "$(dirname "$0")/lib.sh"
cd "$T" || exit 1
unset AWS_REGION AWS_DEFAULT_REGION
# shellcheck disable=SC3045 # dash and bash have it
ulimit -n "$(ulimit -Hn)"
eval "$(bflocal --daemon)"
trap 'bflocal --stop; rm -rf "$T"' EXIT
port=${AWS_ENDPOINT_URL##*:}
# A thousand threads take minutes with a sanitizer.
case $BUILD in *release) few='' ;; *) few=few ;; esac
python3 "$root/tests/cli/http_abuse.py" "$port" $few >abuse
ok 'all requests' test -s abuse
check '  are answered as they should be' -m '^1[.][.]' -- sh -c '! grep -A1 "^not ok" abuse && tail -n 1 abuse'
if [ -n "$few${BF_VALGRIND:-}" ]; then
    skip 'more requests are begun than there are places' 'a build with a sanitizer'
else
    python3 "$root/tests/cli/http_abuse.py" "$port" hold >held &
    ok 'more requests are begun than there are places' soon grep -q held held
fi
ok '  and bflocal ends' timeout 60 bflocal --stop
wait
trap 'rm -rf "$T"' EXIT
plan
