#!/usr/bin/env python3
"""parquet_look.py FILE [PATH] | --rows FILE...: looks at a Parquet file without a library, by parquet.thrift alone,
and prints what the footer says, or what stands at PATH of it (4.0.3 is field 4, its first element, field 3), or the
rows of files without nested columns and neither of zstd nor of Snappy. Before that it checks
what readers may rely on and few of them check: the CRC of each page, that pages lie where the offset index says, that
sizes add up, that the bounds of the column index are those of the pages and enclose them, and the order they claim.
"""
import json
import struct
import sys
import zlib


class Thrift:
    """The compact protocol."""

    def __init__(self, data, at=0):
        self.data, self.at = data, at

    def byte(self):
        self.at += 1
        return self.data[self.at - 1]

    def varint(self):
        value = shift = 0
        while True:
            b = self.byte()
            value |= (b & 127) << shift
            shift += 7
            if b < 128:
                return value

    def zigzag(self):
        v = self.varint()
        return v >> 1 ^ -(v & 1)

    def value(self, kind):
        if kind in (1, 2):
            return kind == 1
        if kind == 3:
            return struct.unpack('b', bytes([self.byte()]))[0]
        if kind in (4, 5, 6):
            return self.zigzag()
        if kind == 8:
            n = self.varint()
            self.at += n
            assert self.at <= len(self.data)
            return bytes(self.data[self.at - n:self.at])
        if kind == 9:
            head = self.byte()
            n, of = head >> 4, head & 15
            n = self.varint() if n == 15 else n
            return [self.value(self.byte() if of == 1 else of) for _ in range(n)]
        assert kind == 12, kind
        return self.struct()

    def struct(self):
        out, last = {}, 0
        while True:
            head = self.byte()
            if head == 0:
                return out
            last = last + (head >> 4) if head >> 4 else self.zigzag()
            assert last not in out
            out[last] = self.value(head & 15)


NUMBER = {1: '<i', 2: '<q', 4: '<f', 5: '<d'}


def order(leaf):
    """What values compare by."""
    if leaf[1] in NUMBER:
        return lambda b: struct.unpack(NUMBER[leaf[1]], b)[0]
    if leaf[1] == 7:
        return lambda b: int.from_bytes(b, 'big', signed=True)
    return lambda b: b


def bounds(stats):
    return stats.get(6), stats.get(5)


def check_chunk(data, chunk, leaf, rows):
    meta, value = chunk[3], order(leaf)
    start = meta.get(11, meta[9])
    at, pages, raw = start, [], 0
    while at < start + meta[7]:
        t = Thrift(data, at)
        head = t.struct()
        body = data[t.at:t.at + head[3]]
        assert zlib.crc32(body) == head[4] & 0xFFFFFFFF, 'CRC'
        raw += t.at - at + head[2]
        if meta[4] == 0:
            assert head[2] == head[3]
        if head[1] == 0:
            pages.append((at, t.at - at + head[3], head))
        at = t.at + head[3]
    assert at == start + meta[7] and raw == meta[6], 'sizes'
    assert sum(p[2][5][1] for p in pages) == meta[5], 'values'
    assert {p[2][5][2] for p in pages} | {3} <= set(meta[2]) | {3}, 'encodings'
    places = Thrift(data, chunk[4]).struct()[1]
    assert [(p[1], p[2]) for p in places] == [p[:2] for p in pages], 'offset index'
    assert places[0][3] == 0 and all(a[3] < b[3] for a, b in zip(places, places[1:])) and places[-1][3] < rows
    least, most = bounds(meta[12])
    for _, _, head in pages:
        low, high = bounds(head[5][5])
        assert (low is None) == (head[5][5][3] == head[5][1]), 'a page with values has a least one'
        if low is not None:
            assert value(least) <= value(low)
            assert most is None or value(high) <= value(most)
    assert sum(p[2][5][5][3] for p in pages) == meta[12][3], 'NULLs'
    if 6 in chunk:
        check_index(Thrift(data, chunk[6]).struct(), [p[2] for p in pages], value)


def check_index(index, pages, value):
    stats = [p[5][5] for p in pages]
    assert index[1] == [6 not in s for s in stats] and index[5] == [s[3] for s in stats]
    assert index[2] == [s.get(6, b'') for s in stats] and index[3] == [s.get(5, b'') for s in stats]
    for which in (2, 3):
        of = [value(b) for b, null in zip(index[which], index[1]) if not null]
        assert index[4] != 1 or of == sorted(of), 'not ascending'
        assert index[4] != 2 or of == sorted(of, reverse=True), 'not descending'


def look(path):
    with open(path, 'rb') as f:
        data = f.read()
    assert data[:4] == data[-4:] == b'PAR1'
    n = struct.unpack('<I', data[-8:-4])[0]
    t = Thrift(data, len(data) - 8 - n)
    footer = t.struct()
    assert t.at == len(data) - 8, 'the footer is longer than what it says'
    leaves = [e for e in footer[2] if 5 not in e]
    assert len(footer[7]) == len(leaves) and all(o == {1: {}} for o in footer[7])
    ids = [e[9] for e in footer[2] if 9 in e]
    assert len(set(ids)) == len(ids)
    assert sum(g[3] for g in footer[4]) == footer[3], 'rows'
    for group in footer[4]:
        assert len(group[1]) == len(leaves)
        for chunk, leaf in zip(group[1], leaves):
            check_chunk(data, chunk, leaf, group[3])
        assert group[6] == sum(c[3][7] for c in group[1]) and group[2] == sum(c[3][6] for c in group[1])
    return footer


def hybrid(data, at, end, width, count):
    """RLE and bit-packed numbers."""
    out, t = [], Thrift(data, at)
    while len(out) < count and t.at < end:
        head = t.varint()
        if head & 1:
            n = (head >> 1) * width
            bits = int.from_bytes(data[t.at:t.at + n], 'little')
            out += [bits >> i * width & (1 << width) - 1 for i in range((head >> 1) * 8)]
        else:
            n = (width + 7) // 8
            out += [int.from_bytes(data[t.at:t.at + n], 'little')] * (head >> 1)
        t.at += n
    return out[:count]


def delta(data, at):
    t = Thrift(data, at)
    block, minis, count, value = t.varint(), t.varint(), t.varint(), t.zigzag()
    out, each = [value], block // minis
    while len(out) < count:
        least, widths = t.zigzag(), data[t.at:t.at + minis]
        t.at += minis
        for width in widths:
            if len(out) >= count:
                break
            bits = int.from_bytes(data[t.at:t.at + width * each // 8], 'little')
            t.at += width * each // 8
            for i in range(each):
                value += least + (bits >> i * width & (1 << width) - 1)
                out.append((value + (1 << 63)) % (1 << 64) - (1 << 63))
    return out[:count]


def plain(leaf, data, at, count):
    if leaf[1] == 0:
        return [bool(data[at + i // 8] >> i % 8 & 1) for i in range(count)]
    if leaf[1] in NUMBER:
        size = struct.calcsize(NUMBER[leaf[1]])
        return [struct.unpack_from(NUMBER[leaf[1]], data, at + i * size)[0] for i in range(count)]
    if leaf[1] == 7:
        return [int.from_bytes(data[at + i * leaf[2]:at + (i + 1) * leaf[2]], 'big', signed=True) for i in range(count)]
    out = []
    for _ in range(count):
        n = struct.unpack_from('<I', data, at)[0]
        out.append(bytes(data[at + 4:at + 4 + n]).decode())
        at += 4 + n
    return out


def column(data, chunk, leaf, unpack):
    """The values of a column that is in no list, None where it is NULL. Decimals come as whole numbers of their last digit."""
    meta, out, entries = chunk[3], [], []
    at = start = meta.get(11, meta[9])
    while at < start + meta[7]:
        t = Thrift(data, at)
        head = t.struct()
        body = data[t.at:t.at + head[3]]
        body = {0: bytes, 2: lambda b: zlib.decompress(b, 31), 6: unpack}[meta[4]](body)
        at = t.at + head[3]
        if head[1] == 2:
            entries = plain(leaf, body, 0, head[7][1])
            continue
        count, kind, here = head[5][1], head[5][2], 0
        levels = [1] * count
        if leaf[3] == 1:
            here = 4 + struct.unpack_from('<I', body)[0]
            levels = hybrid(body, 4, here, 1, count)
        n = sum(levels)
        if n == 0:
            values = []
        elif kind == 8:
            values = [entries[i] for i in hybrid(body, here + 1, len(body), body[here], n)]
        elif kind == 9:
            size = struct.calcsize(NUMBER[leaf[1]])
            values = plain(leaf, bytes(body[here + b * n + i] for i in range(n) for b in range(size)), 0, n)
        else:
            values = delta(body, here) if kind == 5 else plain(leaf, body, here, n)
        values = iter(values)
        out += [next(values) if level else None for level in levels]
    return out


def rows(data, unpack=None):
    """The rows of a file without nested columns. unpack: bytes of a zstd frame to what is in it."""
    n = struct.unpack('<I', data[-8:-4])[0]
    footer = Thrift(data, len(data) - 8 - n).struct()
    leaves = [e for e in footer[2] if 5 not in e]
    out = []
    for group in footer[4]:
        columns = [column(data, c, leaf, unpack) for c, leaf in zip(group[1], leaves)]
        out += [{leaf[4].decode(): v for leaf, v in zip(leaves, row)} for row in zip(*columns)]
    return out


def text(v):
    if isinstance(v, bytes):
        return v.decode('utf-8', 'backslashreplace')
    if isinstance(v, dict):
        return {str(k): text(x) for k, x in v.items()}
    return [text(x) for x in v] if isinstance(v, list) else v


def main():
    if sys.argv[1] == '--rows':
        for path in sys.argv[2:]:
            look(path)
            with open(path, 'rb') as f:
                for row in rows(f.read()):
                    print(json.dumps(row, ensure_ascii=False, separators=(',', ':')))
        return
    what = look(sys.argv[1])
    for step in sys.argv[2].split('.') if len(sys.argv) > 2 else []:
        if step == '*':
            continue
        what = what[int(step)] if isinstance(what, (dict, list)) else what
    print(json.dumps(text(what), ensure_ascii=False, separators=(',', ':')))


if __name__ == '__main__':
    main()
