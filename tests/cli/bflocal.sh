#!/bin/sh
# bflocal itself: its start, the environment of its command, its end, the effects of a crash.
. "$(dirname "$0")/lib.sh"
cd "$T" || exit 1
unset AWS_REGION AWS_DEFAULT_REGION AWS_ENDPOINT_URL AWS_PROFILE

check 'help' -m '^usage: bflocal \[options\] \[COMMAND' -- bflocal --help
check 'version names its libraries' -m 'libmicrohttpd/.* nghttp2/.* SQLite/' -- bflocal --version
check 'nothing to do is a usage error' -s 2 -E 'want a COMMAND, --port, --data or --daemon' -- bflocal
check 'an unknown option' -s 2 -E 'no-such' -- bflocal --no-such true
check 'a port that is none' -s 2 -e 'bflocal: --port: 99999 is not a port number' -- bflocal --port 99999
check 'a host that is no address' -s 2 -E "'nowhere.example' is not an IP address" -- bflocal --host nowhere.example true
check 'a port that is in use' -s 1 -E '^bflocal: 127.0.0.1 port [0-9]+: Address already in use$' -- \
    bflocal sh -c 'exec bflocal --port ${AWS_ENDPOINT_URL##*:}'
check 'a fault that is none' -s 2 -e "bflocal: fault: x: unknown fault 'x'" -- bflocal --fault x true
check 'credentials that are none' -s 2 -E '^bflocal: --credentials: want ID:SECRET' -- bflocal --credentials a true
check 'a region that a shell would read' -s 2 -E "is not a region" -- bflocal --region 'a;b' true
check 'too many shards' -s 2 -E 'want 1 to 64' -- bflocal --ddb-shards 65 true
check 'no region' -s 2 -e "bflocal: --region: '' is not a region" -- bflocal --region '' true
check 'a folder without a name' -s 2 -e 'bflocal: --data: want the name of a folder' -- bflocal --data '' true
check 'a fault of an operation that is none' -s 2 -E "unknown operation 'PutItems'" -- bflocal --fault throttle:op=PutItems true
check '--stop takes no command' -s 2 -e 'bflocal: --stop takes only --port and --host' -- bflocal --stop true
check '--stop of no port' -s 2 -e 'bflocal: --port: 0 is not a port number' -- bflocal --stop --port 0
check 'a folder that cannot be' -s 1 -E '^bflocal: /dev/null' -- bflocal --data /dev/null/x true
check '/dev/full is told' -s 1 -e 'bflocal: standard output: No space left on device' -- \
    sh -c 'bflocal --port 0 >/dev/full'

# Round a command.
check 'the status of the command' -s 7 -- bflocal sh -c 'exit 7'
check 'a signal of the command' -s 137 -- bflocal sh -c 'kill -KILL $$'
if [ -n "${BF_VALGRIND:-}" ]; then
    skip 'commands that cannot be run' 'a spawned child has no errno to tell under valgrind'
else
    check 'a command that is not there' -s 127 -E '^bflocal: no-such-command: No such file' -- bflocal no-such-command
    check 'a command that cannot be run' -s 126 -E '^bflocal: /etc/passwd: Permission denied' -- bflocal /etc/passwd
fi
check 'options of the command are its own' -o '--port -x' -- bflocal -q sh -c 'echo "$@"' sh --port -x
check 'a double dash' -o here -- bflocal -- echo here
echo text >in
check 'standard input is the command'"'"'s' -i in -o text -- bflocal cat
check 'the environment of a client' -o 'eu-west-1 eu-west-1 AK SK none' -- \
    env AWS_SESSION_TOKEN=x AWS_PROFILE=y bflocal --region eu-west-1 --credentials AK:SK sh -c \
    'echo $AWS_REGION $AWS_DEFAULT_REGION $AWS_ACCESS_KEY_ID $AWS_SECRET_ACCESS_KEY ${AWS_SESSION_TOKEN-none}${AWS_PROFILE-}'
check 'the region of the environment' -o eu-north-1 -- env AWS_REGION=eu-north-1 bflocal printenv AWS_REGION
check 'credentials are drawn anew' -- sh -c '[ "$(bflocal printenv AWS_ACCESS_KEY_ID)" != "$(bflocal printenv AWS_ACCESS_KEY_ID)" ]'
check 'it is ready when the command starts' -m '"status":"ready"' -- bflocal sh -c 'curl -sS $AWS_ENDPOINT_URL/_bflocal/health'
check 'and gone when it has ended' -s 7 -a -- sh -c 'curl -sS "$(bflocal printenv AWS_ENDPOINT_URL)" 2>/dev/null'
check 'SIGTERM goes to the command, whose status counts' -s 3 -- sh -c \
    'bflocal sh -c "trap \"exit 3\" TERM; touch up; while :; do sleep 0.05; done" & pid=$!
     while [ ! -e up ]; do sleep 0.02; done; kill $pid; wait $pid'
check 'another address' -m '^http://\[::1\]:[0-9]+$' -- bflocal --host ::1 printenv AWS_ENDPOINT_URL

. "$root/tests/cli/s3.sh"

# The summary of -v counts requests and errors of each service, and no control calls.
calls=". '$root/tests/cli/s3.sh'"'
s3 PUT /bucket; s3 GET /bucket; s3 GET /none
curl -sS -d "{}" -H "X-Amz-Target: DynamoDB_20120810.ListTables" "$AWS_ENDPOINT_URL"
curl -sS "$AWS_ENDPOINT_URL/_bflocal/health"'
check '-v ends with a summary' -E '^bflocal: 4 requests \(2 errors\) in [0-9]+\.[0-9] s: dynamodb 1 \(1 error\), s3 3 \(1 error\)$' -- \
    bflocal -v sh -c "($calls) >calls"
check 'of a server that nobody called' -E '^bflocal: 0 requests in [0-9]+\.[0-9] s$' -- bflocal -v true
check 'and without -v there is none' -- bflocal sh -c "($calls) >calls"

# In the background.
eval "$(bflocal --daemon)"
url=$AWS_ENDPOINT_URL
check 'a daemon answers' -m "\"pid\":$BFLOCAL_PID," -- curl -sS "$url/_bflocal/health"
check 'it accepts signed requests' -o 200 -- s3 PUT /bucket
check 'it keeps nothing of the caller open' -o '/dev/null' -- readlink "/proc/$BFLOCAL_PID/fd/1"
# cbor OPERATION BODY: a signed call to Kinesis; prints the answer in hex. BODY is in the form of printf's %b.
cbor() {
    printf '%b' "$2" | curl -sS -H "X-Amz-Target: Kinesis_20131202.$1" -H 'Content-Type: application/x-amz-cbor-1.1' -D headers --data-binary @- \
        --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" --aws-sigv4 aws:amz:us-east-1:kinesis "$url" | od -An -v -tx1 | tr -d ' \n'
}
check 'Kinesis in CBOR: CreateStream' -o '' -- cbor CreateStream '\0242jStreamName\0144cborjShardCount\01'
check 'ListStreams' -m '^bf6b53747265616d4e616d65739f6463626f72ff6f53747265616d53756d6d61726965739fbf.*7753747265616d4372656174696f6e54696d657374616d70c11b0000.*ff6e4861734d6f726553747265616d73f4ff$' -- \
    cbor ListStreams '\0240'
check 'its content type' -m '^Content-Type: application/x-amz-cbor-1.1' -- cat headers
check 'a record' -m '^bf6e53657175656e63654e756d6265727838.*675368617264496474736861726449642d303030303030303030303030ff$' -- \
    cbor PutRecord '\0243jStreamName\0144cbordData\0103hi\0000lPartitionKeyak'
check 'an error' -m '^bf665f5f747970657356616c69646174696f6e457863657074696f6e676d65737361676578.*ff$' -- cbor ListStreams '\0241eLimit\00'
check 'a body that is no CBOR' -m '^bf665f5f747970657653657269616c697a6174696f6e457863657074696f6e676d657373616765' -- cbor ListStreams '{}'
check 'control calls are not for web pages' -m '"message"' -- curl -sS -H 'Origin: http://evil.example' "$url/_bflocal/health"
check 'a control call that is none' -m 'no such control call' -- curl -sS "$url/_bflocal/what"
check '--stop ends it' -- bflocal --stop
check 'and then nobody is there' -s 1 -e "bflocal: --stop: no server listens at $url" -- bflocal --stop
sh -c 'bflocal -q -p 0 >unreaped & exec sleep 60' &
holder=$!
soon grep '^export AWS_ENDPOINT_URL=\|^AWS_ENDPOINT_URL=' unreaped
check '--stop ends one that nobody reaps' -- sh -c '. ./unreaped; AWS_ENDPOINT_URL=$AWS_ENDPOINT_URL bflocal --stop'
kill $holder
check '--stop wants to know where' -s 2 -E 'AWS_ENDPOINT_URL is not set' -- env -u AWS_ENDPOINT_URL bflocal --stop
check '--stop wants an endpoint' -s 2 -E "is not http://HOST:PORT" -- env AWS_ENDPOINT_URL=ftp://x bflocal --stop
check 'a daemon that cannot start says why' -s 1 -m '^false$' -E '^bflocal: /dev/null' -- bflocal --daemon --data /dev/null/x
check 'a daemon takes no command' -s 2 -m '^false$' -E 'takes no command' -- bflocal --daemon true

# In the foreground, with a folder. start sets pid and the environment.
start() {
    rm -f env
    bflocal --port 0 --data store --credentials K:S >./env &
    pid=$!
    soon grep '^unset' env
    . ./env
}

start
check 'a bucket' -o 200 -- s3 PUT /lake
i=0
while [ $i -lt 20 ]; do
    [ "$(s3 PUT "/lake/key-$i" --data-binary "value $i")" = 200 ] || break
    i=$((i + 1))
done
ok 'twenty objects were answered with success' [ $i = 20 ]
check 'the folder is locked' -s 75 -E 'store/lock: in use by another process' -- bflocal --data store true
kill -KILL $pid
wait $pid 2>/dev/null
start
check 'after kill -9 all are there' -m '<KeyCount>20</KeyCount>' -- s3 GET '/lake?list-type=2'
check 'with their bytes' -o 'value 13200' -- s3 GET /lake/key-13
for f in store/objects/*/*; do echo "$f"; done >files
touch "store/objects/$(sed -n '1s|.*objects/\(..\)/.*|\1|p' files)/0123456789abcdef"
kill -KILL $pid
wait $pid 2>/dev/null
start
for f in store/objects/*/*; do echo "$f"; done >after
check 'a file that belongs to nobody is swept away' -O files -- cat after
kill -TERM $pid
wait $pid
ok 'SIGTERM ends it with 0' [ $? = 0 ]
check 'and leaves one database file' -o 'store/bflocal.db' -- sh -c 'ls store/bflocal.db*'
start
check 'a second start finds everything' -o 'value 7200' -- s3 GET /lake/key-7
check 'a key that climbs out of its bucket is refused, as S3 does' -m '400$' -- as_is PUT /lake/../../../../etc/passwd x
check 'dots inside a key are only a name' -o 200 -- as_is PUT /lake/a/b/../../etc/passwd x
check 'they are returned unchanged' -m '<Key>a/b/../../etc/passwd</Key>' -- s3 GET '/lake?list-type=2&prefix=a%2Fb%2F..'
check 'a bucket cannot climb' -m '<Code>(InvalidBucketName|NoSuchBucket)</Code>' -- as_is PUT /..
check 'nothing but numbered files is below the folder' -o 21 -- sh -c \
    "find store -type f | grep -E -c '^store/objects/[0-9a-f]{2}/[0-9a-f]{16}\$'"
kill -TERM $pid
wait $pid

# Without a folder.
mkdir tmp
check 'in memory: a temporary folder while objects are there' -o '200
200
1' -- env TMPDIR="$T/tmp" bflocal sh -c "$(command -v s3 >/dev/null && cat <<'EOF'
s3() { curl -sS -X "$1" -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' -w '%{http_code}\n' \
    --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" --aws-sigv4 aws:amz:us-east-1:s3 --data-binary "$3" "$AWS_ENDPOINT_URL$2"; }
s3 PUT /bucket ''; s3 PUT /bucket/key value; ls tmp | wc -l
EOF
)"
check 'gone at the end' -o '' -- ls tmp
plan
