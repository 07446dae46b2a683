#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: sidecars.py WHOSWHO

XMP sidecars of photos that lie on each side: regions where the faces are in the stored pixels (turned here by OpenCV, and read by exiftool
where it is installed), existing sidecars with all they hold, and names from regions of others (digiKam's form, XMP within photos, Picasa's ini) as
decisions. Prints TAP."""

import contextlib
import glob
import json
import os
import re
import shutil
import sqlite3
import struct
import subprocess
import xml.etree.ElementTree as ElementTree

from library import contents, export, import_, library, tree
from scene import check, check_equal, main, query, whoswho

import cv2
import numpy

ADA, ZOE = 'Ada "A" & <Co>', "Zoë \u4e2d =1"
NS = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "rs": "http://www.metadataworkinggroup.com/schemas/regions/",
    "area": "http://ns.adobe.com/xmp/sType/Area#", "dim": "http://ns.adobe.com/xap/1.0/sType/Dimensions#",
    "dc": "http://purl.org/dc/elements/1.1/", "xmp": "http://ns.adobe.com/xap/1.0/",
}
# EXIF orientation -> how an upright picture becomes the stored one
LIE_DOWN = {
    1: lambda p: p,
    3: lambda p: cv2.rotate(p, cv2.ROTATE_180),
    6: lambda p: cv2.rotate(p, cv2.ROTATE_90_COUNTERCLOCKWISE),
    8: lambda p: cv2.rotate(p, cv2.ROTATE_90_CLOCKWISE),
}
_made = []


def write_photo(path, upright, orientation, marked=True):
    """The pixels lying as the orientation says, and an EXIF block that says so."""
    ok, jpeg = cv2.imencode(".jpg", LIE_DOWN[orientation](upright), [cv2.IMWRITE_JPEG_QUALITY, 95])
    check(ok, "the photo is encoded")
    jpeg = jpeg.tobytes()
    if marked:
        tiff = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01" + struct.pack(">H", orientation) + b"\0\0\0\0\0\0"
        exif = b"Exif\0\0" + tiff
        jpeg = jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + jpeg[2:]
    with open(path, "wb") as f:
        f.write(jpeg)


def photos():
    """(photos, library): five photos in two folders, each of another orientation, the last without a mark."""
    if not _made:
        export("cvat", "frames")
        folder = os.path.join(os.path.dirname(library()), "photos")
        os.makedirs(os.path.join(folder, "sub & more"))
        pictures = [cv2.imread(path) for path in sorted(glob.glob("frames/images/*.jpg"))[::5][:5]]
        for (orientation, marked), picture in zip([(1, True), (3, True), (6, True), (8, True), (6, False)], pictures):
            name = f"o{orientation}{'' if marked else ' unmarked'}.jpg"
            write_photo(os.path.join(folder, "sub & more" if orientation == 3 else "", name), picture, orientation, marked)
        lib = os.path.join(os.path.dirname(library()), "photo-lib")
        whoswho("run", folder, "-o", lib, "-q", "--min-samples", "1")
        counts = query(lib, "SELECT person, COUNT(*) FROM face WHERE person IS NOT NULL GROUP BY person ORDER BY 2 DESC, 1")
        for (number, _), name in zip(counts, (ADA, ZOE)):
            whoswho("name", number, name, "-o", lib, "-q")
        _made.append((folder, lib))
    return _made[0]


def copied():
    """A copy of the photos and the library, whose photos are the copies."""
    folder, lib = photos()
    shutil.copytree(folder, "photos")
    shutil.copytree(lib, "lib")
    with contextlib.closing(sqlite3.connect("lib/whoswho.db")) as base:
        for number, path in base.execute("SELECT id, CAST(path AS TEXT) FROM source").fetchall():
            moved = os.path.join(os.path.realpath("photos"), os.path.relpath(path, folder))
            base.execute("UPDATE source SET path = ? WHERE id = ?", (moved.encode("utf-8"), number))
            base.execute("UPDATE source_file SET path = ? WHERE source = ?", (moved.encode("utf-8"), number))
        base.commit()
    return "photos", "lib"


def stored(lib):
    """Path -> (upright width, height, [(box, name, face)])."""
    rows = query(
        lib,
        "SELECT CAST(path AS TEXT), COALESCE((SELECT width FROM frame_size s WHERE s.frame = frame.id), source.width),"
        " COALESCE((SELECT height FROM frame_size s WHERE s.frame = frame.id), source.height),"
        " face.x, face.y, face.width, face.height, (SELECT name FROM person WHERE number = person), person, face.id"
        " FROM face JOIN frame ON frame.id = face.frame JOIN source ON source.id = frame.source ORDER BY source.id, place",
    )
    found = {}
    for path, width, height, x, y, w, h, name, person, face in rows:
        found.setdefault(os.path.realpath(path), (width, height, []))[2].append(((x, y, w, h), name, person, face))
    return found


def expected_box(box, width, height, orientation):
    """The box in shares of the stored picture: painted on an upright one, and turned with it."""
    mask = numpy.zeros((height, width), numpy.uint8)
    x, y, w, h = box
    mask[int(round(max(y, 0))) : int(round(y + h)), int(round(max(x, 0))) : int(round(x + w))] = 255
    lying = LIE_DOWN[orientation](mask)
    left, top, box_width, box_height = cv2.boundingRect(lying)
    return left / lying.shape[1], top / lying.shape[0], box_width / lying.shape[1], box_height / lying.shape[0]


def regions(path):
    """[(name, x, y, w, h)] of the MWG regions of a sidecar, in shares from the top left corner."""
    found = []
    for li in ElementTree.parse(path).getroot().iterfind(".//rs:RegionList/rdf:Bag/rdf:li", NS):
        where = li if li.find("rs:Area", NS) is not None else li.find("rdf:Description", NS)
        area = where.find("rs:Area", NS)
        x, y, w, h = (float(area.get(f"{{{NS['area']}}}{side}")) for side in "xywh")
        check_equal(area.get(f"{{{NS['area']}}}unit"), "normalized", "unit")
        name = where.findtext("rs:Name", None, NS) or where.get(f"{{{NS['rs']}}}Name")
        found.append((name, x - w / 2, y - h / 2, w, h))
    return found


def exported(lib, out="out"):
    return whoswho("export", lib, "--to", "xmp", "-O", out, "--json")


def orientation_in(name):
    return int(re.match(r"o(\d)", os.path.basename(name)).group(1))


def regions_lie_on_the_stored_pixels():
    folder, lib = photos()
    before = tree(folder)
    exported(lib)
    check_equal(tree(folder), before, "the photos and what lies beside them")
    sidecars = sorted(p for p in tree("out") if p.endswith(".xmp"))
    check_equal(len(sidecars), 5, "sidecars")
    for photo, (width, height, faces) in stored(lib).items():
        path = os.path.join("out", os.path.relpath(photo, os.path.realpath(folder)) + ".xmp")
        orientation = orientation_in(photo)
        expected = sorted(
            (name or "", *expected_box(box, width, height, orientation)) for box, name, person, _ in faces if person is not None
        )
        got = sorted((region[0] or "", *region[1:]) for region in regions(path))
        check_equal([g[0] for g in got], [e[0] for e in expected], f"names in {path}")
        for g, e in zip(got, expected):
            check(max(abs(a - b) for a, b in zip(g[1:], e[1:])) < 0.003, f"{path}: {g}, not {e}")
        root = ElementTree.parse(path).getroot()
        dims = root.find(".//rs:AppliedToDimensions", NS)
        size = cv2.imread(photo, cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION).shape[1::-1]
        check_equal(tuple(int(dims.get(f"{{{NS['dim']}}}{side}")) for side in "wh"), size, "dimensions")


def photos_are_found_from_any_folder():
    """Scanned by a relative path, and exported and imported from elsewhere; even where another photo has that path."""
    folder, _ = photos()
    os.makedirs("here/pictures")
    os.makedirs("there/pictures")
    shutil.copy(os.path.join(folder, "o6.jpg"), "here/pictures/o6.jpg")
    shutil.copy(os.path.join(folder, "o8.jpg"), "there/pictures/o6.jpg")
    os.chdir("here")
    whoswho("run", "pictures", "-o", "../lib", "-q", "--min-samples", "1")
    done = exported("../lib", "../near")
    os.chdir("../there")
    check_equal((exported("../lib", "../far").code, done.code), (0, 0), "exit codes")
    os.chdir("..")
    check(len(regions("near/o6.jpg.xmp")) > 0, "regions")
    check_equal(contents("far"), contents("near"), "from another folder")
    os.chdir("there")
    box, _, face = faces_of("../lib", "o6.jpg")[0]
    write("o6.jpg.xmp", OLD % digikam("Nora", wide(box)))
    import_("../lib", "o6.jpg.xmp")
    check_equal(names("../lib")[face], "Nora", "the photo is turned as it says")


def exiftool_reads_the_regions():
    if not shutil.which("exiftool"):
        return "exiftool is not installed"
    folder, lib = photos()
    exported(lib)
    done = subprocess.run(
        ["exiftool", "-json", "-struct", "-XMP-mwg-rs:all", "-r", "-ext", "xmp", "out"], check=True, capture_output=True
    )
    read = {os.path.relpath(entry["SourceFile"], "out"): entry["RegionInfo"] for entry in json.loads(done.stdout)}
    names = sorted(region.get("Name", "") for info in read.values() for region in info["RegionList"])
    expected = [name or "" for _, _, faces in stored(lib).values() for _, name, person, _ in faces if person is not None]
    check_equal(names, sorted(expected), "names")
    for info in read.values():
        check({region["Type"] for region in info["RegionList"]} == {"Face"}, "types")
        check_equal({region["Area"]["Unit"] for region in info["RegionList"]}, {"normalized"}, "units")
    validated = subprocess.run(["exiftool", "-validate", "-warning", "-r", "-ext", "xmp", "out"], check=True, capture_output=True)
    check(b"Warning" not in validated.stdout, validated.stdout.decode())


OLD = """<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?>
<x:xmpmeta xmlns:x='adobe:ns:meta/'><r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>
<r:Description r:about='uuid:1' xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:xmp='http://ns.adobe.com/xap/1.0/' xmp:Rating='4'>
<dc:subject><r:Bag><r:li>holiday &amp; sea</r:li></r:Bag></dc:subject>%s
</r:Description>
</r:RDF></x:xmpmeta>
<?xpacket end='w'?>"""


def digikam(name, box):
    """A region in another program's form: properties as attributes, a Description inside, Microsoft's beside it."""
    x, y, w, h = box
    return f"""
<m:Regions xmlns:m='http://www.metadataworkinggroup.com/schemas/regions/' xmlns:s='http://ns.adobe.com/xmp/sType/Area#' r:parseType='Resource'>
 <m:RegionList><r:Bag>
  <r:li><r:Description m:Name='{name}' m:Type='Face'><m:Area s:x='{x + w / 2}' s:y='{y + h / 2}' s:w='{w}' s:h='{h}' s:unit='normalized'/></r:Description></r:li>
 </r:Bag></m:RegionList></m:Regions>
<MP:RegionInfo xmlns:MP='http://ns.microsoft.com/photo/1.2/' xmlns:I='http://ns.microsoft.com/photo/1.2/t/RegionInfo#'
 xmlns:P='http://ns.microsoft.com/photo/1.2/t/Region#' r:parseType='Resource'><I:Regions><r:Bag>
 <r:li P:PersonDisplayName='{name}' P:Rectangle='{x}, {y}, {w}, {h}'/></r:Bag></I:Regions></MP:RegionInfo>"""


def write(path, text, encoding="utf-8"):
    with open(path, "w", encoding=encoding) as f:
        f.write(text)


def wide(box, by=0.25):
    """As other programs draw a face: the whole head."""
    x, y, w, h = box
    return x - by * w, y - by * h, (1 + 2 * by) * w, (1 + 2 * by) * h


def faces_of(lib, name):
    """[(box in the stored picture, name, face)] of the photo."""
    for photo, (width, height, faces) in stored(lib).items():
        if os.path.basename(photo) == name:
            return [(expected_box(box, width, height, orientation_in(name)), n, face) for box, n, person, face in faces if person is not None]
    raise KeyError(name)


def existing_sidecars_keep_what_they_hold():
    folder, lib = copied()
    (box, _, _), *others = faces_of(lib, "o6.jpg")
    write(f"{folder}/o1.jpg.xmp", OLD % "")
    write(f"{folder}/o6.xmp", OLD % digikam("Uncle Bob", wide(box)))
    before = tree(folder)
    exported(lib)
    check_equal(tree(folder), before, "what is the user's")
    check(os.path.exists("out/o6.xmp") and not os.path.exists("out/o6.jpg.xmp"), "the sidecar that is there gives the name")
    for name in ("o1.jpg.xmp", "o6.xmp"):
        root = ElementTree.parse(f"out/{name}").getroot()
        check_equal(root.findtext(".//dc:subject/rdf:Bag/rdf:li", None, NS), "holiday & sea", "keywords")
        ratings = [d.get(f"{{{NS['xmp']}}}Rating") for d in root.iterfind(".//rdf:Description", NS)]
        check_equal([r for r in ratings if r], ["4"], "rating")
        abouts = {d.get(f"{{{NS['rdf']}}}about") for d in root.iterfind("rdf:RDF/rdf:Description", NS)}
        check_equal(abouts, {"uuid:1"}, "what all descriptions are about")
    check_equal(len(regions("out/o1.jpg.xmp")), len(faces_of(lib, "o1.jpg")), "regions beside the keywords")
    merged = regions("out/o6.xmp")
    check_equal(len(merged), 1 + len(others), "regions: theirs, and ours for the other faces")
    check_equal(merged[0][0], "Uncle Bob", "theirs stays")
    with open("out/o6.xmp", encoding="utf-8") as f:
        check(digikam("Uncle Bob", wide(box)).split("</r:Bag>")[0].rstrip() in f.read(), "byte for byte")
    if shutil.which("exiftool"):
        done = subprocess.run(["exiftool", "-json", "out/o6.xmp"], check=True, capture_output=True)
        entry = json.loads(done.stdout)[0]
        check_equal((entry["Rating"], entry["Subject"]), (4, "holiday & sea"), "as exiftool reads them")


def our_regions_are_renewed_and_theirs_stay():
    folder, lib = copied()
    exported(lib)
    for path in tree("out"):
        if path.endswith(".xmp"):
            shutil.copy(os.path.join("out", path), os.path.join(folder, path))
    again = exported(lib).json
    check_equal((again["written"], again["removed"]), (0, 0), "once more, beside our own")
    name = "o1.jpg.xmp"
    own = {region[0] for region in regions(f"out/{name}")}
    check(ADA in own or ZOE in own, f"{own}")
    renamed = ADA if ADA in own else ZOE
    whoswho("name", renamed, "Renamed here", "-o", lib, "-q")
    exported(lib)
    check_equal({region[0] for region in regions(f"out/{name}")}, own - {renamed} | {"Renamed here"}, "ours is renewed")
    with open(f"{folder}/{name}", encoding="utf-8") as f:
        text = f.read()
    element = re.search(r"<mwg-rs:Name>(.*?)</mwg-rs:Name>", text).group(0)
    write(f"{folder}/{name}", text.replace(element, "<mwg-rs:Name>Renamed there</mwg-rs:Name>", 1))
    exported(lib)
    check("Renamed there" in {region[0] for region in regions(f"out/{name}")}, "what somebody renamed stays")
    check_equal(len(regions(f"out/{name}")), len(faces_of(lib, "o1.jpg")), "regions")


def sidecars_that_cannot_be_read_are_left():
    folder, lib = copied()
    left = {
        "o1.jpg.xmp": (OLD % "").encode("utf-16"),
        "o6.jpg.xmp": (OLD % "").encode("utf-8")[:400],
        "o8.jpg.xmp": b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/></x:xmpmeta>",
    }
    for name, content in left.items():
        with open(os.path.join(folder, name), "wb") as f:
            f.write(content)
    os.remove(f"{folder}/o6 unmarked.jpg")
    before = tree(folder)
    done = whoswho("export", lib, "--to", "xmp", "-O", "out", code=1)
    check_equal(tree(folder), before, "what is the user's")
    for name in [*left, "o6 unmarked.jpg"]:
        check(name in done.err, f"{name} is not in {done.err}")
        check(not os.path.exists(os.path.join("out", name.replace(".xmp", "") + ".xmp")), f"no sidecar for {name}")
    again = whoswho("export", lib, "--to", "xmp", "-O", "out", "--json", code=1).json
    check_equal((again["passed_over"], again["written"]), (4, 0), "passed over")
    check(os.path.exists("out/sub & more/o3.jpg.xmp"), "the others are written")


def names(lib):
    return {face: name for _, _, faces in stored(lib).values() for _, name, _, face in faces}


def unnamed(lib):
    """Takes the names back."""
    for _ in (ADA, ZOE):
        whoswho("undo", "-o", lib, "-q")
    check_equal(set(names(lib).values()), {None}, "nobody has a name")


def our_own_names_come_back():
    folder, lib = copied()
    before = names(lib)
    exported(lib)
    check_equal(import_(lib, "out")["decisions"], 0, "what is as it was exported")
    unnamed(lib)
    for path in tree("out"):
        if path.endswith(".xmp"):  # as another program leaves it: without our mark
            with open(os.path.join("out", path), encoding="utf-8") as f:
                text = f.read()
            write(os.path.join("out", path), re.sub(r" *<mwg-rs:Extensions.*</mwg-rs:Extensions>\n", "", text))
    done = import_(lib, "out")
    check_equal(names(lib), before, f"names from the sidecars alone: {done['understood']}")
    whoswho("undo", "-o", lib, "-q")
    check_equal(set(names(lib).values()), {None}, "after one undo")
    for path in tree("out"):
        if path.endswith(".xmp"):
            shutil.copy(os.path.join("out", path), os.path.join(folder, path))
    import_(lib, folder)
    check_equal(names(lib), before, "names from the folder of photos")


def names_of_other_programs_become_decisions():
    """With the region around the whole head; each program names another person."""
    folder, lib = copied()
    unnamed(lib)
    photo_tree = tree(folder)
    box, _, face = faces_of(lib, "o6.jpg")[0]
    write("o6.jpg.xmp", OLD % digikam("Diana &amp; K", wide(box)))
    done = import_(lib, "o6.jpg.xmp")
    check_equal(names(lib)[face], "Diana & K", f"digiKam: {done['understood']}")
    whoswho("undo", "-o", lib, "-q")
    without_mwg = re.sub(r"<m:Regions.*</m:Regions>", "", OLD % digikam("M. S.", wide(box)), flags=re.S)
    write("o6.xmp", without_mwg)
    import_(lib, "o6.xmp")
    check_equal(names(lib)[face], "M. S.", "Microsoft's regions, in a sidecar named without the extension")
    whoswho("undo", "-o", lib, "-q")
    packet = (OLD % digikam("Embedded", wide(box))).encode("utf-8")
    app1 = b"http://ns.adobe.com/xap/1.0/\0" + packet
    with open(f"{folder}/o6.jpg", "rb") as f:
        jpeg = f.read()
    with open("o6.jpg", "wb") as f:
        f.write(jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(app1) + 2) + app1 + jpeg[2:])
    import_(lib, "o6.jpg")
    check_equal(names(lib)[face], "Embedded", "XMP within a photo")
    whoswho("undo", "-o", lib, "-q")
    box, _, face = faces_of(lib, "o3.jpg")[0]
    x, y, w, h = wide(box, 0.1)
    rect = "".join(f"{int(v * 65535):04x}" for v in (x, y, x + w, y + h)).lstrip("0")
    write(
        f"{folder}/sub & more/.picasa.ini",
        f"[o3.jpg]\r\nfaces=rect64({rect}),8e62398ebda8c1a5;rect64({rect}),ffffffffffffffff\r\nbackuphash=1\r\n"
        "[Contacts2]\r\n8e62398ebda8c1a5=Pic Asa;;\r\n",
    )
    import_(lib, folder)
    check_equal(names(lib)[face], "Pic Asa", "Picasa")
    os.remove(f"{folder}/sub & more/.picasa.ini")
    check_equal(tree(folder), photo_tree, "the photos")


def a_region_of_somebody_else_moves_one_face():
    """A person with a name is not renamed by one region: that face is of another."""
    folder, lib = copied()
    before = names(lib)
    many = [photo for photo, (_, _, faces) in stored(lib).items() if ADA in {f[1] for f in faces}]
    check(len(many) > 1, "Ada is on several photos")
    name = os.path.basename(many[0])
    box, _, face = [f for f in faces_of(lib, name) if f[1] == ADA][0]
    write(f"{name}.xmp", OLD % digikam("Eve", wide(box)))
    import_(lib, f"{name}.xmp")
    after = names(lib)
    check_equal({f: n for f, n in after.items() if before[f] != n}, {face: "Eve"}, "what changed")


def what_cannot_be_placed_is_told():
    folder, lib = copied()
    write("absent.jpg.xmp", OLD % digikam("X", (0.1, 0.1, 0.2, 0.2)))
    done = import_(lib, "absent.jpg.xmp", code=1)
    check("knows no photo 'absent.jpg'" in done["understood"][0], f"{done}")
    write("o1.jpg.xmp", OLD % digikam("X", (0.001, 0.001, 0.01, 0.01)))
    done = import_(lib, "o1.jpg.xmp", code=1)
    check("no face was found where this box is, of X" in done["understood"][0], f"{done}")
    bad = {
        "o1.jpg.xmp": ((OLD % digikam("X", (0.1, 0.1, 0.2, 0.2))).replace("s:w='0.2'", "s:w='NaN'"), r"line 7: 'NaN' is no finite number"),
        "o3.jpg.xmp": ((OLD % "").replace("<x:xmpmeta", "<!DOCTYPE x [<!ENTITY a 'b'>]><x:xmpmeta"), r"line 2: .*document type"),
        "o6.jpg.xmp": ((OLD % "")[:300], r"no XML at line"),
        ".picasa.ini": ("[o1.jpg]\nfaces=rect64(zz),1;\n", r"line 2: the faces"),
        "Picasa.ini": ("[o1.jpg]\nfaces=rect64(11112222333344445555),1;\n", r"line 2: the faces"),
    }
    os.mkdir("bad")
    for name, (text, expected) in bad.items():
        write(name, text)
        write(os.path.join("bad", name), text)
        done = whoswho("import", lib, name, code=3)
        check(name in done.err and re.search(expected, done.err), f"{expected!r} is not in {done.err!r}")
    box, _, face = faces_of(lib, "o8.jpg")[0]
    write("bad/o8.jpg.xmp", OLD % digikam("Still read", wide(box)))
    os.symlink("../o1.jpg.xmp", "bad/linked.xmp")
    os.mkdir("tasks")
    write("tasks/annotations.xml", "<annotations/>")
    check_equal(import_(lib, "tasks", code=1)["passed_over"], 1, "a folder with nothing to read is told")
    done = import_(lib, "bad", code=1)
    check_equal((names(lib)[face], done["passed_over"]), ("Still read", 5), f"in a folder the others are read: {done['understood']}")


main(
    regions_lie_on_the_stored_pixels,
    photos_are_found_from_any_folder,
    exiftool_reads_the_regions,
    existing_sidecars_keep_what_they_hold,
    our_regions_are_renewed_and_theirs_stay,
    sidecars_that_cannot_be_read_are_left,
    our_own_names_come_back,
    names_of_other_programs_become_decisions,
    a_region_of_somebody_else_moves_one_face,
    what_cannot_be_placed_is_told,
)
