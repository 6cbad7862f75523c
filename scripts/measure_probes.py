"""Measures probes over token states of all-MiniLM-L6-v2, for the tables of docs/probes.md.

    python3 scripts/measure_probes.py --data DIR --work DIR [--seeds 3] [--witan .build/release/witan]

--data has gptfuzz_responses/{train,test}.jsonl (text, label, question) and toxic_spans/raters.jsonl (text,
share_not_toxic). --work keeps samples and states, which are not made again; the states need what
scripts/extract_activations.py needs, and an hour of one core. Tables go to standard output.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
from pathlib import Path
from statistics import mean
from typing import Any, Iterable

ROOT = Path(__file__).resolve().parent.parent
LOSSES = ("mean", "cumulative-max", "annealed-max", "window", "softmax", "window-softmax")
Rows = Iterable[dict[str, Any]]


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def responses(data: Path) -> dict[str, list[dict[str, str]]]:
    """Answers to jailbreaks, split by question; of those that begin alike one is kept."""
    test, train = (lines(data / f"gptfuzz_responses/{part}.jsonl") for part in ("test", "train"))
    dev = set(sorted({str(r["question"]) for r in train}, key=digest)[:16])
    seen: set[str] = set()

    def sample(rows: Rows, count: int) -> list[dict[str, str]]:
        kept: list[dict[str, str]] = []
        for row in sorted(rows, key=lambda r: digest(r["text"])):
            if row["text"][:60] in seen or not row["text"].strip() or len(kept) >= count:
                continue
            seen.add(row["text"][:60])
            kept.append({"text": row["text"], "label": "harmful" if str(row["label"]) == "1" else "not_harmful"})
        return kept

    return {
        "test": sample(test, 600),
        "dev": sample((r for r in train if str(r["question"]) in dev), 300),
        "train": sample((r for r in train if str(r["question"]) not in dev), 1000),
    }


def posts(data: Path) -> dict[str, list[dict[str, str]]]:
    """Posts that all raters find toxic, against those that most do not."""
    limits = {"train": 4000, "dev": 1000, "test": 2000}
    parts: dict[str, list[dict[str, str]]] = {name: [] for name in limits}
    seen: set[str] = set()
    for row in lines(data / "toxic_spans/raters.jsonl"):
        share = row["share_not_toxic"]
        if 0.1 < share < 0.6 or row["text"] in seen:
            continue
        seen.add(row["text"])
        place = int(digest(row["text"])[:8], 16) % 7
        part = "train" if place < 4 else "dev" if place == 4 else "test"
        if len(parts[part]) < limits[part]:
            parts[part].append({"text": row["text"], "label": "toxic" if share < 0.1 else "not_toxic"})
    return parts


def main() -> None:
    parser = argparse.ArgumentParser(description="Probes on real hidden states.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--witan", type=Path, default=ROOT / ".build/release/witan")
    options = parser.parse_args()

    def witan(*arguments: Any) -> dict[str, Any]:
        done = subprocess.run([options.witan, *map(str, arguments), "--json"], capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(done.stderr)
        return json.loads(done.stdout)

    for name, make, positive, tokens in (
        ("responses", responses, "harmful", 192), ("posts", posts, "toxic", 128),
    ):
        folder = options.work / name
        folder.mkdir(parents=True, exist_ok=True)
        for part, rows in make(options.data).items():
            texts, states = folder / f"{part}.jsonl", folder / f"{part}.safetensors"
            texts.write_text("".join(json.dumps(row) + "\n" for row in rows))
            if not states.exists():
                script = ROOT / "scripts/extract_activations.py"
                command = [script, texts, "--positive", positive, "--tokens", tokens, "-o", states]
                subprocess.run([sys.executable, *map(str, command)], check=True)
        measure(name, folder, options.seeds, witan)


def measure(name: str, folder: Path, seeds: int, witan: Any) -> None:
    probe, text = folder / "probe.witan", folder / "text.witan"
    fit = ("train", "--activations", folder / "train.safetensors", "--dev-activations", folder / "dev.safetensors")
    test = ("--activations", folder / "test.safetensors")

    def figures(reports: list[dict[str, Any]], score: str) -> str:
        rows = [report["labels"][0][score] for report in reports]
        return " | ".join(f"{mean(r[key] for r in rows):.3f}" for key in ("auroc", "recall_at_5_fpr"))

    print(f"\n{name}\n\n| `--loss` | AUROC, z_t | R@5%, z_t | AUROC, zbar_t | R@5%, zbar_t |\n|---|---:|---:|---:|---:|")
    for loss in LOSSES:
        reports: dict[int, list[dict[str, Any]]] = {1: [], 16: []}
        for seed in range(1, seeds + 1):
            witan(*fit, "--loss", loss, "--seed", seed, "-o", probe)
            for window, found in reports.items():
                found.append(witan("evaluate", "-m", probe, *test, "--window", window))
        print(f"| `{loss}` | " + " | ".join(figures(found, "probe") for found in reports.values()) + " |")

    witan("train", "--data", folder / "train.jsonl", "--dev", folder / "dev.jsonl", "-o", text)
    both, weights = [], []
    for seed in range(1, seeds + 1):
        made = witan(*fit, "--dev", folder / "dev.jsonl", "--text-model", text, "--seed", seed, "-o", probe)
        weights.append(made["probe"]["combination"][0]["weight"])
        both.append(witan("evaluate", "-m", probe, *test, "--data", folder / "test.jsonl", "--text-model", text))
    print("\n| score | AUROC | R@5% |\n|---|---:|---:|")
    for score in ("text", "probe", "combined"):
        print(f"| {score} | {figures(both, score)} |")
    print(f"\nweights of the probe: {', '.join(f'{w:.2f}' for w in weights)}")


if __name__ == "__main__":
    main()
