# Sourced by every benchmark: the built tools in PATH, a scratch folder $T, and
#
#   title TEXT                                    what is measured
#   pair [-n RUNS] [-r RECORDS] [-b BYTES] A COMMAND [B COMMAND]
#                                                 A and B in turn, medians, ratio (pair.py)
#   changes N                                     $T/all: $n change lines, $bytes; $T/some: the first $small, $some bytes
#   need COMMAND WHAT                             says that a peer is not there; false then
#
# All peers are commands that anybody can install. Nothing here passes or fails by time.
set -u
LC_ALL=C
export LC_ALL
here=$(cd "$(dirname "$0")" && pwd)
root=${here%/tests/*}
BUILD=${BF_BUILD:-build/release}
case $BUILD in /*) ;; *) BUILD=$root/$BUILD ;; esac
SHARED=${BF_SHARED:-../shared}
case $SHARED in /*) ;; *) SHARED=$root/$SHARED ;; esac
PATH=$BUILD/bin:/usr/bin:/bin:$PATH
export PATH
export BF_USAGE="$BUILD/bench/usage"
T=$(mktemp -d "${TMPDIR:-/tmp}/bfpipe-bench.XXXXXX") || exit 1
export T
trap 'rm -rf "$T"' EXIT
trap 'exit 1' HUP INT TERM

title() {
    printf '\n%s\n' "$*"
}

pair() {
    python3 "$here/pair.py" "$@" || exit 1
}

changes() {
    n=$1
    small=$((n / 20))
    bfgen -n "$n" -o cdc --seed 1 >"$T/all" 2>/dev/null
    head -n "$small" "$T/all" >"$T/some"
    bytes=$(wc -c <"$T/all")
    some=$(wc -c <"$T/some")
}

need() {
    command -v "$1" >/dev/null && return 0
    echo "  left out: $1 is not there ($2)"
    return 1
}
