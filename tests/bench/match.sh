#!/bin/sh
# cdcxform --match: for each operator one pattern, and many on the same path (match.py), in turn.
# tests/bench/match.sh [COUNT [MANY]]
. "$(dirname "$0")/lib.sh"
changes "${1:-100000}"
many=${2:-50}
# an address for cidr, which bfgen's sales have not
sed -i 's/"NewImage":{/&"address":{"S":"10.20.30.40"},/' "$T/all"

title "event patterns: $n change lines, 1 and $many patterns of each operator"
python3 "$here/match.py" >"$T/operators"
while read -r operator; do
    for i in 1 "$many"; do
        python3 "$here/match.py" "$operator" "$i" >"$T/$i.json"
    done
    pair -n 3 -r "$n" "$operator, 1" "cdcxform --match $T/1.json <$T/all" "$many" "cdcxform --match $T/$many.json <$T/all"
done <"$T/operators"
