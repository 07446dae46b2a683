# SPDX-License-Identifier: MIT
"""dlib itself with the weights of face_recognition_models, stage by stage, and the article's chain (article_chain.py) end to end: on frames
of the demo, and of the clips in $WW_SHARED/footage where they are."""
import glob
import os
import sqlite3
import subprocess
import sys
import tempfile

from reading import BUILD, equal, run, versions

import article_chain
import cv2
import dlib
import face_recognition_models
import numpy

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "parity", "dlib"))
from net_parity import BOX_PX, DESCRIPTOR, SCORE, compare, faces, numbers  # noqa: E402

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
CLIPS = [os.path.join(SOURCE, "tests", "data", "demo.mp4"),
         *sorted(glob.glob(os.path.join(os.environ.get("WW_SHARED", os.path.join(SOURCE, "..", "shared")), "footage", "*.mp4")))]
MODELS = os.path.join(os.path.dirname(face_recognition_models.__file__), "models")
RESNET, MMOD = os.path.join(MODELS, "dlib_face_recognition_resnet_model_v1.dat"), os.path.join(MODELS, "mmod_human_face_detector.dat")
SHAPE = {points: os.path.join(MODELS, f"shape_predictor_{points}_face_landmarks.dat") for points in (5, 68)}
FRAMES, SMALL = 12, (350, 250)  # of each clip; the network looks at smaller ones, which are doubled as well
LANDMARK_PX, GREY = 0.01, 1


def ours(program, *arguments, text=True):
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.run([os.path.join(BUILD, program), *map(str, arguments)], check=True, capture_output=True, text=text, env=environment).stdout


def frames():
    """Frames of every clip as the article has them: paths of PPM files, and pixels (RGB)."""
    for clip in CLIPS:
        numbered = list(article_chain.counted_frames(clip))
        for number, frame in numbered[:: max(1, len(numbered) // FRAMES)][:FRAMES]:
            name = f"{os.path.basename(clip)}_{number}.ppm"
            cv2.imwrite(name, article_chain.within(frame))
            yield name, cv2.cvtColor(cv2.imread(name), cv2.COLOR_BGR2RGB)


PICTURES = list(frames())


def compare_boxes(name, found, expected):
    """Every box with its partner; who has none must score as good as nothing."""
    sides, scores, without = zip(*map(compare, found, expected))
    side, score, lonely = max(sides), max(scores), sum(without)
    count = sum(map(len, expected))
    print(f"# {name}: {count} faces in {len(expected)} frames; largest difference {side:g} px, of scores {score:.2g}; {lonely} without partner")
    equal((side <= BOX_PX, score <= SCORE, lonely, count > 0), (True, True, 0, True), "sides, scores, lonely boxes, any")


def corners(rectangle, score):
    return (rectangle.left(), rectangle.top(), rectangle.right(), rectangle.bottom(), score)


def gradient_detector():
    detector = dlib.get_frontal_face_detector()
    expected = [[corners(r, s) for r, s in zip(*detector.run(pixels, 1, 0.0)[:2])] for _, pixels in PICTURES]
    compare_boxes("HOG, doubled", faces(ours("tests/parity/dlib/hog_run", "hog", 1, *(name for name, _ in PICTURES))), expected)


def network_detector():
    detector, names, expected = dlib.cnn_face_detection_model_v1(MMOD), [], []
    for name, pixels in PICTURES[::2]:
        small = cv2.resize(pixels, SMALL, interpolation=cv2.INTER_AREA)
        names.append("small_" + name)
        cv2.imwrite(names[-1], cv2.cvtColor(small, cv2.COLOR_RGB2BGR))
        expected.append([corners(found.rect, found.confidence) for found in detector(small, 1)])
    compare_boxes("MMOD, doubled", faces(ours("tests/parity/dlib/net_run", "mmod", MMOD, 1, *names)), expected)


def points_of(shape):
    return [v for part in shape.parts() for v in (part.x, part.y)]


def landmarks(points):
    predictor, names = dlib.shape_predictor(SHAPE[points]), [name for name, _ in PICTURES]
    rows = numbers(ours("tests/parity/dlib/hog_run", "find", SHAPE[points], *names))
    each = len(rows) // len(names)
    theirs = [points_of(predictor(PICTURES[i // each][1], dlib.rectangle(*map(int, row[:4])))) for i, row in enumerate(rows)]
    apart = numpy.abs(rows[:, 4:] - numpy.array(theirs)).max()
    print(f"# shape predictor of {points} points: {len(rows)} boxes, largest difference {apart:g} px")
    equal(apart <= LANDMARK_PX, True, "landmarks")


def landmarks_5():
    landmarks(5)


def landmarks_68():
    landmarks(68)


def found_shapes():
    detector, predictor = dlib.get_frontal_face_detector(), dlib.shape_predictor(SHAPE[5])
    return [(name, pixels, predictor(pixels, box)) for name, pixels in PICTURES for box in detector(pixels, 1)]


def chips_and_descriptors():
    """The aligned chip of each face, and what the ResNet makes of it."""
    encoder, names, theirs, grey = dlib.face_recognition_model_v1(RESNET), [], [], 0
    for i, (name, pixels, shape) in enumerate(found_shapes()):
        chip = dlib.get_face_chip(pixels, shape, size=150, padding=0.25)
        mine = ours("tests/parity/dlib/hog_run", "chip", name, 5, *points_of(shape), text=False)
        grey = max(grey, int(numpy.abs(numpy.frombuffer(mine[: chip.size], numpy.uint8).astype(int) - chip.ravel()).max()))
        names.append(f"chip_{i}.ppm")
        cv2.imwrite(names[-1], cv2.cvtColor(chip, cv2.COLOR_RGB2BGR))
        theirs.append(encoder.compute_face_descriptor(chip))
    apart = numpy.linalg.norm(numbers(ours("tests/parity/dlib/net_run", "describe", RESNET, *names)) - numpy.array(theirs), axis=1)
    print(f"# ResNet: {len(names)} chips, largest difference {grey} grey levels; descriptors' distance at most {apart.max():.2g}, in the mean {apart.mean():.2g}")
    equal((grey <= GREY, apart.max() <= DESCRIPTOR), (True, True), "chips and descriptors")


# --- the article's chain -------------------------------------------------------------------------------------------------------------


def preset(clip, folder, detector):
    """Rows like article_chain.run's, in pixels of the source; the frame by its number."""
    library = os.path.join(folder, "library")
    choice = ["--detector", MMOD] if detector == "cnn" else []
    models = ["--embedder", RESNET, "--landmarks", SHAPE[5], *choice]
    ours("app/cli/whoswho", "run", clip, "-o", library, "-q", "--preset", "article", "--count-frames", *models)
    step = int(cv2.VideoCapture(clip).get(cv2.CAP_PROP_FPS)) + 1
    base = sqlite3.connect(os.path.join(library, "whoswho.db"))
    rows = base.execute("SELECT sample, x, y, width, height, embedding, person FROM face JOIN frame ON frame.id = frame"
                        " JOIN face_embedding ON face = face.id ORDER BY sample, place").fetchall()
    return [(1 + step * k, (x, y, x + w, y + h), numpy.frombuffer(e, "<f4"), -1 if person is None else person) for k, x, y, w, h, e, person in rows]


def overlap(a, b):
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    both = max(0, width) * max(0, height)
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both)


def pair(mine, theirs):
    pairs, left = [], list(mine)
    for row in theirs:
        near = max((m for m in left if m[0] == row[0]), key=lambda m: overlap(m[1], row[1]), default=None)
        if near and overlap(near[1], row[1]) > 0.5:
            left = [m for m in left if m is not near]
            pairs.append((near, row))
    return pairs


def grouped_apart(pairs):
    """Pairs of faces that one side has as one person and the other does not, of all pairs either has."""
    a, b = (numpy.array([p[side][3] for p in pairs]) for side in (0, 1))
    same = [(x[:, None] == x[None]) & (x[:, None] >= 0) for x in (a, b)]
    upper = numpy.triu(numpy.ones(same[0].shape, bool), 1)
    return int(((same[0] != same[1]) & upper).sum()), int(((same[0] | same[1]) & upper).sum())


def chain(clip, detector):
    with tempfile.TemporaryDirectory() as folder:
        width = cv2.VideoCapture(clip).get(cv2.CAP_PROP_FRAME_WIDTH)
        theirs = [(number, tuple(v * width / small for v in (left, top, right + 1, bottom + 1)), encoding, label)  # dlib's last pixel is in the box
                  for number, (left, top, right, bottom), small, encoding, label in article_chain.run(clip, folder, detector)]
        mine = preset(clip, folder, detector)
    pairs = pair(mine, theirs)
    apart = numpy.array([numpy.linalg.norm(m[2] - t[2]) for m, t in pairs] or [0.0])
    edges = numpy.array([max(abs(x - y) for x, y in zip(m[1], t[1])) for m, t in pairs] or [0.0])
    differ, of = grouped_apart(pairs) if pairs else (0, 0)
    people = [len({row[3] for row in rows} - {-1}) for rows in (mine, theirs)]
    noise = [sum(row[3] < 0 for row in rows) for rows in (mine, theirs)]
    print(f"# {os.path.basename(clip)}, {detector}: faces {len(mine)} here, {len(theirs)} by the chain, {len(pairs)} of them the same; people {people[0]} and "
          f"{people[1]}; unassigned {noise[0]} and {noise[1]}; {differ} of {of} pairs grouped otherwise; encodings {numpy.median(apart):.3f} apart in the "
          f"median, {apart.max():.3f} at most; boxes {numpy.median(edges):.1f} px, {edges.max():.1f} at most")
    return len(pairs), len(mine), len(theirs), people, differ, of


def the_chain_finds_the_same_people():
    for clip in CLIPS:
        pairs, mine, theirs, people, differ, of = chain(clip, "hog")
        equal((pairs >= 0.97 * max(mine, theirs), people[0] == people[1], differ <= 0.01 * of), (True, True, True), f"faces, people, pairs of {clip}")


def the_chain_with_the_network_does():
    pairs, mine, theirs, people, differ, of = chain(CLIPS[0], "cnn")
    equal((pairs >= 0.97 * max(mine, theirs), people[0] == people[1], differ <= 0.01 * of), (True, True, True), "faces, people, pairs")


versions("dlib-bin", "face_recognition_models", "face-recognition", "scikit-learn", "opencv-python-headless")
print(f"# {len(PICTURES)} frames of {', '.join(map(os.path.basename, CLIPS))}")
checks = [gradient_detector, network_detector, landmarks_5, landmarks_68, chips_and_descriptors, the_chain_finds_the_same_people,
          the_chain_with_the_network_does]
raise SystemExit(run(checks) > 0)
