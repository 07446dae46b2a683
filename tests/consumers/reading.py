# SPDX-License-Identifier: MIT
"""What the readers share: where the exports lie, what the program said of them, the versions at work."""
import importlib.metadata
import json
import os
import sys

from tap import run  # noqa: F401: for the readers

EXPORTS, BUILD = sys.argv[1], sys.argv[2]
SIDES = ("train", "val", "test")
with open(os.path.join(EXPORTS, "facts.json"), encoding="utf-8") as f:
    FACTS = json.load(f)
NAMES = FACTS["names"]


def path(*parts):
    return os.path.join(EXPORTS, *parts)


def versions(*packages):
    print("# " + ", ".join(f"{package} {importlib.metadata.version(package)}" for package in packages), flush=True)


def equal(got, expected, what):
    if got != expected:
        raise AssertionError(f"{what}: {got!r}, not {expected!r}")
