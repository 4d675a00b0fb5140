"""PyAthena and awswrangler, the clients that people use, drive bflocal's Athena and Glue. One line "name|got|wanted" a case."""
import os
import sys
import warnings

warnings.simplefilter("ignore")
URL = os.environ["AWS_ENDPOINT_URL"]
OUT = "s3://lake/results/"


def pyathena_cases():
    import pyathena
    from pyathena.pandas.cursor import PandasCursor

    con = pyathena.connect(s3_staging_dir=OUT, region_name=os.environ["AWS_REGION"], schema_name="shop", poll_interval=0.01)
    cursor = con.cursor()
    cursor.execute("CREATE EXTERNAL TABLE IF NOT EXISTS py (id bigint, total decimal(10,2), note string) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://lake/py/'")
    cursor.execute("SELECT * FROM py ORDER BY id")
    yield "PyAthena: rows with their types", repr(cursor.fetchall()), "[(1, Decimal('1.50'), None), (2, Decimal('2.25'), '')]"
    yield "PyAthena: labels", [d[0] for d in cursor.description], ["id", "total", "note"]
    yield "PyAthena: parameters", cursor.execute("SELECT note FROM py WHERE id = %(id)d", {"id": 2}).fetchone(), ("",)
    yield "PyAthena: ? parameters", cursor.execute("SELECT id FROM py WHERE id > ?", ["1"], paramstyle="qmark").fetchall(), [(2,)]
    yield "PyAthena: many rows", len(cursor.execute("SELECT x FROM UNNEST(sequence(1, 2345)) AS t(x)").fetchall()), 2345
    frame = con.cursor(PandasCursor).execute("SELECT id, total FROM py ORDER BY id").as_pandas()
    yield "PyAthena: pandas", [list(map(str, r)) for r in frame.values.tolist()], [["1", "1.50"], ["2", "2.25"]]
    try:
        cursor.execute("SELECT nope(1)")
        yield "PyAthena: an error", "none", "OperationalError"
    except pyathena.error.Error as e:
        yield "PyAthena: an error", type(e).__name__, "OperationalError"
    yield "PyAthena: SHOW", cursor.execute("SHOW TABLES").fetchall(), [("py",)]


def wrangler_cases():
    import awswrangler as wr
    import pandas as pd

    frame = pd.DataFrame({"id": [1, 2], "name": ["a", None], "at": pd.to_datetime(["2026-11-27 10:00:00", "2026-11-28 11:00:00"]), "dt": ["2026-11-27", "2026-11-28"]})
    wr.s3.to_parquet(frame, path="s3://lake/wr/", dataset=True, database="shop", table="wr", partition_cols=["dt"])
    yield "awswrangler: the table that it made", wr.catalog.table("shop", "wr")["Column Name"].tolist(), ["id", "name", "at", "dt"]
    yield "awswrangler: its partitions", sorted(v[0] for v in wr.catalog.get_partitions("shop", "wr").values()), ["2026-11-27", "2026-11-28"]
    sql = "SELECT id, name, at, dt FROM wr WHERE dt > '2026-11-26' ORDER BY id"
    for name, how in (("CTAS", {}), ("the result object", {"ctas_approach": False}), ("UNLOAD", {"ctas_approach": False, "unload_approach": True, "s3_output": "s3://lake/unload/"})):
        got = wr.athena.read_sql_query(sql, database="shop", **{"s3_output": OUT, **how})
        got = got.sort_values("id") if len(got) else got
        yield f"awswrangler: {name}", [[str(v) for v in r] for r in got.values.tolist()], [["1", "a", "2026-11-27 10:00:00", "2026-11-27"], ["2", "<NA>", "2026-11-28 11:00:00", "2026-11-28"]]
    wr.s3.to_parquet(frame.assign(dt="2026-11-29"), path="s3://lake/wr/", dataset=True, database="shop", table="wr", partition_cols=["dt"], mode="append")
    got = wr.athena.read_sql_query("SELECT dt, count(*) AS n FROM wr GROUP BY dt ORDER BY dt", database="shop", s3_output=OUT, ctas_approach=False)
    yield "awswrangler: appended", got.values.tolist(), [["2026-11-27", 1], ["2026-11-28", 1], ["2026-11-29", 2]]
    wr.catalog.delete_table_if_exists("shop", "wr")
    yield "awswrangler: gone", wr.catalog.does_table_exist("shop", "wr"), False


def main():
    import boto3

    s3, glue = boto3.client("s3", endpoint_url=URL), boto3.client("glue", endpoint_url=URL)
    s3.create_bucket(Bucket="lake")
    s3.put_object(Bucket="lake", Key="py/a", Body=b'{"id":1,"total":1.5}\n{"id":2,"total":"2.25","note":""}\n')
    glue.create_database(DatabaseInput={"Name": "shop"})
    for part in (pyathena_cases, wrangler_cases):
        for name, got, want in part():
            print(f"{name}|{'as wanted' if got == want else repr(got)[:300]}|as wanted", flush=True)
    print("end")


sys.exit(main())
