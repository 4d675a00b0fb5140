#!/usr/bin/python3
"""The same calls, drawn from a seed, to bflocal and to DynamoDB Local; their answers compared."""
import sys

from botocore.exceptions import ClientError

import differ
from differ import CANNOT_SEND, client, failure, text_of
from differ_ddb_calls import MAKERS
from differ_ddb_draw import KEYS, Draw, by_value, canonical, spelled

CANCELLED = "API reference, TransactionCanceledException: what is wrong with one action is its CancellationReason, ValidationError"
TWO_MISTAKES = "A call with two mistakes, an unknown table among them: no reference says which of them is told"
ONE_MORE_PAGE = ("API reference, Query: a LastEvaluatedKey does not mean that there is more; "
                 "DynamoDB Local leaves it out where Limit ends at the bound of a BETWEEN or <=")
NUMBERS_INSIDE = "Developer Guide, Number: leading and trailing zeroes are trimmed; DynamoDB Local keeps them inside documents and sets"
BREAKS = "DynamoDB Local breaks down with 500; bflocal answers as the API reference has it"


def make_tables(side):
    for name, keys in KEYS.items():
        try:
            side.delete_table(TableName=name)
        except ClientError:
            pass
        side.create_table(TableName=name, BillingMode="PAY_PER_REQUEST",
                          AttributeDefinitions=[{"AttributeName": n, "AttributeType": k} for n, k in keys],
                          KeySchema=[{"AttributeName": n, "KeyType": k} for (n, _), k in zip(keys, ("HASH", "RANGE"))],
                          StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"})


def changes(side, streams, table):
    """What the table's stream holds, per item in its order."""
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


def written(operation, call):
    """The keys that a call writes: (table, key)."""
    if operation in ("put_item", "update_item", "delete_item"):
        return [(call["TableName"], call.get("Key") or call.get("Item"))]
    if operation == "transact_write_items":
        return [(a["TableName"], a.get("Key") or a.get("Item")) for action in call["TransactItems"] for a in action.values()]
    if operation == "batch_write_item":
        return [(t, r.get("Key") or r.get("Item")) for t, rs in call["RequestItems"].items() for w in rs for r in w.values()]
    return []


class DynamoDB(differ.Suite):
    makers, bad, draw = MAKERS, 0.4, Draw
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

    def answer(self, side, operation, call):
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
        if theirs == "InternalFailure":
            return BREAKS
        if "ValidationError" in answers[0].get("reasons", []) and theirs in ("ValidationException", "TransactionCanceledException"):
            return CANCELLED
        if ours and theirs and '"nowhere"' in text_of(call):
            return TWO_MISTAKES
        if operation == "query" and {k: v for k, v in answers[0].items() if k != "LastEvaluatedKey"} == answers[1]:
            return ONE_MORE_PAGE
        return None

    def after(self, operation, call, answers, reason):
        """After a write that only one of the two took: the items are removed from both, and their streams not compared."""
        if reason in (None, NUMBERS_INSIDE):
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
                key = {n: item[n] for n, _ in KEYS[table]}
                for side in self.sides:
                    side.delete_item(TableName=table, Key=key)
                self.tainted.add((table, spelled(item, table)))
            except (ClientError, *CANNOT_SEND):
                pass

    def end(self):
        for table in KEYS:
            ours, theirs = (changes(side, s, table) for side, s in zip(self.sides, self.streams))
            for key in sorted(set(ours) | set(theirs)):
                if ours.get(key) == theirs.get(key) or (table, key) in self.tainted:
                    self.tally.same()
                else:
                    self.tally.different(f"stream of {table}, {key}", (ours.get(key), theirs.get(key)))


if __name__ == "__main__":
    sys.exit(differ.main(DynamoDB, __doc__))
