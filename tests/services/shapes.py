"""shapes.py: holds an answer against the output shape of its operation in botocore's model: no member that the model does not
have, at any depth, none of another type, each required one, values of enumerations, timestamps in the protocol's format; and
an error's code among those of the operation or of its protocol.

import shapes; shapes.watch(client): an answer that is not in its shape raises Wrong where the call was made. Does nothing unless
SHAPES_SEEN names a file, which gets a line "service operation" for each answer without an error. It holds for the botocore that the models
of bflocal were made of, so tests/peers/run.sh sets SHAPES_SEEN for its own, and nobody for an older one."""
import base64
import binascii
import json
import os
import re
import xml.etree.ElementTree as ET

JSON_TIME = "unixTimestamp"
FORMATS = {"iso8601": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "rfc822": r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", JSON_TIME: r"\d+(\.\d+)?(E\d+)?"}
# Errors that each operation can have. JSON: each service's page "Common Errors". XML: S3's "Error responses", those that no
# operation's model has. UnknownOperationException is bflocal's word of each service for what it has not (doc/bflocal.md).
COMMON = {
    "json": {"AccessDeniedException", "ExpiredTokenException", "IncompleteSignature", "IncompleteSignatureException", "InternalFailure", "InternalServerError",
             "InvalidSignatureException", "MissingAuthenticationTokenException", "NotAuthorized", "RequestExpired", "SerializationException",
             "ServiceUnavailable", "ThrottlingException", "UnknownOperationException", "UnrecognizedClientException", "ValidationError",
             "ValidationException"},
    "query": {"UnknownOperationException", "AccessDenied", "ExpiredToken", "IncompleteSignature", "MissingAuthenticationToken", "RequestExpired", "Throttling", "InvalidAction", "InvalidClientTokenId", "ValidationError", "MissingParameter", "InvalidParameterValue", "SignatureDoesNotMatch"},
    "rest-xml": {"AccessControlListNotSupported", "AccessDenied", "BadDigest", "BadRequest", "BucketAlreadyExists", "BucketAlreadyOwnedByYou", "BucketNotEmpty", "ConditionalRequestConflict", "EntityTooLarge",
                 "EntityTooSmall", "IllegalLocationConstraintException", "InvalidAccessKeyId", "InvalidArgument", "InvalidBucketName", "InvalidDigest",
                 "InvalidObjectState", "InvalidPart", "InvalidPartOrder", "InvalidRange", "InvalidRequest", "InvalidTag", "InvalidToken", "ExpiredToken", "KeyTooLongError", "MalformedXML",
                 "MetadataTooLarge", "MethodNotAllowed", "MissingContentLength", "NoSuchBucket", "NoSuchBucketPolicy", "NoSuchCORSConfiguration", "NoSuchKey",
                 "NoSuchLifecycleConfiguration", "NoSuchPublicAccessBlockConfiguration", "NoSuchTagSet", "NoSuchUpload", "NotImplemented",
                 "ObjectLockConfigurationNotFoundError", "PreconditionFailed", "RequestTimeTooSkewed", "ServerSideEncryptionConfigurationNotFoundError", "SignatureDoesNotMatch", "XAmzContentSHA256Mismatch"},
}
# Of no member: headers that each answer of the service may have.
HEADERS = {"x-amz-request-id", "x-amz-id-2", "x-amzn-requestid", "x-amzn-errortype", "x-amz-crc32"}


class Wrong(AssertionError):
    pass


def kinds(shape):
    return {"string": str, "boolean": bool, "integer": int, "long": int, "float": (int, float), "double": (int, float), "list": list, "structure": dict,
            "map": dict, "blob": str, "timestamp": (str, int, float)}[shape.type_name]


def wire_name(name, member):
    """As botocore reads it: a flattened list has the name of its members."""
    if member.type_name == "list" and member.serialization.get("flattened") and "name" in member.member.serialization:
        return member.member.serialization["name"]
    return member.serialization.get("name", name)


def of_enum(shape, text, path):
    if getattr(shape, "enum", None) and text not in shape.enum:
        yield f"{path}: {text!r} is not of {shape.name}"


def of_text(shape, text, path, time):
    """A value that XML or a header has as text."""
    kind = shape.type_name
    fits = {"boolean": "true|false", "integer": r"-?\d+", "long": r"-?\d+", "float": r"-?\d+(\.\d+)?", "double": r"-?\d+(\.\d+)?",
            "timestamp": FORMATS[shape.serialization.get("timestampFormat", time)]}.get(kind, ".*")
    if not re.fullmatch(fits, text, re.S):
        yield f"{path}: {text!r} is no {kind}"
    elif kind == "string":
        yield from of_enum(shape, text, path)


def members_of(shape):
    """Those of the body, by the name that they have there."""
    return {wire_name(n, m): m for n, m in shape.members.items() if "location" not in m.serialization}


def structure(shape, names, path):
    """The members of a structure that are too many or not there."""
    members = members_of(shape)
    for name in names:
        if name not in members:
            yield f"{path}.{name}: not in the model"
    for name in shape.required_members:
        if wire_name(name, shape.members[name]) in members and wire_name(name, shape.members[name]) not in names:
            yield f"{path}.{name}: is required"
    if getattr(shape, "is_tagged_union", False) and len(names) != 1:
        yield f"{path}: {len(names)} members of a union"


def in_json(shape, v, path):
    kind = shape.type_name
    if getattr(shape, "is_document_type", False):
        return
    if not isinstance(v, kinds(shape)) or isinstance(v, bool) and kind != "boolean":
        yield f"{path}: {json.dumps(v)[:60]} is no {kind}"
    elif kind == "structure":
        yield from structure(shape, v, path)
        for name, member in members_of(shape).items():
            if name in v:
                yield from in_json(member, v[name], f"{path}.{name}")
    elif kind == "list":
        for i, one in enumerate(v):
            yield from in_json(shape.member, one, f"{path}[{i}]")
    elif kind == "map":
        for key, one in v.items():
            yield from of_enum(shape.key, key, f"{path} key")
            yield from in_json(shape.value, one, f"{path}[{key}]")
    elif kind == "timestamp":
        if isinstance(v, str) == (shape.serialization.get("timestampFormat", JSON_TIME) == JSON_TIME):
            yield f"{path}: {v!r} in another format of time"
        elif isinstance(v, str):
            yield from of_text(shape, v, path, JSON_TIME)
    elif kind == "blob":
        try:
            base64.b64decode(v, validate=True)
        except binascii.Error:
            yield f"{path}: not base64"
    elif kind == "string":
        yield from of_enum(shape, v, path)


def local(node):
    return node.tag.split("}")[-1]


def in_xml(shape, node, path):
    kind = shape.type_name
    if kind == "structure":
        attributes = {n.split("}")[-1] for n in node.attrib}
        names = [local(c) for c in node]
        of_attributes = {n: m for n, m in members_of(shape).items() if m.serialization.get("xmlAttribute")}
        yield from structure(shape, names + [n for n in of_attributes if n.split(":")[-1] in attributes], path)
        for name, member in members_of(shape).items():
            found = [c for c in node if local(c) == name]
            if member.type_name == "list" and member.serialization.get("flattened"):
                for i, one in enumerate(found):
                    yield from in_xml(member.member, one, f"{path}.{name}[{i}]")
            elif len(found) > 1:
                yield f"{path}.{name}: is there {len(found)} times"
            elif found:
                yield from in_xml(member, found[0], f"{path}.{name}")
    elif kind == "list":
        wanted = shape.member.serialization.get("name", "member")
        for i, one in enumerate(node):
            if local(one) != wanted:
                yield f"{path}.{local(one)}: is {wanted} in the model"
            yield from in_xml(shape.member, one, f"{path}[{i}]")
    elif kind == "map":
        yield f"{path}: a map"
    elif len(node):
        yield f"{path}: has elements, is a {kind}"
    else:
        yield from of_text(shape, node.text or "", path, "iso8601")


def in_headers(op, headers):
    shape = op.output_shape
    known = set(HEADERS)
    for name, member in shape.members.items() if shape else ():
        where, wire = member.serialization.get("location"), member.serialization.get("name", name).lower()
        if where == "headers":
            known |= {h for h in headers if h.startswith(wire)}
        if where != "header":
            continue
        known.add(wire)
        if wire in headers:
            yield from of_text(member, headers[wire], name, "rfc822")
        elif name in shape.required_members:
            yield f"{name}: is required"
    for name in headers:
        if name.startswith("x-amz") and name not in known:
            yield f"header {name}: not in the model"


def code_of(op, headers, body):
    """The code of an error, and its members by name, or None without a body."""
    if body[:1] == b"<":
        root = ET.fromstring(body)
        error = root if local(root) == "Error" else next((c for c in root if local(c) == "Error"), root)
        found = {local(c): c.text for c in error}
        return found.get("Code"), found
    found = json.loads(body) if body[:1] == b"{" else {}
    code = headers.get("x-amzn-errortype", "").split(":")[0] or found.get("__type", "")
    return code.split("#")[-1], found


def of_error(op, status, headers, body):
    protocol = op.service_model.metadata["protocol"]
    if op.http.get("method") == "HEAD" or status == 304:
        return
    code, found = code_of(op, headers, body)
    shape = {(s.error_code or s.name): s for s in op.error_shapes} | {s.name: s for s in op.error_shapes}
    if code in shape and protocol in ("json", "rest-json"):
        # Smithy's AWS protocols: an error's message is "message" or "Message", whichever way the model writes it.
        names = {n.lower() if n.lower() == "message" else n for n in found if n not in ("__type", "code")}
        known = {n.lower() if n.lower() == "message" else n for n in members_of(shape[code])} | {"message"}
        for name in names - known:
            yield f"error {code}.{name}: not in the model"
    elif code not in shape and code not in COMMON[{"rest-json": "json"}.get(protocol, protocol)]:
        yield f"error {code}: neither of the operation nor of each"


def of_answer(op, headers, body):
    shape, protocol = op.output_shape, op.service_model.metadata["protocol"]
    if protocol in ("rest-json", "rest-xml"):
        yield from in_headers(op, headers)
    if not shape or not isinstance(body, bytes):  # nothing in the model, or a stream, which the caller reads
        if isinstance(body, bytes) and body not in (b"", b"{}") and protocol != "query":
            yield f"{body[:60]!r}: the model has no answer"
        return
    payload = shape.serialization.get("payload")
    if payload:
        shape = shape.members[payload]
        if shape.type_name in ("blob", "string"):
            return
    if protocol in ("json", "rest-json"):
        if body or members_of(shape):
            yield from in_json(shape, json.loads(body or b"{}"), op.name)
        return
    if not body:
        if members_of(shape):
            yield from structure(shape, (), op.name)
        return
    root = ET.fromstring(body)
    wrapper = shape.serialization.get("resultWrapper")
    if protocol == "query" and wrapper:
        names = [local(c) for c in root]
        if local(root) != op.name + "Response" or set(names) - {wrapper, "ResponseMetadata"}:
            yield f"{op.name}: {local(root)} with {names}"
        root = next((c for c in root if local(c) == wrapper), root)
    elif op.name == "GetBucketLocation":  # its answer is the member itself: API reference, GetBucketLocation
        yield from in_xml(shape.members["LocationConstraint"], root, op.name) if root.text else ()
        return
    yield from in_xml(shape, root, op.name)


def wrongs(op, status, headers, body):
    """What is wrong with an answer, as texts."""
    headers = {k.lower(): v for k, v in headers.items()}
    if status >= 300:
        return list(of_error(op, status, headers, body))
    return list(of_answer(op, headers, body))


def report(model, op, status, found):
    if found:
        raise Wrong(f"{model.service_name} {op.name}: {'; '.join(found)}")
    if status < 300:
        with open(os.environ["SHAPES_SEEN"], "a", encoding="utf-8") as f:
            f.write(f"{model.service_name} {op.name}\n")


def watch(client, told=report):
    """told gets the service's model, the operation's, the status and what is wrong with each answer of this client."""
    model = client.meta.service_model

    def seen(response_dict=None, event_name="", **_):
        if response_dict:
            op = model.operation_model(event_name.split(".")[-1])
            told(model, op, response_dict["status_code"], wrongs(op, response_dict["status_code"], response_dict["headers"], response_dict["body"]))

    if told is not report or os.environ.get("SHAPES_SEEN"):
        client.meta.events.register("response-received", seen)
    return client
