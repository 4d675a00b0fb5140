#!/usr/bin/python3
"""The same calls, drawn from a seed, to bflocal and to DynamoDB Local; their answers compared.

differ_ddb.py [--seed N] [--calls N] --local DYNAMODB-LOCAL-URL BFLOCAL-URL

Valid and invalid calls in turn, written by boto3's own serializer with its validation off. An answer is
what is left when ids and times are gone: status and error code, or the answer's members. Where the two
differ, DIFFERENCES says which side the AWS API reference takes and why; any other difference fails.
Exit status 0: no other difference; 1: some, each in a line."""
import argparse
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ParamValidationError

from differ_calls import KEYS, MAKERS, Draw, by_value, canonical, spelled, text_of


def answer(client, operation, call):
    try:
        got = canonical(getattr(client, operation)(**call))
    except ClientError as e:
        code = e.response["Error"]["Code"]
        reasons = [r.get("Code") for r in e.response.get("CancellationReasons", [])]
        items = [canonical(r["Item"]) for r in e.response.get("CancellationReasons", []) if r.get("Item")]
        return {"error": code, "status": e.response["ResponseMetadata"]["HTTPStatusCode"], "reasons": reasons, "items": items}, e.response["Error"]["Message"]
    if operation == "scan":  # in an order that only the service knows
        got["Items"] = sorted(got.get("Items", []), key=lambda i: text_of(by_value(i)))
    if operation == "list_tables":  # other suites share DynamoDB Local
        got = {"TableNames": [t for t in got["TableNames"] if t in KEYS or t == "made"]}
    if operation == "batch_get_item":
        got["Responses"] = {t: sorted(i, key=lambda x: text_of(by_value(x))) for t, i in got["Responses"].items()}
    return got, ""


# Where the two differ: operation ("": any), a part of a message or of the call, and why bflocal answers as it does.
DIFFERENCES = [
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
CANCELLED = "API reference, TransactionCanceledException: what is wrong with one action is its CancellationReason, ValidationError"
TWO_MISTAKES = "A call with two mistakes, an unknown table among them: no reference says which of them is told"
ONE_MORE_PAGE = ("API reference, Query: a LastEvaluatedKey does not mean that there is more; "
                 "DynamoDB Local leaves it out where Limit ends at the bound of a BETWEEN or <=")
NUMBERS_INSIDE = "Developer Guide, Number: leading and trailing zeroes are trimmed; DynamoDB Local keeps them inside documents and sets"


def excuse(operation, call, answers, messages):
    """Why the two may differ here; None: they may not."""
    if by_value(answers[0]) == by_value(answers[1]):
        return NUMBERS_INSIDE
    shown = text_of(call)
    ours, theirs = (a.get("error") for a in answers)
    if theirs == "InternalFailure":
        return "DynamoDB Local breaks down with 500; bflocal answers as the API reference has it"
    if "ValidationError" in answers[0].get("reasons", []) and theirs in ("ValidationException", "TransactionCanceledException"):
        return CANCELLED
    if ours and theirs and '"nowhere"' in shown:
        return TWO_MISTAKES
    if operation == "query" and {k: v for k, v in answers[0].items() if k != "LastEvaluatedKey"} == answers[1]:
        return ONE_MORE_PAGE
    for name, part, why in DIFFERENCES:
        if name in ("", operation) and (part in shown or any(part in m for m in messages)):
            return why
    return None


def written(operation, call):
    """The keys that a call writes: (table, key)."""
    if operation in ("put_item", "update_item", "delete_item"):
        return [(call["TableName"], call.get("Key") or call.get("Item"))]
    if operation == "transact_write_items":
        return [(a["TableName"], a.get("Key") or a.get("Item")) for action in call["TransactItems"] for a in action.values()]
    if operation == "batch_write_item":
        return [(t, r.get("Key") or r.get("Item")) for t, rs in call["RequestItems"].items() for w in rs for r in w.values()]
    return []


def level(pair, operation, call, tainted):
    """After a write that only one of the two took: the items are removed from both, and their streams not compared."""
    if operation == "create_table":
        for client in pair:
            try:
                client.delete_table(TableName="made")
            except ClientError:
                pass
    for table, item in written(operation, call):
        try:
            key = {n: item[n] for n, _ in KEYS[table]}
            for client in pair:
                client.delete_item(TableName=table, Key=key)
            tainted.add((table, spelled(item, table)))
        except (ClientError, KeyError, TypeError, ParamValidationError):
            pass


def make_tables(client):
    for name, keys in KEYS.items():
        try:
            client.delete_table(TableName=name)
        except ClientError:
            pass
        client.create_table(TableName=name, BillingMode="PAY_PER_REQUEST",
                            AttributeDefinitions=[{"AttributeName": n, "AttributeType": k} for n, k in keys],
                            KeySchema=[{"AttributeName": n, "KeyType": k} for (n, _), k in zip(keys, ("HASH", "RANGE"))],
                            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"})


def changes(streams, table):
    """What the table's stream holds, per item in its order."""
    per_item = {}
    arn = streams.list_streams(TableName=table)["Streams"][0]["StreamArn"]
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


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--calls", type=int, default=600)
    parser.add_argument("--messages", action="store_true", help="also show where only the messages differ")
    parser.add_argument("--local", required=True)
    parser.add_argument("bflocal")
    args = parser.parse_args()
    config = Config(parameter_validation=False, retries={"max_attempts": 0}, region_name="us-east-1")
    pair = [boto3.client("dynamodb", endpoint_url=url, config=config) for url in (args.bflocal, args.local)]
    streams = [boto3.client("dynamodbstreams", endpoint_url=url, config=config) for url in (args.bflocal, args.local)]
    for client in pair:
        make_tables(client)
    d = Draw(args.seed)
    counts = {"same": 0, "errors": 0, "excused": 0, "different": 0}
    used, seen, tainted = set(), set(), set()
    for n in range(args.calls):
        operation, call = d.r.choice(MAKERS)(d, d.chance(0.4))
        try:
            (ours, why), (theirs, their_why) = (answer(c, operation, call) for c in pair)
        except (ParamValidationError, ValueError, TypeError, AttributeError, KeyError) as e:
            print(f"call {n} cannot be sent: {operation} {text_of(call)}: {e!r}")
            continue
        if ours == theirs:
            counts["same"] += 1
            counts["errors"] += "error" in ours
            if args.messages and why != their_why and (why, their_why) not in seen:
                seen.add((why, their_why))
                print(f"# {operation}\n#   ours   {why}\n#   theirs {their_why}")
            continue
        reason = excuse(operation, call, (ours, theirs), (why, their_why))
        if reason:
            counts["excused"] += 1
            used.add(reason)
            if reason != NUMBERS_INSIDE:
                level(pair, operation, call, tainted)
            continue
        counts["different"] += 1
        print(f"{operation} {text_of(call)}\n  bflocal: {text_of(ours)} {why}\n  local:   {text_of(theirs)} {their_why}")
    for table in KEYS:
        ours, theirs = (changes(s, table) for s in streams)
        for key in sorted(set(ours) | set(theirs)):
            if ours.get(key) == theirs.get(key) or (table, key) in tainted:
                counts["same"] += 1
                continue
            counts["different"] += 1
            print(f"stream of {table}, {key}\n  bflocal: {text_of(ours.get(key))}\n  local:   {text_of(theirs.get(key))}")
    for reason in sorted(used):
        print("# " + reason)
    print("{same} the same ({errors} of them errors), {excused} excused by {rules} rules, {different} different".format(rules=len(used), **counts))
    return counts["different"] > 0


if __name__ == "__main__":
    sys.exit(main())
