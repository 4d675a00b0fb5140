"""s3_as_is.py METHOD PATH [BODY]: a signed request to S3 whose path goes out as it is, dots included (curl takes them out, or
refuses to sign). Prints the body and the HTTP status."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "torture"))
import aws

client = aws.Client({"s3": os.environ["AWS_ENDPOINT_URL"]}, os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])
method, path, body = sys.argv[1], sys.argv[2], (sys.argv[3:] or [""])[0].encode()
try:
    print(client.once("s3", method, path, "", {}, body, True).decode() + "200")
except aws.ServiceError as error:
    print(f"{error.text}{error.status}")
