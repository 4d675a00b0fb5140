"""Kinesis: streams, shards, records."""
from world import Ref

SERVICE = "kinesis"
ANY = r"SequenceNumber|ShardIterator|NextToken|MillisBehindLatest"
ORDER = {"EnhancedMonitoring": "", "StreamNames": "", "StreamSummaries": "StreamName"}
KEEP = {"get_shard_iterator": ("iterator", "ShardIterator"), "put_record": ("sequence", "SequenceNumber")}
LARGEST = 2**128 - 1


def name(d, bad):
    return {"StreamName": "none" if bad and d.chance(0.5) else d.one("a", "a", "b")}


def shard(d, bad):
    return "shardId-00000000000" + d.one("0", "0", "1", "2") if not bad or d.chance(0.5) else d.one("shardId-000000000099", "none")


def create(d, bad):
    return "create_stream", dict(name(d, False), ShardCount=d.one(1, 2, 3))


def delete(d, bad):
    return "delete_stream", dict(name(d, bad), **d.some(EnforceConsumerDeletion=[True]))


def describe(d, bad):
    return d.one(("describe_stream", dict(name(d, bad), **d.some(0.3, Limit=[1, 2, 100], ExclusiveStartShardId=["shardId-000000000000"]))),
                 ("describe_stream_summary", name(d, bad)))


def streams(d, bad):
    return "list_streams", d.some(Limit=[1, 10], ExclusiveStartStreamName=["a", "0"])


def shards(d, bad):
    return "list_shards", dict(name(d, bad), **d.some(0.2, MaxResults=[100], ExclusiveStartShardId=["shardId-000000000000"]))


def record(d):
    return dict({"Data": d.one(b"x", b"\0\1", b"long" * 500), "PartitionKey": d.one("k", "other", "\u00e9", "7")}, **d.some(0.2, ExplicitHashKey=["0", str(LARGEST)]))


def put(d, bad):
    call = dict(name(d, bad), **record(d))
    if bad and d.chance(0.3):
        call["ExplicitHashKey"] = str(LARGEST + 1)
    return "put_record", call


def puts(d, bad):
    return "put_records", dict(name(d, bad), Records=[record(d) for _ in range(d.one(1, 2, 5))])


def iterator(d, bad):
    kind = d.one("TRIM_HORIZON", "TRIM_HORIZON", "LATEST", "AT_TIMESTAMP")
    call = dict(name(d, bad), ShardId=shard(d, bad), ShardIteratorType=kind)
    if kind == "AT_TIMESTAMP":
        call["Timestamp"] = 1700000000
    return "get_shard_iterator", call


def records(d, bad):
    return "get_records", dict({"ShardIterator": d.made("iterator")}, **d.some(Limit=[1, 100, 10000]))


def retention(d, bad):
    return d.one("increase_stream_retention_period", "decrease_stream_retention_period"), dict(
        name(d, bad), RetentionPeriodHours=d.one(1, 8761) if bad else d.one(24, 25, 48, 168, 8760))


def merge(d, bad):
    return "merge_shards", dict(name(d, bad), ShardToMerge=shard(d, bad), AdjacentShardToMerge="shardId-00000000000" + d.one("1", "1", "2"))


def split(d, bad):
    return "split_shard", dict(name(d, bad), ShardToSplit=shard(d, bad), NewStartingHashKey=str(d.one(LARGEST // 4, LARGEST // 2, LARGEST // 3, 1)))


def count(d, bad):
    return "update_shard_count", dict(name(d, bad), TargetShardCount=d.one(1, 2, 3, 4), ScalingType="UNIFORM_SCALING")


MAKERS = [(5, create), (1, delete), (4, describe), (1, streams), (3, shards), (6, put), (3, puts), (6, iterator), (8, records), (2, retention), (2, merge), (2, split), (1, count)]
SETUP = [("kinesis", "create_stream", {"StreamName": "a", "ShardCount": 2})]
GONE = [("get_shard_iterator", {"StreamName": "a", "ShardId": "shardId-000000000000", "ShardIteratorType": "TRIM_HORIZON"}), ("delete_stream", {"StreamName": "a"}),
        ("get_records", {"ShardIterator": Ref(2, "ShardIterator")})]
MADE = [("create_stream", {"StreamName": n, "ShardCount": 1}) for n in ("c", "b")]
MERGE = ("merge_shards", {"StreamName": "a", "ShardToMerge": "shardId-000000000000", "AdjacentShardToMerge": "shardId-000000000001"})
PINNED = [GONE, MADE + [("list_streams", {"Limit": 1}), ("list_streams", {"ExclusiveStartStreamName": "b"})],
          [("describe_stream", {"StreamName": "a", "Limit": 1}), ("update_shard_count", {"StreamName": "a", "TargetShardCount": 5, "ScalingType": "UNIFORM_SCALING"})],
          [("put_record", {"StreamName": "none", "Data": b"x", "PartitionKey": "k", "ExplicitHashKey": str(LARGEST + 1)})],
          [MERGE, MERGE], [MERGE, ("describe_stream", {"StreamName": "a", "Limit": 1, "ExclusiveStartShardId": "shardId-000000000001"}),
                           ("describe_stream_summary", {"StreamName": "a"})]]
