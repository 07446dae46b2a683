#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: vectors.py WHOSWHO

`cluster --embeddings X.npy --meta X.csv`: vectors made elsewhere are clustered, by what the table tells of tracks and frames too. Prints TAP."""

import csv
import os

from library import export, stored_faces
from scene import check, check_equal, main, whoswho

import numpy

DICE = numpy.random.default_rng(7)


def people(count, each, dim=64, spread=0.05):
    """Unit vectors of people far from each other, in no order, and who is who."""
    truth = DICE.permutation(numpy.repeat(numpy.arange(count), each))
    middle = numpy.linalg.qr(DICE.normal(size=(dim, count)))[0].T
    vectors = middle[truth] + spread * DICE.normal(size=(len(truth), dim))
    return vectors / numpy.linalg.norm(vectors, axis=1, keepdims=True), truth


def write_table(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as f:
        writer = csv.DictWriter(f, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def clusters(path):
    with open(path, newline="", encoding="utf-8") as f:
        return [int(row["cluster"]) for row in csv.DictReader(f)]


def same_partition(a, b):
    return len(set(zip(a, b))) == len(set(a)) == len(set(b))


def an_export_goes_in_again():
    export("embeddings", "out")
    done = whoswho("cluster", "--embeddings", "out/faces.npy", "--meta", "out/faces.csv", "-O", "c.csv", "--json").json
    check_equal((done["faces"], done["people"], done["unassigned"]), (len(stored_faces()), 5, 0), "the summary")
    with open("c.csv", newline="", encoding="utf-8") as f:
        rows = list(csv.DictReader(f))
    check(same_partition([r["person"] for r in rows], [r["cluster"] for r in rows]), "people and clusters")
    with open("out/faces.csv", newline="", encoding="utf-8") as f:
        before = list(csv.DictReader(f))
    check_equal([{k: v for k, v in r.items() if k != "cluster"} for r in rows], before, "the other columns")


def arrays_of_every_kind_are_read():
    vectors, truth = people(4, 6)
    for number, (dtype, method) in enumerate([("<f4", "dbscan"), ("<f8", "dbscan"), ("<f8", "hac"), ("<f4", "templates")]):
        numpy.save("x.npy", vectors.astype(dtype))
        whoswho("cluster", "--embeddings", "x.npy", "-O", f"{number}.csv", "--method", method, "-q")
        check(same_partition(clusters(f"{number}.csv"), truth), f"{dtype}, {method}")
    with open("v2.npy", "wb") as f:
        numpy.lib.format.write_array(f, vectors.astype("<f4"), version=(2, 0))
    whoswho("cluster", "--embeddings", "v2.npy", "-O", "v2.csv", "-q")
    check(same_partition(clusters("v2.csv"), truth), "version 2.0")


def eps_is_the_articles():
    """Not of unit length: eps must be given, and decides."""
    points = numpy.array([[0, 0], [0, 0.4], [0, 0.8], [5, 5], [5, 5.4], [9, 9]], "float32")
    numpy.save("x.npy", points)
    done = whoswho("cluster", "--embeddings", "x.npy", "-O", "out.csv", "--method", "dbscan", "--min-samples", 2, code=2)
    check("--eps" in done.err and not os.path.exists("out.csv"), done.err)
    whoswho("cluster", "--embeddings", "x.npy", "-O", "out.csv", "--method", "dbscan", "--min-samples", 2, "--eps", 0.5, "-q")
    check_equal(clusters("out.csv"), [0, 0, 0, 1, 1, -1], "clusters")


def tracks_and_frames_count():
    vectors, truth = people(2, 4)
    numpy.save("x.npy", vectors.astype("<f4"))
    first, second = numpy.flatnonzero(truth == 0), numpy.flatnonzero(truth == 1)
    rows = [{"source": "film, 1.mp4", "track": 0, "frame": i + 1} for i in range(len(truth))]
    rows[first[0]]["track"] = rows[second[0]]["track"] = 7
    write_table("tracks.csv", rows)
    whoswho("cluster", "--embeddings", "x.npy", "--meta", "tracks.csv", "-O", "a.csv", "--method", "hac", "-q")
    label = clusters("a.csv")
    check_equal(label[first[0]], label[second[0]], "two of one track")
    rows[first[0]]["track"] = rows[second[0]]["track"] = 0
    rows[first[0]]["frame"] = rows[first[1]]["frame"] = 1000
    write_table("frames.csv", rows)
    whoswho("cluster", "--embeddings", "x.npy", "--meta", "frames.csv", "-O", "b.csv", "--method", "hac", "-q")
    label = clusters("b.csv")
    check(label[first[0]] != label[first[1]], "two of one frame")
    rows[first[1]]["source"] = "other.mp4"
    write_table("films.csv", rows)
    whoswho("cluster", "--embeddings", "x.npy", "--meta", "films.csv", "-O", "c.csv", "--method", "hac", "-q")
    check(same_partition(clusters("c.csv"), truth), "frames of two films")


def what_cannot_be_read_is_told():
    vectors, _ = people(2, 4)
    numpy.save("x.npy", vectors.astype("<f4"))
    with open("x.npy", "rb") as f:
        good = f.read()
    bad = dict(
        empty=b"", text=b"0.1 0.2\n", cut=good[:-8], head=good[:40], fortran=good.replace(b"False", b"True "),
        wide=good.replace(b"<f4", b"<i4"), huge=good.replace(b"(8, 64), }" + b" " * 10, b"(99999999999, 64), }"),
    )
    check(len(set(bad.values()) | {good}) == len(bad) + 1, "each is spoilt in its own way")
    for name, data in bad.items():
        with open("bad.npy", "wb") as f:
            f.write(data)
        done = whoswho("cluster", "--embeddings", "bad.npy", "-O", "out.csv", code=None)
        check(done.code in (2, 3) and "bad.npy" in done.err, f"{name}: {done.code}, {done.err}")
    vectors[3, 5] = numpy.nan
    numpy.save("nan.npy", vectors.astype("<f4"))
    check("row 3" in whoswho("cluster", "--embeddings", "nan.npy", "-O", "out.csv", code=3).err, "a value that is no number")
    write_table("short.csv", [{"track": 1}] * 7)
    check("each of the 8" in whoswho("cluster", "--embeddings", "x.npy", "--meta", "short.csv", "-O", "out.csv", code=3).err, "rows")
    with open("mine.csv", "w") as f:
        f.write("mine")
    check("is there already" in whoswho("cluster", "--embeddings", "x.npy", "-O", "mine.csv", code=2).err, "a file of the user's")
    check("belong together" in whoswho("cluster", "--embeddings", "x.npy", code=2).err, "no place for the result")
    check("belong together" in whoswho("cluster", "lib", "--embeddings", "x.npy", "-O", "out.csv", code=2).err, "a folder too")
    check(not os.path.exists("out.csv"), "nothing is written")


def approximate_says_what_it_found():
    vectors, truth = people(40, 60, spread=0.08)
    numpy.save("x.npy", vectors.astype("<f4"))
    done = whoswho("cluster", "--embeddings", "x.npy", "-O", "a.csv", "--approximate", "--json").json
    check(same_partition(clusters("a.csv"), truth), "people")
    check(0.99 < done["recall"] <= 1, f"recall {done['recall']}")
    check("of the pairs within eps were found" in whoswho("cluster", "--embeddings", "x.npy", "-O", "b.csv", "--approximate").said, "in words")
    check_equal(whoswho("cluster", "--embeddings", "x.npy", "-O", "c.csv", "--json").json["recall"], 1, "all pairs without the option")
    check("only dbscan" in whoswho("cluster", "--embeddings", "x.npy", "-O", "d.csv", "--approximate", "--method", "hac", code=2).err, "hac")
    check("belong together" in whoswho("cluster", "lib", "--approximate", code=2).err, "a folder")


main(
    an_export_goes_in_again,
    arrays_of_every_kind_are_read,
    eps_is_the_articles,
    tracks_and_frames_count,
    what_cannot_be_read_is_told,
    approximate_says_what_it_found,
)
