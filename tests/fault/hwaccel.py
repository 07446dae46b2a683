#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: hwaccel.py WHOSWHO FAKE_DEVICE.so DEMO.mp4

--hwaccel with a device that is a fake (unit/video/fake_device.c, preloaded): the same faces as without it, whatever the
device does; what is told; and when footage is scanned again. Prints TAP."""

import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from tap import Tap  # noqa: E402

PROGRAM, PRELOAD, DEMO = map(os.path.abspath, sys.argv[1:4])
USAGE, FINE = 2, 0


def whoswho(*command, device="", preload=PRELOAD):
    """The program's end, with such a device; and the counts of the device."""
    environment = dict(os.environ, HOME=os.getcwd(), LD_PRELOAD=preload, WW_FAKE_DEVICE=device, WW_FAKE_REPORT="report")
    done = subprocess.run([PROGRAM, *command], env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    with open("report", encoding="utf-8") as f:
        return done, json.load(f)


def run(out, *options, device=""):
    done, counts = whoswho("run", "clip.mp4", "-o", out, "--json", *options, device=device)
    if done.returncode != FINE:
        raise RuntimeError(f"{options}, {device}: {done.stderr}")
    return json.loads(done.stdout), counts


def table(out):
    with open(os.path.join(out, "faces.csv"), encoding="utf-8") as f:
        return f.read()


def told(summary):
    return summary["hwaccel_files"], summary["hwaccel_fallbacks"]


def what_a_device_decodes(tap):
    summary, counts = run("software")
    tap.check(told(summary) == (0, 0) and counts["opened"] == 0, "no device is asked unless one is asked for", str(counts))
    for threads in ("1", "3"):
        summary, counts = run("device" + threads, "--hwaccel", "auto", "--threads", threads)
        fine = told(summary) == (1, 0) and counts["opened"] == 1 and counts["surfaces"] == 0
        looks = summary["frames"] + summary["intermediate_frames"]
        fine = fine and looks <= counts["transfers"] < counts["frames"]  # what nobody looks at stays on the device
        tap.check(fine, f"{threads} threads share a device", f"{summary}\n{counts}")
        tap.check(table("device" + threads) == table("software"), "and find what software finds")


def what_it_does_not(tap):
    cases = (
        ("transfer_fails=20 dies", (1, 1), "a device that dies between two frames"),
        ("packet_fails=30 dies", (1, 1), "a device that stops decoding"),
        ("packet_damaged=40", (1, 1), "a packet that it cannot read"),
        ("refuses", (0, 1), "a profile that it does not know"),
        ("absent", (0, 1), "no device"),
    )
    for device, expected, name in cases:
        out = device.split("=")[0]
        summary, _ = run(out, "--hwaccel", "auto", "-t", "1", device=device)
        tap.check(told(summary) == expected, f"{name} is told", f"told {told(summary)}")
        tap.check(table(out) == table("software"), "and software finds the same faces")


def words(tap):
    scan = ("scan", "clip.mp4", "--hwaccel")
    said, _ = whoswho(*scan, "vaapi", "-v", "-o", "words1")
    tap.check("clip.mp4: decoded by vaapi\n" in said.stderr, "--verbose names the device", said.stderr)
    tap.check("decoded by hardware: 1 video\n" in said.stdout, "the summary counts", said.stdout)
    said, _ = whoswho(*scan, "auto", "-v", "-o", "words2", device="transfer_fails=20 dies")
    fine = "decoded by software: vaapi did not give a picture back" in said.stderr and said.returncode == FINE
    tap.check(fine, "--verbose says why software took over", said.stderr)
    tap.check("by software instead, or in part: 1 " in said.stdout, "so does the summary", said.stdout)
    said, _ = whoswho(*scan, "auto", "-v", "-o", "words4", device="refuses")
    tap.check("vaapi does not decode this profile or pixel format" in said.stderr, "or that it is the profile", said.stderr)
    said, _ = whoswho(*scan, "auto", "-v", "-o", "words3", device="absent")
    tap.check("clip.mp4: decoded by software: no device for h264" in said.stderr, "or that there is no device", said.stderr)


def names(tap):
    for name, device, there in (("cuda", "", ": vaapi"), ("vaapi", "absent", ": none"), ("teapot", "", ": vaapi")):
        said, _ = whoswho("run", "clip.mp4", "-o", "names", "--hwaccel", name, device=device)
        fine = said.returncode == USAGE and f"'{name}'" in said.stderr and there in said.stderr
        tap.check(fine and not os.path.exists("names"), f"no {name}: an error before any work, which says what there is", said.stderr)


def what_is_remembered(tap):
    def scanned(out, *options, device=""):
        done, _ = whoswho("scan", "clip.mp4", "still.jpg", "-o", out, "--json", *options, device=device)
        summary = json.loads(done.stdout)
        return summary["scanned"], summary["already"]

    tap.check(scanned("kept", "--hwaccel", "auto") == (2, 0), "a first scan")
    tap.check(scanned("kept", "--hwaccel", "vaapi") == (0, 2), "with any device it is known")
    tap.check(scanned("kept", "--hwaccel", "auto", device="absent") == (0, 2), "and where there is none")
    tap.check(scanned("kept") == (1, 1), "without, what a device decoded is scanned again, and a photo is not")
    tap.check(scanned("kept", "--hwaccel", "auto") == (0, 2), "what software decoded will do")
    tap.check(scanned("plain", "--hwaccel", "auto", device="absent") == (2, 0), "where there is no device")
    tap.check(scanned("plain") == (0, 2), "it is a scan without one")
    whoswho("scan", "clip.mp4", "-o", "other", "--hwaccel", "auto")
    said, _ = whoswho("join", "other", "plain", "-o", "joined")
    tap.check(said.returncode != FINE and "--hwaccel differs" in said.stderr, "join tells the two apart", said.stderr)


def main():
    tap = Tap()
    if shutil.which("ffmpeg") is None:
        print("1..0 # SKIP there is no ffmpeg program here")
        return
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        cut = ["ffmpeg", "-v", "error", "-nostdin", "-i", DEMO, "-an"]
        subprocess.run([*cut, "-t", "12", "-c:v", "copy", "clip.mp4"], check=True)
        subprocess.run([*cut, "-frames:v", "1", "still.jpg"], check=True)
        for check in (what_a_device_decodes, what_it_does_not, words, names, what_is_remembered):
            check(tap)
        os.chdir("/")
    tap.end()


main()
