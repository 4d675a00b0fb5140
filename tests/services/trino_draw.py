"""Expressions for Athena's functions and operators: each with the arguments that it is asked with in practice, and with those
at its edges. trino_known.tsv has Trino's own answers to them; tests/peers/trino.py asks Trino again."""
from itertools import product

INT = ["0", "1", "-7", "7", "2147483647", "9223372036854775807", "CAST(NULL AS integer)"]
SMALL = ["0", "1", "2", "-1", "5", "CAST(NULL AS integer)"]
DEC = ["1.5", "-2.5", "0.005", "123456789012345678.25", "0.00", "CAST(NULL AS decimal(5,2))"]
DBL = ["1e0", "-2.5e0", "0.1e0", "1e300", "0e0", "nan()", "infinity()", "CAST(NULL AS double)"]
NUM = INT[:4] + DEC[:3] + DBL[:5]
STR = ["''", "'a'", "'äöü€'", "'Hello World'", "'  pad '", "'a,b,,c'", "'😀x'", "'12'", "CAST(NULL AS varchar)"]
DATE = ["DATE '2020-02-29'", "DATE '1969-12-31'", "DATE '2026-11-27'", "DATE '0001-01-01'", "CAST(NULL AS date)"]
TS = ["TIMESTAMP '2026-11-27 10:11:12.345'", "TIMESTAMP '1969-12-31 23:59:59.999'", "TIMESTAMP '2020-02-29 00:00:00'",
      "TIMESTAMP '2021-01-03 12:00:00'", "CAST(NULL AS timestamp)"]
TZ = ["from_unixtime(0)", "TIMESTAMP '2026-11-27 10:11:12.345 UTC'"]
UNITS = ["'millisecond'", "'second'", "'minute'", "'hour'", "'day'", "'week'", "'month'", "'quarter'", "'year'"]
INTS = ["ARRAY[1, 2, 3]", "ARRAY[3, NULL, 1]", "ARRAY[2, 1, 2]", "CAST(ARRAY[] AS array(integer))", "CAST(NULL AS array(integer))"]
STRS = ["ARRAY['a', 'b']", "ARRAY['b', NULL, '']", "CAST(ARRAY[] AS array(varchar))"]
DBLS = ["ARRAY[1e0, nan(), 2e0]", "ARRAY[1.5, 2.25]"]
MAPS = ["MAP(ARRAY['a', 'b'], ARRAY[1, NULL])", "MAP(ARRAY['x'], ARRAY[7])", "MAP()", "CAST(NULL AS map(varchar, integer))"]
JSONS = ["'{\"a\":{\"b\":[1,\"x\",null,true]},\"c\":1.50,\"d\":\"\"}'", "'[1,\"two\",3.0,null,{\"k\":[]}]'", "'12'", "'\"s\"'", "'null'", "'no JSON'", "''",
         "'{\"a\":1,\"a\":2}'", "'{\"ä\":\"\\u00e4\\n\"}'", "'{\"a\":1e3,\"c\":12345678901234567890}'", "' {\"a\" : [ 1 , 2 ]} '", "CAST(NULL AS varchar)"]


def calls(name, *pools):
    return [f"{name}({', '.join(a)})" for a in product(*pools)]


def infix(op, left, right):
    return [f"{a} {op} {b}" for a, b in product(left, right)]


def casts():
    types = ["boolean", "tinyint", "smallint", "integer", "bigint", "real", "double", "decimal(10,2)", "decimal(38,0)", "varchar", "varchar(3)", "char(4)", "date", "timestamp"]
    values = ["0", "1", "-7", "127", "128", "2147483648", "1.5", "2.5", "-2.5", "0.005", "1e0", "2.5e0", "-0.5e0", "1e20", "1e-7", "123456.789e0", "nan()", "infinity()", "REAL '0.1'", "REAL '3e10'",
              "'1'", "' 12 '", "'12.5'", "'-1e3'", "''", "'true'", "'T'", "'f'", "'yes'", "'NaN'", "'2020-02-29'", "'2020-02-29 10:11:12'", "'2020-02-29 10:11:12.3456'", "'2020-2-9'", "'2020-02-30'", "'abcdef'", "'äöü€x'",
              "true", "false", "DATE '2020-02-29'", "TIMESTAMP '2020-02-29 10:11:12.345'", "TIMESTAMP '1969-12-31 23:59:59.5'", "CAST(NULL AS varchar)"]
    return [f"{how}({v} AS {t})" for how in ("CAST", "TRY_CAST") for v, t in product(values, types)]


def numbers():
    out = []
    for op in ("+", "-", "*", "/", "%"):
        out += infix(op, ["1", "-7", "7", "2147483647", "1.5", "-2.50", "0.005", "1e0", "0.1e0", "REAL '0.1'", "CAST(7 AS smallint)"],
                     ["2", "-3", "0", "0.3", "4.00", "3e0", "0e0", "REAL '2.5'", "CAST(3 AS tinyint)", "CAST(NULL AS integer)"])
    for f in ("abs", "ceil", "ceiling", "floor", "round", "truncate", "sign", "sqrt", "cbrt", "exp", "ln", "log2", "log10", "degrees", "radians", "sin", "cos", "tan", "asin", "acos", "atan", "sinh",
              "cosh", "tanh", "is_nan", "is_finite", "is_infinite", "bitwise_not", "typeof", "-"):
        out += calls(f, NUM + ["nan()", "infinity()", "CAST(NULL AS double)", "0.5", "-0.5e0", "REAL '0.1'", "2.5e0"])
    for f in ("power", "pow", "mod", "atan2", "log", "greatest", "least", "bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_left_shift", "bitwise_right_shift", "nullif"):
        out += calls(f, ["2", "-7", "1.5", "0", "-2.5e0", "CAST(NULL AS integer)"], ["3", "0", "2.25", "0.5e0", "-1"])
    out += calls("round", ["1.2345", "-1.2355", "1.2345e0", "12345", "-15", "0.5", "1e300", "nan()", "2.675e0"], ["0", "1", "2", "3", "-1", "-2"])
    out += calls("truncate", ["1.2345", "-1.2355", "12345.678"], ["0", "1", "2", "-1"])
    out += calls("width_bucket", ["3.5e0"], ["0e0"], ["10e0"], ["5"]) + calls("to_base", ["255"], ["16", "2"]) + calls("from_base", ["'ff'"], ["16"])
    out += ["pi()", "e()", "greatest(1, 2.5, 3e0)", "least('a', 'b')", "greatest('a', NULL)", "greatest(nan(), 1e0)", "least(DATE '2020-01-01', DATE '2019-01-01')", "1 / 3 * 3.0", "2 * 3 % 4 - 5", "- 7 / 2", "7 / -2", "-7 % 3",
            "7 % -3", "5.5 % 2", "-5.5 % 2.0", "1.0 / 3.0 * 3", "0.1 + 0.2", "1e0 / 3", "1 + 1.0 + 1e0", "100 * 1.10", "CAST(10 AS decimal(38,0)) * 1.1", "123456789012345678901234567890 + 1", "1.10 = 1.1", "0.1e0 + 0.2e0", "1e21", "1e-5", "123456789e0",
            "0.001e0", "0.0001e0", "10000000e0", "9999999e0", "REAL '1e10'", "REAL '0.001'", "REAL '16777217'", "-0e0", "CAST(-0e0 AS varchar)", "1.0E7 = 10000000", "5 BETWEEN 1 AND 5", "5 NOT BETWEEN 1 AND 4", "NULL BETWEEN 1 AND 2", "1 <> 2",
            "1 IS DISTINCT FROM NULL", "NOT true", "NULL AND false", "NULL OR true", "NULL = NULL", "true AND NULL", "nan() = nan()", "nan() <> nan()", "nan() > infinity()", "0e0 = -0e0", "1 IN (1, NULL)", "2 IN (1, NULL)", "2 NOT IN (1, NULL)"]
    return out


def strings():
    out = []
    for f in ("length", "lower", "upper", "trim", "ltrim", "rtrim", "reverse", "to_utf8", "codepoint", "soundex", "normalize", "typeof"):
        out += calls(f, STR)
    out += calls("substr", STR[:5] + STR[6:7], ["1", "2", "0", "-1", "-2", "-9", "9", "CAST(NULL AS integer)"])
    out += calls("substr", ["'hello'", "'äöü€'"], ["1", "2", "0", "-2", "9"], ["0", "1", "3", "99", "-1", "CAST(NULL AS integer)"])
    out += [f"substring('hello' FROM {a})" for a in ("2", "-3")] + ["substring('hello' FROM 2 FOR 3)"]
    out += calls("strpos", ["'high'", "'äöüö'", "''", "'aXbXc'"], ["'h'", "'ö'", "''", "'X'", "'zz'", "CAST(NULL AS varchar)"]) + calls("strpos", ["'aXbXc'"], ["'X'"], ["1", "2", "3", "-1"])
    out += calls("split", ["'a,b,,c'", "''", "'abc'", "'a.b'", "',x,'"], ["','", "'.'", "'bc'"]) + calls("split", ["'a,b,c,d'"], ["','"], ["1", "2", "9"])
    out += calls("split_part", ["'a,b,,c'", "''", "'abc'"], ["','", "'b'"], ["1", "2", "3", "5", "0", "-1"])
    out += calls("split_to_map", ["'a=1,b=2'"], ["','"], ["'='"])
    out += calls("replace", STR[:6], ["'a'", "''", "','"]) + calls("replace", STR[:6], ["'a'", "''", "','"], ["'-'", "''"])
    out += calls("lpad", ["'7'", "'hello'", "''", "'äö'"], ["3", "0", "1"], ["'0'", "'xy'", "'€'"]) + calls("rpad", ["'7'", "'hello'", "''", "'äö'"], ["3", "0", "1"], ["'0'", "'xy'"]) + calls("lpad", ["'7'"], ["-1"], ["'0'"]) + calls("lpad", ["'7'"], ["3"], ["''"])
    out += calls("concat", STR[:4], ["'x'", "''", "CAST(NULL AS varchar)"]) + ["concat('a', 'b', 'c', 'd')", "concat(ARRAY[1], ARRAY[2])", "concat_ws(',', 'a', NULL, 'b', '')", "concat_ws(',', ARRAY['a', NULL, 'b'])", "concat_ws(NULL, 'a')"]
    out += infix("||", STR[:4], ["'x'", "CAST(NULL AS varchar)"])
    out += calls("chr", ["65", "8364", "128512", "0", "-1"]) + calls("starts_with", ["'abc'", "''"], ["'ab'", "''", "'abcd'"]) + calls("ends_with", ["'abc'"], ["'bc'"])
    out += calls("translate", ["'abcd'", "'aabb'", "''", "'äbc'"], ["'ac'", "'ä'", "''"], ["'x'", "'xyz'", "''"])
    out += calls("levenshtein_distance", ["'kitten'", "''", "'ä'"], ["'sitting'", "''", "'a'"]) + calls("hamming_distance", ["'abc'"], ["'abd'", "'ab'"])
    out += [f"trim({w} {c} FROM {s})" for w in ("BOTH", "LEADING", "TRAILING") for c in ("'x'", "'xy'", "' '") for s in ("'xyaxy'", "'  a '")] + ["trim('x' FROM 'xax')", "trim('xyaxy', 'xy')", "ltrim('xyaxy', 'xy')", "rtrim('xya', 'a')", "trim(U&'\\0009a\\000a')", "ltrim(U&'\\3000a')"]
    out += [f"{s} {n}LIKE {p}" for n in ("", "NOT ") for s in ("'abc'", "''", "'a_c'", "'a%c'", "U&'a\\000ac'", "'äöü'", "CAST(NULL AS varchar)") for p in ("'a%'", "'%'", "'a_c'", "'_'", "''", "'%c'", "'___'", "'A%'")]
    out += ["'a_c' LIKE 'a\\_c' ESCAPE '\\'", "'abc' LIKE 'a\\_c' ESCAPE '\\'", "'a%c' LIKE 'a#%c' ESCAPE '#'", "'abc' LIKE '#a' ESCAPE '#'", "'a' LIKE NULL"]
    out += ["to_hex(md5(to_utf8('a')))", "to_hex(sha1(to_utf8('')))", "to_hex(sha256(to_utf8('ä')))", "to_hex(sha512(to_utf8('a')))", "to_hex(crc32(to_utf8('a')))", "crc32(to_utf8('a'))", "to_hex(xxhash64(to_utf8('a')))", "to_hex(hmac_sha256(to_utf8('a'), to_utf8('k')))",
            "to_base64(to_utf8(''))", "to_base64(to_utf8('abcd'))", "from_utf8(from_base64('YWI='))", "from_hex('')", "from_hex('4a4B')", "from_hex('xx')", "from_utf8(from_hex('ff'))", "to_base64url(to_utf8('??>'))", "url_encode('a b&c/ä')", "url_decode('a%20b+c')", "X'4142'", "to_utf8('a') || to_utf8('b')",
            "length(to_utf8('ä'))", "substr(to_utf8('abc'), 2)", "url_extract_host('https://h.example:8080/p?q=1#f')", "url_extract_parameter('https://h/p?q=1&r=2', 'r')", "url_extract_path('https://h/p/x?q')", "url_extract_query('https://h/p?q=1')",
            "url_extract_protocol('https://h/')", "url_extract_port('https://h:8/')", "word_stem('running')", "format('%s|%05d|%.2f', 'a', 7, 1.5e0)", "format('%,d', 1234567)", "format_number(1234567)", "human_readable_seconds(96)", "position('b' IN 'abc')", "'a' < 'B'", "'ä' > 'z'", "'a ' = 'a'",
            "CAST('a' AS char(3)) = 'a'", "CAST('a' AS char(3)) || 'b'", "length(CAST('a' AS char(3)))", "U&'\\00e4'", "'it''s'", "luhn_check('79927398713')"]
    return out


def regexps():
    subjects = ["'1a 2b 14m'", "'äöü ab12'", "''", "'a.b.c'", "'AbC'", "CAST(NULL AS varchar)"]
    patterns = ["'\\d+'", "'[a-z]'", "'(\\d+)([a-z])?'", "'(?i)ABC'", "'^$'", "'\\.'", "'\\b\\w'", "'x*'", "'(?<n>[a-c])'", "'\\p{L}+'", "'[^a-z]+$'"]
    out = calls("regexp_like", subjects, patterns) + calls("regexp_extract", subjects, patterns) + calls("regexp_extract_all", subjects, patterns) + calls("regexp_count", subjects, patterns)
    out += calls("regexp_replace", subjects, patterns) + calls("regexp_replace", subjects, patterns[:8], ["'-'", "'<$0>'", "'\\$'"]) + calls("regexp_split", subjects, patterns[:8]) + calls("regexp_position", subjects, patterns[:6])
    out += calls("regexp_extract", subjects[:2], patterns[2:3], ["0", "1", "2", "3"]) + calls("regexp_extract_all", subjects[:2], patterns[2:3], ["0", "1", "2", "3"])
    return out + ["regexp_replace('ab', '(a)(b)', '$2$1')", "regexp_replace('new york', '(\\w)(\\w*)', x -> upper(x[1]) || lower(x[2]))", "regexp_replace('ab', '(?<first>a)', '${first}!')", "regexp_like('a\nb', 'a.b')", "regexp_like(U&'a\\000ab', 'a.b')", "regexp_like(U&'a\\000ab', '^b')",
                  "regexp_like('a', '(')", "regexp_like('aa', '(a)\\1')", "regexp_like('ab', 'a(?=b)')"]


def times():
    out = []
    for f in ("year", "quarter", "month", "week", "week_of_year", "day", "day_of_month", "day_of_week", "dow", "day_of_year", "doy", "year_of_week", "yow", "last_day_of_month", "to_unixtime", "to_iso8601", "typeof", "date"):
        out += calls(f, DATE + TS + TZ)
    for f in ("hour", "minute", "second", "millisecond"):
        out += calls(f, TS + TZ + DATE[:1])
    out += [f"extract({u} FROM {v})" for u in ("YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "DAY_OF_WEEK", "DOW", "DOY", "YOW", "HOUR", "MINUTE", "SECOND") for v in (DATE[0], TS[0])]
    out += calls("date_trunc", UNITS[:], DATE[:3] + TS[:4] + TZ[1:]) + calls("date_add", UNITS, ["1", "-1", "13"], [DATE[0], TS[0], TS[1], TZ[1]]) + calls("date_add", ["'month'"], ["1", "-1", "12"], ["DATE '2020-01-31'", "TIMESTAMP '2020-01-31 10:00:00'"])
    out += calls("date_diff", UNITS, [DATE[0], "DATE '2020-01-31'"], ["DATE '2020-03-01'", DATE[1]]) + calls("date_diff", UNITS, TS[:3] + ["TIMESTAMP '2026-11-27 10:11:12.344'"], TS[:4])
    formats = ["'%Y-%m-%d'", "'%H:%i:%s'", "'%Y%m%d%H'", "'%d/%c/%y'", "'%M %e, %Y'", "'%a %b %d'", "'%W'", "'%j'", "'%h %p'", "'%r'", "'%T'", "'%f'", "'%l:%i'", "'%k'", "'%x-%v'", "'%%'", "'%s.%f'", "'%I'", "'T%H'"]
    out += calls("date_format", TS[:3] + [DATE[0]], formats)
    out += [f"date_parse({v}, {f})" for v, f in [("'2020-02-29'", "'%Y-%m-%d'"), ("'2020-02-29 10:11:12'", "'%Y-%m-%d %H:%i:%s'"), ("'20200229'", "'%Y%m%d'"), ("'29/2/20'", "'%d/%c/%y'"), ("'2020-2-9'", "'%Y-%m-%d'"), ("'2020-02-30'", "'%Y-%m-%d'"), ("'x'", "'%Y'"), ("'10:11 PM'", "'%h:%i %p'"),
            ("'2020-02-29T10:11:12.345'", "'%Y-%m-%dT%H:%i:%s.%f'"), ("'Feb 29 2020'", "'%b %d %Y'"), ("'February 29, 2020'", "'%M %e, %Y'"), ("'2020-060'", "'%Y-%j'"), ("'2020-02-29 '", "'%Y-%m-%d'"), ("'12'", "'%H'"), ("'2020'", "'%Y'"), ("'70'", "'%y'"), ("'69'", "'%y'"), ("'2020-02-29 10:11:12.3'", "'%Y-%m-%d %T.%f'"), ("CAST(NULL AS varchar)", "'%Y'")]]
    jodas = ["'yyyy-MM-dd'", "'yyyy-MM-dd HH:mm:ss'", "'HH:mm:ss.SSS'", "'EEE, d MMM yyyy'", "'EEEE MMMM'", "'yy/M/d'", "'hh a'", "'YYYYMMdd'", "'yyyy''T''HH'", "'D'", "'e'", "'w'", "'xxxx'", "'K k'", "'ss.S'", "'Z'", "'z'"]
    out += calls("format_datetime", TS[:3] + [DATE[0]], jodas)
    out += [f"parse_datetime({v}, {f})" for v, f in [("'2020-02-29'", "'yyyy-MM-dd'"), ("'2020-02-29 10:11:12'", "'yyyy-MM-dd HH:mm:ss'"), ("'2020/02/29/10'", "'yyyy/MM/dd/HH'"), ("'20200229'", "'yyyyMMdd'"), ("'Feb 2020'", "'MMM yyyy'"), ("'2020-02-29 10:11 PM'", "'yyyy-MM-dd hh:mm a'"), ("'2020-02-30'", "'yyyy-MM-dd'"), ("'x'", "'yyyy'"),
            ("'2020-2-9'", "'yyyy-MM-dd'"), ("'10:11:12.345'", "'HH:mm:ss.SSS'"), ("'2020-02-29T10:11:12+0200'", "'yyyy-MM-dd''T''HH:mm:ssZ'")]]
    out += calls("from_iso8601_timestamp", ["'2020-05-11T11:15:05'", "'2020-05-11T11:15:05.055Z'", "'2020-05-11T11:15:05+02:00'", "'2020-05-11'", "'2020-05'", "'2020'", "'2020-W20-1'", "'2020-132'", "'2020-05-11T11'", "'2020-05-11T11:15'", "'20200511T111505Z'", "'2020-05-11 11:15:05'", "'x'",
            "'1969-12-31T23:59:59.9999999Z'", "'2020-05-11T24:00:00Z'", "'2020-02-30T00:00:00Z'", "CAST(NULL AS varchar)"])
    out += calls("from_iso8601_date", ["'2020-05-11'", "'2020-W20'", "'2020-W20-1'", "'2020-132'", "'2020-02-30'", "'2020-05'", "'2020-05-11T11:00'", "''"])
    out += calls("from_unixtime", ["0", "1589195705", "1.5e0", "-1", "-0.5e0", "1589195705.123", "1e12", "nan()", "CAST(NULL AS double)"]) + ["from_unixtime(0, 'UTC')", "from_unixtime(0, 2, 0)", "from_unixtime_nanos(1500000000)"]
    out += infix("+", DATE[:3] + TS[:3], ["INTERVAL '1' DAY", "INTERVAL '-1' MONTH", "INTERVAL '1' YEAR", "INTERVAL '90' MINUTE", "INTERVAL '1 2' DAY TO HOUR", "INTERVAL '1.5' SECOND", "INTERVAL '1' WEEK"]) + infix("-", DATE[:1] + TS[:2], ["INTERVAL '1' DAY", "INTERVAL '1' MONTH", "INTERVAL '2' HOUR"])
    out += infix("-", TS[:2] + TZ, TS[1:3] + TZ[:1]) + infix("<", TS[:2] + DATE[:2] + TZ[:1], TS[1:3] + DATE[1:3])
    out += ["INTERVAL '2' DAY * 3", "2 * INTERVAL '1' MONTH", "INTERVAL '3' DAY - INTERVAL '1' HOUR", "INTERVAL '1' YEAR + INTERVAL '2' MONTH", "-INTERVAL '1' DAY", "INTERVAL '1' DAY > INTERVAL '23' HOUR", "INTERVAL -'1' DAY", "INTERVAL '3' YEAR", "INTERVAL '36' HOUR", "INTERVAL '1' DAY / 2", "to_milliseconds(INTERVAL '1' DAY)",
            "parse_duration('42.8ms')", "DATE '2020-02-29' = TIMESTAMP '2020-02-29 00:00:00'", "TIMESTAMP '2020-02-29 10:00:00' AT TIME ZONE 'UTC'", "TIMESTAMP '2020-02-29 10:00:00 UTC'", "TIMESTAMP '2020-02-29 10:00:00 +02:00'", "TIMESTAMP '2020-02-29 10:00:00 Europe/Berlin' AT TIME ZONE 'UTC'", "TIMESTAMP '2020-02-29'", "TIMESTAMP '2020-02-29 10:00'",
            "TIMESTAMP '2020-02-29 10:00:00.123456'", "TIMESTAMP '2020-2-9 1:02:03'", "DATE '2020-2-9'", "DATE '2020-02-30'", "TIME '10:11:12.345'", "TIME '10:11:12' + INTERVAL '1' HOUR", "CAST(TIMESTAMP '2020-02-29 10:11:12 UTC' AS timestamp)", "CAST(TIMESTAMP '2020-02-29 10:11:12 UTC' AS date)", "CAST(TIMESTAMP '2020-02-29 10:11:12 UTC' AS varchar)",
            "CAST(DATE '2020-02-29' AS timestamp)", "CAST(TIMESTAMP '2020-02-29 10:11:12.3456' AS timestamp(3))", "CAST(TIMESTAMP '2020-02-29 10:11:12.3455' AS timestamp(3))", "CAST(TIMESTAMP '2020-02-29 10:11:12.999' AS timestamp(0))", "with_timezone(TIMESTAMP '2020-02-29 10:00:00', 'UTC')", "timezone_hour(TIMESTAMP '2020-02-29 10:00:00 +02:00')",
            "year(DATE '-0001-01-01')", "date_diff('day', DATE '2020-03-01', TIMESTAMP '2020-03-02 10:00:00')", "date_diff('month', DATE '2020-01-31', DATE '2020-02-29')", "date_diff('month', DATE '2020-02-29', DATE '2020-01-31')", "date_diff('year', DATE '2020-02-29', DATE '2021-02-28')", "date_add('day', CAST(NULL AS bigint), DATE '2020-01-01')",
            "date_trunc('hour', DATE '2020-01-01')", "date_add('DAY', 1, DATE '2020-01-01')", "date('2020-02-29')", "date('2020-02-29 10:00:00')", "DATE '9999-12-31' + INTERVAL '1' DAY", "sequence(DATE '2020-01-31', DATE '2020-04-30', INTERVAL '1' MONTH)", "sequence(TIMESTAMP '2020-01-01 00:00:00', TIMESTAMP '2020-01-01 01:00:00', INTERVAL '30' MINUTE)"]
    return out


def nested():
    arrays = INTS + STRS
    out = []
    for f in ("cardinality", "array_distinct", "array_sort", "array_max", "array_min", "reverse", "typeof", "array_first", "array_last"):
        out += calls(f, arrays + DBLS)
    for f in ("contains", "array_position", "array_remove"):
        out += calls(f, INTS, ["1", "9", "CAST(NULL AS integer)"]) + calls(f, STRS, ["'a'", "''"])
    out += calls("element_at", INTS, ["1", "3", "-1", "4", "-9", "0"]) + [f"{a}[{i}]" for a in INTS[:4] for i in ("1", "3", "0", "4", "-1")]
    out += calls("slice", INTS, ["1", "2", "-2", "9"], ["0", "1", "9"]) + calls("slice", INTS[:1], ["0", "1"], ["-1", "1"]) + calls("array_join", STRS + INTS[:2] + DBLS, ["'-'", "''"]) + calls("array_join", STRS, ["','"], ["'?'"])
    out += [f"{a} || {b}" for a in INTS for b in INTS[:2] + ["9"]] + ["9 || ARRAY[1]", "ARRAY['a'] || 'b'"]
    for f in ("array_union", "array_intersect", "array_except", "arrays_overlap"):
        out += calls(f, INTS[:4], INTS[:3])
    out += calls("trim_array", INTS[:1], ["1", "3", "4"]) + calls("repeat", ["1", "'a'"], ["0", "2"]) + calls("flatten", ["ARRAY[ARRAY[1], ARRAY[2, NULL]]", "ARRAY[ARRAY[1], NULL]", "ARRAY[ARRAY['a'], CAST(ARRAY[] AS array(varchar))]"])
    for f in ("filter", "any_match", "none_match", "all_match"):
        out += calls(f, INTS, ["x -> x > 1", "x -> x IS NULL", "x -> true"])
    out += calls("transform", INTS, ["x -> x + 1", "x -> CAST(x AS varchar)", "x -> ARRAY[x]", "x -> NULL"]) + ["reduce(ARRAY[1, 2], 0, (s, x) -> s + x, s -> s)", "zip(ARRAY[1, 2], ARRAY['a'])", "zip_with(ARRAY[1, 2], ARRAY[3, 4], (x, y) -> x + y)", "array_sort(ARRAY[3, 1, 2], (x, y) -> IF(x < y, 1, IF(x = y, 0, -1)))", "ngrams(ARRAY[1, 2, 3], 2)",
            "combinations(ARRAY[1, 2], 1)", "shuffle(ARRAY[1])", "transform(ARRAY[ARRAY[1, 2], ARRAY[3]], x -> cardinality(x))", "filter(ARRAY['a', 'bb'], s -> length(s) > 1)", "transform(ARRAY[1], x -> transform(ARRAY[10], y -> x + y))"]
    out += calls("sequence", ["1", "3", "-2"], ["3", "1", "0"]) + calls("sequence", ["1"], ["10"], ["3", "-1", "0"]) + calls("sequence", ["10"], ["1"], ["-4"])
    for f in ("cardinality", "map_keys", "map_values", "map_entries", "typeof"):
        out += calls(f, MAPS)
    out += calls("element_at", MAPS, ["'a'", "'zz'", "''"]) + [f"{m}['a']" for m in MAPS[:2]] + calls("map_concat", MAPS[:3], MAPS[:3]) + ["map_filter(MAP(ARRAY['a', 'b'], ARRAY[1, 2]), (k, v) -> v > 1)", "transform_values(MAP(ARRAY['a'], ARRAY[1]), (k, v) -> v + 1)", "transform_keys(MAP(ARRAY['a'], ARRAY[1]), (k, v) -> k || 'x')",
            "map_from_entries(ARRAY[ROW('a', 1), ROW('b', 2)])", "multimap_from_entries(ARRAY[ROW('a', 1), ROW('a', 2)])", "MAP(ARRAY['a', 'a'], ARRAY[1, 2])", "MAP(ARRAY[NULL], ARRAY[1])", "MAP(ARRAY['a'], ARRAY[1, 2])", "map_zip_with(MAP(ARRAY['a'], ARRAY[1]), MAP(ARRAY['a'], ARRAY[2]), (k, a, b) -> a + b)", "MAP(ARRAY[1, 2], ARRAY['x', 'y'])[2]",
            "MAP(ARRAY['a'], ARRAY[ARRAY[1]])['a'][1]", "ARRAY[1, 2] = ARRAY[1, 2]", "ARRAY[1, NULL] = ARRAY[1, 2]", "ARRAY[1] < ARRAY[2]", "ARRAY[1] <> ARRAY[1, 2]", "MAP(ARRAY['a'], ARRAY[1]) = MAP(ARRAY['a'], ARRAY[1])", "ROW(1, 'a') = ROW(1, 'a')", "ROW(1, 2) < ROW(1, 3)", "ROW(1, NULL) = ROW(1, NULL)", "CAST(ROW(1, 2) AS ROW(x bigint, y varchar))",
            "CAST(ROW(1, 2) AS ROW(x bigint, y varchar)).y", "ROW(1, 'a')[2]", "ARRAY[ROW(1, 'a')]", "ARRAY[1, 2.5]", "ARRAY[1, 2e0]", "ARRAY[]", "ARRAY[NULL]", "CAST(ARRAY[1, 2] AS array(varchar))", "CAST(MAP(ARRAY['1'], ARRAY[2]) AS map(integer, varchar))", "ARRAY[DATE '2020-01-01']", "ARRAY[TIMESTAMP '2020-01-01 00:00:00']", "ARRAY['a, b', '']", "ARRAY[1.50, 2]",
            "array_agg(x) FILTER (WHERE x > 1)", "MAP(ARRAY['k'], ARRAY[1.5])", "1 = ANY (SELECT 1)", "2 > ALL (SELECT 1)", "histogram('a')", "array_distinct(ARRAY[NULL, NULL, 1])", "array_sort(ARRAY['b', 'A', 'a'])", "array_max(ARRAY['a', 'b'])", "contains(ARRAY['a'], NULL)"]
    return out


def jsons():
    paths = ["'$.a'", "'$.a.b'", "'$.a.b[0]'", "'$.a.b[1]'", "'$.a.b[2]'", "'$.a.b[3]'", "'$.c'", "'$.d'", "'$'", "'$[1]'", "'$[4].k'", "'$[\"a\"]'", "'$.zz'", "'$[9]'", "'$.ä'", "'a'", "'$.a[0]'"]
    out = calls("json_extract_scalar", JSONS, paths) + calls("json_extract", JSONS, paths)
    for f in ("json_array_length", "is_json_scalar", "json_size"):
        out += calls(f, JSONS) if f != "json_size" else calls(f, JSONS[:2], ["'$.a'", "'$'"])
    out += [f"json_format(json_parse({j}))" for j in JSONS] + [f"json_format(JSON {j})" for j in JSONS[:6]] + [f"CAST(json_parse({j}) AS varchar)" for j in JSONS[2:5]]
    out += calls("json_array_contains", ["'[1, \"a\", null, 2.5]'"], ["1", "'a'", "2.5e0", "true"]) + calls("json_array_get", ["'[1, \"a\"]'"], ["0", "-1", "9"])
    values = ["1", "1.50", "1e0", "nan()", "'a\"b'", "true", "NULL", "DATE '2020-01-01'", "TIMESTAMP '2020-01-01 10:00:00'", "ARRAY[1, NULL]", "MAP(ARRAY['b', 'a'], ARRAY[1, 2])", "ROW(1, 'x')", "CAST(ROW(1, 'x') AS ROW(a integer, b varchar))", "ARRAY[ARRAY['ä']]", "MAP(ARRAY[1], ARRAY[true])", "CAST(ARRAY[] AS array(integer))", "'😀'", "1e21", "0.1e0", "REAL '0.1'", "12345678901234567890"]
    out += [f"json_format(CAST({v} AS JSON))" for v in values] + [f"CAST({v} AS JSON)" for v in values]
    out += [f"{how}(json_parse('{j}') AS {t})" for how in ("CAST", "TRY_CAST") for j in ("1", "1.5", "\"x\"", "\"12\"", "true", "null", "[1,2]", "[\"a\",null]", "{\"a\":1}", "{\"a\":\"x\",\"b\":[1]}", "[[1],[2]]") for t in ("integer", "double", "varchar", "boolean", "decimal(5,2)", "array(integer)", "array(varchar)", "map(varchar, integer)", "ROW(a varchar, b array(integer))", "array(array(integer))", "map(varchar, json)", "array(json)")]
    out += ["json_parse('{\"b\":1,\"a\":2}')", "json_parse('[1.10, 1e2, 0.00001]')", "json_parse('{\"a\":1} x')", "json_parse('')", "json_query('{\"a\":[1,2]}', 'lax $.a')", "json_value('{\"a\":1}', 'lax $.a')", "json_exists('{\"a\":1}', 'lax $.a')", "json_object('a' VALUE 1)", "json_array(1, 'a')", "json_parse('1') = json_parse('1.0')", "json_extract('{\"a\":{\"y\":1,\"x\":2}}', '$.a')",
            "json_extract('[1,2,3]', '$[-1]')", "json_extract('{\"a\":[{\"b\":1},{\"b\":2}]}', '$.a[*].b')", "json_extract_scalar('{\"a.b\":1}', '$[\"a.b\"]')", "json_extract_scalar('{\"a-b\":1}', '$.a-b')", "json_extract_scalar('{\"store\":{\"book\":[{\"t\":\"x\"}]}}', '$.store.book[0].t')", "json_extract_scalar(json_parse('{\"a\":1}'), '$.a')"]
    return out


def conditions():
    out = ["if(true, 1)", "if(false, 1)", "if(NULL, 1, 2)", "if(1 > 2, 'a', 'b')", "coalesce(NULL, NULL)", "coalesce(NULL, 1, 2.5)", "coalesce('a', NULL)", "nullif('a', 'a')", "nullif(1, 1.0)", "nullif(NULL, 1)", "try(1 / 0)", "try(CAST('x' AS integer))", "try(ARRAY[1][5])", "try(2)", "try(date_parse('x', '%Y'))", "try(json_parse('x'))", "CASE WHEN NULL THEN 1 END", "CASE NULL WHEN NULL THEN 1 ELSE 2 END", "CASE 1 WHEN 1 THEN 1 WHEN 2 THEN 2.5 END",
           "CASE WHEN true THEN 'a' ELSE NULL END", "typeof(CASE WHEN true THEN 1 ELSE 2.5 END)", "typeof(NULL)", "typeof(1 + 1.5)", "typeof(1.5 * 1.25)", "typeof(1.5 / 1.25)", "typeof(avg(1))", "typeof(sum(1))", "typeof(sum(1.5))", "typeof(count(*))", "typeof(avg(1.5))", "typeof(1e0)", "typeof(DATE '2020-01-01')", "typeof(now())", "typeof(current_date)", "typeof(MAP(ARRAY['a'], ARRAY[1]))", "typeof(ROW(1, 'a'))",
           "typeof(CAST(ROW(1) AS ROW(x bigint)))", "typeof(INTERVAL '1' DAY)", "typeof(json_parse('1'))", "typeof(to_utf8('a'))", "typeof('a' || 'b')", "typeof(length('a'))", "typeof(cardinality(ARRAY[1]))", "typeof(year(DATE '2020-01-01'))", "typeof(date_diff('day', DATE '2020-01-01', DATE '2020-01-02'))", "typeof(round(1.55, 1))", "typeof(round(2.5))", "typeof(ceil(2.5))", "typeof(floor(-2.5))", "typeof(abs(-2.5))",
           "typeof(2.50 % 2)", "typeof(CAST(1 AS tinyint) + CAST(1 AS smallint))", "typeof(CAST(1 AS decimal(5,2)) + 1)", "typeof(CAST(1 AS bigint) * 1.5)", "typeof(-1.5)", "typeof(power(2, 2))", "typeof(sqrt(4))", "typeof(CAST('a' AS varchar(3)))", "typeof(substr('abc', 1))", "typeof(split('a', ','))", "typeof(from_unixtime(0))", "typeof(date_parse('2020', '%Y'))", "typeof(to_unixtime(now()))", "typeof(regexp_extract_all('a', 'a'))",
           "typeof(approx_distinct(1))", "typeof(max_by(1, 2))", "typeof(array_agg(1))", "typeof(row_number() OVER ())", "typeof(rank() OVER (ORDER BY 1))", "typeof(count_if(true))", "typeof(stddev(1))", "typeof(1 = 1)", "typeof(mod(5, 3))", "typeof(greatest(1, 2.5))", "typeof(element_at(ARRAY[1], 1))", "typeof(json_extract('1', '$'))", "typeof(json_extract_scalar('1', '$'))", "typeof(strpos('a', 'b'))", "typeof(codepoint('a'))"]
    return out


def aggregates():
    """FROM is part of the expression's query: written as a scalar subquery."""
    ints = "(VALUES 1, 2, 2, NULL, 5) t(x)"
    decs = "(VALUES 1.10, 2.25, 3.33) t(x)"
    dbls = "(VALUES 1e0, 2.5e0, nan(), NULL) t(x)"
    strs = "(VALUES 'b', 'a', NULL, 'a') t(x)"
    dates = "(VALUES DATE '2020-01-01', DATE '2019-01-01', NULL) t(x)"
    pairs = "(VALUES (1, 10), (2, 20), (3, NULL), (NULL, 5)) t(x, y)"
    none = "(SELECT CAST(NULL AS integer) WHERE false) t(x)"
    of = []
    for f in ("count(x)", "count(DISTINCT x)", "sum(x)", "avg(x)", "min(x)", "max(x)", "stddev(x)", "stddev_pop(x)", "variance(x)", "var_pop(x)", "approx_distinct(x)", "arbitrary(1)", "any_value(1)", "geometric_mean(x)", "checksum(x)", "bitwise_and_agg(x)", "bitwise_or_agg(x)", "kurtosis(x)", "skewness(x)", "sum(DISTINCT x)",
              "approx_percentile(x, 0.5)", "array_agg(x ORDER BY x)", "array_agg(DISTINCT x ORDER BY x)", "map_agg(x, x)", "cardinality(histogram(x))", "count_if(x > 1)", "bool_and(x > 0)", "bool_or(x > 4)", "every(x IS NOT NULL)", "max(x, 2)", "min(x, 2)", "max_by(x, x)", "sum(x) FILTER (WHERE x > 1)", "count(*) FILTER (WHERE x IS NULL)", "array_agg(x) FILTER (WHERE x = 2)", "sum(x) / count(x)", "avg(x) + 1"):
        of += [f"(SELECT {f} FROM {t})" for t in (ints, decs, dbls, none)]
    for f in ("count(x)", "min(x)", "max(x)", "array_agg(x ORDER BY x DESC)", "count(DISTINCT x)", "listagg(x, ',') WITHIN GROUP (ORDER BY x)", "approx_distinct(x)", "array_join(array_agg(x ORDER BY x), ',')", "max_by(x, x)", "min(x) || 'y'"):
        of += [f"(SELECT {f} FROM {strs})", f"(SELECT {f} FROM {dates})"]
    for f in ("corr(y, x)", "covar_pop(y, x)", "covar_samp(y, x)", "regr_slope(y, x)", "regr_intercept(y, x)", "max_by(x, y)", "min_by(x, y)", "max_by(y, x)", "max_by(x, y, 2)", "map_agg(x, y)", "sum(x * y)", "sum(coalesce(x, 0) + coalesce(y, 0))", "count(DISTINCT (x, y))", "count((x, y))", "multimap_agg(x, y)", "sum(if(y > 10, x))", "reduce_agg(x, 0, (s, v) -> s + v, (a, b) -> a + b)"):
        of.append(f"(SELECT {f} FROM {pairs})")
    return of


GROUPS = {"casts": casts, "numbers": numbers, "strings": strings, "regexps": regexps, "times": times, "nested": nested, "jsons": jsons, "conditions": conditions, "aggregates": aggregates}


def expressions():
    seen = {}
    for name, group in GROUPS.items():
        for e in group():
            seen.setdefault(e.replace("\n", " "), name)
    return seen
