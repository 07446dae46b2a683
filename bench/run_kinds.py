#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""CPU time of whoswho beside plain ffmpeg on footage of every kind. Standard library only; ../bench.sh calls it.

usage: run_kinds.py --whoswho BIN --clip FILE --work DIR [--seconds 60] [--repeat 3] [--only KIND] [--json FILE]

The first seconds of the benchmark's clip are encoded as each kind (once; the clips stay in DIR). On each, `whoswho run` with one
thread and `ffmpeg -threads 1 -vf fps=1`, which decodes everything and keeps one frame a second, run in turn; what counts is user
and system time, the least of the repeats. Each run writes to a new folder and none is removed before the end: ext4 looks long
for a place for a new file where many were deleted within the last minutes, up to 0.4 s for the files of one run.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

# A page that scrolls by a step each two seconds, with the clip as a camera's picture in the corner.
SCREEN = ("color=c=white:s=1920x2160:r=25[page];[page]drawgrid=w=240:h=54:t=2:c=gray,drawgrid=w=17:h=27:t=1:c=black@0.4,"
          "crop=1920:1080:0:'mod(floor(t/2)*90,1080)'[desk];[0:v]scale=480:270[me];[desk][me]overlay=1420:790:shortest=1")
X264 = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "23"]
KINDS = {  # name -> ffmpeg's options
    "h264 1080p, B-frames": ["-c:v", "copy"],
    "h264 1080p, x264's defaults": ["-c:v", "libx264", "-preset", "medium", "-crf", "23"],
    "h264 1080p, GOP 50, no B": [*X264, "-g", "50", "-bf", "0", "-sc_threshold", "0"],
    "h264 480p": ["-vf", "scale=854:480", *X264],
    "h264 4K": ["-vf", "scale=3840:2160", *X264],
    "hevc 1080p": ["-c:v", "libx265", "-preset", "veryfast", "-crf", "26", "-x265-params", "log-level=none"],
    "vp9 1080p": ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "6", "-b:v", "3M", "-g", "128"],
    "screen recording": ["-filter_complex", SCREEN, *X264],
}


def parse_arguments():
    parser = argparse.ArgumentParser(description="Time whoswho beside ffmpeg on footage of every kind.")
    parser.add_argument("--whoswho", required=True, type=pathlib.Path)
    parser.add_argument("--clip", required=True, type=pathlib.Path)
    parser.add_argument("--work", required=True, type=pathlib.Path, help="where the clips are kept")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--only", default="", help="kinds with this in their name")
    parser.add_argument("--json", type=pathlib.Path, help="write the figures here, too")
    return parser.parse_args()


def clip_of(kind, arguments):
    name = "".join(c if c.isalnum() else "_" for c in kind)
    path = arguments.work / f"{name}_{arguments.seconds}.mkv"
    if not path.exists():
        print(f"encoding {kind} ...", file=sys.stderr, flush=True)
        part = path.with_name("part.mkv")
        subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", "-t", str(arguments.seconds), "-i", str(arguments.clip), *KINDS[kind],
                        "-an", str(part)], check=True)
        part.rename(path)
    return path


def cpu_of(command):
    """CPU seconds of one run, and what it printed."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\nfailed with exit code {process.returncode}")
    return usage.ru_utime + usage.ru_stime, said


def measure(clip, arguments, scratch):
    ffmpeg = ["ffmpeg", "-nostdin", "-v", "error", "-threads", "1", "-i", str(clip), "-vf", "fps=1", "-f", "null", "-"]
    ours = [str(arguments.whoswho), "run", str(clip), "--threads", "1", "--json"]
    ways = {"ours": [], "float32": ["--precision", "float32"], "fast": ["--fast"]}
    runs = {name: [] for name in ("ffmpeg", *ways)}
    for turn in range(arguments.repeat):
        runs["ffmpeg"].append(cpu_of(ffmpeg)[0])
        for name, extra in ways.items():
            cpu, said = cpu_of([*ours, *extra, "-o", str(scratch / f"{clip.stem}-{name}-{turn}")])
            runs[name].append((cpu, json.loads(said)["seconds"]["decode_cpu"]))
    (ours, decode), (float32, _), (fast, _) = min(runs["ours"]), min(runs["float32"]), min(runs["fast"])
    return {"ffmpeg_s": min(runs["ffmpeg"]), "ours_s": ours, "decode_s": decode, "float32_s": float32, "fast_s": fast}


def main():
    arguments = parse_arguments()
    arguments.work.mkdir(parents=True, exist_ok=True)
    kinds = [kind for kind in KINDS if arguments.only in kind]
    clips = {kind: clip_of(kind, arguments) for kind in kinds}
    figures = {}
    print(f"CPU seconds, one thread, {arguments.seconds} s of footage\n")
    print(f"{'':30s}{'ffmpeg':>8s}{'ours':>8s}{'/ffmpeg':>9s}{'decode':>8s}{'/decode':>9s}{'float32':>8s}{'/ffmpeg':>9s}{'/decode':>9s}{'--fast':>8s}{'/ffmpeg':>9s}")
    with tempfile.TemporaryDirectory(prefix="whoswho-bench-") as folder:
        for kind, clip in clips.items():
            f = figures[kind] = measure(clip, arguments, pathlib.Path(folder))
            print(f"{kind:30s}{f['ffmpeg_s']:8.2f}{f['ours_s']:8.2f}{f['ours_s'] / f['ffmpeg_s']:9.2f}{f['decode_s']:8.2f}"
                  f"{f['ours_s'] / f['decode_s']:9.2f}{f['float32_s']:8.2f}{f['float32_s'] / f['ffmpeg_s']:9.2f}"
                  f"{f['float32_s'] / f['decode_s']:9.2f}"
                  f"{f['fast_s']:8.2f}{f['fast_s'] / f['ffmpeg_s']:9.2f}", flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1) + "\n")


main()
