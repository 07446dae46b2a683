# SPDX-License-Identifier: MIT
"""cluster_bench.py DRIVER [--max N] [--sklearn-max N] [--faiss] [--plot FILE.svg] [--repeat R] [--data KIND]

Times exact DBSCAN of made-up face embeddings (cluster_data.py: 128 values, eps 0.9, min_samples 5) by ww_dbscan (DRIVER is the
build's cluster_driver) and by scikit-learn, and an exact 32-nearest-neighbour search by FAISS's flat index, all on two threads, in
one run. Prints a table: wall and processor seconds (the latter is what counts on a machine with other work) and the peak memory of
each process, best of R runs; labels of ours and scikit-learn's are compared. --plot draws processor seconds against N. --data:
people (blobs of equal kind, the default), photos or footage (matched to real embeddings).
"""
import argparse
import json
import math
import os
import subprocess
import sys
import tempfile

import numpy as np

from cluster_data import faces, people

DIM, EPS, MIN_SAMPLES, THREADS = 128, 0.9, 5, 2
SIZES = [1000, 3000, 10000, 30000, 100000, 300000, 1000000]

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

FAISS = f"""
#include <faiss/IndexFlat.h>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>
int main(int argc, char **argv)
{{
    const long n = atol(argv[2]);
    std::vector<float> x(n * {DIM});
    FILE *f = fopen(argv[1], "rb");
    if (!f || fread(x.data(), sizeof(float), x.size(), f) != x.size())
        return 1;
    const auto wall = std::chrono::steady_clock::now();
    const clock_t cpu = clock();
    faiss::IndexFlatL2 index({DIM});
    index.add(n, x.data());
    std::vector<float> distance(n * 32);
    std::vector<faiss::Index::idx_t> near(n * 32);
    index.search(n, x.data(), 32, distance.data(), near.data());
    long peak = 0;
    char line[256];
    FILE *status = fopen("/proc/self/status", "r");
    while (status && fgets(line, sizeof line, status))
        sscanf(line, "VmHWM: %ld", &peak);
    printf("[%f, %f, %ld]\\n", std::chrono::duration<double>(std::chrono::steady_clock::now() - wall).count(),
           double(clock() - cpu) / CLOCKS_PER_SEC, peak);
}}
"""


def run_ours(driver, path, n):
    out = subprocess.run([driver, "--time", path, str(n), str(DIM), str(EPS), str(MIN_SAMPLES), str(THREADS)],
                         capture_output=True, text=True, check=True).stdout.split()
    return [float(out[1]), float(out[3]), int(out[5])]


def our_labels(driver, path, n):
    command = [driver, path, str(n), str(DIM), str(EPS), str(MIN_SAMPLES), str(THREADS)]
    return np.array(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split(), np.int32)


def best_of(repeat, run):
    runs = [run() for _ in range(repeat)]
    return [min(column) for column in zip(*runs)]


def run_python(code, *arguments):
    env = dict(os.environ, OMP_NUM_THREADS=str(THREADS), OPENBLAS_NUM_THREADS=str(THREADS))
    command = [sys.executable, "-c", code, *arguments]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True, env=env).stdout)


def build_faiss(folder):
    source, program = os.path.join(folder, "faiss.cpp"), os.path.join(folder, "faiss")
    with open(source, "w") as f:
        f.write(FAISS)
    subprocess.run(["g++", "-O2", "-std=c++17", source, "-o", program, "-lfaiss", "-lopenblas", "-fopenmp"], check=True)
    return program


def plot(path, rows):
    """rows: name -> [(n, seconds)]; logarithmic both ways."""
    width, height, left, bottom = 640, 420, 60, 50
    points = [p for series in rows.values() for p in series]
    n_low, n_high = 3, 6
    s_low, s_high = math.floor(math.log10(min(s for _, s in points))), math.ceil(math.log10(max(s for _, s in points)))

    def place(n, s):
        x = left + (math.log10(n) - n_low) / (n_high - n_low) * (width - left - 150)
        y = height - bottom - (math.log10(s) - s_low) / (s_high - s_low) * (height - bottom - 20)
        return x, y

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">',
             f'<rect width="{width}" height="{height}" fill="white"/>']
    for e in range(n_low, n_high + 1):
        x, y = place(10 ** e, 10 ** s_low)
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="20" y2="{y:.1f}" stroke="#ddd"/>'
                     f'<text x="{x:.1f}" y="{y + 18:.1f}" text-anchor="middle">{10 ** e:,}</text>')
    for e in range(s_low, s_high + 1):
        x, y = place(10 ** n_low, 10 ** e)
        parts.append(f'<line x1="{x:.1f}" x2="{width - 150}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>'
                     f'<text x="{x - 6:.1f}" y="{y + 4:.1f}" text-anchor="end">{10.0 ** e:g}</text>')
    parts.append(f'<text x="{(width - 90) / 2:.0f}" y="{height - 8}" text-anchor="middle">faces</text>'
                 '<text x="8" y="14">processor seconds</text>')
    for colour, (name, series) in zip(["#0a5", "#c40", "#36c", "#a3a", "#888"], rows.items()):
        if not series:
            continue
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*p) for p in series))
        x, y = place(*series[-1])
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>'
                     f'<text x="{x + 6:.1f}" y="{y + 4:.1f}" fill="{colour}">{name}</text>')
    with open(path, "w") as f:
        f.write("\n".join(parts) + "\n</svg>\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("driver")
    parser.add_argument("--max", type=int, default=100000)
    parser.add_argument("--sklearn-max", type=int, default=100000)
    parser.add_argument("--faiss", action="store_true")
    parser.add_argument("--plot")
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--data", choices=["people", "photos", "footage"], default="people")
    options = parser.parse_args()
    rows = {"whoswho": [], "scikit-learn": [], "FAISS flat k=32": []}
    print("   faces | whoswho: wall s   cpu s     MB (x vectors) | scikit-learn: wall s   cpu s     MB | cpu ratio  labels"
          " | FAISS flat: wall s   cpu s     MB")
    with tempfile.TemporaryDirectory() as folder:
        path, theirs = os.path.join(folder, "vectors.f32"), os.path.join(folder, "labels.i32")
        faiss = build_faiss(folder) if options.faiss else None
        for n in (n for n in SIZES if n <= options.max):
            made = people(n, DIM) if options.data == "people" else faces(n, DIM, tracks=options.data == "footage")
            made[0].tofile(path)
            wall, cpu, kb = best_of(options.repeat, lambda: run_ours(options.driver, path, n))
            line = f"{n:8d} | {wall:15.3f} {cpu:7.3f} {kb / 1024:6.0f} {kb * 1024 / (n * DIM * 4):12.2f} |"
            rows["whoswho"].append((n, max(cpu, 1e-3)))
            if n <= options.sklearn_max:
                wall, sk_cpu, kb = best_of(options.repeat, lambda: run_python(SKLEARN, path, theirs))
                same = (np.fromfile(theirs, np.int32) == our_labels(options.driver, path, n)).all()
                line += f" {wall:20.3f} {sk_cpu:7.3f} {kb / 1024:6.0f} |"
                line += f" {sk_cpu / max(cpu, 1e-3):9.1f}  {'equal' if same else 'DIFFER'} |"
                rows["scikit-learn"].append((n, max(sk_cpu, 1e-3)))
                if faiss:
                    run = [faiss, path, str(n)]
                    env = dict(os.environ, OMP_NUM_THREADS=str(THREADS))
                    wall, cpu, kb = json.loads(subprocess.run(run, capture_output=True, text=True, check=True, env=env).stdout)
                    line += f" {wall:18.3f} {cpu:7.3f} {kb / 1024:6.0f}"
                    rows["FAISS flat k=32"].append((n, max(cpu, 1e-3)))
            print(line, flush=True)
    if options.plot:
        plot(options.plot, rows)


if __name__ == "__main__":
    main()
