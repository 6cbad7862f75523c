#!/usr/bin/env python3
"""How well a model's doubt tells foreign text from its own, and wrong answers from right ones.

    python3 scripts/doubt.py WITAN MODEL OWN.jsonl FOREIGN.jsonl...

OWN is text like that of training, with "label" or "labels" for the second figure; FOREIGN is any other.
Prints AUROC of the mean doubt of all labels (of `any` for constitutions), and beside it that of 1 - probability (the margin to 0.5 for
labels that are yes or no), which needs no doubt: what doubt is worth is the difference.
"""
import json
import subprocess
import sys


def auroc(low, high):
    """The chance that one of `high` is above one of `low`; equal ones count half."""
    ranked = sorted([(x, 0) for x in low] + [(x, 1) for x in high])
    total, i = 0.0, 0
    while i < len(ranked):
        j = i
        while j < len(ranked) and ranked[j][0] == ranked[i][0]:
            j += 1
        total += sum(side for _, side in ranked[i:j]) * (i + j + 1) / 2
        i = j
    n, m = len(low), len(high)
    return (total - m * (m + 1) / 2) / (n * m) if n and m else float("nan")


def scored(witan, model, path):
    done = subprocess.run([witan, "score", "-m", model, "--jsonl", "--json", path], capture_output=True, text=True)
    if done.returncode > 1:
        sys.exit(done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines()]


def doubt(row):
    # The mean, not that of the best label: doubts of rare labels are larger whatever the text.
    return row.get("any_doubt", sum(row["doubt"].values()) / len(row["doubt"]))


def unsure(row):
    p = row.get("any", row["scores"][row["label"]])
    return -abs(p - 0.5) if "any" in row else -p


def main():
    witan, model, own_path, *foreign = sys.argv[1:]
    own = scored(witan, model, own_path)
    print(f"{'foreign text':40} {'n':>6} {'doubt':>7} {'1 - p':>7}")
    for path in foreign:
        rows = scored(witan, model, path)
        values = [auroc([f(r) for r in own], [f(r) for r in rows]) for f in (doubt, unsure)]
        print(f"{path.rsplit('/', 2)[-2] + '/' + path.rsplit('/', 1)[-1]:40} {len(rows):6} "
              f"{values[0]:7.3f} {values[1]:7.3f}")
    labels = [json.loads(line).get("label") for line in open(own_path, encoding="utf-8") if line.strip()]
    if "any" not in own[0] and all(isinstance(label, str) for label in labels):
        wrong = [r["label"] != label for r, label in zip(own, labels)]
        values = [auroc([f(r) for r, w in zip(own, wrong) if not w], [f(r) for r, w in zip(own, wrong) if w])
                  for f in (doubt, unsure)]
        print(f"{'wrong answers on the own text':40} {sum(wrong):6} {values[0]:7.3f} {values[1]:7.3f}")


if __name__ == "__main__":
    main()
