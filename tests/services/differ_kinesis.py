#!/usr/bin/python3
"""The same random calls, by a seed, to bflocal's Kinesis and to kinesalite; their answers are compared.

Sequence numbers and iterators differ between the sides: a call refers to the n-th one of each side, and
answers are compared with these names in their place. Features that kinesalite lacks are compared with the API
reference in differ_kinesis_alone.py."""
import re
import sys
import time

from botocore.exceptions import ClientError

import differ
import differ_kinesis_alone
from differ import client, text_of
from kinesis_cbor import speak_cbor
from differ_kinesis_calls import MAKERS, PINNED, STREAMS

NAMED = re.compile(r"<(sequence|iterator) (-\d+)>$")
EDGE = re.compile(r"<(low|high|middle)([+-]\d)?>$")
LEFT_OUT = {"ResponseMetadata", "StreamARN", "StreamCreationTimestamp", "ApproximateArrivalTimestamp", "StreamSummaries", "EncryptionType",
            "StreamModeDetails", "ChildShards"}  # the last two are younger than kinesalite
RESHARDING = ("split_shard", "merge_shards")


class Side:
    """One service: its names of records and iterators."""

    def __init__(self, kinesis):
        self.kinesis = kinesis
        self.names, self.places = {}, []  # the places of the sequence numbers: stream and shard
        self.forget()

    def forget(self):
        self.names, self.places = {"sequence": [], "iterator": []}, []

    def edge(self, call, name, offset):
        """A hash key at the boundary of the shard to split."""
        for s in self.kinesis.list_shards(StreamName=call["StreamName"])["Shards"]:
            if s["ShardId"] == call["ShardToSplit"]:
                low, high = (int(s["HashKeyRange"][k]) for k in ("StartingHashKey", "EndingHashKey"))
                return str({"low": low, "high": high, "middle": (low + high) // 2}[name] + int(offset or 0))
        return "5"

    def real(self, call):
        """The call with the names of this side."""
        call = dict(call)
        of = call.pop("Of", None)
        if of and not self.place(of) and call.pop("Timestamp", None):
            call["ShardIteratorType"] = "TRIM_HORIZON"  # no record to look for: kinesalite would not answer
        stream, shard = self.place(of or call.get("StartingSequenceNumber")) or ("differ-one", "shardId-000000000000")
        other = "shardId-%012d" % (not int(shard[-12:]))
        for k, v in call.items():
            call[k] = v = {"<stream>": stream, "<shard>": shard, "<another shard>": other}.get(v, v) if isinstance(v, str) else v
            named = NAMED.match(v) if isinstance(v, str) else None
            if named:
                known, at = self.names[named[1]], int(named[2])
                call[k] = known[at] if -len(known) <= at else "none"
        at = EDGE.match(call.get("NewStartingHashKey", ""))
        if at:
            try:
                call["NewStartingHashKey"] = self.edge(call, *at.groups())
            except (ClientError, KeyError):
                call["NewStartingHashKey"] = "5"
        return call

    def place(self, sequence):
        named = NAMED.match(sequence or "")
        at = int(named[2]) if named else 0
        return self.places[at] if named and -len(self.places) <= at else None

    def shown(self, v, key=""):
        """An answer with the names that both sides share."""
        if isinstance(v, dict):
            return {k: self.shown(x, k) for k, x in sorted(v.items()) if k not in LEFT_OUT}
        if isinstance(v, list):
            return [self.shown(x, key) for x in v]
        if key == "SequenceNumber":
            return "<sequence>"
        if key.endswith("HashKey"):  # kinesalite divides the highest hash key, not 2^128: a few keys earlier
            return (int(v) + 16) >> 64
        if key in ("StartingSequenceNumber", "EndingSequenceNumber"):
            return "<%s>" % key
        if key in ("ShardIterator", "NextShardIterator", "NextToken"):
            return "<%s>" % key if v else v
        if key == "MillisBehindLatest":
            return "behind" if v else 0
        return v.hex() if isinstance(v, bytes) else v

    def answer(self, operation, call):
        call = self.real(call)
        got = getattr(self.kinesis, operation)(**call)
        for r in got.get("Records", []) if operation == "put_records" else [got] if operation == "put_record" else []:
            if "SequenceNumber" in r:
                self.names["sequence"].append(r["SequenceNumber"])
                self.places.append((call.get("StreamName"), r["ShardId"]))
        for key in ("ShardIterator", "NextShardIterator"):
            if got.get(key):
                self.names["iterator"].append(got[key])
        if operation == "get_records":
            numbers = [int(r["SequenceNumber"]) for r in got["Records"]]
            got["InOrder"] = numbers == sorted(set(numbers))
        if operation == "list_streams":
            got = {"StreamNames": [n for n in got["StreamNames"] if n in STREAMS]}
        return self.shown(got)

    def status(self, name):
        try:
            return self.kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamStatus"]
        except ClientError:
            return "GONE"

    def settled(self, names=tuple(STREAMS), status="ACTIVE"):
        """Waits until no stream is changing."""
        for name in names:
            for _ in range(3000):
                if self.status(name) in (status, "GONE"):
                    break
                time.sleep(0.02)

    def gone(self, name):
        self.settled([name])
        if self.status(name) != "GONE":
            self.kinesis.delete_stream(StreamName=name, EnforceConsumerDeletion=True)
            self.settled([name], "GONE")

    def make(self, name, shards):
        self.gone(name)
        self.kinesis.create_stream(StreamName=name, ShardCount=shards)
        self.settled([name])


PAGES = "API reference, DescribeStream: Limit and ExclusiveStartShardId page; kinesalite gives all shards"
BEHIND = "API reference, GetRecords: MillisBehindLatest is how far the answer is behind the tip; kinesalite says 0"
CAUGHT_UP = "API reference, GetRecords: zero means that there are no new records to process, as at a closed shard's end; kinesalite counts from its closing"
ENDED = "API reference, GetRecords: NextShardIterator is null at the end of a closed shard; kinesalite gives one more"
PATTERN = "API reference, HashKey: 0|([1-9]\\d{0,38}), else a ValidationException; to kinesalite -1 is a number"
CLOSED = "API reference, SplitShard and MergeShards: a parent shard is CLOSED, its data read-only; kinesalite divides it once more"
ORDER = "API reference, MergeShards: adjacent are two shards whose hash key ranges form a contiguous set, in either order; kinesalite wants the lower one first"
TWO_MISTAKES = "A call with two mistakes, a shard closed and another: no reference says which of them is told"
BREAKS = "kinesalite breaks down with 500; bflocal answers as the API reference has it"
CUT = "kinesalite cuts off what it says in CBOR beyond 16 kB"
FOREIGN = "API reference, GetShardIterator: StartingSequenceNumber is of a record in the shard; kinesalite tells two streams apart by the second they were made in"
NO_NAME = "API reference: StreamName is optional since StreamARN is there"
MODE = "API reference, StreamModeDetails: PROVISIONED or ON_DEMAND; kinesalite is older"
YEAR = "API reference, RetentionPeriodHours: up to 8760 since 2020, and the model bounds it no more"


def call_has(call, value):
    """Is it the value of a parameter, or of one of a record?"""
    return value in call.values() or any(value in r.values() for r in call.get("Records", []))


def paged(answer, call):
    """The expected answer of DescribeStream, from an answer with all shards."""
    about = answer.get("StreamDescription")
    if about is None:
        return answer
    shards = [s for s in about["Shards"] if s["ShardId"] > call.get("ExclusiveStartShardId", "")]
    limit = call.get("Limit", 100)
    return {"StreamDescription": dict(about, Shards=shards[:limit], HasMoreShards=len(shards) > limit)}


class Kinesis(differ.Suite):
    makers, pinned = MAKERS, PINNED

    def __init__(self, args, tally):
        super().__init__(args, tally)
        ours, theirs = client("kinesis", args.bflocal), client("kinesis", args.local)
        if args.cbor:
            speak_cbor(ours)
            speak_cbor(theirs, times=False)
        self.sides = [Side(ours), Side(theirs)]
        for side in self.sides:
            for name, shards in STREAMS.items():
                side.make(name, shards)

    def answer(self, side, operation, call):
        return side.answer(operation, call)

    def excuse(self, operation, call, answers, messages):
        ours, theirs = (a.get("error") for a in answers)
        if theirs == "InternalFailure":
            return BREAKS
        if "ends too early" in messages[1] and not ours:
            return CUT
        if operation == "get_shard_iterator" and not theirs and " is invalid." in messages[0]:
            place = self.sides[0].place(call.get("StartingSequenceNumber"))
            return FOREIGN if place and place[0] != call["StreamName"] else None
        if operation == "describe_stream" and answers[0] == paged(answers[1], call):
            return PAGES
        if operation == "get_records" and not ours:
            alike = [{k: v for k, v in a.items() if k not in ("MillisBehindLatest", "NextShardIterator")} for a in answers]
            if alike[0] == alike[1] and not answers[0]["Records"] and "NextShardIterator" not in answers[0] and answers[0]["MillisBehindLatest"] == 0:
                return CAUGHT_UP
            if alike[0] == alike[1] and answers[1].get("MillisBehindLatest") == 0:
                return BEHIND if answers[0].get("NextShardIterator") == answers[1].get("NextShardIterator") else ENDED
        if ours == theirs == "InvalidArgumentException" or not ours and not theirs:
            return None
        if ours and theirs and any(f"{name}' failed" in messages[0] and call_has(call, "-1") for name in ("explicitHashKey", "newStartingHashKey")):
            return PATTERN
        if ours and theirs == "ValidationException" and "retentionPeriodHours" in messages[1]:
            return YEAR
        if operation == "create_stream" and "streamMode" in messages[0]:
            return MODE
        if "StreamName" not in call and "at 'streamName'" in messages[1]:
            return NO_NAME
        if operation in RESHARDING and "already been merged or split" in messages[0]:
            return TWO_MISTAKES if theirs else CLOSED
        if operation == "merge_shards" and not ours and "not an adjacent pair" in messages[1]:
            return ORDER
        return None

    def after(self, operation, call, answers, reason):
        """Drops a name that only one side has given, so that the n-th name means the same on both."""
        sides = self.sides
        for kind in ("sequence", "iterator"):
            least, most = (f(len(s.names[kind]) for s in sides) for f in (min, max))
            for s in sides:
                s.names[kind][least:] = ["none"] * (most - least)
                if kind == "sequence":
                    s.places[least:] = [None] * (most - least)
        if operation == "create_stream" and reason:
            for side in sides:
                side.gone("made")
        if operation not in RESHARDING or all("error" in a for a in answers):
            return
        for side in sides:
            side.settled([call["StreamName"]])
        # A stream that only one side has resharded, or that has many shards, is created again on both.
        if reason or self.sides[0].kinesis.describe_stream_summary(StreamName=call["StreamName"])["StreamDescriptionSummary"]["OpenShardCount"] > 8:
            for side in sides:
                side.make(call["StreamName"], STREAMS[call["StreamName"]])
                side.forget()

    def end(self):
        differ_kinesis_alone.check(self.sides[0].kinesis, self.d, self.tally)


if __name__ == "__main__":
    sys.exit(differ.main(Kinesis, __doc__))
