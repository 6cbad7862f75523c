"""A guard around any iterator of chunks."""

from __future__ import annotations

import codecs
from typing import Iterable, Iterator

from ._errors import Terminated
from ._step import ASK, HOLD, TERMINATE, Reason
from ._stream import Stream


class Guard:
    """Yields what may go out of the chunks, as soon as it may, as strings.

    Raises `Terminated` where the guard ends the text, and at its end when some of it is still held: a part is
    never taken for the whole. A rule that asks counts as one that terminates; use `Stream` to answer. When the
    chunks raise, or the iterator is closed, the stream is cancelled and what it held stays in.
    """

    def __init__(self, stream: Stream, chunks: Iterable[str | bytes]) -> None:
        self.stream = stream
        self.chunks = chunks
        self.reason: Reason | None = None
        """Why the text was stopped; None while it was not."""

    def __iter__(self) -> Iterator[str]:
        stream = self.stream
        stream.reset()
        # Words end at whole characters; bytes that are no UTF-8 are replaced.
        decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        is_done = False
        try:
            for chunk in self.chunks:
                step = stream.push(chunk)
                if step.emit:
                    yield decode(step.text)
                if step.action >= ASK:
                    is_done = True
                    self._stop(step.held)
            step = stream.finish()
            is_done = True
            text = decode(step.text, True)
            if text:
                yield text
            if step.action >= HOLD:
                self._stop(step.held)
        finally:
            if not is_done:
                stream.cancel()

    def _stop(self, held: int) -> None:
        self.reason = self.stream.reason
        if self.stream.verdict.action != TERMINATE:
            self.stream.cancel()
        raise Terminated(self.reason, held)
