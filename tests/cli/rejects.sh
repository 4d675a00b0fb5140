#!/bin/sh
# --rejects FILE, for all tools: it cannot be a file that is also read or written, which would be destroyed; and lines of
# an earlier run are kept, because they are nowhere else.
. "$(dirname "$0")/lib.sh"
export AWS_REGION=eu-central-1 AWS_ACCESS_KEY_ID=AKID AWS_SECRET_ACCESS_KEY=s AWS_ENDPOINT_URL=http://127.0.0.1:1
printf '{"n":1}\n{"n":2}\n' >"$T/lines"
cp "$T/lines" "$T/kept"
ln "$T/lines" "$T/link"
ln -s lines "$T/symlink"

for name in lines link symlink; do
    for tool in 'ddbput sales' 'kinput s' 'evput -s s -t t' 's3put s3://lake/p/' 's3put --state '"$T/state"' s3://lake/p/' cdcxform; do
        # shellcheck disable=SC2086 # a command
        check "${tool%% *}: $name is the input" -s 2 -i "$T/lines" \
            -e "${tool%% *}: --rejects: $T/$name is the input" -- $tool --rejects "$T/$name"
    done
    check "cdcxform FILE: $name is the input" -s 2 -e "cdcxform: --rejects: $T/$name is the input" -- \
        cdcxform --rejects "$T/$name" "$T/lines"
    check "bfgen --csv: $name is the input" -s 2 -e "bfgen: --rejects: $T/$name is the input" -- \
        bfgen --csv "$T/lines" --rejects "$T/$name"
    ok "$name is as it was" cmp "$T/lines" "$T/kept"
done
for tool in 'ddbput sales' 'kinput s' 'evput -s s -t t' 's3put s3://lake/p/' cdcxform; do
    # shellcheck disable=SC2086 # a command
    check "${tool%% *}: no name at all" -s 2 -i "$T/lines" -e "${tool%% *}: --rejects: a file's name is missing" -- $tool --rejects ''
done
same_output() { cdcxform --rejects "$T/rows" <"$T/lines" >"$T/rows"; }
check 'the output is none, either' -s 2 -a -e "cdcxform: --rejects: $T/rows is the output" -- same_output

# A device or a pipe can be both.
check 'a device' -s 1 -E 'line 1: ' -i "$T/lines" -- cdcxform --rejects /dev/null
check 'a folder' -s 1 -e "cdcxform: $T: Is a directory" -i "$T/lines" -- cdcxform --rejects "$T"

# Every tool with --rejects appends: two runs that each refuse a line. A partial line of a killed run is ended first.
. "$root/tests/fault/lib.sh"
refused() { # TOOL...: one line of $T/bad is refused
    case $1 in
    athddl) athddl --for schema --rejects "$T/file" sales <"$T/bad" ;;
    bfgen) bfgen --csv "$T/bad" -o items --rejects "$T/file" ;;
    cdcproj) cdcproj --rejects "$T/file" "$T/db" <"$T/bad" ;;
    cdcxform) cdcxform --rejects "$T/file" <"$T/bad" ;;
    ddbput) ddbput --rejects "$T/file" sales <"$T/bad" ;;
    evput) evput --source s --detail-type t --rejects "$T/file" <"$T/bad" ;;
    kinput) kinput --key id --rejects "$T/file" s <"$T/bad" ;;
    kinread) kinread -e --from oldest --rejects "$T/file" s ;;
    row2pq) row2pq --rejects "$T/file" <"$T/bad" ;;
    s3put) s3put --hive c --rejects "$T/file" s3://lake/p/ <"$T/bad" ;;
    's3put -f csv') s3put -f csv --max-line 10 --rejects "$T/file" s3://lake/p/ <"$T/bad" ;;
    *) return 9 ;;
    esac
}
# The tools that have the option, by their own help: one that is new has to be named above.
options() { for tool in "$BUILD"/bin/*; do "$tool" --help 2>&1 | grep -q -e '--rejects FILE' && basename "$tool"; done; }
check 'the tools with --rejects' -o 'athddl bfgen cdcproj cdcxform ddbput evput kinput kinread row2pq s3put' -- sh -c 'echo $1' - "$(options | paste -sd ' ')"

for tool in athddl bfgen cdcproj cdcxform ddbput evput kinput kinread row2pq s3put 's3put -f csv'; do
    fault_start </dev/null
    header='' line=bad
    case $tool in
    bfgen | 's3put -f csv') header=id,a line='1,2,3 and more' ;;
    kinread) line='"data":"a\nb"' ;;
    esac
    case $tool in
    kinread) fault_rules <<'END' ;;
GetRecords ok {"Records":[{"SequenceNumber":"1","PartitionKey":"k","Data":"YQpi","ApproximateArrivalTimestamp":1764309600}],"NextShardIterator":"next","MillisBehindLatest":0}
END
    *) printf '%s\n' ${header:+"$header"} "$line" >"$T/bad" ;;
    esac
    printf 'an earlier run\nwas killed here' >"$T/file"
    [ -z "$header" ] || printf '%s\n1,of an earlier run\n2,killed here' "$header" >"$T/file"
    { cat "$T/file"; echo; } >"$T/before"
    for run in 1 2; do
        check "$tool: run $run" -s 1 -a -E 'rejected|no line|newline' -- refused "$tool"
    done
    ok "$tool: the earlier lines are kept" sh -c 'head -n "$(wc -l <"$1")" "$2" | cmp - "$1"' - "$T/before" "$T/file"
    check "$tool: two lines more" -o 2 -- sh -c 'tail -n "+$(($(wc -l <"$1") + 1))" "$2" | grep -c -F -e "$3"' - "$T/before" "$T/file" "$line"
    [ -z "$header" ] || check "$tool: the header is there once" -o 1 -- grep -c -x -F -e "$header" "$T/file"
    fault_stop
done
printf 'id,b\n1,x\n' >"$T/file"
printf 'id,a\n1,2,3\n' >"$T/bad"
check 'rows under another header are no place' -s 2 -e "bfgen: $T/bad: --rejects: $T/file holds lines under another header" -- \
    bfgen --csv "$T/bad" --rejects "$T/file"
ok 'and are left alone' sh -c 'printf "id,b\n1,x\n" | cmp - "$1"' - "$T/file"
plan
