#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: drives.py WHOSWHO PLAIN_DRIVE

Libraries on drives that lack what network and FUSE drives may lack: locks, shared maps, both; and on a medium that is read-only, with what a run that was
killed left in the log, too. PLAIN_DRIVE is the preloaded library that makes a folder such a drive. Prints TAP."""
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap  # noqa: E402

program, plain_drive = map(os.path.abspath, sys.argv[1:])
DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data")
PICTURES = [os.path.join(DATA, "people", name + ".png") for name in ("sage", "basil")]
NOTE = "knows no locks"


def environment(lacks):
    """Of a program for which this folder lies on a drive that lacks these."""
    more = {"LD_PRELOAD": plain_drive, "WW_DRIVE": os.getcwd(), "WW_DRIVE_LACKS": lacks} if lacks else {}
    return {**os.environ, **more}


def whoswho(lacks, *arguments, code=0):
    """On a drive that lacks these; all it printed."""
    done = subprocess.run([program, *arguments], env=environment(lacks), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == code, f"on a drive without {lacks}: {arguments}: exit code {done.returncode}: {done.stdout}"
    return done.stdout


def make(lacks, out):
    return whoswho(lacks, "run", *PICTURES, "--min-samples", "1", "-o", out)


def names(lacks, out):
    return [line.split()[-1] for line in whoswho(lacks, "people", "-o", out).splitlines() if NOTE not in line]


def leave_log(out):
    """As after kill -9: a name is in the write-ahead log alone."""
    store = sqlite3.connect(os.path.join("whole", "whoswho.db"))
    store.execute("PRAGMA wal_autocheckpoint = 0")
    store.execute("UPDATE person SET name = 'Bea' WHERE number = 1")
    store.commit()
    shutil.copytree("whole", out)
    store.execute("UPDATE person SET name = NULL WHERE number = 1")
    store.commit()
    store.close()
    assert os.path.getsize(os.path.join(out, "whoswho.db-wal")) > 0


def without_locks_or_maps(lacks):
    out = lacks.replace(" ", "-")
    notes = "lock" in lacks
    assert (NOTE in make(lacks, out)) == notes, "that there are no locks is told"
    assert names(lacks, out) == ["Face_0", "Face_1"]
    whoswho(lacks, "name", "0", "Ada", "-o", out)
    assert names("", out) == ["Ada", "Face_1"], "and elsewhere it is read as any"
    leave_log(out + "-log")
    assert names(lacks, out + "-log") == ["Face_0", "Bea"], "what is in the log of another drive"
    whoswho(lacks, "undo", "-o", out)
    process = subprocess.Popen([program, "run", os.path.join(DATA, "demo.mp4"), "-o", out, "-q", "-t", "1"], env=environment(lacks))
    try:
        process.wait(0.7)
    except subprocess.TimeoutExpired:
        pass
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert set(names(lacks, out)) >= {"Face_0", "Face_1"}, "after a kill"


def a_drive_without_locks():
    without_locks_or_maps("locks")


def a_drive_that_knows_no_locks():
    without_locks_or_maps("nolock")


def a_drive_without_shared_maps():
    without_locks_or_maps("maps")


def a_drive_without_locks_and_maps():
    without_locks_or_maps("nolock maps")


def another_program_is_heard_of_all_the_same():
    """What holds the file is no drive without locks."""
    shutil.copytree("whole", "held")
    store = sqlite3.connect(os.path.join("held", "whoswho.db"))
    store.execute("BEGIN EXCLUSIVE")
    assert "in use by another program" in whoswho("", "name", "0", "Ada", "-o", "held", code=3)
    store.rollback()
    store.close()


def a_medium_that_is_read_only():
    leave_log("logged")
    for out, person in (("whole", "Face_1"), ("logged", "Bea")):
        assert names("writes", out) == ["Face_0", person]
        whoswho("writes", "log", out)
        whoswho("writes", "eval", out, "--truth", "names")
        whoswho("writes", "find", PICTURES[0], out)
        whoswho("writes", "why", os.path.join(out, "Face_0", "face_1.jpg"), "-o", out)
        assert "cannot be written" in whoswho("writes", "name", "0", "Ada", "-o", out, code=3)


def a_server_that_forgot_its_files():
    assert "Stale file handle" in whoswho("peers", "people", "-o", "whole", code=3)
    shutil.copy(PICTURES[0], "stale.png")
    with tempfile.TemporaryDirectory(prefix="whoswho-out-") as out:
        assert "stale.png': Stale file handle" in whoswho("peers", "run", os.path.abspath("stale.png"), "-o", out, code=3)


def main():
    with tempfile.TemporaryDirectory(prefix="whoswho-drives-") as folder:
        os.chdir(os.path.realpath(folder))
        make("", "whole")
        failed = tap.run(
            [
                a_drive_without_locks,
                a_drive_that_knows_no_locks,
                a_drive_without_shared_maps,
                a_drive_without_locks_and_maps,
                another_program_is_heard_of_all_the_same,
                a_medium_that_is_read_only,
                a_server_that_forgot_its_files,
            ]
        )
        os.chdir("/")
    sys.exit(failed != 0)


main()
