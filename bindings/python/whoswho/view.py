# SPDX-License-Identifier: MIT
"""What a library held at one moment, as columns and arrays."""
from __future__ import annotations

from typing import TYPE_CHECKING, Dict, List, Optional

import numpy as np

from ._core import NONE, Record, ffi, lib, path_text, record, text

if TYPE_CHECKING:
    from .library import Library

_PATHS = {"path", "folder"}
_TEXTS = {"error", "name", "title", "kind_name", "words"}
_MARKS_BYTES = 5 * 2 * 4  # of a face's landmarks: five points, x and y, float
_ROWS = {"source", "frame", "track", "shot", "person", "first_frame", "first_face", "cover"}  # indexes, -1 for none


class _Borrowed(np.ndarray):
    """An array over memory of the library's; keeps what owns it alive."""

    owner = None


def _borrow(address, count: int, shape, dtype, owner, strides=None) -> np.ndarray:
    array = np.ndarray(shape, dtype, buffer=ffi.buffer(address, count), strides=strides).view(_Borrowed)
    array.owner = owner
    array.flags.writeable = False
    return array


class Table(Dict[str, object]):
    """Columns by name, all of one length: numbers as NumPy arrays, text as lists. pandas.DataFrame(table) takes it."""

    def __init__(self, columns: dict, count: int):
        super().__init__(columns)
        self.count = count

    def row(self, index: int) -> Record:
        return Record(**{name: column[index] for name, column in self.items()})


def _column(name: str, rows: list):
    values = [getattr(r, name) for r in rows]
    if name in _PATHS:
        return [path_text(v) for v in values]
    if name in _TEXTS:
        return [text(v) for v in values]
    if name in _ROWS:
        return np.array([-1 if v == NONE else v for v in values], np.int64)
    if name == "hash":
        return np.array(values, np.uint64)
    if values and isinstance(values[0], ffi.CData):
        return np.array([list(v) for v in values], np.float64)
    return np.array([int(v) if isinstance(v, int) else v for v in values])


class View:
    """Tables read once, which do not change: sources, shots, frames, tracks, faces, people, decisions.

    Rows refer to each other by index; -1 stands for none. Times are microseconds, boxes pixels of the upright frame.
    """

    def __init__(self, library: "Library", pointer):
        self.library = library
        self._pointer = ffi.gc(pointer, lib.ww_view_close)
        self._tables: dict = {}
        self._embeddings: Optional[np.ndarray] = None

    def _table(self, name: str, count, get, skip=()) -> Table:
        if name not in self._tables:
            rows = [get(self._pointer, i) for i in range(count(self._pointer))]
            fields = [f for f, _ in (ffi.typeof(get).result.item.fields) if f not in skip]
            self._tables[name] = Table({f: _column(f, rows) for f in fields}, len(rows))
        return self._tables[name]

    @property
    def sources(self) -> Table:
        """id, path, error, kind (0 video, 1 photo), width, height, duration_us, hash, first_frame, frame_count, first_face, face_count, stream_start_us (added to a time it is that of a player)."""
        return self._table("sources", lib.ww_view_source_count, lib.ww_view_get_source)

    @property
    def shots(self) -> Table:
        """source, first_us, last_us and so on; empty where a library was scanned by a version before 0.2.0."""
        return self._table("shots", lib.ww_view_shot_count, lib.ww_view_get_shot)

    @property
    def frames(self) -> Table:
        """id, source, shot, time_us, first_face, face_count, path."""
        return self._table("frames", lib.ww_view_frame_count, lib.ww_view_get_frame)

    @property
    def tracks(self) -> Table:
        """source, first_us, last_us, face_count."""
        return self._table("tracks", lib.ww_view_track_count, lib.ww_view_get_track)

    @property
    def faces(self) -> Table:
        """id, number, source, frame, track, person, ignored, x, y, width, height, score, quality, path, portrait_width, portrait_height."""
        return self._table("faces", lib.ww_view_face_count, lib.ww_view_get_face, skip=("landmark", "portrait_box"))

    @property
    def people(self) -> Table:
        """number, name, title, folder, ignored, face_count."""
        return self._table("people", lib.ww_view_person_count, lib.ww_view_get_person)

    @property
    def decisions(self) -> Table:
        """number, time_s, kind, kind_name, words, undone."""
        return self._table("decisions", lib.ww_view_decision_count, lib.ww_view_get_decision)

    def __len__(self) -> int:
        return lib.ww_view_face_count(self._pointer)

    @property
    def embeddings(self) -> np.ndarray:
        """(faces, dim) float32, read-only, not copied; unit length but for dlib's embedders."""
        if self._embeddings is None:
            matrix, dim = ffi.new("const float **"), ffi.new("size_t *")
            self.library._call(lambda _library, *arguments: lib.ww_view_embeddings(*arguments), self._pointer, matrix, dim)
            shape = (len(self), dim[0])
            bytes_in_all = 4 * shape[0] * shape[1]
            self._embeddings = _borrow(matrix[0], bytes_in_all, shape, np.float32, self._pointer) if bytes_in_all else np.empty(shape, np.float32)
        return self._embeddings

    @property
    def landmarks(self) -> np.ndarray:
        """(faces, 5, 2) float32, read-only, not copied: x, y of the eyes at image left and right, nose, mouth corners left and right; pixels of the frame."""
        count = len(self)
        if count == 0:
            return np.empty((0, 5, 2), np.float32)
        first = lib.ww_view_get_face(self._pointer, 0)
        begin = int(ffi.cast("uintptr_t", ffi.addressof(first, "landmark")))
        step = int(ffi.cast("uintptr_t", ffi.addressof(lib.ww_view_get_face(self._pointer, 1), "landmark"))) - begin if count > 1 else _MARKS_BYTES
        last = int(ffi.cast("uintptr_t", ffi.addressof(lib.ww_view_get_face(self._pointer, count - 1), "landmark")))
        if step < _MARKS_BYTES or last != begin + step * (count - 1):  # the rows do not lie in a line: a copy
            return np.array([list(map(list, lib.ww_view_get_face(self._pointer, i).landmark)) for i in range(count)], np.float32)
        return _borrow(ffi.cast("char *", begin), step * (count - 1) + _MARKS_BYTES, (count, 5, 2), np.float32, self._pointer, strides=(step, 8, 4))

    @property
    def portrait_boxes(self) -> np.ndarray:
        """(faces, 4) float64: x, y, width, height of the face within its portrait, pixels."""
        return np.array([list(lib.ww_view_get_face(self._pointer, i).portrait_box) for i in range(len(self))], np.float64).reshape(-1, 4)

    # --- who

    def faces_of(self, person: Optional[int] = None, track: Optional[int] = None) -> np.ndarray:
        """Indexes of faces, ascending: of a person (its index here), of a track, or, with neither, of nobody."""
        count = ffi.new("size_t *")
        if track is not None:
            found = lib.ww_view_faces_of_track(self._pointer, track, count)
        else:
            found = lib.ww_view_faces_of_person(self._pointer, NONE if person is None else person, count)
        return np.array([found[i] for i in range(count[0])], np.int64)

    def find_face(self, face_id: int) -> Optional[int]:
        """The index of the face with this id."""
        index = lib.ww_view_find_face(self._pointer, face_id)
        return None if index == NONE else index

    def find_person(self, number: int) -> Optional[int]:
        """The index of the person with this number."""
        index = lib.ww_view_find_person(self._pointer, number)
        return None if index == NONE else index

    # --- pictures

    def portrait(self, face: int) -> bytes:
        """The JPEG file of a face."""
        return self.library.portrait(int(self.faces["id"][face]))

    def frame(self, frame: int) -> bytes:
        """The JPEG file of a frame."""
        return self.library.frame(int(self.frames["id"][frame]))

    def chip(self, face: int, size: int = 112, margin: float = 0.0) -> np.ndarray:
        """(size, size, 3) uint8, RGB: the face aligned as ArcFace's template has it."""
        pixels = ffi.new("ww_bytes *")
        try:
            self.library._call(lib.ww_library_chip, self._pointer, int(face), size, margin, pixels)
            return np.frombuffer(bytes(ffi.buffer(pixels.data, pixels.size)), np.uint8).reshape(size, size, 3)
        finally:
            lib.ww_bytes_free(pixels)

    # --- suggestions

    def suggest_pairs(self, count: int = 20) -> List[Record]:
        """"The same person?": person, other (indexes), distance, gain; the most worthwhile question first."""
        return self._suggestions(lib.ww_suggest_pairs, count)

    def suggest_pairs_of(self, person: int, count: int = 20) -> List[Record]:
        """The same of the pairs with this person."""
        return self._suggestions(lib.ww_suggest_pairs_of, int(person), count)

    def suggest_persons(self, face: int, count: int = 5) -> List[Record]:
        """The nearest persons to a face of the view, without its own and those seen together with it."""
        return self._suggestions(lib.ww_suggest_persons, int(face), count)

    def _suggestions(self, function, *arguments) -> List[Record]:
        out = ffi.new("ww_suggestions **")
        self.library._call(function, self._pointer, *arguments, out)
        try:
            return [_with_none(record(lib.ww_get_suggestion(out[0], i))) for i in range(lib.ww_suggestion_count(out[0]))]
        finally:
            lib.ww_suggestions_free(out[0])

    def match(self, embedding, count: int = 5, models=None) -> List[Record]:
        """Whom a face that need not be in the library is like: person, face (indexes; person -1: an unassigned face), distance, recognised."""
        vector = np.ascontiguousarray(embedding, np.float32)
        if vector.ndim != 1:
            raise ValueError(f"an embedding is a vector, not of shape {vector.shape}")
        out = ffi.new("ww_matches **")
        pointer = ffi.cast("const float *", ffi.from_buffer(vector))
        self.library._call(lib.ww_match_persons, self._pointer, models._pointer if models else ffi.NULL, pointer, vector.size, count, out)
        try:
            return [_with_none(record(lib.ww_get_match(out[0], i))) for i in range(lib.ww_match_count(out[0]))]
        finally:
            lib.ww_matches_free(out[0])


def _with_none(row: Record) -> Record:
    for name in ("person", "other"):
        if vars(row).get(name) == NONE:
            setattr(row, name, -1)
    return row
