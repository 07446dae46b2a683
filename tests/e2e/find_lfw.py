#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: find_lfw.py WHOSWHO LFW_DEV

whoswho find on lfw_dev: the library holds the photos of the 60 people who have five or more, but for one held out of each. Who is on these 60? And are
the 200 people who are not in the library told to be nobody? Prints TAP with the figures; the floors are those of the issue tracker. A person of the
library counts as whoever has most of its faces."""
import collections
import csv
import json
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from tap import Tap, skip_all  # noqa: E402

RIGHT_MIN, STRANGERS_MAX = 57, 4


def middle(faces, size=150):
    """LFW's face is the one in the middle of the picture (150 x 150 here)."""
    return min(faces, key=lambda f: abs(f["box"][0] + f["box"][2] / 2 - size / 2) + abs(f["box"][1] + f["box"][3] / 2 - size / 2), default=None)


def person_of(path):
    return re.sub(r"_\d+\.jpg$", "", os.path.basename(path))


def put_in_order(library):
    """The portrait of the face in the middle of each photo goes into the folder of its person, the others of the photo to Unsorted."""
    with open(os.path.join(library, "faces.csv"), encoding="utf-8") as f:
        rows = [dict(row, box=[float(row[k]) for k in ("x", "y", "width", "height")]) for row in csv.DictReader(f)]
    by_photo = collections.defaultdict(list)
    for row in rows:
        by_photo[row["source"]].append(row)
    for photo, faces in by_photo.items():
        for row in faces:
            folder = person_of(photo).replace("_", " ") if row is middle(faces) else "Unsorted"
            os.makedirs(os.path.join(library, folder), exist_ok=True)
            os.rename(os.path.join(library, row["file"]), os.path.join(library, folder, os.path.basename(row["file"])))


def main():
    program, photos = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    if not os.path.isdir(photos):
        skip_all("lfw_dev is not here")
    of = collections.defaultdict(list)
    for name in sorted(os.listdir(photos)):
        if name.endswith(".jpg"):
            of[person_of(name)].append(os.path.join(photos, name))
    held = {person: files[0] for person, files in of.items() if len(files) >= 5}
    strangers = [files[0] for files in of.values() if len(files) == 1]
    with tempfile.TemporaryDirectory(prefix="whoswho-find-") as folder:
        library = os.path.join(folder, "L")
        rest = "\n".join(f for person in held for f in of[person][1:])
        subprocess.run([program, "--files-from", "-", "-o", library, "-q"], input=rest, text=True, check=True)
        put_in_order(library)
        subprocess.run([program, "sync", library, "-q"], check=True)
        answer = subprocess.run([program, "find", *held.values(), *strangers, library, "--json"], capture_output=True, text=True)
        found = {os.path.basename(p["picture"]): middle(p["faces"]) for p in json.loads(answer.stdout)["found"]}
    right = known = 0
    for person, path in held.items():
        face = found[os.path.basename(path)]
        best = face["matches"][0] if face and face["matches"] else {"name": "", "recognised": False}
        good = best["name"] == person.replace("_", " ")
        right += good
        known += good and best["recognised"]
    # A face that is nobody's is told as well where it is near: with that nobody is taken for somebody.
    wrong = sum(bool(face and any(m["recognised"] and m["person"] is not None for m in face["matches"]))
                for face in (found[os.path.basename(p)] for p in strangers))
    print(f"# {len(held)} people held out: {right} times the right one is first, {known} times within the threshold; {wrong} of {len(strangers)} strangers taken for somebody")
    tap = Tap()
    tap.check(right >= RIGHT_MIN and len(held) == 60, f"the right person is first at least {RIGHT_MIN} times")
    tap.check(wrong <= STRANGERS_MAX and len(strangers) == 200, f"at most {STRANGERS_MAX} strangers are taken for somebody")
    tap.end()


main()
