#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: options.py WHOSWHO

Each option of scanning and sorting changes what it says it changes. Prints TAP."""

import os
import shutil
import subprocess
import time

from scene import (
    DATA,
    PROGRAM,
    SECONDS,
    check,
    check_equal,
    cv2,
    faces,
    main,
    numpy,
    overlap,
    query,
    run,
    standing_clip,
    whoswho,
    write_photo,
)


def photo(name, *drawn, **size):
    write_photo(name, *drawn, **size)
    return name


def two_sizes():
    return photo("two.png", ("basil", 200, 200, 300), ("sage", 800, 300, 120))


def every_and_fps():
    clip = standing_clip()
    for options, samples in (
        ((), 4),
        (("--every", "0.5s"), 8),
        (("--every", "500ms"), 8),
        (("--fps", "2"), 8),
        (("--fps", "0.5"), 2),
    ):
        out = "-".join(("out",) + options)
        check_equal(run(clip, out, *options)["frames"], samples, f"frames looked at with {options}")
        check_equal(len(faces(out)), 2 * samples, f"faces with {options}")
    for out in ("out---every-500ms", "out---fps-2"):
        check_equal(open(out + "/faces.csv").read(), open("out---every-0.5s/faces.csv").read(), out)
    times = sorted({row["time_s"] for row in faces("out---fps-2")})
    check(all(abs(t - 0.5 * i) < 0.5 for i, t in enumerate(times)), f"times {times}")


def track_and_no_track():
    clip = standing_clip()
    summary = run(clip, "out")
    check(summary["intermediate_frames"] >= 3 * SECONDS - 1, f"{summary['intermediate_frames']} looks between the samples")
    tracks = query("out", "SELECT track, count(*) FROM face GROUP BY track")
    check_equal(sorted(count for track, count in tracks if track), [SECONDS, SECONDS], "faces of each track")
    check_equal(
        run(clip, "same", "--track")["intermediate_frames"], summary["intermediate_frames"], "--track is the default"
    )
    check_equal(run(clip, "alone", "--no-track")["intermediate_frames"], 0, "looks with --no-track")
    check_equal(query("alone", "SELECT DISTINCT track FROM face"), [(0,)], "tracks with --no-track")
    run(clip, "exact", "--no-track")
    check(
        all(row["time_s"] == round(row["time_s"]) for row in faces("exact")),
        "with --no-track the samples themselves are taken",
    )
    check_equal(run(clip, "last", "--track", "--no-track")["intermediate_frames"], 0, "the last of the two counts")


def near_times_and_fast():
    """A key frame lies 0.4 s behind a sample; every other frame may be referred to."""
    again = ["ffmpeg", "-v", "error", "-y", "-i", standing_clip(), "-c:v", "libx264", "-bf", "0", "-sc_threshold", "0"]
    subprocess.run([*again, "-force_key_frames", "2.4", "keys.mp4"], check=True)
    times = {}
    for name, options in (("near", ("--near-times",)), ("exact", ()), ("fast", ("--fast",))):
        summary = run("keys.mp4", name, "--every", "1s", *options)
        check_equal(summary["frames"], SECONDS, f"frames looked at with {options}")
        check_equal(summary["intermediate_frames"] > 0, name != "fast", f"looks with {options}")
        times[name] = sorted({row["time_s"] for row in faces(name)})
        check_equal(len(times[name]), SECONDS, f"frames with faces with {options}")
        check(all(abs(t - i) <= 0.5 for i, t in enumerate(times[name])), f"times with {options}: {times[name]}")
    run("keys.mp4", "alone", "--no-track", "--near-times", "--exact-times")
    check_equal(sorted({row["time_s"] for row in faces("alone")}), list(range(SECONDS)), "exact times")
    check_equal(times["fast"], [0, 0.52, 2.4, 3], "times with --fast")
    # What was scanned at exact times need not be scanned again at times near them; the other way it must.
    check_equal(run("keys.mp4", "exact", "--near-times")["already"], 1, "near times, after exact ones")
    check_equal(run("keys.mp4", "near")["already"], 0, "exact times, after near ones")


def stages_are_told_in_cpu_time():
    """Six threads on one CPU: by the clock on the wall their stages would take several times what the process used."""
    clips = [f"crf{crf}.mp4" for crf in range(18, 24)]
    for crf, name in enumerate(clips, 18):
        again = ["ffmpeg", "-v", "error", "-y", "-i", standing_clip(), "-c:v", "libx264", "-preset", "ultrafast"]
        subprocess.run([*again, "-crf", str(crf), name], check=True)
    os.mkdir("clips")
    for name in clips:
        os.rename(name, os.path.join("clips", name))
    before = os.times()
    cpus = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cpus)})
    try:
        stages = run("clips", "out", "--threads", "6", "--no-track")["seconds"]
    finally:
        os.sched_setaffinity(0, cpus)
    used = os.times().children_user + os.times().children_system - before.children_user - before.children_system
    told = sum(stages[stage + "_cpu"] for stage in ("decode", "detect", "embed", "encode"))
    check(0 < told <= 1.05 * used, f"{told:.2f} s of {used:.2f} s")


def min_face():
    picture, clip = two_sizes(), standing_clip()
    sides = sorted(min(row["width"], row["height"]) for row in faces_of(picture, "all"))
    check_equal(len(sides), 2, "faces without the option")
    for least, left in ((sides[0] - 1, 2), (sides[0] + 1, 1), (sides[1] - 1, 1), (sides[1] + 1, 0)):
        summary = run(picture, f"out{least}", "--min-face", least)
        check_equal((summary["faces_found"], summary["faces_small"]), (left, 2 - left), f"--min-face {least}")
    both = faces_of(clip, "clip")
    small = max(min(row["width"], row["height"]) for row in both if row["x"] > 320)
    summary = run(clip, "large", "--min-face", small + 2)
    check_equal(
        (summary["faces_found"], summary["faces_small"]), (SECONDS, SECONDS), "in a video, each small face is counted"
    )
    check(all(row["x"] < 320 for row in faces("large")), "the large face stays")


def faces_of(source, out, *options):
    run(source, out, *options)
    return faces(out)


def detect_size():
    picture = photo("far.png", ("basil", 300, 400, 30), size=(1920, 1080))
    check_equal(len(faces_of(picture, "default")), 0, "a face of 30 pixels in 1920, looked at in 640")
    found = faces_of(picture, "whole", "--detect-size", "1920")
    check_equal(len(found), 1, "the same, looked at in full")
    check(overlap(found[0], 306, 403, 20, 25) > 0.4, f"its place: {found[0]}")
    check_equal(len(faces_of(two_sizes(), "coarse", "--detect-size", "128")), 1, "looked at in 96, only the large face")


def min_score():
    picture = photo("faint.png", ("basil", 200, 200, 300), ("sage", 800, 300, 160, 0.2))
    found = faces_of(picture, "all")
    scores = sorted(row["score"] for row in found)
    check_equal(len(scores), 2, "faces without the option")
    check(scores[1] - scores[0] > 0.01, f"scores {scores}")
    for least, left in ((scores[0] - 0.003, 2), (scores[0] + 0.003, 1)):
        check_equal(len(faces_of(picture, f"out{least}", "--min-score", round(least, 4))), left, f"--min-score {least}")


def portraits_are_as_wide_as_asked():
    """The article's 400 by default; any width; or as filmed, of which the default is an enlarged copy."""
    clip = os.path.join(DATA, "demo.mp4")
    run(clip, "plain", "--every", "5s")
    run(clip, "wide", "--every", "5s", "--portrait-width", 250)
    run(clip, "filmed", "--every", "5s", "--original-size")
    plain, wide, filmed = (
        {row["face"]: cv2.imread(os.path.join(out, row["file"])) for row in faces(out)} for out in ("plain", "wide", "filmed")
    )
    check(plain, "faces")
    check_equal(({p.shape[1] for p in plain.values()}, {p.shape[1] for p in wide.values()}), ({400}, {250}), "widths")
    for face, picture in filmed.items():
        check(picture.shape[1] != 400 or plain[face].shape == picture.shape, f"face {face}")
        again = cv2.resize(plain[face], picture.shape[1::-1], interpolation=cv2.INTER_AREA)
        check(numpy.abs(again.astype(int) - picture).mean() < 6, f"face {face} shows something else")
    check(len({p.shape for p in filmed.values()}) > 1, "sizes as filmed")
    again = whoswho("run", clip, "-o", "wide", "--every", "5s", "--portrait-width", 250, "--json").json
    check_equal(again["already"], 1, "the same width is not scanned again")
    whoswho("run", clip, "-o", "x", "--original-size", "--portrait-width", 9, code=2)


def frame_max():
    picture = photo("large.png", ("basil", 200, 200, 500), size=(1920, 1080))
    for options, size in (((), (1280, 720)), (("--frame-max", 300), (300, 169)), (("--frame-max", 5000), (1920, 1080))):
        out = "-".join(map(str, ("out",) + options))
        box = faces_of(picture, out, *options)[0]
        height, width = cv2.imread(os.path.join(out, "Frames", "frame_1.jpg")).shape[:2]
        check_equal((width, height), size, f"the frame's picture with {options}")
        check(box["width"] > 200, "boxes are in pixels of the source")
    portrait = photo("tall.png", ("basil", 20, 100, 300), size=(400, 800))
    run(portrait, "tall", "--frame-max", 200)
    check_equal(cv2.imread("tall/Frames/frame_1.jpg").shape[:2], (200, 100), "an upright picture")


def sorted_again(*options):
    """What `cluster` says of a copy of the demo's library."""
    shutil.rmtree("again", ignore_errors=True)
    shutil.copytree("demo", "again")
    return whoswho("cluster", "again", "--json", *options).json


def sorting_options():
    # Without tracks each face stands for itself: of a tracked one a share of the quality is enough.
    summary = run(os.path.join(DATA, "demo.mp4"), "demo", "--no-track")
    check_equal((summary["people"], summary["method"], summary["low_quality"]), (5, "templates", 0), "the demo")
    count = summary["faces"]
    check(55 <= count <= 59, f"{count} faces")
    for method in ("templates", "hac", "map-equation", "chinese-whispers", "dbscan", "plain-dbscan"):
        again = sorted_again("--method", method)
        check_equal((again["method"], again["people"]), (method, 5), "--method")
    check(
        sorted_again("--threshold", "9")["people"] < 5, "people with a threshold of 9 (those seen together stay apart)"
    )
    tight = sorted_again("--threshold", "0.1")
    check_equal(round(tight["threshold"], 3), 0.1, "the threshold is the one given")
    check(tight["people"] + tight["unassigned"] > 10, f"pieces with a threshold of 0.1: {tight}")
    check(sorted_again("--method", "dbscan", "--eps", "3")["people"] < 5, "people with an eps of 3")
    check_equal(sorted_again("--method", "dbscan", "--eps", "0.01")["people"], 0, "people with an eps of 0.01")
    check_equal(
        sorted_again("--min-samples", "12")["people"], len([n for n in sizes("demo") if n >= 12]), "people of 12 faces"
    )
    check_equal(sorted_again("--min-samples", "30")["people"], 0, "people of 30 faces")
    none = sorted_again("--min-quality", "1")
    check_equal(
        (none["people"], none["unassigned"], none["low_quality"]),
        (0, count, count),
        "no face is good enough to start a person",
    )
    qualities = sorted(row["quality"] for row in faces("demo"))
    half = sorted_again("--min-quality", (qualities[15] + qualities[16]) / 2)  # all of one person, some of another
    check_equal(half["low_quality"], 16, "faces below a quality")
    check(half["unassigned"] < 16 and half["people"] > 3, f"poor faces join the people whom others started: {half}")
    check_equal(sorted_again("--threads", "1")["people"], 5, "people, in one thread")
    whoswho("cluster", "again", "--method", "guess", code=2)


def sizes(out):
    return [
        count for _, count in query(out, "SELECT person, count(*) FROM face WHERE person IS NOT NULL GROUP BY person")
    ]


def threads():
    """So many threads at work at once, seen from outside."""
    picture = os.path.join(DATA, "demo.mp4")
    most = {}
    for count in (1, 4):
        process = subprocess.Popen([PROGRAM, "run", picture, "-o", f"out{count}", "-q", "-t", str(count)])
        most[count] = 0
        while process.poll() is None:
            try:
                most[count] = max(most[count], len(os.listdir(f"/proc/{process.pid}/task")))
            except OSError:
                pass
            time.sleep(0.01)
        check_equal(process.returncode, 0, "exit code")
    check(most[4] - most[1] >= 3, f"threads at once: {most}")
    whoswho("run", picture, "-o", "no", "-t", "many", code=2)


def upsample():
    """The gradient detector sees no face smaller than its window, unless the picture is doubled."""
    picture = photo("small.png", ("basil", 100, 100, 70), size=(640, 480))
    once = whoswho("run", picture, "-o", "once", "--json", "--detector", "hog", code=None)
    if once.code and "dlib" in once.err:
        return "built without dlib's detector"
    check_equal(once.json["faces_found"], 0, "a face of 70 pixels")
    twice = faces_of(picture, "twice", "--detector", "hog", "--upsample", "1")
    check_equal(len(twice), 1, "the same, doubled")
    check(overlap(twice[0], 115, 110, 45, 55) > 0.4, f"its place: {twice[0]}")


def every_scan_option_asks_for_another_scan():
    """A source scanned with other options is looked at again, its faces replaced; with the same ones not."""
    picture = two_sizes()
    models = os.path.join(DATA, "..", "..", "models")
    changes = [
        ("--every", "0.5s"),
        ("--fps", "3"),
        ("--min-face", "10"),
        ("--min-face", "10.5"),
        ("--min-score", "0.6"),
        ("--min-score", "0.61"),
        ("--detect-size", "480"),
        ("--frame-max", "200"),
        ("--no-track",),
        ("--fast",),
    ]
    run(picture, "out")
    check_equal(run(picture, "out")["already"], 1, "the same scan again")
    check_equal(
        run(picture, "out", "--every", "1s", "--detect-size", "640", "--frame-max", "1280")["already"],
        1,
        "the defaults, said",
    )
    for options in changes:
        for options_now in (options, ()):
            summary = run(picture, "out", *options_now)
            check_equal(
                (summary["scanned"], summary["already"], summary["faces"]),
                (1, 0, 2),
                f"a scan with {options_now} after another",
            )
            check_equal(query("out", "SELECT count(*) FROM source"), [(1,)], "sources")
        run(picture, "out", *options)
        check_equal(run(picture, "out", *options)["already"], 1, f"the same scan again with {options}")
        run(picture, "out")
    detector = os.path.join(models, "detector.onnx")
    check_equal(run(picture, "out", "--detector", detector)["already"], 1, "the built-in detector's own file")
    shutil.copy(detector, "other.onnx")
    check_equal(run(picture, "out", "--detector", "other.onnx")["already"], 1, "the same detector under another name")


main(
    every_and_fps,
    track_and_no_track,
    near_times_and_fast,
    stages_are_told_in_cpu_time,
    min_face,
    detect_size,
    min_score,
    portraits_are_as_wide_as_asked,
    frame_max,
    sorting_options,
    threads,
    upsample,
    every_scan_option_asks_for_another_scan,
)
