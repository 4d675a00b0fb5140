#!/bin/sh
# cdcxform --match: event patterns on the command line and in files, --no-match, --explain, messages for invalid ones.
. "$(dirname "$0")/lib.sh"
# change OP ID STATUS TOTAL [OLD]: a change line.
change() {
    printf '{"eventID":"%s-%s","eventName":"%s","tableName":"sales","dynamodb":{"ApproximateCreationDateTime":1795759200000,"Keys":{"order_id":{"S":"%s"}}' "$2" "$3" "$1" "$2"
    [ "$1" = REMOVE ] || printf ',"NewImage":{"order_id":{"S":"%s"},"status":{"S":"%s"},"total":{"N":"%s"}}' "$2" "$3" "$4"
    [ "$1" = INSERT ] || printf ',"OldImage":{"order_id":{"S":"%s"},"status":{"S":"%s"},"total":{"N":"%s"}}' "$2" "${5:-PLACED}" "$4"
    printf ',"SizeBytes":40}}\n'
}
{
    change INSERT o-1 PLACED 92.01
    change MODIFY o-1 PAID 92.01
    change INSERT o-2 PLACED 12345678901234567890.01
    change REMOVE o-1 GONE 1
} >"$T/in"
paid='{"eventName":["MODIFY"],"dynamodb":{"NewImage":{"status":{"S":["PAID"]}}}}'
dear='{"dynamodb":{"NewImage":{"total":{"N":[{"numeric":[">",12345678901234567890]}]}}}}'
printf '%s\n' "$paid" >"$T/paid.json"
x='cdcxform --fields order_id,status --meta op'
by_id() { printf -- '--match {"dynamodb":{"Keys":{"order_id":{"S":[%s]}}}} ' "$1"; }
many=$(i=0; while [ "$i" -lt 60 ]; do by_id "{\"prefix\":\"x-$i\"},{\"suffix\":\"x$i\"}"; i=$((i + 1)); done; by_id '{"prefix":"o-2"}')

# What leads into images and eventName alone is not looked for in the text: the same pattern with a field that
# always matches is, and has to take the same records.
{
    bfgen -n 400 -o cdc --seed 3
    for image in '"Keys":{"id":{"S":"k"}}' '"NewImage":{"st\u0061tus":{"S":"P\u0041ID"},"":{"N":"1"}}' '"OldImage":{}' '"NewImage":{"status":{"L":[{"S":"PAID"},{"M":{"status":{"S":"x"}}}]}}'; do
        printf '{"awsRegion":"us-east-1","eventName":"MODIFY","dynamodb":{%s}}\n' "$image"
    done
    printf '{"dynamodb":{},"eventName":"\\u0049NSERT","awsRegion":"us-east-1"}\n'
} >"$T/all" 2>"$T/gen.err"
while read -r pattern; do
    cdcxform --image keys --no-match --match "${pattern%\}},\"awsRegion\":[\"us-east-1\"]}" "$T/all" >"$T/want" 2>"$T/want.err"
    cdcxform --image keys --no-match --match "$pattern" "$T/all" >"$T/got" 2>"$T/got.err"
    ok "with and without the text: $pattern" cmp "$T/want" "$T/got"
    ok "and it says the same" cmp "$T/want.err" "$T/got.err"
done <<'END'
{"eventName":["INSERT"]}
{"eventName":[{"anything-but":"INSERT"}]}
{"eventName":[{"exists":true}]}
{"eventName":[{"exists":false}]}
{"eventName":{"NewImage":{"status":{"S":["PAID"]}}}}
{"eventName":["MODIFY"],"dynamodb":{"NewImage":{"status":{"S":["PAID","SHIPPED"]}}}}
{"dynamodb":{"NewImage":{"status":{"S":[{"anything-but":"PAID"}]}}}}
{"dynamodb":{"NewImage":{"status":{"S":[{"exists":false}]}}}}
{"dynamodb":{"OldImage":{"status":{"S":[{"exists":false}]}},"NewImage":{"total":{"N":[{"numeric":[">",100]}]}}}}
{"dynamodb":{"NewImage":{"tags":{"L":{"S":["gift"]}}}}}
{"dynamodb":{"NewImage":{"status":{"L":{"S":["PAID"],"M":{"status":{"S":["x"]}}}}}}}
{"dynamodb":{"NewImage":{"payment":{"M":{"method":{"S":["card"]},"captured":{"BOOL":[true]}}}}}}
{"dynamodb":{"NewImage":[{"exists":true}]}}
{"dynamodb":[{"exists":false}]}
{"dynamodb":{"NewImage":{"":{"N":[1]}}}}
{"dynamodb":{"Keys":{"order_id":{"S":[{"suffix":"7"}]}}}}
{"$or":[{"eventName":["REMOVE"]},{"dynamodb":{"NewImage":{"quantity":{"N":[1]}}}}]}
END
check "they match some and not all" -o yes -- sh -c 'test -s "$0" && ! cmp -s "$0" "$1" && echo yes' "$T/want" "$T/all"

# shellcheck disable=SC2086
{
check "a literal" -i "$T/in" -o '{"order_id":"o-1","status":"PAID","_op":"MODIFY"}' -- $x --match "$paid"
check "a file" -i "$T/in" -o '{"order_id":"o-1","status":"PAID","_op":"MODIFY"}' -- $x --match "$T/paid.json"
check "any of several; numbers exactly" -i "$T/in" -o '{"order_id":"o-1","status":"PAID","_op":"MODIFY"}
{"order_id":"o-2","status":"PLACED","_op":"INSERT"}' -- $x --match "$T/paid.json" --match "$dear"
check "--no-match" -i "$T/in" -o '{"order_id":"o-1","status":"PLACED","_op":"INSERT"}
{"order_id":"o-1","_op":"REMOVE"}' -- $x --no-match --match "$T/paid.json" --match "$dear"
check "one of many" -i "$T/in" -o '{"order_id":"o-2","status":"PLACED","_op":"INSERT"}' -- $x $many
check "none of many" -i "$T/in" -o '{"order_id":"o-1","status":"PLACED","_op":"INSERT"}
{"order_id":"o-1","status":"PAID","_op":"MODIFY"}
{"order_id":"o-1","_op":"REMOVE"}' -- $x --no-match $many
check "--explain: each record, each pattern" -i "$T/in" -o '{"order_id":"o-1","status":"PAID","_op":"MODIFY"}' -e 'cdcxform: line 1: no match: --match: eventName is "INSERT"; dynamodb.NewImage.status.S is "PLACED"
cdcxform: line 2: match: --match: all fields
cdcxform: line 3: no match: --match: eventName is "INSERT"; dynamodb.NewImage.status.S is "PLACED"
cdcxform: line 4: no match: --match: eventName is "REMOVE"; dynamodb.NewImage.status.S is not there' -- $x --explain --match "$paid"
check "--explain with threads keeps the order" -i "$T/in" -a -e "$(cat "$T/err")" -- $x -j 4 --explain --match "$paid"
check "on several threads" -i "$T/in" -o '{"order_id":"o-1","status":"PAID","_op":"MODIFY"}' -- $x -j 3 --match "$paid"
check "with --ops" -i "$T/in" -o '{"order_id":"o-1","_op":"REMOVE"}' -- $x --ops remove --match '{"tableName":["sales"]}'
}
{ cat "$T/in"; echo '{"eventName":'; } >"$T/bad"
check "a bad line is refused whatever the pattern" -s 1 -i "$T/bad" -e 'cdcxform: line 5: byte 14: unexpected end
cdcxform: 1 line rejected' -- cdcxform --match '{"eventName":["NEVER"]}'
mark='{"bfpipe.mark":{"stream":"orders","shard":"shardId-000000000000","sequence":"49"}}'
echo "$mark" >"$T/mark"
check "marks pass" -i "$T/mark" -o "$mark" -- cdcxform --match '{"eventName":["NEVER"]}'
printf '{"Records":[%s,%s]}\n' "$(sed -n 1p "$T/in")" "$(sed -n 2p "$T/in")" >"$T/capture"
check "records of a capture" -i "$T/capture" -o '{"order_id":"o-1","status":"PAID","total":92.01}' -- cdcxform --no-meta --match "$paid"

check "what is wrong, and where" -s 2 -e 'cdcxform: --match: line 1, column 13: Event pattern is not valid. Reason: Unrecognized match type prefx' -- cdcxform --match '{"source":[{"prefx":"x"}]}'
printf '{"eventName":\n  "INSERT"}\n' >"$T/wrong.json"
check "in a file, the second of two" -s 2 -e "cdcxform: $T/wrong.json: line 2, column 3: Event pattern is not valid. Reason: \"eventName\" must be an object or an array" -- cdcxform --match "$paid" --match "$T/wrong.json"
check "a file that is not there" -s 1 -E 'cdcxform: .*/none.json: No such file' -- cdcxform --match "$T/none.json"
check "an empty pattern" -s 2 -E 'cdcxform: --match: line 1, column 1: Event pattern is not valid' -- cdcxform --match ''
check "--no-match alone" -s 2 -e 'cdcxform: --no-match wants --match' -- cdcxform --no-match
check "--explain alone" -s 2 -e 'cdcxform: --explain wants --match' -- cdcxform --explain
check "--check: nothing wrong, no input read" -i "$T/bad" -- cdcxform --check --match "$T/paid.json"
check "--check: a wrong pattern" -s 2 -E 'Event pattern is not valid' -- cdcxform --check --match "$T/wrong.json"
check "--check: a wrong field" -s 2 -E "field 'a' appears twice" -- cdcxform --check --fields a,a
check "--check: options that do not go together" -s 2 -e 'cdcxform: --partition-keys requires -o firehose' -- cdcxform --check --partition-keys a
check "--check leaves the rejects alone" -- sh -c "echo kept >'$T/rej'; cdcxform --check --rejects '$T/rej' && grep -q kept '$T/rej'"

# a path that no record has: a name misspelled, a type that it has not
check "a misspelled name lets nothing through: told with -q" -i "$T/in" -e 'cdcxform: --match: no record has dynamodb.NewImage.statsu.S; did you mean status?' -- \
    cdcxform -q --match '{"dynamodb":{"NewImage":{"statsu":{"S":["PAID"]}}}}'
check "--strict" -s 1 -i "$T/in" -e 'cdcxform: --match: no record has dynamodb.NewImage.total.S' -- cdcxform --strict -j 2 --match '{"dynamodb":{"NewImage":{"total":{"S":["1"]}}}}'
check "not of what is not to be there" -i "$T/in" -a -- cdcxform --strict --match '{"dynamodb":{"NewImage":{"nope":{"S":[{"exists":false}]}}}}'
check "nor when it was there in one" -i "$T/in" -- cdcxform --strict -j 2 --match '{"dynamodb":{"NewImage":{"status":{"S":["NEVER"]}}}}'
plan
