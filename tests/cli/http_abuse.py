"""http_abuse.py PORT [hold | few]: requests that are not well formed, or unusual, as raw bytes; one TAP line each says whether bflocal's answer has the
status that the RFCs ask for, and whether it is alive afterwards.
hold: begins more requests than bflocal has places, writes a line, and ends when all connections have.
few: without thousands of connections."""
import re
import resource
import socket
import sys

port = int(sys.argv[1])
number = 0


def connect():
    return socket.create_connection(("127.0.0.1", port), timeout=120)


def answer(data):
    """What comes for these bytes, after which the client sends nothing more."""
    got = b""
    with connect() as s:
        try:
            s.sendall(data)
            s.shutdown(socket.SHUT_WR)
            while piece := s.recv(65536):
                got += piece
        except OSError:
            pass
    return got


def statuses(got):
    """Of all answers; 0: there is none."""
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", got)] or [0]


def say(good, name, why=""):
    global number
    number += 1
    print(f"{'ok' if good else 'not ok'} {number} - {name}" + ("" if good else f"\n# {why}"), flush=True)


def check(name, data, *wanted):
    """wanted: a status, or a list of them, one for each answer"""
    got = answer(data)
    # libmicrohttpd writes the head of a few of its own refusals twice
    good = statuses(got) in [w if isinstance(w, list) else [w] for w in wanted] or (statuses(got)[0] in wanted and b"<html>" in got)
    say(good, name, f"{got[:300]!r}, not {wanted}")


def head(*lines, body=b""):
    return "\r\n".join(("GET /health HTTP/1.1", *lines, "Connection: close", "", "")).encode("latin-1") + body


FEW = resource.getrlimit(resource.RLIMIT_NOFILE)[0] < 8192 or sys.argv[2:] == ["few"]

if sys.argv[2:] == ["hold"]:
    begun = [connect() for _ in range(500 if FEW else 1500)]
    for s in begun:
        s.sendall(b"GET /health HTTP/1.1\r\nHo")
    print("held", flush=True)
    for s in begun:
        try:
            s.recv(4096)
        except OSError:
            pass
    sys.exit()

HOST = "Host: a"
check("a plain request", head(HOST), 200)
check("no Host", head(), 400)
check("two Hosts", head(HOST, "Host: b"), 400)
check("no Host is needed by HTTP/1.0", b"GET /health HTTP/1.0\r\n\r\n", 200)
check("Content-Length and Transfer-Encoding", head(HOST, "Content-Length: 3", "Transfer-Encoding: chunked", body=b"0\r\n\r\n"), 400)
check("two lengths", head(HOST, "Content-Length: 1", "Content-Length: 2", body=b"ab"), 400)
check("a length that is no number", head(HOST, "Content-Length: 1x", body=b"a"), 400)
check("a negative length", head(HOST, "Content-Length: -1", body=b"a"), 400)
check("a length beyond all numbers", head(HOST, "Content-Length: 99999999999999999999999", body=b"a"), 400, 413)
check("another transfer encoding", head(HOST, "Transfer-Encoding: gzip", body=b"a"), 501, 400)
check("chunked is not the last one", head(HOST, "Transfer-Encoding: chunked, identity", body=b"0\r\n\r\n"), 501, 400)
check("a chunk size that is no number", head(HOST, "Transfer-Encoding: chunked", body=b"zz\r\nab\r\n0\r\n\r\n"), 400)
check("a chunk size beyond all numbers", head(HOST, "Transfer-Encoding: chunked", body=b"fffffffffffffffff\r\nab\r\n0\r\n\r\n"), 400, 413)
check("chunked", head(HOST, "Transfer-Encoding: chunked", body=b"2\r\nab\r\n0\r\n\r\n"), 200)
check("a space before the colon", head(HOST, "X-A : b"), 400)
check("a name that is no token", head(HOST, "X(A: b"), 400)
check("a head without an end", b"GET /health HTTP/1.1\r\nHost: a\r\nX-A: " + b"x" * 300000, 431, 400, 413, 0)
check("ten thousand headers", head(HOST, *[f"X-{i}: {i}" for i in range(10000)]), 431, 400, 413, 0)
check("an absolute target", b"GET http://elsewhere:1/health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 200)
check("no HTTP", b"\x00\x01\x02\x03\r\n\r\n", 400, 0)
check("TLS", bytes.fromhex("1603010200010001fc0303") + b"\0" * 64, 400)
check("two requests at once", b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n" + head(HOST), [200, 200])
check("a signature without a date", head(HOST, "Authorization: AWS4-HMAC-SHA256 Credential=x"), 400, 403, 404)

got = answer(b"HEAD /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
say(got.startswith(b"HTTP/1.1 200") and got.endswith(b"\r\n\r\n"), "HEAD has no body", repr(got[:300]))

with connect() as s:
    s.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\nX-Amz-Target: DynamoDB_20120810.ListTables\r\n\r\n")
    got = s.recv(4096)
    say(got.startswith((b"HTTP/1.1 100", b"HTTP/1.1 4")), "Expect: 100-continue is answered before the body", repr(got[:100]))

# Connections that say nothing, or a part of a head, keep nobody out.
def crowd():
    silent = [connect() for _ in range(3000)]
    say(statuses(answer(head(HOST)))[0] == 200, "beside 3,000 silent connections", "no answer")
    for s in silent[:700]:
        s.sendall(b"GET /health HTTP/1.1\r\nHo")
    say(statuses(answer(head(HOST)))[0] == 200, "of which 700 have begun a request", "no answer")
    silent[0].sendall(b"st: a\r\nConnection: close\r\n\r\n")
    say(silent[0].recv(4096).startswith(b"HTTP/1.1 200"), "one of them ends its request", "no answer")
    silent[-1].sendall(head(HOST))
    say(silent[-1].recv(4096).startswith(b"HTTP/1.1 200"), "one that was silent asks", "no answer")
    for s in silent:
        s.close()
    say(statuses(answer(head(HOST)))[0] == 200, "after they have gone", "no answer")


if FEW:
    print(f"ok {number + 1} - thousands of connections # skip too few descriptors, or a build with a sanitizer")
    number += 1
else:
    crowd()
print(f"1..{number}")
