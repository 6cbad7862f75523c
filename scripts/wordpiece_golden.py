#!/usr/bin/env python3
"""Writes Tests/WitanTests/Golden/wordpiece.json: ids that the package `tokenizers` gives for small
vocabularies made here. Needs: pip install tokenizers. Run: python3 scripts/wordpiece_golden.py
"""
import json
import pathlib
import tempfile

import tokenizers

OUT = pathlib.Path(__file__).resolve().parent.parent / "Tests/WitanTests/Golden/wordpiece.json"

TOKENS = (
    "[PAD] [UNK] [CLS] [SEP] [MASK] the a b c x un ##want ##wanted ##ed ##able run ##ning ##s ##n ##i ##ng "
    "low ##er ##est cafe café cafe\u0301 naive Run THE e ##e i ##\u0307 ! ? . , - ' [ ] < > = $ ^ ` 。 ¿ "
    "CLS SEP mask 日 本 語 語 ##本 \u1112 ##\u1161 ##\u11ab 한 й и ##\u0301 \u0301 ß ##ss ss ॐ ह ##\u093f "
    "क ##क ##\u0947 \u0915\u0947 😀 ##😀 👍 ##🏽 ##\u200d \u302e ##\u302f ##\u302e ##\U0001d165 "
    "\ufffd ##\ufffd ##x \u00ad ##b ##c ##a").split() + ["é", "e\u0301x", "##é", "#", "##", "##aaaaaaaa"]

TEXTS = [
    "", " ", "the", "The THE the", "unwanted running lowest", "unwantedx", "café cafe\u0301 CAFÉ CAFE\u0301",
    "é e\u0301 \u00c9", "don't - run!? [a] <b> $a^b`", "日本語 x日x \u8a9e \uf9da", "한국 한 \u1112\u1161\u11ab", "Й й И И\u0306",
    "İ I\u0307 i", "ẞ ß SS", "हिन्दी के क", "😀 👍🏽 😀😀 👍\u200d", "a\u0000b a\u0007b a\u200bb a\u00adb",
    "a\tb\nc\r\nx\u000bx\u0085x\u00a0a\u2028b\u3000c", "a" * 100, "a" * 101, "b" + "a" * 99 + " b", "x" * 300 + " the",
    "\u302f\u302e a\u302e\U0001d165x a\U0001d165\u302ex a\u302e\u034f\U0001d165x a\u302e\u200b\U0001d165x",
    "\u302f\u0301\u302e\u0345\U0001d165", "\u1b44\u302e\u1b44", "[CLS] [SEP]", "[CLS][SEP]the[MASK]run", "[CLS", "[CLS a",
    "[[CLS]]", "[cls]", "[C[CL[CLS]", "un[SEP]wanted", "cafe[SEP]\u0301", "\u302e[SEP]\U0001d165", "[PAD]  [UNK]\u200b[MASK ]",
    "q [UNK] zzz", "=\u0338 \u226e \u037e ;", "\ufffd a\ufffdb", "\ue000 a\ue000 \U000e0001", "\u0378a", "x.x,x", "¿the。the",
    "unrunning lower s", "## # ##a", "\ufeffthe", "aa" * 20 + "!", "ÀÀ À\u0300\u0301", "\u0340 \u0344 \u0f73",
    "<ab> <abc> <ab <abcd", "<ab><abc<abcd> 日<ab>本", "ab\u00e9<ab>\u00e9f \u00e9fg", "    <ab>    the", "the<abthe<a",
]
BYTES = [
    "61ff62", "ff", "e28261", "e282", "f09f98", "f0808080", "eda080", "c0af", "f4908080", "74686520f09f9880c3",
    "5b434c535dff5b434c53", "5b43ff4c535d", "61cc", "61cc8180", "f09f8f", "e3818202e38181", "80808061",
]


def special(id, content, **flags):
    return dict(
        id=id, content=content, single_word=False, lstrip=False, rstrip=False, normalized=False, special=True) | flags


def tokenizer(vocab, added, prefix="##", longest=100, clean=True, han=True, strip=None, lower=True):
    return {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": added,
        "normalizer": {
            "type": "BertNormalizer", "clean_text": clean, "handle_chinese_chars": han, "strip_accents": strip,
            "lowercase": lower},
        "pre_tokenizer": {"type": "BertPreTokenizer"}, "post_processor": None, "decoder": None,
        "model": {
            "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": prefix,
            "max_input_chars_per_word": longest, "vocab": vocab}}


def main():
    vocab = {t: i for i, t in enumerate(dict.fromkeys(TOKENS))}
    bert = [special(i, TOKENS[i]) for i in range(5)]
    overlapping = bert + [
        special(900, "<ab>", lstrip=True, rstrip=True), special(3, "<abc>", special=False), special(901, "<abc"),
        special(902, "\u00e9f"), special(903, "\ufffd"), special(904, "the", rstrip=True), special(905, "")]
    plain = {t.replace("##", "", 1) if len(t) > 2 else t: i for t, i in vocab.items()}
    files = {
        "uncased": tokenizer(vocab, bert),
        "cased": tokenizer(vocab, bert, lower=False, strip=False),
        "lower case, accents stay": tokenizer(vocab, bert, strip=False),
        "capitals stay, accents go": tokenizer(vocab, bert, strip=True, lower=False),
        "not cleaned, ideographs run together": tokenizer(vocab, bert, clean=False, han=False),
        "no special tokens": tokenizer(vocab, []),
        "overlapping special tokens": tokenizer(vocab, overlapping),
        "no continuation prefix, words of 10": tokenizer(plain, bert, prefix="", longest=10),
        "prefix a, words of 0": tokenizer(vocab, bert, prefix="a", longest=0),
        "prefix of letters": tokenizer(vocab, bert, prefix="un", longest=128),
    }
    cases = []
    for name, file in files.items():
        text = json.dumps(file, ensure_ascii=False, separators=(",", ":"))
        cases.append((name, text, None, tokenizers.Tokenizer.from_str(text)))
    lines = "\n".join(vocab) + "\n"
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "vocab.txt"
        path.write_text(lines, encoding="utf-8")
        for cased in (False, True):
            reference = tokenizers.BertWordPieceTokenizer(str(path), lowercase=not cased)
            cases.append(("vocab.txt" + cased * ", cased", lines, cased, reference))
    with OUT.open("w", encoding="utf-8") as f:
        f.write('{"reference": "tokenizers %s",\n"cases": [\n' % tokenizers.__version__)
        for i, (name, text, cased, reference) in enumerate(cases):
            head = {"name": name, "tokenizer" if cased is None else "lines": text, "cased": bool(cased)}
            f.write((",\n" if i else "") + json.dumps(head)[:-1] + ', "texts": [\n')
            out = []
            for text in TEXTS:
                ids = reference.encode(text, add_special_tokens=False).ids
                out.append(json.dumps({"text": text, "ids": ids}))
            for text in map(bytes.fromhex, BYTES):
                ids = reference.encode(text.decode("utf-8", "replace"), add_special_tokens=False).ids
                out.append(json.dumps({"hex": text.hex(), "ids": ids}))
            f.write(",\n".join(out) + "]}")
        f.write("\n]}\n")
    print(f"{len(cases)} tokenizers x {len(TEXTS) + len(BYTES)} texts")


if __name__ == "__main__":
    main()
