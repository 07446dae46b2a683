#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: accuracy.py WHOSWHO SHARED

Methods against data sets: for the default models and for SCRFD-500M + MobileFaceNet scans footage and photos with truth (SHARED/footage,
SHARED/photos), sorts the faces by every method at the threshold it chooses itself and at some others, and prints Markdown tables
(docs/accuracy.md). Scored by SHARED/tools/score_people.py; of a photo only the largest face is scored, since the file name says who that is
and nothing about the people behind; all faces take part in the sorting."""
import csv
import json
import os
import subprocess
import sys
import tempfile

program, shared = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
THIRD_PARTY = ["--detector", f"{shared}/models/scrfd_500m_bnkps.onnx", "--embedder", f"{shared}/models/mobilefacenet_foamliu.onnx"]
PAIRS = [("default", []), ("SCRFD + MFN", THIRD_PARTY)]
CAST8 = (f"{shared}/footage/dev_cast8.mp4", [f"{shared}/footage/dev_cast8.truth.csv"])
SETS = [
    ("dev_cast8", *CAST8, []),
    ("dev_cast8, --no-track", *CAST8, ["--no-track"]),
    ("lfw_dev", f"{shared}/photos/lfw_dev", ["--path-regex", r"([^/]+)_\d{4}\.jpg"], []),
]
METHODS = ["hac", "map-equation", "chinese-whispers", "dbscan"]
SWEEP = {"hac": [0.95, 1.0, 1.05, 1.1, 1.15, 1.2], "map-equation": [0.9, 0.95, 1.0, 1.05, 1.1], "chinese-whispers": [0.85, 0.9, 0.95, 1.0, 1.05],
         "dbscan": [0.8, 0.85, 0.9, 0.95, 1.0]}


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


def sort_and_score(folder, truth, method, threshold):
    more = ["--threshold", str(threshold)] if threshold else []
    if method == "dbscan" and truth[0] == "--path-regex":
        more += ["--min-samples", "2"]  # five pictures of a person would be asking much of photos
    sorting = json.loads(subprocess.run([program, "cluster", folder, "--json", "--method", method, *more], check=True, stdout=subprocess.PIPE).stdout)
    subprocess.run([program, "export", folder, "-q"], check=True)
    faces = f"{folder}/faces.csv"
    if truth[0] == "--path-regex":
        largest_faces_only(faces)
    score = json.loads(subprocess.run([sys.executable, f"{shared}/tools/score_people.py", faces, *truth], check=True, stdout=subprocess.PIPE).stdout)
    return sorting, score


own, sweep = [], []
for set_name, source, truth, options in SETS:
    for pair_name, models in PAIRS:
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([program, "scan", source, "-o", folder, "-q", *options, *models], check=True)
            for method in METHODS:
                sorting, s = sort_and_score(folder, truth, method, None)
                p = s["pairwise"]
                own.append(f"| {set_name} | {pair_name} | {method} | {sorting['threshold']:.3f} ({sorting['threshold_source']}) | "
                           f"{s['people']} ({s['truth_people']}) | {p['precision']:.3f} / {p['recall']:.3f} / {p['f1']:.3f} | {s['bcubed']['f1']:.3f} | "
                           f"{s['purity']:.3f} | {s['unsorted']:.3f} | {s.get('seen', '')} |")
                line = []
                for threshold in SWEEP[method]:
                    line.append(f"{threshold:g}: {sort_and_score(folder, truth, method, threshold)[1]['pairwise']['f1']:.3f}")
                sweep.append(f"| {set_name} | {pair_name} | {method} | {', '.join(line)} |")

print("| data | models | method | threshold (whence) | people (truth) | pairwise P / R / F1 | BCubed F1 | purity | unsorted | seen |")
print("|---|---|---|---|---|---|---|---|---|---|")
print("\n".join(own))
print("\n| data | models | method | threshold: pairwise F1 |")
print("|---|---|---|---|")
print("\n".join(sweep))
