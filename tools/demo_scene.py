# SPDX-License-Identifier: MIT
"""Scenes of the demo and benchmark clips: drawn backgrounds, and busts that move before them.

Pictures are float32, blue-green-red, 0..1. All lengths below are fractions of the frame's height unless the name says px, so
that one table of shots gives the same film at any size.
"""
import math
import subprocess

import cv2
import numpy as np

import demo_bust

PAN = 1.15  # backgrounds are this much larger than the frame, which wanders over them


def blend(low, high, t):
    t = np.asarray(t, np.float32)[..., None]
    return np.asarray(low, np.float32) * (1 - t) + np.asarray(high, np.float32) * t


def cloud(rng, height, width, grain_px):
    """Smooth noise, mean 0, spread 1, whose blobs are about grain_px large."""
    small = rng.standard_normal((int(height / grain_px) + 3, int(width / grain_px) + 3)).astype(np.float32)
    noise = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    return noise / noise.std()


def hills(rng, height, width):
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) / height
    picture = blend((0.93, 0.80, 0.62), (0.80, 0.90, 0.97), np.clip(y / 0.6, 0, 1))
    picture += 0.05 * np.clip(cloud(rng, height, width, height / 4), 0, 2)[..., None]
    for depth, colour in enumerate(((0.62, 0.62, 0.52), (0.45, 0.55, 0.40), (0.28, 0.46, 0.33))):
        ridge = 0.46 + 0.13 * depth + 0.05 * np.sin(x * (3.1 + depth) + 2 * depth) + 0.02 * np.sin(x * 9.7 + depth)
        texture = 1 + 0.06 * cloud(rng, height, width, height / 60)
        inside = np.clip((y - ridge) * height / 2, 0, 1)[..., None]
        picture = picture * (1 - inside) + np.asarray(colour, np.float32) * texture[..., None] * inside
    return picture


def curtain(rng, height, width):
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) / height
    folds = 0.5 + 0.3 * np.sin(x * 34 + 1.5 * np.sin(x * 5)) + 0.1 * np.sin(x * 71 + y)
    return blend((0.06, 0.03, 0.18), (0.22, 0.14, 0.58), folds) * (1.1 - 0.5 * y)[..., None]


def wall(rng, height, width):
    """A plastered wall with a window on one side."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) / height
    picture = blend((0.66, 0.76, 0.80), (0.50, 0.60, 0.66), np.clip(x / 2, 0, 1))
    picture *= (1 + 0.015 * cloud(rng, height, width, 3) + 0.03 * cloud(rng, height, width, height / 5))[..., None]
    picture[y > 0.86] *= 0.7  # skirting
    window = (x > 0.12) & (x < 0.52) & (y > 0.08) & (y < 0.62)
    picture[window] = blend((0.98, 0.93, 0.86), (0.80, 0.88, 0.90), y)[window]
    for bar in (np.abs(x - 0.32) < 0.008, np.abs(y - 0.35) < 0.008):
        picture[window & bar] = (0.86, 0.90, 0.92)
    return picture


def bricks(rng, height, width):
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) / height
    row = np.floor(y / 0.07)
    column = np.floor(x / 0.18 + 0.5 * (row % 2))
    tint = np.modf(np.abs(np.sin(row * 12.99 + column * 78.23) * 4375.85))[0]
    picture = blend((0.26, 0.33, 0.52), (0.34, 0.42, 0.64), tint) * (1 + 0.05 * cloud(rng, height, width, 3))[..., None]
    mortar = (np.modf(y / 0.07)[0] < 0.09) | (np.modf(x / 0.18 + 0.5 * (row % 2))[0] < 0.04)
    picture[mortar] = (0.62, 0.66, 0.68)
    return cv2.GaussianBlur(picture, (0, 0), height / 400)


def evening(rng, height, width):
    """A town at night, far out of focus: dark towers with rows of lit windows."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) / height
    picture = blend((0.30, 0.14, 0.10), (0.34, 0.30, 0.46), np.clip(y, 0, 1))
    towers = 0.35 + 0.25 * np.modf(np.abs(np.sin(np.floor(x / 0.16) * 12.99) * 4375.85))[0]
    picture[y > towers] = (0.12, 0.09, 0.08)
    lit = (np.modf(x / 0.04)[0] < 0.4) & (np.modf(y / 0.05)[0] < 0.4) & (y > towers + 0.03)
    lit &= np.sin(np.floor(x / 0.04) * 91.7 + np.floor(y / 0.05) * 47.3) > 0.2
    picture[lit] = (0.22, 0.40, 0.56)
    return cv2.GaussianBlur(picture, (0, 0), height / 120)


BACKGROUNDS = {f.__name__: f for f in (hills, curtain, wall, bricks, evening)}


def draw_background(name, height_px, width_px):
    height, width = round(height_px * PAN), round(width_px * PAN)
    return np.clip(BACKGROUNDS[name](np.random.default_rng(7), height, width), 0, 1).astype(np.float32)


def window_on(background, height_px, width_px, time_s):
    """The part of the background that the wandering camera sees."""
    room_y, room_x = background.shape[0] - height_px, background.shape[1] - width_px
    shift_x, shift_y = room_x * (0.5 + 0.45 * math.sin(0.5 * time_s)), room_y * (0.5 + 0.4 * math.sin(0.33 * time_s))
    matrix = np.float32([[1, 0, shift_x], [0, 1, shift_y]])
    return cv2.warpAffine(background, matrix, (width_px, height_px), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)


def pose_at(actor, time_s):
    """Where the face is: centre x and y, face height, tilt in radians, turn -1..1 (to the side)."""
    phase = actor["x"] * 17 + actor["y"] * 5
    x = actor["x"] + 0.035 * math.sin(1.3 * time_s + phase) + actor.get("walk", 0) * time_s
    y = actor["y"] + 0.012 * math.sin(2.1 * time_s + phase)
    size = actor["size"] * (1 + actor.get("zoom", 0) * time_s)
    return x, y, size, 0.07 * math.sin(0.9 * time_s + 2 * phase) + actor.get("tilt", 0), math.sin(0.8 * time_s + 3 * phase)


def face_box_px(actor, time_s, height_px):
    """x, y, width, height of the drawn face."""
    x, y, size, _, _ = (v * height_px for v in pose_at(actor, time_s))
    width = size * demo_bust.FACE_BOX[2] / demo_bust.FACE_BOX[3]
    return x - width / 2, y - size / 2, width, size


def every_fourth(first, end):
    """Pixel positions from `first` until before `end` that cv2.resize by four fills the gaps between."""
    count = max(2, (end - first) // 4)
    return (first + (np.arange(count, dtype=np.float32) + 0.5) * ((end - first) / count) - 0.5).astype(np.float32)


def draw_actor(frame, bust, actor, time_s):
    """Lays a bust (float BGRA, premultiplied) over the frame, in place."""
    height_px, width_px = frame.shape[:2]
    x, y, size, tilt, turn = pose_at(actor, time_s)
    scale = size * height_px / demo_bust.FACE_BOX[3]
    cx, cy, reach = x * height_px, y * height_px, 300 * scale
    left, right = max(0, int(cx - reach)), min(width_px, int(cx + reach))
    top, bottom = max(0, int(cy - reach)), height_px
    if left >= right or top >= bottom:
        return
    # The map from frame to bust is smooth, so it is worked out for every fourth pixel and filled in between.
    px, py = every_fourth(left, right)[None, :], every_fourth(top, bottom)[:, None]
    dx, dy = (px - cx) / scale, (py - cy) / scale
    across = (math.cos(tilt) * dx + math.sin(tilt) * dy) * (-1 if actor.get("mirror") else 1)
    down = math.cos(tilt) * dy - math.sin(tilt) * dx
    # Turning the head moves the nose further than the ears.
    depth = np.clip(1 - (across / 110) ** 2 - (down / 150) ** 2, 0, 1)
    lowest = demo_bust.SIZE_PX - 2 - demo_bust.FACE_CENTRE[1]  # below it the clothes go on
    maps = demo_bust.FACE_CENTRE[0] + across - 9 * turn * depth, demo_bust.FACE_CENTRE[1] + np.minimum(down, lowest)
    map_x, map_y = (cv2.resize(m, (right - left, bottom - top), interpolation=cv2.INTER_LINEAR) for m in maps)
    if scale < 0.6:
        bust = cv2.GaussianBlur(bust, (0, 0), 0.4 / scale)
    seen = cv2.remap(bust, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    side = 1 + actor.get("side_light", 0) * np.clip((map_x - demo_bust.FACE_CENTRE[0]) / 100, -1, 1)[..., None]
    colour = seen[..., :3] * np.asarray(actor.get("light", (1, 1, 1)), np.float32) * side.astype(np.float32)
    part = frame[top:bottom, left:right]
    part *= 1 - seen[..., 3:]
    part += colour


def premultiplied_busts(people_folder):
    busts = {}
    for name, face in demo_bust.load_people(people_folder).items():
        bust = demo_bust.make_bust(name, face)
        bust[..., :3] *= bust[..., 3:]
        busts[name] = bust
    return busts


class Encoder:
    """Frames (uint8 BGR) into an H.264 file through the ffmpeg program."""

    def __init__(self, path, width_px, height_px, rate_hz, options):
        command = ["ffmpeg", "-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "bgr24", "-s", f"{width_px}x{height_px}"]
        command += ["-r", str(rate_hz), "-i", "-", "-pix_fmt", "yuv420p", "-c:v", "libx264", *options, str(path)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE)

    def write(self, frame):
        self.process.stdin.write(frame.tobytes())

    def close(self):
        self.process.stdin.close()
        if self.process.wait():
            raise SystemExit("ffmpeg failed; its message stands above")
