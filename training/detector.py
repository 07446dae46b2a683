#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: detector.py train DATA RUN [--lr 3e-3] [--init RUN] | detector.py export DATA RUN FILE.onnx [--shift S] | detector.py
measure DATA RUN

Trains the detector (detector_net.py) from scratch on DATA/scenes/*.npz (scenes.py); scenes that are labelled meanwhile are
taken in. Checkpoints DATA/runs/RUN.pt, learning curve DATA/runs/RUN.jsonl (held-out scenes at the program's working size);
started again it goes on; it runs until it is told to cool (schedule.py). Several processes can share the work
(workers.py). --init RUN starts from another run's weights. --shift is added to the logits of the scores; `measure` tells the
recall and the false faces at several of them."""
import argparse
import copy
import glob
import json
import os
import time

import cv2
import numpy as np
import torch
from torch.nn import functional

from detector_crops import FACE, NONE, PLACE_ONLY, Crops, Scenes, draw_glasses, draw_mask, moved, side, wanted
from detector_net import STRIDES, Detector, boxes_at, export, flat, grid
from muon import MuonAndAdam
from scenes import overlaps, strongest
from schedule import Schedule
from workers import Workers

BATCHES = ((320, 16, 0.88), (480, 8, 0.12))  # side of the crops, how many (of all workers), share of the batches
WORKING_SIDE = 640
AVERAGE = 0.998
BOX_WEIGHT, MARKS_WEIGHT = 2.0, 10.0
EASY_FACE, EASY_NONE = 1.5, 2.0  # exponents of the focal loss
GRADIENT_MOST = 10.0
CHECKPOINT_S, REPORT_S = 150, 330
WARM_UP = 200  # steps
MISSES_KEPT = 3000
HELD_OUT_MOST = 320
SIZES = (10, 16, 24, 48, 120, 10_000)  # of the report: geometric side at the working size


def overlap_loss(box, target):
    """1 - GIoU."""
    low, high = torch.max(box[:, :2], target[:, :2]), torch.min(box[:, 2:], target[:, 2:])
    common = (high - low).clamp(min=0).prod(1)
    both = (box[:, 2:] - box[:, :2]).prod(1) + (target[:, 2:] - target[:, :2]).prod(1) - common
    hull = (torch.max(box[:, 2:], target[:, 2:]) - torch.min(box[:, :2], target[:, :2])).prod(1)
    return 1 - common / both.clamp(min=1e-6) + (hull - both) / hull.clamp(min=1e-6)


def score_loss(logit, kind):
    face, none = logit[kind == FACE], logit[kind == NONE]
    p, q = torch.sigmoid(face.detach()), torch.sigmoid(none.detach())
    return (functional.softplus(-face) * (1 - p) ** EASY_FACE).sum() + (functional.softplus(none) * q**EASY_NONE).sum()


def loss_of(out, kind, place, points, strides):
    logit, box, marks = flat(out)
    faces = max(1, int((kind == FACE).sum()))
    loss = score_loss(logit, kind) / faces
    n, cell = ((kind == FACE) | (kind == PLACE_ONLY)).nonzero(as_tuple=True)
    if not len(n):
        return loss, logit
    target, point, stride = place[n, cell], points[cell], strides[cell]
    scale = (target[:, 2:4] - target[:, :2]).prod(1).sqrt()[:, None]
    given = marks[n, cell] * stride[:, None] + point.repeat(1, 5)
    apart = functional.smooth_l1_loss((given - target[:, 4:14]) / scale, torch.zeros_like(given), beta=0.05, reduction="none")
    reliable = target[:, 14]
    marks_off = (apart.mean(1) * reliable).sum() / reliable.sum().clamp(min=1)
    return loss + BOX_WEIGHT * overlap_loss(boxes_at(point, stride, box[n, cell]), target[:, :4]).mean() + MARKS_WEIGHT * marks_off, logit


@torch.no_grad()
def look(model, picture, least):
    """Faces in a grey picture whose score is at least `least`."""
    h, w = (-(-n // 32) * 32 for n in picture.shape)
    x = np.zeros((1, 1, h, w), np.float32)
    x[0, 0, : picture.shape[0], : picture.shape[1]] = picture
    points, strides = grid(h, w)
    logit, box, marks = flat(model(torch.from_numpy(x).contiguous(memory_format=torch.channels_last)))
    marks = marks[0] * strides[:, None] + points.repeat(1, 5)
    score, box = torch.sigmoid(logit[0]), boxes_at(points, strides, box[0])
    return strongest(score.numpy(), box.numpy(), marks.numpy().reshape(-1, 5, 2), least)


def working(picture, rows, doubtful):
    scale = min(1.0, WORKING_SIDE / max(picture.shape))
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else picture
    factor = np.r_[np.full(14, scale), 1]
    return small, rows * factor, doubtful * factor


def judge(found, rows, doubtful):
    """For each labelled face the score it was found with (0: not), and the scores of false faces, and landmark errors."""
    scores, false, apart = np.zeros(len(rows)), [], []
    for f in found:
        on = overlaps(f.box, rows[:, :4]) if len(rows) else np.zeros(1)
        if on.max() >= 0.4:
            k = on.argmax()
            if not scores[k] and rows[k, 14]:
                marks = rows[k, 4:14].reshape(5, 2)
                eyes = max(np.hypot(*(marks[1] - marks[0])), 0.3 * side(rows[k : k + 1])[0])
                apart.append(np.hypot(*(f.marks - marks).T).mean() / eyes)
            scores[k] = max(scores[k], f.score)
        elif not (len(doubtful) and overlaps(f.box, doubtful[:, :4]).max() > 0.15) and on.max() < 0.2:
            false.append(f.score)
    return scores, false, apart


def turned(degrees):
    """A change of a scene for `evaluate`: the picture turned about its middle, as large as it must be."""

    def change(picture, rows, doubtful):
        h, w = picture.shape
        a = np.radians(degrees)
        linear = np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])
        size = np.abs(linear) @ [w, h]
        shift = size / 2 - linear @ [w / 2, h / 2]
        matrix = np.hstack([linear, (shift + linear @ [0.5, 0.5] - 0.5)[:, None]])
        whole = cv2.warpAffine(picture, matrix, tuple(int(n) for n in size), flags=cv2.INTER_LINEAR)
        return whole, moved(rows, linear, shift, False), moved(doubtful, linear, shift, False)

    return change


def masked(draw):
    """A change of a scene for `evaluate`: something drawn before every face whose landmarks are known."""

    def change(picture, rows, doubtful):
        picture, rng = picture.copy(), np.random.default_rng(len(rows))
        for row in rows:
            if row[14]:
                draw(picture, row[4:14].reshape(5, 2), row, rng)
        return picture, rows, doubtful

    return change


CHANGES = {
    "turned by 15": turned(15),
    "turned by 30": turned(30),
    "masks": masked(lambda picture, marks, row, rng: draw_mask(picture, marks, row, int(rng.integers(0, 256)), rng)),
    "dark glasses": masked(
        lambda picture, marks, row, rng: draw_glasses(picture, marks, max(3, np.hypot(*(marks[1] - marks[0]))), 20, rng)
    ),
    "a fifth of the light": lambda picture, rows, doubtful: ((picture * 0.2).astype(np.uint8), rows, doubtful),
}


def share(hits):
    return round(float(hits.sum()) / max(1, len(hits)), 4)


@torch.no_grad()
def evaluate(model, scenes, thresholds=(0.5,), change=None):
    """Recall by size and share of false faces at each threshold; the recall where one face in a hundred is false; landmarks.
    `change` is done to each scene first."""
    model.eval()
    step = max(1, len(scenes.pictures) // HELD_OUT_MOST)
    scores, sizes, false, apart = [], [], [], []
    for i in range(0, len(scenes.pictures), step):
        scene = scenes.pictures[i], scenes.faces[i], scenes.doubtful[i]
        small, rows, doubtful = working(*(change(*scene) if change else scene))
        s, f, a = judge(look(model, small, 0.1), rows, doubtful)
        scores.append(s), sizes.append(side(rows)), false.extend(f), apart.extend(a)
    scores, sizes, false = np.concatenate(scores), np.concatenate(sizes), np.sort(false)[::-1]
    large = sizes >= 16
    row = {"faces": int(large.sum())}
    for t in thresholds:
        row[f"at_{t:g}"] = {
            "recall": share((scores >= t)[large]),
            "false": int((false >= t).sum()),
            "by_size": [share((scores >= t)[(sizes >= a) & (sizes < b)]) for a, b in zip(SIZES, SIZES[1:])],
        }
    allowed = int(0.01 * large.sum())
    limit = false[allowed] if allowed < len(false) else 0.1
    row["at_1_in_100"] = {"threshold": round(float(limit), 3), "recall": share((scores > limit)[large])}
    row["landmarks_median"] = round(float(np.median(apart)), 4) if apart else 1.0
    return row


class Run:
    def __init__(self, options):
        self.options = options
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.base = os.path.join(options.data, "runs", options.run)
        os.makedirs(os.path.dirname(self.base), exist_ok=True)
        self.workers = Workers(self.device)
        self.rng = np.random.default_rng()
        self.model = Detector().to(self.device, memory_format=torch.channels_last)
        self.average = copy.deepcopy(self.model).eval().requires_grad_(False)
        self.optimizer = MuonAndAdam(self.model, weight_decay=0.01, apart=("heads",))
        self.seen = self.step = 0
        self.spent = 0.0  # minutes, of former starts too
        self.begun = time.time()
        self.schedule, self.rate = Schedule(self.base), 1.0
        self.grids = {size: [t.to(self.device) for t in grid(size, size)] for size, _, _ in BATCHES}
        self.crops = None
        self.take_in()
        self.restore()

    def restore(self):
        if os.path.exists(self.base + ".pt"):
            state = torch.load(self.base + ".pt", map_location=self.device)
            for name in ("model", "average", "optimizer"):
                getattr(self, name).load_state_dict(state[name])
            self.seen, self.step, self.spent = state["seen"], state["step"], state["spent"]
        elif self.options.init:
            start = load(self.options.data, self.options.init).state_dict()
            self.model.load_state_dict(start), self.average.load_state_dict(start)

    def take_in(self):
        """Reads the scenes, again if more have been labelled."""
        folder = os.path.join(self.options.data, "scenes")
        files = glob.glob(os.path.join(folder, "*.npz"))
        if self.crops is not None and len(files) == self.files:
            return
        self.files = len(files)
        self.crops = Crops(Scenes(folder, False), self.rng)
        self.test = Scenes(folder, True)

    def minutes(self):
        return self.spent + (time.time() - self.begun) / 60

    def save(self):
        if self.workers.rank > 0:
            return
        state = {name: getattr(self, name).state_dict() for name in ("model", "average", "optimizer")}
        torch.save({**state, "seen": self.seen, "step": self.step, "spent": self.minutes()}, self.base + ".pt.part")
        os.replace(self.base + ".pt.part", self.base + ".pt")

    def report(self, mean):
        self.take_in()
        if self.workers.rank > 0:
            return
        row = {
            "seen": self.seen,
            "minutes": round(self.minutes(), 1),
            "pictures": len(self.crops.scenes.pictures),
            "faces": len(self.crops.scenes.sizes),
            "loss": round(mean, 4),
            "held_out": evaluate(self.average, self.test),
        }
        print(json.dumps(row), flush=True)
        with open(self.base + ".jsonl", "a", encoding="utf-8") as f:
            f.write(json.dumps(row) + "\n")

    def remember_misses(self, logit, kind, drawn, size):
        """Where the network is sure of a face and there is none: such places are drawn again."""
        points, strides = self.grids[size]
        worst, cell = torch.where(kind == NONE, logit.detach(), torch.full_like(logit, -9.0)).max(1)
        for n in (worst > 0).nonzero()[:, 0].tolist():
            i, (linear, shift) = drawn[n]
            x, y = np.linalg.inv(linear) @ (points[cell[n]].cpu().numpy() - shift)
            scale = np.sqrt(abs(np.linalg.det(linear)))
            self.crops.misses.append((i, x, y, 3 * float(strides[cell[n]]) / scale))
        del self.crops.misses[:-MISSES_KEPT]

    def train_step(self):
        alike = np.random.default_rng(self.step)  # all workers draw the same size
        size, many, _ = BATCHES[alike.choice(len(BATCHES), p=[b[2] for b in BATCHES])]
        many //= self.workers.count
        drawn = [self.crops.draw(size) for _ in range(many)]
        targets = [wanted(faces, doubtful, size) for _, faces, doubtful, _, _ in drawn]
        x = torch.from_numpy(np.stack([d[0] for d in drawn]))[:, None].to(self.device).float()
        kind, place = (torch.from_numpy(np.stack([t[k] for t in targets])).to(self.device) for k in range(2))
        self.model.train()
        with torch.autocast(self.device, dtype=torch.bfloat16, enabled=self.options.bfloat16):
            out = self.model(x.contiguous(memory_format=torch.channels_last))
        loss, logit = loss_of(out, kind, place, *self.grids[size])
        self.model.zero_grad(set_to_none=True)
        loss.backward()
        self.rate = self.workers.agree(self.model, self.schedule.share())
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), GRADIENT_MOST)
        self.optimizer.step(self.options.lr * min(1, (self.step + 1) / WARM_UP) * self.rate + 1e-6)
        self.seen, self.step = self.seen + many * self.workers.count, self.step + 1
        self.keep_average()
        if self.step > 1000:
            self.remember_misses(logit, kind, [(d[3], d[4]) for d in drawn], size)
        return loss.item()

    @torch.no_grad()
    def keep_average(self):
        keep = min(AVERAGE, (1 + self.step) / (10 + self.step))
        for a, m in zip(self.average.state_dict().values(), self.model.state_dict().values()):
            if a.dtype.is_floating_point:
                a.lerp_(m, 1 - keep)
            else:
                a.copy_(m)

    def go(self):
        saved, reported, mean = time.time(), time.time(), 0.0
        while self.rate > 0:
            loss = self.train_step()
            mean = 0.99 * mean + 0.01 * loss if mean else loss
            if time.time() - saved > CHECKPOINT_S:
                saved = time.time()
                self.save()
            if time.time() - reported > REPORT_S:
                self.report(mean)
                reported = time.time()
        self.save()
        self.report(mean)


def load(data, run):
    """The averaged weights of a run, or of several (RUN,RUN): their mean."""
    states = [torch.load(os.path.join(data, "runs", f"{r}.pt"), map_location="cpu")["average"] for r in run.split(",")]
    mean = {k: sum(s[k].float() for s in states) / len(states) for k in states[0]}
    model = Detector()
    model.load_state_dict(mean)
    return model.eval()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("train", "export", "measure"))
    parser.add_argument("data"), parser.add_argument("run")
    parser.add_argument("file", nargs="?")
    parser.add_argument("--init")
    parser.add_argument("--lr", type=float, default=3e-3)
    parser.add_argument("--shift", type=float, default=0.0)
    parser.add_argument("--bfloat16", action="store_true")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    torch.set_flush_denormal(True)
    if options.what == "train":
        Run(options).go()
    elif options.what == "export":
        export(load(options.data, options.run), options.file, options.shift)
    else:
        scenes = Scenes(os.path.join(options.data, "scenes"), True)
        model = load(options.data, options.run)
        print(json.dumps(evaluate(model, scenes, (0.3, 0.4, 0.5, 0.6, 0.7, 0.8))), flush=True)
        for name, change in CHANGES.items():
            print(name, json.dumps(evaluate(model, scenes, (0.5,), change)), flush=True)


if __name__ == "__main__":
    main()
