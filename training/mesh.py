# SPDX-License-Identifier: MIT
"""MediaPipe's face mesh (Apache-2.0; 468 points) as a teacher of the five landmarks: steadier than those of the detectors, and with a say in whether there is
a face at all. Its points mean something else than the detectors' (the middle of an eye's outline, not of the pupil), so what it places is calibrated: an
affine map a point, fitted once against the detectors' means in the frame of the chip."""
import cv2
import numpy as np
import torch

import frame
from onnx_net import OnnxNet

SIDE = 192
ROOM = 152.0  # side of the part of the wide chip that it is shown: about 1.5 times a face, as it was trained
EYE_LEFT, EYE_RIGHT = (33, 133, 159, 145), (362, 263, 386, 374)  # corners and middles of the lids; image left is the person's right
NOSE, MOUTH_LEFT, MOUTH_RIGHT = (4,), (61,), (291,)
GROUPS = (EYE_LEFT, EYE_RIGHT, NOSE, MOUTH_LEFT, MOUTH_RIGHT)


class Mesh:
    def __init__(self, path, device="cpu"):
        self.net, self.device = OnnxNet(path).to(device), device
        self.points, self.presence = self.net.outputs

    @torch.no_grad()
    def look(self, chips):
        """Wide chips, n x 192 x 192 -> five points of each in the chip's pixels (n x 5 x 2), presence (n, 0..1)."""
        zoom = SIDE / ROOM
        offset = (frame.WIDE_SIDE - ROOM) / 2 + 4  # the frame's face lies a little below its middle
        matrix = np.array([[zoom, 0, -zoom * (frame.WIDE_SIDE - ROOM) / 2], [0, zoom, -zoom * offset]])
        seen = np.stack([cv2.warpAffine(c, matrix, (SIDE, SIDE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE) for c in chips])
        x = torch.from_numpy(seen).to(self.device).float()[:, None].expand(-1, 3, -1, -1) / 255
        out = self.net(x)
        points = out[self.points].reshape(len(chips), 468, 3)[..., :2].cpu().numpy()
        five = np.stack([points[:, list(g)].mean(1) for g in GROUPS], 1)
        presence = torch.sigmoid(out[self.presence].flatten()).cpu().numpy()
        return (five - matrix[:, 2]) / zoom, presence
