#!/bin/sh
# make install into a scratch folder: C and C++ programs compile with the installed files, through pkg-config, shared and
# static; each header alone compiles as C and C++; the libraries export what the installed headers declare; the tools run;
# make uninstall removes the same files. Also: another LIBDIR, a prefix with a space, a build outside the source.
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
into=${BUILD%/*}
# run_make GOAL [VARIABLE=VALUE...]
run_make() { make -s O="$into" FLAVOUR="$flavour" DESTDIR="$D" "$@"; }
ok 'make install' run_make install PREFIX=/usr
run_make install-list PREFIX=/usr | sed "s|^|$D|" | sort >"$T/list"
find "$D" ! -type d | sort >"$T/there"
check 'make install-list names each file that is there, and no other' -O "$T/list" -- cat "$T/there"

headers=$(cd "$D/usr/include" && find bfpipe -name '*.h' | sort)
pc() { PKG_CONFIG_PATH=$D/usr/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$D pkg-config "$@"; }
cat >"$T/p.c" <<'EOF'
#include <bfpipe/aws/client/client.h>
#include <bfpipe/aws/sign/sigv4.h>
#include <bfpipe/io/reader.h>
#include <bfpipe/ddb/change.h>
#include <bfpipe/json/scan.h>
#include <bfpipe/json/write.h>
#include <bfpipe/pattern/pattern.h>
#include <bfpipe/row/row.h>
#include <bfpipe/xform/xform.h>
#include <stdio.h>

int main(void)
{
    struct bf_err e;
    struct bf_buf b;
    memset(&e, 0, sizeof e);
    bf_buf_init(&b, 64);
    bf_json_put_string(&b, BF_STR("a\tb"));
    puts(bf_buf_cstr(&b));
    bf_buf_free(&b);
    return bf_json_check(bf_str_of("[1]"), &e) ? 0 : 1;
}
EOF
cp "$T/p.c" "$T/p.cc"
said='"a\tb"'
# shellcheck disable=SC2046,SC2086 # flags
shared() { cc -std=c17 -Wall -Wextra -Werror $extra -o "$T/shared" "$T/p.c" $(pc --cflags --libs bfpipe) -Wl,-rpath,"$D/usr/lib"; }
# shellcheck disable=SC2046,SC2086
static() { cc -std=c17 $extra -o "$T/static" "$T/p.c" $(pc --cflags bfpipe-aws) -L"$D/usr/lib" -l:libbfpipe.a -ljansson; }
# shellcheck disable=SC2046,SC2086
static_aws() { cc -std=c17 $extra -o "$T/static-aws" "$T/aws.c" $(pc --cflags bfpipe-aws) $(pc --libs --static bfpipe-aws | sed 's/-lbfpipe\(-aws\)*/-l:libbfpipe\1.a/g'); }
ok 'a program compiles against the shared library' shared
check 'and runs' -o "$said" -- "$T/shared"
ok 'a program compiles against the archive' static
check 'and runs without the shared library' -o "$said" -- "$T/static"
sed -e 's|^    bf_buf_init(&b, 64);|&\n    puts(strncmp(bf_aws_libraries(), "libcurl/", 8) == 0 ? "client" : "none");|' "$T/p.c" >"$T/aws.c"
ok 'a program compiles against the archives with what the .pc file names for static linking' static_aws
check 'and runs' -o "client
$said" -- "$T/static-aws"
if command -v g++ >/dev/null 2>&1; then
    # shellcheck disable=SC2046,SC2086
    cxx() { g++ -std=c++17 -Wall -Wextra -Werror $extra -o "$T/cxx" "$T/p.cc" $(pc --cflags --libs bfpipe) -Wl,-rpath,"$D/usr/lib"; }
    ok 'the same compiles as C++' cxx
    check 'and runs' -o "$said" -- "$T/cxx"
    # Each header alone, so that none needs another one before it.
    # shellcheck disable=SC2046
    each() {
        for header in $headers; do
            echo "#include <$header>" >"$T/one.cc"
            g++ -std=c++17 -Wall -Wextra -Werror -fsyntax-only "$T/one.cc" $(pc --cflags bfpipe) || return 1
            cc -std=c17 -Wall -Wextra -Wpedantic -Werror -x c -fsyntax-only "$T/one.cc" $(pc --cflags bfpipe) || return 1
        done
    }
    ok 'each installed header alone compiles as C and as C++' each
else
    skip 'C++' 'there is no g++'
fi

# The symbols that the headers of a library declare, and those that it exports.
declared() { cd "$D/usr/include/bfpipe" && find . -name '*.h' "$@" -exec sh "$root/tools/exports.sh" {} +; }
exported() { nm -D --defined-only "$D/usr/lib/$1" | awk '{ print $3 }' | grep '^bf_' | LC_ALL=C sort; }
declared ! -path './aws/*' >"$T/want"
check 'libbfpipe exports what its headers declare' -O "$T/want" -- exported libbfpipe.so
(declared -path './aws/*') >"$T/want"
check 'libbfpipe-aws exports what its headers declare' -O "$T/want" -- exported libbfpipe-aws.so
check 'about ten headers are public, with those that they include' -m '^(1[0-9]|2[0-9])$' -- sh -c 'echo "$1" | wc -l | tr -d " "' - "$headers"

cd "$root" || exit 1
version=$(sed -n 's/^.define BF_VERSION "\(.*\)"/\1/p' lib/base/base.h)
check 'one version: pkg-config' -o "$version" -- pc --modversion bfpipe-aws
for tool in "$D"/usr/bin/*; do
    name=${tool##*/}
    check "$name runs from there" -m "^$name .bfpipe. $version" -- "$tool" --version
done
for name in bash-completion/completions/kinread zsh/site-functions/_kinread fish/vendor_completions.d/kinread.fish; do
    ok "a completion is there: $name" grep -q kinread "$D/usr/share/$name"
done
for page in man/*.[157]; do
    ok "$page is there" test -f "$D/usr/share/man/man${page##*.}/${page##*/}"
done
ok 'make uninstall' run_make uninstall PREFIX=/usr
check 'nothing is left' -- find "$D" ! -type d

# cdclambda loads bfpipe-rowsink.so at its first row: the file must be found in any LIBDIR.
opens_rowsink() { LD_DEBUG=libs "$1" --firehose x --region us-east-1 --help >/dev/null 2>&1; readelf -d "$1" | grep -F "$2"; }
D=''
P="$T/a prefix"
ok 'make install with a space in the prefix and another LIBDIR' run_make install PREFIX="$P" LIBDIR="$P/lib 64"
check 'the libraries are in LIBDIR' -a -- ls "$P/lib 64/libbfpipe.so.${version%.*}" "$P/lib 64/libbfpipe-aws.a" "$P/lib 64/bfpipe/bfpipe-rowsink.so"
check 'a tool runs from there' -m "$version" -- "$P/bin/kinread" --version
check 'cdclambda looks for its destinations in that LIBDIR' -m 'lib 64/bfpipe' -- opens_rowsink "$P/bin/cdclambda" 'lib 64/bfpipe'
spaced() { PKG_CONFIG_PATH="$P/lib 64/pkgconfig" pkg-config --cflags --libs bfpipe; }
# shellcheck disable=SC2086
with_space() { eval "cc -std=c17 -Wall -Werror $extra -o '$T/spaced' '$T/p.c' $(spaced) -Wl,-rpath,'$P/lib 64'"; }
ok 'a program compiles against it' with_space
check 'and runs' -o "$said" -- "$T/spaced"
ok 'make uninstall' run_make uninstall PREFIX="$P" LIBDIR="$P/lib 64"
check 'nothing is left there either' -- find "$P" ! -type d

# A folder that others use as well.
mkdir -p "$T/common/doc" && echo theirs >"$T/common/doc/theirs"
ok 'make install into a folder of others' run_make install PREFIX="$T/common" DOCDIR="$T/common/doc"
ok 'make uninstall' run_make uninstall PREFIX="$T/common" DOCDIR="$T/common/doc"
check 'their file stays, and no other' -o "$T/common/doc/theirs" -- find "$T/common" ! -type d

# A build outside the source: existing files are used, and missing ones are built there.
mkdir "$T/o"
cp -a "$BUILD" "$T/o/"
rm -rf "$T/o/$flavour/bin/bfgen" "$T/o/$flavour/obj/cmd/bfgen" "$T/o/$flavour/install"
ls -l --time-style=full-iso "$BUILD/bin" "$BUILD/lib" >"$T/before"
outside() { (cd / && make -s -C "$root" O="$T/o" FLAVOUR="$flavour" DESTDIR="$T/dest2" PREFIX=/usr "$1"); }
ok 'make O=FOLDER install builds outside the source' outside install
check 'a tool that was built there runs' -m "$version" -- "$T/dest2/usr/bin/bfgen" --version
check 'the build in the source was left alone' -O "$T/before" -- ls -l --time-style=full-iso "$BUILD/bin" "$BUILD/lib"
ok 'make O=FOLDER uninstall' outside uninstall
check 'nothing is left of that' -- find "$T/dest2" ! -type d
plan
