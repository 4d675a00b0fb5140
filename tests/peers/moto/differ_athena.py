"""Athena: workgroups, named queries, prepared statements, and the states of executions. moto runs no SQL."""
from world import Ref

SERVICE = "athena"
ANY = r"NextToken|Statistics|NamedQueryId$|NamedQueryIds|QueryExecutionIds|ClientRequestToken|LastModifiedTime"
ORDER = {"WorkGroups": "Name", "NamedQueries": "Name", "PreparedStatements": "StatementName"}
KEEP = {"create_named_query": ("query", "NamedQueryId"), "start_query_execution": ("execution", "QueryExecutionId")}
RESULTS = {"OutputLocation": "s3://lake-one/results/"}
SETTLED = {"get_query_execution": lambda a: a["QueryExecution"]["Status"]["State"] not in ("QUEUED", "RUNNING")}
THEN = {"start_query_execution": lambda number: ("get_query_execution", {"QueryExecutionId": Ref(number, "QueryExecutionId")})}
SETUP = [("s3", "create_bucket", {"Bucket": "lake-one"})]


def group(d, bad):
    return {"WorkGroup": "none" if bad and d.chance(0.5) else d.one("primary", "one")}


def groups(d, bad):
    name = "none" if bad and d.chance(0.5) else d.one("one", "two")
    made = dict({"Name": d.one("one", "two")}, **d.some(0.5, Description=["d"], Configuration=[{"ResultConfiguration": RESULTS}, {
        "ResultConfiguration": RESULTS, "EnforceWorkGroupConfiguration": True, "BytesScannedCutoffPerQuery": 10000000, "PublishCloudWatchMetricsEnabled": False}]))
    return d.one(("create_work_group", made), ("create_work_group", made), ("get_work_group", {"WorkGroup": d.one(name, "primary")}), ("list_work_groups", {}),
                 ("update_work_group", dict({"WorkGroup": name}, **d.some(0.5, Description=["e"], State=["DISABLED", "ENABLED"]))), ("delete_work_group", {"WorkGroup": name}))


def named(d, bad):
    at = {"NamedQueryId": "00000000-0000-0000-0000-000000000000" if bad else d.made("query", "00000000-0000-0000-0000-000000000000")}
    return d.one(("create_named_query", dict({"Name": d.one("q", "r"), "Database": "shop", "QueryString": "SELECT 1"}, **d.some(0.3, Description=["d"], WorkGroup=["primary", "one"]))),
                 ("get_named_query", at), ("delete_named_query", at), ("list_named_queries", d.some(0.5, WorkGroup=["primary", "one"])),
                 ("batch_get_named_query", {"NamedQueryIds": [at["NamedQueryId"]]}), ("update_named_query", dict(at, Name="s", QueryString="SELECT 2")))


def prepared(d, bad):
    at = dict(group(d, bad), StatementName="none" if bad else d.one("p1", "q1"))
    return d.one(("create_prepared_statement", dict(at, QueryStatement="SELECT ?", **d.some(0.3, Description=["d"]))), ("get_prepared_statement", at), ("list_prepared_statements", group(d, bad)),
                 ("update_prepared_statement", dict(at, QueryStatement="SELECT 2")), ("delete_prepared_statement", at))


def start(d, bad):
    call = {"QueryString": "SELECT 1", "ResultConfiguration": RESULTS}
    call.update(d.some(0.3, QueryExecutionContext=[{"Database": "default"}, {"Catalog": "AwsDataCatalog", "Database": "default"}], WorkGroup=["primary", "one"]))
    if bad:
        call.update(d.one({"WorkGroup": "none"}, {"QueryString": ""}, {}))
    return "start_query_execution", call


def executions(d, bad):
    at = {"QueryExecutionId": "00000000-0000-0000-0000-000000000000" if bad else d.made("execution", "00000000-0000-0000-0000-000000000000")}
    return d.one(("get_query_execution", at), ("get_query_execution", at), ("list_query_executions", d.some(0.5, WorkGroup=["primary", "one"])),
                 ("batch_get_query_execution", {"QueryExecutionIds": [at["QueryExecutionId"]]}), ("stop_query_execution", at), ("get_query_runtime_statistics", at))


def catalogs(d, bad):
    name = {"CatalogName": "AwsDataCatalog"}
    return d.one(("list_data_catalogs", {}), ("get_data_catalog", {"Name": "none" if bad else "AwsDataCatalog"}), ("list_databases", name),
                 ("get_database", dict(name, DatabaseName="none" if bad else "default")))


MAKERS = [(4, groups), (4, named), (2, prepared), (3, start), (4, executions), (1, catalogs)]
PINNED = [[("create_prepared_statement", {"WorkGroup": "primary", "StatementName": "p1", "QueryStatement": "SELECT ?"})] * 2,
          [("create_work_group", {"Name": "one"}), ("get_work_group", {"WorkGroup": "one"})],
          [("get_data_catalog", {"Name": "none"})],
          [("start_query_execution", {"QueryString": "SELECT 1", "ResultConfiguration": RESULTS}), ("stop_query_execution", {"QueryExecutionId": Ref(2, "QueryExecutionId")}),
           ("get_query_execution", {"QueryExecutionId": Ref(2, "QueryExecutionId")})]]
