"""Vowpal Wabbit from PyPI, run as a program (`python -m vowpalwabbit`)."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from importlib.metadata import version as package_version
from pathlib import Path

from common import Prediction, Row, read_rows, tokenized
from peer import Bulk, Data, Peer, Trained, bulk_of_command, main, median_microseconds, run

_PROGRAM = (sys.executable, "-m", "vowpalwabbit")
# Passes, and the holding out that would end them early, are set by hand: VW's own hold-out would
# take a tenth away from training.
_SETTINGS = (
    "--ngram", "2", "--bit_precision", "22", "--loss_function", "logistic", "--passes", "10", "--holdout_off",
)  # fmt: skip


class VowpalWabbit(Peer):
    variants = ("oaa",)

    def version(self) -> str:
        return package_version("vowpalwabbit")

    def train(
        self, data: Data, models: dict[str, Path], cache: Path, seed: int, budget: int
    ) -> dict[str, Trained]:
        rows = read_rows(data.train)
        labels = sorted({row.label for row in rows})
        model = models["oaa"]
        (model / "labels.json").write_text(json.dumps(labels))
        text, passes = model / "train.txt", model / "train.cache"
        _write(text, rows, labels)
        options = ["--oaa", str(len(labels)), *_SETTINGS]
        files = ["--data", str(text), "--cache_file", str(passes), "--kill_cache"]
        files += ["-f", str(model / "model.vw")]
        done = run([*_PROGRAM, *files, *options, "--random_seed", str(seed), "--quiet"])
        text.unlink()
        passes.unlink(missing_ok=True)
        return {"oaa": Trained(done.cpu_seconds, done.wall_seconds, "vw " + " ".join(options))}

    def predict(self, model: Path, texts: Sequence[str]) -> list[Prediction]:
        labels = _labels(model)
        scratch, answers = model / "predict.txt", model / "predict.out"
        scratch.write_text("".join(_line(text) + "\n" for text in texts), encoding="utf-8")
        run([*_testing(model, scratch), "-p", str(answers), "--probabilities", "--quiet"])
        found: list[Prediction] = []
        for line in answers.read_text().splitlines():
            shares = {int(part.split(":")[0]): float(part.split(":")[1]) for part in line.split()}
            best = max(shares, key=lambda label: shares[label])
            found.append(Prediction(labels[best - 1], shares[best]))
        scratch.unlink()
        answers.unlink()
        return found

    def own_accuracy(self, model: Path, rows: Sequence[Row], found: Sequence[Prediction]) -> float | None:
        scratch = model / "test.txt"
        _write(scratch, rows, _labels(model))
        done = run(_testing(model, scratch))
        scratch.unlink()
        return 1 - float((done.output + done.messages).split("average loss = ")[1].split()[0])

    def bulk(self, model: Path, texts: Sequence[str], repeats: int) -> Bulk:
        labels = _labels(model)
        scratch, answers = model / "bulk.txt", model / "bulk.out"
        command = [*_testing(model, scratch), "-p", str(answers), "--quiet"]
        prepared = [_line(text) for text in texts]
        load = bulk_of_command(command, prepared[:1], 1, scratch)
        seconds = bulk_of_command(command, prepared, repeats, scratch) - load
        found = [labels[int(line) - 1] for line in answers.read_text().splitlines()]
        answers.unlink()
        return Bulk(seconds, load, found)

    def latency(self, model: Path, texts: Sequence[str]) -> float | None:
        from vowpalwabbit import Workspace

        workspace = Workspace(f"--initial_regressor {model / 'model.vw'} --testonly --quiet")
        return median_microseconds(lambda text: workspace.predict(_line(text)), texts)


def _testing(model: Path, data: Path) -> list[str]:
    return [*_PROGRAM, "--testonly", "--initial_regressor", str(model / "model.vw"), "--data", str(data)]


def _labels(model: Path) -> list[str]:
    return json.loads((model / "labels.json").read_text())


def _line(text: str, label: int | None = None) -> str:
    """VW's line: `|` and `:` are marks of its format."""
    words = tokenized(text).replace("|", "BAR").replace(":", "COLON")
    return f"{'' if label is None else label} | {words}"


def _write(path: Path, rows: Sequence[Row], labels: Sequence[str]) -> None:
    number = {label: i for i, label in enumerate(labels, 1)}
    with open(path, "w", encoding="utf-8") as out:
        for row in rows:
            out.write(_line(row.text, number[row.label]) + "\n")


if __name__ == "__main__":
    main(VowpalWabbit())
