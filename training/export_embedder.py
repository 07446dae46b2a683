#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: export_embedder.py DATA RUN FILE.onnx [--float32]

Writes the averaged weights of an embedder's run as ONNX, convolutions as float16 unless told otherwise."""
import os
import sys

import torch

from embedder import Embedder, export


def main():
    arguments = [a for a in sys.argv[1:] if a != "--float32"]
    if len(arguments) != 3:
        sys.exit(__doc__)
    data, run, path = arguments
    model = Embedder()
    model.load_state_dict(torch.load(os.path.join(data, "runs", f"{run}.pt"), map_location="cpu")["average"])
    export(model.eval(), path, half="--float32" not in sys.argv)
    print(f"{path}: {os.path.getsize(path)} bytes")


if __name__ == "__main__":
    main()
