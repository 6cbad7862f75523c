"""Streams that take turns: a server's round in two calls."""

from __future__ import annotations

import ctypes
from typing import Any, Sequence

import numpy

from . import _library
from ._library import check, encoded, library, made
from ._model import Model
from ._options import GuardOptions, raw
from ._panel import Panel
from ._step import Reason, Step
from ._stream import reason_of


class Pool:
    """Up to `capacity` streams of one model or panel, and options, named by numbers. It belongs to one thread at a
    time."""

    def __init__(self, model: Model | Panel, capacity: int, options: GuardOptions | str | None = None,
                 **named: Any) -> None:
        self.model = model
        self._ids: dict[int, tuple[str, ...]] = {}  # of open streams: outputs as they had them when they were opened
        self._handle: int | None = None
        create = library.witan_panel_pool_create if isinstance(model, Panel) else library.witan_pool_create
        self._handle = made(create, model._handle, ctypes.byref(raw(options, named)), capacity)
        self._entries = (_library.PoolEntry * capacity)()
        self._step = _library.StepInfo()

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Frees the pool with its streams."""
        if self._handle:
            check(library.witan_pool_free(self._handle))
            self._handle = None

    def __del__(self) -> None:
        if getattr(self, "_handle", None):
            library.witan_pool_free(self._handle)

    def open(self) -> int:
        """A stream at the beginning of a text. Raises `WitanError` (limit) when all are taken."""
        stream = ctypes.c_uint64()
        check(library.witan_pool_open(self._handle, ctypes.byref(stream)))
        self._ids[stream.value] = self.model.ids
        return stream.value

    def use(self, panel: Panel, options: GuardOptions | str | None = None, **named: Any) -> None:
        """Has streams that are opened from now on graded by `panel`, with these options (none: those that the pool
        has). Streams that are open keep what they were opened with. Raises `WitanError` for rules about members that
        the panel does not have; the pool is then as it was."""
        given = raw(options, named) if options is not None or named else None
        check(library.witan_pool_use_panel(
            self._handle, panel._handle, None if given is None else ctypes.byref(given)))
        self.model = panel

    def push(self, streams: Sequence[int], chunks: Sequence[str | bytes]) -> None:
        """Takes a chunk for each stream; `step` says what follows."""
        data = [encoded(chunk) for chunk in chunks]
        names = numpy.array(streams, numpy.uint64)
        if len(data) != len(names):
            raise ValueError(f"{len(names)} streams, but {len(data)} chunks")
        offsets = numpy.zeros(len(data) + 1, numpy.uint64)
        numpy.cumsum([len(chunk) for chunk in data], out=offsets[1:], dtype=numpy.uint64)
        joined = b"".join(data)
        check(library.witan_pool_push_batch(
            self._handle, names.ctypes.data, joined, len(joined), offsets.ctypes.data, len(data), None))

    def step(self) -> list[tuple[int, Step]]:
        """Grades all words that ended, and tells of the streams in which one did, or that ended."""
        count = ctypes.c_size_t()
        check(library.witan_pool_step(self._handle, self._entries, len(self._entries), ctypes.byref(count)))
        return [(entry.stream, self._copy(entry.step)) for entry in self._entries[:count.value]]

    def finish(self, stream: int) -> Step:
        """Ends the text of a stream; it stays open until `close_stream`."""
        check(library.witan_pool_finish(self._handle, stream, ctypes.addressof(self._step)))
        return self._copy(self._step)

    def cancel(self, stream: int) -> Step:
        """Ends a stream where it is."""
        check(library.witan_pool_cancel(self._handle, stream, ctypes.addressof(self._step)))
        return self._copy(self._step)

    def release(self, stream: int) -> Step:
        """Lets out what is held or asked about."""
        check(library.witan_pool_resolve(self._handle, stream, 0, ctypes.addressof(self._step)))
        return self._copy(self._step)

    def reason(self, stream: int) -> Reason | None:
        """Why the guard of a stream acts."""
        info = _library.ReasonInfo(struct_size=ctypes.sizeof(_library.ReasonInfo))
        check(library.witan_pool_reason(self._handle, stream, ctypes.byref(info)))
        return reason_of(info, self._ids[stream])

    def close_stream(self, stream: int) -> None:
        """Gives the place of a stream back."""
        check(library.witan_pool_close(self._handle, stream))
        del self._ids[stream]

    @staticmethod
    def _copy(step: _library.StepInfo) -> Step:
        text = ctypes.string_at(step.bytes, step.emit) if step.emit else b""
        return Step(text, step.emit, step.held, step.action, step.is_ended != 0)
