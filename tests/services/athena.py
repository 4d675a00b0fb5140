"""What the tests of bflocal's Athena share: clients, and a query run to its end."""
import os
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

URL = os.environ["AWS_ENDPOINT_URL"]


def client(name):
    return boto3.client(name, endpoint_url=URL, config=Config(retries={"max_attempts": 1}))


athena, s3, glue = client("athena"), client("s3"), client("glue")


def code(f, **call):
    try:
        f(**call)
        return "done"
    except ClientError as e:
        return e.response["Error"]["Code"]


def finished(query_id):
    while True:
        x = athena.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]
        if x["Status"]["State"] not in ("QUEUED", "RUNNING"):
            return x
        time.sleep(0.003)


def start(sql, parameters=(), database="shop", **more):
    if parameters:
        more["ExecutionParameters"] = list(parameters)
    more.setdefault("ResultConfiguration", {"OutputLocation": "s3://lake/results/"})
    return athena.start_query_execution(QueryString=sql, QueryExecutionContext={"Database": database}, **more)["QueryExecutionId"]


def execution(sql, *parameters, **more):
    return finished(start(sql, parameters, **more))


def values(row):
    return [d.get("VarCharValue") for d in row["Data"]]


def rows(sql, *parameters, **more):
    """The rows without the labels of a query; the reason when it failed or was not taken."""
    try:
        x = execution(sql, *parameters, **more)
    except ClientError as e:
        return e.response["Error"]["Message"]
    if x["Status"]["State"] != "SUCCEEDED":
        return x["Status"].get("StateChangeReason", x["Status"]["State"])
    pages = athena.get_paginator("get_query_results").paginate(QueryExecutionId=x["QueryExecutionId"])
    found = [values(r) for page in pages for r in page["ResultSet"]["Rows"]]
    return found[1:] if x["StatementType"] == "DML" else [r[0] for r in found]


def one(sql, *parameters):
    """The single row of a query."""
    got = rows(sql, *parameters)
    return got[0] if isinstance(got, list) and len(got) == 1 else got


def put(key, body, bucket="lake"):
    s3.put_object(Bucket=bucket, Key=key, Body=body if isinstance(body, bytes) else body.encode())


def report(*parts):
    for part in parts:
        for name, got, want in part():
            print(f"{part.__name__}: {name}|{'as wanted' if got == want else repr(got)[:300]}|as wanted")
    print("end")
