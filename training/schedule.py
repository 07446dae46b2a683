# SPDX-License-Identifier: MIT
"""The learning rate of a run that may be ended at any time: full until `cool` is asked for, then falling evenly to nothing. Half
an hour of cooling gives nearly what a cosine over the whole run would, and nobody has to know beforehand how long it will be."""
import os
import time


class Schedule:
    """Cools from the time that BASE.cool appears, for the minutes that it holds (`echo 30 > DATA/runs/RUN.cool`). BASE.stop ends
    the run at once."""

    def __init__(self, base):
        self.base, self.minutes, self.begun = base, 30.0, None

    def share(self):
        """How much of the full rate, 1 to 0; at 0 the run is over."""
        if os.path.exists(self.base + ".stop"):
            return 0.0
        if self.begun is None:
            if not os.path.exists(self.base + ".cool"):
                return 1.0
            with open(self.base + ".cool", encoding="utf-8") as f:
                self.minutes = float(f.read().strip() or self.minutes)
            self.begun = time.time()
        return max(0.0, 1 - (time.time() - self.begun) / 60 / self.minutes)
