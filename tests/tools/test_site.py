#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: test_site.py SOURCE

The site that tools/make_site.py makes of docs/: every link leads to a file and a place that are there, no page loads anything from elsewhere,
every page of docs/ can be reached from every other. Prints TAP."""

import glob
import html.parser
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.parse

SOURCE = os.path.abspath(sys.argv[1])
sys.path.insert(0, os.path.join(SOURCE, "tests"))
from tap import Tap, skip_all  # noqa: E402

try:
    import markdown_it  # noqa: F401
except ImportError:
    skip_all("python3-markdown-it is not installed")
for tool in ("doxygen", "mandoc"):
    if not shutil.which(tool):
        skip_all(f"{tool} is not installed")
LOADS = {("img", "src"), ("script", "src"), ("link", "href"), ("iframe", "src"), ("object", "data"), ("source", "src"), ("video", "src"), ("embed", "src")}


class Page(html.parser.HTMLParser):
    """What it links to, what it loads, and its anchors."""

    def __init__(self, path):
        super().__init__()
        self.links, self.loads, self.anchors = [], [], set()
        with open(path, encoding="utf-8") as f:
            self.feed(f.read())

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name == "id" or (tag == "a" and name == "name"):
                self.anchors.add(value)
            elif (tag, name) in LOADS and value:
                self.loads.append(value)
            elif tag in ("a", "area") and name == "href" and value:
                self.links.append(value)

    handle_startendtag = handle_starttag


def outside(link):
    return re.match(r"[a-z][a-z0-9+.-]*:|//", link) is not None


def broken(site, pages):
    for name, page in pages.items():
        for link in page.links + page.loads:
            if outside(link):
                continue
            path, _, anchor = link.partition("#")
            to = os.path.normpath(os.path.join(os.path.dirname(name), urllib.parse.unquote(path.partition("?")[0]))) if path else name
            if not os.path.isfile(os.path.join(site, to)):
                yield f"{name}: {link}: no such file"
            elif anchor and to in pages and urllib.parse.unquote(anchor) not in pages[to].anchors:
                yield f"{name}: {link}: no such place"


tap = Tap()
with tempfile.TemporaryDirectory() as folder:
    site = os.path.join(folder, "site")
    done = subprocess.run([sys.executable, os.path.join(SOURCE, "tools", "make_site.py"), site], capture_output=True, text=True)
    tap.check(done.returncode == 0 and not done.stderr, "it is made without a word", done.stdout + done.stderr)
    pages = {os.path.relpath(path, site): Page(path) for path in glob.glob(os.path.join(site, "**", "*.html"), recursive=True)}
    lost = list(broken(site, pages))
    count = sum(len(page.links) for page in pages.values())
    tap.check(not lost and count > 1000, f"every link of {len(pages)} pages leads somewhere", "\n".join(lost[:20]))
    loaded = [f"{name}: {link}" for name, page in pages.items() for link in page.loads if outside(link)]
    for path in glob.glob(os.path.join(site, "**", "*.css"), recursive=True):
        with open(path, encoding="utf-8") as f:
            loaded += [f"{os.path.relpath(path, site)}: {found}" for found in re.findall(r"(?:url\(\s*['\"]?|@import\s+['\"])((?:https?:)?//[^'\")]+)", f.read())]
    tap.check(not loaded, "nothing is loaded from elsewhere", "\n".join(loaded))
    missing = []
    for path in glob.glob(os.path.join(SOURCE, "docs", "*.md")):
        page = "docs/" + os.path.basename(path)[:-3] + ".html"
        if page not in [os.path.normpath(os.path.join("docs", link)) for link in pages["docs/faq.html"].links]:
            missing.append(page)
    tap.check(not missing, "the navigation names every page of docs/", "\n".join(missing))
    functions = set(re.findall(r"^WW_API .*?\b(ww_\w+)\(", "".join(open(p, encoding="utf-8").read() for p in glob.glob(os.path.join(SOURCE, "include", "whoswho", "*.h"))), re.M))
    text = "".join(open(path, encoding="utf-8").read() for path in glob.glob(os.path.join(site, "api", "*_8h.html")))
    unknown = sorted(name for name in functions if f">{name}</a>" not in text and f"{name} " not in text)
    told = "Whether the file is the one it should be" in text
    tap.check(len(functions) > 50 and not unknown and told, "the interface has every function, and what its header says of it", "\n".join(unknown))
    again = subprocess.run([sys.executable, os.path.join(SOURCE, "tools", "make_site.py"), SOURCE], capture_output=True, text=True)
    tap.check(again.returncode != 0 and os.path.exists(os.path.join(SOURCE, "README.md")), "a folder with something else in it is left alone")
tap.end()
