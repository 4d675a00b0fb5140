#!/usr/bin/env python3
"""picture.py >doc/pipeline.svg: the picture of the pipeline that README shows. Text and boxes only, readable on a light
and on a dark page. The same input gives the same bytes, so that a test can hold the committed file against it."""

WIDTH, HEIGHT = 880, 300
STYLE = """text { font: 14px ui-monospace, Menlo, Consolas, monospace; fill: #1f2328 }
.note { font-size: 12px; fill: #59636e } .tool { font-weight: bold } .service { fill: #ddf4ff; stroke: #54aeff }
.box { fill: #ffffff; stroke: #8c959f } .line { stroke: #59636e; fill: none; marker-end: url(#head) }"""

out = []


def box(x, y, width, kind, name, note):
    out.append(f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="52" rx="6"/>')
    out.append(f'<text class="tool" x="{x + width / 2:g}" y="{y + 23}" text-anchor="middle">{name}</text>')
    out.append(f'<text class="note" x="{x + width / 2:g}" y="{y + 41}" text-anchor="middle">{note}</text>')


def line(path, label="", x=0, y=0, head=True):
    style = "" if head else ' style="marker-end: none"'
    out.append(f'<path class="line"{style} d="{path}"/>')
    if label:
        out.append(f'<text class="note" x="{x}" y="{y}" text-anchor="middle">{label}</text>')


def main():
    box(20, 30, 130, "box", "bfgen", "made-up sales")
    line("M150 56 H206", "writes", 178, 48)
    box(210, 30, 130, "box", "ddbput", "batches, retries")
    line("M340 56 H396")
    box(400, 30, 150, "service", "DynamoDB", "table sales")
    line("M550 56 H656", "its changes", 602, 48)
    box(660, 30, 200, "service", "Kinesis", "stream orders")
    line("M760 82 V134 H90 V176", "kinread reads either", 180, 128)
    line("M475 82 V134", "DynamoDB Streams", 542, 118, head=False)
    box(20, 180, 140, "box", "kinread", "shards in order")
    line("M160 206 H236", "changes", 198, 198)
    box(240, 180, 170, "box", "cdcxform", "filter, SQL, flatten")
    line("M410 206 H476", "rows", 443, 198)
    box(480, 180, 160, "box", "s3put", "batch, compress")
    line("M640 206 H696", "objects", 668, 198)
    box(700, 180, 160, "service", "S3", "Athena, DuckDB, ...")
    line("M560 232 V262 H90 V236", "--state: positions and objects are committed together, so each change lands once", 325, 280)
    print(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img">')
    print("<title>bfgen | ddbput writes to DynamoDB; kinread | cdcxform | s3put carries its changes to S3</title>")
    print(f"<style>{STYLE}</style>")
    print('<defs><marker id="head" markerWidth="8" markerHeight="8" refX="7" refY="4" orient="auto">'
          '<path d="M0 0 L8 4 L0 8 z" fill="#59636e"/></marker></defs>')
    print(f'<rect width="{WIDTH}" height="{HEIGHT}" rx="8" fill="#f6f8fa"/>')
    print("\n".join(out))
    print("</svg>")


main()
