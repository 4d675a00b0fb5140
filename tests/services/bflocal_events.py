"""boto3 on bflocal's EventBridge. One line "name|got|wanted" per case."""
import datetime
import json
import os
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

URL = os.environ["AWS_ENDPOINT_URL"]
events = boto3.client("events", endpoint_url=URL, config=Config(retries={"max_attempts": 1}))


def error_of(f, **call):
    try:
        f(**call)
        return "done"
    except ClientError as e:
        return "%s: %s" % (e.response["Error"]["Code"], e.response["Error"]["Message"])


def kept():
    return [json.loads(line) for line in urllib.request.urlopen(URL + "/_bflocal/events")]


def cases():
    made = events.create_event_bus(Name="sales")
    yield "a bus", made["EventBusArn"], "arn:aws:events:us-east-1:000000000000:event-bus/sales"
    yield "is there", error_of(events.create_event_bus, Name="sales"), "ResourceAlreadyExistsException: Event bus sales already exists."
    seen = events.describe_event_bus(Name="sales")
    yield "described", [seen["Name"], seen["Arn"].split(":")[-1]], ["sales", "event-bus/sales"]
    yield "listed", [b["Name"] for b in events.list_event_buses()["EventBuses"]], ["default", "sales"]
    yield "not there", error_of(events.describe_event_bus, Name="none"), "ResourceNotFoundException: Event bus none does not exist."
    at = datetime.datetime(2026, 11, 27, 6, 30, tzinfo=datetime.timezone.utc)
    answer = events.put_events(Entries=[
        {"Source": "shop", "DetailType": "sale", "Detail": '{"n":1}', "Time": at, "Resources": ["r"], "EventBusName": "sales"},
        {"Source": "shop", "DetailType": "sale", "Detail": "no"}, {"Source": "shop", "DetailType": "sale", "Detail": "{}"}])
    yield "put", [answer["FailedEntryCount"], [e.get("ErrorCode") for e in answer["Entries"]]], [1, [None, "MalformedDetail", None]]
    log = kept()
    yield "kept", [e["bus"] for e in log], ["sales", "default"]
    yield "with their ids", [e["event"]["id"] for e in log], [e["EventId"] for e in answer["Entries"] if "EventId" in e]
    del log[0]["event"]["id"]
    yield "as a rule sees it", log[0]["event"], {
        "version": "0", "detail-type": "sale", "source": "shop", "account": "000000000000", "time": "2026-11-27T06:30:00Z",
        "region": "us-east-1", "resources": ["r"], "detail": {"n": 1}}
    whole = dict(log[0]["event"], id="1")
    for pattern, wanted in (('{"detail":{"n":[1]}}', True), ('{"detail":{"n":[2]}}', False)):
        yield "a pattern", events.test_event_pattern(EventPattern=pattern, Event=json.dumps(whole))["Result"], wanted
    yield "a broken one", error_of(events.test_event_pattern, EventPattern="{", Event=json.dumps(whole)).split(" Reason")[0], \
        "InvalidEventPatternException: Event pattern is not valid."
    yield "eleven", error_of(events.put_events, Entries=[{"Source": "s", "DetailType": "t", "Detail": "{}"}] * 11).split(":")[0], "ValidationException"
    events.delete_event_bus(Name="sales")
    yield "deleted", error_of(events.describe_event_bus, Name="sales").split(":")[0], "ResourceNotFoundException"


for name, got, wanted in cases():
    print("%s|%s|%s" % (name, json.dumps(got), json.dumps(wanted)))
print("end")
