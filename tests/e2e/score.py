#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Score the faces.csv of a run against the truth about the footage. Standard library only.

usage: score.py FACES.csv TRUTH.csv [--people N] [--min-f1 X] [--min-seen X] [--max-false N]

TRUTH.csv: start_s,end_s,x,y,w,h,person: that person's face is inside the rectangle (pixels) from start_s until before end_s.
A face belongs to the person in whose rectangle its centre lies; a face in no rectangle is false, and so is every further one
in a rectangle at one moment (the best-scored counts).

Prints one line of JSON:
  people        groups of two faces or more          truth_people  people in the truth
  faces, false_faces, unsorted                       counts
  precision, recall, f1                              over pairs of true faces: "same group" against "same person"
  seen                                               share of the whole seconds of all rectangles in which a face was found
Exits with 1, and a line on stderr for each, when a demand of the command line is not met; 2 when a file cannot be read.
"""
import argparse
import csv
import json
import math
import sys
from collections import Counter


def read_truth(path):
    with open(path, newline="") as file:
        return [{k: v if k == "person" else float(v) for k, v in row.items()} for row in csv.DictReader(file)]


def read_faces(path):
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["time"] = float(row["time_s"])
        row["centre"] = (float(row["x"]) + float(row["width"]) / 2, float(row["y"]) + float(row["height"]) / 2)
        row["score"] = float(row.get("score") or 0)
    return rows


def place_of(face, truth):
    """Index of the rectangle that holds the face, or None."""
    x, y = face["centre"]
    for index, place in enumerate(truth):
        in_time = place["start_s"] <= face["time"] < place["end_s"]
        if in_time and place["x"] <= x < place["x"] + place["w"] and place["y"] <= y < place["y"] + place["h"]:
            return index
    return None


def pairs(counts):
    return sum(n * (n - 1) // 2 for n in counts)


def score(faces, truth):
    taken, people, groups, false_faces, unsorted = set(), [], [], 0, 0
    for number, face in enumerate(sorted(faces, key=lambda f: -f["score"])):
        place = place_of(face, truth)
        if place is None or (place, face["time"]) in taken:
            false_faces += 1
            continue
        taken.add((place, face["time"]))
        people.append(truth[place]["person"])
        group = face["person"].strip()
        if group in ("", "-1"):
            unsorted += 1
            group = f"alone {number}"
        groups.append(group)
    together = pairs(Counter(zip(people, groups)).values())
    found, wanted = pairs(Counter(groups).values()), pairs(Counter(people).values())
    precision, recall = together / found if found else 1.0, together / wanted if wanted else 1.0
    seconds = [(i, s) for i, place in enumerate(truth) for s in range(math.ceil(place["start_s"]), math.ceil(place["end_s"]))]
    seen = {(place, math.floor(time)) for place, time in taken}.intersection(seconds)
    return {
        "people": sum(1 for g, n in Counter(f["person"].strip() for f in faces).items() if g not in ("", "-1") and n > 1),
        "truth_people": len({place["person"] for place in truth}),
        "faces": len(faces),
        "false_faces": false_faces,
        "unsorted": unsorted,
        "precision": round(precision, 4),
        "recall": round(recall, 4),
        "f1": round(2 * precision * recall / (precision + recall), 4) if precision + recall else 0.0,
        "seen": round(len(seen) / len(seconds), 4) if seconds else 0.0,
    }


def complaints(result, demands):
    if demands.people is not None and result["people"] != demands.people:
        yield f"{result['people']} people found, {demands.people} wanted"
    if result["f1"] < demands.min_f1:
        yield f"pairwise F1 {result['f1']} is below {demands.min_f1}"
    if result["seen"] < demands.min_seen:
        yield f"seen {result['seen']} is below {demands.min_seen}"
    if demands.max_false is not None and result["false_faces"] > demands.max_false:
        yield f"{result['false_faces']} false faces, at most {demands.max_false} wanted"


def main():
    parser = argparse.ArgumentParser(description="Score faces.csv against the truth.")
    parser.add_argument("faces")
    parser.add_argument("truth")
    parser.add_argument("--people", type=int)
    parser.add_argument("--min-f1", type=float, default=0.0)
    parser.add_argument("--min-seen", type=float, default=0.0)
    parser.add_argument("--max-false", type=int)
    demands = parser.parse_args()
    try:
        faces, truth = read_faces(demands.faces), read_truth(demands.truth)
    except (OSError, KeyError, ValueError, TypeError) as error:
        print(f"score.py: {demands.faces} or {demands.truth} cannot be read: {error!r}", file=sys.stderr)
        return 2
    result = score(faces, truth)
    print(json.dumps(result))
    unmet = list(complaints(result, demands))
    for line in unmet:
        print(f"score.py: {line}", file=sys.stderr)
    return 1 if unmet else 0


if __name__ == "__main__":
    sys.exit(main())
