#!/bin/sh
# Progress: one line on a terminal, which names its tool and is removed at the end; none where it would disturb.
. "$(dirname "$0")/lib.sh"
# tty FDS COMMAND...: the output on a terminal at these descriptors, with visible control codes
tty() { python3 "$root/tests/cli/terminal.py" "$@" | visible; }
visible() { sed -e 's/\r/<CR>/g' -e 's/\x1b\[K/<EL>/g'; }
slow='bfgen -n 700 --rate 1000/s'
line='<CR>bfgen: [0-9]+ records  [0-9.]+ MB  [0-9]+/s  [0-9.]+ MB/s<EL>'

# shellcheck disable=SC2016 # for the inner shell
to_file() { tty 2 sh -c "$slow >\"\$1\"" - "$T/rows"; }
check 'on a terminal: drawn, and removed' -m "^($line)+<CR><EL>$" -- to_file
ok 'the rows go where they should' test "$(wc -l <"$T/rows")" = 700
to_pipe() { tty 2 sh -c "$slow | cat >/dev/null"; }
check 'into a pipe: none' -- to_pipe
to_terminal() { tty 12 sh -c "$slow -f csv --schema order" | grep -c records; }
check 'lines on the same terminal: none' -s 1 -o 0 -- to_terminal
check 'no terminal: none' -o '' -a -- $slow
check 'none is wanted' -a -- tty 2 sh -c "$slow --no-progress >/dev/null"
ok '  and there is none' test ! -s "$T/out"
check 'a quiet tool' -a -- tty 2 sh -c "$slow -q >/dev/null"
ok '  says nothing' test ! -s "$T/out"
check 'asked for: lines, and the last figures' -a -E '^bfgen: 700 records ' -- $slow --progress
into_pipe() { tty 2 sh -c "$slow --progress | cat >/dev/null"; }
check 'asked for, into a pipe' -m "^($line)+<CR><EL>$" -- into_pipe

# A message removes the line; the next one is drawn after it.
bfgen -n 1 -o cdc >"$T/change"
# changes_until LINE: changes until progress is on the screen. The message ends line 1.
changes_until() {
    for _ in $(seq 2400); do
        cat "$T/change"
        tail -n "+$1" "$T/screen" | grep -q records && return
        sleep 0.05
    done
}
bad() {
    : >"$T/screen"
    { changes_until 1; echo bad; changes_until 2; } |
        python3 "$root/tests/cli/terminal.py" 2 sh -c 'cdcxform >/dev/null' >"$T/screen"
    visible <"$T/screen"
}
check 'a message has its own line' -m '<EL>(<CR>)?<CR><EL>cdcxform: line [0-9]+: .*<CR>$' -- bad
check 'and progress goes on' -m '^<CR>cdcxform: [0-9]+ records.*<CR><EL>cdcxform: 1 line rejected<CR>$' -- bad
plan
