"""The AWS calls of the torture test itself: it puts records into streams and tables, and reads what was delivered to a bucket.

An independent client that uses only Python's standard library, because the check must not depend on the tested code."""
import base64
import datetime
import hashlib
import hmac
import http.client
import json
import threading
import time
import urllib.parse
import xml.etree.ElementTree

TARGETS = {"kinesis": "Kinesis_20131202", "dynamodb": "DynamoDB_20120810", "streams": "DynamoDBStreams_20120810"}
VERSIONS = {"kinesis": "1.1", "dynamodb": "1.0", "streams": "1.0"}
TRIES = 12


class ServiceError(Exception):
    def __init__(self, status, text):
        super().__init__(f"HTTP {status}: {text[:300]}")
        self.status, self.text = status, text


def _hmac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


class Client:
    """Calls to the endpoints {service: URL}; each thread has its own connections."""

    def __init__(self, endpoints, key_id, secret, region="us-east-1"):
        self.endpoints, self.key_id, self.secret, self.region = endpoints, key_id, secret, region
        self.local = threading.local()

    def connection(self, service, fresh):
        kept = self.local.__dict__.setdefault("connections", {})
        if fresh or service not in kept:
            kept[service] = http.client.HTTPConnection(urllib.parse.urlsplit(self.endpoints[service]).netloc, timeout=60)
        return kept[service]

    def sign(self, service, method, path, query, headers, body):
        """Signature Version 4. Path and query are encoded already, and the query is sorted."""
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        name = {"streams": "dynamodb"}.get(service, service)
        digest = hashlib.sha256(body).hexdigest()
        headers = {**headers, "host": urllib.parse.urlsplit(self.endpoints[service]).netloc, "x-amz-date": now, "x-amz-content-sha256": digest}
        names = ";".join(sorted(headers))
        canonical = "\n".join([method, path, query, *(f"{k}:{headers[k]}" for k in sorted(headers)), "", names, digest])
        scope = f"{now[:8]}/{self.region}/{name}/aws4_request"
        text = "\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(canonical.encode()).hexdigest()])
        key = b"AWS4" + self.secret.encode()
        for part in scope.split("/"):
            key = _hmac(key, part)
        signature = _hmac(key, text).hex()
        headers["authorization"] = f"AWS4-HMAC-SHA256 Credential={self.key_id}/{scope}, SignedHeaders={names}, Signature={signature}"
        return headers

    def once(self, service, method, path, query, headers, body, fresh):
        connection = self.connection(service, fresh)
        target = path + ("?" + query if query else "")
        connection.request(method, target, body, self.sign(service, method, path, query, headers, body))
        answer = connection.getresponse()
        data = answer.read()
        if answer.status >= 300:
            raise ServiceError(answer.status, data.decode("utf-8", "replace"))
        return data

    def send(self, service, method, path, query=None, headers=None, body=b"", again=True):
        """again: may be repeated after a failure; a put into a stream must not be."""
        query = urllib.parse.urlencode(sorted((query or {}).items()), quote_via=urllib.parse.quote)
        for left in range(TRIES if again else 1, 0, -1):
            try:
                return self.once(service, method, path, query, headers or {}, body, left < TRIES or not again)
            except ServiceError as e:
                if left == 1 or (e.status < 500 and "Throttl" not in e.text and "SlowDown" not in e.text and "InUse" not in e.text):
                    raise
            except (OSError, http.client.HTTPException):
                if left == 1:
                    raise
            time.sleep(0.02)

    def call(self, service, operation, again=True, **arguments):
        headers = {"content-type": f"application/x-amz-json-{VERSIONS[service]}", "x-amz-target": f"{TARGETS[service]}.{operation}"}
        body = json.dumps(arguments).encode()
        return json.loads(self.send(service, "POST", "/", None, headers, body, again) or b"{}")

    # Kinesis

    def make_stream(self, name, shards):
        self.call("kinesis", "CreateStream", StreamName=name, ShardCount=shards)
        self.settled(name)

    def settled(self, name):
        for _ in range(2000):
            if self.call("kinesis", "DescribeStreamSummary", StreamName=name)["StreamDescriptionSummary"]["StreamStatus"] == "ACTIVE":
                return
            time.sleep(0.01)
        raise TimeoutError(f"{name}: the stream does not become active")

    def put_records(self, stream, records):
        """[(partition key, bytes)] to [(shard, sequence number)]."""
        out = []
        at = 0
        while at < len(records):
            part, size = [], 0
            while at < len(records) and len(part) < 400 and size < 3 << 20:
                key, data = records[at]
                part.append({"PartitionKey": key, "Data": base64.b64encode(data).decode()})
                size += len(data)
                at += 1
            answer = self.call("kinesis", "PutRecords", again=False, StreamName=stream, Records=part)
            if answer.get("FailedRecordCount"):
                raise ServiceError(200, f"PutRecords refused {answer['FailedRecordCount']} records")
            out += [(r["ShardId"], int(r["SequenceNumber"])) for r in answer["Records"]]
        return out

    def open_shards(self, stream):
        shards = self.call("kinesis", "ListShards", StreamName=stream)["Shards"]
        return [s for s in shards if "EndingSequenceNumber" not in s["SequenceNumberRange"]]

    def split(self, stream, shard):
        low, high = (int(shard["HashKeyRange"][k]) for k in ("StartingHashKey", "EndingHashKey"))
        self.call("kinesis", "SplitShard", again=False, StreamName=stream, ShardToSplit=shard["ShardId"], NewStartingHashKey=str((low + high) // 2 + 1))
        self.settled(stream)

    def merge(self, stream, shard, other):
        self.call("kinesis", "MergeShards", again=False, StreamName=stream, ShardToMerge=shard["ShardId"], AdjacentShardToMerge=other["ShardId"])
        self.settled(stream)

    # DynamoDB

    def make_table(self, name):
        self.call("dynamodb", "CreateTable", TableName=name, BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                  AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
                  StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"})

    def put_item(self, table, item):
        self.call("dynamodb", "PutItem", again=False, TableName=table, Item=item)

    def delete_item(self, table, key):
        self.call("dynamodb", "DeleteItem", again=False, TableName=table, Key=key)

    # S3

    def objects(self, bucket, prefix):
        """The keys with a prefix, and their sizes."""
        found, token = {}, None
        while True:
            query = {"list-type": "2", "prefix": prefix, **({"continuation-token": token} if token else {})}
            root = xml.etree.ElementTree.fromstring(self.send("s3", "GET", f"/{bucket}", query))
            for e in root.iter():
                e.tag = e.tag.rpartition("}")[2]
            found.update((c.findtext("Key"), int(c.findtext("Size"))) for c in root.iter("Contents"))
            token = root.findtext("NextContinuationToken")
            if not token:
                return found

    def uploads(self, bucket, prefix):
        """The number of unfinished multipart uploads with a prefix."""
        root = xml.etree.ElementTree.fromstring(self.send("s3", "GET", f"/{bucket}", {"uploads": "", "prefix": prefix}))
        return sum(1 for e in root.iter() if e.tag.rpartition("}")[2] == "Upload")

    def get(self, bucket, key):
        return self.send("s3", "GET", f"/{bucket}/" + urllib.parse.quote(key, safe="/-_.~"))

    def delete(self, bucket, key):
        self.send("s3", "DELETE", f"/{bucket}/" + urllib.parse.quote(key, safe="/-_.~"))
