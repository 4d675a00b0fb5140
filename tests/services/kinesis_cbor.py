"""Makes a boto3 client of Kinesis use CBOR (application/x-amz-cbor-1.1), as the AWS SDK for Java does by default.

botocore writes and reads JSON, and CBOR is sent and received: requests are converted before they are signed, answers when they
arrive. Blobs are byte strings, times are tag 1 before whole milliseconds.

kinesalite's times are as in JSON, and its blobs have its internal form: {"type":"Buffer","data":[...]}. It
truncates answers of more than 16 kB."""
import base64
import json
import struct

from botocore.exceptions import HTTPClientError

TYPE = "application/x-amz-cbor-1.1"


class Time(int):
    """Milliseconds."""


def head(kind, n):
    for info, size, form in ((24, 1, ">BB"), (25, 2, ">BH"), (26, 4, ">BI"), (27, 8, ">BQ")):
        if n < 24:
            return bytes([kind << 5 | n])
        if n < 1 << 8 * size:
            return struct.pack(form, kind << 5 | info, n)
    raise ValueError(n)


def encode(v, endless=False):
    """endless: maps and lists of indefinite length, as some clients write them."""
    if isinstance(v, Time):
        return b"\xc1" + encode(int(v))
    if v is None or isinstance(v, bool):
        return {None: b"\xf6", True: b"\xf5", False: b"\xf4"}[v]
    if isinstance(v, int):
        return head(0, v) if v >= 0 else head(1, -1 - v)
    if isinstance(v, float):
        return struct.pack(">Bd", 0xfb, v)
    if isinstance(v, (str, bytes)):
        raw = v.encode("utf-8", "surrogatepass") if isinstance(v, str) else v
        return head(3 if isinstance(v, str) else 2, len(raw)) + raw
    kind, parts = (5, [x for pair in v.items() for x in pair]) if isinstance(v, dict) else (4, v)
    inside = b"".join(encode(x, endless) for x in parts)
    return bytes([kind << 5 | 31]) + inside + b"\xff" if endless else head(kind, len(v)) + inside


def decode(raw, at=0):
    """The value at this offset, and the offset after it."""
    kind, info = raw[at] >> 5, raw[at] & 31
    size = 0 if info < 24 or info == 31 else 1 << info - 24
    n = int.from_bytes(raw[at + 1:at + 1 + size], "big") if size else info
    at += 1 + size
    if kind == 7 and info in (20, 21, 22, 23):
        return {20: False, 21: True}.get(info), at  # null and undefined are one
    if kind == 7 and info in (25, 26, 27):
        return struct.unpack(">" + "efd"[info - 25], raw[at - size:at])[0], at
    if kind < 2:
        return -1 - n if kind else n, at
    if kind < 4:
        return raw[at:at + n] if kind == 2 else raw[at:at + n].decode(), at + n
    if kind == 6 and n == 1:
        ms, at = decode(raw, at)
        return int(ms) / 1000, at
    assert kind in (4, 5), raw[:at]
    items = []
    while raw[at] != 0xff if info == 31 else len(items) < n * (kind - 3):
        v, at = decode(raw, at)
        items.append(v)
    return (dict(zip(items[::2], items[1::2])) if kind == 5 else items), at + (info == 31)


def packed(v, times, key=""):
    if isinstance(v, dict):
        return {k: packed(x, times, k) for k, x in v.items()}
    if isinstance(v, list):
        return [packed(x, times) for x in v]
    if key == "Data" and isinstance(v, str):
        return base64.b64decode(v)
    return Time(round(v * 1000)) if times and key == "Timestamp" and isinstance(v, (int, float)) else v


def unpacked(v):
    if isinstance(v, dict) and v.get("type") == "Buffer":
        v = bytes(v["data"])
    if isinstance(v, dict):
        return {k: unpacked(x) for k, x in v.items()}
    if isinstance(v, list):
        return [unpacked(x) for x in v]
    return base64.b64encode(v).decode() if isinstance(v, bytes) else v


class Session:
    """botocore's HTTP session, whose answers are converted to JSON."""

    def __init__(self, session):
        self.session = session

    def send(self, request):
        response = self.session.send(request)
        if response.content:
            if response.headers.get("Content-Type") != TYPE:
                raise ValueError("an answer that is no CBOR: " + response.headers.get("Content-Type", ""))
            try:
                value, end = decode(response.content)
            except IndexError:
                raise HTTPClientError(error="the answer ends too early")
            if end != len(response.content):
                raise ValueError("bytes behind the answer")
            response._content = json.dumps(unpacked(value)).encode()
        return response

    def close(self):
        self.session.close()


def speak_cbor(client, times=True):
    """Makes the client use CBOR. times: times are tagged."""
    calls = [0]

    def to_cbor(request, **_):
        calls[0] += 1
        request.data = encode(packed(json.loads(request.data), times), endless=calls[0] % 2)
        request.headers.replace_header("Content-Type", TYPE)

    client.meta.events.register("before-sign.kinesis", to_cbor)
    client._endpoint.http_session = Session(client._endpoint.http_session)
    return client
