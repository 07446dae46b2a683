#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: footage.py WHOSWHO: runs the program on footage with known truth and demands the figures below. Prints TAP."""
import csv
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(HERE, "..", "data")
SHARED = os.environ.get("WW_SHARED", "")
SCRFD_AND_MOBILEFACENET = ["--detector", os.path.join(SHARED, "models", "scrfd_500m_bnkps.onnx"),
                           "--embedder", os.path.join(SHARED, "models", "mobilefacenet_foamliu.onnx")]
DEMO, DEMO_TRUTH = os.path.join(DATA, "demo.mp4"), os.path.join(DATA, "demo.truth.csv")
CAST8, CAST8_TRUTH = os.path.join(SHARED, "footage", "dev_cast8.mp4"), os.path.join(SHARED, "footage", "dev_cast8.truth.csv")
SINGER = os.path.join(SHARED, "footage", "short_hamilton_clip.mp4")
OWN_SCORER, SHARED_SCORER = os.path.join(HERE, "score.py"), os.path.join(SHARED, "tools", "score_people.py")

# When, and where (share of the width), the singer of the short clip is on screen with his face to be seen; nobody else stands there.
# From the first picture on, which comes 0.844 s after the sound.
SINGER_AT = [(0, 0.9, 0.50, 1.00), (2.6, 7.6, 0.20, 0.80)]
SINGER_WIDTH_PX = 640


def scored(scorer, truth):
    """The figures of a scorer that prints one line of JSON."""
    def measure(faces):
        s = json.loads(subprocess.run([sys.executable, scorer, faces, truth], stdout=subprocess.PIPE, check=True).stdout)
        return {"people": s["people"], "f1": s["pairwise"]["f1"] if "pairwise" in s else s["f1"], "seen": s["seen"],
                "purity": s.get("purity", 1), "false_faces": s["false_faces"]}
    return measure


def alone(faces):
    """Is the singer one folder, and is nobody else in it?"""
    with open(faces, newline="") as f:
        rows = [row for row in csv.DictReader(f) if row["person"] not in ("", "-1")]

    def sings(row):
        middle = (float(row["x"]) + float(row["width"]) / 2) / SINGER_WIDTH_PX
        return any(begin <= float(row["time_s"]) < end and left <= middle < right for begin, end, left, right in SINGER_AT)
    folders = {row["person"] for row in rows if sings(row)}
    return {"people": len(folders), "faces": sum(sings(row) for row in rows),
            "false_faces": sum(row["person"] in folders and not sings(row) for row in rows)}


# name, footage, how it is measured, program arguments, the least that is demanded ("people" and "false_faces": exactly)
CASES = [
    ("the demo clip, default models", DEMO, scored(OWN_SCORER, DEMO_TRUTH), [], {"people": 5, "f1": 0.99, "seen": 0.99, "false_faces": 0}),
    ("eight people, default models", CAST8, scored(SHARED_SCORER, CAST8_TRUTH), [],
     {"people": 8, "f1": 0.985, "seen": 0.98, "purity": 0.995, "false_faces": 0}),
    ("eight people, SCRFD-500M and MobileFaceNet", CAST8, scored(SHARED_SCORER, CAST8_TRUTH), SCRFD_AND_MOBILEFACENET,
     {"people": 8, "f1": 0.985, "seen": 0.99, "purity": 0.995, "false_faces": 0}),
    ("a singer and his audience, default models", SINGER, alone, [], {"people": 1, "faces": 4, "false_faces": 0}),
    ("a singer and his audience, SCRFD-500M and MobileFaceNet", SINGER, alone, SCRFD_AND_MOBILEFACENET, {"people": 1, "faces": 6, "false_faces": 0}),
]


def meets(figures, demand):
    return all(figures[key] == least if key in ("people", "false_faces") else figures[key] >= least for key, least in demand.items())


program, failed = os.path.abspath(sys.argv[1]), 0
for number, (name, footage, measure, arguments, demand) in enumerate(CASES, 1):
    if not os.path.exists(footage):
        print(f"ok {number} - {name} # SKIP the shared footage is not here")
        continue
    with tempfile.TemporaryDirectory(prefix="whoswho-e2e-") as folder:
        run = subprocess.run([program, "run", footage, "-o", os.path.join(folder, "out"), "--json", *arguments], stdout=subprocess.PIPE, check=True)
        figures = measure(os.path.join(folder, "out", "faces.csv"))
    good = meets(figures, demand)
    failed += not good
    print(f"{'ok' if good else 'not ok'} {number} - {name}: at least {demand}")
    print("# " + json.dumps(figures))
    print("# " + json.dumps(json.loads(run.stdout)["seconds"]))
print(f"1..{len(CASES)}")
sys.exit(failed != 0)
