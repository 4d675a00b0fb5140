#!/usr/bin/env python3
"""A transform function for tests of Firehose: it speaks the runtime API by itself, and does with each record what the
record asks for. The number of invocations is added to the file $SEEN."""
import base64
import json
import os
import time
import urllib.request

API = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/"


def ask(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    return urllib.request.urlopen(urllib.request.Request(API + path, data=data))


def answer(record):
    data = base64.b64decode(record["data"])
    try:
        row = json.loads(data)
    except ValueError:
        return [{"recordId": record["recordId"], "result": "ProcessingFailed", "data": record["data"]}]
    what = row.get("do")
    if what == "raise":
        raise RuntimeError("it was asked for")
    if what == "wait" and not os.path.exists(os.environ["SEEN"] + row["once"]):
        with open(os.environ["SEEN"] + row["once"], "w", encoding="ascii"):
            pass
        time.sleep(500)
    if what == "miss":
        return []
    out = {"recordId": record["recordId"], "result": "Ok"}
    if what in ("Dropped", "ProcessingFailed"):
        out["result"] = what
    row["seen"] = sorted(set(record) - {"recordId", "data"})
    out["data"] = base64.b64encode(json.dumps(row).encode() + b"\n").decode()
    if "key" in row:
        out["metadata"] = {"partitionKeys": {"key": row["key"]}}
    return [out, out] if what == "twice" else [out]


while True:
    with ask("invocation/next") as r:
        request, event = r.headers["Lambda-Runtime-Aws-Request-Id"], json.load(r)
    with open(os.environ["SEEN"], "a", encoding="ascii") as f:
        f.write(f"{len(event['records'])} {sorted(set(event) - {'records'})}\n")
    try:
        records = [a for r in event["records"] for a in answer(r)]
        if any(b'"garbage"' in base64.b64decode(r["data"]) for r in event["records"]):
            records = "garbage"
        ask(f"invocation/{request}/response", {"records": records}).close()
    except RuntimeError as e:
        ask(f"invocation/{request}/error", {"errorType": "Mine", "errorMessage": str(e)}).close()
