# SPDX-License-Identifier: MIT
"""Muon (K. Jordan and others, 2024): a step for weight matrices whose singular values are all made alike, so that what the
network seldom needs is learnt as fast as what it always needs."""
import torch

NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)  # the quintic of Muon's authors: brings singular values to about 1 in five rounds
ROUNDS = 5
LIKE_ADAM = 0.2  # the root mean square of AdamW's steps in practice (Moonlight, 2025): both then want the same learning rate


def orthogonal(matrix, half=False):
    """The matrix of the same singular vectors whose singular values are all about 1 (0.7 to 1.2). `half`: calculated in bfloat16, which
    is good enough for a step."""
    a, b, c = NEWTON_SCHULZ
    x = matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T
    x = x / (x.norm() + 1e-7)
    x = x.bfloat16() if half else x
    for _ in range(ROUNDS):
        square = x @ x.T
        x = torch.addmm(x, torch.addmm(square, square, square, beta=b, alpha=c), x, beta=a)
    x = x.float()
    return x if matrix.shape[0] <= matrix.shape[1] else x.T


class Muon(torch.optim.Optimizer):
    """For weights of two and more dimensions; the first is the rows."""

    def __init__(self, parameters, lr=1e-3, momentum=0.95, weight_decay=0.02, half=False):
        self.half = half
        super().__init__(parameters, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if not state:
                    state["momentum"] = torch.zeros_like(p)
                state["momentum"].lerp_(p.grad, 1 - group["momentum"])
                ahead = p.grad.lerp(state["momentum"], group["momentum"]).flatten(1)
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.add_(orthogonal(ahead, self.half).view_as(p), alpha=-group["lr"] * LIKE_ADAM * max(ahead.shape) ** 0.5)


class MuonAndAdam:
    """Muon for the matrices of `model`; AdamW for all that is none (depthwise convolutions, batch norms, biases) and for what has a
    name that begins with one of `apart`."""

    def __init__(self, model, weight_decay, apart=(), half=False):
        named = list(model.named_parameters())
        matrices = [p for name, p in named if p.dim() > 1 and p.shape[1] > 1 and not name.startswith(tuple(apart))]
        mine = {id(p) for p in matrices}
        others = [p for _, p in named if id(p) not in mine]
        groups = [{"params": [p for p in others if p.dim() > 1]}, {"params": [p for p in others if p.dim() == 1], "weight_decay": 0.0}]
        groups = [g for g in groups if g["params"]]
        self.both = Muon(matrices, weight_decay=weight_decay, half=half), torch.optim.AdamW(groups, weight_decay=weight_decay, betas=(0.9, 0.99))

    @torch.no_grad()
    def step(self, rate):
        for optimizer in self.both:
            for group in optimizer.param_groups:
                group["lr"] = rate
            optimizer.step()

    def state_dict(self):
        return [o.state_dict() for o in self.both]

    def load_state_dict(self, states):
        for optimizer, state in zip(self.both, states):
            optimizer.load_state_dict(state)
