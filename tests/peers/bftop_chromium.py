"""bftop_chromium.py CHROMIUM: bftop's page in a real Chromium: values equal the database, an update appears, a thousand commits a
second do no harm, a cut connection comes back, hostile values run nothing."""
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from decimal import Decimal

from bftop_browser import REVENUE, Browser, change, revenue, serve


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
    took = []
    for n in (1500, 1600, 1700):
        change(n)
        took.append(b.until(REVENUE, revenue(db)))
    assert min(took) < 1, took
    print(f"updates after {', '.join(f'{t:.2f}' for t in took)} s")
    assert b.value("document.querySelector('details').open && document.activeElement.tagName==='SUMMARY'"), "focus and opened table are lost"
    b.value("""window.frames_={n:0,most:0};(function go(last){requestAnimationFrame(function(now){
        frames_.n++;if(last&&now-last>frames_.most){frames_.most=now-last}go(now)})})(0)""")
    begin, n = time.monotonic(), 0
    while time.monotonic() - begin < 3:
        db.execute("UPDATE sales SET total=? WHERE order_id=(SELECT min(order_id) FROM sales WHERE status='PLACED')", (str(n),))
        n += 1
    begin = time.monotonic()
    b.value("1+1")
    answers = 1000 * (time.monotonic() - begin)
    right = b.until(REVENUE, revenue(db))
    frames = b.value("window.frames_")
    assert n > 3000 and frames["n"] > 30 and frames["most"] < 500, (n, frames)
    print(f"{n / 3:.0f} commits a second; the page answers in {answers:.0f} ms, drew {frames['n']} pictures, the longest took {frames['most']:.0f} ms, is right after {right:.2f} s")
    server.terminate()
    assert server.wait(60) == 0
    b.until("document.querySelector('#trouble').textContent.startsWith('not connected')", True)
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
