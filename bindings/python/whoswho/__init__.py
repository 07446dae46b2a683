# SPDX-License-Identifier: MIT
"""Finds every face in footage and photos and sorts the faces into people.

    import whoswho

    with whoswho.Library("People") as lib:
        lib.scan(["Footage.mp4"], progress=print)
        lib.cluster()
        lib.export()
        for person in lib.people:
            print(person.number, person.name, person.faces)

Nothing is ever sent anywhere; get_model() alone reaches for the network, to fetch.
"""
from ._core import (
    ArgumentError,
    Cancelled,
    Error,
    FileError,
    FoldersChanged,
    MemoryShortage,
    NeedsConfirmation,
    NotFound,
    Record,
    Status,
    silence_libav,
    version,
    version_number,
)
from .estimator import WhosWhoClusterer, cluster_vectors
from .finder import Finder
from .library import Library, check_dataset, check_hwaccel, check_known, cluster_vector_files, dataset_formats, evaluate_pairs, evaluate_people, join
from .models import Models, article, check_model, get_model, pinned_models
from .view import Table, View

__version__ = version()
__all__ = [
    "ArgumentError",
    "Cancelled",
    "Error",
    "FileError",
    "Finder",
    "FoldersChanged",
    "Library",
    "MemoryShortage",
    "Models",
    "NeedsConfirmation",
    "NotFound",
    "Record",
    "Status",
    "Table",
    "View",
    "WhosWhoClusterer",
    "article",
    "check_dataset",
    "check_hwaccel",
    "check_known",
    "cluster_vector_files",
    "check_model",
    "cluster_vectors",
    "dataset_formats",
    "evaluate_pairs",
    "evaluate_people",
    "get_model",
    "join",
    "pinned_models",
    "silence_libav",
    "version",
    "version_number",
]
