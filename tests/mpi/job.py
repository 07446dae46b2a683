# SPDX-License-Identifier: MIT
"""What the tests of this folder share: MPI jobs on this machine, and libraries compared table by table."""
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from content import rows, tree  # noqa: E402,F401
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


def run(line, log="", **more):
    return subprocess.run(line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=LIMIT_S,
                          env=dict(ENVIRONMENT, WHOSWHO_LOG=log) if log else ENVIRONMENT, **more)


def differing(a, b):
    """Names of the tables in which two libraries differ."""
    p, q = rows(a), rows(b)
    return sorted(n for n in {*p, *q} if p.get(n) != q.get(n))


def ranks_of(job):
    """Process ids of the ranks of a job by rank, of those that have the shared memory of MPI_Init: when one is killed while mpirun still
    starts the others, mpirun itself may hang (Open MPI 4.1)."""
    found, children = {}, f"/proc/{job.pid}/task/{job.pid}/children"
    for child in open(children).read().split() if os.path.exists(children) else ():
        try:
            environment = open(f"/proc/{child}/environ", "rb").read().split(b"\0")
            rank = [e for e in environment if e.startswith(b"OMPI_COMM_WORLD_RANK=")]
            if rank and "_segment." in open(f"/proc/{child}/maps").read():
                found[int(rank[0].split(b"=")[1])] = int(child)
        except OSError:
            pass
    return found
