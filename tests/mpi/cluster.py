# SPDX-License-Identifier: MIT
"""cluster.py WHOSWHO WHOSWHO_MPI: clustering on several ranks gives, byte for byte, the table that one machine gives; what is wrong
ends all ranks with a message. Skipped, with a word, without NumPy or mpirun."""
import contextlib
import importlib.util
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import job

try:
    import numpy as np
except ImportError:
    job.skip_all("needs python3-numpy")
job.skip_without_mpirun()

WHOSWHO, WHOSWHO_MPI = (os.path.abspath(p) for p in sys.argv[1:3])
TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


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


def shared_methods(check, folder):
    """Methods whose search for near vectors is shared; with exact copies, vectors at equal distances, and links."""
    coarse = np.round(people(5000, 16, 6) * 8) / 8
    meta = os.path.join(folder, "meta.csv")
    with open(meta, "w") as table:
        table.write("source,track,frame\n")
        table.writelines(f"film,{row // 20 + 1 if row % 20 < 3 else ''},{row * 7 % 4999}\n" for row in range(5000))
    for name, x, methods, ranks, options in (
            ("crowds", people(6000, 32, 5), ("hac", "map-equation", "chinese-whispers"), (3,), ("--threshold", "0.7")),
            ("linked", coarse, ("hac", "map-equation"), (2, 3, 4), ("--threshold", "0.5", "--meta", meta))):
        npy = os.path.join(folder, name + ".npy")
        np.save(npy, x)
        for method in methods:
            one = os.path.join(folder, f"{name}-{method}.csv")
            asked = ("--embeddings", npy, "--method", method, *options)
            subprocess.run([WHOSWHO, "cluster", *asked, "-O", one, "-q"], check=True)
            for n in ranks:
                out = os.path.join(folder, f"{name}-{method}-{n}.csv")
                ran = mpi(n, *asked, "-O", out)
                check(ran.returncode == 0 and not ran.stderr and read(out) == read(one), f"{name} by {method}: {n} ranks give what one machine gives",
                      ran.stderr)
            clusters = len({line.rsplit(b",", 1)[-1] for line in read(one).split()})
            check(clusters > 10, f"{name} by {method}: many clusters", str(clusters))


def libraries(check, folder):
    """A library is sorted by all ranks as by one machine."""
    if not importlib.util.find_spec("cv2"):
        return check(True, "a library # SKIP needs python3-opencv")
    one, many = os.path.join(folder, "one"), os.path.join(folder, "many")
    subprocess.run([sys.executable, os.path.join(TESTS, "browser", "make_library.py"), WHOSWHO, os.path.join(TESTS, "data", "demo.mp4"), one,
                    "5000", "250", "16"], check=True, stdout=subprocess.DEVNULL)
    shutil.copytree(one, many)
    subprocess.run([WHOSWHO, "cluster", one, "--method", "hac", "-q"], check=True)
    ran = mpi(3, many, "--method", "hac")
    check(ran.returncode == 0 and not ran.stderr and not job.differing(one, many), "a library is sorted as by one machine", ran.stderr)
    return a_rank_killed(check, folder, one)


def a_rank_killed(check, folder, one):
    """The job ends and says so; the library is as it was, or sorted, and the same command sorts it."""
    seed = int(os.environ.get("SEED", time.time()))
    dice, out = random.Random(seed), os.path.join(folder, "killed")
    print(f"# SEED={seed}")
    for _ in range(3):
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(one, out)
        subprocess.run([WHOSWHO, "cluster", out, "--method", "dbscan", "-q"], check=True)
        before = job.rows(out)
        line = job.command(3, WHOSWHO_MPI, "cluster", out, "--method", "hac")
        ranks = subprocess.Popen(line, env=job.ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        while len(job.ranks_of(ranks)) < 3 and ranks.poll() is None:
            time.sleep(0.01)
        time.sleep(dice.uniform(0.0, 0.5))
        victim = dice.randrange(3)
        with contextlib.suppress(KeyError, ProcessLookupError):
            os.kill(job.ranks_of(ranks)[victim], signal.SIGKILL)
        said = ranks.communicate(timeout=job.LIMIT_S)[1]
        told = ranks.returncode == 0 or "signal 9" in said or "another rank ended" in said
        whole = job.rows(out) == before or not job.differing(out, one)
        again = job.run(line)
        check(told and whole and again.returncode == 0 and not job.differing(out, one),
              f"rank {victim} killed, exit code {ranks.returncode}; then the same command again", said + again.stderr)
    return True


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
        np.save(npy, people(100, 8, 4))
        ran = mpi(2, "--embeddings", npy, "-O", out, "--method", "hac")
        t.check(ran.returncode == 0 and os.path.exists(out) and ran.stderr.count("rank 0 did this alone") == 1,
                "too few vectors for a message are told", ran.stderr)
        ran = mpi(2, "--embeddings", npy, "-O", os.path.join(folder, "never.csv"), "--method", "no-such")
        t.check(ran.returncode == 2 and ran.stderr.count("no-such") == 1, "a method that is not there is refused once", ran.stderr)
        shared_methods(t.check, folder)
        libraries(t.check, folder)
        for wrong, word in ((["--meta", "x.csv"], "--meta"), (["--min-samples", "500"], "min-samples"),
                            (["--eps", "x"], "--eps")):
            ran = mpi(2, "--embeddings", npy, "-O", out, *wrong)
            t.check(ran.returncode == 2 and ran.stderr.count(word) == 1, f"{' '.join(wrong)} is refused once", ran.stderr)
    t.end()


main()
