#!/bin/sh
# bflocal's uploads in parts: which checksums bind the parts, and a completion that is sent twice.
. "$(dirname "$0")/lib.sh"
cd "$T" || exit 1
unset AWS_REGION AWS_DEFAULT_REGION
trap 'bflocal --stop; rm -rf "$T"' EXIT
eval "$(bflocal --daemon)"

. "$root/tests/cli/s3.sh"
# create KEY [CURL OPTION...]: begins an upload, sets id.
create() {
    key=$1
    shift
    id=$(s3 POST "/lake/$key?uploads=" "$@" | sed -n 's|.*<UploadId>\(.*\)</UploadId>.*|\1|p')
}
part() { # NUMBER [CURL OPTION...]: the five bytes "hello"
    number=$1
    shift
    s3 PUT "/lake/$key?partNumber=$number&uploadId=$id" --data-binary hello "$@"
}
etag='5d41402abc4b2a76b9719d911017c592'
finish() { # ELEMENTS [CURL OPTION...]
    body="<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>\"$etag\"</ETag>$1</Part></CompleteMultipartUpload>"
    shift
    s3 POST "/lake/$key?uploadId=$id" --data-binary "$body" "$@"
}
crc32='x-amz-checksum-crc32: NhCmhg=='
sha256='LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ='

check 'a bucket' -o 200 -- s3 PUT /lake

# Today's SDKs name no algorithm when they create the upload, and send CRC32 with each part.
create plain
check 'a part with CRC32 in an upload that declared nothing' -o 200 -- part 1 -H "$crc32"
check 'one with SHA256 as well' -o 200 -- part 2 -H "x-amz-checksum-sha256: $sha256"
check 'a wrong CRC32 is refused' -m '<Code>BadDigest</Code>.*400$' -- part 1 -H 'x-amz-checksum-crc32: AAAAAA=='
s3 GET "/lake/plain?uploadId=$id" >parts
ok 'the list shows the checksums of the parts' grep -q '<ChecksumCRC32>NhCmhg==</ChecksumCRC32>' parts
ok 'and names no algorithm' sh -c '! grep -q ChecksumAlgorithm parts'
check 'it completes with a CRC64NVME of the whole' \
    -m '<ETag>&quot;[0-9a-f]{32}-1&quot;</ETag><ChecksumCRC64NVME>M3eFcAZSQlc=</ChecksumCRC64NVME><ChecksumType>FULL_OBJECT<.*200$' -- \
    finish '<ChecksumCRC32>NhCmhg==</ChecksumCRC32>'
check 'its bytes' -o hello200 -- s3 GET /lake/plain

# The client that did not hear the answer asks again.
finish '' >second
check 'a second completion repeats the success' -m '<ETag>&quot;[0-9a-f]{32}-1&quot;</ETag><ChecksumCRC64NVME>M3eFcAZSQlc=<.*200$' -- cat second
check 'with other parts it does not' -m '<Code>InvalidPart</Code>.*400$' -- s3 POST "/lake/$key?uploadId=$id" --data-binary \
    '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"00000000000000000000000000000000"</ETag></Part></CompleteMultipartUpload>'
check 'nor under another key' -m '<Code>NoSuchUpload</Code>.*404$' -- s3 POST "/lake/other?uploadId=$id" --data-binary \
    '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"x"</ETag></Part></CompleteMultipartUpload>'
check 'no part is accepted after it' -m '<Code>NoSuchUpload</Code>.*404$' -- part 1

create declared -H 'x-amz-checksum-algorithm: SHA256'
check 'a part without the declared checksum is refused' -m '<Code>InvalidRequest</Code>.*expected checksum Type: sha256, actual checksum Type: null<.*400$' -- part 1
check 'one with another is, too' -m '<Code>InvalidRequest</Code>.*expected checksum Type: sha256, actual checksum Type: crc32<.*400$' -- part 1 -H "$crc32"
check 'one with it is accepted' -o 200 -- part 1 -H "x-amz-checksum-sha256: $sha256"
check 'the list must name it' -m '<Code>InvalidRequest</Code>.*missing for part 1' -- finish ''
check 'a whole of another algorithm is refused' -m '<Code>InvalidRequest</Code>.*mismatch' -- \
    finish "<ChecksumSHA256>$sha256</ChecksumSHA256>" -H "$crc32"
check 'one of another type as well' -m '<Code>InvalidRequest</Code>.*COMPOSITE checksum mode' -- \
    finish "<ChecksumSHA256>$sha256</ChecksumSHA256>" -H 'x-amz-checksum-type: FULL_OBJECT'
check 'then it completes' -m '<ChecksumSHA256>[^<]*-1</ChecksumSHA256><ChecksumType>COMPOSITE<.*200$' -- finish "<ChecksumSHA256>$sha256</ChecksumSHA256>"

create copied -H 'x-amz-checksum-algorithm: SHA256'
check 'a part that is copied is summed here' -m "<ChecksumSHA256>$(echo "$sha256" | sed 's/+/[+]/g')<.*200\$" -- \
    s3 PUT "/lake/copied?partNumber=1&uploadId=$id" -H 'x-amz-copy-source: lake/plain'

create whole -H 'x-amz-checksum-algorithm: CRC32' -H 'x-amz-checksum-type: FULL_OBJECT'
check 'parts of a whole need no checksum of their own' -o 200 -- part 1
check 'and the whole has one' -m '<ChecksumCRC32>NhCmhg==</ChecksumCRC32><ChecksumType>FULL_OBJECT<.*200$' -- finish '' -H "$crc32"

check 'an announced checksum is required' -m '<Code>InvalidRequest</Code>.*no corresponding.*400$' -- \
    s3 PUT /lake/announced --data-binary x -H 'x-amz-sdk-checksum-algorithm: CRC32'
check 'a copy with an unknown algorithm' -m '<Code>InvalidRequest</Code>.*unsupported.*400$' -- \
    s3 PUT /lake/copy -H 'x-amz-copy-source: lake/plain' -H 'x-amz-checksum-algorithm: MD4'
plan
