"""The configurations of the torture test: each is a way to use the three tools, its data, and the expected result.

A row is identified by its number i. It belongs to the key id, of which it is the n-th row, and to the group c. The order of
rows in a stream is taken from the service's answers (shard, sequence number), not from the tools."""
import dataclasses
import hashlib
import json
import os

import projection

PARQUET = f"-f parquet --only --schema {os.path.dirname(os.path.abspath(__file__))}/parquet.schema"
VIEWS = f"{os.path.dirname(os.path.abspath(__file__))}/projection.sql"
SOFT, HISTORY = VIEWS.replace(".sql", "-soft.sql"), VIEWS.replace(".sql", "-history.sql")  # there SQLite's views are plain, and see numbers as texts
KEYS = 7
SNAPSHOT = ("--from", "latest", "--snapshot", "dynamodb:{name}")
GROUPS = "aaaabbc"  # uneven, so that some batches stay open while others are sealed
DAYS = ("2026-11-26", "2026-11-27", "2026-11-28")


@dataclasses.dataclass
class Config:
    name: str
    weight: int = 4               # how many of the cycles, beside the others
    source: str = "kinesis"       # or dynamodb
    shards: tuple = (1, 3)        # at least, at most
    rows: tuple = (60, 160)
    pad: tuple = (0, 30)          # bytes of filler in a row
    reader: tuple = ()
    transform: tuple = ()         # None: no cdcxform in the pipe
    writer: tuple = ()            # options of s3put; of those in a list one is drawn
    prefix: str = ""              # after the cycle's own
    size: tuple = (150, 2500)
    backends: str = "bflocal faulty real"
    landing: object = None        # which rows are to land; None: all
    data: str = "change"          # change, row (no cdcxform), aggregate (KPL)
    bad: tuple = ()               # kinds of records that nobody can deliver, mixed in
    steps: tuple = ()             # how many records a run that is killed reads at most, one is drawn
    shape: str = ""               # of the runs: latest, quiet, again, full, reshard, restart, options, first (all is put before it)
    fold: bool = False
    form: str = "ndjson"
    sink: str = "s3"              # or sqlite, postgres: cdcproj in the place of s3put
    minute: bool = False          # the service stamps its records to the minute
    keys: int = KEYS


def _none(row):
    return False


CONFIGS = [
    Config("plain", 6),
    Config("raw", transform=None, data="row"),
    Config("hive", 8, writer=("--hive", "c")),
    Config("gzip", writer=("--hive", "c", "--compress", "gzip")),
    Config("zstd", writer=("--memory", "1KiB", "--compress", "zstd", "--hive", "c")),
    Config("memory", writer=("--memory", "300", "--hive", "c")),
    Config("partitions", writer=("--hive", "id", "--partitions", "2")),
    Config("interval", writer=("--interval", "30ms", "--hive", "c"), size=(100000, 100000)),
    Config("fold", transform=("--fold", "id"), fold=True),
    Config("dedupe", transform=("--dedupe=1000",), writer=("--hive", "c")),
    Config("jobs", transform=("-j", "2"), writer=("--hive", "c")),
    Config("dropall", 2, transform=("--where", "n < 0"), landing=_none),
    Config("dropmost", transform=("--where", "n % 5 = 0"), landing=lambda row: row["n"] % 5 == 0),
    Config("csv", transform=("-o", "csv", "--no-header", "--fields", "i,id,n,c", "--no-meta"), writer=("-f", "text"), form="csv"),
    Config("large", 1, pad=(60000, 200000), rows=(12, 24), size=(300000, 500000), writer=("--hive", "c")),
    Config("multipart", 1, pad=(800000, 900000), rows=(24, 26), size=(17 << 20, 18 << 20), shards=(1, 1), shape="first", backends="bflocal faulty"),
    Config("timefield", writer=("--time-field", "t"), prefix="!{timestamp:yyyy-MM-dd}/"),
    Config("aggregate", data="aggregate"),
    Config("count", 2, data="aggregate", steps=(1, 9, 30), writer=("--hive", "c")),
    Config("latest", reader=("--from", "latest"), shape="latest"),
    Config("reshard", shards=(3, 3), shape="reshard", writer=("--hive", "c")),
    Config("options", shape="options", writer=(["--hive c", "--hive c,id", "--hive id", "", "--hive c --compress gzip", "--hive id --compress zstd", "--hive c --memory 200"],), size=(300, 6000)),
    Config("again", shape="again", pad=(0, 3000), writer=(["", "--hive c"],)),
    Config("quiet", 2, shape="quiet"),
    Config("full", 2, shape="full"),
    Config("parquet", 6, writer=(*PARQUET.split(), "--hive", "c"), size=(500, 5000)),
    Config("parquetfound", writer=("-f", "parquet", "--infer", "7", "--hive", "c"), pad=(5, 30), size=(500, 5000)),
    Config("parquetoptions", shape="options", size=(300, 6000),
           writer=([PARQUET, f"{PARQUET} --hive c", f"{PARQUET} --bloom id --compress gzip --hive c", "--hive c", "-f parquet --only --hive id"],), pad=(5, 30)),
    Config("rejects", bad=("newline", "broken", "longgroup"), writer=("--hive", "c")),
    Config("marks", transform=None, data="row", bad=("mark",), shards=(2, 3)),
    Config("markimage", transform=("--no-meta",), bad=("image",), shards=(2, 3)),
    Config("project", 8, sink="sqlite", transform=None, writer=(["", "--commit-every 0ms", "--commit-every 20ms"],)),
    Config("projecthistory", 8, sink="sqlite", transform=None, writer=("--history", ["", "--commit-every 0ms"])),
    Config("projectviews", 8, sink="sqlite", transform=None, writer=("--view", VIEWS, ["", "--commit-every 0ms"])),
    Config("projecthistoryviews", 2, sink="sqlite", transform=None, writer=("--history", "--view", HISTORY, ["", "--commit-every 0ms"])),
    Config("projectsoft", 4, sink="sqlite", transform=None, writer=("--soft-delete", "--view", SOFT, ["", "--commit-every 0ms"])),
    Config("projectreshard", sink="sqlite", transform=None, shards=(3, 3), shape="reshard", writer=("--history", "--commit-every", "0ms")),
    Config("projectagain", 2, sink="sqlite", transform=None, shape="again", pad=(0, 3000), writer=("--history",)),
    Config("projectpg", 6, sink="postgres", transform=None, backends="bflocal faulty", writer=(["", "--commit-every 0ms", "--commit-every 20ms"],)),
    Config("projectpghistory", 4, sink="postgres", transform=None, backends="bflocal faulty", writer=("--history", ["", "--commit-every 0ms"])),
    Config("projectpgviews", 6, sink="postgres", transform=None, backends="bflocal faulty", writer=("--view", VIEWS, ["", "--commit-every 0ms"])),
    Config("projectpghistoryviews", 2, sink="postgres", transform=None, backends="bflocal faulty", writer=("--history", "--view", VIEWS, ["", "--commit-every 0ms"])),
    Config("projectpgsoft", 3, sink="postgres", transform=None, backends="bflocal faulty", writer=("--soft-delete", "--view", SOFT, ["", "--commit-every 0ms"])),
    Config("projectpgreshard", sink="postgres", transform=None, backends="bflocal faulty", shards=(3, 3), shape="reshard", writer=("--history", "--commit-every", "0ms")),
    Config("projectpgrestart", 1, sink="postgres", transform=None, backends="bflocal", shape="restart", writer=("--commit-every", "0ms")),
    Config("projectsnapshot", 6, source="dynamodb", sink="sqlite", transform=None, backends="bflocal faulty", keys=60, reader=SNAPSHOT,
           writer=(["", "--commit-every 0ms", "--commit-every 20ms"],)),
    Config("projectsnapshotpages", 1, source="dynamodb", sink="sqlite", transform=None, backends="bflocal faulty", keys=200, pad=(250000, 350000), rows=(60, 80), reader=SNAPSHOT),
    Config("projectpgsnapshot", 4, source="dynamodb", sink="postgres", transform=None, backends="bflocal faulty", keys=60, reader=SNAPSHOT,
           writer=(["", "--commit-every 0ms", "--commit-every 20ms"],)),
    Config("projectsnapshothistory", 3, source="dynamodb", sink="sqlite", transform=None, backends="bflocal faulty", keys=60, reader=SNAPSHOT,
           writer=("--history", ["", "--commit-every 0ms"])),
    Config("projectsnapshotsoft", 3, source="dynamodb", sink="sqlite", transform=None, backends="bflocal faulty", keys=60, reader=SNAPSHOT,
           writer=("--soft-delete", ["", "--commit-every 0ms"])),
    Config("projectpgsnapshothistory", 2, source="dynamodb", sink="postgres", transform=None, backends="bflocal faulty", keys=60, reader=SNAPSHOT,
           writer=("--history", ["", "--commit-every 0ms"])),
    Config("projectpgsnapshotsoft", 2, source="dynamodb", sink="postgres", transform=None, backends="bflocal faulty", keys=60, reader=SNAPSHOT,
           writer=("--soft-delete", ["", "--commit-every 0ms"])),
    Config("projectpgviewsrestart", 1, sink="postgres", transform=None, backends="bflocal", shape="restart", writer=("--view", VIEWS, "--commit-every", "0ms")),
    Config("dynamodb", 2, source="dynamodb", backends="bflocal faulty", writer=("--hive", "c")),
    Config("dynminute", 2, source="dynamodb", backends="bflocal faulty", reader=("--from", "latest"), shape="latest", minute=True),
    Config("dynlatest", 2, source="dynamodb", backends="bflocal faulty", reader=("--from", "latest"), shape="latest"),
    Config("dynreshard", 1, source="dynamodb", backends="bflocal faulty", shape="reshard"),
]
BY_NAME = {c.name: c for c in CONFIGS}


def writer_options(config, rng):
    """The options of s3put for one run."""
    out = []
    for word in config.writer:
        out += rng.choice(word).split() if isinstance(word, list) else [word]
    return out


class Rows:
    """Makes the numbered rows of a cycle; `sent` has the rows that were put, in the order of each shard."""

    def __init__(self, config, rng):
        self.config, self.rng = config, rng
        self.next, self.counts = 0, {}

    def row(self):
        rng = self.rng
        key = f"k{rng.randrange(self.config.keys)}"
        self.counts[key] = self.counts.get(key, 0) + 1
        self.next += 1
        row = {"i": self.next, "id": key, "n": self.counts[key], "c": rng.choice(GROUPS), "t": rng.choice(DAYS) + "T12:00:00Z"}
        pad = rng.randint(*self.config.pad)
        if pad:
            row["pad"] = "x" * pad
        return row

    def rows(self, n):
        return [self.row() for _ in range(n)]


def item(row):
    return {k: {"N": str(v)} if isinstance(v, int) else v if isinstance(v, dict) else {"S": v} for k, v in row.items()}


def change(row, removes=False):
    if removes and projection.is_removed(row):
        return change(row).replace('"INSERT"', '"REMOVE"').replace('"NewImage"', '"OldImage"')
    return json.dumps({"awsRegion": "us-east-1", "eventID": f"e-{row.get('i')}", "eventName": "INSERT", "userIdentity": None, "recordFormat": "application/json",
                       "tableName": "sales", "dynamodb": {"ApproximateCreationDateTime": 1795759200000, "Keys": {"id": {"S": row["id"]}}, "NewImage": item(row),
                                                          "SizeBytes": 20}, "eventSource": "aws:dynamodb"}, separators=(",", ":"))


def note(row):
    """How a record that cannot be delivered is recognized."""
    return f"bad-{row['i']}-"


def bad_data(kind, row, stream):
    """A record that cannot be delivered as a row; it must be in a file of rejects, or in an object anyway."""
    if kind == "newline":
        return f"no\ndocument {note(row)}"
    if kind == "broken":
        return '{"eventName":"INSERT","dynamodb":{"NewImage":"' + note(row)
    if kind == "longgroup":  # a key that no S3 takes
        return change({**row, "c": "x" * 1100, "note": note(row)})
    shard = f"shardId-{row['i'] % 3:012d}"
    if kind == "mark":
        kinds = ({"end": True}, {"start": True}, {})
        mark = {"stream": stream, "shard": shard, "sequence": "1", **kinds[row["i"] // 3 % 3], "note": note(row)}
        return json.dumps({"bfpipe.mark": mark}, separators=(",", ":"))
    mark = {"stream": {"S": stream}, "shard": {"S": shard}, "sequence": {"S": "1"}, "end": {"BOOL": True}, "note": {"S": note(row)}}
    return change({"bfpipe.mark": {"M": mark}, "id": row["id"]}).replace(f',"id":{{"S":"{row["id"]}"}}}},"SizeBytes"', '},"SizeBytes"')


def _varint(n):
    out = b""
    while n > 127:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])


def _field(number, data):
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def aggregate(key, parts):
    """Several records in one, as aggregated by the Kinesis Producer Library."""
    body = _field(1, key.encode()) + b"".join(_field(3, b"\x08\x00" + _field(3, p)) for p in parts)
    return b"\xf3\x89\x9a\xc2" + body + hashlib.md5(body).digest()
