#!/bin/sh
# The examples of bfgen(1) and bfpipe(7) print what the pages say; exactly-once-man.sh has those that need services.
. "$(dirname "$0")/lib.sh"

# Each "$ command" inside a literal display, then what it prints; \e is a backslash in mdoc.
awk -v dir="$T" '
    /^\.Sh/ { needs_services = /EXACTLY ONCE/ }
    /^\.Bd -literal/ { on = !needs_services; next }
    /^\.Ed/ { on = shown = 0 }
    on { gsub(/\\e/, "\\") }
    on && /^\$ / { n++; shown = 1; print substr($0, 3) > (dir "/" n ".sh"); next }
    on && shown { print > (dir "/" n ".want") }
' "$root/man/bfgen.1" "$root/man/bfpipe.7"
n=1
while [ -r "$T/$n.sh" ]; do
    check "example: $(cat "$T/$n.sh")" -O "$T/$n.want" -- sh "$T/$n.sh"
    n=$((n + 1))
done
check "there are four such examples" -o 5 -- echo "$n"
check "the live feed, without its table" -o 50 -- sh -c \
    "sed -n 's/^\\.Dl \\\$ \\(bfgen.*\\) | ddbput.*/\\1/p' \"\$1\" | sed 's,50/s,5000/s,; s/10s/10ms/' | sh | wc -l" - "$root/man/bfgen.1"
plan
