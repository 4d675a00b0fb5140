"""Both servers, bflocal and moto_server, and what a call to each answers, without ids and times.

A call may name what an earlier one was answered, as Ref(number of the call, member…): each side is given its own."""
import datetime
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request

from botocore.exceptions import ClientError, HTTPClientError
from botocore.response import StreamingBody

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "services"))
import differ  # noqa: E402
import shapes  # noqa: E402

SERVICES = ["dynamodb", "dynamodbstreams", "kinesis", "s3", "glue", "athena", "lambda", "events", "firehose", "sts", "iam"]
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class Ref:
    def __init__(self, number, *path):
        self.number, self.path = number, path

    def __repr__(self):
        return f"answer {self.number}" + "".join(f"[{p!r}]" for p in self.path)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    """A program on a port of its own, and its clients."""

    def __init__(self, command, environment, keys):
        self.port, self.command = free_port(), command
        self.environment = dict(os.environ, **environment)
        self.url, self.process = f"http://127.0.0.1:{self.port}", None
        self.keys, self.clients = keys, {}
        self.answers = {}

    def start(self):
        self.process = subprocess.Popen([a.replace("PORT", str(self.port)) for a in self.command], env=self.environment, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(1200):
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            if self.process.poll() is not None:
                break
            time.sleep(0.01 if self.port else 0.1)
        sys.exit(f"{self.command[0]} does not start")

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait()

    def client(self, service):
        if service not in self.clients:
            self.clients[service] = differ.client(service, self.url, self.keys)
        return self.clients[service]


class World:
    """bflocal first, then moto."""

    def __init__(self, bflocal, moto):
        self.ours = Server([bflocal, "-q", "-p", "PORT", "--credentials", "moto:moto", "--region", "us-east-1"], {}, "moto")
        self.theirs = Server([moto, "-H", "127.0.0.1", "-p", "PORT"], {"MOTO_ACCOUNT_ID": "000000000000", "PYTHONWARNINGS": "ignore"}, "moto")
        self.sides = (self.ours, self.theirs)
        self.number, self.wrong, self.seen, self.calls = 0, {}, {}, 0
        for service in SERVICES:
            if service != "iam":
                shapes.watch(self.ours.client(service), self.shape)
        for side in self.sides:
            side.start()

    def shape(self, model, op, status, found):
        """Notes what is wrong with an answer of bflocal, and which operations have succeeded."""
        for text in found:
            self.wrong.setdefault(f"{model.service_name} {text}", 0)
            self.wrong[f"{model.service_name} {text}"] += 1
        if status < 300:
            self.seen.setdefault((model.service_name, op.name), 0)
            self.seen[model.service_name, op.name] += not found

    def anew(self):
        """Both without any state."""
        self.ours.stop()
        self.ours.start()
        urllib.request.urlopen(urllib.request.Request(self.theirs.url + "/moto-api/reset", method="POST"))
        iam = self.theirs.client("iam")
        for name in ("r", "other"):
            iam.create_role(RoleName=name, AssumeRolePolicyDocument='{"Version":"2012-10-17","Statement":[]}')
        for side in self.sides:
            side.answers = {}
        self.number = 0

    def stop(self):
        for side in self.sides:
            side.stop()

    def both(self, service, operation, call, settled=None):
        """The answers of both."""
        self.number += 1
        return [self.until(settled, side, service, operation, call) for side in self.sides]

    def until(self, settled, *call):
        """The first answer that is settled."""
        for _ in range(400):
            got = self.send(*call)
            if not settled or "error" in got[0] or settled(got[0]):
                break
            time.sleep(0.02)
        return got

    def alone(self, service, operation, **call):
        """To bflocal only; its answer."""
        self.calls += 1
        return read(getattr(self.ours.client(service), operation)(**call))

    def send(self, side, service, operation, call):
        self.calls += 1
        try:
            answer = read(getattr(side.client(service), operation)(**resolved(call, side.answers)))
        except ClientError as e:
            error = e.response.get("Error", {})
            return {"error": error.get("Code"), "status": e.response["ResponseMetadata"]["HTTPStatusCode"]}, error.get("Message", "")
        except HTTPClientError as e:
            return {"error": "no answer"}, repr(e)
        side.answers[self.number] = answer
        return answer, ""


def read(answer):
    answer.pop("ResponseMetadata", None)
    for name, v in answer.items():
        if isinstance(v, StreamingBody):
            answer[name] = v.read()
    return answer


def resolved(v, answers):
    """The call as one side gets it."""
    if isinstance(v, Ref):
        found = answers.get(v.number, {})
        for step in v.path:
            try:
                found = found[step]
            except (KeyError, IndexError, TypeError):
                return "none"
        return found
    if isinstance(v, dict):
        return {k: resolved(w, answers) for k, w in v.items()}
    if isinstance(v, list):
        return [resolved(w, answers) for w in v]
    return v


def plain(v):
    """Without what cannot be the same: ids and times."""
    if isinstance(v, dict):
        return {k: plain(w) for k, w in v.items()}
    if isinstance(v, list):
        return [plain(w) for w in v]
    if isinstance(v, datetime.datetime):
        return "TIME"
    if isinstance(v, str):
        return UUID.sub("ID", v)
    return v


def differences(a, b, path=""):
    """(path, ours, theirs) of each value that is not the same."""
    if isinstance(a, dict) and isinstance(b, dict):
        for k in sorted(set(a) | set(b), key=str):
            yield from differences(a.get(k, "absent"), b.get(k, "absent"), f"{path}.{k}")
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for i, (x, y) in enumerate(zip(a, b)):
            yield from differences(x, y, f"{path}[{i}]")
    elif a != b:
        yield path, a, b
