#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""dlib's detectors and descriptors: ours against dlib's own code, one thread, in turns.

usage: dlib_bench.py BUILD_DIR [--rounds 5] [--only NAME]
BUILD_DIR is a release build with tests; needs g++, libdlib-dev, libopenblas-dev, and the models of ../shared ($WW_SHARED).

The peer is Debian's dlib with the programs of tests/parity/dlib compiled -O3 -march=native, BLAS: OpenBLAS with one thread. Its
time hangs on malloc, so it runs twice: as it is, and told to keep large blocks. Each program repeats a call and prints the least
processor time (user and system: what malloc costs is in the latter); a round runs each program once, and the least of all rounds
counts (other load only adds). The share of peak is the arithmetic of the network, summed directly, over what one core can do, which
is measured in the same round by a loop of multiply-adds; Winograd's filtering needs less of it, so that share can pass 100%.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PARITY = HERE.parent / "tests" / "parity" / "dlib"
TUNED_MALLOC = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": "8589934592"}
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
FRAME = (700, 394)
MMOD_LAYERS = ((16, 3, 5, 2), (32, 16, 5, 2), (32, 32, 5, 2), (45, 32, 5, 1), (45, 45, 5, 1), (45, 45, 5, 1), (1, 45, 9, 1))
MMOD_PLANE = {0: (722, 1451), 1: (1424, 2889)}  # of a 700x394 frame, as it is and doubled
RESNET_FLOP = 0.542e9  # 29 convolutions on a 150x150 chip


def mmod_flop(upsample):
    width, height = MMOD_PLANE[upsample]
    total = 0
    for filters, channels, size, stride in MMOD_LAYERS:
        width, height = ((width - size) // 2 + 1, (height - size) // 2 + 1) if stride == 2 else (width, height)
        total += 2 * filters * channels * size * size * width * height
    return total


def peer_program(folder, name, libraries=("-ldlib", "-lopenblas")):
    """An oracle of tests/parity/dlib, compiled as the fastest peer; built once."""
    program, source = folder / f"peer_{name}", PARITY / f"{name}_oracle.cpp"
    if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
        print(f"building {program.name} (minutes, once) ...", file=sys.stderr, flush=True)
        command = ["g++", "-std=c++17", "-O3", "-march=native", "-DNDEBUG", "-w", f"-I{PARITY}", source, "-o", program, *libraries]
        subprocess.run(command, check=True)
    return str(program)


def peak_program(folder):
    program = folder / "fma_peak"
    if not program.exists():
        subprocess.run(["gcc", "-O3", "-march=native", str(HERE / "fma_peak.c"), "-o", str(program)], check=True)
    return str(program)


def seconds(command, environment):
    env = {**os.environ, **ONE_THREAD, **environment}
    done = subprocess.run([str(c) for c in command], env=env, capture_output=True, text=True, check=False)
    for line in done.stdout.splitlines():
        if line.startswith("time "):
            return float(line.split()[1])
    sys.exit(f"{' '.join(map(str, command))}: exit {done.returncode}, no time printed: {done.stderr[-500:]}")


def shared(name):
    folder = os.environ.get("WW_SHARED", str(HERE.parent.parent / "shared"))
    path = pathlib.Path(folder) / name
    if not path.exists():
        sys.exit(f"{path} is not there; WW_SHARED names the folder of models and photos")
    return path


def pictures(folder):
    import cv2
    group = cv2.imread(str(sorted(shared("photos/groups").iterdir())[0]))
    frame, chip = str(folder / "frame.ppm"), str(folder / "chip.ppm")
    cv2.imwrite(frame, cv2.resize(group, FRAME, interpolation=cv2.INTER_AREA))
    cv2.imwrite(chip, cv2.resize(group, (150, 150), interpolation=cv2.INTER_AREA))
    return frame, chip


def races(build, folder):
    """name -> (our command, the peer's command, floating point operations of the network or 0)."""
    ours = build / "tests" / "parity" / "dlib" / "net_run"
    frame, chip = pictures(folder)
    model = shared("models/mmod_human_face_detector.dat")
    mmod, resnet, hog = peer_program(build, "mmod"), peer_program(build, "resnet"), peer_program(build, "hog")
    our_hog = ours.with_name("hog_run")
    weights = folder / "resnet.dat"
    subprocess.run([resnet, "make-affine", "3", str(weights)], check=True)
    return {
        "MMOD 700x394": ([ours, "mmod", model, 0, "--time", 5, frame], [mmod, model, 0, "--time", 2, frame], mmod_flop(0)),
        "MMOD 700x394, upsampled": (
            [ours, "mmod", model, 1, "--time", 3, frame], [mmod, model, 1, "--time", 1, frame], mmod_flop(1)),
        "HOG 700x394": ([our_hog, "hog", 0, "--time", 40, frame], [hog, 0, "--time", 15, frame], 0),
        "HOG 700x394, upsampled": ([our_hog, "hog", 1, "--time", 15, frame], [hog, 1, "--time", 5, frame], 0),
        "ResNet-29, a face": (
            [ours, "describe", weights, "--time", 10, chip], [resnet, "run", weights, "--time", 4, chip], RESNET_FLOP),
    }


def main():
    parser = argparse.ArgumentParser(description="Time our reading of dlib's models against dlib.")
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="races whose name holds this")
    arguments = parser.parse_args()
    build = arguments.build.resolve()
    with tempfile.TemporaryDirectory(prefix="ww-dlib-bench-") as scratch:
        field = {name: race for name, race in races(build, pathlib.Path(scratch)).items() if arguments.only in name}
        best = {name: [float("inf")] * 4 for name in field}
        peak = [peak_program(build)]
        for _ in range(arguments.rounds):
            for name, (ours, peer, _) in field.items():
                turns = ((ours, {}), (peer, {}), (peer, TUNED_MALLOC), (peak, {}))
                for i, (command, environment) in enumerate(turns):
                    best[name][i] = min(best[name][i], seconds(command, environment))
    print(f"{'':26}{'ours':>10}{'dlib':>10}{'tuned':>10}{'dlib/ours':>11}{'tuned/ours':>12}{'of peak':>9}")
    for name, (ours, plain, tuned, fma) in best.items():
        share = f"{field[name][2] / ours * fma / 1e9:.0%}" if field[name][2] else ""
        print(f"{name:26}{1e3 * ours:8.2f}ms{1e3 * plain:8.1f}ms{1e3 * tuned:8.1f}ms{plain / ours:11.1f}{tuned / ours:12.1f}{share:>9}")


if __name__ == "__main__":
    main()
