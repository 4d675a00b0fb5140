#!/bin/sh
# bflocal's DynamoDB Streams and its Kinesis destination: the records of a write, and how they are read.
. "$(dirname "$0")/lib.sh"
cd "$T" || exit 1
python=/usr/bin/python3
[ -x $python ] || python=python3

cat >common.py <<'END'
import json, os, sys, urllib.request
import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
url = os.environ["AWS_ENDPOINT_URL"]
def client(name):
    return boto3.client(name, endpoint_url=url, config=Config(retries={"max_attempts": 0}))
db, streams, kinesis = client("dynamodb"), client("dynamodbstreams"), client("kinesis")
def table(name, view="NEW_AND_OLD_IMAGES"):
    db.create_table(TableName=name, BillingMode="PAY_PER_REQUEST", AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
                    KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}], StreamSpecification={"StreamEnabled": True, "StreamViewType": view})
def put(name, key, **more):
    db.put_item(TableName=name, Item=dict({"id": {"S": key}}, **{k: {"N": str(v)} for k, v in more.items()}))
def arn(name):
    return streams.list_streams(TableName=name)["Streams"][-1]["StreamArn"]
def shards(a, **more):
    return streams.describe_stream(StreamArn=a, **more)["StreamDescription"]["Shards"]
def iterator(a, shard, kind="TRIM_HORIZON", **more):
    return streams.get_shard_iterator(StreamArn=a, ShardId=shard, ShardIteratorType=kind, **more)["ShardIterator"]
def records(a, shard):
    return streams.get_records(ShardIterator=iterator(a, shard))["Records"]
def control(path, body=b""):
    return json.loads(urllib.request.urlopen(urllib.request.Request(url + "/_bflocal/" + path, data=body, method="POST")).read() or b"null")
def error(call, **kw):
    try:
        call(**kw)
    except ClientError as e:
        return e.response["Error"]["Code"]
    return "no error"
END
run() {
    PYTHONPATH=$T bflocal -q "$@"
}

# The bytes of a record in the answer.
cat >raw.sh <<'END'
call() {
    curl -sS --fail --aws-sigv4 "aws:amz:$AWS_REGION:dynamodb" --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \
        -H 'Content-Type: application/x-amz-json-1.0' -H "X-Amz-Target: $1" -d "$2" "$AWS_ENDPOINT_URL"
}
D=DynamoDB_20120810 S=DynamoDBStreams_20120810
arn=$(call $D.CreateTable '{"TableName":"tab","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_AND_OLD_IMAGES"}}' | jq -r .TableDescription.LatestStreamArn)
call $D.PutItem '{"TableName":"tab","Item":{"id":{"S":"a"},"n":{"N":"1.50"}}}' >/dev/null
shard=$(call $S.DescribeStream "{\"StreamArn\":\"$arn\"}" | jq -r '.StreamDescription.Shards[0].ShardId')
it=$(call $S.GetShardIterator "{\"StreamArn\":\"$arn\",\"ShardId\":\"$shard\",\"ShardIteratorType\":\"TRIM_HORIZON\"}" | jq -r .ShardIterator)
call $S.GetRecords "{\"ShardIterator\":\"$it\"}" |
    sed 's/"eventID":"[0-9a-f]\{32\}"/"eventID":"ID"/; s/DateTime":[0-9]\{10\},/DateTime":T,/; s/Number":"[0-9]\{21\}"/Number":"N"/; s/,"NextShardIterator.*//'
echo
echo "$arn" | sed 's/stream\/....-..-..T..:..:..\....$/stream\/LABEL/'
echo "$shard" | sed 's/-[0-9]\{20\}-[0-9a-f]\{8\}$/-ok/'
END
check 'a record has the members, the order and the spelling of the service' -o \
'{"Records":[{"eventID":"ID","eventName":"INSERT","eventVersion":"1.1","eventSource":"aws:dynamodb","awsRegion":"us-east-1","dynamodb":{"ApproximateCreationDateTime":T,"Keys":{"id":{"S":"a"}},"NewImage":{"id":{"S":"a"},"n":{"N":"1.5"}},"SequenceNumber":"N","SizeBytes":9,"StreamViewType":"NEW_AND_OLD_IMAGES"}}]
arn:aws:dynamodb:us-east-1:000000000000:table/tab/stream/LABEL
shardId-ok' -- run --region us-east-1 sh raw.sh

cat >views.py <<'END'
from common import *
for view in ("KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"):
    name = view.lower()
    table(name, view)
    put(name, "a", n=1)
    put(name, "a", n=1)     # changes nothing
    db.update_item(TableName=name, Key={"id": {"S": "a"}}, UpdateExpression="SET n = :n", ExpressionAttributeValues={":n": {"N": "1.0"}})
    put(name, "a", n=2)
    db.delete_item(TableName=name, Key={"id": {"S": "a"}})
    db.delete_item(TableName=name, Key={"id": {"S": "a"}})
    a = arn(name)
    for r in records(a, shards(a)[0]["ShardId"]):
        d = r["dynamodb"]
        print(view, r["eventName"], *(i[:3] + d[i]["n"]["N"] for i in ("NewImage", "OldImage") if i in d), d["SizeBytes"])
END
check 'four views; no record for a write that changes nothing' -o 'KEYS_ONLY INSERT 3
KEYS_ONLY MODIFY 3
KEYS_ONLY REMOVE 3
NEW_IMAGE INSERT New1 9
NEW_IMAGE MODIFY New2 9
NEW_IMAGE REMOVE 3
OLD_IMAGE INSERT 3
OLD_IMAGE MODIFY Old1 9
OLD_IMAGE REMOVE Old2 9
NEW_AND_OLD_IMAGES INSERT New1 9
NEW_AND_OLD_IMAGES MODIFY New2 Old1 15
NEW_AND_OLD_IMAGES REMOVE Old2 9' -- run "$python" views.py

# Shards: every item always in the same one; a split closes the parent, which is read before its children.
cat >lineage.py <<'END'
from common import *
table("tab")
a = arn("tab")
first = shards(a)
for i in range(60):
    put("tab", f"k{i}", n=1)
held = {s["ShardId"]: [r["dynamodb"]["Keys"]["id"]["S"] for r in records(a, s["ShardId"])] for s in first}
print(len(first), "shards", sum(map(len, held.values())), "records", min(map(len, held.values())) > 0)
parent = first[1]["ShardId"]
open_end = iterator(a, parent, "LATEST")
made = control(f"streams/split?table=tab&shard={parent}")
print(made["shard"] == parent, len(made["children"]))
for i in range(60):
    put("tab", f"k{i}", n=2)
now = {s["ShardId"]: s for s in shards(a)}
print(len(now), [now[c]["ParentShardId"] == parent for c in made["children"]], "EndingSequenceNumber" in now[parent]["SequenceNumberRange"])
got = streams.get_records(ShardIterator=open_end)
print(got["Records"], "NextShardIterator" in got)
ours = [r["dynamodb"]["Keys"]["id"]["S"] for c in made["children"] for r in records(a, c)]
print(sorted(ours) == sorted(held[parent]), len(records(a, parent)) == len(held[parent]))
end = now[parent]["SequenceNumberRange"]["EndingSequenceNumber"]
print(all(now[c]["SequenceNumberRange"]["StartingSequenceNumber"] > end for c in made["children"]))
page = streams.describe_stream(StreamArn=a, Limit=2)["StreamDescription"]
rest = streams.describe_stream(StreamArn=a, ExclusiveStartShardId=page["LastEvaluatedShardId"])["StreamDescription"]
print(len(page["Shards"]), len(rest["Shards"]), "LastEvaluatedShardId" in rest)
request = {"StreamArn": a, "ShardFilter": {"Type": "CHILD_SHARDS", "ShardId": parent}}
quiet = boto3.client("dynamodbstreams", endpoint_url=url, config=Config(parameter_validation=False))
quiet.meta.events.register("before-call", lambda params, **kw: params.update(body=json.dumps(request).encode()) )
print(sorted(s["ShardId"] for s in quiet.describe_stream(StreamArn=a)["StreamDescription"]["Shards"]) == sorted(made["children"]))
END
check 'several shards, a split, lineage, pages, children' -o '3 shards 60 records True
True 2
5 [True, True] True
[] False
True True
True
2 3 False
True' -- run --ddb-shards 3 "$python" lineage.py

cat >iterators.py <<'END'
from common import *
table("tab")
a = arn("tab")
shard = shards(a)[0]["ShardId"]
for i in range(5):
    put("tab", f"k{i}")
numbers = [r["dynamodb"]["SequenceNumber"] for r in records(a, shard)]
keys = lambda it, **kw: [r["dynamodb"]["Keys"]["id"]["S"] for r in streams.get_records(ShardIterator=it, **kw)["Records"]]
print(keys(iterator(a, shard, "AT_SEQUENCE_NUMBER", SequenceNumber=numbers[3])), keys(iterator(a, shard, "AFTER_SEQUENCE_NUMBER", SequenceNumber=numbers[3])))
print(keys(iterator(a, shard, "LATEST")), numbers == sorted(numbers))
got = streams.get_records(ShardIterator=iterator(a, shard), Limit=2)
print(len(got["Records"]), keys(got["NextShardIterator"]))
print(error(streams.get_shard_iterator, StreamArn=a, ShardId=shard, ShardIteratorType="AT_SEQUENCE_NUMBER"),
      error(streams.get_shard_iterator, StreamArn=a, ShardId="shardId-00000000000000000000-00000000", ShardIteratorType="LATEST"),
      error(streams.describe_stream, StreamArn=a + "x" * 3), error(streams.get_records, ShardIterator="nonsense"),
      error(streams.get_records, ShardIterator=iterator(a, shard), Limit=1001))
fresh = iterator(a, shard)
# The server's clock goes on, and the client's, so that signatures hold.
import botocore.auth, botocore.compat, datetime, types
def clock(minutes):
    control("fault", f"clock:by={minutes}m".encode())
    class Later(datetime.datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.datetime.now(tz) + datetime.timedelta(minutes=minutes)
        @classmethod
        def utcnow(cls):
            return cls.now(datetime.timezone.utc).replace(tzinfo=None)
    botocore.auth.datetime = types.SimpleNamespace(datetime=Later, timezone=datetime.timezone)
    if botocore.compat.HAS_CRT:
        from botocore.crt import auth
        auth.datetime = botocore.auth.datetime
clock(10)
print(len(keys(fresh)))
clock(16)
print(error(streams.get_records, ShardIterator=fresh))
clock(23 * 60)
put("tab", "late")
clock(25 * 60)
print(keys(iterator(a, shard)), error(streams.get_shard_iterator, StreamArn=a, ShardId=shard, ShardIteratorType="AFTER_SEQUENCE_NUMBER", SequenceNumber=numbers[4]))
END
check 'the iterators' -o "['k3', 'k4'] ['k4']
[] True
2 ['k2', 'k3', 'k4']
ValidationException ResourceNotFoundException ResourceNotFoundException ValidationException ValidationException
5
ExpiredIteratorException
['late'] TrimmedDataAccessException" -- run "$python" iterators.py

# 1 MB a call, whatever the limit.
cat >large.py <<'END'
from common import *
table("tab")
for i in range(4):
    db.put_item(TableName="tab", Item={"id": {"S": str(i)}, "v": {"S": "x" * 390000}})
a = arn("tab")
it, calls = iterator(a, shards(a)[0]["ShardId"]), []
for _ in range(3):
    got = streams.get_records(ShardIterator=it)
    calls.append(len(got["Records"]))
    it = got["NextShardIterator"]
print(calls)
END
check 'an answer of at most 1 MB' -o '[2, 2, 0]' -- run "$python" large.py

# After a stream was disabled and enabled again, or its table deleted, earlier records can still be read.
cat >ends.py <<'END'
from common import *
table("tab")
first = arn("tab")
put("tab", "a")
db.update_table(TableName="tab", StreamSpecification={"StreamEnabled": False})
put("tab", "b")
d = streams.describe_stream(StreamArn=first)["StreamDescription"]
print(d["StreamStatus"], len(records(first, d["Shards"][0]["ShardId"])), "EndingSequenceNumber" in d["Shards"][0]["SequenceNumberRange"])
print(db.describe_table(TableName="tab")["Table"]["LatestStreamArn"] == first)
db.update_table(TableName="tab", StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"})
put("tab", "c")
second = db.describe_table(TableName="tab")["Table"]["LatestStreamArn"]
print(second != first, [s["StreamArn"] for s in streams.list_streams()["Streams"]] == [first, second])
db.delete_table(TableName="tab")
d = streams.describe_stream(StreamArn=second)["StreamDescription"]
got = streams.get_records(ShardIterator=iterator(second, d["Shards"][0]["ShardId"]))
print(d["StreamStatus"], [r["dynamodb"]["Keys"]["id"]["S"] for r in got["Records"]], "NextShardIterator" in got)
print(kinesis.list_streams()["StreamNames"])
END
check 'a stream that is off stays readable, also without its table' -o "DISABLED 1 True
True
True True
DISABLED ['c'] False
[]" -- run "$python" ends.py

# All of it survives a restart.
cat >before.py <<'END'
from common import *
table("tab")
kinesis.create_stream(StreamName="ks", ShardCount=1)
db.enable_kinesis_streaming_destination(TableName="tab", StreamArn=kinesis.describe_stream(StreamName="ks")["StreamDescription"]["StreamARN"])
put("tab", "a")
control("streams/split?table=tab")
END
cat >after.py <<'END'
from common import *
put("tab", "b")
a = arn("tab")
print([[r["dynamodb"]["Keys"]["id"]["S"] for r in records(a, s["ShardId"])] for s in shards(a)].count([]), len(shards(a)))
s = kinesis.list_shards(StreamName="ks")["Shards"][0]["ShardId"]
print(len(kinesis.get_records(ShardIterator=kinesis.get_shard_iterator(StreamName="ks", ShardId=s, ShardIteratorType="TRIM_HORIZON")["ShardIterator"])["Records"]))
END
check 'streams and destinations before a restart' -a -- run --data data "$python" before.py
check 'and after it' -o '1 3
2' -- run --data data "$python" after.py

# DynamoDB to Kinesis.
cat >kinesis.py <<'END'
from common import *
import re
table("tab")
kinesis.create_stream(StreamName="ks", ShardCount=2)
ks = kinesis.describe_stream(StreamName="ks")["StreamDescription"]["StreamARN"]
print(db.enable_kinesis_streaming_destination(TableName="tab", StreamArn=ks)["DestinationStatus"],
      error(db.enable_kinesis_streaming_destination, TableName="tab", StreamArn=ks),
      error(db.enable_kinesis_streaming_destination, TableName="tab", StreamArn=ks + "-no"))
print([d["DestinationStatus"] for d in db.describe_kinesis_streaming_destination(TableName="tab")["KinesisDataStreamDestinations"]])
put("tab", "a", n=1)
put("tab", "a", n=1)
put("tab", "a", n=2)
put("tab", "b", n=3)
print(db.disable_kinesis_streaming_destination(TableName="tab", StreamArn=ks)["DestinationStatus"])
put("tab", "c", n=3)
got = []
for s in kinesis.list_shards(StreamName="ks")["Shards"]:
    it = kinesis.get_shard_iterator(StreamName="ks", ShardId=s["ShardId"], ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
    got += kinesis.get_records(ShardIterator=it)["Records"]
keys = {}
for r in sorted(got, key=lambda r: r["Data"].split(b'"Keys"')[1]):
    text = re.sub('"eventID":"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"', '"eventID":"UUID"', r["Data"].decode())
    print(re.sub(r'DateTime":\d{13},', 'DateTime":T,', text))
    keys.setdefault(json.loads(r["Data"])["dynamodb"]["Keys"]["id"]["S"], set()).add(r["PartitionKey"])
print({k: len(v) for k, v in keys.items()}, all(re.fullmatch("[0-9A-F]{32}", p) for v in keys.values() for p in v))
END
check 'the destination, and the bytes of its records' -o 'ENABLING ValidationException ResourceNotFoundException
['"'ACTIVE'"']
DISABLING
{"awsRegion":"us-east-1","eventID":"UUID","eventName":"INSERT","userIdentity":null,"recordFormat":"application/json","tableName":"tab","dynamodb":{"ApproximateCreationDateTime":T,"Keys":{"id":{"S":"a"}},"NewImage":{"id":{"S":"a"},"n":{"N":"1"}},"SizeBytes":9},"eventSource":"aws:dynamodb"}
{"awsRegion":"us-east-1","eventID":"UUID","eventName":"MODIFY","userIdentity":null,"recordFormat":"application/json","tableName":"tab","dynamodb":{"ApproximateCreationDateTime":T,"Keys":{"id":{"S":"a"}},"NewImage":{"id":{"S":"a"},"n":{"N":"2"}},"OldImage":{"id":{"S":"a"},"n":{"N":"1"}},"SizeBytes":15},"eventSource":"aws:dynamodb"}
{"awsRegion":"us-east-1","eventID":"UUID","eventName":"INSERT","userIdentity":null,"recordFormat":"application/json","tableName":"tab","dynamodb":{"ApproximateCreationDateTime":T,"Keys":{"id":{"S":"b"}},"NewImage":{"id":{"S":"b"},"n":{"N":"3"}},"SizeBytes":9},"eventSource":"aws:dynamodb"}
{'"'a': 1, 'b': 1"'} True' -- run --region us-east-1 "$python" kinesis.py
plan
