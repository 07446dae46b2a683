#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: run_examples.py FIND_FACES PEOPLE THRESHOLDS: runs the three examples on the demo clip and checks what they print. TAP."""
import os
import re
import subprocess
import sys
import tempfile

DATA = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "data")
results = []


def check(name, condition, shown=""):
    results.append(bool(condition))
    print(f"{'ok' if condition else 'not ok'} {len(results)} - {name}")
    if not condition:
        print("# " + shown.replace("\n", "\n# "))


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout, done.stderr


find_faces, people, thresholds = sys.argv[1:]
with tempfile.TemporaryDirectory() as folder:
    library = os.path.join(folder, "People")
    code, out, err = run(people, os.path.join(DATA, "demo.mp4"), library)
    counts = [int(n) for n in re.findall(r"^\S+: (\d+) faces", out, re.M)]
    check("people lists five of them with their faces", code == 0 and len(counts) == 5 and 40 < sum(counts) < 80, out + err)

    frame = os.path.join(folder, "frame.jpg")
    made = subprocess.run(["ffmpeg", "-v", "error", "-ss", "2", "-i", os.path.join(DATA, "demo.mp4"), "-frames:v", "1", frame]).returncode == 0
    if made:
        code, out, err = run(find_faces, frame)
        check("find_faces finds faces in a picture", code == 0 and out.count("face at") >= 1 and "eyes at" in out, out + err)
    code, out, err = run(find_faces, os.path.join(folder, "nothing.jpg"))
    check("find_faces fails on a file that is not there", code == 1 and "WW_ERR_IO" in err, out + err)

    truth = os.path.join(folder, "truth.csv")
    with open(truth, "w") as f:
        f.write("start_s,end_s,x,y,w,h,person\n0,1000,0,0,10000,10000,somebody\n")
    code, out, err = run(thresholds, library, truth)
    check("thresholds prints a line for each", code == 0 and out.count("precision") == 5 and "as it is" in out, out + err)
print(f"1..{len(results)}")
sys.exit(not all(results))
