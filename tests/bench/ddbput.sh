#!/bin/sh
# ddbput beside boto3's batch_writer, the same lines to the same stub of a service. The measure is
# the client's CPU time for each item, without that of the stub.
. "$(dirname "$0")/lib.sh"
n=${1:-100000}
few=$((n / 5))

python3 "$here/ddb_stub.py" "$T/url" &
stub=$!
trap 'kill $stub 2>/dev/null; rm -rf "$T"' EXIT
tries=0
while [ ! -s "$T/url" ] && [ $tries -lt 200 ]; do
    sleep 0.05
    tries=$((tries + 1))
done
[ -s "$T/url" ] || { echo 'bench: the stub does not start'; exit 1; }
AWS_ENDPOINT_URL=$(cat "$T/url") AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1
AWS_ACCESS_KEY_ID=bench AWS_SECRET_ACCESS_KEY=bench
AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null
export AWS_ENDPOINT_URL AWS_REGION AWS_DEFAULT_REGION AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
export AWS_CONFIG_FILE AWS_SHARED_CREDENTIALS_FILE

cat >"$T/boto.py" <<'END'
import decimal, json, os, sys
import boto3
table = boto3.resource("dynamodb", endpoint_url=os.environ["AWS_ENDPOINT_URL"]).Table("bench")
with table.batch_writer(overwrite_by_pkeys=["order_id"]) as writer:
    for line in open(sys.argv[1], encoding="utf-8"):
        writer.put_item(Item=json.loads(line, parse_float=decimal.Decimal)["put"])
END

bfgen -n "$n" --mix insert=1 >"$T/in"
head -n "$few" "$T/in" >"$T/few"
title "ddbput: $n puts"
pair -n 3 -r "$n" -b "$(wc -c <"$T/in")" ddbput "ddbput bench <$T/in"
if /usr/bin/python3 -c 'import boto3' 2>/dev/null; then
    title "ddbput and boto3's batch_writer: $few puts"
    pair -n 3 -r "$few" ddbput "ddbput bench <$T/few" 'boto3 batch_writer' "/usr/bin/python3 $T/boto.py $T/few"
else
    echo "  left out: /usr/bin/python3 has no boto3 (batch_writer)"
fi
bfgen -n "$few" >"$T/in"
title "ddbput: $few writes, a quarter of them updates (one request each)"
pair -n 3 -r "$few" ddbput "ddbput bench <$T/in"
