#!/bin/sh
# The torture test of the delivery promise in its short form: about a minute on two cores. See tests/torture/README.md.
# It starts its own services, with and without faults, and therefore does not run in the back end real.
. "$(dirname "$0")/lib.sh"
case $BF_IN_BACKEND in
real)
    echo '1..0 # skipped: the short form of the torture is for bflocal'
    exit 0
    ;;
esac
need_tools bflocal kinread cdcxform s3put
torture=$root/tests/torture
seed=${BF_SEED:-1}
check 'nothing lost, doubled, reordered or torn; each object has its receipt' -m ' 0 cycles went wrong$' -- \
    /usr/bin/python3 -B "$torture/torture.py" --bin "$BUILD/bin" --backend bflocal,faulty --seed "$seed" --cycles 700 --seconds 55
grep -q ' is not built\| is not allowed' "$T/out" && skip 'kills at chosen system calls' "$(grep -m 1 '^torture:' "$T/out")"
[ "$failed" = 0 ] || cat "$T/out" >&2
sed 's/^/# /' "$T/out"
plan
