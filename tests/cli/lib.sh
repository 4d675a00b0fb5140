# The base of every command-line test: TAP output, a temporary directory for each file, and
# `check`. It expects exit status 0, empty standard output and empty standard error,
# unless its options say otherwise.
#
#   check NAME [-s STATUS] [-i FILE] [-o TEXT | -O FILE | -m ERE | -a] [-e TEXT | -E ERE] -- COMMAND...
#
#   -s STATUS  exit status (default 0)
#   -i FILE    standard input (default /dev/null)
#   -o TEXT    standard output is TEXT and a newline ("" : nothing)
#   -O FILE    standard output is byte for byte FILE
#   -m ERE     a line of standard output matches
#   -a         any standard output
#   -e TEXT    standard error is TEXT and a newline
#   -E ERE     a line of standard error matches
#
# ok NAME COMMAND... passes if COMMAND succeeds. skip NAME WHY records a test that was
# not run. drained FD waits until the reader of a pipe has read everything, soon COMMAND... until
# COMMAND succeeds. plan must be the last call. The output of the last check is in $T/out and $T/err.
set -u
LC_ALL=C
export LC_ALL
here=$(cd "$(dirname "$0")" && pwd)
root=${here%/tests/*}
BUILD=${BF_BUILD:-build/release}
case $BUILD in /*) ;; *) BUILD=$root/$BUILD ;; esac
SHARED=${BF_SHARED:-../shared}
case $SHARED in /*) ;; *) SHARED=$root/$SHARED ;; esac
# The system's programs precede those of version managers (pyenv, nvm).
PATH=$BUILD/bin:/usr/bin:/bin:$PATH
export PATH
# No test uses the metadata or the roles of the machine.
export AWS_EC2_METADATA_DISABLED=true
unset AWS_CONTAINER_CREDENTIALS_RELATIVE_URI AWS_CONTAINER_CREDENTIALS_FULL_URI AWS_WEB_IDENTITY_TOKEN_FILE AWS_ROLE_ARN
T=$(mktemp -d "${TMPDIR:-/tmp}/bfpipe-test.XXXXXX") || exit 1
trap 'rm -rf "$T"' EXIT
trap 'exit 1' HUP INT TERM
count=0
failed=0

pass() {
    count=$((count + 1))
    printf 'ok %d - %s\n' "$count" "$1"
}

fail() {
    count=$((count + 1))
    failed=$((failed + 1))
    printf 'not ok %d - %s\n' "$count" "$1"
    # On standard error, which prove passes on.
    printf '%s: %d - %s\n' "$0" "$count" "$1" >&2
    shift
    printf '%s\n' "$@" | cut -c 1-400 | head -n 30 | sed 's/^/#   /' >&2
}

skip() {
    count=$((count + 1))
    printf 'ok %d - %s # SKIP %s\n' "$count" "$1" "$2"
    printf 'skipped: %s, %s: %s\n' "$0" "$1" "$2" >&2
}

ok() {
    check_name=$1
    shift
    if "$@" >"$T/ok.log" 2>&1; then pass "$check_name"; else fail "$check_name" "failed: $*" "$(cat "$T/ok.log")"; fi
}

check() {
    check_name=$1
    shift
    want_status=0 in=/dev/null out_kind=text out='' err_kind=text err=''
    while [ "$1" != -- ]; do
        case $1 in
        -s) want_status=$2 ;;
        -i) in=$2 ;;
        -o) out_kind=text out=$2 ;;
        -O) out_kind=file out=$2 ;;
        -m) out_kind=match out=$2 ;;
        -a) out_kind=any ;;
        -e) err_kind=text err=$2 ;;
        -E) err_kind=match err=$2 ;;
        *) printf 'Bail out! check: unknown option %s\n' "$1"; exit 1 ;;
        esac
        case $1 in -a) shift ;; *) shift 2 ;; esac
    done
    shift
    "$@" <"$in" >"$T/out" 2>"$T/err"
    got_status=$?
    why=$(judge)
    if [ -z "$why" ]; then pass "$check_name"; else fail "$check_name" "$why" "command: $*"; fi
}

judge() {
    [ "$got_status" = "$want_status" ] || echo "exit status $got_status, not $want_status; standard error: $(head -c 600 "$T/err")"
    case $out_kind in
    text) same "$T/out" "$out" || echo "standard output: $(head -c 600 "$T/out")" "  wanted: $out" ;;
    file) cmp -s "$T/out" "$out" || echo "standard output differs from $out: $(diff "$out" "$T/out" | head -n 6)" ;;
    match) grep -Eq -e "$out" "$T/out" || echo "standard output: $(head -c 600 "$T/out")" "  matches not: $out" ;;
    esac
    case $err_kind in
    text) same "$T/err" "$err" || echo "standard error: $(head -c 600 "$T/err")" "  wanted: $err" ;;
    match) grep -Eq -e "$err" "$T/err" || echo "standard error: $(head -c 600 "$T/err")" "  matches not: $err" ;;
    esac
}

# drained FD: waits until the reader of the pipe at this descriptor has read everything.
drained() {
    python3 -c 'import array, fcntl, sys, termios, time
left = array.array("i", [1])
for _ in range(2400):
    fcntl.ioctl(int(sys.argv[1]), termios.FIONREAD, left)
    if left[0] == 0:
        sys.exit(0)
    time.sleep(0.05)
sys.exit("not drained")' "$1"
}

# soon COMMAND...: waits until COMMAND succeeds; fails after two minutes, a limit that only a broken program
# reaches, so that no test depends on the speed of the machine.
soon() {
    soon_tries=0
    until "$@" >/dev/null 2>&1; do
        soon_tries=$((soon_tries + 1))
        [ "$soon_tries" -le 2400 ] || { echo "not within two minutes: $*" >&2; return 1; }
        sleep 0.05
    done
}

# has_lines FILE N: does FILE have at least N lines? For soon.
has_lines() { [ "$(wc -l <"$1")" -ge "$2" ]; }

# kill_twice PID: signals repeatedly until the process has ended, because on a busy machine two signals can be delivered
# as one. Returns the exit status of the process.
kill_twice() {
    { while kill -TERM "$1" 2>/dev/null; do sleep 0.1; done; } &
    killer=$!
    wait "$1"
    ended=$?
    kill $killer 2>/dev/null
    wait $killer 2>/dev/null
    return $ended
}

# same FILE TEXT: FILE has TEXT and a newline, or is empty if TEXT is empty.
same() {
    if [ -z "$2" ]; then [ ! -s "$1" ]; else printf '%s\n' "$2" | cmp -s - "$1"; fi
}

plan() {
    printf '1..%d\n' "$count"
    [ "$failed" = 0 ]
}
