"""What has landed, and how it differs from what was put. Nothing of s3put's own bookkeeping is asked."""
import collections
import csv
import ctypes
import ctypes.util
import io
import json
import os
import sys
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
import parquet_look  # noqa: E402

KINDS = ("lost", "doubled", "strayed", "reordered", "torn", "misplaced", "receipts", "rejects", "left", "stuck", "hung", "crashed")


class Landed:
    """An object: its key, its size in the bucket, its rows, and how many of them were torn."""

    def __init__(self, key, data, form):
        self.key, self.size, self.rows, self.torn = key, len(data), [], 0
        if key.endswith(".parquet"):
            self.rows = parquet_look.rows(data, _unzstd)
            return
        text = unpack(data).decode("utf-8", "replace")
        if not text.endswith("\n"):
            self.torn += 1
        if form == "csv":
            self.read_csv(text)
        else:
            self.read_lines(text)

    def read_lines(self, text):
        for line in text.split("\n")[:-1]:
            try:
                row = json.loads(line)
                self.rows.append(row if isinstance(row, dict) else {})
            except ValueError:
                self.torn += 1

    def read_csv(self, text):
        for cells in csv.reader(io.StringIO(text)):
            if len(cells) == 4 and cells[0].isdigit() and cells[2].isdigit():
                self.rows.append({"i": int(cells[0]), "id": cells[1], "n": int(cells[2]), "c": cells[3]})
            else:
                self.torn += 1


_zstd = None


def _unzstd(data):
    """Python has had a module for it since 3.14 only; the library is there wherever s3put is."""
    global _zstd
    if not _zstd:
        _zstd = ctypes.CDLL(ctypes.util.find_library("zstd") or "libzstd.so.1")
        _zstd.ZSTD_createDCtx.restype = ctypes.c_void_p
        _zstd.ZSTD_decompressStream.restype = ctypes.c_size_t

    class Part(ctypes.Structure):
        _fields_ = [("p", ctypes.c_char_p), ("n", ctypes.c_size_t), ("at", ctypes.c_size_t)]

    class Room(ctypes.Structure):
        _fields_ = [("p", ctypes.c_void_p), ("n", ctypes.c_size_t), ("at", ctypes.c_size_t)]

    context = ctypes.c_void_p(_zstd.ZSTD_createDCtx())
    part, out, room = Part(data, len(data), 0), b"", ctypes.create_string_buffer(1 << 17)
    left = 1
    while part.at < part.n or left > 0:
        space = Room(ctypes.cast(room, ctypes.c_void_p), len(room), 0)
        left = _zstd.ZSTD_decompressStream(context, ctypes.byref(space), ctypes.byref(part))
        if left > 1 << 62 or (space.at == 0 and part.at == part.n):
            break
        out += room.raw[:space.at]
    _zstd.ZSTD_freeDCtx(context)
    if left:
        raise ValueError("a zstd frame that is cut off or broken")
    return out


def unpack(data):
    if data[:2] == b"\x1f\x8b":
        whole = b""
        while data:
            d = zlib.decompressobj(31)
            whole += d.decompress(data) + d.flush()
            if not d.eof:
                raise ValueError("a gzip member that is cut off")
            data = d.unused_data
        return whole
    return _unzstd(data) if data[:4] == b"\x28\xb5\x2f\xfd" else data


class Count:
    """Counts of each kind, and of each the first few, in words."""

    def __init__(self):
        self.n, self.words = collections.Counter(), []

    def add(self, kind, words):
        self.n[kind] += 1
        if self.n[kind] <= 3:
            self.words.append(f"{kind}: {words}")


def read(client, bucket, prefix, form, count):
    landed = []
    for key in sorted(client.objects(bucket, prefix)):
        try:
            landed.append(Landed(key, client.get(bucket, key), form))
        except (ValueError, zlib.error) as e:
            count.add("torn", f"{key}: {e}")
    for o in landed:
        for _ in range(o.torn):
            count.add("torn", f"a row of {o.key}")
    return landed


def check_rows(config, expected, landed, notes, count):
    """expected: {i: row}, in the order of their shards; each in one object, or with --fold the last of each key."""
    seen = collections.Counter()
    for o in landed:
        for row in o.rows:
            if row.get("i") in expected:
                seen[row["i"]] += 1
            elif not any(n in json.dumps(row) for n in notes):
                count.add("strayed", f"i={row.get('i')} in {o.key}")
    last = {row["id"]: i for i, row in expected.items()}
    must = set(last.values()) if config.fold else expected
    for i in must:
        if not seen[i]:
            count.add("lost", f"i={i} {expected[i]['id']} n={expected[i]['n']} c={expected[i]['c']} of {expected[i].get('shard', 'the table')}")
    for i, n in seen.items():
        if n > 1:
            count.add("doubled", f"i={i} in {[o.key for o in landed for r in o.rows if r.get('i') == i]}")


def check_order(config, expected, landed, count):
    """In an object a shard's rows, and a key's, stand in the order of the stream; and what it holds of one key no other
    object of that place continues in between."""
    order = {i: at for at, i in enumerate(expected)}
    places = collections.defaultdict(lambda: collections.defaultdict(set))
    for o in landed:
        latest = {}
        for row in o.rows:
            if row.get("i") not in expected:
                continue
            mine = expected[row["i"]]
            for who in (mine.get("shard"), mine["id"]):
                if who and not config.fold and latest.get(who, -1) > order[row["i"]]:
                    count.add("reordered", f"i={row['i']} of {who} in {o.key}")
                if who:
                    latest[who] = order[row["i"]]
            places[o.key.rpartition("/")[0]][mine["id"]].add((order[row["i"]], o.key))
    for place in places.values():
        for rows in place.values() if not config.fold else ():
            done, at = set(), None
            for _, key in sorted(rows):
                if key != at and key in done:
                    count.add("reordered", f"{key} holds rows on both sides of another object's")
                    break
                at = key
                done.add(key)


def check_places(config, landed, count):
    """What the key says of its rows is true."""
    for o in landed:
        parts = [p.partition("=") for p in o.key.split("/")[:-1] if "=" in p]
        for row in o.rows:
            for name, _, value in parts:
                if name in row and str(row[name]) != value:
                    count.add("misplaced", f"i={row.get('i')} with {name}={row[name]} in {o.key}")
            if config.name == "timefield" and row["t"][:10] not in o.key:
                count.add("misplaced", f"i={row.get('i')} of {row['t']} in {o.key}")


def check_receipts(landed, text, count):
    """Each object has a receipt, one or more, and each receipt its object."""
    told = {}
    for line in text.split("\n"):
        try:
            if line:
                r = json.loads(line)
                told[r["key"]] = r
        except (ValueError, KeyError, TypeError):
            count.add("receipts", f"a torn receipt: {line[:80]}")
    for o in landed:
        r = told.pop(o.key, None)
        if not r:
            count.add("receipts", f"none for {o.key}")
        elif r["bytes"] != o.size or r["records"] != len(o.rows):
            count.add("receipts", f"{r['records']} records and {r['bytes']} bytes told, {len(o.rows)} and {o.size} landed: {o.key}")
    for key in told:
        count.add("receipts", f"one without an object: {key}")


def check_rejects(notes, text, landed, count):
    """What cannot be delivered is in somebody's rejects, or in an object."""
    text += "\n".join(json.dumps(r) for o in landed for r in o.rows if "note" in json.dumps(r))
    for n in notes:
        if n not in text:
            count.add("rejects", f"{n} is nowhere")
