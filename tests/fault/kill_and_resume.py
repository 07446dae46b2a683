#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: kill_and_resume.py WHOSWHO FOOTAGE [KILLS]

Kills a run with SIGKILL at random moments, runs it again, and compares everything written with an undisturbed run's. Prints TAP and the seed."""
import os
import random
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


def command(out):
    return [program, "run", footage, "-o", out, "--every", "0.5s", "--threads", "2", "-q"]


failed = 0
with tempfile.TemporaryDirectory(prefix="whoswho-kill-") as folder:
    whole = os.path.join(folder, "whole")
    begun = time.monotonic()
    subprocess.run(command(whole), check=True)
    span = time.monotonic() - begun
    for n in range(1, kills + 1):
        out = os.path.join(folder, f"out{n}")
        moment = dice.uniform(0.0, span)
        run = subprocess.Popen(command(out))
        time.sleep(moment)
        run.send_signal(signal.SIGKILL)
        run.wait()
        again = subprocess.run(command(out))
        good = again.returncode == 0 and tree(whole) == tree(out)
        failed += not good
        print(f"{'ok' if good else 'not ok'} {n} - killed after {moment:.3f} of {span:.3f} s, then run again", flush=True)
        subprocess.run(["rm", "-rf", out])
print(f"1..{kills}")
sys.exit(failed != 0)
