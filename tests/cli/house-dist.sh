#!/bin/sh
# make dist: the tarball is the last commit, whole, and the same bytes each time; make check-dist builds it.
. "$(dirname "$0")/lib.sh"
cd "$root" || exit 1
unset MAKEFLAGS MAKELEVEL MFLAGS
if ! git rev-parse HEAD >/dev/null 2>&1; then
    skip dist 'this is no repository'
    plan
    exit
fi
version=$(git show HEAD:lib/base/base.h | sed -n 's/^.define BF_VERSION "\(.*\)"/\1/p')
check 'make dist' -- make -s O="$T" dist
check 'the tarball has the version in its name' -a -- test -s "$T/bfpipe-$version.tar.gz"
git ls-tree -r --name-only HEAD | sed "s|^|bfpipe-$version/|" | sort >"$T/want"
tar -tzf "$T/bfpipe-$version.tar.gz" | grep -v '/$' | sort >"$T/got"
check 'it holds every file of the commit' -O "$T/want" -- cat "$T/got"
cp "$T/bfpipe-$version.tar.gz" "$T/first"
make -s O="$T" dist
ok 'the same commit gives the same bytes' cmp "$T/first" "$T/bfpipe-$version.tar.gz"
check 'CHANGELOG.md tells of this version first' -o "## $version" -- sh -c 'git show HEAD:CHANGELOG.md | grep -m 1 "^## "'
mkdir "$T/x" && tar -xzf "$T/first" -C "$T/x"
check 'make knows what to do there' -m 'CC .*obj/lib/base/str' -- make -n -C "$T/x/bfpipe-$version" all
plan
