#!/bin/sh
# bflocal's Lambda: boto3 drives functions, invocations and event source mappings; functions end with bflocal, however it
# ends; mappings go on where they were; cdclambda with a mapping.
. "$(dirname "$0")/own.sh"
export SEEN="$T/seen"

bflocal -q "$python" "$services/bflocal_lambda.py" >cases || echo 'Bail out! boto3 and Lambda'
ok 'the cases of boto3 ran' grep -q '^end$' cases
while IFS='|' read -r name got want; do
    [ "$name" = end ] || check "$name" -o "$want" -- echo "$got"
done <cases

# Functions end with bflocal.
check '--lambda without a program' -s 2 -e 'bflocal: --lambda: want NAME=PROGRAM' -- bflocal --lambda f true
check '--lambda of a file that is no program' -s 2 -E "^bflocal: --lambda: .*cases is no program" -- bflocal --lambda "f=$T/cases" true
. "$services/aws.sh"
invoke() {
    AWS_PAGER='' "$aws" --endpoint-url "$AWS_ENDPOINT_URL" lambda invoke --function-name f --payload "$(printf %s "$1" | base64 | tr -d '\n')" "$T/answer" >/dev/null
}
# A number of seconds that no other process sleeps names the function's child.
for end in TERM KILL; do
    seconds=$((100000 + $$ % 100000))
    eval "$(bflocal --daemon --lambda "f=$services/lambda_function.py")"
    case $("$aws" --version 2>&1) in
    aws-cli/1*) AWS_PAGER='' "$aws" --endpoint-url "$AWS_ENDPOINT_URL" lambda invoke --function-name f --payload "{\"spawn\":\"$seconds\"}" "$T/answer" >/dev/null ;;
    *) invoke "{\"spawn\":\"$seconds\"}" ;;
    esac
    check "the AWS CLI invokes, $end" -o 1 -- jq .count "$T/answer"
    ok '  the function has a child' pgrep -f "^sleep $seconds\$"
    kill -$end "$BFLOCAL_PID"
    ok "  which ends with bflocal by SIG$end" soon sh -c '! pgrep -f "^sleep $1\$" >/dev/null' - $seconds
done

# A mapping goes on where it was after bflocal was killed.
cat >go.py <<'PY'
import json, os, sys, boto3
url = os.environ["AWS_ENDPOINT_URL"]
if sys.argv[1] == "map":
    boto3.client("lambda", endpoint_url=url).create_event_source_mapping(
        FunctionName="f", EventSourceArn="arn:aws:kinesis:us-east-1:000000000000:stream/s", StartingPosition="LATEST")
    boto3.client("lambda", endpoint_url=url).add_permission(FunctionName="f", StatementId="one", Action="lambda:InvokeFunction", Principal="events.amazonaws.com")
    for description in ("first", "second"):
        boto3.client("lambda", endpoint_url=url).update_function_configuration(FunctionName="f", Description=description, Timeout=len(description))
        boto3.client("lambda", endpoint_url=url).publish_version(FunctionName="f")
    boto3.client("lambda", endpoint_url=url).delete_function(FunctionName="f", Qualifier="2")
    boto3.client("lambda", endpoint_url=url).create_alias(FunctionName="f", Name="live", FunctionVersion="1")
    boto3.client("lambda", endpoint_url=url).put_function_event_invoke_config(FunctionName="f", MaximumRetryAttempts=1)
elif sys.argv[1] == "versions":
    f = boto3.client("lambda", endpoint_url=url)
    print(f.get_function(FunctionName="f", Qualifier="live")["Configuration"]["Timeout"], f.publish_version(FunctionName="f")["Version"],
          f.get_function_event_invoke_config(FunctionName="f")["MaximumRetryAttempts"])
else:
    print(json.loads(boto3.client("lambda", endpoint_url=url).get_policy(FunctionName="f")["Policy"])["Statement"][0]["Sid"])
PY
rm -f seen
eval "$(bflocal --daemon --data "$T/data" --stream s --lambda "f=$services/lambda_function.py")"
"$python" go.py map
seq 1 20 | sed 's/.*/{"i":&}/' | kinput s
ok 'a mapping delivers' soon sh -c '[ "$(jq -s "add | length" <"$1" 2>/dev/null)" = 20 ]' - "$T/seen"
sleep 0.2
kill -KILL "$BFLOCAL_PID"
soon sh -c '! kill -0 "$1" 2>/dev/null' - "$BFLOCAL_PID"
eval "$(bflocal --daemon --data "$T/data" --lambda "f=$services/lambda_function.py")"
seq 21 30 | sed 's/.*/{"i":&}/' | kinput s
ok '  and goes on after a crash' soon sh -c '[ "$(jq -s "add | length" <"$1")" = 30 ]' - "$T/seen"
check '  the policy too' -o one -- "$python" go.py policy
check '  versions, aliases and settings, and no number twice' -o '5 3 1' -- "$python" go.py versions
check '  each record once' -o '[1,30,30]' -- jq -cs 'add | [min, max, (unique | length)]' "$T/seen"
bflocal --stop

# A function of a zip, in a data directory that was named from another folder, and that is moved.
cat >zip.py <<'PY'
import io, json, os, sys, zipfile, boto3
f = boto3.client("lambda", endpoint_url=os.environ["AWS_ENDPOINT_URL"])
if len(sys.argv) > 1:
    archive, member = io.BytesIO(), zipfile.ZipInfo("bootstrap")
    member.external_attr = 0o755 << 16
    with zipfile.ZipFile(archive, "w") as z:
        z.writestr(member, open(sys.argv[1]).read())
    f.create_function(FunctionName="z", Runtime="provided.al2023", Handler="none", Role="arn:aws:iam::000000000000:role/r",
                      Code={"ZipFile": archive.getvalue()})
print(json.load(f.invoke(FunctionName="z", Payload=b"{}")["Payload"])["count"])
PY
mkdir place
check 'a function of a zip below a relative --data' -o 1 -- sh -c 'cd place && bflocal -q --data d "$1" ../zip.py "$2"' - "$python" "$services/lambda_function.py"
check '  after a restart' -o 1 -- bflocal -q --data place/d "$python" zip.py
mv place moved
check '  after a move' -o 1 -- bflocal -q --data "$T/moved/d" "$python" zip.py

# The whole way: table, stream, Kinesis, cdclambda, S3.
cat >map.py <<'PY'
import os, boto3
boto3.client("lambda", endpoint_url=os.environ["AWS_ENDPOINT_URL"]).create_event_source_mapping(
    FunctionName="x", EventSourceArn="arn:aws:kinesis:us-east-1:000000000000:stream/orders", StartingPosition="TRIM_HORIZON",
    BatchSize=10000, FunctionResponseTypes=["ReportBatchItemFailures"])
PY
BF_TO=s3://lake/sales/
export BF_TO
# cdclambda knows no other BF_ variables than those of its options.
eval "$(env -u BF_BACKEND -u BF_IN_BACKEND -u BF_BUILD -u BF_SHARED -u BF_PYTHON -u BF_AWS -u BF_DUCKDB -u BF_KINESALITE_URL \
    bflocal --daemon --stream orders:2 --bucket lake --lambda "x=$BUILD/bin/cdclambda")"
"$python" map.py
bfgen -n 2000 | ddbput -q --create order_id:S --stream-to orders sales
landed() { "$python" -c '
import gzip, os, boto3
s3 = boto3.client("s3", endpoint_url=os.environ["AWS_ENDPOINT_URL"])
n = 0
for o in s3.list_objects_v2(Bucket="lake").get("Contents", []):
    b = s3.get_object(Bucket="lake", Key=o["Key"])["Body"].read()
    n += len((gzip.decompress(b) if b[:2] == b"\x1f\x8b" else b).splitlines())
print(n)'; }
landed_all() {
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        [ "$(landed)" -lt 2000 ] || return 0
        sleep 1
    done
    return 1
}
ok 'cdclambda with a mapping delivers each change' landed_all
check '  once' -o 2000 -- landed
bflocal --stop
plan
