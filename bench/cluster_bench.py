# SPDX-License-Identifier: MIT
"""cluster_bench.py DRIVER [--sizes N,N...] [--max NAME=N ...] [--plot FILE.svg [--add NAME=N:SECONDS ...]] [--data KIND]

Who finds all pairs of vectors within eps, and the clusters DBSCAN makes of them (128 values, eps 0.9, min_samples 5),
in how much processor time: ww_dbscan (DRIVER is the build's cluster_driver), exact and approximate; scikit-learn; and
FAISS flat, IVF and HNSW and hnswlib, whichever of these the Python that runs this can import (faiss-cpu, hnswlib from
PyPI), each on two threads and each in a process of its own, in one run. Indices are asked by range (hnswlib, which
cannot be, for the 128 nearest), and their pairs go through scipy's connected components. IVF (4 x sqrt(n) lists) and
HNSW (32 links, efConstruction 80) try wider searches, each twice the last, until they find 0.999 of the pairs or can
go no wider; only building and the last search are counted. Threads that wait sleep (OMP_WAIT_POLICY). Prints a line
for each: processor and wall seconds, peak memory, share of the pairs (where flat is left out: of those of a thousand
rows), parameters, adjusted Rand index with the exact clusters. What is left out above which size: --max (flat=30000).
--plot draws processor seconds, --add with points that were measured in another run. --data: people (cluster_data.py:
blobs), photos or footage (face_vectors.py: matched to real embeddings; the default is footage).
"""
import argparse
import importlib.util
import json
import math
import os
import subprocess
import sys
import tempfile

import numpy as np

from cluster_data import people
from face_vectors import Faces

DIM, EPS, MIN_SAMPLES, THREADS, RECALL = 128, 0.9, 5, 2, 0.999

SKLEARN = f"""
import sys, time, json
import numpy as np
from sklearn.cluster import DBSCAN
x = np.fromfile(sys.argv[1], np.float32).reshape(-1, {DIM})
wall, cpu = time.perf_counter(), time.process_time()
labels = DBSCAN(eps={EPS}, min_samples={MIN_SAMPLES}, n_jobs={THREADS}).fit_predict(x)
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
labels.astype(np.int32).tofile(sys.argv[2])
peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM:"))
print(json.dumps([wall, cpu, peak]))
"""

# A search gives lims, I: the neighbours of row i are I[lims[i]:lims[i + 1]], itself among them. argv: vectors, labels,
# how many pairs there are (0: not known), the name.
PEER = f"""
import sys, time, json
import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
x = np.fromfile(sys.argv[1], np.float32).reshape(-1, {DIM})
n, pairs, said = len(x), int(sys.argv[3]), ""

def clock():
    return np.array([time.perf_counter(), time.process_time()])

def clusters(lims, near):
    row = np.repeat(np.arange(n), np.diff(lims).astype(np.int64))
    core = np.bincount(row, minlength=n) >= {MIN_SAMPLES}
    both = core[row] & core[near]
    _, part = connected_components(coo_matrix((np.ones(both.sum(), bool), (row[both], near[both])), (n, n)), False)
    labels = np.full(n, -1, np.int32)
    labels[core] = np.unique(part[core], return_inverse=True)[1]
    border = core[near] & ~core[row]
    labels[row[border]] = labels[near[border]]
    return labels

def share(lims):
    if pairs:
        return (lims[-1] - n) / max(1, pairs - n)
    rows = np.arange(0, n, max(1, n // 1000))
    exact = sum((((x[some] @ x.T) * -2 + 2) <= {EPS} ** 2).sum() for some in np.array_split(rows, 50))
    return ((lims[rows + 1] - lims[rows]).sum() - len(rows)) / max(1, exact - len(rows))

def widen(start, end, search):
    wide = start
    while True:
        begun = clock()
        lims, near = search(wide)
        spent = clock() - begun
        if share(lims) >= {RECALL} or wide >= end:
            return lims, near, spent, wide
        wide = min(end, 2 * wide)

@SEARCH@
begun = clock()
labels = clusters(lims, near)
wall, cpu = spent + clock() - begun
labels.tofile(sys.argv[2])
peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM:"))
print(json.dumps([wall, cpu, peak, len(near), 1 if "flat" in sys.argv[4] else float(share(lims)), said]))
"""

FLAT = f"""
import faiss
faiss.omp_set_num_threads({THREADS})
begun = clock()
index = faiss.IndexFlatL2({DIM})
index.add(x)
lims, _, near = index.range_search(x, {EPS} ** 2)
spent = clock() - begun
"""

IVF = f"""
import faiss
faiss.omp_set_num_threads({THREADS})
begun = clock()
lists = max(1, min(int(4 * n ** 0.5), n // 39))
index = faiss.IndexIVFFlat(faiss.IndexFlatL2({DIM}), {DIM}, lists)
index.train(x)
index.add(x)
built = clock() - begun
def search(wide):
    index.nprobe = wide
    lims, _, near = index.range_search(x, {EPS} ** 2)
    return lims, near
lims, near, spent, wide = widen(1, lists, search)
spent, said = spent + built, f"{{lists}} lists, nprobe {{wide}}"
"""

HNSW = f"""
import faiss
faiss.omp_set_num_threads({THREADS})
begun = clock()
index = faiss.IndexHNSWFlat({DIM}, 32)
index.hnsw.efConstruction = 80
index.add(x)
built = clock() - begun
def search(wide):
    index.hnsw.efSearch = wide
    counts, near = [], []
    for first in range(0, n, 64):  # of more at once its range search (1.15.1) ends with an exception
        lims, _, some = index.range_search(x[first:first + 64], {EPS} ** 2)
        counts.append(np.diff(lims))
        near.append(some)
    return np.concatenate([[0], np.cumsum(np.concatenate(counts))]), np.concatenate(near)
lims, near, spent, wide = widen(32, 1024, search)
spent, said = spent + built, f"efSearch {{wide}}"
"""

HNSWLIB = f"""
import hnswlib
begun = clock()
index = hnswlib.Index("l2", {DIM})
index.init_index(n, M=32, ef_construction=80)
index.set_num_threads({THREADS})
index.add_items(x)
built = clock() - begun
def search(wide):
    k = min(n, 128)
    index.set_ef(max(wide, k))
    near, squared = index.knn_query(x, k=k)
    inside = squared <= {EPS} ** 2
    return np.concatenate([[0], np.cumsum(inside.sum(1))]), near[inside].astype(np.int64)
lims, near, spent, wide = widen(128, 1024, search)
spent, said = spent + built, f"k 128, ef {{wide}}"
"""

# name -> what it needs, its search, up to how many vectors by default
PEERS = {"FAISS flat": ("faiss", FLAT, 100000), "FAISS IVF": ("faiss", IVF, 100000),
         "FAISS HNSW": ("faiss", HNSW, 100000), "hnswlib": ("hnswlib", HNSWLIB, 100000)}


def run_ours(driver, path, n, recall=0):
    """Wall and processor seconds, kB, recall."""
    more = ["default", str(recall)] if recall else []
    out = subprocess.run([driver, "--time", path, str(n), str(DIM), str(EPS), str(MIN_SAMPLES), str(THREADS), *more],
                         capture_output=True, text=True, check=True).stdout.split()
    return [float(out[1]), float(out[3]), int(out[5]), float(out[7])]


def our_labels(driver, path, n, recall=0):
    more = ["default", str(recall)] if recall else []
    command = [driver, path, str(n), str(DIM), str(EPS), str(MIN_SAMPLES), str(THREADS), *more]
    return np.array(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split(), np.int32)


def run_python(code, *arguments):
    env = dict(os.environ, OMP_NUM_THREADS=str(THREADS), OPENBLAS_NUM_THREADS=str(THREADS), OMP_WAIT_POLICY="PASSIVE")
    command = [sys.executable, "-c", code, *arguments]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=env).stdout)


def plot(path, rows):
    """rows: name -> [(n, seconds)]; logarithmic both ways."""
    width, height, left, right, bottom = 700, 420, 60, 180, 50
    points = [p for series in rows.values() for p in series]
    n_low, n_high = 3, max(6, math.ceil(math.log10(max(n for n, _ in points))))
    s_low, s_high = math.floor(math.log10(min(s for _, s in points))), math.ceil(math.log10(max(s for _, s in points)))

    def place(n, s):
        x = left + (math.log10(n) - n_low) / (n_high - n_low) * (width - left - right)
        y = height - bottom - (math.log10(s) - s_low) / (s_high - s_low) * (height - bottom - 20)
        return x, y

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
             'font-size="12">',
             f'<rect width="{width}" height="{height}" fill="white"/>']
    for e in range(n_low, n_high + 1):
        x, y = place(10 ** e, 10 ** s_low)
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="20" y2="{y:.1f}" stroke="#ddd"/>'
                     f'<text x="{x:.1f}" y="{y + 18:.1f}" text-anchor="middle">{10 ** e:,}</text>')
    for e in range(s_low, s_high + 1):
        x, y = place(10 ** n_low, 10 ** e)
        parts.append(f'<line x1="{x:.1f}" x2="{width - right}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>'
                     f'<text x="{x - 6:.1f}" y="{y + 4:.1f}" text-anchor="end">{10.0 ** e:g}</text>')
    parts.append(f'<text x="{(width - right + left) / 2:.0f}" y="{height - 8}" text-anchor="middle">faces</text>'
                 '<text x="8" y="14">processor seconds</text>')
    names_at = []  # so that no name lies on another
    for colour, (name, series) in zip(["#0a5", "#083", "#c40", "#36c", "#a3a", "#888", "#b80"], rows.items()):
        if not series:
            continue
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*p) for p in series))
        x, y = place(*series[-1])
        while any(abs(y - other) < 13 and abs(x - at) < 130 for at, other in names_at):
            y += 13
        names_at.append((x, y))
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>'
                     f'<text x="{x + 6:.1f}" y="{y + 4:.1f}" fill="{colour}">{name}</text>')
    with open(path, "w") as f:
        f.write("\n".join(parts) + "\n</svg>\n")


def rand_index(a, b):
    from sklearn.metrics import adjusted_rand_score
    return adjusted_rand_score(a, b)


class Bench:
    def __init__(self, driver, folder, most):
        self.driver, self.most = driver, most
        self.vectors, self.labels = os.path.join(folder, "vectors.f32"), os.path.join(folder, "labels.i32")
        self.series = {}

    def line(self, name, n, wall, cpu, kb, recall, rand, said=""):
        self.series.setdefault(name, []).append((n, max(cpu, 1e-3)))
        print(f"{n:9d}  {name:20s} {cpu:9.2f} {wall:9.2f} {kb / 1024:7.0f}  {recall:8}  {rand:8}  {said}", flush=True)

    def ours(self, n):
        wall, cpu, kb, _ = run_ours(self.driver, self.vectors, n)
        exact = our_labels(self.driver, self.vectors, n)
        self.line("whoswho", n, wall, cpu, kb, "all", "1")
        return exact

    def approximate(self, n, exact):
        wall, cpu, kb, recall = run_ours(self.driver, self.vectors, n, RECALL)
        rand = "" if exact is None else f"{rand_index(exact, our_labels(self.driver, self.vectors, n, RECALL)):.4f}"
        self.line("whoswho approximate", n, wall, cpu, kb, f"{recall:.5f}", rand)

    def sklearn(self, n, exact):
        wall, cpu, kb = run_python(SKLEARN, self.vectors, self.labels)
        same = exact is not None and (np.fromfile(self.labels, np.int32) == exact).all()
        self.line("scikit-learn", n, wall, cpu, kb, "all", "equal" if same else "DIFFER")

    def peers(self, n, exact):
        pairs = 0
        for name, (module, search, most) in PEERS.items():
            if n > self.most.get(name.split()[-1].lower(), most) or not importlib.util.find_spec(module):
                continue
            wall, cpu, kb, found, share, said = run_python(PEER.replace("@SEARCH@", search), self.vectors,
                                                          self.labels, str(pairs), name)
            if name == "FAISS flat":
                pairs = found  # how many there are
            rand = "" if exact is None else f"{rand_index(exact, np.fromfile(self.labels, np.int32)):.4f}"
            self.line(name, n, wall, cpu, kb, f"{share:.5f}", rand, said)

    def size(self, n, kind):
        with open(self.vectors, "wb") as f:
            for rows in [people(n, DIM)[0]] if kind == "people" else Faces(kind, n).blocks():
                rows.tofile(f)
        exact = self.ours(n) if n <= self.most.get("exact", 1000000) else None
        self.approximate(n, exact)
        if n <= self.most.get("sklearn", 100000):
            self.sklearn(n, exact)
        self.peers(n, exact)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("driver")
    parser.add_argument("--sizes", default="1000,3000,10000,30000,100000")
    parser.add_argument("--max", action="append", default=[], metavar="NAME=N",
                        help="exact, sklearn, flat, ivf, hnsw or hnswlib")
    parser.add_argument("--plot")
    parser.add_argument("--add", action="append", default=[], metavar="NAME=N:SECONDS")
    parser.add_argument("--data", choices=["people", "photos", "footage"], default="footage")
    options = parser.parse_args()
    most = {name: int(n) for name, n in (limit.split("=") for limit in options.max)}
    print("    faces  who                      cpu s    wall s      MB  of pairs  Rand      parameters")
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(options.driver, folder, most)
        for n in map(int, options.sizes.split(",")):
            bench.size(n, options.data)
        for name, point in (point.split("=") for point in options.add):
            n, seconds = point.split(":")
            bench.series.setdefault(name, []).append((int(n), float(seconds)))
        if options.plot:
            plot(options.plot, bench.series)


if __name__ == "__main__":
    main()
