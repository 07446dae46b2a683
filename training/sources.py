#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: sources.py CLONES DATA

Takes the pictures that the models are trained and tested on out of clones (bare or not) of public repositories into
DATA/pictures/NAME. CLONES holds one folder a repository, named OWNER+NAME (or OWNER+NAME/repo). The commits are the ones our
models were made with; another commit is used with a word. Objects that a partial clone lacks are skipped and counted."""
import os
import re
import subprocess
import sys
from dataclasses import dataclass

# Pictures of Labeled Faces in the Wild are named Somebody_0001.jpg wherever they turn up. LFW is the test: it is never
# trained on.
LFW_NAME = re.compile(r"_\d{4}\.jpg$")
PICTURE = re.compile(r"\.(jpe?g|png|pgm)$", re.IGNORECASE)


@dataclass
class Source:
    name: str  # folder under DATA/pictures
    repository: str  # OWNER+NAME
    commit: str
    prefix: str  # only files below it
    pattern: str = "."
    test: bool = False  # evaluation only
    history: bool = False  # the pictures stand in `commit`, no longer in the newest commit


SOURCES = [
    Source("fer2013", "darkbit404+FaceExp", "616dda5c946ded0fb53210ff1bccbfc0bbf1ab7a", "data/"),
    Source("utkface", "Mohanish-5744+Major_Ensemble_Gender", "2f8aa4a5932c395d465f4f58d864b6a17a1b03f6", "crop_part1/"),
    Source("utkface_full", "mattans+AgeProgression", "2d937c615a3d10408db0ea795842e569bc9eedb0", "data/UTKFace/unlabeled/"),
    Source("masks", "chandrikadeb7+Face-Mask-Detection", "7e500749401bad4bb338790fbdb89b58e41ef2d9", "dataset/"),
    Source("expressions", "muxspace+facial_expressions", "5fb9c13afac07c55eae8d25eb6b50af344ad60c9", "images/"),
    Source("deepface", "serengil+deepface", "243209fd7b46ecdecf72665cc25219f6e8181f25", "tests/unit/dataset/"),
    Source(
        "imagenet", "EliSchwartz+imagenet-sample-images", "bc69043e2862758a1906c6a24a792bb28c6bb2ff", ""
    ),  # mostly without faces
    Source("wider", "Yusepp+YOLOv8-Face", "4ed272dfa4bb6a6de95496d8c9c90bb3af8e3c5d", "WIDER_val/images/", history=True),
    Source("kitchen", "vincent317+GTEA_GAZE_PLUS-VOC2007-format-", "83ef17bad3ef3251e21aaf4d597b509d28317623", "JPEGImages/", r"0\.jpg$"),
    Source("bsds", "Sisso16+ssn_pytorch", "c4f9ac8c43397cbacbf2e2ba1505efafa769435d", "BSR/BSDS500/data/images/"),
    Source(
        "masked", "X-zhangyang+Real-World-Masked-Face-Dataset", "b6772855cc581f42b851dc53b78d4ba852cc3860", "RWMFD_part_1/"
    ),
    Source("humans", "logicdeveloperTR+Manually-Created-Face-Recognition-Model", "5f6ff72faec3faa90f4c25a2a9716148f9b4e571", "Humans/",
           history=True),
    Source("mask12k", "Karimashraf01+Face-Mask-Detection-using-MobilenetV2", "1aeb6dd6ffcfe71609ebdd45eaea621b92a6df4b",
           "Face Mask Dataset/"),
    Source("fairface", "sumanvithaeadala+EthnicityDetection", "9b001ff28a8a2e7840bcf1c01c8efb97d22471e8", "fair_face/"),
    Source("celeba", "karthikSingireddy+cs389-hw4", "702f8f7bdf59386959872d52879faac800f20ab1", "celebA/",
           r"/0(0[5-9]|10)\d+\.jpg$"),  # the first 5,000 are in deepshield, larger
    Source("deepshield", "sakshisalunkhe601+DeepShield-AI-Image-Detector", "638219f3bb8947131d5f3143e87b64ed630eb1a6",
           "backend/dataset/", "/real/"),
    Source("rafdb", "koorosh-moaveninejad+Facial-Expression-Recognition", "85308be3a8809877bb5d07dbc847f8725b0be9c9", "DATASET/"),
    Source("celeb", "matush97+faceRecognition", "e7ba6c0951ace22b43ef32fc903a7dae1babe55d", "Celeb/"),
    Source("vggface2", "Zhekuson+SVDFaces", "2c7c8ec011206224e7554e06159a45e9c570c1ee", "", "^(train|test)/n"),
    Source("members", "mysociety+theyworkforyou", "4a5b59cadb59f96e4e05d268b41a1842e1aade82", "www/docs/images/", r"/mps(L)?/"),
    Source("ffhq", "jamescalixto+face-memory", "3cc79f0bacdf44f63e432dc59bc1feb9e7070969", "faces/"),
    Source("lag", "loiswjj+Face_Recognition", "d6a2967d5b081c97f5a4e4c6b67890ff2014de03", "FaceDetection/FaceDetection/data/Pic/", test=True),
    Source("lfw", "umass-vis-lfw+umass-vis-lfw.github.io", "2a620cd8cceb10430f8c7012fe9fa5f0837759e9", "images/", test=True),
]


def git_dir(clones, source):
    for tail in ("repo", "repo/.git", ".git", ""):
        path = os.path.join(clones, source.repository, tail)
        if os.path.exists(os.path.join(path, "objects")):
            return path
    return None


def wanted(source, path):
    if not path.startswith(source.prefix) or not PICTURE.search(path) or not re.search(source.pattern, path):
        return False
    return source.test or not LFW_NAME.search(path)


def extract(source, git, folder):
    """Writes the pictures of one source; returns how many were written and how many objects were absent."""
    head = subprocess.run(["git", "-C", git, "rev-parse", "HEAD"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    if head != source.commit and not source.history:
        print(f"{source.name}: the clone is at {head[:12]}, our models were made with {source.commit[:12]}")
    tree = source.commit if source.history else "HEAD"
    listing = subprocess.run(["git", "-C", git, "ls-tree", "-r", "-z", tree], check=True, stdout=subprocess.PIPE).stdout
    entries = [e.split(b"\t", 1) for e in listing.split(b"\0") if e]
    entries = [(meta.split()[2], path.decode("utf-8", "replace")) for meta, path in entries]
    entries = [(blob, path) for blob, path in entries if wanted(source, path)]
    cat = subprocess.Popen(["git", "-C", git, "cat-file", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    written = absent = 0
    for blob, path in entries:
        cat.stdin.write(blob + b"\n")
        cat.stdin.flush()
        header = cat.stdout.readline().split()
        if header[-1] == b"missing":
            absent += 1
            continue
        content = cat.stdout.read(int(header[2]))
        cat.stdout.read(1)
        target = os.path.join(folder, path[len(source.prefix) :].lstrip("/"))
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as f:
            f.write(content)
        written += 1
    cat.stdin.close()
    cat.wait()
    return written, absent


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    clones, data = sys.argv[1:]
    for source in SOURCES:
        folder = os.path.join(data, "pictures", source.name)
        git = git_dir(clones, source)
        if os.path.isdir(folder):
            continue
        if git is None:
            print(f"{source.name}: no clone of {source.repository.replace('+', '/')} under {clones}: skipped")
            continue
        print(f"{source.name}: %d pictures, %d absent from the clone" % extract(source, git, folder), flush=True)


if __name__ == "__main__":
    main()
