#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: scanning.py WHOSWHO

What scanning decides about faces in time: which frame is kept, where a track breaks, which faces are believed. Clips
are drawn so that each decision shows. Prints TAP."""

import csv
import os

from scene import DATA, RATE_HZ, background, check, check_equal, cv2, draw, faces, main, query, run, write_clip


def tracks_of(out, where="1"):
    return [
        track
        for track, in query(
            out, f"SELECT DISTINCT track FROM face JOIN frame ON frame.id = face.frame WHERE {where} ORDER BY track"
        )
    ]


def a_track_breaks_where_another_person_takes_the_place():
    """Basil gives way to Sage in the same place before the same wall: no cut, but two people."""
    first, second = background(1280, 720), background(1280, 720)
    draw(first, "basil", 500, 250, 200)
    draw(second, "sage", 500, 250, 200)
    write_clip("swap.mp4", [first] * (3 * RATE_HZ) + [second] * (3 * RATE_HZ))
    summary = run("swap.mp4", "out")
    check_equal((summary["faces"], summary["people"]), (6, 2), "faces and people")
    before, after = tracks_of("out", "time_us < 3000000"), tracks_of("out", "time_us >= 3000000")
    check_equal((len(before), len(after)), (1, 1), "tracks before and after")
    check(before != after, f"one track, {before}, for two people")
    write_clip("one.mp4", [first] * (6 * RATE_HZ))
    run("one.mp4", "one")
    check_equal(len(tracks_of("one")), 1, "tracks of one who stays")


def no_track_goes_on_behind_a_cut():
    """In the demo, by its truth: a track lies within one shot and shows one person."""
    run(os.path.join(DATA, "demo.mp4"), "out")
    with open(os.path.join(DATA, "demo.truth.csv"), newline="", encoding="utf-8") as f:
        truth = [{k: v if k == "person" else float(v) for k, v in row.items()} for row in csv.DictReader(f)]
    track = {
        (round(time_us / 1e6, 3), round(x, 1)): number
        for number, time_us, x in query("out", "SELECT track, time_us, x FROM face JOIN frame ON frame.id = face.frame")
    }
    shows = {}
    for row in faces("out"):
        inside = [
            t
            for t in truth
            if t["start_s"] <= row["time_s"] < t["end_s"] and t["x"] <= row["x"] + row["width"] / 2 < t["x"] + t["w"]
        ]
        check_equal(len(inside), 1, f"people at {row['time_s']} s, {row['x']}")
        shows.setdefault(track[(row["time_s"], row["x"])], set()).add((inside[0]["start_s"], inside[0]["person"]))
    check(0 not in shows, "all are followed")
    for number, who in shows.items():
        check_equal(len(who), 1, f"shots and people of track {number}: {who}")
    check(len(shows) >= len(truth), f"{len(shows)} tracks for {len(truth)} appearances")


def a_shot_goes_on_from_span_to_span():
    """A cut in the middle of the second of two spans: the shot before it goes on from the first."""
    first, second = background(320, 180, 1), background(320, 180, 2)
    still = ("-c:v", "libx264", "-preset", "ultrafast", "-g", RATE_HZ)
    write_clip("spans.mp4", [first] * (15 * RATE_HZ + 10) + [second] * (8 * RATE_HZ), map(str, still))
    run("spans.mp4", "out")
    check(query("out", "SELECT span_count FROM source")[0][0] > 1, "the clip is one span")
    shots = query("out", "SELECT first_us / 1e6, last_us / 1e6 FROM shot ORDER BY first_us")
    check_equal(len(shots), 2, f"shots: {shots}")
    (begin, before), (after, end) = shots
    check(begin == 0 and 15 <= before < 15.4 <= after <= 16 and end > 22, f"shots: {shots}")
    run("spans.mp4", "alone", "--no-track")
    check_equal(query("alone", "SELECT count(*) FROM shot"), [(0,)], "shots where none are looked for")


def blurred_but_from(clip, sharp_from_s, size, place, background_size=(1280, 720)):
    """Each second begins out of focus and is sharp from then on for a third of a second."""
    sharp = background(*background_size)
    draw(sharp, "basil", *place, size)
    blurred = cv2.GaussianBlur(sharp, (0, 0), size / 18)
    second = [sharp if sharp_from_s <= i / RATE_HZ < sharp_from_s + 0.33 else blurred for i in range(RATE_HZ)]
    write_clip(clip, second * 4)


def the_sharp_frame_of_a_second_is_kept():
    blurred_but_from("clip.mp4", 0.35, 240, (500, 200))
    run("clip.mp4", "out")
    times = [row["time_s"] for row in faces("out")]
    check_equal(len(times), 4, "faces")
    check(
        all(0.34 < t % 1 < 0.7 for t in times[:3]), f"the frames kept are at {times}"
    )  # nothing follows the last sample
    run("clip.mp4", "alone", "--no-track")
    check_equal([row["time_s"] for row in faces("alone")], [0, 1, 2, 3], "without tracks, the samples")


def also_with_a_small_face_in_a_large_picture():
    """A face too small to be found at half the resolution of the detector's picture is looked at in full each time."""
    blurred_but_from("small.mp4", 0.35, 84, (900, 400), (1920, 1080))
    run("small.mp4", "out")
    times = [row["time_s"] for row in faces("out")]
    check(len(times) >= 3, f"faces at {times}")
    check(sum(0.34 < t % 1 < 0.7 for t in times) >= 3, f"the frames kept are at {times}")


def a_large_face_does_not_hide_a_small_one():
    """One close to the camera, one far away: both are found in each second, the far one too."""
    frame = background(1280, 720)
    draw(frame, "basil", 150, 150, 420)
    draw(frame, "clove", 900, 300, 96)
    write_clip("both.mp4", [frame] * (4 * RATE_HZ))
    run("both.mp4", "out")
    check_equal(sum(row["x"] > 800 for row in faces("out")), 4, "seconds in which the small face is seen")
    check_equal(len(tracks_of("out", "x > 800")), 1, "tracks of the small face")


def a_sample_at_a_cut_is_of_the_shot_it_stands_in():
    """A cut between samples: the time of a sample ends there, and nothing behind the cut is taken for it."""
    first, second = background(1280, 720, 1), background(1280, 720, 2)
    draw(first, "basil", 200, 200, 240)
    draw(second, "sage", 800, 200, 240)
    write_clip("cut.mp4", [first] * int(1.4 * RATE_HZ) + [second] * int(1.6 * RATE_HZ))
    run("cut.mp4", "out")
    rows = faces("out")
    check(
        all((row["time_s"] < 1.4) == (row["x"] < 500) for row in rows), f"{[(row['time_s'], row['x']) for row in rows]}"
    )
    check_equal([row["x"] < 500 for row in rows], [True, True, False], "whom the three samples show")
    check_equal(len(tracks_of("out")), 2, "tracks")


def for_so_many_frames(name, frames, strength):
    """A clip of an empty room, one sure face, and from 2 s on a faint one for so many frames; both too small for the
    quicker look at half the resolution."""
    empty = background(1280, 720)
    draw(empty, "basil", 100, 200, 130)
    faint = draw(empty.copy(), "sage", 800, 250, 130, strength)
    write_clip(name, [empty] * (2 * RATE_HZ) + [faint] * frames + [empty] * (4 * RATE_HZ - frames))
    return name


def what_is_seen_once_and_faintly_is_not_believed():
    brief = run(for_so_many_frames("brief.mp4", 3, 0.12), "brief")
    check_equal(
        (brief["faces_transient"], sum(row["x"] > 700 for row in faces("brief"))), (1, 0), "dropped, kept of a moment"
    )
    check_equal(sum(row["x"] < 700 for row in faces("brief")), 6, "faces beside it")
    check_equal(
        [place for place, in query("brief", "SELECT DISTINCT place FROM face")],
        [0],
        "places on the frames, without gaps",
    )
    stays = run(for_so_many_frames("stays.mp4", 50, 0.12), "stays")
    check_equal(
        (stays["faces_transient"], sum(row["x"] > 700 for row in faces("stays"))),
        (0, 2),
        "dropped, kept of one who stays",
    )
    clear = run(for_so_many_frames("clear.mp4", 3, 0.9), "clear")
    check_equal(
        (clear["faces_transient"], sum(row["x"] > 700 for row in faces("clear"))),
        (0, 1),
        "dropped, kept of a clear moment",
    )
    alone = run("brief.mp4", "alone", "--no-track")
    check_equal(
        (alone["faces_transient"], sum(row["x"] > 700 for row in faces("alone"))),
        (0, 1),
        "without tracks nothing is dropped",
    )


main(
    a_track_breaks_where_another_person_takes_the_place,
    no_track_goes_on_behind_a_cut,
    a_shot_goes_on_from_span_to_span,
    the_sharp_frame_of_a_second_is_kept,
    also_with_a_small_face_in_a_large_picture,
    a_large_face_does_not_hide_a_small_one,
    a_sample_at_a_cut_is_of_the_shot_it_stands_in,
    what_is_seen_once_and_faintly_is_not_believed,
)
