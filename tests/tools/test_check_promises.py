#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: test_check_promises.py TOP

The promises of docs/promises.md name tests that exist, and tools/check_promises.py sees it where they do not. Prints TAP."""

import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from tap import Tap  # noqa: E402

TOP = sys.argv[1]
HEAD = "| promise | held by |\n|---|---|\n"
CASES = [
    ("the promises as they are", None, 0, "are there"),
    ("a test that exists", HEAD + "| a | `soak/day.py` |\n", 0, "are there"),
    ("a case that exists", HEAD + "| a | `unit/store/test_store_files.c: text_is_refused` |\n", 0, "are there"),
    ("a file that does not exist", HEAD + "| a | `soak/night.py` |\n", 1, "line 3: there is no tests/soak/night.py"),
    ("a case that does not exist", HEAD + "| a | `unit/store/test_store_files.c: nothing` |\n", 1, "has no case nothing"),
    ("one of two that does not", HEAD + "| a | `soak/day.py`, `no.sh` |\n", 1, "no tests/no.sh"),
    ("a promise without a test", HEAD + "| a | we hope |\n", 1, "line 3: no test holds this promise"),
    ("no promises", "nothing\n", 1, ""),
]

tap = Tap()
with tempfile.TemporaryDirectory() as folder:
    for name, text, code, said in CASES:
        command = [sys.executable, os.path.join(TOP, "tools/check_promises.py")]
        if text is not None:
            command.append(os.path.join(folder, "promises.md"))
            with open(command[-1], "w", encoding="utf-8") as f:
                f.write(text)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        good = done.returncode == code and said in done.stdout
        why = f"exit code {done.returncode}: {done.stdout.strip()} {done.stderr.strip()}"
        tap.check(good, name, "" if good else why)
tap.end()
