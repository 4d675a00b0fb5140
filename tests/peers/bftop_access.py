"""bftop_access.py CHROMIUM: who can use bftop's page, live, as a file, and the form of the token, in a real Chromium: keyboard, screen
reader (the accessibility tree), contrast (WCAG 2.2, 1.4.3 and 1.4.11, level AA), a phone of 360 pixels."""
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

from bftop_browser import REVENUE, Browser, change, revenue, serve

# What the keyboard can stop at, in the order of the document.
STOPS = """[...document.querySelectorAll('a[href],button,input,select,textarea,summary,[tabindex]')]
    .filter(e=>e.tabIndex>=0&&e.checkVisibility({contentVisibilityAuto:true}))"""
NAME = "(e=>(e.closest('section')?.id||'')+' '+e.tagName.toLowerCase()+(e.name?' '+e.name:''))"

# Each text that can be seen, with its colour and the colour below it; also the strokes and fills that carry meaning.
CONTRAST = """(()=>{
const rgb=c=>{let m=c.match(/[\\d.]+/g).map(Number);return m.length<4||m[3]>0?m:null};
const light=c=>{let l=c.slice(0,3).map(v=>(v/=255)<=0.04045?v/12.92:((v+0.055)/1.055)**2.4);return 0.2126*l[0]+0.7152*l[1]+0.0722*l[2]};
const ratio=(a,b)=>{let x=light(a),y=light(b);return (Math.max(x,y)+0.05)/(Math.min(x,y)+0.05)};
const below=e=>{for(;e;e=e.parentElement){let c=rgb(getComputedStyle(e).backgroundColor);if(c)return c}return DARK?[18,18,18]:[255,255,255]};
const out=[];
const walk=document.createTreeWalker(document.body,NodeFilter.SHOW_TEXT);
for(let n;n=walk.nextNode();){let e=n.parentElement;
 if(!n.data.trim()||e.closest('script,style,title')||!e.checkVisibility())continue;
 let s=getComputedStyle(e),svg=e instanceof SVGElement;
 out.push({what:e.tagName+'.'+(e.getAttribute('class')||''),text:n.data.slice(0,20),ratio:ratio(rgb(svg?s.fill:s.color),below(e)),least:4.5})}
for(let e of document.querySelectorAll('svg .l,svg .g,svg .f')){let s=getComputedStyle(e),c=e.matches('.f')?s.fill:s.stroke;
 out.push({what:e.tagName+'.'+e.getAttribute('class'),text:'',ratio:ratio(rgb(c),below(e)),least:3})}
return out})()"""


def look(b, dark):
    b.ask("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})
    return b.value(CONTRAST.replace("DARK", "true" if dark else "false"))


def contrast(b, what):
    for dark in (False, True):
        seen = look(b, dark)
        bad = [s for s in seen if s["ratio"] < s["least"]]
        assert seen and not bad, (what, dark, bad[:5])
        least = min(seen, key=lambda s: s["ratio"] / s["least"])
        print(f"contrast, {what}, {'dark' if dark else 'light'}: {len(seen)} texts and lines; the least is {least['ratio']:.1f}:1 of {least['least']}:1 ({least['what']})")


def press(b, shift=False):
    for kind in ("keyDown", "keyUp"):
        b.ask("Input.dispatchKeyEvent", {"type": kind, "key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9, "modifiers": 8 if shift else 0})


def stand(b):
    return b.value(f"document.activeElement===document.body?null:{NAME}(document.activeElement)")


def keyboard(b, what):
    want = b.value(f"{STOPS}.map({NAME})")
    assert want, what
    b.value("document.activeElement.blur();window.scrollTo(0,0)")
    for _ in range(len(want) + 1):  # the walk may begin anywhere: a field may have had the focus
        press(b)
        if stand(b) == want[0]:
            break
    got = []
    for i in range(len(want)):
        if i:
            press(b)
        got.append(stand(b))
        ring = b.value("(s=>[s.outlineStyle,parseFloat(s.outlineWidth),document.activeElement.matches(':focus-visible')])(getComputedStyle(document.activeElement))")
        assert ring[0] != "none" and ring[1] >= 1 and ring[2], (what, got[-1], ring)
        seen = b.value("(r=>r.bottom>0&&r.top<innerHeight)(document.activeElement.getBoundingClientRect())")
        assert seen, (what, got[-1], "has the focus out of sight")
    assert got == want, (what, got, want)
    press(b)  # out of the page, and from its beginning again
    after = stand(b)
    assert after in (None, want[0]), (what, "a trap", after)
    if after is None:
        press(b)
    assert stand(b) == want[0], (what, stand(b))
    press(b, shift=True)
    assert stand(b) in (None, want[-1]), (what, stand(b))
    print(f"keyboard, {what}: {len(want)} stops in the order of the page, each with a ring, none is a trap")


def opens(b):
    """Enter opens the table behind a plot; panels that are replaced meanwhile leave it open and the focus where it is."""
    b.value("document.activeElement.blur();document.querySelector('summary').focus()")
    for kind in ("keyDown", "keyUp"):
        b.ask("Input.dispatchKeyEvent", {"type": kind, "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, **({"text": "\r"} if kind == "keyDown" else {})})
    b.until("document.querySelector('details').open", True)
    press(b)
    assert b.value("document.activeElement.matches('details .w')"), "the table cannot be reached"
    b.value("document.activeElement.scrollTop=40")
    change(3000)
    b.until(REVENUE, revenue(sqlite3.connect("s.db")))
    b.until("document.activeElement.matches('details .w')&&document.activeElement.scrollTop", 40)
    print("Enter opens the table behind a plot; it keeps focus and place while panels are replaced")


def busy(b):
    """Tab goes through the page while panels are replaced ten times a second."""
    stop = threading.Event()

    def write():
        db = sqlite3.connect("s.db", isolation_level=None, timeout=30)
        n = 0
        while not stop.is_set():
            n += 1
            db.execute("UPDATE sales SET total=? WHERE order_id=(SELECT min(order_id) FROM sales WHERE status='PLACED')", (str(n),))
            time.sleep(0.02)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        want = b.value(f"{STOPS}.map({NAME})")
        b.value(f"{STOPS}[0].focus()")
        got = [stand(b)]
        for _ in want[1:]:
            time.sleep(0.5)
            press(b)
            got.append(stand(b))
        assert got == want, (got, want)
    finally:
        stop.set()
        writer.join()
    print("keyboard: the same while the page changes")


def tree(b, what, plots):
    """What a screen reader is told."""
    b.value("document.querySelectorAll('details').forEach(d=>d.open=true)")
    nodes = [n for n in b.ask("Accessibility.getFullAXTree")["nodes"] if not n.get("ignored")]
    by = {n["nodeId"]: n for n in nodes}
    role = lambda n: n.get("role", {}).get("value")
    name = lambda n: n.get("name", {}).get("value", "").strip()
    all_ = lambda r: [n for n in nodes if role(n) == r]

    def inside(n):
        """The panel that it is in."""
        while n and role(n) != "region":
            n = by.get(n.get("parentId")) or next((m for m in b_all if n.get("parentId") == m["nodeId"]), None)
        return n and name(n)

    b_all = b.ask("Accessibility.getFullAXTree")["nodes"]
    regions = {name(n) for n in all_("region")}
    headings = {name(n) for n in all_("heading")}
    assert all(name(n) for n in all_("region") + all_("heading")), what
    assert regions and regions <= headings, (what, regions - headings)
    images = all_("image") + all_("img")
    assert len(images) == plots, (what, [(role(n), name(n)) for n in images])
    tables = {inside(n) for n in all_("table")}
    for n in images:
        assert name(n) and name(n) in regions, (what, name(n))
        assert name(n) in tables, (what, name(n), "has no table", tables)
    for n in nodes:
        if role(n) in ("summary", "DisclosureTriangle", "button", "textbox", "group"):
            assert name(n) or role(n) == "group", (what, role(n))
    for n in nodes:  # columns and rows have their headers
        if role(n) == "table" and not b.value(f"[...document.querySelectorAll('table')].every(t=>t.querySelector('thead th[scope=col]')&&[...t.tBodies[0].rows].every(r=>r.cells[0].scope==='row'))"):
            sys.exit(f"{what}: a table without headers")
    assert role(by[nodes[0]["nodeId"]]) == "RootWebArea" and name(nodes[0]), what
    assert b.value("document.documentElement.lang") == "en"
    print(f"screen reader, {what}: {len(regions)} panels with their names, {len(images)} plots, each with its table")


def quiet(b):
    """The time of each look is not read aloud; trouble is, once."""
    live = "[...document.querySelectorAll('[role=status],[role=alert],[aria-live]')].map(e=>e.id+':'+e.textContent)"
    assert b.value(live) == ["trouble:"], b.value(live)
    b.value("window.told=0;new MutationObserver(m=>{window.told+=m.length}).observe(document.getElementById('trouble'),{childList:true,characterData:true,subtree:true})")
    os.rename("s.db", "moved.db")
    b.until("document.getElementById('trouble').textContent", "s.db: No such file or directory")
    time.sleep(2)
    assert b.value("window.told") == 1, b.value("window.told")
    assert b.value("document.getElementById('state').textContent") == ""
    os.rename("moved.db", "s.db")
    b.until("document.getElementById('trouble').textContent===''&&document.getElementById('state').textContent.startsWith('as of ')", True)
    print("screen reader: only trouble is told, once")


def phone(b, what):
    """Nothing scrolls sideways but a table in its place, which the keyboard reaches; text is not small."""
    for width in (320, 360, 768, 1440):
        b.ask("Emulation.setDeviceMetricsOverride", {"width": width, "height": 740, "deviceScaleFactor": 2, "mobile": width < 500})
        b.until("document.scrollingElement.scrollWidth<=innerWidth", True)
        out = b.value("[...document.querySelectorAll('section,h1,h2,p,svg,.w,input')].filter(e=>e.checkVisibility()&&e.getBoundingClientRect().right>innerWidth+0.5).map(e=>e.outerHTML.slice(0,80))")
        assert not out, (what, width, out)
        stuck = b.value("""[...document.querySelectorAll('*')].filter(e=>e.checkVisibility()&&['auto','scroll'].includes(getComputedStyle(e).overflowX)
            &&(e.scrollWidth>e.clientWidth||e.scrollHeight>e.clientHeight)&&e.tabIndex<0&&e!==document.scrollingElement).map(e=>e.outerHTML.slice(0,80))""")
        assert not stuck, (what, width, stuck)
        small = b.value("""[...document.querySelectorAll('svg text,td,th,p,h2,summary,label')].filter(e=>e.checkVisibility()&&e.textContent.trim()).map(e=>
            parseFloat(getComputedStyle(e).fontSize)*(e.ownerSVGElement?e.ownerSVGElement.getScreenCTM().a:1)).filter(s=>s<10)""")
        assert not small, (what, width, small)
    b.ask("Emulation.clearDeviceMetricsOverride")
    print(f"{what}: 320 to 1440 pixels, nothing is wider than the page, no text below 10 pixels")


def all_of(b, what, plots):
    b.until("document.readyState", "complete")
    contrast(b, what)
    keyboard(b, what)
    tree(b, what, plots)
    contrast(b, what + ", tables open")
    phone(b, what)


def main():
    os.chdir(tempfile.mkdtemp())
    change(1000)
    with open("token", "w") as f:
        f.write("0123456789abcdef0123\n")
    os.chmod("token", 0o600)
    with open("bad.conf", "w") as f:
        f.write("[Wrong]\nsql = SELECT nonsense\n[Wide]\nsql = SELECT hex(zeroblob(60)) AS a, hex(zeroblob(60)) AS b, 1 AS c\n")
    server, url = serve("0", "--window", "1d", "s.db")
    b = Browser(sys.argv[1], os.getcwd() + "/profile")
    b.ask("Accessibility.enable")
    b.ask("Emulation.setFocusEmulationEnabled", {"enabled": True})
    b.ask("Page.navigate", {"url": url})
    b.until(REVENUE, revenue(sqlite3.connect("s.db")))
    all_of(b, "the live page", 1)
    b.ask("Page.reload")
    b.until("document.readyState", "complete")
    b.until(REVENUE, revenue(sqlite3.connect("s.db")))
    opens(b)
    busy(b)
    quiet(b)
    server.terminate()
    assert server.wait(60) == 0
    subprocess.run(["bftop", "--html", "page.html", "--window", "1d", "s.db"], check=True)
    b.ask("Page.navigate", {"url": "file://" + os.getcwd() + "/page.html"})
    b.until(REVENUE, revenue(sqlite3.connect("s.db")))
    assert b.value("getComputedStyle(document.querySelector('section')).borderRadius") != "0px", "the policy forbids the style"
    all_of(b, "the file", 1)
    subprocess.run(["bftop", "--html", "bad.html", "-p", "bad.conf", "s.db"], stderr=subprocess.DEVNULL)
    b.ask("Page.navigate", {"url": "file://" + os.getcwd() + "/bad.html"})
    b.until("!!document.querySelector('.e[role=alert]')", True)
    all_of(b, "an error and a wide table", 0)
    server, url = serve("0", "--token", "token", "s.db")
    b.ask("Page.navigate", {"url": url})
    b.until("!!document.querySelector('input')", True)
    contrast(b, "the form")
    keyboard(b, "the form")
    phone(b, "the form")
    b.value("document.querySelector('input').focus()")
    b.ask("Input.insertText", {"text": "0123456789abcdef0123"})
    b.ask("Input.dispatchKeyEvent", {"type": "keyDown", "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"})
    b.until(REVENUE, revenue(sqlite3.connect("s.db")))
    print("the form takes the token by the keyboard, and the page comes")
    assert not b.troubles(), b.troubles()
    server.terminate()
    b.process.terminate()


main()
