#!/bin/sh
# check-fresh.sh [SUITE...]: README's two commands on a new minimal Debian (default: bookworm and trixie): debootstrap
# into build/fresh/SUITE, git and make, a clone of the last commit, `make deps demo`, `make deps check`. Of this machine
# it uses the settings of the package registries and nothing else. FRESH_GOALS="demo" runs fewer commands.
# Prints the time of each step and how much the machine grew; the rest is in build/fresh/SUITE.log.
set -u
PATH=$PATH:/usr/sbin:/sbin
root=$(cd "$(dirname "$0")/.." && pwd)
shared=$(cd "$root" && cd "${BF_SHARED:-../shared}" 2>/dev/null && pwd)
: "${FRESH_GOALS:=demo check}" "${FRESH_MIRROR:=http://deb.debian.org/debian}"

skip() {
    echo "check-fresh: skipped: $*"
    exit 0
}
[ "$(id -u)" = 0 ] || skip 'debootstrap and chroot need root'
for need in debootstrap unshare chroot git; do
    command -v $need >/dev/null || skip "$need is missing; make deps check-fresh installs it"
done
unshare --mount true 2>/dev/null || skip 'this machine allows no mount namespace'

# settings DIR: how the package registries are reached from here.
settings() {
    cp -L /etc/resolv.conf /etc/hosts "$1/etc/"
    # Under a name of its own: the package ca-certificates makes its own list anew.
    [ ! -f /etc/ssl/certs/ca-certificates.crt ] || cp -L /etc/ssl/certs/ca-certificates.crt "$1/etc/registries.crt"
    for file in /etc/apt/apt.conf.d/*proxy* /root/.npmrc /usr/etc/npmrc /etc/npmrc; do
        [ ! -f "$file" ] || { mkdir -p "$1${file%/*}" && cp "$file" "$1$file"; }
    done
    printf 'Acquire::Retries "3";\n' >"$1/etc/apt/apt.conf.d/80-retries"
}

# inside DIR COMMAND...: in a mount and process namespace of its own, so that nothing of it stays.
inside() {
    dir=$1
    shift
    # shellcheck disable=SC2016 # the inner shell's
    unshare --mount --pid --fork --kill-child sh -c '
        dir=$1
        shift
        mount -t proc proc "$dir/proc" && mount --rbind /dev "$dir/dev" && mount -t tmpfs tmpfs "$dir/tmp" && chmod 1777 "$dir/tmp" &&
            exec chroot "$dir" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb \
                http_proxy="${http_proxy-}" https_proxy="${https_proxy-}" no_proxy="${no_proxy-}" \
                NPM_CONFIG_CAFILE=/etc/registries.crt CI="${CI-}" DEBIAN_FRONTEND=noninteractive "$@"
    ' sh "$dir" "$@" </dev/null
}

# step SUITE TEXT COMMAND...: one line with its time; the end of the log if it fails.
step() {
    suite=$1 text=$2
    shift 2
    echo "== $text" >>"$log"
    began=$(date +%s)
    if "$@" >>"$log" 2>&1; then
        printf 'check-fresh: %-10s %-24s ok, %4d s, %s MB\n' "$suite" "$text" $(($(date +%s) - began)) "$(du -sm "$fresh/$suite" | cut -f1)"
    else
        printf 'check-fresh: %-10s %-24s FAILED, %d s; the end of %s:\n' "$suite" "$text" $(($(date +%s) - began)) "$log"
        tail -n 60 "$log"
        return 1
    fi
}

clone() {
    git clone -q --no-hardlinks "$root" "$fresh/$1/root/bfpipe" || return 1
    [ -z "$shared" ] || cp -r "$shared" "$fresh/$1/root/shared"
}

try() {
    log=$fresh/$1.log
    rm -rf "${fresh:?}/$1" && mkdir -p "$fresh" && : >"$log" || return 1
    step "$1" debootstrap debootstrap --variant=minbase "$1" "$fresh/$1" "$FRESH_MIRROR" || return 1
    settings "$fresh/$1"
    step "$1" 'install git make' inside "$fresh/$1" sh -c 'apt-get update -qq && apt-get install -y -qq --no-install-recommends git make' || return 1
    step "$1" 'git clone' clone "$1" || return 1
    for goal in $FRESH_GOALS; do
        step "$1" "make deps $goal" inside "$fresh/$1" sh -c "cd /root/bfpipe && make deps $goal" || return 1
    done
    rm -rf "${fresh:?}/$1"
}

fresh=$root/build/fresh
status=0
[ $# -gt 0 ] || set -- bookworm trixie
for suite in "$@"; do
    try "$suite" || status=1
done
exit $status
