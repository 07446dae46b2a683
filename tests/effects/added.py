#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: added.py WHOSWHO

Faces that are added by hand, and covers: what is written of them, how they are taken back, and that they last. Prints TAP."""

import glob
import os
import shutil
import tempfile

from scene import DATA, check, check_equal, cv2, faces, main, numpy, overlap, query, run, whoswho, write_photo

DEMO = os.path.join(DATA, "demo.mp4")
SIZE = (4000, 3000)
LARGE, SMALL = ("sage", 400, 700, 900), ("clove", 2600, 900, 150)  # who, x, y, height


MADE = tempfile.TemporaryDirectory(prefix="whoswho-added-")


def made_once(out, source, *options):
    """A run into the folder `out`, or a copy of what the first such run made."""
    kept = os.path.join(MADE.name, out)
    if not os.path.exists(kept):
        run(source, out, *options)
        shutil.copytree(out, kept)
    else:
        shutil.copytree(kept, out)


def photo():
    """A photo with a large face, and a small one that only a scan at its full size finds; the latter's row of that scan."""
    write_photo("photo.png", LARGE, SMALL, size=SIZE)
    made_once("whole", "photo.png", "--detect-size", "4000")
    return next(row for row in faces("whole") if overlap(row, *SMALL[1:3], SMALL[3], SMALL[3]) > 0.1)


def box_of(row):
    return f"{row['x']},{row['y']},{row['width']},{row['height']}"


def add(out, frame, row, *more, code=0):
    return whoswho("add-face", frame, box_of(row), "-o", out, *more, code=code)


def vector(out, face):
    """The embedding of a face of faces.csv."""
    rows = query(out, "SELECT e.embedding FROM face f JOIN face_embedding e ON e.face = f.id JOIN frame r ON r.id = f.frame "
                      "ORDER BY r.source, r.sample, f.place")
    return numpy.frombuffer(rows[int(face) - 1][0], "<f4")


def landmarks(row):
    return numpy.array([float(row[f"{axis}{i}"]) for i in range(5) for axis in "xy"])


def where(out, row):
    return next((r for r in faces(out) if overlap(r, row["x"], row["y"], row["width"], row["height"]) > 0.9), None)


def written(folder):
    return sorted(os.path.relpath(p, folder) for p in glob.glob(os.path.join(folder, "**", "*.*"), recursive=True) if ".db" not in p)


def content(path):
    with open(path, "rb") as f:
        return f.read()


def looked_at_in_the_footage_as_a_scan_would():
    wanted = photo()
    run("photo.png", "out", "--min-face", "300")
    check_equal(len(faces("out")), 1, "faces found")
    said = add("out", "Frames/frame_1.jpg", wanted, "--name", "Zoë").said
    check("a face in 'photo.png' was added" in said and "Zoë" in said, said)
    row = where("out", wanted)
    check(row is not None and row["name"] == "Zoë", f"{faces('out')}")
    check(abs(row["quality"] - wanted["quality"]) < 0.05, f"quality {row['quality']}, by a scan {wanted['quality']}")
    away = numpy.abs(landmarks(row) - landmarks(wanted)).max() / wanted["width"]
    check(away < 0.05, f"landmarks {away:.3f} of the box away from those of a scan")
    likeness = float(vector("out", row["face"]) @ vector("whole", wanted["face"]))
    check(likeness > 0.95, f"an embedding as a scan makes it: {likeness:.3f}")
    check_equal(query("out", "SELECT count(*) FROM face")[0][0], query("out", "SELECT count(*) FROM face_chip")[0][0], "faces with a chip")


def written_like_any_face_and_taken_back():
    wanted = photo()
    run("photo.png", "out", "--min-face", "300")
    before, table = written("out"), content("out/faces.csv")
    add("out", 1, wanted, "--name", "Zoë")
    row = where("out", wanted)
    check(os.path.isfile(os.path.join("out", row["file"])) and row["file"].startswith("Zoë/"), f"a portrait: {row['file']}")
    check_equal(len(content("out/Frames/frame_1.txt").splitlines()), 2, "labels of the frame")
    check_equal(cv2.imread(os.path.join("out", row["file"])).shape[1], 400, "width of the portrait")
    whoswho("export", "out", "--to", "yolo", "-O", "set", "-q")
    check_equal(sum(len(content(p).splitlines()) for p in glob.glob("set/labels/*/*.txt")), 1, "labels of the data set: of her who is a person")
    log = whoswho("log", "-o", "out", "--json").json["log"]
    check_equal([e["kind"] for e in log], ["add", "name"], "the journal")
    whoswho("undo", "-o", "out", "-q")
    check_equal((written("out"), content("out/faces.csv")), (before, table), "what is written after undo")
    check_equal(len(content("out/Frames/frame_1.txt").splitlines()), 1, "labels of the frame after undo")
    whoswho("redo", "-o", "out", "-q")
    check_equal(where("out", wanted)["name"], "Zoë", "after redo")


def leaves_data_sets_when_taken_back():
    made_once("out", DEMO)
    whoswho("export", "out", "--to", "cvat,yolo", "-O", "before", "-q")
    whoswho("add-face", 5, "10,10,60,70", "-o", "out", "-q")
    whoswho("export", "out", "--to", "cvat,yolo", "-O", "with", "--unlabelled", "unknown", "-q")
    boxes = content(glob.glob("with/**/annotations.xml", recursive=True)[0]).count(b"<box")
    check_equal(boxes, 58, "boxes for CVAT")
    whoswho("undo", "-o", "out", "-q")
    whoswho("export", "out", "--to", "cvat,yolo", "-O", "after", "-q")
    differ = [p for p in written("before") if content(os.path.join("before", p)) != content(os.path.join("after", p))]
    check(written("before") == written("after") and not [p for p in differ if p.endswith((".txt", ".xml", ".jpg", ".json")) and "whoswho" not in p], f"{differ}")


def lasts_when_the_footage_is_scanned_anew():
    wanted = photo()
    run("photo.png", "out", "--min-face", "300")
    add("out", 1, wanted, "--name", "Zoë")
    run("photo.png", "out", "--min-face", "300", "--frame-max", "640")
    row = where("out", wanted)
    check(row is not None and row["name"] == "Zoë", "with other options")
    whoswho("undo", "-o", "out", "-q")
    run("photo.png", "out", "--min-face", "300", "--frame-max", "700")
    check(where("out", wanted) is None, "what was taken back does not come again")
    whoswho("redo", "-o", "out", "-q")
    run("photo.png", "out", "--detect-size", "4000", "--min-face", "0")
    rows = [r for r in faces("out") if overlap(r, wanted["x"], wanted["y"], wanted["width"], wanted["height"]) > 0.3]
    check_equal([r["name"] for r in rows], ["Zoë"], "a scan that finds the face itself: it is there once, with its name")


def refused_over_another_and_outside():
    made_once("out", DEMO)
    there = faces("out")[20]
    frame = int(there["frame"])
    for dx, dy, scale in ((0, 0, 1), (0.2, 0, 1), (-0.1, 0.15, 1.1), (0, 0, 0.6), (-0.4, -0.4, 1.8)):
        box = {"x": there["x"] + dx * there["width"], "y": there["y"] + dy * there["height"], "width": there["width"] * scale, "height": there["height"] * scale}
        said = add("out", frame, {k: round(max(v, 0), 1) for k, v in box.items()}, code=2).err
        check("there is a face already" in said and f"face_{there['face']}.jpg" in said, f"{box}: {said}")
    for box in ("2000,10,50,50", "10,10,2,50", "10,10,50,0", "0,0,nan,4", "1e9,0,50,50", "0x9,0,50,50", " 0,0,50,50", "-60,0,50,50"):
        check(whoswho("add-face", frame, box, "-o", "out", code=2).err, box)
    check("there is no frame 999" in whoswho("add-face", "999", "0,0,50,50", "-o", "out", code=None).err, "no such frame")
    check(whoswho("add-face", frame, "400,10,60,60", "-o", "out", "--name", "Face_3", code=2).err, "no such name")
    check_equal(whoswho("log", "-o", "out", "--json").json["log"], [], "what was refused is not in the journal")


def found_in_a_video_and_without_it():
    shutil.copy(DEMO, "film.mp4")
    run("film.mp4", "whole")
    rows = faces("whole")
    widths = sorted(r["width"] for r in rows)
    least = widths[len(widths) // 2]
    run("film.mp4", "out", "--min-face", f"{least:.0f}")
    kept = {(r["time_s"], r["frame_file"]) for r in faces("out")}
    times = {t: f for t, f in kept}
    missed = [r for r in rows if r["time_s"] in times and where("out", r) is None and r["height"] < least * 1.5][:2]
    check(len(missed) == 2, "the clip has faces that were missed")
    add("out", times[missed[0]["time_s"]], missed[0])
    first = where("out", missed[0])
    likeness = float(vector("out", first["face"]) @ vector("whole", missed[0]["face"]))
    check(likeness > 0.95, f"as a scan makes it: {likeness:.3f}")
    os.remove("film.mp4")
    times = {r["time_s"]: r["frame_file"] for r in faces("out")}
    add("out", times[missed[1]["time_s"]], missed[1])
    second = where("out", missed[1])
    likeness = float(vector("out", second["face"]) @ vector("whole", missed[1]["face"]))
    check(likeness > 0.8, f"from the frame that is kept, where the film is gone: {likeness:.3f}")


def added_where_the_detector_sees_nothing():
    made_once("out", DEMO)
    said = whoswho("add-face", 5, "10,10,60,70", "-o", "out", "--json").json
    check(said["quality"] < 0.3, f"on the bare ground: {said}")
    check_equal(len(faces("out")), 58, "rows")


def given_again_when_it_was_cut_short():
    """What was decided is kept where the folders could not be written; the same command then says what is left to do."""
    made_once("out", DEMO)
    os.rename("out/Face_1", "out/Ada")
    add = ("add-face", 5, "10,10,60,70", "-o", "out", "-q")
    whoswho(*add, code=4)
    said = whoswho(*add, code=2).err
    check("there is a face already" in said and "whoswho sync" in said, said)
    check("whoswho sync" not in whoswho("add-face", 5, "12,10,60,70", "-o", "out", code=2).err, "another box")
    whoswho("sync", "-o", "out", "-q")
    check_equal(len(faces("out")), 58, "rows")


def cut_where_it_leaves_the_frame():
    made_once("out", DEMO)
    whoswho("add-face", 5, "-20,-10.5,60,70.5", "-o", "out", "-q")
    there = [r for r in faces("out") if (r["x"], r["y"], r["width"], r["height"]) == (0, 0, 40, 60)]
    check_equal([int(r["frame"]) for r in there], [5], "the face that was added")


def the_cover_comes_first():
    made_once("out", DEMO)
    last = [r for r in faces("out") if r["person"] == 0][-1]["file"]
    tile = cv2.imread("out/Montage/Face_0.jpg")[:120, :96]
    whoswho("cover", os.path.join("out", last), "-o", "out", "-q")

    def likeness(path):
        shown = cv2.imread(path)
        h = min(shown.shape[0], round(shown.shape[1] * 1.25))
        top = (shown.shape[0] - h) // 2
        w = min(shown.shape[1], round(h * 0.8))
        left = (shown.shape[1] - w) // 2
        small = cv2.resize(shown[top : top + h, left : left + w], (96, 120), interpolation=cv2.INTER_AREA)
        now = cv2.imread("out/Montage/Face_0.jpg")[:120, :96]
        return float(numpy.abs(small.astype(int) - now).mean()), float(numpy.abs(small.astype(int) - tile).mean())

    now, before = likeness(os.path.join("out", last))
    check(now < 6 < before, f"the first tile of the montage is the cover: {now:.1f} grey levels away, before {before:.1f}")
    check("cover of Face_0" in whoswho("log", "-o", "out").said, "the log tells of it")
    whoswho("undo", "-o", "out", "-q")
    check(numpy.array_equal(cv2.imread("out/Montage/Face_0.jpg")[:120, :96], tile), "undo takes it back")
    whoswho("cover", "out/Face_0/face_1.jpg", "out/Face_0/face_2.jpg", "-o", "out", code=2)


main(
    looked_at_in_the_footage_as_a_scan_would,
    written_like_any_face_and_taken_back,
    leaves_data_sets_when_taken_back,
    lasts_when_the_footage_is_scanned_anew,
    refused_over_another_and_outside,
    found_in_a_video_and_without_it,
    added_where_the_detector_sees_nothing,
    given_again_when_it_was_cut_short,
    cut_where_it_leaves_the_frame,
    the_cover_comes_first,
)
