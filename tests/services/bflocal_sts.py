"""boto3 gets its identity and a role's credentials from bflocal, and uses them. One line "name|got|wanted" for each case."""
import datetime
import json
import os
import urllib.error
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

URL, ROLE = os.environ["AWS_ENDPOINT_URL"], "arn:aws:iam::111122223333:role/path/writer"


def error_of(f, **call):
    try:
        f(**call)
        return "done"
    except ClientError as e:
        return e.response["Error"]["Code"]


def clients(**credentials):
    session = boto3.Session(**credentials)
    return [session.client(s, endpoint_url=URL, config=Config(retries={"max_attempts": 1}, signature_version="s3v4" if s == "s3" else None)) for s in ("sts", "s3", "dynamodb", "kinesis")]


def fault(text):
    urllib.request.urlopen(URL + "/_bflocal/fault", text.encode()).read()


def fetched(url):
    try:
        return urllib.request.urlopen(url).read()
    except urllib.error.HTTPError as e:
        return e.code


def cases():
    sts, s3, _, _ = clients()
    got = sts.get_caller_identity()
    yield "who", (got["Account"], got["Arn"]), ("000000000000", "arn:aws:iam::000000000000:user/bflocal")
    role = sts.assume_role(RoleArn=ROLE, RoleSessionName="me@home", DurationSeconds=900)
    got, c = role["AssumedRoleUser"], role["Credentials"]
    left = c["Expiration"] - datetime.datetime.now(datetime.timezone.utc)
    yield "a role", (got["Arn"], c["AccessKeyId"][:4], 880 < left.total_seconds() <= 900), ("arn:aws:sts::111122223333:assumed-role/writer/me@home", "ASIA", True)
    own = dict(aws_access_key_id=c["AccessKeyId"], aws_secret_access_key=c["SecretAccessKey"], aws_session_token=c["SessionToken"])
    as_role = clients(**own)
    got = as_role[0].get_caller_identity()
    yield "who then", (got["Account"], got["Arn"], got["UserId"][-8:]), ("111122223333", "arn:aws:sts::111122223333:assumed-role/writer/me@home", ":me@home")
    s3.create_bucket(Bucket="lake")
    as_role[1].put_object(Bucket="lake", Key="k", Body=b"x" * 100000)
    yield "its work", (s3.get_object(Bucket="lake", Key="k")["ContentLength"], as_role[2].list_tables()["TableNames"], as_role[3].list_streams()["StreamNames"]), (100000, [], [])
    url = as_role[1].generate_presigned_url("get_object", Params={"Bucket": "lake", "Key": "k"})
    yield "a presigned URL", len(fetched(url)), 100000
    calls = [lambda c: c[1].list_buckets, lambda c: c[2].list_tables, lambda c: c[0].get_caller_identity]
    codes = lambda cs: [error_of(f(cs)) for f in calls]
    yield "another's token", codes(clients(**dict(own, aws_session_token=c["SessionToken"][:-1] + "x"))), ["InvalidToken", "UnrecognizedClientException", "InvalidClientTokenId"]
    yield "another's secret", codes(clients(**dict(own, aws_secret_access_key="x"))), ["SignatureDoesNotMatch", "InvalidSignatureException", "SignatureDoesNotMatch"]
    yield "a longer life", codes(clients(**dict(own, aws_session_token=(b"9" + bytes.fromhex(c["SessionToken"].split(".")[0])).hex() + "." + c["SessionToken"].split(".")[1]))), ["InvalidToken", "UnrecognizedClientException", "InvalidClientTokenId"]
    yield "no token", codes(clients(aws_access_key_id=c["AccessKeyId"], aws_secret_access_key=c["SecretAccessKey"])), ["InvalidAccessKeyId", "UnrecognizedClientException", "InvalidClientTokenId"]
    fault("clock:by=-4m")  # what signatures allow: 5 minutes ahead, 15 behind
    short = clients()[0].assume_role(RoleArn=ROLE, RoleSessionName="me", DurationSeconds=900)["Credentials"]
    short = clients(aws_access_key_id=short["AccessKeyId"], aws_secret_access_key=short["SecretAccessKey"], aws_session_token=short["SessionToken"])
    yield "a young session", codes(short), ["done"] * 3
    fault("clock:by=12m")
    yield "an old one", codes(short), ["ExpiredToken", "ExpiredTokenException", "ExpiredToken"]
    fault("")
    yield "a wrong role", [error_of(sts.assume_role, RoleArn=a, RoleSessionName="me") for a in ("arn:aws:iam::111122223333:user/x", "arn:aws:iam::1:role/writer", "x" * 20)], ["ValidationError"] * 3
    yield "a wrong name", error_of(sts.assume_role, RoleArn=ROLE, RoleSessionName="a b"), "ValidationError"
    yield "a wrong time", [error_of(sts.assume_role, RoleArn=ROLE, RoleSessionName="me", DurationSeconds=n) for n in (900, 43200, 43201)], ["done", "done", "ValidationError"]
    yield "a policy", error_of(sts.assume_role, RoleArn=ROLE, RoleSessionName="me", Policy=json.dumps({})), "ValidationError"
    yield "another operation", error_of(sts.get_session_token), "UnknownOperationException"


def main():
    for name, got, want in cases():
        print(f"{name}|{'as wanted' if got == want else repr(got)[:200]}|as wanted")
    print("end")


main()
