# SPDX-License-Identifier: MIT
import os
import shutil

import pytest

import whoswho

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
DEMO = os.path.join(TOP, "tests", "data", "demo.mp4")
TRUTH = os.path.join(TOP, "tests", "data", "demo.truth.csv")
PEOPLE = os.path.join(TOP, "tests", "data", "people")


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """The demo's library, scanned once; five people."""
    folder = tmp_path_factory.mktemp("made") / "People"
    with whoswho.Library(folder) as lib:
        lib.scan([DEMO], every_us=2_000_000)
        lib.cluster()
        lib.export()
    return folder


@pytest.fixture
def folder(made, tmp_path):
    """A copy of it."""
    return shutil.copytree(made, tmp_path / "People")


@pytest.fixture
def lib(folder):
    with whoswho.Library(folder, create=False) as opened:
        yield opened
