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

PROGRAM = os.path.abspath(sys.argv[1])
PEOPLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data", "people")
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
        print("1..0 # SKIP valgrind is not installed")
        return 0
    failed = 0
    with tempfile.TemporaryDirectory(prefix="whoswho-valgrind-") as folder:
        os.chdir(folder)
        os.mkdir("photos")
        for name in ("basil", "sage"):
            for i in range(2):
                with open(f"{PEOPLE}/{name}.png", "rb") as f, open(f"photos/{name}_{i}.png", "wb") as to:
                    to.write(f.read() + b"%d" % i)
        subprocess.run([PROGRAM, "run", "photos", "-o", "out", "-q"], check=True)
        for number, command in enumerate(COMMANDS, 1):
            done = subprocess.run([*VALGRIND, PROGRAM, *command], capture_output=True, text=True, check=False)
            good = done.returncode == 0
            failed += not good
            print(f"{'ok' if good else 'not ok'} {number} - {command[0]}", flush=True)
            if not good:
                print("# " + done.stderr[:4000].replace("\n", "\n# "))
        os.chdir("/")
    print(f"1..{len(COMMANDS)}")
    return failed != 0


sys.exit(main())
