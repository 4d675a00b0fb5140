"""torture.py: the torture test of the delivery promise. See tests/torture/README.md.

Kills kinread, cdcxform and s3put at random system calls and moments, restarts them until everything is delivered, and checks
the result. Each cycle depends on (seed, back end, configuration, number) and can be repeated alone."""
import argparse
import collections
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback

import configs
import lake
import minute
import pgserver
from aws import Client, ServiceError
from cycle import Cycle, World
from pipeline import Kill, parse_kill

FAULTS = ("seed={seed}; 503:p=7%,op=GetRecords; cut:p=5%,op=GetRecords; throttle:p=5%,op=GetRecords; iterator:p=4%; 500:p=7%,op=GetShardIterator;"
          "503:p=7%,service=s3; throttle:p=5%,service=s3; cut:p=10%,service=s3; error200:p=20%; crc:p=3%,op=GetRecords; latency:ms=5,p=20%")
SHOWN = 3  # failures of a configuration that are told in full


def options():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--cycles", type=int, default=1000)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--config", default="", help="only these, with commas")
    p.add_argument("--backend", default="bflocal,faulty,real", help="of these, with commas: bflocal, faulty (bflocal with faults), real (kinesalite, s3rver)")
    p.add_argument("--cycle", type=int, help="this cycle alone")
    p.add_argument("--kills", help="with --cycle: these kills instead of those that are drawn")
    p.add_argument("--times", type=int, default=1, help="with --cycle: so often")
    p.add_argument("--every", action="store_true", help="not drawn kills: of each configuration, each process at each of its calls in turn")
    p.add_argument("--jobs", type=int, default=2)
    p.add_argument("--seconds", type=float, default=0, help="no cycle begins after so long")
    p.add_argument("--bin", default="build/release/bin", help="the tools that are tried")
    p.add_argument("--killat", help="default: torture/killat beside the tools' folder")
    p.add_argument("--keep", help="folder for what is left of cycles that went wrong")
    p.add_argument("--stop-after", type=int, default=0, help="ends after so many cycles that went wrong")
    return p.parse_args()


def environment(o, endpoints, key_id, secret):
    env = {"PATH": f"{os.path.abspath(o.bin)}:/usr/bin:/bin", "LC_ALL": "C", "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": key_id,
           "AWS_SECRET_ACCESS_KEY": secret, "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
           "AWS_EC2_METADATA_DISABLED": "true", "NO_PROXY": "127.0.0.1", "KILLAT": o.killat}
    names = {"kinesis": "KINESIS", "s3": "S3", "dynamodb": "DYNAMODB", "streams": "DYNAMODB_STREAMS"}
    env.update((f"AWS_ENDPOINT_URL_{names[k]}", v) for k, v in endpoints.items() if k in names)
    for name in ("LD_LIBRARY_PATH", "ASAN_OPTIONS", "TMPDIR"):
        if name in os.environ:
            env[name] = os.environ[name]
    return env


class Backends:
    """Services that run as long as the test."""

    def __init__(self, o, folder):
        self.o, self.folder, self.processes, self.postgres = o, folder, [], None

    def bflocal(self, name):
        p = subprocess.Popen([f"{self.o.bin}/bflocal", "-q", "--port", "0", "--credentials", "K:S", "--region", "us-east-1", "--ddb-shards", "2"],
                             stdout=subprocess.PIPE, text=True, start_new_session=True)
        self.processes.append(p)
        url = ""
        for line in p.stdout:
            if "AWS_ENDPOINT_URL=" in line:
                url = line.split("=", 1)[1].strip().rstrip(";").strip("'\"")
            if line.startswith("unset") or "BFLOCAL_PID" in line:
                break
        if not url:
            raise SystemExit("torture: bflocal does not start")
        endpoints = {s: url for s in ("kinesis", "dynamodb", "streams", "s3", "control")}
        world = self.world(name, endpoints, "K", "S")
        world.minute_env = {**world.env, "AWS_ENDPOINT_URL_DYNAMODB_STREAMS": minute.start(url)}
        return world

    def real(self):
        """kinesalite and s3rver, started by the caller (tests/services/serve.sh)."""
        kinesis, s3 = os.environ.get("BF_KINESALITE_URL"), os.environ.get("AWS_ENDPOINT_URL_S3")
        if not kinesis or not s3:
            raise SystemExit("torture: the back end real needs BF_KINESALITE_URL and AWS_ENDPOINT_URL_S3, see tests/services/serve.sh")
        return self.world("real", {"kinesis": kinesis, "s3": s3}, "S3RVER", "S3RVER")

    def world(self, name, endpoints, key_id, secret):
        client = Client(endpoints, key_id, secret)
        folder = f"{self.folder}/{name}"
        os.makedirs(folder)
        bucket = f"torture-{os.getpid()}"
        client.send("s3", "PUT", f"/{bucket}")
        return World(name, client, environment(self.o, endpoints, key_id, secret), folder, self.o.killat, bucket)

    def start(self, name):
        world = self.begin(name)
        world.postgres = self.postgres
        return world

    def begin(self, name):
        return self.real() if name == "real" else self.bflocal(name)

    def stop(self):
        for p in self.processes:
            p.terminate()
            p.wait()
        if self.postgres:
            self.postgres.stop()


def killat_works(o):
    """If ptrace is not permitted, processes are killed only at moments, not at calls."""
    if o.killat and os.access(o.killat, os.X_OK):
        if subprocess.run([o.killat, "0", "true"], stderr=subprocess.DEVNULL, check=False).returncode == 0:
            return True
        print("torture: ptrace is not allowed here: kills at moments only, none at chosen system calls", flush=True)
    else:
        print(f"torture: {o.killat} is not built: kills at moments only, none at chosen system calls", flush=True)
    return False


def share_out(chosen, backends, cycles):
    """[(back end, configuration)], as often as the weight says, alternating, so that a short run has all of them."""
    pairs = [(b, c) for b in backends for c in chosen if b in c.backends.split()]
    heavy = {"bflocal": 1.0, "faulty": 0.5, "real": 0.4}
    due = {(b, c.name): c.weight * heavy[b] for b, c in pairs}
    whole, have = sum(due.values()), collections.Counter()
    out = []
    for k in range(cycles):
        b, c = max(pairs, key=lambda p: due[p[0], p[1].name] * (k + 1) / whole - have[p[0], p[1].name])
        have[b, c.name] += 1
        out.append((b, c, have[b, c.name]))
    return out


class Torture:
    def __init__(self, o, worlds):
        self.o, self.worlds, self.lock = o, worlds, threading.Lock()
        self.table = collections.defaultdict(collections.Counter)
        self.failed, self.stop, self.signalled, self.threads = 0, False, False, []
        self.began = time.monotonic()

    def repeat(self, c):
        return (f"make torture SEED={c.seed} BACKEND={c.world.name} CONFIG={c.config.name} CYCLE={c.number} KILLS='{c.kills_text()}'")

    def note(self, c, error):
        with self.lock:
            t = self.table[c.config.name, c.world.name]
            t.update(c.count.n)
            t.update({"cycles": 1, "kills": c.struck, "rows": len(c.sent), "runs": c.runs, "uploads": c.uploads})
            if not c.count.n and not error:
                return
            self.failed += 1
            t["failed"] += 1
            if t["failed"] <= SHOWN:
                print(f"wrong: {self.repeat(c)}", *([f"    struck at call {c.where}"] if getattr(c, "where", "") else []),
                      *(f"    {w}" for w in c.count.words), *([f"    {error}"] if error else []), sep="\n", flush=True)
            if self.o.keep and not error:
                shutil.copytree(c.folder, f"{self.o.keep}/{c.world.name}-{c.name}", dirs_exist_ok=True)
            self.stop = self.stop or 0 < self.o.stop_after <= self.failed

    def one(self, backend, config, number, kills):
        c = Cycle(self.worlds[backend], config, self.o.seed, number, kills)
        error = ""
        try:
            c.go()
        except Exception as e:  # pylint: disable=broad-except
            error = f"the torture itself failed: {type(e).__name__}: {e} {traceback.format_exc(limit=-3) if not isinstance(e, ServiceError) else ''}"
        self.note(c, error)
        try:
            c.clear()
        except (ServiceError, OSError):
            pass  # what is left takes room, nothing else
        shutil.rmtree(c.folder, ignore_errors=True)

    def work(self, todo):
        while not self.stop and not (self.o.seconds and time.monotonic() - self.began > self.o.seconds):
            try:
                item = todo.get_nowait()
            except queue.Empty:
                return
            self.one(*item)

    def calibrate(self, pairs):
        if not self.o.killat:
            return
        for b, config in pairs:
            Cycle(self.worlds[b], config, self.o.seed, 0).calibrate()

    def every(self, pairs):
        """A run that is killed late, so that batches stay open, then one that is killed at the next call in turn."""
        for b, config in pairs:
            number = 0
            for who in "rxw":
                for k in range(1, self.worlds[b].calls.get((config.name, who), 0) + 1):
                    number += 1
                    yield b, config, number, [Kill("w", "", 60 + number % 7 * 20, "all", True), Kill(who, str(k), 0, "all" if number % 3 == 0 else "")]

    def run(self, items, jobs):
        todo = queue.Queue()
        for item in items:
            todo.put(item)
        self.threads = [threading.Thread(target=self.work, args=(todo,)) for _ in range(jobs)]
        for t in self.threads:
            t.start()
        for t in self.threads:
            t.join()

    def end(self):
        """On a signal no new cycle starts, and running ones finish, so that nothing of theirs stays."""
        if not self.threads:
            sys.exit(1)
        self.stop = self.signalled = True

    def show(self):
        head = ("configuration", "back end", "cycles", "kills", "runs", "rows", "uploads", *lake.KINDS)
        lines = [head]
        sums = collections.Counter()
        for (config, backend), t in sorted(self.table.items(), key=lambda kv: (kv[0][1], kv[0][0])):
            sums.update(t)
            lines.append((config, backend, *(str(t[k]) for k in head[2:])))
        lines.append(("all", "", *(str(sums[k]) for k in head[2:])))
        widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
        for line in lines:
            print("  ".join(v.ljust(w) if i < 2 else v.rjust(w) for i, (v, w) in enumerate(zip(line, widths))))
        print(f"seed {self.o.seed}: {sums['cycles']} cycles, {sums['kills']} kills, {sums['rows']} rows in {time.monotonic() - self.began:.0f} s; "
              f"{self.failed} cycles went wrong", flush=True)


def main():
    o = options()
    o.bin = os.path.abspath(o.bin)
    o.killat = o.killat or os.path.join(os.path.dirname(o.bin), "torture", "killat")
    if not killat_works(o):
        o.killat = ""
    chosen = [configs.BY_NAME[n] for n in o.config.split(",")] if o.config else configs.CONFIGS
    if pgserver.missing() and any(c.sink == "postgres" for c in chosen):
        print(f"torture: no projections into PostgreSQL: {pgserver.missing()}", flush=True)
        chosen = [c for c in chosen if c.sink != "postgres"]
    names = o.backend.split(",")
    if "real" in names and not os.environ.get("BF_KINESALITE_URL"):  # once more, inside of these services
        serve = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../services/serve.sh")
        os.execvp("sh", ["sh", serve, "-s", "kinesalite,s3", sys.executable, "-B", *sys.argv])
    folder = tempfile.mkdtemp(prefix="bfpipe-torture.", dir=os.environ.get("TMPDIR"))
    backends = Backends(o, folder)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        if any(c.sink == "postgres" for c in chosen):
            backends.postgres = pgserver.Server()
        worlds = {n: backends.start(n) for n in names}
        t = Torture(o, worlds)
        for s in (signal.SIGTERM, signal.SIGINT):  # no exception: it would break Thread.join
            signal.signal(s, lambda *_: t.end())
        pairs = [(b, c) for b in names for c in chosen if b in c.backends.split()]
        t.calibrate(pairs)
        if "faulty" in worlds:
            worlds["faulty"].control("/_bflocal/fault", FAULTS.format(seed=o.seed).encode())
        if o.every:
            t.run(t.every(pairs), o.jobs)
        elif o.cycle is not None:
            kills = [parse_kill(k) for k in o.kills.split() if k != "none"] if o.kills is not None else None
            items = [(names[0], chosen[0], o.cycle, kills)] * o.times
            t.run(items, 1)
        else:
            t.run([(b, c, n, None) for b, c, n in share_out(chosen, names, o.cycles)], o.jobs)
        t.show()
    finally:
        backends.stop()
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if t.failed or t.signalled else 0


if __name__ == "__main__":
    sys.exit(main())
