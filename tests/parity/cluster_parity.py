# SPDX-License-Identifier: MIT
"""cluster_parity.py DRIVER [SETS]: labels of ww_dbscan against those of scikit-learn's DBSCAN, label for label, over many seeded sets.

Each set takes another kind of data (people on the sphere, a lattice full of exact ties, blobs far from the origin, duplicates, values of
very different size), another number of dimensions and threads, and another table of kernels. Prints TAP.
"""
import os
import subprocess
import sys
import tempfile
import warnings

try:
    import numpy as np
    import sklearn
    from sklearn.cluster import DBSCAN
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)

DIMS = [2, 3, 5, 8, 15, 16, 17, 31, 64, 127, 128, 256]
MIN_SAMPLES = [1, 2, 3, 4, 5, 10, 40, 100]
KERNELS = ["plain", "avx2", "avx512vnni", "best"]  # one that this machine cannot run falls back to the best


def people(rng, n, d):
    centres = rng.normal(size=(rng.integers(1, 30), d))
    x = centres[rng.integers(0, len(centres), n)] + rng.normal(size=(n, d)) * rng.uniform(0.1, 0.6)
    return x / np.linalg.norm(x, axis=1, keepdims=True), rng.uniform(0.3, 1.2)


def lattice(rng, n, d):
    return rng.integers(0, 4, size=(n, d)), np.sqrt(rng.integers(1, 2 * d))


def half_lattice(rng, n, d):
    return rng.integers(0, 3, size=(n, d)) * 0.5, 0.5 * rng.integers(1, 5)


def far_from_origin(rng, n, d):
    return rng.normal(size=(n, d)) * 10 + 100, np.sqrt(d) * 10 * rng.uniform(0.5, 1.4)


def duplicates(rng, n, d):
    x = rng.normal(size=(n, d))
    x[rng.integers(0, n, n // 2)] = x[rng.integers(0, n, n // 2)]
    return x, np.sqrt(d) * rng.uniform(0.2, 1.4)


def uneven(rng, n, d):
    return rng.normal(size=(n, d)) * 10.0 ** rng.integers(-3, 3, size=(n, 1)), np.sqrt(d) * 10.0 ** rng.uniform(-2, 2)


def all_alike(rng, n, d):
    return np.tile(rng.normal(size=(1, d)), (n, 1)), 0.5


KINDS = [people, lattice, half_lattice, far_from_origin, duplicates, uneven, all_alike]


def ours(driver, path, x, eps, min_samples, threads, kernels):
    x.tofile(path)
    command = [driver, path, str(len(x)), str(x.shape[1]), repr(float(eps)), str(min_samples), str(threads), kernels]
    run = subprocess.run(command, capture_output=True, text=True)
    return np.array(run.stdout.split(), dtype=int) if run.returncode == 0 else run.stderr.strip()


def judge(driver, path, x, eps, min_samples, threads, kernels, what):
    """Returns the description of a set and what differs (empty: nothing)."""
    x = np.ascontiguousarray(x, dtype=np.float32)
    got = ours(driver, path, x, eps, min_samples, threads, kernels)
    expected = DBSCAN(eps=float(eps), min_samples=min_samples).fit_predict(x)
    what += f" n={len(x)} d={x.shape[1]} eps={eps!r} min_samples={min_samples} threads={threads} kernels={kernels}"
    if isinstance(got, str):
        return what, got
    if len(got) != len(x):
        return what, f"{len(got)} labels for {len(x)} vectors"
    return what, "" if (got == expected).all() else f"{(got != expected).sum()} labels differ"


def compare(driver, path, seed):
    rng = np.random.default_rng(seed)
    kind = KINDS[seed % len(KINDS)]
    small = rng.random() < 0.15
    n = int(rng.integers(1, 15)) if small else int(rng.choice([rng.integers(1, 600), rng.integers(600, 1500), 3000], p=[0.6, 0.37, 0.03]))
    d, min_samples, threads = int(rng.choice(DIMS)), int(rng.choice(MIN_SAMPLES)), int(rng.integers(1, 5))
    kernels = KERNELS[seed // len(KINDS) % len(KERNELS)]
    x, eps = kind(rng, n, d)
    return judge(driver, path, x, eps, min_samples, threads, kernels, f"{kind.__name__} seed={seed}")


def compare_large(driver, path, kernels):
    """Large enough for every short cut of the sieve; people of very different sizes."""
    rng = np.random.default_rng(5)
    n, d = 20000, 64
    who = np.minimum(rng.zipf(1.3, n), 3000)
    spectrum = np.arange(1, d + 1) ** -0.4
    x = rng.normal(size=(3001, d))[who] * spectrum + 0.55 * rng.normal(size=(n, d)) * spectrum
    return judge(driver, path, x / np.linalg.norm(x, axis=1, keepdims=True), 0.6, 5, 2, kernels, "large")


def main():
    driver, sets = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 210
    warnings.simplefilter("ignore")
    print(f"# scikit-learn {sklearn.__version__}")
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "vectors.f32")
        nothing = ours(driver, path, np.zeros((0, 4), np.float32), 0.5, 2, 2, "best")
        results = [("no vectors", "" if not isinstance(nothing, str) and len(nothing) == 0 else f"got {nothing}")]
        results += [compare_large(driver, path, kernels) for kernels in KERNELS[1:3]]
        for number in range(1, sets + len(results) + 1):
            what, wrong = results[number - 1] if number <= len(results) else compare(driver, path, number - len(results) - 1)
            failed += bool(wrong)
            print(f"{'not ok' if wrong else 'ok'} {number} - {what}{': ' + wrong if wrong else ''}", flush=True)
        print(f"1..{sets + len(results)}")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
