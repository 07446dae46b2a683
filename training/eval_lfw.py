#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: eval_lfw.py WHOSWHO DATA NAME [--pictures lfw] [--detector FILE] [--embedder FILE] [--thresholds T,T,...] [--method M]
[--min-samples N]

Labeled Faces in the Wild through the program itself: scans all pictures of DATA/pictures/lfw (a folder a person), keeps for
each the face nearest the middle, and reports, as JSON and as a row of a Markdown table,
- how many different pictures have a face there (within a quarter of the side of the middle),
- View 2 (DATA/pairs.txt): ten folds, the threshold chosen on the other nine; a pair with a face not found counts as an error;
  the same for the 80% of pairs whose poorer face has the best quality,
- clustering of every face found, by the program, at each threshold ("default": the one the program chooses): pairwise and
BCubed scores over the middle faces, a face in nobody's folder standing alone. The scan is kept in DATA/eval/NAME and used
again."""
import argparse
import hashlib
import json
import os
import sqlite3
import subprocess

import numpy as np

NEAR = 0.25  # of the side: the middle face's middle lies within this of the picture's


def scan(options, folder):
    models = [a for name in ("detector", "embedder") if getattr(options, name) for a in (f"--{name}", getattr(options, name))]
    command = [options.whoswho, "scan", os.path.join(options.data, "pictures", options.pictures), "-o", folder, "-q", *models]
    subprocess.run(["nice", "-n", "19", *command], check=True)


def different_pictures(folder):
    """How many; LFW has two pictures under two names each, which the program looks at once."""
    seen = set()
    for path, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(path, name), "rb") as f:
                seen.add(hashlib.sha256(f.read()).digest())
    return len(seen)


def middle_faces(folder):
    """Path below DATA/pictures/SOURCE ("Name/Name_0001.jpg") -> (vector, person given by the program, quality, landmarks); and the
    number of all faces."""
    store = sqlite3.connect(f"file:{folder}/whoswho.db?mode=ro", uri=True)
    rows = store.execute(
        "SELECT s.path, s.width, s.height, f.x + f.width / 2, f.y + f.height / 2, e.embedding, "
        "f.person, f.quality, f.landmarks FROM face f "
        "JOIN frame r ON f.frame = r.id JOIN source s ON r.source = s.id JOIN face_embedding e ON e.face = f.id ORDER BY f.id"
    )
    best, total = {}, 0
    for path, width, height, x, y, vector, person, quality, marks in rows:
        total += 1
        path = path.decode() if isinstance(path, bytes) else path
        key = path.rsplit("/pictures/", 1)[1].split("/", 1)[1]
        away = np.hypot(x / width - 0.5, y / height - 0.5)
        if away < NEAR and away < best.get(key, (9,))[0]:
            best[key] = (away, np.frombuffer(vector, "<f4"), person, quality, np.frombuffer(marks, "<f4").reshape(5, 2))
    store.close()
    return {k: v[1:] for k, v in best.items()}, total


def read_pairs(path):
    """-> (first, second, same?, fold)"""
    with open(path, encoding="utf-8") as f:
        lines = [line.split() for line in f if line.strip()]
    folds, per_fold = int(lines[0][0]), 2 * int(lines[0][1])
    pairs = []
    for i, words in enumerate(lines[1:]):
        if len(words) == 3:
            a, b = (words[0], words[1]), (words[0], words[2])
        else:
            a, b = (words[0], words[1]), (words[2], words[3])
        names = [f"{n}/{n}_{int(k):04d}.jpg" for n, k in (a, b)]
        pairs.append((*names, len(words) == 3, i // per_fold))
    assert len(pairs) == folds * per_fold, "pairs.txt is cut short"
    return pairs


def view2_of(similar, found, pairs):
    """Ten-fold accuracy and its standard error from the similarity of each pair."""
    same = np.array([p[2] for p in pairs])
    fold = np.array([p[3] for p in pairs])
    steps, right = np.unique(similar[found]), []
    for k in range(fold.max() + 1):
        train, test = found & (fold != k), fold == k
        yes, no = np.sort(similar[train & same]), np.sort(similar[train & ~same])
        hits = len(yes) - np.searchsorted(yes, steps) + np.searchsorted(no, steps)
        threshold = steps[hits.argmax()]
        right.append((((similar >= threshold) == same) & found)[test].mean())
    return round(float(np.mean(right)), 4), round(float(np.std(right, ddof=1) / np.sqrt(len(right))), 4)


def accepted_at(similar, found, pairs, false=1e-3):
    """Share of the same pairs above the similarity that only this share of the different ones reaches; not found: not accepted."""
    same = np.array([p[2] for p in pairs])
    strangers = np.sort(np.where(found, similar, -1.0)[~same])
    limit = strangers[-1 - int(len(strangers) * false)]
    return round(float((found & (similar > limit))[same].mean()), 4)


def wrong_pairs(similar, same, found, steps=800):
    """Which pairs are wrong at the threshold that is best for all; what is not found is."""
    thresholds = np.quantile(similar, np.linspace(0, 1, steps))
    right = ((similar[:, None] >= thresholds) == same[:, None]) & found[:, None]
    return ~right[:, right.sum(0).argmax()]


def by_quality(similar, found, pairs, quality):
    """What the 80% of pairs do whose poorer face is best (what is not found is poorest, and wrong): their ten-fold accuracy, the
    threshold chosen among them; and the share of wrong pairs, of all and of them, at the one threshold that is best for all."""
    keep = np.argsort(-np.where(found, quality, -np.inf), kind="stable")[: len(pairs) * 8 // 10]
    accuracy, _ = view2_of(similar[keep], found[keep], [pairs[k] for k in keep])
    wrong = wrong_pairs(similar, np.array([p[2] for p in pairs]), found)
    return {
        "accuracy_best_80": accuracy,
        "error_all_at_one_threshold": round(float(wrong.mean()), 4),
        "error_best_80_at_one_threshold": round(float(wrong[keep].mean()), 4),
    }


def view2(faces, pairs):
    found = np.array([p[0] in faces and p[1] in faces for p in pairs])
    similar = np.array([float(faces[p[0]][0] @ faces[p[1]][0]) if ok else 0.0 for p, ok in zip(pairs, found)])
    quality = np.array([min(faces[p[0]][2], faces[p[1]][2]) if ok else -1.0 for p, ok in zip(pairs, found)])
    accuracy, error = view2_of(similar, found, pairs)
    return {
        "accuracy": accuracy,
        "standard_error": error,
        "tar@1e-3": accepted_at(similar, found, pairs),
        "pairs_found": int(found.sum()),
        **by_quality(similar, found, pairs, quality),
    }


def clustering(faces):
    """Pairwise and BCubed precision, recall, F1 of the program's people against the folders."""
    names = sorted(faces)
    truth = np.unique([n.split("/")[0] for n in names], return_inverse=True)[1]
    given = [faces[n][1] for n in names]
    given = np.unique([f"p{g}" if g is not None else f"alone{i}" for i, g in enumerate(given)], return_inverse=True)[1]
    cells, counts = np.unique(given.astype(np.int64) * (truth.max() + 1) + truth, return_counts=True)
    of_given, of_truth = np.bincount(given), np.bincount(truth)

    def pairs(n):
        return float((n.astype(np.float64) * (n - 1) / 2).sum())

    def f1(p, r):
        return {"precision": round(p, 4), "recall": round(r, 4), "f1": round(2 * p * r / max(p + r, 1e-12), 4)}

    together = pairs(counts)
    row, column = cells // (truth.max() + 1), cells % (truth.max() + 1)
    return {
        "pairwise": f1(together / max(pairs(of_given), 1), together / pairs(of_truth)),
        "bcubed": f1(
            float((counts**2 / of_given[row]).sum() / len(names)), float((counts**2 / of_truth[column]).sum() / len(names))
        ),
        "people": int(sum(g is not None for g in {faces[n][1] for n in names})),
        "unsorted": sum(faces[n][1] is None for n in names),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("whoswho"), parser.add_argument("data"), parser.add_argument("name")
    parser.add_argument("--pictures", default="lfw")
    parser.add_argument("--detector"), parser.add_argument("--embedder")
    parser.add_argument("--thresholds", default="")
    parser.add_argument("--min-samples", default="2")
    parser.add_argument("--method", default="hac")
    options = parser.parse_args()
    folder = os.path.join(options.data, "eval", options.name)
    if not os.path.exists(os.path.join(folder, "whoswho.db")):
        scan(options, folder)
    faces, total = middle_faces(folder)
    pictures = different_pictures(os.path.join(options.data, "pictures", options.pictures))
    result = {
        "name": options.name,
        "pictures": pictures,
        "faces": total,
        "middle_found": len(faces),
        "share_found": round(len(faces) / pictures, 5),
        "view2": view2(faces, read_pairs(os.path.join(options.data, "pairs.txt"))),
    }
    for threshold in filter(None, options.thresholds.split(",")):
        chosen = [] if threshold == "default" else ["--threshold", threshold]
        command = [options.whoswho, "cluster", folder, *chosen, "--method", options.method, "--min-samples", options.min_samples]
        subprocess.run(["nice", "-n", "19", *command, "-q"], check=True)
        result[f"cluster@{threshold}"] = clustering(middle_faces(folder)[0])
        print(json.dumps(result[f"cluster@{threshold}"]), flush=True)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
