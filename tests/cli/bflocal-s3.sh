#!/bin/sh
# Edge cases of bflocal's S3: many headers, deleted buckets, missing keys, a store that gets full.
. "$(dirname "$0")/lib.sh"
cd "$T" || exit 1
unset AWS_REGION AWS_DEFAULT_REGION
mkdir tmp

. "$root/tests/cli/s3.sh"
# start [OPTION...]: sets pid and the environment.
start() {
    rm -f env
    TMPDIR=$T/tmp bflocal --port 0 "$@" >./env 2>server.err &
    pid=$!
    soon grep '^unset' env
    . ./env
}
end() {
    kill "$pid"
    wait "$pid"
}

start
check 'a bucket' -o 200 -- s3 PUT /shop
# Many headers are passed in a file of options. No name is the beginning of another: this curl would sign them in a wrong order.
metadata() {
    i=10
    while [ $i -lt $(($1 + 10)) ]; do
        echo "header = \"x-amz-meta-m$i: v$i\""
        i=$((i + 1))
    done
}
metadata 40 >forty
metadata 70 >seventy
check 'an object with forty metadata' -o 200 -- s3 PUT /shop/many --data-binary hello -K forty
s3 HEAD /shop/many -I -o head >status
check 'all are returned' -o 40 -- grep -c '^x-amz-meta-m' head
check 'and so does what S3 says of it' -m '^ETag: "5d41402abc4b2a76b9719d911017c592"' -- cat head
check 'its time, too' -m '^Last-Modified: ' -- cat head
check 'too many headers get an error' -m '<Code>RequestHeaderSectionTooLarge</Code>.*</Error>400$' -- \
    s3 PUT /shop/more --data-binary hello -K seventy
check 'in the words of the service' -m '"__type":"com.amazon.coral.service#RequestEntityTooLarge".*more than 64 headers.*}431$' -- \
    s3 POST / -H 'X-Amz-Target: DynamoDB_20120810.ListTables' -K seventy --data-binary '{}'

check 'a storage class' -o 200 -- s3 PUT /shop/cold --data-binary x -H 'x-amz-storage-class: STANDARD_IA'
check 'is told in lists' -m '<Key>cold</Key>.*<StorageClass>STANDARD_IA</StorageClass></Contents><Contents><Key>many</Key>.*<StorageClass>STANDARD<' -- \
    s3 GET '/shop?list-type=2'
check 'a copy onto itself that changes nothing is refused' -m '<Code>InvalidRequest</Code>.*illegal' -- \
    s3 PUT /shop/cold -H 'x-amz-copy-source: shop/cold'
check 'one that changes the class is not' -m '<CopyObjectResult.*</CopyObjectResult>200$' -- \
    s3 PUT /shop/cold -H 'x-amz-copy-source: shop/cold' -H 'x-amz-storage-class: GLACIER_IR'
check 'it has the new class' -m '<Key>cold</Key>.*<StorageClass>GLACIER_IR</StorageClass></Contents><Contents><Key>many</Key>' -- \
    s3 GET '/shop?list-type=2'
s3 PUT /shop/tagged --data-binary x -H 'x-amz-tagging: a=1' -H 'x-amz-meta-k: old' >status
check 'a copy with other metadata' -m '</CopyObjectResult>200$' -- s3 PUT /shop/copy -H 'x-amz-copy-source: shop/tagged' \
    -H 'x-amz-metadata-directive: REPLACE' -H 'x-amz-meta-k: new'
check 'keeps the tags' -m '<TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet>' -- s3 GET '/shop/copy?tagging='

check 'an access control list is refused' -m '<Code>AccessControlListNotSupported</Code>.*400$' -- \
    s3 PUT /shop/open --data-binary x -H 'x-amz-acl: public-read'
check 'of a bucket as well' -m '<Code>InvalidBucketAclWithObjectOwnership</Code>.*400$' -- s3 PUT /open -H 'x-amz-acl: public-read'
check 'the one that every object has is not' -o 200 -- s3 PUT /shop/own --data-binary x -H 'x-amz-acl: bucket-owner-full-control'
check 'tags of a bucket' -m '<Code>NoSuchTagSet</Code>.*404$' -- s3 GET '/shop?tagging='
check 'its policy' -m '<Code>NoSuchBucketPolicy</Code>.*404$' -- s3 GET '/shop?policy='
# What deployments write of a bucket: kept and told back, with the defaults of S3.
kept() { # kept QUERY ROOT: the document that was put comes back
    document="<$2 xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Rule><ID>a &amp; b</ID><Status>Enabled</Status></Rule></$2>"
    check "$1 is kept" -o 200 -- s3 PUT "/shop?$1=" --data-binary "$document"
    check '  and told back' -o "${document}200" -- s3 GET "/shop?$1="
    check '  another document is refused' -m '<Code>MalformedXML</Code>.*400$' -- s3 PUT "/shop?$1=" --data-binary '<Other><Rule/></Other>'
    check '  and an empty one' -m '<Code>MalformedXML</Code>.*400$' -- s3 PUT "/shop?$1=" --data-binary "<$2/>"
    check '  and half of one' -m '<Code>MalformedXML</Code>.*400$' -- s3 PUT "/shop?$1=" --data-binary "<$2><Rule>"
    check '  of a bucket that is not there' -m '<Code>NoSuchBucket</Code>.*404$' -- s3 PUT "/none?$1=" --data-binary "$document"
    check '  and deleted' -o 204 -- s3 DELETE "/shop?$1="
    check '  the bucket stays' -m '<Name>shop</Name>' -- s3 GET '/shop?list-type=2'
}
check 'a new bucket is encrypted' -m '<SSEAlgorithm>AES256</SSEAlgorithm>.*200$' -- s3 GET '/shop?encryption='
kept encryption ServerSideEncryptionConfiguration
check '  always' -m '<SSEAlgorithm>AES256</SSEAlgorithm>.*200$' -- s3 GET '/shop?encryption='
check 'and not public' -m '<BlockPublicAcls>true</BlockPublicAcls>.*<RestrictPublicBuckets>true</RestrictPublicBuckets>.*200$' -- s3 GET '/shop?publicAccessBlock='
kept publicAccessBlock PublicAccessBlockConfiguration
check '  until that is deleted' -m '<Code>NoSuchPublicAccessBlockConfiguration</Code>.*404$' -- s3 GET '/shop?publicAccessBlock='
kept lifecycle LifecycleConfiguration
check 'a status that there is not' -m '<Code>MalformedXML</Code>.*400$' -- s3 PUT '/shop?lifecycle=' --data-binary '<LifecycleConfiguration><Rule><Status>On</Status></Rule></LifecycleConfiguration>'
check 'days that are no number' -m '<Code>MalformedXML</Code>.*400$' -- s3 PUT '/shop?lifecycle=' --data-binary '<LifecycleConfiguration><Rule><Expiration><Days>x</Days></Expiration><Status>Enabled</Status></Rule></LifecycleConfiguration>'
check 'an encryption that there is not' -m '<Code>MalformedXML</Code>.*400$' -- s3 PUT '/shop?encryption=' --data-binary '<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>ROT13</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>'
check 'a directive that there is not' -m '<Code>InvalidArgument</Code><Message>Unknown metadata directive.</Message>.*400$' -- s3 PUT /shop/copy -H 'x-amz-copy-source: shop/own' -H 'x-amz-metadata-directive: MERGE'
again() {
    s3 PUT /again
    s3 PUT '/again?lifecycle=' --data-binary '<LifecycleConfiguration><Rule><Status>Enabled</Status></Rule></LifecycleConfiguration>'
    s3 DELETE /again
    s3 PUT /again
    s3 GET '/again?lifecycle=' | grep -o NoSuchLifecycleConfiguration
    s3 DELETE /again
}
check 'a new bucket does not have those of an old one' -o '200
200
204
200
NoSuchLifecycleConfiguration
204' -- again
check 'notifications cannot be deleted' -m '<Code>NotImplemented</Code>.*501$' -- s3 DELETE '/shop?notification='
check 'an object has no life cycle' -m '<Code>NotImplemented</Code>.*501$' -- s3 PUT '/shop/cold?lifecycle=' --data-binary '<LifecycleConfiguration/>'
check 'its life cycle' -m '<Code>NoSuchLifecycleConfiguration</Code>.*404$' -- s3 GET '/shop?lifecycle='
check 'its CORS' -m '<Code>NoSuchCORSConfiguration</Code>.*404$' -- s3 GET '/shop?cors='
for key in .. ../x a/../../x a/b/../../.. a//../../../x; do
    check "a key that leads out of the bucket: $key" -m '400$' -- as_is PUT "/shop/$key" x
done
check 'one that does not' -o 200 -- as_is PUT /shop/a/../x x
check 'is that very key' -o x200 -- as_is GET /shop/a/../x
check 'an empty segment of a key is a segment' -o 200 -- as_is PUT /shop/a//../../b x
check '  and the key is stored unchanged' -o x200 -- as_is GET /shop/a//../../b
check 'what is not there is named' -m '<Code>NotImplemented</Code><Message>bflocal has no PUT \?versioning: it has .*501$' -- \
    s3 PUT '/shop?versioning=' --data-binary '<VersioningConfiguration/>'
check 'and so are versions' -m 'bflocal has no GET \?versions:' -- s3 GET '/shop?versions='

for header in x-amz-server-side-encryption-customer-algorithm:AES256 x-amz-object-lock-mode:GOVERNANCE; do
    check "what is not heeded is refused: ${header%%:*}" -m "<Code>NotImplemented</Code><Message>bflocal has no header ${header%%:*}<.*501\$" -- \
        s3 PUT /shop/own --data-binary x -H "$header"
done
check 'the owner of the bucket is another' -m '<Code>AccessDenied</Code>.*403$' -- s3 GET /shop/own -H 'x-amz-expected-bucket-owner: 111122223333'
check 'it is this one' -o x200 -- s3 GET /shop/own -H 'x-amz-expected-bucket-owner: 000000000000'
check 'an encryption that is none' -m '<Code>InvalidArgument</Code>.*400$' -- s3 PUT /shop/own --data-binary x -H 'x-amz-server-side-encryption: rot13'

# Objects that go only as the client knows them.
delete() { # DOCUMENT
    printf %s "<Delete>$1</Delete>" >document
    s3 POST '/shop?delete=' --data-binary @document -H "content-md5: $(openssl md5 -binary document | base64)"
}
known='"9dd4e461268c8034f5c8564e155c67a6"' # of the byte x
s3 PUT /shop/d1 --data-binary x >status
s3 PUT /shop/d2 --data-binary x >status
check 'an ETag that the object does not have keeps it' -m '<DeleteResult[^>]*><Error><Key>d1</Key><Code>PreconditionFailed</Code>.*</Error><Deleted><Key>d2</Key></Deleted></DeleteResult>200$' -- \
    delete "<Object><Key>d1</Key><ETag>&quot;0&quot;</ETag></Object><Object><Key>d2</Key><ETag>$known</ETag></Object>"
check 'it is there' -o x200 -- s3 GET /shop/d1
check 'one that is not there has none' -m '<Error><Key>d2</Key><Code>NoSuchKey</Code>' -- delete "<Quiet>true</Quiet><Object><Key>d2</Key><ETag>$known</ETag></Object>"
check 'with its ETag it goes' -m '<DeleteResult[^>]*></DeleteResult>200$' -- delete "<Quiet>true</Quiet><Object><ETag>$known</ETag><Key>d1</Key></Object>"
check 'it is gone' -m '<Code>NoSuchKey</Code>' -- s3 GET /shop/d1
check 'what is not heeded is refused' -m '<Code>NotImplemented</Code><Message>bflocal has no Size in a DeleteObjects<' -- \
    delete '<Object><Key>own</Key><Size>9</Size></Object>'
check 'a version too' -m '<Code>NotImplemented</Code>' -- delete '<Object><Key>own</Key><VersionId>1</VersionId></Object>'
check 'an object without a key' -m '<Code>MalformedXML</Code>' -- delete '<Object><ETag>x</ETag></Object>'

# Tags, as S3 limits them.
eleven=$(i=0; while [ $i -lt 11 ]; do printf 'k%d=v&' $i; i=$((i + 1)); done)
check 'eleven tags are refused' -m '<Code>BadRequest</Code><Message>Object tags cannot be greater than 10<.*400$' -- \
    s3 PUT /shop/tags --data-binary x -H "x-amz-tagging: ${eleven%&}"
check 'a tag twice, too' -m '<Code>InvalidTag</Code>.*same key' -- s3 PUT /shop/tags --data-binary x -H 'x-amz-tagging: a=1&a=2'
check 'a tag without a name' -m '<Code>InvalidTag</Code>' -- s3 PUT /shop/tags --data-binary x -H 'x-amz-tagging: =1'
check 'in an upload in parts as well' -m '<Code>InvalidTag</Code>' -- s3 POST '/shop/tags?uploads=' -H 'x-amz-tagging: a=1&a=2'
check 'a storage class that is none' -m '<Code>InvalidStorageClass</Code>.*400$' -- s3 PUT /shop/tags --data-binary x -H 'x-amz-storage-class: WARM'
check 'two tags' -o 200 -- s3 PUT /shop/tags --data-binary x -H 'x-amz-tagging: a=b%26c&d=1+2' -H 'x-amz-meta-k: v'
check 'are returned' -m '<TagSet><Tag><Key>a</Key><Value>b&amp;c</Value></Tag><Tag><Key>d</Key><Value>1 2</Value></Tag></TagSet>' -- s3 GET '/shop/tags?tagging='
tagging() { # PATH TAGS
    s3 PUT "$1?tagging=" --data-binary "<Tagging><TagSet>$2</TagSet></Tagging>"
}
check 'other tags' -o 200 -- tagging /shop/tags '<Tag><Key>é&amp;</Key><Value/></Tag>'
check 'are the only ones' -m '<TagSet><Tag><Key>é&amp;</Key><Value></Value></Tag></TagSet>' -- s3 GET '/shop/tags?tagging='
s3 HEAD /shop/tags -I -o head >status
ok 'the metadata stay, the tags are counted' sh -c 'grep -q "^x-amz-meta-k: v" head && grep -q "^x-amz-tagging-count: 1" head'
check 'a wrong document' -m '<Code>MalformedXML</Code>' -- s3 PUT '/shop/tags?tagging=' --data-binary '<Tagging><TagSet>'
check 'tags of nothing' -m '<Code>NoSuchKey</Code>.*404$' -- tagging /shop/none '<Tag><Key>a</Key><Value>1</Value></Tag>'
check 'without tags' -o 204 -- s3 DELETE '/shop/tags?tagging='
check 'it has none' -m '<TagSet></TagSet></Tagging>200$' -- s3 GET '/shop/tags?tagging='
check 'but its bytes' -o x200 -- s3 GET /shop/tags
check 'tags of a bucket are not written' -m '<Message>bflocal has no PUT \?tagging' -- tagging /shop '<Tag><Key>a</Key><Value>1</Value></Tag>'
check 'attributes' -m '<GetObjectAttributesResponse[^>]*><ETag>9dd4e461268c8034f5c8564e155c67a6</ETag><Checksum><ChecksumCRC64NVME>.*<StorageClass>STANDARD</StorageClass><ObjectSize>1</ObjectSize></GetObjectAttributesResponse>200$' -- \
    s3 GET '/shop/tags?attributes=' -H 'x-amz-object-attributes: ETag,Checksum,StorageClass,ObjectSize'
check 'only those that are asked for' -m '"><ObjectSize>1</ObjectSize></GetObjectAttributesResponse>200$' -- s3 GET '/shop/tags?attributes=' -H 'x-amz-object-attributes: ObjectSize'
check 'attributes that nobody names' -m '<Code>InvalidRequest</Code>.*x-amz-object-attributes' -- s3 GET '/shop/tags?attributes='

# Lists, and reserved names.
check 'the owner on request' -m '<Key>cold</Key>.*<Owner><ID>000000000000</ID>' -- s3 GET '/shop?fetch-owner=true&list-type=2&prefix=cold'
check 'else not' -m '<KeyCount>1</KeyCount><Contents><Key>cold</Key><LastModified>[^/]*</LastModified><ETag>[^/]*</ETag><ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm><ChecksumType>FULL_OBJECT</ChecksumType><Size>1</Size><StorageClass>' -- \
    s3 GET '/shop?list-type=2&prefix=cold'
for bucket in ship-1 ship-2 other; do s3 PUT /$bucket >status; done
check 'buckets by prefix, in pages' -m '<Buckets><Bucket><Name>ship-1</Name>.*<BucketRegion>us-east-1</BucketRegion></Bucket></Buckets><ContinuationToken>c2hpcC0x</ContinuationToken><Prefix>ship</Prefix>' -- \
    s3 GET '/?max-buckets=1&prefix=ship'
check 'the next page' -m '<Buckets><Bucket><Name>ship-2</Name>.*</Buckets><Prefix>ship</Prefix></ListAll' -- s3 GET '/?continuation-token=c2hpcC0x&max-buckets=1&prefix=ship'
check 'a number that is none' -m '<Code>InvalidArgument</Code>' -- s3 GET '/?max-buckets=0'
for bucket in xn--shop sthree-shop amzn-s3-demo-shop shop-s3alias shop--ol-s3 shop.mrap shop--x-s3 shop--table-s3; do
    check "a name that S3 keeps for itself: $bucket" -m '<Code>InvalidBucketName</Code>.*400$' -- s3 PUT /$bucket
done

check 'a bucket for an upload' -o 200 -- s3 PUT /brief
id=$(s3 POST '/brief/key?uploads=' | sed -n 's|.*<UploadId>\(.*\)</UploadId>.*|\1|p')
check 'a part' -o 200 -- s3 PUT "/brief/key?partNumber=1&uploadId=$id" --data-binary part
files() { find tmp -type f | wc -l; }
files >before
check 'the bucket goes, its upload is no object' -o 204 -- s3 DELETE /brief
check 'the file of the part goes with it' -o 1 -- sh -c "echo \$(($(cat before) - $(files)))"
check 'the bucket is created again' -o 200 -- s3 PUT /brief
check 'without the upload' -m '<IsTruncated>false</IsTruncated></ListMultipartUploadsResult>' -- s3 GET '/brief?uploads='
check 'which cannot be completed' -m '<Code>NoSuchUpload</Code>' -- s3 POST "/brief/key?uploadId=$id" --data-binary \
    '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"x"</ETag></Part></CompleteMultipartUpload>'
end
check 'no file is left' -o '' -- ls tmp

# A folder that was filled before: a delete and the first upload of a run acquire the same locks in one order, which the
# thread sanitizer sees. And `disk` counts the pages of a database in a folder as large as they are.
start --data store
s3 PUT /kept >status
s3 PUT /kept/a --data-binary a >status
end
start --data store
check 'a delete' -o 204 -- s3 DELETE /kept/a
check 'and the first upload of this run' -o 200 -- s3 PUT /kept/b --data-binary b
check 'a disk of a megabyte' -m '"kind":"disk"' -- curl -sS -d disk:max=1MB "$AWS_ENDPOINT_URL/_bflocal/fault"
ddb() {
    curl -sS --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" --aws-sigv4 aws:amz:us-east-1:dynamodb -w '%{http_code}\n' \
        -H "X-Amz-Target: DynamoDB_20120810.$1" -H 'Content-Type: application/x-amz-json-1.0' --data-binary "@$2" "$AWS_ENDPOINT_URL/"
}
cat >table <<'END'
{"TableName":"full","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],"BillingMode":"PAY_PER_REQUEST",
 "AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}]}
END
ddb CreateTable table >answer
big=$(head -c 100000 /dev/zero | tr '\0' x)
i=0
while [ $i -lt 100 ] && [ "$(tail -c 4 answer)" = 200 ]; do
    echo "{\"TableName\":\"full\",\"Item\":{\"id\":{\"S\":\"$i\"},\"x\":{\"S\":\"$big\"}}}" >item
    ddb PutItem item >answer
    i=$((i + 1))
done
check 'is full' -m 'InternalServerError.*500$' -- cat answer
check 'after some items' -m '^[2-9]$|^1[0-2]$' -- echo "$i"
end
ok 'at a megabyte' sh -c '[ $(wc -c <store/bflocal.db) -le 1100000 ]'
check 'it says so' -m 'database or disk is full' -- cat server.err
plan
