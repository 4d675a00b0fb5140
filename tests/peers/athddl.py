"""Reads the statements that athddl prints for Athena with sqlglot's parsers of Athena's and Hive's SQL: BINARIES GOLDEN-OR-SQL...
Each statement has to be one that the parser understands whole, and has to have the same columns and properties."""
import subprocess
import sys

import sqlglot
from sqlglot import exp

bins, files = sys.argv[1], sys.argv[2:]
RECEIPTS = "".join('{"bucket":"lake","key":"s/dt=2026-11-%02d/c=it%%27s%%2F/x"}\n' % d for d in range(1, 29))
questions = [f for f in files if f.endswith(".sql")]
texts = [open(f).read() for f in files if f.endswith(".want") and not f.endswith(("glue.want", "schema.want"))]
added = (subprocess.run([bins + "/athddl", "--partitions", "shop.sales"], input=RECEIPTS, text=True,
                            capture_output=True, check=True).stdout)
head, *partitions = added.rstrip(";\n").split("\n")  # the parser knows one partition a statement, Hive's grammar any number
texts += [head + "\n" + p for p in partitions]
failed = 0
n = 0
for text in texts:
    for dialect in ("athena", "hive"):
        for statement in sqlglot.parse(text, dialect=dialect):
            n += 1
            again = statement.sql(dialect=dialect)
            whole = not isinstance(statement, exp.Command) and statement.find(exp.Command) is None
            names = [c.name for c in statement.find_all(exp.ColumnDef)]
            for want in ([line.split()[0].strip("`") for line in text.splitlines()
                          if line.startswith("  ") and not line.startswith(("  '", "  PARTITION"))]):
                if want not in names:
                    whole = False
            for line in text.splitlines():
                if line.startswith("  '") and line.split("'")[1] not in again:
                    whole = False
            if not whole:
                failed += 1
                print("not read whole as %s:\n%s\n%s" % (dialect, text, again))
for f in questions:
    for statement in sqlglot.parse(open(f).read(), dialect="athena"):
        n += 1
        if statement is not None and (isinstance(statement, exp.Command) or statement.find(exp.Command) is not None):
            failed += 1
            print("not read whole: %s" % f)
print("athddl: %d statements read by sqlglot %s, %d not" % (n, sqlglot.__version__, failed))
sys.exit(failed != 0)
