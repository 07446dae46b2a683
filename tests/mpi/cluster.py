# SPDX-License-Identifier: MIT
"""cluster.py WHOSWHO WHOSWHO_MPI: clustering on several ranks gives, byte for byte, the table that one machine gives; what is wrong
ends all ranks with a message. Skipped, with a word, without NumPy or mpirun."""
import os
import subprocess
import sys
import tempfile

import job

try:
    import numpy as np
except ImportError:
    job.skip_all("needs python3-numpy")
job.skip_without_mpirun()

WHOSWHO, WHOSWHO_MPI = sys.argv[1:3]


class Claims(job.Tap):
    def check(self, fine, name, remark=""):
        return super().check(fine, name, "" if fine else remark)


def mpi(ranks, *options):
    return job.run(job.command(ranks, WHOSWHO_MPI, "cluster", *options))


def read(path):
    with open(path, "rb") as f:
        return f.read()


def people(count, dim, seed):
    """Crowds of very different sizes on the unit sphere, some exact copies, some alone."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(40, dim))
    who = np.minimum((40 * rng.random(count) ** 3).astype(int), 39)
    x = centres[who] + rng.uniform(0.3, 0.9, size=(count, 1)) * rng.normal(size=(count, dim))
    x[::17] = rng.normal(size=x[::17].shape)
    x[5::23] = x[4::23][:len(x[5::23])]
    return (x / np.linalg.norm(x, axis=1, keepdims=True)).astype(np.float32)


def same_as_one_machine(check, folder, name, x, *options):
    npy, one = os.path.join(folder, name + ".npy"), os.path.join(folder, name + ".csv")
    np.save(npy, x)
    subprocess.run([WHOSWHO, "cluster", "--embeddings", npy, "-O", one, "--method", "dbscan", "-q", *options], check=True)
    for ranks in (1, 2, 3, 4):
        out = os.path.join(folder, f"{name}{ranks}.csv")
        ran = mpi(ranks, "--embeddings", npy, "-O", out, "-q", *options)
        check(ran.returncode == 0 and read(out) == read(one), f"{name}: {ranks} ranks give what one machine gives", ran.stderr)


def main():
    t = Claims()
    with tempfile.TemporaryDirectory() as folder:
        same_as_one_machine(t.check, folder, "people", people(6000, 32, 1), "--eps", "0.8")
        same_as_one_machine(t.check, folder, "defaults", people(501, 128, 2))
        few = np.round(people(9, 16, 3) * 4) / 4  # fewer than 12: other arithmetic; blocks of two and three rows
        same_as_one_machine(t.check, folder, "few", few, "--eps", "1.0", "--min-samples", "2")
        same_as_one_machine(t.check, folder, "three", np.eye(3, dtype=np.float64), "--eps", "1.5", "--min-samples", "1")
        table = np.load(os.path.join(folder, "people.npy"))
        labels = read(os.path.join(folder, "people.csv")).split()[1:]
        t.check(len(labels) == len(table) and 10 < len({line.split(b",")[1] for line in labels}), "which are many clusters and nobody")

        npy, out = os.path.join(folder, "people.npy"), os.path.join(folder, "new.csv")
        ran = mpi(2, "--embeddings", npy, "-O", os.path.join(folder, "people.csv"))
        t.check(ran.returncode == 2 and "is there already" in ran.stderr, "a file that is there is left alone", ran.stderr)
        table[-1, 3] = np.nan
        np.save(npy, table)
        ran = mpi(3, "--embeddings", npy, "-O", out)
        t.check(ran.returncode == 3 and f"row {len(table) - 1} has a value that is not finite" in ran.stderr and not os.path.exists(out),
                "a value that is not finite in one rank's share ends all", ran.stderr)
        ran = mpi(2, "--embeddings", os.path.join(folder, "none.npy"), "-O", out)
        t.check(ran.returncode == 3 and ran.stderr.count("none.npy") == 1, "a file that is not there is named once", ran.stderr)
        np.save(npy, 2 * people(100, 8, 4))
        ran = mpi(2, "--embeddings", npy, "-O", out)
        t.check(ran.returncode != 0 and "give --eps" in ran.stderr, "vectors of other length need --eps", ran.stderr)
        for wrong, word in ((["--method", "hac"], "only dbscan"), (["--meta", "x.csv"], "--meta"), (["--min-samples", "500"], "min-samples"),
                            (["--eps", "x"], "--eps")):
            ran = mpi(2, "--embeddings", npy, "-O", out, *wrong)
            t.check(ran.returncode == 2 and ran.stderr.count(word) == 1, f"{' '.join(wrong)} is refused once", ran.stderr)
    t.end()


main()
