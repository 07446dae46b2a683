#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""usage: lanczos_parity.py LANCZOS_RUN

Pictures of many sizes scaled by ours and by OpenCV's INTER_LANCZOS4: every byte the same. Prints TAP."""
import subprocess
import sys

try:
    import cv2
    import numpy
except ImportError as missing:
    print(f"1..0 # SKIP Debian's {missing.name} is not there")
    sys.exit(0)

# from, to: the article's shrinking, growing, odd ratios, next to nothing
SIZES = [((1280, 720), (700, 394)), ((1920, 1080), (700, 394)), ((300, 480), (312, 500)), ((701, 501), (700, 500)),
         ((64, 48), (640, 480)), ((100, 7), (33, 90)), ((3, 5), (16, 2)), ((1, 1), (9, 4)), ((50, 40), (50, 40)), ((517, 333), (77, 44))]


def main():
    failed = 0
    random = numpy.random.default_rng(1)
    for i, ((width, height), (to_width, to_height)) in enumerate(SIZES):
        worst = 0
        for channels in (1, 3):
            coarse = random.integers(0, 256, (height // 4 + 1, width // 4 + 1, channels), dtype=numpy.uint8)
            picture = cv2.resize(coarse, (width, height)).reshape(height, width, channels)
            noise = random.integers(0, 256, picture.shape)
            picture = numpy.where(random.random(picture.shape) < 0.2, noise, picture).astype(numpy.uint8)
            theirs = cv2.resize(picture, (to_width, to_height), interpolation=cv2.INTER_LANCZOS4)
            theirs = theirs.reshape(to_height, to_width, channels)
            command = [sys.argv[1], *map(str, (channels, width, height, to_width, to_height))]
            ours = subprocess.run(command, input=picture.tobytes(), capture_output=True, check=True).stdout
            ours = numpy.frombuffer(ours, numpy.uint8).reshape(theirs.shape)
            worst = max(worst, int(numpy.abs(ours.astype(int) - theirs).max()))
        failed += worst != 0
        print(f"{'not ok' if worst else 'ok'} {i + 1} - {width} x {height} to {to_width} x {to_height} # largest difference {worst}")
    print(f"1..{len(SIZES)}")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
