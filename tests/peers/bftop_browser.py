"""A real Chromium, driven over a pipe (--remote-debugging-pipe), and bftop's page to look at. Used by bftop_chromium.py and bftop_access.py."""
import atexit
import json
import os
import select
import sqlite3
import subprocess
import time
from decimal import Decimal


class Browser:
    def __init__(self, program, folder):
        ours, theirs = os.pipe(), os.pipe()  # to it on 3, from it on 4

        def wire():
            os.dup2(ours[0], 13)
            os.dup2(theirs[1], 14)
            os.dup2(13, 3)
            os.dup2(14, 4)

        self.process = subprocess.Popen([program, "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", "--no-first-run",
                                         f"--user-data-dir={folder}", "--disable-dev-shm-usage", "about:blank"],
                                        preexec_fn=wire, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        atexit.register(self.process.kill)
        os.close(ours[0])
        os.close(theirs[1])
        self.out, self.into, self.data, self.number, self.said = ours[1], theirs[0], b"", 0, []
        target = self.ask("Target.createTarget", {"url": "about:blank"})["targetId"]
        self.session = self.ask("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.ask(domain + ".enable")

    def ask(self, method, params=None, seconds=60):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params or {}}
        if hasattr(self, "session"):
            message["sessionId"] = self.session
        os.write(self.out, json.dumps(message).encode() + b"\0")
        end = time.monotonic() + seconds
        while True:
            while b"\0" in self.data:
                one, self.data = self.data.split(b"\0", 1)
                answer = json.loads(one)
                if answer.get("id") == self.number:
                    assert "error" not in answer, answer
                    return answer["result"]
                self.said.append(answer)
            assert select.select([self.into], [], [], max(0, end - time.monotonic()))[0], f"no answer to {method}"
            self.data += os.read(self.into, 1 << 20)

    def value(self, expression):
        got = self.ask("Runtime.evaluate", {"expression": expression, "returnByValue": True})
        assert "exceptionDetails" not in got, got
        return got["result"].get("value")

    def until(self, expression, want, seconds=30):
        begin = time.monotonic()
        while (got := self.value(expression)) != want:
            assert time.monotonic() - begin < seconds, f"{expression}: {got!r}, not {want!r}"
            time.sleep(0.02)
        return time.monotonic() - begin

    def troubles(self):
        """Errors, dialogs and violations of the policy."""
        bad = {"Runtime.exceptionThrown", "Page.javascriptDialogOpening"}
        return [m for m in self.said if m.get("method") in bad or m.get("method") == "Log.entryAdded" and "Policy" in json.dumps(m)]


def serve(*args):
    process = subprocess.Popen(["bftop", "--http", *args], stdout=subprocess.PIPE, text=True)
    atexit.register(process.kill)
    return process, process.stdout.readline().strip()


def revenue(db):
    total = sum(Decimal(t) for (t,) in db.execute("SELECT total FROM sales WHERE status<>'CANCELLED'"))
    return f"{total:,.2f}".rstrip("0").rstrip(".")


REVENUE = "document.querySelector('#p0 .v')?.textContent"


def change(n, path="s.db"):
    lines = subprocess.run(["bfgen", "-n", str(n), "-o", "cdc"], capture_output=True, check=True).stdout
    subprocess.run(["cdcproj", path], input=lines, check=True)
