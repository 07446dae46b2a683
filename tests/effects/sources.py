#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: sources.py WHOSWHO

What the library says about files while they are edited, moved, deleted and named again; which files of a folder are
looked at, and which are left out. Prints TAP."""

import os
import resource
import shutil
import sqlite3
import subprocess

from scene import (
    RATE_HZ,
    background,
    check,
    check_equal,
    draw,
    faces,
    main,
    query,
    run,
    whoswho,
    write_clip,
    write_picture,
)

PATH_MAX = 4096


def album(folder):
    for name in ("basil", "clove"):
        for i in range(3):
            write_picture(f"{folder}/{name}_{i}.png", name, b"%d" % i)


def named(out, name):
    return sorted(row["source"] for row in faces(out) if row["name"] == name)


def person_of(out, source):
    return next(row["person"] for row in faces(out) if row["source"] == source)


def a_photo_edited_in_place_takes_the_place_of_the_old_one():
    album("ph")
    run("ph", "out")
    whoswho("name", person_of("out", "ph/basil_0.png"), "Ada", "-o", "out")
    for tag in (b"a tag", b"another", b"and the first again", b"1"):  # in the end the very content of the beginning
        write_picture("ph/basil_1.png", "basil", tag)
        summary = run("ph", "out")
        check_equal((summary["scanned"], summary["people"], len(faces("out"))), (1, 2, 6), "scanned, people, faces")
        check_equal(named("out", "Ada"), [f"ph/basil_{i}.png" for i in range(3)], "Ada's photos")
    check_equal(query("out", "SELECT count(*) FROM source"), [(6,)], "sources")


def what_was_decided_about_a_photo_holds_when_it_is_edited():
    """Here the decision speaks of the edited photo alone, through one edit and the next."""
    for i in range(4):
        write_picture(f"ph/{i}.png", "basil", b"%d" % i)
    run("ph", "out")
    portrait = next(row["file"] for row in faces("out") if row["source"] == "ph/2.png")
    whoswho("reject", os.path.join("out", portrait), "-o", "out")
    check_equal(person_of("out", "ph/2.png"), -1, "person of the rejected")
    for tag in (b"edited", b"twice"):
        write_picture("ph/2.png", "basil", tag)
        run("ph", "out")
        check_equal(person_of("out", "ph/2.png"), -1, "person of the rejected and edited")
    whoswho("undo", "-o", "out")
    check_equal(person_of("out", "ph/2.png"), person_of("out", "ph/0.png"), "person after undo")


def a_recording_that_grows_is_one_recording():
    wall = background(640, 360)
    draw(wall, "basil", 200, 80, 180)
    write_clip("cam.mp4", [wall] * (4 * RATE_HZ))
    run("cam.mp4", "out")
    whoswho("name", "0", "Ada", "-o", "out")
    write_clip("cam.mp4", [wall] * (7 * RATE_HZ))
    summary = run("cam.mp4", "out")
    check_equal((summary["people"], len(faces("out")), len(named("out", "Ada"))), (1, 7, 7), "people, faces, Ada's")


def each_camera_of_a_file_is_a_source():
    for camera, name in enumerate(("basil", "sage")):
        wall = background(640, 360, camera)
        draw(wall, name, 200, 80, 180)
        write_clip(f"{camera}.mp4", [wall] * (3 * RATE_HZ))
    subprocess.run(["ffmpeg", "-v", "error", "-i", "0.mp4", "-i", "1.mp4", "-map", "0", "-map", "1", "-c", "copy", "cam.mp4"], check=True)
    summary = run("cam.mp4", "out")
    check_equal((summary["scanned"], summary["people"]), (1, 2), "files, people")
    check_equal(sorted({row["source"] for row in faces("out")}), ["cam.mp4", "cam.mp4 (track 2)"], "sources")
    os.rename("cam.mp4", "moved.mp4")
    summary = run("moved.mp4", "out")
    check_equal((summary["scanned"], summary["already"]), (0, 1), "files scanned, known")
    check_equal(sorted({row["source"] for row in faces("out")}), ["moved.mp4", "moved.mp4 (track 2)"], "sources")
    whoswho("forget", "moved.mp4", "-o", "out", "-q")
    check_equal(faces("out"), [], "faces of a forgotten file")


def what_was_moved_is_followed():
    album("ph")
    run("ph", "out")
    os.makedirs("trip")
    os.rename("ph/basil_0.png", "trip/basil_0.png")
    os.rename("ph/clove_0.png", "x")  # two exchange their names
    os.rename("ph/clove_1.png", "ph/clove_0.png")
    os.rename("x", "ph/clove_1.png")
    before = {row["file"]: row["source"] for row in faces("out")}
    summary = whoswho("run", "ph", "trip", "-o", "out", "--json").json
    check_equal((summary["scanned"], summary["people"]), (0, 2), "scanned, people")
    after = {row["file"]: row["source"] for row in faces("out")}
    moved = {"ph/basil_0.png": "trip/basil_0.png", "ph/clove_0.png": "ph/clove_1.png", "ph/clove_1.png": "ph/clove_0.png"}
    check_equal(after, {file: moved.get(source, source) for file, source in before.items()}, "sources of the faces")
    shutil.copy("ph/basil_1.png", "trip/copy.png")  # a copy moves nothing
    whoswho("run", "trip", "-o", "out", "-q")
    check("ph/basil_1.png" in [row["source"] for row in faces("out")], "the copy took the place of the original")


def what_is_gone_is_told_and_forgotten_when_asked():
    album("ph")
    run("ph", "out")
    for name in ("basil_1.png", "clove_2.png"):
        os.remove(f"ph/{name}")
    told = whoswho("run", "ph", "-o", "out").err
    check("2 files of the library are gone (ph/basil_1.png, ph/clove_2.png)" in told, f"told: {told}")
    check_equal(len(faces("out")), 6, "faces before they are forgotten")
    check_equal(whoswho("forget", "--gone", "-o", "out", "--json").json["forgotten"], 2, "forgotten")
    check_equal(len(faces("out")), 4, "faces after")
    check("gone" not in whoswho("run", "ph", "-o", "out").err, "told again")
    os.rename("ph", "elsewhere")  # a drive that is not there leaves an empty mount point: nobody can tell
    os.mkdir("ph")
    done = whoswho("forget", "--gone", "-o", "out", "--json").json
    check_equal((done["forgotten"], done["away"]), (0, 4), "forgotten, away: of an empty folder")
    check("no file 'nothing'" in whoswho("forget", "nothing", "-o", "out", code=3).err, "an unknown file is named")
    check_equal(whoswho("forget", "ph", "-o", "out", "--json").json["forgotten"], 4, "forgotten with their folder")
    check_equal(faces("out"), [], "faces in the end")
    whoswho("forget", "-o", "out", code=2)


def a_forgotten_file_that_comes_back_is_whom_it_was():
    album("ph")
    run("ph", "out")
    whoswho("name", person_of("out", "ph/basil_0.png"), "Ada", "-o", "out")
    whoswho("forget", "ph/basil_0.png", "ph/basil_1.png", "-o", "out", "-q")
    check_equal(named("out", "Ada"), ["ph/basil_2.png"], "Ada's photos")
    run("ph", "out")
    check_equal(named("out", "Ada"), [f"ph/basil_{i}.png" for i in range(3)], "Ada's photos when all are back")


def a_name_stays_with_the_folder_when_the_face_it_was_given_for_is_taken_out():
    """The name was given when the person had one photo; the second came later and is in no decision."""
    write_picture("ph/0.png", "basil", b"0")
    write_picture("ph/1.png", "basil", b"1")
    run("ph", "out")
    whoswho("name", person_of("out", "ph/0.png"), "Ada", "-o", "out")
    portrait = next(row["file"] for row in faces("out") if row["source"] == "ph/1.png")
    whoswho("reject", os.path.join("out", portrait), "-o", "out")
    check_equal(named("out", "Ada"), ["ph/0.png"], "Ada's photos")
    write_picture("ph/2.png", "basil", b"2")
    run("ph", "out")
    check_equal(named("out", "Ada"), ["ph/0.png", "ph/2.png"], "Ada's photos with a new one")
    portrait = next(row["file"] for row in faces("out") if row["source"] == "ph/0.png")
    whoswho("reject", os.path.join("out", portrait), "-o", "out")
    check_equal(named("out", "Ada"), ["ph/2.png"], "Ada's photos without the one that was named")


def library_bytes():
    return b"".join(open(f"out/{name}", "rb").read() for name in os.listdir("out") if name.startswith("whoswho.db"))


def what_is_forgotten_is_erased():
    write_picture("ph/a.png", "basil")
    write_picture("ph/b.png", "sage")
    run("ph", "out")
    portrait = query("out", "SELECT jpeg FROM face_picture WHERE face = 1")[0][0]
    parts = [portrait[at : at + 64] for at in range(1000, len(portrait) - 64, 500)]
    here = [part for part in parts if part in library_bytes()]
    check(len(here) > len(parts) // 2, f"{len(here)} of {len(parts)} parts of the portrait are in the library")
    whoswho("forget", "ph/a.png", "-o", "out", "-q")
    left = [part for part in here if part in library_bytes()]
    check_equal(len(left), 0, "parts of the forgotten portrait that are left")


def two_files_of_one_name_are_told_apart():
    for folder, name in (("a", "basil"), ("b", "sage")):
        write_picture(f"{folder}/DSC0001.png", name)
        home = os.getcwd()
        os.chdir(folder)
        run("DSC0001.png", "../out")
        os.chdir(home)
    check_equal(
        [row["source"] for row in faces("out")],
        [os.path.join(os.path.realpath("."), folder, "DSC0001.png") for folder in "ab"],
        "sources",
    )
    run("a", "page")
    whoswho("run", "a", "b", "-o", "page", "-q")
    with open("page/index.html", encoding="utf-8") as f:
        page = f.read()
    check(">a/DSC0001.png<" in page and ">b/DSC0001.png<" in page, "the page calls both DSC0001.png")


def the_folder_it_is_called_from_does_not_matter():
    album("ph")
    run("ph", "out")
    os.chdir("ph")
    told = whoswho("run", ".", "-o", "../out", "--json")
    os.chdir("..")
    check_equal((told.json["scanned"], told.json["already"]), (0, 6), "scanned, known")
    check("gone" not in told.err, f"told: {told.err}")


def sources_looked_at(*inputs, code=0):
    whoswho("scan", *inputs, "-o", "seen", "-q", code=code)
    rows = [os.fsdecode(path) for path, in query("seen", "SELECT path FROM source ORDER BY id")]
    shutil.rmtree("seen")
    return rows


def linked_folders_are_followed_once():
    write_picture("ph/trip/a.png", "basil")
    write_picture("far/b.png", "sage")
    os.symlink("trip", "ph/again")  # the folder itself comes first, whatever the link's name
    os.symlink("..", "ph/trip/up")
    os.symlink(os.path.abspath("far"), "ph/drive")
    os.symlink("../../far/b.png", "ph/trip/c.png")  # the content is known
    check_equal(sources_looked_at("ph"), ["ph/trip/a.png", "ph/trip/c.png"], "files")
    os.remove("ph/trip/c.png")
    check_equal(sources_looked_at("ph"), ["ph/trip/a.png", "ph/drive/b.png"], "files")
    os.symlink("/nowhere/at/all", "ph/lost")
    check_equal(sources_looked_at("ph", code=1), ["ph/trip/a.png", "ph/drive/b.png"], "files beside a link to nowhere")


def what_cannot_be_looked_at_is_told():
    write_picture("ph/a.png", "basil")
    deep = "ph/" + "/".join(["d"] * 60)  # no bound of its own
    write_picture(deep + "/b.png", "sage")
    check_equal(sources_looked_at("ph"), ["ph/a.png", deep + "/b.png"], "files")
    home, name = os.getcwd(), "n" * 250
    os.chdir("ph")
    for _ in range(PATH_MAX // len(name) + 1):
        os.mkdir(name)
        os.chdir(name)
    os.chdir(home)
    told = whoswho("scan", "ph", "-o", "seen", "-q", code=1).err
    check("File name too long" in told, f"told of an over-long path: {told[:200]}")
    shutil.rmtree(f"ph/{name}")
    os.makedirs("ph/closed/inner")
    os.chmod("ph/closed", 0o444)
    if os.geteuid() != 0:  # permissions do not bind root
        told = whoswho("scan", "ph", "-o", "seen", "-q", code=1).err
        check("ph/closed/inner" in told, f"told of a folder that cannot be examined: {told}")
    os.chmod("ph/closed", 0o755)


def thumbnails_and_bins_are_left_out():
    write_picture("ph/a.png", "basil")
    for folder in ("@eaDir/a.png", "#recycle", "$RECYCLE.BIN/S-1-5", ".Trash-1000/files", "sub/@eaDir", "#snapshot"):
        write_picture(f"ph/{folder}/b.png", "sage")
    check_equal(sources_looked_at("ph"), ["ph/a.png"], "files")
    check_equal(sources_looked_at("ph/#recycle"), ["ph/#recycle/b.png"], "files of a bin that was named")


def a_folder_with_a_library_is_searched_without_what_we_wrote():
    album("ph")
    os.chdir("ph")
    summary = run(".", ".")
    check_equal((summary["scanned"], summary["people"]), (6, 2), "scanned, people")
    summary = run(".", ".")
    check_equal((summary["scanned"], summary["already"], summary["people"]), (0, 6, 2), "scanned, known, people again")
    write_picture("Face_0/mine.png", "sage")  # the user's, wherever it is
    portrait = next(name for name in sorted(os.listdir("Face_1")) if name.endswith(".jpg"))
    os.makedirs("Ada")
    os.rename(os.path.join("Face_1", portrait), os.path.join("Ada", portrait))  # ours, wherever it is
    os.chdir("..")
    check_equal(
        sources_looked_at("ph"),
        ["ph/Face_0/mine.png"] + [f"ph/{name}_{i}.png" for name in ("basil", "clove") for i in range(3)],
        "files, for another library",
    )
    os.chdir("ph")
    whoswho("sync", ".", "-q")
    check_equal(run(".", ".")["scanned"], 1, "scanned: the user's")


def a_data_set_is_no_footage():
    album("ph")
    run("ph", "out")
    whoswho("export", "out", "--to", "imagefolder", "-O", "ph/set", "-q")
    write_picture("ph/set/mine.png", "sage")
    check_equal(
        sources_looked_at("ph"),
        [f"ph/{name}_{i}.png" for name in ("basil", "clove") for i in range(3)] + ["ph/set/mine.png"],
        "files",
    )


def a_library_that_cannot_be_read_is_told():
    write_picture("ph/a.png", "basil")
    write_picture("ph/old/b.png", "sage")
    with open("ph/old/whoswho.db", "w", encoding="utf-8") as f:
        f.write("no library")
    told = whoswho("scan", "ph", "-o", "seen", "-q", code=1).err
    check("ph/old" in told and "left out" in told, f"told: {told}")


def cpu_seconds(*arguments):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    whoswho(*arguments, code=None)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def many_files_take_time_in_proportion():
    """Files that cannot be read: each is stored, none is decoded."""
    seconds = {}
    for count in (1000, 8000):
        folder = f"junk{count}"
        os.mkdir(folder)
        for i in range(count):
            with open(f"{folder}/{i}.jpg", "wb") as f:
                f.write(b"\xff\xd8\xff\xe0%d" % i)
        seconds[count] = cpu_seconds("scan", folder, "-o", f"out{count}", "-q")
    check(seconds[8000] < 24 * seconds[1000], f"8 times the files, {seconds[8000] / seconds[1000]:.0f} times the seconds")


def a_library_from_before_files_were_known_is_brought_up_to_date():
    album("ph")
    run("ph", "out")
    base = sqlite3.connect("out/whoswho.db")
    base.executescript("DROP INDEX source_failed; DROP TABLE source_file; DROP TABLE succession; DROP TABLE face_chip;"
                       "DROP TABLE source_place; DROP TABLE span_part; DROP TABLE file_content; DROP TABLE sort_state;")
    for column in ("key", "bytes", "changed_ns"):
        base.execute(f"ALTER TABLE exported DROP COLUMN {column}")
    base.execute("ALTER TABLE source DROP COLUMN stream_start_us")
    base.execute("PRAGMA user_version = 6")
    base.commit()
    base.close()
    summary = run("ph", "out")
    check_equal((summary["scanned"], summary["people"]), (0, 2), "scanned, people")
    check_equal(query("out", "SELECT count(*) FROM source_file"), [(6,)], "files known now")


main(
    a_photo_edited_in_place_takes_the_place_of_the_old_one,
    what_was_decided_about_a_photo_holds_when_it_is_edited,
    a_name_stays_with_the_folder_when_the_face_it_was_given_for_is_taken_out,
    a_recording_that_grows_is_one_recording,
    each_camera_of_a_file_is_a_source,
    what_was_moved_is_followed,
    what_is_gone_is_told_and_forgotten_when_asked,
    a_forgotten_file_that_comes_back_is_whom_it_was,
    what_is_forgotten_is_erased,
    two_files_of_one_name_are_told_apart,
    the_folder_it_is_called_from_does_not_matter,
    linked_folders_are_followed_once,
    what_cannot_be_looked_at_is_told,
    thumbnails_and_bins_are_left_out,
    a_folder_with_a_library_is_searched_without_what_we_wrote,
    a_data_set_is_no_footage,
    a_library_that_cannot_be_read_is_told,
    many_files_take_time_in_proportion,
    a_library_from_before_files_were_known_is_brought_up_to_date,
)
