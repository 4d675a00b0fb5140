#!/bin/sh
# The state of a table, from its changes by either path: sorted by _seq, the last change of each key gives the
# item in a Scan of the table. On the path through Kinesis the records are first shuffled and duplicated, as the service may do.
. "$(dirname "$0")/lib.sh"
if ! has_streams; then
    echo '1..0 # skipped: this back end has no DynamoDB Streams and sends nothing to Kinesis; bflocal does'
    exit 0
fi
need_tools bfgen ddbput kinread cdcxform

t=$run-orders
bfgen -n 6000 --seed 3 --mix insert=40,update=50,delete=10 >"$T/writes"
cli kinesis create-stream --stream-name "$t" --shard-count 3
check "writes, through DynamoDB Streams and to Kinesis" -i "$T/writes" -- ddbput --create order_id:S --stream-to "$t" "$t"
cli dynamodb scan --table-name "$t" >"$T/scan.json"
jq -r '.Items[]|[.order_id.S,.status.S,.total.N]|@tsv' "$T/scan.json" | sort >"$T/scan"
ok "the table has items" test "$(wc -l <"$T/scan")" -gt 1000

# state FILE: from rows with _op and _seq, by SQLite
state() {
    python3 - "$1" <<'END' | sort
import json, sqlite3, sys
db = sqlite3.connect(":memory:")
db.execute("CREATE TABLE rows(order_id, status, total, _op, _seq)")
for line in open(sys.argv[1]):
    r = json.loads(line, parse_float=str, parse_int=str)
    db.execute("INSERT INTO rows VALUES(?,?,?,?,?)", [r.get(k) for k in ("order_id", "status", "total", "_op", "_seq")])
query = """SELECT order_id, status, total FROM (SELECT *, row_number() OVER (PARTITION BY order_id ORDER BY _seq DESC) AS n
    FROM rows) WHERE n = 1 AND _op <> 'REMOVE'"""
for row in db.execute(query):
    print("\t".join(row))
END
}
last="WITH t AS (SELECT *, row_number() OVER (PARTITION BY order_id ORDER BY _seq DESC) AS n FROM cdc) SELECT order_id, status, total FROM t WHERE n = 1 AND _op <> 'REMOVE'"
tsv() { jq -r '[.order_id,.status,(.total|tostring)]|@tsv' "$1" | sort; }

# by_way NAME SOURCE: from the changes in $T/changes
by_way() {
    cdcxform --strict --meta op,seq "$T/changes" >"$T/rows"
    check "$1: each row has an order" -o 0 -- sh -c 'jq -c "select(._seq == null)" "$1" | wc -l' - "$T/rows"
    state "$T/rows" >"$T/state"
    ok "$1: the last rows are the table" cmp "$T/scan" "$T/state"
    cdcxform --strict --sql "$last" "$T/changes" >"$T/last"
    tsv "$T/last" >"$T/state"
    ok "$1: so says the query of the manual" cmp "$T/scan" "$T/state"
}
kinread -e "dynamodb:$t" >"$T/changes"
by_way "DynamoDB Streams"
changes=$(wc -l <"$T/changes")
kinread -e "$t" >"$T/kinesis"
check "as many by way of Kinesis" -o "$changes" -- sh -c 'wc -l <"$1"' - "$T/kinesis"
cp "$T/kinesis" "$T/changes"
by_way Kinesis
python3 - "$T/kinesis" >"$T/changes" <<'END'
import random, sys
lines = open(sys.argv[1]).readlines()
random.seed(7)
lines += random.sample(lines, 500)
random.shuffle(lines)
sys.stdout.writelines(lines)
END
by_way "Kinesis, shuffled and doubled"
kinread -e -J "$t" >"$T/changes"
by_way "envelopes of kinread -J"
plan
