"""Where toxicity begins: `witan train --windows` on annotated spans, by the share of onsets that are found.

    WITAN_PROGRAM=.build/release/witan python3 Benchmarks/toxic_spans.py --data DIR

Prints what docs/guard.md quotes, at a threshold that the dev part gives and at the same rate of the test part. DIR/toxic_spans holds train, dev and test of SemEval-2021 task 5 as JSONL:
`text`, and `spans` as pairs of characters. Innocent streams are the words before the first span of each test
post, and of each dev post. The posts in which the annotators agreed on no span are left out: they are toxic too, most by plain
insults, so a flag there is no false alarm.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
from pathlib import Path

WITAN = os.environ.get("WITAN_PROGRAM", "witan")


def example(row: dict) -> dict:
    """The post with its spans in bytes of UTF-8."""
    text = row["text"]
    spans = [{"label": "toxic", "start": len(text[:a].encode()), "end": len(text[:b].encode())}
             for a, b in row["spans"]]  # fmt: skip
    return {"text": text, "labels": ["toxic"], "spans": spans, "group": "post"}


def lead_in(post: dict) -> dict:
    start = min(span["start"] for span in post["spans"])
    return {"text": post["text"].encode()[:start].decode(), "labels": [], "group": "lead-in"}


def posts(path: Path) -> list[dict]:
    rows = [json.loads(line) for line in open(path, encoding="utf-8")]
    return [example(row) for row in rows if row["spans"]]


def streams(path: Path) -> list[dict]:
    """Posts, and the innocent beginnings of those that have one."""
    found = posts(path)
    return found + [lead for lead in map(lead_in, found) if lead["text"].split()]


def write(path: Path, examples: list[dict]) -> str:
    path.write_text("".join(json.dumps(e) + "\n" for e in examples), encoding="utf-8")
    return str(path)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--windows", nargs="+", default=["1", "2", "4"])
    parser.add_argument("--fpr", default="0.05")
    options = parser.parse_args()
    source = options.data / "toxic_spans"
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        train, dev = (write(work / f"{p}.jsonl", posts(source / f"{p}.jsonl")) for p in ("train", "dev"))
        model = str(work / "model.witan")
        subprocess.run([WITAN, "train", "--data", train, "--dev", dev, "-o", model, "--windows", *options.windows],
                       check=True)  # fmt: skip
        parts = {p: write(work / f"{p}-streams.jsonl", streams(source / f"{p}.jsonl")) for p in ("dev", "test")}

        def evaluate(part: str, *flags: str) -> str:
            return subprocess.run(
                [WITAN, "evaluate", "-m", model, "--data", parts[part], "--stream", "--principle", "toxic",
                 "--windows", *options.windows, *flags], check=True, capture_output=True, text=True).stdout  # fmt: skip

        threshold = json.loads(evaluate("dev", "--fpr", options.fpr, "--json"))["threshold"]
        print("threshold of the dev part:", evaluate("test", "--threshold", str(threshold)))
        print("at that rate of the test part itself:", evaluate("test", "--fpr", options.fpr))


if __name__ == "__main__":
    main()
