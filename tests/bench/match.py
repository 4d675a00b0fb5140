#!/usr/bin/env python3
"""match.py OPERATOR N: N event patterns of that operator over bfgen's sales, as one $or. The operator's field alone
would let some records pass; status does not, so that no row is made."""
import json
import sys

TEXT = {
    "exact": lambda i: f"c-{i}", "prefix": lambda i: {"prefix": f"c-{i}"}, "suffix": lambda i: {"suffix": f"{i}0"},
    "equals-ignore-case": lambda i: {"equals-ignore-case": f"C-{i:05}"},
    "prefix, ignore case": lambda i: {"prefix": {"equals-ignore-case": f"C-{i}"}},
    "suffix, ignore case": lambda i: {"suffix": {"equals-ignore-case": f"{i}0"}},
    "wildcard": lambda i: {"wildcard": f"c-{i}*7*"}, "wildcard, inside": lambda i: {"wildcard": f"*{i}*7*"},
    "anything-but": lambda i: {"anything-but": [f"c-{i:05}", f"c-{i + 7:05}"]},
    "anything-but prefix": lambda i: {"anything-but": {"prefix": [f"c-{i}", f"c-{i + 7}"]}},
    "anything-but wildcard": lambda i: {"anything-but": {"wildcard": [f"c-{i}*", f"*{i}*7"]}},
    "exists": lambda i: {"exists": True}, "cidr": lambda i: {"cidr": f"10.{i % 250}.0.0/16"},
}


def pattern(operator, i):
    if operator == "numeric":
        value = {"total": {"N": [{"numeric": [">", i, "<=", 3 * i + 40.5]}]}}
    else:
        field = "address" if operator == "cidr" else "customer_id"
        value = {field: {"S": [TEXT[operator](i)]}}
    return {"dynamodb": {"NewImage": {**value, "status": {"S": [f"NEVER-{i}"]}}}}


def main(operator, n):
    patterns = [pattern(operator, i) for i in range(int(n))]
    print(json.dumps({"$or": patterns} if len(patterns) > 1 else patterns[0]))


if len(sys.argv) == 3:
    main(*sys.argv[1:])
else:
    print("\n".join(["numeric", *TEXT]))
