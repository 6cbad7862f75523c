"""Panels: several models that each give an opinion."""

from __future__ import annotations

import ctypes
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Iterable, Mapping, Sequence

import numpy

from . import _library
from ._library import check, encoded, library, made
from ._model import _SIDES, Model, Scores
from ._options import GuardOptions
from ._policy import Policy
from ._step import Action
from ._verdict import Verdict, verdict_of
from ._vocabulary import Vocabulary

if TYPE_CHECKING:
    from ._guard import Guard
    from ._pool import Pool
    from ._stream import Stream


@dataclass(frozen=True)
class Member:
    """A model in a panel, with what you know of its file and who signed it: every opinion names both."""

    model: Model
    model_digest: str | None = None
    signer: str | None = None


class Panel:
    """Several models that grade a text in one pass, each for itself: nothing is averaged. Give them by the names that
    opinions and policies use, or as a list under the ids of their constitutions. Read-only, serves all threads,
    pickled by the paths of its models."""

    def __init__(self, members: Mapping[str, Model | Member] | Iterable[Model | Member]) -> None:
        self._handle: int | None = None
        self._idle: list[int] = []  # streams that no thread is using
        named: list[tuple[str | None, Model | Member]]
        named = list(members.items()) if isinstance(members, Mapping) else [(None, member) for member in members]
        list_of = _library.PanelMember * max(1, len(named))
        listed = list_of()
        full: list[tuple[str | None, Member]] = []
        for place, (name, given) in zip(listed, named):
            member = given if isinstance(given, Member) else Member(given)
            full.append((name, member))
            place.model = member.model._handle
            for field, text in (("name", name), ("model_digest", member.model_digest), ("signer", member.signer)):
                data = None if text is None else text.encode()
                setattr(place, field, data)
                setattr(place, field + "_length", len(data or b""))
        self._handle = made(library.witan_panel_create, ctypes.addressof(listed), len(named))
        info = _library.PanelInfo(struct_size=ctypes.sizeof(_library.PanelInfo))
        check(library.witan_panel_describe(self._handle, ctypes.byref(info)))
        self.output_count: int = info.output_count
        """Probabilities of a text: those of each member after the other."""
        self.memory: int = info.bytes
        """Bytes that the panel holds beside its models."""
        self.models: dict[str, Model] = {}
        """The models by name, in order."""
        self.columns: dict[str, slice] = {}
        """Where each member's probabilities stand among all; `models[name].ids` names them."""
        for index, (_, member) in enumerate(full):
            one = _library.PanelMemberInfo(struct_size=ctypes.sizeof(_library.PanelMemberInfo))
            check(library.witan_panel_describe_member(self._handle, index, ctypes.byref(one)))
            name = one.name.decode()
            self.models[name] = member.model
            self.columns[name] = slice(one.first_output, one.first_output + one.output_count)
        self._members = full
        self.ids: tuple[str, ...] = tuple(f"{name}/{one}" for name, model in self.models.items() for one in model.ids)
        """What rules of guards call the outputs: member/principle, member/any."""

    def __reduce__(self) -> tuple[Any, tuple[Any]]:
        if self._members and self._members[0][0] is None:
            return (Panel, ([member for _, member in self._members],))
        return (Panel, (dict(self._members),))

    def __del__(self) -> None:
        for stream in getattr(self, "_idle", ()):
            library.witan_panel_stream_free(stream)
        if getattr(self, "_handle", None):
            library.witan_panel_free(self._handle)

    def __repr__(self) -> str:
        return f"Panel({', '.join(self.models)})"

    def check(self, policy: Policy) -> None:
        """Raises `WitanError` unless the panel has what the policy asks for: its members, of the constitutions and
        versions that it names, with their tables of embeddings, and each principle of a rule. Call it at start:
        without it such members count as missing and such rules as silent."""
        check(library.witan_panel_check(self._handle, policy._handle))

    def verdict(self, text: str | bytes, prompt: str | bytes | None = None, side: str | None = None,
                policy: Policy | None = None) -> Verdict:
        """What all say of a text, and what the policy says to do. With a prompt the text is judged as the answer to
        it, else as a text on `side`: prompt, response, exchange, or None for any."""
        # A stream belongs to one thread; appending and popping are atomic.
        try:
            handle = self._idle.pop()
        except IndexError:
            handle = made(library.witan_panel_stream_create, self._handle)
        stream = PanelStream(self, _handle=handle)
        try:
            stream.begin(prompt, side)
            stream.push(text)
            stream.finish()
            return stream.verdict(policy)
        finally:
            stream._handle = None
            self._idle.append(handle)

    def stream(self, prompt: str | bytes | None = None, side: str | None = None,
               windows: Sequence[int] = ()) -> "PanelStream":
        """A stream at the beginning of a text; with windows, in words, it is read through them too
        (`PanelStream.window_scores`)."""
        return PanelStream(self, prompt, side, windows)

    def guarded(self, options: GuardOptions | str | None = None, **named: Any) -> "Stream":
        """A guarded stream over all members. Rules are about the names in `ids`, the default rule about `any` of each
        member, or each prohibition where it has none, so that the strictest decides. Where they disagree and that is to count, use a policy."""
        from ._stream import Stream

        return Stream(self, options, **named)

    def guard(self, chunks: Iterable[str | bytes], options: GuardOptions | str | None = None, **named: Any) -> "Guard":
        """What may go out of these chunks, as soon as it may; see `Guard` and `guarded`."""
        from ._guard import Guard

        return Guard(self.guarded(options, **named), chunks)

    def pool(self, capacity: int, options: GuardOptions | str | None = None, **named: Any) -> "Pool":
        """A pool for streams that take turns, each as one that `guarded` makes."""
        from ._pool import Pool

        return Pool(self, capacity, options, **named)


class PanelStream:
    """One text, graded by all members as it comes. It belongs to one thread at a time; close it, or use it in a
    `with` block."""

    def __init__(self, panel: Panel, prompt: str | bytes | None = None, side: str | None = None,
                 windows: Sequence[int] = (), *, _handle: int | None = None) -> None:
        self.panel = panel
        self._handle: int | None = None
        sizes = numpy.array(windows, numpy.uint32)
        self._handle = _handle or made(
            library.witan_panel_stream_create_windowed, panel._handle, sizes.ctypes.data, sizes.size)
        if prompt is not None or side is not None:
            self.begin(prompt, side)

    def __enter__(self) -> "PanelStream":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Frees the stream."""
        if self._handle:
            check(library.witan_panel_stream_free(self._handle))
            self._handle = None

    def __del__(self) -> None:
        if getattr(self, "_handle", None):
            library.witan_panel_stream_free(self._handle)

    def begin(self, prompt: str | bytes | None = None, side: str | None = None) -> None:
        """Starts a new text: the answer to a prompt, or a text on `side`."""
        if side not in _SIDES:
            raise ValueError(f"{side!r} is no side: it is prompt, response, exchange or None")
        data = None if prompt is None else encoded(prompt)
        check(library.witan_panel_stream_begin(self._handle, _SIDES.index(side), data, len(data or b"")))

    def push(self, chunk: str | bytes) -> None:
        """Takes the next part of the text: strings, or bytes cut anywhere."""
        data = chunk if type(chunk) is bytes else encoded(chunk)
        check(library.witan_panel_stream_push(self._handle, data, len(data)))

    def push_token(self, token: int, vocabulary: Vocabulary) -> None:
        """Takes the bytes of a token of the model that generates."""
        check(library.witan_panel_stream_push_token(self._handle, vocabulary._handle, token))

    def finish(self) -> None:
        """Ends the text: its last word is closed."""
        check(library.witan_panel_stream_finish(self._handle))

    @property
    def scores(self) -> Scores:
        """The probabilities now, those of each member after the other (`Panel.columns`). [outputs]"""
        scores = numpy.empty(self.panel.output_count, numpy.float32)
        check(library.witan_panel_stream_scores(self._handle, scores.ctypes.data, scores.size))
        return scores

    def end_word(self) -> None:
        """Ends a word for the windows: they count the calls, and reach back to one of them."""
        check(library.witan_panel_stream_end_word(self._handle))

    @property
    def window_scores(self) -> Scores:
        """The largest probability of each output among the windows, and the whole text while it is no longer than the
        largest of them. [outputs]"""
        scores = numpy.empty(self.panel.output_count, numpy.float32)
        check(library.witan_panel_stream_window_scores(self._handle, scores.ctypes.data, scores.size))
        return scores

    def verdict(self, policy: Policy | None = None) -> Verdict:
        """What all say now, and what the policy says to do with the text as it stands: its debounces, which count
        words of a stream, are not applied."""
        text, length = ctypes.c_void_p(), ctypes.c_size_t()
        self._ask(policy, ctypes.byref(text), ctypes.byref(length))
        assert text.value is not None
        return verdict_of(json.loads(ctypes.string_at(text.value, length.value)))

    def action(self, policy: Policy) -> Action:
        """What the policy says to do now, without debounces as in `verdict`; costs less than the whole verdict."""
        return Action(self._ask(policy, None, None).action)

    def _ask(self, policy: Policy | None, text: Any, length: Any) -> _library.PanelVerdict:
        info = _library.PanelVerdict(struct_size=ctypes.sizeof(_library.PanelVerdict))
        check(library.witan_panel_stream_verdict(
            self._handle, None if policy is None else policy._handle, ctypes.byref(info), text, length))
        return info

    @property
    def memory(self) -> int:
        """Bytes that the stream holds, beside the panel."""
        count = ctypes.c_uint64()
        check(library.witan_panel_stream_memory(self._handle, ctypes.byref(count)))
        return count.value

    def fork(self) -> "PanelStream":
        """A second stream that goes on from here by itself."""
        return PanelStream(self.panel, _handle=made(library.witan_panel_stream_fork, self._handle))

    def reset(self) -> None:
        """Starts a new text without prompt and side."""
        check(library.witan_panel_stream_reset(self._handle))

    def save(self) -> bytes:
        """The state, for a stream of the same members, in their order, and windows in any process."""
        length = ctypes.c_size_t()
        library.witan_panel_stream_save(self._handle, None, 0, ctypes.byref(length))
        place = ctypes.create_string_buffer(max(1, length.value))
        check(library.witan_panel_stream_save(self._handle, place, length.value, ctypes.byref(length)))
        return place.raw[:length.value]

    def resume(self, saved: bytes) -> None:
        """Takes up what `save` gave."""
        check(library.witan_panel_stream_resume(self._handle, saved, len(saved)))
