"""The same calls to moto's EventBridge ($AWS_ENDPOINT_URL) and to bflocal's ($BFLOCAL_URL): what each answers, ids aside.
Where moto is known to be milder than the service (other people's sources, details that are no objects, names), it is not
asked. Prints what differs."""
import os
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError


def client(url, key, secret):
    return boto3.client("events", endpoint_url=url, region_name="us-east-1", aws_access_key_id=key, aws_secret_access_key=secret,
                        config=Config(retries={"max_attempts": 1}, parameter_validation=False))


def said(events, op, call):
    try:
        answer = getattr(events, op)(**call)
    except ClientError as e:
        return e.response["Error"]["Code"], e.response["Error"]["Message"].split("' at '")[-1]
    if op == "put_events":
        return answer["FailedEntryCount"], [(e.get("ErrorCode"), e.get("ErrorMessage"), "EventId" in e) for e in answer["Entries"]]
    if op == "list_event_buses":
        return [b["Name"] for b in answer["EventBuses"]]
    return sorted(k for k in answer if k in ("Name", "Arn", "EventBusArn"))


GOOD = {"Source": "shop", "DetailType": "sale", "Detail": '{"n":1}'}
CALLS = [
    ("create_event_bus", {"Name": "market", "Description": "d"}), ("create_event_bus", {"Name": "market"}),
    ("create_event_bus", {"Name": "a/b"}), ("create_event_bus", {"Name": "x", "EventSourceName": "aws.partner/x/y"}),
    ("describe_event_bus", {}), ("describe_event_bus", {"Name": "market"}), ("describe_event_bus", {"Name": "none"}),
    ("list_event_buses", {"NamePrefix": "m"}), ("list_event_buses", {"NamePrefix": "zz"}),
    ("put_events", {"Entries": [GOOD]}), ("put_events", {"Entries": [GOOD] * 10}), ("put_events", {"Entries": [GOOD] * 11}),
    ("put_events", {"Entries": [dict(GOOD, EventBusName="market"), dict(GOOD, Time=1795761000, Resources=["a", "b"])]}),
    ("put_events", {"Entries": [{k: v for k, v in GOOD.items() if k != left} for left in GOOD] + [GOOD]}),
    ("put_events", {"Entries": [dict(GOOD, Source=""), dict(GOOD, DetailType=""), dict(GOOD, Detail=""), dict(GOOD, Detail="{"), GOOD]}),
    ("delete_event_bus", {"Name": "none"}), ("delete_event_bus", {"Name": "market"}), ("describe_event_bus", {"Name": "market"}),
    ("delete_event_bus", {"Name": "default"}),
]
moto, bflocal = client(os.environ["AWS_ENDPOINT_URL"], "moto", "moto"), client(os.environ["BFLOCAL_URL"], "K", "S")
differ = 0
for op, call in CALLS:
    theirs, ours = said(moto, op, call), said(bflocal, op, call)
    if theirs != ours:
        differ += 1
        print("%s %.100s\n  moto:    %s\n  bflocal: %s" % (op, call, theirs, ours))
sys.exit(differ > 0)
