# SPDX-License-Identifier: MIT
"""The frames of reference: the 112 x 112 ArcFace template, our 96 x 96 part of it, the wide chip that training pictures are
kept as, and the similarity that carries five landmarks into them. Points are pixel indices, as in the models' authors' code:
the middle of the first pixel is (0, 0)."""
import cv2
import numpy as np

TEMPLATE = np.array(
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]], np.float32
)
TEACHER_SIDE = 112
STUDENT_SIDE = 96  # 8 px cut off each side of the 112 frame
STUDENT_MARGIN = 8
WIDE_SIDE = 192  # the 112 frame and 40 px all round: room to shift, turn and scale
WIDE_MARGIN = 40
LANDMARK_SIDE = 64  # input of the landmark network: the 112 frame and LANDMARK_MARGIN px of it all round, shrunk
LANDMARK_MARGIN = 16


def similarity(points, target):
    """2 x 3 matrix of the least-squares similarity that carries points (n x 2) to target (n x 2)."""
    points, target = np.asarray(points, np.float64), np.asarray(target, np.float64)
    from_mean, to_mean = points.mean(0), target.mean(0)
    f, t = points - from_mean, target - to_mean
    spread = (f * f).sum() + 1e-12
    a = (f * t).sum() / spread
    b = (f[:, 0] * t[:, 1] - f[:, 1] * t[:, 0]).sum() / spread
    linear = np.array([[a, -b], [b, a]])
    return np.hstack([linear, (to_mean - linear @ from_mean)[:, None]])


def apply(matrix, points):
    return points @ matrix[:, :2].T + matrix[:, 2]


def compose(second, first):
    """The map that does `first`, then `second`."""
    return np.hstack([second[:, :2] @ first[:, :2], (second[:, :2] @ first[:, 2] + second[:, 2])[:, None]])


def inverse(matrix):
    linear = np.linalg.inv(matrix[:, :2])
    return np.hstack([linear, -(linear @ matrix[:, 2])[:, None]])


def template_in(side, margin):
    """The template in a chip of `side` px that shows the 112 frame less `margin` px each side (negative: more). The program
    measures with pixel corners, so a point p (an index) lies at p + 0.5: the same formula here, or chips would be off by a
    fraction of a pixel."""
    zoom = side / (TEACHER_SIDE - 2.0 * margin)
    return (TEMPLATE + 0.5 - margin) * zoom - 0.5


def warp(picture, matrix, side):
    """Cuts a chip: `matrix` carries picture to chip. Shrinking by more than half is done on a smoothed copy."""
    zoom = np.sqrt(abs(np.linalg.det(matrix[:, :2])))
    while zoom < 0.5:
        picture = cv2.pyrDown(picture)
        matrix = compose(matrix, np.array([[2.0, 0, 0], [0, 2.0, 0]]))
        zoom *= 2
    return cv2.warpAffine(picture, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def align(picture, landmarks, side, margin):
    """The chip of `side` px, and the matrix picture -> chip."""
    matrix = similarity(landmarks, template_in(side, margin))
    return warp(picture, matrix, side), matrix


def turned(marks):
    """How far a face is turned to the side: how far the nose lies from the line that halves the eyes, in eye distances."""
    across = marks[1] - marks[0]
    return abs((marks[2] - marks[:2].mean(0)) @ across) / max(across @ across, 1e-6)
