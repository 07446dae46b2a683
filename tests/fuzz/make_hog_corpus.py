#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes the seeds of fuzz_hog and fuzz_shape: small files as dlib saves them. usage: make_hog_corpus.py CORPUS_FOLDER"""
import os
import sys

from make_dat_corpus import integer, real

PLANES = 31


def matrix(values, new=True):
    rows, columns = (-len(values), -1) if new else (len(values), 1)
    return integer(rows) + integer(columns) + b"".join(map(real, values))


def hog(version, side, filters, padding=0, wrong_count=False):
    cells = side // 8 + 2 * padding
    count = cells * cells * PLANES
    scanner = b"".join(map(integer, (1, 0, 0, 8, padding, side, side, 100, 20, 20))) + real(9) + integer(count + wrong_count)
    overlap = real(0.33) + real(0.79)
    weights = [matrix([((i * (f + 3)) % 17 - 8) / 40 for i in range(count)] + [0.5], new=version == 2) for f in range(filters)]
    if version == 1:
        return integer(1) + scanner + weights[0] + overlap
    return integer(2) + scanner + overlap + integer(filters) + b"".join(weights)


def shape(points, cascades, trees, splits=3, features=4):
    tree = integer(splits) + b"".join(integer(i % features) + integer((i + 1) % features) + real(i - 1) for i in range(splits))
    tree += integer(splits + 1) + b"".join(matrix([0.01 * (i + k) for k in range(2 * points)]) for i in range(splits + 1))
    anchors = integer(features) + b"".join(integer(i % points) for i in range(features))
    offsets = integer(features) + b"".join(real(0.1 * i) + real(-0.05 * i) for i in range(features))
    mean = matrix([0.1 * i % 1 for i in range(2 * points)])
    return integer(1) + mean + integer(cascades) + cascades * (integer(trees) + trees * tree) + (
        integer(cascades) + cascades * anchors + integer(cascades) + cascades * offsets)


def main():
    seeds = {
        "hog": {"one.svm": hog(1, 24, 1), "two.svm": hog(2, 24, 2), "padded.svm": hog(2, 16, 1, padding=1),
                "wrong.svm": hog(2, 24, 1, wrong_count=True)},
        "shape": {"five.dat": shape(5, 2, 2), "one_point.dat": shape(1, 1, 1), "stump.dat": shape(3, 1, 2, splits=1),
                  "leaf.dat": shape(2, 2, 1, splits=0), "empty.dat": shape(2, 0, 0)},
    }
    for folder, files in seeds.items():
        os.makedirs(os.path.join(sys.argv[1], folder), exist_ok=True)
        for name, data in files.items():
            for suffix, content in (("", data), (".cut", data[: len(data) * 2 // 3])):
                with open(os.path.join(sys.argv[1], folder, name + suffix), "wb") as out:
                    out.write(content)


if __name__ == "__main__":
    main()
