#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: eval_spoilt.py WHOSWHO DATA NAME [--detector FILE] [--every 20]

Does the program still find a face that is turned in the picture, masked, behind dark glasses, in the dark, tiny, or all there is?
Takes every 20th of the LFW pictures with a middle face in the scan DATA/eval/NAME (its landmarks say where to draw), makes each
worse in turn, looks through the program, and counts those with a face in the middle (within a quarter of the side) still."""
import argparse
import os
import subprocess
import tempfile

import cv2
import numpy as np

from detector_crops import draw_glasses, draw_mask
from eval_lfw import middle_faces


def turned(degrees):
    def change(picture, marks, rng):
        h, w = picture.shape
        matrix = cv2.getRotationMatrix2D((w / 2, h / 2), degrees * (1 if rng.random() < 0.5 else -1), 1)
        return cv2.warpAffine(picture, matrix, (w, h), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)

    return change


def eyes(marks):
    return np.hypot(*(marks[1] - marks[0]))


def masked(picture, marks, rng):
    low, high = marks.min(0) - eyes(marks), marks.max(0) + eyes(marks)
    draw_mask(picture, marks, np.concatenate([low, high]), int(rng.integers(0, 256)), rng)
    return picture


def behind_glasses(picture, marks, rng):
    draw_glasses(picture, marks, max(3, eyes(marks)), 20, rng)
    return picture


def darkened(share):
    return lambda picture, marks, rng: np.clip(picture * share + rng.normal(0, 2, picture.shape), 0, 255).astype(np.uint8)


def tiny(pixels):
    """A face this wide: it is about twice as wide as its eyes are apart."""

    def change(picture, marks, rng):
        scale = pixels / 2 / eyes(marks)
        return cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else picture

    return change


def close_up(picture, marks, rng):
    """The face fills the frame from the brow to the chin, four times as large."""
    middle, half = marks.mean(0), 1.15 * eyes(marks)
    low, high = np.maximum(middle - half, 0).astype(int), np.ceil(middle + half).astype(int)
    return cv2.resize(picture[low[1] : high[1], low[0] : high[0]], None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)


CHANGES = {
    "as they are": lambda picture, marks, rng: picture,
    "turned by 15 degrees": turned(15),
    "turned by 30 degrees": turned(30),
    "turned by 45 degrees": turned(45),
    "a mask": masked,
    "dark glasses": behind_glasses,
    "a tenth of the light, and noise": darkened(0.1),
    "24 px wide": tiny(24),
    "16 px wide": tiny(16),
    "filling the frame": close_up,
}


def found(options, change, chosen):
    """How many of the pictures still have a face in the middle."""
    rng = np.random.default_rng(11)
    with tempfile.TemporaryDirectory() as folder:
        pictures = os.path.join(folder, "pictures", "spoilt")
        os.makedirs(pictures)
        for number, (name, marks) in enumerate(chosen):
            picture = cv2.imread(os.path.join(options.data, "pictures", "lfw", name), cv2.IMREAD_GRAYSCALE)
            cv2.imwrite(os.path.join(pictures, f"{number}.png"), change(picture, marks, rng))
        named = ["--detector", options.detector] if options.detector else []
        subprocess.run([options.whoswho, "scan", pictures, "-o", os.path.join(folder, "out"), "-q", *named], check=True)
        return len(middle_faces(os.path.join(folder, "out"))[0])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("whoswho"), parser.add_argument("data"), parser.add_argument("name")
    parser.add_argument("--detector")
    parser.add_argument("--every", type=int, default=20)
    options = parser.parse_args()
    faces, _ = middle_faces(os.path.join(options.data, "eval", options.name))
    chosen = [(name, faces[name][3]) for name in sorted(faces)[:: options.every]]
    for name, change in CHANGES.items():
        print(f"| {name} | {found(options, change, chosen)} of {len(chosen)} |", flush=True)


if __name__ == "__main__":
    main()
