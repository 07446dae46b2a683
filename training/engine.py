# SPDX-License-Identifier: MIT
"""Runs ONNX files on the program's own engine (ninja -C BUILD training/libengine.so): the teachers label several times as fast
as in PyTorch. One core a process."""
import collections
import ctypes
import os
import tempfile

import numpy as np
import onnx

RANK_MAX = 8
BATCH = 32
ERROR_BYTES = 4096  # more than a ww_error
MOST_SHAPES = 24  # sessions kept open: each has its own buffers


def library():
    """WW_ENGINE names it; else it stands in build/ beside this folder."""
    path = os.environ.get("WW_ENGINE", os.path.join(os.path.dirname(os.path.abspath(__file__)), "../build/training/libengine.so"))
    lib = ctypes.CDLL(path)
    pointer, text, floats = ctypes.c_void_p, ctypes.c_char_p, ctypes.POINTER(ctypes.c_float)
    lib.engine_open.restype, lib.engine_open.argtypes = pointer, [text] + [ctypes.c_int] * 4 + [pointer]
    lib.engine_close.argtypes = [pointer]
    lib.engine_input.restype, lib.engine_input.argtypes = floats, [pointer]
    lib.engine_run.restype, lib.engine_run.argtypes = ctypes.c_int, [pointer, pointer]
    lib.engine_outputs.argtypes = [pointer]
    lib.engine_output_name.restype, lib.engine_output_name.argtypes = text, [pointer, ctypes.c_int]
    lib.engine_output.restype, lib.engine_output.argtypes = floats, [pointer, ctypes.c_int] + [pointer] * 2
    return lib


class Engine:
    def __init__(self, path):
        self.lib, self.path = library(), os.fsencode(path)
        self.sessions = collections.OrderedDict()
        self.error = ctypes.create_string_buffer(ERROR_BYTES)

    def _session(self, shape):
        if shape in self.sessions:
            self.sessions.move_to_end(shape)
            return self.sessions[shape]
        if len(self.sessions) >= MOST_SHAPES:
            self.lib.engine_close(self.sessions.popitem(last=False)[1])
        session = self.lib.engine_open(self.path, *shape, self.error)
        if not session:
            raise RuntimeError(f"{os.fsdecode(self.path)}: {self.error.raw[:512]!r}")
        self.sessions[shape] = session
        return session

    def __call__(self, x):
        """n x c x h x w -> {output name: array}."""
        session = self._session(x.shape)
        np.ctypeslib.as_array(self.lib.engine_input(session), x.shape)[...] = x
        if self.lib.engine_run(session, self.error) != 0:
            raise RuntimeError(f"{os.fsdecode(self.path)}: {self.error.raw[:512]!r}")
        out, rank, dims = {}, ctypes.c_int(), (ctypes.c_int64 * RANK_MAX)()
        for i in range(self.lib.engine_outputs(session)):
            values = self.lib.engine_output(session, i, ctypes.byref(rank), dims)
            shape = tuple(dims[: rank.value])
            out[self.lib.engine_output_name(session, i).decode()] = np.ctypeslib.as_array(values, shape).copy()
        return out


def inner_values(path, chips, widths):
    """What the network in `path` makes of n x side x side grey chips inside: `widths` {name: how many numbers each} -> {name: n x width}."""
    model = onnx.load(path)
    for name, width in widths.items():
        shape = onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, ["n", width, 1, 1])
        model.graph.output.append(shape)
    parts = {name: [] for name in widths}
    with tempfile.TemporaryDirectory() as folder:
        opened = os.path.join(folder, "opened.onnx")
        onnx.save(model, opened)
        engine = Engine(opened)
        for i in range(0, len(chips), BATCH):
            out = engine(np.ascontiguousarray(chips[i : i + BATCH, None]).astype(np.float32))
            for name, width in widths.items():
                parts[name].append(out[name].reshape(-1, width))
    return {name: np.concatenate(part) for name, part in parts.items()}
