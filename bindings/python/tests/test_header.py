# SPDX-License-Identifier: MIT
"""The public headers are the source: what they declare is bound, and what is bound is used."""
import glob
import os
import re
import sys

import pytest
from conftest import TOP

import whoswho
from whoswho._core import Status, ffi, lib

sys.path.insert(0, os.path.join(TOP, "bindings", "python"))
import header_to_cffi  # noqa: E402

# ww_on_out_of_memory is called when there is no memory, and Python cannot run without. The others are for hosts that go
# on with one view while decisions change it; in Python a view is arrays, and the next one is taken after a decision.
NOT_WRAPPED = {"ww_on_out_of_memory", "ww_library_scan_over", "ww_worker_open", "ww_worker_answer", "ww_worker_close", "ww_search_by", "ww_view_decide", "ww_view_refresh", "ww_view_split"} | {
    f"ww_sorting_{step}" for step in ("begin", "run", "finish", "free")
}
HEADERS = [open(os.path.join(TOP, "include", "whoswho", name), encoding="utf-8").read() for name in header_to_cffi.HEADERS]
FUNCTIONS = [f for h in HEADERS for f in header_to_cffi.functions(h)]


def package_source():
    return "".join(open(p, encoding="utf-8").read() for p in glob.glob(os.path.join(os.path.dirname(whoswho.__file__), "*.py")))


def test_no_header_is_forgotten():
    assert {*header_to_cffi.HEADERS, "whoswho.h"} == set(os.listdir(os.path.join(TOP, "include", "whoswho")))


def test_there_are_functions():
    assert len(FUNCTIONS) >= 70


@pytest.mark.parametrize("function", FUNCTIONS)
def test_bound_and_used(function):
    assert hasattr(lib, function)
    assert function in NOT_WRAPPED or re.search(rf"\blib\.{function}\b", package_source()), f"{function} is in the header and nowhere in the package"


def test_defaults_come_from_the_init_macros():
    for header in HEADERS:
        for struct, _ in header_to_cffi.initialised(header):
            assert getattr(lib, struct + "_init")().size == ffi.sizeof(struct), struct


def test_statuses_are_those_of_the_header():
    values = {name: int(value) for name, value in re.findall(r"WW_(?:ERR_)?(\w+) = (-?\d+),", HEADERS[0].split("} ww_status")[0])}
    assert values == {s.name: s.value for s in Status}


def test_decisions_are_those_of_the_header():
    from whoswho.library import KINDS

    for name, value in KINDS.items():
        assert getattr(lib, "WW_DECISION_" + name.upper()) == value


def test_version():
    assert whoswho.__version__ == "{}.{}.{}".format(*re.findall(r"#define WHOSWHO_VERSION_(?:MAJOR|MINOR|PATCH) (\d+)", HEADERS[0]))
    major, minor, patch = map(int, whoswho.version().split("."))
    assert whoswho.version_number() == major * 10000 + minor * 100 + patch
