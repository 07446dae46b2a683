#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: test_fetch.py FETCH_DRIVER

Downloads from a server on loopback that behaves well and badly. What must stay true: under the file's name there is the whole, verified file or
what was there before; a part is kept exactly when it is of use."""
import hashlib
import os
import random
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time

from server import Server

BOUND = 512 << 20  # bytes of a file whose size is not known
OK, ARGUMENT, IO, FORMAT, NO_SPACE, CANCELLED, NOT_FOUND = 0, -1, -3, -4, -7, -8, -9
CONTENT = random.Random(1).randbytes(3_000_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
GIT = hashlib.sha1(b"blob %d\0" % len(CONTENT) + CONTENT).hexdigest()
DRIVER = os.path.abspath(sys.argv[1])
failures = []


def check(true, what):
    if not true:
        failures.append(what)
        print(f"# {what}")


class Case:
    """A folder, a server, and one file to download from it."""

    def __init__(self, folder):
        self.server = Server(lambda name: CONTENT if name == "file" else None)
        self.path = os.path.join(folder, "file")
        self.part = self.path + ".part"

    def command(self, url, kind="sha256", size=len(CONTENT)):
        return [DRIVER, url, self.path, kind, SHA256 if kind == "sha256" else GIT, str(size)]

    def fetch(self, way, name="file", url=None, cancel_at=None, limit=None, **what):
        command = self.command(url or self.server.url(way, name), **what) + ([str(cancel_at)] if cancel_at else [])
        bound = (lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))) if limit else None
        done = subprocess.run(command, stdout=subprocess.PIPE, timeout=60, check=True, preexec_fn=bound, env=dict(os.environ, no_proxy="*"))
        status, _, message = done.stdout.decode().strip().partition(" ")
        return int(status), message

    def read(self, path):
        with open(path, "rb") as f:
            return f.read()

    def keeps(self, file, part):
        """What is left: `file` and `part` are contents or None."""
        for path, wanted in ((self.path, file), (self.part, part)):
            got = self.read(path) if os.path.exists(path) else None
            if got != wanted:
                show = ["nothing" if x is None else f"{len(x)} bytes" for x in (got, wanted)]
                check(False, f"{os.path.basename(path)}: {show[0]}, expected {show[1]}")

    def put(self, path, content):
        with open(path, "wb") as f:
            f.write(content)


def expect(got, status, *words):
    check(got[0] == status, f"status {got[0]}, expected {status}: {got[1]}")
    for word in words:
        check(word in got[1], f"no '{word}' in: {got[1]}")


def whole_file_arrives(c):
    for size in (len(CONTENT), 0):
        for kind in ("sha256", "git"):
            expect(c.fetch("whole", kind=kind, size=size), OK)
            c.keeps(CONTENT, None)
            os.unlink(c.path)


def cut_connection_is_resumed(c):
    expect(c.fetch("cut-1000000"), IO, "cut", "1000000 bytes are kept", "same command")
    c.keeps(None, CONTENT[:1000000])
    expect(c.fetch("cut-500000"), IO, "1500000 bytes are kept")
    c.keeps(None, CONTENT[:1500000])
    expect(c.fetch("whole"), OK)
    c.keeps(CONTENT, None)
    check(c.server.asked == [("cut-1000000", None), ("cut-500000", 1000000), ("whole", 1500000)], f"asked: {c.server.asked}")


def end_without_a_length_is_a_cut(c):
    expect(c.fetch("unsized-1000000"), IO, "1000000 of 3000000")
    c.keeps(None, CONTENT[:1000000])
    expect(c.fetch("unsized-2000000"), OK)
    c.keeps(CONTENT, None)


def server_without_ranges_starts_again(c):
    c.put(c.part, CONTENT[:1234567])
    expect(c.fetch("no-ranges"), OK)
    c.keeps(CONTENT, None)
    check(c.server.asked == [("no-ranges", 1234567)], f"asked: {c.server.asked}")


def another_piece_is_refused(c):
    c.put(c.part, CONTENT[:1000])
    expect(c.fetch("other-piece"), IO, "another piece")
    c.keeps(None, CONTENT[:1000])


def part_that_is_whole_needs_no_network(c):
    c.put(c.part, CONTENT)
    expect(c.fetch("whole"), OK)
    c.keeps(CONTENT, None)
    check(c.server.asked == [], f"asked: {c.server.asked}")


def part_that_is_too_long_starts_again(c):
    for size in (len(CONTENT), 0):
        c.put(c.part, CONTENT + b"more")
        expect(c.fetch("whole", size=size), OK)
        c.keeps(CONTENT, None)


def wrong_content_is_removed(c):
    for kind, size in (("sha256", len(CONTENT)), ("git", 0)):
        expect(c.fetch("wrong", kind=kind, size=size), FORMAT, "not the file it should be", "removed")
        c.keeps(None, None)
    c.put(c.part, b"x" * 1000)
    expect(c.fetch("whole"), FORMAT)
    c.keeps(None, None)


def old_file_survives_failures(c):
    c.put(c.path, b"old")
    expect(c.fetch("wrong"), FORMAT)
    c.keeps(b"old", None)
    expect(c.fetch("cut-1000"), IO)
    c.keeps(b"old", CONTENT[:1000])
    expect(c.fetch("whole"), OK)
    c.keeps(CONTENT, None)


def longer_than_known_is_refused(c):
    expect(c.fetch("whole", size=1000000), FORMAT, "longer than 1000000 bytes")
    c.keeps(None, None)
    expect(c.fetch("endless", size=1000000), FORMAT, "longer than 1000000 bytes")
    c.keeps(None, None)


def longer_than_the_bound_is_refused(c):
    with open(c.part, "wb") as f:
        f.truncate(BOUND - 1000)
    expect(c.fetch("endless", size=0), FORMAT, f"longer than {BOUND} bytes")
    c.keeps(None, None)


def no_space(c):
    expect(c.fetch("whole", limit=1 << 20), NO_SPACE, "cannot write", c.part)
    c.keeps(None, None)
    expect(c.fetch("whole"), OK)
    c.keeps(CONTENT, None)


def not_there(c):
    expect(c.fetch("whole", name="nothing"), NOT_FOUND, "404", "does not have the file")
    c.keeps(None, None)
    c.put(c.part, CONTENT[:1000])
    expect(c.fetch("whole", name="nothing"), NOT_FOUND, "404")
    c.keeps(None, CONTENT[:1000])
    expect(c.fetch("busy"), IO, "503", "later")
    c.keeps(None, CONTENT[:1000])


def no_network(c):
    with socket.socket() as s:  # a port that nobody listens at
        s.bind(("127.0.0.1", 0))
        for scheme in ("http", "https"):
            url = f"{scheme}://127.0.0.1:{s.getsockname()[1]}/file"
            expect(c.fetch("", url=url), IO, "cannot reach", url, "network")
            c.keeps(None, None)


def only_https_and_loopback(c):
    for url in ("http://example.org/file", "ftp://127.0.0.1/file", "file:///etc/passwd", "http://127.0.0.1.example.org/file",
                "http://127.0.0.1:80@example.org/file", "HTTP://example.org/", "nothing"):
        expect(c.fetch("", url=url), ARGUMENT, "only https", url)
        c.keeps(None, None)


def redirect_to_plain_http_is_refused(c):
    expect(c.fetch("redirect"), IO, "not by https")
    c.keeps(None, None)
    check(c.server.asked == [("redirect", None)], f"asked: {c.server.asked}")


def tls_server(c):
    """One whose certificate nobody vouches for; None without the openssl program."""
    if not shutil.which("openssl"):
        return None
    certificate = c.path + ".pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
                    "-days", "2", "-keyout", certificate + ".key", "-out", certificate], check=True, stderr=subprocess.DEVNULL)
    with open(certificate, "ab") as f:
        f.write(c.read(certificate + ".key"))
    return Server(lambda name: CONTENT, certificate)


def untrusted_certificate_is_refused(c):
    server = tls_server(c)
    if not server:
        return "openssl is not installed"
    expect(c.fetch("", url=server.url("whole").replace("http:", "https:")), IO, "certificate")
    c.keeps(None, None)
    expect(c.fetch(f"to-tls-{server.server_port}"), IO, "certificate")  # a redirect to https is followed, and looked at as closely
    c.keeps(None, None)
    check(server.asked == [], f"asked: {server.asked}")


def cancelled(c):
    expect(c.fetch("cut-2000000", cancel_at=1000000), CANCELLED)
    check(os.path.exists(c.part) and not os.path.exists(c.path), "the part is kept, the file not there")
    part = c.read(c.part)
    check(1000000 <= len(part) <= 2000000 and CONTENT.startswith(part), "the part is a beginning of the file")
    expect(c.fetch("whole"), OK)
    c.keeps(CONTENT, None)


def killed(c):
    with subprocess.Popen(c.command(c.server.url("slow")), stdout=subprocess.DEVNULL) as running:
        while running.poll() is None and not (os.path.exists(c.part) and os.path.getsize(c.part) >= 300000):
            time.sleep(0.01)
        running.kill()
    part = c.read(c.part)
    check(len(part) >= 300000 and CONTENT.startswith(part) and not os.path.exists(c.path), "a beginning in the part, nothing under the name")
    expect(c.fetch("whole"), OK)
    c.keeps(CONTENT, None)
    check(c.server.asked[-1] == ("whole", len(part)), f"asked: {c.server.asked}")


def two_at_once(c):
    import fcntl
    c.put(c.part, CONTENT[:1000])
    with open(c.part, "rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        expect(c.fetch("whole"), IO, "another program")
        c.keeps(None, CONTENT[:1000])


def odd_parts_are_refused(c):
    os.mkdir(c.part)
    expect(c.fetch("whole"), IO, c.part)
    os.rmdir(c.part)
    outside = c.path + ".outside"
    c.put(outside, b"precious")
    os.symlink(outside, c.part)
    expect(c.fetch("whole"), IO, c.part)
    check(c.read(outside) == b"precious", "what a link leads to is left alone")


CASES = [whole_file_arrives, cut_connection_is_resumed, end_without_a_length_is_a_cut, server_without_ranges_starts_again, another_piece_is_refused,
         part_that_is_whole_needs_no_network, part_that_is_too_long_starts_again, wrong_content_is_removed, old_file_survives_failures,
         longer_than_known_is_refused, longer_than_the_bound_is_refused, no_space, not_there, no_network, only_https_and_loopback,
         redirect_to_plain_http_is_refused, untrusted_certificate_is_refused, cancelled, killed, two_at_once, odd_parts_are_refused]


def main():
    failed = 0
    for number, case in enumerate(CASES, 1):
        failures.clear()
        with tempfile.TemporaryDirectory(prefix="whoswho-fetch-") as folder:
            skipped = case(Case(folder))
        failed += bool(failures)
        print(f"{'not ok' if failures else 'ok'} {number} - {case.__name__}{f' # SKIP {skipped}' if skipped else ''}", flush=True)
    print(f"1..{len(CASES)}")
    sys.exit(failed != 0)


main()
