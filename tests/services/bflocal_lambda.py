"""boto3 drives bflocal's Lambda: prints name|got|wanted lines and "end"."""
import base64
import hashlib
import io
import json
import os
import sys
import threading
import time
import urllib.request
import warnings
import zipfile

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

here = os.path.dirname(os.path.abspath(__file__))
url = os.environ["AWS_ENDPOINT_URL"]
seen = os.environ["SEEN"]
warnings.simplefilter("ignore")  # of zipfile: a name that is there twice
config = Config(retries={"max_attempts": 0}, read_timeout=60)
client = {n: boto3.client(n, endpoint_url=url, config=config) for n in ("lambda", "kinesis", "dynamodb", "s3", "events", "firehose")}
fn, kinesis, dynamodb, s3 = client["lambda"], client["kinesis"], client["dynamodb"], client["s3"]
ROLE = "arn:aws:iam::000000000000:role/r"


def show(name, got, wanted):
    print(f"{name}|{json.dumps(got) if not isinstance(got, str) else got}|{json.dumps(wanted) if not isinstance(wanted, str) else wanted}")


def package(name="bootstrap", text=None, mode=0o755, more=(), method=zipfile.ZIP_DEFLATED):
    """more: (name, text, mode) of further members."""
    out = io.BytesIO()
    with open(os.path.join(here, "lambda_function.py"), encoding="ascii") as f:
        text = text or f.read()
    with zipfile.ZipFile(out, "w", method) as z:
        for name, text, mode in ((name, text, mode), *more):
            info = zipfile.ZipInfo(name)
            info.create_system = 3
            info.external_attr = mode << 16
            z.writestr(info, text, method)
    return out.getvalue()


def create(name, code=None, **more):
    more.setdefault("Environment", {"Variables": {"SEEN": seen}})
    return fn.create_function(FunctionName=name, Runtime="provided.al2023", Role=ROLE, Handler="any",
                              Code=code or {"ZipFile": package()}, **more)


def refusal(call, **arguments):
    try:
        call(**arguments)
        return "taken"
    except ClientError as e:
        return f"{e.response['ResponseMetadata']['HTTPStatusCode']} {e.response['Error']['Code']}"


def invoke(name, event, **more):
    r = fn.invoke(FunctionName=name, Payload=json.dumps(event), **more)
    return r, json.loads(r["Payload"].read() or b"null")


def error(name, event, **more):
    r, payload = invoke(name, event, **more)
    text = payload.get("errorMessage", "").replace(r["ResponseMetadata"]["RequestId"], "ID")
    return [r.get("FunctionError"), payload.get("errorType"), text]


def soon(test):
    for _ in range(600):
        got = test()
        if got:
            return got
        time.sleep(0.05)
    return False


def functions():
    zipped = package()
    made = create("f", Timeout=2, MemorySize=128, Description="first")
    show("create", [made["FunctionArn"], made["State"], made["CodeSize"], made["CodeSha256"], made["Timeout"]],
         ["arn:aws:lambda:us-east-1:000000000000:function:f", "Active", len(zipped),
          base64.b64encode(hashlib.sha256(zipped).digest()).decode(), 2])
    show("create again", refusal(create, name="f"), "409 ResourceConflictException")
    raced = [[] for _ in range(8)]
    racing = [threading.Thread(target=lambda got=got: got.append(refusal(create, name="r"))) for got in raced]
    for t in racing:
        t.start()
    for t in racing:
        t.join()
    show("created eight times at once", sorted(got[0] for got in raced), ["409 ResourceConflictException"] * 7 + ["taken"])
    fn.delete_function(FunctionName="r")
    show("a runtime that is none of ours", refusal(fn.create_function, FunctionName="g", Runtime="python3.12", Role=ROLE, Handler="a.b",
                                                   Code={"ZipFile": zipped}), "400 InvalidParameterValueException")
    show("a package that is none", refusal(create, name="g", code={"ZipFile": b"no zip"}), "400 InvalidParameterValueException")
    show("one that leaves its folder", refusal(create, name="g", code={"ZipFile": package("../../etc/x")}), "400 InvalidParameterValueException")
    show("a time limit of too long", refusal(create, name="g", Timeout=901), "400 InvalidParameterValueException")
    show("get", fn.get_function(FunctionName="f")["Configuration"]["Description"], "first")
    create("tagged", Tags={"k": "v"})
    got = fn.get_function(FunctionName="tagged")
    show("tags", [got["Tags"], got["Configuration"].get("Tags"), got["Configuration"]["SnapStart"]["ApplyOn"]], [{"k": "v"}, None, "None"])
    fn.delete_function(FunctionName="tagged")
    show("by its ARN", fn.get_function_configuration(FunctionName=made["FunctionArn"])["FunctionName"], "f")
    show("list", [x["FunctionName"] for x in fn.list_functions()["Functions"]], ["f"])
    show("an unknown function", refusal(fn.get_function, FunctionName="none"), "404 ResourceNotFoundException")
    s3.create_bucket(Bucket="code")
    s3.put_object(Bucket="code", Key="f.zip", Body=zipped)
    show("from a bucket", create("b", code={"S3Bucket": "code", "S3Key": "f.zip"})["CodeSize"], len(zipped))
    show("  it runs", invoke("b", {})[1]["count"], 1)
    show("from no object", refusal(create, name="g", code={"S3Bucket": "code", "S3Key": "none"}), "400 InvalidParameterValueException")
    fn.add_permission(FunctionName="f", StatementId="one", Action="lambda:InvokeFunction", Principal="events.amazonaws.com")
    show("the policy's revision", fn.get_policy(FunctionName="f")["RevisionId"], fn.get_function_configuration(FunctionName="f")["RevisionId"])
    show("a permission", [s["Sid"] for s in json.loads(fn.get_policy(FunctionName="f")["Policy"])["Statement"]], ["one"])
    fn.remove_permission(FunctionName="f", StatementId="one")
    show("  goes", refusal(fn.get_policy, FunctionName="f"), "404 ResourceNotFoundException")


def invocations():
    r, got = invoke("f", {"env": ["AWS_LAMBDA_FUNCTION_NAME", "AWS_REGION", "AWS_ENDPOINT_URL", "_HANDLER"]}, LogType="Tail")
    show("invoke", [r["StatusCode"], got["count"], got["arn"]], [200, 1, "arn:aws:lambda:us-east-1:000000000000:function:f"])
    show("  its environment", got["env"], {"AWS_LAMBDA_FUNCTION_NAME": "f", "AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": url, "_HANDLER": "any"})
    log = base64.b64decode(r["LogResult"]).decode().split("\n")
    show("  its log", [log[0][:17], log[1], log[-3][:14], log[-2][:17]], ["START RequestId: ", "ready", "END RequestId:", "REPORT RequestId:"])
    show("warm", invoke("f", {})[1]["count"], 2)
    show("an error of its own", [invoke("f", {"fail": 1})[0]["FunctionError"], invoke("f", {"fail": 1})[1]["errorType"]], ["Unhandled", "Mine"])
    show("  it stays warm", invoke("f", {})[1]["count"], 5)
    show("an exit", error("f", {"exit": 3}), ["Unhandled", "Runtime.ExitError", "RequestId: ID Error: Runtime exited with error: exit status 3"])
    show("  a new process", invoke("f", {})[1]["count"], 1)
    show("an exit without a reason", error("f", {"exit": 0})[2], "RequestId: ID Error: Runtime exited without providing a reason")
    show("a signal", error("f", {"signal": 11})[2], "RequestId: ID Error: Runtime exited with error: signal: Segmentation fault")
    show("a hang", error("f", {"sleep": 60}), ["Unhandled", "Sandbox.Timedout", "RequestId: ID Error: Task timed out after 2.00 seconds"])
    show("too much memory", error("f", {"eat": 300})[:2], ["Unhandled", "Runtime.OutOfMemory"])
    show("too large an answer", error("f", {"size": 7 << 20})[1], "Function.ResponseSizeTooLarge")
    show("  by one byte", error("f", {"size": 6291555})[1], "Function.ResponseSizeTooLarge")
    show("  the largest", len(invoke("f", {"size": 6291554})[1]), 6291554)
    show("no JSON", refusal(fn.invoke, FunctionName="f", Payload=b"{"), "400 InvalidRequestContentException")
    show("a dry run", fn.invoke(FunctionName="f", InvocationType="DryRun", Payload=b"{}")["StatusCode"], 204)
    show("a later one", fn.invoke(FunctionName="f", InvocationType="Event", Payload=b'{"seen":"later"}')["StatusCode"], 202)
    show("  it comes", soon(lambda: "later" in read()), True)
    fn.invoke(FunctionName="f", InvocationType="Event", Payload=b'{"seen":"thrice","fail":1}')
    show("  one that fails is tried three times", soon(lambda: read().count("thrice") == 3), True)
    show("an alias", refusal(fn.invoke, FunctionName="f", Qualifier="live"), "404 ResourceNotFoundException")


def asynchronous():
    """The settings of asynchronous invocations."""
    failed = lambda prefix: [json.loads(s3.get_object(Bucket="late", Key=o["Key"])["Body"].read())
                             for o in s3.list_objects_v2(Bucket="late", Prefix=prefix).get("Contents", [])]
    s3.create_bucket(Bucket="late")
    create("late", Timeout=5)
    at = {"FunctionName": "late"}
    show("no settings yet", refusal(fn.get_function_event_invoke_config, **at), "404 ResourceNotFoundException")
    show("  nor to update", refusal(fn.update_function_event_invoke_config, MaximumRetryAttempts=1, **at), "404 ResourceNotFoundException")
    show("of no function", refusal(fn.put_function_event_invoke_config, FunctionName="none", MaximumRetryAttempts=1), "404 ResourceNotFoundException")
    to = {"OnFailure": {"Destination": "arn:aws:s3:::late"}}
    made = fn.put_function_event_invoke_config(MaximumRetryAttempts=0, DestinationConfig=to, **at)
    show("settings of asynchronous invocations", [made["FunctionArn"].split(":", 5)[5], made["MaximumRetryAttempts"], made["DestinationConfig"], "LastModified" in made],
         ["function:late:$LATEST", 0, to, True])
    show("  three retries", refusal(fn.put_function_event_invoke_config, MaximumRetryAttempts=3, **at), "400 ValidationException")
    show("  a queue", refusal(fn.put_function_event_invoke_config, DestinationConfig={"OnFailure": {"Destination": "arn:aws:sqs:us-east-1:000000000000:q"}}, **at),
         "400 InvalidParameterValueException")
    show("  what succeeds", refusal(fn.put_function_event_invoke_config, DestinationConfig={"OnSuccess": {"Destination": "arn:aws:s3:::late"}}, **at),
         "400 InvalidParameterValueException")
    fn.invoke(InvocationType="Event", Payload=b'{"seen":"once","fail":1}', **at)
    got = soon(lambda: failed("aws/lambda/async/late/"))[0]
    show("a failure is in the bucket", [got["requestContext"]["condition"], got["requestContext"]["approximateInvokeCount"], got["requestPayload"],
                                        got["responsePayload"]["errorType"], got["responseContext"]["functionError"]],
         ["RetriesExhausted", 1, {"seen": "once", "fail": 1}, "Mine", "Unhandled"])
    show("  after one attempt", read().count("once"), 1)
    updated = fn.update_function_event_invoke_config(MaximumRetryAttempts=1, **at)
    show("an update keeps the rest", [updated["MaximumRetryAttempts"], updated["DestinationConfig"]], [1, to])
    client["events"].put_rule(Name="late", EventPattern='{"source":["late"]}')
    client["events"].put_targets(Rule="late", Targets=[{"Id": "1", "Arn": "arn:aws:lambda:us-east-1:000000000000:function:late", "InputPath": "$.detail"}])
    client["events"].put_events(Entries=[{"Source": "late", "DetailType": "t", "Detail": '{"seen":"ruled","fail":1}'}])
    show("an event of a rule, too", soon(lambda: [f["requestContext"]["approximateInvokeCount"] for f in failed("aws/lambda/async/late/") if f["requestPayload"]["seen"] == "ruled"]), [2])
    fn.update_function_event_invoke_config(MaximumRetryAttempts=2, MaximumEventAgeInSeconds=60, **at)
    fn.invoke(InvocationType="Event", Payload=json.dumps({"seen": "aged", "fail": 1}).encode(), **at)
    soon(lambda: "aged" in read())
    control = urllib.request.Request(url + "/_bflocal/fault", data=b"clock:by=2m")
    urllib.request.urlopen(control).read()
    aged = soon(lambda: [f["requestContext"] for f in failed("aws/lambda/async/late/") if f["requestPayload"]["seen"] == "aged"])
    urllib.request.urlopen(urllib.request.Request(url + "/_bflocal/fault", data=b"")).read()
    show("an event that is too old", [aged[0]["condition"], aged[0]["approximateInvokeCount"]], ["EventAgeExceeded", 2])
    fn.publish_version(**at)
    fn.put_function_event_invoke_config(Qualifier="1", MaximumRetryAttempts=2, **at)
    pages = list(fn.get_paginator("list_function_event_invoke_configs").paginate(PaginationConfig={"PageSize": 1}, **at))
    show("listed", [sorted(c["FunctionArn"].rsplit(":", 1)[1] for p in pages for c in p["FunctionEventInvokeConfigs"]), len(pages)], [["$LATEST", "1"], 2])
    fn.delete_function_event_invoke_config(Qualifier="1", **at)
    show("deleted", refusal(fn.get_function_event_invoke_config, Qualifier="1", **at), "404 ResourceNotFoundException")
    fn.delete_function(**at)
    create("late")
    show("  with the function", refusal(fn.get_function_event_invoke_config, **at), "404 ResourceNotFoundException")
    fn.delete_function(**at)


def several():
    results = []
    threads = [threading.Thread(target=lambda: results.append(invoke("f", {"sleep": 0.5})[1]["count"])) for _ in range(6)]
    began = time.time()
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    show("six at once", [len(results), time.time() - began < 3], [6, True])


def starts():
    create("e", Environment={"Variables": {"SEEN": seen, "INIT": "error"}})
    show("an error before the first event", error("e", {})[:2], ["Unhandled", "Setup"])
    fn.update_function_configuration(FunctionName="e", Environment={"Variables": {"SEEN": seen, "INIT": "exit"}})
    show("an exit before it", error("e", {}), ["Unhandled", "Runtime.ExitError", "RequestId: ID Error: Runtime exited with error: exit status 3"])
    fn.update_function_configuration(FunctionName="e", Environment={"Variables": {"SEEN": seen, "XX": "new"}})
    show("a new configuration", invoke("e", {"env": ["XX"]})[1]["env"], {"XX": "new"})
    show("an environment of too much", refusal(fn.update_function_configuration, FunctionName="e", Environment={"Variables": {"XX": "x" * 4097}}), "400 InvalidParameterValueException")
    fn.update_function_code(FunctionName="e", ZipFile=package("other"))
    show("a package without bootstrap", error("e", {})[1:], ["Runtime.InvalidEntrypoint", "RequestId: ID Error: Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]"])
    for name, code, wanted in (("that may not be executed", package(mode=0o644), "permission denied"),
                               ("of another machine", package(text="\x7fELF neither"), "exec format error")):
        fn.update_function_code(FunctionName="e", ZipFile=code)
        show("a bootstrap " + name, error("e", {})[1:], ["Runtime.InvalidEntrypoint", "RequestId: ID Error: fork/exec /var/task/bootstrap: " + wanted])
    fn.update_function_code(FunctionName="e", ZipFile=package(text="#!/bin/sh\nexit 127\n"))
    show("a bootstrap that exits like that", error("e", {})[1:], ["Runtime.ExitError", "RequestId: ID Error: Runtime exited with error: exit status 127"])
    fn.delete_function(FunctionName="e")
    show("deleted", refusal(fn.invoke, FunctionName="e"), "404 ResourceNotFoundException")


def archives():
    """What a zip archive can have besides files."""
    with open(os.path.join(here, "lambda_function.py"), encoding="ascii") as f:
        text = f.read()
    create("z", {"ZipFile": package("bootstrap", "code/real", 0o120777, [("code/real", text, 0o755), ("etc", "/etc", 0o120777)])})
    show("a bootstrap that is a symbolic link", invoke("z", {})[1]["count"], 1)
    fn.delete_function(FunctionName="z")
    show("  what it points to outside stays", os.path.exists("/etc/passwd"), True)
    outside = os.path.join(os.path.dirname(seen), "outside")
    os.mkdir(outside)
    for name, more in (("a file below a link", [("l", outside, 0o120777), ("l/evil", "x", 0o644)]),
                       ("a link in the place of a folder", [("l/evil", "x", 0o644), ("l", outside, 0o120777)]),
                       ("a file through a link", [("l", outside + "/evil", 0o120777), ("l", "x", 0o644)]),
                       ("a file that is a folder too", [("l", "x", 0o644), ("l/evil", "x", 0o644)]),
                       ("a link without a target", [("l", "", 0o120777)]),
                       ("a name of 300 bytes", [("l" * 300, "x", 0o644)]),
                       ("a name outside", [("../evil", "x", 0o644)]),
                       ("an absolute name", [(outside + "/evil", "x", 0o644)])):
        show(name, refusal(create, name="z", code={"ZipFile": package(more=more)}), "400 InvalidParameterValueException")
    show("  nothing is written outside", os.listdir(outside), [])
    show("another compression", refusal(create, name="z", code={"ZipFile": package(method=zipfile.ZIP_BZIP2)}), "400 InvalidParameterValueException")


def polls():
    """A function whose client gives up waiting for an event and asks again; what went to the old connection would be lost."""
    program = """#!/usr/bin/env python3
import os, socket, time
host, port = os.environ["AWS_LAMBDA_RUNTIME_API"].split(":")
def ask(text, wait):
    s = socket.create_connection((host, int(port)))
    s.sendall(text.encode())
    s.settimeout(wait)
    got = b""
    try:
        while b"\\r\\n\\r\\n" not in got:
            got += s.recv(65536)
    except socket.timeout:
        pass
    s.close()
    return got.decode()
while True:
    got = ask("GET /2018-06-01/runtime/invocation/next HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n", 0.1)
    name = "lambda-runtime-aws-request-id: "
    at = got.lower().find(name)
    if at >= 0:
        id = got[at + len(name):].split("\\r")[0]
        ask("POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 1\\r\\n\\r\\n7" % id, 5)
"""
    create("p", {"ZipFile": package(text=program.replace("\\\\", "\\"))}, Timeout=5)
    got = [invoke("p", {})[1]]
    time.sleep(2)
    show("a function that asks again and again", got + [invoke("p", {})[1], invoke("p", {})[1]], [7, 7, 7])
    fn.delete_function(FunctionName="p")


def read():
    try:
        with open(seen, encoding="ascii") as f:
            return f.read()
    except OSError:
        return ""


def batches(since=0):
    return [json.loads(line) for line in read()[since:].split("\n") if line.startswith("[")]


def put(values, key=None):
    kinesis.put_records(StreamName="s", Records=[{"Data": json.dumps(v), "PartitionKey": key or str(v["i"])} for v in values])


def mapping(source, **more):
    more.setdefault("StartingPosition", "TRIM_HORIZON")
    return fn.create_event_source_mapping(FunctionName="f", EventSourceArn=source, **more)


def mappings():
    kinesis.create_stream(StreamName="s", ShardCount=2)
    arn = kinesis.describe_stream_summary(StreamName="s")["StreamDescriptionSummary"]["StreamARN"]
    show("a source that is none", refusal(mapping, source="arn:aws:sqs:us-east-1:000000000000:q"), "400 InvalidParameterValueException")
    show("a stream that is none", message(mapping, source=arn + "-none"), f"400 InvalidParameterValueException: Stream not found: {arn}-none")
    show("a time without a time", refusal(mapping, source=arn, StartingPosition="AT_TIMESTAMP"), "400 InvalidParameterValueException")
    show("a tumbling window", message(mapping, source=arn, TumblingWindowInSeconds=9), "400 InvalidParameterValueException: bflocal has no TumblingWindowInSeconds for event source mappings")
    show("a batch of too many", refusal(mapping, source=arn, BatchSize=10001), "400 ValidationException")
    show("a pattern that is none", refusal(mapping, source=arn, FilterCriteria={"Filters": [{"Pattern": '{"a":1}'}]}), "400 InvalidParameterValueException")
    show("a queue as destination", refusal(mapping, source=arn, DestinationConfig={"OnFailure": {"Destination": "arn:aws:sqs:us-east-1:000000000000:q"}}),
         "400 InvalidParameterValueException")
    at = len(read())
    put([{"i": i} for i in range(25)])
    m = mapping(arn, BatchSize=10)
    show("a mapping", [m["State"], m["BatchSize"], m["MaximumRetryAttempts"]], ["Enabled", 10, -1])
    show("  once", message(mapping, source=arn).split(" (")[0], "409 ResourceConflictException: The event source arn")
    show("  takes each record once", soon(lambda: sorted(i for b in batches(at) for i in b) == list(range(25))), True)
    show("  in batches of ten at most", max(len(b) for b in batches(at)) <= 10, True)
    show("  in the order of a shard", all(b == sorted(b) for b in batches(at)), True)
    at = len(read())
    fn.update_event_source_mapping(UUID=m["UUID"], Enabled=False)
    put([{"i": i} for i in range(25, 30)])
    time.sleep(0.5)
    show("switched off", batches(at), [])
    fn.update_event_source_mapping(UUID=m["UUID"], Enabled=True)
    show("  and on again", soon(lambda: sorted(i for b in batches(at) for i in b) == list(range(25, 30))), True)
    shard = kinesis.list_shards(StreamName="s")["Shards"][0]
    kinesis.split_shard(StreamName="s", ShardToSplit=shard["ShardId"],
                        NewStartingHashKey=str((int(shard["HashKeyRange"]["StartingHashKey"]) + int(shard["HashKeyRange"]["EndingHashKey"])) // 2))
    at = len(read())
    put([{"i": i} for i in range(30, 60)])
    show("children of a shard", soon(lambda: sorted(i for b in batches(at) for i in b) == list(range(30, 60))), True)
    kinesis.create_stream(StreamName="timed", ShardCount=1)
    timed = arn.rsplit("/", 1)[0] + "/timed"
    kinesis.put_record(StreamName="timed", Data=b'{"i":70}', PartitionKey="k")
    time.sleep(1.1)
    since, at = int(time.time()), len(read())  # boto3 sends whole seconds
    kinesis.put_record(StreamName="timed", Data=b'{"i":71}', PartitionKey="k")
    late = mapping(timed, StartingPosition="AT_TIMESTAMP", StartingPositionTimestamp=since)
    show("from a time on", soon(lambda: batches(at)) and [i for b in batches(at) for i in b], [71])
    fn.delete_event_source_mapping(UUID=late["UUID"])
    listed = fn.list_event_source_mappings(FunctionName="f")["EventSourceMappings"]
    show("list", [x["UUID"] == m["UUID"] for x in listed], [True])
    fn.delete_event_source_mapping(UUID=m["UUID"])
    show("delete", refusal(fn.get_event_source_mapping, UUID=m["UUID"]), "404 ResourceNotFoundException")


def poison():
    arn = kinesis.describe_stream_summary(StreamName="s")["StreamDescriptionSummary"]["StreamARN"]
    s3.create_bucket(Bucket="dead")
    where = {"OnFailure": {"Destination": "arn:aws:s3:::dead"}}
    at = len(read())
    m = mapping(arn, StartingPosition="LATEST", BatchSize=100, BisectBatchOnFunctionError=True, MaximumRetryAttempts=1, DestinationConfig=where)
    put([{"i": i, **({"poison": "error"} if i == 107 else {})} for i in range(100, 120)], "k")
    rest = [i for i in range(100, 120) if i != 107]
    show("a poisoned record is found by bisection", soon(lambda: sorted(i for b in batches(at) for i in b) == rest), True)
    key = soon(lambda: [o["Key"] for o in s3.list_objects_v2(Bucket="dead").get("Contents", [])])
    dead = json.loads(s3.get_object(Bucket="dead", Key=key[0])["Body"].read())
    show("  and is in the bucket", [dead["KinesisBatchInfo"]["batchSize"], json.loads(base64.b64decode(dead["payload"]["Records"][0]["kinesis"]["data"]))["i"]], [1, 107])
    fn.delete_event_source_mapping(UUID=m["UUID"])
    at = len(read())
    m = mapping(arn, StartingPosition="LATEST", FunctionResponseTypes=["ReportBatchItemFailures"], MaximumRetryAttempts=1, DestinationConfig=where)
    put([{"i": i, **({"poison": "item"} if i == 203 else {})} for i in range(200, 206)], "k")
    show("a part of a batch that failed", soon(lambda: len(s3.list_objects_v2(Bucket="dead")["Contents"]) == 2), True)
    show("  the records before it are not repeated", [i for b in batches(at) for i in b], [200, 201, 202])
    fn.delete_event_source_mapping(UUID=m["UUID"])
    at = len(read())
    m = mapping(arn, StartingPosition="LATEST", FilterCriteria={"Filters": [{"Pattern": '{"data":{"total":[{"numeric":[">",10]}]}}'}]})
    put([{"i": 300, "total": 5}, {"i": 301, "total": 11}, {"i": 302}], "k")
    show("a filter", soon(lambda: [i for b in batches(at) for i in b] == [301]), True)
    fn.delete_event_source_mapping(UUID=m["UUID"])
    at = len(read())
    m = mapping(arn, StartingPosition="LATEST", BatchSize=1000, MaximumBatchingWindowInSeconds=1, ParallelizationFactor=3)
    for i in range(400, 430):
        put([{"i": i}])
    show("a window gathers", soon(lambda: sorted(i for b in batches(at) for i in b) == list(range(400, 430))) and len(batches(at)) < 20, True)
    fn.delete_event_source_mapping(UUID=m["UUID"])


def letters():
    """The dead letters in the order of their records."""
    keys = [o["Key"] for o in s3.list_objects_v2(Bucket="letters").get("Contents", [])]
    found = [json.loads(s3.get_object(Bucket="letters", Key=k)["Body"].read()) for k in keys]
    return sorted(found, key=lambda d: d["KinesisBatchInfo"]["startSequenceNumber"])


def numbers(letter):
    return [json.loads(base64.b64decode(r["kinesis"]["data"]))["i"] for r in letter["payload"]["Records"]]


def bad_functions():
    """A function that crashes, hangs, answers too much or names strange records: the records are found and told, and the
    others go on."""
    fn.update_function_configuration(FunctionName="f", Timeout=1)
    arn = kinesis.describe_stream_summary(StreamName="s")["StreamDescriptionSummary"]["StreamARN"]
    s3.create_bucket(Bucket="letters")
    where = {"OnFailure": {"Destination": "arn:aws:s3:::letters"}}
    bad = {502: "exit", 505: "hang", 507: "large", 509: "stranger"}
    at = len(read())
    m = mapping(arn, StartingPosition="LATEST", BatchSize=100, BisectBatchOnFunctionError=True, MaximumRetryAttempts=0,
                FunctionResponseTypes=["ReportBatchItemFailures"], DestinationConfig=where)
    put([{"i": i, **({"poison": bad[i]} if i in bad else {})} for i in range(500, 511)], "k")
    show("a crash, a hang, too much, a strange id", soon(lambda: sorted(i for b in batches(at) for i in b) == [i for i in range(500, 511) if i not in bad]), True)
    show("  each is told alone", [soon(lambda: len(letters()) == 4), [numbers(d) for d in letters()]], [True, [[i] for i in bad]])
    got = letters()[0]
    show("  as the service does", [got["requestContext"]["condition"], got["requestContext"]["approximateInvokeCount"], got["responseContext"]["functionError"],
                                   sorted(got["KinesisBatchInfo"])[:2]],
         ["RetryAttemptsExhausted", 1, "Unhandled", ["approximateArrivalOfFirstRecord", "approximateArrivalOfLastRecord"]])
    fn.delete_event_source_mapping(UUID=m["UUID"])
    # Records that are too old are not sent; the clock of bflocal makes them so.
    m = mapping(arn, StartingPosition="LATEST", MaximumRecordAgeInSeconds=60, DestinationConfig=where)
    put([{"i": 520, "poison": "error"}, {"i": 521}], "k")
    time.sleep(0.5)
    fault(b"clock:by=2m")
    time.sleep(3)
    fault(b"")
    at = len(read())
    put([{"i": 522}], "k")
    show("records that are too old", [soon(lambda: [i for b in batches(at) for i in b] == [522]), numbers(letters()[-1]), letters()[-1]["requestContext"]["condition"]],
         [True, [520, 521], "RecordAgeExceeded"])
    fn.delete_event_source_mapping(UUID=m["UUID"])
    fn.update_function_configuration(FunctionName="f", Timeout=2)


def faults():
    """Faults on demand strike Lambda's calls as its own errors."""
    for spec, wanted in ((b"throttle:service=lambda,op=Invoke,n=1", "429 TooManyRequestsException"), (b"500:service=lambda,op=GetFunction,n=1", "500 ServiceException")):
        fault(spec)
        call = fn.invoke if b"Invoke" in spec else fn.get_function
        show("a fault", [refusal(call, FunctionName="f"), refusal(call, FunctionName="f")], [wanted, "taken"])
    fault(b"")


def fault(spec):
    urllib.request.urlopen(urllib.request.Request(url + "/_bflocal/fault", data=spec)).close()


def changes():
    dynamodb.create_table(TableName="table", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}], BillingMode="PAY_PER_REQUEST",
                          AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
                          StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"})
    arn = dynamodb.describe_table(TableName="table")["Table"]["LatestStreamArn"]
    at = len(read())
    mapping(arn)
    dynamodb.put_item(TableName="table", Item={"id": {"S": "a"}})
    dynamodb.delete_item(TableName="table", Key={"id": {"S": "a"}})
    show("changes of a table", soon(lambda: [i for b in batches(at) for i in b] == ["INSERT", "REMOVE"]), True)


def message(call, **arguments):
    try:
        call(**arguments)
        return "taken"
    except ClientError as e:
        return f"{e.response['ResponseMetadata']['HTTPStatusCode']} {e.response['Error']['Code']}: {e.response['Error']['Message']}"


def ran(target, **more):
    """The version that ran, as the answer and as the function says, and the end of the ARN that it saw."""
    r, got = invoke(target, {"env": ["WHICH"]}, **more)
    return [r["ExecutedVersion"], got["version"], got["env"]["WHICH"], got["arn"].split("function:")[1]]


def version(name="v", **more):
    v = fn.publish_version(FunctionName=name, **more)
    return [v["Version"], v["FunctionArn"].split("function:")[1], v["Description"]]


def versions():
    base = "arn:aws:lambda:us-east-1:000000000000:function:v"

    def which(text):
        fn.update_function_configuration(FunctionName="v", Environment={"Variables": {"SEEN": seen, "WHICH": text}})

    made = create("v", Publish=True, Environment={"Variables": {"SEEN": seen, "WHICH": "one"}})
    show("published as it is created", [made["Version"], made["FunctionArn"]], ["1", base])
    show("unchanged: no new version", version(), ["1", "v:1", ""])
    which("two")
    show("  changed", version(Description="second"), ["2", "v:2", "second"])
    show("  of another code", message(fn.publish_version, FunctionName="v", CodeSha256="x").split(" (")[0], "400 InvalidParameterValueException: CodeSHA256")
    show("  of another revision", message(fn.publish_version, FunctionName="v", RevisionId="x").split(":")[0], "412 PreconditionFailedException")
    show("  of no function", message(fn.publish_version, FunctionName="none"), "404 ResourceNotFoundException: Function not found: arn:aws:lambda:us-east-1:000000000000:function:none")
    up = fn.update_function_code(FunctionName="v", ZipFile=package(text=open(os.path.join(here, "lambda_function.py"), encoding="ascii").read() + "\n"), Publish=True)
    show("published with its code", [up["Version"], up["FunctionArn"]], ["3", base + ":3"])
    which("three")
    listed = fn.list_versions_by_function(FunctionName="v")["Versions"]
    show("listed", [[x["Version"], x["FunctionArn"].split("function:")[1], x["Environment"]["Variables"]["WHICH"]] for x in listed],
         [["$LATEST", "v:$LATEST", "three"], ["1", "v:1", "one"], ["2", "v:2", "two"], ["3", "v:3", "two"]])
    page = fn.list_versions_by_function(FunctionName="v", MaxItems=2)
    show("  by pages", [[x["Version"] for x in page["Versions"]], [x["Version"] for x in fn.list_versions_by_function(FunctionName="v", Marker=page["NextMarker"])["Versions"]]],
         [["$LATEST", "1"], ["2", "3"]])
    show("  among functions", [[x["Version"] for x in fn.list_functions(**a)["Functions"] if x["FunctionName"] == "v"] for a in ({}, {"FunctionVersion": "ALL"})],
         [["$LATEST"], ["$LATEST", "1", "2", "3"]])
    show("invoked", [ran("v"), ran("v", Qualifier="1"), ran("v:2"), ran(base + ":3")],
         [["$LATEST", "$LATEST", "three", "v"], ["1", "1", "one", "v:1"], ["2", "2", "two", "v:2"], ["3", "3", "two", "v:3"]])
    show("  two qualifiers", message(fn.invoke, FunctionName="v:1", Qualifier="2"),
         "400 InvalidParameterValueException: The derived qualifier from the function name does not match the specified qualifier.")
    show("  a long description", refusal(fn.publish_version, FunctionName="v", Description="x" * 257), "400 ValidationException")
    show("  one that is not there", message(fn.invoke, FunctionName="v", Qualifier="9"), f"404 ResourceNotFoundException: Function not found: {base}:9")
    live = fn.create_alias(FunctionName="v", Name="live", FunctionVersion="1", Description="d")
    show("an alias", [live["AliasArn"], live["Name"], live["FunctionVersion"], live["Description"], "RevisionId" in live], [base + ":live", "live", "1", "d", True])
    show("  again", message(fn.create_alias, FunctionName="v", Name="live", FunctionVersion="1"), f"409 ResourceConflictException: Alias already exists: {base}:live")
    show("  of no version", message(fn.create_alias, FunctionName="v", Name="x", FunctionVersion="9"), f"404 ResourceNotFoundException: Function not found: {base}:9")
    show("  a number", message(fn.create_alias, FunctionName="v", Name="7", FunctionVersion="1").split(": ")[0], "400 ValidationException")
    show("  with weights", message(fn.create_alias, FunctionName="v", Name="x", FunctionVersion="1", RoutingConfig={"AdditionalVersionWeights": {"2": 0.1}}),
         "400 InvalidParameterValueException: bflocal has no RoutingConfig for aliases: an alias has one version")
    show("  is invoked", ran("v", Qualifier="live"), ["1", "1", "one", "v:live"])
    show("  moves", [fn.update_alias(FunctionName="v", Name="live", FunctionVersion="2")["FunctionVersion"], ran("v:live")], ["2", ["2", "2", "two", "v:live"]])
    show("  of another revision", message(fn.update_alias, FunctionName="v", Name="live", RevisionId="x").split(":")[0], "412 PreconditionFailedException")
    show("  is got", [fn.get_alias(FunctionName="v", Name="live")[k] for k in ("FunctionVersion", "Description")], ["2", "d"])
    show("  none", message(fn.get_alias, FunctionName="v", Name="x"), f"404 ResourceNotFoundException: Cannot find alias arn: {base}:x")
    fn.create_alias(FunctionName="v", Name="beta", FunctionVersion="$LATEST")
    show("  listed", [[a["Name"] for a in fn.list_aliases(FunctionName="v", **more)["Aliases"]] for more in ({}, {"FunctionVersion": "2"}, {"MaxItems": 1})],
         [["beta", "live"], ["live"], ["beta"]])
    got = fn.get_function(FunctionName="v", Qualifier="live")["Configuration"]
    show("the function of an alias", [got["Version"], got["FunctionArn"]], ["2", base + ":live"])
    show("  its configuration", fn.get_function_configuration(FunctionName="v:1")["Environment"]["Variables"]["WHICH"], "one")
    show("a version does not change", message(fn.update_function_configuration, FunctionName="v:1", Timeout=5).split(":")[0], "400 InvalidParameterValueException")
    fn.add_permission(FunctionName="v", StatementId="a", Action="lambda:InvokeFunction", Principal="events.amazonaws.com", Qualifier="live")
    show("a permission of an alias", json.loads(fn.get_policy(FunctionName="v", Qualifier="live")["Policy"])["Statement"][0]["Resource"], base + ":live")
    show("  not of the function", refusal(fn.get_policy, FunctionName="v"), "404 ResourceNotFoundException")
    show("  goes", [fn.remove_permission(FunctionName="v", StatementId="a", Qualifier="live")["ResponseMetadata"]["HTTPStatusCode"],
                    refusal(fn.get_policy, FunctionName="v", Qualifier="live")], [204, "404 ResourceNotFoundException"])
    show("a version with an alias stays", message(fn.delete_function, FunctionName="v", Qualifier="2"),
         "409 ResourceConflictException: Unable to delete version because the following aliases reference it: [live]")
    show("$LATEST stays", message(fn.delete_function, FunctionName="v", Qualifier="$LATEST"),
         "400 InvalidParameterValueException: $LATEST version cannot be deleted without deleting the function.")
    fn.delete_function(FunctionName="v", Qualifier="3")
    show("a version goes, and its number", [refusal(fn.invoke, FunctionName="v:3"), version()[0]], ["404 ResourceNotFoundException", "4"])


def of_aliases():
    """Who invokes functions by an alias: mappings, rules, delivery streams, asynchronous calls."""
    base = "arn:aws:lambda:us-east-1:000000000000:function:v"
    kinesis.create_stream(StreamName="qualified", ShardCount=1)
    source = kinesis.describe_stream_summary(StreamName="qualified")["StreamDescriptionSummary"]["StreamARN"]
    show("a mapping of no alias", refusal(fn.create_event_source_mapping, FunctionName="v:none", EventSourceArn=source, StartingPosition="LATEST"), "404 ResourceNotFoundException")
    m = fn.create_event_source_mapping(FunctionName="v:live", EventSourceArn=source, StartingPosition="TRIM_HORIZON")
    show("a mapping of an alias", m["FunctionArn"], base + ":live")
    kinesis.put_record(StreamName="qualified", Data=b'{"i":900}', PartitionKey="k")
    show("  runs", soon(lambda: "[900]" in read()), True)
    show("  listed", [len(fn.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]) for name in ("v", "v:live", "v:1")], [1, 1, 0])
    moved = fn.update_event_source_mapping(UUID=m["UUID"], FunctionName="v:1")["FunctionArn"]
    kinesis.put_record(StreamName="qualified", Data=b'{"i":901}', PartitionKey="k")
    show("  moves to another", [moved, soon(lambda: "[901]" in read())], [base + ":1", True])
    fn.delete_event_source_mapping(UUID=m["UUID"])
    client["events"].put_rule(Name="v", EventPattern='{"source":["v"]}')
    client["events"].put_targets(Rule="v", Targets=[{"Id": "1", "Arn": base + ":live", "InputPath": "$.detail"}, {"Id": "2", "Arn": base + ":none"}])
    client["events"].put_events(Entries=[{"Source": "v", "DetailType": "t", "Detail": '{"seen":"by a rule"}'}])
    show("a rule's target", soon(lambda: "by a rule" in read()), True)
    fn.invoke(FunctionName="v", Qualifier="live", InvocationType="Event", Payload=b'{"seen":"by a call"}')
    show("an asynchronous call", soon(lambda: "by a call" in read()), True)
    fn.delete_function(FunctionName="v")
    show("deleted with all", [refusal(f, **a) for f, a in ((fn.invoke, {"FunctionName": "v:1"}), (fn.get_alias, {"FunctionName": "v", "Name": "live"}),
                                                        (fn.list_aliases, {"FunctionName": "v"}))], ["404 ResourceNotFoundException"] * 3)
    create("v")
    show("  a new one has none", [x["Version"] for x in fn.list_versions_by_function(FunctionName="v")["Versions"]], ["$LATEST"])


def main():
    functions()
    invocations()
    several()
    starts()
    archives()
    polls()
    asynchronous()
    mappings()
    poison()
    bad_functions()
    faults()
    changes()
    versions()
    of_aliases()
    print("end")


sys.stdout.reconfigure(line_buffering=True)
main()
