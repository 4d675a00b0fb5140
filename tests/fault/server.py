#!/usr/bin/env python3
"""A service that misbehaves on request, for the tests.

    server.py DIR

DIR/script says how; DIR/port is written once the server listens on 127.0.0.1.
The server notices a new script (a new file under that name) at the next
request and begins with it from the start. It writes

    DIR/log       one JSON line a request: op, action, method, path, query,
                  headers, body (64 KiB of it at most), connection
    DIR/accepted  one line for each thing it took in: the data of a Kinesis
                  record, the detail of an event; {"put":{...}}, {"delete":{...}} or {"update":{...}}
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
    echo STATUS CODE   an error whose message repeats the headers of the request
    throttle           error 400 ProvisionedThroughputExceededException, S3: 503 SlowDown
    plain STATUS TEXT  an answer that is no AWS answer: text/html
    partial N [CODE]   as fake, but the first N entries fail: PutRecords with CODE
                       (ProvisionedThroughputExceededException), likewise PutEvents, BatchWriteItem
                       hands them back as UnprocessedItems
    hidden CODE        200 OK with <Error> in the body
    redirect STATUS [REGION [URL]]   with x-amz-bucket-region ("-": none) and Location
    crc                as fake, with a wrong x-amz-crc32
    cut N              as fake, but the connection ends N bytes into the body
    length +N | -N     as fake, with a Content-Length that lies by N; then closes
    drip MS            as fake, one byte of the body every MS milliseconds
    huge N             200 with N bytes of a JSON string
    raw FILE [close | half]   the bytes of the file, and nothing of HTTP added; then the connection is
                       closed, or half of it: nothing more is sent, and what comes is read
    stale              as fake, then closes the connection without having said so
    early STATUS       an answer before the body has been read, then closes
    hang               never answers
    close              takes the request and closes the connection
    reset              the same, with a reset
    clock SECONDS      a clock that is off: Date says so, and requests signed more than
                       5 minutes from it are refused as the service does; else as fake

Before an action may stand:

    after MS           waits first
    gather N           waits first until N requests of the operation have come, this one among them
    retry-after MS     adds the header x-amz-retry-after: MS
    header NAME VALUE  adds this header, for instance to an answer that is no AWS answer

    PutRecords 2x throttle
    PutRecords 1x partial 3 InternalFailure
    * after 20 fake
"""

import calendar
import collections
import os
import socket
import ssl
import struct
import sys
import threading
import time
import urllib.parse
import zlib
from email.utils import formatdate

if len(sys.argv) != 2:
    sys.exit(__doc__)
sys.dont_write_bytecode = True  # not into the tree

from healthy import DIR, LOCK, STORE, Answer, append, compact, error, fake

ARRIVED = threading.Condition(LOCK)
Request = collections.namedtuple("Request", "op service method path query headers body connection")


class Script:
    """The rules of DIR/script, read again when another file takes its place."""

    def __init__(self):
        self.file = None  # stays open: no later file can have its inode number
        self.rules = []
        self.arrived = collections.Counter()  # requests of each operation under this script

    def refresh(self):
        file = open(os.path.join(DIR, "script"))
        if self.file and os.path.sameopenfile(file.fileno(), self.file.fileno()):
            return file.close()
        if self.file:
            self.file.close()
        self.file = file
        self.rules = []
        self.arrived = collections.Counter()
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
        self.arrived[op] += 1
        ARRIVED.notify_all()
        for rule in self.rules:
            if rule[0] in ("*", op) and rule[1] != 0:
                rule[1] -= 1 if rule[1] > 0 else 0
                return rule[2]
        return "fake"

    def is_early(self, op):
        """Does the next rule for it answer before the body has come?"""
        with LOCK:
            self.refresh()
            rule = next((r for r in self.rules if r[0] in ("*", op) and r[1] != 0), [""] * 3)
            return rule[2].startswith("early")

    def gather(self, op, n):
        """Until n requests of this operation have come, or another script has."""
        with ARRIVED:
            counts = self.arrived
            ARRIVED.wait_for(lambda: counts[op] >= n or counts is not self.arrived)


SCRIPT = Script()


# Answers of a service in trouble --------------------------------------------------------------


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
    if verb in ("fake", "cut", "length", "drip", "stale"):
        return fake(r)
    if verb == "ok":
        return ok(rest)
    if verb == "error":
        return error(r, int(args[0]), args[1], " ".join(args[2:]))
    if verb == "echo":
        said = "The canonical request should have been " + " ".join(f"{k}:{v}" for k, v in sorted(r.headers.items(), reverse=True))
        return error(r, int(args[0]), args[1], said)
    if verb == "throttle":
        return throttle(r)
    if verb == "early":
        return error(r, int(rest), "SlowDown", "Please reduce your request rate.")
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
    if not line.endswith(b"\n"):
        return None
    method, target, _ = line.decode("latin-1").split(" ", 2)
    headers = {}
    while True:
        line = f.readline()
        if not line:  # its sender was killed: what came of it is no request
            return None
        if line in (b"\r\n", b"\n"):
            break
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    path, _, query = target.partition("?")
    query = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
    op, service = operation(method, path, query, headers)
    if SCRIPT.is_early(op):
        return Request(op, service, method, path, query, headers, b"", connection)
    if headers.get("expect", "").lower() == "100-continue":
        out.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    if headers.get("transfer-encoding", "").lower() == "chunked":
        body = read_chunks(f)
    else:
        length = int(headers.get("content-length", 0))
        body = f.read(length)
        if len(body) < length:
            return None
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
    while verb in ("after", "gather", "retry-after", "header"):
        number, _, rest = rest.partition(" ")
        if verb == "after":
            time.sleep(int(number) / 1000)
        elif verb == "gather":
            SCRIPT.gather(r.op, int(number))
        elif verb == "header":
            extra[number], _, rest = rest.partition(" ")
        else:
            extra["x-amz-retry-after"] = number
        verb, _, rest = rest.partition(" ")
    if verb == "hang":
        hang(sock)
        return False
    if verb == "close":
        return False
    if verb == "raw":
        name, _, end = rest.partition(" ")
        with open(name, "rb") as f:
            sock.sendall(f.read())
        if end == "half":
            sock.shutdown(socket.SHUT_WR)
            hang(sock)
        return not end
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
    return verb not in ("cut", "length", "stale", "early")


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
