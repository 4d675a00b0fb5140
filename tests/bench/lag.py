"""lag.py DATABASE SOURCE [OPTION ...]: writes a change every 10 ms and waits in the database until each is visible; SOURCE is a
stream, which gets change lines, or dynamodb:TABLE, which gets items. The options are kinread's. Prints percentiles. The
environment is bflocal's."""
import json
import sqlite3
import subprocess
import sys
import time

path, source, options, count = sys.argv[1], sys.argv[2], sys.argv[3:], 300
table = source.removeprefix("dynamodb:")
if source == table:
    put = subprocess.Popen(["kinput", "-q", "--linger", "1ms", source], stdin=subprocess.PIPE)
else:
    subprocess.run(["ddbput", "-q", "--create", "id:S", table], stdin=subprocess.DEVNULL, check=True)
    put = subprocess.Popen(["ddbput", "-q", table], stdin=subprocess.PIPE)
reader = subprocess.Popen(["kinread", "-q", "--from", "oldest", "--state", path, *options, source], stdout=subprocess.PIPE)
writer = subprocess.Popen(["cdcproj", path], stdin=reader.stdout)
reader.stdout.close()


def change(n):
    row = {"id": f"k{n}", "n": n}
    item = {"id": {"S": row["id"]}, "n": {"N": str(n)}}
    line = row if source != table else {"eventName": "INSERT", "tableName": table, "dynamodb": {
        "ApproximateCreationDateTime": int(time.time() * 1000), "Keys": {"id": item["id"]}, "NewImage": item}}
    put.stdin.write((json.dumps(line) + "\n").encode())
    put.stdin.flush()


def seen(db):
    try:
        return db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    except sqlite3.OperationalError:
        return 0


change(0)
db = sqlite3.connect(path, timeout=30)
while seen(db) < 1:
    time.sleep(0.01)
at, lags, there = {}, [], 1
began = time.monotonic()
for n in range(1, count + 1):
    while time.monotonic() < began + n * 0.01:
        now = seen(db)
        lags += [time.monotonic() - at[i] for i in range(there, now)]
        there = now
        time.sleep(0.0005)
    at[n] = time.monotonic()
    change(n)
while there <= count:
    now = seen(db)
    lags += [time.monotonic() - at[i] for i in range(there, now)]
    there = now
put.stdin.close()
put.wait()
reader.terminate()
reader.wait()
writer.wait()
lags.sort()
shares = ", ".join(f"{p} % in {lags[min(len(lags) - 1, len(lags) * p // 100)] * 1000:.1f} ms" for p in (50, 90, 99))
print(f"  kinread {' '.join([*options, source])}: {shares}, all in {lags[-1] * 1000:.1f} ms")
