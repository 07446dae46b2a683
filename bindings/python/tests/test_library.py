# SPDX-License-Identifier: MIT
import csv
import gc
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import numpy as np
import pytest
from conftest import DEMO, PEOPLE, TRUTH

import whoswho


def picture(name):
    return os.path.join(PEOPLE, name + ".png")


def test_scan_counts_and_people(lib):
    again = lib.scan([DEMO], every_us=2_000_000)
    assert (again.inputs, again.already, again.scanned) == (1, 1, 0)
    assert [p.number for p in lib.people] == [0, 1, 2, 3, 4]
    assert sum(p.faces for p in lib.people) == 28
    assert lib.cluster(method="dbscan").method == "dbscan"


def test_one_path_is_enough(lib):
    assert lib.scan(DEMO, every_us=2_000_000).inputs == 1


def test_tables_and_arrays(lib):
    view = lib.view()
    faces = view.faces
    assert len(view) == faces.count == 28
    assert faces["x"].shape == (28,) and faces["person"].max() == 4
    assert view.sources["path"] == [DEMO]
    assert all(os.path.exists(os.path.join(lib.folder, p)) for p in faces["path"])
    assert (faces["portrait_width"] >= view.portrait_boxes[:, 2]).all()
    assert view.frames["source"].max() == 0 and view.tracks.count > 0 and view.shots.count > 0 and view.decisions.count == 0
    x, y = view.landmarks[..., 0], view.landmarks[..., 1]
    assert ((x >= faces["x"][:, None] - 5) & (x <= (faces["x"] + faces["width"])[:, None] + 5)).all()
    assert (y[:, 3] > y[:, 0]).all()
    of_first = view.faces_of(person=view.find_person(0))
    assert (faces["person"][of_first] == view.find_person(0)).all() and len(of_first) == view.people["face_count"][0]
    assert view.faces_of().size == 0 and view.find_person(99) is None and view.find_face(-5) is None
    assert view.find_face(faces["id"][3]) == 3
    assert faces["track"].max() >= 0 and 0 in [view.faces_of(track=t)[0] for t in range(view.tracks.count)]
    assert faces.row(0).number == faces["number"][0]


def test_pandas(lib):
    pandas = pytest.importorskip("pandas")
    assert len(pandas.DataFrame(lib.view().faces)) == 28


def test_embeddings_are_not_copied_and_stay(lib):
    view = lib.view()
    first, second = view.embeddings, view.embeddings
    assert first.dtype == np.float32 and first.shape == (28, 128)
    assert np.shares_memory(first, second) and not first.flags.owndata
    np.testing.assert_allclose(np.linalg.norm(first, axis=1), 1, atol=1e-4)
    with pytest.raises(ValueError):
        first[0, 0] = 1
    kept, expected = first[3:5], first[3:5].copy()
    marks, marks_expected = view.landmarks[1:], view.landmarks[1:].copy()
    assert not view.landmarks.flags.owndata
    del view, first, second
    lib.close()
    gc.collect()
    junk = [np.ones(28 * 128, np.float32) for _ in range(50)]
    assert (kept == expected).all() and (marks == marks_expected).all() and junk


def test_people_of_one_person_are_near(lib):
    view = lib.view()
    of = view.faces["person"]
    distance = np.linalg.norm(view.embeddings[:, None] - view.embeddings[None], axis=2)
    same = of[:, None] == of[None]
    assert distance[same].max() < distance[~same].min()


def test_pictures(lib):
    view = lib.view()
    assert view.portrait(0)[:2] == view.frame(0)[:2] == b"\xff\xd8"
    chip = view.chip(0, size=64, margin=0.25)
    assert chip.shape == (64, 64, 3) and chip.dtype == np.uint8 and chip.std() > 10
    with pytest.raises(whoswho.NotFound):
        lib.portrait(10**9)
    with pytest.raises(whoswho.ArgumentError):
        view.chip(0, size=100000)


def test_finder_reads_files_bytes_and_arrays(lib):
    finder = whoswho.Finder(lib.models)
    view = lib.view()
    jpeg = view.frame(0)
    from_bytes = finder.find(jpeg)
    assert from_bytes and from_bytes[0].embedding.shape == (128,) and from_bytes[0].landmark.shape == (5, 2)
    assert finder.find(np.zeros((200, 300), np.uint8)) == []
    cv2 = pytest.importorskip("cv2")
    face = finder.find(picture("sage"))[0]
    array = finder.find(np.ascontiguousarray(cv2.imread(picture("sage"))[..., ::-1]))[0]
    assert abs(face.x - array.x) < 2 and np.linalg.norm(face.embedding - array.embedding) < 0.2
    match = view.match(face.embedding, models=lib.models)
    assert match[0].recognised and not match[1].recognised and match[0].distance < match[1].distance
    for bad in (np.zeros((4, 4, 4), np.uint8), np.zeros((4, 4), np.float32)):
        with pytest.raises(ValueError):
            finder.find(bad)
    with pytest.raises(whoswho.Error):
        finder.find(b"no picture")
    with pytest.raises(whoswho.Error):
        finder.find("nowhere.png")
    with pytest.raises(whoswho.ArgumentError):
        view.match(np.zeros(5))


def test_decisions(lib):
    assert "Ada" in lib.name(0, "Ada").words
    assert lib.resort().exported.people == 5
    with pytest.raises(whoswho.NotFound, match="near it: Ada"):
        lib.name("Adda", "Eve")
    assert lib.people[0].name == "Ada"
    assert [e.kind_name for e in lib.log] == ["name"]
    with pytest.raises(whoswho.NeedsConfirmation):
        lib.merge(1, 2)
    lib.merge(1, 2, force=True)
    assert lib.resort().exported.people == 4
    lib.undo()
    assert lib.resort().exported.people == 5
    told = lib.why(1)
    assert told.rules and told.nearest[0].distance < 1 and told.person in ("Ada", *(f"Face_{i}" for i in range(5)))
    split = lib.split("Ada")
    assert len(split.side) == 2 and split.side[0].faces >= split.side[1].faces > 0


def test_faces_are_added(lib):
    view = lib.view()
    frame, face = int(view.frames["id"][0]), view.faces.row(0)
    with pytest.raises(whoswho.Error, match="there is a face already"):
        lib.add_face(frame, (face.x, face.y, face.width, face.height))
    added = lib.add_face(frame, (600, 20, 60, 70), "Eve")
    assert "was added" in added.words and 0 <= added.quality <= 1
    lib.resort()
    assert "Eve" in [p.name for p in lib.people]
    lib.undo()
    lib.resort()
    assert "Eve" not in [p.name for p in lib.people]


def test_suggestions(lib):
    view = lib.view()
    assert len(view.suggest_persons(0, 2)) == 2
    assert all(s.other >= 0 for s in view.suggest_pairs())


def test_sync_and_restore(lib, folder):
    os.rename(folder / "Face_0", folder / "Eve")
    with pytest.raises(whoswho.FoldersChanged):
        lib.export()
    assert any("Eve" in line for line in lib.sync(dry_run=True).lines) and not lib.log
    assert lib.sync().decisions == 1
    lib.resort()
    assert lib.people[0].name == "Eve"
    os.remove(folder / lib.view().faces["path"][0])
    assert lib.export(restore=True).files_written >= 1


def test_import_annotations(lib, folder, tmp_path):
    lib.export_dataset("cvat", tmp_path / "cvat")
    table = tmp_path / "cvat" / "annotations.xml"
    assert not lib.import_annotations(table, dry_run=True).lines
    table.write_text(table.read_text().replace('label="Face_0"', 'label="Eve"'))
    assert any("Eve" in line for line in lib.import_annotations(table).lines)
    assert any("Eve" in entry.words for entry in lib.log)


def test_forget(lib):
    source = lib.view().sources["path"][0]
    with pytest.raises(whoswho.NotFound):
        lib.forget("/nowhere/at/all.mp4")
    assert lib.forget(gone=True).forgotten == 0
    told = lib.forget(source)
    assert told.forgotten == 1 and len(told.lines) == 1 and len(lib.view().faces["id"]) == 0


def test_pairs_of_one_person(lib):
    view = lib.view()
    of = view.suggest_pairs_of(0, 50)
    assert all(0 in (pair.person, pair.other) for pair in of)
    assert len(of) == sum(0 in (pair.person, pair.other) for pair in view.suggest_pairs(50))


def test_vector_files(tmp_path):
    np.save(tmp_path / "x.npy", np.repeat(np.eye(4, dtype=np.float32), 5, axis=0))
    whoswho.cluster_vector_files(tmp_path / "x.npy", tmp_path / "labels.csv", method="dbscan", eps=0.5, min_samples=3)
    rows = (tmp_path / "labels.csv").read_text().split()[1:]
    assert [int(row.split(",")[1]) for row in rows] == [0] * 5 + [1] * 5 + [2] * 5 + [3] * 5


def test_tables_safe_for_spreadsheets(lib, tmp_path):
    lib.name(0, "=1+1")
    lib.resort()
    for on, name in ((True, "'=1+1"), (False, "=1+1")):
        lib.set_csv_safe(on)
        lib.export_dataset("embeddings", tmp_path / f"set{on}")
        rows = csv.DictReader((tmp_path / f"set{on}" / "faces.csv").read_text().splitlines())
        assert name in {row["name"] for row in rows}
    lib.undo()
    lib.resort()


def test_faces_without_a_label(lib, tmp_path):
    lib.export_dataset("yolo", tmp_path / "set")
    found = whoswho.check_dataset(tmp_path / "set", whoswho.Finder()).findings
    assert all(line.startswith("note: ") for line in found)
    for label in (tmp_path / "set" / "labels").rglob("*.txt"):
        label.write_text("")
    assert any("label" in line for line in whoswho.check_dataset(tmp_path / "set", whoswho.Finder()).findings[1:])
    with pytest.raises(whoswho.Error):
        whoswho.check_known(tmp_path / "set" / "data.yaml")


def test_known(lib, tmp_path):
    known = tmp_path / "known" / "Sage"
    known.mkdir(parents=True)
    (known / "a.png").write_bytes(open(picture("sage"), "rb").read())
    result = lib.known(tmp_path / "known")
    assert (result.names, result.recognised) == (1, 1) and result.lines
    lib.cluster()
    assert "Sage" in [p.name for p in lib.people]


def test_dataset_and_evaluation(lib, folder, tmp_path):
    assert "yolo" in whoswho.dataset_formats()
    made = lib.export_dataset(["yolo"], tmp_path / "set", train=80, val=20)
    assert made.classes == 5 and made.faces == 28
    assert whoswho.check_dataset(tmp_path / "set").pictures > 0
    with pytest.raises(whoswho.ArgumentError):
        lib.export_dataset("nonsense", tmp_path / "other")
    lib.close()
    score = whoswho.evaluate_people(folder, TRUTH, thresholds=[0.2, 1.0])
    assert score.scores.pair_f1 == 1 and [t.threshold for t in score.thresholds] == [0.2, 1.0]
    assert score.thresholds[0].pair_recall < 1
    with pytest.raises(whoswho.Error):
        whoswho.evaluate_pairs(folder, "nowhere.txt")


def test_models():
    models = whoswho.Models()
    assert models.detector_name and models.embedder_name in repr(models)
    in_int8 = whoswho.Models(precision="int8")
    assert in_int8.detector_name == models.detector_name
    assert (in_int8.precision, models.precision, whoswho.Models(precision="float32").precision) == ("int8", "float32", "float32")
    with pytest.raises(ValueError, match="precision"):
        whoswho.Models(precision="int4")
    names = [m.name for m in whoswho.pinned_models()]
    assert "yunet" in names and "dlib" in names
    with pytest.raises(whoswho.ArgumentError):
        whoswho.check_model("nonsense")
    with pytest.raises(whoswho.ArgumentError):
        whoswho.get_model("nonsense")
    with pytest.raises(whoswho.Error):
        whoswho.Models(detector="nowhere.onnx")
    assert whoswho.article().cluster["eps"] == 0.5 and whoswho.article().models["detector"] == "hog"
    whoswho.silence_libav()


def test_errors(tmp_path, lib):
    with pytest.raises(whoswho.Error) as failed:
        whoswho.Library(tmp_path / "nothing", create=False)
    assert failed.value.status_name.startswith("WW_ERR_") and "nothing" in failed.value.message
    with pytest.raises(TypeError, match="every_us"):
        lib.scan([DEMO], evry_us=3)
    with pytest.raises(whoswho.ArgumentError):
        lib.cluster(method="nonsense")
    with pytest.raises(whoswho.Error, match="at work"):
        whoswho.Library(lib.folder)
    view = lib.view()
    lib.close()
    for call in (lambda: lib.people, lib.view, lambda: view.embeddings, lambda: view.chip(0)):
        with pytest.raises(whoswho.Error, match="closed"):
            call()
    assert view.faces.count == 28  # read before or not: the tables are there


class Bar:
    made = []

    def __init__(self, total, desc, unit):
        self.total, self.desc, self.n, self.closed = total, desc, 0, False
        Bar.made.append(self)

    def update(self, n):
        self.n += n

    def close(self):
        self.closed = True


def test_shards_are_joined(tmp_path):
    pictures = [picture(name) for name in ("basil", "clove")]
    for shard in (1, 2):
        with whoswho.Library(tmp_path / str(shard)) as share:
            share.scan(pictures, shard=shard, shards=2)
    joined = whoswho.join([tmp_path / "2", tmp_path / "1"], tmp_path / "all")
    assert (joined.libraries, joined.files, joined.missing, joined.by_path) == (2, len(pictures), 0, 0)
    with whoswho.Library(tmp_path / "all", create=False) as library:
        assert len(library.view().faces["id"]) == joined.faces > 0
    with pytest.raises(whoswho.ArgumentError, match="holds a library already"):
        whoswho.join([tmp_path / "1"], tmp_path / "all")


def test_progress_bar_class(tmp_path):
    with whoswho.Library(tmp_path / "P") as lib:
        lib.scan([DEMO], progress=Bar, every_us=5_000_000)
    assert [(b.desc, b.closed) for b in Bar.made] == [("scan", True)] and abs(Bar.made[0].n - 100) < 1


def test_progress_cancels_and_scan_goes_on(tmp_path):
    with whoswho.Library(tmp_path / "P") as lib:
        with pytest.raises(whoswho.Cancelled):
            lib.scan([DEMO], progress=lambda p: True)
        with pytest.raises(ZeroDivisionError):
            lib.scan([DEMO], progress=lambda p: 1 // 0)
        seen = []
        assert lib.scan([DEMO], progress=seen.append, every_us=5_000_000).scanned == 1
        assert seen[-1].share == 1 and seen[0].stage == "scan"


def test_other_threads_run_meanwhile(tmp_path):
    turns, done = [], threading.Event()

    def count():
        while not done.is_set():
            turns.append(time.monotonic())
            time.sleep(0.01)

    thread = threading.Thread(target=count)
    thread.start()
    with whoswho.Library(tmp_path / "P") as lib:
        begun = time.monotonic()
        lib.scan([DEMO], threads=1)
        ended = time.monotonic()
    done.set()
    thread.join()
    assert len([t for t in turns if begun < t < ended]) >= (ended - begun) / 0.01 / 20


def test_one_library_from_many_threads(lib):
    failures = []

    def work():
        try:
            for _ in range(5):
                assert len(lib.people) == 5
                assert lib.view().embeddings.shape == (28, 128)
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_ctrl_c(tmp_path):
    script = textwrap.dedent(
        """
        import sys, whoswho
        with whoswho.Library(sys.argv[2]) as lib:
            def said(p):
                print("at work", flush=True)
            try:
                lib.scan([sys.argv[1]] , progress=said, every_us=40000, threads=1)
            except KeyboardInterrupt:
                print("interrupted", flush=True)
            print(lib.scan([sys.argv[1]], every_us=2000000).scanned, flush=True)
        """
    )
    process = subprocess.Popen([sys.executable, "-c", script, DEMO, str(tmp_path / "P")], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "at work\n"
    process.send_signal(signal.SIGINT)
    rest = process.communicate(timeout=60)[0].splitlines()
    assert [line for line in rest if line != "at work"] == ["interrupted", "1"]
