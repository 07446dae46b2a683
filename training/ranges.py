#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: ranges.py MODELS PICTURE_OR_FOLDER...

Writes MODELS/detector.ranges, landmarks.ranges and embedder.ranges: what the values of our networks hold on these
pictures, which is what they need to compute in int8 (src/nn/int8/program.h). The detector sees each picture at two
sizes, the others see what it finds there. Of each value the range is kept that loses least: what lies outside of it is
cut off, what lies inside is rounded to one of 256 steps, and the sum of the squares of both is least. Needs
training/libengine.so (engine.py)."""
import pathlib
import sys
import tempfile

import cv2
import numpy as np
import onnx

import frame
from engine import Engine
from eval_detector import overlap

SIDES = (640, 320)  # long sides of the detector's picture
CANDIDATE, FACE = 0.25, 0.5  # scores: what the landmark network is asked about, and what is embedded
OVERLAP = 0.4
CANDIDATES_MAX = 20  # of a picture
LANDMARK_SIDE, LANDMARK_MARGIN = 64, -16
CHIP_SIDE, CHIP_MARGIN = 96, 8
LINEAR = ("Conv", "Relu", "LeakyRelu", "Add", "Resize", "Cast")
BINS = 4096
DEPTHWISE_MAX = 3
STEPS = 255
SHARES = np.linspace(0.3, 1, 71)  # of the largest, tried as the limit


def values_read(graph):
    """Names of what convolutions read and of what is enlarged, as far as only operators that int8 knows come before.
    What is pooled, by a large window for each channel, and all behind it stays real: the embedder's numbers there are
    of very different sizes, and the whitening makes much of small differences (bytes there: cosine to the true vectors
    0.88; so: 0.998)."""
    ready, read = {graph.input[0].name} | {t.name for t in graph.initializer}, []
    for node in graph.node:
        attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        if attributes.get("group", 1) > 1 and max(attributes["kernel_shape"]) > DEPTHWISE_MAX:
            ready.discard(node.input[0])
            continue
        if node.op_type in ("Conv", "Resize") and node.input[0] in ready and node.input[0] not in read:
            read.append(node.input[0])
        if node.op_type in LINEAR and all(i in ready for i in node.input if i):
            ready.add(node.output[0])
    return read


class Network:
    """One of our models with what its convolutions read as further outputs, and the histograms of that."""

    def __init__(self, path, folder):
        model = onnx.load(path)
        self.input = model.graph.input[0].name
        self.names = [name for name in values_read(model.graph) if name != self.input]
        have = {o.name for o in model.graph.output}
        model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in self.names if name not in have)
        copy = pathlib.Path(folder) / path.name
        onnx.save(model, copy)
        self.run = Engine(str(copy))
        self.limit = {name: [0.0, 0.0] for name in self.names}
        self.count = {name: np.zeros(BINS) for name in self.names}

    def widen(self, out):
        for name, limit in self.limit.items():
            limit[0], limit[1] = min(limit[0], float(out[name].min())), max(limit[1], float(out[name].max()))

    def fill(self, out):
        for name, limit in self.limit.items():
            self.count[name] += np.histogram(out[name], BINS, limit)[0]

    def write(self, path):
        lines = ["# NAME LOW HIGH: made by training/ranges.py", f"{self.input} 0 255"]
        for name in self.names:
            low, high = best_range(self.count[name], *self.limit[name])
            lines.append(f"{name} {low:.6g} {high:.6g}")
        path.write_text("\n".join(lines) + "\n")


def loss(middles, count, low, high):
    step = (high - low) / STEPS
    kept = np.clip(np.round((middles - low) / step), 0, STEPS) * step + low
    return float((count * (kept - middles) ** 2).sum())


def best_range(count, low, high):
    edges = np.linspace(low, high, BINS + 1)
    middles = (edges[1:] + edges[:-1]) / 2
    lows = low * SHARES if low < 0 else np.zeros(1)
    return min(((a, b) for a in lows for b in high * SHARES), key=lambda r: loss(middles, count, *r))


def candidates(out):
    """[(score, landmarks 5 x 2)] in pixels of the picture the detector saw, the best first."""
    found = []
    for stride in (8, 16, 32):
        score = out[f"score_{stride}"][0, 0]
        for row, column in zip(*np.nonzero(score >= CANDIDATE)):
            point = (np.array([column, row]) + 0.5) * stride
            box = out[f"box_{stride}"][0, :, row, column]
            middle, half = point + box[:2] * stride, np.exp(box[2:]) * stride / 2
            marks = point + out[f"lmk_{stride}"][0, :, row, column].reshape(5, 2) * stride
            found.append((float(score[row, column]), np.concatenate([middle - half, middle + half]), marks))
    kept = []
    for score, box, marks in sorted(found, key=lambda f: -f[0]):
        if all(overlap(box, other) <= OVERLAP for _, other, _ in kept):
            kept.append((score, box, marks))
    return [(score, marks) for score, _, marks in kept[:CANDIDATES_MAX]]


def scenes(paths):
    for path in paths:
        grey = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        if grey is None:
            continue
        for side in SIDES:
            scale = min(1.0, side / max(grey.shape))
            small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            padded = np.zeros((side, side), np.uint8)
            padded[: small.shape[0], : small.shape[1]] = small[:side, :side]
            yield padded


def look(networks, scene, each):
    """Shows a scene to all three; `each` takes a network and its values."""
    detector, landmarks, embedder = networks
    out = detector.run(scene[None, None].astype(np.float32))
    each(detector, out)
    for score, marks in candidates(out):
        chip, there = frame.align(scene, marks, LANDMARK_SIDE, LANDMARK_MARGIN)
        out = landmarks.run(chip[None, None].astype(np.float32))
        each(landmarks, out)
        if score >= FACE:
            marks = frame.apply(frame.inverse(there), out["points"].reshape(5, 2))
            chip, _ = frame.align(scene, marks, CHIP_SIDE, CHIP_MARGIN)
            each(embedder, embedder.run(np.stack([chip, chip[:, ::-1]])[:, None].astype(np.float32)))


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    models = pathlib.Path(sys.argv[1])
    named = [pathlib.Path(name) for name in sys.argv[2:]]
    paths = [p for n in named for p in (sorted(n.rglob("*")) if n.is_dir() else [n])]
    with tempfile.TemporaryDirectory() as folder:
        networks = [Network(models / f"{name}.onnx", folder) for name in ("detector", "landmarks", "embedder")]
        for each in (Network.widen, Network.fill):
            for scene in scenes(paths):
                look(networks, scene, each)
        for name, network in zip(("detector", "landmarks", "embedder"), networks):
            network.write(models / f"{name}.ranges")


if __name__ == "__main__":
    main()
