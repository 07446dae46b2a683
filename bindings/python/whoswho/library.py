# SPDX-License-Identifier: MIT
"""A library: one output folder and its store."""
from __future__ import annotations

import os
import threading
from typing import Any, Callable, Iterable, List, Optional, Sequence

from ._core import Collector, Error, Record, Reporter, Status, check, ffi, lib, new, optional, path_bytes, record, run, strings
from .finder import Finder
from .models import Models
from .view import View

KINDS = {"name": 0, "merge": 1, "split": 2, "reject": 3, "same": 4, "different": 5, "ignore": 6, "nobody": 7, "undo": 8, "redo": 9, "cover": 12}


class Library:
    """Opens (and makes, unless create=False) the library in a folder.

    Methods may be called from any thread; they take turns. Those that take long accept progress=: a function that is
    given a record (stage, share, done, faces, now) and cancels by returning true, or a bar class such as tqdm. Ctrl-C
    cancels; what was done so far is kept, and the next call continues.
    """

    def __init__(self, folder="ClusteredFaces", create: bool = True, models: Optional[Models] = None):
        self.folder = os.fspath(folder)
        self._models, self._lock, self._reporter = models, threading.RLock(), Reporter()
        out, err = ffi.new("ww_library **"), ffi.new("ww_error *")
        check(lib.ww_library_open(path_bytes(folder), 1 if create else 0, self._reporter.callbacks, out, err), err)
        self._pointer = ffi.gc(out[0], lib.ww_library_close)

    def close(self) -> None:
        """Closes the store. Views keep what they have read; their arrays stay valid for as long as anything holds them."""
        with self._lock:
            if self._pointer is not None:
                ffi.release(self._pointer)
            self._pointer = None

    def __enter__(self) -> "Library":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Library({self.folder!r})"

    @property
    def models(self) -> Models:
        """Those given, else the ones compiled in, in the library's precision, opened when they are first wanted."""
        if self._models is None:
            out = ffi.new("ww_models **")
            self._call(lib.ww_library_models_open, ffi.NULL, out)
            self._models = Models._taken(out[0])
        return self._models

    def _call(self, function: Callable, *arguments: Any, progress=None) -> None:
        """function(library, *arguments, err), with the lock held and the GIL released."""
        with self._lock:
            if self._pointer is None:
                raise Error(Status.ARGUMENT, f"the library {self.folder!r} is closed")
            err = ffi.new("ww_error *")
            check(self._reporter.during(progress, lambda: function(self._pointer, *arguments, err)), err)

    # --- footage to folders

    def scan(self, inputs: Iterable, progress=None, **options: Any) -> Record:
        """Finds the faces in videos, photos and folders of either.

        Options are those of ww_scan_options: every_us (microseconds between samples), detect_size, min_face_px,
        min_score, frame_max_px, threads, no_track, shrink_width, shrink_height, near_times, fast,
        portrait_width, count_frames, hwaccel ("auto", "cuda", ...), shard and shards (see join). Returns the counts of ww_scan_result; a file that cannot be read is logged and counted (unreadable).
        """
        keep: list = []
        if isinstance(inputs, (str, bytes, os.PathLike)):
            inputs = [inputs]
        paths, count = strings(inputs, keep)
        result = new("ww_scan_result")
        self._call(lib.ww_library_scan, self.models._pointer, paths, count, new("ww_scan_options", keep, **options), result, progress=progress)
        return record(result)

    def cluster(self, progress=None, **options: Any) -> Record:
        """Groups the faces into people. Options: method, eps, threshold, min_samples, min_quality, threads."""
        keep: list = []
        result = new("ww_cluster_result")
        self._call(lib.ww_library_cluster, new("ww_cluster_options", keep, **options), result, progress=progress)
        return record(result)

    def export(self, restore: bool = False, progress=None) -> Record:
        """Writes the folders; restore=True also what was moved or deleted by hand."""
        result = new("ww_export_result")
        self._call(lib.ww_library_restore if restore else lib.ww_library_export, result, progress=progress)
        return record(result)

    def set_csv_safe(self, on: bool = True) -> None:
        """Whether tables are safe to open in a spreadsheet: a ' before names such as =1+1. Kept in the library."""
        self._call(lib.ww_library_set_csv_safe, int(on))

    def export_dataset(self, formats, out, progress=None, **options: Any) -> Record:
        """Writes a data set for training elsewhere. formats: a name or several (dataset_formats() lists them).

        Options are those of ww_dataset_options: unlabelled (0 blur, 1 unknown, 2 leave out), named_only, train, val,
        test, seed, near_duplicate, chip_size, best, per_track, apart, crop, picture_width, quality, margin, box,
        picture_format (-1 by the format, 0 JPEG, 1 PNG, 2 WebP).
        """
        keep: list = []
        names = formats if isinstance(formats, str) else ",".join(formats)
        result = new("ww_dataset_result")
        self._call(lib.ww_library_export_dataset, new("ww_dataset_options", keep, formats=names, out=out, **options), result, progress=progress)
        return record(result)

    # --- decisions

    def decide(self, kind: str, *who, text: Optional[str] = None, force: bool = False) -> Record:
        """Records a decision (name, merge, reject, same, different, ignore, nobody, cover, undo, redo);
        see resort().

        who: people by number, "Face_3" or name; faces by the path of their portrait.
        """
        keep: list = []
        operands, count = strings([str(w) if isinstance(w, int) else w for w in who], keep)
        decision = new("ww_decision", keep, kind=KINDS[kind], who=operands, count=count, text=text, force=int(force))
        result = new("ww_decision_result")
        self._call(lib.ww_library_decide, decision, result)
        return record(result)

    def name(self, who, name: Optional[str], force: bool = False) -> Record:
        """Gives a person a name (None takes it away)."""
        return self.decide("name", who, text=name, force=force)

    def merge(self, *who, force: bool = False) -> Record:
        """Makes people one."""
        return self.decide("merge", *who, force=force)

    def add_face(self, frame: int, box, name: Optional[str] = None) -> Record:
        """Adds a face that the scan missed: frame is the id of a frame of a view, box (x, y, width, height) in its pixels.

        The record tells the face's id, its quality, the entry in the journal, and in words what was understood.
        """
        keep: list = []
        x, y, width, height = box
        face = new("ww_new_face", keep, frame=frame, x=x, y=y, width=width, height=height, name=name)
        result = new("ww_added_face")
        self._call(lib.ww_library_add_face, self.models._pointer, face, result)
        return record(result)

    def undo(self) -> Record:
        """Takes the last decision back."""
        return self.decide("undo")

    def split(self, who, apply: bool = False) -> Record:
        """How the faces of a person fall into two: sides, separation, within, between; with apply they are two from now on."""
        keep: list = []
        proposal = new("ww_split_proposal")
        self._call(lib.ww_library_split, optional(str(who), keep), int(apply), proposal, ffi.NULL)
        return record(proposal)

    def sync(self, dry_run: bool = False) -> Record:
        """Reads what was done to the folders by hand; `lines` says what was understood. resort() follows."""
        told, result = Collector(), new("ww_sync_result")
        self._call(lib.ww_library_sync, int(dry_run), lib.whoswho_line, told.handle, result)
        return Record(lines=told.finish(), **vars(record(result)))

    def forget(self, *paths, gone: bool = False) -> Record:
        """Takes files, all files below a folder, or with gone those deleted since out of the library; resort() follows."""
        keep: list = []
        files, count = strings(paths, keep)
        told, result = Collector(), new("ww_forget_result")
        self._call(lib.ww_library_forget, files, count, int(gone), lib.whoswho_line, told.handle, result)
        return Record(lines=told.finish(), **vars(record(result)))

    def import_annotations(self, *files, dry_run: bool = False, models: Optional[Models] = None) -> Record:
        """Decisions from what was changed in CVAT, Label Studio or a photo manager; `lines` says what was understood.

        models: a labelled box without a face is looked at once more. resort() follows.
        """
        keep: list = []
        names, count = strings(files, keep)
        options = new("ww_import_options", keep, dry_run=int(dry_run))
        if models:
            options.models = models._pointer
        told, result = Collector(), new("ww_import_result")
        self._call(lib.ww_library_import, names, count, options, lib.whoswho_line, told.handle, result)
        return Record(lines=told.finish(), **vars(record(result)))

    def known(self, folder) -> Record:
        """Names people after pictures of known ones, one folder a name; cluster again afterwards."""
        keep: list = []
        told, result = Collector(), new("ww_known_result")
        self._call(lib.ww_library_known, self.models._pointer, optional(folder, keep), lib.whoswho_line, told.handle, result)
        return Record(lines=told.finish(), **vars(record(result)))

    def resort(self) -> Record:
        """Sorts again with the options last used and writes the folders: a decision, seen."""
        clustered, exported = new("ww_cluster_result"), new("ww_export_result")
        self._call(lib.ww_library_resort, clustered, exported)
        return Record(clustered=record(clustered), exported=record(exported))

    # --- reading

    @property
    def people(self) -> List[Record]:
        """The people: number, name, folder, faces, ignored."""
        found = Collector()
        self._call(lib.ww_library_people, lib.whoswho_person, found.handle)
        return [p for p in found.finish() if p.faces]

    @property
    def log(self) -> List[Record]:
        """The journal of decisions: number, time_s, kind, kind_name, words, undone."""
        found = Collector()
        self._call(lib.ww_library_log, lib.whoswho_entry, found.handle)
        return found.finish()

    def why(self, face) -> Record:
        """Why a face (the path of its portrait, or its number) is where it is: person, rules, nearest, ..."""
        keep: list = []
        found = Collector()
        self._call(lib.ww_library_why, optional(str(face), keep), lib.whoswho_why, found.handle)
        return found.finish()[0]

    def view(self) -> View:
        """What the library holds now, as tables and arrays."""
        out = ffi.new("ww_view **")
        self._call(lib.ww_library_view, out)
        return View(self, out[0])

    def _picture(self, function, row_id: int) -> bytes:
        jpeg, err = ffi.new("ww_bytes *"), ffi.new("ww_error *")
        try:
            self._call(function, int(row_id), jpeg)
            return bytes(ffi.buffer(jpeg.data, jpeg.size))
        finally:
            lib.ww_bytes_free(jpeg)

    def portrait(self, face_id: int) -> bytes:
        """The JPEG file of a face, by the id of a view's row."""
        return self._picture(lib.ww_library_portrait, face_id)

    def frame(self, frame_id: int) -> bytes:
        """The JPEG file of a frame, by the id of a view's row."""
        return self._picture(lib.ww_library_frame, frame_id)


def dataset_formats() -> dict:
    """Formats of export_dataset, with a line about each."""
    formats: dict = {}
    while lib.ww_dataset_format_name(len(formats)) != ffi.NULL:
        index = len(formats)
        formats[ffi.string(lib.ww_dataset_format_name(index)).decode()] = ffi.string(lib.ww_dataset_format_description(index)).decode()
    return formats


def check_dataset(folder, finder: Optional[Finder] = None) -> Record:
    """Reads a data set back, whoever wrote it; `findings` is a list of faults.

    finder: pictures with boxes are looked at, and a face without a label is a fault too.
    """
    keep: list = []
    found, result, err = Collector(), new("ww_dataset_check_result"), ffi.new("ww_error *")
    if finder:
        status = lib.ww_dataset_check_faces(optional(folder, keep), finder._pointer, lib.whoswho_line, found.handle, result, err)
    else:
        status = lib.ww_dataset_check(optional(folder, keep), lib.whoswho_line, found.handle, result, err)
    findings = found.finish()
    check(status, err)
    return Record(findings=findings, pictures=result.pictures, labels=result.labels)


def check_hwaccel(name: Optional[str]) -> None:
    """Raises an error, whose message names what there is, unless Library.scan() can decode with this hwaccel."""
    keep: list = []
    err = ffi.new("ww_error *")
    check(lib.ww_check_hwaccel(optional(name, keep), err), err)


def check_known(folder) -> None:
    """Raises an error unless the folder can hold known people, as Library.known() wants it."""
    keep: list = []
    err = ffi.new("ww_error *")
    check(lib.ww_check_known(optional(folder, keep), err), err)


def cluster_vector_files(npy, out, meta=None, **options: Any) -> Record:
    """Clusters the rows of a .npy file as Library.cluster() does faces; out: a table with a column of labels.

    meta: a table with a row for each vector, whose columns are kept. Options are those of Library.cluster(),
    and csv_safe as Library.set_csv_safe() has it.
    """
    keep: list = []
    result, err = new("ww_cluster_result"), ffi.new("ww_error *")
    files = optional(npy, keep), optional(meta, keep), optional(out, keep)
    check(run(lambda: lib.ww_cluster_vector_files(*files, new("ww_cluster_options", keep, **options), result, err), lambda: None), err)
    return record(result)


def join(folders: Iterable, out, progress=None) -> Record:
    """Makes the new library `out` of others, such as those of scan(shard=1, shards=3) and so on, whatever their order.

    What is missing and which decisions contradict each other is logged and counted in the record.
    """
    keep: list = []
    dirs, count = strings(folders, keep)
    reporter, result, err = Reporter(), new("ww_join_result"), ffi.new("ww_error *")
    pointer = optional(out, keep)
    check(reporter.during(progress, lambda: lib.ww_library_join(dirs, count, pointer, reporter.callbacks, result, err)), err)
    return record(result)


def evaluate_people(where, truth, face: str = "middle", worst: int = 5, thresholds: Sequence[float] = (), progress=None) -> Record:
    """How well a result (a library's folder, or a table of faces) agrees with the truth (a table, "folders", "names").

    Returns the members of ww_eval_result, and `groups` (mixed folders, then split people) and `thresholds`.
    """
    keep: list = []
    found, reporter = Collector(), Reporter()
    values = ffi.new("double[]", list(thresholds))
    options = new("ww_eval_options", keep, face=_face(face), worst=worst or -1)
    options.threshold, options.thresholds = values, len(thresholds)
    options.on_group, options.on_threshold, options.user = lib.whoswho_group, lib.whoswho_threshold, found.handle
    result, err = new("ww_eval_result"), ffi.new("ww_error *")
    paths = optional(where, keep), optional(truth, keep)
    check(reporter.during(progress, lambda: lib.ww_eval_people(*paths, options, reporter.callbacks, result, err)), err)
    told = found.finish()
    return Record(groups=[g for g in told if "split" in vars(g)], thresholds=[t for t in told if "threshold" in vars(t)], **vars(record(result)))


def evaluate_pairs(where, pairs, face: str = "middle", progress=None) -> Record:
    """Face verification after the protocol of LFW's View 2: the members of ww_eval_pairs_result."""
    keep: list = []
    reporter, result, err = Reporter(), new("ww_eval_pairs_result"), ffi.new("ww_error *")
    paths = optional(where, keep), optional(pairs, keep)
    check(reporter.during(progress, lambda: lib.ww_eval_pairs(*paths, _face(face), reporter.callbacks, result, err)), err)
    return record(result)


def _face(which: str) -> int:
    return {"middle": 0, "largest": 1}[which]
