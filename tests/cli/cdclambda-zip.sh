#!/bin/sh
# The package that `make lambda.zip` builds: unpacked into a folder, as Lambda does, it runs with nothing but itself.
. "$(dirname "$0")/lib.sh"
. "$root/tests/fault/lib.sh"
. "$root/tests/lambda/lib.sh"

is() { # is NAME GOT WANTED
    if [ "$2" = "$3" ]; then pass "$1"; else fail "$1" "got:    $2" "wanted: $3"; fi
}
zip=$root/build/lambda-$(uname -m).zip
if [ ! -f "$zip" ]; then
    skip "the package" "make lambda.zip has not built $zip"
    plan
    exit
fi
mkdir "$T/task"
unzip -q "$zip" -d "$T/task"
printf 'fields = order_id\nno-meta\n' >"$T/task/transform.conf"
LAMBDA_TASK_ROOT=$T/task
export LAMBDA_TASK_ROOT
ok "bootstrap is static" sh -c 'file -L "$1" 2>/dev/null | grep -q "statically linked" || ! readelf -d "$1" 2>/dev/null | grep -q NEEDED' - "$T/task/bootstrap"
lines=$(bfgen -n 2 -o cdc --seed 1 2>/dev/null | head -n 2)
one=$(printf '%s' "$lines" | head -n 1 | base64 -w 0) two=$(printf '%s' "$lines" | tail -n 1 | base64 -w 0)
firehose="{\"records\":[{\"recordId\":\"1\",\"data\":\"$one\"},{\"recordId\":\"2\",\"data\":\"$two\"}]}"
want() { printf '{"records":[%s]}' "$1"; }
a='{"recordId":"1","result":"Ok","data":"eyJvcmRlcl9pZCI6Im8tMSJ9Cg=="}' b='{"recordId":"2","result":"Ok","data":"eyJvcmRlcl9pZCI6Im8tMiJ9Cg=="}'

lambda_begin
echo "$firehose" >"$L/events/1"
lambda_run env - AWS_LAMBDA_RUNTIME_API= LAMBDA_TASK_ROOT="$T/task" sh -c 'AWS_LAMBDA_RUNTIME_API=127.0.0.1:$(cat "$1/port") exec "$2/bootstrap"' - "$L" "$T/task"
is "Firehose" "$(cat "$L/answers/1" "$L/stderr")" "$(want "$a,$b")"

lambda_begin
echo "$firehose" >"$L/events/1"
BF_WHERE="order_id = 'o-2'" lambda_run "$T/task/bootstrap"
is "SQL, in the full program" "$(cat "$L/answers/1" "$L/stderr")" "$(want "{\"recordId\":\"1\",\"result\":\"Dropped\",\"data\":\"\"},$b")"

fault_start </dev/null
lambda_begin
echo "{\"Records\":[{\"kinesis\":{\"data\":\"$one\",\"sequenceNumber\":\"7\"},\"eventSourceARN\":\"arn:aws:kinesis:us-east-1:1:stream/orders\"}]}" >"$L/events/1"
BF_TO=s3://lake/ lambda_run "$T/task/bootstrap"
is "a destination, in the full program" "$(cat "$L/answers/1" "$L/stderr")" '{"batchItemFailures":[]}'
is "has its row" "$(cat "$FAULT_DIR"/objects/lake/*/*/*/*/orders-7.ndjson)" '{"order_id":"o-1"}'

arm=$root/build/lambda-arm64.zip
if [ "$(uname -m)" = x86_64 ] && [ -f "$arm" ] && command -v qemu-aarch64-static >/dev/null; then
    unzip -q "$arm" bootstrap -d "$T/arm"
    lambda_begin
    echo "$firehose" >"$L/events/1"
    lambda_run qemu-aarch64-static "$T/arm/bootstrap"
    is "the package for arm64" "$(cat "$L/answers/1" "$L/stderr")" "$(want "$a,$b")"
else
    skip "the package for arm64" "it takes $arm and qemu-aarch64-static"
fi

rm -r "$T/task/lib"
lambda_begin
BF_TO=s3://lake/ lambda_run "$T/task/bootstrap"
is "without it: an error of initialisation" "$(tail -n 1 "$L/init" | jq -r .errorMessage)" "this package has no SQL and no destinations: $T/task/lib/ld.so: No such file or directory"
plan
