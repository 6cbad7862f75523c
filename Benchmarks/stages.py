"""The two stages: accuracy with robustness, set by set; and speed, all tools in turns."""

from __future__ import annotations

import math
import shutil
import statistics
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any

import record
from peers.common import ATTACKS, Row, accuracy, attacked, calibration_error, macro_f1, one_line, write_rows
from sets import Split, describe, long_rows
from steps import PeerFailed, Peers, Steps

# fastText's search finds models of any size, and so of any speed; 100 dimensions are its default.
RACERS = (
    ("witan", "default"), ("witan", "ngrams"), ("witan", "autotune"), ("fasttext", "fixed"),
    ("fasttext", "dim100"), ("scikit-learn", "logreg"), ("vw", "oaa"), ("model2vec", "256"),
)  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """What is to be measured, and how long."""

    seed: int
    search_seconds: int
    jobs: int
    robust: frozenset[str]  # sets
    robust_rows: int
    racers: tuple[tuple[str, str], ...]
    speed_seconds: float
    speed_runs: int
    limit: float


@dataclass
class Bench:
    """One run of the benchmark."""

    plan: Plan
    peers: Peers
    steps: Steps
    tools: dict[str, dict[str, Any]]
    models: Path
    results: Path
    facts: dict[str, str]
    say: Callable[[str], None]
    _writing: Lock = field(default_factory=Lock)

    # Accuracy and robustness

    def measure(self, splits: Sequence[Split], for_speed: Sequence[str]) -> None:
        """Trains every tool on every set, tests it clean and under attack, and adds the rows to the CSVs.

        Two at once, since each uses one thread; then the searches, which have their time limit, alone.
        """
        alone: list[Callable[[], None]] = []
        with ThreadPoolExecutor(self.plan.jobs) as pool:
            waiting: list[Future[None]] = []
            for split in splits:
                is_for_speed = split.name in for_speed
                for tool, about in self.tools.items():
                    variants = [
                        v for v in about["variants"]
                        if v != "dim100" or is_for_speed and (tool, v) in self.plan.racers
                    ]  # fmt: skip
                    for group in [variants] if about["together"] else [[v] for v in variants]:
                        unit = partial(self._measure, split, tool, group, is_for_speed)
                        if "autotune" in group:
                            alone.append(unit)
                        else:
                            waiting.append(pool.submit(unit))
            for future in waiting:
                future.result()
        for unit in alone:
            unit()

    def _measure(self, split: Split, tool: str, variants: Sequence[str], is_for_speed: bool) -> None:
        """Trains and tests variants that are trained together, unless an earlier run did."""
        folders = [self.models / split.name / tool / v for v in variants]
        job = {
            "split": describe(split), "variants": variants, "seed": self.plan.seed,
            "budget": self.plan.search_seconds, "robust": split.name in self.plan.robust,
            "version": self.tools[tool]["version"],
        }  # fmt: skip
        try:
            answer = self.steps.once(
                f"{split.name}.{tool}.{variants[0]}", job, lambda: self._unit(tool, split, variants),
                needs=tuple(folders) if is_for_speed else ())  # fmt: skip
        except PeerFailed as failure:
            self.say(f"{split.name:20} {tool:24} failed: {failure}")
            answer = {"accuracy": [self._row(split, tool, v) | {"status": f"failed: {failure}"}
                                   for v in variants], "robustness": [], "facts": self.facts}  # fmt: skip
        with self._writing:
            for row in answer["accuracy"]:
                if row["status"] == "ok":
                    self.say(
                        f"{split.name:20} {tool + ' ' + row['variant']:24} accuracy {row['accuracy']:.4f}  "
                        f"{row['model_bytes'] / 1e6:7.2f} MB  {row['train_cpu_seconds']:7.1f} CPU s")
                elif "accuracy" in row:
                    self.say(f"{split.name:20} {tool + ' ' + row['variant']:24} {row['status']}")
            record.merge(self.results, "accuracy", answer["accuracy"], answer["facts"])
            record.merge(self.results, "robustness", answer["robustness"], answer["facts"])
        if not is_for_speed:
            for folder in folders:
                shutil.rmtree(folder, ignore_errors=True)

    def _row(self, split: Split, tool: str, variant: str) -> dict[str, Any]:
        return {
            "set": split.name, "tool": tool, "variant": variant, "version": self.tools[tool]["version"],
            "train_rows": split.train_rows, "dev_rows": split.dev_rows, "test_rows": len(split.test),
        }  # fmt: skip

    def _unit(self, tool: str, split: Split, variants: Sequence[str]) -> dict[str, Any]:
        """Trains and tests one tool on one set."""
        folder = self.models / split.name / tool
        for variant in variants:
            shutil.rmtree(folder / variant, ignore_errors=True)
        job = {
            "data": str(split.folder), "has_dev": split.has_dev, "models": str(folder),
            "variants": list(variants), "seed": self.plan.seed, "budget": self.plan.search_seconds,
        }  # fmt: skip
        trained = self.peers.ask(tool, "train", job, self.plan.limit + 5 * self.plan.search_seconds)
        rows: list[dict[str, Any]] = []
        robust: list[dict[str, Any]] = []
        truth = [row.label for row in split.test]
        for variant in variants:
            asked = {"model": str(folder / variant), "input": str(split.folder / "test.jsonl"), "own": True}
            answer = self.peers.ask(tool, "predict", asked, self.plan.limit)
            labels, confidences = answer["labels"], answer["confidences"]
            right = [a == b for a, b in zip(labels, truth)]
            ours, own = accuracy(truth, labels), answer["own_accuracy"]
            # fastText prints three decimals.
            status = "ok" if own is None or abs(own - ours) < 0.00051 else f"differs from its own {own}"
            rows.append(
                self._row(split, tool, variant) | trained[variant] | {
                    "train_cpu_seconds": trained[variant]["cpu_seconds"],
                    "train_wall_seconds": trained[variant]["wall_seconds"],
                    "accuracy": ours, "macro_f1": macro_f1(truth, labels), "own_accuracy": own,
                    "ece": None if None in confidences else calibration_error(confidences, right),
                    "status": status,
                })  # fmt: skip
            if split.name in self.plan.robust:
                robust += self._attack(tool, split, variant, folder / variant)
        return {"accuracy": rows, "robustness": robust, "facts": self.facts}

    def _attack(self, tool: str, split: Split, variant: str, model: Path) -> list[dict[str, Any]]:
        """Accuracy under each attack, on the first rows of the test part."""
        rows = split.test[: self.plan.robust_rows]
        seed = self.plan.seed
        under = [Row(attacked(row.text, attack, seed), row.label) for attack in ATTACKS for row in rows]
        path = model / "attacked.jsonl"
        write_rows(path, under)
        labels = [p.label for p in self.peers.predict(tool, model, path, self.plan.limit)]
        path.unlink()
        truth = [row.label for row in rows]
        about = {k: self._row(split, tool, variant)[k] for k in ("set", "tool", "variant", "version")}
        return [
            about | {
                "attack": attack, "rows": len(rows),
                "accuracy": accuracy(truth, labels[i * len(rows) : (i + 1) * len(rows)]),
            }
            for i, attack in enumerate(ATTACKS)
        ]  # fmt: skip

    # Speed

    def speed(self, short: Split, long: Split | None) -> None:
        """Bulk scoring on one core of short and of long lines, the tools in turns, medians of the runs."""
        self._speed_of("short", short, short.test)
        if long:
            self._speed_of("long", long, long.test[:2000])
        else:
            self._speed_of("long", short, long_rows(short.test, 15))

    def _speed_of(self, name: str, split: Split, rows: Sequence[Row]) -> None:
        lines = [Row(one_line(row.text), row.label) for row in rows]
        path = split.folder / f"speed-{name}.jsonl"
        write_rows(path, lines)
        size = sum(len(row.text.encode()) + 1 for row in lines)
        racers: list[dict[str, Any]] = []
        for tool, about in self.tools.items():
            for variant in [v for v in about["variants"] if (tool, v) in self.plan.racers]:
                model = self.models / split.name / tool / variant
                job: dict[str, Any] = {"model": str(model), "input": str(path)}
                row = {"input": name, "set": split.name, "tool": tool, "variant": variant,
                       "version": about["version"], "status": "ok"}  # fmt: skip
                try:
                    probe = self.peers.ask(tool, "probe", job, self.plan.limit)
                except PeerFailed as failure:
                    self.say(f"speed {name:8} {tool} {variant} failed: {failure}")
                    record.merge(self.results, "speed", [row | {"status": f"failed: {failure}"}], self.facts)
                    continue
                row["latency_microseconds"] = probe["latency"]
                # Enough to last, and at most 48 MB; loading is measured by itself and taken away.
                wanted = math.ceil(self.plan.speed_seconds / probe["seconds"])
                job |= {"expected": probe["labels"], "repeats": max(1, min(wanted, 48_000_000 // size))}
                racers.append({"row": row, "job": job, "runs": []})
        for _ in range(self.plan.speed_runs):
            for racer in racers:
                if racer["row"]["status"] != "ok":
                    continue
                try:
                    racer["runs"].append(
                        self.peers.ask(racer["row"]["tool"], "bulk", racer["job"], self.plan.limit))
                except PeerFailed as failure:
                    racer["row"]["status"] = f"failed: {failure}"
        for racer in racers:
            row, runs, repeats = racer["row"], racer["runs"], racer["job"]["repeats"]
            if row["status"] == "ok":
                total = size * repeats
                rates = [total / run["seconds"] / 1e6 for run in runs]
                seconds = statistics.median(run["seconds"] for run in runs)
                row |= {
                    "bytes": total, "texts": len(lines) * repeats, "runs": len(runs),
                    "mb_per_second": statistics.median(rates), "lowest": min(rates), "highest": max(rates),
                    "load_seconds": statistics.median(run["load_seconds"] for run in runs),
                    "microseconds_per_text": seconds / (len(lines) * repeats) * 1e6,
                    "agreement": min(run["agreement"] for run in runs),
                }  # fmt: skip
                if row["agreement"] < 0.999:
                    row["status"] = "answers differ from the accuracy stage's"
                who = f"{row['tool']} {row['variant']}"
                self.say(f"speed {name:8} {who:24} {row['mb_per_second']:8.2f} MB/s")
            record.merge(self.results, "speed", [row], self.facts)
