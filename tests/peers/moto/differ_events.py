"""EventBridge: buses, rules, targets, patterns, events."""
import json

SERVICE = "events"
ANY = r"EventId|NextToken"
ORDER = {"EventBuses": "Name", "Rules": "Name", "Targets": "Id", "Tags": "Key", "RuleNames": ""}
TARGET = "arn:aws:kinesis:us-east-1:000000000000:stream/s"
QUEUE = "arn:aws:lambda:us-east-1:000000000000:function:f"
PATTERNS = ['{"source":["shop"]}', '{"detail":{"n":[1]}}', '{"source":[{"prefix":"sh"}]}', '{"detail":{"n":[{"numeric":[">",0]}]}}', '{"detail":{"n":[{"exists":true}]}}',
            '{"detail":{"op":[{"anything-but":"x"}]}}', '{"detail-type":["sale"],"source":["shop","mart"]}', '{"detail":{"a":{"b":["c"]}}}', '{"source":[{"suffix":"op"}]}',
            '{"source":[{"equals-ignore-case":"SHOP"}]}', '{"$or":[{"source":["x"]},{"detail":{"n":[1]}}]}', '{"detail":{"op":[null]}}', '{"detail":{"ip":[{"cidr":"10.0.0.0/8"}]}}',
            '{"source":[{"wildcard":"s*p"}]}', '{"detail":{"n":[{"exists":false}]}}', '{"detail":{"op":[{"anything-but":{"prefix":"x"}}]}}']
BROKEN = ["{", "[]", '{"source":"shop"}', '{"source":[]}', '{"source":[{"none":"x"}]}', '{"detail":{}}', "1"]
DETAILS = ['{"n":1}', '{"n":0,"op":"x"}', '{"op":"y","a":{"b":"c"}}', '{"op":null}', '{"ip":"10.1.2.3"}', '{"n":[1,2]}', "{}"]


def bus(d, bad):
    return {} if d.chance(0.5) else {"EventBusName": "none" if bad else d.one("default", "sales")}


def rule(d, bad):
    return dict({"Name": "none" if bad and d.chance(0.5) else d.one("one", "two")}, **bus(d, bad))


def buses(d, bad):
    name = d.one("sales", "market")
    return d.one(("create_event_bus", dict({"Name": name}, **d.some(0.3, Description=["d"], Tags=[[{"Key": "k", "Value": "v"}]]))), ("delete_event_bus", {"Name": d.one(name, "none", "default")}),
                 ("describe_event_bus", {"Name": "none" if bad else name}), ("describe_event_bus", {}), ("list_event_buses", d.some(0.3, NamePrefix=["s", "zz"])))


def put_rule(d, bad):
    call = dict(rule(d, False), **d.some(0.3, State=["ENABLED", "DISABLED"], Description=["d"], RoleArn=["arn:aws:iam::000000000000:role/r"]))
    if bad:
        call.update(d.one({"EventPattern": d.one(*BROKEN)}, {"ScheduleExpression": d.one("rate(0 minutes)", "rate(1 minutes)", "cron(x)", "at")}, {}, {"EventBusName": "none", "EventPattern": PATTERNS[0]}))
    elif d.chance(0.2):
        call["ScheduleExpression"] = d.one("rate(1 minute)", "rate(5 minutes)", "cron(0 12 * * ? *)")
        call.pop("EventBusName", None)
    else:
        call["EventPattern"] = d.one(*PATTERNS)
    return "put_rule", call


def rules(d, bad):
    return d.one(("describe_rule", rule(d, bad)), ("describe_rule", rule(d, bad)), ("list_rules", dict(bus(d, bad), **d.some(0.3, NamePrefix=["o", "zz"]))),
                 ("list_rule_names_by_target", dict({"TargetArn": d.one(TARGET, QUEUE)}, **bus(d, bad))), ("enable_rule", rule(d, bad)), ("disable_rule", rule(d, bad)))


def delete_rule(d, bad):
    return "delete_rule", dict(rule(d, bad), **d.some(0.1, Force=[True]))


def target(d, i):
    one = {"Id": i, "Arn": d.one(TARGET, QUEUE)}
    if one["Arn"] == TARGET:
        one["RoleArn"] = "arn:aws:iam::000000000000:role/r"
    one.update(d.one({}, {"Input": '{"x":1}'}, {"InputPath": "$.detail"}, {"InputTransformer": {"InputPathsMap": {"n": "$.detail.n"}, "InputTemplate": '{"n":<n>}'}}))
    one.update(d.some(0.2, RetryPolicy=[{"MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 60}]))
    if one["Arn"] == TARGET:
        one.update(d.some(0.3, KinesisParameters=[{"PartitionKeyPath": "$.detail.n"}]))
    return one


def targets(d, bad):
    at = dict(bus(d, bad), Rule="none" if bad and d.chance(0.5) else d.one("one", "two"))
    ids = d.r.sample(["1", "2", "3"], d.one(1, 1, 2))
    return d.one(("put_targets", dict(at, Targets=[target(d, i) for i in ids])), ("put_targets", dict(at, Targets=[target(d, i) for i in ids])),
                 ("remove_targets", dict(at, Ids=ids)), ("list_targets_by_rule", at), ("list_targets_by_rule", at))


def event(d):
    return json.dumps({"version": "0", "id": "1", "source": d.one("shop", "mart", "x"), "detail-type": d.one("sale", "t"), "account": "000000000000", "region": "us-east-1",
                       "time": "2026-11-27T06:30:00Z", "resources": [], "detail": json.loads(d.one(*DETAILS))})


def test(d, bad):
    return "test_event_pattern", {"EventPattern": d.one(*BROKEN) if bad and d.chance(0.5) else d.one(*PATTERNS), "Event": "{" if bad and d.chance(0.3) else event(d)}


def entry(d, bad):
    one = {"Source": "shop", "DetailType": "sale", "Detail": d.one(*DETAILS)}
    one.update(d.some(0.3, Time=[1795761000], Resources=[["a"], ["a", "b"]], EventBusName=["default"]))
    if bad:
        one.update(d.one({"Source": ""}, {"DetailType": ""}, {"Detail": ""}, {"Detail": "{"}))
    return one


def put_events(d, bad):
    return "put_events", {"Entries": [entry(d, bad and d.chance(0.5)) for _ in range(d.one(1, 2, 11 if bad else 10))]}


def tags(d, bad):
    at = {"ResourceARN": "arn:aws:events:us-east-1:000000000000:" + d.one("rule/one", "event-bus/sales", "rule/none" if bad else "rule/two")}
    return d.one(("tag_resource", dict(at, Tags=[{"Key": d.one("k", "l"), "Value": d.one("v", "w")}])), ("untag_resource", dict(at, TagKeys=[d.one("k", "l")])),
                 ("list_tags_for_resource", at), ("list_tags_for_resource", at))


MAKERS = [(3, buses), (6, put_rule), (5, rules), (2, delete_rule), (6, targets), (4, test), (3, put_events), (3, tags)]
SETUP = [("kinesis", "create_stream", {"StreamName": "s", "ShardCount": 1})]
RULE = {"Name": "one", "EventPattern": '{"source":["shop"]}'}
AT = {"ResourceARN": "arn:aws:events:us-east-1:000000000000:rule/one"}
PINNED = [[("put_rule", {"Name": "one", "ScheduleExpression": "rate(1 minutes)"})], [("create_event_bus", {"Name": "sales"}), ("put_rule", dict(RULE, EventBusName="sales")), ("untag_resource", dict(AT, TagKeys=["k"]))],
          [("put_rule", RULE), ("remove_targets", {"Rule": "one", "Ids": ["1"]})],
          [("create_event_bus", {"Name": "sales", "Description": "d"}), ("put_rule", dict(RULE, EventBusName="sales")), ("delete_event_bus", {"Name": "sales"})],
          [("put_rule", dict(RULE, EventPattern=PATTERNS[3])), ("put_targets", {"Rule": "one", "Targets": [{"Id": "1", "Arn": TARGET, "RoleArn": "arn:aws:iam::000000000000:role/r"}]}), ("put_events", {"Entries": [{"Source": "shop", "DetailType": "sale", "Detail": d} for d in DETAILS]})]]
