"""Measures how early and how falsely models flag streams, and what the losses of training do to that.

    python3 scripts/measure_streams.py --data DIR [--witan .build/release/witan] [--losses softmax mean none]

For each loss the baseline is compiled twice: with --hold-out, judged on streams of its own held-out seeds and
carriers (synthesize --streams, threshold from the dev part); and whole, judged on public requests between the
sentences of public answers that no training saw. DIR has folders advbench, malicious_instruct,
simple_safety_tests and alpaca_eval_outputs with JSONL files (text). Thresholds are those that 1 % of one half of the
innocent streams reach; rates are those of the other half. Prints the tables of docs/streaming.md.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOSSES = ["none", "mean", "annealed-max", "cumulative-max", "window", "softmax", "window-softmax"]
#: Readings: windows, and averages of logits over words.
READINGS = {
    "whole text": [],
    "window 12": ["--windows", "12"],
    "window 16": ["--windows", "16"],
    "windows 16, 48": ["--windows", "16", "48"],
    "window 16, rolling mean of 4": ["--windows", "16", "--window", "4"],
    "window 16, rolling mean of 16": ["--windows", "16", "--window", "16"],
    "window 16, exponential average 0.2": ["--windows", "16", "--rate", "0.2"],
}


def run(witan: Path, *arguments: object) -> str:
    done = subprocess.run([str(witan), *map(str, arguments)], capture_output=True, text=True)
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr)
    return done.stdout


def texts(path: Path) -> list[str]:
    return [json.loads(line)["text"] for line in path.read_text().splitlines()]


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def public_streams(data: Path, folder: Path) -> tuple[Path, Path]:
    """Requests put between two sentences of an answer, and other answers as they are; two halves."""
    draw = random.Random(7)
    requests = [t for s in ("advbench", "malicious_instruct", "simple_safety_tests") for t in texts(data / s / "test.jsonl")]
    answers = texts(data / "alpaca_eval_outputs/sample.jsonl")
    draw.shuffle(answers)
    rows: list[dict[str, Any]] = []
    for request, answer in zip(requests, answers):
        cut = draw.choice([0] + [m.end() for m in re.finditer(r"[.!?]\s", answer)])
        request = request if request[-1] in ".?!" else request + "."
        start = len(answer[:cut].encode())
        span = {"label": "fraud", "start": start, "end": start + len(request.encode())}  # any prohibited one
        rows.append({"text": f"{answer[:cut]}{request} {answer[cut:]}", "labels": ["fraud"], "spans": [span]})
    innocent = [{"text": t, "labels": []} for t in answers[len(requests) : len(requests) + 5000]]
    return (
        write(folder / "public-dev.jsonl", rows + innocent[:2500]),
        write(folder / "public-test.jsonl", rows + innocent[2500:]),
    )


def own_streams(witan: Path, folder: Path) -> list[Path]:
    """Streams of held-out seeds in held-out carriers, without near misses; dev and test."""
    made = []
    for split in ("dev", "test"):
        path = folder / f"{split}.jsonl"
        run(witan, "synthesize", ROOT / "models/baseline/constitution.yaml", "--streams", 4000, "--split", split, "-o", path)
        rows = [json.loads(line) for line in path.read_text().splitlines()]
        made.append(write(path, [row for row in rows if row["group"] != "near-miss"]))
    return made


def row(witan: Path, model: Path, dev: Path, test: Path, reading: list[str]) -> str:
    common = ["evaluate", "-m", model, "--stream", "--json", *reading]
    threshold = json.loads(run(witan, *common, "--data", dev, "--fpr", 0.01))["threshold"]
    report = json.loads(run(witan, *common, "--data", test, "--threshold", threshold))
    delay = report["median_delay"]
    rates = [report["false_positives"], report["within"]["8"], report["within"]["16"], report["early"]]
    first = report["lead_ins"][0]["within_16"]["rate"]
    return " | ".join(
        [f"{threshold:.3f}", *(f"{100 * r['rate']:.1f}" for r in rates), f"{100 * first:.1f}", "-" if delay is None else str(delay)]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--witan", type=Path, default=ROOT / ".build/release/witan")
    parser.add_argument("--losses", nargs="*", default=LOSSES)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        public, own = public_streams(options.data, folder), own_streams(options.witan, folder)
        columns = "threshold | false alarms % | within 8 % | within 16 % | early % | within 16 %, no lead-in | median delay |"
        rule = "|---|---|---:|---:|---:|---:|---:|---:|---:|"
        print(f"| loss | streams | {columns}\n{rule}")
        kept = None
        for loss in options.losses:
            for flags, streams, shown in ((["--hold-out"], own, "own"), ([], public, "public")):
                model = folder / f"{loss}-{shown}.witan"
                run(options.witan, "compile", ROOT / "models/baseline/constitution.yaml", "-o", model, "--stream-loss", loss, *flags)
                print(f"| {loss} | {shown} | {row(options.witan, model, *streams, READINGS['window 16'])} |", flush=True)
                if loss == "window" and shown == "public":
                    kept = model
        if kept:
            print(f"\n| reading | streams | {columns}\n{rule}")
            for reading, flags in READINGS.items():
                print(f"| {reading} | public | {row(options.witan, kept, *public, flags)} |", flush=True)


if __name__ == "__main__":
    main()
