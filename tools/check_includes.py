#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks the house rules on includes: which room may include which, and which one alone knows each foreign library (docs/architecture.md)."""
import os
import re
import sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ROOMS = {
    "base": [],
    "image": ["base"],
    "video": ["base", "image"],
    "nn": ["base"],
    "face": ["base", "image", "nn", "dlib"],
    "dlib": ["base", "image", "nn", "face"],
    "cluster": ["base"],
    "store": ["base"],
    "pipeline": ["base"],
    "dataset": ["base", "image", "store"],
    "fetch": ["base"],
    "job": ["base", "image", "video", "nn", "face", "dlib", "cluster", "store", "pipeline", "dataset", "fetch", "models"],
}
LIBRARIES = {  # prefix of the included file -> the one room
    "jpeglib": "image", "jerror": "image", "turbojpeg": "image",
    "libav": "video", "libsw": "video",
    "oneapi": "nn", "dnnl": "nn", "protobuf-c": "nn", "omp.h": "nn",
    "bzlib.h": "dlib",
    "sqlite3": "store",
    "curl/": "fetch", "openssl/": "fetch",
}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def sources(folder):
    for base, _, files in os.walk(os.path.join(TOP, folder)):
        yield from (os.path.join(base, f) for f in sorted(files) if f.endswith((".c", ".h", ".def")))


def complaints_of(path):
    where = os.path.relpath(path, TOP)
    parts = where.split(os.sep)
    room = parts[1] if parts[0] == "src" else None
    with open(path, encoding="utf-8") as f:
        lines = f.readlines()
    if "SPDX-License-Identifier" not in lines[0]:
        yield f"{where}:1: no SPDX line"
    for number, line in enumerate(lines, 1):
        m = INCLUDE.match(line)
        if not m:
            continue
        target = m.group(2)
        head = target.split("/")[0]
        for prefix, owner in LIBRARIES.items():
            if target.startswith(prefix) and room != owner:
                yield f"{where}:{number}: only {owner}/ knows <{target}>"
        if room and head != room and (head in ROOMS or head == "models") and head not in ROOMS[room]:
            yield f"{where}:{number}: {room}/ may not include {target}"
        if parts[0] == "app" and (head in ROOMS or head == "models"):
            yield f"{where}:{number}: the program includes the public header only, not {target}"


found = [c for folder in ("src", "app", "include") for path in sources(folder) for c in complaints_of(path)]
print("\n".join(found) if found else "the include rules hold")
sys.exit(1 if found else 0)
