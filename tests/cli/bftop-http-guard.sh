#!/bin/sh
# bftop --http against strangers: pages of other sites, headers of security, clients that send or take a byte a second.
. "$(dirname "$0")/lib.sh"
. "$here/served.sh"
# A page of megabytes, so that it does not fit into the buffers of sockets.
cat >large.conf <<'END'
[large]
sql = WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<490) SELECT i,hex(zeroblob(140)) AS a,hex(zeroblob(140)) AS b,hex(zeroblob(140)) AS c,hex(zeroblob(140)) AS d FROM n
END
python3 - <<'END'
text = open("large.conf").read()
open("large.conf", "w").write("".join(text.replace("[large]", f"[large {i}]") for i in range(12)))
END
ends() {
    kill -TERM $PID
    wait $PID
    ok 'it ends well' test $? = 0
    check '  without a word' -- cat err2
}

served -p large.conf s.db
for header in 'Sec-Fetch-Site: same-origin' 'Sec-Fetch-Site: none' "Origin: ${URL%/}" 'X: y'; do
    check "a stream for $header" -m '^HTTP/1.1 200' -- sh -c 'curl -sD - -m 3 -o /dev/null -H "$1" "$2" || :' - "$header" "${URL}events"
done
for header in 'Sec-Fetch-Site: cross-site' 'Sec-Fetch-Site: same-site' 'Origin: http://evil.example' 'Origin: null' "Origin: ${URL%/}1" "Origin: ${URL%/}.evil.example"; do
    check "none for $header" -o 403 -- code -H "$header" "${URL}events"
done
check 'a link of another site opens the page' -o 200 -- code -H 'Sec-Fetch-Site: cross-site' "$URL"
headers() { curl -sI "$URL"; }
check 'a browser does not guess types' -m '^X-Content-Type-Options: nosniff' -- headers
check '  tells no other site where it was' -m '^Referrer-Policy: same-origin' -- headers
check '  shows the page in no frame' -m "frame-ancestors 'none'" -- headers
check '  gives it to no other page' -m '^Cross-Origin-Resource-Policy: same-origin' -- headers
check '  keeps no copy' -m '^Cache-Control: no-store' -- headers
check '  runs nothing inline, evaluates nothing' -s 1 -- sh -c 'curl -sI "$1" | grep -i unsafe' - "$URL"
check '  the page has no attribute that would need it' -s 1 -- grep -oE ' (style|on[a-z]+)="' answer

cat >slow.py <<'END'
"""slow.py URL TEST"""
import http.client, socket, sys, threading, time
from urllib.parse import urlsplit
place = urlsplit(sys.argv[1])
def client(small=False):
    s = socket.socket()
    if small: s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    s.settimeout(60)
    s.connect((place.hostname, place.port))
    return s
def page():
    c = http.client.HTTPConnection(place.hostname, place.port, timeout=60)
    c.request("GET", "/")
    r = c.getresponse()
    assert r.status == 200 and len(r.read()) > 2000000, "the page"
def ended(s, least):
    """Reads at most so many bytes; True: the server has cut it off."""
    try: return s.recv(least) == b""
    except BlockingIOError: return False
    except OSError: return True
def until_cut(clients, step, least, seconds, second=1):
    """Until all were cut off; step(s) does what a slow client does each second."""
    begin, left = time.monotonic(), set(clients)
    for s in clients: s.setblocking(False)
    while left:
        assert time.monotonic() - begin < seconds, f"{len(left)} of {len(clients)} slow clients hold their places"
        for s in list(left):
            if ended(s, least): left.discard(s)
            else: step(s)
        time.sleep(second)
    return time.monotonic() - begin
def trickle():
    """A byte a second of a header or a body, in all places at once."""
    head = b"GET / HTTP/1.1\r\nHost: localhost\r\nX: "
    form = b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900\r\n\r\ntoken="
    clients = [client() for _ in range(64)]
    for i, s in enumerate(clients): s.sendall(form if i % 2 else head)
    def send(s):
        try: s.send(b"x")
        except OSError: pass
    took = until_cut(clients, send, 4096, 120)
    assert took > 6, f"they had only {took:.1f} s"
    page()
def taken():
    """A page, and a stream whose state is as large, of which 16 KB a second are taken. One who takes all stays."""
    good = client()
    good.sendall(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
    got = [0, False]
    def read():
        good.settimeout(300)
        try:
            while True:
                n = len(good.recv(65536))
                if not n: break
                got[0] += n
        except OSError: pass
        got[1] = True
    threading.Thread(target=read, daemon=True).start()
    slow = [client(small=True) for _ in range(2)]
    for s, path in zip(slow, ("/", "/events")): s.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    left, begin = list(slow), time.monotonic()
    # A client learns of the end when it has read what the kernels hold, so it reads on, slowly, and then all.
    while time.monotonic() - begin < 45:
        for s in left: s.recv(8192)  # libmicrohttpd sees progress
        time.sleep(0.5)
    for s in left:
        s.settimeout(60)
        n = 0
        try:
            while piece := s.recv(65536): n += len(piece)
        except ConnectionError: pass
        except TimeoutError: sys.exit("a client that takes hardly anything holds its place")
        assert n < 4000000, "it got the whole page"
    assert not got[1] and got[0] > 2000000, got
globals()[sys.argv[2]]()
END
for test in trickle taken; do
    check "slow clients: $test" -- timeout 300 python3 slow.py "$URL" $test
done
ends

# The form of the token.
printf '%s\n' 0123456789abcdef0123 >token
chmod 600 token
served --token token s.db
login() { code -d token=0123456789abcdef0123 "$@" "${URL}login"; }
for header in 'Sec-Fetch-Site: same-origin' "Origin: ${URL%/}"; do
    check "the form, with $header" -o 303 -- login -H "$header"
done
check '  behind a proxy with TLS' -o 303 -- login -H 'Host: dash.example' -H 'Origin: https://dash.example'
for header in 'Sec-Fetch-Site: cross-site' 'Sec-Fetch-Site: same-site' 'Origin: http://evil.example' 'Origin: null'; do
    check "the form of another site: $header" -o 403 -- login -H "$header"
done
check '  sets no cookie' -s 1 -- sh -c 'curl -si -H "Origin: null" -d token=0123456789abcdef0123 "$1login" | grep -i cookie' - "$URL"
ends
PID=
plan
