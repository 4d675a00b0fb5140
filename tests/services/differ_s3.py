#!/usr/bin/python3
"""The same random calls, by a seed, to bflocal's S3 and to s3rver; their answers are compared.

Objects with a few keys are written, read, listed, copied and deleted, so that every answer depends on the
calls before it. Features that s3rver lacks (checksums, conditional writes, errors in
multipart uploads) are compared with the API reference in differ_s3_alone.py."""
import hashlib
import sys
from urllib.parse import quote

from botocore.exceptions import ClientError

import differ
import differ_s3_alone
from differ import client, text_of
from differ_s3_calls import BUCKET, KEYS, MAKERS

SHOWN = {"ETag", "ContentLength", "ContentType", "ContentRange", "Metadata", "Body", "KeyCount", "Contents", "CommonPrefixes", "Prefix", "Delimiter",
         "MaxKeys", "IsTruncated", "Name", "Deleted", "Errors", "Key", "Code", "Size", "ContentEncoding", "CacheControl", "ContentDisposition", "StartAfter", "Parts", "CopyObjectResult"}



def shown(v):
    if isinstance(v, dict):
        return {k: shown(x) for k, x in sorted(v.items()) if k in SHOWN or k in ("one", "two", "three")}
    if isinstance(v, list):
        return [shown(x) for x in v]
    return v.hex() if isinstance(v, bytes) else v


def tag_of(parts):
    """The ETag of an object with these parts."""
    return '"%s-%d"' % (hashlib.md5(b"".join(bytes.fromhex(p["ETag"].strip('"')) for p in parts)).hexdigest(), len(parts))


def multipart(side, call):
    """A multipart upload as one answer: the ETags of its parts and of the object, the result, and what is left afterwards."""
    name = {"Bucket": BUCKET, "Key": call["Key"]}
    upload = dict(name, UploadId=side.create_multipart_upload(**name, Metadata=call["Metadata"])["UploadId"])
    parts = [{"PartNumber": n, "ETag": side.upload_part(**upload, PartNumber=n, Body=b"x" * size)["ETag"]} for n, size in call["Parts"]]
    whole = side.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    got = side.get_object(**name)
    size = sum(size for _, size in call["Parts"])
    return dict(shown(dict(whole, Parts=parts, ContentLength=got["ContentLength"], Metadata=got["Metadata"])), whole=got["Body"].read() == b"x" * size)


WRONG_MD5 = "API reference, PutObject: a wrong Content-MD5 is refused, BadDigest or InvalidDigest; s3rver does not look"
BROKEN = "s3rver breaks down, with 500 or an answer that does not end; bflocal answers as the API reference has it"
NO_CODE = "Error responses have a code in XML; s3rver's answer has none for a key outside ASCII"
ORDER = "API reference, ListObjectsV2: keys come in UTF-8 byte order; s3rver's come as its folders have them"
KEY_COUNT = "API reference, ListObjectsV2: KeyCount counts common prefixes, too; s3rver's does not"
MAX_KEYS = "API reference, ListObjectsV2, CommonPrefixes: a rolled-up prefix counts as one of MaxKeys; s3rver counts keys alone"
COPY_NAME = "API reference, CopyObject: CopySource is URL-encoded; s3rver leaves &, =, + and % in it encoded"
PRECONDITION = "API reference, GetObject: If-Match fails with 412 PreconditionFailed; s3rver gives the object"
RANGE = "RFC 9110, 14.1.2, and API reference, HeadObject: a HEAD tells the part's length, an empty object has no part; s3rver does otherwise"
PARTS_TAG = "API reference, CompleteMultipartUpload: the ETag is of the parts' MD5s, with their number; s3rver's is the MD5 of the only part that is not empty"
QUIET = "API reference, DeleteObjects: Quiet names only the errors; s3rver names all keys"
OLD_TAG = "API reference, Object: the ETag is that of the content; s3rver keeps an older one when objects follow fast"
BAD_RANGE = "RFC 9110, 14.2: a Range that cannot be read is passed over; s3rver answers 206 or 416"


class S3(differ.Suite):
    makers = MAKERS

    def __init__(self, args, tally):
        super().__init__(args, tally)
        path = {"s3": {"addressing_style": "path"}}
        self.sides = [client("s3", args.bflocal, **path), client("s3", args.local, keys="S3RVER", **path)]
        self.tags = {}  # of each key: what its last write was answered with
        for side in self.sides:
            try:
                side.create_bucket(Bucket=BUCKET)
            except ClientError:  # it is there
                pass
            for key in KEYS:
                side.delete_object(Bucket=BUCKET, Key=key)
            side.put_object(Bucket=BUCKET, Key="kept", Body=b"kept")

    def answer(self, side, operation, call):
        if operation == "multipart":
            return multipart(side, call)
        got = getattr(side, operation)(**call)
        if "Body" in got:
            got["Body"] = got["Body"].read()
        if "Deleted" in got:
            got["Deleted"] = sorted(got["Deleted"], key=text_of)
        return dict(shown(got), status=got["ResponseMetadata"]["HTTPStatusCode"])

    def excuse(self, operation, call, answers, messages):
        """Why the two may differ here; None: they must not."""
        ours, theirs = answers
        if theirs.get("status") == 500 or theirs.get("error") == "no answer":
            return BROKEN
        if ours.get("status") == theirs.get("status") == 404 and theirs["error"] == "404":
            return NO_CODE
        if operation == "multipart" and "error" not in ours and dict(theirs, ETag=tag_of(ours["Parts"])) == ours:
            return PARTS_TAG
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
            if call.get("Delimiter") and ours["IsTruncated"] and len(ours.get("Contents", [])) + len(ours.get("CommonPrefixes", [])) == ours["MaxKeys"] == call.get("MaxKeys"):
                return MAX_KEYS
        if operation in ("get_object", "head_object") and dict(theirs, ETag=ours.get("ETag")) == ours and ours["ETag"] == self.tags.get(call["Key"]):
            return OLD_TAG
        if operation == "copy_object" and ours.get("status") == theirs.get("status") == 200 and ours["CopyObjectResult"]["ETag"] == self.tags.get(call["CopySource"]["Key"]):
            return OLD_TAG
        if operation == "copy_object" and theirs.get("error") == "NoSuchKey" and (ours.get("status") == 200 or ours["error"] == "InvalidRequest") and quote(call["CopySource"]["Key"]) != quote(call["CopySource"]["Key"], "&=+%"):
            return COPY_NAME
        if operation == "delete_objects" and call["Delete"].get("Quiet") and "Deleted" not in ours and ours.get("status") == theirs.get("status"):
            return QUIET
        if call.get("Range") and theirs.get("status") == 206:
            if operation == "head_object" or ours.get("status") == 416:
                return RANGE
        if "IfMatch" in call and ours.get("status") == 412 and theirs.get("status") == 200:
            return PRECONDITION
        if call.get("Range") in ("lines=1-2", "bytes=x", "bytes=5-2") and ours.get("status") == 200 and theirs.get("status") in (206, 416):
            return BAD_RANGE
        return None

    def after(self, operation, call, answers, reason):
        written = answers[0].get("CopyObjectResult", answers[0])
        if operation in ("put_object", "copy_object") and "ETag" in written:
            self.tags[call["Key"]] = written["ETag"]
        self.level(operation, call, reason)

    def level(self, operation, call, reason):
        """Deletes an object that only one of the two accepted from both."""
        if reason and operation in ("put_object", "copy_object", "delete_object", "multipart"):
            for side in self.sides:
                try:
                    side.delete_object(Bucket=BUCKET, Key=call["Key"])
                except (ClientError, KeyError):
                    pass

    def end(self):
        differ_s3_alone.check(self.sides[0], self.d, self.tally)


if __name__ == "__main__":
    sys.exit(differ.main(S3, __doc__))
