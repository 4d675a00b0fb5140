"""Shared by the differential tests: the loop, the clients of both sides, the count of equal answers.

A test sends the same random calls, by a seed, to bflocal and to another emulator of the service, with boto3's
serializer and without its validation, and compares the answers without ids and times. If the two differ, the
service's API reference decides: a rule of the test says which side is right, and any other difference is a failure.

differ_SERVICE.py [--seeds LIST] [--calls N] [--messages] [--cbor] --local URL BFLOCAL-URL; the exit status is 1 if a
difference has no rule. The calls depend only on the seed, so a difference can be reproduced."""
import argparse
import json
import random

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError, ParamValidationError

CANNOT_SEND = (ParamValidationError, ValueError, TypeError, AttributeError, KeyError)


def seeds_of(text):
    """Parses "3" or "1,5-9"."""
    ends = [part.split("-") for part in text.split(",")]
    return [seed for end in ends for seed in range(int(end[0]), int(end[-1]) + 1)]


def client(service, url, keys=None, **more):
    settings = dict(parameter_validation=False, retries={"max_attempts": 0}, region_name="us-east-1", **dict({"read_timeout": 300}, **more))
    if hasattr(Config(), "request_checksum_calculation"):  # botocore 1.36: it would add a sum of its own to the one that a call is about
        settings["request_checksum_calculation"] = settings["response_checksum_validation"] = "when_required"
    config = Config(**settings)
    return boto3.client(service, endpoint_url=url, config=config, aws_access_key_id=keys, aws_secret_access_key=keys)


def text_of(v):
    return json.dumps(v, sort_keys=True, default=str)


def failure(e):
    """A ClientError as an answer and its message."""
    error = e.response.get("Error", {})
    return {"error": error.get("Code"), "status": e.response["ResponseMetadata"]["HTTPStatusCode"]}, error.get("Message", "")


class Draw:
    """Random choices by a seed."""

    def __init__(self, seed):
        self.r = random.Random(seed)

    def one(self, *choices):
        return self.r.choice(choices)

    def chance(self, p):
        return self.r.random() < p


class Tally:
    """Counts answers, and prints each difference that no rule covers."""

    def __init__(self, messages=False):
        self.counts = {"same": 0, "errors": 0, "excused": 0, "different": 0}
        self.messages, self.used, self.seen = messages, {}, set()

    def same(self, operation="", answer=(), messages=("", "")):
        self.counts["same"] += 1
        self.counts["errors"] += "error" in answer
        if self.messages and messages[0] != messages[1] and messages not in self.seen:
            self.seen.add(messages)
            print(f"# {operation}\n#   ours   {messages[0]}\n#   theirs {messages[1]}")

    def excused(self, reason):
        self.counts["excused"] += 1
        self.used[reason] = self.used.get(reason, 0) + 1

    def different(self, what, answers, messages=("", "")):
        self.counts["different"] += 1
        print("{}\n  bflocal: {} {}\n  local:   {} {}".format(what, text_of(answers[0]), messages[0], text_of(answers[1]), messages[1]))

    def end(self):
        """Prints the total; returns the exit status."""
        for reason, times in sorted(self.used.items()):
            print(f"# {times} times: {reason}")
        print("{same} the same ({errors} of them errors), {excused} excused by {rules} rules, {different} different".format(rules=len(self.used), **self.counts))
        return self.counts["different"] > 0


class Suite:
    """The comparison of one service. A suite defines the calls (makers), an answer without the parts that
    must differ (answer), why two answers may differ (rules, excuse), and what to do after a call (after)."""

    makers, bad, draw = [], 0.35, Draw
    pinned = []  # calls that once showed something wrong: sent in front of each seed's
    # Operation ("": any), a part of a message or of the call, and the reason for bflocal's answer.
    rules = []

    def __init__(self, args, tally):
        """Creates both sides, bflocal's first."""
        self.args, self.tally, self.sides = args, tally, []

    def answer(self, side, operation, call):
        raise NotImplementedError

    def excuse(self, operation, call, answers, messages):
        """Why the two may differ here; None: they must not."""

    def after(self, operation, call, answers, reason):
        """reason: None if they are equal."""

    def end(self):
        """Comparisons after all calls."""

    def tried(self, side, operation, call):
        """An answer and its message."""
        try:
            return self.answer(side, operation, call), ""
        except ClientError as e:
            return failure(e)
        except HTTPClientError as e:
            return {"error": "no answer"}, repr(e)

    def reason(self, operation, call, answers, messages):
        shown = text_of(call)
        for name, part, why in self.rules:
            if name in ("", operation) and (part in shown or any(part in m for m in messages)):
                return why
        return self.excuse(operation, call, answers, messages)

    def send(self, operation, call):
        """One call to both. False: it cannot be serialized."""
        try:
            answers, messages = zip(*(self.tried(s, operation, call) for s in self.sides))
        except CANNOT_SEND as e:
            print(f"cannot be sent: {operation} {text_of(call)[:300]}: {e!r}")
            return False
        reason = None
        if answers[0] == answers[1]:
            self.tally.same(operation, answers[0], messages)
        else:
            reason = self.reason(operation, call, answers, messages)
            if reason:
                self.tally.excused(reason)
            else:
                self.tally.different(f"{operation} {text_of(call)[:1500]}", answers, messages)
                reason = "different"
        self.after(operation, call, answers, reason)
        return True

    def run(self, seed):
        self.d = d = self.draw(seed)
        for operation, call in self.pinned:
            self.send(operation, call)
        for _ in range(self.args.calls):
            operation, call = d.r.choice(self.makers)(d, d.chance(self.bad))
            self.send(operation, call)
        self.end()


def main(suite, about):
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--seeds", type=seeds_of, default=[1])
    parser.add_argument("--calls", type=int, default=350, help="of each seed")
    parser.add_argument("--messages", action="store_true", help="also show where only the messages differ")
    parser.add_argument("--cbor", action="store_true", help="Kinesis: speak CBOR")
    parser.add_argument("--dynalite", action="store_true", help="DynamoDB: the other one is dynalite, without streams and transactions")
    parser.add_argument("--local", required=True, help="the other emulator's address")
    parser.add_argument("bflocal")
    args = parser.parse_args()
    tally = Tally(args.messages)
    for seed in args.seeds:
        before = tally.counts["different"]
        suite(args, tally).run(seed)
        if tally.counts["different"] > before:
            print(f"  that was seed {seed}")
    return tally.end()
