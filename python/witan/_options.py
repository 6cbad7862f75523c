"""Options of guards, as docs/guard.md names them."""

from __future__ import annotations

import ctypes
import json
from dataclasses import dataclass, field
from typing import Any, Mapping, Sequence

from ._library import GuardOptionsInfo


@dataclass(frozen=True)
class Rule:
    """When an output counts as on, and what follows. None stands for the model's threshold, and for `on`."""

    on: float | None = None
    off: float | None = None
    debounce: int | str = 1
    """N words in a row, or "K/M": K of the last M."""
    action: str = "terminate"
    """emit, annotate, hold, ask or terminate."""

    def _json(self) -> dict[str, Any]:
        named = {"on": self.on, "off": self.off, "debounce": self.debounce, "action": self.action}
        return {key: value for key, value in named.items() if value is not None}


@dataclass(frozen=True)
class GuardOptions:
    """What a guard watches, what it does, and what it may use."""

    rule: Rule | None = field(default_factory=Rule)
    """Of `any`, in models without it of each prohibited label; None watches the named outputs alone."""
    rules: Mapping[str, Rule] = field(default_factory=dict)
    """By the id of an output."""
    hold_words: int = 0
    rewind_tokens: int = 0
    """Pushes that can be taken back; each costs memory."""
    windows: Sequence[int] = ()
    maximum_word_bytes: int = 256
    maximum_held_bytes: int = 1 << 16
    maximum_bytes: int = 1 << 22
    at_maximum_bytes: str = "terminate"

    def to_json(self) -> str:
        """The options as files and `witan stream --guard` have them."""
        return json.dumps({
            "default": None if self.rule is None else self.rule._json(),
            "rules": {name: rule._json() for name, rule in self.rules.items()},
            "hold_words": self.hold_words, "rewind_tokens": self.rewind_tokens, "windows": list(self.windows),
            "maximum_word_bytes": self.maximum_word_bytes, "maximum_held_bytes": self.maximum_held_bytes,
            "maximum_bytes": self.maximum_bytes, "at_maximum_bytes": self.at_maximum_bytes,
        })


def raw(options: GuardOptions | str | None, named: dict[str, Any]) -> GuardOptionsInfo:
    """The structure of the library, from options, their JSON, or names of fields."""
    if options is not None and named:
        raise TypeError("give options, or their fields by name, not both")
    if options is None:
        options = GuardOptions(**named)
    text = (options if isinstance(options, str) else options.to_json()).encode()
    return GuardOptionsInfo(struct_size=ctypes.sizeof(GuardOptionsInfo), json=text, json_length=len(text))
