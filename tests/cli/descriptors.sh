#!/bin/sh
# Standard input, output and error of all tools: closed, full, or without a reader. A closed descriptor must not be reused
# for a socket or a file, which would get the next diagnostic.
. "$(dirname "$0")/lib.sh"
. "$root/tests/fault/lib.sh"
bfgen -n 3 -o cdc >"$T/changes"
fault_start </dev/null
cp "$T/changes" "$FAULT_DIR/records"
{ bfgen -n 2 -o items; echo bad; } >"$T/lines"

closed() { "$@" <&-; }
for tool in 'ddbput sales' 'kinput orders' 'evput -s s -t t' 's3put s3://lake/p/' 's3put --one s3://lake/k' cdcxform 'bfgen --csv -'; do
    # shellcheck disable=SC2086 # a command
    check "closed input: $tool" -s 1 -E '^[a-z0-9]*: (s3://lake/k: )?standard input: Bad file descriptor$' -- closed timeout 300 $tool
done
no_output() { "$@" >&-; }
full_output() { "$@" >/dev/full; }
for tool in 'bfgen -n 100000' 'kinread -e orders' 'kinread --list orders' 's3put s3://lake/p/' cdcxform; do
    # shellcheck disable=SC2086 # a command
    check "closed output: $tool" -s 1 -i "$T/changes" -e "${tool%% *}: standard output: Bad file descriptor" -- no_output timeout 300 $tool
    # shellcheck disable=SC2086
    check "a full disk: $tool" -s 1 -i "$T/changes" -e "${tool%% *}: standard output: No space left on device" -- full_output timeout 300 $tool
done
gone_output() { { "$@" 3>&-; echo $? >&3; } 3>"$T/status" | :; return "$(cat "$T/status")"; }
check 'a reader that goes away is left in silence' -s 1 -- gone_output timeout 300 bfgen -n 100000
for tool in bfgen ddbput kinread kinput evput s3put cdcxform bflocal cdclambda; do
    for option in --help --version --completions; do
        check "$tool $option: a full disk" -s 1 -e "$tool: standard output: No space left on device" -- full_output $tool $option
    done
done

# With standard error closed, messages are dropped: they go neither into the rejects nor to the service.
no_error() { "$@" 2>&-; }
if [ -n "${BF_VALGRIND-}" ]; then
    skip 'closed error' 'valgrind cannot be without it'
    plan
    exit
fi
for tool in 'ddbput sales' 's3put s3://lake/p/'; do
    # shellcheck disable=SC2086 # a command
    rm -f "$T/rejects"
    check "closed error: $tool" -s 1 -a -i "$T/lines" -- no_error timeout 300 $tool --rejects "$T/rejects"
    ok '  only the line is in the rejects' same "$T/rejects" bad
done
ok '  all that arrived is from the lines' sh -c '! grep -q "line 3" "$1/log"' - "$FAULT_DIR"
plan
