"""OpenCSVSerDe's way to read a line, as a model: opencsv's CSVParser with separator ',', quote '"' and escape '\\', over
lines as Hadoop's TextInputFormat cuts them. Every value is a string; there is no NULL. Typed columns: a timestamp is
milliseconds since 1970, a date days. python3 opencsv.py <file prints each row as a JSON array."""
import json
import re
import sys


def parse(line, separator=",", quote='"', escape="\\"):
    cells, cell, inside, i = [], [], False, 0
    while i < len(line):
        c = line[i]
        after = line[i + 1] if i + 1 < len(line) else None
        if c == escape:  # dropped, unless it is in quotes before a quote or another escape
            if inside and after in (quote, escape):
                cell.append(after)
                i += 1
        elif c == quote:
            if inside and after == quote:
                cell.append(quote)
                i += 1
            else:
                if i > 2 and line[i - 1] != separator and after is not None and after != separator:
                    if cell and not "".join(cell).strip():
                        cell = []
                    else:
                        cell.append(c)
                inside = not inside
        elif c == separator and not inside:
            cells.append("".join(cell))
            cell = []
        else:
            cell.append(c)
        i += 1
    cells.append("".join(cell))
    return cells


if __name__ == "__main__":
    text = sys.stdin.buffer.read().decode("utf-8")
    lines = re.split("\r\n|\r|\n", text)
    for line in lines[:-1] if lines[-1] == "" else lines:
        print(json.dumps(parse(line), ensure_ascii=False))
