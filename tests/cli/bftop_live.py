"""bftop_live.py TEST: bftop at a terminal of this program's, which reads the sequences and knows what stands on the screen.
Each test prints nothing if it holds; the shell suite runs them one by one, in a folder with s.db."""
import codecs
import fcntl
import os
import pty
import re
import select
import signal
import sqlite3
import struct
import subprocess
import sys
import termios
import time
import tty

ENTER, LEAVE = "\x1b[?1049h", "\x1b[?1049l"


class Terminal:
    def __init__(self, *args, columns=100, rows=40, env=None, unset=()):
        self.columns, self.rows = columns, rows
        self.fd, theirs = pty.openpty()
        self.size(columns, rows)
        self.before = termios.tcgetattr(theirs)
        self.theirs = theirs
        self.child = subprocess.Popen(["bftop", *args], stdin=theirs, stdout=theirs, stderr=subprocess.PIPE, start_new_session=True,
                                      env={k: v for k, v in {**os.environ, "LC_ALL": "C.UTF-8", "TERM": "xterm-256color", **(env or {})}.items() if k not in unset})
        self.raw, self.text = "", codecs.getincrementaldecoder("utf-8")("replace")

    def size(self, columns, rows):
        self.columns, self.rows = columns, rows
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, seconds=0.1):
        end = time.monotonic() + seconds
        while select.select([self.fd], [], [], max(0, end - time.monotonic()))[0]:
            try:
                self.raw += self.text.decode(os.read(self.fd, 65536))
            except OSError:
                break

    def screen(self):
        """The last whole page, as rows."""
        pages = re.findall("\x1b\\[\\?2026h(.*?)\x1b\\[\\?2026l", self.raw, re.S)
        if not pages:
            return ""
        assert pages[-1].startswith("\x1b[H") and pages[-1].endswith("\x1b[J"), pages[-1]
        text = re.sub("\x1b\\[[0-9;]*[mHKJ]", "", pages[-1])
        assert not re.search("[\x00-\x09\x0b-\x0c\x0e-\x1f\x7f-\x9f]", text), repr(text)
        return text.replace("\r", "")

    def until(self, what, seconds=60):
        """Until the predicate or text is true of the screen."""
        test = what if callable(what) else lambda s: what in s
        end = time.monotonic() + seconds
        while not test(self.screen()):
            if time.monotonic() > end or self.child.poll() is not None:
                sys.exit(f"not seen: {what}: {self.child.poll()} {self.screen()!r} {self.raw[-300:]!r}")
            self.read()
        return self.screen()

    def key(self, text):
        os.write(self.fd, text.encode())

    def ended(self, *status):
        """It ends with this status, and the terminal is as it was."""
        end = time.monotonic() + 60
        while self.child.poll() is None:
            assert time.monotonic() < end, "it does not end"
            self.read()
        self.read(0.05)
        assert self.child.returncode in status, (self.child.returncode, self.child.stderr.read())
        self.restored()

    def restored(self):
        assert self.raw.count(ENTER) == self.raw.count(LEAVE) and self.raw.endswith(LEAVE), repr(self.raw[-80:])
        assert "\x1b[?25h" in self.raw.rsplit("\x1b[?25l", 1)[1], "the cursor is hidden"
        assert termios.tcgetattr(self.theirs) == self.before, "the terminal's settings"


def change(n):
    lines = subprocess.run(["bfgen", "-n", str(n), "-o", "cdc"], capture_output=True, check=True).stdout
    subprocess.run(["cdcproj", "s.db"], input=lines, check=True)


def revenue(path="s.db"):
    db = sqlite3.connect(path)
    cents = sum(round(float(t) * 100) for (t,) in db.execute("SELECT total FROM sales WHERE status<>'CANCELLED'"))
    db.close()
    return f"{cents // 100:,}.{cents % 100:02}".rstrip("0").rstrip(".")


def values():
    t = Terminal("s.db")
    t.until(revenue())
    before = revenue()
    change(900)  # the first ones are there already: a new commit, with more orders
    assert revenue() != before
    t.until(revenue())
    t.key("q")
    t.ended(0)


def size():
    t = Terminal("s.db")
    t.until("Revenue by category")
    for columns, rows in ((60, 30), (140, 50), (20, 6), (100, 40)):
        t.size(columns, rows)
        os.kill(t.child.pid, signal.SIGWINCH)
        page = t.until(lambda s: len(s.split("\n")) == rows)
        t.until(lambda s: max(map(len, s.split("\n"))) <= columns)
    t.key("q")
    t.ended(0)


def keys():
    t = Terminal("s.db", rows=24)
    t.until("window 1h")
    t.key("+")
    t.until("window 3h")
    t.key("--")
    t.until("window 30m")
    t.key("\t")
    t.until(lambda s: "Revenue" in s and "Orders" not in s)
    t.key("4")
    t.until(lambda s: "Revenue each" in s and "Top products" not in s)
    t.key("\x1b")
    t.until("Cancelled and refunded")
    t.key("\x1b[6~\x1b[6~\x1b[6~")
    t.until(lambda s: "Pipeline" in s and "Cancelled" not in s)
    t.key("\x1b[H")
    t.until("Cancelled and refunded")
    t.key("\x1b[B\x1b[B\x1b[B")
    t.until(lambda s: "Cancelled" not in s)
    t.key(" ")
    t.until("paused")
    t.key("\x1b[200~x\x1bOP\x00\xff")  # what is no key is nothing
    t.key("q")
    t.ended(0)


def walk():
    """Each key of the man page, and what it does."""
    t = Terminal("s.db", columns=80, rows=16)
    whole = t.until("window 1h").split("\n")
    first = lambda: t.screen().split("\n")[0]
    panels = ["Revenue", "Orders", "Cancelled and refunded", "Revenue each", "Revenue by category", "Orders that came so far", "Top products", "Biggest orders"]
    alone = lambda title: lambda s: s.startswith("─ " + title) and s.count("\n─ ") + s.count("  ─ ") == 0
    for i, title in enumerate(panels):
        t.key(str(i + 1))
        t.until(alone(title))
    for back in ("0", "\x1b"):
        t.key("5")
        t.until(alone(panels[4]))
        t.key(back)
        t.until(lambda s: "Orders ─" in s and s.startswith("─ Revenue ─"))
    for title in panels[:3]:
        t.key("\t")
        t.until(alone(title))
    t.key("0")
    t.until("Orders ─")
    for down, up in (("j", "k"), ("\x1b[B", "\x1b[A"), ("\x1bOB", "\x1bOA"), ("\x1b[6~", "\x1b[5~"), ("\x1b[F", "\x1b[H"), ("\x1bOF", "\x1bOH")):
        t.key(down)
        t.until(lambda s: s.split("\n")[0] != whole[0])
        t.key(up)
        t.until(lambda s: s.split("\n")[0] == whole[0])
    t.key("kkk\x1b[5~")  # there is nothing above
    t.until(lambda s: s.split("\n")[0] == whole[0])
    for key, window in (("+", "3h"), ("=", "6h"), ("-", "3h"), ("-", "1h"), ("-", "30m")):
        t.key(key)
        t.until("window " + window)
        t.key("4")
        t.until(lambda s: window + " before" in s.split("\n")[0])
        t.key("0")
    t.key("-" * 20)
    t.until("window 1m")
    t.key("+" * 20)
    t.until("window 7d")
    t.key(" ")
    t.until("paused")
    before = revenue()
    change(1300)
    t.read(2)
    t.key("1")
    assert before in t.until(alone("Revenue")), "it went on while it was paused"
    t.key(" ")
    t.until(lambda s: "paused" not in s and revenue() in s)
    for nothing in ("x", "Q", "\x7f", "\r", "\x1b[Z", "\x1b[15~", "é"):
        t.key(nothing)
    t.read(0.5)
    assert t.child.poll() is None
    t.key("q")
    t.ended(0)


def colours():
    """256 colours, 16, none by NO_COLOR: the same page. A terminal that can do nothing is told so, and gets no sequence."""
    pages = []
    for env, want, never in (({}, "38;5;", None), ({"TERM": "xterm"}, "\x1b\\[0;3[0-7]m", "38;5;"), ({"TERM": "xterm", "COLORTERM": "truecolor"}, "38;5;", None),
                             ({"NO_COLOR": "1"}, None, "\x1b\\[[0-9;]*[1-9]m"), ({"TERM": "linux", "NO_COLOR": ""}, "\x1b\\[0;3[0-7]m", "38;5;")):
        t = Terminal("s.db", rows=90, env=env, unset={"COLORTERM", "NO_COLOR"} - set(env))
        pages.append(t.until("Pipeline").split("\n")[:-1])
        assert not want or re.search(want, t.raw), (env, want)
        assert not never or not re.search(never, t.raw), (env, never)
        t.key("q")
        t.ended(0)
    trend = lambda page: [line for line in (re.sub(r"[+-][0-9.]+[kM]?/s", "", line).rstrip() for line in page) if line]
    assert all(trend(p) == trend(pages[0]) for p in pages), pages
    t = Terminal("s.db", env={"TERM": "dumb"})
    said = t.child.communicate(timeout=60)[1]
    t.read()
    assert t.child.returncode == 2 and b"TERM is dumb" in said and b"--once" in said and t.raw == "", (t.child.returncode, said, t.raw)
    assert termios.tcgetattr(t.theirs) == t.before


def resize():
    """Any size, also while one panel has the page and after scrolling; no row is wider than the terminal."""
    t = Terminal("s.db")
    t.until("Revenue by category")
    for key in ("", "5", "0\x1b[F"):
        t.key(key)
        for columns, rows in ((1, 1), (19, 3), (30, 12), (400, 10), (1000, 300), (80, 24)):
            t.size(columns, rows)
            os.kill(t.child.pid, signal.SIGWINCH)
            t.until(lambda s: len(s.split("\n")) == rows and (columns < 20 or max(map(len, s.split("\n"))) <= columns), 20)
    t.key("q")
    t.ended(0)


def signals():
    for sig, status in ((signal.SIGINT, 0), (signal.SIGTERM, 0), (signal.SIGHUP, 1), (signal.SIGQUIT, -signal.SIGQUIT),
                        (signal.SIGSEGV, -signal.SIGSEGV), (signal.SIGABRT, -signal.SIGABRT)):
        t = Terminal("s.db")
        t.until("Revenue")
        os.kill(t.child.pid, sig)
        t.ended(status)


def suspend():
    t = Terminal("s.db")
    t.until("Revenue")
    os.kill(t.child.pid, signal.SIGTSTP)
    os.waitpid(t.child.pid, os.WUNTRACED)
    t.read(0.05)
    t.restored()
    t.raw = ""
    os.kill(t.child.pid, signal.SIGCONT)
    t.until("Revenue")
    t.raw = ENTER + t.raw.replace(ENTER, "")
    t.key("q")
    t.ended(0)


def gone():
    t = Terminal("s.db")
    t.until("Revenue")
    os.close(t.fd)
    os.close(t.theirs)
    assert t.child.wait(60) == 1, t.child.returncode


def plain():
    t = Terminal("s.db", env={"NO_COLOR": "1"})
    t.until("Revenue")
    assert not re.search("\x1b\\[[0-9;]*[1-9]m", t.raw), repr(t.raw[:300])
    t.key("q")
    t.ended(0)


def rebuilt():
    """cdcproj --rebuild takes the place of the file that is watched, and a file that has gone is told."""
    t = Terminal("s.db")
    t.until(revenue())
    lines = subprocess.run(["bfgen", "-n", "300", "--seed", "9", "-o", "cdc"], capture_output=True, check=True).stdout
    for _ in range(10):
        done = subprocess.run(["cdcproj", "--rebuild", "s.db"], input=lines, capture_output=True)
        lines = b""
        if done.returncode != 75:
            break
    assert done.returncode == 0, done
    t.until(revenue())
    os.rename("s.db", "moved.db")
    t.until("s.db: No such file or directory")
    os.rename("moved.db", "s.db")
    t.until("q quit")
    t.key("q")
    t.ended(0)


def empty():
    """A database without a table shows the shop when its first rows come."""
    subprocess.run(["cdcproj", "e.db"], stdin=subprocess.DEVNULL, check=True)
    t = Terminal("e.db")
    t.until("Changes applied")
    lines = subprocess.run(["bfgen", "-n", "100", "-o", "cdc"], capture_output=True, check=True).stdout
    subprocess.run(["cdcproj", "e.db"], input=lines, check=True)
    t.until(revenue("e.db"))
    t.key("q")
    t.ended(0)


if __name__ == "__main__":
    globals()[sys.argv[1]]()
