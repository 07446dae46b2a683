#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""dlib's networks through our engine and through dlib itself, the same pictures through both.

usage: net_parity.py NET_RUN MMOD_ORACLE RESNET_ORACLE DENSENET_ORACLE [--all] [--frames N] [--jobs N]

Detections: every box within 2 px of dlib's, scores within 1e-3; a face only one side has counts unless its score is that near
the threshold. Descriptors: within 1e-4 (Euclidean). Every day a sample of the photos of $WW_SHARED/photos; --all takes all of
them and --frames N frames of $WW_SHARED/footage, and prints figures. Prints TAP.
"""
import argparse
import concurrent.futures
import glob
import os
import subprocess
import sys
import tempfile

BOX_PX = 2
SCORE = 1e-3
DESCRIPTOR = 1e-4
SAMPLE = 96  # every so many of the photos of lfw_dev
CHIPS = 6
MALLOC = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": "8589934592", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def skip(why):
    print(f"1..0 # SKIP {why}")
    sys.exit(0)


try:
    import cv2
    import numpy
except ImportError as missing:
    skip(f"Debian's {missing.name} is not there")


def output(*command):
    done = subprocess.run([str(c) for c in command], env={**os.environ, **MALLOC}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]}: exit {done.returncode}: {done.stderr[-500:]}")
    return done.stdout


def faces(text):
    """What both programs print: the boxes of each picture."""
    result, lines = [], iter(text.splitlines())
    for line in lines:
        count = int(line.rsplit(" ", 1)[1])
        result.append([[float(v) for v in next(lines).split()] for _ in range(count)])
    return result


def compare(ours, theirs):
    """Largest difference of sides and scores of the pairs, and how many faces have no partner."""
    sides = scores = 0.0
    left = list(ours)
    lonely = 0
    for face in theirs:
        near = min(left, key=lambda f: max(abs(a - b) for a, b in zip(f[:4], face[:4])), default=None)
        apart = max(abs(a - b) for a, b in zip(near[:4], face[:4])) if near else 1e9
        if apart > 20:
            lonely += abs(face[4]) > SCORE
            continue
        left.remove(near)
        sides, scores = max(sides, apart), max(scores, abs(near[4] - face[4]))
    return sides, scores, lonely + sum(abs(f[4]) > SCORE for f in left)


class Report:
    def __init__(self):
        self.count = self.failed = 0

    def __call__(self, good, name, note=""):
        self.count += 1
        self.failed += not good
        print(f"{'ok' if good else 'not ok'} {self.count} - {name}" + (f" # {note}" if note else ""), flush=True)


def footage_frames(shared, count, folder):
    """`count` frames spread over the clips, as PPM."""
    clips = sorted(glob.glob(os.path.join(shared, "footage", "*.mp4")))
    made = []
    for i, clip in enumerate(clips):
        share = count // len(clips) + (i < count % len(clips))
        video = cv2.VideoCapture(clip)
        total = int(video.get(cv2.CAP_PROP_FRAME_COUNT))
        for k in range(share):
            video.set(cv2.CAP_PROP_POS_FRAMES, int((k + 0.5) * total / share))
            good, frame = video.read()
            if good:
                made.append(os.path.join(folder, f"frame_{i}_{k}.ppm"))
                cv2.imwrite(made[-1], frame)
    return made


def photos_as_ppm(shared, every, folder):
    names = sorted(glob.glob(os.path.join(shared, "photos", "groups", "*")))
    names += sorted(glob.glob(os.path.join(shared, "photos", "lfw_dev", "*")))[::every]
    made = []
    for name in names:
        picture = cv2.imread(name)
        if picture is not None:
            made.append(os.path.join(folder, os.path.basename(name) + ".ppm"))
            cv2.imwrite(made[-1], picture)
    return made


def detectors(arguments, report, model, pictures, what):
    for upsample in (0, 1):
        groups = [pictures[i:: arguments.jobs * 4] for i in range(arguments.jobs * 4)]

        def both(group):
            if not group:
                return [], []
            return (faces(output(arguments.net_run, "mmod", model, upsample, *group)),
                    faces(output(arguments.mmod_oracle, model, upsample, *group)))

        sides = scores = 0.0
        lonely = total = exact = 0
        with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
            for group, (ours, theirs) in zip(groups, pool.map(both, groups)):
                for path, o, t in zip(group, ours, theirs):
                    s, c, n = compare(o, t)
                    sides, scores, lonely, total = max(sides, s), max(scores, c), lonely + n, total + len(t)
                    exact += s == 0 and n == 0
                    if s > BOX_PX or c > SCORE or n:
                        print(f"# {os.path.basename(path)} upsampled {upsample}: side {s}, score {c:.2g}, without partner {n}")
        note = f"{total} faces in {len(pictures)} pictures, {exact} with every side the same; "
        note += f"largest difference: {sides:g} px, score {scores:.2g}"
        report(sides <= BOX_PX and scores <= SCORE and lonely == 0 and total > 0, f"MMOD, {what}, upsampled {upsample}", note)


def chips(shared, size, folder):
    made = []
    for i, name in enumerate(sorted(glob.glob(os.path.join(shared, "photos", "lfw_dev", "*")))[:: 579 // CHIPS][:CHIPS]):
        made.append(os.path.join(folder, f"chip_{size}_{i}.ppm"))
        cv2.imwrite(made[-1], cv2.resize(cv2.imread(name), (size, size), interpolation=cv2.INTER_AREA))
    return made


def noise(size, folder):
    """Chips for where there are no photos."""
    made = []
    random = numpy.random.default_rng(5)
    for i in range(CHIPS):
        made.append(os.path.join(folder, f"noise_{size}_{i}.ppm"))
        coarse = random.integers(0, 256, (size // 10, size // 10, 3), dtype=numpy.uint8)
        cv2.imwrite(made[-1], cv2.resize(coarse, (size, size), interpolation=cv2.INTER_CUBIC))
    return made


def numbers(text):
    return numpy.array([[float(v) for v in line.split()] for line in text.splitlines()])


def descriptors(report, name, ours, theirs):
    apart = numpy.linalg.norm(ours - theirs, axis=1).max() if ours.shape == theirs.shape else numpy.inf
    spread = theirs.std(axis=0).max()
    length = numpy.linalg.norm(theirs, axis=1).mean()
    report(apart <= DESCRIPTOR and spread > 1e-3, name, f"largest distance {apart:.2g}; length {length:.3g}")


def networks(arguments, report, folder, shared, pictures_of):
    for what, kind, size in (("make", "run", 150), ("make-affine", "run", 150), ("zoo", "zoo-run", 80)):
        path = os.path.join(folder, what + ".dat")
        output(arguments.resnet_oracle, what, 11, path)
        pictures = pictures_of(size, folder)
        theirs = numbers(output(arguments.resnet_oracle, kind, path, *pictures))
        for backend in ([], ["--reference"]):
            ours = numbers(output(arguments.net_run, "describe", path, *backend, *pictures[: 2 if backend else None]))
            descriptors(report, f"{what} {' '.join(backend)}".strip(), ours, theirs[: len(ours)])
    packed = os.path.join(shared, "models", "face_recognition_densenet_model_v1.dat.bz2")
    if os.path.exists(packed):
        import bz2
        path = os.path.join(folder, "densenet.dat")
        with bz2.open(packed) as source, open(path, "wb") as target:
            target.write(source.read())
        pictures = pictures_of(150, folder)
        theirs = numbers(output(arguments.densenet_oracle, path, *pictures))
        for model in (packed, path):
            descriptors(report, os.path.basename(model), numbers(output(arguments.net_run, "describe", model, *pictures)), theirs)


def main():
    parser = argparse.ArgumentParser()
    for name in ("net_run", "mmod_oracle", "resnet_oracle", "densenet_oracle"):
        parser.add_argument(name)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--frames", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    arguments = parser.parse_args()
    shared = os.environ.get("WW_SHARED", "")
    model = os.path.join(shared, "models", "mmod_human_face_detector.dat")
    report = Report()
    with tempfile.TemporaryDirectory(prefix="ww-net-parity-") as folder:
        has_photos = os.path.isdir(os.path.join(shared, "photos", "lfw_dev"))
        networks(arguments, report, folder, shared, (lambda size, f: chips(shared, size, f)) if has_photos else noise)
        if os.path.exists(model) and has_photos:
            detectors(arguments, report, model, photos_as_ppm(shared, 1 if arguments.all else SAMPLE, folder), "photos")
            if arguments.frames:
                detectors(arguments, report, model, footage_frames(shared, arguments.frames, folder), "footage")
    print(f"1..{report.count}")
    return report.failed > 0


if __name__ == "__main__":
    sys.exit(main())
