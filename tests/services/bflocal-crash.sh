#!/bin/sh
# bflocal --data is killed with SIGKILL at random moments under a mixed load: batches, transactions, PutRecords, objects and
# multipart uploads. Acknowledged writes are there, none is there in part, streams agree with tables, no unused file stays. Then
# the same for rules, functions, mappings, delivery streams and schedules, and what flows through them.
#
# BF_CRASH_SEED chooses other moments, BF_CRASH_SECONDS (10) the duration.
. "$(dirname "$0")/lib.sh"
if [ "$BF_IN_BACKEND" = real ]; then
    echo '1..0 # skipped: a bflocal of its own, once is enough'
    exit 0
fi
need_tools bflocal
unset AWS_REGION AWS_DEFAULT_REGION AWS_ENDPOINT_URL AWS_ENDPOINT_URL_S3 AWS_ENDPOINT_URL_KINESIS AWS_ENDPOINT_URL_DYNAMODB AWS_ENDPOINT_URL_DYNAMODB_STREAMS

python=/usr/bin/python3
[ -x $python ] || python=python3
crash() {
    PYTHONDONTWRITEBYTECODE=1 $python "$services/$1" --seed "${BF_CRASH_SEED:-1}" --seconds "${BF_CRASH_SECONDS:-10}" "$T/$2"
}
check 'what was answered with success is there after kill -9' -m '^end: all is there after [0-9]+ kills and [0-9]+ calls$' -- crash bflocal_crash.py data
check 'rules, functions, mappings and delivery streams too, and what flows through them' -m '^end: all is there after [0-9]+ kills and [0-9]+ calls$' -- \
    crash bflocal_crash_events.py events
plan
