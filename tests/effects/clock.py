#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: clock.py WHOSWHO

Which clock times go by: that of OpenCV, which counts from the first picture of the video stream, in all that the
program writes; that of the file, by which players go, in timelines and where the review page seeks. Clips whose sound
begins before the picture, or after it; that begin hours late, with an edit list, before zero, or with pictures that
nothing can decode. Prints TAP."""

import csv
import glob
import http.client
import json
import os
import re
import sqlite3
import subprocess
import sys

import cv2
from scene import PROGRAM, check, check_equal, faces, main, query, run, standing_clip, whoswho

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "browser"))
from browser import Server  # noqa: E402

LATE_S = 2.4  # the picture, behind the sound


def ffmpeg(*arguments):
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *arguments], check=True)


def sources():
    """A clip of two people with key frames twice a second, and sound."""
    standing_clip()
    ffmpeg("-i", "clip.mp4", "-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-g", "12", "video.mp4")
    ffmpeg("-f", "lavfi", "-i", "sine=d=9", "-c:a", "aac", "sound.m4a")


def with_sound(path, picture_s=0.0, sound_s=0.0, *options):
    ffmpeg("-itsoffset", str(picture_s), "-i", "video.mp4", "-itsoffset", str(sound_s), "-i", "sound.m4a", "-map", "0:v",
           "-map", "1:a", "-c", "copy", *options, path)
    return path


def without_its_first_packets(path):
    """A recording that begins between two key frames: what comes first cannot be decoded."""
    ffmpeg("-i", "video.mp4", "-i", "sound.m4a", "-map", "0:v", "-map", "1:a", "-c", "copy", "whole.ts")
    with open("whole.ts", "rb") as f:
        data = f.read()
    packets = [data[i : i + 188] for i in range(0, len(data), 188)]
    with open(path, "wb") as f:
        f.write(b"".join(packets[:3] + packets[len(packets) // 10 :]))
    return path


def opencv_times(path):
    """Seconds of each picture that OpenCV decodes, as it tells them."""
    clip, times = cv2.VideoCapture(path), []
    while clip.grab():
        times.append(clip.get(cv2.CAP_PROP_POS_MSEC) / 1000)
    return times


def agrees_with_opencv(path):
    out = "out_" + path.replace(".", "_")
    run(path, out, "--every", "0.5s")
    ours, theirs = sorted({row["time_s"] for row in faces(out)}), opencv_times(path)
    check(len(ours) >= 4, f"{path}: {len(ours)} frames")
    away = max(min(abs(t - u) for u in theirs) for t in ours if t <= max(theirs))
    check(away < 0.002 and ours[-1] < max(theirs) + 0.3, f"{path}: {ours} where OpenCV has {theirs[:3]} ... {theirs[-1]}")
    check(abs(ours[0] - theirs[0]) < 0.9, f"{path}: begins at {ours[0]}, OpenCV at {theirs[0]}")
    return query(out, "SELECT stream_start_us FROM source")[0][0] / 1e6


def times_are_those_of_opencv():
    sources()
    for path in (with_sound(f"late.{ending}", LATE_S) for ending in ("mp4", "mkv", "ts")):
        start_s = agrees_with_opencv(path)
        check(abs(start_s - LATE_S) < 0.03, f"{path}: the picture begins {start_s} s behind the sound")
    check(agrees_with_opencv(with_sound("hours.ts", LATE_S, 0, "-output_ts_offset", "7200")) > 2.3, "hours")
    for path in (with_sound("early.mp4", 0, LATE_S), "video.mp4"):
        check_equal(agrees_with_opencv(path), 0, path)


def what_an_edit_list_cuts_away_is_no_beginning():
    sources()
    with_sound("whole.mp4")
    ffmpeg("-ss", "1.3", "-i", "whole.mp4", "-c", "copy", "cut.mp4")
    ffmpeg("-itsoffset", "-1", "-i", "video.mp4", "-avoid_negative_ts", "disabled", "-c", "copy", "negative.mp4")
    check_equal([agrees_with_opencv("cut.mp4"), agrees_with_opencv("negative.mp4")], [0, 0], "beginnings")


def pictures_that_cannot_be_decoded_count():
    sources()
    path = without_its_first_packets("broken.ts")
    agrees_with_opencv(path)
    check(opencv_times(path)[0] > 0, "the clip begins with a key frame")


def late_library():
    sources()
    with_sound("late.mp4", LATE_S)
    run("late.mp4", "out")
    whoswho("name", "0", "Ada", "-o", "out", "-q")
    whoswho("name", "1", "Ben", "-o", "out", "-q")


def clock_s(text):
    hours, minutes, seconds = text.replace(",", ".").split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def timelines_are_for_players():
    late_library()
    whoswho("export", "out", "--to", "timeline", "-O", "timeline", "-q")
    text = {}
    for path in glob.glob("timeline/late_*.*"):
        with open(path, encoding="utf-8", newline="") as f:
            text[path.rsplit(".", 1)[1]] = f.read()
    table = [(float(row["start_s"]), float(row["end_s"])) for row in csv.DictReader(text["csv"].splitlines())]
    check_equal(min(start for start, _ in table), 0, "first second in the table")
    found = {
        "vtt": [clock_s(t) for t in re.findall(r"(\S+) --> ", text["vtt"])],
        "srt": [clock_s(t) for t in re.findall(r"(\S+) --> ", text["srt"])],
        "rttm": [float(line.split()[3]) for line in text["rttm"].splitlines()],
        "eaf": [int(t) / 1000 for t in re.findall(r'"ts[0-9]*[13579]" TIME_VALUE="(\d+)"', text["eaf"])],
    }
    for kind, starts in found.items():
        apart = [abs(s - LATE_S - t) for s, (t, _) in zip(sorted(starts), sorted(table))]
        check(len(starts) == len(table) and max(apart) < 0.002, f"{kind}: {starts} where the table has {table}")
    first_chapter = int(re.search(r"START=(\d+)", text["ffmetadata"]).group(1))
    check(abs(first_chapter - 1000 * LATE_S) <= 1, f"chapters begin at {first_chapter}")
    last_end_s = clock_s(re.findall(r"--> (\S+)", text["vtt"])[-1])
    check(abs(last_end_s - LATE_S - 4) < 0.05, f"the last cue ends at {last_end_s}")


def the_review_page_seeks_by_the_file():
    if whoswho("review", "--help", code=None).code:
        return "the program was built without review"
    late_library()
    with Server(PROGRAM, "out") as server:
        link = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        link.request("GET", f"/?token={server.token}")
        answer = link.getresponse()
        cookie = answer.headers["Set-Cookie"].split(";")[0]
        answer.read()
        link.request("GET", "/api/source/0", headers={"Cookie": cookie})
        told = json.loads(link.getresponse().read())
        link.close()
    check_equal((told["start"], told["frames"][0][1], told["duration"]), (1000 * LATE_S, 0, 4000), "start, first, length")
    return None


def older(out):
    """Makes the library one of the version before: its times are the same, and nothing says where the picture begins."""
    base = sqlite3.connect(os.path.join(out, "whoswho.db"))
    base.execute("ALTER TABLE source DROP COLUMN stream_start_us")
    base.execute("DROP TABLE sort_state")
    base.execute("PRAGMA user_version = 11")
    base.commit()
    base.close()


def who_is_where(out):
    return sorted((row["name"], row["time_s"], round(row["x"])) for row in faces(out))


def names_are_kept(out, told):
    names = sorted({row["name"] for row in faces(out)})
    check_equal(names, ["Ada", "Ben"], f"names {told}")


def an_older_library_learns_the_clock_and_keeps_its_decisions():
    late_library()
    before = who_is_where("out")
    older("out")
    summary = run("late.mp4", "out")
    check_equal(summary["scanned"], 0, "files scanned anew")
    check_equal(who_is_where("out"), before, "faces by the clock it learned")
    older("out")
    run("late.mp4", "out", "--every", "0.5s")
    names_are_kept("out", "when it is scanned anew")
    times = sorted({row["time_s"] for row in faces("out")})
    check(times[0] == 0 and len(times) >= 7, f"times {times}")


def a_data_set_of_before_is_read_back():
    """Its frames are named by the clock of the file."""
    late_library()
    whoswho("export", "out", "--to", "cvat", "-O", "set", "-q")
    with open("set/annotations.xml", encoding="utf-8") as f:
        text = f.read()
    times = sorted(int(t) for t in re.findall(r'_(\d{12})\.jpg"', text))
    check_equal(times[:2], [0, 1000000], "frames are named by")
    by_file = re.sub(r"_(\d{12})\.jpg", lambda m: f"_{int(m[1]) + round(1e6 * LATE_S):012d}.jpg", text)
    with open("before.xml", "w", encoding="utf-8") as f:
        f.write(by_file)
    told = whoswho("import", "out", "before.xml", "--json").json
    check_equal((told["boxes"], told["decisions"]), (len(faces("out")), 0), "boxes, decisions")


def a_face_added_by_hand_is_added_again_where_it_was():
    late_library()
    whoswho("add-face", "2", "250,20,80,80", "out", "--name", "Cy", "-q")
    added = [where for where in who_is_where("out") if where[0] == "Cy"]
    check_equal([time_s for _, time_s, _ in added], [1], "added at")
    older("out")
    run("late.mp4", "out", "--every", "0.5s")
    check_equal([where for where in who_is_where("out") if where[0] == "Cy"], added, "added, and scanned anew")


main(
    times_are_those_of_opencv,
    what_an_edit_list_cuts_away_is_no_beginning,
    pictures_that_cannot_be_decoded_count,
    timelines_are_for_players,
    the_review_page_seeks_by_the_file,
    an_older_library_learns_the_clock_and_keeps_its_decisions,
    a_data_set_of_before_is_read_back,
    a_face_added_by_hand_is_added_again_where_it_was,
)
