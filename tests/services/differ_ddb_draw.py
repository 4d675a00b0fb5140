"""Random parts of DynamoDB calls, valid and invalid: values, keys, expressions; and the canonical form of values for comparison."""
from decimal import Decimal

import differ
from differ import text_of

TIMES_AND_IDS = {"ResponseMetadata", "CreationDateTime", "TableId", "TableArn", "LatestStreamArn", "LatestStreamLabel", "LastUpdateToPayPerRequestDateTime",
                 "LastIncreaseDateTime", "LastDecreaseDateTime", "TableSizeBytes", "DeletionProtectionEnabled", "SizeEstimateRangeGB"}


def canonical(v):
    """The canonical form of a value: sets sorted, bytes in hex, numbers by value."""
    if isinstance(v, dict):
        if len(v) == 1 and next(iter(v)) in ("SS", "NS", "BS"):
            kind = next(iter(v))
            return {kind: sorted(canonical(x) for x in v[kind])}
        return {k: canonical(x) for k, x in sorted(v.items()) if k not in TIMES_AND_IDS}
    if isinstance(v, list):
        return [canonical(x) for x in v]
    if isinstance(v, bytes):
        return v.hex()
    return v


def plain(number):
    try:
        return str(Decimal(number).normalize() + 0)  # + 0: no minus zero
    except ArithmeticError:  # not a number, which is what the call is about
        return number


def by_value(v):
    """The same with numbers by value."""
    if isinstance(v, dict):
        if set(v) == {"N"}:
            return {"N": plain(v["N"])}
        if set(v) == {"NS"}:
            return {"NS": sorted(plain(x) for x in v["NS"])}
        return {k: by_value(x) for k, x in v.items()}
    return [by_value(x) for x in v] if isinstance(v, list) else v


KEYS = {
    "plain": [("id", "S")],
    "sorted": [("id", "S"), ("n", "N")],
    "binary": [("b", "B"), ("s", "S")],
}

# Including the table of large items, which is never scanned, because services end a page of a megabyte at different items.
TABLES = dict(KEYS, large=[("id", "S")])

NUMBERS = ["0", "-0", "1", "1.0", "00042", "-7.5", "1e3", "1E-3", "3.14", "100", "12345678901234567890123456789012345678"]
BAD_NUMBERS = ["", "abc", "1e126", "1e-131", "123456789012345678901234567890123456789", "NaN", "Infinity", "0x10", "1_000", "--1"]


def spelled(item, table):
    """An item's key as text, the same for all spellings of a number."""
    return text_of(by_value(canonical({n: item[n] for n, _ in TABLES[table]})))


class Draw(differ.Draw):
    """Random parts of calls."""

    def scalar(self, kind):
        if kind == "S":
            return {"S": self.one("a", "b", "c", "é", "a\"b", "\U0001f600")}
        if kind == "N":
            return {"N": self.r.choice(NUMBERS)}
        return {"B": self.one(b"\x00", b"\xff\xff", b"abc")}

    def value(self, depth=0):
        kind = self.one("S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M")
        if depth > 2 and kind in ("L", "M"):
            kind = "N"
        if kind in ("S", "N", "B"):
            return self.scalar(kind)
        if kind == "BOOL":
            return {"BOOL": self.chance(0.5)}
        if kind == "NULL":
            return {"NULL": True}
        if kind == "SS":
            return {"SS": self.r.sample(["x", "y", "z"], self.r.randint(1, 3))}
        if kind == "NS":
            return {"NS": self.r.sample(["1", "2.50", "-3"], self.r.randint(1, 3))}
        if kind == "BS":
            return {"BS": self.r.sample([b"1", b"2"], self.r.randint(1, 2))}
        if kind == "L":
            return {"L": [self.value(depth + 1) for _ in range(self.r.randint(0, 3))]}
        return {"M": {k: self.value(depth + 1) for k in self.r.sample(["k", "l", "m"], self.r.randint(0, 3))}}

    def bad_value(self):
        return self.one({"S": ""}, {"N": self.r.choice(BAD_NUMBERS)}, {"SS": []}, {"SS": ["x", "x"]}, {"NS": ["1", "1.0"]},
                        {"NS": ["x"]}, {"BS": []}, {"NULL": False}, {}, {"S": "a", "N": "1"}, {"B": b""},
                        {"SS": [""]}, {"L": [{"N": "x"}]}, {"M": {"": {"S": "x"}}}, {"M": {"k": {}}}, {"BOOL": True, "S": "x"})

    def key(self, table):
        return {name: self.scalar(kind) for name, kind in KEYS[table]}

    def bad_key(self, table):
        key = self.key(table)
        name, kind = self.r.choice(KEYS[table])
        how = self.one("missing", "type", "empty", "extra", "long", "bad")
        if how == "missing":
            del key[name]
        elif how == "type":
            key[name] = {"BOOL": True} if self.chance(0.5) else {"S" if kind == "N" else "N": "1"}
        elif how == "empty":
            key[name] = {"N": ""} if kind == "N" else {kind: b"" if kind == "B" else ""}
        elif how == "extra":
            key["more"] = {"S": "x"}
        elif how == "long":
            key[name] = {"S": "x" * 2049} if kind == "S" else {"B": b"x" * 2049} if kind == "B" else {"N": "9" * 39}
        else:
            key[name] = self.bad_value()
        return key

    def item(self, table):
        item = {k: self.value() for k in self.r.sample(["v", "w", "lst", "mp", "cnt", "tags"], self.r.randint(0, 4))}
        item.update(self.key(table))
        return item

    # Expressions: text, and the values of its placeholders.
    CONDITIONS = [
        ("attribute_exists(v)", ""), ("attribute_not_exists(v)", ""), ("attribute_exists(#v)", ""), ("v = :n", "n"),
        ("v <> :s", "s"), ("v < :n AND w > :m", "nm"), ("NOT v = :n", "n"), ("v BETWEEN :m AND :n", "mn"),
        ("v IN (:n, :s, :b)", "nsb"), ("begins_with(v, :s)", "s"), ("contains(tags, :x)", "x"), ("contains(lst, :n)", "n"),
        ("attribute_type(v, :t)", "t"), ("size(v) > :n", "n"), ("size(lst) = :z", "z"), ("mp.k = :n", "n"),
        ("lst[0] = :n", "n"), ("mp.l[1].m <= :n", "n"), ("(v = :n OR w = :s) AND attribute_exists(id)", "ns"),
        ("v = w", ""), ("v = :n OR v = :s OR v = :b", "nsb"), ("#v = :s AND #w = :n", "sn"),
        ("v >= :l", "l"), ("v = :l", "l"), ("v = :e", "e"), ("v <= :nul", "nul"),
    ]
    BAD_CONDITIONS = [
        ("", ""), ("v", ""), ("v =", ""), ("v = :n)", "n"), ("(v = :n", "n"), ("v == :n", "n"), ("v = 1", ""),
        ("v = :missing", ""), ("#missing = :n", "n"), ("v = :n", "ns"), ("attribute_exists(:n)", "n"),
        ("attribute_exists(v, w)", ""), ("begins_with(v, :n)", "n"), ("nothing(v)", ""), ("attribute_type(v, :s)", "s"),
        ("attribute_type(v, :n)", "n"), ("status = :n", "n"), ("v IN ()", ""), ("v BETWEEN :n", "n"), ("AND v = :n", "n"),
        ("size(v)", ""), ("v = :n v = :n", "n"), ("v.1 = :n", "n"), ("lst[-1] = :n", "n"), ("lst[x] = :n", "n"),
        ("v = :n AND", "n"), ("NOT", ""), ("((((v = :n))))", "n"), ("v = v", ""), ("v BETWEEN :hi AND :lo", ("hi", "lo")), ("v = :n$", "n"),
        ("Attribute_Exists(v)", ""), ("(v) = :n", "n"), ("v < :bool", ("bool",)),
    ]
    UPDATES = [
        ("SET v = :n", "n"), ("SET v = :s, w = :n", "sn"), ("SET v = v + :n", "n"), ("SET v = if_not_exists(v, :z) + :n", "zn"),
        ("SET lst = list_append(if_not_exists(lst, :l), :l)", "l"), ("REMOVE v", ""), ("REMOVE v, w SET tags = :x", "x"),
        ("ADD cnt :n", "n"), ("ADD tags :ss", "ss"), ("DELETE tags :ss", "ss"), ("SET mp.k = :n", "n"), ("SET #v = :s", "s"),
        ("SET lst[1] = :n", "n"), ("REMOVE lst[0]", ""), ("SET v = w", ""), ("SET v = :n REMOVE w ADD cnt :n", "n"),
        ("set v = :n", "n"), ("SET v = v - :n", "n"), ("SET mp = :e", "e"), ("SET lst = :l", "l"), ("REMOVE mp.k", ""),
        ("SET v=:n,w=:s", "ns"), ("SET lst[9] = :s", "s"), ("REMOVE lst[0], lst[1]", ""),
    ]
    BAD_UPDATES = [
        ("", ""), ("SET", ""), ("SET v", ""), ("SET v = ", ""), ("SET v = :n,", "n"), ("SET v = :n SET w = :n", "n"), ("ADD v :s", "s"),
        ("DELETE v :n", "n"), ("SET id = :s", "s"), ("REMOVE id", ""), ("SET v = :n, v = :n", "n"), ("SET mp = :e, mp.k = :n", "en"),
        ("SET v = :missing", ""), ("SET v = :n", "ns"), ("SET v = list_append(:n, :l)", "nl"), ("SET v = if_not_exists(:n, :n)", "n"),
        ("SET v = size(w)", ""), ("SET v = :s + :n", "sn"), ("ADD a.b.c :n", "n"), ("SET nope.k = :n", "n"), ("SET v = nothing(v)", ""),
        ("REMOVE v w", ""), ("SET name = :n", "n"), ("UPDATE v = :n", "n"), ("SET v = :n + :n + :n", "n"), ("SET b = :n, s = :s", "ns"),
    ]
    KEY_CONDITIONS = {
        "plain": [("id = :s", "s"), ("#id = :s", "s"), ("(id = :s)", "s")],
        "sorted": [("id = :s", "s"), ("id = :s AND n = :n", "sn"), ("id = :s AND n < :n", "sn"), ("id = :s AND n <= :n", "sn"),
                   ("n > :n AND id = :s", "sn"), ("id = :s AND n >= :n", "sn"), ("id = :s AND n BETWEEN :m AND :n", "smn"),
                   ("(id = :s) AND (n > :n)", "sn")],
        "binary": [("b = :b", "b"), ("b = :b AND s = :s", "bs"), ("b = :b AND begins_with(s, :s)", "bs"), ("b = :b AND s > :s", "bs"),
                   ("b = :b AND s BETWEEN :a AND :s", "bas")],
    }
    BAD_KEY_CONDITIONS = [("id > :s", "s"), ("v = :n", "n"), ("id = :n", "n"), ("id = :s AND v = :n", "sn"), ("id = :s OR id = :s", "s"),
                          ("id = :s AND n <> :n", "sn"), ("id = :s AND id = :s", "s"), ("begins_with(id, :s)", "s"), ("NOT id = :s", "s"),
                          ("id = :s AND begins_with(n, :n)", "sn"), ("id IN (:s)", "s"), ("attribute_exists(id)", ""), ("", ""), ("id = :emp", ("emp",)),
                          ("id = :s AND n BETWEEN :hi AND :lo", ("s", "hi", "lo")), ("id = :s AND n = :n AND v = :n", "sn"), ("id = id", ""), ("size(id) = :n", "n"),
                          ("id = :s AND attribute_exists(n)", "s"), ("id = :s AND contains(n, :n)", "sn")]
    PROJECTIONS = [("v", ""), ("id, v, w", ""), ("mp.k, lst[0]", ""), ("#v, #id", ""), ("tags,missing", ""), ("lst[0],lst[1]", ""), ("mp.m, mp.k", "")]
    BAD_PROJECTIONS = [("", ""), ("v,", ""), ("v w", ""), ("v, v", ""), ("mp, mp.k", ""), ("#missing", ""), ("lst[x]", ""), ("v = w", ""), ("count", "")]

    def values(self, names):
        pool = {"n": {"N": self.r.choice(["1", "5", "-2", "3.14"])}, "m": {"N": "-3"}, "s": {"S": self.one("a", "b", "x")}, "b": {"B": b"abc"},
                "x": {"S": "x"}, "t": {"S": self.one("S", "N", "M", "SS")}, "z": {"N": "0"}, "l": {"L": [{"N": "1"}, {"S": "x"}]},
                "e": {"M": {}}, "ss": {"SS": ["x", "q"]}, "nul": {"NULL": True}, "a": {"S": "A"}, "hi": {"N": "9"}, "lo": {"N": "1"},
                "bool": {"BOOL": True}, "emp": {"S": ""}}
        if names == "nul":
            return {":nul": pool["nul"]}
        if names == "ss":
            return {":ss": pool["ss"]}
        return {":" + n: pool[n] for n in names}

    def names(self, *texts):
        known = {"#v": "v", "#w": "w", "#id": "id"}
        return {k: v for k, v in known.items() if any(k in t for t in texts)}

    def expressions(self, call, **which):
        """Puts expressions into a call: parameter name and pool."""
        values, texts = {}, []
        for parameter, pool in which.items():
            text, named = self.r.choice(pool)
            call[parameter] = text
            texts.append(text)
            values.update(self.values(named))
        names = self.names(*texts)
        if names:
            call["ExpressionAttributeNames"] = names
        if values:
            call["ExpressionAttributeValues"] = values
        return call

    def table(self, bad=False):
        """A missing one only in calls that are otherwise valid."""
        return "nowhere" if not bad and self.chance(0.03) else self.one("plain", "sorted", "sorted", "binary")

    def returns(self, update=False):
        return self.one("NONE", "ALL_OLD", *(("ALL_NEW", "UPDATED_OLD", "UPDATED_NEW") if update else ()))
