# SPDX-License-Identifier: MIT
"""FiftyOne's own importers. Its database is a server that its packages fetch from elsewhere; what its importers read is seen without one."""
import os

os.environ["FIFTYONE_DO_NOT_TRACK"] = "true"

from reading import FACTS, NAMES, SIDES, equal, path, run, versions  # noqa: E402

import fiftyone.utils.coco as coco  # noqa: E402
import fiftyone.utils.cvat as cvat  # noqa: E402
import fiftyone.utils.data as data  # noqa: E402
import fiftyone.utils.yolo as yolo  # noqa: E402


def yolo_is_imported():
    for side in SIDES:
        with yolo.YOLOv5DatasetImporter(dataset_dir=path("yolo"), yaml_path="data.yaml", split=side) as importer:
            found = [d for _, _, labels in importer for d in labels.detections]
        equal(len(found), FACTS["yolo"][side], f"boxes of {side}")
        equal({d.label for d in found}, set(NAMES), f"people of {side}")


def coco_is_imported():
    for side in SIDES:
        pictures, listed = path("coco", "images", side), path("coco", "annotations", f"instances_{side}.json")
        with coco.COCODetectionDatasetImporter(data_path=pictures, labels_path=listed, label_types=["detections", "keypoints"]) as importer:
            found = [labels for _, _, labels in importer]
        equal(sum(len(one["detections"].detections) for one in found), FACTS["coco"][side], f"boxes of {side}")
        equal({len(k.points) for one in found for k in one["keypoints"].keypoints}, {5}, f"keypoints of {side}")


def cvat_is_imported():
    with cvat.CVATImageDatasetImporter(data_path=path("cvat", "images"), labels_path=path("cvat", "annotations.xml")) as importer:
        found = [d for _, _, labels in importer if labels for d in labels["detections"].detections]
    equal((len(found), {d.label for d in found}), (FACTS["cvat"]["faces"], set(NAMES)), "boxes and people")


def folders_are_imported():
    for side in SIDES:
        with data.ImageClassificationDirectoryTreeImporter(dataset_dir=path("imagefolder", side)) as importer:
            found = [label.label for _, _, label in importer]
        equal((len(found), len(set(found))), (FACTS["imagefolder"][side], len(NAMES)), f"pictures and people of {side}")


versions("fiftyone")
raise SystemExit(run([yolo_is_imported, coco_is_imported, cvat_is_imported, folders_are_imported]) > 0)
