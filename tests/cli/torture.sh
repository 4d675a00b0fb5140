#!/bin/sh
# The tools of the torture test (tests/torture/README.md): killat kills at the given call, and the count finds each kind of
# fault in the delivered objects. The torture test itself is tests/services/torture.sh.
. "$(dirname "$0")/lib.sh"
torture=$root/tests/torture
killat=$BUILD/torture/killat

check 'the count finds what is wrong' -a -- /usr/bin/python3 -B "$torture/selftest.py"
if command -v patch >/dev/null; then
    check 'each fix can be removed' -- sh "$torture/mutants.sh" --check
else
    skip 'each mend can be taken out again' 'patch is missing'
fi

work='echo 1 >a; mkdir d; mv a d; echo 2 >b'
if [ ! -x "$killat" ]; then
    skip 'killat' 'it is not built here'
elif ! "$killat" 0 true 2>/dev/null; then
    check 'killat: says that it cannot' -s 126 -E 'ptrace is not allowed here' -- "$killat" 0 true
    skip 'killat' 'ptrace is not allowed here'
else
    cd "$T" || exit 1
    check 'killat: 0 kills nobody' -- "$killat" -o calls 0 sh -c "$work"
    check 'killat: and counts' -m '^[0-9]+ -$' -- cat calls
    check 'killat: all is there' -o 'b d/a' -- echo b d/a
    rm -rf a b d
    check 'killat: at the first call that does any work' -s 137 -- "$killat" -o calls 1 sh -c "$work"
    ok 'killat: nothing is there' test ! -e b
    check 'killat: by name' -s 137 -- "$killat" -o calls write:2 sh -c 'echo 1 >a; echo 2 >b; echo 3 >c'
    check 'killat: says where' -m '^[0-9]+ write$' -- cat calls
    check 'killat: before the call is made' -o '1' -- cat a b
    ok 'killat: nor any later one' test ! -e c
    check 'killat: a call that never happens' -o 3 -- "$killat" -o calls rename:99 sh -c 'echo 3'
    # shellcheck disable=SC2016 # for the inner shell
    setsid -w sh -c 'sleep 60 & echo $! >sibling; "$1" -g write:1 sh -c "echo 1"; echo later' - "$killat" >survived 2>"$T/err"
    ok 'killat: -g kills the whole group' test ! -s survived
    gone() { ! kill -0 "$(cat sibling)"; }
    ok 'killat: all of it' soon gone
    check 'killat: the status of the command' -s 7 -- "$killat" 0 sh -c 'exit 7'
    check 'killat: the signal of the command' -s 143 -- "$killat" 0 sh -c 'kill $$; sleep 9'
    check 'killat: no such command' -s 127 -E 'No such file' -- "$killat" 0 ./nobody
    check 'killat: usage' -s 2 -E '^usage' -- "$killat" x true
    check 'killat: threads are counted too' -- env ASAN_OPTIONS=detect_leaks=0 "$killat" -o calls 0 cdcxform -j 2
    check 'killat: SIGTERM goes to the command' -s 143 -- sh -c '"$1" 0 sleep 60 & sleep 0.2; kill $!; wait $!' - "$killat"
    if [ "$(id -u)" = 0 ]; then
        cp "$killat" "$T/killat" && chmod 755 "$T" "$T/killat"
        check 'killat: as a user' -o ok -- setpriv --reuid=65534 --regid=65534 --clear-groups "$T/killat" 0 echo ok
    fi
fi
plan
