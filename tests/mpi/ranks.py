#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: ranks.py WHOSWHO WHOSWHO_MPI FOOTAGE

Scans with 1 to 4 ranks and compares all that is in the store, and all that is exported, with a scan by one process;
also where files cannot be read, and goes on after such a scan. Prints TAP."""
import json
import os
import shutil
import sys
import tempfile

from job import Tap, command, differing, run, skip_without_mpirun, tree

program, with_mpi, demo = (os.path.abspath(p) for p in sys.argv[1:4])
PEOPLE = os.path.join(os.path.dirname(demo), "people")
tap = Tap()


def check(fine, name, remark=""):
    tap.check(fine, name, "" if fine else remark)


def told(outcome):
    """The program's own lines, without mpirun's about an exit code."""
    return [line for line in outcome.stderr.splitlines() if line.startswith("whoswho: ")]


def make_footage():
    os.mkdir("in")
    shutil.copy(demo, "in/film.mp4")
    with open(demo, "rb") as whole:
        data = whole.read()
    with open("in/cut.mp4", "wb") as cut:
        cut.write(data[: len(data) // 3])
    for name in ("basil", "clove"):
        shutil.copy(os.path.join(PEOPLE, name + ".png"), f"in/{name}.png")
    shutil.copy("in/basil.png", "in/same.png")
    shutil.copytree("in", "fine")
    for name in ("broken.jpg", "broken.mp4"):
        with open("in/" + name, "wb") as broken:
            broken.write(b"\xff\xd8\xff\xe0" if name.endswith("jpg") else data[:100])


def main():
    skip_without_mpirun()
    os.chdir(folder)
    make_footage()
    files = ["in", "in/absent.mp4", "--detect-size", "320"]
    alone = run([program, "scan", *files, "-o", "alone"])
    check(alone.returncode == 1 and len(told(alone)) >= 3, "one process reads what can be read, and tells the rest", alone.stderr)
    for ranks in (1, 2, 3, 4):
        threads = "3" if ranks == 4 else "1"
        job = run(command(ranks, with_mpi, "scan", *files, "-o", f"r{ranks}", "--threads", threads))
        check(job.returncode == 1, f"{ranks} ranks: the same exit code", job.stderr)
        check(sorted(told(job)) == sorted(told(alone)), f"{ranks} ranks: the same messages", "\n".join(told(job)))
        check(not differing("alone", f"r{ranks}"), f"{ranks} ranks: the same library", str(differing("alone", f"r{ranks}")))
    for out in ("alone", "r3"):
        run([program, "cluster", out])
        run([program, "export", out])
    a, b = tree("alone"), tree("r3")
    other = [p for p in {*a, *b} if a.get(p) != b.get(p) and p not in ("index.html", "data.yaml")]
    check("faces.csv" in a and not other, "the same faces.csv, portraits and frames", str(other[:5]))
    again = run(command(3, with_mpi, "scan", *files, "-o", "r3", "--json", "--threads", "2"))
    summary = json.loads(again.stdout)
    check((summary["scanned"], summary["already"]) == (0, 5), "what is known is not scanned again", again.stdout)
    run(command(3, with_mpi, "scan", "fine", "-o", "fine.lib", "-q"))
    again = run(command(3, with_mpi, "scan", "fine", "-o", "fine.lib", "--json"), log="info")
    check(json.loads(again.stdout)["already"] == 5 and " 0 requests" in again.stderr, "files that are as they were are not read again", again.stderr)
    for i in (1, 2):
        run(command(2, with_mpi, "scan", *files, "-o", f"s{i}", "--shard", f"{i}/2", "-q"))
    run([program, "join", "s2", "s1", "-o", "joined", "-q"])
    shutil.copytree("r2", "copy")
    check(not differing("joined", "copy"), "shards by MPI, joined, are the same library", str(differing("joined", "copy")))
    for out in ("float", "both"):
        run([program, "scan", "in/basil.png", "-o", out, "--precision", "float32", "-q"], check=True)
    run([program, "scan", "in/clove.png", "-o", "float", "-q"], check=True)
    job = run(command(2, with_mpi, "scan", "in/clove.png", "-o", "both"))
    check(job.returncode == 0 and not told(job) and not differing("float", "both"), "ranks keep to the precision of the library",
          job.stderr + str(differing("float", "both")))
    for wrong, why in ((["scan", "in", "--every"], "every"), (["cluster", "r1", "r2"], "one folder"), (["scan"], "INPUT")):
        job = run(command(3, with_mpi, *wrong))
        lines = [line for line in job.stderr.splitlines() if line.startswith("whoswho")]
        check(job.returncode == 2 and len(lines) == 1, f"wrong usage is told once ({why})", job.stderr)
    job = run(command(3, with_mpi, "scan", "in", "-o", "x", "--embedder", "in/absent.onnx"))
    check(job.returncode in (2, 3) and "absent.onnx" in job.stderr, "a model that is absent is told", job.stderr)


with tempfile.TemporaryDirectory(prefix="whoswho-mpi-") as folder:
    main()
tap.end()
