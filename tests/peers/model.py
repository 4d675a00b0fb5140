"""model.py: walks botocore's models with bflocal ($AWS_ENDPOINT_URL). For each operation that the code serves,
each member, nested ones too, in the body, the path, the query and the headers, is left out, too short, too long, out of its
range, against its pattern, outside its enumeration, or of another type: bflocal must refuse each with a 4xx whose code is an
error of the client, and go on. Each operation of the models that it does not serve must be refused by a name.
model.py also compares cmd/bflocal/model/table.inc with what tools/model.py makes of the botocore installed.
"""
import http.client
import json
import os
import re
import subprocess
import sys
import tempfile
import warnings
from urllib.parse import quote, urlencode

import botocore.session
import botocore.serialize
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest

warnings.simplefilter("ignore")
sys.path.insert(0, "tools")
import model as tool  # noqa: E402

CODES = {"ValidationException", "SerializationException", "InvalidRequestException", "InvalidParameterValueException", "InvalidArgumentException",
         "InvalidInputException", "ValidationError", "InvalidArgument", "InvalidRequest", "MalformedXML", "InvalidStorageClass", "InvalidTag"}
ABSENT = {"UnknownOperationException", "NotImplemented", "MethodNotAllowed"}
DEPTH = 7
# (service, path): why bflocal answers it otherwise
NO_PARTS = "bflocal's S3 has no partNumber for reading"
EXCEPT = {("s3", "GetObject.PartNumber"): NO_PARTS, ("s3", "HeadObject.PartNumber"): NO_PARTS,
          ("s3", "CreateBucket.CreateBucketConfiguration.LocationConstraint"): "IllegalLocationConstraintException"}
# Lengths that the service answers in words of its own, or not at all.
EXCEPT |= {("s3", path): "tool.OWN_LENGTH" for path in ("CreateBucket.CreateBucketConfiguration.Tags[].Key",
                                                        "PutBucketLifecycleConfiguration.LifecycleConfiguration.Rules[].Filter.Tag.Key")}


BUCKET = "walked"
# Without it the request is one for another operation.
SELECT = {"MultipartUploadId", "CopySource"}
# What a header, a label of a path or a parameter of a query can say, and how long it can be.
BESIDE, BESIDE_MAX = {"uri": ("long", "pattern"), "header": ("long", "pattern", "enum", "low", "high", "type", "missing"),
                      "querystring": ("long", "short", "pattern", "enum", "low", "high", "type", "missing")}, 4000


def whole(shape, pattern_text, depth=0):
    """A value that fits the shape, with its required members alone."""
    kind, meta = shape.type_name, shape.metadata
    if kind == "structure":
        return {n: whole(m, n, depth + 1) for n, m in shape.members.items() if n in shape.required_members}
    if kind == "list":
        return [whole(shape.member, pattern_text, depth + 1)] * max(1, meta.get("min", 0))
    if kind == "map":
        return {whole(shape.key, "k", depth + 1): whole(shape.value, "v", depth + 1)}
    if kind == "string":
        return BUCKET if shape.name == "BucketName" else text_for(shape, pattern_text)
    return {"blob": "eA==", "boolean": True, "timestamp": 1795761000, "integer": max(meta.get("min", 1), 1), "long": max(meta.get("min", 1), 1),
            "float": 1.0, "double": 1.0}[kind]


# Tried until one fits a pattern.
TRIES = ["x1", "arn:aws:iam::000000000000:role/r", "arn:aws:s3:::lake", "arn:aws:kinesis:us-east-1:000000000000:stream/s", "0", "1", "s3://b/k", "rate(1 minute)",
         "arn:aws:firehose:us-east-1:000000000000:deliverystream/d", "00000000-0000-0000-0000-000000000000", "a.b", "https://a.b/c",
         "arn:aws:lambda:us-east-1:000000000000:function:f", "arn:aws:kms:us-east-1:000000000000:key/k", "destinationId-000000000001", ".json",
         "arn:aws:secretsmanager:us-east-1:000000000000:secret:s", "arn:aws:glue:us-east-1:000000000000:catalog", "jdbc:redshift://a.redshift.b.com:5439/d",
         "arn:aws:es:us-east-1:000000000000:domain/dom", "$.a", "000000000000", "a.snowflakecomputing.com", "shardId-000000000000",
         "arn:aws:kinesis:us-east-1:000000000000:stream/s/consumer/c:1", "lambda:InvokeFunction", "com.amazonaws.vpce.us-east-1.vpce-svc-01234567890123456",
         "arn:aws:sso:::instance/ins-0123456789abcdef", "arn:aws:dynamodb:us-east-1:000000000000:table/t", "a.b.vpce.c.vpce-svc-01234567890123456", "aws.partner/a/b", "text/plain", "a:1", "arn:aws:elasticfilesystem:us-east-1:000000000000:access-point/fsap-01234567890abcdef", "/mnt/x",
         "arn:aws:lambda:us-east-1:000000000000:code-signing-config:csc-01234567890abcdef", "arn:aws:lambda:us-east-1:000000000000:layer:l:1",
         "arn:aws:lambda:us-east-1::runtime:r", "arn:aws:lambda:us-east-1:000000000000:capacity-provider:c", "o-0123456789", "$LATEST", "aaaaaaaaaaaaaaaaaaaa-aaa"]


def text_for(shape, name):
    if shape.enum:
        return shape.enum[0]
    least, most = shape.metadata.get("min", 0), shape.metadata.get("max", 1 << 30)
    for text in TRIES + ["x" * least]:
        fits = text if len(text) >= least else text * (least // len(text) + 1)
        if least <= len(fits) <= most and matches(shape, fits):
            return fits
    raise SystemExit(f"model.py: no text fits {name}: {shape.metadata}")


def matches(shape, text):
    pattern = shape.metadata.get("pattern")
    if pattern is None:
        return True
    python = re.sub(r"\\p\{(\w+)\}", lambda m: {"L": "a-zA-Z", "N": "0-9", "Z": " ", "P": "!-/:-@", "Print": " -~"}[m[1]], pattern)
    return re.fullmatch(python.replace(r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010FFFF"), text) is not None


def wrong_values(shape):
    """(what is wrong, value) for one shape."""
    kind, meta = shape.type_name, shape.metadata
    yield "type", {"structure": "x", "list": "x", "map": "x", "string": {"a": 1}, "blob": 1, "boolean": "x", "timestamp": {"a": 1}, "integer": "x", "long": "x",
                   "float": "x", "double": "x"}[kind]
    least, most = meta.get("min"), meta.get("max")
    if kind in ("string", "list", "map", "blob"):
        if least:
            yield "short", {"string": "", "list": [], "map": {}, "blob": ""}[kind]
        if most is not None and most <= 300000 and kind in ("string", "list"):
            yield "long", "x" * (most + 1) if kind == "string" else [whole(shape.member, "")] * (most + 1)
    elif kind in ("integer", "long"):
        if least is not None:
            yield "low", least - 1
        if most is not None and most < 1 << 31:
            yield "high", most + 1
    if kind == "string" and shape.enum and shape.name not in tool.OPEN:
        yield "enum", "no such value"
    if kind == "string" and "pattern" in meta:
        for text in ("a b", "\x00", "", "\n"):
            if not matches(shape, text) and len(text) >= (least or 0):
                yield "pattern", text
                break


def can_say(member, what, value, protocol):
    """Can a member be wrong so? In XML and in forms all values are texts."""
    place = member.serialization.get("location")
    if what == "missing" and member.name in SELECT or member.name in tool.SERVERS:
        return False
    if place is None and "json" in protocol:
        return True
    if place is None:
        return what != "type" or member.type_name in ("integer", "long")
    if what == "type":
        return member.type_name in ("integer", "long", "boolean")
    return what in BESIDE.get(place, ()) and (place == "querystring" or "\n" not in str(value) and "\0" not in str(value)) and len(str(value)) <= BESIDE_MAX


def wrongs(shape, path, protocol, depth=0):
    """(path, what, value of the whole shape with one thing wrong in it)."""
    for what, value in wrong_values(shape):
        yield path, what, value
    if depth >= DEPTH:
        return
    if shape.type_name == "structure":
        good = whole(shape, path)
        for name in shape.required_members:
            if can_say(shape.members[name], "missing", None, protocol):
                yield f"{path}.{name}", "missing", {k: v for k, v in good.items() if k != name}
        for name, member in shape.members.items():
            for at, what, value in wrongs(member, f"{path}.{name}", protocol, depth + 1):
                if can_say(member, what, value, protocol):
                    yield at, what, {**good, name: value}
    elif shape.type_name == "list":
        for at, what, value in wrongs(shape.member, path + "[]", protocol, depth + 1):
            yield at, what, [value]
    elif shape.type_name == "map":
        for at, what, value in wrongs(shape.value, path + "{}", protocol, depth + 1):
            yield at, what, {whole(shape.key, ""): value}


class Walk:
    def __init__(self):
        self.calls = self.failed = 0
        # it sends head and body at once; botocore's own session waits for the acknowledgement of the head
        self.http = http.client.HTTPConnection(os.environ["AWS_ENDPOINT_URL"].split("//")[1])
        self.session = botocore.session.get_session()
        self.credentials = self.session.get_credentials()
        self.serializer = {p: botocore.serialize.create_serializer(p, include_validation=False) for p in ("rest-json", "rest-xml", "query")}
        s3 = self.session.get_service_model("s3")
        for op, body in (("CreateBucket", {}), ("PutObject", {"Key": "x1", "Body": b"x"})):
            assert self.call(s3, op, {"Bucket": BUCKET, **body})[1] == 200

    def fail(self, text):
        self.failed += 1
        if self.failed <= int(os.environ.get("SHOW", 60)):
            print(text)

    def call(self, model, op, request):
        """The code of the refusal and its status; the code is None if the request was taken, and both are if it cannot be sent."""
        protocol, shape = model.metadata["protocol"], model.operation_model(op).input_shape
        if protocol == "json":
            version = model.metadata.get("jsonVersion", "1.1")
            headers = {"X-Amz-Target": f"{model.metadata['targetPrefix']}.{op}", "Content-Type": f"application/x-amz-json-{version}"}
            return self.send("POST", "/", headers, json.dumps(request).encode(), model)
        has_json = shape and tool.has_json(model, shape)
        try:
            r = self.serializer[protocol].serialize_to_request({k: v for k, v in request.items() if not has_json or k not in tool.in_body(shape)},
                                                               model.operation_model(op))
        except (AttributeError, KeyError, TypeError, ValueError):
            return None, None
        query = r["query_string"] if isinstance(r["query_string"], str) else urlencode(r["query_string"], doseq=True, quote_via=quote)
        body = json.dumps({k: v for k, v in request.items() if k in tool.in_body(shape)}) if has_json else r["body"]
        if isinstance(body, dict):
            body = urlencode(body, doseq=True)
        if not isinstance(body, (str, bytes)):
            return None, None
        path = r["url_path"] + (("&" if "?" in r["url_path"] else "?") + query if query else "")
        return self.send(r["method"], path, r["headers"], body.encode() if isinstance(body, str) else body, model)

    def send(self, method, path, headers, body, model):
        self.calls += 1
        r = AWSRequest(method, os.environ["AWS_ENDPOINT_URL"] + path, headers, body)
        (S3SigV4Auth if model.service_name == "s3" else SigV4Auth)(self.credentials, model.signing_name, os.environ["AWS_REGION"]).add_auth(r)
        self.http.request(method, path, r.body, {k: str(v) for k, v in r.headers.items()})
        answer = self.http.getresponse()
        said = answer.read()
        code = answer.headers.get("x-amzn-ErrorType") or (json.loads(said).get("__type", "") if said[:1] == b"{" else "")
        xml = re.search(rb"<Code>(\w+)</Code>", said)
        if method == "HEAD" and answer.status == 400:  # it has no body
            code = "InvalidRequest"
        return (xml[1].decode() if xml else code.split("#")[-1]) or None, answer.status

    def operation(self, service, model, op):
        shape = model.operation_model(op).input_shape
        if not shape:
            return
        for path, what, request in wrongs(shape, op, model.metadata["protocol"]):
            if (service, path) in EXCEPT:
                continue
            code, status = self.call(model, op, request)
            if status and (status // 100 != 4 or code not in CODES):
                self.fail(f"{service}: {path}: {what}: {status} {code}")

    def absent(self, service, model, op):
        shape = model.operation_model(op).input_shape
        labels = {n: BUCKET if n == "Bucket" else "x1" for n, m in shape.members.items() if m.serialization.get("location") == "uri"} if shape else {}
        code, status = self.call(model, op, labels)
        if status and (status < 400 or code not in ABSENT):
            self.fail(f"{service}: {op}, which is not served: {status} {code}")


def main():
    walk = Walk()
    for service, theirs in tool.SERVICES.items():
        model = walk.session.get_service_model(theirs)
        served, before = set(tool.operations(service)), walk.calls
        paths = [model.operation_model(op).http for op in served]
        for op in model.operation_names:
            if op in served:
                walk.operation(service, model, op)
            elif model.metadata["protocol"] != "rest-xml" or model.operation_model(op).http not in paths:  # else it is an old name
                walk.absent(service, model, op)
        print(f"{service}: {len(served)} operations, {walk.calls - before} calls")
    with tempfile.NamedTemporaryFile() as f:
        subprocess.run([sys.executable, "-W", "ignore", "tools/model.py", "-o", f.name], check=True)
        if f.read() != open(tool.HEADER, "rb").read():
            walk.fail("cmd/bflocal/model/table.inc is not what tools/model.py makes of this botocore: make model")
    print(f"{walk.calls} calls, {walk.failed} not as the models say")
    sys.exit(walk.failed > 0)


main()
