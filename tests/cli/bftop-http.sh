#!/bin/sh
# bftop --http: the page and its events follow the database; other names, other machines, wrong tokens and too many clients are refused.
. "$(dirname "$0")/lib.sh"
. "$here/served.sh"

served s.db
check 'it says where, on loopback alone' -m '^http://127\.0\.0\.1:[0-9]+/$' -- cat url
check 'the page' -o 200 -- code "$URL"
check '  its policy allows its own script and style alone' -m "default-src 'none'; style-src 'nonce-[0-9a-f]{32}'; script-src 'nonce-" -- curl -sI "$URL"
check '  another nonce each time' -o 2 -- sh -c 'for i in 1 2; do curl -sI "$1" | grep -o "nonce-[0-9a-f]*" | head -n 1; done | sort -u | wc -l' - "$URL"
check '  nothing of another place' -s 1 -- grep -oE '(src|action|srcset)=|url\(|@import|https?:' answer
check '  the name of the file, not its path' -s 1 -- grep -F "$T" answer
for host in localhost "localhost:1" 127.0.0.1 127.1.2.3:80 '[::1]:5'; do
    check "Host $host" -o 200 -- code -H "Host: $host" "$URL"
done
for host in evil.example 127.evil.example 127.0.0.1.evil.example localhost.evil localhost:80.evil.example '[::1].evil.example' '[::1]80' 127.0.0.1:x '[::2]' 10.0.0.1 0.0.0.0 ''; do
    check "Host '$host' (DNS rebinding)" -o 421 -- code -H "Host: $host" "$URL"
    check '  nor events' -o 421 -- code -H "Host: $host" "${URL}events"
done
check 'no other page' -o 404 -- code "${URL}s.db"
check '  nor files' -o 404 -- code --path-as-is "${URL}../../etc/passwd"
check 'no SQL: a query is nothing' -o 200 -- code "$URL?sql=DELETE"
check 'no other method' -o 405 -- code -X PUT -d x "$URL"
check 'HEAD' -m '^HTTP/1.1 200' -- curl -sI "$URL"
check 'no login without a token' -o 401 -- code -d token=x "${URL}login"

cat >events.py <<'END'
"""events.py URL TEST"""
import http.client, json, re, socket, sqlite3, subprocess, sys, threading, time
from urllib.parse import urlsplit
place = urlsplit(sys.argv[1])
def stream():
    c = http.client.HTTPConnection(place.hostname, place.port, timeout=60)
    c.request("GET", "/events")
    r = c.getresponse()
    return c, r
def events(r):
    kind = None
    while True:
        line = r.fp.readline() if r.chunked is False else r.readline()
        if not line:
            return
        line = line.decode().rstrip("\n")
        if line.startswith("event: "): kind = line[7:]
        elif line.startswith("data: "): yield kind, line[6:]
def revenue():
    cents = sum(round(float(t) * 100) for (t,) in sqlite3.connect("s.db").execute("SELECT total FROM sales WHERE status<>'CANCELLED'"))
    return f"{cents // 100:,}.{cents % 100:02}".rstrip("0").rstrip(".")
def until(r, text, panel="p0"):
    for kind, data in events(r):
        if kind == "panel" and json.loads(data)["id"] == panel and text in json.loads(data)["html"]:
            return
    sys.exit(f"the stream ended before {text}")
def change(n):
    lines = subprocess.run(["bfgen", "-n", str(n), "-o", "cdc"], capture_output=True, check=True).stdout
    subprocess.run(["cdcproj", "s.db"], input=lines, check=True)
def values():
    c, r = stream()
    assert r.status == 200 and r.getheader("Content-Type") == "text/event-stream", r.status
    until(r, revenue())
    change(900)
    until(r, revenue())
def many():
    """More streams than are allowed; those that are closed make room."""
    open_ = []
    for _ in range(1200):  # an earlier client is noticed to have gone at the next write to it
        c, r = stream()
        if r.status == 200: open_.append((c, r))
        else: r.close(); c.close(); time.sleep(0.1)
        if len(open_) == 32: break
    assert len(open_) == 32, len(open_)
    c, r = stream()
    assert r.status == 503 and r.getheader("Retry-After"), r.status
    page = http.client.HTTPConnection(place.hostname, place.port, timeout=60)
    page.request("GET", "/")
    assert page.getresponse().status == 200
    for c, r in open_:
        r.close(); c.close()
    for _ in range(600):
        c, r = stream()
        if r.status == 200: return
        r.close(); c.close(); time.sleep(0.1)
    sys.exit("no room comes back")
def slow():
    """A client that reads nothing holds up nobody, and gets the newest state in the end."""
    s = socket.create_connection((place.hostname, place.port))
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    s.sendall(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
    for n in (1000, 1100, 1200):
        change(n)
        c, r = stream()
        until(r, revenue())
        r.close(); c.close()
    data = b""
    s.settimeout(60)
    want = revenue().encode()
    while want not in data:
        data += s.recv(65536)
def silent():
    """Clients that ask for nothing lose their places to others."""
    idle = [socket.create_connection((place.hostname, place.port)) for _ in range(64)]
    for _ in range(20):
        c = http.client.HTTPConnection(place.hostname, place.port, timeout=60)
        try:
            c.request("GET", "/")
            assert c.getresponse().status == 200
            return [s.close() for s in idle]
        except (OSError, http.client.HTTPException): time.sleep(1)
    sys.exit("no room comes back")
def bad():
    """What is no HTTP ends, and the page is still there."""
    for text in (b"\0" * 100, b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 9000 + b"\r\n", b"GET /" + b"a" * 70000 + b" HTTP/1.1\r\n\r\n",
                 b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999\r\n\r\ntoken="):
        s = socket.create_connection((place.hostname, place.port))
        try:
            s.sendall(text); s.shutdown(socket.SHUT_WR); s.settimeout(60)
            while s.recv(65536): pass
        except OSError: pass
        s.close()
    c = http.client.HTTPConnection(place.hostname, place.port, timeout=60)
    c.request("GET", "/")
    assert c.getresponse().status == 200
globals()[sys.argv[2]]()
END
for test in values slow many silent bad; do
    check "events: $test" -- timeout 300 python3 events.py "$URL" $test
done
kill -TERM $PID
wait $PID
ok 'it ends well' test $? = 0
check '  without a word' -- cat err2

# A token, and other machines.
printf '%s\n' 0123456789abcdef0123 >token
chmod 600 token
served --token token s.db
for path in '' events; do
    check "no token: /$path" -o 401 -- code "$URL$path"
    check "  a wrong one: /$path" -o 401 -- code -H 'Authorization: Bearer 0123456789abcdef0124' "$URL$path"
    check "  a wrong cookie: /$path" -o 401 -- code -H 'Cookie: bftop=0123456789abcdef0123' "$URL$path"
done
check 'nothing of the database without it' -s 1 -- sh -c 'curl -s "$1" | grep -E "Revenue|s\.db"' - "$URL"
check 'the token, in a header' -o 200 -- code -H 'Authorization: Bearer 0123456789abcdef0123' "$URL"
check '  and any Host' -o 200 -- code -H 'Host: dash.example' -H 'Authorization: Bearer 0123456789abcdef0123' "$URL"
check 'the form: wrong' -o 401 -- code -c jar -d token=wrong "${URL}login"
check '  right' -o 303 -- code -c jar -d token=0123456789abcdef0123 "${URL}login"
check '  its cookie is not the token' -s 1 -- grep 0123456789abcdef jar
check '  and opens the page' -o 200 -- code -b jar "$URL"
check '  scripts cannot read it, other sites not send it' -m 'HttpOnly; SameSite=Strict' -- curl -si -d token=0123456789abcdef0123 "${URL}login"
kill -TERM $PID
wait $PID
check 'the token is in no message' -s 1 -- grep 0123456789 err2
check 'all addresses need a token' -s 2 -E '^bftop: --host 0.0.0.0 is for other machines too: that needs --token FILE' -- bftop --http 0 --host 0.0.0.0 s.db
served --host 0.0.0.0 --token token s.db
check '  with one they are served' -o 401 -- code "$URL"
check '  with a warning' -m 'plain HTTP' -- cat err2
kill -TERM $PID
wait $PID
PID=
echo short >token2
check 'a token that is too short' -s 2 -E '16 to 256 visible' -- bftop --http 0 --token token2 s.db
check 'no token file' -s 1 -E 'token: none: No such file' -- bftop --http 0 --token none s.db
check 'no address' -s 2 -E "'somewhere' is not an IP address" -- bftop --http 0 --host somewhere --token token s.db
check 'no port' -s 2 -E 'http' -- bftop --http 70000 s.db
check 'a token for nothing' -s 2 -E 'token is for --http' -- bftop --once --token token s.db

# What is wrong with the database now, not what was wrong first.
says() { curl -s "$URL" | grep -q "$1"; }
cp s.db moved.db
ok 'a database' served moved.db
rm moved.db
ok '  that is gone' soon says 'moved.db: No such file'
echo hello >moved.db
ok '  that something else has taken the place of' soon says 'moved.db: this is no SQLite database'
kill "$PID"
plan
