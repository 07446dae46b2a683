#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: timelines.py WHOSWHO

Who is on screen when, read by the rules of those who read it: WebVTT's and SRT's grammar, RTTM's fields, the structure of EAF 3.0 and
OpenTimelineIO, ffprobe for chapters, a spreadsheet's rule for formulas. All against the page's own figures, with difficult names and with footage
that bears a timecode. Prints TAP."""

import csv
import glob
import html
import json
import os
import re
import shutil
import subprocess
import urllib.parse
import xml.etree.ElementTree as ElementTree

from library import export, library
from scene import DATA, RATE_HZ, check, check_equal, main, whoswho

ODD = ['=1+1 & "Ö" <b>;#\\', "@Zoë --> 2\u20ac", "plain name"]
LENGTH_S = 29.4  # of the demo
_timed = []


def timed_library():
    """The demo with a timecode, and names that every format finds hard."""
    if not _timed:
        folder = os.path.join(os.path.dirname(library()), "timed")
        os.makedirs(folder)
        clip = os.path.join(folder, "a & b =1.mov")
        subprocess.run(
            ["ffmpeg", "-v", "error", "-nostdin", "-i", os.path.join(DATA, "demo.mp4"), "-c", "copy", "-an",
             "-timecode", "10:00:00:00", clip], check=True,
        )
        _timed.append((os.path.join(folder, "lib"), clip))
        whoswho("run", clip, "-o", _timed[0][0], "-q")
        for number, name in enumerate(ODD):
            whoswho("name", number, name, "-o", _timed[0][0], "-q")
    return _timed[0][0]


def written(out="out"):
    """Ending -> text of the one timeline."""
    whoswho("export", timed_library(), "--to", "timeline", "-O", out, "-q")
    return {path.rsplit(".", 1)[1]: open(path, encoding="utf-8", newline="").read() for path in glob.glob(f"{out}/a_*.*")}


def drawn():
    """(name, start_s, end_s) as the page draws them, in ten-thousandths of the track: the page's own figures, but for
    the last second, which the page draws whole."""
    page = open(os.path.join(timed_library(), "index.html"), encoding="utf-8").read()
    section = page[page.index('<section id="timelines">') :]
    whole = float(re.search(r'data-seconds="([0-9.]+)"', section).group(1))
    found = []
    for name, path in re.findall(r'<a data-person[^>]*>(.*?)</a>\s*<svg.*?<path d="(.*?)"', section, re.S):
        for start, width in re.findall(r"M(\d+) 0h(\d+)v", path):
            found.append((html.unescape(name), int(start) / 10000 * whole, (int(start) + int(width)) / 10000 * whole))
    return sorted((name, start, min(end, LENGTH_S)) for name, start, end in found), whole


def seconds(stamp):
    hours, minutes, rest = stamp.replace(",", ".").split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(rest)


def same(got, what):
    """Names and times (within the drawing's step) are those of the page."""
    page, whole = drawn()
    got = sorted(got)
    check_equal([g[0] for g in got], [p[0] for p in page], f"{what}: names")
    for g, p in zip(got, page):
        check(abs(g[1] - p[1]) < whole / 9000 and abs(g[2] - p[2]) < whole / 9000, f"{what}: {g}, not {p}")


def subtitles_follow_their_grammar():
    files = written()
    blocks = files["vtt"].split("\n\n")
    check_equal(blocks[:2], ["WEBVTT", "NOTE start timecode 10:00:00:00"], "head of the WebVTT")
    cues, stamp = [], r"(\d\d:[0-5]\d:[0-5]\d\.\d{3})"
    for block in filter(None, blocks[2:]):
        m = re.fullmatch(stamp + " --> " + stamp + r"\n([^\n]+)", block)
        check(m and "-->" not in m.group(3) and not re.search(r"<|&(?!amp;|lt;|gt;)", m.group(3)), f"a cue: {block!r}")
        check(seconds(m.group(1)) < seconds(m.group(2)), block)
        cues.append((html.unescape(m.group(3)), seconds(m.group(1)), seconds(m.group(2))))
    check_equal([c[1] for c in cues], sorted(c[1] for c in cues), "cues in order")
    same(cues, "WebVTT")
    cues = []
    for number, block in enumerate(filter(None, files["srt"].split("\n\n")), 1):
        m = re.fullmatch(rf"{number}\n(\S+) --> (\S+)\n([^\n]+)", block)
        check(m, f"a subtitle: {block!r}")
        cues.append((m.group(3), seconds(m.group(1)), seconds(m.group(2))))
    same(cues, "SRT")
    for kind in ("vtt", "srt"):
        path = glob.glob(f"out/a_*.{kind}")[0]
        done = subprocess.run(
            ["ffprobe", "-v", "error", "-count_packets", "-show_entries", "stream=codec_name,nb_read_packets", "-of", "json", path],
            check=True, capture_output=True,
        )
        (stream,) = json.loads(done.stdout)["streams"]
        check_equal(int(stream["nb_read_packets"]), len(cues), f"cues that ffprobe reads of {kind}")


def tables_hold_the_seconds_and_no_formula():
    files = written()
    rows = list(csv.DictReader(files["csv"].splitlines()))
    check(not any(re.match(r"[=+\-@]", value) for row in rows for value in row.values()), "a formula")
    check({"'" + ODD[0], "'" + ODD[1], ODD[2]} <= {row["name"] for row in rows}, "names")
    same([(row["name"].lstrip("'"), float(row["start_s"]), float(row["end_s"])) for row in rows], "CSV")
    for row in rows:
        for side in ("start", "end"):
            h, m, s, f = map(int, row[f"{side}_timecode"].split(":"))
            said = (h - 10) * 3600 + m * 60 + s + f / RATE_HZ
            check(abs(said - float(row[f"{side}_s"])) <= 0.5 / RATE_HZ + 0.001, f"{row}: {said}")
    with open("out/people.csv", encoding="utf-8", newline="") as f:
        people = list(csv.DictReader(f))
    for person in people:
        own = [row for row in rows if row["person"] == person["person"]]
        check(abs(sum(float(row["seconds"]) for row in own) - float(person["seconds"])) < 0.01 * len(own), f"{person}")
        check_equal((int(person["appearances"]), person["sources"]), (len(own), "1"), f"{person}")
    check_equal(len(people), len({row["person"] for row in rows}), "people")


def rttm_has_ten_fields():
    files = written()
    names = {re.sub(r"\s", "_", name): name for name, _, _ in drawn()[0]}
    found = []
    for line in files["rttm"].splitlines():
        fields = line.split(" ")
        check(len(fields) == 10 and fields[0] == "SPEAKER" and fields[2] == "1", line)
        found.append((names[fields[7]], float(fields[3]), float(fields[3]) + float(fields[4])))
    same(found, "RTTM")


def elan_reads_its_document():
    """What EAFv3.0.xsd asks for: order and required attributes, ids that are defined, slots in order."""
    root = ElementTree.fromstring(written()["eaf"].encode("utf-8"))
    check(all(root.get(a) for a in ("AUTHOR", "DATE", "VERSION")), "attributes of the document")
    order = ["HEADER", "TIME_ORDER", "TIER", "LINGUISTIC_TYPE"]
    tags = [child.tag for child in root]
    check_equal(sorted(tags, key=order.index), tags, "order of the elements")
    media = root.find("HEADER/MEDIA_DESCRIPTOR")
    check_equal(urllib.parse.unquote(media.get("MEDIA_URL")), "file://" + os.path.realpath(_timed[0][1]), "media")
    check_equal(media.get("MIME_TYPE"), "video/quicktime", "type")
    check_equal(root.findtext("HEADER/PROPERTY"), "10:00:00:00", "start timecode")
    slots = {slot.get("TIME_SLOT_ID"): int(slot.get("TIME_VALUE")) for slot in root.iter("TIME_SLOT")}
    types = {t.get("LINGUISTIC_TYPE_ID") for t in root.iter("LINGUISTIC_TYPE")}
    tiers = [tier.get("TIER_ID") for tier in root.iter("TIER")]
    check_equal(len(set(tiers)), len(tiers), "tiers have ids of their own")
    ids, found = [], []
    for tier in root.iter("TIER"):
        check(tier.get("LINGUISTIC_TYPE_REF") in types, "type of a tier")
        for a in tier.iter("ALIGNABLE_ANNOTATION"):
            ids.append(a.get("ANNOTATION_ID"))
            start, end = slots[a.get("TIME_SLOT_REF1")], slots[a.get("TIME_SLOT_REF2")]
            check(start < end and a.findtext("ANNOTATION_VALUE") == tier.get("TIER_ID"), "annotation")
            found.append((tier.get("TIER_ID"), start / 1000, end / 1000))
    check_equal(len(set(ids)), len(ids), "annotations have ids of their own")
    same(found, "EAF")


def moment(value):
    check_equal((value["OTIO_SCHEMA"], value["rate"]), ("RationalTime.1", RATE_HZ), "a time")
    check(value["value"] % 1 == 0, f"whole frames: {value}")
    return value["value"] / RATE_HZ


def span(value):
    check_equal(value["OTIO_SCHEMA"], "TimeRange.1", "a range")
    return moment(value["start_time"]), moment(value["duration"])


def otio_counts_from_the_timecode():
    data = json.loads(written()["otio"])
    check_equal((data["OTIO_SCHEMA"], data["tracks"]["OTIO_SCHEMA"]), ("Timeline.1", "Stack.1"), "schemas")
    ten_hours = 36000
    check_equal(moment(data["global_start_time"]), ten_hours, "global start")
    footage, *people = data["tracks"]["children"]
    (whole,) = footage["children"]
    start, length = span(whole["media_reference"]["available_range"])
    check(start == ten_hours and abs(length - LENGTH_S) <= 0.04, f"available range: {start} {length}")
    check_equal(urllib.parse.unquote(whole["media_reference"]["target_url"]), "file://" + os.path.realpath(_timed[0][1]), "url")
    ranges = [(m["name"], *span(m["marked_range"])) for m in whole["markers"]]
    half = 0.021
    for got, want in zip(sorted(ranges), drawn()[0]):
        check(got[0] == want[0] and abs(got[1] - ten_hours - want[1]) < half and abs(got[2] - want[2] + want[1]) < 2 * half, f"{got}: {want}")
    clips = []
    for track in people:
        at = 0
        for item in track["children"]:
            first, frames = span(item["source_range"])
            check(item["OTIO_SCHEMA"] in ("Gap.1", "Clip.1") and frames > 0, f"{item['OTIO_SCHEMA']}")
            if item["OTIO_SCHEMA"] == "Clip.1":
                check_equal(item["name"], track["name"], "name of a clip")
                check(abs(first - ten_hours - at) < 1e-6, f"a clip lies where its media is: {first} at {at}")
                clips.append((track["name"], first, frames))
            at += frames
    check_equal(sorted(clips), sorted(ranges), "clips and markers")


def ffmpeg_reads_the_chapters():
    written()
    path = glob.glob("out/a_*.ffmetadata")[0]
    subprocess.run(
        ["ffmpeg", "-v", "error", "-nostdin", "-i", _timed[0][1], "-i", path, "-map_metadata", "1", "-map_chapters", "1", "-map", "0:v",
         "-c", "copy", "chapters.mkv"], check=True,
    )
    done = subprocess.run(["ffprobe", "-v", "error", "-show_chapters", "-of", "json", "chapters.mkv"], check=True, capture_output=True)
    chapters = json.loads(done.stdout)["chapters"]
    check(chapters, "chapters")
    page, whole = drawn()
    step = whole / 9000
    ends = [0.0]
    for chapter in chapters:
        start, end = float(chapter["start_time"]), float(chapter["end_time"])
        check(start >= ends[-1] - 0.002 and end > start, f"chapters follow one another: {chapter}")
        ends.append(end)
        middle = (start + end) / 2
        there = [name for name, a, b in page if a - step <= middle < b + step]
        title = chapter["tags"]["title"]
        check(all(name in title for name in there), f"{title!r} from {start} to {end}: {there}")
        title = title.replace("\\ ", "\\")  # see timeline_text.c
        check_equal(sorted(re.sub(r" $", "", title).split(", ")), sorted(there), f"{title!r}: {there}")


def without_the_footage_it_is_told():
    """And without a timecode: milliseconds, no timecode columns; exit code 1 tells that the file could not be asked."""
    timed_library()
    clip = _timed[0][1]
    shutil.move(clip, clip + ".away")
    try:
        done = whoswho("export", timed_library(), "--to", "timeline", "-O", "out", code=1)
    finally:
        shutil.move(clip + ".away", clip)
    check("timecode" in done.err and "a & b" in done.err, done.err)
    data = json.loads(open(glob.glob("out/a_*.otio")[0], encoding="utf-8").read())
    (whole,) = data["tracks"]["children"][0]["children"]
    check_equal(whole["source_range"]["start_time"]["rate"], 1000.0, "rate")
    check_equal(data["global_start_time"], None, "global start")


def photos_have_no_timeline():
    os.mkdir("photos")
    export("cvat", "frames")
    shutil.copy(sorted(glob.glob("frames/images/*.jpg"))[0], "photos/p.jpg")
    whoswho("run", "photos", "-o", "lib", "-q", "--min-samples", "1")
    check("photos have no timeline" in whoswho("export", "lib", "--to", "timeline", "-O", "out", code=3).err, "message")
    check(not os.path.exists("out"), "nothing is written")


main(
    subtitles_follow_their_grammar,
    tables_hold_the_seconds_and_no_formula,
    rttm_has_ten_fields,
    elan_reads_its_document,
    otio_counts_from_the_timecode,
    ffmpeg_reads_the_chapters,
    without_the_footage_it_is_told,
    photos_have_no_timeline,
)
