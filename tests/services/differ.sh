#!/bin/sh
# The same calls to bflocal and to dynalite (or DynamoDB Local: see serve.sh), kinesalite and s3rver, valid and invalid: the same answers
# (differ_ddb.py, differ_kinesis.py and differ_s3.py say where not, and why). Needs both sides, so it is a test of
# the real back end only.
#
# BF_DIFFER_SEEDS (11; a list such as 1,5-9) and BF_DIFFER_CALLS (250, of each seed) draw other calls.
. "$(dirname "$0")/lib.sh"
if [ "$BF_IN_BACKEND" != real ]; then
    echo '1..0 # skipped: the other emulators, this is the back end bflocal'
    exit 0
fi
need_tools bflocal

python=/usr/bin/python3
[ -x $python ] || python=python3
differ() { # SERVICE ENDPOINT [OPTION]
    # shellcheck disable=SC2016 # the inner shell's variables
    # boto3 from 1.36 on would add a checksum of its own beside the one that a call is about.
    AWS_REQUEST_CHECKSUM_CALCULATION=when_required PYTHONDONTWRITEBYTECODE=1 bflocal -q sh -c '"$0" "$@" "$AWS_ENDPOINT_URL"' "$python" "$services/differ_$1.py" \
        --seeds "${BF_DIFFER_SEEDS:-11}" --calls "${BF_DIFFER_CALLS:-250}" ${3:-} --local "$2"
}
peer=--dynalite
[ -z "${BF_DYNAMODB_LOCAL:-}" ] || peer=''
check "DynamoDB and ${peer:-DynamoDB Local}: no difference but those with a reason" -m '^[0-9]* the same .* 0 different$' -- \
    differ ddb "$(endpoint dynamodb)" $peer
check 'Kinesis and kinesalite' -m '^[0-9]* the same .* 0 different$' -- differ kinesis "$BF_KINESALITE_URL"
check 'Kinesis and kinesalite in CBOR' -m '^[0-9]* the same .* 0 different$' -- differ kinesis "$BF_KINESALITE_URL" --cbor
check 'S3 and s3rver' -m '^[0-9]* the same .* 0 different$' -- differ s3 "$(endpoint s3)"
plan
