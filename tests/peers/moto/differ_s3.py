"""S3: buckets, objects, conditions, ranges, copies, tags, listings, multipart uploads."""
import hashlib

SERVICE = "s3"
PART = 5 * 1024 * 1024
BUCKET = "lake-one"
ANY = r"UploadId|HostId|RequestId|VersionIdMarker|UploadIdMarker|NextContinuationToken|ContinuationToken|\.(Owner|Initiator)\.|Location$"
KEEP = {"create_multipart_upload": ("upload", "UploadId"), "list_objects_v2": ("token", "NextContinuationToken")}
KEYS = ["a", "a/b", "a/c", "b/x y", "b/\u00e9", "c+d"]
BODIES = [b"", b"x", b"0123456789", b"abc" * 400]
SETUP = [("s3", "create_bucket", {"Bucket": BUCKET})]


def bucket(d, bad):
    return {"Bucket": "nowhere" if bad and d.chance(0.3) else BUCKET}


def key(d, bad):
    return {"Key": "none" if bad and d.chance(0.5) else d.one(*KEYS)}


def tag(d):
    return '"%s"' % hashlib.md5(d.one(*BODIES)).hexdigest()


def put(d, bad):
    call = dict(bucket(d, bad), **key(d, False), Body=d.one(*BODIES))
    call.update(d.some(0.25, ContentType=["text/plain", "application/json"], Metadata=[{"one": "1"}, {"one": "1", "two": "a b"}], ContentEncoding=["gzip"],
                       CacheControl=["no-cache"], ContentDisposition=["inline"], ContentLanguage=["de"], Tagging=["k=v", "k=v&l=w%20x"]))
    if d.chance(0.15):
        call.update(d.one({"IfNoneMatch": "*"}, {"IfMatch": tag(d)}))
    if bad and d.chance(0.3):
        call["ContentMD5"] = d.one("AAAAAAAAAAAAAAAAAAAAAA==", "x")
    return "put_object", call


def get(d, bad):
    call = dict(bucket(d, bad), **key(d, bad))
    if d.chance(0.4):
        call["Range"] = d.one("bytes=0-0", "bytes=2-5", "bytes=4-", "bytes=-3", "bytes=5-99999", *(("bytes=99999-", "bytes=5-2", "lines=1-2") if bad else ()))
    call.update(d.some(0.1, ResponseContentType=["text/html"], ResponseCacheControl=["no-store"]))
    return d.one("get_object", "get_object", "head_object"), call


def condition(d, bad):
    call = dict(bucket(d, bad), **key(d, bad), **d.one({"IfMatch": tag(d)}, {"IfNoneMatch": tag(d)}, {"IfModifiedSince": 4000000000}, {"IfModifiedSince": 1000000000},
                                                       {"IfUnmodifiedSince": 4000000000}, {"IfUnmodifiedSince": 1000000000}))
    return d.one("get_object", "head_object"), call


def listing(d, bad):
    call = dict(bucket(d, bad), **d.some(0.4, Prefix=["a", "a/", "b/", "none", ""], Delimiter=["/", " "], MaxKeys=[1, 2, 1000, 0], EncodingType=["url"]))
    if d.chance(0.3):
        return "list_objects", dict(call, **d.some(0.4, Marker=["a", "a/b", "zzz"]))
    return "list_objects_v2", dict(call, **d.some(0.3, StartAfter=["a", "a/b", "zzz"], FetchOwner=[True, False]))


def delete(d, bad):
    return "delete_object", dict(bucket(d, bad), **key(d, bad))


def deletes(d, bad):
    return "delete_objects", dict(bucket(d, bad), Delete={"Objects": [{"Key": k} for k in d.r.sample(KEYS + ["none"], d.one(1, 2, 3))], "Quiet": d.chance(0.3)})


def copy(d, bad):
    call = dict(bucket(d, bad), **key(d, False), CopySource={"Bucket": BUCKET, "Key": "none" if bad and d.chance(0.5) else d.one(*KEYS)})
    if d.chance(0.4):
        call.update(MetadataDirective="REPLACE", Metadata={"three": "3"}, ContentType="text/csv")
    if d.chance(0.2):
        call.update(TaggingDirective="REPLACE", Tagging="c=d")
    call.update(d.some(0.1, CopySourceIfMatch=[tag(d)], CopySourceIfNoneMatch=[tag(d)]))
    return "copy_object", call


def tagging(d, bad):
    call = dict(bucket(d, bad), **key(d, bad))
    if d.chance(0.4):
        tags = d.one([], [{"Key": "k", "Value": "v"}], [{"Key": "k", "Value": ""}, {"Key": "m n", "Value": "w"}])
        if bad:
            tags = d.one([{"Key": "k", "Value": "v"}] * 2, [{"Key": f"k{i}", "Value": "v"} for i in range(11)])
        return "put_object_tagging", dict(call, Tagging={"TagSet": tags})
    return d.one("get_object_tagging", "get_object_tagging", "delete_object_tagging"), call


def attributes(d, bad):
    return "get_object_attributes", dict(bucket(d, bad), **key(d, bad), ObjectAttributes=d.one(["ETag", "ObjectSize"], ["ETag", "StorageClass"], ["ObjectSize"]))


def buckets(d, bad):
    if bad:
        return d.one(("create_bucket", {"Bucket": d.one("A_B", "x", "a..b", BUCKET)}), ("delete_bucket", {"Bucket": "nowhere"}), ("head_bucket", {"Bucket": "nowhere"}))
    return d.one(("create_bucket", {"Bucket": "lake-two"}), ("delete_bucket", {"Bucket": d.one("lake-two", BUCKET)}), ("head_bucket", {"Bucket": BUCKET}), ("list_buckets", {}),
                 ("get_bucket_location", {"Bucket": BUCKET}), ("get_bucket_versioning", {"Bucket": BUCKET}))


ENCRYPTED = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
BLOCK = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": False}
RULES = {"Rules": [{"ID": "unfinished", "Status": "Enabled", "Filter": {"Prefix": "a"}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 3}}]}


def configured(d, bad):
    at = bucket(d, bad)
    return d.one(("put_bucket_encryption", dict(at, ServerSideEncryptionConfiguration=ENCRYPTED)), ("get_bucket_encryption", at), ("delete_bucket_encryption", at),
                 ("put_public_access_block", dict(at, PublicAccessBlockConfiguration=BLOCK)), ("get_public_access_block", at), ("delete_public_access_block", at),
                 ("put_bucket_lifecycle_configuration", dict(at, LifecycleConfiguration=RULES)), ("get_bucket_lifecycle_configuration", at), ("delete_bucket_lifecycle", at),
                 ("put_bucket_notification_configuration", dict(at, NotificationConfiguration=d.one({}, {"EventBridgeConfiguration": {}}))),
                 ("get_bucket_notification_configuration", at), ("get_bucket_tagging", at), ("get_bucket_policy", at), ("get_bucket_cors", at))


def upload(d, bad):
    return "create_multipart_upload", dict(bucket(d, bad), Key="m", **d.some(0.2, ContentType=["text/plain"], Metadata=[{"one": "1"}]))


def part(d, bad):
    at = {"Bucket": BUCKET, "Key": "m", "UploadId": d.made("upload")}
    number = d.one(0, 10001) if bad and d.chance(0.2) else d.one(1, 1, 2, 3)
    if d.chance(0.2):
        return "upload_part_copy", dict(at, PartNumber=number, CopySource={"Bucket": BUCKET, "Key": d.one(*KEYS)}, **d.some(0.2, CopySourceRange=["bytes=0-3"]))
    return "upload_part", dict(at, PartNumber=number, Body=d.one(b"0" * PART, b"0" * PART, b"small"))


def complete(d, bad):
    tags = ['"%s"' % hashlib.md5(b).hexdigest() for b in (b"0" * PART, b"small")]
    parts = [{"PartNumber": n, "ETag": d.one(*tags)} for n in sorted(d.r.sample([1, 2, 3], d.one(1, 1, 2)))]
    if bad and d.chance(0.3):
        parts.reverse()
    return "complete_multipart_upload", {"Bucket": BUCKET, "Key": "m", "UploadId": d.made("upload"), "MultipartUpload": {"Parts": parts}}


def uploads(d, bad):
    at = {"Bucket": BUCKET, "Key": "m", "UploadId": d.made("upload")}
    return d.one(("abort_multipart_upload", at), ("list_parts", dict(at, **d.some(0.2, MaxParts=[1, 1000], PartNumberMarker=[1]))),
                 ("list_parts", at), ("list_multipart_uploads", dict(bucket(d, bad), **d.some(0.2, Prefix=["m", "zz"]))))


MAKERS = [(8, put), (6, get), (3, condition), (5, listing), (2, delete), (1, deletes), (3, copy), (3, tagging), (1, attributes), (1, buckets), (2, configured), (3, upload),
          (5, part), (2, complete), (3, uploads)]
PINNED = [[("put_object", {"Bucket": BUCKET, "Key": k, "Body": b""}) for k in ("a/a", "a/b")] + [
    ("list_objects_v2", {"Bucket": BUCKET, "Delimiter": "/", "StartAfter": "a/a", "FetchOwner": False}), ("list_objects_v2", {"Bucket": BUCKET, "FetchOwner": False}),
    ("get_object", {"Bucket": BUCKET, "Key": "a/a", "Range": "lines=1-2"}), ("put_object", {"Bucket": BUCKET, "Key": "b/x y", "Body": b""}),
    ("put_object_tagging", {"Bucket": BUCKET, "Key": "b/x y", "Tagging": {"TagSet": [{"Key": "k", "Value": "v"}] * 2}})],
    [("put_object", {"Bucket": BUCKET, "Key": k, "Body": b""}) for k in ("a/a", "a/b", "b/a")] + [("list_objects", {"Bucket": BUCKET, "Delimiter": "/", "MaxKeys": 1}),
    ("copy_object", {"Bucket": BUCKET, "Key": "a/a", "CopySource": {"Bucket": BUCKET, "Key": "a/a"}, "CopySourceIfNoneMatch": '"%s"' % hashlib.md5(b"").hexdigest()}),
    ("get_object", {"Bucket": BUCKET, "Key": "a/a", "Range": "bytes=-3"})],
    [("put_object", {"Bucket": BUCKET, "Key": "a", "Body": b"x"}), ("delete_objects", {"Bucket": BUCKET, "Delete": {"Objects": [{"Key": "a"}, {"Key": "none"}], "Quiet": True}})],
    [("put_object", {"Bucket": BUCKET, "Key": "c", "Body": b"", "Tagging": "k=v"}), ("put_object", {"Bucket": BUCKET, "Key": "a", "Body": b""}),
     ("copy_object", {"Bucket": BUCKET, "Key": "c", "CopySource": {"Bucket": BUCKET, "Key": "a"}}), ("head_object", {"Bucket": BUCKET, "Key": "c"}),
     ("put_bucket_encryption", {"Bucket": BUCKET, "ServerSideEncryptionConfiguration": ENCRYPTED}), ("get_bucket_encryption", {"Bucket": BUCKET})],
    [("put_object", {"Bucket": BUCKET, "Key": k, "Body": b""}) for k in ("a", "a/b", "b")] + [("list_objects", {"Bucket": BUCKET, "Delimiter": "/", "MaxKeys": 2})],
    [("put_bucket_lifecycle_configuration", {"Bucket": BUCKET, "LifecycleConfiguration": RULES}), ("get_bucket_lifecycle_configuration", {"Bucket": BUCKET})],
    [("put_bucket_notification_configuration", {"Bucket": BUCKET, "NotificationConfiguration": {"EventBridgeConfiguration": {}}}),
     ("get_bucket_notification_configuration", {"Bucket": BUCKET})],
    [("create_bucket", {"Bucket": "A_B"})],
    [("put_object", {"Bucket": BUCKET, "Key": "a", "Body": b"x", "ContentMD5": "AAAAAAAAAAAAAAAAAAAAAA=="})]]
