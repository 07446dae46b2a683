# SPDX-License-Identifier: MIT
"""Hugging Face's datasets, pycocotools, Label Studio's SDK, NumPy."""
import contextlib
import copy
import io
import json
import os

os.environ.update(HF_HUB_OFFLINE="1", HF_DATASETS_OFFLINE="1", HF_HOME=os.getcwd())

from reading import FACTS, NAMES, SIDES, equal, path, run, versions  # noqa: E402

import datasets  # noqa: E402
import numpy  # noqa: E402
import pandas  # noqa: E402
from label_studio_sdk.converter import Converter  # noqa: E402
from label_studio_sdk.label_interface import LabelInterface  # noqa: E402
from pycocotools.coco import COCO  # noqa: E402
from pycocotools.cocoeval import COCOeval  # noqa: E402


def hugging_face_loads():
    datasets.disable_progress_bars()
    for name, side_of in (("imagefolder", {"val": "validation"}), ("chips", {"val": "validation"})):
        loaded = datasets.load_dataset("imagefolder", data_dir=path(name))
        equal({side: loaded[side_of.get(side, side)].num_rows for side in SIDES}, {side: FACTS[name][side] for side in SIDES}, f"rows of {name}")
        rows = [row for side in loaded.values() for row in side]
        equal({row["person"] for row in rows}, set(NAMES), f"people of {name}")
        equal({row["face"] for row in rows}, set(range(1, len(rows) + 1)), f"faces of {name}")
        equal(all(min(row["image"].size) > 20 for row in rows), True, f"pictures of {name}")
        print(f"# datasets: {name}: {loaded['train'].features}")


def coco_reads_itself_perfectly():
    """What is true, given as a prediction, has an average precision of 1, of boxes and of keypoints."""
    for side in SIDES:
        with contextlib.redirect_stdout(io.StringIO()):
            truth = COCO(path("coco", "annotations", f"instances_{side}.json"))
            faces = truth.loadAnns(truth.getAnnIds())
            equal(len(faces), FACTS["coco"][side], f"annotations of {side}")
            equal([c["name"] for c in truth.loadCats(truth.getCatIds())], NAMES, "categories")
            equal(all(os.path.exists(path("coco", "images", side, i["file_name"])) for i in truth.loadImgs(truth.getImgIds())), True, "pictures")
            found = truth.loadRes([{**{k: face[k] for k in ("image_id", "category_id", "bbox", "keypoints")}, "score": 1.0} for face in faces])
            for kind in ("bbox", "keypoints"):
                scored = COCOeval(truth, found, kind)
                if kind == "keypoints":
                    scored.params.kpt_oks_sigmas = numpy.full(5, 0.05)
                scored.evaluate()
                scored.accumulate()
                scored.summarize()
                equal(round(float(scored.stats[0]), 6), 1.0, f"AP of {kind}, {side}")


def label_studio_accepts():
    with open(path("labelstudio", "config.xml"), encoding="utf-8") as f:
        config = f.read()
    interface = LabelInterface(config)
    interface.validate()
    with open(path("labelstudio", "tasks.json"), encoding="utf-8") as f:
        tasks = json.load(f)
    predictions = [prediction for task in tasks for prediction in task["predictions"]]
    equal(sum(len(p["result"]) for p in predictions), FACTS["labelstudio"]["faces"], "regions")
    wrong = [interface.validate_prediction(p, return_errors=True) for p in predictions if not interface.validate_prediction(p)]
    equal(wrong, [], "predictions that are refused")
    other = copy.deepcopy(predictions[0])
    other["result"][0]["value"]["rectanglelabels"] = ["nobody of this set"]
    equal(interface.validate_prediction(other), False, "a label that is not in the interface")
    equal(list(list(interface.labels)[0])[: len(NAMES)], NAMES, "labels")


def label_studio_converts():
    """Its own converter, as its export to COCO runs it, over the predictions accepted as annotations."""
    with open(path("labelstudio", "tasks.json"), encoding="utf-8") as f:
        tasks = json.load(f)
    for number, task in enumerate(tasks):
        result = task.pop("predictions")[0]["result"]
        task.update(id=number, annotations=[{"id": number, "result": result, "was_cancelled": False, "completed_by": 1, "created_at": "2026-01-01"}])
    with open("project.json", "w", encoding="utf-8") as f:
        json.dump(tasks, f)
    with open(path("labelstudio", "config.xml"), encoding="utf-8") as f:
        converter = Converter(f.read(), os.getcwd(), download_resources=False)
    converter.convert_to_coco("project.json", "converted", is_dir=False)
    with open(os.path.join("converted", "result.json"), encoding="utf-8") as f:
        made = json.load(f)
    equal((len(made["images"]), len(made["annotations"])), (len(tasks), FACTS["labelstudio"]["faces"]), "pictures and boxes")


def numpy_and_pandas_load():
    vectors, rows = numpy.load(path("embeddings", "faces.npy")), pandas.read_csv(path("embeddings", "faces.csv"))
    equal((vectors.shape, len(rows)), ((FACTS["embeddings"]["faces"], 128), FACTS["embeddings"]["faces"]), "vectors and rows")
    means = numpy.stack([vectors[rows.person == person].mean(axis=0) for person in sorted(rows.person.unique())])
    nearest = numpy.linalg.norm(vectors[:, None] - means[None], axis=2).argmin(axis=1)
    equal((nearest == rows.person).mean(), 1.0, "faces nearest to the mean of their own person")


versions("datasets", "pycocotools", "label-studio-sdk", "numpy", "pandas")
checks = [hugging_face_loads, coco_reads_itself_perfectly, label_studio_accepts, label_studio_converts, numpy_and_pandas_load]
raise SystemExit(run(checks) > 0)
