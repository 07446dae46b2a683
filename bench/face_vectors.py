# SPDX-License-Identifier: MIT
"""face_vectors.py KIND COUNT OUT.npy [--truth OUT.i32] [--seed N] [--dim N] [--largest N] | --describe

Vectors with the structure of face embeddings, 1,000 to 10 million of them, for measurements. KIND: photos (each a face
by itself) or footage (faces of one track lie closer together). People are of heavy-tailed sizes: most have a few faces,
a few have up to --largest (5,000, or a twentieth of all where that is less). The same seed gives the same file,
whatever the memory: rows are made in blocks, each with a generator of its own. --truth writes the person of each row.

How it was matched: distances were measured on what this program makes of photographs and footage (whoswho INPUT -o DIR;
whoswho export DIR --to embeddings -O OUT; models compiled in, faces of quality 0.35 and more). photos: lfw_dev, 578
photos of 260 people, of each the face in the middle. footage: dev_cast8, 202 faces of 8 people in short shots. The
constants below were then chosen until the columns agreed; --describe prints the right ones (quantiles 1, 5, 25, 50, 75,
95, 99 %):

                                  measured                                  made
  photos, one person              .55 .65 .78 .88 1.00 1.15 1.27           .55 .64 .78 .88 .98 1.13 1.23
  footage, one track              .21 .25 .48 .64 .76 .94 1.03             .27 .35 .49 .62 .77 .98 1.11
  footage, one person, two tracks .20 .29 .54 .68 .81 .99 1.09             .36 .43 .55 .66 .78 .97 1.11
  strangers on photos             1.18 1.24 1.33 1.38 1.43 1.49 1.54       1.19 1.25 1.33 1.38 1.44 1.51 1.55
  strangers in footage            1.16 1.22 1.32 1.38 1.43 1.51 1.59       1.19 1.24 1.32 1.37 1.42 1.49 1.54
  share of the variance of people in the first 1, 4, 8, 16, 32, 64 of 128 directions
  photos (260 people, made: 800)  .03 .12 .22 .38 .61 .86                  .04 .13 .21 .33 .50 .74

Sizes are not measured (two sets are no archive): a Pareto tail of exponent 1.3.
"""
import argparse

import numpy as np

DECAY = 0.24         # of the spectrum: direction k weighs (k + 1) ** -DECAY
COMMON = 0.28        # length of what all faces have in common, beside a person's own 1
# Noise of a photo beside its person's 1: median, log-deviation from person to person, from face to face.
PHOTO = (0.80, 0.12, 0.34)
TRACK = (0.17, 0.40)          # of a track: median, log-deviation
IN_TRACK = (0.46, 0.27, 0.42) # of a face in its track: median, log-deviation from track to track, from face to face
MEAN_PERSON = 25     # pieces (photos or tracks) of a person, roughly
MEAN_TRACK = 12      # faces of a track, roughly
TAIL = 1.3           # exponent of the sizes
TRACK_LARGEST = 200
BLOCK = 1 << 16


def sizes(rng, count, mean, largest):
    """Sizes that add up to count or more, heavy-tailed."""
    out, total = [], 0
    while total < count:
        some = np.minimum(largest, 1 + mean * 0.35 * rng.pareto(TAIL, 4096)).astype(np.int64)
        out.append(some)
        total += some.sum()
    out = np.concatenate(out)
    return out[:np.searchsorted(np.cumsum(out), count) + 1]


def lognormal(rng, median, deviation, n):
    return (median * np.exp(deviation * rng.normal(size=(n, 1)))).astype(np.float32)


def unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


class Faces:
    """who and track (of each row) are known from the start; block() makes the rows."""

    def __init__(self, kind, count, seed=1, dim=128, largest=None):
        rng = np.random.default_rng([seed, 0])
        self.seed, self.kind, self.count, self.dim = seed, kind, count, dim
        self.spectrum = ((np.arange(dim) + 1.0) ** -DECAY).astype(np.float32)
        largest = largest or max(2, min(5000, count // 20))
        tracks = np.ones(count, np.int64)
        if kind == "footage":
            tracks = sizes(rng, count, MEAN_TRACK, min(TRACK_LARGEST, largest))
        each = MEAN_PERSON if kind == "photos" else MEAN_PERSON / 2
        people = sizes(rng, len(tracks), each, largest if kind == "photos" else max(1, largest // MEAN_TRACK))
        person_of_track = np.repeat(np.arange(len(people)), people)[:len(tracks)]
        self.track = np.repeat(np.arange(len(tracks)), tracks)[:count]
        rng.shuffle(self.track)
        self.who = person_of_track[self.track].astype(np.int32)
        centres = self.directions(rng, len(people)) + COMMON * self.directions(rng, 1)
        if kind == "photos":
            self.centres, self.noise = centres, lognormal(rng, *PHOTO[:2], len(people))
            self.of_row = self.who
        else:
            noise = lognormal(rng, *TRACK, len(tracks)) * self.directions(rng, len(tracks))
            self.centres = unit(centres[person_of_track] + noise)
            self.noise = lognormal(rng, *IN_TRACK[:2], len(tracks))
            self.of_row = self.track
        self.turn = np.linalg.qr(rng.normal(size=(dim, dim)))[0].astype(np.float32)

    def directions(self, rng, n):
        return unit(rng.standard_normal((n, self.dim), dtype=np.float32) * self.spectrum)

    def block(self, number):
        """Rows number * BLOCK and on."""
        of_row = self.of_row[number * BLOCK:(number + 1) * BLOCK]
        rng = np.random.default_rng([self.seed, number + 1])
        own = lognormal(rng, 1, (PHOTO if self.kind == "photos" else IN_TRACK)[2], len(of_row))
        rows = self.centres[of_row] + self.noise[of_row] * own * self.directions(rng, len(of_row))
        return unit(rows @ self.turn).astype(np.float32)

    def blocks(self):
        return (self.block(number) for number in range((self.count + BLOCK - 1) // BLOCK))

    def all(self):
        return np.concatenate(list(self.blocks()))


def write(path, faces):
    """As numpy.save would write all rows, block by block."""
    with open(path, "wb") as f:
        shape = (faces.count, faces.dim)
        np.lib.format.write_array_header_1_0(f, {"descr": "<f4", "fortran_order": False, "shape": shape})
        for rows in faces.blocks():
            rows.tofile(f)


def describe(kind):
    faces = Faces(kind, 20000)
    x = faces.all()
    rng = np.random.default_rng(5)
    a, b = rng.integers(0, len(x), (2, 4000000))
    a, b = a[a != b], b[a != b]
    same, track = faces.who[a] == faces.who[b], faces.track[a] == faces.track[b]
    for name, chosen in (("one track", track), ("one person", same & ~track), ("strangers", ~same)):
        left, right = a[chosen][:200000], b[chosen][:200000]
        if len(left) > 100:
            apart = np.linalg.norm(x[left] - x[right], axis=1)
            print(f"{kind}, {name}:", np.round(np.quantile(apart, [.01, .05, .25, .5, .75, .95, .99]), 2),
                  "mean", apart.mean().round(3), "deviation", apart.std().round(3))
    first = np.unique(faces.who, return_index=True)[1]
    values = np.linalg.eigvalsh(np.cov(x[first].T))[::-1].cumsum()
    print("spectrum:", np.round(values[[0, 3, 7, 15, 31, 63]] / values[-1], 2),
          " faces of the largest people:", np.sort(np.bincount(faces.who))[-3:])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", nargs="?", choices=["photos", "footage"])
    parser.add_argument("count", nargs="?", type=int)
    parser.add_argument("out", nargs="?")
    parser.add_argument("--truth")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--dim", type=int, default=128)
    parser.add_argument("--largest", type=int)
    parser.add_argument("--describe", action="store_true")
    options = parser.parse_args()
    if options.describe:
        describe("photos")
        describe("footage")
        return
    if not options.out:
        parser.error("KIND COUNT OUT.npy, or --describe")
    faces = Faces(options.kind, options.count, options.seed, options.dim, options.largest)
    write(options.out, faces)
    if options.truth:
        faces.who.tofile(options.truth)


if __name__ == "__main__":
    main()
