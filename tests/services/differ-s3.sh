#!/bin/sh
# The same calls to bflocal's S3 and to s3rver, valid and invalid: the same answers (differ_s3.py
# says where not, and why). Needs both, so it is a test of the real back end only.
. "$(dirname "$0")/lib.sh"
if [ "$BF_IN_BACKEND" != real ]; then
    echo '1..0 # skipped: s3rver, this is the back end bflocal'
    exit 0
fi
need_tools bflocal

python=/usr/bin/python3
[ -x $python ] || python=python3
other="$(endpoint s3)"
differ() {
    PYTHONDONTWRITEBYTECODE=1 bflocal -q sh -c '"$0" "$@" "$AWS_ENDPOINT_URL"' "$python" "$services/differ_s3.py" --seed "$1" --calls 350 \
        --local "$other"
}
for seed in 11 12; do
    check "seed $seed: no difference but those with a reason" -m '^[0-9]* the same .* 0 different$' -- differ $seed
done
plan
