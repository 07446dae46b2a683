# SPDX-License-Identifier: MIT
"""What the modules share: errors, calls with the GIL released, callbacks, and structs as Python objects."""
from __future__ import annotations

import enum
import logging
import os
import threading
from types import SimpleNamespace
from typing import Any, Callable, Iterable, Optional

from ._whoswho import ffi, lib

logger = logging.getLogger("whoswho")
NONE = lib.whoswho_none()  # "no such row", as an index


class Status(enum.IntEnum):
    """ww_status."""

    OK = 0
    ARGUMENT = -1
    MEMORY = -2
    IO = -3
    FORMAT = -4
    UNSUPPORTED = -5
    STORE = -6
    NO_SPACE = -7
    CANCELLED = -8
    NOT_FOUND = -9
    CHANGED = -10
    CONFIRM = -11


class Error(Exception):
    """What went wrong: `status` (a Status) and `message`, one sentence a person can act on."""

    def __init__(self, status: int, message: str):
        super().__init__(message)
        self.status = Status(status) if status in Status._value2member_map_ else status
        self.message = message

    @property
    def status_name(self) -> str:
        return text(lib.ww_status_name(int(self.status)))


class ArgumentError(Error, ValueError):
    """Something was asked for that makes no sense."""


class MemoryShortage(Error, MemoryError):
    """No memory, or a size over the bound set for it."""


class FileError(Error, OSError):
    """A file or folder cannot be read or written, or the disk is full."""

    def __str__(self) -> str:
        return self.message


class NotFound(Error, LookupError):
    """No such file, person, face or model."""


class Cancelled(Error):
    """A progress callback asked to stop. What was done so far is kept."""


class FoldersChanged(Error):
    """Somebody sorted the folders by hand since they were written: Library.sync first."""


class NeedsConfirmation(Error):
    """The decision joins people who are seen together: give force=True to make it all the same."""


_CLASS = {
    Status.ARGUMENT: ArgumentError,
    Status.MEMORY: MemoryShortage,
    Status.IO: FileError,
    Status.NO_SPACE: FileError,
    Status.NOT_FOUND: NotFound,
    Status.CANCELLED: Cancelled,
    Status.CHANGED: FoldersChanged,
    Status.CONFIRM: NeedsConfirmation,
}


def check(status: int, err) -> None:
    if status != 0:
        raise _CLASS.get(status, Error)(status, text(err.message))


# --- text ------------------------------------------------------------------------------------------------------------


def text(pointer) -> Optional[str]:
    """UTF-8 of the library's; None for NULL."""
    return None if pointer == ffi.NULL else ffi.string(pointer).decode("utf-8", "replace")


def path_text(pointer) -> Optional[str]:
    """A path: any bytes, as os.fsdecode has them."""
    return None if pointer == ffi.NULL else os.fsdecode(ffi.string(pointer))


def path_bytes(path) -> bytes:
    return os.fsencode(path)


def optional(value, keep: list):
    """A char pointer for a path or text, or NULL; `keep` holds what it points to."""
    if value is None:
        return ffi.NULL
    keep.append(ffi.new("char[]", value if isinstance(value, bytes) else path_bytes(value)))
    return keep[-1]


def strings(values: Iterable, keep: list):
    """An array of char pointers; `keep` holds what they point to."""
    pointers = [optional(v, keep) for v in values]
    keep.append(ffi.new("char *[]", pointers))
    return ffi.cast("const char *const *", keep[-1]), len(pointers)


# --- structs ---------------------------------------------------------------------------------------------------------


def new(struct: str, keep: Optional[list] = None, **values: Any):
    """A struct with the defaults of its INIT macro, and these members set."""
    made = ffi.new(struct + " *", getattr(lib, struct + "_init")())
    known = {name for name, _ in ffi.typeof(struct).fields} - {"size"}
    for name, value in values.items():
        if name not in known:
            raise TypeError(f"{struct} has no option {name!r}; there are {', '.join(sorted(known))}")
        if value is None:
            continue
        if isinstance(value, (str, bytes, os.PathLike)):
            value = optional(value, keep if keep is not None else [])
        setattr(made, name, value)
    return made


class Record(SimpleNamespace):
    """A struct of the library's: members as attributes; dict(record) and vars(record) give them all."""

    def keys(self):
        return vars(self).keys()

    def __getitem__(self, name):
        return vars(self)[name]


_PATHS = {"path", "source", "portrait", "folder"}


def value_of(name: str, kind, value):
    if kind.kind == "pointer" and kind.item.cname in ("char", "const char"):
        return path_text(value) if name in _PATHS else text(value)
    if kind.kind == "array" and kind.item.cname == "char":
        return text(value)
    if kind.kind == "struct":
        return record(value, kind)
    if kind.kind == "array":
        return [value_of(name, kind.item, value[i]) for i in range(kind.length)]
    if kind.kind == "pointer":
        return None  # of the caller's own making; taken apart where it is known how long it is
    return int(value) if kind.kind == "enum" else value


def record(struct, kind=None) -> Record:
    """A copy of a struct (or of what a pointer points to)."""
    kind = kind or ffi.typeof(struct)
    kind = kind.item if kind.kind == "pointer" else kind
    return Record(**{name: value_of(name, field.type, getattr(struct, name)) for name, field in kind.fields if name != "size"})


# --- callbacks -------------------------------------------------------------------------------------------------------

Walker = Callable[[Any], Any]


class Collector:
    """Collects what a callback is told, until the function it was given says to stop; an exception in it ends the walk."""

    def __init__(self, each: Optional[Walker] = None):
        self.items: list = []
        self.each, self.failure = each, None
        self.handle = ffi.new_handle(self)

    def take(self, item) -> int:
        try:
            self.items.append(item)
            return 1 if self.each and self.each(item) else 0
        except BaseException as failure:  # handed on by finish()
            self.failure = failure
            return 1

    def finish(self) -> list:
        if self.failure:
            raise self.failure
        return self.items


def _collect(user, item) -> int:
    return ffi.from_handle(user).take(item)


@ffi.def_extern(error=1)
def whoswho_line(user, line):
    return _collect(user, text(line))


@ffi.def_extern(error=1)
def whoswho_person(user, person):
    return _collect(user, record(person))


@ffi.def_extern(error=1)
def whoswho_entry(user, entry):
    return _collect(user, record(entry))


@ffi.def_extern(error=1)
def whoswho_pinned(user, model):
    return _collect(user, record(model))


@ffi.def_extern()
def whoswho_why(user, why):
    told = record(why)
    told.rules = [text(why.rule[i]) for i in range(why.rules)]
    told.nearest = [record(why.near[i]) for i in range(why.nears)]
    for name in ("rule", "near", "nears"):
        vars(told).pop(name)
    _collect(user, told)


@ffi.def_extern(error=1)
def whoswho_group(user, group):
    told = record(group)
    told.part = told.part[: group.shown]
    return _collect(user, told)


@ffi.def_extern(error=1)
def whoswho_threshold(user, threshold, scores):
    return _collect(user, Record(threshold=threshold, **vars(record(scores))))


_LEVELS = (logging.ERROR, logging.WARNING, logging.INFO, logging.DEBUG)
STAGES = ("scan", "cluster", "export", "fetch")


@ffi.def_extern()
def whoswho_log(user, level, message):
    logger.log(_LEVELS[level], "%s", text(message))


@ffi.def_extern(error=1)
def whoswho_progress(user, progress):
    return ffi.from_handle(user).told(progress)


class Reporter:
    """Hands progress to a function, or to a bar such as tqdm: a class whose objects have update() and close()."""

    def __init__(self):
        self.wanted: Any = None
        self.bar, self.shown, self.stage = None, 0.0, None
        self.failure: Optional[BaseException] = None
        self.cancelled = threading.Event()
        self.handle = ffi.new_handle(self)
        self.callbacks = ffi.new("ww_callbacks *", {"user": self.handle, "log": lib.whoswho_log, "progress": lib.whoswho_progress})

    def told(self, p) -> int:
        try:
            if self.wanted is not None and self._hand_on(p):
                self.cancelled.set()
        except BaseException as failure:  # raised again in the thread that called
            self.failure = failure
            self.cancelled.set()
        return 1 if self.cancelled.is_set() else 0

    def _hand_on(self, p) -> bool:
        if not hasattr(self.wanted, "update"):
            return bool(self.wanted(Record(stage=STAGES[p.stage], share=p.share, done=p.done, faces=p.faces, now=path_text(p.now))))
        if self.stage != p.stage:
            self._close()
            self.stage, self.shown = p.stage, 0.0
            self.bar = self.wanted(total=100, desc=STAGES[p.stage], unit="%")
        self.bar.update(round(100 * p.share, 1) - self.shown)
        self.shown = round(100 * p.share, 1)
        return False

    def _close(self) -> None:
        if self.bar is not None:
            self.bar.close()
        self.bar = None

    def during(self, wanted, function: Callable[[], int]) -> int:
        """Calls function, which may take long, and hands its progress to `wanted`; what failed there is raised here."""
        self.wanted, self.failure, self.stage = wanted, None, None
        self.cancelled.clear()
        try:
            return run(function, self.cancelled.set)
        finally:
            self._close()
            failure, self.failure, self.wanted = self.failure, None, None
            if failure:
                raise failure


# --- calls -----------------------------------------------------------------------------------------------------------


def run(function: Callable[[], int], cancel: Callable[[], None]) -> int:
    """Calls function, which may take long. In the main thread it runs beside it, so that Ctrl-C is heard: it cancels."""
    if threading.current_thread() is not threading.main_thread():
        return function()
    answer: list = []

    def work():
        try:
            answer.append(function())
        except BaseException as failure:
            answer.append(failure)

    thread = threading.Thread(target=work, name="whoswho")
    thread.start()
    interrupted = None
    while thread.is_alive():
        try:
            thread.join(0.2)
        except KeyboardInterrupt as stop:
            interrupted = stop
            cancel()
    if interrupted:
        raise interrupted
    if isinstance(answer[0], BaseException):
        raise answer[0]
    return answer[0]


def version() -> str:
    """Of the library that is linked: "0.2.0"."""
    return text(lib.ww_version())


def version_number() -> int:
    """major * 10000 + minor * 100 + patch."""
    return lib.ww_version_number()


def silence_libav() -> None:
    """Sets libav's log level to quiet, for the whole process."""
    lib.ww_silence_libav()
