#!/bin/sh
# The examples of cdcproj(1) and bftop(1) print what the pages say.
. "$(dirname "$0")/lib.sh"
if ! command -v sqlite3 >/dev/null; then
    skip 'the examples' 'sqlite3 is not installed'
    plan
    exit
fi
# examples TOOL NUMBER: each "$ command" inside a literal display of the page, then what it prints.
examples() {
    mkdir "$T/$1"
    awk -v dir="$T/$1" '
        /^\.Bd -literal/ { on = 1; n++; next }
        /^\.Ed/ { if (!shown) n--; on = shown = 0 }
        on { gsub(/\\e/, "\\") }
        on && /^\$ / { shown = 1; sub(/^\$ /, ""); print >> (dir "/" n ".sh"); next }
        on && shown { print > (dir "/" n ".want") }
    ' "$root/man/$1.1"
    cd "$T/$1" || exit 1
    n=1
    while [ -r "$n.sh" ]; do
        [ -e "$n.want" ] || : >"$n.want"
        check "$1: $(head -n 1 "$n.sh")" -O "$n.want" -- sh "$n.sh"
        n=$((n + 1))
    done
    check "$1 has so many examples" -o "$2" -- echo $((n - 1))
}
examples cdcproj 5
examples bftop 5
plan
