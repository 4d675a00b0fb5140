#!/bin/sh
# bflocal's Firehose with all that is around it: boto3 and the AWS CLI drive transform functions, Kinesis sources, dynamic
# partitions, backups and Parquet; what failed is below the error prefix; and the whole way from a table to Athena.
. "$(dirname "$0")/own.sh"
export SEEN="$T/seen"
: >seen
library=${BF_DUCKDB:-$services/node_modules/@duckdb/node-bindings-linux-x64/libduckdb.so}
DUCK=
if [ -r "$library" ]; then
    DUCK=1
    export BF_DUCKDB="$library"
fi
export DUCK

bflocal --lambda "t=$services/firehose_function.py" "$python" "$services/bflocal_firehose.py" >cases 2>told || echo 'Bail out! boto3 and Firehose'
ok 'the cases of boto3 ran' grep -q '^end$' cases
while IFS='|' read -r name got want; do
    [ "$name" = end ] || check "$name" -o "$want" -- echo "$got"
done <cases

ok 'what failed is told' grep -qx 'bflocal: Firehose: fun: 4 records failed, and are below the error prefix of s3://fun' told
ok '  and a table that is waited for' grep -qx 'bflocal: Firehose: wait: its records are kept, and tried again: there is no table lake.later in Glue' told

# The whole way: table, stream, Kinesis, Firehose, cdclambda, Parquet, Athena; the AWS CLI creates it.
. "$services/aws.sh"
cli() { AWS_PAGER='' "$aws" --endpoint-url "$AWS_ENDPOINT_URL" "$@"; }
cat >table.json <<'J'
{"Name":"sales","TableType":"EXTERNAL_TABLE","Parameters":{"EXTERNAL":"TRUE"},"StorageDescriptor":{"Location":"s3://lake/sales/",
 "Columns":[{"Name":"order_id","Type":"string"},{"Name":"total","Type":"decimal(12,2)"},{"Name":"status","Type":"string"},{"Name":"_op","Type":"string"}],
 "InputFormat":"org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat","OutputFormat":"org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
 "SerdeInfo":{"SerializationLibrary":"org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"}}}
J
cat >destination.json <<'J'
{"RoleARN":"arn:aws:iam::000000000000:role/firehose","BucketARN":"arn:aws:s3:::lake","Prefix":"sales/","ErrorOutputPrefix":"errors/",
 "BufferingHints":{"SizeInMBs":64,"IntervalInSeconds":60},"S3BackupMode":"Enabled",
 "S3BackupConfiguration":{"RoleARN":"arn:aws:iam::000000000000:role/firehose","BucketARN":"arn:aws:s3:::lake","Prefix":"raw/","CompressionFormat":"GZIP"},
 "ProcessingConfiguration":{"Enabled":true,"Processors":[{"Type":"Lambda","Parameters":[
   {"ParameterName":"LambdaArn","ParameterValue":"arn:aws:lambda:us-east-1:000000000000:function:x:$LATEST"},
   {"ParameterName":"BufferSizeInMBs","ParameterValue":"3"}]}]},
 "DataFormatConversionConfiguration":{"Enabled":true,"InputFormatConfiguration":{"Deserializer":{"OpenXJsonSerDe":{}}},
   "OutputFormatConfiguration":{"Serializer":{"ParquetSerDe":{"Compression":"SNAPPY"}}},
   "SchemaConfiguration":{"RoleARN":"arn:aws:iam::000000000000:role/firehose","DatabaseName":"shop","TableName":"sales","Region":"us-east-1"}}}
J
# cdclambda knows no other BF_ variables than those of its options; DuckDB's is for bflocal.
without() { env -u BF_BACKEND -u BF_IN_BACKEND -u BF_BUILD -u BF_SHARED -u BF_PYTHON -u BF_AWS -u BF_KINESALITE_URL "$@"; }
program="$T/function"
printf '#!/bin/sh\nunset BF_DUCKDB\nexec "%s"\n' "$BUILD/bin/cdclambda" >"$program"
chmod +x "$program"
eval "$(without bflocal --daemon --data "$T/data" --stream orders:2 --bucket lake --lambda "x=$program")"
check 'a table for it' -- cli glue create-database --database-input Name=shop
check '  of Parquet' -- cli glue create-table --database-name shop --table-input "$(cat table.json)"
check 'the AWS CLI creates a delivery stream' -m '"DeliveryStreamARN": "arn:aws:firehose:us-east-1:000000000000:deliverystream/sales"' -- \
    cli firehose create-delivery-stream --delivery-stream-name sales --delivery-stream-type KinesisStreamAsSource \
    --kinesis-stream-source-configuration 'KinesisStreamARN=arn:aws:kinesis:us-east-1:000000000000:stream/orders,RoleARN=arn:aws:iam::000000000000:role/firehose' \
    --extended-s3-destination-configuration "$(cat destination.json)"
check '  and tags it' -- cli firehose tag-delivery-stream --delivery-stream-name sales --tags Key=team,Value=shop
bfgen -n 2000 | ddbput -q --create order_id:S --stream-to orders bought
# What waits survives.
sleep 1
kill -KILL "$BFLOCAL_PID"
soon sh -c '! kill -0 "$1" 2>/dev/null' - "$BFLOCAL_PID"
eval "$(without bflocal --daemon --data "$T/data" --lambda "x=$program")"
curl -sS -o /dev/null -d 'clock:by=61s' "$AWS_ENDPOINT_URL/_bflocal/fault"
landed() { cli s3api list-objects-v2 --bucket lake --prefix "$1" --query 'Contents[].Key' --output text | tr '\t' '\n' | grep -v '^None$'; }
parquet_landed() { landed sales/ | grep -q '\.parquet$'; }
ok 'Kinesis, Firehose, cdclambda: Parquet lands' soon parquet_landed
ok '  with the raw data beside it' sh -c '[ -n "$1" ]' - "$(landed raw/)"
check '  and nothing failed' -s 1 -- landed errors/
if [ -n "$DUCK" ]; then
    check '  Athena counts it' -o '2000,1417' -- sh -c 'athq -q --no-header -o csv "SELECT count(*), count(DISTINCT order_id) FROM shop.sales" --output-location s3://lake/results/'
else
    skip 'Athena counts it' 'DuckDB is missing'
fi
bflocal --stop
plan
