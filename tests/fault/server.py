#!/usr/bin/env python3
"""A service that misbehaves on request, for the tests.

    server.py DIR

DIR/script says how; DIR/port is written once the server listens on 127.0.0.1.
The server notices a new script (a new file under that name) at the next
request and begins with it from the start. It writes

    DIR/log       one JSON line a request: op, action, method, path, query,
                  headers, body (64 KiB of it at most), connection
    DIR/accepted  one line for each thing it took in: the data of a Kinesis
                  record; {"put":{...}}, {"delete":{...}} or {"update":{...}}
                  with DynamoDB values for an item
    DIR/objects/  the objects it took in, BUCKET/KEY

and reads DIR/records: each line is one record of the only shard of every
stream (for DynamoDB Streams a GetRecords record in JSON). With DIR/tls.pem, key and
certificate, it speaks TLS.

THE SCRIPT: one rule a line, "#" begins a comment line.

    WHAT [COUNTx] ACTION [ARGUMENT...]

WHAT is an operation (PutRecords, BatchWriteItem, PutObject, UploadPart,
CompleteMultipartUpload, ...), or * for every request. COUNTx is how many requests the
rule answers; without it, all that come. The first rule that fits and is not used up
answers; where there is none, the action is `fake`.

    fake               what the service would say, the request is taken in
    ok BODY            200 with this body (the rest of the line; @FILE: a file)
    error STATUS CODE [MESSAGE...]   an error in the protocol of the request
    throttle           error 400 ProvisionedThroughputExceededException, S3: 503 SlowDown
    plain STATUS TEXT  an answer that is no AWS answer: text/html
    partial N [CODE]   as fake, but the first N entries fail: PutRecords with CODE
                       (ProvisionedThroughputExceededException), BatchWriteItem
                       hands them back as UnprocessedItems
    hidden CODE        200 OK with <Error> in the body
    redirect STATUS [REGION [URL]]   with x-amz-bucket-region ("-": none) and Location
    crc                as fake, with a wrong x-amz-crc32
    cut N              as fake, but the connection ends N bytes into the body
    length +N | -N     as fake, with a Content-Length that lies by N; then closes
    drip MS            as fake, one byte of the body every MS milliseconds
    huge N             200 with N bytes of a JSON string
    hang               never answers
    close              takes the request and closes the connection
    reset              the same, with a reset
    clock SECONDS      a clock that is off: Date says so, and requests signed more than
                       5 minutes from it are refused as the service does; else as fake

Before an action may stand:

    after MS           waits first
    retry-after MS     adds the header x-amz-retry-after: MS

    PutRecords 2x throttle
    PutRecords 1x partial 3 InternalFailure
    * after 20 fake
"""

import base64
import calendar
import collections
import hashlib
import json
import os
import signal
import socket
import ssl
import struct
import sys
import threading
import time
import urllib.parse
import zlib
from email.utils import formatdate

DIR = os.path.abspath(sys.argv[1]) if len(sys.argv) == 2 else sys.exit(__doc__)
LOCK = threading.RLock()

Request = collections.namedtuple("Request", "op service method path query headers body connection")


class Answer:
    def __init__(self, status=200, body=b"", headers=None):
        self.status = status
        self.body = body if isinstance(body, bytes) else body.encode()
        self.headers = dict(headers or {})


class Script:
    """The rules of DIR/script, read again when another file takes its place."""

    def __init__(self):
        self.file = None  # stays open: no later file can have its inode number
        self.rules = []

    def refresh(self):
        file = open(os.path.join(DIR, "script"))
        if self.file and os.path.sameopenfile(file.fileno(), self.file.fileno()):
            return file.close()
        if self.file:
            self.file.close()
        self.file = file
        self.rules = []
        for line in file:
            words = line.split(None, 2)
            if not words or words[0].startswith("#"):
                continue
            count = -1
            if len(words) > 1 and words[1].endswith("x") and words[1][:-1].isdigit():
                count = int(words[1][:-1])
                rest = words[2]
            else:
                rest = " ".join(words[1:])
            self.rules.append([words[0], count, rest.strip()])

    def action(self, op):
        self.refresh()
        for rule in self.rules:
            if rule[0] in ("*", op) and rule[1] != 0:
                rule[1] -= 1 if rule[1] > 0 else 0
                return rule[2]
        return "fake"


SCRIPT = Script()


def append(name, text):
    with open(os.path.join(DIR, name), "a", encoding="utf-8", errors="surrogateescape") as f:
        f.write(text + "\n")


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


# What a healthy service says ------------------------------------------------------------------


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
                          "ApproximateArrivalTimestamp": 1795759200.0 + at + i}
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
    with open(name, "wb") as f:
        f.write(body)


def etag(body):
    return '"%s"' % hashlib.md5(body).hexdigest()


def complete_upload(r):
    parts = STORE.parts.pop((r.path, r.query["uploadId"]), {})
    body = b"".join(parts[n] for n in sorted(parts))
    keep_object(r.path, body)
    return Answer(200, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<CompleteMultipartUploadResult>"
                  "<Location>x</Location><ETag>&quot;%s-%d&quot;</ETag></CompleteMultipartUploadResult>"
                  % (etag(body).strip('"'), len(parts)))


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
        return Answer(200, body, {"ETag": etag(body)})
    return Answer(204 if r.op.startswith("Delete") else 200)


def fake(r, failed=0, code="ProvisionedThroughputExceededException"):
    try:
        with LOCK:
            return fake_json(r, failed, code) if r.service else fake_s3(r)
    except (KeyError, ValueError, TypeError) as e:
        return error(r, 400, "SerializationException", "not a request: %r" % e)


# What a service in trouble says ---------------------------------------------------------------


def error(r, status, code, message=""):
    if r.service:
        body = compact({"__type": "com.amazonaws.%s#%s" % (r.service.lower(), code), "message": message})
        return Answer(status, body, {"Content-Type": "application/x-amz-json-1.1"})
    body = "" if r.method == "HEAD" else (
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>%s</Code><Message>%s</Message>"
        "<RequestId>4442587FB7D0A2F9</RequestId></Error>" % (code, message))
    return Answer(status, body, {"Content-Type": "application/xml"})


def throttle(r):
    if r.service:
        return error(r, 400, "ProvisionedThroughputExceededException", "Rate exceeded")
    return error(r, 503, "SlowDown", "Please reduce your request rate.")


def wrong_clock(r, seconds):
    then = calendar.timegm(time.strptime(r.headers["x-amz-date"], "%Y%m%dT%H%M%SZ"))
    now = time.time() + seconds
    if abs(then - now) <= 300:
        answer = fake(r)
    elif r.service:
        answer = error(r, 400, "InvalidSignatureException", "Signature expired: the clock is off")
    else:
        answer = error(r, 403, "RequestTimeTooSkewed", "The difference is too large.")
    answer.headers["Date"] = formatdate(now, usegmt=True)
    return answer


def redirect(r, args):
    answer = error(r, int(args[0]), "PermanentRedirect" if args[0] == "301" else "TemporaryRedirect",
                   "Please send all future requests to this endpoint.")
    if len(args) > 1 and args[1] != "-":
        answer.headers["x-amz-bucket-region"] = args[1]
    if len(args) > 2:
        answer.headers["Location"] = args[2]
    return answer


def wrong_crc(r):
    answer = fake(r)
    answer.headers["x-amz-crc32"] = str(zlib.crc32(answer.body) ^ 1)
    return answer


def ok(text):
    if text.startswith("@"):
        with open(text[1:], "rb") as f:
            return Answer(200, f.read())
    return Answer(200, text)


def answer_for(r, verb, rest):
    args = rest.split()
    if verb in ("fake", "cut", "length", "drip"):
        return fake(r)
    if verb == "ok":
        return ok(rest)
    if verb == "error":
        return error(r, int(args[0]), args[1], " ".join(args[2:]))
    if verb == "throttle":
        return throttle(r)
    if verb == "plain":
        return Answer(int(args[0]), " ".join(args[1:]), {"Content-Type": "text/html"})
    if verb == "partial":
        return fake(r, int(args[0]), *args[1:2])
    if verb == "hidden":
        return error(r, 200, args[0], "We encountered an internal error. Please try again.")
    if verb == "redirect":
        return redirect(r, args)
    if verb == "crc":
        return wrong_crc(r)
    if verb == "huge":
        return Answer(200, b'{"x":"' + b"x" * (int(args[0]) - 8) + b'"}')
    if verb == "clock":
        return wrong_clock(r, int(args[0]))
    raise ValueError("unknown action: " + verb)


# HTTP -----------------------------------------------------------------------------------------

S3_OPS = {("PUT", True): "PutObject", ("PUT", False): "CreateBucket", ("GET", True): "GetObject",
          ("GET", False): "ListObjects", ("HEAD", True): "HeadObject", ("HEAD", False): "HeadBucket",
          ("DELETE", True): "DeleteObject", ("DELETE", False): "DeleteBucket",
          ("POST", True): "CreateMultipartUpload", ("POST", False): "DeleteObjects"}
S3_UPLOAD = {"PUT": "UploadPart", "POST": "CompleteMultipartUpload",
             "DELETE": "AbortMultipartUpload", "GET": "ListParts"}


def operation(method, path, query, headers):
    service, _, op = headers.get("x-amz-target", "").rpartition(".")
    if op:
        return op, service
    if "uploadId" in query:
        return S3_UPLOAD.get(method, method), ""
    return S3_OPS.get((method, path.count("/") > 1 and not path.endswith("/")), method), ""


def read_chunks(f):
    body = b""
    while True:
        size = int(f.readline().split(b";")[0], 16)
        body += f.read(size)
        f.readline()
        if size == 0:
            return body


def read_request(f, out, connection):
    line = f.readline()
    if not line:
        return None
    method, target, _ = line.decode("latin-1").split(" ", 2)
    headers = {}
    while True:
        line = f.readline()
        if line in (b"\r\n", b"\n", b""):
            break
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    if headers.get("expect", "").lower() == "100-continue":
        out.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    if headers.get("transfer-encoding", "").lower() == "chunked":
        body = read_chunks(f)
    else:
        body = f.read(int(headers.get("content-length", 0)))
    path, _, query = target.partition("?")
    query = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
    op, service = operation(method, path, query, headers)
    return Request(op, service, method, path, query, headers, body, connection)


def log(r, action):
    append("log", compact({"op": r.op, "action": action, "method": r.method, "path": r.path,
                           "query": r.query, "headers": r.headers, "connection": r.connection,
                           "body": r.body[:65536].decode("utf-8", "replace")}))


def head_of(r, answer, length):
    h = {"Date": formatdate(usegmt=True), "Content-Length": str(length)}
    if r.service:
        h["x-amzn-RequestId"] = "FAULT-%s" % STORE.next_sequence()[-6:]
    else:
        h["x-amz-request-id"] = "FAULT-%s" % STORE.next_sequence()[-6:]
    if r.service.startswith("DynamoDB"):
        h["x-amz-crc32"] = str(zlib.crc32(answer.body))
    h.update(answer.headers)
    lines = "".join("%s: %s\r\n" % item for item in h.items())
    return ("HTTP/1.1 %d %s\r\n%s\r\n" % (answer.status, "Scripted", lines)).encode("latin-1")


def hang(sock):
    """Until the other side gives up."""
    while sock.recv(4096):
        pass


def drip(sock, body, ms):
    for i in range(len(body)):
        sock.sendall(body[i:i + 1])
        time.sleep(ms / 1000)


def respond(sock, r, action):
    """Answers one request; False: the connection is over."""
    verb, _, rest = action.partition(" ")
    extra = {}
    while verb in ("after", "retry-after"):
        number, _, rest = rest.partition(" ")
        if verb == "after":
            time.sleep(int(number) / 1000)
        else:
            extra["x-amz-retry-after"] = number
        verb, _, rest = rest.partition(" ")
    if verb == "hang":
        hang(sock)
        return False
    if verb == "close":
        return False
    if verb == "reset":
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False
    answer = answer_for(r, verb, rest)
    answer.headers.update(extra)
    body = b"" if r.method == "HEAD" else answer.body
    length = len(answer.body) + (int(rest) if verb == "length" else 0)
    sock.sendall(head_of(r, answer, length))
    if verb == "drip":
        drip(sock, body, int(rest))
    else:
        sock.sendall(body[:int(rest)] if verb == "cut" else body)
    return verb not in ("cut", "length")


def tls_context():
    pem = os.path.join(DIR, "tls.pem")
    if not os.path.exists(pem):
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


def serve(sock, connection, tls):
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        if tls:
            sock = tls.wrap_socket(sock, server_side=True)
        with sock, sock.makefile("rb") as f:
            if f.peek(1)[:1] == b"\x16":  # a TLS greeting where none is spoken: what servers say to that
                return sock.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            while True:
                r = read_request(f, sock, connection)
                if r is None:
                    return
                with LOCK:
                    action = SCRIPT.action(r.op)
                    log(r, action)
                if not respond(sock, r, action):
                    f.close()
                    return
    except (ConnectionError, ssl.SSLError):
        pass


def main():
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    listener = socket.create_server(("127.0.0.1", 0), backlog=256)
    SCRIPT.refresh()
    tls = tls_context()
    port = os.path.join(DIR, "port")
    with open(port + ".new", "w") as f:
        f.write("%d\n" % listener.getsockname()[1])
    os.rename(port + ".new", port)
    connection = 0
    while True:
        sock, _ = listener.accept()
        connection += 1
        threading.Thread(target=serve, args=(sock, connection, tls), daemon=True).start()


main()
