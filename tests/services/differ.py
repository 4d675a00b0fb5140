"""What the differential tests share: both sides' clients, the tally of what was the same, and the calls' randomness.

The tests send the same calls, drawn from a seed, to bflocal and to another emulator of the service, with boto3's
own serializer and its validation off, and compare the answers without ids and times. Where the two differ the
service's API reference decides; a rule of the test says which side it takes, any other difference fails."""
import argparse
import json
import random

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ParamValidationError

CANNOT_SEND = (ParamValidationError, ValueError, TypeError, AttributeError, KeyError)


def arguments(text):
    parser = argparse.ArgumentParser(description=text)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--calls", type=int, default=600)
    parser.add_argument("--messages", action="store_true", help="also show where only the messages differ")
    parser.add_argument("--local", required=True, help="the other emulator's address")
    parser.add_argument("bflocal")
    return parser.parse_args()


def clients(service, urls, **more):
    config = Config(parameter_validation=False, retries={"max_attempts": 0}, region_name="us-east-1", read_timeout=5, **more)
    return [boto3.client(service, endpoint_url=url, config=config) for url in urls]


def text_of(v):
    return json.dumps(v, sort_keys=True, default=str)


def failure(e):
    """A ClientError as an answer and its message."""
    error = e.response.get("Error", {})
    return {"error": error.get("Code"), "status": e.response["ResponseMetadata"]["HTTPStatusCode"]}, error.get("Message", "")


class Draw:
    """Choices that a seed decides."""

    def __init__(self, seed):
        self.r = random.Random(seed)

    def one(self, *choices):
        return self.r.choice(choices)

    def chance(self, p):
        return self.r.random() < p


class Tally:
    """Counts answers; prints each difference that no rule excuses."""

    def __init__(self, messages=False):
        self.counts = {"same": 0, "errors": 0, "excused": 0, "different": 0}
        self.messages, self.used, self.seen = messages, set(), set()

    def same(self, operation="", answer=(), messages=("", "")):
        self.counts["same"] += 1
        self.counts["errors"] += "error" in answer
        if self.messages and messages[0] != messages[1] and messages not in self.seen:
            self.seen.add(messages)
            print(f"# {operation}\n#   ours   {messages[0]}\n#   theirs {messages[1]}")

    def excused(self, reason):
        self.counts["excused"] += 1
        self.used.add(reason)

    def different(self, what, answers, messages=("", "")):
        self.counts["different"] += 1
        print("{}\n  bflocal: {} {}\n  local:   {} {}".format(what, text_of(answers[0]), messages[0], text_of(answers[1]), messages[1]))

    def compare(self, operation, call, answers, messages, excuse):
        """True when they are the same; the reason when they may differ; else False."""
        if answers[0] == answers[1]:
            self.same(operation, answers[0], tuple(messages))
            return True
        reason = excuse(operation, call, answers, messages)
        if reason:
            self.excused(reason)
            return reason
        self.different(f"{operation} {text_of(call)}", answers, messages)
        return False

    def end(self):
        """Prints the sum; the exit status."""
        for reason in sorted(self.used):
            print("# " + reason)
        print("{same} the same ({errors} of them errors), {excused} excused by {rules} rules, {different} different".format(rules=len(self.used), **self.counts))
        return self.counts["different"] > 0
