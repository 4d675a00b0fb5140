#!/usr/bin/env python3
"""credentials.py BIN RUNS: milliseconds from the start of ddbput, and of boto3, to the first signed request. "none": it found no keys
there, or is too old for a source (boto3 before 1.41 knows no login sessions, and later ones want awscrt)."""

import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOOL = os.path.join(os.path.abspath(sys.argv[1]), "ddbput")
RUNS = int(sys.argv[2])
BOTO = "import botocore.session; botocore.session.Session().create_client('dynamodb').describe_table(TableName='sales')"


class Service:
    """Takes the time when a signed request has come, and refuses it."""
    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = "http://127.0.0.1:%d" % self.listener.getsockname()[1]
        self.came = threading.Event()
        self.at = 0
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            sock = self.listener.accept()[0]
            head = b""
            while b"\r\n\r\n" not in head and (piece := sock.recv(65536)):
                head += piece
            if b"AWS4-HMAC-SHA256" in head and not self.came.is_set():
                self.at = time.perf_counter()
                self.came.set()
            body = b'{"__type":"AccessDeniedException","message":"no"}'
            sock.sendall(b"HTTP/1.1 400 No\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(body), body))
            sock.close()


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as f:
        f.write(text)


def sources(home, identity):
    """Name, profile in the config file, environment, what to write before each run."""
    base = "[profile base]\naws_access_key_id = B\naws_secret_access_key = s\n"
    sso = "[default]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Dev\n[sso-session corp]\n" \
          "sso_region = us-east-1\nsso_start_url = https://corp.awsapps.com/start\n"
    token = home + "/.aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json"
    login = home + "/.aws/login/cache/4b0ba8f99f075c0633e122fd73346ce203a3faf18ea0310eb2d29df1bab2e255.json"
    key = subprocess.run("openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt", shell=True,
                         capture_output=True, text=True, check=True).stdout
    write(home + "/jwt", "a-token-of-some-length")
    write(home + "/helper", '#!/bin/sh\necho \'{"Version":1,"AccessKeyId":"H","SecretAccessKey":"s"}\'\n')
    os.chmod(home + "/helper", 0o700)

    def sso_token(until):
        write(token, json.dumps({"accessToken": "a", "expiresAt": until, "refreshToken": "r", "clientId": "c",
                                 "clientSecret": "s", "registrationExpiresAt": "2099-01-01T00:00:00Z"}))

    def session():
        write(login, json.dumps({"accessToken": {"accessKeyId": "O", "secretAccessKey": "s", "sessionToken": "t",
                                 "accountId": "012345678910", "expiresAt": "2020-01-01T00:00:00Z"}, "clientId": "c",
                                 "refreshToken": "r", "dpopKey": key}))

    return [
        ("environment", "", {"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "s"}, None),
        ("keys in a file", "[default]\naws_access_key_id = A\naws_secret_access_key = s\n", {}, None),
        ("role", base + "[default]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = base\n", {}, None),
        ("web identity", "", {"AWS_WEB_IDENTITY_TOKEN_FILE": home + "/jwt", "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/w"}, None),
        ("SSO", sso, {}, lambda: sso_token("2099-01-01T00:00:00Z")),
        ("SSO, token renewed", sso, {}, lambda: sso_token("2020-01-01T00:00:00Z")),
        ("login session, renewed", "[default]\nlogin_session = arn:aws:sts::012345678910:assumed-role/Admin/admin\n", {}, session),
        ("credential_process (sh)", f"[default]\ncredential_process = {home}/helper\n", {}, None),
        ("container", "", {"AWS_CONTAINER_CREDENTIALS_FULL_URI": identity + "/c"}, None),
        ("instance (3 requests)", "", {"AWS_EC2_METADATA_DISABLED": "false"}, None),
    ]


def measure(service, command, env, before):
    if before:
        before()
    service.came.clear()
    begun = time.perf_counter()
    child = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = child.communicate(timeout=60)[1].decode().strip().split("\n")[-1]
    came = service.came.wait(0.2)
    return ((service.at - begun) * 1000, "") if came else (None, said)


def main():
    python = os.environ.get("BF_PYTHON", sys.executable)
    with tempfile.TemporaryDirectory() as home:
        identity_dir = home + "/identity"
        os.mkdir(identity_dir)
        child = subprocess.Popen([sys.executable, "-B", os.path.join(HERE, "..", "fault", "identity.py"), identity_dir])
        try:
            while not os.path.exists(identity_dir + "/port"):
                time.sleep(0.02)
            identity = "http://127.0.0.1:" + open(identity_dir + "/port", encoding="ascii").read().strip()
            service = Service()
            env = {"HOME": home, "PATH": os.environ["PATH"], "AWS_CONFIG_FILE": home + "/config", "AWS_REGION": "us-east-1",
                   "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "1",
                   "AWS_EC2_METADATA_SERVICE_ENDPOINT": identity, "AWS_ENDPOINT_URL_DYNAMODB": service.url}
            for name in ("STS", "SSO", "SSO_OIDC", "SIGNIN"):
                env["AWS_ENDPOINT_URL_" + name] = identity
            print(f"  {'':26} ddbput    boto3")
            for name, config, more, before in sources(home, identity):
                write(home + "/config", config)
                row = []
                for command in ([TOOL, "sales"], [python, "-c", BOTO]):
                    runs = [measure(service, command, {**env, **more}, before) for _ in range(RUNS)]
                    times = [t for t, _ in runs if t is not None]
                    row.append(f"{statistics.median(times):6.1f} ms" if len(times) == RUNS else f"none ({runs[0][1][:60]})")
                print(f"  {name:24} {row[0]} {row[1]}")
        finally:
            child.terminate()
            child.wait()


main()
