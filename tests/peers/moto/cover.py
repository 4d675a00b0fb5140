"""What the walk does not ask because moto has it not or cannot answer: to bflocal alone, so that each operation of doc/bflocal.md has an
answer that was held against its shape."""
import os
import re
import time

import differ_lambda
import differ_s3

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..")
NAMES = {"DynamoDB": "dynamodb", "DynamoDB Streams": "dynamodbstreams", "Kinesis": "kinesis", "S3": "s3", "Glue": "glue", "Athena": "athena", "Lambda": "lambda",
         "EventBridge": "events", "Firehose": "firehose", "STS": "sts"}
# Refused by name, whatever they ask for, or without what they ask for: man/bflocal.1.
NEVER = ["s3 GetBucketCors", "s3 GetBucketPolicy", "s3 GetBucketTagging", "firehose StartDeliveryStreamEncryption", "firehose StopDeliveryStreamEncryption"]


def operations():
    """(botocore's service, operation) of each in the table."""
    found = []
    with open(os.path.join(ROOT, "doc", "bflocal.md"), encoding="utf-8") as f:
        for line in f:
            cells = [c.strip() for c in line.split("|")]
            if len(cells) == 5 and cells[1] in NAMES:
                found += [(NAMES[cells[1]], name) for name in cells[2].split(", ")]
    return found


def soon(what):
    """The first answer that is true."""
    for _ in range(400):
        got = what()
        if got:
            return got
        time.sleep(0.02)
    raise SystemExit("cover.py: what was asked for did not come")


def dynamodb(a):
    table = dict(provisioned(), StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"})
    arn = a("dynamodb", "create_table", **table)["TableDescription"]["LatestStreamArn"]
    a("dynamodb", "put_item", TableName="covered", Item={"id": {"S": "a"}, "v": {"L": [{"N": "1"}, {"M": {"b": {"B": b"x"}}}]}})
    a("dynamodb", "delete_item", TableName="covered", Key={"id": {"S": "a"}})
    a("dynamodbstreams", "list_streams")
    shard = a("dynamodbstreams", "describe_stream", StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    at = a("dynamodbstreams", "get_shard_iterator", StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
    assert len(a("dynamodbstreams", "get_records", ShardIterator=at)["Records"]) == 2
    stream = dict(TableName="covered", StreamArn="arn:aws:kinesis:us-east-1:000000000000:stream/covered")
    a("dynamodb", "enable_kinesis_streaming_destination", **stream)
    a("dynamodb", "put_item", TableName="covered", Item={"id": {"S": "b"}})
    a("dynamodb", "disable_kinesis_streaming_destination", **stream)
    a("dynamodb", "describe_kinesis_streaming_destination", TableName="covered")
    a("dynamodb", "update_table", TableName="covered", AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("id", "g")], GlobalSecondaryIndexUpdates=[
        {"Create": {"IndexName": "by_g", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}], "Projection": {"ProjectionType": "KEYS_ONLY"},
                    "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}}}])
    a("dynamodb", "update_time_to_live", TableName="covered", TimeToLiveSpecification={"Enabled": True, "AttributeName": "t"})
    a("dynamodb", "query", TableName="covered", IndexName="by_g", KeyConditionExpression="g = :g", ExpressionAttributeValues={":g": {"S": "x"}}, ReturnConsumedCapacity="INDEXES")
    a("dynamodb", "describe_table", TableName="covered")
    a("dynamodb", "describe_continuous_backups", TableName="covered")
    a("dynamodb", "list_tags_of_resource", ResourceArn="arn:aws:dynamodb:us-east-1:000000000000:table/covered")


def provisioned():
    return {"TableName": "covered", "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}], "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}}


def kinesis(a):
    a("kinesis", "create_stream", StreamName="covered", ShardCount=2)
    a("kinesis", "merge_shards", StreamName="covered", ShardToMerge="shardId-000000000000", AdjacentShardToMerge="shardId-000000000001")
    a("kinesis", "split_shard", StreamName="covered", ShardToSplit="shardId-000000000002", NewStartingHashKey=str(2**127))
    a("kinesis", "update_shard_count", StreamName="covered", TargetShardCount=3, ScalingType="UNIFORM_SCALING")
    a("kinesis", "increase_stream_retention_period", StreamName="covered", RetentionPeriodHours=48)
    a("kinesis", "decrease_stream_retention_period", StreamName="covered", RetentionPeriodHours=24)
    a("kinesis", "put_records", StreamName="covered", Records=[{"Data": b"x", "PartitionKey": "k"}])


def functions(a):
    """A function that answers what it got, its mapping, its policy."""
    a("s3", "create_bucket", Bucket="covered-lake")
    made = dict(FunctionName="covered", Runtime="provided.al2023", Role=differ_lambda.ROLE, Handler="bootstrap", Code={"ZipFile": differ_lambda.archive(ECHO)})
    a("lambda", "create_function", **made, Tags={"k": "v"}, DeadLetterConfig={}, Environment={"Variables": {"AB": "b"}})
    a("lambda", "invoke", FunctionName="covered", Payload=b"{}", LogType="Tail")
    a("lambda", "invoke", FunctionName="covered", Payload=b"{}", InvocationType="DryRun")
    a("lambda", "invoke", FunctionName="covered", Payload=b"{}", InvocationType="Event")
    a("lambda", "add_permission", FunctionName="covered", StatementId="s", Action="lambda:InvokeFunction", Principal="events.amazonaws.com")
    a("lambda", "get_policy", FunctionName="covered")
    a("lambda", "remove_permission", FunctionName="covered", StatementId="s")
    a("lambda", "put_function_event_invoke_config", FunctionName="covered", MaximumRetryAttempts=1, DestinationConfig={"OnFailure": {"Destination": "arn:aws:s3:::covered-lake"}})
    a("lambda", "update_function_event_invoke_config", FunctionName="covered", MaximumEventAgeInSeconds=60)
    a("lambda", "get_function_event_invoke_config", FunctionName="covered")
    a("lambda", "list_function_event_invoke_configs", FunctionName="covered")
    a("lambda", "delete_function_event_invoke_config", FunctionName="covered")
    a("lambda", "publish_version", FunctionName="covered")
    a("lambda", "create_alias", FunctionName="covered", Name="live", FunctionVersion="1")
    a("lambda", "get_alias", FunctionName="covered", Name="live")
    a("lambda", "update_alias", FunctionName="covered", Name="live", FunctionVersion="$LATEST")
    a("lambda", "list_aliases", FunctionName="covered")
    uuid = a("lambda", "create_event_source_mapping", FunctionName="covered:live", EventSourceArn="arn:aws:kinesis:us-east-1:000000000000:stream/covered", StartingPosition="TRIM_HORIZON",
             FilterCriteria={"Filters": [{"Pattern": '{"partitionKey":["k"]}'}]}, DestinationConfig={"OnFailure": {"Destination": "arn:aws:s3:::covered-lake"}})["UUID"]
    soon(lambda: a("lambda", "get_event_source_mapping", UUID=uuid)["State"] == "Enabled")
    a("lambda", "update_event_source_mapping", UUID=uuid, BatchSize=7)
    a("lambda", "list_event_source_mappings")
    a("lambda", "delete_event_source_mapping", UUID=uuid)


ECHO = """#!/usr/bin/python3
import os, urllib.request
url = "http://%s/2018-06-01/runtime/invocation/" % os.environ["AWS_LAMBDA_RUNTIME_API"]
while True:
    got = urllib.request.urlopen(url + "next")
    urllib.request.urlopen(url + got.headers["Lambda-Runtime-Aws-Request-Id"] + "/response", got.read() or b"{}").read()
"""


def athena(a):
    results = {"OutputLocation": "s3://covered-lake/results/"}
    a("s3", "put_object", Bucket="covered-lake", Key="rows/1.json", Body=b'{"id":"a","n":1}\n')
    a("glue", "create_database", DatabaseInput={"Name": "covered"})
    a("glue", "create_table", DatabaseName="covered", TableInput={"Name": "rows", "StorageDescriptor": {
        "Columns": [{"Name": "id", "Type": "string"}, {"Name": "n", "Type": "bigint"}], "Location": "s3://covered-lake/rows/",
        "SerdeInfo": {"SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe"}}})
    a("athena", "list_table_metadata", CatalogName="AwsDataCatalog", DatabaseName="covered")
    a("athena", "get_table_metadata", CatalogName="AwsDataCatalog", DatabaseName="covered", TableName="rows")
    query = a("athena", "create_named_query", Name="q", Database="covered", QueryString="SELECT 1")["NamedQueryId"]
    a("athena", "update_named_query", NamedQueryId=query, Name="r", QueryString="SELECT 2")
    a("athena", "batch_get_named_query", NamedQueryIds=[query, "00000000-0000-0000-0000-000000000000"])
    a("athena", "list_named_queries")
    a("athena", "delete_named_query", NamedQueryId=query)
    statement = {"WorkGroup": "covered", "StatementName": "st"}
    a("athena", "create_work_group", Name="covered", Configuration={"ResultConfiguration": results})
    a("athena", "update_work_group", WorkGroup="covered", Description="d", ConfigurationUpdates={"BytesScannedCutoffPerQuery": 10000000})
    a("athena", "create_prepared_statement", **statement, QueryStatement="SELECT ?")
    a("athena", "update_prepared_statement", **statement, QueryStatement="SELECT 1 + ?")
    a("athena", "get_prepared_statement", **statement)
    a("athena", "list_prepared_statements", WorkGroup="covered")
    a("athena", "delete_prepared_statement", **statement)
    a("athena", "delete_work_group", WorkGroup="covered")
    ids = [a("athena", "start_query_execution", QueryString=text, ResultConfiguration=results, QueryExecutionContext={"Database": "covered"})["QueryExecutionId"]
           for text in ("SELECT id, sum(n) AS n FROM rows GROUP BY id", "SELECT nothing FROM nowhere")]
    states = [soon(lambda: state_of(a, one)) for one in ids]
    a("athena", "batch_get_query_execution", QueryExecutionIds=ids)
    a("athena", "list_query_executions")
    a("athena", "stop_query_execution", QueryExecutionId=ids[0])
    a("athena", "get_query_runtime_statistics", QueryExecutionId=ids[0])
    if states[0] == "SUCCEEDED":
        a("athena", "get_query_results", QueryExecutionId=ids[0])
    else:
        print("without DuckDB there are no results: GetQueryResults was not seen")


def state_of(a, one):
    state = a("athena", "get_query_execution", QueryExecutionId=one)["QueryExecution"]["Status"]["State"]
    return state if state not in ("QUEUED", "RUNNING") else None


def buckets(a):
    at = {"Bucket": "covered-lake"}
    a("s3", "put_bucket_encryption", **at, ServerSideEncryptionConfiguration=differ_s3.ENCRYPTED)
    a("s3", "put_bucket_lifecycle_configuration", **at, LifecycleConfiguration=differ_s3.RULES)
    a("s3", "put_public_access_block", **at, PublicAccessBlockConfiguration=differ_s3.BLOCK)
    a("s3", "put_bucket_notification_configuration", **at, NotificationConfiguration={"EventBridgeConfiguration": {}})
    for name in ("get_bucket_encryption", "get_bucket_lifecycle_configuration", "get_public_access_block", "get_bucket_notification_configuration", "get_bucket_location",
                 "get_bucket_versioning", "delete_bucket_encryption", "delete_bucket_lifecycle", "delete_public_access_block"):
        a("s3", name, **at)
    a("s3", "put_object_tagging", **at, Key="rows/1.json", Tagging={"TagSet": [{"Key": "k", "Value": "v"}]})
    a("s3", "create_bucket", Bucket="covered-two", CreateBucketConfiguration={})
    a("s3", "delete_bucket", Bucket="covered-two")


def others(a):
    """What the walk reaches only now and then."""
    a("glue", "update_table", DatabaseName="covered", TableInput={"Name": "rows"})
    a("glue", "delete_table_version", DatabaseName="covered", TableName="rows", VersionId="0")
    a("glue", "get_table_version", DatabaseName="covered", TableName="rows")
    a("glue", "batch_delete_table", DatabaseName="covered", TablesToDelete=["rows", "none"])
    parted = {"DatabaseName": "covered", "TableName": "parted"}
    a("glue", "create_table", DatabaseName="covered", TableInput={"Name": "parted", "PartitionKeys": [{"Name": "y", "Type": "string"}], "StorageDescriptor": {"Columns": []}})
    a("glue", "create_partition", **parted, PartitionInput={"Values": ["2026"], "StorageDescriptor": {"Columns": [], "Location": "s3://covered-lake/y/"}})
    a("glue", "update_partition", **parted, PartitionValueList=["2026"], PartitionInput={"Values": ["2027"]})
    a("glue", "get_partition", **parted, PartitionValues=["2027"])
    a("glue", "delete_table", DatabaseName="covered", Name="parted")
    a("glue", "delete_database", Name="covered")
    a("events", "put_rule", Name="covered", EventPattern='{"source":["a"]}')
    a("events", "put_targets", Rule="covered", Targets=[{"Id": "1", "Arn": "arn:aws:lambda:us-east-1:000000000000:function:covered"}])
    rule = "arn:aws:events:us-east-1:000000000000:rule/covered"
    a("events", "tag_resource", ResourceARN=rule, Tags=[{"Key": "k", "Value": "v"}])
    a("events", "untag_resource", ResourceARN=rule, TagKeys=["k"])
    a("events", "disable_rule", Name="covered")
    a("events", "list_rule_names_by_target", TargetArn="arn:aws:lambda:us-east-1:000000000000:function:covered")
    a("events", "test_event_pattern", EventPattern='{"source":["a"]}', Event='{"id":"1","account":"1","source":"a","time":"2026-11-27T06:30:00Z","region":"r","resources":[],"detail-type":"t"}')
    upload = dict(Bucket="covered-lake", Key="m")
    upload["UploadId"] = a("s3", "create_multipart_upload", **upload, ChecksumAlgorithm="SHA256")["UploadId"]
    tag = a("s3", "upload_part_copy", **upload, PartNumber=1, CopySource={"Bucket": "covered-lake", "Key": "rows/1.json"})["CopyPartResult"]
    a("s3", "list_parts", **upload)
    a("s3", "list_multipart_uploads", Bucket="covered-lake")
    a("s3", "complete_multipart_upload", **upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": tag["ETag"], "ChecksumSHA256": tag["ChecksumSHA256"]}]})
    a("s3", "get_object_attributes", Bucket="covered-lake", Key="m", ObjectAttributes=["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"])
    a("s3", "get_object", Bucket="covered-lake", Key="m", ChecksumMode="ENABLED")


def rest(world):
    """All of it, on a bflocal without state."""
    world.anew()
    for part in (kinesis, dynamodb, functions, athena, buckets, others):
        part(world.alone)
