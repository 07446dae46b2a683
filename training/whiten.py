#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: whiten.py DATA RUN

Takes out of a trained embedder's vectors what many faces have in common (embedder.py, `Whitening`). To the teacher, and so to
its pupil, all small children look alike: their vectors share one direction, and a threshold that parts grown-ups throws children
together. So the mean of a crowd (DATA/pool: people of UTKFace up to twelve count for two fifths of it) is subtracted, and its
directions are brought to more equal spread, (C + EASE)^-1/2. Nobody's name is needed. Puts "whitening" into DATA/runs/RUN.pt, which
quality.py and export_embedder.py then use. Tells before and after: of same pairs of held-out pictures (expressions) and of
VGGFace2, the share that is nearer than all but one in a thousand of their own strangers, and the share of pairs of children (of
UTKFace, others than in the crowd; nearly all are strangers) that is."""
import glob
import json
import os
import sys

import cv2
import numpy as np
import torch

import augment
import frame
from embedder import Whitening, embed_by_engine, load_run

CHILD = 12  # years, the oldest
CHILDREN = 0.4  # their share of the crowd
EASE = 0.02  # added to the variance of each direction; the mean one has 0.008
EACH, CHILDREN_MOST, SAME_MOST = 1200, 3000, 1600
TEACHER_EACH = 4000  # more than of ours: the teacher's vectors lie there already
CROWD = ("fairface_0", "celeb", "rafdb", "ffhq", "utkface_full")


def drawn(data, source, what, rng, most, wanted=lambda name: True):
    """Of at most so many faces of a source: what DATA/pool has of them ("chips", "targets"), and their names."""
    ends = (".quick.npz", ".npz", "_?.quick.npz", "_??.quick.npz")  # the last two: parts
    parts = [np.load(p) for end in ends for p in sorted(glob.glob(os.path.join(data, "pool", source + end)))]
    if not parts:
        sys.exit(f"{data}/pool has no {source}.npz (training/README.md tells how it is made)")
    names = np.concatenate([z["names"] for z in parts]).astype(str)
    rows = np.flatnonzero([wanted(n) for n in names])
    rows = np.sort(rng.choice(rows, min(most, len(rows)), replace=False))
    return np.concatenate([z[what] for z in parts])[rows], names[rows]


def chips_of(data, source, rng, most, wanted=lambda name: True):
    """Chips of the student's size and their names."""
    chips, names = drawn(data, source, "chips", rng, most, wanted)
    cut = (augment.POOL_SIDE - frame.STUDENT_SIDE) // 2
    return chips[:, cut:-cut, cut:-cut], names


def years(name):
    return int(name.split("_")[0])


def of_teacher(data):
    """The Whitening of the teacher's vectors of the same crowd."""
    rng = np.random.default_rng(3)

    def targets(source, most, wanted):
        return drawn(data, source, "targets", rng, most, wanted)[0].astype(np.float32)

    others = [targets(s, TEACHER_EACH, lambda n, s=s: s != "utkface_full" or years(n) > CHILD) for s in CROWD]
    return whitening_of(np.concatenate(others), targets("utkface_full", TEACHER_EACH, lambda n: years(n) <= CHILD))


def whitening_of(others, children):
    """Unit vectors of two crowds, n x DIM each -> a Whitening."""
    mean = (1 - CHILDREN) * others.mean(0) + CHILDREN * children.mean(0)
    square = (1 - CHILDREN) * others.T @ others / len(others) + CHILDREN * children.T @ children / len(children)
    variance, direction = np.linalg.eigh(square - np.outer(mean, mean))
    matrix = direction @ np.diag((variance + EASE) ** -0.5) @ direction.T
    whitening = Whitening()
    whitening.weight.copy_(torch.from_numpy(matrix)), whitening.bias.copy_(torch.from_numpy(-matrix @ mean))
    return whitening


def pairs(vectors, people):
    """Similarities of the same and of the different."""
    upper = np.triu_indices(len(vectors), 1)
    similar, same = (vectors @ vectors.T)[upper], (people[:, None] == people[None])[upper]
    return similar[same], similar[~same]


def report(sets, children):
    """`sets`: name -> vectors, people."""
    row, strangers = {}, []
    for name, (vectors, people) in sets.items():
        same, different = pairs(vectors, people)
        row[name] = round(float((same > np.quantile(different, 0.999)).mean()), 3)
        strangers.append(different)
    limit = np.quantile(np.concatenate(strangers), 0.999)
    row["children"] = round(float((pairs(children, np.arange(len(children)))[1] > limit).mean()), 4)
    return row


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    data, run = sys.argv[1:]
    path = os.path.join(data, "runs", f"{run}.pt")
    model, _, _, state = load_run(path)
    rng = np.random.default_rng(3)
    others = np.concatenate(
        [embed_by_engine(model, chips_of(data, s, rng, EACH, lambda n, s=s: s != "utkface_full" or years(n) > CHILD)[0]) for s in CROWD]
    )
    children = embed_by_engine(model, chips_of(data, "utkface_full", rng, CHILDREN_MOST, lambda n: years(n) <= CHILD)[0])
    mine, apart = children[::2], children[1::2]
    same = {}
    for name, source, person in (
        ("expressions", "expressions", lambda n: n.rsplit("_", 1)[0]),
        ("vggface2", "vggface2_0", lambda n: n.split("/")[-2]),
    ):
        chips, names = chips_of(data, source, rng, SAME_MOST)
        same[name] = embed_by_engine(model, chips), np.unique([person(n) for n in names], return_inverse=True)[1]
    whitening = whitening_of(others, mine)

    def whitened(x):
        return whitening(torch.from_numpy(x)).numpy()

    print(json.dumps({"before": report(same, apart)}))
    print(json.dumps({"after": report({k: (whitened(v), p) for k, (v, p) in same.items()}, whitened(apart))}))
    state["whitening"] = whitening.state_dict()
    state.pop("quality", None)  # was learned from other vectors
    torch.save(state, path + ".part")
    os.replace(path + ".part", path)


if __name__ == "__main__":
    main()
