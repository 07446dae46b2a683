#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: disk_full.py WHOSWHO FOOTAGE

Runs out of space at several points (a small tmpfs where mounting is allowed, else a file size limit), checks the message, gives room, runs again and compares
with an undisturbed run. Prints TAP."""
import os
import resource
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from content import tree  # noqa: E402

program, footage = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])


def run(out, **more):
    return subprocess.run([program, "run", footage, "-o", out, "-q"], stderr=subprocess.PIPE, **more)


def mounted(folder, kib):
    os.makedirs(folder)
    return subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kib}k", "tmpfs", folder], stderr=subprocess.DEVNULL).returncode == 0


failed = number = 0


def report(good, what):
    global failed, number
    number += 1
    failed += not good
    print(f"{'ok' if good else 'not ok'} {number} - {what}", flush=True)


with tempfile.TemporaryDirectory(prefix="whoswho-full-") as folder:
    whole = os.path.join(folder, "whole")
    assert run(whole).returncode == 0
    needed = sum(os.path.getsize(os.path.join(base, n)) for base, _, names in os.walk(whole) for n in names) // 1024
    for share in (0.05, 0.2, 0.4, 0.6, 0.8):
        disk = os.path.join(folder, f"disk{share}")
        if mounted(disk, int(needed * share)):
            try:
                out = os.path.join(disk, "out")
                full = run(out)
                message = full.stderr.decode()
                report(full.returncode == 3 and ("space" in message or "full" in message), f"a disk of {share:.0%} of what is needed: {message.strip()[-150:]}")
                subprocess.run(["mount", "-o", f"remount,size={4 * needed + 65536}k", disk], check=True)
                report(run(out).returncode == 0 and tree(whole) == tree(out), "with room again, the same result")
            finally:
                subprocess.run(["umount", "-l", disk], check=True)
        else:
            out = os.path.join(folder, f"limit{share}")
            limit = int(needed * 1024 * share * 0.5)
            full = run(out, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
            message = full.stderr.decode()
            report(full.returncode == 3 and out in message, f"files limited to {limit} bytes: exit code {full.returncode}: {message.strip()[-150:]}")
            report(run(out).returncode == 0 and tree(whole) == tree(out), "without the limit, the same result")
print(f"1..{number}")
sys.exit(failed != 0)
