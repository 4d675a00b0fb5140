"""Features that kinesalite lacks, on bflocal only, compared with the API reference: UpdateShardCount,
ShardFilter, ChildShards, AT_TIMESTAMP between records."""
import datetime
import time

from botocore.exceptions import ClientError

NAME = "differ-alone"
WHOLE = 2**128


def shards_of(kinesis, **filters):
    found, token = [], None
    while True:
        got = kinesis.list_shards(**({"NextToken": token} if token else dict({"StreamName": NAME}, **filters)))
        found += got["Shards"]
        token = got.get("NextToken")
        if not token:
            return found


def is_open(shard):
    return "EndingSequenceNumber" not in shard["SequenceNumberRange"]


def span(shard):
    return tuple(int(shard["HashKeyRange"][k]) for k in ("StartingHashKey", "EndingHashKey"))


def lineage_wrong(shards):
    """The rule of the API reference that the shards violate; "" if none.

    The open shards cover all hash keys; a child's keys are those of its parents, which are closed."""
    spans = sorted(span(s) for s in shards if is_open(s))
    if [low for low, _ in spans] != [0] + [high + 1 for _, high in spans[:-1]] or spans[-1][1] != WHOLE - 1:
        return "the open shards do not divide all hash keys"
    by_id = {s["ShardId"]: s for s in shards}
    if len(by_id) != len(shards):
        return "a shard is there twice"
    for s in shards:
        parents = [by_id[s[k]] for k in ("ParentShardId", "AdjacentParentShardId") if k in s]
        if any(is_open(p) for p in parents):
            return s["ShardId"] + ": an open parent"
        if parents and not (min(span(p) for p in parents)[0] <= span(s)[0] and span(s)[1] <= max(span(p)[1] for p in parents)):
            return s["ShardId"] + ": hash keys that no parent had"
    return ""


class Checks:
    def __init__(self, kinesis, d, tally):
        self.kinesis, self.d, self.tally = kinesis, d, tally

    def same(self, what, ours, reference):
        if ours == reference:
            self.tally.same(what, ours if isinstance(ours, dict) else ())
        else:
            self.tally.different(what + " (the second is the API reference's)", (ours, reference))

    def tried(self, operation, **call):
        try:
            return getattr(self.kinesis, operation)(**call)
        except ClientError as e:
            return {"error": e.response["Error"]["Code"]}

    def reshard(self):
        """UpdateShardCount between half and twice the number of open shards, and outside."""
        before = shards_of(self.kinesis)
        count = sum(map(is_open, before))
        target = self.d.one(1, count - 1, count + 1, count * 2, count * 2 + 1, (count + 1) // 2, (count + 1) // 2 - 1, 0, -1)
        call = {"StreamName": NAME, "TargetShardCount": target, "ScalingType": self.d.one("UNIFORM_SCALING", "UNIFORM_SCALING", "UNIFORM_SCALING", "SOME")}
        got = self.tried("update_shard_count", **call)
        if target < 1 or call["ScalingType"] == "SOME":
            wanted = {"error": "ValidationException"}
        elif target > count * 2 or target < (count + 1) // 2:
            wanted = {"error": "InvalidArgumentException"}
        else:
            wanted = {"StreamName": NAME, "CurrentShardCount": count, "TargetShardCount": target}
        self.same(f"update_shard_count of {count} to {target}", {k: v for k, v in got.items() if k in ("error", *wanted)}, wanted)
        after = shards_of(self.kinesis)
        self.same(f"shards after {count} to {target}", (sum(map(is_open, after)), lineage_wrong(after)), (count if "error" in wanted else target, ""))

    def filters(self, middle):
        """ShardFilter's types compared with the whole list; middle: a second in which no shard was created or closed."""
        everything = shards_of(self.kinesis)
        ids = [s["ShardId"] for s in everything]
        after = self.d.one(*ids)
        for kind, more, wanted in (
                ("AT_LATEST", {}, [s["ShardId"] for s in everything if is_open(s)]), ("AT_TRIM_HORIZON", {}, self.oldest(everything)), ("FROM_TRIM_HORIZON", {}, ids),
                ("AFTER_SHARD_ID", {"ShardId": after}, [i for i in ids if i > after]), ("AT_TIMESTAMP", {"Timestamp": middle}, self.at_middle),
                ("FROM_TIMESTAMP", {"Timestamp": middle}, [i for i in ids if i in self.at_middle or i not in self.before_middle])):
            got = shards_of(self.kinesis, ShardFilter=dict(more, Type=kind), MaxResults=self.d.one(1, 2, 1000))
            self.same(f"list_shards {kind} {more}", [s["ShardId"] for s in got], wanted)
        for wrong in ({"Type": "SOME"}, {"Type": "AT_TIMESTAMP"}, {"Type": "AFTER_SHARD_ID"}, {}):
            got = self.tried("list_shards", StreamName=NAME, ShardFilter=wrong)
            self.same(f"list_shards {wrong}", got.get("error"), "ValidationException" if wrong.get("Type") in ("SOME", None) else "InvalidArgumentException")

    @staticmethod
    def oldest(everything):
        """The shards that were open at the trim horizon, which is before the stream was created: the first ones."""
        return [s["ShardId"] for s in everything if "ParentShardId" not in s]

    def read(self, shard, **start):
        """All records of a shard from that position, and the answer at its end."""
        iterator = self.kinesis.get_shard_iterator(StreamName=NAME, ShardId=shard, **start)["ShardIterator"]
        records, got = [], {}
        for _ in range(20):
            got = self.kinesis.get_records(ShardIterator=iterator, Limit=self.d.one(1, 3, 1000))
            records += got["Records"]
            iterator = got.get("NextShardIterator")
            if not iterator or (not got["Records"] and got["MillisBehindLatest"] == 0):
                break
        return records, got

    def children(self):
        everything = shards_of(self.kinesis)
        for s in everything:
            records, end = self.read(s["ShardId"], ShardIteratorType="TRIM_HORIZON")
            wanted = None if is_open(s) else [
                {"ShardId": c["ShardId"], "ParentShards": [c[k] for k in ("ParentShardId", "AdjacentParentShardId") if k in c], "HashKeyRange": c["HashKeyRange"]}
                for c in everything if s["ShardId"] in (c.get("ParentShardId"), c.get("AdjacentParentShardId"))]
            self.same(f"the end of {s['ShardId']}", (end.get("ChildShards"), "NextShardIterator" in end), (wanted, is_open(s)))
            for t in sorted({r["ApproximateArrivalTimestamp"].replace(microsecond=0) for r in records}):
                t += datetime.timedelta(seconds=self.d.one(-1, 0, 1))
                if t.timestamp() >= time.time() - 1:
                    continue
                got, _ = self.read(s["ShardId"], ShardIteratorType="AT_TIMESTAMP", Timestamp=t)
                self.same(f"{s['ShardId']} at {t}", [r["SequenceNumber"] for r in got], [r["SequenceNumber"] for r in records if r["ApproximateArrivalTimestamp"] >= t])

    def run(self):
        if "error" not in self.tried("describe_stream_summary", StreamName=NAME):
            self.kinesis.delete_stream(StreamName=NAME)
        self.kinesis.create_stream(StreamName=NAME, ShardCount=self.d.one(1, 2, 3))
        for half in range(2):
            for _ in range(6):
                self.kinesis.put_records(StreamName=NAME, Records=[{"Data": b"x", "PartitionKey": str(self.d.r.random())} for _ in range(3)])
                self.reshard()
            if half == 0:
                everything = shards_of(self.kinesis)
                self.before_middle = [s["ShardId"] for s in everything]
                self.at_middle = [s["ShardId"] for s in everything if is_open(s)]
                middle = datetime.datetime.now() + datetime.timedelta(seconds=1)
                time.sleep(2.1 - middle.microsecond / 1e6)  # into the next second: boto3 sends whole seconds
        self.children()
        self.filters(middle)


def check(kinesis, d, tally):
    Checks(kinesis, d, tally).run()
