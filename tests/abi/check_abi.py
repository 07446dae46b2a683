#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: check_abi.py LIBRARY INCLUDE CC [--update]

Compares the symbols that LIBRARY exports and the sizes of the public structs (64-bit) with tests/abi/symbols.txt and sizes.txt, and checks
that every function of the public headers is exported and that nothing else is. --update writes the lists anew: read the diff, and
docs/api-stability.md. Prints TAP."""
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))


def exported(library):
    out = subprocess.run(["nm", "-D", "--defined-only", library], check=True, capture_output=True, text=True).stdout
    return sorted(line.split()[-1].split("@")[0] for line in out.splitlines())


def headers(include):
    folder = os.path.join(include, "whoswho")
    text = ""
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), encoding="utf-8") as f:
            text += f.read()
    return text


def declared(text):
    return sorted(set(re.findall(r"^WW_API [^;]*?\b(ww_\w+)\(", text, re.M)))


def struct_sizes(text, include, cc):
    names = sorted(set(re.findall(r"^\} (ww_\w+);", text, re.M)))
    with tempfile.TemporaryDirectory() as folder:
        source, program = os.path.join(folder, "sizes.c"), os.path.join(folder, "sizes")
        with open(source, "w") as f:
            f.write("#include <stdio.h>\n#include <whoswho/view.h>\n#include <whoswho/distribute.h>\nint main(void)\n{\n")
            f.writelines(f'    printf("{n} %zu\\n", sizeof({n}));\n' for n in names)
            f.write("    return 0;\n}\n")
        subprocess.run([cc, "-std=c11", "-Wall", "-Werror", "-I", include, source, "-o", program], check=True)
        return subprocess.run([program], check=True, capture_output=True, text=True).stdout.splitlines()


def differences(name, now, update):
    path = os.path.join(HERE, name)
    if update:
        with open(path, "w") as f:
            f.write("\n".join(now) + "\n")
    with open(path) as f:
        held = f.read().splitlines()
    return [f"gone: {x}" for x in held if x not in now] + [f"new: {x}" for x in now if x not in held]


def main():
    update = "--update" in sys.argv
    library, include, cc = [a for a in sys.argv[1:] if a != "--update"]
    text = headers(include)
    symbols = exported(library)
    functions = declared(text)
    results = [
        ("exported symbols are those held in symbols.txt", differences("symbols.txt", symbols, update)),
        ("sizes of structs are those held in sizes.txt", differences("sizes.txt", struct_sizes(text, include, cc), update)),
        ("every function of the headers is exported, and nothing else",
         [f"not exported: {f}" for f in functions if f not in symbols] + [f"in no header: {s}" for s in symbols if s not in functions]),
    ]
    for number, (name, wrong) in enumerate(results, 1):
        print(f"{'not ok' if wrong else 'ok'} {number} - {name}")
        for line in wrong:
            print("# " + line)
    print(f"1..{len(results)}")
    sys.exit(any(wrong for _, wrong in results))


main()
