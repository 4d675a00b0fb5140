#!/usr/bin/env python3
"""What bflocal-end.sh does with boto3: bflocal_end.py WORD ARGUMENT..."""
import json
import os
import sys
import threading
import time

import boto3
from botocore.config import Config

config = Config(retries={"max_attempts": 0}, read_timeout=60, parameter_validation=False)


def client(name):
    return boto3.client(name, endpoint_url=os.environ["AWS_ENDPOINT_URL"], config=config)


def seen():
    with open(os.environ["SEEN"], encoding="ascii") as f:
        return f.read()


def soon(test):
    for _ in range(400):
        if test():
            return
        time.sleep(0.05)
    sys.exit("it does not come")


def slow(name, seconds):
    client("lambda").update_function_configuration(FunctionName=name, Timeout=int(seconds))


def begin(name, event):
    """An invocation that nobody waits for; returns when it runs."""
    word = json.loads(event).get("seen")
    threading.Thread(target=client("lambda").invoke, kwargs={"FunctionName": name, "Payload": event}, daemon=True).start()
    soon((lambda: word in seen()) if word else (lambda: os.path.exists("pid")))


def later(name, event):
    client("lambda").invoke(FunctionName=name, Payload=event, InvocationType="Event")


def arn(service, rest):
    return f"arn:aws:{service}:us-east-1:000000000000:{rest}"


def map(name, stream):
    client("lambda").create_event_source_mapping(FunctionName=name, EventSourceArn=arn("kinesis", f"stream/{stream}"), StartingPosition="TRIM_HORIZON",
                                                 BatchSize=1, MaximumRetryAttempts=0)


def mapping(name):
    return client("lambda").list_event_source_mappings(FunctionName=name)["EventSourceMappings"][0]["UUID"]


def switch(name, how):
    print(client("lambda").update_event_source_mapping(UUID=mapping(name), Enabled=how == "on")["State"])


def unmap(name):
    print(client("lambda").delete_event_source_mapping(UUID=mapping(name))["State"])


def remove(name):
    print(client("lambda").delete_function(FunctionName=name)["ResponseMetadata"]["HTTPStatusCode"])


def deliver(name, bucket, stream="d"):
    firehose = client("firehose")
    firehose.create_delivery_stream(DeliveryStreamName=stream, ExtendedS3DestinationConfiguration={
        "RoleARN": "arn:aws:iam::000000000000:role/r", "BucketARN": f"arn:aws:s3:::{bucket}", "Prefix": "data/", "ErrorOutputPrefix": "errors/",
        "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 0},
        "ProcessingConfiguration": {"Enabled": True, "Processors": [{"Type": "Lambda", "Parameters": [
            {"ParameterName": "LambdaArn", "ParameterValue": arn("lambda", f"function:{name}")}, {"ParameterName": "NumberOfRetries", "ParameterValue": "0"}]}]}})
    firehose.put_record(DeliveryStreamName=stream, Record={"Data": json.dumps({"do": "wait", "once": stream}).encode()})


def deliver2(name, bucket):
    deliver(name, bucket, "e")


def drop():
    print(client("firehose").delete_delivery_stream(DeliveryStreamName="e")["ResponseMetadata"]["HTTPStatusCode"])


def keys(bucket):
    return [o["Key"] for o in client("s3").list_objects_v2(Bucket=bucket).get("Contents", [])]


def landed(bucket):
    if not keys(bucket):
        sys.exit(1)


def prefix(bucket):
    print(*{k.split("/")[0] + "/" for k in keys(bucket)})


def rule(name, event):
    events = client("events")
    events.put_rule(Name="r", EventPattern='{"source":["shop"]}')
    events.put_targets(Rule="r", Targets=[{"Id": "1", "Arn": arn("lambda", f"function:{name}"), "InputPath": "$.detail", "RetryPolicy": {"MaximumRetryAttempts": 0}}])
    events.put_events(Entries=[{"Source": "shop", "DetailType": "t", "Detail": event}])


globals()[sys.argv[1]](*sys.argv[2:])
