#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: day.py WHOSWHO [STEPS]

A day in the life: random commands on a library of photos, drawn by a model that knows what must hold after each:

- whom the user named stays who it is through every scan, edit, move and sort, until the user says something else;
- undo and redo bring back exactly what was decided;
- the folders and the table say the same, and writing them again writes nothing;
- files of the user's are never touched, and what was done by hand is left alone until a sync;
- a command that was killed at any moment is finished by the next.

Each photo shows one face, so a source stands for its face. The seed (SEED in the environment) is printed. Prints TAP."""

import collections
import csv
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from made_people import write_picture  # noqa: E402

PROGRAM = os.path.abspath(sys.argv[1])
STEPS = int(sys.argv[2]) if len(sys.argv) > 2 else 60
SEED = int(os.environ.get("SEED", time.time()))
WHO = ("basil", "ginger", "saffron", "sage")
TIMEOUT_S = 120
OUT, PHOTOS = "out", "photos"
FINE, SOME, USAGE, FAILED, CHANGED = 0, 1, 2, 3, 4


class Broken(Exception):
    pass


def must(condition, what):
    if not condition:
        raise Broken(what)


class Day:
    def __init__(self, dice):
        self.dice, self.told, self.counts = dice, [], collections.Counter()
        self.marks = self.names = 0
        self.said = {}  # source: name, for faces that the user has said something about
        self.done, self.undone = [], []  # what `said` was before each decision, and after those taken back
        self.mine = {}  # files of the user's: their hashes
        self.by_hand = False  # something was done that no sync has read yet

    # --- the program

    def run(self, *arguments, codes=(FINE,), kill=False):
        command = [PROGRAM, *arguments]
        self.told.append(" ".join(arguments) + (" (killed)" if kill else ""))
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if kill:
            time.sleep(self.dice.uniform(0, 0.3))
            child.send_signal(signal.SIGKILL)
        said, err = child.communicate(timeout=TIMEOUT_S)
        if not kill:
            said, err = said.decode("utf-8", "replace"), err.decode("utf-8", "replace")
            must(child.returncode in codes, f"exit code {child.returncode}, not one of {codes}: {err.strip()}")
            must(child.returncode == FINE or (said + err).strip(), f"exit code {child.returncode} without a word")
        return child.returncode, said

    def entries(self):
        return len(json.loads(self.run("log", "-o", OUT, "--json")[1])["log"])

    # --- the state, as the folders tell it

    def rows(self):
        with open(os.path.join(OUT, "faces.csv"), newline="", encoding="utf-8") as f:
            return {row["source"]: row for row in csv.DictReader(f)}

    def names_of(self, rows):
        return {source: row["name"] for source, row in rows.items()}

    def people(self, rows):
        people = collections.defaultdict(list)
        for source, row in rows.items():
            if row["person"] not in ("", "-1") and row["file"]:
                people[row["person"]].append(source)
        return people

    def check(self):
        """What must hold whenever no hand has been at work."""
        rows = self.rows()
        for source, row in rows.items():
            if row["file"]:
                must(os.path.isfile(os.path.join(OUT, row["file"])), f"the table names {row['file']}, which is not there")
        listed = {row["file"] for row in rows.values()}
        for base, _, files in os.walk(OUT):
            for name in files:
                path = os.path.relpath(os.path.join(base, name), OUT)
                portrait = name.startswith("face_") and name.endswith(".jpg") and not path.startswith(("Frames", "Montage"))
                must(not portrait or path in listed, f"{path} is there and not in the table")
        for source, name in self.said.items():
            if source in rows:
                must(rows[source]["name"] == name, f"{source} is '{rows[source]['name']}', and '{name}' was said")
        for path, digest in self.mine.items():
            must(self.digest(path) == digest, f"{path}, a file of the user's, was changed")
        written = json.loads(self.run("export", OUT, "--json")[1])
        must((written["written"], written["removed"]) == (0, 0), f"written again: {written}")
        return rows

    @staticmethod
    def digest(path):
        with open(path, "rb") as f:
            return hashlib.sha256(f.read()).hexdigest()

    # --- what the user does to files

    def photo(self, path, who):
        self.marks += 1
        write_picture(path, who, b"%d" % self.marks)

    def photos(self):
        return sorted(
            os.path.join(base, name) for base, _, names in os.walk(PHOTOS) for name in names if name.endswith(".png")
        )

    def add(self):
        who = self.dice.choice(WHO)
        for _ in range(self.dice.randint(1, 3)):
            self.photo(f"{PHOTOS}/{who}_{self.marks}.png", who)
        self.scan()

    def edit(self):
        path = self.dice.choice(self.photos())
        self.told.append(f"edit {path}")
        self.photo(path, os.path.basename(path).split("_")[0])
        self.scan()

    def move(self):
        path = self.dice.choice(self.photos())
        self.marks += 1
        who = os.path.basename(path).split("_")[0]
        folder = self.dice.choice((PHOTOS, PHOTOS + "/trip"))
        os.makedirs(folder, exist_ok=True)
        to = f"{folder}/{who}_m{self.marks}.png"
        self.told.append(f"move {path} {to}")
        os.rename(path, to)
        for said in [self.said, *self.done, *self.undone]:
            if path in said:
                said[to] = said.pop(path)
        self.scan()

    def delete(self):
        if len(self.photos()) < 6:
            return
        path = self.dice.choice(self.photos())
        self.told.append(f"delete {path}")
        os.remove(path)
        self.scan()
        self.run("forget", "--gone", "-o", OUT, "-q")
        must(path not in self.rows(), f"{path} is gone, and its face is not")

    def forget(self):
        path = self.dice.choice(self.photos())
        if path in self.rows():
            self.run("forget", path, "-o", OUT, "-q")
            must(path not in self.rows(), f"{path} was forgotten, and its face is there")

    def put_mine(self):
        folders = [f for f in os.listdir(OUT) if os.path.isdir(os.path.join(OUT, f))] + ["."]
        self.marks += 1
        path = os.path.join(OUT, self.dice.choice(folders), self.dice.choice(("notes", "face_x", "mine")) + f"{self.marks}.txt")
        with open(path, "w", encoding="utf-8") as f:
            f.write(f"mine {self.marks}\n")
        self.mine[path] = self.digest(path)

    # --- scans and sorts: nothing that was said may change

    def scan(self):
        self.run("run", PHOTOS, "-o", OUT, "-q")

    def sort(self):
        self.run("cluster", OUT, "--threshold", self.dice.choice(("0.8", "1.0", "auto")), "-q")
        self.run("export", OUT, "-q")

    def killed(self):
        command = self.dice.choice((["run", PHOTOS, "-o", OUT], ["cluster", OUT], ["export", OUT], ["sync", OUT]))
        if self.dice.random() < 0.5:
            self.photo(f"{PHOTOS}/sage_{self.marks}.png", "sage")
        self.run(*command, "-q", kill=True)
        self.scan()

    def data_set(self):
        shutil.rmtree("set", ignore_errors=True)
        code, _ = self.run("export", OUT, "--to", "imagefolder", "-O", "set", "-q", codes=(FINE, USAGE, FAILED))
        if code == FINE:
            self.run("check", "set", codes=(FINE, SOME))

    # --- decisions

    def decide(self, *arguments, codes=(FINE,), kill=False):
        """Whether the journal has an entry more."""
        before = self.entries()
        self.run(*arguments, "-o", OUT, "-q", codes=codes, kill=kill)
        if kill:
            self.run("sync", OUT, "-q")
        if self.entries() == before:
            return False
        self.done.append(dict(self.said))
        self.undone.clear()
        return True

    def keep(self, sources, whole=False):
        """From now on these are who they are now; so is everybody about whom something was said. `whole`: it was said of whole
        people, and so of photos of theirs, too, that are forgotten at the moment and may come back."""
        now = self.names_of(self.rows())
        if whole:
            became = collections.defaultdict(set)
            for source, name in self.said.items():
                became[name].update([now[source]] if source in now and name else [])
            for source, name in self.said.items():
                if source not in now and len(became[name]) == 1:
                    self.said[source] = min(became[name])
        for source in [*self.said, *sources]:
            if source in now:
                self.said[source] = now[source]

    def name(self):
        people = self.people(self.rows())
        if not people:
            return
        number = self.dice.choice(sorted(people))
        self.names += 1
        name = f"Name{self.names}"
        if self.decide("name", number, name, kill=self.dice.random() < 0.2):
            now = self.names_of(self.rows())
            for source in people[number]:
                must(now[source] == name, f"{source} is '{now[source]}' after its person was named {name}")
            self.keep(people[number], whole=True)

    def merge(self):
        people = self.people(self.rows())
        if len(people) < 2:
            return
        a, b = self.dice.sample(sorted(people), 2)
        if self.decide("merge", a, b, "--force"):
            rows = self.rows()
            numbers = {rows[source]["person"] for source in people[a] + people[b]}
            must(len(numbers) == 1, f"merged, and in {numbers}")
            self.keep([source for source in people[a] + people[b] if rows[source]["name"]], whole=True)

    def reject(self):
        rows = self.rows()
        named = [source for source, row in rows.items() if row["name"] and row["file"]]
        if not named:
            return
        source = self.dice.choice(named)
        before = rows[source]["name"]
        if self.decide("reject", os.path.join(OUT, rows[source]["file"]), codes=(FINE, USAGE, FAILED)):
            self.said.pop(source, None)
            must(self.rows()[source]["name"] != before, f"{source} was rejected, and is {before}")
            self.keep([])

    def ignore(self):
        people = self.people(self.rows())
        if len(people) < 3:
            return
        number = self.dice.choice(sorted(people))
        if self.decide("ignore", number):
            rows = self.rows()
            for source in people[number]:
                must(rows[source]["file"] == "", f"{source} of an ignored person has a file")
            self.keep([], whole=True)

    def undo(self):
        if self.decide_undone("undo", self.done, self.undone):
            self.told.append("(undone)")

    def redo(self):
        if self.decide_undone("redo", self.undone, self.done):
            self.told.append("(redone)")

    def decide_undone(self, what, take, put):
        before = self.entries()
        self.run(what, "-o", OUT, "-q", codes=(FINE, USAGE, FAILED))
        changed = self.entries() != before
        must(changed == bool(take), f"{what}: {'something' if changed else 'nothing'} was taken back, of {len(take)}")
        if changed:
            put.append(self.said)
            self.said = take.pop()
        return changed

    # --- by hand, then sync

    def sync(self):
        rows = self.rows()
        people = self.people(rows)
        if not people:
            return
        number = self.dice.choice(sorted(people))
        source = self.dice.choice(people[number])
        portrait = os.path.join(OUT, rows[source]["file"])
        folder = os.path.dirname(portrait)
        deed = self.dice.choice(("rename", "move", "delete"))
        self.names += 1
        name = f"Hand{self.names}"
        if deed == "rename":
            os.rename(folder, os.path.join(OUT, name))
            self.mine = {p.replace(folder + "/", os.path.join(OUT, name) + "/"): d for p, d in self.mine.items()}
        elif deed == "move":
            os.mkdir(os.path.join(OUT, name))
            os.rename(portrait, os.path.join(OUT, name, os.path.basename(portrait)))
        else:
            os.remove(portrait)
        self.told.append(f"by hand: {deed} {portrait} {name}")
        if self.dice.random() < 0.3:
            self.run("run", PHOTOS, "-o", OUT, "-q", codes=(CHANGED,))
            must(deed == "delete" or os.path.isdir(os.path.join(OUT, name)), "what was done by hand is undone")
        before = self.entries()
        self.run("sync", OUT, "-q")
        must(self.entries() > before, "a sync that understood nothing")
        self.done.append(dict(self.said))
        self.undone.clear()
        now = self.names_of(self.rows())
        if deed == "delete":
            self.said.pop(source, None)
            must(now[source] == "", f"{source} was deleted by hand, and is {now[source]}")
        for s in people[number] if deed == "rename" else [source] if deed == "move" else []:
            must(now[s] == name, f"{s} is '{now[s]}' after it was put into {name}")
        self.keep({"rename": people[number], "move": [source], "delete": [source]}[deed], whole=deed == "rename")

    def step(self):
        deeds = {self.add: 3, self.edit: 3, self.move: 2, self.delete: 1, self.forget: 1, self.put_mine: 1, self.sort: 1,
                 self.killed: 3, self.data_set: 1, self.name: 4, self.merge: 1, self.reject: 2, self.ignore: 1,
                 self.undo: 3, self.redo: 2, self.sync: 4}
        deed = self.dice.choices(list(deeds), deeds.values())[0]
        self.counts[deed.__name__] += 1
        deed()
        self.check()

    def begin(self):
        os.mkdir(PHOTOS)
        for who in WHO:
            for _ in range(3):
                self.photo(f"{PHOTOS}/{who}_{self.marks}.png", who)
        self.scan()
        self.check()


def main():
    print(f"# SEED={SEED}")
    home, broken = os.getcwd(), None
    with tempfile.TemporaryDirectory(prefix="whoswho-day-") as folder:
        os.chdir(folder)
        day = Day(random.Random(SEED))
        try:
            day.begin()
            for _ in range(STEPS):
                day.step()
        except Broken as e:
            broken = str(e)
            keep = os.environ.get("KEEP")
            if keep:
                shutil.copytree(folder, keep, symlinks=True, dirs_exist_ok=True)
        os.chdir(home)
    print(f"# steps: {sum(day.counts.values())}, commands: {len(day.told)}: {dict(sorted(day.counts.items()))}")
    if broken:
        print("# " + broken.replace("\n", " "))
        for line in day.told[-12:]:
            print("#   " + line)
    print(f"{'not ok' if broken else 'ok'} 1 - a day of {STEPS} steps\n1..1")
    return broken is not None


sys.exit(main())
