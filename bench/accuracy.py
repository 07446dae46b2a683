#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: accuracy.py WHOSWHO SHARED

For the default models and for SCRFD-500M + MobileFaceNet: scans footage and photos with truth (SHARED/footage, SHARED/photos), sorts them with several eps, and
prints a Markdown table (docs/accuracy.md). Scored by SHARED/tools/score_people.py; of a photo only the largest face is scored, since the file
name says who that is and nothing about the people behind."""
import csv
import json
import os
import subprocess
import sys
import tempfile

program, shared = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
THIRD_PARTY = ["--detector", f"{shared}/models/scrfd_500m_bnkps.onnx", "--embedder", f"{shared}/models/mobilefacenet_foamliu.onnx"]
PAIRS = [("default models", []), ("SCRFD-500M + MobileFaceNet", THIRD_PARTY)]
SETS = [
    ("dev_cast8.mp4", f"{shared}/footage/dev_cast8.mp4", [f"{shared}/footage/dev_cast8.truth.csv"], "5"),
    ("lfw_dev", f"{shared}/photos/lfw_dev", ["--path-regex", r"([^/]+)_\d{4}\.jpg"], "2"),
]
EPS = ["0.80", "0.85", "0.90", "0.93", "0.95", "1.00"]



def largest_faces_only(path):
    with open(path, newline="") as f:
        rows = list(csv.DictReader(f))
    best = {}
    for row in rows:
        area = float(row["width"]) * float(row["height"])
        if area > best.get(row["source"], (0, None))[0]:
            best[row["source"]] = (area, row)
    with open(path, "w", newline="") as f:
        out = csv.DictWriter(f, rows[0])
        out.writeheader()
        out.writerows(row for _, row in best.values())


print("| data | models | eps | min_samples | people (truth) | pairwise P / R / F1 | BCubed F1 | purity | unsorted | seen |")
print("|---|---|---|---|---|---|---|---|---|---|")
for set_name, source, truth, min_samples in SETS:
    for pair_name, models in PAIRS:
        with tempfile.TemporaryDirectory() as out:
            subprocess.run([program, "scan", source, "-o", out, "-q", *models], check=True)
            for eps in EPS:
                subprocess.run([program, "cluster", out, "--eps", eps, "--min-samples", min_samples, "-q"], check=True)
                subprocess.run([program, "export", out, "-q"], check=True)
                if truth[0] == "--path-regex":
                    largest_faces_only(f"{out}/faces.csv")
                s = json.loads(subprocess.run([sys.executable, f"{shared}/tools/score_people.py", f"{out}/faces.csv", *truth], check=True,
                                              stdout=subprocess.PIPE).stdout)
                p = s["pairwise"]
                print(f"| {set_name} | {pair_name} | {eps} | {min_samples} | {s['people']} ({s['truth_people']}) | "
                      f"{p['precision']:.3f} / {p['recall']:.3f} / {p['f1']:.3f} | {s['bcubed']['f1']:.3f} | {s['purity']:.3f} | {s['unsorted']:.3f} | "
                      f"{s.get('seen', '')} |", flush=True)
