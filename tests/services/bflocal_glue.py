"""boto3 uses bflocal's Glue: databases, tables, versions, partitions. One line "name|got|wanted" for each case."""
import os

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

glue = boto3.client("glue", endpoint_url=os.environ["AWS_ENDPOINT_URL"], config=Config(retries={"max_attempts": 1}))
COLUMNS = [{"Name": "Order_ID", "Type": "string"}, {"Name": "total", "Type": "decimal(18,2)"}]
SD = {"Columns": COLUMNS, "Location": "s3://lake/sales/", "SerdeInfo": {"SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe"}}
KEYS = [{"Name": "dt", "Type": "date"}, {"Name": "n", "Type": "int"}]


def code(f, **call):
    try:
        f(**call)
        return "done"
    except ClientError as e:
        return e.response["Error"]["Code"]


def values(**call):
    return [p["Values"] for page in glue.get_paginator("get_partitions").paginate(DatabaseName="shop", TableName="sales", **call) for p in page["Partitions"]]


def databases():
    yield "the default database", [d["Name"] for d in glue.get_databases()["DatabaseList"]], ["default"]
    yield "create", code(glue.create_database, DatabaseInput={"Name": "Shop", "Description": "of orders"}), "done"
    got = glue.get_database(Name="SHOP")["Database"]
    yield "its name is folded", (got["Name"], got["Description"], got["CatalogId"]), ("shop", "of orders", "000000000000")
    yield "twice", code(glue.create_database, DatabaseInput={"Name": "shop"}), "AlreadyExistsException"
    yield "update", code(glue.update_database, Name="shop", DatabaseInput={"Name": "shop", "Description": "new"}), "done"
    yield "updated", glue.get_database(Name="shop")["Database"]["Description"], "new"
    yield "unknown", [code(f, Name="none") for f in (glue.get_database, glue.delete_database)], ["EntityNotFoundException"] * 2
    yield "pages", [[d["Name"] for d in p["DatabaseList"]] for p in glue.get_paginator("get_databases").paginate(PaginationConfig={"PageSize": 1})], [["default"], ["shop"]]


def tables():
    table = {"Name": "Sales", "StorageDescriptor": SD, "PartitionKeys": KEYS, "TableType": "EXTERNAL_TABLE", "Parameters": {"EXTERNAL": "TRUE"}}
    yield "a table", code(glue.create_table, DatabaseName="Shop", TableInput=table), "done"
    got = glue.get_table(DatabaseName="shop", Name="SALES")["Table"]
    yield "as it is shown", (got["Name"], got["DatabaseName"], [c["Name"] for c in got["StorageDescriptor"]["Columns"]], got["VersionId"], got["Parameters"]), ("sales", "shop", ["order_id", "total"], "0", {"EXTERNAL": "TRUE"})
    yield "twice", code(glue.create_table, DatabaseName="shop", TableInput=table), "AlreadyExistsException"
    yield "elsewhere", [code(f, DatabaseName=d, Name=n) for f in (glue.get_table, glue.delete_table) for d, n in (("none", "sales"), ("shop", "none"))], ["EntityNotFoundException"] * 4
    yield "a wrong version", code(glue.update_table, DatabaseName="shop", TableInput=table, VersionId="7"), "ConcurrentModificationException"
    yield "the right one", code(glue.update_table, DatabaseName="shop", TableInput=dict(table, Description="x"), VersionId="0"), "done"
    yield "no archive", code(glue.update_table, DatabaseName="shop", TableInput=dict(table, Description="y"), SkipArchive=True), "done"
    yield "the versions", [v["VersionId"] for v in glue.get_table_versions(DatabaseName="shop", TableName="sales")["TableVersions"]], ["2", "0"]
    yield "one of them", "Description" in glue.get_table_version(DatabaseName="shop", TableName="sales", VersionId="0")["TableVersion"]["Table"], False
    yield "deleted", code(glue.delete_table_version, DatabaseName="shop", TableName="sales", VersionId="0"), "done"
    for n in "abc":
        glue.create_table(DatabaseName="shop", TableInput={"Name": f"t_{n}"})
    yield "by expression", [t["Name"] for t in glue.get_tables(DatabaseName="shop", Expression="t_[ab]")["TableList"]], ["t_a", "t_b"]
    yield "by pages", [[t["Name"] for t in p["TableList"]] for p in glue.get_paginator("get_tables").paginate(DatabaseName="shop", PaginationConfig={"PageSize": 3})], [["sales", "t_a", "t_b"], ["t_c"]]
    yield "some of no database deleted", code(glue.batch_delete_table, DatabaseName="none", TablesToDelete=["t_a"]), "EntityNotFoundException"
    yield "some deleted", [e["TableName"] for e in glue.batch_delete_table(DatabaseName="shop", TablesToDelete=["t_a", "t_b", "t_c", "t_d"])["Errors"]], ["t_d"]


def partition(dt, n):
    return {"Values": [dt, n], "StorageDescriptor": dict(SD, Location=f"s3://lake/sales/{dt}/{n}/")}


def partitions():
    here = {"DatabaseName": "shop", "TableName": "sales"}
    entries = [partition("2026-11-%02d" % d, str(n)) for d in (26, 27) for n in (2, 10)]
    yield "a batch", glue.batch_create_partition(PartitionInputList=entries[:3], **here)["Errors"], []
    got = glue.batch_create_partition(PartitionInputList=entries, **here)["Errors"]
    yield "again", [(e["PartitionValues"], e["ErrorDetail"]["ErrorCode"]) for e in got], [(e["Values"], "AlreadyExistsException") for e in entries[:3]]
    yield "too many", code(glue.batch_create_partition, PartitionInputList=[partition("2026-11-01", str(n)) for n in range(101)], **here), "ValidationException"
    yield "one value", code(glue.create_partition, PartitionInput={"Values": ["2026-11-26"]}, **here), "InvalidInputException"
    yield "all", values(), [["2026-11-26", "10"], ["2026-11-26", "2"], ["2026-11-27", "10"], ["2026-11-27", "2"]]
    yield "pages", len([p for p in glue.get_paginator("get_partitions").paginate(PaginationConfig={"PageSize": 3}, **here)]), 2
    for text, want in (("dt = '2026-11-27'", 2), ("dt > '2026-11-26' AND n = 10", 1), ("n > 9", 2), ("n IN (2, 3) or dt='2026-11-26'", 3), ("n BETWEEN 1 AND 9", 2), ("NOT (n = 2)", 2), ("dt LIKE '2026-%-27'", 2), ("n IS NOT NULL", 4)):
        yield text, len(values(Expression=text)), want
    yield "a wrong one", code(glue.get_partitions, Expression="m = 1", **here), "InvalidInputException"
    yield "segments", sum(len(values(Segment={"SegmentNumber": i, "TotalSegments": 3})) for i in range(3)), 4
    got = glue.get_partition(PartitionValues=["2026-11-27", "2"], **here)["Partition"]
    yield "one", (got["StorageDescriptor"]["Location"], got["TableName"]), ("s3://lake/sales/2026-11-27/2/", "sales")
    yield "update", code(glue.update_partition, PartitionValueList=["2026-11-27", "2"], PartitionInput=partition("2026-11-28", "3"), **here), "done"
    got = glue.batch_get_partition(PartitionsToGet=[{"Values": v} for v in (["2026-11-28", "3"], ["2026-11-27", "2"])], **here)
    yield "the old and the new", ([p["Values"] for p in got["Partitions"]], got["UnprocessedKeys"]), ([["2026-11-28", "3"]], [{"Values": ["2026-11-27", "2"]}])
    got = glue.batch_delete_partition(PartitionsToDelete=[{"Values": v} for v in (["2026-11-28", "3"], ["2026-11-27", "2"])], **here)["Errors"]
    yield "delete", [(e["PartitionValues"], e["ErrorDetail"]["ErrorCode"]) for e in got], [(["2026-11-27", "2"], "EntityNotFoundException")]
    yield "delete one", [code(glue.delete_partition, PartitionValues=["2026-11-27", "10"], **here) for _ in "12"], ["done", "EntityNotFoundException"]
    yield "the table with the rest", [code(glue.delete_table, DatabaseName="shop", Name="sales"), code(glue.get_partitions, **here)], ["done", "EntityNotFoundException"]
    yield "the database", [code(glue.delete_database, Name="shop"), code(glue.get_database, Name="shop")], ["done", "EntityNotFoundException"]


for part in (databases, tables, partitions):
    for name, got, want in part():
        print(f"{part.__name__}: {name}|{'as wanted' if got == want else repr(got)[:300]}|as wanted")
print("end")
