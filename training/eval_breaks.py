#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: eval_breaks.py DATA SCAN [EMBEDDER.onnx] [--run RUN] [--teacher MOBILEFACENET.onnx] [--only clean,...]

Where an embedder of ours breaks: LFW View 2 with every picture made worse first. Faces and landmarks are those of
DATA/eval/SCAN (eval_lfw.py); what they were found on was the unspoilt picture, so this measures the embedder alone. A face's
size is the side of the square that is its box's area: about 2.6 eye distances. Also, on the clean pictures: the same from one
look at each chip, without its mirror image; what predicts errors (the program's quality, the agreement of a chip with its mirror
image, the length of the vector); and the share of errors by how far the more turned face of a pair is turned aside, that is
how far the nose lies from the line that halves the eyes, in eye distances (0.2 is about 20 degrees, 0.5 about 40). The embedder
is an ONNX file, or the averaged weights of a training run."""
import argparse
import json
import os

import cv2
import numpy as np
import torch
from torch.nn.functional import normalize

import frame
from embedder import load_run, prepare
from engine import Engine
from eval_lfw import accepted_at, by_quality, middle_faces, read_pairs, view2_of, wrong_pairs
from teachers import Identity, as_colours

EYES_PER_SIDE = 1 / 2.6
SPOILS = {
    "clean": None,
    "40 px": ("size", 40),
    "30 px": ("size", 30),
    "28 px": ("size", 28),
    "20 px": ("size", 20),
    "blur 0.03": ("blur", 0.03),
    "blur 0.06": ("blur", 0.06),
    "dark": ("dark", 0.25),
    "jpeg 15": ("jpeg", 15),
    "mask": ("mask", None),
    "landmarks 7%": ("jitter", 0.07),
}
TURNED = (0, 0.1, 0.2, 0.3, 0.5, 9)  # bounds of the groups by `frame.turned`
BATCH = 64


def spoil(picture, marks, how, rng):
    """The picture made worse, and the landmarks in it."""
    kind, amount = how or ("", None)
    side = np.hypot(*(marks[1] - marks[0])) / EYES_PER_SIDE
    if kind == "size" and side > amount:
        zoom = amount / side
        picture = cv2.resize(picture, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA)
        marks = (marks + 0.5) * zoom - 0.5
    elif kind == "blur":
        picture = cv2.GaussianBlur(picture, (0, 0), amount * side)
    elif kind == "dark":
        picture = np.clip(picture * amount + rng.normal(0, 4, picture.shape), 0, 255).astype(np.uint8)
    elif kind == "jpeg":
        picture = cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, amount])[1], cv2.IMREAD_GRAYSCALE)
    elif kind == "jitter":
        marks = marks + rng.normal(0, amount, (5, 2)) * np.hypot(*(marks[1] - marks[0])) * np.sqrt(2 / np.pi)
    return picture, marks


def chip_of(path, marks, how, rng, side=frame.STUDENT_SIDE, margin=frame.STUDENT_MARGIN):
    picture, marks = spoil(cv2.imread(path, cv2.IMREAD_GRAYSCALE), marks, how, rng)
    chip = frame.align(picture, marks, side, margin)[0]
    if how and how[0] == "mask":
        cv2.fillPoly(chip, [np.array([[4, 66], [48, 58], [92, 66], [84, 96], [12, 96]]) + frame.STUDENT_MARGIN - margin], 150)
    return chip


def errors_by_turn(similar, found, pairs, turn):
    """[from, to, pairs, share of errors at the threshold that is best for all]"""
    wrong = wrong_pairs(similar, np.array([p[2] for p in pairs]), found)
    groups = [(a, b, found & (turn >= a) & (turn < b)) for a, b in zip(TURNED, TURNED[1:])]
    return [[a, b, int(g.sum()), round(float(wrong[g].mean()), 4)] for a, b, g in groups if g.any()]


@torch.no_grad()
def both_ways(run, chips):
    """Vectors of each chip and of its mirror image."""
    out = [
        (run(chips[i : i + BATCH]), run(np.ascontiguousarray(chips[i : i + BATCH, :, ::-1]))) for i in range(0, len(chips), BATCH)
    ]
    return [torch.cat(x) for x in zip(*out)]


def network(options):
    """Chips to vectors; side and margin of the chips."""
    if options.teacher:
        teacher = Identity(options.teacher)
        return lambda chips: teacher.directions(as_colours(chips)), frame.TEACHER_SIDE, 0
    if options.run:
        model, whitening, _, _ = load_run(os.path.join(options.data, "runs", f"{options.run}.pt"))
        return lambda chips: (whitening or normalize)(model(prepare(chips))), frame.STUDENT_SIDE, frame.STUDENT_MARGIN
    net = Engine(options.embedder)
    return lambda chips: torch.from_numpy(net(chips[:, None].astype(np.float32))["embedding"]), frame.STUDENT_SIDE, frame.STUDENT_MARGIN


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data"), parser.add_argument("scan"), parser.add_argument("embedder", nargs="?")
    parser.add_argument("--run"), parser.add_argument("--teacher")
    parser.add_argument("--only", default=",".join(SPOILS))
    options = parser.parse_args()
    torch.set_num_threads(1)
    run, side, margin = network(options)
    faces, _ = middle_faces(os.path.join(options.data, "eval", options.scan))
    pairs = read_pairs(os.path.join(options.data, "pairs.txt"))
    names = sorted({n for p in pairs for n in p[:2] if n in faces})
    row = {n: i for i, n in enumerate(names)}
    found = np.array([p[0] in row and p[1] in row for p in pairs])
    first, second = (np.array([row.get(p[k], 0) for p in pairs]) for k in (0, 1))
    for what in options.only.split(","):
        rng = np.random.default_rng(1)
        chips = np.stack(
            [chip_of(os.path.join(options.data, "pictures", "lfw", n), faces[n][3], SPOILS[what], rng, side, margin) for n in names]
        )
        plain, mirror = both_ways(run, chips)
        vectors = normalize(normalize(plain) + normalize(mirror)).numpy()
        similar = (vectors[first] * vectors[second]).sum(1)
        accuracy, error = view2_of(similar, found, pairs)
        strict = accepted_at(similar, found, pairs)
        print(json.dumps({"spoilt": what, "accuracy": accuracy, "standard_error": error, "tar@1e-3": strict}), flush=True)
        if what == "clean":
            alone = normalize(plain).numpy()
            accuracy, error = view2_of((alone[first] * alone[second]).sum(1), found, pairs)
            print(json.dumps({"without the mirror image": accuracy, "standard_error": error}), flush=True)
            kinds = {
                "program": np.array([faces[n][2] for n in names]),
                "mirror": (normalize(plain) * normalize(mirror)).sum(1).numpy(),
                "length": ((plain.norm(dim=1) + mirror.norm(dim=1)) / 2).numpy(),
            }
            print(
                json.dumps(
                    {k: by_quality(similar, found, pairs, np.minimum(q[first], q[second])) for k, q in kinds.items()}
                ),
                flush=True,
            )
            turn = np.array([frame.turned(faces[n][3]) for n in names])
            print(json.dumps({"turned": errors_by_turn(similar, found, pairs, np.maximum(turn[first], turn[second]))}), flush=True)


if __name__ == "__main__":
    main()
