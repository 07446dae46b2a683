#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: export_embedder.py DATA RUN FILE.onnx [--eps E] [--full-length L] [--float32]

Writes the averaged weights of an embedder's run as ONNX, convolutions as float16 unless told otherwise. The file says itself
what the program is to do with it: at which distance two faces are one person's (--eps), and how long the vector is of a face
that can be told apart without doubt (--full-length; the program's quality takes it in)."""
import argparse
import os

from embedder import export, load_run


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data"), parser.add_argument("run"), parser.add_argument("file")
    parser.add_argument("--eps", type=float)
    parser.add_argument("--full-length", type=float)
    parser.add_argument("--float32", action="store_true")
    options = parser.parse_args()
    model, whitening, quality, state = load_run(os.path.join(options.data, "runs", f"{options.run}.pt"))
    told = {"eps": options.eps, "full_length": 1 if quality else options.full_length}
    metadata = {k: v for k, v in told.items() if v is not None}
    export(model, options.file, not options.float32, metadata, whitening, quality)
    print(f"{options.file}: {os.path.getsize(options.file)} bytes, {state['seen']} faces seen")


if __name__ == "__main__":
    main()
