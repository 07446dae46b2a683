#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: long_footage.py WHOSWHO FOOTAGE

A ten-hour film (the footage, small, over and over) must not need more memory than two minutes of it. Prints TAP."""
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile

# Caches fill up (SQLite's pages, the decoders' pools): 17 MiB after two hours and a half, 23 after five, 24 after ten, measured. What grew with the footage
# would show: 36,000 s of decoded frames or pictures are hundreds of MiB.
ALLOWED_MORE_MIB = 48

if not shutil.which("ffmpeg"):
    print("ok 1 - long footage # SKIP ffmpeg is not installed\n1..1")
    sys.exit(0)
program, footage = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])


def ffmpeg(*arguments):
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *arguments], check=True)


def seconds_of(path):
    out = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", path], check=True, stdout=subprocess.PIPE)
    return float(out.stdout)


def run(path, out):
    """Runs the program in a child of its own; returns (peak memory in MiB, its JSON summary)."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        done = subprocess.run([program, "run", path, "-o", out, "--every", "30s", "--threads", "2", "--json"], stdout=subprocess.PIPE)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        os.write(write, json.dumps([done.returncode, peak, json.loads(done.stdout or b"{}")]).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as f:
        code, peak, summary = json.loads(f.read())
    os.waitpid(child, 0)
    assert code == 0, f"exit code {code}"
    return peak, summary


with tempfile.TemporaryDirectory(prefix="whoswho-long-") as folder:
    small, short, long = (os.path.join(folder, n) for n in ("small.mkv", "short.mkv", "long.mkv"))
    ffmpeg("-i", footage, "-an", "-vf", "scale=320:-2", "-c:v", "libx264", "-preset", "veryfast", "-crf", "38", small)
    once = seconds_of(small)
    ffmpeg("-stream_loop", str(int(120 / once)), "-i", small, "-c", "copy", short)
    ffmpeg("-stream_loop", str(int(36000 / once)), "-i", small, "-c", "copy", long)
    peak_short, _ = run(short, os.path.join(folder, "out_short"))
    peak_long, summary = run(long, os.path.join(folder, "out_long"))
    good = peak_long <= peak_short + ALLOWED_MORE_MIB and summary["frames"] >= 1190
    print(f"# {seconds_of(short):.0f} s: {peak_short:.0f} MiB; {seconds_of(long):.0f} s: {peak_long:.0f} MiB, {summary['frames']} frames, {summary['faces_found']} faces")
    print(f"{'ok' if good else 'not ok'} 1 - ten hours need no more memory than two minutes\n1..1")
    sys.exit(not good)
