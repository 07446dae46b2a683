#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: test_consumers.py SOURCE

./test.sh --consumers, without installing anything: its lists are pinned to the last package and name no server, each has its reader, and
run.py counts right what readers and pip say. Prints TAP."""

import contextlib
import glob
import importlib.util
import io
import os
import re
import subprocess
import sys
import tempfile

SOURCE = os.path.abspath(sys.argv[1])
FOLDER = os.path.join(SOURCE, "tests", "consumers")
sys.path.insert(0, os.path.join(SOURCE, "tests"))
from tap import Tap  # noqa: E402

spec = importlib.util.spec_from_file_location("consumers", os.path.join(FOLDER, "run.py"))
consumers = importlib.util.module_from_spec(spec)
spec.loader.exec_module(consumers)
tap = Tap()


def counted(output, code=0):
    count = consumers.Count()
    with contextlib.redirect_stdout(io.StringIO()):
        count.tap("x", output, code)
    return count.passed, count.failed, count.skipped


def installed(output, code=1):
    """What comes of it where pip ends so."""
    real = subprocess.run
    subprocess.run = lambda *_, **__: subprocess.CompletedProcess([], code, output, "")
    try:
        with contextlib.redirect_stdout(io.StringIO()), tempfile.TemporaryDirectory() as cache:
            return consumers.environment("datumaro", cache)[2]
    finally:
        subprocess.run = real


lists = {os.path.basename(path)[:-4]: path for path in glob.glob(os.path.join(FOLDER, "*.txt"))}
readers = {os.path.basename(path)[5:-3] for path in glob.glob(os.path.join(FOLDER, "read_*.py"))}
tap.check(len(lists) >= 5 and set(lists) == readers, "every list has its reader", f"{sorted(lists)}, {sorted(readers)}")
loose = [f"{name}: {line.strip()}" for name, path in lists.items() for line in open(path, encoding="utf-8")
         if not re.fullmatch(r"#.*|[A-Za-z0-9_.-]+==[A-Za-z0-9.]+", line.strip())]
tap.check(not loose, "every package is pinned, and comes from where pip takes it", "\n".join(loose))
tap.check(counted("ok 1 - a\nok 2 - b # SKIP no\nnot ok 3 - c\n1..3\n", 1) == (1, 1, 1), "claims are counted")
tap.check(counted("1..2\nok 1 - a\n") == (1, 1, 0), "a reader that ends before its plan has failed")
tap.check(counted("ok 1 - a\n") == (1, 1, 0), "a reader without a plan has failed")
tap.check(counted("1..1\nok 1 - a\n", -11) == (1, 1, 0), "a reader that crashes has failed")
tap.check(installed("NewConnectionError: [Errno 111] Connection refused") is True, "no PyPI: a skip")
tap.check(installed("ERROR: No matching distribution found for x==9 (from versions: 1, 2)") is False, "no such version: a failure")
tap.end()
