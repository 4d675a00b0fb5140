#!/bin/sh
# kinread and kinput: each example of their manuals runs, with a service that has three change lines. Examples that
# follow a stream are stopped at its end.
. "$(dirname "$0")/lib.sh"
. "$root/tests/fault/lib.sh"

fault_start </dev/null
for i in 1 2 3; do
    printf '{"eventID":"%s","eventName":"INSERT","dynamodb":{"ApproximateCreationDateTime":1764309600,"Keys":{"order_id":{"S":"o-%s"}},"NewImage":{"order_id":{"S":"o-%s"}},"SequenceNumber":"49590338271490256608559692538361571095921575989136588%s"}}\n' $i $i $i $((897 + i))
done >"$FAULT_DIR/records"
cd "$T" || exit 1
mkdir lake
printf '{"order_id":"o-9"}\n' >rejects.ndjson

# examples PAGE: the commands
examples() {
    sed -n 's/^\.Dl \$ //p' "$root/man/$1" | sed 's/\\e/\\/g; s/kinread dynamodb/kinread -e dynamodb/'
}
examples kinread.1 >"$T/read"
examples kinput.1 >"$T/put"
ok 'five examples of kinread' test "$(wc -l <"$T/read")" = 5
ok 'four of kinput' test "$(wc -l <"$T/put")" = 4
while IFS= read -r line; do
    : >"$FAULT_DIR/accepted"
    check "$line" -a -- sh -c "$line"
    case $line in
    *'| kinput'* | kinput*) ok 'puts records' test -s "$FAULT_DIR/accepted" ;;
    *s3put*) ok 'delivers an object' sh -c 'find "$1/objects" -type f | grep -q orders/' - "$FAULT_DIR" ;;
    *) ok 'prints three' test "$(grep -c 'o-[123]' "$T/out")" = 3 ;;
    esac
done <<END
$(cat "$T/read" "$T/put")
END
plan
