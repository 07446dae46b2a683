#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: make_library.py WHOSWHO FOOTAGE OUT [FACES [PEOPLE [SIDE]]]

Makes a large library to measure with: the store as WHOSWHO makes it from FOOTAGE, and in it FACES (100,000) made-up faces of PEOPLE (5,000)
people on photos of four. A person is a direction in the space of embeddings, a face lies near it; one person in ten is taken for two.
Pictures are SIDE (64) pixels wide: a million of 16 take 1.3 GB in the store."""
import contextlib
import itertools
import os
import sqlite3
import subprocess
import sys

import cv2
import numpy

PER_PHOTO, DIM, SPREAD, SIDE = 4, 128, 0.62, 64
PICTURES = 200  # different portraits; their content does not matter


def picture(dice, side):
    """A head on a ground, small enough to have a hundred thousand."""
    canvas = numpy.full((SIDE, SIDE, 3), dice.integers(40, 220, 3), numpy.uint8)
    cv2.ellipse(canvas, (32, 34), (18, 24), 0, 0, 360, [int(v) for v in dice.integers(90, 230, 3)], -1)
    cv2.circle(canvas, (26, 30), 3, (30, 30, 30), -1)
    cv2.circle(canvas, (38, 30), 3, (30, 30, 30), -1)
    if side != SIDE:
        canvas = cv2.resize(canvas, (side, side), interpolation=cv2.INTER_AREA)
    return cv2.imencode(".jpg", canvas, [cv2.IMWRITE_JPEG_QUALITY, 60])[1].tobytes()


def unit(rows):
    return rows / numpy.linalg.norm(rows, axis=-1, keepdims=True)


def embeddings(dice, person, people):
    centre = unit(dice.standard_normal((people, DIM)))
    for twin in range(0, people - 1, 20):  # one in ten looks much like another
        centre[twin + 1] = unit(centre[twin] + 0.6 * unit(dice.standard_normal(DIM)))
    noise = unit(dice.standard_normal((len(person), DIM)))
    return unit(centre[person] + SPREAD * noise).astype("<f4")


def in_parts(base, statement, rows, part=100000):
    """executemany, committed now and then: the log of one transaction would be as large as the library."""
    rows = iter(rows)
    while taken := list(itertools.islice(rows, part)):
        base.executemany(statement, taken)
        base.commit()


def main(program, footage, out, faces, people, side):
    subprocess.run([program, footage, "-o", out, "-q"], check=True)
    dice = numpy.random.default_rng(17)
    photos = faces // PER_PHOTO
    person = numpy.concatenate([dice.permutation(people)[: people // PER_PHOTO * PER_PHOTO] for _ in range(faces // people + 2)])[: photos * PER_PHOTO]
    vector = embeddings(dice, person, people)
    pictures = [picture(dice, side) for _ in range(PICTURES)]
    landmarks = numpy.array([26, 30, 38, 30, 32, 36, 27, 46, 37, 46], "<f4").tobytes()
    with contextlib.closing(sqlite3.connect(os.path.join(out, "whoswho.db"))) as base:
        source, frame, face = (base.execute(f"SELECT max(id) FROM {t}").fetchone()[0] + 1 for t in ("source", "frame", "face"))
        first = base.execute("SELECT max(number) FROM person").fetchone()[0] + 1
        key = base.execute("SELECT scan_key FROM source").fetchone()[0]
        in_parts(base, "INSERT INTO person (number) VALUES (?)", ((first + p,) for p in range(people)))
        in_parts(base, "INSERT INTO source (id, path, hash, bytes, kind, width, height, duration_us, scan_key, span_count, damaged, frames_looked_at)"
                 " VALUES (?,?,?,1,1,256,256,0,?,1,0,1)",
                         ((source + i, f"photo_{i}.jpg".encode(), 7919 * (i + 1), key) for i in range(photos)))
        in_parts(base, "INSERT INTO span VALUES (?,0)", ((source + i,) for i in range(photos)))
        in_parts(base, "INSERT INTO frame VALUES (?,?,0,0,0,64,64)", ((frame + i, source + i) for i in range(photos)))
        in_parts(base, "INSERT INTO frame_picture VALUES (?,?)", ((frame + i, pictures[i % PICTURES]) for i in range(photos)))
        in_parts(
            base, "INSERT INTO face VALUES (?,?,?,?,10,60,60,0.99,0.7,?,?,?,14,10,36,48,64,64,NULL,NULL,0)",
            ((face + i, frame + i // PER_PHOTO, i % PER_PHOTO, 62 * (i % PER_PHOTO), landmarks, DIM, first + int(person[i])) for i in range(len(person))))
        in_parts(base, "INSERT INTO face_embedding VALUES (?,?)", ((face + i, vector[i].tobytes()) for i in range(len(person))))
        in_parts(base, "INSERT INTO face_picture VALUES (?,?)", ((face + i, pictures[i * 37 % PICTURES]) for i in range(len(person))))
        base.execute("UPDATE meta SET value = ? WHERE key = 'people.next'", (str(first + people),))
        base.commit()


if __name__ == "__main__":
    main(*sys.argv[1:4], int(sys.argv[4]) if len(sys.argv) > 4 else 100000, int(sys.argv[5]) if len(sys.argv) > 5 else 5000, int(sys.argv[6]) if len(sys.argv) > 6 else SIDE)
