#!/bin/sh
# cdcxform with SQL on change lines of bfgen, beside jq, Python and DuckDB asking the same; what loading
# SQLite costs a start; rows in another shape.
# tests/bench/cdcxform-sql.sh [COUNT]
. "$(dirname "$0")/lib.sh"
changes "${1:-300000}"
where="_op = 'MODIFY' AND status <> old.status"
list="order_id, status, dec_mul(total, 1.19) AS gross, payment.method"
group="SELECT category, count(*) AS n, dec_sum(total) AS total FROM cdc GROUP BY category"
echo 'sixteen bytes of key' >"$T/key"

title "cdcxform with SQL: $n change lines of $((bytes / n)) bytes"
pair -r "$n" -b "$bytes" cdcxform "cdcxform <$T/all >/dev/null" "--where" "cdcxform --where \"$where\" <$T/all >/dev/null"
pair -r "$n" -b "$bytes" "--select" "cdcxform --select \"$list\" <$T/all >/dev/null"
pair -r "$n" -b "$bytes" "--where --select" "cdcxform --where \"$where\" --select \"$list\" <$T/all >/dev/null"
pair -r "$n" -b "$bytes" "--sql, a change at a time" "cdcxform --sql \"SELECT order_id, total FROM cdc WHERE $where\" <$T/all >/dev/null"
pair -r "$n" -b "$bytes" "--sql, GROUP BY" "cdcxform --sql \"$group\" <$T/all >/dev/null"
pair -r "$n" -b "$bytes" "--set" "cdcxform --set \"gross=dec_mul(total, 1.19)\" <$T/all >/dev/null"

title "rows in another shape"
pair -r "$n" -b "$bytes" "--rename, --drop, --flatten" "cdcxform --flatten --rename order_id=id --drop cart_id <$T/all >/dev/null"
pair -r "$n" -b "$bytes" "--hash" "cdcxform --hash customer_id --hash-key $T/key <$T/all >/dev/null"

title "a start, 100 times: without SQL, and with it"
pair -n 3 -r 100 "no SQL" "i=0; while [ \$i -lt 100 ]; do cdcxform --fields a </dev/null; i=\$((i + 1)); done" \
    "--where" "i=0; while [ \$i -lt 100 ]; do cdcxform --where \"a = 1\" </dev/null; i=\$((i + 1)); done"

title "beside others: --where and --select, the first $small lines"
cat >"$T/sql.jq" <<'END'
.dynamodb as $d | select(.eventName == "MODIFY" and $d.NewImage.status.S != $d.OldImage.status.S)
    | $d.NewImage | {order_id: .order_id.S, status: .status.S, gross: ((.total.N | tonumber) * 1.19), "payment.method": .payment.M.method.S}
END
cat >"$T/sql.py" <<'END'
import json, sys
from decimal import Decimal
for line in sys.stdin:
    r = json.loads(line)
    if r["eventName"] != "MODIFY":
        continue
    new, old = r["dynamodb"]["NewImage"], r["dynamodb"]["OldImage"]
    if new["status"] != old["status"]:
        print(json.dumps({"order_id": new["order_id"]["S"], "status": new["status"]["S"],
                          "gross": float(Decimal(new["total"]["N"]) * Decimal("1.19")),
                          "payment.method": new["payment"]["M"]["method"]["S"]}))
END
run="cdcxform --where \"$where\" --select \"$list\" <$T/some >/dev/null"
need jq "a peer" && pair -n 1 -r "$small" -b "$some" cdcxform "$run" jq "jq -c -f $T/sql.jq <$T/some >/dev/null"
need python3 "a peer" && pair -n 3 -r "$small" -b "$some" cdcxform "$run" "Python json" "python3 $T/sql.py <$T/some >/dev/null"
duck=$root/tests/services/node_modules/@duckdb/node-api
if need node "runs DuckDB" && [ -d "$duck" ]; then
    title "beside DuckDB on one thread, all of it"
    for query in where group; do
        case $query in
        where) sql="SELECT n.order_id.S AS id, n.status.S AS status, n.total.N::DECIMAL(18,2) * 1.19 AS gross, n.payment.M.method.S AS method
            FROM r WHERE eventName = 'MODIFY' AND n.status.S <> o.status.S" ;;
        group) sql="SELECT n.category.S AS category, count(*) AS n, sum(n.total.N::DECIMAL(18,2)) AS total FROM r GROUP BY 1" ;;
        esac
        cat >"$T/$query.mjs" <<END
import { createRequire } from "node:module";
const { DuckDBInstance } = createRequire("$root/tests/services/")("@duckdb/node-api");
const c = await (await DuckDBInstance.create()).connect();
await c.run("SET threads = 1");
await c.run(\`COPY (WITH r AS (SELECT eventName, dynamodb.NewImage AS n, dynamodb.OldImage AS o
    FROM read_json('$T/all', format = 'newline_delimited')) $sql) TO '/dev/null' (FORMAT json)\`);
END
    done
    pair -n 1 -r "$n" -b "$bytes" "--where --select" "cdcxform --where \"$where\" --select \"$list\" <$T/all >/dev/null" DuckDB "node $T/where.mjs"
    pair -n 1 -r "$n" -b "$bytes" "GROUP BY" "cdcxform --sql \"$group\" <$T/all >/dev/null" DuckDB "node $T/group.mjs"
else
    echo "  left out: DuckDB (tests/services/node_modules is not installed)"
fi
