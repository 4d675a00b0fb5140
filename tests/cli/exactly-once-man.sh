#!/bin/sh
# The steps of EXACTLY ONCE in bfpipe(7), as printed there, under bflocal: each change is in the objects once, even
# if the steps are repeated.
. "$(dirname "$0")/lib.sh"
cd "$T" || exit 1

# Each "$ command" of the section, with the lines that continue it.
awk '
    /^\.Sh/ { section = /EXACTLY ONCE/ }
    /^\.Bd -literal/ { on = section; next }
    /^\.Ed/ { on = 0 }
    on { sub(/^[$>] */, ""); print }
' "$root/man/bfpipe.7" >steps
# bflocal has made the stream and the bucket.
grep '^aws ' steps >made
grep -v '^aws ' steps >run
ok 'the stream and the bucket are made first' test "$(wc -l <made)" = 3
sed '1,/^mkdir/d' run >again

cat >both.sh <<'END'
set -e
ddbput --create order_id:S sales </dev/null
head -n 1 run >connect
sh connect
bfgen -n 100 | ddbput sales
sed 1d run >first
sh first >receipts
bfgen -n 50 --seed 2 | ddbput sales
sh again >>receipts
sh again >>receipts
kinread -e orders | wc -l >changes
jq -r .key receipts | while read -r key; do
    curl -sS --fail --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" --aws-sigv4 "aws:amz:$AWS_REGION:s3" \
        -H 'x-amz-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' \
        "$AWS_ENDPOINT_URL/lake/$key"
done >rows
jq -r ._event_id rows | sort >ids
END
check 'the steps run, and run again' -- bflocal --stream orders:2 --bucket lake sh both.sh
ok 'every change is in an object' test "$(wc -l <rows)" = "$(tr -d ' ' <changes)"
ok 'none is there twice' test "$(uniq ids | wc -l)" = "$(wc -l <ids)"
ok 'nothing was rejected' sh -c 'cat bad-* 2>/dev/null | wc -c | grep -qx 0'
plan
