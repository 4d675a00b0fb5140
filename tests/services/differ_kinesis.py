#!/usr/bin/python3
"""The same calls, drawn from a seed, to bflocal's Kinesis and to kinesalite; their answers compared.

differ_kinesis.py [--seed N] [--calls N] --local KINESALITE-URL BFLOCAL-URL

Sequence numbers and iterators are each side's own: a call names the n-th one that a side has given, and
an answer is compared with those names in their place."""
import re
import sys
import time

from botocore.exceptions import ClientError, HTTPClientError

from differ import CANNOT_SEND, Draw, Tally, arguments, clients, failure, text_of

STREAMS = {"differ-one": 1, "differ-two": 2, "differ-four": 4}
HIGHEST = str(2**128 - 1)
NAMED = re.compile(r"<(sequence|iterator|time) ?(-?\d+)?>$")


def stream(d, bad):
    if bad and d.chance(0.15):
        return d.one({"StreamName": "nowhere"}, {"StreamName": ""}, {"StreamName": "a b"}, {"StreamName": "x" * 129}, {})
    name = d.one(*STREAMS)
    return {"StreamName": name}


def shard(d, bad):
    if bad and d.chance(0.4):
        return d.one("shardId-000000000099", "shardId-99", "shard", "", "a b")
    return "shardId-%012d" % d.r.randrange(4)


def entry(d, bad):
    call = {"Data": d.one(b"", b"a", b"\x00\xff\n", b"x" * 1000), "PartitionKey": d.one("a", "b", "k" * 256, "\u00e9", "\U0001f600", "7")}
    if d.chance(0.3):
        call["ExplicitHashKey"] = d.one("0", "1", HIGHEST, str(2**127 + 99), str(2**127 - 99))
    if bad:
        d.one(lambda: call.update(PartitionKey=d.one("", "k" * 257)), lambda: call.pop("PartitionKey"), lambda: call.pop("Data"),
              lambda: call.update(ExplicitHashKey=d.one("-1", "x", "", str(2**128))),
              lambda: call.update(Data=b"x" * (1024 * 1024 + 1)))()
    return call


def put(d, bad):
    call = dict(stream(d, bad), **entry(d, bad and d.chance(0.8)))
    return "put_record", call


def puts(d, bad):
    records = [entry(d, False) for _ in range(d.r.randint(1, 5))]
    if bad:
        records = d.one([], [{"Data": b"a", "PartitionKey": "a"}] * 501 if d.chance(0.3) else [], records + [entry(d, True)], [entry(d, True)] + records)
    return "put_records", dict(stream(d, bad), Records=records)


def iterator(d, bad):
    # No AT_TIMESTAMP: kinesalite does not answer it.
    kind = d.one("TRIM_HORIZON", "LATEST", "AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER")
    call = dict(stream(d, bad), ShardId=shard(d, bad), ShardIteratorType=kind)
    if "SEQUENCE" in kind:
        # One of a shard that exists, with the shard that it is in.
        call["StartingSequenceNumber"] = "<sequence %d>" % d.r.randrange(-6, 0)
        call["ShardId"] = "<shard>"
        call["StreamName"] = "<stream>"
    if bad:
        d.one(lambda: call.update(ShardIteratorType=d.one("FIRST", "", "latest")), lambda: call.pop("ShardIteratorType"), lambda: call.pop("ShardId"),
              lambda: call.update(ShardIteratorType="AT_TIMESTAMP"),
              lambda: call.update(ShardIteratorType="AT_SEQUENCE_NUMBER", StartingSequenceNumber=d.one("", "x"), StreamName="differ-one", ShardId="shardId-000000000000"),
              lambda: call.update(ShardIteratorType="AFTER_SEQUENCE_NUMBER", StartingSequenceNumber=None), lambda: None)()
    return "get_shard_iterator", {k: v for k, v in call.items() if v is not None}


def records(d, bad):
    call = {"ShardIterator": "<iterator %d>" % d.r.randrange(-8, 0)}
    if d.chance(0.5):
        call["Limit"] = d.one(1, 2, 10000)
    if bad:
        d.one(lambda: call.update(ShardIterator=d.one("", "x", "AAAA", "A" * 600)), lambda: call.pop("ShardIterator"), lambda: call.update(Limit=d.one(0, -1, 10001)))()
    return "get_records", call


def describe(d, bad):
    call = stream(d, bad)
    operation = d.one("describe_stream", "describe_stream_summary")
    if operation == "describe_stream" and d.chance(0.5):
        call.update(d.one({"Limit": 1}, {"Limit": 3}, {"ExclusiveStartShardId": "shardId-000000000000"}, {"Limit": 1, "ExclusiveStartShardId": "shardId-000000000001"}))
    if operation == "describe_stream" and bad:
        call.update(d.one({"Limit": 0}, {"Limit": 10001}, {"Limit": -1}, {"ExclusiveStartShardId": "x y"}, {}))
    return operation, call


def list_shards(d, bad):
    call = stream(d, bad)
    if d.chance(0.6):
        call.update(d.one({"MaxResults": 100}, {"ExclusiveStartShardId": "shardId-000000000000"}))
    if bad:
        call.update(d.one({"MaxResults": 0}, {"MaxResults": 10001}, {"NextToken": "x"}, {"NextToken": ""}, {"ExclusiveStartShardId": "x y"}))
    return "list_shards", call


def list_streams(d, bad):
    return "list_streams", d.one({"Limit": 0}, {"Limit": 10001}, {"Limit": -1}) if bad else {"ExclusiveStartStreamName": "differ-", "Limit": 100}


def split(d, bad):
    at = d.one(str(2**126), str(2**127 + 5), str(3 * 2**126), *(("0", HIGHEST, "x", "", "-1", str(2**128)) if bad else ()))
    return "split_shard", dict(stream(d, bad), ShardToSplit=shard(d, bad), NewStartingHashKey=at)


def merge(d, bad):
    return "merge_shards", dict(stream(d, bad), ShardToMerge=shard(d, bad), AdjacentShardToMerge=shard(d, bad))


def retention(d, bad):
    hours = d.one(0, 23, 8761, -1) if bad else d.one(24, 25, 48, 168)
    return d.one("increase", "decrease") + "_stream_retention_period", dict(stream(d, bad), RetentionPeriodHours=hours)


def create(d, bad):
    if d.chance(0.3):
        return "delete_stream", {"StreamName": "nowhere"}
    return "create_stream", d.one({"StreamName": "differ-one", "ShardCount": 1}, {"StreamName": "a b", "ShardCount": 1}, {"StreamName": "", "ShardCount": 1}, {"StreamName": "x" * 129, "ShardCount": 1},
                                  {"ShardCount": 1}, {"StreamName": "made", "ShardCount": 0}, {"StreamName": "made", "ShardCount": -1}, {"StreamName": "made", "ShardCount": 100000},
                                  {"StreamName": "made", "ShardCount": 1, "StreamModeDetails": {"StreamMode": "SOME"}})


MAKERS = [put] * 5 + [puts] * 3 + [iterator] * 6 + [records] * 7 + [describe] * 2 + [list_shards] * 2 + [list_streams, split, merge, retention, retention, create]
LEFT_OUT = {"ResponseMetadata", "StreamARN", "StreamCreationTimestamp", "ApproximateArrivalTimestamp", "StreamSummaries", "EncryptionType",
            "StreamModeDetails", "ChildShards"}  # the last two are younger than kinesalite


class Side:
    """One service: what it has called its records and iterators."""

    def __init__(self, client):
        self.client = client
        self.names = {"sequence": [], "iterator": []}
        self.places = []  # of each sequence number: stream and shard

    def real(self, v, call_place=None):
        """A call's value with this side's own names."""
        if isinstance(v, dict):
            return {k: self.real(x, call_place) for k, x in v.items()}
        if isinstance(v, list):
            return [self.real(x, call_place) for x in v]
        if v in ("<shard>", "<stream>"):
            return (call_place or ("differ-one", "shardId-000000000000"))[v == "<shard>"]
        named = NAMED.match(v) if isinstance(v, str) else None
        if not named:
            return v
        known = self.names[named[1]]
        at = int(named[2])
        return known[at] if -len(known) <= at < len(known) else "none"

    def place(self, call):
        named = NAMED.match(call.get("StartingSequenceNumber") or "")
        at = int(named[2]) if named else 0
        return self.places[at] if -len(self.places) <= at < len(self.places) else None

    def learn(self, kind, name):
        self.names[kind].append(name)

    def shown(self, v, key=""):
        """An answer with names that both sides share."""
        if isinstance(v, dict):
            return {k: self.shown(x, k) for k, x in sorted(v.items()) if k not in LEFT_OUT}
        if isinstance(v, list):
            return [self.shown(x, key) for x in v]
        if key == "SequenceNumber":
            return "<sequence>"
        if key.endswith("HashKey"):  # see RANGES
            return (int(v) + 16) >> 64
        if key in ("StartingSequenceNumber", "EndingSequenceNumber"):
            return "<%s>" % key
        if key in ("ShardIterator", "NextShardIterator", "NextToken"):
            return "<%s>" % key if v else v
        if key == "MillisBehindLatest":
            return "behind" if v else 0
        return v.hex() if isinstance(v, bytes) else v

    def answer(self, operation, call):
        try:
            got = getattr(self.client, operation)(**self.real(call, self.place(call)))
        except ClientError as e:
            return failure(e)
        except HTTPClientError as e:
            return {"error": "no answer"}, repr(e)
        for r in got.get("Records", []) if operation == "put_records" else [got] if operation == "put_record" else []:
            if "SequenceNumber" in r:
                self.learn("sequence", r["SequenceNumber"])
                self.places.append((call.get("StreamName"), r["ShardId"]))
        for key in ("ShardIterator", "NextShardIterator"):
            if got.get(key):
                self.learn("iterator", got[key])
        if operation == "get_records":
            numbers = [int(r["SequenceNumber"]) for r in got["Records"]]
            got["InOrder"] = numbers == sorted(set(numbers))
        if operation == "list_streams":
            got = {"StreamNames": [n for n in got["StreamNames"] if n in STREAMS]}
        return self.shown(got), ""

    def status(self, name):
        try:
            return self.client.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamStatus"]
        except ClientError:
            return "GONE"

    def settled(self, names=tuple(STREAMS), status="ACTIVE"):
        """Waits until no stream is being changed."""
        for name in names:
            for _ in range(200):
                if self.status(name) == status:
                    break
                time.sleep(0.02)

    def make(self):
        for name, shards in STREAMS.items():
            if self.status(name) != "GONE":
                self.client.delete_stream(StreamName=name, EnforceConsumerDeletion=True)
                self.settled([name], "GONE")
            self.client.create_stream(StreamName=name, ShardCount=shards)
            self.settled([name])


# The service divides 2^128 hash keys; the others the highest hash key, so that their ranges end a few keys earlier.
RANGES = "API reference, CreateStream"
# Where the two differ: operation ("": any), a part of a message or of the call, and why bflocal answers as it does.
DIFFERENCES = [
    ("describe_stream", '"Limit"', "API reference, DescribeStream: Limit and ExclusiveStartShardId page; kinesalite gives all shards"),
    ("describe_stream", '"ExclusiveStartShardId"', "API reference, DescribeStream: Limit and ExclusiveStartShardId page; kinesalite gives all shards"),
    ("", "at 'retentionPeriodHours' failed", "API reference, RetentionPeriodHours: up to 8760 since 2020, and the model bounds it no more"),
    ("get_shard_iterator", '"AT_TIMESTAMP"', "API reference, GetShardIterator: AT_TIMESTAMP wants a Timestamp; kinesalite does without"),
    ("", "Either StreamName or StreamARN", "API reference: StreamName is optional since StreamARN is there"),
]
BEHIND = "API reference, GetRecords: MillisBehindLatest is how far the answer is behind the tip; kinesalite says 0"
ENDED = "API reference, GetRecords: NextShardIterator is null at the end of a closed shard; kinesalite gives one more"
PATTERN = "API reference, PutRecord: ExplicitHashKey is 0|([1-9]\\d{0,38}), a ValidationException; kinesalite finds -1 out of range"
TWO_MISTAKES = "A call with two mistakes: no reference says which of them is told"


def excuse(operation, call, answers, messages):
    """Why the two may differ here; None: they may not."""
    shown = text_of(call)
    for name, part, why in DIFFERENCES:
        if name in ("", operation) and (part in shown or any(part in m for m in messages)):
            return why
    without = [{k: v for k, v in a.items() if k != "MillisBehindLatest"} for a in answers]
    if operation == "get_records" and "NextShardIterator" not in without[0]:
        without[1].pop("NextShardIterator", None)
        if without[0] == without[1]:
            return ENDED
    if operation == "get_records" and without[0] == without[1] and answers[1].get("MillisBehindLatest") == 0:
        return BEHIND
    if all("error" in a for a in answers) and "at 'explicitHashKey' failed" in messages[0]:
        return PATTERN
    if operation in ("merge_shards", "split_shard") and all("error" in a for a in answers):
        return TWO_MISTAKES
    return None


def level(sides):
    """What only one side has given a name is nobody's: the n-th name is about the same thing on both."""
    for kind in ("sequence", "iterator"):
        least, most = (f(len(s.names[kind]) for s in sides) for f in (min, max))
        for s in sides:
            s.names[kind][least:] = ["none"] * (most - least)
            if kind == "sequence":
                s.places[least:] = [None] * (most - least)


def main():
    args = arguments(__doc__)
    sides = [Side(c) for c in clients("kinesis", (args.bflocal, args.local))]
    for side in sides:
        side.make()
    d, tally = Draw(args.seed), Tally(args.messages)
    for n in range(args.calls):
        operation, call = d.r.choice(MAKERS)(d, d.chance(0.35))
        try:
            answers, messages = zip(*(s.answer(operation, call) for s in sides))
        except CANNOT_SEND as e:
            print(f"call {n} cannot be sent: {operation} {text_of(call)[:300]}: {e!r}")
            continue
        tally.compare(operation, call if len(text_of(call)) < 2000 else text_of(call)[:200], answers, messages, excuse)
        level(sides)
        if operation in ("split_shard", "merge_shards", "create_stream") and any("error" not in a for a in answers):
            for side in sides:
                side.settled()
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())
