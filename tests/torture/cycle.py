"""One cycle: its own stream or table, a few runs that are killed, runs until everything is delivered, and the check."""
import json
import os
import random
import shutil
import time

import configs
import lake
import projection
from pipeline import Kill, Run

THROUGH_MAX = 60   # starts until all is through
GOLDEN = 0.6180339887498949


class World:
    """A back end, and the tested tools."""

    def __init__(self, name, client, env, folder, killat, bucket):
        self.name, self.client, self.env, self.folder = name, client, env, folder
        self.killat, self.bucket = killat, bucket
        self.postgres = None   # pgserver.Server
        self.minute_env = env  # where DynamoDB Streams stamp to the minute
        self.calls = {}  # (configuration, r/x/w) to how many calls a whole run makes

    def control(self, path, body=b""):
        return self.client.send("control", "POST", path, None, {}, body)


class Cycle:
    def __init__(self, world, config, seed, number, kills=None):
        self.world, self.config, self.seed, self.number = world, config, seed, number
        self.rng = random.Random(f"{seed}:{world.name}:{config.name}:{number}")
        self.kill_rng = random.Random(f"kills:{seed}:{world.name}:{config.name}:{number}")  # its own: kills can be given
        self.name = f"t{seed}-{config.name}-{number}"
        self.folder = f"{world.folder}/{self.name}"
        self.state, self.receipts = f"{self.folder}/{'state' if config.sink == 's3' else 'sales.db'}", f"{self.folder}/receipts"
        self.schema = f"{world.name}_{self.name}".replace("-", "_")  # back ends share the server
        if config.sink == "postgres":
            self.state = world.postgres.url(self.schema)
        self.prefix = f"{self.name}/"
        self.rows = configs.Rows(config, self.rng)
        self.sent, self.notes, self.old = [], [], set()
        self.count, self.struck, self.runs = lake.Count(), 0, 0
        self.given, self.uploads = kills, 0
        self.kills = []
        self.options = []     # of s3put, of each run
        self.size = str(self.rng.randint(*config.size))

    # the data

    def put(self, n):
        rows = self.rows.rows(n)
        if self.config.source == "dynamodb":
            for row in rows:
                if self.config.sink != "s3" and projection.is_removed(row):
                    self.world.client.delete_item(self.name, {"id": {"S": row["id"]}})
                else:
                    self.world.client.put_item(self.name, configs.item(row))
                self.sent.append((len(self.sent), 0, row))
            return
        records = []
        for row in rows:
            kinds = self.config.bad
            if kinds and row["i"] % 6 == 0:
                kind = kinds[row["i"] // 6 % len(kinds)]
                self.notes.append(configs.note(row))
                records.append((row["id"], configs.bad_data(kind, row, self.name).encode(), []))
            else:
                text = json.dumps(row, separators=(",", ":")) if self.config.data == "row" else configs.change(row, self.config.sink != "s3")
                records.append((row["id"], text.encode(), [row]))
        if self.config.data == "aggregate":
            records = self.pack(records)
        for (shard, sequence), (_, _, rows) in zip(self.world.client.put_records(self.name, [r[:2] for r in records]), records):
            for sub, row in enumerate(rows):
                row["shard"] = shard
                self.sent.append((sequence, sub, row))

    def pack(self, records):
        """Aggregates some records of one key into one."""
        out, by_key = [], {}
        for key, data, rows in records:
            by_key.setdefault(key, []).append((data, rows))
        for key, parts in by_key.items():
            while parts:
                n = self.rng.randint(1, 5)
                some, parts = parts[:n], parts[n:]
                out.append((key, configs.aggregate(key, [d for d, _ in some]), [row for _, rows in some for row in rows]))
        return out

    def reshard(self):
        if self.config.source == "dynamodb":
            self.world.control(f"/_bflocal/streams/split?table={self.name}")
            return
        client, shards = self.world.client, self.world.client.open_shards(self.name)
        shards.sort(key=lambda s: int(s["HashKeyRange"]["StartingHashKey"]))
        if self.rng.random() < 0.5 or len(shards) < 2:
            client.split(self.name, self.rng.choice(shards))
        else:
            at = self.rng.randrange(len(shards) - 1)
            client.merge(self.name, shards[at], shards[at + 1])

    # the runs

    def draw_kill(self, turn):
        """turn: the kill points of a configuration cover all calls of each process evenly."""
        rng, c = self.kill_rng, self.config
        if c.shape == "full" and rng.random() < 0.6:
            return Kill(full=rng.choice(("full", "gone")))
        if c.shape == "quiet":
            return Kill("w", "", 150, "", True)
        if c.shape == "options" and turn is None and rng.random() < 0.7:  # leaves batches open
            return Kill("w", "", round(rng.uniform(60, 250), 1), "all", True)
        if c.shape == "again" or rng.random() < 0.04:
            first = rng.random() < 0.5
            return Kill("" if first else "r", "", 0 if first else round(rng.uniform(1, 40), 1), "again")
        who = rng.choice("wwwrx" if c.transform is not None else "wwr")
        then = rng.choice(("all", "all", "all", "over", "", "", "", "", "", ""))
        follow = rng.random() < 0.25
        n = self.world.calls.get((c.name, who), 150)
        if self.world.killat and rng.random() < 0.75:
            at = (turn * GOLDEN + rng.random() / n) % 1 if turn is not None else rng.random()
            kill = Kill(who, str(1 + int(at * n)), 0, then, follow)
        else:
            kill = Kill(who, "", round(rng.uniform(0, 250 if follow else 45), 1), then, follow, soft=then == "" and rng.random() < 0.3)
        if follow and who == "w" and kill.then != "all":
            kill.soft = False
            kill.then = "all"  # whether the others end in their own time is asked by one configuration
        return kill

    def draw_kills(self):
        counts = {"quiet": (1,), "options": (2, 3)}
        n = self.kill_rng.choice(counts.get(self.config.shape, (1, 1, 1, 2, 2, 3)))
        return [self.draw_kill(self.number if i == n - 1 else None) for i in range(n)]

    def commands(self, kill, options):
        c = self.config
        source = f"dynamodb:{self.name}" if c.source == "dynamodb" else self.name
        start = [word.format(name=self.name) for word in c.reader] or ("--from", "oldest")
        rejects = self.folder + "/rejects."
        keep = {w: ["--rejects", rejects + w] if c.bad else [] for w in "rxw"}
        end = [] if kill and kill.follow else ["-e"]
        if kill and c.steps:
            end += ["-c", str(self.rng.choice(c.steps))]
        commands = {"r": ["kinread", "-q", *end, *start, "--state", self.state, *keep["r"], source]}
        if c.transform is not None:
            commands["x"] = ["cdcxform", "-q", *c.transform, *keep["x"]]
        size = [] if "--size" in options else ["--size", self.size]
        if c.sink != "s3":
            commands["w"] = ["cdcproj", "-q", *options, *keep["w"], self.state]
            return commands
        commands["w"] = ["s3put", "-q", "--state", self.state, *size, *options, *keep["w"], f"s3://{self.world.bucket}/{self.prefix}{c.prefix}"]
        return commands

    def run(self, kill, options=None, trap=None):
        self.runs += 1
        if options is None:  # drawn once, unless it is the change that is tried
            options = self.options[0] if self.options and self.config.shape != "options" else configs.writer_options(self.config, self.rng)
        self.options.append(options)
        killat = trap or (self.world.killat if kill and kill.call else None)
        return Run(self.folder, self.world.minute_env if self.config.minute else self.world.env, self.commands(kill, options), kill, killat, self.receipts)

    def look(self, run):
        """Errors that no run may report, however it was killed."""
        for who in run.hung:
            self.count.add("hung", f"{who} in {self.kills_text()}")
        for what in run.crashed():
            self.count.add("crashed", what)

    def killed_run(self, kill, n):
        live = self.rng.random() < 0.5
        if not live:
            self.put(n)
        run = self.run(kill)
        if live:
            self.put(n)
        if self.config.shape.endswith("reshard") or self.config.name == "dynreshard":
            self.reshard()
            self.put(max(2, n // 3))
        if self.config.shape == "restart":
            time.sleep(self.rng.uniform(0.02, 0.2))
            self.world.postgres.restart(self.rng.choice(("fast", "immediate")))
        run.strike()
        for _ in range(self.rng.randint(1, 2) if kill.then == "again" else 0):
            if not kill.follow:
                self.put(2)
            run.again()
            if kill.follow:
                time.sleep(0.1)
                run.end("r")
        other = self.run(None) if kill.then == "over" else None
        self.look(run.finish())
        if other:
            self.look(other.finish())
        self.struck += run.struck or not kill.who
        if kill.call and run.struck:
            self.where = f"{kill.call} ({run.calls(kill.who)[1]})"

    def is_start_kept(self):
        try:
            with open(f"{self.state}/state.json", encoding="utf-8") as f:
                return any(json.load(f)["streams"].values())
        except (OSError, ValueError):
            return False

    def start_latest(self):
        """=A start at the latest record, until the state has recorded it. Earlier records must not be delivered. Later
        records must be, even in the same second."""
        self.put(5)
        self.old = {row["i"] for _, _, row in self.sent}
        time.sleep(0.02 if self.world.name != "real" else 2)  # there the service tells its clock in seconds
        run = self.run(Kill(follow=True))
        for _ in range(3000):
            if self.is_start_kept():
                break
            if run.is_over():  # by a fault: as a supervisor would
                run.end_all()
                run = self.run(Kill(follow=True))
            time.sleep(0.01)
        else:
            self.count.add("stuck", f"a start at the latest record is not kept: {run.said('r')}{run.said('w')}")
        if self.rng.random() < 0.5:
            self.put(8)
            time.sleep(self.rng.uniform(0, 0.25))
        run.end_all()

    def through(self):
        """=Restarted as by a supervisor until everything is delivered, and then once more without new records. If a run
        refuses these options, those of an earlier run are used."""
        known = self.options[::-1] or [configs.writer_options(self.config, self.rng)]
        allowed = (0, 1) if self.config.bad else (0,)
        rounds = refused = 0
        for _ in range(THROUGH_MAX):
            run = self.run(None, known[refused]).finish()
            self.look(run)
            status = [run.status(w) for w in "rxw"]
            if run.hung or run.crashed():
                return
            if all(s in allowed for s in status):
                rounds += 1
                if rounds == 2:
                    return
            elif 75 in status:
                time.sleep(0.02)
            elif self.config.shape == "options" and status[2] in (1, 2) and refused + 1 < len(known):
                refused += 1
            else:
                break
        said = "; ".join(f"{w}: {run.said(w)}" for w in "rxw" if run.said(w))
        self.count.add("stuck", f"statuses {status} with {' '.join(known[refused])}: {said}")

    def kills_text(self):
        return " ".join(str(k) for k in self.kills) or "none"

    def prepare(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        if self.config.sink == "postgres":
            self.world.postgres.sql(f"DROP SCHEMA IF EXISTS {self.schema} CASCADE; CREATE SCHEMA {self.schema}")
        if self.config.source == "dynamodb":
            self.world.client.make_table(self.name)
        else:
            self.world.client.make_stream(self.name, self.rng.randint(*self.config.shards))

    def calibrate(self):
        """The number of calls of each process in an undisturbed run."""
        self.prepare()
        self.put(self.config.rows[1] // (1 if self.config.shape == "first" else 2))
        run = self.run(None, trap="count").finish()
        for who in "rxw":
            calls = run.calls(who)[0]
            if calls:
                self.world.calls[self.config.name, who] = calls + calls // 7 + 2
        self.clear()

    def go(self):
        self.prepare()
        self.kills = self.given if self.given is not None else self.draw_kills()
        total = self.rng.randint(*self.config.rows)
        share = max(2, total // (len(self.kills) + 1))
        if self.config.shape == "latest":
            self.start_latest()
        first, later = (total, 1) if self.config.shape == "first" else (share, share)
        self.put(first)
        for kill in self.kills:
            self.killed_run(kill, later)
        self.through()
        self.check()
        return self.count

    def check(self):
        self.sent.sort(key=lambda s: s[:2])
        if self.config.sink != "s3":
            projection.check(self.config, [row for _, _, row in self.sent], self.state, self.count,
                             self.name if self.config.source == "dynamodb" else "sales")
            return
        keep = self.config.landing or (lambda row: True)
        expected = {row["i"]: row for _, _, row in self.sent if row["i"] not in self.old and keep(row)}
        landed = lake.read(self.world.client, self.world.bucket, self.prefix, self.config.form, self.count, 1 if self.world.name != "real" else 6)
        lake.check_rows(self.config, expected, landed, self.notes, self.count)
        lake.check_order(self.config, expected, landed, self.count)
        lake.check_places(self.config, landed, self.count)
        lake.check_receipts(landed, self.text("receipts"), self.count)
        lake.check_rejects(self.notes, "".join(self.text(f"rejects.{w}") for w in "rxw"), landed, self.count)

        if self.config.name == "multipart":
            self.uploads = self.world.client.uploads(self.world.bucket, self.prefix)
        spool = f"{self.state}/spool"
        for name in os.listdir(spool) if os.path.isdir(spool) else ():
            self.count.add("left", f"{name} in the spool")

    def text(self, name):
        try:
            with open(f"{self.folder}/{name}", encoding="utf-8", errors="replace") as f:
                return f.read()
        except OSError:
            return ""

    def clear(self):
        """Deletes the cycle's stream and objects, and its folder unless there was an error."""
        client, w = self.world.client, self.world
        for key in client.objects(w.bucket, self.prefix):
            client.delete(w.bucket, key)
        if self.config.source == "dynamodb":
            client.call("dynamodb", "DeleteTable", TableName=self.name)
        else:
            client.call("kinesis", "DeleteStream", StreamName=self.name)
        if self.config.sink == "postgres" and not self.count.n:
            w.postgres.sql(f"DROP SCHEMA IF EXISTS {self.schema} CASCADE")
        if not self.count.n:
            shutil.rmtree(self.folder, ignore_errors=True)
