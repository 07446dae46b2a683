# SPDX-License-Identifier: MIT
"""The embedder: inverted residuals on a 96 x 96 luma chip, 1.01 M parameters, 161 M multiply-adds, 128 values. Widths and depths are those of the
teacher, MobileFaceNet, from a quarter of the chip's side on, so that each block can first learn by itself what the teacher's
makes (hints.py). LeakyReLU, because PReLU costs a third of the training speed."""
import os
import tempfile

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn
from torch.nn import functional

import frame
from engine import inner_values

HEAD, DIM = 512, 128
QUALITY_LEAST = 0.01
SLOPE = 0.1
MEAN, SCALE = 127.5, 1 / 64.0


class Conv(nn.Module):
    """`late`: a pixel is added after the maps and none before, so that of two pixels a stride of 2 takes the second."""

    def __init__(self, i, o, kernel=1, stride=1, groups=1, act=True, late=False):
        super().__init__()
        self.c = nn.Conv2d(i, o, kernel, stride, 0 if late else kernel // 2, groups=groups, bias=False)
        self.b, self.act, self.late = nn.BatchNorm2d(o), act, late

    def forward(self, x):
        x = self.b(self.c(functional.pad(x, (0, 1, 0, 1)) if self.late else x))
        return functional.leaky_relu(x, SLOPE, inplace=True) if self.act else x


class Block(nn.Sequential):
    """Widens, looks around in each channel by itself, and narrows (MobileNet 2); what comes out is added to what goes in where both are of
    one shape."""

    def __init__(self, i, o, wide, stride=1, late=False):
        super().__init__(Conv(i, wide), Conv(wide, wide, 3, stride, wide, late=late), Conv(wide, o, act=False))
        self.residual = i == o and stride == 1

    def forward(self, x):
        y = super().forward(x)
        return x + y if self.residual else y


class Stem(nn.Sequential):
    """From the chip to maps of a quarter of its side."""

    residual = False

    def __init__(self, width):
        super().__init__(Conv(1, width, 3, 2), Conv(width, width, 3, groups=width), Conv(width, width), *Block(width, width, 2 * width, 2))


class Embedder(nn.Module):
    """f: blocks whose outputs are those of the teacher's own blocks where training begins (hints.py)."""

    def __init__(self):
        super().__init__()
        layers = [Stem(64)] + [Block(64, 64, 128) for _ in range(4)]
        layers += [Block(64, 128, 256, 2)] + [Block(128, 128, 256) for _ in range(6)]
        layers += [Block(128, 128, 512, 2, late=True)] + [Block(128, 128, 256) for _ in range(2)]
        self.f = nn.Sequential(*layers)
        self.h = Conv(128, HEAD)
        self.g = nn.Conv2d(HEAD, HEAD, 6, groups=HEAD, bias=False)
        self.gb = nn.BatchNorm2d(HEAD)
        self.fc = nn.Conv2d(HEAD, DIM, 1, bias=False)
        self.ob = nn.BatchNorm2d(DIM)

    def forward(self, x):
        """x: n x 1 x 96 x 96, normalised (see `prepare`); -> n x 128. The direction is the identity, the length how sure it
        is (0 to about 1)."""
        return self.vector(self.pooled(x))

    def pooled(self, x):
        """n x HEAD x 1 x 1: what there is to see in the chip."""
        return self.gathered(self.f(x))

    def gathered(self, maps):
        x = self.h(maps)
        return self.gb((x * self.g.weight[:, 0]).sum((2, 3), keepdim=True))  # a whole-window depthwise convolution

    def vector(self, pooled):
        return self.ob(self.fc(pooled)).flatten(1)

    def layers(self):
        """(name in the ONNX file, convolution, its batch norm), first to last."""
        for name, module in self.named_modules():
            if isinstance(module, Conv):
                yield f"{name}.c", module.c, module.b
        yield "g", self.g, self.gb
        yield "fc", self.fc, self.ob


class Quality(nn.Module):
    """How well a face can be told apart, from what the embedder has pooled and the length of its vector: the cosine to be expected
    between this vector and the middle of all other pictures of the person, brought to 0..1 (quality.py)."""

    def __init__(self):
        super().__init__()
        self.register_buffer("weight", torch.zeros(1, HEAD))
        self.register_buffer("of_length", torch.zeros(1))
        self.register_buffer("bias", torch.zeros(1))

    def forward(self, pooled, length):
        """n x HEAD, n -> n, QUALITY_LEAST to 1."""
        return ((pooled @ self.weight[0]) + length * self.of_length + self.bias).clamp(QUALITY_LEAST, 1)


class Whitening(nn.Module):
    """Takes out of unit vectors what many faces have in common, most of all what makes children look alike to the teacher: the
    mean, and the directions in which a mixed crowd spreads most (whiten.py)."""

    def __init__(self):
        super().__init__()
        self.register_buffer("weight", torch.eye(DIM))
        self.register_buffer("bias", torch.zeros(DIM))

    def forward(self, vectors):
        """n x DIM, of any length -> n x DIM, unit vectors."""
        return functional.normalize(functional.linear(functional.normalize(vectors), self.weight, self.bias))


def load_run(path):
    """What training/ has made of an embedder: the model (averaged weights), its Whitening and its Quality, None if there is
    none yet; and all that the file holds."""
    state = torch.load(path, map_location="cpu")
    model = Embedder()
    model.load_state_dict(state["average"])
    parts = []
    for kind, name in ((Whitening, "whitening"), (Quality, "quality")):
        part = kind() if name in state else None
        if part is not None:
            part.load_state_dict(state[name])
        parts.append(part)
    return model.eval(), *parts, state


def whitening_in(path):
    """The Whitening of a released ONNX file; None if it has none."""
    weights = {t.name: np.array(numpy_helper.to_array(t), np.float32) for t in onnx.load(path).graph.initializer}
    if "white.weight" not in weights:
        return None
    whitening = Whitening()
    whitening.weight.copy_(torch.from_numpy(weights["white.weight"][:, :, 0, 0]))
    whitening.bias.copy_(torch.from_numpy(weights["white.bias"]))
    return whitening


def prepare(chips, device="cpu"):
    """n x 96 x 96 uint8 -> the network's input."""
    x = torch.from_numpy(np.ascontiguousarray(chips)).to(device).float()
    return ((x - MEAN) * SCALE)[:, None].contiguous(memory_format=torch.channels_last)


@torch.no_grad()
def embed(model, chips, batch=128, mirror=True):
    """Unit vectors, as the program makes them: the mean direction of a chip and its mirror image."""
    model.eval()
    device, out = next(model.parameters()).device, []
    for i in range(0, len(chips), batch):
        x = prepare(chips[i : i + batch], device)
        y = functional.normalize(model(x).float())
        if mirror:
            y = functional.normalize(y + functional.normalize(model(x.flip(3)).float()))
        out.append(y.cpu().numpy())
    return np.concatenate(out)


def by_engine(model, chips):
    """What a model pools and its vectors as they are, n x HEAD and n x DIM, of chips as they are: several times as fast as PyTorch."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "embedder.onnx")
        export(model, path, half=False)
        out = inner_values(path, chips, {"g.out": HEAD, "fc.out": DIM})
    return torch.from_numpy(out["g.out"]), torch.from_numpy(out["fc.out"])


def embed_by_engine(model, chips):
    """As `embed`."""
    views = [functional.normalize(by_engine(model, c)[1]) for c in (chips, chips[:, :, ::-1])]
    return functional.normalize(views[0] + views[1]).numpy()


def fused(conv, norm):
    scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    return conv.weight * scale[:, None, None, None], norm.bias - norm.running_mean * scale


@torch.no_grad()
def load_folded(model, path, chips):
    """Starts from a released ONNX file (its whitening stays behind, see `whitening_in`), whose batch norms are folded away:
    measures each convolution's output on `chips` and puts a batch norm in whose statistics are those and whose scale and shift
    undo them, so that the network computes the same and can be trained on."""
    weights, hooks = {t.name: np.array(numpy_helper.to_array(t), np.float32) for t in onnx.load(path).graph.initializer}, []
    for name, conv, norm in model.layers():
        conv.weight.copy_(torch.from_numpy(weights[f"{name}.weight"]))
        norm.weight.fill_(1), norm.bias.copy_(torch.from_numpy(weights[f"{name}.bias"]))
        norm.running_mean.zero_(), norm.running_var.fill_(1 - norm.eps)

        def measure(module, inputs, output, norm=norm):
            x = inputs[0]
            norm.mean_seen, norm.var_seen = x.mean((0, 2, 3)), x.var((0, 2, 3), unbiased=False)

        hooks.append(norm.register_forward_hook(measure))
    model.eval()
    model(prepare(chips))
    for hook in hooks:
        hook.remove()
    for _, _, norm in model.layers():
        norm.running_mean.copy_(norm.mean_seen)
        norm.running_var.copy_(norm.var_seen)
        norm.bias.add_(norm.mean_seen)
        norm.weight.copy_(torch.sqrt(norm.var_seen + norm.eps))
    length = model(prepare(chips)).norm(dim=1).mean()
    model.ob.weight.mul_(0.9 / length), model.ob.bias.mul_(0.9 / length)


def export(model, path, half=True, metadata=None, whitening=None, quality=None):
    """ONNX, opset 13: input `luma` n x 1 x 96 x 96, 0..255; output `embedding` n x 128. Batch norms folded; weights of
    convolutions as float16. `metadata`: what the program should know, {"eps": 0.9}. With `whitening` (a Whitening) the direction
    is what that makes of it. With `quality` (a Quality) the length of the vector is what that says, and "full_length" 1."""
    helper, kind = onnx.helper, onnx.TensorProto
    nodes, tensors, count = [], [], 0

    def keep(name, array):
        tensors.append(numpy_helper.from_array(np.asarray(array, order="C"), name))

    def convolve(x, name, conv, norm, late=False):
        weight, bias = fused(conv, norm)
        weight = weight.detach().numpy()
        keep(f"{name}.weight", weight.astype(np.float16 if half else np.float32))
        keep(f"{name}.bias", bias.detach().numpy())
        used = f"{name}.weight"
        if half:
            nodes.append(helper.make_node("Cast", [used], [f"{name}.weight32"], to=kind.FLOAT))
            used = f"{name}.weight32"
        k, s = conv.kernel_size[0], conv.stride[0]
        pad = 0 if name == "g" else k // 2
        nodes.append(
            helper.make_node(
                "Conv",
                [x, used, f"{name}.bias"],
                [f"{name}.out"],
                kernel_shape=[k, k],
                strides=[s, s],
                pads=[0, 0, 1, 1] if late else [pad] * 4,
                group=conv.groups,
            )
        )
        return f"{name}.out"

    def act(x):
        nonlocal count
        count += 1
        nodes.append(helper.make_node("LeakyRelu", [x], [f"act{count}"], alpha=SLOPE))
        return f"act{count}"

    keep("norm.weight", np.full((1, 1, 1, 1), SCALE, np.float32))
    keep("norm.bias", np.full(1, -MEAN * SCALE, np.float32))
    nodes.append(helper.make_node("Conv", ["luma", "norm.weight", "norm.bias"], ["norm.out"], kernel_shape=[1, 1]))
    x = "norm.out"
    for k, block in enumerate(model.f):
        y = x
        for n, layer in enumerate(block):
            y = convolve(y, f"f.{k}.{n}.c", layer.c, layer.b, layer.late)
            y = act(y) if layer.act else y
        if block.residual:
            nodes.append(helper.make_node("Add", [x, y], [f"f.{k}.sum"]))
            y = f"f.{k}.sum"
        x = y
    x = act(convolve(x, "h.c", model.h.c, model.h.b))
    pooled = convolve(x, "g", model.g, model.gb)
    x = convolve(pooled, "fc", model.fc, model.ob)

    def calculate(*steps):
        for kind_of, inputs, output in steps:
            attributes = {"kernel_shape": [1, 1]} if kind_of == "Conv" else {}
            nodes.append(helper.make_node(kind_of, inputs, [output], **attributes))

    def length_of(x, name):  # not ReduceL2: OpenCV takes that and Div for a normalisation and loses the length
        calculate(("Mul", [x, x], f"{name}.squares"), ("Conv", [f"{name}.squares", "ones"], f"{name}.square"))
        calculate(("Sqrt", [f"{name}.square"], f"{name}.length"))
        return f"{name}.length"

    if whitening is not None or quality is not None:
        keep("ones", np.ones((1, DIM, 1, 1), np.float32))
        keep("spread", np.ones((DIM, 1, 1, 1), np.float32))  # OpenCV does not broadcast 1 x 1 x 1 x 1
        raw_length = length_of(x, "raw")
    if whitening is not None:
        keep("white.weight", whitening.weight.numpy().astype(np.float16 if half else np.float32)[:, :, None, None])
        keep("white.bias", whitening.bias.numpy())
        weight = "white.weight"
        if half:
            nodes.append(helper.make_node("Cast", [weight], ["white.weight32"], to=kind.FLOAT))
            weight = "white.weight32"
        calculate(
            ("Conv", [raw_length, "spread"], "raw.lengths"),
            ("Div", [x, "raw.lengths"], "raw.unit"),
            ("Conv", ["raw.unit", weight, "white.bias"], "white"),
        )
        x = "white"
    if quality is not None:
        length = raw_length if whitening is None else length_of(x, "white")
        keep("q.weight", quality.weight.numpy()[:, :, None, None])
        keep("q.bias", quality.bias.numpy())
        keep("q.of_length", quality.of_length.numpy()[None, :, None, None])
        keep("q.least", np.array(QUALITY_LEAST, np.float32)), keep("q.most", np.array(1, np.float32))
        calculate(
            ("Conv", [pooled, "q.weight", "q.bias"], "q.seen"),
            ("Conv", [raw_length, "q.of_length"], "q.sure"),
            ("Add", ["q.seen", "q.sure"], "q.sum"),
            ("Clip", ["q.sum", "q.least", "q.most"], "quality"),
            ("Div", ["quality", length], "stretch"),
            ("Conv", ["stretch", "spread"], "stretches"),
            ("Mul", [x, "stretches"], "telling"),
        )
        x = "telling"
    nodes.append(helper.make_node("Flatten", [x], ["embedding"]))
    side = frame.STUDENT_SIDE
    graph = helper.make_graph(
        nodes,
        "whoswho-embedder",
        [helper.make_tensor_value_info("luma", kind.FLOAT, ["n", 1, side, side])],
        [helper.make_tensor_value_info("embedding", kind.FLOAT, ["n", DIM])],
        tensors,
    )
    file = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], producer_name="whoswho")
    helper.set_model_props(file, {f"whoswho.{key}": str(value) for key, value in (metadata or {}).items()})
    onnx.save(file, path)
