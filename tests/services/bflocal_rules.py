"""boto3 drives the rules of bflocal's EventBridge: prints name|got|wanted lines and "end"."""
import json
import os
import sys
import time
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

URL = os.environ["AWS_ENDPOINT_URL"]
SEEN = os.environ["SEEN"]
config = Config(retries={"max_attempts": 0}, read_timeout=60)
events, kinesis, s3, fn = (boto3.client(n, endpoint_url=URL, config=config) for n in ("events", "kinesis", "s3", "lambda"))
firehose = boto3.client("firehose", endpoint_url=URL, config=config)
ARN = "arn:aws:%s:us-east-1:000000000000:%s"


def show(name, got, wanted):
    print("%s|%s|%s" % (name, json.dumps(got), json.dumps(wanted)), flush=True)


def error_of(f, **call):
    try:
        f(**call)
        return "done"
    except ClientError as e:
        return "%s: %s" % (e.response["Error"]["Code"], e.response["Error"]["Message"])


def soon(test):
    for _ in range(600):
        got = test()
        if got:
            return got
        time.sleep(0.05)
    return test()


def control(path, body=None):
    return urllib.request.urlopen(URL + "/_bflocal/" + path, data=body).read().decode()


def failed():
    return [json.loads(line) for line in control("events/failed").splitlines()]


def put(detail, source="shop", kind="sale", bus="default"):
    answer = events.put_events(Entries=[{"Source": source, "DetailType": kind, "Detail": json.dumps(detail), "EventBusName": bus}])
    return answer["Entries"][0]["EventId"]


def rule(name, pattern, targets, bus="default"):
    events.put_rule(Name=name, EventPattern=json.dumps(pattern), EventBusName=bus)
    answer = events.put_targets(Rule=name, EventBusName=bus, Targets=targets)
    assert answer["FailedEntryCount"] == 0, answer


def records(stream):
    iterator = kinesis.get_shard_iterator(StreamName=stream, ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
    return [(r["PartitionKey"], json.loads(r["Data"])) for r in kinesis.get_records(ShardIterator=iterator)["Records"]]


def texts(stream):
    iterator = kinesis.get_shard_iterator(StreamName=stream, ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
    return [r["Data"].decode() for r in kinesis.get_records(ShardIterator=iterator)["Records"]]


def wait_records(stream, n):
    soon(lambda: len(records(stream)) >= n)
    return records(stream)


def group(name):
    """The lines of a log group, as JSON."""
    try:
        with open(os.path.join(os.environ["DATA"], "events", name + ".log"), encoding="utf-8") as f:
            return [json.loads(line) for line in f]
    except FileNotFoundError:
        return []


def rules():
    pattern = json.dumps({"source": ["shop"]})
    made = events.put_rule(Name="r", EventPattern=pattern, Description="sales", Tags=[{"Key": "a", "Value": "1"}])
    show("a rule", made["RuleArn"], ARN % ("events", "rule/r"))
    seen = events.describe_rule(Name="r")
    show("described", [seen[k] for k in ("Name", "State", "EventPattern", "Description", "EventBusName", "CreatedBy")],
         ["r", "ENABLED", pattern, "sales", "default", "000000000000"])
    show("its tags", events.list_tags_for_resource(ResourceARN=made["RuleArn"])["Tags"], [{"Key": "a", "Value": "1"}])
    events.tag_resource(ResourceARN=made["RuleArn"], Tags=[{"Key": "b", "Value": "2"}])
    events.untag_resource(ResourceARN=made["RuleArn"], TagKeys=["a"])
    show("  changed", events.list_tags_for_resource(ResourceARN=made["RuleArn"])["Tags"], [{"Key": "b", "Value": "2"}])
    show("tags of nothing", error_of(events.list_tags_for_resource, ResourceARN=ARN % ("events", "rule/none")).split(":")[0], "ResourceNotFoundException")
    events.create_event_bus(Name="other", Tags=[{"Key": "t", "Value": "bus"}])
    show("a bus with tags", events.list_tags_for_resource(ResourceARN=ARN % ("events", "event-bus/other"))["Tags"], [{"Key": "t", "Value": "bus"}])
    show("a rule of a bus", events.put_rule(Name="r", EventBusName="other", EventPattern=pattern)["RuleArn"], ARN % ("events", "rule/other/r"))
    events.put_rule(Name="r2", EventPattern=pattern, State="DISABLED")
    show("listed", [(r["Name"], r["State"]) for r in events.list_rules()["Rules"]], [["r", "ENABLED"], ["r2", "DISABLED"]])
    show("by prefix", [r["Name"] for r in events.list_rules(NamePrefix="r2")["Rules"]], ["r2"])
    page = events.list_rules(Limit=1)
    show("by pages", [r["Name"] for r in page["Rules"] + events.list_rules(NextToken=page["NextToken"])["Rules"]], ["r", "r2"])
    events.enable_rule(Name="r2")
    events.disable_rule(Name="r")
    show("states", [r["State"] for r in events.list_rules()["Rules"]], ["DISABLED", "ENABLED"])
    show("neither pattern nor schedule", error_of(events.put_rule, Name="x"),
         "ValidationException: Parameter(s) EventPattern or ScheduleExpression must be specified.")
    show("a broken pattern", error_of(events.put_rule, Name="x", EventPattern="{").split(" Reason")[0],
         "InvalidEventPatternException: Event pattern is not valid.")
    show("a broken schedule", error_of(events.put_rule, Name="x", ScheduleExpression="rate(1 minutes)")[:66],
         "ValidationException: Parameter ScheduleExpression is not valid. a ")
    show("a schedule of another bus", error_of(events.put_rule, Name="x", ScheduleExpression="rate(1 minute)", EventBusName="other"),
         "ValidationException: ScheduleExpression is supported only on the default event bus.")
    show("a name", error_of(events.put_rule, Name="a/b", EventPattern=pattern).split("pattern: ")[-1][-12:], "_A-Za-z0-9]+")
    show("  of 65", error_of(events.put_rule, Name="a" * 65, EventPattern=pattern).split(": ")[-1], "Member must have length less than or equal to 64")
    show("a bus that is not there", error_of(events.put_rule, Name="x", EventPattern=pattern, EventBusName="none"),
         "ResourceNotFoundException: Event bus none does not exist.")
    for f in (events.describe_rule, events.enable_rule, events.disable_rule):
        show("a rule that is not there", error_of(f, Name="none"), "ResourceNotFoundException: Rule none does not exist on EventBus default.")
    show("deleted though it is not there", error_of(events.delete_rule, Name="none"), "done")
    show("a bus with rules", error_of(events.delete_event_bus, Name="other"), "ValidationException: Event bus other can't be deleted since it has rules.")
    for r, bus in (("r", "default"), ("r2", "default"), ("r", "other")):
        events.delete_rule(Name=r, EventBusName=bus)
    show("deleted", [events.list_rules()["Rules"], error_of(events.delete_event_bus, Name="other")], [[], "done"])
    for i in range(300):
        events.put_rule(Name="n%d" % i, EventPattern=pattern)
    show("the 301st rule", error_of(events.put_rule, Name="x", EventPattern=pattern),
         "LimitExceededException: The requested resource exceeds the maximum number allowed.")
    show("  an update is none", error_of(events.put_rule, Name="n5", EventPattern=pattern), "done")
    for i in range(300):
        events.delete_rule(Name="n%d" % i)


def targets():
    events.put_rule(Name="t", EventPattern='{"source":["x"]}')
    stream = ARN % ("kinesis", "stream/s")

    def refused(**target):
        return error_of(events.put_targets, Rule="t", Targets=[dict({"Id": "1", "Arn": stream}, **target)])

    made = events.put_targets(Rule="t", Targets=[{"Id": str(i), "Arn": stream} for i in range(5)])
    show("five targets", [made["FailedEntryCount"], made["FailedEntries"]], [0, []])
    show("a sixth", refused(Id="6"), "LimitExceededException: The requested resource exceeds the maximum number allowed.")
    show("  one of the five again", refused(Id="3", Input="{}"), "done")
    show("listed", [(t["Id"], t.get("Input")) for t in events.list_targets_by_rule(Rule="t")["Targets"]],
         [["0", None], ["1", None], ["2", None], ["3", "{}"], ["4", None]])
    page = events.list_targets_by_rule(Rule="t", Limit=3)
    show("by pages", len(page["Targets"] + events.list_targets_by_rule(Rule="t", NextToken=page["NextToken"])["Targets"]), 5)
    show("of a bus that is not there", error_of(events.list_rule_names_by_target, TargetArn=stream, EventBusName="none").split(":")[0], "ResourceNotFoundException")
    show("the rules of a target", [events.list_rule_names_by_target(TargetArn=a)["RuleNames"] for a in (stream, stream + "x")], [["t"], []])
    show("a rule with targets", error_of(events.delete_rule, Name="t"), "ValidationException: Rule can't be deleted since it has targets.")
    gone = events.remove_targets(Rule="t", Ids=["0", "none"])
    show("removed", [gone["FailedEntryCount"], gone["FailedEntries"]],
         [1, [{"TargetId": "none", "ErrorCode": "ResourceNotFoundException", "ErrorMessage": "Rule 't' does not have a target with the Id 'none'."}]])
    show("of no rule", error_of(events.put_targets, Rule="none", Targets=[{"Id": "1", "Arn": stream}]),
         "ResourceNotFoundException: Rule none does not exist on EventBus default.")
    show("no ARN", refused(Arn="stream"), "ValidationException: Parameter stream is not valid. Reason: Provided Arn is not in correct format.")
    for service in ("sqs", "sns", "states"):
        show("a target of " + service, "cannot deliver to" in refused(Arn=ARN % (service, "x")), True)
    show("of another region", "of this account and region" in refused(Arn="arn:aws:kinesis:eu-west-1:000000000000:stream/s"), True)
    show("two inputs", refused(Input="{}", InputPath="$.id"),
         "ValidationException: Only one of Input, InputPath, or InputTransformer must be provided for target 1.")
    show("no JSON", refused(Input="{").split(" : ")[0], "ValidationException: JSON syntax error in input for target 1")
    show("no path", refused(InputPath="id"), "ValidationException: Invalid InputPath for target 1.")
    show("no variable", refused(InputTransformer={"InputTemplate": '{"a":<x>}'}),
         "ValidationException: Invalid InputTemplate for target 1 : [the variable <x> is not defined]")
    show("SQS for dead letters", refused(DeadLetterConfig={"Arn": ARN % ("sqs", "q")}).split(":")[1], " bflocal has no SQS")
    show("no policy", refused(RetryPolicy={"MaximumRetryAttempts": 186}), "ValidationException: 1 validation error detected: Value '186' at 'targets.1.member.retryPolicy.maximumRetryAttempts' failed to satisfy constraint: Member must have value less than or equal to 185")
    show("parameters of ECS", refused(EcsParameters={"TaskDefinitionArn": "a"}), "ValidationException: bflocal's EventBridge has no EcsParameters")
    show("an input for a bus", refused(Arn=ARN % ("events", "event-bus/default"), Input="{}").split(":")[1], " bflocal sends whole events to event buses")
    control("fault", b"partial:op=PutTargets,part=50%")
    answer = events.put_targets(Rule="t", Targets=[{"Id": str(i), "Arn": stream} for i in range(1, 5)])
    show("a partial failure", 0 < answer["FailedEntryCount"] < 4 and answer["FailedEntries"][0]["ErrorCode"], "ConcurrentModificationException")
    control("fault", b"")
    events.remove_targets(Rule="t", Ids=["1", "2", "3", "4"])
    events.delete_rule(Name="t")
    show("beyond", [error_of(f, **a).split(":")[0] for f, a in (
        (events.create_archive, {"ArchiveName": "a", "EventSourceArn": ARN % ("events", "event-bus/default")}),
        (events.create_api_destination, {"Name": "a", "ConnectionArn": ARN % ("events", "connection/c"), "InvocationEndpoint": "https://a", "HttpMethod": "GET"}),
        (boto3.client("pipes", endpoint_url=URL, config=config).list_pipes, {}),
        (boto3.client("scheduler", endpoint_url=URL, config=config).list_schedules, {}))], ["UnknownOperationException"] * 4)


def delivered():
    kinesis.create_stream(StreamName="s", ShardCount=1)
    stream = ARN % ("kinesis", "stream/s")
    rule("k", {"source": ["shop"], "detail": {"n": [{"numeric": [">", 5]}]}}, [
        {"Id": "all", "Arn": stream},
        {"Id": "path", "Arn": stream, "InputPath": "$.detail", "KinesisParameters": {"PartitionKeyPath": "$.detail.who"}},
        {"Id": "const", "Arn": stream, "Input": '{"constant":1}', "KinesisParameters": {"PartitionKeyPath": "$.detail.n"}},
        {"Id": "made", "Arn": stream, "InputTransformer": {
            "InputPathsMap": {"who": "$.detail.who", "n": "$.detail.n"},
            "InputTemplate": '{"text":"<who> has <n>","n":<n>,"rule":<aws.events.rule-name>}'}}])
    put({"n": 5, "who": "ann"})
    ident = put({"n": 7, "who": "bob"})
    got = wait_records("s", 4)
    show("Kinesis", sorted(k for k, _ in got), sorted(["7", "bob", ident, ident]))
    show("  the event", [d["detail"] for k, d in got if "detail" in d], [{"n": 7, "who": "bob"}])
    show("  its inputs", [d for k, d in got if "detail" not in d],
         [{"constant": 1}, {"text": "bob has 7", "n": 7, "rule": "k"}, {"n": 7, "who": "bob"}])
    events.disable_rule(Name="k")
    put({"n": 8, "who": "bob"})
    rule("f", {"source": ["shop"]}, [{"Id": "f", "Arn": ARN % ("lambda", "function:f"), "InputTransformer": {
        "InputPathsMap": {"seen": "$.detail.seen", "fail": "$.detail.fail"}, "InputTemplate": '{"seen":<seen>,"fail":<fail>}'}}])
    put({"seen": "hello", "fail": False})
    show("Lambda", soon(lambda: "hello" in read()), True)
    show("  nothing of a disabled rule", len(records("s")), 4)
    put({"seen": "thrice", "fail": True})
    show("a function that fails is run three times", [soon(lambda: read().count("thrice") == 3), soon(lambda: len(failed()))], [True, 1])
    show("  and told", [failed()[0][k] for k in ("ERROR_CODE", "TARGET_ARN")], ["ERROR_FROM_TARGET", ARN % ("lambda", "function:f")])
    rule("g", {"detail-type": ["log"]}, [{"Id": "1", "Arn": ARN % ("logs", "log-group:/aws/events/a/b:*"), "InputPath": "$.detail"}])
    put({"x": 1}, kind="log")
    put({"x": 2}, kind="log")
    show("a log group", soon(lambda: len(group("a%2Fb")) == 2) and group("a%2Fb"), [{"x": 1}, {"x": 2}])
    events.put_events(Entries=[{"Source": "shop", "DetailType": "log", "Detail": '{\n  "x": 3,\r\n  "y": 4\n}'}])
    show("  an event of several lines is one line", soon(lambda: len(group("a%2Fb")) == 3) and group("a%2Fb")[2], {"x": 3, "y": 4})
    stream = [{"Id": "1", "Arn": ARN % ("kinesis", "stream/s"), "InputTransformer": {"InputPathsMap": {"n": "$.detail.n"}, "InputTemplate": '{\n "n": <n>\n}'}}]
    rule("h", {"detail-type": ["pretty"]}, stream)
    before = len(records("s"))
    put({"n": 5}, kind="pretty")
    show("  a template of several lines too", soon(lambda: texts("s")[before:]), ['{  "n": 5 }'])


def to_firehose():
    s3.create_bucket(Bucket="lake")
    firehose.create_delivery_stream(DeliveryStreamName="d", ExtendedS3DestinationConfiguration={
        "RoleARN": "arn:aws:iam::000000000000:role/r", "BucketARN": "arn:aws:s3:::lake", "BufferingHints": {"IntervalInSeconds": 60, "SizeInMBs": 1}})
    arn = ARN % ("firehose", "deliverystream/")
    rule("fire", {"source": ["fire"]}, [{"Id": "1", "Arn": arn + "d", "InputPath": "$.detail"}, {"Id": "2", "Arn": arn + "none"}])
    before = len(failed())
    put({"n": 1}, source="fire")
    show("a Firehose stream that is not there", [f["ERROR_CODE"] for f in soon(lambda: failed()[before:])], ["NO_RESOURCE"])
    control("fault", b"clock:by=2m")
    keys = soon(lambda: [o["Key"] for o in s3.list_objects_v2(Bucket="lake").get("Contents", [])])
    control("fault", b"")
    show("Firehose", s3.get_object(Bucket="lake", Key=keys[0])["Body"].read().decode(), '{"n": 1}')


def read():
    try:
        with open(SEEN, encoding="ascii") as f:
            return f.read().split("\n")
    except FileNotFoundError:
        return []


def buses():
    for name in ("a", "b"):
        events.create_event_bus(Name=name)
    rule("to-b", {"source": ["hop"]}, [{"Id": "1", "Arn": ARN % ("events", "event-bus/b"), "RoleArn": "arn:aws:iam::000000000000:role/r"}], bus="a")
    rule("seen", {"source": ["hop"]}, [{"Id": "1", "Arn": ARN % ("logs", "log-group:/aws/events/b")}], bus="b")
    ident = put({"n": 1}, source="hop", bus="a")
    show("another bus", soon(lambda: len(group("b")) == 1) and [group("b")[0][k] for k in ("id", "source")], [ident, "hop"])
    s3.create_bucket(Bucket="dead")
    dead = {"DeadLetterConfig": {"Arn": "arn:aws:s3:::dead"}}
    rule("back", {"source": ["hop"]}, [dict({"Id": "1", "Arn": ARN % ("events", "event-bus/a")}, **dead)], bus="b")
    before = len(failed())
    ident = put({"n": 2}, source="hop", bus="a")
    letter = soon(lambda: failed()[before:])[0]
    show("two buses that feed each other", [letter["ERROR_CODE"], letter["event"]["id"]], ["THIRD_ACCOUNT_HOP_DETECTED", ident])
    show("  once", [len(group("b")), len(failed()) - before], [2, 1])
    keys = [o["Key"] for o in s3.list_objects_v2(Bucket="dead")["Contents"]]
    letter = json.loads(s3.get_object(Bucket="dead", Key=keys[0])["Body"].read())
    show("  with a dead letter", [len(keys), keys[0][:16], letter["event"]["detail"], letter["RETRY_ATTEMPTS"]], [1, "aws/events/back/", {"n": 2}, 0])
    events.create_event_bus(Name="loop")
    rule("self", {"source": ["hop"]}, [{"Id": "1", "Arn": ARN % ("events", "event-bus/loop")}], bus="loop")
    before = len(failed())
    put({"n": 3}, source="hop", bus="loop")
    show("a rule that feeds its own bus", [f["ERROR_CODE"] for f in soon(lambda: failed()[before:])], ["THIRD_ACCOUNT_HOP_DETECTED"])
    log = [json.loads(line) for line in control("events").splitlines()]
    show("  the bus has it twice, and no more", sum(line["bus"] == "loop" for line in log), 2)


def failures():
    stream = ARN % ("kinesis", "stream/s")
    dead = {"DeadLetterConfig": {"Arn": "arn:aws:s3:::dead"}}
    rule("gone", {"source": ["gone"]}, [dict({"Id": "1", "Arn": ARN % ("kinesis", "stream/none")}, **dead)])
    before = len(failed())
    put({}, source="gone")
    show("no such stream", [f["ERROR_CODE"] for f in soon(lambda: failed()[before:])], ["NO_RESOURCE"])
    rule("retry", {"source": ["retry"]}, [dict({"Id": "1", "Arn": stream, "RetryPolicy": {"MaximumRetryAttempts": 2}}, **dead)])
    n = len(records("s"))
    control("fault", b"throttle:service=kinesis,op=PutRecord,n=2")
    put({"a": 1}, source="retry")
    show("a target that refuses twice", len(wait_records("s", n + 1)) - n, 1)
    control("fault", b"throttle:service=kinesis,op=PutRecord")
    before = len(failed())
    put({"a": 2}, source="retry")
    letter = soon(lambda: failed()[before:])[0]
    show("  and always", [letter[k] for k in ("ERROR_CODE", "EXHAUSTED_RETRY_CONDITION", "RETRY_ATTEMPTS")], ["THROTTLING", "MaximumRetryAttempts", 2])
    rule("old", {"source": ["old"]}, [dict({"Id": "1", "Arn": stream, "RetryPolicy": {"MaximumEventAgeInSeconds": 60}}, **dead)])
    before = len(failed())
    put({"a": 3}, source="old")
    time.sleep(0.5)
    control("fault", b"throttle:service=kinesis,op=PutRecord clock:by=2m")
    letter = soon(lambda: failed()[before:])[0]
    show("  until it is too old", letter["EXHAUSTED_RETRY_CONDITION"], "MaximumEventAgeInSeconds")
    control("fault", b"")
    rule("key", {"source": ["key"]}, [dict({"Id": "1", "Arn": stream, "KinesisParameters": {"PartitionKeyPath": "$.detail.none"}}, **dead)])
    before = len(failed())
    put({}, source="key")
    show("no partition key", soon(lambda: failed()[before:])[0]["ERROR_CODE"], "INVALID_PARAMETER")
    rule("path", {"source": ["path"]}, [{"Id": "1", "Arn": stream, "InputPath": "$.detail.none"}])
    before = len(failed())
    put({}, source="path")
    show("no input", soon(lambda: failed()[before:])[0]["ERROR_CODE"], "INVALID_JSON")


def landings():
    """Objects that land and are deleted; queries that change their state; an object that starts a query."""
    s3.create_bucket(Bucket="inbox")
    show("a bucket without notifications", s3.get_bucket_notification_configuration(Bucket="inbox").get("EventBridgeConfiguration"), None)
    s3.put_object(Bucket="inbox", Key="before", Body=b"x")
    s3.put_bucket_notification_configuration(Bucket="inbox", NotificationConfiguration={"EventBridgeConfiguration": {}})
    show("  with them", s3.get_bucket_notification_configuration(Bucket="inbox").get("EventBridgeConfiguration"), {})
    show("  to a queue", error_of(s3.put_bucket_notification_configuration, Bucket="inbox", NotificationConfiguration={
        "QueueConfigurations": [{"QueueArn": ARN % ("sqs", "q"), "Events": ["s3:ObjectCreated:*"]}]})[:46],
        "NotImplemented: bflocal has no QueueConfigurat")
    rule("landed", {"source": ["aws.s3"], "detail": {"bucket": {"name": ["inbox"]}}}, [{"Id": "1", "Arn": ARN % ("logs", "log-group:/aws/events/s3")}])
    etag = s3.put_object(Bucket="inbox", Key="a b/\u00e9.json", Body=b"12345")["ETag"].strip('"')
    s3.copy_object(Bucket="inbox", Key="copy", CopySource={"Bucket": "inbox", "Key": "before"})
    upload = s3.create_multipart_upload(Bucket="inbox", Key="parts")["UploadId"]
    part = s3.upload_part(Bucket="inbox", Key="parts", UploadId=upload, PartNumber=1, Body=b"abc")["ETag"]
    s3.complete_multipart_upload(Bucket="inbox", Key="parts", UploadId=upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part}]})
    s3.delete_object(Bucket="inbox", Key="copy")
    s3.delete_object(Bucket="inbox", Key="never")
    s3.delete_objects(Bucket="inbox", Delete={"Objects": [{"Key": "parts"}, {"Key": "none"}]})
    soon(lambda: len(group("s3")) >= 5)
    got = group("s3")
    show("objects", [(e["detail-type"], e["detail"]["object"]["key"], e["detail"]["reason"]) for e in got],
         [["Object Created", "a b/\u00e9.json", "PutObject"], ["Object Created", "copy", "CopyObject"], ["Object Created", "parts", "CompleteMultipartUpload"],
          ["Object Deleted", "copy", "DeleteObject"], ["Object Deleted", "parts", "DeleteObject"]])
    show("  the event", [got[0]["source"], got[0]["resources"], got[0]["detail"]["object"]["size"], got[0]["detail"]["object"]["etag"] == etag,
                         got[3]["detail"]["deletion-type"]], ["aws.s3", ["arn:aws:s3:::inbox"], 5, True, "Permanently Deleted"])
    numbers = [e["detail"]["object"]["sequencer"] for e in got]
    show("  in order", numbers == sorted(numbers) and len(set(numbers)), 5)
    rule("states", {"source": ["aws.athena"], "detail-type": ["Athena Query State Change"]}, [{"Id": "1", "Arn": ARN % ("logs", "log-group:/aws/events/states")}])
    rule("query", {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": {"object": {"key": [{"prefix": "run/"}]}}},
         [{"Id": "1", "Arn": ARN % ("lambda", "function:q")}])
    s3.create_bucket(Bucket="results")
    s3.put_object(Bucket="inbox", Key="run/now", Body=b"x")
    soon(lambda: len(group("states")) >= 3)
    states = [e["detail"] for e in group("states")]
    show("when an object lands, the query runs", [(d["currentState"], d.get("previousState"), d["sequenceNumber"]) for d in states],
         [["QUEUED", None, "1"], ["RUNNING", "QUEUED", "2"], ["SUCCEEDED", "RUNNING", "3"]])
    show("  one query", [len({d["queryExecutionId"] for d in states}), states[0]["workgroupName"], states[0]["statementType"]], [1, "primary", "DDL"])
    s3.put_bucket_notification_configuration(Bucket="inbox", NotificationConfiguration={})
    s3.put_object(Bucket="inbox", Key="after", Body=b"x")
    put({"last": 1}, kind="log")
    soon(lambda: {"last": 1} in group("a%2Fb"))
    show("without notifications again", [e["detail"]["object"]["key"] for e in group("s3")][-1], "run/now")


def clock(by):
    """Moves the clock of bflocal. Calls are refused while it is wrong: their signatures are of another time."""
    control("fault", b"clock:by=" + by if by else b"")
    time.sleep(0.7)


def schedules():
    def log(name):
        return [{"Id": "1", "Arn": ARN % ("logs", "log-group:/aws/events/" + name)}]

    for name, expression in (("hourly", "rate(1 hour)"), ("cron", "cron(0 * * * ? *)"), ("off", "rate(1 minute)"), ("never", "cron(0 0 1 1 ? 1999)")):
        made = events.put_rule(Name=name, ScheduleExpression=expression, State="DISABLED" if name == "off" else "ENABLED")
        events.put_targets(Rule=name, Targets=log(name))
    show("a schedule waits", [len(group("hourly")), len(group("cron"))], [0, 0])
    clock(b"61m")
    show("the clock fires it", soon(lambda: len(group("hourly")) == 1 and len(group("cron")) == 1), True)
    got = group("hourly")[0]
    show("  its event", [got[k] for k in ("detail-type", "source", "resources", "detail")],
         ["Scheduled Event", "aws.events", [made["RuleArn"].replace("never", "hourly")], {}])
    show("  cron is at its minute", group("cron")[0]["time"][-7:], ":00:00Z")
    clock(b"10h")
    show("over many hours: once", [soon(lambda: len(group("hourly")) == 2), len(group("cron"))], [True, 2])
    clock(None)
    show("the clock goes back", [len(group("hourly")), len(group("cron"))], [2, 2])
    clock(b"61m")
    show("  and on", soon(lambda: len(group("hourly")) == 3 and len(group("cron")) == 3), True)
    show("disabled, and never", [len(group("off")), len(group("never"))], [0, 0])
    clock(None)
    events.disable_rule(Name="cron")
    events.put_rule(Name="both", ScheduleExpression="rate(1 hour)", EventPattern='{"source":["both"]}')
    events.put_targets(Rule="both", Targets=log("both"))
    put({}, source="both")
    show("a pattern and a schedule", soon(lambda: len(group("both")) == 1), True)
    clock(b"61m")
    show("  both", [soon(lambda: len(group("both")) == 2), len(group("cron"))], [True, 3])
    clock(None)


for part in (rules, targets, delivered, to_firehose, buses, failures, landings, schedules) if len(sys.argv) < 2 else [globals()[n] for n in sys.argv[1:]]:
    part()
print("end")
