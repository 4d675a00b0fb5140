#!/bin/sh
# cdcxform --dedupe, --changed-only, --fold.
. "$(dirname "$0")/lib.sh"
# change OP EVENTID ORDER NEW OLD: a change line; empty NEW or OLD leaves the image out.
change() {
    printf '{%s"eventName":"%s","tableName":"sales","dynamodb":{"ApproximateCreationDateTime":1795759200000,"Keys":{"id":{"S":"%s"}}' "${2:+\"eventID\":\"$2\",}" "$1" "$3"
    [ -z "$4" ] || printf ',"NewImage":{"id":{"S":"%s"}%s}' "$3" "$4"
    [ -z "$5" ] || printf ',"OldImage":{"id":{"S":"%s"}%s}' "$3" "$5"
    printf '%s}}\n' "${seq:+,\"SequenceNumber\":\"$seq\"}"
}
ids='cdcxform --no-meta --fields id'
long=$(printf '%0100d' 7)
{ for e in a b a c a d b "$long" "$long"; do change INSERT "$e" "i-$e" ',"n":{"N":"1"}' ''; done; } >"$T/ids"
# shellcheck disable=SC2086
{
check "--dedupe" -i "$T/ids" -o "{\"id\":\"i-a\"}
{\"id\":\"i-b\"}
{\"id\":\"i-c\"}
{\"id\":\"i-d\"}
{\"id\":\"i-$long\"}" -- $ids --dedupe
cp "$T/out" "$T/once"
check "--dedupe on threads" -i "$T/ids" -O "$T/once" -- $ids -j 4 --dedupe
check "--dedupe=2: only the last two are known" -i "$T/ids" -o "{\"id\":\"i-a\"}
{\"id\":\"i-b\"}
{\"id\":\"i-c\"}
{\"id\":\"i-a\"}
{\"id\":\"i-d\"}
{\"id\":\"i-b\"}
{\"id\":\"i-$long\"}" -- $ids --dedupe=2
{
    seq=1 change INSERT '' s1 ',"n":{"N":"1"}' ''
    seq=2 change INSERT '' s2 ',"n":{"N":"1"}' ''
    seq=1 change INSERT '' s1 ',"n":{"N":"1"}' ''
    seq=1 change INSERT 1 e1 ',"n":{"N":"1"}' ''
    seq='' change INSERT '' none ',"n":{"N":"1"}' ''
    seq='' change INSERT '' none ',"n":{"N":"1"}' ''
} >"$T/seqs"
check "the sequence number where there is no eventID; neither passes" -i "$T/seqs" -o '{"id":"s1"}
{"id":"s2"}
{"id":"e1"}
{"id":"none"}
{"id":"none"}' -- $ids --dedupe
}
for n in 0 x 50000001 -1; do
    check "--dedupe=$n is refused" -s 2 -E "option '--dedupe'" -- cdcxform --dedupe=$n
done
bfgen -n 3000 -o cdc --seed 3 2>/dev/null >"$T/gen"
cat "$T/gen" "$T/gen" >"$T/twice"
cdcxform "$T/gen" >"$T/once"
printf '{"eventID":"","eventName":"INSERT","dynamodb":{"NewImage":{"n":{"N":"%d"}}}}\n' 1 2 >"$T/empty"
check "--dedupe: an empty eventID tells nothing" -i "$T/empty" -o '{"n":1}
{"n":2}' -- cdcxform --no-meta --dedupe
check "a stream read twice" -i "$T/twice" -O "$T/once" -- cdcxform --dedupe

{
    change MODIFY 1 same ',"a":{"S":"x"},"n":{"N":"1.0"},"m":{"M":{"k":{"S":"v"}}}' ',"n":{"N":"1"},"m":{"M": {"k" :{"S":"v"}}},"a":{"S":"\u0078"}'
    change MODIFY 2 a ',"a":{"S":"x"},"b":{"S":"1"}' ',"a":{"S":"y"},"b":{"S":"1"}'
    change MODIFY 3 b ',"a":{"S":"x"},"b":{"S":"1"}' ',"a":{"S":"x"},"b":{"S":"2"}'
    change MODIFY 4 new ',"a":{"S":"x"},"b":{"S":"1"}' ',"b":{"S":"1"}'
    change MODIFY 5 type ',"a":{"N":"1"}' ',"a":{"S":"1"}'
    change MODIFY 6 deep ',"m":{"M":{"a":{"N":"1"},"b":{"N":"1"}}}' ',"m":{"M":{"a":{"N":"1"},"b":{"N":"2"}}}'
    change INSERT 7 ins ',"a":{"S":"x"}' ''
    change REMOVE 8 rem '' ',"a":{"S":"x"}'
} >"$T/mod"
check "--changed-only" -i "$T/mod" -o '{"id":"a"}
{"id":"b"}
{"id":"new"}
{"id":"type"}
{"id":"deep"}
{"id":"ins"}
{"id":"rem"}' -- sh -c 'cdcxform --no-meta --changed-only | jq -c "{id}"'
check "of the selected fields" -i "$T/mod" -o 'id,a,m.a
a,x,
new,x,
type,1,
ins,x,
rem,,' -e 'cdcxform: no record has an attribute m.a' -- cdcxform -o csv --no-meta --changed-only --fields id,a,m.a
check "old.NAME is about NAME" -i "$T/mod" -o '{"id":"b","old.b":"2"}' -- sh -c 'cdcxform --no-meta --ops modify --changed-only --fields id,old.b'
change MODIFY 1 x ',"a":{"S":"x"}' '' >"$T/keys"
check "without the old image it cannot be told" -s 1 -i "$T/keys" -e 'cdcxform: line 1: no OldImage, which --changed-only compares
cdcxform: 1 line rejected' -- cdcxform --changed-only

{
    change INSERT 1 k1 ',"v":{"N":"1"}' ''
    change INSERT 2 k2 ',"v":{"N":"1"}' ''
    change MODIFY 3 k1 ',"v":{"N":"2"}' ',"v":{"N":"1"}'
    change INSERT 4 k3 ',"v":{"N":"1"}' ''
    change REMOVE 5 k2 '' ',"v":{"N":"1"}'
    change REMOVE 6 k1 '' ',"v":{"N":"2"}'
    change INSERT 7 k1 ',"v":{"N":"12345"}' ''
    change REMOVE 8 never '' ',"v":{"N":"1"}'
} >"$T/fold"
check "--fold: the last state for each key" -i "$T/fold" -o '{"id":"k3","v":1}
{"id":"k1","v":12345}' -- cdcxform --no-meta --fold id
check "in CSV, with one header" -i "$T/fold" -o 'id,v,_op
k3,1,INSERT
k1,12345,INSERT' -- cdcxform -o csv --meta op --fold id -j 2
check "no input, CSV" -o 'id,_op,_ts' -- cdcxform -o csv --fields id --fold id
check "a key of two" -i "$T/fold" -o '{"id":"k1","v":1}
{"id":"k2","v":1}
{"id":"k1","v":2}
{"id":"k3","v":1}
{"id":"k1","v":12345}' -- cdcxform --no-meta --ops insert,modify --fold id,v
check "a key that is not there" -s 1 -i "$T/fold" -E "line 1: no attribute nope, which --fold wants as a key" -- cdcxform --fold nope
check "an empty key" -s 2 -E "an empty name in the key" -- cdcxform --fold id,
m() { printf '{"bfpipe.mark":{"stream":"s","shard":"%s","sequence":"%s"%s}}\n' "$1" "$2" "$3"; }
{ m 0 '' ',"start":true'; m 0 1 ''; head -n 2 "$T/fold"; m 0 2 ''; m 1 9 ''; } >"$T/marks"
check "marks wait until their rows are out" -i "$T/marks" -o "$(m 0 '' ',"start":true')
{\"id\":\"k1\",\"v\":1}
{\"id\":\"k2\",\"v\":1}
$(m 0 2 ',"more":true')
$(m 1 9 '')" -- cdcxform --no-meta --fold id
check "also with SQL over all changes" -i "$T/marks" -o "$(m 0 '' ',"start":true')
{\"n\":2}
$(m 0 2 ',"more":true')
$(m 1 9 '')" -- cdcxform --sql 'SELECT count(*) AS n FROM cdc'
check "too much for its memory" -s 1 -i "$T/gen" -E '^cdcxform: --fold holds [0-9]+ keys, more than its 0 MiB of memory; see --fold-memory' -- cdcxform --fold order_id --fold-memory 100k
check "not in Firehose's answers" -s 2 -E 'cdcxform: --fold .* have no end in Firehose' -- cdcxform -o firehose --fold id
if command -v python3 >/dev/null; then
    python3 -c '
import json, sys
state = {}
for line in sys.stdin:
    r = json.loads(line)
    key = r["dynamodb"]["Keys"]["order_id"]["S"]
    if r["eventName"] == "REMOVE": state.pop(key, None)
    else: state[key] = r["dynamodb"]["NewImage"]["status"]["S"]
for k, v in state.items(): print(json.dumps({"order_id": k, "status": v}, separators=(",", ":")))' <"$T/gen" >"$T/want"
    check "as Python folds 3000 changes" -i "$T/gen" -O "$T/want" -- cdcxform --no-meta --fields order_id,status --fold order_id
else
    skip "as Python folds 3000 changes" "python3 is not there"
fi
plan
