#!/bin/sh
# lambda-zip.sh: builds the packages for Lambda's runtime provided.al2023,
#
#     build/lambda-x86_64.zip   bootstrap: a static program, the transform for Firehose
#                               lib/: the full program (SQL, destinations) with every shared library that it
#                               needs, C library and loader included; bootstrap becomes it where it has to
#     build/lambda-arm64.zip    bootstrap alone, where a cross compiler is there
#
# with transform.conf in them when CONF names one. Called by `make lambda.zip` in the root.
set -eu
make=${MAKE:-make}
host=$(uname -m)
o=${O:-build}
out=$o/lambda
rm -rf "$out"
mkdir -p "$out"

# bootstrap ARCH COMPILER
bootstrap() {
    rm -rf "$o/lambda-$1/obj/cmd" "$o/lambda-$1/bootstrap" # little work, and nothing stale goes out
    $make --no-print-directory -s CC="$2" FLAVOUR="lambda-$1" CFLAGS="-O2 -g" \
        "$o/lambda-$1/bootstrap"
    mkdir -p "$out/$1"
    cp "$o/lambda-$1/bootstrap" "$out/$1/bootstrap"
    "${3:-strip}" "$out/$1/bootstrap"
    [ -z "${CONF:-}" ] || cp "$CONF" "$out/$1/transform.conf"
}

# The full program and all that it loads, with what it opens by name: destinations and SQLite.
full() {
    mkdir -p "$out/$1/lib"
    cp "$o"/release/bin/cdclambda "$o"/release/lib/bfpipe/bfpipe-rowsink.so "$out/$1/lib/"
    { ldd "$o"/release/bin/cdclambda "$o"/release/lib/bfpipe/bfpipe-rowsink.so
      ldconfig -p 2>/dev/null | sed -n 's/.*libsqlite3\.so\.0 .*=> \(.*\)/x => \1 x/p' | head -n 1
    } | sed -n -e 's/.*=> \(\/[^ ]*\) .*/\1/p' -e 's/^[[:space:]]*\(\/[^ ]*ld[^ ]*\) .*/\1/p' | sort -u |
        while IFS= read -r so; do
            case $so in
            */ld-linux* | */ld-musl*) cp -L "$so" "$out/$1/lib/ld.so" ;;
            *) cp -L "$so" "$out/$1/lib/" ;;
            esac
        done
    strip --strip-unneeded "$out/$1/lib/"*
}

# pack ARCH: the same content gives the same bytes.
pack() {
    find "$out/$1" -exec touch -h -d 2026-01-01T00:00:00Z {} +
    rm -f "$o/lambda-$1.zip"
    (cd "$out/$1" && find . -type f | sed 's/^\.\///' | LC_ALL=C sort | TZ=UTC zip -q -X -9 "../../lambda-$1.zip" -@)
    echo "$o/lambda-$1.zip: $(wc -c <"$o/lambda-$1.zip") bytes, $(unzip -Z1 "$o/lambda-$1.zip" | wc -l) files"
}

case $host in
x86_64 | amd64) arch=x86_64 other=arm64 cross=aarch64-linux-gnu ;;
aarch64 | arm64) arch=arm64 other=x86_64 cross=x86_64-linux-gnu ;;
*) echo "lambda-zip: Lambda does not run on $host" >&2; exit 1 ;;
esac
bootstrap "$arch" "${CC:-cc}"
full "$arch"
pack "$arch"
if command -v "$cross-gcc" >/dev/null 2>&1; then
    bootstrap "$other" "$cross-gcc" "$cross-strip"
    pack "$other"
else
    echo "$o/lambda-$other.zip: left out, there is no $cross-gcc here"
fi
