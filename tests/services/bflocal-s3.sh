#!/bin/sh
# The AWS CLI uses bflocal's S3: cp and sync in both directions, multipart, checksums; and uploads in signed and
# unsigned chunks, by an independent signer.
. "$(dirname "$0")/own.sh"
trap 'bflocal --stop; rm -rf "$T"' EXIT
eval "$(bflocal --daemon)"

. "$services/aws.sh"
s3() {
    AWS_PAGER='' "$aws" --endpoint-url "$AWS_ENDPOINT_URL" --output json s3 "$@"
}
api() {
    AWS_PAGER='' "$aws" --endpoint-url "$AWS_ENDPOINT_URL" --output json s3api "$@"
}

mkdir -p d/sub
head -c 20000000 /dev/urandom >d/big
echo hello >d/sub/small
: >d/empty
echo x >"d/sub/a b+c&d=é;%41.txt"
check 'mb' -o 'make_bucket: lake' -- s3 mb s3://lake
check 'cp up, in parts' -o 'upload: d/big to s3://lake/one/big' -- s3 cp --no-progress d/big s3://lake/one/big
check 'cp down' -o 'download: s3://lake/one/big to ./got' -- s3 cp --no-progress s3://lake/one/big got
check 'the same bytes' -- cmp got d/big
check 'it is one of three parts' -m '"ETag": "\\"[0-9a-f]{32}-3\\""' -- api head-object --bucket lake --key one/big
check 'sync up' -a -- s3 sync --no-progress d s3://lake/sync
check 'sync down' -a -- s3 sync --no-progress s3://lake/sync back
check 'the same tree' -- diff -r d back
check 'sync again has nothing to do' -- s3 sync --no-progress s3://lake/sync back
rm d/sub/small
echo more >d/new
check 'sync --delete' -m 'delete: s3://lake/sync/sub/small' -- s3 sync --no-progress --delete d s3://lake/sync
check 'from standard input' -i d/big -- s3 cp - s3://lake/piped
check 'to standard output' -O d/big -- s3 cp s3://lake/piped -
check 'from bucket to bucket, in parts' -o 'copy: s3://lake/one/big to s3://lake/two/big' -- \
    s3 cp --no-progress s3://lake/one/big s3://lake/two/big
check 'its bytes' -O d/big -- s3 cp s3://lake/two/big -
check 'mv' -a -- s3 mv --no-progress s3://lake/two/big s3://lake/three/big
check 'ls shows folders' -m '^ +PRE sync/$' -- s3 ls s3://lake/
check 'ls --recursive' -m '20000000 three/big$' -- s3 ls --recursive s3://lake
for sum in CRC32 SHA1 SHA256; do
    check "a checksum of kind $sum is kept" -m "\"Checksum$sum\"" -- \
        api put-object --bucket lake --key "sum/$sum" --body d/big --checksum-algorithm $sum
    check "and given back" -m "\"Checksum$sum\"" -- api head-object --bucket lake --key "sum/$sum" --checksum-mode ENABLED
done
check 'a wrong checksum is refused' -s $aws_failed -E 'BadDigest.*The CRC32 you specified did not match the calculated checksum' -- \
    api put-object --bucket lake --key wrong --body d/new --checksum-crc32 AAAAAA==
check 'metadata and tags' -m ETag -- api put-object --bucket lake --key meta --body d/new --metadata a=b,c=d --tagging 'k=v&l=w' \
    --content-type text/plain --cache-control max-age=5
api head-object --bucket lake --key meta >./head
ok 'come back' jq -e '.Metadata == {a: "b", c: "d"} and .ContentType == "text/plain" and .CacheControl == "max-age=5"' head
check 'tags too' -m '"Key": "l"' -- api get-object-tagging --bucket lake --key meta
check 'a range' -o '"bytes 2-3/5"' -- api get-object --bucket lake --key meta --range bytes=2-3 part --query ContentRange
printf re >want
check 'its bytes' -O want -- cat part
check 'a range beyond the end' -s $aws_failed -E 'InvalidRange' -- api get-object --bucket lake --key meta --range bytes=9- part
check 'If-None-Match of a read' -s $aws_failed -E '304' -- api get-object --bucket lake --key meta --if-none-match "$(jq -r .ETag head)" part
check 'pages' -o '7' -- sh -c "AWS_PAGER= '$aws' --endpoint-url '$AWS_ENDPOINT_URL' s3api list-objects-v2 --bucket lake --prefix s --page-size 2 \
    --query 'length(Contents[].Key)'"

# An aborted upload.
id=$(api create-multipart-upload --bucket lake --key left --query UploadId --output text)
check 'a part' -m ETag -- api upload-part --bucket lake --key left --upload-id "$id" --part-number 1 --body d/new
check 'uploads are listed' -m '"Key": "left"' -- api list-multipart-uploads --bucket lake
check 'and their parts' -m '"Size": 5' -- api list-parts --bucket lake --key left --upload-id "$id"
check 'abort' -- api abort-multipart-upload --bucket lake --key left --upload-id "$id"
check 'it is gone' -s $aws_failed -E 'NoSuchUpload' -- api list-parts --bucket lake --key left --upload-id "$id"
id=$(api create-multipart-upload --bucket lake --key left --query UploadId --output text)
for n in 1 2; do
    api upload-part --bucket lake --key left --upload-id "$id" --part-number $n --body d/new >part.$n
done
parts="{\"Parts\":[{\"PartNumber\":1,\"ETag\":$(jq .ETag part.1)},{\"PartNumber\":2,\"ETag\":$(jq .ETag part.2)}]}"
check 'small parts are refused' -s $aws_failed -E 'EntityTooSmall' -- \
    api complete-multipart-upload --bucket lake --key left --upload-id "$id" --multipart-upload "$parts"

check 'a bucket that is full stays' -s 1 -E 'BucketNotEmpty' -- s3 rb s3://lake

# Virtual-host style: curl resolves *.localhost itself.
port=${AWS_ENDPOINT_URL##*:}
check 'virtual-host style' -o more -- curl -sS -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' \
    --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" --aws-sigv4 aws:amz:us-east-1:s3 "http://lake.localhost:$port/meta"
check 'and below s3.' -o more -- curl -sS -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' --resolve "lake.s3.local.test:$port:127.0.0.1" \
    --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" --aws-sigv4 aws:amz:us-east-1:s3 "http://lake.s3.local.test:$port/meta"

# Chunked uploads and presigned URLs: one line for each case.
python3 "$services/bflocal_stream.py" >cases 2>&1
ok 'the chunked cases ran' grep -q '^end$' cases
while IFS='|' read -r name got want; do
    [ "$name" = end ] || check "$name" -o "$want" -- echo "$got"
done <cases

check 'rm --recursive' -a -- s3 rm --recursive --quiet s3://lake
api list-multipart-uploads --bucket lake --query 'Uploads[].[Key,UploadId]' --output text >left
while read -r key id; do
    api abort-multipart-upload --bucket lake --key "$key" --upload-id "$id"
done <left
check 'rb' -o 'remove_bucket: lake' -- s3 rb s3://lake
plan
