# SPDX-License-Identifier: MIT
"""The detector: a luma picture goes in, and for each cell of three grids (strides 8, 16, 32) comes out how likely a face's
middle lies there, its box and its five landmarks (models/detector.md has the formula). The first layer goes to a quarter of the
size at once: maps at half the size would cost more memory traffic than all the rest. Dense 3 x 3 convolutions where features are
made, because those run near peak on a CPU; depthwise ones where weights would be many. The heads are the same for all strides."""
import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn
from torch.nn import functional

STRIDES = (8, 16, 32)
WIDTHS = (16, 24, 48, 64)  # at strides 4, 8, 16, 32
NECK = 24
SCALE = 1 / 255.0
FIRST_GUESS = -4.0  # logit of the scores before training: nearly everything is background
SIDE_EXPONENT_MAX = 6.0


class Conv(nn.Module):
    """Convolution, batch norm, ReLU (if `act`); `x + conv(x)` before the ReLU if `sum_`."""

    def __init__(self, i, o, kernel=3, stride=1, groups=1, act=True, sum_=False):
        super().__init__()
        padding = kernel // 2 if kernel % 2 else (kernel - stride) // 2  # an even kernel lies about the middle of its cell
        self.c = nn.Conv2d(i, o, kernel, stride, padding, groups=groups, bias=False)
        self.b, self.act, self.sum = nn.BatchNorm2d(o), act, sum_
        nn.init.kaiming_normal_(self.c.weight, nonlinearity="relu")

    def forward(self, x):
        y = self.b(self.c(x))
        y = y + x if self.sum else y
        return functional.relu(y) if self.act else y


def separable(i, o, stride=1):
    return nn.Sequential(Conv(i, i, 3, stride, i), Conv(i, o, 1))


class Detector(nn.Module):
    def __init__(self):
        super().__init__()
        a, c, d, e = WIDTHS
        self.down8 = nn.Sequential(Conv(1, a, 6, 4), Conv(a, c, 3, 2), Conv(c, c, sum_=True))
        self.down16 = nn.Sequential(Conv(c, d, 3, 2), Conv(d, d, sum_=True))
        self.down32 = nn.Sequential(Conv(d, e, 3, 2), Conv(e, e, sum_=True))
        self.lateral = nn.ModuleList(Conv(w, NECK, 1, act=False) for w in (c, d, e))
        self.smooth = nn.ModuleList(separable(NECK, NECK) for _ in STRIDES)
        self.tower_score, self.tower_place = separable(NECK, NECK), separable(NECK, NECK)
        self.heads = nn.ModuleDict({"score": nn.Conv2d(NECK, 1, 1), "box": nn.Conv2d(NECK, 4, 1), "lmk": nn.Conv2d(NECK, 10, 1)})
        for head in self.heads.values():
            nn.init.normal_(head.weight, std=0.01)
            nn.init.zeros_(head.bias)
        nn.init.constant_(self.heads["score"].bias, FIRST_GUESS)
        nn.init.constant_(self.heads["box"].bias[2:], 1.0)

    def forward(self, x):
        """x: n x 1 x H x W, 0..255, H and W multiples of 32. -> for each stride (score logits, boxes, landmarks)."""
        c8 = self.down8(x * SCALE)
        c16 = self.down16(c8)
        p32 = self.lateral[2](self.down32(c16))
        p16 = self.lateral[1](c16) + functional.interpolate(p32, scale_factor=2.0, mode="nearest")
        p8 = self.lateral[0](c8) + functional.interpolate(p16, scale_factor=2.0, mode="nearest")
        out = []
        for smooth, p in zip(self.smooth, (p8, p16, p32)):
            p = smooth(p)
            place = self.tower_place(p)
            out.append((self.heads["score"](self.tower_score(p)), self.heads["box"](place), self.heads["lmk"](place)))
        return out


def flat(out):
    """Score logits n x cells, boxes n x cells x 4, landmarks n x cells x 10, finest grid first."""
    score, box, marks = (torch.cat([o[k].permute(0, 2, 3, 1).flatten(1, 2) for o in out], 1).float() for k in range(3))
    return score[..., 0], box, marks


def grid(height, width):
    """Points of all cells (n x 2), and their strides (n)."""
    points, strides = [], []
    for s in STRIDES:
        y, x = torch.meshgrid(torch.arange(height // s), torch.arange(width // s), indexing="ij")
        points.append(torch.stack([x.flatten() + 0.5, y.flatten() + 0.5], 1) * s)
        strides.append(torch.full((len(points[-1]),), float(s)))
    return torch.cat(points), torch.cat(strides)


def boxes_at(points, strides, box):
    """x1 y1 x2 y2 in pixels from what the network says at `points`."""
    middle = points + box[..., :2] * strides[..., None]
    half = torch.exp(box[..., 2:].clamp(-4, SIDE_EXPONENT_MAX)) * strides[..., None] / 2
    return torch.cat([middle - half, middle + half], -1)


def fused(module):
    scale = module.b.weight / torch.sqrt(module.b.running_var + module.b.eps)
    return module.c.weight * scale[:, None, None, None], module.b.bias - module.b.running_mean * scale


class Graph:
    """An ONNX file in the making: weights of convolutions as float16, each kept once."""

    def __init__(self):
        self.nodes, self.tensors, self.kept = [], [], set()

    def _weights(self, name, weight, bias):
        if name in self.kept:
            return
        self.kept.add(name)
        self.tensors.append(numpy_helper.from_array(weight.cpu().numpy().astype(np.float16), f"{name}.weight"))
        self.tensors.append(numpy_helper.from_array(bias.cpu().numpy().astype(np.float32), f"{name}.bias"))
        self.nodes.append(
            onnx.helper.make_node("Cast", [f"{name}.weight"], [f"{name}.weight32"], to=onnx.TensorProto.FLOAT)
        )

    def node(self, kind, inputs, output, **attributes):
        self.nodes.append(onnx.helper.make_node(kind, inputs, [output], **attributes))
        return output

    def convolve(self, x, name, conv, weight, bias, output):
        self._weights(name, weight.detach(), bias.detach())
        kernel = list(conv.kernel_size)
        pads, groups, strides = list(conv.padding) * 2, conv.groups, list(conv.stride)
        inputs = [x, f"{name}.weight32", f"{name}.bias"]
        return self.node("Conv", inputs, output, kernel_shape=kernel, strides=strides, pads=pads, group=groups)

    def layer(self, x, name, module, place="", scale=1.0):
        """One Conv module; `place` tells outputs of shared weights apart, `scale` multiplies its input."""
        weight, bias = fused(module)
        y = self.convolve(x, name, module.c, weight * scale, bias, f"{name}{place}.out")
        y = self.node("Add", [y, x], f"{name}{place}.sum") if module.sum else y
        return self.node("Relu", [y], f"{name}{place}.relu") if module.act else y

    def layers(self, x, name, modules, place="", scale=1.0):
        for k, module in enumerate(modules):
            x = self.layer(x, f"{name}.{k}", module, place, scale if k == 0 else 1.0)
        return x

    def enlarged(self, x, plus):
        """x at twice the size, added to `plus`."""
        if "twice" not in self.kept:
            self.kept.add("twice")
            self.tensors.append(numpy_helper.from_array(np.array([1, 1, 2, 2], np.float32), "twice"))
        how = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
        return self.node("Add", [plus, self.node("Resize", [x, "", "twice"], f"{x}.twice", **how)], f"{plus}.sum")


@torch.no_grad()
def export(model, path, logit_shift=0.0):
    """ONNX, opset 13, as models/detector.md describes it. `logit_shift` is added to the score logits, so that 0.5 is the
    working point."""
    g = Graph()
    c8 = g.layers("luma", "down8", model.down8, scale=SCALE)
    c16 = g.layers(c8, "down16", model.down16)
    c32 = g.layers(c16, "down32", model.down32)
    l8, l16, p32 = (g.layer(x, f"lateral.{k}", model.lateral[k]) for k, x in enumerate((c8, c16, c32)))
    p16 = g.enlarged(p32, l16)
    p8 = g.enlarged(p16, l8)
    kind, outputs = onnx.TensorProto.FLOAT, []
    for k, (stride, p) in enumerate(zip(STRIDES, (p8, p16, p32))):
        p = g.layers(p, f"smooth.{k}", model.smooth[k])
        towers = {"score": g.layers(p, "tower_score", model.tower_score, f".{stride}")}
        towers["box"] = towers["lmk"] = g.layers(p, "tower_place", model.tower_place, f".{stride}")
        for name, head in model.heads.items():
            shift = logit_shift if name == "score" else 0.0
            output = f"logit_{stride}" if name == "score" else f"{name}_{stride}"
            g.convolve(towers[name], f"heads.{name}", head, head.weight, head.bias + shift, output)
            if name == "score":
                output = g.node("Sigmoid", [output], f"score_{stride}")
            shape = [1, head.out_channels, f"h{stride}", f"w{stride}"]
            outputs.append(onnx.helper.make_tensor_value_info(output, kind, shape))
    luma = onnx.helper.make_tensor_value_info("luma", kind, [1, 1, "height", "width"])
    graph = onnx.helper.make_graph(g.nodes, "whoswho-detector", [luma], outputs, g.tensors)
    onnx.save(onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 13)], producer_name="whoswho"), path)
