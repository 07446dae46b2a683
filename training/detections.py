#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: detections.py WHOSWHO DATA DETECTOR.onnx YUNET.onnx ULTRAFACE.onnx SOURCE...

What our detector (DETECTOR.onnx; named by hand it is not looked over by landmarks.onnx) takes for a face (score from 0.3) in
DATA/pictures/SOURCE, and whether it is one: YuNet (from 0.6) and UltraFace (from 0.7; both MIT) see it too, or neither sees
anything of it (from 0.3 and 0.5); the rest is left out. All three look through the program itself. Kept as wide chips, cut by
the landmarks that our detector gave, with their labels in DATA/detections/SOURCE.npz (chips, is_face, scores)."""
import os
import sys

import cv2
import numpy as np

import frame
from eval_detector import overlap, scan
from scenes import FACELESS


FACES_ONLY = ("masked",)  # where the two overlook faces, what they do not see may be one


class Options:  # of eval_detector.scan
    def __init__(self, whoswho, folder):
        self.whoswho, self.input = whoswho, [folder]


def verdict(box, yunet, ultraface):
    """1: a face, 0: none, None: the two do not agree or are not sure."""
    seen = [(overlap(box, b), score, least) for look, least in ((yunet, 0.6), (ultraface, 0.7)) for b, score, _ in look]
    if all(o < 0.1 for o, _, _ in seen):
        return 0
    sure = [
        any(overlap(box, b) > 0.5 and score >= least for b, score, _ in look) for look, least in ((yunet, 0.6), (ultraface, 0.7))
    ]
    return 1 if all(sure) else None


def main():
    if len(sys.argv) < 7:
        sys.exit(__doc__)
    whoswho, data, detector, yunet, ultraface, *sources = sys.argv[1:]
    os.makedirs(os.path.join(data, "detections"), exist_ok=True)
    os.makedirs(os.path.join(data, "scans"), exist_ok=True)
    for source in sources:
        options = Options(whoswho, os.path.join(data, "pictures", source))
        ours, first, second = [
            scan(options, os.path.join(data, "scans", f"{source}_{name}"), extra)
            for name, extra in (
                ("ours", ["--detector", detector, "--min-score", "0.3"]),
                ("yunet", ["--detector", yunet, "--min-score", "0.3"]),
                ("ultraface", ["--detector", ultraface, "--min-score", "0.5"]),
            )
        ]
        chips, labels, scores = [], [], []
        for key, faces in sorted(ours.items()):
            looks = first.get(key, []), second.get(key, [])
            known = [(0 if source in FACELESS else verdict(box, *looks), score, marks) for box, score, marks in faces]
            known = [k for k in known if k[0] == 1 or k[0] == 0 and source not in FACES_ONLY]
            picture = cv2.imread(os.fsdecode(key[0]), cv2.IMREAD_GRAYSCALE) if known else None
            for label, score, marks in known if picture is not None else []:
                chips.append(frame.align(picture, marks, frame.WIDE_SIDE, -frame.WIDE_MARGIN)[0])
                labels.append(label), scores.append(score)
        labels, scores = np.array(labels, np.uint8), np.array(scores, np.float32)
        np.savez(
            os.path.join(data, "detections", f"{source}.npz"), chips=np.array(chips, np.uint8), is_face=labels, scores=scores
        )
        print(
            f"{source}: of {sum(len(f) for f in ours.values())} detections {labels.sum()} are faces, "
            f"{(labels == 0).sum()} are not "
            f"({((labels == 0) & (scores >= 0.5)).sum()} of these scored 0.5 and more)",
            flush=True,
        )


if __name__ == "__main__":
    main()
