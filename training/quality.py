#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: quality.py DATA RUN

Teaches a trained embedder how well a face can be told apart: a line through what it has pooled (embedder.py, `Quality`)
foretells the cosine between a chip's vector and the middle of all other pictures of that person, brought to 0..1. Needs people with many
pictures each: DATA/pool/vggface2*.npz, a folder a person. Each chip is seen as it is and several times distorted. A person's own
mean is taken out of what is learned, for 69 people would teach who they are. The embedder itself stays as it is. Puts "quality"
into DATA/runs/RUN.pt; tells how far the foretold and the true cosines correlate on people held out, and the share of errors
among held-out pairs (DATA/pool/expressions.npz), all of them and the best 80%."""
import glob
import json
import os
import sys

import cv2
import numpy as np
import torch
from torch.nn import functional

import augment
import frame
from embedder import Quality, load_run, prepare
from eval_lfw import wrong_pairs
from train_embedder import MISALIGNED, held_out

LOOKS = 2  # of each chip; the first is clean
RIDGE = 1e4  # for 8,000 chips; chosen on expressions.npz, like the values that are looked at
HELD_OUT_PEOPLE = 10  # every tenth of them
NOTHING, FULL = 0.3, 0.8  # the cosines that are called quality 0 and 1
STRANGER = 0.1  # cosine to the person's middle below which a clean picture is taken for somebody else's


@torch.no_grad()
def look(model, whitening, chips, batch=128):
    """Pooled values, lengths of the vectors and (whitened) unit vectors of chips as they are."""
    pooled, vectors = [], []
    for i in range(0, len(chips), batch):
        p = model.pooled(prepare(chips[i : i + batch]))
        pooled.append(p.flatten(1)), vectors.append(model.vector(p))
    vectors = torch.cat(vectors)
    return torch.cat(pooled), vectors.norm(dim=1), whitening(vectors)


def people(data):
    """Chips of 160 px and the number of the person on each."""
    parts = [np.load(p) for p in sorted(glob.glob(os.path.join(data, "pool", "vggface2*.npz")))]
    names = [str(n).split("/")[-2] for z in parts for n in z["names"]]
    return np.concatenate([z["chips"] for z in parts]), np.unique(names, return_inverse=True)[1]


def distorted(chips, rng):
    out = [augment.misaligned(c, rng, MISALIGNED[rng.integers(len(MISALIGNED))]) for c in chips]
    return np.stack([augment.degraded(c, rng) for c in out])


def learn(pooled, length, wanted):
    """Ridge regression, all values brought to unit variance first."""
    x = torch.cat([pooled, length[:, None]], 1).double()
    mean, scale = x.mean(0), x.std(0) + 1e-6
    x = (x - mean) / scale
    wanted = wanted.double()
    middle = wanted.mean()
    penalty = RIDGE * len(x) / 8000 * torch.eye(x.shape[1], dtype=torch.double)
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


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    data, run = sys.argv[1:]
    path = os.path.join(data, "runs", f"{run}.pt")
    model, whitening, _, state = load_run(path)
    whitening = whitening or functional.normalize
    chips, person = people(data)
    cut = (augment.POOL_SIDE - frame.STUDENT_SIDE) // 2
    pooled, length, vectors = look(model, whitening, chips[:, cut:-cut, cut:-cut])
    middle = torch.stack([vectors[person == k].sum(0) for k in range(person.max() + 1)])
    own = functional.normalize(middle[person] - vectors)
    keep = ((vectors * own).sum(1) > STRANGER).numpy()
    rng, looks, wanted = np.random.default_rng(2), [(pooled, length)], [(vectors * own).sum(1)]
    for _ in range(LOOKS - 1):
        p, n, v = look(model, whitening, distorted(chips, rng))
        looks.append((p, n)), wanted.append((v * own).sum(1))
    usual = torch.stack([wanted[0][torch.from_numpy((person == k) & keep)].mean() for k in range(person.max() + 1)])
    wanted = [(w - usual[person] + usual.mean() - NOTHING) / (FULL - NOTHING) for w in wanted]
    learned = keep & (person % HELD_OUT_PEOPLE != 0)
    tested = keep & ~learned
    head = learn(*(torch.cat([x[k][learned] for x in looks]) for k in (0, 1)), torch.cat([w[learned] for w in wanted]))
    told = torch.cat([head(p[tested], n[tested]) for p, n in looks]).numpy()
    report = {"correlation": round(float(np.corrcoef(told, torch.cat([w[tested] for w in wanted]).numpy())[0, 1]), 3)}
    test, _, names = held_out(os.path.join(data, "pool"))
    pooled, length, vectors = look(model, whitening, test)
    for name, worth in (("head", head(pooled, length)), ("length", length)):
        report[name] = errors_by_quality(vectors.numpy(), names, worth.numpy())
    report["told"] = [round(float(v), 3) for v in np.quantile(told, (0.01, 0.1, 0.5, 0.9, 0.99))]
    print(json.dumps(report))
    state["quality"] = head.state_dict()
    torch.save(state, path + ".part")
    os.replace(path + ".part", path)


if __name__ == "__main__":
    main()
