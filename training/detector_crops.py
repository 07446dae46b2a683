# SPDX-License-Identifier: MIT
"""What the detector learns from: crops of labelled scenes (DATA/scenes/*.npz, written by scenes.py), turned, scaled so that
small and large faces come equally often, mirrored, covered, in the dark; and for each crop what every cell should say."""
import glob
import os

import cv2
import numpy as np

import augment
from detector_net import STRIDES

MIRRORED = [1, 0, 2, 4, 3]
SMALLEST, LEAST = 10.0, 8.0  # px: faces aimed at; below LEAST a face is neither face nor background
ENLARGED_MOST = 1.6
SIZES = {8: (0, 36), 16: (28, 88), 32: (70, 1e9)}  # side of the faces that a grid is for; where two overlap both learn
SLACK = 1.25  # beyond its sizes, times this, a grid learns nothing of a face
LARGER_MOST = 6.0  # a small face is not made of one more than this much larger: most of the crop would be empty
DOUBT = 0.55  # sum of the teachers' scores from which on a region is not background
COARSE = 8  # px: how finely the light on a stage is drawn
VISIBLE = 0.6  # share of a face inside the crop from which on it counts
FACE, NONE, IGNORED, PLACE_ONLY = 1, 0, -1, 2


class Scenes:
    """All labelled pictures, or the held-out ones: `picture(i)`, and rows x1 y1 x2 y2, landmarks, their reliability."""

    def __init__(self, folder, held_out):
        self.pictures, self.faces, self.doubtful, self.source = [], [], [], []
        for path in sorted(glob.glob(os.path.join(folder, "*_*.npz"))):
            if not path.endswith(".part.npz"):
                self._add(np.load(path), held_out, os.path.basename(path).split("_")[0])
        sizes, self.of_size = [], []
        for i, rows in enumerate(self.faces):
            sizes += list(side(rows))
            self.of_size += [(i, k) for k in range(len(rows))]
        order = np.argsort(sizes)
        self.sizes, self.of_size = np.array(sizes)[order], np.array(self.of_size).reshape(-1, 2)[order]
        self.empty = np.array([i for i, rows in enumerate(self.faces) if not len(rows)])

    def _add(self, arrays, held_out, source):
        pixels, faces, doubtful = arrays["pixels"], arrays["faces"], arrays["doubtful"]
        begin = 0
        for i, ((h, w), held) in enumerate(zip(arrays["shapes"], arrays["held_out"])):
            if held == held_out:
                self.pictures.append(pixels[begin : begin + h * w].reshape(h, w))
                self.faces.append(faces[faces[:, 0] == i, 1:])
                self.doubtful.append(doubtful[(doubtful[:, 0] == i) & (doubtful[:, 15] >= DOUBT), 1:])
                self.source.append(source)
            begin += int(h) * int(w)


def side(rows):
    return np.sqrt(np.maximum(1, (rows[:, 2] - rows[:, 0]) * (rows[:, 3] - rows[:, 1])))


def moved(rows, linear, shift, flip):
    """Faces where the similarity x -> linear x + shift carries them: the box of the turned ellipse."""
    rows = rows.copy()
    scale = np.sqrt(abs(np.linalg.det(linear)))
    cosine, sine = abs(linear[0, 0]) / scale, abs(linear[0, 1]) / scale
    middle = np.stack([rows[:, 0] + rows[:, 2], rows[:, 1] + rows[:, 3]], 1) / 2 @ linear.T + shift
    w, h = (rows[:, 2] - rows[:, 0]) * scale / 2, (rows[:, 3] - rows[:, 1]) * scale / 2
    half = np.stack([np.hypot(w * cosine, h * sine), np.hypot(w * sine, h * cosine)], 1)
    marks = rows[:, 4:14].reshape(-1, 5, 2) @ linear.T + shift
    rows[:, :2], rows[:, 2:4] = middle - half, middle + half
    rows[:, 4:14] = (marks[:, MIRRORED] if flip else marks).reshape(-1, 10)
    return rows


def cut(picture, linear, shift, size, border):
    """The crop of `size` px; where it shrinks, from a picture averaged down first."""
    zoom = np.sqrt(abs(np.linalg.det(linear)))
    corners = (np.array([[0, 0], [size, 0], [0, size], [size, size]]) - shift) @ np.linalg.inv(linear).T
    low = np.clip(np.floor(corners.min(0)) - 4, 0, None).astype(int)
    high = np.ceil(corners.max(0)).astype(int) + 4
    part = picture[low[1] : high[1], low[0] : high[0]]
    if part.size == 0:
        return np.zeros((size, size), np.uint8)
    shift = shift + linear @ low
    if zoom < 0.75:
        small = [max(1, round(n * zoom * 1.1)) for n in part.shape[::-1]]
        linear = linear @ np.diag([part.shape[1] / small[0], part.shape[0] / small[1]])
        part = cv2.resize(part, small, interpolation=cv2.INTER_AREA)
    matrix = np.hstack([linear, (shift + linear @ [0.5, 0.5] - 0.5)[:, None]])
    return cv2.warpAffine(part, matrix, (size, size), flags=cv2.INTER_LINEAR, borderMode=border, borderValue=0)


def inside(point, shape, window):
    """The point, moved so that as much as can be of a window around it lies in the picture."""
    whole = np.array(shape[::-1], float)
    least = np.minimum(window, whole) / 2
    return np.clip(point, least, whole - least)


def turn_of(rng):
    """Degrees: a third upright, the rest a little or up to 35 turned."""
    share = rng.random()
    return 0.0 if share < 0.35 else rng.normal(0, 8) if share < 0.8 else rng.uniform(-35, 35)


class Crops:
    """Draws crops. `misses` are places taken for faces that are none: (picture, x, y, side); they are shown again."""

    def __init__(self, scenes, rng, share_empty=0.12, share_missed=0.12):
        self.scenes, self.rng, self.misses = scenes, rng, []
        self.share_empty, self.share_missed = share_empty, share_missed

    def aim(self, size):
        """A picture, a point of it, and a scale."""
        rng, scenes, kind = self.rng, self.scenes, self.rng.random()
        if kind < self.share_missed and self.misses:
            i, x, y, wide = self.misses[rng.integers(len(self.misses))]
            return i, np.array([x, y]), np.clip(np.exp(rng.uniform(np.log(12), np.log(160))) / wide, 0.1, 2.0)
        if kind < self.share_missed + self.share_empty and len(scenes.empty):
            i = scenes.empty[rng.integers(len(scenes.empty))]
            h, w = scenes.pictures[i].shape
            return i, rng.uniform(0.2, 0.8, 2) * [w, h], size / max(h, w) * np.exp(rng.uniform(-0.2, 1.1))
        target = np.exp(rng.uniform(np.log(SMALLEST), np.log(0.95 * size)))
        first, last = np.searchsorted(scenes.sizes, [target / ENLARGED_MOST, target * LARGER_MOST])
        k = rng.integers(min(first, len(scenes.sizes) - 1), max(last, first + 1, 1)) if first < len(scenes.sizes) else -1
        i, face = scenes.of_size[k]
        row, scale = scenes.faces[i][face], min(target / scenes.sizes[k], ENLARGED_MOST)
        room = max(0.0, (size / scale - scenes.sizes[k]) / 2)
        point = np.array([row[0] + row[2], row[1] + row[3]]) / 2 + rng.uniform(-room, room, 2) * 0.9
        return i, inside(point, scenes.pictures[i].shape, size / scale) if rng.random() < 0.85 else point, scale

    def draw(self, size):
        """-> crop, faces, doubtful regions, picture, the map from picture to crop (linear, shift)."""
        rng = self.rng
        i, point, scale = self.aim(size)
        angle, flip = np.radians(turn_of(rng)), rng.random() < 0.5
        mirror = np.diag([-1.0 if flip else 1.0, 1.0])
        linear = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) @ mirror
        shift = size / 2 - linear @ point
        border = cv2.BORDER_REPLICATE if rng.random() < 0.5 else cv2.BORDER_CONSTANT
        crop = cut(self.scenes.pictures[i], linear, shift, size, border)
        faces, doubtful = (moved(r[i], linear, shift, flip) for r in (self.scenes.faces, self.scenes.doubtful))
        return self.spoiled(crop, faces), faces, doubtful, i, (linear, shift)

    def spoiled(self, crop, faces):
        rng = self.rng
        if rng.random() < 0.3:
            crop = covered(crop, faces, rng)
        light = rng.random()
        if light < 0.5:
            crop = augment.relit(crop, rng, dark=0.2)
        elif light < 0.65:
            crop = on_stage(crop, faces, rng)
        if rng.random() < 0.1:
            crop = cv2.GaussianBlur(crop, (0, 0), rng.uniform(0.4, 1.5))
        elif rng.random() < 0.06:
            crop = augment.motion_blur(crop, rng)
        if rng.random() < 0.12:
            crop = augment.smaller(crop, rng, int(0.5 * crop.shape[0]), int(0.95 * crop.shape[0]))
        if rng.random() < 0.2:
            crop = augment.noisy(crop, rng)
        if rng.random() < 0.3:
            crop = augment.compressed(crop, rng, 15, 85)
        return crop


def on_stage(crop, faces, rng):
    """A spot of light in the dark, as likely on a face as elsewhere, sometimes too bright; with noise of a long gain."""
    size = crop.shape[0]
    middle = rng.uniform(0, size, 2)
    if len(faces) and rng.random() < 0.7:
        row = faces[rng.integers(len(faces))]
        middle = np.array([row[0] + row[2], row[1] + row[3]]) / 2 + rng.normal(0, 0.3, 2) * side(row[None])[0]
    y, x = (np.mgrid[: size // COARSE, : size // COARSE].astype(np.float32) + 0.5) * COARSE  # light has no edges
    away = np.hypot(x - middle[0], (y - middle[1]) * rng.uniform(0.4, 1)) / (size * rng.uniform(0.1, 0.6))
    light = rng.uniform(0.05, 0.35) + rng.uniform(0.3, 1.6) * np.exp(-(away**2))
    curve = (np.arange(256) / 255) ** np.exp(rng.normal(0.1, 0.3)) * 255
    lit = curve.astype(np.float32)[crop] * cv2.resize(light.astype(np.float32), (size, size), interpolation=cv2.INTER_LINEAR)
    if rng.random() < 0.5:
        lit += augment.grain(crop.shape, rng, rng.uniform(1, 7))
    return np.clip(lit, 0, 255, out=lit).astype(np.uint8)


def covered(crop, faces, rng):
    """Dark glasses, a mask, or a hand's worth of something before some of the faces whose landmarks are known."""
    crop = crop.copy()
    for row in faces:
        if row[14] == 0 or rng.random() < 0.4 or side(row[None])[0] < 14:
            continue
        marks = row[4:14].reshape(5, 2)
        eyes, shade, kind = np.hypot(*(marks[1] - marks[0])), int(rng.integers(0, 256)), rng.random()
        if kind < 0.35:
            draw_glasses(crop, marks, max(eyes, 3), shade // 3, rng)
        elif kind < 0.8:
            draw_mask(crop, marks, row, shade, rng)
        else:
            w, h = (row[2:4] - row[:2]) * rng.uniform(0.2, 0.5, 2)
            x, y = row[:2] + (row[2:4] - row[:2]) * rng.uniform(0, 1, 2)
            angle = rng.uniform(0, 180)
            cv2.ellipse(crop, (int(x), int(y)), (max(1, int(w / 2)), max(1, int(h / 2))), angle, 0, 360, shade, -1)
    return crop


def draw_glasses(crop, marks, eyes, shade, rng):
    across, down = eyes * rng.uniform(0.28, 0.45), eyes * rng.uniform(0.2, 0.38)
    angle = np.degrees(np.arctan2(*(marks[1] - marks[0])[::-1]))
    for mark in marks[:2]:
        cv2.ellipse(crop, [int(v) for v in mark], (max(1, int(across)), max(1, int(down))), angle, 0, 360, shade, -1)
    thick = max(1, int(eyes * 0.08))
    cv2.line(crop, [int(v) for v in marks[0]], [int(v) for v in marks[1]], shade, thick)


def draw_mask(crop, marks, row, shade, rng):
    """From the bridge of the nose over the mouth to the chin, turned as the face is."""
    down = marks[3:].mean(0) - marks[:2].mean(0)
    right = (marks[1] - marks[0]) * rng.uniform(0.75, 1.0)
    top = marks[2] - down * rng.uniform(0.0, 0.45)
    low = marks[3:].mean(0) + down * rng.uniform(0.4, 0.7)
    shape = np.array([top, top + right + 0.15 * down, low + 0.6 * right, low, low - 0.6 * right, top - right + 0.15 * down])
    cv2.fillPoly(crop, [shape.astype(np.int32)], shade)
    for k in range(int(rng.integers(0, 4))):
        middle = top + (low - top) * (k + 1) / 5
        ends = [[int(v) for v in middle + s * right * 0.8] for s in (-1, 1)]
        cv2.line(crop, *ends, max(0, shade - 20), max(1, int(side(row[None])[0] / 60)))


def wanted(faces, doubtful, size):
    """What each cell should say: its kind (FACE, NONE, IGNORED, PLACE_ONLY: near a face's middle, the score is free) and the
    face's box, landmarks and their reliability, finest grid first."""
    kinds, places = [], []
    rows = [(row, True) for row in faces] + [(row, False) for row in doubtful]
    known = []
    for row, sure in rows:
        box = np.clip(row[:4], 0, size)
        seen = (box[2] - box[0]) * (box[3] - box[1])
        long = side(row[None])[0]
        if min(box[2] - box[0], box[3] - box[1]) >= 2:
            known.append((row, box, long, sure and long >= LEAST and seen >= VISIBLE * long * long))
    for stride in STRIDES:
        cells = size // stride
        kind, place = np.zeros((cells, cells), np.int8), np.zeros((cells, cells, 15), np.float32)
        nearest = np.full((cells, cells), np.inf, np.float32)
        for _, box, _, _ in (k for k in known if not k[3]):
            left, top = (box[:2] // stride).astype(int)
            right, bottom = np.ceil(box[2:] / stride).astype(int)
            kind[top:bottom, left:right] = IGNORED
        for row, box, long, _ in (k for k in known if k[3]):
            mark_face(kind, place, nearest, stride, row, box, long)
        kinds.append(kind.reshape(-1)), places.append(place.reshape(-1, 15))
    return np.concatenate(kinds), np.concatenate(places)


def mark_face(kind, place, nearest, stride, row, box, long):
    low, high = SIZES[stride]
    if not low / SLACK <= long <= high * SLACK:
        return
    middle = (box[:2] + box[2:]) / 2 / stride
    inner = max(0.95, 0.2 * long / stride)
    outer = inner + 0.8
    left, top = np.maximum(0, np.floor(middle - outer - 1)).astype(int)
    right, bottom = np.ceil(middle + outer + 1).astype(int)
    y, x = np.mgrid[top : min(bottom, len(kind)), left : min(right, len(kind))]
    away = np.hypot(x + 0.5 - middle[0], y + 0.5 - middle[1])
    window = (slice(top, top + away.shape[0]), slice(left, left + away.shape[1]))
    k, d, p = kind[window], nearest[window], place[window]
    if not low <= long <= high:
        k[(away <= outer) & (k == NONE)] = IGNORED
        return
    closer = away / long < d
    ring, core = (away <= outer) & (k != FACE) & closer, (away <= inner) & (closer | (k != FACE))
    k[ring] = PLACE_ONLY
    k[core] = FACE
    for cells in (ring, core):
        d[cells] = away[cells] / long
        p[cells] = np.concatenate([box, row[4:15]])
