#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: exports.py WHOSWHO

An export touches nothing that is not its own, completes what was interrupted, writes nothing twice, and tells what it cannot do. Prints TAP."""

import contextlib
import glob
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import time

from library import APART, contents, export, findings, first, library, rewrite, tree
from scene import PROGRAM, check, check_equal, main, whoswho


def an_empty_folder_is_written_to_whatever_it_is():
    """By a link, with hidden files, the one that the shell is in: at once told, or done."""
    os.mkdir("target")
    os.symlink("target", "link")
    export("chips", "link", *APART)
    check(os.path.islink("link") and os.path.exists("target/README.md"), "the folder that the link leads to")
    check_equal(findings("link"), [], "by the link")
    check(export("chips", "link/", *APART)["kept"] > 0, "again by the link")
    os.symlink("nowhere", "dangling")
    said = whoswho("export", library(), "--to", "chips", "-O", "dangling", code=2).err
    check("leads nowhere" in said and not os.path.exists("dangling.unfinished"), said)
    os.makedirs("repository/.git")
    export("chips", "repository", *APART)
    check_equal((findings("repository"), os.listdir("repository/.git")), ([], []), "beside hidden files")
    os.mkdir("here")
    os.chdir("here")
    export("chips", ".", *APART)
    os.chdir("..")
    check_equal(contents("here"), contents("target"), "in the folder that the shell is in")
    check(not glob.glob("*unfinished") and not glob.glob(".*unfinished"), f"{os.listdir('.')}")


def only_what_changed_is_written():
    first_time = export("yolo,chips", "out", *APART)
    before = tree("out")
    again = export("yolo,chips", "out", *APART)
    check_equal((again["written"], again["removed"], again["kept"]), (0, 0, first_time["written"]), "once more")
    after = tree("out")
    check_equal({p for p in before if before[p] != after[p]}, set(), "files touched")
    picture = first("out/chips/train/*/*.png")
    with open(picture, "rb") as f:
        data = f.read()
    os.remove(picture)
    export("yolo,chips", "out", *APART)
    with open(picture, "rb") as f:
        check(f.read() == data, "a picture that was removed comes back")
    with open(picture, "r+b") as f:
        f.write(b"x")
    again = export("yolo,chips", "out", *APART)
    check_equal((again["left"], again["written"]), (1, 0), "a picture of the same size that was changed")
    with open(picture, "wb") as f:
        f.write(data)
    shutil.copystat(first("out/chips/val/*/*.png"), picture)
    again = export("yolo,chips", "out", *APART)
    check_equal((again["left"], again["written"]), (0, 1), "as it was again: only the summary is written")
    for name in ("--portrait-width", "--quality"):
        before = contents("out")
        changed = export("yolo,chips", "out", *APART, name, 40)
        pictures = {p for p, b in contents("out").items() if before.get(p) != b and p.endswith((".jpg", ".png"))}
        check_equal(bool(pictures), name == "--quality", f"{name}: {changed}")
        check(all(p.startswith("chips") for p in pictures), f"{name} changes {pictures}")
    less = export("yolo,chips", "out", "--named", *APART)
    check(less["removed"] > 0 and less["kept"] > 0, f"{less}")
    fresh = export("yolo,chips", "fresh", "--named", *APART)
    check_equal(contents("out"), contents("fresh"), f"as if new: {fresh}")
    check(not os.path.exists("out/chips/train/Face_2"), "folders that became empty go")


def what_is_not_ours_is_left():
    os.mkdir("mine")
    with open("mine/notes.txt", "w") as f:
        f.write("mine")
    before = tree("mine")
    done = whoswho("export", library(), "--to", "yolo", "-O", "mine", code=2)
    check("'mine' holds files" in done.err, done.err)
    check_equal(tree("mine"), before, "a folder that is the user's")
    os.mkdir("empty")
    export("yolo", "empty", *APART)
    check_equal(findings("empty"), [], "an empty folder is written to")
    export("yolo", "out", *APART)
    label = first("out/labels/train/*.txt")
    rewrite(label, lambda text: text + "0 0.5 0.5 0.1 0.1\n")
    shutil.copy(label, "out/labels/train/own.txt")
    os.makedirs("elsewhere")
    shutil.move("out/images/val", "elsewhere/val")
    os.symlink(os.path.abspath("elsewhere/val"), "out/images/val")
    outside = tree("elsewhere")
    done = whoswho("export", library(), "--to", "yolo", "-O", "out", *APART, code=3)
    check("symbolic link" in done.err, done.err)
    check_equal(tree("elsewhere"), outside, "what a link leads to")
    os.remove("out/images/val")
    done = export("yolo", "out", "--named", *APART)
    check_equal((done["left"], os.path.exists("out/labels/train/own.txt")), (1, True), "changed and added files")
    with open(label, encoding="utf-8") as f:
        check("0 0.5 0.5 0.1 0.1" in f.read(), "a changed label stays")


def places_and_words_that_make_no_sense_are_refused():
    inside = os.path.join(library(), "set")
    check("lies inside" in whoswho("export", library(), "--to", "yolo", "-O", inside, code=2).err, "inside the library")
    check(not os.path.exists(inside), "nothing is made there")
    for words, expected in [
        (["--to", "yolo"], "-O OUT belong together"),
        (["-O", "out"], "-O OUT belong together"),
        (["--named"], "--to"),
        (["--to", "yolov9", "-O", "out"], "there are: yolo"),
        (["--to", "yolo,yolo", "-O", "out"], "twice"),
        (["--to", "yolo", "-O", "out", "--split", "80:20"], "--split"),
        (["--to", "yolo", "-O", "out", "--split", "0/50/50"], "--split"),
        (["--to", "yolo", "-O", "out", "--unlabelled", "no"], "--unlabelled"),
    ]:
        done = whoswho("export", library(), *words, code=2)
        check(expected in done.err, f"{words}: {done.err}")
    check(not os.path.exists("out"), "nothing is made")


def a_killed_export_is_completed():
    """Killed at many moments: never a folder of the final name before it is whole, and in the end the same as undisturbed."""
    export("yolo,imagefolder,chips", "whole", *APART)
    whole = contents("whole")
    command = [PROGRAM, "export", library(), "--to", "yolo,imagefolder,chips", "-O", "out", "-q", *APART]
    begun = time.monotonic()
    subprocess.run([*command[:6], "timed", *command[7:]], check=True)
    took, killed = time.monotonic() - begun, 0
    for share in (0.2, 0.4, 0.6, 0.8, 0.9):
        process = subprocess.Popen(command)
        time.sleep(share * took)
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        if os.path.exists("out"):
            check_equal(contents("out"), whole, "a set under its name")
            shutil.rmtree("out")
    check(killed, "no export was killed")
    os.makedirs("out.unfinished", exist_ok=True)
    with open("out.unfinished/.whoswho-00112233445566ff.tmp", "w", encoding="utf-8"):  # of a record, half written
        pass
    subprocess.run(command, check=True)
    check_equal(contents("out"), whole, "completed")
    check(not os.path.exists("out.unfinished"), "the working name is gone")
    os.remove("out/README.md")
    shutil.copy("out/.whoswho-dataset", "out/.whoswho-dataset.1")
    rewrite("out/.whoswho-dataset.1", lambda text: ".whoswho-0123456789abcdef.tmp\n" + text.partition("\n")[2])
    check(any("not complete" in line for line in findings("out")), "an interrupted update is told")
    subprocess.run(command, check=True)
    check_equal(contents("out"), whole, "the update completed")


def damaged_chips_are_told():
    shutil.copytree(library(), "spoilt")
    with contextlib.closing(sqlite3.connect("spoilt/whoswho.db")) as base:
        (chip,) = base.execute("SELECT png FROM face_chip").fetchone()
        middle = len(chip) // 2
        for damaged in (b"\0", b"", chip[:middle], chip[:middle] + bytes([chip[middle] ^ 1]) + chip[middle + 1 :]):
            base.execute("UPDATE face_chip SET png = ?", (damaged,))  # of all: who is exported is for the split to say
            base.commit()
            for options in ((), ("--format", "jpeg")):
                said = whoswho("export", "spoilt", "--to", "chips", "-O", "spoilt_chips", *options, code=3).err
                check(re.search(r"the library is damaged: the chip of face_\d+\.jpg", said) and "scan its footage again" in said, said)


main(
    an_empty_folder_is_written_to_whatever_it_is,
    only_what_changed_is_written,
    what_is_not_ours_is_left,
    places_and_words_that_make_no_sense_are_refused,
    a_killed_export_is_completed,
    damaged_chips_are_told,
)
