"""DynamoDB: tables, items, conditions, queries, batches, transactions, tags, time to live."""
SERVICE = "dynamodb"
ANY = r"TableId|StreamLabel|LatestStreamLabel|StreamArn|IndexSizeBytes|TableSizeBytes|NextToken|BackupSizeBytes"
ORDER = {"Items": "", "AttributeDefinitions": "AttributeName", "Tags": "Key", "TableNames": "", "GlobalSecondaryIndexes": "IndexName"}
PLAIN = {"TableName": "plain", "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}], "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}], "BillingMode": "PAY_PER_REQUEST"}
INDEX = {"IndexName": "by_g", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}, {"AttributeName": "n", "KeyType": "RANGE"}], "Projection": {"ProjectionType": "ALL"}}
SORTED = {"TableName": "sorted", "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "n", "KeyType": "RANGE"}],
          "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}, {"AttributeName": "n", "AttributeType": "N"}, {"AttributeName": "g", "AttributeType": "S"}],
          "BillingMode": "PAY_PER_REQUEST", "GlobalSecondaryIndexes": [INDEX]}
SETUP = [("dynamodb", "create_table", PLAIN), ("dynamodb", "create_table", SORTED)]


def table(d, bad):
    return "none" if bad and d.chance(0.2) else d.one("plain", "sorted")


def key(d, name):
    return dict({"id": {"S": d.one("a", "b", "c")}}, **({"n": {"N": d.one("1", "2", "10", "-3.5")}} if name != "plain" else {}))


def value(d, deep=1):
    return d.one({"S": d.one("x", "abc", "")}, {"N": d.one("0", "1", "-1", "1.50", "1E3")}, {"BOOL": True}, {"NULL": True}, {"B": b"\0\1"}, {"SS": ["x", "y"]}, {"NS": ["1", "2"]},
                 *(({"L": [value(d, 0), value(d, 0)]}, {"M": {"k": value(d, 0), "l": {"N": "3"}}}) if deep else ()))


def item(d, name):
    return dict(key(d, name), **d.some(0.6, v=[{"N": d.one("1", "5", "7")}], w=[value(d)], g=[{"S": d.one("p", "q")}], m=[{"M": {"a": {"N": "1"}, "b": {"L": [{"S": "x"}]}}}]))


CONDITIONS = ["attribute_exists(id)", "attribute_not_exists(id)", "v = :n", "v > :n", "contains(w, :s)", "begins_with(w, :s)", "attribute_type(w, :t)", "size(w) > :n", "v BETWEEN :z AND :n",
              "v IN (:n, :z)", "NOT v = :n", "v = :n OR attribute_exists(w)", "m.a = :z", "m.b[0] = :s", "(v <> :n) AND attribute_not_exists(x)"]
VALUES = {":n": {"N": "5"}, ":z": {"N": "1"}, ":s": {"S": "x"}, ":t": {"S": "S"}, ":l": {"L": [{"N": "1"}]}, ":ss": {"SS": ["x", "q"]}}


def with_values(text, **more):
    """The members that have the values that the expressions use."""
    return {name: VALUES[name] for name in VALUES if any(name + end in text + " " for end in (" ", ",", ")"))}


def conditioned(d, call, more=""):
    """With a condition now and then, and the values that it and the expression in `more` need."""
    text = d.one(*CONDITIONS) if d.chance(0.4) else ""
    used = with_values(text + " " + more)
    return dict(call, **({"ConditionExpression": text} if text else {}), **({"ExpressionAttributeValues": used} if used else {}))


def put(d, bad):
    name = table(d, bad)
    one = item(d, name)
    if bad and d.chance(0.3):
        one = d.one({k: v for k, v in one.items() if k != "id"}, dict(one, id={"N": "1"}), dict(one, id={"S": ""}))
    return "put_item", conditioned(d, dict({"TableName": name, "Item": one}, **d.some(0.3, ReturnValues=["ALL_OLD", "NONE"])))


def get(d, bad):
    name = table(d, bad)
    at = {"id": {"S": "a"}, "x": {"S": "b"}} if bad and d.chance(0.3) else key(d, name)
    return "get_item", dict({"TableName": name, "Key": at}, **d.some(0.2, ProjectionExpression=["id, v", "m.a", "m.b[0]", "w"], ConsistentRead=[True], ReturnConsumedCapacity=["TOTAL"]))


UPDATES = ["SET v = :n", "SET v = v + :n", "SET v = if_not_exists(v, :z) + :n", "REMOVE w", "SET w = :s REMOVE v", "ADD v :n", "ADD w :ss", "DELETE w :ss", "SET m.a = :n", "SET m.c = :s", "REMOVE m.b[0]",
           "SET m.b[3] = :s", "SET m.b = list_append(m.b, :l)", "SET w = :l, v = :z"]


def update(d, bad):
    name, text = table(d, bad), d.one(*UPDATES)
    if bad and d.chance(0.3):
        text = d.one("SET id = :s", "SET v", "SET v = :n, v = :z", "FIX v :n")
    call = conditioned(d, dict({"TableName": name, "Key": key(d, name), "UpdateExpression": text},
                               **d.some(0.5, ReturnValues=["ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW", "NONE"])), text)
    if text.startswith(("REMOVE", "DELETE")):  # moto makes an item of nothing: see PINNED
        call = {k: v for k, v in call.items() if k != "ExpressionAttributeValues"}
        call.update({"ConditionExpression": "attribute_exists(id)"}, **({"ExpressionAttributeValues": with_values(text)} if ":" in text else {}))
    return "update_item", call


def delete(d, bad):
    name = table(d, bad)
    return "delete_item", conditioned(d, dict({"TableName": name, "Key": key(d, name)}, **d.some(0.4, ReturnValues=["ALL_OLD"])))


def query(d, bad):
    if d.chance(0.3):
        call = {"TableName": "sorted", "IndexName": "by_g", "KeyConditionExpression": "g = :g", "ExpressionAttributeValues": {":g": {"S": d.one("p", "q")}}}
    else:
        more = d.one("", " AND n > :n", " AND n BETWEEN :n AND :o", " AND n = :n", " AND n <= :o")
        call = {"TableName": "sorted", "KeyConditionExpression": "id = :i" + more, "ExpressionAttributeValues": {":i": {"S": d.one("a", "b")}}}
        call["ExpressionAttributeValues"].update({n: {"N": v} for n, v in ((":n", "1"), (":o", "9")) if n in more})
    call.update(d.some(0.2, ScanIndexForward=[False], Limit=[1, 2], Select=["COUNT"]))
    if bad:
        call.update(d.one({"TableName": "none"}, {"IndexName": "none"}, {"KeyConditionExpression": "v = :i"}))
    return "query", call


def scan(d, bad):
    call = dict({"TableName": table(d, bad)}, **d.some(0.2, Select=["COUNT"]))
    if d.chance(0.4):
        call["FilterExpression"] = d.one(*CONDITIONS)
        used = with_values(call["FilterExpression"])
        call.update({"ExpressionAttributeValues": used} if used else {})
    return "scan", call


def batch(d, bad):
    name = table(d, bad)
    keys = list({str(k): k for k in (key(d, name) for _ in range(d.one(1, 2, 3)))}.values())
    if d.chance(0.5):
        return "batch_get_item", {"RequestItems": {name: {"Keys": keys + keys[:1] if bad and d.chance(0.3) else keys}}}
    return "batch_write_item", {"RequestItems": {name: [{"PutRequest": {"Item": dict(k, v={"N": "2"})}} if d.chance(0.7) else {"DeleteRequest": {"Key": k}} for k in keys]}}


def transact(d, bad):
    keys = list({str(k): k for k in (key(d, "plain") for _ in range(d.one(1, 2)))}.values())
    if d.chance(0.3):
        return "transact_get_items", {"TransactItems": [{"Get": {"TableName": "plain", "Key": k}} for k in keys]}
    made = []
    for k in keys:
        made.append(d.one({"Put": conditioned(d, {"TableName": "plain", "Item": dict(k, v={"N": "3"})})}, {"Delete": conditioned(d, {"TableName": "plain", "Key": k})},
                          {"Update": {"TableName": "plain", "Key": k, "UpdateExpression": "SET v = :n", "ExpressionAttributeValues": {":n": VALUES[":n"]}}},
                          {"ConditionCheck": {"TableName": "plain", "Key": k, "ConditionExpression": d.one("attribute_exists(id)", "attribute_not_exists(id)")}}))
    return "transact_write_items", {"TransactItems": made + ([made[0]] if bad and d.chance(0.3) else [])}


def tables(d, bad):
    name = {"TableName": "none" if bad and d.chance(0.5) else d.one("plain", "sorted")}
    return d.one(("describe_table", name), ("describe_table", name), ("list_tables", d.some(0.3, Limit=[1, 100])), ("create_table", d.one(PLAIN, dict(PLAIN, TableName="new"), SORTED)),
                 ("delete_table", {"TableName": d.one("new", "none", "plain")}), ("describe_time_to_live", name), ("describe_continuous_backups", name),
                 ("update_time_to_live", dict(name, TimeToLiveSpecification={"Enabled": d.one(True, False), "AttributeName": "t"})),
                 ("describe_kinesis_streaming_destination", name))


def tags(d, bad):
    at = {"ResourceArn": "arn:aws:dynamodb:us-east-1:000000000000:table/" + ("none" if bad else d.one("plain", "sorted"))}
    return d.one(("tag_resource", dict(at, Tags=[{"Key": d.one("k", "l"), "Value": d.one("v", "w")}])), ("untag_resource", dict(at, TagKeys=[d.one("k", "l")])), ("list_tags_of_resource", at))


MAKERS = [(8, put), (5, get), (7, update), (3, delete), (5, query), (3, scan), (3, batch), (3, transact), (2, tables), (1, tags)]
AT = {"TableName": "plain", "Key": {"id": {"S": "a"}}}
PINNED = [[("update_time_to_live", {"TableName": "plain", "TimeToLiveSpecification": {"Enabled": False, "AttributeName": "t"}})],
          [("put_item", {"TableName": "plain", "Item": {"id": {"S": "a"}, "v": {"N": "1.50"}}}), ("get_item", AT), ("get_item", dict(AT, ConsistentRead=True, ReturnConsumedCapacity="TOTAL")),
           ("describe_time_to_live", {"TableName": "none"}), ("scan", {"TableName": "plain", "FilterExpression": "size(w) > :n", "ExpressionAttributeValues": {":n": VALUES[":n"]}})],
          [("update_item", dict(AT, UpdateExpression="SET id = :s", ConditionExpression="v > :n", ExpressionAttributeValues={":s": {"S": "x"}, ":n": VALUES[":n"]}))],
          [("put_item", {"TableName": "sorted", "Item": {"id": {"S": "a"}, "n": {"N": "1"}}}),
           ("query", {"TableName": "sorted", "KeyConditionExpression": "id = :i", "ExpressionAttributeValues": {":i": {"S": "a"}}, "Limit": 1})],
          [("update_item", dict(AT, UpdateExpression="REMOVE w")), ("get_item", AT)],
          [("update_item", dict(AT, UpdateExpression="REMOVE w", ReturnValues="UPDATED_NEW"))],
          [("delete_table", {"TableName": "plain"}), ("transact_write_items", {"TransactItems": [{"Delete": AT}]})],
          [("batch_get_item", {"RequestItems": {"none": {"Keys": [{"id": {"S": "a"}}] * 2}}})]]
