#!/bin/sh
# s3put against a real S3: what lands, byte for byte and row for row, and what a stranger is told.
. "$(dirname "$0")/lib.sh"
need_tools s3put bfgen
export TMPDIR="$T"
check 'a bucket' -m Location -- cli s3api create-bucket --bucket "$run"
bfgen -n 20000 --seed 7 -o items >"$T/rows"
wanted=$(query "$T" "select count(*) n, count(distinct order_id) ids, sum(total::decimal(18,2)) total from read_json('rows', format='newline_delimited')")

# reconcile PREFIX PATTERN: every row once, the sum to the cent
reconcile() {
    rm -rf "$T/got"
    fetch "s3://$run/$1" "$T/got" || return 1
    got=$(query "$T/got" "select count(*) n, count(distinct order_id) ids, sum(total::decimal(18,2)) total from read_json('$2', format='newline_delimited')")
    [ "$got" = "$wanted" ] || { echo "wanted: $wanted" "got: $got"; return 1; }
}

check 'objects by the hour' -i "$T/rows" -a -- s3put --size 1MiB "s3://$run/plain/"
cp "$T/out" "$T/receipts"
ok 'every row is there once' reconcile plain '**/bfpipe-*'
ok 'receipts count every row' jq -es 'map(.records) | add == 20000' "$T/receipts"
listed() {
    cli s3api list-objects-v2 --bucket "$run" --prefix plain/ | jq -r '.Contents[] | "\(.Key) \(.Size)"' | sort >"$T/listed"
    jq -r '"\(.key) \(.bytes)"' "$T/receipts" | sort | cmp - "$T/listed"
}
ok 'receipts name what is there' listed
etags() {
    cli s3api list-objects-v2 --bucket "$run" --prefix plain/ | jq -r '.Contents[].ETag | fromjson' | sort >"$T/etags"
    jq -r .etag "$T/receipts" | sort | cmp - "$T/etags"
}
ok 'with its ETags' etags

check 'Hive partitions, gzip' -i "$T/rows" -a -- s3put --hive dt,category --time-field ordered_at --compress gzip "s3://$run/hive"
ok 'every row is there once, unpacked' reconcile hive '**/*.gz'
check 'DuckDB sees the partitions' -m '^true$' -- query "$T/got" \
    "select bool_and(category = c and dt = d) ok from (select category, dt, regexp_extract(filename, 'category=([^/]*)', 1) c,
     strftime(ordered_at::timestamp, '%Y-%m-%d') d from read_json('**/*.gz', hive_partitioning = true, hive_types = {'dt': varchar}, filename = true, format = 'newline_delimited'))"
check 'zstd' -i "$T/rows" -a -- s3put --size 2MiB --compress zstd "s3://$run/zstd/"
ok 'every row is there once, from zstd' reconcile zstd '**/*.zst'

check 'one object in parts' -i "$T/rows" -a -- s3put --one "s3://$run/one"
ok 'is the input' sh -c 'cmp "$1" "$2"' - "$(cli s3 cp --quiet "s3://$run/one" "$T/one" && echo "$T/one")" "$T/rows"
cat "$T/rows" "$T/rows" "$T/rows" >"$T/three"
check 'a batch in parts' -i "$T/three" -a -- s3put --size 1GiB "s3://$run/parts/"
ok 'three times the rows' sh -c 'cmp "$1" "$2"' - "$(cli s3 cp --quiet "s3://$run/$(jq -r .key "$T/out")" "$T/back" && echo "$T/back")" "$T/three"
check 'a key with everything in it' -i "$T/rows" -a -- s3put --one "s3://$run/a b+c%2F&é/x?y=z#.json"
ok 'is found under that key' cli s3api head-object --bucket "$run" --key 'a b+c%2F&é/x?y=z#.json'

head -n 1000 "$T/rows" >"$T/few"
check 'an unknown bucket' -s 1 -i "$T/few" -e "s3put: s3://$run-nobody: there is no such bucket" -- s3put --rejects "$T/rejects" "s3://$run-nobody/"
ok 'nothing was read' test ! -s "$T/rejects"
check 'wrong credentials' -s 1 -i "$T/few" -E 'InvalidAccessKeyId|SignatureDoesNotMatch|UnrecognizedClient|AccessDenied' -- \
    env AWS_ACCESS_KEY_ID=NOBODY s3put --rejects "$T/rejects" "s3://$run/"
ok 'show before a row is read' test ! -s "$T/rejects"
printf 'a,b\n1,"x\ny"\n2,z\n3,"p\nq"\n' >"$T/quoted"
check 'CSV with newlines in its fields' -a -i "$T/quoted" -- s3put -f csv --size 8 "s3://$run/csv/"
fetch "s3://$run/csv/" "$T/csv"
check '  each object is a table' -m '^3$' -- query "$T/csv" "select count(*) n from read_csv('**/bfpipe-*', header = true) where a in (1, 2, 3) and b in ('z', E'x\ny', E'p\nq')"
printf '{"n":1,"c":".."}\n{"n":2,"c":"a"}\n' >"$T/climb"
check 'a key that S3 refuses' -s 1 -i "$T/climb" -m '"records":1,' -E "line 1: '..' in the object's key leads out" -- s3put "s3://$run/!{partitionKeyFromQuery:c}/../"
plan
