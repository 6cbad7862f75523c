"""A guard for `transformers`: a streamer that sends what may go out, and the criterion that stops.

    guarded = Guarded(classifier, tokenizer_bytes, prompt_length, send=print)
    model.generate(ids, streamer=guarded, stopping_criteria=StoppingCriteriaList([guarded]))
    guarded.end()
"""

from __future__ import annotations

from typing import Callable

import torch
import witan
from transformers import StoppingCriteria
from transformers.generation.streamers import BaseStreamer


class Guarded(BaseStreamer, StoppingCriteria):
    """One generation (a batch of one). `vocabulary` has the bytes of the tokenizer's ids; `send` gets the text
    that may go out, whole words. Without a streamer the criterion alone stops the generation."""

    def __init__(self, classifier: witan.Model, vocabulary: witan.Vocabulary, prompt_length: int,
                 send: Callable[[str], None], end_ids: frozenset[int] = frozenset(), **options) -> None:
        self.stream = classifier.stream(**options)
        self.vocabulary, self.send, self.end_ids = vocabulary, send, end_ids
        self.taken = prompt_length
        self.last: witan.Step | None = None

    def put(self, value: torch.Tensor) -> None:
        """The streamer's part: tokens come to `__call__` as well, which takes them."""

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor, **_) -> torch.Tensor:
        if input_ids.shape[0] != 1:
            raise ValueError("a guard watches one text; use one for each row")
        for token in input_ids[0, self.taken:].tolist():
            if token not in self.end_ids:
                self._take(self.stream.push_token(token, self.vocabulary))
        self.taken = input_ids.shape[1]
        stops = self.last is not None and self.last.action >= witan.ASK
        return torch.full((1,), stops, dtype=torch.bool, device=input_ids.device)

    def end(self) -> None:
        """Called by `generate` at the end: the last word is graded, and goes out if it may."""
        if not self.stream.verdict.is_ended:
            self._take(self.stream.finish())

    def _take(self, step: witan.Step) -> None:
        self.last = step
        if step.text:
            self.send(step.text.decode("utf-8", "replace"))

    @property
    def reason(self) -> witan.Reason | None:
        """Why the text was stopped; None when it was not."""
        return self.stream.reason
