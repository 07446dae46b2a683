#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: leave_out.py STORE LOOKS [LOOKS...] [--nearer 1.05]

Takes people out of LOOKS (folders that looks.py has written) who may be the ones that the program is measured on: everybody
who has a look in the first of them nearer than that to a face in STORE, a library with a scan of what is measured on (made with
the same embedder, all faces: `whoswho scan --every 1s --no-track`). Afterwards shift.py and calibrate.py do not see them."""
import argparse
import os
import sqlite3

import numpy as np

LEAST_QUALITY = 0.3  # poorer faces look like anybody


def vectors_of(library):
    """Unit vectors of the faces of a library that can be told apart."""
    store = sqlite3.connect(f"file:{os.path.join(library, 'whoswho.db')}?mode=ro", uri=True)
    rows = store.execute(
        "SELECT e.embedding FROM face f JOIN face_embedding e ON e.face = f.id WHERE f.quality >= ?", (LEAST_QUALITY,)
    ).fetchall()
    store.close()
    return np.stack([np.frombuffer(row[0], "<f4") for row in rows])


def near(vectors, table, others, nearer):
    """The people of `table` (looks, with their vectors) who have a look that can be told apart nearer than that to one of `others`."""
    clear = table["quality"] >= LEAST_QUALITY
    closest = np.concatenate([(v @ others.T).max(1) for v in np.array_split(vectors[clear], 32)])
    return np.unique(table["person"][clear][closest > 1 - nearer**2 / 2])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store"), parser.add_argument("looks", nargs="+")
    parser.add_argument("--nearer", type=float, default=1.05)
    options = parser.parse_args()
    tables = [np.load(os.path.join(folder, "looks.npy")) for folder in options.looks]
    vectors = [np.load(os.path.join(folder, "vectors.npy")) for folder in options.looks]
    left_out = near(vectors[0], tables[0], vectors_of(options.store), options.nearer)
    for folder, table, rows in zip(options.looks, tables, vectors):
        keep = ~np.isin(table["person"], left_out)
        np.save(os.path.join(folder, "looks.npy"), table[keep]), np.save(os.path.join(folder, "vectors.npy"), rows[keep])
        print(f"{folder}: {(~keep).sum()} of {len(keep)} looks left out, {len(left_out)} people")


if __name__ == "__main__":
    main()
