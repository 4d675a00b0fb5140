#!/usr/bin/env python3
"""A server that means ill, for the tests.

    hostile.py DIR

DIR/port is written once it listens on 127.0.0.1, DIR/log gets the first line of each request and how much followed it.
DIR/mode says how every request is answered (the first word, and what it works on):

    endless            a JSON body that never ends, as fast as it is taken
    huge-length        the same behind a Content-Length of 9223372036854775807
    headers            header lines without end
    header             one header line of 64 MiB
    continue           "100 Continue" without end
    drip [BODY]        one byte of the answer a second
    gzip               a body that says it is gzip: 64 KiB that would become 64 MiB
    lengths            two Content-Lengths that differ
    negative           a negative Content-Length
    chunk              a chunk that is larger than any number
    cut                half of what the Content-Length says, then the end
    noise              no HTTP at all
    redirect STATUS URL   to there, also with the headers by which S3 names another region's host
    body TYPE @FILE    200 with the content of the file
    json DEPTH         arrays in arrays
    xml DEPTH          elements in elements
"""

import gzip
import os
import socket
import sys
import threading
import time

DIR = sys.argv[1]
LOCK = threading.Lock()


def head(status, length, *more):
    lines = [f"HTTP/1.1 {status} Hostile", f"Content-Length: {length}", *more]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def forever(sock, piece):
    while True:
        sock.sendall(piece)


def whole(sock, body, kind="application/x-amz-json-1.1"):
    sock.sendall(head(200, len(body), f"Content-Type: {kind}") + body)


def drip(sock, data):
    for i in range(len(data)):
        sock.sendall(data[i:i + 1])
        time.sleep(1)


def answer(sock, mode):
    """False: the connection is over."""
    verb, _, rest = mode.partition(" ")
    if verb == "endless":
        sock.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n")
        forever(sock, b"10000\r\n" + b"x" * 65536 + b"\r\n")
    elif verb == "huge-length":
        sock.sendall(head(200, 2**63 - 1) + b'{"a":"')
        forever(sock, b"x" * 65536)
    elif verb == "headers":
        sock.sendall(b"HTTP/1.1 200 OK\r\n")
        forever(sock, b"".join(b"X-H%d: y\r\n" % i for i in range(1000)))
    elif verb == "header":
        sock.sendall(b"HTTP/1.1 200 OK\r\nX-H: ")
        for _ in range(1024):
            sock.sendall(b"y" * 65536)
        sock.sendall(b"\r\nContent-Length: 0\r\n\r\n")
    elif verb == "continue":
        forever(sock, b"HTTP/1.1 100 Continue\r\n\r\n" * 100)
    elif verb == "drip":
        drip(sock, head(200, 10000) + (rest or "{").encode() * 10000)
    elif verb == "gzip":
        body = gzip.compress(b"\0" * (64 << 20))
        sock.sendall(head(200, len(body), "Content-Encoding: gzip") + body)
        return True
    elif verb == "lengths":
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 400\r\n\r\n{}")
    elif verb == "negative":
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n{}")
    elif verb == "chunk":
        sock.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFFF\r\n{}")
    elif verb == "cut":
        sock.sendall(head(200, 100) + b'{"a":"b"}')
    elif verb == "noise":
        sock.sendall(b"\0\1\2 SSH-2.0-no\r\n" * 100)
    elif verb == "redirect":
        status, url = rest.split()
        sock.sendall(head(status, 0, f"Location: {url}", "x-amz-bucket-region: eu-west-9"))
        return True
    elif verb == "body":
        kind, name = rest.split(" ", 1)
        whole(sock, open(name[1:], "rb").read(), kind)
        return True
    elif verb == "json":
        whole(sock, b'{"a":' + b"[" * int(rest) + b"]" * int(rest) + b"}")
        return True
    elif verb == "xml":
        whole(sock, b"<Error>" + b"<a>" * int(rest) + b"</a>" * int(rest) + b"</Error>", "application/xml")
        return True
    else:
        raise ValueError(mode)
    return False


def serve(sock):
    f = sock.makefile("rb")
    try:
        while line := f.readline():
            length = 0
            while (h := f.readline().strip()):
                name, _, value = h.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            f.read(length)
            with LOCK, open(os.path.join(DIR, "log"), "a", encoding="latin-1") as log:
                log.write(f"{line.decode('latin-1').strip()} {length}\n")
            if not answer(sock, open(os.path.join(DIR, "mode"), encoding="utf-8").read().strip()):
                break
    except OSError:
        pass
    try:
        sock.shutdown(socket.SHUT_WR)
        sock.close()
    except OSError:
        pass


listener = socket.create_server(("127.0.0.1", 0))
open(os.path.join(DIR, "log"), "w").close()
with open(os.path.join(DIR, "port.new"), "w", encoding="ascii") as out:
    out.write(str(listener.getsockname()[1]))
os.rename(os.path.join(DIR, "port.new"), os.path.join(DIR, "port"))
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
