"""kill -9 at random moments: bflocal --data under a mixed load, repeatedly on one folder.

Five writers record what they send and which writes are acknowledged. After each kill a new process must have all acknowledged
writes, all or nothing of each other write, streams that agree with the tables, and no unused file.

bflocal_crash.py [--seed N] [--seconds S] FOLDER: one line for each error, then "end: ..."; needs bflocal in PATH."""
import argparse
import json
import os
import random
import signal
import subprocess
import threading
import time

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

KEYS, MB = 40, 1 << 20
wrong = []


def expect(ok, *what):
    if not ok and len(wrong) < 20:
        wrong.append(what)
        print("wrong:", *what)


class Server:
    """One bflocal process after the other on one folder. Each has a port of its own, because another program may take a free one."""

    def __init__(self, folder, services, options):
        self.folder, self.services, self.options, self.port, self.clients = folder, services, options, 0, {}

    def start(self, *more):
        self.process = subprocess.Popen(["bflocal", "-q", "--port", "0", "--data", self.folder, "--credentials", "K:S", "--region", "us-east-1", *self.options, *more],
                                        stdout=subprocess.PIPE, text=True)
        for line in self.process.stdout:
            if "AWS_ENDPOINT_URL=" in line:
                self.port = int(line.strip().rstrip("'\"").rsplit(":", 1)[1].rstrip("'\"/"))
            if line.startswith("unset"):
                self.clients.update((s, self.client(s)) for s in self.services)
                return
        raise SystemExit("bflocal does not start")

    def end(self, sig):
        self.process.send_signal(sig)
        self.process.wait()
        self.process.stdout.close()

    def client(self, service):
        config = Config(retries={"max_attempts": 0}, connect_timeout=60, read_timeout=300, max_pool_connections=20, parameter_validation=False, s3={"addressing_style": "path"})
        return boto3.client(service, endpoint_url=f"http://127.0.0.1:{self.port}", region_name="us-east-1", aws_access_key_id="K", aws_secret_access_key="S", config=config)


class Writer(threading.Thread):
    """Sends until the server is gone. `done` has the acknowledged writes, `doubt` the one without an answer."""

    def __init__(self, clients, seed):
        super().__init__(daemon=True)
        self.clients, self.r, self.done, self.doubt, self.sent = clients, random.Random(seed), {}, {}, 0

    def run(self):
        try:
            while True:
                self.step(self.sent)
                self.sent += 1
        except BotoCoreError:
            pass  # it was killed
        except ClientError as e:
            expect(False, type(self).__name__, e)

    def write(self, changes, call):
        """changes: the expected value by key."""
        self.doubt = changes
        call()
        self.done.update(changes)
        self.doubt = {}

    def check_all_or_nothing(self, there):
        """there: the values found by key. Resolves the doubt."""
        name = type(self).__name__
        for key, v in self.done.items():
            if key not in self.doubt:
                expect(there.get(key) == v, name, "lost", key, "wanted", v, "there", there.get(key))
        for key, v in self.doubt.items():
            expect(there.get(key) in (v, self.done.get(key)), name, "neither old nor new", key, there.get(key))
        differ = [key for key, v in self.doubt.items() if v != self.done.get(key)]
        new = [key for key in differ if there.get(key) == self.doubt[key]]
        expect(len(new) in (0, len(differ)), name, "half there", len(new), "of", len(differ))
        self.done, self.doubt = dict(there), {}


class Batch(Writer):
    """Puts and deletes in batches of 25 in the table with a stream and a Kinesis destination."""

    def step(self, n):
        keys = self.r.sample(range(KEYS), 25)
        changes = {"b%d" % k: None if self.r.random() < 0.2 else "%d-%s" % (n, "x" * self.r.randrange(300)) for k in keys}
        items = [{"DeleteRequest": {"Key": {"k": {"S": k}}}} if v is None else {"PutRequest": {"Item": {"k": {"S": k}, "v": {"S": v}}}} for k, v in changes.items()]
        self.write(changes, lambda: self.clients["dynamodb"].batch_write_item(RequestItems={"streamed": items}))

    def check(self, there):
        self.check_all_or_nothing({k: there["streamed"].get(k) for k in ["b%d" % k for k in range(KEYS)]})


class Transact(Writer):
    """Writes the same value to both tables."""

    def step(self, n):
        changes = {t + "/t%d" % k: str(n) for k in self.r.sample(range(KEYS), 5) for t in ("streamed", "plain")}
        actions = [{"Put": {"TableName": k.split("/")[0], "Item": {"k": {"S": k.split("/")[1]}, "v": {"S": v}}}} for k, v in changes.items()]
        self.write(changes, lambda: self.clients["dynamodb"].transact_write_items(TransactItems=actions))

    def check(self, there):
        self.check_all_or_nothing({t + "/" + k: v for t in ("streamed", "plain") for k, v in there[t].items() if k[0] == "t"})


class Records(Writer):
    def step(self, n):
        changes = {f"{self.name}-{n}-{i}": 1 for i in range(self.r.randrange(1, 60))}
        self.write(changes, lambda: self.clients["kinesis"].put_records(StreamName="clicks", Records=[{"Data": k.encode(), "PartitionKey": k} for k in changes]))

    def check(self, there):
        self.check_all_or_nothing(there["clicks"])


class Objects(Writer):
    def step(self, n):
        client, key, body = self.clients["s3"], "o%d" % self.r.randrange(12), "%d-%s" % (n, "y" * self.r.choice((0, 10, 5000, 200000)))
        if self.r.random() < 0.2:
            self.write({key: None}, lambda: client.delete_object(Bucket="lake", Key=key))
        else:
            self.write({key: body}, lambda: client.put_object(Bucket="lake", Key=key, Body=body))

    def check(self, there):
        self.check_all_or_nothing({k: v for k, v in there["objects"].items() if k[0] == "o"})


class Parts(Writer):
    """Multipart uploads, some of which are never completed."""

    def step(self, n):
        client, key = self.clients["s3"], "p%d" % self.r.randrange(8)
        sizes = self.r.choice(((1000,), (5 * MB, 1), (70000,)))
        upload = client.create_multipart_upload(Bucket="lake", Key=key)["UploadId"]
        bodies = [("%d-%d-" % (n, i)).ljust(size, "z")[:max(size, 1)] for i, size in enumerate(sizes)]
        parts = [{"PartNumber": i + 1, "ETag": client.upload_part(Bucket="lake", Key=key, UploadId=upload, PartNumber=i + 1, Body=body)["ETag"]} for i, body in enumerate(bodies)]
        if self.r.random() < 0.7:
            self.write({key: "".join(bodies)}, lambda: client.complete_multipart_upload(Bucket="lake", Key=key, UploadId=upload, MultipartUpload={"Parts": parts}))
        elif self.r.random() < 0.5:
            client.abort_multipart_upload(Bucket="lake", Key=key, UploadId=upload)

    def check(self, there):
        self.check_all_or_nothing({k: v for k, v in there["objects"].items() if k[0] == "p"})


def items_of(client, table):
    pages = client.get_paginator("scan").paginate(TableName=table)
    return {i["k"]["S"]: i["v"]["S"] for page in pages for i in page["Items"]}


def records_of(client, shards, seen, **where):
    """The records since the last time, by shard; their sequence numbers must increase. seen: the last ones."""
    for shard in shards:
        start = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber" if "StreamArn" in where else "StartingSequenceNumber": seen[shard]} if shard in seen else {
            "ShardIteratorType": "TRIM_HORIZON"}
        iterator = client.get_shard_iterator(ShardId=shard, **start, **where)["ShardIterator"]
        while iterator:
            got = client.get_records(ShardIterator=iterator)
            for r in got["Records"]:
                number = r.get("SequenceNumber") or r["dynamodb"]["SequenceNumber"]
                expect(int(number) > int(seen.get(shard, 0)), "sequence", number, "behind", seen.get(shard))
                seen[shard] = number
                yield r
            iterator = got["Records"] and got.get("NextShardIterator")


class Story:
    """The changes in a stream; each must start from the state after the one before."""

    def __init__(self, name):
        self.name, self.now = name, {}

    def add(self, kind, record):
        key = record["Keys"]["k"]["S"]
        old, new = (record.get(image, {}).get("v", {}).get("S") for image in ("OldImage", "NewImage"))
        expect(self.now.get(key) == old, self.name, key, "had", self.now.get(key), "but the record says", old)
        expect(kind == ("REMOVE" if new is None else "MODIFY" if old is not None else "INSERT") and old != new, self.name, kind, key, old, new)
        self.now[key] = new

    def end(self, items):
        now = {k: v for k, v in self.now.items() if v is not None}
        expect(now == items, self.name, "tells of", len(now), "items, the table has", len(items), sorted(set(now.items()) ^ set(items.items()))[:2])


def objects_of(s3):
    """Objects with their contents, and the number of files that they and parts need. Aborts the unfinished uploads."""
    listed = [o for page in s3.get_paginator("list_objects_v2").paginate(Bucket="lake") for o in page.get("Contents", [])]
    objects = {o["Key"]: s3.get_object(Bucket="lake", Key=o["Key"])["Body"].read().decode() for o in listed}
    expect(all(o["Size"] == len(objects[o["Key"]]) for o in listed), "a size that is another")
    uploads = [u for page in s3.get_paginator("list_multipart_uploads").paginate(Bucket="lake") for u in page.get("Uploads", [])]
    parts = sum(len(s3.list_parts(Bucket="lake", Key=u["Key"], UploadId=u["UploadId"]).get("Parts", [])) for u in uploads)
    for u in uploads:
        s3.abort_multipart_upload(Bucket="lake", Key=u["Key"], UploadId=u["UploadId"])
    return {"objects": objects, "owned": sum(o["Size"] > 0 for o in listed) + parts}


class World:
    """The state, by the services' own answers."""

    def __init__(self, clients):
        self.clients, self.seen = clients, ({}, {}, {})
        self.stories, self.clicks = (Story("the stream"), Story("the destination")), {}

    def look(self):
        ddb, streams, kinesis = (self.clients[s] for s in ("dynamodb", "dynamodbstreams", "kinesis"))
        found = {t: items_of(ddb, t) for t in ("streamed", "plain")}
        for t in ("streamed", "plain"):
            expect(ddb.describe_table(TableName=t)["Table"]["ItemCount"] == len(found[t]), "ItemCount of", t)
        arn = ddb.describe_table(TableName="streamed")["Table"]["LatestStreamArn"]
        for r in records_of(streams, [s["ShardId"] for s in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]], self.seen[0], StreamArn=arn):
            self.stories[0].add(r["eventName"], r["dynamodb"])
        for r in records_of(kinesis, ["shardId-000000000000"], self.seen[1], StreamName="changes"):
            change = json.loads(r["Data"])
            self.stories[1].add(change["eventName"], change["dynamodb"])
        for story in self.stories:
            story.end(found["streamed"])
        for r in records_of(kinesis, [s["ShardId"] for s in kinesis.list_shards(StreamName="clicks")["Shards"]], self.seen[2], StreamName="clicks"):
            expect(r["Data"].decode() not in self.clicks, "a record twice", r["Data"])
            self.clicks[r["Data"].decode()] = 1
        return dict(found, clicks=dict(self.clicks), **objects_of(self.clients["s3"]))


def attack(kinds, clients, r, before, kills, most):
    """Starts a writer of each kind, which knows what the one before wrote; returns after a random number of calls."""
    writers = [kind(clients, r.random()) for kind in kinds]
    for i, w in enumerate(writers):
        w.done = dict(before[i].done) if before else {}
        w.name = "%d-%d" % (kills, i)
    for w in writers:
        w.start()
    calls, patience = r.randrange(5, most), time.monotonic() + 300
    while sum(w.sent for w in writers) < calls and time.monotonic() < patience:
        time.sleep(0.002)
    time.sleep(r.random() * 0.01)
    return writers


def create(clients):
    ddb, kinesis = clients["dynamodb"], clients["kinesis"]
    for name, shards in (("clicks", 2), ("changes", 1)):
        kinesis.create_stream(StreamName=name, ShardCount=shards)
    for name in ("streamed", "plain"):
        more = {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}} if name == "streamed" else {}
        ddb.create_table(TableName=name, BillingMode="PAY_PER_REQUEST", AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
                         KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}], **more)
    ddb.enable_kinesis_streaming_destination(TableName="streamed", StreamArn=kinesis.describe_stream(StreamName="changes")["StreamDescription"]["StreamARN"])
    clients["s3"].create_bucket(Bucket="lake")


def arguments(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=12)
    parser.add_argument("folder")
    return parser.parse_args()


def main():
    args = arguments(__doc__)
    services = ("dynamodb", "dynamodbstreams", "kinesis", "s3")
    r, server, until, kills = random.Random(args.seed), Server(args.folder, services, ["--ddb-shards", "2"]), time.monotonic() + args.seconds, 0
    server.start()
    clients = server.clients
    create(clients)
    world = World(clients)
    kinds, before, sent = (Batch, Transact, Records, Objects, Parts), None, 0
    while (time.monotonic() < until or kills < 4) and not wrong:
        writers = attack(kinds, clients, r, before, kills, 150)
        server.end(signal.SIGKILL)
        kills += 1
        for w in writers:
            w.join(300)
            sent += w.sent
            expect(not w.is_alive(), "a writer that does not end")
        server.start()
        files = sum(len(names) for _, _, names in os.walk(os.path.join(args.folder, "objects")))
        there = world.look()
        expect(files == there["owned"], files, "files, of which", there["owned"], "are anyone's")
        for w in writers:
            w.check(there)
        before = writers
    server.end(signal.SIGTERM)
    print(f"end: {'wrong' if wrong else 'all is there'} after {kills} kills and {sent} calls")
    return bool(wrong)


if __name__ == "__main__":
    raise SystemExit(main())
