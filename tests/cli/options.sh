#!/bin/sh
# Common behaviour of all tools: options from the environment, and a summary with -v.
. "$(dirname "$0")/lib.sh"

bfgen -n 2 -o cdc --mix insert=1 >"$T/changes"
check 'a variable is an option' -o 2 -- sh -c 'BF_COUNT=2 BF_OUTPUT=items bfgen | wc -l'
check 'the command line wins' -o 1 -- sh -c 'BF_COUNT=2 bfgen -n 1 | wc -l'
check 'a flag is set by 1' -i "$T/changes" -o 2 -- sh -c 'BF_NO_META=1 cdcxform | grep -vc _op'
check '  by true' -i "$T/changes" -o 2 -- sh -c 'BF_NO_META=true cdcxform | grep -vc _op'
check '  not by 0' -i "$T/changes" -o 2 -- sh -c 'BF_NO_META=0 cdcxform | grep -c _op'
check '  nor by nothing' -i "$T/changes" -o 2 -- sh -c 'BF_NO_META= cdcxform | grep -c _op'
check '  nor by something else' -s 2 -E "^cdcxform: BF_NO_META: 'yes' is not 1, true, 0 or false$" -- env BF_NO_META=yes cdcxform
check 'a value that is none' -s 2 -E "^bfgen: BF_COUNT: option 'count': 'ten' is not a whole number$" -- env BF_COUNT=ten bfgen
check "another tool's variable" -i "$T/changes" -a -- env BF_WINDOW=3 cdcxform
check 'options that only print are not variables' -i "$T/changes" -a -- env BF_VERSION=1 BF_HELP=1 BF_COMPLETIONS=1 cdcxform
check 'a file of options wins over it' -i "$T/changes" -o 2 -- sh -c \
    'echo fields order_id >"$1"; BF_FIELDS=total cdcxform --options "$1" | grep -c order_id' - "$T/conf"

check 'an option that may be repeated: all count' -i "$T/changes" -o '{"a":1,"b":2}' -- sh -c \
    'BF_SET=a=1 cdcxform --no-meta --set b=2 --fields a,b | head -n 1'

check 'bfgen -v' -a -e 'bfgen: 2 changes' -- bfgen -v -n 2
check '  one' -a -e 'bfgen: 1 change' -- bfgen -v -n 1
check 'cdcxform -v' -a -i "$T/changes" -e 'cdcxform: 2 lines, 2 changes, 2 rows, 0 left out by filters, 0 marks' -- cdcxform -v

# A letter has one meaning. The exceptions are options that only one tool has and that were there before the rule.
letters() {
    for tool in "$BUILD"/bin/*; do
        "$tool" --help | sed -n "s/^ *\\(-[a-zA-Z]\\), \\(--[a-z-]*\\).*/\\1 \\2 ${tool##*/}/p"
    done | sort -u | grep -vE -e '^-p --(panels|param|port) ' -e '^-d --data(base)? ' -e '^-[st] --(source|detail-type) evput$' | cut -d ' ' -f 1,2 | sort -u
}
letters >"$T/letters"
check 'options have letters' -m '^-n --count$' -- cat "$T/letters"
check 'a letter means one thing in all tools' -- sh -c 'cut -d " " -f 1 "$1" | uniq -d' - "$T/letters"
plan
