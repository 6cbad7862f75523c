"""scikit-learn: TF-IDF of words and characters into a linear classifier."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import peer  # first: its clock starts with the process
import joblib
import numpy as np
import sklearn
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.svm import LinearSVC

from common import Prediction, Row, accuracy, is_held_out, read_rows
from peer import Bulk, Data, Peer, Trained, main, median_microseconds

_STRENGTHS = {"logreg": (2.0, 10.0, 50.0), "svc": (0.1, 0.4, 1.6)}
_FEATURES = "TF-IDF words 1-2 + char_wb 3-5, sublinear, 200,000 of each at most"


def _vectorizer() -> FeatureUnion:
    def tfidf(**options: Any) -> TfidfVectorizer:
        return TfidfVectorizer(sublinear_tf=True, max_features=200_000, dtype=np.float32, **options)

    return FeatureUnion([
        ("words", tfidf(ngram_range=(1, 2), token_pattern=r"\w+|[^\w\s]")),
        ("characters", tfidf(analyzer="char_wb", ngram_range=(3, 5))),
    ])  # fmt: skip


def _classifier(variant: str, strength: float, seed: int) -> LogisticRegression | LinearSVC:
    if variant == "svc":
        return LinearSVC(C=strength, random_state=seed)
    return LogisticRegression(C=strength, max_iter=100, tol=1e-3, random_state=seed)


class ScikitLearn(Peer):
    trains_together = True
    variants = ("logreg", "svc")

    def version(self) -> str:
        return sklearn.__version__

    def train(
        self, data: Data, models: dict[str, Path], cache: Path, seed: int, budget: int
    ) -> dict[str, Trained]:
        """The variants share the features, whose cost counts for each; C is chosen on the dev rows.

        Where dev rows are a part of train, the chosen C is fitted again on all of train. Vocabulary and
        document frequencies come from all of train at once; they do not see labels.
        """
        rows = read_rows(data.train)
        labels = np.array([row.label for row in rows])
        vectorizer = _vectorizer()
        features = vectorizer.fit_transform([row.text for row in rows]).tocsr()
        if data.has_dev:
            dev_rows = read_rows(data.dev)
            fit = (features, labels)
            dev = (vectorizer.transform([row.text for row in dev_rows]), [row.label for row in dev_rows])
        else:
            held = np.array([is_held_out(row.text) for row in rows])
            fit, dev = (features[~held], labels[~held]), (features[held], list(labels[held]))
        shared_cpu, shared_wall = peer.spent()

        out: dict[str, Trained] = {}
        for variant, model in models.items():
            cpu, wall = time.process_time(), time.perf_counter()
            tried = {}
            for strength in _STRENGTHS[variant]:
                classifier = _classifier(variant, strength, seed).fit(*fit)
                tried[strength] = (accuracy(dev[1], list(classifier.predict(dev[0]))), classifier)
            best = max(tried, key=lambda strength: tried[strength][0])
            classifier = tried[best][1]
            if not data.has_dev:
                classifier = _classifier(variant, best, seed).fit(features, labels)
            pipeline = Pipeline([("features", vectorizer), ("classifier", classifier)])
            joblib.dump(pipeline, model / "model.joblib")
            name = type(classifier).__name__
            choice = ", ".join(f"{c:g}" for c in _STRENGTHS[variant])
            settings = f"{_FEATURES}; {name} C={best:g} of {choice}"
            out[variant] = Trained(
                shared_cpu + time.process_time() - cpu, shared_wall + time.perf_counter() - wall, settings)
        return out

    def predict(self, model: Path, texts: Sequence[str]) -> list[Prediction]:
        pipeline = joblib.load(model / "model.joblib")
        if not hasattr(pipeline[-1], "predict_proba"):  # a LinearSVC has margins, no probabilities
            return [Prediction(label, None) for label in pipeline.predict(texts)]
        p = pipeline.predict_proba(texts)
        best = p.argmax(axis=1)
        return [Prediction(str(pipeline.classes_[j]), float(row[j])) for j, row in zip(best, p)]

    def own_accuracy(self, model: Path, rows: Sequence[Row], found: Sequence[Prediction]) -> float | None:
        return float(accuracy_score([row.label for row in rows], [p.label for p in found]))

    def bulk(self, model: Path, texts: Sequence[str], repeats: int) -> Bulk:
        began = time.perf_counter()
        pipeline = joblib.load(model / "model.joblib")
        load = time.perf_counter() - began
        began = time.perf_counter()
        # Batches: all features of a large input at once would not fit into memory.
        all_texts = list(texts) * repeats
        found = [
            str(label)
            for start in range(0, len(all_texts), 1000)
            for label in pipeline.predict(all_texts[start : start + 1000])
        ]
        return Bulk(time.perf_counter() - began, load, found)

    def latency(self, model: Path, texts: Sequence[str]) -> float | None:
        pipeline = joblib.load(model / "model.joblib")
        return median_microseconds(lambda text: pipeline.predict([text]), texts)


if __name__ == "__main__":
    main(ScikitLearn())
