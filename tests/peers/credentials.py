#!/usr/bin/env python3
"""credentials.py BIN [CASES [SEED]]: do the tools and boto3 find the same credentials, region and endpoint?

Configurations are random, by the seed: environment, shared files, profiles of all kinds; all services are simulated by
tests/fault/identity.py and tests/fault/server.py. ddbput signs a request, and botocore resolves the same configuration. Compared are
the key (without its number) and the region in the signature; if one finds none, the other must not either. Needs
botocore (if there is none, it says so and exits with 77). login_session is left out, because botocore needs awscrt for it.
"""

import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time

try:
    import botocore  # noqa: F401
except ImportError:
    sys.stderr.write("credentials.py: skipped, there is no botocore\n")
    sys.exit(77)

HERE = os.path.dirname(os.path.abspath(__file__))
FAULT = os.path.join(HERE, "..", "fault")
BIN = os.path.abspath(sys.argv[1])
CASES = int(sys.argv[2]) if len(sys.argv) > 2 else 100
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else 1

BOTO = """
import json, sys
import botocore.session
try:
    s = botocore.session.Session(profile=sys.argv[1] or None)
    c = s.get_credentials()
    print(json.dumps([c.get_frozen_credentials().access_key if c else None, s.get_config_variable("region"), ""]))
except Exception as e:
    print(json.dumps([None, None, type(e).__name__ + ": " + str(e)]))
"""


def serve(script, folder):
    os.makedirs(folder, exist_ok=True)
    for name in ("script", "log", "accepted"):
        open(os.path.join(folder, name), "w").close()
    child = subprocess.Popen([sys.executable, "-B", os.path.join(FAULT, script), folder])
    port = os.path.join(folder, "port")
    while not (os.path.exists(port) and open(port).read().strip()):
        time.sleep(0.02)
    return child, "http://127.0.0.1:" + open(port).read().strip()


def keys(r, name, partial=0.1):
    lines = [f"aws_access_key_id = {name}", f"aws_secret_access_key = hush-{name}"]
    if r.random() < 0.3:
        lines.append("aws_session_token =" + r.choice(["", " hush-token"]))
    return lines if r.random() > partial else lines[:1]


def kind(r, name, others, home):
    """The lines of a profile of some kind, for the config file and for the credentials file."""
    what = r.choice(["keys", "credkeys", "role", "source", "web", "sso", "legacy", "process", "none"])
    config, credentials = [], []
    if what in ("role", "source"):
        config.append(f"role_arn = arn:aws:iam::123456789012:role/{name}")
        if what == "role":
            config.append(f"source_profile = {r.choice(others + [name])}")
        else:
            config.append("credential_source = " + r.choice(["Environment", "Ec2InstanceMetadata", "EcsContainer"]))
    elif what == "web":
        config += [f"role_arn = arn:aws:iam::123456789012:role/{name}", f"web_identity_token_file = {home}/jwt"]
    elif what == "sso":
        config += ["sso_session = corp", "sso_account_id = 123456789012", "sso_role_name = Dev"]
    elif what == "legacy":
        config += ["sso_start_url = https://old.awsapps.com/start", "sso_region = us-east-1", "sso_account_id = 1234",
                   "sso_role_name = Dev"]
    elif what == "process":
        config.append(f"credential_process = {home}/helper 'a b'")
    if what == "keys" or r.random() < 0.2:
        config += keys(r, "CONF" + name.upper())
    if what == "credkeys" or r.random() < 0.15:
        credentials += keys(r, "CRED" + name.upper())
    if r.random() < 0.5:
        config.append("region = " + r.choice(["us-west-2", "eu-west-1"]))
    r.shuffle(config)
    return config, credentials


def draw(r, home, identity, fault):
    names = ["default", "a", "b", "c"]
    config, credentials = "[sso-session corp]\nsso_region = us-east-1\nsso_start_url = https://corp.awsapps.com/start\n", ""
    for name in names:
        mine, theirs = kind(r, name, [n for n in names if n != name], home)
        indent = r.choice(["", "", "  "])
        if mine or r.random() < 0.5:
            head = name if name == "default" else r.choice([f"profile {name}", f"profile '{name}'", f'profile "{name}"'])
            config += f"[{head}]\n" + "".join(f"{indent}{line}\n" for line in mine)
        if theirs:
            credentials += f"[{name}]\n" + "".join(f"{indent}{line}\n" for line in theirs)
    env = {"HOME": home, "PATH": os.environ["PATH"], "AWS_CONFIG_FILE": home + "/config",
           "AWS_SHARED_CREDENTIALS_FILE": home + "/credentials", "AWS_EC2_METADATA_SERVICE_ENDPOINT": identity,
           "AWS_ENDPOINT_URL_DYNAMODB": fault, "AWS_MAX_ATTEMPTS": "1"}
    for service in ("STS", "SSO", "SSO_OIDC", "SIGNIN"):
        env["AWS_ENDPOINT_URL_" + service] = identity
    if r.random() < 0.25:
        env.update(AWS_ACCESS_KEY_ID="ENV", AWS_SECRET_ACCESS_KEY="hush-env")
    if r.random() < 0.2:
        env.update(AWS_CONTAINER_CREDENTIALS_FULL_URI=identity + "/v1/credentials")
    if r.random() < 0.15:
        env.update(AWS_WEB_IDENTITY_TOKEN_FILE=home + "/jwt", AWS_ROLE_ARN="arn:aws:iam::123456789012:role/e")
    if r.random() < 0.5:
        env["AWS_EC2_METADATA_DISABLED"] = r.choice(["true", "True", "false"])
    if r.random() < 0.4:
        env["AWS_PROFILE"] = r.choice(["a", "b", "c", "nobody"])
    if r.random() < 0.7:
        env["AWS_DEFAULT_REGION"] = r.choice(["us-east-1", "ap-south-1"])
    profile = r.choice(["", "", "a", "b", "default"])
    for name, text in (("config", config), ("credentials", credentials)):
        with open(os.path.join(home, name), "w", encoding="utf-8") as f:
            f.write(text)
    return env, profile


def prepare(home):
    os.makedirs(home + "/.aws/sso/cache")
    for name in ("ee0bfd2552fbd840c02cc48b6e823320543c450f", "33d5ca4bf3b1a62edb96b47f7c203034a43ac435"):
        with open(f"{home}/.aws/sso/cache/{name}.json", "w", encoding="utf-8") as f:
            json.dump({"accessToken": "hush", "expiresAt": "2099-01-01T00:00:00Z", "region": "us-east-1"}, f)
    with open(home + "/jwt", "w", encoding="utf-8") as f:
        f.write("hush-jwt")
    with open(home + "/helper", "w", encoding="utf-8") as f:
        f.write('#!/bin/sh\necho \'{"Version":1,"AccessKeyId":"HELPER","SecretAccessKey":"hush","SessionToken":"hush"}\'\n')
    os.chmod(home + "/helper", 0o755)


def family(key):
    return key and re.sub(r"[0-9]+$", "", key)


def ours(env, profile, fault_dir, folder):
    open(os.path.join(fault_dir, "log"), "w").close()
    with open(os.path.join(folder, "line"), "w", encoding="utf-8") as f:
        f.write('{"order_id":"1"}\n')
    command = [os.path.join(BIN, "ddbput"), "-v"] + (["--profile", profile] if profile else []) + ["sales"]
    with open(os.path.join(folder, "line"), encoding="utf-8") as f:
        p = subprocess.run(command, env=env, stdin=f, capture_output=True, text=True)
    log = open(os.path.join(fault_dir, "log"), encoding="utf-8").read()
    scope = re.search(r"Credential=([A-Za-z0-9]+)/[0-9]+/([a-z0-9-]+)/dynamodb", log)
    source = re.search(r"credentials: from (.*)", p.stderr)
    return (family(scope[1]), scope[2]) if scope else (None, None), source[1] if source else "none", p.stderr.strip()


def main():
    tally, wrong = {}, 0
    with tempfile.TemporaryDirectory() as folder:
        home = folder + "/home"
        prepare(home)
        one, identity = serve("identity.py", folder + "/identity")
        two, fault = serve("server.py", folder + "/fault")
        try:
            for case in range(CASES):
                env, profile = draw(random.Random(f"{SEED}.{case}"), home, identity, fault)
                mine, source, said = ours(env, profile, folder + "/fault", folder)
                out = subprocess.run([sys.executable, "-c", BOTO, profile], env=env, capture_output=True, text=True).stdout
                theirs = json.loads(out)
                boto = (family(theirs[0]), theirs[1]) if theirs[0] and theirs[1] else (None, None)
                name = re.sub(r"( arn:\S+| [a-z]+ of account \d+|profile '\w+' )", " ", source.split(", until")[0]).strip()
                right = mine == boto
                a, b = tally.get(name, (0, 0))
                tally[name] = (a + 1, b + right)
                if not right:
                    wrong += 1
                    print(f"seed {SEED}, case {case}: ours {mine}, boto3 {boto} {theirs[2]}\n  {said}\n  --profile '{profile}' "
                          + " ".join(f"{k}={v}" for k, v in env.items() if k.startswith("AWS") and "ENDPOINT" not in k))
                    print("  " + open(home + "/config", encoding="utf-8").read().replace("\n", "\n  "))
                    print("  -- " + open(home + "/credentials", encoding="utf-8").read().replace("\n", "\n  "))
        finally:
            for child in (one, two):
                child.terminate()
                child.wait()
    for name, (n, right) in sorted(tally.items()):
        print(f"{n:5} {right:5}  {name}")
    print(f"{CASES} configurations, {wrong} differ")
    return 1 if wrong else 0


sys.exit(main())
