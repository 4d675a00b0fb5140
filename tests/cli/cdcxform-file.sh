#!/bin/sh
# cdcxform -f: options from a file, its errors with file and line; --check.
. "$(dirname "$0")/lib.sh"
printf '%s\n' '{"eventName":"INSERT","tableName":"sales","dynamodb":{"Keys":{"id":{"S":"1"}},"NewImage":{"id":{"S":"1"},"a":{"S":"x y"}}}}' \
    '{"eventName":"REMOVE","tableName":"sales","dynamodb":{"Keys":{"id":{"S":"1"}}}}' >"$T/in"
cat >"$T/t.conf" <<'END'
# for the dashboard
match = {"eventName":["INSERT"],
  "tableName":["sales"]}

fields id,a
--output=csv
no-meta
meta-prefix = # no comment here
END
check "options from a file" -i "$T/in" -o 'id,a
1,x y' -- cdcxform --options "$T/t.conf"
check "a later option wins" -i "$T/in" -o '{"a":"x y"}' -- cdcxform --options "$T/t.conf" -o ndjson --fields a
check "an earlier one does not" -i "$T/in" -o 'id,a
1,x y' -- cdcxform -o ndjson --options "$T/t.conf"
echo 'match {"eventName":["REMOVE"]}' >"$T/more.conf"
check "two files: their patterns add up" -i "$T/in" -o 'id,a
1,x y
1,' -- cdcxform --options "$T/t.conf" --options "$T/more.conf"
check "--check" -- cdcxform --check --options "$T/t.conf"
: >"$T/empty.conf"
check "an empty file" -i "$T/in" -m '"_op":"INSERT"' -- cdcxform --options "$T/empty.conf"
printf 'strict' >"$T/nonl.conf"
check "no final newline" -i "$T/in" -m '"_op":"INSERT"' -- cdcxform --options "$T/nonl.conf"
printf 'fields = id\r\nno-meta\r\n' >"$T/crlf.conf"
check "CRLF" -i "$T/in" -o '{"id":"1"}
{"id":"1"}' -- cdcxform --options "$T/crlf.conf"
printf '\357\273\277fields = id\nno-meta\n' >"$T/bom.conf"
check "a byte order mark" -i "$T/in" -o '{"id":"1"}
{"id":"1"}' -- cdcxform --options "$T/bom.conf"

# the manual
sed -n '/^\.Sh OPTION FILES/,/^\.Ed/p' "$root/man/bfpipe-formats.5" | sed '1,/^\.Bd/d;/^\.Ed/d' >"$T/manual.conf"
printf '%s\n' '{"eventName":"INSERT","tableName":"sales","dynamodb":{"Keys":{"order_id":{"S":"1"}},"NewImage":{"order_id":{"S":"1"},"total":{"N":"2"},"customer":{"M":{"city":{"S":"Ulm"}}}}}}' >"$T/sale"
check "accepts its example" -i "$T/sale" -o '{"order_id":"1","total":2,"customer.city":"Ulm"}' -- cdcxform --options "$T/manual.conf"
printf 'fields = id ,\n  a\nops = insert,\n\tmodify\nmeta = op , table\n' >"$T/list.conf"
check "lists over several lines, with white space" -i "$T/in" -o '{"id":"1","a":"x y","_op":"INSERT","_table":"sales"}' -- cdcxform --options "$T/list.conf"

# bad NAME CONTENT MESSAGE
bad() {
    printf '%b' "$2" >"$T/bad.conf"
    check "$1" -s 2 -E "^cdcxform: option '--options': $T/bad.conf: $3" -- cdcxform --options "$T/bad.conf"
}
bad "an unknown name" '# x\n\nfieldz a\n' "line 3: unknown option 'fieldz'"
bad "a value that is wrong" 'match {"a":[1],\n "b":[2]}\noutput = xml\n' "line 3: option 'output': 'xml' is not ndjson"
bad "a value that is missing" 'fields\n' "line 1: option 'fields' needs a value"
bad "a value too many" 'strict = yes\n' "line 1: option 'strict' takes no value"
bad "nothing to go on with" ' a\n' 'line 1: an indented line continues an option'
bad "no name" '= x\n' 'line 1: the name of an option was expected'
bad "a file in a file" "options $T/t.conf\n" "line 1: option 'options': only on the command line"
bad "help" 'help\n' "line 1: option 'help': only on the command line"
printf 'strict\nops = in\000sert\n' >"$T/nul.conf"
check "a NUL byte" -s 2 -E 'nul.conf: line 2: holds a NUL byte' -- cdcxform --options "$T/nul.conf"
check "a file that is not there" -s 2 -E 'none.conf: No such file' -- cdcxform --options "$T/none.conf"
head -c 4194304 /dev/zero | tr '\0' '#' >"$T/large.conf"
check "a file of 4 MiB" -i "$T/in" -a -- cdcxform --options "$T/large.conf"
echo >>"$T/large.conf"
check "one of a byte more" -s 2 -E 'large.conf is larger than 4194304 bytes$' -- cdcxform --options "$T/large.conf"
set --
while [ $# -lt 34 ]; do set -- "$@" -f "$T/empty.conf"; done
check "too many files" -s 2 -E 'given more than 16 times' -- cdcxform "$@"
plan
