#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: leak.py WHOSWHO FOOTAGE WORK [RATE]

What a leak across a split is worth. FOOTAGE is made harder (small, noisy, hard compressed) and cut in two at 0.6 of its length; or it is a
folder of photos called NAME_0001.jpg, and the parts are films in which a camera moves over each photo for a second: 4 photos of each of 20
people in the first part, all others of theirs in the second. Both parts are scanned, RATE (4) samples a second. A small network learns the
people of the first part from the pictures of `export --to imagefolder`, once by the split of whoswho, and once by a random split of the same
pictures and the same sizes. Both are then asked about the second part, which neither has seen: people are matched by their mean embeddings.
What val promises beyond that is the leak.
Debian's python3-torch, python3-torchvision, python3-opencv, python3-numpy, ffmpeg."""
import collections
import csv
import glob
import json
import os
import shutil
import subprocess
import sys

import cv2
import numpy
import torch
from torch import nn
from torchvision.datasets.folder import default_loader
from torchvision.transforms import Compose, Grayscale, Resize, ToTensor

SEEDS, EPOCHS, SIDE, CUT_AT = 3, 25, 48, 0.6
HARDER = "scale=426:-2,noise=alls=14:allf=t"
PEOPLE, FIRST_PHOTOS, SHOT_FRAMES, RATE_HZ = 20, 4, 30, 25
PHOTO_PX, MOVES_PX = 250, 12  # the side of a film, which is that of the photos of LFW; how far the camera moves from the middle, and turns in degrees


def seconds_of(path):
    probe = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", path]
    return float(subprocess.run(probe, capture_output=True, check=True, text=True).stdout)


def cut(footage, work):
    """Two parts of one film."""
    at, parts = CUT_AT * seconds_of(footage), []
    for name, start, length in (("first", 0, at), ("second", at, 1e6)):
        parts.append(os.path.join(work, name + ".mp4"))
        subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", "-ss", str(start), "-t", str(length), "-i", footage, "-vf", HARDER,
                        "-an", "-c:v", "libx264", "-crf", "33", parts[-1]], check=True)
    return parts


def film(photos, path, dice):
    """A camera that moves over one photo after the other."""
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "bgr24", "-s", f"{PHOTO_PX}x{PHOTO_PX}",
               "-r", str(RATE_HZ), "-i", "-", "-vf", "noise=alls=14:allf=t", "-pix_fmt", "yuv420p", "-c:v", "libx264", "-crf", "30", path]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as encoder:
        for photo in photos:
            picture = cv2.resize(cv2.imread(photo), (PHOTO_PX, PHOTO_PX))
            begin, end = dice.uniform(-MOVES_PX, MOVES_PX, (2, 3)), dice.uniform(-MOVES_PX, MOVES_PX, (2, 3))
            for k in range(SHOT_FRAMES):
                shift = (begin + (end - begin) * k / SHOT_FRAMES)[0]
                move = cv2.getRotationMatrix2D((PHOTO_PX / 2, PHOTO_PX / 2), float(shift[2]), 1 + 0.01 * abs(float(shift[2])))
                move[:, 2] += shift[:2]
                encoder.stdin.write(cv2.warpAffine(picture, move, (PHOTO_PX, PHOTO_PX), borderMode=cv2.BORDER_REFLECT).tobytes())


def films(folder, work):
    dice, of = numpy.random.default_rng(1), collections.defaultdict(list)
    for path in sorted(glob.glob(os.path.join(folder, "*_[0-9]*.jpg"))):
        of[os.path.basename(path).rsplit("_", 1)[0]].append(path)
    chosen = [photos for photos in of.values() if len(photos) > FIRST_PHOTOS + 1][:PEOPLE]
    parts = []
    for name, photos in (("first", [p for ps in chosen for p in ps[:FIRST_PHOTOS]]), ("second", [p for ps in chosen for p in ps[FIRST_PHOTOS:]])):
        parts.append(os.path.join(work, name + ".mp4"))
        film([photos[i] for i in dice.permutation(len(photos))], parts[-1], dice)
    return parts


def library(program, clip, rate):
    out = clip.rsplit(".", 1)[0]
    shutil.rmtree(out, True)
    subprocess.run([program, "run", clip, "-o", out, "-q", "--fps", str(rate)], check=True)
    for kind in ("imagefolder", "embeddings"):
        shutil.rmtree(f"{out}_{kind}", True)
        subprocess.run([program, "export", out, "--to", kind, "-O", f"{out}_{kind}", "-q"], check=True)
    return out


def pictures(out):
    """(path, person, side) of each picture, and the mean embedding of each person."""
    vectors = numpy.load(f"{out}_embeddings/faces.npy")
    with open(f"{out}_embeddings/faces.csv", encoding="utf-8", newline="") as f:
        person = [int(row["person"]) for row in csv.DictReader(f)]
    found = []
    for metadata in glob.glob(f"{out}_imagefolder/*/metadata.jsonl"):
        folder = os.path.dirname(metadata)
        with open(metadata, encoding="utf-8") as f:
            for row in map(json.loads, f):
                found.append((os.path.join(folder, row["file_name"]), person[row["face"] - 1], os.path.basename(folder)))
    means = {p: vectors[[i for i, q in enumerate(person) if q == p]].mean(axis=0) for p in sorted(set(person)) if p >= 0}
    return sorted(found), means


def tensors(paths):
    look = Compose([Grayscale(), Resize((SIDE, SIDE)), ToTensor()])
    stack = torch.stack([look(default_loader(p)) for p in paths])
    return (stack - stack.mean(dim=(1, 2, 3), keepdim=True)) / (stack.std(dim=(1, 2, 3), keepdim=True) + 1e-3)


def learn(x, y, classes, seed):
    torch.manual_seed(seed)
    net = nn.Sequential(
        nn.Conv2d(1, 16, 5, 2, 2), nn.ReLU(), nn.Conv2d(16, 32, 3, 2, 1), nn.ReLU(), nn.Conv2d(32, 64, 3, 2, 1), nn.ReLU(),
        nn.Flatten(), nn.Dropout(0.3), nn.Linear(64 * (SIDE // 8) ** 2, classes))
    optimiser = torch.optim.Adam(net.parameters(), 1e-3, weight_decay=1e-4)
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(x)).split(32):
            optimiser.zero_grad()
            nn.functional.cross_entropy(net(x[batch]), y[batch]).backward()
            optimiser.step()
    return net.eval()


def accuracy(net, x, y):
    with torch.no_grad():
        return (net(x).argmax(1) == y).float().mean().item()


def main(program, footage, work, rate="4"):
    os.makedirs(work, exist_ok=True)
    torch.set_num_threads(1)
    first, second = (library(program, clip, rate) for clip in (films if os.path.isdir(footage) else cut)(footage, work))
    known, means = pictures(first)
    later, others = pictures(second)
    people = sorted({p for _, p, _ in known})
    place = {p: i for i, p in enumerate(people)}
    near = {q: max(people, key=lambda p: float(v @ means[p]) / float(numpy.linalg.norm(means[p]))) for q, v in others.items()}
    x, y = tensors([p for p, _, _ in known]), torch.tensor([place[p] for _, p, _ in known])
    ours = numpy.array([side for _, _, side in known])
    held_x, held_y = tensors([p for p, _, _ in later]), torch.tensor([place[near[p]] for _, p, _ in later])
    rows = []
    for seed in range(SEEDS):
        dice = numpy.random.default_rng(seed)
        for name, side in (("ours", ours), ("random", dice.permutation(ours))):
            net = learn(x[side == "train"], y[side == "train"], len(people), seed)
            rows.append((name, accuracy(net, x[side == "val"], y[side == "val"]), accuracy(net, held_x, held_y)))
    print(f"{len(people)} people; {(ours == 'train').sum()} pictures in train, {(ours == 'val').sum()} in val, {len(later)} held out; mean of {SEEDS} runs")
    for name in ("ours", "random"):
        val, held = (numpy.mean([r[k] for r in rows if r[0] == name]) for k in (1, 2))
        print(f"{name:7} val {val:.3f}, held out {held:.3f}: val promises {val - held:+.3f} too much")
    gain = numpy.mean([r[1] for r in rows if r[0] == "random"]) - numpy.mean([r[1] for r in rows if r[0] == "ours"])
    print(f"the leak: a random split's val is {gain:+.3f} above ours")


if __name__ == "__main__":
    main(*sys.argv[1:])
