# SPDX-License-Identifier: MIT
"""What happens to a face between the lens and the network: turned, shifted and scaled by landmarks that are off, small, out
of focus, noisy, compressed, lit from a side, covered. Everything draws from the numpy Generator it is given. Pictures are
uint8 luma."""
import functools

import cv2
import numpy as np

import frame

POOL_SIDE = 160  # chips as the trainer keeps them: the 112 frame and 24 px all round
POOL_MARGIN = (POOL_SIDE - frame.TEACHER_SIDE) // 2


def pool_chip(wide):
    cut = (frame.WIDE_SIDE - POOL_SIDE) // 2
    return wide[..., cut : cut + POOL_SIDE, cut : cut + POOL_SIDE]


def teacher_chip(pool):
    return pool[..., POOL_MARGIN : POOL_MARGIN + frame.TEACHER_SIDE, POOL_MARGIN : POOL_MARGIN + frame.TEACHER_SIDE]


def misaligned(chip, rng, amount, side=frame.STUDENT_SIDE):
    """The student's chip, or one of `side` px at the same scale, as landmarks that are off would cut it: `amount` 1 is a
    detector whose points are off by about a seventh of the eye distance. Half of the chips are mirrored."""
    angle = np.radians(rng.normal(0, 4.0) * amount)
    zoom = np.exp(rng.normal(0, 0.05) * amount)
    shift = rng.normal(0, 2.0, 2) * amount
    flip = -1.0 if rng.random() < 0.5 else 1.0
    linear = zoom * np.array([[np.cos(angle) * flip, -np.sin(angle)], [np.sin(angle) * flip, np.cos(angle)]])
    middle_from, middle_to = (POOL_SIDE - 1) / 2, (side - 1) / 2
    matrix = np.hstack([linear, (middle_to + shift - linear @ [middle_from, middle_from])[:, None]])
    return cv2.warpAffine(chip, matrix, (side,) * 2, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def smaller(chip, rng, least=14, most=70):
    """As if the chip had been cut from a face so small that the chip's side was `least`..`most` pixels of the picture; every other
    one compressed at that size, as film is: blocks are as large as eyes there."""
    side = int(np.exp(rng.uniform(np.log(least), np.log(most))))
    way_back = (cv2.INTER_LINEAR, cv2.INTER_CUBIC)[rng.integers(2)]
    small = cv2.resize(chip, (side, side), interpolation=cv2.INTER_AREA)
    if rng.random() < 0.5:
        small = compressed(small, rng, 25, 90)
    return cv2.resize(small, chip.shape[::-1], interpolation=way_back)


def motion_blur(chip, rng):
    length = int(rng.integers(3, 10))
    kernel = np.zeros((length, length), np.float32)
    angle = rng.uniform(0, np.pi)
    middle = (length - 1) / 2
    for t in np.linspace(-middle, middle, 2 * length):
        kernel[int(round(middle + t * np.sin(angle))), int(round(middle + t * np.cos(angle)))] = 1
    return cv2.filter2D(chip, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE)


@functools.lru_cache(maxsize=1)
def stock_of_grain():
    return np.random.default_rng(1).standard_normal(1 << 21, dtype=np.float32)


def grain(shape, rng, spread):
    """Normal noise, cut anywhere from a stock of it: drawn anew it would cost more than all that is done to a picture."""
    stock, size = stock_of_grain(), shape[0] * shape[1]
    begin = rng.integers(len(stock) - size)
    return stock[begin : begin + size].reshape(shape) * np.float32(spread)


def noisy(chip, rng):
    noise = grain(chip.shape, rng, rng.uniform(1, 14))
    if rng.random() < 0.4:  # grain of a shrunk or denoised picture: blotches
        noise = cv2.GaussianBlur(noise, (0, 0), rng.uniform(0.6, 1.5)) * 2
    return np.clip(chip + noise, 0, 255).astype(np.uint8)


def compressed(chip, rng, least=12, most=80):
    return cv2.imdecode(
        cv2.imencode(".jpg", chip, [cv2.IMWRITE_JPEG_QUALITY, int(rng.uniform(least, most))])[1], cv2.IMREAD_GRAYSCALE
    )


def relit(chip, rng, dark=0.1):
    """Another exposure, contrast and gamma; one in five with light from a side; a share of `dark` in the dark."""
    curve = (np.arange(256, dtype=np.float32) / 255) ** np.exp(rng.normal(0, 0.3))
    curve = (curve - 0.5) * np.exp(rng.normal(0, 0.22)) + 0.5 + rng.normal(0, 0.08)
    if rng.random() < dark:
        curve = curve * rng.uniform(0.12, 0.5)
    x = np.clip(curve, 0, 1)[chip]
    if rng.random() < 0.2:
        slope = np.linspace(*rng.uniform(-0.6, 0.6, 2), chip.shape[0], dtype=np.float32)
        x = x * np.exp(slope[None] if rng.random() < 0.75 else slope[:, None])
    return (np.clip(x, 0, 1) * 255).astype(np.uint8)


def covered(chip, rng):
    """A patch, sunglasses or a mask, drawn where the 96 px template has them."""
    chip, kind = chip.copy(), rng.random()
    shade = int(rng.integers(0, 256))
    side = chip.shape[0]
    if kind < 0.25:
        y = int(43 + rng.normal(0, 2))
        half = int(rng.uniform(7, 12))
        for x in (30, 66):
            cv2.ellipse(
                chip, (int(x + rng.normal(0, 1.5)), y), (int(half * rng.uniform(1.1, 1.6)), half), 0, 0, 360, shade // 3, -1
            )
        cv2.line(chip, (30, y - 2), (66, y - 2), shade // 3, 2)
    elif kind < 0.5:
        top = int(rng.uniform(54, 66))
        shape = np.array([[4, top + 8], [48, top], [92, top + 8], [86, side], [10, side]]) + rng.integers(-3, 4, (5, 2))
        cv2.fillPoly(chip, [shape.astype(np.int32)], shade)
        for line in range(int(rng.integers(0, 4))):
            cv2.line(chip, (12, top + 12 + 7 * line), (84, top + 12 + 7 * line), max(0, shade - 25), 1)
    else:
        h, w = rng.integers(8, 38, 2)
        y, x = rng.integers(0, side - h), rng.integers(0, side - w)
        chip[y : y + h, x : x + w] = shade if rng.random() < 0.6 else rng.integers(0, 256, (h, w))
    return chip


def degraded(chip, rng, strength=1.0):
    """The optics, the sensor and the codec, in that order; `strength` scales how often."""

    def happens(share):
        return rng.random() < share * strength

    if happens(0.6):
        chip = relit(chip, rng)
    if happens(0.1):
        chip = covered(chip, rng)
    if happens(0.12):
        chip = cv2.GaussianBlur(chip, (0, 0), rng.uniform(0.4, 2.2))
    elif happens(0.06):
        chip = motion_blur(chip, rng)
    if happens(0.45):
        chip = smaller(chip, rng)
    if happens(0.2):
        chip = noisy(chip, rng)
    if happens(0.25):
        chip = compressed(chip, rng)
    return chip


def blend(a, b, rng):
    """A face that never was: two wide chips joined along a soft seam or mixed evenly. The teacher says who it is."""
    a, b = a.astype(np.float32), b.astype(np.float32)
    if rng.random() < 0.5:
        b = (b - b.mean()) / (b.std() + 1e-3) * a.std() + a.mean()
    if rng.random() < 0.5:
        angle = rng.uniform(0, 2 * np.pi)
        y, x = np.mgrid[: a.shape[0], : a.shape[1]].astype(np.float32) - (a.shape[0] - 1) / 2
        seam = (np.cos(angle) * x + np.sin(angle) * y) / rng.uniform(2, 12) - rng.normal(0, 1.5)
        weight = 1 / (1 + np.exp(-np.clip(seam, -20, 20)))
    else:
        weight = rng.uniform(0.3, 0.7)
    return np.clip(a * weight + b * (1 - weight), 0, 255).astype(np.uint8)
