#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: align_faces.py DATA YUNET.onnx RETINAFACE.pth [SOURCE...]

Finds the faces of DATA/pictures/SOURCE (default: every source but lfw) with two detectors that must agree, and keeps each as
a wide luma chip of 192 px with its landmarks: DATA/faces/SOURCE.npz (chips, marks, names). SOURCE:K/N does the K-th of N
parts, for several processes. Pictures are looked at with a border all round, since many of them end at the chin."""
import glob
import os
import sys
import time

import cv2
import numpy as np
import torch

import frame
from teachers import Detectors, agreed

SIZE = {"masks": 352, "deepface": 640}  # pictures with some room around the faces; all others are close-ups
CLOSE_UP_SIZE = 224
BORDER = 0.14  # of the canvas, each side
LEAST_EYES = 12.0  # pixels in the picture: smaller faces teach nothing about identity
BATCH = 8
UPRIGHT = 40.0  # degrees


def canvas_of(picture, size):
    """The picture scaled into a grey-bordered square, and the matrix picture -> canvas."""
    inner = size * (1 - 2 * BORDER)
    zoom = inner / max(picture.shape[:2])
    matrix = np.array([[zoom, 0, (size - zoom * picture.shape[1]) / 2], [0, zoom, (size - zoom * picture.shape[0]) / 2]])
    if zoom < 0.5:
        picture = cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        used = frame.compose(matrix, np.array([[2.0, 0, 0.5], [0, 2.0, 0.5]]))
    else:
        used = matrix
    return cv2.warpAffine(picture, used, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), matrix


def is_upright(marks):
    x, y = marks[1] - marks[0]
    return abs(np.degrees(np.arctan2(y, x))) < UPRIGHT


def take(picture, matrix, faces, out, name):
    luma = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    for face in faces:
        marks = frame.apply(frame.inverse(matrix), face.marks)
        eyes = face.eyes() / np.sqrt(abs(np.linalg.det(matrix[:, :2])))
        if eyes < LEAST_EYES or not is_upright(marks):
            continue
        chip, to_chip = frame.align(luma, marks, frame.WIDE_SIDE, -frame.WIDE_MARGIN)
        out["chips"].append(chip)
        out["marks"].append(frame.apply(to_chip, marks).astype(np.float32))
        out["names"].append(name)


def run(data, source, detectors):
    source, _, part = source.partition(":")
    part, parts = (int(n) for n in part.split("/")) if part else (0, 1)
    target = os.path.join(data, "faces", f"{source}.npz" if parts == 1 else f"{source}_{part}.npz")
    if os.path.exists(target):
        return
    folder = os.path.join(data, "pictures", source)
    paths = sorted(p for p in glob.glob(f"{folder}/**/*", recursive=True) if os.path.isfile(p))[part::parts]
    size = SIZE.get(source, CLOSE_UP_SIZE)
    out = {"chips": [], "marks": [], "names": []}
    started, batch = time.time(), []
    for k, path in enumerate(paths):
        picture = cv2.imread(path)
        if picture is not None and min(picture.shape[:2]) >= 32:
            batch.append((os.path.relpath(path, folder), picture, *canvas_of(picture, size)))
        if len(batch) == BATCH or (batch and k == len(paths) - 1):
            for (name, picture, _, matrix), seen in zip(batch, detectors.look([b[2] for b in batch])):
                take(picture, matrix, agreed(seen)[0], out, name)
            batch = []
        if k % 2000 == 1999:
            print(
                f"{source}: {k + 1} of {len(paths)} pictures, {len(out['names'])} faces, {time.time() - started:.0f} s",
                flush=True,
            )
    os.makedirs(os.path.dirname(target), exist_ok=True)
    np.savez(
        target, chips=np.array(out["chips"], np.uint8), marks=np.array(out["marks"], np.float32), names=np.array(out["names"])
    )
    print(f"{source}: {len(paths)} pictures, {len(out['names'])} faces", flush=True)


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    data, yunet, retinaface, *sources = sys.argv[1:]
    detectors = Detectors(retinaface, yunet)
    for source in sources or sorted(os.listdir(os.path.join(data, "pictures"))):
        if not source.startswith("lfw"):
            run(data, source, detectors)


if __name__ == "__main__":
    main()
