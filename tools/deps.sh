#!/bin/sh
# deps.sh: installs what building, testing and linting need and what is not there yet, with the
# system's package manager (apt, dnf, apk, brew), then the npm packages of tests/services.
# Says what it does; says and does nothing when nothing is missing.
# deps.sh --check: only says what is missing; exit status 1 if anything is.
set -u
PATH=$PATH:/usr/sbin:/sbin
root=$(cd "$(dirname "$0")/.." && pwd)
check=false
[ "${1:-}" = --check ] && check=true

fail() {
    echo "deps: $*" >&2
    exit 1
}

# One line a thing: how its presence is told, then its package for apt, dnf, apk and brew ("-": comes
# with another one, or is not there). h: a C header, c: a command, p: a Perl module, y: a Python module
# of the system's Python, d: a package by name.
things='
c cc              gcc                    gcc                gcc                 -
c make            make                   make               make                make
c pkg-config      pkg-config             pkgconf-pkg-config pkgconf             pkg-config
h stdlib.h        libc6-dev              glibc-devel        musl-dev            -
h jansson.h       libjansson-dev         jansson-devel      jansson-dev         jansson
h curl/curl.h     libcurl4-openssl-dev   libcurl-devel      curl-dev            curl
h openssl/evp.h   libssl-dev             openssl-devel      openssl-dev         openssl@3
h zlib.h          zlib1g-dev             zlib-devel         zlib-dev            zlib
h zstd.h          libzstd-dev            libzstd-devel      zstd-dev            zstd
h isa-l.h         libisal-dev            isa-l-devel        isa-l-dev           isa-l
h sqlite3.h       libsqlite3-dev         sqlite-devel       sqlite-dev          sqlite
h microhttpd.h    libmicrohttpd-dev      libmicrohttpd-devel libmicrohttpd-dev  libmicrohttpd
h cmocka.h        libcmocka-dev          libcmocka-devel    cmocka-dev          cmocka
c prove           perl                   perl-Test-Harness  perl-utils          perl
c git             git                    git                git                 git
c jq              jq                     jq                 jq                  jq
c curl            curl                   curl               curl                curl
c zstd            zstd                   zstd               zstd                zstd
c column          bsdextrautils          util-linux         util-linux-misc     -
c gzip            gzip                   gzip               gzip                gzip
c openssl         openssl                openssl            openssl             openssl@3
c zip             zip                    zip                zip                 zip
c unzip           unzip                  unzip              unzip               unzip
c sqlite3         sqlite3                sqlite             sqlite              sqlite
c python3         python3                python3            python3             python3
y boto3           python3-boto3          python3-boto3      py3-boto3           -
c aws             awscli                 awscli2            aws-cli             awscli
c node            nodejs                 nodejs             nodejs              node
c npm             npm                    npm                npm                 -
c java            default-jre-headless   java-latest-openjdk-headless openjdk17-jre-headless openjdk
c ps              procps                 procps-ng          procps              -
c clang           clang                  clang              clang               llvm
c clang-format    clang-format           clang-tools-extra  clang-extra-tools   clang-format
c clang-tidy      clang-tidy             clang-tools-extra  clang-extra-tools   llvm
c cppcheck        cppcheck               cppcheck           cppcheck            cppcheck
c mandoc          mandoc                 mandoc             mandoc              mandoc
c shellcheck      shellcheck             ShellCheck         shellcheck          shellcheck
c valgrind        valgrind               valgrind           valgrind            -
s address,undefined -                    libasan,libubsan   -                   -
'

manager() {
    for m in apt-get dnf apk brew; do
        command -v $m >/dev/null 2>&1 && { echo $m; return; }
    done
    fail "none of apt, dnf, apk, brew is here; install these by hand: $*"
}

compiles() { # compiles SOURCE FLAGS...
    source=$1
    shift
    printf '%s\n' "$source" | "${CC:-cc}" -x c "$@" - -o /dev/null >/dev/null 2>&1
}

present() { # present KIND NAME
    case $1 in
    c) command -v "$2" >/dev/null 2>&1 ;;
    h) compiles "#include <stddef.h>
#include <stdarg.h>
#include <stdint.h>
#include <setjmp.h>
#include <$2>" -fsyntax-only ;;
    y) PATH=/usr/bin:$PATH python3 -c "import $2" >/dev/null 2>&1 ;;
    s) compiles 'int main(void) { return 0; }' "-fsanitize=$2" ;;
    esac
}

# Sets missing (names) and packages (for manager $m).
look() {
    missing='' packages=''
    while read -r kind name apt dnf apk brew; do
        [ -n "$kind" ] || continue
        present "$kind" "$name" && continue
        missing="$missing $name"
        case $m in apt-get) p=$apt ;; dnf) p=$dnf ;; apk) p=$apk ;; brew) p=$brew ;; esac
        [ "$p" = - ] || packages="$packages $(echo "$p" | tr ',' ' ')"
    done <<EOF
$things
EOF
}

npm_present() {
    cmp -s "$root/tests/services/package-lock.json" "$root/tests/services/node_modules/.bfpipe-lock"
}

install() {
    as_root=''
    if [ "$m" != brew ] && [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || fail "needs root to install:$packages"
        as_root=sudo
    fi
    # shellcheck disable=SC2086 # lists of words
    case $m in
    apt-get)
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq &&
            $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages
        ;;
    dnf) $as_root dnf install -y $packages ;;
    apk) $as_root apk add $packages ;;
    brew) brew install $packages ;;
    esac </dev/null >"$log" 2>&1 || { tail -n 20 "$log" >&2; fail "$m could not install:$packages"; }
}

m=$(manager "the tools of tools/deps.sh") || exit 1
look
if $check; then
    npm_present || missing="$missing tests/services/node_modules"
    [ -z "$missing" ] || fail "missing:$missing; run make deps"
    exit 0
fi

log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
if [ -n "$packages" ]; then
    echo "deps: missing:$missing"
    echo "deps: $m installs:$packages"
    install
fi
if [ -n "$missing" ]; then
    look
    [ -z "$missing" ] || fail "still missing:$missing"
fi
if ! npm_present; then
    echo "deps: npm installs the packages of tests/services/package-lock.json"
    (cd "$root/tests/services" && npm ci --ignore-scripts --no-audit --no-fund) </dev/null >"$log" 2>&1 ||
        { tail -n 20 "$log" >&2; fail "npm ci failed in tests/services"; }
    cp "$root/tests/services/package-lock.json" "$root/tests/services/node_modules/.bfpipe-lock"
fi
