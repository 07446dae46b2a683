# SPDX-License-Identifier: MIT
"""Made-up face embeddings for measurements: people of heavy-tailed sizes as blobs on the unit sphere.

Pictures of one person lie mostly 0.6 to 0.9 apart, those of different people mostly 1.2 to 1.45; directions are not all alike (a falling
spectrum), as in real embeddings. Written as raw float32 rows in random order.
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


# What the default models give, and what faces() makes of it (5%, 50%, 95%; python3 bench/cluster_data.py prints the right column).
# The constants below were chosen by hand until the columns agreed.
#                                          measured               made
#   between people, mean and deviation     1.376, 0.076           1.382, 0.077
#   one person on photos                   0.66, 0.92, 1.41       0.67, 0.89, 1.13
#   one person in footage, other tracks    0.29, 0.68, 1.00       0.55, 0.71, 0.90
#   one track                              0.25, 0.64, 0.94       0.39, 0.64, 0.89
#   spectrum: first 8, 16, 32, 64 values   0.23 0.38 0.59 0.84    0.21 0.33 0.51 0.75
# Measured: 650 faces of 260 people on photos (lfw_dev), 202 faces of 8 people in footage (dev_cast8), quality 0.35 and more.
COMMON = 0.3                # length of what all faces have in common, beside a person's own 1
PHOTO_NOISE = (0.84, 0.3)   # median and log-deviation of the noise, from person to person
FOOTAGE_NOISE = (0.24, 0.4) # the same in footage
TRACK_NOISE = (0.5, 0.3)    # from track to track, within it


def tails(rng, count, mean, largest):
    """Sizes that add up to count or more, most small and a few very large."""
    sizes = []
    while sum(sizes) < count:
        sizes.append(int(min(largest, 1 + mean * 0.35 * rng.pareto(1.3))))
    return sizes


def faces(count, dim=128, seed=1, tracks=False, decay=0.25, mean_size=25, mean_track=12):
    """Vectors, person of each, track of each (a photo is a track of its own)."""
    rng = np.random.default_rng(seed)
    spectrum = ((np.arange(dim) + 1.0) ** -decay).astype(np.float32)

    def directions(n):
        d = rng.normal(size=(n, dim)).astype(np.float32) * spectrum
        return d / np.linalg.norm(d, axis=1, keepdims=True)

    def unit(rows):
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    track_sizes = tails(rng, count, mean_track, 200) if tracks else [1] * count
    person_sizes = tails(rng, len(track_sizes), mean_size, count // 20 + 1)
    person_of_track = np.repeat(np.arange(len(person_sizes)), person_sizes)[:len(track_sizes)]
    median, deviation = FOOTAGE_NOISE if tracks else PHOTO_NOISE
    noise = (median * np.exp(deviation * rng.normal(size=(len(person_sizes), 1)))).astype(np.float32)
    people_at = directions(len(person_sizes)) + COMMON * directions(1)
    tracks_at = unit(people_at[person_of_track] + noise[person_of_track] * directions(len(track_sizes)))
    track = np.repeat(np.arange(len(track_sizes)), track_sizes)[:count]
    rng.shuffle(track)
    rows = tracks_at[track]
    if tracks:
        within = TRACK_NOISE[0] * np.exp(TRACK_NOISE[1] * rng.normal(size=(len(track_sizes), 1)))
        rows = unit(rows + within.astype(np.float32)[track] * directions(count))
    turn = np.linalg.qr(rng.normal(size=(dim, dim)))[0].astype(np.float32)
    return (rows @ turn).astype(np.float32), person_of_track[track], track


def describe(tracks):
    x, who, track = faces(20000, tracks=tracks)
    pairs = np.random.default_rng(2).integers(0, len(x), (2, 2000000))
    a, b = pairs[:, pairs[0] != pairs[1]]
    apart = np.linalg.norm(x[a] - x[b], axis=1)
    same = who[a] == who[b]
    print("between people: %.3f +- %.3f" % (apart[~same].mean(), apart[~same].std()))
    for name, chosen in [("one person, another track", same & (track[a] != track[b])), ("one track", track[a] == track[b])]:
        if chosen.any():
            print(name + ":", np.round(np.quantile(apart[chosen], [0.05, 0.5, 0.95]), 2))
    first = np.unique(who, return_index=True)[1]
    values = np.cumsum(np.linalg.eigvalsh(np.cov(x[first].T))[::-1])
    print("spectrum:", np.round(values[[7, 15, 31, 63]] / values[-1], 2))


if __name__ == "__main__":
    describe(False)
    describe(True)
