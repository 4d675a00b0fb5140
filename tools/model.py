#!/usr/bin/env python3
"""model.py [-o FILE]: writes cmd/bflocal/model/table.inc, the constraints on the members of bflocal's operations, from the
botocore that is installed (pip install botocore). `make model` runs it; tests/peers/model.py compares.

Only facts are taken: names, types, lengths, ranges, enumerations and patterns. A pattern becomes a program for
cmd/bflocal/model/pattern.c; what it is compared with beyond ASCII is milder than the service (CATEGORIES).
"""
import re
import sys

try:
    from re import _constants as sre, _parser as parser
except ImportError:  # before Python 3.11
    import sre_constants as sre
    import sre_parse as parser

HEADER = "cmd/bflocal/model/table.inc"
# bflocal's services, and botocore's names of them
SERVICES = {"athena": "athena", "dynamodb": "dynamodb", "events": "events", "firehose": "firehose", "glue": "glue", "kinesis": "kinesis",
            "lambda": "lambda", "s3": "s3", "streams": "dynamodbstreams", "sts": "sts"}
# Of these services only these operations are in the table; the others check themselves, in words recorded from the service.
ONLY = {"dynamodb": {"DescribeContinuousBackups", "DescribeKinesisStreamingDestination", "DescribeTimeToLive", "DisableKinesisStreamingDestination",
                     "EnableKinesisStreamingDestination", "ListTables", "UpdateTimeToLive"}}
# Enumerations that grow faster than clients: the operation answers a value that bflocal does not know.
OPEN = {"Runtime", "BucketLocationConstraint"}
# Where the service's own order is known.
ORDER = ["AFTER_SEQUENCE_NUMBER", "LATEST", "AT_TIMESTAMP", "AT_SEQUENCE_NUMBER", "TRIM_HORIZON"]
# Lengths that an operation of S3 checks, with an answer of its own.
OWN_LENGTH = {"ObjectKey"}
KINDS = {"structure": "STRUCTURE", "list": "LIST", "map": "MAP", "string": "STRING", "blob": "BLOB", "boolean": "BOOLEAN",
         "timestamp": "TIME", "integer": "INTEGER", "long": "INTEGER", "float": "NUMBER", "double": "NUMBER"}
SERVERS = {"ContentLength"}  # the server has read it
# What \p{...} matches: code points that stand for it while Python parses, and the ranges.
LATER = (0xA1, 0x10FFFF)
CATEGORIES = {
    "L": [(65, 90), (97, 122), LATER], "N": [(48, 57), LATER], "Z": [(32, 32), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A),
    (0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000)], "P": [(33, 47), (58, 64), (91, 96), (123, 126), LATER],
    "Print": [(32, 126)],
}
STAND_IN = {name: 0xF0000 + i for i, name in enumerate(CATEGORIES)}
# \\d, \\s and \\w, and the name of what is not one
PERL = [(sre.CATEGORY_DIGIT, sre.CATEGORY_NOT_DIGIT, [(48, 57)]), (sre.CATEGORY_SPACE, sre.CATEGORY_NOT_SPACE, [(9, 13), (32, 32)]),
        (sre.CATEGORY_WORD, sre.CATEGORY_NOT_WORD, [(48, 57), (65, 90), (95, 95), (97, 122)])]
LAST = 0x10FFFF
# enum bl_opcode
OPCODES = ["SET", "SPLIT", "JUMP", "BEGIN", "END", "NOT", "NOT_AFTER", "MATCH"]


def inverse(ranges):
    out, at = [], 0
    for low, high in sorted(ranges):
        if low > at:
            out.append((at, low - 1))
        at = max(at, high + 1)
    return out + ([(at, LAST)] if at <= LAST else [])


def joined(ranges):
    out = []
    for low, high in sorted(ranges):
        if out and low <= out[-1][1] + 1:
            out[-1] = (out[-1][0], max(high, out[-1][1]))
        else:
            out.append((low, high))
    return tuple(out)


def category(which):
    return next(ranges if which is one else inverse(ranges) for one, other, ranges in PERL if which in (one, other))


def literal(code):
    return next((CATEGORIES[name] for name, at in STAND_IN.items() if at == code), [(code, code)])


def ranges_of(op, arg):
    """The code points that one element of an expression matches; None: it is no single character."""
    if op is sre.LITERAL:
        return joined(literal(arg))
    if op is sre.NOT_LITERAL:
        return joined(inverse(literal(arg)))
    if op is sre.ANY:
        return joined(inverse([(10, 10), (13, 13), (0x85, 0x85), (0x2028, 0x2029)]))
    if op is not sre.IN:
        return None
    out, negated = [], False
    for what, value in arg:
        if what is sre.NEGATE:
            negated = True
        else:
            out += literal(value) if what is sre.LITERAL else [value] if what is sre.RANGE else category(value)
    return joined(inverse(out) if negated else out)


class Patterns:
    """The programs of all patterns: pairs of an instruction and its argument, in one list; and the sets."""

    def __init__(self):
        self.code, self.sets, self.found, self.longest = [], [], {}, 0

    def set_of(self, ranges):
        if ranges not in self.sets:
            self.sets.append(ranges)
        return self.sets.index(ranges)

    def number(self, text):
        if text not in self.found:
            python = re.sub(r"\\p\{(\w+)\}", lambda m: chr(STAND_IN[m[1]]), text).replace(r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010FFFF")
            program = self.sequence(parser.parse(python)) + [("MATCH", 0)]
            self.found[text] = (len(self.found) + 1, len(self.code), len(program))
            self.code += program
            self.longest = max(self.longest, len(program))
        return self.found[text][0]

    def sequence(self, items):
        return [step for op, arg in items for step in self.element(op, arg)]

    def element(self, op, arg):
        ranges = ranges_of(op, arg)
        if ranges is not None:
            return [("SET", self.set_of(ranges))]
        if op is sre.SUBPATTERN:
            return self.sequence(arg[3])
        if op is sre.BRANCH:
            return self.branch([self.sequence(one) for one in arg[1]])
        if op in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            return self.repeat(arg[0], arg[1], self.sequence(arg[2]))
        if op is sre.AT:
            return [("BEGIN" if arg is sre.AT_BEGINNING else "END", 0)]
        inner = self.sequence(arg[1]) + [("MATCH", 0)]
        if op is sre.ASSERT_NOT and arg[0] > 0:
            return [("NOT", len(inner))] + inner
        if op is sre.ASSERT_NOT and len(inner) == 2 and inner[0][0] == "SET":
            return [("NOT_AFTER", inner[0][1])]
        raise ValueError(f"{op} {arg}")

    def branch(self, ways):
        """SPLIT n goes on, and n steps from itself, too."""
        out = ways[-1]
        for way in reversed(ways[:-1]):
            out = [("SPLIT", len(way) + 2)] + way + [("JUMP", len(out) + 1)] + out
        return out

    def repeat(self, low, high, body):
        if high is sre.MAXREPEAT:
            if low:
                return body * (low - 1) + body + [("SPLIT", -len(body))]
            return [("SPLIT", len(body) + 2)] + body + [("JUMP", -len(body) - 1)]
        left = (high - low) * (len(body) + 1)
        out = body * low
        for _ in range(high - low):
            out += [("SPLIT", left)] + body
            left -= len(body) + 1
        return out


class Table:
    def __init__(self):
        self.shapes, self.members, self.values, self.outside, self.ops = [], [], [], [], []
        self.patterns = Patterns()

    def shape(self, s):
        """Its number; shapes with the same constraints share one."""
        first = count = 0
        meta, kind = s.metadata, KINDS[s.type_name]
        if kind == "STRUCTURE":
            first, count = self.structure(s, in_body(s))
        elif kind == "LIST":
            first = self.shape(s.member)
        elif kind == "MAP":
            first, count = self.shape(s.key), self.shape(s.value)
        elif kind == "STRING" and s.enum and s.name not in OPEN:
            first, count = self.place(self.values, sorted(s.enum, key=ORDER.index) if set(s.enum) <= set(ORDER) else s.enum)
        return self.row(kind, first, count, () if s.name in OWN_LENGTH else meta, self.patterns.number(meta["pattern"]) if "pattern" in meta else 0)

    def structure(self, s, members):
        return self.place(self.members, [(name, self.shape(m), name in s.required_members) for name, m in members.items()])

    def xml(self, s):
        """The shape of an element: elements in it are members, also those of lists. None: an element without any."""
        rows = []
        for name, m in s.members.items() if s else ():
            if m.serialization.get("xmlAttribute"):
                continue
            wire, inner = m.serialization.get("name", name), m
            if m.type_name == "list":
                inner = self.xml(m.member) if m.member.type_name == "structure" else self.shape(m.member)
                if not m.serialization.get("flattened"):
                    inner = self.row("STRUCTURE", *self.place(self.members, [(m.member.serialization.get("name", "member"), inner, False)]))
            else:
                inner = self.xml(m) if m.type_name == "structure" else self.shape(m)
            rows.append((wire, inner, name in s.required_members))
        return self.row("STRUCTURE", *self.place(self.members, rows))

    def row(self, kind, first=0, count=0, meta=(), pattern=0):
        least, most = (dict(meta).get(k) for k in ("min", "max"))
        return self.place(self.shapes, [(f"BL_SHAPE_{kind}", "true" if dict(meta).get("sensitive") else "false", pattern, first, count,
                                         "BL_NO_MIN" if least is None else least, "BL_NO_MAX" if most is None else most)])[0]

    def operation(self, service, model, name):
        op = model.operation_model(name)
        s = op.input_shape
        payload = s.members.get(s.serialization.get("payload")) if s else None
        document = payload if model.metadata["protocol"] == "rest-xml" and payload and payload.type_name == "structure" else None
        body = self.xml(document) if document else self.shape(s) if s and has_json(model, s) else self.xml(None)
        outside = [(n, *where(op, n, m), self.shape(m), n in s.required_members) for n, m in outside_body(model, s).items()]
        if outside or document or s and has_json(model, s):
            self.ops.append((service, name, body, *self.place(self.outside, outside)))

    def place(self, table, rows):
        for i in range(len(table) - len(rows) + 1):
            if table[i:i + len(rows)] == rows:
                return i, len(rows)
        table += rows
        return len(table) - len(rows), len(rows)


def in_body(shape):
    """The members in the body: not those in the path, the query or a header."""
    return {name: m for name, m in shape.members.items() if "location" not in m.serialization}


def has_json(model, shape):
    return "json" in model.metadata["protocol"] and "payload" not in shape.serialization and (in_body(shape) or model.metadata["protocol"] == "json")


def outside_body(model, shape):
    """The members in the path, in the query, in headers, or in a form, that have a constraint; S3's names are in its code, as are lists."""
    members = shape.members if shape else {}
    form = model.metadata["protocol"] == "query"
    return {n: m for n, m in members.items() if (form or m.serialization.get("location") in (["uri"] if model.service_name != "s3" else []) + ["querystring", "header"])
            and n not in SERVERS and (m.type_name in ("integer", "long", "boolean") or m.type_name == "string" and ({"min", "max", "pattern"} & set(m.metadata) or m.enum)
            or m.type_name == "list" and m.serialization.get("location") == "header" and m.member.enum)}


def where(op, name, member):
    """Its name on the wire, its place and the part of the path."""
    place, wire = member.serialization.get("location", "querystring"), member.serialization.get("name", name)
    if place == "uri":
        return wire, "BL_IN_PATH", op.http["requestUri"].split("?")[0].split("/").index("{%s}" % wire)
    return (wire.lower(), "BL_IN_HEADER", 0) if place == "header" else (wire, "BL_IN_QUERY", 0)


def operations(service):
    """Those that the code serves: the rows of its table."""
    with open(f"cmd/bflocal/{service}/{'route' if service == 's3' else 'service'}.c") as f:
        return re.findall(r'\{(?:"[A-Z]+", "/[^"]*", )?"([A-Z][a-z]\w+)",\s', f.read(), re.M)


def c_text(s):
    return '"' + s.replace("\\", "\\\\").replace('"', '\\"') + '"'


def rows(items):
    lines, line = [], "   "
    for item in items:
        if len(line) + len(item) > 150:
            lines.append(line)
            line = "   "
        line += f" {item},"
    return "\n".join(lines + [line])


def table():
    from botocore.session import Session
    t, session = Table(), Session()
    for ours, theirs in SERVICES.items():
        model = session.get_service_model(theirs)
        for name in sorted(ONLY.get(ours, operations(ours))):
            t.operation(ours, model, name)
    return t


def parts(t):
    p, spans, at = t.patterns, [], 0
    for ranges in p.sets:
        spans.append((at, len(ranges)))
        at += len(ranges)
    yield "struct bl_model ops[]", (f'{{"{s}", "{n}", {", ".join(map(str, numbers))}}}' for s, n, *numbers in sorted(t.ops))
    yield "struct bl_outside outside[]", (f'{{"{n}", "{wire}", {i}, {place}, {part}, {"true" if r else "false"}}}' for n, wire, place, part, i, r in t.outside)
    yield "struct bl_shape shapes[]", ("{" + ", ".join(map(str, s)) + "}" for s in t.shapes)
    yield "struct bl_shape_member members[]", (f'{{"{n}", {i}, {"true" if r else "false"}}}' for n, i, r in t.members)
    yield "char *const values[]", map(c_text, t.values)
    yield "struct pattern patterns[]", ["{NULL, 0}"] + [f"{{{c_text(text)}, {at}}}" for text, (_, at, _) in p.found.items()]
    yield "struct bl_step steps[]", (f"{{{OPCODES.index(op)}, {arg}}}" for op, arg in p.code)
    yield "struct bl_set sets[]", (f"{{{at}, {n}}}" for at, n in spans)
    yield "struct bl_range ranges[]", (f"{{{low}, {high}}}" for ranges in p.sets for low, high in ranges)


def main():
    t = table()
    with open(sys.argv[2] if sys.argv[1:2] == ["-o"] else HEADER, "w") as f:
        f.write("/* Made from botocore's models of the services by tools/model.py (`make model`); for table.c alone. */\n/* clang-format off */\n"
                f"enum {{ BL_LONGEST = {t.patterns.longest} }};\n")
        for head, items in parts(t):
            f.write(f"\nstatic const {head} = {{\n{rows(items)}\n}};\n")


if __name__ == "__main__":
    main()
