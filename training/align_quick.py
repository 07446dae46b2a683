#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: align_quick.py DATA RETINAFACE.pth LANDMARKS.onnx SOURCE...

Many faces for the embedder, ten times as fast as align_faces.py: RetinaFace says where the faces of DATA/pictures/SOURCE are
(a SOURCE written NAME@ is registered: all its faces lie in about the same place, which 64 of them tell), our own landmark
network puts the points in their place, three looks one after the other, the last one also in the mirror. Faces it does not
believe in, or that it sees elsewhere in the mirror, are left out. Writes DATA/faces/SOURCE.quick.npz (chips, marks, names);
landmarks.py does not learn from these, for that would be learning from itself. SOURCE:K/N does the K-th of N parts."""
import glob
import os
import sys
import time

import cv2
import numpy as np
import torch

import frame
import landmarks
from align_faces import BORDER, CLOSE_UP_SIZE, LEAST_EYES, SIZE, canvas_of, is_upright
from onnx_net import OnnxNet
from retinaface import QuickRetinaFace
from teachers import Face, suppress

BATCH = 32
LOOKS = 3
LEAST_SCORE, LEAST_FACE = 0.6, 0.5
MOST_MOVED, MOST_APART = 0.06, 0.14  # eye distances
SAMPLE = 64


class Points:
    """Our landmark network, as the program uses it."""

    def __init__(self, path):
        self.net = OnnxNet(path)

    @torch.no_grad()
    def look(self, lumas, marks):
        """Better landmarks of one face in each picture, and how likely each is a face."""
        chips, matrices = [], []
        for luma, m in zip(lumas, marks):
            matrices.append(frame.similarity(m, landmarks.TEMPLATE))
            chips.append(landmarks.cut(luma, matrices[-1]))
        out = self.net(torch.from_numpy(np.stack(chips)).float()[:, None])
        points = out["points"].numpy().reshape(-1, 5, 2)
        return [frame.apply(frame.inverse(m), p) for m, p in zip(matrices, points)], out["face"].numpy()[:, 0]

    def settle(self, lumas, marks):
        """-> landmarks, which of them to believe."""
        for _ in range(LOOKS - 1):
            marks, _ = self.look(lumas, marks)
        last, face = self.look(lumas, marks)
        flipped = [np.ascontiguousarray(luma[:, ::-1]) for luma in lumas]
        other, _ = self.look(flipped, [landmarks.mirrored(m, luma.shape[1]) for m, luma in zip(marks, lumas)])
        other = [landmarks.mirrored(m, luma.shape[1]) for m, luma in zip(other, lumas)]
        eyes = np.array([max(np.hypot(*(m[1] - m[0])), 1e-3) for m in last])
        moved, apart = (np.array([np.hypot(*(a - b).T).mean() for a, b in zip(last, x)]) / eyes for x in (marks, other))
        return [(a + b) / 2 for a, b in zip(last, other)], (face > LEAST_FACE) & (moved < MOST_MOVED) & (apart < MOST_APART)


class Finder:
    """Where to begin: RetinaFace on a batch of canvases of one size."""

    def __init__(self, path):
        self.net = QuickRetinaFace(path)

    @torch.no_grad()
    def find(self, canvases):
        x = np.moveaxis(np.stack(canvases), 3, 1).astype(np.float32)
        score, box, marks = [t.numpy() for t in self.net(x)]
        return [suppress(s, b, m, LEAST_SCORE) for s, b, m in zip(score, box, marks)]


def usual_place(finder, pictures):
    """Median landmarks, in shares of width and height."""
    seen = []
    for picture in pictures:
        canvas, matrix = canvas_of(picture, CLOSE_UP_SIZE)
        found = max(finder.find([canvas])[0], key=Face.eyes, default=None)
        if found is not None:
            seen.append(frame.apply(frame.inverse(matrix), found.marks) / picture.shape[1::-1])
    return np.median(seen, axis=0)


def begin(finder, place, pictures, size):
    """(picture number, landmarks) of every face."""
    if place is not None:
        return [(k, place * p.shape[1::-1]) for k, p in enumerate(pictures)]
    canvases, matrices = zip(*[canvas_of(p, size) for p in pictures])
    return [
        (k, frame.apply(frame.inverse(matrix), f.marks))
        for k, (matrix, faces) in enumerate(zip(matrices, finder.find(canvases)))
        for f in faces
    ]


def bordered(picture):
    """Luma with room all round, and how much."""
    room = int(BORDER * max(picture.shape[:2]))
    return cv2.copyMakeBorder(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), room, room, room, room, cv2.BORDER_REPLICATE), room


def keep(names, pictures, begun, points, out):
    if not begun:
        return
    lumas = {k: bordered(pictures[k]) for k, _ in begun}
    marks, good = points.settle([lumas[k][0] for k, _ in begun], [m + lumas[k][1] for k, m in begun])
    for (k, _), m, believed in zip(begun, marks, good):
        if believed and np.hypot(*(m[1] - m[0])) >= LEAST_EYES and is_upright(m):
            chip, matrix = frame.align(lumas[k][0], m, frame.WIDE_SIDE, -frame.WIDE_MARGIN)
            out["chips"].append(chip), out["marks"].append(frame.apply(matrix, m).astype(np.float32))
            out["names"].append(names[k])


def run(data, source, finder, points):
    source, _, part = source.partition(":")
    part, parts = (int(n) for n in part.split("/")) if part else (0, 1)
    source, registered = source.rstrip("@"), source.endswith("@")
    target = os.path.join(data, "faces", f"{source}{f'_{part}' if parts > 1 else ''}.quick.npz")
    if os.path.exists(target):
        return
    folder = os.path.join(data, "pictures", source)
    paths = sorted(p for p in glob.glob(f"{folder}/**/*", recursive=True) if os.path.isfile(p))
    sample = [p for p in map(cv2.imread, paths[:: max(1, len(paths) // SAMPLE)]) if p is not None] if registered else []
    place = usual_place(finder, sample) if registered else None
    paths, started, out = paths[part::parts], time.time(), {"chips": [], "marks": [], "names": []}
    for first in range(0, len(paths), BATCH):
        read = [(os.path.relpath(p, folder), cv2.imread(p)) for p in paths[first : first + BATCH]]
        read = [(n, p) for n, p in read if p is not None and min(p.shape[:2]) >= 32]
        if read:
            names, pictures = zip(*read)
            keep(names, pictures, begin(finder, place, pictures, SIZE.get(source, CLOSE_UP_SIZE)), points, out)
    kinds = {"chips": np.uint8, "marks": np.float32, "names": None}
    np.savez(target, **{name: np.array(values, kinds[name]) for name, values in out.items()})
    print(f"{source}: {len(paths)} pictures, {len(out['names'])} faces, {time.time() - started:.0f} s", flush=True)


def main():
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    data, retinaface, network, *sources = sys.argv[1:]
    finder, points = Finder(retinaface), Points(network)
    os.makedirs(os.path.join(data, "faces"), exist_ok=True)
    for source in sources:
        run(data, source, finder, points)


if __name__ == "__main__":
    main()
