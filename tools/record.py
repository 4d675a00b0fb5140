#!/usr/bin/env python3
"""record.py [-t TITLE] SCRIPT >IMAGE.svg: types the commands of SCRIPT into a shell at a terminal, one a line, and writes
down what they show, and when, as an animated picture. A viewer that does not animate shows the end.

The shell is bash, in this environment, in a temporary folder. A pause of more than 2 seconds is shown as 2."""
import argparse
import html
import os
import pty
import re
import select
import sys
import tempfile
import time

COLUMNS, ROWS, CHAR, LINE, MARGIN, TYPING, READING = 110, 30, 7.8, 17, 14, 0.03, 1.2
COLOURS = {"30": "#484f58", "31": "#ff7b72", "32": "#7ee787", "33": "#e3b341", "34": "#79c0ff", "35": "#d2a8ff", "36": "#56d4dd"}
STYLE = """text { font: 13px ui-monospace, Menlo, Consolas, monospace; fill: #e6edf3; white-space: pre }
.l { animation: show 1ms both } .p { fill: #7ee787 } .b { font-weight: bold } .d { fill: #9198a1 }
@keyframes show { from { visibility: hidden } to { visibility: visible } }"""


def run(command, folder, env):
    """Yields (seconds since the start, text) as the command shows it."""
    pid, fd = pty.fork()
    if pid == 0:
        os.chdir(folder)
        # What one command exports, the next finds: bash saves it at its end.
        os.execvpe("bash", ["bash", "-c", f'[ ! -f env ] || . ./env; {command}\nexport -p >env'], env)
    began = time.monotonic()
    while True:
        ready, _, _ = select.select([fd], [], [], 60)
        try:
            data = os.read(fd, 65536) if ready else b""
        except OSError:
            data = b""
        if not data:
            break
        yield time.monotonic() - began, data.decode("utf-8", "replace")
    os.close(fd)
    if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) != 0:
        sys.exit(f"record.py: failed: {command}")


def record(commands):
    """The lines shown, as (time, text); a line that is written over by \\r keeps its last text."""
    env = dict(os.environ, TERM="xterm-256color", COLUMNS=str(COLUMNS), LINES=str(ROWS))
    lines, now = [], 0.5
    with tempfile.TemporaryDirectory() as folder:
        for command in commands:
            for at in range(0, len(command), COLUMNS - 2):
                lines.append((now, ("\1" if at else "\0") + command[at:at + COLUMNS - 2]))
            now += TYPING * len(command)
            text, last = "", 0.0
            for at, piece in run(command, folder, env):
                now += min(at - last, 2)
                last = at
                text += piece.replace("\r\n", "\n")
                *done, text = text.split("\n")
                lines += [(now, one.split("\r")[-1]) for one in done]
            if text.strip():
                lines.append((now, text.split("\r")[-1]))
            now += READING
    return lines, now


def spans(text):
    """SVG of one line of a terminal: colours and bold of SGR, everything else of the sort left out."""
    text = re.sub(r"\x1b\[[0-9;?]*[A-LN-Za-ln-z]", "", text)
    shown, out = 0, []
    style = {}
    for part in re.split(r"(\x1b\[[0-9;]*m)", text):
        if part.startswith("\x1b["):
            for code in part[2:-1].split(";"):
                if code in ("", "0"):
                    style = {}
                elif code == "1":
                    style["class"] = "b"
                elif code == "2":
                    style["class"] = "d"
                elif code in COLOURS:
                    style["style"] = f"fill:{COLOURS[code]}"
            continue
        part = part[:max(0, COLUMNS - shown)]
        shown += len(part)
        attributes = "".join(f' {k}="{v}"' for k, v in style.items())
        if part:
            out.append(f"<tspan{attributes}>{html.escape(part)}</tspan>" if style else html.escape(part))
    return "".join(out)


def scroll(lines, total):
    """Keyframes that move the text up when it passes the last row."""
    frames = []
    for i, (at, _) in enumerate(lines):
        if i >= ROWS:
            frames.append(f"{100 * at / total:.3f}% {{ transform: translateY({-LINE * (i + 1 - ROWS)}px) }}")
    return "@keyframes up { 0% { transform: none } " + " ".join(frames) + " }" if frames else ""


def main():
    p = argparse.ArgumentParser(usage="record.py [-t TITLE] SCRIPT >IMAGE.svg")
    p.add_argument("-t", "--title", default="bfpipe")
    p.add_argument("script")
    o = p.parse_args()
    with open(o.script, encoding="utf-8") as f:
        commands = [line.strip() for line in f if line.strip() and not line.startswith("#")]
    lines, total = record(commands)
    rows = min(len(lines), ROWS)
    width, height = round(COLUMNS * CHAR + 2 * MARGIN), rows * LINE + 2 * MARGIN
    up = -LINE * max(0, len(lines) - ROWS)
    print(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">')
    print(f"<title>{html.escape(o.title)}</title><style>{STYLE}\n{scroll(lines, total)}")
    print(f".s {{ animation: up {total:.2f}s steps(1, end) both }}</style>")
    print(f'<rect width="{width}" height="{height}" rx="8" fill="#0d1117"/><clipPath id="c"><rect width="{width}" height="{height - 6}"/></clipPath>')
    print(f'<g clip-path="url(#c)"><g class="s" transform="translate(0 {up})">')
    for i, (at, text) in enumerate(lines):
        if text[:1] in ("\0", "\1"):  # what was typed, and what of it did not fit
            prompt = "$" if text[0] == "\0" else " "
            body = f'<tspan class="p">{prompt} </tspan><tspan class="b">{html.escape(text[1:])}</tspan>'
        else:
            body = spans(text)
        if body:
            print(f'<text class="l" style="animation-delay:{at:.2f}s" x="{MARGIN}" y="{MARGIN + 13 + LINE * i}" xml:space="preserve">{body}</text>')
    print("</g></g></svg>")


main()
