#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: server.py WHOSWHO FOOTAGE

The server of whoswho review, without a browser: who may ask what, and what decisions do. Prints TAP."""
import glob
import http.client
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from browser import Server, copier, journal  # noqa: E402
from tap import Tap  # noqa: E402

program, footage = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
tap = Tap()


class Client:
    """Talks to a server as its page would, but for what is told otherwise."""

    def __init__(self, server):
        self.server = server
        self.host = f"127.0.0.1:{server.port}"
        self.cookie = self.page = None

    def ask(self, method, path, body=None, host=None, **headers):
        link = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        link.putrequest(method, path, skip_host=True)
        sent = {"Host": host or self.host, "Cookie": self.cookie, **{k.replace("_", "-"): v for k, v in headers.items()}}
        if body is not None:
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
            sent["Content-Length"] = str(len(body))
        for name, value in sent.items():
            if value is not None:
                link.putheader(name, value)
        link.endheaders()
        if body:
            try:
                link.send(body)
            except OSError:
                pass  # refused before all of it was sent
        answer = link.getresponse()
        self.headers, data = answer.headers, answer.read()
        link.close()
        return answer.status, data

    def enter(self):
        status, _ = self.ask("GET", f"/?token={self.server.token}")
        self.cookie = (self.headers["Set-Cookie"] or "").split(";")[0]
        self.page = self.json("/api/session").get("token")
        return status

    def json(self, path):
        return json.loads(self.ask("GET", path)[1])

    def post(self, path, body, **headers):
        return self.ask("POST", path, body, **{"Origin": f"http://{self.host}", "X_Whoswho_Token": self.page, **headers})

    def decide(self, **decision):
        return self.post("/api/decide", decision)

    def people(self):
        return {number: count for number, _, count, _, _ in self.json("/api/state?seen=0")["people"]}


def entered(server):
    client = Client(server)
    client.enter()
    return client


def test_strangers(copy):
    with Server(program, copy()) as server:
        stranger = Client(server)
        answers = [stranger.ask("GET", p)[0] for p in ("/", "/api/state", "/face/1", "/main.js", "/?token=" + "0" * 32)]
        tap.check(answers == [403] * 5, "nothing without a session, not even the page", str(answers))
        for i in range(20):
            status = stranger.ask("GET", f"/?token={i:032x}")[0]
        tap.check(status == 429, "who guesses tokens is made to wait")
    with Server(program, copy()) as server:
        client = Client(server)
        tap.check(client.enter() == 200 and client.ask("GET", "/api/state")[0] == 200, "the token is traded for a session")
        client.ask("GET", "/")
        late = Client(server)
        late.ask("GET", f"/?token={server.token}")
        tap.check(late.headers["Set-Cookie"] is None and client.ask("GET", "/api/state")[0] == 200, "and only once")


def test_headers(copy):
    with Server(program, copy()) as server:
        client = Client(server)
        client.ask("GET", f"/?token={server.token}")
        flags = [part.strip() for part in client.headers["Set-Cookie"].split(";")[1:]]
        tap.check({"HttpOnly", "SameSite=Strict", "Path=/"} <= set(flags), "the cookie is HttpOnly and SameSite=Strict", str(flags))
        client.cookie = client.headers["Set-Cookie"].split(";")[0]
        wanted = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY", "Cross-Origin-Resource-Policy": "same-origin"}
        missing = []
        for path in ("/", "/main.js", "/api/state", "/face/1", "/frame/1", "/nothing", "/footage/0"):
            client.ask("GET", path)
            policy = client.headers["Content-Security-Policy"] or ""
            fine = all(client.headers[k] == v for k, v in wanted.items()) and "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
            fine = fine and "unsafe" not in policy and client.headers["Access-Control-Allow-Origin"] is None
            missing += [] if fine else [path]
        tap.check(not missing, "every reply says what a browser may do with it", str(missing))


LOOPBACK = {"0100007F", "00000000000000000000000001000000"}  # 127.0.0.1 and ::1


def listening_at(port):
    """Addresses, as the kernel writes them, at which a socket listens on the port."""
    found = []
    for table in glob.glob("/proc/net/tcp*"):
        with open(table, encoding="ascii") as f:
            rows = [line.split() for line in f.readlines()[1:]]
        found += [row[1].split(":")[0] for row in rows if row[1].endswith(f":{port:04X}") and row[3] == "0A"]
    return found


def test_foreign(copy):
    with Server(program, copy()) as server:
        client = entered(server)
        hosts = [client.ask("GET", "/api/state", host=h)[0] for h in ("evil.example", f"evil.example:{server.port}", "127.0.0.1", "127.0.0.1:1", f"127.0.0.1.evil.example:{server.port}")]
        tap.check(hosts == [403] * 5, "a foreign Host is refused, also with the cookie", str(hosts))
        own = [client.ask("GET", "/api/state", host=f"{h}:{server.port}")[0] for h in ("127.0.0.1", "localhost", "[::1]")]
        tap.check(own == [200] * 3, "our own names are not", str(own))
        merge = {"kind": "merge", "who": [1, 2], "force": True}
        refused = [client.post("/api/decide", merge, Origin=o)[0] for o in ("http://evil.example", f"https://{client.host}", "null", None, f"http://127.0.0.1:{server.port + 1}")]
        refused += [client.post("/api/decide", merge, X_Whoswho_Token=t)[0] for t in (None, "0" * 32, server.token)]
        refused += [client.post("/api/decide", merge, Sec_Fetch_Site="same-site")[0], client.ask("GET", "/api/state", Sec_Fetch_Site="cross-site")[0]]
        tap.check(refused == [403] * len(refused), "a change from another page is refused", str(refused))
        gets = [client.ask(m, p)[0] for m, p in (("GET", "/api/decide?kind=merge&who=1,2"), ("GET", "/api/back"), ("PUT", "/api/decide"), ("DELETE", "/api/state"), ("GET", "/api/leave"))]
        tap.check(gets == [405] * 5 and len(client.people()) == 5, "nothing changes but by POST", str(gets))
        addresses = listening_at(server.port)
        fine = "0100007F" in addresses and set(addresses) <= LOOPBACK
        tap.check(fine, "it listens on the loopback addresses alone", str(addresses))


def test_paths(copy):
    with Server(program, copy()) as server:
        client = entered(server)
        paths = ["/face/../../etc/passwd", "/face/%2e%2e%2fwhoswho.db", "/face/1.jpg", "/face/-1", "/face/1/2", "/frame/whoswho.db", "/footage//etc/passwd", "/footage/0x0",
                 "/face/99999999999999999999", "/face/999999", "/frame/999999", "/footage/77", "/../whoswho.db", "/whoswho.db", "/face/"]
        answers = [client.ask("GET", p)[0] for p in paths]
        tap.check(answers == [404] * len(paths), "pictures and footage are had by number, never by path", str(answers))
        status, jpeg = client.ask("GET", "/face/1")
        tap.check(status == 200 and jpeg[:2] == b"\xff\xd8" and client.headers["Content-Type"] == "image/jpeg", "a portrait by its number")


def test_bodies(copy):
    with Server(program, copy()) as server:
        client = entered(server)
        tap.check(client.post("/api/decide", b"x" * 10_000_000)[0] == 413, "10 MB are not read")
        junk = [client.post("/api/decide", b)[0] for b in (b"", b"{", b"[]", b"null", b'{"kind": "merge", "who": "1"}', b'{"kind": "burn"}', b'{"kind": "merge", "who": [1, -2]}',
                                                           b'{"kind": "merge", "who": [1e99, 2]}', b'{"kind": "name", "who": [1], "name": 7}', b'{"kind": "reject", "faces": ["a"]}', b"\xff\xfe",
                                                           b'{"kind": "name", "who": [1], "name": "a\\u0000b"}', b"[" * 100000)]
        tap.check(junk == [400] * len(junk), "what is no decision is told so", str(junk))
        gone = [client.decide(kind="merge", who=[1, 77])[0], client.decide(kind="reject", faces=[99999])[0], client.decide(kind="name", who=[1], name="Face_9")[0]]
        tap.check(gone == [404, 404, 400], "who is not there cannot be decided about", str(gone))
        markup = "<img src=x onerror=alert(1)>\"'&"
        client.decide(kind="name", who=[1], name=markup)
        status, text = client.ask("GET", "/api/state?seen=0")
        tap.check(status == 200 and client.headers["Content-Type"] == "application/json" and markup in json.dumps([p[1] for p in json.loads(text)["people"]]).replace('\\"', '"'), "names are text")


def test_many(copy):
    with Server(program, copy()) as server:
        client = entered(server)
        slow = socket.create_connection(("127.0.0.1", server.port))
        slow.sendall(b"GET / HTTP/1.1\r\nHost: 127")
        begun = time.monotonic()
        fine = client.ask("GET", "/api/state")[0] == 200
        slow.settimeout(12)
        closed = slow.recv(100) == b""
        tap.check(fine and closed and time.monotonic() - begun < 11, "a client that does not get to the point is let go", f"{time.monotonic() - begun:.1f} s")
        crowd = []
        for _ in range(1000):
            try:
                crowd.append(socket.create_connection(("127.0.0.1", server.port), timeout=2))
            except OSError:
                break
        begun, status = time.monotonic(), 0
        while status != 200 and time.monotonic() - begun < 20:
            try:
                status = client.ask("GET", "/api/state")[0]
            except OSError:
                time.sleep(0.2)
        tap.check(status == 200, "1,000 connections do not end it", f"answered after {time.monotonic() - begun:.1f} s")
        for link in crowd:
            link.close()
        flood = [client.post("/api/back", {})[0] for _ in range(420)]
        tap.check(429 in flood[-15:], "nor do more changes than anybody can make")


def raw(server, *lines, body=b"", wait=8):
    """The whole answer to a request of these lines; b"" where the server just closes."""
    link = socket.create_connection(("127.0.0.1", server.port), timeout=wait)
    answer = b""
    try:
        link.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        while True:
            part = link.recv(65536)
            if not part:
                break
            answer += part
    except OSError:
        pass
    link.close()
    return answer


def code(answer):
    return int(answer.split()[1]) if answer.startswith(b"HTTP/") else 0


def test_requests(copy):
    """Requests that no browser sends, and tricks with those it does; the session's cookie is there each time."""
    with Server(program, copy()) as server:
        client, port = entered(server), server.port
        own = ("Host: " + client.host, "Cookie: " + client.cookie, "Connection: close")
        before = client.people()

        def get(target, *lines, method="GET", version="HTTP/1.1"):
            return code(raw(server, f"{method} {target} {version}", *(lines or own)))

        hosts = [f"127.0.0.1:{port}:80", f"127.0.0.1:0{port}", f"127.0.0.1:{port}.", f"127.0.0.1:{port}/", f"127.0.0.1:{port}@evil.example", f"evil.example@127.0.0.1:{port}", f"127.1:{port}",
                 f"2130706433:{port}", f"0.0.0.0:{port}", f"0x7f.1:{port}", f"[::ffff:127.0.0.1]:{port}", f"[::1%25lo]:{port}", f"[0:0:0:0:0:0:0:1]:{port}", "[::1]", f"::1:{port}", f"localhost.:{port}",
                 f"localhost.evil.example:{port}", f"127.0.0.1:{port + 65536}", "", f"127.0.0.1:{port} evil.example", f"127.0.0.1:{port},evil.example"]
        answers = [get("/api/state", "Host: " + h, own[1], own[2]) for h in hosts]
        tap.check(all(a in (400, 403) for a in answers), "no other way to write a Host is ours", str([h for h, a in zip(hosts, answers) if a not in (400, 403)]))
        twice = [get("/api/state", *own, "Host: evil.example"), get("/api/state", "Host: evil.example", *own), get("/api/state", *own[1:]), get("/api/state", *own[1:], version="HTTP/1.0")]
        tap.check(all(a in (400, 403) for a in twice), "nor two of them, or none", str(twice))

        merge = json.dumps({"kind": "merge", "who": [1, 2], "force": True}).encode()

        def post(*lines, target="/api/decide", body=merge, length=True, token=client.page):
            given = (f"POST {target} HTTP/1.1", *own, f"X-Whoswho-Token: {token}") + ((f"Content-Length: {len(body)}",) if length else ())
            return code(raw(server, *given, *lines, body=body))

        origins = [f"http://127.0.0.1:{port}.evil.example", f"http://127.0.0.1:{port}/", f"HTTP://127.0.0.1:{port}", f"http://localhost:{port}", f"http://[::1]:{port}", f"http://127.0.0.1:{port}@evil.example",
                   f"http://127.0.0.1:0{port}", f"file://127.0.0.1:{port}", "null", "", f"http://127.0.0.1:{port} http://evil.example", f"http://127.0.0.1:{port}, http://evil.example"]
        answers = [post("Origin: " + o) for o in origins] + [post(f"Origin: http://{client.host}", "Origin: http://evil.example"), post("Origin: http://evil.example", f"Origin: http://{client.host}")]
        answers += [post(f"Referer: http://{client.host}/"), post(f"Origin: http://{client.host}", "Sec-Fetch-Site: none"), post(f"Origin: http://{client.host}", token=client.page.upper() + " ")]
        tap.check(all(a in (400, 403) for a in answers) and client.people() == before, "no other Origin, none at all, or two of them change anything", str(answers))

        cookie = client.cookie
        name, value = cookie.split("=")
        cookies = [f"{name}={'0' * 32}", f"{name}=", name, f"{name}={value}0", f"{name}={value[:-1]}", f"x={value}", f"{name}_={value}", f"a={name}={value}"]
        answers = [get("/api/state", own[0], "Cookie: " + c, own[2]) for c in cookies]
        tap.check(set(answers) <= {403, 429}, "nothing but the cookie itself is a session", str(answers))
        two = [get("/api/state", own[0], f"Cookie: {name}={'0' * 32}; {cookie}", own[2]), get("/api/state", own[0], f"Cookie: {cookie}; {name}={'0' * 32}", own[2])]
        tap.check(set(two) <= {200, 403, 429}, "two of a name are one of them", str(two))

        absolute = [get(t) for t in (f"http://evil.example:{port}/api/state", f"http://{client.host}/api/state", "//evil.example/api/state", "*", "api/state", "/api//state", "/api/state/", "/API/state", "/api/state;x", "/api/state%00",
                                     "/api/%73tate/..", "/./api/state", "/face/1%00", "/face/1%2f..%2f2", "/face/%252e%252e", "/face/..\\..\\whoswho.db", "/frame/+1", "/frame/ 1", "/face/1e0", "/face/0x1", "/face/٣",
                                     "/footage/18446744073709551616", "/footage/-0")]
        tap.check(all(a in (0, 400, 404) for a in absolute), "an address is ours only as we write it", str(absolute))
        methods = [get("/api/state", method=m) for m in ("HEAD", "OPTIONS", "TRACE", "CONNECT", "get", "PATCH", "PROPFIND", "DELETE")]
        echoed = raw(server, "TRACE / HTTP/1.1", *own)
        tap.check(all(a in (400, 405, 501) for a in methods) and value.encode() not in echoed, "no other method is understood", str(methods))

        chunked = ("Transfer-Encoding: chunked", f"Origin: http://{client.host}")
        long_body = b"".join(b"10000\r\n" + b"x" * 65536 + b"\r\n" for _ in range(160)) + b"0\r\n\r\n"
        answers = [post(*chunked, body=long_body, length=False), post(*chunked, body=b"zz\r\n{}\r\n0\r\n\r\n", length=False), post(*chunked, body=b"ffffffffffffffffff\r\n{}", length=False),
                   post(f"Origin: http://{client.host}", "Content-Length: -5", body=b"{}", length=False), post(f"Origin: http://{client.host}", "Content-Length: 99999999999999999999", body=b"{}", length=False)]
        tap.check(all(a in (0, 400, 413) for a in answers) and client.people() == before, "bodies in pieces have the same bounds", str(answers))
        answers = [post("Transfer-Encoding: chunked", f"Origin: http://{client.host}", body=b"0\r\n\r\nPOST /api/leave HTTP/1.1\r\nHost: x\r\n\r\n")]
        tap.check(client.ask("GET", "/api/state")[0] == 200 and client.people() == before, "a body of two lengths hides no request", str(answers))

        follow = raw(server, "GET /api/session HTTP/1.1", *own[:2], "", f"POST /api/decide HTTP/1.1\r\nHost: {client.host}\r\nConnection: close\r\nContent-Length: {len(merge)}", body=merge)
        tap.check(follow.count(b"HTTP/1.1 ") == 2 and b"HTTP/1.1 403" in follow and client.people() == before, "of two requests on one line each shows its own cookie", str(follow.count(b"HTTP/1.1 ")))
        floods = [get("/", own[0], own[1], *(f"X-{i}: {'y' * 60}" for i in range(2000))), get("/", own[0], own[1], "X: " + "y" * 1_000_000), get("/" + "a" * 100_000), get("/api/state?" + "a=b&" * 30_000),
                  get("/", own[0], "Cookie: " + "; ".join(f"c{i}={i}" for i in range(5000)))]
        tap.check(all(a in (0, 400, 403, 413, 414, 431) for a in floods) and client.ask("GET", "/api/state")[0] == 200, "headers without end do not end it", str(floods))
        folded = [get("/api/state", own[0], own[1], own[2], " folded: evil"), get("/api/state", own[0] + "\0", own[1], own[2]), get("/api/state", own[0], own[1], own[2], "No colon"), get("/api/state HTTP/1.1 x")]
        tap.check(set(folded) <= {0, 200, 400, 403, 404, 505} and client.people() == before, "nor do broken ones", str(folded))


def test_expired(copy):
    """Tokens and cookies of another run, and where tokens go."""
    folder = copy()
    with Server(program, folder) as server:
        client, first = entered(server), server.token
        client.ask("GET", f"/?token={first}")
        tap.check(client.headers["Referrer-Policy"] == "no-referrer" and client.headers["Cache-Control"] == "no-store", "the address with the token is told to nobody and kept nowhere")
        _, page = client.ask("GET", "/")
        said = subprocess.run(["ps", "-o", "args=", "-p", str(server.process.pid)], capture_output=True, text=True).stdout
        tap.check(first.encode() not in page and first not in said and client.page.encode() not in page, "nor does it stand in the page, or in the list of processes")
        old, port = client.cookie.split("=")[1], server.port
    with Server(program, folder, "--port", str(port)) as server:
        stranger = Client(server)
        answers = [stranger.ask("GET", f"/?token={first}")[0]]
        stranger.cookie = f"whoswho_{port}={old}"
        answers += [stranger.ask("GET", "/api/state")[0]]
        tap.check(answers == [403, 403], "what opened the last session opens no other", str(answers))
        stranger.cookie = None
        tap.check(stranger.enter() == 200, "and the new address does")


def test_decisions(copy):
    folder, by_commands = copy(), copy()
    with Server(program, folder) as server:
        client = entered(server)
        before = client.people()
        words = json.loads(client.decide(kind="name", who=[0], name="Ada")[1])["words"]
        tap.check(words.startswith("Face_0 is Ada"), "a decision is answered with what was understood", words)
        status, text = client.decide(kind="merge", who=[1, 2])
        tap.check(status == 409 and b"seen together" in text, "people seen together are not merged without being asked")
        client.decide(kind="merge", who=[1, 2], force=True)
        tap.check(client.people().get(1) == before[1] + before[2] and 2 not in client.people(), "a merge shows at once")
        client.post("/api/back", {})
        tap.check(client.people() == before, "so does its undo")
        client.post("/api/back", {"redo": True})
        client.decide(kind="ignore", who=[3])
        tap.check(3 not in client.people(), "and an ignored person goes")
        other = entered_again(server, client)
        status, _ = other.decide(kind="merge", who=[0, 2])
        tap.check(status == 404, "another tab that does not know yet is told so")
        first = client.json("/api/history")["entries"][-2][0]
    commands = [["name", "0", "Ada"], ["merge", "1", "2", "--force"], ["undo"], ["redo"], ["ignore", "3"]]
    for command in commands:
        subprocess.run([program, *command, "-o", by_commands, "-q"], check=True)
    tap.check(journal(program, folder) == journal(program, by_commands), "the journal is what the commands write")

    def people(where):
        return subprocess.run([program, "people", "-o", where, "--json"], check=True, capture_output=True).stdout

    tap.check(people(folder) == people(by_commands), "and so are the people, when it is left")
    tap.check(sorted(os.listdir(folder)) == sorted(os.listdir(by_commands)), "and the folders")
    with Server(program, folder) as server:
        client = entered(server)
        client.post("/api/back", {"to": first})
        rows = client.json("/api/history")["entries"]
        tap.check(sum(not undone and kind != "undo" and kind != "redo" for _, _, kind, _, undone in rows) == 1, "undo goes back to any step")


def test_boxes(copy):
    """A box that was corrected elsewhere is a step like any other."""
    folder = copy()
    marks = os.path.join(os.path.dirname(folder), "marks")
    subprocess.run([program, "export", folder, "--to", "cvat", "-O", marks, "-q"], check=True)
    with open(os.path.join(marks, "annotations.xml"), encoding="utf-8") as f:
        text = f.read()
    left = re.search(r'xtl="([0-9.]+)"', text)
    with open(os.path.join(marks, "moved.xml"), "w", encoding="utf-8") as f:
        f.write(text[: left.start(1)] + f"{float(left[1]) + 3:.2f}" + text[left.end(1) :])
    with Server(program, folder) as server:
        entered(server).decide(kind="name", who=[0], name="Ada")
    subprocess.run([program, "import", folder, os.path.join(marks, "moved.xml"), "-q"], check=True)
    with Server(program, folder) as server:
        client = entered(server)
        corrected, named = client.json("/api/history")["entries"][:2]
        tap.check((corrected[2], named[2]) == ("box", "name"), "a corrected box stands in the history", str((corrected, named)))
        tap.check(client.json("/api/state?seen=0")["undo"] == corrected[3], "it is what undo would take back")
        status, text = client.post("/api/back", {"to": named[0]})
        tap.check(status == 200 and all(row[4] for row in client.json("/api/history")["entries"] if row[2] in ("box", "name")), "and undo goes back beyond it", text[:80].decode())


def entered_again(server, client):
    """Another tab of the same browser."""
    tab = Client(server)
    tab.cookie, tab.page = client.cookie, client.page
    return tab


def test_faces(copy):
    with Server(program, copy()) as server:
        client = entered(server)
        before = client.people()
        faces = [row[0] for row in client.json("/api/person/0")["faces"]]

        def moves(body, expected, name):
            client.decide(**body)
            now = client.people()
            tap.check(all(now.get(k, 0) == v for k, v in expected.items()), name, f"{now}")
            client.post("/api/back", {})
            tap.check(client.people() == before, f"{name}, and back")

        moves({"kind": "reject", "faces": faces[:2]}, {0: before[0] - 2}, "faces are rejected")
        moves({"kind": "same", "who": [1], "faces": faces[:3]}, {0: before[0] - 3, 1: before[1] + 3}, "faces are moved to another person")
        moves({"kind": "name", "faces": faces[:3], "name": "Eve"}, {0: before[0] - 3, 5: 3}, "faces become somebody new")
        moves({"kind": "split", "who": [0], "faces": faces[:4]}, {0: before[0] - 4, 5: 4}, "a person is split")
        moves({"kind": "nobody", "faces": faces[:1], "name": "discard"}, {0: before[0] - 1}, "a false face is taken out")
        status, text = client.post("/api/split", {"who": 0})
        tap.check(status in (200, 400), "a split is proposed", text[:60].decode())
        client.decide(kind="reject", faces=faces[:3])
        groups = client.json("/api/unassigned")["groups"]
        tap.check(sum(len(g) for g in groups) == 3, "unassigned faces are grouped")
        near = client.json(f"/api/suggestions/{faces[0]}")["near"]
        tap.check(0 < len(near) <= 9, "and have suggestions")


def test_added(copy):
    """A face that the scan missed, a face that is none, and a cover."""
    folder = copy()

    def frame(client, frame_id):
        answer = client.json(f"/api/frame/{frame_id}")
        return [(row[0], row[8]) for row, *_ in answer["faces"]]

    with Server(program, folder) as server:
        client = entered(server)
        shown = client.json("/api/source/0")["frames"][4][0]
        faces, before = frame(client, shown), client.people()
        _, x, y, w, h = client.json(f"/api/frame/{shown}")["faces"][0]
        refused = [client.post("/api/add", {"frame": shown, "box": b})[0] for b in ([x, y, w, h], [x + 0.2 * w, y, w, h], [0.1, 0.1, 0, 0.1], [2, 2, 0.1, 0.1], [1e300, 0, 1, 1])]
        refused += [client.post("/api/add", b)[0] for b in ({}, {"frame": shown}, {"frame": "1", "box": [0, 0, 1, 1]}, {"frame": shown, "box": [0, 0, 1]}, {"frame": shown, "box": [0, 0, 1, "1"]},
                                                            {"frame": shown, "box": [0.05, 0.02, 0.08, 0.15], "name": 7}, {"frame": shown, "box": [0.05, 0.02, 0.08, 0.15], "name": "Face_2"})]
        refused += [client.post("/api/add", {"frame": 99999, "box": [0, 0, 0.1, 0.1]})[0]]
        tap.check(refused == [400] * 12 + [404] and frame(client, shown) == faces, "a box over another, outside, or none at all is refused", str(refused))
        status, text = client.post("/api/add", {"frame": shown, "box": [0.05, 0.02, 0.08, 0.15], "name": "Eve"})
        done = json.loads(text)
        now = frame(client, shown)
        number = dict(now).get(done.get("face"))
        tap.check(status == 200 and len(now) == len(faces) + 1 and number is not None, "a face is added", text[:120].decode())
        named = [name for n, name, *_ in client.json("/api/state?seen=0")["people"] if n == number]
        tap.check(client.ask("GET", f"/face/{done['face']}")[0] == 200 and named == ["Eve"], "with a portrait and its name", f"{number} {named}")
        client.post("/api/back", {})
        tap.check(frame(client, shown) == faces and client.people() == before, "undo takes it back", str(client.people()))
        client.post("/api/back", {"redo": True})
        tap.check(len(frame(client, shown)) == len(faces) + 1, "redo brings it again")
        for i in range(3):
            client.decide(kind="name", who=[0], name=f"Ada {i}")  # a sort is due, and must not stop what is asked for
            status, text = client.post("/api/add", {"frame": client.json("/api/source/0")["frames"][10 + i][0], "box": [0.01, 0.01, 0.06, 0.12]})
            tap.check(status == 200, "a face is added right after a decision", text[:80].decode())
        for _ in range(6):
            client.post("/api/back", {})
        client.decide(kind="nobody", faces=[faces[0][0]], name="not a face")
        tap.check(faces[0][0] not in dict(frame(client, shown)), "what is not a face goes from its frame")
        person = client.json("/api/person/1")["faces"]
        client.decide(kind="cover", faces=[person[-1][0]])
        cover = [row[4][0] for row in client.json("/api/state?seen=0")["people"] if row[0] == 1]
        tap.check(cover == [person[-1][0]], "a cover is shown in place of the clearest face", str(cover))
        refused = [client.decide(kind="cover", faces=[f[0] for f in person[:2]])[0], client.decide(kind="cover", faces=[faces[0][0]])[0], client.decide(kind="cover", faces=[])[0]]
        tap.check(refused == [400] * 3, "a person has one, and nobody none", str(refused))
        client.post("/api/back", {})
        cover = [row[4][0] for row in client.json("/api/state?seen=0")["people"] if row[0] == 1]
        tap.check(cover != [person[-1][0]], "and undo takes it back")
    with open(os.path.join(folder, "faces.csv"), encoding="utf-8") as f:
        rows = f.read().splitlines()
    kinds = [row["kind"] for row in journal(program, folder) if not row["undone"]]
    tap.check(len(rows) == 58 and os.path.isdir(os.path.join(folder, "Eve")), "the folders tell of the one added and not of what is none", f"{len(rows)} {kinds}")


def test_questions(copy):
    """On the demo clip taken apart, so that there is something to ask; in any order of answers the list is a fresh one's."""
    folder = copy()
    subprocess.run([program, "cluster", folder, "--method", "hac", "--threshold", "0.3", "-q"], check=True)
    with Server(program, folder) as server:
        client = entered(server)

        def asked():
            answer = client.json("/api/questions")
            return answer["left"], [(q["a"]["number"], q["b"]["number"]) for q in answer["questions"]]

        left, pairs = asked()
        tap.check(left == len(pairs) > 0, "what is worth asking is asked", str(pairs))
        first = list(pairs[0])
        client.decide(kind="different", who=first)
        tap.check(asked() == (left - 1, pairs[1:]), "an answer of no is not asked about again")
        client.post("/api/back", {})
        tap.check(asked() == (left, pairs), "but when it is taken back")
        client.post("/api/back", {"redo": True})
        tap.check(asked() == (left - 1, pairs[1:]), "and said again, not")
        client.post("/api/back", {})
        asked()
        client.decide(kind="merge", who=first)
        tap.check(all(first[1] not in pair for pair in asked()[1]), "nobody is asked about who is merged")
        client.post("/api/back", {})
        tap.check(asked() == (left, pairs), "and undo asks again")
        tap.check(client.json(f"/api/questions?skip={first[1]}-{first[0]}")["left"] == left - 1, "what is skipped is not asked now")


def test_footage(copy):
    with Server(program, copy()) as server:
        client = entered(server)
        with open(footage, "rb") as f:
            whole = f.read()
        status, data = client.ask("GET", "/footage/0")
        tap.check(status == 200 and data == whole and client.headers["Content-Type"] == "video/mp4", "footage is played from where it lies")
        last = 2**64 - 1
        ranges = {f"bytes=1-{last}": whole[1:], f"bytes=1-{last}9": whole[1:], "bytes=0-99": whole[:100], "bytes=1000-": whole[1000:], "bytes=-50": whole[-50:], "bytes=10-10": whole[10:11], f"bytes=5-{len(whole) * 2}": whole[5:]}
        got = {r: client.ask("GET", "/footage/0", Range=r) for r in ranges}
        tap.check(all(got[r] == (206, ranges[r]) for r in ranges), "by ranges", str({r: (s, len(d)) for r, (s, d) in got.items()}))
        bad = [client.ask("GET", "/footage/0", Range=r)[0] for r in (f"bytes={len(whole)}-", "bytes=9-5", "bytes=-0", f"bytes={last}-", f"bytes={last}{last}-{last}")]
        tap.check(bad == [416] * 5, "a range that is not there is told so", str(bad))
        odd = [client.ask("GET", "/footage/0", Range=r) for r in ("bytes=--5", "bytes=-", "bytes=a-b", "bytes=0x1-", "bytes= 0-5", "bytes=0-5,7-9", "bytes=+1-5", "lines=0-5", "bytes=5--3", "bytes=0-", f"bytes=-{last}", f"bytes=0-{last}")]
        tap.check([(s, d == whole) for s, d in odd] == [(200, True)] * 12, "a range that is none is not heeded", str([s for s, _ in odd]))
        lanes = client.json("/api/source/0")["lanes"]
        tap.check(len(lanes) == 5 and all(seconds > 0 and spans for _, _, seconds, spans in lanes), "with a lane per person")
        one = client.json(f"/api/frame/{client.json('/api/source/0')['frames'][3][0]}")
        tap.check(one["faces"] and all(0 <= x < 1 and 0 <= y < 1 and w > 0 and h > 0 for _, x, y, w, h in one["faces"]) and one["before"] and one["after"], "a frame has its faces boxed")


def test_export(copy):
    folder = copy()
    with Server(program, folder) as server:
        client = entered(server)
        places = [client.post("/api/export", {"formats": "yolo", "folder": f})[0] for f in ("../evil", "/tmp/evil", "", ".", "..", "a/b", "a\\b", None)]
        tap.check(places == [400] * len(places), "a data set goes beside the library's folder, by a plain name", str(places))
        client.decide(kind="name", who=[0], name="Eve")  # a sort is due, and must not stop what is asked for
        status, text = client.post("/api/export", {"formats": "yolo", "folder": "set-of-review", "split": [80, 10, 10]})
        made = os.path.join(os.path.dirname(folder), "set-of-review")
        tap.check(status == 200 and json.loads(text)["people"] == 5 and os.path.isfile(os.path.join(made, "data.yaml")), "a data set is written", text[:80].decode())
        client.decide(kind="name", who=[0], name="Ada")
        client.post("/api/export", {})
        tap.check(os.path.isdir(os.path.join(folder, "Ada")), "folders are written when asked")
        client.decide(kind="name", who=[1], name="Bea")
        client.post("/api/leave", {})
        server.process.wait(timeout=20)
    tap.check(os.path.isdir(os.path.join(folder, "Bea")), "and on leaving")


def test_killed(copy):
    seed = int(os.environ.get("SEED", time.time()))
    dice = random.Random(seed)
    print(f"# SEED={seed}")
    folder, answered = copy(), 0
    for _ in range(6):
        with Server(program, folder) as server:
            client = entered(server)
            threading.Timer(dice.uniform(0.005, 0.15), server.end, (signal.SIGKILL,)).start()
            try:
                while True:
                    status, _ = client.decide(kind="name", who=[0], name=f"Ada {answered}")
                    if status != 200:
                        break
                    answered += 1
            except (OSError, http.client.HTTPException):
                pass
            server.process.wait()
    kept = len(journal(program, folder))
    tap.check(answered <= kept <= answered + 6, "what was acknowledged is kept through kill -9", f"{answered} answers, {kept} entries")
    subprocess.run([program, "cluster", "-q", folder], check=True)
    subprocess.run([program, "export", "-q", folder], check=True)
    names = [p for p in os.listdir(folder) if p.startswith("Ada ")]
    tap.check(len(names) == 1, "and the library is whole", str(names))


def main():
    with tempfile.TemporaryDirectory(prefix="whoswho-review-") as top:
        made = os.path.join(top, "library")
        subprocess.run([program, footage, "-o", made, "-q"], check=True)
        copy = copier(made, top)
        chosen = sys.argv[3:]
        for test in (test_strangers, test_headers, test_foreign, test_paths, test_bodies, test_requests, test_expired, test_many, test_decisions, test_boxes, test_faces, test_added, test_questions, test_footage, test_export, test_killed):
            if chosen and test.__name__ not in chosen:
                continue
            try:
                test(copy)
            except Exception as error:
                tap.check(False, f"{test.__name__} came to its end", repr(error))
    tap.end()


main()
