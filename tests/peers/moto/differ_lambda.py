"""Lambda's control plane: functions, versions, aliases, mappings, permissions."""
import io
import zipfile

SERVICE = "lambda"
ANY = r"RevisionId|\.Location$|NextMarker|LastModified$|\.Policy$|\.Statement$"
ORDER = {"Functions": "FunctionArn", "Aliases": "Name", "EventSourceMappings": "EventSourceArn", "Versions": "Version"}
DIVERGES = r"\.Version$"
KEEP = {"create_event_source_mapping": ("mapping", "UUID")}
ROLE = "arn:aws:iam::000000000000:role/r"


def archive(text):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        at = zipfile.ZipInfo("bootstrap", (2026, 11, 27, 0, 0, 0))
        at.external_attr = 0o755 << 16
        z.writestr(at, text)
    return out.getvalue()


ZIPS = [archive("#!/bin/sh\nexec sleep 100\n"), archive("#!/bin/sh\nexec sleep 99\n")]
SETUP = [("kinesis", "create_stream", {"StreamName": "s", "ShardCount": 1}), ("kinesis", "create_stream", {"StreamName": "t", "ShardCount": 1}),
         ("lambda", "create_function", {"FunctionName": "f", "Runtime": "provided.al2023", "Role": ROLE, "Handler": "bootstrap", "Code": {"ZipFile": ZIPS[0]}})]


def name(d, bad):
    return {"FunctionName": "none" if bad and d.chance(0.5) else d.one("f", "f", "f", "g")}


def settings(d):
    return d.some(0.3, Description=["d", ""], Timeout=[3, 60], MemorySize=[128, 512], Environment=[{"Variables": {"AB": "b"}}], Handler=["other"])


def create(d, bad):
    call = {"FunctionName": d.one("f", "g"), "Runtime": "provided.al2023", "Role": ROLE, "Handler": "bootstrap", "Code": {"ZipFile": d.one(*ZIPS)}}
    call.update(settings(d), **d.some(0.2, Publish=[True], Tags=[{"k": "v"}], Architectures=[["x86_64"], ["arm64"]]))
    if bad:
        call.update(d.one({"Timeout": 901}, {"MemorySize": 64}, {"Role": "r"}, {"Runtime": "basic"}, {"FunctionName": "a b"}))
    return "create_function", call


def functions(d, bad):
    at = name(d, bad)
    more = d.some(0.3, Qualifier=["$LATEST", "1", "live", "9" if bad else "2"])
    return d.one(("get_function", dict(at, **more)), ("get_function_configuration", dict(at, **more)), ("list_functions", d.some(0.3, FunctionVersion=["ALL"])))


def update(d, bad):
    at = name(d, bad)
    return d.one(("update_function_configuration", dict(at, **settings(d))), ("update_function_code", dict(at, ZipFile=d.one(*ZIPS), **d.some(0.2, Publish=[True]))))


def delete(d, bad):
    return "delete_function", dict({"FunctionName": "none" if bad else d.one("g", "g", "f")}, **d.some(0.4, Qualifier=["1", "2"]))


def versions(d, bad):
    return d.one(("publish_version", dict(name(d, bad), **d.some(0.3, Description=["v"]))), ("list_versions_by_function", name(d, bad)))


def aliases(d, bad):
    at = dict(name(d, bad), Name="none" if bad else d.one("live", "next"))
    version = {"FunctionVersion": d.one("$LATEST", "1", "2", "9" if bad else "1")}
    return d.one(("create_alias", dict(at, **version, **d.some(0.3, Description=["a"]))), ("create_alias", dict(at, **version)), ("get_alias", at),
                 ("update_alias", dict(at, **d.one(version, {"Description": "b"}))), ("delete_alias", at), ("list_aliases", dict(name(d, bad), **d.some(0.2, FunctionVersion=["1"]))))


def mappings(d, bad):
    at = {"UUID": "00000000-0000-0000-0000-000000000000" if bad else d.made("mapping", "00000000-0000-0000-0000-000000000000")}
    arn = "arn:aws:kinesis:us-east-1:000000000000:stream/" + ("none" if bad and d.chance(0.3) else d.one("s", "t"))
    made = dict(name(d, bad), EventSourceArn=arn, StartingPosition=d.one("TRIM_HORIZON", "LATEST"), **d.some(
        0.3, BatchSize=[1, 100, 500], Enabled=[False, True], MaximumBatchingWindowInSeconds=[0, 5], ParallelizationFactor=[1, 4], BisectBatchOnFunctionError=[True], MaximumRetryAttempts=[2, 0],
        FunctionResponseTypes=[["ReportBatchItemFailures"]], FilterCriteria=[{"Filters": [{"Pattern": '{"data":{"a":[1]}}'}]}]))
    if bad and d.chance(0.3):
        made.update(d.one({"BatchSize": 10001}, {"BatchSize": 0}, {"StartingPosition": "X"}))
    return d.one(("create_event_source_mapping", made), ("create_event_source_mapping", made), ("get_event_source_mapping", at),
                 ("update_event_source_mapping", dict(at, **d.one({"BatchSize": 7}, {"Enabled": False}, {"MaximumRetryAttempts": 5}, {"FunctionName": "f"}))),
                 ("delete_event_source_mapping", at), ("list_event_source_mappings", d.some(0.4, FunctionName=["f", "g", "none"], EventSourceArn=[arn])))


def permissions(d, bad):
    at = name(d, bad)
    return d.one(("add_permission", dict(at, StatementId=d.one("a", "b"), Action="lambda:InvokeFunction", Principal="events.amazonaws.com", **d.some(
        0.4, SourceArn=["arn:aws:events:us-east-1:000000000000:rule/one"], Qualifier=["1"]))), ("get_policy", at), ("remove_permission", dict(at, StatementId="none" if bad else d.one("a", "b"))))


MAKERS = [(3, create), (4, functions), (3, update), (2, delete), (3, versions), (4, aliases), (5, mappings), (2, permissions)]
PERMISSION = {"FunctionName": "f", "StatementId": "a", "Action": "lambda:InvokeFunction", "Principal": "events.amazonaws.com"}
ALIAS = {"FunctionName": "f", "Name": "live", "FunctionVersion": "$LATEST"}
PINNED = [[("create_alias", ALIAS), ("list_aliases", {"FunctionName": "f", "FunctionVersion": "1"}), ("create_alias", dict(ALIAS, FunctionVersion="9")), ("create_alias", ALIAS)],
          [("update_function_code", {"FunctionName": "f", "ZipFile": ZIPS[1]}), ("publish_version", {"FunctionName": "f"}), ("publish_version", {"FunctionName": "f"})],
          [("publish_version", {"FunctionName": "f"}), ("create_alias", dict(ALIAS, FunctionVersion="1")), ("get_function_configuration", {"FunctionName": "f", "Qualifier": "live"}),
           ("add_permission", dict(PERMISSION, Qualifier="1")), ("get_policy", {"FunctionName": "f"})],
          [("publish_version", {"FunctionName": "f"}), ("create_alias", dict(ALIAS, FunctionVersion="1")), ("delete_function", {"FunctionName": "f", "Qualifier": "1"})],
          [("add_permission", PERMISSION), ("get_policy", {"FunctionName": "f"}), ("add_permission", PERMISSION)]]
