# SPDX-License-Identifier: MIT
"""usage: server.py FOLDER PORT_FILE

A web server on loopback for tests of downloads; the first part of an address says how it behaves:

    /whole/FILE     as it should, ranges too        /no-ranges/FILE   sends everything, whatever the range
    /cut-N/FILE     hangs up after N bytes          /unsized-N/FILE   the same, and never said how many would come
    /wrong/FILE     other content of that length    /other-piece/FILE answers a range with another one
    /endless/FILE   far more than there is          /redirect/FILE    leads to /whole/FILE by plain http
    /slow/FILE      100 kB, then a pause, and so on
    /busy/FILE      503                             /to-tls-PORT/FILE leads to https://127.0.0.1:PORT/whole/FILE
    anything else   404
"""
import http.server
import os
import re
import ssl
import sys
import threading
import time

ENDLESS_BYTES = 64 << 20
SLOW_BYTES = 100_000
SLOW_S = 0.05


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, code, body=b"", headers=(), length=None, send=None):
        self.send_response(code)
        for name, value in headers:
            self.send_header(name, value)
        if length is not False:
            self.send_header("Content-Length", str(len(body) if length is None else length))
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        self.wfile.write(body if send is None else body[:send])

    def piece(self, content, begin, **how):
        if begin is None:
            self.answer(200, content, **how)
        elif begin >= len(content):
            self.answer(416)
        else:
            self.answer(206, content[begin:], [("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")], **how)

    def do_GET(self):
        way, _, name = self.path.lstrip("/").partition("/")
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        begin = int(wanted.group(1)) if wanted else None
        self.server.asked.append((way, begin))
        content = self.server.content(name)
        cut = re.fullmatch(r"(cut|unsized)-(\d+)", way)
        tls = re.fullmatch(r"to-tls-(\d+)", way)
        try:
            if content is None:
                self.answer(404, b"no such file")
            elif way == "whole":
                self.piece(content, begin)
            elif way == "no-ranges":
                self.answer(200, content)
            elif cut and cut.group(1) == "cut":
                rest = len(content) - (begin or 0)
                self.piece(content, begin, length=rest, send=int(cut.group(2)))
            elif cut:
                self.piece(content, begin, length=False, send=int(cut.group(2)))
            elif way == "wrong":
                self.piece(bytes(b ^ 1 for b in content), begin)
            elif way == "other-piece":
                self.answer(206, content, [("Content-Range", f"bytes 0-{len(content) - 1}/{len(content)}")])
            elif way == "endless":
                headers = [("Content-Range", f"bytes {begin}-{begin + ENDLESS_BYTES - 1}/*")] if begin else []
                self.answer(206 if begin else 200, headers=headers, length=False)
                block = bytes(1 << 20)
                for _ in range(ENDLESS_BYTES // len(block)):
                    self.wfile.write(block)
            elif way == "slow":
                self.answer(200, length=len(content))
                for at in range(0, len(content), SLOW_BYTES):
                    self.wfile.write(content[at:at + SLOW_BYTES])
                    time.sleep(SLOW_S)
            elif way == "redirect":
                self.answer(302, headers=[("Location", f"http://127.0.0.1:{self.server.server_port}/whole/{name}")])
            elif tls:
                self.answer(302, headers=[("Location", f"https://127.0.0.1:{tls.group(1)}/whole/{name}")])
            elif way == "busy":
                self.answer(503, b"come back later")
            else:
                self.answer(404, b"no such file")
        except (BrokenPipeError, ConnectionResetError):
            pass


class Server(http.server.ThreadingHTTPServer):
    """`content(name)` gives the bytes of a file, or None. `asked` lists (way, first byte of the range or None). With the file of a key and its
    certificate it speaks TLS."""
    daemon_threads = True

    def __init__(self, content, certificate=None):
        super().__init__(("127.0.0.1", 0), Handler)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.socket = context.wrap_socket(self.socket, server_side=True)
        self.content = content
        self.asked = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *_):
        pass  # clients that leave in the middle are what this is for

    def url(self, way, name="file"):
        return f"http://127.0.0.1:{self.server_port}/{way}/{name}"


def main():
    folder, port_file = sys.argv[1:]

    def read(name):
        path = os.path.join(folder, os.path.basename(name))
        if not os.path.exists(path):
            return None
        with open(path, "rb") as f:
            return f.read()

    server = Server(read)
    with open(port_file + ".tmp", "w") as f:
        f.write(str(server.server_port))
    os.rename(port_file + ".tmp", port_file)
    threading.Event().wait()


if __name__ == "__main__":
    main()
