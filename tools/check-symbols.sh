#!/bin/sh
# check-symbols.sh LIBRARY...: every symbol that a shared library exports, and every external one of a
# static archive, begins with bf_.
[ $# -gt 0 ] || { echo "usage: check-symbols.sh LIBRARY..." >&2; exit 2; }
status=0
for lib in "$@"; do
    case $lib in *.a) flags='-g --defined-only' ;; *) flags='-D --defined-only' ;; esac
    # shellcheck disable=SC2086 # flags
    names=$(nm $flags "$lib") || { status=1; continue; }
    # Sanitizers and coverage add symbols of their own.
    names=$(echo "$names" | awk 'NF >= 3 { print $3 }' | grep -Ev '^(__asan|__odr_asan|__ubsan|__sanitizer|__gcov)')
    [ -n "$names" ] || { echo "$lib: exports nothing"; status=1; }
    for name in $(echo "$names" | grep -v '^bf_'); do
        echo "$lib: exports '$name', which does not begin with bf_"
        status=1
    done
done
exit $status
