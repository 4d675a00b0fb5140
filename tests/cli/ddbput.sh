#!/bin/sh
# ddbput without a network: usage, help, what fails before anything is sent.
. "$(dirname "$0")/lib.sh"
unset AWS_PROFILE AWS_ENDPOINT_URL AWS_ENDPOINT_URL_DYNAMODB AWS_DEFAULT_REGION
AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_EC2_METADATA_DISABLED=true
AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=secret
export AWS_CONFIG_FILE AWS_SHARED_CREDENTIALS_FILE AWS_EC2_METADATA_DISABLED
export AWS_REGION AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY

check 'help' -m '^usage: ddbput \[options\] TABLE$' -- ddbput --help
check 'version names the libraries' -m 'libcurl/' -- ddbput --version
check 'no table' -s 2 -E '^ddbput: usage: ddbput \[options\] TABLE$' -- ddbput
check 'a table name that is none' -s 2 -e "ddbput: 'a b' is no table name: 3 to 255 of A-Z a-z 0-9 - _ ." -- ddbput 'a b'
arn=arn:aws:dynamodb:eu-central-1:123456789012:table/sales
check 'an ARN of an index' -s 2 -e "ddbput: this is the ARN of an index of a table; the table's is $arn" -- ddbput $arn/index/by-zip
check 'an ARN of a stream' -s 2 -e "ddbput: this is the ARN of a stream of a table; the table's is $arn" -- \
    ddbput $arn/stream/2026-11-27T06:00:00.000
check 'an input format that is none' -s 2 -E "'--input': 'xml' is not auto, json or csv" -- ddbput -i xml sales
check 'types are for CSV' -s 2 -e 'ddbput: --types is for CSV, not with --input json' -- ddbput -i json -t a:S sales
check 'types that are none, before anything is asked' -s 2 \
    -e "ddbput: --types: 'zip' is not NAME:TYPE with TYPE one of S, N, B, BOOL, JSON" -- ddbput -t zip sales
check 'a stream that is none' -s 2 -e "ddbput: --stream-to: 'a b' is no stream name and no ARN" -- ddbput --stream-to 'a b' sales
check 'a window of none' -s 2 -E "'--window': 0 is not from 1 to 256$" -- ddbput --window 0 sales
for key in order_id id:X :S a:S,b:N,c:S a:S,a:N ''; do
    check "--create '$key'" -s 2 \
        -e "ddbput: --create: '$key' is no key such as order_id:S or order_id:S,line:N" -- ddbput --create "$key" sales
done
check 'rejects that cannot be made' -s 1 -e "ddbput: $T/no/rejects: No such file or directory" -- \
    ddbput --rejects "$T/no/rejects" sales
check 'a service that is down' -s 75 \
    -E '^ddbput: sales: DescribeTable: cannot connect to 127\.0\.0\.1:1: Connection refused' -- \
    ddbput --endpoint-url http://127.0.0.1:1 sales
check 'no region' -s 2 -E '^ddbput: .*region' -- env -u AWS_REGION ddbput sales
check 'no credentials' -s 1 -E '^ddbput: sales: .*credentials' -- \
    env -u AWS_ACCESS_KEY_ID -u AWS_SECRET_ACCESS_KEY ddbput --endpoint-url http://127.0.0.1:1 sales
plan
