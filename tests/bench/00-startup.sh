#!/bin/sh
# Start-up: each tool's --version, 100 times, beside true(1) started as often.
. "$(dirname "$0")/lib.sh"

for tool in "$BUILD"/bin/*; do
    name=${tool##*/}
    title "start-up of $name, 100 times"
    pair -n 3 -r 100 true 'i=0; while [ $i -lt 100 ]; do /bin/true; i=$((i + 1)); done' \
        "$name" "i=0; while [ \$i -lt 100 ]; do $tool --version >/dev/null; i=\$((i + 1)); done"
done
