#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Asks how good the tests are: makes one small mistake in the code, rebuilds, runs the tests, and sees whether one of
them fails. Repeated for a seeded random sample of mistakes, it prints those that no test noticed, with file, line and
difference, and the share that was noticed.

  tools/mutate.py                                30 mistakes in src/ and app/; the suites unit, kernel, fuzz and cli
  tools/mutate.py --seed 7 --count 100 src/video another sample, in one room
  tools/mutate.py --suite unit --operator guard  only these tests, only removed `if (...) return`
  tools/mutate.py --again report.json            the survivors of an earlier report, against the tests of today

Nothing is changed in the tree: it is copied to --work (by default a new folder under $TMPDIR) and built there.

A mistake that does not compile, or compiles to the same object code, is not counted. A test program that runs past ten
times its usual time has noticed. Test programs run from the quickest to the slowest until one fails; those whose
executables came out the same are not run."""

import argparse
import difflib
import hashlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import test_summary
from mutations import sites

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SUITES = ["unit", "kernel", "fuzz", "cli"]
SLOWER = 10  # a test has noticed when it takes so many times as long as without the mistake, and
GRACE_S = 20  # this much more
WRONG_KIND = re.compile(r"-W(?:int-conversion|incompatible-pointer-types)\b")  # does not count as compiling
TRIES = 40  # drawn in vain (not compiling, same object code) for each one counted


# ---- The tree outside the tree ----


class Tree:
    """A copy of the tree with its own build folder."""

    def __init__(self, work, options):
        self.top = os.path.join(work, "tree")
        self.build = os.path.join(self.top, "build-mutate")  # at the depth of other build folders, which suits ccache
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=TOP,
            stdout=subprocess.PIPE,
            check=True,
        )
        self.remove_sources()
        for name in listed.stdout.decode().split("\0"):
            if name and os.path.isfile(os.path.join(TOP, name)):
                os.makedirs(os.path.dirname(os.path.join(self.top, name)), exist_ok=True)
                shutil.copy2(os.path.join(TOP, name), os.path.join(self.top, name))
        shared = os.path.realpath(os.path.join(TOP, "..", "shared"))
        if not os.path.exists(os.path.join(self.build, "build.ninja")):
            subprocess.run(
                ["meson", "setup", self.build, self.top, "-Dshared_dir=" + shared, *options],
                stdout=subprocess.DEVNULL,
                check=True,
            )
        self.fresh, self.made_of, self.libraries = {}, None, []

    def remove_sources(self):
        for name in os.listdir(self.top) if os.path.isdir(self.top) else []:
            whole = os.path.join(self.top, name)
            if whole != self.build:
                shutil.rmtree(whole) if os.path.isdir(whole) else os.remove(whole)

    def ninja(self, targets=()):
        done = subprocess.run(
            ["ninja", "-C", self.build, "-j", "2", *targets],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        return done.returncode == 0, done.stdout.decode("utf-8", "replace")

    def read(self, path):
        with open(os.path.join(self.top, path), encoding="utf-8") as f:
            return f.read()

    def write(self, path, text):
        with open(os.path.join(self.top, path), "w", encoding="utf-8") as f:
            f.write(text)

    def objects(self, path):
        """The object files made of a source."""
        if self.made_of is None:
            self.made_of = {}
            with open(os.path.join(self.build, "compile_commands.json"), encoding="utf-8") as f:
                for command in json.load(f):
                    source = os.path.relpath(os.path.join(command["directory"], command["file"]), self.top)
                    self.made_of.setdefault(source, []).append(command["output"])
        return [o for o in self.made_of.get(path, []) if os.path.exists(os.path.join(self.build, o))]

    def digest(self, path):
        """Of an executable and, where it is linked to it, of the shared library."""
        with open(os.path.join(self.build, path), "rb") as f:
            data = f.read()
        total = hashlib.sha256(data)
        for library in self.libraries:
            if (
                os.path.basename(library).encode() in data
                or os.path.basename(library).split(".so")[0].encode() + b".so" in data
            ):
                with open(os.path.join(self.build, library), "rb") as f:
                    total.update(f.read())
        return total.hexdigest()

    def look_for_libraries(self):
        self.libraries = sorted(
            os.path.relpath(os.path.join(base, name), self.build)
            for base, _, names in os.walk(self.build)
            for name in names
            if re.search(r"\.so(\.\d+)*$", name) and not os.path.islink(os.path.join(base, name))
        )


# ---- The tests ----


class Test:
    """made: of each of meson's targets by its id, the files that it makes. A program that a test is given as an argument
    may stand there as a path from the build folder; but it is among what the test depends on."""

    def __init__(self, found, build, made):
        self.name, self.command = found["name"], found["cmd"]
        self.environment = dict(os.environ, **found["env"])
        self.targets = sorted(
            {
                os.path.relpath(word, build)
                for word in map(os.path.normpath, found["cmd"])
                if word.startswith(build + os.sep) and not os.path.isdir(word)
            }
            | {os.path.relpath(name, build) for target in found["depends"] for name in made.get(target, ())}
        )
        self.limit_s, self.usual = 600.0, None

    def run(self, build):
        """What is wrong, or None."""
        start = time.monotonic()
        process = subprocess.Popen(
            self.command,
            cwd=build,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            output = process.communicate(timeout=self.limit_s)[0].decode("utf-8", "replace")
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return f"ran past {self.limit_s:.0f} s"
        self.took_s = time.monotonic() - start
        cases, plan, why = test_summary.read_cases(output)
        bad = [name for name, kind, _ in cases if kind == "failed"]
        if bad:
            return bad[0]
        return test_summary.ended(
            {"returncode": process.returncode, "result": "OK", "duration": self.took_s}, cases, plan, why
        )


def find_tests(tree, suites, names):
    def introspect(what):
        return json.loads(
            subprocess.run(["meson", "introspect", what, tree.build], stdout=subprocess.PIPE, check=True).stdout
        )

    made = {target["id"]: target["filename"] for target in introspect("--targets")}
    tests = []
    for found in introspect("--tests"):
        of = {suite.split(":")[-1] for suite in found["suite"]}
        if (names and found["name"] in names) or (not names and of & set(suites)):
            tests.append(Test(found, tree.build, made))
    return tests


def measure(tree, tests):
    """Runs every test without a mistake: they must pass; orders them by the time they take."""
    tree.look_for_libraries()
    for test in tests:
        wrong = test.run(tree.build)
        if wrong:
            sys.exit(f"{test.name} fails without any mistake: {wrong}")
        test.limit_s = SLOWER * test.took_s + GRACE_S
        test.usual = [tree.digest(target) for target in test.targets]
    tests.sort(key=lambda test: test.took_s)
    print(f"{len(tests)} test programs, {sum(test.took_s for test in tests):.0f} s together", flush=True)


def first_to_notice(tree, tests):
    for test in tests:
        good, _ = tree.ninja(test.targets)
        if not good:
            return "the build"
        if test.targets and [tree.digest(target) for target in test.targets] == test.usual:
            continue
        wrong = test.run(tree.build)
        if wrong:
            return f"{test.name}: {wrong}"
    return None


# ---- One mistake after another ----


def describe(path, before, after):
    lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0))[3:]
    return [line for line in lines if not line.startswith("@@")]


def compiles_differently(tree, path):
    """None when the changed source does not compile, else whether any object changed."""

    def digests():
        return [hashlib.sha256(open(os.path.join(tree.build, o), "rb").read()).digest() for o in tree.objects(path)]

    if path not in tree.fresh:
        tree.fresh[path] = digests()
    good, said = tree.ninja(tree.objects(path))
    return (digests() != tree.fresh[path]) if good and not WRONG_KIND.search(said) else None


def draw(chance, by_operator):
    """An operator at random, then one of its places at random, so that rare kinds are tried as often as common ones."""
    name = chance.choice(sorted(by_operator))
    return by_operator[name].pop(chance.randrange(len(by_operator[name])))


def try_one(tree, tests, site):
    """The record of one mistake, or why it is not counted."""
    path, operator, start, end, wrong = site
    before = tree.read(path)
    after = before[:start] + wrong + before[end:]
    record = {
        "file": path,
        "line": before.count("\n", 0, start) + 1,
        "operator": operator,
        "start": start,
        "end": end,
        "wrong": wrong,
        "diff": describe(path, before, after),
    }
    if not tree.objects(path):
        return "not built here"
    if path not in tree.fresh:
        compiles_differently(tree, path)
    tree.write(path, after)
    try:
        different = compiles_differently(tree, path)
        if different is None:
            return "does not compile"
        if not different:
            return "same object code"
        record["noticed_by"] = first_to_notice(tree, tests)
        return record
    finally:
        tree.write(path, before)


def survivors(report, tree):
    """The survivors of an earlier report, looked up by their lines where the files have changed since."""
    found = []
    for record in (r for r in report["mistakes"] if not r["noticed_by"]):
        if not os.path.exists(os.path.join(tree.top, record["file"])):
            print(f"gone: {record['file']}")
            continue
        for site in sites(record["file"], tree.read(record["file"])):
            text = tree.read(record["file"])
            if (
                site[1] == record["operator"]
                and describe(site[0], text, text[: site[2]] + site[4] + text[site[3] :]) == record["diff"]
            ):
                found.append(site)
                break
        else:
            print(f"gone: {record['file']}: {record['diff']}")
    return found


def tell(record, number, of):
    verdict = f"noticed by {record['noticed_by']}" if record["noticed_by"] else "SURVIVED"
    print(f"{number}/{of} {record['file']}:{record['line']}: {record['operator']}: {verdict}")
    for line in record["diff"]:
        print("    " + re.sub(r"^([-+])\s+", r"\1 ", line))
    sys.stdout.flush()


def summarise(records, uncounted, options):
    missed = [r for r in records if not r["noticed_by"]]
    print(f"\n{len(missed)} that no test noticed:")
    for record in missed:
        tell(record, missed.index(record) + 1, len(missed))
    share = 100.0 * (len(records) - len(missed)) / len(records) if records else 0.0
    print(
        f"\nseed {options.seed}: {len(records)} mistakes, {len(records) - len(missed)} noticed, {len(missed)} not: "
        f"{share:.1f}% noticed"
    )
    print("not counted: " + (", ".join(f"{n} {why}" for why, n in sorted(uncounted.items())) or "none"))


def parse(arguments_given):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="*", default=["src", "app"], help="folders or files to make mistakes in")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=30, help="mistakes that are counted")
    parser.add_argument(
        "--suite", action="append", help="of meson's suites; may be given again (default: %s)" % ", ".join(SUITES)
    )
    parser.add_argument("--test", action="append", help="a test program by name, instead of suites; may be given again")
    parser.add_argument(
        "--operator",
        action="append",
        help="relation, arithmetic, logic, bits, step, constant, statement, guard, return, negation, arguments",
    )
    parser.add_argument("--work", help="folder for the copy and its build, kept and used again")
    parser.add_argument(
        "--setup", action="append", default=[], help="an option for meson setup, as -Dname=value without the -D"
    )
    parser.add_argument("--report", help="file for the report as JSON")
    parser.add_argument("--again", help="an earlier report whose survivors are tried again")
    parser.add_argument("--minutes", type=float, help="end after so long, with what was tried by then")
    return parser.parse_args(arguments_given)


def main():
    options = parse(sys.argv[1:])
    work = os.path.abspath(options.work or tempfile.mkdtemp(prefix="whoswho-mutate-"))
    tree = Tree(work, ["-D" + word for word in options.setup])
    tests = find_tests(tree, options.suite or SUITES, options.test)
    if not tests:
        sys.exit("there is no such test")
    good, said = tree.ninja(sorted({target for test in tests for target in test.targets}))
    if not good:
        sys.exit("the tree does not build:\n" + said[-3000:])
    measure(tree, tests)
    until = time.monotonic() + options.minutes * 60 if options.minutes else float("inf")
    by_operator = {}
    if options.again:
        with open(options.again, encoding="utf-8") as f:
            pool = survivors(json.load(f), tree)
    else:
        names = sorted(
            os.path.relpath(os.path.join(base, name), tree.top)
            for path in options.paths
            for base, _, files in (
                [(os.path.dirname(os.path.join(tree.top, path)), [], [os.path.basename(path)])]
                if path.endswith(".c")
                else os.walk(os.path.join(tree.top, path))
            )
            for name in files
            if name.endswith(".c")
        )
        pool = [site for name in names for site in sites(name, tree.read(name))]
    for site in pool:
        if not options.operator or site[1] in options.operator:
            by_operator.setdefault(site[1], []).append(site)
    count = len(pool) if options.again else options.count
    chance, records, uncounted = random.Random(options.seed), [], {}
    for _ in range(count * TRIES):
        by_operator = {name: places for name, places in by_operator.items() if places}
        if len(records) == count or not by_operator or time.monotonic() > until:
            break
        record = try_one(tree, tests, draw(chance, by_operator))
        if isinstance(record, str):
            uncounted[record] = uncounted.get(record, 0) + 1
            continue
        records.append(record)
        tell(record, len(records), count)
        if options.report:
            with open(options.report, "w", encoding="utf-8") as f:
                json.dump({"seed": options.seed, "uncounted": uncounted, "mistakes": records}, f, indent=1)
    summarise(records, uncounted, options)
    if not options.work:
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
