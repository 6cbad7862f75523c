"""Whole texts against windows, and against the length of the text alone, on two public sets.

    python3 Benchmarks/windows.py --data DIR

DIR has the folders deepset_injection and gptfuzz_responses with JSONL files (text, label). AUROC of the baseline's
`any`, of the test parts and within fifths of the lengths (mean over pairs of one fifth, deepset_injection with its
train part): the largest of many grades grows with the number of words, and harmful texts are longer in both sets.
Prints the table of docs/guard.md.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WITAN = os.environ.get("WITAN_PROGRAM", str(ROOT / ".build/release/witan"))
MODEL = ROOT / "models/baseline/model.witan"
WINDOWS = ["16", "48"]
FIFTHS = 5
#: Set, what it holds, its harmful and its benign label, the parts that the fifths are of.
SETS = (
    ("deepset_injection", "injection against benign", "injection", "benign", ("train", "test")),
    ("gptfuzz_responses", "compliance against refusal", "1", "0", ("test",)),
)


def rows(folder: Path, parts: tuple[str, ...], label: str) -> list[str]:
    found = (json.loads(line) for part in parts for line in (folder / f"{part}.jsonl").open(encoding="utf-8"))
    return [row["text"] for row in found if str(row["label"]) == label]


def auroc(harmful: list[float], benign: list[float]) -> float:
    wins = sum((h > b) + 0.5 * (h == b) for h in harmful for b in benign)
    return wins / (len(harmful) * len(benign))


def grades(harmful: list[str], benign: list[str]) -> tuple[float, float]:
    """The AUROC of whole texts and of the largest window grades."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / "harmful.jsonl", Path(folder) / "benign.jsonl"]
        for file, texts in zip(files, (harmful, benign)):
            file.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
        command = [WITAN, "evaluate", "-m", str(MODEL), "--harmful", str(files[0]), "--benign", str(files[1])]
        done = subprocess.run(
            [*command, "--windows", *WINDOWS, "--json"], capture_output=True, text=True, check=True)
    report = json.loads(done.stdout)
    return report["whole"]["mean_auroc"], report["windows"]["mean_auroc"]


def within_fifths(harmful: list[str], benign: list[str]) -> tuple[float, float]:
    """The same within fifths of the lengths, weighted by pairs."""
    texts = sorted([(len(t), True, t) for t in harmful] + [(len(t), False, t) for t in benign])
    sums, pairs = [0.0, 0.0], 0
    for k in range(FIFTHS):
        part = texts[k * len(texts) // FIFTHS : (k + 1) * len(texts) // FIFTHS]
        bad, good = [t for _, is_bad, t in part if is_bad], [t for _, is_bad, t in part if not is_bad]
        if bad and good:
            weight = len(bad) * len(good)
            pairs += weight
            sums = [s + weight * a for s, a in zip(sums, grades(bad, good))]
    return sums[0] / pairs, sums[1] / pairs


def main() -> None:
    parser = argparse.ArgumentParser(description="Windows beside whole texts.")
    parser.add_argument("--data", type=Path, required=True)
    data = parser.parse_args().data
    print("| set (rows of its test part) | AUROC, whole text | largest window grade | length of the text alone "
          "| whole, within classes of length | windows, within them |\n|---|---:|---:|---:|---:|---:|")  # fmt: skip
    for name, what, bad, good, parts in SETS:
        harmful, benign = (rows(data / name, ("test",), label) for label in (bad, good))
        whole, windows = grades(harmful, benign)
        alone = auroc([len(t.split()) for t in harmful], [len(t.split()) for t in benign])
        inside = within_fifths(*(rows(data / name, parts, label) for label in (bad, good)))
        print(f"| {name}, {what} ({len(harmful)}, {len(benign)}) | {whole:.3f} | {windows:.3f} | {alone:.3f} "
              f"| {inside[0]:.3f} | {inside[1]:.3f} |")  # fmt: skip


if __name__ == "__main__":
    main()
