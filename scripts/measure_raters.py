#!/usr/bin/env python3
"""Opinions of groups of raters on public rater data: the tables of docs/raters.md.

python3 scripts/measure_raters.py --data DIR [--witan .build/release/witan] [--set NAME ...] [--out results.json]

DIR has popquorn_offensiveness, lewidi_hs_brexit, lewidi_md_agreement, toxic_spans and humanebench, a folder each, as
JSONL with every rater's judgement ("annotations"). Ratings go to a temporary folder in the layout of 'witan
train --by'; nothing of them is kept. Choices (--dev) are made on a fifth of the train part, held out by a hash of the
text; without it the model is trained on the whole of it and judged on the test part.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time


def lines(*parts):
    with open(os.path.join(*parts), encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def rated(row, ratings):
    out = {"text": row["text"], "ratings": ratings}
    if row.get("prompt"):
        out["prompt"] = row["prompt"]
    return out


def popquorn(row):
    known = ("rater", "gender", "race", "age", "education")
    return rated(row, [{"label": (a["score"] - 1) / 4, **{k: a[k] for k in known}} for a in row["annotations"]])


def brexit(row):
    # Which raters are of the target group is a fact of the set, the same in every row.
    kinds = row["other"]["annotators group"].split(",")
    return rated(row, [
        {"label": vote, "rater": rater, "group": row["other"][kind].replace(" group", "")}
        for (rater, vote), kind in zip(row["annotations"].items(), kinds)])


def agreement(row):
    return rated(row, [{"label": vote, "rater": rater} for rater, vote in row["annotations"].items()])


def toxic(row):
    return rated(row, [
        {"label": 0 if a["not_toxic"] else 1, "rater": a["rater"], "country": a["country"] or None}
        for a in row["annotations"]])


HUMANE = {"HELL YES": 0, "Soft yes": 1 / 3, "Soft no": 2 / 3, "HELL NO": 1}


def humane(row):
    return rated(row, [
        {"label": HUMANE[a["rating"]], "rater": rater}
        for rater, a in row["annotations"].items() if a and a.get("rating") in HUMANE])


def part(text, parts, salt=""):
    return int(hashlib.sha256((salt + text).encode()).hexdigest(), 16) % parts


def load(data, name):
    """(train, test) in our layout."""
    if name == "popquorn":
        return tuple([popquorn(r) for r in lines(data, "popquorn_offensiveness", p + ".jsonl")]
                     for p in ("train", "test"))
    if name in ("hs_brexit", "md_agreement"):
        convert = brexit if name == "hs_brexit" else agreement
        folder = "lewidi_" + name
        train = [convert(r) for p in ("train", "dev") for r in lines(data, folder, p + ".jsonl")]
        return train, [convert(r) for r in lines(data, folder, "test.jsonl")]
    if name == "toxic_spans":
        rows = [toxic(r) for r in lines(data, "toxic_spans", "raters.jsonl")]
    else:
        rows = [r for r in map(humane, lines(data, "humanebench", "rated.jsonl")) if r["ratings"]]
    # These have no split of their own: a quarter by a hash of the text.
    return ([r for r in rows if part(r["text"], 4) != 0], [r for r in rows if part(r["text"], 4) == 0])


# What is measured: set, grouping, further options.
RUNS = [
    ("popquorn", ["gender"], []),
    ("popquorn", ["race"], []),
    ("popquorn", ["age"], []),
    ("popquorn", ["education"], []),
    ("popquorn", ["gender", "race", "age", "education"], []),
    ("popquorn", ["severity"], []),
    ("hs_brexit", ["group"], []),
    ("hs_brexit", ["rater"], []),
    ("md_agreement", ["severity"], []),
    ("md_agreement", ["rater"], ["--min-ratings", "150"]),
    ("toxic_spans", ["country"], ["--min-ratings", "300"]),
    ("toxic_spans", ["severity"], []),
    ("humanebench", ["rater"], ["--min-ratings", "10"]),
]


def write(path, rows):
    with open(path, "w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def run(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(" ".join(command) + "\n" + done.stderr)
    return json.loads(done.stdout)


def measure(arguments, folder):
    results = []
    names = arguments.set or list(dict.fromkeys(name for name, _, _ in RUNS))
    for name in names:
        train, test = load(arguments.data, name)
        if arguments.dev:
            train, test = ([r for r in train if part(r["text"], 5, "dev") != 0],
                           [r for r in train if part(r["text"], 5, "dev") == 0])
        paths = {k: os.path.join(folder, f"{name}-{k}") for k in ("train.jsonl", "test.jsonl", "majority.witan")}
        write(paths["train.jsonl"], train)
        write(paths["test.jsonl"], test)
        common = ["--data", paths["train.jsonl"], "--json"]
        run([arguments.witan, "train", "--by", "majority", "-o", paths["majority.witan"], *common])
        for other, by, more in RUNS:
            if other != name:
                continue
            model = os.path.join(folder, "model.witan")
            started = time.time()
            made = run([arguments.witan, "train", "--by", *by, "-o", model, *common, *more,
                        *(arguments.options.split())])
            seconds = time.time() - started
            found = run([arguments.witan, "evaluate", "-m", model, "--data", paths["test.jsonl"],
                         "--against", paths["majority.witan"], "--json"])
            results.append({"set": name, "by": by, "seconds": round(seconds, 1), "train_texts": len(train),
                            "epochs": made["epochs"], "dev_loss": min(made["dev_loss"]), **found})
            print(row(results[-1]), flush=True)
    return results


def shown(measure, signed=False, places=3):
    sign = "+" if signed else ""
    text = f"{measure['value']:{sign}.{places}f}" if measure["value"] is not None else "-"
    if "interval" in measure:
        text += " ({:{s}.{p}f} to {:{s}.{p}f})".format(*measure["interval"], s=sign, p=places)
    return text


def row(r):
    d = r["disagreement"]
    return (f"| {r['set']} by {', '.join(r['by'])} | {d['texts']} | {shown(d['spread'])} | {d['against']['value']:.3f} | "
            f"{shown(d['spread_less_against'], True)} | {d['pooled']['value']:.3f} | "
            f"{shown(d['spread_less_pooled'], True)} | {r['seconds']} |")


def groups(r):
    def line(name, n, c):
        return (f"| {name} | {n} | {shown(c['own']['log_loss'])} | {c['against']['log_loss']['value']:.3f} | "
                f"{shown(c['own_less_against']['log_loss'], True)} | {shown(c['own_less_pooled']['log_loss'], True)} | "
                + " / ".join(f"{c[k]['auroc']['value']:.3f}" if c[k]["auroc"]["value"] is not None else "-"
                             for k in ("own", "pooled", "against")) + " | "
                + " / ".join(f"{c[k]['brier']['value']:.3f}" for k in ("own", "pooled", "against")) + " |")
    rows = [line(g["label"], g["ratings"], g) for g in r["groups"]]
    return [f"{r['set']} by {', '.join(r['by'])}: {r['texts']} texts, {r['ratings']} ratings", "",
            "| group, worst first | ratings | log loss, own | majority | own less majority | own less pooled | AUROC own / pooled / "
            "majority | Brier own / pooled / majority |", "|---|---:|---:|---:|---:|---:|---:|---:|", *rows,
            line("mean over groups", "", r["mean"]), ""]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--witan", default=".build/release/witan")
    parser.add_argument("--set", nargs="*", default=[])
    parser.add_argument("--dev", action="store_true", help="choices: judge on a part of train, not on test")
    parser.add_argument("--options", default="", help="further options of 'witan train', in one string")
    parser.add_argument("--out", help="where all figures go as JSON")
    arguments = parser.parse_args()
    print("| set, groups | texts | spread of opinions | majority | spread less majority | pooled shares | "
          "spread less pooled | training s |\n|---|---:|---:|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        results = measure(arguments, folder)
    print()
    for result in results:
        print("\n".join(groups(result)))
    if arguments.out:
        with open(arguments.out, "w", encoding="utf-8") as file:
            json.dump(results, file, indent=1)


if __name__ == "__main__":
    main()
