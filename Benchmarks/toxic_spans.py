"""Where toxicity begins: `witan train --windows` on annotated spans, by the share of onsets that are found.

    WITAN_PROGRAM=.build/release/witan python3 Benchmarks/toxic_spans.py --data DIR

Prints what docs/guard.md quotes. DIR/toxic_spans holds train, dev and test of SemEval-2021 task 5 as JSONL:
`text`, and `spans` as pairs of characters. Innocent streams are the words before the first span of each test
post. The posts in which the annotators agreed on no span are left out: they are toxic too, most by plain
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
        test = posts(source / "test.jsonl")
        leads = [lead for lead in map(lead_in, test) if lead["text"].split()]
        streams = write(work / "test.jsonl", test + leads)
        model = str(work / "model.witan")
        subprocess.run([WITAN, "train", "--data", train, "--dev", dev, "-o", model, "--windows", *options.windows],
                       check=True)  # fmt: skip
        subprocess.run([WITAN, "evaluate", "-m", model, "--data", streams, "--stream", "--principle", "toxic",
                        "--fpr", options.fpr, "--windows", *options.windows], check=True)  # fmt: skip


if __name__ == "__main__":
    main()
