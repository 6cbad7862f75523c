"""The data sets, and the one split of each that every tool gets."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from peers.common import Row, is_held_out, read_rows, write_rows

FULL = (
    "trec", "sst2", "tweeteval_offensive", "sms_spam", "banking77", "agnews_sub", "davidson_hate",
    "newsgroups20", "imdb",
)  # fmt: skip
QUICK = ("trec", "sst2", "tweeteval_offensive", "sms_spam")
# Headers give newsgroups away; they are left out, as scikit-learn advises.
_STEMS = {"newsgroups20": ("train_nohdr", "test_nohdr")}


@dataclass(frozen=True)
class Split:
    """A set in a folder of its own: train, fit, dev and test.jsonl (`peers/peer.py` says what is what)."""

    name: str
    folder: Path
    has_dev: bool
    train_rows: int
    dev_rows: int
    test: list[Row]


def split(data: Path, name: str, work: Path) -> Split:
    """Reads a set, holds a tenth of train out as dev where it has none, and writes what tools read."""
    train_stem, test_stem = _STEMS.get(name, ("train", "test"))
    train, test = read_rows(_file(data / name, train_stem)), read_rows(_file(data / name, test_stem))
    dev_file = _find(data / name, "dev")
    if dev_file:
        fit, dev = train, read_rows(dev_file)
    else:
        held = [is_held_out(row.text) for row in train]
        fit = [row for row, out in zip(train, held) if not out]
        dev = [row for row, out in zip(train, held) if out]
    folder = work / "data" / name
    folder.mkdir(parents=True, exist_ok=True)
    for part, rows in (("train", train), ("fit", fit), ("dev", dev), ("test", test)):
        write_rows(folder / f"{part}.jsonl", rows)
    return Split(name, folder, dev_file is not None, len(train), len(dev), test)


def missing(data: Path, name: str) -> bool:
    train, test = _STEMS.get(name, ("train", "test"))
    return _find(data / name, train) is None or _find(data / name, test) is None


def long_rows(rows: list[Row], count: int) -> list[Row]:
    """Rows of one label joined, `count` at a time: long texts where no set has them."""
    out: list[Row] = []
    for label in sorted({row.label for row in rows}):
        texts = [row.text for row in rows if row.label == label]
        out += [Row(" ".join(texts[i : i + count]), label) for i in range(0, len(texts), count)]
    return out


def describe(split: Split) -> str:
    """The split as one line, which names the answers of an earlier run."""
    return json.dumps([split.name, split.has_dev, split.train_rows, split.dev_rows, len(split.test)])


def _find(folder: Path, stem: str) -> Path | None:
    for end in (".jsonl", ".jsonl.gz"):
        if (folder / (stem + end)).is_file():
            return folder / (stem + end)
    return None


def _file(folder: Path, stem: str) -> Path:
    found = _find(folder, stem)
    if found is None:
        raise FileNotFoundError(f"{folder.name}/{stem}.jsonl (or .jsonl.gz) is missing")
    return found
