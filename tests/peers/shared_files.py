#!/usr/bin/env python3
"""shared_files.py BIN [ERE]: the shared files as people write them, read by ddbput and by botocore.

Each case is written by hand: odd layout, mistakes, half a source, endpoints of each kind. ddbput signs a request to a server of
this script, botocore resolves the same beside it. Compared are the key, the secret (by the signature), the session token, the
region and the URL; where one of them refuses, so must the other. Left out is where the tools go by the SDKs' specification and
botocore does not, and where they read what botocore cannot: doc/decisions.md. Cases whose names match ERE, or all. Needs
botocore (it says so, and ends with 77, where there is none).
"""

import hashlib
import hmac
import http.server
import json
import os
import re
import subprocess
import sys
import tempfile
import threading

try:
    import botocore  # noqa: F401
except ImportError:
    sys.stderr.write("shared_files.py: skipped, there is no botocore\n")
    sys.exit(77)

BIN = os.path.abspath(sys.argv[1])
ONLY = sys.argv[2] if len(sys.argv) > 2 else ""
SEEN = []  # (method, path, headers, body) of each request
BOTO = """
import json, sys, botocore.awsrequest, botocore.session
def caught(request, **_):
    print(json.dumps([key, secret, token, region, request.url.rstrip("/")]))
    sys.exit()
try:
    session = botocore.session.Session(profile=sys.argv[1] or None)
    region = session.get_config_variable("region")
    key, secret, token = session.get_credentials().get_frozen_credentials()[:3]
    client = session.create_client("dynamodb")
    client.meta.events.register("before-send", caught)
    client.describe_table(TableName="sales")
except Exception as e:
    print(json.dumps([None, type(e).__name__ + ": " + str(e)]))
"""
ROLE = "role_arn = arn:aws:iam::123456789012:role/r\n"
KEYS = "aws_access_key_id = AKID\naws_secret_access_key = SEC/ret+=\n"
D = "[default]\nregion = us-west-2\n"
ENV = {"AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": "s"}
HELPER = '{"Version":1,"AccessKeyId":"HELPER","SecretAccessKey":"s","SessionToken":"t"}'
BASE = "[profile base]\n" + KEYS
MINE = "services = mine\n[services mine]\n"

# name: (config, credentials, environment, profile). @N@ is the server at 127.0.0.N, @HOME@ the home directory.
CASES = {
    "plain": (D, "[default]\n" + KEYS),
    "CRLF": ((D + KEYS).replace("\n", "\r\n"),),
    "no final newline": ((D + KEYS)[:-1],),
    "no blanks": ("[default]\nregion=us-west-2\naws_access_key_id=A\naws_secret_access_key=S\n",),
    "tabs": ("[default]\nregion\t=\tus-west-2\naws_access_key_id\t=A\naws_secret_access_key=\tS\t\n",),
    "quotes belong to a value": ("[default]\nregion = us-west-2\naws_access_key_id = A\naws_secret_access_key = \"S'\n",),
    "quoted region": ('[default]\nregion = "us-west-2"\n' + KEYS,),
    "; and # inside of a value": ("[default]\nregion = us-west-2\naws_access_key_id = A\naws_secret_access_key = S;x#y\n",),
    "comment lines": ("# a\n; b\n" + D + "   # c\n" + KEYS,),
    "names in capitals": ("[default]\nREGION = us-west-2\nAWS_Access_Key_Id = A\naws_secret_access_KEY = S\n",),
    "comment after a section": ("[default] # mine\nregion = us-west-2\n" + KEYS,),
    "indented section": ("  " + D + KEYS,),
    "indented lines": ("[default]\n  region = us-west-2\n  aws_access_key_id = A\n  aws_secret_access_key = S\n",),
    "profile default": ("[profile default]\nregion = us-west-2\n" + KEYS,),
    "name after a tab": ("[profile\tdev]\nregion = us-west-2\n" + KEYS, "", {}, "dev"),
    "name in quotes": ('[profile "my dev"]\nregion = us-west-2\n' + KEYS, "", {}, "my dev"),
    "name with blanks": ("[profile my dev]\nregion = us-west-2\n" + KEYS, "", {}, "my dev"),
    "name of another alphabet": ("[profile d\u00e9v]\nregion = us-west-2\n", "[d\u00e9v]\n" + KEYS, {}, "d\u00e9v"),
    "name with marks": ("[profile a.b/c@d]\nregion = us-west-2\n" + KEYS, "", {}, "a.b/c@d"),
    "profile without its word": ("[dev]\nregion = us-west-2\n" + KEYS, "", {}, "dev"),
    "profile with it in the credentials file": (D, "[profile dev]\n" + KEYS, {}, "dev"),
    "capitals count": ("[profile Dev]\nregion = us-west-2\n" + KEYS, "", {}, "dev"),
    "a line without =": (D + "nonsense\n" + KEYS,),
    "a line before a section": ("region = us-west-2\n" + D + KEYS,),
    "an open section": ("[default\nregion = us-west-2\n" + KEYS,),
    "a name is missing": (D + "= x\n" + KEYS,),
    "continued by mistake": ("[default]\nregion = us-west-2\n  aws_access_key_id = A\naws_secret_access_key = S\n",),
    "below s3": ("[default]\ns3 =\n  region = eu-west-1\n  addressing_style = path\nregion = us-west-2\n" + KEYS,),
    "nonsense below s3": (D + "s3 =\n  nonsense\n" + KEYS,),
    "= in a secret": (D + "aws_access_key_id = A\naws_secret_access_key = a=b==\n",),
    "% and $ in a secret": (D + "aws_access_key_id = A\naws_secret_access_key = a%b%(c)s$HOME\n",),
    "the old name of the token": (D + KEYS + "aws_security_token = OLD\n",),
    "region in the credentials file": ("[default]\n", D + KEYS),
    "region in both": (D, "[default]\nregion = eu-west-1\n" + KEYS),
    "half in the credentials file": (D + KEYS, "[default]\naws_access_key_id = HALF\n"),
    "a half in each file": (D + "aws_access_key_id = A\n", "[default]\naws_secret_access_key = S\n"),
    "a token of long ago in the other file": (D + KEYS, "[default]\naws_session_token = STALE\n"),
    "the environment": (D, "[default]\n" + KEYS, ENV),
    "the environment and AWS_PROFILE": ("[profile a]\nregion = us-west-2\n" + KEYS, "", dict(ENV, AWS_PROFILE="a")),
    "the environment and --profile": ("[profile a]\nregion = us-west-2\n" + KEYS, "", ENV, "a"),
    "half in the environment": (D + KEYS, "", {"AWS_ACCESS_KEY_ID": "HALF"}),
    "nothing in the environment": (D + KEYS, "", {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}),
    "expired in the environment": (D, "", dict(ENV, AWS_CREDENTIAL_EXPIRATION="2020-01-01T00:00:00Z")),
    "a time that is none": (D, "", dict(ENV, AWS_CREDENTIAL_EXPIRATION="soon")),
    "AWS_DEFAULT_PROFILE": ("[profile a]\nregion = us-west-2\n" + KEYS, "", {"AWS_DEFAULT_PROFILE": "a"}),
    "both profiles": ("[profile a]\nregion = us-west-2\n" + KEYS + "[profile b]\nregion = eu-west-1\n" + KEYS, "",
                      {"AWS_DEFAULT_PROFILE": "a", "AWS_PROFILE": "b"}),
    "a profile that is not there": (D + KEYS, "", dict(ENV, AWS_PROFILE="ghost")),
    "no files": ("", "", dict(ENV, AWS_DEFAULT_REGION="us-east-1", AWS_CONFIG_FILE="/no", AWS_SHARED_CREDENTIALS_FILE="/no")),
    "/dev/null": (D + KEYS, "", dict(ENV, AWS_DEFAULT_REGION="us-east-1", AWS_CONFIG_FILE="/dev/null")),
    "~ in a path": (D + KEYS, "", {"AWS_CONFIG_FILE": "~/.aws/config"}),
    "$HOME in a path": (D + KEYS, "", {"AWS_CONFIG_FILE": "$HOME/.aws/config"}),
    "${HOME} in a path": (D, "[default]\n" + KEYS, {"AWS_SHARED_CREDENTIALS_FILE": "${HOME}/.aws/credentials"}),
    "a path that is not absolute": (D + KEYS, "", {"AWS_CONFIG_FILE": ".aws/config"}),
    "role: loop of two": (D + ROLE + "source_profile = b\n[profile b]\n" + ROLE + "source_profile = default\n",),
    "role: itself without keys": (D + ROLE + "source_profile = default\n",),
    "role: no source": (D + ROLE + KEYS,),
    "role: a source that is not there": (D + ROLE + "source_profile = ghost\n",),
    "role: a source in quotes": (D + ROLE + 'source_profile = "base"\n' + BASE,),
    "role: a source without keys": (D + ROLE + "source_profile = base\n[profile base]\nregion = x\n",),
    "role: two sources": (D + ROLE + "source_profile = base\ncredential_source = Environment\n" + BASE, "", {}, "default"),
    "role: no such source": (D + ROLE + "credential_source = Moon\n",),
    "role: no keys in the environment": (D + ROLE + "credential_source = Environment\n", "", {}, "default"),
    "web identity: no role": (D, "", {"AWS_WEB_IDENTITY_TOKEN_FILE": "/dev/null"}),
    "web identity: no file": (D + ROLE + "web_identity_token_file = /no/such\n",),
    "SSO: a session that is not there": (D + "sso_session = corp\nsso_account_id = 1\nsso_role_name = D\n",),
    "SSO: no role": (D + "sso_session = c\nsso_account_id = 1\n[sso-session c]\nsso_region = us-east-1\nsso_start_url = u\n",),
    "process": (D + f"credential_process = echo '{HELPER}'\n",),
    "process: quotes": (D + f"""credential_process = sh -c "echo '{HELPER.replace('"', chr(92) + '"')}'"\n""",),
    "process: no shell": (D + f"credential_process = echo '{HELPER}' > x\n",),
    "process: ~ is no home": (D + "credential_process = ~/helper\n",),
    "process: an open quote": (D + 'credential_process = echo "x\n',),
    "process: it fails": (D + "credential_process = false\n",),
    "process: nothing": (D + "credential_process = true\n",),
    "process: garbage": (D + "credential_process = echo hello\n",),
    "process: two documents": (D + f"credential_process = echo '{HELPER}{HELPER}'\n",),
    "process: version as a text": (D + "credential_process = echo '" + HELPER.replace(":1", ':"1"') + "'\n",),
    "process: no secret": (D + """credential_process = echo '{"Version":1,"AccessKeyId":"A"}'\n""",),
    "process: null": (D + "credential_process = echo '" + HELPER.replace('"t"', "null") + "'\n",),
    "container: another host": (D, "", {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://example.com/c"}),
    "container: a user": (D, "", {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1@example.com/c"}),
    "container: a longer name": (D, "", {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://localhost.example.com/c"}),
    "metadata: a mode that is none": (D, "", {"AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "x"}),
    "endpoint: environment": (D + KEYS, "", {"AWS_ENDPOINT_URL": "@2@"}),
    "endpoint: of the service": (D + KEYS, "", {"AWS_ENDPOINT_URL": "@2@", "AWS_ENDPOINT_URL_DYNAMODB": "@3@"}),
    "endpoint: empty": (D + KEYS, "", {"AWS_ENDPOINT_URL": "@2@", "AWS_ENDPOINT_URL_DYNAMODB": ""}),
    "endpoint: profile": (D + KEYS + "endpoint_url = @4@\n",),
    "endpoint: services": (D + KEYS + "endpoint_url = @4@\n" + MINE + "dynamodb =\n\tendpoint_url=@5@\n",),
    "endpoint: of another service": (D + KEYS + "endpoint_url = @4@\n" + MINE + "s3 =\n  endpoint_url = @5@\n",),
    "endpoint: services, environment": (D + KEYS + MINE + "dynamodb =\n  endpoint_url = @5@\n", "", {"AWS_ENDPOINT_URL": "@2@"}),
    "endpoint: no such services": (D + KEYS + "endpoint_url = @4@\nservices = mine\n",),
    "endpoint: a path": (D + KEYS, "", {"AWS_ENDPOINT_URL": "@2@/base"}),
    "endpoint: no scheme": (D + KEYS, "", {"AWS_ENDPOINT_URL": "127.0.0.1:1"}),
    "endpoint: a scheme in capitals": (D + KEYS, "", {"AWS_ENDPOINT_URL": "HTTP@2@"}),
    "retries: no number": (D + KEYS + "max_attempts = x\nendpoint_url = @4@\n",),
    "retries: none": (D + KEYS + "max_attempts = 0\nendpoint_url = @4@\n",),
    "retries: no such mode": (D + KEYS + "retry_mode = wild\nendpoint_url = @4@\n",),
    "accounts: no such mode": (D + KEYS + "account_id_endpoint_mode = x\nendpoint_url = @4@\n",),
    "region: blanks": ("[default]\nregion = us west 2\n" + KEYS,),
    "region: dots": ("[default]\nregion = a.b\n" + KEYS,),
}

# Found by trying to break it: what other programs write into these files, names, commands, times.
QUOTED = HELPER.replace('"', chr(92) + '"')


def until(time):
    return D + "credential_process = echo '" + HELPER.replace("}", ',"Expiration":' + time + "}") + "'\n"


CASES |= {
    "CRLF in both": (D.replace("\n", "\r\n"), ("[default]\n" + KEYS).replace("\n", "\r\n")),
    "no-break spaces": ("[default]\nregion = us-west-2\u00a0\naws_access_key_id =\u00a0A\naws_secret_access_key = S\u00a0\n",),
    "other capitals": ("[Profile dev]\nregion = us-west-2\n" + KEYS, "", {}, "dev"),
    "many blanks": ("[profile   dev  ]\nregion = us-west-2\n" + KEYS, "", {}, "dev"),
    "lines of a shell": ("[default]\nexport region = us-west-2\n" + KEYS,),
    "sections of others": ("[preview]\ncloudfront = true\n[plugins]\nendpoint = awscli_plugin_endpoint\n" + D + KEYS,),
    "properties of a plugin": (D + "s3 =\n    endpoint_url = http://x:1\n    signature_version = s3v4\n" + KEYS,),
    "properties of aws s3": (D + "s3 =\n  max_concurrent_requests = 20\n  multipart_chunksize = 16MB\n\n  max_bandwidth = 50MB/s\n" + KEYS,),
    "properties of the command line": (D + "cli_pager =\noutput = json\ncli_auto_prompt = on-partial\ntoolkit_artifact_guid=abc\n" + KEYS,),
    "a comment below s3": (D + "s3 =\n  # c\n  addressing_style = path\n" + KEYS,),
    "a colon below s3": (D + "s3 =\n  addressing_style: path\n" + KEYS,),
    "a region on the next line": ("[default]\nregion =\n  us-west-2\n" + KEYS,),
    "a secret on the next line": (D + "aws_access_key_id = A\naws_secret_access_key =\n  SEC\n",),
    "a picture as a name": ("[profile \U0001f680]\nregion = us-west-2\n", "[\U0001f680]\n" + KEYS, {}, "\U0001f680"),
    "an accent composed otherwise": ("[profile de\u0301v]\nregion = us-west-2\n" + KEYS, "", {}, "d\u00e9v"),
    "a name in brackets": ("[profile 'Admin (prod)']\nregion = us-west-2\n" + KEYS, "", {}, "Admin (prod)"),
    "a name of a web portal": (D, "[123456789012_AdministratorAccess]\n" + KEYS, {}, "123456789012_AdministratorAccess"),
    "a profile called profile": ("[profile profile]\nregion = us-west-2\n" + KEYS, "", {}, "profile"),
    "half a quote in a name": ("[profile don't]\nregion = us-west-2\n" + KEYS, "", {}, "don't"),
    "blanks around AWS_PROFILE": ("[profile dev]\nregion = us-west-2\n" + KEYS, "", {"AWS_PROFILE": " dev "}),
    "the environment's token is empty": (D, "", dict(ENV, AWS_SESSION_TOKEN="")),
    "the environment's token, old name": (D, "", dict(ENV, AWS_SECURITY_TOKEN="OLD")),
    "a path in quotes": (D + KEYS, "", {"AWS_CONFIG_FILE": "'~/.aws/config'"}),
    "role: in the credentials file": (D, "[default]\n" + ROLE + "source_profile = ghost\n"),
    "role: loop of three": (D + ROLE + "source_profile = a\n[profile a]\n" + ROLE + "source_profile = b\n[profile b]\n" + ROLE
                            + "source_profile = a\n",),
    "process: a pipe": (D + f"credential_process = sh -c 'echo {QUOTED} | cat'\n",),
    "process: a pipe without a shell": (D + "credential_process = echo x | cat\n",),
    "process: ; in quotes": (D + f"""credential_process = sh -c "echo '{QUOTED}' ; true"\n""",),
    "process: an empty word": (D + f"credential_process = printf '%s%s' '' '{HELPER}'\n",),
    "process: it complains": (D + f"""credential_process = sh -c "echo warn >&2; echo '{QUOTED}'"\n""",),
    "process: it prints and fails": (D + f"""credential_process = sh -c "echo '{QUOTED}'; exit 1"\n""",),
    "process: another version": (D + "credential_process = echo '" + HELPER.replace(":1", ":2") + "'\n",),
    "process: expired": (until('"2020-01-01T00:00:00Z"'),),
    "process: never expires": (until("null"),),
    "process: a zone": (until('"2099-01-01T00:00:00+02:00"'),),
    "process: a fraction": (until('"2099-01-01T00:00:00.123Z"'),),
    "process: a time that is none": (until('"soon"'),),
    "process: after keys of the credentials file": (D + "credential_process = false\n", "[default]\n" + KEYS),
    "process: before keys of the config file": (D + "credential_process = false\n" + KEYS,),
    "process: in the credentials file": (D, f"[default]\ncredential_process = echo '{HELPER}'\n"),
    "process: a byte order mark": (D + f"credential_process = echo '\ufeff{HELPER}'\n",),
    "process: a name twice": (D + "credential_process = echo '" + HELPER.replace("}", ',"AccessKeyId":"TWO"}') + "'\n",),
    "region: empty": ("[default]\nregion =\n" + KEYS, "", {"AWS_DEFAULT_REGION": "us-east-2"}),
    "region: a zone": ("[default]\nregion = us-west-2a\n" + KEYS,),
    "region: in another place": ("[default]\nsso_region = us-west-2\n" + KEYS,),
    "endpoint: slashes at its end": (D + KEYS, "", {"AWS_ENDPOINT_URL": "@2@//"}),
    "endpoint: a longer path": (D + KEYS, "", {"AWS_ENDPOINT_URL": "@2@/a/b/"}),
    "endpoint: in quotes": (D + KEYS + 'endpoint_url = "@4@"\n',),
    "endpoint: services with a blank": (D + KEYS + 'services = m x\n[services "m x"]\ndynamodb =\n  endpoint_url = @5@\n',),
}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        SEEN.append((self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body))
        data = b'{"__type":"ValidationException","message":"x"}'
        self.send_response(400)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


def is_signed_by(secret, path, headers, body, signed):
    key, day, region, names, signature = signed.groups()
    lines = [f"{n}:{headers.get(n, '').strip()}" for n in names.split(";")]
    canonical = "\n".join(["POST", path, ""] + lines + ["", names, hashlib.sha256(body).hexdigest()])
    scope = f"{day}/{region}/dynamodb/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", headers["x-amz-date"], scope, hashlib.sha256(canonical.encode()).hexdigest()])
    sign = ("AWS4" + secret).encode()
    for part in scope.split("/") + [text]:
        sign = hmac.new(sign, part.encode(), hashlib.sha256).digest()
    return sign.hex() == signature


def ours(env, profile, home, secret):
    SEEN.clear()
    command = [os.path.join(BIN, "ddbput")] + (["--profile", profile] if profile else []) + ["sales"]
    p = subprocess.run(command, env=env, cwd=home, input="", capture_output=True, text=True, timeout=60)
    if not SEEN:
        return [None], p.stderr.strip()
    _, path, headers, body = SEEN[0]
    signed = re.match(r"AWS4-HMAC-SHA256 Credential=([^/]*)/(\d+)/([^/]*)/dynamodb/aws4_request, ?SignedHeaders=([^,]*), ?Signature=(.*)",
                      headers["authorization"])
    right = secret if secret and is_signed_by(secret, path, headers, body, signed) else "another secret"
    url = f"http://{headers['host']}{path}".rstrip("/")
    return [signed[1], right, headers.get("x-amz-security-token"), signed[3], url], p.stderr.strip()


def main():
    first = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    port = first.server_port
    for server in [first] + [http.server.ThreadingHTTPServer((f"127.0.0.{i}", port), Handler) for i in range(2, 6)]:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
    wrong = count = 0
    for name, case in CASES.items():
        if not re.search(ONLY, name):
            continue
        config, credentials, env, profile = case + ("", "", {}, "")[len(case):]
        with tempfile.TemporaryDirectory() as home:
            def put(text):
                return re.sub(r"@(\d)@", lambda m: f"http://127.0.0.{m[1]}:{port}", text.replace("HTTP@2@", f"HTTP://127.0.0.2:{port}"))
            os.mkdir(home + "/.aws")
            for file, text in (("config", config), ("credentials", credentials)):
                with open(f"{home}/.aws/{file}", "w", encoding="utf-8", newline="") as f:
                    f.write(put(text))
                os.chmod(f"{home}/.aws/{file}", 0o600)
            base = {"PATH": os.environ["PATH"], "HOME": home, "AWS_EC2_METADATA_DISABLED": "true", "LC_ALL": "C.UTF-8"}
            if not name.startswith("endpoint"):
                base["AWS_ENDPOINT_URL_DYNAMODB"] = f"http://127.0.0.1:{port}"
            env = dict(base, **{k: put(v) for k, v in env.items()})
            out = subprocess.run([sys.executable, "-c", BOTO, profile], env=env, cwd=home, capture_output=True, text=True).stdout
            boto = json.loads(out)
            mine, said = ours(env, profile, home, boto[1])
        count += 1
        if mine != boto[:len(mine)]:
            wrong += 1
            print(f"{name}: ours {mine}, botocore {boto}\n  {said}\n  " + put(config + "--\n" + credentials).replace("\n", "\n  "))
    print(f"{count} configurations written by hand, {wrong} differ")
    return 1 if wrong else 0


sys.exit(main())
