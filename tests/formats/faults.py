#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: faults.py WHOSWHO

`whoswho check` finds each fault that is planted in a data set, and none in one that is as it was written. Prints TAP."""

import glob
import json
import os
import re
import shutil

from library import APART, export, findings, first, library, rewrite
from scene import DATA, check, check_equal, main, whoswho

import cv2
import numpy


def other_findings(out, *options):
    """Those that a reader of the format has, without the record of what was written."""
    return [line for line in findings(out, *options) if "changed since it was written" not in line]


def planted(make, formats, plant, expected):
    """Exports anew, plants, and wants the finding among those of check."""
    out = f"set_{make}"
    export(formats, out, *APART)
    check_equal(findings(out), [], "before anything is planted")
    plant(out)
    lines = findings(out)
    check(any(re.search(expected, line) for line in lines), f"{expected!r} is not in {lines}")


def append(pattern, text):
    return lambda out: rewrite(first(os.path.join(out, pattern)), lambda old: old + text)


def cut(pattern, size):
    return lambda out: os.truncate(first(os.path.join(out, pattern)), size)


def remove(pattern):
    return lambda out: os.remove(first(os.path.join(out, pattern)))


def copy(source, target):
    def plant(out):
        path = first(os.path.join(out, source))
        shutil.copy(path, os.path.join(out, target, os.path.basename(path)))

    return plant


def recompress(source, target):
    """A copy that is no copy by its bytes, and not as large."""

    def plant(out):
        path = first(os.path.join(out, source))
        picture = cv2.imread(path)
        small = cv2.resize(picture, None, fx=0.7, fy=0.7, interpolation=cv2.INTER_AREA)
        cv2.imwrite(os.path.join(out, target), small, [cv2.IMWRITE_JPEG_QUALITY, 60])

    return plant


def no_person(name):
    def plant(out):
        for path in glob.glob(os.path.join(out, "labels", "*", "*.txt")):
            rewrite(path, lambda text: "".join(l for l in text.splitlines(True) if not l.startswith(name)))

    return plant


def empty_folder(path):
    def plant(out):
        folder = first(os.path.join(out, path))
        for name in os.listdir(folder):
            os.remove(os.path.join(folder, name))

    return plant


def faults_of_yolo_are_found():
    faults = [
        (append("labels/train/*.txt", "1 0.95 0.5 0.2 0.1\n"), r"labels/train/.*:\d+: the box reaches outside"),
        (append("labels/train/*.txt", "1 nan 0.5 0.2 0.1\n"), r"labels/train/.*:\d+: the box reaches outside"),
        (append("labels/train/*.txt", "1 0.5 0.5 0 0.1\n"), r"the box has no area"),
        (append("labels/val/*.txt", "5 0.5 0.5 0.1 0.1\n"), r"class 5 is none of the 5"),
        (append("labels/val/*.txt", "face 0.5 0.5 0.1\n"), r"not a class and four numbers"),
        (remove("labels/train/*.txt"), r"images/train/.*: the picture has no label"),
        (cut("labels/train/*.txt", 0), r"labelled as empty"),
        (remove("images/val/*.jpg"), r"labels/val/.*: the label has no picture"),
        (remove("images/val/*.jpg"), r"images/val/.*: the file is missing"),
        (cut("images/train/*.jpg", 0), r"images/train/.*cannot be read"),
        (cut("images/train/*.jpg", 9000), r"images/train/.*cannot be read"),
        (copy("images/train/*.jpg", "images/val"), r"images/val/.*same picture is on another side.*images/train"),
        (recompress("images/train/*.jpg", "images/val/copy.jpg"), r"nearly the same picture is on another side.*images/"),
        (lambda out: shutil.copy(first(f"{out}/images/train/*.jpg"), f"{out}/images/train/zz.jpg"), r"there twice"),
        (no_person("3 "), r"class 3 has no face in train"),
        (lambda out: rewrite(f"{out}/data.yaml", lambda t: t[: t.index("nc:")]), r"no number of classes"),
        (lambda out: shutil.rmtree(f"{out}/images/val"), r"no pictures for val"),
    ]
    for number, (plant, expected) in enumerate(faults):
        planted(number, "yolo", plant, expected)


def pictures_are_read_where_the_set_says():
    """A library's own folder (Frames, labels beside the pictures), and folders named otherwise."""
    shutil.copytree(library(), "own")
    told = whoswho("check", "own", "--json").json
    check_equal((told["findings"], told["pictures"] > 0, told["labels"] > 0), ([], True, True), "findings, pictures, labels of a library")
    remove("Frames/*.txt")("own")
    check(any(re.search(r"Frames/frame_1\.jpg: the picture has no label", line) for line in findings("own")), "a label that is gone")
    export("yolo", "set", *APART)
    shutil.copytree("set", "renamed")
    for kind in ("images", "labels"):
        os.makedirs(f"renamed/learn/{kind}")
        os.rename(f"renamed/{kind}/train", f"renamed/learn/{kind}/a")
    rewrite("renamed/data.yaml", lambda text: text.replace("train: images/train", 'train: "../learn/images/a/"'))
    check_equal([line for line in other_findings("renamed") if "is missing" not in line], [], "of a set whose train lies elsewhere")
    rewrite("renamed/data.yaml", lambda text: text.replace("../learn", "/learn"))
    check(any("no pictures for train" in line for line in findings("renamed")), "train outside the set")
    for said in ("learn/images/a # first", "'learn/images/a' # first", "learn/images/a/\t# first"):
        edit("data.yaml", "(?m)^train: .*$", f"train: {said}")("renamed")
        check_equal([line for line in other_findings("renamed") if "is missing" not in line], [], f"of train: {said}")


def tear_track(out):
    """A picture that was in train is in val now, as a split by chance would have it."""
    with open(f"{out}/train/metadata.jsonl", encoding="utf-8") as f:
        lines = f.readlines()
    name = json.loads(lines[0])["file_name"]
    shutil.move(f"{out}/train/{name}", f"{out}/val/{name}")
    rewrite(f"{out}/val/metadata.jsonl", lambda text: text + lines[0])
    rewrite(f"{out}/train/metadata.jsonl", lambda text: text.partition("\n")[2])


def faults_of_other_kinds_of_pictures_are_found():
    for kind in ("png", "webp"):
        export("imagefolder", kind, "--format", kind, *APART)
        check_equal(findings(kind), [], kind)
        path = first(f"{kind}/train/*/*.{kind}")
        os.truncate(path, os.path.getsize(path) // 2)
        check(any(re.search(rf"{kind}: the picture cannot be read", line) for line in findings(kind)), f"half a {kind}")


def faces_without_a_label_are_found():
    """By looking at the pictures: a label that was taken out, in YOLO and in COCO."""
    export("yolo,coco", "out", *APART)
    check_equal(findings("out", "--faces"), [], "before anything is planted")
    label = first("out/yolo/labels/train/*_000008200000.txt")
    rewrite(label, lambda text: "".join(text.splitlines(True)[1:]))
    annotations("train", lambda d: d["annotations"].pop())("out/coco")
    check_equal(other_findings("out"), [], "without looking, nothing is amiss but that files were changed")
    lines = other_findings("out", "--faces")
    check_equal(sorted(l.partition("/")[0] for l in lines), ["coco", "yolo"], f"{lines}")
    check(all("has no label" in line for line in lines), f"{lines}")


def faults_of_person_folders_are_found():
    faults = [
        (cut("train/Face_2/*.*g", 700), r"train/Face_2/.*cannot be read"),
        (empty_folder("val/Face_3"), r"val/Face_3: the class is empty"),
        (lambda out: shutil.rmtree(f"{out}/val/Face_3"), r"train/Face_3: the class is missing in val"),
        (lambda out: shutil.copytree(f"{out}/val/Face_3", f"{out}/val/Face_30"), r"val/Face_30: the class is missing in train"),
        (copy("train/Face_4/*.*g", "test/Face_4"), r"same picture is on another side"),
        (recompress("train/Face_4/*.*g", "val/Face_4/copy.jpg"), r"nearly the same picture is on another side"),
        (tear_track, r"track \d+ is in train and in val"),
        (remove("train/Face_2/*.*g"), r"metadata.jsonl: it names a picture that is not there"),
        (cut("val/metadata.jsonl", 40), r"val/metadata.jsonl: it cannot be read"),
    ]
    for kind in ("imagefolder", "chips"):
        for number, (plant, expected) in enumerate(faults):
            planted(f"{kind}_{number}", kind, plant, expected)


def annotations(side, change):
    def plant(out):
        path = os.path.join(out, "annotations", f"instances_{side}.json")
        with open(path, encoding="utf-8") as f:
            data = json.load(f)
        change(data)
        with open(path, "w", encoding="utf-8") as f:
            json.dump(data, f, indent=1)

    return plant


def tear_annotation(out):
    with open(f"{out}/annotations/instances_train.json", encoding="utf-8") as f:
        track = json.load(f)["annotations"][0]["track_id"]
    annotations("val", lambda d: d["annotations"][0].update(track_id=track))(out)


def faults_of_coco_are_found():
    faults = [
        (annotations("train", lambda d: d["annotations"][0]["bbox"].__setitem__(2, 900)), r"annotation \d+: the box reaches outside"),
        (annotations("train", lambda d: d["annotations"][0]["bbox"].__setitem__(3, 0)), r"annotation \d+: the box has no area"),
        (annotations("val", lambda d: d["annotations"][0].update(category_id=77)), r"there is no category 77"),
        (annotations("val", lambda d: d["annotations"][0].update(image_id=777)), r"there is no image 777"),
        (annotations("test", lambda d: d["annotations"].clear()), r"image \d+ has no annotation"),
        (annotations("train", lambda d: d["categories"].append({"id": 9, "name": "\u00e9\ud83d\ude00"})), r"category 9 has no annotation"),
        (annotations("train", lambda d: d["annotations"].append(5)), r"1 entry .* is no object"),
        (annotations("train", lambda d: (d["images"].append("a"), d["categories"].append(None))), r"2 entries .* are no objects"),
        (tear_annotation, r"track \d+ is in train and in val"),
        (annotations("train", lambda d: d["images"].append(d["images"][0])), r"two images have the id"),
        (annotations("train", lambda d: d["images"][0].update(file_name="../../x.jpg")), r"no file_name inside"),
        (remove("images/val/*.jpg"), r"images/val/.*cannot be read"),
        (cut("annotations/instances_train.json", 2000), r"instances_train.json.*is no JSON at line \d+"),
    ]
    for number, (plant, expected) in enumerate(faults):
        planted(f"coco_{number}", "coco", plant, expected)


def reshape(change):
    """faces.npy anew, with a right header for what `change` makes of it."""

    def plant(out):
        vectors = numpy.load(f"{out}/faces.npy")
        numpy.save(f"{out}/faces.npy", change(vectors))

    return plant


def spoil(vectors):
    vectors[3, 7] = numpy.nan
    return vectors


def faults_of_embeddings_are_found():
    faults = [
        (lambda out: rewrite(f"{out}/faces.csv", lambda text: text[: text.rindex("\n", 0, -1) + 1]), r"faces.csv: it cannot be read.*a row for each"),
        (reshape(lambda v: v[:-1]), r"faces.csv: it cannot be read.*a row for each"),
        (reshape(lambda v: v.reshape(-1)), r"faces.npy: it cannot be read"),
        (reshape(lambda v: v.astype(numpy.int32)), r"faces.npy: it cannot be read"),
        (reshape(spoil), r"faces.npy: it cannot be read"),
        (cut("faces.npy", 5000), r"faces.npy: it cannot be read"),
        (remove("faces.csv"), r"faces.csv: it is not there"),
    ]
    for number, (plant, expected) in enumerate(faults):
        planted(f"embeddings_{number}", "embeddings", plant, expected)


def next_class(text):
    first_class, rest = text.split(" ", 1)
    return f"{(int(first_class) + 1) % 5} {rest}"


def edit(pattern, old, new):
    """Replaces the first match of a regular expression in a file."""

    def plant(out):
        path = first(os.path.join(out, pattern))
        with open(path, encoding="utf-8") as f:
            text = f.read()
        check(re.search(old, text), f"{old!r} is not in {path}")
        rewrite(path, lambda _: re.sub(old, new, text, count=1))

    return plant


def faults_of_annotation_tools_are_found():
    cvat, tasks = "annotations.xml", "tasks.json"
    faults = [
        ("cvat", edit(cvat, r'xbr="[^"]*"', 'xbr="5000"'), r"annotations.xml:\d+: the box reaches outside"),
        ("cvat", edit(cvat, r'xtl="[^"]*"', 'xtl="5000"'), r"annotations.xml:\d+: the box has no area"),
        ("cvat", edit(cvat, r'ybr="[^"]*"', 'ybr="low"'), r"annotations.xml:\d+: the box has no area"),
        ("cvat", edit(cvat, r'<box label="[^"]*"', '<box label="Nobody"'), r"the label 'Nobody' is none of those listed"),
        ("cvat", edit(cvat, r'width="854"', 'width="640"'), r"images/.*: the picture is 854 x 480 pixels, not 640 x 480"),
        ("cvat", edit(cvat, r'name="demo_', 'name="other_'), r"there is no picture images/other_"),
        ("cvat", edit(cvat, r'<image id="1" name="[^"]*"', '<image id="1"'), r"annotations.xml: it cannot be read: .*no name"),
        ("cvat", edit(cvat, r"(?s)  <image id=\"0\".*?</image>\n", ""), r"images/demo_.*: annotations.xml does not tell of it"),
        ("cvat", edit(cvat, r"(?s)(  <image id=\"0\".*?</image>\n)", r"\1\1"), r"tells of images/demo_.* a second time"),
        ("cvat", cut(cvat, 3000), r"annotations.xml: it cannot be read"),
        ("cvat", remove("images/*.jpg"), r"annotations.xml:\d+: there is no picture images/demo_"),
        ("cvat", cut("images/*.jpg", 4000), r"images/demo_.*: the picture cannot be read"),
        ("labelstudio", edit(tasks, r'"x": [0-9.]+', '"x": 97.5'), r"tasks.json:\d+: the box reaches outside"),
        ("labelstudio", edit(tasks, r'"height": [0-9.]+', '"height": 0'), r"tasks.json:\d+: the box has no area"),
        ("labelstudio", edit(tasks, r'"rectanglelabels": \["[^"]*"\]', '"rectanglelabels": ["Nobody"]'), r"the label 'Nobody' is none"),
        ("labelstudio", edit(tasks, r'"original_width": \d+', '"original_width": 640'), r"854 x 480 pixels, not 640 x 480"),
        ("labelstudio", edit(tasks, r"\?d=images/demo_", "?d=images/other_"), r"there is no picture images/other_"),
        ("labelstudio", cut(tasks, 3000), r"tasks.json: it cannot be read"),
        ("labelstudio", remove("config.xml"), r"config.xml: the labels cannot be read"),
        ("labelstudio", cut("images/*.jpg", 0), r"images/demo_.*: the picture cannot be read"),
        ("labelstudio", lambda out: shutil.copy(os.path.join(DATA, "group.jpg"), f"{out}/images"), r"images/group.jpg: tasks.json does not tell"),
    ]
    for number, (kind, plant, expected) in enumerate(faults):
        planted(f"tool_{number}", kind, plant, expected)
    for kind, plant in (("cvat", edit(cvat, r"(?s)    <box .*?</box>\n", "")), ("labelstudio", edit(tasks, r'"x": [0-9.]+', '"x": 0'))):
        export(kind, kind, *APART)
        check_equal(findings(kind, "--faces"), [], f"{kind} as it was written")
        plant(kind)
        check(any("has no label" in line for line in findings(kind, "--faces")), f"{kind}: a face without a box")


def faults_of_the_articles_layout_are_found():
    label, encodings = "ClusteredFaces/*/*.txt", "Encodings/encodings_1.json"
    faults = [
        (edit(label, r" \d+ \d+ (\d+) (\d+)", r" 5 5 \1 9000"), r"face_\d+.txt: the box reaches outside"),
        (edit(label, r" \d+ \d+ (\d+) (\d+)", r" 399 5 \1 \2"), r"face_\d+.txt: the box has no area"),
        (edit(label, r" (\d+) (\d+)$", r" \1"), r"not a label and four whole numbers"),
        (edit("ClusteredFaces/Face_2/*.txt", r"^\S+", "Nobody"), r"the label is 'Nobody', and the folder 'Face_2'"),
        (remove(label), r"the portrait has no label"),
        (remove("ClusteredFaces/*/*.jpg"), r"there is no portrait ClusteredFaces"),
        (cut("ClusteredFaces/*/*.jpg", 900), r"ClusteredFaces/.*: the picture cannot be read"),
        (empty_folder("ClusteredFaces/Face_2"), r"ClusteredFaces/Face_2: there is no portrait in it"),
        (remove("Frames/*.jpg"), r"Encodings/.*: there is no frame Frames/frame_"),
        (cut("Frames/*.jpg", 900), r"Frames/.*: the picture cannot be read"),
        (remove(encodings), r"Frames/frame_1.jpg: the frame has no Encodings/encodings_1.json"),
        (edit(encodings, r'"loc": \[\d+, \d+', '"loc": [1, 4000'), r"encodings_1.json:\d+: the box reaches outside"),
        (edit(encodings, r'"loc": \[\d+, ', '"loc": ['), r"encodings_1.json:\d+: loc is not four numbers"),
        (edit(encodings, r'"encoding": \[[^,]*, ', '"encoding": ['), r"encoding has \d+ numbers, others have"),
        (cut(encodings, 500), r"encodings_1.json: it cannot be read"),
    ]
    for number, (plant, expected) in enumerate(faults):
        planted(f"article_{number}", "article", plant, expected)
    export("article", "faces")
    check_equal(findings("faces", "--faces"), [], "as it was written")
    edit(encodings, r'"loc": \[\d+, \d+, \d+, \d+\]', '"loc": [0, 9, 9, 0]')("faces")
    check(any("has no label" in line for line in findings("faces", "--faces")), "a face that no encoding is about")


def faults_of_timelines_are_found():
    faults = [
        (edit("*.vtt", r"--> \d\d:\d\d:\d\d", "--> 01:00:00"), r"vtt:\d+: .* lies outside the footage"),
        (edit("*.vtt", r"00:00:\d\d.\d+ -->", "00:59:00.000 -->"), r"vtt:\d+: it ends before it begins"),
        (edit("*.vtt", r"\A\w+", "VTT"), r"vtt:1: WebVTT begins"),
        (edit("*.srt", r"00:00:\d\d,\d+ -->", "soon -->"), r"srt:\d+: the times of the cue cannot be read"),
        (edit("*.srt", r"(?s)\A.*?\n\n", ""), r"srt: it tells of \d+ stretches of time, other files of \d+"),
        (edit("*.rttm", r" 1 [0-9.]+ ", " 1 500.0 "), r"rttm:\d+: .* lies outside the footage"),
        (edit("*.rttm", r"SPEAKER", "LISTENER"), r"rttm:\d+: not a line of RTTM"),
        (edit("demo*.csv", r"\n\d+,", r"\n77,"), r"csv:\d+: there is no person 77 in people.csv"),
        (edit("demo*.csv", r"end_s", "to_s"), r"csv: it cannot be read: .*no columns"),
        (edit("people.csv", r"(\n\d+,[^,]*),[0-9.]+", r"\1,77.5"), r"people.csv: person \d+ is on screen for 77.500 s"),
        (edit("*.eaf", r'TIME_VALUE="\d+"', 'TIME_VALUE="900000"'), r"eaf:\d+: it ends before it begins"),
        (cut("*.eaf", 900), r"eaf: it cannot be read"),
        (lambda out: rewrite(first(f"{out}/*.otio"), lambda text: text.replace("available_range", "range")), r"otio: it cannot be read: .*how long"),
        (edit("*.otio", r'("marked_range".*?"duration".*?"value": )[0-9.]+', r"\g<1>99999.0"), r"otio:\d+: .* lies outside"),
        (edit("*.ffmetadata", r"END=\d+", "END=900000"), r"ffmetadata:\d+: .* lies outside the footage"),
        (remove("*.rttm"), r"demo_[0-9a-f]+: there is no rttm of it"),
    ]
    for number, (plant, expected) in enumerate(faults):
        planted(f"time_{number}", "timeline", plant, expected)


def faults_of_sidecars_are_found():
    os.makedirs("photos/sub")
    for path in ("photos/a.jpg", "photos/sub/b.jpg"):
        shutil.copy(os.path.join(DATA, "group.jpg"), path)
    with open("photos/sub/b.jpg", "ab") as f:
        f.write(b"another")
    whoswho("run", "photos", "-o", "photo_lib", "-q")
    faults = [
        (edit("a.jpg.xmp", r'(stArea:x[=>]"?)[0-9.]+', r"\g<1>1.5"), r"a.jpg.xmp:\d+: the box reaches outside"),
        (edit("sub/b.jpg.xmp", r'(stArea:w[=>]"?)[0-9.]+', r"\g<1>0"), r"sub/b.jpg.xmp:\d+: the box has no area"),
        (cut("a.jpg.xmp", 600), r"a.jpg.xmp: it cannot be read"),
        (lambda out: rewrite(f"{out}/a.jpg.xmp", lambda text: text.replace("mwg-rs:Regions", "mwg-rs:Parts")), r"a.jpg.xmp: there are no regions"),
        (remove("sub/*.xmp"), r"sub/b.jpg.xmp: the file is missing"),
    ]
    for number, (plant, expected) in enumerate(faults):
        whoswho("export", "photo_lib", "--to", "xmp", "-O", f"xmp_{number}", "-q")
        check_equal(findings(f"xmp_{number}"), [], "before anything is planted")
        plant(f"xmp_{number}")
        lines = findings(f"xmp_{number}")
        check(any(re.search(expected, line) for line in lines), f"{expected!r} is not in {lines}")


def chip_of_another_size(out):
    path = first(f"{out}/train/*/*.png")
    cv2.imwrite(path, cv2.resize(cv2.imread(path), (96, 96)))


def what_is_not_as_it_was_written_is_found():
    """Faults that a reader of the format alone cannot see."""
    faults = [
        ("yolo", lambda out: rewrite(first(f"{out}/labels/train/*.txt"), next_class), r"labels/train/.*changed since it was written"),
        ("coco", annotations("val", lambda d: d["images"][0].update(width=640)), r"instances_val.json: it was changed"),
        ("chips", chip_of_another_size, r"train/.*\.png: it was changed"),
        ("cvat", lambda out: rewrite(first(f"{out}/*.xml"), lambda t: t.replace('xtl="', 'xtl="1', 1)), r"\.xml: it was changed"),
        ("labelstudio", cut("*.json", 300), r"\.json: it was changed"),
        ("timeline", append("*.csv", "x\n"), r"\.csv: it was changed"),
        ("article", remove("Encodings/*.json"), r"Encodings/.*: the file is missing"),
    ]
    for number, (kind, plant, expected) in enumerate(faults):
        planted(f"written_{number}", kind, plant, expected)
    export("imagefolder", "extra", *APART)
    shutil.copy(os.path.join(DATA, "group.jpg"), first("extra/train/Face_2/*.jpg") + ".more.jpg")
    check(any("has no line about it" in line for line in findings("extra")), "a picture without a line of metadata")
    rewrite("extra/README.md", lambda text: text + "Licence: mine")
    check(not any("README" in line for line in findings("extra")), "what the card's reader fills in is no fault")


def several_formats_are_checked_each():
    export("yolo,imagefolder", "out", *APART)
    check_equal(findings("out"), [], "findings")
    os.remove(first("out/yolo/labels/train/*.txt"))
    os.truncate(first("out/imagefolder/train/*/*.jpg"), 500)
    lines = findings("out")
    check(any(l.startswith("yolo/images") for l in lines) and any(l.startswith("imagefolder/train") for l in lines), f"{lines}")
    os.mkdir("nothing")
    check("holds no data set" in whoswho("check", "nothing", code=3).err, "a folder that is no data set")


main(
    faults_of_yolo_are_found,
    pictures_are_read_where_the_set_says,
    faults_of_person_folders_are_found,
    faults_of_other_kinds_of_pictures_are_found,
    faces_without_a_label_are_found,
    faults_of_coco_are_found,
    faults_of_embeddings_are_found,
    faults_of_annotation_tools_are_found,
    faults_of_the_articles_layout_are_found,
    faults_of_timelines_are_found,
    faults_of_sidecars_are_found,
    what_is_not_as_it_was_written_is_found,
    several_formats_are_checked_each,
)
