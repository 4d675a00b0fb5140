"""The calls of differ_ddb.py, by operation."""
from differ_ddb_draw import KEYS, spelled


def put(d, bad):
    t = d.table(bad)
    k = t if t in KEYS else "plain"
    call = {"TableName": t, "Item": d.item(k)}
    if bad:
        how = d.one("key", "value", "condition", "returns", "noitem")
        if how == "key":
            call["Item"].update(d.bad_key(k)) if d.chance(0.5) else call.update(Item=d.bad_key(k))
        elif how == "value":
            call["Item"]["v"] = d.bad_value()
        elif how == "condition":
            d.expressions(call, ConditionExpression=d.BAD_CONDITIONS)
        elif how == "returns":
            call["ReturnValues"] = d.one("ALL_NEW", "UPDATED_NEW", "FULL")
        else:
            del call["Item"]
    else:
        if d.chance(0.3):
            d.expressions(call, ConditionExpression=d.CONDITIONS)
        if d.chance(0.4):
            call["ReturnValues"] = d.returns()
        if d.chance(0.1):
            call["ReturnConsumedCapacity"] = d.one("TOTAL", "INDEXES", "NONE")
    return "put_item", call


def update(d, bad):
    t = d.table(bad)
    k = t if t in KEYS else "plain"
    call = {"TableName": t, "Key": d.key(k)}
    if not bad:
        if d.chance(0.95):
            which = {"UpdateExpression": d.UPDATES}
            if d.chance(0.2):
                which["ConditionExpression"] = d.CONDITIONS
            d.expressions(call, **which)
        call["ReturnValues"] = d.returns(True)
    elif d.chance(0.3):
        call["Key"] = d.bad_key(k)
        d.expressions(call, UpdateExpression=d.UPDATES)
    elif d.chance(0.7):
        d.expressions(call, UpdateExpression=d.BAD_UPDATES)
    else:
        d.expressions(call, UpdateExpression=d.UPDATES, ConditionExpression=d.BAD_CONDITIONS)
    return "update_item", call


def delete(d, bad):
    t = d.table(bad)
    k = t if t in KEYS else "plain"
    call = {"TableName": t, "Key": d.bad_key(k) if bad else d.key(k)}
    if d.chance(0.3):
        d.expressions(call, ConditionExpression=d.CONDITIONS)
    if d.chance(0.5):
        call["ReturnValues"] = d.returns(bad)
    return "delete_item", call


def get(d, bad):
    t = d.table(bad)
    k = t if t in KEYS else "plain"
    call = {"TableName": t, "Key": d.key(k)}
    if bad and d.chance(0.5):
        call["Key"] = d.bad_key(k)
    elif bad:
        d.expressions(call, ProjectionExpression=d.BAD_PROJECTIONS)
    elif d.chance(0.5):
        d.expressions(call, ProjectionExpression=d.PROJECTIONS)
    if d.chance(0.1):
        call["ConsistentRead"] = True
        call["ReturnConsumedCapacity"] = "TOTAL"
    return "get_item", call


def batch_write(d, bad):
    items = {}
    for t in d.r.sample(sorted(KEYS), d.r.randint(1, 2)):
        wanted = {}
        for _ in range(d.r.randint(1, 6)):
            item = d.item(t)
            key = spelled(item, t)
            wanted[key] = {"PutRequest": {"Item": item}} if d.chance(0.7) else {"DeleteRequest": {"Key": {n: item[n] for n, _ in KEYS[t]}}}
        items[t] = list(wanted.values())
    if bad:
        t = sorted(items)[0]
        how = d.one("twice", "many", "empty", "key", "value", "table", "both", "none")
        if how == "twice":
            items[t].append(items[t][0])
        elif how == "many":
            items = {"plain": [{"PutRequest": {"Item": {"id": {"S": str(i)}}}} for i in range(26)]}
        elif how == "empty":
            items[t] = []
        elif how == "key":
            items[t][0] = {"DeleteRequest": {"Key": d.bad_key(t)}}
        elif how == "value":
            items[t][0] = {"PutRequest": {"Item": dict(d.item(t), v=d.bad_value())}}
        elif how == "table":
            items["nowhere"] = [{"PutRequest": {"Item": {"id": {"S": "x"}}}}]
        elif how == "both":
            items[t][0] = {"PutRequest": {"Item": d.item(t)}, "DeleteRequest": {"Key": d.key(t)}}
        else:
            items[t][0] = {}
    return "batch_write_item", {"RequestItems": items}


def batch_get(d, bad):
    items = {}
    for t in d.r.sample(sorted(KEYS), d.r.randint(1, 3)):
        keys = {spelled(k, t): k for k in (d.key(t) for _ in range(4))}
        items[t] = {"Keys": list(keys.values())}
        if d.chance(0.3):
            d.expressions(items[t], ProjectionExpression=d.PROJECTIONS)
    if bad:
        t = sorted(items)[0]
        how = d.one("twice", "key", "table", "empty", "projection")
        if how == "twice":
            items[t]["Keys"].append(items[t]["Keys"][0])
        elif how == "key":
            items[t]["Keys"][0] = d.bad_key(t)
        elif how == "table":
            items["nowhere"] = {"Keys": [{"id": {"S": "x"}}]}
        elif how == "empty":
            items[t]["Keys"] = []
        else:
            items[t] = d.expressions({"Keys": [d.key(t)]}, ProjectionExpression=d.BAD_PROJECTIONS)
    return "batch_get_item", {"RequestItems": items}


def query(d, bad):
    t = d.one("plain", "sorted", "sorted", "binary")
    call = {"TableName": t}
    which = {"KeyConditionExpression": d.BAD_KEY_CONDITIONS if bad and d.chance(0.6) else d.KEY_CONDITIONS[t]}
    if d.chance(0.3):
        which["FilterExpression"] = d.BAD_CONDITIONS if bad and d.chance(0.3) else [c for c in d.CONDITIONS if "(id)" not in c[0]]
    if d.chance(0.3):
        which["ProjectionExpression"] = d.PROJECTIONS
    if bad and "BAD" and which["KeyConditionExpression"] is d.BAD_KEY_CONDITIONS:
        call["TableName"] = "sorted"
    d.expressions(call, **which)
    if d.chance(0.3):
        call["ScanIndexForward"] = False
    if d.chance(0.4):
        call["Limit"] = d.one(1, 2, 3) if not bad else d.one(0, -1, 2)
    if d.chance(0.2) and "ProjectionExpression" not in call:
        call["Select"] = d.one("COUNT", "ALL_ATTRIBUTES", *(("SPECIFIC_ATTRIBUTES", "SOME", "ALL_PROJECTED_ATTRIBUTES") if bad else ()))
    return "query", call


def scan(d, bad):
    t = d.table(bad)
    call = {"TableName": t}
    which = {}
    if d.chance(0.4):
        which["FilterExpression"] = d.BAD_CONDITIONS if bad else d.CONDITIONS
    if d.chance(0.3):
        which["ProjectionExpression"] = d.BAD_PROJECTIONS if bad else d.PROJECTIONS
    if which:
        d.expressions(call, **which)
    if bad and d.chance(0.5):
        call.update(d.one({"Limit": 0}, {"Segment": 1}, {"TotalSegments": 2}, {"Segment": 2, "TotalSegments": 2},
                          {"Segment": 0, "TotalSegments": 0}, {"Select": "NOTHING"}, {"ExclusiveStartKey": {"x": {"S": "y"}}},
                          {"ExpressionAttributeNames": {"#q": "q"}}, {"ExpressionAttributeValues": {":q": {"S": "q"}}}, {"Segment": -1, "TotalSegments": 2}))
    if d.chance(0.2) and "ProjectionExpression" not in call:
        call["Select"] = "COUNT"
    return "scan", call


def transact_write(d, bad):
    actions, seen = [], set()
    for _ in range(d.r.randint(1, 4)):
        t = d.one(*KEYS)
        key = d.key(t)
        name = t + spelled(key, t)
        if name in seen:
            continue
        seen.add(name)
        kind = d.one("Put", "Update", "Delete", "ConditionCheck")
        action = {"TableName": t}
        if kind == "Put":
            action["Item"] = dict(d.item(t), **key)
        else:
            action["Key"] = key
        which = {}
        if kind == "Update":
            which["UpdateExpression"] = d.UPDATES
        if kind == "ConditionCheck" or d.chance(0.2):
            which["ConditionExpression"] = d.CONDITIONS
        if which:
            d.expressions(action, **which)
        if d.chance(0.3):
            action["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        actions.append({kind: action})
    if bad:
        how = d.one("twice", "none", "empty", "table", "key", "value", "check", "noupdate", "expression")
        if how == "twice":
            actions.append({"Put": {"TableName": "plain", "Item": {"id": {"S": "twice"}}}})
            actions.append({"Delete": {"TableName": "plain", "Key": {"id": {"S": "twice"}}}})
        elif how == "none":
            actions = []
        elif how == "empty":
            actions[0] = {}
        elif how == "table":
            actions.append({"Delete": {"TableName": "nowhere", "Key": {"id": {"S": "x"}}}})
        elif how == "key":
            actions[0] = {"Delete": {"TableName": "plain", "Key": d.bad_key("plain")}}
        elif how == "value":
            actions[0] = {"Put": {"TableName": "plain", "Item": {"id": {"S": "q"}, "v": d.bad_value()}}}
        elif how == "check":
            actions[0] = {"ConditionCheck": {"TableName": "plain", "Key": {"id": {"S": "q"}}}}
        elif how == "noupdate":
            actions[0] = {"Update": {"TableName": "plain", "Key": {"id": {"S": "q"}}}}
        else:
            actions[0] = {"Update": d.expressions({"TableName": "plain", "Key": {"id": {"S": "q"}}}, UpdateExpression=d.BAD_UPDATES)}
    return "transact_write_items", {"TransactItems": actions}


def transact_get(d, bad):
    actions = []
    for t in d.r.sample(sorted(KEYS), d.r.randint(1, 3)):
        action = {"TableName": t, "Key": d.key(t)}
        if d.chance(0.4):
            d.expressions(action, ProjectionExpression=d.BAD_PROJECTIONS if bad and d.chance(0.5) else d.PROJECTIONS)
        actions.append({"Get": action})
    if bad:
        how = d.one("twice", "none", "table", "key", "empty")
        if how == "twice":
            actions.append(actions[0])
        elif how == "none":
            actions = []
        elif how == "table":
            actions[0]["Get"]["TableName"] = "nowhere"
        elif how == "key":
            actions[0]["Get"] = {"TableName": "sorted", "Key": d.bad_key("sorted")}
        else:
            actions[0] = {}
    return "transact_get_items", {"TransactItems": actions}


def create(d, bad):
    call = {"TableName": "made", "BillingMode": "PAY_PER_REQUEST", "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}
    how = d.one("name", "short", "twice", "type", "range", "undefined", "spare", "units", "nounits", "view", "noview", "nokey", "three", "mode")
    if how == "name":
        call["TableName"] = "a b"
    elif how == "short":
        call["TableName"] = "ab"
    elif how == "twice":
        call["TableName"] = "plain"
    elif how == "type":
        call["AttributeDefinitions"][0]["AttributeType"] = d.one("M", "BOOL", "")
    elif how == "range":
        call["KeySchema"][0]["KeyType"] = d.one("RANGE", "SORT")
    elif how == "undefined":
        call["KeySchema"][0]["AttributeName"] = "other"
    elif how == "spare":
        call["AttributeDefinitions"].append({"AttributeName": "spare", "AttributeType": "S"})
    elif how == "units":
        call["ProvisionedThroughput"] = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
    elif how == "nounits":
        del call["BillingMode"]
    elif how == "view":
        call["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": "SOME"}
    elif how == "noview":
        call["StreamSpecification"] = {"StreamEnabled": True}
    elif how == "nokey":
        call["KeySchema"] = []
    elif how == "three":
        call["KeySchema"] += [{"AttributeName": "a", "KeyType": "RANGE"}, {"AttributeName": "b", "KeyType": "RANGE"}]
    else:
        call["BillingMode"] = "FREE"
    return "create_table", call


def tables(d, bad):
    if bad:
        return d.one(("describe_table", {"TableName": "nowhere"}), ("delete_table", {"TableName": "nowhere"}), ("list_tables", {"Limit": 0}),
                     ("list_tables", {"Limit": 101}), ("describe_table", {}), ("describe_time_to_live", {"TableName": "nowhere"}),
                     ("update_table", {"TableName": "plain", "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}}),
                     ("update_table", {"TableName": "nowhere", "BillingMode": "PAY_PER_REQUEST"}), create(d, bad), create(d, bad), create(d, bad))
    return d.one(("describe_table", {"TableName": d.one(*KEYS)}), ("list_tables", {}), ("list_tables", {"ExclusiveStartTableName": "plain"}), ("describe_time_to_live", {"TableName": "plain"}))


MAKERS = [put, put, update, update, delete, get, batch_write, batch_get, query, query, scan, transact_write, transact_get, tables]
