#!/usr/bin/env python3
"""dashboard.py >doc/dashboard.svg: the picture of bftop that README shows: the page of `bftop --html` for the sales of
bfgen, as one image that is light or dark as its reader's system is. It needs the tools in PATH. The same input gives the same bytes,
so that a test can compare the committed file with it."""
import os
import re
import subprocess
import tempfile

WIDTH, HEIGHT = 1040, 800


def page(folder):
    """The first panels: the pipeline's own have times, which differ in each run."""
    def run(*command, **options):
        return subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, **options).stdout

    run("cdcproj", "sales.db", input=run("bfgen", "-n", "20000", "-o", "cdc"))
    panels = run("bftop", "--print-panels", "sales.db").decode().split("\n[Biggest orders]")[0]
    with open(os.path.join(folder, "sale.conf"), "w", encoding="utf-8") as f:
        f.write(panels)
    return run("bftop", "--html", "-", "--window", "12h", "--panels", "sale.conf", "sales.db").decode()


def main():
    with tempfile.TemporaryDirectory() as folder:
        html = page(folder)
    style = re.search("<style>(.*?)</style>", html, re.S).group(1).replace("body{", ".body{")
    body = re.search("<body>(.*)</body>", html, re.S).group(1)
    body = re.sub(r'<rect class="h".*?</rect>', "", body)
    body = re.sub("<details>.*?</details>", "", body)  # nobody opens a table or points at something in an image
    body = body.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ')
    body = re.sub(r"(<p id=\"state\"[^>]*>)[^<]*", r"\1$ bftop --html sale.html sales.db", body)
    print(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">')
    print("<title>bftop: revenue, orders and refunds of a sale, revenue over time and by category, the steps of orders, top products</title>")
    print(f"<style>{style} .body{{height:{HEIGHT}px;border-radius:8px}} main{{grid-template-columns:repeat(6,1fr)!important;align-items:stretch!important}} "
          "section{grid-column:span 2!important} .line,.bars,.table,.funnel{grid-column:span 3!important}</style>")
    print(f'<foreignObject width="{WIDTH}" height="{HEIGHT}"><div xmlns="http://www.w3.org/1999/xhtml" class="body">{body}</div></foreignObject>')
    print("</svg>")


main()
