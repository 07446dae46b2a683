#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: embed_files.py OUT.c FILE...: a C file that holds each FILE as ww_file_NAME .. ww_file_NAME_end (NAME: dots become underscores)."""
import os
import sys

BLOCK = """__asm__(
    ".section .rodata\\n"
    ".balign 64\\n"
    ".globl {name}\\n.hidden {name}\\n"
    "{name}:\\n"
    ".incbin \\"{path}\\"\\n"
    ".globl {name}_end\\n.hidden {name}_end\\n"
    "{name}_end:\\n"
    ".byte 0\\n"
    ".text\\n");
"""

with open(sys.argv[1], "w") as out:
    out.write("// SPDX-License-Identifier: MIT\n// Made by tools/embed_files.py.\n")
    for path in sys.argv[2:]:
        name = "ww_file_" + os.path.basename(path).replace(".", "_")
        escaped = os.path.abspath(path).replace("\\", "\\\\\\\\").replace('"', '\\\\\\"')
        out.write(BLOCK.format(name=name, path=escaped))
    out.write("typedef int ww_not_an_empty_translation_unit;\n")
