#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: article.py WHOSWHO

--preset article does what the article's script does, which is acted out here: plain DBSCAN over all encodings (scikit-learn's), margins in
pixels of its frames, frames that are counted. Prints TAP."""

import os
import subprocess

from scene import (
    DATA,
    RATE_HZ,
    SECONDS,
    background,
    check,
    check_equal,
    cv2,
    draw,
    faces,
    main,
    numpy,
    query,
    run,
    standing_clip,
    whoswho,
    write_clip,
    write_photo,
)

EMBEDDER = os.path.join(DATA, "..", "..", "models", "embedder.onnx")
PRESET = ("--preset", "article", "--embedder", EMBEDDER)
WITHOUT_DLIB = "built without dlib's detector"


def has_dlib():
    """Whether the gradient detector was built in."""
    write_photo("probe.png", ("basil", 200, 200, 300))
    return whoswho("run", "probe.png", "-o", "probe", "-q", "--detector", "hog", code=None).code == 0


def the_preset():
    """HOG on frames of at most 700 x 500, doubled, no tracks, DBSCAN; here with our embedder."""
    clip = standing_clip()
    done = whoswho("run", clip, "-o", "out", "--json", *PRESET, code=None)
    if done.code and "dlib" in done.err:
        return WITHOUT_DLIB
    check_equal(done.code, 0, done.err)
    summary = done.json
    check_equal(
        (summary["method"], summary["intermediate_frames"], round(summary["threshold"], 3)),
        ("plain-dbscan", 0, 0.5),
        "method, looks and eps",
    )
    check(
        "gradient" in summary["detector"].lower() or "hog" in summary["detector"].lower(),
        f"the detector is {summary['detector']}",
    )
    wide = "wide.png"
    write_photo(wide, ("basil", 200, 150, 400), size=(1400, 800))
    whoswho("run", wide, "-o", "wide", "-q", *PRESET)
    check_equal(cv2.imread("wide/Frames/frame_1.jpg").shape[:2], (400, 700), "the frame is shrunk")
    own = whoswho("run", wide, "-o", "own", "--json", *PRESET, "--method", "hac", "--min-samples", "1").json
    check_equal(own["method"], "hac", "what is said beside a preset stands")
    typed = whoswho("run", wide, "-o", "typed", "-v", "--preset", "article")  # without a word on embedders
    check("stands in" in typed.err and "plain-dbscan" in typed.said, f"the preset as typed: {typed.err}{typed.said}")
    whoswho("run", wide, "-o", "no", "--preset", "nonsense", code=2)
    check(not os.path.exists("no"), "nothing is made when the options are wrong")


def partition(labels):
    """Who is with whom, whatever the numbers; those without a person are alone with -1."""
    first = {}
    return [-1 if label is None or label < 0 else first.setdefault(label, i) for i, label in enumerate(labels)]


def stored(out):
    rows = query(out, "SELECT embedding, person FROM face JOIN face_embedding ON face = face.id JOIN frame ON frame.id = frame ORDER BY source, sample, place")
    return numpy.array([numpy.frombuffer(blob, "<f4") for blob, _ in rows]), [person for _, person in rows]


def plain_dbscan_is_scikit_learns():
    """Label for label, also where two faces of one frame are within reach of one another, and where a face is noise."""
    try:
        from sklearn.cluster import DBSCAN
    except ImportError:
        return "scikit-learn is not installed"
    if not has_dlib():
        return WITHOUT_DLIB
    tilted = background(640, 360, seed=2)
    for place, (name, strength) in enumerate((("basil", 1.0), ("basil", 0.6), ("sage", 0.8))):
        draw(tilted, name, 10 + 205 * place, 80, 200, strength)
    write_clip("at_once.mp4", [tilted] * (RATE_HZ * SECONDS))
    run("at_once.mp4", "out", *PRESET)
    run(os.path.join(DATA, "demo.mp4"), "out", *PRESET)
    run("probe.png", "out", *PRESET)
    apart = 0
    for eps in (0.05, 0.3, 0.5, 0.8, 1.0, 1.1, 1.2, 1.3, 1.5):
        for least in (1, 5, 8):
            whoswho("cluster", "out", "-q", "--method", "plain-dbscan", "--eps", eps, "--min-samples", least)
            vectors, people = stored("out")
            labels = DBSCAN(eps=eps, min_samples=least).fit(vectors).labels_
            check_equal(partition(people), partition(labels), f"people at eps {eps} of {least} faces")
            whoswho("cluster", "out", "-q", "--method", "dbscan", "--eps", eps, "--min-samples", least)
            apart += partition(stored("out")[1]) != partition(labels)
    check(apart > 0, "in no case would two faces of one frame have made a difference: the clip shows nothing")
    whoswho("cluster", "out", "-q", "--method", "plain-dbscan", "--eps", 1.5, "--min-samples", 5)
    check_equal(len({p for p in stored("out")[1] if p is not None}), 1, "people at eps 1.5")


def decisions_hold_in_plain_dbscan():
    if not has_dlib():
        return WITHOUT_DLIB
    run(os.path.join(DATA, "demo.mp4"), "out", *PRESET, "--eps", "0.9")
    before = len({p for p in stored("out")[1] if p is not None})
    of_one = [row for row in faces("out") if row["person"] == 0][:2]
    whoswho("different", *[row["file"] for row in of_one], "-o", "out", "-q")
    rows = [row for row in faces("out") if row["face"] in [one["face"] for one in of_one]]
    check_equal(len({p for p in stored("out")[1] if p is not None}) >= before, True, "people after a decision")
    check(rows[0]["person"] != rows[1]["person"], f"two faces that are different people: {rows[:2]}")


def margins_in_the_articles_pixels():
    """100 and 150 px of the frame within 700 x 500, 20 px in the annotation, however large the source is."""
    if not has_dlib():
        return WITHOUT_DLIB
    for name, size, scale in (("small", (640, 480), 1), ("large", (1400, 1000), 2), ("tall", (720, 1500), 3)):
        write_photo(name + ".png", ("basil", 200 * scale // 2, 150 * scale, 110 * scale), size=size)
        run(name + ".png", name, *PRESET, "--min-samples", "1", "--original-size")
        (row,) = faces(name)
        left, top, right, bottom = (row["x"] / scale, row["y"] / scale, (row["x"] + row["width"]) / scale, (row["y"] + row["height"]) / scale)
        width, height = size[0] / scale, size[1] / scale
        expected = (min(width, right + 100) - max(0, left - 100), min(height, bottom + 150) - max(0, top - 150))
        portrait = cv2.imread(f"{name}/Face_0/face_1.jpg")
        got = portrait.shape[1::-1]
        check(max(abs(g - e) for g, e in zip(got, expected)) <= 3, f"{name}: the portrait has {got}, not {expected}")
        with open(f"{name}/Face_0/face_1.txt", encoding="utf-8") as f:
            _, _, _, w, h = map(float, f.read().split())
        check(abs(w * got[0] - (right - left + 40)) < 2 and abs(h * got[1] - (bottom - top + 40)) < 2, f"{name}: an annotation of {w * got[0]} x {h * got[1]}")


def counted(rate, frames):
    """Numbers of the frames that the article's loop keeps: one is read first, and of those behind it each that comes more than `rate` after the last."""
    kept, behind = [], 0
    for number in range(1, frames):
        if behind > rate:
            behind = 0
            kept.append(number)
        behind += 1
    return kept


def frames_are_counted():
    clip = standing_clip()
    run(clip, "out", "--count-frames")
    times = sorted({row["time_s"] for row in faces("out")})
    check_equal([round(t * RATE_HZ) for t in times], counted(RATE_HZ, RATE_HZ * SECONDS), "frames at 25 a second")
    again = ["ffmpeg", "-v", "error", "-y", "-i", clip, "-c:v", "libx264", "-g", "7"]
    subprocess.run([*again, "-r", "30000/1001", "ntsc.mp4"], check=True)
    summary = run("ntsc.mp4", "ntsc", "--count-frames")
    total = cv2.VideoCapture("ntsc.mp4").get(cv2.CAP_PROP_FRAME_COUNT)
    kept = counted(30000 / 1001, int(total))
    check_equal((summary["frames"], sorted({round(row["time_s"] * 30000 / 1001) for row in faces("ntsc")})), (len(kept), kept), "frames at 29.97")
    subprocess.run([*again, "-vf", "select=lt(n\\,40)+not(mod(n\\,3))", "-vsync", "vfr", "vfr.mp4"], check=True)
    shown = [n for n in range(RATE_HZ * SECONDS) if n < 40 or n % 3 == 0]
    rate = cv2.VideoCapture("vfr.mp4").get(cv2.CAP_PROP_FPS)
    run("vfr.mp4", "vfr", "--count-frames")
    check_equal(
        sorted({round(row["time_s"] * RATE_HZ) for row in faces("vfr")}), [shown[n] for n in counted(rate, len(shown))], f"of a variable rate ({rate})"
    )
    subprocess.run([*again, "-t", "0.4", "short.mp4"], check=True)
    check_equal(run("short.mp4", "short", "--count-frames")["frames"], 1, "frames of a clip too short to count")
    check_equal(run(clip, "out", "--count-frames")["already"], 1, "the same again")
    check_equal(run(clip, "out", "--no-track")["already"], 0, "by time, after counting")
    for other in (("--every", "2s"), ("--fps", "3"), ("--near-times",), ("--fast",)):
        whoswho("run", clip, "-o", "no", "--count-frames", *other, code=2)
    check(not os.path.exists("no"), "nothing is made when the options are wrong")


main(the_preset, plain_dbscan_is_scikit_learns, decisions_hold_in_plain_dbscan, margins_in_the_articles_pixels, frames_are_counted)
