#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: hints.py DATA MOBILEFACENET.onnx RUN [--minutes 15] [--batch 48] [--lr 4e-3] [--chain] [--only BLOCK...]

The beginning of an embedder (A. Romero and others, FitNets, 2015): each block learns by itself what the teacher's block
makes of the same feature maps, so a gradient passes three convolutions and not fifty. The teacher sees the same grey chip of 112
px, ours has its 96 px in the middle; maps are compared where both have them. The last blocks, of the smallest maps, learn together what the
teacher pools and its vector. --chain, afterwards: each block is given what ours before it has made, and all learn together.
--only: the other blocks stay as they are (0: the first; 12: the last ones together). Writes DATA/runs/RUN.pt, goes on from it when started
again, and train_embedder.py goes on from it, too; the learning rate falls to nothing in --minutes. On OMP_NUM_THREADS cores, in
bfloat16; not on a GPU. Told once a minute: pictures seen, the share of the rate, for each block how far off it is (1: as far as
if it said the mean), and the squared distance of the vectors."""
import argparse
import os
import time

import cv2
import numpy as np
import torch
from torch.nn import functional

import augment
import frame
from embedder import Embedder, embed, prepare
from muon import MuonAndAdam
from onnx_net import OnnxNet
from teachers import as_colours
from train_embedder import Pool, held_out

TAIL = 12  # blocks from here on learn together
ADD_NOTHING = (0, 5, 12)  # blocks that change the shape of the maps, so that no sum ends them
BLOCKS = [  # names of the teacher's maps
    f"/features/features.{k}/" + ("conv/conv.2/Conv_output_0" if k in ADD_NOTHING else "Add_output_0") for k in range(TAIL)
]
POOLED = "/gdconv/depthwise/Conv_output_0"
LARGE = 20  # px, side of maps; of larger ones a part will do
WINDOW = 14  # px, its side; one pixel all round is not compared
RARE = 0.1  # of the mean variance: channels count as if theirs were that much larger
MISALIGNED = (0.2, 0.5, 1.0)
CLEAN_SHARE = 0.6  # of the chips
STRENGTH = (0.1, 0.8)  # how often another is distorted
BEGIN_CHIPS = 256
WARM_UP = 50  # steps
WEIGHT_DECAY = 0.01
TELL_S = 60


class Teacher(OnnxNet):
    """Feature maps of grey chips of 112 px."""

    def __init__(self, path):
        super().__init__(path)
        self.last = self.outputs[0]
        self.outputs = BLOCKS + [POOLED, self.last]

    def maps(self, chips):
        """{name: n x c x h x w, float32}, and the vector."""
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
            out = self(as_colours(chips).contiguous(memory_format=torch.channels_last))
        return {k: v.float() for k, v in (out if isinstance(out, dict) else {self.outputs[0]: out}).items()}

    def end_at(self, block):
        """Nothing behind this block is wanted."""
        count = 1 + [output for _, _, output, _ in self.steps].index(BLOCKS[block])
        self.steps, self.outputs = self.steps[:count], BLOCKS[: block + 1]


def inside(maps):
    """The part of the teacher's maps that shows our 96 px."""
    side = maps.shape[-1]
    cut = side * frame.STUDENT_MARGIN // frame.TEACHER_SIDE
    return maps[..., cut : side - cut, cut : side - cut]


def aside(got, wanted):
    """Mean squared difference, each channel by its variance: what varies little counts as much as what varies widely."""
    variance = wanted.var((0, 2, 3), unbiased=False)
    variance = variance + RARE * variance.mean() + 1e-6
    return (((got - wanted) ** 2).mean((0, 2, 3)) / variance).mean()


def windows(given, wanted, rng):
    """A random part of what a block is given and of what it should make of it, and which of its pixels see no edge."""
    if given.shape[-1] < LARGE:
        return given, wanted, slice(None)
    y, x = rng.integers(0, given.shape[-1] - WINDOW + 1, 2)
    part = (..., slice(y, y + WINDOW), slice(x, x + WINDOW))
    return given[part], wanted[part], slice(1, -1)


class Chips(Pool):
    """Chips of 112 px."""

    def draw(self, rng, n):
        chips = []
        for file, row in self.index[rng.integers(0, len(self.index), n)]:
            chip = augment.misaligned(self.chips[file][row], rng, MISALIGNED[rng.integers(len(MISALIGNED))], frame.TEACHER_SIDE)
            chips.append(chip if rng.random() < CLEAN_SHARE else augment.degraded(chip, rng, rng.uniform(*STRENGTH)))
        return np.stack(chips)


def losses(model, teacher, chips, rng, chain, only):
    """One for each block; what it is given is the teacher's, or in a chain, what ours before it has made."""
    maps, margin, out = teacher.maps(chips), frame.STUDENT_MARGIN, []
    x = prepare(chips[:, margin:-margin, margin:-margin])
    for k in range(min(TAIL, 1 + max(only))):
        wanted = inside(maps[BLOCKS[k]])
        if k not in only:
            x = wanted
            continue
        whole = chain or x.shape != wanted.shape  # all is wanted of a chain, and where maps become smaller
        given, part, inner = (x, wanted, slice(None)) if whole else windows(x, wanted, rng)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            got = model.f[k](given.contiguous(memory_format=torch.channels_last))
        out.append(aside(got.float()[..., inner, inner], part[..., inner, inner]))
        x = got if chain else wanted
    if TAIL not in only:
        return out
    with torch.autocast("cpu", dtype=torch.bfloat16):
        pooled = model.gathered(model.f[TAIL:](x.contiguous(memory_format=torch.channels_last)))
        vector = model.vector(pooled)
    pooled, vector, wanted = pooled.float(), vector.float(), functional.normalize(maps[teacher.last])
    out.append(aside(pooled, maps[POOLED]))
    out.append(((vector - wanted) ** 2).sum(1).mean())
    return out


@torch.no_grad()
def begin(model, teacher, chips):
    """Sets what is pooled, and the vector, to the teacher's mean and spread."""
    maps = teacher.maps(chips)
    pooled, vector = maps[POOLED].flatten(1), functional.normalize(maps[teacher.last])
    for norm, wanted in ((model.gb, pooled), (model.ob, vector)):
        norm.weight.copy_(wanted.std(0)), norm.bias.copy_(wanted.mean(0))


def learn(model, teacher, pool, options, keep):
    """For options.minutes; `keep` is called once a minute."""
    optimizer = MuonAndAdam(model, weight_decay=WEIGHT_DECAY, half=True)
    rng, started = np.random.default_rng(), time.time()
    step, mean, told = 0, None, started
    while (share := 1 - (time.time() - started) / 60 / options.minutes) > 0:
        each = losses(model.train(), teacher, pool.draw(rng, options.batch), rng, options.chain, options.only)
        model.zero_grad(set_to_none=True)
        sum(each).backward()
        optimizer.step(options.lr * min(1, (step + 1) / WARM_UP) * share)
        step += 1
        now = np.array([e.item() for e in each])
        mean = now if mean is None else 0.95 * mean + 0.05 * now
        if time.time() - told > TELL_S:
            told = time.time()
            print(step * options.batch, f"{share:.2f}", " ".join(f"{m:.3f}" for m in mean), flush=True)
            keep()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data"), parser.add_argument("teacher"), parser.add_argument("run")
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--batch", type=int, default=48)
    parser.add_argument("--lr", type=float, default=4e-3)
    parser.add_argument("--chain", action="store_true")
    parser.add_argument("--only", type=int, nargs="*", default=list(range(TAIL + 1)))
    options = parser.parse_args()
    cv2.setNumThreads(1)
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    torch.set_flush_denormal(True)
    folder = os.path.join(options.data, "pool")
    path = os.path.join(options.data, "runs", options.run + ".pt")
    pool, teacher, model = Chips(folder), Teacher(options.teacher), Embedder().to(memory_format=torch.channels_last)
    if os.path.exists(path):
        model.load_state_dict(torch.load(path)["model"])
    else:
        begin(model, teacher, pool.draw(np.random.default_rng(), BEGIN_CHIPS))
    if TAIL not in options.only:
        teacher.end_at(max(options.only))

    def keep():
        torch.save({"model": model.state_dict(), "average": model.state_dict()}, path + ".part")
        os.replace(path + ".part", path)

    learn(model, teacher, pool, options, keep)
    keep()
    if TAIL in options.only:
        chips, targets, _ = held_out(folder)
        print(f"cosine to the teacher, held-out chips: {(embed(model, chips) * targets).sum(1).mean():.4f}")


if __name__ == "__main__":
    main()
