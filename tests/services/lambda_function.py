#!/usr/bin/env python3
"""A Lambda function for tests: it speaks the runtime API by itself and does what the event asks for. What it gets of
a stream is added to the file $SEEN, a line a batch."""
import base64
import json
import os
import signal
import subprocess
import time
import urllib.request

API = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/"
count = 0


def ask(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    return urllib.request.urlopen(urllib.request.Request(API + path, data=data))


def value(record):
    if "kinesis" in record:
        return json.loads(base64.b64decode(record["kinesis"]["data"]))
    return {"i": record["eventName"], "arn": record["eventSourceARN"]}


def take(records):
    values = [value(r) for r in records]
    for v in values:
        if "wait" in v:
            wait_once(v["wait"])
    if any(v.get("poison") == "error" for v in values):
        return None, {"errorType": "Poison", "errorMessage": "a record of this batch"}
    bad = next((v["poison"] for v in values if v.get("poison") in ("exit", "hang", "large", "stranger")), None)
    if bad == "exit":
        os._exit(1)
    if bad == "hang":
        time.sleep(500)
    if bad == "large":
        return "x" * (7 << 20), None
    if bad == "stranger":
        return {"batchItemFailures": [{"itemIdentifier": "4711"}]}, None
    failed = [r for r, v in zip(records, values) if v.get("poison") == "item"]
    done = values if not failed else values[:records.index(failed[0])]
    with open(os.environ["SEEN"], "a", encoding="ascii") as f:
        f.write(json.dumps([v["i"] for v in done]) + "\n")
    names = [r["kinesis"]["sequenceNumber"] for r in failed]
    return {"batchItemFailures": [{"itemIdentifier": n} for n in names]}, None


def wait_once(mark):
    """Waits for very long, but at its first call only."""
    path = os.environ["SEEN"] + "." + mark
    if os.path.exists(path):
        return
    with open(path, "w", encoding="ascii"):
        pass
    if mark not in ("later", "rule"):
        with open(os.environ["SEEN"], "a", encoding="ascii") as f:
            f.write("waits\n")
    time.sleep(500)


def act(event, headers):
    if not isinstance(event, dict):
        return event, None
    if "Records" in event:
        return take(event["Records"])
    if event.get("deaf"):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if event.get("leave"):
        subprocess.Popen(["sleep", event["leave"]], start_new_session=True)
    if event.get("pid"):
        with open("pid", "w", encoding="ascii") as f:
            f.write(str(os.getpid()))
    if "seen" in event:
        with open(os.environ["SEEN"], "a", encoding="ascii") as f:
            f.write(event["seen"] + "\n")
    if "wait" in event:
        wait_once(event["wait"])
    if event.get("fail"):
        return None, {"errorType": "Mine", "errorMessage": "it was asked for"}
    if "exit" in event:
        os._exit(event["exit"])
    if "signal" in event:
        os.kill(os.getpid(), event["signal"])
    if event.get("spawn"):
        os.spawnlp(os.P_NOWAIT, "sleep", "sleep", event["spawn"])
    if event.get("eat"):
        held = bytearray(os.urandom(1 << 20)) * event["eat"]
        time.sleep(2)
        del held
    if "size" in event:
        return "x" * event["size"], None
    time.sleep(event.get("sleep", 0))
    return {"count": count, "event": event, "env": {n: os.environ.get(n) for n in event.get("env", [])},
            "arn": headers["Lambda-Runtime-Invoked-Function-Arn"], "version": os.environ["AWS_LAMBDA_FUNCTION_VERSION"]}, None


if os.environ.get("INIT") == "error":
    ask("init/error", {"errorType": "Setup", "errorMessage": "no database"})
    raise SystemExit(1)
if os.environ.get("INIT") == "exit":
    raise SystemExit(3)
print("ready", flush=True)
while True:
    with ask("invocation/next") as answer:
        got = json.load(answer)
        request = answer.headers["Lambda-Runtime-Aws-Request-Id"]
    count += 1
    print("event", json.dumps(got)[:80], flush=True)
    result, error = act(got, answer.headers)
    try:
        ask(f"invocation/{request}/error" if error else f"invocation/{request}/response", error or result)
    except urllib.error.HTTPError as refused:
        print("refused", refused.code, flush=True)
