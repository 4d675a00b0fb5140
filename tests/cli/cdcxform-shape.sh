#!/bin/sh
# cdcxform: --rename, --drop, --hash, --flatten, --types, alone and after SQL.
. "$(dirname "$0")/lib.sh"

change() { # change OP ATTRIBUTES
    printf '{"eventName":"%s","dynamodb":{"Keys":{"id":{"S":"o-1"}},"NewImage":{"id":{"S":"o-1"}%s},"OldImage":{"id":{"S":"o-1"}%s}}}\n' "$1" "$2" "$2"
}
change MODIFY ',"email":{"S":"a@x.com"},"total":{"N":"92.1"},"pay":{"M":{"method":{"S":"card"},"card":{"M":{"last4":{"S":"42\u00e9"},"none":{"M":{}}}}}},"l":{"L":[{"M":{"a":{"N":"1"}}}]}' >"$T/in"
x="cdcxform --no-meta"
printf 'sixteen bytes and more\n' >"$T/key"
hex=$(printf 'a@x.com' | openssl dgst -sha256 -hmac 'sixteen bytes and more' | sed 's/.*= *//')

check "--rename, --drop" -i "$T/in" -o '{"order":"o-1","total":92.1,"payment":{"method":"card","card":{"last4":"42\u00e9","none":{}}}}' \
    -- $x --rename 'id=order,pay=payment' --drop email --drop l
check "--rename: --fields and both images see the new name" -i "$T/in" -o '{"sum":92.1,"old.sum":92.1}' -- $x --rename total=sum --fields sum,old.sum
check "--flatten" -i "$T/in" -o '{"id":"o-1","total":92.1,"pay_method":"card","pay_card_last4":"42\u00e9","pay_card_none":{}}' -- $x --flatten --drop email,l
check "--flatten: names of the new columns" -i "$T/in" -o '{"pay_method":"card","last4":"42\u00e9"}' -- $x --flatten --rename pay_card_last4=last4 --fields pay_method,last4
check "--hash: HMAC-SHA-256, as openssl has it, in every image" -i "$T/in" -o "{\"email\":\"$hex\",\"old.email\":\"$hex\"}" \
    -- $x --hash email --hash-key "$T/key" --fields email,old.email
check "--hash after --select" -i "$T/in" -o "{\"email\":\"$hex\",\"old.email\":\"$hex\",\"d\":\"x.com\"}" \
    -- $x --hash email --hash-key "$T/key" --select "email, old.email, substr(email, instr(email,'@')+1) AS d"
check "--hash of a map and a number; ddb-json" -i "$T/in" -m '^\{"Item":\{"id":\{"S":"o-1"\},"total":\{"S":"[0-9a-f]{64}"\},"pay":\{"S":"[0-9a-f]{64}"\}\}\}$' \
    -- $x -o ddb-json --hash total,pay --hash-key "$T/key" --drop email,l
check "--set and --rename" -i "$T/in" -o '{"id":"o-1","gross":110}' -- $x --set 'g=round(total*1.19)' --rename g=gross --drop email,total,pay,l
check "-j 2" -i "$T/in" -o '{"order":"o-1"}' -e 'cdcxform: no record has an attribute nope' -- $x -j 2 --rename id=order,nope=x --fields order

check "--fold of rows in another shape" -i "$T/in" -o 'order
o-1' -- $x -o csv --fold id --rename id=order --fields order
check "--changed-only beside --fields knows no new names" -s 2 -E 'compares the original records' -- $x --changed-only --rename id=order --fields order

# types
cat >"$T/types" <<'END'
# for Athena
n decimal(6,2)
i integer
b boolean
d date
t  timestamp
s string
END
change INSERT ',"n":{"N":"92.1"},"i":{"S":"0012"},"b":{"N":"1"},"d":{"N":"1795759200"},"t":{"S":"2026-11-27T06:30:00+01:00"},"s":{"N":"1.50"}' >"$T/t"
check "--types" -i "$T/t" -o '{"id":"o-1","n":92.10,"i":12,"b":true,"d":"2026-11-27","t":"2026-11-27 05:30:00.000","s":"1.50"}' -- $x --types "$T/types"
change INSERT ',"n":{"N":"-9999.99"},"i":{"N":"-1E2"},"b":{"BOOL":false},"d":{"S":"2026-11-27"},"t":{"N":"1795759200123"},"s":{"L":[{"N":"1"}]}' >"$T/t"
check "--types: more of them" -i "$T/t" -o '{"id":"o-1","n":-9999.99,"i":-100,"b":false,"d":"2026-11-27","t":"2026-11-27 06:00:00.123","s":"[1]"}' -- $x --types "$T/types"
change INSERT ',"n":{"NULL":true}' >"$T/t"
check "--types: NULL and what is not there" -i "$T/t" -o '{"id":"o-1","n":null}' -E 'no record has an attribute i$' -- $x --types "$T/types"
# refuses ATTRIBUTE VALUE TYPE NAME
refuses() {
    change INSERT ",$1" >"$T/t"
    rm -f "$T/rej"
    check "--types refuses $1 as $3" -s 1 -i "$T/t" -E "^cdcxform: line 1: attribute $4: $2 is no $(echo "$3" | sed 's/[()]/\\&/g')$" -- $x --types "$T/types" --rejects "$T/rej"
    ok "and keeps it whole" cmp "$T/t" "$T/rej"
}
refuses '"n":{"N":"10000"}' "N value '10000'" 'decimal(6,2)' n
refuses '"n":{"N":"0.001"}' "N value '0.001'" 'decimal(6,2)' n
refuses '"i":{"N":"1.5"}' "N value '1.5'" integer i
refuses '"b":{"S":"yes"}' "S value 'yes'" boolean b
refuses '"d":{"S":"27.11.2026"}' "S value '27.11.2026'" date d
refuses '"d":{"S":"2026-02-29"}' "S value '2026-02-29'" date d
refuses '"t":{"BOOL":true}' "BOOL value 'true'" timestamp t
refuses '"t":{"S":"9999-12-31T23:59:59-14:00"}' "S value '9999-12-31T23:59:59-14:00'" timestamp t
refuses '"t":{"S":"@1795759200"}' "S value '@1795759200'" timestamp t
refuses '"t":{"S":"2026-11-27T06:30:00.1234567891Z"}' "S value '2026-11-27T06:30:00.1234567891Z'" timestamp t
refuses '"t":{"N":"-1"}' "N value '-1'" timestamp t
printf 'i INT\nn BigInt\ns Decimal(38, 36)\n' >"$T/types"
change INSERT ',"i":{"N":"-2147483648"},"n":{"N":"9223372036854775807"},"s":{"S":"92.1"}' >"$T/t"
check "--types: Athena's words, in any case" -i "$T/t" -o '{"id":"o-1","i":-2147483648,"n":9223372036854775807,"s":92.100000000000000000000000000000000000}' -- $x --types "$T/types"
refuses '"i":{"N":"2147483648"}' "N value '2147483648'" INT i
refuses '"n":{"N":"-9223372036854775809"}' "N value '-9223372036854775809'" BigInt n
refuses '"s":{"N":"100"}' "N value '100'" 'Decimal(38, 36)' s
printf 't timestamp\nd date\n' >"$T/types"
change INSERT ',"t":{"S":"2026-11-27T06:30:00.123456Z"},"d":{"N":"0"}' >"$T/t"
check "--types: no digit of a time is lost" -i "$T/t" -o '{"id":"o-1","t":"2026-11-27 06:30:00.123456","d":"1970-01-01"}' -- $x --types "$T/types"
change INSERT ',"t":{"N":"1795759200.123450"},"d":{"S":"2024-02-29T23:30:00-01:00"}' >"$T/t"
check "--types: nor of a number of seconds" -i "$T/t" -o '{"id":"o-1","t":"2026-11-27 06:00:00.12345","d":"2024-03-01"}' -- $x --types "$T/types"

# additional types of Parquet
printf 'n smallint\nd double\nj json\nl array<string>\nm map<string,string>\n`s` struct<a:int>\nb binary not null\n' >"$T/types"
change INSERT ',"n":{"S":"-32768"},"d":{"N":"1e2"},"j":{"L":[]},"l":{"SS":["x"]},"m":{"M":{"k":{"S":"v"}}},"s":{"M":{"a":{"N":"1"}}},"b":{"B":"AQ=="}' >"$T/t"
check "--types: nested, and numbers of other sizes" -i "$T/t" -o '{"id":"o-1","n":-32768,"d":100,"j":[],"l":["x"],"m":{"k":"v"},"s":{"a":1},"b":"AQ=="}' -- $x --types "$T/types"
refuses '"n":{"N":"32768"}' "N value '32768'" smallint n
refuses '"l":{"S":"x"}' "S value 'x'" 'array<string>' l
refuses '"m":{"L":[]}' "L value '\[]'" 'map<string,string>' m
refuses '"b":{"S":"x"}' "S value 'x'" 'binary not null' b
change INSERT ',"b":{"NULL":true}' >"$T/t"
check "--types: not null" -s 1 -i "$T/t" -E '^cdcxform: line 1: attribute b is NULL, which its type does not take$' -- $x --types "$T/types"
printf 't timestamp\nd date\n' >"$T/types"

# a number of seconds, milliseconds or microseconds may have a fraction, too
fraction() {
    change INSERT ",\"t\":{\"N\":\"$1\"}" >"$T/t"
    check "--types: $1 as a timestamp" -i "$T/t" -o "{\"t\":\"2016-12-02 01:27:00.$2\"}" -- $x --types "$T/types" --fields t -q
}
fraction 1480642020.1234567 1234567
fraction 1480642020.123456789 123456789
fraction 1.48064202005E9 050
fraction 1480642020123.5 1235
fraction 1480642020123456.78 12345678
refuses '"t":{"N":"1480642020.1234567891"}' "N value '1480642020.1234567891'" timestamp t
refuses '"t":{"N":"1480642020123.4567891"}' "N value '1480642020123.4567891'" timestamp t

# errors
printf '{"eventName":"INSERT","dynamodb":{"NewImage":{"a_b":{"N":"1"},"a":{"M":{"\\u0062":{"N":"2"}}},"\\u0063":{"N":"3"},"d":{"N":"4"}}}}\n' >"$T/esc"
check "--flatten: one name, written in two ways" -s 1 -i "$T/esc" -E '^cdcxform: line 1: two attributes would be called a_.u0062$' -- $x --flatten
check "--rename: one name, written in two ways" -s 1 -i "$T/esc" -E '^cdcxform: line 1: two attributes would be called c$' -- $x --rename d=c
many=$(i=0; while [ $i -lt 100 ]; do printf ',"n_%d":{"N":"%d"}' $i $i; i=$((i + 1)); done)
change INSERT "$many"',"n":{"M":{"100":{"N":"1"}}}' >"$T/many"
check "--flatten: many names" -i "$T/many" -m '^\{"id":"o-1",.*"n_99":99,"n_100":1\}$' -- $x --flatten
change INSERT "$many"',"n":{"M":{"57":{"N":"1"}}}' >"$T/many"
check "--flatten: many names and one of them twice" -s 1 -i "$T/many" -E '^cdcxform: line 1: two attributes would be called n_57$' -- $x --flatten
check "two attributes of one name" -s 1 -i "$T/in" -E '^cdcxform: line 1: two attributes would be called total$' -- $x --rename email=total
check "a name that no record has" -i "$T/in" -a -e 'cdcxform: no record has an attribute emial; did you mean email?' -- $x --hash emial --hash-key "$T/key"
check "--hash of a path would leak it" -s 2 -e "cdcxform: --hash: 'a.b' is not the name of an attribute; --flatten makes a_b of a.b" -- $x --hash a.b --hash-key "$T/key"
check "--hash without a key" -s 2 -e 'cdcxform: --hash needs --hash-key FILE' -- $x --hash a
printf 'short\n' >"$T/short"
check "a key that hides nothing" -s 2 -e "cdcxform: --hash-key: $T/short: a key of less than 16 bytes hides nothing" -- $x --hash a --hash-key "$T/short"
check "no key file" -s 1 -E '^cdcxform: --hash-key: ' -- $x --hash a --hash-key "$T/none"
check "two new names" -s 2 -e 'cdcxform: --rename: a gets two names' -- $x --rename a=b,a=c
check "--rename in other words" -s 2 -e "cdcxform: --rename: wants OLD=NEW, not 'a'" -- $x --rename a
printf 'a floats\n' >"$T/bad"
check "an unknown type" -s 1 -E "^cdcxform: --types: $T/bad: line 1: 'floats' is not string, json" -- $x --types "$T/bad"
printf 'a date\na date\n' >"$T/bad"
check "a type twice" -s 1 -e "cdcxform: --types: $T/bad: line 2: a appears twice" -- $x --types "$T/bad"
# metadata, which no record has as attributes
printf '_ts timestamp\n_op string\nid string\n' >"$T/metas"
printf '_ts date\n' >"$T/day"
sed 's/"dynamodb":{/&"ApproximateCreationDateTime":1795759200,/' "$T/in" >"$T/timed"
check "--types of _ts" -i "$T/timed" -o '{"id":"o-1","_op":"MODIFY","_ts":"2026-11-27 06:00:00.000"}' -- cdcxform --strict --fields id --types "$T/metas"
check "a date; --rename, --drop" -i "$T/timed" -o 'id,day
o-1,2026-11-27' -- cdcxform --fields id -o csv --types "$T/day" --rename _ts=day --drop _op
check "SQL sees the original value" -i "$T/timed" -o '{"t":"2026-11-27T06:00:00Z"}' -- cdcxform --types "$T/day" -q --select "_ts AS t"
check "--types that metadata cannot have" -s 2 -i "$T/timed" -e 'cdcxform: --types: _op is metadata: its type is string' -- sh -c 'echo "_op int" >"$1"; cdcxform --types "$1"' - "$T/int"
check "--hash of metadata" -s 2 -i "$T/timed" -e 'cdcxform: --hash: _ts is metadata' -- cdcxform --hash _ts --hash-key "$T/key"
check "two of one name" -s 2 -i "$T/timed" -e 'cdcxform: two metadata columns would be called x' -- cdcxform --rename _ts=x,_op=x
plan
