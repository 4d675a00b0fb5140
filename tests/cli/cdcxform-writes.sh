#!/bin/sh
# cdcxform -o writes: write lines that make another table equal.
. "$(dirname "$0")/lib.sh"
. "$root/tests/fault/lib.sh"

cat >"$T/in" <<'END'
{"eventName":"INSERT","dynamodb":{"Keys":{"id":{"S":"a"},"at":{"N":"1"}},"NewImage":{"id":{"S":"a"},"at":{"N":"1"},"n":{"N":"12345678901234567890123456789012345678"},"ns":{"NS":["1","-2.5"]},"ss":{"SS":["x","y"]},"bs":{"BS":["AAE="]},"b":{"B":"AAE="},"t":{"BOOL":true},"z":{"NULL":true},"m":{"M":{"l":{"L":[{"N":"1E-130"},{"B":"AA=="}]}}},"s":{"S":"5"},"e\"":{"S":"\u00e9\"\\"}}}}
{"eventName":"MODIFY","dynamodb":{"Keys":{"id":{"S":"a"},"at":{"N":"1"}},"NewImage":{"id":{"S":"a"}, "at":{"N":"1"}, "n":{"N":"2"}},"OldImage":{"id":{"S":"a"},"at":{"N":"1"}}}}
{"bfpipe.mark":{"stream":"s","shard":"x","sequence":"1"}}
{"eventName":"REMOVE","dynamodb":{"Keys":{"id":{"S":"a"},"at":{"N":"1"}},"OldImage":{"id":{"S":"a"},"at":{"N":"1"},"n":{"N":"2"}}}}
END
cat >"$T/want" <<'END'
{"put":{"id":{"S":"a"},"at":{"N":"1"},"n":{"N":"12345678901234567890123456789012345678"},"ns":{"NS":["1","-2.5"]},"ss":{"SS":["x","y"]},"bs":{"BS":["AAE="]},"b":{"B":"AAE="},"t":{"BOOL":true},"z":{"NULL":true},"m":{"M":{"l":{"L":[{"N":"1E-130"},{"B":"AA=="}]}}},"s":{"S":"5"},"e\"":{"S":"\u00e9\"\\"}}}
{"put":{"id":{"S":"a"},"at":{"N":"1"},"n":{"N":"2"}}}
{"bfpipe.mark":{"stream":"s","shard":"x","sequence":"1"}}
{"delete":{"id":{"S":"a"},"at":{"N":"1"}}}
END
check 'a put with its types, a delete of the key, marks between' -i "$T/in" -O "$T/want" -- cdcxform -o writes
check 'on two threads' -i "$T/in" -O "$T/want" -- cdcxform -o writes -j 2
check 'some changes' -i "$T/in" -o 1 -- sh -c 'cdcxform -o writes --ops REMOVE | grep -c delete'
check 'some attributes, the key among them' -i "$T/in" -o '{"put":{"id":{"S":"a"},"at":{"N":"1"},"n":{"N":"2"}}}
{"delete":{"id":{"S":"a"},"at":{"N":"1"}}}' -- sh -c 'cdcxform -o writes --fields id,at,n | sed "1d;/mark/d"'
check 'another name, for the key too' -i "$T/in" -o '{"put":{"pk":{"S":"a"},"at":{"N":"1"},"n":{"N":"2"}}}
{"delete":{"pk":{"S":"a"},"at":{"N":"1"}}}' -- sh -c 'cdcxform -o writes --rename id=pk | sed "1d;/mark/d"'
check 'a value of SQL goes into puts alone' -i "$T/in" -o '{"put":{"id":{"S":"a"},"at":{"N":"1"},"n":{"N":"2"},"of":{"S":"A"}}}
{"delete":{"id":{"S":"a"},"at":{"N":"1"}}}' -- sh -c "cdcxform -o writes --set \"of='A'\" | sed '1d;/mark/d'"
for with in '--select id' '--sql SELECT_1' '--fold id'; do
    # shellcheck disable=SC2086 # an option and its value
    check "no $with" -s 2 -i "$T/in" -E '^cdcxform: write lines are of one change each: no --(select|sql|fold)$' -- cdcxform -o writes $with
done
for image in old both keys; do
    check "no --image $image" -s 2 -i "$T/in" -e 'cdcxform: write lines put the new image: no other --image' -- cdcxform -o writes --image $image
done
echo '{"eventName":"MODIFY","dynamodb":{"Keys":{"id":{"S":"a"}}}}' >"$T/keys"
check 'a stream of keys' -s 1 -i "$T/keys" -e 'cdcxform: line 1: MODIFY without NewImage: does the stream carry it?
cdcxform: 1 line rejected' -- cdcxform -o writes

# ddbput accepts them.
fault_start <<'END'
DescribeTable ok {"Table":{"TableName":"sales","TableStatus":"ACTIVE","KeySchema":[{"AttributeName":"id","KeyType":"HASH"},{"AttributeName":"at","KeyType":"RANGE"}],"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"},{"AttributeName":"at","AttributeType":"N"}]}}
END
check 'into ddbput' -E 'line 3: marks are skipped' -- sh -c 'cdcxform -o writes "$1" | ddbput sales' - "$T/in"
check 'as they are' -o same -- sh -c "grep -v mark \"\$1\" | jq -cS . >\"\$1.1\"; jq -cS . \"\$2\" | cmp - \"\$1.1\" && echo same" - \
    "$T/want" "$FAULT_DIR/accepted"
plan
