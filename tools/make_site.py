#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: make_site.py OUT

The documentation as plain HTML in the folder OUT, to be read offline: README, docs/ and what they lead to, the man page (mandoc), the C interface
(Doxygen), grouped as tutorial, how-to, reference and explanation. Nothing is loaded from elsewhere. Needs python3-markdown-it, mandoc, doxygen."""
import html
import os
import posixpath
import re
import shutil
import subprocess
import sys
import tempfile

try:
    from markdown_it import MarkdownIt
except ImportError:
    sys.exit("make_site.py: this Python has no markdown_it: install python3-markdown-it, mandoc and doxygen, and use /usr/bin/python3")

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MANUAL, API = "docs/whoswho.1", "api/index.html"
# (title, pages): every page of docs/ is in one of them.
GROUPS = (
    ("Tutorial", ("README.md", "docs/tutorial.md")),
    ("How-to", ("docs/from-the-article.md", "docs/faq.md", "docs/models.md", "docs/scale.md", "docs/how-to-add-a-detector.md", "docs/how-to-add-an-operator.md",
                "docs/how-to-add-a-clustering-method.md", "docs/how-to-add-an-export-format.md")),
    ("Reference", (MANUAL, API, "bindings/python/README.md", "docs/output.schema.json", "docs/glossary.md", "docs/api-stability.md", "docs/promises.md",
                   "CHANGELOG.md")),
    ("Explanation", ("docs/clustering.md", "docs/accuracy.md", "docs/architecture.md", "docs/privacy.md", "models/detector.md", "models/landmarks.md",
                     "models/embedder.md")),
)
TITLES = {"README.md": "whoswho", MANUAL: "whoswho(1)", API: "C interface", "bindings/python/README.md": "Python",
          "docs/output.schema.json": "Schema of --json", "CHANGELOG.md": "Changelog"}
STYLE = """body{margin:0 auto;max-width:70em;padding:1em;display:grid;grid-template-columns:14em minmax(0,1fr);gap:2em;font:16px/1.5 sans-serif;color:#222;background:#fff}
nav{font-size:.9em}nav h2{font-size:1em;margin:1em 0 .2em}nav ul{list-style:none;margin:0;padding:0}nav [aria-current]{font-weight:bold}
a{color:#0b57a4}pre,code{font:14px/1.4 monospace;background:#f4f4f2}pre{padding:.6em;overflow-x:auto}table{border-collapse:collapse;display:block;overflow-x:auto}
td,th{border:1px solid #ccc;padding:.2em .5em;text-align:left;vertical-align:top}img{max-width:100%}@media(max-width:50em){body{display:block}}
"""
DOXYGEN = """PROJECT_NAME = whoswho
PROJECT_BRIEF = "the C interface"
INPUT = {top}/include/whoswho
FILE_PATTERNS = *.h
INPUT_FILTER = "sed -E -e 's,^// -.*-$,,' -e 's,^( *)// ?,\\1/// ,' -e 's,([;\\,{{]) +// ?,\\1 ///< ,'"
OUTPUT_DIRECTORY = {out}
HTML_OUTPUT = api
HTML_FOOTER = {footer}
GENERATE_LATEX = NO
EXTRACT_ALL = YES
OPTIMIZE_OUTPUT_FOR_C = YES
STRIP_FROM_PATH = {top}/include
MACRO_EXPANSION = YES
PREDEFINED = WW_API=
SEARCHENGINE = NO
HAVE_DOT = NO
HTML_TIMESTAMP = NO
HTML_DYNAMIC_MENUS = NO
QUIET = YES
WARNINGS = NO
"""
FOOTER = '<p><a href="../index.html">whoswho</a></p></body></html>\n'


def slug(text):
    """A heading's anchor, as GitHub makes it, so that links hold in both places."""
    return re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")


def page_of(path):
    """Where a file of the checkout, or a folder, lies in the site."""
    if path == "README.md":
        return "index.html"
    if path.endswith((".html", ".jpg", ".svg", ".png")):
        return path
    return (posixpath.join(path, "files") if os.path.isdir(os.path.join(TOP, path)) else path.removesuffix(".md")) + ".html"


def read(path):
    with open(os.path.join(TOP, path), encoding="utf-8") as f:
        return f.read()


def title_of(path):
    found = re.search(r"^# (.*)", read(path), re.M) if path.endswith(".md") else None
    return TITLES.get(path) or (found.group(1) if found else os.path.basename(path))


def navigation(page):
    out = []
    for title, paths in GROUPS:
        out.append(f"<h2>{title}</h2>\n<ul>")
        for path in paths:
            to = page_of(path)
            here = ' aria-current="page"' if to == page else ""
            out.append(f'<li><a href="{posixpath.relpath(to, posixpath.dirname(page) or ".")}"{here}>{html.escape(title_of(path))}</a></li>')
        out.append("</ul>")
    return "\n".join(out)


class Site:
    def __init__(self, out):
        self.out, self.made, self.waiting = out, set(), [path for _, paths in GROUPS for path in paths if path != API]

    def write(self, page, title, body):
        path = os.path.join(self.out, page)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        style = posixpath.relpath("style.css", posixpath.dirname(page) or ".")
        with open(path, "w", encoding="utf-8") as f:
            f.write(f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width">\n'
                    f'<title>{html.escape(title)}</title>\n<link rel="stylesheet" href="{style}">\n</head>\n<body>\n<nav>\n{navigation(page)}\n</nav>\n'
                    f"<main>\n{body}\n</main>\n</body>\n</html>\n")

    def links(self, body, path):
        """Links to files of the checkout lead to their pages, which are made too."""
        page = page_of(path)

        def turn(match):
            attribute, target = match.group(1), html.unescape(match.group(2))
            if re.match(r"[a-z]+:|#", target):
                return match.group(0)
            file, hash_, anchor = target.partition("#")
            file = posixpath.normpath(posixpath.join(posixpath.dirname(path), file))
            if not os.path.exists(os.path.join(TOP, file)) or file.startswith(".."):
                raise SystemExit(f"{path} leads to {target}, which is not there")
            self.waiting.append(file)
            return f'{attribute}="{html.escape(posixpath.relpath(page_of(file), posixpath.dirname(page) or "."))}{hash_}{anchor}"'

        return re.sub(r'\b(href|src)="([^"]*)"', turn, body)

    def markdown(self, path):
        parser = MarkdownIt("commonmark").enable("table")
        tokens = parser.parse(read(path))
        for opening, text in zip(tokens, tokens[1:]):
            if opening.type == "heading_open":
                opening.attrSet("id", slug(text.content))
        self.write(page_of(path), title_of(path), self.links(parser.renderer.render(tokens, parser.options, {}), path))

    def manual(self, path):
        text = subprocess.run(["mandoc", "-T", "html", "-O", "fragment", os.path.join(TOP, path)], check=True, capture_output=True, text=True).stdout
        self.write(page_of(path), title_of(path), text)

    def folder(self, path):
        names = subprocess.run(["git", "-C", TOP, "ls-files", "--", path], capture_output=True, text=True, check=False).stdout.splitlines()
        items = "".join(f"<li>{html.escape(name)}</li>\n" for name in names or sorted(os.listdir(os.path.join(TOP, path))))
        self.write(page_of(path), path, f"<h1>{html.escape(path)}</h1>\n<ul>\n{items}</ul>")

    def make(self, path):
        if path in self.made:
            return
        self.made.add(path)
        if os.path.isdir(os.path.join(TOP, path)):
            self.folder(path)
        elif path.endswith(".md"):
            self.markdown(path)
        elif path == MANUAL:
            self.manual(path)
        elif page_of(path) == path:
            os.makedirs(os.path.dirname(os.path.join(self.out, path)), exist_ok=True)
            shutil.copy(os.path.join(TOP, path), os.path.join(self.out, path))
        else:
            self.write(page_of(path), path, f"<h1>{html.escape(path)}</h1>\n<pre>{html.escape(read(path))}</pre>")

    def interface(self):
        with tempfile.TemporaryDirectory() as work:
            footer = os.path.join(work, "footer.html")
            with open(footer, "w", encoding="utf-8") as f:
                f.write(FOOTER)
            subprocess.run(["doxygen", "-"], input=DOXYGEN.format(top=TOP, out=self.out, footer=footer), check=True, text=True, stdout=subprocess.DEVNULL)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    out = os.path.abspath(sys.argv[1])
    if os.path.exists(out) and not os.path.exists(os.path.join(out, "style.css")) and os.listdir(out):
        sys.exit(f"{out} holds something else than a site; name another folder")
    shutil.rmtree(out, ignore_errors=True)
    os.makedirs(out)
    with open(os.path.join(out, "style.css"), "w", encoding="utf-8") as f:
        f.write(STYLE)
    site = Site(out)
    while site.waiting:
        site.make(site.waiting.pop())
    site.interface()


if __name__ == "__main__":
    main()
