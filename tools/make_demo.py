#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Make the demo clip: five people who do not exist, alone and together, before drawn backgrounds; and the truth about it.

usage: make_demo.py PEOPLE_FOLDER CLIP.mp4 TRUTH.csv     (needs ffmpeg and Debian's python3-opencv, python3-numpy)

PEOPLE_FOLDER holds what make_demo_people.py wrote. TRUTH.csv says who is where and when: start_s,end_s,x,y,w,h,person, where
the rectangle (pixels) holds the whole way of that face during the shot, and nobody else's.
"""
import csv
import sys

import cv2
import numpy as np

import demo_scene

WIDTH_PX, HEIGHT_PX, RATE_HZ = 854, 480, 25
DIM, WARM, COLD = (0.52, 0.50, 0.50), (0.80, 0.97, 1.10), (1.08, 0.96, 0.84)  # light on a face: blue, green, red


def actor(name, x, y, size, **more):
    """x, y: centre of the face; size: its height; all in frame heights (the frame is 1.78 wide)."""
    return {"name": name, "x": x, "y": y, "size": size, **more}


# (seconds, background, blur in px of an 854-pixel frame, actors)
SHOTS = [
    (2.6, "hills", 0, [actor("saffron", 0.80, 0.47, 0.46, walk=0.05)]),
    (3.0, "wall", 0, [actor("basil", 0.50, 0.44, 0.36), actor("clove", 1.24, 0.42, 0.38, mirror=1)]),
    (2.4, "curtain", 0, [actor("ginger", 0.95, 0.46, 0.50, side_light=0.25)]),
    (3.0, "bricks", 0, [actor("sage", 0.40, 0.40, 0.34, light=WARM), actor("saffron", 0.92, 0.46, 0.34, light=WARM),
                        actor("basil", 1.43, 0.42, 0.34, light=WARM, mirror=1)]),
    (2.4, "evening", 0.8, [actor("clove", 0.85, 0.46, 0.46, light=WARM, zoom=0.05)]),
    (2.8, "wall", 0, [actor("ginger", 0.55, 0.44, 0.42, light=COLD, mirror=1), actor("sage", 1.28, 0.42, 0.40, light=COLD)]),
    (2.4, "hills", 0.7, [actor("basil", 1.05, 0.44, 0.44, walk=-0.06, side_light=-0.3)]),
    (3.0, "curtain", 0, [actor("saffron", 0.42, 0.44, 0.32, light=DIM), actor("ginger", 0.90, 0.41, 0.34, light=DIM),
                         actor("clove", 1.38, 0.42, 0.32, light=DIM, side_light=0.2)]),
    (2.4, "bricks", 0, [actor("sage", 0.92, 0.47, 0.48, tilt=0.12)]),
    (2.8, "evening", 0, [actor("saffron", 0.52, 0.46, 0.40, mirror=1, tilt=-0.08), actor("basil", 1.26, 0.42, 0.38)]),
    (2.6, "hills", 0, [actor("clove", 0.48, 0.42, 0.34, mirror=1), actor("sage", 0.92, 0.46, 0.33, mirror=1),
                       actor("ginger", 1.36, 0.43, 0.34)]),
]


def rectangle_px(person, seconds):
    """Around all places of one face during a shot, with a little room."""
    boxes = np.array([demo_scene.face_box_px(person, t, HEIGHT_PX) for t in np.arange(0, seconds, 1 / RATE_HZ)])
    room = 0.1 * boxes[:, 3].max()
    left, top = np.maximum(0, boxes[:, :2].min(0) - room)
    right, bottom = np.minimum((WIDTH_PX, HEIGHT_PX), (boxes[:, :2] + boxes[:, 2:]).max(0) + room)
    return [round(v) for v in (left, top, right - left, bottom - top)]


def frames(busts, grain):
    backgrounds = {name: demo_scene.draw_background(name, HEIGHT_PX, WIDTH_PX) for name in demo_scene.BACKGROUNDS}
    rng = np.random.default_rng(1)
    begin = 0.0
    for seconds, background, blur_px, actors in SHOTS:
        for number in range(round(seconds * RATE_HZ)):
            time_s = number / RATE_HZ
            frame = demo_scene.window_on(backgrounds[background], HEIGHT_PX, WIDTH_PX, begin + time_s)
            for person in actors:
                demo_scene.draw_actor(frame, busts[person["name"]], person, time_s)
            if blur_px:
                frame = cv2.GaussianBlur(frame, (0, 0), blur_px)
            frame += grain * rng.standard_normal((HEIGHT_PX, WIDTH_PX, 1)).astype(np.float32)
            yield np.clip(frame * 255 + 0.5, 0, 255).astype(np.uint8)
        begin += seconds


def write_truth(path):
    with open(path, "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow("start_s end_s x y w h person".split())
        begin = 0.0
        for seconds, _, _, actors in SHOTS:
            for person in actors:
                out.writerow([f"{begin:.2f}", f"{begin + seconds:.2f}", *rectangle_px(person, seconds), person["name"]])
            begin += seconds


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    options = ["-preset", "veryslow", "-crf", "24", "-g", "100", "-movflags", "+faststart"]
    encoder = demo_scene.Encoder(sys.argv[2], WIDTH_PX, HEIGHT_PX, RATE_HZ, options)
    for frame in frames(demo_scene.premultiplied_busts(sys.argv[1]), grain=0.006):
        encoder.write(frame)
    encoder.close()
    write_truth(sys.argv[3])


if __name__ == "__main__":
    main()
