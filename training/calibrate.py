#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: calibrate.py [--tracks] TABLE [TABLE...] [--out FILE.json]

From how far apart two templates are to how sure that is: the log-likelihood ratio (natural logarithm) that two templates
are of one person. A template is the mean of some looks' unit vectors, each weighted by its quality squared, brought to
unit length. A TABLE is a folder with looks.npy and vectors.npy, as looks.py writes them.

Templates are made of looks at one picture, which are as like each other as the looks of a face that does not move, and of
looks at two pictures of the person, which differ more than the looks of most tracks do. Pairs are templates of one person
that share no picture, and of two people; one to one, one to two and two to two pictures weigh the same, and so do both
kinds of pair: the value is the log-likelihood ratio, and the prior odds are for the caller to add. The model is a logistic
regression on

    (1, low, high, low^2) x (1, c, c^2)        c: cosine; low, high: the lower and the higher quality of the two

What was tried beside (each adds less than 0.0005 to Cllr, or takes it): the size of the faces, how far they are turned,
the number of looks, how far the looks of a template lie apart. The quality says it all.

With --tracks, as it was done first: templates are of some looks of one track each, and the conditions are

    (1, low, high, size, looks, low^2)         size, looks: logarithms of the smaller face and of the fewer looks

The weights in src/cluster/calibration.c were fitted so.

Told for people whom the fold's model has not seen (every person is in one of FOLDS): how large the error of the ratios is
(Cllr, in bits: 0 perfect, 1 says nothing; cllr_least: what is left when isotonic regression has put the ratios right, so
the difference is what calibration costs), how many pairs of strangers and of one person fall into each bin of it, with
what is claimed there and what is seen, and the share of same pairs above the ratio that one in a thousand strangers
reaches; beside it the same of a model of the cosine alone."""
import argparse
import json
import os

import numpy as np

FOLDS = 5
PICTURES = (1, 2)  # of a template
LOOKS_MOST = 5  # of a picture
STRANGERS_EACH = 24  # pairs of strangers for every template
REPEATS = 2  # how often each person's pictures are dealt to templates; with --tracks: templates of each track
TRACK_LOOKS = (1, 2, 3, 5, 8)  # of a track's template, as far as they are there
SIZE_UNIT_PX, SIZE_MIN_PX, SIZE_MAX_PX = 32.0, 12.0, 96.0
LOOKS_MAX = 8
PENALTY = 1e-3
BINS = (-np.inf, -6, -4, -2, -1, 0, 1, 2, 4, 6, np.inf)
NAMES = ("1", "low", "high", "low^2")
TRACK_NAMES = ("1", "low", "high", "size", "looks", "low^2")


class Template:
    """What is known of a person from some looks."""

    def __init__(self, vectors, looks):
        weight = np.maximum(looks["quality"].astype(np.float64), 1e-3) ** 2
        mean = (vectors * weight[:, None]).sum(0)
        self.vector = mean / np.linalg.norm(mean)
        self.quality = float((weight * looks["quality"]).sum() / weight.sum())
        self.size_px = float((weight * looks["size_px"]).sum() / weight.sum())
        self.looks = len(looks)
        self.person, self.pictures = int(looks["person"][0]), frozenset(looks["picture"].tolist())


def rows_of(values):
    """Rows of each value, in the order of the values."""
    order = np.argsort(values, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(values[order])) + 1)


def templates(table, vectors, rng):
    """Every person's pictures dealt to templates of one and of two pictures, one to LOOKS_MOST looks of each."""
    made = []
    for person in rows_of(table["person"]):
        tracks = [person[rows] for rows in rows_of(table["picture"][person])]
        for count in PICTURES * REPEATS:
            order = rng.permutation(len(tracks))
            for first in range(0, len(tracks) - count + 1, count):
                dealt = [rng.permutation(tracks[t]) for t in order[first : first + count]]
                chosen = np.concatenate([rows[: rng.integers(LOOKS_MOST) + 1] for rows in dealt])
                made.append(Template(vectors[chosen], table[chosen]))
    return made


def track_templates(table, vectors, rng):
    """REPEATS templates of every track."""
    made = []
    for rows in rows_of(table["track"]):
        for _ in range(REPEATS):
            count = min(len(rows), TRACK_LOOKS[rng.integers(len(TRACK_LOOKS))])
            chosen = np.sort(rng.choice(rows, count, replace=False))
            made.append(Template(vectors[chosen], table[chosen]))
    return made


def conditions(quality_a, quality_b):
    """n x len(NAMES): what a pair's cosine is worth depends on these."""
    low, high = np.minimum(quality_a, quality_b), np.maximum(quality_a, quality_b)
    return np.stack([np.ones_like(low), low, high, low * low], 1)


def track_conditions(quality_a, quality_b, smaller_px, fewer_looks):
    """n x len(TRACK_NAMES), as src/cluster/calibration.c has them."""
    one, low, high, low_squared = conditions(quality_a, quality_b).T
    size = np.log2(np.clip(smaller_px, SIZE_MIN_PX, SIZE_MAX_PX) / SIZE_UNIT_PX)
    return np.stack([one, low, high, size, np.log2(np.minimum(fewer_looks, LOOKS_MAX)), low_squared], 1)


def features(cosine, condition):
    """n x 3 times the conditions: condition, condition x cosine, condition x cosine^2."""
    return np.concatenate([condition, condition * cosine[:, None], condition * (cosine**2)[:, None]], 1)


def weights_of(same, kind=None):
    """Every kind of pair weighs the same, and in it same pairs as much as strangers."""
    kind = np.zeros(len(same), int) if kind is None else kind
    cell = np.unique(2 * kind + same, return_inverse=True)[1]
    weight = 1.0 / np.bincount(cell)[cell]
    return weight / weight.sum()


def fit(x, same, weight, penalty=PENALTY, rounds=60):
    """Logistic regression by Newton's method; the features, the first of which is 1, are brought to unit variance for the
    penalty. `weight` sums to 1."""
    mean, scale = x.mean(0), x.std(0)
    constant = scale < 1e-9
    mean, scale = np.where(constant, 0, mean), np.where(constant, 1, scale)
    z = (x - mean) / scale
    ridge = penalty * np.diag((~constant).astype(float))
    w = np.zeros(x.shape[1])
    for _ in range(rounds):
        p = 1 / (1 + np.exp(-z @ w))
        slope = z.T @ (weight * (p - same)) + ridge @ w
        curve = (z * (weight * p * (1 - p))[:, None]).T @ z + ridge + 1e-12 * np.eye(len(w))
        step = np.linalg.solve(curve, slope)
        w -= step
        if np.abs(step).max() < 1e-9:
            break
    out = w / scale
    out[0] -= (w / scale * mean).sum()
    return out


def cllr(ratio, same):
    """Brümmer's cost of log-likelihood ratios, in bits."""
    return float((np.logaddexp(0, -ratio[same]).mean() + np.logaddexp(0, ratio[~same]).mean()) / 2 / np.log(2))


def put_right(ratio, same):
    """The best monotone calibration of `ratio` (pool adjacent violators), as log-likelihood ratios."""
    order = np.argsort(ratio, kind="stable")
    odds = len(same) / same.sum() - 1
    level, weight = [], []
    for s in same[order].astype(float):
        level.append(s), weight.append(1.0)
        while len(level) > 1 and level[-2] >= level[-1]:
            v, n = level.pop(), weight.pop()
            level[-1] = (level[-1] * weight[-1] + v * n) / (weight[-1] + n)
            weight[-1] += n
    p = np.clip(np.repeat(level, np.array(weight, int)), 1e-9, 1 - 1e-9)
    out = np.empty(len(same))
    out[order] = np.log(p / (1 - p)) + np.log(odds)
    return out


def pairs(made, rng):
    """-> indices a, b and whether the same person. Two templates that share a picture are no pair."""
    person, a, b = np.array([t.person for t in made]), [], []
    for group in rows_of(person):
        both = [(i, j) for k, i in enumerate(group) for j in group[k + 1 :] if not made[i].pictures & made[j].pictures]
        a += [i for i, _ in both]
        b += [j for _, j in both]
    first = np.repeat(np.arange(len(made)), STRANGERS_EACH)
    second = rng.integers(0, len(made), len(first))
    strangers = person[first] != person[second]
    same = np.concatenate([np.ones(len(a), bool), np.zeros(strangers.sum(), bool)])
    return np.concatenate([a, first[strangers]]).astype(int), np.concatenate([b, second[strangers]]).astype(int), same


def told(ratio, same):
    """What a set of ratios is worth."""
    counts = [np.histogram(ratio[kind], BINS)[0] for kind in (same, ~same)]
    rows = []
    for k, (yes, no) in enumerate(zip(*counts)):
        share = (yes / same.sum(), no / (~same).sum())
        seen = None if yes < 5 or no < 5 else round(float(np.log(share[0] / share[1])), 2)
        inside = (ratio >= BINS[k]) & (ratio < BINS[k + 1])
        claimed = None if not inside.any() else round(float(np.median(ratio[inside])), 2)
        rows.append({"from": BINS[k], "same": int(yes), "strangers": int(no), "claimed": claimed, "seen": seen})
    strict = np.quantile(ratio[~same], 0.999)
    return {
        "cllr": round(cllr(ratio, same), 4),
        "cllr_least": round(cllr(put_right(ratio, same), same), 4),
        "tar@1e-3": round(float((ratio[same] > strict).mean()), 4),
        "strangers_above_0": round(float((ratio[~same] > 0).mean()), 5),
        "same_above_0": round(float((ratio[same] > 0).mean()), 4),
        "bins": rows,
    }


class Pairs:
    def __init__(self, made, rng, of_tracks=False):
        self.a, self.b, self.same = pairs(made, rng)
        vectors, quality = np.stack([t.vector for t in made]), np.array([t.quality for t in made])
        self.cosine = (vectors[self.a] * vectors[self.b]).sum(1)
        self.condition = conditions(quality[self.a], quality[self.b])
        if of_tracks:
            size, looks = (np.array([getattr(t, known) for t in made], float) for known in ("size_px", "looks"))
            smaller, fewer = (np.minimum(v[self.a], v[self.b]) for v in (size, looks))
            self.condition = track_conditions(quality[self.a], quality[self.b], smaller, fewer)
        person, count = np.array([t.person for t in made]), np.array([len(t.pictures) for t in made])
        self.people = person[self.a], person[self.b]
        self.kind = count[self.a] + count[self.b]  # pictures in both: 2, 3 or 4


def fitted(x, data, rows=slice(None)):
    return fit(x[rows], data.same[rows], weights_of(data.same[rows], data.kind[rows]))


def held_out_ratios(x, data, folds):
    """Every pair's ratio by a model that knew neither of its people; folds: person -> fold. Of pairs across folds: nan."""
    of_a, of_b = (np.vectorize(folds.get)(p) for p in data.people)
    out = np.full(len(data.same), np.nan)
    for k in range(FOLDS):
        test = (of_a == k) & (of_b == k)
        out[test] = x[test] @ fitted(x, data, (of_a != k) & (of_b != k))
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tables", nargs="+")
    parser.add_argument("--tracks", action="store_true")
    parser.add_argument("--out")
    options = parser.parse_args()
    rng, made = np.random.default_rng(1), []
    make = track_templates if options.tracks else templates
    for path in options.tables:
        made += make(np.load(os.path.join(path, "looks.npy")), np.load(os.path.join(path, "vectors.npy")), rng)
    data = Pairs(made, rng, options.tracks)
    people = sorted({t.person for t in made})
    folds = dict(zip(people, rng.permutation(len(people)) % FOLDS))
    report = {"people": len(people), "templates": len(made)}
    report |= {"same": int(data.same.sum()), "strangers": int((~data.same).sum())}
    plain = features(data.cosine, np.ones((len(data.same), 1)))
    full = features(data.cosine, data.condition)
    for name, x in (("cosine alone", plain), ("model", full)):
        ratio = held_out_ratios(x, data, folds)
        for kind in np.unique(data.kind):
            tested = ~np.isnan(ratio) & (data.kind == kind)
            report[f"{name}, {kind} pictures"] = told(ratio[tested], data.same[tested])
    conditioned = TRACK_NAMES if options.tracks else NAMES
    names = [f"{name}{power}" for power in ("", "*c", "*c^2") for name in conditioned]
    report["weights"] = dict(zip(names, fitted(full, data).round(4).tolist()))
    report["weights_cosine_alone"] = fitted(plain, data).round(4).tolist()
    print(json.dumps(report, indent=1))
    if options.out:
        with open(options.out, "w", encoding="utf-8") as f:
            json.dump(report, f, indent=1)


if __name__ == "__main__":
    main()
