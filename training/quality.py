#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: quality.py DATA RUN [--like RELEASED.onnx LOOKS...]

Teaches a trained embedder how well a face can be told apart: a line through what it has pooled (embedder.py, `Quality`)
foretells the cosine between a chip's vector and the middle of all other pictures of that person, brought to 0..1. Needs people with many
pictures each: DATA/pool/vggface2*.npz, a folder a person. Each chip is seen as it is and several times distorted. A person's own
mean is taken out of what is learned, for 69 people would teach who they are. The embedder itself stays as it is. Puts "quality"
into DATA/runs/RUN.pt; tells how far the foretold and the true cosines correlate on people held out, and the share of errors
among held-out pairs (DATA/pool/expressions.npz), all of them and the best 80%.

--like: what is foretold is what the released embedder says of the same chip, so that every threshold of quality in the program keeps its
meaning; and poor faces as footage has them are seen, too (LOOKS: folders that looks.py has written)."""
import argparse
import glob
import json
import os

import cv2
import numpy as np
import torch
from torch.nn import functional

import augment
import frame
from embedder import Quality, by_engine, load_run
from eval_lfw import wrong_pairs
from shift import chips_of, outputs
from train_embedder import MISALIGNED, held_out

LOOKS = 3  # of each chip; the first is clean
RIDGE = 1e4  # for 8,000 chips; chosen on expressions.npz, like the values that are looked at
RIDGE_LIKE = 1e3  # what a network says has no noise
HELD_OUT_PEOPLE = 10  # every tenth of them
NOTHING, FULL = 0.3, 0.8  # the cosines that are called quality 0 and 1
STRANGER = 0.1  # cosine to the person's middle below which a clean picture is taken for somebody else's


def look(model, whitening, chips):
    """Pooled values, lengths of the vectors and (whitened) unit vectors of chips as they are."""
    pooled, vectors = by_engine(model, chips)
    return pooled, vectors.norm(dim=1), whitening(vectors)


def people(data):
    """Chips of 160 px and the number of the person on each."""
    parts = [np.load(p) for p in sorted(glob.glob(os.path.join(data, "pool", "vggface2*.npz")))]
    names = [str(n).split("/")[-2] for z in parts for n in z["names"]]
    return np.concatenate([z["chips"] for z in parts]), np.unique(names, return_inverse=True)[1]


def distorted(chips, rng):
    out = [augment.misaligned(c, rng, MISALIGNED[rng.integers(len(MISALIGNED))]) for c in chips]
    return np.stack([augment.degraded(c, rng) for c in out])


def learn(pooled, length, wanted, ridge=RIDGE):
    """Ridge regression, all values brought to unit variance first."""
    x = torch.cat([pooled, length[:, None]], 1).double()
    mean, scale = x.mean(0), x.std(0) + 1e-6
    x = (x - mean) / scale
    wanted = wanted.double()
    middle = wanted.mean()
    penalty = ridge * len(x) / 8000 * torch.eye(x.shape[1], dtype=torch.double)
    w = torch.linalg.solve(x.T @ x + penalty, x.T @ (wanted - middle)) / scale
    head = Quality()
    head.weight.copy_(w[None, :-1]), head.of_length.copy_(w[-1:]), head.bias.copy_(middle - w @ mean)
    return head


def errors_by_quality(vectors, names, quality):
    """Share of wrong pairs (all same ones against as many different ones, at the best threshold): of all, of the best 80%."""
    rng = np.random.default_rng(1)
    a, b = np.triu_indices(len(vectors), 1)
    same = names[a] == names[b]
    different = np.flatnonzero(~same)
    chosen = np.concatenate([np.flatnonzero(same), rng.choice(different, same.sum(), replace=False)])
    a, b, same = a[chosen], b[chosen], same[chosen]
    similar, worth = (vectors[a] * vectors[b]).sum(1), np.minimum(quality[a], quality[b])
    wrong = wrong_pairs(similar, same, np.ones(len(same), bool), steps=400)
    best = np.argsort(-worth)[: len(wrong) * 8 // 10]
    return round(float(wrong.mean()), 4), round(float(wrong[best].mean()), 4)


def true_cosines(looks, person):
    """To the middle of all other clean pictures of the person, brought to 0..1, for each look; and which pictures count."""
    vectors = looks[0][2]
    middle = torch.stack([vectors[person == k].sum(0) for k in range(person.max() + 1)])
    own = functional.normalize(middle[person] - vectors)
    cosines = [(v * own).sum(1) for _, _, v in looks]
    keep = (cosines[0] > STRANGER).numpy()
    usual = torch.stack([cosines[0][torch.from_numpy((person == k) & keep)].mean() for k in range(person.max() + 1)])
    return [(c - usual[person] + usual.mean() - NOTHING) / (FULL - NOTHING) for c in cosines], keep


def foretold(head, looks, rows):
    return torch.cat([head(p[rows], n[rows]) for p, n, _ in looks]).numpy()


def correlation(head, looks, wanted, rows):
    return round(float(np.corrcoef(foretold(head, looks, rows), torch.cat([w[rows] for w in wanted]).numpy())[0, 1]), 3)


def quantiles(values):
    return [round(float(v), 3) for v in np.quantile(values, (0.01, 0.1, 0.5, 0.9, 0.99))]


def footage(folders):
    """Chips of all looks and their mirror images."""
    chips = np.concatenate([chips_of(folder)[0] for folder in folders])
    return np.concatenate([chips, chips[:, :, ::-1]])


def learned_like(released, model, whitening, views, looks, rows, folders):
    """The head that says what the released embedder says, of `rows` of the looks and of the footage."""
    poor = footage(folders)
    seen = [(p[rows], n[rows]) for p, n, _ in looks] + [look(model, whitening, poor)[:2]]
    wanted = [outputs(released, v[rows])[1] for v in views] + [outputs(released, poor)[1]]
    pooled, length = (torch.cat(x) for x in zip(*seen))
    return learn(pooled, length, torch.from_numpy(np.concatenate(wanted)), RIDGE_LIKE)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data"), parser.add_argument("run")
    parser.add_argument("--like", nargs="+", metavar=("RELEASED.onnx", "LOOKS"))
    options = parser.parse_args()
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    path = os.path.join(options.data, "runs", f"{options.run}.pt")
    model, whitening, _, state = load_run(path)
    whitening = whitening or functional.normalize
    chips, person = people(options.data)
    cut, rng = (augment.POOL_SIDE - frame.STUDENT_SIDE) // 2, np.random.default_rng(2)
    views = [chips[:, cut:-cut, cut:-cut]] + [distorted(chips, rng) for _ in range(LOOKS - 1)]
    looks = [look(model, whitening, v) for v in views]
    wanted, keep = true_cosines(looks, person)
    learned = keep & (person % HELD_OUT_PEOPLE != 0)
    tested = keep & ~learned
    if options.like:
        head = learned_like(options.like[0], model, whitening, views, looks, learned, options.like[1:])
    else:
        head = learn(*(torch.cat([x[k][learned] for x in looks]) for k in (0, 1)), torch.cat([w[learned] for w in wanted]))
    report = {"correlation": correlation(head, looks, wanted, tested), "told": quantiles(foretold(head, looks, tested))}
    if options.like:
        report["released"] = quantiles(np.concatenate([outputs(options.like[0], v[tested])[1] for v in views]))
    test, _, names = held_out(os.path.join(options.data, "pool"))
    pooled, length, vectors = look(model, whitening, test)
    for name, worth in (("head", head(pooled, length)), ("length", length)):
        report[name] = errors_by_quality(vectors.numpy(), names, worth.numpy())
    print(json.dumps(report))
    state["quality"] = head.state_dict()
    torch.save(state, path + ".part")
    os.replace(path + ".part", path)


if __name__ == "__main__":
    main()
