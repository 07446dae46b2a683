#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: eval_ages.py WHOSWHO DATA NAME [--detector FILE] [--embedder FILE]

Age gaps and children, through the program itself: scans DATA/pictures/lag (Large Age-Gap: a folder a person, pictures as a
child or in youth in y/), keeps for each picture the face nearest the middle, and reports, for pairs of two grown-ups, of two
young ones and of one of each, ten-fold accuracy (all pairs of a person against as many of strangers, drawn from the fold's
other people; the threshold chosen on the other nine folds; faces not found are counted, not judged) and the share of strangers
within 1.0, near where the program draws the line. The scan is kept in DATA/eval/NAME-ages and used again."""
import argparse
import itertools
import json
import os

import numpy as np

from eval_lfw import middle_faces, scan, view2_of

FOLDS = 10
CLOSE = 1.0


def pairs_of(young, person, kind, rng):
    """Same and different pairs (first, second, same?, fold); a person's fold is the number of the person modulo FOLDS."""
    wanted = {"old": (False, False), "young": (True, True), "across": (False, True)}[kind]
    same, different = [], []
    for k in range(person.max() + 1):
        mine = np.flatnonzero(person == k)
        one, two = mine[young[mine] == wanted[0]], mine[young[mine] == wanted[1]]
        here = itertools.product(one, two) if kind == "across" else itertools.combinations(one, 2)
        same += [(a, b, True, k % FOLDS) for a, b in here]
    for fold in range(FOLDS):
        one, two = (np.flatnonzero((person % FOLDS == fold) & (young == w)) for w in wanted)
        for _ in range(sum(p[3] == fold for p in same)):
            a, b = rng.choice(one), rng.choice(two)
            while person[a] == person[b]:
                a, b = rng.choice(one), rng.choice(two)
            different.append((a, b, False, fold))
    return same + different


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("whoswho"), parser.add_argument("data"), parser.add_argument("name")
    parser.add_argument("--detector"), parser.add_argument("--embedder")
    parser.set_defaults(pictures="lag")
    options = parser.parse_args()
    folder = os.path.join(options.data, "eval", options.name + "-ages")
    if not os.path.exists(os.path.join(folder, "whoswho.db")):
        scan(options, folder)
    faces, _ = middle_faces(folder)
    names = sorted(faces)
    vectors = np.stack([faces[n][0] for n in names])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    young = np.array(["/y/" in n for n in names])
    person = np.unique([n.split("/")[0] for n in names], return_inverse=True)[1]
    pictures = sum(n.endswith(".png") for _, _, files in os.walk(os.path.join(options.data, "pictures", "lag")) for n in files)
    report = {"pictures": pictures, "found": len(names), "people": int(person.max()) + 1}
    similar = vectors @ vectors.T
    strangers = person[:, None] < person[None]
    for kind, who in (("old", ~young[:, None] & ~young), ("young", young[:, None] & young), ("across", young[:, None] ^ young)):
        pairs = pairs_of(young, person, kind, np.random.default_rng(1))
        first, second = (np.array([p[k] for p in pairs]) for k in (0, 1))
        accuracy, error = view2_of(similar[first, second], np.ones(len(pairs), bool), pairs)
        close = similar[strangers & who] > 1 - CLOSE**2 / 2
        report[kind] = {"same_pairs": sum(p[2] for p in pairs), "accuracy": accuracy, "standard_error": error,
                        f"strangers_within_{CLOSE:g}": float(f"{close.mean():.2g}")}
    print(json.dumps(report))


if __name__ == "__main__":
    main()
