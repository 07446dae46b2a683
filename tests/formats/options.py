#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: options.py WHOSWHO

What the options of `export --to` change: which faces are chosen, what pictures show and how they are written, how wide boxes are; what becomes
of footage too short to split; the data card; what the working folders give to a trainer. Prints TAP."""

import collections
import contextlib
import csv
import glob
import json
import os
import re
import shutil
import sqlite3
import xml.etree.ElementTree

from library import APART, NAMES, export, library, stored_faces
from scene import check, check_equal, main, query, run, whoswho, DATA

import cv2
import numpy


def rows_of(out):
    with open(os.path.join(out, "faces.csv"), newline="", encoding="utf-8") as f:
        return list(csv.DictReader(f))


def in_set(out):
    """Person -> rows of the faces in the set."""
    people = collections.defaultdict(list)
    for row in rows_of(out):
        if row["split"]:
            people[row["person"]].append(row)
    return people


def the_best_are_chosen_and_differ():
    export("embeddings", "all", *APART)
    export("embeddings", "out", "--best", 4, *APART)
    vectors = numpy.load("all/faces.npy")
    everybody, chosen = in_set("all"), in_set("out")
    check_equal({len(rows) for rows in chosen.values()}, {4}, "faces of each person")
    for person, rows in chosen.items():
        best = max(float(row["quality"]) for row in everybody[person])
        check(best == max(float(row["quality"]) for row in rows), f"person {person}: the best is not among them")
        v = vectors[[int(row["face"]) - 1 for row in rows]]
        u = vectors[[int(row["face"]) - 1 for row in everybody[person]]]
        apart = [numpy.linalg.norm(a[:, None] - a[None], axis=2) for a in (v, u)]
        least, mean = apart[0][numpy.triu_indices(4, 1)].mean(), apart[1][numpy.triu_indices(len(u), 1)].mean()
        check(least > mean, f"person {person}: the chosen are {least} apart, all are {mean}")


def no_two_are_nearer_than_asked():
    done = export("embeddings", "out", "--apart", 0.25, *APART)
    check(0 < done["chosen"] < len(stored_faces()), f"{done}")
    vectors, rows = numpy.load("out/faces.npy"), rows_of("out")
    for mine in in_set("out").values():
        v = vectors[[int(row["face"]) - 1 for row in mine]]
        apart = numpy.linalg.norm(v[:, None] - v[None], axis=2)[numpy.triu_indices(len(v), 1)]
        check(not len(apart) or apart.min() >= 0.25 - 1e-6, f"{apart.min()} apart")
        others = [row for row in rows if row["person"] == mine[0]["person"] and not row["split"]]
        for row in others:
            near = [m for m, x in zip(mine, v) if numpy.linalg.norm(x - vectors[int(row["face"]) - 1]) < 0.25]
            check(any(float(m["quality"]) >= float(row["quality"]) for m in near), f"face {row['face']} was left for nothing")


def each_track_is_thinned():
    export("embeddings", "out", "--per-track", 1, *APART)
    for rows in in_set("out").values():
        tracks = [row["track"] for row in rows if row["track"] != "0"]
        check_equal(len(tracks), len(set(tracks)), "faces of a track")


def in_frames_the_others_are_labelled_all_the_same():
    export("yolo", "out", "--best", 2, *APART)
    faces = collections.Counter(face[2] for face in stored_faces())
    labels = glob.glob("out/labels/*/*.txt")
    check(0 < len(labels) < len(faces), f"{len(labels)} frames")
    for path in labels:
        with open(path, encoding="utf-8") as f:
            count = len(f.readlines())
        check_equal(count, faces[int(re.search(r"_(\d+)\.txt$", path).group(1))], path)


def sizes(out):
    return {os.path.basename(p).split(".")[0]: cv2.imread(p).shape[1::-1] for p in glob.glob(f"{out}/*/*/*.*g")}


def pictures_are_cut_and_written_as_asked():
    boxes = {}
    export("imagefolder", "tight", "--crop", "tight", "--split", 100)
    export("imagefolder", "head", "--split", 100, "--original-size")
    export("imagefolder", "portrait", "--crop", "portrait", "--split", 100)
    export("imagefolder", "wide", "--crop", "tight", "--portrait-width", 300, "--split", 100)
    for face, _, time_us, _, _, _, _, width, height, _ in stored_faces():
        boxes.setdefault(time_us, []).append((width, height))
    tight, head, portrait, wide = map(sizes, ("tight", "head", "portrait", "wide"))
    check_equal(len(tight), len(stored_faces()), "pictures")
    for name, (w, h) in tight.items():
        time_us, place = map(int, re.search(r"_(\d+)_(\d+)$", name).groups())
        width, height = boxes[time_us][place]
        check(abs(w - width) <= 1 and abs(h - height) <= 1, f"{name}: {w} x {h}, filmed as {width} x {height}")
        check(abs(head[name][0] - 1.5 * max(width, height)) <= 1 and head[name][0] == head[name][1], f"{name}: {head[name]}")
        check(portrait[name][0] > head[name][0] and portrait[name][1] > head[name][1], f"{name}: {portrait[name]}")
        check(wide[name][0] == 300 and abs(wide[name][1] - 300 * height / width) <= 2, f"{name}: {wide[name]}")


def files_have_the_format_and_the_quality():
    for kind, begin in (("jpeg", b"\xff\xd8"), ("png", b"\x89PNG"), ("webp", b"RIFF")):
        export("chips", kind, "--format", kind, "--split", 100)
        files = glob.glob(f"{kind}/train/*/*.{'jpg' if kind == 'jpeg' else kind}")
        check_equal(len(files), len(stored_faces()), kind)
        for path in files:
            with open(path, "rb") as f:
                check(f.read(4).startswith(begin), f"{path} is {kind}")
    export("chips", "poor", "--quality", 20, "--split", 100)
    total = {out: sum(map(os.path.getsize, glob.glob(f"{out}/train/*/*.jpg"))) for out in ("jpeg", "poor")}
    check(2 * total["poor"] < total["jpeg"], f"{total}")
    lossless, lossy = (cv2.imread(sorted(glob.glob(f"{out}/train/*/*g"))[0]).astype(int) for out in ("png", "jpeg"))
    check(0 < numpy.abs(lossless - lossy).mean() < 4, "the same picture")


def a_margin_shows_more_of_the_same():
    export("chips", "out", "--format", "png", "--split", 100)
    export("chips", "more", "--format", "png", "--margin", 0.25, "--split", 100)
    for path in sorted(glob.glob("out/train/*/*.png"))[:8]:
        chip, more = cv2.imread(path).astype(int), cv2.imread(path.replace("out", "more", 1)).astype(int)
        check_equal(more.shape[:2], (168, 168), path)
        check(numpy.abs(more[28:140, 28:140] - chip).mean() < 2, f"{path}: the middle is another picture")
    with open("more/train/metadata.jsonl", encoding="utf-8") as f:
        marks = numpy.array([json.loads(line)["landmarks"] for line in f]).reshape(-1, 5, 2)
    with open("out/train/metadata.jsonl", encoding="utf-8") as f:
        before = numpy.array([json.loads(line)["landmarks"] for line in f]).reshape(-1, 5, 2)
    check(numpy.abs(marks - before - 28).max() < 0.02, "landmarks move with the margin")


def chips_that_are_cut_are_told():
    quiet = whoswho("export", library(), "--to", "chips", "-O", "out", "--split", "100").err
    check("stored pictures" not in quiet, quiet)
    said = whoswho("export", library(), "--to", "chips", "-O", "large", "--split", "100", "--chip-size", "224").err
    count = len(stored_faces())
    check(f"{count} of {count} chips are cut from stored pictures, for the library keeps" in said and "cosine" in said, said)
    shutil.copytree(library(), "lib")
    with contextlib.closing(sqlite3.connect("lib/whoswho.db")) as base:
        base.execute("DELETE FROM face_chip WHERE face <= 3")
        base.commit()
    said = whoswho("export", "lib", "--to", "chips", "-O", "older", "--split", "100").err
    check(f"3 of {count} chips are cut from stored pictures" in said and "scan it again" in said, said)
    check_equal(len(glob.glob("older/train/*/*.png")), count, "chips")


def widened_boxes_are_wider_in_all_formats():
    export("yolo,coco", "out", "--split", 100)
    export("yolo,coco", "wide", "--split", 100, "--box", "widened")
    for path in glob.glob("out/yolo/labels/train/*.txt"):
        a, b = numpy.loadtxt(path, ndmin=2), numpy.loadtxt(path.replace("out", "wide", 1), ndmin=2)
        inside = (a[:, 1:3] - 0.63 * a[:, 3:] > 0).all(axis=1) & (a[:, 1:3] + 0.63 * a[:, 3:] < 1).all(axis=1)
        check(numpy.abs(b[inside, 3:] / a[inside, 3:] - 1.25).max() < 1e-4, path)
        check(numpy.abs(b[inside, :3] - a[inside, :3]).max() < 2e-6, f"{path}: the middle stays")
    with open("wide/coco/annotations/instances_train.json", encoding="utf-8") as f:
        wide = [a["bbox"] for a in json.load(f)["annotations"]]
    with open("out/coco/annotations/instances_train.json", encoding="utf-8") as f:
        plain = [a["bbox"] for a in json.load(f)["annotations"]]
    check(all(w[2] > p[2] and w[3] > p[3] for w, p in zip(wide, plain)), "COCO's boxes")
    check_equal(whoswho("check", "wide", "--json").json["findings"], [], "the set is without a fault")


def what_cannot_be_split_still_trains():
    """With all faces near-duplicates there is no val, and data.yaml says so."""
    done = export("yolo,imagefolder", "out", "--near-duplicate", "2")
    check_equal((done["train"], done["val"]), (len(stored_faces()), 0), "faces")
    with open("out/yolo/data.yaml", encoding="utf-8") as f:
        yaml = f.read()
    check("val: images/train\n" in yaml and "# There is no val" in yaml, yaml)
    read = whoswho("check", "out")
    check("note: yolo/data.yaml: val is train" in read.said and ": 0 faults" in read.said, read.said)
    with open("out/README.md", encoding="utf-8") as f:
        check("There is no val" in f.read(), "README.md says so")
    check_equal(sorted(os.listdir("out/imagefolder")), ["train"], "folders")


def no_side_has_far_more_of_a_person_than_train():
    """A photo comes first, and goes to train; a film of one shot behind it must not all go to val."""
    clip = cv2.VideoCapture(os.path.join(DATA, "demo.mp4"))
    frames = [clip.read()[1] for _ in range(50)]
    height, width = frames[0].shape[:2]
    film = cv2.VideoWriter("film.avi", cv2.VideoWriter_fourcc(*"MJPG"), 25, (width, height))
    for frame in frames:
        film.write(frame)
    film.release()
    cv2.imwrite("photo.png", cv2.flip(frames[0], 1))
    run("photo.png", "photo_first", "-q")
    run("film.avi", "photo_first", "--every", "0.1s", "-q")
    whoswho("export", "photo_first", "--to", "embeddings", "-O", "sides", *APART)
    sides = {person: collections.Counter(row["split"] for row in rows) for person, rows in in_set("sides").items()}
    check(max(sum(count.values()) for count in sides.values()) > 15, f"a film too short to tell: {sides}")
    for person, count in sides.items():
        check(max(count["val"], count["test"]) <= 2 * count["train"] + 8, f"person {person}: {dict(count)}")


def the_data_card_shows_what_is_there():
    export("yolo", "out", *APART)
    with open("out/report.html", encoding="utf-8") as f:
        page = f.read()
    check(not re.search(r"https?://|<script", page), "the page asks nothing of the network")
    plots = {m.group(1): m.group(0) for m in re.finditer(r'<svg id="(\w+)".*?</svg>', page, re.S)}
    check_equal(set(plots), {"people", "size", "quality", "yaw", "pitch", "light"}, "plots")
    for name, plot in plots.items():
        tree = xml.etree.ElementTree.fromstring(plot)
        check(len(tree.findall("rect")) >= 2, f"bars of {name}")
        check(name == "people" or any((t.text or "") == f"{len(stored_faces())} faces" for t in tree.findall("text")), f"{name}: faces")
    counts = re.search(r"<tr><td>faces</td>(.*?)</tr>", page).group(1)
    check_equal(sum(map(int, re.findall(r"\d+", counts))), len(stored_faces()), "the table of the split")
    check("Licence" in page and "Consent" in page, "fields to fill in")


def the_working_folders_teach_nothing_wrong():
    """data.yaml there: each face once, one geometry, no empty class, every face that was found labelled."""
    run(os.path.join(DATA, "demo.mp4"), "lib")
    whoswho("merge", 0, 1, "-o", "lib", "-q", "--force")
    whoswho("ignore", 2, "-o", "lib", "-q")
    with open("lib/data.yaml", encoding="utf-8") as f:
        yaml = f.read()
    check_equal(re.findall(r"^(?:train|val): (.*)$", yaml, re.M), ["Frames", "Frames"], "folders of data.yaml")
    names = [json.loads(n) if n[0] == '"' else n for n in re.findall(r"^  \d+: (.*)$", yaml, re.M)]
    check_equal((len(names), names[-1]), (4, "unsorted"), "names")
    check_equal(int(re.search(r"^nc: (\d+)$", yaml, re.M).group(1)), len(names), "nc")
    seen, faces = collections.Counter(), collections.Counter(f for (f,) in query("lib", "SELECT frame FROM face"))
    labels = glob.glob("lib/Frames/*.txt")
    check_equal(len(labels), len(faces), "frames")
    for path in labels:
        seen.update(int(line[0]) for line in numpy.loadtxt(path, ndmin=2))
    check_equal((sum(seen.values()), set(seen)), (len(stored_faces()), set(range(4))), "labels and classes")


def the_table_tells_where_a_face_is_from():
    with open(os.path.join(library(), "faces.csv"), newline="", encoding="utf-8") as f:
        rows = list(csv.DictReader(f))
    for row, face in zip(rows, stored_faces()):
        check_equal((int(row["frame"]), int(row["track"])), (face[1], face[4]), f"face {row['face']}")
        check(os.path.exists(os.path.join(library(), row["frame_file"])), row["frame_file"])
        marks = [float(row[f"{axis}{i}"]) for i in range(5) for axis in "xy"]
        check(numpy.abs(numpy.subtract(marks, numpy.frombuffer(face[9], "<f4"))).max() < 0.06, "landmarks")
        check(int(row["shot"]) >= 1 and re.fullmatch("[0-9a-f]{16}", row["source_hash"]), f"{row}")
    check(len({row["shot"] for row in rows}) > 3, "shots")
    shot = {}
    for row in rows:
        check(row["track"] == "0" or shot.setdefault(row["track"], row["shot"]) == row["shot"], "a track is in one shot")
    check_equal({row["name"] for row in rows} - {""}, set(NAMES), "names")


def formats_for_people_have_no_sides():
    """Nothing is said of train, val and test where nothing is split; beside a format with sides it is."""
    for formats in ("timeline", "cvat,labelstudio,article"):
        done = export(formats, "people_" + formats.replace(",", "_"))
        check_equal([done[side] for side in ("train", "val", "test")], [0, 0, 0], formats)
        check_equal(done["faces"], len(stored_faces()), f"faces of {formats}")
    words = whoswho("export", library(), "--to", "cvat", "-O", "people_words").said
    check("train" not in words and "faces" in words, words)
    words = whoswho("export", library(), "--to", "cvat,embeddings", "-O", "people_both").said
    check(" train, " in words, words)


main(
    formats_for_people_have_no_sides,
    the_best_are_chosen_and_differ,
    no_two_are_nearer_than_asked,
    each_track_is_thinned,
    in_frames_the_others_are_labelled_all_the_same,
    pictures_are_cut_and_written_as_asked,
    files_have_the_format_and_the_quality,
    a_margin_shows_more_of_the_same,
    chips_that_are_cut_are_told,
    widened_boxes_are_wider_in_all_formats,
    what_cannot_be_split_still_trains,
    no_side_has_far_more_of_a_person_than_train,
    the_data_card_shows_what_is_there,
    the_working_folders_teach_nothing_wrong,
    the_table_tells_where_a_face_is_from,
)
