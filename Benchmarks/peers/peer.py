"""What a peer is, and the program that each peer's file is.

A file of this folder is run as `python FILE TASK` with a JSON object on standard input, and prints a
JSON object as its last line: one process a task, so that memory, threads and failures stay its own.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from common import Prediction, Row, accuracy, read_rows

_STARTED = time.perf_counter()


@dataclass(frozen=True)
class Data:
    """The files of one set. `fit` and `dev` are parts of `train` where the set has no dev part."""

    train: Path
    fit: Path
    dev: Path
    has_dev: bool


@dataclass(frozen=True)
class Trained:
    """What a training took: user and system time of all threads, wall time, and the settings used."""

    cpu_seconds: float
    wall_seconds: float
    settings: str


@dataclass(frozen=True)
class Bulk:
    """One timed pass over texts: seconds without loading, seconds of loading, the labels found."""

    seconds: float
    load_seconds: float
    labels: list[str]


class Peer:
    """A tool under test. `model` is a folder of its own for each variant."""

    variants: Sequence[str] = ()
    # Whether variants share work of training, and so must be trained by one process.
    trains_together = False

    def version(self) -> str:
        """Raises an error that says what is missing."""
        raise NotImplementedError

    def available(self) -> Sequence[str]:
        """The variants that can run here."""
        return self.variants

    def prepare(self, cache: Path) -> None:
        """Work that all sets share, kept in `cache`."""

    def train(
        self, data: Data, models: dict[str, Path], cache: Path, seed: int, budget: int
    ) -> dict[str, Trained]:
        """Trains the variants that `models` names; `budget` is the seconds of an automatic search."""
        raise NotImplementedError

    def predict(self, model: Path, texts: Sequence[str]) -> list[Prediction]:
        raise NotImplementedError

    def own_accuracy(self, model: Path, rows: Sequence[Row], found: Sequence[Prediction]) -> float | None:
        """Accuracy as the tool itself reports it, of the rows or of its answers; checked against ours."""
        return None

    def bulk(self, model: Path, texts: Sequence[str], repeats: int) -> Bulk:
        """Scores `texts` `repeats` times over in one pass."""
        raise NotImplementedError

    def latency(self, model: Path, texts: Sequence[str]) -> float | None:
        """Median microseconds of one text after the other in process; None where there is no way."""
        return None


# Measuring


@dataclass(frozen=True)
class Run:
    """A finished command."""

    output: str
    messages: str
    cpu_seconds: float
    wall_seconds: float


def run(command: Sequence[str], output: Path | None = None, limit: float | None = None) -> Run:
    """Runs a command; its errors are the message of the exception. `output` takes standard output.

    Raises `subprocess.TimeoutExpired` after `limit` seconds.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    if output is None:
        done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=limit)
    else:
        with open(output, "wb") as file:
            done = subprocess.run(command, stdout=file, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    said = (done.stderr or b"").decode(errors="replace")
    if done.returncode != 0:
        raise RuntimeError(f"{Path(command[0]).name} ended with {done.returncode}: {said.strip()[-300:]}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run((done.stdout or b"").decode(errors="replace"), said, cpu, wall)


def spent() -> tuple[float, float]:
    """CPU and wall seconds of this process so far, interpreter and imports included."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime, time.perf_counter() - _STARTED


def median_microseconds(one: Any, texts: Sequence[str]) -> float:
    """The median time of `one(text)`, after a tenth of the texts as a warm-up."""
    for text in texts[: len(texts) // 10]:
        one(text)
    times: list[float] = []
    for text in texts:
        began = time.perf_counter()
        one(text)
        times.append(time.perf_counter() - began)
    return sorted(times)[len(times) // 2] * 1e6


def use_one_core() -> None:
    """The threads that a tool starts by itself share one core, so that all are compared on one."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def bulk_of_command(
    command: Sequence[str], texts: Sequence[str], repeats: int, scratch: Path, output: Path | None = None
) -> float:
    """Wall seconds of a command that reads `scratch`, which gets the texts `repeats` times, one a line."""
    block = "".join(text + "\n" for text in texts).encode()
    with open(scratch, "wb") as file:
        for _ in range(repeats):
            file.write(block)
    try:
        return run(command, output).wall_seconds
    finally:
        scratch.unlink()


def seconds_of_one_pass(peer: Peer, model: Path, texts: Sequence[str]) -> float:
    """About how long scoring the texts once takes; over several passes where one is too short to tell."""
    repeats = 1
    while (seconds := peer.bulk(model, texts, repeats).seconds) < 0.2 and repeats < 100:
        repeats *= 10
    return max(1e-6, seconds / repeats)


def main(peer: Peer) -> None:
    """Does the task that the command line names."""
    task, job = sys.argv[1], json.load(sys.stdin)
    answer: dict[str, Any] = {}
    if task == "describe":
        answer = {
            "version": peer.version(), "variants": list(peer.available()), "together": peer.trains_together,
        }
    elif task == "prepare":
        peer.prepare(Path(job["cache"]))
    elif task == "train":
        folder = Path(job["data"])
        data = Data(folder / "train.jsonl", folder / "fit.jsonl", folder / "dev.jsonl", job["has_dev"])
        models = {variant: Path(job["models"]) / variant for variant in job["variants"]}
        for model in models.values():
            model.mkdir(parents=True, exist_ok=True)
        trained = peer.train(data, models, Path(job["cache"]), job["seed"], job["budget"])
        for variant, result in trained.items():
            size = sum(f.stat().st_size for f in models[variant].rglob("*") if f.is_file())
            answer[variant] = asdict(result) | {"model_bytes": size}
    elif task == "predict":
        rows = read_rows(Path(job["input"]))
        found = peer.predict(Path(job["model"]), [row.text for row in rows])
        answer = {"labels": [p.label for p in found], "confidences": [p.confidence for p in found]}
        accuracy([row.label for row in rows], answer["labels"])  # as many answers as rows
        if job.get("own"):
            answer["own_accuracy"] = peer.own_accuracy(Path(job["model"]), rows, found)
    elif task == "probe":
        use_one_core()
        texts = [row.text for row in read_rows(Path(job["input"]))]
        model = Path(job["model"])
        answer = {
            "labels": [p.label for p in peer.predict(model, texts)],
            "seconds": seconds_of_one_pass(peer, model, texts),
            "latency": peer.latency(model, texts[:500]),
        }
    elif task == "bulk":
        use_one_core()
        texts = [row.text for row in read_rows(Path(job["input"]))]
        result = peer.bulk(Path(job["model"]), texts, job["repeats"])
        if len(result.labels) != len(texts) * job["repeats"]:
            raise RuntimeError(f"{len(result.labels)} answers for {len(texts) * job['repeats']} texts")
        agree = sum(a == b for a, b in zip(result.labels, job["expected"] * job["repeats"]))
        answer = {
            "seconds": result.seconds, "load_seconds": result.load_seconds,
            "agreement": agree / len(result.labels),
        }
    else:
        raise SystemExit(f"there is no task '{task}'")
    print("\n" + json.dumps(answer))
