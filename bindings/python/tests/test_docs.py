# SPDX-License-Identifier: MIT
"""The Python of the tutorial and of from-the-article.md, as it stands there."""
import os
import re
import shutil

import pytest
from conftest import DEMO, PEOPLE, TOP

import whoswho


def blocks(page):
    """Indented blocks of a page that are Python."""
    with open(os.path.join(TOP, "docs", page), encoding="utf-8") as f:
        found = re.findall(r"(?:^    .*\n|^\n(?=    ))+", f.read(), re.M)
    texts = [re.sub(r"^    ", "", b, flags=re.M) for b in found]
    return [t for t in texts if re.search(r"^(import|from|classifier) ", t.strip(), re.M) and "whoswho" in t]


def test_tutorial(tmp_path, monkeypatch, capsys):
    pytest.importorskip("sklearn")
    monkeypatch.chdir(tmp_path)
    shutil.copy(os.path.join(PEOPLE, "sage.png"), "New.jpg")  # known by its content
    with whoswho.Library("People") as lib:
        lib.scan([DEMO])
        lib.cluster()
    names: dict = {}
    train, use = blocks("tutorial.md")
    exec(train, names)
    score = float(capsys.readouterr().out)
    assert score > 0.9
    exec(use, names)
    shown = capsys.readouterr().out.split()
    view = names["view"]
    face = names["whoswho"].Finder().find("New.jpg")[0]
    assert shown == [view.people["title"][view.match(face.embedding)[0].person]]


def test_from_the_article(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    os.symlink(DEMO, "Footage.mp4")
    (code,) = blocks("from-the-article.md")
    names: dict = {}
    exec(code, names)
    assert len(names["lib"].people) == 5 and os.path.exists("ClusteredFaces/Montage/Face_0.jpg")
