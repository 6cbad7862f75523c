"""What a guard answers."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple


class Action(IntEnum):
    """What to do with the text, from the mildest to the most severe."""

    EMIT = 0
    ANNOTATE = 1
    HOLD = 2
    ASK = 3
    TERMINATE = 4


EMIT, ANNOTATE, HOLD, ASK, TERMINATE = Action


class Cause(IntEnum):
    """Why a guard acts."""

    NONE = 0
    OUTPUT = 1
    HELD_BYTES = 2
    LENGTH = 3
    ANSWER = 4
    CANCELLED = 5


class Step(NamedTuple):
    """What to do after a push, in this order: send `text`, keep `held` bytes back, obey `action`."""

    text: bytes
    """Bytes that may go out now: whole words, hence whole characters. Empty in batches, see `emit`."""
    emit: int
    """How many bytes may go out now, following those before."""
    held: int
    action: int
    """An `Action`, as a plain number: comparing costs nothing."""
    is_ended: bool
    """Whether pushes are ignored from now on."""


class Reason(NamedTuple):
    """Why a guard acts: what to log."""

    cause: Cause
    action: Action
    output: str | None
    """The id of the output that turned on; None for other causes."""
    probability: float | None
    onset_word: int | None
    onset_byte: int | None
    byte: int
    is_on: bool
