"""lag.py DATABASE: puts changes into the stream lag, one every 10 ms, and waits in the database until each is visible. Prints
percentiles. The environment is bflocal's."""
import json
import sqlite3
import subprocess
import sys
import time

path, count = sys.argv[1], 300
reader = subprocess.Popen(["kinread", "-q", "--from", "oldest", "--state", path, "lag"], stdout=subprocess.PIPE)
writer = subprocess.Popen(["cdcproj", path], stdin=reader.stdout)
put = subprocess.Popen(["kinput", "-q", "lag"], stdin=subprocess.PIPE)
reader.stdout.close()


def change(n):
    item = {"id": {"S": f"k{n}"}, "n": {"N": str(n)}}
    put.stdin.write((json.dumps({"eventName": "INSERT", "tableName": "t", "dynamodb": {
        "ApproximateCreationDateTime": int(time.time() * 1000), "Keys": {"id": item["id"]}, "NewImage": item}}) + "\n").encode())
    put.stdin.flush()


def seen(db):
    try:
        return db.execute("SELECT count(*) FROM t").fetchone()[0]
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
print("  " + ", ".join(f"{p} % in {lags[min(len(lags) - 1, len(lags) * p // 100)] * 1000:.1f} ms" for p in (50, 90, 99)) + f", all in {lags[-1] * 1000:.1f} ms")
