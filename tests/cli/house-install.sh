#!/bin/sh
# make install into a scratch folder: a program of somebody else compiles against what lies there, through
# pkg-config, shared and static; the tools run from there; make uninstall leaves nothing.
. "$(dirname "$0")/lib.sh"
flavour=${BUILD##*/}
case $flavour in
asan) extra='-fsanitize=address,undefined' ;;
release | debug) extra='' ;;
*) # valgrind: nothing of ours but what release shows
    skip 'install' "the flavour $flavour installs nothing of its own"
    plan
    exit
    ;;
esac
D=$T/dest
cd "$root" || exit 1
unset MAKEFLAGS MAKELEVEL MFLAGS
install_it() { make -s FLAVOUR="$flavour" PREFIX=/usr DESTDIR="$D" "$1"; }
ok 'make install' install_it install

cat >"$T/p.c" <<'EOF'
#include <stdio.h>
#include <lib/aws/sign/sigv4.h>
#include <lib/base/clock.h>
#include <lib/json/scan.h>
int main(void)
{
    struct bf_err e = {0};
    struct bf_buf b;
    bf_buf_init(&b, 64);
    bf_clock_iso(&b, 0);
    puts(bf_buf_cstr(&b));
    bf_buf_free(&b);
    return bf_json_check(BF_STR("[1]"), &e) ? 0 : 1;
}
EOF
pc() { PKG_CONFIG_PATH=$D/usr/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$D pkg-config "$@"; }
# shellcheck disable=SC2046,SC2086 # flags
shared() { cc -std=c17 -Wall -Wextra -Werror $extra -o "$T/shared" "$T/p.c" $(pc --cflags --libs bfpipe) -Wl,-rpath,"$D/usr/lib"; }
# shellcheck disable=SC2046,SC2086
static() { cc -std=c17 $extra -o "$T/static" "$T/p.c" $(pc --cflags bfpipe-aws) "$D/usr/lib/libbfpipe-aws.a" "$D/usr/lib/libbfpipe.a" -ljansson; }
ok 'a program compiles against the shared library' shared
check 'and runs' -o 1970-01-01T00:00:00Z -- "$T/shared"
ok 'a program compiles against the archives' static
check 'and runs without the shared library' -o 1970-01-01T00:00:00Z -- "$T/static"
check 'the version is in pkg-config' -m '^0\.' -- pc --modversion bfpipe-aws
for tool in "$D"/usr/bin/*; do
    name=${tool##*/}
    check "$name runs from there" -m "^$name .bfpipe. " -- "$tool" --version
    check "$name has a completion" -m "--help.* $name\$" -- cat "$D/usr/share/bash-completion/completions/$name"
done
for page in man/*.[157]; do
    [ -f "$page" ] || continue
    ok "$page is there" test -f "$D/usr/share/man/man${page##*.}/${page##*/}"
done
ok 'make uninstall' install_it uninstall
check 'nothing is left' -- find "$D" ! -type d
plan
