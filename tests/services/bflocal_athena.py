"""boto3 uses bflocal's Athena: queries, tables, partitions, results. One line "name|got|wanted" for each case."""
import gzip

from athena import athena, code, execution, finished, glue, one, put, report, rows, s3, start, values

OPENX = "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'"


def queries():
    s3.create_bucket(Bucket="lake")
    yield "one", rows("SELECT 1", database="default"), [["1"]]
    yield "no database", rows("SELECT * FROM t"), "SCHEMA_NOT_FOUND: Schema 'shop' does not exist"
    yield "create it", rows("CREATE DATABASE IF NOT EXISTS shop"), []
    x = execution("SELECT 'a' AS x, NULL AS n, '' AS e, 1.50 AS d, 1e7 AS f, true, DATE '2026-11-27', ARRAY[1, 2]")
    result = athena.get_query_results(QueryExecutionId=x["QueryExecutionId"])["ResultSet"]
    yield "labels and values", [values(r) for r in result["Rows"]], [["x", "n", "e", "d", "f", "_col5", "_col6", "_col7"], ["a", None, "", "1.50", "1.0E7", "true", "2026-11-27", "[1, 2]"]]
    info = result["ResultSetMetadata"]["ColumnInfo"]
    yield "types", [c["Type"] for c in info], ["varchar", "integer", "varchar", "decimal", "double", "boolean", "date", "array"]
    yield "sizes", [(c["Precision"], c["Scale"]) for c in info[2:5]], [(2147483647, 0), (3, 2), (17, 0)]
    location = x["ResultConfiguration"]["OutputLocation"]
    yield "where the result is", location, f"s3://lake/results/{x['QueryExecutionId']}.csv"
    body = s3.get_object(Bucket="lake", Key=location[10:])["Body"].read()
    yield "its bytes", body, b'"x","n","e","d","f","_col5","_col6","_col7"\n"a",,"","1.50","1.0E7","true","2026-11-27","[1, 2]"\n'
    yield "its metadata", s3.head_object(Bucket="lake", Key=location[10:] + ".metadata")["ResponseMetadata"]["HTTPStatusCode"], 200
    yield "what it was", (x["StatementType"], x["WorkGroup"], x["QueryExecutionContext"]), ("DML", "primary", {"Database": "shop"})
    x = execution("SELECT x FROM UNNEST(sequence(1, 2500)) AS t(x) ORDER BY x")
    pages = [len(p["ResultSet"]["Rows"]) for p in athena.get_paginator("get_query_results").paginate(QueryExecutionId=x["QueryExecutionId"])]
    yield "pages", pages, [1000, 1000, 501]
    yield "parameters", rows("SELECT ? AS a, ? + 1", "'it''s'", "4"), [["it's", "5"]]
    yield "too few", rows("SELECT ?, ?", "1"), "SYNTAX_ERROR: line 1:12: Incorrect number of parameters: expected more than 1"
    yield "too many", rows("SELECT ?", "1", "2"), "SYNTAX_ERROR: line 1:9: Incorrect number of parameters: expected 1 but found 2"
    yield "a parameter is a literal", rows("SELECT ?", "1; SELECT 2"), "line 1:2: mismatched input ';'"
    yield "a text with quotes and lines", rows("SELECT 'a\"b\n,c'"), [['a"b\n,c']]
    yield "a view of nothing", rows("SELECT * FROM nothing"), "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.shop.nothing' does not exist"
    yield "no statement", rows("SELEC 1"), "line 1:1: mismatched input 'SELEC': bflocal's Athena has no such statement"


def calls():
    here = {"ResultConfiguration": {"OutputLocation": "s3://lake/r/"}}
    yield "what is no query is not taken", [code(athena.start_query_execution, QueryString=q, **here) for q in ("SELECT", "SELECT 1 FROM", "SELECT 'a", "GRANT x")], ["InvalidRequestException"] * 4
    yield "no location", code(athena.start_query_execution, QueryString="SELECT 1"), "InvalidRequestException"
    yield "no such bucket", code(athena.start_query_execution, QueryString="SELECT 1", ResultConfiguration={"OutputLocation": "s3://none/"}), "InvalidRequestException"
    yield "no such workgroup", code(athena.start_query_execution, QueryString="SELECT 1", WorkGroup="none", **here), "InvalidRequestException"
    token = "t" * 32
    first = start("SELECT 7", ClientRequestToken=token)
    yield "the same token", start("SELECT 7", ClientRequestToken=token) == first, True
    yield "another query with it", code(athena.start_query_execution, QueryString="SELECT 8", ClientRequestToken=token, **here), "InvalidRequestException"
    finished(first)
    got = athena.batch_get_query_execution(QueryExecutionIds=[first, "none"])
    yield "a batch", ([q["Query"] for q in got["QueryExecutions"]], [u["QueryExecutionId"] for u in got["UnprocessedQueryExecutionIds"]]), (["SELECT 7"], ["none"])
    yield "the history begins with it", athena.list_query_executions(MaxResults=1)["QueryExecutionIds"], [first]
    yield "unknown", [code(f, QueryExecutionId="none") for f in (athena.get_query_execution, athena.get_query_results, athena.stop_query_execution)], ["InvalidRequestException"] * 3
    failed = execution("SELECT nope")
    yield "results of a failure", code(athena.get_query_results, QueryExecutionId=failed["QueryExecutionId"]), "InvalidRequestException"
    yield "whose fault it was", failed["Status"]["AthenaError"]["ErrorCategory"], 2
    again = {"ResultReuseConfiguration": {"ResultReuseByAgeConfiguration": {"Enabled": True, "MaxAgeInMinutes": 5}}}
    if code(athena.start_query_execution, QueryString="SELECT 7", **here, **again) != "ParamValidationError":
        runs = [execution("SELECT random() AS r", **again) for _ in "12"]
        got = [athena.get_query_results(QueryExecutionId=x["QueryExecutionId"])["ResultSet"]["Rows"] for x in runs]
        yield "a result is reused", (got[0] == got[1], [x["Statistics"]["ResultReuseInformation"]["ReusedPreviousResult"] for x in runs]), (True, [False, True])
        s3.delete_object(Bucket="lake", Key=runs[0]["ResultConfiguration"]["OutputLocation"][10:])
        yield "not one that is gone", execution("SELECT random() AS r", **again)["Statistics"]["ResultReuseInformation"]["ReusedPreviousResult"], False
        yield "not of another database", execution("SELECT random() AS r", database="default", **again)["Statistics"]["ResultReuseInformation"]["ReusedPreviousResult"], False
    long = start("SELECT count(*) FROM UNNEST(sequence(1, 30000)) AS a(x) CROSS JOIN UNNEST(sequence(1, 30000)) AS b(y) CROSS JOIN UNNEST(sequence(1, 100)) AS c(z) WHERE x * y % 7 = z")
    athena.stop_query_execution(QueryExecutionId=long)
    yield "stop", finished(long)["Status"]["State"], "CANCELLED"


def tables():
    yield "a table", rows(f"CREATE EXTERNAL TABLE sales (orderid string, total decimal(18,2), items array<struct<sku:string,qty:int>>, at timestamp, m map<string,int>) PARTITIONED BY (dt date) {OPENX} LOCATION 's3://lake/sales/'"), []
    put("sales/dt=2026-11-26/a.json", '{"orderId":"o-1","total":12.5,"items":[{"SKU":"x","qty":2}],"at":"2026-11-26 10:00:00","m":{"K":1}}\n{"orderId":"o-2","total":"7.25","at":null}\n')
    put("sales/dt=2026-11-27/b.json.gz", gzip.compress(b'{"orderid":"o-3","total":1}\n') + gzip.compress(b'{"orderid":"o-4","total":2}\n'))
    for hidden in ("_SUCCESS", ".tmp/x"):
        put(f"sales/dt=2026-11-27/{hidden}", "no row\n")
    put("sales/dt=2026-11-27/empty", "")
    put("sales/else/x", '{"orderid":"no partition"}\n')
    yield "no partitions yet", rows("SELECT * FROM sales"), []
    yield "they are found", rows("MSCK REPAIR TABLE sales"), ["Repair: Added partition to metastore sales:dt=2026-11-26", "Repair: Added partition to metastore sales:dt=2026-11-27"]
    yield "once", rows("MSCK REPAIR TABLE sales"), []
    yield "and listed", rows("SHOW PARTITIONS sales"), ["dt=2026-11-26", "dt=2026-11-27"]
    yield "rows", rows("SELECT * FROM sales ORDER BY orderid"), [["o-1", "12.50", "[{sku=x, qty=2}]", "2026-11-26 10:00:00.000", "{K=1}", "2026-11-26"], ["o-2", "7.25", None, None, None, "2026-11-26"], ["o-3", "1.00", None, None, None, "2026-11-27"], ["o-4", "2.00", None, None, None, "2026-11-27"]]
    size = len(gzip.compress(b'{"orderid":"o-3","total":1}\n') + gzip.compress(b'{"orderid":"o-4","total":2}\n'))
    x = execution("SELECT orderid FROM sales WHERE dt = DATE '2026-11-27' AND total > 1")
    yield "one partition is read", x["Statistics"]["DataScannedInBytes"], size
    for where in ("dt IN (DATE '2026-11-27', DATE '2027-01-01')", "dt BETWEEN DATE '2026-11-27' AND current_date + INTERVAL '99' YEAR", "s.dt > DATE '2026-11-26'", "day(dt) = 27", "NOT dt < DATE '2026-11-27'"):
        x = execution(f"SELECT count(*) FROM sales s WHERE {where}")
        yield f"so with {where}", x["Statistics"]["DataScannedInBytes"], size
    for where in ("dt = DATE '2026-11-27' OR total > 5", "dt > DATE '2020-01-01'"):
        yield f"all with {where}", execution(f"SELECT count(*) FROM sales WHERE {where}")["Statistics"]["DataScannedInBytes"] > size, True
    yield "an outer join reads all", rows("SELECT a.x, count(b.dt) FROM (VALUES 1) a(x) LEFT JOIN sales b ON a.x = 1 WHERE b.dt IS NULL OR b.dt = DATE '2026-11-27' GROUP BY 1"), [["1", "2"]]
    yield "paths", rows("SELECT DISTINCT \"$path\" FROM sales WHERE dt = DATE '2026-11-27'"), [["s3://lake/sales/dt=2026-11-27/b.json.gz"]]
    yield "but not among all columns", rows("SELECT *, \"$path\" LIKE '%a.json' FROM sales WHERE orderid = 'o-2'"), [["o-2", "7.25", None, None, None, "2026-11-26", "true"]]
    yield "unnested", rows("SELECT s.orderid, i.sku, i.qty + 1 FROM sales s CROSS JOIN UNNEST(s.items) AS i(sku, qty)"), [["o-1", "x", "3"]]
    yield "drop one", rows("ALTER TABLE sales DROP PARTITION (dt='2026-11-26')"), []
    yield "add it elsewhere", rows("ALTER TABLE sales ADD IF NOT EXISTS PARTITION (dt='2026-11-25') LOCATION 's3://lake/sales/dt=2026-11-26/' PARTITION (dt='2026-11-27')"), []
    yield "there", rows("SELECT dt, count(*), sum(total), avg(total) FROM sales GROUP BY 1 ORDER BY 1"), [["2026-11-25", "2", "19.75", "9.88"], ["2026-11-27", "2", "3.00", "1.50"]]
    yield "a column more", rows("ALTER TABLE sales ADD COLUMNS (note string COMMENT 'x')"), []
    yield "columns", rows("SHOW COLUMNS IN sales"), ["orderid", "total", "items", "at", "m", "note", "dt"]
    yield "in Glue too", [c["Name"] for c in glue.get_table(DatabaseName="shop", Name="sales")["Table"]["StorageDescriptor"]["Columns"]][-1], "note"
    got = rows("SHOW CREATE TABLE sales")
    yield "its statement", (got[0], "LOCATION" in got, "  's3://lake/sales/'" in got), ("CREATE EXTERNAL TABLE `shop.sales`(", True, True)
    yield "made again from it", rows("\n".join(got).replace("`shop.sales`", "again")), []
    yield "describe", [r.split("\t")[0].strip() for r in rows("DESCRIBE again")][:2], ["orderid", "total"]
    yield "drop", [rows("DROP TABLE again"), rows("DROP TABLE IF EXISTS again"), rows("SHOW TABLES")], [[], [], ["sales"]]
    yield "a view", [rows("CREATE VIEW small AS SELECT dt, total FROM sales WHERE total < 5"), rows("SELECT * FROM small ORDER BY total"), rows("SHOW VIEWS")], [[], [["2026-11-27", "1.00"], ["2026-11-27", "2.00"]], ["small"]]
    yield "a view is no table, a table no view", [rows("DROP TABLE small"), rows("DROP VIEW sales"), rows("SELECT count(*) FROM small") != []], ["FAILED: SemanticException Cannot drop a view with DROP TABLE: small", "FAILED: SemanticException Cannot drop a table with DROP VIEW: sales", True]
    yield "replaced", [rows("CREATE OR REPLACE VIEW small AS SELECT 1 AS a"), rows("SELECT * FROM small"), rows("DROP VIEW small")], [[], [["1"]], []]
    yield "a view without a name", rows("CREATE VIEW v AS SELECT 1"), "SYNTAX_ERROR: Column name not specified at position 1"
    metadata = athena.get_table_metadata(CatalogName="AwsDataCatalog", DatabaseName="shop", TableName="sales")["TableMetadata"]
    yield "metadata", (metadata["PartitionKeys"], metadata["Parameters"]["location"]), ([{"Name": "dt", "Type": "date"}], "s3://lake/sales/")
    yield "databases", [d["Name"] for d in athena.list_databases(CatalogName="AwsDataCatalog")["DatabaseList"]], ["default", "shop"]


def names():
    yield "a reserved word", rows("CREATE EXTERNAL TABLE x (date int) LOCATION 's3://lake/x/'"), "FAILED: ParseException line 1:26 mismatched input 'date'"
    yield "an underscore", rows("CREATE EXTERNAL TABLE _x (a int) LOCATION 's3://lake/x/'"), "FAILED: ParseException line 1:23 mismatched input '_x'"
    yield "in backticks", rows("CREATE EXTERNAL TABLE `_X` (`Date` int, `1a` string) LOCATION 's3://lake/x/'"), []
    put("x/a", "5\x01seven\n\\N\x01\n")
    yield "and in a query", rows('SELECT "date", "1a" FROM "_x"'), [["5", "seven"], [None, ""]]
    yield "twice", rows("CREATE EXTERNAL TABLE y (a int, A int) LOCATION 's3://lake/x/'"), "FAILED: SemanticException [Error 10035]: Column repeated in table columns: a"
    yield "no location", rows("CREATE EXTERNAL TABLE y (a int)"), "FAILED: SemanticException: want a LOCATION, the s3:// URI of a folder"
    yield "no such type", rows("CREATE EXTERNAL TABLE y (a integers) LOCATION 's3://lake/x/'"), "HIVE_INVALID_METADATA: bflocal has no type 'integers'"


def serdes():
    put("json/a", '{"A":"1","b":{"Cc":[1,2]},"c.d":true,"T":"2026-11-27 10:00:00.25"}\n\n{"a":1.5,"b":null,"t":null}\n')
    rows(f"CREATE EXTERNAL TABLE j (a string, b struct<cc:array<int>>, c_d boolean, t timestamp) {OPENX} WITH SERDEPROPERTIES ('dots.in.keys'='true') LOCATION 's3://lake/json/'")
    yield "JSON of openx", rows("SELECT a, b, b.cc[2], c_d, t FROM j ORDER BY a"), [["1", "{cc=[1, 2]}", "2", "true", "2026-11-27 10:00:00.250"], ["1.5", None, None, None, None]]
    put("miss/a", '{"s":{"b":"x"},"l":[{"a":1},{"B":"y","c":2}],"m":{"k":{"a":5}},"t":[{"n":1}]}\n')
    rows(f"CREATE EXTERNAL TABLE miss (s struct<a:int,b:string>, l array<struct<a:int,b:string>>, m map<string,struct<a:int,b:string>>, t array<string>) {OPENX} LOCATION 's3://lake/miss/'")
    yield "fields that are missing, and more than there are", rows("SELECT * FROM miss"), [["{a=null, b=x}", "[{a=1, b=null}, {a=null, b=y}]", "{k={a=5, b=null}}", '[{"n":1}]']]
    put("dup/a", '{"a":"1","A":"2"}\n')
    rows(f"CREATE EXTERNAL TABLE dup (a string) {OPENX} LOCATION 's3://lake/dup/'")
    yield "two keys that differ by case", rows("SELECT * FROM dup"), "HIVE_CURSOR_ERROR: Row is not a valid JSON Object - JSONException: Duplicate key \"A\""
    rows(f"CREATE EXTERNAL TABLE dup2 (a string, b string) {OPENX} WITH SERDEPROPERTIES ('case.insensitive'='FALSE', 'mapping.b'='A') LOCATION 's3://lake/dup/'")
    yield "mapped apart", rows("SELECT a, b FROM dup2"), [["1", "2"]]
    put("iso/a", '{"t":"2026-11-27T10:00:00Z"}\n')
    rows(f"CREATE EXTERNAL TABLE iso (t timestamp) {OPENX} LOCATION 's3://lake/iso/'")
    yield "an ISO text is no timestamp", rows("SELECT * FROM iso"), "HIVE_BAD_DATA: Error parsing field value '2026-11-27T10:00:00Z' for field 0: Timestamp format must be yyyy-mm-dd hh:mm:ss[.fffffffff]"
    rows("CREATE EXTERNAL TABLE iso2 (t timestamp) ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe' WITH SERDEPROPERTIES ('timestamp.formats'=\"yyyy-MM-dd'T'HH:mm:ss'Z'\") LOCATION 's3://lake/iso/'")
    yield "unless its format is told", rows("SELECT * FROM iso2"), [["2026-11-27 10:00:00.000"]]
    put("broken/a", '{"a":1}\n{"a":\n')
    rows(f"CREATE EXTERNAL TABLE broken (a int) {OPENX} LOCATION 's3://lake/broken/'")
    yield "a broken row", rows("SELECT * FROM broken").startswith("HIVE_CURSOR_ERROR: Row is not a valid JSON Object"), True
    rows(f"CREATE EXTERNAL TABLE broken2 (a int) {OPENX} WITH SERDEPROPERTIES ('ignore.malformed.json'='true') LOCATION 's3://lake/broken/'")
    yield "passed over", rows("SELECT * FROM broken2 ORDER BY 1"), [["1"], [None]]
    put("csv/a.csv", 'id,name,n,ts,d\n1,"a ""q"" \\"b\\"",5,1795759200000,20419\n2,,7,0,0\n')
    rows("CREATE EXTERNAL TABLE c (id int, name string, n bigint, ts timestamp, d date) ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde' LOCATION 's3://lake/csv' TBLPROPERTIES ('skip.header.line.count'='1')")
    yield "OpenCSV", rows("SELECT * FROM c"), [["1", 'a "q" "b"', "5", "2026-11-27 06:00:00.000", "2025-11-27"], ["2", "", "7", "1970-01-01 00:00:00.000", "1970-01-01"]]
    put("csv2/a", "x\n\"\"\n")
    rows("CREATE EXTERNAL TABLE c2 (n int) ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde' LOCATION 's3://lake/csv2'")
    yield "a text that is no number", rows("SELECT * FROM c2"), "HIVE_BAD_DATA: Error parsing field value 'x' for field 0"
    put("lazy/a", "a\t1\t\\N\nb\tx\ttrue\nc\n")
    rows("CREATE EXTERNAL TABLE l (a string, b int, c boolean) ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\t' LOCATION 's3://lake/lazy/'")
    yield "delimited", rows("SELECT * FROM l"), [["a", "1", None], ["b", None, "true"], ["c", None, None]]
    for name, body, want in (("two kinds of line ends", b"1,2\r\n3,4\n5,6", [["1", "2"], ["3", "4"], ["5", "6"]]), ("a NUL", b"a\0b,c\n", [["a\0b", "c"]]), ("empty lines", b"\n,\n", [["", None], ["", ""]]), ("no UTF-8", b"\xff,x\n", "HIVE_BAD_DATA: a line that is not UTF-8"), ("control characters", b"\1\2,\3\n", [["\1\2", "\3"]])):
        put("lines/a", body)
        rows("CREATE EXTERNAL TABLE IF NOT EXISTS lines (a string, b string) ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' LOCATION 's3://lake/lines/'")
        yield name, rows("SELECT * FROM lines"), want
    rows("CREATE EXTERNAL TABLE o (a int) STORED AS ORC LOCATION 's3://lake/lazy/'")
    yield "a SerDe that is not mapped", rows("SELECT * FROM o"), "HIVE_UNSUPPORTED_FORMAT: bflocal reads JSON, CSV, delimited text and Parquet, not org.apache.hadoop.hive.ql.io.orc.OrcSerde"
    put("bz/a.bz2", "x")
    rows("CREATE EXTERNAL TABLE bz (a string) LOCATION 's3://lake/bz/'")
    yield "a compression that is not mapped", rows("SELECT * FROM bz"), "HIVE_CANNOT_OPEN_SPLIT: bflocal cannot read .bz2: s3://lake/bz/a.bz2"


def projected(name, column, kind, properties, template, location="s3://lake/p/"):
    listed = ", ".join(f"'projection.{column}.{k}'='{v}'" for k, v in {"type": kind, **properties}.items())
    template = f", 'storage.location.template'='{template}'" if template else ""
    rows(f"CREATE EXTERNAL TABLE {name} (v string) PARTITIONED BY ({column} string) LOCATION '{location}' TBLPROPERTIES ('projection.enabled'='true', {listed}{template})")
    return rows(f"SELECT v, {column} FROM {name} ORDER BY 1, 2")


def projection():
    for day in ("2026/11/26", "2026/11/27", "2026/11/x"):
        put(f"days/{day}/f", day + "\n")
    days = {"format": "yyyy/MM/dd", "range": "2026/11/27,NOW+10YEARS"}
    yield "days", projected("days", "d", "date", days, "s3://lake/days/${d}/"), [["2026/11/27", "2026/11/27"]]
    yield "every second day", projected("days2", "d", "date", {**days, "range": "2026/11/25,NOW+10YEARS", "interval": "2", "interval.unit": "DAYS"}, "s3://lake/days/${d}"), [["2026/11/27", "2026/11/27"]]
    for n in ("007", "8", "010"):
        put(f"ints/n={n}/f", n + "\n")
    yield "integers", projected("ints", "n", "integer", {"range": "0,9"}, "", "s3://lake/ints/"), [["8", "8"]]
    yield "with leading zeros", projected("ints2", "n", "integer", {"range": "0,99", "digits": "3"}, "", "s3://lake/ints/"), [["007", "007"], ["010", "010"]]
    for r in ("eu", "us", "xx"):
        put(f"enum/{r}/f", r + "\n")
    yield "an enumeration", projected("enums", "r", "enum", {"values": "eu,us"}, "s3://lake/enum/${r}/"), [["eu", "eu"], ["us", "us"]]
    yield "one of it", rows("SELECT v FROM enums WHERE r = 'us'"), [["us"]]
    got = projected("inj", "r", "injected", {}, "s3://lake/enum/${r}/")
    yield "an injected value is wanted", got.startswith("CONSTRAINT_VIOLATION: For the injected projected partition column r"), True
    yield "and given", rows("SELECT v FROM inj WHERE r = 'xx'"), [["xx"]]
    yield "no type", projected("bad", "r", "odd", {}, ""), "INVALID_TABLE_PROPERTY: projection.r.type is missing or cannot be read"
    put("hours/2026-11-27-05/f", "five\n")
    put("hours/2026-11-27-24/f", "no hour\n")
    yield "hours", projected("hours", "h", "date", {"format": "yyyy-MM-dd-HH", "range": "NOW-20YEARS,NOW+20YEARS", "interval": "1", "interval.unit": "HOURS"}, "s3://lake/hours/${h}/"), [["five", "2026-11-27-05"]]


def listed(prefix):
    return [o["Key"] for o in s3.list_objects_v2(Bucket="lake", Prefix=prefix).get("Contents", [])]


def writing():
    got = execution("CREATE TABLE made WITH (format='PARQUET', partitioned_by=ARRAY['dt'], write_compression='ZSTD') AS SELECT x AS id, CAST(x AS decimal(18,2)) / 3 AS d, ARRAY[x] AS l, DATE '2026-11-27' + INTERVAL '1' DAY AS dt FROM UNNEST(sequence(1, 3)) AS u(x)")
    yield "a table of a query", got["Status"]["State"], "SUCCEEDED"
    yield "its rows", rows("SELECT * FROM made ORDER BY id"), [["1", "0.33", "[1]", "2026-11-28"], ["2", "0.67", "[2]", "2026-11-28"], ["3", "1.00", "[3]", "2026-11-28"]]
    yield "its partitions", rows("SHOW PARTITIONS made"), ["dt=2026-11-28"]
    got = execution("INSERT INTO made VALUES (9, 1.5, ARRAY[7], DATE '2026-12-01')")
    yield "rows that were inserted", athena.get_query_results(QueryExecutionId=got["QueryExecutionId"])["UpdateCount"], 1
    yield "in a new partition", rows("SELECT * FROM made WHERE dt > DATE '2026-11-30'"), [["9", "1.50", "[7]", "2026-12-01"]]
    yield "by names", [rows("INSERT INTO made (id, dt) SELECT 5, DATE '2026-12-02'"), rows("SELECT count(*), count(d) FROM made")], [[], [["5", "4"]]]
    yield "too few columns", rows("INSERT INTO made SELECT 1"), "SYNTAX_ERROR: Insert query has mismatched column types: the table has 4 columns, the query 1"
    yield "JSON", [rows("CREATE TABLE js WITH (format='JSON') AS SELECT 1 AS a, CAST(ROW(1, 'x') AS ROW(p integer, q varchar)) AS r, MAP(ARRAY['K'], ARRAY[1]) AS m, TIMESTAMP '2026-11-27 10:00:00' AS ts"), rows("SELECT * FROM js")], [[], [["1", "{p=1, q=x}", "{K=1}", "2026-11-27 10:00:00.000"]]]
    yield "text", [rows("CREATE TABLE txt WITH (format='TEXTFILE', field_delimiter=',') AS SELECT 1 AS a, CAST(NULL AS varchar) AS b, 'c' AS c"), rows("SELECT * FROM txt")], [[], [["1", None, "c"]]]
    yield "there already", [rows("CREATE TABLE txt AS SELECT 1 AS a"), rows("CREATE TABLE IF NOT EXISTS txt AS SELECT 1 AS a")], ["TABLE_ALREADY_EXISTS: Table 'shop.txt' already exists", []]
    yield "of rows that cannot be written", [rows("CREATE TABLE many WITH (partitioned_by=ARRAY['p']) AS SELECT 1 AS a, x AS p FROM UNNEST(sequence(1, 101)) AS t(x)").split(":")[0], rows("SHOW TABLES 'many'")], ["HIVE_TOO_MANY_OPEN_PARTITIONS", []]
    yield "without data", [rows("CREATE TABLE bare AS SELECT 1 AS a WITH NO DATA"), rows("SELECT * FROM bare")], [[], []]
    got = execution("UNLOAD (SELECT a, ts FROM js) TO 's3://lake/un/' WITH (format='JSON')")
    keys = listed("un/")
    yield "unloaded", gzip.decompress(s3.get_object(Bucket="lake", Key=keys[0])["Body"].read()), b'{"a":1,"ts":"2026-11-27 10:00:00"}\n'
    manifest = got["Statistics"]["DataManifestLocation"]
    yield "its manifest", s3.get_object(Bucket="lake", Key=manifest[10:])["Body"].read().decode(), f"s3://lake/{keys[0]}\n"
    rows("UNLOAD (SELECT 'a' AS \"orderId\", 1 AS \"Total\", CAST(ROW('x') AS ROW(B varchar)) AS s) TO 's3://lake/pq/' WITH (format='PARQUET', compression='SNAPPY')")
    rows("UNLOAD (SELECT 'b' AS orderid, 5 AS extra) TO 's3://lake/pq/2/' WITH (format='PARQUET')")
    rows("CREATE EXTERNAL TABLE pq (orderid string, total bigint, s struct<b:string>, nope double) STORED AS PARQUET LOCATION 's3://lake/pq/'")
    yield "Parquet by names, whatever their case; NULL where a file has not the column", rows("SELECT orderid, total, s.b, nope FROM pq ORDER BY 1"), [["a", "1", "x", None], ["b", None, None, None]]
    exact = ("UNLOAD (SELECT CAST('1234567890123456.10' AS decimal(18,2)) AS \"Total\", ARRAY[DECIMAL '1.50', NULL] AS a, REAL '1.1' AS r, nan() AS n,"
             " MAP(ARRAY[TIMESTAMP '2026-11-27 10:00:00.5'], ARRAY[TIMESTAMP '2026-11-27 10:00:00']) AS m, from_base64('w6k=') AS b, CAST(NULL AS varchar) AS x)"
             " TO 's3://lake/un2/' WITH (format='JSON')")
    rows(exact)
    keys = [o["Key"] for o in s3.list_objects_v2(Bucket="lake", Prefix="un2/")["Contents"]]
    yield "digit for digit", gzip.decompress(s3.get_object(Bucket="lake", Key=keys[0])["Body"].read()).decode(), (
        '{"total":1234567890123456.10,"a":[1.50,null],"r":1.1,"n":"NaN","m":{"2026-11-27 10:00:00.5":"2026-11-27 10:00:00"},"b":"é","x":null}\n')
    yield "types that Hive does not have", [rows(f"UNLOAD (SELECT {x} AS a) TO 's3://lake/u3/' WITH (format='JSON')") for x in ("JSON '1'", "TIME '10:00:00'")], [
        "NOT_SUPPORTED: Unsupported Hive type: json", "NOT_SUPPORTED: Unsupported Hive type: time"]
    yield "not twice", rows("UNLOAD (SELECT 1 AS a) TO 's3://lake/un/' WITH (format='PARQUET')"), "HIVE_PATH_ALREADY_EXISTS: Target directory already exists: s3://lake/un/"
    yield "formats that are not mapped", [rows(f"UNLOAD (SELECT 1 AS a) TO 's3://lake/u2/' WITH (format='{f}')") for f in ("ORC", "AVRO")], ["INVALID_TABLE_PROPERTY: bflocal has no format ORC", "INVALID_TABLE_PROPERTY: bflocal has no format AVRO"]


def fence():
    put("secret/a", "x\n")
    for sql in ("SELECT * FROM read_csv('/etc/passwd')", "SELECT read_text('/etc/passwd')", 'SELECT * FROM "/etc/passwd"', "SELECT * FROM '/etc/passwd'", "COPY (SELECT 1) TO '/tmp/x'", "INSTALL httpfs", "ATTACH '/tmp/x' AS y", "SET enable_external_access=true", "PRAGMA version", "SELECT 1; SELECT 2", "SELECT getenv('HOME')", "SELECT current_setting('allowed_directories')", "SELECT athena_text(1)", "SELECT * FROM duckdb_settings()", "EXPORT DATABASE '/tmp/x'", "SELECT * FROM glob('/*')"):
        got = rows(sql)
        yield sql.replace("|", "/"), isinstance(got, str) and got.split(":")[0] in ("SYNTAX_ERROR", "TABLE_NOT_FOUND", "line 1"), True
    rows("CREATE EXTERNAL TABLE up (a string) LOCATION 's3://lake/../../../../etc/'")
    yield "a location is no path", rows("SELECT * FROM up"), []


def groups():
    yield "primary", athena.get_work_group(WorkGroup="primary")["WorkGroup"]["State"], "ENABLED"
    own = {"ResultConfiguration": {"OutputLocation": "s3://lake/own/"}, "EnforceWorkGroupConfiguration": True}
    yield "create", code(athena.create_work_group, Name="own", Configuration=own), "done"
    yield "twice", code(athena.create_work_group, Name="own"), "InvalidRequestException"
    yield "its location wins", execution("SELECT 1", WorkGroup="own")["ResultConfiguration"]["OutputLocation"][:14], "s3://lake/own/"
    yield "update", code(athena.update_work_group, WorkGroup="own", ConfigurationUpdates={"EnforceWorkGroupConfiguration": False}), "done"
    yield "then not", execution("SELECT 1", WorkGroup="own")["ResultConfiguration"]["OutputLocation"][:18], "s3://lake/results/"
    put("cut/a", "x" * 10485770 + "\n")
    rows("CREATE EXTERNAL TABLE cut (a string) LOCATION 's3://lake/cut/'")
    yield "a limit of bytes", code(athena.update_work_group, WorkGroup="own", ConfigurationUpdates={"BytesScannedCutoffPerQuery": 10485760}), "done"
    x = execution("SELECT length(a) FROM cut", WorkGroup="own")
    yield "which is passed", (x["Status"]["State"], x["Status"]["StateChangeReason"]), ("CANCELLED", "Query cancelled! : Bytes scanned limit was exceeded")
    yield "elsewhere not", rows("SELECT length(a) FROM cut"), [["10485770"]]
    yield "disabled", [code(athena.update_work_group, WorkGroup="own", State="DISABLED"), code(athena.start_query_execution, QueryString="SELECT 1", WorkGroup="own")], ["done", "InvalidRequestException"]
    yield "list", [w["Name"] for w in athena.list_work_groups()["WorkGroups"]], ["own", "primary"]
    yield "delete", [code(athena.delete_work_group, WorkGroup=w) for w in ("own", "own", "primary")], ["done", "InvalidRequestException", "InvalidRequestException"]
    named = athena.create_named_query(Name="n", Database="shop", QueryString="SELECT 1")["NamedQueryId"]
    yield "a named query", [athena.get_named_query(NamedQueryId=named)["NamedQuery"]["QueryString"], athena.list_named_queries()["NamedQueryIds"]], ["SELECT 1", [named]]
    yield "no more", [code(athena.delete_named_query, NamedQueryId=named), code(athena.get_named_query, NamedQueryId=named)], ["done", "InvalidRequestException"]
    yield "in a workgroup that is not there", [code(athena.create_named_query, Name="n", Database="d", QueryString="SELECT 1", WorkGroup="none"),
                                               code(athena.create_prepared_statement, StatementName="pp", WorkGroup="none", QueryStatement="SELECT 1")], ["InvalidRequestException"] * 2
    yield "a prepared statement", [code(athena.create_prepared_statement, StatementName="pp", WorkGroup="primary", QueryStatement="SELECT ? + 1, ?"), rows("EXECUTE pp USING 4, 'x, y'")], ["done", [["5", "x, y"]]]
    yield "by SQL", [rows("PREPARE q FROM SELECT ?"), rows("EXECUTE q USING 7"), rows("DEALLOCATE PREPARE q"), rows("EXECUTE q USING 7")], [[], [["7"]], [], "PreparedStatement q was not found in workgroup primary"]


report(queries, calls, tables, names, serdes, projection, writing, fence, groups)
