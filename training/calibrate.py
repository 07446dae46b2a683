#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: calibrate.py TABLE [TABLE...] [--out FILE.json]

From how far apart two templates are to how sure that is: the log-likelihood ratio (natural logarithm) that two
templates are of one person. A template is the mean of a track's unit vectors, each weighted by its quality squared,
brought to unit length. A TABLE is a folder with looks.npy and vectors.npy, as looks.py writes them.

Pairs are templates of different pictures of one person, and of two people; of each track one to all of its looks,
chosen at random. The model is a logistic regression on

    cosine, cosine^2, and both with the qualities, size and number of looks of the pair (see `features`),

both kinds of pair weighing the same, so that its value is the log-likelihood ratio and the prior odds are for the
caller to add. Told for people whom the fold's model has not seen (every person in one of FOLDS): how large the error
of the ratios is (Cllr, in bits: 0 perfect, 1 says nothing; cllr_least: what is left when the ratios are put right by
isotonic regression, so the difference is what calibration costs), how often pairs of strangers and of one person fall
into each bin of it, and the share of same pairs above the ratio that one in a thousand strangers reaches; all of it
beside a model of the cosine alone."""
import argparse
import json
import os

import numpy as np

FOLDS = 5
LOOKS = (1, 2, 3, 5, 8)
STRANGERS_EACH = 24  # pairs of strangers for every template
PENALTY = 1e-3
SIZE_USUAL_PX = 32.0
SIZE_LEAST_PX, SIZE_MOST_PX = 12.0, 96.0
MOST_LOOKS = 8
BINS = (-np.inf, -6, -4, -2, -1, 0, 1, 2, 4, 6, np.inf)
NAMES = ("1", "quality_low", "quality_high", "size_low", "looks_low", "quality_low^2")


class Template:
    """What is known of a track from some of its looks."""

    def __init__(self, vectors, looks):
        weight = np.maximum(looks["quality"].astype(np.float64), 1e-3) ** 2
        mean = (vectors * weight[:, None]).sum(0)
        self.vector = mean / np.linalg.norm(mean)
        self.quality = float((weight * looks["quality"]).sum() / weight.sum())
        self.size_px = float((weight * looks["size_px"]).sum() / weight.sum())
        self.looks = len(looks)
        self.person, self.picture = int(looks["person"][0]), int(looks["picture"][0])


def templates(table, vectors, rng, repeats=2):
    """`repeats` templates of every track, of some of its looks each, never more than are there."""
    order = np.argsort(table["track"], kind="stable")
    made = []
    for rows in np.split(order, np.flatnonzero(np.diff(table["track"][order])) + 1):
        for _ in range(repeats):
            count = min(len(rows), LOOKS[rng.integers(len(LOOKS))])
            chosen = np.sort(rng.choice(rows, count, replace=False))
            made.append(Template(vectors[chosen], table[chosen]))
    return made


def conditions(quality_a, quality_b, size_a, size_b, looks_a, looks_b):
    """n x len(NAMES): what a pair's cosine is worth depends on these."""
    low, high = np.minimum(quality_a, quality_b), np.maximum(quality_a, quality_b)
    size = np.log2(np.clip(np.minimum(size_a, size_b), SIZE_LEAST_PX, SIZE_MOST_PX) / SIZE_USUAL_PX)
    looks = np.log2(np.minimum(np.minimum(looks_a, looks_b), MOST_LOOKS))
    return np.stack([np.ones_like(low), low, high, size, looks, low * low], 1)


def features(cosine, condition):
    """n x 3 len(NAMES): condition, condition x cosine, condition x cosine^2."""
    return np.concatenate([condition, condition * cosine[:, None], condition * (cosine**2)[:, None]], 1)


def fit(x, same, penalty=PENALTY, rounds=60):
    """Logistic regression by Newton's method, both kinds weighing the same; features, the first of which is 1, are brought
    to unit variance for the penalty."""
    mean, scale = x.mean(0), x.std(0)
    constant = scale < 1e-9
    mean, scale = np.where(constant, 0, mean), np.where(constant, 1, scale)
    z = (x - mean) / scale
    weight = np.where(same, 0.5 / same.sum(), 0.5 / (~same).sum())
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
    """-> indices a, b and whether the same person. Two templates of one picture are no pair."""
    person, picture = np.array([t.person for t in made]), np.array([t.picture for t in made])
    order = np.argsort(person, kind="stable")
    a, b = [], []
    for group in np.split(order, np.flatnonzero(np.diff(person[order])) + 1):
        first, second = np.triu_indices(len(group), 1)
        a.append(group[first]), b.append(group[second])
    a, b = np.concatenate(a), np.concatenate(b)
    apart = picture[a] != picture[b]
    a, b = a[apart], b[apart]
    first = np.repeat(np.arange(len(made)), STRANGERS_EACH)
    second = rng.integers(0, len(made), len(first))
    strangers = person[first] != person[second]
    same = np.concatenate([np.ones(len(a), bool), np.zeros(strangers.sum(), bool)])
    return np.concatenate([a, first[strangers]]), np.concatenate([b, second[strangers]]), same


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
    def __init__(self, made, rng):
        self.a, self.b, self.same = pairs(made, rng)
        vectors = np.stack([t.vector for t in made])
        self.cosine = (vectors[self.a] * vectors[self.b]).sum(1)
        known = {k: np.array([getattr(t, k) for t in made], float) for k in ("quality", "size_px", "looks")}
        self.known = [known[k][side] for k in ("quality", "size_px", "looks") for side in (self.a, self.b)]
        self.condition = conditions(*self.known)
        person = np.array([t.person for t in made])
        self.people = person[self.a], person[self.b]


def held_out_ratios(x, data, folds):
    """Every pair's ratio by a model that knew neither of its people; folds: person -> fold. Of pairs across folds: nan."""
    of_a, of_b = (np.vectorize(folds.get)(p) for p in data.people)
    out = np.full(len(data.same), np.nan)
    for k in range(FOLDS):
        train, test = (of_a != k) & (of_b != k), (of_a == k) & (of_b == k)
        out[test] = x[test] @ fit(x[train], data.same[train])
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tables", nargs="+")
    parser.add_argument("--out")
    options = parser.parse_args()
    rng, made = np.random.default_rng(1), []
    for path in options.tables:
        made += templates(np.load(os.path.join(path, "looks.npy")), np.load(os.path.join(path, "vectors.npy")), rng)
    data = Pairs(made, rng)
    people = sorted({t.person for t in made})
    folds = dict(zip(people, rng.permutation(len(people)) % FOLDS))
    report = {"people": len(people), "templates": len(made)}
    report |= {"same": int(data.same.sum()), "strangers": int((~data.same).sum())}
    plain = features(data.cosine, np.ones((len(data.same), 1)))
    full = features(data.cosine, data.condition)
    for name, x in (("cosine alone", plain), ("model", full)):
        ratio = held_out_ratios(x, data, folds)
        tested = ~np.isnan(ratio)
        report[name] = told(ratio[tested], data.same[tested])
    report["weights"] = {
        f"{name}{power}": round(float(v), 4)
        for (power, name), v in zip(((p, n) for p in ("", "*c", "*c^2") for n in NAMES), fit(full, data.same))
    }
    report["weights_cosine_alone"] = [round(float(v), 4) for v in fit(plain, data.same)]
    print(json.dumps(report, indent=1))
    if options.out:
        with open(options.out, "w", encoding="utf-8") as f:
            json.dump(report, f, indent=1)


if __name__ == "__main__":
    main()
