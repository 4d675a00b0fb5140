#!/usr/bin/python3
"""The same calls, drawn from a seed, to bflocal's S3 and to s3rver; their answers compared.

differ_s3.py [--seed N] [--calls N] --local S3RVER-URL BFLOCAL-URL

Objects of a handful of keys are written, read, listed, copied and removed, so that every answer depends on
what both sides made of the calls before."""
import hashlib
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError

from differ import CANNOT_SEND, Draw, Tally, arguments, failure, text_of

BUCKET = "differ-one"
KEYS = ["a", "a/b", "a/c", "b/x y", "b/\u00e9", "c+d", "e%20f", "g=h&i"]
SHOWN = {"ETag", "ContentLength", "ContentType", "ContentRange", "Metadata", "Body", "KeyCount", "Contents", "CommonPrefixes", "Prefix", "Delimiter",
         "MaxKeys", "IsTruncated", "Name", "Deleted", "Errors", "Key", "Code", "Size", "ContentEncoding", "CacheControl", "ContentDisposition", "StartAfter"}


def bucket(d, bad):
    return {"Bucket": "nowhere" if bad and d.chance(0.15) else BUCKET}


def key(d, bad):
    return {"Key": d.one("none", "a/none") if bad and d.chance(0.3) else d.one(*KEYS)}


def body(d):
    return d.one(b"", b"x", b"0123456789", bytes(range(256)) * 40)


def put(d, bad):
    call = dict(bucket(d, bad), **key(d, False), Body=body(d))
    if d.chance(0.5):
        call["ContentType"] = d.one("text/plain", "application/json")
    if d.chance(0.4):
        call["Metadata"] = {"one": "1", "two": d.one("a b", "x")}
    if d.chance(0.2):
        call["ContentEncoding"] = "gzip"
    if bad:
        call["ContentMD5"] = d.one("AAAAAAAAAAAAAAAAAAAAAA==", "x")
    return "put_object", call


def get(d, bad):
    call = dict(bucket(d, bad), **key(d, bad))
    if d.chance(0.5):
        call["Range"] = d.one("bytes=0-0", "bytes=2-5", "bytes=-3", "bytes=4-", "bytes=0-99999", *(("bytes=99999-", "bytes=5-2", "lines=1-2", "bytes=x") if bad else ()))
    return d.one("get_object", "get_object", "head_object"), call


def match(d, bad):
    tag = '"%s"' % hashlib.md5(body(d)).hexdigest()
    return "get_object", dict(bucket(d, bad), **key(d, bad), **d.one({"IfMatch": tag}, {"IfNoneMatch": tag}))


def listing(d, bad):
    call = bucket(d, bad)
    for name, values in {"Prefix": ("a", "a/", "b/", "none", ""), "Delimiter": ("/", " "), "MaxKeys": (1, 2, 1000), "StartAfter": ("a", "a/b", "zzz")}.items():
        if d.chance(0.4):
            call[name] = d.one(*values)
    return "list_objects_v2", call


def delete(d, bad):
    return "delete_object", dict(bucket(d, bad), **key(d, bad))


def delete_many(d, bad):
    keys = [{"Key": k} for k in d.r.sample(KEYS, d.r.randint(1, 3))]
    return "delete_objects", dict(bucket(d, bad), Delete={"Objects": keys + ([{"Key": "none"}] if bad else []), "Quiet": d.chance(0.3)})


def copy(d, bad):
    call = dict(bucket(d, bad), **key(d, False), CopySource={"Bucket": BUCKET, "Key": "none" if bad else d.one(*KEYS)})
    if d.chance(0.5):
        call.update(MetadataDirective="REPLACE", Metadata={"three": "3"}, ContentType="text/csv")
    return "copy_object", call


def buckets(d, bad):
    return d.one(("head_bucket", bucket(d, bad)), ("delete_bucket", {"Bucket": d.one(BUCKET, "nowhere")}), ("create_bucket", {"Bucket": d.one("A_B", "x", "a..b", "-a-")}))


MAKERS = [put] * 7 + [get] * 7 + [match, match, listing, listing, listing, delete, delete, delete_many, copy, copy, buckets]


def shown(v):
    if isinstance(v, dict):
        return {k: shown(x) for k, x in sorted(v.items()) if k in SHOWN or k in ("one", "two", "three")}
    if isinstance(v, list):
        return [shown(x) for x in v]
    return v.hex() if isinstance(v, bytes) else v


def answer(client, operation, call):
    try:
        got = getattr(client, operation)(**call)
        if "Body" in got:
            got["Body"] = got["Body"].read()
    except ClientError as e:
        return failure(e)
    except HTTPClientError as e:
        return {"error": "no answer"}, repr(e)
    if "Deleted" in got:
        got["Deleted"] = sorted(got["Deleted"], key=text_of)
    return dict(shown(got), status=got["ResponseMetadata"]["HTTPStatusCode"]), ""


WRONG_MD5 = "API reference, PutObject: a wrong Content-MD5 is refused, BadDigest or InvalidDigest; s3rver does not look"
BROKEN = "s3rver breaks down, with 500 or an answer that does not end; bflocal answers as the API reference has it"
NO_CODE = "Error responses have a code in XML; s3rver's answer has none for a key outside ASCII"
ORDER = "API reference, ListObjectsV2: keys come in UTF-8 byte order; s3rver's come as its folders have them"
KEY_COUNT = "API reference, ListObjectsV2: KeyCount counts common prefixes, too; s3rver's does not"
PRECONDITION = "API reference, GetObject: If-Match fails with 412 PreconditionFailed; s3rver gives the object"
RANGE = ("RFC 9110, 14.1.2, and API reference, HeadObject: -3 is the last three bytes, a HEAD tells the part's length, "
         "an empty object has no part; s3rver does otherwise")
QUIET = "API reference, DeleteObjects: Quiet names only the errors; s3rver names all keys"
OLD_TAG = "API reference, Object: the ETag is that of the content; s3rver keeps an older one when objects follow fast"
BAD_RANGE = "RFC 9110, 14.2: a Range that cannot be read is passed over; s3rver answers 206"


def excuse(operation, call, answers):
    """Why the two may differ here; None: they may not."""
    ours, theirs = answers
    if theirs.get("status") == 500 or theirs.get("error") == "no answer":
        return BROKEN
    if ours.get("status") == theirs.get("status") == 404 and theirs["error"] == "404":
        return NO_CODE
    if operation == "put_object" and ours.get("error") in ("BadDigest", "InvalidDigest"):
        return WRONG_MD5
    if operation == "list_objects_v2":
        alike = [{k: v for k, v in a.items() if k not in ("KeyCount", "Contents")} for a in answers]
        found = [sorted(a.get("Contents", []), key=lambda c: c["Key"]) for a in answers]
        if alike[0] == alike[1] and found[0] == found[1]:
            return ORDER if ours.get("Contents") != theirs.get("Contents") else KEY_COUNT
        without = [[(c["Key"], c["Size"]) for c in f] for f in found]
        if alike[0] == alike[1] and without[0] == without[1]:
            return OLD_TAG
    if operation == "delete_objects" and call["Delete"].get("Quiet") and "Deleted" not in ours and ours.get("status") == theirs.get("status"):
        return QUIET
    if call.get("Range") and theirs.get("status") == 206:
        if call["Range"] == "bytes=-3" or operation == "head_object" or ours.get("status") == 416:
            return RANGE
    if "IfMatch" in call and ours.get("status") == 412 and theirs.get("status") == 200:
        return PRECONDITION
    if call.get("Range") in ("lines=1-2", "bytes=x", "bytes=5-2") and ours.get("status") == 200 and theirs.get("status") == 206:
        return BAD_RANGE
    return None


def level(clients, call):
    """The object that only one of the two took is removed from both."""
    for client in clients:
        try:
            client.delete_object(Bucket=BUCKET, Key=call["Key"])
        except (ClientError, KeyError):
            pass


def main():
    args = arguments(__doc__)
    config = Config(parameter_validation=False, retries={"max_attempts": 0}, read_timeout=3, region_name="us-east-1", s3={"addressing_style": "path"})
    clients = [boto3.client("s3", endpoint_url=args.bflocal, config=config),
               boto3.client("s3", endpoint_url=args.local, config=config, aws_access_key_id="S3RVER", aws_secret_access_key="S3RVER")]
    for client in clients:
        try:
            client.create_bucket(Bucket=BUCKET)
        except ClientError:  # it is there
            pass
        client.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": k} for k in KEYS]})
        client.put_object(Bucket=BUCKET, Key="kept", Body=b"kept")
    d, tally = Draw(args.seed), Tally(args.messages)
    for n in range(args.calls):
        operation, call = d.r.choice(MAKERS)(d, d.chance(0.35))
        try:
            answers, messages = zip(*(answer(c, operation, call) for c in clients))
        except CANNOT_SEND as e:
            print(f"call {n} cannot be sent: {operation} {text_of(call)[:300]}: {e!r}")
            continue
        if tally.compare(operation, call, answers, messages, lambda o, c, a, _: excuse(o, c, a)) is not True and operation in ("put_object", "copy_object", "delete_object"):
            level(clients, call)
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())
