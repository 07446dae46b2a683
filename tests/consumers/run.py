#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: run.py BUILD CACHE [CONSUMER...]

Data sets of the demo, read by the programs they are made for. Each NAME.txt here lists what pip installs from PyPI, to the last version, into
a virtual environment of its own, CACHE/NAME, which is kept; read_NAME.py reads the exports with it and prints TAP. Where PyPI cannot be
reached a consumer is skipped. Ends with 'N passed, N failed, N skipped'; exit code 1 if anything failed or nothing ran."""
import glob
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
DEMO = os.path.join(HERE, "..", "data", "demo.mp4")
FORMATS = ("yolo", "coco", "imagefolder", "chips", "embeddings", "cvat", "labelstudio", "timeline", "article")
NAMES = ("Ada Lovelace", "Zoë: the *second*")
MINUTES_MAX = 60  # to install or to read
UNREACHABLE = re.compile(r"NewConnectionError|Temporary failure|Connection refused|timed out|Network is unreachable|from versions: none", re.I)


def consumers(wanted):
    there = sorted(os.path.basename(path)[:-4] for path in glob.glob(os.path.join(HERE, "*.txt")))
    strange = set(wanted) - set(there)
    if strange:
        sys.exit(f"there is no consumer {', '.join(sorted(strange))}; there are {', '.join(there)}")
    return list(wanted) or there


def export(program, folder):
    """All formats of the demo's library, with two people named; what the program says of each, as facts.json."""
    def whoswho(*arguments):
        return subprocess.run([program, *arguments], check=True, capture_output=True, text=True).stdout

    library = os.path.join(folder, "library")
    facts = {"run": json.loads(whoswho("run", DEMO, "-o", library, "--json"))}
    for number, name in enumerate(NAMES):
        whoswho("name", str(number), name, "-o", library, "-q")
    for name in FORMATS:  # the demo's people are one drawing each, so that all faces of one are near-duplicates
        facts[name] = json.loads(whoswho("export", library, "--to", name, "-O", os.path.join(folder, name), "--near-duplicate", "0", "--json"))
    facts["names"] = [*NAMES, "Face_2", "Face_3", "Face_4"]
    with open(os.path.join(folder, "facts.json"), "w", encoding="utf-8") as f:
        json.dump(facts, f)


def environment(name, cache):
    """Python of the environment, made where it is not there or its list has changed; or (None, why not, whether PyPI is to blame)."""
    listed = os.path.join(HERE, name + ".txt")
    folder, python = os.path.join(cache, name), os.path.join(cache, name, "bin", "python")
    stamp = os.path.join(folder, "installed")
    with open(listed, "rb") as f:
        key = hashlib.sha256(f.read()).hexdigest()
    if os.path.exists(stamp) and open(stamp, encoding="utf-8").read() == key:
        return python, "", False
    print(f"# installing {name}", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    steps = ([sys.executable, "-m", "venv", folder], [python, "-m", "pip", "install", "-q", "--no-deps", "-r", listed])
    for step in steps:
        done = subprocess.run(step, capture_output=True, text=True, timeout=MINUTES_MAX * 60, check=False)
        if done.returncode:
            last = (done.stdout + done.stderr).strip().splitlines()[-1:] or ["without a word"]
            return None, last[0], bool(UNREACHABLE.search(done.stdout + done.stderr))
    with open(stamp, "w", encoding="utf-8") as f:
        f.write(key)
    return python, "", False


def read(python, name, exports, build):
    """The script's output, shown as it comes, and its exit code."""
    script = os.path.join(HERE, f"read_{name}.py")
    with tempfile.TemporaryDirectory(prefix="whoswho-consumer-") as folder:
        home = {"HOME": folder, "TMPDIR": folder, "XDG_CACHE_HOME": folder, "XDG_CONFIG_HOME": folder, "PYTHONPATH": os.path.dirname(HERE)}
        done = subprocess.run([python, script, exports, build], cwd=folder, env={**os.environ, **home}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=MINUTES_MAX * 60, check=False)
    return done.stdout, done.returncode


class Count:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def skip(self, name, why):
        self.skipped += 1
        print(f"skipped {name}: {why}", flush=True)

    def fail(self, name, why):
        self.failed += 1
        print(f"FAILED {name}: {why}", flush=True)

    def tap(self, name, output, code):
        """A consumer's claims; it fails as a whole where it ends before its plan."""
        for line in output.splitlines():
            found = re.match(r"(not )?ok \d+ - (.*?)(?: # SKIP (.*))?$", line)
            if not found:
                continue
            if found.group(3):
                self.skip(f"{name}: {found.group(2)}", found.group(3))
            else:
                self.passed += not found.group(1)
                self.failed += bool(found.group(1))
                print(f"{'FAILED' if found.group(1) else 'passed'} {name}: {found.group(2)}", flush=True)
        plan = re.search(r"^1\.\.(\d+)", output, re.M)
        claims = len(re.findall(r"^(?:not )?ok \d+", output, re.M))
        if not plan or int(plan.group(1)) != claims or code not in (0, 1):
            self.fail(name, f"it ended with exit code {code} after {claims} claims")
        print("".join(f"  {line}\n" for line in output.splitlines() if line.startswith("# ")), end="", flush=True)
        if "not ok" in output or not plan:
            print("".join(f"    {line}\n" for line in output.splitlines()[-60:]), flush=True)


def main():
    build, cache = (os.path.abspath(path) for path in sys.argv[1:3])
    count = Count()
    os.makedirs(cache, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="whoswho-consumers-") as exports:
        export(os.path.join(build, "app", "cli", "whoswho"), exports)
        for name in consumers(sys.argv[3:]):
            python, why, unreachable = environment(name, cache)
            if python:
                count.tap(name, *read(python, name, exports, build))
            elif unreachable:
                count.skip(name, f"PyPI cannot be reached: {why}")
            else:
                count.fail(name, f"its packages cannot be installed: {why}")
    print(f"{count.passed} passed, {count.failed} failed, {count.skipped} skipped")
    return count.failed > 0 or count.passed + count.skipped == 0


if __name__ == "__main__":
    sys.exit(main())
