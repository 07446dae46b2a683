# SPDX-License-Identifier: MIT
"""The article's steps by the packages it used (OpenCV, face_recognition on dlib, scikit-learn), from docs/from-the-article.md's description."""
import os

import cv2
import face_recognition
import numpy
from sklearn.cluster import DBSCAN

WIDTH, HEIGHT = 700, 500
EPS = 0.5  # scikit-learn's min_samples, 5, is left as it is


def counted_frames(path):
    """(number from 0, frame): one is read first; of those behind it each one that comes more than a frame rate after the last."""
    video = cv2.VideoCapture(path)
    rate, total = video.get(cv2.CAP_PROP_FPS), int(video.get(cv2.CAP_PROP_FRAME_COUNT))
    video.read()
    behind = 0
    for number in range(1, total):
        good, frame = video.read()
        if not good:
            return
        if behind > rate:
            behind = 0
            yield number, frame
        behind += 1


def within(frame):
    """At most WIDTH x HEIGHT, the height first."""
    for axis, most in ((0, HEIGHT), (1, WIDTH)):
        if frame.shape[axis] > most:
            scale = most / frame.shape[axis]
            size = (int(frame.shape[1] * scale), most) if axis == 0 else (most, int(frame.shape[0] * scale))
            frame = cv2.resize(frame, size, interpolation=cv2.INTER_LANCZOS4)
    return frame


def run(path, folder, detector="hog"):
    """Frames to files and back, boxes, encodings, DBSCAN. Returns rows (frame's number, (left, top, right, bottom) in pixels of the
    frame within the bounds, that frame's width, encoding, label)."""
    rows = []
    for number, frame in counted_frames(path):
        name = os.path.join(folder, f"frame_{number}.jpg")
        cv2.imwrite(name, within(frame))
        picture = cv2.cvtColor(cv2.imread(name), cv2.COLOR_BGR2RGB)
        places = face_recognition.face_locations(picture, model=detector)
        for place, encoding in zip(places, face_recognition.face_encodings(picture, places)):
            top, right, bottom, left = place
            rows.append([number, (left, top, right, bottom), picture.shape[1], encoding])
    labels = DBSCAN(eps=EPS).fit(numpy.array([row[3] for row in rows])).labels_ if rows else []
    return [(*row, int(label)) for row, label in zip(rows, labels)]
