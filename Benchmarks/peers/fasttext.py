"""fastText, the program that Debian packages."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from common import Prediction, Row, read_rows, tokenized
from peer import Bulk, Data, Peer, Run, Trained, bulk_of_command, main, run

_LABEL = "__label__"
# 200,000 buckets are plenty for these sets and keep the model at 1/10 of the default's size.
_SHARED = ("-wordNgrams", "2", "-epoch", "25", "-lr", "0.5", "-bucket", "200000", "-thread", "1")


class FastText(Peer):
    variants = ("fixed", "dim100", "autotune")

    def version(self) -> str:
        if shutil.which("fasttext") is None:
            raise RuntimeError("fasttext is not installed: sh Benchmarks/install-peers.sh")
        if shutil.which("dpkg-query") is None:
            return "fasttext"
        return run(["dpkg-query", "-W", "-f", "${Version}", "fasttext"]).output.strip()

    def train(
        self, data: Data, models: dict[str, Path], cache: Path, seed: int, budget: int
    ) -> dict[str, Trained]:
        out: dict[str, Trained] = {}
        for variant, model in models.items():
            rows = read_rows(data.train)
            labels = sorted({row.label for row in rows})
            (model / "labels.json").write_text(json.dumps(labels))
            text, dev = model / "train.txt", model / "dev.txt"
            if variant == "autotune":
                rows = read_rows(data.fit)
                _write(dev, read_rows(data.dev), labels)
                options = [
                    "-autotune-validation", str(dev), "-autotune-duration", str(budget), "-thread", "2",
                ]
                settings = f"-autotune-validation dev -autotune-duration {budget} -thread 2"
            else:
                options = ["-dim", "100" if variant == "dim100" else "10", *_SHARED]
                settings = " ".join(options)
            _write(text, rows, labels)
            files = ["-input", str(text), "-output", str(model / "model")]
            command = ["fasttext", "supervised", *files, *options, "-seed", str(seed)]
            done = _searched(command, budget) if variant == "autotune" else run(command)
            (model / "model.vec").unlink(missing_ok=True)  # word vectors as text; not needed to predict
            out[variant] = Trained(done.cpu_seconds, done.wall_seconds, f"fasttext supervised {settings}")
            text.unlink()
            dev.unlink(missing_ok=True)
        return out

    def predict(self, model: Path, texts: Sequence[str]) -> list[Prediction]:
        labels = _labels(model)
        scratch = model / "predict.txt"
        scratch.write_text("".join(tokenized(text) + "\n" for text in texts), encoding="utf-8")
        lines = run(["fasttext", "predict-prob", str(model / "model.bin"), str(scratch)]).output.splitlines()
        scratch.unlink()
        found: list[Prediction] = []
        for line in lines:
            label, probability = line.split()
            # Its logarithms are offset by 1e-5, so that it prints up to 1.00001.
            found.append(Prediction(labels[_index(label)], min(1.0, float(probability))))
        return found

    def own_accuracy(self, model: Path, rows: Sequence[Row], found: Sequence[Prediction]) -> float | None:
        scratch = model / "test.txt"
        _write(scratch, rows, _labels(model))
        said = run(["fasttext", "test", str(model / "model.bin"), str(scratch)]).output
        scratch.unlink()
        return float(said.split("P@1")[1].split()[0])

    def bulk(self, model: Path, texts: Sequence[str], repeats: int) -> Bulk:
        labels = _labels(model)
        scratch, answers = model / "bulk.txt", model / "bulk.out"
        command = ["fasttext", "predict", str(model / "model.bin"), str(scratch)]
        prepared = [tokenized(text) for text in texts]
        load = bulk_of_command(command, prepared[:1], 1, scratch, answers)
        seconds = bulk_of_command(command, prepared, repeats, scratch, answers) - load
        found = [labels[_index(line)] for line in answers.read_text().splitlines()]
        answers.unlink()
        return Bulk(seconds, load, found)


def _searched(command: Sequence[str], budget: int) -> Run:
    """Runs an autotune, anew if it does not end.

    At times its timer stops as it starts (on a busy machine mostly), and then the search goes on for ever.
    """
    for _ in range(3):
        try:
            return run(command, limit=2 * budget + 10)
        except subprocess.TimeoutExpired:
            continue
    raise RuntimeError("three searches did not end in time")


def _labels(model: Path) -> list[str]:
    return json.loads((model / "labels.json").read_text())


def _index(label: str) -> int:
    return int(label.strip().removeprefix(_LABEL))


def _write(path: Path, rows: Sequence[Row], labels: Sequence[str]) -> None:
    """fastText's lines: labels by number, since names may hold spaces."""
    number = {label: i for i, label in enumerate(labels)}
    with open(path, "w", encoding="utf-8") as out:
        for row in rows:
            out.write(f"{_LABEL}{number.get(row.label, len(labels))} {tokenized(row.text)}\n")


if __name__ == "__main__":
    main(FastText())
