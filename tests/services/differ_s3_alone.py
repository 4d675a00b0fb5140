"""What s3rver does not know, on bflocal alone, held against what the API reference says: checksums, conditional
writes and reads, ranges, copies with conditions, and all that can be wrong with an upload in parts.

Model keeps what the calls so far should have made of the bucket. A maker draws one call with at most one
mistake, and says with it what the API reference has for an answer."""
import datetime
import hashlib

from botocore.exceptions import ClientError

import differ_s3_sums as sums
from differ import failure, text_of

BUCKET = "differ-alone"
KEYS = ["m", "m/1", "m/2 é+%", "n"]
PART = bytes(range(256)) * 20480  # 5 MiB
BODIES = [b"", b"x", b"0123456789", b"abc" * 100]
LATER = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
EARLIER = LATER - datetime.timedelta(days=365)
TYPES = {"CRC32": ("COMPOSITE", "FULL_OBJECT"), "CRC32C": ("COMPOSITE", "FULL_OBJECT"), "CRC64NVME": ("FULL_OBJECT",), "SHA1": ("COMPOSITE",), "SHA256": ("COMPOSITE",)}


def error(code, status=400):
    return {"error": code, "status": status}


def md5(body):
    return hashlib.md5(body).hexdigest()


class Model:
    """Objects as (pieces, ETag, checksum's name, type and text), uploads as their parts."""

    def __init__(self, s3, d, tally):
        self.s3, self.d, self.tally, self.objects, self.uploads = s3, d, tally, {}, {}
        self.extra = {}  # headers that this boto3 does not know
        s3.meta.events.register("before-call.s3", lambda params, **_: params["headers"].update(self.extra))

    def key(self):
        return self.d.one(*KEYS)

    def sum_header(self, name, pieces):
        """A checksum header, right or not, and what the answer to it is."""
        text = sums.whole(name, pieces)
        return self.d.one((text, None), (text, None), (sums.whole(name, [b"other"]), error("BadDigest")), ("AAAA", error("InvalidRequest")), ("not base64!", error("InvalidRequest")))

    def call(self, operation, headers=None, **call):
        """(shown answer, raw answer) of a call."""
        self.extra = headers or {}
        try:
            got = getattr(self.s3, operation)(**dict(call, Bucket=BUCKET))
            if "Body" in got:
                got["Body"] = got["Body"].read()
            return {}, got
        except ClientError as e:
            return failure(e)[0], {"message": failure(e)[1]}
        finally:
            self.extra = {}

    # Each maker returns (what, ours, reference).

    def put(self):
        d, key, body, headers = self.d, self.key(), self.d.one(*BODIES), {}
        name, wrong = "CRC64NVME", None
        now = self.objects.get(key)
        how = d.one("sum", "sum", "algorithm", "two", "none", "match", "plain")
        if how == "sum":
            name = d.one(*sums.NAMES)
            headers["x-amz-checksum-" + name.lower()], wrong = self.sum_header(name, [body])
        elif how == "algorithm":  # boto3 sums
            name = d.one("CRC32", "SHA1", "SHA256")
        elif how == "two":
            headers = {"x-amz-checksum-sha1": sums.whole("SHA1", [body]), "x-amz-checksum-crc32": sums.whole("CRC32", [body])}
            wrong = error("InvalidRequest")
        elif how == "none":
            headers["If-None-Match"] = d.one("*", "*", "*", '"%s"' % md5(body))
            wrong = error("NotImplemented", 501) if headers["If-None-Match"] != "*" else error("PreconditionFailed", 412) if now else None
        elif how == "match":
            headers["If-Match"] = d.one(now["ETag"], now["ETag"], '"%s"' % md5(b"other")) if now else '"%s"' % md5(body)
            wrong = error("NoSuchKey", 404) if not now else error("PreconditionFailed", 412) if headers["If-Match"] != now["ETag"] else None
        shown, got = self.call("put_object", headers, Key=key, Body=body, **({"ChecksumAlgorithm": name} if how == "algorithm" else {}))
        if wrong or shown:
            return f"put_object {key} {headers}", shown, wrong
        self.objects[key] = {"pieces": [body], "ETag": '"%s"' % md5(body), "sum": (name, "FULL_OBJECT", sums.whole(name, [body]))}
        sent = got["ResponseMetadata"]["HTTPHeaders"]
        return f"put_object {key} {headers}", (got.get("ETag"), sent.get("x-amz-checksum-" + name.lower())), (self.objects[key]["ETag"], sums.whole(name, [body]))

    def read(self):
        d, key = self.d, self.key()
        now, headers, call = self.objects.get(key), {}, {"Key": key, "ChecksumMode": "ENABLED"}
        operation = d.one("get_object", "head_object")
        body = b"".join(now["pieces"]) if now else b""
        wrong = None if now else error("NoSuchKey" if operation == "get_object" else "404", 404)
        part = (0, len(body))
        how = d.one("plain", "range", "condition")
        if how == "range" and now:
            text, first, last = d.one(("bytes=0-0", 0, 0), ("bytes=-3", len(body) - 3, len(body) - 1), ("bytes=2-", 2, len(body) - 1), ("bytes=0-99999999", 0, len(body) - 1),
                                      ("bytes=9-10", 9, 10), ("bytes=99999999-", 99999999, 0), ("bytes=-0", 99999999, 0))
            call["Range"] = text
            first = max(first, 0)
            part = (first, min(last, len(body) - 1) + 1)
            if first >= len(body):
                wrong = error("InvalidRange" if operation == "get_object" else "416", 416)
        elif how == "condition" and now:
            other = '"%s"' % md5(b"other")
            more, fails = d.one(({"IfMatch": now["ETag"]}, 0), ({"IfMatch": other}, 412), ({"IfNoneMatch": now["ETag"]}, 304), ({"IfNoneMatch": other}, 0),
                                ({"IfModifiedSince": EARLIER}, 0), ({"IfModifiedSince": LATER}, 304), ({"IfUnmodifiedSince": LATER}, 0), ({"IfUnmodifiedSince": EARLIER}, 412),
                                ({"IfMatch": now["ETag"], "IfUnmodifiedSince": EARLIER}, 0), ({"IfNoneMatch": other, "IfModifiedSince": LATER}, 0))
            call.update(more)
            if fails:
                wrong = error("PreconditionFailed" if fails == 412 and operation == "get_object" else str(fails), fails)
        shown, got = self.call(operation, headers, **call)
        what = f"{operation} {text_of(call)}"
        if wrong or shown:
            return what, shown, wrong
        name, kind, text = now["sum"]
        sent = got["ResponseMetadata"]["HTTPHeaders"]
        whole = "Range" not in call
        return what, (got.get("ContentLength"), got.get("ETag"), got.get("Body") == body[part[0]:part[1]] or operation == "head_object", sent.get("content-range"),
                      sent.get("x-amz-checksum-" + name.lower()), sent.get("x-amz-checksum-type")), \
            (part[1] - part[0], now["ETag"], True, None if whole else "bytes %d-%d/%d" % (part[0], part[1] - 1, len(body)), text if whole else None, kind if whole else None)

    def copy(self):
        d, key, source = self.d, self.key(), self.key()
        now, call = self.objects.get(source), {"Key": key, "CopySource": {"Bucket": BUCKET, "Key": source}}
        wrong = None if now else error("NoSuchKey", 404)
        other = '"%s"' % md5(b"other")
        if now and d.chance(0.6):
            more, fails = d.one(({"CopySourceIfMatch": now["ETag"]}, 0), ({"CopySourceIfMatch": other}, 1), ({"CopySourceIfNoneMatch": now["ETag"]}, 1), ({"CopySourceIfNoneMatch": other}, 0),
                                ({"CopySourceIfModifiedSince": EARLIER}, 0), ({"CopySourceIfModifiedSince": LATER}, 1), ({"CopySourceIfUnmodifiedSince": LATER}, 0),
                                ({"CopySourceIfUnmodifiedSince": EARLIER}, 1), ({"CopySourceIfMatch": now["ETag"], "CopySourceIfUnmodifiedSince": EARLIER}, 0))
            call.update(more)
            if fails:
                wrong = error("PreconditionFailed", 412)
        name = now["sum"][0] if now else None
        if d.chance(0.4):
            call["ChecksumAlgorithm"] = name = d.one("CRC32", "CRC32C", "SHA1", "SHA256")
        if key == source:
            call["MetadataDirective"] = "REPLACE"
        shown, got = self.call("copy_object", **call)
        what = f"copy_object {text_of(call)}"
        if wrong:
            return what, shown, wrong
        body = b"".join(now["pieces"])
        self.objects[key] = {"pieces": [body], "ETag": '"%s"' % md5(body), "sum": (name, "FULL_OBJECT", sums.whole(name, now["pieces"]))}
        return what, (got["CopyObjectResult"]["ETag"] if "CopyObjectResult" in got else shown), self.objects[key]["ETag"]

    def create(self):
        d, key, name = self.d, self.key(), self.d.one(None, *sums.NAMES)
        kind = d.one(None, None, "COMPOSITE", "FULL_OBJECT")
        headers = dict({"x-amz-checksum-algorithm": name} if name else {}, **({"x-amz-checksum-type": kind} if kind else {}))
        wrong = None
        if d.chance(0.1):
            headers, wrong = {"x-amz-checksum-algorithm": "MD4"}, error("InvalidRequest")
        elif kind and (not name or kind not in TYPES[name]):
            wrong = error("InvalidRequest")
        shown, got = self.call("create_multipart_upload", headers, Key=key)
        what = f"create_multipart_upload {key} {headers}"
        if wrong or shown:
            return what, shown, wrong
        sent = got["ResponseMetadata"]["HTTPHeaders"]
        kind = kind or (TYPES[name][0] if name else None)
        self.uploads[got["UploadId"]] = {"key": key, "sum": name, "type": kind, "parts": {}}
        return what, (sent.get("x-amz-checksum-algorithm"), sent.get("x-amz-checksum-type")), (name, kind)

    def upload(self, wrong=True):
        """An upload, or one that is not there."""
        if wrong and self.d.chance(0.08) or not self.uploads:
            return {"Key": self.key(), "UploadId": "0" * 64}, None
        name = self.d.one(*sorted(self.uploads))
        return {"Key": self.uploads[name]["key"], "UploadId": name}, self.uploads[name]

    def part(self):
        d, headers = self.d, {}
        call, u = self.upload()
        number, body = d.one(1, 2, 3, 10000), d.one(*BODIES, PART, PART, PART)
        wrong = None if u else error("NoSuchUpload", 404)
        how = d.one("sum", "plain", "number", "other")
        if how == "number" and u:
            number, wrong = d.one(0, 10001, -1), error("InvalidArgument")
        elif how == "sum" and u and u["sum"]:
            headers["x-amz-checksum-" + u["sum"].lower()], wrong = self.sum_header(u["sum"], [body])
        elif how == "other" and u and u["sum"]:
            name = d.one(*[n for n in sums.NAMES if n != u["sum"]])
            headers["x-amz-checksum-" + name.lower()], wrong = sums.whole(name, [body]), error("InvalidRequest")
        if not wrong and u["sum"] and not headers:
            headers["x-amz-checksum-" + u["sum"].lower()] = sums.whole(u["sum"], [body])
        shown, got = self.call("upload_part", headers, **call, PartNumber=number, Body=body)
        what = f"upload_part {number} of {len(body)} bytes, {headers}, of {text_of(u and [u['sum'], u['type']])}"
        if wrong:
            return what, shown, wrong
        u["parts"][number] = body
        return what, got.get("ETag", shown), '"%s"' % md5(body)

    def part_copy(self):
        d, source = self.d, self.key()
        call, u = self.upload(wrong=False)
        now = self.objects.get(source)
        if not u or not now:
            return self.create()
        body = b"".join(now["pieces"])
        text, first, last = d.one((None, 0, len(body) - 1), ("bytes=0-0", 0, 0), ("bytes=1-3", 1, 3), ("bytes=3-1", 3, 1), ("bytes=0-99999999", 0, 99999999), ("bytes=-3", -1, 0))
        wrong = error("InvalidArgument") if text and not 0 <= first <= last < len(body) else None
        shown, got = self.call("upload_part_copy", **call, PartNumber=2, CopySource={"Bucket": BUCKET, "Key": source}, **({"CopySourceRange": text} if text else {}))
        if wrong:
            return f"upload_part_copy {text} of {len(body)}", shown, wrong
        u["parts"][2] = body[first:last + 1]
        return f"upload_part_copy {text} of {len(body)}", got["CopyPartResult"]["ETag"] if "CopyPartResult" in got else shown, '"%s"' % md5(u["parts"][2])

    def complete(self):
        d, headers = self.d, {}
        call, u = self.upload()
        parts = sorted(u["parts"].items()) if u else [(1, b"")]
        wrong = None if u else error("NoSuchUpload", 404)
        name = u and u["sum"]
        listed = [dict({"PartNumber": n, "ETag": '"%s"' % md5(b)}, **({"Checksum" + name: sums.whole(name, [b])} if name and name != "CRC64NVME" else {})) for n, b in parts]
        if u and not parts:
            wrong = error("MalformedXML")
        elif u and any(len(b) < len(PART) for _, b in parts[:-1]):
            wrong = error("EntityTooSmall")
        how = d.one("right", "right", "order", "missing", "etag", "size", "sum", "partsum", "nosum", "exists", "less")
        if u and parts and not wrong:
            if how == "order" and len(listed) > 1:
                listed.reverse()
                wrong = error("InvalidPartOrder")
            elif how == "missing":
                listed.append({"PartNumber": 9999 if listed[-1]["PartNumber"] < 9999 else 10000, "ETag": listed[-1]["ETag"]})
                wrong = error("InvalidPart" if listed[-1]["PartNumber"] == 9999 else "InvalidPartOrder")
            elif how == "etag":
                listed[-1]["ETag"], wrong = '"%s"' % md5(b"other"), error("InvalidPart")
            elif how == "size":
                headers["x-amz-mp-object-size"] = str(sum(len(b) for _, b in parts) + d.one(0, 1))
                wrong = None if int(headers["x-amz-mp-object-size"]) == sum(len(b) for _, b in parts) else error("InvalidRequest")
            elif how == "sum" and name:
                headers["x-amz-checksum-" + name.lower()] = sums.whole(name, [b"other"]) + ("-%d" % len(listed) if u["type"] == "COMPOSITE" else "")
                wrong = error("BadDigest")
            elif how == "partsum" and name and name != "CRC64NVME":
                listed[0]["Checksum" + name], wrong = sums.whole(name, [b"other"]), error("InvalidPart")
            elif how == "nosum" and name and name != "CRC64NVME":
                listed = [{k: v for k, v in p.items() if not k.startswith("Checksum")} for p in listed]
                wrong = error("InvalidRequest") if u["type"] == "COMPOSITE" else None
            elif how == "exists":
                headers["If-None-Match"] = "*"
                wrong = error("PreconditionFailed", 412) if call["Key"] in self.objects else None
            elif how == "less" and len(listed) > 1:  # what is not named does not count
                listed, parts = listed[:1], parts[:1]
        shown, got = self.call("complete_multipart_upload", headers, **call, MultipartUpload={"Parts": listed})
        what = f"complete_multipart_upload {how} of {[(n, len(b)) for n, b in parts]} {headers}, {text_of(u and [u['sum'], u['type']])} {got.get('message', '')}"
        if wrong:
            return what, shown, wrong
        pieces = [b for _, b in parts]
        kind, name = u["type"] or "FULL_OBJECT", name or "CRC64NVME"
        tag = '"%s-%d"' % (md5(b"".join(hashlib.md5(b).digest() for b in pieces)), len(pieces))
        self.objects[u["key"]] = {"pieces": pieces, "ETag": tag, "sum": (name, kind, (sums.composite if kind == "COMPOSITE" else sums.whole)(name, pieces))}
        del self.uploads[call["UploadId"]]
        return what, got.get("ETag", shown), tag

    def abort(self):
        call, u = self.upload()
        shown, _ = self.call("abort_multipart_upload", **call)
        if u:
            del self.uploads[call["UploadId"]]
        return "abort_multipart_upload", shown, {} if u else error("NoSuchUpload", 404)

    def list_parts(self):
        call, u = self.upload()
        marker, most = self.d.one(0, 0, 1, 2, 10000), self.d.one(1, 2, 1000)
        shown, got = self.call("list_parts", **call, PartNumberMarker=marker, MaxParts=most)
        what = f"list_parts from {marker}, at most {most}"
        if not u:
            return what, shown, error("NoSuchUpload", 404)
        behind = [(n, len(b), '"%s"' % md5(b)) for n, b in sorted(u["parts"].items()) if n > marker]
        return what, ([(p["PartNumber"], p["Size"], p["ETag"]) for p in got.get("Parts", [])], got.get("IsTruncated")), (behind[:most], len(behind) > most)

    def list_uploads(self):
        d, prefix, most = self.d, self.d.one("", "m", "m/", "none"), self.d.one(1, 2, 1000)
        found, marker = [], {}
        for _ in range(100):
            shown, got = self.call("list_multipart_uploads", Prefix=prefix, MaxUploads=most, **marker)
            if shown or len(got.get("Uploads", [])) > most:
                return "list_multipart_uploads", (shown, len(got.get("Uploads", []))), f"at most {most}"
            found += [(u["Key"], u["UploadId"]) for u in got.get("Uploads", [])]
            if not got["IsTruncated"]:
                break
            marker = {"KeyMarker": got["NextKeyMarker"], "UploadIdMarker": got["NextUploadIdMarker"]}
        wanted = sorted((u["key"], i) for i, u in self.uploads.items() if u["key"].startswith(prefix))
        return f"list_multipart_uploads {prefix} by {most}", (sorted(found), [k for k, _ in found]), (wanted, sorted((k for k, _ in wanted), key=lambda k: k.encode()))

    def delete(self):
        key = self.key()
        shown, _ = self.call("delete_object", Key=key)
        self.objects.pop(key, None)
        return "delete_object", shown, {}

    def same(self, what, ours, reference):
        if ours == reference:
            self.tally.same(what, ours if isinstance(ours, dict) else ())
        else:
            self.tally.different(what + " (the second is the API reference's)", (ours, reference))

    def run(self, calls):
        makers = [self.put] * 4 + [self.read] * 6 + [self.copy] * 3 + [self.create] * 3 + [self.part] * 8 + [self.part_copy] + [self.complete] * 5 + [self.abort, self.list_parts, self.list_uploads, self.delete]
        for _ in range(calls):
            what, ours, reference = self.d.r.choice(makers)()
            self.same(what, ours, reference)


def pinned(m, same):
    """What once was wrong, whatever is drawn."""
    body, key = b"pinned", {"Key": "pinned"}
    two = {"x-amz-checksum-sha1": sums.whole("SHA1", [body]), "x-amz-checksum-crc32": sums.whole("CRC32", [body])}
    same("two checksums of one body", m.call("put_object", two, Body=body, **key)[0], error("InvalidRequest"))
    m.call("put_object", Body=body, ChecksumAlgorithm="SHA1", **key)
    source = {"CopySource": {"Bucket": BUCKET, "Key": "pinned"}, "Key": "copied"}
    same("a copy's algorithm is the source's", m.call("copy_object", **source)[1]["CopyObjectResult"].get("ChecksumSHA1"), sums.whole("SHA1", [body]))
    same("a copy of what has not changed", m.call("copy_object", CopySourceIfModifiedSince=LATER, **source)[0], error("PreconditionFailed", 412))
    same("one part of an object is beyond bflocal", m.call("get_object", PartNumber=1, **key)[0], error("NotImplemented", 501))
    upload = dict(key, UploadId=m.call("create_multipart_upload", {"x-amz-checksum-algorithm": "SHA256"}, **key)[1]["UploadId"])
    tag = m.call("upload_part", {"x-amz-checksum-sha256": sums.whole("SHA256", [body])}, PartNumber=1, Body=body, **upload)[1]["ETag"]
    same("a composite checksum wants those of the parts", m.call("complete_multipart_upload", MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": tag}]}, **upload)[0], error("InvalidRequest"))
    m.call("abort_multipart_upload", **upload)


def check(s3, d, tally):
    try:
        s3.create_bucket(Bucket=BUCKET)
    except ClientError:
        pass
    for key in KEYS:
        s3.delete_object(Bucket=BUCKET, Key=key)
    for u in s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []):
        s3.abort_multipart_upload(Bucket=BUCKET, Key=u["Key"], UploadId=u["UploadId"])
    m = Model(s3, d, tally)
    pinned(m, m.same)
    m.run(150)
