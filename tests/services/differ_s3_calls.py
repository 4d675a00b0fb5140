"""The calls of differ_s3.py, by operation; multipart is several in one."""
import hashlib

BUCKET = "differ-one"
PART = 5 * 1024 * 1024  # the least that S3 takes for any but the last
KEYS = ["a", "a/b", "a/c", "b/x y", "b/\u00e9", "c+d", "e%20f", "g=h&i"]
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
        # s3rver's answer does not end if a range goes past the object's end, and 0-0 means all: see differ_s3_alone.py
        call["Range"] = d.one("bytes=0-1", "bytes=2-5", "bytes=4-", *(("bytes=99999-", "bytes=5-2", "lines=1-2", "bytes=x") if bad else ()))
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


def multipart(d, bad):
    """A complete upload: parts of these sizes with these numbers."""
    numbers = sorted(d.r.sample([1, 2, 3, 7, 10000], d.one(1, 1, 2, 3)))
    return "multipart", dict(key(d, False), Parts=[(n, PART if n != numbers[-1] else d.one(0, 1, 10, PART + 3)) for n in numbers], Metadata={"one": "1"})


MAKERS = [multipart] + [put] * 7 + [get] * 7 + [match, match, listing, listing, listing, delete, delete, delete_many, copy, copy, buckets]
