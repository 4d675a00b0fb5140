"""bflocal's Athena beside Trino itself: trino.py CLASSPATH. Each expression of tests/services/trino_draw.py is asked of both, in
bflocal's case under `bflocal trino.py ...`. What bflocal does not have it says by its name; what it answers has to be what
Trino answers, but for DIFFERENT. TRINO_EVERY=N takes each Nth. With TRINO_KNOWN=FILE the answers that both gave are written there (trino_known.tsv)."""
import collections
import json
import math
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "services"))
from athena import one, rows, s3
from trino_draw import expressions

NAMED = ("bflocal", "not registered", "mismatched input", "no meaning here")
# The accepted differences and their reasons, as in doc/athena.md.
DIFFERENT = [
    (r"typeof\(", "a text's length and a literal's precision are no part of a type"),
    (r"REAL|AS real\)|2147483647 . REAL", "Java before 19 prints more digits of a real than it needs; DuckDB the fewest"),
    (r"nan\(\)|infinity\(\)", "NaN is equal to itself, and the largest, in DuckDB"),
    (r"TRY_CAST\((true|false|TIMESTAMP .*) AS varchar\(3\)", "Trino's TRY_CAST fails, and does not give NULL"),
    (r"json_parse|JSON", "JSON keeps its digits, the order of its keys and its characters; a row from JSON has each of its fields there, and no other"),
    (r"to_iso8601|AS varchar\)", "a timestamp is a timestamp(3), as columns of tables are"),
    (r"1e12|9999-12-31", "years of five digits have no sign"),
    (r"map_concat|map_agg", "the order of a map; a key twice in map_agg fails"),
    (r"ARRAY\[1, NULL\] = |ROW\(1, NULL\) = ", "NULL inside what is compared"),
    (r"codepoint\(CAST", "Trino refuses a varchar of unknown length"),
    (r"to_utf8\(|from_hex\('ff'\)|\(a\)\\1|\?=|\+02:00'|Europe|\)\[2\]", "DuckDB refuses them"),
]


def same(a, b):
    if a == b:
        return True
    try:
        x, y = float(a[0][0]), float(b[0][0])
    except (TypeError, ValueError, IndexError, KeyError):
        return False
    return "." in a[0][0] and (x == y or (math.isnan(x) and math.isnan(y)) or abs(x - y) <= 1e-14 * max(abs(x), abs(y)))


def trino(sql):
    run = subprocess.run(["java", "-Xmx3g", "-cp", sys.argv[1], "TrinoAnswers"], input="".join(s + "\n" for s in sql), capture_output=True, text=True, check=True)
    return [json.loads(line) for line in run.stdout.splitlines() if not line.startswith("#")]


def main():
    s3.create_bucket(Bucket="lake")
    rows("CREATE DATABASE shop")
    asked = list(expressions())[::int(os.environ.get("TRINO_EVERY", "1"))]
    theirs = trino("SELECT " + e for e in asked)
    verdicts, bad, known = collections.Counter(), [], []
    for expression, want in zip(asked, theirs):
        got = rows("SELECT " + expression)
        named = isinstance(got, str) and any(n in got for n in NAMED)
        if named:
            verdict = "refused by name"
        elif isinstance(want, str) or isinstance(got, str):
            verdict = "both fail" if isinstance(want, str) and isinstance(got, str) else "one fails"
        else:
            verdict = "the same" if same(got, want) else "another answer"
        if verdict == "the same" and got == want and len(got) == 1 and "now()" not in expression:
            known.append((expression, want[0][0]))
        if verdict in ("one fails", "another answer") and not any(re.search(p, expression) for p, _ in DIFFERENT):
            bad.append(f"{expression}\n    Trino    {str(want)[:150]}\n    bflocal  {str(got)[:150]}")
        verdicts[verdict] += 1
    if os.environ.get("TRINO_KNOWN"):
        with open(os.environ["TRINO_KNOWN"], "w") as out:
            out.writelines(f"{e}\t{chr(92) + 'N' if v is None else v}\n" for e, v in known if not re.search(r"[\t\n\\]", e + (v or "")))
    print("peers: Trino and bflocal:", ", ".join(f"{n} {v}" for v, n in verdicts.most_common()))
    for text in bad:
        print(text)
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
