#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Make the five faces of the demo clip: averages of many aligned faces, which belong to no real person.

usage: make_demo_people.py UTKFACE_FOLDER YUNET.onnx OUT_FOLDER      (needs Debian's python3-opencv and python3-numpy)

UTKFACE_FOLDER holds files named age_sex_race_date.jpg.chip.jpg; tests/data/README.md says where ours came from. YUNET.onnx is
face_detection_yunet_2026may.onnx of the OpenCV zoo. Writes OUT_FOLDER/NAME.png, 256 x 256 with an alpha channel.

One person is the mean of one group of pictures. Aligning on five points alone gives a blurred mean; so each face is then bent
onto the mean by a smoothed optical flow, less the mean flow (so that the shape, too, is the group's average), and averaged
again. After three rounds the mean is about as sharp as a photo.
"""
import pathlib
import re
import sys

import cv2
import numpy as np

SIZE_PX = 256
FACES_MAX = 48  # a group; the most frontal ones
FACES_MIN = 30  # fewer would let single faces show through
SCORE_MIN = 0.85
ROUNDS = 3
CARICATURE = 0.2  # each mean is pushed away from the mean of all five by this share, since means look more alike than people do
FLOW_SMOOTH_PX = 6
# ArcFace's 112 x 112 template (eyes, nose, mouth corners), enlarged so that an aligned UTKFace chip just fills the canvas.
TEMPLATE = np.array([[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]])
CANVAS_POINTS = (TEMPLATE - [56, 56]) * 2.1 + [128, 116]
FACE = np.s_[45:235, 60:196]  # rows, columns of the canvas where the face itself is

# name: (ages, sex 0 male 1 female, race as UTKFace counts: 0 white, 1 black, 2 Asian, 3 Indian).
# Chosen so that the embeddings of any two are further apart than 1.1 (default model).
PEOPLE = {
    "basil": ((60, 99), 0, 0),
    "clove": ((35, 65), 0, 1),
    "ginger": ((20, 45), 1, 1),
    "sage": ((40, 59), 0, 2),
    "saffron": ((25, 39), 1, 3),
}


class Yunet:
    """The best face of a picture: score and five points (x, y)."""

    STRIDES = (8, 16, 32)

    def __init__(self, path):
        self.net = cv2.dnn.readNetFromONNX(str(path))
        self.names = [f"{kind}_{stride}" for stride in self.STRIDES for kind in ("cls", "obj", "kps")]

    def best(self, image):
        self.net.setInput(cv2.dnn.blobFromImage(image))
        out = dict(zip(self.names, self.net.forward(self.names)))
        found = (0.0, None)
        for stride in self.STRIDES:
            score = np.sqrt(np.clip(out[f"cls_{stride}"], 0, 1) * np.clip(out[f"obj_{stride}"], 0, 1)).ravel()
            cell, columns = int(score.argmax()), image.shape[1] // stride
            if score[cell] > found[0]:
                points = out[f"kps_{stride}"].reshape(-1, 5, 2)[cell]
                found = (float(score[cell]), (points + [cell % columns, cell // columns]) * stride)
        return found


def similarity(source, target):
    """2 x 3 least-squares similarity transform (Umeyama 1991), and the mean distance it leaves."""
    source_mean, target_mean = source.mean(0), target.mean(0)
    a, b = source - source_mean, target - target_mean
    u, d, v = np.linalg.svd(b.T @ a)
    flip = np.diag([1.0, np.sign(np.linalg.det(u @ v))])
    turn = u @ flip @ v
    scale = (d * np.diag(flip)).sum() / (a**2).sum()
    left = np.linalg.norm(scale * (turn @ a.T).T - b, axis=1).mean()
    return np.hstack([scale * turn, (target_mean - scale * turn @ source_mean)[:, None]]), left


def aligned_faces(paths, detector):
    """The group's most frontal faces on the canvas, and for each the weight 1 where the picture had pixels."""
    border = 60  # UTKFace chips are so tight that the detector needs some air
    ranked = []
    for path in paths:
        image = cv2.imread(str(path))
        if image is None or image.shape != (200, 200, 3):
            continue
        score, points = detector.best(cv2.copyMakeBorder(image, *[border] * 4, cv2.BORDER_REFLECT))
        if score < SCORE_MIN:
            continue
        points = points - border
        matrix, left = similarity(points, CANVAS_POINTS)
        to_nose = [np.linalg.norm(points[2] - eye) for eye in points[:2]]
        turned = abs(to_nose[0] - to_nose[1]) / np.linalg.norm(points[1] - points[0])
        ranked.append((left + 30 * turned, path.name, image, matrix))
    ranked.sort(key=lambda r: r[:2])
    size = (SIZE_PX, SIZE_PX)
    faces = [cv2.warpAffine(i, m, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT) for _, _, i, m in ranked[:FACES_MAX]]
    weights = [cv2.warpAffine(np.ones(i.shape[:2], np.float32), m, size) for _, _, i, m in ranked[:FACES_MAX]]
    return faces, weights


def same_light(faces):
    """Brings every face to the group's mean colour and contrast."""
    faces = [f.astype(np.float32) for f in faces]
    mean = np.mean([f[FACE].mean((0, 1)) for f in faces], axis=0)
    spread = np.mean([f[FACE].std() for f in faces])
    return [np.clip((f - f[FACE].mean((0, 1))) * np.clip(spread / f[FACE].std(), 0.7, 1.4) + mean, 0, 255) for f in faces]


def robust_mean(faces, weights):
    """Mean of what lies near the median (glasses, hands and misled flow fall out), and the share of pictures that reach each pixel."""
    faces, weights = np.array(faces), np.array(weights)
    away = np.linalg.norm(faces - np.median(faces, axis=0), axis=3) / 60
    w = (weights * np.exp(-(away**2)) + 1e-6)[..., None]
    return np.clip((faces * w).sum(0) / w.sum(0), 0, 255), weights.mean(0)


def for_flow(image):
    """Grey, with the face's contrast brought to one value: flow on dark faces is as good as on light ones."""
    grey = cv2.cvtColor(image.astype(np.float32), cv2.COLOR_BGR2GRAY)
    return np.clip((grey - grey[FACE].mean()) * 50 / grey[FACE].std() + 128, 0, 255).astype(np.uint8)


def average(faces, weights):
    faces = same_light(faces)
    mean, covered = robust_mean(faces, weights)
    flow_of = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    columns, rows = np.meshgrid(np.arange(SIZE_PX, dtype=np.float32), np.arange(SIZE_PX, dtype=np.float32))
    for _ in range(ROUNDS):
        flows = [cv2.GaussianBlur(flow_of.calc(for_flow(mean), for_flow(f), None), (0, 0), FLOW_SMOOTH_PX) for f in faces]
        flows = np.array(flows) - np.mean(flows, axis=0)
        maps = [(columns + f[..., 0], rows + f[..., 1]) for f in flows]
        bent = [cv2.remap(f, *m, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT) for f, m in zip(faces, maps)]
        mean, covered = robust_mean(bent, [cv2.remap(w, *m, cv2.INTER_LINEAR) for w, m in zip(weights, maps)])
    return mean + 0.8 * (mean - cv2.GaussianBlur(mean, (0, 0), 2)), covered


def smooth_step(values, low, high):
    t = np.clip((values - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def cut_out(covered):
    """Alpha: a superellipse with a soft edge, and nothing where only some of the pictures reached."""
    y, x = np.mgrid[0:SIZE_PX, 0:SIZE_PX].astype(np.float32)
    radius = (np.abs((x - 128) / 92) ** 2.4 + np.abs((y - 132) / 108) ** 2.4) ** (1 / 2.4)
    inside = cv2.GaussianBlur(smooth_step(covered, 0.4, 0.8), (0, 0), 3)
    return (255 * smooth_step(1 - radius, 0, 0.2) * inside).astype(np.uint8)


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    folder, detector, out = pathlib.Path(sys.argv[1]), Yunet(sys.argv[2]), pathlib.Path(sys.argv[3])
    out.mkdir(parents=True, exist_ok=True)
    labelled = [(p, re.match(r"(\d+)_(\d)_(\d)_", p.name)) for p in sorted(folder.glob("*.jpg"))]
    means, covers = {}, {}
    for name, (ages, sex, race) in PEOPLE.items():
        paths = [p for p, m in labelled if m and ages[0] <= int(m[1]) <= ages[1] and (int(m[2]), int(m[3])) == (sex, race)]
        faces, weights = aligned_faces(paths, detector)
        if len(faces) < FACES_MIN:
            sys.exit(f"{name}: only {len(faces)} usable faces among {len(paths)} in {folder}; {FACES_MIN} are needed")
        means[name], covers[name] = average(faces, weights)
        print(f"{name}: mean of {len(faces)} faces of {len(paths)}")
    middle = np.mean(list(means.values()), axis=0)
    for name, mean in means.items():
        mask = cut_out(covers[name])
        picture = np.dstack([np.clip(mean + CARICATURE * (mean - middle), 0, 255).astype(np.uint8), mask])
        picture[mask == 0] = 0  # compresses better, and nothing hides under the mask
        cv2.imwrite(str(out / f"{name}.png"), picture, [cv2.IMWRITE_PNG_COMPRESSION, 9])


main()
