#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: library_scale.py WHOSWHO FOOTAGE [--keep DIR] [FACES...]

How a library behaves as it grows: CPU seconds (user and system) and peak memory of commands in libraries of FACES
(10,000 and 100,000) faces, twenty of each person on photos of four, made by tests/browser/make_library.py, and how the
seconds grow with the faces (1.0: in proportion). Run by /usr/bin/python3 (python3-opencv). From 300,000 faces on the
pictures have 16 pixels: a million take 7 GB on a file system with blocks of 1 KB, in 2.6 million files."""
import argparse
import contextlib
import math
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MAKE = os.path.join(TOP, "tests", "browser", "make_library.py")
PICTURE = os.path.join(TOP, "tests", "data", "group.jpg")
PER_PERSON = 20
SMALL_FROM, SMALL_SIDE = 300000, 16


def cost(program, *command):
    """CPU seconds, and the most memory in MB."""
    with subprocess.Popen([program, *command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{command}: exit code {process.returncode}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def largest(folder):
    """Numbers of the people with the most faces, most first."""
    with contextlib.closing(sqlite3.connect(os.path.join(folder, "whoswho.db"))) as base:
        rows = base.execute("SELECT person FROM face WHERE person IS NOT NULL GROUP BY person"
                            " ORDER BY count(*) DESC, person LIMIT 8")
        return [str(number) for number, in rows]


def renamed(folder, number):
    os.rename(os.path.join(folder, f"Face_{number}"), os.path.join(folder, "Renamed by hand"))


def measure(program, folder, picture):
    """Name of the step -> CPU seconds and MB."""
    costs = {}

    def step(name, *command):
        costs[name] = cost(program, *command, "-o", folder, "-q")
        print(f"  {name}: {costs[name][0]:.2f} s, {costs[name][1]:.0f} MB", file=sys.stderr, flush=True)

    step("group the faces (cluster)", "cluster")
    step("first export", "export")
    step("export, nothing changed", "export")
    step("list the people", "people")
    a, b, c, d, *_ = largest(folder)
    step("name a person", "name", a, "Ada")
    step("name her anew", "name", a, "Ada Lovelace")
    step("merge two people", "merge", b, c, "--force")
    step("undo", "undo")
    step("ignore a person", "ignore", d)
    step("sync, nothing changed", "sync")
    renamed(folder, b)
    step("sync, a folder renamed", "sync")
    step("add a photo", "run", picture)
    step("the same photo again", "run", picture)
    step("forget the photo", "forget", picture)
    return costs


def table(results):
    counts = sorted(results)
    lines = ["| step | " + " | ".join(f"{count:,} faces" for count in counts) + " | growth |",
             "|---|" + "---|" * (len(counts) + 1)]
    for name in results[counts[0]]:
        row = [results[count][name][0] for count in counts]
        growth = float("nan")
        if len(row) > 1 and min(row) > 0:
            growth = math.log(row[-1] / row[0]) / math.log(counts[-1] / counts[0])
        cells = [f"{results[count][name][0]:.2f} s, {results[count][name][1]:.0f} MB" for count in counts]
        lines.append(f"| {name} | " + " | ".join(cells) + f" | {growth:.2f} |")
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
            side = [str(SMALL_SIDE)] if faces >= SMALL_FROM else []
            subprocess.run([sys.executable, MAKE, program, args.footage, folder, str(faces), str(faces // PER_PERSON),
                            *side], check=True)
            results[faces] = measure(program, folder, PICTURE)
            if not args.keep:
                shutil.rmtree(folder)
    print(table(results))


if __name__ == "__main__":
    main()
