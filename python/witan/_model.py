"""Models: loading, whole texts, explanations."""

from __future__ import annotations

import ctypes
import os
import threading
from typing import TYPE_CHECKING, Any, Callable, Iterable, NamedTuple, Sequence

import numpy
import numpy.typing

from . import _library
from ._library import check, encoded, library, made
from ._options import GuardOptions

if TYPE_CHECKING:
    from ._guard import Guard
    from ._pool import Pool
    from ._stream import Stream

Scores = numpy.typing.NDArray[numpy.float32]

_STANCES = (None, "prohibit", "discourage", "permit", "encourage")
_SIDES = (None, "prompt", "response", "exchange")


class Output(NamedTuple):
    """One column of the scores."""

    id: str
    title: str
    threshold: float
    stance: str | None
    side: str | None


class Contribution(NamedTuple):
    """What one word of a text adds to the logit of an output. `start` and `end` are in bytes of its UTF-8."""

    word: str
    start: int
    end: int
    value: float


class Span(NamedTuple):
    """Words of a text that stand side by side. `start` and `end` are in bytes of its UTF-8 as given."""

    text: str
    start: int
    end: int
    share: float
    """Of what all spans take off the logit; those of all sum to 1."""


class Evidence(NamedTuple):
    """The words that a verdict rests on: a small set without which the output would not be flagged."""

    output: str
    probability: float
    remaining: float
    """The probability with a space in place of each span."""
    is_flagged: bool
    """Whether the text has the verdict; without it there are no spans."""
    flips: bool
    """Whether the text without the spans has another verdict."""
    spans: tuple[Span, ...]

    def removed(self, text: str | bytes) -> bytes:
        """The text with a space in place of each span: it scores `remaining`."""
        data = encoded(text)
        ends = [0] + [span.end for span in self.spans]
        starts = [span.start for span in self.spans] + [len(data)]
        return b" ".join(data[end:start] for end, start in zip(ends, starts))


class _Context:
    """What the models of a process share: each table of embeddings is mapped once."""

    def __init__(self) -> None:
        self.handle = made(library.witan_context_create)
        self.paths: set[str] = set()
        self.lock = threading.Lock()

    def add(self, path: str) -> None:
        with self.lock:
            if path not in self.paths:
                name = os.fsencode(path)
                check(library.witan_context_add_embeddings(self.handle, name, len(name)))
                self.paths.add(path)


_context = _Context()


def outputs_of(handle: int, count: int, ask: Callable[..., int]) -> tuple[Output, ...]:
    """The outputs of a model or probe."""
    found = []
    for index in range(count):
        info = _library.OutputInfo(struct_size=ctypes.sizeof(_library.OutputInfo))
        check(ask(handle, index, ctypes.byref(info)))
        found.append(Output(info.id.decode(), info.title.decode(), info.threshold, _STANCES[info.stance],
                            _SIDES[info.side]))
    return tuple(found)


class Model:
    """A classifier: read-only, serves all threads, pickled by its path. Use `Model.load`."""

    def __init__(self, handle: int, path: str | None, embeddings: str | None) -> None:
        self._handle = handle
        self._path, self._embeddings = path, embeddings
        self._scorers: list[int] = []  # that no thread is using
        info = _library.ModelInfo(struct_size=ctypes.sizeof(_library.ModelInfo))
        check(library.witan_model_describe(handle, ctypes.byref(info)))
        self.outputs = outputs_of(handle, info.output_count, library.witan_model_output)
        """What the columns of scores are."""
        self.ids = tuple(output.id for output in self.outputs)
        self.any_output: int | None = info.any_output if info.any_output >= 0 else None
        """The column of `any`, the probability that some prohibited principle applies."""
        self.is_complete = bool(info.is_complete)
        """Whether the model has the table of embeddings that it was trained with, or needs none."""
        self.is_exclusive = bool(info.is_exclusive)

    @classmethod
    def load(cls, path: str | os.PathLike[str], embeddings: str | os.PathLike[str] | None = None) -> "Model":
        """Maps the model at `path`; `embeddings` is the table of word-piece vectors that it names."""
        path = os.path.abspath(os.fspath(path))
        table = None if embeddings is None else os.path.abspath(os.fspath(embeddings))
        if table is not None:
            _context.add(table)
        name = os.fsencode(path)
        return cls(made(library.witan_model_open, _context.handle, name, len(name)), path, table)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Model":
        """Reads a model from memory. It cannot be pickled."""
        return cls(made(library.witan_model_open_bytes, _context.handle, data, len(data)), None, None)

    def __reduce__(self) -> tuple[Any, tuple[str, str | None]]:
        if self._path is None:
            raise TypeError("a model from bytes has no path to pickle; load it by path")
        return (Model.load, (self._path, self._embeddings))

    def __del__(self) -> None:
        for scorer in getattr(self, "_scorers", ()):
            library.witan_scorer_free(scorer)
        if getattr(self, "_handle", None):
            library.witan_model_free(self._handle)

    def __repr__(self) -> str:
        return f"Model({self._path or 'from bytes'!r}, {len(self.outputs)} outputs)"

    def metadata(self, key: str) -> str | None:
        """A line of what made the model, such as its constitution's digest."""
        value = ctypes.c_char_p()
        name = key.encode()
        check(library.witan_model_metadata(self._handle, name, len(name), ctypes.byref(value)))
        return None if value.value is None else value.value.decode()

    def score(self, texts: str | bytes | Sequence[str | bytes],
              prompts: Sequence[str | bytes | None] | None = None) -> Scores:
        """Probabilities, float32 [texts, outputs]; of one text [outputs]. With prompts each text is judged as
        the answer to its prompt. Releases the GIL; the same bits as a stream gives."""
        if isinstance(texts, (str, bytes)):
            scores: Scores = self.score([texts], prompts)[0]
            return scores
        data = [encoded(text) for text in texts]
        scores = numpy.empty((len(data), len(self.outputs)), numpy.float32)
        # A scorer belongs to one thread; appending and popping are atomic.
        try:
            scorer = self._scorers.pop()
        except IndexError:
            scorer = made(library.witan_scorer_create, (ctypes.c_void_p * 1)(self._handle), 1)
        try:
            if prompts is None:
                offsets = numpy.zeros(len(data) + 1, numpy.uint64)
                numpy.cumsum([len(text) for text in data], out=offsets[1:], dtype=numpy.uint64)
                joined = b"".join(data)
                check(library.witan_scorer_score_packed(
                    scorer, joined, len(joined), offsets.ctypes.data, len(data), scores.ctypes.data, scores.size))
            else:
                asked = [None if prompt is None else encoded(prompt) for prompt in prompts]
                if len(asked) != len(data):
                    raise ValueError(f"{len(data)} texts, but {len(asked)} prompts")
                list_of = _library.Text * max(1, len(data))
                listed = list_of(*(_library.Text(text, len(text)) for text in data))
                before = list_of(*(_library.Text(prompt, len(prompt or b"")) for prompt in asked))
                check(library.witan_scorer_score(
                    scorer, ctypes.addressof(listed), ctypes.addressof(before), len(data), scores.ctypes.data,
                    scores.size))
        finally:
            self._scorers.append(scorer)
        return scores

    def evidence(self, text: str | bytes, output: str | int | None = None, prompt: str | bytes | None = None,
                 side: str | None = None, threshold: float | None = None, limit: int | None = None) -> Evidence:
        """The words that the verdict of an output rests on, found by deletion and scored anew from the bytes. Of an
        output by its id or column; `any`, or the first, when None. With a prompt the text is judged as the answer to it,
        else as a text on `side`. `threshold`: from where it counts as flagged, the model's own when None. `limit`: words
        that are named at most, 1 or more; a fifth of the text's, 3 to 50, when None."""
        if side not in _SIDES:
            raise ValueError(f"{side!r} is no side: it is prompt, response, exchange or None")
        if limit is not None and limit < 1:
            raise ValueError(f"limit is {limit}, not 1 or more")
        if threshold is not None and not 0 < threshold <= 1:
            raise ValueError(f"threshold is {threshold}, not above 0 and up to 1")
        index = self._index(output)
        data = encoded(text)
        asked = None if prompt is None else encoded(prompt)
        options = _library.EvidenceOptionsInfo(
            struct_size=ctypes.sizeof(_library.EvidenceOptionsInfo), side=_SIDES.index(side), prompt=asked,
            prompt_length=len(asked or b""), threshold=threshold or 0, word_limit=limit or 0)
        info = _library.EvidenceInfo(struct_size=ctypes.sizeof(_library.EvidenceInfo))
        count = ctypes.c_size_t()
        # A span has a byte at least, and another lies between two.
        capacity = max(64, min(limit or 0, len(data)))
        found = (_library.EvidenceSpan * capacity)()
        check(library.witan_model_evidence(
            self._handle, data, len(data), index, ctypes.addressof(options), ctypes.byref(info),
            ctypes.addressof(found), capacity, ctypes.byref(count)))
        spans = tuple(
            Span(data[s.start:s.end].decode(errors="replace"), s.start, s.end, s.share) for s in found[:count.value])
        return Evidence(
            self.ids[index], info.probability, info.remaining, bool(info.is_flagged), bool(info.flips), spans)

    def _index(self, output: str | int | None) -> int:
        """The column of an output by its id or column; `any`, or the first, when None."""
        if output is None:
            return self.any_output or 0
        if isinstance(output, int):
            return output
        if output not in self.ids:
            raise ValueError(f"{output!r} is no output of this model; there are {', '.join(self.ids)}")
        return self.ids.index(output)

    def explain(self, text: str, output: str | int | None = None) -> list[Contribution]:
        """What each word adds to the logit of an output, by its id or column; `any`, or the first, when None."""
        index = self._index(output)
        data = encoded(text)
        count = ctypes.c_size_t()
        capacity = len(data) + 1
        found = (_library.ContributionInfo * capacity)()
        check(library.witan_model_explain(
            self._handle, data, len(data), index, ctypes.addressof(found), capacity, ctypes.byref(count)))
        return [
            Contribution(data[c.start:c.end].decode(errors="replace"), c.start, c.end, c.value)
            for c in found[:count.value]
        ]

    def stream(self, options: GuardOptions | str | None = None, **named: Any) -> "Stream":
        """A guarded stream at the beginning of a text. Options, their JSON, or fields of `GuardOptions`."""
        from ._stream import Stream

        return Stream(self, options, **named)

    def guard(self, chunks: Iterable[str | bytes], options: GuardOptions | str | None = None, **named: Any) -> "Guard":
        """What may go out of these chunks, as soon as it may; see `Guard`."""
        from ._guard import Guard

        return Guard(self.stream(options, **named), chunks)

    def pool(self, capacity: int, options: GuardOptions | str | None = None, **named: Any) -> "Pool":
        """A pool for streams that take turns."""
        from ._pool import Pool

        return Pool(self, capacity, options, **named)

