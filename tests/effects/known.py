#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: known.py WHOSWHO

Who is recognised by --known: people who are seen once, in which layouts of the folder, and what is no folder of known
people. Prints TAP."""

import os
import shutil

from scene import RATE_HZ, background, check, check_equal, draw, faces, main, run, whoswho, write_clip, write_picture


def names(out):
    return {row["source"]: row["name"] for row in faces(out)}


def who_is_seen_once_is_recognised():
    write_picture("known/Ada/1.png", "basil")
    write_picture("ph/one.png", "basil", b"1")
    write_picture("ph/other.png", "sage")
    summary = run("ph", "out", "--known", "known")
    check_equal(names("out"), {"ph/one.png": "Ada", "ph/other.png": ""}, "names")
    check_equal(summary["known"]["recognised"], 1, "people recognised")
    whoswho("undo", "-o", "out", "-q")
    check_equal(names("out"), {"ph/one.png": "", "ph/other.png": ""}, "names after undo")


def what_the_user_said_stands():
    write_picture("known/Ada/1.png", "basil")
    write_picture("ph/one.png", "basil", b"1")
    run("ph", "out", "--known", "known")
    whoswho("reject", os.path.join("out", faces("out")[0]["file"]), "-o", "out", "-q")
    run("ph", "out", "--known", "known")
    check_equal(names("out"), {"ph/one.png": ""}, "names after a face was rejected")


def two_in_one_frame_are_not_the_same_known_person():
    wall = background(1280, 720)
    draw(wall, "basil", 150, 200, 260)
    draw(wall, "basil", 800, 200, 260)
    write_clip("twins.mp4", [wall] * RATE_HZ)
    write_picture("known/Ada/1.png", "basil")
    run("twins.mp4", "out", "--known", "known", "--no-track", "--min-samples", "9")
    said = [entry["understood"] for entry in whoswho("log", "-o", "out", "--json").json["log"]]
    check(len(said) == 1 and said[0].startswith("1 face of nobody is Ada"), f"understood: {said}")


def pictures_called_by_name_are_a_layout_too():
    for file, name in (("Ada.png", "basil"), ("Ben 2.png", "ginger"), ("Ben_3.png", "ginger"), ("Cleo (4).png", "saffron")):
        write_picture("known/" + file, name, file.encode())
    os.mkfifo("known/pipe.jpg")  # nothing waits for it
    for name in ("basil", "ginger", "saffron", "sage"):
        write_picture(f"ph/{name}.png", name)
    summary = run("ph", "out", "--known", "known")
    check_equal((summary["known"]["names"], summary["known"]["pictures"]), (3, 4), "names and pictures")
    check_equal(
        names("out"),
        {"ph/basil.png": "Ada", "ph/ginger.png": "Ben", "ph/saffron.png": "Cleo", "ph/sage.png": ""},
        "names",
    )


def a_library_tells_its_named_people():
    for i in range(2):
        write_picture(f"old/basil_{i}.png", "basil", b"%d" % i)
        write_picture(f"old/clove_{i}.png", "clove", b"%d" % i)
    run("old", "before")
    whoswho("name", faces("before")[0]["person"], "Ada", "-o", "before", "-q")
    write_picture("ph/b.png", "basil", b"new")
    write_picture("ph/c.png", "clove", b"new")
    done = whoswho("run", "ph", "-o", "out", "--known", "before")
    check_equal(names("out"), {"ph/b.png": "Ada", "ph/c.png": ""}, "names")
    check("Frames" not in done.said and "Montage" not in done.said, f"said: {done.said}")
    whoswho("undo", "-o", "before", "-q")
    told = whoswho("run", "ph", "-o", "new", "--known", "before", code=2).err
    check("nobody in the library 'before' has a name yet" in told, f"told: {told}")


def a_wrong_folder_is_noticed_before_the_scan():
    write_picture("ph/b.png", "basil")
    os.makedirs("papers/letters")
    with open("papers/letters/one.txt", "w", encoding="utf-8") as f:
        f.write("no picture")
    for folder, code in (("papers", 2), ("nowhere", 3)):
        told = whoswho("run", "ph", "-o", "out", "--known", folder, code=code).err
        check(f"'{folder}'" in told, f"told: {told}")
        check(not os.path.exists("out"), "the scan was made first")
    shutil.rmtree("papers")


main(
    who_is_seen_once_is_recognised,
    what_the_user_said_stands,
    two_in_one_frame_are_not_the_same_known_person,
    pictures_called_by_name_are_a_layout_too,
    a_library_tells_its_named_people,
    a_wrong_folder_is_noticed_before_the_scan,
)
