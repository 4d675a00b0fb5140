"""DynamoDB expressions from the whole grammar on nested documents: conditions, updates, projections.

Maker numbers the placeholders and collects their names and values."""

FUNCTIONS = ("attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains", "size")
PATHS = ["v", "w", "cnt", "tags", "lst", "mp", "lst[0]", "lst[1]", "lst[2]", "mp.k", "mp.l", "mp.m", "mp.l[0]", "mp.m.k", "mp.m.l[1]", "lst[1].k", "lst[0][0]", "mp.nix", "nix.k", "nix[0]"]
WORDS = ["a", "b", "x", "é", ""]


class Maker:
    def __init__(self, d):
        self.d, self.names, self.values = d, {}, {}

    def path(self, paths=PATHS):
        """A path with some of its names as placeholders."""
        steps = []
        for step in self.d.one(*paths).split("."):
            name, bracket, rest = step.partition("[")
            if self.d.chance(0.25):
                mark = "#" + name
                self.names[mark] = name
                name = mark
            steps.append(name + bracket + rest)
        return ".".join(steps)

    def value(self, value=None):
        mark = ":v%d" % len(self.values)
        d = self.d
        self.values[mark] = value or d.one({"N": d.one("0", "1", "-2", "3.14", "5")}, {"N": "1"}, {"S": d.one(*WORDS[:4])}, {"S": "x"}, {"B": b"abc"}, {"BOOL": True}, {"NULL": True},
                                           {"L": [{"N": "1"}, {"S": "x"}]}, {"M": {"k": {"N": "1"}}}, {"SS": ["x", "y"]}, {"NS": ["1", "2.5"]}, {"BS": [b"1"]})
        return mark

    def number(self):
        return self.value({"N": self.d.one("0", "1", "-2", "0.5", "7", "1e3")})

    def operand(self):
        return self.d.one(self.path, self.path, self.value, lambda: "size(%s)" % self.path())()

    def function(self):
        d, name = self.d, self.d.one(*FUNCTIONS)
        if name == "attribute_type":
            return "attribute_type(%s, %s)" % (self.path(), self.value({"S": d.one("S", "N", "B", "BOOL", "NULL", "L", "M", "SS", "NS", "BS")}))
        if name == "begins_with":
            return "begins_with(%s, %s)" % (self.path(), self.value(d.one({"S": d.one("a", "x")}, {"B": b"a"})))
        if name == "contains":
            return "contains(%s, %s)" % (self.path(), d.one(self.value, self.value, self.path)())
        if name == "size":
            return "size(%s) %s %s" % (self.path(), d.one("=", "<", ">", "<=", ">=", "<>"), self.number())
        return "%s(%s)" % (name, self.path())

    def condition(self, depth=0):
        d = self.d
        kind = d.one("compare", "compare", "between", "in", "function", "function", "function", *(("and", "and", "or", "not", "brackets") if depth < 3 else ()))
        if kind == "compare":
            return "%s %s %s" % (self.operand(), d.one("=", "<>", "<", "<=", ">", ">="), self.operand())
        if kind == "between":
            low, high = d.one(({"N": "-2"}, {"N": "3"}), ({"S": "a"}, {"S": "x"}), ({"B": b"a"}, {"B": b"b"}))
            return "%s BETWEEN %s AND %s" % (self.operand(), self.value(low), self.value(high))
        if kind == "in":
            return "%s IN (%s)" % (self.operand(), ", ".join(d.one(self.value, self.value, self.path)() for _ in range(d.r.randint(1, 4))))
        if kind == "function":
            return self.function()
        if kind == "not":
            return "NOT " + self.condition(depth + 1)
        if kind == "brackets":
            return "(%s)" % self.condition(depth + 1)
        return "%s %s %s" % (self.condition(depth + 1), kind.upper(), self.condition(depth + 1))

    def assigned(self):
        d = self.d
        return d.one(
            self.value, self.value, self.path, lambda: "%s %s %s" % (d.one(self.path(), self.number()), d.one("+", "-"), self.number()),
            lambda: "if_not_exists(%s, %s)" % (self.path(), d.one(self.value, self.path)()),
            lambda: "if_not_exists(%s, %s) %s %s" % (self.path(["v", "cnt"]), self.number(), d.one("+", "-"), self.number()),
            lambda: "list_append(%s, %s)" % (d.one(self.path, lambda: self.value({"L": [{"N": "9"}]}))(), self.value({"L": [{"S": "last"}]})),
            lambda: "list_append(if_not_exists(%s, %s), %s)" % (self.path(["lst", "mp.l"]), self.value({"L": []}), self.value({"L": [{"S": "last"}]})))()

    def update(self):
        """Up to four clauses; each path is used once, but two paths may overlap."""
        d, paths = self.d, list(PATHS)
        d.r.shuffle(paths)
        clauses = []
        for clause in d.r.sample(["SET", "REMOVE", "ADD", "DELETE"], d.one(1, 1, 1, 2, 3)):
            parts = []
            for _ in range(d.one(1, 1, 2)):
                path = self.path([paths.pop()])
                if clause == "SET":
                    parts.append("%s = %s" % (path, self.assigned()))
                elif clause == "REMOVE":
                    parts.append(path)
                else:
                    sets = [{"SS": ["x", "q"]}, {"NS": ["1"]}, {"BS": [b"1"]}]
                    parts.append("%s %s" % (path, self.value(d.one({"N": "2"}, *sets) if clause == "ADD" else d.one(*sets))))
            clauses.append("%s %s" % (clause, ", ".join(parts)))
        return " ".join(clauses)

    def projection(self):
        return ", ".join(self.path() for _ in range(self.d.r.randint(1, 3)))

    def put_into(self, call):
        if self.names:
            call["ExpressionAttributeNames"] = self.names
        if self.values:
            call["ExpressionAttributeValues"] = self.values
        return call


def document(d):
    """Attributes that have values at the paths."""
    whole = {"v": d.value(), "w": d.value(), "cnt": {"N": d.one("0", "5", "-1.5")}, "tags": d.one({"SS": ["x", "y"]}, {"NS": ["1", "2"]}, {"S": "xyz"}),
             "lst": {"L": [d.value(2), {"M": {"k": d.value(2)}}, d.value(2)]}, "mp": {"M": {"k": d.value(2), "l": {"L": [d.value(2), d.value(2)]}, "m": {"M": {"k": d.value(2), "l": {"L": []}}}}}}
    return {k: v for k, v in whole.items() if d.chance(0.8)}
