# SPDX-License-Identifier: MIT
"""Several processes that train one model: each is told RANK (0, 1, ...), WORLD_SIZE, MASTER_ADDR and MASTER_PORT, as
torch.distributed wants it. On a CPU two of one thread do a third more than one of two."""
import os

import torch
from torch import distributed


class Workers:
    def __init__(self, device):
        self.rank, self.count = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
        if self.count > 1:
            distributed.init_process_group("nccl" if device == "cuda" else "gloo")

    def agree(self, model, word):
        """All take the mean of their gradients; what had no part in a worker's loss has none there. Returns rank 0's `word`, a
        number."""
        if self.count == 1:
            return word
        for p in model.parameters():
            if p.grad is None:
                p.grad = torch.zeros_like(p)
        gradients = [p.grad for p in model.parameters()]
        said = gradients[0].new_tensor([word if self.rank == 0 else 0.0])
        together = torch.cat([said] + [g.flatten() for g in gradients])
        distributed.all_reduce(together)
        for g, mean in zip(gradients, torch.split(together[1:] / self.count, [g.numel() for g in gradients])):
            g.copy_(mean.view_as(g))
        return float(together[0])
