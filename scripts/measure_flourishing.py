"""Measures a constitution about answers on public answers that are not ours to pass on, and on its own held-out
seeds, into measured.json.

    python3 scripts/measure_flourishing.py --data DIR [--model models/flourishing] [--witan .build/release/witan]
        [--folds 5] [--part test|choice] [--only-pairs | --only-real] [-o FILE] [-- COMPILE OPTION...]

DIR has folders with JSONL files (text, prompt): darkbench/answers.jsonl, answers that show a dark pattern; which one is
not written beside them, so it is the label of the equal prompt in darkbench/prompts.jsonl (`--part test`). The
answers to other prompts, labelled by a classifier of prompts that never sees an answer, are for choosing between
models (`--part choice`). alpaca_eval_outputs/sample.jsonl: ordinary answers. humanebench/rated.jsonl and
high_stakes_advice/all.jsonl: answers with grades. No figure prints a text. Needs NumPy and PyYAML.

Held-out seeds: seeds and near misses go into folds, near-duplicates and texts with the same prompt or answer together;
for each fold the constitution is compiled without it. Then scripts/models.sh makes the card of measured.json.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import yaml

ROOT = Path(__file__).resolve().parent.parent
#: What is not wanted, and what is wanted instead.
PAIRS = [
    ("engagement-hooks", "supports-autonomy"),
    ("dark-patterns", "supports-autonomy"),
    ("sycophancy", "owns-errors"),
    ("over-reliance", "teaches"),
    ("false-certainty", "honest-uncertainty"),
    ("one-sidedness", "fair-to-views"),
    ("anthropomorphic-claims", "points-to-people"),
]
PATTERNS = {
    "User retention": "engagement-hooks",
    "Anthropomorphization": "anthropomorphic-claims",
    "Sycophancy": "sycophancy",
    "Brand bias": "dark-patterns",
    "Sneaking": "dark-patterns",
}
#: Grades of another set, and the output that should know them.
GRADES = {
    "Perspective Broadening": "fair-to-views",
    "Reflective Inquiry (Non-Directive)": "supports-autonomy",
    "Authoritative Prescription": "false-certainty",
}
Row = dict[str, Any]


def rows_of(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text().split("\n") if line]


def words(text: str) -> int:
    return len(text.split())


def auroc(high: np.ndarray, low: np.ndarray) -> float:
    """The chance that one of `high` is above one of `low`; equal ones count half."""
    low = np.sort(low)
    return float((np.searchsorted(low, high, "left") + np.searchsorted(low, high, "right")).mean() / 2 / len(low))


def alike(high: np.ndarray, low: np.ndarray, high_words: np.ndarray, low_words: np.ndarray) -> Row:
    """The same over pairs of texts of like length only (at most a quarter longer than the other)."""
    near = np.abs(np.log(high_words[:, None] / low_words[None, :])) <= np.log(1.25)
    above = (high[:, None] > low[None, :]) + (high[:, None] == low[None, :]) / 2
    return {"auroc": round(float(above[near].mean()), 4) if near.any() else None, "pairs": int(near.sum())}


def measured(high: np.ndarray, low: np.ndarray) -> Row:
    """AUROC with a 95 % interval: percentiles of 1,000 bootstrap samples of either side."""
    random = np.random.default_rng(1)
    draws = [auroc(random.choice(high, len(high)), random.choice(low, len(low))) for _ in range(1000)]
    return {
        "auroc": round(auroc(high, low), 4),
        "interval": [round(float(x), 4) for x in np.percentile(draws, [2.5, 97.5])],
    }


class Scorer:
    def __init__(self, witan: Path, model: Path) -> None:
        self.command = [str(witan), "score", "-m", str(model), "--jsonl", "--json"]

    def __call__(self, rows: list[Row], exchange: bool = False) -> dict[str, np.ndarray]:
        """Logits of each output, of answers alone or of `exchange`s with their prompts."""
        fields = ("text", "prompt") if exchange else ("text",)
        lines = "".join(json.dumps({k: r[k] for k in fields if r.get(k) is not None}) + "\n" for r in rows)
        done = subprocess.run([*self.command, "-"], input=lines, capture_output=True, text=True)
        if done.returncode not in (0, 1):
            raise SystemExit(done.stderr)
        found = [json.loads(line) for line in done.stdout.strip().split("\n")]
        table: dict[str, np.ndarray] = {}
        for name in [*found[0]["scores"], "any"]:
            p = np.array([f["any"] if name == "any" else f["scores"][name] for f in found])
            p = np.clip(p, 1e-9, 1 - 1e-7)
            table[name] = np.log(p / (1 - p))
        return table


def plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def answers(data: Path, part: str, witan: Path, scratch: Path) -> list[Row]:
    """Answers with the pattern that their prompt is for as `pattern`."""
    prompts = rows_of(data / "darkbench/prompts.jsonl")
    known = {plain(r["text"]): r["label"] for r in prompts}
    rows = rows_of(data / "darkbench/answers.jsonl")
    for row in rows:
        row["pattern"] = known.get(plain(row["prompt"]))
    if part == "test":
        return [r for r in rows if r["pattern"]]
    others = [r for r in rows if not r["pattern"]]
    (scratch / "prompts.jsonl").write_text("".join(json.dumps(r) + "\n" for r in prompts))
    model = scratch / "prompts.witan"
    subprocess.run(
        [witan, "train", "--data", scratch / "prompts.jsonl", "-o", model, "--threads", "1"],
        check=True, capture_output=True,
    )  # fmt: skip
    lines = "".join(json.dumps({"text": r["prompt"]}) + "\n" for r in others)
    command = [witan, "score", "-m", model, "--jsonl", "--json"]
    done = subprocess.run(command, input=lines, capture_output=True, text=True)
    for row, line in zip(others, done.stdout.strip().split("\n"), strict=True):
        scores = json.loads(line)["scores"]
        best = max(scores, key=scores.get)
        row["pattern"] = best if scores[best] >= 0.9 else None
    return [r for r in others if r["pattern"]]


def matched(wanted: list[Row], pool: list[Row], each: int) -> list[Row]:
    """For each row `each` rows of about its length, each of a prompt of its own."""
    order = sorted(pool, key=lambda r: words(r["text"]))
    lengths = np.array([words(r["text"]) for r in order])
    used: set[str] = set()
    found = []
    for _ in range(each):
        for row in wanted:
            for i in np.argsort(np.abs(lengths - words(row["text"])), kind="stable"):
                if order[i]["prompt"] not in used:
                    used.add(order[i]["prompt"])
                    found.append(order[i])
                    break
    return found


def real(options: argparse.Namespace, model: Path, scratch: Path) -> Row:
    score, data = Scorer(options.witan, model), options.data
    dark = answers(data, options.part, options.witan, scratch)
    ordinary = rows_of(data / "alpaca_eval_outputs/sample.jsonl")
    comparisons: list[Row] = []

    def compare(output: str, what: str, high: list[Row], against: str, low: list[Row], how: str) -> None:
        def logits(rows: list[Row]) -> np.ndarray:
            if how == "prompt alone":
                rows = [r | {"text": "."} for r in rows]
            return score(rows, exchange=how != "answer alone")[output]

        lengths = [np.array([float(words(r["text"])) for r in rows]) for rows in (high, low)]
        comparisons.append(
            {"output": output, "of": what, "n": len(high), "against": against, "n_against": len(low), "read": how}
            | measured(logits(high), logits(low)) | {"length_auroc": round(auroc(*lengths), 4)}
        )  # fmt: skip

    for pattern, output in PATTERNS.items():
        mine = [r for r in dark if r["pattern"] == pattern]
        others = [r for r in dark if r["pattern"] != pattern]
        near = matched(mine, ordinary, 3 if options.part == "test" else 1)
        ways = ["answer alone", "exchange", "prompt alone"] if output == "sycophancy" else ["answer alone"]
        for how in ways:
            compare(output, f"darkbench {pattern}", mine, "its other patterns", others, how)
            compare(output, f"darkbench {pattern}", mine, "alpaca_eval of like length", near, how)
    report: Row = {"comparisons": comparisons}
    if options.part == "test":
        rated = rows_of(data / "humanebench/rated.jsonl")
        bad, good = ([r for r in rated if r["label"] == label] for label in ("not_humane", "humane"))
        compare("any", "humanebench not_humane", bad, "humanebench humane", good, "answer alone")
        advice = [r for r in rows_of(data / "high_stakes_advice/all.jsonl") if r.get("labels")]
        for grade, output in GRADES.items():
            has, lacks = ([r for r in advice if (grade in r["labels"]) == side] for side in (True, False))
            compare(output, f"high_stakes_advice {grade}", has, "its other answers", lacks, "answer alone")
    lines = "".join(json.dumps({"text": r["text"]}) + "\n" for r in ordinary)
    done = subprocess.run(
        [options.witan, "score", "-m", model, "--jsonl", "--json", "--side", "response"],
        input=lines, capture_output=True, text=True,
    )  # fmt: skip
    flagged = sum(json.loads(line)["flagged"] for line in done.stdout.strip().split("\n"))
    report["ordinary_answers"] = {"name": "alpaca_eval_outputs", "n": len(ordinary), "flagged": flagged}
    return report


def texts_of(folder: Path, principle: Row, kind: str) -> list[Any]:
    def listed(value: Any) -> list[Any]:
        if not isinstance(value, dict):
            return value or []
        lines = (folder / value["from"]).read_text().splitlines()
        return [line for line in lines if line.strip() and not line.startswith("# ")]

    own = principle.get("examples" if kind == "seeds" else "near_misses") or []
    return own + listed((principle.get("synthesis") or {}).get(kind))


def answer(text: Any) -> str:
    return text if isinstance(text, str) else text["answer"]


def folds_of(texts: list[Any], folds: int) -> list[int]:
    """A fold for each text; texts with half their words in common, or an equal prompt or answer, share one."""
    parts = [[plain(t)] if isinstance(t, str) else [plain(t["prompt"]), plain(t["answer"])] for t in texts]
    parent = list(range(len(texts)))

    def root(i: int) -> int:
        while parent[i] != i:
            i = parent[i]
        return i

    bags = [(i, frozenset(p.split())) for i, ps in enumerate(parts) for p in ps]
    holders: dict[str, list[int]] = defaultdict(list)
    for k, (i, bag) in enumerate(bags):
        shared: dict[int, int] = defaultdict(int)
        for word in bag:
            for other in holders[word]:
                shared[other] += 1
            holders[word].append(k)
        for other, n in shared.items():
            if 2 * n >= len(bag) + len(bags[other][1]) - n:
                parent[root(i)] = root(bags[other][0])
    random = np.random.default_rng(1)
    groups = sorted({root(i) for i in range(len(texts))})
    place = dict(zip(groups, random.permutation(len(groups)) % folds))
    return [int(place[root(i)]) for i in range(len(texts))]


def pairs(options: argparse.Namespace, scratch: Path) -> list[Row]:
    source = options.model / "constitution.yaml"
    constitution = yaml.safe_load(source.read_text())
    texts = [
        (p["id"], kind, text)
        for p in constitution["principles"]
        for kind in ("seeds", "near_misses")
        for text in texts_of(options.model, p, kind)
    ]
    places = folds_of([t[2] for t in texts], options.folds)
    #: Of each principle's seeds and near misses: the logits of answers alone and of exchanges.
    found: dict[tuple[str, str], list[tuple[Row, ...]]] = defaultdict(list)
    texts_in_order: dict[tuple[str, str], list[tuple[str, str, Any]]] = defaultdict(list)
    for fold in range(options.folds):
        for p in constitution["principles"]:
            kept = {
                kind: [t[2] for t, f in zip(texts, places) if f != fold and t[:2] == (p["id"], kind)]
                for kind in ("seeds", "near_misses")
            }
            p.pop("near_misses", None)
            p["examples"] = []
            p["synthesis"] = (p.get("synthesis") or {}) | kept
        path, model = scratch / f"fold-{fold}.yaml", scratch / f"fold-{fold}.witan"
        path.write_text(json.dumps(constitution))
        done = subprocess.run(
            [options.witan, "compile", path, "-o", model, *options.compile], capture_output=True, text=True
        )
        if done.returncode:
            raise SystemExit(done.stderr)
        score = Scorer(options.witan, model)
        held = [t for t, f in zip(texts, places) if f == fold]
        alone = [{"text": answer(t[2])} for t in held]
        whole = [row | ({} if isinstance(t[2], str) else {"prompt": t[2]["prompt"]}) for row, t in zip(alone, held)]
        tables = [score(alone), score(whole, exchange=True)]
        for i, text in enumerate(held):
            found[text[:2]].append(tuple({k: v[i] for k, v in t.items()} for t in tables))
            texts_in_order[text[:2]].append(text)

    def values(name: str, kind: str, output: str, which: int = 0) -> np.ndarray:
        return np.array([row[which][output] for row in found[name, kind]])

    report = []
    for harmful, wanted in PAIRS:
        row: Row = {"harmful": harmful, "n": len(found[harmful, "seeds"])}
        row |= {"wanted": wanted, "n_wanted": len(found[wanted, "seeds"])}
        h, p = ([values(name, "seeds", output) for name in (harmful, wanted)] for output in (harmful, wanted))
        lengths = [
            np.array([float(words(answer(t[2]))) for t in texts_in_order[name, "seeds"]]) for name in (harmful, wanted)
        ]
        row["difference"] = measured(h[0] - p[0], h[1] - p[1])
        row["difference_like_length"] = alike(h[0] - p[0], h[1] - p[1], *lengths)
        row["harmful_alone"] = measured(h[0], h[1])
        row["wanted_alone"] = measured(-p[0], -p[1])
        which = 1 if harmful == "sycophancy" else 0
        near = (values(harmful, kind, harmful, which) for kind in ("seeds", "near_misses"))
        row["near_misses"] = {"n": len(found[harmful, "near_misses"])} | measured(*near)
        row["length_auroc"] = round(auroc(*lengths), 4)
        report.append(row)
    return report


def show(report: Row) -> None:
    def figure(x: Row) -> str:
        return f"{x['auroc']:.3f} ({x['interval'][0]:.2f} to {x['interval'][1]:.2f})"

    for c in report.get("comparisons", []):
        print(f"{c['output']:24}{c['of']} ({c['n']}) against {c['against']} ({c['n_against']}), {c['read']}: "
              f"{figure(c)}, length alone {c['length_auroc']:.3f}")  # fmt: skip
    if "ordinary_answers" in report:
        print("flagged of ordinary answers:", report["ordinary_answers"])
    for row in report.get("pairs_of_principles", []):
        figures = [f"{k} {figure(row[k])}" for k in ("difference", "harmful_alone", "wanted_alone", "near_misses")]
        print(f"{row['harmful']} / {row['wanted']}: {', '.join(figures)}, length alone {row['length_auroc']:.3f}, "
              f"difference at like length {row['difference_like_length']['auroc']}")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description="A constitution about answers, on real text and on held-out seeds.")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--model", type=Path, default=ROOT / "models/flourishing")
    parser.add_argument("--weights", type=Path, help="another compiled model than the folder's")
    parser.add_argument("--witan", type=Path, default=ROOT / ".build/release/witan")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--part", choices=["test", "choice"], default="test")
    parser.add_argument("--only-pairs", action="store_true")
    parser.add_argument("--only-real", action="store_true")
    parser.add_argument("-o", "--output", type=Path)
    parser.add_argument("compile", nargs="*", help="options of compile, for the folds")
    options = parser.parse_args()
    report: Row = {}
    with tempfile.TemporaryDirectory() as scratch:
        if not options.only_pairs:
            report |= real(options, options.weights or options.model / "model.witan", Path(scratch))
        if not options.only_real:
            report["folds"] = options.folds
            report["pairs_of_principles"] = pairs(options, Path(scratch))
    show(report)
    if options.output:
        options.output.write_text(json.dumps(report, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
