#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes the seeds of fuzz_onnx: small networks that between them use every operator. usage: make_onnx_corpus.py FOLDER"""
import os
import sys

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

RNG = numpy.random.default_rng(5)


def floats(name, *shape):
    return numpy_helper.from_array(RNG.random(shape).astype(numpy.float32), name)


def ints(name, *values):
    return numpy_helper.from_array(numpy.array(values, dtype=numpy.int64), name)


def node(op, inputs, outputs, **attributes):
    return helper.make_node(op, inputs.replace("-", "").split(" "), outputs.split(" "), **attributes)


PICTURE = [1, 2, 4, 4]
NETS = {
    "conv": (11, PICTURE, [floats("w", 2, 2, 3, 3), floats("b", 2), *(floats(n, 2) for n in "somv")], [
        node("Conv", "x w b", "a", pads=[1, 1, 1, 1]), node("BatchNormalization", "a s o m v", "c"), node("Relu", "c", "d"),
        node("Add", "d x", "e"), node("Sigmoid", "e", "y")]),
    "depthwise": (11, PICTURE, [floats("w", 2, 1, 3, 3)], [
        node("Conv", "x w", "a", group=2, strides=[2, 2], dilations=[1, 1], auto_pad="SAME_UPPER"), node("LeakyRelu", "a", "y", alpha=0.1)]),
    "pyramid": (11, PICTURE, [ints("z", 1, 2, 4, 4), floats("none", 0)], [
        node("MaxPool", "x", "a", kernel_shape=[2, 2], strides=[2, 2]), node("Resize", "a none none z", "b", mode="linear"),
        node("AveragePool", "b", "c", kernel_shape=[3, 3], pads=[1, 1, 1, 1], ceil_mode=1), node("Add", "x c", "y")]),
    "head": (11, PICTURE, [ints("s", 1, -1, 2)], [
        node("Transpose", "x", "a", perm=[0, 2, 3, 1]), node("Reshape", "a s", "b"), node("Softmax", "b", "y", axis=2)]),
    "arithmetic": (11, [1, 2, "h", 4], [ints("i", 0), ints("minus", -1), ints("two", 2)], [
        node("Shape", "x", "s"), node("Gather", "s i", "n", axis=0), node("Mul", "n two", "m"), node("Div", "m two", "q"),
        node("Concat", "q minus", "to", axis=0), node("Reshape", "x to", "y")]),
    "slices": (11, [2, 6], [ints("f", 0), ints("t", 4), ints("a", 1), ints("p", 0, 1, 0, 1)], [
        node("Slice", "x f t a", "b"), node("Split", "b", "c d", axis=1, split=[2, 2]), node("Concat", "c d", "e", axis=0),
        node("Pad", "e p", "g", mode="reflect"), node("ReduceMean", "g", "y", axes=[1])]),
    "embed": (13, [2, 3, 2, 2], [floats("w", 4, 3), floats("b", 4), floats("slope", 3, 1, 1)], [
        node("PRelu", "x slope", "a"), node("GlobalAveragePool", "a", "c"), node("Flatten", "c", "d"),
        node("Gemm", "d w b", "e", transB=1), node("LpNormalization", "e", "y", axis=1)]),
    "clip": (13, [3], [numpy_helper.from_array(numpy.float32(0), "lo"), numpy_helper.from_array(numpy.float32(6), "hi")], [
        node("Clip", "x lo hi", "a"), node("HardSigmoid", "a", "b"), node("Exp", "b", "c"), node("Sqrt", "c", "d"), node("Dropout", "d", "e"),
        node("Identity", "e", "y")]),
    "axes": (13, [1, 3, 1], [ints("one", 0), ints("wide", 2, 3)], [
        node("Squeeze", "x one", "a"), node("Unsqueeze", "a one", "b"), node("ReduceSum", "b one", "c", keepdims=0),
        node("ReduceL2", "c", "d", axes=[0]), node("Expand", "d wide", "y")]),
    "quantised": (13, [1, 2], [numpy_helper.from_array(numpy.array([[1, 2], [3, 4]], dtype=numpy.int8), "q"), floats("s"),
                               numpy_helper.from_array(numpy.array([1, 2], dtype=numpy.float16), "h")], [
        node("DequantizeLinear", "q s", "w"), node("MatMul", "x w", "a"), node("Cast", "h", "f", to=TensorProto.FLOAT), node("Mul", "a f", "y")]),
    "constants": (11, [2, 2], [ints("s", 2, 2)], [
        node("Constant", "", "k", value=numpy_helper.from_array(numpy.float32([1, 2]))),
        node("ConstantOfShape", "s", "o", value=numpy_helper.from_array(numpy.float32([3]))), node("Sub", "x k", "a"), node("Max", "a o", "y")]),
    "upsample": (9, [1, 1, 2, 2], [numpy_helper.from_array(numpy.float32([1, 1, 2, 2]), "s")], [node("Upsample", "x s", "y", mode="nearest")]),
}


def main(folder):
    os.makedirs(folder, exist_ok=True)
    for name, (opset, shape, constants, nodes) in NETS.items():
        for n in nodes:
            if list(n.input) == [""]:
                del n.input[:]
        graph = helper.make_graph(nodes, name, [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
                                  [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)], constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], producer_name="")
        with open(os.path.join(folder, name + ".onnx"), "wb") as file:
            file.write(model.SerializeToString())


main(sys.argv[1])
