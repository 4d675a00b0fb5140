#!/bin/sh
# Questions that one asks a file of change lines, as kinread writes it: no AWS is needed for the answers.
#
#     kinread -e orders > changes.ndjson                    or: bfgen -o cdc > changes.ndjson
#     sh examples/recipes.sh RECIPE [FILE [VALUE]]
#
#     twice   [FILE]         which keys changed more than once, and how often
#     order   [FILE [ID]]    what did this order go through
#     dropped [FILE [ID]]    why was this order's record dropped by a pattern
#     columns [FILE]         which columns does this stream have, in how many records, of which types
#     last    [FILE]         the last state of each order
#     revenue [FILE]         revenue by category, exact to the cent
#     events  [FILE]         large orders as events: what a rule on the table would send (evput; BUS, else the default one)
#     rule    [FILE]         which of those events a rule takes, before it is made
#
# FILE is changes.ndjson, the order is o-4 when they are not named; KEY in the environment is the key attribute.
# shellcheck disable=SC3040 # pipefail is asked for before it is used
(set -o pipefail) 2>/dev/null || exec bash "$0" "$@" # this sh does not know it
set -eu -o pipefail

recipe=${1:-} file=${2:-changes.ndjson} id=${3:-o-4}
: "${KEY:=order_id}"

# A text as it stands in SQL and as it stands in JSON.
quoted() { printf "'%s'" "$(printf '%s' "$1" | sed "s/'/''/g")"; }
json() { printf '%s' "$1" | jq -Rs .; }

# Removed items have only their keys in the row, so the key is a column of every change.
twice() {
    cdcxform --sql "SELECT $KEY, count(*) AS changes FROM cdc GROUP BY $KEY HAVING changes > 1 ORDER BY changes DESC, $KEY" "$file"
}

# Where the old image differs is what happened.
order() {
    cdcxform --where "$KEY = $(quoted "$id")" --select '_ts, _op, old.status AS was, status AS is_now, total' "$file"
}

# The pattern of the pipeline in question, narrowed to the record in question: --explain names the fields that failed.
dropped() {
    jq -c --arg key "$KEY" --argjson id "$(json "$id")" 'select(.dynamodb.Keys[$key].S == $id)' "$file" |
        cdcxform --explain --no-meta --fields "$KEY" --match '{"eventName": ["MODIFY"],
            "dynamodb": {"NewImage": {"status": {"S": ["PAID", "SHIPPED"]}, "total": {"N": [{"numeric": [">=", 100]}]}}}}' 2>&1
}

# An attribute has one type as a rule; more than one in a column is worth a look before Athena sees it.
columns() {
    jq -r '.dynamodb.NewImage // .dynamodb.Keys | to_entries[] | [.key, (.value | keys[0])] | @tsv' "$file" |
        LC_ALL=C sort | uniq -c | awk 'BEGIN { OFS = "\t"; print "column", "type", "records" } { print $2, $3, $1 }'
}

# What the table holds after these changes; what was removed is gone.
last() {
    cdcxform --fold "$KEY" --fields "$KEY,status,total" --meta ts "$file"
}

# Orders count as they stand at the end, money never goes through a double.
revenue() {
    cdcxform -o ddb-json --no-meta --fold "$KEY" --fields "$KEY,category,status,total" "$file" |
        jq -c '{eventName: "INSERT", dynamodb: {Keys: {}, NewImage: .Item}}' |
        cdcxform -o tsv --sql "SELECT category, count(*) AS orders, dec_sum(total) AS revenue FROM cdc
            WHERE status <> 'CANCELLED' GROUP BY category ORDER BY category"
}

# The pattern chooses among the changes; evput makes an event of each row, those of one order in their order.
large() {
    cdcxform --match '{"eventName": ["INSERT"], "dynamodb": {"NewImage": {"total": {"N": [{"numeric": [">=", 500]}]}}}}' \
        --fields "$KEY,category,total" "$file"
}
set_event='--source shop.orders --detail-type order.{_op} --time _ts'
events() {
    # shellcheck disable=SC2086 # options
    large | evput $set_event --key "$KEY" --bus "${BUS:-default}"
}
rule() {
    # shellcheck disable=SC2086
    large | evput $set_event --test '{"detail-type": ["order.INSERT"], "detail": {"category": ["electronics"]}}'
}

case $recipe in
twice | order | dropped | columns | last | revenue | events | rule)
    [ -r "$file" ] || { echo "recipes.sh: $file: cannot be read; bfgen -o cdc makes such a file" >&2; exit 1; }
    ;;
esac
case $recipe in
twice | order | dropped | columns | last | revenue | events | rule) "$recipe" ;;
*)
    sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
