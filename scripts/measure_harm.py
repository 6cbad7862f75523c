"""Measures a constitution's model on public sets that are not ours to pass on, into measured.json.

    python3 scripts/measure_harm.py --data DIR [--model models/baseline] [--witan .build/release/witan]

DIR has a folder for each set with JSONL files (text, label): advbench, malicious_instruct, simple_safety_tests,
do_not_answer, benign_prompts, xstest and deepset_injection. The model card and the README's table are made
from measured.json: run scripts/models.sh and Benchmarks/tables.py afterwards.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
HARMFUL = ("advbench", "malicious_instruct", "simple_safety_tests", "do_not_answer")


def main() -> None:
    parser = argparse.ArgumentParser(description="A constitution on real text.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, default=ROOT / "models/baseline")
    parser.add_argument("--witan", type=Path, default=ROOT / ".build/release/witan")
    options = parser.parse_args()
    data = options.data

    def evaluate(harmful: list[Path], benign: list[Path], *more: str) -> dict[str, Any]:
        command = [options.witan, "evaluate", "-m", options.model / "model.witan", "--json"]
        for flag, files in (("--harmful", harmful), ("--benign", benign)):
            command += [flag, *files]
        # 1 says that harmful texts were flagged, as they should be.
        done = subprocess.run([*map(str, command), *more], capture_output=True, text=True)
        if done.returncode not in (0, 1):
            raise SystemExit(done.stderr)
        return json.loads(done.stdout)

    with tempfile.TemporaryDirectory() as scratch:

        def side(name: str, keep: bool, of: Path, label: str) -> Path:
            """The rows of one label, or all others, in a file that is named as the report shows it."""
            path = Path(scratch) / f"{name}.jsonl"
            rows = [line for line in of.read_text().splitlines() if (json.loads(line)["label"] == label) == keep]
            path.write_text("\n".join(rows) + "\n")
            return path

        sets = [data / name / "test.jsonl" for name in HARMFUL]
        benign = [data / "benign_prompts/all.jsonl"]
        report = evaluate(sets, benign)
        report["mean_auroc_without_embeddings"] = evaluate(sets, benign, "--embeddings", "none")["mean_auroc"]
        pairs = []
        for name, shown, label, principles in (
            ("xstest", "xstest unsafe against safe", "unsafe", [None]),
            (
                "deepset_injection", "deepset_injection injection against benign", "injection",
                [None, "prompt-injection"],
            ),
        ):  # fmt: skip
            rows = data / name / "test.jsonl"
            bad, good = side(f"{name} {label}", True, rows, label), side(f"{name} other", False, rows, label)
            for principle in principles:
                found = evaluate([bad], [good], *(["--principle", principle] if principle else []))
                pair = found["sets"][0] | {"name": shown, "fpr_own": found["benign"][0]["fpr"]}
                if principle:
                    pair["name"] += f", output {principle}"
                else:
                    report["benign"].append(found["benign"][0] | {"name": f"{name}, its benign side"})
                pairs.append(pair)
        report["pairs"] = pairs
    out = options.model / "measured.json"
    out.write_text(json.dumps(report, indent=1, sort_keys=True) + "\n")
    print(f"{out}: mean AUROC {report['mean_auroc']}, recall at 5 % FPR {report['mean_recall_at_5_fpr']}")


if __name__ == "__main__":
    main()
