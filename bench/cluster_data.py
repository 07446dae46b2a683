# SPDX-License-Identifier: MIT
"""Made-up face embeddings for measurements: people of heavy-tailed sizes as blobs on the unit sphere.

Pictures of one person lie mostly 0.6 to 0.9 apart, those of different people mostly 1.2 to 1.45; directions are not all
alike (a falling spectrum), as in real embeddings. Written as raw float32 rows in random order. face_vectors.py is
matched to measured embeddings.
"""
import numpy as np

WITHIN_NOISE = (0.47, 0.82)  # length of the noise beside a centre of length 1, from person to person


def people(count, dim=128, seed=1, decay=0.3, mean_size=25, shuffle=True):
    rng = np.random.default_rng(seed)
    sizes = []
    while sum(sizes) < count:
        sizes.append(int(min(count // 20 + 1, 1 + mean_size * 0.35 * rng.pareto(1.3))))
    who = np.repeat(np.arange(len(sizes)), sizes)[:count]
    spectrum = (np.arange(dim) + 1.0) ** -decay
    turn = np.linalg.qr(rng.normal(size=(dim, dim)))[0].astype(np.float32)
    centres = rng.normal(size=(len(sizes), dim)).astype(np.float32) * spectrum.astype(np.float32)
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    noise_of = rng.uniform(*WITHIN_NOISE, size=len(sizes)).astype(np.float32)
    if shuffle:
        rng.shuffle(who)
    out = np.empty((count, dim), np.float32)
    for first in range(0, count, 65536):
        part = who[first:first + 65536]
        noise = rng.normal(size=(len(part), dim)).astype(np.float32) * spectrum.astype(np.float32)
        noise *= noise_of[part][:, None] / np.linalg.norm(noise, axis=1, keepdims=True)
        rows = centres[part] + noise
        out[first:first + 65536] = (rows / np.linalg.norm(rows, axis=1, keepdims=True)) @ turn
    return out, who
