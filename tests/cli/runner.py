#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: runner.py WHOSWHO [--update] [NAME...]

Runs every script tests/cli/NAME.sh in a folder of its own and compares what it prints (both streams) with NAME.out beside it; prints TAP. A script
that prints "SKIP why" as its only line, and ends well, is skipped. $WHOSWHO is the program, $TOOLS this folder. --update writes NAME.out anew: read the diff."""
import difflib
import glob
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TIMEOUT_S = 270  # the threads under the thread sanitizer, on a machine at work on other things


def run(script, program):
    with tempfile.TemporaryDirectory(prefix="whoswho-cli-") as folder:
        environment = dict(os.environ, WHOSWHO=os.path.abspath(program), TOOLS=HERE, LC_ALL="C.UTF-8", TMPDIR=folder, XDG_CONFIG_HOME=HERE)
        done = subprocess.run(["sh", "-u", script], cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              stdin=subprocess.DEVNULL, timeout=TIMEOUT_S)
        said = done.stdout.decode("utf-8", "replace").replace(folder, "FOLDER").replace(HERE, "TOOLS")
        return said if done.returncode >= 0 else said + f"the script was killed by signal {-done.returncode}\n"


def main():
    update = "--update" in sys.argv
    program, *names = [a for a in sys.argv[1:] if a != "--update"]
    scripts = [s for s in sorted(glob.glob(os.path.join(HERE, "*.sh"))) if not os.path.basename(s).startswith("_")]
    if names:
        scripts = [s for s in scripts if os.path.splitext(os.path.basename(s))[0] in names]
    failed = 0
    for number, script in enumerate(scripts, 1):
        name = os.path.splitext(os.path.basename(script))[0]
        expected_path = os.path.splitext(script)[0] + ".out"
        try:
            got = run(script, program)
        except subprocess.TimeoutExpired:
            got = f"did not end within {TIMEOUT_S} s\n"
        if got.startswith("SKIP ") and got.count("\n") == 1:
            print(f"ok {number} - {name} # {got.strip()}", flush=True)
            continue
        if update:
            with open(expected_path, "w") as f:
                f.write(got)
        expected = open(expected_path).read() if os.path.exists(expected_path) else ""
        good = got == expected
        failed += not good
        print(f"{'ok' if good else 'not ok'} {number} - {name}", flush=True)
        if not good:
            for line in difflib.unified_diff(expected.splitlines(), got.splitlines(), "expected", "got", lineterm=""):
                print("# " + line)
    print(f"1..{len(scripts)}")
    sys.exit(failed != 0)


main()
