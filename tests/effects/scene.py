# SPDX-License-Identifier: MIT
"""What the tests of this folder share: pictures and clips with the made people of tests/data/people drawn where a
test wants them, the program run on them, its tables read, and TAP printed."""

import contextlib
import csv
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import traceback

try:
    import cv2
    import numpy
except ImportError as missing:
    print(f"1..0 # SKIP {missing.name} is not installed for {sys.executable}")
    sys.exit(0)

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from content import rows, tree  # noqa: E402,F401
from made_people import write_picture  # noqa: E402,F401

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data")
PROGRAM, SCRIPT = os.path.abspath(sys.argv[1]), os.path.basename(sys.argv[0])
RATE_HZ = 25
SECONDS = 4  # of standing_clip()


def face(name, height_px):
    """A made person's face, blue, green, red and alpha."""
    picture = cv2.imread(os.path.join(DATA, "people", name + ".png"), cv2.IMREAD_UNCHANGED)
    return cv2.resize(picture, (height_px, height_px), interpolation=cv2.INTER_AREA)


def background(width, height, seed=1):
    """Soft blotches, so that nothing looks like a face and no two seeds look like one shot."""
    dice = numpy.random.default_rng(seed)
    return cv2.resize(
        dice.integers(40, 200, (5, 8, 3)).astype(numpy.uint8), (width, height), interpolation=cv2.INTER_CUBIC
    )


def draw(canvas, name, x, y, height_px, strength=1.0):
    """Pastes a face with its top left corner at (x, y); strength below 1 lets the ground shine through."""
    picture = face(name, height_px)
    alpha = picture[..., 3:].astype(numpy.float32) / 255 * strength
    place = canvas[y : y + height_px, x : x + height_px]
    place[:] = (picture[..., :3] * alpha + place * (1 - alpha) + 0.5).astype(numpy.uint8)
    return canvas


def write_photo(path, *drawn, size=(1280, 720)):
    """Writes a photo with faces (who, x, y, height in pixels[, strength]), and returns its pixels."""
    canvas = background(*size)
    for one in drawn:
        draw(canvas, *one)
    cv2.imwrite(path, canvas)
    return canvas


def write_clip(path, frames, options=("-c:v", "libx264", "-preset", "ultrafast", "-crf", "12")):
    """Frames of one size, as a video of RATE_HZ."""
    height, width = frames[0].shape[:2]
    command = [
        "ffmpeg",
        "-v",
        "error",
        "-nostdin",
        "-y",
        "-f",
        "rawvideo",
        "-pix_fmt",
        "bgr24",
        "-s",
        f"{width}x{height}",
        "-r",
        str(RATE_HZ),
        "-i",
        "pipe:",
        *options,
        "-pix_fmt",
        "yuv420p",
        path,
    ]
    subprocess.run(command, input=b"".join(frame.tobytes() for frame in frames), check=True)


def standing_clip():
    """Writes a clip of SECONDS, of two people who stand before a still background, and returns its path."""
    frame = background(640, 360)
    draw(frame, "basil", 60, 80, 200)
    draw(frame, "sage", 360, 100, 160)
    write_clip("clip.mp4", [frame] * (RATE_HZ * SECONDS))
    return "clip.mp4"


class Outcome:
    """Of a run of the program: code, said, err."""

    def __init__(self, done):
        self.code, self.said, self.err = (
            done.returncode,
            done.stdout.decode("utf-8"),
            done.stderr.decode("utf-8", "replace"),
        )

    @property
    def json(self):
        return json.loads(self.said)


def whoswho(*arguments, code=0):
    """Runs the program; with a code, that must be its exit code."""
    done = subprocess.run(
        [PROGRAM, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        check=False,
    )
    outcome = Outcome(done)
    if code is not None:
        check(
            outcome.code == code,
            f"{' '.join(map(str, arguments))}: exit code {outcome.code}, not {code}: {outcome.err.strip()}",
        )
    return outcome


def run(source, out, *options):
    """The summary of `run`, as its JSON says it."""
    return whoswho("run", source, "-o", out, "--json", *options).json


def faces(out):
    """The rows of faces.csv, with numbers where there are numbers."""
    with open(os.path.join(out, "faces.csv"), newline="", encoding="utf-8", errors="surrogateescape") as f:
        rows = list(csv.DictReader(f))
    for row in rows:
        for key in ("time_s", "x", "y", "width", "height", "score", "quality"):
            row[key] = float(row[key])
        row["person"] = int(row["person"]) if row["person"] else -1
    return rows


def query(out, sql):
    with contextlib.closing(sqlite3.connect(os.path.join(out, "whoswho.db"))) as base:
        return base.execute(sql).fetchall()


def overlap(row, x, y, width, height):
    """Intersection over union of a face's box and a rectangle."""
    w = min(row["x"] + row["width"], x + width) - max(row["x"], x)
    h = min(row["y"] + row["height"], y + height) - max(row["y"], y)
    both = max(w, 0) * max(h, 0)
    return both / (row["width"] * row["height"] + width * height - both)


class Failed(Exception):
    pass


def check(condition, what):
    if not condition:
        raise Failed(what)


def check_equal(got, expected, what):
    check(got == expected, f"{what}: {got!r}, not {expected!r}")


def main(*cases):
    """Runs each case, or those named behind the program, in an empty folder of its own; a case that returns a text is
    skipped for that reason."""
    cases = [case for case in cases if case.__name__ in sys.argv[2:] or len(sys.argv) == 2]
    failed = 0
    home = os.getcwd()
    for number, case in enumerate(cases, 1):
        skipped, good = None, True
        with tempfile.TemporaryDirectory(prefix="whoswho-effects-") as folder:
            os.chdir(folder)
            try:
                skipped = case()
            except Exception as e:  # whatever it is, this case has failed, and the others go on
                good = False
                where = traceback.extract_tb(e.__traceback__)
                line = [f.lineno for f in where if os.path.basename(f.filename) == SCRIPT][-1]
                print("\n".join(f"# line {line}: {text}" for text in f"{type(e).__name__}: {e}".splitlines()))
            os.chdir(home)
        failed += not good
        print(
            f"{'ok' if good else 'not ok'} {number} - {case.__name__}" + (f" # SKIP {skipped}" if skipped else ""),
            flush=True,
        )
    print(f"1..{len(cases)}")
    sys.exit(failed != 0)
