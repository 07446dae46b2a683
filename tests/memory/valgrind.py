#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: valgrind.py WHOSWHO

A short run of the commands that work on a library, under valgrind: no use of what was never written, no definite leak.
(A scan takes minutes there.) Prints TAP."""

import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from made_people import write_picture  # noqa: E402
from tap import Tap, skip_all  # noqa: E402

PROGRAM = os.path.abspath(sys.argv[1])
VALGRIND = ["valgrind", "-q", "--error-exitcode=99", "--leak-check=full", "--errors-for-leak-kinds=definite"]
COMMANDS = [
    ["people", "-o", "out"],
    ["name", "0", "Ada", "-o", "out", "-q"],
    ["undo", "-o", "out", "-q"],
    ["forget", "photos/sage_0.png", "-o", "out", "-q"],
    ["export", "out", "--to", "yolo", "-O", "set", "-q"],
]


def main():
    if not shutil.which("valgrind"):
        skip_all("valgrind is not installed")
    tap = Tap()
    with tempfile.TemporaryDirectory(prefix="whoswho-valgrind-") as folder:
        os.chdir(folder)
        for name in ("basil", "sage"):
            for i in range(2):
                write_picture(f"photos/{name}_{i}.png", name, b"%d" % i)
        subprocess.run([PROGRAM, "run", "photos", "-o", "out", "-q"], check=True)
        for command in COMMANDS:
            done = subprocess.run([*VALGRIND, PROGRAM, *command], capture_output=True, text=True, check=False)
            good = done.returncode == 0
            tap.check(good, command[0], "" if good else done.stderr[:4000])
        os.chdir("/")
    tap.end()


main()
