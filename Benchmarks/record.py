"""Results as CSV: every row says on what machine, when and by which command it was measured."""

from __future__ import annotations

import csv
import os
import platform
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path

FACTS = ("date", "machine", "cores", "os", "seed", "command")
ACCURACY = (
    "set", "tool", "variant", "version", "settings", "train_rows", "dev_rows", "test_rows", "accuracy",
    "macro_f1", "ece", "own_accuracy", "model_bytes", "train_cpu_seconds", "train_wall_seconds", "status",
)  # fmt: skip
ROBUSTNESS = ("set", "tool", "variant", "version", "attack", "rows", "accuracy")
SPEED = (
    "input", "set", "tool", "variant", "version", "bytes", "texts", "runs", "mb_per_second", "lowest",
    "highest", "load_seconds", "microseconds_per_text", "latency_microseconds", "agreement", "status",
)  # fmt: skip

# The columns that say which measurement a row is: a newer row takes the place of an older one.
_KEYS = {
    "accuracy": ("set", "tool", "variant"),
    "robustness": ("set", "tool", "variant", "attack"),
    "speed": ("input", "tool", "variant"),
}
_COLUMNS = {"accuracy": ACCURACY, "robustness": ROBUSTNESS, "speed": SPEED}


def facts(seed: int, command: str) -> dict[str, str]:
    """The columns `FACTS` of this machine, now."""
    return {
        "date": datetime.now(timezone.utc).date().isoformat(),
        "machine": _processor(), "cores": str(os.cpu_count() or 0), "os": _system(),
        "seed": str(seed), "command": command,
    }  # fmt: skip


def read(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV; none when there is no file yet."""
    if not path.exists():
        return []
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def merge(folder: Path, name: str, rows: Sequence[Mapping[str, object]], machine: Mapping[str, str]) -> None:
    """Puts rows into `folder/name.csv`, in place of those that measured the same before."""
    keys, columns = _KEYS[name], FACTS + _COLUMNS[name]
    path = folder / f"{name}.csv"
    kept = {tuple(row[k] for k in keys): row for row in read(path)}
    for row in rows:
        text = {column: _text(row.get(column)) for column in _COLUMNS[name]}
        kept[tuple(text[k] for k in keys)] = dict(machine) | text
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    with open(unfinished, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(kept.values())
    unfinished.replace(path)


def _text(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.5g}" if isinstance(value, float) else str(value)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return f"{platform.system()} {platform.release()}"
