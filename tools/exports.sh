#!/bin/sh
# exports.sh HEADER...: the names that these headers declare with BF_API, one a line.
# exports.sh --map HEADER...: as a version script for the linker, which exports them and nothing else.
map=false
if [ "${1:-}" = --map ]; then
    map=true
    shift
fi
[ $# -gt 0 ] || { echo "usage: exports.sh [--map] HEADER..." >&2; exit 2; }
names=$(awk '
    { sub(/\/\*.*\*\//, ""); if (/^[ \t]*#/) next; text = text " " $0 }
    END {
        n = split(text, part, ";")
        for (i = 1; i <= n; i++) {
            if (!match(part[i], /(^|[^A-Za-z_])BF_API /)) continue
            rest = substr(part[i], RSTART + RLENGTH)
            # The name is before the parameters, or at the end of a declaration of data.
            if (match(rest, /bf_[a-z0-9_]+[ ]*(\(|\[|$)/)) {
                name = substr(rest, RSTART, RLENGTH)
                sub(/[^a-z0-9_].*/, "", name)
                print name
            }
        }
    }' "$@" | LC_ALL=C sort -u)
[ -n "$names" ] || { echo "exports.sh: no BF_API in these headers" >&2; exit 1; }
if $map; then
    echo '{ global:'
    echo "$names" | sed 's/$/;/'
    echo 'local: *; };'
else
    echo "$names"
fi
