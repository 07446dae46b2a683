#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: kill_decisions.py WHOSWHO FOOTAGE [KILLS]

Kills decisions and syncs with SIGKILL at random moments and gives the same command again where the journal does not have it. In the end journal,
people and folders must be those of an undisturbed run. Prints TAP and the seed."""
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from content import tree  # noqa: E402

program, footage = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
kills = int(sys.argv[3]) if len(sys.argv) > 3 else 20
seed = int(os.environ.get("SEED", time.time()))
dice = random.Random(seed)
print(f"# SEED={seed}")
STEPS = [["name", "0", "Ada"], ["merge", "1", "2", "--force"], ["sync"], ["ignore", "3"], ["undo"], ["name", "4", "Ben"], ["split", "1", "--yes"]]


def asked(out, what):
    answer = json.loads(subprocess.run([program, what, "-o", out, "--json"], check=True, capture_output=True).stdout)[what]
    for row in answer:
        row.pop("time", None)
    return answer


def portraits(out, folder):
    return sorted(f for f in os.listdir(os.path.join(out, folder)) if f.endswith(".jpg"))


def by_hand(out):
    """A folder renamed, a portrait moved, one deleted."""
    moved, deleted = portraits(out, "Face_1")[:2]
    os.rename(os.path.join(out, "Ada"), os.path.join(out, "Eve"))
    os.rename(os.path.join(out, "Face_1", moved), os.path.join(out, "Face_3", moved))
    os.remove(os.path.join(out, "Face_1", deleted))


def go_through(base, out, span):
    """All steps on a copy of base; with a span each is killed once within it, and given again if the journal does not have it."""
    shutil.copytree(base, out)
    for step in STEPS:
        command = [program, *step, "-o", out, "-q"]
        if step == ["sync"]:
            by_hand(out)
        before = len(asked(out, "log"))
        if span:
            run = subprocess.Popen(command)
            time.sleep(dice.uniform(0, span))
            run.send_signal(signal.SIGKILL)
            run.wait()
        entries = asked(out, "log")
        if len(entries) == before:
            subprocess.run(command, check=True)
        else:
            subprocess.run([program, "sync", out, "-q"], check=True)  # finishes what was interrupted


failed = 0
with tempfile.TemporaryDirectory(prefix="whoswho-kill-") as folder:
    base, whole = os.path.join(folder, "base"), os.path.join(folder, "whole")
    subprocess.run([program, "run", footage, "-o", base, "-q"], check=True)
    go_through(base, whole, 0)
    begun = time.monotonic()
    subprocess.run([program, "undo", "-o", base, "-q"], stderr=subprocess.DEVNULL)
    subprocess.run([program, "cluster", base, "-q"], check=True)
    subprocess.run([program, "export", base, "-q"], check=True)
    span = time.monotonic() - begun
    for n in range(1, kills + 1):
        out = os.path.join(folder, f"out{n}")
        go_through(base, out, span)
        good = asked(whole, "log") == asked(out, "log") and asked(whole, "people") == asked(out, "people") and tree(whole) == tree(out)
        failed += not good
        print(f"{'ok' if good else 'not ok'} {n} - {len(STEPS)} commands, each killed within {span:.3f} s", flush=True)
        shutil.rmtree(out)
print(f"1..{kills}")
sys.exit(failed != 0)
