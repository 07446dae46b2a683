#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: kill_a_rank.py WHOSWHO WHOSWHO_MPI FOOTAGE [KILLS]

Kills one rank of three with SIGKILL at random moments; the job must end, say so, and go on with the same command to the
library that a scan by one process makes. Prints TAP and the seed."""
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

from job import ENVIRONMENT, LIMIT_S, Tap, command, differing, ranks_of, run, skip_without_mpirun

program, with_mpi, demo = (os.path.abspath(p) for p in sys.argv[1:4])
kills = int(sys.argv[4]) if len(sys.argv) > 4 else 10
seed = int(os.environ.get("SEED", time.time()))
dice = random.Random(seed)
RANKS = 3
SCAN = ["scan", demo, "--every", "0.5s", "--detect-size", "256", "--threads", "1", "-o"]
tap = Tap()


def kill_one(out, span_s):
    """Starts a job and kills a rank of it after a random part of its time; (what was killed, exit code, what it said)."""
    job = subprocess.Popen(command(RANKS, with_mpi, *SCAN, out, "-q"), env=ENVIRONMENT, stdin=subprocess.DEVNULL,
                           stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    while len(ranks_of(job)) < RANKS and job.poll() is None:
        time.sleep(0.01)
    time.sleep(dice.uniform(0.0, span_s))
    victim = dice.randrange(RANKS)
    killed = ranks_of(job).get(victim)
    if killed and job.poll() is None:
        try:
            os.kill(killed, signal.SIGKILL)
        except ProcessLookupError:
            killed = None
    said = job.communicate(timeout=LIMIT_S)[1]
    return victim if killed else None, job.returncode, said


def main():
    skip_without_mpirun()
    print(f"# SEED={seed}")
    whole = os.path.join(folder, "whole")
    run([program, *SCAN, whole, "-q"], check=True)
    begun = time.monotonic()
    run(command(RANKS, with_mpi, *SCAN, os.path.join(folder, "undisturbed"), "-q"), check=True)
    span_s = time.monotonic() - begun
    in_time = 0
    for n in range(1, kills + 1):
        out = os.path.join(folder, f"out{n}")
        victim, code, said = kill_one(out, span_s)
        ended = victim is None or code != 0
        in_time += victim is not None and code != 0
        clear = code == 0 or "signal 9" in said or "another rank ended" in said
        again = run(command(RANKS, with_mpi, *SCAN, out, "-q"))
        good = ended and clear and again.returncode == 0 and not differing(out, whole)
        tap.check(good, f"rank {victim} killed, exit code {code}; then the same command again", "" if good else said + again.stderr)
    tap.check(in_time >= kills // 4, f"{in_time} of {kills} jobs were ended by it")


with tempfile.TemporaryDirectory(prefix="whoswho-mpi-kill-") as folder:
    main()
tap.end()
