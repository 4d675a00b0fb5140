#!/usr/bin/env python3
"""parquet.py FOLDER: pyarrow (which checks the CRC of each page), DuckDB of PyPI, polars and arrow-rs (arro3) read the
corpus that parquet_corpus.mjs has left in FOLDER (KEEP=1) and see what its .wanted files say, and so does what
java/ParquetRows.java may have read. pyarrow also reads, of the file that parquet_skip.mjs has left in FOLDER/skip,
what can be read without the pages that are overwritten."""
import datetime
import decimal
import glob
import json
import sys

import arro3.io
import duckdb
import polars
import pyarrow
import pyarrow.parquet

EPOCH = datetime.datetime(1970, 1, 1)
CONTEXT = decimal.Context(prec=80)


def scalar(kind, v):
    """As parquet_rows.mjs writes it."""
    if kind == "binary":
        return v.hex()
    if kind == "boolean":
        return "true" if v else "false"
    if kind.startswith("decimal"):
        return str(int(v.scaleb(int(kind.rstrip(")").split(",")[1]), CONTEXT)))
    if kind == "date":
        return str((v - EPOCH.date()).days)
    if kind.startswith("timestamp"):
        unit = datetime.timedelta(milliseconds=1) if kind.endswith("(3)") else datetime.timedelta(microseconds=1)
        return str((v.replace(tzinfo=None) - EPOCH) // unit)
    return v.decode() if kind == "json" and isinstance(v, bytes) else str(v)  # polars takes JSON for bytes


def plain(kind, v):
    if v is None:
        return None
    if isinstance(kind, str):
        return v if kind in ("float", "double") else scalar(kind, v)
    if "array" in kind:
        return [plain(kind["array"], x) for x in v]
    if "map" in kind:
        return [[k, plain(kind["map"], x)] for k, x in v]
    return [plain(t, v[name]) for name, t in kind["struct"]]


def same(kind, wanted, got):
    """Fractions by value: languages print them differently."""
    if wanted is None or got is None:
        return wanted is got
    if isinstance(kind, str):
        return float(wanted) == got if kind in ("float", "double") else wanted == got
    if "struct" in kind:
        return all(same(t, w, g) for (_, t), w, g in zip(kind["struct"], wanted, got))
    if len(wanted) != len(got):
        return False
    if "array" in kind:
        return all(same(kind["array"], w, g) for w, g in zip(wanted, got))
    return all(w[0] == g[0] and same(kind["map"], w[1], g[1]) for w, g in zip(wanted, got))


def wanted(path):
    with open(path.replace(".parquet", ".wanted"), encoding="utf-8") as f:
        return json.load(f)


def compare_java(path):
    """What ParquetRows.java has written, fractions as text."""
    what = wanted(path)
    with open(path.replace(".parquet", ".java"), encoding="utf-8") as f:
        got = [json.loads(line) for line in f]
    if len(got) != len(what["rows"]):
        return f"{len(got)} rows, not {len(what['rows'])}"
    for i, row in enumerate(got):
        for (name, kind), w, v in zip(what["columns"], what["rows"][i], row):
            if not same(kind, w, fractions(kind, v)):
                return f"row {i}, {name} {kind}: {v!r}, not {w!r}"
    return None


def fractions(kind, v):
    if v is None or isinstance(kind, str):
        return float(v) if v is not None and kind in ("float", "double") else v
    if "array" in kind:
        return [fractions(kind["array"], x) for x in v]
    if "map" in kind:
        return [[k, fractions(kind["map"], x)] for k, x in v]
    return [fractions(t, x) for (_, t), x in zip(kind["struct"], v)]


def compare(path, table):
    what = wanted(path)
    if table.num_rows != len(what["rows"]):
        return f"{table.num_rows} rows, not {len(what['rows'])}"
    for k, (name, kind) in enumerate(what["columns"]):
        for i, v in enumerate(table.column(name).to_pylist()):
            if not same(kind, what["rows"][i][k], plain(kind, v)):
                return f"row {i}, {name} {kind}: {v!r}, not {what['rows'][i][k]!r}"
    return None


def by_arrow(path):
    return pyarrow.parquet.ParquetFile(path, page_checksum_verification=True).read()


def by_duckdb(path):
    return duckdb.sql(f"SET TimeZone='UTC'; SELECT * FROM '{path}'").to_arrow_table()


def by_polars(path):
    return polars.read_parquet(path, use_pyarrow=False).to_arrow()


def by_rust(path):
    return pyarrow.table(arro3.io.read_parquet(path).read_all())


READERS = {"pyarrow": by_arrow, "DuckDB": by_duckdb, "polars": by_polars, "arrow-rs": by_rust}


def skipped(folder):
    got = pyarrow.parquet.read_table(f"{folder}/one.parquet", columns=["v"], filters=[("i", "=", 41234)]).to_pylist()
    return None if got == [{"v": f"v{41234 % 97}"}] else f"{got}"


def main():
    failed = 0
    files = sorted(glob.glob(f"{sys.argv[1]}/*.parquet"))
    readers = {name: lambda f, read=read: compare(f, read(f)) for name, read in READERS.items()}
    if glob.glob(f"{sys.argv[1]}/*.java"):
        readers["parquet-java"] = compare_java
    for name, check in readers.items():
        wrong = [(f, w) for f in files for w in [check(f)] if w]
        for path, what in wrong[:10]:
            print(f"{name}: {path}: {what}")
        print(f"peers: {name} reads {len(files) - len(wrong)} of {len(files)} Parquet files of row2pq")
        failed += len(wrong)
    what = skipped(f"{sys.argv[1]}/skip")
    print(f"peers: pyarrow passes over row groups by their statistics{': ' + what if what else ''}")
    return 1 if failed or what or not files else 0


sys.exit(main())
