#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: test_packaging.py SOURCE

The Debian packages are built from what the program is built from: their build dependencies name every development
package that run.sh installs, and their symbols file names what the library exports. All of them are told to the
reader, and removed again where they are tried. Prints TAP."""

import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from tap import Tap  # noqa: E402

SOURCE = sys.argv[1]


def read(*path):
    with open(os.path.join(SOURCE, *path), encoding="utf-8") as f:
        return f.read()


installed = re.search(r'build_packages="([^"]*)"', read("tools", "setup.sh")).group(1).split()
wanted = {name for name in installed if name.endswith("-dev") and name != "libc6-dev"}
control = re.search(r"^Build-Depends:(.*?)^\S", read("debian", "control"), re.S | re.M).group(1)
missing = wanted - {dependency.split()[0] for dependency in control.split(",")}
tap = Tap()
tap.check(not missing, "debian/control builds with what run.sh installs", "\n".join(sorted(missing)))
exported = set(read("tests", "abi", "symbols.txt").split())
listed = set(re.findall(r"^ (\w+)@", read("debian", "libwhoswho0.symbols"), re.M))
other = exported ^ listed
tap.check(not other, "debian/libwhoswho0.symbols lists what is exported", "\n".join(sorted(other)))
packages = set(re.findall(r"^Package: (\S+)", read("debian", "control"), re.M))
other = packages ^ set(re.search(r"dpkg-buildpackage .* Debian: (.*)", read("README.md")).group(1).split(", "))
tap.check(not other, "README.md names the packages", "\n".join(sorted(other)))
line = re.search(r"^names=.*", read("tools", "check_packages.sh"), re.M).group(0)
shell = ["sh", "-c", f'top=$1; {line}; echo "$names"', "sh", SOURCE]
other = packages ^ set(subprocess.run(shell, check=True, capture_output=True, text=True).stdout.split())
tap.check(not other, "tools/check_packages.sh removes every package", "\n".join(sorted(other)))
tap.end()
