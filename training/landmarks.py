#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: landmarks.py train DATA RUN --images N [--minutes M] [--lr 2e-3] [--init RUN] | landmarks.py export DATA RUN
FILE.onnx | landmarks.py witnesses DATA RUN

A small network that puts the five landmarks in their place. It sees what the detector's own points make of the face: the 64 x
64 luma chip of the 112 frame and 16 px all round (frame.LANDMARK_MARGIN), aligned by them, and says where in that chip the
points really are, and whether there is a face at all. Learns from DATA/marks/*.npz (marks.py): wide chips with the
teacher's landmarks, from which chips are cut as if by a detector that is off, and from DATA/detections/*.npz (detections.py):
what the detector really found, and whether it is a face. --init RUN starts from another run's weights. Checkpoints
DATA/runs/RUN.pt, learning curve DATA/runs/RUN.jsonl; started again it goes on; `touch DATA/runs/RUN.stop` ends it early.
`witnesses` tells how the program should make one score of the detector's and of this network's (src/face/landmark_refiner.h)."""
import argparse
import copy
import glob
import json
import math
import os
import time

import cv2
import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn
from torch.nn import functional

import augment
import frame

WIDTHS = (16, 24, 48, 64)
SIDE = frame.LANDMARK_SIDE
TEMPLATE = frame.template_in(SIDE, -frame.LANDMARK_MARGIN).astype(np.float32)
EYES = float(np.hypot(*(TEMPLATE[1] - TEMPLATE[0])))  # eye distance in the chip, pixels
MEAN, SCALE = 127.5, 1 / 64.0
HELD_OUT = ("expressions", "deepface")
DETECTIONS_HELD_OUT = ("widertest", "humanstest")
CHECKPOINT_S = 240
EVALUATE_IMAGES = 100_000
AVERAGE = 0.998
FACE_WEIGHT = 0.3
LOG_ODDS_MAX = 6.0  # as the program bounds them
SURE = 0.8  # the detector alone sufficed, when both were asked for a yes


class Conv(nn.Module):
    def __init__(self, i, o, stride=1):
        super().__init__()
        self.c, self.b = nn.Conv2d(i, o, 3, stride, 1, bias=False), nn.BatchNorm2d(o)

    def forward(self, x):
        return functional.relu(self.b(self.c(x)))


class Landmarks(nn.Module):
    def __init__(self):
        super().__init__()
        a, b, c, d = WIDTHS
        self.f = nn.Sequential(Conv(1, a, 2), Conv(a, b, 2), Conv(b, b), Conv(b, c, 2), Conv(c, c), Conv(c, d, 2), Conv(d, d))
        self.fc = nn.Conv2d(d, 11, SIDE // 16)  # the whole 4 x 4 map

    def forward(self, x):
        """n x 1 x 64 x 64, normalised -> n x 11: how far each point lies from the template's, pixels of the chip; and whether
        it is a face (logit)."""
        return self.fc(self.f(x)).flatten(1)


def prepare(chips, device="cpu"):
    x = torch.from_numpy(np.ascontiguousarray(chips)).to(device).float()
    return ((x - MEAN) * SCALE)[:, None].contiguous(memory_format=torch.channels_last)


def mirrored(marks, width):
    marks = marks[[1, 0, 2, 4, 3]].copy()
    marks[:, 0] = width - 1 - marks[:, 0]
    return marks


def detector_like(marks, rng, amount=1.0):
    """Landmarks as a young detector gives them: the whole constellation shifted, turned and scaled, and each point off by
    itself."""
    eyes = np.hypot(*(frame.TEMPLATE[1] - frame.TEMPLATE[0])) * amount
    angle = np.radians(rng.normal(0, 6) * amount)
    zoom = np.exp(rng.normal(0, 0.09) * amount)
    middle = marks.mean(0)
    turn = zoom * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return (marks - middle) @ turn.T + middle + rng.normal(0, 0.08, 2) * eyes + rng.normal(0, 0.07, (5, 2)) * eyes


def spoiled(chip, rng):
    if rng.random() < 0.12:
        chip = augment.covered(cv2.resize(chip, (96, 96)), rng)
        chip = cv2.resize(chip, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    chip = augment.relit(chip, rng, dark=0.3) if rng.random() < 0.6 else chip
    chip = cv2.GaussianBlur(chip, (0, 0), rng.uniform(0.4, 1.4)) if rng.random() < 0.15 else chip
    chip = augment.smaller(chip, rng, 16, 60) if rng.random() < 0.25 else chip
    chip = augment.noisy(chip, rng) if rng.random() < 0.2 else chip
    return augment.compressed(chip, rng) if rng.random() < 0.2 else chip


def cut(wide, matrix):
    twice = frame.compose(
        np.array([[2.0, 0, 0.5], [0, 2.0, 0.5]]), matrix
    )  # then halved, because the program averages where it shrinks
    chip = cv2.warpAffine(wide, twice, (2 * SIDE, 2 * SIDE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return cv2.resize(chip, (SIDE, SIDE), interpolation=cv2.INTER_AREA)


def example(wide, marks, rng, amount, spoil):
    """A chip cut by landmarks that are off, and where the landmarks are in it."""
    if rng.random() < 0.5:
        wide, marks = wide[:, ::-1], mirrored(marks, wide.shape[1])
    matrix = frame.similarity(detector_like(marks, rng, amount), TEMPLATE)
    chip = cut(wide, matrix)
    return spoiled(chip, rng) if spoil else chip, (frame.apply(matrix, marks) - TEMPLATE).astype(np.float32)


def part_of_face(wide, rng):
    """An ear, a beard, an eye: what detectors take for a small face."""
    zoom = rng.uniform(1.1, 1.6)  # of the chip's pixels to those of the wide chip; 0.44 shows the face
    middle = (frame.WIDE_SIDE - 1) / 2 + rng.uniform(-30, 30, 2)
    matrix = np.hstack([np.eye(2) * zoom, ((SIDE - 1) / 2 - zoom * middle)[:, None]])
    return spoiled(cut(wide, matrix), rng)


class Faces:
    def __init__(self, folder, held_out):
        self.parts = []
        for path in sorted(glob.glob(os.path.join(folder, "*.npz"))):
            if (os.path.basename(path).split(".")[0] in HELD_OUT) == held_out:
                z = np.load(path)
                self.parts.append((z["chips"], z["marks"]))
        self.index = np.concatenate([np.stack([np.full(len(m), k), np.arange(len(m))], 1) for k, (_, m) in enumerate(self.parts)])

    def draw(self, rng, n, amounts=(0.35, 1.0, 1.0, 2.0), spoil=True, rows=None):
        rows = rng.integers(0, len(self.index), n) if rows is None else rows
        out = [example(self.parts[k][0][i], self.parts[k][1][i], rng, rng.choice(amounts), spoil) for k, i in self.index[rows]]
        return np.stack([o[0] for o in out]), np.stack([o[1] for o in out]).reshape(n, 10)


class Detections:
    """What the detector found, and whether it is a face. Pictures of their own are held out: two detectors are wrong about the same
    places of one picture."""

    def __init__(self, folder, held_out):
        paths = sorted(glob.glob(os.path.join(folder, "*.npz")))
        parts = [np.load(p) for p in paths if (os.path.basename(p).split(".")[0] in DETECTIONS_HELD_OUT) == held_out]
        self.chips, self.labels, self.scores = (np.concatenate([p[name] for p in parts]) for name in ("chips", "is_face", "scores"))
        weight = np.where(
            self.labels == 1,
            1 / max(1, (self.labels == 1).sum()),
            self.scores**2 / ((self.labels == 0) * self.scores**2).sum(),
        )
        self.weight = weight / weight.sum()

    def draw(self, rng, n):
        """Half faces, half not, the likelier ones more often."""
        rows = rng.choice(len(self.labels), n, p=self.weight)
        marks = frame.TEMPLATE + frame.WIDE_MARGIN
        chips = [example(self.chips[i], marks, rng, 0.5, True)[0] for i in rows]
        return np.stack(chips), self.labels[rows].astype(np.float32)


def errors(given, wanted):
    """Mean distance of the five points, in eye distances, for each face."""
    return np.hypot(*(given - wanted).reshape(-1, 5, 2).transpose(2, 0, 1)).mean(1) / EYES


@torch.no_grad()
def verdicts_on(model, found, device="cpu"):
    """Log-odds that each detection is a face, as the first look sees it."""
    matrix = frame.similarity(frame.TEMPLATE + frame.WIDE_MARGIN, TEMPLATE)
    parts = [found.chips[i : i + 256] for i in range(0, len(found.chips), 256)]
    return np.concatenate([model(prepare(np.stack([cut(c, matrix) for c in p]), device)).cpu().numpy()[:, 10] for p in parts])


def logistic(features, labels, rounds=30):
    """Weights, the last one a constant, of the log-odds that `labels` (0, 1) are 1."""
    x = np.hstack([features, np.ones((len(features), 1))])
    weights = np.zeros(x.shape[1])
    for _ in range(rounds):  # Newton's method
        p = 1 / (1 + np.exp(-x @ weights))
        curvature = (x * (p * (1 - p))[:, None]).T @ x + 1e-3 * np.eye(x.shape[1])
        weights += np.linalg.solve(curvature, x.T @ (labels - p))
    return weights


def witnesses(model, found):
    """How much the detector's score and the second look say, as log-odds, of a held-out detection; and what comes of it."""
    found_odds = np.log(found.scores / (1 - found.scores))
    look_odds = np.clip(verdicts_on(model, found), -LOG_ODDS_MAX, LOG_ODDS_MAX)
    for_detector, for_look, bias = logistic(np.stack([found_odds, look_odds], 1), found.labels.astype(float))
    is_face, odds = found.labels == 1, bias + for_detector * found_odds + for_look * look_odds
    both = (found_odds >= 0) & ((look_odds >= 0) | (found.scores >= SURE))  # what the program asked for before
    return {
        "detector": round(float(for_detector), 3),
        "look": round(float(for_look), 3),
        "bias": round(float(bias), 3),
        "detections": len(is_face),
        "faces": int(is_face.sum()),
        "recall": round(float((odds > 0)[is_face].mean()), 4),
        "false": int((odds > 0)[~is_face].sum()),
        "where_both_must_say_so": [round(float(both[is_face].mean()), 4), int(both[~is_face].sum())],
    }


@torch.no_grad()
def evaluate(model, test, found):
    """Landmark errors on held-out faces; of held-out detections that scored 0.5 and more and are no faces, the share that
    passes for one at the threshold that all but 1% of the held-out spoiled faces, and of the detections that are faces, pass."""
    model.eval()
    device = next(model.parameters()).device
    row = {}
    for name, spoil in (("clean", False), ("spoiled", True)):
        chips, wanted = test.draw(np.random.default_rng(3), len(test.index), (1.0,), spoil, np.arange(len(test.index)))
        given = model(prepare(chips, device)).cpu().numpy()
        given, logits = given[:, :10], given[:, 10]
        before, after = errors(np.zeros_like(given), wanted), errors(given, wanted)
        row[name] = {
            "template": round(float(np.median(before)), 4),
            "median": round(float(np.median(after)), 4),
            "p90": round(float(np.quantile(after, 0.9)), 4),
        }
    verdicts = verdicts_on(model, found, device)
    faces, others = verdicts[found.labels == 1], verdicts[(found.labels == 0) & (found.scores >= 0.5)]
    threshold = min(np.quantile(logits, 0.01), np.quantile(faces, 0.01))
    row["passing"] = {
        "threshold": round(float(threshold), 3),
        "no_faces": round(float((others >= threshold).mean()), 4),
        "of": len(others),
        "at_0": [
            round(float((others >= 0).mean()), 4),
            round(float((faces >= 0).mean()), 4),
            round(float((logits >= 0).mean()), 4),
        ],
    }
    return row


def batch(faces, found, rng, size):
    """Chips; where the landmarks are; whether it is a face; which of them have landmarks. Three in five are faces with
    landmarks, one in ten a part of one."""
    known, parts = int(0.6 * size), int(0.1 * size)
    chips, marks = faces.draw(rng, known)
    piece = [part_of_face(faces.parts[k][0][i], rng) for k, i in faces.index[rng.integers(0, len(faces.index), parts)]]
    others, labels = found.draw(rng, size - known - parts)
    return (
        np.concatenate([chips, np.stack(piece), others]),
        marks,
        np.concatenate([np.ones(known), np.zeros(parts), labels]).astype(np.float32),
    )


def loss_of(given, marks, is_face):
    place = functional.smooth_l1_loss(given[: len(marks), :10], marks, beta=0.5)
    return place + FACE_WEIGHT * functional.binary_cross_entropy_with_logits(given[:, 10], is_face)


class Run:
    def __init__(self, options):
        self.options = options
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.base = os.path.join(options.data, "runs", options.run)
        os.makedirs(os.path.dirname(self.base), exist_ok=True)
        self.faces, self.test = (Faces(os.path.join(options.data, "marks"), held) for held in (False, True))
        self.found, self.test_found = (Detections(os.path.join(options.data, "detections"), held) for held in (False, True))
        self.model = Landmarks().to(self.device, memory_format=torch.channels_last)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=options.lr, weight_decay=0.01)
        self.seen = self.step = 0
        self.begun = time.time()
        self.average = copy.deepcopy(self.model).eval().requires_grad_(False)
        if os.path.exists(self.base + ".pt"):
            state = torch.load(self.base + ".pt", map_location=self.device)
            self.model.load_state_dict(state["model"]), self.average.load_state_dict(state["average"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.seen, self.step = state["seen"], state["step"]
        elif options.init:
            start = load(options.data, options.init).to(self.device).state_dict()
            self.model.load_state_dict(start), self.average.load_state_dict(start)

    def save(self):
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

    def share(self):
        """How much of the run is over."""
        spent = (time.time() - self.begun) / 60
        return max(self.seen / self.options.images, spent / self.options.minutes if self.options.minutes else 0)

    def report(self, mean):
        row = {
            "seen": self.seen,
            "faces": len(self.faces.index),
            "loss": round(mean, 4),
            **evaluate(self.average, self.test, self.test_found),
            "cpu_s": round(time.process_time()),
        }
        print(json.dumps(row), flush=True)
        with open(self.base + ".jsonl", "a", encoding="utf-8") as f:
            f.write(json.dumps(row) + "\n")

    def train_step(self, rng):
        for group in self.optimizer.param_groups:
            group["lr"] = (
                self.options.lr * min(1, (self.step + 1) / 100) * (0.5 + 0.5 * math.cos(math.pi * min(1, self.share()))) + 1e-6
            )
        chips, marks, is_face = batch(self.faces, self.found, rng, self.options.batch)
        self.model.train()
        given = self.model(prepare(chips, self.device))
        loss = loss_of(given, torch.from_numpy(marks).to(self.device), torch.from_numpy(is_face).to(self.device))
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        self.seen, self.step = self.seen + len(chips), self.step + 1
        keep = min(AVERAGE, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for a, m in zip(self.average.state_dict().values(), self.model.state_dict().values()):
                if a.dtype.is_floating_point:
                    a.lerp_(m, 1 - keep)
                else:
                    a.copy_(m)
        return loss.item()

    def go(self):
        rng, saved, evaluated, mean = np.random.default_rng(), time.time(), -1, 0.0
        while self.share() < 1 and not os.path.exists(self.base + ".stop"):
            if self.seen // EVALUATE_IMAGES != evaluated:
                evaluated = self.seen // EVALUATE_IMAGES
                self.report(mean)
            loss = self.train_step(rng)
            mean = 0.99 * mean + 0.01 * loss if mean else loss
            if time.time() - saved > CHECKPOINT_S:
                saved = time.time()
                self.save()
        self.save()
        self.report(mean)


def export(model, path):
    """ONNX, opset 13: input `luma` n x 1 x 64 x 64, 0..255; output `points` n x 10: x0, y0 ... x4, y4 in pixels of the chip
    (indices); output `face` n x 1: how likely it is a face, 0..1."""
    helper, kind = onnx.helper, onnx.TensorProto
    nodes, tensors = [], []

    def convolve(x, name, weight, bias, stride, pad, half=True):
        weight, bias = weight.detach().cpu().numpy(), bias.detach().cpu().numpy()
        tensors.append(numpy_helper.from_array(weight.astype(np.float16 if half else np.float32), f"{name}.weight"))
        tensors.append(numpy_helper.from_array(bias.astype(np.float32), f"{name}.bias"))
        if half:
            nodes.append(helper.make_node("Cast", [f"{name}.weight"], [f"{name}.weight32"], to=kind.FLOAT))
        nodes.append(
            helper.make_node(
                "Conv",
                [x, f"{name}.weight32" if half else f"{name}.weight", f"{name}.bias"],
                [f"{name}.out"],
                kernel_shape=list(weight.shape[2:]),
                strides=[stride] * 2,
                pads=[pad] * 4,
            )
        )
        return f"{name}.out"

    x = convolve("luma", "norm", torch.full((1, 1, 1, 1), SCALE), torch.full((1,), -MEAN * SCALE), 1, 0, half=False)
    for k, layer in enumerate(model.f):
        scale = layer.b.weight / torch.sqrt(layer.b.running_var + layer.b.eps)
        x = convolve(
            x,
            f"f.{k}",
            layer.c.weight * scale[:, None, None, None],
            layer.b.bias - layer.b.running_mean * scale,
            layer.c.stride[0],
            1,
        )
        nodes.append(helper.make_node("Relu", [x], [f"relu{k}"]))
        x = f"relu{k}"
    points = convolve(x, "points", model.fc.weight[:10], model.fc.bias[:10] + torch.from_numpy(TEMPLATE.flatten()), 1, 0)
    nodes.append(helper.make_node("Flatten", [points], ["points"]))
    face = convolve(x, "face", model.fc.weight[10:], model.fc.bias[10:], 1, 0)
    nodes.append(helper.make_node("Flatten", [face], ["face.logit"]))
    nodes.append(helper.make_node("Sigmoid", ["face.logit"], ["face"]))
    graph = helper.make_graph(
        nodes,
        "whoswho-landmarks",
        [helper.make_tensor_value_info("luma", kind.FLOAT, ["n", 1, SIDE, SIDE])],
        [
            helper.make_tensor_value_info("points", kind.FLOAT, ["n", 10]),
            helper.make_tensor_value_info("face", kind.FLOAT, ["n", 1]),
        ],
        tensors,
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], producer_name="whoswho"), path)


def load(data, run):
    model = Landmarks()
    model.load_state_dict(torch.load(os.path.join(data, "runs", f"{run}.pt"), map_location="cpu")["average"])
    return model.eval()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("train", "export", "witnesses"))
    parser.add_argument("data"), parser.add_argument("run")
    parser.add_argument("file", nargs="?")
    parser.add_argument("--images", type=int, default=1_000_000)
    parser.add_argument("--minutes", type=float, default=0)
    parser.add_argument("--init")
    parser.add_argument("--lr", type=float, default=2e-3)
    parser.add_argument("--batch", type=int, default=64)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    torch.set_flush_denormal(True)
    if options.what == "train":
        Run(options).go()
    elif options.what == "witnesses":
        found = Detections(os.path.join(options.data, "detections"), True)
        print(json.dumps(witnesses(load(options.data, options.run), found)))
    else:
        export(load(options.data, options.run), options.file)


if __name__ == "__main__":
    main()
