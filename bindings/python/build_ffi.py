# SPDX-License-Identifier: MIT
"""Makes whoswho._whoswho, the extension over libwhoswho. Which library it is built against:

WHOSWHO_BUILD=DIR    that of a build folder (the tests; with WHOSWHO_RPATH=no one that will be installed: the Debian package);
WHOSWHO_SYSTEM=1     the one installed, by pkg-config;
neither              one built here from the checkout with meson, which then lies beside the extension (pip install)."""
import os
import shutil
import subprocess
import sys

from cffi import FFI

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)
import header_to_cffi  # noqa: E402

INCLUDE = os.path.join(TOP, "include")


def read_headers(include):
    texts = []
    for name in header_to_cffi.HEADERS:
        with open(os.path.join(include, "whoswho", name), encoding="utf-8") as f:
            texts.append(f.read())
    return texts


def system_library():
    def ask(what):
        return subprocess.run(["pkg-config", what, "whoswho"], check=True, capture_output=True, text=True).stdout.split()

    include = subprocess.run(["pkg-config", "--variable=includedir", "whoswho"], check=True, capture_output=True, text=True).stdout.strip()
    return include, {"extra_compile_args": ask("--cflags"), "extra_link_args": ask("--libs")}


def bundled_library():
    """Builds libwhoswho and puts it into the package, where the extension finds it."""
    build = os.path.join(HERE, "build", "libwhoswho")
    ninja = ["ninja", "-C", build, "app/cli/whoswho"]
    # What is there may have been set up from an environment that is gone, and with it its Python.
    if not os.path.exists(os.path.join(build, "build.ninja")) or subprocess.run(ninja, check=False).returncode:
        shutil.rmtree(build, ignore_errors=True)
        subprocess.run(["meson", "setup", build, TOP, "-Dtests=false"], check=True)
        subprocess.run(ninja, check=True)
    shutil.copy(os.path.join(build, "src", "libwhoswho.so.0"), os.path.join(HERE, "whoswho", "libwhoswho.so.0"))
    return INCLUDE, {"include_dirs": [INCLUDE], "libraries": ["whoswho"], "library_dirs": [os.path.join(build, "src")], "extra_link_args": ["-Wl,-rpath,$ORIGIN"]}


def library():
    build = os.environ.get("WHOSWHO_BUILD")
    if build:
        folder = os.path.join(os.path.abspath(build), "src")
        path = [] if os.environ.get("WHOSWHO_RPATH") == "no" else ["-Wl,-rpath," + folder]
        return INCLUDE, {"include_dirs": [INCLUDE], "libraries": ["whoswho"], "library_dirs": [folder], "extra_link_args": path}
    return system_library() if os.environ.get("WHOSWHO_SYSTEM") else bundled_library()


def make():
    ffi = FFI()
    include, arguments = library()
    headers = read_headers(include)
    ffi.cdef(header_to_cffi.cdef(headers))
    ffi.set_source("whoswho._whoswho", header_to_cffi.source(headers), **arguments)
    return ffi


ffibuilder = make()

if __name__ == "__main__":
    ffibuilder.compile(tmpdir=sys.argv[1] if len(sys.argv) > 1 else HERE, verbose=False)
