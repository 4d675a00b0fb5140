"""bftop_pg.py TEST URL BIN FOLDER: bftop at a terminal, on the PostgreSQL server of the suite, whose programs are in BIN and whose files are in FOLDER.
Each test begins with the sale in the schema public, and prints nothing if it holds."""
import os
import subprocess
import sys
import threading
import time
import urllib.request

from bftop_live import Terminal

url, programs, folder = sys.argv[2:5] if __name__ == "__main__" else ("", "", "")


def sql(text, check=True):
    return subprocess.run(["psql", "-qXAt", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", text], capture_output=True, text=True, check=check).stdout.strip()


class Session:
    """A session that does something meanwhile."""
    def __init__(self, text):
        self.child = subprocess.Popen(["psql", "-qXAt", "-d", url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.child.stdin.write(text + "\n\\echo done\n")
        self.child.stdin.flush()
        assert self.child.stdout.readline()

    def end(self):
        self.child.communicate("ROLLBACK;\n")


def server(*words):
    command = [f"{programs}/pg_ctl", "-D", f"{folder}/data", "-l", f"{folder}/log", "-w", "-t", "60", *words]
    if os.getuid() == 0:
        command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] + command
    subprocess.run(command, cwd="/", check=True, stdout=subprocess.DEVNULL)


def feed(n, *options, seed="1"):
    lines = subprocess.run(["bfgen", "-n", str(n), "--seed", seed, "-o", "cdc"], capture_output=True, check=True).stdout
    subprocess.run(["cdcproj", *options, url], input=lines, check=True)


def fresh():
    sql("SET client_min_messages=error; DROP SCHEMA public CASCADE; CREATE SCHEMA public; GRANT ALL ON SCHEMA public TO public")


def revenue():
    text = sql("SELECT to_char(sum(total),'FM999,999,999.00') FROM sales WHERE status<>'CANCELLED'")
    return text.rstrip("0").rstrip(".")


def quit(t):
    t.key("q")
    t.ended(0)


def begin(*args, columns=100):
    t = Terminal(*args, url, columns=columns)
    t.until(revenue())
    return t


def values():
    t = begin()
    before = revenue()
    feed(900)
    assert revenue() != before
    began = time.monotonic()
    t.until(revenue())
    assert time.monotonic() - began < 30
    quit(t)


def keys():
    t = begin()
    t.until("postgresql:///bfpipe ")
    t.key("+")
    t.until("window 3h")
    t.key("4")
    t.until(lambda s: "Revenue each" in s and "Top products" not in s)
    assert "s3cret" not in t.raw and folder not in t.raw
    quit(t)


def lost():
    """The server stops: the last line says so, the panels stay; it starts, and new values come."""
    for how in ("fast", "immediate"):
        t = begin(columns=200)
        before = revenue()
        server("-m", how, "stop")
        t.until("is the server running?")
        assert before in t.screen(), "the panels are gone"
        time.sleep(2)
        server("start")
        t.until(lambda s: "is the server running?" not in s and "q quit" in s)
        feed(1200 if how == "fast" else 1500)
        t.until(revenue())
        quit(t)
    server("-m", "fast", "stop")
    done = subprocess.run(["bftop", "--once", url], capture_output=True, text=True)
    server("start")
    assert done.returncode == 75 and "is the server running?" in done.stderr and not done.stdout, done


def cut():
    """Its connection is ended, within a statement and between two."""
    open("slow.conf", "w").write("[Slow]\nkind = number\nrefresh = 100ms\nsql = SELECT count(*) FROM sales, pg_sleep(0.3)\n")
    rows = sql("SELECT to_char(count(*),'FM999,999') FROM sales")
    for args in ([], ["-p", "slow.conf"]):
        t = Terminal(*args, url)
        t.until(rows if args else revenue())
        first = sql("SELECT min(backend_start) FROM pg_stat_activity WHERE application_name='bftop'")
        for _ in range(3):
            sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name='bftop'")
            time.sleep(0.5)
        t.until(lambda s: "q quit" in s)
        t.until(lambda _: sql("SELECT min(backend_start) FROM pg_stat_activity WHERE application_name='bftop'") > first)
        t.until(lambda s: "q quit" in s and (rows if args else revenue()) in s)
        quit(t)


def empty():
    """A database without a table shows the shop when its first rows come."""
    fresh()
    subprocess.run(["cdcproj", url], stdin=subprocess.DEVNULL, check=True)
    t = Terminal(url)
    t.until("Changes applied")
    feed(100)
    t.until(revenue())
    quit(t)


def rebuilt():
    t = begin(columns=200)
    before = revenue()
    feed(300, "--rebuild", seed="9")
    assert revenue() != before
    t.until(revenue())
    t.until("q quit")
    fresh()
    t.until("_bfpipe")  # the table that is not there any more
    feed(200)
    t.until(revenue())
    quit(t)


def locked():
    """Somebody holds a table locked: the panels say so, cdcproj is not kept from its lock, and the values come back."""
    t = begin()
    lock = Session("BEGIN; LOCK TABLE sales IN ACCESS EXCLUSIVE MODE;")
    sql("UPDATE _bfpipe SET commits=commits")  # no new commit: what is shown stays
    sql("UPDATE _bfpipe SET made_ms=made_ms+1")
    t.until("another session holds a table of it locked")
    lock.end()
    t.until(lambda s: "holds a table" not in s and revenue() in s)
    quit(t)


def gives_way():
    """A panel that takes 8 s does not keep cdcproj from adding a column for so long."""
    open("long.conf", "w").write("[Long]\nkind = number\nsql = SELECT count(*) FROM sales, pg_sleep(8)\n")
    t = Terminal("-p", "long.conf", url)
    end = time.monotonic() + 60
    while sql("SELECT count(*) FROM pg_stat_activity WHERE application_name='bftop' AND wait_event='PgSleep'") == "0":
        assert time.monotonic() < end
    began = time.monotonic()
    sql("SET lock_timeout='7s'; ALTER TABLE sales ADD COLUMN IF NOT EXISTS fresh text")
    assert time.monotonic() - began < 7
    t.until("another session waited for this statement")
    quit(t)


def torrent():
    """While cdcproj commits all the time, with new columns, it never waits for bftop, and bftop follows."""
    fresh()
    lines = ['{"eventName":"INSERT","tableName":"sales","dynamodb":{"SequenceNumber":"9%029d","Keys":{"order_id":{"S":"t%d"}},"NewImage":{"order_id":{"S":"t%d"},'
             '"status":{"S":"PAID"},"total":{"N":"0.01"},"c%d":{"N":"1"}}}}\n' % (n, n % 997, n % 997, n // 2000) for n in range(20000)]
    subprocess.run(["cdcproj", url], input="".join(lines[:1000]).encode(), check=True)
    t = begin()
    ended, waits = threading.Event(), []

    def sample():
        while not ended.is_set():
            waits.append(sql("SELECT coalesce(max(extract(epoch FROM clock_timestamp()-state_change)),0) FROM pg_stat_activity WHERE application_name='cdcproj' AND wait_event_type='Lock'"))
    sampler = threading.Thread(target=sample)
    sampler.start()
    feeder = subprocess.Popen(["cdcproj", "--commit-every", "0ms", url], stdin=subprocess.PIPE)

    def write():
        for i in range(1000, len(lines), 50):
            feeder.stdin.write("".join(lines[i:i + 50]).encode())
            feeder.stdin.flush()
            time.sleep(0.005)
        feeder.stdin.close()
    writer = threading.Thread(target=write)
    writer.start()
    while feeder.poll() is None:
        t.read(0.05)
        t.raw = t.raw[-200000:]
    writer.join()
    ended.set()
    sampler.join()
    assert feeder.returncode == 0
    assert sql("SELECT changes FROM _bfpipe") == "20000" and len(waits) > 3
    assert max(map(float, waits)) < 2, waits
    assert int(sql("SELECT commits FROM _bfpipe")) > 50
    t.until(revenue())
    assert "waited for this statement" not in t.screen()
    quit(t)


def role():
    """A role loses its right while bftop looks, and gets it back."""
    reader = url.replace("user=bfpipe", "user=reader")
    sql("GRANT USAGE ON SCHEMA public TO reader; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
    t = Terminal(reader, columns=300)
    t.until(revenue())
    sql("REVOKE SELECT ON sales FROM reader; UPDATE _bfpipe SET made_ms=made_ms+1")
    t.until('GRANT SELECT ON ALL TABLES IN SCHEMA "public" TO "reader"')
    sql("GRANT SELECT ON sales TO reader")
    t.until(revenue())
    quit(t)


def http():
    """The page in a browser follows the server, says when it is away, and goes on; it has nothing of the URL."""
    fresh()
    feed(1500)
    password = url.replace("postgresql:///", "postgresql://bfpipe:s3cret@/")
    child = subprocess.Popen(["bftop", "--http", "0", password], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    place = child.stdout.readline().strip()
    assert place.startswith("http://"), child.stderr.read()
    pages = []

    def page(what):
        end = time.monotonic() + 60
        while not pages or what not in pages[-1]:
            assert time.monotonic() < end, (what, pages[-1][:3000])
            time.sleep(0.2)
            pages.append(urllib.request.urlopen(place, timeout=60).read().decode())
    page(revenue())
    feed(1800)
    page(revenue())
    server("-m", "fast", "stop")
    page("is the server running?")
    server("start")
    feed(2100)
    page(revenue())
    page("as of ")
    child.terminate()
    assert child.wait(60) == 0
    pages.append(child.stderr.read())
    assert not [p for p in pages if "s3cret" in p or "user=" in p or "host=" in p]


if __name__ == "__main__":
    globals()[sys.argv[1]]()
