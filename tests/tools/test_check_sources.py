#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every rule of tools/check_sources.py refuses what breaks it, and lets the like pass that does not. Prints TAP."""
import os
import subprocess
import sys
import tempfile

CHECK = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tools", "check_sources.py")
REFUSED = [  # (file, line)
    ("src/a/x.c", "double v = strtod(text, NULL);"),
    ("src/a/x.c", "float v = strtof (text, NULL);"),
    ("src/a/x.c", "v = atof(text);"),
    ("src/a/x.c", 'sscanf(text, "%lf", &v);'),
    ("src/a/x.c", 'snprintf(out, sizeof out, "%s is %.2f", name(x), v);'),
    ("src/a/x.c", 'fprintf(f,\n    "a"\n    "%-8.*g\\n", 3, v);'),
    ("src/a/x.c", 'setlocale(LC_ALL, "");'),
    ("app/cli/x.c", 'setlocale(LC_ALL, "");'),
    ("src/a/x.c", "if (strcasecmp(a, b) == 0)"),
    ("src/a/x.c", "c = tolower(c);"),
    ("src/a/x.c", "if (isspace((unsigned char)*s))"),
    ("src/a/x.c", "p = malloc(count * sizeof *p);"),
    ("src/a/x.c", "p = realloc(p, 7);"),
    ("src/a/x.c", "p = ww_alloc(count * sizeof *p);"),
    ("src/a/x.c", "p = ww_alloc(length + 1);"),
    ("src/a/x.c", "p = ww_alloc(sizeof *p * 2);"),
    ("src/nn/onednn/x.c", "status = dnnl_primitive_create(&p, pd);"),
    ("src/a/x.c", "int a; // see gone.h"),
    ("src/a/x.h", "int a;\n// As docs/gone.md has it."),
    ("src/a/x.h", "// " + "x" * 118),
]
ALLOWED = [
    ("src/base/number.c", "double v = strtod_l(text, end, c); vsnprintf(out, size, format, args); uselocale(c);"),
    ("src/base/memory.c", "p = calloc(count, size);"),
    ("src/a/x.c", 'snprintf(out, sizeof out, "%d %s %5.1s", 1, "%f is no format here", x);'.replace("%f is", "f is")),
    ("src/a/x.c", 'ww_format(out, sizeof out, "%.2f", v); ww_strf("%g", v); ww_fail(err, s, "%g", v);'),
    ("src/a/x.c", 'snprintf(out, n, "100%% free"); // strtod(text) and malloc(7) in a comment'),
    ("src/a/x.c", 'const char *s = "strtod(text, NULL)";'),
    ("src/a/x.c", "long v = strtol(text, NULL, 10);"),
    ("src/a/x.c", "thing *t = ww_alloc(sizeof *t); u = ww_alloc(sizeof(int[4])); v = ww_alloc(sizeof **out);"),
    ("src/a/x.c", "e->malloc(7); my_strtod(text); kernel->free(state);"),
    ("app/cli/x.c", 'double v = strtod(text, NULL); printf("%.2f", v);'),
    ("src/a/x.c", 'f("gone.c"); // see x.c, a.b and <gone.h>; https://example.org/gone.md'),
    ("src/a/x.h", "// " + "é" * 117),
    ("src/nn/onednn/x.c", "status = ww_dnnl_primitive_create(&p, pd); dnnl_primitive_destroy(p);"),
]


def refuses(file, line):
    with tempfile.TemporaryDirectory() as top:
        path = os.path.join(top, file)
        os.makedirs(os.path.dirname(path))
        with open(path, "w", encoding="utf-8") as f:
            f.write(f"// SPDX-License-Identifier: MIT\nvoid f(void)\n{{\n{line}\n}}\n")
        done = subprocess.run(
            [sys.executable, CHECK, top], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        return done.returncode == 1 and f"{file}:" in done.stdout


failed = 0
cases = [(c, True) for c in REFUSED] + [(c, False) for c in ALLOWED]
for number, ((file, line), wanted) in enumerate(cases, 1):
    good = refuses(file, line) == wanted
    failed += not good
    shown = " ".join(line.split()).replace("#", "")
    print(f"{'ok' if good else 'not ok'} {number} - {'refused' if wanted else 'allowed'} in {file}: {shown}")
print(f"1..{len(cases)}")
sys.exit(failed != 0)
