#!/bin/sh
# The examples of bflocal(1) print what the page says.
. "$(dirname "$0")/lib.sh"
cd "$T" || exit 1

# Each literal display is one script; the lines between its commands are its output.
awk -v dir="$T" '
    /^\.Bd -literal/ { on = 1; n++; next }
    /^\.Ed/ { on = 0 }
    on { gsub(/\\e/, "\\") }
    on && /^\$ / { print substr($0, 3) > (dir "/" n ".sh"); next }
    on { print > (dir "/" n ".want") }
' "$root/man/bflocal.1"
n=1
while [ -r "$T/$n.sh" ]; do
    if grep -q '=["'\'']aws ' "$T/$n.sh" && ! command -v aws >/dev/null; then
        skip "example $n" 'the AWS CLI is missing'
        n=$((n + 1))
        continue
    fi
    check "example $n: $(head -n 1 "$T/$n.sh")" -O "$T/$n.want" -- sh "$T/$n.sh"
    n=$((n + 1))
done
check 'there are six such examples' -o 7 -- echo "$n"
plan
