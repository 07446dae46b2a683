# SPDX-License-Identifier: MIT
"""Runs the ONNX graphs of the teachers and of our own models in PyTorch: the few operators they have, nothing else. It takes
the place of onnxruntime, which Debian does not have, and lets a graph run on a GPU or in bfloat16."""
import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import numpy_helper


class OnnxNet(torch.nn.Module):
    def __init__(self, path):
        super().__init__()
        graph = onnx.load(path).graph
        self.values = {}
        for tensor in graph.initializer:
            self._keep(tensor.name, numpy_helper.to_array(tensor))
        self.steps = []
        for node in graph.node:
            attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
            if node.op_type == "Constant":
                self._keep(node.output[0], numpy_helper.to_array(attributes["value"]))
            else:
                self.steps.append((node.op_type, list(node.input), node.output[0], attributes))
        self.input = next(i.name for i in graph.input if i.name not in self.values)
        self.outputs = [o.name for o in graph.output]

    def _keep(self, name, array):
        key = f"v{len(self.values)}"
        self.register_buffer(key, torch.from_numpy(np.array(array)))
        self.values[name] = key

    def forward(self, x):
        """A dictionary of the outputs by name, or the output itself if there is one."""
        have = {name: getattr(self, key) for name, key in self.values.items()}
        have[self.input] = x
        for kind, inputs, output, attributes in self.steps:
            have[output] = self._run(kind, [have[i] if i else None for i in inputs], attributes)
        out = {name: have[name] for name in self.outputs}
        return next(iter(out.values())) if len(out) == 1 else out

    def _run(self, kind, v, attributes):
        if kind == "Conv":
            bias = v[2] if len(v) > 2 else None
            top, left, bottom, right = attributes.get("pads", [0, 0, 0, 0])
            even = top == bottom and left == right
            x = v[0] if even else F.pad(v[0], (left, right, top, bottom))
            padding = (top, left) if even else 0
            return F.conv2d(x, v[1], bias, attributes.get("strides", [1, 1]), padding, 1, attributes.get("group", 1))
        if kind == "Cast":
            return v[0].float()
        if kind == "Clip":
            return torch.clamp(v[0], float(v[1]), float(v[2]))
        if kind == "Relu":
            return F.relu(v[0])
        if kind == "LeakyRelu":
            return F.leaky_relu(v[0], attributes.get("alpha", 0.01))
        if kind == "Sigmoid":
            return torch.sigmoid(v[0])
        if kind in ("Add", "Mul", "Div"):
            return {"Add": torch.add, "Mul": torch.mul, "Div": torch.div}[kind](v[0], v[1])
        if kind == "ReduceL2":
            return v[0].norm(dim=attributes["axes"], keepdim=bool(attributes.get("keepdims", 1)))
        if kind == "Sqrt":
            return torch.sqrt(v[0])
        if kind == "Transpose":
            return v[0].permute(*attributes["perm"])
        if kind == "Reshape":
            shape = [v[0].shape[i] if n == 0 else n for i, n in enumerate(v[1].tolist())]
            return v[0].flatten(1) if len(shape) == 2 else v[0].reshape(shape)  # two dimensions: whatever the batch is
        if kind == "Flatten":
            return v[0].flatten(attributes.get("axis", 1))
        if kind == "MaxPool":
            return F.max_pool2d(v[0], attributes["kernel_shape"], attributes["strides"])
        if kind == "Resize":
            return F.interpolate(v[0], scale_factor=2.0, mode="nearest")
        raise ValueError(f"operator {kind} is not known here")
