#!/bin/sh
# bflocal when no thread can be started: a delivery stream, a shard of an event source mapping, a mapping and an asynchronous
# invocation say so, lose nothing, and go on when there are threads again.
. "$(dirname "$0")/lib.sh"
command -v jq >/dev/null && command -v python3 >/dev/null || { skip threads 'jq or python3 is missing'; plan; exit; }
case $BUILD in
*asan* | *tsan* | *valgrind*) skip threads 'the preloaded library does not go with this build'; plan; exit ;;
esac
cd "$T" || exit 1
unset AWS_REGION AWS_DEFAULT_REGION
ok 'the library that refuses threads' cc -shared -fPIC -O1 -o no_thread.so "$root/tests/cli/no_thread.c" -ldl
export NO_THREAD="$T/none" SEEN="$T/seen"
: >seen
start() { # OPTION...
    rm -f env
    LD_PRELOAD=$T/no_thread.so bflocal --port 0 --credentials K:S --data data --lambda "f=$root/tests/services/lambda_function.py" "$@" >./env 2>told &
    pid=$!
    soon grep '^unset' env
    . ./env
}
stop() { kill "$pid" && wait "$pid"; }
curl_() { curl -sS --user K:S --aws-sigv4 "aws:amz:$AWS_REGION:$1" -w '%{http_code}\n' --data-binary "$3" "$AWS_ENDPOINT_URL$2"; }
firehose() { # OPERATION BODY
    curl -sS --user K:S --aws-sigv4 "aws:amz:$AWS_REGION:firehose" -w '%{http_code}\n' -H "X-Amz-Target: Firehose_20150804.$1" \
        -H 'Content-Type: application/x-amz-json-1.1' --data-binary "$2" "$AWS_ENDPOINT_URL/"
}
create() { firehose CreateDeliveryStream "{\"DeliveryStreamName\":\"$1\",\"ExtendedS3DestinationConfiguration\":{\"RoleARN\":\"arn:aws:iam::000000000000:role/r\",\"BucketARN\":\"arn:aws:s3:::lake\",\"Prefix\":\"$1/\",\"BufferingHints\":{\"SizeInMBs\":1,\"IntervalInSeconds\":0}}}"; }
put() { firehose PutRecord "{\"DeliveryStreamName\":\"d\",\"Record\":{\"Data\":\"$(printf '%s\n' "$1" | base64)\"}}"; }
get() { find data/objects -type f -exec cat {} + 2>/dev/null | sort; }
told() { check "$1" -m "$2" -- cat told; }
map() { curl_ lambda /2015-03-31/event-source-mappings/ "{\"FunctionName\":\"f\",\"EventSourceArn\":\"arn:aws:kinesis:us-east-1:000000000000:stream/$1\",\"StartingPosition\":\"TRIM_HORIZON\",\"BatchSize\":1}"; }

start --bucket lake --stream s --stream t
touch none
check 'a delivery stream without a thread' -m '200$' -- create d
told '  says so' '^bflocal: Firehose: d: its records are kept until the next call for it: no thread for the delivery stream d$'
check '  takes records' -m '200$' -- put one
rm none
check '  gets its thread by the next call' -m '200$' -- put two
ok '  and delivers' soon sh -c '[ "$(find data/objects -type f -exec cat {} + | grep -c .)" = 2 ]'
check '  all' -o 'one
two' -- get
told '  says that, too' '^bflocal: Firehose: d: delivers again$'
stop
export NO_THREAD_FIRST=1
start
unset NO_THREAD_FIRST
touch none
check 'at the start, too' -m '200$' -- put three
told '  says so' '^bflocal: Firehose: d: its records are kept until the next call for it: '
check '  once' -o 1 -- grep -c 'its records are kept' told
rm none
check '  described' -m '"ACTIVE".*200$' -- firehose DescribeDeliveryStream '{"DeliveryStreamName":"d"}'
ok '  delivers what waited' soon sh -c '[ "$(find data/objects -type f -exec cat {} + | grep -c .)" = 3 ]'

# Mappings.
check 'a mapping' -m '202$' -- map s
echo '{"i":1}' | kinput -q s
ok '  runs' soon grep -q '^\[1\]$' seen
touch none
check 'one without a thread is refused' -m '500$' -- map t
check '  and is not there' -o 1 -- sh -c 'curl -sS --user K:S --aws-sigv4 aws:amz:us-east-1:lambda "$AWS_ENDPOINT_URL/2015-03-31/event-source-mappings/" | jq ".EventSourceMappings | length"'
curl -sS --user K:S --aws-sigv4 aws:amz:us-east-1:kinesis -o split -H 'X-Amz-Target: Kinesis_20131202.SplitShard' -H 'Content-Type: application/x-amz-json-1.1' \
    -d '{"StreamName":"s","ShardToSplit":"shardId-000000000000","NewStartingHashKey":"170141183460469231731687303715884105728"}' "$AWS_ENDPOINT_URL/"
seq 2 9 | sed 's/.*/{"i":&}/' | kinput -q s
ok 'a new shard without a thread says so' soon grep -q 'Lambda: f: there is no thread for shardId-00000000000.; it is tried again' told
check 'an asynchronous invocation' -m 'no thread for asynchronous invocations.*500$' -- \
    curl -sS --user K:S --aws-sigv4 aws:amz:us-east-1:lambda -H 'X-Amz-Invocation-Type: Event' -w '%{http_code}\n' -d '{}' "$AWS_ENDPOINT_URL/2015-03-31/functions/f/invocations"
rm none
ok 'its records come later' soon sh -c '[ "$(sort -u seen | grep -c .)" = 9 ]'
stop
plan
