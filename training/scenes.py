#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: scenes.py DATA WHOSWHO RETINAFACE.pth YUNET.onnx SOURCE[:PART/PARTS]...

Labels DATA/pictures/SOURCE for the detector's training: grey pictures of at most LONG_SIDE px and, for each, faces with five
landmarks and regions to ignore, in DATA/scenes/SOURCE_PART.npz. RetinaFace looks at the picture, at its mirror image and at
half its size, YuNet (through the program) at the whole; what they agree on is a face, what only some of them see, or see
weakly, is neither face nor background. What is there already is skipped. One picture in ten is held out (`held_out`)."""
import os
import sys
import zlib

import cv2
import numpy as np
import torch

from eval_detector import scan
from retinaface import QuickRetinaFace
from teachers import Face

LONG_SIDE = 1024
PARTS = 10
SEEN = 0.2  # the least score that makes a region doubtful
SURE, LIKELY = 0.8, 0.5
SAME = 0.4  # overlap of two boxes of one face
APART = 0.25  # eye distances: landmarks of two teachers further apart than this are not learned from
DATA_ROW = 15  # x1 y1 x2 y2, five landmarks; of a face: 1 if its landmarks are reliable, of a doubtful region: sum of scores
MULTIPLE = 64


class Options:  # of eval_detector.scan
    def __init__(self, whoswho, folder):
        self.whoswho, self.input = whoswho, [folder]


# Looked through by hand: there is no face in them, whatever the teachers say (they take hands for faces, and bowls).
FACELESS = {"kitchen"}


def held_out(name):
    return zlib.crc32(name.encode()) % 10 == 0


def overlaps(box, boxes):
    """IoU of one box with many."""
    side = np.minimum(box[2:], boxes[:, 2:]) - np.maximum(box[:2], boxes[:, :2])
    common = np.clip(side, 0, None).prod(1)
    return common / ((box[2:] - box[:2]).prod() + (boxes[:, 2:] - boxes[:, :2]).prod(1) - common)


def strongest(scores, boxes, marks, least=SEEN, overlap=0.4):
    rows = np.flatnonzero(scores >= least)
    rows = rows[np.argsort(-scores[rows])]
    faces = []
    while len(rows):
        best, rows = rows[0], rows[1:]
        faces.append(Face(scores[best], boxes[best], marks[best]))
        rows = rows[overlaps(boxes[best], boxes[rows]) <= overlap]
    return faces


def padded(picture):
    h, w = (-(-side // MULTIPLE) * MULTIPLE for side in picture.shape[:2])
    return cv2.copyMakeBorder(picture, 0, h - picture.shape[0], 0, w - picture.shape[1], cv2.BORDER_CONSTANT)


@torch.no_grad()
def retina_looks(net, picture):
    """What RetinaFace sees in the picture, in the mirror, and at half the size, all in the picture's pixels."""
    half = cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    looks = []
    for x, scale, flipped in ((picture, 1, False), (picture[:, ::-1], 1, True), (half, 2, False)):
        batch = np.moveaxis(padded(x)[None], 3, 1).astype(np.float32)
        faces = strongest(*(t[0].numpy() for t in net(batch)))
        for f in faces:
            f.box, f.marks = f.box * scale, f.marks * scale
        looks.append([f.mirrored(picture.shape[1]) for f in faces] if flipped else faces)
    return looks


def groups(looks):
    """Faces of several looks that lie on one another: a list of {look: face}."""
    every = sorted(((f.score, k, i) for k, look in enumerate(looks) for i, f in enumerate(look)), reverse=True)
    boxes = [np.array([f.box for f in look]).reshape(-1, 4) for look in looks]
    free = [np.ones(len(look), bool) for look in looks]
    for _, k, i in every:
        if not free[k][i]:
            continue
        group = {}
        for j, look in enumerate(looks):
            same = np.where(free[j], overlaps(boxes[k][i], boxes[j]), 0) if look else np.zeros(1)
            if same.max() >= SAME:
                group[j] = look[same.argmax()]
                free[j][same.argmax()] = False
        yield group


def is_face(group):
    """Both kinds of teacher see it and at least one is sure; or RetinaFace is sure whichever way it looks."""
    retina = [group[k].score if k in group else 0 for k in range(3)]
    yunet = group[3].score if 3 in group else 0
    either = max(retina[0], retina[1], retina[2])
    if yunet >= LIKELY and min(retina[0], retina[1]) >= LIKELY:
        return True
    return (yunet >= SURE and either >= LIKELY) or (min(retina[0], retina[1]) >= 0.95 and yunet >= 0.3)


def row_of(group):
    """Weighted means of what the looks say."""
    weights = {0: 0.375, 1: 0.375, 2: 0.0, 3: 0.25}
    if sum(weights[k] for k in group) == 0:
        weights[2] = 1.0
    total = sum(weights[k] for k in group)
    box = sum(weights[k] * f.box for k, f in group.items()) / total
    marks = sum(weights[k] * f.marks for k, f in group.items()) / total
    mean = Face(1, box, marks)
    apart = max(np.hypot(*(f.marks - marks).T).mean() for k, f in group.items() if weights[k]) / mean.eyes()
    return np.concatenate([box, marks.flatten(), [len(group) > 1 and apart < APART]]).astype(np.float32)


def label(looks):
    faces, doubtful = [], []
    for group in groups(looks):
        row = row_of(group)
        if is_face(group):
            faces.append(row)
        else:
            row[-1] = sum(f.score for f in group.values())
            doubtful.append(row)
    return [np.array(rows, np.float32).reshape(-1, DATA_ROW) for rows in (faces, doubtful)]


def shrunk(picture):
    """The picture at LONG_SIDE at most, and the scale."""
    scale = min(1.0, LONG_SIDE / max(picture.shape[:2]))
    if scale == 1.0:
        return picture, scale
    return cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), scale


def files_below(folder):
    files = [os.path.join(path, f) for path, _, names in os.walk(folder) for f in names]
    return sorted(files, key=lambda f: zlib.crc32(os.path.relpath(f, folder).encode()))


def label_part(net, seen_by_yunet, files, folder):
    """The arrays of one npz: pictures one after another in `pixels`, and each face's or doubtful region's picture."""
    pixels, shapes, faces, doubtful, held = [], [], [], [], []
    for path in files:
        picture = cv2.imread(path)
        if picture is None or min(picture.shape[:2]) < 32:
            continue
        picture, scale = shrunk(picture)
        yunet = [Face(score, box * scale, marks * scale) for box, score, marks in seen_by_yunet.get(path, [])]
        certain, unsure = label([*retina_looks(net, picture), yunet])
        pixels.append(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).flatten())
        faces.append(np.insert(certain, 0, len(shapes), axis=1))
        doubtful.append(np.insert(unsure, 0, len(shapes), axis=1))
        shapes.append(picture.shape[:2])
        held.append(held_out(os.path.relpath(path, folder)))
    return {
        "pixels": np.concatenate(pixels),
        "shapes": np.array(shapes, np.int32),
        "faces": np.concatenate(faces).astype(np.float32),
        "doubtful": np.concatenate(doubtful).astype(np.float32),
        "held_out": np.array(held),
    }


def main():
    if len(sys.argv) < 6:
        sys.exit(__doc__)
    data, whoswho, retinaface, yunet, *sources = sys.argv[1:]
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    net = QuickRetinaFace(retinaface)
    os.makedirs(os.path.join(data, "scenes"), exist_ok=True)
    for source in sources:
        name, _, share = source.partition(":")
        part, parts = (int(n) for n in share.split("/")) if share else (0, 1)
        target = os.path.join(data, "scenes", f"{name}_{part}.npz")
        if os.path.exists(target):
            continue
        folder = os.path.join(data, "pictures", name)
        extra = ["--detector", yunet, "--min-score", "0.3", "--detect-size", str(LONG_SIDE), "--threads", "1"]
        found = scan(Options(whoswho, folder), os.path.join(data, "scans", f"{name}_yunet_wide"), extra)
        found = {os.fsdecode(path): faces for (path, _), faces in found.items()}
        arrays = label_part(net, found, files_below(folder)[part::parts], folder)
        if name in FACELESS:
            arrays["faces"], arrays["doubtful"] = arrays["faces"][:0], arrays["doubtful"][:0]
        np.savez(target + ".part.npz", **arrays)
        os.replace(target + ".part.npz", target)
        count = [len(arrays[k]) for k in ("shapes", "faces", "doubtful")]
        print(f"{name} {part}/{parts}: {count[0]} pictures, {count[1]} faces, {count[2]} doubtful", flush=True)


if __name__ == "__main__":
    main()
