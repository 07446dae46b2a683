#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks the house rules on includes (docs/architecture.md): which room may include which, which one alone knows each foreign library,
that no two units (a header and the .c of its name) include one another in a circle, and that every type name is defined once."""
import os
import re
import sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
STORED = ["base", "image", "cluster", "store"]
ROOMS = {  # in the order of docs/architecture.md
    "base": [],
    "image": ["base"],
    "video": ["base", "image"],
    "nn": ["base"],
    "face": ["base", "image", "nn"],
    "dlib": ["base", "image", "nn", "face"],
    "cluster": ["base"],
    "store": ["base"],
    "pipeline": ["base"],
    "fetch": ["base"],
    "library": STORED,
    "models": ["base", "nn", "face", "dlib", "fetch", "library"],
    "scan": STORED + ["video", "nn", "face", "pipeline", "library", "models"],
    "people": ["base", "cluster", "store", "library"],
    "decisions": ["base", "cluster", "store", "library"],
    "join": STORED + ["video", "library", "decisions"],
    "formats": ["base", "image", "store", "pipeline", "library", "decisions"],
    "identify": STORED + ["video", "nn", "face", "pipeline", "library", "models", "scan", "people", "decisions"],
    "evaluate": STORED + ["library"],
}
ROOMS["api"] = list(ROOMS)
ROOMS["mpi"] = ["base", "pipeline", "cluster", "formats"]  # beside the library, not in it
PROGRAMS = {"app/mpi": ["mpi"]}  # what programs include besides the public headers
LIBRARIES = {  # prefix of the included file -> the rooms that know it
    "jpeglib": ["image"], "jerror": ["image"], "turbojpeg": ["image"],
    "libheif/": ["image"], "tiffio": ["image"], "webp/": ["image"], "png.h": ["image"], "libdeflate": ["image"],
    "libav": ["video"], "libsw": ["video"],
    "oneapi": ["nn"], "dnnl": ["nn"], "protobuf-c": ["nn"], "omp.h": ["nn"],
    "bzlib": ["dlib"],
    "sqlite3": ["store"],
    "unicase": ["library"], "uninorm": ["library"], "unistr.h": ["library"],
    "expat": ["formats"],
    "curl/": ["fetch"], "openssl/": ["fetch"],
    "mpi.h": ["mpi"],
}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
# "} ww_name;" ends a typedef that defines a type; "typedef ... ww_name(...)" defines the type of a function; "struct ww_name {".
TYPE = re.compile(r"^\}\s*(ww_\w+);|^typedef\s+[^;{]*?\b(ww_\w+)(?:\(.*|;)\s*(?://.*)?$|^struct\s+(ww_\w+)\s*\{", re.M)


def sources(folder):
    for base, _, files in os.walk(os.path.join(TOP, folder)):
        yield from (os.path.join(base, f) for f in sorted(files) if f.endswith((".c", ".h", ".def")))


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def included(text):
    for number, line in enumerate(text.splitlines(), 1):
        m = INCLUDE.match(line)
        if m:
            yield number, m.group(2)


def complaints_of(path):
    where = os.path.relpath(path, TOP)
    parts = where.split(os.sep)
    room = parts[1] if parts[0] == "src" else None
    text = read(path)
    if "SPDX-License-Identifier" not in text.partition("\n")[0]:
        yield f"{where}:1: no SPDX line"
    if room and room not in ROOMS and len(parts) > 2:
        yield f"{where}:1: {room}/ is no room; see docs/architecture.md"
        return
    for number, target in included(text):
        head = target.split("/")[0]
        for prefix, owners in LIBRARIES.items():
            if target.startswith(prefix) and room not in owners:
                yield f"{where}:{number}: only {' and '.join(o + '/' for o in owners)} knows <{target}>"
        if room and head != room and head in ROOMS and head not in ROOMS[room]:
            yield f"{where}:{number}: {room}/ may not include {target}"
        if parts[0] == "app" and head in ROOMS and head not in PROGRAMS.get("/".join(parts[:2]), ()):
            yield f"{where}:{number}: the program includes the public header only, not {target}"


def unit_of(path):
    return os.path.splitext(path)[0]


def circles():
    """The groups of units of src/ that reach one another through includes."""
    graph = {}
    for path in sources("src"):
        unit = unit_of(os.path.relpath(path, os.path.join(TOP, "src")))
        graph.setdefault(unit, set()).update(unit_of(t) for _, t in included(read(path)) if "/" in t and unit_of(t) != unit)
    reach = {}

    def reached(unit):
        seen, stack = set(), list(graph.get(unit, ()))
        while stack:
            u = stack.pop()
            if u not in seen:
                seen.add(u)
                stack.extend(graph.get(u, ()))
        return seen
    for unit in graph:
        reach[unit] = reached(unit)
    told = set()
    for unit in sorted(graph):
        group = tuple(sorted(u for u in reach[unit] if unit in reach.get(u, ())))
        if unit in reach[unit] and group not in told:
            told.add(group)
            yield "these include one another in a circle: " + ", ".join(group)


def types_twice():
    """Type names of the project that are defined in more than one file (a typedef and its struct in one file are one type)."""
    places = {}
    for folder in ("src", "include"):
        for path in sources(folder):
            for m in TYPE.finditer(read(path)):
                name = next(g for g in m.groups() if g)
                places.setdefault(name, set()).add(os.path.relpath(path, TOP))
    # "typedef struct ww_x ww_x;" in a header promises what one other file defines.
    for name, files in sorted(places.items()):
        defined = [f for f in files if defines(read(os.path.join(TOP, f)), name)]
        if len(defined) > 1:
            yield f"the type {name} is defined in {' and in '.join(sorted(defined))}"


def defines(text, name):
    body = re.search(rf"^(?:typedef\s+)?(?:struct|union|enum)\s+{name}\s*\{{|^\}}\s*{name};", text, re.M)
    other = re.search(rf"^typedef\s+(?!struct {name} {name};|struct {name} {name}\b)[^;{{]*\b{name}(?:\(|;)", text, re.M)
    return bool(body or other)


found = [c for folder in ("src", "app", "include") for path in sources(folder) for c in complaints_of(path)]
found += [*circles(), *types_twice()]
print("\n".join(found) if found else f"the include rules hold: {len(ROOMS)} rooms, no circle, every type name once")
sys.exit(1 if found else 0)
