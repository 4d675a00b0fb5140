#!/bin/sh
# mutants.sh [--check] [NAME...]: shows that the torture test can fail. Each mutants/NAME.patch removes one mend from the product;
# with this build, the test must find the error that the patch names in its first line:
#
#     finds KIND in CONFIGURATION[,CONFIGURATION...] [within N]
#
# within N cycles on bflocal (300). --check only checks that the patches apply. All work is done in copies below build/mutants.
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=${here%/tests/*}
build=${BF_BUILD:-build/release}
case $build in /*) ;; *) build=$root/$build ;; esac
check=''
if [ "${1:-}" = --check ]; then
    check=yes
    shift
fi
cd "$root" || exit 2
names=$*
[ -n "$names" ] || names=$(cd "$here/mutants" && ls -- *.patch | sed 's/\.patch$//')
status=0

# finding NAME: KIND CONFIGURATIONS CYCLES
finding() {
    sed -n '1s/^finds \([a-z]*\) in \([a-z,]*\)\( within \([0-9]*\)\)\{0,1\}$/\1 \2 \4/p' "$here/mutants/$1.patch"
}

try() { # try NAME KIND CONFIGURATIONS [CYCLES]
    copy=build/mutants/$1
    rm -rf "$copy"
    mkdir -p "$copy/build" && cp -a Makefile mk cmd lib "$copy" && cp -a "$build" "$copy/build/release" &&
        patch -s -p1 -d "$copy" <"$here/mutants/$1.patch" || return 1
    make -s -C "$copy" -j2 all >"$copy/log" 2>&1 || { cat "$copy/log"; return 1; }
    nice /usr/bin/python3 -B "$here/torture.py" --bin "$copy/build/release/bin" --killat "$build/torture/killat" --backend bflocal \
        --config "$3" --cycles "${4:-300}" --stop-after 1 >"$copy/log" 2>&1
    if [ $? = 1 ] && grep -q "^    $2: " "$copy/log"; then
        echo "$1: found: $(grep -m 1 '^wrong' "$copy/log" | sed 's/.*SEED/SEED/')"
        rm -rf "$copy"
        return 0
    fi
    echo "$1: not found, the log is $copy/log"
    return 1
}

for name in $names; do
    # shellcheck disable=SC2046 # words
    set -- $(finding "$name")
    if [ $# -lt 2 ]; then
        echo "$name: no line 'finds KIND in CONFIGURATION'"
        status=1
    elif [ -n "$check" ]; then
        patch -s -p1 --dry-run -f <"$here/mutants/$name.patch" || { echo "$name: does not apply"; status=1; }
    else
        try "$name" "$@" || status=1
    fi
done
exit $status
