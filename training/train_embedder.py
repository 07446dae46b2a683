#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: train_embedder.py DATA RUN [--init FILE.onnx] [--lr 1.5e-3] [--batch 64]

Distils the teacher into our embedder (embedder.py): faces and targets from DATA/pool/*.npz, a fresh distortion of each every
time it is seen. The loss is the sum of
- 1 - cosine to the teacher's vector of the clean face,
- five times the mean squared difference of the similarities within the batch,
- half the squared distance to the teacher's vector, which makes the length of ours a measure of quality: the mean of all the
  vectors that the distorted face may stand for is the shorter the less can be seen of it,
- half of 1 - cosine between both when whitened (whiten.py), as the program compares them in the end,
- a tenth of the divergence from how the teacher's whitened vector picks itself out of a crowd of 4,096 other faces to how ours
  does (softmax of the similarities over TEMPERATURE): whoever looks alike is pushed apart most.
It begins with what hints.py has left under the same name, or with a released file.
Runs on a GPU if there is one, else on OMP_NUM_THREADS cores, in bfloat16 where that is the faster. Checkpoints DATA/runs/RUN.pt
every five minutes and goes on from it when started again; runs until it is told to cool (schedule.py). Several processes can share
the work (workers.py). DATA/runs/RUN.jsonl is the learning curve."""
import argparse
import copy
import glob
import json
import math
import os
import time

import cv2
import numpy as np
import torch
from torch.nn import functional

import augment
from embedder import Embedder, embed, load_folded, prepare
from muon import MuonAndAdam
from schedule import Schedule
from targets import HELD_OUT
from whiten import of_teacher
from workers import Workers

CHECKPOINT_S = 300
EVALUATE_IMAGES = 50_000
RELATION = 5.0
LENGTH = 0.5
WHITENED = 0.5
PICKED = 0.1
CROWD, TEMPERATURE = 4096, 0.07
WARM_UP = 200  # steps
AVERAGE = 0.999  # of the weights that are kept
CLEAN_SHARE = 0.25  # chips shown as they are, but for the mirror
MISALIGNED = (0.3, 0.3, 0.3, 0.8)  # landmarks off by 4% of the eye distance, as ours mostly are, and by 11%
STRENGTH = (0.1, 1.0)  # how often a chip is distorted


class Pool:
    """Faces and targets in memory; files that appear later are taken up."""

    def __init__(self, folder):
        self.folder, self.known = folder, set()
        self.chips, self.targets = [], []
        self.index = np.zeros((0, 2), np.int64)
        self.refresh()

    def refresh(self):
        for path in sorted(glob.glob(os.path.join(self.folder, "*.npz"))):
            name = os.path.basename(path)
            if name in self.known or ".part" in name or name.split(".")[0] in HELD_OUT:
                continue
            self.known.add(name)
            z = np.load(path)
            rows = np.stack([np.full(len(z["chips"]), len(self.chips)), np.arange(len(z["chips"]))], 1)
            self.chips.append(z["chips"]), self.targets.append(z["targets"].astype(np.float32))
            self.index = np.concatenate([self.index, rows])

    def draw(self, rng, n):
        rows = self.index[rng.integers(0, len(self.index), n)]
        chips = []
        for file, row in rows:
            chip, clean = self.chips[file][row], rng.random() < CLEAN_SHARE
            chip = augment.misaligned(chip, rng, 0.2 if clean else MISALIGNED[rng.integers(len(MISALIGNED))])
            chips.append(chip if clean else augment.degraded(chip, rng, rng.uniform(*STRENGTH)))
        return np.stack(chips), np.stack([self.targets[f][r] for f, r in rows])


def held_out(folder):
    """Chips whose people are known from their names (Somebody_12.jpg), cut as the program does; their targets."""
    chips, targets, people = [], [], []
    for source in sorted(HELD_OUT):
        path = os.path.join(folder, f"{source}.npz")
        if os.path.exists(path):
            z = np.load(path)
            chips.append(z["chips"]), targets.append(z["targets"])
            people += [source + str(n).rsplit("_", 1)[0] if "_" in str(n) else f"{source}{k}" for k, n in enumerate(z["names"])]
    cut = (augment.POOL_SIDE - 96) // 2
    return np.concatenate(chips)[:, cut:-cut, cut:-cut], np.concatenate(targets).astype(np.float32), np.array(people)


def verification(vectors, people):
    """Best accuracy over all same pairs against as many different ones, and the share of same pairs above the threshold that
    one in a thousand different pairs reaches."""
    similar = vectors @ vectors.T
    upper = np.triu_indices(len(vectors), 1)
    same = people[upper[0]] == people[upper[1]]
    positive, negative = np.sort(similar[upper][same]), np.sort(similar[upper][~same])
    steps = np.linspace(-1, 1, 2001)
    true = 1 - np.searchsorted(positive, steps) / len(positive)
    false = 1 - np.searchsorted(negative, steps) / len(negative)
    strict = negative[int(len(negative) * 0.999)]
    return float(((true + 1 - false) / 2).max()), float((positive > strict).mean())


def picking_apart(whitened, targets, crowd):
    """How far, in nats, our choice of the right face among `crowd` (m x DIM) and itself is from the teacher's. All unit vectors."""

    def choice(vectors):
        own = (vectors * targets).sum(1, keepdim=True)
        return functional.log_softmax(torch.cat([own, vectors @ crowd.T], 1) / TEMPERATURE, 1)

    return functional.kl_div(choice(whitened), choice(targets), reduction="batchmean", log_target=True)


def bfloat16_pays(chips):
    """Some CPUs convolve in bfloat16 twice as fast as in float32, others at two thirds of the speed: measured."""
    model, seconds = Embedder().to(memory_format=torch.channels_last), {}
    for half in (False, True) * 3:  # the first of each warms up
        started = time.process_time()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=half):
            y = model(prepare(chips))
        y.float().square().sum().backward()
        seconds[half] = min(time.process_time() - started, seconds.get(half, math.inf))
    return seconds[True] < seconds[False]


def batches(pool, rng, size):
    while True:
        yield pool.draw(rng, size)


class Run:
    def __init__(self, options):
        self.options = options
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.base = os.path.join(options.data, "runs", options.run)
        self.workers = Workers(self.device)
        self.schedule, self.rate = Schedule(self.base), 1.0
        os.makedirs(os.path.dirname(self.base), exist_ok=True)
        self.pool = Pool(os.path.join(options.data, "pool"))
        self.test = held_out(os.path.join(options.data, "pool"))
        self.rng = np.random.default_rng()
        self.half = self.device != "cpu" or bfloat16_pays(self.pool.draw(self.rng, options.batch)[0])
        self.model, self.seen, self.step = Embedder(), 0, 0
        state = torch.load(self.base + ".pt", map_location="cpu") if os.path.exists(self.base + ".pt") else None
        if state is None and options.init:
            load_folded(self.model, options.init, self.pool.draw(np.random.default_rng(5), 1024)[0])
        self.model = self.model.to(self.device, memory_format=torch.channels_last)
        self.average = copy.deepcopy(self.model).eval().requires_grad_(False)
        self.optimizer = MuonAndAdam(self.model, weight_decay=0.02, half=self.half)
        self.whitening = of_teacher(options.data).to(self.device)
        self.crowd = self.whitening(torch.from_numpy(np.concatenate(self.pool.targets)).to(self.device))
        if state is not None:
            self.model.load_state_dict(state["model"]), self.average.load_state_dict(state["average"])
            if "optimizer" in state:
                self.optimizer.load_state_dict(state["optimizer"])
                self.seen, self.step = state["seen"], state["step"]

    def save(self):
        if self.workers.rank > 0:
            return
        torch.save(
            {
                "model": self.model.state_dict(),
                "average": self.average.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "seen": self.seen,
                "step": self.step,
            },
            self.base + ".pt.part",
        )
        os.replace(self.base + ".pt.part", self.base + ".pt")

    def evaluate(self, loss, started):
        if self.workers.rank > 0:
            return
        chips, targets, people = self.test
        vectors = embed(self.average, chips)
        accuracy, strict = verification(vectors, people)
        teacher = verification(targets, people)
        row = {
            "seen": self.seen,
            "pool": len(self.pool.index),
            "loss": round(loss[0], 4),
            "relation": round(loss[1], 5),
            "held_cosine": round(float((vectors * targets).sum(1).mean()), 4),
            "accuracy": round(accuracy, 4),
            "tar@1e-3": round(strict, 4),
            "teacher": [round(t, 4) for t in teacher],
            "images_per_cpu_s": round((self.seen - started[0]) / (time.process_time() - started[1] + 1e-9)),
        }
        print(json.dumps(row), flush=True)
        with open(self.base + ".jsonl", "a", encoding="utf-8") as f:
            f.write(json.dumps(row) + "\n")

    def train_step(self, chips, targets):
        t = torch.from_numpy(targets).to(self.device)
        with torch.autocast(torch.device(self.device).type, dtype=torch.bfloat16, enabled=self.half):
            y = self.model(prepare(chips, self.device))
        y = y.float()
        distance = ((y - t) ** 2).sum(1).mean()
        y = functional.normalize(y)
        cosine = (1 - (y * t).sum(1)).mean()
        relation = ((y @ y.T - t @ t.T) ** 2).mean()
        whitened, wanted = self.whitening(y), self.whitening(t)
        aside = (1 - (whitened * wanted).sum(1)).mean()
        crowd = self.crowd[torch.randint(len(self.crowd), (CROWD,), device=self.device)]
        picked = picking_apart(whitened, wanted, crowd)
        self.model.zero_grad(set_to_none=True)
        (cosine + RELATION * relation + LENGTH * distance + WHITENED * aside + PICKED * picked).backward()
        self.rate = self.workers.agree(self.model, self.schedule.share())  # as rank 0 sees it
        self.optimizer.step(self.options.lr * min(1, (self.step + 1) / WARM_UP) * self.rate + 1e-6)
        self.step += 1
        self.seen += len(chips) * self.workers.count
        with torch.no_grad():
            keep = min(AVERAGE, (1 + self.step) / (10 + self.step))
            for a, m in zip(self.average.state_dict().values(), self.model.state_dict().values()):
                if a.dtype.is_floating_point:
                    a.lerp_(m, 1 - keep)
                else:
                    a.copy_(m)
        return np.array([cosine.item(), relation.item()])

    def go(self):
        saved, evaluated, started = time.time(), -1, (self.seen, time.process_time())
        loss = np.zeros(2)
        self.model.train()
        for chips, targets in batches(self.pool, self.rng, self.options.batch):
            if self.rate <= 0:
                break
            if self.seen // EVALUATE_IMAGES != evaluated:
                evaluated = self.seen // EVALUATE_IMAGES
                self.evaluate(loss.tolist(), started)
            now = self.train_step(chips, targets)
            loss = now if not loss.any() else 0.99 * loss + 0.01 * now
            if time.time() - saved > CHECKPOINT_S:
                saved = time.time()
                self.save()
                self.pool.refresh()
        self.evaluate(loss.tolist(), started)
        self.save()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("run")
    parser.add_argument("--init")
    parser.add_argument("--lr", type=float, default=1.5e-3)
    parser.add_argument("--batch", type=int, default=64)
    cv2.setNumThreads(1)
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    torch.set_flush_denormal(True)
    Run(parser.parse_args()).go()


if __name__ == "__main__":
    main()
