#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: exhausted.py WHOSWHO FAILING.SO PEOPLE_FOLDER FOOTAGE [--samples N | --all] [--only COMMAND] [--seed N]
[--stacks]

Makes the Nth allocation of each command fail (failing.c), for N spread over all of them, one at a time or for good; and
runs the program under ulimit -v. The program must never die of a signal, must say what happened when it fails, must not
succeed with another result, and must do, when run again with memory, what it would have done at once. Prints TAP. --all
takes every N: hours. --stacks keeps who asked for what failed of the runs that went wrong."""
import argparse
import os
import random
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile

arguments = argparse.ArgumentParser()
for name in ("whoswho", "failing", "people", "footage"):
    arguments.add_argument(name, type=os.path.abspath)
arguments.add_argument("--samples", type=int, default=24, help="allocations that fail, of each command")
arguments.add_argument("--all", action="store_true")
arguments.add_argument("--only")
arguments.add_argument("--seed", type=int, default=1)
arguments.add_argument("--stacks", action="store_true")
options = arguments.parse_args()

# (name, arguments) - each begins with what the ones before it left.
READS = ("people", "log", "why", "eval")  # what they print is their result
# Once what was decided is in this table, it is sync that brings the folders up to date.
DECIDES = {name: "table journal" for name in ("name", "merge", "undo", "cover", "add-face")} | {"forget": "table source"}
SEVERAL_FILES = ("scan photos",)
OWN_COLUMNS = {"time_s", "was", "changed_ns"}
SCANNED_IN = "@"  # stands for the folder in which everything was scanned: its files are known by their names from the root
COMMANDS = [
    ("scan photos", ["scan", "photos", "-o", "out", "--threads", "1"]),
    ("scan video", ["scan", "footage.mp4", "-o", "out", "--threads", "1"]),
    ("cluster", ["cluster", "out", "--threads", "1", "--min-samples", "1"]),
    ("export", ["export", "out"]),
    ("people", ["people", "-o", "out"]),
    ("name", ["name", "0", "Ada", "-o", "out"]),
    ("merge", ["merge", "0", "1", "-o", "out", "--force"]),
    ("undo", ["undo", "-o", "out"]),
    ("log", ["log", "-o", "out"]),
    ("why", ["why", "1", "-o", "out"]),
    ("eval", ["eval", "out", "--truth", "names", "--json"]),
    ("sync", ["sync", "-o", "out"]),
    ("join", ["join", "out", "-o", "joined"]),
    ("cover", ["cover", "out/Ada/face_1.jpg", "-o", "out"]),
    ("add-face", ["add-face", "1", "20,20,90,120", "-o", "out"]),
    ("forget", ["forget", os.path.join(SCANNED_IN, "photos", "clove_1.png"), "-o", "out"]),
    ("scan shard", ["scan", "photos", "-o", "joined", "--shard", "1/2", "--threads", "1"]),
    ("known", ["run", "photos", "-o", "out", "--known", "known", "--threads", "1", "-q"]),
]
ULIMITS_KIB = (100000, 200000, 250000, 300000, 400000, 500000, 600000, 800000, 1000000)
FINE, SOME_UNREADABLE, FAILED = 0, 1, 3
number = failed = 0


def report(good, what, *detail):
    global number, failed
    number += 1
    failed += not good
    for line in [line for d in detail for line in str(d).splitlines()][:60] if not good else []:
        print(f"# {line}")
    print(f"{'ok' if good else 'not ok'} {number} - {what}", flush=True)


def state(folder):
    return {**state_of(folder, "out", ""), **state_of(folder, "joined", "joined ")}


def state_of(folder, library, prefix):
    """What the command left in a library: files, and the rows of the store but for moments, what the run saw of the files it read or
    wrote, the random name of temporary files, and who a face was before it was last sorted (after a failure it is
    sorted twice)."""
    content = {}
    out = os.path.join(folder, library)
    for base, _, names in os.walk(out):
        for name in names:
            if not name.startswith("whoswho.db"):
                with open(os.path.join(base, name), "rb") as f:
                    content[prefix + os.path.relpath(os.path.join(base, name), out)] = f.read()
    store = os.path.join(out, "whoswho.db")
    if os.path.exists(store):
        with sqlite3.connect(store) as db:
            tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'file_content'"
            for (table,) in db.execute(tables).fetchall():
                own = OWN_COLUMNS | ({"path"} if table == "source_file" else set())  # that path is absolute
                columns = [c[1] for c in db.execute(f"PRAGMA table_info({table})") if c[1] not in own]
                rows = db.execute(f"SELECT {', '.join(columns)} FROM {table}").fetchall()
                content[f"{prefix}table {table}"] = sorted(
                    repr(r) for r in rows if not (table == "meta" and r[0] == "export.temporary")
                )
        db.close()
    return content


def differences(a, b):
    return [name for name in sorted({*a, *b}) if a.get(name) != b.get(name)]


def sizes(content):
    return {name: len(rows) for name, rows in content.items() if "table " in name}


def run(folder, command, fail_at=None, for_good=False, address_space_kib=None):
    env = {**os.environ, "OMP_NUM_THREADS": "1"}
    note = os.path.join(folder, "report")
    if fail_at is not None:
        env.update(LD_PRELOAD=options.failing, WW_FAIL_AT=str(fail_at), WW_FAIL_REPORT=note)
        if for_good:
            env["WW_FAIL_ON"] = "1"
    limit = None
    if address_space_kib:
        limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (address_space_kib * 1024,) * 2)
    done = subprocess.run(
        [options.whoswho, *command],
        cwd=folder,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=limit,
        check=False,
        timeout=300,
    )
    said = ""
    if os.path.exists(note):
        with open(note, encoding="utf-8") as f:
            said = f.read()
        os.remove(note)
    return done, said


def judge(name, done, folder, expected, wanted):
    """What is wrong with this run; None: nothing."""
    message = done.stderr.decode(errors="replace")
    if done.returncode < 0:
        return f"died of signal {-done.returncode}"
    if done.returncode == FINE:
        wrong = differences(state(folder), wanted)
        if name in READS and done.stdout != expected.stdout:
            wrong.append(done.stdout.decode(errors="replace"))
        return f"succeeded with another result: {wrong}" if wrong else None
    if done.returncode not in (SOME_UNREADABLE, FAILED):
        return f"exit code {done.returncode}: {message}"
    return None if "whoswho: " in message else f"exit code {done.returncode} without a word"


def recovers(name, folder, command, before, wanted):
    if name in DECIDES and state(folder).get(DECIDES[name]) != before[DECIDES[name]]:
        command = ["sync", "-o", "out"]
    again, _ = run(folder, command)
    if again.returncode != FINE:
        return f"fails with memory too: exit code {again.returncode}: {again.stderr.decode(errors='replace')}"
    found = state(folder)
    if name in SEVERAL_FILES:  # a file that failed is scanned by the next run, and then stands after the others
        found, wanted = sizes(found), sizes(wanted)
    wrong = differences(found, wanted)
    return f"another result after a failure: {wrong}" if wrong else None


def copy_of(folder, top):
    work = os.path.join(top, "work")
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(folder, work)
    return work


def chosen(total):
    if options.all:
        return [(n, False) for n in range(1, total + 1)]
    dice = random.Random(f"{options.seed} {total}")
    step = max(1, total // options.samples)
    return [(min(total, first + dice.randrange(step)), i % 4 == 3) for i, first in enumerate(range(1, total + 1, step))]


def check_command(name, command, before, top):
    """Fails allocations of one command, and leaves in `before` what it does undisturbed."""
    reference = os.path.join(top, "reference")
    shutil.rmtree(reference, ignore_errors=True)
    shutil.copytree(before, reference)
    command = [argument.replace(SCANNED_IN, reference) for argument in command]
    expected, counted = run(reference, command, fail_at=0)
    wanted = state(reference)
    wrong, begins_with = [], state(before)
    total = int(counted.split()[-1]) if expected.returncode == FINE and counted else 0
    samples = chosen(total) if not options.only or options.only == name else []
    for n, for_good in samples:
        work = copy_of(before, top)
        done, stack = run(work, command, n, for_good)
        trouble = judge(name, done, work, expected, wanted)
        if not trouble and done.returncode != FINE:
            trouble = recovers(name, work, command, begins_with, wanted)
        if trouble:
            wrong.append(
                f"allocation {n}{' and all after it' if for_good else ''}: {trouble}"
                + ("\n" + stack if options.stacks else "")
            )
    if not options.only or options.only == name:
        report(
            total > 0 and not wrong,
            f"{name}: {len(samples)} of {total} allocations failed one at a time (seed {options.seed})",
            expected.stderr.decode(errors="replace") if expected.returncode else "",
            *wrong,
        )
    shutil.rmtree(before)
    shutil.move(reference, before)


def check_limits(before, top):
    command = ["run", "photos", "footage.mp4", "-o", "out", "-q"]
    work = copy_of(before, top)
    expected, _ = run(work, command)
    wanted = state(work)
    for kib in ULIMITS_KIB:
        work = copy_of(before, top)
        done, _ = run(work, command, address_space_kib=kib)
        trouble = judge("run", done, work, expected, wanted)
        if done.returncode == 127 or b"error while loading shared libraries" in done.stderr:
            trouble = None  # not even the loader had enough
        report(
            not trouble, f"ulimit -v {kib}: exit code {done.returncode}", trouble, done.stderr.decode(errors="replace")
        )


with tempfile.TemporaryDirectory(prefix="whoswho-memory-") as top:
    fresh = os.path.join(top, "fresh")
    photos, known = os.path.join(fresh, "photos"), os.path.join(fresh, "known", "Basil")
    os.makedirs(photos)
    os.makedirs(known)
    for i, who in enumerate(("basil", "clove")):
        shutil.copy(os.path.join(options.people, f"{who}.png"), os.path.join(photos, f"{who}_{i}.png"))
    shutil.copy(os.path.join(options.people, "basil.png"), known)
    subprocess.run(
        [
            "ffmpeg",
            "-v",
            "error",
            "-ss",
            "2.8",
            "-t",
            "0.4",
            "-i",
            options.footage,
            "-vf",
            "scale=320:-2",
            os.path.join(fresh, "footage.mp4"),
        ],
        check=True,
    )
    if not options.only:
        check_limits(fresh, top)
    for name, command in COMMANDS:
        check_command(name, command, fresh, top)
print(f"1..{number}")
sys.exit(failed != 0)
