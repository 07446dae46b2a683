#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: annotators.py WHOSWHO

The demo as tasks of CVAT and Label Studio: what they ask for is acted out here, somebody's work on the boxes is done by hand, and comes back as
decisions that one undo takes back. Hostile files are refused with file and line. Prints TAP."""

import contextlib
import glob
import json
import os
import re
import shutil
import sqlite3
import xml.etree.ElementTree as ElementTree

from library import NAMES, export, import_, library, stored_faces
from scene import DATA, check, check_equal, main, query, whoswho
from scene import faces as table

import cv2
import numpy

ODD = 'Zoë "Ö" <b>&amp; =1+1; \u4e2d'


def copied():
    """A copy of the library that a case may change."""
    shutil.copytree(library(), "lib")
    return "lib"


def people(lib):
    """Name or None -> faces, and face -> title, as the store has them."""
    rows = query(
        lib,
        "SELECT person, (SELECT name FROM person WHERE number = person) FROM face JOIN frame ON frame.id = frame"
        " ORDER BY source, sample, place",
    )
    return {i + 1: (name or (f"Face_{number}" if number is not None else None)) for i, (number, name) in enumerate(rows)}


def detected(face):
    return [round(v, 2) for v in face[5:9]]


def cvat(path="out/annotations.xml"):
    return ElementTree.parse(path)


def boxes(tree):
    """(image, box, face) of each box, with the face of the store that its mark speaks of."""
    faces = stored_faces()
    found = []
    for image in tree.getroot().iter("image"):
        time = int(re.search(r"_(\d+)\.jpg$", image.get("name")).group(1))
        for box in image.findall("box"):
            mark = [a.text for a in box.findall("attribute") if a.get("name") == "exported"][0].split(" ", 4)
            face = [f for f in faces if f[2] == time and detected(f) == [float(v) for v in mark[:4]]]
            check_equal(len(face), 1, f"faces of the mark {mark}")
            check_equal(mark[4], box.get("label"), "the label in the mark")
            found.append((image, box, face[0]))
    return found


def cvat_has_what_its_import_asks_for():
    """The documented form: version, labels with their attributes, images with ids from 0, boxes inside their pictures."""
    export("cvat", "out")
    root = cvat().getroot()
    check_equal((root.tag, root.findtext("version")), ("annotations", "1.1"), "root and version")
    labels = [label.findtext("name") for label in root.iter("label")]
    check_equal(labels[:2] + labels[-1:], [*NAMES, "unknown"], "labels")
    for label in root.iter("label"):
        attribute = label.find("attributes/attribute")
        check_equal(
            [attribute.findtext(tag) for tag in ("name", "mutable", "input_type")], ["exported", "False", "text"], "attribute"
        )
    with open("out/README.md", encoding="utf-8") as f:
        check(not re.search("pixelated|train", f.read()), "the card speaks of no split and of no hidden faces")
    with open("out/labels.json", encoding="utf-8") as f:
        check_equal([label["name"] for label in json.load(f)], labels, "labels of the raw editor")
    images = list(root.iter("image"))
    check_equal([int(image.get("id")) for image in images], list(range(len(images))), "ids of images")
    for image in images:
        picture = cv2.imread(os.path.join("out", "images", image.get("name")))
        check_equal(picture.shape[:2], (int(image.get("height")), int(image.get("width"))), image.get("name"))
    for image, box, face in boxes(cvat()):
        corners = [float(box.get(c)) for c in ("xtl", "ytl", "xbr", "ybr")]
        check(0 <= corners[0] < corners[2] <= int(image.get("width")), f"{corners}")
        check(0 <= corners[1] < corners[3] <= int(image.get("height")), f"{corners}")
        scale = int(image.get("width")) / 854
        stored = [face[5] * scale, face[6] * scale, (face[5] + face[7]) * scale, (face[6] + face[8]) * scale]
        check(max(abs(a - b) for a, b in zip(corners, stored)) < 0.02, f"{corners}, not {stored}")
        check(box.get("label") in labels and box.get("occluded") == "0" and box.get("z_order") == "0", "box")
    check_equal(len(boxes(cvat())), len(stored_faces()), "every face has a box")


def what_is_as_it_was_says_nothing():
    export("cvat,labelstudio", "out")
    lib = copied()
    done = import_(lib, "out/cvat/annotations.xml")
    check_equal((done["boxes"], done["decisions"], done["understood"]), (len(stored_faces()), 0, []), "CVAT")
    whoswho("name", 3, "Somebody", "-o", lib, "-q")
    check_equal(import_(lib, "out/cvat/annotations.xml")["decisions"], 0, "a name that was given since")
    done = import_(lib, "out/labelstudio/tasks.json")
    check_equal((done["boxes"], done["decisions"]), (0, 0), "predictions that nobody looked at")


def work_on_cvat(write="changed.xml"):
    """Relabels one face, deletes one, moves one, draws one where nobody is, names a whole person, and unlabels one."""
    tree = cvat()
    of_person = {}
    for image, box, face in boxes(tree):
        of_person.setdefault(box.get("label"), []).append((image, box, face))
    ada, zoe = of_person[NAMES[0]], of_person[NAMES[1]]
    ada[0][1].set("label", NAMES[1])
    ada[1][0].remove(ada[1][1])
    moved = zoe[0][1]
    for corner, by in (("xtl", 3.5), ("xbr", 3.5), ("ytl", -2), ("ybr", -2)):
        moved.set(corner, f"{float(moved.get(corner)) + by:.2f}")
    zoe[1][1].set("label", "unknown")
    for _, box, _ in of_person["Face_2"]:
        box.set("label", ODD)
    ElementTree.SubElement(
        ada[2][0], "box", label=NAMES[0], xtl="1.0", ytl="1.0", xbr="21.0", ybr="22.0", occluded="0", source="manual"
    )
    tree.write(write, encoding="utf-8")
    return {
        "relabelled": ada[0][2], "deleted": ada[1][2], "moved": zoe[0][2], "unknown": zoe[1][2],
        "named": [face for _, _, face in of_person["Face_2"]],
    }


def changed_as_meant(lib, work, before):
    after = people(lib)
    check_equal(after[work["relabelled"][0]], NAMES[1], "the relabelled face")
    check_equal(after[work["deleted"][0]], None, "the deleted face")
    check_equal(after[work["unknown"][0]], None, "the unlabelled face")
    check_equal({after[face[0]] for face in work["named"]}, {ODD}, "the named person")
    touched = {work[k][0] for k in ("relabelled", "deleted", "unknown")} | {face[0] for face in work["named"]}
    check_equal(
        {f: t for f, t in after.items() if f not in touched}, {f: t for f, t in before.items() if f not in touched}, "others"
    )


def work_on_cvat_becomes_decisions():
    export("cvat", "out")
    lib, work = copied(), work_on_cvat()
    before = people(lib)
    import_(lib, "changed.xml", "--dry-run", code=1)
    check_equal(people(lib), before, "after a dry run")
    done = import_(lib, "changed.xml", code=1)
    check_equal(
        [done[k] for k in ("relabelled", "deleted", "moved", "added", "passed_over")],
        [2 + len(work["named"]), 1, 1, 0, 1], f"{done}",
    )
    check(any("no face was found where this box is" in line for line in done["understood"]), f"{done['understood']}")
    changed_as_meant(lib, work, before)
    discarded = work["deleted"][0]
    check(not glob.glob(os.path.join(lib, "*", f"face_{discarded}.jpg")), "the deleted face is not written")
    again = import_(lib, "changed.xml", code=1)
    check_equal((again["decisions"], again["moved"], again["deleted"]), (0, 0, 0), f"a second time: {again['understood']}")
    whoswho("export", lib, "--to", "cvat", "-O", "again", "-q")
    for _, box, face in boxes(cvat("again/annotations.xml")):
        if face[0] == work["moved"][0]:
            left = float(box.get("xtl"))
            check(abs(left - (face[5] + 3.5)) < 0.02, f"the moved box: {left}, not {face[5]} + 3.5")
    whoswho("undo", "-o", lib, "-q")
    check_equal(people(lib), before, "after one undo")
    whoswho("export", lib, "--to", "cvat", "-O", "again", "-q")
    with open("out/annotations.xml", "rb") as a, open("again/annotations.xml", "rb") as b:
        check(a.read() == b.read(), "after one undo the export is the one before")


def a_box_around_a_face_that_was_missed_adds_it():
    """The scan passes over small faces; two of them are drawn by hand, one box is on the wall, and one face is drawn twice."""
    clip = os.path.join(DATA, "demo.mp4")
    sizes = sorted(min(face[7:9]) for face in stored_faces())
    limit = sizes[len(sizes) // 2] + 1
    whoswho("run", clip, "-o", "lib", "-q", "--min-face", limit)
    before = stored_faces("lib")
    whoswho("export", "lib", "--to", "cvat", "-O", "out", "-q")
    tree = cvat()
    known = {face[2] for face in before}
    missed = [face for face in stored_faces() if face[2] in known and min(face[7:9]) < limit][:2]
    check_equal(len(missed), 2, "faces that were missed, in frames that are known")
    for face in missed:
        (image,) = [i for i in tree.getroot().iter("image") if i.get("name").endswith(f"_{face[2]:012d}.jpg")]
        x, y, w, h = face[5:9]
        for grow in (0.1, 0.12):
            corners = {"xtl": x - grow * w, "ytl": y - grow * h, "xbr": x + (1 + grow) * w, "ybr": y + h}
            ElementTree.SubElement(image, "box", label="Drawn by hand", occluded="0", **{k: f"{v:.2f}" for k, v in corners.items()})
    wall = {"xtl": "1", "ytl": "1", "xbr": "40", "ybr": "50"}
    ElementTree.SubElement(image, "box", label="Drawn by hand", occluded="0", **wall)
    tree.write("changed.xml", encoding="utf-8")
    whoswho("import", "lib", "changed.xml", "--dry-run", code=1)
    check_equal(stored_faces("lib"), before, "after a dry run")
    done = import_("lib", "changed.xml", code=1)
    after = stored_faces("lib")
    check_equal((done["added"], done["passed_over"], len(after) - len(before)), (2, 3, 2), f"faces: {done}")
    named = [face for face in after if people("lib")[face[0]] == "Drawn by hand"]
    for face in missed:
        near = [f for f in named if f[2] == face[2] and abs(f[5] - face[5] + 0.1 * face[7]) < 0.02 * face[7] + 0.1]
        check(near, f"{face[5:9]} is not among {[f[5:9] for f in named]}")
        marks = numpy.frombuffer(near[0][9], "<f4") - numpy.frombuffer(face[9], "<f4")
        check(numpy.abs(marks).max() < 0.15 * face[7], f"landmarks are {marks} from those of the scan")
        check(os.path.exists(glob.glob(f"lib/*/face_{near[0][0]}.jpg")[0]), "it has a portrait")
    again = import_("lib", "changed.xml", code=1)
    check_equal((again["added"], again["decisions"]), (0, 0), f"once more: {again}")
    check_equal(len(stored_faces("lib")), len(after), "faces")

    log = whoswho("log", "-o", "lib", "--json").json["log"]
    check_equal([e["kind"] for e in log][:2], ["add", "add"], f"the journal: {log}")
    check_equal(len(table("lib")), len(after), "rows of faces.csv")
    whoswho("undo", "-o", "lib", "-q")
    check_equal((len(table("lib")), os.path.isdir("lib/Drawn by hand")), (len(before), False), "one undo takes them back, names and all")
    import_("lib", "changed.xml", code=1)
    check_equal((len(table("lib")), os.path.isdir("lib/Drawn by hand")), (len(after), True), "and they come again with the file")


def a_corrected_box_is_the_box_everywhere():
    export("cvat", "out")
    lib, work = copied(), work_on_cvat()
    import_(lib, "changed.xml", code=1)
    face = work["moved"]
    with open(os.path.join(lib, "faces.csv"), encoding="utf-8") as f:
        row = [line.split(",") for line in f if line.startswith(f"{face[0]},")][0]
    check(abs(float(row[3]) - face[5] - 3.5) < 0.1 and abs(float(row[4]) - face[6] + 2) < 0.1, f"faces.csv: {row}")
    whoswho("export", lib, "--to", "coco", "-O", "coco", "-q", "--near-duplicate", "0")
    lefts = []
    for side in ("train", "val", "test"):
        with open(f"coco/annotations/instances_{side}.json", encoding="utf-8") as f:
            lefts += [a["bbox"][0] for a in json.load(f)["annotations"] if a["id"] == face[0]]
    check(len(lefts) == 1 and abs(lefts[0] - face[5] - 3.5) < 0.02, f"COCO: {lefts}")
    whoswho("cluster", lib, "-q")
    check_equal(people(lib)[face[0]], NAMES[1], "whose it is does not change")


def labelstudio_has_what_its_import_asks_for():
    export("labelstudio", "out")
    with open("out/tasks.json", encoding="utf-8") as f:
        tasks = json.load(f)
    config = ElementTree.parse("out/config.xml").getroot()
    image, labels = config.find("Image"), config.find("RectangleLabels")
    values = [label.get("value") for label in labels.findall("Label")]
    check_equal(values[:2] + values[-1:], [*NAMES, "unknown"], "labels")
    check_equal((image.get("value"), labels.get("toName")), ("$image", image.get("name")), "the interface")
    ids = set()
    for task in tasks:
        path = task["data"]["image"].partition("/data/local-files/?d=")[2]
        picture = cv2.imread(os.path.join("out", path))
        (prediction,) = task["predictions"]
        for region in prediction["result"]:
            check_equal((region["from_name"], region["to_name"]), (labels.get("name"), image.get("name")), "names")
            check_equal(picture.shape[:2], (region["original_height"], region["original_width"]), "size")
            value = region["value"]
            check(value["x"] >= 0 and value["x"] + value["width"] <= 100.0001, f"{value}")
            check(value["y"] >= 0 and value["y"] + value["height"] <= 100.0001, f"{value}")
            check(set(value["rectanglelabels"]) <= set(values), f"{value}")
            ids.add(region["id"])
    check_equal(len(ids), len(stored_faces()), "regions with ids of their own")


def submitted(tasks, keep_marks=True):
    """The tasks as an annotator submits them unchanged: the predictions become an annotation, with regions of new ids."""
    for task in tasks:
        regions = json.loads(json.dumps(task["predictions"][0]["result"]))
        for region in regions:
            region["id"] = region["id"][::-1]
            if not keep_marks:
                del region["meta"]
        task["annotations"] = [{"result": regions, "was_cancelled": False}]
    return tasks


def work_on_labelstudio(keep_marks):
    with open("out/tasks.json", encoding="utf-8") as f:
        tasks = submitted(json.load(f), keep_marks)
    faces = stored_faces()
    of_person = {}
    for task in tasks:
        time = int(re.search(r"_(\d+)$", task["data"]["frame"]).group(1))
        result = task["annotations"][0]["result"]
        for region, original in zip(list(result), task["predictions"][0]["result"]):
            mark = [float(v) for v in original["meta"]["text"][0].split(" ")[:4]]
            face = [f for f in faces if f[2] == time and detected(f) == mark][0]
            of_person.setdefault(region["value"]["rectanglelabels"][0], []).append((result, region, face))
    ada, zoe = of_person[NAMES[0]], of_person[NAMES[1]]
    ada[0][1]["value"]["rectanglelabels"] = [NAMES[1]]
    ada[1][0].remove(ada[1][1])
    zoe[0][1]["value"]["x"] += 100 * 3.5 / 854
    zoe[0][1]["value"]["y"] -= 100 * 2 / 480
    zoe[1][1]["value"]["rectanglelabels"] = ["unknown"]
    for _, region, _ in of_person["Face_2"]:
        region["value"]["rectanglelabels"] = [ODD]
    with open("project.json", "w", encoding="utf-8") as f:
        json.dump(tasks, f)
    return {
        "relabelled": ada[0][2], "deleted": ada[1][2], "moved": zoe[0][2], "unknown": zoe[1][2],
        "named": [face for _, _, face in of_person["Face_2"]],
    }


def work_on_labelstudio_becomes_decisions():
    """Also where the tool kept nothing of a region but its box."""
    export("labelstudio", "out")
    for keep_marks in (True, False):
        lib, work = copied(), work_on_labelstudio(keep_marks)
        before = people(lib)
        done = import_(lib, "project.json")
        check_equal([done[k] for k in ("deleted", "moved", "added")], [1, 1, 0], f"{done}")
        changed_as_meant(lib, work, before)
        whoswho("undo", "-o", lib, "-q")
        check_equal(people(lib), before, "after one undo")
        shutil.rmtree(lib)


def skipped_and_older_annotations_do_not_count():
    export("labelstudio", "out")
    lib = copied()
    with open("out/tasks.json", encoding="utf-8") as f:
        tasks = submitted(json.load(f))
    for task in tasks:
        other = json.loads(json.dumps(task["annotations"][0]["result"]))
        for region in other:
            region["value"]["rectanglelabels"] = [ODD]
        task["annotations"].insert(0, {"result": other, "was_cancelled": False})
        task["annotations"].append({"result": other, "was_cancelled": True})
    with open("project.json", "w", encoding="utf-8") as f:
        json.dump(tasks, f)
    check_equal(import_(lib, "project.json")["decisions"], 0, "decisions")


def the_articles_scripts_read_its_layout():
    """Fields between spaces, whole pixels within the picture, locations in the order top, right, bottom, left, vectors as stored."""
    export("article,embeddings", "out")
    vectors = numpy.load("out/embeddings/faces.npy")
    faces = stored_faces()
    seen = []
    for path in glob.glob("out/article/Encodings/encodings_*.json"):
        with open(path, encoding="utf-8") as f:
            for entry in json.load(f):
                height, width = cv2.imread(os.path.join("out/article", entry["imagePath"])).shape[:2]
                top, right, bottom, left = entry["loc"]
                check(0 <= left < right < width and 0 <= top < bottom < height, f"{entry['loc']}")
                x, y, w, h = [v * width / 854 for v in faces[entry["face"] - 1][5:9]]
                check(max(abs(left - x), abs(top - y), abs(right - x - w), abs(bottom - y - h)) < 2, f"{entry['loc']}")
                check((numpy.float32(entry["encoding"]) == vectors[entry["face"] - 1]).all(), "the vector")
                seen.append(entry["face"])
    check_equal(sorted(seen), [face[0] for face in faces], "faces with encodings")
    labels = glob.glob("out/article/ClusteredFaces/*/face_*.txt")
    check_equal(len(labels), len(faces), "labels")
    folders = set()
    for path in labels:
        with open(path, encoding="utf-8") as f:
            (line,) = f.read().splitlines()
        label, left, top, right, bottom = line.split(" ")
        folder = os.path.basename(os.path.dirname(path))
        check_equal(label, folder.replace(" ", "_"), "label")
        height, width = cv2.imread(path.replace(".txt", ".jpg")).shape[:2]
        check(0 <= int(left) < int(right) < width and 0 <= int(top) < int(bottom) < height, line)
        x, y, w, h = query(
            library(), "SELECT portrait_x, portrait_y, portrait_w, portrait_h FROM face JOIN frame ON frame.id = frame ORDER BY source, sample, place"
        )[int(re.search(r"face_(\d+)", path).group(1)) - 1]
        check(abs(int(left) - x) < 1 and abs(int(bottom) - y - h) < 2, f"{line}: {x} {y} {w} {h}")
        folders.add(folder)
    check_equal(len(folders), 5, "people")


def pictures_of_another_library_are_told():
    export("cvat", "out")
    lib = copied()
    with open("out/annotations.xml", encoding="utf-8") as f:
        text = f.read()
    with open("other.xml", "w", encoding="utf-8") as f:
        f.write(re.sub(r'name="demo_[0-9a-f]{16}_', 'name="demo_0000000000000000_', text, count=1))
    done = import_(lib, "other.xml", code=1)
    check_equal((done["passed_over"], done["decisions"]), (1, 0), f"{done['understood']}")
    check("is none of this library's" in done["understood"][0], f"{done['understood']}")


def names_with_half_a_hash_are_understood():
    """As whoswho wrote them once."""
    export("cvat", "out")
    with open("out/annotations.xml", encoding="utf-8") as f:
        text = f.read()
    with open("old.xml", "w", encoding="utf-8") as f:
        f.write(re.sub(r'(name="demo_[0-9a-f]{8})[0-9a-f]{8}_', r"\1_", text).replace(f'label="{NAMES[0]}', 'label="Somebody'))
    lib = copied()
    import_(lib, "old.xml")
    check("Somebody" in people(lib).values(), f"{people(lib)}")


def photos_of_one_name_and_half_a_hash_are_told_apart():
    """Of a hundred thousand photos called 1.jpg that is likely."""
    picture = cv2.imread(os.path.join(DATA, "group.jpg"))
    for folder, shown in (("a", picture), ("b", numpy.ascontiguousarray(picture[:, ::-1]))):
        os.mkdir(folder)
        cv2.imwrite(f"{folder}/1.jpg", shown)
    whoswho("run", "a", "b", "-o", "lib", "-q")
    with contextlib.closing(sqlite3.connect("lib/whoswho.db")) as base:
        base.execute("UPDATE source SET hash = (5 << 32) + id")
        base.commit()
    whoswho("export", "lib", "--to", "yolo,cvat", "-O", "out", "--split", "100", "--near-duplicate", "0", "-q")
    for pictures in (glob.glob("out/yolo/images/train/*"), glob.glob("out/cvat/images/*")):
        read = [cv2.imread(path) for path in pictures]
        check(len(read) == 2 and numpy.abs(read[0].astype(int) - read[1]).mean() > 10, f"{pictures}")
    tree = cvat("out/cvat/annotations.xml")
    second = tree.getroot().findall("image")[1]
    for box in second.findall("box"):
        box.set("label", "Somebody")
    tree.write("new.xml")
    import_("lib", "new.xml")
    rows = query("lib", "SELECT source FROM face JOIN frame ON frame.id = frame WHERE person = (SELECT number FROM person WHERE name = 'Somebody')")
    check_equal(rows, [(2,)] * len(second.findall("box")), "the photo of each face relabelled")
    with open("new.xml", encoding="utf-8") as f:
        text = f.read()
    with open("half.xml", "w", encoding="utf-8") as f:
        f.write(re.sub(r'(name="1_[0-9a-f]{8})[0-9a-f]{8}_', r"\1_", text))
    check_equal(import_("lib", "half.xml", code=1)["passed_over"], 2, "pictures whose name fits two")


def faces_of_nobody_can_be_annotated():
    """One photo with one face: nobody is a person yet, and who says so does it in CVAT."""
    os.mkdir("photo")
    shown = numpy.full((500, 600, 3), 90, numpy.uint8)
    shown[100:356, 150:406] = cv2.imread(os.path.join(DATA, "people", "basil.png"))
    cv2.imwrite("photo/1.jpg", shown)
    whoswho("run", "photo", "-o", "lib", "-q")
    for kind in ("yolo", "chips", "timeline", "cvat,yolo"):
        check("there are no people" in whoswho("export", "lib", "--to", kind, "-O", "none", code=3).err, kind)
    check(not glob.glob("none*"), "nothing was begun")
    check_equal(whoswho("export", "lib", "--to", "cvat,labelstudio,embeddings", "-O", "out", "-q").err, "", "messages")
    check_equal(whoswho("check", "out", "--faces", "--json").json["findings"], [], "findings")
    tree = cvat("out/cvat/annotations.xml")
    (box,) = tree.getroot().iter("box")
    box.set("label", "Somebody")
    tree.write("new.xml")
    import_("lib", "new.xml")
    check_equal(list(people("lib").values()), ["Somebody"], "the face")
    os.mkdir("empty")
    cv2.imwrite("empty/1.jpg", numpy.full((200, 200, 3), 90, numpy.uint8))
    whoswho("run", "empty", "-o", "nobody", "-q", code=None)
    check("there are no people" in whoswho("export", "nobody", "--to", "cvat", "-O", "none", code=3).err, "no face at all")


def a_deleted_frame_of_a_library_scanned_anew_deletes_nothing():
    """Marks of which all but one fit no face any more: the library's faces are not those that were exported."""
    export("cvat", "out")
    lib = copied()
    tree = cvat()
    (image, box, face), *others = boxes(tree)
    image.remove(box)
    for _, other, _ in others[1:]:
        for attribute in other.findall("attribute"):
            numbers = attribute.text.split(" ", 4)
            attribute.text = " ".join([f"{float(numbers[0]) + 1.5:.2f}", *numbers[1:]])
    tree.write("changed.xml", encoding="utf-8")
    check_equal(import_(lib, "changed.xml")["decisions"], 0, "decisions")


HOSTILE_XML = [
    ('<?xml version="1.0"?>\n<!DOCTYPE a [<!ENTITY x "xx"><!ENTITY y "&x;&x;">]>\n<annotations>&y;</annotations>', r"line 2: .*document type"),
    ('<?xml version="1.0"?>\n<!DOCTYPE a SYSTEM "file:///etc/passwd">\n<annotations/>', r"line 2: .*document type"),
    ("<annotations>\n" + "<a>" * 100 + "</a>" * 100 + "</annotations>", r"line 2: .*nested too deep"),
    ('<annotations>\n<image id="0" name="x.jpg" width="854" height="480">', r"line 2"),
    ('<annotations>\n<image id="0" name="x.jpg" width="nan" height="480"/></annotations>', r"line 2: width is no finite number"),
    ('<annotations>\n<image id="0" name="x.jpg" height="480"/></annotations>', r"line 2: there is no width"),
    ('<annotations>\n<track/></annotations>', r"line 2: .*CVAT for video"),
    ("<annotations>\n&nbsp;</annotations>", r"line 2"),
    ("<annotations>\n\xff\xfe</annotations>".encode("latin-1"), r"line 2"),
]


def box_of(**change):
    """The export with one box changed."""
    tree = cvat()
    image = tree.getroot().find("image[box]")
    image.find("box").attrib.update(change)
    tree.write("box.xml", encoding="utf-8")
    with open("box.xml", "rb") as f:
        return f.read()


def hostile_files_are_refused():
    export("cvat,labelstudio", "out")
    os.rename("out", "both")
    shutil.move("both/cvat", "out")
    lib = copied()
    before = people(lib)
    with open("both/labelstudio/tasks.json", encoding="utf-8") as f:
        tasks = submitted(json.load(f))
    text = json.dumps(tasks, indent=1)
    value = re.compile(r'("annotations": \[.*?"x": )[0-9.]+', re.S)
    files = HOSTILE_XML + [
        (box_of(xtl="NaN"), r"line \d+: xtl is no finite number"),
        (box_of(xtl="1e999"), r"line \d+: xtl is no finite number"),
        (box_of(xbr="0", xtl="10"), r"line \d+: a box .* has no area"),
        (box_of(xtl="5000", xbr="6000"), r"line \d+: a box lies outside"),
        (text[: len(text) // 2], r"no JSON at line \d+"),
        (value.sub(r"\1NaN", text, count=1), r"no JSON at line \d+"),
        (value.sub(r"\g<1>1e999", text, count=1), r"line \d+: a box is not finite"),
        ("[" * 100000, r"no JSON at line 1: it is nested too deep"),
        ("{}", r"no list of Label Studio's tasks"),
        ('[{"image": "/x.jpg", "face": [{"x": 1, "y": 1, "width": 10, "height": 10}]}]', r"JSON-MIN"),
        (b"[]\0", r"byte 0"),
        ("nothing of use", r"no annotations that are known here"),
        ("", r"no annotations that are known here"),
    ]
    for number, (content, expected) in enumerate(files):
        name = f"hostile{number}"
        with open(name, "wb") as f:
            f.write(content if isinstance(content, bytes) else content.encode("utf-8"))
        done = whoswho("import", lib, name, code=3)
        check(name in done.err and re.search(expected, done.err, re.S), f"{expected!r} is not in {done.err!r}")
    with open("huge.xml", "wb") as f:
        f.truncate(1 << 30)
    check("huge.xml" in whoswho("import", lib, "huge.xml", code=3).err, "a huge file")
    check_equal(people(lib), before, "nothing was decided")
    check_equal(query(lib, "SELECT COUNT(*) FROM journal")[0][0], len(NAMES), "entries in the journal")
    check("cannot" in whoswho("import", lib, "absent.xml", code=3).err, "a file that is not there")
    check("name the folder" in whoswho("import", lib, code=2).err, "no file")


main(
    cvat_has_what_its_import_asks_for,
    what_is_as_it_was_says_nothing,
    work_on_cvat_becomes_decisions,
    a_box_around_a_face_that_was_missed_adds_it,
    a_corrected_box_is_the_box_everywhere,
    labelstudio_has_what_its_import_asks_for,
    work_on_labelstudio_becomes_decisions,
    skipped_and_older_annotations_do_not_count,
    the_articles_scripts_read_its_layout,
    pictures_of_another_library_are_told,
    names_with_half_a_hash_are_understood,
    faces_of_nobody_can_be_annotated,
    photos_of_one_name_and_half_a_hash_are_told_apart,
    a_deleted_frame_of_a_library_scanned_anew_deletes_nothing,
    hostile_files_are_refused,
)
