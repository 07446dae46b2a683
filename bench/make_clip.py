#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Make the benchmark's footage: two minutes of 1080p H.264, one to three people on each frame, cuts every few seconds.

usage: make_clip.py PEOPLE_FOLDER CLIP.mp4 [SECONDS]     (needs ffmpeg and Debian's python3-opencv, python3-numpy)

The actors are those of the demo clip (tests/data/people). It is drawn at half size, enlarged, and only then given its camera
grain, at full size; the camera never stands still. Drawn pictures are so smooth that x264, left to choose, takes grain for scene cuts and
writes 39% B-frames, where films, broadcasts and the web have 60 to 75%; so it is told to write the pattern IBBBP with the middle B a reference:
half of the frames are referred to by no other. A key frame every 250 frames. The same film every time.
"""
import multiprocessing
import pathlib
import sys
import threading

import cv2
import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tools"))
import demo_scene  # noqa: E402

WIDTH_PX, HEIGHT_PX, RATE_HZ = 960, 540, 25  # as drawn
FULL_SIZE = "scale=1920:1080:flags=bicubic,noise=c0s=3:c0f=t:c0_seed=1"  # luma grain, new on every frame
SHOT_S = (3.0, 8.0)
AHEAD_FRAMES = 32  # drawn before the encoder has taken them


def plan(people, seconds):
    """[(first frame, frames, background, actors)]: like talk shows and home films, mostly one or two people, sometimes three."""
    rng = np.random.default_rng(20)
    shots, first = [], 0
    while first < seconds * RATE_HZ:
        count = min(round(rng.uniform(*SHOT_S) * RATE_HZ), seconds * RATE_HZ - first)
        cast = rng.permutation(people)[: rng.choice([1, 2, 3], p=[0.4, 0.35, 0.25])]
        actors = []
        for place, name in enumerate(cast):
            middle = 1.78 * (place + 0.5) / len(cast)
            actors.append({"name": name, "x": middle + rng.uniform(-0.06, 0.06), "y": rng.uniform(0.38, 0.46), "size": rng.uniform(0.20, 0.36),
                           "mirror": rng.random() < 0.5, "tilt": rng.uniform(-0.1, 0.1), "side_light": rng.uniform(-0.25, 0.25),
                           "light": rng.uniform(0.6, 1.1) * rng.uniform(0.9, 1.1, 3), "walk": rng.uniform(-0.02, 0.02)})
        shots.append((first, count, list(demo_scene.BACKGROUNDS)[len(shots) % len(demo_scene.BACKGROUNDS)], actors))
        first += count
    return shots


class Painter:
    """Renders frames; one in each process."""

    def __init__(self, people_folder, seconds):
        self.busts = demo_scene.premultiplied_busts(people_folder)
        self.shots = plan(list(self.busts), seconds)
        self.backgrounds = {name: demo_scene.draw_background(name, HEIGHT_PX, WIDTH_PX) for name in demo_scene.BACKGROUNDS}

    def frame(self, number):
        first, _, background, actors = next(s for s in self.shots if number < s[0] + s[1])
        frame = demo_scene.window_on(self.backgrounds[background], HEIGHT_PX, WIDTH_PX, number / RATE_HZ)
        for actor in actors:
            demo_scene.draw_actor(frame, self.busts[actor["name"]], actor, (number - first) / RATE_HZ)
        return np.clip(frame * 255 + 0.5, 0, 255).astype(np.uint8)


def start_painter(people_folder, seconds):
    global painter
    cv2.setNumThreads(1)
    painter = Painter(people_folder, seconds)


def paint(number):
    return painter.frame(number)


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    seconds = int(sys.argv[3]) if len(sys.argv) == 4 else 120
    options = ["-vf", FULL_SIZE, "-preset", "veryfast", "-crf", "20", "-g", "250", "-x264-params", "scenecut=0:b-adapt=0:bframes=3", "-movflags", "+faststart"]
    encoder = demo_scene.Encoder(sys.argv[2], WIDTH_PX, HEIGHT_PX, RATE_HZ, options)
    ahead = threading.Semaphore(AHEAD_FRAMES)

    def numbers():
        for number in range(seconds * RATE_HZ):
            ahead.acquire()
            yield number

    with multiprocessing.Pool(initializer=start_painter, initargs=(sys.argv[1], seconds)) as pool:
        for number, frame in enumerate(pool.imap(paint, numbers())):
            encoder.write(frame)
            ahead.release()
            if number % (10 * RATE_HZ) == 0:
                print(f"drawing the clip: {number // RATE_HZ} s of {seconds}", flush=True)
    encoder.close()


if __name__ == "__main__":
    main()
