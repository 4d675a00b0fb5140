"""boto3 and the legacy parameters, which the Kinesis Client Library still sends for its leases.
One line "name|got|wanted" for each case."""
import os

import boto3
from botocore.exceptions import ClientError

PARAMETER = "ValidationException: One or more parameter values were invalid: "


def error_of(f, **call):
    try:
        f(**call)
        return "done"
    except ClientError as e:
        return e.response["Error"]["Code"] + ": " + e.response["Error"]["Message"]


def compare(operator, *values):
    return dict({"ComparisonOperator": operator}, **({"AttributeValueList": list(values)} if values else {}))


def lease(table):
    """A lease as in KCL 1: created once, renewed by its owner, stolen by another."""
    key = {"leaseKey": "shardId-0", "n": 0}
    new = dict(key, leaseOwner="a", leaseCounter=1, parents={"x"})
    yield "created once", [error_of(table.put_item, Item=new, Expected={"leaseKey": {"Exists": False}})[:31] for _ in (1, 2)], ["done", "ConditionalCheckFailedException"]
    renew = dict(Key=key, AttributeUpdates={"leaseCounter": {"Action": "PUT", "Value": 2}}, Expected={"leaseOwner": {"Value": "a"}, "leaseCounter": {"Value": 1, "Exists": True}})
    yield "renewed once", [error_of(table.update_item, **renew)[:31] for _ in (1, 2)], ["done", "ConditionalCheckFailedException"]
    got = table.update_item(Key=key, ReturnValues="ALL_NEW", AttributeUpdates={
        "leaseCounter": {"Action": "ADD", "Value": 5}, "leaseOwner": {"Value": "b"}, "parents": {"Action": "DELETE", "Value": {"x"}},
        "more": {"Action": "ADD", "Value": {"p", "q"}}, "list": {"Action": "ADD", "Value": [1]}})["Attributes"]
    yield "every action", got, dict(key, leaseOwner="b", leaseCounter=7, more={"p", "q"}, list=[1])
    got = table.update_item(Key=key, ReturnValues="UPDATED_NEW", AttributeUpdates={"list": {"Action": "ADD", "Value": [2]}, "more": {"Action": "DELETE"}, "none": {"Action": "DELETE"}})["Attributes"]
    yield "a list grows, an attribute goes", got, {"list": [1, 2]}
    yield "deleted by its owner", [error_of(table.delete_item, Key=key, Expected={"leaseOwner": {"Value": o}})[:31] for o in "ab"], ["ConditionalCheckFailedException", "done"]


def conditions(table):
    key = {"leaseKey": "c", "n": 1}
    table.put_item(Item=dict(key, s="abc", k=5, set={"x", "y"}, b=b"\x01\x02"))
    holds = {
        "EQ": dict(s=compare("EQ", "abc")), "NE": dict(s=compare("NE", "x")), "NE of nothing": dict(none=compare("NE", "x")), "IN": dict(k=compare("IN", 1, 5)),
        "LE": dict(k=compare("LE", 5)), "GE": dict(k=compare("GE", 5)), "BETWEEN": dict(k=compare("BETWEEN", 1, 9)), "NOT_NULL": dict(s=compare("NOT_NULL")),
        "NULL": dict(none=compare("NULL")), "CONTAINS": dict(s=compare("CONTAINS", "b")), "CONTAINS of a set": dict(set=compare("CONTAINS", "x")),
        "NOT_CONTAINS": dict(s=compare("NOT_CONTAINS", "z")), "BEGINS_WITH": dict(s=compare("BEGINS_WITH", "ab")), "two": dict(s=compare("EQ", "abc"), k=compare("EQ", 5)),
    }
    fails = {
        "LT": dict(k=compare("LT", 5)), "GT": dict(k=compare("GT", 5)), "another type": dict(k=compare("EQ", "5")), "one of two": dict(s=compare("EQ", "abc"), k=compare("EQ", 6)),
        "NOT_CONTAINS of a set": dict(set=compare("NOT_CONTAINS", "x")), "GT of nothing": dict(none=compare("GT", 1)),
    }
    for wanted, cases in (("done", holds), ("ConditionalCheckFailedException: The conditional request failed", fails)):
        for what, expected in cases.items():
            yield f"Expected {what}", error_of(table.update_item, Key=key, AttributeUpdates={"k": {"Value": 5}}, Expected=expected), wanted
    yield "OR", error_of(table.update_item, Key=key, AttributeUpdates={"k": {"Value": 5}}, Expected=fails["one of two"], ConditionalOperator="OR"), "done"
    scan = lambda **f: table.scan(ScanFilter=f)["Count"]
    yield "ScanFilter", [scan(k=compare("EQ", 5)), scan(k=compare("EQ", 6)), scan(k=compare("EQ", 5), none=compare("NULL"))], [1, 0, 1]


def queries(table):
    for n in range(10):
        table.put_item(Item={"leaseKey": "q", "n": n, "even": n % 2 == 0, "x": "y"})
    keys = lambda *sort: dict({"leaseKey": compare("EQ", "q")}, **({"n": compare(*sort)} if sort else {}))
    ns = lambda **call: [int(i["n"]) for i in table.query(**call)["Items"]]
    yield "KeyConditions", ns(KeyConditions=keys()), list(range(10))
    yield "with a range", [ns(KeyConditions=keys(*s)) for s in (("LT", 2), ("LE", 1), ("GT", 8), ("GE", 9), ("EQ", 3), ("BETWEEN", 4, 6))], [[0, 1], [0, 1], [9], [9], [3], [4, 5, 6]]
    yield "backwards, some", ns(KeyConditions=keys("GT", 5), ScanIndexForward=False, Limit=2), [9, 8]
    yield "QueryFilter", ns(KeyConditions=keys(), QueryFilter={"even": compare("EQ", True)}), [0, 2, 4, 6, 8]
    yield "with OR", ns(KeyConditions=keys("LT", 3), QueryFilter={"even": compare("EQ", True), "x": compare("EQ", "y")}, ConditionalOperator="OR"), [0, 1, 2]
    yield "AttributesToGet", table.query(KeyConditions=keys("EQ", 3), AttributesToGet=["x", "n"])["Items"], [{"n": 3, "x": "y"}]
    yield "of an item", table.get_item(Key={"leaseKey": "q", "n": 3}, AttributesToGet=["x", "none"])["Item"], {"x": "y"}
    yield "of a batch", table.meta.client.batch_get_item(RequestItems={table.name: {"Keys": [{"leaseKey": "q", "n": 3}], "AttributesToGet": ["even"]}})["Responses"][table.name], [{"even": False}]


def refusals(table):
    key, put = {"leaseKey": "c", "n": 1}, dict(Item={"leaseKey": "c", "n": 1})
    mixed = "ValidationException: Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {%s} Expression parameters: {%s}"
    cases = {
        "both ways": (table.put_item, dict(put, Expected={"s": {"Value": 1}}, ConditionExpression="attribute_exists(s)"), mixed % ("Expected", "ConditionExpression")),
        "both ways of a query": (table.query, dict(KeyConditions={"leaseKey": compare("EQ", "q")}, QueryFilter={"s": compare("NOT_NULL")}, FilterExpression="attribute_exists(s)", ProjectionExpression="s"), mixed % ("QueryFilter", "ProjectionExpression, FilterExpression")),
        "key conditions and a filter that is an expression": (table.query, dict(KeyConditions={"leaseKey": compare("EQ", "q")}, FilterExpression="attribute_exists(s)"), "done"),
        "no value": (table.put_item, dict(put, Expected={"s": {}}), PARAMETER + "Value must be provided when Exists is null for Attribute: s"),
        "a value of nothing": (table.put_item, dict(put, Expected={"s": {"Exists": False, "Value": 1}}), PARAMETER + "Value cannot be used when Exists is false for Attribute: s"),
        "two forms": (table.put_item, dict(put, Expected={"s": {"ComparisonOperator": "EQ", "Value": 1}}), PARAMETER + "Value and ComparisonOperator cannot be used together for Attribute: s"),
        "too few": (table.put_item, dict(put, Expected={"s": compare("BETWEEN", 1)}), PARAMETER + "Invalid number of argument(s) for the BETWEEN ComparisonOperator"),
        "too many": (table.put_item, dict(put, Expected={"s": compare("EQ", 1, 2)}), PARAMETER + "Invalid number of argument(s) for the EQ ComparisonOperator"),
        "a wrong type": (table.put_item, dict(put, Expected={"s": compare("BEGINS_WITH", 1)}), PARAMETER + "ComparisonOperator BEGINS_WITH is not valid for N AttributeValue type"),
        "two types": (table.put_item, dict(put, Expected={"s": compare("IN", 1, "x")}), PARAMETER + "AttributeValues inside AttributeValueList must be of same type"),
        "an operator alone": (table.put_item, dict(put, ConditionalOperator="OR"), PARAMETER + "ConditionalOperator cannot be used without Filter or Expected"),
        "no value to put": (table.update_item, dict(Key=key, AttributeUpdates={"s": {"Action": "PUT"}}), PARAMETER + "Only DELETE action is allowed when no attribute value is specified"),
        "a text to add": (table.update_item, dict(Key=key, AttributeUpdates={"s": {"Action": "ADD", "Value": "x"}}), PARAMETER + "ADD action is not supported for the type S"),
        "a key": (table.update_item, dict(Key=key, AttributeUpdates={"n": {"Value": 2}}), PARAMETER + "Cannot update attribute n. This attribute is part of the key"),
        "a name twice": (table.get_item, dict(Key=key, AttributesToGet=["s", "s"]), PARAMETER + "Duplicate value in attribute name: s"),
        "a query without conditions": (table.query, dict(KeyConditions={}), "ValidationException: Conditions can be of length 1 or 2 only"),
    }
    for what, (f, call, text) in cases.items():
        yield what, error_of(f, **call), text


def main():
    resource = boto3.resource("dynamodb", endpoint_url=os.environ["AWS_ENDPOINT_URL"])
    table = resource.create_table(
        TableName="leases", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "leaseKey", "KeyType": "HASH"}, {"AttributeName": "n", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": "leaseKey", "AttributeType": "S"}, {"AttributeName": "n", "AttributeType": "N"}])
    for cases in (lease, conditions, queries, refusals):
        for name, got, want in cases(table):
            print(f"{name}|{'as wanted' if got == want else repr(got)[:200]}|as wanted")
    table.delete()
    print("end")


main()
