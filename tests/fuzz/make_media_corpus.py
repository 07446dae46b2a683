#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: make_media_corpus.py DIR

Writes small files of many kinds (with ffmpeg): what the fuzzer of media begins with, and what the ordinary run replays."""

import os
import subprocess
import sys

KINDS = {
    "h264.mp4": "-t 2 -c:v libx264 -g 4 -bf 2",
    "fragmented.mp4": "-t 2 -c:v libx264 -g 4 -movflags frag_keyframe+empty_moov",
    "two_tracks.mp4": "-t 1 -map 0 -map 0 -c:v mpeg4",
    "vp9.webm": "-t 1 -c:v libvpx-vp9 -cpu-used 8",
    "ffv1.mkv": "-t 0.5 -c:v ffv1",
    "mpeg4.avi": "-t 2 -c:v mpeg4 -g 4",
    "mpeg2.ts": "-r 25 -t 1 -c:v mpeg2video",
    "mpeg1.mpg": "-r 25 -t 1 -c:v mpeg1video",
    "flv.flv": "-t 1 -c:v flv1",
    "wmv.asf": "-t 1 -c:v wmv2",
    "theora.ogv": "-t 1 -c:v libtheora",
    "raw.mjpeg": "-t 1 -c:v mjpeg",
    "animation.gif": "-t 1 -c:v gif -pix_fmt rgb8",
    "animation.png": "-t 1 -f apng",
    "animation.webp": "-t 1 -c:v libwebp_anim",
    "photo.jpg": "-frames:v 1",
    "photo.png": "-frames:v 1",
    "photo.webp": "-frames:v 1 -c:v libwebp",
    "photo.bmp": "-frames:v 1",
    "photo.tif": "-frames:v 1 -compression_algo lzw -pix_fmt rgb24",
}

folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
for name, options in KINDS.items():
    subprocess.run(
        ["ffmpeg", "-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i", "testsrc2=s=48x32:r=8", *options.split()]
        + ["-bitexact", os.path.join(folder, name)],
        check=True,
    )
