#!/bin/sh
# The examples of cdcproj(1) print what the page says.
. "$(dirname "$0")/lib.sh"
if ! command -v sqlite3 >/dev/null; then
    skip 'the examples' 'sqlite3 is not installed'
    plan
    exit
fi
# Each "$ command" inside a literal display, then what it prints.
awk -v dir="$T" '
    /^\.Bd -literal/ { on = 1; n++; next }
    /^\.Ed/ { if (!shown) n--; on = shown = 0 }
    on { gsub(/\\e/, "\\") }
    on && /^\$ / { shown = 1; sub(/^\$ /, ""); print >> (dir "/" n ".sh"); next }
    on && shown { print > (dir "/" n ".want") }
' "$root/man/cdcproj.1"
cd "$T" || exit 1
n=1
while [ -r "$n.sh" ]; do
    [ -e "$n.want" ] || : >"$n.want"
    check "example: $(head -n 1 "$n.sh")" -O "$n.want" -- sh "$n.sh"
    n=$((n + 1))
done
check 'there are five such examples' -o 6 -- echo "$n"
plan
