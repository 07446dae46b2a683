# SPDX-License-Identifier: MIT
"""Datumaro, CVAT's library of formats: recognises and reads them."""
import logging

from reading import FACTS, NAMES, SIDES, equal, path, run, versions

from datumaro.components.annotation import AnnotationType
from datumaro.components.dataset import Dataset
from datumaro.components.environment import Environment


def boxes_of(dataset):
    return [a for item in dataset for a in item.annotations if a.type == AnnotationType.bbox]


def read(name, kind):
    equal(name in " ".join(Environment().detect_dataset(path(name))), True, f"{name} is recognised")
    warnings = []
    listener = logging.Handler()
    listener.emit = lambda record: warnings.append(record.getMessage())
    logging.root.addHandler(listener)
    dataset = Dataset.import_from(path(name), kind)
    equal(warnings, [], "warnings")
    labels = [label.name for label in dataset.categories()[AnnotationType.label].items]
    equal(len(boxes_of(dataset)), FACTS[name]["faces"], "boxes")
    equal(labels[: len(NAMES)], NAMES, "labels")
    equal(all(item.media.data is not None for item in dataset), True, "pictures")
    print(f"# datumaro: {name}: {len(dataset)} pictures, {len(boxes_of(dataset))} boxes of {labels}, subsets { {k: len(s) for k, s in dataset.subsets().items()} }")
    return dataset


def yolo_is_read():
    subsets = read("yolo", "yolo").subsets()
    equal({side: len(boxes_of(subsets[side])) for side in SIDES}, {side: FACTS["yolo"][side] for side in SIDES}, "boxes of the sides")


def coco_is_read():
    subsets = read("coco", "coco").subsets()
    equal({side: len(boxes_of(subsets[side])) for side in SIDES}, {side: FACTS["coco"][side] for side in SIDES}, "boxes of the sides")


def cvat_is_read():
    read("cvat", "cvat")


def the_three_agree():
    """The same boxes of the same people in the same pictures, to half a pixel."""
    said = {}
    for name in ("yolo", "coco", "cvat"):
        dataset = Dataset.import_from(path(name), name)
        labels = [label.name for label in dataset.categories()[AnnotationType.label].items]
        said[name] = sorted((item.id.split("/")[-1], labels[a.label], *(round(v) for v in a.get_bbox())) for item in dataset for a in item.annotations if a.type == AnnotationType.bbox)
    for name in ("coco", "cvat"):
        for a, b in zip(said["yolo"], said[name]):
            equal(a[:2] == b[:2] and all(abs(x - y) <= 1 for x, y in zip(a[2:], b[2:])), True, f"{a} of yolo, {b} of {name}")


versions("datumaro")
raise SystemExit(run([yolo_is_read, coco_is_read, cvat_is_read, the_three_agree]) > 0)
