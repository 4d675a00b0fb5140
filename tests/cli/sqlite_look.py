"""sqlite_look.py FILE SQL: runs a statement, prints its rows, columns separated by |."""
import sqlite3
import sys

db = sqlite3.connect(sys.argv[1], timeout=60)
for row in db.execute(sys.argv[2]):
    print("|".join(str(v) for v in row))
db.commit()
