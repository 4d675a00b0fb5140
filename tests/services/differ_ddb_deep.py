"""Further calls of differ_ddb.py: generated expressions on nested documents, pages, limits, capacity, legacy parameters."""
from differ_ddb_draw import KEYS
from differ_ddb_expr import Maker, document

PAGES = "pages"  # a partition of the table "sorted" with many items
LEGACY = [("Expected", {"v": {"Exists": False}}), ("ConditionalOperator", "AND"), ("AttributeUpdates", {"v": {"Action": "DELETE"}}), ("AttributesToGet", ["v"]),
          ("KeyConditions", {"id": {"AttributeValueList": [{"S": "a"}], "ComparisonOperator": "EQ"}}), ("QueryFilter", {}), ("ScanFilter", {})]


def deep_put(d, bad):
    m, call = Maker(d), {"TableName": "sorted", "Item": dict(document(d), **d.key("sorted"))}
    if d.chance(0.4):
        call["ConditionExpression"] = m.condition()
    call.update(ReturnValues=d.one("NONE", "ALL_OLD"), **account(d))
    return "put_item", m.put_into(call)


def deep_update(d, bad):
    m, call = Maker(d), {"TableName": "sorted", "Key": d.key("sorted")}
    call["UpdateExpression"] = m.update()
    if d.chance(0.4):
        call["ConditionExpression"] = m.condition()
    call.update(ReturnValues=d.one("NONE", "ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW"), **account(d))
    return "update_item", m.put_into(call)


def deep_delete(d, bad):
    m, call = Maker(d), {"TableName": "sorted", "Key": d.key("sorted")}
    call["ConditionExpression"] = m.condition()
    return "delete_item", m.put_into(dict(call, ReturnValues=d.one("NONE", "ALL_OLD"), **account(d)))


def deep_get(d, bad):
    m, call = Maker(d), {"TableName": "sorted", "Key": d.key("sorted")}
    call["ProjectionExpression"] = m.projection()
    return "get_item", m.put_into(dict(call, ConsistentRead=d.chance(0.5), **account(d, False)))


def deep_transact(d, bad):
    """Puts, updates, deletes and checks on the items of one partition, each with its condition."""
    actions, tables = [], "sorted"
    for number in d.r.sample(["0", "1", "-7.5", "100", "3.14"], d.r.randint(1, 4)):
        m, key, kind = Maker(d), {"id": {"S": d.one("a", "b")}, "n": {"N": number}}, d.one("Put", "Update", "Update", "Delete", "ConditionCheck")
        action = {"TableName": tables}
        action.update({"Item": dict(document(d), **key)} if kind == "Put" else {"Key": key})
        if kind == "Update":
            action["UpdateExpression"] = m.update()
        if kind == "ConditionCheck" or d.chance(0.4):
            action["ConditionExpression"] = m.condition()
        if d.chance(0.5):
            action["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        actions.append({kind: m.put_into(action)})
    return "transact_write_items", dict({"TransactItems": actions}, **account(d))


def account(d, write=True):
    """The parameters of a call that ask for its cost."""
    more = {"ReturnConsumedCapacity": d.one("TOTAL", "INDEXES", "NONE")} if d.chance(0.4) else {}
    if write and d.chance(0.2):
        more["ReturnItemCollectionMetrics"] = d.one("SIZE", "NONE")
    return more


def pages(d, bad):
    """A complete Query or Scan, page by page."""
    m, call = Maker(d), {"TableName": "sorted", "Limit": d.one(1, 2, 3, 5, 7, 100)}
    if d.chance(0.6):
        call["FilterExpression"] = m.condition(1)
    if d.chance(0.3):
        call["Select"] = "COUNT"
    elif d.chance(0.3):
        call["ProjectionExpression"] = "id, n, " + m.projection()
    if d.chance(0.4):
        return "pages_of_scan", m.put_into(dict(call, **d.one({}, {}, {"TotalSegments": 3})))
    call["KeyConditionExpression"] = "id = " + m.value({"S": PAGES})
    more = d.one("", "n > {}", "n >= {}", "n < {}", "n <= {}", "n BETWEEN {} AND {}", "n = {}")
    if more:
        call["KeyConditionExpression"] += " AND " + more.format(m.value({"N": d.one("3", "10", "0")}), *([m.value({"N": d.one("11", "20")})] if "AND" in more else ()))
    return "pages_of_query", m.put_into(dict(call, ScanIndexForward=d.chance(0.5)))


def size_of(d, name, size):
    """An item of this size: names and values count (Developer Guide, item sizes)."""
    key = {"id": {"S": name}}
    return dict(key, v={"S": "x" * (size - 2 - len(name) - 1)})


ITEM = 400 * 1024


def limits(d, bad):
    """Around the limits: one item, an update that makes it too large, 25, 100, 4 MB."""
    how = d.one("item", "item", "update", "batch", "get", "transact", "transact", "transact_get", "large", "key", "sortkey", "depth", "batch_item", "expression")
    some = [{"id": {"S": "l%d" % i}} for i in range(101)]
    if how == "item":
        return "put_item", {"TableName": "large", "Item": size_of(d, "large", ITEM + d.one(-1, 0, 1))}
    if how == "update":
        return "update_item", {"TableName": "large", "Key": {"id": {"S": "large"}}, "UpdateExpression": "SET w = :w", "ExpressionAttributeValues": {":w": {"S": "x" * d.one(1, 1000, ITEM - 20)}}}
    if how == "batch":
        return "batch_write_item", {"RequestItems": {"large": [{"DeleteRequest": {"Key": k}} for k in some[:d.one(25, 26)]]}}
    if how == "batch_item":
        return "batch_write_item", {"RequestItems": {"large": [{"PutRequest": {"Item": size_of(d, "large", ITEM + d.one(0, 1))}}, {"DeleteRequest": {"Key": {"id": {"S": "l0"}}}}]}}
    if how == "get":
        return "batch_get_item", {"RequestItems": {"large": {"Keys": some[:d.one(100, 101)]}}}
    if how == "transact":
        return "transact_write_items", {"TransactItems": [{"Delete": {"TableName": "large", "Key": k}} for k in some[:d.one(100, 101)]]}
    if how == "transact_get":
        return "transact_get_items", {"TransactItems": [{"Get": {"TableName": "large", "Key": k}} for k in some[:d.one(100, 101)]]}
    if how == "large":
        return "transact_write_items", {"TransactItems": [{"Put": {"TableName": "large", "Item": size_of(d, "l%d" % i, 380 * 1024)}} for i in range(d.one(10, 11))]}
    if how == "key":
        return "put_item", {"TableName": "large", "Item": {"id": {"S": "x" * d.one(2048, 2049)}}}
    if how == "sortkey":
        return "put_item", {"TableName": "binary", "Item": {"b": {"B": b"x" * d.one(2048, 2049, 5)}, "s": {"S": "x" * d.one(1024, 1025, 5)}}}
    if how == "depth":
        value = {"N": "1"}
        for _ in range(d.one(30, 31, 32, 33)):
            value = {"L": [value]} if d.chance(0.5) else {"M": {"k": value}}
        return "put_item", {"TableName": "large", "Item": {"id": {"S": "deep"}, "v": value}}
    wide = " OR ".join("v = :v" for _ in range(d.one(150, 295, 320)))
    return "put_item", {"TableName": "large", "Item": {"id": {"S": "wide"}}, "ConditionExpression": wide, "ExpressionAttributeValues": {":v": {"N": "1"}}}


NUMBERS = ["9" * 38, "-" + "9" * 38, "1" + "0" * 37, "9.9999999999999999999999999999999999999E+125", "-9.9999999999999999999999999999999999999E+125", "1E-130", "-1E-130", "1E+125",
           "0." + "0" * 129 + "1", "1" + "0" * 125, "123456789.012345678901234567890123456789", "1e0", "+5", ".5", "5.", "-0.0", "0e999", "1E126", "1E-131", "9" * 39, "1" + "0" * 126,
           "0." + "0" * 130 + "1", "1." + "0" * 50, "0" * 50 + "1", "1e", "e1", "", " 1", "1 ", "0x1"]


def numbers(d, bad):
    value, key = {"N": d.one(*NUMBERS)}, {"id": {"S": "num"}, "n": {"N": "1"}}
    how = d.one("put", "key", "set", "update", "arithmetic", "add", "query")
    if how == "put":
        return "put_item", {"TableName": "sorted", "Item": dict(key, v=value), "ReturnValues": "ALL_OLD"}
    if how == "key":
        return "put_item", {"TableName": "sorted", "Item": dict(key, n=value)}
    if how == "set":
        return "put_item", {"TableName": "sorted", "Item": dict(key, w={"NS": [value["N"], d.one(*NUMBERS)]})}
    if how == "query":
        return "query", {"TableName": "sorted", "KeyConditionExpression": "id = :i AND n %s :n" % d.one("<", "=", ">="), "ExpressionAttributeValues": {":i": {"S": "num"}, ":n": value}}
    text = {"update": "SET v = :v", "arithmetic": "SET v = v %s :v" % d.one("+", "-"), "add": "ADD v :v"}[how]
    return "update_item", {"TableName": "sorted", "Key": key, "UpdateExpression": text, "ExpressionAttributeValues": {":v": value}, "ReturnValues": "UPDATED_NEW"}


def legacy(d, bad):
    """Legacy parameters together with an expression are refused."""
    name, value = d.one(*LEGACY)
    if name in ("KeyConditions", "QueryFilter"):
        return "query", {"TableName": "sorted", "KeyConditionExpression": "id = :i", "ExpressionAttributeValues": {":i": {"S": "a"}}, name: value or {"v": {"ComparisonOperator": "NULL"}}}
    if name == "ScanFilter":
        return "scan", {"TableName": "sorted", "FilterExpression": "attribute_exists(v)", name: {"v": {"ComparisonOperator": "NULL"}}}
    if name == "AttributesToGet":
        return d.one(("get_item", {"TableName": "sorted", "Key": d.key("sorted"), "ProjectionExpression": "v", name: value}),
                     ("query", {"TableName": "sorted", "KeyConditionExpression": "id = :i", "ExpressionAttributeValues": {":i": {"S": "a"}}, name: value}))
    call = {"TableName": "sorted", "Key": d.key("sorted"), "UpdateExpression": "SET v = :v", "ExpressionAttributeValues": {":v": {"N": "1"}}, name: value}
    return "update_item", call


def empty(d, bad):
    """Empty strings and binaries: refused as a key, otherwise accepted."""
    table = d.one(*KEYS)
    item = d.key(table)
    name, kind = d.one(*KEYS[table])
    if d.chance(0.5):
        item[name] = {kind: b"" if kind == "B" else ""}
    elif d.chance(0.5):
        item[""] = {"S": "x"}
    else:
        item["v"] = {"M": {"k": {"S": ""}}}
    return d.one(("put_item", {"TableName": table, "Item": item}), ("get_item", {"TableName": table, "Key": {n: item.get(n) for n, _ in KEYS[table]}}))


MAKERS = [deep_put] * 3 + [deep_update] * 4 + [deep_delete, deep_get, deep_get, deep_transact, deep_transact, pages, pages, limits, numbers, numbers, legacy, empty]


def condition(text, **values):
    return "put_item", dict({"TableName": "plain", "Item": {"id": {"S": "pinned"}}, "ConditionExpression": text}, **({"ExpressionAttributeValues": {":" + k: v for k, v in values.items()}} if values else {}))


PINNED = [
    ("put_item", {"TableName": "plain", "Item": {"id": {"S": "pinned"}, "v": {"N": "1"}, "s": {"S": "abc"}, "lst": {"L": [{"N": "1"}, {"M": {"k": {"N": "1"}, "j": {"S": "x"}}}, {"S": "c"}]}, "mp": {"M": {"k": {"N": "1"}}}}}),
    ("get_item", {"TableName": "plain", "Key": {"id": {"S": "pinned"}}, "ConsistentRead": True, "ReturnConsumedCapacity": "TOTAL"}),
    # An update without an expression changes nothing.
    ("update_item", {"TableName": "plain", "Key": {"id": {"S": "pinned"}}, "ReturnValues": "ALL_NEW"}),
    # Elements of a list are in its order; two steps into one element give one element.
    *(("get_item", {"TableName": "plain", "Key": {"id": {"S": "pinned"}}, "ProjectionExpression": p}) for p in ("lst[1].k, lst[0], lst[1].j", "lst[2], lst[1].j, id", "mp.k, lst[9], v")),
    # A missing attribute equals nothing, on one side or on both.
    condition("s[0] <> v.k"), condition("size(v) <> size(nix)"), condition("nix <> size(nix)"), condition("NOT s[0] = v.k"),
    # An operand must not be the same as the first one.
    condition("lst IN (lst, :n)", n={"N": "1"}), condition("contains(lst, lst)"), condition("begins_with(mp.k, mp.k)"), condition("lst[0] IN (:n, lst[0])", n={"N": "1"}),
    # BETWEEN checks its first operand too.
    condition(":m BETWEEN :n AND :n", m={"M": {}}, n={"N": "1"}), condition(":m BETWEEN lst[0] AND v", m={"SS": ["x"]}),
    # DELETE checks paths as the other actions do.
    *(("update_item", {"TableName": "plain", "Key": {"id": {"S": "pinned"}}, "UpdateExpression": "DELETE %s :x" % path, "ExpressionAttributeValues": {":x": {"SS": ["x"]}}})
      for path in ("nix", "nix.k", "mp.nix", "mp.nix.k", "lst[9]", "nix[0]", "mp[0]")),
    ("delete_item", {"TableName": "plain", "Key": {"id": {"S": "pinned"}}, "ReturnConsumedCapacity": "TOTAL"}),
    ("transact_write_items", {"TransactItems": [{"Delete": {"TableName": "plain", "Key": {"id": {"S": "pinned"}}}}], "ReturnConsumedCapacity": "INDEXES"}),
    ("batch_write_item", {"RequestItems": {"plain": [{"DeleteRequest": {"Key": {"id": {"S": "pinned"}}}}]}, "ReturnConsumedCapacity": "INDEXES"}),
]
