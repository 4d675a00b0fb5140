"""boto3 drives bflocal's Firehose: prints name|got|wanted lines and "end"."""
import base64
import gzip
import hashlib
import json
import os
import threading
import time
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

url = os.environ["AWS_ENDPOINT_URL"]
seen = os.environ["SEEN"]
# Older models know no interval of nothing.
config = Config(retries={"max_attempts": 0}, read_timeout=60, parameter_validation=False)
client = {n: boto3.client(n, endpoint_url=url, config=config) for n in ("firehose", "kinesis", "s3", "glue", "athena", "lambda")}
firehose, kinesis, s3, glue, athena = (client[n] for n in ("firehose", "kinesis", "s3", "glue", "athena"))
ROLE = "arn:aws:iam::000000000000:role/r"
FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:t:$LATEST"
LARGE = {"SizeInMBs": 64, "IntervalInSeconds": 60}
moved = 0


def show(name, got, wanted):
    print(f"{name}|{json.dumps(got) if not isinstance(got, str) else got}|{json.dumps(wanted) if not isinstance(wanted, str) else wanted}", flush=True)


def refusal(call, **arguments):
    try:
        call(**arguments)
        return "taken"
    except ClientError as e:
        return f"{e.response['Error']['Code']}: {e.response['Error']['Message']}"


def processor(kind, **parameters):
    return {"Type": kind, "Parameters": [{"ParameterName": n, "ParameterValue": v} for n, v in parameters.items()]}


def destination(bucket, processors=(), **more):
    d = {"RoleARN": ROLE, "BucketARN": f"arn:aws:s3:::{bucket}", "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 0}, **more}
    if processors:
        d["ProcessingConfiguration"] = {"Enabled": True, "Processors": list(processors)}
    return d


def create(name, processors=(), source=None, **more):
    try:
        s3.create_bucket(Bucket=name)
    except ClientError:
        pass
    extra = {} if not source else {"DeliveryStreamType": "KinesisStreamAsSource", "KinesisStreamSourceConfiguration": {
        "KinesisStreamARN": f"arn:aws:kinesis:us-east-1:000000000000:stream/{source}", "RoleARN": ROLE}}
    firehose.create_delivery_stream(DeliveryStreamName=name, ExtendedS3DestinationConfiguration=destination(name, processors, **more), **extra)


def put(name, *rows):
    records = [{"Data": r if isinstance(r, bytes) else json.dumps(r).encode()} for r in rows]
    return firehose.put_record_batch(DeliveryStreamName=name, Records=records)["FailedPutCount"]


def fault(text):
    urllib.request.urlopen(urllib.request.Request(url + "/_bflocal/fault", data=text.encode(), method="POST")).close()


def clock(seconds, more=""):
    global moved
    moved += seconds
    fault(f"clock:by={moved}s;{more}")


def objects(bucket):
    out = {}
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for o in page.get("Contents", []):
            body = s3.get_object(Bucket=bucket, Key=o["Key"])["Body"].read()
            out[o["Key"]] = gzip.decompress(body) if o["Key"].endswith(".gz") else body
    return out


def soon(bucket, prefixes, seconds=60):
    """The objects, by the first part of their keys, once there is one for each prefix."""
    end = time.time() + seconds
    while True:
        got = {}
        for key, body in sorted(objects(bucket).items()):
            for p in prefixes:
                if key.startswith(p):
                    got[p] = got.get(p, b"") + body
        if len(got) == len(prefixes) or time.time() > end:
            return got
        time.sleep(0.05)


def lines(body):
    return [json.loads(x) for x in body.decode().splitlines()]


def failures(body):
    """Error records: their codes and raw data."""
    return [[r.get("errorCode", r.get("lastErrorCode")), r["attemptsMade"], base64.b64decode(r["rawData"]).decode()] for r in lines(body)]


def invocations():
    with open(seen, encoding="ascii") as f:
        return f.read().splitlines()


def refused():
    def ask(**more):
        return refusal(create, name="x", **more)
    keys = {"Prefix": "k=!{partitionKeyFromQuery:k}/", "ErrorOutputPrefix": "e/", "DynamicPartitioningConfiguration": {"Enabled": True}, "BufferingHints": LARGE}
    show("jq that is more than a path", ask(processors=[processor("MetadataExtraction", MetadataExtractionQuery='{k:.a//0}', JsonParsingEngine="JQ-1.6")], **keys),
         "InvalidArgumentException: MetadataExtractionQuery: bflocal's Firehose reads objects of paths such as {a: .b.c}, and does not know what begins at byte 6, '//0}'")
    show("a key that nobody extracts", ask(processors=[processor("MetadataExtraction", MetadataExtractionQuery="{j:.a}", JsonParsingEngine="JQ-1.6")], **keys),
         "InvalidArgumentException: the prefix has the partition key k, which no processor extracts")
    show("small buffers", ask(processors=[processor("MetadataExtraction", MetadataExtractionQuery="{k:.a}", JsonParsingEngine="JQ-1.6")],
                              **{**keys, "BufferingHints": {"SizeInMBs": 5}}),
         "InvalidArgumentException: BufferingHints.SizeInMBs must be at least 64 when Dynamic Partitioning is enabled.")
    show("no keys", ask(**keys), "InvalidArgumentException: the prefix has the partition key k, which no processor extracts")
    show("extraction without partitioning", ask(processors=[processor("MetadataExtraction", MetadataExtractionQuery="{k:.a}")]),
         "InvalidArgumentException: MetadataExtraction processor can only be present when Dynamic Partitioning is enabled.")
    show("another processor", ask(processors=[processor("Decompression", CompressionFormat="GZIP")]),
         "InvalidArgumentException: bflocal's Firehose has no processor Decompression")
    show("a function of another region", ask(processors=[processor("Lambda", LambdaArn="arn:aws:lambda:eu-west-1:000000000000:function:t")]),
         "InvalidArgumentException: LambdaArn 'arn:aws:lambda:eu-west-1:000000000000:function:t' is not the ARN of a function of this account and region")
    orc = {"Enabled": True, "SchemaConfiguration": {"DatabaseName": "d", "TableName": "t", "RoleARN": ROLE},
           "InputFormatConfiguration": {"Deserializer": {"OpenXJsonSerDe": {}}}, "OutputFormatConfiguration": {"Serializer": {"OrcSerDe": {}}}}
    show("ORC", ask(DataFormatConversionConfiguration=orc, BufferingHints=LARGE), "InvalidArgumentException: bflocal's Firehose has no OrcSerDe: it has ParquetSerDe")
    show("a prefix that no key can have", ask(Prefix="p" * 513), "InvalidArgumentException: prefix: more than 512 characters")
    show("a source that is not there", refusal(create, name="x", source="none"), "InvalidArgumentException: Kinesis Stream none under account 000000000000 not found.")
    show("nothing was created", firehose.list_delivery_streams()["DeliveryStreamNames"], [])


def transform():
    create("fun", [processor("Lambda", LambdaArn=FUNCTION, NumberOfRetries="1", BufferSizeInMBs="1")], ErrorOutputPrefix="errors/!{firehose:error-output-type}/")
    put("fun", {"n": 1}, {"n": 2, "do": "Dropped"}, {"n": 3, "do": "ProcessingFailed"}, {"n": 4, "do": "miss"}, {"n": 5, "do": "twice"}, b"no json", {"n": 6})
    got = soon("fun", ["2", "errors/processing-failed/"])
    show("what the function made", lines(got["2"]), [{"n": 1, "seen": ["approximateArrivalTimestamp"]}, {"n": 6, "seen": ["approximateArrivalTimestamp"]}])
    show("  what failed", failures(got["errors/processing-failed/"]),
         [["Lambda.ProcessingFailedStatus", 1, '{"n": 3, "do": "ProcessingFailed"}'], ["Lambda.MissingRecordId", 1, '{"n": 4, "do": "miss"}'],
          ["Lambda.DuplicatedRecordId", 1, '{"n": 5, "do": "twice"}'], ["Lambda.ProcessingFailedStatus", 1, "no json"]])
    first = lines(got["errors/processing-failed/"])[0]
    show("  its form", sorted(first), ["arrivalTimestamp", "attemptEndingTimestamp", "attemptsMade", "errorCode", "errorMessage", "lambdaArn", "rawData"])
    show("  its words", [first["errorMessage"], first["lambdaArn"]], ["ProcessingFailed status set for record", FUNCTION])
    before = len(invocations())
    create("bad", [processor("Lambda", LambdaArn=FUNCTION, NumberOfRetries="2")], Prefix="data/")
    put("bad", {"n": 1, "do": "raise"})
    got = soon("bad", ["data/processing-failed/"])
    show("a function that fails", failures(got["data/processing-failed/"]), [["Lambda.FunctionError", 3, '{"n": 1, "do": "raise"}']])
    show("  was tried again", len(invocations()) - before, 3)
    create("odd", [processor("Lambda", LambdaArn=FUNCTION)], Prefix="data/")
    put("odd", {"n": 1, "do": "garbage"})
    got = soon("odd", ["data/processing-failed/"])
    show("an answer that is none", failures(got["data/processing-failed/"]), [["Lambda.JsonProcessingException", 1, '{"n": 1, "do": "garbage"}']])
    create("busy", [processor("Lambda", LambdaArn=FUNCTION, NumberOfRetries="5")], Prefix="data/")
    fault("throttle:service=lambda,op=Invoke,n=2")
    put("busy", {"n": 1})
    show("a function that is throttled for a while", [x["n"] for x in lines(soon("busy", ["data/2"])["data/2"])], [1])
    create("full", [processor("Lambda", LambdaArn=FUNCTION, NumberOfRetries="0")], Prefix="data/")
    fault("throttle:service=lambda,op=Invoke")
    put("full", {"n": 1})
    show("  for too long", failures(soon("full", ["data/processing-failed/"])["data/processing-failed/"]), [["Lambda.InvokeLimitExceeded", 1, '{"n": 1}']])
    fault("")
    create("away", [processor("Lambda", LambdaArn="arn:aws:lambda:us-east-1:000000000000:function:none", NumberOfRetries="0")], Prefix="data/")
    put("away", {"n": 1})
    show("a function that is gone", failures(soon("away", ["data/processing-failed/"])["data/processing-failed/"]), [["Lambda.ResourceNotFound", 1, '{"n": 1}']])
    before = len(invocations())
    create("many", [processor("Lambda", LambdaArn=FUNCTION, BufferSizeInMBs="0.2")], BufferingHints={"SizeInMBs": 1, "IntervalInSeconds": 60})
    put("many", *[{"n": i, "x": "x" * 100000} for i in range(11)])
    show("events of their size", len(lines(soon("many", ["2"])["2"])), 11)
    show("  two records each", len(invocations()) - before, 6)


def aggregate(*datas):
    """What the Kinesis Producer Library writes."""
    def field(n, data):
        size, out = len(data), b""
        while True:
            out += bytes([size & 127 | (128 if size > 127 else 0)])
            size >>= 7
            if not size:
                return bytes([n << 3 | 2]) + out + data
    message = field(1, b"pk") + b"".join(field(3, b"\x08\x00" + field(3, d)) for d in datas)
    return b"\xf3\x89\x9a\xc2" + message + hashlib.md5(message).digest()


def source():
    kinesis.create_stream(StreamName="in", ShardCount=2)
    kinesis.put_record(StreamName="in", PartitionKey="a", Data=b"before")
    create("src", [processor("Lambda", LambdaArn=FUNCTION)], source="in")
    kinesis.put_records(StreamName="in", Records=[{"PartitionKey": f"k{i}", "Data": json.dumps({"n": i}).encode()} for i in range(40)])
    for _ in range(600):
        got = [r for body in objects("src").values() for r in lines(body)]
        if len(got) >= 40:
            break
        time.sleep(0.05)
    show("a Kinesis stream from its latest record on", sorted(r["n"] for r in got), list(range(40)))
    show("  what the function gets of it", got[0]["seen"], ["approximateArrivalTimestamp", "kinesisRecordMetadata"])
    show("  and of the event", invocations()[-1].split(" ", 1)[1], "['deliveryStreamArn', 'invocationId', 'region', 'sourceKinesisStreamArn']")
    show("puts are refused", refusal(firehose.put_record, DeliveryStreamName="src", Record={"Data": b"x"}),
         "InvalidArgumentException: This operation is not permitted on KinesisStreamAsSource delivery stream type.")
    kinesis.put_record(StreamName="in", PartitionKey="a", Data=aggregate(b'{"n":100}', b'{"n":101}'))
    kinesis.split_shard(StreamName="in", ShardToSplit="shardId-000000000000", NewStartingHashKey="1000")
    kinesis.put_records(StreamName="in", Records=[{"PartitionKey": f"k{i}", "Data": json.dumps({"n": 200 + i}).encode()} for i in range(40)])
    for _ in range(600):
        got = [r["n"] for body in objects("src").values() for r in lines(body)]
        if len(got) >= 82:
            break
        time.sleep(0.05)
    show("aggregates, and children of a shard", sorted(got), list(range(40)) + [100, 101] + list(range(200, 240)))
    d = firehose.describe_delivery_stream(DeliveryStreamName="src")["DeliveryStreamDescription"]
    show("its description", [d["DeliveryStreamType"], d["Source"]["KinesisStreamSourceDescription"]["KinesisStreamARN"]],
         ["KinesisStreamAsSource", "arn:aws:kinesis:us-east-1:000000000000:stream/in"])
    create("src-again", source="in")
    for name in (b"old ", b"new "):
        if name == b"new ":
            kinesis.delete_stream(StreamName="in")
            kinesis.create_stream(StreamName="in", ShardCount=1)
        kinesis.put_records(StreamName="in", Records=[{"PartitionKey": "a", "Data": name}] * 5)
        for _ in range(600):
            got = b"".join(objects("src-again").values()).split()
            if got.count(name.strip()) >= 5:
                break
            time.sleep(0.05)
    show("its stream is created again: all records", [got.count(b"old"), got.count(b"new")], [5, 5])


def names():
    """Calls that create, delete and put to one name at once: a name is taken until the records of its stream are gone."""
    s3.create_bucket(Bucket="one-name")
    answers = set()

    def work():
        for _ in range(20):
            answers.add(refusal(firehose.create_delivery_stream, DeliveryStreamName="one", ExtendedS3DestinationConfiguration=destination("one-name")))
            answers.add(refusal(firehose.put_record, DeliveryStreamName="one", Record={"Data": b"x"}))
            answers.add(refusal(firehose.delete_delivery_stream, DeliveryStreamName="one"))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    show("one name from four clients", sorted({a.split(":")[0] for a in answers} - {"taken"} - {"ResourceInUseException", "ResourceNotFoundException"}), [])


def partitions():
    create("dyn", [processor("RecordDeAggregation", SubRecordType="JSON"),
                   processor("MetadataExtraction", MetadataExtractionQuery='{kind:.kind, shop: .shop.id, "first": .items[0]}', JsonParsingEngine="JQ-1.6"),
                   processor("AppendDelimiterToRecord", Delimiter="\\n")],
           Prefix="kind=!{partitionKeyFromQuery:kind}/shop=!{partitionKeyFromQuery:shop}/first=!{partitionKeyFromQuery:first}/",
           ErrorOutputPrefix="errors-", DynamicPartitioningConfiguration={"Enabled": True}, BufferingHints=LARGE)
    a, b = {"kind": "a", "shop": {"id": 7}, "items": ["x"]}, {"kind": "b", "shop": {"id": 7}, "items": ["y"]}
    both = (json.dumps(a) + json.dumps(b) + "\n" + json.dumps(a)).encode()
    put("dyn", a, both, {"kind": "a"}, b"no json", {"kind": "", "shop": {"id": 1}, "items": [1]}, {"kind": None, "shop": {"id": 1}, "items": [1]})
    clock(61)
    got = soon("dyn", ["kind=a/shop=7/first=x/dyn-1-", "kind=b/shop=7/first=y/dyn-1-", "errors-metadata-extraction-failed/2"])
    show("records by their keys", {k: lines(v) for k, v in got.items() if k.startswith("kind")},
         {"kind=a/shop=7/first=x/dyn-1-": [a, a, a], "kind=b/shop=7/first=y/dyn-1-": [b]})
    show("  those without", [x[:2] for x in failures(got["errors-metadata-extraction-failed/2"])], [["DynamicPartitioning.MetadataExtractionFailed", 1]] * 4)
    show("  why", [r["errorMessage"] for r in lines(got["errors-metadata-extraction-failed/2"])],
         ["partitionKeys values must not be null or empty: shop", "Non JSON record provided"] + ["partitionKeys values must not be null or empty: kind"] * 2)
    create("lam", [processor("RecordDeAggregation", SubRecordType="DELIMITED", Delimiter=base64.b64encode(b"####").decode()), processor("Lambda", LambdaArn=FUNCTION)],
           Prefix="key=!{partitionKeyFromLambda:key}/", ErrorOutputPrefix="errors/", DynamicPartitioningConfiguration={"Enabled": True}, BufferingHints=LARGE)
    put("lam", b'{"n":1,"key":"p"}####{"n":2,"key":"q"}####{"n":3,"key":"p"}', {"n": 4})
    clock(61)
    got = soon("lam", ["key=p/", "key=q/", "errors/metadata-extraction-failed/"])
    show("keys of the function", {k: [r["n"] for r in lines(v)] for k, v in got.items() if k.startswith("key")}, {"key=p/": [1, 3], "key=q/": [2]})


def backup():
    s3.create_bucket(Bucket="raw")
    create("both", [processor("Lambda", LambdaArn=FUNCTION)], Prefix="data/", S3BackupMode="Enabled",
           S3BackupConfiguration={"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::raw", "Prefix": "source/", "CompressionFormat": "GZIP"})
    put("both", b'{"n":1}\n', b'{"n":2,"do":"Dropped"}\n')
    show("what came, beside it", soon("raw", ["source/"])["source/"].decode().split("\n"), ['{"n":1}', '{"n":2,"do":"Dropped"}', ""])
    show("  and what became of it", [r["n"] for r in lines(soon("both", ["data/"])["data/"])], [1])
    d = firehose.describe_delivery_stream(DeliveryStreamName="both")["DeliveryStreamDescription"]["Destinations"][0]["ExtendedS3DestinationDescription"]
    show("  described", [d["S3BackupMode"], d["S3BackupDescription"]["CompressionFormat"]], ["Enabled", "GZIP"])


def table(name, bucket, columns):
    glue.create_table(DatabaseName="lake", TableInput={"Name": name, "TableType": "EXTERNAL_TABLE", "Parameters": {"EXTERNAL": "TRUE"}, "StorageDescriptor": {
        "Columns": [{"Name": n, "Type": t} for n, t in columns], "Location": f"s3://{bucket}/data/",
        "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
        "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
        "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"}}})


def conversion(name, **openx):
    return {"Enabled": True, "SchemaConfiguration": {"DatabaseName": "lake", "TableName": name, "RoleARN": ROLE, "Region": "us-east-1"},
            "InputFormatConfiguration": {"Deserializer": {"OpenXJsonSerDe": openx}},
            "OutputFormatConfiguration": {"Serializer": {"ParquetSerDe": {}}}}


def query(sql):
    q = athena.start_query_execution(QueryString=sql, ResultConfiguration={"OutputLocation": "s3://results/"})["QueryExecutionId"]
    while True:
        state = athena.get_query_execution(QueryExecutionId=q)["QueryExecution"]["Status"]
        if state["State"] in ("FAILED", "CANCELLED"):
            return state["StateChangeReason"]
        if state["State"] == "SUCCEEDED":
            rows = athena.get_query_results(QueryExecutionId=q)["ResultSet"]["Rows"][1:]
            return [[d.get("VarCharValue") for d in r["Data"]] for r in rows]
        time.sleep(0.05)


def parquet():
    glue.create_database(DatabaseInput={"Name": "lake"})
    s3.create_bucket(Bucket="results")
    table("rows", "parq", [("order_id", "string"), ("total", "decimal(10,2)"), ("note", "varchar(20)"), ("a_b", "bigint"), ("renamed", "string")])
    create("parq", Prefix="data/", ErrorOutputPrefix="errors/", BufferingHints=LARGE,
           DataFormatConversionConfiguration=conversion("rows", ConvertDotsInJsonKeysToUnderscores=True, ColumnToJsonKeyMappings={"renamed": "ts"}))
    put("parq", {"Order_ID": "o-1", "total": 1.25, "other": 1, "a.b": 7, "ts": "t"}, b"no json", {"order_id": "o-2", "total": "x"}, [1], {"order_id": "o-3", "note": None},
        b'{"order_id":"o-4"}{"order_id":"o-5","total":"y"}\n{"order_id":"o-6"}\n', b'{"order_id":"o-7"}{"order_id":')
    clock(61)
    got = soon("parq", ["data/", "errors/format-conversion-failed/"])
    show("a Parquet object", [got["data/"][:4].decode(), got["data/"][-4:].decode()], ["PAR1", "PAR1"])
    show("  named so", [k.endswith(".parquet") for k in objects("parq") if k.startswith("data/")], [True])
    show("  what is no row", failures(got["errors/format-conversion-failed/"]),
         [["DataFormatConversion.ParseError", 1, "no json"], ["DataFormatConversion.MalformedData", 1, '{"order_id": "o-2", "total": "x"}'],
          ["DataFormatConversion.ParseError", 1, "[1]"], ["DataFormatConversion.MalformedData", 1, '{"order_id":"o-5","total":"y"}'],
          ["DataFormatConversion.ParseError", 1, '{"order_id":"o-7"}{"order_id":']])
    first = lines(got["errors/format-conversion-failed/"])[0]
    show("  its table", [first["dataCatalogTable"]["databaseName"], first["dataCatalogTable"]["tableName"], first["dataCatalogTable"]["versionId"]], ["lake", "rows", "LATEST"])
    if os.environ.get("DUCK"):
        show("  Athena reads it", query("SELECT * FROM lake.rows ORDER BY order_id"), [["o-1", "1.25", None, "7", "t"], ["o-3", None, None, None, None], *([[f"o-{i}", None, None, None, None] for i in (4, 6)])])
    create("wait", Prefix="data/", ErrorOutputPrefix="errors/", BufferingHints=LARGE, DataFormatConversionConfiguration=conversion("later"))
    put("wait", {"order_id": "o-1"})
    clock(61)
    time.sleep(0.5)
    show("a table that is not there yet", objects("wait"), {})
    table("later", "wait", [("order_id", "string")])
    show("  is waited for", soon("wait", ["data/"])["data/"][:4].decode(), "PAR1")


for step in (refused, transform, source, names, partitions, backup, parquet):
    step()
print("end")
