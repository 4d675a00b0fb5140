"""bftop_chromium.py CHROMIUM: bftop's page in a real Chromium, which is driven over a pipe (--remote-debugging-pipe): values equal
the database, an update appears, a thousand commits a second do no harm, a cut connection comes back, hostile values run nothing."""
import json
import os
import select
import sqlite3
import subprocess
import sys
import tempfile
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
    return process, process.stdout.readline().strip()


def revenue(db):
    total = sum(Decimal(t) for (t,) in db.execute("SELECT total FROM sales WHERE status<>'CANCELLED'"))
    return f"{total:,.2f}".rstrip("0").rstrip(".")


REVENUE = "document.querySelector('#p0 .v')?.textContent"


def change(n, path="s.db"):
    lines = subprocess.run(["bfgen", "-n", str(n), "-o", "cdc"], capture_output=True, check=True).stdout
    subprocess.run(["cdcproj", path], input=lines, check=True)


def main():
    os.chdir(tempfile.mkdtemp())
    change(1000)
    db = sqlite3.connect("s.db", isolation_level=None)
    db.execute("PRAGMA synchronous=OFF")  # a thousand commits a second
    server, url = serve("0", "--window", "1d", "s.db")
    b = Browser(sys.argv[1], os.getcwd() + "/profile")
    b.ask("Page.navigate", {"url": url})
    b.until(REVENUE, revenue(db))
    shown = b.value("[...document.querySelectorAll('.bars tbody tr')].map(r=>[r.cells[0].textContent,r.cells[2].textContent])")
    want = {c: sum(Decimal(t) for (t,) in db.execute("SELECT total FROM sales WHERE category=? AND status<>'CANCELLED'", (c,))) for c, _ in shown}
    assert {c: Decimal(v.replace(",", "")) for c, v in shown} == want and want, (shown, want)
    print("values equal the database")
    b.value("document.querySelector('details').open=true; document.querySelector('summary').focus()")
    change(1500)
    print(f"an update after {b.until(REVENUE, revenue(db)):.2f} s")
    assert b.value("document.querySelector('details').open && document.activeElement.tagName==='SUMMARY'"), "focus and opened table are lost"
    begin, n = time.monotonic(), 0
    while time.monotonic() - begin < 3:
        db.execute("UPDATE sales SET total=? WHERE order_id=(SELECT min(order_id) FROM sales WHERE status='PLACED')", (str(n),))
        n += 1
    took = time.monotonic()
    b.value("1+1")
    print(f"{n / 3:.0f} commits a second; the page answers in {1000 * (time.monotonic() - took):.0f} ms, is right after {b.until(REVENUE, revenue(db)):.2f} s")
    server.terminate()
    assert server.wait(60) == 0
    b.until("document.querySelector('#state').textContent.startsWith('not connected')", True)
    db.execute("UPDATE sales SET total='5.05' WHERE order_id=(SELECT max(order_id) FROM sales WHERE status='PLACED')")
    assert b.value(REVENUE) != revenue(db)
    server, _ = serve(url.rsplit(":", 1)[1].strip("/"), "--window", "1d", "s.db")
    print(f"back {b.until(REVENUE, revenue(db), 60):.2f} s after the server")
    for width in (360, 1200):
        b.ask("Emulation.setDeviceMetricsOverride", {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500})
        b.until("document.scrollingElement.scrollWidth <= innerWidth", True)
    ground = []
    for scheme in ("light", "dark"):
        b.ask("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
        ground.append(b.value("getComputedStyle(document.body).backgroundColor"))
    assert ground[0] != ground[1], ground
    assert b.value("[...document.querySelectorAll('svg[role=img]')].every(s=>s.parentNode.querySelector('table'))")
    print("phone and desktop, light and dark, a table for each plot")
    evil = "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">"
    db.execute("UPDATE sales SET product_name=?, category=?, customer_id=?", (evil, evil, evil))
    b.until("document.querySelector('.bars tbody th')?.textContent.startsWith('<script>')", True)
    b.ask("Page.reload")
    b.until("document.querySelector('.bars tbody th')?.textContent.startsWith('<script>')", True)
    assert b.value("document.title") == "s.db" and not b.troubles(), b.troubles()
    print("hostile values are text")
    server.terminate()
    b.process.terminate()


main()
