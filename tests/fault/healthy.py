"""A healthy service, as far as the tests use it: the fault server's `fake`. It writes DIR/accepted and
DIR/objects/ and reads DIR/records; server.py says what they hold."""

import base64
import hashlib
import json
import os
import sys
import threading
import urllib.parse

import athena

DIR = os.path.abspath(sys.argv[1])
LOCK = threading.RLock()


class Answer:
    def __init__(self, status=200, body=b"", headers=None):
        self.status = status
        self.body = body if isinstance(body, bytes) else body.encode()
        self.headers = dict(headers or {})


def append(name, text):
    with open(os.path.join(DIR, name), "a", encoding="utf-8", errors="surrogateescape") as f:
        f.write(text + "\n")


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def error(r, status, code, message=""):
    if r.service:
        body = compact({"__type": "com.amazonaws.%s#%s" % (r.service.lower(), code), "message": message})
        return Answer(status, body, {"Content-Type": "application/x-amz-json-1.1"})
    body = "" if r.method == "HEAD" else (
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>%s</Code><Message>%s</Message>"
        "<RequestId>4442587FB7D0A2F9</RequestId></Error>" % (code, message))
    return Answer(status, body, {"Content-Type": "application/xml"})


class Store:
    """The little that has to be remembered between requests."""
    def __init__(self):
        self.sequence = 49590338271490256608559692538361571095921575989136588898
        self.parts = {}

    def next_sequence(self):
        self.sequence += 1
        return str(self.sequence)


STORE = Store()
TABLE_ARN = "arn:aws:dynamodb:us-east-1:000000000000:table/"
LONG_AGO = 1764309600.0  # 2025-11-28T06:00:00Z; a reader that ends at "now" makes a difference of before and behind
STREAM_ARN = "arn:aws:kinesis:us-east-1:000000000000:stream/"


def put_records(q, failed=0, code="ProvisionedThroughputExceededException"):
    out = []
    for i, r in enumerate(q["Records"]):
        if i < failed:
            out.append({"ErrorCode": code, "ErrorMessage": "made to fail"})
            continue
        append("accepted", base64.b64decode(r["Data"]).decode("utf-8", "surrogateescape"))
        out.append({"SequenceNumber": STORE.next_sequence(), "ShardId": "shardId-000000000000"})
    return {"FailedRecordCount": min(failed, len(out)), "Records": out}


def put_record_batch(q, failed=0, code="ServiceUnavailableException"):
    out = []
    for i, r in enumerate(q["Records"]):
        if i < failed:
            out.append({"ErrorCode": code, "ErrorMessage": "made to fail"})
            continue
        append("accepted", base64.b64decode(r["Data"]).decode("utf-8", "surrogateescape").rstrip("\n"))
        out.append({"RecordId": STORE.next_sequence()})
    return {"FailedPutCount": min(failed, len(out)), "Encrypted": False, "RequestResponses": out}


def put_events(q, failed, code):
    if len(q["Entries"]) > 10:
        raise ValueError("more than 10 entries")
    out = []
    for i, r in enumerate(q["Entries"]):
        if i < failed:
            out.append({"ErrorCode": code, "ErrorMessage": "made to fail"})
            continue
        append("accepted", r["Detail"])
        out.append({"EventId": "id-" + STORE.next_sequence()[-8:]})
    return {"FailedEntryCount": min(failed, len(out)), "Entries": out}


def batch_write(q, failed=0, code=None):
    left = {}
    for table, requests in q["RequestItems"].items():
        for r in requests:
            if failed > 0:
                failed -= 1
                left.setdefault(table, []).append(r)
            elif "PutRequest" in r:
                append("accepted", compact({"put": r["PutRequest"]["Item"]}))
            else:
                append("accepted", compact({"delete": r["DeleteRequest"]["Key"]}))
    return {"UnprocessedItems": left}


def single_write(q, word, field):
    append("accepted", compact({word: q[field]}))
    return {}


def describe_table(q):
    name = q["TableName"]
    return {"Table": {
        "TableName": name, "TableStatus": "ACTIVE", "TableArn": TABLE_ARN + name, "ItemCount": 0,
        "KeySchema": [{"AttributeName": "order_id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "order_id", "AttributeType": "S"}],
        "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        "LatestStreamArn": TABLE_ARN + name + "/stream/2026-11-27T00:00:00.000",
        "LatestStreamLabel": "2026-11-27T00:00:00.000"}}


def records():
    try:
        with open(os.path.join(DIR, "records"), encoding="utf-8") as f:
            return f.read().splitlines()
    except FileNotFoundError:
        return []


def shard():
    return {"ShardId": "shardId-000000000000",
            "HashKeyRange": {"StartingHashKey": "0", "EndingHashKey": str(2**128 - 1)},
            "SequenceNumberRange": {"StartingSequenceNumber": sequence(0)}}


def sequence(i):
    return str(49590338271490256608559692538361571095921575989136588898 + i)


def shard_iterator(q):
    at = {"TRIM_HORIZON": 0, "AT_TIMESTAMP": 0}.get(q["ShardIteratorType"], len(records()))
    number = q.get("StartingSequenceNumber", q.get("SequenceNumber"))
    if number:
        at = int(number) - int(sequence(0))
        at += q["ShardIteratorType"] == "AFTER_SEQUENCE_NUMBER"
    return {"ShardIterator": "it-%d" % at}


def get_records(q, streams):
    lines, at = records(), int(q["ShardIterator"][3:])
    taken = lines[at:at + q.get("Limit", 100)]
    answer = {"NextShardIterator": "it-%d" % (at + len(taken))}
    if streams:
        answer["Records"] = [json.loads(x) for x in taken]
        return answer
    answer["MillisBehindLatest"] = 0 if at + len(taken) >= len(lines) else 1000
    answer["Records"] = [{"Data": base64.b64encode(x.encode()).decode(), "PartitionKey": "p",
                          "SequenceNumber": sequence(at + i),
                          "ApproximateArrivalTimestamp": LONG_AGO + at + i}
                         for i, x in enumerate(taken)]
    return answer


def describe_stream(q, streams):
    if streams:
        return {"StreamDescription": {
            "StreamArn": q["StreamArn"], "StreamLabel": "2026-11-27T00:00:00.000",
            "StreamStatus": "ENABLED", "StreamViewType": "NEW_AND_OLD_IMAGES",
            "TableName": "sales", "Shards": [{k: v for k, v in shard().items() if k != "HashKeyRange"}]}}
    name = q.get("StreamName", "orders")
    return {"StreamDescription": {"StreamName": name, "StreamARN": STREAM_ARN + name,
                                  "StreamStatus": "ACTIVE", "HasMoreShards": False, "Shards": [shard()]}}


def describe_summary(q):
    name = q.get("StreamName", "orders")
    return {"StreamDescriptionSummary": {"StreamName": name, "StreamARN": STREAM_ARN + name,
                                         "StreamStatus": "ACTIVE", "OpenShardCount": 1,
                                         "RetentionPeriodHours": 24}}


def fake_json(r, failed=0, code="ProvisionedThroughputExceededException"):
    q = json.loads(r.body or b"{}")
    streams = r.service.startswith("DynamoDBStreams")
    known = {
        "PutRecords": lambda: put_records(q, failed, code),
        "PutRecordBatch": lambda: put_record_batch(q, failed, code),
        "PutRecord": lambda: put_records({"Records": [q]})["Records"][0],
        "PutEvents": lambda: put_events(q, failed, code.replace("ProvisionedThroughputExceeded", "Throttling")),
        "DescribeEventBus": lambda: {"Name": q["Name"], "Arn": "arn:aws:events:us-east-1:000000000000:event-bus/" + q["Name"]},
        "BatchWriteItem": lambda: batch_write(q, failed),
        "PutItem": lambda: single_write(q, "put", "Item"),
        "UpdateItem": lambda: single_write(q, "update", "Key"),
        "DeleteItem": lambda: single_write(q, "delete", "Key"),
        "DescribeTable": lambda: describe_table(q),
        "ListStreams": lambda: {"Streams": [{
            "StreamArn": TABLE_ARN + "sales/stream/2026-11-27T00:00:00.000", "TableName": "sales",
            "StreamLabel": "2026-11-27T00:00:00.000"}]} if streams else {"StreamNames": ["orders"],
                                                                         "HasMoreStreams": False},
        "ListShards": lambda: {"Shards": [shard()]},
        "DescribeStream": lambda: describe_stream(q, streams),
        "DescribeStreamSummary": lambda: describe_summary(q),
        "GetShardIterator": lambda: shard_iterator(q),
        "GetRecords": lambda: get_records(q, streams),
        "StartQueryExecution": lambda: athena.start(q, DIR, keep_object),
        "GetQueryExecution": lambda: athena.get(q),
        "GetQueryResults": lambda: athena.results(q, DIR),
        "StopQueryExecution": lambda: athena.stop(q),
    }
    return Answer(200, compact(known.get(r.op, dict)()), {"Content-Type": "application/x-amz-json-1.1"})


def object_file(path):
    name = os.path.normpath(os.path.join(DIR, "objects", urllib.parse.unquote(path).lstrip("/")))
    if not name.startswith(os.path.join(DIR, "objects")):
        raise ValueError(path)
    return name


def keep_object(path, body):
    name = object_file(path)
    os.makedirs(os.path.dirname(name), exist_ok=True)
    with open(os.path.join(DIR, "object.new"), "wb") as f:
        f.write(body)
    os.replace(f.name, name)  # nobody sees half of it


def etag(body):
    return '"%s"' % hashlib.md5(body).hexdigest()


def complete_upload(r):
    parts = STORE.parts.pop((r.path, r.query["uploadId"]), {})
    body = b"".join(parts[n] for n in sorted(parts))
    keep_object(r.path, body)
    return Answer(200, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<CompleteMultipartUploadResult>"
                  "<Location>x</Location><ETag>&quot;%s-%d&quot;</ETag></CompleteMultipartUploadResult>"
                  % (etag(body).strip('"'), len(parts)))


def ranged(r, body):
    """All of an object, or the range that was asked for."""
    if r.headers.get("if-match", etag(body)) != etag(body):
        return error(r, 412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
    first, _, last = r.headers.get("range", "").partition("=")[2].partition("-")
    if not first:
        return Answer(200, body, {"ETag": etag(body)})
    if int(first) >= len(body):
        return error(r, 416, "InvalidRange", "The requested range is not satisfiable")
    part = body[int(first):int(last) + 1]
    return Answer(206, part, {"ETag": etag(body), "Content-Range": "bytes %s-%d/%d" % (first, int(first) + len(part) - 1, len(body))})


def fake_s3(r):
    if r.op == "PutObject":
        keep_object(r.path, r.body)
        return Answer(200, b"", {"ETag": etag(r.body)})
    if r.op == "CreateMultipartUpload":
        upload = "upload-%s" % STORE.next_sequence()[-8:]
        STORE.parts[(r.path, upload)] = {}
        return Answer(200, "<InitiateMultipartUploadResult><UploadId>%s</UploadId>"
                      "</InitiateMultipartUploadResult>" % upload)
    if r.op == "UploadPart":
        STORE.parts.setdefault((r.path, r.query["uploadId"]), {})[int(r.query["partNumber"])] = r.body
        return Answer(200, b"", {"ETag": etag(r.body)})
    if r.op == "CompleteMultipartUpload":
        return complete_upload(r)
    if r.op == "AbortMultipartUpload":
        STORE.parts.pop((r.path, r.query["uploadId"]), None)
        return Answer(204)
    if r.op in ("GetObject", "HeadObject"):
        if not os.path.isfile(object_file(r.path)):
            return error(r, 404, "NoSuchKey", "The specified key does not exist.")
        with open(object_file(r.path), "rb") as f:
            body = f.read()
        return ranged(r, body)
    if r.op == "ListObjects":
        return Answer(200, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult><KeyCount>0</KeyCount>"
                      "<IsTruncated>false</IsTruncated></ListBucketResult>")
    return Answer(204 if r.op.startswith("Delete") else 200)


def fake(r, failed=0, code="ProvisionedThroughputExceededException"):
    try:
        with LOCK:
            return fake_json(r, failed, code) if r.service else fake_s3(r)
    except (KeyError, ValueError, TypeError) as e:
        return error(r, 400, "SerializationException", "not a request: %r" % e)
