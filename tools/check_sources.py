#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: check_sources.py [FOLDER]

Checks what the library's contract forbids in its sources (src/, app/ under FOLDER, by default this project): numbers
that follow the locale, characters that do, allocations that abort with a size that depends on data, comments that name
a file the project does not have, lines that are too long (comments too, which the formatter leaves alone). Each rule says where the one place is that may."""
import os
import re
import sys

TOP = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"')
FLOATING = re.compile(r"%[-+ #0']*(?:\*|\d+)?(?:\.(?:\*|\d+)?)?L?[aefgAEFG]")
COMMENT = re.compile(r'"(?:[^"\\\n]|\\.)*"|//([^\n]*)')
FILE = re.compile(r"(?<![\w./<:-])(?:[\w-]+/)*([\w-]+\.(?:c|h|cpp|md|py))(?!\w)")
FOREIGN_FILES = ("interpolation.h", "jpeglib.h", "display.h")  # dlib's, libjpeg's, libav's
ONE_OBJECT = re.compile(r"sizeof\s*(?:\([^()]*\)|\**[\w.>-]+)")

# rule: (what is called, the files that may, the roots it holds for, why)
NAMES = [
    (
        r"strto(?:d|f|ld)|ato(?:f|l|ll|i)|v?f?scanf|v?sscanf",
        ["src/base/number.c"],
        ["src"],
        "reads numbers as the locale has them: use base/number.h (or strtol)",
    ),
    (
        r"(?:new|use|set|dup|free)locale|localeconv|nl_langinfo",
        ["src/base/number.c"],
        ["src", "app"],
        "the library leaves the locale alone; the program stays in the C locale",
    ),
    (
        r"str(?:n)?casecmp|strcoll|to(?:lower|upper)|is"
        r"(?:alpha|alnum|digit|space|upper|lower|print|punct|xdigit|graph|cntrl|blank)",
        ["src/base/ascii.h"],
        ["src"],
        "follows the locale: use base/ascii.h",
    ),
    (
        r"malloc|calloc|realloc|reallocarray|aligned_alloc|posix_memalign|strdup|strndup|v?asprintf",
        ["src/base/memory.c"],
        ["src"],
        "use base/memory.h",
    ),
    (
        r"dnnl_(?:engine|stream|memory|(?:(?:reorder_|concat_)?primitive(?:_desc|_attr)?)|post_ops)_create"
        r"|dnnl_post_ops_append_\w+|dnnl_primitive_attr_set_post_ops|dnnl_primitive_execute|dnnl_stream_wait",
        ["src/nn/onednn/guard.cpp"],
        ["src"],
        "may throw: use nn/onednn/guard.h",
    ),
]
PRINT_WITH = "use ww_format (base/number.h), ww_strf or ww_buffer_format"
LINE_MAX = 120  # characters
SMALL_ONLY = "ww_alloc is for one object (sizeof); what data sizes goes through ww_try_array and reports WW_ERR_MEMORY"
PRINTERS = re.compile(r"\b(v?(?:s|sn|f|d)?printf)\s*\(")
SMALL = re.compile(r"\bww_alloc\s*\(")


def sources(root):
    for base, _, files in os.walk(os.path.join(TOP, root)):
        yield from (os.path.join(base, f) for f in sorted(files) if f.endswith((".c", ".h", ".cpp")))


def blank(match):
    return re.sub(r"[^\n]", " ", match.group(0))


def without_comments(text):
    """The same text, line for line, with comments blanked."""
    return re.sub(
        r'("(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)+\')|//[^\n]*|/\*.*?\*/',
        lambda m: m.group(1) or blank(m),
        text,
        flags=re.S,
    )


def arguments(text, start):
    """What stands between the parenthesis that ends at `start` and its partner."""
    depth, at = 1, start
    while at < len(text) and depth:
        skip = STRING.match(text, at) if text[at] == '"' else None
        depth += {"(": 1, ")": -1}.get(text[at], 0) if not skip else 0
        at = skip.end() if skip else at + 1
    return text[start : at - 1]


def files_of_project():
    for base, folders, files in os.walk(TOP):
        folders[:] = [f for f in folders if not f.startswith((".git", "build"))]
        yield from files


def stale_names(text, where):
    """Files named in comments that are not there, or not any more."""
    for number, line in enumerate(text.split("\n"), 1):
        for comment in COMMENT.finditer(line):
            for name in FILE.findall(comment.group(1) or ""):
                if name not in PROJECT and name not in FOREIGN_FILES:
                    yield f"{where}:{number}: a comment names {name}, which the project does not have"


def complaints_of(path, root):
    where = os.path.relpath(path, TOP)
    with open(path, encoding="utf-8") as f:
        whole = f.read()
    yield from stale_names(whole, where)
    for number, row in enumerate(whole.split("\n"), 1):
        if len(row) > LINE_MAX:
            yield f"{where}:{number}: {len(row)} characters, more than {LINE_MAX}"
    text = without_comments(whole)
    code = STRING.sub(blank, text)

    def line(at):
        return f"{where}:{text.count(chr(10), 0, at) + 1}"

    for names, places, roots, why in NAMES:
        if root in roots and where not in places:
            yield from (
                f"{line(m.start())}: {m.group(1)}: {why}" for m in re.finditer(rf"(?<![\w>.])({names})\s*\(", code)
            )
    if root != "src":
        return
    if where != "src/base/number.c":
        for m in PRINTERS.finditer(code):
            if FLOATING.search("".join(STRING.findall(arguments(text, m.end()))).replace("%%", "")):
                yield f"{line(m.start())}: {m.group(1)} of a fraction follows the locale: {PRINT_WITH}"
    if not where.startswith("src/base/memory."):
        for m in SMALL.finditer(code):
            if not ONE_OBJECT.fullmatch(arguments(code, m.end()).strip()):
                yield f"{line(m.start())}: {SMALL_ONLY}"


PROJECT = set(files_of_project())
found = [c for root in ("src", "app", "include") for path in sources(root) for c in complaints_of(path, root)]
print("\n".join(found) if found else "the rules on numbers, characters, memory, names and lines hold")
sys.exit(1 if found else 0)
