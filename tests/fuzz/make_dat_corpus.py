#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes the seeds of fuzz_dat: small networks in dlib's format with a layer of every kind. usage: make_dat_corpus.py FOLDER"""
import bz2
import math
import os
import struct
import sys


def integer(value):
    size = max(1, (abs(value).bit_length() + 7) // 8)
    return bytes([size | (0x80 if value < 0 else 0)]) + abs(value).to_bytes(size, "little")


def real(value):
    mantissa, exponent = math.frexp(value)
    return integer(int(mantissa * 2**24)) + integer(exponent - 24)


def text(value):
    return integer(len(value)) + value.encode()


def tensor(*dims, data=None):
    count = math.prod(dims)
    values = data or [((i * 37) % 19 - 9) / 8 for i in range(count)]
    return integer(2) + b"".join(map(integer, dims)) + struct.pack(f"<{count}f", *values[:count])


def alias(*dims):
    return integer(1) + b"".join(map(integer, dims))


EMPTY = tensor(0, 0, 0, 0)
RATES = real(1) * 4
END = b"110" + 3 * EMPTY  # of a layer; the first one has an expansion factor as well


def con(filters, channels, rows, columns, stride=1, pad=0, bias=True):
    count = filters * channels * rows * columns
    head = text("con_5") + tensor(count + (filters if bias else 0), 1, 1, 1) + integer(filters)
    sizes = b"".join(map(integer, (rows, columns, stride, stride, pad, pad)))
    return head + sizes + alias(filters, channels, rows, columns) + alias(1, filters, 1, 1) + RATES + (b"1" if bias else b"0")


def affine(channels, by_channel=True, name="affine_"):
    return text(name) + tensor(2 * channels, 1, 1, 1) + alias(1, channels, 1, 1) * 2 + integer(0 if by_channel else 1) + (
        b"0" if name == "affine_2" else b"")


def batch_norm(channels, name="bn_con2"):
    ones = tensor(1, channels, 1, 1, data=[1.0] * channels)
    params = tensor(2 * channels, 1, 1, 1) + alias(1, channels, 1, 1) * 2
    return text(name) + params + 2 * EMPTY + ones * 2 + integer(9) + integer(100) + RATES + real(1e-4)


def pool(name, size, stride, pad=0):
    return text(name) + b"".join(map(integer, (size, size, stride, stride, pad, pad)))


def fc(inputs, outputs, bias):
    count = inputs * outputs
    return text("fc_3") + integer(outputs) + integer(inputs) + tensor(count + (outputs if bias else 0), 1, 1, 1) + alias(
        inputs, outputs, 1, 1) + alias(*((1, outputs, 1, 1) if bias else (0, 0, 0, 0))) + integer(0 if bias else 1) + RATES + (
            b"1" if bias else b"0")


RGB = text("input_rgb_image") + real(122.5) * 3
SIZED = text("input_rgb_image_sized") + real(122.5) * 3 + integer(12) * 2
PYRAMID = text("input_rgb_image_pyramid2") + real(122.5) * 3 + integer(10) + integer(11)
METRIC = integer(1) + text("loss_metric_2") + real(0.04) + real(0.6)
WINDOW = integer(2) + integer(40) * 2 + text("face")
MMOD = integer(1) + text("loss_mmod_") + integer(4) + integer(1) + WINDOW + real(1) * 3 + real(0.4) + real(1) + real(0.5) + real(
    1) + b"\1" + b"0" + real(100)


def first(source, details):
    return integer(3) + source + details + END + integer(1)


def layers(below, *details):
    """Layers on a network; None is a tag or a skip."""
    for d in details:
        below = integer(1) + below if d is None else integer(2) + below + d + END
    return below


def repeat(below, *blocks):
    return integer(1) + integer(len(blocks)) + b"".join(blocks) + below


def dense(channels):
    tag_on_nothing = integer(2) + 2 * EMPTY + b"0" + integer(1)
    return layers(tag_on_nothing, batch_norm(channels), text("relu_"), con(2, channels, 3, 3, 1, 1, False), None,
                  text("concat_") + integer(2))


SMALL = first(RGB, con(2, 3, 3, 3, 1, 1))
FILES = {
    "plain": layers(SMALL, affine(2), text("relu_")),
    "metric": METRIC + layers(first(SIZED, con(2, 3, 3, 3, 2)), affine(2, name="affine_2"), text("sig_"),
                              pool("avg_pool_2", 0, 1), fc(2, 3, False)),
    "mmod": MMOD + layers(first(PYRAMID, con(2, 3, 3, 3, 2)), affine(2), text("relu_"), con(1, 2, 3, 3, 1, 1)),
    "residual": METRIC + layers(SMALL, None, con(2, 2, 3, 3, 1, 1), text("add_prev_"), text("relu_"), None, con(4, 2, 3, 3, 2, 0),
                                None, None, pool("avg_pool_2", 2, 2), text("add_prev_"), text("htan_")),
    "dense": METRIC + repeat(SMALL, dense(8), dense(6), dense(4), dense(2)),
    "two": METRIC + repeat(SMALL, dense(4), dense(2)),
    "others": METRIC + layers(SMALL, text("elu_") + real(1), text("leaky_relu_") + real(0.1), text("clipped_relu_") + real(6),
                              text("prelu_") + tensor(1, 1, 1, 1) + real(0.25), text("multiply_") + real(0.5),
                              text("dropout_") + real(0.5) + EMPTY, pool("max_pool_2", 3, 2, 1), fc(2 * 6 * 6, 4, True),
                              batch_norm(4, "bn_fc2"), text("relu_")),
    "tag_on_input": integer(2) + integer(2) + RGB + 2 * EMPTY + b"0" + integer(1) + con(1, 3, 1, 1) + END,
}


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    for name, data in FILES.items():
        with open(os.path.join(folder, name + ".dat"), "wb") as file:
            file.write(data)
    with open(os.path.join(folder, "packed.dat.bz2"), "wb") as file:
        file.write(bz2.compress(FILES["plain"]))


if __name__ == "__main__":
    main()
