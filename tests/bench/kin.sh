#!/bin/sh
# The client's CPU time for each record with kinput and kinread and with boto3, on a local Kinesis (kinesalite): change
# lines of a Black Friday. The service determines the wall time, so the client's CPU time is compared.
. "$(dirname "$0")/lib.sh"
if [ -z "${BF_KINESALITE_URL:-}" ]; then
    exec sh "$root/tests/services/serve.sh" -s kinesalite sh "$0" "$@"
fi
n=${1:-20000}
export AWS_ENDPOINT_URL_KINESIS="$BF_KINESALITE_URL"
/usr/bin/python3 -c 'import boto3' 2>/dev/null || { echo '  left out: boto3 is not there'; exit 0; }

cat >"$T/peer.py" <<'END'
import os, sys, uuid
import boto3
k = boto3.client("kinesis", endpoint_url=os.environ["AWS_ENDPOINT_URL_KINESIS"])

def create(name):
    k.create_stream(StreamName=name, ShardCount=2)
    k.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 1})

def put(name):
    batch = []
    def send():
        r = k.put_records(StreamName=name, Records=batch)
        assert r["FailedRecordCount"] == 0
        batch.clear()
    for line in sys.stdin.buffer:
        batch.append({"Data": line[:-1], "PartitionKey": uuid.uuid4().hex})
        if len(batch) == 500:
            send()
    if batch:
        send()

def read(name):
    out = sys.stdout.buffer
    for s in k.list_shards(StreamName=name)["Shards"]:
        i = k.get_shard_iterator(StreamName=name, ShardId=s["ShardId"], ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        while True:
            r = k.get_records(ShardIterator=i, Limit=10000)
            for record in r["Records"]:
                out.write(record["Data"] + b"\n")
            if not r["Records"]:
                break
            i = r["NextShardIterator"]

{"create": create, "put": put, "read": read}[sys.argv[1]](sys.argv[2])
END
bfgen -n "$n" -o cdc >"$T/lines"
for name in ours theirs; do /usr/bin/python3 "$T/peer.py" create $name; done
title "kinput: $n change lines into Kinesis, beside boto3's put_records"
pair -n 1 -r "$n" -b "$(wc -c <"$T/lines")" kinput "kinput --key-random ours <$T/lines" \
    boto3 "/usr/bin/python3 $T/peer.py put theirs <$T/lines"
# pair put everything twice: once to warm up
title "kinread: $((2 * n)) records out of Kinesis, beside boto3's get_records"
pair -n 1 -r $((2 * n)) -b $((2 * $(wc -c <"$T/lines"))) kinread "kinread -e ours >$T/out" \
    boto3 "/usr/bin/python3 $T/peer.py read theirs >$T/out2"
cmp -s "$T/out" /dev/null && exit 1
[ "$(sort "$T/out" | cksum)" = "$(sort "$T/out2" | cksum)" ] || { echo 'bench: they read different records'; exit 1; }
