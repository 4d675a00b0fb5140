#!/bin/sh
# bftop --html: one file that needs nothing else, with the values of the database, a table for each plot, and nothing of the database that a browser would run.
. "$(dirname "$0")/lib.sh"
. "$here/changes.sh"
cd "$T" || exit 1

bfgen -n 2000 -o cdc | cdcproj s.db
check 'a page' -- bftop --html page.html --window 1d s.db
cat >page.py <<'END'
"""page.py FILE: reads the page with a parser that knows which elements must be closed, and prints what a test asks for."""
import html.parser, json, sys
VOID = {"meta", "link", "br", "input"}
class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.attrs, self.texts, self.panels = [], {}, [], [], []
    def handle_starttag(self, tag, attrs):
        self.tags[tag] = self.tags.get(tag, 0) + 1
        self.attrs += [(tag, k, v) for k, v in attrs]
        if tag not in VOID and self.get_starttag_text()[-2:] != "/>":
            self.open.append(tag)
        if tag == "section":
            self.panels.append({"kind": dict(attrs)["class"], "tables": 0, "plots": 0, "text": []})
        if self.panels and tag == "table":
            self.panels[-1]["tables"] += 1
        if self.panels and tag == "svg" and dict(attrs).get("role") == "img":
            self.panels[-1]["plots"] += 1
    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
    def handle_endtag(self, tag):
        if tag in VOID: return
        assert self.open and self.open[-1] == tag, (tag, self.open)
        self.open.pop()
    def handle_data(self, data):
        self.texts.append(data)
        if self.panels: self.panels[-1]["text"].append(data)
p = Page()
p.feed(open(sys.argv[1], encoding="utf-8").read())
assert not p.open, p.open
END
cat >count.py <<'END'
import sqlite3, sys
from decimal import Decimal
sys.argv = ["", "page.html"]
exec(open("page.py").read())
db = sqlite3.connect("s.db")
rows = db.execute("SELECT total,status,category FROM sales").fetchall()
sold = [(Decimal(t), c) for t, s, c in rows if s != "CANCELLED"]
want = {f"{sum(t for t, _ in sold):,.2f}".rstrip("0"), f"{len(sold):,}"}
want |= {f"{sum(t for t, c in sold if c == k):,.2f}" for k in {c for _, c in sold}}
missing = want - set(p.texts) - {t.rstrip("0") for t in p.texts}
assert not missing, missing
line = [x for x in p.panels if x["kind"] == "line"]
assert len(line) == 1 and line[0]["plots"] == 1 and line[0]["tables"] == 1, line
assert all(x["tables"] or "no rows" in x["text"] for x in p.panels if x["kind"] not in ("number", "rate")), p.panels
END
ok 'the values are those of the database; each plot has its table' python3 count.py
check 'nothing is fetched' -s 1 -- grep -oE '(src|href|action|srcset)=|url\(|@import|https?:' page.html
check 'no script, a policy that allows none' -m "default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='; base-uri 'none'" -- grep -vi '<script' page.html
check 'light and dark, phones' -m 'prefers-color-scheme:dark.*max-width:34rem' -- cat page.html
cat >contrast.py <<'END'
"""The colours of the style: 4.5:1 for text, 3:1 for lines and bars, on both grounds, light and dark (WCAG 2.2, 1.4.3 and 1.4.11)."""
import re
style = re.search("<style>(.*?)</style>", open("page.html").read())[1]
light = lambda h: sum(k * (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4) for k, v in zip((0.2126, 0.7152, 0.0722), (int(h[i:i + 2], 16) / 255 for i in (0, 2, 4))))
def ratio(a, b):
    x, y = sorted((light(a), light(b)))
    return (y + 0.05) / (x + 0.05)
schemes = [dict(re.findall(r"--(\w+):#([0-9a-f]+)", part)) for part in re.findall(r":root\{(.*?)\}", style)]
assert len(schemes) == 2, schemes
for colours in schemes:
    c = {k: v if len(v) == 6 else "".join(x + x for x in v) for k, v in colours.items()}
    for name in ("ink", "soft", "up", "down", "line", "bar"):
        for ground in ("card", "ground"):
            got = ratio(c[name], c[ground])
            assert got >= (3 if name in ("line", "bar") else 4.5), (name, ground, got)
END
ok 'colours can be told apart by WCAG AA, light and dark' python3 contrast.py
check 'it is its owner'"'"'s' -o 600 -- stat -c %a page.html
check 'to standard output' -m '^<!doctype html>' -- bftop --html - s.db
mkfifo pipe
timeout 10 cat pipe >through &
check 'a pipe is written to, not replaced' -- bftop --html pipe s.db
wait
ok '  it is there' sh -c 'test -p pipe && grep -q "^<!doctype html>" through'
ln -s target.html link.html
: >target.html
check 'so is the target of a link' -- bftop --html link.html s.db
ok '  and the link is there' sh -c 'test -L link.html && grep -q "^<!doctype html>" target.html'
check 'a full disk' -s 1 -E 'No space left' -- sh -c 'bftop --html - s.db >/dev/full'
check 'no such folder' -s 1 -E 'no/page.html' -- bftop --html no/page.html s.db
check 'two ways at once' -s 2 -E 'exclude each other' -- bftop --html - --once s.db

# Names, values, titles, errors and the file's name as an attacker would have them.
python3 -c 'import json; print(json.dumps({"id": "<script>alert(1)</script>\"><img src=x onerror=alert(2)>&lt;'"'"'\u202e\u0000", "</td><b>x": "<svg onload=alert(3)>"}))' >in
cdcproj -k id --table '<i>t' 'a<u>&.db' <in
printf '[<script>1</script>]\nsql = SELECT "</script><script>" AS "<b>\x27\\"" \n[e]\nsql = SELECT <script>\n[l]\nkind = line\nsql = SELECT "<a onclick=x>" AS "<x>", 1 AS "<y>" UNION ALL SELECT "\xc0\xbcscript\xc0\xbe\xff", 2\n[f]\nkind = bars\nsql = SELECT "<p>", "<q>"\n' >evil.conf
for args in '' '-p evil.conf'; do
    # shellcheck disable=SC2086 # the arguments are words
    bftop --html evil.html $args 'a<u>&.db' >/dev/null 2>&1
    cat >evil.py <<'END'
import sys
sys.argv = ["", "evil.html"]
exec(open("page.py").read())
known = {"html", "head", "meta", "title", "style", "body", "header", "h1", "p", "main", "section", "h2", "div", "table", "thead", "tbody", "tr",
         "th", "td", "svg", "path", "rect", "text", "details", "summary", "span"}
assert set(p.tags) <= known, set(p.tags) - known
assert not [a for a in p.attrs if a[1].startswith("on") or a[1] in ("src", "href")], p.attrs
text = "".join(p.texts)
assert "script>" in text and "\u202e" not in text and "\0" not in text
END
    ok "everything is escaped ${args:-(default panels)}" python3 evil.py
done
plan
