#!/usr/bin/env python3
"""Where credentials come from, for the tests: STS, SSO, SSO OIDC, sign-in, the metadata service of EC2, a container's agent.

    identity.py DIR

DIR/port is written once the server listens on 127.0.0.1, DIR/log gets one JSON line a request: name, method, path,
headers, body. What it hands out is named after its source and counted (ASSUMEROLE1, ASSUMEROLE2, ...), every secret holds
"hush", and it holds for as many seconds as DIR/life says (3600 without it).

DIR/script says what goes wrong, one rule a line; the first that fits and is not used up answers:

    NAME [COUNTx] STATUS BODY...     BODY is the rest of the line
    NAME [COUNTx] hang               never answers

NAME: AssumeRole, AssumeRoleWithWebIdentity, GetCallerIdentity, sso-role, sso-token, signin, imds-token, imds-list, imds-role, container.
"""

import datetime
import http.server
import json
import os
import sys
import threading
import time
import urllib.parse

if len(sys.argv) != 2:
    sys.exit(__doc__)
DIR = sys.argv[1]
LOCK = threading.Lock()
COUNTS, USED = {}, {}


def life():
    try:
        return float(open(os.path.join(DIR, "life"), encoding="ascii").read())
    except FileNotFoundError:
        return 3600


def until():
    return datetime.datetime.fromtimestamp(time.time() + life(), datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def keys(name):
    COUNTS[name] = COUNTS.get(name, 0) + 1
    access = name.upper().replace("-", "") + str(COUNTS[name])
    return access, "hush-secret-" + access, "hush-token-" + access


def sts(name):
    access, secret, token = keys(name)
    return (f"<{name}Response><{name}Result><Credentials><AccessKeyId>{access}</AccessKeyId><SecretAccessKey>{secret}"
            f"</SecretAccessKey><SessionToken>{token}</SessionToken><Expiration>{until()}</Expiration></Credentials>"
            f"<AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/r/s</Arn></AssumedRoleUser>"
            f"</{name}Result></{name}Response>")


def host(name):
    access, secret, token = keys(name)
    return json.dumps({"Code": "Success", "AccessKeyId": access, "SecretAccessKey": secret, "Token": token,
                       "Expiration": until()})


def answer(name):
    if name.startswith("Assume"):
        return sts(name)
    if name == "GetCallerIdentity":
        return ("<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::123456789012:assumed-role/r/s</Arn>"
                "<UserId>X:s</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>")
    if name == "sso-role":
        access, secret, token = keys(name)
        return json.dumps({"roleCredentials": {"accessKeyId": access, "secretAccessKey": secret, "sessionToken": token,
                                               "expiration": int((time.time() + life()) * 1000)}})
    if name == "sso-token":
        COUNTS[name] = COUNTS.get(name, 0) + 1
        return json.dumps({"accessToken": f"hush-access-{COUNTS[name]}", "expiresIn": 28800,
                           "refreshToken": f"hush-refresh-{COUNTS[name]}"})
    if name == "signin":
        access, secret, token = keys(name)
        return json.dumps({"accessToken": {"accessKeyId": access, "secretAccessKey": secret, "sessionToken": token},
                           "tokenType": "aws_sigv4", "expiresIn": 900, "refreshToken": f"hush-refresh-{access}"})
    return {"imds-token": "hush-imds", "imds-list": "web"}.get(name) or host(name)


def name_of(path, body):
    form = urllib.parse.parse_qs(body)
    if "Action" in form:
        return form["Action"][0]
    for start, name in (("/federation/credentials", "sso-role"), ("/token", "sso-token"), ("/v1/token", "signin"),
                        ("/latest/api/token", "imds-token")):
        if path.split("?")[0] == start:
            return name
    roles = "/latest/meta-data/iam/security-credentials/"
    return "imds-list" if path == roles else "imds-role" if path.startswith(roles) else "container"


def scripted(name):
    """The rule that answers: (status or "hang", body), None where all is well."""
    try:
        lines = open(os.path.join(DIR, "script"), encoding="utf-8").read().splitlines()
    except FileNotFoundError:
        return None
    for number, line in enumerate(lines):
        words = line.split(" ", 2)
        if not words or words[0] != name:
            continue
        rest = words[1:]
        if rest[0].endswith("x"):
            if USED.get((number, line), 0) >= int(rest[0][:-1]):
                continue
            rest = rest[1].split(" ", 1)
        USED[number, line] = USED.get((number, line), 0) + 1
        return rest[0], rest[1] if len(rest) > 1 else ""
    return None


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def reply(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
        name = name_of(self.path, body)
        with LOCK:
            with open(os.path.join(DIR, "log"), "a", encoding="utf-8") as log:
                log.write(json.dumps({"name": name, "method": self.command, "path": self.path,
                                      "headers": {k.lower(): v for k, v in self.headers.items()}, "body": body}) + "\n")
            rule = scripted(name)
            status, text = rule if rule else ("200", answer(name))
        if status == "hang":
            time.sleep(600)
        data = text.encode()
        self.send_response(int(status))
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = reply

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True


server = Server(("127.0.0.1", 0), Handler)
with open(os.path.join(DIR, "port.new"), "w", encoding="ascii") as f:
    f.write(str(server.server_port))
os.rename(os.path.join(DIR, "port.new"), os.path.join(DIR, "port"))
server.serve_forever()
