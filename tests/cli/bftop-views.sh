#!/bin/sh
# bftop over roll-ups that cdcproj keeps: it shows the same as over the rows, and uses only roll-ups that are its own, word for word.
. "$(dirname "$0")/lib.sh"
. "$here/changes.sh"
cd "$T" || exit 1
LC_ALL=C.UTF-8
export LC_ALL
bfgen -n 2000 -o cdc >sale
head -n 1500 sale >first
tail -n 500 sale >second
# frame DB ARGS...: what is shown of the sale
frame() {
    db=$1
    shift
    bftop --once --width 160 "$@" "$db" | sed '/^─ Changes applied/,$d'
}
for mode in '' --soft-delete; do
    rm -f ./*.db*
    # shellcheck disable=SC2086 # no mode is no word
    cdcproj $mode rows.db first
    # shellcheck disable=SC2086
    cdcproj $mode kept.db first
    bftop --print-views kept.db >views.sql
    # shellcheck disable=SC2086
    check "cdcproj keeps all of them: ${mode:-plain}" -- cdcproj $mode --view views.sql kept.db /dev/null
    check '  none is a plain view' -o "bftop_category	kept
bftop_minute	kept
bftop_product	kept
bftop_status	kept" -- cdcproj --explain kept.db
    for part in first second; do
        # shellcheck disable=SC2086
        [ $part = first ] || { cdcproj $mode rows.db second; cdcproj $mode kept.db second; }
        for window in 1m 5m 1h 3h 1d 7d; do
            frame rows.db --window $window >want
            check "  the same as over the rows, $window, after the $part changes" -O want -- frame kept.db --window $window
        done
    done
    check '  there is something to see' -m '^PLACED .*100.0%' -- cat want
    check '  the rows are not read' -o "" -- sh -c "bftop --print-panels kept.db | sed -n '/^\[\(Revenue\|Orders\|Cancelled\|Revenue by\|Orders that\|Top\)[^;]*\]/,/^\$/p' | grep -F '\"sales\"' || :"
    check '  the other database does without' -s 1 -- sh -c 'bftop --print-panels rows.db | grep bftop_'
done
echo 'CREATE VIEW mine AS SELECT status, count(*) AS n FROM sales GROUP BY status' >mine.sql
cdcproj --soft-delete --view mine.sql kept.db /dev/null
check 'a roll-up of the user is a panel, those of bftop are none' -o '[mine]' -- sh -c 'bftop --print-panels kept.db | grep -E "^\[(mine|bftop_.*)\]"'

# Another one of that name may count otherwise.
rm -f kept.db*
cdcproj kept.db sale
bftop --print-views kept.db | sed "s/'CANCELLED',//" >other.sql
cdcproj --view other.sql kept.db /dev/null
check 'one that differs by a word is not used' -o bftop_status -- sh -c 'bftop --print-panels kept.db | grep -oE "bftop_(category|product|minute|status)" | sort -u'
rm -f rows.db*
cdcproj rows.db sale
frame rows.db >want
check '  and the values are right' -O want -- frame kept.db

# Names that have to be quoted; a database that is not a shop's; options.
printf '{"id":"1","total":5,"status":"PLACED","category":"it'"'"'s \\"q\\""}\n' | cdcproj -k id --table "a'b\"c" odd.db
bftop --print-views odd.db >odd.sql
check 'a table with quotes in its name' -- cdcproj --view odd.sql odd.db /dev/null
check '  is used' -m 'bftop_category' -- bftop --print-panels odd.db
check '  shows' -m "it's \"q\" .* 5" -- bftop --once --width 100 odd.db
printf '{"id":"1","x":5}\n' | cdcproj -k id --table t none.db
check 'no shop' -s 1 -e 'bftop: there is no table with an amount yet, so no panel needs a roll-up' -- bftop --print-views none.db
cdcproj --history h.db sale
check 'all versions' -s 1 -E '^bftop: this database has all versions .--history., and cdcproj keeps roll-ups' -- bftop --print-views h.db
check 'one way at a time' -s 2 -E 'exclude each other' -- bftop --print-views --once none.db
check 'a full disk' -s 1 -E 'No space left' -- sh -c 'bftop --print-views odd.db >/dev/full'
plan
