"""boto3 uses bflocal's secondary indexes, which are compared with a model in Python. One line "name|got|wanted" for each case."""
import os
import random

import boto3
from boto3.dynamodb.conditions import Attr, Key
from botocore.exceptions import ClientError

GSI, LSI, ALL, KEYS = "GlobalSecondaryIndexes", "LocalSecondaryIndexes", {"ProjectionType": "ALL"}, {"ProjectionType": "KEYS_ONLY"}


def error_of(f, **call):
    try:
        f(**call)
        return "done"
    except ClientError as e:
        return e.response["Error"]["Code"] + ": " + e.response["Error"]["Message"]


def attributes(**types):
    return [{"AttributeName": n, "AttributeType": t} for n, t in types.items()]


def keys(*names):
    return [{"AttributeName": n, "KeyType": k} for n, k in zip(names, ("HASH", "RANGE"))]


def index(name, projection, *names):
    return {"IndexName": name, "KeySchema": keys(*names), "Projection": projection}


def create(client, name, **more):
    call = dict(TableName=name, BillingMode="PAY_PER_REQUEST", AttributeDefinitions=attributes(c="S", n="N"), KeySchema=keys("c", "n"))
    return client.create_table(**dict(call, **more))["TableDescription"]


def definitions(client):
    described = create(client, "sales", AttributeDefinitions=attributes(c="S", n="N", status="S", total="N"), **{
        GSI: [index("by-status", ALL, "status", "total"), index("status-keys", KEYS, "status"),
              index("some", {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["city", "extra"]}, "status", "c")],
        LSI: [index("by-total", KEYS, "c", "total")]})
    described = client.describe_table(TableName="sales")["Table"]
    yield "attributes", [a["AttributeName"] for a in described["AttributeDefinitions"]], ["c", "n", "total", "status"]
    got = described[GSI][2]
    yield "an index described", (got["IndexName"], got["IndexStatus"], got["KeySchema"], got["Projection"]["NonKeyAttributes"], got["IndexArn"].split("/", 1)[1]), ("some", "ACTIVE", keys("status", "c"), ["city", "extra"], "sales/index/some")
    yield "a local one", described[LSI][0]["Projection"], KEYS
    invalid = "ValidationException: One or more parameter values were invalid: "
    bad = {
        "a name twice": ({GSI: [index("abc", ALL, "n"), index("abc", ALL, "n")]}, "Duplicate index name: abc"),
        "a key without a type": ({GSI: [index("abc", ALL, "x")]}, "Some index key attributes are not defined in AttributeDefinitions. Keys: [x]"),
        "a type without a key": ({"AttributeDefinitions": attributes(c="S", n="N", x="S"), GSI: [index("abc", ALL, "n")]}, "Some AttributeDefinitions are not used"),
        "a projection that is none": ({GSI: [index("abc", {"ProjectionType": "SOME"}, "n")]}, "Unknown ProjectionType: SOME"),
        "INCLUDE of nothing": ({GSI: [index("abc", {"ProjectionType": "INCLUDE"}, "n")]}, "ProjectionType is INCLUDE, but NonKeyAttributes is not specified"),
        "a local index with another hash key": ({LSI: [index("abc", ALL, "n", "c")]}, "Index KeySchema does not have the same leading hash key as table KeySchema for index: abc. index hash key: n, table hash key: c"),
        "a local index without a range key": ({LSI: [index("abc", ALL, "c")]}, "Index KeySchema does not have a range key for index: abc"),
        "six local indexes": ({LSI: [index("abc%d" % i, ALL, "c", "n") for i in range(6)]}, "LocalSecondaryIndex count exceeds the per-table limit of 5"),
        "an empty list": ({GSI: []}, "List of GlobalSecondaryIndexes is empty"),
        "throughput on demand": ({GSI: [dict(index("abc", ALL, "n"), ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 1})]}, "ProvisionedThroughput should not be specified for index: abc when BillingMode is PAY_PER_REQUEST"),
    }
    for what, (call, text) in bad.items():
        yield what, error_of(create, client=client, name="bad", **call), invalid + text


def fill(table, rng, model):
    """All kinds of puts, updates and deletes, also applied to the model."""
    for _ in range(400):
        key = ("c%d" % rng.randrange(4), rng.randrange(40))
        item = {"c": key[0], "n": key[1], "city": rng.choice(["Bern", "Brno"]), "more": "x" * rng.randrange(20)}
        if rng.random() < 0.8:
            item["status"] = rng.choice(["PAID", "OPEN", "SENT"])
        if rng.random() < 0.8:
            item["total"] = rng.randrange(-5, 5)
        how, there = rng.randrange(6), model.get(key)
        if how < 3:
            table.put_item(Item=item)
            model[key] = item
        elif how == 3:
            table.delete_item(Key={"c": key[0], "n": key[1]})
            model.pop(key, None)
        elif how == 4 and there:
            table.update_item(Key={"c": key[0], "n": key[1]}, UpdateExpression="SET #s = :s REMOVE #t", ExpressionAttributeNames={"#s": "status", "#t": "total"}, ExpressionAttributeValues={":s": "PAID"})
            there["status"] = "PAID"
            there.pop("total", None)
        else:
            with table.batch_writer() as batch:
                batch.put_item(Item=item)
            model[key] = item


def shown(item, names):
    return {k: v for k, v in item.items() if names is None or k in names}


def order(items):
    return sorted(items, key=lambda i: (i["c"], i["n"]))


def wanted(model, names, keys, test):
    return order(shown(i, names) for i in model.values() if all(k in i for k in keys) and test(i))


def pages(f, **call):
    """All items in pages of 7, and whether each was returned once."""
    items = []
    while True:
        got = f(Limit=7, **call)
        items += got["Items"]
        if "LastEvaluatedKey" not in got:
            return items
        call["ExclusiveStartKey"] = got["LastEvaluatedKey"]


def reads(table, model):
    indexes = {"by-status": (None, ("status", "total")), "status-keys": (("c", "n", "status"), ("status",)),
               "some": (("c", "n", "status", "city", "extra"), ("status", "c")), "by-total": (("c", "n", "total"), ("c", "total"))}
    for name, (names, ks) in indexes.items():
        yield f"scan of {name}", order(pages(table.scan, IndexName=name)), wanted(model, names, ks, lambda i: True)
        value = "PAID" if ks[0] == "status" else "c1"
        for forward in (True, False):
            got = pages(table.query, IndexName=name, KeyConditionExpression=Key(ks[0]).eq(value), ScanIndexForward=forward)
            yield f"query of {name}, forward {forward}", order(got), wanted(model, names, ks, lambda i: i[ks[0]] == value)
            if len(ks) == 2:
                sorts = [i[ks[1]] for i in got]
                yield f"its order, forward {forward}", sorts, sorted(sorts, reverse=not forward)
    for forward in (True, False):
        for what, condition, test in (("between", Key("total").between(-2, 2), lambda t: -2 <= t <= 2), ("lt", Key("total").lt(0), lambda t: t < 0), ("gte", Key("total").gte(1), lambda t: t >= 1), ("eq", Key("total").eq(3), lambda t: t == 3)):
            got = pages(table.query, IndexName="by-status", KeyConditionExpression=Key("status").eq("OPEN") & condition, ScanIndexForward=forward)
            yield f"{what}, forward {forward}", order(got), wanted(model, None, ("status", "total"), lambda i: i["status"] == "OPEN" and test(i["total"]))
    got = table.query(IndexName="by-status", KeyConditionExpression=Key("status").eq("PAID"), FilterExpression=Attr("city").eq("Bern") & Attr("n").lt(20))["Items"]
    yield "a filter, with a key of the table", order(got), wanted(model, None, ("status", "total"), lambda i: i["status"] == "PAID" and i["city"] == "Bern" and i["n"] < 20)
    got = table.query(IndexName="by-total", KeyConditionExpression=Key("c").eq("c1"), Select="ALL_ATTRIBUTES", ConsistentRead=True)["Items"]
    yield "a local index fetches the rest", order(got), wanted(model, None, ("total",), lambda i: i["c"] == "c1")
    got = table.query(IndexName="by-total", KeyConditionExpression=Key("c").eq("c1"), ProjectionExpression="n,city")["Items"]
    yield "or some of it", sorted(i["city"] for i in got), sorted(i["city"] for i in model.values() if i["c"] == "c1" and "total" in i)
    yield "COUNT", table.query(IndexName="some", KeyConditionExpression=Key("status").eq("PAID"), Select="COUNT")["Count"], sum(i.get("status") == "PAID" for i in model.values())
    yield "segments", order(sum((table.scan(IndexName="status-keys", Segment=s, TotalSegments=3)["Items"] for s in range(3)), [])), wanted(model, ("c", "n", "status"), ("status",), lambda i: True)


def refusals(table):
    paid = Key("status").eq("PAID")
    invalid = "ValidationException: "
    parameter = invalid + "One or more parameter values were invalid: "
    cases = {
        "no such index": (dict(IndexName="none", KeyConditionExpression=paid), invalid + "The table does not have the specified index: none"),
        "a consistent read": (dict(IndexName="some", KeyConditionExpression=paid, ConsistentRead=True), invalid + "Consistent reads are not supported on global secondary indexes"),
        "ALL_ATTRIBUTES": (dict(IndexName="some", KeyConditionExpression=paid, Select="ALL_ATTRIBUTES"), parameter + "Select type ALL_ATTRIBUTES is not supported for global secondary index some because its projection type is not ALL"),
        "what is not projected": (dict(IndexName="some", KeyConditionExpression=paid, ProjectionExpression="more"), parameter + "Global secondary index some does not project [more]"),
        "a key that is not the index's": (dict(IndexName="some", KeyConditionExpression=Key("n").eq(1)), invalid + "Query condition missed key schema element: status"),
        "a start without the table's keys": (dict(IndexName="some", KeyConditionExpression=paid, ExclusiveStartKey={"status": "PAID", "c": "c1"}), invalid + "The provided starting key is invalid"),
    }
    for what, (call, text) in cases.items():
        yield what, error_of(table.query, **call), text
    wrong = "ValidationException: One or more parameter values were invalid: Type mismatch for Index Key status Expected: S Actual: N IndexName: by-status"
    yield "a put with a wrong type", error_of(table.put_item, Item={"c": "x", "n": 1, "status": 5}), wrong
    update = dict(Key={"c": "x", "n": 1}, UpdateExpression="SET #s = :s", ExpressionAttributeNames={"#s": "status"})
    yield "an update with one", error_of(table.update_item, **update, ExpressionAttributeValues={":s": 5}), wrong
    yield "an empty key", error_of(table.update_item, **update, ExpressionAttributeValues={":s": ""})[-38:], "IndexName: by-status, IndexKey: status"
    yield "a batch with a wrong type", error_of(table.meta.client.batch_write_item, RequestItems={"sales": [{"PutRequest": {"Item": {"c": "x", "n": 1, "status": 5}}}]}), wrong
    yield "none of them is there", "Item" in table.get_item(Key={"c": "x", "n": 1}), False


def changes(client, table, model):
    update = client.update_table
    new = {"Create": index("late", ALL, "city")}
    got = update(TableName="sales", AttributeDefinitions=attributes(city="S"), GlobalSecondaryIndexUpdates=[new])["TableDescription"]
    yield "an index that comes late", [i["IndexName"] for i in got[GSI]], ["by-status", "status-keys", "some", "late"]
    yield "has all items", order(pages(table.query, IndexName="late", KeyConditionExpression=Key("city").eq("Bern"))), wanted(model, None, ("city",), lambda i: i["city"] == "Bern")
    yield "once", error_of(update, TableName="sales", AttributeDefinitions=attributes(city="S"), GlobalSecondaryIndexUpdates=[new]), "ValidationException: Attempting to create an index which already exists: late"
    yield "two at once", error_of(update, TableName="sales", GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "late"}}, {"Delete": {"IndexName": "some"}}])[:22], "LimitExceededException"
    yield "none of that happened", error_of(table.query, IndexName="late", KeyConditionExpression=Key("city").eq("Bern")), "done"
    update(TableName="sales", GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "late"}}])
    yield "it goes", error_of(table.query, IndexName="late", KeyConditionExpression=Key("city").eq("Bern")), "ValidationException: The table does not have the specified index: late"
    yield "and is not there", error_of(update, TableName="sales", GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "late"}}])[:25], "ResourceNotFoundException"
    yield "entries are counted", {i["IndexName"]: i["ItemCount"] for i in client.describe_table(TableName="sales")["Table"][GSI]}["status-keys"], sum("status" in i for i in model.values())


def collections(client):
    """ItemCollectionMetrics: for tables with a local secondary index, one for each collection."""
    key = lambda c: {"c": c, "n": 900}
    one = lambda c: {"ItemCollectionKey": {"c": c}, "SizeEstimateRangeGB": [0.0, 1.0]}
    size = {"ReturnItemCollectionMetrics": "SIZE"}
    name = "ItemCollectionMetrics"
    yield "the collection of a put", client.put_item(TableName="sales", Item=key("m1"), **size)[name], one("m1")
    yield "of an update", client.update_item(TableName="sales", Key=key("m1"), **size)[name], one("m1")
    yield "of a removal", client.delete_item(TableName="sales", Key=key("m1"), **size)[name], one("m1")
    yield "not asked for", name in client.delete_item(TableName="sales", Key=key("m1"), ReturnItemCollectionMetrics="NONE"), False
    puts = [{"PutRequest": {"Item": {**key(c), "n": n}}} for c, n in (("m1", 901), ("m2", 901), ("m1", 902))]
    yield "of a batch, each once", client.batch_write_item(RequestItems={"sales": puts}, **size)[name], {"sales": [one("m1"), one("m2")]}
    actions = [{"Delete": {"TableName": "sales", "Key": p["PutRequest"]["Item"]}} for p in puts]
    check = {"ConditionCheck": {"TableName": "sales", "Key": key("m3"), "ConditionExpression": "attribute_not_exists(c)"}}
    yield "of a transaction", client.transact_write_items(TransactItems=[check, *actions], **size)[name], {"sales": [one("m1"), one("m2")]}
    yield "wrong values are told together", error_of(client.put_item, TableName="sales", Item=key("m1"), ReturnValues="x", ReturnConsumedCapacity="y", ReturnItemCollectionMetrics="z"), (
        "ValidationException: 3 validation errors detected: Value 'y' at 'returnConsumedCapacity' failed to satisfy constraint: Member must satisfy enum value set: [INDEXES, TOTAL, NONE]; "
        "Value 'z' at 'returnItemCollectionMetrics' failed to satisfy constraint: Member must satisfy enum value set: [SIZE, NONE]; "
        "Value 'x' at 'returnValues' failed to satisfy constraint: Member must satisfy enum value set: [ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]")
    for name, call in ("query", {"KeyConditionExpression": "c = :c", "ExpressionAttributeValues": {":c": "x"}}), ("scan", {}), ("get_item", {"Key": key("m1")}):
        yield f"{name} too", error_of(getattr(client, name), TableName="sales", ReturnConsumedCapacity="y", **call).split(" at ")[0], "ValidationException: 1 validation error detected: Value 'y'"
    yield "what is no ARN", error_of(client.tag_resource, ResourceArn="not-an-arn", Tags=[{"Key": "a", "Value": "b"}]), "ValidationException: Invalid TableArn: Invalid ResourceArn provided as input not-an-arn, ARNs must start with 'arn:'"


def main():
    resource = boto3.resource("dynamodb", endpoint_url=os.environ["AWS_ENDPOINT_URL"])
    client, table, model, rng = resource.meta.client, resource.Table("sales"), {}, random.Random(7)
    plan = [lambda: definitions(client), lambda: fill(table, rng, model), lambda: reads(table, model), lambda: refusals(table), lambda: collections(client), lambda: changes(client, table, model)]
    for step in plan:
        for name, got, want in step() or ():
            print(f"{name}|{'as wanted' if got == want else repr(got)[:200]}|as wanted")
    table.delete()
    print("end")


main()
