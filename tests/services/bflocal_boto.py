"""boto3 uses bflocal as programs do: resources, waiters, paginators, transfers. One line "name|got|wanted" for each case."""
import io
import os

import boto3
from boto3.dynamodb.conditions import Attr, Key
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

ITEMS, RECORDS, MB = 60, 30, 1 << 20


def error_of(f, **call):
    try:
        f(**call)
        return "done"
    except ClientError as e:
        return e.response["Error"]["Code"]


def dynamodb(url):
    resource = boto3.resource("dynamodb", endpoint_url=url)
    table = resource.create_table(
        TableName="orders", BillingMode="PAY_PER_REQUEST", StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        AttributeDefinitions=[{"AttributeName": "customer", "AttributeType": "S"}, {"AttributeName": "n", "AttributeType": "N"}],
        KeySchema=[{"AttributeName": "customer", "KeyType": "HASH"}, {"AttributeName": "n", "KeyType": "RANGE"}])
    table.wait_until_exists()
    client = resource.meta.client
    client.get_waiter("table_exists").wait(TableName="orders")
    table.reload()
    yield "waiter table_exists", table.table_status, "ACTIVE"
    with table.batch_writer() as batch:
        for n in range(ITEMS):
            batch.put_item(Item={"customer": "c%d" % (n % 2), "n": n, "tags": {"a", "b"}, "list": [n, None, {"deep": True}], "raw": b"\x00\xff"})
    yield "Table.query with conditions", table.query(KeyConditionExpression=Key("customer").eq("c1") & Key("n").between(10, 20), FilterExpression=Attr("list[0]").gt(12))["Count"], 4
    got = table.get_item(Key={"customer": "c0", "n": 2})["Item"]
    yield "Table.get_item, all types", (got["tags"], got["list"], got["raw"].value, int(got["n"])), ({"a", "b"}, [2, None, {"deep": True}], b"\x00\xff", 2)
    pages = list(client.get_paginator("query").paginate(TableName="orders", KeyConditionExpression=Key("customer").eq("c0"), PaginationConfig={"PageSize": 7}))
    yield "paginator query", ([p["Count"] for p in pages], sum((p["Items"] for p in pages), [])[-1]["n"]), ([7, 7, 7, 7, 2], 58)
    yield "paginator scan", sum(p["Count"] for p in client.get_paginator("scan").paginate(TableName="orders", PaginationConfig={"PageSize": 13})), ITEMS
    yield "paginator list_tables", [n for p in client.get_paginator("list_tables").paginate(PaginationConfig={"PageSize": 1}) for n in p["TableNames"]], ["orders"]
    yield "Table.update_item", table.update_item(Key={"customer": "c0", "n": 2}, UpdateExpression="ADD hits :one", ExpressionAttributeValues={":one": 1}, ReturnValues="UPDATED_NEW")["Attributes"], {"hits": 1}
    yield "a condition", error_of(table.put_item, Item={"customer": "c0", "n": 2}, ConditionExpression=Attr("n").not_exists()), "ConditionalCheckFailedException"
    yield "the table's stream", changes(url, table.latest_stream_arn), ITEMS + 1
    table.delete()
    table.wait_until_not_exists()
    yield "waiter table_not_exists", error_of(table.load), "ResourceNotFoundException"


def changes(url, arn):
    streams, n = boto3.client("dynamodbstreams", endpoint_url=url), 0
    for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
        iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        n += len(streams.get_records(ShardIterator=iterator)["Records"])
    return n


def kinesis(url):
    client = boto3.client("kinesis", endpoint_url=url)
    client.create_stream(StreamName="orders", ShardCount=3)
    client.get_waiter("stream_exists").wait(StreamName="orders")
    yield "waiter stream_exists", client.describe_stream_summary(StreamName="orders")["StreamDescriptionSummary"]["StreamStatus"], "ACTIVE"
    client.put_records(StreamName="orders", Records=[{"Data": b"%d" % n, "PartitionKey": str(n)} for n in range(RECORDS)])
    # boto3's own paginator sends both, and the service refuses that (API reference, ListShards, NextToken).
    yield "paginator list_shards", error_of(lambda: list(client.get_paginator("list_shards").paginate(StreamName="orders", PaginationConfig={"PageSize": 2}))), "InvalidArgumentException"
    first = client.list_shards(StreamName="orders", MaxResults=2)
    shards = [s["ShardId"] for s in first["Shards"] + client.list_shards(NextToken=first["NextToken"])["Shards"]]
    yield "list_shards in pages", len(shards), 3
    yield "paginator describe_stream", [len(p["StreamDescription"]["Shards"]) for p in client.get_paginator("describe_stream").paginate(StreamName="orders", PaginationConfig={"PageSize": 2})], [2, 1]
    found = []
    for shard in shards:
        iterator = client.get_shard_iterator(StreamName="orders", ShardId=shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        found += [int(r["Data"]) for r in client.get_records(ShardIterator=iterator)["Records"]]
    yield "all records", sorted(found), list(range(RECORDS))
    client.delete_stream(StreamName="orders")
    client.get_waiter("stream_not_exists").wait(StreamName="orders")
    yield "waiter stream_not_exists", error_of(client.describe_stream, StreamName="orders"), "ResourceNotFoundException"


def s3(url):
    resource = boto3.resource("s3", endpoint_url=url)
    bucket = resource.create_bucket(Bucket="lake")
    client = resource.meta.client
    client.get_waiter("bucket_exists").wait(Bucket="lake")
    config, body = TransferConfig(multipart_threshold=5 * MB, multipart_chunksize=5 * MB), bytes(range(256)) * (48 * 1024)
    for algorithm in ("SHA256", "CRC32", "SHA1"):
        bucket.upload_fileobj(io.BytesIO(body), algorithm, ExtraArgs={"ChecksumAlgorithm": algorithm}, Config=config)
        head = client.head_object(Bucket="lake", Key=algorithm, ChecksumMode="ENABLED")
        yield f"upload_fileobj in parts with {algorithm}", (head["Checksum" + algorithm][-2:], head["ETag"][-3:-1], head["ContentLength"]), ("-3", "-3", len(body))
    got = io.BytesIO()
    bucket.download_fileobj("SHA256", got, Config=config)
    yield "download_fileobj in ranges", got.getvalue() == body, True
    bucket.Object("copied").copy({"Bucket": "lake", "Key": "SHA1"}, Config=config)
    yield "a copy in parts", resource.Object("lake", "copied").content_length, len(body)
    client.put_object(Bucket="lake", Key="meta", Metadata={"m%d" % n: "v" for n in range(40)})
    head = client.head_object(Bucket="lake", Key="meta")
    yield "forty metadata", (len(head["Metadata"]), head["ETag"]), (40, '"d41d8cd98f00b204e9800998ecf8427e"')
    client.copy_object(Bucket="lake", Key="meta", CopySource="lake/copied", TaggingDirective="REPLACE", Tagging="b=2", MetadataDirective="REPLACE", Metadata={"k": "v"})
    client.copy_object(Bucket="lake", Key="meta2", CopySource="lake/meta", TaggingDirective="REPLACE", Tagging="c=3")
    head, tags = client.head_object(Bucket="lake", Key="meta2"), client.get_object_tagging(Bucket="lake", Key="meta2")["TagSet"]
    yield "a copy with other tags and the old metadata", (head["Metadata"], tags), ({"k": "v"}, [{"Key": "c", "Value": "3"}])
    client.delete_objects(Bucket="lake", Delete={"Objects": [{"Key": "meta"}, {"Key": "meta2"}]})
    upload = client.create_multipart_upload(Bucket="lake", Key="plain")["UploadId"]
    parts = [{"PartNumber": n, "ETag": client.upload_part(Bucket="lake", Key="plain", UploadId=upload, PartNumber=n, Body=b)["ETag"]} for n, b in ((1, body[:5 * MB]), (2, b"x"))]
    first, again = (client.complete_multipart_upload(Bucket="lake", Key="plain", UploadId=upload, MultipartUpload={"Parts": parts})["ETag"] for _ in range(2))
    yield "an upload in parts by hand, completed twice", (first[-3:-1], first == again, client.get_object(Bucket="lake", Key="plain")["Body"].read() == body[:5 * MB] + b"x"), ("-2", True, True)
    upload = client.create_multipart_upload(Bucket="lake", Key="ranged")["UploadId"]
    copy = dict(Bucket="lake", Key="ranged", UploadId=upload, PartNumber=1, CopySource={"Bucket": "lake", "Key": "plain"})
    yield "a range of a copy", [error_of(client.upload_part_copy, **copy, CopySourceRange=r) for r in ("0-1", "bytes=0-1", "bytes=1-0", "bytes=0-9999999")], ["InvalidArgument", "done", "InvalidArgument", "InvalidArgument"]
    client.abort_multipart_upload(Bucket="lake", Key="ranged", UploadId=upload)
    client.put_object_tagging(Bucket="lake", Key="plain", Tagging={"TagSet": [{"Key": "a b", "Value": "ü"}]})
    yield "tags", client.get_object_tagging(Bucket="lake", Key="plain")["TagSet"], [{"Key": "a b", "Value": "ü"}]
    got = client.get_object_attributes(Bucket="lake", Key="plain", ObjectAttributes=["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"])
    yield "attributes", (got["ETag"] == first.strip('"'), got["Checksum"].get("ChecksumType", "FULL_OBJECT"), got["ObjectParts"]["TotalPartsCount"], got["StorageClass"], got["ObjectSize"]), (True, "FULL_OBJECT", 2, "STANDARD", 5 * MB + 1)
    client.delete_object_tagging(Bucket="lake", Key="plain")
    yield "no tags", client.get_object_tagging(Bucket="lake", Key="plain")["TagSet"], []
    client.delete_object(Bucket="lake", Key="plain")
    for n in range(25):
        bucket.put_object(Key="many/%02d" % n, Body=b"x" * n)
    pages = list(client.get_paginator("list_objects_v2").paginate(Bucket="lake", Prefix="many/", PaginationConfig={"PageSize": 10}))
    yield "paginator list_objects_v2", ([len(p["Contents"]) for p in pages], pages[2]["Contents"][-1]["Size"]), ([10, 10, 5], 24)
    uploads = [client.create_multipart_upload(Bucket="lake", Key=k)["UploadId"] for k in ("u", "u", "v")]
    yield "paginator list_multipart_uploads", [u["UploadId"] for p in client.get_paginator("list_multipart_uploads").paginate(Bucket="lake", PaginationConfig={"PageSize": 1}) for u in p.get("Uploads", [])], uploads
    for n in (1, 2, 3):
        client.upload_part(Bucket="lake", Key="v", UploadId=uploads[2], PartNumber=n, Body=b"x")
    shown = client.list_parts(Bucket="lake", Key="v", UploadId=uploads[2])
    yield "who began an upload", [shown["Owner"]["ID"], shown["Initiator"]["ID"]], ["000000000000"] * 2
    yield "objects are encrypted", [client.put_object(Bucket="lake", Key="sse", Body=b"x", **more)["ServerSideEncryption"] for more in ({}, {"ServerSideEncryption": "aws:kms"})] + [
        client.head_object(Bucket="lake", Key="sse")["ServerSideEncryption"], client.delete_object(Bucket="lake", Key="sse")["ResponseMetadata"]["HTTPStatusCode"]], ["AES256", "aws:kms", "aws:kms", 204]
    yield "paginator list_parts", [p["PartNumber"] for page in client.get_paginator("list_parts").paginate(Bucket="lake", Key="v", UploadId=uploads[2], PaginationConfig={"PageSize": 2}) for p in page["Parts"]], [1, 2, 3]
    for key, upload in zip("uuv", uploads):
        client.abort_multipart_upload(Bucket="lake", Key=key, UploadId=upload)
    yield "Bucket.objects", sum(1 for _ in bucket.objects.all()), 29
    bucket.objects.all().delete()
    client.get_waiter("object_not_exists").wait(Bucket="lake", Key="copied")
    bucket.delete()
    yield "waiter bucket_not_exists", client.get_waiter("bucket_not_exists").wait(Bucket="lake"), None


def main():
    url = os.environ["AWS_ENDPOINT_URL"]
    for service in (dynamodb, kinesis, s3):
        for name, got, wanted in service(url):
            print(f"{name}|{'as wanted' if got == wanted else repr(got)[:200]}|as wanted")
    print("end")


main()
