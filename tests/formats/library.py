# SPDX-License-Identifier: MIT
"""A library of the demo with two people named, made once for all cases of a script, and its faces as the store has them."""

import atexit
import glob
import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "effects"))
from scene import DATA, check_equal, query, whoswho  # noqa: E402

NAMES = ("Ada [1]", "Zoë: the *second*")
# The people of the demo are one drawing each, pasted again and again: by their embeddings all of a person's faces are duplicates.
APART = ("--near-duplicate", "0")
_made = []


def library():
    if not _made:
        folder = tempfile.mkdtemp(prefix="whoswho-formats-")
        atexit.register(shutil.rmtree, folder, True)
        _made.append(os.path.join(folder, "lib"))
        whoswho("run", os.path.join(DATA, "demo.mp4"), "-o", _made[0], "-q")
        for number, name in enumerate(NAMES):
            whoswho("name", number, name, "-o", _made[0], "-q")
    return _made[0]


def export(formats, out, *options):
    """The summary of an export, as its JSON says it."""
    return whoswho("export", library(), "--to", formats, "-O", out, "--json", *options).json


def import_(lib, *files, code=0):
    """The summary of an import."""
    return whoswho("import", lib, *files, "--json", code=code).json


def stored_faces(lib=None):
    """(face, frame, time_us, person, track, x, y, width, height, landmarks), in the order of the store; face and frame numbered from 1."""
    frames = [f for (f,) in query(lib or library(), "SELECT id FROM frame ORDER BY source, sample")]
    number = {frame: i + 1 for i, frame in enumerate(frames)}
    rows = query(
        lib or library(),
        "SELECT frame, time_us, person, track, x, y, width, height, landmarks FROM face JOIN frame ON frame.id = frame"
        " ORDER BY source, sample, place",
    )
    return [(i + 1, number[row[0]], *row[1:]) for i, row in enumerate(rows)]


def tree(folder):
    """Path -> (bytes, time of change) of every file below."""
    found = {}
    for base, _, files in os.walk(folder):
        for name in files:
            path = os.path.join(base, name)
            with open(path, "rb") as f:
                found[os.path.relpath(path, folder)] = (f.read(), os.stat(path).st_mtime_ns)
    return found


def contents(folder):
    """The same without times, and without the record, which holds times."""
    return {path: data for path, (data, _) in tree(folder).items() if path != ".whoswho-dataset"}


def findings(out, *options):
    """The faults that check tells, and by its exit code too."""
    done = whoswho("check", out, "--json", *options, code=None)
    lines = done.json["findings"]
    check_equal(done.code, 1 if lines else 0, f"exit code with {lines}")
    return lines


def first(pattern):
    """The first of the files that it matches."""
    return sorted(glob.glob(pattern))[0]


def rewrite(path, change):
    with open(path, encoding="utf-8") as f:
        text = f.read()
    with open(path, "w", encoding="utf-8") as f:
        f.write(change(text))
