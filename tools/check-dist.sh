#!/bin/sh
# check-dist.sh TARBALL: builds what `make dist` made, outside of any repository: unpack, make, unit tests, a few
# command-line tests, install. Uses build/dist, which it empties first.
set -eu
tarball=$1
work=$(cd "$(dirname "$tarball")" && pwd)/dist
name=${tarball##*/}
name=${name%.tar.gz}
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
unset MAKEFLAGS MAKELEVEL MFLAGS
rm -rf "$work"
mkdir -p "$work"
tar -xzf "$tarball" -C "$work"
cd "$work/$name"
BF_SHARED=${BF_SHARED:-}
export BF_SHARED

step() {
    "$@" >"$work/log" 2>&1 || { tail -n 40 "$work/log"; echo "check-dist: failed: $*" >&2; exit 1; }
    echo "check-dist: $*: ok"
}
step make -s -j"$jobs" all
step make -s check-unit
step make -s check-cli T='tests/cli/bfgen.sh tests/cli/cdcxform.sh tests/cli/cdcxform-hand.sh tests/cli/bflocal.sh tests/cli/readme.sh tests/cli/completions.sh'
step make -s install DESTDIR="$work/root" PREFIX=/usr
version=${name#bfpipe-}
for tool in "$work"/root/usr/bin/*; do
    "$tool" --version | grep -qF "${tool##*/} (bfpipe) $version" || { echo "check-dist: $tool is not $version" >&2; exit 1; }
done
step make -s uninstall DESTDIR="$work/root" PREFIX=/usr
[ -z "$(find "$work/root" ! -type d)" ] || { echo 'check-dist: uninstall leaves files' >&2; exit 1; }
echo "check-dist: $name: builds, passes and installs"
