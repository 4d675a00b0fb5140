"""sql_differ.py SEED COUNT FOLDER: COUNT queries drawn from SEED, answered by cdcxform and by SQLite over a plain table.

The changes are drawn too. The table has a column for every attribute, path and old.NAME that the queries mention,
without types; decimal functions are Python's decimal. What has to be the same: the rows, in order where the query
orders them completely, else as a set; numbers by value, a map or list as JSON.

Explained differences, made to match before they are compared:
  long numbers   to SQLite they would be texts. Here the table holds each number's rank among all numbers that are
                 there, and queries about them (wide_*) only compare, order and pick, so a rank serves as well.
  min, max       of long numbers give the real next to them, as the manual says.
  computed       A number of more than 15 digits that is no plain column may be a text behind a sorter; decimals here
                 are exact where SQLite's reals are rounded: compared by value, to 14 digits.
"""
import csv
import json
import os
import random
import re
import sqlite3
import subprocess
import sys
from decimal import Context, Decimal
from functools import reduce

CHANGES = 240
EXACT = Context(prec=96)
LONG = re.compile(r"-?[0-9.]{16,}$")
STATUS = ["PLACED", "PAID", "SHIPPED", "", "it's", "größe", 'a"b', "100%", "x_y"]
SHORT = [0, 1, -1, 2, 7, 12, 100, 5.5, 0.1, -2.25, 19.99, 1e6, 123456789012]
WIDE = ["-98765432109876543210987654321098765432", "-12345678901234567890.5", "-5", "0", "0.30000000000000004", "0.5",
        "3", "9007199254740995", "12345678901234567890", "12345678901234999999.25", "1E+30", "1.5E+125", "1E-100"]
# the table's columns, by the name that cdcxform gives them
NUMBERS = ["total", "qty", "mix", "payment.fee", "old.total", "old.qty"]
TEXTS = ["order_id", "status", "customer", "payment.method", "old.status", "_op", "_event_id", "note"]
COLUMNS = NUMBERS + TEXTS + ["gift", "payment", "lines", "tags", "_seq", "_table", "w", "old.w", "payment.w"]


# ---- the changes

def number(r):
    return {"N": repr(r.choice(SHORT)) if r.random() < 0.7 else "%.2f" % r.uniform(-50, 500)}


def image(r, order):
    item = {"order_id": {"S": order}, "w": {"N": r.choice(WIDE)}}
    draw = {"status": lambda: {"S": r.choice(STATUS)}, "customer": lambda: {"S": "c%d" % r.randrange(6)},
            "total": lambda: number(r), "qty": lambda: {"N": str(r.randrange(5))},
            "mix": lambda: r.choice([{"S": r.choice(["7", "x", ""])}, number(r), {"NULL": True}]),
            "gift": lambda: {"BOOL": r.random() < 0.5}, "note": lambda: r.choice([{"NULL": True}, {"S": "n\n"}]),
            "payment": lambda: {"M": {"method": {"S": r.choice(["card", "bank"])}, "fee": number(r),
                                      "w": {"N": r.choice(WIDE)}}},
            "lines": lambda: {"L": [{"M": {"sku": {"S": "s%d" % i}, "n": {"N": str(r.randrange(9))}}}
                                    for i in range(r.randrange(4))]},
            "tags": lambda: {"SS": sorted(r.sample(["a", "b", "c"], 2))}}
    for name, make in draw.items():
        if r.random() < 0.85:
            item[name] = make()
    return item


def changes(r):
    out = []
    for i in range(CHANGES):
        op = r.choice(["INSERT", "MODIFY", "MODIFY", "REMOVE"])
        order = "o-%d" % r.randrange(CHANGES // 3)
        body = {"Keys": {"order_id": {"S": order}}, "SequenceNumber": "%06d" % i, "StreamViewType": "NEW_AND_OLD_IMAGES"}
        if op != "REMOVE":
            body["NewImage"] = image(r, order)
        if op != "INSERT":
            body["OldImage"] = image(r, order)
        out.append({"eventID": "e%05d" % i, "eventName": op, "tableName": "sales", "dynamodb": body})
    return out


def plain(value):
    (tag, v), = value.items()
    if tag == "N":
        return Decimal(v)
    return {"M": lambda: {k: plain(x) for k, x in v.items()}, "L": lambda: [plain(x) for x in v],
            "NULL": lambda: None}.get(tag, lambda: v)()


def json_text(v):
    """Numbers digit for digit, which json.dumps cannot."""
    if isinstance(v, dict):
        return "{%s}" % ",".join(json_text(k) + ":" + json_text(x) for k, x in v.items())
    if isinstance(v, list):
        return "[%s]" % ",".join(map(json_text, v))
    return str(v) if isinstance(v, Decimal) else json.dumps(v, ensure_ascii=False)


def stored(name, v, rank):
    if isinstance(v, bool) or v is None or isinstance(v, str):
        return v
    if isinstance(v, (dict, list)):
        return json_text(v)
    if name.split(".")[-1] == "w":
        return rank[v]
    return int(v) if v == v.to_integral_value() and v.as_tuple().exponent >= 0 else float(v)


def find(item, path):
    for part in path:
        item = item.get(part) if isinstance(item, dict) else None
    return item


def row(change, rank):
    body = change["dynamodb"]
    old = {k: plain(v) for k, v in body.get("OldImage", {}).items()}
    new = {k: plain(v) for k, v in body.get("NewImage", body["Keys"]).items()}
    meta = {"_op": change["eventName"], "_event_id": change["eventID"], "_seq": body["SequenceNumber"].zfill(40), "_table": "sales"}
    out = []
    for name in COLUMNS:
        path = name.split(".")
        v = meta[name] if name in meta else find(old, path[1:]) if path[0] == "old" else find(new, path)
        out.append(stored(name, v, rank))
    return out


# ---- SQLite's side

def dec(fold):
    def call(*args):
        if None in args:
            return None
        return settle(fold([decimal(a) for a in args]))
    return call


def decimal(v):
    """A real counts by its 15 digits, as in cdcxform."""
    return Decimal("%.15g" % v if isinstance(v, float) else str(v))


def settle(d):
    """The number next to it that SQLite has."""
    return int(d) if d == d.to_integral_value() and abs(d) < 10 ** 18 else float(d)


class Sum:
    fold = staticmethod(lambda a, b: EXACT.add(a, b))

    def __init__(self):
        self.value = None

    def step(self, v):
        if v is not None:
            d = decimal(v)
            self.value = d if self.value is None else self.fold(self.value, d)

    def finalize(self):
        return None if self.value is None else settle(self.value)


class Min(Sum):
    fold = staticmethod(min)


class Max(Sum):
    fold = staticmethod(max)


def database(rows, lookups):
    db = sqlite3.connect(":memory:")
    db.execute("PRAGMA case_sensitive_like = ON")  # as Athena's
    names = ",".join('"%s"' % c for c in COLUMNS)
    db.execute("CREATE TABLE cdc(%s)" % names)
    db.executemany("INSERT INTO cdc VALUES(%s)" % ",".join("?" * len(COLUMNS)), rows)
    for name, (columns, values) in lookups.items():
        db.execute("CREATE TABLE %s(%s)" % (name, ",".join(columns)))
        db.executemany("INSERT INTO %s VALUES(%s)" % (name, ",".join("?" * len(columns))), values)
    db.create_function("dec_add", -1, dec(lambda xs: reduce(EXACT.add, xs)))
    db.create_function("dec_sub", 2, dec(lambda x: EXACT.subtract(x[0], x[1])))
    db.create_function("dec_mul", -1, dec(lambda xs: reduce(EXACT.multiply, xs)))
    db.create_function("dec_cmp", 2, dec(lambda x: Decimal((x[0] > x[1]) - (x[0] < x[1]))))
    for name, kind in (("dec_sum", Sum), ("dec_min", Min), ("dec_max", Max)):
        db.create_aggregate(name, 1, kind)
    return db


# ---- the queries: texts in which {name} is a column

class Draw:
    def __init__(self, r):
        self.r = r
        self.table = "c."

    def col(self, names):
        return "{" + self.table + self.r.choice(names) + "}"

    def num(self, deep=2):
        r = self.r
        if deep == 0 or r.random() < 0.4:
            return self.col(NUMBERS[:2] + NUMBERS[3:]) if r.random() < 0.75 else str(r.choice(SHORT))
        a, b = self.num(deep - 1), self.num(deep - 1)
        return r.choice(["({} + {})", "({} - {})", "{} * {}", "dec_add({}, {})", "dec_mul({}, {})", "dec_sub({}, {})",
                         "coalesce({}, {})", "nullif({}, {})", "max({}, {})", "min({}, {})", "-({0})", "abs({0})",
                         "CASE WHEN {} > 1 THEN {} ELSE 0 END", "iif({} < 3, 1, {})", "dec_cmp({}, {})",
                         "round({0}, 1)", "CAST({0} AS INTEGER)", "CASE {} WHEN {} THEN 1 ELSE 2 END", "({} & 7) + {}", "+{0}",
                         "CAST({0} AS REAL) / 4", "({} % 5) - {}"]).replace("{}", "\0").replace("{0}", a).replace("\0", a, 1).replace("\0", b, 1)

    def text(self):
        r = self.r
        a = self.col(TEXTS)
        return r.choice([a, a, "upper(%s)" % a, "substr(%s, 1, 3)" % a, "%s || '-' || %s" % (a, self.col(TEXTS)),
                         "coalesce(%s, 'none')" % a, "replace(%s, 'a', 'b')" % a, "length(%s)" % a, "trim(%s)" % a,
                         "{%spayment}->>'method'" % self.table, "json_extract({%slines}, '$[0].sku')" % self.table,
                         "{%stags}->>0" % self.table, "typeof(%s)" % self.col(NUMBERS), "{%sgift}" % self.table])

    def cond(self, deep=2):
        r = self.r
        if deep and r.random() < 0.5:
            a, b = self.cond(deep - 1), self.cond(deep - 1)
            return r.choice(["(%s AND %s)", "(%s OR %s)", "NOT (%s) OR %s", "(%s) = (%s)"]) % (a, b)
        op = r.choice(["=", "<>", "<", "<=", ">", ">=", "==", "!=", "IS", "IS NOT"])
        quoted = "'" + r.choice(STATUS).replace("'", "''") + "'"
        return r.choice([
            lambda: "%s %s %s" % (self.num(), op, self.num()),
            lambda: "%s%s%s" % (self.num(0), op if op[0] != "I" else "<", r.choice(SHORT)),
            lambda: "%s %s %s" % (self.text(), op, quoted),
            lambda: "%s %s %s" % (self.col(TEXTS), op, self.col(TEXTS + NUMBERS)),
            lambda: "%s %sBETWEEN %s AND %s" % (self.num(), r.choice(["", "NOT "]), self.num(0), self.num()),
            lambda: "%s %sIN (%s, %s, NULL)" % (self.num(), r.choice(["", "NOT "]), self.num(0), self.num(0)),
            lambda: "%s COLLATE NOCASE %s %s" % (self.text(), op, quoted),
            lambda: "CAST(%s AS TEXT) %s '1'" % (self.num(), op),
            lambda: "(%s, %s) = (%s, %s)" % (self.num(0), self.col(TEXTS), self.num(0), self.col(TEXTS)),
            lambda: "%s IN (SELECT customer FROM people WHERE weight %s %s)" % (self.col(TEXTS), op, r.choice(SHORT)),
            lambda: "%s NOT IN (SELECT {x.customer} FROM cdc x WHERE {x.qty} > 3 AND {x.customer} IS NOT NULL)" % self.col(TEXTS),
            lambda: "%s IS %sDISTINCT FROM %s" % (self.num(0), r.choice(["", "NOT "]), self.num(0)),
            lambda: "%s ISNULL" % self.col(COLUMNS),
            lambda: "%s IN ('PAID', %s)" % (self.col(TEXTS), quoted),
            lambda: "%s %sLIKE '%s'" % (self.col(TEXTS + ["mix"]), r.choice(["", "NOT "]), r.choice(["P%", "_A%", "%e%", "100\\%"])),
            lambda: "%s GLOB 'o-[1-4]*'" % self.col(["order_id", "status"]),
            lambda: "%s IS %sNULL" % (self.col(COLUMNS), r.choice(["", "NOT "])),
            lambda: "{%smix} %s %s" % (self.table, op, r.choice(["7", "'x'", "''", "NULL", "5.5"])),
            lambda: "(SELECT count(*) FROM json_each({%slines})) %s 2" % (self.table, op),
            lambda: "EXISTS (SELECT 1 FROM json_each({%slines}) j WHERE j.value->>'n' > %d)" % (self.table, r.randrange(9)),
        ])()

    def expr(self):
        return self.r.choice([self.num, self.num, self.text, self.cond, lambda: self.col(COLUMNS[:19])])()

    def results(self, n):
        return ", ".join("%s AS r%d" % (self.expr(), i) for i in range(n))


def q_rows(d):
    return "SELECT %s FROM cdc c WHERE %s" % (d.results(d.r.randrange(1, 5)), d.cond()), False


def q_order(d):
    n = d.r.randrange(2, 4)
    some = d.num(1)  # a number alone would mean a result
    terms = [d.r.choice([some if "{" in some else "{c.total}", d.text(), "r%d" % d.r.randrange(n), str(d.r.randrange(1, n + 1))])
             + d.r.choice(["", " DESC", " NULLS LAST", " ASC"]) for _ in range(2)]
    tail = d.r.choice(["", " LIMIT 7", " LIMIT 9 OFFSET 3"])
    return "SELECT %s FROM cdc c WHERE %s ORDER BY %s, c._seq%s" % (d.results(n), d.cond(1), ", ".join(terms), tail), True


def q_group(d):
    keys = d.r.sample(["{c.customer}", "{c.status}", "{c._op}", "{c.payment.method}", "{c.qty}", "{c.gift}", "{c.qty} > 2"], d.r.randrange(1, 3))
    aggregate = lambda: d.r.choice(["count(*)", "count(%s)", "sum(%s)", "dec_sum(%s)", "dec_max(%s)", "dec_min(%s)", "max(%s)",
                                    "min(%s)", "count(DISTINCT %s)", "sum(%s) FILTER (WHERE {c.qty} < 3)"])
    some = [a % d.num(0) if "%s" in a else a for a in (aggregate(), aggregate())]
    having = d.r.choice(["", " HAVING count(*) > 2", " HAVING %s > 3" % some[0]])
    order = ", ".join([d.r.choice(["r0", some[1] + " DESC"])] + keys)
    return "SELECT %s, %s AS r0, %s AS r1 FROM cdc c WHERE %s GROUP BY %s%s ORDER BY %s" % (
        ", ".join("%s AS k%d" % (k, i) for i, k in enumerate(keys)), *some, d.cond(1), ", ".join(keys), having, order), True


def q_named(d):
    """Results by name and number, in every place where SQL takes them."""
    r = d.r
    return r.choice([
        "SELECT %s AS r0, count(*) AS n, sum({c.qty}) AS s FROM cdc c WHERE %s GROUP BY r0 HAVING n > 1 ORDER BY n DESC, r0",
        "SELECT %s AS r0, count(*) n FROM cdc c WHERE %s GROUP BY 1 ORDER BY 2 DESC, 1",
        "SELECT DISTINCT %s r0 FROM cdc c WHERE %s ORDER BY r0 DESC",
        "SELECT %s AS r0, c._seq AS s FROM cdc c WHERE %s ORDER BY r0 + 1, r0 || 'x', s",
        "SELECT x.r0 AS r0, x.n AS n FROM (SELECT %s AS r0, count(*) AS n FROM cdc c WHERE %s GROUP BY r0) x WHERE x.n > 1 ORDER BY n, r0",
        "SELECT json_group_array(r0) AS j, max(s) AS m FROM (SELECT %s AS r0, c._seq AS s FROM cdc c WHERE %s ORDER BY s)",
        "SELECT group_concat(r0, ',') AS j FROM (SELECT %s AS r0, c._seq AS s FROM cdc c WHERE %s ORDER BY s DESC)",
    ]) % (d.r.choice([d.num(1), d.text(), d.text()]), d.cond(1)), True


def q_star(d):
    """A * in a subquery: the columns that are named."""
    return d.r.choice([
        "WITH t AS (SELECT *, row_number() OVER (PARTITION BY order_id ORDER BY _seq DESC) AS rn FROM cdc) SELECT {c.status} AS a, {c.payment.method} AS b, c.rn AS n FROM t c WHERE c.rn < 3 AND %s ORDER BY c._seq",
        "SELECT c._seq AS s, {c.old.total} AS b FROM (SELECT * FROM cdc WHERE _op <> 'REMOVE' LIMIT 90) c WHERE %s ORDER BY s",
        "SELECT c._seq AS s FROM (SELECT x.* FROM cdc x JOIN people p ON p.customer = {x.customer}) AS c WHERE %s ORDER BY s",
    ]) % d.cond(1), True


def q_distinct(d):
    return "SELECT DISTINCT %s AS r0, %s AS r1 FROM cdc c WHERE %s" % (d.expr(), d.text(), d.cond(1)), False


def q_lookup(d):
    return "SELECT c._seq AS s, p.name AS n, p.weight AS w, %s AS r FROM cdc c %sJOIN people p ON p.customer = {c.customer}%s WHERE %s" % (
        d.expr(), d.r.choice(["", "LEFT "]), d.r.choice(["", " AND p.weight > {c.qty}"]), d.cond(1)), False


def q_each(d):
    return "SELECT c._seq AS s, j.value->>'sku' AS k, j.value->>'n' AS n, j.key AS i FROM cdc c, json_each({c.lines}) j WHERE j.value->>'n' > %d AND %s" % (
        d.r.randrange(5), d.cond(1)), False


def q_window(d):
    call = d.r.choice(["row_number()", "lag(%s)", "sum(%s)", "first_value(%s)", "count(%s)", "max(%s)", "rank()"])
    call = call % d.num(0) if "%s" in call else call
    over = "OVER (PARTITION BY {c.customer} ORDER BY {c._seq}%s)" % d.r.choice(["", " ROWS BETWEEN 2 PRECEDING AND CURRENT ROW"])
    return "SELECT c._seq AS s, %s %s AS r, %s %s > 3 AS b FROM cdc c WHERE %s ORDER BY s" % (call, over, call, over, d.cond(1)), True


def q_twice(d):
    d.table = d.r.choice(["a.", "b."])
    return d.r.choice([
        "SELECT a._seq AS s, b._seq AS t FROM cdc a JOIN cdc b USING (order_id) WHERE a._seq < b._seq AND %s",
        "SELECT a._seq AS s, b._seq AS t FROM cdc a LEFT JOIN cdc b ON {a.order_id} = {b.order_id} AND {a.total} < {b.total} WHERE %s",
        "WITH a AS (SELECT * FROM cdc WHERE _op = 'INSERT'), b AS (SELECT * FROM cdc) SELECT a._seq AS s, b._seq AS t FROM a JOIN b ON a.order_id = b.order_id",
        "SELECT a.order_id AS s, (SELECT count(*) FROM cdc b WHERE b.order_id = a.order_id AND {b.qty} > 1) AS n FROM cdc a",
        "SELECT {a.status} AS s FROM cdc a UNION SELECT {b.customer} FROM cdc b WHERE {b.qty} > 2",
        "SELECT a._seq AS s FROM cdc a WHERE {a.total} >= (SELECT max({b.total}) FROM cdc b WHERE {b.customer} = {a.customer})",
    ]).replace("%s", d.cond(1) if d.r.random() < 0.7 else "1"), False


def wide(d):
    return d.r.choice(["{%sw}", "{%sold.w}", "{%spayment.w}"]) % d.table


def q_wide(d):
    r = d.r
    op = lambda: r.choice(["<", "<=", ">", ">="])
    lit = lambda: "«%s»" % r.choice(WIDE)
    pick = "CASE WHEN {c.w} %s %s THEN {c.w} ELSE {c.old.w} END" % (op(), lit())
    return r.choice([
        "SELECT c._seq AS s, {c.w} AS w_a, max({c.w}, {c.old.w}) AS w_b FROM cdc c WHERE %s OR {c.old.w} BETWEEN %s AND %s" % (
            "%s %s %s" % (wide(d), op(), r.choice([wide(d), lit()])), lit(), lit()),
        "SELECT c._seq AS s, %s AS w_a FROM cdc c WHERE %s %s %s AND {c.w} = %s" % (pick, wide(d), op(), lit(), lit()),
        "SELECT {c.w} AS w_a, c._seq AS s FROM cdc c ORDER BY %s%s, c._seq" % (r.choice(["w_a", "1", "{c.w}", "coalesce({c.old.w}, {c.w})"]), r.choice(["", " DESC"])),
        "SELECT {c.customer} AS k, min({c.w}) AS w_a, max({c.old.w}) AS w_b, dec_max({c.w}) AS w_c FROM cdc c GROUP BY k HAVING dec_max({c.w}) %s %s ORDER BY k" % (op(), lit()),
        "SELECT a._seq AS s, b._seq AS t FROM cdc a JOIN cdc b ON {a.customer} = {b.customer} AND {a.w} %s {b.old.w} WHERE {a.w} %s %s" % (op(), op(), lit()),
        "WITH t AS MATERIALIZED (SELECT _seq, {w} AS w FROM cdc) SELECT t._seq AS s, w AS w_a FROM t WHERE w %s %s" % (op(), lit()),
        "SELECT _seq AS s, w AS w_a FROM (SELECT _seq, {w} AS w FROM cdc ORDER BY _seq LIMIT 50) WHERE w %s %s" % (op(), lit()),
        "SELECT c._seq AS s, lag({c.w}) OVER (ORDER BY c._seq) %s {c.w} AS b FROM cdc c" % op(),
        "SELECT c._seq AS s FROM cdc c WHERE NOT EXISTS (SELECT 1 FROM cdc d WHERE {d.w} > {c.w} AND {d.customer} = {c.customer})",
    ]), False


KINDS = [q_rows] * 4 + [q_order] * 3 + [q_group] * 3 + [q_distinct, q_named, q_named, q_star, q_lookup, q_lookup, q_each, q_window, q_window, q_twice, q_twice] + [q_wide] * 3


def ours(text):
    for mark in ("{", "}", "«", "»"):
        text = text.replace(mark, "")
    return text


def theirs(text, rank):
    out = text
    for name in sorted(COLUMNS, key=len, reverse=True):
        for table in ("a.", "b.", "c.", "d.", "x.", ""):
            out = out.replace("{%s%s}" % (table, name), '%s"%s"' % (table, name))
    for w in WIDE:
        out = out.replace("«%s»" % w, str(rank[Decimal(w)]))
    return out


# ---- both, and whether they say the same

def loose(v, name, unrank):
    """A value in the form in which two are compared."""
    if isinstance(v, bool):
        return int(v)
    if isinstance(v, (dict, list)):
        return json_text(v)
    if name.startswith("w_") and v is not None:
        d = Decimal(str(v)) if unrank is None else unrank[v]
        return float("%.14g" % d) if name in ("w_a", "w_b") else d
    if isinstance(v, (int, float, Decimal)) or (isinstance(v, str) and LONG.match(v)):
        return float("%.14g" % float(v)) + 0.0  # the last digit is the rounding of who computed it; -0 is 0
    try:
        return json_text(json.loads(v, parse_float=Decimal, parse_int=Decimal)) if v and v[0] in "[{" else v
    except ValueError:
        return v


def run_ours(text, folder, ways):
    argv = ["cdcxform", "-q", "--no-meta", "--lookup", "people=" + os.path.join(folder, "people.csv")] + ways(text)
    p = subprocess.run(argv + [os.path.join(folder, "changes")], capture_output=True, timeout=300)
    if p.returncode:
        return None, p.stderr.decode("utf-8", "replace")
    return [json.loads(line, parse_float=Decimal, parse_int=Decimal) for line in p.stdout.decode().splitlines()], ""


def as_sql(text):
    return ["--sql", text]


def as_options(text):
    """The same as --where and --select, where the query is no more than that."""
    select, where = text[len("SELECT "):].split(" FROM cdc c WHERE ", 1)
    return ["--where", where.replace("c.", ""), "--select", select.replace("c.", "")]


def compare(db, text, ordered, folder, rank, ways):
    got, error = run_ours(ours(text), folder, ways)
    try:
        cursor = db.execute(theirs(text, rank))
        want, failed = cursor.fetchall(), ""
    except sqlite3.Error as e:
        want, failed = None, str(e)
    if want is None or got is None:
        return 0, None if want is got else "cdcxform: %s\nSQLite: %s" % (error or "rows", failed or "rows")
    names = [c[0] for c in cursor.description]
    unrank = {i: d for d, i in rank.items()}
    a = [[loose(g.get(n), n, None) for n in names] for g in got]
    b = [[loose(v, n, unrank) for n, v in zip(names, w)] for w in want]
    if not ordered:
        a.sort(key=repr)
        b.sort(key=repr)
    if a == b:
        return len(a), None
    first = next((i for i in range(min(len(a), len(b))) if a[i] != b[i]), min(len(a), len(b)))
    return len(a), "%d and %d rows; row %d: cdcxform %r, SQLite %r" % (len(a), len(b), first, a[first:first + 1], b[first:first + 1])


def main(seed, count, folder):
    r = random.Random(seed)
    rank = {d: i for i, d in enumerate(sorted(Decimal(w) for w in WIDE))}
    drawn = changes(r)
    with open(os.path.join(folder, "changes"), "w", encoding="utf-8") as f:
        for c in drawn:
            f.write(json.dumps(c, ensure_ascii=r.random() < 0.3) + "\n")
    people = [["c%d" % i, r.choice(["Ann", "Bo, Jr.", None, "Cy"]), r.choice(SHORT)] for i in range(5)]
    with open(os.path.join(folder, "people.csv"), "w", encoding="utf-8", newline="") as f:
        csv.writer(f).writerows([["customer", "name", "weight"]] + [["" if v is None else v for v in p] for p in people])
    db = database([row(c, rank) for c in drawn], {"people": (["customer", "name", "weight"], people)})
    failures = answered = 0
    for i in range(count):
        kind = r.choice(KINDS)
        text, ordered = kind(Draw(r))
        alone = kind is q_rows and "FROM cdc x" not in text
        rows, why = compare(db, text, ordered, folder, rank, as_options if alone and r.random() < 0.6 else as_sql)
        answered += rows > 0
        if why:
            failures += 1
            print("query %d: %s\n%s" % (i, ours(text), why))
    if answered < count * 0.6:
        failures += 1
        print("only %d of %d queries had an answer" % (answered, count))
    return failures


if __name__ == "__main__":
    sys.exit(1 if main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]) else 0)
