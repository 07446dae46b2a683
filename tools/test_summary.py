#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: test_summary.py DIR [--expected-skips FILE]

Adds up the runs recorded in DIR: NAME.json (meson's log, one JSON object per test program), NAME.status (meson's
exit code) and NAME.check ("ok" or not). A case fails when it says "not ok". A program fails, whatever its cases said,
when it crashes, is stopped by its time limit, ends with an exit code other than 0 (1 after a "not ok"), or ends
without its plan. A run fails when meson says so, or left no log. Prints the failing programs' output, what was skipped
and why, and ends with 'N passed, N failed, N skipped'; exit code 1 if anything failed or nothing ran.

With --expected-skips (given where the shared folder is there, so that everything can run) a skipped case that FILE does
not list fails too. A line of FILE is 'PROGRAM: CASE | REASON'; PROGRAM and CASE are shell patterns; '#' starts a
comment."""

import argparse
import fnmatch
import glob
import json
import os
import re
import signal
import sys

CASE = re.compile(r"(not )?ok\b\s*\d*\s*(?:- )?([^#]*?)\s*(?:#\s*(?:(SKIP\S*|TODO)\b\s*(.*)|.*))?$", re.IGNORECASE)
PLAN = re.compile(r"1\.\.(\d+)\s*(?:#\s*SKIP\S*\s*(.*))?$", re.IGNORECASE)
SANITIZER = re.compile(r"ERROR: \w+Sanitizer|WARNING: \w+Sanitizer|runtime error:")
SHOWN_LINES = 40  # of each stream of a failing program


class Total:
    def __init__(self):
        self.passed, self.failed, self.skipped = 0, [], {}


def read_cases(output):
    """(cases, plan, why all is skipped): cases are (name, "passed" | "failed" | "skipped", reason)."""
    cases, plan, why = [], None, None
    for line in output.splitlines():
        if case := CASE.match(line):
            bad, name, directive, reason = case.groups()
            kind = "failed" if bad else "skipped" if (directive or "").upper().startswith("SKIP") else "passed"
            cases.append((name, kind, (reason or "").strip()))
        elif found := PLAN.match(line):
            plan, why = int(found.group(1)), found.group(2)
    return cases, plan, why


def ended(program, cases, plan, why):
    """What is wrong with the way a test program ended, or None."""
    code, result = program["returncode"], program["result"]
    if result == "TIMEOUT":
        return f"stopped after {program['duration']:.0f} s, its time limit"
    if code < 0:
        return f"killed by signal {-code} ({signal.Signals(-code).name})"
    if code not in (0, 1) or (code == 1 and not any(kind == "failed" for _, kind, _ in cases)):
        return f"exit code {code}"
    if plan is None:
        return f"ended after {len(cases)} cases without the plan that a test prints last"
    if plan != len(cases):
        return f"planned {plan} cases, ran {len(cases)}"
    if plan == 0 and why is None:
        return "ran no case"
    if result not in ("OK", "SKIP", "FAIL", "ERROR") or (
        result != "OK" and result != "SKIP" and code == 0 and not any(kind == "failed" for _, kind, _ in cases)
    ):
        return f"meson says {result}"
    return None


def telling(text):
    """What says most: from a sanitizer's report on, else the failed cases and remarks, and the end."""
    lines = text.splitlines()
    for i, line in enumerate(lines):
        if SANITIZER.search(line):
            return lines[i : i + SHOWN_LINES]
    remarks = [line for line in lines if line.startswith(("not ok", "# ", "Bail out"))]
    return remarks[:SHOWN_LINES] + [line for line in lines[-5:] if line not in remarks]


def add_program(total, run, program):
    name = f"{run}: {program['name']}"
    cases, plan, why = read_cases(program["stdout"] or "")
    before = len(total.failed)
    for case, kind, reason in cases:
        if kind == "passed":
            total.passed += 1
        elif kind == "failed":
            total.failed.append(f"{name}: {case}")
        else:
            total.skipped[(name, case)] = reason
    trouble = ended(program, cases, plan, why)
    if trouble:
        total.failed.append(f"{name}: {trouble}")
    elif plan == 0:
        total.skipped[(name, "everything")] = why
    if len(total.failed) > before:
        print(f"---- {name}: what it said")
        for stream in ("stdout", "stderr"):
            for line in telling(program.get(stream) or ""):
                print("    " + line)


def add_run(total, folder, run):
    before = len(total.failed)
    status, log = (os.path.join(folder, run + end) for end in (".status", ".json"))
    code = int(open(status).read()) if os.path.exists(status) else None
    programs = (
        [json.loads(line) for line in open(log, encoding="utf-8", errors="replace") if line.strip()]
        if os.path.exists(log)
        else []
    )
    for program in programs:
        add_program(total, run, program)
    if not programs:
        total.failed.append(f"{run}: no test program ran")
    if code != 0 and len(total.failed) == before:
        total.failed.append(f"{run}: meson ended with exit code {code}")


def unexpected(skipped, path):
    with open(path) as f:
        lines = [line.split("|")[0].strip() for line in f if line.strip() and not line.startswith("#")]
    return [
        f"{name}: {case}: skipped, which {os.path.basename(path)} does not list ({reason})"
        for (name, case), reason in skipped.items()
        if not any(fnmatch.fnmatchcase(f"{name.split(': ', 1)[1].split(' / ')[-1]}: {case}", pattern) for pattern in lines)
    ]


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--expected-skips")
    options = parser.parse_args()
    total = Total()
    for run in sorted(
        {
            os.path.splitext(os.path.basename(path))[0]
            for end in ("json", "status")
            for path in glob.glob(os.path.join(options.folder, "*." + end))
        }
    ):
        add_run(total, options.folder, run)
    for path in sorted(glob.glob(os.path.join(options.folder, "*.check"))):
        with open(path) as f:
            if f.read().strip() == "ok":
                total.passed += 1
            else:
                total.failed.append("check: " + os.path.splitext(os.path.basename(path))[0])
    for (name, case), reason in total.skipped.items():
        print(f"skipped  {name}: {case}: {reason or 'no reason given'}")
    if options.expected_skips:
        total.failed += unexpected(total.skipped, options.expected_skips)
    for name in total.failed:
        print(f"FAILED   {name}")
    print(f"{total.passed} passed, {len(total.failed)} failed, {len(total.skipped)} skipped")
    return 1 if total.failed or total.passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
