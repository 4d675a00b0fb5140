"""One run of kinread --state | cdcxform | s3put --state, and how it is killed.

A kill is written as WHO@POINT or WHO~MS, with the suffix +all or +again, and /f for a reader that follows:
    w@213        s3put (r: kinread, x: cdcxform) is killed at its 213th call, see killat.c; the others end by themselves
    w@rename:2   at its second rename
    r~35+all     all three are killed at one moment, 35 ms after the start; with @: when one of them makes that call
    w!35         SIGTERM instead, after which it ends normally
    w@9+over     the next run starts before the rest of this one has ended
    r@40+again   another kinread is started on the same pipe
    end+again    kinread ends by itself, and another one is started on the same pipe
    full, gone   no process is killed; the receipts cannot be written, or their reader is gone"""
import dataclasses
import os
import re
import select
import signal
import subprocess
import time

TOOLS = {"r": "kinread", "x": "cdcxform", "w": "s3put or cdcproj"}
FOLLOW_S = 0.6  # a call that has not come by then does not come
HUNG_S = 30.0


@dataclasses.dataclass
class Kill:
    who: str = ""       # r, x, w; "" for none
    call: str = ""      # K or NAME:K
    ms: float = 0
    then: str = ""      # all, again, over
    follow: bool = False
    full: str = ""      # full, gone
    soft: bool = False  # SIGTERM

    def __str__(self):
        if self.full:
            return self.full
        point = "end" if not self.who else f"{self.who}@{self.call}" if self.call else f"{self.who}{'!' if self.soft else '~'}{self.ms:g}"
        return point + (f"+{self.then}" if self.then else "") + ("/f" if self.follow else "")


def parse_kill(text):
    if text in ("full", "gone"):
        return Kill(full=text)
    m = re.fullmatch(r"(?:end|([rxw])(?:@((?:[a-z0-9]+:)?\d+)|([~!])([\d.]+)))(?:\+(all|again|over))?(/f)?", text)
    if not m:
        raise SystemExit(f"torture: not a kill: {text}")
    return Kill(m[1] or "", m[2] or "", float(m[4] or 0), m[5] or "", bool(m[6]), soft=m[3] == "!")


def _dead(process, until):
    """Waits for the end of a process; false after the time limit."""
    if process.returncode is None:
        try:
            fd = os.pidfd_open(process.pid)
        except ProcessLookupError:
            process.wait()
            return True
        poll = select.poll()
        poll.register(fd, select.POLLIN)
        ended = poll.poll(max(0, (until - time.monotonic()) * 1000))
        os.close(fd)
        if not ended:
            return False
        process.wait()
    return True


class Run:
    """The three processes of one run, in their own process group."""

    def __init__(self, folder, env, commands, kill, killat, receipts):
        self.folder, self.env, self.kill, self.killat = folder, env, kill, killat
        self.commands, self.group, self.mine = commands, 0, set()
        self.processes, self.ended, self.hung = {}, [], []
        self.struck = False
        ends = list(commands)
        lines_r, self.lines = os.pipe()
        self.start("r", subprocess.DEVNULL, self.lines)
        if "x" in ends:
            rows_r, rows_w = os.pipe()
            self.start("x", lines_r, rows_w)
            os.close(lines_r)
            os.close(rows_w)
        else:
            rows_r = lines_r
        out = self.receipts_to(receipts)
        self.start("w", rows_r, out)
        os.close(rows_r)
        os.close(out)
        if not (kill and kill.then == "again"):
            self.close_lines()

    def receipts_to(self, path):
        if self.kill and self.kill.full == "gone":
            reader, out = os.pipe()
            os.close(reader)
            return out
        return os.open("/dev/full" if self.kill and self.kill.full else path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)

    def close_lines(self):
        if self.lines >= 0:
            os.close(self.lines)
        self.lines = -1

    def start(self, who, stdin, stdout):
        command = self.commands[who]
        k = self.kill
        point = k.call if k and k.call and k.who == who and not self.struck else "0" if self.killat == "count" else ""
        if point and self.killat:
            group = ["-g"] if k and k.then == "all" else []
            command = [self.env["KILLAT"], *group, "-o", f"{self.folder}/calls.{who}", point, *command]
        with open(f"{self.folder}/err.{who}", "ab") as err:
            p = subprocess.Popen(command, stdin=stdin, stdout=stdout, stderr=err, env=self.env, process_group=self.group)
        self.group = self.group or p.pid
        self.processes[who] = p

    def end(self, who):
        """SIGKILL; in the group, each of the three is one process, or two under killat."""
        p = self.processes[who]
        if p.poll() is None:
            self.mine.add(who)
            p.kill()

    def is_over(self):
        """Has one of the tools ended?"""
        return any(p.poll() is not None for p in self.processes.values())

    def end_all(self):
        try:
            os.killpg(self.group, signal.SIGKILL)
        except ProcessLookupError:
            pass
        for who, p in self.processes.items():
            if p.returncode is None and p.wait() == -signal.SIGKILL:
                self.mine.add(who)

    def calls(self, who):
        """(number of calls, name of the last call or "")"""
        try:
            with open(f"{self.folder}/calls.{who}", encoding="ascii") as f:
                n, name = f.read().split()
            return int(n), "" if name == "-" else name
        except (OSError, ValueError):
            return 0, ""

    def strike(self):
        """Carries out the planned kill, or notices that its point is not reached any more."""
        k = self.kill
        if not k or k.full:
            return
        if not k.who:
            _dead(self.processes["r"], time.monotonic() + HUNG_S)
            return
        victim = self.processes[k.who]
        if k.call:
            if not _dead(victim, time.monotonic() + (FOLLOW_S if k.follow else HUNG_S)):
                self.end(k.who)
            self.struck = bool(self.calls(k.who)[1]) or k.who in self.mine
            if self.struck:
                self.mine.add(k.who)
        else:
            time.sleep(k.ms / 1000)
            self.struck = victim.poll() is None
            if k.soft and self.struck:
                victim.terminate()
                if not _dead(victim, time.monotonic() + HUNG_S):
                    self.hung.append(TOOLS[k.who])
            self.end(k.who)
        if k.then == "all" and self.struck:
            self.mine.update(w for w, p in self.processes.items() if p.poll() is None or p.returncode in (-9, 137))
            self.end_all()
        victim.wait()

    def again(self):
        """Starts another reader on the pipe of the one that has ended or ends now."""
        if not _dead(self.processes["r"], time.monotonic() + HUNG_S):
            self.hung.append(TOOLS["r"])
            self.end("r")
            self.processes["r"].wait()
        self.ended.append(("r", self.processes["r"].returncode))
        self.start("r", subprocess.DEVNULL, self.lines)

    def finish(self, limit_s=HUNG_S):
        """Waits for the remaining processes; one that takes too long is killed and added to `hung`."""
        self.close_lines()
        until = time.monotonic() + limit_s
        for who, p in self.processes.items():
            if not _dead(p, until):
                self.hung.append(TOOLS[who])
        self.end_all()
        return self

    def status(self, who):
        return self.processes[who].returncode if who in self.processes else 0

    def crashed(self):
        """The processes that ended by a signal which nobody sent."""
        out = []
        for who, status in [*self.ended, *((w, p.returncode) for w, p in self.processes.items())]:
            signal_no = -status if status < 0 else status - 128 if status > 128 else 0
            if signal_no in (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGSYS) or status == 99:
                out.append(f"{TOOLS[who]}, signal {signal_no}")
        return out

    def said(self, who, n=200):
        try:
            with open(f"{self.folder}/err.{who}", "rb") as f:
                return f.read()[-n:].decode("utf-8", "replace").strip().replace("\n", " | ")
        except OSError:
            return ""
