#!/usr/bin/env python3
"""ddb_stub.py FILE: a DynamoDB and an EventBridge that say yes to everything at once, so that what is measured is the
client. Listens on a free port of 127.0.0.1 and writes its URL to FILE; ends with SIGTERM."""
import asyncio
import os
import sys

TABLE = (b'{"Table":{"TableName":"bench","TableStatus":"ACTIVE",'
         b'"KeySchema":[{"AttributeName":"order_id","KeyType":"HASH"}],'
         b'"AttributeDefinitions":[{"AttributeName":"order_id","AttributeType":"S"}]}}')


def answer(head, request):
    if b".PutEvents" in head:  # an entry has one DetailType; in a detail its quotes are escaped
        ids = [b'{"EventId":"11710aed-b79e-4468-a20b-bb3c0c3b4860"}'] * request.count(b'"DetailType":')
        body = b'{"FailedEntryCount":0,"Entries":[%s]}' % b",".join(ids)
    elif b".DescribeTable" in head:
        body = TABLE
    elif b".BatchWriteItem" in head:
        body = b'{"UnprocessedItems":{}}'
    else:
        body = b"{}"
    return (b"HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: %d\r\n\r\n"
            % len(body)) + body


class Stub(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
        self.data = bytearray()

    def data_received(self, data):
        self.data += data
        while True:
            end = self.data.find(b"\r\n\r\n")
            if end < 0:
                return
            head = bytes(self.data[:end])
            at = head.lower().find(b"content-length:")
            length = int(head[at + 15:].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self.data) < end + 4 + length:
                return
            request = bytes(self.data[end + 4:end + 4 + length])
            del self.data[:end + 4 + length]
            self.transport.write(answer(head, request))


async def main(path):
    server = await asyncio.get_running_loop().create_server(Stub, "127.0.0.1", 0)
    with open(path + ".new", "w", encoding="ascii") as f:
        f.write("http://127.0.0.1:%d\n" % server.sockets[0].getsockname()[1])
    os.rename(path + ".new", path)
    await server.serve_forever()


asyncio.run(main(sys.argv[1]))
