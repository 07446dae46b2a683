#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Runs every model through nn/ and through OpenCV's dnn on the same random input and compares every output,
relative to its largest value.

usage: nn_parity.py NN_RUN     (models: $WW_SOURCE/models, $WW_SHARED/models; prints TAP)
"""
import os
import subprocess
import sys
import tempfile

LARGEST_DIFFERENCE = 1e-4
SEED = 20240611

# file, input shape, largest input value
CASES = [
    ("detector.onnx", (1, 1, 384, 640), 255.0),
    ("detector.onnx", (1, 1, 160, 224), 255.0),
    ("landmarks.onnx", (1, 1, 64, 64), 255.0),
    ("embedder.onnx", (1, 1, 96, 96), 255.0),
    ("embedder.onnx", (5, 1, 96, 96), 255.0),
    ("scrfd_500m_bnkps.onnx", (1, 3, 640, 640), 1.0),
    ("scrfd_500m_bnkps.onnx", (1, 3, 384, 640), 1.0),
    ("face_detection_yunet_2026may.onnx", (1, 3, 320, 320), 255.0),
    ("face_detection_yunet_2026may.onnx", (1, 3, 192, 352), 255.0),
    ("ultraface_rfb_320.onnx", (1, 3, 240, 320), 1.0),
    ("mobilefacenet_foamliu.onnx", (1, 3, 112, 112), 1.0),
]


def find(name):
    for folder in (os.path.join(os.environ.get("WW_SOURCE", ""), "models"), os.path.join(os.environ.get("WW_SHARED", ""), "models")):
        path = os.path.join(folder, name)
        if os.path.exists(path):
            return path
    return None


def readable_by_opencv(path, shape, folder):
    """OpenCV 4.6 wants a fixed input shape, weights as float32, the bounds of Clip as attributes, and at another size than the file's a
    Resize that says "twice" (which is what all the pyramids here mean) where it says "40x40"."""
    model = onnx.load(path)
    graph = model.graph
    constants = {t.name: onnx.numpy_helper.to_array(t) for t in graph.initializer}
    for node in [n for n in graph.node if n.op_type == "Cast" and n.input[0] in constants]:
        constants[node.output[0]] = constants[node.input[0]].astype(numpy.float32)
        graph.initializer.append(onnx.numpy_helper.from_array(constants[node.output[0]], node.output[0]))
        graph.initializer.remove(next(t for t in graph.initializer if t.name == node.input[0]))
        graph.node.remove(node)
    for node in graph.node:
        if node.op_type == "Constant" and node.attribute[0].name == "value":
            constants[node.output[0]] = onnx.numpy_helper.to_array(node.attribute[0].t)
        if node.op_type == "Clip" and len(node.input) == 3:
            bounds = [float(constants[name]) for name in node.input[1:]]
            del node.input[1:]
            node.attribute.extend([onnx.helper.make_attribute("min", bounds[0]), onnx.helper.make_attribute("max", bounds[1])])
        if node.op_type == "Resize" and len(node.input) == 4:
            twice = onnx.numpy_helper.from_array(numpy.float32([1, 1, 2, 2]), node.output[0] + "_twice")
            graph.initializer.append(twice)
            node.input[2] = twice.name
            del node.input[3]
    weights = set(constants)
    for value in graph.input:
        if value.name not in weights:
            for dim, size in zip(value.type.tensor_type.shape.dim, shape):
                dim.dim_value = size
    copy = os.path.join(folder, "model.onnx")
    onnx.save(model, copy)
    return copy, [value.name for value in graph.output]


def run_ours(program, path, shape, data, folder, count):
    source, target = os.path.join(folder, "in.raw"), os.path.join(folder, "out")
    data.tofile(source)
    done = subprocess.run([program, path, *map(str, shape), source, target], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip())
    return [numpy.fromfile(f"{target}.{i}", dtype=numpy.float32) for i in range(count)]


def compare(program, path, shape, top):
    data = (numpy.random.default_rng(SEED).random(shape) * top).astype(numpy.float32)
    with tempfile.TemporaryDirectory() as folder:
        copy, outputs = readable_by_opencv(path, shape, folder)
        net = cv2.dnn.readNetFromONNX(copy)
        net.setInput(data)
        theirs = [numpy.array(t).ravel() for t in net.forward(outputs)]
        ours = run_ours(program, path, shape, data, folder, len(outputs))
    worst = 0.0
    for name, a, b in zip(outputs, ours, theirs):
        if a.shape != b.shape:
            raise RuntimeError(f"output {name}: {a.size} numbers, OpenCV has {b.size}")
        if not numpy.isfinite(a).all():
            raise RuntimeError(f"output {name} is not finite")
        worst = max(worst, float(numpy.abs(a - b).max() / numpy.abs(b).max()))
    return worst


def main():
    failed = 0
    print(f"1..{len(CASES)}")
    for number, (name, shape, top) in enumerate(CASES, 1):
        title = f"{number} - {name} {'x'.join(map(str, shape))}"
        path = find(name)
        if path is None:
            print(f"ok {title} # SKIP the model is not there")
            continue
        try:
            worst = compare(sys.argv[1], path, shape, top)
            good = worst < LARGEST_DIFFERENCE
            print(f"# largest relative difference {worst:.2e}")
        except (RuntimeError, cv2.error) as error:
            good = False
            print("# " + str(error).strip().replace("\n", " "))
        failed += not good
        print(f"{'ok' if good else 'not ok'} {title}", flush=True)
    return failed != 0


try:
    import cv2
    import numpy
    import onnx
    import onnx.helper
    import onnx.numpy_helper
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)
sys.exit(main())
