#!/bin/sh
# The demo of the whole pipeline in a smaller form: the AWS CLI creates it, twice; each leg passes on every change, and Athena's
# answer is what bfgen wrote.
if [ "${BF_IN_BACKEND:-}" = real ]; then
    echo '1..0 # skipped: a bflocal of its own, once is enough'
    exit 0
fi
. "$(dirname "$0")/lib.sh"
need_tools bflocal bfgen ddbput kinread cdcxform athddl athq evput cdclambda
. "$here/aws.sh"
command -v "$aws" >/dev/null || { skip 'the whole pipeline' 'the AWS CLI is missing'; plan; exit; }
unset AWS_ENDPOINT_URL AWS_ENDPOINT_URL_DYNAMODB AWS_ENDPOINT_URL_DYNAMODB_STREAMS AWS_ENDPOINT_URL_KINESIS AWS_ENDPOINT_URL_S3 AWS_ENDPOINT_URL_ATHENA
export AWS="$aws" BF_DUCKDB="${BF_DUCKDB:-}"
[ -n "$BF_DUCKDB" ] || unset BF_DUCKDB
check 'the demo runs through' -a -- env COUNT=500 sh "$root/examples/demo-all.sh"
cp "$T/out" "$T/demo"
for leg in 'the AWS CLI creates everything' 'bfgen | ddbput: in the table' 'table -> Kinesis: all changes in the stream' \
    'Kinesis -> Lambda -> S3: all [1-9][0-9]* selected changes' 'Kinesis -> Firehose -> Lambda: all transformed' \
    'Firehose -> S3: all unchanged ones' 'evput -> rule -> Lambda -> S3: the event' 'in all'; do
    check "  $leg" -m "^$(echo "$leg" | tr '|' .) +[0-9.]+ s\$" -- cat "$T/demo"
done
if grep -q 'Athena: left out' "$T/demo"; then
    skip 'Athena' "$(grep 'Athena: left out' "$T/demo")"
else
    check '  Athena finds all' -m '^Firehose -> S3 -> Athena: 500 rows in Parquet +[0-9.]+ s$' -- cat "$T/demo"
    check '  and answers' -m '^electronics +[0-9]+ ' -- cat "$T/demo"
    # By another way than the demo's own.
    bfgen -q -n 500 | python3 -c '
import json, sys
from decimal import Decimal
orders = {}
for line in sys.stdin:
    write = json.loads(line, parse_float=Decimal)
    if "put" in write:
        orders[write["put"]["order_id"]] = write["put"]
    elif "update" in write:
        orders.setdefault(write["update"]["order_id"], {}).update(write.get("set", {}))
    else:
        orders.pop(write["delete"]["order_id"], None)
sold = [o for o in orders.values() if o["status"] != "CANCELLED"]
print("which is what bfgen wrote: %d orders, revenue %.2f" % (len(sold), sum(o["total"] for o in sold)))' >"$T/want"
    check '  with what bfgen wrote' -O "$T/want" -- grep '^which is' "$T/demo"
fi
# Without an endpoint the AWS CLI would create all on AWS.
printf '#!/bin/sh\nexit 1\n' >"$T/bflocal" && printf '#!/bin/sh\ntouch "%s/called"\n' "$T" >"$T/no-aws" && chmod +x "$T/bflocal" "$T/no-aws"
check 'a bflocal that does not start ends it' -s 1 -- env PATH="$T:$PATH" AWS="$T/no-aws" sh "$root/examples/demo-all.sh"
ok '  and nothing is called' [ ! -e "$T/called" ]
eval "$(bflocal --daemon)"
ok 'what exists is left as it is' sh -c 'ALL=1 sh "$1" && ALL=1 sh "$1"' - "$root/examples/setup.sh"

# The same as the template has: the delivery stream, the tables, the filter.
python3 -c 'import yaml' 2>/dev/null || { skip 'as the template' "Python's yaml is missing"; bflocal -q --stop; plan; exit; }
python3 -B "$here/../cli/deploy_template.py" "$root/deploy/template.yaml" >"$T/template.json"
cli() { AWS_PAGER='' "$aws" --endpoint-url "$AWS_ENDPOINT_URL" --output json "$@"; }
as_template() { jq -S "$1" "$T/template.json"; }
delivered='[.Prefix, .ErrorOutputPrefix, .CompressionFormat, .S3BackupMode, .BufferingHints.SizeInMBs == 64 or .BufferingHints.SizeInMBs.Ref == "BufferMB",
    (.S3BackupConfiguration // .S3BackupDescription | .Prefix, .ErrorOutputPrefix, .CompressionFormat),
    (.ProcessingConfiguration.Processors[] | .Type, [.Parameters[] | select(.ParameterName | IN("LambdaArn", "RoleArn") | not)]),
    (.DataFormatConversionConfiguration | .InputFormatConfiguration, .OutputFormatConfiguration.Serializer.ParquetSerDe.Compression, .SchemaConfiguration.VersionId)]'
as_template ".Resources.Delivery.Properties.ExtendedS3DestinationConfiguration | $delivered" >"$T/want"
has_delivery() {
    cli firehose describe-delivery-stream --delivery-stream-name sales |
        jq -S ".DeliveryStreamDescription.Destinations[0].ExtendedS3DestinationDescription | $delivered"
}
check 'the delivery stream is that of the template' -O "$T/want" -- has_delivery
columns='[.StorageDescriptor.Columns, .PartitionKeys, (.Parameters | with_entries(select(.key | startswith("projection") or . == "classification")))]'
for table in sales live; do
    case $table in sales) resource=GlueTable ;; live) resource=LiveTable ;; esac
    as_template ".Resources.$resource.Properties.TableInput | $columns" | sed 's/NOW-1MONTHS/NOW-3YEARS/' >"$T/want"
    has_table() { cli glue get-table --database-name sales --name $table | jq -S ".Table | $columns"; }
    check "  and the columns and partitions of the table $table" -O "$T/want" -- has_table
done
as_template '.Parameters.LiveFilter.Default | fromjson' >"$T/want"
has_filter() { cli lambda list-event-source-mappings --function-name sales-live | jq -S '.EventSourceMappings[0].FilterCriteria.Filters[0].Pattern | fromjson'; }
check '  and the filter of the live changes' -O "$T/want" -- has_filter
as_template '[.Resources.Lake.Properties.LifecycleConfiguration.Rules[] | [.Id, .Prefix // ""]]' >"$T/want"
has_rules() { cli s3api get-bucket-lifecycle-configuration --bucket lake | jq -S '[.Rules[] | [.ID, .Filter.Prefix]]'; }
check '  and the lifecycle of the bucket' -O "$T/want" -- has_rules
has_block() { cli s3api get-public-access-block --bucket lake | jq -c '[.PublicAccessBlockConfiguration[]] | unique'; }
check '  which is not public' -o '[true]' -- has_block
bflocal -q --stop
plan
