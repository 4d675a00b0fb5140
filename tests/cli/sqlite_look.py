"""sqlite_look.py FILE SQL: runs a statement, prints its rows, columns separated by |. SQLite's own module reads the database, so
that something other than the toolkit reads it; psql reads a PostgreSQL database, FILE is its URL then."""
import json
import os
import sqlite3
import subprocess
import sys
import time

PSQL_NO_CONNECTION = 2


def pg_rows(url, sql, tries=600):
    """Waits for a server that restarts."""
    query = f"SELECT coalesce(json_agg(row_to_json(x)),'[]') FROM ({sql}) x"
    for _ in range(tries):
        p = subprocess.run(["psql", "-qXAt", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=sqlstate", "-d", url, "-c", query], capture_output=True, text=True, check=False)
        lost = p.returncode == PSQL_NO_CONNECTION or "server closed the connection" in p.stderr or "57P0" in p.stderr
        if not lost:
            break
        time.sleep(0.05)
    if p.returncode == 0:
        return [tuple(row.values()) for row in json.loads(p.stdout)]
    if "42P01" in p.stderr:  # no such table
        return []
    raise RuntimeError(p.stderr)


def rows(path, sql):
    """The rows; none as long as there is no database, or no such table in it."""
    if path.startswith("postgresql:"):
        return pg_rows(path, sql)
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
