"""Two small sets made here, for machines without data: they show that all runs, not who is better."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

from peers.common import Row, write_rows

_SUBJECTS = ("the baker", "my sister", "a pilot", "our teacher", "the crew", "an old friend", "the mayor")
_TOPICS: dict[str, Sequence[str]] = {
    "kitchen": ("stirred the soup", "baked two loaves", "peeled the onions", "salted the beans"),
    "garden": ("watered the roses", "pruned the hedge", "planted carrots", "raked the leaves"),
    "travel": ("missed the train", "packed a suitcase", "booked a cabin", "crossed the border"),
}
_SHARED = ("in the morning", "before the rain", "with great care", "once again", "for the neighbours")


def _sentence(topic: str, rng: random.Random) -> str:
    # One phrase in eight is of another topic: labels are not perfectly told by words.
    source = rng.choice(list(_TOPICS)) if rng.random() < 0.125 else topic
    return f"{rng.choice(_SUBJECTS)} {rng.choice(_TOPICS[source])} {rng.choice(_SHARED)} ."


def _rows(count: int, sentences: int, rng: random.Random) -> list[Row]:
    topics = list(_TOPICS)
    rows = []
    for _ in range(count):
        topic = rng.choice(topics)
        rows.append(Row(" ".join(_sentence(topic, rng) for _ in range(sentences)), topic))
    return rows


def make(folder: Path, seed: int) -> list[str]:
    """Writes the sets as JSONL folders and returns their names."""
    for name, sentences in (("made_short", 1), ("made_long", 12)):
        rng = random.Random(f"{seed}/{name}")
        (folder / name).mkdir(parents=True, exist_ok=True)
        for part, count in (("train", 1200), ("test", 400)):
            write_rows(folder / name / f"{part}.jsonl", _rows(count, sentences, rng))
    return ["made_short", "made_long"]
