#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: reads.py WHOSWHO FOOTPRINT.so DEMO.mp4

What need not be read again is not: footage that is as it was when it was scanned, and the files of an export that are
right. A preloaded library writes down which files each command opens. Prints TAP."""

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from made_people import write_picture  # noqa: E402
from tap import Tap  # noqa: E402

PROGRAM, PRELOAD, DEMO = map(os.path.abspath, sys.argv[1:4])
PHOTOS = 3  # of each person
GRANULE_S = 2.1  # within it, a file that was just changed is not taken for known


def opened(*command):
    """What the command opened below this folder, as pairs of how and path."""
    report = os.path.join(os.getcwd(), "report")
    open(report, "w", encoding="utf-8").close()
    env = dict(os.environ, LD_PRELOAD=PRELOAD, WW_FOOTPRINT=report, WW_FOOTPRINT_READS="1", HOME=os.getcwd())
    done = subprocess.run([PROGRAM, *command], env=env, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{command}: {done.stderr.decode()}")
    here = os.getcwd() + "/"
    with open(report, encoding="utf-8", errors="surrogateescape") as f:
        marks = [line.rstrip("\n").split(" ", 1) for line in f]
    return [(how, os.path.normpath(path)[len(here):]) for how, path in marks if os.path.normpath(path).startswith(here)]


def exported(marks):
    """Files of the export among them."""
    return [path for _, path in marks if path.startswith("out/") and not path.startswith("out/whoswho.")]


def right_files_are_not_read(tap):
    first = exported(opened("run", "photos", "-o", "out", "-q"))
    again = exported(opened("export", "-o", "out", "-q"))
    tap.check(len(first) > 4 * PHOTOS and not again, "an export with nothing to do opens none of its files", f"{first}\n{again}")
    named = exported(opened("name", "0", "Ada", "-o", "out", "-q"))
    others = [path for path in named if path.startswith("out/Face_1/") or path.startswith("out/Montage/Face_1")]
    tap.check(named and not others, "a name leaves the pictures of others alone", "\n".join(others))


def change_in_secret(path, at):
    """One byte, with the size and the mtime as they were."""
    before = os.stat(path)
    with open(path, "r+b") as f:
        f.seek(at)
        byte = f.read(1)[0]
        f.seek(at)
        f.write(bytes([byte ^ 1]))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def touched_files_are(tap):
    path = "out/Ada/face_1.jpg"
    change_in_secret(path, os.path.getsize(path) // 2)
    done = subprocess.run([PROGRAM, "export", "-o", "out"], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    tap.check(b"Ada/face_1.jpg" in done.stderr, "a picture changed in one byte, with its size and time as before, is told", done.stderr.decode())


def footage(marks):
    return sorted({path for _, path in marks if path.startswith("photos/")})


def known_footage_is_not_read(tap):
    shutil.copy(DEMO, "photos/demo.mp4")
    fresh = footage(opened("scan", "photos", "-o", "out", "-q"))
    tap.check("photos/demo.mp4" in fresh, "new footage is read", str(fresh))
    racy = footage(opened("scan", "photos", "-o", "out", "-q"))
    tap.check("photos/demo.mp4" in racy, "what was changed just before it was scanned is read once more", str(racy))
    time.sleep(GRANULE_S)
    opened("scan", "photos", "-o", "out", "-q")
    again = footage(opened("scan", "photos", "-o", "out", "-q"))
    tap.check(not again, "footage that is as it was is not opened", str(again))


def changed_footage_is(tap):
    name = "photos/basil_0.png"
    change_in_secret(name, os.path.getsize(name) - 1)
    read = footage(opened("scan", "photos", "-o", "out", "-q"))
    tap.check(read == [name], "a file changed in one byte, with its size and time as before, is read, and no other", str(read))
    os.rename("photos/sage_1.png", "photos/other.png")
    read = footage(opened("scan", "photos", "-o", "out", "-q"))
    tap.check("photos/other.png" in read and "photos/demo.mp4" not in read, "a file that was renamed is read", str(read))


def forgotten_footage_leaves_no_trace(tap):
    opened("forget", "photos/demo.mp4", "-o", "out", "-q")
    with contextlib.closing(sqlite3.connect("out/whoswho.db")) as base:
        paths = [bytes(path) for path, in base.execute("SELECT path FROM file_content")]
    tap.check(paths and not any(b"demo" in path for path in paths), "what is forgotten is no known file", str(paths))
    read = footage(opened("scan", "photos", "-o", "out", "-q"))
    tap.check("photos/demo.mp4" in read, "and is read again when it is named again", str(read))


def a_renamed_folder_is_not_read(tap):
    shutil.rmtree("out")
    opened("run", "photos", "-o", "out", "-q")
    os.rename("out/Face_0", "out/Ada")
    pictures = sorted(f"out/Ada/{name}" for name in os.listdir("out/Ada") if name.endswith(".jpg"))
    read = [path for path in exported(opened("sync", "-o", "out", "-q")) if path.startswith("out/Ada/face_")]
    tap.check(pictures and not read, "a folder that was renamed is known by its files' sizes and times", "\n".join(read))
    os.rename("out/Ada", "out/Grace")
    changed = pictures[0].replace("Ada", "Grace")
    change_in_secret(changed, os.path.getsize(changed) // 2)
    read = exported(opened("sync", "-o", "out", "-q"))
    others = [path for path in pictures[1:] if path.replace("Ada", "Grace") in read]
    tap.check(changed in read and not others, "but a picture in it that was changed is read", "\n".join(read))


def main():
    tap = Tap()
    with tempfile.TemporaryDirectory(prefix="whoswho-reads-") as folder:
        os.chdir(os.path.realpath(folder))
        for name in ("basil", "sage"):
            for i in range(PHOTOS):
                write_picture(f"photos/{name}_{i}.png", name, b"%d" % i)
        right_files_are_not_read(tap)
        touched_files_are(tap)
        known_footage_is_not_read(tap)
        changed_footage_is(tap)
        forgotten_footage_leaves_no_trace(tap)
        a_renamed_folder_is_not_read(tap)
        os.chdir("/")
    tap.end()


if __name__ == "__main__":
    main()
