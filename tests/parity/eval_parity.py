# SPDX-License-Identifier: MIT
"""eval_parity.py DRIVER: figures of whoswho eval against scikit-learn's, over seeded sets: NMI, pairs, purity; ROC area, true
accepts, the point of equal error; folds and quality against numpy. Prints TAP."""
import os
import subprocess
import sys
import tempfile

try:
    import numpy as np
    from sklearn.metrics import normalized_mutual_info_score, roc_auc_score, roc_curve
    from sklearn.metrics.cluster import contingency_matrix, pair_confusion_matrix
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)

DRIVER, SETS = sys.argv[1], 40


def ours(kind, rows, path):
    with open(path, "w") as f:
        f.writelines(" ".join(map(repr, row)) + "\n" for row in rows)
    lines = subprocess.run([DRIVER, kind, path], check=True, stdout=subprocess.PIPE, text=True).stdout.split("\n")
    return {name: float(value) for name, value in (line.split() for line in lines if line)}


def labels_of(rng):
    n, people = int(rng.integers(5, 3000)), int(rng.integers(2, 60))
    truth = rng.integers(0, people, n)
    label = np.where(rng.random(n) < 0.7, truth, rng.integers(0, people, n)) // rng.integers(1, 3)
    table = contingency_matrix(truth, label).astype(float)
    (_, wrong), (lost, both) = pair_confusion_matrix(truth, label)
    return [(int(t), int(g)) for t, g in zip(truth, label)], {
        "nmi": normalized_mutual_info_score(truth, label),
        "purity": table.max(0).sum() / n,
        "pair_precision": both / (both + wrong),
        "pair_recall": both / (both + lost),
        "bcubed_precision": (table**2 / table.sum(0)).sum() / n,
        "bcubed_recall": (table**2 / table.sum(1, keepdims=True)).sum() / n,
    }


def judged(distance, same, fold):
    """Whether each is judged rightly by the best cut on the other folds, midway between two distances; of equally good ones the
    largest."""
    right = np.zeros(len(same), bool)
    for k in np.unique(fold):
        other = (fold != k) & np.isfinite(distance)
        values = np.unique(distance[other])
        hits = [((distance[other] <= v) == same[other]).sum() for v in values]
        best = len(hits) - 1 - int(np.argmax(hits[::-1]))
        cut = (values[best] + values[best + 1]) / 2 if best + 1 < len(values) else np.inf
        test = fold == k
        right[test] = np.isfinite(distance[test]) & ((distance[test] < cut) == same[test])
    return right


def trials_of(rng):
    n, folds = int(rng.integers(40, 3000)), int(rng.integers(2, 11))
    same = rng.random(n) < rng.uniform(0.2, 0.8)
    same[:2] = True, False
    fold = np.concatenate([np.arange(folds), rng.integers(0, folds, n - folds)])
    distance = np.abs(rng.normal(1.3 - 0.5 * same, rng.uniform(0.05, 0.4), n)).round(int(rng.integers(1, 6)))
    distance[rng.random(n) < rng.choice([0, 0.02])] = np.inf
    quality = rng.random(n).astype(np.float32)
    near = np.where(np.isfinite(distance), -distance, -1e6)
    far, tar, cut = roc_curve(same, near, drop_intermediate=False)
    accepted = cut > -1e6  # those not found never are
    right = judged(distance, same, fold)
    by_fold = np.array([right[fold == k].mean() for k in range(folds)])
    order = np.argsort(-np.where(np.isfinite(distance), quality, -np.inf), kind="stable")
    gap = tar + far - 1  # rises from -1 to 1
    cross = int(np.argmax(gap >= 0))
    step = -gap[cross - 1] / (gap[cross] - gap[cross - 1])
    expected = {
        "accuracy": by_fold.mean(),
        "standard_error": by_fold.std(ddof=1) / np.sqrt(folds),
        "roc_area": roc_auc_score(same, near),
        "tar_1e2": tar[accepted & (far <= 0.01)].max(initial=0),
        "tar_1e3": tar[accepted & (far <= 0.001)].max(initial=0),
        "equal_error_rate": far[cross - 1] + step * (far[cross] - far[cross - 1]),
    }
    for kept in (100, 90, 80, 60):
        expected[f"error_{kept}"] = 1 - right[order[: n * kept // 100]].mean()
    return [(float(d), int(s), int(f), float(q)) for d, s, f, q in zip(distance, same, fold, quality)], expected


def main():
    failed = number = 0
    with tempfile.TemporaryDirectory() as folder:
        for kind, make in (("labels", labels_of), ("trials", trials_of)):
            for seed in range(SETS):
                rows, expected = make(np.random.default_rng(seed))
                got = ours(kind, rows, os.path.join(folder, "rows"))
                off = [f"{k} {got[k]!r} for {v!r}" for k, v in expected.items() if not abs(got[k] - v) <= 1e-9]
                number += 1
                failed += bool(off)
                print(f"{'not ok' if off else 'ok'} {number} - {kind} seed {seed} n {len(rows)} {'; '.join(off)}")
    print(f"1..{number}")
    return failed != 0


sys.exit(main())
