# SPDX-License-Identifier: MIT
"""Draws a bust (head, hair, neck, shoulders) around one averaged face.

A bust is a 512 x 512 float picture, blue-green-red-alpha 0..1, not premultiplied. The averaged face, 256 x 256 with an alpha
channel, lies in it at FACE_AT; everything else is ellipses with soft edges and some streaks of noise for the hair.
"""
import pathlib

import cv2
import numpy as np

SIZE_PX = 512
FACE_AT = (128, 90)  # x, y of the face picture's corner
FACE_BOX = (172, 110, 168, 216)  # x, y, width, height of the face, forehead to chin
FACE_CENTRE = (256, 222)

# name: hair colour (blue, green, red), long hair, share of the forehead that hair covers, clothes colour
LOOKS = {
    "basil": ((0.66, 0.68, 0.70), False, 0.0, (0.42, 0.26, 0.16)),
    "clove": ((0.17, 0.17, 0.18), False, 0.55, (0.30, 0.42, 0.22)),
    "ginger": ((0.08, 0.09, 0.12), True, 0.45, (0.20, 0.62, 0.86)),
    "sage": ((0.10, 0.10, 0.11), False, 0.75, (0.62, 0.60, 0.58)),
    "saffron": ((0.05, 0.06, 0.09), True, 0.60, (0.36, 0.14, 0.62)),
}

Y, X = np.mgrid[0:SIZE_PX, 0:SIZE_PX].astype(np.float32)


def ellipse(centre, radii, soft_px=3.0, power=2.0):
    """Coverage 0..1 of a (super)ellipse whose edge fades over about soft_px."""
    radius = (np.abs((X - centre[0]) / radii[0]) ** power + np.abs((Y - centre[1]) / radii[1]) ** power) ** (1 / power)
    return np.clip((1 - radius) * min(radii) / soft_px + 0.5, 0, 1)


def paint(bust, colour, coverage):
    """Lays colour (3 values, or a picture) over the bust."""
    alpha = bust[..., 3]
    out = coverage + alpha * (1 - coverage)
    mix = (coverage / np.maximum(out, 1e-6))[..., None]
    bust[..., :3] = bust[..., :3] * (1 - mix) + np.asarray(colour, np.float32) * mix
    bust[..., 3] = out


def streaks(rng, across_px, along_px):
    """Noise drawn out downwards: hair, cloth."""
    noise = cv2.GaussianBlur(rng.standard_normal((SIZE_PX, SIZE_PX)).astype(np.float32), (0, 0), across_px, sigmaY=along_px)
    return noise / noise.std()


def load_people(folder):
    """name -> averaged face, 256 x 256 x 4 float 0..1, in the order of LOOKS."""
    people = {}
    for name in LOOKS:
        path = pathlib.Path(folder) / f"{name}.png"
        picture = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        if picture is None or picture.shape != (256, 256, 4):
            raise SystemExit(f"{path}: not a 256 x 256 picture with an alpha channel; make it with tools/make_demo_people.py")
        people[name] = picture.astype(np.float32) / 255
    return people


def spread_out(picture, sigma_px):
    """The picture's colours, blurred and carried on beyond its edge, getting darker on the way down."""
    alpha = picture[..., 3:]
    far, near = (
        cv2.GaussianBlur(picture[..., :3] * alpha, (0, 0), s) / np.maximum(cv2.GaussianBlur(alpha, (0, 0), s), 1e-5)[..., None]
        for s in (4 * sigma_px, sigma_px)
    )
    reach = np.clip(cv2.GaussianBlur(alpha, (0, 0), sigma_px) * 20, 0, 1)[..., None]
    return (near * reach + far * (1 - reach)) * (1 - 0.5 * np.clip((Y - 300) / 40, 0, 1)[..., None])


def draw_body(bust, skin, clothes, rng):
    shade = 1 - 0.25 * np.clip((Y - 300) / 110, 0, 1)[..., None]
    under_chin = 1 - 0.35 * ellipse((256, 335), (80, 40), 30)[..., None]
    paint(bust, skin * shade * under_chin, ellipse((256, 380), (54, 130), 4, 4))
    cloth = np.array(clothes, np.float32) * (1 + 0.05 * streaks(rng, 6, 30)[..., None])
    cloth = cloth * (1.1 - 0.35 * np.abs(X - 236)[..., None] / 220)
    collar = np.clip((np.abs(X - 256) * 1.3 - (452 - Y)) / 3, 0, 1)  # a V at the neck
    paint(bust, cloth, ellipse((256, 500), (216, 116), 3, 2.6) * collar)


def draw_hair_top(bust, colour, long_hair, fringe, rng):
    hair = np.array(colour, np.float32) * (1 + 0.16 * streaks(rng, 1.5, 14)[..., None]) * (1.15 - 0.3 * (Y[..., None] - 90) / 200)
    skull = ellipse((256, 206), (104 if long_hair else 98, 126), 6, 2.3)
    line = 118 + 34 * fringe + (0.0062 if long_hair else 0.0042) * (X - 256) ** 2
    if long_hair:
        line += 500 * np.clip((np.abs(X - 256) - 72) / 50, 0, 1)  # hangs down beside the face
    paint(bust, hair, skull * np.clip((line - Y + 3 * streaks(rng, 1.5, 60)) / 12, 0, 1))


def make_bust(name, face):
    """The finished bust of one person; the same every time."""
    colour, long_hair, fringe, clothes = LOOKS[name]
    rng = np.random.default_rng(len(name) * 1000 + ord(name[0]))
    bust = np.zeros((SIZE_PX, SIZE_PX, 4), np.float32)
    forehead = face[62:80, 90:166, :3].mean((0, 1))
    hair = np.array(colour, np.float32) * (1 + 0.2 * streaks(rng, 2, 40)[..., None])
    if long_hair:
        paint(bust, hair, ellipse((256, 250), (122, 190), 6, 2.6))
    draw_body(bust, forehead * 0.92, clothes, rng)
    if not long_hair:
        paint(bust, hair, ellipse((256, 190), (99, 96), 5, 2.2))
        for ear_x in (164, 348):
            paint(bust, forehead * 0.8, ellipse((ear_x, 232), (10, 23), 6))
    x, y = FACE_AT
    whole = np.zeros_like(bust)
    whole[y : y + 256, x : x + 256] = face
    paint(bust, spread_out(whole, 16), ellipse((256, 212), (87, 112), 8, 2.3))
    paint(bust, whole[..., :3], whole[..., 3])
    draw_hair_top(bust, colour, long_hair, fringe, rng)
    return np.clip(bust, 0, 1)
