#!/bin/sh
# --rejects FILE, for all tools: never one of the files that are read or written anyway, which would be lost.
. "$(dirname "$0")/lib.sh"
export AWS_REGION=eu-central-1 AWS_ACCESS_KEY_ID=AKID AWS_SECRET_ACCESS_KEY=s AWS_ENDPOINT_URL=http://127.0.0.1:1
printf '{"n":1}\n{"n":2}\n' >"$T/lines"
cp "$T/lines" "$T/kept"
ln "$T/lines" "$T/link"
ln -s lines "$T/symlink"

for name in lines link symlink; do
    for tool in 'ddbput sales' 'kinput s' 's3put s3://lake/p/' 's3put --state '"$T/state"' s3://lake/p/' cdcxform; do
        # shellcheck disable=SC2086 # a command
        check "${tool%% *}: $name is the input" -s 2 -i "$T/lines" \
            -e "${tool%% *}: --rejects: $T/$name is the input" -- $tool --rejects "$T/$name"
    done
    check "cdcxform FILE: $name is the input" -s 2 -e "cdcxform: --rejects: $T/$name is the input" -- \
        cdcxform --rejects "$T/$name" "$T/lines"
    check "bfgen --from: $name is the input" -s 2 -e "bfgen: --rejects: $T/$name is the input" -- \
        bfgen --from "$T/lines" --rejects "$T/$name"
    ok "$name is as it was" cmp "$T/lines" "$T/kept"
done
for tool in 'ddbput sales' 'kinput s' 's3put s3://lake/p/' cdcxform; do
    # shellcheck disable=SC2086 # a command
    check "${tool%% *}: no name at all" -s 2 -i "$T/lines" -e "${tool%% *}: --rejects: a file's name is missing" -- $tool --rejects ''
done
same_output() { cdcxform --rejects "$T/rows" <"$T/lines" >"$T/rows"; }
check 'the output is none, either' -s 2 -a -e "cdcxform: --rejects: $T/rows is the output" -- same_output

# What is no file can be both.
check 'a device' -s 1 -E 'line 1: ' -i "$T/lines" -- cdcxform --rejects /dev/null
echo old >"$T/rejects"
check 'another file is emptied' -s 1 -E 'line 1: ' -i "$T/lines" -- cdcxform --rejects "$T/rejects"
ok 'and holds the lines' cmp "$T/rejects" "$T/lines"
check 'a folder' -s 1 -e "cdcxform: $T: Is a directory" -i "$T/lines" -- cdcxform --rejects "$T"
plan
