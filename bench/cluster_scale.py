# SPDX-License-Identifier: MIT
"""cluster_scale.py DRIVER [--kinds photos,footage] [--sizes 10000,100000] [--exact-max N] [--sklearn-max N]
                 [--plot FILE.svg]

DBSCAN (eps 0.9, min_samples 5, two threads) of vectors with the structure of faces (face_vectors.py) by ww_dbscan,
exact and approximate (recall 0.999), and by scikit-learn, in one run. DRIVER is the build's cluster_driver. Prints
processor seconds and memory, whether the labels of the exact way are scikit-learn's, the recall the approximate way
says, and how its clusters agree with the exact ones (adjusted Rand index). --plot draws processor seconds against the
number of faces.
"""
import argparse
import os
import subprocess
import tempfile

import numpy as np
from sklearn.metrics import adjusted_rand_score

from cluster_bench import DIM, EPS, MIN_SAMPLES, SKLEARN, THREADS, plot, run_python
from face_vectors import Faces

RECALL = 0.999


def arguments(path, n, recall):
    more = ["default", str(recall)] if recall else []
    return [path, str(n), str(DIM), str(EPS), str(MIN_SAMPLES), str(THREADS), *more]


def timed(driver, path, n, recall=0):
    """Processor seconds, MB, recall."""
    command = [driver, "--time", *arguments(path, n, recall)]
    words = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    said = dict(zip(words[::2], words[1::2]))
    return float(said["processor_s"]), int(said["peak_kb"]) / 1024, float(said["recall"])


def labels(driver, path, n, recall=0):
    out = subprocess.run([driver, *arguments(path, n, recall)], capture_output=True, text=True, check=True).stdout
    return np.array(out.split(), np.int32)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("driver")
    parser.add_argument("--kinds", default="photos,footage")
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--exact-max", type=int, default=300000)
    parser.add_argument("--sklearn-max", type=int, default=20000)
    parser.add_argument("--plot")
    options = parser.parse_args()
    series = {}
    print("kind    |    faces | exact: cpu s    MB | approximate: cpu s    MB  recall  Rand index | "
          "scikit-learn: cpu s    MB  labels")
    with tempfile.TemporaryDirectory() as folder:
        path, theirs = os.path.join(folder, "vectors.f32"), os.path.join(folder, "labels.i32")
        for kind in options.kinds.split(","):
            for n in map(int, options.sizes.split(",")):
                with open(path, "wb") as f:
                    for rows in Faces(kind, n).blocks():
                        rows.tofile(f)
                near = timed(options.driver, path, n, RECALL)
                series.setdefault(kind + ", approximate", []).append((n, max(near[0], 1e-3)))
                exact = theirs_line = None
                line = f"{kind:7s} | {n:8d} | "
                if n <= options.exact_max:
                    exact = labels(options.driver, path, n)
                    cpu, mb, _ = timed(options.driver, path, n)
                    series.setdefault(kind + ", exact", []).append((n, max(cpu, 1e-3)))
                    line += f"{cpu:12.2f} {mb:5.0f} | "
                else:
                    line += f"{'':18s} | "
                agree = float("nan")
                if exact is not None:
                    agree = adjusted_rand_score(exact, labels(options.driver, path, n, RECALL))
                line += f"{near[0]:18.2f} {near[1]:5.0f} {near[2]:7.5f} {agree:11.4f} | "
                if n <= options.sklearn_max:
                    _, cpu, kb = run_python(SKLEARN, path, theirs)
                    same = exact is not None and (np.fromfile(theirs, np.int32) == exact).all()
                    theirs_line = f"{cpu:19.2f} {kb / 1024:5.0f}  {'equal' if same else 'DIFFER'}"
                    if kind == "photos":
                        series.setdefault("scikit-learn", []).append((n, max(cpu, 1e-3)))
                print(line + (theirs_line or ""), flush=True)
    if options.plot:
        plot(options.plot, series)


if __name__ == "__main__":
    main()
