#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: eval_groups.py DATA SCAN EMBEDDER.onnx [TEACHER.onnx]

Who is confused with whom: the share of pairs of different pictures of UTKFace (DATA/faces/utkface_full.quick.npz; a picture's
name tells age, sex and origin, nearly every picture is another person) that pass for one person, within each group, at the
threshold where one in a thousand of LFW's different pairs does (DATA/eval/SCAN, eval_lfw.py). The teacher beside it, if given.
The embedder learned from these faces without knowing who they are; identities it has never been told."""
import json
import os
import re
import sys

import numpy as np
import torch
from torch.nn.functional import normalize

import frame
from engine import Engine
from eval_breaks import chip_of
from eval_lfw import middle_faces, read_pairs
from teachers import Identity

BATCH, MOST = 32, 1500
FALSE_SHARE = 1e-3
NAME = re.compile(r"(\d+)_([01])_([0-4])_")
AGES = (("0-3", 0, 4), ("4-9", 4, 10), ("10-17", 10, 18), ("18-39", 18, 40), ("40-59", 40, 60), ("60 and more", 60, 200))
ORIGINS = ("white", "black", "asian", "indian", "other")  # UTKFace's words


class Student:
    margin, side = frame.STUDENT_MARGIN, frame.STUDENT_SIDE

    def __init__(self, path):
        self.net = Engine(path)

    def embed(self, chips):
        x = np.ascontiguousarray(chips, np.float32)[:, None]
        a, b = (normalize(torch.from_numpy(next(iter(self.net(v).values())))) for v in (x, np.ascontiguousarray(x[..., ::-1])))
        return normalize(a + b).numpy()


class Teacher(Identity):
    margin, side = 0, frame.TEACHER_SIDE


def vectors(model, chips):
    return np.concatenate([model.embed(chips[i : i + BATCH]) for i in range(0, len(chips), BATCH)])


def threshold(model, data, scan):
    faces, _ = middle_faces(os.path.join(data, "eval", scan))
    pairs = [p for p in read_pairs(os.path.join(data, "pairs.txt")) if p[0] in faces and p[1] in faces]
    names = sorted({n for p in pairs for n in p[:2]})
    row = {n: i for i, n in enumerate(names)}
    lfw = os.path.join(data, "pictures", "lfw")
    rng = np.random.default_rng(1)
    cut = [chip_of(os.path.join(lfw, n), faces[n][3], None, rng, model.side, model.margin) for n in names]
    v = vectors(model, np.stack(cut))
    different = np.sort([float(v[row[a]] @ v[row[b]]) for a, b, same, _ in pairs if not same])
    return different[int(len(different) * (1 - FALSE_SHARE))]


def groups(names):
    told = np.array([[int(n) for n in NAME.search(name).groups()] if NAME.search(name) else [-1] * 3 for name in names])
    age, _, origin = told.T
    yield "everyone", age >= 0
    for name, low, high in AGES:
        yield f"age {name}", (age >= low) & (age < high)
    for k, name in enumerate(ORIGINS):
        yield f"{name}, 18-59", (origin == k) & (age >= 18) & (age < 60)


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    torch.set_num_threads(1)
    data, scan = sys.argv[1:3]
    z = np.load(os.path.join(data, "faces", "utkface_full.quick.npz"))
    models = {"ours": Student(sys.argv[3])} | ({"teacher": Teacher(sys.argv[4])} if len(sys.argv) > 4 else {})
    limits = {k: threshold(m, data, scan) for k, m in models.items()}
    print(json.dumps({"thresholds": {k: round(float(t), 3) for k, t in limits.items()}}), flush=True)
    for group, rows in groups(z["names"]):
        rows = np.flatnonzero(rows)
        rows = rows[:: max(1, len(rows) // MOST)]
        result = {"group": group, "pictures": len(rows)}
        for name, model in models.items():
            cut = frame.WIDE_MARGIN + model.margin
            v = vectors(model, z["chips"][rows][:, cut:-cut, cut:-cut])
            similar = (v @ v.T)[np.triu_indices(len(v), 1)]
            result[name] = float(f"{(similar > limits[name]).mean():.2g}")
        print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
