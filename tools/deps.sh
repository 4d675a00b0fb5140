#!/bin/sh
# deps.sh [GOAL...]: installs what the Make goals need and what is not there yet, with the system's package manager
# (apt, dnf, apk, brew) and, for the tests, npm. `demo` needs less than `check`, `check` less than `lint`; without a
# goal, everything. Says what it does; says and does nothing if nothing is missing.
# deps.sh --check [GOAL...]: only says what is missing; exit status 1 if anything is.
set -u
PATH=$PATH:/usr/sbin:/sbin
root=$(cd "$(dirname "$0")/.." && pwd)
check=false
if [ "${1:-}" = --check ]; then
    check=true
    shift
fi

fail() {
    echo "deps: $*" >&2
    exit 1
}

# One line a thing: the group that needs it, how its presence is told, then its package for apt, dnf, apk and brew ("-":
# comes with another one, or is not there). h: a C header, c: a command, x: a C++ header, y: a module of the system's Python, s: a sanitizer,
# f: one of clang's.
things='
build    c cc              gcc                    gcc                gcc                 -
build    c make            make                   make               make                make
build    c pkg-config      pkg-config             pkgconf-pkg-config pkgconf             pkg-config
build    h stdlib.h        libc6-dev              glibc-devel        musl-dev            -
build    h jansson.h       libjansson-dev         jansson-devel      jansson-dev         jansson
build    h curl/curl.h     libcurl4-openssl-dev   libcurl-devel      curl-dev            curl
build    h openssl/evp.h   libssl-dev             openssl-devel      openssl-dev         openssl@3
build    h zlib.h          zlib1g-dev             zlib-devel         zlib-dev            zlib
build    h zstd.h          libzstd-dev            libzstd-devel      zstd-dev            zstd
build    h isa-l.h         libisal-dev            isa-l-devel        isa-l-dev           isa-l
build    h sqlite3.h       libsqlite3-dev         sqlite-devel       sqlite-dev          sqlite
build    h minizip/unzip.h libminizip-dev       minizip-compat-devel minizip-dev       minizip
build    h microhttpd.h    libmicrohttpd-dev      libmicrohttpd-devel libmicrohttpd-dev  libmicrohttpd
build    h nghttp2/nghttp2.h libnghttp2-dev       libnghttp2-devel    nghttp2-dev        libnghttp2
demo     c jq              jq                     jq                 jq                  jq
demo     c curl            curl                   curl               curl                curl
demo     c sqlite3         sqlite3                sqlite             sqlite              sqlite
test     h cmocka.h        libcmocka-dev          libcmocka-devel    cmocka-dev          cmocka
test     c prove           perl                   perl-Test-Harness  perl-utils          perl
test     c git             git                    git                git                 git
test     c zstd            zstd                   zstd               zstd                zstd
test     c column          bsdextrautils          util-linux         util-linux-misc     -
test     c gzip            gzip                   gzip               gzip                gzip
test     c patch           patch                  patch              patch               patch
test     c openssl         openssl                openssl            openssl             openssl@3
cloud    c zip             zip                    zip                zip                 zip
cloud    c unzip           unzip                  unzip              unzip               unzip
test     c g++             g++                    gcc-c++                g++                 -
test     c python3         python3                python3            python3             python3
test     y boto3           python3-boto3          python3-boto3      py3-boto3           -
test     y yaml            python3-yaml           python3-pyyaml     py3-yaml            -
cloud    c aws             awscli                 awscli2            aws-cli             awscli
test     c bash            bash                   bash               bash                bash
test     c zsh             zsh                    zsh                zsh                 -
test     c fish            fish                   fish               fish                fish
test     c node            nodejs                 nodejs             nodejs              node
test     c psql            postgresql             postgresql-server  postgresql          postgresql@16
test     c npm             npm                    npm                npm                 -
peers    y ensurepip       python3-venv           python3-pip        py3-pip            -
fresh    c debootstrap     debootstrap            debootstrap        debootstrap         -
fresh    c unshare         util-linux             util-linux         util-linux          -
test     c ps              procps                 procps-ng          procps              -
lint     c clang           clang                  clang              clang               llvm
lint     c clang-format    clang-format           clang-tools-extra  clang-extra-tools   clang-format
lint     c clang-tidy      clang-tidy             clang-tools-extra  clang-extra-tools   llvm
lint     c cppcheck        cppcheck               cppcheck           cppcheck            cppcheck
lint     c mandoc          mandoc                 mandoc             mandoc              mandoc
lint     c shellcheck      shellcheck             ShellCheck         shellcheck          shellcheck
valgrind c valgrind        valgrind               valgrind           valgrind            -
fuzz     f fuzzer,address,undefined clang,libclang-rt-dev compiler-rt compiler-rt -
asan     s address,undefined -                    libasan,libubsan   -                   -
'

# groups GOAL...: what Make's goals need; build is always among them.
groups() {
    [ $# -gt 0 ] || { echo 'build demo cloud test npm bench lint valgrind fuzz asan peers fresh'; return; }
    wanted=build
    for goal in "$@"; do
        case $goal in
        all | install | uninstall | dist | bench-helpers | lambda.zip | shell | help) ;;
        check-peers) wanted="$wanted demo cloud test npm peers" ;;
        check-fresh) wanted="$wanted fresh" ;;
        demo) wanted="$wanted demo${ALL:+ cloud}" ;; # make exports the ALL=1 of its command line
        deploy | destroy) wanted="$wanted cloud" ;;
        check-unit) wanted="$wanted demo cloud test" ;;
        check | check-* | torture*) wanted="$wanted demo cloud test npm" ;;
        bench*) wanted="$wanted demo cloud test npm bench" ;;
        lint* | format) wanted="$wanted lint" ;;
        fuzz*) wanted="$wanted fuzz" ;;
        *) groups; return ;;
        esac
        case $goal in check-asan) wanted="$wanted asan" ;; check-valgrind) wanted="$wanted valgrind" ;; esac
    done
    echo "$wanted"
}

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
    x) printf '#include <%s>\n' "$2" | "${CXX:-g++}" -x c++ -fsyntax-only - >/dev/null 2>&1 ;;
    y) PATH=/usr/bin:$PATH python3 -c "import $2" >/dev/null 2>&1 ;;
    f) CC=clang compiles 'int LLVMFuzzerTestOneInput(const char *p, long n) { return p && n < 0; }' "-fsanitize=$2" ;;
    s) compiles 'int main(void) { return 0; }' "-fsanitize=$2" ;;
    esac
}

# Sets missing (names) and packages (for manager $m).
look() {
    missing='' packages=''
    while read -r group kind name apt dnf apk brew; do
        case " $wanted " in *" ${group:-none} "*) ;; *) continue ;; esac
        present "$kind" "$name" && continue
        missing="$missing $name"
        case $m in apt-get) p=$apt ;; dnf) p=$dnf ;; apk) p=$apk ;; brew) p=$brew ;; esac
        [ "$p" = - ] || packages="$packages $(echo "$p" | tr ',' ' ')"
    done <<EOF
$things
EOF
}

# True too where no goal needs the packages.
npm_present() {
    case " $wanted " in *' npm '*) ;; *) return 0 ;; esac
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

wanted=$(groups "$@")
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
