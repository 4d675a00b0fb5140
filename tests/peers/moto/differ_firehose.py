"""Firehose: delivery streams, their description, update and tags."""
SERVICE = "firehose"
ANY = r"RecordId|HashKey"
ORDER = {"DeliveryStreamNames": "", "Tags": "Key"}
ROLE = "arn:aws:iam::000000000000:role/r"
SETUP = [("s3", "create_bucket", {"Bucket": "lake-one"}), ("kinesis", "create_stream", {"StreamName": "s", "ShardCount": 1})]


def name(d, bad):
    return {"DeliveryStreamName": "none" if bad and d.chance(0.5) else d.one("one", "two")}


def destination(d):
    one = {"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::lake-one"}
    one.update(d.some(0.3, Prefix=["a/", "a/!{timestamp:yyyy}/"], BufferingHints=[{"SizeInMBs": 64, "IntervalInSeconds": 60}, {"SizeInMBs": 1, "IntervalInSeconds": 900}],
                      CompressionFormat=["GZIP", "UNCOMPRESSED"]))
    if "Prefix" in one and "!" in one["Prefix"]:
        one["ErrorOutputPrefix"] = "failed/!{firehose:error-output-type}/"
    return one


def create(d, bad):
    call = dict(name(d, False), ExtendedS3DestinationConfiguration=destination(d))
    if d.chance(0.2):
        call.update(DeliveryStreamType="KinesisStreamAsSource", KinesisStreamSourceConfiguration={"KinesisStreamARN": "arn:aws:kinesis:us-east-1:000000000000:stream/s", "RoleARN": ROLE})
    elif d.chance(0.3):
        call["DeliveryStreamType"] = "DirectPut"
    call.update(d.some(0.2, Tags=[[{"Key": "k", "Value": "v"}]]))
    if bad and d.chance(0.3):
        del call["ExtendedS3DestinationConfiguration"]
    return "create_delivery_stream", call


def delete(d, bad):
    return "delete_delivery_stream", dict(name(d, bad), **d.some(0.1, AllowForceDelete=[True]))


def describe(d, bad):
    return "describe_delivery_stream", name(d, bad)


def listing(d, bad):
    return "list_delivery_streams", d.some(0.3, Limit=[1, 10], DeliveryStreamType=["DirectPut", "KinesisStreamAsSource"], ExclusiveStartDeliveryStreamName=["one"])


def update(d, bad):
    return "update_destination", dict(name(d, bad), CurrentDeliveryStreamVersionId=d.one("1", "1", "2", "9" if bad else "3"), DestinationId="destinationId-00000000000" + d.one("1", "1", "1", "2"),
                                      ExtendedS3DestinationUpdate=d.one({"Prefix": "b/"}, {"BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": 120}}, {"CompressionFormat": "GZIP"}))


def put(d, bad):
    return d.one(("put_record", dict(name(d, bad), Record={"Data": b"x\n"})), ("put_record_batch", dict(name(d, bad), Records=[{"Data": b"y\n"}] * d.one(1, 3))))


def tags(d, bad):
    return d.one(("tag_delivery_stream", dict(name(d, bad), Tags=[{"Key": d.one("k", "l"), "Value": d.one("v", "w")}])), ("untag_delivery_stream", dict(name(d, bad), TagKeys=[d.one("k", "l")])),
                 ("list_tags_for_delivery_stream", name(d, bad)), ("list_tags_for_delivery_stream", dict(name(d, bad), **d.some(0.3, Limit=[10]))))


def encryption(d, bad):
    return d.one("start_delivery_stream_encryption", "stop_delivery_stream_encryption"), name(d, bad)


MAKERS = [(6, create), (2, delete), (6, describe), (2, listing), (3, update), (3, put), (4, tags), (1, encryption)]
MADE = {"DeliveryStreamName": "one", "ExtendedS3DestinationConfiguration": {"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::lake-one"}}
PINNED = [[("create_delivery_stream", MADE), ("list_delivery_streams", {"ExclusiveStartDeliveryStreamName": "one", "DeliveryStreamType": "KinesisStreamAsSource"})],
          [("create_delivery_stream", dict(MADE, DeliveryStreamType="KinesisStreamAsSource", KinesisStreamSourceConfiguration={
              "KinesisStreamARN": "arn:aws:kinesis:us-east-1:000000000000:stream/s", "RoleARN": ROLE})), ("put_record", {"DeliveryStreamName": "one", "Record": {"Data": b"x"}})]]
