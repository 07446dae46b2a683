#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: check_promises.py [PROMISES.md]

Every test that docs/promises.md names must be there: `FILE` below tests/, or `FILE: CASE` with the case defined in it, and
each promise (a row of a table) must name at least one."""

import os
import re
import sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NAMED = re.compile(r"`([\w/]+\.(?:c|py|sh))(?:: (\w+))?`")
DEFINED = {".c": r"\bTEST\({}\)", ".py": r"\bdef {}\(", ".sh": r"{}"}


def tests_named(row):
    return NAMED.findall(row)


def missing(file, case):
    path = os.path.join(TOP, "tests", file)
    if not os.path.isfile(path):
        return f"there is no tests/{file}"
    with open(path, encoding="utf-8") as f:
        if case and not re.search(DEFINED[os.path.splitext(file)[1]].format(case), f.read()):
            return f"tests/{file} has no case {case}"
    return None


def check(path):
    found, promises = [], 0
    with open(path, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            cells = line.strip().strip("|").split("|")
            if not line.startswith("|") or set(line) <= set("|- \n") or cells[0].strip() == "promise":
                continue
            promises += 1
            named = tests_named(cells[-1])
            if not named:
                found.append(f"line {number}: no test holds this promise")
            found += [f"line {number}: {why}" for why in (missing(*test) for test in named) if why]
    return found, promises


if __name__ == "__main__":
    wrong, count = check(sys.argv[1] if len(sys.argv) > 1 else os.path.join(TOP, "docs/promises.md"))
    for line in wrong:
        print(line)
    if not wrong:
        print(f"the tests of {count} promises are there")
    sys.exit(bool(wrong) or count == 0)
