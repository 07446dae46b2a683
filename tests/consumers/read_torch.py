# SPDX-License-Identifier: MIT
"""Ultralytics and torchvision: load, and train an epoch on the CPU."""
import math
import os

os.environ.update(YOLO_OFFLINE="true", YOLO_AUTOINSTALL="false", YOLO_CONFIG_DIR=os.getcwd(), CUDA_VISIBLE_DEVICES="")

from reading import FACTS, NAMES, SIDES, equal, path, run, versions  # noqa: E402

import torch  # noqa: E402
from torchvision import datasets, models, transforms  # noqa: E402
from ultralytics import YOLO  # noqa: E402

CPU = {"device": "cpu", "workers": 0, "plots": False, "verbose": False}


def labels_of(loader):
    found = loader.dataset.labels
    return len(found), sum(len(one["cls"]) for one in found)


def ultralytics_detects():
    """yolo11n from its description, without weights: one epoch, validation, test."""
    model = YOLO("yolo11n.yaml")
    model.train(data=path("yolo", "data.yaml"), epochs=1, imgsz=160, batch=8, amp=False, project="runs", **CPU)
    trainer = model.trainer
    said = FACTS["yolo"]
    seen = [labels_of(trainer.train_loader), labels_of(trainer.test_loader)]
    losses = {name: round(float(loss), 2) for name, loss in trainer.tloss.items()}
    print(f"# ultralytics: {seen[0]} pictures and labels of train, {seen[1]} of val; losses {losses}")
    equal([faces for _, faces in seen], [said["train"], said["val"]], "labels")
    equal([model.names[i] for i in range(len(model.names))], NAMES, "classes")
    equal(all(math.isfinite(loss) for loss in losses.values()), True, "finite losses")
    tested = model.val(data=path("yolo", "data.yaml"), imgsz=160, split="test", **CPU)
    equal(int(tested.nt_per_class.sum()), said["test"], "labels of test")


def ultralytics_classifies():
    model = YOLO("yolo11n-cls.yaml")
    model.train(data=path("imagefolder"), epochs=1, imgsz=64, batch=8, amp=False, project="runs", **CPU)
    said = FACTS["imagefolder"]
    equal([len(model.trainer.train_loader.dataset), len(model.trainer.test_loader.dataset)], [said["train"], said["val"]], "pictures")
    equal(len(model.names), len(NAMES), "classes")


def torchvision_trains():
    """ImageFolder: an epoch of a small network over the aligned chips."""
    shape = transforms.Compose([transforms.Resize((64, 64)), transforms.ToTensor()])
    sides = {side: datasets.ImageFolder(path("chips", side), transform=shape) for side in SIDES}
    equal([len(sides[side]) for side in SIDES], [FACTS["chips"][side] for side in SIDES], "chips")
    equal(len({tuple(side.classes) for side in sides.values()}), 1, "lists of classes")
    network = models.mobilenet_v3_small(num_classes=len(sides["train"].classes))
    step = torch.optim.SGD(network.parameters(), lr=0.01)
    for pictures, classes in torch.utils.data.DataLoader(sides["train"], batch_size=8, shuffle=True):
        loss = torch.nn.functional.cross_entropy(network(pictures), classes)
        step.zero_grad()
        loss.backward()
        step.step()
    print(f"# torchvision: classes {sides['train'].classes}, last loss {loss.item():.2f}")
    equal(bool(torch.isfinite(loss)), True, "a finite loss")


versions("ultralytics", "torch", "torchvision")
raise SystemExit(run([ultralytics_detects, ultralytics_classifies, torchvision_trains]) > 0)
