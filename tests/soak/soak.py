#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: soak.py BUILD FUZZ_BUILD MINUTES [FOUND]

Tries to break the program for as long as told, in turns of a minute or so: fuzzers (media through the real reader, the
store, models, pictures, tables), kill -9 at random moments, calls that fail, and days in the life. BUILD is an ordinary
build; FUZZ_BUILD one with -Dfuzz=true (tests/fuzz/meson.build). What is found is saved in FOUND (soak-found): inputs that
crash a fuzzer, seeds and output of what failed. The corpora of the fuzzers grow there too, so that the next soak goes on
from them. Prints the counts every ten minutes and in the end; the exit code is 1 if anything was found."""

import collections
import os
import random
import re
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)
TURN_S = 60
GRACE_S = 240  # what a turn may take beyond its time
REPORT_S = 600
FUZZERS = ("media", "store", "onnx", "dat", "hog", "shape", "jpeg", "tables", "json", "regions")
BOUNDS = {"media": 65536, "store": 4096}
SUMMARY = re.compile(r"#\d+\s+\S+\s+cov: (\d+) ft: \d+ corp: (\d+)")
EXECUTED = re.compile(r"stat::number_of_executed_units:\s*(\d+)")
CLAIM = re.compile(r"^(not )?ok \d+", re.M)


class Soak:
    def __init__(self, build, fuzz_build, minutes, found):
        self.build, self.fuzz_build, self.found = os.path.abspath(build), os.path.abspath(fuzz_build), os.path.abspath(found)
        self.begun = time.monotonic()
        self.end = self.begun + minutes * 60
        self.program = os.path.join(self.build, "app/cli/whoswho")
        self.demo = os.path.join(TESTS, "data/demo.mp4")
        self.counts = collections.OrderedDict()
        self.failures = 0
        self.dice = random.SystemRandom()
        os.makedirs(self.found, exist_ok=True)

    def call(self, command, seconds, environment):
        """Exit code (None: it did not end in time) and output. The group is killed, so that nothing is left behind."""
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                 env=dict(os.environ, **environment), start_new_session=True)
        try:
            said, _ = child.communicate(timeout=seconds)
            code = child.returncode
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            said, _ = child.communicate()
            code = None
        return code, said.decode("utf-8", "replace")

    def note(self, kind, **more):
        counts = self.counts.setdefault(kind, collections.OrderedDict())
        for name, value in more.items():
            counts[name] = max(counts.get(name, 0), value) if name in ("edges", "corpus") else counts.get(name, 0) + value

    def save(self, kind, text):
        self.failures += 1
        path = os.path.join(self.found, f"{kind}-{time.strftime('%Y%m%d-%H%M%S')}-{self.failures}.txt")
        with open(path, "w", encoding="utf-8", errors="replace") as f:
            f.write(text)
        print(f"found: {path}", flush=True)

    # --- kinds of turns

    def fuzz(self, name):
        corpus, crashes = (os.path.join(self.found, kind, name) for kind in ("corpus", "crashes"))
        for folder in (corpus, crashes):
            os.makedirs(folder, exist_ok=True)
        before = set(os.listdir(crashes))
        suppressions = os.path.join(TESTS, "lsan-suppressions")
        code, said = self.call(
            [os.path.join(self.fuzz_build, "tests/fuzz", "fuzz_" + name), f"-max_total_time={TURN_S}", "-timeout=30",
             "-rss_limit_mb=3000", "-print_final_stats=1", f"-max_len={BOUNDS.get(name, 16384)}", "-use_value_profile=1",
             f"-artifact_prefix={crashes}/", corpus, os.path.join(TESTS, "fuzz/corpus", name)],
            TURN_S + GRACE_S,
            {"ASAN_OPTIONS": "allocator_may_return_null=1", "LSAN_OPTIONS": f"print_suppressions=0:suppressions={suppressions}",
             "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1"})
        executed, seen = EXECUTED.search(said), SUMMARY.findall(said)
        self.note("fuzz " + name, executions=int(executed.group(1)) if executed else 0,
                  edges=max((int(edges) for edges, _ in seen), default=0), corpus=max((int(c) for _, c in seen), default=0),
                  failures=int(code != 0))
        if code != 0:
            self.save("fuzz-" + name, f"{code}\nnew: {sorted(set(os.listdir(crashes)) - before)}\n{said[-20000:]}")

    def program_test(self, kind, unit, script, arguments):
        """A test that prints TAP; each of its claims is one of `unit`."""
        seed = self.dice.randrange(1 << 31)
        code, said = self.call([sys.executable, os.path.join(TESTS, script), self.program, *arguments], 20 * TURN_S,
                               {"SEED": str(seed)})
        claims = CLAIM.findall(said)
        self.note(kind, **{unit: self.units(unit, said, claims), "failures": int(code != 0)})
        if code != 0:
            self.save(kind.replace(" ", "-"), f"seed {seed}, exit code {code}\n{said}")

    @staticmethod
    def units(unit, said, claims):
        if unit == "faults":  # "# a name: 15 of 240 calls: {...}"
            return sum(int(n) for n in re.findall(r"^# [^:]+: (\d+) of \d+ calls", said, re.M))
        if unit == "commands":
            return sum(int(n) for n in re.findall(r"commands: (\d+)", said))
        return len(claims)

    def kill_scans(self):
        self.program_test("kill -9 of scans", "kills", "fault/kill_and_resume.py", [self.demo, "10"])

    def kill_decisions(self):
        self.program_test("kill -9 of decisions", "rounds", "fault/kill_decisions.py", [self.demo, "3"])

    def faults(self):
        shim = os.path.join(self.build, "tests/fault/libfailing_calls.so")
        self.program_test("failing calls", "faults", "fault/failing_calls.py", [shim, "20"])

    def day(self):
        self.program_test("a day in the life", "commands", "soak/day.py", ["60"])

    def turns(self):
        fuzzers = [lambda name=name: self.fuzz(name) for name in FUZZERS
                   if os.path.exists(os.path.join(self.fuzz_build, "tests/fuzz", "fuzz_" + name))]
        others = [self.day, self.kill_scans, self.day, self.faults, self.day, self.kill_decisions]
        order = []
        for i, turn in enumerate(fuzzers + others[len(fuzzers):]):
            order += [turn] + others[i:i + 1]
        return order

    def report(self):
        print(f"after {(time.monotonic() - self.begun) / 60:.0f} minutes:")
        for kind, counts in self.counts.items():
            print(f"  {kind:22}" + ", ".join(f"{value} {name}" for name, value in counts.items()))
        print(f"  {self.failures} found", flush=True)

    def run(self):
        reported = time.monotonic()
        while True:
            for turn in self.turns():
                if time.monotonic() >= self.end:
                    self.report()
                    return self.failures != 0
                turn()
                if time.monotonic() - reported > REPORT_S:
                    self.report()
                    reported = time.monotonic()


if __name__ == "__main__":
    sys.exit(Soak(sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4] if len(sys.argv) > 4 else "soak-found").run())
