#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: footage.py WHOSWHO: runs the program on footage with known truth and demands the figures below. Prints TAP."""
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

# name, footage, truth, scorer, program arguments, the least that is demanded
CASES = [
    ("the demo clip, default models", os.path.join(DATA, "demo.mp4"), os.path.join(DATA, "demo.truth.csv"), os.path.join(HERE, "score.py"), [],
     {"people": 5, "f1": 0.99, "seen": 0.99}),
    ("eight people, default models", os.path.join(SHARED, "footage", "dev_cast8.mp4"), os.path.join(SHARED, "footage", "dev_cast8.truth.csv"),
     os.path.join(SHARED, "tools", "score_people.py"), [], {"people": 8, "f1": 0.95, "seen": 0.97}),
    ("eight people, SCRFD-500M and MobileFaceNet", os.path.join(SHARED, "footage", "dev_cast8.mp4"),
     os.path.join(SHARED, "footage", "dev_cast8.truth.csv"), os.path.join(SHARED, "tools", "score_people.py"), SCRFD_AND_MOBILEFACENET,
     {"people": 8, "f1": 0.96, "seen": 0.99}),
]


def meets(score, demand):
    f1 = score["pairwise"]["f1"] if "pairwise" in score else score["f1"]
    return score["people"] == demand["people"] and score["false_faces"] == 0 and f1 >= demand["f1"] and score["seen"] >= demand["seen"]


program, failed = os.path.abspath(sys.argv[1]), 0
for number, (name, footage, truth, scorer, arguments, demand) in enumerate(CASES, 1):
    if not os.path.exists(footage):
        print(f"ok {number} - {name} # SKIP the shared footage is not here")
        continue
    with tempfile.TemporaryDirectory(prefix="whoswho-e2e-") as folder:
        run = subprocess.run([program, "run", footage, "-o", os.path.join(folder, "out"), "--json", *arguments], stdout=subprocess.PIPE, check=True)
        score = subprocess.run([sys.executable, scorer, os.path.join(folder, "out", "faces.csv"), truth], stdout=subprocess.PIPE, check=True).stdout
    good = meets(json.loads(score), demand)
    failed += not good
    print(f"{'ok' if good else 'not ok'} {number} - {name}: at least {demand}, no false face")
    print("# " + score.decode().strip())
    print("# " + json.dumps(json.loads(run.stdout)["seconds"]))
print(f"1..{len(CASES)}")
sys.exit(failed != 0)
