"""Probes of hidden states."""

from __future__ import annotations

import ctypes
import os
from typing import Any

import numpy
import numpy.typing

from . import _library
from ._library import check, library, made
from ._model import Scores, outputs_of

_TYPES = {"float32": 0, "float16": 1, "bfloat16": 2}


class Probe:
    """Grades hidden states of the model that generates; read-only, pickled by its path."""

    def __init__(self, path: str) -> None:
        self._handle: int | None = None
        self._path = path
        name = os.fsencode(path)
        self._handle = made(library.witan_probe_open, name, len(name))
        info = _library.ProbeInfo(struct_size=ctypes.sizeof(_library.ProbeInfo))
        check(library.witan_probe_describe(self._handle, ctypes.byref(info)))
        self.dimensions: int = info.dimensions
        self.outputs = outputs_of(self._handle, info.output_count, library.witan_probe_output)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> "Probe":
        """Opens what `witan train --activations` wrote."""
        return cls(os.path.abspath(os.fspath(path)))

    def __reduce__(self) -> tuple[type, tuple[str]]:
        return (Probe, (self._path,))

    def __del__(self) -> None:
        if getattr(self, "_handle", None):
            library.witan_probe_free(self._handle)

    def stream(self, rewindable: int = 0) -> "ProbeStream":
        """A stream, of which the last `rewindable` tokens can be taken back."""
        return ProbeStream(self, rewindable)


class ProbeStream:
    """One generation, graded by its hidden states."""

    def __init__(self, probe: Probe, rewindable: int) -> None:
        self.probe = probe
        self._handle: int | None = None
        self._handle = made(library.witan_probe_stream_create, probe._handle, rewindable)

    def __enter__(self) -> "ProbeStream":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Frees the stream."""
        if self._handle:
            check(library.witan_probe_stream_free(self._handle))
            self._handle = None

    def __del__(self) -> None:
        if getattr(self, "_handle", None):
            library.witan_probe_stream_free(self._handle)

    def push(self, states: numpy.typing.NDArray[Any], dtype: str | None = None) -> bool:
        """Takes the states of one token or several, [dimensions] or [tokens, dimensions]: float32 or float16;
        bfloat16 as uint16 with dtype="bfloat16". Returns whether a label has reached its threshold."""
        states = numpy.ascontiguousarray(states)
        name = dtype or states.dtype.name
        if name not in _TYPES or states.itemsize != (4 if name == "float32" else 2):
            raise TypeError(f"states are float32, float16 or bfloat16 as uint16, not {states.dtype.name}")
        is_flagged = ctypes.c_int32()
        check(library.witan_probe_stream_push(
            self._handle, _TYPES[name], states.ctypes.data, states.nbytes, ctypes.byref(is_flagged)))
        return is_flagged.value != 0

    @property
    def scores(self) -> Scores:
        """The probability of each label now. [labels]"""
        return self._read()[0]

    @property
    def peaks(self) -> Scores:
        """The largest so far, which thresholds are about. [labels]"""
        return self._read()[1]

    def _read(self) -> tuple[Scores, Scores]:
        now, peak = (numpy.empty(len(self.probe.outputs), numpy.float32) for _ in range(2))
        check(library.witan_probe_stream_scores(
            self._handle, now.ctypes.data, peak.ctypes.data, now.size))
        return now, peak

    def rewind(self, tokens: int) -> None:
        """Takes the last tokens back."""
        if tokens < 0:
            raise ValueError(f"{tokens} tokens cannot be taken back")
        check(library.witan_probe_stream_rewind(self._handle, tokens))

    def reset(self) -> None:
        """Starts a new generation."""
        check(library.witan_probe_stream_reset(self._handle))
