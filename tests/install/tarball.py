#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: tarball.py BUILD

tools/make_tarball.sh: the unpacked tree does its work in a root that holds nothing but it and the C library, from wherever it is moved. Prints TAP."""
import glob
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from tap import Tap, skip_all  # noqa: E402

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
GLIBC = "libc.so.6 libm.so.6 libdl.so.2 libpthread.so.0 librt.so.1 libresolv.so.2 libmvec.so.1 libutil.so.1".split()


def why_not():
    if not shutil.which("patchelf"):
        return "patchelf is not here"
    if os.geteuid() != 0:
        return "only root may change the root"
    if not glob.glob("/lib/x86_64-linux-gnu/libc.so.6"):
        return "this is no Debian on x86-64"
    return None


def main():
    reason = why_not()
    if reason:
        skip_all(reason)
    tap = Tap()
    with tempfile.TemporaryDirectory(prefix="whoswho-tarball-") as folder:
        subprocess.run([os.path.join(TOP, "tools", "make_tarball.sh"), "--tree", sys.argv[1], os.path.join(folder, "tree")], check=True)
        (tree,) = glob.glob(os.path.join(folder, "tree", "whoswho-*"))
        root = os.path.join(folder, "root")
        for inner in ("tmp", "lib64", "lib/x86_64-linux-gnu"):
            os.makedirs(os.path.join(root, inner))
        for name in GLIBC:
            shutil.copy(os.path.join("/lib/x86_64-linux-gnu", name), os.path.join(root, "lib/x86_64-linux-gnu", name))
        shutil.copy("/lib64/ld-linux-x86-64.so.2", os.path.join(root, "lib64"))
        licences = len(os.listdir(os.path.join(tree, "licences")))
        os.rename(tree, os.path.join(root, "moved"))
        os.makedirs(os.path.join(root, "proc", "self"))
        os.symlink("/moved/bin/whoswho", os.path.join(root, "proc", "self", "exe"))  # what the loader and the program ask for, without mounting anything
        done = subprocess.run(["chroot", root, "/moved/whoswho", "demo", "-o", "/tmp/People", "--every", "4s"], capture_output=True, text=True)
        good = done.returncode == 0 and "5 people" in done.stdout and os.path.exists(os.path.join(root, "tmp/People/Face_4"))
        tap.check(good, "the tree works in a root of its own", "" if good else done.stdout + done.stderr)
        tap.check(licences > 50, f"the licences of its libraries are there ({licences})")
    tap.end()


main()
