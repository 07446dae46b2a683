#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: shards.py WHOSWHO

Libraries that hold a share of the footage each, joined: the result is that of one scan, row for row and file for file,
in whatever order they are named; what cannot be joined is refused, and nothing half is left. Prints TAP."""

import functools
import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time

from scene import (DATA, PROGRAM, RATE_HZ, background, check, check_equal, draw, faces, main, query, rows, tree,
                   whoswho, write_clip, write_picture)

DEMO = os.path.join(DATA, "demo.mp4")


def check_same_rows(got, expected, what):
    for name, table in rows(expected).items():
        check_equal(rows(got)[name], table, f"{what}: table {name}")


def footage():
    """A film of several spans, one that is cut off, photos (one of them twice), and a file that is none."""
    os.mkdir("in")
    shutil.copy(DEMO, "in/film.mp4")
    with open(DEMO, "rb") as whole, open("in/cut.mp4", "wb") as cut:
        cut.write(whole.read()[: os.path.getsize(DEMO) // 3])
    wall = background(640, 360)
    draw(wall, "basil", 200, 80, 180)
    write_clip("in/clip.mp4", [wall] * (3 * RATE_HZ))
    write_picture("in/a.png", "basil", b"1")
    write_picture("in/b.png", "clove", b"1")
    shutil.copy("in/a.png", "in/z.png")
    with open("in/broken.jpg", "wb") as broken:
        broken.write(b"\xff\xd8\xff\xe0 no photo at all")


def scan(out, *more):
    """Its exit code is not asked for: some of the footage is broken."""
    return whoswho("scan", "in", "-o", out, *more, code=None)


SCANNED = tempfile.TemporaryDirectory(prefix="whoswho-shards-")


@functools.lru_cache(maxsize=None)
def scanned(name):
    """A scan of the footage, made once: "one" for all of it, "2/3" for a shard; its folder and what it said."""
    home = os.getcwd()
    os.chdir(SCANNED.name)
    if not os.path.exists("in"):
        footage()
    folder = name.replace("/", "of")
    outcome = scan(folder, *([] if name == "one" else ["--shard", name]))
    os.chdir(home)
    return os.path.join(SCANNED.name, folder), outcome


def take(name, out):
    """A copy of such a scan in the folder of this case."""
    folder, outcome = scanned(name)
    shutil.copytree(folder, out)
    return outcome


def shards(count):
    for i in range(1, count + 1):
        take(f"{i}/{count}", f"s{i}")
    return [f"s{i}" for i in range(1, count + 1)]


def shards_joined_in_any_order_are_one_scan():
    one = take("one", "one")
    names = shards(3)
    for number, order in enumerate(itertools.permutations(names)):
        joined = f"j{number}"
        whoswho("join", *order, "-o", joined)
        check_same_rows(joined, "one", " ".join(order))
    for out in ("one", "j0", "j3"):
        whoswho("cluster", out)
        whoswho("export", out)
    check(len(faces("one")) > 40 and "faces.csv" in tree("one"), "there is something to compare")
    for out in ("j0", "j3"):
        check_equal(tree(out).keys(), tree("one").keys(), "files")
        for path, data in tree("one").items():
            check(tree(out)[path] == data or path == "index.html" or path.endswith("data.yaml"), f"{path} differs")
    check_equal(one.code, 1, "exit code of one scan")


def many_shards_cut_a_film_between_its_spans_and_tell_each_file_once():
    one = take("one", "one")
    said = []
    for i in range(1, 10):
        outcome = take(f"{i}/9", f"s{i}")
        said += [line for line in outcome.err.splitlines() if line.startswith("whoswho: ")]
    film = [query(f"s{i}", "SELECT count(*) FROM source WHERE CAST(path AS TEXT) = 'in/film.mp4'")[0][0] for i in range(1, 10)]
    check(sum(film) >= 2, f"the film lies in several shards: {film}")
    check_equal(len([line for line in said if "broken.jpg" in line]), 1, "shards that tell of the broken file")
    check("broken.jpg" in one.err, "one scan tells of it")
    whoswho("join", *[f"s{i}" for i in range(9, 0, -1)], "-o", "joined")
    check_same_rows("joined", "one", "nine shards")


def a_shot_goes_on_across_the_border_of_two_shards():
    wall = background(320, 180)
    draw(wall, "basil", 100, 40, 90)
    write_clip("clip.mp4", [wall] * (31 * RATE_HZ))
    whoswho("scan", "clip.mp4", "-o", "one")
    for i in (1, 2, 3):
        whoswho("scan", "clip.mp4", "-o", f"s{i}", "--shard", f"{i}/3")
    check(sum(query(f"s{i}", "SELECT count(*) FROM shot")[0][0] for i in (1, 2, 3)) > 1, "the clip was not cut")
    whoswho("join", "s2", "s3", "s1", "-o", "joined")
    check_equal(query("joined", "SELECT count(*) FROM shot"), [(1,)], "shots")
    check_same_rows("joined", "one", "one shot")


def a_shard_that_was_killed_goes_on():
    one, _ = scanned("one")
    os.chdir(SCANNED.name)  # where that one was made: a library knows whole paths
    for i in (1, 2):
        for delay in (0.3, 0.7):
            process = subprocess.Popen([PROGRAM, "scan", "in", "-o", f"s{i}", "--shard", f"{i}/2", "-q"], stderr=subprocess.DEVNULL)
            time.sleep(delay)
            process.send_signal(signal.SIGKILL)
            process.wait()
        if i == 1:
            whoswho("join", "s1", "-o", "early", code=None)
        scan(f"s{i}", "--shard", f"{i}/2")
    whoswho("join", "s2", "s1", "-o", "joined")
    check_same_rows("joined", one, "killed")


def a_missing_shard_is_named():
    shards(3)
    outcome = whoswho("join", "s1", "s3", "-o", "joined", code=1)
    check("shard 2/3 is missing" in outcome.err, outcome.err)
    check("film.mp4: " in outcome.err and "spans are in none" in outcome.err, outcome.err)
    take("2/1000", "alone")
    outcome = whoswho("join", "alone", "-o", "lonely", "--json", code=1)
    check(outcome.err.count("is missing") == 20 and "979 more of the 1000 shards are missing" in outcome.err, outcome.err)
    check(outcome.json["missing"] >= 999, outcome.said)


def what_is_in_two_libraries_is_taken_once():
    """Shards of two and of three ways overlap; the counts are right all the same."""
    take("one", "one")
    shards(3)
    for i in (1, 2):
        take(f"{i}/2", f"h{i}")
    whoswho("join", "h2", "s1", "s2", "h1", "s3", "s3", "-o", "joined")
    check_same_rows("joined", "one", "three and two")


def libraries_that_are_no_shards_are_joined_by_path():
    footage()
    whoswho("scan", "in/film.mp4", "in/b.png", "-o", "x")
    whoswho("scan", "in/a.png", "in/film.mp4", "in/clip.mp4", "-o", "y")
    whoswho("scan", "in/a.png", "in/b.png", "in/clip.mp4", "in/film.mp4", "-o", "one")
    for number, order in enumerate((("x", "y"), ("y", "x"))):
        outcome = whoswho("join", *order, "-o", f"j{number}")
        check("in order of path" in outcome.err, outcome.err)
        check_same_rows(f"j{number}", "one", " ".join(order))


def different_settings_are_refused():
    os.mkdir("in")
    for who in ("basil", "clove"):
        write_picture(f"in/{who}.png", who)
    whoswho("scan", "in/basil.png", "-o", "x")
    whoswho("scan", "in/clove.png", "-o", "y", "--every", "0.5s")
    outcome = whoswho("join", "x", "y", "-o", "joined", code=2)
    check("different settings" in outcome.err and "--every" in outcome.err, outcome.err)
    check(not os.path.exists("joined"), "a folder was left behind")


def nothing_is_overwritten_and_nothing_half_is_left():
    shards(2)
    take("one", "there")
    before = rows("there")
    outcome = whoswho("join", "s1", "s2", "-o", "there", code=2)
    check("holds a library already" in outcome.err, outcome.err)
    check_equal(rows("there"), before, "the library that was there")
    os.mkdir("mine")
    open("mine/note.txt", "w").write("mine")
    whoswho("join", "s1", "nowhere", "-o", "mine", code=3)
    check_equal(os.listdir("mine"), ["note.txt"], "what is in the user's folder")
    os.mkdir("elsewhere")
    os.mkdir("trap")
    os.symlink("../elsewhere", "trap/.whoswho-join")
    whoswho("join", "s1", "s2", "-o", "trap", code=3)
    check_equal(os.listdir("elsewhere"), [], "behind the link")


def a_join_that_is_killed_leaves_no_library():
    names = shards(2)
    whoswho("join", *names, "-o", "one")
    half = 0
    for delay_ms in range(5, 60, 5):
        process = subprocess.Popen([PROGRAM, "join", *names, "-o", "out", "-q"])
        time.sleep(delay_ms / 1000)
        process.send_signal(signal.SIGKILL)
        process.wait()
        if os.path.exists("out/whoswho.db"):
            check_same_rows("out", "one", "whole")
            shutil.rmtree("out")
        else:
            half += 1
    check(half > 0, "none was killed in time")
    whoswho("join", *names, "-o", "out")
    check_equal(sorted(os.listdir("out")), ["whoswho.db"], "files")
    check_same_rows("out", "one", "after the kills")


def decisions_are_kept_and_contradictions_named():
    names = shards(2)
    for name in names:
        whoswho("cluster", name)
        whoswho("export", name)
    shutil.copytree("s1", "t1")
    whoswho("name", "0", "Ada", "-o", "s1")
    whoswho("name", "1", "Eve", "-o", "s1")
    whoswho("name", "1", "Eva", "-o", "s1")  # changing one's own mind is no contradiction
    whoswho("name", "0", "Cy", "-o", "s2")
    whoswho("undo", "-o", "s2")
    whoswho("name", "0", "Dan", "-o", "s2")
    whoswho("join", "s1", "s2", "-o", "agreed")
    check_equal(query("agreed", "SELECT kind, text FROM journal ORDER BY text"), [("name", t) for t in ("Ada", "Dan", "Eva", "Eve")], "journal")
    whoswho("cluster", "agreed")
    people = whoswho("people", "agreed").said
    check(all(name in people for name in ("Ada", "Dan", "Eva")) and "Eve" not in people, people)
    time.sleep(1.1)  # the journal counts seconds
    whoswho("name", "0", "Bea", "-o", "t1")
    outcome = whoswho("join", "s1", "s2", "t1", "-o", "j0", code=1)
    said = [line for line in outcome.err.splitlines() if "contradict" in line]
    check(len(said) == 1 and "Ada" in said[0] and "Bea" in said[0] and "'s1'" in said[0] and "'t1'" in said[0], outcome.err)
    whoswho("join", "t1", "s2", "s1", "-o", "j1", code=1)
    check_equal(rows("j0"), rows("j1"), "in another order")
    whoswho("join", "j0", "s1", "-o", "again", code=None)  # the same decisions, in two journals
    check_equal(rows("again")["journal"], rows("j0")["journal"], "journal of a join with what it was made of")
    whoswho("cluster", "j0")
    check("Bea" in whoswho("people", "j0").said, "the last word wins")


def what_is_no_shard_is_wrong_usage():
    os.mkdir("in")
    for wrong in ("0/3", "4/3", "1", "1/0", "x/3", "1/3x", "-1/3", "1/", "/3"):
        check("--shard takes I/N" in whoswho("scan", "in", "-o", "out", f"--shard={wrong}", code=2).err, wrong)
    check("name the folders" in whoswho("join", "-o", "out", code=2).err, "no libraries")


main(
    shards_joined_in_any_order_are_one_scan,
    many_shards_cut_a_film_between_its_spans_and_tell_each_file_once,
    a_shot_goes_on_across_the_border_of_two_shards,
    a_shard_that_was_killed_goes_on,
    a_missing_shard_is_named,
    what_is_in_two_libraries_is_taken_once,
    libraries_that_are_no_shards_are_joined_by_path,
    different_settings_are_refused,
    nothing_is_overwritten_and_nothing_half_is_left,
    a_join_that_is_killed_leaves_no_library,
    decisions_are_kept_and_contradictions_named,
    what_is_no_shard_is_wrong_usage,
)
