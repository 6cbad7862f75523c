"""Witan, through its command."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path

from common import Prediction, Row, write_rows
from peer import Bulk, Data, Peer, Trained, bulk_of_command, main, run

_PROGRAM = os.environ.get("WITAN_PROGRAM", "witan")


class Witan(Peer):
    variants = ("default", "ngrams", "autotune")

    def version(self) -> str:
        """Its number and the beginning of the program's SHA-256: builds differ between releases."""
        digest = hashlib.sha256(Path(_PROGRAM).read_bytes()).hexdigest()[:8]
        return f"{run([_PROGRAM, '--version']).output.strip()}+{digest}"

    def train(
        self, data: Data, models: dict[str, Path], cache: Path, seed: int, budget: int
    ) -> dict[str, Trained]:
        out: dict[str, Trained] = {}
        for variant, model in models.items():
            options = {
                "default": [], "ngrams": ["--embeddings", "none"], "autotune": ["--autotune", str(budget)],
            }[variant]  # fmt: skip
            dev = ["--dev", str(data.dev)] if data.has_dev else []
            files = ["--data", str(data.train), *dev, "-o", str(model / "model.witan")]
            done = run([_PROGRAM, "train", *files, *options, "--seed", str(seed)])
            settings = " ".join(["witan train", *(["--dev dev"] if dev else []), *options])
            out[variant] = Trained(done.cpu_seconds, done.wall_seconds, settings)
        return out

    def predict(self, model: Path, texts: Sequence[str]) -> list[Prediction]:
        scratch = model / "predict.jsonl"
        scratch.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
        score = [_PROGRAM, "score", "-m", str(model / "model.witan"), "--jsonl", "--json", str(scratch)]
        lines = run(score).output.splitlines()
        scratch.unlink()
        answers = [json.loads(line) for line in lines if line]
        return [Prediction(answer["label"], max(answer["scores"].values())) for answer in answers]

    def own_accuracy(self, model: Path, rows: Sequence[Row], found: Sequence[Prediction]) -> float | None:
        scratch = model / "test.jsonl"
        write_rows(scratch, rows)
        said = run([_PROGRAM, "evaluate", "-m", str(model / "model.witan"), "--data", str(scratch), "--json"])
        scratch.unlink()
        return float(json.loads(said.output)["accuracy"])

    def bulk(self, model: Path, texts: Sequence[str], repeats: int) -> Bulk:
        scratch, answers = model / "bulk.txt", model / "bulk.out"
        command = [_PROGRAM, "score", "-m", str(model / "model.witan"), "--lines", str(scratch)]
        load = bulk_of_command(command, texts[:1], 1, scratch, answers)
        seconds = bulk_of_command(command, texts, repeats, scratch, answers) - load
        found = [line.split()[0] for line in answers.read_text().splitlines()]
        answers.unlink()
        return Bulk(seconds, load, found)


if __name__ == "__main__":
    main(Witan())
