"""kill -9 at random moments: the event-driven half of bflocal --data, as bflocal_crash.py does it with the data.

Writers create, change and delete rules with targets, functions with versions and aliases, event source mappings and delivery
streams; others send events, records of a mapping, asynchronous invocations and records of delivery streams. After each kill a new
process must have what was acknowledged, all or nothing of each other change, and no unused folder of code. What was accepted
arrives: in a Kinesis stream exactly once, elsewhere at least once. A schedule fires once for each time that passed.

bflocal_crash_events.py [--seed N] [--seconds S] FOLDER: one line for each error, then "end: ..."; needs bflocal in PATH."""
import gzip
import io
import json
import os
import random
import signal
import time
import zipfile

from bflocal_crash import Server, Writer, arguments, attack, expect, records_of, wrong

SERVICES = ("events", "lambda", "kinesis", "firehose", "s3")
ARN = "arn:aws:%s:us-east-1:000000000000:%s"
ROLE = "arn:aws:iam::000000000000:role/r"
HERE = os.path.dirname(os.path.abspath(__file__))
MOVES = 4  # of the clock, a minute each: signatures of five minutes ago are refused
PATIENCE = 120
# The least that a function has to do: answer each invocation with its own text.
PROGRAM = """#!/usr/bin/python3 -IS
import os, urllib.request
api = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/invocation/"
while True:
    got = urllib.request.urlopen(api + "next")
    got.read()
    urllib.request.urlopen(api + got.headers["Lambda-Runtime-Aws-Request-Id"] + "/response", data=b'"%s"')
"""


def package(text):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        info = zipfile.ZipInfo("bootstrap")
        info.external_attr = 0o755 << 16
        z.writestr(info, PROGRAM % text)
    return out.getvalue()


def soon(test):
    """The first true answer within the time, else the last one."""
    until = time.monotonic() + PATIENCE
    while True:
        got = test()
        if got or time.monotonic() > until:
            return got
        time.sleep(0.05)


# ---- what is kept ----


class Rules(Writer):
    """Rules with their targets, several at once."""

    def targets(self, rule):
        return [k for k, v in self.done.items() if k.startswith(rule + "/") and v is not None]

    def step(self, n):
        events, rule, kind = self.clients["events"], "r%d" % self.r.randrange(4), self.r.random()
        if self.done.get(rule) is None or kind < 0.2:
            state = self.r.choice(("ENABLED", "DISABLED"))
            self.write({rule: [state, str(n)]}, lambda: events.put_rule(Name=rule, State=state, Description=str(n), EventPattern='{"source":["none"]}'))
        elif kind < 0.7:
            ids = self.r.sample(range(5), self.r.randrange(1, 5))
            self.write({f"{rule}/{i}": f'"{n}"' for i in ids}, lambda: events.put_targets(Rule=rule, Targets=[
                {"Id": str(i), "Arn": ARN % ("logs", "log-group:/aws/events/none"), "Input": f'"{n}"'} for i in ids]))
        elif self.targets(rule):
            gone = self.targets(rule)
            self.write({k: None for k in gone}, lambda: events.remove_targets(Rule=rule, Ids=[k.split("/")[1] for k in gone]))
        else:
            self.write({rule: None}, lambda: events.delete_rule(Name=rule))

    def check(self):
        events, there = self.clients["events"], {}
        for rule in events.list_rules(NamePrefix="r")["Rules"]:
            there[rule["Name"]] = [rule["State"], rule["Description"]]
            for t in events.list_targets_by_rule(Rule=rule["Name"])["Targets"]:
                there[rule["Name"] + "/" + t["Id"]] = t["Input"]
        self.check_all_or_nothing(there)


class Functions(Writer):
    """Functions whose code says which one it is, their versions, aliases, and functions that are deleted again."""

    def step(self, n):
        fn, name, text, kind = self.clients["lambda"], "g%d" % self.r.randrange(2), f"{self.name}-{n}", self.r.random()
        versions = [k.split("/")[1] for k, v in self.done.items() if k.startswith(name + "/") and v is not None]
        if self.done.get(name) is None:
            self.create(name, text)
        elif kind < 0.3:
            self.write({name: text}, lambda: fn.update_function_code(FunctionName=name, ZipFile=package(text)))
        elif kind < 0.6:
            self.write({name: text}, lambda: fn.update_function_code(FunctionName=name, ZipFile=package(text)))
            self.write({f"{name}/{len(versions) + 1}": text}, lambda: fn.publish_version(FunctionName=name))
        elif kind < 0.8 and versions:
            self.alias(name, self.r.choice(versions))
        elif self.done.get("h") is None:
            self.create("h", text)
        else:
            self.write({"h": None}, lambda: fn.delete_function(FunctionName="h"))

    def create(self, name, text):
        self.write({name: text}, lambda: self.clients["lambda"].create_function(
            FunctionName=name, Runtime="provided.al2023", Role=ROLE, Handler="any", Code={"ZipFile": package(text)}))

    def alias(self, name, version):
        fn, key = self.clients["lambda"], name + ":live"
        call = fn.create_alias if self.done.get(key) is None else fn.update_alias
        self.write({key: self.done[f"{name}/{version}"]}, lambda: call(FunctionName=name, Name="live", FunctionVersion=version))

    def text(self, name):
        answer = self.clients["lambda"].invoke(FunctionName=name)
        return json.loads(answer["Payload"].read())

    def check(self):
        fn, there, code = self.clients["lambda"], {}, set()
        for f in fn.list_functions()["Functions"]:
            name = f["FunctionName"]
            if name == "f":
                continue
            there[name] = self.text(name)
            for v in fn.list_versions_by_function(FunctionName=name)["Versions"]:
                code.add((name, v["CodeSha256"]))
                if v["Version"] != "$LATEST":
                    there[name + "/" + v["Version"]] = self.text(name + ":" + v["Version"])
            for a in fn.list_aliases(FunctionName=name)["Aliases"]:
                there[name + ":" + a["Name"]] = self.text(name + ":" + a["Name"])
        self.check_all_or_nothing(there)
        return len(code)


class Mappings(Writer):
    """One mapping at most for each of some streams without records."""

    def of(self, stream):
        found = self.clients["lambda"].list_event_source_mappings(EventSourceArn=ARN % ("kinesis", "stream/" + stream))["EventSourceMappings"]
        return found[0] if found else None

    def step(self, n):
        fn, stream, size = self.clients["lambda"], "idle%d" % self.r.randrange(3), 1 + n % 10000
        there = self.of(stream)
        if not there:
            self.write({stream: [size, "Enabled"]}, lambda: fn.create_event_source_mapping(
                FunctionName="f", EventSourceArn=ARN % ("kinesis", "stream/" + stream), StartingPosition="LATEST", BatchSize=size))
        elif there["State"] == "Deleting":
            time.sleep(0.01)
        elif self.r.random() < 0.6:
            enabled = self.r.random() < 0.5
            self.write({stream: [size, "Enabled" if enabled else "Disabled"]}, lambda: fn.update_event_source_mapping(UUID=there["UUID"], BatchSize=size, Enabled=enabled))
        else:
            self.write({stream: None}, lambda: fn.delete_event_source_mapping(UUID=there["UUID"]))

    def settled(self):
        found = [self.of("idle%d" % i) for i in range(3)]
        return [m for m in found if m] if all(not m or m["State"] in ("Enabled", "Disabled") for m in found) else None

    def check(self):
        there = {}
        expect(soon(lambda: self.settled() is not None), "a mapping does not come to rest")
        for m in self.settled():
            there[m["EventSourceArn"].split("/")[1]] = [m["BatchSize"], m["State"]]
        self.check_all_or_nothing(there)


class Streams(Writer):
    """Delivery streams and their prefixes."""

    def step(self, n):
        firehose, name, prefix = self.clients["firehose"], "d%d" % self.r.randrange(3), f"p{n}/"
        if self.done.get(name) is None:
            self.write({name: prefix}, lambda: deliver(firehose, name, prefix, 900))
        elif self.r.random() < 0.6:
            d = firehose.describe_delivery_stream(DeliveryStreamName=name)["DeliveryStreamDescription"]
            self.write({name: prefix}, lambda: firehose.update_destination(
                DeliveryStreamName=name, CurrentDeliveryStreamVersionId=d["VersionId"], DestinationId=d["Destinations"][0]["DestinationId"],
                ExtendedS3DestinationUpdate={"Prefix": prefix}))
        else:
            self.write({name: None}, lambda: firehose.delete_delivery_stream(DeliveryStreamName=name))

    def check(self):
        firehose, there = self.clients["firehose"], {}
        for name in firehose.list_delivery_streams()["DeliveryStreamNames"]:
            if name[0] == "d":
                d = firehose.describe_delivery_stream(DeliveryStreamName=name)["DeliveryStreamDescription"]
                there[name] = d["Destinations"][0]["ExtendedS3DestinationDescription"]["Prefix"]
        self.check_all_or_nothing(there)


# ---- what flows ----


class Flow(Writer):
    """Sends names; `arrived` tells which ones have come."""

    def names(self, n, most):
        return [f"{type(self).__name__}-{self.name}-{n}-{i}" for i in range(self.r.randrange(1, most + 1))]

    def check(self, world):
        for place in self.places:
            missing = soon(lambda: not set(self.done) - world.arrived(place)) or sorted(set(self.done) - world.arrived(place))
            expect(missing is True, type(self).__name__, "lost on the way to", place, missing)


class Events(Flow):
    places = ("function", "told", "log")

    def step(self, n):
        names = self.names(n, 10)
        self.write(dict.fromkeys(names, 1), lambda: self.clients["events"].put_events(Entries=[
            {"Source": "shop", "DetailType": "sale", "Detail": json.dumps({"seen": name})} for name in names]))


class Mapped(Flow):
    places = ("function",)

    def step(self, n):
        names = self.names(n, 40)
        self.write(dict.fromkeys(names, 1), lambda: self.clients["kinesis"].put_records(
            StreamName="in", Records=[{"Data": json.dumps({"i": name}), "PartitionKey": name} for name in names]))


class Invoked(Flow):
    places = ("function",)

    def step(self, n):
        for name in self.names(n, 1):
            self.write({name: 1}, lambda: self.clients["lambda"].invoke(FunctionName="f", InvocationType="Event", Payload=json.dumps({"seen": name})))


class Delivered(Flow):
    places = ("now",)

    def step(self, n):
        names = self.names(n, 20)
        self.write(dict.fromkeys(names, 1), lambda: self.clients["firehose"].put_record_batch(
            DeliveryStreamName=self.places[0], Records=[{"Data": name + "\n"} for name in names]))


class Buffered(Delivered):
    """Their buffer is delivered at the end only, or when it is full."""
    places = ("later",)

    def check(self, world):
        pass


def deliver(firehose, name, prefix, interval):
    firehose.create_delivery_stream(DeliveryStreamName=name, ExtendedS3DestinationConfiguration={
        "RoleARN": ROLE, "BucketARN": "arn:aws:s3:::lake", "Prefix": prefix, "CompressionFormat": "GZIP",
        "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": interval}})


class World:
    def __init__(self, clients, folder, seen):
        self.clients, self.folder, self.seen = clients, folder, seen
        self.last, self.told, self.ticks, self.objects = {}, {}, {}, {}

    def arrived(self, place):
        return {"function": self.by_function, "told": self.by_stream, "log": self.by_log}.get(place, lambda: self.by_objects(place))()

    def by_function(self):
        out = set()
        if os.path.exists(self.seen):
            with open(self.seen, encoding="ascii") as f:
                for line in f:
                    out.update(json.loads(line) if line[0] == "[" else [line.strip()])
        return out

    def by_log(self):
        path = os.path.join(self.folder, "events", "log.log")
        if not os.path.exists(path):
            return set()
        with open(path, encoding="ascii") as f:
            return {json.loads(line)["detail"]["seen"] for line in f}

    def by_stream(self):
        """Records of rules come exactly once, each with an id of its own."""
        kinesis = self.clients["kinesis"]
        for r in records_of(kinesis, ["shardId-000000000000"], self.last, StreamName="told"):
            event = json.loads(r["Data"])
            if event["detail-type"] == "Scheduled Event":
                expect(event["time"] not in self.ticks, "a schedule fires twice for", event["time"])
                self.ticks[event["time"]] = 1
                continue
            expect(event["detail"]["seen"] not in self.told, "an event twice", event)
            self.told[event["detail"]["seen"]] = 1
        return set(self.told)

    def by_objects(self, place):
        s3 = self.clients["s3"]
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket="lake", Prefix=place + "/"):
            for o in page.get("Contents", []):
                if o["Key"] not in self.objects:
                    self.objects[o["Key"]] = gzip.decompress(s3.get_object(Bucket="lake", Key=o["Key"])["Body"].read()).decode().split()
        return {name for key, names in self.objects.items() if key.startswith(place + "/") for name in names}


def create(clients):
    events, fn, kinesis, firehose, s3 = (clients[s] for s in SERVICES)
    for name in ("in", "told", "idle0", "idle1", "idle2"):
        kinesis.create_stream(StreamName=name, ShardCount=2 if name == "in" else 1)
    s3.create_bucket(Bucket="lake")
    deliver(firehose, "now", "now/", 0)
    deliver(firehose, "later", "later/", 900)
    fn.create_event_source_mapping(FunctionName="f", EventSourceArn=ARN % ("kinesis", "stream/in"), StartingPosition="TRIM_HORIZON", BatchSize=50)
    events.put_rule(Name="shop", EventPattern='{"source":["shop"]}')
    events.put_targets(Rule="shop", Targets=[{"Id": "stream", "Arn": ARN % ("kinesis", "stream/told")},
                                             {"Id": "function", "Arn": ARN % ("lambda", "function:f"), "InputPath": "$.detail"},
                                             {"Id": "log", "Arn": ARN % ("logs", "log-group:/aws/events/log")}])
    events.put_rule(Name="minute", ScheduleExpression="rate(1 minute)")
    events.put_targets(Rule="minute", Targets=[{"Id": "stream", "Arn": ARN % ("kinesis", "stream/told")}])


def look(writers, world, kills, folder):
    for w in writers:
        if isinstance(w, Flow):
            w.check(world)
        elif isinstance(w, Functions):
            code, folders = w.check(), [d for d in os.listdir(os.path.join(folder, "lambda")) if not d.endswith(".log")]
            expect(len(folders) == code, len(folders), "folders of code, of which", code, "are anyone's", sorted(folders))
        else:
            w.check()
    fired = soon(lambda: world.by_stream() is not None and len(world.ticks) >= min(kills, MOVES))
    expect(fired, "the schedule fired", len(world.ticks), "times in", kills, "minutes")


def finish(world, done):
    """The buffer that waits is filled up, and then has everything that was acknowledged."""
    world.clients["firehose"].put_record_batch(DeliveryStreamName="later", Records=[{"Data": "x" * 500000 + "\n"}] * 3)
    missing = soon(lambda: not set(done) - world.arrived("later")) or sorted(set(done) - world.arrived("later"))
    expect(missing is True, "lost in a buffer", missing)


def main():
    args = arguments(__doc__)
    seen = os.path.abspath(args.folder) + ".seen"
    os.environ["SEEN"] = seen
    options = ["--lambda", "f=" + os.path.join(HERE, "lambda_function.py")]
    r, server, until, kills, sent = random.Random(args.seed), Server(args.folder, SERVICES, options), time.monotonic() + args.seconds, 0, 0
    server.start()
    clients = server.clients
    create(clients)
    world, before = World(clients, args.folder, seen), None
    kinds = (Rules, Functions, Mappings, Streams, Events, Mapped, Invoked, Delivered, Buffered)
    while (time.monotonic() < until or kills < 4) and not wrong:
        writers = attack(kinds, clients, r, before, kills, r.choice((40, 40, 400)))
        server.end(signal.SIGKILL)
        kills += 1
        for w in writers:
            w.join(300)
            sent += w.sent
            expect(not w.is_alive(), "a writer that does not end")
        server.start("--fault", f"clock:by={61 * min(kills, MOVES)}s")
        look(writers, world, kills, args.folder)
        before = writers
    finish(world, before[-1].done)
    server.end(signal.SIGTERM)
    print(f"end: {'wrong' if wrong else 'all is there'} after {kills} kills and {sent} calls")
    return bool(wrong)


if __name__ == "__main__":
    raise SystemExit(main())
