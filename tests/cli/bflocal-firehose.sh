#!/bin/sh
# bflocal's Firehose with direct puts: limits and refusals, buffering by size and by the clock, prefixes, names, gzip, faults,
# a bucket that is gone, a bflocal that is killed.
. "$(dirname "$0")/lib.sh"
command -v jq >/dev/null || { skip firehose 'jq is missing'; plan; exit; }
cd "$T" || exit 1
unset AWS_REGION AWS_DEFAULT_REGION
start() { # OPTION...
    rm -f env
    bflocal --port 0 --credentials K:S "$@" >./env 2>told &
    pid=$!
    soon grep '^unset' env
    . ./env
}
stop() { kill "$pid" && wait "$pid"; }
call() { # OPERATION BODY: prints the answer, then the status
    curl -sS --user K:S --aws-sigv4 "aws:amz:$AWS_REGION:firehose" -w '%{http_code}\n' -H "X-Amz-Target: Firehose_20150804.$1" \
        -H 'Content-Type: application/x-amz-json-1.1' --data-binary "$2" "$AWS_ENDPOINT_URL/"
}
s3() { curl -sS --user K:S --aws-sigv4 "aws:amz:$AWS_REGION:s3" -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' "$@"; }
fault() { curl -sS -o faults -d "$1" "$AWS_ENDPOINT_URL/_bflocal/fault"; }
keys() { s3 "$AWS_ENDPOINT_URL/$1?list-type=2" | tr '<' '\n' | sed -n 's/^Key>//p'; }
count() { [ "$(keys "$1" | grep -c .)" = "$2" ]; }
get() { for key in $(keys "$1"); do s3 --globoff "$AWS_ENDPOINT_URL/$1/$key"; done; }
unzipped() { s3 --output - "$AWS_ENDPOINT_URL/big/$1" | gunzip | wc -c | tr -d ' '; }
create() { # NAME MEMBERS
    call CreateDeliveryStream "{\"DeliveryStreamName\":\"$1\",\"ExtendedS3DestinationConfiguration\":{\"RoleARN\":\"arn:aws:iam::000000000000:role/r\",\"BucketARN\":\"arn:aws:s3:::lake\"$2}}"
}
record() { printf '{"Data":"%s"}' "$(printf "$1" | base64 | tr -d '\n')"; }
put() { call PutRecord "{\"DeliveryStreamName\":\"$1\",\"Record\":$(record "$2")}"; }
minute='"BufferingHints":{"SizeInMBs":1,"IntervalInSeconds":60}'

start --data store --bucket lake
# What is refused.
check 'create' -o '{"DeliveryStreamARN":"arn:aws:firehose:us-east-1:000000000000:deliverystream/d"}200' -- create d ",$minute"
check 'again' -o '{"__type":"ResourceInUseException","message":"Firehose d under accountId 000000000000 already exists"}400' -- create d ''
refused() { check "$1" -m "$4" -- create "$2" "$3"; }
refused 'a name with a space' 'a b' '' "Value 'a b' at 'deliveryStreamName' failed to satisfy constraint"
refused 'a buffer of nothing' x ',"BufferingHints":{"SizeInMBs":0}' "Value '0' at 'extendedS3DestinationConfiguration.bufferingHints.sizeInMBs' failed to satisfy constraint: Member must have value greater than or equal to 1\"\}400"
refused 'an interval of too long' x ',"BufferingHints":{"IntervalInSeconds":901}' 'less than or equal to 900'
refused 'ZIP' x ',"CompressionFormat":"ZIP"' "bflocal's Firehose has no CompressionFormat ZIP: it has UNCOMPRESSED and GZIP\"\}400"
refused 'Snappy' x ',"CompressionFormat":"Snappy"' 'no CompressionFormat Snappy'
refused 'no compression that exists' x ',"CompressionFormat":"zip"' 'enum value set'
refused 'an expression without an error prefix' x ',"Prefix":"!{timestamp:yyyy}/"' '^\{"__type":"InvalidArgumentException","message":"a prefix with expressions needs an error prefix"\}400'
refused 'an error prefix without the type' x ',"ErrorOutputPrefix":"!{timestamp:yyyy}/"' 'error-output-type'
refused 'an unknown expression' x ',"Prefix":"!{time:yyyy}/","ErrorOutputPrefix":"e/"' 'unknown expression !\{time:yyyy\}'
refused 'an extension that is none' x ',"FileExtension":"json"' "at 'extendedS3DestinationConfiguration.fileExtension'"
refused 'a time zone that is none' x ',"CustomTimeZone":"Nowhere/Land"' 'CustomTimeZone: this machine knows no time zone Nowhere/Land'
check 'another destination' -m "bflocal's Firehose has no HttpEndpointDestinationConfiguration" -- \
    call CreateDeliveryStream '{"DeliveryStreamName":"x","RedshiftDestinationConfiguration":null,"HttpEndpointDestinationConfiguration":{"EndpointConfiguration":{"Url":"https://x"},"S3Configuration":{"RoleARN":"arn:aws:iam::000000000000:role/r","BucketARN":"arn:aws:s3:::lake"}}}'
check 'no destination' -m 'No destination is given' -- call CreateDeliveryStream '{"DeliveryStreamName":"x"}'
check 'another source' -m 'no DeliveryStreamType MSKAsSource' -- call CreateDeliveryStream '{"DeliveryStreamName":"x","DeliveryStreamType":"MSKAsSource"}'
check 'encryption' -m 'has no encryption: StartDeliveryStreamEncryption is not here' -- call StartDeliveryStreamEncryption '{"DeliveryStreamName":"d"}'
check 'an unknown stream' -o '{"__type":"ResourceNotFoundException","message":"Firehose none under account 000000000000 not found."}400' -- put none x
check 'no record' -m "Value null at 'record'" -- call PutRecord '{"DeliveryStreamName":"d"}'
check 'no base64' -m 'Data is not valid base64' -- call PutRecord '{"DeliveryStreamName":"d","Record":{"Data":"?"}}'
check 'no records' -m "at 'records' failed to satisfy constraint: Member must have length greater than or equal to 1" -- call PutRecordBatch '{"DeliveryStreamName":"d","Records":[]}'
{
    printf '{"DeliveryStreamName":"d","Record":{"Data":"'
    head -c 1024001 /dev/zero | base64 | tr -d '\n'
    printf '"}}'
} >large
check 'a record of too much' -m "at 'record.data' failed to satisfy constraint: Member must have length less than or equal to 1024000" -- call PutRecord @large

# By the clock: the objects' names are of the arrival.
check 'put' -m '^\{"RecordId":"[0-9]{56}","Encrypted":false\}200$' -- put d 'one\n'
check 'a batch' -m '^\{"Encrypted":false,"RequestResponses":\[\{"RecordId":"[0-9]+"\},\{"RecordId":"[0-9]+"\}\],"FailedPutCount":0\}200$' -- \
    call PutRecordBatch "{\"DeliveryStreamName\":\"d\",\"Records\":[$(record 'two\n'),$(record 'three\n')]}"
ok 'nothing is delivered yet' count lake 0
fault clock:by=61s
ok 'after the interval' soon count lake 1
check '  the records as they came' -o 'one
two
three' -- get lake
check '  the name' -m '^20[0-9]{2}/[0-9]{2}/[0-9]{2}/[0-9]{2}/d-1-20[0-9]{2}(-[0-9]{2}){5}-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' -- keys lake
check '  the type' -m '^Content-Type: application/octet-stream' -- s3 -I "$AWS_ENDPOINT_URL/lake/$(keys lake)"

# By size; gzip; what a name is made of.
s3 -X PUT "$AWS_ENDPOINT_URL/big" >/dev/null
check 'all of a name' -m 200 -- call CreateDeliveryStream "{\"DeliveryStreamName\":\"big\",\"ExtendedS3DestinationConfiguration\":{\"RoleARN\":\"arn:aws:iam::000000000000:role/r\",\"BucketARN\":\"arn:aws:s3:::big\",\
\"BufferingHints\":{\"SizeInMBs\":1,\"IntervalInSeconds\":900},\"CompressionFormat\":\"GZIP\",\"FileExtension\":\".json.gz\",\
\"Prefix\":\"a/!{timestamp:'hh'}/!{firehose:random-string}/\",\"ErrorOutputPrefix\":\"e/!{firehose:error-output-type}/\"}}"
{
    printf '{"DeliveryStreamName":"big","Record":{"Data":"'
    head -c 1000000 /dev/zero | tr '\0' x | base64 | tr -d '\n'
    printf '"}}'
} >million
check 'nearly full' -m 200 -- call PutRecord @million
sleep 0.3
ok '  waits' count big 0
check 'full' -m 200 -- call PutRecord @million
ok '  is delivered' soon count big 1
check '  its name' -m "^a/hh/[0-9A-Za-z]{11}/big-1-.*\.json\.gz$" -- keys big
check '  its content' -o 2000000 -- unzipped "$(keys big)"

# A time zone.
s3 -X PUT "$AWS_ENDPOINT_URL/zone" >/dev/null
check 'create z' -m 200 -- call CreateDeliveryStream '{"DeliveryStreamName":"z","ExtendedS3DestinationConfiguration":{"RoleARN":"arn:aws:iam::000000000000:role/r","BucketARN":"arn:aws:s3:::zone","BufferingHints":{"IntervalInSeconds":0},"CustomTimeZone":"Asia/Kolkata","Prefix":"!{timestamp:XX}/","ErrorOutputPrefix":"e/"}}'
put z x >/dev/null
ok 'an interval of nothing' soon count zone 1
check '  its zone' -m '^\+0530/z-1-' -- keys zone
check '  deleted' -o '{}200' -- call DeleteDeliveryStream '{"DeliveryStreamName":"z"}'

# What is told.
check 'describe' -o '["d","ACTIVE","DirectPut","1","UNCOMPRESSED",60,"Disabled",false]' -- sh -c 'printf %s "$1" | sed "s/200$//" | jq -c ".DeliveryStreamDescription | [.DeliveryStreamName,
    .DeliveryStreamStatus, .DeliveryStreamType, .VersionId, (.Destinations[0].ExtendedS3DestinationDescription | .CompressionFormat, .BufferingHints.IntervalInSeconds, .S3BackupMode), .HasMoreDestinations]"' - "$(call DescribeDeliveryStream '{"DeliveryStreamName":"d"}')"
check 'list' -o '{"DeliveryStreamNames":["big"],"HasMoreDeliveryStreams":true}200' -- call ListDeliveryStreams '{"Limit":1}'
check '  go on' -o '{"DeliveryStreamNames":["d"],"HasMoreDeliveryStreams":false}200' -- call ListDeliveryStreams '{"ExclusiveStartDeliveryStreamName":"big"}'
check '  by type' -o '{"DeliveryStreamNames":[],"HasMoreDeliveryStreams":false}200' -- call ListDeliveryStreams '{"DeliveryStreamType":"KinesisStreamAsSource"}'
check 'tags' -o '{}200' -- call TagDeliveryStream '{"DeliveryStreamName":"d","Tags":[{"Key":"a","Value":"1"},{"Key":"b","Value":"2"}]}'
check '  change' -o '{}200' -- call TagDeliveryStream '{"DeliveryStreamName":"d","Tags":[{"Key":"a","Value":"3"}]}'
check '  and go' -o '{}200' -- call UntagDeliveryStream '{"DeliveryStreamName":"d","TagKeys":["b"]}'
check '  listed' -o '{"Tags":[{"Key":"a","Value":"3"}],"HasMoreTags":false}200' -- call ListTagsForDeliveryStream '{"DeliveryStreamName":"d"}'

# Changes.
update() { call UpdateDestination "{\"DeliveryStreamName\":\"d\",\"DestinationId\":\"destinationId-000000000001\",\"CurrentDeliveryStreamVersionId\":\"$1\",\"ExtendedS3DestinationUpdate\":$2}"; }
check 'an update of another version' -m 'ConcurrentModificationException' -- update 7 '{"Prefix":"new/"}'
check 'one that is wrong' -m 'InvalidArgumentException' -- update 1 '{"CompressionFormat":"ZIP"}'
check 'partitions, afterwards' -m 'Dynamic Partitioning cannot be enabled or disabled' -- update 1 '{"DynamicPartitioningConfiguration":{"Enabled":true}}'
check 'an update' -o '{}200' -- update 1 '{"Prefix":"new/","BufferingHints":{"SizeInMBs":1,"IntervalInSeconds":0}}'
put d 'four' >/dev/null
ok '  holds at once, and so does an interval of nothing' soon count lake 2
check '  the name has the version' -m 'new/20[0-9/]*/d-2-20' -- keys lake

# Faults.
check 'create one that waits' -m 200 -- create w ",\"Prefix\":\"w/\",$minute"
fault 'throttle:service=firehose,op=PutRecord,n=1; clock:by=61s'
check 'throttled' -o '{"__type":"ServiceUnavailableException","message":"Slow down."}503' -- put w x
fault 'partial:service=firehose,part=50%; clock:by=61s'
check 'a batch that fails in part' -m '"ErrorCode":"ServiceUnavailableException","ErrorMessage":"Slow down.".*"FailedPutCount":[1-3]\}200$' -- \
    call PutRecordBatch "{\"DeliveryStreamName\":\"w\",\"Records\":[$(record a),$(record b),$(record c),$(record d)]}"
fault '503:service=firehose; clock:by=61s'
check 'unavailable' -m 'ServiceUnavailable.*503$' -- put w x
fault 'clock:by=61s'

# A bucket that is gone: the records are kept and tried again, and the backlog has an end.
s3 -X PUT "$AWS_ENDPOINT_URL/gone" >/dev/null
check 'create g' -m 200 -- call CreateDeliveryStream '{"DeliveryStreamName":"g","ExtendedS3DestinationConfiguration":{"RoleARN":"arn:aws:iam::000000000000:role/r","BucketARN":"arn:aws:s3:::gone","BufferingHints":{"SizeInMBs":1,"IntervalInSeconds":0}}}'
s3 -X DELETE "$AWS_ENDPOINT_URL/gone"
sed 's/"big"/"g"/' million >million.g
n=0
while [ $n -lt 30 ] && call PutRecord @million.g | grep -q '200$'; do n=$((n + 1)); done
ok 'a backlog that is full' test $n -ge 16 -a $n -le 19
check '  is refused' -o '{"__type":"ServiceUnavailableException","message":"Slow down."}503' -- call PutRecord @million.g
check '  told' -e 'bflocal: Firehose: g: its records are kept, and tried again: there is no bucket gone' -- sh -c 'cat told >&2'
s3 -X PUT "$AWS_ENDPOINT_URL/gone" >/dev/null
delivered() { get "$1" | wc -c | tr -d ' '; }
all_there() { [ "$(delivered gone)" = $((n * 1000000)) ]; }
for _ in 1 2 3 4 5 6 7 8 9 10; do all_there && break || sleep 1; done
ok '  and delivered when the bucket is there again' all_there
check '  taken again' -m 200 -- call PutRecord @million.g
check '  told too' -e 'bflocal: Firehose: g: its records are kept, and tried again: there is no bucket gone
bflocal: Firehose: g: delivers again' -- sh -c 'cat told >&2'

# What waits survives the end of bflocal, however it ends.
check 'create k' -m 200 -- create k ",\"Prefix\":\"k/\",\"BufferingHints\":{\"SizeInMBs\":1,\"IntervalInSeconds\":600}"
put k 'before\n' >/dev/null
kill -KILL "$pid"
wait "$pid" 2>/dev/null
start --data store
put k 'after\n' >/dev/null
stop
start --data store
fault clock:by=601s
in_k() { keys lake | grep -q '^k/'; }
ok 'a killed bflocal delivers what waited' soon in_k
fault ''
check '  once, in its order' -o 'before
after' -- s3 "$AWS_ENDPOINT_URL/lake/$(keys lake | grep '^k/')"
put k 'waits\n' >/dev/null
check 'delete' -o '{}200' -- call DeleteDeliveryStream '{"DeliveryStreamName":"k"}'
check '  what is lost by that is told' -e 'bflocal: Firehose: k: is deleted with 6 bytes of records that were not delivered' -- sh -c 'cat told >&2'
check '  is gone' -m ResourceNotFoundException -- call DescribeDeliveryStream '{"DeliveryStreamName":"k"}'
check '  once' -m ResourceNotFoundException -- call DeleteDeliveryStream '{"DeliveryStreamName":"k"}'
stop
plan
