#!/usr/bin/env python3
"""Compares `witan tokenize` with the package `tokenizers`: ids of files and of random Unicode.

    python3 scripts/wordpiece_parity.py tokenizer.json corpus.txt more.jsonl.gz --random 200000

Each line of a file is a text; of JSONL (.jsonl, .gz too) each string of a row with "text" is one. The
tokenizer runs as it is and cased. Random texts also run with a vocabulary that spells every character
out, since one that does not know them would hide what became of them; with --options, under every
combination of the normalizer's options. Exits with 1 when anything differs.
Needs: pip install tokenizers; the built program (--witan).
"""
import argparse
import gzip
import itertools
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
import tokenizers

BATCH = 20_000  # texts compared at once

# Where rules differ: controls, spaces, accents, marks that canonical ordering moves, Hangul, Han,
# punctuation, capitals, edges of UTF-8. Random texts draw from these as often as from everything.
RANGES = [
    (0x20, 0x7E), (0x20, 0x7E), (0x00, 0x20), (0x7F, 0x17F), (0x180, 0x24F), (0x300, 0x36F),
    (0x370, 0x52F), (0x591, 0x6FF), (0x8D0, 0x9FF), (0xCC0, 0xDDF), (0xF71, 0xF85), (0x1025, 0x103A),
    (0x1100, 0x11FF), (0x1715, 0x1740), (0x1AB0, 0x1BFF), (0x1DC0, 0x1FFF), (0x2000, 0x206F),
    (0x20D0, 0x214F), (0x3000, 0x30FF), (0x3400, 0x3410), (0x4DB0, 0x4E10), (0xA8E0, 0xA9D0),
    (0xAC00, 0xD7FF), (0xF900, 0xFAFF), (0xFB1D, 0xFDFF), (0xFE00, 0xFE6F), (0xFF00, 0xFFFF),
    (0x10A00, 0x10A60), (0x11000, 0x11250), (0x1D150, 0x1D1F0), (0x1E000, 0x1E02F), (0x1E8D0, 0x1E95F),
    (0x1F300, 0x1FAFF), (0x2F800, 0x2FA1F), (0xE0000, 0xE01FF), (0x0, 0x10FFFF),
]
MOVED = [0x302E, 0x302F, 0x1B44, 0xA953, 0x1D165, 0x1D166, 0x1D16D, 0x1D16E, 0x8D4, 0x345, 0x334, 0x301]


def character(r):
    while True:
        low, high = r.choice(RANGES)
        cp = r.choice(MOVED) if r.random() < 0.02 else r.randint(low, high)
        if not 0xD800 <= cp < 0xE000:
            return chr(cp)


def random_text(r, words):
    """Words, random characters and special tokens, whole and in parts, in any mixture."""
    mixture = [r.random() ** 3 for _ in range(4)]
    parts = []
    for _ in range(r.randint(0, 12)):
        kind = r.choices(range(4), mixture)[0]
        if kind == 0:
            word = r.choice(words)
            parts.append(r.choice([word, word.upper(), word.title(), word * r.choice([1, 2, 40])]))
        elif kind == 1:
            parts.extend(character(r) for _ in range(r.choice([1, 3, 10, 10, 101])))
        elif kind == 2:
            special = r.choice(SPECIAL)
            cut = r.randint(0, len(special))
            parts.append(r.choice([special, special[:cut], special[cut:], special[:cut] + special]))
        else:
            marks = [chr(c) for c in MOVED]
            parts.extend(r.choice(marks + ["a", "\u200B", " "]) for _ in range(r.randint(1, 9)))
        if r.random() < 0.5:
            parts.append(" ")
    return "".join(parts)


SPECIAL = []


def spelt(vocab):
    """The vocabulary with every character of RANGES, at the start of a word and inside it."""
    out = dict(vocab)
    for low, high in RANGES[:-1]:
        for cp in range(low, high + 1):
            if not 0xD800 <= cp < 0xE000:
                for token in (chr(cp), "##" + chr(cp)):
                    out.setdefault(token, len(out))
    return out


def texts_of(path):
    opened = gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")
    with opened as lines:
        for line in lines:
            if ".jsonl" in path.name:
                row = json.loads(line)
                texts = [v for v in row.values() if isinstance(v, str)] if "text" in row else []
                yield from texts
            else:
                yield line.rstrip("\n")


def invalid_bytes(r, words):
    """A line of bytes that need not be UTF-8."""
    text = bytearray(random_text(r, words).encode())
    for _ in range(r.randint(1, 6)):
        at = r.randint(0, len(text))
        text[at : at + r.randint(0, 2)] = bytes(r.choices(range(0x80, 0x100), k=r.randint(1, 4)))
    return bytes(text).replace(b"\n", b" ").replace(b"\r", b" ").removeprefix(b"\xef\xbb\xbf")


class Pair:
    """The two programs with one tokenizer file."""

    def __init__(self, witan, path):
        self.command = [witan, "tokenize", str(path)]
        self.reference = tokenizers.Tokenizer.from_file(str(path))
        self.reference.no_truncation()
        self.reference.no_padding()
        self.texts = self.ids = self.differences = 0

    def compare(self, name, items):
        items = iter(items)
        while batch := list(itertools.islice(items, BATCH)):
            raw = isinstance(batch[0], bytes)
            lines = batch if raw else [json.dumps({"text": t}).encode() for t in batch]
            run = subprocess.run(
                self.command + ["-"] + ([] if raw else ["--jsonl"]), input=b"\n".join(lines) + b"\n",
                stdout=subprocess.PIPE, check=True)
            ours = [json.loads(line) for line in run.stdout.splitlines()]
            texts = [t.decode("utf-8", "replace") for t in batch] if raw else batch
            theirs = self.reference.encode_batch(texts, add_special_tokens=False)
            if len(ours) != len(theirs):
                sys.exit(f"{name}: {len(theirs)} texts went in, {len(ours)} came out")
            for text, a, b in zip(batch, ours, theirs):
                self.texts += 1
                self.ids += len(b.ids)
                if a != b.ids:
                    self.differences += 1
                    if self.differences <= 5:
                        print(f"{name}: {ascii(text)[:400]}\n  witan      {a[:80]}\n  tokenizers {b.ids[:80]}")

    def report(self, name):
        print(f"{name}: {self.texts} texts, {self.ids} ids, {self.differences} differ", flush=True)
        return self.differences


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("tokenizer", type=pathlib.Path)
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    parser.add_argument("--witan", default=".build/release/witan")
    parser.add_argument("--random", type=int, default=0, metavar="N", help="so many random texts")
    parser.add_argument("--options", action="store_true", help="all options of the normalizer, on random texts")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()

    base = json.loads(arguments.tokenizer.read_text(encoding="utf-8"))
    SPECIAL.extend([t["content"] for t in base["added_tokens"]] or ["[CLS]"])
    words = sorted(t for t in base["model"]["vocab"] if t.isalpha())
    cased = {"lowercase": False, "strip_accents": False}
    variants = [("as it is", {}, False), ("cased", cased, False)]
    if arguments.random:
        variants += [("spelt", {}, True), ("spelt, cased", cased, True)]
    if arguments.options:
        variants += [
            (f"spelt, clean {a}, han {b}, strip {c}, lower {d}",
             {"clean_text": a, "handle_chinese_chars": b, "strip_accents": c, "lowercase": d}, True)
            for a in (True, False) for b in (True, False) for c in (True, False, None) for d in (True, False)]
    print(f"tokenizers {tokenizers.__version__}, seed {arguments.seed}", flush=True)
    failed = 0
    for name, change, is_spelt in variants:
        with tempfile.TemporaryDirectory() as folder:
            copy = pathlib.Path(folder) / "tokenizer.json"
            document = base | {"normalizer": base["normalizer"] | change}
            if is_spelt:
                document["model"] = base["model"] | {"vocab": spelt(base["model"]["vocab"])}
            copy.write_text(json.dumps(document), encoding="utf-8")
            if not is_spelt and arguments.files:
                pair = Pair(arguments.witan, copy)
                for path in arguments.files:
                    pair.compare(str(path), texts_of(path))
                failed += pair.report(f"{name}, {len(arguments.files)} files")
            if arguments.random:
                r = random.Random(arguments.seed)
                pair = Pair(arguments.witan, copy)
                pair.compare(name, (random_text(r, words) for _ in range(arguments.random)))
                failed += pair.report(f"{name}, random Unicode")
                pair = Pair(arguments.witan, copy)
                pair.compare(name, (invalid_bytes(r, words) for _ in range(arguments.random // 4)))
                failed += pair.report(f"{name}, random bytes")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
