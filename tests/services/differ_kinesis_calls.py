"""The calls of differ_kinesis.py. A name in <> differs between the sides: see Side.real there."""
import datetime

STREAMS = {"differ-one": 1, "differ-two": 2, "differ-four": 4}
HIGHEST = str(2**128 - 1)
LONG_AGO, AHEAD = (datetime.datetime.now() + datetime.timedelta(hours=h) for h in (-1, 1))


def stream(d, bad):
    if bad and d.chance(0.15):
        return d.one({"StreamName": "nowhere"}, {"StreamName": ""}, {"StreamName": "a b"}, {"StreamName": "x" * 129}, {})
    name = d.one(*STREAMS)
    return {"StreamName": name}


def shard(d, bad):
    if bad and d.chance(0.4):
        return d.one("shardId-000000000099", "shardId-99", "shard", "", "a b")
    return "shardId-%012d" % d.r.randrange(6)


def entry(d, bad):
    call = {"Data": d.one(b"", b"a", b"\x00\xff\n", b"x" * 1000), "PartitionKey": d.one("a", "b", "k" * 256, "\u00e9", "\U0001f600", "7")}
    if d.chance(0.3):
        call["ExplicitHashKey"] = d.one("0", "1", HIGHEST, str(2**127 + 99), str(2**127 - 99), str(2**126 + 2**90), str(3 * 2**126 + 2**90), str(2**125))
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
    kind = d.one("TRIM_HORIZON", "LATEST", "AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER", "AT_TIMESTAMP")
    call = dict(stream(d, bad), ShardId=shard(d, bad), ShardIteratorType=kind)
    if kind not in ("TRIM_HORIZON", "LATEST"):
        # Of an existing record, with its stream and shard.
        call.update(StartingSequenceNumber="<sequence %d>" % d.r.randrange(-6, 0), ShardId="<shard>", StreamName="<stream>")
    if kind == "AT_TIMESTAMP":  # an hour ago: kinesalite does not answer when no record is that young
        call.update(Timestamp=LONG_AGO, Of=call.pop("StartingSequenceNumber"))
    if bad:
        d.one(lambda: call.update(ShardIteratorType=d.one("FIRST", "", "latest")), lambda: call.pop("ShardIteratorType"), lambda: call.pop("ShardId"),
              lambda: call.update(ShardIteratorType="AT_TIMESTAMP", Timestamp=d.one(None, AHEAD), StartingSequenceNumber=None),
              lambda: call.update(ShardIteratorType="AT_SEQUENCE_NUMBER", StartingSequenceNumber=d.one("", "x", "1", "0"), Of=None, Timestamp=None, StreamName="differ-one", ShardId="shardId-000000000000"),
              lambda: call.update(ShardIteratorType="AFTER_SEQUENCE_NUMBER", StartingSequenceNumber=None),
              lambda: call.update(ShardIteratorType=d.one("LATEST", "TRIM_HORIZON"), StartingSequenceNumber="<sequence -1>", Of=None, Timestamp=None, ShardId="<shard>", StreamName="<stream>"),
              lambda: call.update(ShardIteratorType="AT_SEQUENCE_NUMBER", StartingSequenceNumber="<sequence -1>", Of=None, Timestamp=None, StreamName="<stream>", ShardId="<another shard>"),
              lambda: call.update(ShardIteratorType="AFTER_SEQUENCE_NUMBER", StartingSequenceNumber="<sequence -1>", Of=None, Timestamp=None, StreamName=d.one(*STREAMS), ShardId="shardId-000000000000"),
              lambda: None)()
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
        call.setdefault("StreamName", "nowhere")  # kinesalite dies of a call without
    return "list_shards", call


def list_streams(d, bad):
    return "list_streams", d.one({"Limit": 0}, {"Limit": 10001}, {"Limit": -1}) if bad else {"ExclusiveStartStreamName": "differ-", "Limit": 100}


def split(d, bad):
    # Relative to the shard's range, or far from any boundary.
    at = d.one("<middle>", "<middle>", "<low+2>", "<high-1>", str(3 * 2**125 + 2**99), *(("<low>", "<low+1>", "<high>", "0", HIGHEST, "x", "", "-1", str(2**128)) if bad else ()))
    return "split_shard", dict(stream(d, bad), ShardToSplit=shard(d, bad), NewStartingHashKey=at)


def merge(d, bad):
    call = dict(stream(d, bad), ShardToMerge=shard(d, bad), AdjacentShardToMerge=shard(d, bad))
    if not bad and d.chance(0.7):
        first = d.r.randrange(4)
        call.update(ShardToMerge="shardId-%012d" % first, AdjacentShardToMerge="shardId-%012d" % (first + d.one(1, 1, 1, -1)))
    return "merge_shards", call


def retention(d, bad):
    hours = d.one(0, 23, 8761, -1) if bad else d.one(24, 25, 48, 72, 168)
    return d.one("increase", "decrease") + "_stream_retention_period", dict(stream(d, bad), RetentionPeriodHours=hours)


def create(d, bad):
    if d.chance(0.3):
        return "delete_stream", {"StreamName": "nowhere"}
    return "create_stream", d.one({"StreamName": "differ-one", "ShardCount": 1}, {"StreamName": "a b", "ShardCount": 1}, {"StreamName": "", "ShardCount": 1}, {"StreamName": "x" * 129, "ShardCount": 1},
                                  {"ShardCount": 1}, {"StreamName": "made", "ShardCount": 0}, {"StreamName": "made", "ShardCount": -1}, {"StreamName": "made", "ShardCount": 100000},
                                  {"StreamName": "made", "ShardCount": 1, "StreamModeDetails": {"StreamMode": "SOME"}})


MAKERS = [put] * 5 + [puts] * 3 + [iterator] * 6 + [records] * 7 + [describe] * 2 + [list_shards] * 2 + [list_streams, split, split, merge, merge, retention, retention, create]


def start(kind, **more):
    return "get_shard_iterator", dict({"StreamName": "<stream>", "ShardId": "<shard>", "ShardIteratorType": kind}, **more)


FIRST = {"StreamName": "differ-one", "ShardToSplit": "shardId-000000000000"}
PINNED = [
    ("put_record", {"StreamName": "differ-two", "Data": b"x", "PartitionKey": "k", "ExplicitHashKey": "0"}),
    ("put_record", {"StreamName": "differ-two", "Data": b"x", "PartitionKey": "k", "ExplicitHashKey": HIGHEST}),
    start("LATEST", StartingSequenceNumber="<sequence -1>"), start("TRIM_HORIZON", StartingSequenceNumber="<sequence -2>"), start("AT_SEQUENCE_NUMBER"),
    start("AT_SEQUENCE_NUMBER", StartingSequenceNumber="<sequence -1>"), start("AT_SEQUENCE_NUMBER", StartingSequenceNumber="<sequence -1>", ShardId="<another shard>"),
    start("AT_SEQUENCE_NUMBER", StartingSequenceNumber="<sequence -2>", StreamName="differ-one", ShardId="shardId-000000000000"),
    start("AT_TIMESTAMP", StreamName="differ-two", ShardId="shardId-000000000000", Timestamp=AHEAD), start("AT_TIMESTAMP", StreamName="differ-two", ShardId="shardId-000000000000"),
    ("create_stream", {"StreamName": "made", "ShardCount": 1, "StreamModeDetails": {"StreamMode": "SOME"}}),
    ("list_shards", {"StreamName": "differ-one", "NextToken": "x"}),
    *(("split_shard", dict(FIRST, NewStartingHashKey=at)) for at in ("0", "1", HIGHEST, "<high>", "<low>", "<low+1>", "x", "<low+2>")),
    ("split_shard", dict(FIRST, NewStartingHashKey="<middle>")),
    ("merge_shards", {"StreamName": "differ-four", "ShardToMerge": "shardId-000000000000", "AdjacentShardToMerge": "shardId-000000000002"}),
    ("merge_shards", {"StreamName": "differ-four", "ShardToMerge": "shardId-000000000001", "AdjacentShardToMerge": "shardId-000000000000"}),
]
