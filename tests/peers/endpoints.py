#!/usr/bin/env python3
"""endpoints.py BIN [CASES [SEED]]: do the tools send to the host that boto3 would send to?

Regions of all partitions, FIPS, dual stack, accounts and their mode, names and ARNs, and configured endpoints (in the
environment or in a profile) are random, by the seed. The tools use tests/fault/proxy.py, which reports the host and
forwards nothing; botocore's request is caught before it is sent. If one of the two refuses a configuration, the other must too.
Not tested, because botocore differs there: a configured endpoint with FIPS or dual stack (the rules that AWS
publishes refuse it, as the tools do; botocore uses the endpoint), dual stack in the isolated regions, and S3 Transfer
Acceleration in partitions that do not have it.
Needs botocore (if there is none, it says so and exits with 77).
"""

import os
import random
import re
import subprocess
import sys
import tempfile
import time

try:
    import botocore.awsrequest
    import botocore.session
except ImportError:
    sys.stderr.write("endpoints.py: skipped, there is no botocore\n")
    sys.exit(77)

HERE = os.path.dirname(os.path.abspath(__file__))
BIN = os.path.abspath(sys.argv[1])
CASES = int(sys.argv[2]) if len(sys.argv) > 2 else 100
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else 1
REGIONS = ["us-east-1", "eu-central-1", "ap-southeast-7", "cn-north-1", "us-gov-west-1", "us-iso-east-1", "us-isob-east-1",
           "eu-isoe-west-1", "us-isof-south-1", "eusc-de-east-1"]
PARTITION = {"cn": "aws-cn", "us-gov": "aws-us-gov", "us-iso": "aws-iso", "us-isob": "aws-iso-b", "eu-isoe": "aws-iso-e",
             "us-isof": "aws-iso-f", "eusc": "aws-eusc"}


def draw(r, home):
    region = r.choice(REGIONS)
    env = {"HOME": home, "AWS_CONFIG_FILE": home + "/config", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
           "AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "S", "AWS_EC2_METADATA_DISABLED": "true",
           "AWS_S3_US_EAST_1_REGIONAL_ENDPOINT": "regional"}  # as the AWS CLI; boto3 alone still has the old name
    profile = []

    def put(variable, prop, value):
        if r.random() < 0.6:
            env[variable] = value
        else:
            profile.append(f"{prop} = {value}")

    if r.random() < 0.5:
        env["AWS_DEFAULT_REGION"] = env["AWS_REGION"] = region
    else:
        profile.append(f"region = {region}")
    if r.random() < 0.3:
        put("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint", r.choice(["true", "false"]))
    if r.random() < 0.3 and "-iso" not in region:
        put("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint", r.choice(["true", "false"]))
    if r.random() < 0.6:
        env["AWS_ACCOUNT_ID"] = "123456789012"
    s3 = []
    if r.random() < 0.3:
        s3.append("  addressing_style = " + r.choice(["path", "virtual", "auto"]))
    if r.random() < 0.3 and "-iso" not in region:
        s3.append("  use_dualstack_endpoint = " + r.choice(["true", "false"]))
    if r.random() < 0.3 and region in ("us-east-1", "eu-central-1", "ap-southeast-7", "cn-north-1"):
        s3.append("  use_accelerate_endpoint = " + r.choice(["true", "false", "false"]))
    if r.random() < 0.2:
        env["AWS_STS_REGIONAL_ENDPOINTS"] = "legacy"
    if r.random() < 0.5:
        put("AWS_ACCOUNT_ID_ENDPOINT_MODE", "account_id_endpoint_mode", r.choice(["preferred", "disabled", "required"]))
    if r.random() < 0.15 and "true" not in list(env.values())[6:] + [line[-4:] for line in profile]:
        env[r.choice(["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_KINESIS", "AWS_ENDPOINT_URL_S3"])] = \
            "https://vpce.example.com"
    if r.random() < 0.1:
        env["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "true"
    with open(home + "/config", "w", encoding="utf-8") as f:
        f.write("[default]\n" + "\n".join(profile + (["s3 ="] if s3 else []) + s3) + "\n")
    best = max((k for k in PARTITION if region.startswith(k + "-")), key=len, default=None)
    arn = f"arn:{PARTITION.get(best, 'aws')}:%s:{region}:111122223333:%s"
    return env, r.choice([
        ("dynamodb", "describe_table", {"TableName": "sales"}, ["ddbput", "sales"]),
        ("dynamodb", "describe_table", {"TableName": arn % ("dynamodb", "table/sales")}, ["ddbput", arn % ("dynamodb", "table/sales")]),
        ("kinesis", "list_shards", {"StreamName": "orders"}, ["kinread", "-e", "orders"]),
        ("kinesis", "list_shards", {"StreamARN": arn % ("kinesis", "stream/orders")}, ["kinread", "-e", arn % ("kinesis", "stream/orders")]),
        ("kinesis", "put_records", {"StreamARN": arn % ("kinesis", "stream/orders"), "Records": [{"Data": b"x", "PartitionKey": "k"}]},
         ["kinput", "--retry-for", "0s", arn % ("kinesis", "stream/orders")]),
        ("dynamodbstreams", "describe_stream", {"StreamArn": arn % ("dynamodb", "table/sales/stream/x")},
         ["kinread", "-e", arn % ("dynamodb", "table/sales/stream/2026-11-28T07:00:00.000")]),
        ("s3", "put_object", {"Bucket": "lake-of-sales", "Key": "k"}, ["s3put", "--one", "s3://lake-of-sales/k"]),
        ("s3", "put_object", {"Bucket": "lake.of.sales", "Key": "k"}, ["s3put", "--one", "s3://lake.of.sales/k"]),
    ])


def theirs(env, service, operation, arguments):
    seen = []

    def caught(request, **_):
        seen.append(request.url)
        return botocore.awsrequest.AWSResponse(request.url, 400, {}, None)

    old = dict(os.environ)
    os.environ.clear()
    os.environ.update(env)
    try:
        client = botocore.session.Session().create_client(service)
        client.meta.events.register("before-send", caught)
        getattr(client, operation)(**arguments)
    except Exception as e:  # of configuration, or of the answer that is none
        if not seen:
            return None, f"{type(e).__name__}: {e}"
    finally:
        os.environ.clear()
        os.environ.update(old)
    return re.match("https?://([^/]+)", seen[0])[1], ""


def ours(env, command, proxy, folder):
    open(folder + "/proxy-log", "w").close()
    command = [os.path.join(BIN, command[0]), "--max-attempts", "1"] + command[1:]
    p = subprocess.run(command, env=dict(env, https_proxy=proxy, PATH=os.environ["PATH"]), input='{"order_id":"1"}\n',
                       capture_output=True, text=True, timeout=60)
    first = open(folder + "/proxy-log", encoding="utf-8").readline()
    host = re.match("CONNECT (.*):443 ", first)
    return host and host[1], p.stderr.strip()


def main():
    tally, wrong = {}, 0
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(folder + "/.aws")
        child = subprocess.Popen([sys.executable, "-B", os.path.join(HERE, "..", "fault", "proxy.py"), folder])
        try:
            while not os.path.exists(folder + "/proxy-port"):
                time.sleep(0.02)
            proxy = "http://127.0.0.1:" + open(folder + "/proxy-port", encoding="ascii").read().strip()
            for case in range(CASES):
                env, (service, operation, arguments, command) = draw(random.Random(f"{SEED}.{case}"), folder)
                (mine, said), (boto, why) = ours(env, command, proxy, folder), theirs(env, service, operation, arguments)
                n, right = tally.get(service, (0, 0))
                tally[service] = (n + 1, right + (mine == boto))
                if mine != boto:
                    wrong += 1
                    print(f"seed {SEED}, case {case}: {' '.join(command)}: ours {mine}, boto3 {boto} {why}\n  {said}\n  "
                          + " ".join(f"{k}={v}" for k, v in env.items() if k.startswith("AWS_") and "FILE" not in k))
                    print("  " + open(folder + "/config", encoding="utf-8").read().replace("\n", "\n  "))
        finally:
            child.terminate()
            child.wait()
    for name, (n, right) in sorted(tally.items()):
        print(f"{n:5} {right:5}  {name}")
    print(f"{CASES} configurations, {wrong} differ")
    return 1 if wrong else 0


sys.exit(main())
