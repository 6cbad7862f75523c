"""What all peers share: reading data, measures, and the attacks of the robustness benchmark.

Standard library only, so that it runs without any peer installed.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import random
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """A text and its one label."""

    text: str
    label: str


@dataclass(frozen=True)
class Prediction:
    """The label a tool chose, and its probability where the tool gives one."""

    label: str
    confidence: float | None


# Reading and writing


def read_rows(path: Path) -> list[Row]:
    """Rows of a JSONL file with `text` and `label`; `.gz` is unpacked. Names file and line on error."""
    open_text = gzip.open if path.suffix == ".gz" else open
    rows: list[Row] = []
    with open_text(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                fields = json.loads(line)
                rows.append(Row(fields["text"], str(fields["label"])))
            except (ValueError, KeyError, TypeError) as error:
                place = f"{path.name}:{number}"
                raise ValueError(f"{place}: not an object with text and label ({error})") from None
    return rows


def write_rows(path: Path, rows: Iterable[Row]) -> None:
    with open(path, "w", encoding="utf-8") as out:
        for row in rows:
            out.write(json.dumps({"text": row.text, "label": row.label}, ensure_ascii=False) + "\n")


def is_held_out(text: str) -> bool:
    """Whether a row of a set without a dev part is in the tenth that serves as one.

    By a hash of the text: the same rows for every tool, and equal texts on one side.
    """
    return hashlib.sha256(text.encode()).digest()[0] % 10 == 0


def one_line(text: str) -> str:
    """The text with line breaks and runs of white space as one space, for tools that read lines."""
    return " ".join(text.split())


_MARKS = re.compile(r"([^\w\s])")


def tokenized(text: str) -> str:
    """Lower case and marks set apart, as fastText's documentation advises; for fastText and VW."""
    return one_line(_MARKS.sub(r" \1 ", text.lower()))


# Measures


def accuracy(truth: Sequence[str], predicted: Sequence[str]) -> float:
    if len(truth) != len(predicted):
        raise ValueError(f"{len(predicted)} predictions for {len(truth)} rows")
    return sum(t == p for t, p in zip(truth, predicted)) / len(truth) if truth else 0.0


def macro_f1(truth: Sequence[str], predicted: Sequence[str]) -> float:
    """The mean F1 of the labels that occur in the truth, as `witan evaluate` has it."""
    scores: list[float] = []
    for label in sorted(set(truth)):
        tp = sum(t == p == label for t, p in zip(truth, predicted))
        fp = sum(p == label != t for t, p in zip(truth, predicted))
        fn = sum(t == label != p for t, p in zip(truth, predicted))
        scores.append(2 * tp / (2 * tp + fp + fn))
    return sum(scores) / len(scores) if scores else 0.0


def calibration_error(confidence: Sequence[float], is_right: Sequence[bool]) -> float:
    """Expected calibration error with 15 bins of equal width (Guo et al. 2017, section 2), in [0, 1].

    The same definition as `witan evaluate`: of the predicted label's probability.
    """
    if not confidence:
        return 0.0
    gaps = [0.0] * 15
    for c, right in zip(confidence, is_right):
        gaps[min(14, int(c * 15))] += c - right
    return sum(abs(gap) for gap in gaps) / len(confidence)


# Attacks: each is a function of the text, and of a generator that is seeded by the text itself

_LEET = str.maketrans("aeiostAEIOST", "431057431057")
_LOOKALIKES = str.maketrans("aceopxyiABCEHKMOPTX", "асеорхуіАВСЕНКМОРТХ")
_ZERO_WIDTH = ("\u200b", "\u200c", "\u200d", "\u2060")


def _each(text: str, share: float, rng: random.Random, change: Callable[[str], str]) -> str:
    return "".join(change(c) if rng.random() < share else c for c in text)


def _zero_width(text: str, rng: random.Random) -> str:
    """A zero-width character after three in ten letters."""
    return _each(text, 0.3, rng, lambda c: c + rng.choice(_ZERO_WIDTH) if c.isalpha() else c)


def _spaced(text: str, _: random.Random) -> str:
    """`bad day` as `b a d   d a y`."""
    return "   ".join(" ".join(word) for word in text.split())


ATTACKS: dict[str, Callable[[str, random.Random], str]] = {
    "clean": lambda text, _: text,
    "leet": lambda text, rng: _each(text, 0.5, rng, lambda c: c.translate(_LEET)),
    "zero_width": _zero_width,
    "homoglyph": lambda text, rng: _each(text, 0.5, rng, lambda c: c.translate(_LOOKALIKES)),
    "spaced": _spaced,
    "base64": lambda text, _: base64.b64encode(text.encode()).decode(),
    "case_swap": lambda text, rng: _each(text, 0.5, rng, str.swapcase),
}


def attacked(text: str, attack: str, seed: int) -> str:
    """The text under an attack. Depends on these three alone, not on the order of the texts."""
    return ATTACKS[attack](text, random.Random(f"{seed}/{attack}/{text}"))
