"""Errors of the library, and of guarded texts that stop."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._step import Reason


class WitanError(Exception):
    """What went wrong; `code` is a word for programs: argument, handle, busy, space, limit, io, format,
    unsupported or value."""

    def __init__(self, message: str, code: str = "argument") -> None:
        super().__init__(message)
        self.code = code

    def __reduce__(self) -> tuple[type, tuple[str, str]]:
        return (WitanError, (self.args[0], self.code))


class Terminated(Exception):
    """A guard ended the text, or held some of it back at its end: `reason` says why, `held` how many bytes
    were generated and never went out."""

    def __init__(self, reason: "Reason | None", held: int) -> None:
        super().__init__(f"the text was stopped: {reason}")
        self.reason = reason
        self.held = held
