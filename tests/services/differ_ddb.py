#!/usr/bin/python3
"""The same random calls, by a seed, to bflocal and to dynalite or DynamoDB Local; their answers are compared."""
import re
import sys

from botocore.exceptions import ClientError

import differ
import differ_ddb_calls
import differ_ddb_deep
import differ_ddb_dynalite
from differ import CANNOT_SEND, client, failure, text_of
from differ_ddb_draw import KEYS, TABLES, Draw, by_value, canonical, spelled

CANCELLED = "API reference, TransactionCanceledException: what is wrong with one action is its CancellationReason, ValidationError"
TWO_MISTAKES = "A call with two mistakes, an unknown table among them: no reference says which of them is told"
ONE_MORE_PAGE = ("API reference, Query: a LastEvaluatedKey does not mean that there is more; "
                 "DynamoDB Local leaves it out where Limit ends at the bound of a BETWEEN or <=")
NUMBERS_INSIDE = "Developer Guide, Number: leading and trailing zeroes are trimmed; DynamoDB Local keeps them inside documents and sets"
UNASKED = "API reference, DeleteItem: ConsumedCapacity is only returned if ReturnConsumedCapacity asks for it; DynamoDB Local always gives it"
PARTS = ("Developer Guide, increment an atomic counter: what UPDATED_NEW of info.rating gives is info with rating alone; "
         "DynamoDB Local gives all of the attribute")
HUNDRED = "API reference, TransactWriteItems, TransactGetItems: up to 100 actions since 2022; this DynamoDB Local takes 10"
UNITS = "Developer Guide, transactions: two units for each kilobyte, one to prepare and one to commit, and one in a batch; DynamoDB Local counts otherwise"
REMOVED = ("API reference, AttributeUpdates: where there is no item, DELETE does nothing; so it is with UpdateExpression in the service "
           "(Alternator's test_update_item_non_existent), but not in dynalite and DynamoDB Local")
BREAKS = "DynamoDB Local breaks down with 500; bflocal answers as the API reference has it"


VIEWS = {"plain": "NEW_IMAGE", "sorted": "NEW_AND_OLD_IMAGES", "binary": "OLD_IMAGE", "large": "KEYS_ONLY"}


def make_tables(side):
    for name, keys in TABLES.items():
        try:
            side.delete_table(TableName=name)
        except ClientError:
            pass
        side.create_table(TableName=name, BillingMode="PAY_PER_REQUEST",
                          AttributeDefinitions=[{"AttributeName": n, "AttributeType": k} for n, k in keys],
                          KeySchema=[{"AttributeName": n, "KeyType": k} for (n, _), k in zip(keys, ("HASH", "RANGE"))],
                          StreamSpecification={"StreamEnabled": True, "StreamViewType": VIEWS[name]})
        side.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})


def changes(side, streams, table):
    """The records in the table's stream, in order for each item."""
    per_item = {}
    arn = side.describe_table(TableName=table)["Table"]["LatestStreamArn"]
    for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
        iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        while iterator:
            got = streams.get_records(ShardIterator=iterator)
            for r in got["Records"]:
                what = canonical({k: v for k, v in r["dynamodb"].items() if k in ("Keys", "NewImage", "OldImage", "StreamViewType")})
                what = by_value(what)
                per_item.setdefault(text_of(what["Keys"]), []).append([r["eventName"], r["eventSource"], what])
            iterator = got.get("NextShardIterator") if got["Records"] else None
    return per_item


def part_of(part, whole):
    """Is a value the result of removing a part of another?"""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(k in whole and part_of(v, whole[k]) for k, v in part.items())
    if isinstance(part, list):
        rest = iter(whole if isinstance(whole, list) else [])
        return all(any(part_of(p, w) for w in rest) for p in part)
    return part == whole


def written(operation, call):
    """The keys that a call writes: (table, key)."""
    if operation in ("put_item", "update_item", "delete_item"):
        return [(call["TableName"], call.get("Key") or call.get("Item"))]
    if operation == "transact_write_items":
        return [(a["TableName"], a.get("Key") or a.get("Item")) for action in call["TransactItems"] for a in action.values()]
    if operation == "batch_write_item":
        return [(t, r.get("Key") or r.get("Item")) for t, rs in call["RequestItems"].items() for w in rs for r in w.values()]
    return []


def removals(operation, call):
    """The updates of a call that only take away: (table, key)."""
    updates = [call] if operation == "update_item" else [a["Update"] for a in call.get("TransactItems", []) if isinstance(a.get("Update"), dict)]
    for u in updates:
        legacy = u.get("AttributeUpdates") or {}
        # only words outside of names and values count
        clauses = {w.upper() for w in re.findall(r"(?<![#:\w.])(set|add|remove|delete)\b", str(u.get("UpdateExpression", "")), re.I)}
        if (clauses and clauses <= {"REMOVE", "DELETE"}) or (legacy and all(isinstance(v, dict) and v.get("Action") == "DELETE" for v in legacy.values())):
            yield u.get("TableName"), u.get("Key")


class DynamoDB(differ.Suite):
    makers, bad, draw = differ_ddb_calls.MAKERS + differ_ddb_deep.MAKERS, 0.4, Draw
    pinned = differ_ddb_deep.PINNED
    rules = [
        ("", "An AttributeValue may not contain an empty string",
         "API reference, AttributeValue: since 2020 strings outside keys may be empty; this DynamoDB Local is older"),
        ("", "An AttributeValue may not contain a null or empty binary type",
         "API reference, AttributeValue: since 2020 binary values outside keys may be empty"),
        ("", "An string set may not have a empty string as a member",
         "Developer Guide, Sets: empty strings are allowed within a set"),
        ("create_table", '"ProvisionedThroughput"',
         "API reference, CreateTable: no ProvisionedThroughput with PAY_PER_REQUEST"),
        ("", '"(v) = :n"', "Developer Guide, condition grammar: parentheses stand around conditions, not around operands"),
        ("transact_write_items", "updateExpression' failed to satisfy constraint: Member must not be null",
         "API reference, Update: UpdateExpression is required; DynamoDB Local takes it for empty"),
    ]

    def __init__(self, args, tally):
        super().__init__(args, tally)
        urls = (args.bflocal, args.local)
        self.sides = [client("dynamodb", url) for url in urls]
        self.streams = [client("dynamodbstreams", url) for url in urls]
        self.tainted = set()  # items that only one side wrote: their streams are not compared
        for side in self.sides:
            make_tables(side)
            for i in range(24):
                side.put_item(TableName="sorted", Item={"id": {"S": differ_ddb_deep.PAGES}, "n": {"N": str(i)}, "v": {"N": str(i % 3)}, "w": {"S": "abx"[i % 3]}, "lst": {"L": [{"N": "1"}] * (i % 4)}})

    def pages(self, side, operation, call):
        """All pages of a query or scan as one answer, and the number of items in each.

        The last pages may be empty: a LastEvaluatedKey does not mean that more items follow."""
        found, counts, segments = [], [], call.pop("TotalSegments", None)
        for segment in range(segments or 1):
            more = {"TotalSegments": segments, "Segment": segment} if segments else {}
            while True:
                got = getattr(side, operation)(**call, **more)
                found += got.get("Items", [])
                counts.append((got["Count"], got["ScannedCount"]))
                if "LastEvaluatedKey" not in got or len(counts) > 1000:
                    break
                more["ExclusiveStartKey"] = got["LastEvaluatedKey"]
        found = [canonical(i) for i in found]
        if operation == "scan":
            return {"Items": sorted(found, key=lambda i: text_of(by_value(i))), "Count": [sum(c) for c in zip(*counts)]}
        return {"Items": found, "Counts": [c for c in counts if c[1]]}

    def answer(self, side, operation, call):
        if operation.startswith("pages_of_"):
            return self.pages(side, operation[9:], dict(call))
        got = canonical(getattr(side, operation)(**call))
        if operation == "scan":  # in an order that only the service knows
            got["Items"] = sorted(got.get("Items", []), key=lambda i: text_of(by_value(i)))
        if operation == "list_tables":  # other suites share DynamoDB Local
            got = {"TableNames": [t for t in got["TableNames"] if t in KEYS or t == "made"]}
        if operation == "batch_get_item":
            got["Responses"] = {t: sorted(i, key=lambda x: text_of(by_value(x))) for t, i in got["Responses"].items()}
        return got

    def tried(self, side, operation, call):
        try:
            return self.answer(side, operation, call), ""
        except ClientError as e:
            answer, message = failure(e)
            reasons = e.response.get("CancellationReasons", [])
            answer["reasons"] = [r.get("Code") for r in reasons]
            answer["items"] = [canonical(r["Item"]) for r in reasons if r.get("Item")]
            return answer, message

    def reason(self, operation, call, answers, messages):
        if by_value(answers[0]) == by_value(answers[1]):
            return NUMBERS_INSIDE
        return super().reason(operation, call, answers, messages)

    def excuse(self, operation, call, answers, messages):
        ours, theirs = (a.get("error") for a in answers)
        if operation == "update_item" and not ours and not theirs and any(removals(operation, call)) and "Attributes" not in answers[0]:
            return REMOVED
        if self.args.dynalite and (why := differ_ddb_dynalite.excuse(operation, call, answers, messages)):
            return why
        if theirs == "InternalFailure":
            return BREAKS
        if "ValidationError" in answers[0].get("reasons", []) and theirs in ("ValidationException", "TransactionCanceledException"):
            return CANCELLED
        if ours and theirs and '"nowhere"' in text_of(call):
            return TWO_MISTAKES
        if operation == "delete_item" and call.get("ReturnConsumedCapacity", "NONE") == "NONE" and answers[0] == {k: v for k, v in answers[1].items() if k != "ConsumedCapacity"}:
            return UNASKED
        if operation == "update_item" and call.get("ReturnValues", "").startswith("UPDATED") and not ours and not theirs:
            attributes = [by_value(a.get("Attributes", {})) for a in answers]
            if set(attributes[0]) == set(attributes[1]) and part_of(*attributes):
                return PARTS
        if theirs and "less than or equal to 10" in messages[1] and 10 < len(call.get("TransactItems", [])) <= 100:
            return HUNDRED
        if operation in ("transact_write_items", "batch_write_item") and "ConsumedCapacity" in answers[0]:
            alike = [{k: v for k, v in a.items() if k != "ConsumedCapacity"} for a in answers]
            units = 2 if operation == "transact_write_items" else 1  # the items are small
            if alike[0] == alike[1] and sum(c["CapacityUnits"] for c in answers[0]["ConsumedCapacity"]) == units * len(written(operation, call)):
                return UNITS
        if operation == "query" and {k: v for k, v in answers[0].items() if k != "LastEvaluatedKey"} == answers[1]:
            return ONE_MORE_PAGE
        return None

    def after(self, operation, call, answers, reason):
        """After a write that only one of the two accepted: the items are deleted from both, and their streams are not compared."""
        for table, key in removals(operation, call) if not answers[0].get("error") else ():
            try:
                there = ["Item" in side.get_item(TableName=table, Key=key) for side in self.sides]
                if there == [False, True]:
                    self.sides[1].delete_item(TableName=table, Key=key)
                    self.tainted.add((table, spelled(key, table)))
                    self.tally.excused(REMOVED)
            except (ClientError, *CANNOT_SEND):
                pass
        if reason in (None, NUMBERS_INSIDE, UNASKED, PARTS, UNITS):
            return
        if operation == "create_table":
            for side in self.sides:
                try:
                    side.delete_table(TableName="made")
                except ClientError:
                    pass
        try:
            places = written(operation, call)
        except CANNOT_SEND:
            return
        for table, item in places:
            try:
                key = {n: item[n] for n, _ in TABLES[table]}
                for side in self.sides:
                    side.delete_item(TableName=table, Key=key)
                self.tainted.add((table, spelled(item, table)))
            except (ClientError, *CANNOT_SEND):
                pass

    def end(self):
        if self.args.dynalite:  # it has no streams
            return
        for table in TABLES:
            ours, theirs = (changes(side, s, table) for side, s in zip(self.sides, self.streams))
            for key in sorted(set(ours) | set(theirs)):
                if ours.get(key) == theirs.get(key) or (table, key) in self.tainted:
                    self.tally.same()
                else:
                    self.tally.different(f"stream of {table}, {key}", (ours.get(key), theirs.get(key)))


if __name__ == "__main__":
    sys.exit(differ.main(DynamoDB, __doc__))
