"""The flatten of cdcxform as Python people write it, with the json module; the digits of numbers are kept."""

import datetime
import json
import sys


class Number(float):
    def __new__(cls, text):
        self = float.__new__(cls, text)
        self.text = text
        return self

    def __repr__(self):
        return self.text


def plain(av):
    for kind, v in av.items():
        if kind == "N":
            return Number(v)
        if kind == "M":
            return {k: plain(x) for k, x in v.items()}
        if kind == "L":
            return [plain(x) for x in v]
        if kind == "NS":
            return [Number(x) for x in v]
        if kind == "NULL":
            return None
        return v


def row(change):
    """A change record's text as a row and a newline."""
    r = json.loads(change)
    d = r["dynamodb"]
    out = {k: plain(v) for k, v in d["Keys" if r["eventName"] == "REMOVE" else "NewImage"].items()}
    out["_op"] = r["eventName"]
    out["_ts"] = datetime.datetime.utcfromtimestamp(d["ApproximateCreationDateTime"] / 1000).isoformat() + "Z"
    return json.dumps(out, separators=(",", ":"), ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for line in sys.stdin:
        sys.stdout.write(row(line))
