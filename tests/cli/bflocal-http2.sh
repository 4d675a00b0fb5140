#!/bin/sh
# bflocal over HTTP/2 with prior knowledge, as AWS's SDK for JavaScript calls Kinesis. Connections whose first request is late or
# arrives in pieces.
. "$(dirname "$0")/lib.sh"
cd "$T" || exit 1
unset AWS_REGION AWS_DEFAULT_REGION
eval "$(bflocal --daemon)"
trap 'bflocal --stop; rm -rf "$T"' EXIT
url=$AWS_ENDPOINT_URL
port=${url##*:}

two() {
    curl -sS --http2-prior-knowledge "$@"
}
signed() { # SERVICE [CURL OPTION...]
    service=$1
    shift
    two --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" --aws-sigv4 "aws:amz:us-east-1:$service" "$@"
}
s3() {
    signed s3 -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' "$@"
}
kinesis() {
    op=$1 body=$2
    shift 2
    signed kinesis -H "X-Amz-Target: Kinesis_20131202.$op" -H 'Content-Type: application/x-amz-json-1.1' --data-binary "$body" "$@" "$url/"
}

check 'a control call' -m '"status":"ready"' -- two "$url/_bflocal/health"
check 'the version of the answer' -o '2 200' -- two -o health -w '%{http_version} %{http_code}\n' "$url/_bflocal/health"
check 'Kinesis: a stream' -o '' -- kinesis CreateStream '{"StreamName":"s","ShardCount":1}'
check 'Kinesis: its description' -m '"StreamStatus":"ACTIVE"' -- kinesis DescribeStreamSummary '{"StreamName":"s"}'
check 'Kinesis: a record' -m '"SequenceNumber":"[0-9]+"' -- kinesis PutRecord '{"StreamName":"s","PartitionKey":"k","Data":"eA=="}'
check 'an error' -m '"__type":"ResourceNotFoundException".*400$' -- kinesis DescribeStreamSummary '{"StreamName":"t"}' -w '%{http_code}\n'

head -c 3000000 /dev/urandom >big
check 'S3: a bucket' -m '^200$' -- s3 -X PUT -o made -w '%{http_code}\n' "$url/bucket"
check 'S3: 3 MB' -m '^200$' -- s3 -T big -H Expect: -o put -w '%{http_code}\n' "$url/bucket/big"
check 'S3: read again' -O big -- s3 "$url/bucket/big"
check 'S3: a part of it' -m '^206 1000$' -- s3 -r 5-1004 -o range -w '%{http_code} %{size_download}\n' "$url/bucket/big"
check 'S3: HEAD has a length and no body' -m '^content-length: 3000000' -- s3 -I "$url/bucket/big"
check 'S3: 204 has no body' -m '^204 0$' -- s3 -X DELETE -o none -w '%{http_code} %{size_download}\n' "$url/bucket/none"
check 'a client that waits to be told to send' -m '^200$' -- s3 -T big -H 'Expect: 100-continue' -o put -w '%{http_code}\n' "$url/bucket/again"
check '  is told the error at once' -m '>403$' -- s3 -T big -H 'Expect: 100-continue' --user "$AWS_ACCESS_KEY_ID:x" \
    -w '%{http_code}\n' "$url/bucket/again"
for http in --http1.1 --http2-prior-knowledge; do
    check "a large body without a signature, $http" -m 'AccessDenied.*403$' -- curl -sS $http -T big -H Expect: -w '%{http_code}\n' "$url/bucket/big"
done

many=$(awk 'BEGIN { for (i = 0; i < 70; i++) printf "-H x-%d:1 ", i }')
target='X-Amz-Target: Kinesis_20131202.ListStreams'
check 'too many headers' -m '431$' -- two -d '{}' -H "$target" $many -w '%{http_code}\n' "$url"
head -c 40000 /dev/zero | tr '\0' x >name
check 'a head that is too large' -m '431$' -- two -d '{}' -H "$target" -H "x-long: $(cat name)" -w '%{http_code}\n' "$url"
head -c 30000000 /dev/zero >huge
check 'a body that is too large' -m '413$' -- kinesis PutRecord @huge -H Expect: -w '%{http_code}\n'
curl -sS -d cut:op=DescribeStreamSummary "$url/_bflocal/fault" >fault
check 'the fault that cuts an answer' -s 92 -a -E 'INTERNAL_ERROR' -- kinesis DescribeStreamSummary '{"StreamName":"s"}'
curl -sS -d '' "$url/_bflocal/fault" >fault

cat >many.mjs <<'JS'
import http2 from "node:http2";
const client = http2.connect(process.argv[2]);
const ask = () => new Promise(told => {
    const request = client.request({ ":path": "/_bflocal/health" });
    let status;
    request.on("response", head => (status = head[":status"])).on("error", e => told(e.message)).on("close", () => told(status)).resume();
});
const told = await Promise.all(Array.from({ length: 300 }, ask));
console.log(told.filter(status => status === 200).length, told.find(status => status !== 200) ?? "");
client.close();
JS
check '300 requests at once' -o '300 ' -- node many.mjs "$url"

# What a connection sends first, and when.
send() { # SECONDS TEXT [SECONDS TEXT]...: over one connection; prints the status line
    python3 - "$port" "$@" <<'PY'
import socket, sys, time
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 20)
for wait, text in zip(sys.argv[2::2], sys.argv[3::2]):
    time.sleep(float(wait))
    s.sendall(text.encode().decode("unicode_escape").encode("latin-1"))
print(s.makefile("rb").readline().decode("latin-1").strip() or "closed")
PY
}
ask='GET /_bflocal/health HTTP/1.1\r\nHost: x\r\n\r\n'
check 'a client that begins late' -o 'HTTP/1.1 200 OK' -- send 1.3 "$ask"
check 'a request in two pieces' -o 'HTTP/1.1 403 Forbidden' -- send 0 P 0.2 'UT /bucket HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n'
cat >silent.py <<'PY'
import socket, sys, urllib.request
port = int(sys.argv[1])
silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(100)]
for _ in range(20):
    urllib.request.urlopen(f"http://127.0.0.1:{port}/_bflocal/health", timeout=20).read()
print("answered")
PY
check 'silent connections do not hold up others' -o answered -- python3 silent.py "$port"

cat >idle.py <<'PY'
import socket, subprocess, sys
port = int(sys.argv[1])
idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(3)]
idle[0].sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0")
assert idle[0].recv(9)
subprocess.run(["bflocal", "--stop", "--port", str(port)], check=True, timeout=60)
print("ended")
PY
check 'the end does not wait for idle connections' -o ended -- python3 idle.py "$port"
ok '  and the process is gone' soon sh -c '! kill -0 "$1" 2>/dev/null' - "$BFLOCAL_PID"
trap 'rm -rf "$T"' EXIT
plan
