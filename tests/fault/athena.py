"""A healthy Athena: the fault server's `fake` for it. DIR/rows has the answer to every query: its first line
the columns, [["name","type"],...], each other line a row, an array of texts and nulls. Without it there are no columns. The
result's object is written as the service writes it. UNLOAD "writes" the files of DIR/unloaded, or else two names."""

import json
import os

RESULTS = "s3://results/q/"
QUERIES = {}  # id: {"query", "token", "polls", "cancelled"}


def read_rows(dir):
    try:
        with open(os.path.join(dir, "rows"), encoding="utf-8") as f:
            lines = [json.loads(x) for x in f]
    except FileNotFoundError:
        return [], []
    return lines[0], lines[1:]


def csv_line(values):
    return ",".join("" if v is None else '"%s"' % v.replace('"', '""') for v in values) + "\n"


def kind(query):
    word = query.split(None, 1)[0].upper()
    if word in ("CREATE", "ALTER", "DROP", "MSCK"):
        return "DDL", word
    if word in ("SHOW", "DESCRIBE"):
        return "UTILITY", word
    return "DML", word


def unload(folder, keep_object):
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    for name in names:
        with open(os.path.join(folder, name), "rb") as f:
            keep_object("/lake/out/" + name, f.read())
    return "".join("s3://lake/out/%s\n" % name for name in names).encode()


def start(q, dir, keep_object):
    for known, one in QUERIES.items():
        if one["token"] == q["ClientRequestToken"]:
            return {"QueryExecutionId": known}
    id = "00000000-0000-0000-0000-%012d" % (len(QUERIES) + 1)
    QUERIES[id] = {"query": q["QueryString"], "token": q["ClientRequestToken"], "polls": 0, "cancelled": False}
    columns, rows = read_rows(dir)
    if kind(q["QueryString"])[1] == "UNLOAD":
        written = unload(os.path.join(dir, "unloaded"), keep_object)
        keep_object("/results/q/%s-manifest.csv" % id, written or b"s3://lake/out/a.parquet\ns3://lake/out/c=x, \"y\"/b.parquet\n")
    elif columns:
        text = csv_line([c[0] for c in columns]) + "".join(csv_line(r) for r in rows)
        keep_object("/results/q/%s.csv" % id, text.encode())
    return {"QueryExecutionId": id}


def get(q):
    id = q["QueryExecutionId"]
    one = QUERIES.setdefault(id, {"query": "SELECT 1", "polls": 0, "cancelled": False})
    one["polls"] += 1
    type, word = kind(one["query"])
    state = "CANCELLED" if one["cancelled"] else "SUCCEEDED"
    statistics = {"DataScannedInBytes": 12582912, "TotalExecutionTimeInMillis": 840, "EngineExecutionTimeInMillis": 800,
                  "QueryQueueTimeInMillis": 5}
    if type == "DDL":
        statistics["DataScannedInBytes"] = 0
    if word == "UNLOAD":
        statistics["DataManifestLocation"] = "%s%s-manifest.csv" % (RESULTS, id)
    return {"QueryExecution": {
        "QueryExecutionId": id, "Query": one["query"], "StatementType": type, "SubstatementType": word,
        "ResultConfiguration": {"OutputLocation": RESULTS + id + (".csv" if type == "DML" else ".txt")},
        "QueryExecutionContext": {"Database": "shop"}, "WorkGroup": "primary",
        "Status": {"State": state, "SubmissionDateTime": 1795759200.123}, "Statistics": statistics}}


def results(q, dir):
    one = QUERIES.get(q["QueryExecutionId"], {"query": "SELECT 1"})
    columns, rows = read_rows(dir)
    type, word = kind(one["query"])
    if type == "DDL" or word == "UNLOAD":
        return {"UpdateCount": 0, "ResultSet": {"Rows": [], "ResultSetMetadata": {"ColumnInfo": []}}}
    if type == "DML":
        rows = [[c[0] for c in columns]] + rows
    at = int(q.get("NextToken", "0"))
    page = rows[at:at + q.get("MaxResults", 1000)]
    answer = {"ResultSet": {
        "Rows": [{"Data": [{} if v is None else {"VarCharValue": v} for v in r]} for r in page],
        "ResultSetMetadata": {"ColumnInfo": [{"Name": c[0], "Label": c[0], "Type": c[1]} for c in columns]}}}
    if at + len(page) < len(rows):
        answer["NextToken"] = str(at + len(page))
    return answer


def stop(q):
    QUERIES.setdefault(q["QueryExecutionId"], {"query": "SELECT 1", "polls": 0})["cancelled"] = True
    return {}
