#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: export_speed.py WHOSWHO FOOTAGE WORK [FACES [FORMAT...]]

How fast data sets are written: FOOTAGE is scanned once into WORK, its library is copied within itself until it holds FACES (20,000) faces,
with other embeddings and people in each copy, and each FORMAT (all that are for trainers) is exported from it. Printed for each: bytes and
files, seconds, the seconds that cp needs for the same tree, the share of its speed and what cp takes of our CPU time, a second export of
the same, and the peak memory."""
import contextlib
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import time

import numpy

FORMATS = ("chips", "imagefolder", "yolo", "coco", "embeddings")


def columns(base, table):
    return [row[1] for row in base.execute(f"PRAGMA table_info({table})")]


def clone(base, table, change):
    """Rows of the table once more, with `change` (column -> SQL)."""
    names = columns(base, table)
    base.execute(f"INSERT INTO {table} SELECT {', '.join(change.get(n, n) for n in names)} FROM base_{table}")


TABLES = ("source", "span", "frame", "frame_picture", "frame_view", "face", "face_embedding", "face_picture", "face_chip", "shot")


def turned(dice, vectors):
    """The same people as others: every copy has its own directions."""
    turn, _ = numpy.linalg.qr(dice.standard_normal((vectors.shape[1],) * 2))
    return (vectors @ turn).astype("<f4")


def grow(path, faces):
    dice = numpy.random.default_rng(5)
    with contextlib.closing(sqlite3.connect(path)) as base:
        base.execute("PRAGMA journal_mode = OFF")
        base.execute("PRAGMA synchronous = OFF")
        for table in TABLES:
            base.execute(f"CREATE TEMP TABLE base_{table} AS SELECT * FROM {table}")
        count = base.execute("SELECT count(*) FROM face").fetchone()[0]
        step = {t: base.execute(f"SELECT max(id) FROM {t}").fetchone()[0] for t in ("source", "frame", "face")}
        people = base.execute("SELECT max(number) + 1 FROM person").fetchone()[0]
        vectors = base.execute("SELECT face, embedding FROM face_embedding").fetchall()
        matrix = numpy.array([numpy.frombuffer(v, "<f4") for _, v in vectors])
        for copy in range(1, -(-faces // count)):
            at = {t: f"+ {step[t] * copy}" for t in step}
            base.executemany("INSERT INTO person (number) VALUES (?)", ((people * copy + p,) for p in range(people)))
            clone(base, "source", {"id": f"id {at['source']}", "hash": f"hash + {copy}", "path": f"CAST('{copy}_' || path AS BLOB)"})
            clone(base, "span", {"source": f"source {at['source']}"})
            clone(base, "frame", {"id": f"id {at['frame']}", "source": f"source {at['source']}"})
            clone(base, "face", {"id": f"id {at['face']}", "frame": f"frame {at['frame']}", "person": f"person + {people * copy}"})
            clone(base, "shot", {"source": f"source {at['source']}"})
            for table in ("frame_picture", "frame_view"):
                clone(base, table, {"frame": f"frame {at['frame']}"})
            for table in ("face_picture", "face_chip"):
                clone(base, table, {"face": f"face {at['face']}"})
            rows = turned(dice, matrix)
            base.executemany("INSERT INTO face_embedding VALUES (?, ?)",
                             ((face + step["face"] * copy, row.tobytes()) for (face, _), row in zip(vectors, rows)))
        base.execute("UPDATE meta SET value = ? WHERE key = 'people.next'", (str(people * -(-faces // count)),))
        base.commit()


def size_of(folder):
    sizes = [os.path.getsize(os.path.join(base, f)) for base, _, files in os.walk(folder) for f in files]
    return sum(sizes), len(sizes)


def timed(*command):
    """Seconds, CPU seconds and the peak of memory in MB."""
    begun, used = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    process = subprocess.Popen(command)
    _, status, own = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{command}: {status}")
    return time.monotonic() - begun, own.ru_utime + own.ru_stime, own.ru_maxrss / 1024


def measure(program, library, work, kind):
    out, copy = (os.path.join(work, f"{what}_{kind}") for what in ("set", "copy"))
    for folder in (out, copy):
        shutil.rmtree(folder, True)
    os.sync()
    seconds, cpu, memory = timed(program, "export", library, "--to", kind, "-O", out, "-q")
    size, files = size_of(out)
    os.sync()
    cp, cp_cpu, _ = timed("cp", "-r", out, copy)
    again, _, _ = timed(program, "export", library, "--to", kind, "-O", out, "-q")
    print(f"{kind:12} {size / 1e6:7.1f} MB {files:7} files {seconds:7.2f} s ({cpu:6.2f} CPU) {size / seconds / 1e6:7.1f} MB/s {files / seconds:7.0f} files/s"
          f" | cp {cp:6.2f} s ({cp_cpu:5.2f} CPU) {size / cp / 1e6:7.1f} MB/s: {cp / seconds:.2f} of its speed, {cp_cpu / cpu:.2f} by CPU time"
          f" | again {again:5.2f} s | {memory:4.0f} MB", flush=True)
    return out, copy


def main(program, footage, work, faces=20000, *formats):
    library = os.path.join(work, "library")
    if not os.path.exists(library):
        subprocess.run([program, "run", footage, "-o", library, "-q"], check=True)
        grow(os.path.join(library, "whoswho.db"), int(faces))
    written = [measure(program, library, work, kind) for kind in formats or FORMATS]
    # Last: ext4 looks for a while at every inode that was deleted before it makes a new one.
    for folder in (folder for pair in written for folder in pair):
        shutil.rmtree(folder)


if __name__ == "__main__":
    main(*sys.argv[1:])
