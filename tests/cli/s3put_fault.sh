#!/bin/sh
# s3put with an S3 that misbehaves: errors that are retried, errors that are final, and where the rows are then.
. "$(dirname "$0")/lib.sh"
. "$root/tests/fault/lib.sh"
fault_start </dev/null
export TMPDIR="$T"
objects=$FAULT_DIR/objects
seq -f '{"id":%g,"c":"x"}' 1 300 >"$T/rows"
seq -f '{"id":%g,"pad":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}' 1 250000 >"$T/large"

landed() {
    find "$objects" -type f -exec cat {} + | sort | cmp - "$1"
}
sort "$T/rows" >"$T/sorted"

# headers OPERATION: of its last request, lower case, name: value
headers() {
    grep "^{\"op\":\"$1\"" "$FAULT_DIR/log" | tail -n 1 | jq -r '.headers | to_entries[] | "\(.key | ascii_downcase): \(.value)"'
}
has() {
    headers "$1" | grep -qixF -- "$2" || { headers "$1"; return 1; }
}

# The healthy case, and what an object is told
check 'an object arrives' -i "$T/rows" -m '^\{"bucket":"lake","key":"p/.*","records":300,"bytes":[0-9]+,"etag":"[0-9a-f]{32}","checksum":"crc32:[A-Za-z0-9+/]{6}==","partition":\{\}\}$' -- \
    s3put s3://lake/p/
ok 'with its rows' landed "$T/sorted"
fault_rules </dev/null
check 'all that can be said of an object' -a -i "$T/rows" -- s3put --compress gzip --checksum crc64nvme \
    --storage-class STANDARD_IA --sse aws:kms --sse-kms-key-id key-1 --tag team=data --tag 'a b=c&d' \
    --content-type text/x-rows --if-none-match s3://lake/p/
ok 'content type' has PutObject 'content-type: text/x-rows'
ok 'content encoding' has PutObject 'content-encoding: gzip'
ok 'storage class' has PutObject 'x-amz-storage-class: STANDARD_IA'
ok 'encryption' has PutObject 'x-amz-server-side-encryption: aws:kms'
ok 'its key' has PutObject 'x-amz-server-side-encryption-aws-kms-key-id: key-1'
ok 'tags' has PutObject 'x-amz-tagging: team=data&a%20b=c%26d'
ok 'only if there is none' has PutObject 'if-none-match: *'
ok 'a checksum' sh -c 'find "$1" -name "*.gz" | grep -q .' - "$objects"
sum=$(headers PutObject | sed -n 's/^x-amz-checksum-crc64nvme: //p')
ok 'the checksum of the receipt' grep -qF "\"checksum\":\"crc64nvme:$sum\"" "$T/out"
fault_rules </dev/null
check 'words of a service that is not AWS' -a -i "$T/rows" -- s3put --storage-class COLD --sse vault s3://lake/p/
ok 'its storage class' has PutObject 'x-amz-storage-class: COLD'
ok 'its encryption' has PutObject 'x-amz-server-side-encryption: vault'
for kind in crc32 crc32c sha1 sha256; do
    fault_rules </dev/null
    check "checksum $kind" -a -i "$T/rows" -- s3put --checksum $kind s3://lake/p/
    ok "is sent with the object, $kind" sh -c 'test -n "$1"' - "$(headers PutObject | grep "^x-amz-checksum-$kind: ")"
done
fault_rules </dev/null
check 'SHA-256 as openssl has it' -a -i "$T/rows" -- s3put --checksum sha256 s3://lake/p/
ok 'is the one of the receipt' grep -qF "\"checksum\":\"sha256:$(openssl dgst -sha256 -binary "$T/rows" | base64)\"" "$T/out"
check 'gzip and zstd are decompressed to the same rows' -a -i "$T/rows" -- s3put --compress zstd "s3://lake/!{timestamp:'z'}/"
ok 'from zstd' sh -c 'zstd -qdc "$1"/lake/z/*.zst | cmp - "$2"' - "$objects" "$T/rows"

# Trouble that passes
fault_rules <<'END'
PutObject 2x throttle
END
check '503 for a while is sat out' -i "$T/rows" -m '"records":300' -- s3put s3://lake/p/
ok 'three requests' test "$(fault_count PutObject)" = 3
fault_rules <<'END'
PutObject 1x close
END
check 'a connection that breaks is made again' -i "$T/rows" -m '"records":300' -- s3put s3://lake/p/
ok 'the rows are there' landed "$T/sorted"

# Trouble that stays: exit status 1, the rows are in the rejects or in a file
fault_rules <<'END'
PutObject error 403 AccessDenied Access Denied
END
check 'denied: the rows go to the rejects' -s 1 -i "$T/rows" \
    -E '^s3put: s3://lake/p/[^ ]*: PutObject: AccessDenied: Access Denied \(HTTP 403' -- s3put --rejects "$T/rejects" s3://lake/p/
ok 'all of them' cmp "$T/rejects" "$T/rows"
ok 'and that is said' grep -qE "^s3put: s3://lake: 300 rows not delivered, kept in $T/rejects$" "$T/err"
rm -f "$T/rejects"
check 'compressed: the rejects are rows again' -s 1 -i "$T/rows" -E AccessDenied -- s3put --compress gzip --rejects "$T/rejects" s3://lake/p/
ok 'all of them, too' cmp "$T/rejects" "$T/rows"
rm -f "$T/rejects"
check 'zstd likewise' -s 1 -i "$T/rows" -E AccessDenied -- s3put --compress zstd --rejects "$T/rejects" s3://lake/p/
ok 'every row' cmp "$T/rejects" "$T/rows"
check 'without --rejects they are kept in a file' -s 1 -i "$T/rows" -E "300 rows not delivered, kept in $T/s3put-undelivered-" -- s3put s3://lake/p/
ok 'which has them' sh -c 'cat "$1"/s3put-undelivered-* | cmp - "$2"' - "$T" "$T/rows"
rm -f "$T"/s3put-undelivered-*
fault_rules <<'END'
* throttle
END
check '503 for ever' -s 75 -i "$T/rows" -E 'PutObject: SlowDown: Please reduce your request rate. \(HTTP 503.*2 attempts\)' -- \
    s3put --max-attempts 2 --rejects "$T/rejects" s3://lake/p/
ok 'loses nothing' cmp "$T/rejects" "$T/rows"
# An error that every upload would get is reported at the start, before a row is read.
# refused NAME STATUS ERE OPTIONS...: the input is open all the while
refused() {
    refused_name=$1 refused_status=$2 refused_text=$3
    shift 3
    : >"$T/reads"
    check "at the start: $refused_name" -s "$refused_status" -E "$refused_text" -- \
        sh -c 'mkfifo "$1/slow.$$"; exec 8<>"$1/slow.$$"; cat "$1/rows" >&8; shift; "$@" <&8' - "$T" s3put --rejects "$T/reads" "$@"
    ok '  nothing was read' test ! -s "$T/reads"
}
fault_rules <<'END'
ListObjects error 404 NoSuchBucket The specified bucket does not exist
END
refused 'an unknown bucket' 1 '^s3put: s3://lake: the bucket does not exist$' s3://lake/p/
refused 'an unknown bucket, --state' 1 '^s3put: s3://lake: the bucket does not exist$' --state "$T/none" s3://lake/p/
fault_rules <<'END'
* error 403 InvalidAccessKeyId The AWS Access Key Id you provided does not exist in our records.
END
refused 'wrong credentials' 1 '^s3put: s3://lake: ListObjects: InvalidAccessKeyId: The AWS Access Key Id you provided' s3://lake/p/
ok 'never shows the secret' test "$(grep -c 'secret' "$T/err")" = 0
check '--one asks too' -s 1 -i "$T/rows" -E '^s3put: s3://lake: ListObjects: InvalidAccessKeyId' -- s3put --one s3://lake/k
(unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY; AWS_EC2_METADATA_DISABLED=true; export AWS_EC2_METADATA_DISABLED
    s3put s3://lake/p/ <"$T/rows" 2>"$T/err")
ok 'at the start: no credentials' test $? = 1
ok '  which is said' grep -q 'no credentials' "$T/err"
refused 'a service that is down' 75 'cannot connect to 127.0.0.1:9: Connection refused' --endpoint-url http://127.0.0.1:9 s3://lake/p/
printf 'ListObjects ok <html>It works!</html>\n' | fault_rules
refused 'another server' 75 'does not answer as s3 does|does not answer as S3 does' s3://lake/p/
printf 'ListObjects error 403 AccessDenied no\n' | fault_rules
check 'who may only write is not asked to list' -i "$T/rows" -a -- s3put s3://lake/p/
printf 'ListObjects error 500 InternalError oops\n' | fault_rules
check 'trouble that may pass is left to the uploads' -i "$T/rows" -a -- s3put --max-attempts 1 s3://lake/p/
fault_rules </dev/null
check 'access list and payer' -i "$T/rows" -a -- s3put --acl bucket-owner-full-control --request-payer s3://lake/p/
ok 'are said, the list' has PutObject 'x-amz-acl: bucket-owner-full-control'
ok 'and the payer' has PutObject 'x-amz-request-payer: requester'
ok 'at the start too' has ListObjects 'x-amz-request-payer: requester'

# CSV: all rejects are one table; a file of rows has its own header.
printf '%s\n' a,b 1,x 2,x 3,x 4,x "$(head -c 300 /dev/zero | tr '\0' y)" 5,x >"$T/csv"
printf 'PutObject error 403 AccessDenied no\n' | fault_rules
for compress in none gzip; do
    rm -f "$T/rejects"
    check "CSV, $compress: rows of objects and bad rows" -s 1 -i "$T/csv" -E 'longer than the maximum' -- \
        s3put -f csv --size 8 --max-line 100 --compress $compress --rejects "$T/rejects" s3://lake/p/
    ok '  are after one header' test "$(grep -n '^a,b$' "$T/rejects" | cut -d: -f1)" = 1
    ok '  and all there' sh -c 'sort "$1" >"$1.s" && sort "$2" | cmp - "$1.s"' - "$T/rejects" "$T/csv"
done
head -n 3 "$T/csv" >"$T/small"
check 'CSV without rejects' -s 1 -i "$T/small" -E 'kept in' -- env TMPDIR="$T" s3put -f csv s3://lake/p/
ok '  the file is a table' sh -c 'cmp "$1"/s3put-undelivered-* "$2"' - "$T" "$T/small"
rm -f "$T"/s3put-undelivered-*
rm -f "$T/rejects"
printf 'a,b\n' | s3put -f csv --rejects "$T/rejects" s3://lake/p/
ok 'a header alone is no reject' test ! -s "$T/rejects"
printf 'PutObject throttle\n' | fault_rules
check 'rows that are kept nowhere are no temporary failure' -s 1 -i "$T/rows" \
    -E '^s3put: s3://lake/p/.*: 300 rows cannot be kept and are lost: /nowhere/s3put-undelivered-.*: No such file or directory$' -- \
    env TMPDIR=/nowhere s3put s3://lake/p/
ok 'both reasons are told' grep -q 'PutObject: ' "$T/err"

# --if-none-match: the first attempt had arrived, only its answer had not
fault_rules <<'END'
PutObject 1x length +5
PutObject error 412 PreconditionFailed At least one of the pre-conditions you specified did not hold
END
check '412 after an attempt of our own that had arrived' -i "$T/rows" -m '"records":300' -- s3put --if-none-match s3://lake/p/
ok 'has been looked at' test "$(fault_count HeadObject)" = 1
fault_rules <<'END'
PutObject error 412 PreconditionFailed At least one of the pre-conditions you specified did not hold
END
check '412 for an object of somebody else is a failure' -s 1 -i "$T/rows" -E 'PreconditionFailed' -- s3put --if-none-match --rejects "$T/rejects" s3://lake/p/
ok 'and loses nothing' cmp "$T/rejects" "$T/rows"
printf 'PutObject 1x length +5\nPutObject error 412 PreconditionFailed no\n' | fault_rules
check 'with --one too' -i "$T/rows" -m "\"bytes\":$(wc -c <"$T/rows")," -- s3put --one --if-none-match s3://lake/k
printf 'PutObject 1x close\nPutObject error 412 PreconditionFailed no\nHeadObject ok other\n' | fault_rules
check 'another object is not ours' -s 1 -i "$T/rows" -E 'PreconditionFailed' -- s3put --one --if-none-match s3://lake/k

# Multipart
# The answer to the end of an upload gets lost: the upload is gone, the object is there, or is not.
for one in '--size 64MiB s3://lake/late/' '--one s3://lake/late/k'; do
    printf 'CompleteMultipartUpload 1x length +5\nCompleteMultipartUpload error 404 NoSuchUpload gone\n' | fault_rules
    # shellcheck disable=SC2086 # options
    check 'an upload whose end was answered into the void' -i "$T/large" -m "\"bytes\":$(wc -c <"$T/large"),\"etag\":\"[^\"]" -- s3put $one
    ok 'has been looked at' test "$(fault_count HeadObject)" = 1
    printf 'CompleteMultipartUpload 1x close\nCompleteMultipartUpload error 404 NoSuchUpload gone\n' | fault_rules
    # shellcheck disable=SC2086
    check 'one that is gone without an object' -s 1 -a -i "$T/large" -E 'CompleteMultipartUpload: NoSuchUpload: gone' -- \
        env TMPDIR="$T" s3put $one
done
fault_rules </dev/null
fault_rules </dev/null
check 'a large object goes up in parts' -i "$T/large" -m '"records":250000' -- s3put --size 64MiB "s3://lake/!{timestamp:'big'}/"
ok 'three of them' test "$(fault_count UploadPart)" = 3
ok 'which are the object' sh -c 'cmp "$1"/lake/big/* "$2"' - "$objects" "$T/large"
ok 'with the checksum of the whole' has CompleteMultipartUpload "x-amz-checksum-crc32: $(sed -n 's/.*"checksum":"crc32:\([^"]*\)".*/\1/p' "$T/out")"
ok 'of all its bytes' has CreateMultipartUpload 'x-amz-checksum-type: FULL_OBJECT'
fault_rules <<'END'
UploadPart 2x error 500 InternalError We encountered an internal error.
END
check 'a part that fails is sent again' -i "$T/large" -m '"records":250000' -- s3put --size 64MiB "s3://lake/!{timestamp:'big'}/"
ok 'the object is whole' sh -c 'cmp "$1"/lake/big/* "$2"' - "$objects" "$T/large"
fault_rules <<'END'
UploadPart 1x fake
UploadPart error 400 InvalidPart One of the parts is wrong.
END
check 'a part that cannot be sent gives the object up' -s 1 -i "$T/large" -E 'UploadPart: InvalidPart: One of the parts is wrong. \(HTTP 400' -- \
    s3put --size 64MiB --rejects "$T/rejects" s3://lake/big/
ok 'the upload is aborted' test "$(fault_count AbortMultipartUpload)" = 1
ok 'never completed' test "$(fault_count CompleteMultipartUpload)" = 0
ok 'and no row is lost' cmp "$T/rejects" "$T/large"
fault_rules <<'END'
CompleteMultipartUpload 1x hidden InternalError
END
check 'an error hidden in a 200 is seen and retried' -i "$T/large" -m '"records":250000' -- s3put --size 64MiB "s3://lake/!{timestamp:'big'}/"
ok 'twice completed' test "$(fault_count CompleteMultipartUpload)" = 2
fault_rules <<'END'
CompleteMultipartUpload hidden AccessDenied
END
check 'and is a failure when it stays' -s 1 -i "$T/large" -E 'CompleteMultipartUpload: AccessDenied' -- \
    s3put --size 64MiB --rejects "$T/rejects" s3://lake/big/
ok 'that loses nothing' cmp "$T/rejects" "$T/large"
ok 'and aborts the upload' test "$(fault_count AbortMultipartUpload)" = 1
fault_rules <<'END'
CreateMultipartUpload error 403 AccessDenied No.
END
check 'an upload that cannot begin' -s 1 -i "$T/large" -E 'CreateMultipartUpload: AccessDenied: No. \(HTTP 403' -- \
    s3put --size 64MiB --rejects "$T/rejects" s3://lake/big/
ok 'loses nothing' cmp "$T/rejects" "$T/large"
fault_rules </dev/null
check 'SHA-256 of a multipart object is composite' -i "$T/large" -m '"checksum":"sha256:[A-Za-z0-9+/=]{44}-3"' -- s3put --checksum sha256 --size 64MiB s3://lake/big/
check 'from a spool, with little memory' -a -i "$T/large" -- s3put --spool "$T/spool" --memory 1MiB --size 64MiB "s3://lake/!{timestamp:'sp'}/"
ok 'the object is whole, too' sh -c 'cmp "$1"/lake/sp/* "$2"' - "$objects" "$T/large"
ok 'the spool is empty again' test -z "$(ls "$T/spool")"
check 'from a spool, compressed' -a -i "$T/large" -- s3put --spool "$T/spool" --memory 1MiB --size 64MiB --compress gzip "s3://lake/!{timestamp:'sg'}/"
ok 'is read back' sh -c 'gzip -dc "$1"/lake/sg/* | cmp - "$2"' - "$objects" "$T/large"

# --one
fault_rules </dev/null
check '--one, small: a single PUT' -i "$T/rows" -m '^\{"bucket":"lake","key":"one","bytes":[0-9]+,"etag":"[0-9a-f]+","checksum":"crc32:' -- s3put --one s3://lake/one
ok 'the bytes' cmp "$objects/lake/one" "$T/rows"
ok 'is a single PUT' test "$(fault_count UploadPart) $(fault_count PutObject)" = '0 1'
check '--one, large: in parts' -a -i "$T/large" -- s3put --one s3://lake/two
ok 'the bytes, too' cmp "$objects/lake/two" "$T/large"
ok 'of 5 MiB' test "$(fault_count UploadPart)" = $((($(wc -c <"$T/large") + 5242879) / 5242880))
check '--one from a pipe, compressed' -a -- sh -c 'cat "$1" | s3put --one --compress gzip s3://lake/three.gz' - "$T/large"
ok 'is read back, too' sh -c 'gzip -dc "$1/lake/three.gz" | cmp - "$2"' - "$objects" "$T/large"
check '--one, empty' -a -- s3put --one s3://lake/none
ok 'is an empty object' test -e "$objects/lake/none" -a ! -s "$objects/lake/none"
fault_rules <<'END'
UploadPart 1x fake
UploadPart error 403 AccessDenied No more.
END
check '--one that fails halfway' -s 1 -i "$T/large" -E '^s3put: s3://lake/four: UploadPart: AccessDenied: No more. \(HTTP 403, request .*\)$' -- s3put --one s3://lake/four
ok 'is aborted' test "$(fault_count AbortMultipartUpload)" = 1

# An input that is longer than what was read when it failed
fault_rules <<'END'
PutObject 2x fake
PutObject error 403 AccessDenied no
END
check 'a failure ends the reading' -s 1 -a -i "$T/large" \
    -E '^s3put: reading stopped after line [0-9]+; the lines after it have to be fed in again as well$' -- \
    s3put --size 100k --rejects "$T/rejects" s3://lake/p/
stopped=$(sed -n 's/.*: reading stopped after line \([0-9]*\);.*/\1/p' "$T/err")
everything() {
    { find "$objects/lake/p" -type f -exec cat {} +; cat "$T/rejects"; tail -n "+$((stopped + 1))" "$T/large"; } | sort | cmp - "$T/large.sorted"
}
sort "$T/large" >"$T/large.sorted"
ok 'every row is somewhere, once' everything

# SIGTERM: rows already read are delivered
fault_rules </dev/null
mkfifo "$T/pipe"
s3put --grace 2m "s3://lake/!{timestamp:'term'}/" <"$T/pipe" >"$T/out" 2>"$T/err" &
pid=$!
exec 9>"$T/pipe"
cat "$T/rows" >&9
drained 9
kill -TERM $pid
wait $pid
status=$?
exec 9>&-
ok 'SIGTERM ends it well' test $status = 0
ok 'with a receipt' grep -q '"records":300' "$T/out"
ok 'and everything delivered' sh -c 'cat "$1"/lake/term/* | cmp - "$2"' - "$objects" "$T/rows"
fault_rules <<'END'
PutObject after 300 fake
END
s3put --grace 2m "s3://lake/!{timestamp:'quit'}/" <"$T/pipe" >"$T/out" 2>"$T/err" &
pid=$!
exec 9>"$T/pipe"
head -n 5 "$T/rows" >&9
printf '{"half":' >&9
drained 9
kill -TERM $pid
wait $pid
status=$?
exec 9>&-
ok 'half a line at SIGTERM is reported' grep -q 's3put: line 6: interrupted in the middle of the line' "$T/err"
ok 'and is no success' test $status = 1
ok 'the rows before it are there' grep -q '"records":5' "$T/out"
plan
