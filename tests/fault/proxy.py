#!/usr/bin/env python3
"""An HTTP proxy that opens tunnels (CONNECT), for the tests.

    proxy.py DIR [USER:PASSWORD]

DIR/proxy-port is written once it listens on 127.0.0.1; DIR/proxy-log gets one line a request: its first line, and who
asked ("-" for nobody). With USER:PASSWORD whoever is somebody else gets 407. What a tunnel is opened to is always
127.0.0.1, whatever name was asked for, so that no packet leaves this machine.
"""

import base64
import os
import socket
import sys
import threading

DIR = sys.argv[1]
WHO = sys.argv[2] if len(sys.argv) > 2 else None


def pump(a, b):
    try:
        while data := a.recv(65536):
            b.sendall(data)
    except OSError:
        pass
    for s in (a, b):
        try:
            s.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def serve(client):
    head = b""
    while b"\r\n\r\n" not in head:
        piece = client.recv(4096)
        if not piece:
            return client.close()
        head += piece
    lines = head.split(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    who = "-"
    for line in lines[1:]:
        if line.lower().startswith("proxy-authorization: basic "):
            who = base64.b64decode(line.split()[2]).decode()
    with open(os.path.join(DIR, "proxy-log"), "a", encoding="utf-8") as log:
        log.write(f"{lines[0]} {who}\n")
    method, target = lines[0].split()[:2]
    if WHO and who != WHO:
        client.sendall(b"HTTP/1.1 407 Who is there\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n")
        return client.close()
    try:
        server = socket.create_connection(("127.0.0.1", int(target.rsplit(":", 1)[1])), 10)
    except (OSError, ValueError, IndexError):
        client.sendall(b"HTTP/1.1 502 No\r\nContent-Length: 0\r\n\r\n")
        return client.close()
    client.sendall(b"HTTP/1.1 200 Here it is\r\n\r\n")
    threading.Thread(target=pump, args=(client, server), daemon=True).start()
    pump(server, client)


listener = socket.create_server(("127.0.0.1", 0))
open(os.path.join(DIR, "proxy-log"), "w").close()
with open(os.path.join(DIR, "proxy-port.new"), "w", encoding="ascii") as f:
    f.write(str(listener.getsockname()[1]))
os.rename(os.path.join(DIR, "proxy-port.new"), os.path.join(DIR, "proxy-port"))
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
