"""Athena's functions on bflocal, held against Trino's documentation (trino.io/docs, "Functions and operators") and
its rules for types. One line "name|got|wanted" per case. What is not mapped is refused by name."""
import pathlib

from athena import one, report, rows, s3

KNOWN = pathlib.Path(__file__).with_name("trino_known.tsv")
TOGETHER = 20  # expressions in a query

# expression, its one value as Athena prints it
VALUES = [
    # numbers: results that depend on types
    ("1 / 2", "0"), ("-7 / 2", "-3"), ("-7 % 2", "-1"), ("7 / 2.0", "3.5"), ("1.0 / 3", "0.3"), ("1.00 / 3", "0.33"), ("1 / 3.000", "0.333"),
    ("1e0 / 2", "0.5"), ("2 / 3e0", "0.6666666666666666"), ("1e0 / 0", "Infinity"), ("5.00 / 0.5 / 3", "3.33"), ("DECIMAL '10' / DECIMAL '3'", "3"),
    ("1.10 * 2.25", "2.4750"), ("1.1 + 2.25", "3.35"), ("round(2.5)", "3"), ("round(-2.5)", "-3"), ("round(1.2345, 2)", "1.2300"), ("round(1.2345e0, 2)", "1.23"),
    ("round(1.2345, -1)", "0.0000"), ("round(99.99, -2)", "100.00"), ("round(-155, -1)", "-160"), ("round(nan(), -1)", "NaN"), ("mod(CAST(NULL AS integer), 0)", None), ("CAST(NULL AS decimal(5,2)) % 0", None),
    ("TRY_CAST('yes' AS boolean)", None), ("CAST('T' AS boolean)", "true"), ("TRY_CAST('inf' AS double)", None), ("CAST(' 1.5e1 ' AS double)", "15.0"), ("TRY_CAST(' 12 ' AS decimal(10,2))", None), ("CAST('.5' AS decimal(10,2))", "0.50"),
    ("TRY_CAST('2020-02-29T10:11:12' AS timestamp)", None), ("CAST('2020-02-29 10:11 ' AS timestamp)", "2020-02-29 10:11:00.000"), ("CAST('2020-02-29 10:11:12Z' AS timestamp)", "2020-02-29 10:11:12.000"),
    ("CAST(2.5e0 AS bigint)", "3"), ("CAST(-2.5e0 AS integer)", "-3"), ("CAST(2.5 AS integer)", "3"), ("CAST('42' AS bigint)", "42"), ("TRY_CAST('2.5' AS integer)", None),
    ("TRY_CAST('x' AS double)", None), ("CAST(1e7 AS varchar)", "1.0E7"), ("CAST(100e0 AS varchar)", "100.0"), ("CAST(0.00001e0 AS varchar)", "1.0E-5"), ("CAST(1.50 AS varchar)", "1.50"),
    ("CAST(REAL '0.1' AS varchar)", "0.1"), ("CAST('abcdef' AS varchar(3))", "abc"), ("CAST(true AS varchar)", "true"), ("CAST(1 AS boolean)", "true"), ("CAST('7.005' AS decimal(10,2))", "7.01"),
    ("typeof(1)", "integer"), ("typeof(3000000000)", "bigint"), ("typeof(1.10)", "decimal(3,2)"), ("typeof(ARRAY[1])", "array(integer)"), ("typeof('a')", "varchar"), ("typeof(1 / 2.00)", "decimal(14,2)"),
    ("abs(-5)", "5"), ("ceil(1.2e0)", "2.0"), ("floor(-1.2e0)", "-2.0"), ("mod(7, 3)", "1"), ("power(2, 10)", "1024.0"), ("sqrt(16)", "4.0"), ("truncate(-1.9e0)", "-1.0"),
    ("greatest(1, 2)", "2"), ("greatest(1, NULL)", None), ("least(3, 2, 5)", "2"), ("is_nan(nan())", "true"), ("bitwise_and(19, 25)", "17"), ("bitwise_xor(19, 25)", "10"), ("log(2, 8)", "3.0"),
    # strings
    ("'a' || 'b'", "ab"), ("concat('a', NULL)", None), ("concat('a', 'b', 'c')", "abc"), ("concat_ws(',', 'a', NULL, 'b')", "a,b"), ("length('äb')", "2"), ("upper('ä')", "Ä"),
    ("substr('abc', 2)", "bc"), ("substr('abc', -2)", "bc"), ("substr('abc', 0)", ""), ("substr('abc', 5)", ""), ("substring('hello', 2, 3)", "ell"), ("substr('äöü', 2, 1)", "ö"),
    ("split('a,b,c', ',')", "[a, b, c]"), ("split_part('a,b', ',', 2)", "b"), ("split_part('a,b', ',', 3)", None), ("strpos('high', 'ig')", "2"), ("position('x' IN 'abc')", "0"),
    ("replace('aXbX', 'X')", "ab"), ("replace('aXb', 'X', '-')", "a-b"), ("reverse('abc')", "cba"), ("lpad('7', 3, '0')", "007"), ("rpad('7', 3, 'x')", "7xx"), ("trim('  a ')", "a"), ("trim(BOTH 'x' FROM 'xax')", "a"),
    ("trim(LEADING 'x' FROM 'xax')", "ax"), ("chr(65)", "A"), ("codepoint('A')", "65"), ("starts_with('abc', 'ab')", "true"), ("levenshtein_distance('abc', 'abd')", "1"), ("'a_b' LIKE 'a$_b' ESCAPE '$'", "true"), ("'axb' LIKE 'a$_b' ESCAPE '$'", "false"),
    ("translate('abcd', 'ac', 'x')", "xbd"), ("to_hex(to_utf8('AB'))", "4142"), ("from_utf8(from_hex('4142'))", "AB"), ("to_utf8('ab')", "61 62"), ("to_hex(md5(to_utf8('a')))", "0CC175B9C0F1B6A831C399E269772661"), ("to_base64(to_utf8('ab'))", "YWI="),
    ("U&'\\00e4\\+01F600'", "ä😀"), ("U&'\\\\'", "\\"), ("trim(U&'\\0009a\\000a')", "a"), ("trim(FROM U&'\\3000a\\2028')", "a"), ("trim(U&'\\00a0')", "\u00a0"), ("'a#' LIKE 'a##' ESCAPE '#'", "true"),
    # regular expressions (Trino's own examples)
    ("regexp_like('1a 2b 14m', '\\d+b')", "true"), ("regexp_extract('1a 2b 14m', '\\d+')", "1"), ("regexp_extract('1a 2b 14m', '(\\d+)([a-z]+)', 2)", "a"), ("regexp_extract('abc', '\\d+')", None),
    ("regexp_extract_all('1a 2b 14m', '\\d+')", "[1, 2, 14]"), ("regexp_replace('1a 2b 14m', '\\d+[ab] ')", "14m"), ("regexp_replace('1a 2b 14m', '(\\d+)([ab]) ', '3c$2 ')", "3ca 3cb 14m"), ("regexp_count('1a 2b 14m', '\\s*[a-z]+\\s*')", "3"),
    ("regexp_split('1a 2b 14m', '\\s*[a-z]+\\s*')", "[1, 2, 14, ]"),
    # dates and times
    ("from_iso8601_timestamp('1969-12-31T23:59:59.9999999Z')", "1969-12-31 23:59:59.999 UTC"), ("date_parse('2020-02-29 10:11:12.3456', '%Y-%m-%d %H:%i:%s.%f')", "2020-02-29 10:11:12.345"),
    ("CAST(NULL AS array(integer)) || 9", None), ("9 || CAST(NULL AS array(integer))", None), ("element_at(CAST(NULL AS array(integer)), 0)", None),
    ("CAST(json_parse('null') AS varchar)", None), ("TRY_CAST(json_parse('[\"a\",null]') AS array(integer))", None), ("TRY_CAST(json_parse('[[1],[2]]') AS array(integer))", None), ("CAST(json_parse('[\"a\",true,1]') AS array(varchar))", "[a, true, 1]"), ("TRY_CAST(json_parse('\"yes\"') AS boolean)", None),
    ("date_parse('2022/10/20/05', '%Y/%m/%d/%H')", "2022-10-20 05:00:00.000"), ("date_format(TIMESTAMP '2022-10-20 05:10:00', '%m-%d-%Y %H')", "10-20-2022 05"), ("date_format(TIMESTAMP '2022-10-20 05:10:07.123', '%i:%s %e %c %p')", "10:07 20 10 AM"),
    ("format_datetime(TIMESTAMP '2026-11-27 09:05:07.120', 'yyyy-MM-dd''T''HH:mm:ss.SSS')", "2026-11-27T09:05:07.120"), ("format_datetime(DATE '2026-11-27', 'EEE d MMM yy')", "Fri 27 Nov 26"), ("parse_datetime('2026-11-27 09', 'yyyy-MM-dd HH')", "2026-11-27 09:00:00.000 UTC"),
    ("date_add('second', 86, TIMESTAMP '2020-03-01 00:00:00')", "2020-03-01 00:01:26.000"), ("date_add('hour', 9, TIMESTAMP '2020-03-01 00:00:00')", "2020-03-01 09:00:00.000"), ("date_add('day', -1, TIMESTAMP '2020-03-01 00:00:00')", "2020-02-29 00:00:00.000"), ("date_add('month', 1, DATE '2020-01-31')", "2020-02-29"),
    ("date_diff('second', TIMESTAMP '2020-03-01 00:00:00', TIMESTAMP '2020-03-02 00:00:00')", "86400"), ("date_diff('hour', TIMESTAMP '2020-01-01 00:59:00', TIMESTAMP '2020-01-01 01:01:00')", "0"), ("date_diff('day', DATE '2020-03-01', DATE '2020-03-02')", "1"), ("date_diff('month', DATE '2020-01-31', DATE '2020-02-28')", "0"),
    ("date_trunc('month', TIMESTAMP '2022-10-20 05:10:00')", "2022-10-01 00:00:00.000"), ("date_trunc('year', DATE '2022-10-20')", "2022-01-01"), ("DATE '2012-08-08' + INTERVAL '2' DAY", "2012-08-10"), ("TIMESTAMP '2012-10-31 01:00:00' - INTERVAL '1' MONTH", "2012-09-30 01:00:00.000"), ("INTERVAL '2' DAY + INTERVAL '3' HOUR", "2 03:00:00.000"),
    ("extract(YEAR FROM TIMESTAMP '2022-10-20 05:10:00')", "2022"), ("year(DATE '2022-10-20')", "2022"), ("day_of_week(DATE '2026-11-29')", "7"), ("week(DATE '2026-11-29')", "48"), ("millisecond(TIMESTAMP '2022-10-20 05:10:07.123')", "123"), ("last_day_of_month(DATE '2026-02-03')", "2026-02-28"),
    ("from_iso8601_timestamp('2020-05-11T11:15:05Z')", "2020-05-11 11:15:05.000 UTC"), ("from_iso8601_timestamp('2020-05-11')", "2020-05-11 00:00:00.000 UTC"), ("from_iso8601_date('2020-05-11')", "2020-05-11"), ("to_iso8601(TIMESTAMP '2020-05-11 11:15:05')", "2020-05-11T11:15:05.000"), ("to_iso8601(DATE '2020-05-11')", "2020-05-11"),
    ("from_unixtime(1589195705)", "2020-05-11 11:15:05.000 UTC"), ("to_unixtime(TIMESTAMP '2020-05-11 11:15:05')", "1.589195705E9"), ("CAST(TIMESTAMP '2020-05-11 11:15:05' AS date)", "2020-05-11"), ("CAST('2020-05-11' AS date)", "2020-05-11"), ("CAST(TIMESTAMP '2020-05-11 11:15:05' AS varchar)", "2020-05-11 11:15:05.000"),
    ("TIMESTAMP '2020-05-11 11:15:05' AT TIME ZONE 'UTC'", "2020-05-11 11:15:05.000 UTC"), ("DATE '2026-11-27' BETWEEN DATE '2026-11-01' AND DATE '2026-11-30'", "true"),
    # arrays and maps
    ("cardinality(ARRAY[1, 2])", "2"), ("cardinality(MAP(ARRAY['a'], ARRAY[1]))", "1"), ("ARRAY[5, 6][2]", "6"), ("element_at(ARRAY[5, 6], -1)", "6"), ("element_at(ARRAY[5, 6], 3)", None), ("element_at(MAP(ARRAY['a'], ARRAY[1]), 'b')", None), ("MAP(ARRAY['a'], ARRAY[1])['a']", "1"),
    ("contains(ARRAY[1, 2], 2)", "true"), ("array_join(ARRAY['a', NULL, 'b'], '-')", "a-b"), ("array_distinct(ARRAY[3, 1, 3])", "[3, 1]"), ("array_sort(ARRAY[3, NULL, 1])", "[1, 3, null]"), ("array_max(ARRAY[1, 3])", "3"), ("array_min(ARRAY[1, NULL])", None), ("array_position(ARRAY[5, 6], 6)", "2"), ("array_position(ARRAY[5], 7)", "0"),
    ("array_remove(ARRAY[1, 2, 1], 1)", "[2]"), ("slice(ARRAY[1, 2, 3, 4], 2, 2)", "[2, 3]"), ("flatten(ARRAY[ARRAY[1], ARRAY[2, 3]])", "[1, 2, 3]"), ("filter(ARRAY[5, -6, 7], x -> x > 0)", "[5, 7]"), ("transform(ARRAY[5, 6], x -> x + 1)", "[6, 7]"), ("any_match(ARRAY[1, 2], x -> x > 1)", "true"), ("reverse(ARRAY[1, 2])", "[2, 1]"),
    ("sequence(1, 3)", "[1, 2, 3]"), ("sequence(3, 1)", "[3, 2, 1]"), ("sequence(DATE '2026-11-26', DATE '2026-11-27')", "[2026-11-26, 2026-11-27]"), ("map_keys(MAP(ARRAY['a', 'b'], ARRAY[1, 2]))", "[a, b]"), ("map_values(MAP(ARRAY['a'], ARRAY[1]))", "[1]"), ("ARRAY[1] || ARRAY[2]", "[1, 2]"),
    ("CAST(ROW(1, 'x') AS ROW(a integer, b varchar))", "{a=1, b=x}"), ("CAST(ROW(1, 'x') AS ROW(a integer, b varchar)).b", "x"), ("ROW(1, 2)", "{field0=1, field1=2}"), ("ARRAY['a', NULL]", "[a, null]"),
    # JSON
    ("json_extract_scalar('{\"a\":{\"b\":[1,\"x\"]}}', '$.a.b[1]')", "x"), ("json_extract_scalar('{\"a\":[1]}', '$.a')", None), ("json_extract_scalar('no JSON', '$.a')", None), ("json_extract_scalar('{\"a b\":1}', '$[\"a b\"]')", "1"), ("json_extract('{\"a\":[1, 2]}', '$.a')", "[1,2]"),
    ("json_array_length('[1,2,3]')", "3"), ("CAST(12345678901234567890.10 AS JSON)", "12345678901234567890.10"), ("CAST(ARRAY[CAST(ROW('a\"b', DATE '2026-11-27', NULL) AS ROW(x varchar, d date, n integer))] AS JSON)", '[{"x":"a\\"b","d":"2026-11-27","n":null}]'), ("CAST(MAP(ARRAY[1], ARRAY[1.50]) AS JSON)", '{"1":1.50}'), ("CAST(ROW(1, 'x') AS JSON)", '{"":1,"":"x"}'), ("CAST(json_parse('[1,2]') AS array(integer))", "[1, 2]"), ("CAST(json_extract('{\"a\":\"x\"}', '$.a') AS varchar)", "x"), ("json_format(json_parse('{\"a\": 1}'))", '{"a":1}'),
    # conditions
    ("if(1 > 2, 'a')", None), ("if(true, 'a', 'b')", "a"), ("coalesce(NULL, 7)", "7"), ("nullif(1, 1)", None), ("try(1 / 0)", None), ("CASE 2 WHEN 1 THEN 'a' ELSE 'b' END", "b"), ("NULL IS NOT DISTINCT FROM NULL", "true"), ("1 IN (2, 3) OR NOT 1 = 2", "true"), ("3 = ANY (VALUES 1, 3)", "true"), ("EXISTS (SELECT 1 WHERE false)", "false"),
]

# expression, the beginning of the error
FAILURES = [
    ("CAST('yes' AS boolean)", "INVALID_CAST_ARGUMENT: Cannot cast to boolean: yes"), ("CAST('inf' AS double)", "INVALID_CAST_ARGUMENT"), ("CAST('2020-02-29T10:11:12' AS timestamp)", "INVALID_CAST_ARGUMENT: Value cannot be cast to timestamp"), ("CAST(' 12 ' AS decimal(10,2))", "INVALID_CAST_ARGUMENT"),
    ("CAST(json_parse('[[1],[2]]') AS array(varchar))", "INVALID_CAST_ARGUMENT"), ("TRY_CAST(json_parse('1') AS ROW(a varchar))", "SYNTAX_ERROR: line 1:51: bflocal has no TRY_CAST of json to a row"), ("CAST(ARRAY['2.5'] AS array(integer))", "SYNTAX_ERROR: line 1:44: bflocal does not cast array(varchar) to INTEGER[]"), ("CAST(1e0 AS varchar(3))", "SYNTAX_ERROR: line 1:31: bflocal does not cast a double to varchar(3)"),
    ("CAST(now() AS timestamp(0))", "SYNTAX_ERROR: line 1:34: bflocal has no type timestamp(0)"), ("TIMESTAMP '2020-02-29T10:11:12'", "SYNTAX_ERROR: line 1:39: INVALID_LITERAL"), ("'abc' LIKE '#a' ESCAPE '#'", "SYNTAX_ERROR: line 1:34: INVALID_FUNCTION_ARGUMENT: Escape character"), ("lpad('7', -1, '0')", "INVALID_FUNCTION_ARGUMENT: Target length"), ("rpad('7', 3, '')", "INVALID_FUNCTION_ARGUMENT: Padding"),
    ("date_parse('2020-02-29 ', '%Y-%m-%d')", "INVALID_FUNCTION_ARGUMENT: Invalid format"), ("U&'\\D800'", "line 1:8: an escape"), ("json_extract_scalar('{\"a-b\":1}', '$.a-b')", "SYNTAX_ERROR: line 1:49: bflocal does not read the JSON path"),
    ("1,\n  nope FROM (VALUES 1) t(x)", "COLUMN_NOT_FOUND: line 2:3: Column 'nope' cannot be resolved"), ("t.nope FROM (VALUES 1) t(x)", "COLUMN_NOT_FOUND"), ("TRY_CAST(1 AS date)", "TYPE_MISMATCH: line 1:27: Cannot cast integer to DATE"), ("CAST(100.25 AS varchar(3))", "INVALID_CAST_ARGUMENT: Value 100.25 cannot be represented as varchar(3)"),
    ("1 || 'a'", "TYPE_MISMATCH"), ("DATE '2020-01-01' + INTERVAL '1' HOUR", "SYNTAX_ERROR: line 1:45: Cannot add hour"), ("date_trunc('hour', DATE '2020-01-01')", "SYNTAX_ERROR: line 1:45: 'hour' is not a valid DATE field"), ("extract(HOUR FROM DATE '2020-01-01')", "TYPE_MISMATCH"), ("INTERVAL '1' WEEK", "line 1:21: mismatched input 'WEEK'|SYNTAX_ERROR: line 1:21"), ("element_at(ARRAY[1], 0)", "INVALID_FUNCTION_ARGUMENT: SQL array indices start at 1"),
    ("slice(ARRAY[1], 0, 1)", "INVALID_FUNCTION_ARGUMENT"), ("sequence(1, 10, -1)", "INVALID_FUNCTION_ARGUMENT"), ("split_part('a', ',', 0)", "INVALID_FUNCTION_ARGUMENT"), ("bitwise_and(1.5, 1)", "TYPE_MISMATCH"), ("array_join(ARRAY[1e0], ',')", "SYNTAX_ERROR: line 1:35: bflocal does not join an array(double)"), ("replace('a', '', '-')", "bflocal does not replace the empty text"), ("levenshtein_distance('\u00e4', 'a')", "bflocal has levenshtein_distance of ASCII alone"),
    ("from_iso8601_timestamp('2020-05')", "bflocal reads YYYY-MM-DD"), ("from_iso8601_date('2020-05')", "bflocal reads YYYY-MM-DD"), ("date('2020-05-01 10:00:00')", "INVALID_CAST_ARGUMENT: Value cannot be cast to date"), ("regexp_replace('ab', '(?<first>a)', '${first}!')", "SYNTAX_ERROR: line 1:56: bflocal has no ${name}"), ("listagg(1, ',') WITHIN GROUP (ORDER BY 1)", "TYPE_MISMATCH"),
    ("1 / 0", "DIVISION_BY_ZERO"), ("1.5 / 0.0", "DIVISION_BY_ZERO"), ("5 % 0", "SYNTAX_ERROR|DIVISION_BY_ZERO"), ("CAST('2.5' AS integer)", "INVALID_CAST_ARGUMENT: Cannot cast '2.5' to INTEGER"), ("ARRAY[1][2]", "INVALID_FUNCTION_ARGUMENT"), ("MAP(ARRAY['a'], ARRAY[1])['b']", "INVALID_FUNCTION_ARGUMENT: Key not present in map"),
    ("DATE '2026-11-27' > '2026-01-01'", "TYPE_MISMATCH: line 1:"), ("'1' = 1", "TYPE_MISMATCH"), ("DATE '2026-11-27' BETWEEN '2026-01-01' AND '2027-01-01'", "TYPE_MISMATCH"), ("DATE '2026-11-27' IN ('2026-01-01')", "TYPE_MISMATCH"), ("lower('1') = 1", "TYPE_MISMATCH"), ("length('1') = '1'", "TYPE_MISMATCH"), ("sum('a')", "TYPE_MISMATCH"), ("DATE '2026-11-27' + 1", "TYPE_MISMATCH"), ("'1' + 1", "TYPE_MISMATCH"), ("2 * '3'", "TYPE_MISMATCH"), ("round('a')", "TYPE_MISMATCH"), ("'a' / 2", "TYPE_MISMATCH"), ("cardinality('a')", "TYPE_MISMATCH"), ("CAST(ARRAY[1] AS varchar)", "TYPE_MISMATCH"),
    ("9223372036854775807 + 1", "NUMERIC_VALUE_OUT_OF_RANGE"), ("DATE '2026-11-27' - DATE '2026-11-26'", "SYNTAX_ERROR: line 1:45: bflocal cannot subtract two dates: use date_diff"),
    ("from_iso8601_timestamp('2020-05-11T11:15:05+02:00')", "bflocal keeps no zone of a timestamp"), ("TIMESTAMP '2020-05-11 11:15:05' AT TIME ZONE 'Europe/Berlin'", "SYNTAX_ERROR: line 1:68: bflocal has AT TIME ZONE only for 'UTC'"), ("date_parse('x', '%D')", "SYNTAX_ERROR: line 1:29: bflocal has no %D in the format of a date"),
    ("date_format(now(), concat('%', 'Y'))", "SYNTAX_ERROR: line 1:44: bflocal needs a string literal as argument 2 of date_format"), ("format_datetime(now(), 'ZZ')", "SYNTAX_ERROR: line 1:36: bflocal has no 'ZZ' in the format of a date"), ("json_extract('{}', '$..a')", "SYNTAX_ERROR"), ("date_add('fortnight', 1, now())", "SYNTAX_ERROR"),
    ("read_text('/etc/passwd')", "SYNTAX_ERROR: line 1:8: Function 'read_text' not registered: bflocal's Athena has no such function"), ("reduce(ARRAY[1], 0, (s, x) -> s + x, s -> s)", "SYNTAX_ERROR: line 1:8: Function 'reduce' not registered"), ("substr('a')", "SYNTAX_ERROR: line 1:8: Unexpected parameters for function substr"), ("lower(DISTINCT 'a')", "SYNTAX_ERROR: line 1:8: Unexpected parameters for function lower"),
    ("CAST(1 AS ipaddress)", "SYNTAX_ERROR: line 1:18: bflocal has no type ipaddress"), ("INTERVAL '1-2' YEAR TO MONTH", "SYNTAX_ERROR: line 1:28: bflocal has no INTERVAL"), ("approx_percentile(1, 1, 0.5)", "SYNTAX_ERROR"),
]

QUERIES = [
    ("SELECT avg(x), sum(x), count(*), min(x), max(x) FROM (VALUES 1.10, 2.25) t(x)", [["1.68", "3.35", "2", "1.10", "2.25"]]),
    ("SELECT avg(x), sum(x), stddev_pop(x) FROM (VALUES 1, 2, 4) t(x)", [["2.3333333333333335", "7", "1.247219128924647"]]),
    ("SELECT avg(x) FROM (SELECT CAST(NULL AS decimal(5,2)) WHERE false) t(x)", [[None]]),
    ("SELECT sum(x) FILTER (WHERE x > 1), avg(DISTINCT x) FROM (VALUES 1.0, 2.0, 2.0) t(x)", [["4.0", "1.5"]]),
    ("SELECT sum(x) OVER (ORDER BY x ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM (VALUES 1, 2, 3) t(x)", [["1"], ["3"], ["5"]]),
    ("SELECT x, lag(x) IGNORE NULLS OVER (ORDER BY i) FROM (VALUES (1, 5), (2, NULL), (3, 6)) t(i, x) ORDER BY i", [["5", None], [None, "5"], ["6", "5"]]),
    ("SELECT row_number() OVER w, rank() OVER w FROM (VALUES 1, 1, 2) t(x) WINDOW w AS (ORDER BY x) ORDER BY 1", [["1", "1"], ["2", "1"], ["3", "3"]]),
    ("SELECT approx_distinct(x), max_by(y, x), min_by(y, x), arbitrary(1), count_if(x > 1) FROM (VALUES (1, 'a'), (2, 'b'), (2, 'b')) t(x, y)", [["2", "b", "a", "1", "2"]]),
    ("SELECT array_agg(x ORDER BY x DESC), array_join(array_agg(CAST(x AS varchar) ORDER BY x), '+'), listagg(y, ',') WITHIN GROUP (ORDER BY x) FROM (VALUES (1, 'a'), (2, 'b')) t(x, y)", [["[2, 1]", "1+2", "a,b"]]),
    ("SELECT x / 2, count(*) FROM (VALUES 1, 2, 3) t(x) GROUP BY x / 2 ORDER BY x / 2", [["0", "1"], ["1", "2"]]),
    ("SELECT a, b, sum(x) FROM (VALUES ('x', 'y', 1), ('x', 'z', 2)) t(a, b, x) GROUP BY ROLLUP (a, b) ORDER BY 1, 2", [["x", "y", "1"], ["x", "z", "2"], ["x", None, "3"], [None, None, "3"]]),
    ("SELECT x FROM (VALUES 1, NULL, 2) t(x) ORDER BY x DESC", [["2"], ["1"], [None]]),
    ("SELECT x FROM (VALUES 1, 2, 3) t(x) ORDER BY x OFFSET 1 LIMIT 1", [["2"]]),
    ("SELECT x FROM (VALUES 1, 2, 3) t(x) ORDER BY x FETCH FIRST 2 ROWS ONLY", [["1"], ["2"]]),
    ("WITH a AS (SELECT 1 AS x), b AS (SELECT x + 1 AS x FROM a) SELECT * FROM a UNION ALL SELECT * FROM b ORDER BY 1", [["1"], ["2"]]),
    ("WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 3) SELECT sum(n) FROM t", [["6"]]),
    ("SELECT * FROM (VALUES 1, 2) a(x) JOIN (VALUES 2, 3) b(y) ON a.x = b.y", [["2", "2"]]),
    ("SELECT * FROM (VALUES 1, 2) a(x) LEFT JOIN (VALUES 2) b(x) USING (x) ORDER BY 1", [["1"], ["2"]]),
    ("SELECT x FROM (VALUES 1, 2, 3) t(x) EXCEPT SELECT 2 INTERSECT SELECT 2 ORDER BY 1", [["1"], ["3"]]),
    ("SELECT t.a, u.x, u.n FROM (VALUES (1, ARRAY[5, 6]), (2, ARRAY[7])) t(a, b) CROSS JOIN UNNEST(b) WITH ORDINALITY AS u(x, n) ORDER BY 1, 3", [["1", "5", "1"], ["1", "6", "2"], ["2", "7", "1"]]),
    ("SELECT t.a, u.x FROM (VALUES (1, ARRAY[5]), (2, NULL)) t(a, b) LEFT JOIN UNNEST(b) AS u(x) ON true ORDER BY 1", [["1", "5"], ["2", None]]),
    ("SELECT * FROM UNNEST(ARRAY[1, 2, 3], ARRAY['a']) AS t(n, s)", [["1", "a"], ["2", None], ["3", None]]),
    ("SELECT k, v FROM UNNEST(MAP(ARRAY['a', 'b'], ARRAY[1, 2])) AS t(k, v) ORDER BY 1", [["a", "1"], ["b", "2"]]),
    ("SELECT a, b FROM UNNEST(ARRAY[ROW(1, 'x'), ROW(2, 'y')]) AS t(a, b) ORDER BY 1", [["1", "x"], ["2", "y"]]),
    ("SELECT n FROM (VALUES ('{\"l\":[1,2]}')) t(j) CROSS JOIN UNNEST(CAST(json_extract(j, '$.l') AS array(integer))) AS u(n) ORDER BY 1", [["1"], ["2"]]),
    ("SELECT (SELECT max(x) FROM (VALUES 1, 2) t(x)), (VALUES 7)", [["2", "7"]]),
    ("SELECT count(*), count(DISTINCT x) FROM (VALUES 1, 1) t(x) HAVING count(*) > 1", [["2", "1"]]),
    ("SELECT \"T\".X AS \"Big Name\" FROM (VALUES 1) t(x)", [["1"]]),
    ("SELECT -- a comment\n 1 /* and\n another */ + 1;", [["2"]]),
    ("SELECT x + 1, y FROM (VALUES ROW(1, 'a')) t(x, y)", [["2", "a"]]),
    # types of what a subquery or a CTE makes, where the same name is something else inside
    ("WITH a AS (SELECT date_trunc('hour', t) AS h FROM (VALUES TIMESTAMP '2020-01-01 10:11:12') v(t)) SELECT date_add('hour', 1, h) FROM a", [["2020-01-01 11:00:00.000"]]),
    ("WITH t AS (SELECT sum(x) AS s FROM (VALUES 1.10, 2.25) v(x)) SELECT s / 3, round(s, 1), typeof(s), s % 2 FROM t", [["1.12", "3.40", "decimal(38,2)", "1.35"]]),
    ("SELECT x / 2 FROM (SELECT sum(x) / 3 AS x FROM (VALUES 1, 2, 7) v(x))", [["1"]]),
    ("WITH a AS (SELECT 7 AS x), b AS (SELECT x / 2 AS x FROM a), c AS (SELECT x / 2.0 AS x FROM b) SELECT a.x / 2, b.x / 2, c.x / 2 FROM a, b, c", [["3", "1", "0.8"]]),
    ("WITH a AS (SELECT avg(x) AS m FROM (VALUES 1.10, 2.25) v(x)) SELECT m, m / 2, typeof(m / 2), CAST(m AS integer) FROM a ORDER BY m / 2", [["1.68", "0.84", "decimal(3,2)", "2"]]),
    ("SELECT u / 2, typeof(u / 2) FROM (VALUES ARRAY[1, 2, 7]) t(a) CROSS JOIN UNNEST(transform(a, x -> x / 2)) AS v(u)", [["0", "integer"], ["0", "integer"], ["1", "integer"]]),
    ("SELECT sum(x) / 3, (SELECT max(x) / 2 FROM (VALUES 1.5, 5.25) w(x)) FROM (VALUES 1, 2, 7) v(x)", [["3", "2.63"]]),
    ("SELECT x / 2 AS x FROM (VALUES 5) v(x) UNION ALL SELECT x / 2 FROM (VALUES 5.0) v(x) ORDER BY x", [["2.0"], ["2.5"]]),
    ("SELECT TIMESTAMP '2026-11-27 10:00:00' - TIMESTAMP '2026-11-26 09:00:00'", [["1 01:00:00.000"]]),
    ("TABLE t", "TABLE_NOT_FOUND: line 1:7: Table 'awsdatacatalog.shop.t' does not exist"),
    ("SELECT 1 FROM (VALUES 1) t NATURAL JOIN (VALUES 1) u", "SYNTAX_ERROR: line 1:28: bflocal has no NATURAL JOIN"),
    ("EXPLAIN SELECT 1", "line 1:1: mismatched input 'EXPLAIN': bflocal's Athena has no such statement"),
]


def setup():
    s3.create_bucket(Bucket="lake")
    yield "a database", rows("CREATE DATABASE shop"), []


def functions():
    """Runs each expression alone, so that each has its own name in the report; all in one statement if they are all valid."""
    for expression, want in VALUES:
        got = one("SELECT " + expression)
        yield expression.replace("|", "/"), got[0] if isinstance(got, list) else got, want


def known():
    """Trino 435's own answers to expressions of trino_draw.py (recorded by tests/peers/trino.py); \\N is NULL."""
    cases = [line.split("\t") for line in KNOWN.read_text().splitlines()]
    right = 0
    for at in range(0, len(cases), TOGETHER):
        some = cases[at:at + TOGETHER]
        got = one("SELECT " + ", ".join(e for e, _ in some))
        for i, (expression, value) in enumerate(some):
            want = None if value == "\\N" else value
            value = got[i] if isinstance(got, list) else one("SELECT " + expression)
            value = value[0] if isinstance(value, list) else value
            right += value == want
            if value != want:
                yield expression.replace("|", "/"), value, want
    yield "expressions that are as Trino answered", right, len(cases)


def refused():
    for expression, wants in FAILURES:
        got = one("SELECT " + expression)
        yield expression.replace("|", "/").replace("\n", " "), got if not isinstance(got, str) or not any(w and got.startswith(w) for w in wants.split("|")) else "as wanted", "as wanted"


def whole():
    for sql, want in QUERIES:
        yield sql.replace("|", "/").replace("\n", " "), rows(sql), want


report(setup, functions, known, refused, whole)
