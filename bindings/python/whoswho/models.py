# SPDX-License-Identifier: MIT
"""Detectors and embedders: those compiled in, files, and models of others by name."""
from __future__ import annotations

from typing import List, Optional

from ._core import Collector, Record, Reporter, check, ffi, lib, new, optional, record, text


class Models:
    """A detector and an embedder; without arguments those compiled in. May be shared by libraries and threads.

    detector, embedder, landmarks: path of a network, or the name of a pinned model; detector may be "hog" or "cnn".
    upsample, jitter: of dlib's. precision: "float32" or "int8", what the networks compiled in compute in.
    """

    _PRECISIONS = {None: 0, "float32": 1, "int8": 2}

    def __init__(self, detector=None, embedder=None, landmarks=None, upsample: int = 0, jitter: int = 0, precision: Optional[str] = None):
        if precision not in self._PRECISIONS:
            raise ValueError(f"precision is 'float32' or 'int8', not {precision!r}")
        keep: list = []
        options = new("ww_model_options", keep, detector=detector, embedder=embedder, landmarks=landmarks, upsample=upsample, jitter=jitter,
                      precision=self._PRECISIONS[precision])
        out, err = ffi.new("ww_models **"), ffi.new("ww_error *")
        check(lib.ww_models_open(options, out, err), err)
        self._pointer = ffi.gc(out[0], lib.ww_models_close)

    @classmethod
    def _taken(cls, pointer) -> "Models":
        models = cls.__new__(cls)
        models._pointer = ffi.gc(pointer, lib.ww_models_close)
        return models

    @property
    def detector_name(self) -> str:
        return text(lib.ww_models_detector_name(self._pointer))

    @property
    def embedder_name(self) -> str:
        return text(lib.ww_models_embedder_name(self._pointer))

    @property
    def precision(self) -> str:
        """What they compute in: "float32" or "int8"."""
        return next(name for name, value in self._PRECISIONS.items() if value == lib.ww_models_precision(self._pointer))

    def __repr__(self) -> str:
        return f"Models(detector={self.detector_name!r}, embedder={self.embedder_name!r})"


def article() -> Record:
    """Options of the article's pipeline, as three dictionaries: models (for Models), scan and cluster (for Library)."""
    structs = [new(name) for name in ("ww_model_options", "ww_scan_options", "ww_cluster_options")]
    lib.ww_preset_article(*structs)
    made = [{k: v for k, v in vars(record(s)).items() if v is not None} for s in structs]
    return Record(models=made[0], scan=made[1], cluster=made[2])


def pinned_models() -> List[Record]:
    """Models of others that can be had by name: name, kind, licence, terms, origin, path, here, ..."""
    found, err = Collector(), ffi.new("ww_error *")
    check(lib.ww_pinned_models(lib.whoswho_pinned, found.handle, err), err)
    return found.finish()


def get_model(name: str, progress=None) -> None:
    """Downloads a pinned model, the only thing that reaches for the network."""
    keep: list = []
    reporter, err = Reporter(), ffi.new("ww_error *")
    pointer = optional(name, keep)
    check(reporter.during(progress, lambda: lib.ww_pinned_model_get(pointer, reporter.callbacks, err)), err)


def check_model(name: str) -> None:
    """Raises NotFound if a pinned model is not here, Error with status FORMAT if it is another file."""
    keep: list = []
    err = ffi.new("ww_error *")
    check(lib.ww_pinned_model_check(optional(name, keep), err), err)
