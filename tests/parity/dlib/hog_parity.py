#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""dlib's classic means through our code and through dlib itself: gradient detector, landmarks, chips.

usage: hog_parity.py HOG_RUN HOG_ORACLE SHAPE_ORACLE [--all] [--frames N]

Detections: every box within 2 px of dlib's, scores within 1e-3. Landmarks: within 0.01 px on the same box. Chips: within one grey
level. Every day a sample of the photos of $WW_SHARED/photos (without them: the demo's people); --all takes all of them and --frames N
frames of $WW_SHARED/footage. Prints TAP.
"""
import argparse
import glob
import os
import subprocess
import sys
import tempfile

from net_parity import BOX_PX, SCORE, Report, compare, faces, footage_frames, output, photos_as_ppm, skip

import cv2
import numpy

SAMPLE = 24  # every so many of the photos of lfw_dev
LANDMARK_PX = 0.01
GREY_LEVELS = 1
CHIP = 150
CHIPS_EACH = 4  # one as it is, three jittered
NOT_THERE = 77


def without_shared(folder):
    """The portraits the demo is drawn with, large and small."""
    made = []
    for i, name in enumerate(sorted(glob.glob(os.path.join(os.environ.get("WW_SOURCE", "."), "tests", "data", "people", "*")))):
        picture = cv2.imread(name)
        if picture is not None:
            made.append(os.path.join(folder, f"{i}.ppm"))
            cv2.imwrite(made[-1], picture)
    return made


def as_grey(pictures):
    for name in pictures:
        cv2.imwrite(name[:-4] + ".pgm", cv2.cvtColor(cv2.imread(name), cv2.COLOR_BGR2GRAY))
    return [name[:-4] + ".pgm" for name in pictures]


def detector(arguments, report, pictures, what):
    for upsample in (0, 1):
        ours = faces(output(arguments.hog_run, "hog", upsample, *pictures))
        theirs = faces(output(arguments.hog_oracle, upsample, *pictures))
        sides = scores = 0.0
        lonely = 0
        for path, o, t in zip(pictures, ours, theirs):
            s, c, n = compare(o, t)
            sides, scores, lonely = max(sides, s), max(scores, c), lonely + n
            if s > BOX_PX or c > SCORE or n:
                print(f"# {os.path.basename(path)} upsampled {upsample}: side {s}, score {c:.2g}, without partner {n}")
        note = f"{sum(map(len, theirs))} faces in {len(pictures)} pictures; largest difference: {sides:g} px, score {scores:.2g}"
        report(sides <= BOX_PX and scores <= SCORE and lonely == 0 and len(ours) == len(theirs) > 0,
               f"gradients, {what}, upsampled {upsample}", note)


def numbers(text):
    return numpy.array([[float(v) for v in line.split()] for line in text.splitlines()])


def landmarks(arguments, report, pictures, folder):
    """Returns some landmarks of each kind, for chips."""
    found = {}
    for points in (5, 68):
        path = os.path.join(folder, f"shape_{points}.dat")
        output(arguments.shape_oracle, "train", points, path)
        theirs = numbers(output(arguments.shape_oracle, "find", path, *pictures))
        ours = numbers(output(arguments.hog_run, "find", path, *pictures))
        same = ours.shape == theirs.shape
        apart = numpy.abs(ours - theirs).max() if same else numpy.inf
        report(apart <= LANDMARK_PX, f"landmarks, {points} points", f"{len(theirs)} boxes, largest difference {apart:g} px")
        found[points] = theirs[:, 4:]
    return found


def pixels(*command):
    data = subprocess.run([str(c) for c in command], capture_output=True, check=True).stdout
    return numpy.frombuffer(data, numpy.uint8).reshape(CHIPS_EACH, CHIP, CHIP, 3).astype(int)


# Landmarks of an upright face of side 1, as dlib numbers its five.
FIVE = numpy.array([[0.86, 0.213], [0.646, 0.229], [0.12, 0.213], [0.334, 0.229], [0.49, 0.628]])


def posed_faces(random, count):
    """Five landmarks of faces small and large, straight and turned, inside and over the edge."""
    for i in range(count):
        side, turn = 12 * 1.6 ** (i % 9), random.uniform(-1.5, 1.5)
        matrix = numpy.array([[numpy.cos(turn), -numpy.sin(turn)], [numpy.sin(turn), numpy.cos(turn)]])
        yield FIVE @ (side * matrix).T + random.uniform(-20, 230, 2) + random.normal(0, 0.02 * side, (5, 2))


def chips(arguments, report, pictures, landmarks_68):
    random = numpy.random.default_rng(3)
    plain = jittered = differing = total = 0
    cases = [numpy.rint(p) for p in posed_faces(random, 45)]
    cases += [p.reshape(-1, 2) for p in landmarks_68[:: max(1, len(landmarks_68) // 8)]]
    for i, case in enumerate(cases):
        command = ["chip", pictures[i % len(pictures)], len(case), *case.astype(int).ravel()]
        apart = numpy.abs(pixels(arguments.hog_run, *command) - pixels(arguments.shape_oracle, *command))
        plain, jittered = max(plain, apart[0].max()), max(jittered, apart[1:].max())
        differing, total = differing + numpy.count_nonzero(apart), total + apart.size
    note = f"{len(cases)} faces, largest difference {plain} and {jittered} grey levels, {differing} of {total} samples differ"
    report(plain <= GREY_LEVELS, "chips", note)
    report(jittered <= GREY_LEVELS, "jittered chips")
    report(output(arguments.hog_run, "random", 2000) == output(arguments.shape_oracle, "random", 2000), "random numbers")


def main():
    parser = argparse.ArgumentParser()
    for name in ("hog_run", "hog_oracle", "shape_oracle"):
        parser.add_argument(name)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--frames", type=int, default=0)
    arguments = parser.parse_args()
    if subprocess.run([arguments.hog_run, "hog", "0"], check=False).returncode == NOT_THERE:
        skip("built without the gradient detector")
    shared = os.environ.get("WW_SHARED", "")
    report = Report()
    with tempfile.TemporaryDirectory(prefix="ww-hog-parity-") as folder:
        has_photos = os.path.isdir(os.path.join(shared, "photos", "lfw_dev"))
        pictures = photos_as_ppm(shared, 1 if arguments.all else SAMPLE, folder) if has_photos else without_shared(folder)
        if has_photos and arguments.frames:
            pictures += footage_frames(shared, arguments.frames, folder)
        grey = as_grey(pictures)
        detector(arguments, report, pictures, "RGB")
        detector(arguments, report, grey, "grey")
        found = landmarks(arguments, report, pictures[:10] + grey[:10], folder)
        chips(arguments, report, pictures, found[68])
    print(f"1..{report.count}")
    return report.failed > 0


if __name__ == "__main__":
    sys.exit(main())
