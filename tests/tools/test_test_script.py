#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: test_test_script.py SOURCE

Runs the repository's own test.sh on a tiny project in which one test program goes wrong in each way there is, and sees
that test.sh says so, in its count, in its exit code and in what it shows. Prints TAP."""

import os
import re
import shutil
import subprocess
import sys
import tempfile

SOURCE = os.path.abspath(sys.argv[1])
PROJECT = """project('tiny')
test('healthy', find_program('healthy.sh'), protocol: 'tap')
test('sick', find_program('sick.sh'), protocol: 'tap', timeout: 2)
"""
HEALTHY = "echo 'ok 1 - one'; echo 'ok 2 - two'; echo 1..2"
TWO_GOOD = "echo 'ok 1 - one'; echo 'ok 2 - two'; "
SKIPPING = "echo 'ok 1 - one'; echo 'ok 2 - two # SKIP no camera here'; echo 1..2"
RACE = (
    "for i in $(seq 200); do echo noise $i >&2; done; "
    "echo 'WARNING: ThreadSanitizer: data race' >&2; echo '#0 in that_function' >&2; "
)


def write(path, text, mode=0o644):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write(text)
    os.chmod(path, mode)


def make_project(top, sick):
    """The repository's script and tools round a project of two test programs; nothing is installed, and the checks of
    the sources pass."""
    shutil.copy(os.path.join(SOURCE, "test.sh"), os.path.join(top, "test.sh"))
    for tool in ("setup.sh", "test_summary.py"):
        os.makedirs(os.path.join(top, "tools"), exist_ok=True)
        shutil.copy(os.path.join(SOURCE, "tools", tool), os.path.join(top, "tools", tool))
    with open(os.path.join(top, "tools", "setup.sh"), "a") as f:
        f.write("\nneed() { :; }\n")
    for check in ("check_includes.py", "check_sources.py"):
        write(os.path.join(top, "tools", check), "")
    write(os.path.join(top, "meson.build"), PROJECT)
    write(os.path.join(top, "healthy.sh"), "#!/bin/sh\n" + HEALTHY + "\n", 0o755)
    write(os.path.join(top, "sick.sh"), "#!/bin/sh\n" + sick + "\n", 0o755)
    write(os.path.join(top, "tests", "expected-skips"), "# none\n")


def test_sh(top, *arguments):
    done = subprocess.run(
        ["./test.sh", *arguments], cwd=top, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=240, check=False
    )
    count = re.search(r"(\d+) passed, (\d+) failed, (\d+) skipped\n$", done.stdout)
    return done.returncode, tuple(map(int, count.groups())) if count else None, done.stdout


def expect(code, count, *shown):
    """A judge of what test.sh did: its exit code, its count, and what it must have printed."""

    def judge(result):
        return result[0] == code and result[1] == count and all(words in result[2] for words in shown)

    return judge


# What the sick program does, and what must come of it; the two checks of the sources are two more that pass.
CASES = {
    "all is well": (TWO_GOOD + "echo 1..2", expect(0, (6, 0, 0))),
    "a case fails": (
        "echo 'ok 1 - one'; echo '# a.c:7: CHECK(x == 1)'; echo 'not ok 2 - two'; echo 1..2; exit 1",
        expect(1, (5, 1, 0), "FAILED   gcc: sick: two", "a.c:7: CHECK(x == 1)"),
    ),
    "abort in the third case": (
        TWO_GOOD + "kill -ABRT $$",
        expect(1, (6, 1, 0), "gcc: sick: killed by signal 6 (SIGABRT)"),
    ),
    "a sleep past the time limit": (
        TWO_GOOD + "exec sleep 30",
        expect(1, (6, 1, 0), "gcc: sick: stopped after", "its time limit"),
    ),
    "exit code 66 after the last case": (
        TWO_GOOD + "echo 1..2; exit 66",
        expect(1, (6, 1, 0), "gcc: sick: exit code 66"),
    ),
    "exit code 1 though each case was ok": (
        TWO_GOOD + "echo 1..2; exit 1",
        expect(1, (6, 1, 0), "gcc: sick: exit code 1"),
    ),
    "a failed case and then a crash": (
        "echo 'not ok 1 - one'; kill -SEGV $$",
        expect(1, (4, 2, 0), "gcc: sick: one", "SIGSEGV"),
    ),
    "a sanitizer's report is shown": (
        RACE + TWO_GOOD + "echo 1..2; exit 66",
        expect(1, (6, 1, 0), "data race", "#0 in that_function"),
    ),
    "exit code 0 before the end": (
        TWO_GOOD + "exit 0",
        expect(1, (6, 1, 0), "gcc: sick: ended after 2 cases without the plan"),
    ),
    "fewer cases than planned": ("echo 1..3; " + TWO_GOOD, expect(1, (6, 1, 0), "gcc: sick: planned 3 cases, ran 2")),
    "not a word": ("exit 0", expect(1, (4, 1, 0), "gcc: sick: ended after 0 cases")),
    "a plan of nothing": ("echo 1..0", expect(1, (4, 1, 0), "gcc: sick: ran no case")),
    "a skipped case says why": (SKIPPING, expect(0, (5, 0, 1), "skipped  gcc: sick: two: no camera here")),
    "a skipped program says why": (
        "echo '1..0 # SKIP no camera here'",
        expect(0, (4, 0, 1), "skipped  gcc: sick: everything: no camera here"),
    ),
}


def with_shared_folder(top, listed):
    """The project with the shared folder beside it, where each skip must be listed."""
    make_project(top, SKIPPING)
    os.makedirs(os.path.join(top, "..", "shared", "footage"))
    write(os.path.join(top, "tests", "expected-skips"), listed)
    return test_sh(top)


def with_stale_log(top):
    """A run in which meson ends before it runs anything; the log of the run before must not be taken for its own."""
    make_project(top, HEALTHY)
    test_sh(top)
    with open(os.path.join(top, "build-test", "meson-private", "meson_test_setup.dat"), "w"):
        pass
    return test_sh(top)


def misspelt(top):
    make_project(top, HEALTHY)
    return test_sh(top, "--al")


def plain(sick):
    def run(top):
        if os.path.exists(os.path.join(top, "sick.sh")):
            write(os.path.join(top, "sick.sh"), "#!/bin/sh\n" + sick + "\n", 0o755)
        else:
            make_project(top, sick)
        return test_sh(top)

    return run


def main():
    runs = [(name, plain(sick), judge) for name, (sick, judge) in CASES.items()]
    runs += [
        (
            "with the shared folder, a skip that is not listed",
            lambda top: with_shared_folder(top, "# none\nsick: one | no\n"),
            expect(1, (5, 1, 1), "sick: two: skipped, which expected-skips does not list (no camera here)"),
        ),
        (
            "with the shared folder, a skip that is listed",
            lambda top: with_shared_folder(top, "sick: t* | no camera\n"),
            expect(0, (5, 0, 1)),
        ),
        ("an option there is not", misspelt, expect(2, None, "usage: ./test.sh")),
        ("meson itself fails", with_stale_log, expect(1, (2, 1, 0), "gcc: no test program ran")),
    ]
    failed = 0
    with tempfile.TemporaryDirectory(prefix="whoswho-testing-") as folder:
        for number, (name, run, judge) in enumerate(runs, 1):
            # The plain cases share a project, which saves configuring it anew.
            top = os.path.join(folder, "plain" if name in CASES else str(number), "checkout")
            os.makedirs(top, exist_ok=True)
            result = run(top)
            good = judge(result)
            failed += not good
            if not good:
                told = [f"exit code {result[0]}, {result[1]}", *result[2].splitlines()]
                print("\n".join(f"# {line}" for line in told))
            print(f"{'ok' if good else 'not ok'} {number} - {name}", flush=True)
    print(f"1..{len(runs)}")
    sys.exit(failed != 0)


main()
