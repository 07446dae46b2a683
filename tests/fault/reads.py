#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: reads.py WHOSWHO FOOTPRINT.so

What need not be read again is not: the files of an export that are right. A preloaded library writes down which files
each command opens. Prints TAP."""

import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from made_people import write_picture  # noqa: E402
from tap import Tap  # noqa: E402

PROGRAM, PRELOAD = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
PHOTOS = 3  # of each person


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


def touched_files_are(tap):
    path = "out/Ada/face_1.jpg"
    with open(path, "rb") as f:
        picture = f.read()
    before = os.stat(path)
    with open(path, "r+b") as f:
        f.seek(len(picture) // 2)
        f.write(bytes([picture[len(picture) // 2] ^ 1]))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    done = subprocess.run([PROGRAM, "export", "-o", "out"], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    tap.check(b"Ada/face_1.jpg" in done.stderr, "a picture changed in one byte, with its size and time as before, is told", done.stderr.decode())


def main():
    tap = Tap()
    with tempfile.TemporaryDirectory(prefix="whoswho-reads-") as folder:
        os.chdir(os.path.realpath(folder))
        for name in ("basil", "sage"):
            for i in range(PHOTOS):
                write_picture(f"photos/{name}_{i}.png", name, b"%d" % i)
        right_files_are_not_read(tap)
        touched_files_are(tap)
        os.chdir("/")
    tap.end()


if __name__ == "__main__":
    main()
