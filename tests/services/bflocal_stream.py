"""Chunked S3 uploads, signed with only hashlib: one line "name|got|wanted" for each case."""
import base64
import datetime
import hashlib
import hmac
import http.client
import os
import urllib.parse
import zlib

KEY, SECRET = os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]
REGION = os.environ["AWS_REGION"]
HOST = os.environ["AWS_ENDPOINT_URL"].split("//")[1]
EMPTY = hashlib.sha256(b"").hexdigest()
NOW = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
SCOPE = f"{NOW[:8]}/{REGION}/s3/aws4_request"


def mac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def signing_key():
    key = ("AWS4" + SECRET).encode()
    for part in SCOPE.split("/"):
        key = mac(key, part)
    return key


def sign(method, path, headers, payload, query=""):
    names = sorted(headers)
    canonical = "\n".join(
        [method, path, query]
        + [f"{n}:{headers[n]}" for n in names]
        + ["", ";".join(names), payload]
    )
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    return mac(signing_key(), f"AWS4-HMAC-SHA256\n{NOW}\n{SCOPE}\n{digest}").hex(), ";".join(names)


def send(method, path, headers, body, query=""):
    connection = http.client.HTTPConnection(HOST, timeout=300)
    connection.request(method, path + ("?" + query if query else ""), body, headers)
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    if answer.status == 200:
        return "200", text
    code = text.decode().split("<Code>")[1].split("<")[0] if b"<Code>" in text else ""
    return f"{answer.status} {code}", text


def upload(path, data, payload, extra=None, trailer=None, spoil=None, size=8192):
    signed = "AWS4-HMAC" in payload
    headers = {"host": HOST, "x-amz-date": NOW, "x-amz-content-sha256": payload,
               "x-amz-decoded-content-length": str(len(data)), "content-encoding": "aws-chunked"}
    if trailer:
        headers["x-amz-trailer"] = trailer[0]
    headers.update(extra or {})
    seed, names = sign("PUT", path, headers, payload)
    previous, body = seed, b""
    for at in list(range(0, len(data), size)) + [len(data)]:
        chunk = data[at:at + size]
        head = f"{len(chunk):x}"
        if signed:
            previous = mac(signing_key(), "\n".join(["AWS4-HMAC-SHA256-PAYLOAD", NOW, SCOPE, previous, EMPTY,
                                                    hashlib.sha256(chunk).hexdigest()])).hex()
            head += ";chunk-signature=" + ("0" * 64 if spoil == "chunk" and at else previous)
        if spoil == "data" and at == 0:
            chunk = b"?" + chunk[1:]
        body += head.encode() + b"\r\n" + chunk + (b"\r\n" if chunk else b"")
    if trailer:
        line = f"{trailer[0]}:{trailer[1]}"
        body += line.encode() + b"\r\n"
        if signed:
            text = hashlib.sha256((line + "\n").encode()).hexdigest()
            last = mac(signing_key(), "\n".join(["AWS4-HMAC-SHA256-TRAILER", NOW, SCOPE, previous, text])).hex()
            body += b"x-amz-trailer-signature:" + ("0" * 64 if spoil == "trailer" else last).encode() + b"\r\n"
    body += b"\r\n"
    if spoil == "cut":
        body = body[:len(body) // 2]
    headers["authorization"] = f"AWS4-HMAC-SHA256 Credential={KEY}/{SCOPE},SignedHeaders={names},Signature={seed}"
    headers["content-length"] = str(len(body))
    return send("PUT", path, headers, body)[0]


def overtaken(path, condition):
    """A conditional PUT whose key another client deletes before the body has arrived."""
    headers = dict({"host": HOST, "x-amz-date": NOW, "x-amz-content-sha256": "UNSIGNED-PAYLOAD"}, **condition)
    signature, names = sign("PUT", path, headers, "UNSIGNED-PAYLOAD")
    headers["authorization"] = f"AWS4-HMAC-SHA256 Credential={KEY}/{SCOPE},SignedHeaders={names},Signature={signature}"
    connection = http.client.HTTPConnection(HOST, timeout=300)
    connection.putrequest("PUT", path, skip_host=True, skip_accept_encoding=True)
    for name, value in dict(headers, **{"content-length": "100000", "expect": "100-continue"}).items():
        connection.putheader(name, value)
    connection.endheaders()
    begun = connection.sock.recv(100)  # the call has begun once it is told to go on
    presigned("DELETE", path, 3600)
    connection.send(b"x" * 100000)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return f"{begun.decode().split()[1]}, {answer.status} {text.split('<Code>')[1].split('<')[0] if '<Code>' in text else ''}"


def presigned(method, path, expires, body=None, spoil=False):
    query = urllib.parse.urlencode(sorted({
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256", "X-Amz-Credential": f"{KEY}/{SCOPE}", "X-Amz-Date": NOW,
        "X-Amz-Expires": str(expires), "X-Amz-SignedHeaders": "host"}.items()), quote_via=urllib.parse.quote, safe="")
    signature, _ = sign(method, path, {"host": HOST}, "UNSIGNED-PAYLOAD", query)
    path = path + "x" if spoil else path
    return send(method, path, {"host": HOST}, body, query + "&X-Amz-Signature=" + signature)


def main():
    data = bytes(range(256)) * 250
    crc = base64.b64encode(zlib.crc32(data).to_bytes(4, "big")).decode()
    sha = base64.b64encode(hashlib.sha256(data).digest()).decode()
    plain, trailed = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
    unsigned = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
    key = "/lake/stream/key"
    cases = [
        ("signed chunks", upload(key, data, plain), "200"),
        ("signed chunks of nothing", upload(key, b"", plain), "200"),
        ("chunks of one byte", upload(key, b"abc", plain, size=1), "200"),
        ("a chunk with another signature", upload(key, data, plain, spoil="chunk"), "403 SignatureDoesNotMatch"),
        ("a changed chunk", upload(key, data, plain, spoil="data"), "403 SignatureDoesNotMatch"),
        ("half a body", upload(key, data, plain, spoil="cut"), "400 IncompleteBody"),
        ("signed chunks and trailer", upload(key, data, trailed, trailer=("x-amz-checksum-crc32", crc)), "200"),
        ("a trailer with another signature",
         upload(key, data, trailed, trailer=("x-amz-checksum-crc32", crc), spoil="trailer"), "403 SignatureDoesNotMatch"),
        ("a signed trailer with a wrong checksum",
         upload(key, data, trailed, trailer=("x-amz-checksum-crc32", "AAAAAA==")), "400 BadDigest"),
        ("unsigned chunks and trailer", upload(key, data, unsigned, trailer=("x-amz-checksum-sha256", sha)), "200"),
        ("unsigned chunks, changed",
         upload(key, data, unsigned, trailer=("x-amz-checksum-sha256", sha), spoil="data"), "400 BadDigest"),
        ("a trailer that was announced and did not come",
         upload(key, data, unsigned, extra={"x-amz-trailer": "x-amz-checksum-crc32"}), "400 InvalidRequest"),
        ("another length than was said",
         upload(key, data, unsigned, extra={"x-amz-decoded-content-length": "5"},
                trailer=("x-amz-checksum-sha256", sha)), "400 IncompleteBody"),
        ("If-None-Match, overtaken by a delete", overtaken("/lake/overtaken", {"if-none-match": "*"}), "100, 409 ConditionalRequestConflict"),
        ("a presigned upload", presigned("PUT", "/lake/presigned", 3600, b"sent")[0], "200"),
        ("a presigned download", presigned("GET", "/lake/presigned", 3600)[1].decode(), "sent"),
        ("a presigned URL for something else", presigned("GET", "/lake/presigned", 3600, spoil=True)[0],
         "403 SignatureDoesNotMatch"),
        ("what the last good upload left", str(presigned("GET", key, 3600)[1] == data), "True"),
    ]
    for name, got, want in cases:
        print(f"{name}|{got}|{want}")
    print("end")


main()
