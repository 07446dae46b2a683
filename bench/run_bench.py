#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Time whoswho, the OpenCV + dlib chain and plain ffmpeg on the same clip. Standard library only; ../bench.sh calls it.

usage: run_bench.py --whoswho BIN --chain BIN --models DIR --clip FILE [--threads 2] [--repeat 3] [--json FILE]

Every program runs `--repeat` times, in turn, as a process of its own, confined to the first `--threads` CPUs. What counts is
the wall time from start to exit, the least of the repeats (other load only ever adds); memory is the peak of the resident set
(the most of the repeats), as the kernel reports it for the finished process.
"""
import argparse
import json
import os
import pathlib
import platform
import re
import subprocess
import sys
import tempfile
import time

# glibc keeps large blocks instead of giving them back; OpenCV and dlib allocate a fresh picture for every step.
TUNED_MALLOC = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": "8589934592"}

NOTES = """What the chain is: bench/article_chain.cpp, Debian's OpenCV and dlib in C++ (-O3 -march=native for all of it that lies in
headers, HOG detector included; the libraries as Debian builds them, BLAS: OpenBLAS). Read loop over all frames with FFmpeg's
threads, one frame a second kept (at most 700 x 500, JPEG on disk), HOG detection at 1x upsampling, five points, chip, ResNet-29
descriptor, brute-force DBSCAN, portraits, annotations, montages. Detection, descriptors and writing run over all threads.
What differs from the real thing: descriptor weights and landmark trees are random (same shape and size, same cost), so its
people mean nothing; it has no Python to slow it; it does not keep a store, a page, or anything to resume from.
What ours does: the whole of `whoswho run` with its default models, a new library each time."""


def parse_arguments():
    parser = argparse.ArgumentParser(description="Time whoswho against the OpenCV + dlib chain and ffmpeg.")
    parser.add_argument("--whoswho", required=True, type=pathlib.Path)
    parser.add_argument("--chain", required=True, type=pathlib.Path)
    parser.add_argument("--models", required=True, type=pathlib.Path, help="folder `article_chain prepare` made")
    parser.add_argument("--clip", required=True, type=pathlib.Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--json", type=pathlib.Path, help="write the figures here, too")
    return parser.parse_args()


def timed(command, cpus, environment):
    """Runs one program. Returns wall seconds, CPU seconds, peak memory in MB, and its last line of output."""
    with tempfile.TemporaryFile("w+") as output:
        begun = time.monotonic()
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.PIPE, text=True, env={**os.environ, **environment},
                                   preexec_fn=lambda: os.sched_setaffinity(0, cpus))
        complaints = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.monotonic() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        lines = output.read().strip().splitlines()
    if process.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\nfailed with exit code {process.returncode}:\n{complaints[-2000:]}")
    return {"wall_s": wall_s, "cpu_s": usage.ru_utime + usage.ru_stime, "peak_mb": usage.ru_maxrss / 1024, "said": lines[-1] if lines else ""}


def contenders(arguments, scratch):
    """name -> (command, environment); `scratch`: where they may write."""
    threads, clip = str(arguments.threads), str(arguments.clip)
    one_blas_thread = {"OPENBLAS_NUM_THREADS": "1"}  # the threads are busy with whole frames
    chain = [str(arguments.chain), "run", clip, str(arguments.models)]
    return {
        "ffmpeg": (["ffmpeg", "-nostdin", "-loglevel", "error", "-threads", threads, "-i", clip, "-vf", "fps=1", "-f", "null", "-"], {}),
        "chain": ([*chain, str(scratch / "chain"), "--threads", threads], one_blas_thread),
        "chain, tuned malloc": ([*chain, str(scratch / "tuned"), "--threads", threads], {**one_blas_thread, **TUNED_MALLOC}),
        "whoswho": ([str(arguments.whoswho), "run", clip, "-o", str(scratch / "ours"), "--threads", threads, "--json"], {}),
    }


def scratch_of(turn, folder):
    """A new folder: none is removed before the end, since ext4 looks long for a place for a new file where many were just deleted."""
    scratch = pathlib.Path(folder) / str(turn)
    scratch.mkdir()
    return scratch


def measure(arguments, contenders):
    """name -> figures of each turn. contenders(arguments, scratch) -> name -> (command, environment)."""
    runs = {}
    with tempfile.TemporaryDirectory(prefix="whoswho-bench-") as folder:
        cpus = sorted(os.sched_getaffinity(0))[: arguments.threads]
        for turn in range(arguments.repeat):
            for name, (command, environment) in contenders(arguments, scratch_of(turn, folder)).items():
                print(f"run {turn + 1} of {arguments.repeat}: {name} ", end="", file=sys.stderr, flush=True)
                runs.setdefault(name, []).append(timed(command, cpus, environment))
                print(f"{runs[name][-1]['wall_s']:.2f} s", file=sys.stderr)
    return runs


def best(runs):
    return min(runs, key=lambda run: run["wall_s"])


def first_line(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0].strip()
    except (OSError, subprocess.CalledProcessError, IndexError):
        return "unknown"


def about(arguments):
    model = re.search(r"model name\s*:\s*(.*)", pathlib.Path("/proc/cpuinfo").read_text())
    probe = ["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "stream=codec_name,width,height,avg_frame_rate:format=duration,bit_rate",
             "-of", "json", str(arguments.clip)]
    shown = json.loads(subprocess.run(probe, capture_output=True, text=True, check=True).stdout)
    stream, form = shown["streams"][0], shown["format"]
    return {
        "cpu": model[1] if model else platform.processor(),
        "cpus_used": arguments.threads,
        "load_before": os.getloadavg()[0],
        "clip": f"{stream['width']}x{stream['height']} {stream['codec_name']}, {float(form['duration']):.0f} s, "
                f"{stream['avg_frame_rate'].split('/')[0]} fps, {int(form['bit_rate']) / 1e6:.1f} Mbit/s",
        "whoswho": first_line(str(arguments.whoswho), "--version"),
        "ffmpeg": first_line("ffmpeg", "-version").split(" Copyright")[0],
        **{package: first_line("dpkg-query", "-W", "-f=${Version}\n", package) for package in ("libopencv-dev", "libdlib-dev", "libopenblas-dev", "libdnnl2")},
    }


def stages(name, run):
    """The program's own account of a run, in one line."""
    if name == "ffmpeg":
        return "decode everything, keep one frame a second"
    said = json.loads(run["said"])
    if name == "whoswho":
        told = said["seconds"]
        parts = [f"{key} {told[key]:.1f}" for key in told if key != "total"]
        return f"{', '.join(parts)}; {said['frames']} frames, {said['faces']} faces, {said['people']} people"
    parts = [f"{key} {said[key]:.1f}" for key in ("read", "detect", "describe", "cluster", "write")]
    return f"{', '.join(parts)}; {said['frames']} frames, {said['faces']} faces"


def print_report(runs, machine):
    for key, value in machine.items():
        print(f"{key:16s} {value:.1f}" if isinstance(value, float) else f"{key:16s} {value}")
    print(f"\n{'':20s}{'least s':>9s}{'CPU s':>8s}{'peak MB':>9s}   all runs, s")
    for name, list_of_runs in runs.items():
        run = best(list_of_runs)
        every = " ".join(f"{r['wall_s']:.2f}" for r in list_of_runs)
        peak = max(r["peak_mb"] for r in list_of_runs)
        print(f"{name:20s}{run['wall_s']:9.2f}{run['cpu_s']:8.1f}{peak:9.0f}   {every}")
        print(f"{'':20s}  {stages(name, run)}")


def summary(runs):
    ours = best(runs["whoswho"])["wall_s"]
    chain = min(best(runs["chain"])["wall_s"], best(runs["chain, tuned malloc"])["wall_s"])  # the better of the two
    return {
        "ours_over_ffmpeg": round(ours / best(runs["ffmpeg"])["wall_s"], 3),
        "chain_over_ours": round(chain / ours, 3),
        "ours_peak_mb": round(max(r["peak_mb"] for r in runs["whoswho"]), 1),
    }


def main():
    arguments = parse_arguments()
    machine = about(arguments)
    runs = measure(arguments, contenders)
    figures = summary(runs)
    print_report(runs, machine)
    print(f"\nours / ffmpeg    {figures['ours_over_ffmpeg']:.2f}   (of the time ffmpeg takes to decode)")
    print(f"chain / ours     {figures['chain_over_ours']:.2f}   (times faster than the better of the two chains)")
    print(f"ours, peak       {figures['ours_peak_mb']:.0f} MB\n\n{NOTES}")
    if arguments.json:
        arguments.json.write_text(json.dumps({"machine": machine, "runs": runs, **figures}, indent=1) + "\n")
        print(f"\nAll figures: {arguments.json}")


if __name__ == "__main__":
    main()
