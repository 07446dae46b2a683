#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: eval_detector.py WHOSWHO REFERENCE.onnx OUT INPUT... [--detector FILE] [--min-score S]

Compares what the program's detector finds in INPUTs (footage, folders of photos) with what a reference detector finds there
at a score above 0.6 (SCRFD-500M, say, which may be measured against but not learned from): recall and false faces, recall by
size and by how far the face is turned, and how far the landmarks lie apart, in eye distances. A face of ours counts as false only
if the reference does not see one there at a score of 0.3 either. Scans are kept in OUT/reference and OUT/ours."""
import argparse
import json
import os
import sqlite3
import subprocess

import numpy as np

import frame

SURE, POSSIBLE = 0.6, 0.3
OVERLAP = 0.4
SIZES = (0, 24, 40, 80, 10_000)  # shorter side of the reference's box, pixels of the source
TURNS = (0, 15, 30, 45, 60, 75, 90)  # degrees
NOSE = 0.62  # a nose's tip lies about this far before the eyes' centres, in eye distances: an estimate, 38 mm of 62


def scan(options, folder, extra):
    if not os.path.exists(os.path.join(folder, "whoswho.db")):
        # --no-track: following picks other moments of a second by what it sees, and then there is nothing to compare
        command = [options.whoswho, "scan", *options.input, "-o", folder, "-q", "--no-track", *extra]
        subprocess.run(["nice", "-n", "19", *command], check=True)
    store = sqlite3.connect(f"file:{folder}/whoswho.db?mode=ro", uri=True)
    frames = {}
    for path, time, x, y, w, h, score, marks in store.execute(
        "SELECT s.path, r.time_us, f.x, f.y, f.width, f.height, f.score, f.landmarks FROM face f JOIN frame r ON f.frame = r.id "
        "JOIN source s ON r.source = s.id"
    ):
        frames.setdefault((path, time), []).append(
            (np.array([x, y, x + w, y + h]), score, np.frombuffer(marks, "<f4").reshape(5, 2))
        )
    store.close()
    return frames


def overlap(a, b):
    w, h = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    if w <= 0 or h <= 0:
        return 0.0
    return w * h / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - w * h)


def side(box):
    return min(box[2] - box[0], box[3] - box[1])


def degrees(marks):
    """How far a face is turned to the side, about: by the reference's own landmarks, which become guesses beyond 60 degrees."""
    return float(np.degrees(np.arctan(frame.turned(marks) / NOSE)))


def shares(found, missed, edges):
    """[found, all] from edge to edge."""
    yes, no = np.histogram(found, edges)[0], np.histogram(missed, edges)[0]
    return {f"{low}..{high}": [int(y), int(y + n)] for low, high, y, n in zip(edges, edges[1:], yes, no)}


def compare(reference, ours):
    found, missed, apart, false, total = [], [], [], 0, 0
    for moment in set(reference) | set(ours):
        theirs, mine = reference.get(moment, []), ours.get(moment, [])
        total += len(mine)
        for box, _, _ in mine:
            false += not any(overlap(box, b) >= OVERLAP / 2 for b, _, _ in theirs)
        for box, score, marks in theirs:
            if score < SURE:
                continue
            best = max(mine, key=lambda m: overlap(box, m[0]), default=None)
            if best is None or overlap(box, best[0]) < OVERLAP:
                missed.append((side(box), degrees(marks)))
                continue
            found.append((side(box), degrees(marks)))
            eyes = max(np.hypot(*(marks[1] - marks[0])), 0.25 * side(box))
            apart.append(np.hypot(*(best[2] - marks).T).mean() / eyes)
    found, missed = np.array(found).reshape(-1, 2), np.array(missed).reshape(-1, 2)
    return {
        "reference": len(found) + len(missed),
        "recall": round(len(found) / max(1, len(found) + len(missed)), 4),
        "ours": total,
        "false": false,
        "false_share": round(false / max(1, total), 4),
        "landmarks_median": round(float(np.median(apart)), 4),
        "landmarks_p90": round(float(np.quantile(apart, 0.9)), 4),
        "found_of_by_size": shares(found[:, 0], missed[:, 0], SIZES),
        "found_of_by_turn": shares(found[:, 1], missed[:, 1], TURNS),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("whoswho"), parser.add_argument("reference"), parser.add_argument("out"), parser.add_argument(
        "input", nargs="+"
    )
    parser.add_argument("--detector"), parser.add_argument("--min-score")
    options = parser.parse_args()
    reference = scan(
        options, os.path.join(options.out, "reference"), ["--detector", options.reference, "--min-score", str(POSSIBLE)]
    )
    extra = [
        a
        for name, value in (("--detector", options.detector), ("--min-score", options.min_score))
        if value
        for a in (name, value)
    ]
    print(json.dumps(compare(reference, scan(options, os.path.join(options.out, "ours"), extra))))


if __name__ == "__main__":
    main()
