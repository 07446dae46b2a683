#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: failing_calls.py WHOSWHO FAILING_CALLS.so [POINTS]

Makes single calls of the C library fail with EIO, each in a run of its own: while footage is read, while a library and its
folders are written, and while a sync reads what was done to the folders by hand. The program must then either come out with
the right result or say what failed, with exit code 1 (some files could not be read) or 3, and the same command, given again,
must bring the library to where an undisturbed run brings it. POINTS calls are tried of each kind of work, drawn by a seed,
which is printed. Prints TAP."""

import collections
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from content import tree  # noqa: E402

program, preload = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
points = int(sys.argv[3]) if len(sys.argv) > 3 else 60
HERE = os.path.dirname(os.path.abspath(__file__))
PEOPLE = os.path.join(HERE, "..", "data", "people")
TIMEOUT_S = 120
seed = int(os.environ.get("SEED", time.time()))
dice = random.Random(seed)
print(f"# SEED={seed}")


def whoswho(*arguments, fail_at=None, below=None, report=None):
    environment = dict(os.environ)
    if fail_at is not None:
        environment.update(LD_PRELOAD=preload, WW_FAIL_AT=str(fail_at), WW_FAIL_BELOW=below, WW_FAIL_REPORT=report)
    return subprocess.run(
        [program, *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=TIMEOUT_S,
        check=False,
    )


def asked(out, what):
    answer = json.loads(whoswho(what, "-o", out, "--json").stdout)[what]
    for row in answer:
        row.pop("time", None)
    return answer


def difference(a, b):
    """What tells two libraries apart, or None: files, people, journal."""
    of_a, of_b = tree(a), tree(b)
    if of_a.keys() != of_b.keys():
        return f"other files: {sorted(of_a.keys() ^ of_b.keys())[:3]}"
    for name in sorted(of_a):
        if of_a[name] != of_b[name]:
            return f"{name} differs"
    for what in ("people", "log"):
        if asked(a, what) != asked(b, what):
            return f"{what} differs"
    return None


def other_people(a, b):
    """As difference(), for runs in which photos came in another order, so that faces have other numbers."""
    counts = [sorted(collections.Counter(os.path.dirname(name) for name in tree(out)).values()) for out in (a, b)]
    return None if counts[0] == counts[1] else f"files of each folder: {counts[1]}, not {counts[0]}"


class Work:
    """One kind of work: what is there before, the command, the folder whose calls fail, and how results are compared."""

    def __init__(self, folder, name, prepare, command, below, compare=difference):
        self.folder, self.name, self.prepare, self.command = folder, name, prepare, command
        self.below, self.compare = below, compare

    def finish(self, out):
        """Gives the command again; where the journal has the decision already, a sync brings the folders up to it."""
        if self.command[0] == "name" and asked(out, "log"):
            return whoswho("sync", out, "-q")
        return whoswho(*self.command)

    def begin(self):
        out = os.path.join(self.folder, "out")
        shutil.rmtree(out, ignore_errors=True)
        self.prepare(out)
        return out

    def undisturbed(self):
        """The library as it must be in the end, and how many calls there are to fail."""
        out, whole, report = self.begin(), os.path.join(self.folder, "whole"), os.path.join(self.folder, "report")
        done = whoswho(*self.command, fail_at=0, below=self.below, report=report)
        if done.returncode != 0:
            raise RuntimeError(f"{self.name}: {done.stderr.decode()}")
        shutil.rmtree(whole, ignore_errors=True)
        shutil.copytree(out, whole, symlinks=True)
        with open(report, encoding="utf-8") as f:
            calls = int(f.read().split()[-1])
        os.remove(report)
        return whole, calls

    def disturbed(self, at, whole):
        """What is wrong when that call fails, or None; and what failed."""
        out, report = self.begin(), os.path.join(self.folder, "report")
        done = whoswho(*self.command, fail_at=at, below=self.below, report=report)
        with open(report, encoding="utf-8") as f:
            what = f.readline().split()[-1]
        os.remove(report)
        said = done.stderr.decode("utf-8", "replace").strip()
        if done.returncode not in (0, 1, 3):
            return f"exit code {done.returncode}: {said[-200:]}", what
        if done.returncode != 0 and not said:
            return f"exit code {done.returncode} without a word", what
        again = self.finish(out)
        if again.returncode != 0:
            return f"the command given again: exit code {again.returncode}: {again.stderr.decode()[-200:]}", what
        apart = self.compare(whole, out)
        return (f"exit code {done.returncode} ({said[-100:]}), and then {apart}" if apart else None), what


def try_all(work):
    whole, calls = work.undisturbed()
    if calls == 0:
        print(f"# {work.name}: no call was seen; {os.path.basename(preload)} is not at work")
        return False
    chosen = range(1, calls + 1) if calls <= points else sorted(dice.sample(range(1, calls + 1), points))
    kinds, wrong = collections.Counter(), []
    for at in chosen:
        trouble, what = work.disturbed(at, whole)
        kinds[what] += 1
        if trouble:
            wrong.append(f"call {at} ({what}): {trouble}")
    print(f"# {work.name}: {len(chosen)} of {calls} calls: {dict(kinds)}")
    for line in wrong[:8]:
        print("# " + line.replace("\n", " "))
    return not wrong


def by_hand(out):
    """A folder renamed, a portrait moved, one deleted."""
    folders = sorted(name for name in os.listdir(out) if name.startswith("Face_"))
    first, second = folders[:2]
    portraits = sorted(name for name in os.listdir(os.path.join(out, second)) if name.endswith(".jpg"))
    os.rename(os.path.join(out, first), os.path.join(out, "Ada"))
    os.rename(os.path.join(out, second, portraits[0]), os.path.join(out, "Ada", portraits[0]))
    os.remove(os.path.join(out, second, portraits[1]))


def main():
    with tempfile.TemporaryDirectory(prefix="whoswho-calls-") as folder:
        out, photos, base = (os.path.join(folder, name) for name in ("out", "photos", "base"))
        os.mkdir(photos)
        for name in ("basil", "clove"):
            for i in range(4):  # four copies that differ in their last byte
                with open(os.path.join(PEOPLE, name + ".png"), "rb") as f, open(
                    os.path.join(photos, f"{name}_{i}.png"), "wb"
                ) as to:
                    to.write(f.read() + bytes([i]))
        run = ["run", photos, "-o", out, "-q", "-t", "1"]
        assert whoswho("run", photos, "-o", base, "-q", "-t", "1").returncode == 0

        def copied(to):
            shutil.copytree(base, to)

        def sorted_by_hand(to):
            copied(to)
            by_hand(to)

        works = [
            Work(folder, "reading the footage", lambda to: None, run, photos, other_people),
            Work(folder, "writing the library", lambda to: None, run, out),
            Work(folder, "a run with nothing new", copied, run, out),
            Work(folder, "sync of what was done by hand", sorted_by_hand, ["sync", out, "-q"], out),
            Work(folder, "a name", copied, ["name", "0", "Ada", "-o", out, "-q"], out),
        ]
        failed = 0
        for number, work in enumerate(works, 1):
            good = try_all(work)
            failed += not good
            print(f"{'ok' if good else 'not ok'} {number} - {work.name}", flush=True)
    print(f"1..{len(works)}")
    return failed != 0


sys.exit(main())
