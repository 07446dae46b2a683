# SPDX-License-Identifier: MIT
"""RetinaFace with a MobileNet 0.25 body (Deng et al. 2019, arXiv:1905.00641), wired so that the MIT-licensed weights
mobilenet0.25_Final.pth load by name."""
import functools
import itertools
import os

import torch
import torch.nn.functional as F
from torch import nn

from engine import Engine

STRIDES = (8, 16, 32)
ANCHORS = {8: (16, 32), 16: (64, 128), 32: (256, 512)}  # sides, pixels
MEAN_BGR = (104.0, 117.0, 123.0)


def conv(i, o, kernel, stride=1, slope=None):
    layers = [nn.Conv2d(i, o, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(o)]
    return nn.Sequential(*layers, *([nn.LeakyReLU(slope)] if slope is not None else []))


def separable(i, o, stride=1, slope=0.1):
    return nn.Sequential(
        nn.Conv2d(i, i, 3, stride, 1, groups=i, bias=False),
        nn.BatchNorm2d(i),
        nn.LeakyReLU(slope),
        nn.Conv2d(i, o, 1, bias=False),
        nn.BatchNorm2d(o),
        nn.LeakyReLU(slope),
    )


class Body(nn.Module):
    def __init__(self):
        super().__init__()
        self.stage1 = nn.Sequential(
            conv(3, 8, 3, 2, 0.1),
            separable(8, 16),
            separable(16, 32, 2),
            separable(32, 32),
            separable(32, 64, 2),
            separable(64, 64),
        )
        self.stage2 = nn.Sequential(separable(64, 128, 2), *[separable(128, 128) for _ in range(5)])
        self.stage3 = nn.Sequential(separable(128, 256, 2), separable(256, 256))


class Pyramid(nn.Module):
    def __init__(self):
        super().__init__()
        self.output1, self.output2, self.output3 = (conv(i, 64, 1, 1, 0.1) for i in (64, 128, 256))
        self.merge1, self.merge2 = conv(64, 64, 3, 1, 0.1), conv(64, 64, 3, 1, 0.1)

    def forward(self, a, b, c):
        """Maps of pictures whose sides are multiples of 32."""
        a, b, c = self.output1(a), self.output2(b), self.output3(c)
        b = self.merge2(b + F.interpolate(c, scale_factor=2.0, mode="nearest"))
        a = self.merge1(a + F.interpolate(b, scale_factor=2.0, mode="nearest"))
        return a, b, c


class Context(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv3X3, self.conv5X5_1, self.conv5X5_2 = conv(64, 32, 3), conv(64, 16, 3, 1, 0.1), conv(16, 16, 3)
        self.conv7X7_2, self.conv7x7_3 = conv(16, 16, 3, 1, 0.1), conv(16, 16, 3)

    def forward(self, x):
        half = self.conv5X5_1(x)
        return F.relu(torch.cat([self.conv3X3(x), self.conv5X5_2(half), self.conv7x7_3(self.conv7X7_2(half))], 1))


class Head(nn.Module):
    def __init__(self, values):
        super().__init__()
        self.conv1x1 = nn.Conv2d(64, 2 * values, 1)


class RetinaFace(nn.Module):
    def __init__(self, weights):
        super().__init__()
        self.body, self.fpn = Body(), Pyramid()
        self.ssh1, self.ssh2, self.ssh3 = Context(), Context(), Context()
        self.ClassHead, self.BboxHead, self.LandmarkHead = (nn.ModuleList(Head(n) for _ in STRIDES) for n in (2, 4, 10))
        state = torch.load(weights, map_location="cpu")
        self.load_state_dict({k.replace("module.", ""): v for k, v in state.items()}, strict=True)
        self.eval()

    def maps(self, bgr):
        """The heads' outputs as they are: for each stride class scores, boxes, landmarks, N x values x H x W."""
        x = bgr - bgr.new_tensor(MEAN_BGR)[None, :, None, None]
        a = self.body.stage1(x)
        b = self.body.stage2(a)
        c = self.body.stage3(b)
        levels = [ssh(p) for ssh, p in zip((self.ssh1, self.ssh2, self.ssh3), self.fpn(a, b, c))]
        return [
            head.conv1x1(p)
            for heads in (self.ClassHead, self.BboxHead, self.LandmarkHead)
            for head, p in zip(heads, levels)
        ]

    def forward(self, bgr):
        """bgr: N x 3 x H x W, 0..255. -> score N x A, box N x A x 4 (x1 y1 x2 y2), landmarks N x A x 5 x 2, pixels."""
        return self.decode(self.maps(bgr), *bgr.shape[2:])

    @classmethod
    def decode(cls, maps, height, width):
        flat = [m.permute(0, 2, 3, 1).flatten(1) for m in maps]
        scores, boxes, marks = (
            torch.cat([m.reshape(m.shape[0], -1, n) for m in flat[3 * k : 3 * k + 3]], 1) for k, n in enumerate((2, 4, 10))
        )
        anchors = cls.anchors(height, width).to(scores)
        centre = anchors[:, :2] + boxes[..., :2] * 0.1 * anchors[:, 2:]
        half = anchors[:, 2:] * torch.exp(boxes[..., 2:] * 0.2) / 2
        marks = anchors[:, None, :2] + marks.reshape(*marks.shape[:2], 5, 2) * 0.1 * anchors[:, None, 2:]
        return scores.softmax(-1)[..., 1], torch.cat([centre - half, centre + half], -1), marks

    @staticmethod
    @functools.lru_cache(maxsize=64)  # pictures come in few sizes
    def anchors(height, width):
        rows = []
        for stride in STRIDES:
            for y, x in itertools.product(range(-(-height // stride)), range(-(-width // stride))):
                rows += [((x + 0.5) * stride, (y + 0.5) * stride, side, side) for side in ANCHORS[stride]]
        return torch.tensor(rows)


class QuickRetinaFace:
    """The same on the program's engine: bgr as a numpy array."""

    def __init__(self, weights):
        path = os.path.splitext(weights)[0] + ".onnx"
        if not os.path.exists(path):
            net = RetinaFace(weights)
            net.forward = net.maps
            names = [f"{kind}_{s}" for kind in ("score", "box", "lmk") for s in STRIDES]
            torch.onnx.export(net, torch.zeros(1, 3, 640, 640), path + ".part", opset_version=13, input_names=["bgr"], output_names=names)
            os.replace(path + ".part", path)
        self.engine = Engine(path)

    def __call__(self, bgr):
        maps = [torch.from_numpy(m) for m in self.engine(bgr).values()]
        return RetinaFace.decode(maps, *bgr.shape[2:])
