#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: photo_model.py LIBRARY IDENTITIES

What src/cluster/photo_evidence.c knows of an embedder, measured on photos of known people: LIBRARY is what the program has made of
them (whoswho PHOTOS -o LIBRARY), IDENTITIES a table of the pictures' names and whose they are (identity_CelebA.txt). The largest face of
each photo counts. Prints
- for each quality the cosine between a photo and its person: the root of the median cosine between two photos of one
  person, both of that quality; a straight line through these, each by its number of pairs, and where it ends;
- mean and spread of the cosines of strangers, and of how many dimensions such a spread is.
Photos the embedder has learned from do not belong there: of those it knows more than of others."""
import os
import sqlite3
import sys

import numpy as np

STEP, HALF_WIDTH = 0.05, 0.05  # of quality
PAIRS_MIN = 100
STRANGERS = 2_000_000  # pairs drawn


def photos(library, identities):
    """Unit vectors, qualities and numbers of the people."""
    with open(identities, encoding="utf-8") as f:
        person = dict(line.split() for line in f if line.strip())
    store = sqlite3.connect(f"file:{os.path.join(library, 'whoswho.db')}?mode=ro", uri=True)
    rows = store.execute(
        "SELECT s.path, f.width * f.height, f.quality, e.embedding FROM face f JOIN frame r ON f.frame = r.id "
        "JOIN source s ON r.source = s.id JOIN face_embedding e ON e.face = f.id ORDER BY 2"
    )
    largest = {os.path.basename(os.fsdecode(path)): (quality, vector) for path, _, quality, vector in rows}
    known = [(*largest[name], person[name]) for name in sorted(largest) if name in person]
    vectors = np.stack([np.frombuffer(vector, "<f4") for _, vector, _ in known])
    vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors, np.array([q for q, _, _ in known]), np.unique([p for _, _, p in known], return_inverse=True)[1]


def same_pairs(person):
    """Two columns of indices."""
    order = np.argsort(person, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(person[order])) + 1)
    return np.concatenate([g[np.stack(np.triu_indices(len(g), 1), 1)] for g in groups])


def by_quality(cosines, quality):
    """[(quality, root of the median cosine, pairs)]; `quality`: of both photos of each pair."""
    rows = []
    for middle in np.arange(STEP, 1, STEP):
        near = (np.abs(quality - middle) <= HALF_WIDTH).all(1)
        if near.sum() >= PAIRS_MIN:
            rows.append((middle, np.sqrt(max(np.median(cosines[near]), 0)), int(near.sum())))
    return np.array(rows)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    vectors, quality, person = photos(*sys.argv[1:])
    pairs = same_pairs(person)
    rows = by_quality((vectors[pairs[:, 0]] * vectors[pairs[:, 1]]).sum(1), quality[pairs])
    slope, start = np.polyfit(rows[:, 0], rows[:, 1], 1, w=np.sqrt(rows[:, 2]))
    print(f"{len(vectors)} photos of {person.max() + 1} people")
    for middle, likeness, count in rows:
        print(f"quality {middle:.2f}: {likeness:.3f} ({int(count)} pairs; the line: {start + slope * middle:.3f})")
    print(f"likeness {start:.3f} + {slope:.3f} x quality, at most {rows[-1, 1]:.3f}")
    rng = np.random.default_rng(1)
    a, b = rng.integers(0, len(vectors), (2, STRANGERS))
    a, b = (x[person[a] != person[b]] for x in (a, b))
    cosines = (vectors[a] * vectors[b]).sum(1)
    print(f"strangers: mean {cosines.mean():.3f}, deviation {cosines.std():.4f}: {1 / cosines.var():.0f} dimensions")


if __name__ == "__main__":
    main()
