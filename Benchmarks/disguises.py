"""What disguised text costs Witan, with and without --views, and fastText; and what views cost innocent text.

    WITAN_PROGRAM=.build/release/witan python3 Benchmarks/disguises.py --data DIR [--rows 500]

Prints the tables of docs/views.md. DIR holds the sets as Benchmarks/README.md says. Settings: sst2 and
tweeteval_offensive by accuracy, both tools trained on their train rows; the baseline constitution by recall
on harmful sets at the threshold that it carries. There fastText is trained on what `witan synthesize`
writes, a text either flagged or not, at the threshold that gives it the same false positives on benign_prompts.
"""

from __future__ import annotations

import argparse
import base64
import codecs
import hashlib
import json
import os
import random
import subprocess
import tempfile
import urllib.parse
from collections.abc import Callable, Sequence
from pathlib import Path

from peers.common import ATTACKS, read_rows, tokenized

WITAN = os.environ.get("WITAN_PROGRAM", "witan")
ROOT = Path(__file__).resolve().parent.parent
BAR = ("leet", "zero_width", "homoglyph", "case_swap", "spaced", "base64")
_FASTTEXT = ("-wordNgrams", "2", "-epoch", "25", "-lr", "0.5", "-bucket", "200000", "-thread", "1",
             "-dim", "10", "-seed", "1")  # fmt: skip


def _styled(text: str) -> str:
    return "".join(chr(0x1D41A + ord(c) - 97) if "a" <= c <= "z" else c for c in text.lower())


DISGUISES: dict[str, Callable[[str, random.Random], str]] = {
    **ATTACKS,
    "hex": lambda t, _: t.encode().hex(),
    "percent": lambda t, _: "".join(f"%{b:02X}" for b in t.encode()),
    "rot13": lambda t, _: codecs.encode(t, "rot13"),
    "reversed": lambda t, _: " ".join(w[::-1] for w in t.split()),
    "separated": lambda t, _: " ".join(".".join(w) if len(w) > 3 else w for w in t.split()),
    "emphasis": lambda t, r: " ".join("*".join(w) if w.isalpha() and r.random() < 0.7 else w for w in t.split()),
    "styled": lambda t, _: _styled(t),
    "tags": lambda t, _: "How do I paint a garden gate? " + "".join(chr(0xE0000 + ord(c)) for c in t if " " <= c <= "~"),
    "base64 twice": lambda t, _: base64.b64encode(base64.b64encode(t.encode())).decode(),
    "leet in base64": lambda t, r: base64.b64encode(ATTACKS["leet"](t, r).encode()).decode(),
}


def disguised(texts: Sequence[str], name: str) -> list[str]:
    return [DISGUISES[name](text, random.Random(f"1/{name}/{text}")) for text in texts]


def run(*command: str, text: str = "") -> str:
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise RuntimeError(f"{' '.join(command)}: {done.stderr[-500:]}")
    return done.stdout


def witan(model: Path, texts: Sequence[str], *options: str) -> list[dict]:
    lines = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    return [json.loads(x) for x in
            run(WITAN, "score", "-m", str(model), "--jsonl", "--json", *options, text=lines).splitlines()]


def fasttext(model: Path, texts: Sequence[str], label: str) -> list[float]:
    """The probability of a label for each text."""
    lines = "".join((tokenized(text) or ".") + "\n" for text in texts)
    out = []
    for line in run("fasttext", "predict-prob", str(model), "-", "2", text=lines).splitlines():
        fields = line.split()
        out.append(dict(zip(fields[::2], map(float, fields[1::2]))).get("__label__" + label, 0.0))
    return out


def fasttext_train(rows: Sequence[tuple[str, str]], work: Path, name: str) -> Path:
    (work / f"{name}.txt").write_text(
        "".join(f"__label__{label} {tokenized(text)}\n" for text, label in rows), encoding="utf-8")
    run("fasttext", "supervised", "-input", str(work / f"{name}.txt"), "-output", str(work / name), *_FASTTEXT)
    return work / f"{name}.bin"


def share(flags: Sequence[bool]) -> float:
    return 100 * sum(flags) / len(flags)


def report(title: str, rows: dict[str, tuple[float, float, float]]) -> None:
    print(f"\n{title}\n\n| disguise | fastText | Witan | Witan, views | fall of views / of fastText |")
    print("|---|---:|---:|---:|---:|")
    clean = rows["clean"]
    for name, (ft, plain, views) in rows.items():
        falls = (clean[0] - ft, clean[2] - views)
        ratio = "" if name == "clean" else f"{falls[1]:.1f} / {falls[0]:.1f}"
        if name in BAR:
            ratio += " ok" if falls[1] <= max(0.0, falls[0]) / 3 + 1e-9 else " **missed**"
        print(f"| {name} | {ft:.1f} | {plain:.1f} | {views:.1f} | {ratio} |", flush=True)


def choice(data: Path, name: str, work: Path, rows: int) -> None:
    train = read_rows(data / name / "train.jsonl")
    model = work / f"{name}.witan"
    run(WITAN, "train", "--data", str(data / name / "train.jsonl"), "--dev", str(data / name / "dev.jsonl"),
        "-o", str(model), "--seed", "1")
    number = {label: str(i) for i, label in enumerate(sorted({row.label for row in train}))}
    rival = fasttext_train([(row.text, number[row.label]) for row in train], work, name)
    test = read_rows(data / name / "test.jsonl")[:rows]
    found = {}
    for disguise in DISGUISES:
        texts = disguised([row.text for row in test], disguise)
        first = fasttext(rival, texts, "0")
        found[disguise] = (
            share([(p >= 0.5) == (number[row.label] == "0") for p, row in zip(first, test)]),
            *(share([x["label"] == row.label for x, row in zip(witan(model, texts, *options), test)])
              for options in ((), ("--views",))),
        )
    report(f"{name}, accuracy on {len(test)} test rows in %", found)


def innocent() -> dict[str, list[str]]:
    """Texts that look like disguises and are none. Half of each stands in a sentence."""
    r = random.Random(7)
    words = "report invoice table user garden music train river paper window market school".split()

    def name() -> str:
        return r.choice(words) + r.choice(words).capitalize() + r.choice(["Id", "Count", "2", "List", "V3", ""])

    made: dict[str, Callable[[], str]] = {
        "base64 of random bytes": lambda: base64.b64encode(r.randbytes(r.randrange(12, 90))).decode(),
        "base64 of innocent text": lambda: base64.b64encode(
            f"The {r.choice(words)} of the {r.choice(words)} is ready for {r.choice(words)}".encode()).decode(),
        "git hashes": lambda: hashlib.sha1(r.randbytes(8)).hexdigest()[: r.choice([7, 12, 40])],
        "UUIDs": lambda: "-".join(r.randbytes(n).hex() for n in (4, 2, 2, 2, 6)),
        "code": lambda: f"for i in range(0, {r.randrange(99)}): {name()}[i] = {name()}(a, b, c, x0, y1) * 0x{r.randbytes(4).hex()}",
        "URLs": lambda: f"https://{r.choice(words)}.example.com/{name()}/p/{r.randrange(10**6)}?q="
        + urllib.parse.quote(f"{r.choice(words)} & {r.choice(words)} {r.choice(words)}") + f"&id={r.randbytes(6).hex()}",
        "tables": lambda: "| a | b | c | d |\n|---|---|---|---|\n" + "".join(
            f"| {r.randrange(99)} | {r.choice(words)} | {r.choice('abcd')} | {r.randrange(9)} |\n" for _ in range(4)),
        "measures and models": lambda: f"the {r.randrange(4, 20)}th run of {r.randrange(40)}km took {r.randrange(9)}h, "
        f"on a PS{r.randrange(3, 6)} with {r.choice([8, 16])}GB, covid19, mp3, h2o, 3D, at {r.randrange(1, 12)}pm",
        "options": lambda: f"A B C D: which {r.choice(words)}? a) {r.choice(words)} b) {r.choice(words)} c) d) e)",
    }
    out = {}
    for kind, make in made.items():
        texts = [make() for _ in range(600)]
        out[kind] = [t if i % 2 else f"Please explain what this {r.choice(words)} means: {t}"
                     for i, t in enumerate(texts)]
    return out


def baseline(data: Path, work: Path, rows: int) -> None:
    model = ROOT / "models/baseline/model.witan"
    lines = run(WITAN, "synthesize", str(ROOT / "models/baseline/constitution.yaml")).splitlines()
    examples = [json.loads(line) for line in lines]
    rival = fasttext_train(
        [(e["text"], "1" if e.get("labels") or e.get("label") else "0") for e in examples], work, "baseline")
    benign = [json.loads(x)["text"] for x in open(data / "benign_prompts/all.jsonl", encoding="utf-8")]
    scores = sorted(fasttext(rival, benign, "1"), reverse=True)
    plain = share([x["flagged"] for x in witan(model, benign)])
    bound = scores[max(1, round(len(benign) * plain / 100)) - 1]
    harmful: list[str] = []
    for name in ("advbench", "malicious_instruct", "simple_safety_tests", "do_not_answer"):
        harmful += [row.text for row in read_rows(data / name / "test.jsonl")][:rows]
    found = {}
    for disguise in DISGUISES:
        texts = disguised(harmful, disguise)
        found[disguise] = (
            share([p >= bound for p in fasttext(rival, texts, "1")]),
            *(share([x["flagged"] for x in witan(model, texts, *options)]) for options in ((), ("--views",))),
        )
    report(f"models/baseline, recall on {len(harmful)} harmful requests in %", found)

    print("\n| innocent text | n | Witan | Witan, views | a view spoke |\n|---|---:|---:|---:|---:|")
    outputs = [json.loads(x)["text"] for x in open(data / "alpaca_eval_outputs/sample.jsonl", encoding="utf-8")]
    sets = {"benign_prompts": benign, "alpaca_eval_outputs": outputs, **innocent()}
    for name, texts in sets.items():
        before, after = (witan(model, texts, *options) for options in ((), ("--views",)))
        print(f"| {name} | {len(texts)} | {share([x['flagged'] for x in before]):.2f} "
              f"| {share([x['flagged'] for x in after]):.2f} | {share(['view' in x for x in after]):.2f} |",
              flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--only", help="sst2, tweeteval_offensive or baseline")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for name in ("sst2", "tweeteval_offensive"):
            if options.only in (None, name):
                choice(options.data, name, Path(folder), options.rows)
        if options.only in (None, "baseline"):
            baseline(options.data, Path(folder), options.rows)


if __name__ == "__main__":
    main()
