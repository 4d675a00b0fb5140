#!/bin/sh
# The examples of s3put(1) print what the page says; those that need services run with --dry-run.
. "$(dirname "$0")/lib.sh"
export AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=secret

# Each "$ command" inside a literal display, up to the line that goes on no further, then what it prints.
awk -v dir="$T" '
    /^\.Bd -literal/ { on = 1; next }
    /^\.Ed/ { on = shown = open = 0 }
    on { gsub(/\\e/, "\\") }
    on && (open || /^\$ /) { if (!open) n++; open = /[|\\]$/; shown = 1; sub(/^\$ /, ""); print > (dir "/" n ".sh"); next }
    on && shown { print > (dir "/" n ".want") }
' "$root/man/s3put.1"
n=1
while [ -r "$T/$n.sh" ]; do
    check "example: $(head -n 1 "$T/$n.sh")" -O "$T/$n.want" -- sh "$T/$n.sh"
    n=$((n + 1))
done
check 'there are two such examples' -o 3 -- echo "$n"
bfgen -n 100 -o cdc >"$T/changes"
live=$(sed -n 's/^\.Dl \$ kinread --state d orders | \(cdcxform.*\) --state d \(.*\)/\1 --dry-run \2/p' "$root/man/s3put.1")
check 'the live pipeline, from a file' -i "$T/changes" -m '"key":"sales/dt=20[0-9-]*/bfpipe.*\.zst","records":' -- sh -c "$live"
mkdir "$T/data"
one=$(sed -n 's/^\.Dl \$ \(tar.*s3put\) \(.*\)/\1 --dry-run \2/p' "$root/man/s3put.1")
cd "$T" || exit 1
check 'a file as one object' -m '"bucket":"backup","key":"data.tar.zst"' -- sh -c "$one"
plan
