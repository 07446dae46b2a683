# SPDX-License-Identifier: MIT
"""Faces of pictures in memory or files, found, judged and embedded as a scan would."""
from __future__ import annotations

import os
import threading
from typing import Any, List, Optional, Union

import numpy as np

from ._core import Record, check, ffi, lib, new, path_bytes, record
from .models import Models


class Finder:
    """A detector and an embedder at work. Options: detect_size, min_score, min_face_px."""

    def __init__(self, models: Optional[Models] = None, **options: Any):
        self.models = models or Models()
        self._lock = threading.Lock()
        out, err = ffi.new("ww_finder **"), ffi.new("ww_error *")
        check(lib.ww_finder_open(self.models._pointer, new("ww_scan_options", [], **options), out, err), err)
        owner = self.models._pointer
        self._pointer = ffi.gc(out[0], lambda p, owner=owner: lib.ww_finder_close(p))

    def find(self, picture: Union[np.ndarray, bytes, str, os.PathLike]) -> List[Record]:
        """The faces of a picture, best score first: x, y, width, height, landmark (5, 2), score, quality, embedding.

        picture: the path of a photo; the bytes of a JPEG file; or an array, uint8, (height, width) grey or (height,
        width, 3) R, G, B (of OpenCV's: picture[..., ::-1]).
        """
        faces, count, err = ffi.new("const ww_found_face **"), ffi.new("size_t *"), ffi.new("ww_error *")
        with self._lock:
            if isinstance(picture, bytes):
                status = lib.ww_finder_find_jpeg(self._pointer, ffi.from_buffer(picture), len(picture), faces, count, err)
            elif isinstance(picture, np.ndarray):
                status = self._find_array(picture, faces, count, err)
            else:
                status = lib.ww_finder_find_file(self._pointer, path_bytes(picture), faces, count, err)
            check(status, err)
            return [_found(faces[0][i]) for i in range(count[0])]

    def _find_array(self, picture: np.ndarray, faces, count, err) -> int:
        if picture.dtype != np.uint8 or picture.ndim not in (2, 3) or (picture.ndim == 3 and picture.shape[2] != 3):
            raise ValueError(f"a picture is uint8, (height, width) or (height, width, 3), not {picture.dtype} {picture.shape}")
        pixels = np.ascontiguousarray(picture)
        height, width = pixels.shape[:2]
        return lib.ww_finder_find(self._pointer, ffi.from_buffer(pixels), pixels.ndim == 3, width, height, pixels.strides[0], faces, count, err)


def _found(face) -> Record:
    told = record(face)
    told.landmark = np.array(told.landmark, np.float32)
    told.embedding = np.frombuffer(bytes(ffi.buffer(face.embedding, 4 * face.dim)), np.float32)
    return told
