# SPDX-License-Identifier: MIT
"""The teachers: two detectors that must agree (RetinaFace mobilenet0.25, YuNet; both MIT), and MobileFaceNet (Apache-2.0) for
identity."""
import numpy as np
import torch
from torch.nn.functional import normalize

from engine import Engine
from onnx_net import OnnxNet
from retinaface import RetinaFace

MEAN_RGB = (0.485, 0.456, 0.406)
STD_RGB = (0.229, 0.224, 0.225)


class Face:
    def __init__(self, score, box, marks):
        self.score, self.box, self.marks = float(score), box, marks  # box: x1 y1 x2 y2; marks: 5 x 2

    def eyes(self):
        """Eye distance, or what it would be face on: of a profile the eyes fall together."""
        side = np.sqrt(max(1.0, (self.box[2] - self.box[0]) * (self.box[3] - self.box[1])))
        return max(np.hypot(*(self.marks[1] - self.marks[0])), 0.3 * side)

    def mirrored(self, width):
        x1, y1, x2, y2 = self.box
        marks = self.marks[[1, 0, 2, 4, 3]].copy()
        marks[:, 0] = width - 1 - marks[:, 0]
        return Face(self.score, np.array([width - 1 - x2, y1, width - 1 - x1, y2]), marks)


def overlap(a, b):
    w = min(a[2], b[2]) - max(a[0], b[0])
    h = min(a[3], b[3]) - max(a[1], b[1])
    if w <= 0 or h <= 0:
        return 0.0
    area = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1])
    return w * h / (area - w * h)


def suppress(scores, boxes, marks, least, iou=0.4):
    faces = []
    for i in np.argsort(-scores):
        if scores[i] < least:
            break
        if all(overlap(f.box, boxes[i]) <= iou for f in faces):
            faces.append(Face(scores[i], boxes[i], marks[i]))
    return faces


class Detectors:
    """Looks at a batch of BGR pictures of one size (multiples of 32) with both detectors."""

    def __init__(self, retinaface, yunet, device="cpu"):
        self.device = device
        self.retinaface = RetinaFace(retinaface).to(device)
        self.yunet = OnnxNet(yunet).to(device)

    @torch.no_grad()
    def look(self, pictures, least=0.5):
        """For each picture: what RetinaFace sees, what it sees in the mirror (carried back), what YuNet sees."""
        x = torch.from_numpy(np.stack(pictures)).to(self.device).permute(0, 3, 1, 2).float().contiguous()
        score, box, marks = [t.cpu().numpy() for t in self.retinaface(torch.cat([x, x.flip(3)]))]
        n, looks = len(pictures), []
        for i in range(n):
            mirrored = suppress(score[n + i], box[n + i], marks[n + i], least)
            yunet = [t.cpu().numpy() for t in self.look_yunet(x[i : i + 1])]
            looks.append(
                (suppress(score[i], box[i], marks[i], least), [f.mirrored(x.shape[3]) for f in mirrored], suppress(*yunet, least))
            )
        return looks

    def look_yunet(self, x):
        out = self.yunet(x)
        parts = []
        for stride in (8, 16, 32):
            h, w = x.shape[2] // stride, x.shape[3] // stride
            row, column = torch.meshgrid(torch.arange(h), torch.arange(w), indexing="ij")
            cell = torch.stack([column.flatten(), row.flatten()], 1).to(x)
            cls, obj, box, kps = (out[f"{name}_{stride}"].reshape(h * w, -1) for name in ("cls", "obj", "bbox", "kps"))
            centre, half = (cell + box[:, :2]) * stride, torch.exp(box[:, 2:]) * stride / 2
            marks = (cell[:, None] + kps.reshape(-1, 5, 2)) * stride
            parts.append(((cls * obj).clamp(0, 1).sqrt()[:, 0], torch.cat([centre - half, centre + half], 1), marks))
        return [torch.cat(p) for p in zip(*parts)]


def agreed(looks, least_overlap=0.5, most_apart=0.2):
    """Faces seen in all three looks, with the weighted mean of their boxes and landmarks (RetinaFace's are the steadier),
    where no look's landmarks lie more than `most_apart` eye distances from the mean. Also the faces that only some looks saw:
    neither face nor background to a detector in training."""
    both, doubtful = [], []
    weights = (0.375, 0.375, 0.25)
    for f in looks[0]:
        group = [f]
        for look in looks[1:]:
            match = max(look, key=lambda g: overlap(f.box, g.box), default=None)
            if match is not None and overlap(f.box, match.box) >= least_overlap:
                group.append(match)
        if len(group) < len(looks):
            doubtful.append(f)
            continue
        marks = sum(w * g.marks for w, g in zip(weights, group))
        mean = Face(min(g.score for g in group), sum(w * g.box for w, g in zip(weights, group)), marks)
        apart = max(np.hypot(*(g.marks - marks).T).mean() for g in group) / mean.eyes()
        (both if apart < most_apart else doubtful).append(mean)
    known = both + doubtful
    doubtful += [g for look in looks[1:] for g in look if all(overlap(f.box, g.box) < least_overlap for f in known)]
    return both, doubtful


def as_colours(chips, device="cpu"):
    """n x 112 x 112 uint8 -> n x 3 x 112 x 112, as MobileFaceNet takes it: the luma in all three colours."""
    x = torch.from_numpy(np.ascontiguousarray(chips)).to(device).float()[:, None] / 255
    return (x - x.new_tensor(MEAN_RGB)[None, :, None, None]) / x.new_tensor(STD_RGB)[None, :, None, None]


class Identity:
    """MobileFaceNet on grey chips of the standard 112 frame; the mean direction of a chip and (if wanted) its mirror image.
    On a CPU by the program's own engine, on a GPU, or if wanted, in bfloat16 by PyTorch."""

    def __init__(self, path, device="cpu", half=False):
        self.device, self.by_engine = device, device == "cpu" and not half
        self.net = Engine(path) if self.by_engine else OnnxNet(path).to(device)

    @torch.no_grad()
    def directions(self, x):
        if self.by_engine:
            return normalize(torch.from_numpy(next(iter(self.net(x.numpy()).values()))))
        with torch.autocast(torch.device(self.device).type, dtype=torch.bfloat16):
            return normalize(self.net(x.contiguous(memory_format=torch.channels_last)).float())

    def embed(self, chips, mirror=True):
        """chips: n x 112 x 112 uint8 -> n x 128 float32, unit length."""
        x = as_colours(chips, self.device)
        y = self.directions(x)
        if mirror:
            y = normalize(y + self.directions(x.flip(3)))
        return y.cpu().numpy()
