#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: marks.py DATA RETINAFACE.pth [SOURCE:MOST...]

Steadier landmarks to learn from. RetinaFace looks at every wide chip of DATA/faces/SOURCE*.npz six times: at three sizes and
angles, as it is and mirrored; of each look the anchors that agree on the face are averaged, then the looks. One look and its
mirror image are 5 to 7% of the eye distance apart; the mean of six wavers by a third of that. Faces on which the looks differ
much are left out. Writes DATA/marks/SOURCE.npz (chips, marks, names), at most MOST faces of a source, spread over all of it."""
import glob
import os
import sys
import time

import cv2
import numpy as np

import frame
from retinaface import QuickRetinaFace

CANVAS = 224
LOOKS = ((0.72, -8.0), (0.9, 6.0), (1.1, 0.0))  # scale, degrees
LEAST_SCORE = 0.5
AGREES = 0.6  # of the best score: anchors that count
NEAR = 0.25  # of the face's side: how far from the chip's middle its middle may lie
MOST_APART = 0.12  # eye distances: mean deviation of the looks from their mean
BATCH = 8


def views(chip):
    """(canvas, matrix chip -> canvas, mirrored?) of every look."""
    out, middle = [], np.array([(frame.WIDE_SIDE - 1) / 2] * 2)
    for scale, degrees in LOOKS:
        a = np.radians(degrees)
        linear = scale * np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])
        matrix = np.hstack([linear, ((CANVAS - 1) / 2 - linear @ middle)[:, None]])
        canvas = cv2.warpAffine(chip, matrix, (CANVAS, CANVAS), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        out += [(canvas, matrix, False), (np.ascontiguousarray(canvas[:, ::-1]), matrix, True)]
    return out


def seen(score, box, marks):
    """Weighted mean landmarks of the anchors on the face in the middle, or None."""
    middle, side = (box[:, :2] + box[:, 2:]) / 2, np.sqrt(np.maximum(1, (box[:, 2:] - box[:, :2]).prod(1)))
    away = np.hypot(*(middle - (CANVAS - 1) / 2).T)
    score = np.where(away < NEAR * side, score, 0)
    if score.max() < LEAST_SCORE:
        return None
    weight = np.where(score >= AGREES * score.max(), score, 0)
    return (weight[:, None, None] * marks).sum(0) / weight.sum()


def label(net, chips):
    """Landmarks of each chip and how far the looks are apart (eye distances; infinite: not all looks saw a face)."""
    looks = [v for chip in chips for v in views(chip)]
    x = np.stack([v[0] for v in looks]).astype(np.float32)[:, None].repeat(3, 1)
    outs = [t.numpy() for t in net(x)]
    means, spread = np.zeros((len(chips), 5, 2), np.float32), np.full(len(chips), np.inf)
    each = 2 * len(LOOKS)
    for i in range(len(chips)):
        points = []
        for k in range(i * each, i * each + each):
            p = seen(*(o[k] for o in outs))
            if p is None:
                break
            if looks[k][2]:
                p = p[[1, 0, 2, 4, 3]] * [-1, 1] + [CANVAS - 1, 0]
            points.append(frame.apply(frame.inverse(looks[k][1]), p))
        if len(points) == each:
            means[i] = np.mean(points, 0)
            eyes = max(np.hypot(*(means[i][1] - means[i][0])), 12.0)
            spread[i] = np.hypot(*(np.array(points) - means[i]).reshape(-1, 2).T).mean() / eyes
    return means, spread


def run(data, source, most, net):
    target = os.path.join(data, "marks", source.rstrip(".") + ".npz")  # "celeb." is celeb.quick.npz and not celeba.quick.npz
    paths = sorted(p for p in glob.glob(os.path.join(data, "faces", f"{source}*.npz")))
    if os.path.exists(target) or not paths:
        return
    parts = [np.load(p) for p in paths]
    chips, names = np.concatenate([z["chips"] for z in parts]), np.concatenate([z["names"] for z in parts])
    rows = np.linspace(0, len(chips) - 1, min(most, len(chips))).astype(int)
    chips, names, started, marks, spread = chips[rows], names[rows], time.time(), [], []
    for i in range(0, len(chips), BATCH):
        m, s = label(net, chips[i : i + BATCH])
        marks.append(m), spread.append(s)
    marks, spread = np.concatenate(marks), np.concatenate(spread)
    good = spread < MOST_APART
    np.savez(target + ".part.npz", chips=chips[good], marks=marks[good], names=names[good])
    os.replace(target + ".part.npz", target)
    median = np.median(spread[np.isfinite(spread)])
    print(f"{source}: {good.sum()} of {len(chips)} faces, looks {median:.3f} apart, {time.time() - started:.0f} s", flush=True)


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    cv2.setNumThreads(1)
    net = QuickRetinaFace(sys.argv[2])
    os.makedirs(os.path.join(sys.argv[1], "marks"), exist_ok=True)
    for argument in sys.argv[3:]:
        source, _, most = argument.partition(":")
        run(sys.argv[1], source, int(most or 10**9), net)


if __name__ == "__main__":
    main()
