#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: targets.py DATA MOBILEFACENET.onnx [--quick] [--half] [--blends SHARDS]

What the student is to say: for every DATA/faces/SOURCE.npz that lacks it, the teacher's vector of each clean chip (mean
direction with its mirror image, which doubles the work; --quick leaves that out; --half: in bfloat16, twice as fast as the
program's engine where the processor has instructions for it) into DATA/pool/SOURCE.npz (chips of 160 px,
targets). Then SHARDS files of 4096 blends of two faces each (no mirror: twice as many for the time). Runs beside
train_embedder.py, which picks up what appears."""
import argparse
import glob
import os
import time

import numpy as np
import torch

import augment
from teachers import Identity

HELD_OUT = {"expressions", "deepface"}  # identities known from the names: for measuring, not for training
BLENDS = 4096
BATCH = 32


def label(chips, teacher, mirror=True):
    return np.concatenate(
        [teacher.embed(augment.teacher_chip(chips[i : i + BATCH]), mirror) for i in range(0, len(chips), BATCH)]
    ).astype(np.float16)


def save(path, **arrays):
    np.savez(path + ".part.npz", **arrays)
    os.replace(path + ".part.npz", path)


def faces(data, teacher, mirror=True):
    """Labels the sources that are new."""
    for path in sorted(glob.glob(os.path.join(data, "faces", "*.npz"))):
        target = os.path.join(data, "pool", os.path.basename(path))
        if os.path.exists(target):
            continue
        z, started = np.load(path), time.time()
        chips = augment.pool_chip(z["chips"])
        save(target, chips=chips, targets=label(chips, teacher, mirror), names=z["names"])
        print(f"{os.path.basename(path)}: {len(chips)} faces, {time.time() - started:.0f} s", flush=True)


def sources(data):
    paths = sorted(glob.glob(os.path.join(data, "faces", "*.npz")))
    paths = [p for p in paths if os.path.basename(p).split(".")[0] not in HELD_OUT]
    return np.concatenate([augment.pool_chip(np.load(p)["chips"]) for p in paths])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data"), parser.add_argument("teacher")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--half", action="store_true")
    parser.add_argument("--blends", type=int, default=0)
    options = parser.parse_args()
    data = options.data
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    teacher = Identity(options.teacher, "cuda" if torch.cuda.is_available() else "cpu", options.half)
    os.makedirs(os.path.join(data, "pool"), exist_ok=True)
    faces(data, teacher, not options.quick)
    for shard in range(options.blends):
        target = os.path.join(data, "pool", f"blend_{shard:03d}.npz")
        if os.path.exists(target):
            continue
        chips, rng = sources(data), np.random.default_rng(1000 + shard)
        mixed = np.stack([augment.blend(chips[a], chips[b], rng) for a, b in rng.integers(0, len(chips), (BLENDS, 2))])
        save(target, chips=mixed, targets=label(mixed, teacher, mirror=False))
        print(f"blends {shard}: of {len(chips)} faces", flush=True)
        del chips
        faces(data, teacher, not options.quick)


if __name__ == "__main__":
    main()
