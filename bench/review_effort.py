#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: review_effort.py WHOSWHO SHARED [LIBRARY]

How long a person needs to name everybody in some 1,700 photos: key strokes and seconds, in three ways.

  review    whoswho review, by its keys: "the same person?", names, wrong faces, the unassigned
  sync      in a file manager, then `whoswho sync`, which sorts again; and once more
  by hand   as the article has it: folders renamed and portraits moved in a file manager, nobody helps

The person knows everybody whom the truth knows, makes no mistake, and stops when each of their faces has its name. The model: 1.5 s to look
at what is asked and decide, 0.2 s a key. Looked at are: each question, until eight in a row were no; each person or folder, whose faces are
taken in at a glance; each wrong face in it; each group of unassigned faces in review, where like ones lie together, and each face of Unsorted
in the file manager; nothing twice that is as it should be. The keys are counted as the page and a file manager want
them; of a name that is known already three letters are typed and completed. In the file manager a folder is renamed by F2, name, Enter; a
portrait is cut, its folder found by three letters or made, pasted, and the way back taken; a folder is merged by choosing all first. Mouse and
scrolling are free. In review decisions are sent to the server, which sorts meanwhile as it does in earnest; what it shows next is what counts.

SHARED has photos/lfw_dev, photos/groups and real/{glint24,sports5,spider8,johns5}; who is on a photo is told by its name or folder, and is the
face nearest to its middle (lfw) or the largest. LIBRARY: made by an earlier run of this (else it is made, and takes minutes)."""
import collections
import contextlib
import csv
import http.client
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(TOP, "tests", "browser"))
from browser import Server

ANSWER_S, KEY_S = 1.5, 0.2
NO_IN_A_ROW = 8  # then the questions are left for the names
LETTERS = 3  # of a known name, until it is the one completed
SETS = ("photos/lfw_dev", "photos/groups", "real/glint24", "real/sports5", "real/spider8", "real/johns5")
NOBODY = {"spiderman"}  # masks


class Effort:
    def __init__(self):
        self.answers = self.keys = 0

    def look(self, keys=0):
        self.answers += 1
        self.keys += keys

    def seconds(self):
        return self.answers * ANSWER_S + self.keys * KEY_S


def make(program, shared, library):
    subprocess.run([program, *(os.path.join(shared, s) for s in SETS), "-o", library, "-q"], check=False)


def read(library, sql):
    with contextlib.closing(sqlite3.connect(f"file:{library}/whoswho.db?mode=ro", uri=True)) as base:
        return base.execute(sql).fetchall()


def person_of(path):
    """Whom a photo is of; None: it does not tell."""
    if "/lfw_dev/" in path:
        return re.sub(r"_\d+\.\w+$", "", os.path.basename(path)).replace("_", " ")
    if "/groups/" in path:
        return None
    name = os.path.basename(os.path.dirname(path)).replace("_", " ")
    return None if name in NOBODY else name.title()


def find_truth(library):
    """Face id -> name, of the one face of each photo that its name tells of."""
    rows = read(library, "SELECT f.id, s.path, f.x, f.y, f.width, f.height, s.width, s.height FROM face f JOIN frame r ON r.id = f.frame JOIN source s ON s.id = r.source")
    photos, truth = collections.defaultdict(list), {}
    for face, path, x, y, w, h, width, height in rows:
        path = os.fsdecode(path) if isinstance(path, bytes) else path
        off = ((x + w / 2) / width - 0.5) ** 2 + ((y + h / 2) / height - 0.5) ** 2
        photos[path].append((off if "/lfw_dev/" in path else -w * h, face))
    for path, faces in photos.items():
        name = person_of(path)
        if name:
            truth[min(faces)[1]] = name
    return truth


def persons(library):
    """Number -> face ids, and the unassigned ones."""
    by = collections.defaultdict(list)
    for face, number in read(library, "SELECT f.id, f.person FROM face f LEFT JOIN person p ON p.number = f.person WHERE coalesce(p.ignored, 0) = 0"):
        by[number].append(face)
    loose = by.pop(None, [])
    return by, loose


def names_of(library):
    """Number -> name, of those who have one."""
    return dict(read(library, "SELECT number, name FROM person WHERE name IS NOT NULL"))


def majority(faces, truth):
    """The known person of most of them; None: most are nobody's whom anybody knows."""
    count = collections.Counter(truth.get(f) for f in faces)
    name, votes = count.most_common(1)[0]
    if name is None and len(count) > 1 and 2 * votes <= len(faces):
        name = count.most_common(2)[1][0]
    return name


def named_right(library, truth):
    names = dict(read(library, "SELECT f.id, p.name FROM face f JOIN person p ON p.number = f.person"))
    return sum(names.get(f) == n for f, n in truth.items()) / len(truth)


# --- review


class Client:
    def __init__(self, server):
        self.link = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
        self.host = f"127.0.0.1:{server.port}"
        self.headers = {}
        self.link.request("GET", f"/?token={server.token}")
        answer = self.link.getresponse()
        answer.read()
        self.headers["Cookie"] = answer.headers["Set-Cookie"].split(";")[0]
        self.page = self.get("/api/session")["token"]

    def ask(self, method, path, body=None, **more):
        for again in (False, True):
            try:
                self.link.request(method, path, body, {**self.headers, **more})
                answer = self.link.getresponse()
                return answer.status, json.loads(answer.read() or b"{}")
            except (http.client.HTTPException, OSError):
                self.link.close()
                if again:
                    raise
        return None

    def get(self, path):
        return self.ask("GET", path)[1]

    def decide(self, effort, **decision):
        """Sends it; a question back is a key more."""
        while True:
            status, said = self.ask("POST", "/api/decide", json.dumps(decision), Origin=f"http://{self.host}", **{"X-Whoswho-Token": self.page})
            if status == 429:  # faster than anybody
                time.sleep(1)
            elif status == 409 and not decision.get("force"):
                effort.look(1)
                decision["force"] = True
            else:
                return status == 200

    def settle(self):
        while self.get("/api/state?seen=-2")["sorting"]:
            time.sleep(0.1)


class Names:
    """Whom the library knows by now: these are completed."""

    def __init__(self):
        self.known = set()

    def keys(self, name):
        known = name in self.known
        self.known.add(name)
        return LETTERS + 2 if known else len(name) + 1  # completed by an arrow; Enter


def tell(client, library, effort, faces, name):
    """Whose these are, whether the library has that person already or not."""
    known = next((number for number, other in names_of(library).items() if other == name), None)
    if known is None:
        client.decide(effort, kind="name", faces=faces, name=name)
    else:
        client.decide(effort, kind="same", who=[known], faces=faces)


def answer_questions(client, library, truth, effort):
    effort.keys += 2  # g s
    skip, told = set(), 0
    while told < NO_IN_A_ROW:
        answer = client.get("/api/questions?skip=" + ",".join(sorted(skip)[-300:]))
        if not answer["questions"]:
            return
        q = answer["questions"][0]
        pair = [q["a"]["number"], q["b"]["number"]]
        by, _ = persons(library)
        a, b = (majority(by[n], truth) for n in pair)
        effort.look(1)
        told = 0 if a and a == b else told + 1
        if a is None and b is None:
            skip.add(f"{min(pair)}-{max(pair)}")
        elif not client.decide(effort, kind="merge" if a == b else "different", who=pair):
            skip.add(f"{min(pair)}-{max(pair)}")


def name_people(client, library, truth, effort, names):
    """Down the grid, by size."""
    effort.keys += 2  # g p
    by, _ = persons(library)
    has_name = names_of(library)
    for number, faces in sorted(by.items(), key=lambda p: -len(p[1])):
        name = majority(faces, truth)
        effort.look(1)  # an arrow
        if name and has_name.get(number) != name:
            effort.keys += 1 + names.keys(name)  # n
            client.decide(effort, kind="name", who=[number], name=name)


def part_wrong_faces(client, library, truth, effort, names):
    """Each person is opened; those least like it come first, so that what is wrong stands at the top."""
    by, _ = persons(library)
    for number, faces in sorted(by.items(), key=lambda p: -len(p[1])):
        own = majority(faces, truth)
        if own is None or len(faces) < 2:
            continue
        effort.look(4)  # Enter, and back: g b, an arrow
        shown = client.get(f"/api/person/{number}")
        for row in shown.get("faces", []):
            true = truth.get(row[0], own)
            if true == own:
                continue
            effort.look(2 + names.keys(true))  # an arrow, t
            tell(client, library, effort, [row[0]], true)


def name_unassigned(client, library, truth, effort, names):
    """Group by group; a suggestion that is right takes one key. Strangers are passed over."""
    effort.keys += 2  # g a
    done = set()
    while True:
        groups = [g for g in client.get("/api/unassigned")["groups"] if g[0][0] not in done]
        if not groups:
            return
        group = max(groups, key=lambda g: (len(g), g[0][7]))
        done.add(group[0][0])
        kinds = collections.defaultdict(list)
        for row in group:
            kinds[truth.get(row[0])].append(row[0])
        near = [r[0][:2] for r in client.get(f"/api/suggestions/{group[0][0]}")["near"][:3]]
        effort.look(0 if kinds.keys() - {None} else 1)  # the next group
        for name, faces in kinds.items():
            if name is None:
                continue
            if len(kinds) > 1:
                effort.look(2 * len(faces))  # arrow and Space for each
            number = next((n for n, title in near if title == name), None)
            if number is not None:
                effort.keys += 1
                client.decide(effort, kind="same", who=[number], faces=faces)
            else:
                effort.keys += 1 + names.keys(name)
                tell(client, library, effort, faces, name)


def by_review(program, library, truth):
    effort, names, parts = Effort(), Names(), []
    with Server(program, library) as server:
        client = Client(server)
        for part, *more in ((answer_questions,), (name_people, names), (part_wrong_faces, names), (name_unassigned, names)):
            client.settle()
            before = effort.seconds()
            part(client, library, truth, effort, *more)
            parts.append((part.__name__, effort.seconds() - before))
        client.settle()  # the rest is looked at by what is wrong still
        finish(client, library, truth, effort, names)
    return effort, parts


def finish(client, library, truth, effort, names):
    """What is not right in the end is found by somebody who looks for it: each such face is opened, and told."""
    have = dict(read(library, "SELECT f.id, p.name FROM face f LEFT JOIN person p ON p.number = f.person"))
    for face, name in truth.items():
        if have.get(face) != name:
            effort.look(4 + names.keys(name))  # to it, Space, t
            client.decide(effort, kind="name", faces=[face], name=name)


# --- folders

RENAME = 2  # F2, Enter
OPEN = 3  # a folder: Enter, back, an arrow
MOVE = 5 + LETTERS + 1  # cut, up, the folder by its first letters, Enter, paste, back twice
MOVE_TO_NEW = 8  # cut, up, Ctrl+Shift+N, the name, Enter, Enter, paste, back twice


def move_keys(name, have):
    return MOVE if name in have else MOVE_TO_NEW + len(name)


def tidy(library, truth, effort, apply, seen):
    """One round through the folders. `apply(what, name, faces)`: what is done to the files. `seen`: faces that were looked at."""
    by, loose = persons(library)
    names = names_of(library)
    have = set(names.values())
    for number, faces in sorted(by.items(), key=lambda p: -len(p[1])):
        name = majority(faces, truth)
        wrong = name and names.get(number) != name
        if wrong or not seen.issuperset(faces):
            effort.look(OPEN)
        seen.update(faces)
        if wrong:
            if name in have:
                effort.keys += 1 + MOVE  # all of it
                apply("merge", name, faces)
            else:
                effort.keys += RENAME + len(name)
                apply("rename", name, faces)
                have.add(name)
    for faces in by.values():
        own = majority(faces, truth)
        for face in faces if own else ():
            true = truth.get(face, own)
            if true != own:
                effort.look(1 + move_keys(true, have))
                have.add(true)
                apply("move", true, [face])
    for face in loose:
        true = truth.get(face)
        if true or face not in seen:
            effort.look(1)
        seen.add(face)
        if true:
            effort.keys += move_keys(true, have)
            have.add(true)
            apply("move", true, [face])


def by_hand(library, truth):
    effort = Effort()
    tidy(library, truth, effort, lambda *_: None, set())
    return effort


class Folders:
    """The files themselves, as a file manager moves them."""

    def __init__(self, library):
        self.library = library
        self.folder = {}  # what a person's folder is called by now

    def files(self):
        with open(os.path.join(self.library, "faces.csv"), encoding="utf-8") as f:
            rows = list(csv.DictReader(f))
        order = [r[0] for r in read(self.library, "SELECT f.id FROM face f JOIN frame r ON r.id = f.frame ORDER BY r.source, r.sample, f.place")]
        return {order[int(r["face"]) - 1]: r["file"] for r in rows}

    def begin(self):
        self.folder, self.file = {}, self.files()

    def now(self, face):
        folder, name = os.path.split(self.file[face])
        return os.path.join(self.library, self.folder.get(folder, folder), name)

    def apply(self, what, name, faces):
        goal = os.path.join(self.library, name)
        if what == "rename" and not os.path.exists(goal):
            folder = os.path.dirname(self.file[faces[0]])
            os.rename(os.path.join(self.library, folder), goal)
            self.folder[folder] = name
            return
        os.makedirs(goal, exist_ok=True)
        for face in faces:
            here = self.now(face)
            for path in (here, here[:-4] + ".txt"):
                if os.path.exists(path):
                    os.rename(path, os.path.join(goal, os.path.basename(path)))
        folder = os.path.dirname(self.now(faces[0]))
        if what == "merge" and os.path.isdir(folder) and not os.listdir(folder):
            os.rmdir(folder)
        for face in faces:
            self.file[face] = os.path.join(name, os.path.basename(self.file[face]))


def by_sync(program, library, truth, rounds=3):
    effort, folders, seen = Effort(), Folders(library), set()
    for _ in range(rounds):
        if named_right(library, truth) > 0.999:
            break
        folders.begin()
        tidy(library, truth, effort, folders.apply, seen)
        subprocess.run([program, "sync", library, "-q"], check=True)
        effort.keys += 13  # whoswho sync, Enter
    return effort


def main(program, shared, library=None):
    program = os.path.abspath(program)
    with tempfile.TemporaryDirectory(prefix="whoswho-effort-") as top:
        if not library:
            library = os.path.join(top, "made")
            make(program, shared, library)
        truth = find_truth(library)
        by, loose = persons(library)
        photos = read(library, "SELECT count(*) FROM source")[0][0]
        print(f"{photos} photos, {sum(map(len, by.values())) + len(loose)} faces: {len(by)} people, {len(loose)} unassigned; {len(set(truth.values()))} people are known, by {len(truth)} faces")
        rows = []
        copies = {way: shutil.copytree(library, os.path.join(top, way, "people")) for way in ("review", "sync", "hand")}
        effort, parts = by_review(program, copies["review"], truth)
        rows.append(("review", effort, named_right(copies["review"], truth)))
        effort = by_sync(program, copies["sync"], truth)
        rows.append(("folders and sync", effort, named_right(copies["sync"], truth)))
        rows.append(("folders by hand", by_hand(copies["hand"], truth), None))
        print(f"{'way':18} {'answers':>8} {'keys':>7} {'minutes':>8}  named right in the end")
        for way, effort, right in rows:
            print(f"{way:18} {effort.answers:8} {effort.keys:7} {effort.seconds() / 60:8.1f}  {'as the model has it' if right is None else f'{100 * right:.1f} %'}")
        names = sum(len(name) for name in set(truth.values()))
        print(f"to know and type {len(set(truth.values()))} names, each once: {(len(set(truth.values())) * ANSWER_S + names * KEY_S) / 60:.1f} minutes, in any way")
        print("review, minutes: " + ", ".join(f"{name.replace('_', ' ')} {s / 60:.1f}" for name, s in parts))


if __name__ == "__main__":
    main(*sys.argv[1:])
