#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: pictures.py WHOSWHO

Each picture that a run writes is decoded and compared with the footage it comes from, and each annotation with the
face it stands for. Prints TAP."""

import collections
import math
import os
import re
import sqlite3

from scene import DATA, check, check_equal, cv2, faces, main, numpy, overlap, query, run, whoswho, write_photo

TILE = (96, 120)  # of a montage: width, height
SIDE = 5  # tiles in a row
FRAME_DIFFERENCE = (
    6.0  # mean difference of a picture from what it shows, in levels of 255: what JPEG at our quality and scaling cost
)
MATCH = 0.95  # correlation of a portrait with its place


def decode(path):
    picture = cv2.imread(path)
    check(os.path.getsize(path) > 0 and picture is not None, f"{path} is no picture")
    check(picture.std() > 10, f"{path} is blank")
    return picture


def yolo(path):
    """The boxes of an annotation: (class, middle x, middle y, width, height), in shares of the picture."""
    with open(path, encoding="utf-8") as f:
        return [tuple(float(word) for word in line.split()) for line in f]


def files(out, folder, end=".jpg"):
    return sorted(
        os.path.join(out, folder, name) for name in os.listdir(os.path.join(out, folder)) if name.endswith(end)
    )


def shown(picture, frame):
    """How far a written frame is from the frame it shows."""
    small = cv2.resize(frame, picture.shape[1::-1], interpolation=cv2.INTER_AREA)
    return numpy.abs(small.astype(float) - picture).mean()


def source_frames(path):
    """Time in seconds -> frame, of a video."""
    reader, frames = cv2.VideoCapture(path), {}
    while True:
        time_s = reader.get(cv2.CAP_PROP_POS_MSEC) / 1000
        good, frame = reader.read()
        if not good:
            return frames
        frames[round(time_s, 3)] = frame


def frame_pictures_match(out, of_time):
    """Every Frames/frame_N.jpg shows its moment, and its annotation holds the boxes of the faces seen then."""
    rows, seen = faces(out), 0
    for number, time_us in query(out, "SELECT id, time_us FROM frame"):
        path = os.path.join(out, "Frames", f"frame_{number}.jpg")
        picture, frame = decode(path), of_time(time_us / 1e6)
        check(shown(picture, frame) < FRAME_DIFFERENCE, f"{path} is {shown(picture, frame):.1f} levels from its moment")
        there = [row for row in rows if abs(row["time_s"] - time_us / 1e6) < 0.002]
        boxes = yolo(path[:-4] + ".txt")
        check_equal(len(boxes), len(there), f"boxes beside {path}")
        height, width = frame.shape[:2]
        for kind, x, y, w, h in boxes:
            box = ((x - w / 2) * width, (y - h / 2) * height, w * width, h * height)
            best = max(there, key=lambda row: overlap(row, *box))
            check(overlap(best, *box) > 0.95, f"{path[:-4]}.txt: {box} is no face of that moment")
            people = 1 + max(row["person"] for row in rows)  # the class of those whom nobody is
            check_equal(kind, best["person"] if best["person"] >= 0 else people, f"{path[:-4]}.txt: class")
        seen += 1
    check_equal(seen, len(files(out, "Frames")), "pictures in Frames")
    return seen


def portrait_matches(out, row, frame):
    """A portrait shows the face with its margins, as far as the frame goes; its annotation has a smaller margin."""
    path = os.path.join(out, row["file"])
    portrait = decode(path)
    frame_height, frame_width = frame.shape[:2]
    margin_x, margin_y, margin_label = (px * frame_width / 700 for px in (100, 150, 20))
    left, top = (max(0, int(row[k] - margin)) & ~1 for k, margin in (("x", margin_x), ("y", margin_y)))
    right = min(frame_width, math.ceil(row["x"] + row["width"] + margin_x))
    bottom = min(frame_height, math.ceil(row["y"] + row["height"] + margin_y))
    view = frame[top:bottom, left:right]
    height, width = portrait.shape[:2]
    check_equal(width, 400, f"the width of {path}")
    check(abs(height / width - view.shape[0] / view.shape[1]) < 0.01, f"{path} is out of shape")
    match = cv2.matchTemplate(
        portrait, cv2.resize(view, (width, height), interpolation=cv2.INTER_AREA), cv2.TM_CCOEFF_NORMED
    )[0, 0]
    check(match > MATCH, f"{path} correlates {match:.3f} with its place")
    ((kind, x, y, w, h),) = yolo(path[:-4] + ".txt")
    check(row["person"] < 0 or kind == row["person"], f"{path[:-4]}.txt is of person {kind}")
    edges = [
        (row["x"] - margin_label - left) / view.shape[1],
        (row["y"] - margin_label - top) / view.shape[0],
        (row["x"] + row["width"] + margin_label - left) / view.shape[1],
        (row["y"] + row["height"] + margin_label - top) / view.shape[0],
    ]
    for said, due in zip((x - w / 2, y - h / 2, x + w / 2, y + h / 2), edges):
        check(abs(said - min(max(due, 0), 1)) < 0.005, f"{path[:-4]}.txt: an edge at {said:.3f}, not {due:.3f}")


def correlation(tile, path):
    """Of a tile with the middle of a portrait."""
    portrait = cv2.imread(path)
    height, width = portrait.shape[:2]
    cut_w, cut_h = min(width, height * TILE[0] // TILE[1]), min(height, width * TILE[1] // TILE[0])
    cut = portrait[(height - cut_h) // 2 : (height + cut_h) // 2, (width - cut_w) // 2 : (width + cut_w) // 2]
    cut = cv2.resize(cut, TILE, interpolation=cv2.INTER_AREA)
    return cv2.matchTemplate(tile, cut, cv2.TM_CCOEFF_NORMED)[0, 0]


def montages_match(out):
    """A person's montage: the portraits as tiles, of more than there is room for those that differ, and nothing behind the last."""
    of_person = collections.defaultdict(list)
    for row in faces(out):
        of_person[os.path.dirname(row["file"])].append(row)
    for folder, rows in of_person.items():
        if folder == "Unsorted":
            continue
        montage = decode(os.path.join(out, "Montage", folder + ".jpg"))
        check_equal(montage.shape[:2], (SIDE * TILE[1], SIDE * TILE[0]), f"the montage of {folder}")
        for place in range(SIDE * SIDE):
            y, x = place // SIDE * TILE[1], place % SIDE * TILE[0]
            tile = montage[y : y + TILE[1], x : x + TILE[0]]
            if place >= len(rows):
                check(tile[8:-8, 8:-8].std() < 3, f"tile {place} of {folder} is not empty")
                continue
            shown = rows if len(rows) > SIDE * SIDE else rows[place : place + 1]
            match = max(correlation(tile, os.path.join(out, row["file"])) for row in shown)
            check(match > MATCH, f"tile {place} of {folder} correlates {match:.3f} with {shown[0]['file']}")


def of_the_demo():
    run(os.path.join(DATA, "demo.mp4"), "out")
    frames = source_frames(os.path.join(DATA, "demo.mp4"))

    def of_time(seconds):
        return frames[min(frames, key=lambda t: abs(t - seconds))]

    check(frame_pictures_match("out", of_time) >= 29, "pictures of frames")
    rows = faces("out")
    check_equal(len({row["file"] for row in rows}), len(rows), "each face has a portrait of its own")
    for row in rows:
        portrait_matches("out", row, of_time(row["time_s"]))
    montages_match("out")
    page = open("out/index.html", encoding="utf-8").read()
    for name in re.findall(r"[A-Z]\w*/[\w.]+\.jpg", page):
        check(os.path.exists(os.path.join("out", name)), f"index.html shows {name}, which is not there")


def of_nobody():
    """The page of a library without a face leads nowhere that is not there, and asks nobody to be named."""
    cv2.imwrite("blank.png", numpy.full((200, 200, 3), 90, numpy.uint8))
    run("blank.png", "out")
    page = open("out/index.html", encoding="utf-8").read()
    places = re.findall(r'<a href="([^"#]+)"', page)
    check(len(places) > 1 and "Nobody yet" in page and "To name" not in page, f"the page: {places}")
    for place in places:
        check(os.path.exists(os.path.join("out", place)), f"index.html leads to {place}, which is not there")


def of_a_large_photo():
    """Shrunk for Frames, cut for the portrait at full size, and a face at the rim."""
    canvas = write_photo("large.png", ("basil", 200, 200, 500), ("sage", 1500, 0, 400), size=(1920, 1080))
    run("large.png", "out", "--frame-max", "640")
    frame_pictures_match("out", lambda _: canvas)
    rows = faces("out")
    check_equal([row["x"] > 1000 for row in rows], [False, True], "two faces, from left to right")
    for row in rows:
        portrait_matches("out", row, canvas)
    check(overlap(rows[0], 311, 265, 300, 383) > 0.7, f"the first face's place: {rows[0]}")


def of_a_group():
    """More faces than a montage has tiles, as copies of one photo with its light changed."""
    os.mkdir("photos")
    for i in range(28):
        canvas = write_photo("one.png", ("basil", 100 + 4 * i, 100, 300), size=(640, 480))
        cv2.imwrite(f"photos/p{i:02}.png", cv2.convertScaleAbs(canvas, alpha=0.8 + 0.01 * i, beta=i))
    summary = run("photos", "out")
    check_equal((summary["faces"], summary["people"]), (28, 1), "faces and people")
    montages_match("out")


def one_that_is_spoilt():
    """A portrait that the library cannot decode leaves its tile empty; the rest is written."""
    run(os.path.join(DATA, "demo.mp4"), "out")
    with sqlite3.connect("out/whoswho.db") as base:
        first = base.execute("SELECT min(id) FROM face WHERE person = 0").fetchone()[0]
        base.execute("UPDATE face_picture SET jpeg = x'FFD8FFD9' WHERE face = ?", (first,))
    os.remove("out/Montage/Face_0.jpg")
    done = whoswho("export", "out", "--restore", code=None)
    check(done.code == 0, f"exit code {done.code}: {done.err}")
    montage = decode("out/Montage/Face_0.jpg")
    check(montage[8 : TILE[1] - 8, 8 : TILE[0] - 8].std() < 3, "the first tile is empty")
    check(montage[8 : TILE[1] - 8, TILE[0] + 8 : 2 * TILE[0] - 8].std() > 10, "the second is not")


main(of_the_demo, of_nobody, of_a_large_photo, of_a_group, one_that_is_spoilt)
