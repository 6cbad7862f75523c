#!/usr/bin/env python3
"""Opinions of groups of raters on public rater data: the tables of docs/raters.md.

python3 scripts/measure_raters.py --data DIR [--witan .build/release/witan] [--set NAME ...] [--out results.json]
(needs numpy)

DIR has popquorn_offensiveness, lewidi_hs_brexit, lewidi_md_agreement, toxic_spans and humanebench, a folder each, as
JSONL with every rater's judgement ("annotations"). Ratings go to a temporary folder in the layout of 'witan
train --by'; nothing of them is kept. Choices (--dev) are made on a fifth of the train part, held out by a hash of the
text; without it the model is trained on the whole of it and judged on the test part. Sets of fewer than 200 texts have
no test part: they are cross-validated, each prompt with all answers to it a fold (--fold-by text: leave one out), the
same folds for the opinions and their rivals.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time

from rater_spread import Opinions, disagreement, losses

FEW_TEXTS = 200

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


def joined(rows):
    """Rows of one text as one, as 'witan' reads them."""
    known = {}
    for row in rows:
        known.setdefault(row["text"], {**row, "ratings": []})["ratings"] += row["ratings"]
    return list(known.values())


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
        rows = joined(toxic(r) for r in lines(data, "toxic_spans", "raters.jsonl"))
    else:
        rows = [r for r in map(humane, lines(data, "humanebench", "rated.jsonl")) if r["ratings"]]
    # These have no split of their own: a quarter by a hash of the text, or folds.
    if len(rows) < FEW_TEXTS:
        return rows, None
    return ([r for r in rows if part(r["text"], 4) != 0], [r for r in rows if part(r["text"], 4) == 0])


def splits(arguments, name):
    """The splits of a set, (train, test) each; more than one only in cross-validation, and then all rows are test rows
    once."""
    train, test = load(arguments.data, name)
    if test is None:
        keys = [row.get(arguments.fold_by) or row["text"] for row in train]
        return [([r for r, k in zip(train, keys) if k != fold], [r for r, k in zip(train, keys) if k == fold])
                for fold in dict.fromkeys(keys)]
    if arguments.dev:
        train, test = ([r for r in train if part(r["text"], 5, "dev") != 0],
                       [r for r in train if part(r["text"], 5, "dev") == 0])
        if arguments.new_raters:
            train = [{**row, "ratings": [r for r in row["ratings"] if part(str(r["rater"]), 2)]} for row in train]
            train = [row for row in train if row["ratings"]]
    return [(train, test)]


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
    ("hs_brexit", ["severity"], []),
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


def soft(row):
    """A text with the shares of its votes as those of a choice: the rival that learns from all votes alone."""
    share = sum(r["label"] for r in row["ratings"]) / len(row["ratings"])
    return {**{k: v for k, v in row.items() if k != "ratings"}, "labels": {"yes": share, "no": 1 - share}}


def rivals(arguments, folder, k, train, test):
    """Files of one split, with the models that opinions are compared with."""
    paths = {n: os.path.join(folder, f"{k}-{n}") for n in ("train", "soft", "test", "majority.witan", "soft.witan")}
    write(paths["train"], train)
    write(paths["soft"], map(soft, train))
    write(paths["test"], test)
    run([arguments.witan, "train", "--by", "majority", "-o", paths["majority.witan"], "--data", paths["train"],
         "--json"])
    run([arguments.witan, "train", "--task", "choice", "-o", paths["soft.witan"], "--data", paths["soft"], "--json"])
    return paths


def scores(arguments, model, path):
    done = subprocess.run([arguments.witan, "score", "-m", model, "--json", "--jsonl", path],
                          capture_output=True, text=True)
    if done.returncode not in (0, 1) or not done.stdout:
        sys.exit(done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines()]


def measure(arguments, folder):
    results = []
    for name in arguments.set or list(dict.fromkeys(name for name, _, _ in RUNS)):
        parts = splits(arguments, name)
        files = [rivals(arguments, folder, f"{name}-{k}", *both) for k, both in enumerate(parts)]
        known = [[[s["scores"]["yes"] for s in scores(arguments, f[m], f["test"])]
                  for m in ("majority.witan", "soft.witan")] for f in files]
        for other, by, more in RUNS:
            if other != name:
                continue
            texts, found, started = [], {}, time.time()
            for k, ((train, test), paths) in enumerate(zip(parts, files)):
                model = os.path.join(folder, "model.witan")
                made = run([arguments.witan, "train", "--by", *by, "-o", model, "--data", paths["train"], "--json",
                            *more, *(arguments.options.split())])
                opinions = Opinions(model, by)
                texts += [opinions.text(row, s, majority, share, fold=k if len(parts) > 1 else None)
                          for row, s, majority, share in zip(test, scores(arguments, model, paths["test"]), *known[k])]
                if len(parts) == 1:
                    found = run([arguments.witan, "evaluate", "-m", model, "--data", paths["test"], "--against",
                                 paths["majority.witan"], "--json"])
                    found["epochs"] = made["epochs"]
            results.append({"set": name, "by": by, "seconds": round(time.time() - started, 1), "folds": len(parts),
                            **found, "tracking": disagreement(texts), "losses": losses(texts)})
            print(f"{title(results[-1])}: {results[-1]['seconds']} s", file=sys.stderr)
    return results


def shown(measure, signed=False, places=3):
    sign = "+" if signed else ""
    text = f"{measure['value']:{sign}.{places}f}" if measure["value"] is not None else "-"
    if "interval" in measure:
        text += " ({:{s}.{p}f} to {:{s}.{p}f})".format(*measure["interval"], s=sign, p=places)
    return text


RIVALS = ("majority", "soft", "pooled")


def tables(results):
    """Rank correlations with disagreement: of all opinions, and of those of a text's own raters; log losses."""
    yield "| set, groups | texts | spread | " + " | ".join(f"{k}; spread less it" for k in RIVALS) + " |"
    yield "|---|---:|---:|---:|---:|---:|"
    for r in results:
        t = r["tracking"]
        rivals = [f"{t[k]['value']:.3f}; {shown(t['spread less ' + k], True)}" for k in RIVALS]
        yield f"| {title(r)} | {t['texts']} | {shown(t['spread'])} | {' | '.join(rivals)} |"
    yield ""
    yield "| set, groups | total | " + " | ".join(f"less {k}" for k in RIVALS) + " |"
    yield "|---|---:|---:|---:|---:|"
    for r in results:
        t = r["tracking"]
        yield (f"| {title(r)} | {shown(t['total'])} | "
               + " | ".join(shown(t["total less " + k], True) for k in RIVALS) + " |")
    yield ""
    yield "| set, groups | own raters | " + " | ".join(f"less {k}" for k in (*RIVALS, "spread")) + " | levels | less levels |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|"
    for r in results:
        t = r["tracking"]
        less = [shown(t["own raters less " + k], True) for k in (*RIVALS, "spread")]
        yield (f"| {title(r)} | {shown(t['own raters'])} | {' | '.join(less)} | {shown(t['levels'])} | "
               f"{shown(t['own raters less levels'], True)} |")
    yield ""
    yield "| set, groups | log loss: own, pooled, majority, soft | " + " | ".join(f"own less {k}" for k in RIVALS) + " |"
    yield "|---|---|---:|---:|---:|"
    for r in results:
        p = r["losses"]
        yield (f"| {title(r)} | " + ", ".join(f"{p[k]['value']:.3f}" for k in ("own", "pooled", "majority", "soft")) + " | "
               + " | ".join(shown(p["own less " + k], True) for k in RIVALS) + " |")
    yield ""


def title(r):
    return f"{r['set']} by {', '.join(r['by'])}" + (f", {r['folds']} folds" if r["folds"] > 1 else "")


def groups(r):
    def line(name, n, c):
        return (f"| {name} | {n} | {shown(c['own']['log_loss'])} | {c['against']['log_loss']['value']:.3f} | "
                f"{shown(c['own_less_against']['log_loss'], True)} | {shown(c['own_less_pooled']['log_loss'], True)} | "
                + " / ".join(f"{c[k]['auroc']['value']:.3f}" if c[k]["auroc"]["value"] is not None else "-"
                             for k in ("own", "pooled", "against")) + " | "
                + " / ".join(f"{c[k]['brier']['value']:.3f}" for k in ("own", "pooled", "against")) + " |")
    rows = [line(g["label"], g["ratings"], g) for g in r["groups"]]
    return [f"{title(r)}: {r['texts']} texts, {r['ratings']} ratings", "",
            "| group, worst first | ratings | log loss, own | majority | own less majority | own less pooled | AUROC own / pooled / "
            "majority | Brier own / pooled / majority |", "|---|---:|---:|---:|---:|---:|---:|---:|", *rows,
            line("mean over groups", "", r["mean"]), ""]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--witan", default=".build/release/witan")
    parser.add_argument("--set", nargs="*", default=[])
    parser.add_argument("--dev", action="store_true", help="choices: judge on a part of train, not on test")
    parser.add_argument("--new-raters", action="store_true", help="with --dev: half of the raters are not in train")
    parser.add_argument("--fold-by", choices=("prompt", "text"), default="prompt", help="what small sets are cut by")
    parser.add_argument("--options", default="", help="further options of 'witan train', in one string")
    parser.add_argument("--out", help="where all figures go as JSON")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        results = measure(arguments, folder)
    print("\n".join(tables(results)))
    for result in results:
        if result["folds"] == 1:
            print("\n".join(groups(result)))
    if arguments.out:
        with open(arguments.out, "w", encoding="utf-8") as file:
            json.dump(results, file, indent=1)


if __name__ == "__main__":
    main()
