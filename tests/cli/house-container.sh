#!/bin/sh
# packaging/Containerfile, as far as it can be checked without a container engine: its sources, packages, options and check of health.
. "$(dirname "$0")/lib.sh"
cd "$T" || exit 1
unset AWS_REGION AWS_DEFAULT_REGION AWS_ENDPOINT_URL AWS_PROFILE MAKEFLAGS MFLAGS MAKELEVEL
# One instruction a line.
sed -e '/^#/d' -e ':a' -e '/\\$/{N;s/\\\n */ /;ba' -e '}' "$root/packaging/Containerfile" >file
cut -d' ' -f1 file | sort -u >used
check 'instructions that every engine knows' -o '' -- sh -c 'printf "%s\n" COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK RUN USER VOLUME WORKDIR | sort >known
    grep . used | comm -23 - known'

# The sources are enough to install. Copied as the file says, `make install` finds all that it installs except what it builds.
mkdir src
sed -n 's/^COPY \([^-].*\)/\1/p' file >copies
while read -r line; do
    set -- $line
    eval "target=\${$#}"
    while [ $# -gt 1 ]; do
        ok "COPY $1: it is there" [ -e "$root/$1" ]
        mkdir -p "src/${target%/*}"
        if [ -d "$root/$1" ]; then cp -R "$root/$1/." "src/$target"; else cp "$root/$1" "src/$target"; fi
        shift
    done
done <copies
listed() { command make -s -C "$1" O=out install-list PREFIX=/usr/local | sort; }
listed "$root" >want
check 'the copied folders hold all that is installed' -O want -- listed src
# The goals of make are parsed, and each file of the build has a rule: nothing is compiled.
check 'and all that is built' -a -- command make -n -C src O=out install DESTDIR=/out
check 'the dependencies are those that make installs for this goal' -o 'RUN sh tools/deps.sh install' -- grep '^RUN.*deps.sh' file

# What the tools load is in the packages of the second stage.
tr ' ' '\n' <file | grep -E '^(lib[a-z0-9.-]+[0-9]|zlib1g)$' | sort -u >packages
needed() {
    for file in "$BUILD"/bin/* "$BUILD"/lib/bfpipe/*.so; do objdump -p "$file" | sed -n 's/^ *NEEDED *//p'; done | sort -u |
        while read -r lib; do
            # A library's package, under the name that the file of the library has in the package's list or through /lib.
            found=$(ldconfig -p | sed -n "s|^\t$lib (.* => ||p" | head -n 1)
            { dpkg -S "$found" || dpkg -S "/usr$found" || dpkg -S "$(readlink -f "$found")"; } 2>/dev/null | head -n 1 | cut -d: -f1
        done | sort -u
}
if [ "${BUILD##*/}" != release ]; then
    skip 'the packages of the libraries' 'a sanitizer has libraries of its own'
elif [ "$(sed -n 's/^VERSION_ID="\(.*\)"/\1/p' /etc/os-release)" = 12 ] && command -v dpkg objdump >/dev/null; then
    needed >wanted
    ok 'the tools need packages' [ -s wanted ]
    check 'each library that the tools load has its package' -o '' -- comm -23 wanted packages
    check 'SQLite, which is loaded at need, too' -o libsqlite3-0 -- grep sqlite packages
else
    skip 'the packages of the libraries' 'this is not Debian 12'
fi

# The options, and the check of health, on a port and a folder of this test.
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
words() { sed -n "s/^$1.*\\[\\(.*\\)\\]/\\1/p" file | tr -d '",' | sed "s/4566/$port/g; s|/data|data|"; }
# shellcheck disable=SC2046,SC2091 # the words are a command
$(words ENTRYPOINT) >./env &
pid=$!
soon grep '^unset' env
check 'the entry point starts bflocal with test:test' -m 'AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test' -- cat env
# shellcheck disable=SC2046
check 'the check of health passes' -- $(words HEALTHCHECK)
kill -TERM $pid
wait $pid
# shellcheck disable=SC2046
check 'and fails without a server' -s 7 -E '^curl: \(7\)' -- $(words HEALTHCHECK)
check 'later arguments replace earlier ones' -o other -- sh -c '$(sed -n "s/^ENTRYPOINT.*\[\(.*\)\]/\1/p" file | tr -d "\"," |
    sed "s/--port 4566/--port 0/; s|/data|data|") --credentials other:secret printenv AWS_ACCESS_KEY_ID'
check 'it exposes the port that it listens at' -m '^EXPOSE 4566$' -- cat file
check 'an ordinary user runs it' -o 'USER bflocal' -- grep ^USER file
plan
