# SPDX-License-Identifier: MIT
"""What the tests of this folder share: MPI jobs on this machine, and libraries compared table by table."""
import os
import shutil
import sqlite3
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from tap import Tap, skip_all  # noqa: E402,F401

# Ranks of one machine need no network; more ranks than processors yield to each other.
ENVIRONMENT = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1", OMPI_MCA_btl="self,vader",
                   OMPI_MCA_btl_vader_single_copy_mechanism="none", OMPI_MCA_mpi_yield_when_idle="1", OMPI_MCA_pml="ob1",
                   PRTE_MCA_rmaps_default_mapping_policy=":oversubscribe")
LIMIT_S = 120


def skip_without_mpirun():
    if not shutil.which("mpirun"):
        skip_all("mpirun is not here (openmpi-bin)")


def command(ranks, program, *arguments):
    return ["mpirun", "--oversubscribe", "--bind-to", "none", "-n", str(ranks), program, *arguments]


def run(line, **more):
    return subprocess.run(line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=LIMIT_S,
                          env=ENVIRONMENT, **more)


def rows(out):
    """All tables of a library, in an order that does not depend on the order of writing."""
    base = sqlite3.connect(f"file:{out}/whoswho.db?mode=ro", uri=True)
    names = [n for (n,) in base.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
                                        " AND name <> 'file_content'")]  # what each run itself saw of the files
    found = {n: base.execute(f'SELECT * FROM "{n}" ORDER BY 1, 2').fetchall() for n in names}
    base.close()
    return found


def differing(a, b):
    """Names of the tables in which two libraries differ."""
    p, q = rows(a), rows(b)
    return sorted(n for n in {*p, *q} if p.get(n) != q.get(n))


def tree(out):
    found = {}
    for folder, _, names in os.walk(out):
        for name in names:
            if not name.startswith("whoswho.db"):
                path = os.path.join(folder, name)
                with open(path, "rb") as f:
                    found[os.path.relpath(path, out)] = f.read()
    return found
