#!/bin/sh
# The client's CPU time for each event with evput and with boto3's put_events, both with ten events in a request, on an
# EventBridge that accepts everything.
. "$(dirname "$0")/lib.sh"
n=${1:-50000}
/usr/bin/python3 -c 'import boto3' 2>/dev/null || { echo '  left out: boto3 is not there'; exit 0; }
cat >"$T/peer.py" <<'END'
import os
import sys
import boto3
events = boto3.client("events", endpoint_url=os.environ["AWS_ENDPOINT_URL"])
batch = []

def send():
    assert events.put_events(Entries=batch)["FailedEntryCount"] == 0
    batch.clear()

for line in sys.stdin:
    batch.append({"Source": "shop.sales", "DetailType": "sale", "Detail": line[:-1]})
    if len(batch) == 10:
        send()
if batch:
    send()
END
python3 "$here/ddb_stub.py" "$T/url" &
stub=$!
trap 'kill $stub; rm -rf "$T"' EXIT
until [ -s "$T/url" ]; do sleep 0.05; done
AWS_ENDPOINT_URL=$(cat "$T/url")
export AWS_ENDPOINT_URL AWS_ENDPOINT_URL_EVENTBRIDGE="$AWS_ENDPOINT_URL" AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1 \
    AWS_ACCESS_KEY_ID=K AWS_SECRET_ACCESS_KEY=S AWS_EC2_METADATA_DISABLED=true
bfgen -n "$n" -o cdc | cdcxform >"$T/rows"
title "evput: $n rows onto a bus, beside boto3's put_events"
pair -n 3 -r "$n" -b "$(wc -c <"$T/rows")" evput "evput -s shop.sales -t sale <$T/rows" \
    boto3 "/usr/bin/python3 $T/peer.py <$T/rows"
title 'the same with a detail type made of each row, and a time'
pair -n 3 -r "$n" -b "$(wc -c <"$T/rows")" evput "evput -s shop.sales -t 'sale.{_op}' --time _ts --key order_id <$T/rows"
