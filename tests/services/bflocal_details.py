"""Details of DynamoDB that conformance suites of others found wrong: prints name|got|wanted lines and "end". The words were recorded from
the service by those suites (doc/testing.md, "Suites of others")."""
import json
import os

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

config = Config(retries={"max_attempts": 0}, parameter_validation=False)
client = boto3.client("dynamodb", endpoint_url=os.environ["AWS_ENDPOINT_URL"], config=config)
streams = boto3.client("dynamodbstreams", endpoint_url=os.environ["AWS_ENDPOINT_URL"], config=config)
T, KEY = "details", {"p": {"S": "k"}, "c": {"N": "1"}}
INVALID = "One or more parameter values were invalid: "
DETECTED = "1 validation error detected: "
NULL = DETECTED + "Value null at '%s' failed to satisfy constraint: Member must not be null"


def text(s):
    return {"S": s}


def error_of(f, **call):
    try:
        f(**call)
        return "done"
    except ClientError as e:
        return e.response["Error"]["Message"]


def code_of(f, **call):
    try:
        f(**call)
        return "done"
    except ClientError as e:
        return e.response["Error"]["Code"]


def attributes(**types):
    return [{"AttributeName": n, "AttributeType": t} for n, t in types.items()]


def schema(*names):
    return [{"AttributeName": n, "KeyType": kind} for n, kind in zip(names, ("HASH", "RANGE", "RANGE"))]


def create(name=T, keys=None, definitions=None, **more):
    call = {"TableName": name, "BillingMode": "PAY_PER_REQUEST", "KeySchema": keys or schema("p", "c"), "AttributeDefinitions": definitions or attributes(p="S", c="N"), **more}
    return {k: v for k, v in call.items() if v is not None}


def updates():
    """What only takes away does not create an item."""
    def update(key, **call):
        answer = client.update_item(TableName=T, Key={"p": text(key), "c": {"N": "1"}}, ReturnValues="ALL_NEW", **call)
        return [answer.get("Attributes"), "Item" in client.get_item(TableName=T, Key={"p": text(key), "c": {"N": "1"}})]
    yield "REMOVE creates nothing", update("a", UpdateExpression="REMOVE x, y"), [None, False]
    yield "DELETE creates nothing", update("b", UpdateExpression="DELETE s :s", ExpressionAttributeValues={":s": {"SS": ["x"]}}), [None, False]
    yield "nor does the older form", update("c", AttributeUpdates={"x": {"Action": "DELETE"}}), [None, False]
    yield "no update at all does", update("d", AttributeUpdates={})[1], True
    yield "so does one that sets too", update("e", UpdateExpression="SET x = :x REMOVE y", ExpressionAttributeValues={":x": text("1")})[1], True
    yield "many AttributeUpdates", update("f", AttributeUpdates={"a%d" % i: {"Value": {"N": "1"}} for i in range(300)})[1], True
    yield "a wrong type", error_of(client.update_item, TableName=T, Key={"p": text("e"), "c": {"N": "1"}}, AttributeUpdates={"x": {"Action": "ADD", "Value": {"N": "1"}}}), "Type mismatch for attribute to update"
    yield "a name with an underscore first", error_of(client.update_item, TableName=T, Key=KEY, UpdateExpression="SET _a = :x", ExpressionAttributeValues={":x": text("1")}), (
        'Invalid UpdateExpression: Syntax error; token: "_", near: "SET _a"')
    yield "too many digits", error_of(client.update_item, TableName=T, Key=KEY, UpdateExpression="SET n = :a + :b", ExpressionAttributeValues={":a": {"N": "1e50"}, ":b": {"N": "1"}}), (
        "Number overflow. Attempting to store a number with magnitude larger than supported range")


def names():
    key, empty, long = dict(TableName=T, Key=KEY), INVALID + "Empty attribute name", INVALID + "Attribute name is too large, must be less than 65536 bytes"
    good = "n" * 65535
    for name, wanted in (("", empty), (good + "n", long), (good, "done")):
        shown = "an empty name" if not name else "a name of %d bytes" % len(name)
        yield shown + ", PutItem", error_of(client.put_item, TableName=T, Item={**KEY, name: text("x")}), wanted if name else wanted[len(INVALID):]
        yield "  AttributeUpdates", error_of(client.update_item, **key, AttributeUpdates={name: {"Value": text("x")}}), wanted
        yield "  AttributesToGet", error_of(client.get_item, **key, AttributesToGet=[name]), wanted
        expected = "done" if wanted == "done" else "ExpressionAttributeNames contains invalid value: %s for key #n" % wanted[len(INVALID):]
        yield "  ExpressionAttributeNames", error_of(client.get_item, **key, ProjectionExpression="#n", ExpressionAttributeNames={"#n": name}), expected


def expressions():
    def query(condition, **more):
        values = {":p": text("q"), ":n": {"N": "2"}}
        answer = client.query(TableName=T, KeyConditionExpression=condition, ExpressionAttributeValues=values, **more)
        return [int(i["c"]["N"]) for i in answer["Items"]]

    def put_if(condition, **values):
        return error_of(client.put_item, TableName=T, Item=KEY, ConditionExpression=condition, ExpressionAttributeValues={":" + k: v for k, v in values.items()})
    for n in range(4):
        client.put_item(TableName=T, Item={"p": text("q"), "c": {"N": str(n)}})
    yield "the value first", [query(":p = p AND :n = c"), query(":p = p AND :n < c"), query("p = :p AND :n >= c")], [[2], [3], [0, 1, 2]]
    yield "a nested key", error_of(client.query, TableName=T, KeyConditionExpression="p = :p AND a.b < :n", ExpressionAttributeValues={":p": text("q"), ":n": {"N": "2"}}), (
        "KeyConditionExpressions cannot have conditions on nested attributes")
    yield "attribute_type of a value", put_if("attribute_type(:v, :t)", v={"N": "0"}, t=text("N")), "done"
    yield "size of a number", put_if("size(:v) > :n", v={"N": "7"}, n={"N": "1"}), "Invalid ConditionExpression: Incorrect operand type for operator or function; operator or function: size, operand type: N"
    yield "size of a size", put_if("size(size(a)) > :n", n={"N": "1"}), "Invalid ConditionExpression: Incorrect operand type for operator or function; operator or function: size, operand type: N"
    yield "size of two", put_if("size(a, a) > :n", n={"N": "1"}), "Invalid ConditionExpression: Incorrect number of operands for operator or function; operator or function: size, number of operands: 2"
    yield "a function of updates", put_if("if_not_exists(a, a) = :n", n={"N": "1"}), "Invalid ConditionExpression: The function is not allowed in a condition expression; function: if_not_exists"
    path = "a" + ".b" * 31
    yield "a path of 32 levels", error_of(client.get_item, TableName=T, Key=KEY, ProjectionExpression=path), "done"
    yield "of 33", error_of(client.get_item, TableName=T, Key=KEY, ProjectionExpression=path + ".b"), "Invalid ProjectionExpression: The document path has too many nesting levels; nesting levels: 33"
    yield "a bad character", error_of(client.get_item, TableName=T, Key=KEY, ProjectionExpression="!!! x !!!"), 'Invalid ProjectionExpression: Syntax error; token: "!", near: "!!"'
    yield "values without an expression", error_of(client.put_item, TableName=T, Item=KEY, ExpressionAttributeValues={":v": text("x")}), (
        "ExpressionAttributeValues can only be specified when using expressions: ConditionExpression is null")
    yield "NOT_CONTAINS of nothing", code_of(client.put_item, TableName=T, Item=KEY, Expected={"none": {"ComparisonOperator": "NOT_CONTAINS", "AttributeValueList": [text("x")]}}), "ConditionalCheckFailedException"
    yield "ConditionalOperator and an empty Expected", error_of(client.put_item, TableName=T, Item=KEY, Expected={}, ConditionalOperator="OR"), INVALID + "ConditionalOperator cannot be used without Filter or Expected"


def requests():
    many = {T: [{"PutRequest": {"Item": {"p": text(str(i)), "c": {"N": "1"}}}} for i in range(26)]}
    yield "an empty batch", error_of(client.batch_write_item, RequestItems={}), "The requestItems parameter is required for BatchWriteItem"
    yield "a batch of 26", error_of(client.batch_write_item, RequestItems=many), DETECTED + "Value '{%s=[WriteRequest(...), ...]}' at 'requestItems' failed to satisfy constraint: Map value must satisfy constraint: [Member must have length less than or equal to 25, Member must have length greater than or equal to 1]" % T
    yield "a table without a name", error_of(client.put_item, TableName="", Item=KEY, ReturnValues="INVALID"), DETECTED + "Value '' at 'tableName' failed to satisfy constraint: Member must have length greater than or equal to 1"
    yield "a name too long", error_of(client.put_item, TableName="a" * 256, Item=KEY), DETECTED + "Value '%s' at 'tableName' failed to satisfy constraint: Member must have length less than or equal to 255" % ("a" * 256)
    yield "Limit 0 of Query", error_of(client.query, TableName=T, KeyConditionExpression="p = :p", ExpressionAttributeValues={":p": text("x")}, Limit=0), DETECTED + "Value at 'Limit' failed to satisfy constraint: Member must have value greater than or equal to 1"
    yield "of Scan", error_of(client.scan, TableName=T, Limit=0), DETECTED + "Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1"
    yield "a start of another type", error_of(client.scan, TableName=T, ExclusiveStartKey={"p": {"N": "1"}, "c": {"N": "1"}}), "The provided starting key is invalid: The provided key element does not match the schema"
    yield "all and some", error_of(client.scan, TableName=T, Select="ALL_ATTRIBUTES", AttributesToGet=["c"]), INVALID + "Cannot specify the AttributesToGet when choosing to get ALL_ATTRIBUTES"
    yield "what to return of a failure", code_of(client.transact_write_items, TransactItems=[{"Put": {"TableName": T, "Item": KEY, "ReturnValuesOnConditionCheckFailure": "DOG"}}]), "ValidationException"


def tables():
    two = [{"AttributeName": "p", "AttributeType": "S"}, {"AttributeName": "p", "AttributeType": "N"}]
    yield "no name", error_of(client.create_table, **create(name=None)), "The parameter 'TableName' is required but was not present in the request"
    yield "the same key twice", error_of(client.create_table, **create("new", schema("p", "p"), attributes(p="S"))), "Invalid KeySchema: Some index key attribute have no definition"
    yield "three keys", error_of(client.create_table, **create("new", schema("p", "c", "d"), attributes(p="S", c="N", d="S"))), (
        DETECTED + "Value '[KeySchemaElement(attributeName=p, keyType=HASH), KeySchemaElement(attributeName=c, keyType=RANGE), KeySchemaElement(attributeName=d, keyType=RANGE)]' at 'keySchema' failed to satisfy constraint: Member must have length less than or equal to 2")
    yield "no kind of key", error_of(client.create_table, **create("new", [{"AttributeName": "p", "KeyType": "X"}], attributes(p="S"))), DETECTED + "Value 'X' at 'keySchema.1.member.keyType' failed to satisfy constraint: Member must satisfy enum value set: [HASH, RANGE]"
    yield "two definitions", error_of(client.create_table, **create("new", schema("p"), two)), INVALID + "Duplicate AttributeName in AttributeDefinitions: p"
    yield "one without a type", error_of(client.create_table, **create("new", schema("p"), [{"AttributeName": "p"}])), NULL % "attributeDefinitions.1.member.attributeType"
    yield "an update of nothing", error_of(client.update_table, TableName=T, GlobalSecondaryIndexUpdates=[])[:12], "At least one"
    index = {"IndexName": "second", "KeySchema": schema("c"), "Projection": {"ProjectionType": "ALL"}}
    yield "another type for a key", error_of(client.update_table, TableName=T, AttributeDefinitions=attributes(c="S"), GlobalSecondaryIndexUpdates=[{"Create": index}])[:len(INVALID) + 28], INVALID + "Attributes cannot be redefin"
    yield "no action", error_of(client.update_table, TableName=T, GlobalSecondaryIndexUpdates=[{}]), INVALID + "Each GlobalSecondaryIndexUpdate must have Create, Update or Delete"
    client.create_table(**create("gone"))
    said = client.delete_table(TableName="gone")["TableDescription"]
    yield "what DeleteTable tells", [said["TableStatus"], "KeySchema" in said, "CreationDateTime" in said], ["DELETING", False, False]


def settings():
    arn = client.describe_table(TableName=T)["Table"]["TableArn"]
    yield "tags of an index", code_of(client.list_tags_of_resource, ResourceArn=arn + "/index/i"), "ValidationException"
    yield "a tag without a value", error_of(client.tag_resource, ResourceArn=arn, Tags=[{"Key": "a"}]), NULL % "tags.1.member.value"
    yield "a tag with other signs", code_of(client.tag_resource, ResourceArn=arn, Tags=[{"Key": "a!", "Value": "x"}]), "ValidationException"
    yield "other letters", error_of(client.tag_resource, ResourceArn=arn, Tags=[{"Key": "Größe 1", "Value": "a+b-c=d._:/@ Ѯ"}]), "done"
    yield "no tags", [error_of(client.tag_resource, ResourceArn=arn), error_of(client.tag_resource, ResourceArn=arn, Tags=[])], [NULL % "tags", "Atleast one Tag needs to be provided as Input."]
    yield "time to live without Enabled", error_of(client.update_time_to_live, TableName=T, TimeToLiveSpecification={"AttributeName": "x"}), NULL % "timeToLiveSpecification.enabled"
    stream = client.update_table(TableName=T, StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"})["TableDescription"]["LatestStreamArn"]
    yield "a stream that is no ARN", [code_of(streams.describe_stream, StreamArn="x" * 40), code_of(streams.list_streams, ExclusiveStartStreamArn="x" * 40)], ["ValidationException"] * 2
    yield "after a shard that is not there", streams.describe_stream(StreamArn=stream, ExclusiveStartShardId="z" * 40)["StreamDescription"]["Shards"], []


def main():
    client.create_table(**create())
    for part in (updates, names, expressions, requests, tables, settings):
        for name, got, wanted in part():
            print("%s|%s|%s" % (name, json.dumps(got), json.dumps(wanted)))
    print("end")


main()
