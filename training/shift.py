#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: shift.py IN.onnx OUT.onnx LOOKS...

Takes out of an embedder's vectors what poor pictures have in common. Small, dark, blurred and compressed faces all move
the same way, the farther the poorer they are, so strangers in poor pictures lie too near each other. How far is learned
from looks (a LOOKS is a folder that looks.py has written: many people, each seen at several qualities): the slope of the
whitened unit vectors over the quality that the network itself foretells, every person weighing the same. Below the
quality FULL a vector is moved back along that slope; at FULL and above it stays as it is, so that what whiten.py has
done for a crowd of other people in good pictures is not touched. Adds the operators for it to the graph of a released
file (opset 13, made by embedder.export with whitening and quality), and tells how far a vector of quality 0 is moved."""
import os
import sqlite3
import subprocess
import sys

import numpy as np
import onnx
from onnx import helper, numpy_helper

import frame
from engine import inner_values
from looks import FRAMES_PER_S

FULL = 0.7  # 0.6 to 0.8 are alike: of same pairs above all but one in a thousand strangers 0.207 to 0.213 (0.142 without)


def faces_of(folder):
    """Of the faces in a LOOKS folder that show somebody known: person, video, number of the frame, landmarks."""
    looks, vectors = np.load(os.path.join(folder, "looks.npy")), np.load(os.path.join(folder, "vectors.npy"))
    person = {v.tobytes(): int(p) for v, p in zip(vectors, looks["person"])}
    store = sqlite3.connect(f"file:{os.path.join(folder, 'store', 'whoswho.db')}?mode=ro", uri=True)
    rows = store.execute(
        "SELECT s.path, s.width, s.height, r.time_us, f.landmarks, e.embedding FROM face f "
        "JOIN frame r ON f.frame = r.id JOIN source s ON r.source = s.id JOIN face_embedding e ON e.face = f.id"
    )
    faces = {}
    for path, width, height, time_us, marks, vector in rows:
        if bytes(vector) in person:
            name = os.path.basename(os.fsdecode(path))
            number = int(round(time_us * 1e-6 * FRAMES_PER_S))
            points = np.frombuffer(marks, "<f4").reshape(5, 2)
            faces.setdefault((name, width, height), []).append((number, person[bytes(vector)], points))
    store.close()
    return faces


def chips_of(folder):
    """n x 96 x 96 chips as the program cuts them, and n people."""
    chips, people = [], []
    for (name, width, height), faces in sorted(faces_of(folder).items()):
        path = os.path.join(folder, "footage", name)
        command = ["ffmpeg", "-v", "error", "-i", path, "-f", "rawvideo", "-pix_fmt", "gray", "-"]
        luma = np.frombuffer(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout, np.uint8)
        luma = luma.reshape(-1, height, width)
        for number, person, points in faces:
            chips.append(frame.align(luma[number], points, frame.STUDENT_SIDE, frame.STUDENT_MARGIN)[0])
            people.append(person)
    return np.stack(chips), np.array(people)


def outputs(path, chips):
    """Unit whitened vectors and qualities of every chip by the network in `path`."""
    out = inner_values(path, chips, {"white": 128, "quality": 1})
    return out["white"] / np.linalg.norm(out["white"], axis=1)[:, None], out["quality"][:, 0]


def slope_of(vectors, quality, people):
    """Least-squares slope of n x d vectors over their quality, every person weighing the same -> d."""
    _, of, count = np.unique(people, return_inverse=True, return_counts=True)
    weight = 1.0 / count[of]
    weight /= weight.sum()
    lift = quality - weight @ quality
    return (weight * lift) @ (vectors - weight @ vectors) / (weight @ lift**2)


def add_shift(model, slope, full=FULL):
    """Puts the operators into `model`: white / |white| + slope x max(0, full - quality), brought to the length `quality`."""
    graph = model.graph
    if any(n.output[0] == "shifted" for n in graph.node):
        raise SystemExit("the file has a shift already")

    def keep(name, array):
        graph.initializer.append(numpy_helper.from_array(np.asarray(array, np.float32), name))

    def node(kind, inputs, output):
        attributes = {"kernel_shape": [1, 1]} if kind == "Conv" else {}
        return helper.make_node(kind, inputs, [output], **attributes)

    keep("poor.minus", -np.ones((1, 1, 1, 1))), keep("poor.full", np.full(1, full)), keep("poor.none", 0)
    keep("poor.slope", np.asarray(slope)[:, None, None, None])
    new = [
        node("Conv", ["quality", "poor.minus", "poor.full"], "poor.gap"),
        node("Clip", ["poor.gap", "poor.none", "q.most"], "poor.lack"),
        node("Conv", ["poor.lack", "poor.slope"], "poor.shift"),
        node("Conv", ["white.length", "spread"], "white.lengths"),
        node("Div", ["white", "white.lengths"], "white.unit"),
        node("Add", ["white.unit", "poor.shift"], "shifted"),
        node("Mul", ["shifted", "shifted"], "shifted.squares"),
        node("Conv", ["shifted.squares", "ones"], "shifted.square"),
        node("Sqrt", ["shifted.square"], "shifted.length"),
    ]
    nodes = list(graph.node)
    place = {n.output[0]: i for i, n in enumerate(nodes)}
    nodes[place["stretch"]].input[1] = "shifted.length"
    nodes[place["telling"]].input[0] = "shifted"
    del graph.node[:]
    graph.node.extend(nodes[: place["stretch"]] + new + nodes[place["stretch"] :])
    onnx.checker.check_model(model)


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    source, target, *folders = sys.argv[1:]
    chips, people = (np.concatenate(x) for x in zip(*map(chips_of, folders)))
    views = [outputs(source, c) for c in (chips, chips[:, :, ::-1])]
    vectors, quality = (np.concatenate(x) for x in zip(*views))
    slope = slope_of(vectors, quality, np.concatenate([people, people]))
    model = onnx.load(source)
    add_shift(model, slope)
    onnx.save(model, target)
    moved = FULL * np.linalg.norm(slope)
    print(f"{len(np.unique(people))} people, {len(chips)} faces; a vector of quality 0 is moved by {moved:.3f}")


if __name__ == "__main__":
    main()
