#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: library_scale.py WHOSWHO FOOTAGE [--keep DIR] [FACES...]

How a library behaves as it grows: CPU seconds (user and system) of commands in libraries of FACES (10,000 and 100,000)
faces, twenty of each person on photos of four, made by tests/browser/make_library.py, and how each grows with the faces
(1.0: in proportion). Run by /usr/bin/python3 (python3-opencv). A million faces need 20 GB and three million files."""
import argparse
import contextlib
import math
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MAKE = os.path.join(TOP, "tests", "browser", "make_library.py")
PICTURE = os.path.join(TOP, "tests", "data", "group.jpg")
PER_PERSON = 20


def cpu_seconds(program, *command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([program, *command], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def largest(folder):
    """Numbers of the people with the most faces, most first."""
    with contextlib.closing(sqlite3.connect(os.path.join(folder, "whoswho.db"))) as base:
        rows = base.execute("SELECT person FROM face WHERE person IS NOT NULL GROUP BY person"
                            " ORDER BY count(*) DESC, person LIMIT 8")
        return [str(number) for number, in rows]


def renamed(folder, number):
    os.rename(os.path.join(folder, f"Face_{number}"), os.path.join(folder, "Renamed by hand"))


def measure(program, folder, picture):
    """Name of the step -> CPU seconds."""
    seconds = {}

    def step(name, *command):
        seconds[name] = cpu_seconds(program, *command, "-o", folder, "-q")
        print(f"  {name}: {seconds[name]:.2f}", file=sys.stderr, flush=True)

    step("group the faces (cluster)", "cluster")
    step("first export", "export")
    step("export, nothing changed", "export")
    step("list the people", "people")
    a, b, c, d, *_ = largest(folder)
    step("name a person", "name", a, "Ada")
    step("merge two people", "merge", b, c, "--force")
    step("undo", "undo")
    step("ignore a person", "ignore", d)
    step("sync, nothing changed", "sync")
    renamed(folder, b)
    step("sync, a folder renamed", "sync")
    step("add a photo", "run", picture)
    step("the same photo again", "run", picture)
    return seconds


def table(results):
    counts = sorted(results)
    lines = ["| step | " + " | ".join(f"{count:,} faces" for count in counts) + " | growth |",
             "|---|" + "---|" * (len(counts) + 1)]
    for name in results[counts[0]]:
        row = [results[count][name] for count in counts]
        growth = float("nan")
        if len(row) > 1 and min(row) > 0:
            growth = math.log(row[-1] / row[0]) / math.log(counts[-1] / counts[0])
        lines.append(f"| {name} | " + " | ".join(f"{value:.2f}" for value in row) + f" | {growth:.2f} |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("whoswho")
    parser.add_argument("footage")
    parser.add_argument("faces", nargs="*", type=int, default=[10000, 100000])
    parser.add_argument("--keep", help="make the libraries here, and leave them")
    args = parser.parse_args()
    program, results = os.path.abspath(args.whoswho), {}
    with tempfile.TemporaryDirectory(prefix="whoswho-scale-") as scratch:
        for faces in args.faces:
            folder = os.path.join(args.keep or scratch, f"library_{faces}")
            print(f"{faces} faces", file=sys.stderr, flush=True)
            subprocess.run([sys.executable, MAKE, program, args.footage, folder, str(faces), str(faces // PER_PERSON)],
                           check=True)
            results[faces] = measure(program, folder, PICTURE)
            if not args.keep:
                shutil.rmtree(folder)
    print(table(results))


if __name__ == "__main__":
    main()
