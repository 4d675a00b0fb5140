#!/bin/sh
# doc/licences.md: every package of the default set is in it, and none is under a vendor's own terms.
. "$(dirname "$0")/lib.sh"
cd "$root" || exit 1
check 'all npm packages have an open licence, and the page has them' -O "$T/page" -- sh -c '
    sed -n "/^| set | licence/,\$p" doc/licences.md >"$1"; exec python3 tools/licences.py' - "$T/page"
python3 tools/licences.py --debian >"$T/debian"
check 'tools/deps.sh names packages' -m '^gcc$' -- cat "$T/debian"
tr ' |,' '\n' <doc/licences.md | sort -u >"$T/words"
check 'each package of Debian is in the page' -- comm -23 "$T/debian" "$T/words"
check 'a package under other terms is found' -s 1 -m '.' -E 'evil: SEE LICENSE IN LICENSE.txt: not known as an open licence' -- sh -c '
    mkdir -p "$1/tools" "$1/tests/services" "$1/tests/peers" && cp tools/licences.py "$1/tools/" &&
    echo "{\"packages\":{\"node_modules/evil\":{\"license\":\"SEE LICENSE IN LICENSE.txt\"}}}" >"$1/tests/services/package-lock.json" &&
    echo "{\"packages\":{}}" >"$1/tests/peers/package-lock.json" && python3 "$1/tools/licences.py"' - "$T/other"
check 'DynamoDB Local is installed by nothing' -s 1 -- grep -riE 'd1ni2b6xgvw0s0|dynamodb-local|dynamodb_local_latest' tools mk Makefile tests/services/package-lock.json .ci
plan
