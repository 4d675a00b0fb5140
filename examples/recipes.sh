#!/bin/sh
# Queries of a file of change lines, as kinread writes it. They need no AWS service.
#
#     kinread -e orders > changes.ndjson                    or: bfgen -o cdc > changes.ndjson
#     sh examples/recipes.sh RECIPE [FILE [VALUE]]
#
#     twice   [FILE]         the keys that changed more than once, and how often
#     order   [FILE [ID]]    the history of this order
#     dropped [FILE [ID]]    the reason why a pattern does not match this order's record
#     columns [FILE]         the columns of the stream, with their types and numbers of records
#     last    [FILE]         the last state of each order
#     revenue [FILE]         revenue by category, exact to the cent
#     events  [FILE]         large orders as events: what a rule on the table would send (evput; BUS, else the default one)
#     rule    [FILE]         which of those events a rule takes, before it is made
#
# The default FILE is changes.ndjson, the default order is o-4. KEY in the environment is the key attribute.
# shellcheck disable=SC3040 # pipefail is tested before it is used
(set -o pipefail) 2>/dev/null || exec bash "$0" "$@" # this sh does not have it
set -eu -o pipefail

recipe=${1:-} file=${2:-changes.ndjson} id=${3:-o-4}
: "${KEY:=order_id}"

# Quotes a text for SQL, and for JSON.
quoted() { printf "'%s'" "$(printf '%s' "$1" | sed "s/'/''/g")"; }
json() { printf '%s' "$1" | jq -Rs .; }

# Removed items have only their keys in the row, so the key is a column of every change.
twice() {
    cdcxform --sql "SELECT $KEY, count(*) AS changes FROM cdc GROUP BY $KEY HAVING changes > 1 ORDER BY changes DESC, $KEY" "$file"
}

# The differences from the old image are the history.
order() {
    cdcxform --where "$KEY = $(quoted "$id")" --select '_ts, _op, old.status AS was, status AS is_now, total' "$file"
}

# Applies the pipeline's pattern to one record: --explain names the fields that do not match.
dropped() {
    jq -c --arg key "$KEY" --argjson id "$(json "$id")" 'select(.dynamodb.Keys[$key].S == $id)' "$file" |
        cdcxform --explain --no-meta --fields "$KEY" --match '{"eventName": ["MODIFY"],
            "dynamodb": {"NewImage": {"status": {"S": ["PAID", "SHIPPED"]}, "total": {"N": [{"numeric": [">=", 100]}]}}}}' 2>&1
}

# An attribute usually has one type; check columns with several before you query them in Athena.
columns() {
    jq -r '.dynamodb.NewImage // .dynamodb.Keys | to_entries[] | [.key, (.value | keys[0])] | @tsv' "$file" |
        LC_ALL=C sort | uniq -c | awk 'BEGIN { OFS = "\t"; print "column", "type", "records" } { print $2, $3, $1 }'
}

# The items of the table after these changes, without those that were removed.
last() {
    cdcxform --fold "$KEY" --fields "$KEY,status,total" --meta ts "$file"
}

# The final state of each order counts; money is never converted to a double.
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
