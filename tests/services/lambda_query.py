#!/usr/bin/env python3
"""A Lambda function for tests: each event starts a query of Athena."""
import json
import os
import urllib.request

import boto3

API = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation/"
athena = boto3.client("athena", endpoint_url=os.environ["AWS_ENDPOINT_URL"])
while True:
    with urllib.request.urlopen(API + "next") as answer:
        json.load(answer)
        request = answer.headers["Lambda-Runtime-Aws-Request-Id"]
    started = athena.start_query_execution(QueryString="CREATE DATABASE IF NOT EXISTS landed",
                                           ResultConfiguration={"OutputLocation": "s3://results/"})
    body = json.dumps({"id": started["QueryExecutionId"]}).encode()
    urllib.request.urlopen(urllib.request.Request(API + request + "/response", data=body))
