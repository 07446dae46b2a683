#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: halve.py IN.onnx OUT.onnx

Stores the weights of convolutions as float16, each followed by a Cast: half the size, the same network to three digits."""
import os
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

LEAST = 64  # values; smaller tensors are not worth a Cast


def halve(model):
    casts = []
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.ndim != 4 or values.size < LEAST:
            continue
        if np.abs(values).max() > np.finfo(np.float16).max:
            raise ValueError(f"{tensor.name}: too large for float16")
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}.half"))
        casts.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT))
    for node in reversed(casts):
        model.graph.node.insert(0, node)
    onnx.checker.check_model(model)
    return model


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    onnx.save(halve(onnx.load(sys.argv[1])), sys.argv[2])
    print(f"{sys.argv[2]}: {os.path.getsize(sys.argv[2])} bytes, was {os.path.getsize(sys.argv[1])}")


if __name__ == "__main__":
    main()
