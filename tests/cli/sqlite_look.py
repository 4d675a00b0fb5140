"""sqlite_look.py FILE SQL: runs a statement, prints its rows, columns separated by |. SQLite's own module reads the database, so
that something other than the toolkit reads it."""
import os
import sqlite3
import sys


def rows(path, sql):
    """The rows; none as long as there is no database, or no such table in it."""
    if not os.path.exists(path):
        return []
    db = sqlite3.connect(path, timeout=30)
    try:
        return db.execute(sql).fetchall()
    except sqlite3.OperationalError as e:
        if "no such table" not in str(e):
            raise
        return []
    finally:
        db.close()


def main():
    db = sqlite3.connect(sys.argv[1], timeout=60)
    for row in db.execute(sys.argv[2]):
        print("|".join(str(v) for v in row))
    db.commit()


if __name__ == "__main__":
    main()
