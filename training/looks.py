#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: looks.py WHOSWHO DATA OUT [--tracks N] [--looks N] [--seed N]

Footage of known people, and what the program makes of it: the evidence that calibrate.py learns from. Aligned
pictures of CelebA (DATA/pictures/celeba and deepshield; DATA/identity_CelebA.txt says who is on them) become shots of
one second: every cell of a frame shows one picture that drifts, turns and grows a little, its face 17 to 55 px wide
in 640 x 360 frames or 45 to 99 px in 1280 x 720; some blurred, some in the dark and noisy, all through H.264 at one
of four rates. The program itself looks at it five times a second with its own models (scan --no-track), so that
boxes, landmarks, quality and vectors are those of a run. A person here has at least two pictures. No picture of LFW
is among them. Writes into OUT the footage, the program's store, and
  vectors.npy  n x 128 float32, unit length
  looks.npy    n rows: person, picture (number of the aligned picture), track (a picture in a shot), video, time_s, size_px
               (square root of the box's area), score, quality, turned (frame.turned of the landmarks),
               wanted_px, blur_px, light (1: day), crf"""
import argparse
import glob
import os
import sqlite3
import subprocess

import cv2
import numpy as np

import frame

FRAMES_PER_S, LOOKS_PER_S = 10, 5
FACE_SHARE = 0.62  # of an aligned picture's width that the program's box of the face has
FACE_MIDDLE = (0.5, 0.565)  # where its middle lies, in shares of width and height
LAYOUTS = {  # frame size, cells, face widths in px
    "small": ((640, 360), (6, 3), (17.4, 54.6)),
    "large": ((1280, 720), (6, 3), (44.6, 99.2)),
}
CRF = (20, 27, 33, 38)
NEAR = 0.5  # of the face's width: a face found belongs to a cell when its middle lies within this of where it was drawn
FIELDS = [
    ("person", "i4"), ("picture", "i4"), ("track", "i4"), ("video", "i2"), ("time_s", "f4"), ("size_px", "f4"),
    ("score", "f4"), ("quality", "f4"), ("turned", "f4"), ("wanted_px", "f4"), ("blur_px", "f4"), ("light", "f4"),
    ("crf", "i2"),
]  # fmt: skip


def known_pictures(data):
    """[(person, number, path)] of the aligned pictures of people who have at least two."""
    with open(os.path.join(data, "identity_CelebA.txt"), encoding="utf-8") as f:
        person = dict(line.split() for line in f)
    found = {}
    for source in ("celeba", "deepshield"):
        for path in sorted(glob.glob(os.path.join(data, "pictures", source, "**", "*.jpg"), recursive=True)):
            name = os.path.basename(path)
            if name in person:
                found.setdefault(int(person[name]), {})[int(name[:-4])] = path
    several = [(p, sorted(pictures.items())) for p, pictures in sorted(found.items()) if len(pictures) > 1]
    return [(p, n, path) for p, pictures in several for n, path in pictures]


class Shown:
    """One picture in one cell for one shot: how it is drawn."""

    def __init__(self, track, known, middle, width, rng):
        self.track, (self.person, self.number, path) = track, known
        self.picture = cv2.imread(path, cv2.IMREAD_GRAYSCALE)
        self.middle, self.width = np.array(middle, np.float64), width
        self.drift = rng.normal(0, 0.04, 2) * width
        self.angle, self.turn = rng.normal(0, 6), rng.normal(0, 3)  # degrees; over the shot
        self.grow = np.exp(rng.normal(0, 0.04))
        self.blur = rng.uniform(0.4, 1.4) if rng.random() < 0.3 else 0.0
        self.light = rng.uniform(0.15, 0.5) if rng.random() < 0.25 else 1.0
        self.noise = rng.uniform(2, 6) if self.light < 1 else rng.uniform(0, 2)
        self.contrast, self.lift = np.exp(rng.normal(0, 0.15)), rng.normal(0, 12)

    def face(self, t):
        """Middle and width of the face at t, 0..1 of the shot."""
        return self.middle + self.drift * (t - 0.5), self.width * self.grow ** (t - 0.5)

    def draw(self, canvas, cell, t, rng):
        (x0, y0, x1, y1), (middle, width) = cell, self.face(t)
        rows, columns = self.picture.shape
        zoom, angle = width / (FACE_SHARE * columns), np.radians(self.angle + self.turn * (t - 0.5))
        linear = zoom * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        matrix = np.hstack([linear, (middle - (x0, y0) - linear @ (np.array(FACE_MIDDLE) * (columns, rows)))[:, None]])
        picture = self.picture
        while zoom < 0.5:
            picture, zoom = cv2.pyrDown(picture), zoom * 2
            matrix = frame.compose(matrix, np.array([[2.0, 0, 0], [0, 2.0, 0]]))
        patch = canvas[y0:y1, x0:x1]
        cv2.warpAffine(picture, matrix, (x1 - x0, y1 - y0), patch, cv2.INTER_AREA, cv2.BORDER_TRANSPARENT)
        if self.blur:
            patch[...] = cv2.GaussianBlur(patch, (0, 0), self.blur)
        lit = ((patch.astype(np.float32) - 110) * self.contrast + 110 + self.lift) * self.light
        patch[...] = np.clip(lit + rng.normal(0, self.noise, patch.shape), 0, 255)


def cells_of(layout):
    (width, height), (columns, rows), _ = LAYOUTS[layout]
    xs, ys = np.linspace(0, width, columns + 1).astype(int), np.linspace(0, height, rows + 1).astype(int)
    return [(xs[c], ys[r], xs[c + 1], ys[r + 1]) for r in range(rows) for c in range(columns)]


def shots_of(layout, known, first_track, rng):
    """Distributes pictures over shots, in a random order: [[(cell, Shown)]]."""
    cells, (least, most) = cells_of(layout), LAYOUTS[layout][2]
    shots = []
    for begin in range(0, len(known), len(cells)):
        shot = []
        for k, (one, cell) in enumerate(zip(known[begin : begin + len(cells)], cells)):
            width = np.exp(rng.uniform(np.log(least), np.log(most)))
            middle = ((cell[0] + cell[2]) / 2, cell[1] + 0.54 * (cell[3] - cell[1]))
            shot.append((cell, Shown(first_track + begin + k, one, middle, width, rng)))
        shots.append(shot)
    return shots


def render(path, layout, shots, frames, crf, rng):
    (width, height) = LAYOUTS[layout][0]
    frames_in = ["-f", "rawvideo", "-pix_fmt", "gray", "-s", f"{width}x{height}", "-r", str(FRAMES_PER_S), "-i", "-"]
    coded = ["-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "veryfast", "-crf", str(crf), "-threads", "1"]
    coder = subprocess.Popen(["ffmpeg", "-y", "-v", "error", *frames_in, *coded, path], stdin=subprocess.PIPE)
    for shot in shots:
        spots = rng.uniform(40, 200, (5, 8)).astype(np.uint8)
        ground = cv2.resize(spots, (width, height), interpolation=cv2.INTER_CUBIC)
        for k in range(frames):
            canvas = ground.copy()
            for cell, shown in shot:
                shown.draw(canvas, cell, k / frames, rng)
            coder.stdin.write(canvas.tobytes())
    coder.stdin.close()
    if coder.wait() != 0:
        raise SystemExit(f"{path}: ffmpeg failed")


def table(store_path, videos, frames):
    """What the store has of every picture shown. videos: name -> (number, crf, shots)."""
    store = sqlite3.connect(f"file:{store_path}?mode=ro", uri=True)
    rows = store.execute(
        "SELECT s.path, r.time_us, f.x, f.y, f.width, f.height, f.score, f.quality, f.landmarks, e.embedding "
        "FROM face f JOIN frame r ON f.frame = r.id JOIN source s ON r.source = s.id "
        "JOIN face_embedding e ON e.face = f.id ORDER BY f.id"
    )
    looks, vectors, strange = [], [], 0
    for path, time_us, x, y, w, h, score, quality, marks, vector in rows:
        path = path.decode() if isinstance(path, bytes) else path
        number, crf, shots = videos[os.path.basename(path)]
        count = int(round(time_us * 1e-6 * FRAMES_PER_S))
        shot, t = shots[min(count // frames, len(shots) - 1)], count % frames / frames
        found = np.array([x + w / 2, y + h / 2])
        distances = [(np.hypot(*(s.face(t)[0] - found)) / s.face(t)[1], s) for _, s in shot]
        away, shown = min(distances, key=lambda pair: pair[0])
        if away > NEAR:
            strange += 1
            continue
        points = np.frombuffer(marks, "<f4").reshape(5, 2)
        looks.append((shown.person, shown.number, shown.track, number, time_us * 1e-6, np.sqrt(w * h), score, quality,
                      frame.turned(points), shown.width, shown.blur, shown.light, crf))  # fmt: skip
        vectors.append(np.frombuffer(vector, "<f4"))
    return np.array(looks, FIELDS), np.array(vectors, np.float32), strange


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("whoswho"), parser.add_argument("data"), parser.add_argument("out")
    parser.add_argument("--tracks", type=int, default=4000)
    parser.add_argument("--looks", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    rng, frames = np.random.default_rng(options.seed), options.looks * FRAMES_PER_S // LOOKS_PER_S
    known = known_pictures(options.data)
    people = rng.permutation(sorted({p for p, _, _ in known}))
    order = {p: k for k, p in enumerate(people)}
    known = sorted(known, key=lambda one: order[one[0]])[: options.tracks]
    known = [known[k] for k in rng.permutation(len(known))]
    footage = os.path.join(options.out, "footage")
    os.makedirs(footage, exist_ok=True)
    videos, parts = {}, np.array_split(np.arange(len(known)), len(CRF) * 3)
    for number, part in enumerate(parts):  # two of three small
        layout, crf = ("small", "small", "large")[number % 3], CRF[number // 3]
        name = f"{number:02d}_{layout}_{crf}.mp4"
        shots = shots_of(layout, [known[k] for k in part], int(part[0]), rng)
        if not os.path.exists(os.path.join(footage, name)):
            render(os.path.join(footage, "part.mp4"), layout, shots, frames, crf, np.random.default_rng(number))
            os.replace(os.path.join(footage, "part.mp4"), os.path.join(footage, name))
        videos[name] = (number, crf, shots)
    store = os.path.join(options.out, "store")
    how = ["--every", f"{1 / LOOKS_PER_S}s", "--no-track", "-q"]
    subprocess.run([options.whoswho, "scan", footage, "-o", store, *how], check=True)
    looks, vectors, strange = table(os.path.join(store, "whoswho.db"), videos, frames)
    np.save(os.path.join(options.out, "looks.npy"), looks), np.save(os.path.join(options.out, "vectors.npy"), vectors)
    people, found = len({p for p, _, _ in known}), len(np.unique(looks["track"]))
    print(f"{len(known)} tracks of {people} people; {len(looks)} looks of {found} tracks, {strange} faces that nobody drew")


if __name__ == "__main__":
    main()
