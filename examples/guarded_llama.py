"""`llama_cpp.Llama` with a guard inside: completions, chats and the server let out only what it lets out."""

from __future__ import annotations

import os
from collections import deque

import llama_cpp
import witan

CLASSIFIER = witan.Model.load(os.environ["WITAN_MODEL"], os.environ.get("WITAN_EMBEDDINGS"))
OPTIONS = os.environ.get("WITAN_GUARD", '{"hold_words": 4, "rewind_tokens": 0}')


class GuardedLlama(llama_cpp.Llama):
    """Tokens wait until the guard has let all of their bytes out. Where it ends the text, an end of generation
    takes the place of the tokens that wait: they never go out, and nothing more is generated."""

    def __init__(self, model_path: str, **settings) -> None:
        super().__init__(model_path, **settings)
        self.vocabulary = witan.Vocabulary.load(model_path)
        self.last_reason: witan.Reason | None = None

    def generate(self, tokens, **settings):
        waiting: deque[tuple[int, int]] = deque()
        room = 0
        self.last_reason = None
        with CLASSIFIER.stream(OPTIONS) as stream:
            for token in super().generate(tokens, **settings):
                is_end = llama_cpp.llama_vocab_is_eog(self._model.vocab, token)
                step = stream.finish() if is_end else stream.push_token(token, self.vocabulary)
                room += step.emit
                if not is_end:
                    waiting.append((token, len(self.vocabulary[token])))
                while waiting and waiting[0][1] <= room:
                    ready, size = waiting.popleft()
                    room -= size
                    yield ready
                if is_end or step.action >= witan.ASK:
                    self.last_reason = stream.reason
                    yield self.token_eos()
                    return
