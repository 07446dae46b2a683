#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Calibrated evidence: the fit finds ratios that are known, templates and pairs are what they say, and footage shows a
face where the truth says it is. TAP."""
import os
import sys
import tempfile

ROOT = os.environ.get("WW_SOURCE", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
sys.path[:0] = [os.path.join(ROOT, "training"), os.path.join(ROOT, "tests")]
sys.dont_write_bytecode = True
try:
    import cv2
    import numpy as np
except ImportError as missing:
    print(f"1..0 # SKIP {missing.name} is not installed for {sys.executable}")
    sys.exit(0)

import calibrate
import looks
import tap

RNG = np.random.default_rng(11)
SAME, STRANGERS = 4000, 40000


def known_ratios_are_found():
    """Two normal distributions of one spread: the ratio is a line, whose terms are known."""
    same = np.arange(SAME + STRANGERS) < SAME
    cosine = RNG.normal(np.where(same, 0.5, 0.1), 0.1)
    true = ((cosine - 0.1) ** 2 - (cosine - 0.5) ** 2) / (2 * 0.1**2)
    x = calibrate.features(cosine, np.ones((len(same), 1)))
    found = x @ calibrate.fit(x, same, calibrate.weights_of(same), penalty=1e-9)
    usual = np.abs(true) < 5
    assert np.abs(found - true)[usual].max() < 0.6, np.abs(found - true)[usual].max()
    assert abs(calibrate.cllr(found, same) - calibrate.cllr(true, same)) < 0.005


def conditions_count():
    """Of poor pairs the same cosine says less: the model with the qualities tells, the one without cannot."""
    same = np.arange(SAME + STRANGERS) < SAME
    quality = RNG.uniform(0.2, 0.8, len(same))
    cosine = RNG.normal(np.where(same, 0.8 * quality, 0.1), 0.12)
    weight = calibrate.weights_of(same)
    x = calibrate.features(cosine, calibrate.conditions(quality, quality))
    plain = calibrate.features(cosine, np.ones((len(same), 1)))
    ratio = x @ calibrate.fit(x, same, weight)
    assert calibrate.cllr(ratio, same) < calibrate.cllr(plain @ calibrate.fit(plain, same, weight), same) - 0.03
    good = (quality > 0.7) & (np.abs(cosine - 0.55) < 0.03)
    poor = (quality < 0.3) & (np.abs(cosine - 0.2) < 0.03)
    assert np.median(ratio[good]) > np.median(ratio[poor]) + 1.5


def cost_of_ratios():
    same = np.array([True, True, False, False])
    assert abs(calibrate.cllr(np.zeros(4), same) - 1) < 1e-12
    assert calibrate.cllr(np.array([30, 30, -30, -30.0]), same) < 1e-9
    same = RNG.random(5000) < 0.3
    ratio = RNG.normal(np.where(same, 1.0, -1.0), 1.0)  # says half of what it could: the line is 2 x
    right = calibrate.put_right(ratio, same)
    order = np.argsort(ratio, kind="stable")
    assert (np.diff(right[order]) >= -1e-9).all()
    assert calibrate.cllr(right, same) <= calibrate.cllr(2 * ratio, same) + 1e-9 < calibrate.cllr(ratio, same)


def table_of(people, pictures, seen):
    rows = [(p, 100 * p + k, 10 * p + k, seen) for p in range(people) for k in range(pictures) for _ in range(seen)]
    table = np.zeros(len(rows), looks.FIELDS)
    for k, (person, picture, track, _) in enumerate(rows):
        table[k]["person"], table[k]["picture"], table[k]["track"] = person, picture, track
        table[k]["quality"], table[k]["size_px"] = 0.2 + 0.1 * (k % seen), 20 + k % seen
    vectors = RNG.normal(0, 1, (len(rows), 128)).astype(np.float32)
    return table, vectors / np.linalg.norm(vectors, axis=1)[:, None]


def kinds_weigh_the_same():
    same, kind = np.array([1, 1, 1, 0, 0, 1, 0, 0, 0], bool), np.array([2, 2, 2, 2, 2, 4, 4, 4, 4])
    weight = calibrate.weights_of(same, kind)
    assert all(np.isclose(weight[(same == s) & (kind == k)].sum(), 0.25) for s in (True, False) for k in (2, 4))


def templates_weigh_by_quality():
    table, vectors = table_of(1, 1, 3)
    made = calibrate.Template(vectors, table)
    mean = (vectors * np.array([0.04, 0.09, 0.16])[:, None]).sum(0)
    assert np.allclose(made.vector, mean / np.linalg.norm(mean), atol=1e-6)
    assert np.isclose(made.quality, (0.2**3 + 0.3**3 + 0.4**3) / 0.29) and made.pictures == {0}
    one = calibrate.Template(vectors[:1], table[:1])
    assert np.allclose(one.vector, vectors[0], atol=1e-6) and abs(one.quality - 0.2) < 1e-6


def tracks_give_the_conditions_of_the_program():
    """Templates of single tracks, and what src/cluster/calibration.c multiplies its weights with."""
    table, vectors = table_of(7, 3, 4)
    made = calibrate.track_templates(table, vectors, RNG)
    assert len(made) == 7 * 3 * calibrate.REPEATS and all(len(t.pictures) == 1 for t in made)
    assert {t.looks for t in made} <= {1, 2, 3, 4}
    one = calibrate.Template(vectors[2:3], table[2:3])
    assert one.looks == 1 and np.isclose(one.size_px, 22)
    low, high, size, looks = (np.array([v]) for v in (0.3, 0.5, 64.0, 16.0))
    assert np.allclose(calibrate.track_conditions(high, low, size, looks), [[1, 0.3, 0.5, 1, 3, 0.09]])
    assert calibrate.Pairs(made, RNG, True).condition.shape[1] == len(calibrate.TRACK_NAMES)


def pairs_are_what_they_say():
    table, vectors = table_of(7, 3, 4)
    made = calibrate.templates(table, vectors, RNG)
    counts = [sum(len(t.pictures) == k for t in made) for k in calibrate.PICTURES]
    assert counts == [7 * 3 * calibrate.REPEATS, 7 * calibrate.REPEATS]
    a, b, same = calibrate.pairs(made, RNG)
    assert all((made[i].person == made[j].person) == s for i, j, s in zip(a, b, same))
    assert not any(made[i].pictures & made[j].pictures for i, j in zip(a, b))
    alone = [s and len(made[i].pictures | made[j].pictures) == 2 for i, j, s in zip(a, b, same)]
    assert sum(alone) == 7 * 3 * calibrate.REPEATS**2  # three pairs of pictures, each template of the one with each of the other
    assert 0 < same.sum() < len(same)


def a_face_lies_where_the_truth_says():
    """A picture whose only bright spot is the middle of its face."""
    rng = np.random.default_rng(5)
    picture = np.zeros((218, 178), np.uint8)
    middle = np.array(looks.FACE_MIDDLE) * (178, 218)
    cv2.circle(picture, tuple(int(round(v)) for v in middle), 6, 255, -1)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "face.png")
        cv2.imwrite(path, picture)
        for layout in looks.LAYOUTS:
            (width, height), _, _ = looks.LAYOUTS[layout]
            for cell, shown in looks.shots_of(layout, [(1, 1, path)] * 4, 0, rng)[0]:
                shown.noise = shown.blur = 0
                for t in (0.0, 0.9):
                    canvas = np.zeros((height, width), np.uint8)
                    shown.draw(canvas, cell, t, rng)
                    bright = canvas.astype(float) - canvas.min()
                    bright[bright < 0.5 * bright.max()] = 0
                    y = float((bright.sum(1) * np.arange(height)).sum() / bright.sum())
                    x = float((bright.sum(0) * np.arange(width)).sum() / bright.sum())
                    expected, size = shown.face(t)
                    assert cell[0] <= x < cell[2] and cell[1] <= y < cell[3]
                    assert np.hypot(x - expected[0], y - expected[1]) < 0.06 * size + 1, (layout, x, y, expected)


def main():
    checks = [
        known_ratios_are_found,
        conditions_count,
        cost_of_ratios,
        kinds_weigh_the_same,
        templates_weigh_by_quality,
        pairs_are_what_they_say,
        tracks_give_the_conditions_of_the_program,
        a_face_lies_where_the_truth_says,
    ]
    return tap.run(checks)


if __name__ == "__main__":
    sys.exit(main())
