#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Time whoswho and the article's chain in Python (article_python.py) on the same clip. Standard library only.

usage: run_python.py --whoswho BIN --python PYTHON --clip FILE [--threads 2] [--repeat 2] [--json FILE]

PYTHON belongs to a virtual environment with what a reader of the article installs:

    python3 -m venv V && V/bin/pip install "setuptools<81" face_recognition opencv-python-headless scikit-learn

which compiles dlib for this processor (cmake, g++ and, for its networks, libopenblas-dev must be there). Each detector runs with three
threads, as in the article, and with a process for each CPU; the better counts. Beside whoswho's defaults stands `--preset article`, the same
steps with the same models (those of the package face_recognition_models). Processes are confined to the first --threads CPUs, run in
turn, and the least wall time of the repeats counts; other load only ever adds."""
import argparse
import json
import pathlib
import subprocess
import sys

from run_bench import about, best, measure

HERE = pathlib.Path(__file__).parent


def parse_arguments():
    parser = argparse.ArgumentParser(description="Time whoswho against the article's chain in Python.")
    parser.add_argument("--whoswho", required=True, type=pathlib.Path)
    parser.add_argument("--python", required=True, type=pathlib.Path)
    parser.add_argument("--clip", required=True, type=pathlib.Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=2)
    parser.add_argument("--json", type=pathlib.Path, help="write the figures here, too")
    return parser.parse_args()


def models_of(python):
    """The folder of the package face_recognition_models."""
    told = subprocess.run([str(python), "-c", "import face_recognition_models as m; print(m.__path__[0])"], capture_output=True, text=True, check=False)
    if told.returncode:
        sys.exit(f"{python}: the package face_recognition_models is not installed there (pip install face_recognition)")
    return pathlib.Path(told.stdout.strip()) / "models"


def contenders(arguments, scratch):
    """name -> (command, environment); `scratch`: where they may write."""
    models = models_of(arguments.python)
    dlib = ["--embedder", models / "dlib_face_recognition_resnet_model_v1.dat", "--landmarks", models / "shape_predictor_5_face_landmarks.dat"]
    run = [arguments.whoswho, "run", arguments.clip, "--threads", arguments.threads, "--json", "-o"]
    racers = {"whoswho": [*run, scratch / "defaults"],
              "whoswho, article, hog": [*run, scratch / "article", "--preset", "article", *dlib],
              "whoswho, article, cnn": [*run, scratch / "cnn", "--preset", "article", "--detector", models / "mmod_human_face_detector.dat", *dlib]}
    for detector in ("hog", "cnn"):
        for kind, workers in (("threads", 3), ("processes", arguments.threads)):
            folder = scratch / f"{detector}-{kind}"
            racers[f"chain, {detector}, {kind}"] = [arguments.python, HERE / "article_python.py", arguments.clip, folder, "--detector", detector,
                                                    "--kind", kind, "--workers", workers]
    blas = {"OPENBLAS_NUM_THREADS": "1"}  # the workers are busy with whole frames
    return {name: ([str(part) for part in command], blas) for name, command in racers.items()}


def print_report(runs, machine):
    for key, value in machine.items():
        print(f"{key:16s} {value:.1f}" if isinstance(value, float) else f"{key:16s} {value}")
    ours = best(runs["whoswho"])["wall_s"]
    print(f"\n{'':24s}{'least s':>9s}{'CPU s':>8s}{'peak MB':>9s}{'x whoswho':>11s}")
    for name, all_runs in runs.items():
        run, peak_mb = best(all_runs), max(r["peak_mb"] for r in all_runs)
        print(f"{name:24s}{run['wall_s']:9.2f}{run['cpu_s']:8.1f}{peak_mb:9.0f}{run['wall_s'] / ours:11.1f}")
        print(f"{'':24s}  {run['said']}")


def main():
    arguments = parse_arguments()
    machine = about(arguments)
    runs = measure(arguments, contenders)
    print_report(runs, machine)
    if arguments.json:
        arguments.json.write_text(json.dumps({"machine": machine, "runs": runs}, indent=1) + "\n")


if __name__ == "__main__":
    main()
