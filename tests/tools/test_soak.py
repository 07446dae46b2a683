#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: test_soak.py TOP

The soak counts what it tries and notices what fails, tried on a program that does nothing right and on fuzzers of a few
lines. Prints TAP."""

import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from tap import Tap  # noqa: E402

TOP = sys.argv[1]
SOUND = "#!/bin/sh\necho '#64\tDONE   cov: 17 ft: 20 corp: 3/9b'\necho 'stat::number_of_executed_units: 64'\n"
CRASHES = SOUND + "for a in \"$@\"; do case $a in -artifact_prefix=*) echo x >\"${a#*=}crash-1\";; esac; done\necho 'ERROR: AddressSanitizer'\nexit 77\n"


def script(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    os.chmod(path, 0o755)


def soak(folder, fuzzers, minutes):
    script(f"{folder}/build/app/cli/whoswho", "#!/bin/sh\necho broken >&2\nexit 3\n")
    for name, text in fuzzers.items():
        script(f"{folder}/fuzz/tests/fuzz/fuzz_{name}", text)
    return subprocess.run([sys.executable, f"{TOP}/tests/soak/soak.py", f"{folder}/build", f"{folder}/fuzz", minutes, f"{folder}/found"],
                          capture_output=True, text=True, check=False)


def nothing_found(folder):
    done = soak(folder, {"media": SOUND}, "0")
    return done.returncode == 0 and "0 found" in done.stdout, done.stdout


def failures_are_saved(folder):
    """A crash of a fuzzer, and a day in the life that ends badly at once."""
    done = soak(folder, {"media": SOUND, "store": CRASHES}, "0.05")
    found = os.listdir(f"{folder}/found")
    texts = "".join(open(f"{folder}/found/{name}", encoding="utf-8").read() for name in found if name.endswith(".txt"))
    good = (
        done.returncode == 1
        and any(name.startswith("fuzz-store") for name in found)
        and any(name.startswith("a-day") for name in found)
        and "AddressSanitizer" in texts
        and "seed" in texts
        and os.listdir(f"{folder}/found/crashes/store") == ["crash-1"]
        and "executions, 17 edges" in done.stdout
    )
    return good, f"{done.stdout} {found}"


tap = Tap()
for case in (nothing_found, failures_are_saved):
    with tempfile.TemporaryDirectory() as folder:
        good, why = case(folder)
    tap.check(good, case.__name__, "" if good else why)
tap.end()
