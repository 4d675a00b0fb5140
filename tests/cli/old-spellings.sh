#!/bin/sh
# Every old name of an option still works, with a warning that has the new name. The next version removes them.
. "$(dirname "$0")/lib.sh"

bfgen -n 4 -o cdc >"$T/changes"
bfgen -n 4 --mix insert=1 -o items >"$T/items"
printf 'id,a\n1,2\n' >"$T/in.csv"
echo 'ops = remove' >"$T/ops.conf"
tried=0

# old TOOL OLD NEW TAIL...: TOOL OLD TAIL does what TOOL NEW TAIL does, with a warning.
old() {
    tool=$1 was=$2 now=$3
    shift 3
    tried=$((tried + 1))
    # shellcheck disable=SC2086 # options of several words
    "$tool" $now "$@" <"$T/stdin" >"$T/want" 2>"$T/want.err"
    status=$?
    { echo "$tool: ${was%% *} is now ${now%% *}"; cat "$T/want.err"; } >"$T/want.all"
    # shellcheck disable=SC2086
    check "$tool $was is now $now" -s "$status" -i "$T/stdin" -O "$T/want" -e "$(cat "$T/want.all")" -- "$tool" $was "$@"
}

: >"$T/stdin"
old bfgen '-f cdc' '-o cdc' -n 3
old bfgen '--format csv' '--output csv' -n 3
old bfgen "--from $T/in.csv" "--csv $T/in.csv"
cp "$T/changes" "$T/stdin"
old cdcxform "-f $T/ops.conf" "--options $T/ops.conf"
old cdcxform "--file $T/ops.conf" "--options $T/ops.conf"
cp "$T/items" "$T/stdin"
old s3put '-n' '--dry-run' --one s3://lake/k
old s3put '--uploads 2' '--window 2' --dry-run --one s3://lake/k
: >"$T/stdin"
old kinread '-c 0' '-n 0' orders
# cdclambda has no command line: a variable of the environment, and a file beside it.
export AWS_LAMBDA_RUNTIME_API=127.0.0.1:9
check 'cdclambda BF_GZIP' -s 1 -E '^cdclambda: --gzip is now --compress gzip$' -- env -u BF_SHARED -u BF_BUILD -u BF_BACKEND BF_GZIP=1 cdclambda
tried=$((tried + 1))

# This test has all of them.
check 'all of them have been tried' -o "$tried" -- sh -c \
    'grep -rhoE "[.]old = \"[^\"]*\"" --include="*.c" "$1/cmd" "$1/lib" | cut -d "\"" -f 2 | tr " " "\n" | grep -c .' - "$root"
plan
