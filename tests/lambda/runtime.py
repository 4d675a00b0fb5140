#!/usr/bin/env python3
"""Lambda's runtime API, for the tests and for trying a function out on this machine.

    runtime.py DIR [REPEAT]

DIR/events holds the events, one a file, handed out in the order of their names (REPEAT times over; then
answers are not kept). DIR/port is written once the server listens on 127.0.0.1. It writes

    DIR/answers/NAME   what the function answered to an event
    DIR/errors/NAME    the error that it reported instead: its type header, a line end, its body
    DIR/init           the error of initialisation, likewise
    DIR/log            a line a request: method, path, number of the connection
    DIR/idle           the function asks for an event and there is none: it waits from here on; seconds since
                       the first event was handed out

Words between dots in an event's name say how it is handed out:

    chunked   in chunks of 1000 bytes         drip     in pieces with pauses between
    last      with "Connection: close"        gone     the connection is closed behind it, unsaid
    cut       half of it, then the end        noid     without a request id
    refuse    the answer is refused, 413      broken   the answer is met with a 500
    late      the deadline is in forty seconds; else in 300
    hold      half of it; the rest when DIR/go is there, and DIR/held is until then
    nolength  without Content-Length          badlength  with one that is no number
    badchunk  in chunks, one of which does not say its size
    next500   there is none, but a 500
"""

import os
import socket
import sys
import threading
import time

DIR = sys.argv[1]
REPEAT = int(sys.argv[2]) if len(sys.argv) > 2 else 0
NAMES = sorted(os.listdir(os.path.join(DIR, "events")))
EVENTS = {n: open(os.path.join(DIR, "events", n), "rb").read() for n in NAMES}
LOCK = threading.Lock()
state = {"next": 0}


def keep(name, data):
    path = os.path.join(DIR, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path + ".new", "wb") as f:
        f.write(data)
    os.rename(path + ".new", path)


class Connection(threading.Thread):
    def __init__(self, sock, number):
        super().__init__(daemon=True)
        self.sock, self.number, self.rest = sock, number, b""

    def request(self):
        while b"\r\n\r\n" not in self.rest:
            piece = self.sock.recv(65536)
            if not piece:
                return None
            self.rest += piece
        head, self.rest = self.rest.split(b"\r\n\r\n", 1)
        lines = head.decode().split("\r\n")
        headers = dict((k.lower(), v.strip()) for k, v in (x.split(":", 1) for x in lines[1:]))
        length = int(headers.get("content-length", 0))
        parts = [self.rest[:length]]
        self.rest = self.rest[length:]
        got = len(parts[0])
        while got < length:
            piece = self.sock.recv(1 << 20)
            if not piece:
                return None
            parts.append(piece)
            got += len(piece)
        method, path, _ = lines[0].split(" ")
        return method, path, headers, b"".join(parts)

    def status(self, code, text="{}"):
        self.sock.sendall(f"HTTP/1.1 {code} X\r\nContent-Length: {len(text)}\r\n\r\n{text}".encode())

    def hand_out(self):
        with LOCK:
            i = state["next"]
            state["next"] += 1
            state.setdefault("began", time.monotonic())
        if i >= len(NAMES) * max(REPEAT, 1):
            keep("idle", b"%.6f" % (time.monotonic() - state["began"]))
            self.sock.recv(1)
            return False
        name = NAMES[i % len(NAMES)]
        words, body = name.split("."), EVENTS[name]
        late = 40 if "late" in words else 300
        head = f"HTTP/1.1 200 OK\r\nLambda-Runtime-Deadline-Ms: {int((time.time() + late) * 1000)}\r\n"
        head += "Lambda-Runtime-Trace-Id: Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700\r\n"
        if "noid" not in words:
            head += f"lambda-runtime-aws-request-id: {name}\r\n"
        if "last" in words:
            head += "Connection: close\r\n"
        if "next500" in words:
            self.status(500)
        elif {"nolength", "badlength", "badchunk"} & set(words):
            head += {"nolength": "", "badlength": "Content-Length: many\r\n"}.get(words[-1], "Transfer-Encoding: chunked\r\n")
            self.sock.sendall((head + "\r\n").encode() + (b"some\r\n" if "badchunk" in words else b"") + body)
        elif "hold" in words:
            self.sock.sendall((head + f"Content-Length: {len(body)}\r\n\r\n").encode() + body[:len(body) // 2])
            keep("held", b"")
            while not os.path.exists(os.path.join(DIR, "go")):
                time.sleep(0.01)
            self.sock.sendall(body[len(body) // 2:])
        elif "chunked" in words:
            chunks = [body[k:k + 1000] for k in range(0, len(body), 1000)] + [b""]
            self.sock.sendall((head + "Transfer-Encoding: chunked\r\n\r\n").encode())
            for c in chunks:
                self.sock.sendall(b"%x\r\n%s\r\n" % (len(c), c))
        elif "drip" in words:
            data = (head + f"Content-Length: {len(body)}\r\n\r\n").encode() + body
            for k in range(0, len(data), max(len(data) // 20, 1)):
                self.sock.sendall(data[k:k + max(len(data) // 20, 1)])
                time.sleep(0.01)
        else:
            self.sock.sendall((head + f"Content-Length: {len(body)}\r\n\r\n").encode())
            self.sock.sendall(body[:len(body) // 2] if "cut" in words else body)
        return not {"last", "gone", "cut"} & set(words)

    def answer(self, path, headers, body):
        parts = path.split("/")
        if path.endswith("/runtime/init/error"):
            keep("init", headers.get("lambda-runtime-function-error-type", "").encode() + b"\n" + body)
            return self.status(202)
        name, what = parts[-2], parts[-1]
        if what == "error":
            keep("errors/" + name, headers.get("lambda-runtime-function-error-type", "").encode() + b"\n" + body)
        elif "refuse" in name.split("."):
            return self.status(413, '{"errorType":"RequestEntityTooLarge"}')
        elif "broken" in name.split("."):
            return self.status(500)
        elif not REPEAT:
            keep("answers/" + name, body)
        return self.status(202)

    def run(self):
        try:
            while True:
                request = self.request()
                if not request:
                    break
                method, path, headers, body = request
                if not REPEAT:
                    with LOCK, open(os.path.join(DIR, "log"), "a", encoding="ascii") as f:
                        f.write(f"{method} {path} {self.number}\n")
                if method == "GET":
                    if not self.hand_out():
                        break
                else:
                    self.answer(path, headers, body)
        except OSError:
            pass
        self.sock.close()


def main():
    listener = socket.create_server(("127.0.0.1", 0))
    keep("port", str(listener.getsockname()[1]).encode())
    number = 0
    while True:
        sock, _ = listener.accept()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        number += 1
        Connection(sock, number).start()


if __name__ == "__main__":
    main()
