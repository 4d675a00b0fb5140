#!/bin/sh
# README.md: each command of its first pipelines prints what stands below it.
. "$(dirname "$0")/lib.sh"
awk -v dir="$T" '
    /^    \$ / { n++; print substr($0, 7) > (dir "/" n ".sh"); next }
    n && /^    / { print substr($0, 5) > (dir "/" n ".want"); next }
    { if (n) close(dir "/" n ".want") }
' "$root/README.md"
n=1
while [ -r "$T/$n.sh" ]; do
    check "README: $(cat "$T/$n.sh")" -O "$T/$n.want" -- sh "$T/$n.sh"
    n=$((n + 1))
done
check "README has such commands" -m '^([3-9]|[1-9][0-9])$' -- echo "$n"
plan
