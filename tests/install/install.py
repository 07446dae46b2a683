#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: install.py BUILD_DIR CLIENT.C

Installs to a prefix and into a DESTDIR, moves the first elsewhere, and in each runs the program as it lies there (no
ldconfig, no LD_LIBRARY_PATH) and builds and runs a small program with what pkg-config says. Prints TAP."""
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile

build, client = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
clean = {
    k: v for k, v in os.environ.items() if k not in ("LD_LIBRARY_PATH", "PKG_CONFIG_PATH", "DESTDIR", "LD_PRELOAD")
}
number = failed = 0


def report(good, what, detail=""):
    global number, failed
    number += 1
    failed += not good
    for line in detail.splitlines() if not good else []:
        print(f"# {line}")
    print(f"{'ok' if good else 'not ok'} {number} - {what}", flush=True)


def run(command, **env):
    done = subprocess.run(command, env={**clean, **env}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout


def option(name):
    with open(os.path.join(build, "meson-info", "intro-buildoptions.json"), encoding="utf-8") as f:
        return next(o["value"] for o in json.load(f) if o["name"] == name)


def check_tree(where, root):
    code, said = run([os.path.join(root, option("bindir"), "whoswho"), "--version"])
    report(code == 0 and said.startswith("whoswho "), f"{where}: the program runs", said)
    libdir = os.path.join(root, option("libdir"))
    code, flags = run(
        ["pkg-config", "--cflags", "--libs", "whoswho"], PKG_CONFIG_PATH=os.path.join(libdir, "pkgconfig")
    )
    report(code == 0 and root in " ".join(shlex.split(flags)), f"{where}: pkg-config speaks of this place", flags)
    program = os.path.join(root, "client")
    code, said = run(["cc", client, "-o", program, *shlex.split(flags), f"-Wl,-rpath,{libdir}"])
    if code == 0:
        code, said = run([program])
    report(code == 0 and said.startswith("whoswho "), f"{where}: a program builds with it and runs", said)


with tempfile.TemporaryDirectory(prefix="whoswho-install-") as folder:
    staged = os.path.join(folder, "staged")
    code, said = run(["meson", "install", "-C", build, "--no-rebuild", "--destdir", staged])
    report(code == 0, "installs into a DESTDIR", said)
    inside = staged + option("prefix")
    check_tree("DESTDIR", inside)
    moved = os.path.join(folder, "a place of its own")
    shutil.move(inside, moved)
    check_tree("moved elsewhere", moved)
print(f"1..{number}")
sys.exit(failed != 0)
