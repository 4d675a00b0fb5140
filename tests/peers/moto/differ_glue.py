"""Glue: databases, tables and their versions, partitions."""
SERVICE = "glue"
ANY = r"NextToken|ErrorMessage"
ORDER = {"DatabaseList": "Name", "TableList": "Name", "Partitions": "Values", "TableVersions": "VersionId", "Errors": "", "PartitionsNotFound": ""}
COLUMNS = [[{"Name": "id", "Type": "string"}], [{"Name": "id", "Type": "string", "Comment": "c"}, {"Name": "n", "Type": "bigint"}]]
SETUP = [("glue", "create_database", {"DatabaseInput": {"Name": "shop"}}),
         ("glue", "create_table", {"DatabaseName": "shop", "TableInput": {
             "Name": "sales", "PartitionKeys": [{"Name": "y", "Type": "string"}, {"Name": "m", "Type": "int"}], "TableType": "EXTERNAL_TABLE",
             "StorageDescriptor": {"Columns": COLUMNS[0], "Location": "s3://lake/sales/"}}})]


def database(d, bad):
    return {"DatabaseName": "none" if bad and d.chance(0.3) else d.one("shop", "shop", "shop", "mart")}


def table(d, bad):
    return {"TableName": "none" if bad and d.chance(0.5) else d.one("sales", "sales", "other")}


def storage(d):
    return dict({"Columns": d.one(*COLUMNS), "Location": d.one("s3://lake/a/", "s3://lake/b/")},
                **d.some(0.3, SerdeInfo=[{"SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe", "Parameters": {"a": "b"}}], InputFormat=["org.apache.hadoop.mapred.TextInputFormat"],
                         Compressed=[False, True], Parameters=[{"k": "v"}]))


def databases(d, bad):
    name = {"Name": "none" if bad else d.one("shop", "mart")}
    made = dict({"Name": d.one("shop", "mart")}, **d.some(0.3, Description=["d"], LocationUri=["s3://lake/"], Parameters=[{"a": "b"}]))
    return d.one(("create_database", {"DatabaseInput": made}), ("get_database", name), ("get_databases", {}), ("update_database", dict(name, DatabaseInput=made)),
                 ("delete_database", {"Name": "none" if bad else "mart"}))


def table_input(d, name):
    return dict({"Name": name}, **d.some(0.6, StorageDescriptor=[storage(d)], TableType=["EXTERNAL_TABLE"], Parameters=[{"classification": "json"}], Description=["d"], Retention=[0, 3],
                                         PartitionKeys=[[{"Name": "y", "Type": "string"}]]))


def tables(d, bad):
    at, name = database(d, bad), table(d, bad)["TableName"]
    return d.one(("create_table", dict(at, TableInput=table_input(d, d.one("sales", "other")))), ("get_table", dict(at, Name=name)), ("get_table", dict(at, Name=name)),
                 ("get_tables", dict(at, **d.some(0.3, Expression=["s.*", "sales", "x"]))), ("delete_table", dict(at, Name="other")),
                 ("update_table", dict(at, TableInput=table_input(d, "other"), **d.some(0.1, SkipArchive=[True]))))


def versions(d, bad):
    at = dict(database(d, bad), **table(d, bad))
    return d.one(("get_table_versions", at), ("get_table_version", dict(at, VersionId=d.one("0", "1", "2", "9" if bad else "1"))), ("delete_table_version", dict(at, VersionId=d.one("0", "1"))),
                 ("batch_delete_table", {"DatabaseName": at["DatabaseName"], "TablesToDelete": d.one(["other"], ["none", "other"])}))


def values(d, bad):
    return ["2026"] if bad and d.chance(0.2) else [d.one("2026", "2025"), d.one("1", "2", "11")]


def part(d, bad):
    return dict({"Values": values(d, bad)}, **d.some(0.5, StorageDescriptor=[storage(d)], Parameters=[{"p": "q"}]))


def partitions(d, bad):
    at = dict(database(d, bad), **table(d, bad))
    one, more = values(d, bad), [values(d, False) for _ in range(d.one(1, 2))]
    return d.one(("create_partition", dict(at, PartitionInput=part(d, bad))), ("create_partition", dict(at, PartitionInput=part(d, bad))),
                 ("get_partition", dict(at, PartitionValues=one)), ("delete_partition", dict(at, PartitionValues=one)),
                 ("update_partition", dict(at, PartitionValueList=one, PartitionInput=dict(part(d, bad), Values=d.one(one, values(d, False))))),
                 ("batch_create_partition", dict(at, PartitionInputList=[part(d, False) for _ in range(d.one(1, 2))])),
                 ("batch_get_partition", dict(at, PartitionsToGet=[{"Values": v} for v in more])), ("batch_delete_partition", dict(at, PartitionsToDelete=[{"Values": v} for v in more])),
                 ("batch_update_partition", dict(at, Entries=[{"PartitionValueList": v, "PartitionInput": dict(part(d, False), Values=v)} for v in more])),
                 ("get_partitions", dict(at, **d.some(0.6, Expression=["y = '2026'", "m > 1", "y = '2026' AND m = 1", "m IN (1, 2)", "y LIKE '202%'", "m BETWEEN 2 AND 12", "m <> 1",
                                                                      "y >= '2026'", "(y = '2025' OR m = 2)", *(("q = 1", "m >") if bad else ())]))),
                 ("get_partitions", at))


MAKERS = [(2, databases), (4, tables), (2, versions), (7, partitions)]
OTHER = {"DatabaseName": "shop", "TableInput": {"Name": "other"}}
PINNED = [[("create_table", OTHER), ("create_partition", {"DatabaseName": "shop", "TableName": "other", "PartitionInput": {"Values": ["2026"]}})],
          [("create_table", OTHER), ("get_table", {"DatabaseName": "shop", "Name": "other"}),
           ("update_partition", {"DatabaseName": "shop", "TableName": "sales", "PartitionValueList": ["2026"], "PartitionInput": {"Values": ["2026"]}})],
          [("update_table", {"DatabaseName": "shop", "TableInput": {"Name": "sales"}}), ("get_table", {"DatabaseName": "shop", "Name": "sales"})]]
