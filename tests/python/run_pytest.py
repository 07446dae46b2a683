#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: run_pytest.py BUILD

Builds the Python bindings against libwhoswho of the build folder BUILD, in a folder of its own, and runs their tests (bindings/python/tests) with pytest;
prints TAP, a line per test module, with the lines of pytest about what failed."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BINDINGS = os.path.join(TOP, "bindings", "python")


def main():
    for module, package in (("cffi", "python3-cffi"), ("pytest", "python3-pytest"), ("numpy", "python3-numpy")):
        if subprocess.run([sys.executable, "-c", f"import {module}"], capture_output=True).returncode:
            print(f"1..0 # SKIP {package} is not here")
            return 0
    with tempfile.TemporaryDirectory(prefix="whoswho-python-") as folder:
        environment = dict(os.environ, WHOSWHO_BUILD=os.path.abspath(sys.argv[1]), CFLAGS="-O0 -g0", PYTHONPATH=folder, PYTHONDONTWRITEBYTECODE="1",
                           PYTHONWARNINGS="ignore:distutils:DeprecationWarning")
        made = subprocess.run([sys.executable, os.path.join(BINDINGS, "build_ffi.py"), folder], capture_output=True, text=True, env=environment)
        if made.returncode:
            print("not ok 1 - the bindings build\n# " + (made.stdout + made.stderr).replace("\n", "\n# ") + "\n1..1")
            return 1
        shutil.copytree(os.path.join(BINDINGS, "whoswho"), os.path.join(folder, "whoswho"), dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.so*", "__pycache__"))
        modules = sorted(m for m in os.listdir(os.path.join(BINDINGS, "tests")) if m.startswith("test_"))
        failed = 0
        for number, module in enumerate(modules, 1):
            done = subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=short", os.path.join(BINDINGS, "tests", module)], cwd=folder,
                                  env=environment, capture_output=True, text=True)
            none = done.returncode == 5 or re.search(r"^\d+ skipped", done.stdout.strip().splitlines()[-1] if done.stdout.strip() else "")
            good = done.returncode == 0 or bool(none)
            failed += not good
            print(f"{'ok' if good else 'not ok'} {number} - {module[5:-3]}" + (" # SKIP something that it needs is not here" if none else ""), flush=True)
            print("# " + (done.stdout.strip().splitlines() or [""])[-1] if good else "# " + (done.stdout + done.stderr)[-6000:].replace("\n", "\n# "))
        print(f"1..{len(modules)}")
        return failed != 0


sys.exit(main())
