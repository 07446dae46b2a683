#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The article's chain in Python, with the packages a reader of it installs: OpenCV, face_recognition (dlib), scikit-learn. The peer
of run_python.py; the C++ peer without an interpreter is article_chain.cpp.

usage: article_python.py CLIP OUT [--detector hog|cnn] [--workers N] [--kind threads|processes]

Every frame is read, one a second kept, shrunk to at most 700 x 500 and written as a JPEG; each is read again, faces are found on the
doubled picture and encoded (a pickle for each frame); the pickles are merged and clustered with DBSCAN (eps 0.5); portraits with their
annotations and montages of 5 x 5 are written for each person. Detection and encoding run over N workers: threads as in the article,
or processes, which the interpreter's lock does not hold up. Prints one line of JSON: seconds of each stage, faces, people."""
import argparse
import json
import os
import pickle
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import cv2
import face_recognition
import numpy
from sklearn.cluster import DBSCAN

WIDTH, HEIGHT = 700, 500
WIDEN_X, WIDEN_Y = 100, 150  # around a face in its portrait
TILE, SIDE = (96, 120), 5


def within(frame):
    """At most WIDTH x HEIGHT, as large as that allows; nothing is enlarged."""
    scale = min(1.0, WIDTH / frame.shape[1], HEIGHT / frame.shape[0])
    size = int(frame.shape[1] * scale), int(frame.shape[0] * scale)
    return frame if scale == 1.0 else cv2.resize(frame, size, interpolation=cv2.INTER_LANCZOS4)


def keep_frames(clip, folder):
    """Paths of the frames kept, one a second."""
    video = cv2.VideoCapture(clip)
    if not video.isOpened():
        sys.exit(f"{clip}: OpenCV cannot open it")
    step = max(1, round(video.get(cv2.CAP_PROP_FPS)))
    paths, number = [], 0
    while True:
        good, frame = video.read()
        if not good:
            return paths
        if number % step == 0:
            paths.append(os.path.join(folder, f"frame_{number}.jpg"))
            cv2.imwrite(paths[-1], within(frame))
        number += 1


def encode(path, detector):
    """Boxes and encodings of one frame, left in a pickle beside it."""
    picture = cv2.cvtColor(cv2.imread(path), cv2.COLOR_BGR2RGB)
    boxes = face_recognition.face_locations(picture, model=detector)
    encodings = face_recognition.face_encodings(picture, boxes)
    with open(path + ".pickle", "wb") as f:
        pickle.dump([{"path": path, "box": box, "encoding": encoding} for box, encoding in zip(boxes, encodings)], f)


def collate(paths):
    faces = []
    for path in paths:
        with open(path + ".pickle", "rb") as f:
            faces += pickle.load(f)
    return faces


def write_people(faces, labels, out):
    """Portrait and annotation of each face, a montage for each 25 of a person."""
    for label in sorted(set(labels)):
        folder = os.path.join(out, f"Face_{label}")
        os.makedirs(folder)
        tiles = []
        for number, face in enumerate(f for f, own in zip(faces, labels) if own == label):
            picture = cv2.imread(face["path"])
            top, right, bottom, left = face["box"]
            portrait = picture[max(0, top - WIDEN_Y):bottom + WIDEN_Y, max(0, left - WIDEN_X):right + WIDEN_X]
            cv2.imwrite(os.path.join(folder, f"face_{number}.jpg"), portrait)
            with open(os.path.join(folder, f"face_{number}.txt"), "w", encoding="utf-8") as f:
                f.write(f"{label} {left} {top} {right} {bottom}\n")
            tiles.append(cv2.resize(picture[max(0, top):bottom, max(0, left):right], TILE))
        for first in range(0, len(tiles), SIDE * SIDE):
            page = tiles[first:first + SIDE * SIDE]
            page += [numpy.zeros_like(page[0])] * (SIDE * SIDE - len(page))
            rows = [numpy.hstack(page[row:row + SIDE]) for row in range(0, SIDE * SIDE, SIDE)]
            cv2.imwrite(os.path.join(out, "Montage", f"Face_{label}-{first}.jpg"), numpy.vstack(rows))


def main():
    parser = argparse.ArgumentParser(description="The article's chain in Python.")
    parser.add_argument("clip")
    parser.add_argument("out", help="a folder that is not there yet")
    parser.add_argument("--detector", choices=("hog", "cnn"), default="hog")
    parser.add_argument("--workers", type=int, default=3, help="as many as the article has threads, unless given")
    parser.add_argument("--kind", choices=("threads", "processes"), default="threads")
    arguments = parser.parse_args()
    for name in ("Frames", "Montage"):
        os.makedirs(os.path.join(arguments.out, name))
    seconds, begun = {}, time.monotonic()

    def ended(stage):
        seconds[stage] = round(time.monotonic() - begun - sum(seconds.values()), 2)

    paths = keep_frames(arguments.clip, os.path.join(arguments.out, "Frames"))
    ended("frames")
    pool = ThreadPoolExecutor if arguments.kind == "threads" else ProcessPoolExecutor
    with pool(arguments.workers) as workers:
        list(workers.map(encode, paths, [arguments.detector] * len(paths)))
    ended("encode")
    faces = collate(paths)
    labels = DBSCAN(eps=0.5).fit([face["encoding"] for face in faces]).labels_.tolist() if faces else []
    ended("cluster")
    write_people(faces, labels, arguments.out)
    ended("write")
    print(json.dumps({"seconds": seconds, "frames": len(paths), "faces": len(faces), "people": len(set(labels) - {-1})}))


if __name__ == "__main__":
    main()
