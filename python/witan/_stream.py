"""Guarded streams."""

from __future__ import annotations

import ctypes
from typing import Any, Iterable

import numpy

from . import _library
from ._library import check, encoded, error, library, made
from ._model import Model, Scores
from ._options import GuardOptions, raw
from ._panel import Panel
from ._step import Action, Cause, Reason, Step
from ._vocabulary import Vocabulary

_push = library.witan_stream_push
_string_at = ctypes.string_at
_new_step = tuple.__new__


def reason_of(info: _library.ReasonInfo, ids: tuple[str, ...]) -> Reason | None:
    """None when everything may pass."""
    if not info.cause:
        return None
    is_output = info.cause == Cause.OUTPUT
    return Reason(
        Cause(info.cause), Action(info.action), ids[info.output] if is_output else None,
        info.probability if is_output else None, info.onset_word if is_output else None,
        info.onset_byte if is_output else None, info.byte, bool(info.is_on))


class Stream:
    """One generation, graded and guarded as it comes. It belongs to one thread at a time; close it, or use it
    in a `with` block."""

    def __init__(self, model: Model | Panel, options: GuardOptions | str | None = None, *,
                 _handle: int | None = None, **named: Any) -> None:
        self.model = model
        self._handle: int | None = None
        if _handle is None:
            create = library.witan_panel_guard_create if isinstance(model, Panel) else library.witan_stream_create
            _handle = made(create, model._handle, ctypes.byref(raw(options, named)))
        self._handle = _handle
        self._step = _library.StepInfo()
        self._address = ctypes.addressof(self._step)

    def __enter__(self) -> "Stream":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Frees the stream; what it held is gone."""
        if self._handle:
            check(library.witan_stream_free(self._handle))
            self._handle = None

    def __del__(self) -> None:
        if getattr(self, "_handle", None):
            library.witan_stream_free(self._handle)

    def push(self, chunk: str | bytes) -> Step:
        """Takes the next part of the text, one token for `rewind`: strings, or bytes cut anywhere."""
        data = chunk if type(chunk) is bytes else encoded(chunk)
        status = _push(self._handle, data, len(data), self._address)
        if status:
            raise error(status)
        step = self._step
        emit = step.emit
        return _new_step(Step, (
            _string_at(step.bytes, emit) if emit else b"", emit, step.held, step.action, step.is_ended != 0))

    def _answer(self) -> Step:
        step = self._step
        text = _string_at(step.bytes, step.emit) if step.emit else b""
        return Step(text, step.emit, step.held, step.action, step.is_ended != 0)

    def push_all(self, chunks: Iterable[str | bytes]) -> list[Step]:
        """Takes many chunks in one call, each a push. Their steps have `emit` but no `text`: what goes out is
        the next `emit` bytes of the text."""
        data = [encoded(chunk) for chunk in chunks]
        offsets = numpy.zeros(len(data) + 1, numpy.uint64)
        numpy.cumsum([len(chunk) for chunk in data], out=offsets[1:], dtype=numpy.uint64)
        joined = b"".join(data)
        steps = numpy.empty(len(data), _STEP)
        check(library.witan_stream_push_batch(
            self._handle, joined, len(joined), offsets.ctypes.data, len(data), steps.ctypes.data))
        columns = (steps[name].tolist() for name in ("emit", "held", "action", "is_ended"))
        return [_new_step(Step, (b"", emit, held, action, ended != 0)) for emit, held, action, ended in zip(*columns)]

    def push_token(self, token: int, vocabulary: Vocabulary) -> Step:
        """Takes the bytes of a token of the model that generates."""
        check(library.witan_stream_push_token(self._handle, vocabulary._handle, token, self._address))
        return self._answer()

    def finish(self) -> Step:
        """Ends the text: everything goes out that no rule keeps back."""
        check(library.witan_stream_finish(self._handle, self._address))
        return self._answer()

    def release(self) -> Step:
        """Lets out what is held or asked about."""
        check(library.witan_stream_resolve(self._handle, 0, self._address))
        return self._answer()

    def terminate(self) -> Step:
        """Answers what is held or asked about by stopping."""
        check(library.witan_stream_resolve(self._handle, 1, self._address))
        return self._answer()

    def cancel(self) -> Step:
        """Ends the text where it is: what was not let out is not let out."""
        check(library.witan_stream_cancel(self._handle, self._address))
        return self._answer()

    @property
    def verdict(self) -> Step:
        """What is in force now, with nothing to emit."""
        check(library.witan_stream_verdict(self._handle, self._address))
        return self._answer()

    @property
    def reason(self) -> Reason | None:
        """Why the guard acts now; None when everything may pass."""
        info = _library.ReasonInfo(struct_size=ctypes.sizeof(_library.ReasonInfo))
        check(library.witan_stream_reason(self._handle, ctypes.byref(info)))
        return reason_of(info, self.model.ids)

    def events(self) -> list[Reason]:
        """The rules that turned on or off since this was last asked."""
        found: list[Reason] = []
        while True:
            info = _library.ReasonInfo(struct_size=ctypes.sizeof(_library.ReasonInfo))
            check(library.witan_stream_next_event(self._handle, ctypes.byref(info)))
            event = reason_of(info, self.model.ids)
            if event is None:
                return found
            found.append(event)

    @property
    def scores(self) -> Scores:
        """The probabilities now, of the whole text so far. [outputs]"""
        scores = numpy.empty(len(self.model.ids), numpy.float32)
        check(library.witan_stream_scores(self._handle, scores.ctypes.data, scores.size))
        return scores

    @property
    def memory(self) -> int:
        """Bytes that the stream holds, beside the model."""
        count = ctypes.c_uint64()
        check(library.witan_stream_memory(self._handle, ctypes.byref(count)))
        return count.value

    def rewind(self, tokens: int) -> int:
        """Takes the last pushes back; returns how many bytes were emitted since. Needs `rewind_tokens`."""
        if tokens < 0:
            raise ValueError(f"{tokens} tokens cannot be taken back")
        taken = ctypes.c_uint64()
        check(library.witan_stream_rewind(self._handle, tokens, ctypes.byref(taken)))
        return taken.value

    def fork(self) -> "Stream":
        """A second stream that goes on from here by itself."""
        return Stream(self.model, _handle=made(library.witan_stream_fork, self._handle))

    def reset(self) -> None:
        """Starts a new text with the same options."""
        check(library.witan_stream_reset(self._handle))

    def save(self) -> bytes:
        """The state, for a stream of the same model and options in any process."""
        length = ctypes.c_size_t()
        library.witan_stream_save(self._handle, None, 0, ctypes.byref(length))
        place = ctypes.create_string_buffer(max(1, length.value))
        check(library.witan_stream_save(self._handle, place, length.value, ctypes.byref(length)))
        return place.raw[:length.value]

    def resume(self, saved: bytes) -> None:
        """Takes up what `save` gave."""
        check(library.witan_stream_resume(self._handle, saved, len(saved)))


_STEP = numpy.dtype({
    "names": ["emit", "held", "action", "is_ended"], "formats": ["<u8", "<u8", "<i4", "<i4"],
    "offsets": [0, 8, 24, 28], "itemsize": ctypes.sizeof(_library.StepInfo),
})
