#!/usr/bin/env python3
"""s3sink.py PORTFILE: takes S3 uploads and forgets them, as little work as can be. For measuring clients."""
import os
import re
import socketserver
import sys

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.I)


class Sink(socketserver.BaseRequestHandler):
    def answer(self, head):
        line = head.split(b"\r\n", 1)[0]
        if line.startswith(b"POST") and b"uploads" in line:
            return b"<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>"
        if line.startswith(b"POST"):
            return b"<CompleteMultipartUploadResult><ETag>&quot;e&quot;</ETag></CompleteMultipartUploadResult>"
        if line.startswith(b"GET"):  # what s3put asks at its start
            return b"<ListBucketResult><Name>b</Name><KeyCount>0</KeyCount></ListBucketResult>"
        return b""

    def handle(self):
        piece = bytearray(1 << 20)
        have = b""
        while True:
            while b"\r\n\r\n" not in have:
                more = self.request.recv(65536)
                if not more:
                    return
                have += more
            head, have = have.split(b"\r\n\r\n", 1)
            if b"100-continue" in head.lower():
                self.request.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            found = LENGTH.search(head)
            left = (int(found.group(1)) if found else 0) - len(have)
            have = b""
            while left > 0:
                n = self.request.recv_into(piece, min(left, len(piece)))
                if not n:
                    return
                left -= n
            body = self.answer(head)
            self.request.sendall(b"HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 64


with Server(("127.0.0.1", 0), Sink) as server:
    with open(sys.argv[1] + ".new", "w", encoding="ascii") as f:
        f.write(str(server.server_address[1]))
    os.rename(sys.argv[1] + ".new", sys.argv[1])
    server.serve_forever()
