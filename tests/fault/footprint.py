#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: footprint.py WHOSWHO FOOTPRINT.so

What the program does outside its folder: nothing. A preloaded library writes down which files each command opens for
writing, makes, renames and removes, and whether it opens a socket. Prints TAP."""

import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from made_people import PEOPLE, write_picture  # noqa: E402
from tap import Tap  # noqa: E402

PROGRAM, PRELOAD = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
HARMLESS = ("/dev/", "/proc/")


def footprint(*command):
    """What is on record, as pairs of what and path."""
    report = os.path.join(os.getcwd(), "report")
    if os.path.exists(report):
        os.remove(report)
    done = subprocess.run([PROGRAM, *command], env=dict(os.environ, LD_PRELOAD=PRELOAD, WW_FOOTPRINT=report, HOME=os.getcwd()),
                          stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode not in (0, 1):  # a small data set has findings
        raise RuntimeError(f"{command}: {done.stderr.decode()}")
    if not os.path.exists(report):
        return []
    with open(report, encoding="utf-8", errors="surrogateescape") as f:
        return [line.rstrip("\n").split(" ", 1) for line in f]


def outside(marks, *allowed):
    below = tuple(os.path.join(os.getcwd(), folder) + "/" for folder in allowed) + HARMLESS
    return [mark for mark in marks if mark[0] == "socket" or not (os.path.normpath(mark[1]) + "/").startswith(below)]


def stamps(folder):
    return {name: (os.stat(os.path.join(folder, name)).st_mtime_ns, os.stat(os.path.join(folder, name)).st_size)
            for name in os.listdir(folder)}


def main():
    commands = [
        ("a scan and all that follows", ["run", "photos", "-o", "out", "-q"]),
        ("the same again", ["run", "photos", "-o", "out", "-q"]),
        ("known people", ["run", "photos", "-o", "out", "--known", "known", "-q"]),
        ("a name", ["name", "0", "Ada", "-o", "out", "-q"]),
        ("undo", ["undo", "-o", "out", "-q"]),
        ("people", ["people", "-o", "out"]),
        ("log", ["log", "-o", "out"]),
        ("sync", ["sync", "out", "-q"]),
        ("why", ["why", "1", "-o", "out"]),
        ("forget", ["forget", "photos/basil_0.png", "-o", "out", "-q"]),
        ("a data set", ["export", "out", "--to", "yolo", "-O", "set", "-q"]),
        ("its check", ["check", "set"]),
        ("the models there are", ["models", "list"]),
    ]
    tap = Tap()
    with tempfile.TemporaryDirectory(prefix="whoswho-footprint-") as folder:
        os.chdir(os.path.realpath(folder))
        os.makedirs("known/Basil")
        for name in ("basil", "sage"):
            for i in range(3):
                write_picture(f"photos/{name}_{i}.png", name, b"%d" % i)
        shutil.copy(f"{PEOPLE}/basil.png", "known/Basil")
        before = stamps("photos"), stamps("known/Basil")
        for number, (name, command) in enumerate(commands, 1):
            marks = footprint(*command)
            wrong = outside(marks, "out", "set", "set.unfinished")
            if number == 1 and not any(what in ("write", "rename") for what, _ in marks):
                wrong = ["nothing is on record: the preloaded library is not at work"]
            tap.check(not wrong, name, "\n".join(map(str, wrong[:5])))
        same = before == (stamps("photos"), stamps("known/Basil"))
        tap.check(same, "sources and pictures of known people are as they were")
        os.chdir("/")
    tap.end()


main()
