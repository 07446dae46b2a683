#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: signals.py WHOSWHO WRITE_SLOW_NETWORK

The first Ctrl-C and SIGTERM are heard while a network of others is at work that takes tens of seconds for a face: the run ends as any that is stopped does,
and what was done is kept. Prints TAP."""
import array
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap  # noqa: E402

program, write_slow_network = map(os.path.abspath, sys.argv[1:])
PEOPLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data", "people")
DIM = 16
WITHIN_S, MOST_S = 10, 60  # a layer takes a tenth of a second on a machine that is not busy, all of them tens


def stopped(number, ready, *arguments):
    """Sends the signal once it is ready and a little more has passed; the exit code, what was said, and how long that took."""
    with subprocess.Popen([program, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        try:
            since = time.monotonic()
            while not ready() and process.poll() is None and time.monotonic() < since + MOST_S:
                time.sleep(0.05)
            time.sleep(1)
            assert process.poll() is None, f"ended by itself: {process.stderr.read().decode()}"
            process.send_signal(number)
            since = time.monotonic()
            said = process.communicate(timeout=MOST_S)[1].decode()
            return process.returncode, said, time.monotonic() - since
        finally:
            process.kill()


def check_stopped(outcome, word):
    code, said, seconds = outcome
    assert code == 130, f"exit code {code}: {said}"
    assert word in said, said
    assert seconds < WITHIN_S, f"it took {seconds:.1f} s"


def a_scan_is_stopped_inside_a_network():
    for number in (signal.SIGTERM, signal.SIGINT):
        out = f"out{number}"
        outcome = stopped(
            number, lambda: os.path.exists(os.path.join(out, "whoswho.db")), "sage.png", "-o", out, "--embedder", "slow.onnx", "-t", "2"
        )
        check_stopped(outcome, "what was scanned so far is kept")


def looking_at_known_people_is_stopped():
    """A photo without a face, so that the network is first asked for the known face."""
    os.makedirs("known/Sage")
    shutil.copy("sage.png", "known/Sage")
    with open("grey.ppm", "wb") as f:
        f.write(b"P6 320 240 255\n" + bytes([128]) * (320 * 240 * 3))
    subprocess.run(["ffmpeg", "-v", "error", "-i", "grey.ppm", "grey.png"], check=True)
    subprocess.run([program, "scan", "grey.png", "-o", "library", "--embedder", "slow.onnx", "-q"], check=True)
    begun = time.monotonic()
    check_stopped(
        stopped(signal.SIGTERM, lambda: time.monotonic() > begun + 1, "cluster", "library", "--known", "known", "--embedder", "slow.onnx"), "stopped"
    )
    subprocess.run([program, "cluster", "library", "-q"], check=True)


def processor_time():
    """Seconds that all programs took that were waited for: what else the machine does is not in them."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def clustering_vectors_is_stopped():
    """DBSCAN of many vectors writes nothing before its end, and leaves nothing."""
    dice, rows = random.Random(1), 400000
    values = array.array("f", iter(dice.randbytes(rows * DIM)))  # bytes: hardly two of them near each other
    head = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {DIM}), }}".ljust(117) + "\n"
    with open("x.npy", "wb") as f:
        f.write(b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head.encode() + values.tobytes())
    asked = ("cluster", "--embeddings", "x.npy", "-O", "x.csv", "--method", "dbscan", "--eps", "100", "-t", "1")
    for number in (signal.SIGTERM, signal.SIGINT):
        check_stopped(stopped(number, lambda: True, *asked), "nothing was written")
        assert not [name for name in os.listdir(".") if name.startswith("x.csv")], os.listdir(".")
    with open("x.csv", "w", encoding="utf-8") as f:
        f.write("the user's")
    before_s = processor_time()
    done = subprocess.run([program, *asked], stderr=subprocess.PIPE, check=False, timeout=MOST_S)
    assert done.returncode == 2 and b"is there already" in done.stderr, done
    assert processor_time() - before_s < 1, "a file in the way is told before the work is done"


def main():
    with tempfile.TemporaryDirectory(prefix="whoswho-signals-") as folder:
        os.chdir(folder)
        subprocess.run([write_slow_network, "slow.onnx"], check=True)
        shutil.copy(os.path.join(PEOPLE, "sage.png"), "sage.png")
        failed = tap.run([a_scan_is_stopped_inside_a_network, looking_at_known_people_is_stopped, clustering_vectors_is_stopped])
        os.chdir("/")
    sys.exit(failed != 0)


main()
