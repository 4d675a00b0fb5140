"""A proxy between the tools and bflocal that makes DynamoDB Streams round times to the minute, as the service may: it
rounds ApproximateCreationDateTime down."""
import http.client
import http.server
import re
import threading
import urllib.parse

STAMP = re.compile(rb'("ApproximateCreationDateTime":)(\d+)(?:\.\d+)?')


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):  # pylint: disable=invalid-name
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        to = http.client.HTTPConnection(self.server.to, timeout=60)
        to.putrequest("POST", self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():  # Host among them: it is signed
            to.putheader(name, value)
        to.endheaders(body)
        answer = to.getresponse()
        data = STAMP.sub(lambda m: m[1] + str(int(m[2]) // 60 * 60).encode(), answer.read())
        to.close()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("content-length", "connection", "x-amz-crc32", "transfer-encoding", "date", "server"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        try:
            self.wfile.write(data)
        except OSError:
            self.close_connection = True

    def log_message(self, *_):
        """Ignores errors of a killed reader."""


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """Ignores errors of its connection."""


def start(url):
    """The URL of the proxy for that one."""
    server = Server(("127.0.0.1", 0), Handler)
    server.to = urllib.parse.urlsplit(url).netloc
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"
