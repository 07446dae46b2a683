#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: make_group_photo.py: draws tests/data/group.jpg, five made people (tests/data/people) before a soft background, for tests of detectors.
Debian's python3-opencv."""
import os

import cv2
import numpy

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "data")
WIDTH, HEIGHT = 960, 400
PLACES = [("basil", 40, 120, 150), ("clove", 220, 70, 180), ("ginger", 420, 150, 130), ("saffron", 570, 60, 200), ("sage", 790, 130, 140)]


def draw(canvas, name, x, y, height_px):
    picture = cv2.imread(os.path.join(DATA, "people", name + ".png"), cv2.IMREAD_UNCHANGED)
    picture = cv2.resize(picture, (height_px, height_px), interpolation=cv2.INTER_AREA)
    alpha = picture[..., 3:].astype(numpy.float32) / 255
    place = canvas[y : y + height_px, x : x + height_px]
    place[:] = (picture[..., :3] * alpha + place * (1 - alpha) + 0.5).astype(numpy.uint8)


dice = numpy.random.default_rng(7)
canvas = cv2.resize(dice.integers(90, 200, (4, 8, 3)).astype(numpy.uint8), (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
for place in PLACES:
    draw(canvas, *place)
cv2.imwrite(os.path.join(DATA, "group.jpg"), canvas, [cv2.IMWRITE_JPEG_QUALITY, 88])
