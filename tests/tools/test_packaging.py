#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: test_packaging.py SOURCE

The Debian packages are built from what the program is built from: their build dependencies name every development
package that run.sh installs, and their symbols file names what the library exports. Prints TAP."""

import os
import re
import sys

SOURCE = sys.argv[1]


def read(*path):
    with open(os.path.join(SOURCE, *path), encoding="utf-8") as f:
        return f.read()


def report(number, what, missing):
    print(f"{'not ok' if missing else 'ok'} {number} - {what}")
    for name in sorted(missing):
        print(f"# {name}")


installed = re.search(r'build_packages="([^"]*)"', read("tools", "setup.sh")).group(1).split()
wanted = {name for name in installed if name.endswith("-dev") and name != "libc6-dev"}
control = re.search(r"^Build-Depends:(.*?)^\S", read("debian", "control"), re.S | re.M).group(1)
report(1, "debian/control builds with what run.sh installs", wanted - {d.split()[0] for d in control.split(",")})
exported = set(read("tests", "abi", "symbols.txt").split())
listed = set(re.findall(r"^ (\w+)@", read("debian", "libwhoswho0.symbols"), re.M))
report(2, "debian/libwhoswho0.symbols lists what is exported", exported ^ listed)
print("1..2")
sys.exit(bool(wanted - {d.split()[0] for d in control.split(",")} or exported ^ listed))
